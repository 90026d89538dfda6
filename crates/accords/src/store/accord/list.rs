//! Lists of joint acts: filters, pages by cursor, counts for the filters, what waits for whom, and what the clock ends.

use super::{codes, seen, select};
use crate::rules::accord::{Accord, AccordState};
use kernel::{Adcode, Instant};
use platform::db::{Conn, Outcome};
use rooms::store::browse::{Where, counted};
use rooms::store::rows::{all, first, get};
use rooms::store::{Allowed, Position, after};
use search::Document;

/// What the list is narrowed to. Several values of one filter widen it, several filters narrow it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words in title, number and text.
    pub text: String,
    /// Kinds.
    pub kinds: Vec<String>,
    /// States.
    pub states: Vec<String>,
    /// Cities that are parties.
    pub cities: Vec<String>,
}

/// How many acts each value of each filter would give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By state.
    pub states: Vec<(String, i64)>,
    /// By kind.
    pub kinds: Vec<(String, i64)>,
    /// By city.
    pub cities: Vec<(String, i64)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Facet {
    State,
    Kind,
    City,
}

const WORDS_IN: [&str; 4] = ["a.title", "a.title_en", "a.number", "a.text"];
/// Acts one desk is shown at once.
const DESK_MAX: usize = 100;

fn narrowed(allowed: Allowed, filter: &Filter, but: Option<Facet>) -> Where {
    let mut clause = seen(allowed);
    clause.words(&filter.text, &WORDS_IN);
    if but != Some(Facet::State) {
        clause.any("a.state", &filter.states);
    }
    if but != Some(Facet::Kind) {
        clause.any("a.kind", &filter.kinds);
    }
    if but != Some(Facet::City) && !filter.cities.is_empty() {
        let places: Vec<String> = filter.cities.iter().map(|city| clause.place(city.as_str())).collect();
        clause.and(&format!(
            "EXISTS (SELECT 1 FROM accord_party f WHERE f.accord = a.id AND f.city IN ({}))",
            places.join(", ")
        ));
    }
    clause
}

/// One page of the acts that a policy allows, the newest change first, and how many there are in all.
pub async fn list(
    conn: &Conn,
    allowed: Allowed,
    filter: &Filter,
    from: Option<&Position>,
    limit: usize,
) -> Outcome<(Vec<Accord>, i64)> {
    let mut clause = narrowed(allowed, filter, None);
    let text = format!("SELECT COUNT(*) AS n FROM accord a WHERE {}", clause.text);
    let total = first(conn, &text, clause.values.clone()).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    after(&mut clause, from, "a.updated_ms", "a.id");
    let tail = format!("WHERE {} ORDER BY a.updated_ms DESC, a.id DESC LIMIT {limit}", clause.text);
    Ok((select(conn, &tail, clause.values).await?, total))
}

/// The place of one act in the list.
pub async fn position(conn: &Conn, id: &str) -> Outcome<Option<Position>> {
    let row = first(conn, "SELECT updated_ms FROM accord WHERE id = $1", vec![id.into()]).await?;
    row.map(|row| Ok(Position { at: get(&row, "updated_ms")?, id: id.to_owned() })).transpose()
}

/// What the filters would give.
pub async fn facets(conn: &Conn, allowed: &Allowed, filter: &Filter) -> Outcome<Facets> {
    let clause = |but| narrowed(allowed.clone(), filter, Some(but));
    let by_city = "accord a JOIN accord_party c ON c.accord = a.id";
    Ok(Facets {
        states: counted(conn, "a.state", "accord a", clause(Facet::State)).await?,
        kinds: counted(conn, "a.kind", "accord a", clause(Facet::Kind)).await?,
        cities: counted(conn, "c.city", by_city, clause(Facet::City)).await?,
    })
}

/// Circulated acts to which one of these cities is a party, the most urgent first.
pub async fn asking(conn: &Conn, cities: &[Adcode]) -> Outcome<Vec<Accord>> {
    if cities.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("a.state = 'circulated' AND p.accord = a.id");
    clause.any("p.city", &codes(cities));
    let tail = format!(
        "WHERE EXISTS (SELECT 1 FROM accord_party p WHERE {}) ORDER BY a.deadline_ms, a.id LIMIT {DESK_MAX}",
        clause.text
    );
    select(conn, &tail, clause.values).await
}

/// Circulated acts and those that have failed since a moment, for the joint office.
pub async fn watched(conn: &Conn, since: Instant) -> Outcome<Vec<Accord>> {
    let tail = format!(
        "WHERE a.state = 'circulated' OR (a.state = 'failed' AND a.ended_ms >= $1)
         ORDER BY a.deadline_ms, a.id LIMIT {DESK_MAX}"
    );
    select(conn, &tail, vec![since.ms().into()]).await
}

/// Drafts that are ready or not, the oldest first, for the joint office.
pub async fn to_circulate(conn: &Conn) -> Outcome<Vec<Accord>> {
    select(conn, &format!("WHERE a.state = 'draft' ORDER BY a.updated_ms, a.id LIMIT {DESK_MAX}"), Vec::new()).await
}

/// Acts in force, by title: those a new one can take the place of, or a resolution adopt.
pub async fn in_force(conn: &Conn, demo: bool, limit: usize) -> Outcome<Vec<Accord>> {
    let tail = format!("WHERE a.state = 'in_force' AND a.demo = $1 ORDER BY a.title, a.id LIMIT {limit}");
    select(conn, &tail, vec![demo.into()]).await
}

/// The open act that stands in the place of another.
pub async fn successor(conn: &Conn, id: &str) -> Outcome<Option<Accord>> {
    let tail = "WHERE a.supersedes = $1 AND a.state IN ('in_force', 'expired', 'ended', 'superseded') ORDER BY a.in_force_ms LIMIT 1";
    Ok(select(conn, tail, vec![id.into()]).await?.pop())
}

/// Ids of acts whose deadline or last day has passed.
pub async fn to_lapse(conn: &Conn, now: Instant, limit: usize) -> Outcome<Vec<String>> {
    let text = format!(
        "SELECT id FROM accord WHERE (state = 'circulated' AND deadline_ms < $1)
           OR (state = 'in_force' AND valid_until < $2) ORDER BY id LIMIT {limit}"
    );
    let rows = all(conn, &text, vec![now.ms().into(), now.date().to_string().into()]).await?;
    rows.iter().map(|row| get(row, "id")).collect()
}

/// Documents of open acts after an id, in order of id, at most `limit`.
pub async fn documents_after(conn: &Conn, key: &str, limit: usize) -> Outcome<Vec<Document>> {
    documents(conn, "a.id > $1", key, limit).await
}

pub(super) async fn documents(conn: &Conn, condition: &str, key: &str, limit: usize) -> Outcome<Vec<Document>> {
    let open: Vec<String> = AccordState::OPEN.iter().map(|state| format!("'{}'", state.code())).collect();
    let tail = format!("WHERE {condition} AND a.state IN ({}) ORDER BY a.id LIMIT {limit}", open.join(", "));
    Ok(select(conn, &tail, vec![key.into()]).await?.iter().map(document).collect())
}

fn document(accord: &Accord) -> Document {
    let mut document = Document::new(&accord.id, "accord", &accord.title, format!("/accords/{}", accord.id));
    document.name_en = (!accord.title_en.is_empty()).then(|| accord.title_en.clone());
    document.names = vec![accord.number.clone()];
    document.year = accord.in_force_ms.map(|ms| i64::from(Instant::from_ms(ms).date().year()));
    document.demo = accord.demo;
    document.body = [accord.text.as_str(), accord.text_en.as_str()].join("\n");
    document
}

/// Whether a deadline or a last day still lies ahead.
pub async fn any_watched(conn: &Conn) -> Outcome<bool> {
    let text = "SELECT 1 AS n FROM accord
        WHERE state = 'circulated' OR (state = 'in_force' AND valid_until IS NOT NULL) LIMIT 1";
    Ok(first(conn, text, Vec::new()).await?.is_some())
}
