//! Pages of a review for its office: everything at a glance, and one page for each thing the office does.

mod forms;
mod office;

pub(super) use office::{kind_name, points};

use super::{read, write};
use askama::Template;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::Shell;
use platform::web::parts::{Action, Form, Table, Tag};

/// A part of a page: words, a table, links, forms that need no words of their own.
#[derive(Default)]
pub(super) struct Block {
    pub id: String,
    pub title: String,
    pub tags: Vec<Tag>,
    pub texts: Vec<String>,
    pub table: Option<Table>,
    pub links: Vec<Action>,
    pub forms: Vec<Form>,
}

impl Block {
    pub(super) fn new(id: impl Into<String>, title: impl Into<String>) -> Block {
        Block { id: id.into(), title: title.into(), ..Block::default() }
    }

    pub(super) fn text(mut self, text: impl Into<String>) -> Block {
        self.texts.push(text.into());
        self
    }
}

/// A page made of such parts.
#[derive(Template)]
#[template(path = "calls/review_page.html")]
pub(super) struct Page {
    pub shell: Shell,
    pub back: String,
    pub above: String,
    pub heading: String,
    pub lede: String,
    pub refusal: String,
    pub blocks: Vec<Block>,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/review", "review_view", get(office::page)),
        read("/calls/{id}/review/{form}", "review_view", get(forms::page)),
        write("/calls/{id}/sittings", "review_begin", "review.begun", post(forms::begin)),
        write("/calls/{id}/reviewers", "reviewer_invite", "review.invited", post(forms::invite)),
        write("/calls/{id}/rivals", "review_rival", "review.rival_named", post(forms::rival)),
        write("/calls/{id}/conflicts", "conflict_set", "review.conflict_set", post(forms::conflict)),
        write("/calls/{id}/waivers", "waiver_ask", "review.waiver_asked", post(forms::waiver)),
        read("/calls/{id}/waivers/{waiver}", "review_view", get(forms::waiver_page)),
        write("/calls/{id}/waivers/{waiver}/decisions", "waiver_decide", "review.waiver_decided", post(forms::decide)),
        write("/calls/{id}/tasks/{task}/replacements", "reviewer_replace", "review.replaced", post(office::replace)),
        write("/calls/{id}/discussions", "discussion_open", "review.discussion", post(office::discuss)),
        write("/calls/{id}/review-closings", "review_close", "review.closed", post(office::close)),
        write("/calls/{id}/shortlists", "shortlist_set", "call.shortlisted", post(forms::shortlist)),
        write("/calls/{id}/interviews", "interview_set", "review.interview_set", post(forms::interview)),
        write("/calls/{id}/interview-endings", "interview_end", "call.heard", post(office::heard)),
        write("/calls/{id}/review-payments", "review_pay", "review.paid", post(office::pay)),
    ]
}
