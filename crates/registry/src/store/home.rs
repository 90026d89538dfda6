//! What the home page and the city pages count and show first.

use super::visibility::published;
use platform::Outcome;
use platform::db::Conn;
use rooms::store::rows::{all, get};
use sea_orm::QueryResult;

/// A number of public things in one place, of one sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Division code; none where the city is not known.
    pub city: Option<String>,
    /// Kind of the organisations, `need` and `offer`, or `expert`, `workstation` and `poc`.
    pub sort: String,
    /// Invented for the demonstration.
    pub demo: bool,
    /// How many.
    pub n: i64,
}

/// Public organisations by city and kind: some places times some kinds, however many organisations there are.
pub async fn organisation_counts(conn: &Conn) -> Outcome<Vec<Count>> {
    let text = format!(
        "SELECT o.city, o.kind AS sort, o.demo, COUNT(*) AS n FROM organisation o WHERE o.state = 'listed' AND {}
         GROUP BY o.city, o.kind, o.demo",
        published("o.")
    );
    all(conn, &text, Vec::new()).await?.iter().map(count).collect()
}

/// Published needs and offers by city.
pub async fn listing_counts(conn: &Conn) -> Outcome<Vec<Count>> {
    let text = format!(
        "SELECT l.city, l.side AS sort, l.demo, COUNT(*) AS n FROM listing l WHERE l.state = 'published' AND {}
         GROUP BY l.city, l.side, l.demo",
        published("l.")
    );
    all(conn, &text, Vec::new()).await?.iter().map(count).collect()
}

/// Experts, workstations and proof-of-concept projects by city, each as its list counts them: a workstation lies in its
/// enterprise's city, a project in every city that its path leads through.
pub async fn people_counts(conn: &Conn) -> Outcome<Vec<Count>> {
    let text = "
        SELECT e.city, 'expert' AS sort, e.demo, COUNT(*) AS n FROM expert e WHERE e.state = 'listed'
        GROUP BY e.city, e.demo
        UNION ALL
        SELECT o.city, 'workstation' AS sort, w.demo, COUNT(*) AS n
        FROM workstation w JOIN organisation o ON o.id = w.organisation WHERE w.state IN ('listed', 'ended')
        GROUP BY o.city, w.demo
        UNION ALL
        SELECT s.city, 'poc' AS sort, p.demo, COUNT(DISTINCT p.id) AS n
        FROM poc_step s JOIN poc_project p ON p.id = s.project
        WHERE p.state IN ('published', 'closed') AND s.state IN ('done', 'planned') GROUP BY s.city, p.demo";
    all(conn, text, Vec::new()).await?.iter().map(count).collect()
}

fn count(row: &QueryResult) -> Outcome<Count> {
    Ok(Count { city: get(row, "city")?, sort: get(row, "sort")?, demo: get(row, "demo")?, n: get(row, "n")? })
}

/// A published need or offer as the home page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its id.
    pub id: String,
    /// Whether it is an offer.
    pub offer: bool,
    /// Title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Division code of its city.
    pub city: Option<String>,
    /// Name of its organisation.
    pub organisation: String,
    /// English name of its organisation.
    pub organisation_en: Option<String>,
    /// Segment ids.
    pub segments: Vec<String>,
    /// When it was published, epoch milliseconds UTC.
    pub published_ms: i64,
    /// Invented for the demonstration.
    pub demo: bool,
}

/// The newest published needs or offers, of one city or of all, the newest first.
pub async fn newest(conn: &Conn, side: &str, city: Option<&str>, limit: i64) -> Outcome<Vec<Card>> {
    let (within, limited) = if city.is_some() { ("AND l.city = $2", "$3") } else { ("", "$2") };
    let text = format!(
        "SELECT l.id, l.side, l.title, l.title_en, l.city, l.segments, l.published_ms, l.demo, o.name, o.name_en
         FROM listing l JOIN organisation o ON o.id = l.organisation
         WHERE l.side = $1 AND l.state = 'published' {within} AND {}
         ORDER BY l.published_ms DESC, l.id DESC LIMIT {limited}",
        published("l.")
    );
    let mut values = vec![side.into()];
    values.extend(city.map(sea_orm::Value::from));
    values.push(limit.into());
    all(conn, &text, values).await?.iter().map(card).collect()
}

fn card(row: &QueryResult) -> Outcome<Card> {
    Ok(Card {
        id: get(row, "id")?,
        offer: get::<String>(row, "side")? == "offer",
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        city: get(row, "city")?,
        organisation: get(row, "name")?,
        organisation_en: get(row, "name_en")?,
        segments: rooms::store::rows::split(&get::<String>(row, "segments")?),
        published_ms: get(row, "published_ms")?,
        demo: get(row, "demo")?,
    })
}
