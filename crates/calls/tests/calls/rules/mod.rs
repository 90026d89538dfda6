//! Rules by tables and properties.

mod amendment;
mod answer;
mod award;
mod check;
mod contract;
mod draft;
mod objection;
mod pledge;
mod publication;
mod review;
mod steps;

use calls::rules::By;
use calls::rules::call::{Call, CriterionDraft, HeadDraft, MoneyDraft, ProblemDraft, ReviewDraft, begin};
use kernel::{Date, Instant};

/// Somebody, on a Monday.
pub fn by() -> By<'static> {
    let now: Instant = Date::new(2026, 3, 16).expect("a day").start();
    By { account: "someone", name: "某人", demo: false, now }
}

/// A draft with a head and nothing else.
pub fn call() -> Call {
    let head = HeadDraft { owner: "owner".into(), title: "温漂补偿".into(), ..HeadDraft::default() };
    begin("c", &head, "990100", by()).expect("it begins")
}

/// A problem that is in order.
pub fn problem() -> ProblemDraft {
    ProblemDraft {
        summary: "全温区温漂不超过万分之二。".into(),
        details: "版图。".into(),
        nda: "保密五年。".into(),
        segments: vec!["ic/sensor".into()],
        ip: "共有。".into(),
        ..ProblemDraft::default()
    }
}

/// Two awards of a million.
pub fn money() -> MoneyDraft {
    MoneyDraft { mode: "several".into(), winners_max: "2".into(), budget_yuan: "1000000".into() }
}

/// Two criteria with an empty row between them.
pub fn review() -> ReviewDraft {
    let criterion =
        |name: &str, weight: &str| CriterionDraft { name: name.into(), name_en: String::new(), weight: weight.into() };
    ReviewDraft {
        criteria: vec![criterion("路线", "60"), criterion("", ""), criterion("团队", "40")],
        per_answer: "3".into(),
        load_max: "8".into(),
        choosing: "draw".into(),
        pair_cap: String::new(),
        blind: true,
        interview: false,
        apart: "20".into(),
        shortlist_max: "3".into(),
        notice_workdays: "5".into(),
    }
}
