//! Who may do what with accounts, payments and statements, as one table that is reviewed line by line.

use kernel::Adcode;
use platform::policy::{Policies, Resource, matrix};
use platform::{Actor, Mandate, Membership, Role};

const CITY: &str = "330500";
const OTHER_CITY: &str = "341800";
const FIRM: &str = "o-firm";

fn with_role(account: &str, role: Role, city: Option<&str>) -> Actor {
    let cities = city.map(|code| Adcode::parse(code).expect("an adcode")).into_iter().collect();
    Actor { account: Some(account.into()), roles: vec![role], cities, ..Actor::default() }
}

fn member(account: &str, mandates: Vec<Mandate>) -> Actor {
    let membership = Membership { organisation: FIRM.into(), name: "某公司".into(), city: None, mandates };
    Actor { account: Some(account.into()), memberships: vec![membership], ..Actor::default() }
}

fn cast() -> Vec<(&'static str, Actor)> {
    vec![
        ("visitor", Actor::visitor()),
        ("person", Actor { account: Some("a-person".into()), ..Actor::default() }),
        ("maker", with_role("a-maker", Role::CityOfficer, Some(CITY))),
        ("office", with_role("a-office", Role::CityOfficer, Some(CITY))),
        ("other-office", with_role("a-other-office", Role::CityOfficer, Some(OTHER_CITY))),
        ("pays", member("a-pays", vec![Mandate::Pay])),
        ("manages", member("a-manages", vec![Mandate::Manage, Mandate::Sign])),
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
    let capability = ledger::capability();
    let policies = Policies::load([(capability.name, capability.policy)].into_iter()).expect("the policies hold");
    let table = matrix(&policies, &cast(), &resources());
    // Only the house's own kinds may be missing from this table; platform tests show them.
    let own = Policies::load(std::iter::empty()).expect("the house's own policies hold");
    let shown = |action: &str| table.lines().any(|line| line.split_whitespace().next() == Some(action));
    let missing: Vec<&str> = policies.actions().filter(|action| !own.knows(action) && !shown(action)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "actions without a row");
    insta::assert_snapshot!(table);
}
