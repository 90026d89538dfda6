//! Calls (榜单): a challenge that an enterprise poses, several cities release together with shared money, and teams
//! anywhere answer.
//!
//! draft → posed (出题) → vetted (论证) → releasing (联合发榜, the cities are asked) → open → closed → checking (形式审查) →
//! review → interview → selection (遴选立项) → notice (公示) → contracting → running → finished. Withdrawn and without an
//! award it can be released again. [`steps`] has the whole table.

mod draft;
pub mod steps;

pub(crate) use draft::CRITERIA_MAX;
pub use draft::{
    CriterionDraft, Gap, HeadDraft, MoneyDraft, Patch, ProblemDraft, ReviewDraft, begin, missing, pose, revise,
};
pub use steps::{Hand, Rule, STEPS, Step, may_step, step};

use kernel::{Adcode, Fen, Instant, codes};

codes! {
    /// Where a call stands.
    CallState {
        /// The challenge owner writes it.
        Draft = "draft",
        /// The office of the owner's city looks at it.
        Posed = "posed",
        /// Vetted: cities and funders are asked for their shares.
        Vetted = "vetted",
        /// The joint act is before its parties.
        Releasing = "releasing",
        /// It takes answers until it closes.
        Open = "open",
        /// No more answers; the envelopes wait for their committee.
        Closed = "closed",
        /// Answers are opened; the office checks their form.
        Checking = "checking",
        /// Experts review.
        Review = "review",
        /// Shortlisted teams are heard.
        Interview = "interview",
        /// The challenge owner chooses within the shortlist.
        Selection = "selection",
        /// The award is on public notice.
        Notice = "notice",
        /// Contracts are signed and registered.
        Contracting = "contracting",
        /// The work goes on, milestone by milestone.
        Running = "running",
        /// Everything is accepted or ended, and the money is accounted for.
        Finished = "finished",
        /// Withdrawn, with the reason.
        Withdrawn = "withdrawn",
        /// Nobody was awarded, with the reason.
        NoAward = "no_award",
    }
}

impl CallState {
    /// Everybody may read calls in these states.
    pub const OPEN: [CallState; 11] = [
        CallState::Open,
        CallState::Closed,
        CallState::Checking,
        CallState::Review,
        CallState::Interview,
        CallState::Selection,
        CallState::Notice,
        CallState::Contracting,
        CallState::Running,
        CallState::Finished,
        CallState::NoAward,
    ];

    /// Whether everybody may read it.
    pub fn is_open(self) -> bool {
        CallState::OPEN.contains(&self)
    }
}

codes! {
    /// How many answers are awarded.
    Mode {
        /// One.
        One = "one",
        /// Several, each with its share of the work and the money.
        Several = "several",
        /// Several at first (赛马): those that fall behind are out at their milestones.
        Race = "race",
    }
}

codes! {
    /// How reviewers come to answers.
    Choosing {
        /// By lot (随机抽取), within strata, from a seed that nobody could choose. The default.
        Draw = "draw",
        /// By the exact best sum of affinities.
        Optimal = "optimal",
        /// The worst served answer as well as can be.
        Fair = "max-min",
        /// By lot with every pair's probability capped.
        Capped = "capped",
    }
}

/// One thing that reviewers judge.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Criterion {
    /// Its code: `c1`, `c2` …
    pub code: String,
    /// Its name, Chinese.
    pub name: String,
    /// Its name, English; may be empty.
    pub name_en: String,
    /// Its weight in basis points; all of a call come to 10,000.
    pub weight_bp: i64,
}

/// How a call is reviewed. It stands in the call, and nothing of it changes after the release.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Review {
    /// What reviewers judge.
    pub criteria: Vec<Criterion>,
    /// Reviewers of each answer.
    pub per_answer: i64,
    /// Answers of one reviewer at most.
    pub load_max: i64,
    /// How reviewers come to answers.
    pub choosing: String,
    /// With [`Choosing::Capped`]: the most probable any pair may be, in basis points.
    pub pair_cap_bp: i64,
    /// Reviewers learn nothing of the authors.
    pub blind: bool,
    /// Shortlisted teams are heard before the owner chooses.
    pub interview: bool,
    /// Scores of one answer that lie further apart than this, in hundredths of a point, call a further reviewer.
    pub apart_hundredths: i64,
    /// Answers on the shortlist at most.
    pub shortlist_max: i64,
    /// Working days of the public notice.
    pub notice_workdays: i64,
}

impl Default for Review {
    fn default() -> Review {
        Review {
            criteria: Vec::new(),
            per_answer: 3,
            load_max: 8,
            choosing: Choosing::Draw.code().to_owned(),
            pair_cap_bp: 5_000,
            blind: true,
            interview: false,
            apart_hundredths: 2_000,
            shortlist_max: 3,
            notice_workdays: 5,
        }
    }
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Opaque id.
    pub id: String,
    /// Its number (榜单编号), given when it is vetted; empty before.
    pub number: String,
    /// The challenge owner (出题方), an organisation.
    pub owner: String,
    /// The owner stays unnamed until the award.
    pub unnamed: bool,
    /// The office that vets and reviews: the code of the owner's member city, or [`super::JOINT`].
    pub office: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What everybody reads, Chinese.
    pub summary: String,
    /// English; may be empty.
    pub summary_en: String,
    /// What an answerer reads once he has signed the non-disclosure agreement; may be empty.
    pub details: String,
    /// The agreement he signs; empty where nothing is protected.
    pub nda: String,
    /// Segments of the industry chain.
    pub segments: Vec<String>,
    /// An opaque reference to the choke point it addresses; may be empty.
    pub choke_point: String,
    /// Who may answer; may be empty.
    pub eligibility: String,
    /// How intellectual property is shared, in words.
    pub ip: String,
    /// How many are awarded.
    pub mode: Mode,
    /// Awards at most.
    pub winners_max: i64,
    /// All the money there is for awards.
    pub budget: Fen,
    /// How it is reviewed.
    pub review: Review,
    /// Where it stands, as stored; see [`Call::state_at`].
    pub state: CallState,
    /// Version of its text; a change after the release is an amendment and raises it.
    pub version: i64,
    /// The joint act of its release.
    pub accord: Option<String>,
    /// The committee that opens its answers.
    pub committee: Option<String>,
    /// The sealed round that takes its answers.
    pub round: Option<String>,
    /// First moment that is too late for an answer.
    pub closes_ms: Option<i64>,
    /// Until when whoever is at work has to be done; none where no clock runs.
    pub due_ms: Option<i64>,
    /// A year on the way to `due_ms` has no published calendar, so that the day may move.
    pub due_provisional: bool,
    /// Why it was sent back, withdrawn or left without an award; may be empty.
    pub reason: String,
    /// The account that posed it.
    pub posed_by: String,
    /// The account that vetted it.
    pub vetted_by: String,
    /// When it was released.
    pub opened_ms: Option<i64>,
    /// Since when the owner is named; none while unnamed.
    pub named_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
    /// When it was begun.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

impl Call {
    /// Where it stands at a moment: the clock closes it, before anybody writes that down.
    pub fn state_at(&self, now: Instant) -> CallState {
        match self.state {
            CallState::Open if self.closes_ms.is_some_and(|closes| now.ms() >= closes) => CallState::Closed,
            state => state,
        }
    }

    /// The owner, where everybody may know it.
    pub fn owner_open(&self) -> Option<&str> {
        (!self.unnamed || self.named_ms.is_some()).then_some(self.owner.as_str())
    }

    /// The office's city; none for the joint office.
    pub fn office_city(&self) -> Option<Adcode> {
        Adcode::parse(&self.office).ok()
    }

    /// How reviewers come to answers.
    pub fn choosing(&self) -> Choosing {
        Choosing::parse(&self.review.choosing).unwrap_or(Choosing::Draw)
    }
}
