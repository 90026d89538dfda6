//! Contact requests: one organisation asks another (or the owner of a listing) to talk, and may ask for the
//! protected part of the listing. Every "no" carries a coded reason that goes back to the asker.
//!
//! An organisation that nobody has claimed cannot answer; its city office does, within a clock.

use super::listing::{Office, clean_text, text_fits};
use kernel::{Adcode, Due, Instant, Refusal};
use serde::{Deserialize, Serialize};

/// Characters of one message.
pub const MESSAGE_CHARS_MAX: usize = 2_000;
/// Characters the first message needs.
pub const MESSAGE_CHARS_MIN: usize = 10;
/// Messages of one request.
pub const MESSAGES_MAX: i64 = 200;
/// Requests of one organisation that wait for an answer.
pub const OPEN_PER_ORGANISATION_MAX: i64 = 20;
/// Working days an organisation has to answer before it is reminded.
pub const ANSWER_WORKDAYS: u32 = 10;
/// Working days the city office has to answer for an unclaimed organisation.
pub const OFFICE_WORKDAYS: u32 = 5;
/// Days after which an unanswered request ends by itself.
pub const OPEN_DAYS_MAX: i64 = 60;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Waits for the asked side.
    Open,
    /// The asked side has asked back; waits for the asker.
    Question,
    /// The two talk; the protected part may be open.
    Accepted,
    /// A coded no.
    Declined,
    /// Taken back by the asker.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

impl State {
    /// All states.
    pub const ALL: [State; 6] =
        [State::Open, State::Question, State::Accepted, State::Declined, State::Withdrawn, State::Expired];

    /// The code in files, policies and the database.
    pub fn code(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Question => "question",
            State::Accepted => "accepted",
            State::Declined => "declined",
            State::Withdrawn => "withdrawn",
            State::Expired => "expired",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether it counts against the asker's limit.
    pub fn is_waiting(self) -> bool {
        matches!(self, State::Open | State::Question)
    }
}

/// Why a request is declined. The codes are stable; their words are `contact-reason-<code>`. The classes
/// follow the feedback classes technology scouts use (too early, benefit unclear, route unclear …).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Not mature enough yet.
    TooEarly,
    /// The benefit is not clear.
    BenefitUnclear,
    /// How it would become a product or a deal is not clear.
    RouteUnclear,
    /// The request does not say enough.
    DescriptionUnclear,
    /// Data or evidence is missing.
    EvidenceNeeded,
    /// Not what we look for or do.
    NotInFocus,
    /// No capacity at present.
    NoCapacity,
    /// Already met, sold or promised to others.
    AlreadyServed,
    /// Price or terms are too far apart.
    TermsApart,
    /// Law, confidentiality or a conflict of interest stands against it.
    NotPermitted,
}

impl Reason {
    /// All reasons, in the order forms show them.
    pub const ALL: [Reason; 10] = [
        Reason::TooEarly,
        Reason::BenefitUnclear,
        Reason::RouteUnclear,
        Reason::DescriptionUnclear,
        Reason::EvidenceNeeded,
        Reason::NotInFocus,
        Reason::NoCapacity,
        Reason::AlreadyServed,
        Reason::TermsApart,
        Reason::NotPermitted,
    ];

    /// The code in files, API and database.
    pub fn code(self) -> &'static str {
        match self {
            Reason::TooEarly => "too-early",
            Reason::BenefitUnclear => "benefit-unclear",
            Reason::RouteUnclear => "route-unclear",
            Reason::DescriptionUnclear => "description-unclear",
            Reason::EvidenceNeeded => "evidence-needed",
            Reason::NotInFocus => "not-in-focus",
            Reason::NoCapacity => "no-capacity",
            Reason::AlreadyServed => "already-served",
            Reason::TermsApart => "terms-apart",
            Reason::NotPermitted => "not-permitted",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// A contact request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Opaque id.
    pub id: String,
    /// The organisation asked.
    pub to: String,
    /// The listing it is about, if it is about one.
    pub listing: Option<String>,
    /// The organisation that asks.
    pub from: String,
    /// The account that asks.
    pub from_account: String,
    /// City of the organisation asked.
    pub city: Option<Adcode>,
    /// The office that answers, when the organisation does not do so itself.
    pub office: Option<Office>,
    /// Whether the protected part is asked for.
    pub asks_detail: bool,
    /// Where it stands.
    pub state: State,
    /// Whether the asking organisation may open the protected part.
    pub consent: bool,
    /// Why it was declined.
    pub reason: Option<Reason>,
    /// Until when an answer is due while it is open.
    pub due: Due,
    /// When it ends by itself if nobody answers.
    pub expires: Instant,
    /// When it was sent.
    pub created: Instant,
    /// When it last changed.
    pub updated: Instant,
    /// Messages so far.
    pub messages: i64,
    /// From the demo.
    pub demo: bool,
}

/// What begins a request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// A fresh id.
    pub id: String,
    /// The organisation asked.
    pub to: String,
    /// The listing it is about, with whether it has a protected part.
    pub listing: Option<(String, bool)>,
    /// The organisation that asks.
    pub from: String,
    /// The account that asks.
    pub from_account: String,
    /// City of the organisation asked.
    pub city: Option<Adcode>,
    /// The office that answers, when the organisation does not do so itself.
    pub office: Option<Office>,
    /// Whether the protected part is asked for.
    pub asks_detail: bool,
    /// The first message.
    pub message: String,
    /// From the demo.
    pub demo: bool,
}

/// What the rules must know about the asker's other requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// Requests of the asking organisation that wait.
    pub waiting: i64,
    /// Whether one of them is about the same listing, or the same organisation if there is no listing.
    pub same: bool,
}

/// Sends a request.
///
/// # Errors
/// It goes to the own organisation, the message is too short or too long, the same request waits already,
/// or too many wait.
pub fn ask(ask: Ask, load: Load, due: Due, now: Instant) -> Result<Contact, Refusal> {
    message_fits(&ask.message, MESSAGE_CHARS_MIN)?;
    if ask.from == ask.to {
        return Err(Refusal::invalid(
            "contact-own",
            "这是本单位的内容，不需要联系自己。",
            "This belongs to your own organisation.",
        )
        .at("organisation"));
    }
    if load.same {
        return Err(Refusal::conflict(
            "contact-same-waits",
            "本单位已就此发出联系，正在等待答复。请在“联系”里查看或补充。",
            "Your organisation has already asked and waits for an answer. Look under Contacts.",
        ));
    }
    if load.waiting >= OPEN_PER_ORGANISATION_MAX {
        return Err(Refusal::conflict(
            "contact-open-max",
            "本单位等待答复的联系已达 20 条上限。请等对方答复，或撤回一些。",
            "Your organisation has 20 requests waiting, which is the limit. Wait for answers or withdraw some.",
        ));
    }
    // Without a protected part there is nothing to ask for.
    let asks_detail = ask.asks_detail && ask.listing.as_ref().is_some_and(|(_, protected)| *protected);
    Ok(Contact {
        id: ask.id,
        to: ask.to,
        listing: ask.listing.map(|(id, _)| id),
        from: ask.from,
        from_account: ask.from_account,
        city: ask.city,
        office: ask.office,
        asks_detail,
        state: State::Open,
        consent: false,
        reason: None,
        due,
        expires: now.date().plus_days(OPEN_DAYS_MAX + 1).start(),
        created: now,
        updated: now,
        messages: 1,
        demo: ask.demo,
    })
}

/// What the asked side answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Yes; `consent` opens the protected part to the asking organisation.
    Accept {
        /// Whether the protected part opens.
        consent: bool,
    },
    /// No, with its reason.
    Decline(Reason),
    /// A question first.
    Question,
}

/// Whether an answer or a message comes from the asked side's own people or from the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// A member of the asking organisation.
    Asker,
    /// A member of the asked organisation.
    Owner,
    /// The office that answers for it.
    Office,
}

impl Voice {
    /// The code in the database and the API.
    pub fn code(self) -> &'static str {
        match self {
            Voice::Asker => "asker",
            Voice::Owner => "owner",
            Voice::Office => "office",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Voice> {
        [Voice::Asker, Voice::Owner, Voice::Office].into_iter().find(|voice| voice.code() == code)
    }
}

/// Answers a waiting request.
///
/// # Errors
/// It no longer waits, a question has no words, the office cannot consent for the owner, or the text is too long.
pub fn answer(contact: &Contact, voice: Voice, answer: &Answer, text: &str, now: Instant) -> Result<Contact, Refusal> {
    if !contact.state.is_waiting() {
        return Err(not_waiting());
    }
    let words = message_fits(text, if *answer == Answer::Question { 1 } else { 0 })?;
    let mut next = Contact { updated: now, messages: contact.messages + i64::from(words), ..contact.clone() };
    match answer {
        Answer::Accept { consent: true } if voice == Voice::Office => {
            return Err(Refusal::new(
                kernel::RefusalKind::Forbidden,
                "contact-consent-owner",
                "受保护内容只能由其单位同意公开。请转告该单位，或先不开放。",
                "Only the organisation itself can open its protected part. Pass the request on, or accept without opening.",
            )
            .at("consent"));
        }
        Answer::Accept { consent } => {
            next.state = State::Accepted;
            next.consent = *consent && contact.asks_detail;
        }
        Answer::Decline(reason) => {
            next.state = State::Declined;
            next.reason = Some(*reason);
        }
        Answer::Question => next.state = State::Question,
    }
    Ok(next)
}

/// Adds a message. The asker's reply to a question puts the request before the asked side again.
///
/// # Errors
/// The request has ended, the text is empty or too long, or there are too many messages.
pub fn say(contact: &Contact, voice: Voice, text: &str, due: Due, now: Instant) -> Result<Contact, Refusal> {
    if !(contact.state.is_waiting() || contact.state == State::Accepted) {
        return Err(not_waiting());
    }
    if contact.messages >= MESSAGES_MAX {
        return Err(Refusal::conflict(
            "contact-messages-max",
            "这次联系的留言已达 200 条上限。请改用双方约定的方式继续。",
            "This contact has 200 messages, which is the limit. Go on in the way the two of you agreed.",
        ));
    }
    message_fits(text, 1)?;
    let mut next = Contact { updated: now, messages: contact.messages + 1, ..contact.clone() };
    if voice == Voice::Asker && contact.state == State::Question {
        next.state = State::Open;
        next.due = due;
        next.expires = now.date().plus_days(OPEN_DAYS_MAX + 1).start();
    }
    Ok(next)
}

/// The asker takes the request back.
///
/// # Errors
/// It no longer waits.
pub fn withdraw(contact: &Contact, now: Instant) -> Result<Contact, Refusal> {
    if !contact.state.is_waiting() {
        return Err(not_waiting());
    }
    Ok(Contact { state: State::Withdrawn, updated: now, ..contact.clone() })
}

/// The owner closes the protected part again.
///
/// # Errors
/// It is not open.
pub fn revoke(contact: &Contact, now: Instant) -> Result<Contact, Refusal> {
    if !contact.consent {
        return Err(Refusal::conflict(
            "contact-not-open",
            "受保护内容没有对该单位开放。",
            "The protected part is not open to that organisation.",
        ));
    }
    Ok(Contact { consent: false, updated: now, ..contact.clone() })
}

/// Ends a request that nobody answered; the clock does this, not a person.
///
/// # Errors
/// It no longer waits, or its time is not over.
pub fn expire(contact: &Contact, now: Instant) -> Result<Contact, Refusal> {
    if !contact.state.is_waiting() || contact.expires > now {
        return Err(not_waiting());
    }
    Ok(Contact { state: State::Expired, updated: now, ..contact.clone() })
}

fn not_waiting() -> Refusal {
    Refusal::conflict(
        "contact-not-waiting",
        "这次联系已经办结，不能再答复。请刷新页面查看结果。",
        "This request has been closed and takes no more answers. Refresh to see the outcome.",
    )
}

/// Whether there are words, after checking that they fit.
fn message_fits(text: &str, min: usize) -> Result<bool, Refusal> {
    let text = clean_text(text);
    text_fits("message", &text, MESSAGE_CHARS_MAX)?;
    if text.chars().count() < min {
        return Err(Refusal::invalid(
            "contact-message",
            format!("请写明来意，至少 {min} 个字。"),
            format!("Say what you want, in at least {min} characters."),
        )
        .at("message"));
    }
    Ok(!text.is_empty())
}

#[cfg(test)]
mod tests;
