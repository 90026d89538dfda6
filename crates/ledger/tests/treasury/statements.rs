//! Statements: taken whole or not at all, once, in their order.

use crate::house::{House, code, house};
use ledger::actions::statement::{Import, Report, statement_import, statement_list, statement_view};
use ledger::rules::payment::PaymentState;
use platform::ctx::Role;
use platform::web::page::Page;

fn codes(report: &Report) -> Vec<String> {
    assert!(report.statement.is_none(), "{report:?}");
    report.problems.listed.iter().map(|problem| problem.code.clone().into_owned()).collect()
}

async fn count(house: &House) -> i64 {
    statement_list(house.app(), &house.officer("loader"), "", &Page::default()).await.unwrap().total
}

#[tokio::test]
async fn a_statement_is_taken_once_and_in_its_order() {
    let house = house().await;
    let budget = house.budget().await;
    let first = house.statement((-10, -5), 0, &[(-9, "S1", 500, "拨款"), (-6, "S2", -100, "手续费")]);
    let report = house.load_text(&budget, &first).await.unwrap();
    assert_eq!((report.lines, report.matched), (2, 0));
    assert_eq!(code(house.load_text(&budget, &first).await), "statement-known");
    // The same movements in another file, a gap, an overlap, one that lies ahead.
    let renamed = first.replace("手续费", "费用");
    assert_eq!(
        codes(&house.load_text(&budget, &renamed).await.unwrap()),
        ["statement-serial-known", "statement-serial-known", "statement-overlap"]
    );
    assert_eq!(codes(&house.load(&budget, (-5, -1), 401, &[]).await), ["statement-gap"]);
    assert_eq!(codes(&house.load(&budget, (-6, -1), 400, &[]).await), ["statement-overlap"]);
    assert_eq!(codes(&house.load(&budget, (-5, 1), 400, &[]).await), ["statement-ahead"]);
    assert_eq!(count(&house).await, 1);
    let next = house.load(&budget, (-5, -1), 400, &[]).await;
    assert_eq!((next.lines, next.problems.total), (0, 0), "a quiet week has a statement too");
    let view = statement_view(house.app(), &house.officer("loader"), &report.statement.unwrap()).await.unwrap();
    assert_eq!((view.statement.closing.get(), view.book.get(), view.open.get()), (400, 0, 400));
    assert_eq!(house.journal("bank_statement", &view.statement.id).await, ["statement.imported"]);
    assert_eq!(house.desk(&house.officer("loader")).await, ["desk-line-open", "desk-line-open"]);
    house.finish().await;
}

#[tokio::test]
async fn one_bad_row_of_a_statement_and_nothing_is_stored() {
    let house = house().await;
    let budget = house.budget().await;
    let good = house.statement((-10, -5), 0, &[(-9, "S1", 500, "拨款"), (-6, "S2", -100, "手续费")]);
    let bad = good.replace("S2", "S1").replacen("4.00", "4.01", 1);
    let report = house.load_text(&budget, &bad).await.unwrap();
    assert_eq!(codes(&report), ["statement-serial-twice", "statement-closing"]);
    let places: Vec<(usize, usize)> = report.problems.listed.iter().map(|one| (one.line, one.column)).collect();
    assert_eq!(places, [(4, 3), (5, 6)]);
    assert_eq!(count(&house).await, 0);
    house.finish().await;
}

#[tokio::test]
async fn a_statement_in_another_encoding_is_refused_with_the_remedy() {
    let house = house().await;
    let budget = house.budget().await;
    let good = house.statement((-10, -5), 0, &[(-9, "S1", 500, "拨款")]);
    let load = |bytes: Vec<u8>| {
        let import = Import { account: budget.clone(), file: "s.csv".into(), bytes };
        let ctx = house.officer("loader");
        let app = house.app();
        async move { statement_import(app, &ctx, import).await.unwrap() }
    };
    let gb = encoding_rs::GB18030.encode(&good).0.into_owned();
    let report = load(gb).await;
    assert_eq!(codes(&report), ["encoding-gb18030"]);
    assert!(report.problems.listed[0].zh.contains("iconv -f GB18030 -t UTF-8"));
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(codes(&load(utf16).await), ["encoding-utf16"]);
    assert_eq!(codes(&load(b"kind\0,date".to_vec()).await), ["nul-byte"]);
    assert_eq!(codes(&load(b"kind;date;serial\n".to_vec()).await)[0], "column-unknown");
    let with_mark = [&[0xEF, 0xBB, 0xBF][..], good.as_bytes()].concat();
    assert_eq!(load(with_mark).await.lines, 1, "a byte order mark is allowed");
    house.finish().await;
}

#[tokio::test]
async fn strangers_neither_load_nor_see_statements() {
    let house = house().await;
    let budget = house.budget().await;
    let report = house.load(&budget, (-10, -5), 0, &[(-9, "S1", 500, "拨款")]).await;
    let id = report.statement.unwrap();
    for stranger in [house.neighbour(), house.joint("joint"), house.acting("admin", vec![Role::Administrator], &[])] {
        assert_eq!(code(statement_view(house.app(), &stranger, &id).await), "not-found");
        let import = Import { account: budget.clone(), file: String::new(), bytes: vec![b'x'] };
        assert_eq!(code(statement_import(house.app(), &stranger, import).await), "not-found");
        assert_eq!(statement_list(house.app(), &stranger, "", &Page::default()).await.unwrap().unmatched_total, 0);
    }
    house.finish().await;
}

#[tokio::test]
async fn what_left_after_its_line_was_loaded_is_found_with_the_next_statement() {
    let house = house().await;
    let budget = house.funded(100_000).await;
    let (one, number) = house.sent(&budget, "60").await;
    let (two, _) = house.sent(&budget, "60").await;
    // Two payments alike and a line without a number: nobody guesses.
    let report = house.load(&budget, (-9, 0), 100_000, &[(0, "B1", -6_000, "检测费")]).await;
    assert_eq!(report.matched, 0);
    let report = house.load(&budget, (0, 0), 94_000, &[(0, "B2", -6_000, &number)]).await;
    assert_eq!(report.matched, 1);
    assert_eq!((house.state(&one).await, house.state(&two).await), (PaymentState::Settled, PaymentState::Exported));
    assert_eq!(house.stands(&budget).await, (94_000, 6_000));
    house.finish().await;
}
