//! Flag before variable before file before default, and everything wrong told at once.

use crate::node::{Node, run, stderr, stdout};
use std::path::{Path, PathBuf};
use yilang::config::keys::KEYS;

fn written(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("yilang.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

#[test]
fn a_flag_goes_before_a_variable_before_the_file_before_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(
        folder.path(),
        "drain-s = 3\nfinish-s = 30\nlog-format = \"json\"\npublic-url = \"https://a.example\"\n",
    );
    let file = file.to_str().unwrap();
    let variables = [("YILANG_CONFIG", file), ("YILANG_DRAIN_S", "4"), ("YILANG_FINISH_S", "40")];
    let output = run(folder.path(), &["config", "check", "--finish-s", "50"], &variables);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = stdout(&output);
    let line = |key: &str| said.lines().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("{key}: {said}"));
    assert!(line("finish-s = 50 ").ends_with("flag --finish-s"), "{said}");
    assert!(line("drain-s = 4 ").ends_with("variable YILANG_DRAIN_S"), "{said}");
    assert!(line("public-url = \"https://a.example\"").ends_with(&format!("file {file}:4")), "{said}");
    assert!(line("listen = \"127.0.0.1:8060\"").ends_with("default"), "{said}");
    assert!(said.contains("# pack 未设置 not set"), "{said}");
}

#[test]
fn everything_wrong_with_a_configuration_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# 配置\nlisen = \"127.0.0.1:1\"\ndrain-s = \"3\"\nfinish-s = 601\ndemo = 1\n\n[serve]\nlisten = \"127.0.0.1:1\"\n";
    let file = written(folder.path(), text);
    let file = file.to_str().unwrap();
    let output = run(folder.path(), &["config", "check", file, "--listen", "8060"], &[("YILANG_LOG_FORMAT", "xml")]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    let lines: Vec<&str> = said.lines().collect();
    for (beginning, holds) in [
        ("YILANG_LOG_FORMAT: config-value: ", "text, json"),
        ("--listen: config-value: ", "IP:PORT"),
        (&format!("{file}:2:1: config-unknown: "), "nearest is listen"),
        (&format!("{file}:3:11: config-type: "), "without quotes"),
        (&format!("{file}:4:12: config-value: "), "from 0 to 600"),
        (&format!("{file}:5:8: config-type: "), "true or false"),
        (&format!("{file}:7:2: config-unknown: "), "no key serve"),
    ] {
        let line = lines.iter().find(|line| line.starts_with(beginning));
        let line = line.unwrap_or_else(|| panic!("{beginning} in {said}"));
        assert!(line.contains(holds) && !line.is_ascii(), "both languages: {line}");
    }
    assert_eq!(lines.len(), 7, "{said}");
    assert_eq!(stdout(&output), "");
}

#[test]
fn a_token_that_is_named_in_part_is_refused_where_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "journal-sm2 = true\npkcs11-token = \"示例令牌\"\n");
    let file = file.to_str().unwrap();
    let output = run(folder.path(), &["config", "check", file], &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.starts_with(&format!("{file}:2: config-value: pkcs11-token：")), "{said}");
    assert!(said.contains("pkcs11-module, pkcs11-pin-file"), "{said}");
    let more = ["--pkcs11-module", "/usr/lib/token.so", "--pkcs11-pin-file", "/etc/yilang/pin"];
    let output = run(folder.path(), &[["config", "check", file].as_slice(), more.as_slice()].concat(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("pkcs11-label = \"yilang-journal\"  # 默认 default"), "{}", stdout(&output));
}

#[test]
fn a_wrong_configuration_stops_every_command_before_it_touches_anything() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let broken = written(folder.path(), "drain-s = = 3\n");
    let output = run(&data, &["--config", broken.to_str().unwrap(), "migrate"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("yilang.toml:1:11: config-syntax: "), "{}", stderr(&output));
    let missing = run(&data, &["migrate"], &[("YILANG_CONFIG", "/nowhere/yilang.toml")]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).starts_with("/nowhere/yilang.toml: config-unreadable: "), "{}", stderr(&missing));
    assert!(!data.exists(), "nothing was made");
}

#[test]
fn secrets_are_masked_wherever_they_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "metrics-token = \"geheim-0123456789\"\n");
    let file = file.to_str().unwrap();
    let database = [("YILANG_DATABASE", "postgres://yilang:geheim-pw@db.example/yilang")];
    let output = run(folder.path(), &["config", "check", file], &database);
    let said = format!("{}{}", stdout(&output), stderr(&output));
    assert!(said.contains("metrics-token = \"***\"") && said.contains("yilang:***@db.example"), "{said}");
    let wrong = run(folder.path(), &["config", "check", "--metrics-token", "geheim kurz"], &[]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(!format!("{said}{}", stderr(&wrong)).contains("geheim"), "{said}");
}

#[test]
fn a_quorum_that_the_witnesses_cannot_reach_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let witness = "witness.example+2d551c34+BMqTrBcFGHBx1nuDx/8O/oEI6OxFMFdddyaHkzPb2r58 https://witness.example";
    let check = |quorum: &str| {
        run(folder.path(), &["config", "check", "--witnesses", witness, "--witness-quorum", quorum], &[])
    };
    assert_eq!(check("1").status.code(), Some(0), "{}", stderr(&check("1")));
    assert_eq!(check("2").status.code(), Some(1));
    assert!(stderr(&check("2")).starts_with("--witness-quorum: config-value: "), "{}", stderr(&check("2")));
}

#[test]
fn what_is_shown_is_a_file_that_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let shown = stdout(&run(Path::new("/srv/a \"b\""), &["config", "check", "--demo", "--drain-s", "7"], &[]));
    let file = written(folder.path(), &shown);
    // Not by the helper, whose flag for the folder would go before the file.
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_yilang")).args(["config", "check"]).arg(&file).output();
    let again = stdout(&output.unwrap());
    let values = |text: &str| -> Vec<String> {
        let of = |line: &str| line.split("  # ").next().unwrap_or_default().to_owned();
        text.lines().map(of).collect()
    };
    assert_eq!(values(&again), values(&shown));
    assert!(again.contains("demo = true") && again.contains("drain-s = 7"), "{again}");
}

#[test]
fn the_example_is_accepted_and_names_every_key_and_the_schema_is_the_published_one() {
    let folder = tempfile::tempdir().unwrap();
    let example = repository("docs/examples/yilang.toml");
    let output = run(folder.path(), &["config", "check", example.to_str().unwrap()], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = std::fs::read_to_string(&example).unwrap();
    let manual = std::fs::read_to_string(repository("docs/operations.md")).unwrap();
    for key in KEYS {
        let mentioned = text.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{} = ", key.name)));
        assert!(mentioned, "the example does not show {}", key.name);
        assert!(manual.contains(&format!("`{}`", key.name)), "docs/operations.md does not explain {}", key.name);
    }
    // What is commented out would be accepted too, where the files it names are.
    let providers = repository("docs/examples/providers.toml");
    let text = text.replace("/etc/yilang/providers.toml", providers.to_str().unwrap());
    let all: String = text
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line))
        .map(|line| format!("{line}\n"))
        .collect();
    let all = written(folder.path(), &all);
    let output = run(folder.path(), &["config", "check", all.to_str().unwrap()], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    let published = std::fs::read_to_string(repository("docs/schemas/config.schema.json")).unwrap();
    let printed = stdout(&run(folder.path(), &["config", "schema"], &[]));
    assert_eq!(published, printed, "write it again: yilang config schema > docs/schemas/config.schema.json");
}

#[test]
fn a_node_serves_as_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "log-format = \"json\"\nmetrics-token = \"0123456789abcdef\"\n");
    let node = Node::start(&folder.path().join("data"), &["--config", file.to_str().unwrap()]);
    assert_eq!(node.get("/metrics").status, 404);
    let opened = crate::node::ask(&node.address, "GET", "/metrics", &["authorization: Bearer 0123456789abcdef"], "");
    assert_eq!(opened.unwrap().status, 200);
    let last = node.logged();
    assert!(last.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{last}");
}
