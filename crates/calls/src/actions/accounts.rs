//! Ending awards early (止损), getting money back (追回), and the public account of every fen.

use super::award::{
    Around, around, at, funder_names, inside, paid_sum, progressed, release, standing_sources, surrounded, take_back,
};
use super::{by, call_resource, load, note};
use crate::rules::accounts::{self as rules, ClawBack, Flow, PairState, Stop, left};
use crate::rules::award::{Award, AwardState};
use crate::rules::call::{Call, CallState};
use crate::rules::milestone::Milestone;
use crate::rules::pledge::{Pledge, PledgeState};
use crate::store;
use crate::store::milestone::Tranche;
use kernel::{Fen, Refusal};
use platform::db::{DbFault, Txn, classify};
use platform::{App, Ctx, Fault, Outcome};
use registry::lookup;
use rooms::actions::Done;
use serde_json::json;

/// Something of this kind is under way for this award: the unique index tells.
fn proposed_already(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => Refusal::conflict(
            "pair-there",
            "这项立项已有同类提议。请刷新页面查看。",
            "There is such a proposal for this award already. Load the page again.",
        )
        .into(),
        _ => fault,
    }
}

/// The office or the owner proposes to end an award under way.
///
/// # Errors
/// Not found, forbidden, `award-step`, `stop-kind`, `needed`, `pair-there`.
pub async fn award_stop(app: &App, ctx: &Ctx, award: &str, kind: &str, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), award.to_owned(), kind.to_owned(), reason.to_owned(), platform::random::id());
    app.in_txn(ctx, "award_stop", input, |tx, (app, award, kind, reason, id)| {
        Box::pin(async move {
            let Around { call, award, .. } = around(app, tx, "award_stop", award).await?;
            let state = if call.state == CallState::Contracting { call.state } else { CallState::Running };
            at(&call, state, &award, AwardState::Running)?;
            let stop = rules::stop(id, &award.id, &call.id, kind, reason, by(tx))?;
            store::accounts::save_stop(tx, &stop).await.map_err(proposed_already)?;
            let data = json!({ "award": award.id, "number": award.ord, "kind": stop.kind.code() });
            let done = inside(tx, "call.stop_proposed", &award, data).await?;
            Ok(Done { id: id.clone(), ..done })
        })
    })
    .await
}

/// A second person confirms it or not. With it all money that is not paid goes back to its sources.
///
/// # Errors
/// Not found, forbidden, `step-up`, `pair-over`, `pair-same-hand`, `pair-word`, `award-step`.
pub async fn stop_second(app: &App, ctx: &Ctx, id: &str, word: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), word.to_owned());
    app.in_txn(ctx, "stop_second", input, |tx, (app, id, word)| {
        Box::pin(async move {
            let old = store::accounts::stop_by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            let Around { call, award, .. } = around(app, tx, "stop_second", &old.award).await?;
            let confirmed = rules::second(old.state, &old.by, word, by(tx))?;
            let next = Stop {
                state: if confirmed { PairState::Confirmed } else { PairState::Refused },
                other: tx.ctx().actor.id().to_owned(),
                other_ms: Some(tx.ctx().now.ms()),
                ..old
            };
            store::accounts::save_stop(tx, &next).await?;
            let data = json!({ "award": award.id, "number": award.ord, "kind": next.kind.code() });
            if !confirmed {
                return inside(tx, "call.stop_refused", &award, data).await;
            }
            let state = if call.state == CallState::Contracting { call.state } else { CallState::Running };
            at(&call, state, &award, AwardState::Running)?;
            release(tx, &[&award], AwardState::Stopped, &next.reason).await?;
            let done = note(tx, "call.award_stopped", &call, data).await?;
            progressed(app, tx, call).await?;
            Ok(done)
        })
    })
    .await
}

/// The office or the owner proposes to get back money that was paid.
///
/// # Errors
/// Not found, forbidden, `award-step` while the award goes on, `claw-back-amount`, `needed`, `pair-there`.
pub async fn claw_back(app: &App, ctx: &Ctx, award: &str, amount_yuan: &str, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), award.to_owned(), amount_yuan.to_owned(), reason.to_owned(), platform::random::id());
    app.in_txn(ctx, "claw_back", input, |tx, (app, award, amount, reason, id)| {
        Box::pin(async move {
            let Around { call, award, .. } = around(app, tx, "claw_back", award).await?;
            if !matches!(award.state, AwardState::Stopped | AwardState::Done) {
                // Money that is still to be paid is stopped first.
                at(&call, call.state, &award, AwardState::Stopped)?;
            }
            let paid = paid_sum(tx, &award).await?;
            let back = rules::claw_back(id, (&award.id, &call.id), paid, amount, reason, by(tx))?;
            store::accounts::save_back(tx, &back).await.map_err(proposed_already)?;
            let data = json!({ "award": award.id, "number": award.ord });
            let done = inside(tx, "call.claw_back_proposed", &award, data).await?;
            Ok(Done { id: id.clone(), ..done })
        })
    })
    .await
}

/// A second person confirms it or not. The money goes back to its sources at once, or is owed from then on where the
/// winner's account does not have it.
///
/// # Errors
/// Not found, forbidden, `step-up`, `pair-over`, `pair-same-hand`, `pair-word`.
pub async fn claw_back_second(app: &App, ctx: &Ctx, id: &str, word: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), word.to_owned());
    app.in_txn(ctx, "claw_back_second", input, |tx, (app, id, word)| {
        Box::pin(async move {
            let old = store::accounts::back_by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            let Around { call, award, .. } = around(app, tx, "claw_back_second", &old.award).await?;
            let confirmed = rules::second(old.state, &old.by, word, by(tx))?;
            let seconded = ClawBack { other: tx.ctx().actor.id().to_owned(), other_ms: Some(tx.ctx().now.ms()), ..old };
            if !confirmed {
                store::accounts::save_back(tx, &ClawBack { state: PairState::Refused, ..seconded }).await?;
                let data = json!({ "award": award.id, "number": award.ord });
                return inside(tx, "call.claw_back_refused", &award, data).await;
            }
            carry_out(tx, &call, &award, seconded).await
        })
    })
    .await
}

/// Moves the money back if it is there, and writes down what has become of it.
async fn carry_out(tx: &Txn, call: &Call, award: &Award, back: ClawBack) -> Outcome<Done> {
    let there = take_back(tx, award, back.amount).await?;
    let data = json!({
        "award": award.id, "number": award.ord, "amount_fen": back.amount.get(), "reason": back.reason
    });
    let (state, kind, paid_ms) = match there {
        true => (PairState::Confirmed, "call.clawed_back", Some(tx.ctx().now.ms())),
        false => (PairState::Owed, "call.claw_back_owed", None),
    };
    store::accounts::save_back(tx, &ClawBack { state, paid_ms, ..back }).await?;
    note(tx, kind, call, data).await
}

/// The lead pays what it owes from the account that its tranches came to.
///
/// # Errors
/// Not found, forbidden, `step-up`, `pair-over`, `claw-back-short` while the account does not have the money.
pub async fn claw_back_pay(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "claw_back_pay", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = store::accounts::back_by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            let Around { call, award, .. } = around(app, tx, "claw_back_pay", &old.award).await?;
            if old.state != PairState::Owed {
                return Err(Refusal::conflict(
                    "pair-over",
                    "这笔追回没有待付的款项。请刷新页面查看。",
                    "Nothing is owed here. Load the page again.",
                )
                .into());
            }
            let available = ledger::account_by_id(tx, &award.account).await?;
            let free = available.map_or(0, |(account, standing)| standing.available(account.floor).unwrap_or(0));
            if free < old.amount.get() {
                return Err(back_short(old.amount, free).into());
            }
            carry_out(tx, &call, &award, old).await
        })
    })
    .await
}

fn back_short(amount: Fen, free: i64) -> Refusal {
    let missing = Fen::new(amount.get() - free.max(0)).unwrap_or(amount);
    Refusal::conflict(
        "claw-back-short",
        format!("收款账户可用余额不足，还差 {missing} 元。请先把款项存入该账户。"),
        format!("The account lacks {missing} yuan. Put the money there first."),
    )
}

/// The money of one source.
#[derive(Debug, Clone)]
pub struct SourceMoney {
    /// The pledge.
    pub pledge: Pledge,
    /// Its number in the call, from 1.
    pub source: i64,
    /// The funder's name: Chinese and English.
    pub name: (String, String),
    /// Where its money is.
    pub flow: Flow,
    /// What is left of its pledge.
    pub left: i64,
}

/// The money of one award.
#[derive(Debug, Clone)]
pub struct AwardMoney {
    /// The award.
    pub award: Award,
    /// The lead's name: Chinese and English.
    pub name: (String, String),
    /// Where its money is.
    pub flow: Flow,
    /// What is owed back, and since when.
    pub owed: Option<(Fen, i64)>,
}

/// Where every fen of a call is, as the ledger says.
#[derive(Debug, Clone)]
pub struct Money {
    /// The call.
    pub call: Call,
    /// Source by source.
    pub sources: Vec<SourceMoney>,
    /// Award by award; those that came to nothing are not among them, their money has gone back.
    pub awards: Vec<AwardMoney>,
    /// Tranche by tranche, with the number of its award.
    pub tranches: Vec<(i64, Tranche, Flow)>,
    /// Milestones, for their titles.
    pub milestones: Vec<Milestone>,
    /// Everything together.
    pub total: Flow,
    /// All pledges together.
    pub pledged: i64,
    /// What is left of them.
    pub left: i64,
}

/// The public account of a call.
///
/// # Errors
/// Not found.
pub async fn call_money(app: &App, ctx: &Ctx, id: &str) -> Outcome<Money> {
    let conn = app.db().read();
    let call = load(&conn, id).await?;
    app.policies().require(ctx, "call_view", &call_resource(&call, ctx.now))?;
    let pledges = store::pledge::of_call(&conn, id).await?;
    let names = funder_names(app, &conn, &call, &pledges).await?;
    let awards = store::award::of_call(&conn, id).await?;
    let flows = standing_sources(&conn, id, &awards).await?;
    let of = |fits: &dyn Fn(&Tranche) -> bool| {
        Flow::sum(flows.iter().filter(|(tranche, _)| fits(tranche)).map(|(_, flow)| flow))
    };
    let given = (1_i64..).zip(pledges).zip(names).filter(|((_, pledge), _)| pledge.state == PledgeState::Given);
    let sources: Vec<SourceMoney> = given
        .map(|((source, pledge), name)| {
            let flow = of(&|tranche| tranche.pledge == pledge.id);
            SourceMoney { left: left(pledge.cap, flow), source, name, flow, pledge }
        })
        .collect();
    let leads: Vec<String> = awards.iter().map(|award| award.organisation.clone()).collect();
    let leads = lookup::names(&conn, &leads).await?;
    let backs = store::accounts::backs_of_call(&conn, id).await?;
    let standing = awards.into_iter().filter(|award| award.state.stands());
    let awards: Vec<AwardMoney> = standing
        .map(|award| AwardMoney {
            name: leads.get(&award.organisation).cloned().unwrap_or_default(),
            flow: of(&|tranche| tranche.award == award.id),
            owed: backs
                .iter()
                .find(|back| back.award == award.id && back.state == PairState::Owed)
                .map(|back| (back.amount, back.other_ms.unwrap_or(back.at_ms))),
            award,
        })
        .collect();
    let ord =
        |tranche: &Tranche| awards.iter().find(|one| one.award.id == tranche.award).map_or(0, |one| one.award.ord);
    Ok(Money {
        total: Flow::sum(flows.iter().map(|(_, flow)| flow)),
        pledged: sources.iter().map(|one| one.pledge.cap.get()).sum(),
        left: sources.iter().map(|one| one.left).sum(),
        tranches: flows.iter().map(|(tranche, flow)| (ord(tranche), tranche.clone(), *flow)).collect(),
        milestones: store::milestone::of_call(&conn, id).await?,
        sources,
        awards,
        call,
    })
}

/// An award with what its page shows.
#[derive(Debug, Clone)]
pub struct AwardView {
    /// The call.
    pub call: Call,
    /// The award.
    pub award: Award,
    /// Names of owner and lead: Chinese and English.
    pub names: [(String, String); 2],
    /// Its milestones in their order.
    pub milestones: Vec<Milestone>,
    /// Its tranches, with where their money is.
    pub tranches: Vec<(Tranche, Flow)>,
    /// What each source gives: its number and how much.
    pub shares: Vec<(i64, Fen)>,
    /// Names of its sources by number.
    pub sources: Vec<(String, String)>,
    /// What was proposed to end it.
    pub stops: Vec<Stop>,
    /// What was proposed to get back.
    pub backs: Vec<ClawBack>,
    /// The number under which its contract is registered, and its own.
    pub contract: Option<(String, String, i64)>,
    /// The reader is inside: owner, lead or office. Reports and opinions that are not decided are for them.
    pub inside: bool,
    /// What the reader may do.
    pub may: May,
}

/// What a reader may do with an award.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct May {
    /// Read its contract.
    pub contract: bool,
    /// Report milestones.
    pub report: bool,
    /// Judge reports.
    pub judge: bool,
    /// Confirm what was judged.
    pub confirm: bool,
    /// Propose to end it.
    pub stop: bool,
    /// Propose to get money back.
    pub claw_back: bool,
    /// Confirm what another has proposed to end.
    pub stop_second: bool,
    /// Confirm what another has proposed to get back.
    pub back_second: bool,
    /// Pay what is owed.
    pub pay: bool,
}

/// One award.
///
/// # Errors
/// Not found.
pub async fn award_view(app: &App, ctx: &Ctx, call: &str, id: &str) -> Outcome<AwardView> {
    let conn = app.db().read();
    let award = store::award::by_id(&conn, id).await?.filter(|one| one.call == call).ok_or_else(Refusal::not_found)?;
    let Around { call, award, pledges, resource } = surrounded(&conn, award).await?;
    app.policies().require(ctx, "award_view", &resource)?;
    let inside = app.policies().allows(ctx, "contract_view", &resource);
    let mut stops = store::accounts::stops_of_call(&conn, &call.id).await?;
    let mut backs = store::accounts::backs_of_call(&conn, &call.id).await?;
    stops.retain(|one| one.award == award.id && (inside || one.state == PairState::Confirmed));
    backs
        .retain(|one| one.award == award.id && (inside || matches!(one.state, PairState::Confirmed | PairState::Owed)));
    let mut tranches = standing_sources(&conn, &call.id, std::slice::from_ref(&award)).await?;
    tranches.retain(|(tranche, _)| tranche.award == award.id);
    let found = lookup::names(&conn, &[call.owner.clone(), award.organisation.clone()]).await?;
    let name = |id: &str| found.get(id).cloned().unwrap_or_default();
    let contract = store::contract::of_award(&conn, &award.id).await?;
    let mut shares = store::award::shares(&conn, &call.id).await?;
    shares.retain(|share| share.award == award.id);
    Ok(AwardView {
        shares: shares.into_iter().map(|share| (share.source, share.amount)).collect(),
        names: [name(&call.owner), name(&award.organisation)],
        milestones: store::milestone::of_award(&conn, &award.id).await?,
        sources: funder_names(app, &conn, &call, &pledges).await?,
        contract: contract.and_then(|one| Some((one.number, one.registration, one.signed_ms?))),
        may: may(app, ctx, &award, &resource, (&stops, &backs)),
        tranches,
        stops,
        backs,
        inside,
        call,
        award,
    })
}

fn may(
    app: &App,
    ctx: &Ctx,
    award: &Award,
    resource: &platform::policy::Resource,
    (stops, backs): (&[Stop], &[ClawBack]),
) -> May {
    let can = |action: &str| app.policies().allows(ctx, action, resource);
    let running = award.state == AwardState::Running;
    let over = matches!(award.state, AwardState::Stopped | AwardState::Done);
    let by_another = |state: PairState, by: &str| state == PairState::Proposed && by != ctx.actor.id();
    May {
        contract: can("contract_view"),
        report: running && can("milestone_report"),
        judge: running && can("milestone_judge"),
        confirm: running && can("milestone_confirm"),
        stop: running && stops.iter().all(|one| one.state == PairState::Refused) && can("award_stop"),
        claw_back: over && backs.iter().all(|one| one.state == PairState::Refused) && can("claw_back"),
        stop_second: stops.iter().any(|one| by_another(one.state, &one.by)) && can("stop_second"),
        back_second: backs.iter().any(|one| by_another(one.state, &one.by)) && can("claw_back_second"),
        pay: backs.iter().any(|one| one.state == PairState::Owed) && can("claw_back_pay"),
    }
}
