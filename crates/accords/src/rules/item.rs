//! Items of an action plan (行动计划事项): one city leads, others take part, with a target and a deadline.
//!
//! The cities report; the joint office says that an item is done or drops it with a reason. Whether it is late is read
//! from the clock.

use super::meeting::{Members, city};
use super::{deadline_past, named_as_example};
use kernel::input::{day, line, needed};
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Adcode, By, Date, Refusal, codes};

/// Reports of one item.
pub const REPORTS_MAX: usize = 500;
/// Characters of the target.
pub const TARGET_CHARS_MAX: usize = 300;
/// Characters of a reason.
pub const REASON_CHARS_MAX: usize = 1_000;

codes! {
    /// Where an item stands.
    ItemState {
        /// Under way.
        Open = "open",
        /// The joint office has found it done.
        Done = "done",
        /// Given up, with a reason.
        Dropped = "dropped",
    }
}

/// Where an item comes from: a meeting, perhaps one of its resolutions, or a joint act.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The meeting.
    pub meeting: Option<String>,
    /// The resolution of that meeting.
    pub resolution: Option<String>,
    /// The joint act.
    pub accord: Option<String>,
}

/// An item of an action plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionItem {
    /// Opaque id.
    pub id: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What shows that it is reached, Chinese.
    pub target: String,
    /// What shows that it is reached, English; may be empty.
    pub target_en: String,
    /// The city that leads.
    pub lead: Adcode,
    /// The cities that take part.
    pub partners: Vec<Adcode>,
    /// Last day.
    pub deadline: Date,
    /// Where it stands.
    pub state: ItemState,
    /// Percent as last reported; 0 before the first report.
    pub percent: i64,
    /// What the joint office said when it closed it; may be empty.
    pub remark: String,
    /// When it was closed.
    pub closed_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
    /// When it was entered.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

impl ActionItem {
    /// Whether a city leads it or takes part.
    pub fn concerns(&self, city: Adcode) -> bool {
        self.lead == city || self.partners.contains(&city)
    }

    /// Whether it is under way after its last day.
    pub fn late_at(&self, today: Date) -> bool {
        self.state == ItemState::Open && self.deadline < today
    }
}

/// An item as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemDraft {
    /// Id of the meeting; may be empty.
    pub meeting: String,
    /// Id of the resolution; may be empty.
    pub resolution: String,
    /// Id of the joint act; may be empty.
    pub accord: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What shows that it is reached, Chinese.
    pub target: String,
    /// What shows that it is reached, English; may be empty.
    pub target_en: String,
    /// Code of the city that leads.
    pub lead: String,
    /// Codes of the cities that take part.
    pub partners: Vec<String>,
    /// Last day.
    pub deadline: String,
}

/// Enters an item.
///
/// # Errors
/// `item-origin`, `item-lead`, `city-not-member`, `deadline-past`, or a text rule.
pub fn begin(id: &str, draft: &ItemDraft, members: Members<'_>, by: By<'_>) -> Result<ActionItem, Refusal> {
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let origin =
        Origin { meeting: some(&draft.meeting), resolution: some(&draft.resolution), accord: some(&draft.accord) };
    if origin.meeting.is_none() && origin.accord.is_none() {
        return Err(Refusal::invalid(
            "item-origin",
            "请写明事项出自哪次会议或哪份共同决定。",
            "Say which meeting or which joint act the item comes from.",
        )
        .at("meeting"));
    }
    let title = needed(&draft.title, TITLE_CHARS_MAX, "title")?;
    named_as_example(by.demo, &title)?;
    if draft.lead.trim().is_empty() {
        return Err(Refusal::invalid("item-lead", "请选择牵头城市。", "Choose the city that leads.").at("lead"));
    }
    let lead = city(&draft.lead, members, "lead")?;
    let mut partners = Vec::new();
    for code in &draft.partners {
        let partner = city(code, members, "partners")?;
        // Whoever leads takes part anyway.
        if partner != lead && !partners.contains(&partner) {
            partners.push(partner);
        }
    }
    let deadline = day(&draft.deadline, "deadline")?;
    if deadline <= by.today() {
        return Err(deadline_past("deadline"));
    }
    Ok(ActionItem {
        id: id.to_owned(),
        origin,
        title,
        title_en: line(&draft.title_en, TITLE_CHARS_MAX, "title_en")?,
        target: needed(&draft.target, TARGET_CHARS_MAX, "target")?,
        target_en: line(&draft.target_en, TARGET_CHARS_MAX, "target_en")?,
        lead,
        partners,
        deadline,
        state: ItemState::Open,
        percent: 0,
        remark: String::new(),
        closed_ms: None,
        demo: by.demo,
        created_ms: by.now.ms(),
        updated_ms: by.now.ms(),
    })
}

/// What a city reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Opaque id.
    pub id: String,
    /// The item.
    pub item: String,
    /// The city that reports.
    pub city: Adcode,
    /// The day it speaks of.
    pub day: Date,
    /// How far the item has come, 0 to 100.
    pub percent: i64,
    /// What was done.
    pub text: String,
    /// The account that reported.
    pub by: String,
    /// Its name at that time.
    pub by_name: String,
    /// When.
    pub at_ms: i64,
}

/// A report as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportDraft {
    /// Code of the city that reports.
    pub city: String,
    /// The day it speaks of; today if left empty.
    pub day: String,
    /// A whole number from 0 to 100.
    pub percent: String,
    /// What was done.
    pub text: String,
}

/// A city reports; gives the report and the item as it stands then. `last` is the newest day reported so far.
///
/// # Errors
/// `item-closed`, `item-city`, `percent-shape`, `report-ahead`, `report-order`, or a text rule.
pub fn report(
    id: &str,
    item: &ActionItem,
    last: Option<Date>,
    draft: &ReportDraft,
    by: By<'_>,
) -> Result<(Report, ActionItem), Refusal> {
    open(item)?;
    let city = concerned(item, &draft.city)?;
    let today = by.today();
    let day = if draft.day.trim().is_empty() { today } else { day(&draft.day, "day")? };
    if day > today {
        return Err(Refusal::invalid(
            "report-ahead",
            "日期不能晚于今天，请填写已经发生的进展。",
            "The day lies in the future; report what has happened.",
        )
        .at("day"));
    }
    if last.is_some_and(|last| day < last) {
        return Err(Refusal::invalid(
            "report-order",
            "日期早于最近一次进展，请按时间顺序填报。",
            "The day is before the newest report; report in order of time.",
        )
        .at("day"));
    }
    let report = Report {
        id: id.to_owned(),
        item: item.id.clone(),
        city,
        day,
        percent: percent(&draft.percent)?,
        text: needed(&draft.text, ABSTRACT_CHARS_MAX, "text")?,
        by: by.account.to_owned(),
        by_name: by.name.to_owned(),
        at_ms: by.now.ms(),
    };
    let next = ActionItem { percent: report.percent, updated_ms: by.now.ms(), ..item.clone() };
    Ok((report, next))
}

/// A city that leads the item or takes part in it.
pub(super) fn concerned(item: &ActionItem, code: &str) -> Result<Adcode, Refusal> {
    Adcode::parse(code.trim()).ok().filter(|city| item.concerns(*city)).ok_or_else(|| {
        Refusal::invalid(
            "item-city",
            "请选择本事项的牵头或参与城市。",
            "Choose the city that leads this item or one that takes part.",
        )
        .at("city")
    })
}

fn percent(text: &str) -> Result<i64, Refusal> {
    let plain = text.trim().trim_end_matches(['%', '％']);
    let digits = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
    plain.parse::<i64>().ok().filter(|percent| digits && (0..=100).contains(percent)).ok_or_else(|| {
        Refusal::invalid("percent-shape", "进度为 0 至 100 的整数。", "Progress is a whole number from 0 to 100.")
            .at("percent")
    })
}

/// An item under way.
pub(super) fn open(item: &ActionItem) -> Result<(), Refusal> {
    if item.state == ItemState::Open {
        return Ok(());
    }
    Err(Refusal::conflict(
        "item-closed",
        "事项已办结或已撤销，不能再填报或督办。",
        "The item is done or dropped; nothing is reported or supervised any more.",
    ))
}

/// What the joint office says at the end, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CloseCommand {
    /// `done` or `dropped`.
    pub outcome: String,
    /// Why it was dropped, or what was found; needed to drop it.
    pub remark: String,
}

/// The joint office closes an item. `supervised` says whether a supervision of it is still running.
///
/// # Errors
/// `item-closed`, `item-supervised`, `item-outcome`, `item-short`, `reason-needed`, or a text rule.
pub fn close(item: &ActionItem, supervised: bool, command: &CloseCommand, by: By<'_>) -> Result<ActionItem, Refusal> {
    open(item)?;
    if supervised {
        return Err(Refusal::conflict(
            "item-supervised",
            "事项还有未办结的督办，请先办结督办。",
            "A supervision of this item is still running; close that first.",
        ));
    }
    let state = ItemState::parse(&command.outcome).filter(|state| *state != ItemState::Open).ok_or_else(|| {
        Refusal::invalid("item-outcome", "请选择办结或撤销。", "Say whether it is done or dropped.").at("outcome")
    })?;
    let remark = line(&command.remark, REASON_CHARS_MAX, "remark")?;
    if state == ItemState::Dropped && remark.is_empty() {
        return Err(Refusal::invalid(
            "reason-needed",
            "撤销事项须写明理由，会随事项公布。",
            "To drop an item, say why; the reason is published with it.",
        )
        .at("remark"));
    }
    if state == ItemState::Done && item.percent < 100 {
        return Err(Refusal::conflict(
            "item-short",
            format!("最近填报的进度是 {}%，达到 100% 后才能办结。", item.percent),
            format!("The newest report says {}%; it is done only at 100%.", item.percent),
        )
        .at("outcome"));
    }
    Ok(ActionItem { state, remark, closed_ms: Some(by.now.ms()), updated_ms: by.now.ms(), ..item.clone() })
}
