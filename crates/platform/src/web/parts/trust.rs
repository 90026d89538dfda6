//! Labels, reasons, receipts: the parts that say how far something can be trusted.

use askama::Template;

use crate::web::html_safe;
use crate::web::texts::T;

/// A colour with its meaning; never the only carrier of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Success, the G60 line, the primary action.
    Pine,
    /// Information, links, the railway line.
    Indigo,
    /// Needs you now; time is running.
    Cinnabar,
    /// Honour, highlight.
    Gold,
}

impl Tone {
    /// Class name in the stylesheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Pine => "pine",
            Self::Indigo => "indigo",
            Self::Cinnabar => "cinnabar",
            Self::Gold => "gold",
        }
    }

    /// A tone for the n-th of several series or shares.
    pub fn nth(index: usize) -> Self {
        [Self::Pine, Self::Indigo, Self::Gold, Self::Cinnabar, Self::Plain][index % 5]
    }
}

/// A short label.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/tag.html")]
pub struct Tag {
    /// Its colour.
    pub tone: Tone,
    /// Its words.
    pub text: String,
    /// An explanation shown on hover and read aloud after the words; may be empty.
    pub note: String,
    /// A page that explains or filters; empty for none.
    pub href: String,
}

impl Tag {
    /// A label.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), note: String::new(), href: String::new() }
    }

    /// Adds an explanation.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Makes it a link.
    pub fn link(mut self, href: impl Into<String>) -> Self {
        self.href = href.into();
        self
    }

    /// 未认领: nobody of the organisation has claimed this page.
    pub fn unclaimed(t: T) -> Self {
        Self::new(Tone::Plain, t.msg("label-unclaimed")).note(t.msg("label-unclaimed-note"))
    }

    /// 未核验: a statement of the pack that no authority has confirmed.
    pub fn unverified(t: T) -> Self {
        Self::new(Tone::Plain, t.msg("label-unverified")).note(t.msg("label-unverified-note"))
    }

    /// 示例: invented for the demonstration.
    pub fn demo(t: T) -> Self {
        Self::new(Tone::Gold, t.msg("label-demo")).note(t.msg("label-demo-note"))
    }
}

/// Text with highlighted stretches.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "parts/marked.html")]
pub struct Marked {
    /// Stretches in order: the text, and whether it is highlighted.
    pub stretches: Vec<(String, bool)>,
}

impl Marked {
    /// Text without a highlight.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { stretches: vec![(text.into(), false)] }
    }
}

impl<S: Into<String>> FromIterator<(S, bool)> for Marked {
    fn from_iter<I: IntoIterator<Item = (S, bool)>>(stretches: I) -> Self {
        Self { stretches: stretches.into_iter().map(|(text, marked)| (text.into(), marked)).collect() }
    }
}

/// One reason why a result is where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyReason {
    /// What kind of reason, such as 文字 or 环节.
    pub label: String,
    /// The reason itself.
    pub text: Marked,
    /// The source of a fact; empty for none.
    pub source_href: String,
}

impl WhyReason {
    /// A reason without a source.
    pub fn new(label: impl Into<String>, text: Marked) -> Self {
        Self { label: label.into(), text, source_href: String::new() }
    }
}

/// The line below a result that says why.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/why.html")]
pub struct Why {
    /// Texts.
    pub t: T,
    /// Reasons, the strongest first.
    pub reasons: Vec<WhyReason>,
}

/// The proof line below a record: number in the journal, checkpoint, how to verify.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/proofs.html")]
pub struct Proofs {
    /// Texts.
    pub t: T,
    /// Number of the journal entry.
    pub entry: i64,
    /// When it was recorded, epoch milliseconds.
    pub at_ms: i64,
    /// Short form of its hash; empty before there is one.
    pub digest: String,
    /// Page with the proof; empty for none.
    pub href: String,
}

impl Proofs {
    /// The line for an entry, with the page that proves it.
    pub fn of(t: T, entry: i64, at_ms: i64) -> Self {
        Self { t, entry, at_ms, digest: String::new(), href: crate::journal::entry_href(entry) }
    }
}

/// The end of every submission: its number, what happens next, whom to ask.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/receipt.html")]
pub struct Receipt {
    /// Texts.
    pub t: T,
    /// Heading, such as 需求已提交.
    pub title: String,
    /// Number to quote.
    pub number: String,
    /// When it was received, epoch milliseconds.
    pub at_ms: i64,
    /// What happens next, in order.
    pub next: Vec<String>,
    /// Links: address and words. The first is the main one.
    pub links: Vec<(String, String)>,
    /// Its place in the journal.
    pub proof: Option<Proofs>,
}

html_safe!(Tag, Marked, Why, Proofs, Receipt);
