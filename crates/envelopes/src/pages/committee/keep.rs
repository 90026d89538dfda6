//! Setting up a committee, and what its seats hand in.

use crate::actions::committee::{committee_draft, seat_hand_in};
use crate::pages::SECTION;
use crate::pages::upload::file;
use crate::rules::committee::{CommitteeDraft, SeatStep};
use axum::extract::{Multipart, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use kernel::limits::TITLE_CHARS_MAX;
use platform::identity::idempotency::new_key;
use platform::policy::Resource;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, html};
use platform::{App, Caller};
use registry::corridor;
use rooms::pages::typed::Typed;
use rooms::pages::{refused, word};

fn form(app: &App, caller: &Caller) -> Form {
    let t = caller.visit.t;
    let corridor = corridor::of(app);
    let cities = corridor
        .cities()
        .map(|city| Choice::new(city.adcode.to_string(), corridor.place_name(city.adcode, t.locale)))
        .collect();
    let joint = vec![Choice::new("1", t.msg("committee-form-joint"))];
    Form::new(t, "/committees", t.msg("committee-form-send"))
        .idempotency_key(new_key())
        .cancel("/committees", t.msg("committee-cancel"))
        .field(Field::line(t, "name", t.msg("committee-form-name")).chars_max(TITLE_CHARS_MAX))
        .field(Field::line(t, "name_en", t.msg("committee-form-name-en")).chars_max(TITLE_CHARS_MAX).optional())
        .field(
            Field::new(t, FieldKind::Check(cities), "cities", t.msg("committee-form-cities"))
                .hint(t.msg("committee-form-cities-hint")),
        )
        .field(Field::new(t, FieldKind::Check(joint), "joint", t.msg("committee-form-fill")).optional())
        .field(
            Field::line(t, "notary", t.msg("committee-form-notary"))
                .hint(t.msg("committee-form-notary-hint"))
                .chars_max(TITLE_CHARS_MAX)
                .optional(),
        )
        .field(
            Field::new(t, FieldKind::Number, "threshold", t.msg("committee-form-threshold"))
                .hint(t.msg("committee-form-threshold-hint"))
                .unit(t.msg("committee-seats-unit")),
        )
}

/// The empty form.
pub(super) async fn new(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "committee_draft", &Resource::house())?;
    let form = form(&app, &caller);
    Ok(html(&SECTION.form(&caller, word(caller.visit.t, "committee-new"), "/committees", form)))
}

/// Sets it up; a refused form comes back as it was typed.
pub(super) async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let draft = CommitteeDraft {
        name: typed.get("name").to_owned(),
        name_en: typed.get("name_en").to_owned(),
        cities: typed.all("cities"),
        joint: !typed.get("joint").is_empty(),
        notary: typed.get("notary").to_owned(),
        threshold: typed.get("threshold").to_owned(),
    };
    match committee_draft(&app, &caller.ctx, draft).await {
        Ok(done) => Ok(Redirect::to(&format!("/committees/{}", done.id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = form(&app, &caller);
            Ok(SECTION.again(&caller, word(caller.visit.t, "committee-new"), "/committees", form, &typed, &refusal))
        }
    }
}

type Seat = Path<(String, String)>;

/// Takes a registration.
pub(super) async fn registration(
    state: State<App>,
    caller: Caller,
    seat: Seat,
    parts: Multipart,
) -> Result<Response, Problem> {
    hand_in(state, caller, seat, SeatStep::Registration, parts).await
}

/// Takes a deal.
pub(super) async fn deal(state: State<App>, caller: Caller, seat: Seat, parts: Multipart) -> Result<Response, Problem> {
    hand_in(state, caller, seat, SeatStep::Deal, parts).await
}

/// Takes an acceptance or a complaint.
pub(super) async fn answer(
    state: State<App>,
    caller: Caller,
    seat: Seat,
    parts: Multipart,
) -> Result<Response, Problem> {
    hand_in(state, caller, seat, SeatStep::Answer, parts).await
}

async fn hand_in(
    State(app): State<App>,
    caller: Caller,
    Path((id, number)): Seat,
    step: SeatStep,
    parts: Multipart,
) -> Result<Response, Problem> {
    let number = number.parse::<i64>().map_err(|_| Refusal::not_found())?;
    let outcome = match file(parts, "file").await? {
        Ok(bytes) => seat_hand_in(&app, &caller.ctx, &id, number, step, bytes).await,
        Err(refusal) => Err(refusal.into()),
    };
    match outcome {
        Ok(done) => {
            let t = caller.visit.t;
            let links = vec![(format!("/committees/{id}"), word(t, "committee-back"))];
            let title = word(t, format!("committee-taken-{}", step.code()));
            Ok(SECTION.receipt(&caller, title, &done, vec![word(t, "committee-taken-next")], links))
        }
        Err(fault) => super::detail::again(&app, &caller, &id, &refused(fault)?).await,
    }
}
