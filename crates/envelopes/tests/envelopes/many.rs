//! A round with many senders, from its beginning to its opening through what people do.

use crate::house::house;
use crate::rounds::keys;
use crate::told::told_once;
use envelopes::actions::round::round_view;
use envelopes::rules::documents::lids;
use envelopes::rules::opening::check_opening;
use envelopes::rules::round::Phase;

/// Every so many-th sender thinks better of it.
const SECOND_THOUGHTS: usize = 10;

#[tokio::test]
async fn a_round_of_many_small_envelopes_is_listed_and_opened_as_a_whole() {
    let nightly = std::env::var("NIGHTLY").is_ok_and(|value| value == "1");
    let senders = if nightly { 2_000 } else { 60 };
    let house = house().await;
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    let name = |number: usize| format!("org-{number}");
    for number in 0..senders {
        house.sent(&round, &name(number), &number.to_string()).await;
    }
    let mut wanted: Vec<usize> = (0..senders).filter(|number| number % SECOND_THOUGHTS != 0).collect();
    for number in (0..senders).step_by(SECOND_THOUGHTS) {
        let sent = house.sent(&round, &name(number), &format!("{number} or less")).await;
        assert!(sent.replaced);
        wanted.push(number);
    }
    let view = round_view(house.app(), &house.visitor(), &round).await.unwrap();
    assert_eq!((view.phase, view.count), (Phase::Open, i64::try_from(senders).unwrap()));

    house.close().await;
    let opening = house.opening(&round).await;
    assert_eq!(lids(&opening).unwrap().len(), senders);
    check_opening(&opening, &keys(&house).await, house.app().clock().now()).expect("a trustee can check it all");
    for secret in &committee.secrets[1..] {
        house.give(&house.shares(&opening, secret)).await.expect("it gives");
    }
    house.0.settle().await;
    let opened = told_once(&house, &round).await;
    let found: Vec<&str> = opened.iter().map(|one| one.envelope.organisation.as_str()).collect();
    assert_eq!(found, wanted.iter().map(|number| name(*number)).collect::<Vec<_>>(), "in the order of acceptance");
    for (number, one) in wanted.iter().zip(&opened) {
        let price = &one.manifest.as_ref().expect("it opens").fields["price"];
        let thought = if number % SECOND_THOUGHTS == 0 { " or less" } else { "" };
        assert_eq!(*price, format!("{number}{thought}"));
    }
    house.0.finish().await;
}
