//! Tables of scores as text.

use assignment::{Matrix, SCORE_UNIT, matrix::decimal, solve};
use proptest::prelude::*;

fn code(text: &str) -> &'static str {
    let refusal = Matrix::parse(text.as_bytes()).expect_err(text);
    assert!(refusal.zh.ends_with('。') && refusal.en.ends_with('.'), "{refusal}");
    refusal.code
}

#[test]
fn a_table_is_read() {
    let table = Matrix::parse("2 3\r\n0.25 1 0.0 \n\n.5 1e-1 100\n".as_bytes()).unwrap();
    assert_eq!((table.proposals, table.reviewers), (2, 3));
    assert_eq!(table.scores, [25, 100, 0, 50, 10, 10_000].map(|hundredths| hundredths * SCORE_UNIT / 100));
    assert_eq!(table.allowed, [true, true, false, true, true, true]);
    let best = solve(&table.problem(1, 0, 1).unwrap()).unwrap();
    assert_eq!(best.reviewers, [[1], [2]]);
}

#[test]
fn decimals_are_exact() {
    assert_eq!(decimal("0.123456789012"), Some(123_456_789_012));
    assert_eq!(decimal("0.1234567890125"), Some(123_456_789_013), "what follows is rounded");
    assert_eq!(decimal("00012."), Some(12 * SCORE_UNIT));
    assert_eq!(decimal("1E-3"), Some(SCORE_UNIT / 1_000));
    for word in ["", ".", "nan", "NaN", "inf", "-inf", "1,5", "0x1", "1.2.3", "1e", "+1", "--1", "１"] {
        assert_eq!(decimal(word), None, "{word}");
    }
    // Nearly nothing is no conflict; nothing is, however it is written.
    let table = Matrix::parse(b"1 4\n1e-20 0.00000000000001 0e5 -0.0\n").unwrap();
    assert_eq!((table.allowed, table.scores), (vec![true, true, false, false], vec![0; 4]));
}

#[test]
fn what_is_no_table_is_refused() {
    assert_eq!(code(""), "matrix-head");
    assert_eq!(code("2\n"), "matrix-head");
    assert_eq!(code("2 x\n"), "matrix-head");
    assert_eq!(code("-2 3\n"), "matrix-head");
    assert_eq!(code("0 3\n"), "size-limits");
    assert_eq!(code("99999999999 99999999999\n"), "size-limits");
    assert_eq!(code("2 2\n1 1\n"), "matrix-rows");
    assert_eq!(code("1 2\n1 1\n1 1\n"), "matrix-rows");
    assert_eq!(code("1 2\n1\n"), "matrix-row");
    assert_eq!(code("1 2\n1 1 1\n"), "matrix-row");
    assert_eq!(code("1 2\n1 NaN\n"), "matrix-value");
    assert_eq!(code("1 2\n1 -0.5\n"), "score-range");
    assert_eq!(code("1 2\n1 100.000000000001\n"), "score-range");
    assert_eq!(code("1 2\n1 1e300\n"), "score-range");
    assert_eq!(Matrix::parse(&[b'1', 0xff]).unwrap_err().code, "matrix-encoding");
    let refusal = Matrix::parse(b"2 2\n1 1\n1 oops\n").unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("line 3"));
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "[0-9 .eE\\-\n]{0,60}") {
        let _ = Matrix::parse(text.as_bytes());
    }

    #[test]
    fn any_bytes_are_answered(bytes: Vec<u8>) {
        let _ = Matrix::parse(&bytes);
    }

    #[test]
    fn twelve_decimals_survive(units in 0..=100 * SCORE_UNIT) {
        let text = format!("{}.{:012}", units / SCORE_UNIT, units % SCORE_UNIT);
        prop_assert_eq!(decimal(&text), Some(units));
    }
}
