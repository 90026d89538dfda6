//! Drafting: every field that breaks a rule says so, at its field.

use super::{by, call, money, problem, review};
use calls::rules::call::{
    Call, CallState, CriterionDraft, HeadDraft, MoneyDraft, Patch, ProblemDraft, ReviewDraft, begin, missing, pose,
    revise,
};
use kernel::Refusal;

fn segment(id: &str) -> bool {
    id.starts_with("ic")
}

fn revised(patch: Patch) -> Result<Call, Refusal> {
    revise(&call(), &patch, &segment, by())
}

#[track_caller]
fn refused(patch: Patch, code: &str, field: &str) {
    let refusal = revised(patch).expect_err("a refusal");
    assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    assert!(!refusal.zh.is_empty() && !refusal.en.is_empty());
}

fn with_problem(change: impl FnOnce(&mut ProblemDraft)) -> Patch {
    let mut draft = problem();
    change(&mut draft);
    Patch { problem: Some(draft), ..Patch::default() }
}

fn with_money(change: impl FnOnce(&mut MoneyDraft)) -> Patch {
    let mut draft = money();
    change(&mut draft);
    Patch { money: Some(draft), ..Patch::default() }
}

fn with_review(change: impl FnOnce(&mut ReviewDraft)) -> Patch {
    let mut draft = review();
    change(&mut draft);
    Patch { review: Some(draft), ..Patch::default() }
}

#[test]
fn the_head() {
    let head = |title: &str| Patch {
        head: Some(HeadDraft { title: title.into(), ..HeadDraft::default() }),
        ..Patch::default()
    };
    refused(head(""), "needed", "title");
    assert_eq!(revised(head("  温漂补偿 ")).unwrap().title, "温漂补偿");
    let demo = calls::rules::By { demo: true, ..by() };
    let named = HeadDraft { owner: "o".into(), title: "温漂".into(), ..HeadDraft::default() };
    assert_eq!(begin("c", &named, "990100", demo).unwrap_err().code, "demo-name");
}

#[test]
fn the_problem() {
    refused(with_problem(|p| p.summary.clear()), "needed", "summary");
    refused(with_problem(|p| p.ip.clear()), "needed", "ip");
    refused(with_problem(|p| p.nda.clear()), "nda-needed", "nda");
    refused(with_problem(|p| p.segments.push("tea".into())), "segment-unknown", "segments");
    refused(with_problem(|p| p.segments = (0..11).map(|n| format!("ic/{n}")).collect()), "segments-many", "segments");
    let open = revised(with_problem(|p| {
        p.details.clear();
        p.nda.clear();
    }));
    assert!(open.unwrap().details.is_empty(), "nothing protected needs no agreement");
}

#[test]
fn the_money() {
    refused(with_money(|m| m.mode = "lottery".into()), "call-mode", "mode");
    refused(with_money(|m| m.budget_yuan.clear()), "budget-needed", "budget_yuan");
    refused(with_money(|m| m.budget_yuan = "0".into()), "budget-needed", "budget_yuan");
    for winners in ["1", "11", "", "两"] {
        refused(with_money(|m| m.winners_max = winners.into()), "number-range", "winners_max");
    }
    let one = revised(with_money(|m| {
        m.mode = "one".into();
        m.winners_max = "7".into();
    }));
    assert_eq!(one.unwrap().winners_max, 1, "one award is one");
}

#[test]
fn the_review() {
    refused(with_review(|r| r.criteria.clear()), "criteria-weights", "weight_1");
    refused(with_review(|r| r.criteria[2].weight = "39".into()), "criteria-weights", "weight_1");
    refused(with_review(|r| r.criteria[2].weight = "40.5".into()), "number-range", "weight_3");
    refused(
        with_review(|r| r.criteria = (0..9).map(|n| criterion(&n.to_string(), "10")).collect()),
        "criteria-weights",
        "weight_1",
    );
    refused(with_review(|r| r.choosing = "friends".into()), "choosing", "choosing");
    refused(with_review(|r| r.choosing = "capped".into()), "number-range", "pair_cap");
    for (field, wrong) in
        [("per_answer", "0"), ("load_max", "61"), ("apart", "101"), ("shortlist_max", "0"), ("notice_workdays", "31")]
    {
        refused(
            with_review(|r| {
                let place = match field {
                    "per_answer" => &mut r.per_answer,
                    "load_max" => &mut r.load_max,
                    "apart" => &mut r.apart,
                    "shortlist_max" => &mut r.shortlist_max,
                    _ => &mut r.notice_workdays,
                };
                *place = wrong.into();
            }),
            "number-range",
            field,
        );
    }
    let review = revised(with_review(|_| {})).unwrap().review;
    let codes: Vec<&str> = review.criteria.iter().map(|criterion| criterion.code.as_str()).collect();
    assert_eq!(codes, ["c1", "c2"], "a row without a name is none");
    assert_eq!(review.criteria.iter().map(|criterion| criterion.weight_bp).sum::<i64>(), 10_000);
}

fn criterion(name: &str, weight: &str) -> CriterionDraft {
    CriterionDraft { name: name.into(), name_en: String::new(), weight: weight.into() }
}

#[test]
fn what_is_missing_is_named_and_nothing_incomplete_is_posed() {
    let groups = |call: &Call| missing(call).iter().map(|gap| gap.group).collect::<Vec<_>>();
    assert_eq!(groups(&call()), ["problem", "money", "review"]);
    assert_eq!(pose(&call()).unwrap_err().code, "call-incomplete");
    let whole = Patch { problem: Some(problem()), money: Some(money()), review: Some(review()), ..Patch::default() };
    let whole = revised(whole).unwrap();
    assert!(groups(&whole).is_empty());
    pose(&whole).unwrap();
}

#[test]
fn what_has_been_posed_stands() {
    for state in CallState::ALL.iter().copied().filter(|state| *state != CallState::Draft) {
        let posed = Call { state, ..call() };
        assert_eq!(revise(&posed, &Patch::default(), &segment, by()).unwrap_err().code, "call-not-draft");
    }
}

#[test]
fn an_unnamed_owner_is_named_by_the_award() {
    let unnamed = Call { unnamed: true, ..call() };
    assert_eq!(unnamed.owner_open(), None);
    assert_eq!(Call { named_ms: Some(1), ..unnamed }.owner_open(), Some("owner"));
    assert_eq!(call().owner_open(), Some("owner"));
}
