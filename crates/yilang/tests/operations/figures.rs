//! `/healthz`, `/readyz` and `/metrics`.

use crate::exposition::{Families, Sample, read};
use crate::node::{Node, ask, until};
use platform::db::DbUrl;
use platform::metrics::Readers;
use std::path::Path;
use testkit::{TestApp, fresh_database};

fn figure(families: &Families, family: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let samples = &families.get(family)?.1;
    let fits = |found: &Sample| labels.iter().all(|(name, value)| found.labels.get(*name).is_some_and(|v| v == value));
    let mut found = samples.iter().filter(|sample| fits(sample));
    found.find(|sample| !sample.name.ends_with("_sum") && !sample.name.ends_with("_bucket")).map(|sample| sample.value)
}

#[test]
fn a_node_says_that_it_is_there_and_what_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &[]);
    assert_eq!(node.get("/healthz").value(), serde_json::json!({ "ok": true }));
    until("the index has followed", || node.get("/readyz").value()["leaf"] == node.get("/readyz").value()["indexed"]);
    let ready = node.get("/readyz");
    assert_eq!(ready.status, 200);
    let value = ready.value();
    assert_eq!(value["ready"], true);
    for (name, state) in [("node", "serving"), ("database", "reachable"), ("schema", "known"), ("index", "current")] {
        assert_eq!(value[name], serde_json::json!({ "ok": true, "state": state }), "{value}");
    }
    assert!(value["leaf"].as_i64().is_some_and(|leaf| leaf >= 0), "{value}");
}

#[test]
fn the_figures_can_be_read_by_a_stranger_to_the_writer_and_tell_nothing_of_what_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &[]);
    assert_eq!(node.get("/organisations/geheime-kennung?q=geheime-frage").status, 404);
    assert_eq!(node.get("/geheimer-ort").status, 404);
    assert_eq!(ask(&node.address, "GEHEIM", "/search", &[], "").unwrap().status, 405);
    assert_eq!(node.get("/search?q=geheim").status, 200);

    let answer = node.get("/metrics");
    assert_eq!(answer.header("content-type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert!(!answer.body.to_lowercase().contains("geheim"), "{}", answer.body);
    let families = read(&answer.body).unwrap_or_else(|why| panic!("{why}\n{}", answer.body));
    let asked = |route: &str, method: &str, status: &str| {
        let labels = [("route", route), ("method", method), ("status", status)];
        figure(&families, "yilang_http_request_duration_seconds", &labels)
    };
    assert_eq!(asked("/organisations/{id}", "GET", "404"), Some(1.0), "{}", answer.body);
    assert_eq!(asked("other", "GET", "404"), Some(1.0));
    assert_eq!(asked("/search", "other", "405"), Some(1.0));
    assert_eq!(asked("/search", "GET", "200"), Some(1.0));
    assert_eq!(figure(&families, "yilang_http_requests_in_flight", &[]), Some(1.0), "this one");
    assert_eq!(figure(&families, "yilang_database_up", &[]), Some(1.0));
    assert!(figure(&families, "yilang_db_commits", &[]).is_some_and(|n| n >= 1.0));
    assert!(
        figure(&families, "yilang_db_action_duration_seconds", &[("action", "pack_load")]).is_some_and(|n| n >= 1.0)
    );
    assert!(figure(&families, "yilang_journal_leaf", &[]).is_some_and(|leaf| leaf >= 0.0));
    assert!(figure(&families, "process_resident_memory_bytes", &[]).is_some_and(|bytes| bytes > 1e6));
    assert!(figure(&families, "process_open_fds", &[]).is_some_and(|files| files > 3.0));

    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let manual = std::fs::read_to_string(manual).unwrap();
    for (family, (kind, _)) in &families {
        let suffix = match kind.as_str() {
            "counter" => "_total",
            "info" => "_info",
            _ => "",
        };
        assert!(manual.contains(&format!("`{family}{suffix}")), "docs/operations.md does not explain {family}{suffix}");
    }
}

async fn house(metrics: Readers) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let database: DbUrl = fresh_database(folder.path());
    TestApp::start_at(folder, &database, metrics, yilang::capabilities()).await
}

#[tokio::test]
async fn strangers_are_told_that_there_is_nothing() {
    let house = house(Readers::token("0123456789abcdef")).await;
    house.visitor().get("/metrics").await.is(404);
    house.visitor().bearer("0123456789abcdee").get("/metrics").await.is(404);
    house.visitor().bearer("0123456789abcdef").get("/metrics").await.is(200);
    drop(house);
    let house = self::house(Readers::Machine).await;
    house.visitor().get("/metrics").await.is(404);
}

#[tokio::test]
async fn the_queue_of_jobs_and_their_ends_are_counted() {
    let mut capability = registry::capability();
    capability.jobs = crate::stop::JOBS;
    let folder = tempfile::tempdir().unwrap();
    let database = fresh_database(folder.path());
    let house = TestApp::start_at(folder, &database, Readers::token("0123456789abcdef"), vec![capability]).await;
    crate::stop::enqueue(&house, 0, None).await;
    crate::stop::enqueue(&house, 0, Some(house.app().clock().now().plus_days(1))).await;
    let figures = async || {
        let text = house.visitor().bearer("0123456789abcdef").get("/metrics").await.good().text();
        read(&text).unwrap_or_else(|why| panic!("{why}\n{text}"))
    };
    house.app().clock().advance_ms(30_000);
    let before = figures().await;
    assert_eq!(figure(&before, "yilang_jobs_waiting", &[("kind", "test.slow")]), Some(2.0));
    assert_eq!(figure(&before, "yilang_jobs_oldest_due_seconds", &[]), Some(30.0));
    assert_eq!(figure(&before, "yilang_job_runs", &[]), None);
    house.settle().await;
    let after = figures().await;
    assert_eq!(figure(&after, "yilang_jobs_waiting", &[("kind", "test.slow")]), Some(1.0));
    assert_eq!(figure(&after, "yilang_jobs_oldest_due_seconds", &[]), Some(0.0), "the other is not due");
    assert_eq!(figure(&after, "yilang_job_runs", &[("kind", "test.slow"), ("outcome", "done")]), Some(1.0));
    house.finish().await;
}
