//! What an opened round tells, as everybody can check it.

use crate::house::House;
use crate::rounds::{keys, phase};
use envelopes::actions::content::round_file;
use envelopes::rules::opening::check_round;
use envelopes::rules::round::Phase;
use envelopes::{Opened, contents};
use serde_json::Value;
use std::collections::BTreeSet;

/// Entries of a round that are looked at: the list of 5,000 has ten, its outcomes 25.
const ENTRIES_MAX: i64 = 100;

/// Insists that a round is opened and that everything about it was written once: the list, each share, the outcome of
/// each envelope in the list's order. Gives what was in the envelopes, in that order.
pub async fn told_once(house: &House, round: &str) -> Vec<Opened> {
    assert_eq!(phase(house, round).await, Phase::Opened);
    let file = round_file(house.app(), &house.visitor(), round).await.expect("the closing is proven");
    let checked = check_round(&file, &keys(house).await).expect("anybody can check the whole round");
    assert_eq!((checked.outcomes, checked.seats.len()), (checked.envelopes, file.shares.len()));

    let conn = house.app().db().read();
    let mut entries = platform::journal::of_object(&conn, "round", round, ENTRIES_MAX).await.expect("the journal");
    entries.reverse();
    let told = |kind: &str, part: &str| -> Vec<Value> {
        let of_kind = entries.iter().filter(|entry| entry.kind == kind);
        of_kind.flat_map(|entry| entry.data[part].as_array().cloned().unwrap_or_default()).collect()
    };
    let count = |kind: &str| entries.iter().filter(|entry| entry.kind == kind).count();
    let outcomes: Vec<String> = file.outcomes.iter().map(|line| line.envelope.clone()).collect();
    assert_eq!(serde_json::to_value(&outcomes).unwrap(), Value::from(told("round.listed", "envelopes")));
    assert_eq!(serde_json::to_value(&file.outcomes).unwrap(), Value::from(told("round.told", "outcomes")));
    assert_eq!((count("round.closed"), count("round.opened"), count("round.voided")), (1, 1, 0));
    assert_eq!(count("round.shared"), file.shares.len());
    assert_eq!(outcomes.iter().collect::<BTreeSet<_>>().len(), outcomes.len(), "nothing twice");

    let opened = contents(&conn, round).await.expect("the contents");
    assert_eq!(opened.iter().map(|one| one.envelope.hash.clone()).collect::<Vec<_>>(), outcomes);
    for (one, line) in opened.iter().zip(&file.outcomes) {
        assert_eq!((&one.reason, one.manifest.is_some()), (&line.reason, line.content_sha256.is_some()));
    }
    opened
}
