//! Transfers: what can be asked for, and what has been made.

use super::account::is_id;
use kernel::{Fen, Instant, Refusal, codes};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Characters of a transfer's id.
pub const TRANSFER_ID_CHARS_MAX: usize = 64;
/// Characters of a code, such as `voucher.claimed`.
pub const CODE_CHARS_MAX: usize = 40;
/// Characters of a reference.
pub const REFERENCE_CHARS_MAX: usize = 64;
/// Transfers of one call, all groups together.
pub const ASKS_MAX: usize = 8_000;
/// How far ahead of the clock an event may lie: clocks of two houses differ.
pub const EVENT_AHEAD_MS: i64 = 5 * 60_000;

codes! {
    /// Kinds of transfers.
    TransferKind {
        /// Moves money.
        Plain = "plain",
        /// Holds money for a transfer that is still to come.
        Pending = "pending",
        /// Moves what a pending transfer holds, or part of it; the rest is given back.
        Post = "post",
        /// Gives back what a pending transfer holds.
        Void = "void",
        /// The same, because its time was over.
        Expire = "expire",
        /// Moves money back that was moved before.
        Reversal = "reversal",
    }
}

impl Serialize for TransferKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for TransferKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TransferKind, D::Error> {
        let code = String::deserialize(deserializer)?;
        TransferKind::parse(&code).ok_or_else(|| serde::de::Error::custom("no kind of transfer"))
    }
}

impl TransferKind {
    /// Whether it moves money, and so makes two entries.
    pub fn moves(self) -> bool {
        matches!(self, TransferKind::Plain | TransferKind::Post | TransferKind::Reversal)
    }

    /// Whether it ends a pending transfer.
    pub fn resolves(self) -> bool {
        matches!(self, TransferKind::Post | TransferKind::Void | TransferKind::Expire)
    }
}

/// What somebody asks for. Made by [`Ask::plain`] and its sisters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Made by whoever asks; the same id again is the same transfer.
    pub id: String,
    /// What.
    pub what: What,
    /// Why, as a code such as `voucher.claimed`.
    pub code: String,
    /// What it refers to, such as the id of a voucher; may be empty.
    pub reference: String,
    /// When it happened; when it is written down, if left out.
    pub event_at: Option<Instant>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Move.
    Plain {
        /// From this account.
        from: String,
        /// To this one.
        to: String,
        /// So much.
        amount: Fen,
    },
    /// Hold.
    Pending {
        /// On this account.
        from: String,
        /// For this one.
        to: String,
        /// So much.
        amount: Fen,
        /// It may be posted while `now < expires_at`; without, until it is voided.
        expires_at: Option<Instant>,
    },
    /// Move what is held.
    Post {
        /// Id of the pending transfer.
        pending: String,
        /// Part of it; all, if left out.
        amount: Option<Fen>,
    },
    /// Give back what is held.
    Void {
        /// Id of the pending transfer.
        pending: String,
    },
    /// Give back what is held and whose time is over.
    Expire {
        /// Id of the pending transfer.
        pending: String,
    },
    /// Move back.
    Reversal {
        /// Id of the transfer that moved it.
        of: String,
        /// Part of it; all, if left out.
        amount: Option<Fen>,
    },
}

impl Ask {
    fn new(id: impl Into<String>, code: &str, what: What) -> Ask {
        Ask { id: id.into(), what, code: code.to_owned(), reference: String::new(), event_at: None }
    }

    /// Moves money.
    pub fn plain(
        id: impl Into<String>,
        code: &str,
        from: impl Into<String>,
        to: impl Into<String>,
        amount: Fen,
    ) -> Ask {
        Ask::new(id, code, What::Plain { from: from.into(), to: to.into(), amount })
    }

    /// Holds money on `from` for `to`.
    pub fn pending(
        id: impl Into<String>,
        code: &str,
        from: impl Into<String>,
        to: impl Into<String>,
        amount: Fen,
        expires_at: Option<Instant>,
    ) -> Ask {
        Ask::new(id, code, What::Pending { from: from.into(), to: to.into(), amount, expires_at })
    }

    /// Moves all that a pending transfer holds, or the given part of it.
    pub fn post(id: impl Into<String>, code: &str, pending: impl Into<String>, amount: Option<Fen>) -> Ask {
        Ask::new(id, code, What::Post { pending: pending.into(), amount })
    }

    /// Gives back what a pending transfer holds.
    pub fn void(id: impl Into<String>, code: &str, pending: impl Into<String>) -> Ask {
        Ask::new(id, code, What::Void { pending: pending.into() })
    }

    /// Gives back what a pending transfer held longer than it might.
    pub fn expire(pending: &str) -> Ask {
        Ask::new(format!("expire:{pending}"), "expired", What::Expire { pending: pending.to_owned() })
    }

    /// Moves back what a transfer has moved, or the given part of it.
    pub fn reversal(id: impl Into<String>, code: &str, of: impl Into<String>, amount: Option<Fen>) -> Ask {
        Ask::new(id, code, What::Reversal { of: of.into(), amount })
    }

    /// Says what it refers to.
    pub fn about(mut self, reference: impl Into<String>) -> Ask {
        self.reference = reference.into();
        self
    }

    /// Says when it happened.
    pub fn happened(mut self, event_at: Instant) -> Ask {
        self.event_at = Some(event_at);
        self
    }

    /// The kind it makes.
    pub fn kind(&self) -> TransferKind {
        match self.what {
            What::Plain { .. } => TransferKind::Plain,
            What::Pending { .. } => TransferKind::Pending,
            What::Post { .. } => TransferKind::Post,
            What::Void { .. } => TransferKind::Void,
            What::Expire { .. } => TransferKind::Expire,
            What::Reversal { .. } => TransferKind::Reversal,
        }
    }

    /// The transfer it is about.
    pub fn target(&self) -> Option<&str> {
        match &self.what {
            What::Plain { .. } | What::Pending { .. } => None,
            What::Post { pending, .. } | What::Void { pending } | What::Expire { pending } => Some(pending),
            What::Reversal { of, .. } => Some(of),
        }
    }

    /// Accounts it names.
    pub fn accounts(&self) -> Option<(&str, &str)> {
        match &self.what {
            What::Plain { from, to, .. } | What::Pending { from, to, .. } => Some((from, to)),
            _ => None,
        }
    }

    /// Whether a transfer that was made is the one that is asked for. What the asker left out was given by the house and
    /// is not compared; what he said is, to the letter.
    pub fn is(&self, made: &Made) -> bool {
        let what = match &self.what {
            What::Plain { from, to, amount } => {
                (from, to, *amount) == (&made.from.account, &made.to.account, made.amount)
            }
            What::Pending { from, to, amount, expires_at } => {
                (from, to, *amount) == (&made.from.account, &made.to.account, made.amount)
                    && *expires_at == made.expires_at
            }
            What::Post { amount, .. } | What::Reversal { amount, .. } => {
                amount.is_none_or(|amount| amount == made.amount)
            }
            What::Void { .. } | What::Expire { .. } => true,
        };
        what && self.kind() == made.kind
            && self.target() == made.target.as_deref()
            && (&self.code, &self.reference) == (&made.code, &made.reference)
            && self.event_at.is_none_or(|event_at| event_at == made.event_at)
    }
}

/// One side of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The account.
    pub account: String,
    /// Its entry; none when no money moved.
    pub entry: Option<Entered>,
}

/// Where an entry stands in its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// Its version: 1 for the first entry, without gaps.
    pub version: i64,
    /// The balance before it.
    pub before: Fen,
}

/// A transfer that was made: the answer to whoever asked for it, the first time and every further time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: TransferKind,
    /// The transfer that it ends or moves back.
    pub target: Option<String>,
    /// Where the money comes from.
    pub from: Side,
    /// Where it goes.
    pub to: Side,
    /// How much: moved, held, or given back.
    pub amount: Fen,
    /// Why.
    pub code: String,
    /// What it refers to.
    pub reference: String,
    /// When it happened.
    pub event_at: Instant,
    /// When it was written down.
    pub created_at: Instant,
    /// Until when it holds.
    pub expires_at: Option<Instant>,
}

/// Checks what can be seen without looking at any account.
///
/// # Errors
/// `transfer-id-shape`, `transfer-amount`, `transfer-same-account`, `transfer-code`, `transfer-reference`,
/// `transfer-event`, `pending-expiry`.
pub fn check(ask: &Ask, now: Instant) -> Result<(), Refusal> {
    if ask.kind() != TransferKind::Expire && !is_id(&ask.id, TRANSFER_ID_CHARS_MAX) {
        return Err(Refusal::invalid(
            "transfer-id-shape",
            format!("转账编号由小写字母、数字和连字符组成，各段以冒号相连，最长 {TRANSFER_ID_CHARS_MAX} 个字符。"),
            format!("A transfer's id has small letters, digits and hyphens in parts joined by colons, {TRANSFER_ID_CHARS_MAX} characters at most."),
        )
        .at("id"));
    }
    words(ask)?;
    match &ask.what {
        What::Plain { from, to, amount } => moved(from, to, *amount)?,
        What::Pending { from, to, amount, expires_at } => {
            moved(from, to, *amount)?;
            if expires_at.is_some_and(|end| end <= now) {
                return Err(Refusal::invalid(
                    "pending-expiry",
                    "冻结的到期时间须在现在之后，请重新填写。",
                    "The time until which money is held must lie ahead; give another one.",
                )
                .at("expires_at"));
            }
        }
        What::Post { amount, .. } | What::Reversal { amount, .. } => amount.map_or(Ok(()), positive)?,
        What::Void { .. } | What::Expire { .. } => {}
    }
    if ask.event_at.is_some_and(|event| event > now.plus_ms(EVENT_AHEAD_MS)) {
        return Err(Refusal::invalid(
            "transfer-event",
            "业务发生时间不能晚于现在，请核对。",
            "What is written down must have happened; check the time.",
        )
        .at("event_at"));
    }
    Ok(())
}

fn words(ask: &Ask) -> Result<(), Refusal> {
    let code = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
    if ask.code.is_empty() || ask.code.len() > CODE_CHARS_MAX || !ask.code.bytes().all(code) {
        return Err(Refusal::invalid(
            "transfer-code",
            format!("事由代码由小写字母、数字、点和连字符组成，最长 {CODE_CHARS_MAX} 个字符，如 voucher.claimed。"),
            format!("The code of a reason has small letters, digits, dots and hyphens, {CODE_CHARS_MAX} at most, such as voucher.claimed."),
        )
        .at("code"));
    }
    kernel::input::text_fits("reference", &ask.reference, REFERENCE_CHARS_MAX)
}

fn moved(from: &str, to: &str, amount: Fen) -> Result<(), Refusal> {
    if from == to {
        return Err(Refusal::invalid(
            "transfer-same-account",
            "转出与转入不能是同一个账户，请更换其中之一。",
            "Money cannot move from an account to itself; change one of them.",
        )
        .at("to"));
    }
    positive(amount)
}

fn positive(amount: Fen) -> Result<(), Refusal> {
    if amount > Fen::ZERO && amount <= Fen::MAX {
        return Ok(());
    }
    Err(Refusal::invalid(
        "transfer-amount",
        "金额须大于零，以分为单位的整数。",
        "An amount is a whole number of fen above zero.",
    )
    .at("amount"))
}
