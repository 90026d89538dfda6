//! Suite `import`: organisations by `yilang import` until they are found, against bare SQLite with a trigram index.

use super::peers::fts5::Fts5;
use super::program;
use super::report::{Figures, Row, Section};
use super::suites::Bench;
use crate::generate::{Organisation, Vocabulary, organisation};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Measures.
///
/// # Errors
/// A sentence when the import is refused.
pub fn measure(bench: &Bench<'_>) -> Result<Section, String> {
    let program = program::build(bench.root)?;
    let words = Vocabulary::read(&bench.root.join("corridors/g60"))?;
    let file = bench.scratch.join("organisations.csv");
    write_csv(&file, (0..bench.rows).map(|n| organisation(&words, 1, n)))?;
    let (mut ours, mut peer) = (Figures::default(), Figures::default());
    // A round takes up to half a minute; three are enough to see the spread.
    for round in 0..bench.rounds.min(3) {
        let data = bench.scratch.join(format!("data-{round}"));
        run(Command::new(&program).arg("--data").arg(&data).arg("migrate"))?;
        let started = Instant::now();
        run(Command::new(&program).arg("--data").arg(&data).args(["import", "organisations"]).arg(&file))?;
        ours.0.push(started.elapsed().as_secs_f64());
        let started = Instant::now();
        bare(&bench.scratch.join(format!("bare-{round}.sqlite")), &file)?;
        peer.0.push(started.elapsed().as_secs_f64());
        let _ = std::fs::remove_dir_all(&data);
    }
    let per_second = |figures: &Figures| Figures(figures.0.iter().map(|seconds| bench.rows as f64 / seconds).collect());
    let name = "rusqlite + FTS5 trigram, no checks";
    let rows = vec![
        Row {
            what: "rows/s".into(),
            ours: per_second(&ours),
            peer: (name.into(), per_second(&peer)),
            more_is_better: true,
            demand: "",
        },
        Row {
            what: format!("{} rows, s", bench.rows),
            ours,
            peer: (name.into(), peer),
            more_is_better: false,
            demand: "≤ 30 s",
        },
    ];
    Ok(Section {
        name: "import",
        title: "Import of organisations with indexing",
        method: format!(
            "`yilang import organisations` of {} synthetic rows in CSV: checks, staging, publication, journal and search index, until the \
             command returns. The peer reads the same file into one table and a trigram index, without a check, a name table or a journal.",
            bench.rows
        ),
        rows,
        skipped: Vec::new(),
    })
}

fn write_csv(path: &Path, rows: impl Iterator<Item = Organisation>) -> Result<(), String> {
    let told = |e: &dyn std::fmt::Display| format!("bench import: {}: {e}", path.display());
    let mut csv = csv::Writer::from_path(path).map_err(|e| told(&e))?;
    for row in rows {
        csv.serialize(row).map_err(|e| told(&e))?;
    }
    csv.flush().map_err(|e| told(&e))
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("bench import: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    let lines: Vec<String> = String::from_utf8_lossy(&output.stderr).lines().take(10).map(str::to_owned).collect();
    Err(format!("bench import: the program refused:\n{}", lines.join("\n")))
}

fn bare(path: &Path, file: &Path) -> Result<(), String> {
    let told = |e: &dyn std::fmt::Display| format!("bench import, bare SQLite: {e}");
    let mut reader = csv::Reader::from_path(file).map_err(|e| told(&e))?;
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(|e| told(&e))?;
    let connection = rusqlite::Connection::open(path).map_err(|e| told(&e))?;
    table(&connection, &rows).map_err(|e| told(&e))?;
    let texts = rows.iter().map(|row| (row[0].to_owned(), row.iter().skip(1).collect::<Vec<_>>().join(" ")));
    Fts5::fill(&path.with_extension("fts"), texts).map_err(|e| told(&e))
}

fn table(connection: &rusqlite::Connection, rows: &[csv::StringRecord]) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.execute_batch(
        "CREATE TABLE o (key TEXT PRIMARY KEY, name TEXT, name_en TEXT, aliases TEXT, uscc TEXT UNIQUE, city TEXT, kind TEXT,
         segments TEXT, website TEXT, capabilities TEXT, statuses TEXT); BEGIN",
    )?;
    let mut insert = connection.prepare("INSERT INTO o VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    for row in rows {
        insert.execute(rusqlite::params_from_iter(row.iter()))?;
    }
    connection.execute_batch("COMMIT")
}
