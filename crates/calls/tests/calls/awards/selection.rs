//! Choosing within the shortlist, and what is refused.

use super::stages::{choice, fen, several};
use crate::house::{BUDGET_YUAN, House, TOWN_A, TOWN_B, code, house};
use calls::actions::award::{award_drop, call_decline, call_select, selection_view};
use calls::actions::contract::{contract_sign, contract_view, contract_write};
use calls::rules::award::AwardState;
use calls::rules::call::CallState;
use platform::ctx::Mandate;

/// Nothing of an award is written, and no money is held.
async fn nothing_written(house: &House, call: &str) {
    let money = house.money(call).await;
    assert_eq!((money.awards.len(), money.tranches.len(), money.total.held), (0, 0, 0));
    for account in house.accounts(call).await {
        assert_eq!(house.standing(&account).await.held, fen(0), "{account}");
    }
    assert_eq!(house.state(call).await, CallState::Selection);
}

#[tokio::test]
async fn the_owner_sees_who_pays_what_and_confirms_it() {
    let house = house().await;
    let stage = house.selecting(several(&house, "several", "2"), 3).await;
    let call = &stage.call;
    assert!(house.desk(&house.poser()).await.contains(&"desk-award-choose"));
    let answers = house.answers(call).await;
    house.choose(call, vec![choice(&answers[0], "600000.01"), choice(&answers[2], "333333.33")]).await.unwrap();
    let view = selection_view(house.app(), &house.poser(), call).await.unwrap();
    let plan = view.plan.as_ref().unwrap();
    let sums: Vec<i64> = plan.shares.iter().map(|row| row.iter().map(|fen| fen.get()).sum()).collect();
    assert_eq!((sums, plan.shortages.len()), (vec![60_000_001, 33_333_333], 0));
    assert_eq!(
        code(selection_view(house.app(), &house.officer(TOWN_A), call).await),
        "forbidden",
        "nobody else sees it"
    );
    assert!(house.journal("call", call).await.contains(&("call.selection_drafted".into(), false)));
    let version = view.selection.unwrap().version;
    // A choice that was changed meanwhile is not the one that was seen.
    house.choose(call, vec![choice(&answers[0], "1")]).await.unwrap();
    assert_eq!(code(call_select(house.app(), &house.poser(), call, version).await), "selection-changed");
    nothing_written(&house, call).await;
    let awards = house.awarded(&stage, &["600000.01", "", "333333.33"]).await;
    assert_eq!(awards.len(), 2);
    let money = house.adds_up(call).await;
    assert_eq!(money.total.held, 93_333_334);
    for one in &money.awards {
        let own: Vec<_> = money.tranches.iter().filter(|(ord, _, _)| *ord == one.award.ord).collect();
        assert_eq!(own.iter().map(|(_, tranche, _)| tranche.amount.get()).sum::<i64>(), one.award.amount.get());
        let milestones: Vec<_> = money.milestones.iter().filter(|milestone| milestone.award == one.award.id).collect();
        for milestone in milestones {
            let paid = own.iter().filter(|(_, tranche, _)| tranche.milestone == milestone.ord);
            assert_eq!(paid.map(|(_, tranche, _)| tranche.amount.get()).sum::<i64>(), milestone.amount.get());
        }
    }
    assert!(house.desk(&house.officer(TOWN_B)).await.contains(&"desk-award-told"), "funders are told");
    assert!(house.call(call).await.owner_open().is_some());
    house.test.finish().await;
}

#[tokio::test]
async fn what_cannot_be_awarded_is_refused_and_nothing_is_written() {
    let house = house().await;
    let stage = house.selecting(several(&house, "several", "2"), 3).await;
    let call = &stage.call;
    let answers = house.answers(call).await;
    for (choices, code_) in [
        (vec![], "award-none"),
        (vec![choice("nobody", "1")], "award-answer"),
        (vec![choice(&answers[0], "900000.01")], "award-over-asked"),
        (vec![choice(&answers[0], "600000"), choice(&answers[1], "400000.01")], "award-over-budget"),
        (vec![choice(&answers[0], "1"), choice(&answers[1], "1"), choice(&answers[2], "1")], "award-many"),
    ] {
        assert_eq!(code(house.choose(call, choices).await), code_);
    }
    assert_eq!(
        code(call_select(house.app(), &house.poser(), call, 1).await),
        "selection-changed",
        "nothing laid aside"
    );
    house.choose(call, vec![choice(&answers[0], "500000")]).await.unwrap();
    for (ctx, code_) in [
        (house.visitor(), "sign-in"),
        (house.bidder(0), "forbidden"),
        (house.officer(TOWN_A), "forbidden"),
        (house.member(&house.owner.clone(), &[Mandate::Publish]), "forbidden"),
        (house.member(&house.owner.clone(), &[Mandate::Sign]), "forbidden"),
    ] {
        assert_eq!(code(call_select(house.app(), &ctx, call, 1).await), code_);
    }
    let mut stale = house.poser();
    stale.actor.presence = None;
    assert_eq!(code(call_select(house.app(), &stale, call, 1).await), "step-up", "money asks who sits there");
    nothing_written(&house, call).await;
    house.test.finish().await;
}

#[tokio::test]
async fn money_that_is_missing_is_named_with_its_funder() {
    let house = house().await;
    let stage = house.selecting(house.patch(), 2).await;
    let call = &stage.call;
    let answers = house.answers(call).await;
    house.choose(call, vec![choice(&answers[0], "900000")]).await.unwrap();
    let town =
        house.money(call).await.sources.into_iter().find(|one| one.pledge.code == TOWN_B).unwrap().pledge.account;
    house.spend(&town, fen(29_000_000)).await;
    let plan = selection_view(house.app(), &house.poser(), call).await.unwrap().plan.unwrap();
    assert_eq!((plan.shortages.len(), plan.shortages[0].missing), (1, fen(26_000_000)));
    let refusal = call_select(house.app(), &house.poser(), call, 1).await.expect_err("a refusal");
    let refusal = refusal.refusal().expect("no failure").clone();
    assert_eq!(refusal.code, "award-money-short");
    assert!(refusal.zh.contains("260000.00") && refusal.en.contains("260000.00"), "{refusal:?}");
    nothing_written(&house, call).await;
    house.bring(&town, 290_000).await;
    call_select(house.app(), &house.poser(), call, 1).await.unwrap();
    house.adds_up(call).await;
    house.test.finish().await;
}

#[tokio::test]
async fn the_second_of_two_who_decide_at_once_is_told_so() {
    let house = house().await;
    let stage = house.selecting(house.patch(), 2).await;
    let call = stage.call.clone();
    let answers = house.answers(&call).await;
    house.choose(&call, vec![choice(&answers[0], "900000")]).await.unwrap();
    let other = house.also(house.person("another"), &house.owner.clone(), &Mandate::ALL);
    let poser = house.poser();
    let (one, two) = (call_select(house.app(), &poser, &call, 1), call_select(house.app(), &other, &call, 1));
    let (one, two) = tokio::join!(one, two);
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(won.is_ok());
    assert_eq!(code(lost), "call-step");
    assert_eq!(house.adds_up(&call).await.awards.len(), 1);
    house.test.finish().await;
}

#[tokio::test]
async fn nobody_is_awarded() {
    let house = house().await;
    let stage = house.selecting(house.patch(), 2).await;
    let call = &stage.call;
    assert_eq!(code(call_decline(house.app(), &house.poser(), call, " ").await), "needed");
    assert_eq!(code(call_decline(house.app(), &house.officer(TOWN_A), call, "x").await), "forbidden");
    call_decline(house.app(), &house.poser(), call, "均未达到指标。").await.unwrap();
    assert_eq!(house.state(call).await, CallState::NoAward);
    assert_eq!(house.money(call).await.total.held, 0);
    assert_eq!(house.call(call).await.reason, "均未达到指标。");
    house.test.finish().await;
}

#[tokio::test]
async fn sources_pay_in_proportion_to_what_they_have_pledged() {
    let house = house().await;
    let stage = house.selecting(house.patch(), 2).await;
    // The owner's 400,000 and each town's 300,000 stand in proportion for whoever wins.
    house.awarded(&stage, &["900000"]).await;
    let money = house.adds_up(&stage.call).await;
    for one in &money.sources {
        assert_eq!(one.flow.held, one.pledge.cap.get() / 10 * 9, "{}", one.pledge.code);
    }
    assert_eq!(money.pledged, BUDGET_YUAN.parse::<i64>().unwrap() * 100);
    house.test.finish().await;
}

#[tokio::test]
async fn a_team_that_does_not_sign_gives_way() {
    let house = house().await;
    let stage = house.selecting(house.patch(), 2).await;
    let call = &stage.call;
    let award = house.awarded(&stage, &["900000"]).await.remove(0);
    // On notice nothing is signed yet.
    assert_eq!(code(contract_write(house.app(), &house.poser(), &award, house.contract()).await), "award-step");
    house.confirmed(call).await;
    for (ctx, desk) in [(house.poser(), "desk-contract-write"), (house.bidder(0), "desk-contract-write")] {
        assert!(house.desk(&ctx).await.contains(&desk));
    }
    contract_write(house.app(), &house.poser(), &award, house.contract()).await.unwrap();
    let hash = |view: calls::actions::contract::View| view.contract.unwrap().hash;
    let first = hash(contract_view(house.app(), &house.bidder(0), call, &award).await.unwrap());
    contract_sign(house.app(), &house.poser(), &award, "owner", &first).await.unwrap();
    assert_eq!(code(contract_sign(house.app(), &house.bidder(1), &award, "lead", &first).await), "not-found");
    let both = house.also(house.poser(), &house.team(0), &Mandate::ALL);
    assert_eq!(code(contract_sign(house.app(), &both, &award, "lead", &first).await), "contract-same-hand");
    // A change begins the signatures anew.
    contract_write(house.app(), &house.bidder(0), &award, house.contract()).await.unwrap();
    let view = contract_view(house.app(), &house.bidder(0), call, &award).await.unwrap();
    assert_eq!((view.signatures.len(), view.contract.as_ref().unwrap().version), (0, 2));
    assert_eq!(code(contract_sign(house.app(), &house.bidder(0), &award, "lead", &first).await), "contract-changed");
    assert_eq!(code(contract_view(house.app(), &house.bidder(1), call, &award).await), "not-found");
    assert_eq!(code(award_drop(house.app(), &house.poser(), &award, "逾期").await), "award-drop-early");
    house.days_pass(60).await;
    award_drop(house.app(), &house.poser(), &award, "逾期未签。").await.unwrap();
    assert_eq!(house.state(call).await, CallState::Selection, "the reserve can be chosen");
    assert_eq!(house.adds_up(call).await.total.held, 0);
    let view = selection_view(house.app(), &house.poser(), call).await.unwrap();
    assert_eq!(view.answers.iter().map(|answer| answer.number).collect::<Vec<_>>(), [2], "the one who gave way is out");
    let answers = house.answers(call).await;
    house.choose(call, vec![choice(&answers[1], "800000")]).await.unwrap();
    call_select(house.app(), &house.poser(), call, 1).await.unwrap();
    let money = house.adds_up(call).await;
    assert_eq!((money.awards[0].award.ord, money.awards[0].award.state), (2, AwardState::Named), "numbers are new");
    house.test.finish().await;
}
