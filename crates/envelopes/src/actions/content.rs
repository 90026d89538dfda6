//! What was in the envelopes: opening them all at once, reading one, and the whole round for whoever checks it.

use super::computed;
use super::envelope::envelope_view;
use super::round::{load, note, opening_file, round_resource};
use super::share::share_files;
use crate::rules::ceremony;
use crate::rules::documents::{OutcomeLine, ROUND, RoundFile};
use crate::rules::round::{self as rules, Envelope, Phase, Round, RoundState};
use crate::store;
use crate::store::outcome::Fate;
use crate::store::share::Given;
use kernel::Refusal;
use platform::db::Conn;
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use sealing::SealingError;
use sealing::ceremony::Committee;
use sealing::envelope::Envelope as Sealed;
use sealing::open;
use sealing::payload::Bundle;
use sealing::share::{SHARE_BYTES, Share};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Bytes of envelopes that are in memory at once while a round is opened; a larger one is alone.
const BATCH_BYTES: usize = 64 * 1024 * 1024;
/// Outcomes in one public entry: a leaf has less than 64 KiB.
const TOLD_MAX: usize = 200;

/// What an envelope says is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Texts by name.
    pub fields: BTreeMap<String, String>,
    /// Documents in the sender's order.
    pub files: Vec<FileLine>,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    /// Its name, as the sender says.
    pub name: String,
    /// Its type, as the sender says.
    pub media_type: String,
    /// Its length.
    pub bytes: i64,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    fn of(bundle: &Bundle) -> Manifest {
        let line = |file: &sealing::payload::File| FileLine {
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            bytes: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            sha256: hex::encode(Sha256::digest(&file.bytes)),
        };
        Manifest { fields: bundle.fields.clone(), files: bundle.files.iter().map(line).collect() }
    }
}

/// The manifest of an opened envelope.
///
/// # Errors
/// When the stored text is none.
pub fn manifest(fate: &Fate) -> Outcome<Option<Manifest>> {
    let read = |text: &String| serde_json::from_str(text);
    fate.manifest.as_ref().map(read).transpose().map_err(|error| Fault::Internal(format!("manifest: {error}")))
}

/// The sealed bytes of an envelope, as they were sent.
pub(super) async fn bytes_of(conn: &Conn, envelope: &Envelope) -> Outcome<Vec<u8>> {
    // Ten years after the round they are gone.
    let whole = store::part::whole(conn, &envelope.hash, envelope.bytes).await?;
    Ok(whole.ok_or_else(Refusal::not_found)?)
}

/// Everything that it takes to open one envelope after the other.
struct Keys {
    committee: Committee,
    given: Vec<Given>,
}

async fn keys(conn: &Conn, round: &Round) -> Outcome<Keys> {
    let committee = super::committee::load(conn, &round.committee).await?;
    let given = store::share::given(conn, &round.id).await?;
    let committee = computed(move || ceremony::made(&committee)).await??;
    Ok(Keys { committee, given })
}

impl Keys {
    /// The shares for the envelope at a place of the list, from the seats it takes.
    fn shares(&self, place: usize) -> Outcome<Vec<Share>> {
        let share = |given: &Given| {
            let bytes = given.shares.get(place * SHARE_BYTES..(place + 1) * SHARE_BYTES);
            bytes
                .and_then(|bytes| Share::parse(bytes).ok())
                .ok_or_else(|| Fault::Internal("a stored share is none".into()))
        };
        self.given.iter().take(self.committee.threshold()).map(share).collect()
    }
}

/// Opens every envelope of a round for which enough seats have given, and stores what became of each. The work on the
/// processor is done before the transaction; done twice it comes to the same.
///
/// # Errors
/// When the database fails; nothing is opened then and the job runs again.
pub(crate) async fn round_unseal(app: &App, ctx: &Ctx, id: &str) -> Outcome<()> {
    let conn = app.db().read();
    let round = load(&conn, id).await?;
    let given = store::share::seats(&conn, id).await?;
    if round.phase(i64::try_from(given.len()).unwrap_or(i64::MAX), ctx.now) != Phase::Opening {
        return Ok(());
    }
    let keys = std::sync::Arc::new(keys(&conn, &round).await?);
    let list = store::envelope::current(&conn, id).await?;
    let mut fates = Vec::with_capacity(list.len());
    let mut rest = list.iter().enumerate().peekable();
    while rest.peek().is_some() {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while let Some((place, envelope)) = rest.next_if(|(_, next)| bytes == 0 || bytes + size(next) <= BATCH_BYTES) {
            bytes += size(envelope);
            let whole = bytes_of(&conn, envelope).await?;
            batch.push((envelope.id.clone(), whole, keys.shares(place)?));
        }
        let (keys, at_ms) = (keys.clone(), ctx.now.ms());
        fates.extend(computed(move || opened(&keys.committee, batch, at_ms)).await??);
    }
    super::clock::done(round_opened(app, ctx, id, list, fates).await)
}

fn size(envelope: &Envelope) -> usize {
    usize::try_from(envelope.bytes).unwrap_or(usize::MAX)
}

fn opened(committee: &Committee, batch: Vec<(String, Vec<u8>, Vec<Share>)>, at_ms: i64) -> Outcome<Vec<Fate>> {
    let lost = |error: SealingError| Fault::Internal(format!("an envelope that was taken: {error}"));
    let mut ids = Vec::with_capacity(batch.len());
    let mut sealed = Vec::with_capacity(batch.len());
    for (id, bytes, shares) in batch {
        ids.push(id);
        sealed.push((Sealed::parse(&bytes).map_err(lost)?, shares));
    }
    let fate = |(envelope, outcome): (String, open::Outcome)| match outcome.content {
        Ok(bundle) => {
            let content = bundle.content().map_err(lost)?;
            let manifest = serde_json::to_string(&Manifest::of(&bundle));
            Ok(Fate {
                envelope,
                reason: None,
                content_sha256: Some(hex::encode(Sha256::digest(content))),
                manifest: Some(manifest.map_err(|error| Fault::Internal(error.to_string()))?),
                at_ms,
            })
        }
        Err(SealingError::Unopenable(reason)) => {
            Ok(Fate { envelope, reason: Some(reason.code().to_owned()), content_sha256: None, manifest: None, at_ms })
        }
        // Shares are checked when they are given: fewer that hold now means that a row has changed.
        Err(error) => Err(lost(error)),
    };
    ids.into_iter().zip(open::all(committee, &sealed)).map(fate).collect()
}

async fn round_opened(app: &App, ctx: &Ctx, id: &str, list: Vec<Envelope>, fates: Vec<Fate>) -> Outcome<()> {
    let input = (app.clone(), id.to_owned(), list, fates);
    app.in_txn(ctx, "round_unseal", input, |tx, (app, id, list, fates)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "round_unseal", &Resource::house())?;
            let old = load(tx, id).await?;
            if old.state != RoundState::Closed {
                return Err(over().into());
            }
            let next = rules::end(&old, RoundState::Opened, tx.ctx().now);
            // The round first: whoever opens it at the same time loses here, looks again and finds it opened.
            store::round::save(tx, &next).await?;
            store::outcome::add(tx, id, fates).await?;
            let lines = lines(list, fates);
            for (part, lines) in lines.chunks(TOLD_MAX).enumerate() {
                note(tx, "round.told", &next, json!({ "from": part * TOLD_MAX + 1, "outcomes": lines })).await?;
            }
            let unopenable = fates.iter().filter(|fate| fate.reason.is_some()).count();
            note(tx, "round.opened", &next, json!({ "count": fates.len(), "unopenable": unopenable })).await?;
            Ok(())
        })
    })
    .await
}

fn over() -> Refusal {
    Refusal::conflict("round-over", "本轮已经开启或作废。", "The round has been opened or is void.")
}

/// Outcomes in the order of the list.
fn lines(list: &[Envelope], fates: &[Fate]) -> Vec<OutcomeLine> {
    let by_id: BTreeMap<&str, &Fate> = fates.iter().map(|fate| (fate.envelope.as_str(), fate)).collect();
    let line = |envelope: &Envelope| {
        let fate = by_id.get(envelope.id.as_str())?;
        Some(OutcomeLine {
            envelope: envelope.hash.clone(),
            content_sha256: fate.content_sha256.clone(),
            reason: fate.reason.clone(),
        })
    };
    list.iter().filter_map(line).collect()
}

/// What was in one envelope of an opened round, documents and all: opened anew from the envelope and the shares.
async fn bundle(conn: &Conn, round: &Round, envelope: &Envelope) -> Outcome<Bundle> {
    let keys = keys(conn, round).await?;
    let list = store::envelope::hashes(conn, &round.id).await?;
    let place = list.iter().position(|hash| *hash == envelope.hash).ok_or_else(Refusal::not_found)?;
    let shares = keys.shares(place)?;
    let bytes = bytes_of(conn, envelope).await?;
    let opened = computed(move || {
        let sealed = Sealed::parse(&bytes)?;
        open::combine(&keys.committee, &sealed, &shares)
    });
    opened.await?.map_err(|error| Fault::Internal(format!("an opened envelope: {error}")))
}

/// One document of an opened envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name, as the sender says.
    pub name: String,
    /// What it is by its content.
    pub media_type: String,
    /// Its bytes, metadata stripped where that can be done.
    pub bytes: Vec<u8>,
}

/// One document of an opened envelope, for whoever may read it.
///
/// # Errors
/// Not found.
pub async fn document_view(app: &App, ctx: &Ctx, round: &str, id: &str, number: usize) -> Outcome<Document> {
    let view = envelope_view(app, ctx, round, id).await?;
    if view.fate.as_ref().is_none_or(|fate| fate.manifest.is_none()) {
        return Err(Refusal::not_found().into());
    }
    document(&app.db().read(), &view.round, &view.envelope, number).await
}

async fn document(conn: &Conn, round: &Round, envelope: &Envelope, number: usize) -> Outcome<Document> {
    let bundle = bundle(conn, round, envelope).await?;
    let file = number.checked_sub(1).and_then(|place| bundle.files.into_iter().nth(place));
    let file = file.ok_or_else(Refusal::not_found)?;
    computed(move || served(file)).await
}

/// One document of an opened envelope, for the capability that owns its round. Who may see it is the caller's to decide.
///
/// # Errors
/// Not found, also before the opening and where the envelope cannot be opened.
pub async fn document_of(conn: &Conn, round: &str, envelope: &str, number: usize) -> Outcome<Document> {
    let round = load(conn, round).await?;
    let envelope = store::envelope::by_id(conn, &round.id, envelope).await?.ok_or_else(Refusal::not_found)?;
    let fate = store::outcome::of_envelope(conn, &envelope.id).await?;
    if fate.is_none_or(|fate| fate.manifest.is_none()) {
        return Err(Refusal::not_found().into());
    }
    document(conn, &round, &envelope, number).await
}

/// The copy that is given to readers: what it is by its content and without metadata. What cannot be stripped is given
/// as it came, as bytes that no browser runs.
fn served(file: sealing::payload::File) -> Document {
    match stripping::strip(&file.bytes) {
        Ok(stripped) => {
            Document { name: file.name, media_type: stripped.kind.media_type().to_owned(), bytes: stripped.bytes }
        }
        Err(_) => Document { name: file.name, media_type: "application/octet-stream".to_owned(), bytes: file.bytes },
    }
}

/// The whole round for whoever checks it: the opening file, the rules, all shares and outcomes, without contents.
///
/// # Errors
/// Not found, `opening-not-yet`, `opening-pending`.
pub async fn round_file(app: &App, ctx: &Ctx, id: &str) -> Outcome<RoundFile> {
    let opening = opening_file(app, ctx, id).await?;
    let conn = app.db().read();
    let round = load(&conn, id).await?;
    app.policies().require(ctx, "round_view", &round_resource(&round))?;
    let list = store::envelope::current(&conn, id).await?;
    let fates = store::outcome::told(&conn, id).await?;
    Ok(RoundFile {
        format: ROUND.to_owned(),
        opening,
        outcomes: lines(&list, &fates),
        shares: share_files(app, &round).await?,
        rules: round.rules,
    })
}

/// What another capability reads of an opened round it owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The envelope.
    pub envelope: Envelope,
    /// What was in it; none where it cannot be opened.
    pub manifest: Option<Manifest>,
    /// SHA-256 of the content, hexadecimal; none where it cannot be opened.
    pub content_sha256: Option<String>,
    /// Why it cannot be opened.
    pub reason: Option<String>,
}

/// The contents of a round in the order of its list; nothing before it is opened. Who may see them is the caller's to
/// decide.
///
/// # Errors
/// When the database fails.
pub async fn contents(conn: &Conn, round: &str) -> Outcome<Vec<Opened>> {
    let list = store::envelope::listed(conn, round).await?;
    let fates = store::outcome::of_round(conn, round).await?;
    let mut opened = Vec::with_capacity(fates.len());
    let fates: BTreeMap<&str, &Fate> = fates.iter().map(|fate| (fate.envelope.as_str(), fate)).collect();
    for envelope in list {
        if let Some(fate) = fates.get(envelope.id.as_str()) {
            let (content_sha256, reason) = (fate.content_sha256.clone(), fate.reason.clone());
            opened.push(Opened { manifest: manifest(fate)?, content_sha256, reason, envelope });
        }
    }
    Ok(opened)
}
