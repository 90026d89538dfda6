//! Lists of experts: filters, pages by cursor, counts for the filters.

use super::select;
use crate::rules::expert::Expert;
use platform::db::{Conn, Outcome};
use rooms::store::browse::{Where, counted, escaped};
use rooms::store::rows::{first, get};

/// What the list is narrowed to. Several values of one filter widen it, several filters narrow it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words in institution, title, fields, and in the name where it may be shown.
    pub text: String,
    /// Cities by code.
    pub cities: Vec<String>,
    /// Segments; what lies below one counts.
    pub segments: Vec<String>,
    /// `committee` and `academy`.
    pub bodies: Vec<String>,
    /// Codes of the availability.
    pub availability: Vec<String>,
    /// Only experts of the demonstration, or only others; none for both.
    pub demo: Option<bool>,
}

/// The place of an expert in the order of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its institution.
    pub institution: String,
    /// Its id.
    pub id: String,
}

/// How many experts each value of each filter would give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By body.
    pub bodies: Vec<(String, i64)>,
    /// By city code.
    pub cities: Vec<(String, i64)>,
    /// By segment id.
    pub segments: Vec<(String, i64)>,
    /// By availability.
    pub availability: Vec<(String, i64)>,
}

/// The filters whose values are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Facet {
    Body,
    City,
    Segment,
    Availability,
}

const WORDS_IN: [&str; 6] = [
    "e.institution",
    "e.title",
    "e.fields",
    "e.fields_en",
    "CASE WHEN e.consent_ms IS NULL THEN '' ELSE e.name END",
    "CASE WHEN e.consent_ms IS NULL THEN '' ELSE e.name_en END",
];

/// The column that says whether an expert belongs to a body; an unknown body has nobody.
fn body(code: &str) -> &'static str {
    match code {
        "committee" => "e.committee_ms IS NOT NULL",
        "academy" => "e.academician",
        _ => "1 = 0",
    }
}

/// What a filter asks for, but for the one whose own values are counted.
fn narrowed(filter: &Filter, but: Option<Facet>) -> Where {
    let mut clause = Where::new("e.state = 'listed'");
    clause.words(&filter.text, &WORDS_IN);
    if but != Some(Facet::City) {
        clause.any("e.city", &filter.cities);
    }
    if but != Some(Facet::Availability) {
        clause.any("e.availability", &filter.availability);
    }
    if but != Some(Facet::Body) && !filter.bodies.is_empty() {
        let bodies: Vec<&str> = filter.bodies.iter().map(|code| body(code)).collect();
        clause.and(&format!("({})", bodies.join(" OR ")));
    }
    if but != Some(Facet::Segment) && !filter.segments.is_empty() {
        let mut sides = Vec::new();
        for segment in &filter.segments {
            let exact = clause.place(segment.as_str());
            let below = clause.place(format!("{}/%", escaped(segment)));
            sides.push(format!("s.segment = {exact} OR s.segment LIKE {below} ESCAPE '!'"));
        }
        clause.and(&format!(
            "EXISTS (SELECT 1 FROM expert_segment s WHERE s.expert = e.id AND ({}))",
            sides.join(" OR ")
        ));
    }
    if let Some(demo) = filter.demo {
        let place = clause.place(demo);
        clause.and(&format!("e.demo = {place}"));
    }
    clause
}

async fn count(conn: &Conn, clause: Where) -> Outcome<i64> {
    let text = format!("SELECT COUNT(*) AS n FROM expert e WHERE {}", clause.text);
    first(conn, &text, clause.values).await?.map_or(Ok(0), |row| get(&row, "n"))
}

/// One page of experts by institution, and how many there are in all.
pub async fn list(conn: &Conn, filter: &Filter, after: Option<&Position>, limit: usize) -> Outcome<(Vec<Expert>, i64)> {
    let mut clause = narrowed(filter, None);
    let total = count(conn, clause.clone()).await?;
    if let Some(position) = after {
        let institution = clause.place(position.institution.as_str());
        let id = clause.place(position.id.as_str());
        clause.and(&format!("(e.institution > {institution} OR (e.institution = {institution} AND e.id > {id}))"));
    }
    let tail = format!("WHERE {} ORDER BY e.institution, e.id LIMIT {limit}", clause.text);
    Ok((select(conn, &tail, clause.values).await?, total))
}

/// What the filters would give.
pub async fn facets(conn: &Conn, filter: &Filter) -> Outcome<Facets> {
    let mut bodies = Vec::new();
    for code in ["committee", "academy"] {
        let mut clause = narrowed(filter, Some(Facet::Body));
        clause.and(body(code));
        bodies.push((code.to_owned(), count(conn, clause).await?));
    }
    bodies.retain(|(_, n)| *n > 0);
    let of = |facet| narrowed(filter, Some(facet));
    Ok(Facets {
        bodies,
        cities: counted(conn, "e.city", "expert e", of(Facet::City)).await?,
        segments: counted(conn, "x.segment", "expert e JOIN expert_segment x ON x.expert = e.id", of(Facet::Segment))
            .await?,
        availability: counted(conn, "e.availability", "expert e", of(Facet::Availability)).await?,
    })
}

/// How many experts, academicians and members of the advisory committee are listed.
pub async fn counts(conn: &Conn) -> Outcome<(i64, i64, i64)> {
    let text = "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN academician THEN 1 ELSE 0 END), 0) AS BIGINT) AS academicians,
        COUNT(committee_ms) AS committee FROM expert WHERE state = 'listed'";
    match first(conn, text, vec![]).await? {
        Some(row) => Ok((get(&row, "n")?, get(&row, "academicians")?, get(&row, "committee")?)),
        None => Ok((0, 0, 0)),
    }
}
