//! A witness on loopback: what it signs, what it refuses, what it remembers.

use proof::note::{Checkpoint, PublicKey, SecretKey, Signs};
use proof::tree::{self, Question, Tiles};
use proof::witness::{ADD_CHECKPOINT, SIZE_TYPE, Submission, cosignature};
use proof::{Digest, leaf};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use witness::{OpenError, Witness, server};

const ORIGIN: &str = "log.example/1";
const NOW_S: u64 = 1_800_000_000;

fn log_key(seed: u8) -> SecretKey {
    SecretKey::new(ORIGIN, Signs::Log, &[seed; 32]).unwrap()
}

/// The tree of so many leaves, of one history or of another that parts from it after two leaves.
fn tiles(size: u64, history: &str) -> Tiles {
    let name = |n| if n < 2 { format!("{n}") } else { format!("{n}{history}") };
    let leaves: Vec<Digest> = (0..size).map(|n| leaf::hash(name(n).as_bytes())).collect();
    let mut tiles = Tiles::default();
    tiles.append(0, &leaves).unwrap();
    tiles
}

fn checkpoint(size: u64, history: &str) -> Checkpoint {
    let root = if size == 0 { tree::EMPTY_ROOT } else { tree::root(size, &tiles(size, history)).unwrap() };
    Checkpoint { origin: ORIGIN.into(), size, root }
}

fn submission(old: u64, size: u64, history: &str) -> Submission {
    let proof = match old {
        0 => Vec::new(),
        old if old >= size => Vec::new(),
        old => Question::Consistency { from: old, to: size }.answer(&tiles(size, history)).unwrap(),
    };
    Submission { old, proof, note: log_key(1).sign(&checkpoint(size, history).text()).unwrap() }
}

struct Running {
    address: SocketAddr,
    key: PublicKey,
    stop: oneshot::Sender<()>,
    done: tokio::task::JoinHandle<std::io::Result<()>>,
}

async fn start(folder: &Path) -> Running {
    let witness = Arc::new(Witness::open(folder, Some("city.example"), &[log_key(1).public()]).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, key) = (listener.local_addr().unwrap(), witness.public());
    let (stop, stopped) = oneshot::channel();
    let stopped = async {
        let _ = stopped.await;
    };
    Running { address, key, stop, done: tokio::spawn(server::serve(witness, listener, || NOW_S, stopped)) }
}

impl Running {
    async fn stop(self) {
        let _ = self.stop.send(());
        self.done.await.unwrap().unwrap();
    }

    async fn send(&self, submission: &Submission) -> (u16, String) {
        post(self.address, &submission.text()).await
    }

    async fn signs(&self, submission: &Submission) {
        let (status, answer) = self.send(submission).await;
        assert_eq!(status, 200, "{answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let (_, at_s) = cosignature(body, &submission.note, &self.key).unwrap();
        assert_eq!(at_s, NOW_S);
    }

    async fn refuses(&self, submission: &Submission, with: u16) -> String {
        let (status, answer) = self.send(submission).await;
        assert_eq!(status, with, "{answer}");
        answer
    }
}

async fn exchange(address: SocketAddr, request: String) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // An answer may come before everything is sent.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    (answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), answer)
}

async fn post(address: SocketAddr, body: &str) -> (u16, String) {
    let length = body.len();
    exchange(address, format!("POST {ADD_CHECKPOINT} HTTP/1.1\r\nHost: w\r\nContent-Length: {length}\r\n\r\n{body}"))
        .await
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    exchange(address, format!("GET {path} HTTP/1.1\r\nHost: w\r\n\r\n")).await
}

#[tokio::test]
async fn it_signs_what_continues_what_it_has_signed() {
    let folder = tempfile::tempdir().unwrap();
    let witness = start(folder.path()).await;
    for (old, size) in [(0, 3), (3, 3), (3, 700), (700, 701)] {
        witness.signs(&submission(old, size, "")).await;
    }
    let (_, about) = get(witness.address, "/").await;
    assert!(about.contains(&witness.key.text()) && about.contains(&format!("{ORIGIN} 701 /")), "{about}");
    let path = about.rsplit(' ').next().unwrap().trim();
    let (status, kept) = get(witness.address, path).await;
    let kept = kept.split_once("\r\n\r\n").unwrap().1;
    assert_eq!((status, Checkpoint::parse(kept).unwrap()), (200, checkpoint(701, "")));
    assert!(log_key(1).public().check(kept).is_ok() && witness.key.check(kept).is_ok());
    assert_eq!(get(witness.address, "/00/checkpoint").await.0, 404);
    witness.stop().await;
}

#[tokio::test]
async fn whatever_does_not_continue_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let witness = start(folder.path()).await;
    witness.signs(&submission(0, 5, "")).await;
    // Another history under the log's own signature: grown, of the same size, from the start.
    for forked in [submission(5, 9, "b"), submission(5, 5, "b")] {
        witness.refuses(&forked, 422).await;
    }
    // Older, or not from where the witness stands: it says where that is.
    for (old, size, history) in [(0, 9, ""), (0, 9, "b"), (3, 9, ""), (0, 3, ""), (3, 3, "")] {
        let answer = witness.refuses(&submission(old, size, history), 409).await;
        assert!(answer.contains(SIZE_TYPE) && answer.ends_with("\r\n\r\n5\n"), "{answer}");
    }
    witness.refuses(&submission(9, 5, ""), 400).await;
    witness.refuses(&submission(5, 3, ""), 400).await;
    // Without a proof, with that of others, with one too many.
    let honest = submission(5, 9, "");
    for proof in [vec![], vec![[7; 32]], [honest.proof.clone(), vec![[7; 32]]].concat()] {
        witness.refuses(&Submission { proof, ..honest.clone() }, 422).await;
    }
    witness.refuses(&Submission { proof: vec![[7; 32]], ..submission(5, 5, "") }, 422).await;
    let foreign = log_key(2).sign(&checkpoint(9, "").text()).unwrap();
    witness.refuses(&Submission { note: foreign, ..honest.clone() }, 403).await;
    let changed = honest.note.replace("\n9\n", "\n8\n");
    witness.refuses(&Submission { note: changed, ..honest.clone() }, 403).await;
    let elsewhere = SecretKey::new("other.example", Signs::Log, &[1; 32]).unwrap();
    let text = Checkpoint { origin: "other.example".into(), ..checkpoint(9, "") }.text();
    witness.refuses(&Submission { note: elsewhere.sign(&text).unwrap(), ..honest.clone() }, 404).await;
    for bad in ["", "old 5\n", "old 5\n\nlog.example/1\nx\n"] {
        assert_eq!(post(witness.address, bad).await.0, 400, "{bad}");
    }
    assert_eq!(post(witness.address, &"x".repeat(server::BODY_BYTES_MAX + 1)).await.0, 413);
    assert_eq!(get(witness.address, ADD_CHECKPOINT).await.0, 405);
    // After all that it stands where it stood; the log's own signatures on the other history are kept.
    witness.signs(&honest).await;
    assert_eq!(std::fs::read_dir(folder.path().join("evidence")).unwrap().count(), 4);
    witness.stop().await;
}

#[tokio::test]
async fn an_empty_tree_has_one_root() {
    let folder = tempfile::tempdir().unwrap();
    let witness = start(folder.path()).await;
    let other = Checkpoint { root: [7; 32], ..checkpoint(0, "") };
    let note = log_key(1).sign(&other.text()).unwrap();
    witness.refuses(&Submission { note, ..submission(0, 0, "") }, 422).await;
    witness.refuses(&Submission { proof: vec![[7; 32]], ..submission(0, 2, "") }, 422).await;
    witness.signs(&submission(0, 0, "")).await;
    witness.signs(&submission(0, 2, "")).await;
    witness.stop().await;
}

#[tokio::test]
async fn it_remembers_over_a_restart_and_runs_once() {
    let folder = tempfile::tempdir().unwrap();
    let witness = start(folder.path()).await;
    witness.signs(&submission(0, 5, "")).await;
    let second = Witness::open(folder.path(), None, &[log_key(1).public()]);
    assert!(matches!(second, Err(OpenError::InUse(_))));
    let key = witness.key.clone();
    witness.stop().await;
    let witness = start(folder.path()).await;
    assert_eq!(witness.key, key);
    let answer = witness.refuses(&submission(0, 9, "b"), 409).await;
    assert!(answer.ends_with("\n5\n"), "{answer}");
    witness.refuses(&submission(5, 9, "b"), 422).await;
    witness.signs(&submission(5, 9, "")).await;
    witness.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_histories_that_arrive_at_once_one_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let witness = start(folder.path()).await;
    witness.signs(&submission(0, 2, "")).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..12 {
        let (address, history) = (witness.address, ["", "b", "c"][n % 3]);
        tasks.spawn(async move { post(address, &submission(2, 6, history).text()).await.0 });
    }
    let mut signed = 0;
    while let Some(status) = tasks.join_next().await {
        match status.unwrap() {
            200 => signed += 1,
            status => assert_eq!(status, 409),
        }
    }
    assert_eq!(signed, 1);
    witness.stop().await;
}

#[tokio::test]
async fn who_asks_too_much_waits() {
    let folder = tempfile::tempdir().unwrap();
    let witness = start(folder.path()).await;
    let mut last = 200;
    for _ in 0..server::REQUESTS_AT_ONCE * 20 {
        last = get(witness.address, "/").await.0;
        if last != 200 {
            break;
        }
    }
    assert_eq!(last, 429);
    witness.stop().await;
}

#[test]
fn a_witness_that_has_forgotten_or_lies_open_does_not_sign() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let open = || Witness::open(place, None, &[log_key(1).public()]);
    open().unwrap().add(&submission(0, 5, "").text(), 1).unwrap();
    let key = place.join("witness.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(open(), Err(OpenError::Open(_))));
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let kept = std::fs::read_dir(place.join("checkpoints")).unwrap().next().unwrap().unwrap().path();
    let note = std::fs::read_to_string(&kept).unwrap();
    for damaged in ["", &note.replace("\n5\n", "\n4\n"), &note[..note.len() - 9]] {
        std::fs::write(&kept, damaged).unwrap();
        assert!(matches!(open(), Err(OpenError::Damaged { .. })), "{damaged}");
    }
    std::fs::write(&kept, note).unwrap();
    assert!(open().is_ok());
    let own = open().unwrap().public();
    assert!(matches!(Witness::open(place, None, &[own]), Err(OpenError::NotALog(_))));
}

#[test]
fn what_cannot_be_written_is_not_signed() {
    let folder = tempfile::tempdir().unwrap();
    let witness = Witness::open(folder.path(), None, &[log_key(1).public()]).unwrap();
    std::fs::write(folder.path().join("checkpoints"), "a file where the folder should be").unwrap();
    assert!(matches!(witness.add(&submission(0, 5, "").text(), 1), Err(witness::Failed::Unwritten(_))));
    std::fs::remove_file(folder.path().join("checkpoints")).unwrap();
    // It stands where it stood.
    assert!(witness.add(&submission(0, 3, "b").text(), 2).is_ok());
}

#[test]
fn a_log_with_a_new_key_is_the_same_log() {
    let folder = tempfile::tempdir().unwrap();
    Witness::open(folder.path(), None, &[log_key(1).public()]).unwrap().add(&submission(0, 5, "").text(), 1).unwrap();
    let witness = Witness::open(folder.path(), None, &[log_key(1).public(), log_key(2).public()]).unwrap();
    let note = log_key(2).sign(&checkpoint(9, "").text()).unwrap();
    assert!(witness.add(&Submission { note, ..submission(5, 9, "") }.text(), 2).is_ok());
    assert_eq!(witness.origins().collect::<Vec<_>>(), [ORIGIN]);
}
