//! Tools of pages: forms and what comes back of them, receipts, lists, histories.

pub mod browse;
pub mod frames;
pub mod typed;

use crate::actions::Done;
use axum::http::StatusCode;
use axum::response::Response;
use frames::{ReceiptPage, StepPage};
use kernel::Refusal;
use platform::journal::{Recorded, entry_href};
use platform::policy::STEP_UP;
use platform::web::kinds::{DetailFrame, StepFrame};
use platform::web::parts::{Crumbs, Form, Proofs, Receipt};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{Caller, Fault};
use typed::Typed;

/// The pages below one entry of a menu, by its address.
#[derive(Debug, Clone, Copy)]
pub struct Section(pub &'static str);

impl Section {
    /// The frame of a page that is for its reader only.
    pub fn shell(self, caller: &Caller, title: impl Into<String>) -> Shell {
        caller.visit.shell(title).private().here(self.0)
    }

    /// The frame of a list that everybody finds; `noun` begins its text keys.
    pub fn list(self, caller: &Caller, noun: &str) -> Shell {
        let t = caller.visit.t;
        caller
            .visit
            .shell(t.msg(format!("{noun}-list-title")))
            .describe(t.msg(format!("{noun}-list-lede")))
            .here(self.0)
    }

    /// A page that is one form.
    pub fn form(self, caller: &Caller, task: String, back: impl Into<String>, form: Form) -> StepPage {
        let shell = self.shell(caller, task.clone());
        StepPage { shell, step: StepFrame { form, task, step: 0, steps: 0, back_href: back.into() } }
    }

    /// The same form as it was typed, with what is wrong.
    pub fn again(
        self,
        caller: &Caller,
        task: String,
        back: impl Into<String>,
        form: Form,
        typed: &Typed,
        refusal: &Refusal,
    ) -> Response {
        let form = form.fill(typed.pairs()).refuse(refusal);
        html_with(status(refusal), &self.form(caller, task, back, form))
    }

    /// The receipt of what was done.
    pub fn receipt(
        self,
        caller: &Caller,
        title: String,
        done: &Done,
        next: Vec<String>,
        links: Vec<(String, String)>,
    ) -> Response {
        let receipt = Receipt {
            t: caller.visit.t,
            title: title.clone(),
            number: done.entry.to_string(),
            at_ms: done.at_ms,
            next,
            links,
            proof: None,
        };
        html(&ReceiptPage::new(self.shell(caller, title), receipt))
    }
}

/// What a page says to a fault: a refusal of what was typed or tried comes back with the page it came from.
///
/// Anything else (a stranger, one whose role does not do, a missing proof of who sits there, a failure) has a page of its own.
///
/// # Errors
/// Whatever has a page of its own.
pub fn refused(fault: Fault) -> Result<Refusal, Problem> {
    match fault {
        Fault::Refused(refusal)
            if !matches!(refusal.kind.status(), 401 | 404)
                && refusal.code != Refusal::forbidden().code
                && refusal.code != STEP_UP =>
        {
            Ok(refusal)
        }
        fault => Err(fault.into()),
    }
}

/// The status of a page that comes back with a refusal.
pub fn status(refusal: &Refusal) -> StatusCode {
    StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

/// A text in the reader's language.
pub fn word(t: T, key: impl AsRef<str>) -> String {
    t.msg(key).into_owned()
}

/// The frame of one thing, with nothing yet but its heading and the way to it.
pub fn detail(crumbs: Crumbs, heading: impl Into<String>) -> DetailFrame {
    DetailFrame {
        crumbs,
        heading: heading.into(),
        other_name: String::new(),
        tags: Vec::new(),
        lede: String::new(),
        phases: None,
        facts: Vec::new(),
        actions: Vec::new(),
        source: None,
        proof: None,
    }
}

/// A line of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// What happened, in words.
    pub text: String,
    /// When.
    pub at_ms: i64,
    /// Number of the journal entry.
    pub entry: i64,
    /// The page of that entry.
    pub href: String,
}

/// What happened, in words: `say` puts an entry into words by its text key, which begins with `noun`. What has no words is left
/// out.
pub fn history(t: T, noun: &str, entries: &[Recorded], say: impl Fn(&str, &Recorded) -> String) -> Vec<HistoryLine> {
    let line = |entry: &Recorded| {
        let key = format!("{noun}-event-{}", entry.kind.split('.').nth(1)?.replace('_', "-"));
        t.texts.has(&key).then(|| HistoryLine {
            text: say(&key, entry),
            at_ms: entry.at_ms,
            entry: entry.entry_id,
            href: entry_href(entry.entry_id),
        })
    };
    entries.iter().filter_map(line).collect()
}

/// The newest entry that everybody may read.
pub fn proof(t: T, entries: &[Recorded]) -> Option<Proofs> {
    let entry = entries.iter().find(|entry| entry.public)?;
    Some(Proofs::of(t, entry.entry_id, entry.at_ms))
}

/// A text in lines, without empty ones.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect()
}

/// What is shown in the other language beside a text; empty where there is nothing or it is the same.
pub fn other_side<'a>(t: T, zh: &'a str, en: &'a str) -> &'a str {
    let shown = t.pick(zh, en);
    let other = if shown == zh { en } else { zh };
    if other == shown { "" } else { other }
}
