//! A house for one test: a fresh database, a fake clock, clients that speak
//! HTTP to the real router in the same process.
//!
//! With `YILANG_TEST_POSTGRES=postgres://…` in the environment every house
//! lives in a schema of its own on that server; otherwise in an SQLite file.
//! When a house is dropped it checks that no job died and none was forgotten.

mod client;
mod people;
mod policies;

pub use client::{Answer, Client, encode};
pub use people::{PASSWORD, grant, member, new_account, with_role};
pub use policies::policy_table;

use kernel::{Date, Instant};
use pack::Pack;
use platform::capability::Capability;
use platform::clock::Clock;
use platform::ctx::Ctx;
use platform::db::{Db, DbUrl};
use platform::indexer::Mode;
use platform::metrics::Readers;
use platform::{App, Fault, Outcome, Settings, follower, jobs};
use std::path::Path;

/// Where people reach a house that was given no other address.
const PUBLIC_URL: &str = "http://127.0.0.1:8060";

/// The first member city of the example pack.
pub const TOWN_A: &str = "990100";
/// The second.
pub const TOWN_B: &str = "990200";
/// A place of it that is no member.
pub const PROVINCE: &str = "990000";

/// A running house for one test.
pub struct TestApp {
    app: App,
    router: axum::Router,
    /// Gone with the house; none where the folder is the test's own.
    _folder: Option<tempfile::TempDir>,
}

/// The address of a fresh, empty database for one test.
pub fn fresh_database(folder: &Path) -> DbUrl {
    let text = match std::env::var("YILANG_TEST_POSTGRES") {
        Ok(url) => {
            let joint = if url.contains('?') { '&' } else { '?' };
            format!("{url}{joint}schema=t_{}", platform::random::id())
        }
        Err(_) => format!("sqlite:{}", folder.join("test.db").display()),
    };
    DbUrl::parse(&text).expect("a test database address is well formed")
}

/// The small example pack with its two towns.
pub fn example_pack() -> Pack {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../pack/tests/packs/twotowns");
    Pack::load_dir(Path::new(folder)).expect("the example pack is valid")
}

/// The code of a refusal.
#[track_caller]
pub fn code<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> &'static str {
    outcome.expect_err("a refusal").refusal().expect("no failure of the house").code
}

async fn house(
    folder: &Path,
    database: &DbUrl,
    now: Instant,
    metrics: Readers,
    public_url: &str,
    capabilities: Vec<Capability>,
) -> App {
    let db = Db::open(database).await.expect("the test database opens");
    let (data, keys, public_url) = (folder.to_owned(), folder.join("keys"), public_url.to_owned());
    let settings = Settings { data, keys, signing: Default::default(), demo: false, public_url, metrics };
    App::start(settings, db, Clock::fake(now), capabilities).await.expect("the house starts")
}

/// The day on which tests begin: a Monday morning with no holiday near.
pub fn beginning() -> Instant {
    Date::parse("2026-03-16").expect("the day exists").start().plus_ms(9 * 3_600_000)
}

impl TestApp {
    /// Starts a house with these capabilities. Its index is not open yet; see [`TestApp::open_index`].
    pub async fn start(capabilities: Vec<Capability>) -> TestApp {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = fresh_database(folder.path());
        TestApp::start_at(folder, &database, Readers::default(), capabilities).await
    }

    /// Starts a house that people reach at this address.
    pub async fn start_as(public_url: &str, capabilities: Vec<Capability>) -> TestApp {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = fresh_database(folder.path());
        TestApp::begin(folder, &database, Readers::default(), public_url, capabilities).await
    }

    /// Starts a house on a database of the test's choice, whose figures are shown to `metrics`.
    pub async fn start_at(
        folder: tempfile::TempDir,
        database: &DbUrl,
        metrics: Readers,
        capabilities: Vec<Capability>,
    ) -> TestApp {
        TestApp::begin(folder, database, metrics, PUBLIC_URL, capabilities).await
    }

    /// Starts a house at a moment on a folder and a database that stay when it ends: another node, or the same one
    /// after it was killed.
    pub async fn start_in(folder: &Path, database: &DbUrl, now: Instant, capabilities: Vec<Capability>) -> TestApp {
        let app = house(folder, database, now, Readers::default(), PUBLIC_URL, capabilities).await;
        TestApp { router: platform::server::router(&app), app, _folder: None }
    }

    async fn begin(
        folder: tempfile::TempDir,
        database: &DbUrl,
        metrics: Readers,
        public_url: &str,
        capabilities: Vec<Capability>,
    ) -> TestApp {
        let app = house(folder.path(), database, beginning(), metrics, public_url, capabilities).await;
        TestApp { router: platform::server::router(&app), app, _folder: Some(folder) }
    }

    /// Starts a house with the example pack, which `load` brings in, and its index.
    pub async fn with_pack<R>(
        capabilities: Vec<Capability>,
        load: impl AsyncFnOnce(&App, &Ctx, &Pack) -> Outcome<R>,
    ) -> TestApp {
        let test = TestApp::start(capabilities).await;
        test.load_pack(load).await;
        test
    }

    /// Brings in the example pack, then opens the index.
    pub async fn load_pack<R>(&self, load: impl AsyncFnOnce(&App, &Ctx, &Pack) -> Outcome<R>) {
        load(&self.app, &self.system(), &example_pack()).await.map(drop).expect("the pack loads");
        self.open_index().await;
        self.settle().await;
    }

    /// Opens the index, once the pack is loaded.
    pub async fn open_index(&self) {
        self.app.indexer().begin(&self.app, Mode::Write).await.expect("the index opens");
    }

    /// The house itself, to call actions on.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The house acting by itself, now.
    pub fn system(&self) -> Ctx {
        Ctx::system(self.app.clock().now())
    }

    /// Somebody who has not signed in.
    pub fn visitor(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// Seals, indexes and runs jobs until nothing is left to do.
    pub async fn settle(&self) {
        follower::settle(&self.app).await.expect("the house settles");
    }

    /// Lets time pass, then does what has become due.
    pub async fn days_pass(&self, days: i64) {
        self.app.clock().advance_ms(days * 86_400_000);
        self.settle().await;
    }

    /// Ends the test: no job may be dead or forgotten.
    pub async fn finish(self) {
        self.settle().await;
        let dead = jobs::list(&self.app.db().read(), "dead", 10).await.expect("jobs are listed");
        assert!(dead.is_empty(), "dead jobs: {dead:?}");
        let now = self.app.clock().now().ms();
        let ready = jobs::list(&self.app.db().read(), "ready", 100).await.expect("jobs are listed");
        let late: Vec<_> = ready.into_iter().filter(|job| job.run_at_ms <= now).collect();
        assert!(late.is_empty(), "forgotten jobs: {late:?}");
    }
}
