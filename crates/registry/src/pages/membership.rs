//! Members of an organisation: who may do what in its name.

use super::organisation::words::name;
use crate::actions::membership::{
    Members, member_accept, member_change, member_invite, member_list, member_remove, organisation_of,
};
use crate::rules::membership::{DUTY_CHARS_MAX, MANDATES, Member, MemberCommand, MemberState};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Choice, Crumbs, Field, FieldKind, Form, Tag, Tone};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::typed::Typed;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/organisations/{id}/members", "member_list", get(list)),
        write("/organisations/{id}/members", "member_invite", "organisation.member_invited", post(invite)),
        write("/members/{id}/changes", "member_change", "organisation.member_changed", post(change)),
        write("/members/{id}/acceptances", "member_accept", "organisation.member_joined", post(accept)),
        write("/members/{id}/removals", "member_leave", "organisation.member_left", post(remove)),
    ]
}

#[derive(Template)]
#[template(path = "registry/organisation_members.html")]
struct Page {
    shell: Shell,
    crumbs: Crumbs,
    notice: String,
    rows: Vec<Row>,
    invite: Option<Form>,
}

struct Row {
    name: String,
    duty: String,
    tag: Tag,
    mandates: String,
    since_ms: i64,
    change: Option<Form>,
    remove: Option<Form>,
}

/// Mandates in words, in the order given.
pub(crate) fn mandate_names<'a>(t: T, codes: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = codes.map(|code| t.msg(format!("member-mandate-{code}")).into_owned()).collect();
    if names.is_empty() {
        t.msg("member-mandate-none").into_owned()
    } else {
        names.join(&t.msg("organisation-list-separator"))
    }
}

fn mandate_choices(t: T) -> Vec<Choice> {
    let choice = |code: &str| {
        Choice::new(code, t.msg(format!("member-mandate-{code}"))).hint(t.msg(format!("member-mandate-{code}-hint")))
    };
    MANDATES.iter().map(|code| choice(code)).collect()
}

/// The two questions about a member. Several of these forms stand on one page, so each has names of its own in front.
fn questions(t: T, form: Form) -> Form {
    form.field(Field::line(t, "duty", t.msg("member-duty")).chars_max(DUTY_CHARS_MAX).optional())
        .field(Field::new(t, FieldKind::Check(mandate_choices(t)), "mandates", t.msg("member-mandates")).optional())
}

fn invite_form(t: T, organisation: &str) -> Form {
    let login = Field::line(t, "login", t.msg("member-login")).hint(t.msg("member-login-hint")).autocomplete("off");
    let form = Form::new(t, format!("/organisations/{organisation}/members"), t.msg("member-invite")).field(login);
    questions(t, form).idempotency_key(new_key())
}

/// A form on a page with several: its fields get ids of their own, their names end in `--` and a number.
fn change_form(t: T, member: &Member, index: usize) -> Form {
    let mut form = questions(t, Form::new(t, format!("/members/{}/changes", member.id), t.msg("organisation-save")));
    let mandates = member.mandates.iter().map(|code| ("mandates", code.as_str()));
    form = form.fill([("duty", member.duty.as_str())].into_iter().chain(mandates));
    for field in &mut form.fields {
        field.name = format!("{}--{index}", field.name);
    }
    form
}

async fn list(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let members = member_list(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &members, None, |form| form)))
}

fn build(caller: &Caller, members: &Members, refused: Option<&Refusal>, fill: impl Fn(Form) -> Form) -> Page {
    let t = caller.visit.t;
    let o = &members.organisation;
    let own = caller.ctx.actor.id();
    let row = |(index, member): (usize, &Member)| {
        let active = member.state == MemberState::Active;
        let may_remove = members.may_change || member.account == own;
        let words = match (active, member.account == own) {
            (true, true) => "member-leave",
            (true, false) => "member-remove",
            (false, _) => "member-invitation-cancel",
        };
        Row {
            name: member.account_name.clone(),
            duty: member.duty.clone(),
            tag: Tag::new(
                if active { Tone::Pine } else { Tone::Plain },
                t.msg(format!("member-state-{}", member.state.code())),
            ),
            mandates: mandate_names(t, member.mandates.iter().map(String::as_str)),
            since_ms: member.active_ms.unwrap_or(member.created_ms),
            change: members.may_change.then(|| change_form(t, member, index)),
            remove: may_remove.then(|| Form::new(t, format!("/members/{}/removals", member.id), t.msg(words))),
        }
    };
    let title = t.msg("member-title").into_owned();
    Page {
        shell: caller.visit.shell(title.clone()).private().here("/organisations"),
        crumbs: Crumbs::new(t, title)
            .over("/organisations", t.msg("organisation-list-title"))
            .over(format!("/organisations/{}", o.id), name(t, o)),
        notice: refused.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned()),
        rows: members.members.iter().enumerate().map(row).collect(),
        invite: members.may_change.then(|| fill(invite_form(t, &o.id))),
    }
}

/// What a form says of a member; the names of several forms on one page end in `--` and a number.
fn command(typed: &Typed) -> MemberCommand {
    let duty = typed.pairs().find(|(name, _)| name.split("--").next() == Some("duty"));
    MemberCommand { duty: duty.map_or(String::new(), |(_, value)| value.to_owned()), mandates: typed.all("mandates") }
}

async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let (login, command) = (typed.get("login"), command(&typed));
    match member_invite(&app, &caller.ctx, &id, login, command).await {
        Ok(_) => Ok(Redirect::to(&format!("/organisations/{id}/members")).into_response()),
        Err(Fault::Refused(refusal)) if refusal.field.is_some() => {
            let members = member_list(&app, &caller.ctx, &id).await?;
            let again = |form: Form| form.fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &build(&caller, &members, None, again)))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The page again, with what was refused above it.
async fn again(app: &App, caller: &Caller, organisation: Option<String>, fault: Fault) -> Result<Response, Problem> {
    match (fault, organisation) {
        (Fault::Refused(refusal), Some(organisation)) if matches!(refusal.kind.status(), 409 | 422) => {
            let members = member_list(app, &caller.ctx, &organisation).await?;
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &build(caller, &members, Some(&refusal), |form| form)))
        }
        (fault, _) => Err(fault.into()),
    }
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let organisation = organisation_of(&app, &caller.ctx, &id).await?.map(|(organisation, _)| organisation);
    match member_change(&app, &caller.ctx, &id, command(&typed)).await {
        Ok(_) => Ok(back(organisation)),
        Err(fault) => again(&app, &caller, organisation, fault).await,
    }
}

async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let place = organisation_of(&app, &caller.ctx, &id).await?;
    match member_remove(&app, &caller.ctx, &id).await {
        // Whoever has left sees the members no more.
        Ok(_) => Ok(back(place.filter(|(_, own)| !own).map(|(organisation, _)| organisation))),
        Err(fault) => again(&app, &caller, place.map(|(organisation, _)| organisation), fault).await,
    }
}

/// To the list of members, where the reader may still see it.
fn back(organisation: Option<String>) -> Response {
    let place = organisation.map_or_else(|| "/my/organisation".to_owned(), |id| format!("/organisations/{id}/members"));
    Redirect::to(&place).into_response()
}

async fn accept(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    member_accept(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to("/my/organisation").into_response())
}
