//! Non-disclosure: an organisation signs, its members open the details, and every opening is in the journal.

use super::{by, by_ctx, load};
use crate::rules::call::{Call, CallState};
use crate::rules::nda::{self as rules, Signature, agreement_sha256, holds, is_protected};
use crate::store;
use kernel::{Instant, Refusal, RefusalKind};
use platform::ctx::Mandate;
use platform::db::{Conn, DbFault, Txn, classify};
use platform::journal::{Entry, Recorded, of_object};
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use registry::lookup;
use rooms::actions::Done;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The object kind of a call's protected part in the journal; its id is the call's. Nothing about it is public.
pub(crate) const OBJECT: &str = "call_details";
/// Signatures and openings that whoever is inside is shown.
const EVENTS_SHOWN: i64 = 200;

/// The protected part of a call as policies see it; `signed` are the organisations whose signature holds.
pub fn details_resource(call: &Call, signed: Vec<String>, now: Instant) -> Resource {
    Resource::new("CallDetails", &call.id)
        .with("owner", call.owner.as_str())
        .with("office", call.office.as_str())
        .with("state", call.state_at(now).code())
        .with("signed", signed)
}

/// An organisation that would sign, as policies see it.
pub fn signer_resource(organisation: &str) -> Resource {
    Resource::new("NdaSigner", organisation).with("organisation", organisation)
}

fn organisations(ctx: &Ctx) -> Vec<String> {
    ctx.actor.memberships.iter().map(|membership| membership.organisation.clone()).collect()
}

/// What the actor's organisations have signed for a call, the newest first.
async fn own(conn: &Conn, ctx: &Ctx, call: &Call) -> Outcome<Vec<Signature>> {
    store::nda::of_organisations(conn, &call.id, &organisations(ctx)).await
}

fn holding(call: &Call, signatures: &[Signature]) -> Vec<String> {
    signatures.iter().filter(|one| holds(call, one)).map(|one| one.organisation.clone()).collect()
}

/// An entry about the protected part: for those inside only.
async fn note(tx: &Txn, kind: &'static str, call: &Call, data: Value) -> Outcome<Done> {
    let entry = tx.journal(Entry::new(kind, OBJECT, &call.id).demo(call.demo).data(data)).await?;
    Ok(Done::new(tx, &call.id, entry))
}

/// What somebody signs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignCommand {
    /// The organisation he signs for.
    pub organisation: String,
    /// SHA-256 of the agreement he has read, hexadecimal.
    pub agreement_sha256: String,
}

/// Signs the agreement of a call for an organisation.
///
/// # Errors
/// Not found, forbidden without the mandate to sign, `step-up`, `nda-none`, `nda-closed`, `nda-owner`, `nda-changed`,
/// `nda-signed`, `nda-demo`.
pub async fn nda_sign(app: &App, ctx: &Ctx, id: &str, command: SignCommand) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), command, platform::random::id());
    app.in_txn(ctx, "nda_sign", input, |tx, (app, id, command, fresh)| {
        Box::pin(async move {
            let call = load(tx, id).await?;
            let before = own(tx, tx.ctx(), &call).await?;
            let details = details_resource(&call, holding(&call, &before), tx.ctx().now);
            app.policies().require(tx.ctx(), "nda_view", &details)?;
            app.policies().require(tx.ctx(), "nda_sign", &signer_resource(&command.organisation))?;
            other_world(&call, tx.ctx())?;
            let signature =
                rules::sign(fresh, &call, &command.organisation, &command.agreement_sha256, &before, by(tx))?;
            store::nda::add(tx, &signature).await.map_err(signed_race)?;
            let data = json!({
                "organisation": signature.organisation, "agreement_sha256": signature.agreement_sha256,
                "version": signature.version
            });
            note(tx, "call.nda_signed", &call, data).await
        })
    })
    .await
}

fn other_world(call: &Call, ctx: &Ctx) -> Result<(), Refusal> {
    if call.demo == ctx.actor.demo {
        return Ok(());
    }
    Err(Refusal::conflict(
        "nda-demo",
        "演示榜单只能由演示单位签署，正式榜单只能由正式单位签署。",
        "The agreement of a demo call is signed by organisations of the demo only, and a real one by real ones.",
    ))
}

/// Two of one organisation sign at once: the unique index tells the second.
fn signed_race(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => Refusal::conflict(
            "nda-signed",
            "本单位已签署，可以直接查阅保密内容。",
            "Your organisation has signed; its members can open the details.",
        )
        .into(),
        _ => fault,
    }
}

/// Opens the protected details. Every opening is an entry of its own; the text goes into no entry, and into no kept answer.
///
/// # Errors
/// Not found, sign in first, `nda-needed` while no organisation of the actor has signed, `nda-none`.
pub async fn details_open(app: &App, ctx: &Ctx, id: &str) -> Outcome<(Done, String)> {
    // Without its key: a kept answer would hold the details.
    app.in_txn(&ctx.unkeyed(), "details_open", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let call = load(tx, id).await?;
            let signed = holding(&call, &own(tx, tx.ctx(), &call).await?);
            let resource = details_resource(&call, signed.clone(), tx.ctx().now);
            app.policies().require(tx.ctx(), "nda_view", &resource)?;
            if !app.policies().allows(tx.ctx(), "details_open", &resource) {
                return Err(not_signed().into());
            }
            if !is_protected(&call) {
                return Err(rules_none().into());
            }
            let data = match signed.first() {
                Some(organisation) => json!({ "organisation": organisation, "version": call.version }),
                None => json!({ "inside": true, "version": call.version }),
            };
            Ok((note(tx, "call.details_opened", &call, data).await?, call.details))
        })
    })
    .await
}

fn rules_none() -> Refusal {
    Refusal::conflict("nda-none", "该榜单没有保密内容。", "Nothing of this call is protected.")
}

fn not_signed() -> Refusal {
    Refusal::new(
        RefusalKind::Forbidden,
        "nda-needed",
        "查阅保密内容前，须由本单位有“签署”授权的成员签署保密协议；协议或内容变更后须重新签署。",
        "Before the details are opened, a member whose mandate covers signing signs the agreement for your organisation; \
         after a change it is signed anew.",
    )
}

/// An organisation of the reader, with what it has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Its id.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// Its newest signature.
    pub signature: Option<Signature>,
    /// It holds for the texts as they stand.
    pub holds: bool,
    /// The reader may sign for it now.
    pub may_sign: bool,
}

/// An opening or a signature, for those inside.
#[derive(Debug, Clone)]
pub struct Event {
    /// The entry.
    pub entry: Recorded,
    /// Whose organisation's; none for the owner's side and the offices.
    pub organisation: Option<String>,
}

/// The agreement of a call with what its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The call.
    pub call: Call,
    /// SHA-256 of the agreement, hexadecimal.
    pub agreement_sha256: String,
    /// The reader's organisations.
    pub signers: Vec<Signer>,
    /// The reader may open the details.
    pub may_open: bool,
    /// The reader is of the owner, its office or the joint office.
    pub inside: bool,
    /// Signatures and openings, the newest first; empty for outsiders.
    pub events: Vec<Event>,
    /// Names of organisations in them, by id.
    pub names: BTreeMap<String, (String, String)>,
}

/// The agreement of a call. The details are not in it.
///
/// # Errors
/// Not found, sign in first, `nda-none`.
pub async fn nda_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let call = load(&conn, id).await?;
    let signatures = own(&conn, ctx, &call).await?;
    let resource = details_resource(&call, holding(&call, &signatures), ctx.now);
    app.policies().require(ctx, "nda_view", &resource)?;
    if !is_protected(&call) {
        return Err(rules_none().into());
    }
    let inside = app.policies().allows(ctx, "nda_list", &resource);
    let events = if inside { events(&conn, id).await? } else { Vec::new() };
    let ids: Vec<String> = events.iter().filter_map(|event| event.organisation.clone()).collect();
    Ok(View {
        agreement_sha256: agreement_sha256(&call),
        signers: signers(app, ctx, &call, &signatures),
        may_open: app.policies().allows(ctx, "details_open", &resource),
        names: lookup::names(&conn, &ids).await?,
        inside,
        events,
        call: Call { details: String::new(), ..call },
    })
}

async fn events(conn: &Conn, call: &str) -> Outcome<Vec<Event>> {
    let entries = of_object(conn, OBJECT, call, EVENTS_SHOWN).await?;
    let event = |entry: Recorded| Event { organisation: entry.data["organisation"].as_str().map(str::to_owned), entry };
    Ok(entries.into_iter().map(event).collect())
}

fn signers(app: &App, ctx: &Ctx, call: &Call, signatures: &[Signature]) -> Vec<Signer> {
    let open = call.state_at(ctx.now) == CallState::Open && call.demo == ctx.actor.demo;
    let others = ctx.actor.memberships.iter().filter(|membership| membership.organisation != call.owner);
    let signer = |membership: &platform::ctx::Membership| {
        let id = &membership.organisation;
        let own = || signatures.iter().filter(|one| one.organisation == *id);
        let held = own().find(|one| holds(call, one));
        let may = membership.mandates.contains(&Mandate::Sign)
            && app.policies().allows(ctx, "nda_sign", &signer_resource(id));
        Signer {
            organisation: id.clone(),
            name: membership.name.clone(),
            signature: held.or_else(|| own().next()).cloned(),
            holds: held.is_some(),
            may_sign: open && may && held.is_none(),
        }
    };
    others.map(signer).collect()
}

/// Where the reader stands with the protected part of a call, for the call's own page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Something is protected.
    pub protected: bool,
    /// The reader may open it.
    pub may_open: bool,
    /// The reader may sign for an organisation.
    pub may_sign: bool,
    /// An organisation of the reader has signed, and the texts have changed since.
    pub outdated: bool,
}

/// Where the reader stands with the protected part of a call that he may read.
///
/// # Errors
/// When the database fails.
pub async fn nda_standing(app: &App, ctx: &Ctx, call: &Call) -> Outcome<Standing> {
    if !is_protected(call) {
        return Ok(Standing::default());
    }
    let signatures = own(&app.db().read(), ctx, call).await?;
    let resource = details_resource(call, holding(call, &signatures), by_ctx(ctx).now);
    let signers = signers(app, ctx, call, &signatures);
    Ok(Standing {
        protected: true,
        may_open: app.policies().allows(ctx, "details_open", &resource),
        may_sign: signers.iter().any(|signer| signer.may_sign),
        outdated: signers.iter().any(|signer| signer.signature.is_some() && !signer.holds),
    })
}
