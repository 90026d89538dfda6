//! Why was this refused: an administrator's page.

use crate::actions::why::{Question, WhyView, why_actions, why_list};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use kernel::RefusalKind;
use platform::capability::Route;
use platform::policy::Explanation;
use platform::web::parts::Crumbs;
use platform::web::{Problem, Shell, html_with};
use platform::{App, Caller};
use rooms::routes::read;
use serde::Deserialize;

/// Routes of explanations.
pub fn routes() -> Vec<Route> {
    vec![read("/admin/why", "why_list", get(page))]
}

#[derive(Deserialize, Default)]
struct WhyQuery {
    #[serde(default)]
    request: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    about: String,
}

/// One decision as it is shown.
struct Shown {
    heading: String,
    at: String,
    why: Explanation,
}

#[derive(Template)]
#[template(path = "access/why.html")]
struct WhyPage {
    shell: Shell,
    crumbs: Crumbs,
    asked: WhyQuery,
    actions: Vec<String>,
    error: String,
    shown: Vec<Shown>,
    nothing: bool,
}

fn shown(caller: &Caller, view: WhyView) -> Vec<Shown> {
    let t = caller.visit.t;
    let verdict = |why: &Explanation| match (why.allowed && why.code.is_empty(), why.step_up) {
        (true, _) => t.msg("access-why-allowed").into_owned(),
        (_, true) => t.msg("access-why-step-up").into_owned(),
        _ => t.with("access-why-refused", "code", why.code.as_str()),
    };
    let now = view.now.map(|why| Shown { heading: verdict(&why), at: String::new(), why });
    let then = view.refused.into_iter().map(|refused| Shown {
        heading: verdict(&refused.why),
        at: t.with2("access-why-at", "at", t.datetime(refused.at_ms), "number", refused.request_id),
        why: refused.why,
    });
    now.into_iter().chain(then).collect()
}

async fn page(State(app): State<App>, caller: Caller, Query(asked): Query<WhyQuery>) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let actions = why_actions(&app, &caller.ctx)?;
    let question = Question {
        request: asked.request.clone(),
        account: asked.account.clone(),
        action: asked.action.clone(),
        about: asked.about.clone(),
    };
    let (status, view, error) = match why_list(&app, &caller.ctx, &question).await {
        Ok(view) => (StatusCode::OK, view, String::new()),
        Err(fault) => match fault.refusal() {
            Some(refusal) if refusal.kind == RefusalKind::Invalid => {
                let sentence = refusal.sentence(t.locale).to_owned();
                (StatusCode::UNPROCESSABLE_ENTITY, WhyView::default(), sentence)
            }
            _ => return Err(fault.into()),
        },
    };
    let shown = shown(&caller, view);
    let asked_something = !(asked.request.is_empty() && asked.account.is_empty() && asked.action.is_empty());
    let page = WhyPage {
        shell: caller.visit.shell(t.msg("access-why-menu")).private(),
        crumbs: Crumbs::new(t, t.msg("access-why-menu").into_owned()).over("/admin", t.msg("nav-admin").into_owned()),
        nothing: shown.is_empty() && asked_something && error.is_empty(),
        asked,
        actions,
        error,
        shown,
    };
    Ok(html_with(status, &page))
}
