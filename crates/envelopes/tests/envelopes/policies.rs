//! Who may do what with committees, rounds and envelopes, as one table that is reviewed line by line.

use kernel::Adcode;
use platform::ctx::{Mandate, Membership};
use platform::policy::{Policies, Resource, matrix};
use platform::{Actor, Role};

const CITY: &str = "330500";
const OTHER_CITY: &str = "341800";

fn with_role(account: &str, role: Role, city: Option<&str>) -> Actor {
    let cities = city.map(|code| Adcode::parse(code).expect("an adcode")).into_iter().collect();
    Actor { account: Some(account.into()), roles: vec![role], cities, ..Actor::default() }
}

fn member(account: &str, mandates: Vec<Mandate>) -> Actor {
    let membership = Membership { organisation: "o".into(), name: "单位".into(), city: None, mandates };
    Actor { account: Some(account.into()), memberships: vec![membership], ..Actor::default() }
}

fn cast() -> Vec<(&'static str, Actor)> {
    vec![
        ("visitor", Actor::visitor()),
        ("person", Actor { account: Some("a-person".into()), ..Actor::default() }),
        ("bidder", member("a-bidder", vec![Mandate::Bid])),
        ("signer", member("a-signer", vec![Mandate::Sign])),
        ("expert", with_role("a-expert", Role::Expert, None)),
        ("office", with_role("a-office", Role::CityOfficer, Some(CITY))),
        ("other-office", with_role("a-other-office", Role::CityOfficer, Some(OTHER_CITY))),
        ("joint", with_role("a-joint", Role::JointOffice, None)),
        ("admin", with_role("a-admin", Role::Administrator, None)),
    ]
}

fn resources() -> Vec<(&'static str, Resource)> {
    let seat = |kind: &'static str| Resource::new("CommitteeSeat", "c/1").with("kind", kind);
    let envelope = |owner: &'static str, opened: bool| {
        Resource::new("SealedEnvelope", "e").with("organisation", "o").with("owner", owner).with("opened", opened)
    };
    vec![
        ("the house", Resource::house()),
        ("a committee", Resource::new("Committee", "c").with("state", "ready")),
        ("the city's seat", seat("city").with("city", CITY)),
        ("the joint office's seat", seat("joint")),
        ("a notary's seat", seat("notary")),
        ("a round", Resource::new("SealedRound", "r").with("owner", "office").with("state", "open")),
        ("the organisation as a sender", Resource::new("EnvelopeSender", "o").with("organisation", "o")),
        ("its sealed envelope", envelope("office", false)),
        ("its opened envelope", envelope("office", true)),
        ("its opened envelope of an auction", envelope("auction", true)),
    ]
}

#[test]
fn who_may_do_what_with_sealed_rounds() {
    let capability = envelopes::capability();
    let policies = Policies::load([(capability.name, capability.policy)].into_iter()).expect("the policies hold");
    let table = matrix(&policies, &cast(), &resources());
    // Only the house's own kinds may be missing from this table; platform tests show them.
    let own = Policies::load(std::iter::empty()).expect("the house's own policies hold");
    let shown = |action: &str| table.lines().any(|line| line.split_whitespace().next() == Some(action));
    let missing: Vec<&str> = policies.actions().filter(|action| !own.knows(action) && !shown(action)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "actions without a row");
    insta::assert_snapshot!(table);
}
