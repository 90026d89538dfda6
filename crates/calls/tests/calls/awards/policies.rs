//! Who may do what from selection on, as one table that is reviewed line by line.

use kernel::Adcode;
use platform::ctx::{Mandate, Membership};
use platform::policy::{Policies, Resource, matrix};
use platform::{Actor, Role};

const CITY: &str = "330500";
const OTHER_CITY: &str = "341800";
/// The policies of these nouns; those of calls declare what they stand on.
const POLICY: &str =
    concat!(include_str!("../../../src/policy/call.cedar"), "\n", include_str!("../../../src/policy/award.cedar"));
/// Rows of other tables.
const ELSEWHERE: [&str; 3] = ["call_", "pledge_", "invite_"];
/// Actions on calls that are shown here.
const OWN: [&str; 5] = ["call_choose", "call_select", "call_decline", "call_object", "call_confirm"];

fn with_role(account: &str, role: Role, city: Option<&str>) -> Actor {
    let cities = city.map(|code| Adcode::parse(code).expect("an adcode")).into_iter().collect();
    Actor { account: Some(account.into()), roles: vec![role], cities, ..Actor::default() }
}

fn member(mut actor: Actor, organisation: &str, mandates: &[Mandate]) -> Actor {
    let (organisation, name) = (organisation.to_owned(), organisation.to_owned());
    actor.memberships.push(Membership { organisation, name, city: None, mandates: mandates.to_vec() });
    actor
}

fn person(account: &str) -> Actor {
    Actor { account: Some(account.into()), ..Actor::default() }
}

fn cast() -> Vec<(&'static str, Actor)> {
    let office = |account: &str| with_role(account, Role::CityOfficer, Some(CITY));
    vec![
        ("visitor", Actor::visitor()),
        ("person", person("a-person")),
        ("poser", member(person("a-poser"), "owner", &[Mandate::Publish])),
        ("signer", member(person("a-signer"), "owner", &[Mandate::Sign])),
        ("owner", member(person("a-owner"), "owner", &Mandate::ALL)),
        ("lead", member(person("a-lead"), "lead", &Mandate::ALL)),
        ("leads-member", member(person("a-member"), "lead", &[])),
        ("owner+lead", member(member(person("a-both"), "owner", &Mandate::ALL), "lead", &[])),
        ("owner+partner", member(member(person("a-two"), "owner", &Mandate::ALL), "partner", &[])),
        ("partner", member(person("a-partner"), "partner", &Mandate::ALL)),
        ("filer", person("a-filer")),
        ("filers", member(person("a-filers"), "critic", &[])),
        ("panel", with_role("a-panel", Role::Expert, None)),
        ("office", office("a-office")),
        ("pledger", office("a-pledger")),
        ("office+partner", member(office("a-partial"), "partner", &[])),
        ("office+critic", member(office("a-critical"), "critic", &[])),
        ("other-office", with_role("a-other-office", Role::CityOfficer, Some(OTHER_CITY))),
        ("joint", with_role("a-joint", Role::JointOffice, None)),
        ("admin", with_role("a-admin", Role::Administrator, None)),
    ]
}

fn resources() -> Vec<(&'static str, Resource)> {
    let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<String>>();
    let call = |state: &'static str| {
        Resource::new("Call", "c").with("owner", "owner").with("office", CITY).with("state", state)
    };
    let award = |office: &'static str| {
        Resource::new("Award", "a")
            .with("owner", "owner")
            .with("lead", "lead")
            .with("team", texts(&["lead", "partner"]))
            .with("office", office)
            .with("parties", texts(&["owner", "lead", "partner"]))
            .with("hands", texts(&["a-pledger"]))
    };
    let objection = Resource::new("Objection", "o")
        .with("office", CITY)
        .with("parties", texts(&["owner", "lead", "partner", "critic"]))
        .with("hands", texts(&["a-pledger"]))
        .with("filer", "a-filer")
        .with("organisation", "critic")
        .with("panel", texts(&["a-panel"]));
    let side = |organisation: &'static str| Resource::new("ContractSide", "s").with("organisation", organisation);
    vec![
        ("at selection", call("selection")),
        ("on notice", call("notice")),
        ("an award", award(CITY)),
        ("an award of the joint office", award("joint")),
        ("the owner's side", side("owner")),
        ("the lead's side", side("lead")),
        ("an objection", objection),
    ]
}

#[test]
fn who_may_do_what_from_selection_on() {
    let policies = Policies::load([("calls", POLICY)].into_iter()).expect("the policies hold");
    let table = matrix(&policies, &cast(), &resources());
    let elsewhere = |action: &str| ELSEWHERE.iter().any(|noun| action.starts_with(noun)) && !OWN.contains(&action);
    let rows = table.lines().filter(|line| !line.split_whitespace().next().is_some_and(elsewhere));
    let table = rows.collect::<Vec<_>>().join("\n");
    let own = Policies::load(std::iter::empty()).expect("the house's own policies hold");
    let shown = |action: &str| table.lines().any(|line| line.split_whitespace().next() == Some(action));
    let missing: Vec<&str> =
        policies.actions().filter(|action| !own.knows(action) && !elsewhere(action) && !shown(action)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "actions without a row");
    insta::assert_snapshot!(table);
}
