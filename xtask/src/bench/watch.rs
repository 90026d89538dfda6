//! Suite `watch`: an entry on its way to thousands of open pages.
//!
//! The watchers live in this process, bound to one processor; the server may use all. What counts is the time from the answer
//! to the one who acted until the last watcher has the news.

use super::program::{self, Answer, Server, get_as, post, resident_mib};
use super::report::{Figures, Row, Section};
use super::suites::Bench;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// Pages that are open at the same time.
const WATCHERS: u64 = 10_000;
/// Entries in a round.
const ENTRIES: usize = 20;
/// Connections that are being opened at the same time.
const OPENING: usize = 64;
/// How long the last watcher is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Measures.
///
/// # Errors
/// A sentence when a server does not answer or a watcher hears nothing.
pub fn measure(bench: &Bench<'_>) -> Result<Section, String> {
    let mut section = Section {
        name: "watch",
        title: "Open pages: an entry reaches its watchers",
        method: format!(
            "{WATCHERS} open streams from one other process, bound to one processor; {} rounds of {ENTRIES} entries, one a second. \
             From the answer to the one who acted until the last watcher has it. The peer is a plain Node event server that keeps \
             nothing and tells at once; ours writes durably, seals, and gathers into two frames a second.",
            bench.rounds
        ),
        rows: Vec::new(),
        skipped: Vec::new(),
    };
    if open_files_max() < WATCHERS + 200 {
        section.skipped.push(format!("open pages: a process may open only {} files", open_files_max()));
        return Ok(section);
    }
    bind_to_one_processor();
    let program = program::build(bench.root)?;
    let server = Server::start(&program, &bench.scratch.join("data"), &["--demo"])?;
    let ours = House::enter(server.address.clone())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| format!("bench watch: {e}"))?;
    let before = server.resident_mib();
    let (mut last, mut memory) = (Figures::default(), Figures::default());
    for _ in 0..bench.rounds {
        let round = runtime.block_on(round(&server.address, |number| ours.act(number), || server.resident_mib()))?;
        last.0.push(round.0);
        memory.0.push(round.1);
    }
    drop(server);
    let (mut peer_last, mut peer_memory) = (Figures::default(), Figures::default());
    match Peer::start(bench) {
        Err(reason) => section.skipped.push(reason),
        Ok(peer) => {
            for _ in 0..bench.rounds {
                let round =
                    runtime.block_on(round(&peer.address, |number| peer.act(number), || peer.resident_mib()))?;
                peer_last.0.push(round.0);
                peer_memory.0.push(round.1);
            }
        }
    }
    let row = |what: &str, ours, theirs: Figures, demand| Row {
        what: what.to_owned(),
        ours,
        peer: (if theirs.0.is_empty() { String::new() } else { "Node's http".to_owned() }, theirs),
        more_is_better: false,
        demand,
    };
    section.rows.push(row("the last watcher, slowest of the entries, ms", last, peer_last, "≤ 1,000 ms (p99)"));
    section.rows.push(row("resident memory with all watchers, MiB", memory, peer_memory, "≤ 1,024 MiB"));
    section.method.push_str(&format!(" Our server had {before:.0} MiB before the first watcher."));
    Ok(section)
}

/// Opens all streams, acts again and again; the slowest time in ms, and the memory while all are open.
async fn round(
    address: &str,
    act: impl Fn(u64) -> Result<(), String>,
    memory_mib: impl Fn() -> f64,
) -> Result<(f64, f64), String> {
    let heard = Arc::new(AtomicU64::new(0));
    let opening = Arc::new(Semaphore::new(OPENING));
    let open = Arc::new(AtomicU64::new(0));
    let mut watchers = Vec::new();
    for _ in 0..WATCHERS {
        let permit = opening.clone().acquire_owned().await.map_err(|e| e.to_string())?;
        let (address, heard, open) = (address.to_owned(), heard.clone(), open.clone());
        watchers.push(tokio::spawn(async move {
            let watched = watch(&address, &heard, &open, permit).await;
            watched.unwrap_or_else(|error| eprintln!("bench watch: a watcher lost its stream: {error}"));
        }));
    }
    reached(&open, WATCHERS, "could open its stream").await?;
    let memory = memory_mib();
    let mut slowest = Duration::ZERO;
    for number in 1..=ENTRIES as u64 {
        act(number)?;
        let answered = Instant::now();
        reached(&heard, number * WATCHERS, "has heard").await?;
        slowest = slowest.max(answered.elapsed());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    watchers.iter().for_each(tokio::task::JoinHandle::abort);
    Ok((slowest.as_secs_f64() * 1000.0, memory))
}

async fn reached(count: &AtomicU64, wanted: u64, what: &str) -> Result<(), String> {
    let begun = Instant::now();
    while count.load(Ordering::Relaxed) < wanted {
        if begun.elapsed() > PATIENCE {
            return Err(format!("bench watch: only {} of {wanted} {what}", count.load(Ordering::Relaxed)));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// Holds one stream open and counts the events it carries.
async fn watch(
    address: &str,
    heard: &AtomicU64,
    open: &AtomicU64,
    permit: tokio::sync::OwnedSemaphorePermit,
) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("GET /live HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).await?;
    let mut piece = [0; 4096];
    let size = stream.read(&mut piece).await?;
    assert!(piece[..size].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&piece[..size]));
    open.fetch_add(1, Ordering::Relaxed);
    drop(permit);
    loop {
        let size = stream.read(&mut piece).await?;
        if size == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let events = piece[..size].windows(14).filter(|bytes| bytes == b"event: message").count();
        heard.fetch_add(events as u64, Ordering::Relaxed);
    }
}

/// A running demo, entered as the firm of the demo.
struct House {
    address: String,
    secret: String,
    organisation: serde_json::Value,
}

impl House {
    fn enter(address: String) -> Result<House, String> {
        let form = "login=enterprise&password=yilang-demo-2026&next=%2Fdesk";
        let kind = ["Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin"];
        let Answer { cookie, .. } = told(post(&address, "/sign-in", &kind, form))?;
        let cookie = format!("Cookie: {}", cookie.ok_or("bench watch: signing in gave no cookie")?);
        let wanted = r#"{"name":"bench","scopes":["read","write"],"days":1}"#;
        let kind = ["Content-Type: application/json", "Sec-Fetch-Site: same-origin", &cookie];
        let token: serde_json::Value = json(told(post(&address, "/api/v1/tokens", &kind, wanted))?)?;
        let secret = token["secret"].as_str().ok_or("bench watch: no token")?.to_owned();
        let me: serde_json::Value = json(told(get_as(&address, "/api/v1/me", &secret))?)?;
        let id = me["organisations"][0]["id"].as_str().ok_or("bench watch: the demo's firm has no organisation")?;
        let organisation = json(told(get_as(&address, &format!("/api/v1/organisations/{id}"), &secret))?)?;
        Ok(House { address, secret, organisation })
    }

    /// Changes the firm's record, which is a public entry.
    fn act(&self, number: u64) -> Result<(), String> {
        let was = &self.organisation;
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let body = serde_json::json!({
            "name": text(&was["name"]), "name_en": text(&was["name_en"]), "kind": text(&was["kind"]),
            "city": text(&was["city"]["adcode"]), "uscc": text(&was["uscc"]),
            "profile": format!("{} {number}", std::process::id()),
        });
        let path = format!("/api/v1/organisations/{}/versions", was["id"].as_str().unwrap_or_default());
        let bearer = format!("Authorization: Bearer {}", self.secret);
        let answer = told(post(&self.address, &path, &["Content-Type: application/json", &bearer], &body.to_string()))?;
        if answer.status != 201 {
            return Err(format!("bench watch: {path}: {}", String::from_utf8_lossy(&answer.body)));
        }
        Ok(())
    }
}

fn told(answer: std::io::Result<Answer>) -> Result<Answer, String> {
    answer.map_err(|error| format!("bench watch: {error}"))
}

fn json(answer: Answer) -> Result<serde_json::Value, String> {
    serde_json::from_slice(&answer.body)
        .map_err(|error| format!("bench watch: {error}: {}", String::from_utf8_lossy(&answer.body)))
}

/// The ordinary event server; stopped when dropped.
struct Peer {
    child: Child,
    address: String,
}

impl Peer {
    fn start(bench: &Bench<'_>) -> Result<Peer, String> {
        let failed = |error: std::io::Error| format!("the peer: node could not be started: {error}");
        let script = bench.root.join("xtask/src/bench/peers/watch.mjs");
        let mut child = Command::new("node").arg(script).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(failed)?;
        }
        Ok(Peer { child, address: line.trim().to_owned() })
    }

    fn act(&self, number: u64) -> Result<(), String> {
        let news = format!(r#"{{"kind":"organisation.edited","object":"organisation","id":"{number}"}}"#);
        told(post(&self.address, "/", &[], &news)).map(drop)
    }

    fn resident_mib(&self) -> f64 {
        resident_mib(self.child.id())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn open_files_max() -> u64 {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Leaves the other processors to the server; where that cannot be, the figures are worse, not better.
fn bind_to_one_processor() {
    let _ = Command::new("taskset").args(["-apc", "1", &std::process::id().to_string()]).output();
}
