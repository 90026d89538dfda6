//! A database of its own for tests of this room.

use futures_util::future::BoxFuture;
use kernel::Instant;
use platform::Ctx;
use platform::db::{Conn, Db, Migration, Outcome, Txn};
use rooms::store::rows::run;
use tempfile::TempDir;

/// A migrated database that goes away with the value.
pub(crate) struct TestDb {
    db: Db,
    _folder: TempDir,
}

/// An empty database with three places: Songjiang and Jiaxing are members, Shanghai is not.
pub(crate) async fn seed() -> TestDb {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&testkit::fresh_database(folder.path())).await.unwrap();
    db.migrate(Instant::from_ms(0), steps()).await.unwrap();
    let test = TestDb { db, _folder: folder };
    test.write((), |tx, ()| {
        Box::pin(async move {
            for (code, member) in [("310117", true), ("330400", true), ("310000", false)] {
                let text =
                    "INSERT INTO jurisdiction (adcode, level, name_zh, name_en, short_zh, short_en, member, source)
                    VALUES ($1, 'city', $1, $1, $1, $1, $2, 'own')";
                run(tx, text, vec![code.into(), member.into()]).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
    test
}

fn steps() -> Vec<Migration> {
    let journal = platform::journal::MIGRATIONS;
    let steps: Vec<Migration> = journal.iter().chain(crate::capability().migrations).copied().collect();
    let has = |table: &str| steps.iter().any(|step| step.sql.contains(&format!("CREATE TABLE {table} ")));
    let batch = Migration {
        name: "test-import-batch",
        sql: "CREATE TABLE import_batch (id TEXT PRIMARY KEY, state TEXT NOT NULL)",
    };
    let missing = (!has("import_batch")).then_some(batch);
    steps.into_iter().chain(missing).collect()
}

impl TestDb {
    /// A read-only connection.
    pub(crate) fn read(&self) -> Conn {
        self.db.read()
    }

    /// One transaction of the house itself.
    pub(crate) async fn write<I, T, F>(&self, input: I, body: F) -> Outcome<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a Txn, &'a I) -> BoxFuture<'a, Outcome<T>> + Send + Sync + 'static,
    {
        self.db.in_txn(&Ctx::system(Instant::from_ms(1_000)), "test", input, body).await
    }

    /// Publishes an import.
    pub(crate) async fn publish_batch(&self, id: &'static str) {
        self.write((), move |tx, ()| {
            Box::pin(async move {
                let text = "INSERT INTO import_batch (id, state) VALUES ($1, 'published')";
                run(tx, text, vec![id.into()]).await.map(|_| ())
            })
        })
        .await
        .unwrap();
    }
}
