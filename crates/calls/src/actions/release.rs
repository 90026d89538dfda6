//! Joint release (联合发榜): funders are asked and pledge, the cities consent to a joint act, and the call opens when the
//! act is in force and the pledges cover it.

use super::award::funder_names;
use super::{Move, by, call_resource, load, load_for, note, stepped};
use crate::rules::call::{Call, CallState, Step};
use crate::rules::pledge::{
    self as rules, Condition, FUNDERS_MAX, FunderKind, Pledge, PledgeDraft, PledgeState, covers,
};
use crate::rules::release::{OUTER_MAX, OpenDraft, text, text_en};
use crate::rules::{JOINT, release};
use crate::store;
use accords::{AccordKind, AccordState, NewAct, OuterDraft};
use envelopes::{NewRound, Owner, round_open};
use kernel::{Adcode, Fen, Refusal};
use ledger::OwnerKind;
use platform::db::{DbFault, Txn, classify};
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use registry::{corridor, lookup};
use rooms::actions::Done;
use serde_json::json;

/// Whom the joint office asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InviteDraft {
    /// Code of a [`FunderKind`].
    pub kind: String,
    /// A city's code, or an organisation's id or unified social credit code; empty for the joint office and outer funders.
    pub code: String,
    /// The name of an outer funder.
    pub name: String,
    /// Its English name; may be empty.
    pub name_en: String,
}

/// A pledge as policies see it.
pub fn pledge_resource(pledge: &Pledge) -> Resource {
    let resource =
        Resource::new("Pledge", &pledge.id).with("kind", pledge.kind.code()).with("asker", pledge.by.as_str());
    match pledge.kind {
        FunderKind::City => resource.with("city", pledge.code.as_str()),
        FunderKind::Owner | FunderKind::Organisation => resource.with("organisation", pledge.code.as_str()),
        FunderKind::Joint | FunderKind::Outer => resource,
    }
}

/// Ids of the pledges of a call that somebody may give or decline now.
pub(super) fn own_pledges(app: &App, ctx: &Ctx, call: &Call, pledges: &[Pledge]) -> Vec<String> {
    if call.state != CallState::Vetted {
        return Vec::new();
    }
    let live = pledges.iter().filter(|p| matches!(p.state, PledgeState::Asked | PledgeState::Given));
    let own = live.filter(|p| app.policies().allows(ctx, "pledge_decline", &pledge_resource(p)));
    own.map(|p| p.id.clone()).collect()
}

/// Pledges may change only between vetting and the joint act.
pub(super) fn still_pledging(call: &Call) -> Result<(), Refusal> {
    if call.state == CallState::Vetted {
        return Ok(());
    }
    Err(Refusal::conflict(
        "pledges-fixed",
        "联合发榜已送各方征求同意或已发榜，出资不能再变动。如需变动，请联席会议办公室先收回。",
        "The joint act is before its parties or the call is released; pledges stand. The joint office would have to take it back first.",
    ))
}

/// Asks a funder for its share.
///
/// # Errors
/// Not found, `pledges-fixed`, `funder-unknown`, `funder-asked`, `funders-many`.
pub async fn funder_invite(app: &App, ctx: &Ctx, call: &str, draft: InviteDraft) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), draft, platform::random::id());
    app.in_txn(ctx, "funder_invite", input, |tx, (app, call, draft, id)| {
        Box::pin(async move {
            let call = load_for(app, tx, "call_invite", call).await?;
            still_pledging(&call)?;
            let asked = store::pledge::of_call(tx, &call.id).await?;
            if asked.len() >= FUNDERS_MAX {
                return Err(Refusal::conflict(
                    "funders-many",
                    format!("一个榜单最多 {FUNDERS_MAX} 个出资方。"),
                    format!("A call has at most {FUNDERS_MAX} funders."),
                )
                .into());
            }
            let pledge = invited(app, tx, &call, draft, id, &asked).await?;
            let again = asked.iter().find(|p| p.code == pledge.code);
            if let Some(before) = again
                && !matches!(before.state, PledgeState::Declined | PledgeState::Withdrawn)
            {
                return Err(already_asked().into());
            }
            let pledge = match again {
                Some(before) => Pledge { id: before.id.clone(), ord: before.ord, ..pledge },
                None => pledge,
            };
            store::pledge::save(tx, &pledge).await.map_err(asked_race)?;
            note(tx, "call.funder_asked", &call, json!({ "kind": pledge.kind.code(), "funder": pledge.code })).await
        })
    })
    .await
}

fn already_asked() -> Refusal {
    Refusal::conflict("funder-asked", "已邀请过该出资方。", "This funder has been asked already.").at("code")
}

/// Two who ask one funder at once: the unique index tells the second.
fn asked_race(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => already_asked().into(),
        _ => fault,
    }
}

async fn invited(app: &App, tx: &Txn, call: &Call, draft: &InviteDraft, id: &str, asked: &[Pledge]) -> Outcome<Pledge> {
    let unknown =
        || Refusal::invalid("funder-unknown", "请从列表中选择出资方。", "Choose the funder from the list.").at("code");
    let kind = FunderKind::parse(draft.kind.trim()).ok_or_else(unknown)?;
    let (code, name, name_en) = match kind {
        FunderKind::Owner => (call.owner.clone(), String::new(), String::new()),
        FunderKind::Joint => (JOINT.to_owned(), String::new(), String::new()),
        FunderKind::City => {
            let city = Adcode::parse(draft.code.trim()).map_err(|_| unknown())?;
            corridor::of(app).city(city).ok_or_else(unknown)?;
            (city.to_string(), String::new(), String::new())
        }
        FunderKind::Organisation => {
            // By its id, or by the code that people know it by.
            let found = match lookup::organisation(tx, draft.code.trim()).await? {
                Some(found) => found,
                None => lookup::organisation_by_uscc(tx, draft.code.trim()).await?.ok_or_else(unknown)?,
            };
            if found.demo != call.demo {
                return Err(unknown().into());
            }
            (found.id, String::new(), String::new())
        }
        FunderKind::Outer => {
            // After the last one, since an invitation that was taken back leaves its number free.
            let given = asked.iter().filter_map(|p| p.code.strip_prefix('x')?.parse::<usize>().ok());
            let outer = given.max().unwrap_or(0) + 1;
            if outer > OUTER_MAX {
                return Err(unknown().into());
            }
            let name = rules::outer_name(&draft.name, "name")?;
            (format!("x{outer}"), name, kernel::input::line(&draft.name_en, 120, "name_en")?)
        }
    };
    Ok(Pledge {
        id: id.to_owned(),
        call: call.id.clone(),
        ord: asked.iter().map(|pledge| pledge.ord).max().unwrap_or(0) + 1,
        kind,
        code,
        name,
        name_en,
        account: String::new(),
        cap: Fen::ZERO,
        condition: Condition::None,
        ratio_hundredths: 0,
        note: String::new(),
        state: PledgeState::Asked,
        by: tx.ctx().actor.id().to_owned(),
        at_ms: tx.ctx().now.ms(),
        demo: call.demo,
    })
}

async fn pledge_for(app: &App, tx: &Txn, action: &str, id: &str) -> Outcome<(Call, Pledge)> {
    let pledge = store::pledge::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
    app.policies().require(tx.ctx(), action, &pledge_resource(&pledge))?;
    let call = load(tx, &pledge.call).await?;
    still_pledging(&call)?;
    Ok((call, pledge))
}

/// A funder pledges, or changes what it has pledged.
///
/// # Errors
/// Not found, `step-up`, `pledges-fixed`, `pledge-account-owner`, or the first field that breaks a rule.
pub async fn pledge_give(app: &App, ctx: &Ctx, id: &str, draft: PledgeDraft) -> Outcome<Done> {
    app.in_txn(ctx, "pledge_give", (app.clone(), id.to_owned(), draft), |tx, (app, id, draft)| {
        Box::pin(async move {
            let (call, old) = pledge_for(app, tx, "pledge_give", id).await?;
            let next = rules::give(&old, draft, by(tx))?;
            pays_from(tx, &next).await?;
            store::pledge::save(tx, &next).await?;
            let data = json!({ "funder": next.code, "cap_fen": next.cap.get(), "condition": next.condition.code() });
            note(tx, "call.pledged", &call, hidden(&call, data)).await
        })
    })
    .await
}

/// An entry about the owner's own pledge does not name it.
fn hidden(call: &Call, mut data: serde_json::Value) -> serde_json::Value {
    if call.owner_open().is_none() && data["funder"] == json!(call.owner) {
        data["funder"] = json!(FunderKind::Owner.code());
    }
    data
}

/// The account is not one that this funder can pay from.
pub(super) fn not_its_account() -> Refusal {
    Refusal::invalid(
        "pledge-account-owner",
        "请选择属于该出资方的在用账户。没有的，请先在“账户”页面开户。",
        "Choose an open account that belongs to this funder. If there is none, open one on the page of accounts.",
    )
    .at("account")
}

/// The account belongs to the funder, is open, and is of the same world.
async fn pays_from(tx: &Txn, pledge: &Pledge) -> Outcome<()> {
    let wrong = not_its_account;
    let (account, _) = ledger::account_by_id(tx, &pledge.account).await?.ok_or_else(wrong)?;
    let owner = match pledge.kind {
        FunderKind::City => account.owner.kind == OwnerKind::City && account.owner.id == pledge.code,
        FunderKind::Owner | FunderKind::Organisation => {
            account.owner.kind == OwnerKind::Organisation && account.owner.id == pledge.code
        }
        FunderKind::Joint | FunderKind::Outer => account.owner.kind == OwnerKind::JointOffice,
    };
    if owner && account.closed_ms.is_none() && account.demo == pledge.demo { Ok(()) } else { Err(wrong().into()) }
}

/// A funder does not take part, or takes its pledge back.
///
/// # Errors
/// Not found, `pledges-fixed`, `pledge-over`.
pub async fn pledge_decline(app: &App, ctx: &Ctx, id: &str, reason: &str) -> Outcome<Done> {
    app.in_txn(ctx, "pledge_decline", (app.clone(), id.to_owned(), reason.to_owned()), |tx, (app, id, reason)| {
        Box::pin(async move {
            let (call, old) = pledge_for(app, tx, "pledge_decline", id).await?;
            let next = rules::decline(&old, reason, by(tx))?;
            store::pledge::save(tx, &next).await?;
            note(tx, "call.pledge_declined", &call, hidden(&call, json!({ "funder": next.code }))).await
        })
    })
    .await
}

/// Takes an invitation back that nobody has answered.
///
/// # Errors
/// Not found, `pledges-fixed`, `funder-answered`.
pub async fn invite_take_back(app: &App, ctx: &Ctx, call: &str, pledge: &str) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), pledge.to_owned());
    app.in_txn(ctx, "invite_take_back", input, |tx, (app, call, pledge)| {
        Box::pin(async move {
            let call = load_for(app, tx, "call_invite", call).await?;
            still_pledging(&call)?;
            let pledge = store::pledge::by_id(tx, pledge).await?.filter(|p| p.call == call.id);
            let pledge = pledge.ok_or_else(Refusal::not_found)?;
            if pledge.state != PledgeState::Asked {
                return Err(Refusal::conflict(
                    "funder-answered",
                    "该出资方已答复，不能撤销邀请。",
                    "This funder has answered; the invitation stands.",
                )
                .into());
            }
            store::pledge::remove(tx, &pledge.id).await?;
            note(tx, "call.funder_unasked", &call, hidden(&call, json!({ "funder": pledge.code }))).await
        })
    })
    .await
}

/// Puts the joint act before the cities and other parties that give money, until the end of a day.
///
/// # Errors
/// Not found, `pledges-open`, `pledges-short`, `call-step`, or a rule of joint acts (`deadline-past`, `parties-few` …).
pub async fn call_circulate(app: &App, ctx: &Ctx, id: &str, deadline: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), deadline.to_owned(), platform::random::id());
    app.in_txn(ctx, "call_circulate", input, |tx, (app, id, deadline, act)| {
        Box::pin(async move {
            let old = load_for(app, tx, "call_circulate", id).await?;
            let pledges = store::pledge::of_call(tx, id).await?;
            covers(&pledges, old.budget)?;
            let act_text = joint_act(app, tx, &old, &pledges, deadline).await?;
            accords::accord_circulate_in(app, tx, act, &act_text).await?;
            let change = |call| Call { accord: Some(act.clone()), ..call };
            let data = json!({ "accord": act });
            Ok(stepped(
                app,
                tx,
                &old,
                Move { step: Step::Circulate, reason: "", kind: "call.circulated", data },
                change,
            )
            .await?
            .1)
        })
    })
    .await
}

async fn joint_act(app: &App, tx: &Txn, call: &Call, pledges: &[Pledge], deadline: &str) -> Outcome<NewAct> {
    let given: Vec<&Pledge> = pledges.iter().filter(|p| p.state == PledgeState::Given).collect();
    let outer: Vec<&&Pledge> = given.iter().filter(|p| p.kind == FunderKind::Outer).collect();
    let party = |pledge: &Pledge| match pledge.kind {
        FunderKind::City | FunderKind::Joint => Some(pledge.code.clone()),
        // Parties of an act are numbered anew, without those that declined.
        FunderKind::Outer => outer.iter().position(|p| p.code == pledge.code).map(|at| format!("x{}", at + 1)),
        FunderKind::Owner | FunderKind::Organisation => None,
    };
    let names = funder_names(app, tx, call, pledges).await?;
    let name = |pledge: &Pledge, english: bool| -> String {
        let found = pledges.iter().zip(&names).find(|(one, _)| one.id == pledge.id);
        found.map_or_else(String::new, |(_, (zh, en))| if english { en.clone() } else { zh.clone() })
    };
    let attempts = store::trail::of_call(tx, &call.id).await?.iter().filter(|s| s.step == Step::Circulate).count();
    let shares = given.iter().filter_map(|p| Some((party(p)?, p.cap)));
    Ok(NewAct {
        kind: AccordKind::Agreement,
        number: format!("{}-发榜-{}", call.number, attempts + 1),
        title: release::title(call),
        title_en: release::title_en(call),
        text: text(call, &given, &|pledge| name(pledge, false)),
        text_en: text_en(call, &given, &|pledge| name(pledge, true)),
        cities: given.iter().filter_map(|p| p.city()).collect(),
        joint: true,
        outer: outer
            .iter()
            .map(|p| OuterDraft { name: p.name.clone(), name_en: p.name_en.clone(), level: "province".into() })
            .collect(),
        shares: shares.collect(),
        deadline: deadline.to_owned(),
    })
}

/// Takes the joint act back, or notes that it has failed: pledges may change again.
///
/// # Errors
/// Not found, `call-step`.
pub async fn call_take_back(app: &App, ctx: &Ctx, id: &str, reason: &str) -> Outcome<Done> {
    app.in_txn(ctx, "call_take_back", (app.clone(), id.to_owned(), reason.to_owned()), |tx, (app, id, reason)| {
        Box::pin(async move {
            let old = load_for(app, tx, "call_take_back", id).await?;
            let reason = kernel::input::needed(reason, crate::rules::REASON_CHARS_MAX, "reason")?;
            act_over(tx, &old).await?;
            let change = |call| Call { accord: None, ..call };
            Ok(stepped(
                app,
                tx,
                &old,
                Move { step: Step::TakeBack, reason: &reason, kind: "call.taken_back", data: json!({}) },
                change,
            )
            .await?
            .1)
        })
    })
    .await
}

/// A joint act that is still before its parties is taken back with its call.
pub(super) async fn act_over(tx: &Txn, call: &Call) -> Outcome<()> {
    let Some(accord) = &call.accord else { return Ok(()) };
    match accords::accord_state_in(tx, accord, tx.ctx().now).await? {
        AccordState::Circulated | AccordState::Failed => accords::accord_take_back_in(tx, accord).await.map(|_| ()),
        _ => Ok(()),
    }
}

/// Opens the call (发榜): the joint act is in force, the pledges cover it, and a sealed round takes answers.
///
/// # Errors
/// Not found, `accord-not-in-force` while a city has not consented, `pledges-short`, `call-step`, and what the round
/// refuses (`committee-not-ready`, `closing-past` …).
pub async fn call_open(app: &App, ctx: &Ctx, id: &str, draft: OpenDraft) -> Outcome<Done> {
    app.in_txn(ctx, "call_open", (app.clone(), id.to_owned(), draft), |tx, (app, id, draft)| {
        Box::pin(async move {
            let old = load_for(app, tx, "call_open", id).await?;
            let accord = old.accord.clone().ok_or_else(Refusal::not_found)?;
            accords::accord_in_force(tx, &accord, tx.ctx().now).await?;
            covers(&store::pledge::of_call(tx, id).await?, old.budget)?;
            let round = sealed_round(tx, &old, draft).await?;
            let now = tx.ctx().now.ms();
            let change = |call: Call| Call {
                version: call.version + 1,
                committee: Some(draft.committee.clone()),
                round: Some(round),
                closes_ms: Some(draft.closes_ms),
                opened_ms: call.opened_ms.or(Some(now)),
                named_ms: if call.unnamed { call.named_ms } else { call.named_ms.or(Some(now)) },
                ..call
            };
            let data = json!({ "closes_ms": draft.closes_ms, "accord": accord });
            super::clock::order_close(tx, id, draft.closes_ms).await?;
            super::clock::order_settle(tx, id, draft.closes_ms).await?;
            Ok(stepped(app, tx, &old, Move { step: Step::Open, reason: "", kind: "call.opened", data }, change)
                .await?
                .1)
        })
    })
    .await
}

/// The round that takes the answers of one version of a call.
pub(super) async fn sealed_round(tx: &Txn, call: &Call, draft: &OpenDraft) -> Outcome<String> {
    let new = NewRound {
        owner: Owner { kind: super::OBJECT.to_owned(), id: call.id.clone() },
        title: call.title.clone(),
        title_en: call.title_en.clone(),
        rules: release::rules_of_answers(call),
        committee: draft.committee.clone(),
        closes_ms: draft.closes_ms,
        opens_by_ms: draft.opens_by_ms,
    };
    Ok(round_open(tx, &new).await?.0.id)
}

/// Committees that can open answers, for the form: id, Chinese and English name.
///
/// # Errors
/// Not the joint office.
pub async fn committee_choices(app: &App, ctx: &Ctx, call: &Call) -> Outcome<Vec<(String, String, String)>> {
    app.policies().require(ctx, "call_open", &call_resource(call, ctx.now))?;
    let found = envelopes::actions::committee::committee_choices(app, ctx).await?;
    Ok(found.into_iter().map(|one| (one.id, one.name, one.name_en)).collect())
}
