//! Envelopes: sending one, and what its sender sees of it.

use super::round::{binding, load};
use super::{clock, computed};
use crate::rules::ceremony;
use crate::rules::round::{self as rules, Envelope, Phase, Round};
use crate::store;
use crate::store::part::PART_BYTES;
use kernel::Refusal;
use platform::ctx::Mandate;
use platform::db::{DbFault, Txn, classify};
use platform::journal::{Entry, of_object};
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use rooms::actions::Done;
use sealing::context::Context;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The object kind of an envelope in the journal.
const OBJECT: &str = "envelope";

/// How often somebody tries again whom others' envelopes for the same round overtake.
const RACES_MAX: usize = 16;

/// What somebody sends.
#[derive(Debug, Clone)]
pub struct SendCommand {
    /// The round.
    pub round: String,
    /// The organisation he sends for.
    pub organisation: String,
    /// The sealed envelope.
    pub bytes: Vec<u8>,
}

/// What a sender gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The receipt; its id is the envelope's.
    pub done: Done,
    /// SHA-256 of the envelope, hexadecimal.
    pub hash: String,
    /// An earlier one of the same sender no longer counts.
    pub replaced: bool,
}

/// An organisation as a sender, as policies see it.
fn sender_resource(organisation: &str) -> Resource {
    Resource::new("EnvelopeSender", organisation).with("organisation", organisation)
}

/// An envelope as policies see it.
pub fn envelope_resource(round: &Round, envelope: &Envelope) -> Resource {
    Resource::new("SealedEnvelope", &envelope.id)
        .with("organisation", envelope.organisation.as_str())
        .with("owner", round.owner.kind.as_str())
        .with("opened", round.state == rules::RoundState::Opened)
}

/// Whether somebody may look at an envelope: its sender always, the owner's side once it is opened.
pub(super) fn readable(app: &App, ctx: &Ctx, round: &Round, envelope: &Envelope) -> bool {
    app.policies().allows(ctx, "envelope_view", &envelope_resource(round, envelope))
}

/// Organisations for which somebody may send for an open round: id and name.
pub(super) fn senders(app: &App, ctx: &Ctx, round: &Round) -> Vec<(String, String)> {
    if round.phase(0, ctx.now) != Phase::Open || round.demo != ctx.actor.demo {
        return Vec::new();
    }
    let may = |organisation: &str| app.policies().allows(ctx, "envelope_send", &sender_resource(organisation));
    let members = ctx.actor.memberships.iter().filter(|m| m.mandates.contains(&Mandate::Bid) && may(&m.organisation));
    members.map(|m| (m.organisation.clone(), m.name.clone())).collect()
}

/// What an organisation's envelope for a round is bound to, and the round.
#[derive(Debug, Clone)]
pub struct Form {
    /// The round.
    pub round: Round,
    /// The organisation and its name.
    pub organisation: (String, String),
    /// Every organisation the reader may send for.
    pub senders: Vec<(String, String)>,
    /// The context.
    pub context: Context,
}

/// What the page that seals needs. Without a choice the first organisation that may send is taken.
///
/// # Errors
/// Not found, sign in first, `round-closed`, `sender-mandate`.
pub async fn envelope_form(app: &App, ctx: &Ctx, round: &str, organisation: Option<&str>) -> Outcome<Form> {
    let round = load(&app.db().read(), round).await?;
    if ctx.actor.account.is_none() {
        return Err(Refusal::sign_in().into());
    }
    rules::takes_envelopes(&round, ctx.now)?;
    let senders = senders(app, ctx, &round);
    let chosen = senders.iter().find(|(id, _)| organisation.is_none_or(|chosen| chosen == id));
    let organisation = chosen.cloned().ok_or_else(no_mandate)?;
    let context = binding(&round).context(&round.pseudonym(&organisation.0))?;
    Ok(Form { organisation, senders, context, round })
}

/// Whether a round is sent to on the pages of this capability: one that another capability owns has questions of its own,
/// and is sent to there.
///
/// # Errors
/// Not found, `round-owned`.
pub async fn round_plain(app: &App, round: &str) -> Outcome<()> {
    if load(&app.db().read(), round).await?.owner.kind == rules::OFFICE {
        return Ok(());
    }
    Err(Refusal::conflict(
        "round-owned",
        "本轮属于一个榜单或另一项业务，请在它的页面上提交。",
        "This round belongs to a call or to something else; hand your envelope in on the page of that.",
    )
    .into())
}

fn no_mandate() -> Refusal {
    Refusal::new(
        kernel::RefusalKind::Forbidden,
        "sender-mandate",
        "只有具有“投标/揭榜”授权的单位成员可以提交信封。请由有授权的成员办理，或联系本单位管理员授权。",
        "Only members whose mandate covers bidding hand in envelopes. Ask one of them, or your organisation's administrator.",
    )
}

/// Takes an envelope. Its proof and its context are checked and its bytes are stored before the transaction that takes
/// it; the same envelope sent again gets the receipt it has.
///
/// # Errors
/// Not found, not a member who may, `round-closed`, `round-demo`, `envelope-shape` for anything that is not sealed,
/// `envelope-context`, `envelope-proof`, `envelope-same`, `envelope-too-often`, `round-full`.
pub async fn envelope_send(app: &App, ctx: &Ctx, command: SendCommand) -> Outcome<Sent> {
    if let Some(first) = app.first_answer(ctx, "envelope_send").await? {
        return Ok(first);
    }
    let SendCommand { round, organisation, bytes } = command;
    let round = load(&app.db().read(), &round).await?;
    app.policies().require(ctx, "envelope_send", &sender_resource(&organisation))?;
    rules::takes_envelopes(&round, ctx.now)?;
    if round.demo != ctx.actor.demo {
        return Err(other_world().into());
    }
    let context = binding(&round).context(&round.pseudonym(&organisation))?;
    let (bytes, lid) = computed(move || checked(bytes, &context)).await??;
    let hash = hex::encode(lid.hash());
    if let Some(known) = known(app, &round.id, &organisation, &hash).await? {
        return Ok(known);
    }
    let envelope = Envelope {
        id: platform::random::id(),
        round: round.id.clone(),
        number: 0,
        hash: hash.clone(),
        head: lid.bytes().to_vec(),
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        pseudonym: round.pseudonym(&organisation),
        organisation,
        sent_by: ctx.actor.id().to_owned(),
        sent_ms: ctx.now.ms(),
        superseded_ms: None,
        demo: round.demo,
    };
    keep(app, ctx, &hash, bytes).await?;
    for _ in 0..RACES_MAX {
        let taken = app.in_txn(ctx, "envelope_send", (app.clone(), envelope.clone()), |tx, (app, envelope)| {
            Box::pin(async move { taken(tx, app, envelope).await })
        });
        let fault = match taken.await {
            Err(fault) if was_faster(&fault) => fault,
            outcome => return outcome,
        };
        if let Some(known) = known(app, &round.id, &envelope.organisation, &hash).await? {
            return Ok(known);
        }
        tracing::debug!(cause = ?fault, "envelope_send: another envelope was faster");
    }
    Err(DbFault::Busy.to_refusal().into())
}

/// The receipt of an envelope that was taken before.
async fn known(app: &App, round: &str, organisation: &str, hash: &str) -> Outcome<Option<Sent>> {
    let conn = app.db().read();
    let Some(known) = store::envelope::by_hash(&conn, round, organisation, hash).await? else { return Ok(None) };
    let entry = of_object(&conn, OBJECT, &known.id, 1).await?.pop();
    Ok(entry.map(|entry| {
        let done = Done { id: known.id, entry: entry.entry_id, at_ms: known.sent_ms, warnings: Vec::new() };
        Sent { done, hash: hash.to_owned(), replaced: false }
    }))
}

/// Whether another envelope of the round took the number, or was the same: on PostgreSQL two transactions may read the
/// round as it was before both, and its unique keys decide.
fn was_faster(fault: &Fault) -> bool {
    match fault {
        Fault::Db(error) => matches!(classify(error), DbFault::Unique(_)),
        Fault::Refused(refusal) => refusal.code == "envelope-same",
        Fault::Internal(_) => false,
    }
}

fn other_world() -> Refusal {
    Refusal::conflict(
        "round-demo",
        "演示轮次只收演示单位的信封，正式轮次只收正式单位的信封。",
        "A round of the demo takes envelopes of the demo only, and a real one real envelopes.",
    )
}

/// Reads an envelope and checks everything about it that anybody can.
fn checked(bytes: Vec<u8>, context: &Context) -> Result<(Vec<u8>, sealing::envelope::Lid), Refusal> {
    if ceremony::is_secret(&bytes) {
        return Err(ceremony::secret_refused());
    }
    let envelope = sealing::envelope::Envelope::parse(&bytes).map_err(|error| ceremony::refusal(&error))?;
    envelope.lid().check_for(context).map_err(|error| ceremony::refusal(&error))?;
    let lid = envelope.lid().clone();
    Ok((bytes, lid))
}

/// Stores the bytes part by part, each in a small transaction of its own, so that a large envelope holds up nobody.
async fn keep(app: &App, ctx: &Ctx, hash: &str, bytes: Vec<u8>) -> Outcome<()> {
    let plain = ctx.unkeyed();
    for (number, part) in (0..).zip(bytes.chunks(PART_BYTES)) {
        let input = (hash.to_owned(), number, part.to_vec());
        app.in_txn(&plain, "envelope_part", input, |tx, (hash, number, part)| {
            Box::pin(async move {
                clock::order_sweep(tx).await?;
                store::part::add(tx, hash, *number, part, tx.ctx().now.ms()).await
            })
        })
        .await?;
    }
    Ok(())
}

async fn taken(tx: &Txn, app: &App, envelope: &Envelope) -> Outcome<Sent> {
    let now = tx.ctx().now;
    let round = load(tx, &envelope.round).await?;
    app.policies().require(tx.ctx(), "envelope_send", &sender_resource(&envelope.organisation))?;
    rules::takes_envelopes(&round, now)?;
    let (before, number) = store::envelope::before(tx, &round.id, &envelope.organisation, &envelope.hash).await?;
    rules::may_add(&before)?;
    store::envelope::supersede(tx, &round.id, &envelope.organisation, now.ms()).await?;
    store::envelope::add(tx, &Envelope { number, ..envelope.clone() }).await?;
    let data = json!({ "round": round.id, "envelope": envelope.hash, "organisation": envelope.organisation });
    let entry = Entry::new("envelope.sent", OBJECT, &envelope.id).demo(envelope.demo).data(data);
    let entry = tx.journal(entry).await?;
    Ok(Sent { done: Done::new(tx, &envelope.id, entry), hash: envelope.hash.clone(), replaced: before.own > 0 })
}

/// An envelope with its outcome, for whoever may look at it.
#[derive(Debug, Clone)]
pub struct View {
    /// Its round.
    pub round: Round,
    /// The envelope.
    pub envelope: Envelope,
    /// Its receipt's number.
    pub entry: Option<i64>,
    /// What became of it.
    pub fate: Option<store::outcome::Fate>,
    /// The reader is of the organisation that sent it.
    pub own: bool,
}

/// One envelope: for its sender always, for the owner's side once the round is opened.
///
/// # Errors
/// Not found.
pub async fn envelope_view(app: &App, ctx: &Ctx, round: &str, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let round = load(&conn, round).await?;
    let envelope = store::envelope::by_id(&conn, &round.id, id).await?.ok_or_else(Refusal::not_found)?;
    app.policies().require(ctx, "envelope_view", &envelope_resource(&round, &envelope))?;
    let own = ctx.actor.member_of(&envelope.organisation).is_some();
    let entry = of_object(&conn, OBJECT, id, 1).await?.pop().filter(|_| own).map(|entry| entry.entry_id);
    Ok(View { fate: store::outcome::of_envelope(&conn, id).await?, entry, own, envelope, round })
}

/// The sealed bytes of an envelope, for whoever may look at it.
///
/// # Errors
/// Not found.
pub async fn envelope_bytes(app: &App, ctx: &Ctx, round: &str, id: &str) -> Outcome<(Envelope, Vec<u8>)> {
    let view = envelope_view(app, ctx, round, id).await?;
    let bytes = super::content::bytes_of(&app.db().read(), &view.envelope).await?;
    Ok((view.envelope, bytes))
}
