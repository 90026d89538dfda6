//! Many callers at once. On PostgreSQL they meet at the rows of accounts, which are locked in one order, so nobody waits
//! for each other in a circle; on SQLite they queue for the writer.

use crate::books::{Books, OUTSIDE, books, fen};
use futures_util::future::join_all;
use ledger::{Ask, TransferKind};
use std::sync::Arc;

const CALLERS: usize = 16;
const EACH: usize = 8;

async fn shared() -> Arc<Books> {
    let books = books().await;
    books.funded("hot", 1_000_000).await;
    for n in 0..CALLERS {
        books.funded(&format!("c{n}"), 1_000).await;
    }
    Arc::new(books)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hot_account_gives_and_takes_without_a_deadlock() {
    let books = shared().await;
    let callers = (0..CALLERS).map(|caller| {
        let books = books.clone();
        tokio::spawn(async move {
            for n in 0..EACH {
                let (own, next) = (format!("c{caller}"), format!("c{}", (caller + 1) % CALLERS));
                let (from, to) = match n % 4 {
                    0 => ("hot".to_owned(), own),
                    1 => (own, "hot".to_owned()),
                    // Around in a circle, and the other way: whoever locked in the order of asking would wait for ever.
                    2 => (own, next),
                    _ => (next, own),
                };
                books.insist(Ask::plain(format!("t:{caller}:{n}"), "test", from, to, fen(5))).await.unwrap();
            }
        })
    });
    for caller in join_all(callers).await {
        caller.unwrap();
    }
    assert_eq!(books.on_it("hot").await, (1_000_000, 0), "it gave as often as it took");
    let report = books.holds().await;
    assert_eq!(report.transfers as usize, CALLERS * EACH + CALLERS + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_is_never_overdrawn_by_a_crowd() {
    let books = shared().await;
    let callers = (0..CALLERS).map(|caller| {
        let books = books.clone();
        tokio::spawn(
            async move { books.insist(Ask::plain(format!("t:{caller}"), "test", "c0", "hot", fen(300))).await },
        )
    });
    let outcomes: Vec<_> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
    assert!(outcomes.iter().flat_map(|outcome| outcome.as_ref().err()).all(|refusal| refusal.code == "balance-short"));
    assert_eq!(books.on_it("c0").await, (100, 0));
    books.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_id_asked_for_by_many_is_one_transfer() {
    let books = shared().await;
    let callers = (0..CALLERS).map(|_| {
        let books = books.clone();
        tokio::spawn(async move { books.insist(Ask::plain("same", "test", "hot", "c1", fen(7))).await.unwrap() })
    });
    let answers: Vec<_> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|made| *made == answers[0]));
    assert_eq!(books.on_it("c1").await, (1_007, 0));
    books.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_post_and_an_expiry_at_the_same_millisecond_exactly_one_wins() {
    for round in 0..6 {
        let books = shared().await;
        let end = books.now.plus_ms(1_000);
        books.transfer(vec![Ask::pending("p", "test", "hot", "c1", fen(7), Some(end))]).await.unwrap();
        // Stamped in the last millisecond in which it may be posted, and in the first in which it expires.
        let early = Arc::new(Books::at(&books, end.plus_ms(-1)));
        let late = Arc::new(Books::at(&books, end));
        let post = tokio::spawn(async move { early.insist(Ask::post("post", "test", "p", None)).await });
        let expire = tokio::spawn(async move { late.insist(Ask::expire("p")).await });
        let (post, expire) = (post.await.unwrap(), expire.await.unwrap());
        let winner = post.as_ref().or(expire.as_ref()).map(|made| made.kind).unwrap();
        assert!(post.is_ok() != expire.is_ok(), "round {round}: {winner:?}");
        let moved = if winner == TransferKind::Post { 7 } else { 0 };
        assert_eq!((books.on_it("hot").await, books.on_it("c1").await), ((1_000_000 - moved, 0), (1_000 + moved, 0)));
        books.holds().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_of_many_callers_meet_without_a_deadlock() {
    let books = shared().await;
    let callers = (0..4_usize).map(|caller| {
        let books = books.clone();
        tokio::spawn(async move {
            let group = |n: usize| {
                let (from, to) =
                    (format!("c{}", (caller * 3 + n) % CALLERS), format!("c{}", (caller + n * 5 + 1) % CALLERS));
                let to = if from == to { OUTSIDE.to_owned() } else { to };
                vec![Ask::plain(format!("b:{caller}:{n}"), "test", from, to, fen(1))]
            };
            let answers = books.batch((0..50).map(group).collect()).await;
            assert!(answers.iter().all(Result::is_ok));
        })
    });
    for caller in join_all(callers).await {
        caller.unwrap();
    }
    books.holds().await;
}
