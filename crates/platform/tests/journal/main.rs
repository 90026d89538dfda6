//! The journal as a record that outsiders can check: proofs, verification of what was changed by hand, erasure,
//! bundles, keys, backups, and several nodes that seal one log.

mod by_hand;
mod erasing;
mod meanwhile;
mod signing;
mod token;
mod witnessed;

use kernel::Instant;
use platform::app::steps;
use platform::capability::Capability;
use platform::clock::Clock;
use platform::ctx::Ctx;
use platform::db::{Conn, Db, DbUrl, Migration};
use platform::journal::keys::Signing;
use platform::journal::{self, Batches, Entry, export, log, prove, verify};
use platform::{App, Fault, Settings, backup};
use proof::bundle::{self, Trust};
use proof::note::{Checkpoint, Promise, PublicKey, Signs};
use proof::tree::{check_consistency, check_inclusion};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use testkit::{TestApp, beginning, fresh_database};

const STEPS: &[Migration] = &[Migration {
    name: "stones-0001",
    sql: "CREATE TABLE stone (id TEXT PRIMARY KEY, weight BIGINT, marked BOOLEAN NOT NULL, seen_ms BIGINT);
CREATE TABLE pebble (bag TEXT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (bag, n));
",
}];

fn stones() -> Capability {
    Capability {
        name: "stones",
        migrations: STEPS,
        working: &["stone.seen_ms"],
        personal: erasing::PERSONAL,
        routes: Vec::new,
        policy: "",
        texts: &[],
        menu: &[],
        jobs: &[],
        desk: None,
        documents: None,
        memberships: None,
        follow: None,
        unread: None,
        access: None,
        demo: None,
        openapi: Default::default,
    }
}

async fn house() -> TestApp {
    TestApp::start(vec![stones()]).await
}

async fn sql(conn: &Conn, text: &str) {
    conn.execute_raw(Statement::from_string(conn.get_database_backend(), text)).await.unwrap();
}

/// Statements in one action, with an entry if it is given.
async fn act(app: &App, statements: &'static [&'static str], entry: Option<Entry>) -> Result<i64, Fault> {
    app.in_txn(&Ctx::system(app.clock().now()), "stones_act", (statements, entry), |tx, (statements, entry)| {
        Box::pin(async move {
            for text in *statements {
                sql(tx, text).await;
            }
            match entry {
                Some(entry) => tx.journal(entry.clone()).await,
                None => Ok(0),
            }
        })
    })
    .await
}

fn put(id: &str) -> Entry {
    Entry::new("stone.put", "stone", id).public().data(json!({ "title": "抛光" }))
}

async fn problems(app: &App) -> Vec<String> {
    verify::verify(app.db(), None).await.unwrap().problems
}

#[tokio::test]
async fn an_entry_that_is_too_large_for_its_tile_is_refused_and_nothing_is_written() {
    const ROW: &[&str] = &["INSERT INTO stone (id, weight, marked) VALUES ('a', 1, TRUE)"];
    let house = house().await;
    let app = house.app();
    let said = |bytes: usize| put("a").data(json!({ "text": "x".repeat(bytes) }));
    let refused = act(app, ROW, Some(said(64 * 1024))).await.unwrap_err();
    assert!(format!("{refused:?}").contains("entry-large"), "{refused:?}");
    act(app, ROW, Some(said(50 * 1024))).await.expect("the row was not there, and so much fits");
    house.settle().await;
    assert_eq!(problems(app).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_entry_is_proven_to_whoever_has_the_checkpoint() {
    let house = house().await;
    let app = house.app();
    let entry =
        act(app, &["INSERT INTO stone (id, weight, marked) VALUES ('a', 1, TRUE)"], Some(put("a"))).await.unwrap();
    let key = app.signing_key().await.unwrap().unwrap();

    let pending = prove::standing(&app.db().read(), entry, Some(&key), 0).await.unwrap().unwrap();
    assert_eq!((pending.state, pending.index), ("pending", None));
    let promise = pending.promise.unwrap();
    assert_eq!(key.public().check(&promise), Ok(None));
    let promise = Promise::parse(&promise).unwrap();
    assert_eq!((promise.entry, promise.until_ms), (entry, app.clock().now().ms() + prove::PROMISE_MS));
    assert_eq!(hex::encode(promise.leaf), pending.leaf_hash);

    for n in 0..40 {
        app.in_txn(&house.system(), "fill", n, |tx, n| {
            Box::pin(async move { tx.journal(Entry::new("stone.seen", "stone", &n.to_string())).await })
        })
        .await
        .unwrap();
    }
    house.settle().await;
    let proven = prove::standing(&app.db().read(), entry, None, 0).await.unwrap().unwrap();
    assert_eq!(proven.state, "proven");
    assert_eq!(proven.leaf, pending.leaf);
    let proof = proven.proof.unwrap();
    let checkpoint = Checkpoint::parse(&proof.checkpoint).unwrap();
    assert_eq!(key.public().check(&proof.checkpoint), Ok(None));
    let hashes: Vec<proof::Digest> = proof.hashes.iter().map(|h| hex::decode(h).unwrap().try_into().unwrap()).collect();
    let leaf = proof::leaf::hash(proven.leaf.as_bytes());
    let index = proven.index.unwrap();
    check_inclusion(&hashes, checkpoint.size, &checkpoint.root, index, &leaf).unwrap();
    assert!(check_inclusion(&hashes, checkpoint.size, &checkpoint.root, index + 1, &leaf).is_err());

    // The log only grows.
    act(app, &[], Some(put("b"))).await.unwrap();
    house.settle().await;
    let newer = log::newest_published(&app.db().read()).await.unwrap().unwrap().checkpoint;
    let grown = prove::consistency(&app.db().read(), checkpoint.size, newer.size).await.unwrap().unwrap();
    let hashes: Vec<proof::Digest> = grown.hashes.iter().map(|h| hex::decode(h).unwrap().try_into().unwrap()).collect();
    check_consistency(&hashes, checkpoint.size, &checkpoint.root, newer.size, &newer.root).unwrap();
    assert!(prove::consistency(&app.db().read(), 0, 1).await.unwrap().is_none());
    assert!(prove::consistency(&app.db().read(), 1, newer.size + 100).await.unwrap().is_none());
    assert!(prove::standing(&app.db().read(), 1_000_000, None, 0).await.unwrap().is_none());
    assert_eq!(problems(app).await, Vec::<String>::new());
    house.finish().await;
}

#[tokio::test]
async fn a_domain_row_is_not_written_unseen() {
    let house = house().await;
    let app = house.app();
    let refused = act(app, &["INSERT INTO stone (id, marked) VALUES ('a', TRUE)"], None).await.unwrap_err();
    assert!(format!("{refused:?}").contains("stones_act wrote stone without a journal entry"), "{refused:?}");
    assert_eq!(verify::verify(app.db(), None).await.unwrap().rows, 0, "nothing was kept");
    // A working column may change alone.
    act(app, &["INSERT INTO stone (id, marked) VALUES ('a', TRUE)"], Some(put("a"))).await.unwrap();
    act(app, &["UPDATE stone SET seen_ms = 5 WHERE id = 'a'"], None).await.unwrap();
    assert!(act(app, &["UPDATE stone SET weight = 5, seen_ms = 6 WHERE id = 'a'"], None).await.is_err());
    assert!(act(app, &["DELETE FROM stone WHERE id = 'a'"], None).await.is_err());
    assert_eq!(problems(app).await, Vec::<String>::new());
    house.finish().await;
}

#[tokio::test]
async fn rows_written_after_the_entry_belong_to_it_too() {
    let house = house().await;
    let app = house.app();
    app.in_txn(&house.system(), "late", (), |tx, ()| {
        Box::pin(async move {
            sql(tx, "INSERT INTO pebble (bag, n) VALUES ('x', 1), ('x', 2)").await;
            tx.journal(put("x")).await?;
            sql(tx, "DELETE FROM pebble WHERE n = 1").await;
            let text = "INSERT INTO pebble (bag, n) VALUES ('x', 3) RETURNING n";
            let row = tx.query_one_raw(Statement::from_string(tx.get_database_backend(), text)).await?.unwrap();
            assert_eq!(row.try_get::<i64>("", "n")?, 3);
            Ok(())
        })
    })
    .await
    .unwrap();
    house.settle().await;
    let report = verify::verify(app.db(), None).await.unwrap();
    assert_eq!((report.rows, report.problems), (2, Vec::new()));
    house.finish().await;
}

#[tokio::test]
async fn a_checkpoint_somebody_kept_holds_the_log_to_its_past() {
    let house = house().await;
    let app = house.app();
    act(app, &[], Some(put("a"))).await.unwrap();
    house.settle().await;
    let kept = log::newest_published(&app.db().read()).await.unwrap().unwrap().checkpoint;
    act(app, &[], Some(put("b"))).await.unwrap();
    house.settle().await;
    assert!(verify::verify(app.db(), Some(&kept)).await.unwrap().problems.is_empty());
    let other = Checkpoint { root: [7; 32], ..kept.clone() };
    let found = verify::verify(app.db(), Some(&other)).await.unwrap().problems;
    assert!(found[0].contains("the kept checkpoint"), "{found:?}");
    let elsewhere = Checkpoint { origin: "elsewhere".into(), ..kept };
    assert!(verify::verify(app.db(), Some(&elsewhere)).await.unwrap().problems[0].contains("which is not here"));
    house.finish().await;
}

#[tokio::test]
async fn batched_entries_tell_neither_what_nor_how_many() {
    let house = house().await;
    let app = house.app();
    for n in 0..3 {
        app.in_txn(&house.system(), "signed_in", n, |tx, n| {
            Box::pin(async move { tx.journal(Entry::new("session.tried", "account", &n.to_string()).batched()).await })
        })
        .await
        .unwrap();
    }
    let now = app.clock().now();
    let before = journal::seal(app.db(), now, Batches::Later).await.unwrap();
    let after = journal::seal(app.db(), now, Batches::Due).await.unwrap();
    assert_eq!(after - before, 16, "filled up to a whole batch");
    assert_eq!(journal::seal(app.db(), now, Batches::Due).await.unwrap(), after, "an empty batch is not sealed");
    let entries = journal::after(&app.db().read(), before, 100).await.unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.kind == "session.tried").count(), 3);
    let mut lengths = Vec::new();
    for entry in &entries {
        let standing = prove::standing(&app.db().read(), entry.entry_id, None, 0).await.unwrap().unwrap();
        assert!(!standing.leaf.contains("session"));
        lengths.push(standing.leaf.len());
    }
    lengths.dedup();
    assert_eq!(lengths.len(), 1);
    house.finish().await;
}

#[tokio::test]
async fn a_bundle_is_checked_without_the_database() {
    let house = house().await;
    let app = house.app();
    let mut nothing = Vec::new();
    let early = export::export(app.db(), 0, &mut nothing).await.unwrap_err();
    assert_eq!(early.to_refusal().code, "journal-unsigned");
    for _ in 0..300 {
        act(app, &[], Some(put("a"))).await.unwrap();
    }
    house.settle().await;
    let mut file = Vec::new();
    let leaves = export::export(app.db(), 0, &mut file).await.unwrap();
    let key = app.signing_key().await.unwrap().unwrap().public();
    let checked = bundle::check(file.as_slice(), Trust { key: Some(&key), ..Trust::default() }).unwrap();
    assert_eq!(checked.checkpoint.size, leaves);
    assert!(checked.public > 300, "{checked:?}");
    let text = String::from_utf8(file).unwrap();
    assert!(
        bundle::check(text.replacen("抛光", "磨光", 1).as_bytes(), Trust { key: Some(&key), ..Trust::default() })
            .is_err()
    );
    house.finish().await;
}

#[tokio::test]
async fn a_rotated_key_signs_from_then_on_and_the_old_signatures_stay() {
    let house = house().await;
    let app = house.app();
    act(app, &[], Some(put("a"))).await.unwrap();
    house.settle().await;
    let old = app.signing_key().await.unwrap().unwrap().public();
    let vkey = log::rotate(app, app.clock().now(), Signs::Log, true).await.unwrap();
    house.settle().await;
    let new = PublicKey::parse(&vkey).unwrap();
    assert_ne!(new, old);
    let note = log::newest_published(&app.db().read()).await.unwrap().unwrap().note;
    assert_eq!(new.check(&note), Ok(None));
    assert!(old.check(&note).is_err());
    let entries = journal::newest_public(&app.db().read(), 1).await.unwrap();
    assert_eq!((entries[0].kind.as_str(), &entries[0].data["compromised"]), ("log.key-rotated", &json!(true)));
    assert_eq!(problems(app).await, Vec::<String>::new());
    // A key that others can read is not used.
    let file = app.settings().keys.join(format!("journal-{}.key", new.number()));
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(app.signing_key().await.err().unwrap().to_refusal().code, "journal-key-open");
}

/// A node of its own on a database that others use too.
async fn node(url: &DbUrl, folder: &std::path::Path, keys: &std::path::Path) -> App {
    signing_node(url, folder, keys, Signing::default()).await
}

async fn signing_node(url: &DbUrl, folder: &std::path::Path, keys: &std::path::Path, signing: Signing) -> App {
    start(url, folder, keys, signing).await.unwrap()
}

async fn start(url: &DbUrl, folder: &std::path::Path, keys: &std::path::Path, signing: Signing) -> Result<App, Fault> {
    let settings = Settings {
        data: folder.to_owned(),
        keys: keys.to_owned(),
        signing,
        demo: false,
        public_url: "https://corridor.example".into(),
        metrics: platform::metrics::Readers::Nobody,
    };
    let db = Db::open(url).await.unwrap();
    App::start(settings, db, Clock::fake(beginning()), vec![stones()]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_seal_at_once_make_one_log() {
    let folder = tempfile::tempdir().unwrap();
    let url = fresh_database(folder.path());
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let first = node(&url, &one, &one).await;
    let second = node(&url, &two, &one).await;
    assert_eq!(
        first.signing_key().await.unwrap().unwrap().public(),
        second.signing_key().await.unwrap().unwrap().public()
    );
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..8 {
        let app = if n % 2 == 0 { first.clone() } else { second.clone() };
        tasks.spawn(async move {
            for _ in 0..25 {
                act(&app, &[], Some(put("a"))).await.unwrap();
                let batches = if n < 4 { Batches::All } else { Batches::Later };
                // A sealer that loses against another comes back without having sealed.
                let _ = journal::seal(app.db(), app.clock().now(), batches).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let last = journal::seal(second.db(), second.clock().now(), Batches::All).await.unwrap();
    let key = second.signing_key().await.unwrap();
    assert_eq!(last, 200, "200 entries after the one that opened the log");
    platform::follower::settle(&first).await.unwrap();
    assert!(key.is_some());
    assert_eq!(problems(&second).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_backup_is_restored_into_either_database_and_opens_a_new_log() {
    let house = house().await;
    let app = house.app();
    act(app, &["INSERT INTO stone (id, weight, marked) VALUES ('石', NULL, TRUE)"], Some(put("a"))).await.unwrap();
    house.settle().await;
    let published = log::newest_published(&app.db().read()).await.unwrap().unwrap();
    let now = Instant::from_ms(app.clock().now().ms() + 1);
    let all = steps(&[stones()]);
    let mut file = Vec::new();
    let written = backup::write(app.db(), &all, now, &mut file).await.unwrap();
    // What happens after the backup is not in it.
    act(app, &["INSERT INTO stone (id, marked) VALUES ('late', TRUE)"], Some(put("late"))).await.unwrap();
    house.settle().await;

    let folder = tempfile::tempdir().unwrap();
    let mut places = vec![DbUrl::Sqlite(folder.path().join("restored.db"))];
    if app.db().sqlite_path().is_none() {
        places.push(fresh_database(folder.path()));
    }
    for (n, url) in places.iter().enumerate() {
        let db = Db::open(url).await.unwrap();
        let read = backup::restore(&db, &all, now, file.as_slice()).await.unwrap();
        assert_eq!(read.rows, written.rows);
        let again = backup::restore(&db, &all, now, file.as_slice()).await.unwrap_err();
        assert_eq!(again.to_refusal().code, "backup-not-empty");
        drop(db);
        let place = folder.path().join(n.to_string());
        let restored = node(url, &place, &place).await;
        assert!(restored.signing_key().await.unwrap().is_none(), "no key comes with a backup");
        log::open_restored(restored.db(), restored.keyring(), "https://corridor.example", now).await.unwrap();
        act(&restored, &["UPDATE stone SET weight = 9 WHERE id = '石'"], Some(put("a"))).await.unwrap();
        platform::follower::settle(&restored).await.unwrap();
        let report = verify::verify(restored.db(), Some(&published.checkpoint)).await.unwrap();
        assert_eq!((report.rows, report.problems, report.origins.len()), (1, Vec::new(), 2));
        let newer = log::newest(&restored.db().read()).await.unwrap().unwrap();
        assert_eq!(newer.previous, Some(published.note.clone()));
        let first = journal::after(&restored.db().read(), newer.base - 1, 1).await.unwrap().remove(0);
        assert_eq!((first.kind.as_str(), &first.data["previous"]), ("log.opened", &json!(published.note)));
        assert!(log::newest_published(&restored.db().read()).await.unwrap().unwrap().checkpoint.size >= 2);
    }
    let empty = Db::open(&DbUrl::Sqlite(folder.path().join("bad.db"))).await.unwrap();
    for bad in [&b"not a backup"[..], &file[..file.len() / 2]] {
        let refused = backup::restore(&empty, &all, now, bad).await.unwrap_err();
        assert_eq!(refused.to_refusal().code, "backup-form");
    }
    let older = backup::restore(&empty, &steps(&[]), now, file.as_slice()).await.unwrap_err();
    assert_eq!(older.to_refusal().code, "backup-newer");
}

#[tokio::test]
async fn a_database_from_before_images_gets_them_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = fresh_database(folder.path());
    let db = Db::open(&url).await.unwrap();
    db.migrate(beginning(), steps(&[stones()])).await.unwrap();
    db.in_txn(&Ctx::system(beginning()), "old", (), |tx, ()| {
        Box::pin(async move {
            sql(tx, "INSERT INTO stone (id, marked) VALUES ('old', TRUE)").await;
            Ok(())
        })
    })
    .await
    .unwrap();
    drop(db);
    let app = node(&url, folder.path(), folder.path()).await;
    platform::follower::settle(&app).await.unwrap();
    let report = verify::verify(app.db(), None).await.unwrap();
    assert_eq!((report.rows, report.problems), (1, Vec::new()));
    let leaf = journal::last_leaf(&app.db().read()).await.unwrap();
    drop(app);
    let again = node(&url, folder.path(), folder.path()).await;
    platform::follower::settle(&again).await.unwrap();
    assert_eq!(journal::last_leaf(&again.db().read()).await.unwrap(), leaf, "nothing is done twice");
}

#[tokio::test]
async fn the_pages_and_the_api_show_the_same_proof() {
    let house = house().await;
    let app = house.app();
    let entry = act(app, &[], Some(put("a"))).await.unwrap();
    let hidden = act(app, &[], Some(Entry::new("stone.hidden", "stone", "a"))).await.unwrap();
    let mut visitor = house.visitor();
    assert_eq!(visitor.get("/api/v1/journal/checkpoint").await.status, 404);
    assert_eq!(visitor.get("/log/checkpoint").await.status, 404);
    let pending = visitor.get(&format!("/journal/entries/{entry}")).await;
    assert!(pending.text().contains("待证明") && pending.text().contains("yilang/promise/v1"));
    house.settle().await;
    let body = visitor.get(&format!("/api/v1/journal/entries/{entry}")).await.value();
    assert_eq!(body["state"], "proven");
    let page = visitor.get(&format!("/journal/entries/{entry}")).await;
    assert!(page.text().contains("已证明") && page.text().contains(body["leaf_hash"].as_str().unwrap()));
    let protected = visitor.get(&format!("/journal/entries/{hidden}")).await;
    assert!(protected.text().contains("受保护") && !protected.text().contains("stone.hidden"));
    let note = visitor.get("/log/checkpoint").await;
    let body_note = visitor.get("/api/v1/journal/checkpoint").await.value()["note"].clone();
    assert_eq!(note.text(), body_note.as_str().unwrap());
    assert!(visitor.get("/journal").await.text().contains("存证日志"));
    assert!(visitor.get("/journal?entry=99999").await.text().contains("没有这个编号的条目"));
    let found = visitor.get(&format!("/journal?entry=%23{entry}")).await;
    assert_eq!(found.status, 303);
    let size = Checkpoint::parse(&note.text()).unwrap().size;
    let tile = visitor.get(&format!("/log/tile/0/000.p/{size}")).await;
    assert_eq!((tile.status.as_u16(), tile.bytes.len() as u64), (200, size * 32));
    let leaves = visitor.get(&format!("/log/tile/entries/000.p/{size}")).await;
    let leaf = body["leaf"].as_str().unwrap();
    assert!(leaves.bytes.windows(leaf.len()).any(|window| window == leaf.as_bytes()));
    for nothing in ["/log/tile/0/001", "/log/tile/x", "/journal/entries/x", "/api/v1/journal/entries/0"] {
        assert_eq!(visitor.get(nothing).await.status, 404, "{nothing}");
    }
    assert_eq!(visitor.get("/api/v1/journal/consistency?from=x&to=2").await.status, 422);
    assert_eq!(visitor.get("/api/v1/journal/consistency?from=1&to=9999").await.status, 404);
    house.finish().await;
}

#[tokio::test]
async fn an_entry_that_an_older_version_left_unsealed_stands_before_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let url = fresh_database(folder.path());
    let db = Db::open(&url).await.unwrap();
    db.migrate(beginning(), journal::MIGRATIONS[..1].to_vec()).await.unwrap();
    db.in_txn(&Ctx::system(beginning()), "old", (), |tx, ()| {
        Box::pin(async move {
            let text = "INSERT INTO journal_entry (at_ms, request_id, kind, actor, actor_name, object_kind, object_id, public, demo, data)
                VALUES (1, 'r', 'old.made', 'system', 'x', 'old', '1', TRUE, FALSE, '{}')";
            sql(tx, text).await;
            Ok(())
        })
    })
    .await
    .unwrap();
    drop(db);
    let app = node(&url, folder.path(), folder.path()).await;
    platform::follower::settle(&app).await.unwrap();
    let report = verify::verify(app.db(), None).await.unwrap();
    assert_eq!((report.before, report.problems), (1, Vec::new()));
    let standing = prove::standing(&app.db().read(), 1, None, 0).await.unwrap().unwrap();
    assert_eq!(standing.state, "before");
    assert_eq!(log::newest(&app.db().read()).await.unwrap().unwrap().base, 1);
}
