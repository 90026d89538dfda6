//! What one belongs to: organisations, invitations, claims.

use super::words::{city_name, name};
use crate::actions::claim::{ClaimCard, claim_own};
use crate::actions::membership::invitation_list;
use crate::corridor;
use crate::pages::claim::claim_words;
use crate::pages::membership::mandate_names;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use platform::web::parts::{Action, Empty, Tag};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller, Mandate, Membership};

#[derive(Template)]
#[template(path = "registry/organisation_mine.html")]
struct Page {
    shell: Shell,
    own: Vec<Own>,
    invitations: Vec<Invitation>,
    claims: Vec<ClaimLine>,
    empty: Empty,
}

struct Own {
    id: String,
    name: String,
    city: String,
    mandates: String,
    links: Vec<Action>,
}

struct Invitation {
    id: String,
    name: String,
    mandates: String,
}

/// A claim in a list.
pub(crate) struct ClaimLine {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) tag: Tag,
    pub(crate) about: String,
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let invitations = invitation_list(&app, &caller.ctx).await?;
    let claims = claim_own(&app, &caller.ctx).await?;
    let (t, corridor) = (caller.visit.t, corridor::of(&app));
    let own = |membership: &Membership| Own {
        id: membership.organisation.clone(),
        name: membership.name.clone(),
        city: city_name(t, &corridor, membership.city),
        mandates: mandate_names(t, membership.mandates.iter().map(|mandate| mandate.code())),
        links: links(t, membership),
    };
    let page = Page {
        shell: caller.visit.shell(t.msg("organisation-mine")).private(),
        own: caller.ctx.actor.memberships.iter().map(own).collect(),
        invitations: invitations
            .iter()
            .map(|(member, organisation)| Invitation {
                id: member.id.clone(),
                name: name(t, organisation),
                mandates: mandate_names(t, member.mandates.iter().map(String::as_str)),
            })
            .collect(),
        claims: claims.iter().map(|card| claim_line(t, card)).collect(),
        empty: Empty::new(t.msg("organisation-mine-empty"), t.msg("organisation-mine-empty-text"))
            .action("/organisations", t.msg("organisation-mine-search"))
            .action("/organisations/new", t.msg("organisation-new")),
    };
    Ok(html(&page))
}

fn links(t: T, membership: &Membership) -> Vec<Action> {
    let id = &membership.organisation;
    let mut links = [("", "look"), ("/members", "members"), ("/edit", "edit"), ("#workstations", "workstations")]
        .map(|(path, key)| Action::new(format!("/organisations/{id}{path}"), t.msg(format!("organisation-mine-{key}"))))
        .to_vec();
    links.push(Action::new("/poc?own=1", t.msg("poc-party")));
    if membership.mandates.contains(&Mandate::Publish) {
        links.push(Action::new(format!("/poc/new?organisation={id}"), t.msg("poc-new")));
    }
    links
}

pub(crate) fn claim_line(t: T, card: &ClaimCard) -> ClaimLine {
    let claim = &card.filed.claim;
    let (tag, about) = claim_words(t, claim);
    ClaimLine { href: format!("/claims/{}", claim.id), name: name(t, &card.organisation), tag, about }
}
