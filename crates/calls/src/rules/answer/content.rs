//! What is in an envelope: the texts of the form, read strictly.

use super::{Fault, Member, Paper, Stage};
use crate::rules::WHOLE_BP;
use crate::rules::call::Call;
use kernel::input::{line, needed, yuan};
use kernel::limits::{ABSTRACT_CHARS_MAX, DETAIL_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Adcode, Fen, Uscc, codes};
use std::collections::BTreeMap;
use std::fmt;

/// Members of one team.
pub const MEMBERS_MAX: usize = 6;
/// Milestones of one answer.
pub const STAGES_MAX: usize = 6;
/// Characters of what a member does.
pub const TASK_CHARS_MAX: usize = 500;
/// Characters of what shows that a milestone is reached.
pub const INDICATOR_CHARS_MAX: usize = ABSTRACT_CHARS_MAX;
/// The last milestone is at most so many months after the contract.
pub const MONTHS_MAX: i64 = 120;

codes! {
    /// Why nothing of an envelope can be taken over.
    UnreadCode {
        /// There is no title, or it is too long.
        Title = "title",
        /// There is no summary, or it is too long.
        Summary = "summary",
        /// There is no plan, or it is too long.
        Plan = "plan",
        /// The total is no amount.
        Total = "total",
        /// There is no member.
        Members = "members",
        /// A member has no name, or it is too long.
        MemberName = "member-name",
        /// What stands for a member's unified social credit code is none.
        MemberUscc = "member-uscc",
        /// What stands for a member's city is no code.
        MemberCity = "member-city",
        /// A member's share is no percentage.
        MemberShare = "member-share",
        /// What a member does is too long.
        MemberTask = "member-task",
        /// There is no milestone.
        Stages = "stages",
        /// A milestone has no title, or it is too long.
        StageTitle = "stage-title",
        /// A milestone has no indicators, or they are too long.
        StageIndicators = "stage-indicators",
        /// The months of a milestone are no number within bounds.
        StageMonths = "stage-months",
        /// The amount of a milestone is none.
        StageAmount = "stage-amount",
    }
}

/// Why nothing of an envelope can be taken over, and of which member or milestone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// Why.
    pub code: UnreadCode,
    /// Which member or milestone, from 1; none where it is about the whole.
    pub place: Option<usize>,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(place) => write!(f, "{}:{place}", self.code.code()),
            None => f.write_str(self.code.code()),
        }
    }
}

/// What could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Chinese title.
    pub title: String,
    /// What it proposes, in short.
    pub summary: String,
    /// The plan.
    pub plan: String,
    /// The money it asks for.
    pub total: Fen,
    /// The team; nobody is known to the registry yet.
    pub members: Vec<Member>,
    /// Its milestones.
    pub stages: Vec<Stage>,
    /// Its documents.
    pub papers: Vec<Paper>,
    /// It held something that the form does not ask.
    pub extra: bool,
}

/// What the form asks of a member, as its names end.
const MEMBER_FIELDS: [&str; 5] = ["name", "uscc", "city", "share", "task"];
/// What it asks of a milestone.
const STAGE_FIELDS: [&str; 4] = ["title", "indicators", "months", "yuan"];
/// What it asks of the whole.
const FIELDS: [&str; 4] = ["title", "summary", "plan", "total_yuan"];

struct Form<'a>(&'a BTreeMap<String, String>);

impl Form<'_> {
    fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    fn part(&self, group: &str, place: usize, field: &str) -> &str {
        self.text(&format!("{group}_{place}_{field}"))
    }

    /// Places of a group in which anything was written.
    fn places(&self, group: &str, max: usize, fields: &[&str]) -> Vec<usize> {
        (1..=max).filter(|place| fields.iter().any(|field| !self.part(group, *place, field).is_empty())).collect()
    }

    fn knows(name: &str) -> bool {
        let of = |group: &str, max: usize, fields: &[&str]| {
            let rest = name.strip_prefix(group).and_then(|rest| rest.strip_prefix('_'));
            let parts = rest.and_then(|rest| rest.split_once('_'));
            parts.is_some_and(|(place, field)| {
                fields.contains(&field) && (1..=max).any(|known| known.to_string() == place)
            })
        };
        FIELDS.contains(&name) || of("member", MEMBERS_MAX, &MEMBER_FIELDS) || of("stage", STAGES_MAX, &STAGE_FIELDS)
    }
}

/// Reads the texts of an envelope, and takes its documents over.
///
/// Names: `title`, `summary`, `plan`, `total_yuan`; `member_1_name`, `…_uscc`, `…_city`, `…_share` (per cent), `…_task` for
/// up to [`MEMBERS_MAX`]; `stage_1_title`, `…_indicators`, `…_months`, `…_yuan` for up to [`STAGES_MAX`].
///
/// # Errors
/// The first thing that cannot be read.
pub fn read(fields: &BTreeMap<String, String>, papers: Vec<Paper>) -> Result<Content, Unread> {
    let form = Form(fields);
    let whole = |code: UnreadCode| Unread { code, place: None };
    let text = |name: &'static str, max: usize, code| needed(form.text(name), max, name).map_err(|_| whole(code));
    let members = form.places("member", MEMBERS_MAX, &MEMBER_FIELDS);
    let stages = form.places("stage", STAGES_MAX, &STAGE_FIELDS);
    let content = Content {
        title: text("title", TITLE_CHARS_MAX, UnreadCode::Title)?,
        summary: text("summary", ABSTRACT_CHARS_MAX, UnreadCode::Summary)?,
        plan: text("plan", DETAIL_CHARS_MAX, UnreadCode::Plan)?,
        total: amount(form.text("total_yuan")).ok_or(whole(UnreadCode::Total))?,
        members: members.into_iter().map(|place| member(&form, place)).collect::<Result<_, _>>()?,
        stages: stages.into_iter().map(|place| stage(&form, place)).collect::<Result<_, _>>()?,
        papers,
        extra: fields.iter().any(|(name, text)| !Form::knows(name) && !text.trim().is_empty()),
    };
    if content.members.is_empty() {
        return Err(whole(UnreadCode::Members));
    }
    if content.stages.is_empty() {
        return Err(whole(UnreadCode::Stages));
    }
    Ok(content)
}

fn amount(text: &str) -> Option<Fen> {
    yuan(text, "amount").ok().flatten().filter(|amount| *amount > Fen::ZERO)
}

/// A percentage with at most two decimals, in basis points.
fn share(text: &str) -> Option<i64> {
    let text = text.trim_end_matches(['%', '％']).trim();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str, max: usize| text.len() <= max && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole, 3) || !digits(part, 2) {
        return None;
    }
    let bp = whole.parse::<i64>().ok()? * 100 + format!("{part:0<2}").parse::<i64>().ok()?;
    (1..=WHOLE_BP).contains(&bp).then_some(bp)
}

fn member(form: &Form<'_>, place: usize) -> Result<Member, Unread> {
    let no = |code: UnreadCode| Unread { code, place: Some(place) };
    let text = |field: &str| form.part("member", place, field);
    let uscc = match text("uscc") {
        "" => String::new(),
        code => Uscc::parse(code).map_err(|_| no(UnreadCode::MemberUscc))?.0.as_str().to_owned(),
    };
    let city = match text("city") {
        "" => None,
        code => Some(Adcode::parse(code).map_err(|_| no(UnreadCode::MemberCity))?),
    };
    Ok(Member {
        name: needed(text("name"), TITLE_CHARS_MAX, "name").map_err(|_| no(UnreadCode::MemberName))?,
        uscc,
        organisation: None,
        city,
        share_bp: share(text("share")).ok_or(no(UnreadCode::MemberShare))?,
        task: line(text("task"), TASK_CHARS_MAX, "task").map_err(|_| no(UnreadCode::MemberTask))?,
    })
}

fn stage(form: &Form<'_>, place: usize) -> Result<Stage, Unread> {
    let no = |code: UnreadCode| Unread { code, place: Some(place) };
    let text = |field: &str| form.part("stage", place, field);
    let months = text("months").parse::<i64>().ok().filter(|months| (1..=MONTHS_MAX).contains(months));
    let indicators = needed(text("indicators"), INDICATOR_CHARS_MAX, "indicators");
    Ok(Stage {
        title: needed(text("title"), TITLE_CHARS_MAX, "title").map_err(|_| no(UnreadCode::StageTitle))?,
        indicators: indicators.map_err(|_| no(UnreadCode::StageIndicators))?,
        months: months.ok_or(no(UnreadCode::StageMonths))?,
        amount: amount(text("yuan")).ok_or(no(UnreadCode::StageAmount))?,
    })
}

/// Who sent an envelope: its id in the registry and its unified social credit code, which may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lead {
    /// Its id.
    pub organisation: String,
    /// Its code.
    pub uscc: String,
}

/// What is not in order about a content. Its members are linked to the registry already.
pub fn faults(content: &Content, sender: &Lead, call: &Call) -> Vec<Fault> {
    let shares: i64 = content.members.iter().map(|member| member.share_bp).sum();
    let stages = content.stages.iter().try_fold(Fen::ZERO, |sum, stage| sum.plus(stage.amount));
    let first = content.members.first();
    let leads = first.is_some_and(|lead| match lead.organisation.as_deref() {
        Some(id) => id == sender.organisation,
        // Without a code on one side nothing contradicts the sender's word.
        None => lead.uscc.is_empty() || sender.uscc.is_empty() || lead.uscc == sender.uscc,
    });
    let own = sender.organisation == call.owner
        || content.members.iter().any(|member| member.organisation.as_ref() == Some(&call.owner));
    let mut codes: Vec<&str> = content.members.iter().map(|member| member.uscc.as_str()).collect();
    codes.retain(|code| !code.is_empty());
    codes.sort_unstable();
    let twice = codes.windows(2).any(|pair| matches!(pair, [one, other] if one == other));
    let found = [
        (shares != WHOLE_BP, Fault::Shares),
        (stages != Ok(content.total), Fault::Stages),
        (content.total > call.budget, Fault::Budget),
        (!leads, Fault::Lead),
        (own, Fault::Own),
        (twice, Fault::Twice),
        (content.extra, Fault::Extra),
    ];
    found.into_iter().filter(|(wrong, _)| *wrong).map(|(_, fault)| fault).collect()
}
