//! Bringing cities and funders together: who is asked, what it comes to, and the joint act.

use crate::actions::call::{View, call_view};
use crate::actions::release::{InviteDraft, call_circulate, call_take_back, funder_invite, invite_take_back};
use crate::pages::words::{condition, funder, money, pledge_tag, title};
use crate::pages::{receipt_of, refused, status, word};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::call::CallState;
use crate::rules::pledge::{FunderKind, Pledge, PledgeState};
use accords::AccordState;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use kernel::limits::TITLE_CHARS_MAX;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Choice, Field, FieldKind, Figure, Figures, Form, ShareBar, Tag};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use registry::corridor::{self, Corridor};
use rooms::pages::typed::Typed;

#[derive(Template)]
#[template(path = "calls/release.html")]
struct Page {
    shell: Shell,
    heading: String,
    back: String,
    notice: String,
    refusal: String,
    figures: Figures,
    money: ShareBar,
    funders: Vec<Funder>,
    invite: Option<Form>,
    circulate: Option<Form>,
    act_href: String,
    open_href: String,
    take_back: Option<Form>,
}

/// A funder with what it has said.
struct Funder {
    name: String,
    about: String,
    tag: Tag,
    href: String,
    /// Where its invitation is taken back; empty once it has answered.
    recall: String,
}

/// One of the forms of this page, as it was sent and refused.
#[derive(Clone, Copy)]
struct Again<'a> {
    form: Sent,
    typed: &'a Typed,
    refusal: &'a Refusal,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Invite,
    Recall,
    Circulate,
    TakeBack,
}

/// Kinds of funders that a select names, beside cities.
const KINDS: [FunderKind; 4] = [FunderKind::Owner, FunderKind::Joint, FunderKind::Organisation, FunderKind::Outer];

fn invite_form(t: T, corridor: &Corridor, view: &View) -> Form {
    let standing = |code: &str| {
        let open = |p: &&Pledge| matches!(p.state, PledgeState::Asked | PledgeState::Given);
        view.pledges.iter().filter(open).any(|pledge| pledge.code == code)
    };
    let mut choices: Vec<Choice> = KINDS
        .iter()
        .filter(|kind| match kind {
            FunderKind::Owner => !standing(&view.call.owner),
            FunderKind::Joint => !standing(crate::rules::JOINT),
            _ => true,
        })
        .map(|kind| Choice::new(kind.code(), word(t, format!("release-ask-{}", kind.code()))))
        .collect();
    let cities = corridor.cities().filter(|place| !standing(&place.adcode.to_string()));
    choices.extend(
        cities.map(|place| Choice::new(format!("city:{}", place.adcode), corridor.place_name(place.adcode, t.locale))),
    );
    Form::new(t, format!("/calls/{}/funders", view.call.id), t.msg("release-invite"))
        .idempotency_key(new_key())
        .field(Field::new(t, FieldKind::Select(choices), "funder", t.msg("release-form-funder")))
        .field(Field::line(t, "uscc", t.msg("release-form-uscc")).hint(t.msg("release-form-uscc-hint")).optional())
        .field(
            Field::line(t, "name", t.msg("release-form-name"))
                .hint(t.msg("release-form-name-hint"))
                .chars_max(TITLE_CHARS_MAX)
                .optional(),
        )
        .field(Field::line(t, "name_en", t.msg("release-form-name-en")).optional())
}

fn circulate_form(t: T, id: &str) -> Form {
    Form::new(t, format!("/calls/{id}/circulations"), t.msg("release-circulate")).idempotency_key(new_key()).field(
        Field::new(t, FieldKind::Line("date"), "deadline", t.msg("release-form-deadline"))
            .hint(t.msg("release-form-deadline-hint")),
    )
}

fn take_back_form(t: T, id: &str) -> Form {
    Form::new(t, format!("/calls/{id}/recalls"), t.msg("release-take-back")).idempotency_key(new_key()).field(
        Field::lines(t, "reason", t.msg("call-form-reason"), 3)
            .hint(t.msg("release-take-back-hint"))
            .chars_max(REASON_CHARS_MAX),
    )
}

fn figures(t: T, view: &View) -> Figures {
    let missing = view.call.budget.minus(view.cover.sure).ok().filter(|missing| missing.get() > 0);
    let figure = |key: &str, value: String, note: String| Figure {
        label: word(t, format!("release-{key}")),
        value,
        note,
        ..Figure::default()
    };
    let mut figures = vec![
        figure("budget", t.fen_short(view.call.budget), String::new()),
        figure("sure", t.fen_short(view.cover.sure), word(t, "release-sure-note")),
        figure("possible", t.fen_short(view.cover.possible), word(t, "release-possible-note")),
    ];
    figures.extend(missing.map(|missing| figure("missing", t.fen_short(missing), word(t, "release-missing-note"))));
    Figures { figures }
}

fn funders(t: T, corridor: &Corridor, view: &View) -> Vec<Funder> {
    let line = |pledge: &Pledge| {
        let asked = pledge.state == PledgeState::Asked;
        let own = view.may_pledge.contains(&pledge.id);
        let about = match pledge.state {
            PledgeState::Given => {
                t.with2("release-gives", "amount", t.fen(pledge.cap), "condition", condition(t, pledge))
            }
            _ => t.with("release-since", "date", t.date(pledge.at_ms)),
        };
        let at = format!("/calls/{}", view.call.id);
        Funder {
            name: funder(t, corridor, &view.names, pledge),
            about: if pledge.note.is_empty() { about } else { format!("{about} · {}", pledge.note) },
            tag: pledge_tag(t, pledge.state),
            href: if own { format!("{at}/pledges/{}", pledge.id) } else { String::new() },
            recall: if asked && view.may.invite {
                format!("{at}/funders/{}/recalls", pledge.id)
            } else {
                String::new()
            },
        }
    };
    view.pledges.iter().map(line).collect()
}

fn build(caller: &Caller, corridor: &Corridor, view: &View, again: Option<Again<'_>>) -> Page {
    let (t, call, may) = (caller.visit.t, &view.call, &view.may);
    let id = &call.id;
    let back = |form: Form, sent: Sent| match again {
        Some(again) if again.form == sent => form.fill(again.typed.pairs()).refuse(again.refusal),
        _ => form,
    };
    let waiting = view.pledges.iter().any(|pledge| pledge.state == PledgeState::Asked);
    let ready = !waiting && view.cover.sure >= call.budget && !view.pledges.is_empty();
    let tried = again.is_some_and(|again| again.form == Sent::Circulate);
    let given: Vec<&Pledge> = view.pledges.iter().filter(|pledge| pledge.state == PledgeState::Given).collect();
    Page {
        shell: caller.visit.shell(t.msg("call-release-open")).private().here("/calls").live(format!("call/{id}")),
        heading: title(t, call),
        back: format!("/calls/{id}"),
        notice: notice(t, view, waiting),
        refusal: match again {
            Some(again) if again.form == Sent::Recall => again.refusal.sentence(t.locale).to_owned(),
            _ => String::new(),
        },
        figures: figures(t, view),
        money: money(t, corridor, &view.names, call, &given),
        funders: funders(t, corridor, view),
        invite: may.invite.then(|| back(invite_form(t, corridor, view), Sent::Invite)),
        circulate: (may.circulate && (ready || tried)).then(|| back(circulate_form(t, id), Sent::Circulate)),
        act_href: call.accord.as_ref().map_or(String::new(), |accord| format!("/accords/{accord}")),
        open_href: if may.open { format!("/calls/{id}/opening") } else { String::new() },
        take_back: may.take_back.then(|| back(take_back_form(t, id), Sent::TakeBack)),
    }
}

/// What the joint office does next.
fn notice(t: T, view: &View, waiting: bool) -> String {
    let missing = view.cover.sure < view.call.budget;
    word(
        t,
        match (view.state, view.act) {
            (CallState::Releasing, Some(AccordState::InForce)) => "release-now-open",
            (CallState::Releasing, Some(AccordState::Failed)) => "release-now-failed",
            (CallState::Releasing, _) => "release-now-asked",
            _ if view.pledges.is_empty() => "release-now-invite",
            _ if waiting => "release-now-wait",
            _ if missing => "release-now-short",
            _ => "release-now-circulate",
        },
    )
}

async fn load(
    app: &App,
    caller: &Caller,
    id: &str,
    again: Option<Again<'_>>,
) -> Result<Result<Page, Response>, Problem> {
    let view = call_view(app, &caller.ctx, id).await?;
    let may = &view.may;
    if !(may.invite || may.circulate || may.take_back || may.open) {
        // Released, withdrawn, or somebody else's to do: the call says where it stands.
        return Ok(Err(Redirect::to(&format!("/calls/{id}")).into_response()));
    }
    Ok(Ok(build(caller, &corridor::of(app), &view, again)))
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    caller.signed_in()?;
    Ok(load(&app, &caller, &id, None).await?.map_or_else(|elsewhere| elsewhere, |page| html(&page)))
}

async fn again(
    app: &App,
    caller: &Caller,
    id: &str,
    (form, typed): (Sent, &Typed),
    fault: Fault,
) -> Result<Response, Problem> {
    let refusal = refused(fault)?;
    let page = load(app, caller, id, Some(Again { form, typed, refusal: &refusal })).await?;
    Ok(page.map_or_else(|elsewhere| elsewhere, |page| html_with(status(&refusal), &page)))
}

fn invited(typed: &Typed) -> InviteDraft {
    let (kind, city) = typed.get("funder").split_once(':').unwrap_or((typed.get("funder"), ""));
    InviteDraft {
        kind: kind.to_owned(),
        code: if city.is_empty() { typed.get("uscc").to_uppercase() } else { city.to_owned() },
        name: typed.get("name").to_owned(),
        name_en: typed.get("name_en").to_owned(),
    }
}

/// The field of the form that a refusal is about.
fn named(typed: &Typed, fault: Fault) -> Fault {
    match fault {
        Fault::Refused(refusal) if refusal.field.as_deref() == Some("code") => {
            let field = if typed.get("funder") == FunderKind::Organisation.code() { "uscc" } else { "funder" };
            refusal.at(field).into()
        }
        fault => fault,
    }
}

/// Asks a funder.
pub(super) async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match funder_invite(&app, &caller.ctx, &id, invited(&typed)).await {
        Ok(_) => Ok(Redirect::to(&format!("/calls/{id}/release")).into_response()),
        Err(fault) => again(&app, &caller, &id, (Sent::Invite, &typed), named(&typed, fault)).await,
    }
}

/// Takes an invitation back.
pub(super) async fn uninvite(
    State(app): State<App>,
    caller: Caller,
    Path((id, pledge)): Path<(String, String)>,
) -> Result<Response, Problem> {
    match invite_take_back(&app, &caller.ctx, &id, &pledge).await {
        Ok(_) => Ok(Redirect::to(&format!("/calls/{id}/release")).into_response()),
        Err(fault) => again(&app, &caller, &id, (Sent::Recall, &Typed::default()), fault).await,
    }
}

/// Puts the joint act before its parties.
pub(super) async fn circulate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match call_circulate(&app, &caller.ctx, &id, typed.get("deadline")).await {
        Ok(done) => Ok(receipt_of(&caller, "release", "circulated", &id, &done)),
        Err(fault) => again(&app, &caller, &id, (Sent::Circulate, &typed), fault).await,
    }
}

/// Takes the joint act back.
pub(super) async fn take_back(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match call_take_back(&app, &caller.ctx, &id, typed.get("reason")).await {
        Ok(_) => Ok(Redirect::to(&format!("/calls/{id}/release")).into_response()),
        Err(fault) => again(&app, &caller, &id, (Sent::TakeBack, &typed), fault).await,
    }
}
