//! Months that are closed, and budget years that end.

use crate::books::{Books, OUTSIDE, account, code, fen, noon, outside};
use kernel::Date;
use ledger::actions::period::{period_close, year_end};
use ledger::rules::period::Month;
use ledger::{Account, Ask, YearEnd};
use platform::{App, Ctx};
use testkit::TestApp;

struct House {
    test: TestApp,
    books: Books,
}

async fn house() -> House {
    let test = TestApp::start(vec![registry::capability(), ledger::capability()]).await;
    let books = Books::on(test.app().db().clone());
    books.open_account(outside(OUTSIDE)).await.unwrap();
    books.funded("a", 1_000).await;
    books.funded("b", 0).await;
    House { test, books }
}

impl House {
    fn app(&self) -> &App {
        self.test.app()
    }

    fn at(&mut self, day: &str) -> Ctx {
        self.books.now = noon(day);
        self.books.ctx()
    }

    async fn moved(&self, id: &str, amount: i64, day: &str) -> &'static str {
        let ask = Ask::plain(id, "test", "a", "b", fen(amount)).happened(noon(day));
        self.books.transfer(vec![ask]).await.map_or_else(|fault| fault.refusal().expect("a refusal").code, |_| "done")
    }

    async fn balance(&self, day: &str) -> i64 {
        let at = Date::parse(day).unwrap().plus_days(1).start();
        ledger::balance_at(&self.books.db.read(), "b", at).await.unwrap().get()
    }
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

#[tokio::test]
async fn a_closed_month_stays_as_it_is() {
    let mut house = house().await;
    let ctx = house.at("2026-04-20");
    // Written down in another order than it happened in.
    assert_eq!(house.moved("april", 5, "2026-04-02").await, "done");
    assert_eq!(house.moved("march", 7, "2026-03-30").await, "done");
    assert_eq!(house.moved("eve", 2, "2026-03-31").await, "done");
    let before =
        [house.balance("2026-03-30").await, house.balance("2026-03-31").await, house.balance("2026-04-02").await];
    assert_eq!(before, [7, 9, 14]);

    let pending = Ask::pending("p", "test", "a", "b", fen(1), None).happened(noon("2026-03-31"));
    house.books.transfer(vec![pending]).await.unwrap();
    assert_eq!(code(period_close(house.app(), &ctx, month("2026-03")).await), "period-pendings");
    house.books.transfer(vec![Ask::void("v", "test", "p")]).await.unwrap();
    let closed = period_close(house.app(), &ctx, month("2026-03")).await.unwrap();
    assert_eq!(closed.accounts, 3);
    assert_eq!(code(period_close(house.app(), &ctx, month("2026-03")).await), "period-already-closed");
    assert_eq!(code(period_close(house.app(), &ctx, month("2026-05")).await), "period-runs");

    assert_eq!(house.moved("late", 1, "2026-03-31").await, "period-closed");
    assert_eq!(house.moved("now", 1, "2026-04-01").await, "done");
    let after =
        [house.balance("2026-03-30").await, house.balance("2026-03-31").await, house.balance("2026-04-02").await];
    assert_eq!(after, [7, 9, 15], "balances of days gone by do not depend on closing");
    let (from, to) = (Date::parse("2026-04-01").unwrap(), Date::parse("2026-04-30").unwrap());
    let statement = ledger::statement(&house.books.db.read(), "b", from, to, 10).await.unwrap();
    let lines: Vec<_> = statement.lines.iter().map(|(entry, after)| (entry.transfer.as_str(), after.get())).collect();
    assert_eq!((statement.opening.get(), lines, statement.closing.get()), (9, vec![("now", 10), ("april", 15)], 15));
    let few = ledger::statement(&house.books.db.read(), "b", from, to, 1).await.unwrap();
    assert!(few.more && few.lines.len() == 1 && few.closing.get() == 15);
    assert_eq!(house.books.holds().await.closed_balances, 3);
    house.test.finish().await;
}

#[tokio::test]
async fn closing_goes_month_by_month_and_verification_holds_each_balance() {
    let mut house = house().await;
    house.at("2026-06-20");
    for (n, day) in ["2026-03-20", "2026-04-20", "2026-05-20"].into_iter().enumerate() {
        assert_eq!(house.moved(&format!("m{n}"), 10, day).await, "done");
    }
    let ctx = house.books.ctx();
    period_close(house.app(), &ctx, month("2026-03")).await.unwrap();
    assert_eq!(code(period_close(house.app(), &ctx, month("2026-05")).await), "period-order");
    period_close(house.app(), &ctx, month("2026-04")).await.unwrap();
    period_close(house.app(), &ctx, month("2026-05")).await.unwrap();
    assert_eq!(
        [house.balance("2026-03-31").await, house.balance("2026-04-30").await, house.balance("2026-05-31").await],
        [10, 20, 30]
    );
    house.books.holds().await;
    crate::judged::hledger_agrees(&house.books.db).await;
    house.test.finish().await;
}

#[tokio::test]
async fn nobody_without_the_office_closes_a_period() {
    let mut house = house().await;
    let ctx = house.at("2026-04-20");
    let visitor = Ctx { actor: platform::Actor::visitor(), ..ctx };
    let no = code(period_close(house.app(), &visitor, month("2026-03")).await);
    assert!(["sign-in", "forbidden", "not-found"].contains(&no), "{no}");
    assert_eq!(house.moved("x", 1, "2026-03-31").await, "done");
    house.test.finish().await;
}

#[tokio::test]
async fn a_budget_year_returns_or_carries_over_by_the_rule_of_each_account() {
    let mut house = house().await;
    house.at("2026-12-20");
    let of_year = |id: &str| Account { budget_year: Some(2026), ..account(id) };
    let returns = Account { year_end: YearEnd::Returns, returns_to: Some("a".into()), ..of_year("r") };
    let carries = Account { year_end: YearEnd::Carries, ..of_year("c:2026") };
    let held = Account { year_end: YearEnd::Returns, returns_to: Some("a".into()), ..of_year("h") };
    for account in [returns, carries, held, of_year("k")] {
        let id = account.id.clone();
        house.books.open_account(account).await.unwrap();
        house.books.transfer(vec![Ask::plain(format!("to:{id}"), "test", "a", id, fen(100))]).await.unwrap();
    }
    house.books.transfer(vec![Ask::pending("p", "test", "h", "b", fen(1), None)]).await.unwrap();
    let ctx = house.at("2026-12-31");
    assert_eq!(code(year_end(house.app(), &ctx, 2026).await), "year-runs");
    let ctx = house.at("2027-01-05");
    let ended = year_end(house.app(), &ctx, 2026).await.unwrap();
    assert_eq!((ended.ended, ended.kept), (2, vec![("h".to_owned(), "year-held".to_owned())]));
    assert_eq!(house.books.on_it("a").await, (700, 0));
    assert_eq!((house.books.on_it("c:2026").await, house.books.on_it("c:2027").await), ((0, 0), (100, 0)));
    assert_eq!(house.books.on_it("k").await, (100, 0));
    let (old, _) = ledger::account_by_id(&house.books.db.read(), "c:2026").await.unwrap().unwrap();
    assert!(old.closed_ms.is_some());
    let (next, _) = ledger::account_by_id(&house.books.db.read(), "c:2027").await.unwrap().unwrap();
    assert_eq!((next.budget_year, next.year_end), (Some(2027), YearEnd::Carries));

    house.books.transfer(vec![Ask::void("v", "test", "p")]).await.unwrap();
    let again = year_end(house.app(), &ctx, 2026).await.unwrap();
    assert_eq!((again.ended, again.kept.len()), (1, 0));
    let new_year = Date::parse("2027-01-01").unwrap().start();
    let conn = house.books.db.read();
    assert_eq!(ledger::balance_at(&conn, "c:2026", new_year).await.unwrap(), fen(0), "it moved in the old year");
    house.books.holds().await;
    house.test.finish().await;
}

#[tokio::test]
async fn verification_names_the_closed_balance_that_was_changed() {
    for (sql, problem) in [
        (
            "UPDATE ledger_period_balance SET balance_fen = 8 WHERE account = 'b'",
            "closed balance of b for 2026-03: 8 fen",
        ),
        ("DELETE FROM ledger_period_balance WHERE account = 'b'", "closed balance of b for 2026-03: it is not kept"),
    ] {
        let mut house = house().await;
        let ctx = house.at("2026-04-20");
        assert_eq!(house.moved("march", 7, "2026-03-30").await, "done");
        period_close(house.app(), &ctx, month("2026-03")).await.unwrap();
        house.books.holds().await;
        crate::transfers::meddle(&house.books.db, sql).await;
        let problems = house.books.report().await.problems;
        assert!(problems.len() == 1 && problems[0].starts_with(problem), "{problems:?}");
        house.test.finish().await;
    }
}
