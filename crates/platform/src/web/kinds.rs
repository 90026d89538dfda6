//! What each kind of page needs beside its [`Shell`](super::Shell). A page struct has the frame under the name given here;
//! its template extends `kinds/<kind>.html` and fills the blocks named here.
//!
//! | kind | template | field of the page | blocks to fill |
//! | --- | --- | --- | --- |
//! | list with filters | `kinds/list.html` | `list: ListFrame` | `rows` (`<li>` each); optional `before`, `after` |
//! | detail with side facts | `kinds/detail.html` | `detail: DetailFrame` | `body`; optional `side`, `after` |
//! | one-question form step | `kinds/step.html` | `step: StepFrame` | optional `before`, `aside` |
//! | check your answers | `kinds/check.html` | `check: CheckFrame` | optional `aside` |
//! | receipt | `kinds/receipt.html` | `receipt: parts::Receipt` | optional `after` |
//! | my desk | `kinds/desk.html` | `desk: DeskFrame` | optional `after` |
//! | dashboard | `kinds/dashboard.html` | `dashboard: DashboardFrame` | `panels` |
//! | plain | `shell.html` | – | `main` |
//!
//! Every template also has the block `head` for further `<meta>` or `<link>`.

use super::parts::{
    Action, Answers, Crumbs, Empty, Facets, Facts, Figures, Form, Pager, Phases, Proofs, SearchBox, SortOption, Source,
    Tag, Tone,
};

/// A list with filters in its address.
#[derive(Debug, Clone)]
pub struct ListFrame {
    /// Heading.
    pub heading: String,
    /// One or two sentences; may be empty.
    pub lede: String,
    /// Search box.
    pub search: Option<SearchBox>,
    /// Filters.
    pub facets: Facets,
    /// Orders; none hides the choice.
    pub sorts: Vec<SortOption>,
    /// The main thing to do here, such as 发布需求.
    pub action: Option<Action>,
    /// The same as CSV; empty for none.
    pub csv_href: String,
    /// The same as JSON; empty for none.
    pub json_href: String,
    /// Counts and the next page.
    pub pager: Pager,
    /// Shown instead of the rows when there are none.
    pub empty: Empty,
    /// True numbers the rows (ranked results).
    pub ranked: bool,
}

/// One record with its side facts.
#[derive(Debug, Clone)]
pub struct DetailFrame {
    /// The way here.
    pub crumbs: Crumbs,
    /// Name of the record.
    pub heading: String,
    /// Its name in the other language; may be empty.
    pub other_name: String,
    /// Labels below the name.
    pub tags: Vec<Tag>,
    /// What it is, in one or two sentences; may be empty.
    pub lede: String,
    /// Phases, for records that have them.
    pub phases: Option<Phases>,
    /// Groups of side facts.
    pub facts: Vec<Facts>,
    /// What one can do; the first is the main one.
    pub actions: Vec<Action>,
    /// Where the record comes from.
    pub source: Option<Source>,
    /// Its place in the journal.
    pub proof: Option<Proofs>,
}

/// One question on a page of its own.
#[derive(Debug, Clone)]
pub struct StepFrame {
    /// Where it is posted, its one question (or few that belong together), hidden values, button.
    pub form: Form,
    /// What the whole form is, such as 发布需求.
    pub task: String,
    /// Number of this step, from 1, and of all steps; 0 hides both.
    pub step: usize,
    /// Number of all steps.
    pub steps: usize,
    /// The step before; empty for the first.
    pub back_href: String,
}

impl StepFrame {
    /// True when a question is the page's heading; otherwise the task is.
    pub fn has_question(&self) -> bool {
        self.form.fields.iter().any(|field| field.heading)
    }
}

/// Answers to check before sending.
#[derive(Debug, Clone)]
pub struct CheckFrame {
    /// What the whole form is.
    pub task: String,
    /// The answers.
    pub answers: Answers,
    /// What sending them means.
    pub meaning: String,
    /// The form that sends: hidden values, consent boxes, button.
    pub form: Form,
    /// The step before.
    pub back_href: String,
}

/// A task that waits on the desk.
#[derive(Debug, Clone)]
pub struct DeskTask {
    /// What to do, beginning with a verb.
    pub title: String,
    /// Where to do it.
    pub href: String,
    /// Capability it belongs to.
    pub place: String,
    /// What it is about and who asked.
    pub about: String,
    /// Time left, in words; may be empty.
    pub due: String,
    /// How urgent: cinnabar when late or nearly so.
    pub tone: Tone,
}

/// A group of the desk: waits for me, waits for others, done.
#[derive(Debug, Clone)]
pub struct DeskGroup {
    /// Heading.
    pub heading: String,
    /// Its tasks, the most urgent first.
    pub tasks: Vec<DeskTask>,
    /// Shown when there are none.
    pub empty: Empty,
}

/// What waits for me, in every capability.
#[derive(Debug, Clone)]
pub struct DeskFrame {
    /// Greeting or name.
    pub heading: String,
    /// For whom I act; may be empty.
    pub acting_for: String,
    /// Groups, what waits for me first.
    pub groups: Vec<DeskGroup>,
    /// What I can start.
    pub starts: Vec<Action>,
}

/// Figures and panels.
#[derive(Debug, Clone)]
pub struct DashboardFrame {
    /// The way here, if it is below another page.
    pub crumbs: Option<Crumbs>,
    /// Heading.
    pub heading: String,
    /// One or two sentences; may be empty.
    pub lede: String,
    /// Big numbers.
    pub figures: Figures,
    /// What one can do.
    pub actions: Vec<Action>,
}
