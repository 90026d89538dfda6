//! Lists of workstations: filters, pages by cursor, counts for the filters, and those of one organisation or expert.

use super::{COLUMNS, WORKSTATIONS_MAX, select, workstation};
use crate::rules::workstation::Workstation;
use platform::db::{Conn, Outcome};
use rooms::store::browse::{Where, counted};
use rooms::store::rows::{all, first, get};
use sea_orm::Value;

/// What the list is narrowed to. Several values of one filter widen it, several filters narrow it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words in name, subject and the enterprise's name.
    pub text: String,
    /// Cities of the enterprise by code.
    pub cities: Vec<String>,
    /// `listed` and `ended`; none for both.
    pub states: Vec<String>,
}

/// The place of a workstation in the order of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// When it last changed.
    pub updated_ms: i64,
    /// Its id.
    pub id: String,
}

/// How many workstations each value of each filter would give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By city code.
    pub cities: Vec<(String, i64)>,
    /// By state.
    pub states: Vec<(String, i64)>,
}

/// The filters whose values are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Facet {
    City,
    State,
}

const TABLES: &str = "workstation w JOIN organisation o ON o.id = w.organisation";
const WORDS_IN: [&str; 5] = ["w.name", "w.name_en", "w.about", "w.about_en", "o.name"];

fn narrowed(filter: &Filter, but: Option<Facet>) -> Where {
    let mut clause = Where::new(super::OPEN);
    clause.words(&filter.text, &WORDS_IN);
    if but != Some(Facet::City) {
        clause.any("o.city", &filter.cities);
    }
    if but != Some(Facet::State) {
        clause.any("w.state", &filter.states);
    }
    clause
}

/// One page of open workstations, the newest change first, and how many there are in all.
pub async fn list(
    conn: &Conn,
    filter: &Filter,
    after: Option<&Position>,
    limit: usize,
) -> Outcome<(Vec<Workstation>, i64)> {
    let mut clause = narrowed(filter, None);
    let text = format!("SELECT COUNT(*) AS n FROM {TABLES} WHERE {}", clause.text);
    let total = first(conn, &text, clause.values.clone()).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    if let Some(position) = after {
        let when = clause.place(position.updated_ms);
        let id = clause.place(position.id.as_str());
        clause.and(&format!("(w.updated_ms < {when} OR (w.updated_ms = {when} AND w.id < {id}))"));
    }
    let tail = format!(
        "JOIN organisation o ON o.id = w.organisation WHERE {} ORDER BY w.updated_ms DESC, w.id DESC LIMIT {limit}",
        clause.text
    );
    Ok((select(conn, &tail, clause.values).await?, total))
}

/// What the filters would give.
pub async fn facets(conn: &Conn, filter: &Filter) -> Outcome<Facets> {
    Ok(Facets {
        cities: counted(conn, "o.city", TABLES, narrowed(filter, Some(Facet::City))).await?,
        states: counted(conn, "w.state", TABLES, narrowed(filter, Some(Facet::State))).await?,
    })
}

/// What waits for an office, the most urgent first. `condition` is about `w.office` and `w.organisation`.
pub async fn waiting(conn: &Conn, condition: &str, values: Vec<Value>) -> Outcome<Vec<Workstation>> {
    let tail = format!("WHERE w.state = 'proposed' AND ({condition}) ORDER BY w.due_ms, w.id LIMIT {WORKSTATIONS_MAX}");
    select(conn, &tail, values).await
}

/// The workstations of an organisation, the newest first; `all` shows those that are not open too.
pub async fn of_organisation(conn: &Conn, organisation: &str, all: bool) -> Outcome<Vec<Workstation>> {
    let open = if all { "1 = 1" } else { super::OPEN };
    let tail =
        format!("WHERE w.organisation = $1 AND {open} ORDER BY w.created_ms DESC, w.id LIMIT {WORKSTATIONS_MAX}");
    select(conn, &tail, vec![organisation.into()]).await
}

/// What was refused since a moment at some organisations, the newest first.
pub async fn refused(conn: &Conn, organisations: &[String], since_ms: i64) -> Outcome<Vec<Workstation>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("w.state = 'refused'");
    clause.any("w.organisation", organisations);
    let since = clause.place(since_ms);
    clause.and(&format!("w.decided_ms >= {since}"));
    let tail = format!("WHERE {} ORDER BY w.decided_ms DESC, w.id LIMIT {WORKSTATIONS_MAX}", clause.text);
    select(conn, &tail, clause.values).await
}

/// The workstations of some organisations that an expert has declined or left since a moment, and when the last did.
pub async fn parted(conn: &Conn, organisations: &[String], since_ms: i64) -> Outcome<Vec<(Workstation, i64)>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("w.state IN ('proposed', 'listed')");
    clause.any("w.organisation", organisations);
    let since = clause.place(since_ms);
    clause.and(&format!("x.left_ms >= {since}"));
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("w.{column}")).collect();
    let text = format!(
        "SELECT {}, x.left_ms FROM workstation w JOIN (SELECT workstation, MAX(left_ms) AS left_ms
           FROM workstation_expert GROUP BY workstation) x ON x.workstation = w.id
         WHERE {} ORDER BY x.left_ms DESC, w.id LIMIT {WORKSTATIONS_MAX}",
        columns.join(", "),
        clause.text
    );
    let rows = all(conn, &text, clause.values).await?;
    rows.iter().map(|row| Ok((workstation(row)?, get(row, "left_ms")?))).collect()
}

const ASKED: &str = "x.joined_ms IS NULL AND x.left_ms IS NULL AND w.state IN ('proposed', 'listed')";

/// The workstations an expert has been asked to join and has not answered.
pub async fn asked(conn: &Conn, expert: &str) -> Outcome<Vec<Workstation>> {
    let tail = format!(
        "JOIN workstation_expert x ON x.workstation = w.id
         WHERE x.expert = $1 AND {ASKED} ORDER BY w.created_ms, w.id LIMIT {WORKSTATIONS_MAX}"
    );
    select(conn, &tail, vec![expert.into()]).await
}

/// The workstations that ask experts whose records these offices keep.
pub async fn asked_of_offices(conn: &Conn, offices: &[String]) -> Outcome<Vec<Workstation>> {
    if offices.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new(ASKED);
    clause.and("x.workstation = w.id");
    clause.and("e.state = 'listed'");
    clause.any("e.office", offices);
    let tail = format!(
        "WHERE EXISTS (SELECT 1 FROM workstation_expert x JOIN expert e ON e.id = x.expert WHERE {})
         ORDER BY w.created_ms, w.id LIMIT {WORKSTATIONS_MAX}",
        clause.text
    );
    select(conn, &tail, clause.values).await
}

/// The open workstations an expert takes part in.
pub async fn of_expert(conn: &Conn, expert: &str) -> Outcome<Vec<Workstation>> {
    let tail = format!(
        "JOIN workstation_expert x ON x.workstation = w.id
         WHERE x.expert = $1 AND x.joined_ms IS NOT NULL AND x.left_ms IS NULL AND {}
         ORDER BY w.created_ms, w.id LIMIT {WORKSTATIONS_MAX}",
        super::OPEN
    );
    select(conn, &tail, vec![expert.into()]).await
}
