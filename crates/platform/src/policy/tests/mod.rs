//! A small invented capability is enough to show how decisions, refusals and filters behave.

mod decisions;
mod filters;
mod loading;

use super::{Policies, Resource};
use crate::ctx::{Actor, Ctx, Mandate, Membership, Role};
use kernel::{Adcode, Instant};
use std::sync::LazyLock;

pub(super) const THING: &str = r#"
//@ entity Thing { state: String, owner: String, city?: String, hidden: Bool, size: Long };
//@ @listable action thing_view appliesTo { principal: Account, resource: Thing };
//@ @listable action thing_pick appliesTo { principal: Account, resource: Thing };
//@ action thing_review, thing_note_write appliesTo { principal: Account, resource: Thing };
//@ @scope("import") action thing_import appliesTo { principal: Account, resource: House };
permit (principal, action == Action::"thing_view", resource is Thing)
when { ["published", "closed"].contains(resource.state) && !resource.hidden };
permit (principal, action == Action::"thing_view", resource is Thing)
when { principal.organisations.contains(resource.owner) };
permit (principal, action in [Action::"thing_view", Action::"thing_review"], resource is Thing)
when { resource has city && principal.cities.contains(resource.city) };
forbid (principal, action == Action::"thing_review", resource is Thing)
when { principal.organisations.contains(resource.owner) };
permit (principal, action == Action::"thing_pick", resource is Thing)
when { if resource has city then resource.size >= 3 && resource.city != "310117" else principal.roles.contains("joint-office") }
unless { principal.demo || 9 < resource.size };
permit (principal, action == Action::"thing_note_write", resource is Thing)
when { principal.signed_in && principal.publish.contains(resource.owner) };
permit (principal, action == Action::"thing_import", resource is House) when { principal.roles.contains("joint-office") };
"#;

pub(super) fn policies() -> &'static Policies {
    static LOADED: LazyLock<Policies> =
        LazyLock::new(|| Policies::load([("thing", THING)].into_iter()).expect("the test policies hold"));
    &LOADED
}

pub(super) fn as_actor(actor: Actor) -> Ctx {
    Ctx { actor, ..Ctx::system(Instant::from_ms(0)) }
}

pub(super) fn officer(city: &str) -> Actor {
    let cities = vec![Adcode::parse(city).unwrap()];
    Actor { account: Some(format!("officer-{city}")), roles: vec![Role::CityOfficer], cities, ..Actor::default() }
}

pub(super) fn member(organisation: &str, mandates: &[Mandate]) -> Actor {
    let membership = Membership {
        organisation: organisation.to_owned(),
        name: organisation.to_owned(),
        city: None,
        mandates: mandates.to_vec(),
    };
    Actor { account: Some(format!("member-{organisation}")), memberships: vec![membership], ..Actor::default() }
}

pub(super) fn with_role(role: Role) -> Actor {
    Actor { account: Some(role.code().to_owned()), roles: vec![role], ..Actor::default() }
}

pub(super) fn thing(state: &str, owner: &str, city: Option<&str>, hidden: bool, size: i64) -> Resource {
    Resource::new("Thing", "t")
        .with("state", state)
        .with("owner", owner)
        .with_some("city", city)
        .with("hidden", hidden)
        .with("size", size)
}
