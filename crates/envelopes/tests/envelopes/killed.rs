//! What was acknowledged of sealed rounds survives `kill -9`: envelopes while they are sent, lists while they are written,
//! shares while they are given, outcomes while they are told.
//!
//! Method: the test starts itself again as a child that does one of these for several rounds at once, while its node seals
//! the journal and runs jobs, and that names on its standard output whatever was acknowledged. In the middle of this it
//! is killed. Then a house is opened on what it left: senders send again what they kept, trustees give again what they
//! made, and everything comes to what was acknowledged and to nothing else. Three kills of each kind always, many with
//! `NIGHTLY=1`.

use crate::house::{Committee, House, code};
use crate::place::Place;
use crate::rounds::{keys, phase};
use crate::told::told_once;
use envelopes::actions::round::round_view;
use envelopes::rules::documents::{Shares, lids};
use envelopes::rules::opening::check_opening;
use envelopes::rules::round::{CLOSING_MS, Phase, SENT_MAX};
use kernel::Instant;
use platform::Fault;
use platform::journal::verify;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Tells the child what to do; nobody else has it.
const TASK: &str = "YILANG_TEST_SEALED_KILLED";
const MARK: &str = "acknowledged ";
const ROUNDS: usize = 4;
const SENDERS: [&str; 4] = ["org-a", "org-b", "org-c", "org-d"];
const HOUR_MS: i64 = 3_600_000;
/// After so long a job that a killed node had taken is taken by another.
const LEASE_OVER_MS: i64 = 6 * 60_000;

/// What a child does until it is killed.
#[derive(Serialize, Deserialize)]
struct Task {
    step: Step,
    folder: PathBuf,
    database: String,
    now_ms: i64,
    rounds: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    Send,
    Close,
    Give,
    Open,
}

#[test]
fn nothing_acknowledged_of_a_sealed_round_is_lost_by_a_kill() {
    let runtime = Runtime::new().unwrap();
    if let Some(task) = std::env::var_os(TASK) {
        let task: Task = serde_json::from_slice(&fs::read(task).unwrap()).unwrap();
        return runtime.block_on(work_until_killed(&task));
    }
    let nightly = std::env::var("NIGHTLY").is_ok_and(|value| value == "1");
    let postgres = std::env::var("YILANG_TEST_POSTGRES").is_ok();
    let kills = match (nightly, postgres) {
        (false, _) => 3,
        (true, false) => 40,
        (true, true) => 15,
    };
    for kill in 0..kills {
        one_story(&runtime, kill);
    }
}

fn one_story(runtime: &Runtime, kill: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut story = runtime.block_on(Story::begin(folder.path()));
    let acknowledged = story.killed(Step::Send, 8 + kill * 37 % 240);
    let wanted = runtime.block_on(story.sent(&acknowledged));
    story.now = story.now.plus_ms(HOUR_MS + CLOSING_MS);
    let acknowledged = story.killed(Step::Close, 1 + kill % (ROUNDS - 1));
    runtime.block_on(story.closed(&acknowledged, &wanted));
    let acknowledged = story.killed(Step::Give, 1 + kill * 3 % (3 * ROUNDS - 1));
    runtime.block_on(story.given(&acknowledged));
    let acknowledged = story.killed(Step::Open, 1 + kill % (ROUNDS - 1));
    runtime.block_on(story.opened(&acknowledged, &wanted));
}

/// What stays when a house is killed, and what its people have.
struct Story {
    place: Place,
    committee: Committee,
    rounds: Vec<String>,
    now: Instant,
}

/// The hash of the envelope that counts, by round and sender.
type Wanted = BTreeMap<(String, String), String>;

impl Story {
    async fn begin(folder: &Path) -> Story {
        let (place, now) = (Place::fresh(folder), testkit::beginning());
        let house = place.open(now).await;
        let committee = house.committee().await;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(house.round(&committee.id).await);
        }
        Story { place, committee, rounds, now }
    }

    /// Lets a child work until it has acknowledged so much; gives all that it said.
    fn killed(&self, step: Step, kill_at: usize) -> BTreeSet<Vec<String>> {
        let task = self.place.folder().join("task.json");
        let (folder, database) = (self.place.folder().to_owned(), self.place.address());
        let (now_ms, rounds) = (self.now.ms(), self.rounds.clone());
        fs::write(&task, serde_json::to_vec(&Task { step, folder, database, now_ms, rounds }).unwrap()).unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::nothing_acknowledged_of_a_sealed_round_is_lost_by_a_kill", "--nocapture"])
            .env(TASK, task)
            .stdout(Stdio::piped())
            .spawn();
        let mut child = Killed(child.unwrap());
        let mut said = BTreeSet::new();
        for line in BufReader::new(child.0.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((_, words)) = line.rsplit_once(MARK) {
                said.insert(words.split(' ').map(str::to_owned).collect());
                if said.len() == kill_at {
                    // What it has said by then is still read, to the end.
                    child.0.kill().unwrap();
                }
            }
        }
        child.0.wait().unwrap();
        assert!(said.len() >= kill_at, "it ended by itself");
        said
    }

    async fn open(&self) -> House {
        self.place.open(self.now).await
    }

    /// Every sender sends again what it has kept: what was acknowledged has the receipt that was given, the rest is
    /// taken now. The last of each sender counts.
    async fn sent(&self, acknowledged: &BTreeSet<Vec<String>>) -> Wanted {
        let house = self.open().await;
        let (mut wanted, mut found) = (Wanted::new(), BTreeSet::new());
        for round in &self.rounds {
            for sender in SENDERS {
                for n in 0..SENT_MAX {
                    let Ok(bytes) = fs::read(kept(self.place.folder(), round, sender, n)) else { break };
                    let sent = house.send(round, sender, bytes).await.expect("it has a receipt, or gets one");
                    found.insert(receipt(round, sender, n, &sent));
                    wanted.insert((round.clone(), sender.to_owned()), sent.hash);
                }
            }
        }
        assert!(acknowledged.is_subset(&found), "{:?}", acknowledged.difference(&found).collect::<Vec<_>>());
        verified(&house).await;
        wanted
    }

    /// Each list is there once, and its root covers exactly what counts.
    async fn closed(&mut self, acknowledged: &BTreeSet<Vec<String>>, wanted: &Wanted) {
        self.now = self.now.plus_ms(LEASE_OVER_MS);
        let house = self.open().await;
        for words in acknowledged {
            let kinds = house.journal("round", &words[0]).await;
            let written = kinds.iter().any(|(kind, _)| kind == "round.closed");
            assert!(written, "the list of {} was seen", words[0]);
        }
        house.0.settle().await;
        for round in &self.rounds {
            let opening = house.opening(round).await;
            let hashes = lids(&opening).unwrap().iter().map(|lid| crate::house::hex(&lid.hash())).collect::<Vec<_>>();
            let (unique, count) = (hashes.iter().cloned().collect::<BTreeSet<_>>(), hashes.len());
            assert_eq!((&unique, unique.len()), (&of_round(wanted, round), count), "exactly what counts");
            check_opening(&opening, &keys(&house).await, self.now).expect("the root in the journal covers it");
            for secret in &self.committee.secrets {
                let shares = house.shares(&opening, secret);
                let path = made(self.place.folder(), round, shares.seat);
                fs::write(path, serde_json::to_vec(&shares).unwrap()).unwrap();
            }
        }
        verified(&house).await;
    }

    /// Every trustee gives again what he made: whose shares were acknowledged has given, the others give now.
    async fn given(&self, acknowledged: &BTreeSet<Vec<String>>) {
        let house = self.open().await;
        for words in acknowledged {
            let view = round_view(house.app(), &house.visitor(), &words[0]).await.unwrap();
            let seat = view.seats.iter().find(|seat| seat.number.to_string() == words[1]).unwrap();
            assert!(seat.given_ms.is_some(), "seat {} of {} has given", words[1], words[0]);
        }
        for round in &self.rounds {
            for secret in &self.committee.secrets {
                give(&house, self.place.folder(), round, secret.seat().into()).await;
            }
        }
        verified(&house).await;
    }

    /// Each round is opened, each envelope was told once, and in it is what its sender had sealed.
    async fn opened(&mut self, acknowledged: &BTreeSet<Vec<String>>, wanted: &Wanted) {
        self.now = self.now.plus_ms(LEASE_OVER_MS);
        let house = self.open().await;
        for words in acknowledged {
            assert_eq!(phase(&house, &words[0]).await, Phase::Opened, "{} was seen opened", words[0]);
        }
        house.0.settle().await;
        for round in &self.rounds {
            let opened = told_once(&house, round).await;
            let hashes = opened.iter().map(|one| one.envelope.hash.clone()).collect();
            assert_eq!(of_round(wanted, round), hashes);
            for one in opened {
                let sender = &one.envelope.organisation;
                let price = one.manifest.expect("it opens").fields["price"].clone();
                assert_eq!(Some(&*one.envelope.hash), wanted.get(&(round.clone(), sender.clone())).map(String::as_str));
                let n = (0..SENT_MAX).take_while(|n| kept(self.place.folder(), round, sender, *n).exists()).count();
                assert_eq!(price, price_of(sender, i64::try_from(n).unwrap() - 1), "the last that {sender} sealed");
            }
        }
        verified(&house).await;
        house.0.finish().await;
    }
}

/// Gone when the test ends, whatever it meets.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn of_round(wanted: &Wanted, round: &str) -> BTreeSet<String> {
    wanted.iter().filter(|((of, _), _)| of == round).map(|(_, hash)| hash.clone()).collect()
}

async fn verified(house: &House) {
    let report = verify::verify(house.app().db(), None).await.expect("the journal is read");
    assert_eq!(report.problems, Vec::<String>::new());
}

/// Where a sender keeps an envelope before it is sent.
fn kept(folder: &Path, round: &str, sender: &str, n: i64) -> PathBuf {
    folder.join(format!("{round}.{sender}.{n}.ylse"))
}

/// Where a trustee keeps shares before they are given.
fn made(folder: &Path, round: &str, seat: i64) -> PathBuf {
    folder.join(format!("{round}.{seat}.shares"))
}

fn price_of(sender: &str, n: i64) -> String {
    format!("{n} of {sender}")
}

/// A receipt in words.
fn receipt(round: &str, sender: &str, n: i64, sent: &envelopes::actions::envelope::Sent) -> Vec<String> {
    [round, sender, &n.to_string(), &sent.done.entry.to_string(), &sent.hash].map(str::to_owned).to_vec()
}

fn acknowledge(words: &[String]) {
    println!("{MARK}{}", words.join(" "));
}

/// Gives a seat's shares, unless it has given.
async fn give(house: &House, folder: &Path, round: &str, seat: i64) {
    let shares: Shares = serde_json::from_slice(&fs::read(made(folder, round, seat)).unwrap()).unwrap();
    let outcome = insisted(|| house.give(&shares)).await;
    assert!(outcome.is_ok() || code(outcome) == "share-given");
}

/// Asks again as long as others are faster.
pub async fn insisted<T, F: Future<Output = Result<T, Fault>>>(ask: impl Fn() -> F) -> Result<T, Fault> {
    loop {
        match ask().await {
            Err(fault) if fault.to_refusal().code == "busy" => {}
            outcome => return outcome,
        }
    }
}

/// The child's life.
async fn work_until_killed(task: &Task) {
    let place = Place::named(&task.folder, &task.database);
    let house = Arc::new(place.open(Instant::from_ms(task.now_ms)).await);
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    if task.step != Step::Give {
        // Shares are given while nothing is opened, so that a kill leaves rounds with one, two and three.
        tokio::spawn(platform::follower::run(house.app().clone(), stopped));
    }
    let mut work = Vec::new();
    for round in &task.rounds {
        let (house, folder, round) = (house.clone(), task.folder.clone(), round.clone());
        match task.step {
            Step::Send => {
                work.extend(
                    SENDERS.map(|sender| tokio::spawn(send(house.clone(), folder.clone(), round.clone(), sender))),
                );
            }
            Step::Close => work.push(tokio::spawn(look(house, round, Phase::Sharing))),
            Step::Give => work.extend((1..=3).map(|seat| {
                let (house, folder, round) = (house.clone(), folder.clone(), round.clone());
                tokio::spawn(async move {
                    give(&house, &folder, &round, seat).await;
                    acknowledge(&[round, seat.to_string()]);
                })
            })),
            Step::Open => work.push(tokio::spawn(look(house, round, Phase::Opened))),
        }
    }
    for work in work {
        work.await.unwrap();
    }
}

/// A sender who changes its mind as often as it may. Each envelope is kept before it is sent.
async fn send(house: Arc<House>, folder: PathBuf, round: String, sender: &'static str) {
    for n in 0..SENT_MAX {
        let bytes = house.sealed(&round, sender, &price_of(sender, n)).await;
        let path = kept(&folder, &round, sender, n);
        fs::write(path.with_extension("part"), &bytes).unwrap();
        fs::rename(path.with_extension("part"), path).unwrap();
        let sent = insisted(|| house.send(&round, sender, bytes.clone())).await.unwrap();
        acknowledge(&receipt(&round, sender, n, &sent));
    }
}

/// Looks at a round until it stands where it is waited for.
async fn look(house: Arc<House>, round: String, wanted: Phase) {
    loop {
        let view = insisted(|| async { round_view(house.app(), &house.visitor(), &round).await }).await.unwrap();
        if view.phase == wanted {
            break acknowledge(&[round]);
        }
        tokio::task::yield_now().await;
    }
}
