//! Closing a month that reconciliation has finished, accounts and their statements.

use crate::house::{FIRM, TOWN_A, TOWN_B, budget, code, house, sees};
use kernel::Date;
use ledger::actions::holding::{
    EntryFilter, Filter, days, ledger_entries, ledger_list, ledger_open, ledger_statement, ledger_view,
};
use ledger::actions::period::period_close;
use ledger::actions::periods::period_list;
use ledger::rules::opening::OpenDraft;
use ledger::rules::period::Month;
use platform::ctx::{Mandate, Role};
use platform::web::page::Page;

#[tokio::test]
async fn an_open_line_keeps_its_month_open() {
    let house = house().await;
    let app = house.app();
    let account = house.budget().await;
    let joint = house.joint("joint");
    house.load(&account, (-30, -20), 0, &[(-25, "S1", 50_000, "拨款")]).await;
    let found = period_list(app, &joint).await.unwrap();
    assert_eq!((found.next.to_string().as_str(), found.blocks.unmatched), ("2026-02", 1));
    let february = Month::parse("2026-02").unwrap();
    assert_eq!(code(period_close(app, &joint, february).await), "period-unmatched");
    assert_eq!(code(period_close(app, &house.officer("maker"), february).await), "forbidden");
    let mut unproved = joint.clone();
    unproved.actor.presence = None;
    assert_eq!(code(period_close(app, &unproved, february).await), "step-up");
    house.enter(&account).await;
    let closed = period_close(app, &joint, february).await.unwrap();
    assert_eq!(closed.accounts, 2, "the account and the outside");
    assert_eq!(period_list(app, &joint).await.unwrap().next.to_string(), "2026-03");
    // What the bank booked in a closed month is written down on the first day that is open.
    house.load(&account, (-20, 0), 50_000, &[(-18, "S2", 70, "利息")]).await;
    house.enter(&account).await;
    let entries = ledger_entries(app, &joint, &account, &EntryFilter::default(), &Page::default()).await;
    assert_eq!(code(entries), "not-found", "the joint office sees joint accounts only");
    let maker = house.officer("maker");
    let entries = ledger_entries(app, &maker, &account, &EntryFilter::default(), &Page::default()).await.unwrap();
    assert_eq!(kernel::Instant::from_ms(entries.items[0].event_ms).date().to_string(), "2026-03-01");
    house.finish().await;
}

#[tokio::test]
async fn an_accounts_statement_and_balances_follow_the_days() {
    let house = house().await;
    let app = house.app();
    let account = house.funded(100_000).await;
    let maker = house.officer("maker");
    let (_, number) = house.sent(&account, "60").await;
    house.load(&account, (-9, 0), 100_000, &[(0, "B1", -6_000, &number)]).await;
    let today = app.clock().now().date();
    let (_, all) = ledger_statement(app, &maker, &account, (today.plus_days(-12), today)).await.unwrap();
    assert_eq!((all.opening.get(), all.closing.get(), all.lines.len()), (0, 94_000, 2));
    let (_, quiet) = ledger_statement(app, &maker, &account, (today.plus_days(-8), today.plus_days(-1))).await.unwrap();
    assert_eq!((quiet.opening.get(), quiet.closing.get(), quiet.lines.len()), (100_000, 100_000, 0));
    let at = |days: i64| house.day(days);
    for (day, balance) in [(-10, 0), (-9, 100_000), (-1, 100_000), (0, 94_000)] {
        let view = ledger_view(app, &maker, &account, &at(day), 5).await.unwrap();
        assert_eq!(view.at.map(|(_, fen)| fen.get()), Some(balance), "{day}");
    }
    assert_eq!(code(ledger_view(app, &maker, &account, "yesterday", 5).await), "date-shape");
    let paid = EntryFilter { codes: vec!["payment.settled".into()], ..EntryFilter::default() };
    let found = ledger_entries(app, &maker, &account, &paid, &Page::default()).await.unwrap();
    assert_eq!(
        (found.total, found.items[0].amount.get(), found.items[0].reference.as_str()),
        (1, -6_000, number.as_str())
    );
    let page = |cursor: Option<&str>| Page { limit: 1, cursor: cursor.map(str::to_owned) };
    let first = ledger_entries(app, &maker, &account, &EntryFilter::default(), &page(None)).await.unwrap();
    let second =
        ledger_entries(app, &maker, &account, &EntryFilter::default(), &page(first.next.as_deref())).await.unwrap();
    assert_eq!((first.items[0].version, second.items[0].version, second.next), (2, 1, None));
    assert_eq!(
        code(ledger_entries(app, &maker, &account, &EntryFilter::default(), &page(Some("x"))).await),
        "page-cursor"
    );
    house.finish().await;
}

#[test]
fn a_statement_has_two_days_in_order_and_at_most_a_year() {
    let today = Date::parse("2026-03-16").unwrap();
    let read = |from: &str, to: &str| {
        days(from, to, today).map(|(from, to)| (from.to_string(), to.to_string())).map_err(|refusal| refusal.code)
    };
    assert_eq!(read("", ""), Ok(("2026-03-01".into(), "2026-03-16".into())));
    assert_eq!(read("2025-03-16", ""), Ok(("2025-03-16".into(), "2026-03-16".into())));
    assert_eq!(read("2025-03-14", ""), Err("statement-days"));
    assert_eq!(read("2026-03-17", "2026-03-16"), Err("statement-days"));
    assert_eq!(read("2026-02-30", ""), Err("date-shape"));
}

#[tokio::test]
async fn accounts_are_opened_by_their_owners_people_only() {
    let house = house().await;
    let app = house.app();
    let open = |ctx: platform::Ctx, draft: OpenDraft| async move { ledger_open(app, &ctx, draft).await };
    let account = open(house.officer("maker"), budget()).await.unwrap().id;
    assert_eq!(account, format!("city:{TOWN_A}:budget:2060404:2026"));
    assert_eq!(code(open(house.officer("maker"), budget()).await), "account-there");
    let marked = OpenDraft { mark: "talent".into(), ..budget() };
    open(house.officer("maker"), marked).await.unwrap();
    let of = |owner: &str| OpenDraft { owner: owner.into(), ..budget() };
    let town_b = format!("city:{TOWN_B}");
    assert_eq!(code(open(house.officer("maker"), of(&town_b)).await), "forbidden");
    assert_eq!(code(open(house.officer("maker"), of("city:110000")).await), "account-owner", "no member city");
    assert_eq!(code(open(house.officer("maker"), of("joint-office")).await), "forbidden");
    for nobody in [house.acting("admin", vec![Role::Administrator], &[]), house.acting("person", Vec::new(), &[])] {
        assert_eq!(code(open(nobody, budget()).await), "forbidden");
    }
    let firm = OpenDraft {
        owner: format!("organisation:{FIRM}"),
        name: "基本户".into(),
        purpose: "current".into(),
        ..OpenDraft::default()
    };
    assert_eq!(code(open(house.member("clerk", vec![Mandate::Publish]), firm.clone()).await), "forbidden");
    let own = open(house.member("cashier", vec![Mandate::Pay]), firm).await.unwrap().id;
    assert!(sees(&house, &house.member("cashier", vec![Mandate::Pay]), &own).await);
    assert!(!sees(&house, &house.member("clerk", vec![Mandate::Publish]), &own).await);
    assert!(!sees(&house, &house.officer("maker"), &own).await);
    open(house.joint("joint"), of("joint-office")).await.unwrap();
    let count = |ctx: platform::Ctx| async move {
        ledger_list(app, &ctx, &Filter::default(), &Page::default()).await.unwrap().total
    };
    assert_eq!(
        (count(house.officer("maker")).await, count(house.joint("joint")).await, count(house.neighbour()).await),
        (2, 1, 0)
    );
    let mut unproved = house.officer("maker");
    unproved.actor.presence = None;
    let other = OpenDraft { mark: "other".into(), ..budget() };
    assert_eq!(code(open(unproved, other).await), "step-up");
    house.finish().await;
}
