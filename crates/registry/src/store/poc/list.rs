//! The public list of projects: filters, keyset pages, counts.

use super::{LOOKED_AFTER, OPEN, PROJECTS_MAX, Project, Stage, select};
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, first, get, split};
use sea_orm::Value;
use std::collections::BTreeMap;

/// Values of one facet that are listed.
const FACET_VALUES_MAX: usize = 60;
/// Different sets of segments that are counted for the segments' facet.
const SEGMENT_SETS_MAX: usize = 2_000;

/// What the list is narrowed to; an empty text narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Code of a city that the path leads through, done or planned.
    pub city: String,
    /// Code of a stage that a done step has reached.
    pub stage: String,
    /// Id of a segment; what lies below it counts.
    pub segment: String,
    /// Id of the centre that looks after it.
    pub centre: String,
}

/// The place of a project in the order of the list. Kept in the cursor itself: a project that changes while somebody
/// turns pages moves to the front, and the page after must not begin there again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// When it last changed.
    pub updated_ms: i64,
    /// Its id.
    pub id: String,
}

impl Position {
    /// The place of a project.
    pub fn of(project: &Project) -> Position {
        Position { updated_ms: project.updated_ms, id: project.id.clone() }
    }

    /// As a cursor.
    pub fn cursor(&self) -> String {
        format!("{}.{}", self.updated_ms, self.id)
    }

    /// The inverse of [`Position::cursor`]; none for what is not one.
    pub fn parse(cursor: &str) -> Option<Position> {
        let (ms, id) = cursor.split_once('.')?;
        Some(Position { updated_ms: ms.parse().ok()?, id: id.to_owned() })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facet {
    City,
    Stage,
    Segment,
    Centre,
}

/// Open projects as the filter narrows them, but for one facet when its own values are counted.
fn condition(filter: &Filter, but: Option<Facet>) -> (String, Vec<Value>) {
    let (mut text, mut values) = (OPEN.to_owned(), Vec::<Value>::new());
    let on = |facet: Facet, value: &str| !value.is_empty() && but != Some(facet);
    if on(Facet::City, &filter.city) {
        values.push(filter.city.as_str().into());
        let (n, steps) = (values.len(), "SELECT 1 FROM poc_step s WHERE s.project = p.id");
        text.push_str(&format!(" AND EXISTS ({steps} AND s.state IN ('done', 'planned') AND s.city = ${n})"));
    }
    if on(Facet::Stage, &filter.stage) {
        values.push(filter.stage.as_str().into());
        let (n, steps) = (values.len(), "SELECT 1 FROM poc_step s WHERE s.project = p.id");
        text.push_str(&format!(" AND EXISTS ({steps} AND s.state = 'done' AND s.stage = ${n})"));
    }
    if on(Facet::Segment, &filter.segment) {
        // Ids are paths of letters, digits and dashes, kept as a JSON array; nothing else is a segment's id.
        if filter.segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '/' || c == '-') {
            values.push(format!("%\"{}\"%", filter.segment).into());
            values.push(format!("%\"{}/%", filter.segment).into());
            let n = values.len();
            text.push_str(&format!(" AND (p.segments LIKE ${} OR p.segments LIKE ${n})", n - 1));
        } else {
            text.push_str(" AND 1 = 0");
        }
    }
    if on(Facet::Centre, &filter.centre) {
        values.push(filter.centre.as_str().into());
        text.push_str(&format!(" AND {LOOKED_AFTER} AND p.centre = ${}", values.len()));
    }
    (text, values)
}

/// One page of open projects, the newest change first, and how many there are in all.
pub async fn list(
    conn: &Conn,
    filter: &Filter,
    after: Option<&Position>,
    limit: usize,
) -> Outcome<(Vec<Project>, i64)> {
    let (mut text, mut values) = condition(filter, None);
    let row = first(conn, &format!("SELECT COUNT(*) AS n FROM poc_project p WHERE {text}"), values.clone()).await?;
    let total = row.map_or(Ok(0), |row| get(&row, "n"))?;
    if let Some(position) = after {
        values.push(position.updated_ms.into());
        values.push(position.id.as_str().into());
        let (when, id) = (values.len() - 1, values.len());
        text.push_str(&format!(" AND (p.updated_ms < ${when} OR (p.updated_ms = ${when} AND p.id < ${id}))"));
    }
    let tail = format!("WHERE {text} ORDER BY p.updated_ms DESC, p.id DESC LIMIT {limit}");
    Ok((select(conn, &tail, values).await?, total))
}

/// Open projects that an organisation owns, looks after, or has a step of its path in, the newest change first.
pub async fn of_party(conn: &Conn, organisation: &str, limit: usize) -> Outcome<Vec<Project>> {
    let tail = format!(
        "WHERE {OPEN} AND (p.organisation = $1 OR (p.centre = $1 AND {LOOKED_AFTER}) OR EXISTS (SELECT 1 FROM poc_step s
           WHERE s.project = p.id AND s.state IN ('done', 'planned') AND s.organisation = $1))
         ORDER BY p.updated_ms DESC, p.id DESC LIMIT {}",
        limit.min(PROJECTS_MAX)
    );
    select(conn, &tail, vec![organisation.into()]).await
}

/// A facet's values with the number of projects that have each, the most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By city code.
    pub cities: Vec<(String, i64)>,
    /// By stage, in the order of the way.
    pub stages: Vec<(String, i64)>,
    /// By segment id.
    pub segments: Vec<(String, i64)>,
    /// By centre's id.
    pub centres: Vec<(String, i64)>,
}

/// How many projects each value of each facet would give.
pub async fn facets(conn: &Conn, filter: &Filter) -> Outcome<Facets> {
    let steps = "poc_step s JOIN poc_project p ON p.id = s.project";
    let mut stages = counted(conn, filter, Facet::Stage, steps, "s.stage", "s.state = 'done'").await?;
    // Stages follow each other; their order says more than their frequency.
    stages.sort_by_key(|(stage, _)| Stage::parse(stage));
    Ok(Facets {
        cities: counted(conn, filter, Facet::City, steps, "s.city", "s.state IN ('done', 'planned')").await?,
        stages,
        segments: segments(conn, filter).await?,
        centres: counted(conn, filter, Facet::Centre, "poc_project p", "p.centre", LOOKED_AFTER).await?,
    })
}

async fn counted(
    conn: &Conn,
    filter: &Filter,
    facet: Facet,
    from: &str,
    column: &str,
    only: &str,
) -> Outcome<Vec<(String, i64)>> {
    let (text, values) = condition(filter, Some(facet));
    let text = format!(
        "SELECT {column} AS value, COUNT(DISTINCT p.id) AS n FROM {from} WHERE {text} AND {only} AND {column} IS NOT NULL
         GROUP BY {column} ORDER BY n DESC, value LIMIT {FACET_VALUES_MAX}"
    );
    all(conn, &text, values).await?.iter().map(|row| Ok((get(row, "value")?, get(row, "n")?))).collect()
}

/// Segments lie in one column as a list: equal lists are counted by the database, their members here.
async fn segments(conn: &Conn, filter: &Filter) -> Outcome<Vec<(String, i64)>> {
    let (text, values) = condition(filter, Some(Facet::Segment));
    let text = format!(
        "SELECT p.segments AS value, COUNT(*) AS n FROM poc_project p WHERE {text}
         GROUP BY p.segments ORDER BY n DESC, value LIMIT {SEGMENT_SETS_MAX}"
    );
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for row in all(conn, &text, values).await? {
        let n: i64 = get(&row, "n")?;
        for segment in split(&get::<String>(&row, "value")?) {
            *counts.entry(segment).or_default() += n;
        }
    }
    let mut counts: Vec<(String, i64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.truncate(FACET_VALUES_MAX);
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let position = Position { updated_ms: 17, id: "a.b".into() };
        assert_eq!(Position::parse(&position.cursor()), Some(position));
        for strange in ["", "nothing", "x.y", "."] {
            assert_eq!(Position::parse(strange), None, "{strange}");
        }
    }
}
