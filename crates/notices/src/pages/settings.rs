//! How one wants to hear: frequencies, quiet hours, the address of the mail.

use super::{Place, on_form, places};
use crate::actions::address::{address_ask, address_remove};
use crate::actions::preference::{Change, Settings, settings_change, settings_view};
use crate::api::settings::change_of;
use crate::rules::message::{Tab, Topic};
use crate::rules::timing::{Frequency, Quiet};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::typed::Typed;
use rooms::routes::{read, write};

/// Routes of the settings.
pub fn routes() -> Vec<Route> {
    vec![
        read("/inbox/settings", "notice_settings_view", get(page)),
        write("/inbox/settings", "notice_settings_change", "notice.settings_changed", post(change)),
        write("/inbox/address", "mail_address_ask", "mail_address.asked", post(ask)),
        write("/inbox/address/removals", "mail_address_remove", "mail_address.removed", post(remove)),
    ]
}

#[derive(Template)]
#[template(path = "notices/settings.html")]
struct Page {
    shell: Shell,
    places: Vec<Place>,
    confirmed: String,
    asked: String,
    address: Form,
    remove: Option<Form>,
    choices: Form,
}

fn address_form(t: T, settings: &Settings) -> Form {
    let known = settings.address.address.clone().or_else(|| settings.known.clone());
    let field = Field::new(t, FieldKind::Line("email"), "email", t.msg("mail-address"))
        .hint(t.msg("mail-address-hint"))
        .autocomplete("email")
        .value(known.unwrap_or_default());
    Form::new(t, "/inbox/address", t.msg("mail-address-ask")).field(field)
}

fn choices_form(t: T, settings: &Settings) -> Form {
    let choice = |one: Frequency| Choice::new(one.code(), t.msg(format!("frequency-{}", one.code())));
    let mut form = Form::new(t, "/inbox/settings", t.msg("settings-save"));
    for topic in Topic::ALL {
        let hint = match topic.tab() {
            _ if topic == Topic::Security => t.msg("settings-security-hint"),
            Tab::Process => t.msg("settings-process-hint"),
            Tab::Subscriptions => t.msg("settings-subscription-hint"),
        };
        let field = Field::new(
            t,
            FieldKind::Select(Frequency::ALL.map(choice).to_vec()),
            topic.code(),
            t.msg(format!("notice-topic-{}", topic.code())),
        );
        form = form.field(field.hint(hint).value(settings.preferences.frequency(topic).code()));
    }
    let quiet = |name: &str, minute: Option<i64>| {
        let label = t.msg(format!("settings-{}", name.replace('_', "-")));
        Field::line(t, name, label).optional().value(minute.map(Quiet::words).unwrap_or_default())
    };
    let hours = settings.preferences.quiet;
    form.field(quiet("quiet_from", hours.map(|quiet| quiet.from)).hint(t.msg("settings-quiet-hint")))
        .field(quiet("quiet_to", hours.map(|quiet| quiet.to)))
}

fn build(caller: &Caller, settings: &Settings) -> Page {
    let t = caller.visit.t;
    let address = &settings.address;
    let any = address.address.is_some() || address.asked.is_some();
    Page {
        shell: caller.visit.shell(t.msg("inbox-settings")).private(),
        places: places(t, "/inbox/settings"),
        confirmed: address.address.clone().unwrap_or_default(),
        asked: address.asked.clone().unwrap_or_default(),
        address: address_form(t, settings),
        remove: any.then(|| Form::new(t, "/inbox/address/removals", t.msg("mail-address-remove"))),
        choices: choices_form(t, settings),
    }
}

async fn page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let settings = settings_view(&app, &caller.ctx).await?;
    Ok(html(&build(&caller, &settings)))
}

/// What the form says; a topic that it does not name stays as it is.
fn command(typed: &Typed) -> Result<Change, Refusal> {
    let chosen = Topic::ALL.into_iter().map(|topic| (topic.code(), typed.get(topic.code())));
    let chosen = chosen.filter(|(_, frequency)| !frequency.is_empty());
    change_of(chosen, Some((typed.get("quiet_from"), typed.get("quiet_to"))))
}

/// The answers as they were typed, in place of those that are kept.
fn typed_again(mut form: Form, typed: &Typed, refusal: &Refusal) -> Form {
    form.fields.iter_mut().for_each(|field| field.values.clear());
    form.fill(typed.pairs()).refuse(refusal)
}

async fn change(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let done = match command(&typed) {
        Ok(change) => settings_change(&app, &caller.ctx, change).await,
        Err(refusal) => Err(refusal.into()),
    };
    let Err(fault) = done else { return Ok(Redirect::to("/inbox/settings").into_response()) };
    let refusal = on_form(fault)?;
    let mut page = build(&caller, &settings_view(&app, &caller.ctx).await?);
    page.choices = typed_again(page.choices, &typed, &refusal);
    Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn ask(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let Err(fault) = address_ask(&app, &caller.ctx, typed.get("email")).await else {
        return Ok(Redirect::to("/inbox/settings").into_response());
    };
    let refusal = on_form(fault)?;
    let mut page = build(&caller, &settings_view(&app, &caller.ctx).await?);
    page.address = typed_again(page.address, &typed, &refusal);
    Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn remove(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    address_remove(&app, &caller.ctx).await?;
    Ok(Redirect::to("/inbox/settings").into_response())
}
