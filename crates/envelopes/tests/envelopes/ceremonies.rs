//! How committees make their keys.

use crate::house::{TOWN_A, code, draft, house};
use envelopes::actions::committee::{
    CeremonyFile, ceremony_file, committee_draft, committee_give_up, committee_retire, committee_view, seat_hand_in,
};
use envelopes::actions::round::round_begin;
use envelopes::rules::committee::{CommitteeDraft, CommitteeState, SeatStep};
use sealing::trustee::{Cost, Judgement};

#[tokio::test]
async fn three_trustees_make_a_key_and_every_step_is_public() {
    let house = house().await;
    let committee = house.committee().await;
    let view = committee_view(house.app(), &house.visitor(), &committee.id).await.unwrap();
    assert_eq!(view.committee.state, CommitteeState::Ready);
    let transcript = house.transcript(&committee.id).await;
    let made = transcript.committee().expect("everybody has accepted");
    assert_eq!(view.committee.key.as_deref(), Some(crate::house::hex(made.key().bytes()).as_str()));
    let kinds = house.journal("committee", &committee.id).await;
    assert!(kinds.iter().all(|(_, public)| *public), "{kinds:?}");
    let kinds: Vec<&str> = kinds.iter().map(|(kind, _)| kind.as_str()).collect();
    let (three, one) = (|kind| [kind; 3], |kind| [kind; 1]);
    let expected = [
        &one("committee.drafted")[..],
        &three("committee.registered"),
        &one("committee.planned"),
        &three("committee.dealt"),
        &three("committee.accepted"),
        &one("committee.ready"),
    ];
    assert_eq!(kinds, expected.concat());
    house.0.finish().await;
}

#[tokio::test]
async fn seats_wait_for_each_other_and_their_officers_see_it_on_the_desk() {
    let house = house().await;
    let id = house.drafted().await;
    let secrets = house.secrets(&id).await;
    assert_eq!(house.desk(&house.officer(TOWN_A)).await, ["desk-seat-registration"]);
    let deal = house.hand_in(&id, 1, SeatStep::Deal, b"{}".to_vec()).await;
    assert_eq!(code(deal), "committee-step");
    assert_eq!(code(ceremony_file(house.app(), &house.visitor(), &id, CeremonyFile::Plan).await), "ceremony-not-yet");
    let file = secrets[0].registration().unwrap().to_json();
    assert_eq!(code(house.hand_in(&id, 2, SeatStep::Registration, file.clone()).await), "seat-other");
    let stranger = house.officer("990200");
    let other = seat_hand_in(house.app(), &stranger, &id, 1, SeatStep::Registration, file.clone()).await;
    assert_eq!(code(other), "forbidden");
    house.hand_in(&id, 1, SeatStep::Registration, file.clone()).await.unwrap();
    house.hand_in(&id, 1, SeatStep::Registration, file).await.expect("nothing rests on it yet");
    assert!(house.desk(&house.officer(TOWN_A)).await.is_empty());
    house.register_all(&id, &secrets[1..]).await;
    assert_eq!(house.desk(&house.officer(TOWN_A)).await, ["desk-seat-deal"]);
    let deal = secrets[0].deal(&house.plan(&id).await).unwrap().to_json();
    house.hand_in(&id, 1, SeatStep::Deal, deal.clone()).await.unwrap();
    assert_eq!(code(house.hand_in(&id, 1, SeatStep::Deal, deal).await), "seat-done");
    house.0.finish().await;
}

#[tokio::test]
async fn a_secret_file_is_never_taken() {
    let house = house().await;
    let id = house.drafted().await;
    let secrets = house.secrets(&id).await;
    let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    let file = secrets[0].seal_file(b"a long passphrase", cost, &mut crate::house::random).unwrap();
    let refused = house.hand_in(&id, 1, SeatStep::Registration, file).await;
    assert_eq!(code(refused), "trustee-secret-refused");
    house.0.finish().await;
}

#[tokio::test]
async fn files_that_do_not_hold_are_refused() {
    let house = house().await;
    let (id, other) = (house.drafted().await, house.drafted().await);
    let secrets = house.secrets(&id).await;
    let elsewhere = house.secrets(&other).await;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let own = text(secrets[0].registration().unwrap().to_json());
    for (file, wanted) in [
        ("rules".to_owned(), "registration-shape"),
        ("{}".to_owned(), "registration-shape"),
        (own.replace("\"version\": 1", "\"version\": 9"), "sealing-version"),
        (own.replace("\"name\": \"", "\"name\": \"x"), "ceremony-signature"),
        (text(elsewhere[0].registration().unwrap().to_json()), "ceremony-foreign"),
    ] {
        let refused = house.hand_in(&id, 1, SeatStep::Registration, file.clone().into_bytes()).await;
        assert_eq!(code(refused), wanted, "{file}");
    }
    house.register_all(&id, &secrets).await;
    house.register_all(&other, &elsewhere).await;
    let foreign = elsewhere[0].deal(&house.plan(&other).await).unwrap().to_json();
    assert_eq!(code(house.hand_in(&id, 1, SeatStep::Deal, foreign).await), "ceremony-foreign");
    house.deal_all(&id, &secrets).await;
    house.deal_all(&other, &elsewhere).await;
    let mut liar = elsewhere[0].clone();
    let Judgement::Accepts(foreign) = liar.judge(&house.transcript(&other).await).unwrap() else { panic!() };
    assert_eq!(code(house.hand_in(&id, 1, SeatStep::Answer, foreign.to_json()).await), "ceremony-foreign");
    house.0.finish().await;
}

#[tokio::test]
async fn a_ceremony_is_given_up_and_a_committee_retired_by_the_office_only() {
    let house = house().await;
    let id = house.drafted().await;
    assert_eq!(code(committee_give_up(house.app(), &house.officer(TOWN_A), &id, "x").await), "forbidden");
    assert_eq!(code(committee_give_up(house.app(), &house.joint(), &id, " ").await), "needed");
    committee_give_up(house.app(), &house.joint(), &id, "一个席位失去密钥").await.unwrap();
    let view = committee_view(house.app(), &house.visitor(), &id).await.unwrap();
    assert_eq!((view.committee.state, view.may_end), (CommitteeState::Void, false));
    assert_eq!(code(committee_give_up(house.app(), &house.joint(), &id, "再次").await), "committee-settled");
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    assert_eq!(code(committee_retire(house.app(), &house.joint(), &committee.id, "换届").await), "committee-in-use");
    house.close().await;
    let _ = round;
    committee_retire(house.app(), &house.joint(), &committee.id, "换届").await.expect("the empty round is over");
    let begun = round_begin(house.app(), &house.joint(), house.new_round(&committee.id)).await;
    assert_eq!(code(begun), "committee-not-ready");
    house.0.finish().await;
}

#[tokio::test]
async fn a_committee_has_three_seats_and_needs_more_than_half() {
    let house = house().await;
    let cities = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    for (change, wanted) in [
        (CommitteeDraft { name: String::new(), ..draft() }, "needed"),
        (CommitteeDraft { cities: cities(&[TOWN_A]), ..draft() }, "seats-few"),
        (CommitteeDraft { cities: cities(&[TOWN_A, TOWN_A]), ..draft() }, "seat-twice"),
        (CommitteeDraft { cities: cities(&[TOWN_A, "990000"]), ..draft() }, "city-not-member"),
        (CommitteeDraft { threshold: "1".into(), ..draft() }, "threshold-shape"),
        (CommitteeDraft { threshold: "4".into(), ..draft() }, "threshold-shape"),
        (CommitteeDraft { threshold: "two".into(), ..draft() }, "threshold-shape"),
    ] {
        assert_eq!(code(committee_draft(house.app(), &house.joint(), change).await), wanted);
    }
    assert_eq!(code(committee_draft(house.app(), &house.officer(TOWN_A), draft()).await), "forbidden");
    let four = CommitteeDraft { notary: "某公证处".into(), threshold: "3".into(), ..draft() };
    committee_draft(house.app(), &house.joint(), four).await.expect("a notary fills a seat");
    house.0.finish().await;
}

const SEED: [u8; 32] = [7; 32];

/// A deal that holds as far as everybody can see and gives one seat a share that is not what was committed to.
fn lying(deal: &[u8], cheated: usize) -> Vec<u8> {
    use ed25519_dalek::{Signer, SigningKey};
    let mut deal: serde_json::Value = serde_json::from_slice(deal).unwrap();
    let share = deal["shares"][cheated].as_str().unwrap();
    let bent = format!("{}{}", if share.starts_with('0') { '1' } else { '0' }, &share[1..]);
    deal["shares"][cheated] = bent.into();
    let bytes = |value: &serde_json::Value| {
        let text = value.as_str().unwrap();
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect::<Vec<u8>>()
    };
    let all = |name: &str| deal[name].as_array().unwrap().iter().flat_map(bytes).collect::<Vec<u8>>();
    let seat = u16::try_from(deal["seat"].as_u64().unwrap()).unwrap().to_be_bytes().to_vec();
    let parts = [
        bytes(&deal["plan"]),
        seat,
        all("commitments"),
        bytes(&deal["possession"]),
        bytes(&deal["ephemeral"]),
        bytes(&deal["ephemeral_possession"]),
        all("shares"),
    ];
    let mut signed = b"yilang-sealing/1 deal\0".to_vec();
    for part in parts {
        signed.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
        signed.extend_from_slice(&part);
    }
    let signature = SigningKey::from_bytes(&SEED).sign(&signed).to_bytes();
    deal["signature"] = crate::house::hex(&signature).into();
    deal.to_string().into_bytes()
}

#[tokio::test]
async fn a_dealer_who_lies_is_proven_and_named_and_the_ceremony_is_void() {
    let house = house().await;
    let id = house.drafted().await;
    let mut secrets = house.secrets(&id).await;
    let (origin, name) = (secrets[0].origin().to_owned(), secrets[0].name().to_owned());
    let mut known = |bytes: &mut [u8]| bytes.fill(SEED[0]);
    secrets[0] = sealing::trustee::TrusteeSecret::new(&origin, &id, 1, &name, &mut known).unwrap();
    house.register_all(&id, &secrets).await;
    let plan = house.plan(&id).await;
    let lie = lying(&secrets[0].deal(&plan).unwrap().to_json(), 1);
    house.hand_in(&id, 1, SeatStep::Deal, lie).await.expect("nobody but the second seat can see it");
    for secret in &secrets[1..] {
        let deal = secret.deal(&plan).unwrap().to_json();
        house.hand_in(&id, secret.seat().into(), SeatStep::Deal, deal).await.unwrap();
    }
    let transcript = house.transcript(&id).await;
    let Judgement::Accepts(acceptance) = secrets[2].judge(&transcript).unwrap() else { panic!("it was dealt well") };
    house.hand_in(&id, 3, SeatStep::Answer, acceptance.to_json()).await.unwrap();
    let Judgement::Complains(complaint) = secrets[1].judge(&transcript).unwrap() else { panic!("it was cheated") };
    let again = house.hand_in(&id, 3, SeatStep::Answer, complaint.to_json()).await;
    assert_eq!(code(again), "seat-done");
    let mut false_one: serde_json::Value = serde_json::from_slice(&complaint.to_json()).unwrap();
    false_one["dealer"] = 3.into();
    let refused = house.hand_in(&id, 2, SeatStep::Answer, false_one.to_string().into_bytes()).await;
    assert_ne!(code(refused), "seat-done", "a complaint about another is none");
    house.hand_in(&id, 2, SeatStep::Answer, complaint.to_json()).await.expect("the complaint is proven");
    let view = committee_view(house.app(), &house.visitor(), &id).await.unwrap();
    assert_eq!((view.committee.state, view.committee.liar), (CommitteeState::Void, Some(1)));
    let kinds = house.journal("committee", &id).await;
    let last: Vec<&str> = kinds.iter().rev().take(2).map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(last, ["committee.voided", "committee.complained"]);
    let answer = house.hand_in(&id, 1, SeatStep::Answer, b"{}".to_vec()).await;
    assert_eq!(code(answer), "committee-step");
    house.0.finish().await;
}
