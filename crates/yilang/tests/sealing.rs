//! `yilang trustee`, `seal`, `open` and `sealing`, each run as a person at a terminal runs it: three trustees who share
//! nothing but files.

use envelopes::rules::documents::{CLOSED, Closing, ClosingData, OBJECT, OPENING, Opening};
use envelopes::rules::documents::{ROUND, RoundFile, SHARES, Shares};
use proof::note::{Checkpoint, SecretKey, Signs};
use sealing::ceremony::{Acceptance, Deal, Plan, Registration, Transcript};
use sealing::envelope::Envelope;
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ORIGIN: &str = "rounds.example/log";
const COMMITTEE: &str = "committee1";
const ROUND_ID: &str = "round1";
const RULES: &str = "第一条 一轮密封报价。";
/// Long past on every clock.
const CLOSED_MS: i64 = 1_700_000_000_000;

struct Desk {
    folder: tempfile::TempDir,
    log: SecretKey,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("passphrase"), "a long passphrase of this test\n").unwrap();
    Desk { folder, log: SecretKey::new(ORIGIN, Signs::Log, &[7; 32]).unwrap() }
}

impl Desk {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program; words that begin with `@` are files on this desk.
    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yilang"));
        for word in words {
            match word.strip_prefix('@') {
                Some(file) => command.arg(self.path(file)),
                None => command.arg(word),
            };
        }
        command.env_remove("YILANG_DATABASE").env_remove("YILANG_DATA").output().expect("the binary runs")
    }

    fn done(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Insists on a refusal in both languages with this code.
    fn refused(&self, words: &[&str], code: &str) {
        let output = self.run(words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert!(said.contains(code), "{words:?} says {said}, not {code}");
        assert!(said.contains('。'), "both languages: {said}");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn init(&self, seat: usize) {
        let (number, name) = (seat.to_string(), format!("示例第{seat}席"));
        let (key, out) = (format!("@{seat}.key"), format!("@registration-{seat}"));
        self.done(&[
            "trustee",
            "init",
            "--origin",
            ORIGIN,
            "--committee",
            COMMITTEE,
            "--seat",
            &number,
            "--name",
            &name,
            "--vkey",
            &self.log.public().text(),
            "--key",
            &key,
            "--out",
            &out,
            "--passphrase-file",
            "@passphrase",
        ]);
    }

    fn as_trustee(&self, command: &str, seat: usize, file: &str, out: &str) {
        let (key, file, out) = (format!("@{seat}.key"), format!("@{file}"), format!("@{out}"));
        self.done(&["trustee", command, &file, "--key", &key, "--out", &out, "--passphrase-file", "@passphrase"]);
    }

    /// A whole ceremony; what the server would do between the trustees is done here.
    fn ceremony(&self) -> Transcript {
        (1..=3).for_each(|seat| self.init(seat));
        let registrations: Vec<Registration> =
            (1..=3).map(|seat| Registration::parse(&self.read(&format!("registration-{seat}"))).unwrap()).collect();
        let plan = Plan::new(ORIGIN, COMMITTEE, 2, &registrations).unwrap();
        fs::write(self.path("plan"), plan.to_json()).unwrap();
        (1..=3).for_each(|seat| self.as_trustee("deal", seat, "plan", &format!("deal-{seat}")));
        let deals = (1..=3).map(|seat| Deal::parse(&plan, &self.read(&format!("deal-{seat}"))).unwrap()).collect();
        let mut transcript = Transcript::new(plan, deals).unwrap();
        fs::write(self.path("transcript"), transcript.to_json()).unwrap();
        for seat in 1..=3 {
            self.as_trustee("accept", seat, "transcript", &format!("answer-{seat}"));
            let acceptance = Acceptance::parse(&transcript, &self.read(&format!("answer-{seat}"))).unwrap();
            transcript.accept(acceptance).unwrap();
        }
        fs::write(self.path("transcript"), transcript.to_json()).unwrap();
        transcript
    }

    /// Seals an envelope for a sender of the round.
    fn seal(&self, transcript: &Transcript, sender: &str, price: &str) -> Envelope {
        let head = json!({
            "key": hex::encode(transcript.key().unwrap().bytes()), "origin": ORIGIN, "round": ROUND_ID,
            "committee": COMMITTEE, "rules": rules_hash(), "closes": CLOSED_MS, "sender": sender
        });
        fs::write(self.path("head"), head.to_string()).unwrap();
        fs::write(self.path("document.txt"), format!("报价 {price} 元\n")).unwrap();
        let (out, price) = (format!("@{sender}.ylse"), format!("price={price}"));
        let hash =
            self.done(&["seal", "--round", "@head", "--field", &price, "--file", "@document.txt", "--out", &out]);
        let envelope = Envelope::parse(&self.read(&out[1..])).unwrap();
        assert_eq!(hash.trim(), hex::encode(envelope.hash()));
        envelope
    }

    /// The opening file of a round with these envelopes, whose closing is the one entry of a journal.
    fn opening(&self, transcript: &Transcript, envelopes: &[Envelope]) -> Opening {
        let hashes: Vec<[u8; 32]> = envelopes.iter().map(Envelope::hash).collect();
        let root = hex::encode(sealing::list::root(&hashes));
        let count = i64::try_from(envelopes.len()).unwrap();
        let data = ClosingData { committee: COMMITTEE.into(), closes_ms: CLOSED_MS, count, root: root.clone() };
        let data = serde_json::to_string(&data).unwrap();
        let leaf = json!({ "kind": CLOSED, "object": [OBJECT, ROUND_ID], "data": data }).to_string();
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 1, root: proof::leaf::hash(leaf.as_bytes()) };
        let checkpoint = self.log.sign(&checkpoint.text()).unwrap();
        Opening {
            format: OPENING.into(),
            origin: ORIGIN.into(),
            round: ROUND_ID.into(),
            title: "示例：密封报价".into(),
            rules_sha256: rules_hash(),
            closes_ms: CLOSED_MS,
            opens_by_ms: CLOSED_MS + 86_400_000,
            committee: COMMITTEE.into(),
            key: hex::encode(transcript.key().unwrap().bytes()),
            transcript: serde_json::from_slice(&transcript.to_json()).unwrap(),
            root,
            lids: envelopes.iter().map(|envelope| hex::encode(envelope.lid().bytes())).collect(),
            closing: Closing { entry: 1, leaf, index: 0, hashes: Vec::new(), checkpoint },
        }
    }

    fn write(&self, name: &str, file: &impl serde::Serialize) {
        fs::write(self.path(name), serde_json::to_vec(file).unwrap()).unwrap();
    }
}

fn rules_hash() -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(RULES.as_bytes()))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn three_trustees_open_what_was_sealed_and_two_files_of_one_do_not() {
    let desk = desk();
    let transcript = desk.ceremony();
    for seat in 1..=3 {
        assert_eq!(mode(&desk.path(&format!("{seat}.key"))), 0o600, "only its owner reads a key file");
    }
    let verified = desk.done(&["sealing", "verify", "@transcript"]);
    assert!(verified.contains(&hex::encode(transcript.key().unwrap().bytes())), "{verified}");
    let envelopes = [desk.seal(&transcript, "sender-a", "100"), desk.seal(&transcript, "sender-b", "90")];
    let opening = desk.opening(&transcript, &envelopes);
    desk.write("opening", &opening);
    for seat in 1..=3 {
        desk.as_trustee("share", seat, "opening", &format!("shares-{seat}"));
    }
    let open = |shares: &[&str]| {
        let mut words = vec!["open", "--round", "@opening", "--envelope", "@sender-b.ylse", "--out", "@opened"];
        shares.iter().for_each(|file| words.extend(["--shares", *file]));
        words.into_iter().map(str::to_owned).collect::<Vec<String>>()
    };
    let words = open(&["@shares-1", "@shares-3"]);
    let told = desk.done(&words.iter().map(String::as_str).collect::<Vec<&str>>());
    let told: serde_json::Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}"));
    assert_eq!((&told["fields"]["price"], &told["files"][0]["name"]), (&json!("90"), &json!("document.txt")));
    let saved = desk.path("opened").join(told["files"][0]["saved"].as_str().unwrap());
    assert_eq!(fs::read_to_string(saved).unwrap(), "报价 90 元\n");
    for (few, code) in [(&["@shares-2"][..], "shares-few"), (&["@shares-2", "@shares-2"], "share-twice")] {
        let words = open(few);
        desk.refused(&words.iter().map(String::as_str).collect::<Vec<&str>>(), code);
    }
    let shares = [1, 3].map(|seat| documents_shares(&desk.read(&format!("shares-{seat}"))));
    let round =
        RoundFile { format: ROUND.into(), opening, rules: RULES.into(), shares: shares.into(), outcomes: Vec::new() };
    desk.write("round", &round);
    let verified = desk.done(&["sealing", "verify", "@round", "--vkey", &desk.log.public().text()]);
    assert!(verified.contains("[1, 3] / 2") && verified.contains("已核对"), "{verified}");
    let mut other = round;
    other.rules.push('。');
    desk.write("round", &other);
    desk.refused(&["sealing", "verify", "@round"], "rules-digest");
}

fn documents_shares(bytes: &[u8]) -> Shares {
    envelopes::rules::documents::read(bytes, SHARES).unwrap()
}

#[test]
fn a_trustee_gives_no_share_for_what_he_cannot_check() {
    let desk = desk();
    let transcript = desk.ceremony();
    let envelopes = [desk.seal(&transcript, "sender-a", "100"), desk.seal(&transcript, "sender-b", "90")];
    let good = desk.opening(&transcript, &envelopes);
    let share = ["trustee", "share", "@opening", "--key", "@1.key", "--passphrase-file", "@passphrase"];
    let refused = |change: &dyn Fn(&mut Opening), code: &str| {
        let mut opening = good.clone();
        change(&mut opening);
        desk.write("opening", &opening);
        desk.refused(&share, code);
    };
    refused(&|opening| opening.closes_ms = i64::MAX / 1_000, "opening-early");
    refused(&|opening| opening.lids.swap(0, 1), "opening-root");
    refused(&|opening| _ = opening.lids.pop(), "opening-journal");
    refused(
        &|opening| opening.closing.leaf = opening.closing.leaf.replace("round.closed", "round.begun"),
        "opening-journal",
    );
    refused(&|opening| opening.key = "00".repeat(32), "opening-committee");
    refused(&|opening| opening.format = SHARES.into(), "document-format");
    let stranger = SecretKey::new(ORIGIN, Signs::Log, &[8; 32]).unwrap().public().text();
    desk.write("opening", &good);
    desk.refused(&[&share[..], &["--vkey", &stranger]].concat(), "opening-journal");
    desk.refused(&[&share[..], &["--vkey", "nothing"]].concat(), "log-key");
    fs::write(desk.path("wrong"), "another passphrase\n").unwrap();
    desk.refused(
        &["trustee", "share", "@opening", "--key", "@1.key", "--passphrase-file", "@wrong"],
        "trustee-passphrase",
    );
    fs::remove_file(desk.path("1.key.log")).unwrap();
    desk.refused(&share, "log-key-missing");
}

#[test]
fn a_key_file_is_never_overwritten_and_never_taken_for_a_public_file() {
    let desk = desk();
    desk.init(1);
    let before = desk.read("1.key");
    let again = [
        "trustee",
        "init",
        "--origin",
        ORIGIN,
        "--committee",
        COMMITTEE,
        "--seat",
        "1",
        "--name",
        "示例第1席",
        "--key",
        "@1.key",
        "--passphrase-file",
        "@passphrase",
    ];
    desk.refused(&again, "key-exists");
    assert_eq!(desk.read("1.key"), before);
    desk.refused(&["sealing", "verify", "@1.key"], "trustee-secret-refused");
    desk.refused(&["sealing", "verify", "@nothing"], "file-unreadable");
    fs::write(desk.path("short"), "short\n").unwrap();
    let short = [
        "trustee",
        "init",
        "--origin",
        ORIGIN,
        "--committee",
        COMMITTEE,
        "--seat",
        "1",
        "--name",
        "示例第1席",
        "--key",
        "@2.key",
        "--passphrase-file",
        "@short",
    ];
    desk.refused(&short, "trustee-passphrase-short");
    assert!(!desk.path("2.key").exists());
    let output = desk.run(&["trustee", "deal", "@1.key", "--key", "@1.key"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(desk.run(&["trustee", "fly"]).status.code(), Some(2));
}

#[test]
fn what_cannot_be_sealed_is_refused() {
    let desk = desk();
    let transcript = desk.ceremony();
    desk.seal(&transcript, "sender-a", "100");
    let seal = |more: &[&'static str]| [&["seal", "--round", "@head", "--out", "@new.ylse"], more].concat();
    desk.refused(&seal(&["--field", "price"]), "field-shape");
    desk.refused(&seal(&["--field", "price=1", "--field", "price=2"]), "field-twice");
    fs::write(desk.path("program.bin"), [0, 1, 2, 3]).unwrap();
    desk.refused(&seal(&["--file", "@program.bin"]), "strip-type");
    desk.refused(&["seal", "--round", "@head", "--out", "@sender-a.ylse"], "envelope-exists");
    desk.refused(&["seal", "--round", "@transcript", "--out", "@new.ylse"], "json");
}
