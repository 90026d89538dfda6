use super::*;
use proptest::prelude::*;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// Rows of a text without quotes.
fn rows(text: &str) -> Vec<Row> {
    let row =
        |(index, line): (usize, &str)| Row { line: index + 1, cells: line.split(',').map(str::to_owned).collect() };
    text.lines().enumerate().map(row).collect()
}

const HEAD: &str = "kind,date,serial,debit,credit,balance,counterparty,counterparty_account,reference,summary";

fn good() -> String {
    format!(
        "{HEAD}\nopening,2026-03-01,,,,1000.00,,,,\nline,2026-03-02,S1,,500,1500.00,市财政局,,拨款,年度经费\n\
         line,2026-03-05,S2,300.50,,1199.50,某公司,6222-0211 0012,YL202603020001,检测费\nclosing,2026-03-31,,,,1199.50,,,,"
    )
}

/// The problems of a text: line, column and code.
fn wrong(text: &str) -> Vec<(usize, usize, String)> {
    let problems = read(&rows(text)).unwrap_err();
    problems.listed.into_iter().map(|p| (p.line, p.column, p.code.into_owned())).collect()
}

#[track_caller]
fn spoiled(from: &str, to: &str, expected: &[(usize, usize, &str)]) {
    assert!(good().contains(from), "{from} is not in the statement");
    let found = wrong(&good().replacen(from, to, 1));
    let found: Vec<(usize, usize, &str)> = found.iter().map(|(l, c, code)| (*l, *c, code.as_str())).collect();
    assert_eq!(found, expected, "{from} → {to}");
}

#[test]
fn a_statement_that_agrees_with_itself_is_read() {
    let read = read(&rows(&good())).unwrap();
    assert_eq!((read.from, read.to), (day("2026-03-01"), day("2026-03-31")));
    assert_eq!((read.opening.get(), read.closing.get()), (100_000, 119_950));
    let amounts: Vec<i64> = read.lines.iter().map(|line| line.amount.get()).collect();
    assert_eq!(amounts, [50_000, -30_050]);
    assert_eq!(read.lines[1].counterparty_account, "622202110012");
    assert_eq!(read.lines[1].reference, "YL202603020001");
}

#[test]
fn columns_stand_in_any_order_and_a_quiet_month_has_no_lines() {
    let turned = "summary,reference,counterparty_account,counterparty,balance,credit,debit,serial,date,kind\n\
                  ,,,,7,,,,2026-03-01,opening\n,,,,7.00,,,,2026-03-31,closing";
    let read = read(&rows(turned)).unwrap();
    assert_eq!((read.opening.get(), read.lines.len()), (700, 0));
}

#[test]
fn unknown_missing_and_doubled_columns_of_a_statement_are_refused_by_name() {
    assert_eq!(wrong(&good().replacen("summary", "remark", 1)).len(), 2);
    spoiled("summary", "kind", &[(1, 10, "column-twice"), (1, 0, "column-missing")]);
    assert_eq!(read(&[]).unwrap_err().listed[0].code, "file-empty");
}

#[test]
fn every_bad_cell_is_named_with_its_place() {
    spoiled("2026-03-02", "2026-3-2", &[(3, 2, "date-shape")]);
    spoiled("opening,", "begin,", &[(2, 1, "statement-kind"), (2, 0, "statement-bounds")]);
    spoiled(",500,1500.00", ",-500,1500.00", &[(3, 5, "amount-shape")]);
    spoiled(",500,1500.00", ",0,1500.00", &[(3, 4, "statement-sides")]);
    spoiled("S1,,500", "S1,500,500", &[(3, 4, "statement-sides")]);
    spoiled("S2", "S1", &[(4, 3, "statement-serial-twice")]);
    spoiled("S2", "", &[(4, 3, "statement-serial")]);
    spoiled("年度经费", "年度经费,多一格", &[(3, 11, "csv-width")]);
    let long = "长".repeat(CELL_CHARS_MAX + 1);
    spoiled("市财政局", &long, &[(3, 7, "cell-too-long")]);
}

#[test]
fn a_balance_that_does_not_follow_is_named_with_the_one_that_would() {
    let text = good().replacen("1199.50,某公司", "1199.51,某公司", 1);
    let problems = read(&rows(&text)).unwrap_err();
    assert_eq!((problems.listed[0].line, problems.listed[0].code.as_ref()), (4, "statement-balance"));
    assert!(problems.listed[0].zh.contains("1199.50"), "{}", problems.listed[0].zh);
    spoiled("1199.50,,,,", "1199.00,,,,", &[(5, 6, "statement-closing")]);
}

#[test]
fn opening_and_closing_stand_at_the_ends_and_dates_in_order() {
    spoiled("2026-03-05", "2026-03-01", &[(4, 2, "statement-date-order")]);
    let late = good() + "\nline,2026-03-31,S3,,1,1200.50,,,,";
    assert_eq!(wrong(&late)[0].2, "statement-order");
    let twice = good().replacen("line,2026-03-02,S1,,500", "opening,2026-03-02,S1,,500", 1);
    assert!(wrong(&twice).is_empty() || wrong(&twice).iter().any(|(.., code)| code == "statement-order"));
    let bare = HEAD.to_owned();
    let codes: Vec<String> = wrong(&bare).into_iter().map(|(.., code)| code).collect();
    assert_eq!(codes, ["statement-bounds", "statement-bounds"]);
}

#[test]
fn a_statement_goes_on_where_the_one_before_it_ended() {
    let read = read(&rows(&good())).unwrap();
    let last = |to: &str, closing: i64| Some(Last { to: day(to), closing: Fen::new(closing).unwrap() });
    let (none, today) = (BTreeSet::new(), day("2026-04-01"));
    let codes = |last: Option<Last>, known: &BTreeSet<String>, today: Date| -> Vec<String> {
        let problems = continues(&read, last, known, today).err().unwrap_or_default();
        problems.listed.into_iter().map(|p| p.code.into_owned()).collect()
    };
    assert_eq!(codes(None, &none, today), Vec::<String>::new());
    assert_eq!(codes(last("2026-03-01", 100_000), &none, today), Vec::<String>::new());
    assert_eq!(codes(last("2026-03-02", 100_000), &none, today), ["statement-overlap"]);
    assert_eq!(codes(last("2026-02-28", 100_001), &none, today), ["statement-gap"]);
    let known = BTreeSet::from(["S2".to_owned()]);
    assert_eq!(codes(None, &known, today), ["statement-serial-known"]);
    assert_eq!(codes(None, &none, day("2026-03-30")), ["statement-ahead"]);
}

proptest! {
    /// Goal: whatever a table holds, it is answered, and what is accepted adds up. Method: cells drawn from the words of
    /// the format and from rubbish.
    #[test]
    fn any_table_is_answered(
        table in prop::collection::vec(prop::collection::vec("(opening|line|closing|2026-03-0[1-9]|[0-9]{1,3}\\.[0-9]{2}|S[0-9]|.{0,4})", 8..12), 0..12)
    ) {
        let head = Row { line: 1, cells: COLUMNS.iter().map(|name| (*name).to_owned()).collect() };
        let rest = table.into_iter().enumerate().map(|(index, cells)| Row { line: index + 2, cells });
        let rows: Vec<Row> = std::iter::once(head).chain(rest).collect();
        if let Ok(read) = read(&rows) {
            let sum: i64 = read.lines.iter().map(|line| line.amount.get()).sum();
            prop_assert_eq!(read.opening.get() + sum, read.closing.get());
        }
    }

    /// Goal: a statement made from movements is read back to the fen. Method: random movements whose balances stay
    /// above zero.
    #[test]
    fn movements_come_back_to_the_fen(moves in prop::collection::vec(-50_000i64..50_000, 0..40)) {
        let mut balance = 10_000_000;
        let mut text = format!("{HEAD}\nopening,2026-03-01,,,,100000.00,,,,\n");
        let moves: Vec<i64> = moves.into_iter().filter(|amount| *amount != 0).collect();
        for (index, amount) in moves.iter().enumerate() {
            balance += amount;
            let side = Fen::new(amount.abs()).unwrap();
            let sides = if *amount < 0 { format!("{side},") } else { format!(",{side}") };
            text.push_str(&format!("line,2026-03-02,N{index},{sides},{},,,,\n", Fen::new(balance).unwrap()));
        }
        text.push_str(&format!("closing,2026-03-31,,,,{},,,,", Fen::new(balance).unwrap()));
        let read = read(&rows(&text)).unwrap();
        let amounts: Vec<i64> = read.lines.iter().map(|line| line.amount.get()).collect();
        prop_assert_eq!(amounts, moves);
    }
}
