//! Selection (遴选立项): a choice within the shortlist is laid aside, checked and confirmed.
//!
//! The challenge owner sees exactly who would pay what before he confirms. An award as a whole is one transaction: its rows, the money of every source held, the owner named.

pub(crate) mod desk;
mod holds;
mod notice;

pub use notice::call_confirm;
pub(super) use notice::{over, progressed, settled, undo};

use super::{Move, by, by_ctx, call_resource, load, load_for, note, stepped};
use crate::rules::answer::{Answer, AnswerState};
use crate::rules::award::{self as rules, Award, AwardState, Choice, ChoiceDraft, Selection, Shortage};
use crate::rules::call::{Call, CallState, Step, step};
use crate::rules::milestone::{Milestone, MilestoneState};
use crate::rules::pledge::{FunderKind, Pledge, PledgeState};
use crate::store;
use crate::store::award::Share;
use crate::store::milestone::Tranche;
pub(super) use holds::{
    Around, around, funder_names, hands, inside, paid_sum, parties, pay, release, standing_sources, surrounded,
    take_back,
};
use kernel::input::needed;
use kernel::{Fen, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::{App, Ctx, Outcome};
use registry::corridor;
use rooms::actions::Done;
use serde_json::json;

/// Awards of one choice at most, whatever the call says.
const AWARDS_MAX: usize = 16;

/// The answers of a call in the order of their numbers.
pub(super) async fn answers(conn: &Conn, call: &str) -> Outcome<Vec<Answer>> {
    store::answer::of_call(conn, call, &[]).await
}

/// Answers that move to another state are stored.
async fn moved(tx: &Txn, answers: &[Answer], to: impl Fn(&Answer) -> Option<AnswerState>) -> Outcome<()> {
    let updated_ms = tx.ctx().now.ms();
    let next = |answer: &Answer| {
        let state = to(answer).filter(|state| *state != answer.state)?;
        Some(Answer { state, updated_ms, ..answer.clone() })
    };
    let changed: Vec<Answer> = answers.iter().filter_map(next).collect();
    store::answer::save(tx, &changed).await
}

/// What the owner sees while choosing.
#[derive(Debug, Clone)]
pub struct View {
    /// The call.
    pub call: Call,
    /// The shortlist.
    pub answers: Vec<Answer>,
    /// The choice that is laid aside.
    pub selection: Option<Selection>,
    /// What it would come to; none without a choice.
    pub plan: Option<Plan>,
    /// The pledges, in the order of the plan's columns.
    pub pledges: Vec<Pledge>,
    /// Their names: Chinese and English.
    pub names: Vec<(String, String)>,
}

/// What a choice comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What each source gives: one row a choice, one column a pledge.
    pub shares: Vec<Vec<Fen>>,
    /// The amounts of the milestones of each choice.
    pub milestones: Vec<Vec<Fen>>,
    /// Sources whose accounts do not have the money.
    pub shortages: Vec<Shortage>,
}

/// What the owner's people see while choosing.
///
/// # Errors
/// Not found, forbidden, `call-step` before or after the selection.
pub async fn selection_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let call = load(&conn, id).await?;
    app.policies().require(ctx, "call_choose", &call_resource(&call, ctx.now))?;
    step(&call, Step::Select, &corridor::of(app).calendar, by_ctx(ctx))?;
    let answers = answers(&conn, id).await?;
    let pledges = store::pledge::of_call(&conn, id).await?;
    let selection = store::award::selection(&conn, id).await?;
    let plan = match &selection {
        // A choice that no longer fits is shown without a plan; confirming it says why.
        Some(selection) => plan(&conn, &pledges, &answers, &selection.choices).await?.ok(),
        None => None,
    };
    Ok(View {
        names: funder_names(app, &conn, &call, &pledges).await?,
        answers: rules::shortlist(&answers).into_iter().cloned().collect(),
        selection,
        plan,
        pledges,
        call,
    })
}

async fn plan(
    conn: &Conn,
    pledges: &[Pledge],
    answers: &[Answer],
    choices: &[Choice],
) -> Outcome<Result<Plan, Refusal>> {
    let mut available = Vec::with_capacity(pledges.len());
    for pledge in pledges {
        let found = match pledge.state {
            PledgeState::Given => ledger::account_by_id(conn, &pledge.account).await?,
            _ => None,
        };
        let free = found.map_or(0, |(account, standing)| standing.available(account.floor).unwrap_or(i64::MAX));
        available.push(free);
    }
    Ok(planned(pledges, answers, choices, &available))
}

fn planned(pledges: &[Pledge], answers: &[Answer], choices: &[Choice], available: &[i64]) -> Result<Plan, Refusal> {
    let shares = rules::shares(pledges, answers, choices)?;
    let stages = |choice: &Choice| answers.iter().find(|one| one.id == choice.answer).map(|one| one.stages.as_slice());
    let scaled = |choice: &Choice| rules::scaled(choice.amount, stages(choice).unwrap_or_default());
    let milestones = choices.iter().map(scaled).collect::<Result<Vec<_>, Refusal>>()?;
    Ok(Plan { shortages: rules::shortages(&shares, available), shares, milestones })
}

/// Lays a choice aside, to be checked before it is confirmed. It replaces the one before, and nobody else reads it.
///
/// # Errors
/// Not found, forbidden, `call-step`, `pledges-short`, `award-stages`, or what [`rules::choose`] refuses.
pub async fn selection_draft(app: &App, ctx: &Ctx, id: &str, choices: Vec<ChoiceDraft>, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), choices, reason.to_owned());
    app.in_txn(ctx, "selection_draft", input, |tx, (app, id, choices, reason)| {
        Box::pin(async move {
            let call = load_for(app, tx, "call_choose", id).await?;
            step(&call, Step::Select, &corridor::of(app).calendar, by(tx))?;
            let answers = answers(tx, id).await?;
            let chosen = rules::choose(&call, &answers, choices, reason, by(tx))?;
            planned(&store::pledge::of_call(tx, id).await?, &answers, &chosen.choices, &[])?;
            let before = store::award::selection(tx, id).await?;
            let selection = Selection { version: before.map_or(1, |before| before.version + 1), ..chosen };
            store::award::save_selection(tx, &selection).await?;
            // Nobody outside learns whom the owner thinks of.
            let entry = Entry::new("call.selection_drafted", super::OBJECT, id).demo(call.demo);
            let entry = tx.journal(entry.data(json!({ "version": selection.version }))).await?;
            Ok(Done::new(tx, id, entry))
        })
    })
    .await
}

/// Confirms the choice that was shown: awards, shares, milestones, tranches, every hold in the ledger, and the owner's name.
///
/// # Errors
/// Not found, forbidden, `step-up`, `call-step` for the second of two, `selection-changed`, `award-money-short` naming the
/// source whose account lacks the money, and what choosing refuses. Nothing is written then.
pub async fn call_select(app: &App, ctx: &Ctx, id: &str, version: i64) -> Outcome<Done> {
    let ids: Vec<String> = (0..AWARDS_MAX).map(|_| platform::random::id()).collect();
    app.in_txn(ctx, "call_select", (app.clone(), id.to_owned(), version, ids), |tx, (app, id, version, ids)| {
        Box::pin(async move {
            let call = load_for(app, tx, "call_select", id).await?;
            let calendar = &corridor::of(app).calendar;
            step(&call, Step::Select, calendar, by(tx))?;
            let selection = store::award::selection(tx, id).await?.filter(|one| one.version == *version);
            let selection = selection.ok_or_else(selection_changed)?;
            let answers = answers(tx, id).await?;
            still_fits(&call, &answers, &selection, by(tx))?;
            let made = write(app, tx, &call, &answers, &selection.choices, ids).await?;
            moved(tx, &answers, |answer| match answer.state {
                AnswerState::Shortlisted if made.iter().any(|award| award.answer == answer.id) => {
                    Some(AnswerState::Awarded)
                }
                AnswerState::Shortlisted => Some(AnswerState::Unawarded),
                _ => None,
            })
            .await?;
            store::award::drop_selection(tx, id).await?;
            let days = u32::try_from(call.review.notice_workdays).unwrap_or(1);
            let due = calendar.after(tx.ctx().now.date(), days);
            let due_ms = due.date.plus_days(1).start().plus_ms(-1).ms();
            let now = tx.ctx().now.ms();
            let change = |next: Call| Call {
                due_ms: Some(due_ms),
                due_provisional: due.provisional,
                named_ms: next.named_ms.or(Some(now)),
                ..next
            };
            super::clock::order_notice(tx, id, due_ms).await?;
            let told: Vec<_> = made
                .iter()
                .map(|a| {
                    json!({ "award": a.id, "number": a.ord, "organisation": a.organisation, "amount_fen": a.amount.get() })
                })
                .collect();
            let data = json!({ "owner": call.owner, "awards": told, "notice_until_ms": due_ms });
            let taken = Move { step: Step::Select, reason: &selection.reason, kind: "call.awarded", data };
            Ok(stepped(app, tx, &call, taken, change).await?.1)
        })
    })
    .await
}

fn selection_changed() -> Refusal {
    Refusal::conflict(
        "selection-changed",
        "遴选意见已变更。请重新核对各方分担后再确认。",
        "The choice has changed. Check again who would pay what, and confirm then.",
    )
}

/// The same "no" that laying it aside would give now.
fn still_fits(call: &Call, answers: &[Answer], old: &Selection, by: crate::rules::By<'_>) -> Result<(), Refusal> {
    let drafts: Vec<ChoiceDraft> = old
        .choices
        .iter()
        .map(|choice| ChoiceDraft { answer: choice.answer.clone(), amount_yuan: choice.amount.to_string() })
        .collect();
    rules::choose(call, answers, &drafts, &old.reason, by).map(|_| ())
}

/// Writes awards with everything that hangs on them, and holds their money.
async fn write(
    app: &App,
    tx: &Txn,
    call: &Call,
    answers: &[Answer],
    choices: &[Choice],
    ids: &[String],
) -> Outcome<Vec<Award>> {
    let pledges = store::pledge::of_call(tx, &call.id).await?;
    let plan = plan(tx, &pledges, answers, choices).await??;
    if let Some(short) = plan.shortages.first() {
        let names = funder_names(app, tx, call, &pledges).await?;
        let (zh, en) = names.get(short.source).cloned().unwrap_or_default();
        return Err(money_short(&zh, &en, short.missing).into());
    }
    let first = store::award::count(tx, &call.id).await? + 1;
    let (mut awards, mut shares, mut milestones, mut tranches) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (((ord, choice), id), (row, amounts)) in
        (first..).zip(choices).zip(ids).zip(plan.shares.iter().zip(&plan.milestones))
    {
        let Some(answer) = answers.iter().find(|answer| answer.id == choice.answer) else { continue };
        let award = Award {
            id: id.clone(),
            call: call.id.clone(),
            ord,
            answer: answer.id.clone(),
            organisation: answer.organisation.clone(),
            city: answer.city(),
            amount: choice.amount,
            account: holds::receiving(tx, &answer.organisation, answer.city(), call.demo).await?,
            state: AwardState::Named,
            reason: String::new(),
            decided_by: tx.ctx().actor.id().to_owned(),
            decided_ms: tx.ctx().now.ms(),
            demo: call.demo,
            updated_ms: tx.ctx().now.ms(),
        };
        shares.extend(shares_of(&award, &pledges, row));
        milestones.extend(milestones_of(&award, answer, amounts));
        tranches.extend(tranches_of(&award, &pledges, row, amounts)?);
        awards.push(award);
    }
    holds::hold(tx, &awards, &pledges, &tranches).await?;
    store::award::save(tx, &awards).await?;
    store::award::add_shares(tx, &shares).await?;
    store::milestone::save(tx, &milestones).await?;
    store::milestone::add_tranches(tx, &tranches).await?;
    Ok(awards)
}

fn money_short(zh: &str, en: &str, missing: Fen) -> Refusal {
    Refusal::conflict(
        "award-money-short",
        format!("{zh}的出资账户可用余额不足，还差 {missing} 元。请由其补足后再立项；本次未作任何更改。"),
        format!("The account of {en} lacks {missing} yuan. It puts the money there first; nothing was changed."),
    )
}

fn shares_of(award: &Award, pledges: &[Pledge], row: &[Fen]) -> Vec<Share> {
    let given = (1_i64..).zip(pledges).zip(row).filter(|(_, amount)| **amount > Fen::ZERO);
    given
        .map(|((source, pledge), amount)| Share {
            award: award.id.clone(),
            pledge: pledge.id.clone(),
            source,
            amount: *amount,
        })
        .collect()
}

fn milestones_of(award: &Award, answer: &Answer, amounts: &[Fen]) -> Vec<Milestone> {
    let one = |((ord, stage), amount): ((i64, &crate::rules::answer::Stage), &Fen)| Milestone {
        award: award.id.clone(),
        ord,
        call: award.call.clone(),
        title: stage.title.clone(),
        indicators: stage.indicators.clone(),
        months: stage.months,
        amount: *amount,
        due_ms: None,
        state: MilestoneState::Waiting,
        report: None,
        reported_by: String::new(),
        reported_ms: None,
        opinion: None,
        confirmed_by: String::new(),
        refused: 0,
        updated_ms: award.updated_ms,
    };
    (1_i64..).zip(&answer.stages).zip(amounts).map(one).collect()
}

fn tranches_of(award: &Award, pledges: &[Pledge], row: &[Fen], amounts: &[Fen]) -> Result<Vec<Tranche>, Refusal> {
    let table = rules::tranches(amounts, row)?;
    let mut made = Vec::new();
    for (milestone, parts) in (1_i64..).zip(&table) {
        for ((source, pledge), amount) in (1_i64..).zip(pledges).zip(parts) {
            if *amount > Fen::ZERO {
                made.push(Tranche {
                    award: award.id.clone(),
                    milestone,
                    source,
                    pledge: pledge.id.clone(),
                    amount: *amount,
                    hold: rules::hold_id(&award.call, award.ord, milestone, source),
                });
            }
        }
    }
    Ok(made)
}

/// The owner awards nobody, with the reason (不立项).
///
/// # Errors
/// Not found, forbidden, `needed`, `call-step`, `notice-runs` once the award is on notice.
pub async fn call_decline(app: &App, ctx: &Ctx, id: &str, reason: &str) -> Outcome<Done> {
    app.in_txn(ctx, "call_decline", (app.clone(), id.to_owned(), reason.to_owned()), |tx, (app, id, reason)| {
        Box::pin(async move {
            let call = load_for(app, tx, "call_decline", id).await?;
            let reason = needed(reason, crate::rules::REASON_CHARS_MAX, "reason")?;
            if call.state == CallState::Notice {
                return Err(Refusal::conflict(
                    "notice-runs",
                    "立项已在公示，只有异议成立才能不立项。",
                    "The award is on notice; only an upheld objection can undo it.",
                )
                .into());
            }
            store::award::drop_selection(tx, id).await?;
            moved(tx, &answers(tx, id).await?, |answer| {
                (answer.state == AnswerState::Shortlisted).then_some(AnswerState::Unawarded)
            })
            .await?;
            let change = |next: Call| Call { reason: reason.clone(), ..next };
            let data = json!({ "reason": reason });
            let taken = Move { step: Step::Decline, reason: &reason, kind: "call.declined", data };
            Ok(stepped(app, tx, &call, taken, change).await?.1)
        })
    })
    .await
}

/// Somebody has not signed in time, or does not want to: the award comes to nothing and its money is free. Where none is
/// left, the owner chooses again.
///
/// # Errors
/// Not found, forbidden, `needed`, `award-step`, `award-drop-early` for the owner before the clock has ended.
pub async fn award_drop(app: &App, ctx: &Ctx, award: &str, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), award.to_owned(), reason.to_owned());
    app.in_txn(ctx, "award_drop", input, |tx, (app, award, reason)| {
        Box::pin(async move {
            let Around { call, award, .. } = around(app, tx, "award_drop", award).await?;
            let call = settled(app, tx, call).await?;
            let reason = needed(reason, crate::rules::REASON_CHARS_MAX, "reason")?;
            at(&call, CallState::Contracting, &award, AwardState::Named)?;
            let signs = |organisation: &str| {
                let member = tx.ctx().actor.member_of(organisation);
                member.is_some_and(|one| one.mandates.contains(&platform::ctx::Mandate::Sign))
            };
            if !signs(&award.organisation) && call.due_ms.is_some_and(|due| tx.ctx().now.ms() <= due) {
                return Err(drop_early().into());
            }
            let data = json!({ "award": award.id, "number": award.ord, "reason": reason });
            release(tx, &[&award], AwardState::Void, &reason).await?;
            let done = note(tx, "call.award_dropped", &call, data).await?;
            notice::after_drop(app, tx, &call, &award, &reason).await?;
            Ok(done)
        })
    })
    .await
}

fn drop_early() -> Refusal {
    Refusal::conflict(
        "award-drop-early",
        "签约期限未到，出题方不能放弃该项立项。",
        "The time to sign is not over; the owner cannot drop this award yet.",
    )
}

/// An award and its call stand where something can happen.
pub(super) fn at(call: &Call, state: CallState, award: &Award, stands: AwardState) -> Result<(), Refusal> {
    if call.state == state && award.state == stands {
        return Ok(());
    }
    Err(Refusal::conflict(
        "award-step",
        "这项立项目前不在该环节。请刷新页面，查看现在可以办理的事项。",
        "The award does not stand there now. Load the page again to see what can be done.",
    ))
}

/// Whether a pledge belongs to one of an actor's cities or organisations: its funder is told of the award.
pub(super) fn funds(ctx: &Ctx, pledge: &Pledge) -> bool {
    pledge.state == PledgeState::Given
        && match pledge.kind {
            FunderKind::City => pledge.city().is_some_and(|city| ctx.actor.cities.contains(&city)),
            FunderKind::Owner | FunderKind::Organisation => ctx.actor.member_of(&pledge.code).is_some(),
            FunderKind::Joint | FunderKind::Outer => ctx.actor.has(platform::ctx::Role::JointOffice),
        }
}

/// Whether somebody chooses for the owner of a call.
pub fn may_choose(app: &App, ctx: &Ctx, call: &Call) -> bool {
    app.policies().allows(ctx, "call_choose", &call_resource(call, ctx.now))
}
