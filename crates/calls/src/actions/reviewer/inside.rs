//! What the office sees of a review: pool and suggestions, answers with their reviewers and scores, conflicts and waivers,
//! ranking and interviews.

use super::{SUGGESTIONS_MAX, load_review, office_owner, review_resource};
use crate::actions::conflict::{Field, expert, may_decide};
use crate::actions::task::under_review;
use crate::rules::answer::Answer;
use crate::rules::call::Call;
use crate::rules::conflict::{ConflictKind, Party, Tie, Waiver};
use crate::rules::draw::specialist;
use crate::rules::reviewer::{Expert, Reviewer, Sitting, Task};
use crate::rules::score::Sheet;
use crate::rules::shortlist::{Interview, Rank};
use crate::store;
use platform::db::Conn;
use platform::identity::account_row;
use platform::journal::{Recorded, of_object};
use platform::{App, Ctx, Outcome};
use registry::lookup;
use std::collections::BTreeSet;

/// Entries of a review's history.
const HISTORY_ENTRIES: i64 = 200;

/// An expert of the pool, with the name that only those inside see.
#[derive(Debug, Clone)]
pub struct Person {
    /// The place in the pool.
    pub reviewer: Reviewer,
    /// The name.
    pub name: String,
    /// Where the expert works.
    pub institution: String,
    /// Works in one of the call's segments.
    pub specialist: bool,
    /// Answers that he reviews now.
    pub load: usize,
}

/// An expert who could be asked.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The record.
    pub expert: Expert,
    /// Works in one of the call's segments.
    pub specialist: bool,
}

/// An answer under review.
#[derive(Debug, Clone)]
pub struct AnswerLine {
    /// The answer, without plan and milestones.
    pub answer: Answer,
    /// Its tasks, those that ended among them.
    pub tasks: Vec<Task>,
    /// Their sheets.
    pub sheets: Vec<Sheet>,
    /// Experts of the pool with conflicts, waived ones included.
    pub conflicts: Vec<(String, Vec<ConflictKind>)>,
}

/// A waiver, with who asked and who decided.
#[derive(Debug, Clone)]
pub struct WaiverLine {
    /// The waiver.
    pub waiver: Waiver,
    /// The reader may decide about it.
    pub may_decide: bool,
    /// The name of whoever asked.
    pub asker: String,
    /// The name of whoever decided; empty while it waits.
    pub decider: String,
}

/// A review for those inside.
#[derive(Debug, Clone)]
pub struct View {
    /// The call.
    pub call: Call,
    /// The review; none before it is begun.
    pub sitting: Option<Sitting>,
    /// The pool.
    pub pool: Vec<Person>,
    /// Who could be asked, those of the call's segments first.
    pub suggestions: Vec<Suggestion>,
    /// The answers by number.
    pub answers: Vec<AnswerLine>,
    /// Competitors of the challenge owner that were named.
    pub rivals: Vec<Party>,
    /// What officers have set.
    pub set: Vec<Tie>,
    /// Waivers, the newest first.
    pub waivers: Vec<WaiverLine>,
    /// The ranking, once the review is closed.
    pub ranks: Vec<Rank>,
    /// Interviews.
    pub interviews: Vec<Interview>,
    /// Open accounts of the office, for fees: id and name.
    pub accounts: Vec<(String, String)>,
    /// The review's own entries, the newest first.
    pub history: Vec<Recorded>,
    /// The reader runs the review, and does not only see it.
    pub runs: bool,
    /// When it was looked at.
    pub now_ms: i64,
}

impl View {
    /// The name of an expert.
    pub fn name(&self, expert: &str) -> &str {
        self.pool.iter().find(|person| person.reviewer.expert == expert).map_or("", |person| person.name.as_str())
    }
}

/// The review of a call, for its office and the joint office.
///
/// # Errors
/// Not found for everybody else.
pub async fn review_view(app: &App, ctx: &Ctx, call: &str) -> Outcome<View> {
    let conn = app.db().read();
    let call = load_review(app, &conn, ctx, "review_view", call).await?;
    let sitting = store::reviewer::sitting_of(&conn, &call.id).await?;
    let runs = app.policies().allows(ctx, "review_begin", &review_resource(&call, ctx.now));
    let mut view = View {
        pool: Vec::new(),
        suggestions: Vec::new(),
        answers: Vec::new(),
        rivals: store::conflict::rivals(&conn, &call.id).await?,
        set: store::conflict::set_for(&conn, &call.id).await?,
        waivers: Vec::new(),
        ranks: Vec::new(),
        interviews: store::shortlist::interviews(&conn, &call.id).await?,
        accounts: if runs { accounts(&conn, &call).await? } else { Vec::new() },
        history: of_object(&conn, super::REVIEW, &call.id, HISTORY_ENTRIES).await?,
        runs,
        now_ms: ctx.now.ms(),
        sitting,
        call,
    };
    if let Some(sitting) = view.sitting.clone() {
        fill(app, ctx, &conn, &mut view, &sitting).await?;
    }
    Ok(view)
}

async fn accounts(conn: &Conn, call: &Call) -> Outcome<Vec<(String, String)>> {
    let found = ledger::accounts_of(conn, &office_owner(call), call.demo).await?;
    Ok(found.into_iter().map(|(account, _)| (account.id, account.name)).collect())
}

async fn fill(app: &App, ctx: &Ctx, conn: &Conn, view: &mut View, sitting: &Sitting) -> Outcome<()> {
    let call = &view.call;
    let field = Field::gather(conn, call, sitting).await?;
    let tasks = store::reviewer::tasks_of(conn, &call.id, sitting.attempt).await?;
    let sheets = store::score::of_call(conn, &call.id, sitting.attempt).await?;
    view.pool = field.pool.iter().map(|reviewer| person(call, &field, reviewer, &tasks)).collect();
    view.suggestions = suggestions(conn, call, &field).await?;
    view.answers = under_review(conn, &call.id)
        .await?
        .into_iter()
        .map(|answer| {
            let own: Vec<Task> = tasks.iter().filter(|task| task.answer == answer.id).cloned().collect();
            let ids: BTreeSet<&str> = own.iter().map(|task| task.id.as_str()).collect();
            let sheets = sheets.iter().filter(|sheet| ids.contains(sheet.task.as_str())).cloned().collect();
            let kinds = |reviewer: &Reviewer| {
                let kinds = field.kinds(call, &reviewer.expert, &answer, ctx.now.ms());
                (!kinds.is_empty()).then(|| (reviewer.expert.clone(), kinds))
            };
            AnswerLine { conflicts: field.pool.iter().filter_map(kinds).collect(), tasks: own, sheets, answer }
        })
        .collect();
    let mut waivers = Vec::with_capacity(field.waivers.len());
    for waiver in &field.waivers {
        waivers.push(WaiverLine {
            may_decide: may_decide(app, ctx, call, waiver),
            asker: account_name(conn, &waiver.asked_by).await?,
            decider: account_name(conn, &waiver.decided_by).await?,
            waiver: waiver.clone(),
        });
    }
    view.waivers = waivers;
    view.ranks = store::shortlist::of_call(conn, &call.id, sitting.attempt).await?;
    Ok(())
}

async fn account_name(conn: &Conn, id: &str) -> Outcome<String> {
    let account = if id.is_empty() { None } else { account_row(conn, id).await? };
    Ok(account.map_or_else(String::new, |account| account.name))
}

fn person(call: &Call, field: &Field, reviewer: &Reviewer, tasks: &[Task]) -> Person {
    let record = field.experts.get(&reviewer.expert);
    Person {
        name: record.map_or(String::new(), |expert| expert.name.clone()),
        institution: record.map_or(String::new(), |expert| expert.institution.clone()),
        specialist: record.is_some_and(|expert| specialist(expert, call)),
        load: tasks.iter().filter(|task| task.expert == reviewer.expert && task.state.counts()).count(),
        reviewer: reviewer.clone(),
    }
}

async fn suggestions(conn: &Conn, call: &Call, field: &Field) -> Outcome<Vec<Suggestion>> {
    let asked: BTreeSet<&str> = field.pool.iter().map(|reviewer| reviewer.expert.as_str()).collect();
    let found = lookup::experts_willing(conn, call.demo, SUGGESTIONS_MAX).await?;
    let fits = |expert: &Expert| expert.account.is_some() && !asked.contains(expert.id.as_str());
    let mut found: Vec<Suggestion> = found
        .into_iter()
        .map(expert)
        .filter(fits)
        .map(|expert| Suggestion { specialist: specialist(&expert, call), expert })
        .collect();
    // Those of the segments first, and from elsewhere before the office's own city.
    let home = call.office_city();
    found.sort_by_key(|one| (!one.specialist, home.is_some() && one.expert.city == home, one.expert.id.clone()));
    Ok(found)
}
