//! Which organisations are proof-of-concept centres, and which one a name means.

use super::{LOOKED_AFTER, OPEN, places, values_of};
use crate::rules::organisation::fold;
use crate::rules::poc::CENTRE_SEGMENT;
use crate::store::visibility::published;
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, first, get};

/// Centres that are listed.
const CENTRES_MAX: usize = 1_000;

/// An organisation of that kind, or one that works in that segment of the chain.
fn is() -> String {
    format!(
        "(o.kind = 'poc_centre' OR EXISTS (SELECT 1 FROM organisation_segment g
           WHERE g.organisation = o.id AND g.segment = '{CENTRE_SEGMENT}'))"
    )
}

fn open() -> String {
    format!("o.state = 'listed' AND {}", published("o."))
}

/// Whether an open organisation is a proof-of-concept centre.
pub async fn is_centre(conn: &Conn, id: &str) -> Outcome<bool> {
    let text = format!("SELECT 1 AS n FROM organisation o WHERE o.id = $1 AND {} AND {}", open(), is());
    Ok(first(conn, &text, vec![id.into()]).await?.is_some())
}

/// Ids of the open centres: by kind, by segment, and whatever looks after an open project.
pub async fn centre_ids(conn: &Conn) -> Outcome<Vec<String>> {
    let text = format!(
        "SELECT o.id FROM organisation o WHERE {} AND ({} OR o.id IN (SELECT p.centre FROM poc_project p WHERE {OPEN}
           AND {LOOKED_AFTER})) ORDER BY o.fold, o.id LIMIT {CENTRES_MAX}",
        open(),
        is()
    );
    all(conn, &text, Vec::new()).await?.iter().map(|row| get(row, "id")).collect()
}

/// What a source says of a centre, such as that it was among the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Honour {
    /// The organisation.
    pub organisation: String,
    /// Chinese words of the source.
    pub value_zh: String,
    /// English words.
    pub value_en: String,
    /// As of when.
    pub as_of: String,
    /// The source.
    pub source: String,
    /// Whether an office has confirmed it.
    pub verified: bool,
}

/// What sources say of some organisations as proof-of-concept centres.
pub async fn honours(conn: &Conn, organisations: &[String]) -> Outcome<Vec<Honour>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "SELECT s.organisation, s.value_zh, s.value_en, s.as_of, s.source, s.verified_ms FROM statement s
         WHERE s.organisation IN ({}) AND s.field = 'honour' AND s.value_zh LIKE '%概念验证%'
         ORDER BY s.organisation, s.ord LIMIT {CENTRES_MAX}",
        places(organisations.len())
    );
    let rows = all(conn, &text, values_of(organisations)).await?;
    rows.iter()
        .map(|row| {
            Ok(Honour {
                organisation: get(row, "organisation")?,
                value_zh: get(row, "value_zh")?,
                value_en: get(row, "value_en")?,
                as_of: get(row, "as_of")?,
                source: get(row, "source")?,
                verified: get::<Option<i64>>(row, "verified_ms")?.is_some(),
            })
        })
        .collect()
}

/// Open organisations with exactly this name, at most two: enough to see that it is not the only one.
pub async fn listed_by_name(conn: &Conn, name: &str, demo: bool) -> Outcome<Vec<String>> {
    let text = format!(
        "SELECT DISTINCT o.id FROM organisation_name n JOIN organisation o ON o.id = n.organisation
         WHERE n.fold = $1 AND o.demo = $2 AND {} ORDER BY o.id LIMIT 2",
        open()
    );
    all(conn, &text, vec![fold(name).into(), demo.into()]).await?.iter().map(|row| get(row, "id")).collect()
}
