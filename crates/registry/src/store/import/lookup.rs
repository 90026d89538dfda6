//! What the house holds under the keys and codes of a file.

use super::in_list;
use crate::rules::import::{Holder, Noun};
use crate::store::visibility::published;
use kernel::Adcode;
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, get};
use sea_orm::{QueryResult, Value};
use std::collections::HashMap;

/// Keys or codes asked for in one query.
const ASKED_MAX: usize = 500;

/// Found records by the key or code that was asked for.
pub type Table<T> = HashMap<String, T>;

/// An import brought it, and nobody has claimed or edited it, nor confirmed anything about it, since.
const ORGANISATION_OPEN: &str = "CAST(CASE WHEN o.source = 'import' AND o.claimed_ms IS NULL AND o.edited_ms IS NULL AND o.verified_ms IS NULL
    AND NOT EXISTS (SELECT 1 FROM statement s WHERE s.organisation = o.id AND (s.edited_ms IS NOT NULL OR s.verified_ms IS NOT NULL))
    AND NOT EXISTS (SELECT 1 FROM organisation_status t WHERE t.organisation = o.id AND (t.edited_ms IS NOT NULL OR t.verified_ms IS NOT NULL))
    THEN 1 ELSE 0 END AS BIGINT) AS open";

/// Nobody has touched the need or offer since its import.
const LISTING_OPEN: &str =
    "CAST(CASE WHEN l.updated_ms = k.seen_ms AND l.revision IS NULL AND l.waiting_since_ms IS NULL
    AND l.state IN ('draft', 'published') THEN 1 ELSE 0 END AS BIGINT) AS open";

fn holder(row: &QueryResult, digest: Option<String>) -> Outcome<Holder> {
    let city: Option<String> = get(row, "city")?;
    let city = city.and_then(|code| Adcode::parse(&code).ok());
    Ok(Holder { object: get(row, "object")?, digest, city, open: get::<i64>(row, "open")? != 0 })
}

/// The records that keys of published imports lead to.
pub async fn by_keys(conn: &Conn, noun: Noun, keys: &[String]) -> Outcome<Table<Holder>> {
    let (open, table, alias) = match noun.side() {
        None => (ORGANISATION_OPEN, "organisation", "o"),
        Some(_) => (LISTING_OPEN, "listing", "l"),
    };
    let mut found = HashMap::new();
    for asked in keys.chunks(ASKED_MAX) {
        let Some((places, mut values)) = in_list(2, asked) else { break };
        values.insert(0, noun.code().into());
        let text = format!(
            "SELECT k.key AS asked, k.object AS object, k.digest AS digest, {alias}.city AS city, {open} FROM import_key k
             JOIN import_batch b ON b.id = k.batch AND b.state = 'published' JOIN {table} {alias} ON {alias}.id = k.object
             WHERE k.noun = $1 AND k.key IN ({places})"
        );
        for row in all(conn, &text, values).await? {
            let digest = Some(get::<String>(&row, "digest")?);
            found.insert(get(&row, "asked")?, holder(&row, digest)?);
        }
    }
    Ok(found)
}

/// The organisations that have unified social credit codes.
pub async fn by_codes(conn: &Conn, codes: &[String]) -> Outcome<Table<Holder>> {
    let mut found = HashMap::new();
    for asked in codes.chunks(ASKED_MAX) {
        let Some((places, values)) = in_list(1, asked) else { break };
        let text = format!(
            "SELECT o.uscc AS asked, o.id AS object, o.city AS city, {ORGANISATION_OPEN} FROM organisation o WHERE o.uscc IN ({places})"
        );
        for row in all(conn, &text, values).await? {
            found.insert(get(&row, "asked")?, holder(&row, None)?);
        }
    }
    Ok(found)
}

/// Which of some records an import may still change. `keys` says under which key each is held.
pub async fn open_of(conn: &Conn, noun: Noun, keys: &[String]) -> Outcome<Table<bool>> {
    let found = by_keys(conn, noun, keys).await?;
    Ok(found.into_iter().map(|(key, holder)| (key, holder.open)).collect())
}

/// An organisation that a need or offer may belong to.
fn owner(row: &QueryResult) -> Outcome<(String, Option<Adcode>, bool)> {
    let city: Option<String> = get(row, "city")?;
    Ok((get(row, "id")?, city.and_then(|code| Adcode::parse(&code).ok()), get(row, "demo")?))
}

/// Id, city and label of the public organisations that keys of organisation imports lead to.
pub async fn owners_by_keys(conn: &Conn, keys: &[String]) -> Outcome<Table<(String, Option<Adcode>, bool)>> {
    let text = "SELECT k.key AS asked, o.id, o.city, o.demo FROM import_key k
        JOIN import_batch b ON b.id = k.batch AND b.state = 'published' JOIN organisation o ON o.id = k.object
        WHERE o.state = 'listed' AND k.noun = 'organisations' AND k.key";
    owners(conn, text, keys).await
}

/// Id, city and label of the public organisations that have unified social credit codes.
pub async fn owners_by_codes(conn: &Conn, codes: &[String]) -> Outcome<Table<(String, Option<Adcode>, bool)>> {
    let text = format!(
        "SELECT o.uscc AS asked, o.id, o.city, o.demo FROM organisation o WHERE o.state = 'listed' AND {} AND o.uscc",
        published("o.")
    );
    owners(conn, &text, codes).await
}

async fn owners(conn: &Conn, select: &str, asked: &[String]) -> Outcome<Table<(String, Option<Adcode>, bool)>> {
    let mut found = HashMap::new();
    for asked in asked.chunks(ASKED_MAX) {
        let Some((places, values)): Option<(String, Vec<Value>)> = in_list(1, asked) else { break };
        for row in all(conn, &format!("{select} IN ({places})"), values).await? {
            found.insert(get(&row, "asked")?, owner(&row)?);
        }
    }
    Ok(found)
}
