//! Sealed rounds (密封轮次): envelopes that nobody can read before the opening.
//!
//! open → closed (the list of envelopes and its root are in the journal) → opened, once as many seats as the committee
//! needs have given their shares; void when they have not by the opening deadline. Closing and the deadline are read
//! from the clock: what is late is refused whether or not anybody has written the closing down.

use super::named_as_example;
use kernel::input::{line, needed, text_fits};
use kernel::limits::{DETAIL_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{By, Date, Instant, Refusal};
use sha2::{Digest, Sha256};

/// Envelopes that count in one round.
pub const ENVELOPES_MAX: i64 = 5_000;
/// Envelopes one sender may hand in for one round, the replaced ones counted.
pub const SENT_MAX: i64 = 20;
/// Between closing and the list: a request that was read in time has committed by then, or is refused.
pub const CLOSING_MS: i64 = 10_000;
/// Shortest time between closing and the opening deadline.
pub const OPENING_MS_MIN: i64 = 60_000;
/// How far ahead a round may close, and how long its opening may take.
pub const AHEAD_DAYS_MAX: i64 = 400;

/// What is written down of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoundState {
    /// Takes envelopes until it closes.
    Open,
    /// Its list is in the journal; shares are asked for.
    Closed,
    /// Its envelopes have been opened.
    Opened,
    /// Too few shares came in time; nothing is opened.
    Void,
}

impl RoundState {
    /// All states.
    pub const ALL: [RoundState; 4] = [RoundState::Open, RoundState::Closed, RoundState::Opened, RoundState::Void];

    /// The code in database, API and texts.
    pub fn code(self) -> &'static str {
        match self {
            RoundState::Open => "open",
            RoundState::Closed => "closed",
            RoundState::Opened => "opened",
            RoundState::Void => "void",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<RoundState> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Where a round stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Takes envelopes.
    Open,
    /// Closed by the clock; the list is being written.
    Closing,
    /// Asks for shares.
    Sharing,
    /// Enough shares are there, or there is nothing to open; it is being opened.
    Opening,
    /// Opened.
    Opened,
    /// Void, by the clock or written down.
    Void,
}

impl Phase {
    /// The code in API and texts.
    pub fn code(self) -> &'static str {
        match self {
            Phase::Open => "open",
            Phase::Closing => "closing",
            Phase::Sharing => "sharing",
            Phase::Opening => "opening",
            Phase::Opened => "opened",
            Phase::Void => "void",
        }
    }
}

/// What a round belongs to: `office` for a plain one of the joint office, or the noun and id of another capability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// `office`, or a noun such as `auction`.
    pub kind: String,
    /// Its id; empty for `office`.
    pub id: String,
}

/// The owner of plain rounds.
pub const OFFICE: &str = "office";

impl Owner {
    /// The joint office.
    pub fn office() -> Owner {
        Owner { kind: OFFICE.to_owned(), id: String::new() }
    }
}

/// A round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Opaque id.
    pub id: String,
    /// What it belongs to.
    pub owner: Owner,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Its rules.
    pub rules: String,
    /// SHA-256 of the rules, hexadecimal: part of what every envelope is bound to.
    pub rules_sha256: String,
    /// The committee that opens it.
    pub committee: String,
    /// The committee's key, hexadecimal.
    pub key: String,
    /// Seats that open together.
    pub threshold: i64,
    /// Origin of the journal.
    pub origin: String,
    /// Makes pseudonyms of its senders; nobody outside learns it.
    pub salt: String,
    /// First moment that is too late for an envelope.
    pub closes_ms: i64,
    /// First moment that is too late for a share.
    pub opens_by_ms: i64,
    /// What is written down of it.
    pub state: RoundState,
    /// Envelopes on its list, once it is closed.
    pub count: Option<i64>,
    /// Root of its list, hexadecimal.
    pub root: Option<String>,
    /// Journal entry of its closing.
    pub closing_entry: Option<i64>,
    /// When the list was written.
    pub closed_ms: Option<i64>,
    /// When it was opened or voided.
    pub ended_ms: Option<i64>,
    /// The officer or house that opened it.
    pub begun_by: String,
    /// From the demo.
    pub demo: bool,
    /// When it was begun.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

impl Round {
    /// Where it stands, `given` seats having given their shares.
    pub fn phase(&self, given: i64, now: Instant) -> Phase {
        match self.state {
            RoundState::Opened => Phase::Opened,
            RoundState::Void => Phase::Void,
            RoundState::Open if now.ms() < self.closes_ms => Phase::Open,
            RoundState::Open => Phase::Closing,
            RoundState::Closed if given >= self.threshold || self.count == Some(0) => Phase::Opening,
            RoundState::Closed if now.ms() >= self.opens_by_ms => Phase::Void,
            RoundState::Closed => Phase::Sharing,
        }
    }

    /// Whether its list can be written now.
    pub fn closes_now(&self, now: Instant) -> bool {
        self.state == RoundState::Open && now.ms() >= self.closes_ms + CLOSING_MS
    }

    /// The name of a sender in this round: the same each time, and nobody without the salt can tell whose it is.
    pub fn pseudonym(&self, organisation: &str) -> String {
        let mut hash = Sha256::new();
        for part in ["yilang/sender/v1", &self.salt, &self.id, organisation] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hex::encode(&hash.finalize()[..16])
    }
}

/// A new round, as another capability or the joint office opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRound {
    /// What it belongs to.
    pub owner: Owner,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Its rules: every envelope is bound to this very text.
    pub rules: String,
    /// The committee that opens it; it must be ready.
    pub committee: String,
    /// First moment that is too late for an envelope.
    pub closes_ms: i64,
    /// First moment that is too late for a share.
    pub opens_by_ms: i64,
}

/// What its committee gives a new round.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a> {
    /// Its key, hexadecimal.
    pub key: &'a str,
    /// Seats that open together.
    pub threshold: i64,
    /// Origin of the journal.
    pub origin: &'a str,
}

/// Begins a round.
///
/// # Errors
/// `needed`, `demo-name`, `closing-past`, `closing-far`, `opening-soon`, `opening-far`, or a text rule.
pub fn begin(id: &str, salt: &str, new: &NewRound, sealed: Sealed<'_>, by: By<'_>) -> Result<Round, Refusal> {
    let title = needed(&new.title, TITLE_CHARS_MAX, "title")?;
    let title_en = line(&new.title_en, TITLE_CHARS_MAX, "title_en")?;
    let rules = needed(&new.rules, DETAIL_CHARS_MAX, "rules")?;
    text_fits("rules", &rules, DETAIL_CHARS_MAX)?;
    named_as_example(by.demo, &title, "title")?;
    times(new, by.now)?;
    Ok(Round {
        id: id.to_owned(),
        owner: new.owner.clone(),
        title,
        title_en,
        rules_sha256: hex::encode(Sha256::digest(rules.as_bytes())),
        rules,
        committee: new.committee.clone(),
        key: sealed.key.to_owned(),
        threshold: sealed.threshold,
        origin: sealed.origin.to_owned(),
        salt: salt.to_owned(),
        closes_ms: new.closes_ms,
        opens_by_ms: new.opens_by_ms,
        state: RoundState::Open,
        count: None,
        root: None,
        closing_entry: None,
        closed_ms: None,
        ended_ms: None,
        begun_by: by.account.to_owned(),
        demo: by.demo,
        created_ms: by.now.ms(),
        updated_ms: by.now.ms(),
    })
}

fn times(new: &NewRound, now: Instant) -> Result<(), Refusal> {
    let far = now.plus_days(AHEAD_DAYS_MAX).ms();
    if new.closes_ms <= now.ms() {
        return Err(Refusal::invalid(
            "closing-past",
            "截止时间须在现在之后，请重新填写。",
            "The closing time must lie ahead; write a later one.",
        )
        .at("closes"));
    }
    if new.closes_ms > far {
        return Err(Refusal::invalid(
            "closing-far",
            format!("截止时间最远为 {AHEAD_DAYS_MAX} 天之后，请改早。"),
            format!("A round closes at most {AHEAD_DAYS_MAX} days ahead; write an earlier time."),
        )
        .at("closes"));
    }
    if new.opens_by_ms < new.closes_ms.saturating_add(OPENING_MS_MIN) {
        return Err(Refusal::invalid(
            "opening-soon",
            "开启期限须在截止时间至少一分钟之后，给各席位留出交份额的时间。",
            "The opening deadline lies at least a minute after closing, so that the seats can give their shares.",
        )
        .at("opens_by"));
    }
    if new.opens_by_ms > Instant::from_ms(new.closes_ms).plus_days(AHEAD_DAYS_MAX).ms() {
        return Err(Refusal::invalid(
            "opening-far",
            format!("开启期限最远为截止后 {AHEAD_DAYS_MAX} 天，请改早。"),
            format!("The opening deadline lies at most {AHEAD_DAYS_MAX} days after closing; write an earlier time."),
        )
        .at("opens_by"));
    }
    Ok(())
}

/// A moment as forms send it, `2026-03-16T09:00`, in Shanghai.
///
/// # Errors
/// `moment-shape`.
pub fn moment(text: &str, field: &'static str) -> Result<i64, Refusal> {
    let read = || {
        let (day, time) = text.trim().split_once(['T', ' '])?;
        let (hour, minute) = time.split_once(':')?;
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits(hour) && digits(minute)) {
            return None;
        }
        let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60)
            .then(|| Date::parse(day).ok())?
            .map(|day| day.start().plus_ms((hour * 60 + minute) * 60_000).ms())
    };
    read().ok_or_else(|| {
        Refusal::invalid(
            "moment-shape",
            "请填写日期和时间（北京时间），如 2026-03-16T09:00。",
            "Write a date and time (Beijing time) such as 2026-03-16T09:00.",
        )
        .at(field)
    })
}

/// An envelope as it stands in a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Opaque id.
    pub id: String,
    /// Its round.
    pub round: String,
    /// Its place in the order of acceptance, from 1.
    pub number: i64,
    /// SHA-256 of its bytes, hexadecimal: what receipt, list and root hold it by.
    pub hash: String,
    /// What anybody can check of it without the sealed content: its lid ([`sealing::envelope::Lid`]).
    pub head: Vec<u8>,
    /// Its bytes in all.
    pub bytes: i64,
    /// Who sent it.
    pub organisation: String,
    /// That organisation's name in the round.
    pub pseudonym: String,
    /// The account that sent it.
    pub sent_by: String,
    /// When its last byte was read.
    pub sent_ms: i64,
    /// When a later one of the same sender took its place.
    pub superseded_ms: Option<i64>,
    /// From the demo.
    pub demo: bool,
}

/// Only an open round takes envelopes.
///
/// # Errors
/// `round-closed`.
pub fn takes_envelopes(round: &Round, now: Instant) -> Result<(), Refusal> {
    if round.state == RoundState::Open && now.ms() < round.closes_ms {
        return Ok(());
    }
    Err(Refusal::conflict(
        "round-closed",
        "本轮已经截止，不再接收信封。以回执为准：截止前最后一次提交有效。",
        "The round is closed and takes no envelope any more. What you have a receipt for counts: the last one before closing.",
    ))
}

/// What is in a round already, seen from one who sends.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// Envelopes that the sender has handed in.
    pub own: i64,
    /// Other senders whose envelopes count.
    pub others: i64,
    /// Whether this very envelope was handed in before.
    pub same: bool,
}

/// Whether one more envelope of a sender may be taken.
///
/// # Errors
/// `envelope-same`, `envelope-too-often`, `round-full`.
pub fn may_add(before: &Before) -> Result<(), Refusal> {
    if before.same {
        return Err(Refusal::conflict(
            "envelope-same",
            "这个信封已经提交过，请查看已有回执。要修改内容请重新密封后提交。",
            "This very envelope has been handed in; see its receipt. To change the content, seal it anew.",
        ));
    }
    if before.own >= SENT_MAX {
        return Err(Refusal::conflict(
            "envelope-too-often",
            format!("每个单位在一轮中最多提交 {SENT_MAX} 次，已达上限；最后一次提交有效。"),
            format!("A sender hands in at most {SENT_MAX} envelopes in a round; the last one counts."),
        ));
    }
    if before.own == 0 && before.others >= ENVELOPES_MAX {
        return Err(Refusal::conflict(
            "round-full",
            format!("本轮已收到 {ENVELOPES_MAX} 个信封，达到上限。请联系主办方。"),
            format!("The round holds {ENVELOPES_MAX} envelopes, which is its limit. Ask whoever runs it."),
        ));
    }
    Ok(())
}

/// Writes the list down: from now on shares are asked for.
pub fn close(old: &Round, count: i64, root: &str, now: Instant) -> Round {
    Round {
        state: RoundState::Closed,
        count: Some(count),
        root: Some(root.to_owned()),
        closed_ms: Some(now.ms()),
        updated_ms: now.ms(),
        ..old.clone()
    }
}

/// Whether a seat may give its shares now; `given` are the seats that have.
///
/// # Errors
/// `share-early`, `share-late`, `share-given`, `round-over`.
pub fn takes_shares(round: &Round, given: &[i64], seat: i64, now: Instant) -> Result<(), Refusal> {
    match round.state {
        RoundState::Open => Err(Refusal::conflict(
            "share-early",
            "本轮尚未截止，或信封清单尚未写入日志，现在不收开启份额。请在截止后下载开启文件再提交。",
            "The round has not closed, or its list is not in the journal yet; no share is taken now. Fetch the opening file after closing.",
        )),
        RoundState::Opened | RoundState::Void => Err(Refusal::conflict(
            "round-over",
            "本轮已经开启或作废，不再需要开启份额。",
            "The round has been opened or is void; no share is needed any more.",
        )),
        RoundState::Closed if given.contains(&seat) => Err(Refusal::conflict(
            "share-given",
            "该席位已经交过开启份额，不必再交。",
            "This seat has given its shares already.",
        )),
        RoundState::Closed if now.ms() >= round.opens_by_ms => Err(Refusal::conflict(
            "share-late",
            "开启期限已过，本轮作废，不再接收开启份额。",
            "The opening deadline has passed and the round is void; no share is taken any more.",
        )),
        RoundState::Closed => Ok(()),
    }
}

/// Gives a round up before its time: the capability that owns it takes no envelope for it any more, and nothing of it is
/// ever opened. `given` seats have given their shares.
///
/// # Errors
/// `round-office` for a plain round, `round-over`, `round-shares-given` once a seat has given: the opening has begun then.
pub fn abandon(old: &Round, given: i64, now: Instant) -> Result<Round, Refusal> {
    if old.owner.kind == OFFICE {
        return Err(Refusal::conflict(
            "round-office",
            "联席会议办公室自己开始的轮次不能中止，只能到期开启或作废。",
            "A plain round of the joint office is not given up; it is opened or void when its time comes.",
        ));
    }
    if matches!(old.state, RoundState::Opened | RoundState::Void) {
        return Err(Refusal::conflict("round-over", "本轮已经开启或作废。", "The round has been opened or is void."));
    }
    if given > 0 {
        return Err(Refusal::conflict(
            "round-shares-given",
            "已有席位交出开启份额，本轮的开启已经开始，不能再中止。请等开启完成。",
            "A seat has given its shares: the opening has begun, and the round cannot be given up. Wait until it is opened.",
        ));
    }
    Ok(end(old, RoundState::Void, now))
}

/// Ends a round: opened, or void.
pub fn end(old: &Round, state: RoundState, now: Instant) -> Round {
    Round { state, ended_ms: Some(now.ms()), updated_ms: now.ms(), ..old.clone() }
}
