//! Who may do what with calls and pledges, as one table that is reviewed line by line.

use kernel::Adcode;
use platform::ctx::{Mandate, Membership};
use platform::policy::{Policies, Resource, matrix};
use platform::{Actor, Role};

const CITY: &str = "330500";
const OTHER_CITY: &str = "341800";
const OWNER: &str = "owner";
const FUNDER: &str = "funder";
/// The policies of these two nouns alone; every other noun has a table of its own.
const POLICY: &str = include_str!("../../src/policy/call.cedar");

fn with_role(account: &str, role: Role, city: Option<&str>) -> Actor {
    let cities = city.map(|code| Adcode::parse(code).expect("an adcode")).into_iter().collect();
    Actor { account: Some(account.into()), roles: vec![role], cities, ..Actor::default() }
}

fn member(mut actor: Actor, organisation: &str, mandates: &[Mandate]) -> Actor {
    actor.memberships.push(Membership {
        organisation: organisation.into(),
        name: organisation.into(),
        city: None,
        mandates: mandates.to_vec(),
    });
    actor
}

fn person(account: &str) -> Actor {
    Actor { account: Some(account.into()), ..Actor::default() }
}

fn cast() -> Vec<(&'static str, Actor)> {
    vec![
        ("visitor", Actor::visitor()),
        ("person", person("a-person")),
        ("poser", member(person("a-poser"), OWNER, &[Mandate::Publish])),
        ("payer", member(person("a-payer"), OWNER, &[Mandate::Pay])),
        ("member", member(person("a-member"), OWNER, &[])),
        ("funder", member(person("a-funder"), FUNDER, &[Mandate::Pay])),
        ("expert", with_role("a-expert", Role::Expert, None)),
        ("office", with_role("a-office", Role::CityOfficer, Some(CITY))),
        ("owners-officer", member(with_role("a-both", Role::CityOfficer, Some(CITY)), OWNER, &[])),
        ("other-office", with_role("a-other-office", Role::CityOfficer, Some(OTHER_CITY))),
        ("asker", with_role("a-asker", Role::JointOffice, None)),
        ("joint", with_role("a-joint", Role::JointOffice, None)),
        ("admin", with_role("a-admin", Role::Administrator, None)),
    ]
}

fn resources() -> Vec<(&'static str, Resource)> {
    let call = |state: &'static str, office: &'static str| {
        Resource::new("Call", "c").with("owner", OWNER).with("office", office).with("state", state)
    };
    let pledge = |kind: &'static str| Resource::new("Pledge", "p").with("kind", kind).with("asker", "a-asker");
    vec![
        ("the house", Resource::house()),
        ("the owner", Resource::new("CallOwner", OWNER).with("organisation", OWNER)),
        ("a draft", call("draft", CITY)),
        ("posed", call("posed", CITY)),
        ("posed to the joint office", call("posed", "joint")),
        ("vetted", call("vetted", CITY)),
        ("before its parties", call("releasing", CITY)),
        ("open", call("open", CITY)),
        ("under review", call("review", CITY)),
        ("under way", call("running", CITY)),
        ("withdrawn", call("withdrawn", CITY)),
        ("without an award", call("no_award", CITY)),
        ("of the owner", pledge("owner").with("organisation", OWNER)),
        ("of the city", pledge("city").with("city", CITY)),
        ("of another organisation", pledge("organisation").with("organisation", FUNDER)),
        ("of the joint office", pledge("joint")),
        ("of a province", pledge("outer")),
    ]
}

#[test]
fn who_may_do_what_with_calls() {
    let policies = Policies::load([("calls", POLICY)].into_iter()).expect("the policies hold");
    let table = matrix(&policies, &cast(), &resources());
    // Only the house's own kinds may be missing from this table; platform tests show them.
    let own = Policies::load(std::iter::empty()).expect("the house's own policies hold");
    let shown = |action: &str| table.lines().any(|line| line.split_whitespace().next() == Some(action));
    let missing: Vec<&str> = policies.actions().filter(|action| !own.knows(action) && !shown(action)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "actions without a row");
    insta::assert_snapshot!(table);
}

#[test]
fn all_policies_of_this_capability_stand_together() {
    let capability = calls::capability();
    Policies::load([(capability.name, capability.policy)].into_iter()).expect("the policies hold");
}
