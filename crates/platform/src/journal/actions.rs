//! What anybody may ask of the log, and what administrators do to it.

use super::log::{self, Log, Published};
use super::prove::{self, Standing};
use super::witness::{self, Witnesses, Witnessing};
use super::{EntryId, Recorded};
use crate::app::App;
use crate::ctx::Ctx;
use crate::db::Outcome;
use crate::policy::Resource;
use proof::note::{PublicKey, Signs};

/// Entries shown on the log's page.
const NEWEST: i64 = 20;

/// The log as everybody may see it.
#[derive(Debug, Clone)]
pub struct JournalView {
    /// The log that is written now; none before the first.
    pub log: Option<Log>,
    /// Its keys, the newest last.
    pub keys: Vec<String>,
    /// Its keys for second signatures with SM2, the newest last.
    pub sm2_keys: Vec<String>,
    /// Its newest signed checkpoint, or the newest cosigned one unless the witnesses are late.
    pub published: Option<Published>,
    /// Its witnesses.
    pub witnessing: Witnessing,
    /// Leaves it has now; more than the checkpoint's while some wait for the next one.
    pub size: u64,
    /// The newest entries that everybody may read.
    pub entries: Vec<Recorded>,
}

impl JournalView {
    /// Whether the checkpoint that is shown carries a second signature too.
    pub fn signed_sm2(&self) -> bool {
        let signed = |key: &String, note: &str| PublicKey::parse(key).is_ok_and(|key| key.check(note).is_ok());
        self.published.as_ref().is_some_and(|shown| self.sm2_keys.iter().any(|key| signed(key, &shown.log_note)))
    }

    /// Whether a witness says that the log does not continue what it has signed.
    pub fn refused(&self) -> bool {
        self.witnessing.refused()
    }
}

/// The log, its newest checkpoint and its newest public entries.
///
/// # Errors
/// As the policy says.
pub async fn journal_view(app: &App, ctx: &Ctx) -> Outcome<JournalView> {
    app.policies().require(ctx, "journal_view", &Resource::house())?;
    let conn = app.db().read();
    let log = log::newest(&conn).await?;
    let mut view = JournalView {
        log: None,
        keys: Vec::new(),
        sm2_keys: Vec::new(),
        published: None,
        witnessing: Witnessing::default(),
        size: 0,
        entries: super::newest_public(&conn, NEWEST).await?,
    };
    if let Some(log) = log {
        view.keys = log::keys(&conn, &log.origin, Signs::Log).await?;
        view.sm2_keys = log::keys(&conn, &log.origin, Signs::LogSm2).await?;
        view.witnessing = witness::witnessing(app, &conn).await?;
        view.published = log::shown(&conn, &log.origin, view.witnessing.quorum).await?;
        view.size = log::size(&conn, &log).await?;
        view.log = Some(log);
    }
    Ok(view)
}

/// How an entry stands in the log, and the entry itself if everybody may read it.
///
/// # Errors
/// Not found; as the policy says.
pub async fn journal_entry(app: &App, ctx: &Ctx, entry: EntryId) -> Outcome<(Standing, Option<Recorded>)> {
    app.policies().require(ctx, "journal_view", &Resource::house())?;
    let conn = app.db().read();
    let quorum = Witnesses::of(app).quorum();
    let mut standing = prove::standing(&conn, entry, None, quorum).await?.ok_or_else(kernel::Refusal::not_found)?;
    if standing.state == "pending" {
        let promised = async {
            let key = app.signing_key().await?;
            prove::standing(&conn, entry, key.as_ref(), quorum).await
        };
        match promised.await {
            Ok(promised) => standing = promised.unwrap_or(standing),
            // A token that does not answer costs the promise, not the page.
            Err(fault) => tracing::warn!(cause = ?fault, "journal.promise failed"),
        }
    }
    let recorded = super::by_id(&conn, entry).await?.filter(|recorded| recorded.public);
    Ok((standing, recorded))
}

/// The proof that the log has only grown between two sizes.
///
/// # Errors
/// Not found when the log never had these sizes; as the policy says.
pub async fn journal_consistency(app: &App, ctx: &Ctx, from: u64, to: u64) -> Outcome<prove::Consistency> {
    app.policies().require(ctx, "journal_view", &Resource::house())?;
    let proof = prove::consistency(&app.db().read(), from, to).await?;
    Ok(proof.ok_or_else(kernel::Refusal::not_found)?)
}

/// How the log is witnessed.
///
/// # Errors
/// As the policy says.
pub async fn journal_witnesses(app: &App, ctx: &Ctx) -> Outcome<Witnessing> {
    app.policies().require(ctx, "journal_view", &Resource::house())?;
    witness::witnessing(app, &app.db().read()).await
}
