//! The plan with its money, and the call itself.

use super::{Facts, Known, Next, status};
use crate::rules::amendment::Amendment as Amended;
use crate::rules::call::{CallState, Criterion, Mode};
use crate::rules::objection::{ObjectionState, Verdict};
use crate::rules::pledge::{Condition, Pledge};
use disclosure::{
    Amendment, AwardCriteria, Budget, Category, Document, DocumentType, Json, Method, Period, Planning, Share,
    SubmissionMethod, Tender,
};
use kernel::{Fen, Instant, Refusal, Text};

/// What the procedure is called at home.
const METHOD: &str = "揭榜挂帅";

fn at(ms: Option<i64>) -> Option<Instant> {
    ms.map(Instant::from_ms)
}

/// Why there is a call, and the money that is set aside for it.
pub fn planning(facts: &Facts) -> Result<Planning, Refusal> {
    let sum = facts.funders.iter().try_fold(Fen::ZERO, |sum, funder| sum.plus(funder.pledge.cap)).map_err(|_| {
        Refusal::invalid("amount-large", "各方出资合计过大。", "The pledges come to more than can be held.")
    })?;
    let mut budget = Budget {
        id: facts.number.clone(),
        description: conditions(facts),
        project: Text::new(&facts.call.title, &facts.call.title_en),
        project_id: facts.number.clone(),
        amount: (sum > Fen::ZERO).then_some(sum),
        ..Budget::default()
    };
    // The split among parties can only be told where every funder may be named; until then words say it.
    if facts.funders.iter().all(|funder| funder.body.is_some()) {
        budget.shares =
            facts.funders.iter().filter_map(|funder| share(&funder.pledge, &funder.body.as_ref()?.id)).collect();
    }
    Ok(Planning {
        rationale: Text::new(&facts.call.summary, &facts.call.summary_en),
        budget: Some(budget),
        ..Planning::default()
    })
}

fn share(pledge: &Pledge, funder: &str) -> Option<Share> {
    let description = condition(pledge).0;
    Some(Share {
        id: format!("S-{}", pledge.code),
        funder: funder.to_owned(),
        amount: pledge.cap,
        description,
        period: None,
    })
}

/// On which condition a funder gives, in words.
fn condition(pledge: &Pledge) -> (String, String) {
    match pledge.condition {
        Condition::None => ("无条件".to_owned(), "without a condition".to_owned()),
        Condition::Local => {
            ("仅用于牵头单位在本市的立项".to_owned(), "only for winners that sit in its city".to_owned())
        }
        Condition::Matched => {
            let ratio = Fen::new(pledge.ratio_hundredths).unwrap_or_default();
            (format!("按出题方出资 1 : {ratio} 配套"), format!("1 : {ratio} to the money of the challenge owner"))
        }
    }
}

/// Who gives how much at most and on which condition. An owner who is unnamed gives as the challenge owner.
fn conditions(facts: &Facts) -> Text {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for funder in &facts.funders {
        let (name_zh, name_en) = match &funder.body {
            Some(body) => {
                (body.name.zh.as_str(), if body.name.en.is_empty() { &body.name.zh } else { &body.name.en }.as_str())
            }
            None => ("出题方（立项前不公开名称）", "the challenge owner (unnamed until the award)"),
        };
        let (how_zh, how_en) = condition(&funder.pledge);
        zh.push(format!("{name_zh}不超过 {} 元，{how_zh}", funder.pledge.cap));
        en.push(format!("{name_en}: up to CNY {}, {how_en}", funder.pledge.cap));
    }
    if zh.is_empty() {
        return Text::default();
    }
    Text::new(format!("出资承诺：{}。", zh.join("；")), format!("Pledges: {}.", en.join("; ")))
}

/// The call.
pub fn tender(facts: &Facts, known: &Known, next: Next<'_>) -> Tender {
    let call = &facts.call;
    let period = Period { start: at(call.opened_ms), end: at(call.closes_ms) };
    Tender {
        id: facts.number.clone(),
        title: Text::new(&call.title, &call.title_en),
        description: Text::new(&call.summary, &call.summary_en),
        status: Some(status(call.state)),
        procuring_entity: Some(facts.office.id.clone()),
        value: Some(call.budget),
        method: Some(Method::Open),
        method_details: METHOD.to_owned(),
        category: Some(Category::Services),
        award_criteria: Some(AwardCriteria::RatedCriteria),
        award_criteria_details: criteria(&call.review.criteria, call.mode, call.winners_max),
        submission_methods: vec![SubmissionMethod::ElectronicSubmission],
        submission_details: Text::new(
            "在线密封提交；截止前任何人都不能打开，截止后由开启委员会开启。",
            "Sealed online: nobody can read an answer before the deadline, and a committee opens them after it.",
        ),
        period: Some(period),
        enquiry_period: Some(period),
        has_enquiries: Some(facts.answered.is_some()),
        eligibility: Text::new(&call.eligibility, ""),
        award_period: Some(Period { start: period.end, end: None }),
        tenderers_count: facts.answers,
        documents: documents(facts),
        amendments: facts.amendments.iter().map(|one| amendment(one, known, next)).collect(),
        ..Tender::default()
    }
}

fn criteria(criteria: &[Criterion], mode: Mode, winners: i64) -> Text {
    let zh: Vec<String> = criteria.iter().map(|one| format!("{} {}%", one.name, one.weight_bp / 100)).collect();
    let name = |one: &Criterion| if one.name_en.is_empty() { one.name.clone() } else { one.name_en.clone() };
    let en: Vec<String> = criteria.iter().map(|one| format!("{} {} %", name(one), one.weight_bp / 100)).collect();
    let (how_zh, how_en) = match mode {
        Mode::One => ("立项 1 项".to_owned(), "one award".to_owned()),
        Mode::Several => (format!("最多立项 {winners} 项"), format!("at most {winners} awards")),
        Mode::Race => (
            format!("赛马制，最多立项 {winners} 项，落后者在里程碑处淘汰"),
            format!("a race of at most {winners} awards: those that fall behind are out at their milestones"),
        ),
    };
    Text::new(
        format!("{}；{how_zh}。出题方在入围名单内选择。", zh.join("，")),
        format!("{}; {how_en}. The challenge owner chooses within the shortlist.", en.join(", ")),
    )
}

/// A page of this house as a document.
pub fn page(id: &str, kind: DocumentType, title: Text, url: String, published: Option<Instant>) -> Document {
    Document {
        id: id.to_owned(),
        kind: Some(kind),
        title,
        url,
        published,
        format: "text/html".to_owned(),
        language: "zh".to_owned(),
        ..Document::default()
    }
}

fn documents(facts: &Facts) -> Vec<Document> {
    let call = &facts.call;
    let notice =
        page("notice", DocumentType::TenderNotice, Text::new("榜单", "The call"), facts.page(""), at(call.opened_ms));
    let mut documents = vec![notice];
    if let Some((first, last)) = facts.answered {
        let title = Text::new("问题与答复", "Questions and answers");
        let page = page("questions", DocumentType::Clarifications, title, facts.page("/questions"), Some(first));
        documents.push(Document { modified: (last != first).then_some(last), ..page });
    }
    if call.state == CallState::NoAward && !call.reason.is_empty() {
        documents.push(Document {
            id: format!("no-award-{}", call.version),
            kind: Some(DocumentType::CancellationDetails),
            title: Text::new("未立项说明", "Why nobody was awarded"),
            description: Text::new(&call.reason, ""),
            language: "zh".to_owned(),
            ..Document::default()
        });
    }
    documents.extend(facts.objections.iter().filter_map(|one| {
        let (zh, en) = verdict(one.state, one.verdict)?;
        Some(Document {
            id: format!("objection-{}", one.ord),
            kind: Some(DocumentType::Complaints),
            title: Text::new(format!("异议 {}", one.ord), format!("Objection {}", one.ord)),
            description: Text::new(zh, en),
            url: facts.page("/objections"),
            published: at(Some(one.updated_ms)),
            language: "zh".to_owned(),
            ..Document::default()
        })
    }));
    documents
}

/// What became of an objection; none while it is judged. Its words and who filed it stay inside.
fn verdict(state: ObjectionState, verdict: Option<Verdict>) -> Option<(&'static str, &'static str)> {
    if state != ObjectionState::Decided {
        return None;
    }
    Some(match verdict? {
        Verdict::Dismiss => ("异议不成立，立项不变。", "Not upheld; the award stands."),
        Verdict::Reselect => ("异议成立，重新遴选。", "Upheld; the owner chooses again."),
        Verdict::Rereview => ("异议成立，重新评审。", "Upheld; experts review again."),
        Verdict::NoAward => ("异议成立，不立项。", "Upheld; no award comes of this call."),
    })
}

/// An amendment keeps the releases that it was published between.
fn amendment(amended: &Amended, known: &Known, next: Next<'_>) -> Amendment {
    let id = format!("M-{}", amended.version);
    let published = known.compiled.as_ref().and_then(|compiled| compiled.at("/tender/amendments"));
    let text = |one: &Json, key: &str| one.at(key).and_then(Json::as_text).unwrap_or_default().to_owned();
    let before = published.into_iter().flat_map(Json::items).find(|one| text(one, "/id") == id);
    let (amends_release, release) = match before {
        Some(before) => (text(before, "/amendsReleaseID"), text(before, "/releaseID")),
        None => (known.last.clone(), if known.last.is_empty() { String::new() } else { next.id.to_owned() }),
    };
    Amendment {
        id,
        date: at(Some(amended.at_ms)),
        rationale: Text::new(&amended.notice, ""),
        description: changes(amended),
        amends_release,
        release,
    }
}

/// What changed, by name; of what is protected everybody knows that it changed and nothing else.
fn changes(amended: &Amended) -> String {
    let name = |field: &str| match field {
        "summary" | "summary_en" => "难题说明",
        "details" => "保密内容",
        "nda" => "保密协议",
        "eligibility" => "揭榜条件",
        "ip" => "知识产权约定",
        "closes_ms" => "截止时间",
        _ => "其他内容",
    };
    let mut names: Vec<&str> = Vec::new();
    for change in &amended.changes {
        let name = name(&change.field);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    format!("变更：{}。", names.join("、"))
}
