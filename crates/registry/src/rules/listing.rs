//! Needs and offers: one life for both. Draft → review by the city office → published → expired or withdrawn.
//!
//! A published listing that is changed keeps its published text for everybody while the changed text, its
//! *revision*, is written and reviewed. Whatever waits for the office carries the number of its version, so
//! that nobody approves a text he has not seen. Source of the life: the profile life of the Enterprise Europe
//! Network (internal review, publication, expiry); a listing is never published raw and never stays for ever.

mod content;
mod words;

pub use content::{
    ABSTRACT_CHARS_MIN, Content, KEYWORD_CHARS_MAX, KEYWORDS_MAX, MATURITY_RANGE, PUBLISHED_DAYS_DEFAULT,
    PUBLISHED_DAYS_MAX, Patch, SEGMENTS_MAX, TITLE_CHARS_MIN, clean_text, keywords_split, text_fits,
};
pub use words::{ContactBy, Kind, Office, Side, State};

use kernel::{Adcode, Date, Due, Instant, Refusal};

/// Working days the office has for a review.
pub const REVIEW_WORKDAYS: u32 = 3;
/// Listings of one organisation that are not yet published, both sides together.
pub const DRAFTS_PER_ORGANISATION_MAX: i64 = 100;
/// Days after its end in which an expired listing can be renewed without a new review.
pub const RENEWAL_DAYS_AFTER_EXPIRY_MAX: i64 = 180;
/// Days before its end in which a listing is on its members' desks.
pub const EXPIRING_DAYS: i64 = 14;

/// What waits for the office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Number of the version in review.
    pub version: i64,
    /// The account that submitted it.
    pub by: String,
    /// Since when.
    pub since: Instant,
    /// Last day of the office's term, and whether that day may still move.
    pub due: Due,
}

/// A need or an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Opaque id.
    pub id: String,
    /// Need or offer.
    pub side: Side,
    /// The organisation it belongs to.
    pub organisation: String,
    /// City of that organisation, as it was when the draft was begun.
    pub city: Option<Adcode>,
    /// Who reviews it.
    pub office: Office,
    /// Where it stands.
    pub state: State,
    /// The published text once there is one; before that, the draft.
    pub content: Content,
    /// The changed text of a published or expired listing.
    pub revision: Option<Content>,
    /// Number of versions submitted so far.
    pub version: i64,
    /// The version in review.
    pub waiting: Option<Waiting>,
    /// When the office last sent it back, while nothing newer has been submitted.
    pub refused: Option<Instant>,
    /// The account that began it.
    pub created_by: String,
    /// When it was begun.
    pub created: Instant,
    /// When it last changed.
    pub updated: Instant,
    /// When its present text was published or renewed.
    pub published: Option<Instant>,
    /// When its publication ends.
    pub expires: Option<Instant>,
    /// From the demo.
    pub demo: bool,
    /// The import that brought it, if one did.
    pub batch: Option<String>,
    /// Its key in that import, unique for its side.
    pub import_key: Option<String>,
}

/// What begins a draft.
#[derive(Debug, Clone)]
pub struct Begin {
    /// A fresh id.
    pub id: String,
    /// Need or offer.
    pub side: Side,
    /// Whose it will be.
    pub organisation: String,
    /// City of the organisation.
    pub city: Option<Adcode>,
    /// Who will review it.
    pub office: Office,
    /// The first answers.
    pub content: Content,
    /// The account.
    pub by: String,
    /// From the demo.
    pub demo: bool,
}

/// Begins a draft.
///
/// # Errors
/// The organisation has too many unpublished listings already (`drafts` of them).
pub fn begin(begin: Begin, drafts: i64, now: Instant) -> Result<Listing, Refusal> {
    if drafts >= DRAFTS_PER_ORGANISATION_MAX {
        return Err(Refusal::conflict(
            "listing-drafts-max",
            "本单位未发布的需求和供给已达 100 条上限。请先提交或撤回一些。",
            "Your organisation has 100 unpublished needs and offers, which is the limit. Submit or withdraw some first.",
        ));
    }
    Ok(Listing {
        id: begin.id,
        side: begin.side,
        organisation: begin.organisation,
        city: begin.city,
        office: begin.office,
        state: State::Draft,
        content: begin.content,
        revision: None,
        version: 0,
        waiting: None,
        refused: None,
        created_by: begin.by,
        created: now,
        updated: now,
        published: None,
        expires: None,
        demo: begin.demo,
        batch: None,
        import_key: None,
    })
}

impl Listing {
    /// The text its members work on: the revision if there is one.
    pub fn working(&self) -> &Content {
        self.revision.as_ref().unwrap_or(&self.content)
    }

    /// Whether everybody may read it.
    pub fn is_public(&self) -> bool {
        matches!(self.state, State::Published | State::Expired)
    }

    fn reads(&self) -> (&'static str, &'static str) {
        match self.side {
            Side::Need => ("这条需求", "This need"),
            Side::Offer => ("这条供给", "This offer"),
        }
    }

    fn conflict(&self, code: &'static str, zh: &str, en: &str) -> Refusal {
        let (this_zh, this_en) = self.reads();
        Refusal::conflict(code, format!("{this_zh}{zh}"), format!("{this_en} {en}"))
    }

    fn withdrawn_already(&self) -> Refusal {
        self.conflict(
            "listing-withdrawn",
            "已经撤回，不能再办理。可以新建一条。",
            "has been withdrawn. Begin a new one instead.",
        )
    }

    fn in_review(&self) -> Refusal {
        self.conflict(
            "listing-in-review",
            "正在审核。需要修改时，请先收回送审。",
            "is in review. Take it back from review first if you want to change it.",
        )
    }
}

/// Saves changed answers. On a published or expired listing they become its revision.
///
/// # Errors
/// It is in review or withdrawn.
pub fn edit(listing: &Listing, content: Content, now: Instant) -> Result<Listing, Refusal> {
    if listing.waiting.is_some() {
        return Err(listing.in_review());
    }
    let mut next = Listing { updated: now, ..listing.clone() };
    match listing.state {
        State::Draft => next.content = content,
        // Saving a step without a change does not open a revision.
        State::Published | State::Expired if content == *listing.working() => return Ok(listing.clone()),
        State::Published | State::Expired => next.revision = Some(content),
        State::Submitted => return Err(listing.in_review()),
        State::Withdrawn => return Err(listing.withdrawn_already()),
    }
    Ok(next)
}

/// Sends the draft, or the revision of a published listing, to the office.
///
/// # Errors
/// It is incomplete (the first thing missing), there is nothing to review, or it is in review or withdrawn.
pub fn submit(listing: &Listing, by: &str, due: Due, now: Instant) -> Result<Listing, Refusal> {
    match listing.state {
        _ if listing.waiting.is_some() => return Err(listing.in_review()),
        State::Submitted => return Err(listing.in_review()),
        State::Withdrawn => return Err(listing.withdrawn_already()),
        State::Published | State::Expired if listing.revision.is_none() => {
            return Err(listing.conflict(
                "listing-unchanged",
                "没有改动，不需要送审。到期前可以直接续期。",
                "has no changes to review. Renew it when it is about to end.",
            ));
        }
        State::Draft | State::Published | State::Expired => {}
    }
    if let Some(refusal) = listing.working().missing(listing.side, now.date()).into_iter().next() {
        return Err(refusal);
    }
    let version = listing.version + 1;
    let state = if listing.state == State::Draft { State::Submitted } else { listing.state };
    let waiting = Some(Waiting { version, by: by.to_owned(), since: now, due });
    Ok(Listing { state, version, waiting, refused: None, updated: now, ..listing.clone() })
}

/// Takes back from review what has not been decided yet.
///
/// # Errors
/// Nothing is in review.
pub fn recall(listing: &Listing, now: Instant) -> Result<Listing, Refusal> {
    if listing.waiting.is_none() {
        return Err(listing.conflict("listing-not-in-review", "不在审核中，无需收回。", "is not in review."));
    }
    let state = if listing.state == State::Submitted { State::Draft } else { listing.state };
    Ok(Listing { state, waiting: None, updated: now, ..listing.clone() })
}

/// Takes the listing back for good.
///
/// # Errors
/// It has been withdrawn already.
pub fn withdraw(listing: &Listing, now: Instant) -> Result<Listing, Refusal> {
    if listing.state == State::Withdrawn {
        return Err(listing.withdrawn_already());
    }
    Ok(Listing {
        state: State::Withdrawn,
        revision: None,
        waiting: None,
        refused: None,
        updated: now,
        ..listing.clone()
    })
}

/// Prolongs a publication with its text unchanged; only the last day may be a new one.
///
/// # Errors
/// It was never published, is withdrawn, ended too long ago, or the last day has passed.
pub fn renew(listing: &Listing, until: Option<Date>, now: Instant) -> Result<Listing, Refusal> {
    let ended = match (listing.state, listing.expires) {
        (State::Published, Some(_)) => None,
        (State::Expired, Some(expires)) => Some(expires),
        (State::Withdrawn, _) => return Err(listing.withdrawn_already()),
        _ => {
            return Err(listing.conflict(
                "listing-not-published",
                "还没有发布，不能续期。",
                "has not been published yet.",
            ));
        }
    };
    if ended.is_some_and(|end| now > end.plus_days(RENEWAL_DAYS_AFTER_EXPIRY_MAX)) {
        return Err(listing.conflict(
            "listing-expired-long",
            "到期已超过 180 天。请核对内容后重新送审。",
            "ended more than 180 days ago. Check its text and submit it for review again.",
        ));
    }
    let content = Content { until, ..listing.content.clone() };
    let expires = content.expires(now)?;
    Ok(Listing {
        state: State::Published,
        content,
        published: Some(now),
        expires: Some(expires),
        updated: now,
        ..listing.clone()
    })
}

/// Ends a publication whose time is over; the clock does this, not a person.
///
/// # Errors
/// It is not published, or its time is not over yet.
pub fn expire(listing: &Listing, now: Instant) -> Result<Listing, Refusal> {
    match listing.expires {
        Some(expires) if listing.state == State::Published && expires <= now => {
            Ok(Listing { state: State::Expired, updated: now, ..listing.clone() })
        }
        _ => Err(listing.conflict("listing-not-due", "还没有到期。", "has not reached its end.")),
    }
}

#[cfg(test)]
mod tests;
