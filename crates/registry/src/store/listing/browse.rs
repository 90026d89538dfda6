//! Lists of needs and offers: filters, pages by cursor, counts for the filters.

use super::super::visibility::published;
use super::{Condition, columns, listing};
use crate::rules::listing::{Listing, Side};
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, first, get};
use sea_orm::Value;

/// Values of one filter that are counted.
const FACET_VALUES_MAX: usize = 60;

/// What a list is narrowed to. Several values of one filter widen it, several filters narrow it.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Needs or offers.
    pub side: Side,
    /// Only what these organisations have, in any state; none for what is published.
    pub own: Option<Vec<String>>,
    /// States, for own lists.
    pub states: Vec<String>,
    /// City codes.
    pub cities: Vec<String>,
    /// Kinds of offers.
    pub kinds: Vec<String>,
    /// Segments; what lies below one counts.
    pub segments: Vec<String>,
    /// Only these: the answers of a search.
    pub ids: Option<Vec<String>>,
    /// What the policy lets the reader see, with its values from `$1` on.
    pub allowed: Condition,
}

/// The place of a listing in the order of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// When it was published (own lists: changed).
    pub at_ms: i64,
    /// Its id.
    pub id: String,
}

impl Position {
    /// The cursor that [`Position::parse`] reads.
    pub fn cursor(&self) -> String {
        format!("{}.{}", self.at_ms, self.id)
    }

    /// Reads a cursor; none if it is not ours.
    pub fn parse(cursor: &str) -> Option<Position> {
        let (at_ms, id) = cursor.split_once('.')?;
        let known = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric());
        known.then_some(Position { at_ms: at_ms.parse().ok()?, id: id.to_owned() })
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its listings in order.
    pub items: Vec<Listing>,
    /// Listings in the whole list.
    pub total: i64,
    /// The last listing's place if there are more.
    pub next: Option<Position>,
}

/// How many listings each value of each filter would give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FacetCounts {
    /// By city code.
    pub cities: Vec<(String, i64)>,
    /// By kind.
    pub kinds: Vec<(String, i64)>,
    /// By segment id.
    pub segments: Vec<(String, i64)>,
    /// By state, for own lists.
    pub states: Vec<(String, i64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facet {
    City,
    Kind,
    Segment,
    State,
}

/// A WHERE clause being put together, with its values.
struct Where {
    text: String,
    values: Vec<Value>,
}

impl Where {
    fn new(filter: &Filter, but: Option<Facet>) -> Where {
        let (condition, values) = filter.allowed.clone();
        let mut clause = Where { text: format!("({condition}) AND {}", published("l.")), values };
        clause.any("l.side", &[filter.side.code().to_owned()]);
        match &filter.own {
            // Somebody without an organisation has nothing.
            Some(own) if own.is_empty() => clause.text.push_str(" AND 1 = 0"),
            Some(own) => {
                clause.any("l.organisation", own);
                if but != Some(Facet::State) {
                    clause.any("l.state", &filter.states);
                }
            }
            None => clause.text.push_str(" AND l.state = 'published'"),
        }
        if but != Some(Facet::City) {
            clause.any("l.city", &filter.cities);
        }
        if but != Some(Facet::Kind) {
            clause.any("l.type", &filter.kinds);
        }
        if but != Some(Facet::Segment) && !filter.segments.is_empty() {
            clause.segments(&filter.segments);
        }
        match &filter.ids {
            Some(ids) if ids.is_empty() => clause.text.push_str(" AND 1 = 0"),
            Some(ids) => clause.any("l.id", ids),
            None => {}
        }
        clause
    }

    fn place(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn any(&mut self, column: &str, values: &[String]) {
        if values.is_empty() {
            return;
        }
        let places: Vec<String> = values.iter().map(|value| self.place(value.as_str().into())).collect();
        self.text.push_str(&format!(" AND {column} IN ({})", places.join(", ")));
    }

    /// A segment or anything below it: ids are paths, and `0` follows `/` in the order of characters.
    fn segments(&mut self, segments: &[String]) {
        let mut conditions = Vec::new();
        for segment in segments {
            let exact = self.place(segment.as_str().into());
            let below = self.place(format!("{}/%", segment.replace(['%', '_', '\\'], "")).into());
            conditions.push(format!("s.segment = {exact} OR s.segment LIKE {below}"));
        }
        let any = conditions.join(" OR ");
        self.text
            .push_str(&format!(" AND EXISTS (SELECT 1 FROM listing_segment s WHERE s.listing = l.id AND ({any}))"));
    }
}

/// One page: what was published last comes first; in own lists, what changed last.
pub async fn browse(conn: &Conn, filter: &Filter, after: Option<&Position>, limit: usize) -> Outcome<Found> {
    let whole = Where::new(filter, None);
    let count = format!("SELECT COUNT(*) AS n FROM listing l WHERE {}", whole.text);
    let total = first(conn, &count, whole.values).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    let order = if filter.own.is_some() { "l.updated_ms" } else { "l.published_ms" };
    let mut clause = Where::new(filter, None);
    if let Some(position) = after {
        let at = clause.place(position.at_ms.into());
        let id = clause.place(position.id.as_str().into());
        clause.text.push_str(&format!(" AND ({order} < {at} OR ({order} = {at} AND l.id < {id}))"));
    }
    let text = format!(
        "SELECT {} FROM listing l WHERE {} ORDER BY {order} DESC, l.id DESC LIMIT {}",
        columns(),
        clause.text,
        limit.saturating_add(1)
    );
    let mut items: Vec<Listing> = all(conn, &text, clause.values).await?.iter().map(listing).collect::<Outcome<_>>()?;
    let more = items.len() > limit;
    items.truncate(limit);
    let at = |l: &Listing| if filter.own.is_some() { l.updated.ms() } else { l.published.map_or(0, |p| p.ms()) };
    let next = items.last().filter(|_| more).map(|last| Position { at_ms: at(last), id: last.id.clone() });
    Ok(Found { items, total, next })
}

/// How many listings each value of each filter would give.
pub async fn facets(conn: &Conn, filter: &Filter) -> Outcome<FacetCounts> {
    let states = match filter.own {
        Some(_) => facet(conn, filter, Facet::State).await?,
        None => Vec::new(),
    };
    Ok(FacetCounts {
        cities: facet(conn, filter, Facet::City).await?,
        kinds: facet(conn, filter, Facet::Kind).await?,
        segments: facet(conn, filter, Facet::Segment).await?,
        states,
    })
}

async fn facet(conn: &Conn, filter: &Filter, facet: Facet) -> Outcome<Vec<(String, i64)>> {
    let (from, column) = match facet {
        Facet::City => ("listing l", "l.city"),
        Facet::Kind => ("listing l", "l.type"),
        Facet::State => ("listing l", "l.state"),
        Facet::Segment => ("listing_segment g JOIN listing l ON l.id = g.listing", "g.segment"),
    };
    let clause = Where::new(filter, Some(facet));
    let text = format!(
        "SELECT {column} AS value, COUNT(*) AS n FROM {from} WHERE {} AND {column} IS NOT NULL
         GROUP BY {column} ORDER BY n DESC, value LIMIT {FACET_VALUES_MAX}",
        clause.text
    );
    all(conn, &text, clause.values).await?.iter().map(|row| Ok((get(row, "value")?, get(row, "n")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back_and_others_are_refused() {
        let position = Position { at_ms: -5, id: "0abc".into() };
        assert_eq!(Position::parse(&position.cursor()), Some(position));
        for wrong in ["", "5", "x.y", "5.a'b", "5.a b", &format!("5.{}", "a".repeat(65))] {
            assert_eq!(Position::parse(wrong), None, "{wrong}");
        }
    }
}
