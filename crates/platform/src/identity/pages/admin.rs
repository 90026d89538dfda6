//! Administration: its index, the list of accounts, invitations.

use super::{OncePage, city_field, on_form, role_field, role_text};
use crate::app::App;
use crate::capability::Route;
use crate::identity::actions::{self, NewInvite, OneTimeLink};
use crate::identity::idempotency::new_key;
use crate::identity::rules::grant_of;
use crate::identity::{Account, Grant, Invite};
use crate::policy::Resource;
use crate::request::Caller;
use crate::web::kinds::{DashboardFrame, ListFrame};
use crate::web::page::PageQuery;
use crate::web::parts::{Empty, Facets, Field, FieldKind, Figure, Figures, Form, Pager, SearchBox, Tag, Tone};
use crate::web::{Menu, Problem, Shell, html, html_with};
use askama::Template;
use axum::extract::{Form as Posted, Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    let row = |method, path, action, journal, handler| Route { method, path, action, journal, handler };
    vec![
        row(Method::GET, "/admin", "admin_open", None, get(index)),
        row(Method::GET, "/admin/accounts", "account_list", None, get(accounts)),
        row(Method::POST, "/admin/invites", "invite_create", Some("invite.created"), post(invite)),
        row(
            Method::POST,
            "/admin/invites/{id}/revocations",
            "invite_revoke",
            Some("invite.revoked"),
            post(invite_revoke),
        ),
    ]
}

#[derive(Template)]
#[template(path = "identity/admin.html")]
struct AdminPage {
    shell: Shell,
    dashboard: DashboardFrame,
    dead: i64,
    places: Vec<(&'static str, String, String)>,
}

async fn index(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "admin_open", &Resource::house())?;
    let t = caller.visit.t;
    let (_, accounts) = actions::account_list(&app, &caller.ctx, "", "", 1).await?;
    let (_, counts) = actions::job_list(&app, &caller.ctx, "dead", 1).await?;
    let of = |state: &str| counts.iter().find(|(name, _)| name == state).map_or(0, |(_, count)| *count);
    let leaf = crate::journal::last_leaf(&app.db().read()).await?;
    let figure = |label: &str, value: i64, href: &str| Figure {
        label: t.msg(label).into_owned(),
        value: t.num(value),
        href: href.to_owned(),
        ..Figure::default()
    };
    let figures = vec![
        figure("admin-accounts", accounts, "/admin/accounts"),
        figure("admin-jobs-ready", of("ready") + of("running"), "/admin/jobs?state=ready"),
        figure("admin-jobs-dead", of("dead"), "/admin/jobs?state=dead"),
        figure("admin-journal", leaf + 1, "/admin/journal"),
    ];
    let own = [
        ("/admin/accounts", "admin-accounts"),
        ("/admin/jobs", "admin-jobs"),
        ("/admin/journal", "admin-journal"),
        ("/admin/erasures", "admin-erasures"),
    ];
    let theirs = caller.visit.site.nav.iter().filter(|item| item.menu == Menu::Admin).map(|item| (item.href, item.key));
    let text = |key: &str| t.msg(key).into_owned();
    let page = AdminPage {
        shell: caller.visit.shell(t.msg("nav-admin")).private(),
        dashboard: DashboardFrame {
            crumbs: None,
            heading: text("nav-admin"),
            lede: text("admin-lede"),
            figures: Figures { figures },
            actions: Vec::new(),
        },
        dead: of("dead"),
        places: own
            .into_iter()
            .chain(theirs)
            .map(|(href, key)| (href, text(key), text(&format!("{key}-about"))))
            .collect(),
    };
    Ok(html(&page))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(flatten)]
    page: PageQuery,
}

#[derive(Template)]
#[template(path = "identity/accounts.html")]
struct AccountsPage {
    shell: Shell,
    list: ListFrame,
    accounts: Vec<(Account, Vec<Tag>)>,
    invites: Vec<(Invite, String)>,
    invite: Form,
}

fn invite_form(caller: &Caller) -> Form {
    let t = caller.visit.t;
    Form::new(t, "/admin/invites", t.msg("admin-invite-submit"))
        .idempotency_key(new_key())
        .field(Field::line(t, "name", t.msg("link-name")).chars_max(kernel::limits::TITLE_CHARS_MAX))
        .field(Field::new(t, FieldKind::Line("email"), "email", t.msg("link-email")).optional())
        .field(role_field(t).hint(t.msg("admin-invite-role-hint")).optional())
        .field(city_field(t))
}

async fn accounts(State(app): State<App>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let form = invite_form(&caller);
    Ok(html(&accounts_page(&app, &caller, &asked, form).await?))
}

async fn accounts_page(app: &App, caller: &Caller, asked: &Asked, invite: Form) -> Result<AccountsPage, Problem> {
    let t = caller.visit.t;
    let page = asked.page.page()?;
    let after = page.cursor.clone().unwrap_or_default();
    let (mut rows, total) = actions::account_list(app, &caller.ctx, &asked.q, &after, page.limit + 1).await?;
    let more = rows.len() > page.limit;
    rows.truncate(page.limit);
    let next = rows.last().filter(|_| more).map(|account| caller.visit.href_with("cursor", &account.login));
    let shown = rows.len();
    let mut accounts = Vec::with_capacity(shown);
    for account in rows {
        let grants = actions::grants_of(app, &caller.ctx, &account.id).await?;
        let tags = tags(caller, &account, &grants);
        accounts.push((account, tags));
    }
    let invites = actions::invite_list(app, &caller.ctx).await?;
    let list = ListFrame {
        heading: t.msg("admin-accounts").into_owned(),
        lede: t.msg("admin-accounts-about").into_owned(),
        search: Some(SearchBox {
            t,
            action: "/admin/accounts".to_owned(),
            label: t.msg("admin-accounts-find").into_owned(),
            q: asked.q.clone(),
            keep: Vec::new(),
        }),
        facets: Facets { t, groups: Vec::new(), clear_href: String::new() },
        sorts: Vec::new(),
        action: None,
        csv_href: String::new(),
        json_href: String::new(),
        pager: Pager {
            t,
            total,
            shown,
            first_href: if after.is_empty() { String::new() } else { caller.visit.href_with("cursor", "") },
            next_href: next.unwrap_or_default(),
        },
        empty: Empty::nothing_found(t, "/admin/accounts"),
        ranked: false,
    };
    let about = |invite: &Invite| invite.roles.iter().map(|grant| role_text(t, grant)).collect::<Vec<_>>().join(" · ");
    Ok(AccountsPage {
        shell: caller.visit.shell(t.msg("admin-accounts")).private(),
        list,
        accounts,
        invites: invites.into_iter().map(|invite| (invite.clone(), about(&invite))).collect(),
        invite,
    })
}

/// Roles, standing and demo mark of an account, as labels.
pub(super) fn tags(caller: &Caller, account: &Account, grants: &[Grant]) -> Vec<Tag> {
    let t = caller.visit.t;
    let mut tags: Vec<Tag> = grants.iter().map(|grant| Tag::new(Tone::Indigo, role_text(t, grant))).collect();
    if account.disabled_ms.is_some() {
        tags.push(Tag::new(Tone::Cinnabar, t.msg("admin-account-disabled")));
    }
    if account.demo {
        tags.push(Tag::demo(t));
    }
    tags
}

#[derive(Deserialize)]
struct TypedInvite {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    city: String,
}

async fn invite(
    State(app): State<App>,
    caller: Caller,
    Posted(typed): Posted<TypedInvite>,
) -> Result<Response, Problem> {
    let made = match grant_of(&typed.role, &typed.city) {
        Ok(grant) => {
            let new =
                NewInvite { name: typed.name.clone(), email: typed.email.clone(), roles: grant.into_iter().collect() };
            actions::invite_create(&app, &caller.ctx, new).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    match made {
        Ok(link) => Ok(link_once(&app, &caller, &link)),
        Err(fault) => {
            let filled = [("name", &typed.name), ("email", &typed.email), ("role", &typed.role), ("city", &typed.city)];
            let form = invite_form(&caller).fill(filled.map(|(name, value)| (name, value.as_str())));
            let (status, form) = on_form(fault, form)?;
            let asked = Asked { q: String::new(), page: PageQuery::default() };
            Ok(html_with(status, &accounts_page(&app, &caller, &asked, form).await?))
        }
    }
}

/// Shows a fresh link once, whole, ready to be handed on.
pub(super) fn link_once(app: &App, caller: &Caller, link: &OneTimeLink) -> Response {
    let t = caller.visit.t;
    let secret = link.url(&app.settings().public_url);
    let lede = match secret {
        Some(_) => t.with("admin-link-once", "until", t.datetime(link.invite.expires_ms)),
        None => t.msg("admin-link-told").into_owned(),
    };
    let page = OncePage {
        shell: caller.visit.shell(t.msg("admin-link-made")).private(),
        heading: t.msg("admin-link-made").into_owned(),
        lede,
        secret: secret.unwrap_or_default(),
        back_href: "/admin/accounts".to_owned(),
        back_label: t.msg("admin-accounts").into_owned(),
    };
    html_with(StatusCode::OK, &page)
}

async fn invite_revoke(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Redirect, Problem> {
    actions::invite_revoke(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/admin/accounts"))
}
