//! How committees make their keys.

use crate::house::{TOWN_A, code, draft, house};
use envelopes::actions::committee::{
    CeremonyFile, ceremony_file, committee_draft, committee_give_up, committee_retire, committee_view, seat_hand_in,
};
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
    let begun = envelopes::actions::round::round_begin(house.app(), &house.joint(), house.new_round(&committee.id));
    assert_eq!(code(begun.await), "committee-not-ready");
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
