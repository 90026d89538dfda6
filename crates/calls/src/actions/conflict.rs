//! Conflicts: experts' own ties, what officers set, waivers with four eyes, and what becomes of reviewers whom a conflict
//! reaches later.

use super::reviewer::{aside, load_review, race, sitting};
use super::{by, load, task};
use crate::rules::answer::Answer;
use crate::rules::call::Call;
use crate::rules::conflict::{
    self as rules, Around, ConflictKind, Known, OfficerDraft, Party, TIES_MAX, Tie, TieDraft, Waiver,
};
use crate::rules::reviewer::{Expert, Reviewer, Sitting, Task, TaskState, going, leave};
use crate::store;
use kernel::Refusal;
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use registry::lookup;
use registry::rules::expert::{Availability, Expert as Record, ExpertState};
use rooms::actions::Done;
use serde_json::json;
use std::collections::BTreeMap;

/// The object kind of an expert's ties in the journal.
const TIES: &str = "expert_ties";

/// An expert's ties as policies see them.
fn ties_resource(expert: &Record) -> Resource {
    let account = expert.account.clone().unwrap_or_default();
    Resource::new("ExpertTies", &expert.id).with("account", account)
}

/// A waiver as policies see it.
fn waiver_resource(call: &Call, waiver: &Waiver) -> Resource {
    Resource::new("CallWaiver", &waiver.id)
        .with("owner", call.owner.as_str())
        .with("office", call.office.as_str())
        .with("asker", waiver.asked_by.as_str())
}

/// A party with its id in the registry, where its code is known there.
pub(super) async fn known(conn: &Conn, party: Party) -> Outcome<Party> {
    let found = match party.uscc.as_str() {
        "" => None,
        uscc => lookup::organisation_by_uscc(conn, uscc).await?,
    };
    Ok(Party { organisation: found.map(|organisation| organisation.id), ..party })
}

/// A record of the registry, as far as a review asks.
pub(super) fn expert(record: Record) -> Expert {
    Expert {
        willing: record.state == ExpertState::Listed && record.availability != Availability::Closed,
        id: record.id,
        account: record.account,
        name: record.name,
        institution: record.institution,
        city: record.city,
        fields: record.fields,
        fields_en: record.fields_en,
        segments: record.segments,
        demo: record.demo,
    }
}

/// Who the actor is as an expert.
async fn own(app: &App, conn: &Conn, ctx: &Ctx, action: &str) -> Outcome<Record> {
    let expert = lookup::expert_of(conn, ctx.actor.id()).await?.ok_or_else(Refusal::not_found)?;
    app.policies().require(ctx, action, &ties_resource(&expert))?;
    Ok(expert)
}

/// The actor's own ties, the newest first.
///
/// # Errors
/// Not found for whoever is no expert.
pub async fn tie_list(app: &App, ctx: &Ctx) -> Outcome<Vec<Tie>> {
    let conn = app.db().read();
    let expert = own(app, &conn, ctx, "tie_view").await?;
    store::conflict::declared(&conn, &expert.id).await
}

/// An expert declares a tie. It counts for every call, also for those he reviews already.
///
/// # Errors
/// Not found, `ties-many`, or the first field that breaks a rule.
pub async fn tie_declare(app: &App, ctx: &Ctx, draft: TieDraft) -> Outcome<Done> {
    let input = (app.clone(), draft, platform::random::id());
    app.in_txn(ctx, "tie_declare", input, |tx, (app, draft, id)| {
        Box::pin(async move {
            let expert = own(app, tx, tx.ctx(), "tie_declare").await?;
            if store::conflict::declared(tx, &expert.id).await?.len() >= TIES_MAX {
                return Err(many().into());
            }
            let tie = rules::declare(id.clone(), &expert.id, draft, by(tx))?;
            let tie = Tie { party: known(tx, tie.party.clone()).await?, ..tie };
            store::conflict::save(tx, &tie).await?;
            for place in store::reviewer::pools_of(tx, tx.ctx().actor.id()).await? {
                let call = load(tx, &place.call).await?;
                settle(app, tx, &call).await?;
            }
            ties_entry(tx, "review.tie_declared", &expert).await
        })
    })
    .await
}

fn many() -> Refusal {
    Refusal::conflict(
        "ties-many",
        format!("最多申报 {TIES_MAX} 项，请先删去不再有效的。"),
        format!("At most {TIES_MAX} ties can be declared. End those that do not hold any more."),
    )
}

async fn ties_entry(tx: &Txn, kind: &'static str, expert: &Record) -> Outcome<Done> {
    let entry = tx.journal(Entry::new(kind, TIES, &expert.id).demo(expert.demo).data(json!({}))).await?;
    Ok(Done::new(tx, &expert.id, entry))
}

/// An expert ends a tie of his own.
///
/// # Errors
/// Not found.
pub async fn tie_end(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "tie_end", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let expert = own(app, tx, tx.ctx(), "tie_end").await?;
            let tie = store::conflict::by_id(tx, id).await?;
            let tie = tie.filter(|tie| tie.expert == expert.id && tie.call.is_none() && tie.ended_ms.is_none());
            let tie = tie.ok_or_else(Refusal::not_found)?;
            store::conflict::save(tx, &Tie { ended_ms: Some(tx.ctx().now.ms()), ..tie }).await?;
            ties_entry(tx, "review.tie_ended", &expert).await
        })
    })
    .await
}

/// An officer sets a conflict of an expert with one answer, or with an organisation. A reviewer whom it reaches leaves; what
/// he scored is kept and does not count, and another is drawn.
///
/// # Errors
/// Not found, `review-closed`, `answer-unknown`, `experts-none`, `needed`, `tie-party`.
pub async fn conflict_set(app: &App, ctx: &Ctx, call: &str, draft: OfficerDraft) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), draft, platform::random::id());
    app.in_txn(ctx, "conflict_set", input, |tx, (app, call, draft, id)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "conflict_set", call).await?;
            going(&sitting(tx, &call.id).await?)?;
            in_pool(tx, &call.id, &draft.expert).await?;
            let answer = match draft.answer.trim() {
                "" => None,
                number => Some(numbered(tx, &call.id, number).await?.id),
            };
            let tie = rules::set(id.clone(), &call.id, answer.as_deref(), draft, by(tx))?;
            let tie = Tie { party: known(tx, tie.party.clone()).await?, ..tie };
            store::conflict::save(tx, &tie).await?;
            settle(app, tx, &call).await?;
            aside(tx, "review.conflict_set", &call, json!({ "tie": id })).await
        })
    })
    .await
}

async fn in_pool(conn: &Conn, call: &str, expert: &str) -> Outcome<Reviewer> {
    let pool = store::reviewer::pool(conn, call).await?;
    let found = pool.into_iter().find(|reviewer| reviewer.expert == expert);
    Ok(found.ok_or_else(|| {
        Refusal::invalid("experts-none", "请从专家名单中选择专家。", "Choose an expert of the pool.").at("expert")
    })?)
}

/// The answer with a number, among those that are reviewed.
pub(super) async fn numbered(conn: &Conn, call: &str, number: &str) -> Outcome<Answer> {
    let unknown = || {
        Refusal::invalid("answer-unknown", "请填写评审中的答卷编号。", "Write the number of an answer under review.")
            .at("answer")
    };
    let number: i64 = number.trim().parse().map_err(|_| unknown())?;
    let found = task::under_review(conn, call).await?;
    Ok(found.into_iter().find(|answer| answer.number == number).ok_or_else(unknown)?)
}

/// An officer asks for a waiver of a pair's conflicts, with the reason.
///
/// # Errors
/// Not found, `waiver-nothing`, `waiver-asked`, `answer-unknown`, `experts-none`, `needed`.
pub async fn waiver_ask(app: &App, ctx: &Ctx, call: &str, draft: OfficerDraft) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), draft, platform::random::id());
    app.in_txn(ctx, "waiver_ask", input, |tx, (app, call, draft, id)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "waiver_ask", call).await?;
            let sitting = sitting(tx, &call.id).await?;
            going(&sitting)?;
            in_pool(tx, &call.id, &draft.expert).await?;
            let answer = numbered(tx, &call.id, &draft.answer).await?;
            let field = Field::gather(tx, &call, &sitting).await?;
            let kinds = field.kinds(&call, &draft.expert, &answer, tx.ctx().now.ms());
            let waiver = rules::ask(id.clone(), (&call.id, &draft.expert, &answer.id), kinds, &draft.reason, by(tx))?;
            store::conflict::save_waiver(tx, &waiver).await.map_err(|fault| race(fault, asked))?;
            aside(tx, "review.waiver_asked", &call, json!({ "waiver": id })).await
        })
    })
    .await
}

fn asked() -> Refusal {
    Refusal::conflict(
        "waiver-asked",
        "该专家与该答卷的豁免已申请过，请查看其决定。",
        "A waiver for this expert and this answer has been asked for. See what was decided.",
    )
}

/// Another officer decides about a waiver. Two at once: the row is written once, the second reads that it is decided.
///
/// # Errors
/// Not found, `waiver-own`, `waiver-decided`, `needed`, `review-closed`.
pub async fn waiver_decide(app: &App, ctx: &Ctx, id: &str, granted: bool, remark: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), granted, remark.to_owned());
    app.in_txn(ctx, "waiver_decide", input, |tx, (app, id, granted, remark)| {
        Box::pin(async move {
            let waiver = store::conflict::waiver_by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            let call = load(tx, &waiver.call).await?;
            app.policies().require(tx.ctx(), "review_view", &super::reviewer::review_resource(&call, tx.ctx().now))?;
            let next = rules::decide(&waiver, *granted, remark, by(tx))?;
            app.policies().require(tx.ctx(), "waiver_decide", &waiver_resource(&call, &waiver))?;
            going(&sitting(tx, &call.id).await?)?;
            store::conflict::save_waiver(tx, &next).await?;
            let data = json!({ "waiver": id, "granted": granted, "asked_by": waiver.asked_by });
            aside(tx, "review.waiver_decided", &call, data).await
        })
    })
    .await
}

/// Whether the actor may decide about a waiver.
pub(super) fn may_decide(app: &App, ctx: &Ctx, call: &Call, waiver: &Waiver) -> bool {
    waiver.granted.is_none() && app.policies().allows(ctx, "waiver_decide", &waiver_resource(call, waiver))
}

/// All that conflicts of a call are computed from.
pub(super) struct Field {
    /// The pool.
    pub pool: Vec<Reviewer>,
    /// Records of the pool's experts.
    pub experts: BTreeMap<String, Expert>,
    organisations: BTreeMap<String, Vec<String>>,
    ties: BTreeMap<String, Vec<Tie>>,
    before: BTreeMap<String, Vec<String>>,
    owner: Party,
    rivals: Vec<Party>,
    /// Waivers, also those that wait.
    pub waivers: Vec<Waiver>,
}

impl Field {
    /// Reads it all.
    pub async fn gather(conn: &Conn, call: &Call, sitting: &Sitting) -> Outcome<Field> {
        let pool = store::reviewer::pool(conn, &call.id).await?;
        let ids: Vec<String> = pool.iter().map(|reviewer| reviewer.expert.clone()).collect();
        let experts = lookup::experts(conn, &ids).await?;
        let mut organisations = BTreeMap::new();
        for reviewer in &pool {
            let own = lookup::organisations_of(conn, &reviewer.account).await?;
            organisations.insert(reviewer.expert.clone(), own);
        }
        let mut ties: BTreeMap<String, Vec<Tie>> = BTreeMap::new();
        for tie in store::conflict::of_experts(conn, &call.id, &ids).await? {
            ties.entry(tie.expert.clone()).or_default().push(tie);
        }
        let mut before: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (expert, answer) in store::reviewer::before(conn, &call.id, sitting.attempt).await? {
            before.entry(expert).or_default().push(answer);
        }
        let owner = lookup::organisation(conn, &call.owner).await?;
        let owner = owner.map_or_else(Party::default, |owner| Party {
            name: owner.name,
            uscc: owner.uscc.unwrap_or_default(),
            organisation: Some(owner.id),
        });
        Ok(Field {
            experts: experts.into_iter().map(|record| (record.id.clone(), expert(record))).collect(),
            rivals: store::conflict::rivals(conn, &call.id).await?,
            waivers: store::conflict::waivers_of(conn, &call.id).await?,
            pool,
            organisations,
            ties,
            before,
            owner,
        })
    }

    /// The conflicts of a pair, waived or not. An expert whose record is gone conflicts with everything.
    pub fn kinds(&self, call: &Call, expert: &str, answer: &Answer, now_ms: i64) -> Vec<ConflictKind> {
        let Some(record) = self.experts.get(expert) else { return vec![ConflictKind::Declared] };
        let none = Vec::new();
        let known = Known {
            expert: record,
            organisations: self.organisations.get(expert).map_or(&[], Vec::as_slice),
            ties: self.ties.get(expert).map_or(&[], Vec::as_slice),
            before: self.before.get(expert).unwrap_or(&none),
        };
        let around = Around { call: &call.id, owner: &self.owner, rivals: &self.rivals, now_ms };
        rules::conflicts(&known, answer, &around)
    }

    /// The conflicts of a pair that no waiver lifts.
    pub fn standing(&self, call: &Call, expert: &str, answer: &Answer, now_ms: i64) -> Vec<ConflictKind> {
        rules::standing(&self.kinds(call, expert, answer, now_ms), &self.waivers, expert, &answer.id)
    }
}

/// Reviewers whom a conflict reaches leave their answers, and others are drawn in their places.
pub(super) async fn settle(app: &App, tx: &Txn, call: &Call) -> Outcome<()> {
    let Some(sitting) = store::reviewer::sitting_of(tx, &call.id).await?.filter(|s| s.closed_ms.is_none()) else {
        return Ok(());
    };
    let tasks = store::reviewer::tasks_of(tx, &call.id, sitting.attempt).await?;
    let counting: Vec<&Task> = tasks.iter().filter(|task| task.state.counts()).collect();
    if counting.is_empty() {
        return Ok(());
    }
    let field = Field::gather(tx, call, &sitting).await?;
    let answers = task::under_review(tx, &call.id).await?;
    for task in counting {
        let Some(answer) = answers.iter().find(|answer| answer.id == task.answer) else { continue };
        if field.standing(call, &task.expert, answer, tx.ctx().now.ms()).is_empty() {
            continue;
        }
        let gone = leave(task, TaskState::Conflicted, by(tx));
        store::reviewer::save_tasks(tx, std::slice::from_ref(&gone)).await?;
        task::replace(app, tx, (call, &sitting), answer, crate::rules::reviewer::Origin::Replacement).await?;
    }
    Ok(())
}
