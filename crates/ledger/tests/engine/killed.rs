//! What was acknowledged survives `kill -9`, happens once, and the whole ledger holds; hledger agrees.
//!
//! Method: the test starts itself again as a child in which many callers move, hold and post money at once, and which
//! names on its standard output every transfer that was acknowledged. In the middle of this it is killed, and its
//! database is opened again. A few rounds always; with `NIGHTLY=1` many.

use crate::books::{Books, OUTSIDE, fen, open, outside};
use ledger::Ask;
use platform::db::DbUrl;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Tells the child where to write; nobody else has it.
const FOLDER: &str = "YILANG_TEST_LEDGER_KILLED";
const CALLERS: usize = 16;
const ACCOUNTS: usize = 10;
/// The child is killed when it has acknowledged so many transfers in the first round, and so many more in each later one.
const ACKNOWLEDGED_MIN: usize = 120;
const ACKNOWLEDGED_MORE: usize = 67;
const MARK: &str = "acknowledged ";

#[test]
fn no_acknowledged_transfer_is_lost_or_happens_twice_after_a_kill() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(folder) = std::env::var_os(FOLDER) {
        let url = DbUrl::parse(&folder.to_string_lossy()).unwrap();
        return runtime.block_on(move_until_killed(&url));
    }
    let nightly = std::env::var("NIGHTLY").is_ok_and(|value| value == "1");
    for round in 0..if nightly { 40 } else { 2 } {
        let folder = tempfile::tempdir().unwrap();
        let url = testkit::fresh_database(folder.path());
        let acknowledged = move_and_kill(&url, ACKNOWLEDGED_MIN + round * ACKNOWLEDGED_MORE);
        runtime.block_on(read_again(&url, &acknowledged));
    }
}

/// What the child said before it was killed.
fn move_and_kill(url: &DbUrl, kill_at: usize) -> BTreeSet<(usize, usize)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::no_acknowledged_transfer_is_lost_or_happens_twice_after_a_kill", "--nocapture"])
        .env(FOLDER, address(url))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BTreeSet::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some((caller, n)) = line.rsplit_once(MARK).and_then(|(_, words)| words.split_once(' ')) {
            said.insert((caller.parse().unwrap(), n.parse().unwrap()));
        }
        if said.len() == kill_at {
            // What it has said by then is still read, to the end.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(said.len() >= kill_at);
    said
}

fn address(url: &DbUrl) -> String {
    match url {
        DbUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DbUrl::Postgres { url, schema } => format!("{url}{}schema={schema}", if url.contains('?') { '&' } else { '?' }),
    }
}

async fn read_again(url: &DbUrl, acknowledged: &BTreeSet<(usize, usize)>) {
    let books = Books::on(open(url).await.unwrap());
    let before = books.holds().await;
    let mut answered = 0;
    for (caller, n) in acknowledged {
        let asks = asks(*caller, *n);
        answered += asks.len() as u64;
        let made =
            books.transfer(asks).await.unwrap_or_else(|fault| panic!("{caller} {n} was acknowledged: {fault:?}"));
        assert_eq!(made[0].created_at, books.now);
    }
    let after = books.holds().await;
    assert_eq!(after.transfers, before.transfers, "asked for again, what was acknowledged is only answered");
    assert!(before.transfers >= answered);
    crate::judged::hledger_agrees(&books.db).await;
}

async fn move_until_killed(url: &DbUrl) {
    let books = Books::on(open(url).await.unwrap());
    books.open_account(outside(OUTSIDE)).await.unwrap();
    for n in 0..ACCOUNTS {
        books.funded(&format!("c{n}"), 1_000_000).await;
    }
    let books = Arc::new(books);
    let callers = (0..CALLERS).map(|caller| {
        let books = books.clone();
        tokio::spawn(async move {
            for n in 0.. {
                loop {
                    match books.transfer(asks(caller, n)).await {
                        Ok(_) => break println!("{MARK}{caller} {n}"),
                        Err(fault) if fault.to_refusal().code == "busy" => {}
                        Err(fault) => panic!("{fault:?}"),
                    }
                }
            }
        })
    });
    futures_util::future::join_all(callers).await;
}

/// What a caller asks for the n-th time: it moves, it holds, it posts in part what it held, and it moves two things at once.
fn asks(caller: usize, n: usize) -> Vec<Ask> {
    let account = |shift: usize| format!("c{}", (caller + n / 4 + shift) % ACCOUNTS);
    let id = |n: usize| format!("t:{caller}:{n}");
    match n % 4 {
        0 => vec![Ask::plain(id(n), "test", account(0), account(1), fen(3))],
        1 => vec![Ask::pending(id(n), "test", account(0), account(2), fen(10), None)],
        2 => vec![Ask::post(id(n), "test", id(n - 1), Some(fen(4)))],
        _ => vec![
            Ask::plain(id(n), "test", account(1), OUTSIDE, fen(2)),
            Ask::plain(format!("{}:b", id(n)), "test", OUTSIDE, account(0), fen(2)),
        ],
    }
}
