//! A full disk under a running node: clear refusals, recovery without a restart, nothing acknowledged lost.
//!
//! The system's limit for the size of a file stands for the end of the disk: it holds for the database, its log and the
//! index alike, and can be lifted while the process runs.

use crate::node::{Answer, FORM, JSON, Node, ask, form, until};
use serde_json::json;
use std::collections::BTreeSet;
use std::process::Command;

const LOGIN: &str = "keeper";
const PASSWORD: &str = "correct horse battery";

fn limit(node: &Node, bytes: &str) {
    let limited = Command::new("prlimit").args(["--pid", &node.pid(), &format!("--fsize={bytes}:unlimited")]).status();
    assert!(limited.expect("prlimit of util-linux runs").success());
}

fn session(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    let secret = answer.head.split("session=").nth(1).and_then(|rest| rest.split(';').next());
    format!("cookie: session={}", secret.expect("a session cookie"))
}

fn put(node: &Node, cookie: &str, name: &str, language: &str) -> Answer {
    let body = json!({ "name": name, "scopes": ["read"], "days": 1 }).to_string();
    let language = format!("accept-language: {language}");
    ask(&node.address, "POST", "/api/v1/tokens", &[JSON, cookie, &language], &body).expect("it answers")
}

fn kept(node: &Node, cookie: &str) -> BTreeSet<String> {
    let list = ask(&node.address, "GET", "/api/v1/tokens", &[cookie], "").expect("it answers").value();
    let names = list["items"].as_array().expect("a list").iter();
    names.map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn a_full_disk_refuses_clearly_recovers_and_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start_limited(folder.path());
    let person = form(&[("login", LOGIN), ("name", "示例管理员"), ("email", ""), ("password", PASSWORD)]);
    let cookie = session(&ask(&node.address, "POST", &node.first_link(), &[FORM], &person).unwrap());
    let mut acknowledged = BTreeSet::new();
    for name in ["before 1", "before 2"] {
        assert_eq!(put(&node, &cookie, name, "en").status, 201);
        acknowledged.insert(name.to_owned());
    }

    limit(&node, "1");
    for (language, says) in [("zh-CN", "数据盘已满或不可写"), ("en", "The data disk is full or read-only")] {
        let refused = put(&node, &cookie, "during", language);
        assert_eq!(refused.status, 503, "{refused:?}");
        let problem = refused.value();
        assert_eq!(problem["code"], "storage", "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(says)), "{problem}");
        assert_eq!(refused.header("retry-after"), Some("5"));
    }
    assert_eq!(kept(&node, &cookie), acknowledged, "who reads is answered as before");
    assert_eq!(node.get("/search?q=%E7%A1%85%E7%89%87").status, 200);

    limit(&node, "unlimited");
    for name in ["after 1", "after 2"] {
        let answer = put(&node, &cookie, name, "en");
        assert_eq!(answer.status, 201, "no restart was needed: {answer:?}\n{}", node.logged());
        acknowledged.insert(name.to_owned());
    }
    until("the journal is sealed and indexed", || {
        let ready = node.get("/readyz").value();
        ready["ready"] == true && ready["leaf"] == ready["indexed"] && ready["leaf"].as_i64() >= Some(6)
    });
    node.kill();

    let again = Node::start_again(folder.path());
    let right = form(&[("login", LOGIN), ("password", PASSWORD)]);
    let cookie = session(&ask(&again.address, "POST", "/sign-in", &[FORM], &right).unwrap());
    assert_eq!(kept(&again, &cookie), acknowledged);
}
