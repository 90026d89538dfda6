//! Who may do what with every noun of the registry, as one table that is reviewed line by line.

use platform::policy::Resource;
use platform::{Actor, Mandate, Role};
use testkit::{member, policy_table, with_role};

/// The organisation things belong to, the one that looks on, and the two offices.
const OWN: &str = "o-own";
const OTHER: &str = "o-other";
const OFFICE: &str = "330500";
const OTHER_OFFICE: &str = "341800";

fn cast() -> Vec<(&'static str, Actor)> {
    vec![
        ("visitor", Actor::visitor()),
        ("person", Actor { account: Some("a-person".into()), ..Actor::default() }),
        ("keeper", member("a-keeper", OWN, &[Mandate::Manage])),
        ("publisher", member("a-publisher", OWN, &[Mandate::Publish])),
        ("member", member("a-member", OWN, &[])),
        ("outsider", member("a-outsider", OTHER, &[Mandate::Manage, Mandate::Publish])),
        ("expert", with_role("a-expert", Role::Expert, None)),
        ("office", with_role("a-office", Role::CityOfficer, Some(OFFICE))),
        ("other-office", with_role("a-other-office", Role::CityOfficer, Some(OTHER_OFFICE))),
        ("joint", with_role("a-joint", Role::JointOffice, None)),
        ("admin", with_role("a-admin", Role::Administrator, None)),
    ]
}

fn organisation(state: &'static str, author: Option<&str>) -> Resource {
    Resource::new("Organisation", OWN)
        .with("organisation", OWN)
        .with("state", state)
        .with("office", OFFICE)
        .with("published", state == "listed")
        .with_some("author", author)
}

fn listing(state: &'static str, submitted: bool, waiting: bool) -> Resource {
    Resource::new("Listing", "l")
        .with("side", "need")
        .with("state", state)
        .with("organisation", OWN)
        .with("office", OFFICE)
        .with("submitted", submitted)
        .with("waiting", waiting)
}

fn contact(office: Option<&str>, consent: bool) -> Resource {
    let new = Resource::new("Contact", "c").with("to", OWN).with("from", OTHER).with("consent", consent);
    new.with_some("office", office)
}

fn workstation(state: &'static str) -> Resource {
    Resource::new("Workstation", "w").with("organisation", OWN).with("office", OFFICE).with("state", state)
}

fn import(noun: &'static str, publish: bool) -> Resource {
    let offices = platform::policy::Attr::Set(vec![OFFICE.to_owned()]);
    Resource::new("Import", noun).with("noun", noun).with("publish", publish).with("offices", offices)
}

fn resources() -> Vec<(&'static str, Resource)> {
    let expert = |state: &'static str| Resource::new("Expert", "e").with("state", state);
    let poc = |state: &'static str| Resource::new("PocProject", "p").with("organisation", OWN).with("state", state);
    vec![
        ("the house", Resource::house()),
        ("unclaimed or claimed, listed", organisation("listed", None)),
        ("a person's draft", organisation("draft", Some("a-person"))),
        ("refused", organisation("refused", Some("a-person"))),
        ("the member himself", Resource::new("Member", "m").with("organisation", OWN).with("account", "a-member")),
        ("a claim of a person", {
            let claim = Resource::new("Claim", "k").with("organisation", OWN).with("account", "a-person");
            claim.with("office", OFFICE)
        }),
        ("draft, never sent", listing("draft", false, false)),
        ("waiting for the office", listing("submitted", true, true)),
        ("published", listing("published", true, false)),
        ("expired", listing("expired", true, false)),
        ("withdrawn", listing("withdrawn", true, false)),
        ("asked directly", contact(None, false)),
        ("asked directly, accepted", contact(None, true)),
        ("asked by way of the office", contact(Some(OFFICE), false)),
        ("listed, his own", expert("listed").with("account", "a-expert")),
        ("listed, kept by the office", expert("listed").with("keeper", OFFICE)),
        ("withdrawn, his own", expert("withdrawn").with("account", "a-expert")),
        ("proposed", workstation("proposed")),
        ("recognised", workstation("listed")),
        ("ended", workstation("ended")),
        ("draft", poc("draft")),
        ("published", poc("published")),
        ("looked after by another organisation's centre", poc("draft").with("centre", OTHER).with("named", OTHER)),
        ("asks another organisation's centre", poc("draft").with("asked", OTHER).with("named", OTHER)),
        ("declined by another organisation's centre", poc("draft").with("named", OTHER)),
        ("a step that it entered", Resource::new("PocStep", "s").with("author", OWN)),
        ("organisations", import("organisations", false)),
        ("needs", import("needs", false)),
        ("needs, published without review", import("needs", true)),
        ("begun by the office", Resource::new("ImportBatch", "i").with("by", "a-office")),
    ]
}

#[test]
fn who_may_do_what_in_the_registry() {
    insta::assert_snapshot!(policy_table(&registry::capability(), &cast(), &resources()));
}
