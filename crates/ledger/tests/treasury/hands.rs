//! Reconciliation by hand: matching, taking back, entering, returns.

use crate::house::{TOWN_B, budget, code, house};
use ledger::actions::holding::ledger_open;
use ledger::actions::line::{line_entry_decide, line_match, line_propose, line_unmatch, line_view};
use ledger::actions::statement::unmatched_list;
use ledger::rules::opening::OpenDraft;
use ledger::rules::payment::PaymentState;
use ledger::rules::reconcile::{EntryDraft, MatchRule};

#[tokio::test]
async fn a_line_is_matched_by_hand_and_the_match_taken_back() {
    let house = house().await;
    let app = house.app();
    let account = house.funded(100_000).await;
    let (payment, _) = house.sent(&account, "60").await;
    house.load(&account, (-9, 0), 100_000, &[(0, "B1", -6_000, "无编号"), (0, "B2", -50, "手续费")]).await;
    let officer = house.officer("checker");
    let (open, total) = unmatched_list(app, &officer).await.unwrap();
    assert_eq!(total, 2);
    let (line, fee) = (open[0].open.id.clone(), open[1].open.id.clone());
    assert_eq!(line_view(app, &officer, &line).await.unwrap().candidates.len(), 1);
    let by_hand = |line: &str, payment: &str, reason: &str| {
        let (line, payment, reason) = (line.to_owned(), payment.to_owned(), reason.to_owned());
        let officer = officer.clone();
        async move { line_match(app, &officer, &line, payment, reason).await }
    };
    assert_eq!(code(by_hand(&line, "nothing", "核实").await), "payment-unknown");
    assert_eq!(code(by_hand(&line, &payment, "").await), "needed");
    assert_eq!(code(by_hand(&fee, &payment, "核实").await), "match-amount");
    assert_eq!(code(line_match(app, &house.neighbour(), &line, payment.clone(), "核实".into()).await), "not-found");
    by_hand(&line, &payment, "银行回单核实").await.unwrap();
    assert_eq!(house.stands(&account).await, (94_000, 0));
    assert_eq!(house.state(&payment).await, PaymentState::Settled);
    assert_eq!(code(by_hand(&line, &payment, "核实").await), "line-matched");
    assert_eq!(code(line_unmatch(app, &officer, &fee, "错".into()).await), "line-open");
    assert_eq!(code(line_unmatch(app, &officer, &line, " ".into()).await), "needed");
    line_unmatch(app, &officer, &line, "另一笔".into()).await.unwrap();
    assert_eq!(house.stands(&account).await, (100_000, 6_000), "it is held again");
    assert_eq!(house.state(&payment).await, PaymentState::Exported);
    by_hand(&line, &payment, "再次核实").await.unwrap();
    assert_eq!(house.stands(&account).await, (94_000, 0));
    let kinds = house.journal("bank_line", &line).await;
    assert_eq!(kinds, ["line.matched", "line.unmatched", "line.matched"]);
    house.finish().await;
}

#[tokio::test]
async fn money_that_comes_back_is_on_the_account_again() {
    let house = house().await;
    let app = house.app();
    let account = house.funded(100_000).await;
    let (payment, number) = house.sent(&account, "60").await;
    house.load(&account, (-9, 0), 100_000, &[(0, "B1", -6_000, &number), (0, "B2", 6_000, "退汇")]).await;
    let officer = house.officer("checker");
    let (open, _) = unmatched_list(app, &officer).await.unwrap();
    let line = open[0].open.id.clone();
    line_match(app, &officer, &line, payment.clone(), "账号已销户".into()).await.unwrap();
    assert_eq!((house.state(&payment).await, house.stands(&account).await), (PaymentState::Returned, (100_000, 0)));
    // The line that paid it cannot be taken from it while the return stands.
    let view = ledger::actions::payment::payment_view(app, &officer, &payment).await.unwrap();
    let paid = view.lines.iter().find(|line| line.serial == "B1").unwrap().open.id.clone();
    assert_eq!(code(line_unmatch(app, &officer, &paid, "错".into()).await), "payment-state");
    line_unmatch(app, &officer, &line, "不是退汇".into()).await.unwrap();
    assert_eq!((house.state(&payment).await, house.stands(&account).await), (PaymentState::Settled, (94_000, 0)));
    line_match(app, &officer, &line, payment.clone(), "确是退汇".into()).await.unwrap();
    assert_eq!((house.state(&payment).await, house.stands(&account).await), (PaymentState::Returned, (100_000, 0)));
    house.finish().await;
}

#[tokio::test]
async fn a_line_is_entered_by_two_people_and_can_be_taken_out_again() {
    let house = house().await;
    let app = house.app();
    let account = house.funded(100_000).await;
    house.load(&account, (-9, 0), 100_000, &[(-1, "B1", -50, "手续费"), (0, "B2", 30, "利息")]).await;
    let (maker, checker) = (house.officer("maker"), house.officer("checker"));
    let (open, _) = unmatched_list(app, &maker).await.unwrap();
    let (fee, interest) = (open[0].open.id.clone(), open[1].open.id.clone());
    let to = |account: &str| EntryDraft { account: account.into(), purpose: "手续费".into() };
    assert_eq!(code(line_propose(app, &maker, &fee, to("")).await), "account-needed");
    assert_eq!(code(line_propose(app, &maker, &fee, to("city:990200:budget")).await), "account-unknown");
    line_propose(app, &maker, &fee, to(&account)).await.unwrap();
    assert_eq!(code(line_propose(app, &checker, &fee, to(&account)).await), "line-proposed");
    assert_eq!(house.stands(&account).await, (100_000, 0), "nothing is booked before it is checked");
    assert!(house.desk(&checker).await.contains(&"desk-line-check"));
    assert!(!house.desk(&maker).await.contains(&"desk-line-check"));
    let entry = line_view(app, &checker, &fee).await.unwrap().entries[0].id.clone();
    let decide = |ctx: platform::Ctx, word: &str, remark: &str| {
        let (word, remark, entry) = (word.to_owned(), remark.to_owned(), entry.clone());
        async move { line_entry_decide(app, &ctx, &entry, word, remark).await }
    };
    assert_eq!(code(decide(maker.clone(), "approve", "").await), "forbidden");
    assert_eq!(code(decide(house.neighbour(), "approve", "").await), "not-found");
    assert_eq!(code(decide(checker.clone(), "reject", "").await), "remark-needed");
    decide(checker.clone(), "approve", "").await.unwrap();
    assert_eq!(house.stands(&account).await, (99_950, 0), "a fee goes out");
    assert_eq!(code(decide(checker.clone(), "approve", "").await), "entry-state");
    let told = line_view(app, &checker, &fee).await.unwrap().line.matched.unwrap();
    assert_eq!((told.rule, told.reason.as_str()), (MatchRule::Entered, "手续费"));
    line_unmatch(app, &checker, &fee, "科目有误".into()).await.unwrap();
    assert_eq!(house.stands(&account).await, (100_000, 0));
    line_propose(app, &maker, &interest, to(&account)).await.unwrap();
    let second = line_view(app, &checker, &interest).await.unwrap().entries[0].id.clone();
    line_entry_decide(app, &checker, &second, "reject".into(), "缺回单".into()).await.unwrap();
    assert_eq!(line_view(app, &checker, &interest).await.unwrap().entries[0].remark, "缺回单");
    line_propose(app, &checker, &interest, to(&account)).await.unwrap();
    house.finish().await;
}

#[tokio::test]
async fn a_line_stays_with_the_owner_of_its_statement() {
    let house = house().await;
    let app = house.app();
    let account = house.funded(100_000).await;
    // Somebody who works for both towns.
    let mut both = house.officer("both");
    both.actor.cities = [both.actor.cities.clone(), house.neighbour().actor.cities].concat();
    let other = OpenDraft { owner: format!("city:{TOWN_B}"), ..budget() };
    let other = ledger_open(app, &both, other).await.unwrap().id;
    house.load(&account, (-9, 0), 100_000, &[(0, "B1", 30, "利息")]).await;
    let line = unmatched_list(app, &both).await.unwrap().0[0].open.id.clone();
    let draft = EntryDraft { account: other, purpose: "利息".into() };
    assert_eq!(code(line_propose(app, &both, &line, draft).await), "account-owner-other");
    house.finish().await;
}
