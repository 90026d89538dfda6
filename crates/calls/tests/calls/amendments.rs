//! Amendments: a new round, and what was sealed before is never opened.

use crate::house::{TOWN_A, code, house};
use calls::actions::amendment::{amendment_list, call_amend};
use calls::actions::answer::own_answers;
use calls::actions::call::call_withdraw;
use calls::rules::amendment::AmendDraft;
use calls::rules::call::CallState;
use envelopes::RoundState;
use envelopes::actions::round::round_view;
use platform::ctx::Mandate;

fn draft() -> AmendDraft {
    AmendDraft {
        notice: "指标放宽，截止时间顺延。".into(),
        summary: Some("六百摄氏度下一千小时漂移不超过千分之二。".into()),
        ..AmendDraft::default()
    }
}

#[tokio::test]
async fn an_amendment_voids_what_was_sealed_and_asks_to_seal_again() {
    let house = house().await;
    let app = house.app();
    let stage = house.answered(2).await;
    let before = house.call(&stage.call).await;
    let stale = house.sealed(&stage.call, 0, house.fields(0)).await;
    assert_eq!(code(call_amend(app, &house.officer(TOWN_A), &stage.call, draft()).await), "forbidden");
    assert_eq!(code(call_amend(app, &house.poser(), &stage.call, draft()).await), "forbidden");
    let party = house.also(house.joint(), &house.owner.clone(), &[Mandate::Publish]);
    assert_eq!(code(call_amend(app, &party, &stage.call, draft()).await), "forbidden", "four eyes");
    call_amend(app, &house.joint(), &stage.call, draft()).await.expect("the joint office amends");
    let after = house.call(&stage.call).await;
    assert_eq!((after.version, after.state), (before.version + 1, CallState::Open));
    assert_ne!(after.round, before.round);
    assert_eq!((after.budget, &after.title, &after.review), (before.budget, &before.title, &before.review));
    let old = round_view(app, &house.bidder(0), before.round.as_ref().unwrap()).await.unwrap();
    assert_eq!(old.round.state, RoundState::Void);
    // An envelope for the old round does not fit the new one.
    let late = calls::actions::answer::answer_send(app, &house.bidder(0), &stage.call, None, stale).await;
    assert_eq!(code(late), "envelope-context");
    for team in [0, 1] {
        assert!(house.desk(&house.bidder(team)).await.contains(&"desk-amendment-seal"));
        assert!(amendment_list(app, &house.bidder(team), &stage.call).await.unwrap().seal_again);
    }
    assert!(!amendment_list(app, &house.bidder(2), &stage.call).await.unwrap().seal_again);
    house.answer(&stage.call, 1).await;
    assert!(!house.desk(&house.bidder(1)).await.contains(&"desk-amendment-seal"));
    let own = own_answers(app, &house.bidder(1), &after).await.unwrap();
    let told: Vec<(bool, bool)> = own.iter().map(|own| (own.present, own.given_up)).collect();
    assert_eq!(told, [(true, false), (false, true)]);
    house.unseal(&stage).await;
    assert_eq!(house.answers(&stage.call).await.len(), 1, "the answer that was not sealed again is none");
    house.test.finish().await;
}

#[tokio::test]
async fn everybody_reads_what_has_changed() {
    let house = house().await;
    let call = house.open_call().await.call;
    let both = AmendDraft { details: Some("新版图。".into()), ..draft() };
    call_amend(house.app(), &house.joint(), &call, both).await.unwrap();
    let list = amendment_list(house.app(), &house.visitor(), &call).await.unwrap();
    let fields: Vec<&str> = list.items[0].changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(fields, ["summary", "details"]);
    let mut visitor = house.test.visitor();
    let page = visitor.get(&format!("/calls/{call}/amendments")).await.good();
    let _ = page.shows("千分之一").shows("千分之二").shows("指标放宽").hides("新版图");
    let told = visitor.get(&format!("/api/v1/calls/{call}/amendments")).await.good().value();
    assert_eq!(told["items"][0]["changes"][1]["new"], "");
    let kinds = house.journal("call", &call).await;
    assert_eq!(kinds.last(), Some(&("call.amended".to_owned(), true)));
    let mut office = house.client("office", Some((platform::Role::JointOffice, None))).await;
    let form = format!("/calls/{call}/amendments");
    let _ = office.get(&format!("{form}/new")).await.good().shows("变更说明");
    let short = [("notice", "提前"), ("closes", "2026-03-18T09:00"), ("summary", "短"), ("ip", "共有")];
    let _ = office.form(&form, &short).await.is(422).shows("closes-error").shows("短");
    let good = [("notice", "顺延"), ("closes", "2026-04-20T09:00"), ("summary", "短"), ("ip", "共有")];
    let _ = office.form(&form, &good).await.good().shows("变更已公布");
    let _ = house.test.visitor().english().get(&form).await.good().shows("2026-04-20 09:00");
    house.test.finish().await;
}

#[tokio::test]
async fn a_closed_call_is_not_amended_and_a_withdrawn_one_is_never_opened() {
    let house = house().await;
    let app = house.app();
    let stage = house.answered(1).await;
    let round = house.call(&stage.call).await.round.unwrap();
    house.close(&stage.call).await;
    assert_eq!(code(call_amend(app, &house.joint(), &stage.call, draft()).await), "amendment-closed");
    call_withdraw(app, &house.poser(), &stage.call, "预算取消。").await.expect("before any share was given");
    assert_eq!(round_view(app, &house.visitor(), &round).await.unwrap().round.state, RoundState::Void);
    house.days_pass(4).await;
    assert_eq!(house.call(&stage.call).await.state, CallState::Withdrawn);
    house.test.finish().await;
}
