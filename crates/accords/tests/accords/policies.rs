//! Who may do what with joint acts, meetings, items and supervision, as one table that is reviewed line by line.

use kernel::Adcode;
use platform::policy::{Policies, Resource, matrix};
use platform::{Actor, Role};

const CITY: &str = "330500";
const OTHER_CITY: &str = "341800";

fn with_role(account: &str, role: Role, city: Option<&str>) -> Actor {
    let cities = city.map(|code| Adcode::parse(code).expect("an adcode")).into_iter().collect();
    Actor { account: Some(account.into()), roles: vec![role], cities, ..Actor::default() }
}

fn cast() -> Vec<(&'static str, Actor)> {
    vec![
        ("visitor", Actor::visitor()),
        ("person", Actor { account: Some("a-person".into()), ..Actor::default() }),
        ("expert", with_role("a-expert", Role::Expert, None)),
        ("office", with_role("a-office", Role::CityOfficer, Some(CITY))),
        ("other-office", with_role("a-other-office", Role::CityOfficer, Some(OTHER_CITY))),
        ("drafter", with_role("a-drafter", Role::JointOffice, None)),
        ("joint", with_role("a-joint", Role::JointOffice, None)),
        ("admin", with_role("a-admin", Role::Administrator, None)),
    ]
}

fn resources() -> Vec<(&'static str, Resource)> {
    let accord = |state: &'static str| {
        Resource::new("Accord", "a").with("state", state).with("author", "a-drafter").with("city", CITY)
    };
    let party = |kind: &'static str, money: bool| {
        Resource::new("AccordParty", "p").with("kind", kind).with("author", "a-drafter").with("money", money)
    };
    let item = |source: &'static str| Resource::new("ActionItem", "i").with("source", source).with("city", CITY);
    vec![
        ("the house", Resource::house()),
        ("a draft", accord("draft")),
        ("before the parties", accord("circulated")),
        ("in force", accord("in_force")),
        ("failed", accord("failed")),
        ("ended", accord("ended")),
        ("the city", party("member", false).with("city", CITY)),
        ("the city of an act with money", party("member", true).with("city", CITY)),
        ("the joint office", party("joint", false)),
        ("a province", party("outer", false)),
        ("not published", Resource::new("Meeting", "m").with("state", "draft")),
        ("published", Resource::new("Meeting", "m").with("state", "published")),
        ("of an unpublished meeting", item("inside")),
        ("of a published meeting", item("public")),
        ("of the city", Resource::new("Supervision", "s").with("city", CITY)),
    ]
}

#[test]
fn who_may_do_what_with_joint_acts() {
    let capability = accords::capability();
    let policies = Policies::load([(capability.name, capability.policy)].into_iter()).expect("the policies hold");
    let table = matrix(&policies, &cast(), &resources());
    // Only the house's own kinds may be missing from this table; platform tests show them.
    let own = Policies::load(std::iter::empty()).expect("the house's own policies hold");
    let shown = |action: &str| table.lines().any(|line| line.split_whitespace().next() == Some(action));
    let missing: Vec<&str> = policies.actions().filter(|action| !own.knows(action) && !shown(action)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "actions without a row");
    insta::assert_snapshot!(table);
}
