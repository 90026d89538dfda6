//! The JSON shapes of needs and offers, in and out.

use crate::actions::listing::{Done, View};
use crate::api::city::PlaceRef;
use crate::corridor::Corridor;
use crate::rules::listing::{ContactBy, Content, Kind, Listing, Patch};
use crate::rules::organisation::Organisation;
use crate::rules::review::{Reason, Verdict};
use kernel::{Date, Instant, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An organisation by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrganisationRef {
    /// Opaque id.
    pub id: String,
    /// Its name as it is shown first.
    pub name: String,
    /// English name, if it has one.
    pub name_en: Option<String>,
}

/// A need or an offer as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListingItem {
    /// Opaque id.
    pub id: String,
    /// `need` or `offer`.
    pub side: String,
    /// `draft`, `submitted`, `published`, `expired` or `withdrawn`.
    pub state: String,
    /// `achievement`, `service` or `capability`; null for a need that takes any.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Title as written.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What everybody may read.
    #[serde(rename = "abstract")]
    pub summary: String,
    /// The same in English; may be empty.
    pub abstract_en: String,
    /// Technology readiness level, 1 to 9, of an achievement.
    pub maturity: Option<i64>,
    /// Whose it is.
    pub organisation: Option<OrganisationRef>,
    /// Its city.
    pub city: Option<PlaceRef>,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Free words.
    pub keywords: Vec<String>,
    /// Lower end of budget or price, in fen.
    pub price_from_fen: Option<i64>,
    /// Upper end of budget or price, in fen.
    pub price_to_fen: Option<i64>,
    /// Last day it is wanted or valid, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// `organisation` or `office`: who takes requests first.
    pub contact: String,
    /// When its present text was published or renewed.
    pub published_ms: Option<i64>,
    /// When its publication ends.
    pub expires_ms: Option<i64>,
    /// Invented for the demonstration.
    pub demo: bool,
    /// Its page on this site.
    pub url: String,
}

/// A need or an offer with what the reader may see beyond lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListingDetail {
    /// What lists show.
    #[serde(flatten)]
    pub item: ListingItem,
    /// Whether it has a protected part.
    pub protected: bool,
    /// The protected part, for its members and its office; others open it through a contact request.
    pub detail: Option<String>,
    /// Versions submitted so far; for members and the office.
    pub version: Option<i64>,
    /// Since when a version waits for the office; for members and the office.
    pub waiting_since_ms: Option<i64>,
    /// Last day of the office's term, `YYYY-MM-DD`.
    pub waiting_due: Option<String>,
    /// True if that day may still move because a year's calendar has not been published.
    pub waiting_provisional: Option<bool>,
    /// What the office decided, newest first; for members and the office.
    pub reviews: Vec<DecisionItem>,
}

/// What the office decided about a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionItem {
    /// The version.
    pub version: i64,
    /// `published` or `refused`.
    pub decision: String,
    /// Coded reasons of a refusal.
    pub reasons: Vec<String>,
    /// The reviewer's words.
    pub note: String,
    /// When.
    pub reviewed_ms: i64,
}

/// What a program gets after something was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptItem {
    /// What it was done to.
    pub id: String,
    /// Number of the journal entry.
    pub entry: i64,
    /// When.
    pub at_ms: i64,
}

/// Answers of a need or an offer. What is left out stays as it is; null clears a field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListingBody {
    /// For which organisation; may be left out by members of exactly one. Only when a draft is begun.
    pub organisation: Option<String>,
    /// `achievement`, `service` or `capability`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// At most 120 characters.
    pub title: Option<String>,
    /// At most 120 characters.
    pub title_en: Option<String>,
    /// At most 2,000 characters; everybody may read it.
    #[serde(rename = "abstract")]
    pub summary: Option<String>,
    /// At most 2,000 characters.
    pub abstract_en: Option<String>,
    /// At most 20,000 characters; opens after consent only.
    pub detail: Option<String>,
    /// Technology readiness level, 1 to 9; for achievements.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub maturity: Option<Option<i64>>,
    /// At most 8 segment ids.
    pub segments: Option<Vec<String>>,
    /// Lower end of budget or price, in fen.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub price_from_fen: Option<Option<i64>>,
    /// Upper end of budget or price, in fen.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub price_to_fen: Option<Option<i64>>,
    /// Last day it is wanted or valid, `YYYY-MM-DD`.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub until: Option<Option<String>>,
    /// At most 20 words of at most 40 characters.
    pub keywords: Option<Vec<String>>,
    /// `organisation` or `office`.
    pub contact: Option<String>,
}

/// A field that is there, null or not; serde alone takes null for a field that is missing.
fn present<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

impl ListingBody {
    /// The changes it asks for.
    ///
    /// # Errors
    /// A code or a date that cannot be read.
    pub(crate) fn patch(&self) -> Result<Patch, Refusal> {
        Ok(Patch {
            kind: self
                .kind
                .as_deref()
                .map(|code| Kind::parse(code).map(Some).ok_or_else(|| unknown("type", code)))
                .transpose()?,
            title: self.title.clone(),
            title_en: self.title_en.clone(),
            summary: self.summary.clone(),
            summary_en: self.abstract_en.clone(),
            detail: self.detail.clone(),
            maturity: self.maturity,
            segments: self.segments.clone(),
            price_from_fen: self.price_from_fen,
            price_to_fen: self.price_to_fen,
            until: self.until.as_ref().map(|day| day.as_deref().map(date).transpose()).transpose()?,
            keywords: self.keywords.clone(),
            contact: self
                .contact
                .as_deref()
                .map(|code| ContactBy::parse(code).ok_or_else(|| unknown("contact", code)))
                .transpose()?,
        })
    }
}

fn unknown(field: &'static str, code: &str) -> Refusal {
    let code: String = code.chars().take(40).collect();
    Refusal::invalid(
        "code-unknown",
        format!("“{code}”不是可选的代码。请对照接口文档。"),
        format!("“{code}” is not one of the codes. See the API document."),
    )
    .at(field)
}

/// Reads a day.
///
/// # Errors
/// `date` at `until`.
pub(crate) fn date(text: &str) -> Result<Date, Refusal> {
    Date::parse(text.trim()).map_err(|_| {
        Refusal::invalid(
            "date",
            "日期写作 YYYY-MM-DD，例如 2027-06-30，且须真实存在。",
            "A date is written YYYY-MM-DD, such as 2027-06-30, and must exist.",
        )
        .at("until")
    })
}

/// How long a renewal lasts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RenewalBody {
    /// The new last day, `YYYY-MM-DD`; 180 days from now if left out.
    pub until: Option<String>,
}

impl RenewalBody {
    /// The new last day.
    pub(crate) fn until(&self) -> Result<Option<Date>, Refusal> {
        self.until.as_deref().map(date).transpose()
    }
}

/// The office's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewBody {
    /// Number of the version that was read.
    pub version: i64,
    /// `publish` or `refuse`.
    #[schema(pattern = "^(publish|refuse)$")]
    pub decision: String,
    /// Coded reasons of a refusal, 1 to 5.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// The reviewer's words, at most 2,000 characters.
    #[serde(default)]
    pub note: String,
}

impl ReviewBody {
    /// The decision as the rules know it.
    ///
    /// # Errors
    /// A code that is not known.
    pub(crate) fn verdict(&self) -> Result<Verdict, Refusal> {
        match self.decision.as_str() {
            "publish" => Ok(Verdict::Publish),
            "refuse" => {
                let read = |code: &String| Reason::parse(code).ok_or_else(|| unknown("reasons", code));
                Ok(Verdict::Refuse(self.reasons.iter().map(read).collect::<Result<_, _>>()?))
            }
            other => Err(unknown("decision", other)),
        }
    }
}

/// An organisation as the API names it.
pub(crate) fn organisation_ref(organisation: &Organisation) -> OrganisationRef {
    let Organisation { id, name, name_en, .. } = organisation;
    OrganisationRef { id: id.clone(), name: name.clone(), name_en: name_en.clone() }
}

/// A listing as lists show it.
pub(crate) fn item(corridor: &Corridor, listing: &Listing, organisation: Option<&Organisation>) -> ListingItem {
    let Content { kind, title, title_en, summary, summary_en, maturity, segments, keywords, until, contact, .. } =
        &listing.content;
    ListingItem {
        id: listing.id.clone(),
        side: listing.side.code().to_owned(),
        state: listing.state.code().to_owned(),
        kind: kind.map(|kind| kind.code().to_owned()),
        title: title.clone(),
        title_en: title_en.clone(),
        summary: summary.clone(),
        abstract_en: summary_en.clone(),
        maturity: *maturity,
        organisation: organisation.map(organisation_ref),
        city: listing.city.map(|city| PlaceRef::of(corridor, city)),
        segments: segments.clone(),
        keywords: keywords.clone(),
        price_from_fen: listing.content.price_from_fen,
        price_to_fen: listing.content.price_to_fen,
        until: until.map(|day| day.to_string()),
        contact: contact.code().to_owned(),
        published_ms: listing.published.map(Instant::ms),
        expires_ms: listing.expires.map(Instant::ms),
        demo: listing.demo,
        url: format!("{}/{}", listing.side.path(), listing.id),
    }
}

/// A listing with everything its reader may see.
pub(crate) fn detail(corridor: &Corridor, view: &View) -> ListingDetail {
    let listing = &view.listing;
    let waiting = listing.waiting.as_ref();
    let decision = |d: &crate::actions::listing::Decision| DecisionItem {
        version: d.version,
        decision: if d.published { "published" } else { "refused" }.to_owned(),
        reasons: d.reasons.iter().map(|reason| reason.code().to_owned()).collect(),
        note: d.note.clone(),
        reviewed_ms: d.at_ms,
    };
    ListingDetail {
        item: item(corridor, listing, view.organisation.as_ref()),
        protected: view.protected,
        detail: view.can.detail.then(|| listing.content.detail.clone()),
        version: view.can.work.then_some(listing.version),
        waiting_since_ms: waiting.map(|w| w.since.ms()),
        waiting_due: waiting.map(|w| w.due.date.to_string()),
        waiting_provisional: waiting.map(|w| w.due.provisional),
        reviews: view.decisions.iter().map(decision).collect(),
    }
}

/// A receipt as the API gives it.
pub(crate) fn receipt(done: &Done) -> ReceiptItem {
    ReceiptItem { id: done.id.clone(), entry: done.entry, at_ms: done.at_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_clears_and_absence_keeps() {
        let read = |json: &str| serde_json::from_str::<ListingBody>(json).unwrap().patch().unwrap();
        assert_eq!(read("{}"), Patch::default());
        let cleared = read(r#"{"maturity":null,"until":null,"price_to_fen":null}"#);
        assert_eq!((cleared.maturity, cleared.until, cleared.price_to_fen), (Some(None), Some(None), Some(None)));
        let set = read(r#"{"maturity":6,"until":"2027-06-30","type":"service"}"#);
        assert_eq!(
            (set.maturity, set.until.flatten().map(|d| d.to_string())),
            (Some(Some(6)), Some("2027-06-30".into()))
        );
        assert_eq!(set.kind, Some(Some(Kind::Service)));
    }

    #[test]
    fn wrong_codes_are_named_at_their_fields() {
        for (json, field) in [
            (r#"{"type":"gift"}"#, "type"),
            (r#"{"contact":"pigeon"}"#, "contact"),
            (r#"{"until":"2025-02-29"}"#, "until"),
        ] {
            let refusal = serde_json::from_str::<ListingBody>(json).unwrap().patch().unwrap_err();
            assert_eq!(refusal.field.as_deref(), Some(field));
        }
        assert!(
            serde_json::from_str::<ListingBody>(r#"{"titel":"x"}"#).is_err(),
            "a misspelt field is not dropped silently"
        );
    }
}
