use crate::capability::Capability;
use crate::clock::Clock;
use crate::ctx::Ctx;
use crate::db::{Db, Migration, Outcome, Txn, images};
use crate::desk;
use crate::identity::idempotency::{self, once};
use crate::indexer::Indexer;
use crate::jobs::Handler;
use crate::journal;
use crate::journal::keys::{Keyring, Signing, SigningKey};
use crate::lifecycle::Lifecycle;
use crate::live::Live;
use crate::metrics::{self, Metrics, Readers};
use crate::policy::Policies;
use crate::recent::Recent;
use crate::web::{NavItem, Site, Texts};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Notify;

/// How this node was started.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folder of everything that is not in the database: index, uploads, locks.
    pub data: PathBuf,
    /// Folder of signing keys: outside of the database and of every backup.
    pub keys: PathBuf,
    /// How the journal is signed.
    pub signing: Signing,
    /// Whether the demo runs here; every page says so.
    pub demo: bool,
    /// Address people reach this node at, for links in mails and cookies' `Secure`.
    pub public_url: String,
    /// Who may read the node's figures.
    pub metrics: Readers,
}

/// The running house: everything a handler needs. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    settings: Settings,
    keyring: Keyring,
    db: Db,
    clock: Clock,
    capabilities: Vec<Capability>,
    steps: Vec<&'static str>,
    handlers: HashMap<&'static str, Handler>,
    policies: Policies,
    texts: &'static Texts,
    site: Arc<Site>,
    indexer: Indexer,
    live: Live,
    lifecycle: Lifecycle,
    metrics: Metrics,
    extensions: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    wake: Notify,
    desk_counts: Recent<i64>,
}

impl App {
    /// Puts the house together: migrates the database, loads policies and texts, opens the index.
    ///
    /// # Errors
    /// A refusal when the database is newer, the index is locked, or a policy does not hold.
    pub async fn start(settings: Settings, db: Db, clock: Clock, capabilities: Vec<Capability>) -> Outcome<App> {
        let steps = steps(&capabilities);
        let names = steps.iter().map(|step| step.name).collect();
        db.migrate(clock.now(), steps.clone()).await?;
        let working: Vec<&str> =
            images::WORKING.iter().chain(capabilities.iter().flat_map(|c| c.working)).copied().collect();
        db.record(&working).await?;
        let keyring = Keyring::new(&settings.keys, &settings.signing);
        journal::log::open_first(&db, &keyring, &settings.public_url, clock.now()).await?;
        journal::baseline::after_migration(&db, &steps, clock.now()).await?;
        let policies = Policies::load(capabilities.iter().map(|c| (c.name, c.policy)))?;
        let texts = texts(&capabilities)?;
        let jobs = crate::housekeeping::JOBS.iter().chain(capabilities.iter().flat_map(|c| c.jobs));
        let handlers = jobs.map(|spec| (spec.name, spec.handler)).collect();
        let indexer = Indexer::new(&settings.data, &capabilities);
        let nav: Vec<NavItem> = capabilities.iter().flat_map(|c| c.menu).copied().collect();
        let mut site = Site::new(texts, nav, settings.demo);
        site.https = settings.public_url.starts_with("https://");
        let metrics = Metrics::new(db.measures(), clock.now().ms());
        let inner = Inner {
            steps: names,
            lifecycle: Lifecycle::default(),
            metrics,
            site: Arc::new(site),
            settings,
            keyring,
            db,
            clock,
            capabilities,
            handlers,
            policies,
            texts,
            indexer,
            live: Live::new(),
            extensions: RwLock::default(),
            wake: Notify::new(),
            desk_counts: Recent::new(desk::COUNTS_MAX),
        };
        Ok(App(Arc::new(inner)))
    }

    /// How this node was started.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The clock that stamps requests.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What this house can do.
    pub fn capabilities(&self) -> &[Capability] {
        &self.0.capabilities
    }

    /// Who may do what.
    pub fn policies(&self) -> &Policies {
        &self.0.policies
    }

    /// Words in both languages.
    pub fn texts(&self) -> &'static Texts {
        self.0.texts
    }

    /// What every page frame needs.
    pub fn site(&self) -> &Arc<Site> {
        &self.0.site
    }

    /// The full-text index.
    pub fn indexer(&self) -> &Indexer {
        &self.0.indexer
    }

    /// Pages that wait for news.
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    /// How far this node is on its way out.
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.0.lifecycle
    }

    /// What this node counts about itself.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Names of the schema's steps that this version knows.
    pub(crate) fn steps(&self) -> &[&'static str] {
        &self.0.steps
    }

    /// What a capability keeps in this node's memory, derived from the database; see [`App::extend`].
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let extensions = self.0.extensions.read().unwrap_or_else(PoisonError::into_inner);
        extensions.get(&TypeId::of::<T>()).cloned().and_then(|any| any.downcast().ok())
    }

    /// Keeps (or replaces) one value of a type in this node's memory. Nothing that another node would need.
    pub fn extend<T: Send + Sync + 'static>(&self, value: Arc<T>) {
        let mut extensions = self.0.extensions.write().unwrap_or_else(PoisonError::into_inner);
        extensions.insert(TypeId::of::<T>(), value);
    }

    /// Runs one action in one transaction and wakes the followers after its commit; see [`Db::in_txn`]. A repeat of a
    /// request that came with a key gets the first answer; see [`crate::identity::idempotency`].
    pub async fn in_txn<I, T, F>(&self, ctx: &Ctx, name: &'static str, input: I, body: F) -> Outcome<T>
    where
        I: Send + Sync + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
        F: for<'a> Fn(&'a Txn, &'a I) -> BoxFuture<'a, Outcome<T>> + Send + Sync + 'static,
    {
        let outcome = if ctx.once.is_none() {
            self.0.db.in_txn(ctx, name, input, body).await
        } else {
            self.0.db.in_txn(ctx, name, input, move |tx, input| Box::pin(once(tx, name, body(tx, input)))).await
        };
        if outcome.is_ok() {
            self.0.wake.notify_one();
        }
        outcome
    }

    /// The answer an action gave to the first request with this key, if this one is a repeat: for work that begins
    /// before the transaction that keeps the answer.
    ///
    /// # Errors
    /// `idempotency-body` (422) when the key was used for something else.
    pub async fn first_answer<T: DeserializeOwned>(&self, ctx: &Ctx, name: &'static str) -> Outcome<Option<T>> {
        idempotency::first(&self.0.db.read(), ctx, name).await
    }

    /// The keys of this node.
    pub fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// What signs the journal's checkpoints, if this node has the log's key.
    ///
    /// # Errors
    /// `journal-key-open` when others may read a file, `journal-sm2-missing`, `journal-token-…`; database faults.
    pub async fn signing_key(&self) -> Outcome<Option<SigningKey>> {
        journal::log::signing_key(&self.0.db.read(), &self.0.keyring).await
    }

    pub(crate) fn desk_counts(&self) -> &Recent<i64> {
        &self.0.desk_counts
    }

    /// Waits until an action of this node has committed.
    pub(crate) async fn woken(&self) {
        self.0.wake.notified().await;
    }

    /// A kind of job by its name; [`metrics::OTHER`] for one that no capability of this version knows.
    pub(crate) fn job_kind(&self, name: &str) -> &'static str {
        self.0.handlers.get_key_value(name).map_or(metrics::OTHER, |(kind, _)| kind)
    }

    pub(crate) fn job_handler(&self, name: &str) -> Option<Handler> {
        self.0.handlers.get(name).copied()
    }
}

/// Every step of the schema of a house with these capabilities, in the order in which they are applied.
pub fn steps(capabilities: &[Capability]) -> Vec<Migration> {
    let own = [
        journal::MIGRATIONS,
        crate::jobs::MIGRATIONS,
        crate::identity::MIGRATIONS,
        crate::settings::MIGRATIONS,
        crate::lease::MIGRATIONS,
    ];
    own.into_iter().chain(capabilities.iter().map(|c| c.migrations)).flatten().copied().collect()
}

fn texts(capabilities: &[Capability]) -> Outcome<&'static Texts> {
    let own = [("identity", crate::identity::TEXTS), ("journal", journal::TEXTS)];
    let own = own.into_iter().flat_map(|(name, texts)| texts.iter().map(move |(locale, ftl)| (name, *locale, *ftl)));
    let theirs = capabilities.iter().flat_map(|c| c.texts.iter().map(|(locale, ftl)| (c.name, *locale, *ftl)));
    Texts::leaked(own.chain(theirs).collect()).map_err(|error| crate::fault::Fault::Internal(error.to_string()))
}
