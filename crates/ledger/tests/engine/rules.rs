//! Tables of what is refused and what follows, without a database.

use crate::books::{account, fen, noon, outside};
use kernel::{Fen, Instant};
use ledger::rules::account::{self, Standing, YearEnd};
use ledger::rules::book::{Book, Line};
use ledger::rules::transfer::{Ask, EVENT_AHEAD_MS};
use ledger::{Account, Owner};

fn now() -> Instant {
    noon("2026-03-16")
}

fn line(balance: i64) -> Line {
    Line {
        floor: Some(Fen::ZERO),
        demo: false,
        closed: false,
        first_open: None,
        standing: Standing { balance: fen(balance), held: Fen::ZERO, version: 0 },
    }
}

/// Two accounts with 100 fen each, the outside, one of the demo, one that is closed, one at the largest balance.
fn book() -> Book {
    let mut book = Book::new(now());
    book.line("a".into(), line(100));
    book.line("b".into(), line(100));
    book.line("out".into(), Line { floor: None, ..line(-200) });
    book.line("demo".into(), Line { demo: true, ..line(100) });
    book.line("shut".into(), Line { closed: true, ..line(0) });
    book.line("full".into(), line(Fen::MAX.get()));
    book
}

fn plain(id: &str, from: &str, to: &str, amount: i64) -> Ask {
    Ask::plain(id, "test", from, to, fen(amount))
}

fn pending(id: &str, amount: i64, end_ms: i64) -> Ask {
    Ask::pending(id, "test", "a", "b", fen(amount), Some(now().plus_ms(end_ms)))
}

fn refused(book: &mut Book, ask: Ask) -> &'static str {
    book.group(&[ask]).expect_err("a refusal").code
}

#[test]
fn a_transfer_is_refused_with_what_to_do() {
    for (ask, code) in [
        (plain("A", "a", "b", 1), "transfer-id-shape"),
        (plain("", "a", "b", 1), "transfer-id-shape"),
        (plain("x::y", "a", "b", 1), "transfer-id-shape"),
        (plain(&"x".repeat(65), "a", "b", 1), "transfer-id-shape"),
        (plain("x", "a", "a", 1), "transfer-same-account"),
        (plain("x", "a", "b", 0), "transfer-amount"),
        (plain("x", "a", "b", -1), "transfer-amount"),
        (plain("x", "a", "c", 1), "account-unknown"),
        (plain("x", "c", "a", 1), "account-unknown"),
        (plain("x", "a", "shut", 1), "account-closed"),
        (plain("x", "shut", "a", 1), "account-closed"),
        (plain("x", "a", "demo", 1), "worlds-mixed"),
        (plain("x", "demo", "b", 1), "worlds-mixed"),
        (plain("x", "a", "b", 101), "balance-short"),
        (plain("x", "a", "full", 1), "balance-large"),
        (Ask { code: "X y".into(), ..plain("x", "a", "b", 1) }, "transfer-code"),
        (plain("x", "a", "b", 1).about("x".repeat(65)), "text-too-long"),
        (plain("x", "a", "b", 1).about("a\0b"), "text-control"),
        (plain("x", "a", "b", 1).happened(now().plus_ms(EVENT_AHEAD_MS + 1)), "transfer-event"),
        (pending("x", 1, 0), "pending-expiry"),
        (Ask::post("x", "test", "none", None), "transfer-unknown"),
        (Ask::void("x", "test", "none"), "transfer-unknown"),
        (Ask::expire("none"), "transfer-unknown"),
        (Ask::reversal("x", "test", "none", None), "transfer-unknown"),
        (Ask::post("x", "test", "none", Some(Fen::ZERO)), "transfer-amount"),
    ] {
        let refusal = book().group(std::slice::from_ref(&ask)).expect_err("a refusal");
        assert_eq!(refusal.code, code, "{ask:?}");
        assert!(refusal.zh.ends_with('。') && refusal.en.ends_with('.'), "{}", refusal.code);
    }
}

#[test]
fn what_is_held_counts_against_the_balance() {
    let mut book = book();
    book.group(&[pending("p", 80, 1)]).unwrap();
    assert_eq!(refused(&mut book, plain("x", "a", "b", 21)), "balance-short");
    assert_eq!(refused(&mut book, pending("q", 21, 1)), "balance-short");
    book.group(&[plain("y", "a", "b", 20)]).unwrap();
    assert_eq!(book.standing("a").unwrap(), Standing { balance: fen(80), held: fen(80), version: 1 });
    assert_eq!(book.standing("b").unwrap(), Standing { balance: fen(120), held: Fen::ZERO, version: 1 });
}

#[test]
fn a_pending_transfer_ends_once() {
    let mut book = book();
    book.group(&[pending("p", 80, 1), pending("q", 20, 1)]).unwrap();
    assert_eq!(refused(&mut book, Ask::post("x", "test", "p", Some(fen(81)))), "post-amount");
    let posted = book.group(&[Ask::post("x", "test", "p", Some(fen(50)))]).unwrap().remove(0);
    assert_eq!(posted.amount, fen(50));
    assert_eq!(book.standing("a").unwrap(), Standing { balance: fen(50), held: fen(20), version: 1 });
    for again in [Ask::post("y", "test", "p", None), Ask::void("y", "test", "p"), Ask::expire("p")] {
        assert_eq!(refused(&mut book, again), "pending-resolved");
    }
    assert_eq!(refused(&mut book, Ask::void("y", "test", "x")), "pending-kind");
    book.group(&[Ask::void("v", "test", "q")]).unwrap();
    assert_eq!(refused(&mut book, Ask::post("y", "test", "q", None)), "pending-resolved");
    assert_eq!(book.standing("a").unwrap(), Standing { balance: fen(50), held: Fen::ZERO, version: 1 });
}

#[test]
fn the_deadline_is_the_first_millisecond_at_which_it_is_too_late() {
    for (later, post, expire) in [(9, Ok(()), Err("pending-not-due")), (10, Err("pending-expired"), Ok(()))] {
        let mut before = book();
        let made = before.group(&[pending("p", 80, 10)]).unwrap().remove(0);
        let again = || {
            let mut book = Book::new(now().plus_ms(later));
            book.line("a".into(), Line { standing: before.standing("a").unwrap(), ..line(0) });
            book.line("b".into(), line(100));
            book.made(made.clone());
            book
        };
        assert_eq!(again().group(&[Ask::post("x", "test", "p", None)]).map(drop).map_err(|r| r.code), post);
        assert_eq!(again().group(&[Ask::expire("p")]).map(drop).map_err(|r| r.code), expire);
    }
}

#[test]
fn a_reversal_moves_back_at_most_what_was_moved_and_once() {
    let mut book = book();
    book.group(&[plain("m", "a", "b", 60)]).unwrap();
    assert_eq!(refused(&mut book, Ask::reversal("x", "test", "m", Some(fen(61)))), "reversal-amount");
    let back = book.group(&[Ask::reversal("r", "test", "m", Some(fen(10)))]).unwrap().remove(0);
    assert_eq!((back.from.account.as_str(), back.to.account.as_str()), ("b", "a"));
    assert_eq!(book.standing("a").unwrap().balance, fen(50));
    assert_eq!(refused(&mut book, Ask::reversal("x", "test", "m", None)), "reversal-done");
    assert_eq!(refused(&mut book, Ask::reversal("x", "test", "r", None)), "reversal-kind");
    book.group(&[pending("p", 1, 1)]).unwrap();
    assert_eq!(refused(&mut book, Ask::reversal("x", "test", "p", None)), "reversal-kind");
}

#[test]
fn the_same_id_gives_the_first_answer_and_another_body_is_refused() {
    let mut book = book();
    let first = book.group(&[plain("x", "a", "b", 60).about("v1")]).unwrap();
    assert_eq!(book.group(&[plain("x", "a", "b", 60).about("v1")]).unwrap(), first);
    assert_eq!(book.fresh().len(), 1);
    for other in [
        plain("x", "a", "b", 61).about("v1"),
        plain("x", "b", "a", 60).about("v1"),
        plain("x", "a", "b", 60).about("v2"),
        Ask { code: "other".into(), ..plain("x", "a", "b", 60).about("v1") },
        plain("x", "a", "b", 60).about("v1").happened(now().plus_ms(-1)),
        Ask::pending("x", "test", "a", "b", fen(60), None).about("v1"),
        Ask::void("x", "test", "y").about("v1"),
    ] {
        assert_eq!(refused(&mut book, other), "transfer-id-reused");
    }
    assert_eq!(book.group(&[plain("x", "a", "b", 60).about("v1").happened(now())]).unwrap(), first);
}

#[test]
fn a_group_happens_as_a_whole_or_leaves_nothing() {
    let mut book = book();
    let group = [
        plain("one", "a", "b", 100),
        Ask::pending("two", "test", "b", "a", fen(200), None),
        Ask::post("three", "test", "two", None),
        plain("four", "b", "a", 1),
    ];
    assert_eq!(book.group(&group).unwrap_err().code, "balance-short");
    assert!(book.fresh().is_empty() && book.changed().is_empty());
    assert_eq!(book.standing("a").unwrap(), line(100).standing);
    assert_eq!(book.standing("b").unwrap(), line(100).standing);
    // What was refused has taken no id, and the pending transfer that it posted was never made.
    assert_eq!(refused(&mut book, Ask::void("v", "test", "two")), "transfer-unknown");
    assert_eq!(book.group(&group[..3]).unwrap().len(), 3);
    assert_eq!(book.standing("a").unwrap().balance, fen(200));
}

#[test]
fn what_happened_in_a_closed_period_is_refused_with_the_first_open_day() {
    let mut book = book();
    let first_open = kernel::Date::parse("2026-03-01").ok();
    book.line("a".into(), Line { first_open, ..line(100) });
    let late = plain("x", "a", "b", 1).happened(noon("2026-02-28"));
    let refusal = book.group(&[late]).unwrap_err();
    assert_eq!(refusal.code, "period-closed");
    assert!(refusal.zh.contains("2026-03-01") && refusal.en.contains("2026-03-01"));
    book.group(&[plain("x", "a", "b", 1).happened(noon("2026-03-01"))]).unwrap();
}

#[test]
fn an_account_is_opened_by_its_rules() {
    type Change = fn(Account) -> Account;
    let table: [(Change, &str); 14] = [
        (|a| Account { id: "City:1".into(), ..a }, "account-id-shape"),
        (|a| Account { id: "a:-b".into(), ..a }, "account-id-shape"),
        (|a| Account { id: "x".repeat(57), ..a }, "account-id-shape"),
        (|a| Account { name: " ".into(), ..a }, "needed"),
        (|a| Account { demo: true, name: "财政".into(), ..a }, "demo-name"),
        (|a| Account { currency: "USD".into(), ..a }, "account-currency"),
        (|a| Account { owner: Owner { id: "松江".into(), ..a.owner.clone() }, ..a }, "account-owner"),
        (|a| Account { owner: Owner::organisation(""), ..a }, "account-owner"),
        (|a| Account { floor: None, ..a }, "account-floor"),
        (|a| Account { floor: Some(fen(1)), ..a }, "account-floor"),
        (|a| Account { owner: Owner::outside("bank"), ..a }, "account-floor"),
        (|a| Account { budget_year: Some(26), ..a }, "budget-year"),
        (|a| Account { budget_subject: Some("20604".into()), budget_year: Some(3000), ..a }, "budget-year"),
        (|a| Account { budget_subject: Some("2060".into()), ..a }, "budget-subject"),
    ];
    for (change, code) in table {
        assert_eq!(account::open(&change(account("city:310117"))).unwrap_err().code, code);
    }
    for wrong in [
        Account { year_end: YearEnd::Returns, ..account("x:2026") },
        Account {
            year_end: YearEnd::Returns,
            budget_year: Some(2026),
            returns_to: Some("x:2026".into()),
            ..account("x:2026")
        },
        Account { year_end: YearEnd::Carries, budget_year: Some(2026), ..account("x:2025") },
        Account { year_end: YearEnd::Carries, ..account("x:2026") },
        Account { returns_to: Some("y".into()), ..account("x") },
    ] {
        assert_eq!(account::open(&wrong).unwrap_err().code, "year-end-rule");
    }
    for right in [
        account("city:310117:budget:2026"),
        outside("outside:bank"),
        Account { floor: Some(fen(-500)), ..account("x") },
        Account {
            year_end: YearEnd::Carries,
            budget_year: Some(2026),
            budget_subject: Some("2060404".into()),
            ..account("x:2026")
        },
    ] {
        account::open(&right).unwrap();
    }
}
