//! Joint release: funders asked and answering, the joint act, and a call that opens only with its money and its cities.

use crate::house::{House, TOWN_A, TOWN_B, code, house, pledge};
use accords::actions::accord::accord_say;
use accords::rules::accord::SayCommand;
use calls::actions::call::{call_view, call_withdraw};
use calls::actions::pledge::{pledge_check, pledge_view};
use calls::actions::release::{
    InviteDraft, call_circulate, call_open, call_take_back, funder_invite, invite_take_back, pledge_decline,
    pledge_give,
};
use calls::rules::call::CallState;
use calls::rules::pledge::{PledgeDraft, PledgeState};
use platform::Ctx;
use platform::ctx::{Mandate, Presence};

fn invite(kind: &str, code: &str) -> InviteDraft {
    InviteDraft { kind: kind.into(), code: code.into(), ..InviteDraft::default() }
}

/// The id of the pledge of a funder.
async fn pledge_of(house: &House, call: &str, code: &str) -> String {
    let view = call_view(house.app(), &house.joint(), call).await.expect("the joint office looks");
    view.pledges.into_iter().find(|pledge| pledge.code == code).expect("it was asked").id
}

async fn asked(house: &House, call: &str, kind: &str, code: &str) -> String {
    funder_invite(house.app(), &house.joint(), call, invite(kind, code)).await.expect("it is asked");
    let owner = house.owner.id.clone();
    pledge_of(house, call, if kind == "owner" { &owner } else { code }).await
}

#[tokio::test]
async fn whom_the_joint_office_may_ask() {
    let house = house().await;
    let (app, joint) = (house.app(), house.joint());
    let call = house.vetted().await;
    for (draft, refused) in [
        (invite("friend", ""), "funder-unknown"),
        (invite("city", "110000"), "funder-unknown"),
        (invite("city", "x"), "funder-unknown"),
        (invite("organisation", "nobody"), "funder-unknown"),
        (invite("outer", ""), "needed"),
    ] {
        assert_eq!(code(funder_invite(app, &joint, &call, draft).await), refused);
    }
    assert_eq!(code(funder_invite(app, &house.officer(TOWN_A), &call, invite("city", TOWN_A)).await), "forbidden");
    assert_eq!(code(funder_invite(app, &house.person("x"), &call, invite("city", TOWN_A)).await), "not-found");
    let town = asked(&house, &call, "city", TOWN_A).await;
    assert_eq!(code(funder_invite(app, &joint, &call, invite("city", TOWN_A)).await), "funder-asked");
    assert_eq!(house.desk(&house.officer(TOWN_A)).await, ["desk-pledge-give"]);
    assert!(house.desk(&house.officer(TOWN_B)).await.is_empty());
    let team = house.team(1);
    funder_invite(app, &joint, &call, invite("organisation", &team.uscc)).await.expect("by its code");
    assert_eq!(house.desk(&house.member(&team, &[Mandate::Pay])).await, ["desk-pledge-give"]);
    assert!(house.desk(&house.member(&team, &[Mandate::Bid])).await.is_empty());
    invite_take_back(app, &joint, &call, &town).await.unwrap();
    assert!(house.desk(&house.officer(TOWN_A)).await.is_empty());
    assert_eq!(code(invite_take_back(app, &joint, &call, &town).await), "not-found");
    house.test.finish().await;
}

#[tokio::test]
async fn who_may_pledge_and_from_which_account() {
    let house = house().await;
    let app = house.app();
    let call = house.vetted().await;
    let id = asked(&house, &call, "city", TOWN_A).await;
    let officer = house.officer(TOWN_A);
    let own = house.account(&officer, &format!("city:{TOWN_A}")).await;
    let other = house.account(&house.officer(TOWN_B), &format!("city:{TOWN_B}")).await;
    let draft = |account: &str| PledgeDraft { account: account.into(), ..pledge("300000", "local") };
    for ctx in [house.officer(TOWN_B), house.person("x"), house.poser()] {
        assert_eq!(code(pledge_give(app, &ctx, &id, draft(&own)).await), "not-found", "{ctx:?}");
        assert_eq!(code(pledge_view(app, &ctx, &call, &id).await), "not-found");
    }
    assert_eq!(code(pledge_give(app, &house.joint(), &id, draft(&own)).await), "forbidden", "it only asks");
    let unproved =
        Ctx { actor: platform::Actor { presence: None::<Presence>, ..officer.actor.clone() }, ..officer.clone() };
    assert_eq!(code(pledge_give(app, &unproved, &id, draft(&own)).await), "step-up");
    assert_eq!(code(pledge_give(app, &officer, &id, draft(&other)).await), "pledge-account-owner");
    assert_eq!(code(pledge_give(app, &officer, &id, draft("nowhere")).await), "pledge-account-owner");
    let view = pledge_view(app, &officer, &call, &id).await.unwrap();
    assert_eq!(view.accounts.iter().map(|(account, _)| account.id.as_str()).collect::<Vec<_>>(), [own.as_str()]);
    assert!(view.call.details.is_empty(), "a funder reads what everybody will read");
    assert_eq!(code(pledge_check(app, &officer, &call, &id, &draft(&other)).await), "pledge-account-owner");
    let (_, next, cover) = pledge_check(app, &officer, &call, &id, &draft(&own)).await.unwrap();
    assert_eq!((next.cap.get(), cover.sure.get(), cover.possible.get()), (30_000_000, 0, 30_000_000));
    assert_eq!(pledge_view(app, &officer, &call, &id).await.unwrap().pledge.state, PledgeState::Asked, "only checked");
    pledge_give(app, &officer, &id, draft(&own)).await.unwrap();
    assert!(house.desk(&officer).await.is_empty());
    let joint = house.joint();
    assert_eq!(code(invite_take_back(app, &joint, &call, &id).await), "funder-answered");
    pledge_give(app, &house.colleague(TOWN_A), &id, PledgeDraft { account: own, ..pledge("200000", "none") })
        .await
        .expect("a colleague changes it");
    pledge_decline(app, &officer, &id, "预算调整").await.unwrap();
    assert_eq!(code(pledge_decline(app, &officer, &id, "").await), "pledge-over");
    funder_invite(app, &joint, &call, invite("city", TOWN_A)).await.expect("who has declined can be asked anew");
    assert_eq!(pledge_of(&house, &call, TOWN_A).await, id, "a funder stands once in a call");
    house.test.finish().await;
}

#[tokio::test]
async fn the_letter_of_a_province_is_recorded_by_another_person() {
    let house = house().await;
    let app = house.app();
    let call = house.vetted().await;
    let draft = InviteDraft { kind: "outer".into(), name: "某省科技厅".into(), ..InviteDraft::default() };
    funder_invite(app, &house.joint(), &call, draft).await.unwrap();
    let id = pledge_of(&house, &call, "x1").await;
    let account = house.account(&house.joint(), "joint-office").await;
    let draft = PledgeDraft { account, ..pledge("100000", "none") };
    assert_eq!(code(pledge_give(app, &house.joint(), &id, draft.clone()).await), "forbidden", "four eyes");
    let colleague = house.ctx("joint-2", vec![platform::Role::JointOffice], &[]);
    assert!(house.desk(&colleague).await.contains(&"desk-pledge-give"));
    assert!(!house.desk(&house.joint()).await.contains(&"desk-pledge-give"));
    pledge_give(app, &colleague, &id, draft).await.unwrap();
    house.test.finish().await;
}

#[tokio::test]
async fn nothing_is_released_without_its_money() {
    let house = house().await;
    let (app, joint) = (house.app(), house.joint());
    let call = house.vetted().await;
    let circulate = || call_circulate(app, &joint, &call, "2026-04-10");
    assert_eq!(code(circulate().await), "pledges-short");
    let owner = format!("organisation:{}", house.owner.id);
    house.pledge(&call, ("owner", ""), &house.poser(), &owner, pledge("400000", "none")).await;
    let town = house.officer(TOWN_A);
    house.pledge(&call, ("city", TOWN_A), &town, &format!("city:{TOWN_A}"), pledge("600000", "local")).await;
    assert_eq!(code(circulate().await), "pledges-short", "local money may not come");
    let neighbour = asked(&house, &call, "city", TOWN_B).await;
    assert_eq!(code(circulate().await), "pledges-open");
    let account = house.account(&house.officer(TOWN_B), &format!("city:{TOWN_B}")).await;
    let matched = PledgeDraft { ratio: "1.5".into(), account, ..pledge("900000", "matched") };
    pledge_give(app, &house.officer(TOWN_B), &neighbour, matched).await.unwrap();
    circulate().await.expect("four hundred thousand, and one and a half times that");
    house.test.finish().await;
}

#[tokio::test]
async fn nothing_opens_without_the_consent_of_every_city() {
    let house = house().await;
    let (app, joint) = (house.app(), house.joint());
    let call = house.circulated_as(house.patch()).await;
    assert_eq!(house.state(&call).await, CallState::Releasing);
    let committee = house.committee().await;
    let draft = || house.opening_draft(&committee.id);
    assert_eq!(code(call_open(app, &joint, &call, draft()).await), "accord-not-in-force");
    let pledged = pledge_of(&house, &call, TOWN_A).await;
    assert_eq!(code(pledge_decline(app, &house.officer(TOWN_A), &pledged, "").await), "pledges-fixed");
    assert_eq!(code(funder_invite(app, &joint, &call, invite("joint", "")).await), "pledges-fixed");
    assert!(!call_view(app, &joint, &call).await.unwrap().may.open);
    house.consent(&call).await;
    assert!(house.desk(&joint).await.contains(&"desk-call-open"));
    assert!(call_view(app, &joint, &call).await.unwrap().may.open);
    let late = calls::rules::release::OpenDraft { closes_ms: 1, ..draft() };
    let refused = call_open(app, &joint, &call, late).await.expect_err("a closing in the past");
    assert!(refused.refusal().is_some(), "{refused:?}");
    assert_eq!(house.state(&call).await, CallState::Releasing, "a refused opening leaves no trace");
    call_open(app, &joint, &call, draft()).await.unwrap();
    let opened = house.call(&call).await;
    assert_eq!((opened.state, opened.version), (CallState::Open, 1));
    assert!(opened.round.is_some() && opened.closes_ms.is_some() && opened.opened_ms.is_some());
    assert_eq!(code(call_open(app, &joint, &call, draft()).await), "call-step");
    let kinds = house.journal("call", &call).await;
    assert_eq!(
        kinds.iter().filter(|(_, public)| *public).map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(),
        ["call.opened"]
    );
    house.test.finish().await;
}

#[tokio::test]
async fn a_joint_act_is_taken_back_and_asked_anew() {
    let house = house().await;
    let (app, joint) = (house.app(), house.joint());
    let call = house.circulated_as(house.patch()).await;
    let first = house.call(&call).await.accord;
    assert_eq!(code(call_take_back(app, &joint, &call, "").await), "needed");
    call_take_back(app, &joint, &call, "金额有误").await.unwrap();
    assert_eq!((house.state(&call).await, house.call(&call).await.accord), (CallState::Vetted, None));
    house.circulate(&call).await;
    assert_ne!(house.call(&call).await.accord, first, "another act with another number");
    house.consent(&call).await;
    house.release(call.clone()).await;
    call_withdraw(app, &house.poser(), &call, "型号取消").await.unwrap();
    assert_eq!(house.state(&call).await, CallState::Withdrawn);
    house.test.finish().await;
}

#[tokio::test]
async fn the_clock_closes_it_and_one_entry_says_so() {
    let house = house().await;
    let stage = house.open_call().await;
    house.close(&stage.call).await;
    assert_eq!(house.state(&stage.call).await, CallState::Checking, "nobody has answered, so there is nothing to open");
    house.days_pass(1).await;
    let kinds = house.journal("call", &stage.call).await;
    assert_eq!(kinds.iter().filter(|(kind, _)| kind == "call.closed").count(), 1, "{kinds:?}");
    house.test.finish().await;
}

#[tokio::test]
async fn a_city_that_leaves_in_the_middle_keeps_it_closed() {
    let house = house().await;
    let (app, joint) = (house.app(), house.joint());
    let call = house.circulated_as(house.patch()).await;
    let act = house.call(&call).await.accord.expect("there is an act");
    let says = |party: &str, word: &str| SayCommand {
        party: party.into(),
        version: 1,
        word: word.into(),
        text: "财政预算未批准".into(),
        letter: String::new(),
    };
    accord_say(app, &house.officer(TOWN_A), &act, says(TOWN_A, "agrees")).await.unwrap();
    accord_say(app, &joint, &act, says("joint", "agrees")).await.unwrap();
    accord_say(app, &house.officer(TOWN_B), &act, says(TOWN_B, "declines")).await.unwrap();
    let committee = house.committee().await;
    let draft = || house.opening_draft(&committee.id);
    assert_eq!(code(call_open(app, &joint, &call, draft()).await), "accord-not-in-force");
    house.days_pass(12).await;
    assert_eq!(code(call_open(app, &joint, &call, draft()).await), "accord-not-in-force", "the deadline has passed");
    assert!(house.desk(&joint).await.contains(&"desk-call-act-failed"));
    call_take_back(app, &joint, &call, "乙市退出").await.unwrap();
    let pledge = pledge_of(&house, &call, TOWN_B).await;
    pledge_decline(app, &house.officer(TOWN_B), &pledge, "财政预算未批准").await.unwrap();
    let deadline = house.day(10);
    assert_eq!(code(call_circulate(app, &joint, &call, &deadline).await), "pledges-short", "its money is gone too");
    house.test.finish().await;
}
