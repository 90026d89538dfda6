//! Protected details: signed for by an organisation, opened by its members, each opening in the journal.

use crate::house::{TOWN_A, TOWN_B, code, house};
use calls::actions::amendment::call_amend;
use calls::actions::call::{Filter, call_list, call_view};
use calls::actions::nda::{SignCommand, details_open, nda_sign, nda_view};
use calls::rules::amendment::AmendDraft;
use platform::Ctx;
use platform::ctx::{Mandate, Presence};
use platform::web::page::Page;

const SECRET: &str = "失效样本";

fn signs(organisation: &str, hash: &str) -> SignCommand {
    SignCommand { organisation: organisation.into(), agreement_sha256: hash.into() }
}

#[tokio::test]
async fn a_member_signs_and_everybody_of_the_organisation_opens() {
    let house = house().await;
    let app = house.app();
    let call = house.open_call().await.call;
    let team = house.team(0);
    let signer = house.member(&team, &[Mandate::Sign]);
    let reader = house.also(house.person("reader"), &team, &[]);
    assert_eq!(code(nda_view(app, &house.visitor(), &call).await), "sign-in");
    assert_eq!(code(details_open(app, &house.visitor(), &call).await), "sign-in");
    assert_eq!(code(details_open(app, &reader, &call).await), "nda-needed");
    let view = nda_view(app, &signer, &call).await.expect("he reads the agreement");
    assert!(view.call.nda.contains("保密义务") && view.call.details.is_empty());
    let hash = view.agreement_sha256;
    assert_eq!(code(nda_sign(app, &reader, &call, signs(&team.id, &hash)).await), "forbidden");
    assert_eq!(code(nda_sign(app, &signer, &call, signs(&house.team(1).id, &hash)).await), "forbidden");
    assert_eq!(code(nda_sign(app, &signer, &call, signs(&team.id, "00")).await), "nda-changed");
    let stale = Ctx { actor: platform::Actor { presence: None::<Presence>, ..signer.actor.clone() }, ..signer.clone() };
    assert_eq!(code(nda_sign(app, &stale, &call, signs(&team.id, &hash)).await), "step-up");
    nda_sign(app, &signer, &call, signs(&team.id, &hash)).await.expect("he signs");
    assert_eq!(code(nda_sign(app, &signer, &call, signs(&team.id, &hash)).await), "nda-signed");
    let (receipt, details) = details_open(app, &reader, &call).await.expect("a colleague opens");
    assert!(details.contains(SECRET) && receipt.entry > 0);
    let (again, _) = details_open(app, &reader, &call).await.expect("and once more");
    assert!(again.entry > receipt.entry, "every opening is an entry");
    assert_eq!(code(details_open(app, &house.bidder(1), &call).await), "nda-needed");
    let kinds = house.journal("call_details", &call).await;
    let expected = ["call.nda_signed", "call.details_opened", "call.details_opened"].map(|k| (k.to_owned(), false));
    assert_eq!(kinds, expected, "none is public");
    house.test.finish().await;
}

#[tokio::test]
async fn the_owner_and_the_offices_open_without_signing_and_see_who_did() {
    let house = house().await;
    let app = house.app();
    let call = house.open_call().await.call;
    let signer = house.bidder(0);
    let hash = nda_view(app, &signer, &call).await.unwrap().agreement_sha256;
    nda_sign(app, &signer, &call, signs(&house.team(0).id, &hash)).await.unwrap();
    for inside in [house.poser(), house.officer(TOWN_A), house.joint()] {
        assert!(details_open(app, &inside, &call).await.unwrap().1.contains(SECRET));
        let view = nda_view(app, &inside, &call).await.unwrap();
        let signed = view.events.iter().any(|event| event.organisation.as_ref() == Some(&house.team(0).id));
        assert!(view.inside && signed);
    }
    assert_eq!(code(details_open(app, &house.officer(TOWN_B), &call).await), "nda-needed", "another city's office");
    assert!(nda_view(app, &signer, &call).await.unwrap().events.is_empty(), "others do not learn who signed");
    let owner = house.owner.id.clone();
    assert_eq!(code(nda_sign(app, &house.poser(), &call, signs(&owner, &hash)).await), "nda-owner");
    house.test.finish().await;
}

#[tokio::test]
async fn protected_details_are_in_no_list_search_page_or_entry() {
    let house = house().await;
    let app = house.app();
    let call = house.open_call().await.call;
    let filter = Filter { text: SECRET.into(), ..Filter::default() };
    let found = call_list(app, &house.bidder(0), &filter, &Page::default()).await.unwrap();
    assert_eq!(found.total, 0, "not even a count tells of them");
    let mut visitor = house.test.visitor();
    for path in [format!("/calls/{call}"), format!("/api/v1/calls/{call}"), format!("/calls/{call}/amendments")] {
        let _ = visitor.get(&path).await.good().hides(SECRET);
    }
    let _ = visitor.get(&format!("/calls/{call}/agreement")).await.is(401);
    details_open(app, &house.poser(), &call).await.unwrap();
    for object in ["call", "call_details"] {
        let entries = platform::journal::of_object(&app.db().read(), object, &call, 100).await.unwrap();
        assert!(!entries.is_empty() && entries.iter().all(|entry| !entry.data.to_string().contains(SECRET)));
    }
    let view = call_view(app, &house.bidder(0), &call).await.expect("the call itself is public");
    assert!(!view.inside);
    house.test.finish().await;
}

#[tokio::test]
async fn an_amendment_of_the_details_asks_for_a_new_signature() {
    let house = house().await;
    let app = house.app();
    let call = house.open_call().await.call;
    let (signer, team) = (house.bidder(0), house.team(0));
    let hash = nda_view(app, &signer, &call).await.unwrap().agreement_sha256;
    nda_sign(app, &signer, &call, signs(&team.id, &hash)).await.unwrap();
    let words =
        AmendDraft {
            notice: "补充说明。".into(), ip: Some("共有，优先许可。".into()), ..AmendDraft::default()
        };
    call_amend(app, &house.joint(), &call, words).await.expect("other words change");
    details_open(app, &signer, &call).await.expect("the signature still holds");
    let details =
        AmendDraft {
            notice: "更新保密内容。".into(), details: Some("新版图。".into()), ..AmendDraft::default()
        };
    call_amend(app, &house.joint(), &call, details).await.expect("the details change");
    assert_eq!(code(details_open(app, &signer, &call).await), "nda-needed");
    let view = nda_view(app, &signer, &call).await.unwrap();
    assert!(view.signers[0].signature.is_some() && !view.signers[0].holds && view.signers[0].may_sign);
    nda_sign(app, &signer, &call, signs(&team.id, &view.agreement_sha256)).await.expect("it is signed anew");
    assert_eq!(details_open(app, &signer, &call).await.unwrap().1, "新版图。");
    house.test.finish().await;
}

#[tokio::test]
async fn who_has_signed_and_not_answered_finds_the_call_on_his_desk() {
    let house = house().await;
    let call = house.open_call().await.call;
    let signer = house.bidder(0);
    assert!(!house.desk(&signer).await.contains(&"desk-nda-answer"));
    let hash = nda_view(house.app(), &signer, &call).await.unwrap().agreement_sha256;
    nda_sign(house.app(), &signer, &call, signs(&house.team(0).id, &hash)).await.unwrap();
    assert!(house.desk(&signer).await.contains(&"desk-nda-answer"));
    house.answer(&call, 0).await;
    assert!(!house.desk(&signer).await.contains(&"desk-nda-answer"));
    house.test.finish().await;
}
