//! Two nodes on one PostgreSQL serve one story, and the node it began at is killed in the middle.
//!
//! Without `YILANG_TEST_POSTGRES` there is no database that two nodes could share, and nothing to see.

use crate::node::{Answer, FORM, JSON, Node, ask, form, request, run, stderr, stdout, until};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tempfile::TempDir;

/// What the nodes share: a database and the keys that sign the journal.
struct Shared {
    database: String,
    keys: TempDir,
}

impl Shared {
    fn options(&self) -> [&str; 4] {
        ["--database", &self.database, "--keys", self.keys.path().to_str().expect("a path of letters")]
    }

    fn node(&self, folder: &TempDir) -> Node {
        let options = self.options();
        Node::start_demo(folder.path(), &options)
    }
}

/// Somebody with a session, which holds at every node.
struct Person {
    cookie: String,
}

impl Person {
    fn signed_in(node: &Node, login: &str) -> Person {
        let typed = form(&[("login", login), ("password", "yilang-demo-2026")]);
        let answer = ask(&node.address, "POST", "/sign-in", &[FORM], &typed).expect("the node answers");
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a session");
        Person { cookie: format!("cookie: {cookie}") }
    }

    fn get(&self, node: &Node, path: &str) -> Answer {
        ask(&node.address, "GET", path, &[&self.cookie], "").expect("the node answers")
    }

    fn post(&self, node: &Node, path: &str, body: &Value) -> Value {
        let answer = ask(&node.address, "POST", path, &[JSON, &self.cookie], &body.to_string());
        let answer = answer.expect("the node answers");
        assert!([200, 201].contains(&answer.status), "{path}: {answer:?}");
        answer.value()
    }
}

/// A page that stays open.
struct Open(TcpStream, String);

impl Open {
    fn at(node: &Node, path: &str) -> Open {
        let mut stream = TcpStream::connect(&node.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(request("GET", path, &[], 0).as_bytes()).unwrap();
        let mut open = Open(stream, String::new());
        open.hears("retry: ");
        open
    }

    fn hears(&mut self, what: &str) {
        let mut piece = [0; 4_096];
        while !self.1.contains(what) {
            let size = self.0.read(&mut piece).unwrap_or_else(|error| panic!("{error} before {what}: {}", self.1));
            assert!(size > 0, "the stream ended before {what}: {}", self.1);
            self.1.push_str(&String::from_utf8_lossy(&piece[..size]));
        }
    }

    /// The last number that was heard.
    fn last(&self) -> String {
        let last = self.1.lines().rev().find_map(|line| line.strip_prefix("id: ")).expect("a number");
        last.to_owned()
    }
}

#[test]
fn a_story_goes_on_at_the_other_node_when_the_first_is_killed() {
    let Ok(url) = std::env::var("YILANG_TEST_POSTGRES") else { return };
    let joint = if url.contains('?') { '&' } else { '?' };
    let database = format!("{url}{joint}schema=t_{}", platform::random::id());
    let shared = Shared { database, keys: tempfile::tempdir().unwrap() };
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let first = shared.node(&folders[0]);
    let second = shared.node(&folders[1]);

    let firm = Person::signed_in(&first, "enterprise");
    assert_eq!(firm.get(&second, "/api/v1/me").status, 200, "a session holds at every node");
    let mut open = Open::at(&second, "/live?topic=organisation&topic=need");
    let need = firm.post(
        &first,
        "/api/v1/needs",
        &json!({
            "title": "示例：两个节点之间的抛光硅片检测需求",
            "abstract": "示例：需要能在一周内完成三百毫米抛光硅片表面颗粒检测的机构，报告须可核验。",
            "segments": ["ic/packaging"],
        }),
    );
    let id = need["id"].as_str().expect("an id").to_owned();
    let submitted = firm.post(&first, &format!("/api/v1/needs/{id}/submissions"), &json!({}));
    // In the middle of the story the machine under the first node is gone.
    first.kill();

    let office = Person::signed_in(&second, "songjiang");
    let version = office.get(&second, &format!("/api/v1/needs/{id}")).value()["version"].clone();
    let review = json!({ "version": version, "decision": "publish" });
    let published = office.post(&second, &format!("/api/v1/needs/{id}/reviews"), &review);
    open.hears(&format!("\"id\":\"{id}\""));
    assert_eq!(second.get(&format!("/needs/{id}")).status, 200);
    for entry in [&submitted["entry"], &published["entry"]] {
        let path = format!("/api/v1/journal/entries/{entry}");
        until("the entries of both nodes are proven", || second.get(&path).value()["state"] == "proven");
    }

    // The first comes back, and a page that was open goes on there where it was.
    let heard = open.last();
    drop(open);
    let first = shared.node(&folders[0]);
    let renewed = firm.post(&second, &format!("/api/v1/needs/{id}/renewals"), &json!({}));
    until("the entry is sealed", || {
        second.get(&format!("/api/v1/journal/entries/{}", renewed["entry"])).value()["state"] == "proven"
    });
    let mut again = Open::at(&first, &format!("/live?after={heard}"));
    again.hears("\"need.renewed\"");
    until("its search finds what the other wrote", || {
        first.get("/api/v1/search?q=%E4%B8%A4%E4%B8%AA%E8%8A%82%E7%82%B9%E4%B9%8B%E9%97%B4").body.contains(&id)
    });

    drop((first, second));
    let verified = run(folders[0].path(), &[&["journal", "verify"][..], &shared.options()].concat(), &[]);
    assert!(verified.status.success(), "{}{}", stdout(&verified), stderr(&verified));
}
