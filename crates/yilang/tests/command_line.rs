//! The command line as a person at a terminal meets it: exit codes, refusals, and commands beside a running server.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn yilang(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yilang"));
    command.arg("--data").arg(data).args(arguments).env_remove("YILANG_DATABASE").env_remove("YILANG_DATA");
    command.output().expect("the binary runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server of this test's own on a free loopback port; stopped when the test ends.
struct Server {
    child: Child,
    lines: Vec<String>,
}

impl Server {
    /// Starts it and reads its greeting up to the first line that holds `until`.
    fn start(data: &Path, arguments: &[&str], until: &str) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yilang"));
        command.arg("--data").arg(data).args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        command.env_remove("YILANG_DATABASE").stdout(Stdio::piped()).stderr(Stdio::inherit());
        let child = command.spawn().expect("the server starts");
        // From here on its end is certain, whatever this test meets.
        let mut server = Server { child, lines: Vec::new() };
        let mut reader = BufReader::new(server.child.stdout.take().expect("its output is ours"));
        let mut line = String::new();
        while reader.read_line(&mut line).expect("its greeting is text") > 0 {
            server.lines.push(std::mem::take(&mut line));
            if server.lines.last().is_some_and(|last| last.contains(until)) {
                return server;
            }
        }
        panic!("the server ended after saying {:?}", server.lines);
    }

    fn said(&self) -> String {
        self.lines.concat()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing of it stays.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn wrong_usage_ends_with_two() {
    let data = tempfile::tempdir().unwrap();
    assert_eq!(yilang(data.path(), &["fly"]).status.code(), Some(2));
    assert_eq!(yilang(data.path(), &["match"]).status.code(), Some(2));
}

#[test]
fn a_data_folder_that_is_a_file_is_refused_with_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let output = yilang(&file, &["migrate"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("folder-unusable"), "{}", stderr(&output));
    assert!(stderr(&output).contains("--data"), "it says what to do: {}", stderr(&output));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "x", "nothing was touched");
}

#[test]
fn a_folder_nobody_may_write_is_refused() {
    // /proc takes no new files from anybody, whatever the rights of whoever runs this test.
    let output = yilang(Path::new("/proc/yilang"), &["migrate"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("folder-unusable"), "{}", stderr(&output));
}

#[test]
fn a_wrong_database_address_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let output = yilang(data.path(), &["--database", "mysql://x", "migrate"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("postgres://"), "{}", stderr(&output));
}

#[test]
fn a_pack_of_a_newer_version_is_refused_with_its_place() {
    let data = tempfile::tempdir().unwrap();
    let pack = data.path().join("pack");
    std::fs::create_dir(&pack).unwrap();
    std::fs::write(pack.join("pack.toml"), "format = 99\nid = \"x\"\n").unwrap();
    let output = yilang(data.path(), &["pack", "check", pack.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("pack-newer"), "{}", stderr(&output));
    assert!(stderr(&output).starts_with("pack.toml:1:"), "file, line and column: {}", stderr(&output));
}

#[test]
fn the_openapi_document_needs_no_data() {
    let data = tempfile::tempdir().unwrap();
    let output = yilang(data.path(), &["openapi"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["paths"]["/api/v1/matches"]["post"].is_object());
    assert!(!data.path().join("yilang.db").exists(), "nothing was created");
}

#[test]
fn commands_answer_beside_a_running_server_and_a_second_server_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[], "/first/");
    assert!(server.said().contains("first administrator"), "a fresh house has a one-time link: {}", server.said());

    let found = yilang(data.path(), &["search", "大矽片", "--json"]);
    assert_eq!(found.status.code(), Some(0), "{}", stderr(&found));
    let page: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(page["items"][0]["name"], "上海超硅半导体股份有限公司", "{page}");

    let matched = yilang(data.path(), &["match", "需要 300mm 抛光硅片", "--limit", "3", "--json"]);
    assert_eq!(matched.status.code(), Some(0), "{}", stderr(&matched));
    let list: serde_json::Value = serde_json::from_slice(&matched.stdout).unwrap();
    assert_eq!(list["items"][0]["name"], "上海超硅半导体股份有限公司", "{list}");
    assert!(list["items"][0]["why"].as_array().is_some_and(|why| !why.is_empty()), "it says why: {list}");

    let second = yilang(data.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(stderr(&second).contains("folder-in-use"), "{}", stderr(&second));
    let again = yilang(data.path(), &["search", "超硅"]);
    assert_eq!(again.status.code(), Some(0), "the refusal harmed nothing: {}", stderr(&again));
}

#[test]
fn a_demo_says_who_may_sign_in_and_never_mixes_with_real_data() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--demo"], "admin ");
    assert!(server.said().contains("enterprise"), "{}", server.said());
    drop(server);
    let real = tempfile::tempdir().unwrap();
    assert_eq!(yilang(real.path(), &["migrate"]).status.code(), Some(0));
    let refused = yilang(real.path(), &["serve", "--demo", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("not-a-demo"), "{}", stderr(&refused));
}

#[test]
fn a_witness_is_told_what_is_wrong_with_its_folder_or_keys() {
    let folder = tempfile::tempdir().unwrap();
    let made = yilang(folder.path(), &["witness", "key", "--name", "witness.example"]);
    let vkey = String::from_utf8(made.stdout).unwrap();
    assert!(vkey.starts_with("witness.example+"), "{vkey}");
    let again = yilang(folder.path(), &["witness", "key", "--name", "other.example"]);
    assert_eq!(String::from_utf8(again.stdout).unwrap(), vkey, "the key is made once");
    let log = proof::note::SecretKey::new("log.example/1", proof::note::Signs::Log, &[3; 32]).unwrap();
    let log = log.public().text();
    for (arguments, code) in [
        (vec!["witness", "serve", "--key", vkey.trim()], "witness-log-key"),
        (vec!["witness", "serve", "--key", "nonsense"], "witness-log-key"),
        (vec!["witness", "kept", "--key", &log], "witness-nothing"),
    ] {
        let refused = yilang(folder.path(), &arguments);
        assert_eq!(refused.status.code(), Some(1));
        let said = stderr(&refused);
        assert!(said.starts_with(&format!("{code}: ")) && !said.is_ascii(), "{said}");
    }
    assert_eq!(yilang(folder.path(), &["witness", "serve"]).status.code(), Some(2), "it is not said whose log");
    std::fs::write(folder.path().join("witness.key"), "not a key").unwrap();
    assert!(stderr(&yilang(folder.path(), &["witness", "key"])).starts_with("witness-damaged: "));
}

#[test]
fn the_ledger_is_verified_exported_and_closed_by_command() {
    let data = tempfile::tempdir().unwrap();
    let verified = yilang(data.path(), &["ledger", "verify"]);
    assert!(verified.status.success(), "{}", stderr(&verified));
    assert!(String::from_utf8_lossy(&verified.stdout).contains("everything holds"));
    let file = data.path().join("ledger.journal");
    let exported = yilang(data.path(), &["ledger", "export", "--format", "hledger", "--out", &file.to_string_lossy()]);
    assert!(exported.status.success(), "{}", stderr(&exported));
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("; Yilang ledger"));
    let again = yilang(data.path(), &["ledger", "export", "--format", "hledger", "--out", &file.to_string_lossy()]);
    assert!(stderr(&again).contains("file-not-created"), "an existing file stays: {}", stderr(&again));
    for (arguments, code) in [
        (["ledger", "close-period", "2026-13"], "period-shape"),
        (["ledger", "close-period", "2199-01"], "period-runs"),
        (["ledger", "end-year", "2199"], "year-runs"),
    ] {
        let refused = yilang(data.path(), &arguments);
        assert_eq!(refused.status.code(), Some(1));
        assert!(stderr(&refused).contains(code), "{}", stderr(&refused));
    }
    let closed = yilang(data.path(), &["ledger", "close-period", "2026-01"]);
    assert!(closed.status.success(), "{}", stderr(&closed));
    let twice = yilang(data.path(), &["ledger", "close-period", "2026-01"]);
    assert!(stderr(&twice).contains("period-already-closed"), "{}", stderr(&twice));
}
