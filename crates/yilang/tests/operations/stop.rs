//! A node that is asked to stop finishes what runs.

use crate::node::{JSON, Node, answer, ask, request, until};
use kernel::Instant;
use platform::jobs::{self, JobSpec, NewJob};
use platform::journal::Entry;
use platform::lifecycle::Patience;
use platform::{App, Ctx, server};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::time::Duration;
use testkit::TestApp;
use tokio::net::TcpListener;
use tokio::sync::watch;

#[test]
fn a_stopping_node_says_so_finishes_what_runs_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::start(folder.path(), &["--drain-s", "2", "--finish-s", "30"]);
    let mut live = TcpStream::connect(&node.address).unwrap();
    live.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    live.write_all(request("GET", "/live", &[], 0).as_bytes()).unwrap();
    let mut heard = String::new();
    let mut piece = [0; 1_024];
    while !heard.contains("retry: ") {
        let size = live.read(&mut piece).unwrap();
        assert!(size > 0, "{heard}");
        heard.push_str(&String::from_utf8_lossy(&piece[..size]));
    }
    // A question whose second half arrives when the node is on its way out.
    let body = json!({ "text": "需要抛光硅片" }).to_string();
    let (first, second) = body.as_bytes().split_at(9);
    let mut slow = TcpStream::connect(&node.address).unwrap();
    slow.write_all(request("POST", "/api/v1/matches", &[JSON], body.len()).as_bytes()).unwrap();
    slow.write_all(first).unwrap();
    until("the question is there", || node.get("/metrics").body.contains("yilang_http_requests_in_flight 2\n"));

    node.ask_to_stop();
    until("it says so", || node.get("/readyz").status == 503);
    let ready = node.get("/readyz");
    assert_eq!(ready.value()["node"], json!({ "ok": false, "state": "stopping" }), "{ready:?}");
    assert_eq!(ready.header("retry-after"), Some("5"));
    assert_eq!(node.get("/healthz").status, 200, "it is still there");
    until("it takes no more connections", || TcpStream::connect(&node.address).is_err());

    let mut rest = String::new();
    live.read_to_string(&mut rest).expect("the stream ends in good order");
    assert!(rest.contains("retry: "), "{rest:?}");
    slow.write_all(second).unwrap();
    let answer = answer(&mut slow).unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(node.ended(), Some(0), "{}", node.logged());
    assert!(node.logged().contains("node.stopped"), "{}", node.logged());
    assert!(!node.logged().contains("cut off"), "{}", node.logged());
}

#[test]
fn what_does_not_finish_in_time_is_cut_off_and_the_node_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::start(folder.path(), &["--drain-s", "0", "--finish-s", "1"]);
    let mut endless = TcpStream::connect(&node.address).unwrap();
    endless.write_all(request("POST", "/api/v1/matches", &[JSON], 1_000).as_bytes()).unwrap();
    until("the request is there", || node.get("/metrics").body.contains("yilang_http_requests_in_flight 2\n"));
    node.ask_to_stop();
    assert_eq!(node.ended(), Some(0), "{}", node.logged());
    assert!(node.logged().contains("cut off"), "{}", node.logged());
    assert!(ask(&node.address, "GET", "/healthz", &[], "").is_err());
}

/// A kind of job that takes as many milliseconds as it is told.
pub const JOBS: &[JobSpec] = &[JobSpec { name: "test.slow", handler: slow }];

fn slow<'a>(
    _: &'a App,
    _: &'a Ctx,
    payload: &'a Value,
) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
    Box::pin(async move {
        tokio::time::sleep(Duration::from_millis(payload["ms"].as_u64().unwrap_or(0))).await;
        Ok(())
    })
}

/// Enqueues a slow job, as an action does.
pub async fn enqueue(house: &TestApp, ms: u64, at: Option<Instant>) {
    let ctx = house.system();
    let enqueued = house.app().in_txn(&ctx, "test_enqueue", (ms, at), |tx, (ms, at)| {
        Box::pin(async move {
            let job = NewJob::new("test.slow", json!({ "ms": ms }));
            tx.job(if let Some(at) = at { job.at(*at) } else { job }).await?;
            tx.journal(Entry::new("test.enqueued", "test", "t")).await.map(|_| ())
        })
    });
    enqueued.await.expect("the job is enqueued");
}

/// A house with slow jobs.
pub async fn house() -> TestApp {
    let mut capability = registry::capability();
    capability.jobs = JOBS;
    TestApp::start(vec![capability]).await
}

/// The jobs of these tests, besides those that the house orders for every night.
async fn in_state(house: &TestApp, state: &str) -> Vec<jobs::Job> {
    let mut found = jobs::list(&house.app().db().read(), state, 10).await.expect("jobs are listed");
    found.retain(|job| job.name == "test.slow");
    found
}

/// Serves until a job runs, then asks to stop and waits for the end.
async fn stopped_while_a_job_runs(house: &TestApp, finish: Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (ask, asked) = watch::channel(0);
    let patience = Patience { drain: Duration::ZERO, finish };
    let serving = tokio::spawn(server::serve(house.app().clone(), listener, asked, patience));
    while in_state(house, "running").await.is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    ask.send_replace(1);
    serving.await.expect("it does not panic").expect("it ends well");
}

#[tokio::test]
async fn the_job_that_runs_is_finished_and_none_is_begun() {
    let house = house().await;
    enqueue(&house, 700, None).await;
    house.app().clock().advance_ms(1);
    enqueue(&house, 0, None).await;
    stopped_while_a_job_runs(&house, Duration::from_secs(60)).await;
    assert_eq!(in_state(&house, "done").await.len(), 1);
    let left = in_state(&house, "ready").await;
    assert_eq!(left.len(), 1, "the next one was not begun");
    assert_eq!(left[0].attempts, 0);
}

#[tokio::test]
async fn a_job_that_does_not_finish_in_time_is_given_back_at_once() {
    let house = house().await;
    enqueue(&house, 3_600_000, None).await;
    stopped_while_a_job_runs(&house, Duration::from_millis(200)).await;
    let left = in_state(&house, "ready").await;
    assert_eq!(left.len(), 1, "another node may take it");
    assert_eq!(left[0].attempts, 0, "the try does not count");
    assert!(left[0].run_at_ms <= house.app().clock().now().ms(), "at once");
    let sealed = platform::journal::last_leaf(&house.app().db().read()).await.unwrap();
    assert!(sealed >= 0, "what was written is sealed");
}
