//! Who may do what in reviews, as one table that is reviewed line by line.

use kernel::Adcode;
use platform::ctx::Membership;
use platform::policy::{Policies, Resource, matrix};
use platform::{Actor, Role};

const CITY: &str = "330500";
const OTHER_CITY: &str = "341800";
const OWNER: &str = "owner";

fn with_role(account: &str, role: Role, city: Option<&str>) -> Actor {
    let cities = city.map(|code| Adcode::parse(code).expect("an adcode")).into_iter().collect();
    Actor { account: Some(account.into()), roles: vec![role], cities, ..Actor::default() }
}

fn member(mut actor: Actor, organisation: &str) -> Actor {
    let (organisation, name) = (organisation.to_owned(), organisation.to_owned());
    actor.memberships.push(Membership { organisation, name, city: None, mandates: Vec::new() });
    actor
}

fn person(account: &str) -> Actor {
    Actor { account: Some(account.into()), ..Actor::default() }
}

fn cast() -> Vec<(&'static str, Actor)> {
    vec![
        ("visitor", Actor::visitor()),
        ("person", person("a-person")),
        ("owner", member(person("a-owner"), OWNER)),
        ("answerer", member(person("a-answerer"), "team")),
        ("expert", with_role("a-expert", Role::Expert, None)),
        ("other-expert", with_role("a-other", Role::Expert, None)),
        ("office", with_role("a-office", Role::CityOfficer, Some(CITY))),
        ("asker", with_role("a-asker", Role::CityOfficer, Some(CITY))),
        ("owners-officer", member(with_role("a-both", Role::CityOfficer, Some(CITY)), OWNER)),
        ("other-office", with_role("a-other-office", Role::CityOfficer, Some(OTHER_CITY))),
        ("joint", with_role("a-joint", Role::JointOffice, None)),
        ("admin", with_role("a-admin", Role::Administrator, None)),
    ]
}

fn resources() -> Vec<(&'static str, Resource)> {
    let review = |office: &'static str| {
        Resource::new("CallReview", "c").with("owner", OWNER).with("office", office).with("state", "review")
    };
    let waiver = Resource::new("CallWaiver", "w").with("owner", OWNER).with("office", CITY).with("asker", "a-asker");
    let call =
        |state: &'static str| Resource::new("Call", "c").with("owner", OWNER).with("office", CITY).with("state", state);
    vec![
        ("the house", Resource::house()),
        ("a review of the city", review(CITY)),
        ("a review of the joint office", review("joint")),
        ("a waiver", waiver),
        ("a call that is checked", call("checking")),
        ("a call under review", call("review")),
        ("the city's seat", Resource::new("DrawSeat", "d/1").with("kind", "city").with("city", CITY)),
        ("the joint office's seat", Resource::new("DrawSeat", "d/2").with("kind", "joint")),
        ("the expert's place", Resource::new("ReviewerPlace", "p").with("account", "a-expert")),
        ("the expert's answer", Resource::new("ReviewTask", "t").with("account", "a-expert")),
        ("the expert's ties", Resource::new("ExpertTies", "x").with("account", "a-expert")),
    ]
}

#[test]
fn who_may_do_what_in_reviews() {
    let sources = [(
        "calls",
        concat!(include_str!("../../src/policy/call.cedar"), "\n", include_str!("../../src/policy/review.cedar")),
    )];
    let policies = Policies::load(sources.into_iter()).expect("the policies hold");
    let own = Policies::load([("calls", include_str!("../../src/policy/call.cedar"))].into_iter()).expect("they hold");
    let table = matrix(&policies, &cast(), &resources());
    let shown = |action: &str| table.lines().any(|line| line.split_whitespace().next() == Some(action));
    let missing: Vec<&str> = policies.actions().filter(|action| !own.knows(action) && !shown(action)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "actions without a row");
    let mine = |line: &&str| line.split_whitespace().next().is_none_or(|action| !own.knows(action));
    insta::assert_snapshot!(table.lines().filter(mine).collect::<Vec<_>>().join("\n"));
}
