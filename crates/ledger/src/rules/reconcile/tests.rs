use super::*;
use crate::rules::payment::tests::{begun, by, exported};
use proptest::prelude::*;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn open(id: &str, amount: i64, account: &str, words: &str) -> OpenLine {
    OpenLine {
        id: id.into(),
        day: day("2026-03-17"),
        amount: Fen::new(amount).unwrap(),
        counterparty_account: account.into(),
        counterparty: "某检测技术有限公司".into(),
        words: words.into(),
    }
}

fn sent(id: &str, number: &str) -> Payment {
    Payment { number: number.into(), ..exported(id) }
}

fn pairs(lines: &[OpenLine], payments: &[Payment]) -> Vec<(String, String, MatchRule)> {
    pair(lines, payments).into_iter().map(|pair| (pair.line, pair.payment, pair.rule)).collect()
}

#[test]
fn a_line_finds_its_payment_by_number_then_by_payee() {
    let payments = [sent("p1", "YL202603160001"), sent("p2", "YL202603160002")];
    let lines = [
        open("l1", -1_200_050, "", "转账 YL202603160002 检测费"),
        open("l2", -1_200_050, "6222021100123456", "检测费"),
        open("l3", 1_200_050, "", "YL202603160001"),
    ];
    assert_eq!(
        pairs(&lines, &payments),
        [("l1".into(), "p2".into(), MatchRule::Number), ("l2".into(), "p1".into(), MatchRule::Payee)]
    );
}

#[test]
fn what_is_not_certain_is_left_for_people() {
    let two = [sent("p1", "YL202603160001"), sent("p2", "YL202603160002")];
    // Two payments alike, two lines alike, another amount, a longer number, before it left, too late, not sent.
    assert_eq!(pairs(&[open("l", -1_200_050, "6222021100123456", "")], &two), []);
    let alike = [open("l1", -1_200_050, "", ""), open("l2", -1_200_050, "", "")];
    assert_eq!(pairs(&alike, &two[..1]), []);
    assert_eq!(pairs(&[open("l", -1_200_049, "", "YL202603160001")], &two), []);
    let stranger = |words| OpenLine { counterparty: "别家".into(), ..open("l", -1_200_050, "", words) };
    assert_eq!(pairs(&[stranger("YL2026031600011")], &two), []);
    assert_eq!(pairs(&[stranger("XYL202603160001")], &two), []);
    let early = OpenLine { day: day("2026-03-15"), ..open("l", -1_200_050, "", "YL202603160001") };
    assert_eq!(pairs(&[early], &two), []);
    let late = OpenLine { day: day("2026-04-16"), ..open("l", -1_200_050, "", "") };
    assert_eq!(pairs(&[late], &two[..1]), []);
    assert_eq!(pairs(&[open("l", -1_200_050, "", "YL202603160001")], &[begun("p1")]), []);
}

proptest! {
    /// Goal: nothing is paired twice and every pair has the same amount. Method: lines and payments with few different
    /// amounts, so that many are alike.
    #[test]
    fn nothing_is_paired_twice(
        lines in prop::collection::vec((1i64..4, 0usize..6, any::<bool>()), 0..12),
        amounts in prop::collection::vec(1i64..4, 0..8),
    ) {
        let payments: Vec<Payment> = amounts.iter().enumerate().map(|(index, amount)| Payment {
            amount: Fen::new(*amount).unwrap(), ..sent(&format!("p{index}"), &format!("YL2026031600{index:02}"))
        }).collect();
        let lines: Vec<OpenLine> = lines.iter().enumerate().map(|(index, (amount, named, account))| {
            let account = if *account { "6222021100123456" } else { "1" };
            open(&format!("l{index}"), -amount, account, &format!("YL2026031600{named:02}"))
        }).collect();
        let found = pair(&lines, &payments);
        let (mut used, mut paid) = (BTreeSet::new(), BTreeSet::new());
        for pair in &found {
            prop_assert!(used.insert(&pair.line) && paid.insert(&pair.payment), "{:?}", found);
            let line = lines.iter().find(|line| line.id == pair.line).unwrap();
            let payment = payments.iter().find(|payment| payment.id == pair.payment).unwrap();
            prop_assert_eq!(-line.amount.get(), payment.amount.get());
        }
    }
}

#[test]
fn a_match_by_hand_has_the_amount_the_state_and_a_reason() {
    let payment = exported("p1");
    let out = open("l", -1_200_050, "", "");
    assert_eq!(match_by_hand(&out, &payment, "电话核实").unwrap().0, Meaning::Paid);
    let code =
        |line: &OpenLine, payment: &Payment, reason: &str| match_by_hand(line, payment, reason).unwrap_err().code;
    assert_eq!(code(&out, &payment, " "), "needed");
    assert_eq!(code(&open("l", -1, "", ""), &payment, "核实"), "match-amount");
    assert_eq!(code(&OpenLine { day: day("2026-03-15"), ..out.clone() }, &payment, "核实"), "match-early");
    assert_eq!(code(&out, &begun("p1"), "核实"), "match-state");
    let back = open("l", 1_200_050, "", "");
    assert_eq!(code(&back, &payment, "退汇"), "match-state");
    let settled = Payment { state: PaymentState::Settled, ..payment };
    assert_eq!(match_by_hand(&back, &settled, "退汇").unwrap().0, Meaning::CameBack);
}

#[test]
fn a_line_is_entered_by_one_and_checked_by_another() {
    let line = open("l", 500, "", "拨款");
    let draft = EntryDraft { account: "city:310117:budget:2026".into(), purpose: "年度经费拨款".into() };
    let none = EntryDraft { account: " ".into(), ..draft.clone() };
    assert_eq!(propose("e1", &line, &none, by("maker")).unwrap_err().code, "account-needed");
    let entry = propose("e1", &line, &draft, by("maker")).unwrap();
    assert_eq!(entry.transfer(), "line:e1");
    assert_eq!(decide(&entry, "approve", "", by("maker")).unwrap_err().code, "four-eyes");
    assert_eq!(decide(&entry, "maybe", "", by("checker")).unwrap_err().code, "decision-needed");
    assert_eq!(decide(&entry, "reject", "", by("checker")).unwrap_err().code, "remark-needed");
    assert_eq!(undo(&entry, "记错", by("checker")).unwrap_err().code, "entry-state");
    let entered = decide(&entry, "approve", "", by("checker")).unwrap();
    assert_eq!(entered.state, EntryState::Approved);
    assert_eq!(decide(&entered, "approve", "", by("checker")).unwrap_err().code, "entry-state");
    assert_eq!(undo(&entered, "记错", by("checker")).unwrap().state, EntryState::Undone);
    assert_eq!(line.age_days(day("2026-03-31")), 14);
}
