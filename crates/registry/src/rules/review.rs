//! Review of needs and offers by the city office: four eyes, coded reasons, the reviewer's own words.

use super::listing::{Listing, State, clean_text, text_fits};
use kernel::{Instant, Refusal};
use serde::{Deserialize, Serialize};

/// Characters of the reviewer's note.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// Reasons of one refusal.
pub const REASONS_MAX: usize = 5;

/// Why the office sends a listing back. The codes are stable; their words are `listing-reason-<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A stranger cannot tell what is looked for or offered.
    Unclear,
    /// The organisation has published the same before.
    Duplicate,
    /// Not a matter of innovation co-operation.
    OutOfScope,
    /// The public part holds state or trade secrets, or what belongs in the protected part.
    ContainsSecrets,
    /// A claim needs evidence: a test report, a patent number, a certificate.
    MissingEvidence,
    /// The organisation does not own what it offers, or may not publish it.
    NotEntitled,
    /// Advertising without substance.
    Advertising,
    /// The public part names natural persons or their contact data.
    PersonalData,
    /// Segments or kind do not fit the text.
    WrongSegment,
    /// Dates, prices or figures are out of date or contradict each other.
    OutOfDate,
    /// Against law or regulation.
    Unlawful,
}

impl Reason {
    /// All reasons, in the order forms show them.
    pub const ALL: [Reason; 11] = [
        Reason::Unclear,
        Reason::Duplicate,
        Reason::OutOfScope,
        Reason::ContainsSecrets,
        Reason::MissingEvidence,
        Reason::NotEntitled,
        Reason::Advertising,
        Reason::PersonalData,
        Reason::WrongSegment,
        Reason::OutOfDate,
        Reason::Unlawful,
    ];

    /// The code in files, API and database.
    pub fn code(self) -> &'static str {
        match self {
            Reason::Unclear => "unclear",
            Reason::Duplicate => "duplicate",
            Reason::OutOfScope => "out-of-scope",
            Reason::ContainsSecrets => "contains-secrets",
            Reason::MissingEvidence => "missing-evidence",
            Reason::NotEntitled => "not-entitled",
            Reason::Advertising => "advertising",
            Reason::PersonalData => "personal-data",
            Reason::WrongSegment => "wrong-segment",
            Reason::OutOfDate => "out-of-date",
            Reason::Unlawful => "unlawful",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// What the office decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everybody may read it from now on.
    Publish,
    /// Back to the organisation, with reasons.
    Refuse(Vec<Reason>),
}

/// A decision about the version in review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Number of the version the reviewer has read.
    pub version: i64,
    /// What he decides.
    pub verdict: Verdict,
    /// His own words to the organisation; may be empty.
    pub note: String,
    /// The reviewing account.
    pub by: String,
    /// Whether that account is a member of the listing's organisation.
    pub member: bool,
}

/// Publishes the version in review, or sends it back.
///
/// # Errors
/// Nothing or another version is in review, the reviewer is party to it, reasons are missing, the note is
/// too long, or its last day has passed meanwhile.
pub fn review(listing: &Listing, review: &Review, now: Instant) -> Result<Listing, Refusal> {
    let Some(waiting) = &listing.waiting else {
        return Err(Refusal::conflict(
            "review-nothing-waits",
            "这一条已不在审核中，可能已由他人办结或被收回。请回到待审列表。",
            "This is no longer in review; somebody else decided it or it was taken back. Go back to the list.",
        ));
    };
    if waiting.version != review.version {
        return Err(Refusal::conflict(
            "review-other-version",
            "您看过之后，内容又有改动。请打开最新版本，重新审核。",
            "The text has changed since you read it. Open the newest version and review that.",
        ));
    }
    if review.member || waiting.by == review.by {
        return Err(Refusal::new(
            kernel::RefusalKind::Forbidden,
            "four-eyes",
            "不能审核自己或本单位提交的内容。请由同一办公室的其他人员审核。",
            "Nobody reviews what he or his own organisation has submitted. Ask a colleague of the office.",
        ));
    }
    text_fits("note", &clean_text(&review.note), NOTE_CHARS_MAX)?;
    match &review.verdict {
        Verdict::Publish => publish(listing, now),
        Verdict::Refuse(reasons) => refuse(listing, reasons, now),
    }
}

fn publish(listing: &Listing, now: Instant) -> Result<Listing, Refusal> {
    let content = listing.working().clone();
    let expires = content.expires(now)?;
    Ok(Listing {
        state: State::Published,
        content,
        revision: None,
        waiting: None,
        refused: None,
        published: Some(now),
        expires: Some(expires),
        updated: now,
        ..listing.clone()
    })
}

fn refuse(listing: &Listing, reasons: &[Reason], now: Instant) -> Result<Listing, Refusal> {
    let distinct = reasons.iter().enumerate().all(|(index, reason)| !reasons[..index].contains(reason));
    if reasons.is_empty() || reasons.len() > REASONS_MAX || !distinct {
        return Err(Refusal::invalid(
            "review-reasons",
            "退回时请选择 1 到 5 条理由，让对方知道改什么。",
            "Choose 1 to 5 reasons when you send it back, so that the organisation knows what to change.",
        )
        .at("reasons"));
    }
    let state = if listing.state == State::Submitted { State::Draft } else { listing.state };
    Ok(Listing { state, waiting: None, refused: Some(now), updated: now, ..listing.clone() })
}
