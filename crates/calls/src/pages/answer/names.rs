//! Names of states, faults and reasons.

use crate::pages::word;
use crate::rules::answer::{Answer, AnswerState, Fault};
use platform::web::T;
use platform::web::parts::{Tag, Tone};

/// Where an answer stands, as a label.
pub(super) fn state_tag(t: T, state: AnswerState) -> Tag {
    let tone = match state {
        AnswerState::Received => Tone::Gold,
        AnswerState::Unreadable | AnswerState::Refused => Tone::Cinnabar,
        AnswerState::Admitted | AnswerState::Shortlisted => Tone::Indigo,
        AnswerState::Awarded => Tone::Pine,
        AnswerState::Passed | AnswerState::Unawarded => Tone::Plain,
    };
    Tag::new(tone, state_name(t, state.code()))
}

/// What a state is called.
pub(super) fn state_name(t: T, code: &str) -> String {
    word(t, format!("answer-state-{code}"))
}

/// Why an answer could not be opened or read, or was refused, in words.
pub(super) fn reason(t: T, answer: &Answer) -> String {
    if answer.reason.is_empty() {
        return String::new();
    }
    if answer.state == AnswerState::Refused {
        return word(t, format!("answer-check-{}", answer.reason));
    }
    let (code, place) = answer.reason.split_once(':').unwrap_or((answer.reason.as_str(), ""));
    let known = [format!("answer-unread-{code}"), format!("envelope-reason-{code}")];
    match known.iter().find(|key| t.texts.has(key)) {
        Some(key) if !place.is_empty() => t.n(key, place.parse::<i64>().unwrap_or_default()),
        Some(key) => word(t, key),
        None => answer.reason.clone(),
    }
}

/// What is not in order, as a label.
pub(super) fn fault_tag(t: T, fault: Fault) -> Tag {
    let tone = if fault.is_hard() { Tone::Cinnabar } else { Tone::Gold };
    Tag::new(tone, t.msg(format!("answer-fault-{}", fault.code())))
}

/// Basis points as per cent.
pub(super) fn percent(bp: i64) -> String {
    let text = format!("{}.{:02}", bp / 100, bp % 100);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Bytes as people read them.
pub(super) fn bytes(t: T, count: i64) -> String {
    match count {
        ..1_024 => format!("{} B", t.num(count)),
        1_024..1_048_576 => format!("{} KiB", t.num(count / 1_024)),
        _ => format!("{} MiB", t.num(count / 1_048_576)),
    }
}

/// What an answer is called: its number while its title is not for the reader.
pub(super) fn heading(t: T, answer: &Answer) -> String {
    if answer.title.is_empty() { t.n("answer-number", answer.number) } else { answer.title.clone() }
}
