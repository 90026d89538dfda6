//! Who may do what with answers, protected details, questions and amendments, as one table that is reviewed line by line.

use kernel::Adcode;
use platform::ctx::{Mandate, Membership};
use platform::policy::{Policies, Resource, matrix};
use platform::{Actor, Role};

const CITY: &str = "330500";
const OTHER_CITY: &str = "341800";
const OWNER: &str = "owner";
const TEAM: &str = "team";
/// The policies of these nouns, and those of calls, which they stand on.
const POLICY: &str = concat!(
    include_str!("../../src/policy/call.cedar"),
    "\n",
    include_str!("../../src/policy/nda.cedar"),
    "\n",
    include_str!("../../src/policy/question.cedar"),
    "\n",
    include_str!("../../src/policy/amendment.cedar"),
    "\n",
    include_str!("../../src/policy/answer.cedar"),
);

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

fn officer(account: &str) -> Actor {
    with_role(account, Role::CityOfficer, Some(CITY))
}

fn cast() -> Vec<(&'static str, Actor)> {
    vec![
        ("visitor", Actor::visitor()),
        ("person", person("a-person")),
        ("bidder", member(person("a-bidder"), TEAM, &[Mandate::Bid])),
        ("signer", member(person("a-signer"), TEAM, &[Mandate::Sign])),
        ("team", member(person("a-team"), TEAM, &[])),
        ("poser", member(person("a-poser"), OWNER, &[Mandate::Publish])),
        ("owner", member(person("a-owner"), OWNER, &[])),
        ("both", member(member(person("a-both"), OWNER, &[]), TEAM, &[Mandate::Bid])),
        ("expert", with_role("a-expert", Role::Expert, None)),
        ("office", officer("a-office")),
        ("checker", officer("a-checker")),
        ("owners-officer", member(officer("a-owners"), OWNER, &[])),
        ("teams-officer", member(officer("a-teams"), TEAM, &[])),
        ("other-office", with_role("a-other-office", Role::CityOfficer, Some(OTHER_CITY))),
        ("joint", with_role("a-joint", Role::JointOffice, None)),
        ("admin", with_role("a-admin", Role::Administrator, None)),
    ]
}

fn resources() -> Vec<(&'static str, Resource)> {
    let of = |kind: &'static str| Resource::new(kind, "x").with("owner", OWNER).with("office", CITY);
    let call = |state: &'static str| of("Call").with("state", state);
    let answer = |state: &'static str, phase: &'static str| {
        of("CallAnswer").with("organisation", TEAM).with("state", state).with("phase", phase)
    };
    let details =
        |state: &'static str, signed: Vec<String>| of("CallDetails").with("state", state).with("signed", signed);
    vec![
        ("the house", Resource::house()),
        ("a posed call", call("posed")),
        ("an open call", call("open")),
        ("a call in its formal check", call("checking")),
        (
            "the team as an answerer",
            Resource::new("CallAnswerer", TEAM).with("organisation", TEAM).with("owner", OWNER),
        ),
        ("to be checked", answer("received", "checking")),
        ("unreadable", answer("unreadable", "checking")),
        ("refused", answer("refused", "checking")),
        ("refused, under review", answer("refused", "review")),
        ("admitted, not yet reviewed", answer("admitted", "checking")),
        ("admitted, under review", answer("admitted", "review")),
        ("awarded, not yet on notice", answer("awarded", "selection")),
        ("awarded, on notice", answer("awarded", "notice")),
        ("not awarded", answer("unawarded", "running")),
        ("its check", of("CallCheck").with("members", vec![TEAM.to_owned()]).with("checker", "a-checker")),
        ("the team as a signer", Resource::new("NdaSigner", TEAM).with("organisation", TEAM)),
        ("details, not signed for", details("open", Vec::new())),
        ("details, signed for", details("open", vec![TEAM.to_owned()])),
        ("details of a posed call", details("posed", vec![TEAM.to_owned()])),
        ("the team as an asker", Resource::new("CallAsker", TEAM).with("organisation", TEAM)),
        ("a question of the team", of("CallQuestion").with("asker", TEAM)),
    ]
}

#[test]
fn who_may_do_what_with_answers() {
    let policies = Policies::load([("calls", POLICY)].into_iter()).expect("the policies hold");
    let table = matrix(&policies, &cast(), &resources());
    let shown = |action: &str| table.lines().any(|line| line.split_whitespace().next() == Some(action));
    let own = ["answer_", "nda_", "details_", "question_", "amendment_", "call_amend"];
    let ours = |action: &&str| own.iter().any(|noun| action.starts_with(noun));
    let missing: Vec<&str> = policies.actions().filter(ours).filter(|action| !shown(action)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "actions without a row");
    insta::assert_snapshot!(table);
}
