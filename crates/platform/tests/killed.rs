//! What was acknowledged survives `kill -9`, and the record still verifies.
//!
//! Method: the test starts itself again as a child in which many callers write at once while the sealer seals, and which
//! names on its standard output every action that was acknowledged. In the middle of this it is killed, and its
//! database is opened again. A third of the actions is refused after it has written, so that groups are mixed. A few
//! rounds always; with `NIGHTLY=1` 200 on SQLite and 50 on PostgreSQL.

use kernel::{Instant, Refusal};
use platform::Ctx;
use platform::db::{Db, DbUrl, Migration, Outcome, Txn, WORKING};
use platform::journal::{self, Batches, Entry, EntryId, verify};
use sea_orm::{ConnectionTrait, Statement};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Tells the child where to write; nobody else has it.
const FOLDER: &str = "YILANG_TEST_KILLED";
const CALLERS: i64 = 32;
/// The child is killed when it has acknowledged so many actions in the first round, and so many more in each later one.
const ACKNOWLEDGED_MIN: usize = 150;
const ACKNOWLEDGED_MORE: usize = 37;
const ACKNOWLEDGED_MAX: usize = 2_000;
const MARK: &str = "acknowledged ";
const STEPS: &[Migration] =
    &[Migration { name: "test-0001", sql: "CREATE TABLE thing (number BIGINT PRIMARY KEY, entry BIGINT);\n" }];

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(folder) = std::env::var_os(FOLDER) {
        let url = DbUrl::parse(&folder.to_string_lossy()).unwrap();
        return runtime.block_on(write_until_killed(&url));
    }
    let nightly = std::env::var("NIGHTLY").is_ok_and(|value| value == "1");
    let postgres = std::env::var("YILANG_TEST_POSTGRES").is_ok();
    let rounds = match (nightly, postgres) {
        (false, _) => 3,
        (true, false) => 200,
        (true, true) => 50,
    };
    for round in 0..rounds {
        let kill_at =
            ACKNOWLEDGED_MIN + round * 997 % (ACKNOWLEDGED_MAX - ACKNOWLEDGED_MIN) + round * ACKNOWLEDGED_MORE;
        one_round(&runtime, kill_at);
    }
}

fn one_round(runtime: &tokio::runtime::Runtime, kill_at: usize) {
    let folder = tempfile::tempdir().unwrap();
    let url = testkit::fresh_database(folder.path());
    let acknowledged = write_and_kill(&url, kill_at);
    let (things, entries) = runtime.block_on(read_again(&url)).unwrap();

    assert!(acknowledged.len() >= kill_at);
    for (number, entry) in &acknowledged {
        assert_eq!(things.get(number), Some(entry), "action {number} was acknowledged");
    }
    assert!(things.keys().all(|number| number % 3 != 0), "a refused action left a row");
    let written: BTreeSet<EntryId> = things.into_values().collect();
    assert_eq!(written, entries, "an action is there with its entry, or neither is");
}

/// What the child said before it was killed: the number of each acknowledged action, and its entry.
fn write_and_kill(url: &DbUrl, kill_at: usize) -> BTreeMap<i64, EntryId> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "what_was_acknowledged_is_there_after_a_kill", "--nocapture"])
        .env(FOLDER, address(url))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BTreeMap::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some((number, entry)) = line.rsplit_once(MARK).and_then(|(_, words)| words.split_once(' ')) {
            said.insert(number.parse().unwrap(), entry.parse().unwrap());
        }
        if said.len() == kill_at {
            // What it has said by then is still read, to the end.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    said
}

/// The rows with their entries, and the entries of the journal, whose leaves have no gap.
async fn read_again(url: &DbUrl) -> Outcome<(BTreeMap<i64, EntryId>, BTreeSet<EntryId>)> {
    let db = open(url).await?;
    let text = Statement::from_string(db.read().get_database_backend(), "SELECT number, entry FROM thing");
    let rows = db.read().query_all_raw(text).await?;
    let things = rows.iter().map(|row| Ok((row.try_get("", "number")?, row.try_get("", "entry")?)));
    let things = things.collect::<Outcome<_>>()?;

    let sealed = journal::seal(&db, Instant::from_ms(2), Batches::All).await?;
    let report = verify::verify(&db, None).await?;
    assert_eq!(report.problems, Vec::<String>::new());
    let entries = journal::after(&db.read(), -1, 1_000_000).await?;
    assert!(entries.iter().map(|entry| entry.leaf_index).eq((0..=sealed).map(Some)));
    Ok((things, entries.iter().map(|entry| entry.entry_id).collect()))
}

/// The address as the child reads it.
fn address(url: &DbUrl) -> String {
    match url {
        DbUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DbUrl::Postgres { url, schema } => format!("{url}{}schema={schema}", if url.contains('?') { '&' } else { '?' }),
    }
}

async fn open(url: &DbUrl) -> Outcome<Db> {
    let db = Db::open(url).await?;
    db.migrate(Instant::from_ms(1), [journal::MIGRATIONS, platform::lease::MIGRATIONS, STEPS].concat()).await?;
    db.record(WORKING).await?;
    Ok(db)
}

async fn write_until_killed(url: &DbUrl) {
    let db = open(url).await.unwrap();
    let sealer = db.clone();
    tokio::spawn(async move {
        loop {
            journal::seal(&sealer, Instant::from_ms(2), Batches::All).await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    let callers = (0..CALLERS).map(|caller| tokio::spawn(write(db.clone(), caller)));
    futures_util::future::join_all(callers).await;
}

async fn write(db: Db, caller: i64) {
    let ctx = Ctx::system(Instant::from_ms(1));
    for number in (caller..).step_by(CALLERS as usize) {
        if let Ok(entry) = db.in_txn(&ctx, "put", number, |tx, number| Box::pin(put(tx, *number))).await {
            println!("{MARK}{number} {entry}");
        }
    }
}

async fn put(tx: &Txn, number: i64) -> Outcome<EntryId> {
    let entry = tx.journal(Entry::new("thing.made", "thing", &number.to_string())).await?;
    let text = "INSERT INTO thing (number, entry) VALUES ($1, $2)";
    let values = [number.into(), entry.into()];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), text, values)).await?;
    if number % 3 == 0 {
        return Err(Refusal::invalid("third", "三的倍数不收。", "No multiples of three.").into());
    }
    Ok(entry)
}
