//! Sealed rounds from their beginning to their end.

use crate::house::{Committee, House, TOWN_A, TOWN_B, code, house};
use envelopes::actions::content::{document_view, manifest, round_file};
use envelopes::actions::envelope::{SendCommand, envelope_bytes, envelope_form, envelope_send, envelope_view};
use envelopes::actions::round::{opening_file, round_begin, round_view};
use envelopes::actions::share::share_give;
use envelopes::rules::documents::Shares;
use envelopes::rules::opening::{check_opening, check_round};
use envelopes::rules::round::{NewRound, Phase};
use platform::ctx::Mandate;
use platform::journal::journal_view;
use proof::note::PublicKey;
use sealing::SealingError;

pub async fn phase(house: &House, round: &str) -> Phase {
    round_view(house.app(), &house.visitor(), round).await.unwrap().phase
}

pub async fn keys(house: &House) -> Vec<PublicKey> {
    let view = journal_view(house.app(), &house.visitor()).await.unwrap();
    view.keys.iter().map(|key| PublicKey::parse(key).unwrap()).collect()
}

/// A round with two envelopes, closed, and the shares of its three trustees.
async fn closed(house: &House) -> (Committee, String, [Shares; 3]) {
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    house.sent(&round, "org-a", "100").await;
    house.sent(&round, "org-b", "90").await;
    house.close().await;
    let opening = house.opening(&round).await;
    let shares = [0, 1, 2].map(|seat| house.shares(&opening, &committee.secrets[seat]));
    (committee, round, shares)
}

#[tokio::test]
async fn a_round_is_sealed_closed_and_opened_by_two_of_three() {
    let house = house().await;
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    assert_eq!(house.desk(&house.bidder("org-a")).await, ["desk-round-send"]);
    let first = house.sent(&round, "org-a", "100").await;
    let other = house.sent(&round, "org-b", "90").await;
    assert!(house.desk(&house.bidder("org-a")).await.is_empty());
    let view = round_view(house.app(), &house.joint(), &round).await.unwrap();
    assert_eq!(
        (view.phase, view.count, view.list.len(), view.own.len()),
        (Phase::Open, 2, 0, 0),
        "a count, no senders"
    );
    assert_eq!(code(envelope_view(house.app(), &house.joint(), &round, &first.done.id).await), "not-found");
    assert_eq!(code(opening_file(house.app(), &house.visitor(), &round).await), "opening-not-yet");
    assert_eq!(house.journal("envelope", &first.done.id).await, [("envelope.sent".to_owned(), false)]);

    house.close().await;
    assert_eq!(phase(&house, &round).await, Phase::Sharing);
    let opening = house.opening(&round).await;
    assert_eq!(opening.lids.len(), 2);
    let now = house.app().clock().now();
    check_opening(&opening, &keys(&house).await, now).expect("a trustee can check it all");
    assert_eq!(house.desk(&house.officer(TOWN_A)).await, ["desk-round-share"]);
    house.give(&house.shares(&opening, &committee.secrets[0])).await.expect("the first gives");
    house.0.settle().await;
    assert_eq!(phase(&house, &round).await, Phase::Sharing, "one does not open");
    house.give(&house.shares(&opening, &committee.secrets[2])).await.expect("the third gives");
    house.0.settle().await;
    assert_eq!(phase(&house, &round).await, Phase::Opened);
    assert!(house.desk(&house.officer(TOWN_B)).await.is_empty(), "no third share is asked for");

    let read = envelope_view(house.app(), &house.joint(), &round, &other.done.id).await.expect("the office reads");
    let manifest = manifest(&read.fate.expect("it has a fate")).unwrap().expect("it was opened");
    assert_eq!(manifest.fields["price"], "90");
    assert_eq!(manifest.files[0].name, "报价.txt");
    let document = document_view(house.app(), &house.joint(), &round, &other.done.id, 1).await.unwrap();
    assert_eq!(document.bytes, b"90");
    assert_eq!(code(document_view(house.app(), &house.joint(), &round, &other.done.id, 2).await), "not-found");
    let stranger = envelope_view(house.app(), &house.bidder("org-a"), &round, &other.done.id).await;
    assert_eq!(code(stranger), "not-found", "senders read their own only");
    envelope_view(house.app(), &house.bidder("org-b"), &round, &other.done.id).await.expect("its own");
    let file = round_file(house.app(), &house.visitor(), &round).await.unwrap();
    let found = check_round(&file, &keys(&house).await).expect("anybody can check the whole round");
    assert_eq!((found.envelopes, found.seats, found.outcomes), (2, vec![1, 3], 2));
    let kinds: Vec<String> = house.journal("round", &round).await.into_iter().map(|(kind, _)| kind).collect();
    let expected =
        ["round.begun", "round.listed", "round.closed", "round.shared", "round.shared", "round.told", "round.opened"];
    assert_eq!(kinds, expected);
    house.0.finish().await;
}

#[tokio::test]
async fn the_last_envelope_before_closing_counts() {
    let house = house().await;
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    let first = house.sent(&round, "org-a", "100").await;
    let bytes = house.sealed(&round, "org-a", "80").await;
    let second = house.send(&round, "org-a", bytes.clone()).await.unwrap();
    assert!(!first.replaced && second.replaced);
    let again = house.send(&round, "org-a", bytes).await.expect("the same envelope has its receipt");
    assert_eq!(again.done.entry, second.done.entry);
    let late = house.sealed(&round, "org-a", "70").await;
    house.minutes_pass(60);
    assert_eq!(code(house.send(&round, "org-a", late).await), "round-closed", "at the very moment it closes");
    house.minutes_pass(1);
    house.0.settle().await;
    let opening = house.opening(&round).await;
    assert_eq!(opening.lids.len(), 1);
    for seat in [0, 1] {
        house.give(&house.shares(&opening, &committee.secrets[seat])).await.unwrap();
    }
    house.0.settle().await;
    let own = round_view(house.app(), &house.bidder("org-a"), &round).await.unwrap().own;
    let opened: Vec<bool> = own.iter().map(|line| line.fate.is_some()).collect();
    assert_eq!(opened, [true, false], "what was replaced stays sealed");
    let read = envelope_view(house.app(), &house.bidder("org-a"), &round, &second.done.id).await.unwrap();
    assert_eq!(manifest(&read.fate.unwrap()).unwrap().unwrap().fields["price"], "80");
    house.0.finish().await;
}

#[tokio::test]
async fn nothing_but_an_envelope_for_this_round_and_sender_is_taken() {
    let house = house().await;
    let committee = house.committee().await;
    let (round, other) = (house.round(&committee.id).await, house.round(&committee.id).await);
    let plain = house.send(&round, "org-a", b"price=100".to_vec()).await;
    assert_eq!(code(plain), "envelope-shape");
    let good = house.sealed(&round, "org-a", "100").await;
    assert_eq!(code(house.send(&other, "org-a", good.clone()).await), "envelope-context", "for another round");
    assert_eq!(code(house.send(&round, "org-b", good.clone()).await), "envelope-context", "somebody else's");
    for what in ["house", "round", "committee", "key", "text of the rules", "deadline", "sender"] {
        let refusal = envelopes::rules::ceremony::refusal(&SealingError::EnvelopeContext(what));
        assert!(refusal.en.contains(what) && !refusal.zh.contains(what), "{}", refusal.zh);
    }
    let mut mauled = good.clone();
    *mauled.last_mut().unwrap() ^= 1;
    assert_eq!(code(house.send(&round, "org-a", mauled).await), "envelope-proof");
    assert_eq!(code(house.send(&round, "org-a", good[..good.len() - 1].to_vec()).await), "envelope-shape");
    let longer = [good.clone(), vec![0]].concat();
    assert_eq!(code(house.send(&round, "org-a", longer).await), "envelope-shape");
    let signer = house.member("org-a", Mandate::Sign);
    let command = SendCommand { round: round.clone(), organisation: "org-a".into(), bytes: good };
    assert!(["forbidden", "not-found"].contains(&code(envelope_send(house.app(), &signer, command).await)));
    assert_eq!(code(envelope_form(house.app(), &signer, &round, None).await), "sender-mandate");
    assert_eq!(code(envelope_form(house.app(), &house.visitor(), &round, None).await), "sign-in");
    house.0.finish().await;
}

#[tokio::test]
async fn shares_are_checked_one_by_one() {
    let house = house().await;
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    let early = Shares {
        format: "yilang/shares/v1".into(),
        round: round.clone(),
        committee: committee.id.clone(),
        seat: 1,
        root: String::new(),
        shares: Vec::new(),
    };
    assert_eq!(code(house.give(&early).await), "share-early");
    let (committee, round, [first, second, _]) = closed(&house).await;
    let wrong = |change: &dyn Fn(&mut Shares)| {
        let mut shares = first.clone();
        change(&mut shares);
        shares
    };
    for (shares, expected) in [
        (wrong(&|shares| shares.format = "yilang/round/v1".into()), "document-format"),
        (wrong(&|shares| shares.root = "00".repeat(32)), "share-foreign"),
        (wrong(&|shares| _ = shares.shares.pop()), "share-count"),
        (wrong(&|shares| shares.shares[0].truncate(10)), "document-shape"),
        (wrong(&|shares| shares.shares.swap(0, 1)), "share-proof"),
        (wrong(&|shares| shares.shares[1] = second.shares[1].clone()), "share-seat"),
    ] {
        assert_eq!(code(house.give(&shares).await), expected);
    }
    let file = serde_json::to_vec(&first).unwrap();
    let stranger = share_give(house.app(), &house.officer(TOWN_B), &round, 1, &file).await;
    assert_eq!(code(stranger), "forbidden");
    house.give(&first).await.unwrap();
    assert_eq!(code(house.give(&first).await), "share-given");
    let as_other = Shares { seat: 2, ..first.clone() };
    assert_eq!(code(house.give(&as_other).await), "share-seat", "the first seat's shares under the second's name");
    let _ = committee;
    house.0.finish().await;
}

#[tokio::test]
async fn too_few_shares_in_time_and_the_round_is_void() {
    let house = house().await;
    let (_, round, [first, second, _]) = closed(&house).await;
    house.give(&first).await.unwrap();
    house.0.days_pass(2).await;
    assert_eq!(phase(&house, &round).await, Phase::Void);
    assert_eq!(code(house.give(&second).await), "round-over");
    let kinds = house.journal("round", &round).await;
    assert_eq!(kinds.last().map(|(kind, public)| (kind.as_str(), *public)), Some(("round.voided", true)));
    let view = round_view(house.app(), &house.joint(), &round).await.unwrap();
    assert!(view.list.iter().all(|line| line.fate.is_none() && !line.readable), "nothing was opened");
    house.0.finish().await;
}

#[tokio::test]
async fn the_deadline_is_held_by_the_clock_before_anybody_writes_it_down() {
    let house = house().await;
    let (_, round, [first, second, _]) = closed(&house).await;
    house.give(&first).await.unwrap();
    house.app().clock().advance_ms(2 * 86_400_000);
    assert_eq!(code(house.give(&second).await), "share-late");
    assert_eq!(phase(&house, &round).await, Phase::Void);
    house.0.finish().await;
}

#[tokio::test]
async fn a_round_nobody_sent_to_is_over_when_it_closes() {
    let house = house().await;
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    house.close().await;
    house.0.settle().await;
    assert_eq!(phase(&house, &round).await, Phase::Opened);
    house.0.finish().await;
}

#[tokio::test]
async fn whoever_looks_first_closes_a_round() {
    let house = house().await;
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    let sent = house.sent(&round, "org-a", "100").await;
    house.minutes_pass(60);
    assert_eq!(phase(&house, &round).await, Phase::Closing, "requests that were read in time may still commit");
    house.minutes_pass(1);
    assert_eq!(phase(&house, &round).await, Phase::Sharing);
    let pending = code(opening_file(house.app(), &house.visitor(), &round).await);
    assert_eq!(pending, "opening-pending", "no checkpoint holds the closing yet");
    let (envelope, bytes) =
        envelope_bytes(house.app(), &house.bidder("org-a"), &round, &sent.done.id).await.expect("its own envelope");
    assert_eq!(envelope.bytes, i64::try_from(bytes.len()).unwrap());
    house.0.finish().await;
}

#[tokio::test]
async fn a_round_says_what_is_wrong_with_its_times_and_committee() {
    let house = house().await;
    let committee = house.committee().await;
    let good = || house.new_round(&committee.id);
    let now = house.app().clock().now();
    for (new, expected) in [
        (NewRound { title: String::new(), ..good() }, "needed"),
        (NewRound { rules: String::new(), ..good() }, "needed"),
        (NewRound { closes_ms: now.ms(), ..good() }, "closing-past"),
        (NewRound { closes_ms: i64::MAX, ..good() }, "closing-far"),
        (NewRound { opens_by_ms: now.ms(), ..good() }, "opening-soon"),
        (NewRound { opens_by_ms: i64::MAX, ..good() }, "opening-far"),
        (NewRound { committee: "none".into(), ..good() }, "committee-unknown"),
    ] {
        assert_eq!(code(round_begin(house.app(), &house.joint(), new).await), expected);
    }
    let unready = house.drafted().await;
    let new = NewRound { committee: unready, ..good() };
    assert_eq!(code(round_begin(house.app(), &house.joint(), new).await), "committee-not-ready");
    assert_eq!(code(round_begin(house.app(), &house.officer(TOWN_A), good()).await), "forbidden");
    house.0.finish().await;
}

#[tokio::test]
async fn what_a_trustee_checks_before_he_gives_a_share() {
    let house = house().await;
    let (_, round, _) = closed(&house).await;
    let opening = house.opening(&round).await;
    let keys = keys(&house).await;
    let now = house.app().clock().now();
    let check = |opening: &envelopes::rules::documents::Opening| {
        check_opening(opening, &keys, now).expect_err("a refusal").code
    };
    assert_eq!(check_opening(&opening, &[], now).unwrap_err().code, "opening-journal", "no key is trusted");
    let before = kernel::Instant::from_ms(opening.closes_ms - 1);
    assert_eq!(check_opening(&opening, &keys, before).unwrap_err().code, "opening-early");
    let mut fewer = opening.clone();
    fewer.lids.pop();
    assert_eq!(check(&fewer), "opening-journal", "the count in the journal is another");
    let mut swapped = opening.clone();
    swapped.lids.swap(0, 1);
    assert_eq!(check(&swapped), "opening-root");
    let mut rooted = opening.clone();
    rooted.root = "00".repeat(32);
    assert_eq!(check(&rooted), "opening-journal");
    let mut moved = opening.clone();
    moved.closing.index += 1;
    assert_eq!(check(&moved), "opening-journal");
    let mut bound = opening.clone();
    bound.rules_sha256 = "00".repeat(32);
    assert_eq!(check(&bound), "envelope-context");
    house.0.finish().await;
}

#[tokio::test]
async fn whoever_owns_a_round_can_give_it_up_before_its_opening_begins() {
    let house = house().await;
    let committee = house.committee().await;
    let owned = house.owned_round(&committee.id).await;
    let sent = house.sent(&owned, "org-a", "100").await;
    let plain = house.round(&committee.id).await;
    assert_eq!(code(house.abandon(&plain).await), "round-office");
    assert_eq!(code(house.abandon("none").await), "not-found");
    house.abandon(&owned).await.expect("its owner gives it up");
    assert_eq!(phase(&house, &owned).await, Phase::Void);
    assert_eq!(code(house.abandon(&owned).await), "round-over");
    let late = house.send(&owned, "org-b", b"x".to_vec()).await;
    assert_eq!(code(late), "round-closed", "it takes no envelope any more");
    let view = round_view(house.app(), &house.joint(), &owned).await.unwrap();
    assert_eq!((view.list.len(), view.count), (0, 1), "not even the hashes of what was sent are told");
    let own = round_view(house.app(), &house.bidder("org-a"), &owned).await.unwrap().own;
    assert_eq!(own.first().map(|line| line.envelope.hash.as_str()), Some(sent.hash.as_str()));
    house.close().await;
    house.0.settle().await;
    assert_eq!(phase(&house, &owned).await, Phase::Void, "the clock neither closes nor opens it");
    let kinds: Vec<String> = house.journal("round", &owned).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["round.begun", "round.voided"]);
    house.0.finish().await;
}

#[tokio::test]
async fn a_round_whose_opening_has_begun_is_not_given_up() {
    let house = house().await;
    let committee = house.committee().await;
    let owned = house.owned_round(&committee.id).await;
    house.sent(&owned, "org-a", "100").await;
    house.close().await;
    let opening = house.opening(&owned).await;
    house.give(&house.shares(&opening, &committee.secrets[0])).await.unwrap();
    assert_eq!(code(house.abandon(&owned).await), "round-shares-given");
    house.give(&house.shares(&opening, &committee.secrets[1])).await.unwrap();
    house.0.settle().await;
    assert_eq!(phase(&house, &owned).await, Phase::Opened);
    let envelope = round_view(house.app(), &house.visitor(), &owned).await.unwrap().list[0].envelope.id.clone();
    let conn = house.app().db().read();
    let document = envelopes::document_of(&conn, &owned, &envelope, 1).await.expect("its owner reads it");
    assert_eq!(document.bytes, b"100");
    assert_eq!(code(envelopes::document_of(&conn, &owned, &envelope, 2).await), "not-found");
    assert_eq!(code(envelopes::document_of(&conn, &owned, "none", 1).await), "not-found");
    house.0.finish().await;
}

#[tokio::test]
async fn what_another_capability_owns_is_sent_to_on_its_own_pages() {
    let house = house().await;
    let committee = house.committee().await;
    let owned = house.owned_round(&committee.id).await;
    assert!(house.desk(&house.bidder("org-a")).await.is_empty());
    let mut client = house.client("somebody", None).await;
    let _ = client.get(&format!("/rounds/{owned}/envelopes/new")).await.is(409).shows("另一项业务");
    house.0.finish().await;
}
