//! Meetings of the joint conference (联席会议): who sat together, what was on the table, what was resolved.
//!
//! The joint office keeps a meeting as a draft until it publishes it; from then on its record stands.

use super::named_as_example;
use crate::rules::accord::JOINT;
use kernel::input::{city_unknown, day, line, needed};
use kernel::limits::{ABSTRACT_CHARS_MAX, DETAIL_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Adcode, By, Date, Instant, Refusal, codes};

/// Resolutions of one meeting.
pub const RESOLUTIONS_MAX: usize = 50;

codes! {
    /// Where a meeting stands.
    MeetingState {
        /// The joint office keeps its record.
        Draft = "draft",
        /// Everybody may read it, and nothing of its record changes any more.
        Published = "published",
    }
}

/// A meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Opaque id.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// The day.
    pub day: Date,
    /// Where it met.
    pub place: String,
    /// The city in the chair.
    pub chair: Adcode,
    /// Codes of those present: cities, and [`JOINT`].
    pub attendees: Vec<String>,
    /// Others who were present, in words; may be empty.
    pub guests: String,
    /// What was on the table.
    pub agenda: String,
    /// The minutes.
    pub minutes: String,
    /// Where it stands.
    pub state: MeetingState,
    /// When it was published.
    pub published_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
    /// When its record was begun.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

/// Title, day, place and chair, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeetingHead {
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// The day.
    pub day: String,
    /// Where.
    pub place: String,
    /// Code of the city in the chair.
    pub chair: String,
}

/// Who was there, as chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attendance {
    /// Codes of those present.
    pub attendees: Vec<String>,
    /// Others, in words; may be empty.
    pub guests: String,
}

/// Agenda and minutes, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// What was on the table.
    pub agenda: String,
    /// The minutes.
    pub minutes: String,
}

/// The groups that change; the others stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeetingPatch {
    /// Title, day, place and chair.
    pub head: Option<MeetingHead>,
    /// Who was there.
    pub attendance: Option<Attendance>,
    /// Agenda and minutes.
    pub record: Option<Record>,
}

/// Knows the member cities.
pub type Members<'a> = &'a dyn Fn(Adcode) -> bool;

/// Begins the record of a meeting.
///
/// # Errors
/// The first field that breaks a rule.
pub fn begin(id: &str, head: &MeetingHead, members: Members<'_>, by: By<'_>) -> Result<Meeting, Refusal> {
    let title = needed(&head.title, TITLE_CHARS_MAX, "title")?;
    named_as_example(by.demo, &title)?;
    Ok(Meeting {
        id: id.to_owned(),
        title,
        title_en: line(&head.title_en, TITLE_CHARS_MAX, "title_en")?,
        day: day(&head.day, "day")?,
        place: needed(&head.place, TITLE_CHARS_MAX, "place")?,
        chair: city(&head.chair, members, "chair")?,
        attendees: Vec::new(),
        guests: String::new(),
        agenda: String::new(),
        minutes: String::new(),
        state: MeetingState::Draft,
        published_ms: None,
        demo: by.demo,
        created_ms: by.now.ms(),
        updated_ms: by.now.ms(),
    })
}

pub(super) fn city(code: &str, members: Members<'_>, field: &'static str) -> Result<Adcode, Refusal> {
    Adcode::parse(code.trim()).ok().filter(|city| members(*city)).ok_or_else(|| city_unknown(field))
}

/// Changes some groups of a record.
///
/// # Errors
/// `meeting-published`, or the first field that breaks a rule.
pub fn revise(old: &Meeting, patch: &MeetingPatch, members: Members<'_>, by: By<'_>) -> Result<Meeting, Refusal> {
    unpublished(old)?;
    let mut next = Meeting { updated_ms: by.now.ms(), ..old.clone() };
    if let Some(head) = &patch.head {
        let begun = begin(&old.id, head, members, By { demo: old.demo, ..by })?;
        next = Meeting {
            title: begun.title,
            title_en: begun.title_en,
            day: begun.day,
            place: begun.place,
            chair: begun.chair,
            ..next
        };
    }
    if let Some(attendance) = &patch.attendance {
        next.attendees = attendees(&attendance.attendees, members)?;
        next.guests = line(&attendance.guests, ABSTRACT_CHARS_MAX, "guests")?;
    }
    if let Some(record) = &patch.record {
        next.agenda = needed(&record.agenda, ABSTRACT_CHARS_MAX, "agenda")?;
        next.minutes = line(&record.minutes, DETAIL_CHARS_MAX, "minutes")?;
    }
    Ok(next)
}

fn attendees(codes: &[String], members: Members<'_>) -> Result<Vec<String>, Refusal> {
    let mut known: Vec<String> = Vec::new();
    for code in codes {
        if code != JOINT {
            city(code, members, "attendees")?;
        }
        if !known.contains(code) {
            known.push(code.clone());
        }
    }
    if known.is_empty() {
        return Err(Refusal::invalid("attendees-none", "请选择到会各方。", "Choose who was there.").at("attendees"));
    }
    Ok(known)
}

/// The record stands once it is published.
///
/// # Errors
/// `meeting-published`.
pub fn unpublished(meeting: &Meeting) -> Result<(), Refusal> {
    if meeting.state == MeetingState::Draft {
        return Ok(());
    }
    Err(Refusal::conflict(
        "meeting-published",
        "会议记录已公布，不能再改。需要更正的，请在下次会议上作出决议。",
        "The record is published and stands. A correction is a resolution of the next meeting.",
    ))
}

/// Publishes the record: everybody may read it with its resolutions and items.
///
/// # Errors
/// `meeting-published`, `meeting-ahead`, `meeting-incomplete`, `chair-absent`.
pub fn publish(old: &Meeting, now: Instant) -> Result<Meeting, Refusal> {
    unpublished(old)?;
    if old.day > now.date() {
        return Err(Refusal::conflict(
            "meeting-ahead",
            "会议还没有召开，请在会后公布。",
            "The meeting has not been held yet; publish it afterwards.",
        ));
    }
    if old.attendees.is_empty() || old.agenda.is_empty() || old.minutes.is_empty() {
        return Err(Refusal::conflict(
            "meeting-incomplete",
            "到会各方、议程和纪要都填写后才能公布，请补齐。",
            "It needs those present, the agenda and the minutes before it is published.",
        ));
    }
    if !old.attendees.contains(&old.chair.to_string()) {
        return Err(Refusal::conflict(
            "chair-absent",
            "主持城市不在到会名单中，请核对后再公布。",
            "The city in the chair is not among those present; check both.",
        ));
    }
    Ok(Meeting { state: MeetingState::Published, published_ms: Some(now.ms()), updated_ms: now.ms(), ..old.clone() })
}

/// A resolution of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Opaque id.
    pub id: String,
    /// The meeting.
    pub meeting: String,
    /// Its number within the meeting, from 1.
    pub number: i64,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What was resolved, Chinese.
    pub text: String,
    /// What was resolved, English; may be empty.
    pub text_en: String,
    /// The joint act it adopts.
    pub accord: Option<String>,
    /// When it was entered.
    pub created_ms: i64,
}

/// A resolution as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolutionDraft {
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What was resolved, Chinese.
    pub text: String,
    /// What was resolved, English; may be empty.
    pub text_en: String,
    /// Id of the joint act it adopts; may be empty.
    pub accord: String,
}

/// Enters a resolution; `before` is how many the meeting has.
///
/// # Errors
/// `meeting-published`, `resolutions-many`, or the first field that breaks a rule.
pub fn resolve(
    id: &str,
    meeting: &Meeting,
    before: usize,
    draft: &ResolutionDraft,
    now: Instant,
) -> Result<Resolution, Refusal> {
    unpublished(meeting)?;
    if before >= RESOLUTIONS_MAX {
        return Err(Refusal::invalid(
            "resolutions-many",
            format!("一次会议最多登记 {RESOLUTIONS_MAX} 项决议。"),
            format!("A meeting has {RESOLUTIONS_MAX} resolutions at most."),
        ));
    }
    let accord = draft.accord.trim();
    Ok(Resolution {
        id: id.to_owned(),
        meeting: meeting.id.clone(),
        number: i64::try_from(before + 1).unwrap_or(i64::MAX),
        title: needed(&draft.title, TITLE_CHARS_MAX, "title")?,
        title_en: line(&draft.title_en, TITLE_CHARS_MAX, "title_en")?,
        text: needed(&draft.text, ABSTRACT_CHARS_MAX, "text")?,
        text_en: line(&draft.text_en, ABSTRACT_CHARS_MAX, "text_en")?,
        accord: (!accord.is_empty()).then(|| accord.to_owned()),
        created_ms: now.ms(),
    })
}
