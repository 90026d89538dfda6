//! Opening an account.

use crate::actions::holding::{ledger_open, owners};
use crate::actions::payment::payment_form;
use crate::pages::words::account_choices;
use crate::pages::{HOME, SECTION};
use crate::rules::account::{Account, NAME_CHARS_MAX, Owner, OwnerKind, Standing, YearEnd};
use crate::rules::opening::{MARK_CHARS_MAX, OpenDraft, PURPOSES, owner_code};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Adcode, Refusal};
use platform::identity::idempotency::new_key;
use platform::policy::Resource;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, T, html};
use platform::{Actor, App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::typed::{Typed, half_width};
use rooms::pages::{refused, word};

fn owner_choice(t: T, corridor: &Corridor, actor: &Actor, owner: &Owner) -> Choice {
    let name = match owner.kind {
        OwnerKind::City => {
            Adcode::parse(&owner.id).map_or_else(|_| owner.id.clone(), |city| corridor.place_name(city, t.locale))
        }
        OwnerKind::Organisation => {
            actor.member_of(&owner.id).map_or_else(|| owner.id.clone(), |membership| membership.name.clone())
        }
        kind => word(t, format!("ledger-owner-{}", kind.code())),
    };
    Choice::new(owner_code(owner), name)
}

fn form(caller: &Caller, corridor: &Corridor, accounts: &[(Account, Standing)]) -> Form {
    let (t, actor) = (caller.visit.t, caller.actor());
    let owners: Vec<Choice> = owners(actor).iter().map(|owner| owner_choice(t, corridor, actor, owner)).collect();
    let purposes =
        PURPOSES.map(|purpose| Choice::new(purpose.code(), t.msg(format!("ledger-purpose-{}", purpose.code()))));
    let rule = |rule: &YearEnd| {
        let key = format!("ledger-year-end-{}", rule.code());
        Choice::new(rule.code(), t.msg(&key)).hint(t.msg(format!("{key}-hint")))
    };
    let mut form =
        Form::new(t, HOME, t.msg("ledger-open-send")).idempotency_key(new_key()).cancel(HOME, t.msg("ledger-cancel"));
    form = match owners.as_slice() {
        [only] => form.hidden("owner", &only.value),
        _ => form.field(Field::new(t, FieldKind::Radio(owners), "owner", t.msg("ledger-fact-owner"))),
    };
    form.field(
        Field::line(t, "name", t.msg("ledger-form-name"))
            .hint(t.msg("ledger-form-name-hint"))
            .chars_max(NAME_CHARS_MAX),
    )
    .field(Field::new(t, FieldKind::Radio(purposes.to_vec()), "purpose", t.msg("ledger-fact-purpose")))
    .field(
        Field::new(t, FieldKind::Line("text"), "budget_year", t.msg("ledger-form-year"))
            .hint(t.msg("ledger-form-year-hint"))
            .optional(),
    )
    .field(
        Field::new(t, FieldKind::Line("text"), "budget_subject", t.msg("ledger-form-subject"))
            .hint(t.msg("ledger-form-subject-hint"))
            .optional(),
    )
    .field(
        Field::new(
            t,
            FieldKind::Radio(YearEnd::ALL.iter().map(rule).collect()),
            "year_end",
            t.msg("ledger-fact-year-end"),
        )
        .optional(),
    )
    .field(
        Field::new(t, FieldKind::Select(account_choices(t, accounts)), "returns_to", t.msg("ledger-form-returns"))
            .hint(t.msg("ledger-form-returns-hint"))
            .optional(),
    )
    .field(
        Field::line(t, "mark", t.msg("ledger-form-mark"))
            .hint(t.msg("ledger-form-mark-hint"))
            .chars_max(MARK_CHARS_MAX)
            .optional(),
    )
}

/// The empty form, for whoever may open an account for somebody.
pub(super) async fn new(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "ledger_list", &Resource::house())?;
    if owners(caller.actor()).is_empty() {
        return Err(Refusal::forbidden().into());
    }
    let accounts = payment_form(&app, &caller.ctx).await?;
    let form = form(&caller, &corridor::of(&app), &accounts);
    Ok(html(&SECTION.form(&caller, word(caller.visit.t, "ledger-open"), HOME, form)))
}

/// Opens it; a refused form comes back as it was typed.
pub(super) async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let text = |name: &str| typed.get(name).to_owned();
    let draft = OpenDraft {
        owner: text("owner"),
        name: text("name"),
        purpose: text("purpose"),
        mark: text("mark"),
        budget_year: half_width(typed.get("budget_year")),
        budget_subject: half_width(typed.get("budget_subject")),
        year_end: text("year_end"),
        returns_to: text("returns_to"),
    };
    match ledger_open(&app, &caller.ctx, draft).await {
        Ok(done) => Ok(Redirect::to(&format!("{HOME}/{}", done.id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let accounts = payment_form(&app, &caller.ctx).await?;
            let form = form(&caller, &corridor::of(&app), &accounts);
            Ok(SECTION.again(&caller, word(caller.visit.t, "ledger-open"), HOME, form, &typed, &refusal))
        }
    }
}
