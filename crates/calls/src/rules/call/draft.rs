//! Drafting: the groups of a call, each filled in by itself.

use super::{Call, CallState, Choosing, Criterion, Mode, Review};
use crate::rules::{By, WHOLE_BP, named_as_example, whole};
use kernel::input::{line, needed, yuan};
use kernel::limits::{ABSTRACT_CHARS_MAX, DETAIL_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Fen, Refusal};

/// Criteria of one call.
pub(crate) const CRITERIA_MAX: usize = 8;
/// Segments one call may name.
const SEGMENTS_MAX: usize = 10;
/// Characters of the reference to a choke point.
const CHOKE_POINT_CHARS_MAX: usize = 64;
/// Awards of one call.
const WINNERS_MAX: i64 = 10;
/// The longest public notice, in working days.
const NOTICE_WORKDAYS_MAX: i64 = 30;

/// Who poses what, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeadDraft {
    /// Id of the organisation that poses it; fixed once begun.
    pub owner: String,
    /// The owner stays unnamed until the award.
    pub unnamed: bool,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
}

/// The problem, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProblemDraft {
    /// What everybody reads, Chinese.
    pub summary: String,
    /// English; may be empty.
    pub summary_en: String,
    /// What only those read who have signed; may be empty.
    pub details: String,
    /// The non-disclosure agreement; needed where there are details.
    pub nda: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// A reference to a choke point; may be empty.
    pub choke_point: String,
    /// Who may answer; may be empty.
    pub eligibility: String,
    /// How intellectual property is shared.
    pub ip: String,
}

/// Awards and money, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoneyDraft {
    /// Code of a [`Mode`].
    pub mode: String,
    /// Awards at most.
    pub winners_max: String,
    /// All the money for awards, in yuan.
    pub budget_yuan: String,
}

/// One criterion, as typed; one without a name is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CriterionDraft {
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// Per cent.
    pub weight: String,
}

/// The review, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewDraft {
    /// Criteria.
    pub criteria: Vec<CriterionDraft>,
    /// Reviewers of each answer.
    pub per_answer: String,
    /// Answers of one reviewer at most.
    pub load_max: String,
    /// Code of a [`Choosing`].
    pub choosing: String,
    /// The cap on a pair's probability, per cent; only for [`Choosing::Capped`].
    pub pair_cap: String,
    /// Authors are hidden from reviewers.
    pub blind: bool,
    /// There are interviews.
    pub interview: bool,
    /// Points between scores that call a further reviewer.
    pub apart: String,
    /// Answers on the shortlist at most.
    pub shortlist_max: String,
    /// Working days of public notice.
    pub notice_workdays: String,
}

/// The groups that change; the others stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    /// Who poses what.
    pub head: Option<HeadDraft>,
    /// The problem.
    pub problem: Option<ProblemDraft>,
    /// Awards and money.
    pub money: Option<MoneyDraft>,
    /// The review.
    pub review: Option<ReviewDraft>,
}

/// Begins a draft. `office` is the code of the office that will vet it.
///
/// # Errors
/// The first field that breaks a rule.
pub fn begin(id: &str, head: &HeadDraft, office: &str, by: By<'_>) -> Result<Call, Refusal> {
    let empty = Call {
        id: id.to_owned(),
        number: String::new(),
        owner: head.owner.clone(),
        unnamed: false,
        office: office.to_owned(),
        title: String::new(),
        title_en: String::new(),
        summary: String::new(),
        summary_en: String::new(),
        details: String::new(),
        nda: String::new(),
        segments: Vec::new(),
        choke_point: String::new(),
        eligibility: String::new(),
        ip: String::new(),
        mode: Mode::One,
        winners_max: 1,
        budget: Fen::ZERO,
        review: Review::default(),
        state: CallState::Draft,
        version: 0,
        accord: None,
        committee: None,
        round: None,
        closes_ms: None,
        due_ms: None,
        due_provisional: false,
        reason: String::new(),
        posed_by: by.account.to_owned(),
        vetted_by: String::new(),
        opened_ms: None,
        named_ms: None,
        demo: by.demo,
        created_ms: by.now.ms(),
        updated_ms: by.now.ms(),
    };
    with_head(empty, head)
}

/// Changes some groups of a draft. `segment` knows the chain's segments.
///
/// # Errors
/// `call-not-draft`, or the first field that breaks a rule.
pub fn revise(old: &Call, patch: &Patch, segment: &dyn Fn(&str) -> bool, by: By<'_>) -> Result<Call, Refusal> {
    if old.state != CallState::Draft {
        return Err(Refusal::conflict(
            "call-not-draft",
            "榜单已提交，不能直接修改。如需修改，请由主管部门退回，或在发榜后办理变更。",
            "The call has been posed and cannot be changed. The office can send it back; after the release there are amendments.",
        ));
    }
    let mut next = Call { updated_ms: by.now.ms(), ..old.clone() };
    if let Some(head) = &patch.head {
        next = with_head(next, head)?;
    }
    if let Some(problem) = &patch.problem {
        next = with_problem(next, problem, segment)?;
    }
    if let Some(money) = &patch.money {
        next = with_money(next, money)?;
    }
    if let Some(review) = &patch.review {
        next = Call { review: with_review(review)?, ..next };
    }
    Ok(next)
}

fn with_head(old: Call, head: &HeadDraft) -> Result<Call, Refusal> {
    let title = needed(&head.title, TITLE_CHARS_MAX, "title")?;
    named_as_example(old.demo, &title, "title")?;
    let title_en = line(&head.title_en, TITLE_CHARS_MAX, "title_en")?;
    Ok(Call { unnamed: head.unnamed, title, title_en, ..old })
}

fn with_problem(old: Call, problem: &ProblemDraft, segment: &dyn Fn(&str) -> bool) -> Result<Call, Refusal> {
    let (details, nda) =
        (line(&problem.details, DETAIL_CHARS_MAX, "details")?, line(&problem.nda, DETAIL_CHARS_MAX, "nda")?);
    if !details.is_empty() && nda.is_empty() {
        return Err(Refusal::invalid(
            "nda-needed",
            "填写了保密内容，请同时填写揭榜方查阅前须签署的保密协议。",
            "There are protected details: add the non-disclosure agreement that answerers sign before they read them.",
        )
        .at("nda"));
    }
    if let Some(unknown) = problem.segments.iter().find(|id| !segment(id)) {
        return Err(Refusal::invalid(
            "segment-unknown",
            format!("没有“{unknown}”这一产业链环节，请从列表中选择。"),
            format!("There is no chain segment {unknown}; choose from the list."),
        )
        .at("segments"));
    }
    if problem.segments.len() > SEGMENTS_MAX {
        return Err(Refusal::invalid(
            "segments-many",
            format!("最多选择 {SEGMENTS_MAX} 个环节。"),
            format!("Choose at most {SEGMENTS_MAX} segments."),
        )
        .at("segments"));
    }
    Ok(Call {
        summary: needed(&problem.summary, ABSTRACT_CHARS_MAX, "summary")?,
        summary_en: line(&problem.summary_en, ABSTRACT_CHARS_MAX, "summary_en")?,
        segments: problem.segments.clone(),
        choke_point: line(&problem.choke_point, CHOKE_POINT_CHARS_MAX, "choke_point")?,
        eligibility: line(&problem.eligibility, ABSTRACT_CHARS_MAX, "eligibility")?,
        ip: needed(&problem.ip, ABSTRACT_CHARS_MAX, "ip")?,
        details,
        nda,
        ..old
    })
}

fn with_money(old: Call, money: &MoneyDraft) -> Result<Call, Refusal> {
    let mode = Mode::parse(money.mode.trim()).ok_or_else(|| {
        Refusal::invalid("call-mode", "请选择立项方式：单家、多家或赛马。", "Choose how many are awarded.").at("mode")
    })?;
    let winners_max = match mode {
        Mode::One => 1,
        Mode::Several | Mode::Race => whole(&money.winners_max, 2, WINNERS_MAX, "winners_max")?,
    };
    let budget = yuan(&money.budget_yuan, "budget_yuan")?.filter(|budget| *budget > Fen::ZERO).ok_or_else(|| {
        Refusal::invalid("budget-needed", "请填写榜单总金额（元）。", "Give the money there is for awards, in yuan.")
            .at("budget_yuan")
    })?;
    Ok(Call { mode, winners_max, budget, ..old })
}

fn with_review(draft: &ReviewDraft) -> Result<Review, Refusal> {
    let typed = draft.criteria.iter().enumerate().filter(|(_, criterion)| !criterion.name.trim().is_empty());
    let criteria =
        typed.enumerate().map(|(at, (row, typed))| criterion(at, row, typed)).collect::<Result<Vec<_>, Refusal>>()?;
    let sum: i64 = criteria.iter().map(|criterion| criterion.weight_bp).sum();
    if criteria.is_empty() || criteria.len() > CRITERIA_MAX || sum != WHOLE_BP {
        return Err(Refusal::invalid(
            "criteria-weights",
            format!("请填写 1 到 {CRITERIA_MAX} 项评审指标，权重合计须为 100%，现为 {}%。", percent(sum)),
            format!("Give 1 to {CRITERIA_MAX} criteria whose weights come to 100 %; now {} %.", percent(sum)),
        )
        .at("weight_1"));
    }
    let choosing = Choosing::parse(draft.choosing.trim()).ok_or_else(|| {
        Refusal::invalid(
            "choosing",
            "请选择评审专家的产生方式，默认随机抽取。",
            "Choose how reviewers come to answers; the default is by lot.",
        )
        .at("choosing")
    })?;
    let pair_cap_bp = match choosing {
        Choosing::Capped => whole(&draft.pair_cap, 1, 100, "pair_cap")? * 100,
        _ => Review::default().pair_cap_bp,
    };
    Ok(Review {
        criteria,
        per_answer: whole(&draft.per_answer, 1, 9, "per_answer")?,
        load_max: whole(&draft.load_max, 1, 60, "load_max")?,
        choosing: choosing.code().to_owned(),
        pair_cap_bp,
        blind: draft.blind,
        interview: draft.interview,
        apart_hundredths: whole(&draft.apart, 1, 100, "apart")? * 100,
        shortlist_max: whole(&draft.shortlist_max, 1, 50, "shortlist_max")?,
        notice_workdays: whole(&draft.notice_workdays, 1, NOTICE_WORKDAYS_MAX, "notice_workdays")?,
    })
}

/// One criterion; a refusal names the row in which it was typed.
fn criterion(at: usize, row: usize, typed: &CriterionDraft) -> Result<Criterion, Refusal> {
    let field = |name: &str| format!("{name}_{}", row + 1);
    Ok(Criterion {
        code: format!("c{}", at + 1),
        name: needed(&typed.name, TITLE_CHARS_MAX, "name").map_err(|refusal| refusal.at(field("name")))?,
        name_en: line(&typed.name_en, TITLE_CHARS_MAX, "name_en").map_err(|refusal| refusal.at(field("name_en")))?,
        weight_bp: whole(&typed.weight, 1, 100, "weight").map_err(|refusal| refusal.at(field("weight")))? * 100,
    })
}

fn percent(bp: i64) -> i64 {
    bp / 100
}

/// Something a call still lacks before it can be posed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The group it belongs to: `problem`, `money`, `review`.
    pub group: &'static str,
    /// Its name, Chinese.
    pub zh: &'static str,
    /// Its name, English.
    pub en: &'static str,
}

/// What is still missing.
pub fn missing(call: &Call) -> Vec<Gap> {
    let gap = |group, zh, en| Gap { group, zh, en };
    let gaps = [
        call.summary.is_empty().then(|| gap("problem", "难题说明", "the problem")),
        (call.budget == Fen::ZERO).then(|| gap("money", "立项方式和金额", "awards and money")),
        call.review.criteria.is_empty().then(|| gap("review", "评审办法", "the review")),
    ];
    gaps.into_iter().flatten().collect()
}

/// Whether it can be posed: nothing is missing.
///
/// # Errors
/// `call-incomplete`.
pub fn pose(call: &Call) -> Result<(), Refusal> {
    let gaps = missing(call);
    if gaps.is_empty() {
        return Ok(());
    }
    let zh: Vec<&str> = gaps.iter().map(|gap| gap.zh).collect();
    let en: Vec<&str> = gaps.iter().map(|gap| gap.en).collect();
    Err(Refusal::conflict(
        "call-incomplete",
        format!("还缺：{}。请补齐后再提交。", zh.join("、")),
        format!("Still missing: {}. Complete it before it is posed.", en.join(", ")),
    ))
}
