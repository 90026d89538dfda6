//! Who may do what with accounts, payments and statements, as one table that is reviewed line by line.

use platform::policy::Resource;
use platform::{Actor, Mandate, Role};
use testkit::{member, policy_table, with_role};

const CITY: &str = "330500";
const OTHER_CITY: &str = "341800";
const FIRM: &str = "o-firm";

fn cast() -> Vec<(&'static str, Actor)> {
    vec![
        ("visitor", Actor::visitor()),
        ("person", Actor { account: Some("a-person".into()), ..Actor::default() }),
        ("maker", with_role("a-maker", Role::CityOfficer, Some(CITY))),
        ("office", with_role("a-office", Role::CityOfficer, Some(CITY))),
        ("other-office", with_role("a-other-office", Role::CityOfficer, Some(OTHER_CITY))),
        ("pays", member("a-pays", FIRM, &[Mandate::Pay])),
        ("manages", member("a-manages", FIRM, &[Mandate::Manage, Mandate::Sign])),
        ("joint", with_role("a-joint", Role::JointOffice, None)),
        ("admin", with_role("a-admin", Role::Administrator, None)),
    ]
}

fn of_city(kind: &'static str) -> Resource {
    Resource::new(kind, "x").with("owner", "city").with("city", CITY)
}

fn of_firm(kind: &'static str) -> Resource {
    Resource::new(kind, "x").with("owner", "organisation").with("organisation", FIRM)
}

fn of_joint(kind: &'static str) -> Resource {
    Resource::new(kind, "x").with("owner", "joint-office")
}

fn resources() -> Vec<(&'static str, Resource)> {
    let payment = |resource: Resource, party: bool| resource.with("maker", "a-maker").with("party", party);
    vec![
        ("the house", Resource::house()),
        ("of the city", of_city("LedgerAccount")),
        ("of the firm", of_firm("LedgerAccount")),
        ("of the joint office", of_joint("LedgerAccount")),
        ("of the city", payment(of_city("Payment"), false)),
        ("of the city, to the asker's own firm", payment(of_city("Payment"), true)),
        ("of the firm", payment(of_firm("Payment"), false)),
        ("of the joint office", payment(of_joint("Payment"), false)),
        ("of the city", of_city("PaymentFile")),
        ("of the firm", of_firm("PaymentFile")),
        ("of the joint office", of_joint("PaymentFile")),
        ("of the city", of_city("BankStatement")),
        ("of the firm", of_firm("BankStatement")),
        ("of the joint office", of_joint("BankStatement")),
        ("of the city", of_city("LineEntry").with("maker", "a-maker")),
        ("of the firm", of_firm("LineEntry").with("maker", "a-maker")),
        ("of the joint office", of_joint("LineEntry").with("maker", "a-maker")),
    ]
}

#[test]
fn who_may_do_what_with_money() {
    insta::assert_snapshot!(policy_table(&ledger::capability(), &cast(), &resources()));
}
