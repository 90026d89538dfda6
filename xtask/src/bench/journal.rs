//! Suite `journal`: sealing, verifying and proving.
//!
//! The peers do what cannot be left out: verification is held against a bare loop that reads the same rows over
//! rusqlite and hashes their bytes; a proof against reading the entry alone.

use super::report::{Figures, Row, Section};
use super::suites::Bench;
use kernel::Instant as Now;
use platform::Ctx;
use platform::db::{Db, DbUrl, Migration, Txn, WORKING};
use platform::journal::{self, Batches, Entry, log, prove, verify};
use sea_orm::{ConnectionTrait, Statement};
use sha2::Digest;
use std::path::Path;
use std::time::Instant;

/// Entries that one transaction of the preparation appends.
const FILL_ENTRIES: i64 = 1_000;
/// Proofs asked for in one round.
const PROOFS: i64 = 2_000;

const MIGRATIONS: &[Migration] = &[Migration {
    name: "bench-0001",
    sql: "CREATE TABLE thing (id TEXT PRIMARY KEY, state TEXT NOT NULL, amount_fen BIGINT NOT NULL);\n",
}];

/// Measures.
///
/// # Errors
/// A sentence when the database cannot be used.
pub fn measure(bench: &Bench<'_>) -> Result<Section, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| format!("bench journal: {e}"))?;
    let file = bench.scratch.join("journal.sqlite");
    runtime.block_on(rounds(bench, &file)).map_err(|e| format!("bench journal: {e:?}"))
}

async fn rounds(bench: &Bench<'_>, file: &Path) -> Result<Section, platform::Fault> {
    let db = Db::open(&DbUrl::Sqlite(file.to_path_buf())).await?;
    let now = Now::from_ms(1);
    db.migrate(now, [platform::journal::MIGRATIONS, platform::lease::MIGRATIONS, MIGRATIONS].concat()).await?;
    db.record(WORKING).await?;
    let entries = i64::try_from(bench.records).unwrap_or(i64::MAX) / FILL_ENTRIES * FILL_ENTRIES;
    let mut sealing = Figures::default();
    for first in (0..entries).step_by(100_000) {
        let some = 100_000.min(entries - first);
        for batch in 0..some / FILL_ENTRIES {
            let from = first + batch * FILL_ENTRIES;
            db.in_txn(&Ctx::system(now), "fill", from, |tx, from| Box::pin(fill(tx, *from))).await?;
        }
        let started = Instant::now();
        journal::seal(&db, now, Batches::All).await?;
        sealing.0.push(some as f64 / started.elapsed().as_secs_f64());
    }
    let (mut ours, mut bare, mut proofs, mut reads) = Default::default();
    for round in 0..bench.rounds {
        one_round(
            &db,
            file,
            entries,
            i64::try_from(round).unwrap_or(0),
            [&mut ours, &mut bare, &mut proofs, &mut reads],
        )
        .await?;
    }
    let row = |what: String, ours, peer: &str, theirs, more_is_better, demand| Row {
        what,
        ours,
        peer: (peer.to_owned(), theirs),
        more_is_better,
        demand,
    };
    Ok(Section {
        name: "journal",
        title: "Journal: sealing, verifying, proving",
        method: format!(
            "{entries} entries, each with the after-image of one row. Sealing: waiting entries a second, per 100,000. \
             Verifying: every entry hashed again, the tree, every row; {} rounds. Proofs: {PROOFS} entries here and there, \
             one after the other.",
            bench.rounds
        ),
        rows: vec![
            Row { more_is_better: true, ..Row::alone("sealed entries/s", sealing, "≥ 5,000/s") },
            row(
                format!("verify {entries} entries, s"),
                ours,
                "rusqlite reads the rows, sha2 hashes them",
                bare,
                false,
                "≤ 10 s",
            ),
            row("inclusion proof, µs".into(), proofs, "rusqlite reads the entry", reads, false, "≤ 1 ms"),
        ],
        skipped: Vec::new(),
    })
}

async fn fill(tx: &Txn, from: i64) -> platform::Outcome<()> {
    for n in from..from + FILL_ENTRIES {
        let text = "INSERT INTO thing (id, state, amount_fen) VALUES ($1, 'open', $2)";
        let values = [format!("thing-{n}").into(), n.into()];
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), text, values)).await?;
        let data = serde_json::json!({ "title": "300mm 抛光硅片", "number": n });
        tx.journal(Entry::new("thing.made", "thing", &n.to_string()).public().data(data)).await?;
    }
    Ok(())
}

async fn one_round(
    db: &Db,
    file: &Path,
    entries: i64,
    round: i64,
    [ours, bare, proofs, reads]: [&mut Figures; 4],
) -> Result<(), platform::Fault> {
    let failed = |error: rusqlite::Error| platform::Fault::Internal(error.to_string());
    let started = Instant::now();
    let report = verify::verify(db, None).await?;
    ours.0.push(started.elapsed().as_secs_f64());
    if !report.problems.is_empty() {
        return Err(platform::Fault::Internal(format!("{:?}", report.problems)));
    }
    let peer = rusqlite::Connection::open(file).map_err(failed)?;
    let started = Instant::now();
    hash_rows(&peer).map_err(failed)?;
    bare.0.push(started.elapsed().as_secs_f64());
    let place = |n: i64| 1 + (n * 7_919 + round * 104_729) % entries;
    let conn = db.read();
    let started = Instant::now();
    for n in 0..PROOFS {
        prove::standing(&conn, place(n), None, 0).await?;
    }
    proofs.0.push(started.elapsed().as_micros() as f64 / PROOFS as f64);
    let mut read = peer.prepare("SELECT data FROM journal_entry WHERE entry_id = ?").map_err(failed)?;
    let started = Instant::now();
    for n in 0..PROOFS {
        read.query_row([place(n)], |row| row.get::<_, String>(0)).map_err(failed)?;
    }
    reads.0.push(started.elapsed().as_micros() as f64 / PROOFS as f64);
    log::newest(&conn).await?;
    Ok(())
}

/// Reads entries and rows and hashes what they hold.
fn hash_rows(peer: &rusqlite::Connection) -> rusqlite::Result<[u8; 32]> {
    let mut all = sha2::Sha256::new();
    for text in [
        "SELECT * FROM journal_leaf l JOIN journal_entry e ON e.entry_id = l.entry_id ORDER BY l.leaf_index",
        "SELECT * FROM thing ORDER BY id",
    ] {
        let mut statement = peer.prepare(text)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let mut one = sha2::Sha256::new();
            for column in 0..columns {
                match row.get_ref(column)? {
                    rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => {
                        one.update(bytes)
                    }
                    rusqlite::types::ValueRef::Integer(number) => one.update(number.to_be_bytes()),
                    _ => {}
                }
            }
            all.update(one.finalize());
        }
    }
    Ok(all.finalize().into())
}
