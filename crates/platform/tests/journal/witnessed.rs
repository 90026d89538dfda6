//! The log and its witnesses: real ones on loopback, and some that are away, slow or lie.

use crate::by_hand::by_hand;
use crate::{act, house, problems, put};
use platform::journal::thin::{Keep, thin};
use platform::journal::witness::{Witnesses, send_due};
use platform::journal::{export, log, newest_public, prove};
use platform::{App, health};
use proof::bundle::{self, Trust};
use proof::note::{self, Checkpoint, PublicKey, SecretKey, Signs};
use proof::witness::{SIZE_TYPE, Submission};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use testkit::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use witness::{Witness, server};

/// A real witness of the house's log.
struct City {
    line: String,
    key: PublicKey,
    stop: oneshot::Sender<()>,
    done: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl City {
    async fn start(folder: &Path, log: &PublicKey) -> City {
        City::listen(TcpListener::bind("127.0.0.1:0").await.unwrap(), folder, log)
    }

    fn listen(listener: TcpListener, folder: &Path, log: &PublicKey) -> City {
        let witness = Arc::new(Witness::open(folder, None, std::slice::from_ref(log)).unwrap());
        let key = witness.public();
        let line = format!("{} http://{} private", key.text(), listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            let _ = stopped.await;
        };
        let done = tokio::spawn(server::serve(witness, listener, || 1_800_000_000, stopped));
        City { line, key, stop, done }
    }

    async fn stop(self) {
        let _ = self.stop.send(());
        self.done.await.unwrap().unwrap();
    }
}

fn name(app: &App, lines: &[&str], quorum: usize) {
    app.extend(Arc::new(Witnesses::parse(&lines.join(";"), quorum).unwrap()));
}

async fn log_key(app: &App) -> PublicKey {
    app.signing_key().await.unwrap().unwrap().public()
}

/// One more entry in a signed checkpoint, some time later.
async fn grow(house: &TestApp) -> i64 {
    house.app().clock().advance_ms(60_000);
    let entry = act(house.app(), &[], Some(put("a"))).await.unwrap();
    house.settle().await;
    entry
}

async fn states(house: &TestApp) -> Vec<String> {
    let said = house.visitor().get("/api/v1/journal/witnesses").await.good().value();
    said["witnesses"].as_array().unwrap().iter().map(|each| each["state"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_witnesses_have_signed_is_published_with_their_lines() {
    let house = house().await;
    let app = house.app();
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let entry = grow(&house).await;
    let log = log_key(app).await;
    let (suzhou, hefei) = (City::start(one.path(), &log).await, City::start(two.path(), &log).await);
    name(app, &[&suzhou.line, &hefei.line], 2);
    let mut visitor = house.visitor();
    assert_eq!(states(&house).await, ["waiting", "waiting"]);
    assert!(visitor.get("/journal").await.text().contains("尚无见证方联署"));
    send_due(app).await.unwrap();

    let note = visitor.get("/log/checkpoint").await.text();
    for key in [&suzhou.key, &hefei.key] {
        assert_eq!(key.check(&note), Ok(Some(1_800_000_000)));
    }
    assert_eq!(log.check(&note), Ok(None));
    assert_eq!(states(&house).await, ["agrees", "agrees"]);
    let page = visitor.get("/journal").await.shows("由 2 个见证方联署").shows(suzhou.key.name()).shows("正常签名");
    page.hides("不可篡改");
    let english = house.visitor().english().get("/journal").await;
    english.shows("cosigned by 2 witnesses").hides("tamper-proof");
    visitor.get(&format!("/journal/entries/{entry}")).await.shows("由 2 个见证方联署").shows(hefei.key.name());
    let checkpoint = visitor.get("/api/v1/journal/checkpoint").await.value();
    assert_eq!((checkpoint["cosigned"].as_u64(), checkpoint["note"].as_str()), (Some(2), Some(note.as_str())));
    let proven = visitor.get(&format!("/api/v1/journal/entries/{entry}")).await.value();
    assert_eq!(proven["proof"]["witnesses"].as_array().unwrap().len(), 2);
    let witnessing = visitor.get("/api/v1/journal/witnesses").await.value();
    assert_eq!(witnessing["quorum"], 2);
    assert_eq!(witnessing["cosigned"]["count"], 2);
    house.settle().await;
    visitor.get("/journal").await.shows("校验点").shows("由 2 个见证方联署 · <a");

    // The log grows: what is shown stays the cosigned one until the next is, and the proof of a new entry comes at once.
    let later = grow(&house).await;
    let newest = log::newest_published(&app.db().read()).await.unwrap().unwrap();
    assert!(newest.witnesses.is_empty());
    assert_eq!(visitor.get("/log/checkpoint").await.text(), note);
    let proven = visitor.get(&format!("/api/v1/journal/entries/{later}")).await.value();
    assert_eq!((proven["state"].as_str(), proven["proof"]["witnesses"].as_array().unwrap().len()), (Some("proven"), 0));
    send_due(app).await.unwrap();
    let note = visitor.get("/log/checkpoint").await.text();
    assert_eq!(Checkpoint::parse(&note).unwrap(), newest.checkpoint);
    assert!(suzhou.key.check(&note).is_ok() && hefei.key.check(&note).is_ok());

    let report = platform::journal::verify::verify(app.db(), None).await.unwrap();
    assert_eq!((report.cosignatures, report.problems), (4, Vec::new()));
    let mut file = Vec::new();
    export::export(app.db(), 2, &mut file).await.unwrap();
    let asked = [suzhou.key.clone(), hefei.key.clone()];
    let trust = Trust { key: Some(&log), witnesses: &asked, ..Trust::default() };
    assert_eq!(bundle::check(file.as_slice(), trust).unwrap().witnesses.len(), 2);
    assert_eq!(health::readiness(app).await.witnesses.state, "cosigned");
    let figures = app.metrics().exposition(app).await.unwrap();
    assert!(figures.contains("yilang_journal_cosigned_age_seconds 0\n"), "{figures}");

    // A line that somebody has changed in the database is named.
    let bad = note::signature_lines(&note).unwrap().pop().unwrap();
    by_hand(app, vec![format!("UPDATE journal_cosignature SET line = '{}'", bad.trim_end())]).await;
    let found = problems(app).await;
    assert!(found[0].contains("a cosignature of the checkpoint of"), "{found:?}");
    suzhou.stop().await;
    hefei.stop().await;
}

#[tokio::test]
async fn a_rewritten_log_is_refused_and_the_page_shows_it() {
    let house = house().await;
    let app = house.app();
    let folder = tempfile::tempdir().unwrap();
    grow(&house).await;
    let city = City::start(folder.path(), &log_key(app).await).await;
    name(app, &[&city.line], 1);
    send_due(app).await.unwrap();
    let before = house.visitor().get("/log/checkpoint").await.text();

    // The operator, who has the key, writes another history into the tree and goes on.
    let at = "base = 0 AND level = 0 AND n = 0";
    let zeros = match app.db().sqlite_path() {
        Some(_) => format!(
            "UPDATE journal_tile SET hashes = CAST(X'{}' || SUBSTR(hashes, 33) AS BLOB) WHERE {at}",
            "00".repeat(32)
        ),
        None => {
            format!("UPDATE journal_tile SET hashes = '\\x{}'::bytea || SUBSTR(hashes, 33) WHERE {at}", "00".repeat(32))
        }
    };
    by_hand(app, vec![zeros]).await;
    grow(&house).await;
    let forked = log::newest_published(&app.db().read()).await.unwrap().unwrap();
    assert!(forked.checkpoint.size > Checkpoint::parse(&before).unwrap().size);
    assert_eq!(log_key(app).await.check(&forked.note), Ok(None), "signed by the log's own key");
    send_due(app).await.unwrap();
    assert_eq!(states(&house).await, ["refuses"]);
    let mut visitor = house.visitor();
    visitor.get("/journal").await.shows("有见证方拒绝签名").shows("拒绝：未延续此前的日志");
    house.visitor().english().get("/journal").await.shows("A witness refuses to sign");
    assert_eq!(health::readiness(app).await.witnesses.state, "refused");
    assert!(health::readiness(app).await.ready || !app.indexer().is_open(), "requests are served all the same");
    assert!(app.metrics().exposition(app).await.unwrap().contains("yilang_journal_witnesses_refusing 1\n"));
    // It is an entry of the log, once, and the log's own signature lies with the witness.
    for _ in 0..2 {
        grow(&house).await;
        app.clock().advance_ms(3_600_000);
        send_due(app).await.unwrap();
    }
    let told = newest_public(&app.db().read(), 50).await.unwrap();
    let told: Vec<_> = told.iter().filter(|entry| entry.kind == "journal.witness-refused").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].data["witness"], json!(city.key.text()));
    assert!(std::fs::read_dir(folder.path().join("evidence")).unwrap().count() >= 1);
    // What it has signed before still holds the log to its past.
    let kept = Checkpoint::parse(&before).unwrap();
    assert!(city.key.check(&before).is_ok() && kept.size < forked.checkpoint.size);
    city.stop().await;
}

#[tokio::test]
async fn a_witness_that_is_away_holds_up_nothing_and_goes_on_where_it_stood() {
    let house = house().await;
    let app = house.app();
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    grow(&house).await;
    let log = log_key(app).await;
    let (city, other) = (City::start(one.path(), &log).await, City::start(two.path(), &log).await);
    let (line, key) = (city.line.clone(), city.key.clone());
    name(app, &[&line, &other.line], 1);
    send_due(app).await.unwrap();
    let address = line.split("http://").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    city.stop().await;
    let entry = grow(&house).await;
    send_due(app).await.unwrap();
    assert_eq!(states(&house).await, ["late", "agrees"]);
    let mut visitor = house.visitor();
    visitor.get(&format!("/journal/entries/{entry}")).await.shows("已证明").shows("由 1 个见证方联署");
    visitor.get("/journal").await.shows("没有应答");
    // It is back, with the memory it had; before the pause is over it is not asked.
    let city = City::listen(TcpListener::bind(&address).await.unwrap(), one.path(), &log);
    assert_eq!(city.key, key);
    send_due(app).await.unwrap();
    assert_eq!(states(&house).await, ["late", "agrees"]);
    grow(&house).await;
    send_due(app).await.unwrap();
    assert_eq!(states(&house).await, ["agrees", "agrees"]);
    // The house has forgotten where they stand: they say it.
    by_hand(app, vec!["DELETE FROM journal_witness".into()]).await;
    grow(&house).await;
    send_due(app).await.unwrap();
    assert_eq!(states(&house).await, ["agrees", "agrees"]);
    assert_eq!(problems(app).await, Vec::<String>::new());
    city.stop().await;
    other.stop().await;
    // Nobody answers for an hour: what is shown is the newest checkpoint, with nobody's line.
    app.clock().advance_ms(3_600_000);
    grow(&house).await;
    send_due(app).await.unwrap();
    let newest = log::newest_published(&app.db().read()).await.unwrap().unwrap();
    assert_eq!(visitor.get("/log/checkpoint").await.text(), newest.note);
    visitor.get("/journal").await.shows("尚无见证方联署");
    assert_eq!(health::readiness(app).await.witnesses.state, "late");
}

/// A witness that answers whatever the test says, to whatever it is sent.
async fn fake(answer: impl Fn(&Submission) -> (u16, &'static str, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let body = loop {
                let mut bytes = [0; 4096];
                let read = stream.read(&mut bytes).await.unwrap();
                request.extend_from_slice(&bytes[..read]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                assert!(head.starts_with("POST /w/add-checkpoint HTTP/1.1"), "{head}");
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                if body.len() >= length.parse::<usize>().unwrap() {
                    break body.to_owned();
                }
            };
            let (status, kind, said) = answer(&Submission::parse(&body).unwrap());
            let head = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\nlocation: http://127.0.0.1/\r\ncontent-length: {}\r\n\r\n",
                said.len()
            );
            let _ = stream.write_all(format!("{head}{said}").as_bytes()).await;
        }
    });
    let key = liar(1).public().text();
    format!("{key} http://{address}/w private")
}

fn liar(seed: u8) -> SecretKey {
    SecretKey::new("liar.example", Signs::Witness, &[seed; 32]).unwrap()
}

fn line(key: &SecretKey, text: &str) -> String {
    note::signature_lines(&key.cosign(text, 9).unwrap()).unwrap().concat()
}

type Answer = fn(&Submission) -> (u16, &'static str, String);

#[tokio::test]
async fn a_witness_that_lies_or_fails_leaves_no_signature() {
    let house = house().await;
    let app = house.app();
    let answers: [(&str, Answer); 12] = [
        ("agrees", |sent| (200, "", line(&liar(1), &note::text(&sent.note).unwrap()))),
        ("wrong", |sent| (200, "", line(&liar(2), &note::text(&sent.note).unwrap()))),
        ("wrong", |sent| {
            let other = Checkpoint { size: 1, ..Checkpoint::parse(&sent.note).unwrap() };
            (200, "", line(&liar(1), &other.text()))
        }),
        ("wrong", |sent| (200, "", note::signature_lines(&sent.note).unwrap().concat())),
        ("wrong", |_| (200, "", "nonsense".repeat(20_000))),
        // Where it stands changes with every question.
        ("wrong", |sent| (409, SIZE_TYPE, format!("{}\n", if sent.old == 1 { 2 } else { 1 }))),
        ("refuses", |_| (409, SIZE_TYPE, "1000000\n".into())),
        ("refuses", |sent| (409, SIZE_TYPE, format!("{}\n", sent.old))),
        ("refuses", |_| (422, "", String::new())),
        ("stranger", |_| (404, "", String::new())),
        ("late", |_| (500, "", String::new())),
        // Not followed: it may lead anywhere.
        ("late", |_| (302, "", String::new())),
    ];
    for (state, answer) in answers {
        name(app, &[&fake(answer).await], 1);
        by_hand(app, vec!["DELETE FROM journal_cosignature".into()]).await;
        grow(&house).await;
        app.clock().advance_ms(3_600_000);
        send_due(app).await.unwrap();
        assert_eq!(states(&house).await, [state]);
        let newest = log::newest_published(&app.db().read()).await.unwrap().unwrap();
        assert_eq!(newest.witnesses.len(), usize::from(state == "agrees"), "{state}");
        let page = house.visitor().get("/journal").await;
        page.shows(if state == "agrees" { "由 1 个见证方联署" } else { "尚无见证方联署" });
    }
    assert_eq!(problems(app).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_witness_without_an_answer_keeps_nobody_waiting() {
    let house = house().await;
    let app = house.app();
    grow(&house).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let line = format!("{} http://{} private", liar(1).public().text(), listener.local_addr().unwrap());
    name(app, &[&line], 1);
    let asking = tokio::spawn({
        let app = app.clone();
        async move { send_due(&app).await.unwrap() }
    });
    let (held, _) = listener.accept().await.unwrap();
    // While it is silent the log goes on.
    let entry = grow(&house).await;
    let mut visitor = house.visitor();
    visitor.get(&format!("/journal/entries/{entry}")).await.shows("已证明");
    assert_eq!(states(&house).await, ["waiting"]);
    drop(held);
    asking.await.unwrap();
    assert_eq!(states(&house).await, ["late"]);
}

#[tokio::test]
async fn addresses_inside_are_called_only_if_the_operator_says_so() {
    let house = house().await;
    let app = house.app();
    grow(&house).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    for url in [format!("https://{address}"), format!("https://localhost:{}", address.port())] {
        name(app, &[&format!("{} {url}", liar(1).public().text())], 1);
        app.clock().advance_ms(3_600_000);
        send_due(app).await.unwrap();
        assert_eq!(states(&house).await, ["late"]);
    }
    let called = tokio::time::timeout(std::time::Duration::from_millis(50), listener.accept()).await;
    assert!(called.is_err(), "nobody was called");
}

#[tokio::test]
async fn old_checkpoints_are_thinned_every_night_and_the_log_still_holds() {
    let house = house().await;
    let app = house.app();
    let folder = tempfile::tempdir().unwrap();
    grow(&house).await;
    let city = City::start(folder.path(), &log_key(app).await).await;
    name(app, &[&city.line], 1);
    let mut kept = Vec::new();
    for n in 0..24 {
        app.clock().advance_ms(9 * 60_000);
        grow(&house).await;
        if n % 8 == 0 {
            send_due(app).await.unwrap();
        }
        kept.push(log::newest_published(&app.db().read()).await.unwrap().unwrap());
    }
    let before = log::checkpoint_count(&app.db().read()).await.unwrap();
    let keep = Keep { newest: 3, cosigned_days: 30, hourly_days: 90 };
    let removed = thin(app.db(), app.clock().now(), keep).await.unwrap();
    // Four hours and a bit, of each the last; what the witness has signed; the newest three.
    let left = log::checkpoint_count(&app.db().read()).await.unwrap();
    assert_eq!(before - left, i64::try_from(removed).unwrap());
    assert!((7..=11).contains(&left), "{left} of {before}");
    assert_eq!(thin(app.db(), app.clock().now(), keep).await.unwrap(), 0);
    let report = platform::journal::verify::verify(app.db(), Some(&kept[1].checkpoint)).await.unwrap();
    assert_eq!((report.cosignatures, report.problems), (3, Vec::new()));
    // What somebody has kept proves against the log all the same, and the witness goes on from where it stands.
    let newest = log::newest_published(&app.db().read()).await.unwrap().unwrap().checkpoint;
    let proof = prove::consistency(&app.db().read(), kept[1].checkpoint.size, newest.size).await.unwrap().unwrap();
    assert_eq!(proof.to, newest.size);
    grow(&house).await;
    send_due(app).await.unwrap();
    assert_eq!(states(&house).await, ["agrees"]);
    city.stop().await;
    // By itself, in the night: it has few enough to keep them all.
    let waiting = platform::jobs::list(&app.db().read(), "ready", 10).await.unwrap();
    assert!(waiting.iter().any(|job| job.name == "platform.thin_checkpoints"), "{waiting:?}");
    house.days_pass(1).await;
    let done = platform::jobs::list(&app.db().read(), "done", 10).await.unwrap();
    assert!(done.iter().any(|job| job.name == "platform.thin_checkpoints"), "{done:?}");
    house.finish().await;
}
