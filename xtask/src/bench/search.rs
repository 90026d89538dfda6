//! Suite `search`: ranking over the pack, speed over many records, against SQLite FTS5 trigram and Xapian.

use super::judged::{self, Question};
use super::matching;
use super::peers::fts5::Fts5;
use super::peers::xapian;
use super::report::{Figures, Row, Section};
use super::suites::Bench;
use crate::generate::{Vocabulary, organisation};
use search::{Document, Index, Lexicon, SearchRequest};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Clients that ask at the same time.
const CLIENTS: usize = 4;

type Answers = BTreeMap<String, Vec<String>>;

/// Measures.
///
/// # Errors
/// A sentence that names the engine.
pub fn measure(bench: &Bench<'_>) -> Result<Section, String> {
    let mut skipped: Vec<String> = xapian::missing().into_iter().collect();
    let with_xapian = skipped.is_empty();
    let pack = judged::pack(bench.root, "g60")?;
    let lexicon = Arc::new(Lexicon::new(&judged::lexicon(&pack)).map_err(|e| format!("bench search: {e}"))?);
    let mut rows = ranking(bench, &pack, &lexicon, with_xapian)?;
    rows.extend(speed(bench, &pack, &lexicon, with_xapian, &mut skipped)?);
    Ok(Section {
        name: "search",
        title: "Search: ranking over the pack, speed over many records",
        method: format!(
            "Ranking: nDCG@10 of the judged questions over the pack, the same records for every engine (pages 1 of 10, no filters). \
             Speed: {} synthetic organisations, {CLIENTS} clients in a closed loop, the ten best; {} rounds of {} s. \
             FTS5: quoted trigrams joined by OR, `ORDER BY rank`; Xapian: n-gram terms joined by OR, one process a client.",
            bench.records, bench.rounds, bench.seconds
        ),
        rows,
        skipped,
    })
}

fn told(engine: &str) -> impl Fn(&dyn std::fmt::Display) -> String {
    move |e| format!("bench search, {engine}: {e}")
}

fn ranking(
    bench: &Bench<'_>,
    pack: &pack::Pack,
    lexicon: &Arc<Lexicon>,
    with_xapian: bool,
) -> Result<Vec<Row>, String> {
    let documents = judged::documents(pack);
    let questions = judged::questions(bench.root)?;
    let ours = our_answers(&documents, &questions, lexicon)?;
    let records = || documents.iter().map(|d| (d.id.clone(), judged::flat(d)));
    let file = bench.scratch.join("judged.sqlite");
    let fault = told("FTS5");
    Fts5::fill(&file, records()).map_err(|e| fault(&e))?;
    let table = Fts5::open(&file).map_err(|e| fault(&e))?;
    let mut peers: Vec<(&str, Answers)> = Vec::new();
    let trigram: rusqlite::Result<Answers> =
        questions.iter().map(|q| Ok((q.text.clone(), table.top(&q.text)?))).collect();
    peers.push(("SQLite FTS5 trigram", trigram.map_err(|e| fault(&e))?));
    if with_xapian {
        let (lines, asked, folder) =
            (bench.scratch.join("judged.tsv"), bench.scratch.join("judged.txt"), bench.scratch.join("judged.xapian"));
        write_lines(&lines, records().map(|(id, text)| format!("{id}\t{text}")))?;
        write_lines(&asked, questions.iter().map(|q| q.text.clone()))?;
        xapian::fill(bench.root, &folder, &lines)?;
        peers.push(("Xapian n-gram", xapian::judge(bench.root, &folder, &asked)?));
    }
    Ok(ranking_rows(&questions, &ours, &peers))
}

fn our_answers(documents: &[Document], questions: &[Question], lexicon: &Arc<Lexicon>) -> Result<Answers, String> {
    let fault = told("ours");
    let index = Index::in_memory(lexicon.clone()).map_err(|e| fault(&e))?;
    let mut writer = index.writer(1).map_err(|e| fault(&e))?;
    for document in documents {
        writer.insert_new(document).map_err(|e| fault(&e))?;
    }
    writer.commit(1).map_err(|e| fault(&e))?;
    let answer = |question: &Question| {
        let response = index.search(&request(&question.text)).map_err(|e| fault(&e))?;
        Ok((question.text.clone(), response.hits.into_iter().map(|hit| hit.id).collect()))
    };
    questions.iter().map(answer).collect()
}

fn request(text: &str) -> SearchRequest {
    SearchRequest { text: text.to_owned(), limit: 10, facets: false, ..SearchRequest::default() }
}

fn ranking_rows(questions: &[Question], ours: &Answers, peers: &[(&str, Answers)]) -> Vec<Row> {
    let classes: BTreeSet<&str> = questions.iter().map(|q| q.class.as_str()).collect();
    let mean = |answers: &Answers, class: Option<&str>| {
        let of_class: Vec<&Question> =
            questions.iter().filter(|q| class.is_none_or(|class| q.class == class)).collect();
        let sum: f64 = of_class.iter().map(|q| judged::ndcg(q, answers.get(&q.text).map_or(&[], Vec::as_slice))).sum();
        // An empty sum of floats is −0; adding 0 makes it plain.
        Figures(vec![sum / of_class.len().max(1) as f64 + 0.0])
    };
    let mut rows = Vec::new();
    for class in std::iter::once(None).chain(classes.into_iter().map(Some)) {
        for (name, answers) in peers {
            let what = match class {
                None => format!("nDCG@10, all {} questions", questions.len()),
                Some(class) => format!("nDCG@10, {class}"),
            };
            let demand = if class.is_none() { "no worse" } else { "" };
            rows.push(Row {
                what,
                ours: mean(ours, class),
                peer: ((*name).to_owned(), mean(answers, class)),
                more_is_better: true,
                demand,
            });
        }
    }
    rows
}

/// What the engines are asked for speed: names, products and sentences over the generated records, each of them Chinese
/// and of three characters at least, so that every engine can answer.
fn speed_questions(words: &Vocabulary, seed: u64) -> Vec<String> {
    let trades = words.trades.iter().flat_map(|trade| trade.words.clone()).filter(|word| word.chars().count() >= 3);
    let placed =
        words.trades.iter().zip(words.places.iter().cycle()).map(|(trade, place)| format!("{}{}", place.zh, trade.zh));
    let names = (0..100).map(|n| organisation(words, seed, n * 7_919).name.trim_start_matches("合成").to_owned());
    let needs = words.trades.iter().map(|trade| format!("寻找{}的中试与检测服务", trade.zh));
    trades.chain(placed).chain(names).chain(needs).collect()
}

fn speed(
    bench: &Bench<'_>,
    pack: &pack::Pack,
    lexicon: &Arc<Lexicon>,
    with_xapian: bool,
    skipped: &mut Vec<String>,
) -> Result<Vec<Row>, String> {
    let words = Vocabulary::read(&bench.root.join("corridors/g60"))?;
    let questions = speed_questions(&words, 1);
    let (folder, file, lines) =
        (bench.scratch.join("index"), bench.scratch.join("speed.sqlite"), bench.scratch.join("speed.tsv"));
    let records = || (0..bench.records).map(|n| matching::document(&words, 1, n));
    let mut rows = Vec::new();
    let started = Instant::now();
    let index = fill_ours(&folder, lexicon, records())?;
    let ours_fill = Figures(vec![started.elapsed().as_secs_f64()]);
    let started = Instant::now();
    let fault = told("FTS5");
    Fts5::fill(&file, records().map(|d| (d.id.clone(), judged::flat(&d)))).map_err(|e| fault(&e))?;
    let peer = ("SQLite FTS5 trigram".to_owned(), Figures(vec![started.elapsed().as_secs_f64()]));
    rows.push(Row { what: "filling the index, s".into(), ours: ours_fill, peer, more_is_better: false, demand: "" });
    let time = Duration::from_secs(bench.seconds);
    let (mut ours, mut trigram) = (Speed::default(), Speed::default());
    for _ in 0..bench.rounds {
        ours.add(round(
            &questions,
            time,
            |_| Ok(()),
            |(), text| index.search(&request(text)).map(drop).map_err(|e| told("ours")(&e)),
        )?);
        let open = |_| Fts5::open(&file).map_err(|e| told("FTS5")(&e));
        trigram
            .add(round(&questions, time, open, |table, text| table.top(text).map(drop).map_err(|e| told("FTS5")(&e)))?);
    }
    rows.extend(speed_rows(&ours, "SQLite FTS5 trigram", &trigram));
    if with_xapian {
        let asked = bench.scratch.join("speed.txt");
        write_lines(&lines, records().map(|d| format!("{}\t{}", d.id, judged::flat(&d))))?;
        write_lines(&asked, questions.iter().cloned())?;
        let peer_folder = bench.scratch.join("speed.xapian");
        xapian::fill(bench.root, &peer_folder, &lines)?;
        let peer = xapian::speed(bench.root, &peer_folder, &asked, CLIENTS, bench.rounds, bench.seconds)?;
        let peer = Speed { rate: Figures(peer.rate), p50: Figures(peer.p50_ms), p99: Figures(peer.p99_ms) };
        rows.extend(speed_rows(&ours, "Xapian n-gram", &peer));
    }
    rows.extend(matching::rows(bench, pack, &index, &words)?);
    if bench.records < 1_000_000 {
        skipped.push(format!("the full size: {} records instead of 1,000,000 (--records)", bench.records));
    }
    Ok(rows)
}

fn fill_ours(folder: &Path, lexicon: &Arc<Lexicon>, records: impl Iterator<Item = Document>) -> Result<Index, String> {
    let fault = told("ours");
    let index = Index::open(folder, lexicon.clone()).map_err(|e| fault(&e))?.index;
    let mut writer = index.writer(2).map_err(|e| fault(&e))?;
    for document in records {
        writer.insert_new(&document).map_err(|e| fault(&e))?;
    }
    writer.commit(1).map_err(|e| fault(&e))?;
    writer.finish().map_err(|e| fault(&e))?;
    index.reload().map_err(|e| fault(&e))?;
    Ok(index)
}

/// Rate and latencies of several rounds.
#[derive(Default)]
pub struct Speed {
    /// Questions a second over all clients.
    pub rate: Figures,
    /// Median latency, ms.
    pub p50: Figures,
    /// 99th of 100 latency, ms.
    pub p99: Figures,
}

impl Speed {
    /// Adds one round: its seconds and every latency in ms.
    pub fn add(&mut self, (seconds, mut latencies): (f64, Vec<f64>)) {
        latencies.sort_by(f64::total_cmp);
        let at = |share: usize| latencies.get(latencies.len() * share / 100).copied().unwrap_or(0.0);
        self.rate.0.push(latencies.len() as f64 / seconds);
        self.p50.0.push(at(50));
        self.p99.0.push(at(99));
    }
}

fn speed_rows(ours: &Speed, name: &str, peer: &Speed) -> Vec<Row> {
    let row = |what: &str, ours: &Figures, peer: &Figures, more_is_better, demand| Row {
        what: what.to_owned(),
        ours: ours.clone(),
        peer: (name.to_owned(), peer.clone()),
        more_is_better,
        demand,
    };
    vec![
        row("questions/s", &ours.rate, &peer.rate, true, "≥ 10×"),
        row("p50, ms", &ours.p50, &peer.p50, false, "≤ 5 ms"),
        row("p99, ms", &ours.p99, &peer.p99, false, "≤ 40 ms"),
    ]
}

/// One round: each client asks one question after another until the time is over.
pub fn round<C, Q: Sync>(
    questions: &[Q],
    time: Duration,
    open: impl Fn(usize) -> Result<C, String> + Sync,
    ask: impl Fn(&C, &Q) -> Result<(), String> + Sync,
) -> Result<(f64, Vec<f64>), String> {
    let started = Instant::now();
    let client = |number: usize| {
        let own = open(number)?;
        let (mut latencies, mut index) = (Vec::new(), number * 31);
        while started.elapsed() < time {
            let before = Instant::now();
            ask(&own, &questions[index % questions.len()])?;
            latencies.push(before.elapsed().as_secs_f64() * 1000.0);
            index += 1;
        }
        Ok::<_, String>(latencies)
    };
    let all: Result<Vec<Vec<f64>>, String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS)
            .map(|number| {
                scope.spawn({
                    let client = &client;
                    move || client(number)
                })
            })
            .collect();
        // A panic in a client is a panic of the benchmark.
        threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    Ok((started.elapsed().as_secs_f64(), all?.concat()))
}

fn write_lines(path: &Path, lines: impl Iterator<Item = String>) -> Result<(), String> {
    let told = |e: std::io::Error| format!("{}: {e}", path.display());
    let mut out = std::io::BufWriter::new(std::fs::File::create(path).map_err(told)?);
    for line in lines {
        writeln!(out, "{line}").map_err(told)?;
    }
    out.flush().map_err(told)
}
