use super::*;

pub(crate) fn by(account: &'static str) -> By<'static> {
    By { account, name: "经办人", demo: false, now: Date::parse("2026-03-16").unwrap().start() }
}

pub(crate) fn draft() -> Draft {
    Draft {
        account: "city:310117:budget:2026".into(),
        payee_name: "某检测技术有限公司".into(),
        payee_bank: "某银行松江支行".into(),
        payee_account: "6222 0211-0012 3456".into(),
        amount_yuan: "12,000.50".into(),
        purpose: "检测费".into(),
    }
}

pub(crate) fn begun(id: &str) -> Payment {
    begin(id, number(Date::parse("2026-03-16").unwrap(), 1, false).unwrap(), &draft(), by("maker")).unwrap()
}

fn approve() -> Word {
    Word { decision: "approve".into(), ..Word::default() }
}

pub(crate) fn exported(id: &str) -> Payment {
    let submitted = submit(&begun(id), by("maker")).unwrap().0;
    let approved = decide(&submitted, &approve(), by("checker")).unwrap().0;
    export(&approved, "f1", by("checker")).unwrap().0
}

#[track_caller]
fn code<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.unwrap_err().code
}

#[test]
fn an_instruction_goes_from_maker_to_checker_to_the_bank() {
    let payment = begun("p1");
    assert_eq!((payment.number.as_str(), payment.amount.get()), ("YL202603160001", 1_200_050));
    assert_eq!(payment.payee.account, "6222021100123456");
    assert_eq!((payment.hold().as_str(), payment.holds()), ("pay:p1:1:hold", false));
    let (submitted, told) = submit(&payment, by("maker")).unwrap();
    assert_eq!((told.state, told.by.as_str()), (PaymentState::Submitted, "maker"));
    let (approved, _) = decide(&submitted, &approve(), by("checker")).unwrap();
    assert!(approved.holds());
    let (left, _) = export(&approved, "f1", by("checker")).unwrap();
    assert_eq!((left.file.as_deref(), left.exported), (Some("f1"), Some(Date::parse("2026-03-16").unwrap())));
    let (settled, _) = settle(&left, by("system")).unwrap();
    assert_eq!(settled.state, PaymentState::Settled);
    let (again, _) = unsettle(&settled, "记错", by("checker")).unwrap();
    assert_eq!((again.state, again.hold().as_str()), (PaymentState::Exported, "pay:p1:2:hold"));
    let (back, _) = came_back(&settled, "退汇", by("checker")).unwrap();
    assert_eq!(not_back(&back, "记错", by("checker")).unwrap().0.state, PaymentState::Settled);
}

/// Goal: no step is taken from a state that does not allow it. Method: every step from every state.
#[test]
fn every_step_has_its_states_and_no_others() {
    use PaymentState::{Approved, Drafted, Exported, Rejected, Returned, Settled, Submitted, Withdrawn};
    type Try = fn(&Payment) -> Result<PaymentState, Refusal>;
    let steps: [(&str, Try, &[PaymentState]); 9] = [
        ("edit", |p| edit(p, &draft(), by("maker")).map(|p| p.state), &[Drafted]),
        ("submit", |p| submit(p, by("maker")).map(|(p, _)| p.state), &[Drafted]),
        ("withdraw", |p| withdraw(p, by("maker")).map(|(p, _)| p.state), &[Drafted, Submitted, Approved]),
        ("decide", |p| decide(p, &approve(), by("checker")).map(|(p, _)| p.state), &[Submitted]),
        ("export", |p| export(p, "f", by("checker")).map(|(p, _)| p.state), &[Approved]),
        ("settle", |p| settle(p, by("checker")).map(|(p, _)| p.state), &[Exported]),
        ("unsettle", |p| unsettle(p, "r", by("checker")).map(|(p, _)| p.state), &[Settled]),
        (
            "give_back",
            |p| {
                let word = Word { reason: "closed".into(), ..Word::default() };
                give_back(p, &word, by("checker")).map(|(p, _)| p.state)
            },
            &[Exported],
        ),
        ("came_back", |p| came_back(p, "r", by("checker")).map(|(p, _)| p.state), &[Settled]),
    ];
    for state in [Drafted, Submitted, Approved, Rejected, Withdrawn, Exported, Settled, Returned] {
        let payment = Payment { state, exported: Some(Date::parse("2026-03-16").unwrap()), ..begun("p1") };
        for (name, step, from) in &steps {
            let outcome = step(&payment);
            assert_eq!(outcome.is_ok(), from.contains(&state), "{name} from {state:?}: {outcome:?}");
            if let Err(refusal) = outcome {
                assert_eq!(refusal.code, "payment-state");
            }
        }
    }
}

#[test]
fn nobody_checks_what_he_has_made() {
    let submitted = submit(&begun("p1"), by("maker")).unwrap().0;
    assert_eq!(code(decide(&submitted, &approve(), by("maker"))), "four-eyes");
    let word = Word { reason: "account".into(), ..Word::default() };
    assert_eq!(code(give_back(&exported("p1"), &word, by("maker"))), "four-eyes");
    assert_eq!(give_back(&exported("p1"), &word, by("checker")).unwrap().1.reason, "account");
}

#[test]
fn a_no_has_a_reason() {
    let submitted = submit(&begun("p1"), by("maker")).unwrap().0;
    let word = |decision: &str, reason: &str, remark: &str| Word {
        decision: decision.into(),
        reason: reason.into(),
        remark: remark.into(),
    };
    assert_eq!(code(decide(&submitted, &word("", "", ""), by("checker"))), "decision-needed");
    assert_eq!(code(decide(&submitted, &word("reject", "", ""), by("checker"))), "reason-needed");
    assert_eq!(code(decide(&submitted, &word("reject", "other", " "), by("checker"))), "remark-needed");
    let (rejected, told) = decide(&submitted, &word("reject", "payee", "账号不符"), by("checker")).unwrap();
    assert_eq!((rejected.state, told.reason.as_str()), (PaymentState::Rejected, "payee"));
    assert_eq!(code(give_back(&exported("p1"), &word("", "other", ""), by("checker"))), "remark-needed");
    assert_eq!(code(give_back(&exported("p1"), &word("", "weather", ""), by("checker"))), "reason-needed");
}

#[test]
fn what_is_typed_wrongly_is_refused_at_its_field() {
    type Spoil = fn(&mut Draft);
    let wrong: [(Spoil, &str, &str); 11] = [
        (|d| d.account = " ".into(), "account-needed", "account"),
        (|d| d.payee_name = String::new(), "needed", "payee_name"),
        (|d| d.payee_name = "=甲公司".into(), "text-formula", "payee_name"),
        (|d| d.payee_bank = "某行\n支行".into(), "text-formula", "payee_bank"),
        (|d| d.payee_account = "12345".into(), "payee-account", "payee_account"),
        (|d| d.payee_account = "账号六二二二".into(), "payee-account", "payee_account"),
        (|d| d.payee_account = "ABCDEFGH".into(), "payee-account", "payee_account"),
        (|d| d.amount_yuan = String::new(), "amount-needed", "amount_yuan"),
        (|d| d.amount_yuan = "0.00".into(), "amount-needed", "amount_yuan"),
        (|d| d.amount_yuan = "1.234".into(), "amount-shape", "amount_yuan"),
        (|d| d.purpose = "字".repeat(PURPOSE_CHARS_MAX + 1), "text-too-long", "purpose"),
    ];
    for (spoil, code, field) in wrong {
        let mut draft = draft();
        spoil(&mut draft);
        let refusal = begin("p1", "N".into(), &draft, by("maker")).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
    let demo = By { demo: true, ..by("maker") };
    assert_eq!(code(begin("p1", "N".into(), &draft(), demo)), "demo-name");
}

#[test]
fn account_numbers_are_masked_whatever_their_length() {
    for (whole, shown) in [("6222021100123456", "••••3456"), ("123", "••••123"), ("", "••••")] {
        assert_eq!(masked(whole), shown);
    }
}

#[test]
fn a_day_has_so_many_numbers_and_the_demo_its_own() {
    let day = Date::parse("2026-03-06").unwrap();
    assert_eq!(number(day, 9_999, true).unwrap(), "YLD202603069999");
    assert_eq!(code(number(day, 10_000, false)), "payment-day-full");
}

#[test]
fn a_file_says_the_same_in_both_forms() {
    let mut second = Payment { number: "YL202603160002".into(), ..begun("p2") };
    second.payee.name = "甲,\"乙\"公司".into();
    let day = Date::parse("2026-03-16").unwrap();
    let digest = |bytes: &[u8]| format!("{}", bytes.len());
    let file = fill(("f1", "YLF20260316", "city:310117:budget:2026"), &[begun("p1"), second], day, digest).unwrap();
    assert_eq!((file.count, file.total.get()), (2, 2_400_100));
    let lines: Vec<&str> = file.csv.split("\r\n").collect();
    assert_eq!(lines[0], COLUMNS.join(","));
    assert_eq!(
        lines[1],
        "YL202603160001,2026-03-16,某检测技术有限公司,某银行松江支行,6222021100123456,12000.50,CNY,检测费"
    );
    assert!(lines[2].contains("\"甲,\"\"乙\"\"公司\""), "{}", lines[2]);
    let json: serde_json::Value = serde_json::from_str(&file.json).unwrap();
    assert_eq!((&json["format"], &json["count"], &json["total_fen"]), (&FORMAT.into(), &2.into(), &2_400_100.into()));
    assert_eq!(json["csv_sha256"], file.csv_sha256.as_str());
    assert_eq!(json["payments"][1]["payee"]["name"], "甲,\"乙\"公司");
    let huge = Payment { amount: Fen::MAX, ..begun("p1") };
    assert!(fill(("f", "n", "a"), &[huge.clone(), huge], day, digest).is_err());
}
