//! Large changes and the index: taken in ahead of their entry, seen by nobody before it, and never lost by a failure.
//!
//! The house holds things. They are written first, invisible, and published by one entry. A thing that is renamed in
//! between tells whether it was taken in ahead: then it still has its old name in the index.

use futures_util::future::BoxFuture;
use platform::capability::{Capability, DocumentChange, DocumentPage, DocumentSource, Pages};
use platform::db::{Conn, Migration, Outcome};
use platform::journal::{Entry, Recorded};
use platform::{Fault, follower};
use sea_orm::{ConnectionTrait, Statement};
use search::{Document, SearchRequest};
use testkit::TestApp;

const PAGE_THINGS: usize = 2;
const STEPS: &[Migration] = &[Migration {
    name: "things-0001",
    sql: "CREATE TABLE thing (number BIGINT PRIMARY KEY, name TEXT NOT NULL, batch TEXT NOT NULL);
CREATE TABLE published (batch TEXT PRIMARY KEY);
CREATE TABLE broken (reason TEXT PRIMARY KEY);
",
}];

fn things() -> Capability {
    Capability {
        // Not what is tested here: these rows are written without entries.
        working: &["thing", "published", "broken"],
        personal: &[],
        name: "things",
        migrations: STEPS,
        routes: Vec::new,
        policy: "",
        texts: &[],
        menu: &[],
        jobs: &[],
        desk: None,
        documents: Some(DocumentSource { changed, page: nothing, coming, lexicon }),
        memberships: None,
        follow: None,
        unread: None,
        access: None,
        demo: None,
        openapi: Default::default,
    }
}

fn changed<'a>(_: &'a Conn, entry: &'a Recorded) -> BoxFuture<'a, Outcome<Vec<DocumentChange>>> {
    let change = match entry.kind.as_str() {
        "things.published" => vec![DocumentChange::Pages(pages_of(&entry.object_id))],
        "thing.put" => vec![DocumentChange::Put(Box::new(document(1_000, &entry.object_id)))],
        _ => Vec::new(),
    };
    Box::pin(async { Ok(change) })
}

fn nothing<'a>(_: &'a Conn, _: Option<&'a str>) -> BoxFuture<'a, Outcome<DocumentPage>> {
    Box::pin(async { Ok(DocumentPage { documents: Vec::new(), next: None }) })
}

fn coming(conn: &Conn) -> BoxFuture<'_, Outcome<Option<Pages>>> {
    Box::pin(async move {
        let text = "SELECT DISTINCT batch FROM thing WHERE batch NOT IN (SELECT batch FROM published)";
        let row = conn.query_one_raw(statement(conn, text)).await?;
        let batch: Option<String> = row.map(|row| row.try_get("", "batch")).transpose()?;
        Ok(batch.map(|batch| pages_of(&batch)))
    })
}

fn pages_of(batch: &str) -> Pages {
    Pages { page, from: format!("{batch}:0") }
}

fn page<'a>(conn: &'a Conn, key: Option<&'a str>) -> BoxFuture<'a, Outcome<DocumentPage>> {
    Box::pin(async move {
        if conn.query_one_raw(statement(conn, "SELECT reason FROM broken")).await?.is_some() {
            return Err(Fault::Internal("the page cannot be read".to_owned()));
        }
        let (batch, last) = key.unwrap().split_once(':').unwrap();
        let text = format!(
            "SELECT number, name FROM thing WHERE batch = '{batch}' AND number > {last} ORDER BY number LIMIT {PAGE_THINGS}"
        );
        let mut documents = Vec::new();
        let mut last = 0_i64;
        for row in conn.query_all_raw(statement(conn, &text)).await? {
            last = row.try_get("", "number")?;
            documents.push(document(last, &row.try_get::<String>("", "name")?));
        }
        let next = (documents.len() == PAGE_THINGS).then(|| format!("{batch}:{last}"));
        Ok(DocumentPage { documents, next })
    })
}

fn lexicon(_: &Conn) -> BoxFuture<'_, Outcome<search::LexiconSource>> {
    Box::pin(async { Ok(search::LexiconSource::default()) })
}

fn document(number: i64, name: &str) -> Document {
    Document::new(format!("t{number}"), "organisation", name, format!("/things/{number}"))
}

fn statement(conn: &impl ConnectionTrait, text: &str) -> Statement {
    Statement::from_string(conn.get_database_backend(), text)
}

/// Changes what the house holds, with an entry if one is given by its kind and object.
async fn write(house: &TestApp, text: &str, entry: Option<(&'static str, &'static str)>) {
    let input = (text.to_owned(), entry);
    let ctx = house.system();
    let done = house.app().in_txn(&ctx, "write", input, |tx, (text, entry)| {
        Box::pin(async move {
            for one in text.split_terminator(';') {
                tx.execute_raw(statement(&**tx, one)).await?;
            }
            if let Some((kind, object)) = *entry {
                tx.journal(Entry::new(kind, "thing", object)).await?;
            }
            Ok(())
        })
    });
    done.await.unwrap();
}

async fn house() -> TestApp {
    let house = TestApp::start(vec![things()]).await;
    house.open_index().await;
    house
}

/// Five things of one batch, which make two full pages and a half.
async fn stage(house: &TestApp, batch: &str, first: usize) {
    let rows: Vec<String> = (first..first + 5).map(|n| format!("({n}, 'early', '{batch}')")).collect();
    write(house, &format!("INSERT INTO thing (number, name, batch) VALUES {}", rows.join(", ")), None).await;
}

async fn publish(house: &TestApp, batch: &'static str) {
    write(house, &format!("INSERT INTO published (batch) VALUES ('{batch}')"), Some(("things.published", batch))).await;
}

fn found(house: &TestApp, word: &str) -> usize {
    let request = SearchRequest { text: word.to_owned(), ..SearchRequest::default() };
    house.app().indexer().index().unwrap().search(&request).unwrap().total
}

#[tokio::test]
async fn full_pages_are_taken_in_ahead_and_seen_with_their_entry() {
    let house = house().await;
    stage(&house, "a", 1).await;
    house.settle().await;
    assert_eq!(found(&house, "early"), 0, "nobody sees them before the entry");
    write(&house, "UPDATE thing SET name = 'late'", None).await;
    publish(&house, "a").await;
    house.settle().await;
    assert_eq!((found(&house, "early"), found(&house, "late")), (4, 1), "only the page that was not full was left");
    write(&house, "", Some(("thing.put", "later"))).await;
    house.settle().await;
    assert_eq!(found(&house, "later"), 1, "the index goes on as usual");
}

#[tokio::test]
async fn what_another_change_overtakes_waits_for_its_entry() {
    let house = house().await;
    stage(&house, "a", 1).await;
    house.settle().await;
    write(&house, "", Some(("thing.put", "between"))).await;
    house.settle().await;
    assert_eq!((found(&house, "between"), found(&house, "early")), (1, 0));
    write(&house, "UPDATE thing SET name = 'late'", None).await;
    publish(&house, "a").await;
    house.settle().await;
    assert_eq!((found(&house, "early"), found(&house, "late")), (0, 5));
}

#[tokio::test]
async fn what_is_given_up_is_forgotten_and_the_next_is_taken_in() {
    let house = house().await;
    stage(&house, "a", 1).await;
    house.settle().await;
    write(&house, "DELETE FROM thing", None).await;
    stage(&house, "b", 11).await;
    house.settle().await;
    write(&house, "UPDATE thing SET name = 'late'", None).await;
    publish(&house, "b").await;
    house.settle().await;
    assert_eq!((found(&house, "early"), found(&house, "late")), (4, 1), "of the second batch; none of the first");
}

#[tokio::test]
async fn a_page_that_fails_is_taken_in_when_it_can_be_read_again() {
    let house = house().await;
    stage(&house, "a", 1).await;
    house.settle().await;
    write(&house, "INSERT INTO broken (reason) VALUES ('disk')", None).await;
    publish(&house, "a").await;
    follower::settle(house.app()).await.unwrap_err();
    assert_eq!(found(&house, "early"), 0);
    write(&house, "DELETE FROM broken", None).await;
    house.settle().await;
    assert_eq!(found(&house, "early"), 5);
    write(&house, "", Some(("thing.put", "later"))).await;
    house.settle().await;
    assert_eq!(found(&house, "later"), 1, "and this node still writes its index");
}

#[tokio::test]
async fn a_failure_ahead_of_the_entry_stops_nothing_else() {
    let house = house().await;
    write(&house, "INSERT INTO broken (reason) VALUES ('disk')", None).await;
    stage(&house, "a", 1).await;
    house.settle().await;
    write(&house, "", Some(("thing.put", "between"))).await;
    house.settle().await;
    assert_eq!((found(&house, "between"), found(&house, "early")), (1, 0));
    write(&house, "DELETE FROM broken", None).await;
    publish(&house, "a").await;
    house.settle().await;
    assert_eq!(found(&house, "early"), 5, "its entry brings what failed ahead of it");
}
