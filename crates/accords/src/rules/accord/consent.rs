//! What parties say of a version, and when that brings the act into force.

use super::{Accord, AccordState, NUMBER_CHARS_MAX, Party, PartyKind, REASON_CHARS_MAX};
use kernel::input::{line, needed};
use kernel::{By, Instant, Refusal, codes};

codes! {
    /// What a party says.
    Word {
        /// It consents.
        Agrees = "agrees",
        /// It consents with a reservation, whose text stands beside its name.
        Reserves = "reserves",
        /// It does not consent, and says why.
        Declines = "declines",
        /// It takes back what it said, before the act came into force.
        Withdraws = "withdraws",
    }
}

impl Word {
    /// Whether the act may stand on it.
    pub fn consents(self) -> bool {
        matches!(self, Word::Agrees | Word::Reserves)
    }
}

/// What a party said of one version, by whom and when. Nothing said is ever changed; the latest counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Opaque id.
    pub id: String,
    /// The act.
    pub accord: String,
    /// The version of its text.
    pub version: i64,
    /// Code of the party.
    pub party: String,
    /// What it said.
    pub word: Word,
    /// The reservation or the reason; empty for a plain yes.
    pub text: String,
    /// Number of an outer party's letter; empty for the others.
    pub letter: String,
    /// The account that said it, or recorded it for an outer party.
    pub by: String,
    /// Its name at that time.
    pub by_name: String,
    /// When.
    pub at_ms: i64,
}

/// What is said, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SayCommand {
    /// Code of the party.
    pub party: String,
    /// The version that was read.
    pub version: i64,
    /// Code of a [`Word`].
    pub word: String,
    /// The reservation or the reason.
    pub text: String,
    /// Number of an outer party's letter.
    pub letter: String,
}

/// The latest thing a party said of the present version; none where it has said nothing or taken it back.
pub fn latest<'a>(accord: &Accord, said: &'a [Consent], party: &str) -> Option<&'a Consent> {
    standing_of(said, accord.version, party)
}

/// The same of any version. `said` is in the order in which it was said.
pub fn standing_of<'a>(said: &'a [Consent], version: i64, party: &str) -> Option<&'a Consent> {
    let last = said.iter().rev().find(|consent| consent.version == version && consent.party == party);
    last.filter(|consent| consent.word != Word::Withdraws)
}

/// A party speaks. `said` is everything said of the act before.
///
/// # Errors
/// `accord-not-circulated`, `consent-late`, `accord-version`, not found, `consent-word`, `reservation-needed`,
/// `letter-needed`, `consent-none`, `consent-same`, or a text rule.
pub fn say(id: &str, accord: &Accord, said: &[Consent], command: &SayCommand, by: By<'_>) -> Result<Consent, Refusal> {
    let party = accord.party(&command.party).ok_or_else(Refusal::not_found)?;
    asked(accord, command.version, by.now)?;
    let word = Word::parse(&command.word).ok_or_else(|| {
        Refusal::invalid("consent-word", "请选择本方的意见。", "Choose what this party says.").at("word")
    })?;
    let before = latest(accord, said, &party.code);
    let consent = Consent {
        id: id.to_owned(),
        accord: accord.id.clone(),
        version: accord.version,
        party: party.code.clone(),
        word,
        text: reason(word, &command.text)?,
        letter: letter(party, word, &command.letter)?,
        by: by.account.to_owned(),
        by_name: by.name.to_owned(),
        at_ms: by.now.ms(),
    };
    match before {
        None if word == Word::Withdraws => Err(Refusal::conflict(
            "consent-none",
            "本方对这一版本还没有表态，没有可撤回的意见。",
            "This party has said nothing of this version, so there is nothing to take back.",
        )),
        Some(old) if old.word == word && old.text == consent.text && old.letter == consent.letter => {
            Err(Refusal::conflict(
                "consent-same",
                "本方已经这样表态，无需重复。请刷新后查看。",
                "This party has said exactly that already. Refresh to see it.",
            ))
        }
        _ => Ok(consent),
    }
}

fn asked(accord: &Accord, version: i64, now: Instant) -> Result<(), Refusal> {
    match accord.state_at(now) {
        AccordState::Circulated if accord.version == version => Ok(()),
        AccordState::Circulated => Err(Refusal::conflict(
            "accord-version",
            format!("文本已更新为第 {} 版，请重新阅读后再表态。", accord.version),
            format!("The text is now version {}. Read it again before you answer.", accord.version),
        )),
        AccordState::Failed if accord.state == AccordState::Circulated => Err(Refusal::conflict(
            "consent-late",
            "征求同意的期限已过，不能再表态。请与联席会议办公室联系。",
            "The deadline has passed, so nothing more can be said. Ask the joint office.",
        )),
        _ => Err(Refusal::conflict(
            "accord-not-circulated",
            "这份共同决定不在征求同意阶段，现在不能表态或撤回。",
            "This joint act is not before the parties, so nothing can be said or taken back now.",
        )),
    }
}

fn reason(word: Word, text: &str) -> Result<String, Refusal> {
    let text = line(text, REASON_CHARS_MAX, "text")?;
    match word {
        Word::Agrees => Ok(String::new()),
        Word::Reserves if text.is_empty() => Err(Refusal::invalid(
            "reservation-needed",
            "请写明保留意见，它会与本方名称一并公布。",
            "Write the reservation; it is published beside the party's name.",
        )
        .at("text")),
        Word::Declines if text.is_empty() => Err(Refusal::invalid(
            "reason-needed",
            "请写明不同意的理由，各方会看到。",
            "Say why not; the parties are shown it.",
        )
        .at("text")),
        _ => Ok(text),
    }
}

fn letter(party: &Party, word: Word, typed: &str) -> Result<String, Refusal> {
    if party.kind != PartyKind::Outer || word == Word::Withdraws {
        return Ok(String::new());
    }
    needed(typed, NUMBER_CHARS_MAX, "letter").map_err(|refusal| match refusal.code {
        "needed" => Refusal::invalid(
            "letter-needed",
            "请填写对方来函的文号，作为代为登记的依据。",
            "Give the number of the party's letter; what is recorded for it rests on that.",
        )
        .at("letter"),
        _ => refusal,
    })
}

/// Brings the act into force if every party whose consent it takes has consented to the present version; none otherwise.
pub fn settle(accord: &Accord, said: &[Consent], now: Instant) -> Option<Accord> {
    let consented = |party: &&Party| latest(accord, said, &party.code).is_some_and(|consent| consent.word.consents());
    let mut asked = accord.parties.iter().filter(|party| accord.takes(party)).peekable();
    let reached = accord.state_at(now) == AccordState::Circulated
        && asked.peek().is_some()
        && asked.all(|party| consented(&party));
    reached.then(|| Accord {
        state: AccordState::InForce,
        in_force_ms: Some(now.ms()),
        valid_from: accord.valid_from.or(Some(now.date())),
        updated_ms: now.ms(),
        ..accord.clone()
    })
}
