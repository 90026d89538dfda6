//! Answers (揭榜): what a team proposes, as it came out of its sealed envelope.
//!
//! [`read`] takes an envelope's content for what the form asks, strictly; what can be read and is still not in order is a
//! [`Fault`], which the office looks at in the formal check ([`check`]).

pub mod check;
mod content;

pub use content::{
    Content, INDICATOR_CHARS_MAX, Lead, MEMBERS_MAX, MONTHS_MAX, STAGES_MAX, TASK_CHARS_MAX, Unread, UnreadCode,
    faults, read,
};

use kernel::{Adcode, Fen, codes};
use serde::{Deserialize, Serialize};

codes! {
    /// Where an answer stands.
    AnswerState {
        /// Opened; its form is to be checked.
        Received = "received",
        /// Its envelope could not be opened, or nothing in it could be read.
        Unreadable = "unreadable",
        /// Its form is not in order, with the reason.
        Refused = "refused",
        /// It goes to the experts.
        Admitted = "admitted",
        /// On the shortlist.
        Shortlisted = "shortlisted",
        /// Not on the shortlist.
        Passed = "passed",
        /// Awarded.
        Awarded = "awarded",
        /// On the shortlist and not awarded.
        Unawarded = "unawarded",
    }
}

codes! {
    /// Something about an answer that is not in order, found without looking at what it proposes.
    Fault {
        /// The shares of its members do not come to 100 per cent.
        Shares = "shares",
        /// Its milestones do not come to its total.
        Stages = "stages",
        /// It asks for more than there is.
        Budget = "budget",
        /// Its first member is not the organisation that sent it.
        Lead = "lead",
        /// The challenge owner sent it or is of its team.
        Own = "own",
        /// Two of its members have the same code.
        Twice = "twice",
        /// The envelope held questions that the form does not ask; they are not kept.
        Extra = "extra",
    }
}

impl Fault {
    /// An answer with this fault cannot be admitted: money could not follow it, or nobody may answer his own call.
    pub fn is_hard(self) -> bool {
        matches!(self, Fault::Shares | Fault::Lead | Fault::Own | Fault::Twice)
    }
}

/// A member of the team. The first leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its unified social credit code; may be empty.
    pub uscc: String,
    /// Its id in the registry, where it is known by that code, and always of the lead.
    pub organisation: Option<String>,
    /// Its city; none for elsewhere.
    pub city: Option<Adcode>,
    /// Its share of the money in basis points; all of a team come to 10,000.
    pub share_bp: i64,
    /// What it does.
    pub task: String,
}

/// A milestone that the answer proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its title.
    pub title: String,
    /// What shows that it is reached.
    pub indicators: String,
    /// Months after the contract.
    pub months: i64,
    /// The money asked for it.
    pub amount: Fen,
}

/// A document, as its sender named it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: String,
    /// Its length.
    pub bytes: i64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Opaque id.
    pub id: String,
    /// The call.
    pub call: String,
    /// Its place on the list of the round, from 1: how reviewers and everybody call it while authors are hidden.
    pub number: i64,
    /// The round it was sealed in.
    pub round: String,
    /// The envelope it came in.
    pub envelope: String,
    /// SHA-256 of its content, hexadecimal; none where it cannot be opened.
    pub content_sha256: Option<String>,
    /// The organisation that sent it and leads the team.
    pub organisation: String,
    /// Chinese title.
    pub title: String,
    /// What it proposes, in short.
    pub summary: String,
    /// The plan.
    pub plan: String,
    /// The money it asks for.
    pub total: Fen,
    /// The team; the first leads.
    pub members: Vec<Member>,
    /// Its milestones.
    pub stages: Vec<Stage>,
    /// Its documents.
    pub papers: Vec<Paper>,
    /// What is not in order about it.
    pub faults: Vec<Fault>,
    /// Where it stands.
    pub state: AnswerState,
    /// Why it is unreadable or refused; may be empty.
    pub reason: String,
    /// From the demonstration.
    pub demo: bool,
    /// When it was taken over from its round.
    pub opened_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

impl Answer {
    /// Every organisation of the team that the registry knows, the sender included.
    pub fn organisations(&self) -> Vec<String> {
        let mut all = vec![self.organisation.clone()];
        for id in self.members.iter().filter_map(|member| member.organisation.as_ref()) {
            if !all.contains(id) {
                all.push(id.clone());
            }
        }
        all
    }

    /// The city of the lead.
    pub fn city(&self) -> Option<Adcode> {
        self.members.first().and_then(|member| member.city)
    }
}
