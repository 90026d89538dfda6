//! Milestones, tranches, stop-loss, claw-back, races: at every moment each fen of each source is somewhere.

use super::stages::{fen, several};
use crate::house::{TOWN_A, TOWN_B, code, house};
use calls::actions::accounts::{award_stop, award_view, claw_back, claw_back_pay, claw_back_second, stop_second};
use calls::actions::contract::contract_register;
use calls::actions::milestone::{milestone_confirm, milestone_judge, milestone_report, milestone_return};
use calls::rules::award::AwardState;
use calls::rules::call::CallState;
use calls::rules::milestone::{MilestoneState, OpinionDraft, ReportDraft};
use ledger::actions::export::ledger_export;
use ledger::actions::verify::ledger_verify;
use ledger::rules::export::Format;
use platform::ctx::Mandate;
use platform::db::Db;
use std::process::Command;

/// hledger finds the export of the whole ledger in order, and each balance the same. It shares no code with the house.
async fn hledger_agrees(db: &Db) {
    let mut text = Vec::new();
    ledger_export(db, Format::Hledger, &mut text).await.expect("it is exported");
    let folder = std::env::temp_dir().join(platform::random::id());
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("ledger.journal");
    std::fs::write(&path, &text).expect("a file");
    let run = |arguments: &[&str]| {
        Command::new("hledger").env("LC_ALL", "C.UTF-8").arg("-f").arg(&path).args(arguments).output()
    };
    let Ok(checked) = run(&["check", "--strict"]) else {
        eprintln!("skipped: hledger is not installed, so nobody else has checked the export");
        return;
    };
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let balances = run(&["bal", "--flat", "-N", "-E", "-O", "csv"]).expect("hledger runs");
    let balances = String::from_utf8(balances.stdout).expect("text");
    for line in balances.lines().skip(1) {
        let (account, balance) = line.trim_matches('"').split_once("\",\"").expect("two columns");
        let found = ledger::account_by_id(&db.read(), account).await.expect("the ledger is read").expect("an account");
        let theirs: i64 = balance.trim_end_matches(" FEN").parse().expect("whole fen");
        assert_eq!(found.1.balance.get(), theirs, "{account}");
    }
    std::fs::remove_dir_all(&folder).expect("it goes");
}

#[tokio::test]
async fn every_fen_of_a_call_is_accounted_for_until_it_is_finished() {
    let house = house().await;
    let (stage, award) = house.running("899999.99").await;
    let call = &stage.call;
    house.adds_up(call).await;
    assert!(house.desk(&house.bidder(0)).await.contains(&"desk-milestone-report"));
    // Evidence is needed, and only the lead reports.
    let empty = ReportDraft { text: "已完成".into(), ..ReportDraft::default() };
    assert_eq!(
        code(milestone_report(house.app(), &house.bidder(0), &award, 1, empty.clone()).await),
        "evidence-needed"
    );
    assert_eq!(code(milestone_report(house.app(), &house.bidder(1), &award, 1, empty).await), "forbidden");
    house.reported(&award, 0, 1).await;
    assert!(house.desk(&house.judge()).await.contains(&"desk-milestone-judge"));
    // Refused first: no money moves, and there is a new day.
    house.judged(&award, 1, "refuse", "").await;
    milestone_return(house.app(), &house.poser(), &award, 1, "请再看第三项。").await.unwrap();
    house.judged(&award, 1, "refuse", "").await;
    milestone_confirm(house.app(), &house.poser(), &award, 1).await.unwrap();
    let view = award_view(house.app(), &house.visitor(), call, &award).await.unwrap();
    assert_eq!((view.milestones[0].state, view.milestones[0].refused), (MilestoneState::Open, 1));
    assert_eq!(house.adds_up(call).await.total.paid, 0);
    // Accepted as a whole.
    house.accepted(&award, 0, 1, "accept", "").await;
    let first = house.adds_up(call).await;
    assert_eq!(first.total.paid, first.milestones[0].amount.get());
    assert_eq!(code(milestone_confirm(house.app(), &house.poser(), &award, 1).await), "milestone-step", "paid once");
    // Accepted in part: the rest goes back to where it came from.
    let whole = first.milestones[1].amount.get();
    house.accepted(&award, 0, 2, "part", "123456.78").await;
    let done = house.adds_up(call).await;
    assert_eq!((done.total.held, done.total.returned), (0, whole - 12_345_678));
    assert_eq!(done.awards[0].award.state, AwardState::Done);
    assert_eq!(house.state(call).await, CallState::Finished);
    let lead = house.standing(&done.awards[0].award.account).await;
    assert_eq!(lead.balance.get(), done.total.paid);
    contract_register(house.app(), &house.bidder(0), &award, "2026330400123456").await.unwrap();
    assert_eq!(code(contract_register(house.app(), &house.bidder(0), &award, "登记中").await), "registration-shape");
    let report = ledger_verify(house.app().db()).await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    hledger_agrees(house.app().db()).await;
    house.test.finish().await;
}

#[tokio::test]
async fn nobody_judges_what_he_posed_pledged_or_is_party_to() {
    let house = house().await;
    let (stage, award) = house.running("900000").await;
    house.reported(&award, 0, 1).await;
    let opinion = || OpinionDraft { judgement: "accept".into(), reason: "达到".into(), ..OpinionDraft::default() };
    let party = house.also(house.judge(), &house.team(0), &[]);
    let owners = house.also(house.judge(), &house.owner.clone(), &[]);
    // The officer of the first town gave that town's pledge.
    for ctx in [house.officer(TOWN_A), house.officer(TOWN_B), house.joint(), party, owners, house.poser()] {
        assert_eq!(
            code(milestone_judge(house.app(), &ctx, &award, 1, opinion()).await),
            "forbidden",
            "{}",
            ctx.actor.name
        );
    }
    milestone_judge(house.app(), &house.judge(), &award, 1, opinion()).await.unwrap();
    let lead = house.also(house.poser(), &house.team(0), &[]);
    assert_eq!(
        code(milestone_confirm(house.app(), &lead, &award, 1).await),
        "forbidden",
        "who is paid confirms nothing"
    );
    assert_eq!(code(milestone_confirm(house.app(), &house.judge(), &award, 1).await), "forbidden");
    let mut stale = house.poser();
    stale.actor.presence = None;
    assert_eq!(code(milestone_confirm(house.app(), &stale, &award, 1).await), "step-up");
    milestone_confirm(house.app(), &house.poser(), &award, 1).await.unwrap();
    house.adds_up(&stage.call).await;
    house.test.finish().await;
}

#[tokio::test]
async fn an_award_is_stopped_and_what_was_paid_comes_back_in_proportion() {
    let house = house().await;
    let (stage, award) = house.running("899999.99").await;
    let call = &stage.call;
    house.accepted(&award, 0, 1, "accept", "").await;
    assert_eq!(code(claw_back(house.app(), &house.judge(), &award, "1", "挪用").await), "award-step", "stop it first");
    let stop = award_stop(house.app(), &house.judge(), &award, "loss", "技术路线走不通。").await.unwrap().id;
    assert_eq!(code(award_stop(house.app(), &house.poser(), &award, "loss", "x").await), "pair-there");
    assert_eq!(code(stop_second(house.app(), &house.judge(), &stop, "confirm").await), "pair-same-hand");
    assert_eq!(code(stop_second(house.app(), &house.bidder(0), &stop, "confirm").await), "forbidden");
    assert_eq!(
        code(stop_second(house.app(), &house.officer(TOWN_A), &stop, "confirm").await),
        "forbidden",
        "he pledged"
    );
    assert!(house.desk(&house.poser()).await.contains(&"desk-award-second"));
    stop_second(house.app(), &house.poser(), &stop, "confirm").await.unwrap();
    let stopped = house.adds_up(call).await;
    assert_eq!((stopped.total.held, stopped.awards[0].award.state), (0, AwardState::Stopped));
    assert_eq!(house.state(call).await, CallState::Finished);
    // More than was paid cannot come back.
    let paid = stopped.total.paid;
    assert_eq!(code(claw_back(house.app(), &house.judge(), &award, "999999", "挪用").await), "claw-back-amount");
    let back = claw_back(house.app(), &house.judge(), &award, "100000.01", "挪用经费。").await.unwrap().id;
    claw_back_second(house.app(), &house.poser(), &back, "confirm").await.unwrap();
    let clawed = house.adds_up(call).await;
    assert_eq!((clawed.total.clawed, clawed.total.paid), (10_000_001, paid));
    let account = house.standing(&clawed.awards[0].award.account).await;
    assert_eq!(account.balance.get(), paid - 10_000_001);
    assert!(ledger_verify(house.app().db()).await.unwrap().problems.is_empty());
    hledger_agrees(house.app().db()).await;
    house.test.finish().await;
}

#[tokio::test]
async fn what_is_owed_back_is_public_until_it_is_paid() {
    let house = house().await;
    let (stage, award) = house.running("900000").await;
    let call = &stage.call;
    house.accepted(&award, 0, 1, "accept", "").await;
    let stop = award_stop(house.app(), &house.poser(), &award, "loss", "停产。").await.unwrap().id;
    stop_second(house.app(), &house.judge(), &stop, "confirm").await.unwrap();
    let account = house.money(call).await.awards[0].award.account.clone();
    house.spend(&account, fen(25_000_000)).await;
    let back = claw_back(house.app(), &house.poser(), &award, "200000", "验收造假。").await.unwrap().id;
    claw_back_second(house.app(), &house.judge(), &back, "confirm").await.unwrap();
    let owed = house.adds_up(call).await;
    assert_eq!((owed.awards[0].owed.map(|(amount, _)| amount), owed.total.clawed), (Some(fen(20_000_000)), 0));
    assert!(house.desk(&house.bidder(0)).await.contains(&"desk-award-owed"));
    assert_eq!(code(claw_back_pay(house.app(), &house.bidder(0), &back).await), "claw-back-short");
    house.bring(&account, 200_000).await;
    assert_eq!(code(claw_back_pay(house.app(), &house.poser(), &back).await), "forbidden");
    claw_back_pay(house.app(), &house.bidder(0), &back).await.unwrap();
    assert_eq!(code(claw_back_pay(house.app(), &house.bidder(0), &back).await), "pair-over");
    let done = house.adds_up(call).await;
    assert_eq!((done.awards[0].owed, done.total.clawed), (None, 20_000_000));
    house.test.finish().await;
}

#[tokio::test]
async fn a_race_loses_those_who_fall_behind() {
    let house = house().await;
    let stage = house.selecting(several(&house, "race", "2"), 3).await;
    let call = &stage.call;
    let awards = house.awarded(&stage, &["500000", "499999.99"]).await;
    house.confirmed(call).await;
    house.signed(call, &awards[0], 0).await;
    assert_eq!(house.state(call).await, CallState::Contracting, "the other has not signed");
    house.signed(call, &awards[1], 1).await;
    assert_eq!(house.state(call).await, CallState::Running);
    house.accepted(&awards[0], 0, 1, "accept", "").await;
    let stop = award_stop(house.app(), &house.judge(), &awards[1], "race", "首个里程碑未达标。").await.unwrap().id;
    stop_second(house.app(), &house.poser(), &stop, "refuse").await.unwrap();
    assert_eq!(code(stop_second(house.app(), &house.poser(), &stop, "confirm").await), "pair-over");
    let stop = award_stop(house.app(), &house.judge(), &awards[1], "race", "复核后仍未达标。").await.unwrap().id;
    stop_second(house.app(), &house.poser(), &stop, "confirm").await.unwrap();
    let money = house.adds_up(call).await;
    assert_eq!(money.awards[1].flow.returned, 49_999_999);
    assert_eq!(house.state(call).await, CallState::Running, "the first goes on");
    house.accepted(&awards[0], 0, 2, "accept", "").await;
    assert_eq!(house.state(call).await, CallState::Finished);
    assert_eq!(house.adds_up(call).await.total.paid, 50_000_000);
    house.test.finish().await;
}

#[tokio::test]
async fn a_city_that_leaves_after_the_award_pays_what_it_has_pledged() {
    let house = house().await;
    let (stage, award) = house.running("900000").await;
    let act = house.call(&stage.call).await.accord.unwrap();
    accords::actions::accord::accord_end(house.app(), &house.joint(), &act, "一方退出。").await.unwrap();
    house.accepted(&award, 0, 1, "accept", "").await;
    house.accepted(&award, 0, 2, "accept", "").await;
    let money = house.adds_up(&stage.call).await;
    assert_eq!((money.total.paid, house.state(&stage.call).await), (90_000_000, CallState::Finished));
    house.test.finish().await;
}

#[tokio::test]
async fn a_visitor_reads_the_money_and_nothing_that_is_not_decided() {
    let house = house().await;
    let (stage, award) = house.running("900000").await;
    house.reported(&award, 0, 1).await;
    let path = format!("/calls/{}", stage.call);
    let mut visitor = house.test.visitor();
    let _ = visitor.get(&format!("{path}/money")).await.good().shows("900000.00").shows("逐笔");
    let _ = visitor.get(&format!("{path}/money?format=csv")).await.good().shows("里程碑");
    let json = visitor.get(&format!("/api/v1{path}/money")).await.good().value();
    assert_eq!(json["total"]["held_fen"], 90_000_000);
    assert_eq!(json["sources"].as_array().unwrap().len(), 3);
    let _ = visitor.get(&format!("{path}/awards/{award}")).await.good().shows("已申请验收").hides("example.org");
    let _ = visitor.get(&format!("{path}/awards/{award}/milestones/1")).await.good().hides("example.org");
    let told = visitor.get(&format!("/api/v1{path}/awards/{award}")).await.good().value();
    assert_eq!(
        (&told["milestones"][0]["state"], &told["milestones"][0]["report"]),
        (&"reported".into(), &serde_json::Value::Null)
    );
    let _ = visitor.get(&format!("{path}/awards/{award}/contract")).await.is(401);
    let _ = visitor.get(&format!("{path}/awards/{award}/milestones/9")).await.is(404);
    let _ = visitor.get(&format!("{path}/objections")).await.good().shows("没有异议");
    let mut english = house.test.visitor().english();
    let _ = english.get(&format!("{path}/money")).await.good().shows("Where the money is");
    let _ = english.get(&path).await.good().shows("Awards and money");
    assert!(house.member(&house.owner.clone(), &[Mandate::Sign]).actor.account.is_some());
    house.test.finish().await;
}
