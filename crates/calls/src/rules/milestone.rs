//! Milestones (里程碑): reported by the lead with evidence, judged by the office, confirmed by the challenge owner; only
//! then their tranches are paid.

use super::objection::links;
use super::pledge::proportionally;
use super::{By, REASON_CHARS_MAX};
use kernel::input::{day, line, needed, yuan};
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Date, Fen, Instant, Refusal, codes};
use serde::{Deserialize, Serialize};

/// Files whose hashes a report may name.
pub const HASHES_MAX: usize = 20;

codes! {
    /// Where a milestone stands.
    MilestoneState {
        /// Its contract is not signed.
        Waiting = "waiting",
        /// The team works towards it.
        Open = "open",
        /// Reported; the office judges.
        Reported = "reported",
        /// Judged; the owner confirms.
        Judged = "judged",
        /// Accepted as a whole: its money is paid.
        Accepted = "accepted",
        /// Accepted in part: that part is paid, the rest went back to the sources.
        Partly = "partly",
        /// The award ended before it; its money went back to the sources.
        Ended = "ended",
    }
}

impl MilestoneState {
    /// Whether nothing happens to it any more.
    pub fn is_over(self) -> bool {
        matches!(self, MilestoneState::Accepted | MilestoneState::Partly | MilestoneState::Ended)
    }
}

codes! {
    /// What the office judges.
    Judgement {
        /// Everything is reached.
        Accept = "accept",
        /// A part is; the rest of the money goes back to the sources.
        Part = "part",
        /// Not yet: reported again by a new day.
        Refuse = "refuse",
    }
}

/// A file that a report names: it stays with the team, its hash makes it recognisable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHash {
    /// Its name.
    pub name: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// What a lead reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What is reached, against each indicator.
    pub text: String,
    /// Where evidence is.
    pub links: Vec<String>,
    /// Files.
    pub files: Vec<FileHash>,
    /// The report of a third party's test (第三方检测报告), as its number; may be empty.
    pub test: String,
}

/// What the office says of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Code of a [`Judgement`].
    pub judgement: String,
    /// How much is paid.
    pub amount: Fen,
    /// Why.
    pub reason: String,
    /// The new day, where it was refused.
    pub due_ms: Option<i64>,
    /// The account that judged.
    pub by: String,
    /// When.
    pub at_ms: i64,
}

/// A milestone of an award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// The award.
    pub award: String,
    /// Its number, from 1.
    pub ord: i64,
    /// The call.
    pub call: String,
    /// Its title.
    pub title: String,
    /// What shows that it is reached.
    pub indicators: String,
    /// Months after the contract.
    pub months: i64,
    /// Its money.
    pub amount: Fen,
    /// Last moment of its day; none before the contract.
    pub due_ms: Option<i64>,
    /// Where it stands.
    pub state: MilestoneState,
    /// What was reported last.
    pub report: Option<Report>,
    /// The account that reported; empty before.
    pub reported_by: String,
    /// When.
    pub reported_ms: Option<i64>,
    /// What the office says of it.
    pub opinion: Option<Opinion>,
    /// The account of the owner's that confirmed; empty before.
    pub confirmed_by: String,
    /// How often it was refused.
    pub refused: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

/// The last moment of the day that lies some months after a day; the month's last day where there is none of that number.
pub fn months_after(from: Date, months: i64) -> Instant {
    let count = i64::from(from.year()) * 12 + i64::from(from.month()) - 1 + months;
    let year = i32::try_from(count.div_euclid(12)).unwrap_or(from.year());
    let month = u8::try_from(count.rem_euclid(12) + 1).unwrap_or(1);
    let fitting = (1..=from.day()).rev().find_map(|day| Date::new(year, month, day).ok());
    last_moment(fitting.unwrap_or(from))
}

/// The last millisecond of a day.
pub fn last_moment(day: Date) -> Instant {
    day.plus_days(1).start().plus_ms(-1)
}

/// A report, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportDraft {
    /// What is reached.
    pub text: String,
    /// Links, one a line; may be empty.
    pub links: String,
    /// Files, one a line: SHA-256, a space, and the name, as `sha256sum` writes it; may be empty.
    pub files: String,
    /// The number of a third party's test report; may be empty.
    pub test: String,
}

fn stands(old: &Milestone, state: MilestoneState) -> Result<(), Refusal> {
    if old.state == state {
        return Ok(());
    }
    Err(Refusal::conflict(
        "milestone-step",
        "这个里程碑已进入其他环节。请刷新页面，查看现在可以办理的事项。",
        "The milestone has moved on. Load the page again to see what can be done now.",
    ))
}

/// The lead reports.
///
/// # Errors
/// `milestone-step`, `evidence-needed`, or the first field that breaks a rule.
pub fn report(old: &Milestone, draft: &ReportDraft, by: By<'_>) -> Result<Milestone, Refusal> {
    stands(old, MilestoneState::Open)?;
    let report = Report {
        text: needed(&draft.text, ABSTRACT_CHARS_MAX, "text")?,
        links: links(&draft.links, "links")?,
        files: files(&draft.files)?,
        test: line(&draft.test, TITLE_CHARS_MAX, "test")?,
    };
    if report.links.is_empty() && report.files.is_empty() {
        return Err(Refusal::invalid(
            "evidence-needed",
            "请提供至少一项证明材料：链接，或文件的 SHA-256 摘要。",
            "Name at least one piece of evidence: a link, or a file's SHA-256.",
        )
        .at("links"));
    }
    Ok(Milestone {
        state: MilestoneState::Reported,
        report: Some(report),
        reported_by: by.account.to_owned(),
        reported_ms: Some(by.now.ms()),
        opinion: None,
        updated_ms: by.now.ms(),
        ..old.clone()
    })
}

fn files(text: &str) -> Result<Vec<FileHash>, Refusal> {
    let wrong = || {
        Refusal::invalid(
            "file-hash",
            format!("每行一个文件：64 位 SHA-256 摘要、空格、文件名；最多 {HASHES_MAX} 个。"),
            format!("One file a line: 64 digits of SHA-256, a space, the name; {HASHES_MAX} at most."),
        )
        .at("files")
    };
    let read = |text: &str| {
        let (hash, name) = text.split_once(char::is_whitespace)?;
        let fits = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        let name = line(name.trim().trim_start_matches('*'), TITLE_CHARS_MAX, "files").ok()?;
        (fits && !name.is_empty()).then(|| FileHash { name, sha256: hash.to_ascii_lowercase() })
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let files = lines.map(|text| read(text).ok_or_else(wrong)).collect::<Result<Vec<_>, Refusal>>()?;
    if files.len() > HASHES_MAX { Err(wrong()) } else { Ok(files) }
}

/// The office's opinion, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpinionDraft {
    /// Code of a [`Judgement`].
    pub judgement: String,
    /// With [`Judgement::Part`]: how much is paid, in yuan.
    pub amount_yuan: String,
    /// Why.
    pub reason: String,
    /// With [`Judgement::Refuse`]: the new day.
    pub due: String,
}

/// The office judges. Nothing is paid before the owner confirms.
///
/// # Errors
/// `milestone-step`, `judgement`, `part-amount`, `due-past`, or the first field that breaks a rule.
pub fn judge(old: &Milestone, draft: &OpinionDraft, by: By<'_>) -> Result<Milestone, Refusal> {
    stands(old, MilestoneState::Reported)?;
    let judgement = Judgement::parse(draft.judgement.trim())
        .ok_or_else(|| Refusal::invalid("judgement", "请选择验收结论。", "Choose what you judge.").at("judgement"))?;
    let (amount, due_ms) = match judgement {
        Judgement::Accept => (old.amount, None),
        Judgement::Part => (part(old, &draft.amount_yuan)?, None),
        Judgement::Refuse => (Fen::ZERO, Some(new_day(&draft.due, by.now)?)),
    };
    let opinion = Opinion {
        judgement: judgement.code().to_owned(),
        amount,
        reason: needed(&draft.reason, REASON_CHARS_MAX, "reason")?,
        due_ms,
        by: by.account.to_owned(),
        at_ms: by.now.ms(),
    };
    let next = old.clone();
    Ok(Milestone { state: MilestoneState::Judged, opinion: Some(opinion), updated_ms: by.now.ms(), ..next })
}

fn part(old: &Milestone, text: &str) -> Result<Fen, Refusal> {
    let amount = yuan(text, "amount_yuan")?.filter(|amount| *amount > Fen::ZERO && *amount < old.amount);
    amount.ok_or_else(|| {
        Refusal::invalid(
            "part-amount",
            format!("部分通过的金额须大于零且小于 {} 元；全部通过或不通过请选择相应结论。", old.amount),
            format!(
                "A part is more than nothing and less than {} yuan; for all or nothing choose another judgement.",
                old.amount
            ),
        )
        .at("amount_yuan")
    })
}

fn new_day(text: &str, now: Instant) -> Result<i64, Refusal> {
    let due = last_moment(day(text, "due")?);
    if due > now {
        return Ok(due.ms());
    }
    Err(Refusal::invalid("due-past", "新的期限须在今天之后。", "The new day lies ahead.").at("due"))
}

/// The owner sends the office's opinion back: it judges again.
///
/// # Errors
/// `milestone-step`, or a text rule.
pub fn send_back(old: &Milestone, reason: &str, by: By<'_>) -> Result<(Milestone, String), Refusal> {
    stands(old, MilestoneState::Judged)?;
    let reason = needed(reason, REASON_CHARS_MAX, "reason")?;
    Ok((Milestone { state: MilestoneState::Reported, updated_ms: by.now.ms(), ..old.clone() }, reason))
}

/// The owner confirms what the office judged; gives how much is paid.
///
/// # Errors
/// `milestone-step`, `milestone-same-hand` for whoever judged it.
pub fn confirm(old: &Milestone, by: By<'_>) -> Result<(Milestone, Option<Fen>), Refusal> {
    stands(old, MilestoneState::Judged)?;
    let Some(opinion) = &old.opinion else { return Err(no_opinion()) };
    if opinion.by == by.account {
        return Err(Refusal::conflict(
            "milestone-same-hand",
            "验收结论须由出题方另一人确认，不能由作出结论的人确认。",
            "Another person confirms for the challenge owner, not the one who judged.",
        ));
    }
    let done = |state, paid| {
        let next = old.clone();
        (Milestone { state, confirmed_by: by.account.to_owned(), updated_ms: by.now.ms(), ..next }, paid)
    };
    Ok(match Judgement::parse(&opinion.judgement) {
        Some(Judgement::Accept) => done(MilestoneState::Accepted, Some(opinion.amount)),
        Some(Judgement::Part) => done(MilestoneState::Partly, Some(opinion.amount)),
        Some(Judgement::Refuse) => {
            let (next, _) = done(MilestoneState::Open, None);
            (Milestone { due_ms: opinion.due_ms, refused: old.refused + 1, ..next }, None)
        }
        None => return Err(no_opinion()),
    })
}

fn no_opinion() -> Refusal {
    Refusal::conflict("judgement", "还没有验收结论。", "Nothing has been judged yet.")
}

/// What each source pays of an amount, in proportion to its tranche, to the fen.
///
/// # Errors
/// `part-amount` when it is more than the tranches hold.
pub fn paid(amount: Fen, tranches: &[Fen]) -> Result<Vec<Fen>, Refusal> {
    let over = || {
        Refusal::invalid(
            "part-amount",
            "金额超过各方已冻结的资金。请调低。",
            "That is more than the sources hold. Lower it.",
        )
        .at("amount_yuan")
    };
    let held: Vec<i64> = tranches.iter().map(|fen| fen.get()).collect();
    let parts = proportionally(amount.get(), &held).ok_or_else(over)?;
    parts.into_iter().map(|part| Fen::new(part).map_err(|_| over())).collect()
}
