//! Payment instructions from draft to settlement, through the public actions.

use crate::house::{code, draft, house, says, sees};
use ledger::actions::payment::{
    Filter, payment_decide, payment_draft, payment_edit, payment_export, payment_file_view, payment_list,
    payment_return, payment_submit, payment_view, payment_withdraw,
};
use ledger::rules::payment::{PaymentState, Word};
use platform::ctx::{Mandate, Role};
use platform::web::page::Page;

#[tokio::test]
async fn a_payment_is_made_checked_sent_and_settled_by_the_banks_statement() {
    let house = house().await;
    let app = house.app();
    let budget = house.funded(10_000_000).await;
    assert_eq!(house.stands(&budget).await, (10_000_000, 0));
    let (maker, checker) = (house.officer("maker"), house.officer("checker"));
    let id = payment_draft(app, &maker, draft(&budget, "60000")).await.unwrap().id;
    payment_edit(app, &maker, &id, draft(&budget, "65,000.50")).await.unwrap();
    payment_submit(app, &maker, &id).await.unwrap();
    assert_eq!(house.stands(&budget).await, (10_000_000, 0), "nothing is held before it is checked");
    assert_eq!(house.desk(&checker).await, ["desk-payment-check"]);
    assert_eq!(house.desk(&maker).await, Vec::<&str>::new(), "its maker does not check it");
    payment_decide(app, &checker, &id, says("approve")).await.unwrap();
    assert_eq!(house.stands(&budget).await, (10_000_000, 6_500_050));
    assert_eq!(house.desk(&checker).await, ["desk-payment-send"]);
    let file = payment_export(app, &checker, &budget, vec![id.clone()]).await.unwrap();
    let view = payment_file_view(app, &checker, &file.id).await.unwrap();
    assert_eq!((view.file.count, view.file.total.get()), (1, 6_500_050));
    assert!(view.file.csv.contains("6222021100123456"), "{}", view.file.csv);
    let again = payment_file_view(app, &maker, &file.id).await.unwrap();
    assert_eq!((view.file.csv.as_str(), view.file.json.as_str()), (again.file.csv.as_str(), again.file.json.as_str()));
    let number = view.payments[0].number.clone();
    assert_eq!(number, "YL202603160001");
    let report = house.load(&budget, (-9, 0), 10_000_000, &[(0, "B1", -6_500_050, &number)]).await;
    assert_eq!((report.lines, report.matched), (1, 1));
    assert_eq!(house.stands(&budget).await, (3_499_950, 0));
    let view = payment_view(app, &maker, &id).await.unwrap();
    assert_eq!(view.payment.state, PaymentState::Settled);
    let states: Vec<&str> = view.steps.iter().map(|step| step.state.code()).collect();
    assert_eq!(states, ["submitted", "approved", "exported", "settled"]);
    assert_eq!(view.lines.len(), 1);
    let kinds = house.journal("payment", &id).await;
    assert_eq!(kinds, ["payment.drafted", "payment.edited", "payment.submitted", "payment.approved"]);
    let found = payment_list(app, &checker, &Filter::default(), &Page::default()).await.unwrap();
    assert_eq!((found.total, found.facets.states.as_slice()), (1, &[("settled".to_owned(), 1)][..]));
    house.finish().await;
}

#[tokio::test]
async fn nobody_checks_what_he_made_or_what_is_paid_to_his_own_firm() {
    let house = house().await;
    let app = house.app();
    let budget = house.funded(10_000_000).await;
    let id = house.submitted(&budget, "100").await;
    let decide = |ctx: platform::Ctx| {
        let id = id.clone();
        async move { payment_decide(app, &ctx, &id, says("approve")).await }
    };
    assert_eq!(code(decide(house.officer("maker")).await), "forbidden");
    let mut payee = house.member("payee", vec![Mandate::Bid]);
    payee.actor.roles = vec![Role::CityOfficer];
    payee.actor.cities = house.officer("x").actor.cities;
    assert_eq!(code(decide(payee).await), "forbidden", "he belongs to the firm that is paid");
    let mut unproved = house.officer("checker");
    unproved.actor.presence = None;
    assert_eq!(code(decide(unproved).await), "step-up");
    let mut token = house.officer("checker");
    token.actor.scopes = Some(vec!["ledger".into()]);
    assert_eq!(code(decide(token).await), "token-scope", "a token of another scope");
    for stranger in [
        house.neighbour(),
        house.joint("joint"),
        house.acting("admin", vec![Role::Administrator], &[]),
        house.member("member", vec![Mandate::Pay]),
        house.acting("person", Vec::new(), &[]),
    ] {
        assert!(!sees(&house, &stranger, &budget).await);
        assert_eq!(code(payment_view(app, &stranger, &id).await), "not-found");
        assert_eq!(code(decide(stranger.clone()).await), "not-found");
        assert_eq!(code(payment_draft(app, &stranger, draft(&budget, "1")).await), "account-unknown");
    }
    decide(house.officer("checker")).await.unwrap();
    house.finish().await;
}

#[tokio::test]
async fn a_draft_is_its_makers_and_a_payment_that_moved_on_stays() {
    let house = house().await;
    let app = house.app();
    let budget = house.funded(10_000_000).await;
    let maker = house.officer("maker");
    let id = payment_draft(app, &maker, draft(&budget, "100")).await.unwrap().id;
    let other = house.officer("checker");
    assert_eq!(code(payment_edit(app, &other, &id, draft(&budget, "1")).await), "forbidden");
    assert_eq!(code(payment_submit(app, &other, &id).await), "forbidden");
    assert_eq!(code(payment_decide(app, &other, &id, says("approve")).await), "payment-state");
    payment_submit(app, &maker, &id).await.unwrap();
    assert_eq!(code(payment_edit(app, &maker, &id, draft(&budget, "1")).await), "payment-state");
    let word =
        |reason: &str, remark: &str| Word { decision: "reject".into(), reason: reason.into(), remark: remark.into() };
    assert_eq!(code(payment_decide(app, &other, &id, word("", "")).await), "reason-needed");
    payment_decide(app, &other, &id, word("amount", "合同为 90 元")).await.unwrap();
    assert_eq!(house.state(&id).await, PaymentState::Rejected);
    assert_eq!(code(payment_withdraw(app, &maker, &id).await), "payment-state");
    assert_eq!(house.stands(&budget).await, (10_000_000, 0));
    house.finish().await;
}

#[tokio::test]
async fn an_account_pays_no_more_than_it_has_with_what_is_held_counted() {
    let house = house().await;
    let app = house.app();
    let budget = house.funded(10_000).await;
    house.approved(&budget, "60").await;
    let second = house.submitted(&budget, "60").await;
    let checker = house.officer("checker");
    assert_eq!(code(payment_decide(app, &checker, &second, says("approve")).await), "balance-short");
    assert_eq!(house.state(&second).await, PaymentState::Submitted, "nothing half");
    assert_eq!(house.stands(&budget).await, (10_000, 6_000));
    house.finish().await;
}

#[tokio::test]
async fn what_is_taken_back_or_returned_is_free_again() {
    let house = house().await;
    let app = house.app();
    let budget = house.funded(10_000).await;
    let (maker, checker) = (house.officer("maker"), house.officer("checker"));
    let first = house.approved(&budget, "60").await;
    payment_withdraw(app, &maker, &first).await.unwrap();
    assert_eq!(house.stands(&budget).await, (10_000, 0));
    let (second, _) = house.sent(&budget, "70").await;
    assert_eq!(code(payment_withdraw(app, &maker, &second).await), "payment-state", "it has left");
    let back = |reason: &str| Word { reason: reason.into(), ..Word::default() };
    assert_eq!(code(payment_return(app, &maker, &second, back("closed")).await), "forbidden");
    assert_eq!(code(payment_return(app, &checker, &second, back("tired")).await), "reason-needed");
    payment_return(app, &checker, &second, back("closed")).await.unwrap();
    assert_eq!(house.stands(&budget).await, (10_000, 0));
    assert_eq!(house.state(&second).await, PaymentState::Returned);
    assert_eq!(code(payment_return(app, &checker, &second, back("closed")).await), "payment-state");
    house.finish().await;
}

#[tokio::test]
async fn a_payment_leaves_once_and_with_its_own_account_only() {
    let house = house().await;
    let app = house.app();
    let budget = house.funded(100_000).await;
    let checker = house.officer("checker");
    let first = house.approved(&budget, "60").await;
    let draft_only = house.submitted(&budget, "10").await;
    let export = |ids: Vec<String>| payment_export(app, &checker, &budget, ids);
    assert_eq!(code(export(Vec::new()).await), "payments-needed");
    assert_eq!(code(export(vec!["nothing".into()]).await), "not-found");
    assert_eq!(code(export(vec![first.clone(), draft_only]).await), "payment-state");
    assert_eq!(house.state(&first).await, PaymentState::Approved, "nothing half");
    assert_eq!(code(payment_export(app, &house.neighbour(), &budget, vec![first.clone()]).await), "not-found");
    export(vec![first.clone(), first.clone()]).await.unwrap();
    assert_eq!(code(export(vec![first]).await), "payment-state");
    house.finish().await;
}

/// Goal: of two people who decide in the same moment one wins, and money is held once. Method: both at once.
#[tokio::test]
async fn of_two_checkers_at_once_one_decides() {
    let house = house().await;
    let app = house.app();
    let budget = house.funded(100_000).await;
    let id = house.submitted(&budget, "60").await;
    let (one, two) = (house.officer("checker"), house.officer("second"));
    let (first, second) =
        tokio::join!(payment_decide(app, &one, &id, says("approve")), payment_decide(app, &two, &id, says("approve")));
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert_eq!(house.stands(&budget).await, (100_000, 6_000));
    let drafts = (0..6).map(|n| {
        let maker = house.officer(&format!("maker-{n}"));
        let budget = budget.clone();
        async move { payment_draft(app, &maker, draft(&budget, "1")).await }
    });
    let made = futures_util::future::join_all(drafts).await;
    assert!(made.iter().all(Result::is_ok), "{made:?}");
    let found = payment_list(app, &one, &Filter::default(), &Page::default()).await.unwrap();
    let mut numbers: Vec<String> = found.items.iter().map(|payment| payment.number.clone()).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 7, "every number once");
    house.finish().await;
}
