//! Suite `ledger`: transfers, verification and export.
//!
//! A transfer is what it is in the house: decided by the rules, with both entries, balances and bounds, in an action with its
//! journal entry and the after-images of its rows. The peers are a bare loop over rusqlite that writes the same rows and
//! decides nothing, and a ledger in SQL on PostgreSQL, which decides in the database.

use super::peers::ledger as bare;
use super::peers::pgledger::{self, Peer};
use super::report::{Figures, Row, Section};
use super::suites::Bench;
use kernel::{Adcode, Fen, Instant as Now};
use ledger::actions::export::ledger_export;
use ledger::actions::verify::ledger_verify;
use ledger::rules::export::Format;
use ledger::{Account, Ask, Owner, Purpose, YearEnd};
use platform::db::{Db, DbUrl, WORKING};
use platform::journal::Entry;
use platform::{Ctx, Fault, Outcome};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Accounts that transfers go between.
pub const ACCOUNTS: u64 = 1_000;
/// Callers at the same time.
pub const CALLERS: usize = 64;
/// Transfers of one action in the batch form.
pub const BATCH: u64 = 100;
/// Transfers of one action while a ledger is filled to be verified or exported.
const FILL: u64 = 1_000;
/// Transfers that are exported.
const EXPORTED: u64 = 100_000;

/// Which two accounts a transfer goes between; `hot` is always account 0.
pub fn pair(number: u64, hot: bool) -> (u64, u64) {
    let first = if hot { 0 } else { number.wrapping_mul(2_654_435_761) % ACCOUNTS };
    let shift = 1 + number.wrapping_mul(40_503) % (ACCOUNTS - 1);
    (first, (first + shift) % ACCOUNTS)
}

fn name(account: u64) -> String {
    format!("city:310117:a{account}")
}

/// How transfers are asked for.
#[derive(Clone, Copy)]
struct Shape {
    hot: bool,
    batch: u64,
}

/// Measures.
///
/// # Errors
/// A sentence when a database cannot be used.
pub fn measure(bench: &Bench<'_>, pgledger: Option<&Path>) -> Result<Section, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| format!("bench ledger: {e}"))?;
    let mut skipped = Vec::new();
    let peer = Peer::start(&bench.scratch, pgledger).map_err(|why| skipped.push(format!("PostgreSQL: {why}"))).ok();
    let mut all = Measured::default();
    for round in 0..bench.rounds {
        all.round(bench, &runtime, round, peer.as_ref()).map_err(|e| format!("bench ledger: {e}"))?;
    }
    let name = peer.as_ref().map_or_else(String::new, |peer| peer.name.clone());
    drop(peer);
    let (verified, read) = runtime.block_on(verified(bench)).map_err(|e| format!("bench ledger: {e:?}"))?;
    let (exported, checked) = runtime.block_on(exported(bench)).map_err(|e| format!("bench ledger: {e:?}"))?;
    if checked.0.is_empty() {
        skipped.push("hledger: it is not installed".into());
    }
    let mut rows = all.rows(&name);
    let second = |what: String, ours, peer: &str, theirs, demand| Row {
        what,
        ours,
        peer: (peer.to_owned(), theirs),
        more_is_better: false,
        demand,
    };
    rows.push(second(
        format!("verify {} entries, s", bench.records),
        verified,
        "rusqlite reads the rows and adds them up",
        read,
        "≤ 3 s",
    ));
    rows.push(second(
        format!("export of {EXPORTED} transactions, s"),
        exported,
        "`hledger check` of the file",
        checked,
        "≤ 2 s",
    ));
    Ok(Section {
        name: "ledger",
        title: "Ledger: transfers, verification, export",
        method: format!(
            "{CALLERS} callers; {ACCOUNTS} accounts, or one of them always on the paying side (hot). Every action is durable before it is \
             answered: one transaction with its journal entry, {BATCH} transfers in the batch form. {} rounds of {} s for each, taken in turns. \
             The bare loop writes the same rows, decides nothing, hashes nothing, and commits after as many transfers as all callers \
             have under way. PostgreSQL is stock with fsync on, in a cluster of its own on the same disk, driven by pgbench.",
            bench.rounds, bench.seconds
        ),
        rows,
        skipped,
    })
}

/// Transfers a second, each way they are asked for.
#[derive(Default)]
struct Measured {
    batch: Figures,
    hot: Figures,
    single: Figures,
    bare_batch: Figures,
    bare_single: Figures,
    peer_single: Figures,
    peer_hot: Figures,
    peer_batch: Figures,
    postgres: Figures,
}

impl Measured {
    fn round(
        &mut self,
        bench: &Bench<'_>,
        runtime: &tokio::runtime::Runtime,
        round: usize,
        peer: Option<&Peer>,
    ) -> Result<(), String> {
        let time = Duration::from_secs(bench.seconds);
        let file = |who: &str| bench.scratch.join(format!("{who}-{round}.sqlite"));
        let ours = |who: &str, shape| {
            runtime.block_on(our_round(&DbUrl::Sqlite(file(who)), shape, time)).map_err(|e| format!("{who}: {e:?}"))
        };
        let told = |e: rusqlite::Error| e.to_string();
        self.batch.0.push(ours("batch", Shape { hot: false, batch: BATCH })?);
        self.bare_batch.0.push(bare::rate(&file("bare-batch"), CALLERS as u64 * BATCH, BATCH, time).map_err(told)?);
        self.hot.0.push(ours("hot", Shape { hot: true, batch: BATCH })?);
        self.single.0.push(ours("single", Shape { hot: false, batch: 1 })?);
        self.bare_single.0.push(bare::rate(&file("bare-single"), CALLERS as u64, 1, time).map_err(told)?);
        if let Some(peer) = peer {
            self.peer_single.0.push(peer.rate(pgledger::Way::Single, bench.seconds)?);
            self.peer_hot.0.push(peer.rate(pgledger::Way::Hot, bench.seconds)?);
            self.peer_batch.0.push(peer.rate(pgledger::Way::Batch, bench.seconds)?);
            let url = DbUrl::parse(&peer.url(&format!("ours_{round}")))?;
            let shape = Shape { hot: false, batch: BATCH };
            self.postgres
                .0
                .push(runtime.block_on(our_round(&url, shape, time)).map_err(|e| format!("postgres: {e:?}"))?);
        }
        for left in std::fs::read_dir(&bench.scratch).map_err(|e| e.to_string())?.flatten() {
            if left.path().to_string_lossy().contains(".sqlite") {
                std::fs::remove_file(left.path()).map_err(|e| e.to_string())?;
            }
        }
        Ok(())
    }

    fn rows(self, peer: &str) -> Vec<Row> {
        let row = |what: &str, ours: &Figures, peer: &str, theirs: Figures, demand| Row {
            what: what.to_owned(),
            ours: ours.clone(),
            peer: (peer.to_owned(), theirs),
            more_is_better: true,
            demand,
        };
        let batch = format!("transfers/s, batches of {BATCH}");
        let single = "transfers/s, one an action";
        let mut rows = vec![
            row(&batch, &self.batch, "a bare loop over rusqlite", self.bare_batch, "≥ 20,000/s"),
            row(&format!("{batch}, hot account"), &self.hot, "ours over all accounts", self.batch.clone(), "≥ 0.5×"),
            row(single, &self.single, "a bare loop over rusqlite", self.bare_single, ""),
        ];
        if !self.peer_single.0.is_empty() {
            let of = |way: &str| format!("{peer}, {way}");
            rows.push(row(&batch, &self.batch, &of("one a transaction"), self.peer_single.clone(), "≥ 10×"));
            rows.push(row(
                &format!("{batch}, hot account"),
                &self.hot,
                &of("one a transaction, hot"),
                self.peer_hot,
                "≥ 10×",
            ));
            rows.push(row(single, &self.single, &of("one a transaction"), self.peer_single, ""));
            rows.push(row(&batch, &self.batch, &of("as many a call"), self.peer_batch.clone(), ""));
            rows.push(row(
                &format!("{batch}, ours on PostgreSQL"),
                &self.postgres,
                &of("as many a call"),
                self.peer_batch,
                "",
            ));
        }
        rows
    }
}

/// An empty ledger with its accounts, each with enough on it.
async fn opened(url: &DbUrl) -> Outcome<Db> {
    let capability = ledger::capability();
    let db = Db::open(url).await?;
    db.migrate(Now::from_ms(1), platform::app::steps(std::slice::from_ref(&capability))).await?;
    let working: Vec<&str> = WORKING.iter().chain(capability.working).copied().collect();
    db.record(&working).await?;
    db.in_txn(&ctx(), "open", (), |tx, ()| Box::pin(open_in(tx))).await?;
    Ok(db)
}

fn ctx() -> Ctx {
    Ctx::system(Now::from_ms(1_750_000_000_000))
}

async fn open_in(tx: &platform::db::Txn) -> Outcome<()> {
    let city = Adcode::parse("310117").map_err(|e| Fault::Internal(e.to_string()))?;
    let account = |id: String, owner: Owner, floor: Option<Fen>| Account {
        id,
        name: "synthetic".into(),
        owner,
        purpose: Purpose::Budget,
        reference: String::new(),
        currency: "CNY".into(),
        city: Some(city),
        budget_year: None,
        budget_subject: None,
        floor,
        year_end: YearEnd::Keeps,
        returns_to: None,
        demo: false,
        opened_ms: 1,
        opened_by: "system".into(),
        closed_ms: None,
    };
    ledger::account_open_in(tx, &account("outside".into(), Owner::outside("treasury"), None)).await?;
    let plenty = Fen::new(1_000_000_000_000).map_err(|e| Fault::Internal(e.to_string()))?;
    let mut asks = Vec::new();
    for n in 0..ACCOUNTS {
        ledger::account_open_in(tx, &account(name(n), Owner::city(city), Some(Fen::ZERO))).await?;
        asks.push(Ask::plain(format!("fund:{n}"), "fund", "outside", name(n), plenty));
    }
    ledger::transfer(tx, &asks).await?;
    tx.journal(Entry::new("ledger.filled", "ledger", "")).await.map(drop)
}

/// One action: so many transfers from a number on.
async fn act(db: &Db, ctx: &Ctx, first: u64, shape: Shape) -> Outcome<()> {
    db.in_txn(ctx, "transfers", (first, shape), |tx, (first, shape)| {
        Box::pin(async move {
            let one = |number: u64| {
                let (from, to) = pair(number, shape.hot);
                let amount = Fen::new(1 + (number % 500) as i64).unwrap_or(Fen::MAX);
                vec![Ask::plain(format!("t:{number:x}"), "bench.moved", name(from), name(to), amount)]
            };
            let groups: Vec<Vec<Ask>> = (*first..first + shape.batch).map(one).collect();
            for answer in ledger::transfer_batch(tx, &groups).await? {
                answer?;
            }
            tx.journal(Entry::new("bench.moved", "ledger", &first.to_string())).await.map(drop)
        })
    })
    .await
}

/// Transfers a second.
async fn our_round(url: &DbUrl, shape: Shape, time: Duration) -> Outcome<f64> {
    let db = opened(url).await?;
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for caller in 0..CALLERS as u64 {
        let (db, stop, done) = (db.clone(), stop.clone(), done.clone());
        tasks.push(tokio::spawn(async move {
            let (ctx, mut number) = (ctx(), caller << 40);
            while !stop.load(Ordering::Relaxed) {
                match act(&db, &ctx, number, shape).await {
                    Ok(()) => {
                        number += shape.batch;
                        done.fetch_add(shape.batch, Ordering::Relaxed);
                    }
                    // The same again, as whoever was told that too many were acting.
                    Err(fault) if fault.to_refusal().code == "busy" => {}
                    Err(fault) => return Err(fault),
                }
            }
            Ok(())
        }));
    }
    tokio::time::sleep(time).await;
    let rate = done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.map_err(|e| Fault::Internal(e.to_string()))??;
    }
    Ok(rate)
}

/// A ledger with so many transfers.
async fn filled(file: &Path, transfers: u64) -> Outcome<Db> {
    let db = opened(&DbUrl::Sqlite(file.to_path_buf())).await?;
    let shape = Shape { hot: false, batch: FILL };
    for first in (0..transfers.saturating_sub(ACCOUNTS)).step_by(FILL as usize) {
        act(&db, &ctx(), first, shape).await?;
    }
    Ok(db)
}

/// Seconds that verification takes, and a bare loop over the same rows.
async fn verified(bench: &Bench<'_>) -> Outcome<(Figures, Figures)> {
    let file = bench.scratch.join("verified.sqlite");
    let db = filled(&file, bench.records / 2).await?;
    let (mut ours, mut theirs) = <(Figures, Figures)>::default();
    for _ in 0..bench.rounds {
        let started = Instant::now();
        let report = ledger_verify(&db).await?;
        ours.0.push(started.elapsed().as_secs_f64());
        if let Some(problem) = report.problems.first() {
            return Err(Fault::Internal(problem.clone()));
        }
        let started = Instant::now();
        bare::add_up(&file).map_err(|e| Fault::Internal(e.to_string()))?;
        theirs.0.push(started.elapsed().as_secs_f64());
    }
    Ok((ours, theirs))
}

/// Seconds that an export takes, and hledger's check of it.
async fn exported(bench: &Bench<'_>) -> Outcome<(Figures, Figures)> {
    let db = filled(&bench.scratch.join("exported.sqlite"), EXPORTED).await?;
    let path = bench.scratch.join("exported.journal");
    let failed = |e: std::io::Error| Fault::Internal(e.to_string());
    let (mut ours, mut theirs) = <(Figures, Figures)>::default();
    for _ in 0..bench.rounds {
        let file = std::fs::File::create(&path).map_err(failed)?;
        let started = Instant::now();
        ledger_export(&db, Format::Hledger, std::io::BufWriter::new(&file)).await?;
        file.sync_all().map_err(failed)?;
        ours.0.push(started.elapsed().as_secs_f64());
        let started = Instant::now();
        let check =
            std::process::Command::new("hledger").env("LC_ALL", "C.UTF-8").arg("-f").arg(&path).arg("check").output();
        let Ok(check) = check else { continue };
        if !check.status.success() {
            return Err(Fault::Internal(String::from_utf8_lossy(&check.stderr).into_owned()));
        }
        theirs.0.push(started.elapsed().as_secs_f64());
    }
    Ok((ours, theirs))
}
