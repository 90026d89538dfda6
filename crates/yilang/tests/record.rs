//! The commands of the record as an operator and an auditor meet them: what they do, and what they refuse.

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn yilang(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yilang"));
    command.arg("--data").arg(data).args(arguments);
    for variable in ["YILANG_DATABASE", "YILANG_DATA", "YILANG_KEYS", "YILANG_CONFIG", "YILANG_JOURNAL_SM2"] {
        command.env_remove(variable);
    }
    command.output().expect("the binary runs")
}

fn done(data: &Path, arguments: &[&str]) -> String {
    let output = yilang(data, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// It is refused with a code, and with what to do in both languages.
#[track_caller]
fn refused(data: &Path, arguments: &[&str], code: &str) -> String {
    let output = yilang(data, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with(&format!("{code}: ")) && !lines[0].is_ascii(), "{arguments:?}: {said}");
    assert!(
        lines.len() == 2 && lines[1].chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '/'),
        "{said}"
    );
    said
}

/// A house that a backup of somebody was restored into: it has a log with a signed checkpoint, and nobody serves it.
struct House {
    folder: tempfile::TempDir,
}

impl House {
    fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        let house = House { folder };
        done(&house.at("seed"), &["migrate"]);
        done(&house.at("seed"), &["backup", &house.path("seed.backup")]);
        done(&house.data(), &["restore", &house.path("seed.backup")]);
        house
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn path(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }

    fn data(&self) -> PathBuf {
        self.at("data")
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.at(name), text).unwrap();
        self.path(name)
    }
}

#[test]
fn a_log_is_exported_checked_and_given_new_keys() {
    let house = House::new();
    let data = house.data();
    let said = done(&data, &["journal", "verify"]);
    assert!(said.contains("everything holds") && said.contains("SM2 signatures 0"), "{said}");
    done(&data, &["journal", "export", &house.path("log.bundle")]);
    let bundle = std::fs::read_to_string(house.at("log.bundle")).unwrap();
    let head: serde_json::Value = serde_json::from_str(bundle.lines().next().unwrap()).unwrap();
    let key = head["keys"][0].as_str().unwrap();
    let kept = house.write("kept", head["checkpoint"].as_str().unwrap());
    let file = house.path("log.bundle");
    let said = done(&data, &["journal", "verify", "--bundle", &file, "--key", key, "--against", &kept]);
    assert!(said.contains("everything holds") && !said.contains("SM2"), "{said}");
    done(&data, &["journal", "verify", "--against", &kept]);

    let next = done(&data, &["journal", "rotate", "--compromised"]);
    let second = done(&data, &["journal", "sm-key"]);
    let origin = key.split('+').next().unwrap();
    assert!(next.starts_with(&format!("{origin}+")) && second.starts_with(&format!("{origin}/sm2+")), "{next}{second}");
    for vkey in [next.trim(), second.trim()] {
        use std::os::unix::fs::PermissionsExt;
        let number = vkey.split('+').nth(1).unwrap();
        let secret = data.join("keys").join(format!("journal-{number}.key"));
        assert_eq!(std::fs::metadata(secret).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(done(&data, &["journal", "verify"]).contains("everything holds"));
}

#[test]
fn a_record_that_does_not_hold_is_told_with_what_to_do() {
    let house = House::new();
    let data = house.data();
    done(&data, &["journal", "export", &house.path("log.bundle")]);
    let bundle = std::fs::read_to_string(house.at("log.bundle")).unwrap();
    let changed = house.write("changed.bundle", &bundle.replacen("log.opened", "log.openex", 1));
    let said = refused(&data, &["journal", "verify", "--bundle", &changed], "journal-does-not-hold");
    assert!(said.contains("root"), "{said}");
    let cut: Vec<&str> = bundle.lines().collect();
    let cut = house.write("cut.bundle", &(cut[..cut.len() - 1].join("\n") + "\n"));
    refused(&data, &["journal", "verify", "--bundle", &cut], "journal-does-not-hold");
    let file = house.path("log.bundle");
    let stranger = "示例.example/log/1+aaaaaaaa+AQID";
    refused(&data, &["journal", "verify", "--bundle", &file, "--key", stranger], "verifier-key");
    refused(&data, &["journal", "verify", "--bundle", &file, "--witness", "nonsense"], "verifier-key");
    refused(&data, &["journal", "verify", "--bundle", &file, "--sm2-key", ""], "verifier-key");
    let second = done(&data, &["journal", "sm-key"]);
    refused(&data, &["journal", "verify", "--bundle", &file, "--sm2-key", second.trim()], "journal-does-not-hold");
    refused(&data, &["journal", "verify", "--bundle", &house.path("none")], "file-not-read");
    refused(&data, &["journal", "verify", "--against", &house.path("none")], "file-not-read");
    let noise = house.write("noise", "no checkpoint");
    refused(&data, &["journal", "verify", "--against", &noise], "checkpoint-form");
    // Somebody else's checkpoint: the log is not here.
    let head: serde_json::Value = serde_json::from_str(bundle.lines().next().unwrap()).unwrap();
    let checkpoint = head["checkpoint"].as_str().unwrap();
    let elsewhere = house.write("elsewhere", &format!("示例{checkpoint}"));
    let said = refused(&data, &["journal", "verify", "--against", &elsewhere], "journal-does-not-hold");
    assert!(said.contains("not here"), "{said}");
    assert_eq!(yilang(&data, &["journal", "verify", "--key", "a"]).status.code(), Some(2), "a key is for a bundle");
}

#[test]
fn an_export_overwrites_nothing_and_leaves_nothing_half_done() {
    let house = House::new();
    let there = house.write("there", "mine");
    refused(&house.data(), &["journal", "export", &there], "file-not-created");
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "mine");
    refused(&house.data(), &["journal", "export", "/proc/log.bundle"], "file-not-created");
    // A log that nobody has signed yet: the next try finds its name free.
    let fresh = house.at("fresh");
    let file = house.path("fresh.bundle");
    for _ in 0..2 {
        refused(&fresh, &["journal", "export", &file], "journal-unsigned");
    }
    assert!(!house.at("fresh.bundle").exists() && !house.at("fresh.bundle.partial").exists());
}

#[test]
fn a_key_is_not_changed_under_a_running_server_or_where_it_cannot_be_kept() {
    let house = House::new();
    let data = house.data();
    std::fs::write(house.at("in-the-way"), "").unwrap();
    for command in ["rotate", "sm-key"] {
        refused(&data, &["journal", command, "--keys", &house.path("in-the-way")], "journal-key-write");
        let lock = std::fs::OpenOptions::new().write(true).open(data.join("serve.lock")).unwrap();
        lock.lock().unwrap();
        refused(&data, &["journal", command], "folder-in-use");
    }
    assert!(done(&data, &["journal", "verify"]).contains("everything holds"));
}

#[test]
fn a_backup_overwrites_nothing_and_says_when_there_is_nothing() {
    let house = House::new();
    let there = house.write("there", "mine");
    refused(&house.data(), &["backup", &there], "file-not-created");
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "mine");
    refused(&house.data(), &["backup", "/proc/yilang.backup"], "file-not-created");
    refused(&house.data(), &["backup", &house.path("no/folder.backup")], "file-not-created");
    refused(&house.at("nothing"), &["backup", &house.path("nothing.backup")], "backup-nothing");
    assert!(!house.at("nothing.backup").exists() && !house.at("nothing.backup.partial").exists());
}

/// The backup of a house with other steps of the schema.
fn with_step(backup: &Path, step: &str) -> Vec<u8> {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(backup).unwrap()).read_to_string(&mut text).unwrap();
    let (head, rest) = text.split_once('\n').unwrap();
    let mut head: serde_json::Value = serde_json::from_str(head).unwrap();
    head["steps"].as_array_mut().unwrap().push(step.into());
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    write!(out, "{head}\n{rest}").unwrap();
    out.finish().unwrap()
}

#[test]
fn a_restore_takes_whole_backups_of_this_version_into_empty_places_only() {
    let house = House::new();
    let backup = house.path("seed.backup");
    let whole = std::fs::read(&backup).unwrap();
    refused(&house.data(), &["restore", &backup], "backup-not-empty");
    let fresh = house.at("fresh");
    refused(&fresh, &["restore", &house.path("none")], "file-not-read");
    assert!(!fresh.exists(), "nothing was begun");
    std::fs::write(house.at("cut"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(house.at("newer"), with_step(Path::new(&backup), "zz-9999-later")).unwrap();
    let noise = house.write("noise", "no backup");
    for (n, (file, code)) in
        [(noise, "backup-form"), (house.path("cut"), "backup-form"), (house.path("newer"), "backup-newer")]
            .iter()
            .enumerate()
    {
        let place = house.at(&format!("place-{n}"));
        refused(&place, &["restore", file], code);
        // What was refused stands in nobody's way.
        assert!(done(&place, &["restore", &backup]).contains("restored"), "after {code}");
    }
    let lock = std::fs::OpenOptions::new().write(true).open(house.data().join("serve.lock")).unwrap();
    lock.lock().unwrap();
    refused(&house.data(), &["restore", &backup], "folder-in-use");
}
