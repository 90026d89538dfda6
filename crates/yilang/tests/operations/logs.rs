//! A line for every request, and nothing in it that is about a person.

use crate::node::{Answer, FORM, JSON, Node, ask, form, until};
use serde_json::{Value, json};

/// Every one of them would be found by this word.
const SECRET: &str = "geheim";
const LOGIN: &str = "geheim.login";
const PASSWORD: &str = "geheimes Wort 2026";

fn request(node: &Node, id: &str, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
    let id = format!("x-request-id: {id}");
    let headers: Vec<&str> = headers.iter().copied().chain([id.as_str()]).collect();
    ask(&node.address, method, path, &headers, body).expect("the node answers")
}

/// The one line about a request.
fn line(lines: &[Value], id: &str) -> Value {
    let of = |line: &&Value| line["target"] == "yilang::request" && line["request_id"] == id;
    let found: Vec<&Value> = lines.iter().filter(of).collect();
    assert_eq!(found.len(), 1, "{id}: {found:?}");
    found[0].clone()
}

#[test]
fn whoever_reads_the_log_learns_nothing_about_people() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--log-format", "json", "--log", "debug,tantivy=warn"]);
    let link = node.first_link();
    let person = form(&[("login", LOGIN), ("name", "李机密"), ("email", "geheim@example.com"), ("password", PASSWORD)]);
    let foreign = format!("{link}?{SECRET}");
    let other_site = ["sec-fetch-site: cross-site", FORM];
    let made = request(&node, "probe-first", "POST", &link, &[FORM], &person);
    assert_eq!(made.status, 303, "{made:?}");
    let refused = ask_from_elsewhere(&node, &foreign, &other_site);
    assert_eq!(refused.status, 403, "{refused:?}");
    let wrong = form(&[("login", LOGIN), ("password", "geheim aber falsch")]);
    assert_eq!(request(&node, "probe-wrong", "POST", "/sign-in", &[FORM], &wrong).status, 422);
    let right = form(&[("login", LOGIN), ("password", PASSWORD)]);
    let signed_in = request(&node, "probe-sign-in", "POST", "/sign-in", &[FORM], &right);
    assert_eq!(signed_in.status, 303, "{signed_in:?}");
    let session = signed_in.head.split("session=").nth(1).and_then(|rest| rest.split(';').next()).expect("a cookie");
    let cookie = format!("cookie: session={session}");
    let query = testkit::encode("机密芯片");
    let search = format!("/search?q={query}+{SECRET}");
    assert_eq!(request(&node, "probe-search", "GET", &search, &[&cookie], "").status, 200);
    let need = json!({ "text": "机密需求 geheim" }).to_string();
    assert_eq!(request(&node, "probe-match", "POST", "/api/v1/matches", &[JSON], &need).status, 200);
    let token = json!({ "name": "机密令牌 geheim", "scopes": ["read"], "days": 1 }).to_string();
    let token = request(&node, "probe-token", "POST", "/api/v1/tokens", &[JSON, &cookie], &token);
    assert_eq!(token.status, 201, "{token:?}");
    let secret = token.value()["secret"].as_str().expect("told once").to_owned();
    let me = request(&node, "probe-me", "GET", "/api/v1/me", &[&format!("authorization: Bearer {secret}")], "");
    assert_eq!(me.status, 200);
    let account = me.value()["id"].as_str().expect("an id").to_owned();

    until("the last request is told", || node.logged().contains("\"probe-me\"") && node.logged().ends_with('\n'));
    let logged = node.logged();
    let lines: Vec<Value> =
        logged.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect();
    for (id, method, route, status, whose) in [
        ("probe-first", "POST", "/first/{secret}", 303, None),
        ("probe-wrong", "POST", "/sign-in", 422, None),
        ("probe-search", "GET", "/search", 200, Some(&account)),
        ("probe-match", "POST", "/api/v1/matches", 200, None),
        ("probe-me", "GET", "/api/v1/me", 200, Some(&account)),
    ] {
        let line = line(&lines, id);
        assert_eq!((&line["method"], &line["route"], &line["status"]), (&json!(method), &json!(route), &json!(status)));
        assert_eq!(line["account"].as_str(), whose.map(String::as_str), "{line}");
        assert!(line["duration_ms"].as_f64().is_some_and(|ms| ms >= 0.0), "{line}");
    }
    let refusal = lines.iter().find(|line| line["message"] == "a request from another site was refused");
    let number = &refusal.expect("it is told")["span"]["request_id"];
    assert_eq!(number.as_str(), refused.header("x-request-id"), "what is told on the way names its request");

    let link = link.trim_start_matches("/first/");
    for told in
        [SECRET, "Geheim", "李机密", "机密", &query, &testkit::encode("李机密"), link, session, &secret, "127.0.0.1:"]
    {
        let found: Vec<&str> = logged.lines().filter(|line| line.contains(told)).collect();
        assert!(found.is_empty(), "{told} is in the log: {found:?}");
    }
}

/// A form that another site's page has sent.
fn ask_from_elsewhere(node: &Node, path: &str, headers: &[&str]) -> Answer {
    let head = crate::node::request("POST", path, headers, 0).replacen("sec-fetch-site: same-origin\r\n", "", 1);
    let mut stream = std::net::TcpStream::connect(&node.address).expect("it listens");
    std::io::Write::write_all(&mut stream, head.as_bytes()).expect("it reads");
    crate::node::answer(&mut stream).expect("it answers")
}
