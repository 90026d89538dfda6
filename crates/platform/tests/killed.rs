//! What was acknowledged survives `kill -9`.
//!
//! Method: the test starts itself again as a child in which many callers write at once, and which names on its
//! standard output every action that was acknowledged. In the middle of this it is killed, and its database is
//! opened again. A third of the actions is refused after it has written, so that groups are mixed.

use kernel::{Instant, Refusal};
use platform::Ctx;
use platform::db::{Db, DbUrl, Migration, Outcome, Txn};
use platform::journal::{self, Entry, EntryId};
use sea_orm::{ConnectionTrait, Statement};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Tells the child where to write; nobody else has it.
const FOLDER: &str = "YILANG_TEST_KILLED";
const CALLERS: i64 = 32;
/// So many actions are acknowledged before the child is killed.
const ACKNOWLEDGED_MIN: usize = 1_000;
const MARK: &str = "acknowledged ";
const STEPS: &[Migration] =
    &[Migration { name: "test-0001", sql: "CREATE TABLE thing (number BIGINT PRIMARY KEY, entry BIGINT);\n" }];

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(folder) = std::env::var_os(FOLDER) {
        return runtime.block_on(write_until_killed(Path::new(&folder)));
    }
    let folder = tempfile::tempdir().unwrap();
    let acknowledged = write_and_kill(folder.path());
    let (things, entries) = runtime.block_on(read_again(folder.path())).unwrap();

    assert!(acknowledged.len() >= ACKNOWLEDGED_MIN);
    for (number, entry) in &acknowledged {
        assert_eq!(things.get(number), Some(entry), "action {number} was acknowledged");
    }
    assert!(things.keys().all(|number| number % 3 != 0), "a refused action left a row");
    let written: BTreeSet<EntryId> = things.into_values().collect();
    assert_eq!(written, entries, "an action is there with its entry, or neither is");
}

/// What the child said before it was killed: the number of each acknowledged action, and its entry.
fn write_and_kill(folder: &Path) -> BTreeMap<i64, EntryId> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "what_was_acknowledged_is_there_after_a_kill", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BTreeMap::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some((number, entry)) = line.rsplit_once(MARK).and_then(|(_, words)| words.split_once(' ')) {
            said.insert(number.parse().unwrap(), entry.parse().unwrap());
        }
        if said.len() == ACKNOWLEDGED_MIN {
            // What it has said by then is still read, to the end.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    said
}

/// The rows with their entries, and the entries of the journal, whose leaves have no gap.
async fn read_again(folder: &Path) -> Outcome<(BTreeMap<i64, EntryId>, BTreeSet<EntryId>)> {
    let db = open(folder).await?;
    let text = Statement::from_string(db.read().get_database_backend(), "SELECT number, entry FROM thing");
    let rows = db.read().query_all_raw(text).await?;
    let things = rows.iter().map(|row| Ok((row.try_get("", "number")?, row.try_get("", "entry")?)));
    let things = things.collect::<Outcome<_>>()?;

    let mut sealed = -1;
    loop {
        let last = journal::seal(&db, Instant::from_ms(2)).await?;
        if last == sealed {
            break;
        }
        sealed = last;
    }
    let entries = journal::after(&db.read(), -1, u64::MAX).await?;
    assert!(entries.iter().map(|entry| entry.leaf_index).eq((0..=sealed).map(Some)));
    Ok((things, entries.iter().map(|entry| entry.entry_id).collect()))
}

async fn open(folder: &Path) -> Outcome<Db> {
    let db = Db::open(&DbUrl::Sqlite(folder.join("t.db"))).await?;
    db.migrate(Instant::from_ms(1), [journal::MIGRATIONS, STEPS].concat()).await?;
    Ok(db)
}

async fn write_until_killed(folder: &Path) {
    let db = open(folder).await.unwrap();
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
