//! Transfers in a database: what is kept, what is answered again, and what verification finds when a row is changed.

use crate::books::{OUTSIDE, account, books, code, fen, noon};
use kernel::Fen;
use ledger::rules::transfer::ASKS_MAX;
use ledger::{Account, Ask, TransferKind};
use platform::db::Db;
use sea_orm::{ConnectionTrait, Statement};

#[tokio::test]
async fn a_retry_gets_the_first_answer_and_moves_nothing_again() {
    let mut books = books().await;
    books.funded("a", 100).await;
    books.funded("b", 0).await;
    let ask = || vec![Ask::plain("x", "test", "a", "b", fen(60))];
    let first = books.transfer(ask()).await.unwrap();
    books.now = books.now.plus_ms(5_000);
    assert_eq!(books.transfer(ask()).await.unwrap(), first);
    assert_eq!(books.on_it("b").await, (60, 0));
    let other = vec![Ask::plain("x", "test", "a", "b", fen(61))];
    assert_eq!(code(books.transfer(other).await), "transfer-id-reused");
    assert_eq!(books.holds().await.entries, 4);
}

#[tokio::test]
async fn a_pending_transfer_holds_posts_in_part_and_gives_the_rest_back() {
    let books = books().await;
    books.funded("a", 100).await;
    books.funded("b", 0).await;
    let end = books.now.plus_ms(60_000);
    let held = books.transfer(vec![Ask::pending("p", "test", "a", "b", fen(80), Some(end))]).await.unwrap();
    assert_eq!((held[0].kind, held[0].from.entry), (TransferKind::Pending, None));
    assert_eq!(books.on_it("a").await, (100, 80));
    assert_eq!(books.holds().await.pendings, 1);
    assert_eq!(code(books.transfer(vec![Ask::plain("x", "test", "a", "b", fen(21))]).await), "balance-short");
    books.transfer(vec![Ask::post("post", "test", "p", Some(fen(30)))]).await.unwrap();
    assert_eq!((books.on_it("a").await, books.on_it("b").await), ((70, 0), (30, 0)));
    assert_eq!(code(books.transfer(vec![Ask::void("void", "test", "p")]).await), "pending-resolved");
    let report = books.holds().await;
    assert_eq!((report.pendings, report.entries), (0, 4));
}

#[tokio::test]
async fn linked_transfers_happen_all_or_not_at_all() {
    let books = books().await;
    books.funded("a", 100).await;
    books.funded("b", 0).await;
    let linked = vec![Ask::plain("one", "test", "a", "b", fen(60)), Ask::plain("two", "test", "a", "b", fen(60))];
    assert_eq!(code(books.transfer(linked).await), "balance-short");
    assert_eq!(books.on_it("b").await, (0, 0));
    // A pending transfer is made and posted in one go.
    let linked = vec![Ask::pending("p", "test", "a", "b", fen(60), None), Ask::post("q", "test", "p", None)];
    books.transfer(linked).await.unwrap();
    assert_eq!(books.on_it("b").await, (60, 0));
    books.holds().await;
}

#[tokio::test]
async fn a_refused_group_never_fails_its_neighbours() {
    let books = books().await;
    books.funded("a", 100).await;
    books.funded("b", 0).await;
    let group = |n: i64, amount| vec![Ask::plain(format!("g{n}"), "test", "a", "b", fen(amount))];
    let answers = books.batch(vec![group(1, 60), group(2, 60), group(3, 40), group(1, 60), group(3, 41)]).await;
    let codes: Vec<_> =
        answers.iter().map(|answer| answer.as_ref().map(Vec::len).map_err(|refusal| refusal.code)).collect();
    assert_eq!(codes, [Ok(1), Err("balance-short"), Ok(1), Ok(1), Err("transfer-id-reused")]);
    assert_eq!(answers[0], answers[3]);
    assert_eq!((books.on_it("a").await, books.on_it("b").await), ((0, 0), (100, 0)));
    books.holds().await;
}

#[tokio::test]
async fn more_than_a_call_may_hold_is_refused() {
    let books = books().await;
    let asks: Vec<Ask> = (0..=ASKS_MAX).map(|n| Ask::plain(format!("x{n}"), "test", "a", "b", fen(1))).collect();
    assert_eq!(code(books.transfer(asks).await), "transfers-many");
}

#[tokio::test]
async fn an_account_is_opened_once_and_closed_when_it_is_empty() {
    let books = books().await;
    books.funded("a", 100).await;
    assert!(!books.open_account(account("a")).await.unwrap(), "the same again changes nothing");
    let other = Account { floor: Some(fen(-1)), ..account("a") };
    assert_eq!(code(books.open_account(other).await), "account-id-reused");
    let close = || async {
        books
            .db
            .in_txn(&books.ctx(), "close", (), |tx, ()| {
                Box::pin(async move {
                    ledger::account_close_in(tx, "a", "test").await?;
                    tx.journal(platform::journal::Entry::new("test.closed", "account", "a")).await
                })
            })
            .await
    };
    assert_eq!(code(close().await), "account-not-empty");
    books.transfer(vec![Ask::plain("back", "test", "a", OUTSIDE, fen(100))]).await.unwrap();
    close().await.unwrap();
    assert_eq!(code(close().await), "account-closed");
    assert_eq!(code(books.transfer(vec![Ask::plain("x", "test", OUTSIDE, "a", fen(1))]).await), "account-closed");
}

#[tokio::test]
async fn amounts_beyond_what_can_be_written_down_are_refused() {
    let books = books().await;
    books.funded("a", Fen::MAX.get()).await;
    assert_eq!(code(books.transfer(vec![Ask::plain("x", "test", OUTSIDE, "a", fen(1))]).await), "balance-large");
    books.holds().await;
}

/// Changes a row behind the house's back.
pub async fn meddle(db: &Db, sql: &'static str) {
    db.in_txn(&platform::Ctx::system(noon("2026-03-16")), "meddle", sql, |tx, sql| {
        Box::pin(async move {
            tx.execute_raw(Statement::from_string(tx.get_database_backend(), *sql)).await?;
            tx.journal(platform::journal::Entry::new("test.meddled", "test", "")).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn verification_names_the_row_that_was_changed() {
    for (sql, problem) in [
        ("UPDATE ledger_balance SET balance_fen = 41 WHERE account = 'a'", "balance of a: 41 fen"),
        ("UPDATE ledger_balance SET held_fen = 0 WHERE account = 'a'", "balance of a: 40 fen, 0 held"),
        ("UPDATE ledger_balance SET version = 9 WHERE account = 'b'", "balance of b: 60 fen, 0 held, version 9"),
        ("UPDATE ledger_transfer SET amount_fen = 61 WHERE id = 'x'", "balance of a"),
        (
            "UPDATE ledger_transfer SET from_before_fen = 99 WHERE id = 'x'",
            "transfer x: account a stood at 100 fen before version 2, not at 99",
        ),
        (
            "UPDATE ledger_transfer SET to_version = 2 WHERE id = 'x'",
            "transfer x: version 2 of account b where 1 comes next",
        ),
        ("UPDATE ledger_transfer SET target = 'x' WHERE id = 'p'", "transfer p: a pending with this target cannot be"),
        ("DELETE FROM ledger_pending WHERE id = 'p'", "pending p: it holds money and is not kept"),
        ("UPDATE ledger_pending SET amount_fen = 11 WHERE id = 'p'", "pending p: it has ended, or was made otherwise"),
        (
            "UPDATE ledger_account SET floor_fen = 90 WHERE id = 'a'",
            "transfer x: it takes account a below its lowest balance",
        ),
        (
            "UPDATE ledger_account SET demo = TRUE WHERE id = 'b'",
            "transfer x: its accounts are the same, or of two worlds",
        ),
        ("DELETE FROM ledger_transfer WHERE id = 'fund:a'", "transfer x: version 2 of account a where 1 comes next"),
    ] {
        let books = books().await;
        books.funded("a", 100).await;
        books.funded("b", 0).await;
        books.transfer(vec![Ask::plain("x", "test", "a", "b", fen(60))]).await.unwrap();
        books.transfer(vec![Ask::pending("p", "test", "a", "b", fen(10), None)]).await.unwrap();
        books.holds().await;
        meddle(&books.db, sql).await;
        let report = books.report().await;
        let first = report.problems.first().map(String::as_str).unwrap_or_default();
        assert!(first.starts_with(problem), "{sql}: {:?}", report.problems);
    }
}

#[tokio::test]
async fn the_outside_may_owe_and_nobody_else() {
    let books = books().await;
    books.funded("a", 100).await;
    assert_eq!(books.on_it(OUTSIDE).await, (-100, 0));
    books.open_account(Account { floor: Some(fen(-30)), ..account("c") }).await.unwrap();
    books.transfer(vec![Ask::plain("x", "test", "c", "a", fen(30))]).await.unwrap();
    assert_eq!(code(books.transfer(vec![Ask::plain("y", "test", "c", "a", fen(1))]).await), "balance-short");
    books.holds().await;
}
