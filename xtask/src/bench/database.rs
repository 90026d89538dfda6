//! Suite `db`: a seven-statement action with its journal entry.
//!
//! Ours goes through `Db::in_txn` (`SeaORM` entities over rusqlite, group commit).
//! The peers do the same statements as an ordinary service would: one IMMEDIATE
//! transaction an action, over sqlx's pool and over rusqlite behind a lock.

use super::machine;
use super::peers::sqlite as peers;
use super::report::{Figures, Row, Section};
use super::suites::Bench;
use kernel::Instant as Now;
use platform::Ctx;
use platform::db::{Db, DbUrl, Migration, Txn};
use platform::journal::Entry;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Rows that the actions read and change.
pub const THINGS: i64 = 5_000;
/// Callers at the same time.
const CALLERS: &[usize] = &[1, 16, 64, 256];

/// The tables of the workload; the peers use the same text.
pub const TABLES: &str = "
CREATE TABLE thing (id TEXT PRIMARY KEY, owner TEXT NOT NULL, state TEXT NOT NULL, version BIGINT NOT NULL, amount_fen BIGINT NOT NULL, updated_ms BIGINT NOT NULL);
CREATE INDEX thing_owner ON thing (owner);
CREATE TABLE step (id TEXT PRIMARY KEY, thing TEXT NOT NULL REFERENCES thing (id), kind TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE INDEX step_thing ON step (thing);
";

const MIGRATIONS: &[Migration] = &[Migration { name: "bench-0001", sql: TABLES }];

mod thing {
    use sea_orm::entity::prelude::*;
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "thing")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub owner: String,
        pub state: String,
        pub version: i64,
        pub amount_fen: i64,
        pub updated_ms: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod step {
    use sea_orm::entity::prelude::*;
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "step")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub thing: String,
        pub kind: String,
        pub at_ms: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Which rows one action touches: three that it reads, two of which it changes.
pub fn touched(number: u64) -> [String; 3] {
    let place = |step: u64| (number.wrapping_mul(2_654_435_761).wrapping_add(step * 1_237) % THINGS as u64).to_string();
    [place(0), place(1), place(2)]
}

/// Measures.
///
/// # Errors
/// A sentence when a database cannot be used.
pub fn measure(bench: &Bench<'_>) -> Result<Section, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| format!("bench db: {e}"))?;
    let mut rows = Vec::new();
    let (mut alone, mut syncs) = <(Figures, Figures)>::default();
    for &callers in CALLERS {
        let (mut ours, mut pooled, mut locked, mut bare) = <(Figures, Figures, Figures, Figures)>::default();
        for round in 0..bench.rounds {
            let file = |who: &str| bench.scratch.join(format!("{who}-{callers}-{round}.sqlite"));
            let time = Duration::from_secs(bench.seconds);
            let told = |e: platform::Fault| format!("bench db: {e}");
            let (rate, p99_ms) = runtime.block_on(our_round(&file("ours"), callers, time)).map_err(told)?;
            ours.0.push(rate);
            if callers == 1 {
                alone.0.push(p99_ms);
                syncs.0.push(machine::p99_ms(&machine::syncs(&bench.scratch, time).map_err(|e| e.to_string())?));
            }
            pooled.0.push(
                runtime
                    .block_on(peers::pooled(&file("sqlx"), callers, time))
                    .map_err(|e| format!("bench db, sqlx: {e}"))?,
            );
            locked.0.push(peers::locked(&file("lock"), callers, time).map_err(|e| format!("bench db, rusqlite: {e}"))?);
            let per_commit = callers as u64;
            bare.0.push(peers::bare(&file("bare"), per_commit, time).map_err(|e| format!("bench db, bare: {e}"))?);
        }
        let what = format!("actions/s, {callers} callers");
        let demand = if callers == 64 { "≥ 8,000/s" } else { "" };
        let peer = |name: &str, figures| (name.to_owned(), figures);
        rows.push(Row {
            what: what.clone(),
            ours: ours.clone(),
            peer: peer("sqlx 0.9, a transaction an action", pooled),
            more_is_better: true,
            demand,
        });
        rows.push(Row {
            what: what.clone(),
            ours: ours.clone(),
            peer: peer("rusqlite behind a lock, a transaction an action", locked),
            more_is_better: true,
            demand: "",
        });
        let name = format!("a bare loop over rusqlite, {callers} actions a commit");
        let demand = if callers == 64 { "≥ 0.1×" } else { "" };
        rows.push(Row { what, ours, peer: peer(&name, bare), more_is_better: true, demand });
    }
    rows.push(Row {
        what: "one caller: p99 of an action, ms".to_owned(),
        ours: alone,
        peer: ("the disk's durable 4 KiB append, p99".to_owned(), syncs),
        more_is_better: false,
        demand: "≤ 3 × the disk's + 2 ms",
    });
    Ok(Section {
        name: "db",
        title: "Database: actions through the group commit",
        method: format!(
            "One action is three reads, three writes and its journal entry, in one transaction; WAL, synchronous=FULL. \
             {} rounds of {} s for each, taken in turns. Ours hashes the after-images of the written rows; the peers insert a journal row of the same size.",
            bench.rounds, bench.seconds
        ),
        rows,
        skipped: Vec::new(),
    })
}

/// Actions a second, and the p99 of one of them in ms.
async fn our_round(path: &std::path::Path, callers: usize, time: Duration) -> Result<(f64, f64), platform::Fault> {
    let db = Db::open(&DbUrl::Sqlite(path.to_path_buf())).await?;
    let ctx = Arc::new(Ctx::system(Now::from_ms(1)));
    db.migrate(ctx.now, [platform::journal::MIGRATIONS, platform::lease::MIGRATIONS, MIGRATIONS].concat()).await?;
    db.record(platform::db::WORKING).await?;
    db.in_txn(&ctx, "fill", (), |tx, ()| Box::pin(fill(tx))).await?;
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut tasks = Vec::new();
    let started = Instant::now();
    for caller in 0..callers as u64 {
        let (db, ctx, stop, done) = (db.clone(), ctx.clone(), stop.clone(), done.clone());
        tasks.push(tokio::spawn(async move {
            let (mut number, mut took) = (caller << 40, Vec::new());
            while !stop.load(Ordering::Relaxed) {
                number += 1;
                let begun = Instant::now();
                db.in_txn(&ctx, "thing_move", number, |tx, number| Box::pin(act(tx, *number))).await?;
                took.push(begun.elapsed());
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, platform::Fault>(took)
        }));
    }
    tokio::time::sleep(time).await;
    let count = done.load(Ordering::Relaxed);
    let elapsed = started.elapsed();
    stop.store(true, Ordering::Relaxed);
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.map_err(|e| platform::Fault::Internal(e.to_string()))??);
    }
    took.sort_unstable();
    Ok((count as f64 / elapsed.as_secs_f64(), machine::p99_ms(&took)))
}

async fn fill(tx: &Txn) -> platform::Outcome<()> {
    let rows = (0..THINGS).map(|n| thing::ActiveModel {
        id: Set(n.to_string()),
        owner: Set((n % 97).to_string()),
        state: Set("open".into()),
        version: Set(0),
        amount_fen: Set(n),
        updated_ms: Set(0),
    });
    platform::db::insert_chunked(&**tx, 6, rows.collect()).await?;
    tx.journal(Entry::new("thing.filled", "thing", "")).await.map(drop)
}

async fn act(tx: &Txn, number: u64) -> platform::Outcome<()> {
    let mut found = Vec::new();
    for id in touched(number) {
        found.extend(thing::Entity::find_by_id(id).one(tx).await?);
    }
    let now = tx.ctx().now.ms();
    for row in found.iter().take(2) {
        let mut next = row.clone().into_active_model();
        next.version = Set(row.version + 1);
        next.updated_ms = Set(now);
        next.update(tx).await?;
    }
    let id = format!("{number:x}");
    let thing = found.first().map(|row| row.id.clone()).unwrap_or_default();
    step::Entity::insert(step::ActiveModel {
        id: Set(id),
        thing: Set(thing.clone()),
        kind: Set("moved".into()),
        at_ms: Set(now),
    })
    .exec_without_returning(tx)
    .await?;
    tx.journal(Entry::new("thing.moved", "thing", &thing)).await?;
    Ok(())
}
