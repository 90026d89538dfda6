//! Calls: drafting, posing, vetting, withdrawing, beginning again; and how they are read.

pub use crate::store::call::{Facets, Filter};
pub use crate::store::trail::Taken;

use super::{Move, by, by_ctx, call_resource, cut, from, history, load, load_for, note, seen, stepped};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::call::{self as rules, Call, HeadDraft, Patch, Step, may_step};
use crate::rules::pledge::{Cover, FunderKind, Pledge, PledgeState, cover};
use crate::store;
use accords::AccordState;
use kernel::input::needed;
use kernel::{Instant, Refusal};
use platform::db::Txn;
use platform::journal::Recorded;
use platform::policy::Resource;
use platform::web::page::Page;
use platform::{App, Ctx, Outcome};
use registry::{corridor, lookup};
use rooms::actions::Done;
use rooms::actions::check;
use serde_json::json;

/// Somebody who poses, as policies see it.
fn owner_resource(organisation: &str) -> Resource {
    Resource::new("CallOwner", organisation).with("organisation", organisation)
}

fn segments(app: &App) -> impl Fn(&str) -> bool {
    let corridor = corridor::of(app);
    move |id| corridor.segment(id).is_some()
}

/// Begins a draft for an organisation; the head is needed, the other groups may follow.
///
/// # Errors
/// `call-owner`, or the first field that breaks a rule.
pub async fn call_draft(app: &App, ctx: &Ctx, patch: Patch) -> Outcome<Done> {
    app.in_txn(ctx, "call_draft", (app.clone(), patch, platform::random::id()), |tx, (app, patch, id)| {
        Box::pin(async move {
            if tx.ctx().actor.account.is_none() {
                return Err(Refusal::sign_in().into());
            }
            let head: HeadDraft = patch.head.clone().unwrap_or_default();
            let owner = lookup::organisation(tx, &head.owner).await?.ok_or_else(owner_unknown)?;
            if !app.policies().allows(tx.ctx(), "call_draft", &owner_resource(&owner.id)) {
                return Err(owner_unknown().into());
            }
            let office = lookup::office(app, owner.city);
            let begun = rules::begin(id, &head, &office, by(tx))?;
            let call = rules::revise(&begun, patch, &segments(app), by(tx))?;
            store::call::save(tx, &call).await?;
            note(tx, "call.drafted", &call, json!({})).await
        })
    })
    .await
}

fn owner_unknown() -> Refusal {
    Refusal::invalid(
        "call-owner",
        "请选择您有“发布”授权的出题单位。",
        "Choose the organisation that poses; your mandate there must cover publishing.",
    )
    .at("owner")
}

/// Changes groups of a draft.
///
/// # Errors
/// Not found, `call-not-draft`, or the first field that breaks a rule.
pub async fn call_edit(app: &App, ctx: &Ctx, id: &str, patch: Patch) -> Outcome<Done> {
    app.in_txn(ctx, "call_edit", (app.clone(), id.to_owned(), patch), |tx, (app, id, patch)| {
        Box::pin(async move {
            let old = load_for(app, tx, "call_edit", id).await?;
            let next = rules::revise(&old, patch, &segments(app), by(tx))?;
            store::call::save(tx, &next).await?;
            note(tx, "call.revised", &next, json!({})).await
        })
    })
    .await
}

/// Hands the draft to the office (出题).
///
/// # Errors
/// Not found, `call-incomplete`, `call-step`.
pub async fn call_pose(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "call_pose", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = load_for(app, tx, "call_pose", id).await?;
            rules::pose(&old)?;
            let by = tx.ctx().actor.id().to_owned();
            let change = |call| Call { posed_by: by, reason: String::new(), ..call };
            Ok(stepped(
                app,
                tx,
                &old,
                Move { step: Step::Pose, reason: "", kind: "call.posed", data: json!({}) },
                change,
            )
            .await?
            .1)
        })
    })
    .await
}

/// Sends it back to its owner, with the reason.
///
/// # Errors
/// Not found, forbidden for the owner's own people, `needed`, `call-step`.
pub async fn call_send_back(app: &App, ctx: &Ctx, id: &str, reason: &str) -> Outcome<Done> {
    app.in_txn(ctx, "call_send_back", (app.clone(), id.to_owned(), reason.to_owned()), |tx, (app, id, reason)| {
        Box::pin(async move {
            let old = load_for(app, tx, "call_send_back", id).await?;
            let reason = needed(reason, REASON_CHARS_MAX, "reason")?;
            let change = |call| Call { reason: reason.clone(), ..call };
            Ok(stepped(
                app,
                tx,
                &old,
                Move { step: Step::SendBack, reason: &reason, kind: "call.sent_back", data: json!({}) },
                change,
            )
            .await?
            .1)
        })
    })
    .await
}

/// Vets it (论证): it gets its number, and cities and funders can be asked.
///
/// # Errors
/// Not found, forbidden for the owner's own people, `call-step`.
pub async fn call_vet(app: &App, ctx: &Ctx, id: &str, opinion: &str) -> Outcome<Done> {
    app.in_txn(ctx, "call_vet", (app.clone(), id.to_owned(), opinion.to_owned()), |tx, (app, id, opinion)| {
        Box::pin(async move {
            let old = load_for(app, tx, "call_vet", id).await?;
            let opinion = needed(opinion, REASON_CHARS_MAX, "opinion")?;
            let number = match old.number.as_str() {
                "" => next_number(tx, old.demo).await?,
                number => number.to_owned(),
            };
            let by = tx.ctx().actor.id().to_owned();
            let change = |call| Call { vetted_by: by, number, ..call };
            Ok(stepped(
                app,
                tx,
                &old,
                Move { step: Step::Vet, reason: &opinion, kind: "call.vetted", data: json!({}) },
                change,
            )
            .await?
            .1)
        })
    })
    .await
}

/// The next number of the year: `JB-2026-0001`, with 示例 before it in the demo. Two at once: the unique index decides,
/// and the later one is asked to try again.
async fn next_number(tx: &Txn, demo: bool) -> Outcome<String> {
    let mark = if demo { "示例-" } else { "" };
    let prefix = format!("{mark}JB-{}-", tx.ctx().now.date().year());
    let count = store::call::numbered(tx, &prefix).await?;
    Ok(format!("{prefix}{:04}", count + 1))
}

/// Takes it back, with the reason everybody reads who could read it.
///
/// # Errors
/// Not found, `needed`, `call-step`.
pub async fn call_withdraw(app: &App, ctx: &Ctx, id: &str, reason: &str) -> Outcome<Done> {
    app.in_txn(ctx, "call_withdraw", (app.clone(), id.to_owned(), reason.to_owned()), |tx, (app, id, reason)| {
        Box::pin(async move {
            let old = load_for(app, tx, "call_withdraw", id).await?;
            let reason = needed(reason, REASON_CHARS_MAX, "reason")?;
            super::release::act_over(tx, &old).await?;
            super::amendment::round_over(tx, &old).await?;
            let change = |call| Call { reason: reason.clone(), ..call };
            let data = json!({ "reason": reason });
            Ok(stepped(
                app,
                tx,
                &old,
                Move { step: Step::Withdraw, reason: &reason, kind: "call.withdrawn", data },
                change,
            )
            .await?
            .1)
        })
    })
    .await
}

/// Begins it again as a draft (重新发榜): after withdrawal, or when nobody was awarded.
///
/// # Errors
/// Not found, `call-step`.
pub async fn call_rerelease(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "call_rerelease", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = load_for(app, tx, "call_rerelease", id).await?;
            let change = |call| Call { accord: None, round: None, closes_ms: None, ..call };
            Ok(stepped(
                app,
                tx,
                &old,
                Move { step: Step::Rerelease, reason: "", kind: "call.begun_again", data: json!({}) },
                change,
            )
            .await?
            .1)
        })
    })
    .await
}

/// Notes that a call takes no more answers. The house does it when the time has come.
///
/// # Errors
/// Not found, `call-step` before its time.
pub async fn call_close(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.policies().require(ctx, "call_close", &Resource::house())?;
    app.in_txn(ctx, "call_close", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            // By the clock it is closed already; who comes first writes it down.
            if old.state != rules::CallState::Open || old.state_at(tx.ctx().now) != rules::CallState::Closed {
                return Err(rules::steps::not_now(Step::Close, old.state).into());
            }
            let data = json!({ "closes_ms": old.closes_ms });
            // The table closes what is open: it is asked about the call as if its time were not over.
            let open = Call { closes_ms: None, ..old.clone() };
            let change = |call| Call { closes_ms: old.closes_ms, ..call };
            Ok(stepped(app, tx, &open, Move { step: Step::Close, reason: "", kind: "call.closed", data }, change)
                .await?
                .1)
        })
    })
    .await
}

/// A page of calls.
#[derive(Debug, Clone)]
pub struct Calls {
    /// Its items, the newest change first.
    pub items: Vec<Call>,
    /// Calls in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// What the filters would give.
    pub facets: Facets,
    /// Organisations for which the reader may pose: id and name.
    pub may_pose: Vec<(String, String)>,
    /// What has been pledged to these calls.
    pub given: Vec<Pledge>,
    /// Names of organisations that may be named, by id.
    pub names: Names,
}

impl Calls {
    /// The names that may be used on one call: an owner who poses one call unnamed may be a funder of the next.
    pub fn names_for(&self, call: &Call) -> Names {
        let mut names = self.names.clone();
        if call.owner_open().is_none() {
            names.remove(&call.owner);
        }
        names
    }
}

/// Names of organisations by id: Chinese, and English where there is one.
pub type Names = std::collections::BTreeMap<String, (String, String)>;

/// A page of the calls that the actor may read.
///
/// # Errors
/// `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn call_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Calls> {
    app.policies().require(ctx, "call_list", &Resource::house())?;
    check(&filter.text, &[&filter.states, &filter.cities])?;
    let conn = app.db().read();
    let allowed = seen(app, ctx, "call_view", "Call", &store::call::ATTRIBUTES)?;
    let cursor = page.cursor.as_deref();
    let start = from(cursor, store::call::position(&conn, cursor.unwrap_or_default()).await?)?;
    let facets = store::call::facets(&conn, &allowed, filter).await?;
    let (found, total) = store::call::list(&conn, allowed, filter, start.as_ref(), page.limit + 1).await?;
    let (items, next) = cut(found, page, |call| &call.id);
    let ids: Vec<String> = items.iter().map(|call| call.id.clone()).collect();
    let given = store::pledge::given(&conn, &ids).await?;
    let funders = given.iter().filter(|pledge| pledge.kind == FunderKind::Organisation).map(|p| p.code.clone());
    let owners = items.iter().filter(|call| call.owner_open().is_some()).map(|call| call.owner.clone());
    let names = lookup::names(&conn, &funders.chain(owners).collect::<Vec<_>>()).await?;
    Ok(Calls { items, total, next, facets, may_pose: posers(app, ctx), given, names })
}

/// Organisations for which somebody may pose: id and name.
pub fn posers(app: &App, ctx: &Ctx) -> Vec<(String, String)> {
    let members = ctx.actor.memberships.iter();
    let may = members.filter(|m| app.policies().allows(ctx, "call_draft", &owner_resource(&m.organisation)));
    may.map(|m| (m.organisation.clone(), m.name.clone())).collect()
}

/// What the reader may do with a call now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct May {
    /// Change the draft.
    pub edit: bool,
    /// Pose it.
    pub pose: bool,
    /// Send it back.
    pub send_back: bool,
    /// Vet it.
    pub vet: bool,
    /// Ask funders.
    pub invite: bool,
    /// Put the joint act before its parties.
    pub circulate: bool,
    /// Take the joint act back.
    pub take_back: bool,
    /// Open it.
    pub open: bool,
    /// Withdraw it.
    pub withdraw: bool,
    /// Begin it again.
    pub rerelease: bool,
}

/// A call with what its page shows of itself; the other nouns add theirs.
#[derive(Debug, Clone)]
pub struct View {
    /// The call.
    pub call: Call,
    /// Where it stands by the clock.
    pub state: rules::CallState,
    /// The owner's names, if the reader may know them: Chinese and English.
    pub owner: Option<(String, String)>,
    /// Its pledges: those given for everybody, the others for those inside.
    pub pledges: Vec<Pledge>,
    /// Ids of pledges that the reader may give or decline.
    pub may_pledge: Vec<String>,
    /// What they come to.
    pub cover: Cover,
    /// Names of organisations among funders, by id.
    pub names: Names,
    /// Where the joint act of its release stands.
    pub act: Option<AccordState>,
    /// The steps it has taken.
    pub steps: Vec<Taken>,
    /// Its entries, the newest first.
    pub history: Vec<Recorded>,
    /// The reader belongs to the owner, its office or the joint office.
    pub inside: bool,
    /// What the reader may do.
    pub may: May,
}

/// One call.
///
/// # Errors
/// Not found.
pub async fn call_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let call = load(&conn, id).await?;
    let resource = call_resource(&call, ctx.now);
    app.policies().require(ctx, "call_view", &resource)?;
    let inside = app.policies().allows(ctx, "call_inside", &resource);
    let mut pledges = store::pledge::of_call(&conn, id).await?;
    let may_pledge = super::release::own_pledges(app, ctx, &call, &pledges);
    pledges.retain(|p| inside || p.state == PledgeState::Given || may_pledge.contains(&p.id));
    let mut ids: Vec<String> = pledges.iter().map(|pledge| pledge.code.clone()).collect();
    ids.push(call.owner.clone());
    let mut names = lookup::names(&conn, &ids).await?;
    // The owner's pledge stands there without a name while the owner has none.
    let knows = inside || call.owner_open().is_some();
    let owner = names.get(&call.owner).cloned().filter(|_| knows);
    if !knows {
        names.remove(&call.owner);
    }
    let act = match &call.accord {
        Some(accord) => Some(accords::accord_state_in(&conn, accord, ctx.now).await?),
        None => None,
    };
    let may = may(app, ctx, &call);
    Ok(View {
        state: call.state_at(ctx.now),
        cover: cover(&pledges)?,
        steps: store::trail::of_call(&conn, id).await?,
        history: history(&conn, super::OBJECT, id, inside).await?,
        may: May { open: may.open && act == Some(AccordState::InForce), ..may },
        act,
        owner,
        pledges,
        may_pledge,
        names,
        inside,
        call,
    })
}

fn may(app: &App, ctx: &Ctx, call: &Call) -> May {
    let resource = call_resource(call, ctx.now);
    let allowed = |action: &str| app.policies().allows(ctx, action, &resource);
    let can = |action: &str, step: Step| may_step(call, step, by_ctx(ctx)) && allowed(action);
    let vetted = call.state == rules::CallState::Vetted;
    May {
        edit: can("call_edit", Step::Pose),
        pose: can("call_pose", Step::Pose),
        send_back: can("call_send_back", Step::SendBack),
        vet: can("call_vet", Step::Vet),
        invite: vetted && allowed("call_invite"),
        circulate: can("call_circulate", Step::Circulate),
        take_back: can("call_take_back", Step::TakeBack),
        open: can("call_open", Step::Open),
        withdraw: can("call_withdraw", Step::Withdraw),
        rerelease: can("call_rerelease", Step::Rerelease),
    }
}

/// The draft that a form fills in, for somebody who may change it.
///
/// # Errors
/// Not found, forbidden, `call-not-draft`.
pub async fn call_form(app: &App, ctx: &Ctx, id: &str) -> Outcome<Call> {
    let conn = app.db().read();
    let call = load(&conn, id).await?;
    app.policies().require(ctx, "call_edit", &call_resource(&call, ctx.now))?;
    // The same "no" that saving would give.
    rules::revise(&call, &Patch::default(), &|_| true, by_ctx(ctx))?;
    Ok(call)
}

/// Whether a call has reached a state where its text stands: for the index.
pub fn is_public(call: &Call, now: Instant) -> bool {
    call.state_at(now).is_open()
}
