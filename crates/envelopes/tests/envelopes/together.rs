//! Several nodes, or several tasks of one, do the same thing at the same time.

use crate::house::{House, house};
use crate::killed::insisted;
use crate::place::Place;
use crate::told::told_once;
use envelopes::actions::clock::JOBS;
use envelopes::actions::round::round_view;
use futures_util::future::join_all;
use platform::{Ctx, jobs};
use serde_json::json;
use std::collections::BTreeSet;

/// Who sends at once.
const SENDERS: usize = 12;

/// Who opens one round at once.
const OPENERS: usize = 4;
/// After so long the lease of a job that another node has taken is over.
const LEASE_OVER_MS: i64 = 6 * 60_000;

/// Rounds with enough shares that nobody has opened yet.
async fn due(house: &House, count: usize) -> Vec<String> {
    let committee = house.committee().await;
    let mut rounds = Vec::new();
    for _ in 0..count {
        let round = house.round(&committee.id).await;
        for (sender, price) in [("org-a", "100"), ("org-b", "90"), ("org-c", "80")] {
            house.sent(&round, sender, price).await;
        }
        rounds.push(round);
    }
    house.close().await;
    for round in &rounds {
        let opening = house.opening(round).await;
        for secret in &committee.secrets[..2] {
            house.give(&house.shares(&opening, secret)).await.expect("it gives");
        }
    }
    rounds
}

/// Two nodes where there is a database that they can share; otherwise one, twice.
async fn nodes(place: &Place, first: House) -> Vec<House> {
    if !place.is_shared() {
        return vec![first];
    }
    let second = place.open(first.app().clock().now()).await;
    vec![first, second]
}

async fn prices(house: &House, round: &str) -> Vec<String> {
    let opened = told_once(house, round).await;
    opened.into_iter().map(|one| one.manifest.expect("it opens").fields["price"].clone()).collect()
}

async fn end(nodes: Vec<House>) {
    for node in nodes {
        node.0.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_sends_at_the_same_moment_has_a_receipt_of_his_own() {
    let house = house().await;
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    let senders: Vec<String> = (1..=SENDERS).map(|number| format!("org-{number}")).collect();
    let mut asks = Vec::new();
    for sender in &senders {
        // A hand that trembles presses twice.
        let bytes = house.sealed(&round, sender, "100").await;
        asks.extend([(sender, bytes.clone()), (sender, bytes)]);
    }
    let sent = asks.iter().map(|(sender, bytes)| insisted(|| house.send(&round, sender, bytes.clone())));
    let sent = join_all(sent).await.into_iter().map(|sent| sent.expect("it is taken, once")).collect::<Vec<_>>();
    let (pairs, rest) = sent.as_chunks::<2>();
    assert!(rest.is_empty());
    assert!(pairs.iter().all(|[one, other]| (&one.done, &one.hash) == (&other.done, &other.hash)));
    let entries: BTreeSet<_> = pairs.iter().map(|[one, _]| one.done.entry).collect();
    assert_eq!(entries.len(), SENDERS);
    house.close().await;
    let list = round_view(house.app(), &house.visitor(), &round).await.unwrap().list;
    let numbers: Vec<i64> = list.iter().map(|line| line.envelope.number).collect();
    assert_eq!(numbers, (1..).take(SENDERS).collect::<Vec<i64>>(), "in one order without a gap");
    house.0.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_open_a_round_at_once_it_is_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::fresh(folder.path());
    let first = place.open(testkit::beginning()).await;
    let rounds = due(&first, 3).await;
    let nodes = nodes(&place, first).await;
    let open = JOBS.iter().find(|job| job.name == "envelopes.open").expect("a job").handler;
    for round in &rounds {
        let opener = |n: usize| {
            let (app, payload) = (nodes[n % nodes.len()].app().clone(), json!({ "round": round }));
            tokio::spawn(async move { open(&app, &Ctx::system(app.clock().now()), &payload).await })
        };
        for opener in (0..OPENERS).map(opener).collect::<Vec<_>>() {
            opener.await.unwrap().expect("whoever comes later finds it opened");
        }
    }
    for node in &nodes {
        node.0.settle().await;
        for round in &rounds {
            assert_eq!(prices(node, round).await, ["100", "90", "80"]);
        }
    }
    end(nodes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_takes_an_opening_over_tells_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::fresh(folder.path());
    let first = place.open(testkit::beginning()).await;
    let rounds = due(&first, 3).await;
    let nodes = nodes(&place, first).await;
    let (one, other) = (nodes[0].app(), nodes[nodes.len() - 1].app());
    if nodes.len() > 1 {
        // By the other's clock the first is too slow, whatever it has taken.
        other.clock().advance_ms(LEASE_OVER_MS);
    }
    let (ran, taken) = tokio::join!(jobs::run_due(one), jobs::run_due(other));
    assert!(ran.unwrap() + taken.unwrap() >= rounds.len(), "each opening ran");
    one.clock().advance_ms(LEASE_OVER_MS);
    for node in &nodes {
        node.0.settle().await;
        for round in &rounds {
            assert_eq!(prices(node, round).await, ["100", "90", "80"]);
        }
    }
    end(nodes).await;
}
