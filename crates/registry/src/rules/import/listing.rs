//! Rows of needs and offers, and the records they become.

use super::cells::Check;
use super::organisation::segments;
use super::{Arrival, Reading};
use crate::rules::listing::{Begin, Content, Kind, Listing, MATURITY_RANGE, Patch, SEGMENTS_MAX, Side, State, begin};
use kernel::{Date, Instant, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const COLUMNS: &[&str] = &[
    "key",
    "organisation_key",
    "organisation_uscc",
    "type",
    "title",
    "title_en",
    "abstract",
    "abstract_en",
    "detail",
    "segments",
    "maturity",
    "valid_until",
];

/// A checked row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingRow {
    /// Its line in the file.
    #[serde(skip)]
    pub line: usize,
    /// The owner's key, unique for its side.
    pub key: String,
    /// Key of its organisation in an earlier import; may be empty.
    pub organisation_key: String,
    /// Code of its organisation.
    pub organisation_uscc: Option<String>,
    /// Everything it says.
    pub content: Content,
}

/// The organisation a row belongs to, and who is responsible for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its id.
    pub id: String,
    /// The city it counts for.
    pub city: Option<kernel::Adcode>,
    /// The office that reviews what it publishes.
    pub office: crate::rules::listing::Office,
    /// Invented for the demonstration.
    pub demo: bool,
}

/// Checks one row; none when something is wrong with it.
pub(super) fn row(check: &mut Check<'_, '_>, reading: &Reading<'_>) -> Option<ListingRow> {
    let side = reading.noun.side()?;
    let before = check.problems.total;
    let key = check.key();
    let organisation_key = check.line("organisation_key", super::KEY_CHARS_MAX);
    let organisation_uscc = check.uscc("organisation_uscc");
    if check.text("organisation_key").is_empty() && check.text("organisation_uscc").is_empty() {
        check.wrong(
            "organisation_key",
            "organisation-missing",
            "请用 organisation_key 或 organisation_uscc 写明是哪家机构。",
            "Say whose it is, by organisation_key or organisation_uscc.",
        );
    }
    let patch = patch(check, reading, side);
    match Content::default().apply(patch, side) {
        Err(refusals) => refusals.iter().for_each(|refusal| check.refused(refusal, "title")),
        Ok(content) => {
            incomplete(check, reading, side, &content);
            if check.problems.total == before {
                return Some(ListingRow { line: check.raw.line, key, organisation_key, organisation_uscc, content });
            }
        }
    }
    None
}

fn patch(check: &mut Check<'_, '_>, reading: &Reading<'_>, side: Side) -> Patch {
    let kind = kind(check);
    let text = |field: &str| Some(check.text(field)).filter(|text| !text.is_empty());
    let (title, title_en) = (text("title"), text("title_en"));
    let (summary, summary_en, detail) = (text("abstract"), text("abstract_en"), text("detail"));
    let maturity = maturity(check, side, kind);
    let until = until(check);
    Patch {
        kind: Some(kind),
        title,
        title_en,
        summary,
        summary_en,
        detail,
        maturity: Some(maturity),
        segments: Some(segments(check, reading, SEGMENTS_MAX)),
        until: Some(until),
        ..Patch::default()
    }
}

fn kind(check: &mut Check<'_, '_>) -> Option<Kind> {
    let text = check.text("type");
    let kind = Kind::parse(&text);
    if kind.is_none() && !text.is_empty() {
        let shown: String = text.chars().take(40).collect();
        check.wrong(
            "type",
            "type-unknown",
            format!("没有“{shown}”这种类型。可用：achievement（成果）、service（服务）、capability（能力）。"),
            format!("There is no type “{shown}”. Types are achievement, service and capability."),
        );
    }
    kind
}

fn maturity(check: &mut Check<'_, '_>, side: Side, kind: Option<Kind>) -> Option<i64> {
    let text = check.text("maturity");
    if text.is_empty() {
        return None;
    }
    let level = text.parse::<i64>().ok().filter(|level| MATURITY_RANGE.contains(level));
    if side == Side::Need || kind != Some(Kind::Achievement) {
        check.wrong(
            "maturity",
            "listing-maturity",
            "只有成果（offers 的 achievement）有成熟度。请把这一格留空。",
            "Only an achievement among the offers has a maturity. Leave this empty.",
        );
        return None;
    }
    if level.is_none() {
        check.wrong(
            "maturity",
            "listing-maturity",
            "成熟度是 1 到 9 的整数（TRL）。",
            "Maturity is a whole number from 1 to 9 (TRL).",
        );
    }
    level
}

fn until(check: &mut Check<'_, '_>) -> Option<Date> {
    let text = check.text("valid_until");
    if text.is_empty() {
        return None;
    }
    let day = Date::parse(&text).ok();
    if day.is_none() {
        check.wrong(
            "valid_until",
            "date-shape",
            "日期要写成 2027-06-30 这样，并且确有这一天。",
            "Write the day as 2027-06-30; it must exist.",
        );
    }
    day
}

/// A draft needs what its owner cannot guess; what is published at once needs everything.
fn incomplete(check: &mut Check<'_, '_>, reading: &Reading<'_>, side: Side, content: &Content) {
    for refusal in content.missing(side, reading.today) {
        let field = match refusal.field.as_deref() {
            Some("until") => "valid_until",
            Some("type") if check.text("type").is_empty() => "type",
            // A type that is not known has been reported.
            Some("type") => continue,
            Some("title") => "title",
            Some("abstract") => "abstract",
            Some("segments") if reading.publish && check.text("segments").is_empty() => "segments",
            Some("maturity") if reading.publish && check.text("maturity").is_empty() => "maturity",
            _ => continue,
        };
        check.wrong(field, refusal.code, refusal.zh.clone(), refusal.en.clone());
    }
}

/// The record a new row becomes: a draft of its organisation, or published when an operator vouches for it.
///
/// # Errors
/// Its last day has passed.
pub fn begin_listing(
    row: &ListingRow,
    side: Side,
    id: &str,
    owner: &Owner,
    arrival: &Arrival<'_>,
) -> Result<Listing, Refusal> {
    let new = Begin {
        id: id.to_owned(),
        side,
        organisation: owner.id.clone(),
        city: owner.city,
        office: owner.office,
        content: row.content.clone(),
        by: arrival.by.to_owned(),
        demo: owner.demo,
    };
    let mut listing = begin(new, 0, arrival.now)?;
    listing.batch = Some(arrival.batch.to_owned());
    listing.import_key = Some(row.key.clone());
    if arrival.publish {
        listing.state = State::Published;
        listing.published = Some(arrival.now);
        listing.expires = Some(listing.content.expires(arrival.now)?);
    }
    Ok(listing)
}

/// The record after a row was laid over it. Nobody has touched it since the import that brought it.
///
/// # Errors
/// Its last day has passed.
pub fn change_listing(old: &Listing, row: &ListingRow, publish: bool, now: Instant) -> Result<Listing, Refusal> {
    let mut next = Listing { updated: now, ..old.clone() };
    let (new, kept) = (&row.content, &mut next.content);
    kept.kind = new.kind.or(kept.kind);
    kept.title.clone_from(&new.title);
    kept.summary.clone_from(&new.summary);
    for (to, from) in
        [(&mut kept.title_en, &new.title_en), (&mut kept.summary_en, &new.summary_en), (&mut kept.detail, &new.detail)]
    {
        if !from.is_empty() {
            to.clone_from(from);
        }
    }
    kept.maturity = new.maturity.or(kept.maturity).filter(|_| kept.kind == Some(Kind::Achievement));
    if !new.segments.is_empty() {
        kept.segments.clone_from(&new.segments);
    }
    kept.until = new.until.or(kept.until);
    if publish || next.state == State::Published {
        next.state = State::Published;
        next.published = next.published.or(Some(now));
        next.expires = Some(next.content.expires(now)?);
    }
    Ok(next)
}
