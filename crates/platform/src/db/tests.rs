//! The wrapper's promises, held on SQLite always and on PostgreSQL where one is offered.

use super::*;
use crate::ctx::Ctx;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use kernel::{Instant, Refusal};
use sea_orm::{ConnectionTrait, Statement, Value};
use std::sync::atomic::{AtomicUsize, Ordering};

const STEPS: &[Migration] = &[Migration {
    name: "test-0001",
    sql: "CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT, flag BOOLEAN, body {bytes}, note TEXT);\n
              CREATE TABLE part (id {id}, thing TEXT NOT NULL REFERENCES thing (id), n BIGINT CHECK (n >= 0));\n",
}];

/// A database of its own for one test; the folder lives as long as the guard.
struct Place {
    db: Db,
    _folder: tempfile::TempDir,
}

async fn places() -> Vec<Place> {
    let mut urls = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    urls.push((DbUrl::Sqlite(folder.path().join("t.db")), folder));
    if let Ok(url) = std::env::var("YILANG_TEST_POSTGRES") {
        let schema = format!("t_{}", crate::random::id());
        let joined = format!("{url}{}schema={schema}", if url.contains('?') { '&' } else { '?' });
        urls.push((DbUrl::parse(&joined).unwrap(), tempfile::tempdir().unwrap()));
    }
    let mut places = Vec::new();
    for (url, folder) in urls {
        let db = Db::open(&url).await.unwrap();
        let all = [crate::journal::MIGRATIONS, crate::lease::MIGRATIONS, crate::jobs::MIGRATIONS, STEPS].concat();
        db.migrate(Instant::from_ms(1), all).await.unwrap();
        places.push(Place { db, _folder: folder });
    }
    places
}

fn ctx() -> Ctx {
    Ctx::system(Instant::from_ms(1_700_000_000_000))
}

async fn insert(conn: &impl ConnectionTrait, id: &str, n: i64) -> Outcome<()> {
    let text = "INSERT INTO thing (id, n) VALUES ($1, $2)";
    conn.execute_raw(Statement::from_sql_and_values(conn.get_database_backend(), text, [id.into(), n.into()])).await?;
    Ok(())
}

async fn count(conn: &impl ConnectionTrait) -> i64 {
    let text = "SELECT COUNT(*) AS n FROM thing";
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), text)).await.unwrap();
    row.unwrap().try_get("", "n").unwrap()
}

#[tokio::test]
async fn a_committed_action_is_read_by_the_next_reader() {
    for place in places().await {
        for n in 0..50i64 {
            place
                .db
                .in_txn(&ctx(), "put", n, |tx, n| Box::pin(async move { insert(tx, &format!("i{n}"), *n).await }))
                .await
                .unwrap();
            assert_eq!(count(&place.db.read()).await, n + 1);
        }
    }
}

#[tokio::test]
async fn a_refused_action_leaves_nothing_and_spares_its_neighbours() {
    for place in places().await {
        let db = place.db.clone();
        let calls = (0..40i64).map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                db.in_txn(&ctx(), "put", n, |tx, n| {
                    Box::pin(async move {
                        insert(tx, &format!("i{n}"), *n).await?;
                        if n % 2 == 1 {
                            return Err(Refusal::invalid("odd", "奇数不收。", "No odd numbers.").into());
                        }
                        Ok(())
                    })
                })
                .await
            })
        });
        let outcomes = futures_util::future::join_all(calls).await;
        let refused = outcomes.iter().filter(|o| o.as_ref().unwrap().is_err()).count();
        assert_eq!(refused, 20);
        assert_eq!(count(&db.read()).await, 20);
    }
}

#[tokio::test]
async fn nobody_sees_an_open_transaction() {
    for place in places().await {
        let db = place.db.clone();
        let seen = db
            .in_txn(&ctx(), "peek", place.db.clone(), |tx, db| {
                Box::pin(async move {
                    insert(tx, "hidden", 1).await?;
                    Ok((count(tx).await, count(&db.read()).await))
                })
            })
            .await
            .unwrap();
        assert_eq!(seen, (1, 0), "inside one, outside none");
    }
}

#[tokio::test]
async fn who_comes_while_a_group_runs_shares_its_commit() {
    type Waiting = BoxFuture<'static, Outcome<(i64, i64)>>;
    // SQLite: PostgreSQL commits every action by itself.
    let place = places().await.remove(0);
    let db = place.db.clone();
    let (queued, mut waiting) = tokio::sync::mpsc::unbounded_channel::<Waiting>();
    db.in_txn(&ctx(), "first", (db.clone(), queued), |tx, (db, queued)| {
        Box::pin(async move {
            insert(tx, "a", 1).await?;
            let db = db.clone();
            let mut second: Waiting = Box::pin(async move {
                db.in_txn(&ctx(), "second", db.clone(), |tx, db| {
                    Box::pin(async move { Ok((count(tx).await, count(&db.read()).await)) })
                })
                .await
            });
            assert!((&mut second).now_or_never().is_none(), "it stands in the queue");
            queued.send(second).map_err(|_| crate::fault::Fault::Internal("nobody waits".into()))
        })
    })
    .await
    .unwrap();
    let seen = waiting.recv().await.unwrap().await.unwrap();
    assert_eq!(seen, (1, 0), "the first is there, and not committed yet");
}

#[tokio::test]
async fn readers_cannot_write() {
    let place = places().await.remove(0);
    let outcome = insert(&place.db.read(), "x", 1).await;
    assert!(outcome.is_err(), "a reading connection wrote");
    assert_eq!(count(&place.db.read()).await, 0);
}

#[tokio::test]
async fn a_panic_inside_an_action_rolls_back_and_the_house_goes_on() {
    for place in places().await {
        let outcome: Outcome<()> = place
            .db
            .in_txn(&ctx(), "panic", (), |tx, ()| {
                Box::pin(async move {
                    insert(tx, "gone", 1).await?;
                    panic!("planted")
                })
            })
            .await;
        assert!(matches!(outcome, Err(Fault::Internal(_))));
        place.db.in_txn(&ctx(), "put", (), |tx, ()| Box::pin(insert(tx, "kept", 1))).await.unwrap();
        assert_eq!(count(&place.db.read()).await, 1);
    }
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_stop_the_action() {
    for place in places().await {
        let db = place.db.clone();
        let call = tokio::spawn(async move {
            db.in_txn(&ctx(), "slow", (), |tx, ()| {
                Box::pin(async move {
                    insert(tx, "slow", 1).await?;
                    tokio::task::yield_now().await;
                    Ok(())
                })
            })
            .await
        });
        tokio::task::yield_now().await;
        call.abort();
        // Either the abort came before the action began, or the action ran to its end; never half.
        place.db.in_txn(&ctx(), "after", (), |tx, ()| Box::pin(insert(tx, "after", 1))).await.unwrap();
        assert!((1..=2).contains(&count(&place.db.read()).await));
    }
}

#[tokio::test]
async fn counting_up_by_many_callers_loses_nothing() {
    static RETRIES: AtomicUsize = AtomicUsize::new(0);
    for place in places().await {
        let db = place.db.clone();
        db.in_txn(&ctx(), "put", (), |tx, ()| Box::pin(insert(tx, "counter", 0))).await.unwrap();
        let calls = (0..8).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    // A caller told "busy" comes again, as a person would.
                    while db.in_txn(&ctx(), "up", (), |tx, ()| Box::pin(up(tx))).await.is_err() {
                        RETRIES.fetch_add(1, Ordering::Relaxed);
                        assert!(RETRIES.load(Ordering::Relaxed) < 10_000, "no progress");
                    }
                }
            })
        });
        futures_util::future::join_all(calls).await.into_iter().for_each(|joined| joined.unwrap());
        let row = db
            .read()
            .query_one_raw(Statement::from_string(db.read().get_database_backend(), "SELECT n FROM thing"))
            .await;
        assert_eq!(row.unwrap().unwrap().try_get::<i64>("", "n").unwrap(), 40);
    }
}

async fn up(tx: &Txn) -> Outcome<()> {
    let backend = tx.get_database_backend();
    let row = tx.query_one_raw(Statement::from_string(backend, "SELECT n FROM thing WHERE id = 'counter'")).await?;
    let n: i64 = row.ok_or_else(|| Fault::Internal("no counter".into()))?.try_get("", "n")?;
    tx.execute_raw(Statement::from_sql_and_values(
        backend,
        "UPDATE thing SET n = $1 WHERE id = 'counter'",
        [(n + 1).into()],
    ))
    .await?;
    Ok(())
}

#[tokio::test]
async fn values_and_nulls_come_back_as_they_went_in() {
    for place in places().await {
        let values: [Value; 5] =
            ["t".into(), i64::MIN.into(), true.into(), vec![0u8, 255].into(), "硅\u{1F4A1}'\"".into()];
        place
            .db
            .in_txn(&ctx(), "put", values, |tx, values| {
                Box::pin(async move {
                    let text = "INSERT INTO thing (id, n, flag, body, note) VALUES ($1, $2, $3, $4, $5)";
                    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), text, values.clone()))
                        .await?;
                    let none: [Value; 4] =
                        [Value::BigInt(None), Value::Bool(None), Value::Bytes(None), Value::String(None)];
                    let text = "INSERT INTO thing (id, n, flag, body, note) VALUES ('null', $1, $2, $3, $4)";
                    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), text, none)).await?;
                    Ok(())
                })
            })
            .await
            .unwrap();
        let conn = place.db.read();
        let rows = conn
            .query_all_raw(Statement::from_string(conn.get_database_backend(), "SELECT * FROM thing ORDER BY n"))
            .await
            .unwrap();
        let full = rows.iter().find(|r| r.try_get::<String>("", "id").unwrap() == "t").unwrap();
        assert_eq!(full.try_get::<i64>("", "n").unwrap(), i64::MIN);
        assert!(full.try_get::<bool>("", "flag").unwrap());
        assert_eq!(full.try_get::<Vec<u8>>("", "body").unwrap(), [0, 255]);
        assert_eq!(full.try_get::<String>("", "note").unwrap(), "硅\u{1F4A1}'\"");
        let null = rows.iter().find(|r| r.try_get::<String>("", "id").unwrap() == "null").unwrap();
        assert_eq!(null.try_get::<Option<i64>>("", "n").unwrap(), None);
        assert_eq!(null.try_get::<Option<bool>>("", "flag").unwrap(), None);
        assert_eq!(null.try_get::<Option<Vec<u8>>>("", "body").unwrap(), None);
        assert_eq!(null.try_get::<Option<String>>("", "note").unwrap(), None);
    }
}

#[tokio::test]
async fn numbered_values_keep_their_numbers_in_any_order() {
    for place in places().await {
        let conn = place.db.read();
        let text = "SELECT CAST($2 AS TEXT) AS second, CAST($1 AS TEXT) AS first, CAST($2 AS TEXT) AS again";
        let values: [Value; 2] = ["one".into(), "two".into()];
        let row = conn.query_one_raw(Statement::from_sql_and_values(conn.get_database_backend(), text, values)).await;
        let row = row.unwrap().unwrap();
        let read = |name: &str| row.try_get::<String>("", name).unwrap();
        assert_eq!((read("first"), read("second"), read("again")), ("one".into(), "two".into(), "two".into()));
    }
}

#[tokio::test]
async fn a_written_row_comes_back_as_it_was_given() {
    for place in places().await {
        let text = "INSERT INTO thing (id, flag) VALUES ($1, $2) RETURNING id, n, flag";
        for flag in [true, false] {
            let given = db_in(&place, text, vec![flag.to_string().into(), flag.into()]).await.unwrap();
            assert_eq!(given.try_get::<bool>("", "flag").unwrap(), flag);
            assert_eq!(given.try_get::<Option<i64>>("", "n").unwrap(), None);
        }
    }
}

#[tokio::test]
async fn a_statement_that_was_known_before_a_migration_sees_the_new_column() {
    let place = places().await.remove(0);
    let read = |id: &'static str| {
        let conn = place.db.read();
        let text = "SELECT * FROM thing WHERE id = $1";
        let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, [id.into()]);
        async move { conn.query_one_raw(statement).await.unwrap().unwrap() }
    };
    db_in(&place, "INSERT INTO thing (id) VALUES ($1) RETURNING id", vec!["old".into()]).await.unwrap();
    for _ in 0..8 {
        assert!(read("old").await.try_get::<Option<i64>>("", "n").unwrap().is_none());
    }
    let step = Migration { name: "test-0002", sql: "ALTER TABLE thing ADD COLUMN later TEXT;\n" };
    let all = [crate::journal::MIGRATIONS, crate::lease::MIGRATIONS, crate::jobs::MIGRATIONS, STEPS, &[step]].concat();
    place.db.migrate(Instant::from_ms(2), all).await.unwrap();
    let insert = "INSERT INTO thing (id, later) VALUES ($1, 'seen') RETURNING id";
    db_in(&place, insert, vec!["new".into()]).await.unwrap();
    for _ in 0..8 {
        assert_eq!(read("new").await.try_get::<String>("", "later").unwrap(), "seen");
    }
}

/// Runs one statement in a transaction of its own and gives its row.
async fn db_in(place: &Place, text: &'static str, values: Vec<Value>) -> Outcome<sea_orm::QueryResult> {
    let ctx = ctx();
    let run = place.db.in_txn(&ctx, "run", values, move |tx, values| {
        Box::pin(async move {
            let statement = Statement::from_sql_and_values(tx.get_database_backend(), text, values.clone());
            Ok(tx.query_one_raw(statement).await?)
        })
    });
    run.await?.ok_or_else(|| Fault::Internal("no row".into()))
}

#[tokio::test]
async fn errors_are_named_alike_on_both_databases() {
    for place in places().await {
        let db = &place.db;
        db.in_txn(&ctx(), "put", (), |tx, ()| Box::pin(insert(tx, "a", 1))).await.unwrap();
        let twice = db.in_txn(&ctx(), "put", (), |tx, ()| Box::pin(insert(tx, "a", 1))).await;
        assert!(matches!(named(twice), DbFault::Unique(_)));
        for (text, expected) in [
            ("INSERT INTO part (thing, n) VALUES ('nobody', 1)", DbFault::ForeignKey),
            ("INSERT INTO part (thing, n) VALUES ('a', -1)", DbFault::Check),
        ] {
            let outcome = db
                .in_txn(&ctx(), "put", text, |tx, text| {
                    Box::pin(async move { Ok(tx.execute_unprepared(text).await.map(|_| ())?) })
                })
                .await;
            assert_eq!(named(outcome), expected, "{text}");
        }
    }
}

fn named(outcome: Outcome<()>) -> DbFault {
    match outcome {
        Err(Fault::Db(error)) => classify(&error),
        other => panic!("a database error was expected, not {other:?}"),
    }
}

#[tokio::test]
async fn a_busy_file_is_refused_clearly_and_loses_nothing() {
    let place = places().await.remove(0);
    let path = place.db.sqlite_path().unwrap().to_owned();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // The writer waits for its whole patience in the background; a read still answers at once.
    let db = place.db.clone();
    let waiting =
        tokio::spawn(async move { db.in_txn(&ctx(), "put", (), |tx, ()| Box::pin(insert(tx, "a", 1))).await });
    assert_eq!(count(&place.db.read()).await, 0);
    let outcome = waiting.await.unwrap();
    assert_eq!(outcome.unwrap_err().to_refusal().code, "busy");
    other.execute_batch("ROLLBACK").unwrap();
    place.db.in_txn(&ctx(), "put", (), |tx, ()| Box::pin(insert(tx, "a", 1))).await.unwrap();
    assert_eq!(count(&place.db.read()).await, 1);
}

#[tokio::test]
async fn a_full_disk_is_refused_clearly_and_loses_nothing() {
    let place = places().await.remove(0);
    place.db.in_txn(&ctx(), "put", (), |tx, ()| Box::pin(insert(tx, "kept", 1))).await.unwrap();
    // The page limit of SQLite stands for the end of the disk: the same error, the same automatic rollback.
    place
        .db
        .in_txn(&ctx(), "limit", (), |tx, ()| {
            Box::pin(async move { Ok(tx.execute_unprepared("PRAGMA max_page_count = 40").await.map(|_| ())?) })
        })
        .await
        .unwrap();
    let big = "x".repeat(2_000_000);
    let outcome = place
        .db
        .in_txn(&ctx(), "big", big, |tx, big| {
            Box::pin(async move {
                let text = "INSERT INTO thing (id, note) VALUES ('big', $1)";
                let statement = Statement::from_sql_and_values(tx.get_database_backend(), text, [big.clone().into()]);
                Ok(tx.execute_raw(statement).await.map(|_| ())?)
            })
        })
        .await;
    assert_eq!(outcome.unwrap_err().to_refusal().code, "storage");
    assert_eq!(count(&place.db.read()).await, 1, "what was there stays");
    place.db.in_txn(&ctx(), "small", (), |tx, ()| Box::pin(insert(tx, "small", 1))).await.unwrap();
}

#[tokio::test]
async fn a_read_only_file_is_refused_clearly() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = Db::open(&DbUrl::Sqlite(folder.path().join("missing/t.db"))).await;
    let refusal = outcome.err().unwrap().to_refusal();
    assert_eq!(refusal.code, "database-open");
    assert!(refusal.zh.contains("请检查"));
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    for place in places().await {
        let all = [crate::journal::MIGRATIONS, crate::lease::MIGRATIONS, crate::jobs::MIGRATIONS].concat();
        let outcome = place.db.migrate(Instant::from_ms(2), all).await;
        assert_eq!(outcome.unwrap_err().to_refusal().code, "database-newer");
    }
}

#[tokio::test]
async fn several_nodes_may_migrate_at_once() {
    for place in places().await {
        let more: Vec<Migration> =
            [crate::journal::MIGRATIONS, crate::lease::MIGRATIONS, crate::jobs::MIGRATIONS, STEPS]
                .concat()
                .into_iter()
                .chain([Migration { name: "test-0002", sql: "CREATE TABLE later (id TEXT PRIMARY KEY);\n" }])
                .collect();
        let calls = (0..4).map(|_| place.db.migrate(Instant::from_ms(3), more.clone()));
        let ran: usize = futures_util::future::join_all(calls).await.into_iter().map(|o| o.unwrap().len()).sum();
        assert_eq!(ran, 1, "exactly one node ran the new step");
    }
}

#[tokio::test]
async fn leaves_follow_commits_without_gaps() {
    for place in places().await {
        let calls = (0..30).map(|n| {
            let db = place.db.clone();
            tokio::spawn(async move {
                db.in_txn(&ctx(), "entry", n, |tx, n| {
                    Box::pin(async move {
                        tx.journal(crate::journal::Entry::new("thing.made", "thing", &n.to_string())).await?;
                        if n % 5 == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
                    })
                })
                .await
            })
        });
        futures_util::future::join_all(calls).await;
        let last = crate::journal::seal(&place.db, Instant::from_ms(5), crate::journal::Batches::All).await.unwrap();
        let entries = crate::journal::after(&place.db.read(), -1, 100).await.unwrap();
        let leaves: Vec<i64> = entries.iter().filter_map(|e| e.leaf_index).collect();
        assert_eq!(leaves, (0..24).collect::<Vec<i64>>(), "refused actions left no entry");
        assert_eq!(last, 23);
    }
}

/// Goal: what was acknowledged survives a crash. Method: copy the files as they
/// lie on the disk while the database is open, and open the copy.
#[tokio::test]
async fn acknowledged_actions_survive_a_crash() {
    let place = places().await.remove(0);
    for n in 0..20i64 {
        place
            .db
            .in_txn(&ctx(), "put", n, |tx, n| Box::pin(async move { insert(tx, &format!("i{n}"), *n).await }))
            .await
            .unwrap();
    }
    let copy = tempfile::tempdir().unwrap();
    let path = place.db.sqlite_path().unwrap();
    for ending in ["", "-wal"] {
        let from = format!("{}{ending}", path.display());
        std::fs::copy(from, copy.path().join(format!("t.db{ending}"))).unwrap();
    }
    let reopened = Db::open(&DbUrl::Sqlite(copy.path().join("t.db"))).await.unwrap();
    assert_eq!(count(&reopened.read()).await, 20);
}
