//! Who may do what with joint acts, meetings, items and supervision, as one table that is reviewed line by line.

use platform::policy::Resource;
use platform::{Actor, Role};
use testkit::{policy_table, with_role};

const CITY: &str = "330500";
const OTHER_CITY: &str = "341800";

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
    insta::assert_snapshot!(policy_table(&accords::capability(), &cast(), &resources()));
}
