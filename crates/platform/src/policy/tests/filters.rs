//! A filter and row-by-row decisions must never differ.

use super::*;
use crate::db::{Db, DbUrl};
use crate::policy::Attr;
use sea_orm::{ConnectionTrait, Statement, Value};
use std::collections::BTreeSet;

const COLUMNS: [(&str, &str); 5] =
    [("state", "t.state"), ("owner", "t.owner"), ("city", "t.city"), ("hidden", "t.hidden"), ("size", "t.size")];

async fn database(folder: &std::path::Path) -> Db {
    let text = match std::env::var("YILANG_TEST_POSTGRES") {
        Ok(url) => {
            let joint = if url.contains('?') { '&' } else { '?' };
            format!("{url}{joint}schema=t_{}", crate::random::id())
        }
        Err(_) => format!("sqlite:{}", folder.join("test.db").display()),
    };
    let db = Db::open(&DbUrl::parse(&text).unwrap()).await.unwrap();
    let table = crate::db::Migration {
        name: "thing",
        sql: "CREATE TABLE thing (id TEXT PRIMARY KEY, state TEXT NOT NULL, owner TEXT NOT NULL, city TEXT, hidden BOOLEAN NOT NULL, size BIGINT NOT NULL);\n",
    };
    db.migrate(Instant::from_ms(0), vec![table]).await.unwrap();
    db
}

/// Every combination of what the policies look at.
fn things() -> Vec<Resource> {
    let mut things = Vec::new();
    for state in ["draft", "published", "closed"] {
        for owner in ["a", "b", "x' OR '1'='1"] {
            for city in [None, Some("310117"), Some("330400")] {
                for hidden in [false, true] {
                    for size in [-1, 3, 9, 10] {
                        let id = format!("{state}/{owner}/{city:?}/{hidden}/{size}");
                        things.push(Resource { id, ..thing(state, owner, city, hidden, size) });
                    }
                }
            }
        }
    }
    things
}

fn value(resource: &Resource, name: &str) -> Value {
    match resource.attrs.iter().find(|(attr, _)| *attr == name).map(|(_, value)| value) {
        Some(Attr::Text(text)) => text.clone().into(),
        Some(Attr::Bool(flag)) => (*flag).into(),
        Some(Attr::Long(number)) => (*number).into(),
        _ => Value::String(None),
    }
}

async fn fill(db: &Db, things: Vec<Resource>) {
    db.in_txn(&Ctx::system(Instant::from_ms(0)), "fill", things, |tx, things| {
        Box::pin(async move {
            for each in things {
                let columns = COLUMNS.map(|(name, _)| value(each, name));
                let values: Vec<Value> = std::iter::once(each.id.clone().into()).chain(columns).collect();
                let text = "INSERT INTO thing (id, state, owner, city, hidden, size) VALUES ($1, $2, $3, $4, $5, $6)";
                tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), text, values)).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
}

fn actors() -> Vec<Actor> {
    let mut two_hats = officer("330400");
    two_hats.memberships = member("a", &[Mandate::Publish]).memberships;
    let mut both_cities = officer("330400");
    both_cities.cities.push(Adcode::parse("310117").unwrap());
    vec![
        Actor::visitor(),
        member("a", &[Mandate::Publish]),
        member("x' OR '1'='1", &[]),
        officer("310117"),
        two_hats,
        both_cities,
        with_role(Role::JointOffice),
        Actor { demo: true, ..with_role(Role::JointOffice) },
        Actor::system(),
        Actor { scopes: Some(vec!["write".into()]), ..officer("310117") },
        Actor { scopes: Some(vec!["read".into()]), ..officer("310117") },
    ]
}

#[tokio::test]
async fn a_filter_shows_exactly_the_rows_that_decisions_allow() {
    let folder = tempfile::tempdir().unwrap();
    let (db, policies, things) = (database(folder.path()).await, policies(), things());
    fill(&db, things.clone()).await;
    let (mut some, mut none_or_all) = (0, 0);
    for actor in actors() {
        for action in ["thing_view", "thing_pick"] {
            let ctx = as_actor(actor.clone());
            let (condition, values) = policies.filter(&ctx, action, "Thing", &COLUMNS, 2).unwrap();
            let text = format!("SELECT t.id FROM thing t WHERE t.id <> $1 AND ({condition}) ORDER BY t.id");
            let values: Vec<Value> = std::iter::once("nothing".into()).chain(values).collect();
            let conn = db.read();
            let rows =
                conn.query_all_raw(Statement::from_sql_and_values(conn.get_database_backend(), &text, values)).await;
            let rows = rows.unwrap_or_else(|error| panic!("{text}: {error}"));
            let shown: BTreeSet<String> = rows.iter().map(|row| row.try_get("", "id").unwrap()).collect();
            let allowed = things.iter().filter(|each| policies.allows(&ctx, action, each));
            let allowed: BTreeSet<String> = allowed.map(|each| each.id.clone()).collect();
            assert_eq!(shown, allowed, "{} {action}: {text}", actor.id());
            if (1..things.len()).contains(&shown.len()) { some += 1 } else { none_or_all += 1 }
        }
    }
    assert!(some >= 10 && none_or_all >= 4, "the cases are of both kinds: {some}, {none_or_all}");
}

#[test]
fn a_filter_names_what_it_cannot_do() {
    let policies = policies();
    let ctx = as_actor(officer("310117"));
    let said = |result: crate::fault::Outcome<(String, Vec<Value>)>| result.unwrap_err().to_string();
    assert!(said(policies.filter(&ctx, "thing_review", "Thing", &COLUMNS, 1)).contains("not @listable"));
    assert!(said(policies.filter(&ctx, "thing_view", "House", &COLUMNS, 1)).contains("not @listable"));
    assert!(
        said(policies.filter(&ctx, "thing_view", "Thing", &COLUMNS[..1], 1)).contains("needs a column for `hidden`")
    );
}

#[test]
fn what_is_known_of_the_actor_is_folded_away() {
    let policies = policies();
    let text = |actor: Actor| policies.filter(&as_actor(actor), "thing_view", "Thing", &COLUMNS, 1).unwrap().0;
    assert_eq!(text(Actor::system()), "1 = 1");
    assert_eq!(text(Actor::visitor()), "(t.state IN ($1, $2) AND NOT (t.hidden))");
    assert_eq!(text(member("a", &[])), "((t.state IN ($1, $2) AND NOT (t.hidden)) OR t.owner IN ($3))");
    assert_eq!(text(Actor { scopes: Some(vec!["write".into()]), ..Actor::system() }), "1 = 0");
}
