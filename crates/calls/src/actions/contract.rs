//! Contracts of awards: written by either side, signed by both under the same words, registered as technology contracts.

use super::award::{Around, around, at, progressed, settled, surrounded};
use super::{by, note};
use crate::rules::award::{Award, AwardState};
use crate::rules::call::{Call, CallState};
use crate::rules::contract::{self as rules, Contract, ContractDraft, Side, Signature, words};
use crate::rules::milestone::{Milestone, MilestoneState, months_after};
use crate::store;
use kernel::Refusal;
use platform::db::{DbFault, Txn, classify};
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use rooms::actions::Done;
use serde_json::json;
use sha2::{Digest, Sha256};

/// A side that signs, as policies see it.
fn side_resource(call: &Call, award: &Award, side: Side) -> Resource {
    let organisation = organisation(call, award, side);
    Resource::new("ContractSide", format!("{}/{}", award.id, side.code())).with("organisation", organisation)
}

fn organisation<'a>(call: &'a Call, award: &'a Award, side: Side) -> &'a str {
    match side {
        Side::Owner => &call.owner,
        Side::Lead => &award.organisation,
    }
}

fn hashed(contract: Contract, award: &Award, milestones: &[Milestone]) -> Contract {
    let hash = hex::encode(Sha256::digest(words(&contract, award, milestones)));
    Contract { hash, ..contract }
}

/// Writes a contract or changes it. What was signed before is signed anew.
///
/// # Errors
/// Not found, forbidden, `award-step` while the award is on notice or an objection is open, `contract-signed`, or a field
/// that breaks a rule.
pub async fn contract_write(app: &App, ctx: &Ctx, award: &str, draft: ContractDraft) -> Outcome<Done> {
    app.in_txn(ctx, "contract_write", (app.clone(), award.to_owned(), draft), |tx, (app, award, draft)| {
        Box::pin(async move {
            let Around { call, award, .. } = around(app, tx, "contract_write", award).await?;
            let call = settled(app, tx, call).await?;
            let old = store::contract::of_award(tx, &award.id).await?;
            if award.state != AwardState::Running {
                at(&call, CallState::Contracting, &award, AwardState::Named)?;
            }
            let milestones = store::milestone::of_award(tx, &award.id).await?;
            let contract = hashed(rules::write(old.as_ref(), &award, draft, by(tx))?, &award, &milestones);
            store::contract::clear_signatures(tx, &award.id).await?;
            store::contract::save(tx, &contract).await?;
            let data = json!({
                "award": award.id, "number": award.ord, "version": contract.version, "sha256": contract.hash
            });
            note(tx, "call.contract_written", &call, data).await
        })
    })
    .await
}

/// Signs for one side. With the second signature the work begins, and with the last contract of the call the call.
///
/// # Errors
/// Not found, forbidden, `step-up`, `award-step`, `contract-missing`, `contract-changed`, `contract-signed`,
/// `contract-same-hand`.
pub async fn contract_sign(app: &App, ctx: &Ctx, award: &str, side: &str, hash: &str) -> Outcome<Done> {
    let input = (app.clone(), award.to_owned(), side.to_owned(), hash.to_owned());
    app.in_txn(ctx, "contract_sign", input, |tx, (app, award, side, hash)| {
        Box::pin(async move {
            let Around { call, award, .. } = around(app, tx, "contract_view", award).await?;
            let side = Side::parse(side.trim()).ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "contract_sign", &side_resource(&call, &award, side))?;
            let call = settled(app, tx, call).await?;
            let contract = store::contract::of_award(tx, &award.id).await?.ok_or_else(missing)?;
            let given = store::contract::signatures(tx, &award.id).await?;
            let signature = rules::sign(&contract, &given, side, hash, by(tx))?;
            at(&call, CallState::Contracting, &award, AwardState::Named)?;
            store::contract::sign(tx, &signature).await.map_err(signed_race)?;
            let data = json!({ "award": award.id, "number": award.ord, "side": side.code(), "sha256": contract.hash });
            let done = note(tx, "call.contract_signed", &call, data).await?;
            if given.len() == 1 {
                begin(app, tx, &call, award, contract).await?;
            }
            Ok(done)
        })
    })
    .await
}

fn missing() -> Refusal {
    Refusal::conflict(
        "contract-missing",
        "合同还没有拟定。请先填写合同内容。",
        "There is no contract yet. Write it first.",
    )
}

/// Two who sign for one side at once: the key tells the second.
fn signed_race(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => {
            Refusal::conflict("contract-signed", "本方已签署。", "This side has signed already.").into()
        }
        _ => fault,
    }
}

/// Both have signed: the milestones have their days, counted from today.
async fn begin(app: &App, tx: &Txn, call: &Call, award: Award, contract: Contract) -> Outcome<()> {
    let now = tx.ctx().now;
    let open = |one: Milestone| Milestone {
        due_ms: Some(months_after(now.date(), one.months).ms()),
        state: MilestoneState::Open,
        updated_ms: now.ms(),
        ..one
    };
    let milestones: Vec<Milestone> = store::milestone::of_award(tx, &award.id).await?.into_iter().map(open).collect();
    store::milestone::save(tx, &milestones).await?;
    store::contract::save(tx, &Contract { signed_ms: Some(now.ms()), ..contract }).await?;
    let running = Award { state: AwardState::Running, updated_ms: now.ms(), ..award };
    store::award::save(tx, std::slice::from_ref(&running)).await?;
    note(tx, "call.award_started", call, json!({ "award": running.id, "number": running.ord })).await?;
    progressed(app, tx, call.clone()).await.map(|_| ())
}

/// Notes the number under which the technology contract is registered (技术合同登记编号).
///
/// # Errors
/// Not found, forbidden, `contract-missing`, `registration-shape`.
pub async fn contract_register(app: &App, ctx: &Ctx, award: &str, number: &str) -> Outcome<Done> {
    let input = (app.clone(), award.to_owned(), number.to_owned());
    app.in_txn(ctx, "contract_register", input, |tx, (app, award, number)| {
        Box::pin(async move {
            let Around { call, award, .. } = around(app, tx, "contract_register", award).await?;
            let contract = store::contract::of_award(tx, &award.id).await?.ok_or_else(missing)?;
            let registration = rules::registration(number)?;
            store::contract::save(tx, &Contract { registration: registration.clone(), ..contract }).await?;
            let data = json!({ "award": award.id, "number": award.ord, "registration": registration });
            note(tx, "call.contract_registered", &call, data).await
        })
    })
    .await
}

/// A contract with what its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The call.
    pub call: Call,
    /// The award.
    pub award: Award,
    /// The contract; none before it is written.
    pub contract: Option<Contract>,
    /// Its signatures.
    pub signatures: Vec<Signature>,
    /// The milestones.
    pub milestones: Vec<Milestone>,
    /// The words that are signed, as they are hashed.
    pub words: String,
    /// Names of the two sides: Chinese and English.
    pub names: [(String, String); 2],
    /// The reader may write it.
    pub may_write: bool,
    /// Sides for which the reader may sign now.
    pub may_sign: Vec<Side>,
    /// The reader may note its registration.
    pub may_register: bool,
    /// The reader may give the award up.
    pub may_drop: bool,
}

/// The contract of an award, for both sides and the offices.
///
/// # Errors
/// Not found, forbidden.
pub async fn contract_view(app: &App, ctx: &Ctx, call: &str, award: &str) -> Outcome<View> {
    let conn = app.db().read();
    let award =
        store::award::by_id(&conn, award).await?.filter(|one| one.call == call).ok_or_else(Refusal::not_found)?;
    let Around { call, award, resource, .. } = surrounded(&conn, award).await?;
    app.policies().require(ctx, "contract_view", &resource)?;
    let contract = store::contract::of_award(&conn, &award.id).await?;
    let signatures = store::contract::signatures(&conn, &award.id).await?;
    let milestones = store::milestone::of_award(&conn, &award.id).await?;
    let found = registry::lookup::names(&conn, &[call.owner.clone(), award.organisation.clone()]).await?;
    let name = |id: &str| found.get(id).cloned().unwrap_or_default();
    let open = award.state == AwardState::Named
        && (call.state == CallState::Contracting || super::award::over(&call, ctx.now));
    let may = |action: &str| app.policies().allows(ctx, action, &resource);
    let may_sign = Side::ALL.iter().copied().filter(|side| {
        let free = contract.as_ref().is_some_and(|one| one.signed_ms.is_none());
        let given = signatures.iter().any(|one| one.side == *side || one.by == ctx.actor.id());
        open && free && !given && app.policies().allows(ctx, "contract_sign", &side_resource(&call, &award, *side))
    });
    Ok(View {
        words: contract.as_ref().map_or_else(String::new, |one| words(one, &award, &milestones)),
        names: [name(&call.owner), name(&award.organisation)],
        may_write: open && may("contract_write"),
        may_sign: may_sign.collect(),
        may_register: contract.is_some() && may("contract_register"),
        may_drop: open && may("award_drop"),
        contract,
        signatures,
        milestones,
        call,
        award,
    })
}
