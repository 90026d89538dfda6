//! Who may do what with committees, rounds and envelopes, as one table that is reviewed line by line.

use platform::Mandate;
use platform::policy::Resource;
use platform::{Actor, Role};
use testkit::{member, policy_table, with_role};

const CITY: &str = "330500";
const OTHER_CITY: &str = "341800";

fn cast() -> Vec<(&'static str, Actor)> {
    vec![
        ("visitor", Actor::visitor()),
        ("person", Actor { account: Some("a-person".into()), ..Actor::default() }),
        ("bidder", member("a-bidder", "o", &[Mandate::Bid])),
        ("signer", member("a-signer", "o", &[Mandate::Sign])),
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
    insta::assert_snapshot!(policy_table(&envelopes::capability(), &cast(), &resources()));
}
