//! Senders who seal something else than they should: their proofs hold, and nobody can open what they sent.

use crate::house::{House, code, house, random};
use crate::told::told_once;
use envelopes::actions::content::{document_view, round_file};
use envelopes::actions::envelope::envelope_form;
use envelopes::actions::round::round_view;
use platform::Role;
use sealing::envelope::{Coins, Envelope, TAG_BYTES, seal_padded, wrap};
use sealing::payload::{Bundle, SIZE_CLASSES, pad};
use serde_json::json;

/// How an envelope is made that nobody can open, whose sender, and its reason.
const LIARS: [(&str, &str, &str); 4] = [
    ("org-b", "unopenable-cipher", "密文与密钥不符"),
    ("org-c", "unopenable-padding", "填充有误"),
    ("org-d", "unopenable-content", "内容格式有误"),
    ("org-e", "unopenable-content", "内容格式有误"),
];

/// What a liar hands in: rightly proven, for the right round.
async fn lie(house: &House, round: &str, sender: &str) -> Vec<u8> {
    let context = envelope_form(house.app(), &house.bidder(sender), round, None).await.expect("it may send").context;
    let coins = Coins::draw(&mut random).unwrap();
    let content =
        Bundle::new([("price".to_owned(), "1".to_owned())].into(), Vec::new(), &mut random).content().unwrap();
    let padded = |padded| seal_padded(&context, padded, &coins).unwrap();
    let envelope: Envelope = match sender {
        // A ciphertext under no key that anybody has: its tag is wrong.
        "org-b" => wrap(&context, vec![0x5a; SIZE_CLASSES[0] + TAG_BYTES], &coins).unwrap(),
        "org-c" => {
            let mut other = pad(&content).unwrap();
            *other.last_mut().unwrap() = 1;
            padded(other)
        }
        "org-d" => padded(pad(b"price=1").unwrap()),
        _ => padded(pad(&[content.as_slice(), b"one byte more"].concat()).unwrap()),
    };
    envelope.check().expect("everybody takes it for good");
    envelope.bytes()
}

#[tokio::test]
async fn what_nobody_can_open_is_published_with_its_reason_and_the_others_open() {
    let house = house().await;
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    let first = house.sent(&round, "org-a", "100").await;
    let mut lies = Vec::new();
    for (sender, _, _) in LIARS {
        let bytes = lie(&house, &round, sender).await;
        lies.push(house.send(&round, sender, bytes).await.expect("nothing about it is wrong yet").done.id);
    }
    let last = house.sent(&round, "org-f", "90").await;
    house.close().await;
    let opening = house.opening(&round).await;
    for secret in &committee.secrets[..2] {
        house.give(&house.shares(&opening, secret)).await.expect("its proof holds, so a trustee gives");
    }
    house.0.settle().await;

    let opened = told_once(&house, &round).await;
    let reasons: Vec<Option<&str>> = opened.iter().map(|one| one.reason.as_deref()).collect();
    let wanted = [vec![None], LIARS.map(|(_, reason, _)| Some(reason)).to_vec(), vec![None]].concat();
    assert_eq!(reasons, wanted);
    let prices: Vec<_> =
        opened.iter().filter_map(|one| Some(one.manifest.as_ref()?.fields["price"].as_str())).collect();
    assert_eq!(prices, ["100", "90"], "the others open");
    let told = round_file(house.app(), &house.visitor(), &round).await.unwrap().outcomes;
    assert!(told[1..5].iter().all(|line| line.content_sha256.is_none() && line.reason.is_some()), "in public");
    let entries = platform::journal::of_object(&house.app().db().read(), "round", &round, 1).await.unwrap();
    assert_eq!((&*entries[0].kind, &entries[0].data), ("round.opened", &json!({ "count": 6, "unopenable": 4 })));

    let own = round_view(house.app(), &house.bidder("org-b"), &round).await.unwrap().own;
    assert_eq!(own[0].fate.as_ref().unwrap().reason.as_deref(), Some("unopenable-cipher"), "its sender learns it");
    let mut office = house.client("office", Some((Role::JointOffice, None))).await;
    let mut page = office.get(&format!("/rounds/{round}")).await.good();
    let mut english = house.0.visitor().english();
    let public = english.get(&format!("/rounds/{round}")).await.good().shows("Cannot be opened");
    let _ = public.shows("its ciphertext does not belong to its key").shows("its padding is wrong");
    for ((_, reason, words), id) in LIARS.into_iter().zip(&lies) {
        page = page.shows("不能开启").shows(words);
        let path = format!("/rounds/{round}/envelopes/{id}");
        let _ = office.get(&path).await.good().shows("信封不能开启").shows(words);
        let value = office.get(&format!("/api/v1{path}")).await.good().value();
        assert_eq!((&value["reason"], &value["fields"], &value["files"]), (&json!(reason), &json!(null), &json!(null)));
        let nothing = document_view(house.app(), &house.joint(), &round, id, 1).await;
        assert_eq!(code(nothing), "not-found");
        let _ = office.get(&format!("{path}/sealed")).await.good();
    }
    for sent in [first, last] {
        let _ = office.get(&format!("/rounds/{round}/envelopes/{}", sent.done.id)).await.good().shows("信封已开启");
    }
    house.0.finish().await;
}
