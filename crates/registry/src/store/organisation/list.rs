//! The public list: filters, keyset pages, counts.

use super::read::places_of;
use super::{COLUMNS, organisation};
use crate::rules::organisation::{Organisation, fold};
use crate::rules::status::Status;
use crate::store::visibility::published;
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, first, get};
use sea_orm::Value;

/// Values of one facet that are listed.
const FACET_VALUES_MAX: usize = 60;

/// What a list is narrowed to. Several values of one facet widen it, several facets narrow it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of any name, folded before use.
    pub text: String,
    /// Kinds.
    pub kinds: Vec<String>,
    /// Cities by code.
    pub cities: Vec<String>,
    /// Status codes.
    pub statuses: Vec<String>,
    /// Segments; what lies below one counts.
    pub segments: Vec<String>,
    /// Only these, for lists in another order; none for all.
    pub ids: Option<Vec<String>>,
}

/// The facets of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facet {
    Kind,
    City,
    Status,
    Segment,
}

/// The place of an organisation in the order of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its folded name.
    pub fold: String,
    /// Its id.
    pub id: String,
}

/// Where a cursor points: it is the id of the last item, so that long names fit. None if it is not one of ours.
pub async fn position(conn: &Conn, cursor: &str) -> Outcome<Option<Position>> {
    let row = first(conn, "SELECT fold FROM organisation WHERE id = $1", vec![cursor.into()]).await?;
    row.map(|row| Ok(Position { fold: get(&row, "fold")?, id: cursor.to_owned() })).transpose()
}

/// An organisation as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The head record.
    pub organisation: Organisation,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Statuses.
    pub statuses: Vec<Status>,
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its items in order.
    pub items: Vec<Item>,
    /// Items in the whole list.
    pub total: i64,
    /// The last item's place if there are more.
    pub next: Option<Position>,
}

/// A facet's values with the number of organisations that have each, the most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By kind.
    pub kinds: Vec<(String, i64)>,
    /// By city code.
    pub cities: Vec<(String, i64)>,
    /// By status code.
    pub statuses: Vec<(String, i64)>,
    /// By segment id.
    pub segments: Vec<(String, i64)>,
}

/// A WHERE clause being put together, with its values.
struct Where {
    text: String,
    values: Vec<Value>,
}

impl Where {
    /// Everything that is public; `filter` narrows it, but for one facet when its own values are counted.
    fn new(filter: &Filter, but: Option<Facet>) -> Where {
        let mut clause = Where { text: format!("o.state = 'listed' AND {}", published("o.")), values: Vec::new() };
        if but != Some(Facet::Kind) {
            clause.any("o.kind", &filter.kinds);
        }
        if but != Some(Facet::City) {
            clause.any("o.city", &filter.cities);
        }
        if but != Some(Facet::Status) && !filter.statuses.is_empty() {
            let places = clause.places(&filter.statuses);
            clause.and(&format!(
                "EXISTS (SELECT 1 FROM organisation_status t WHERE t.organisation = o.id AND t.status IN ({places}))"
            ));
        }
        if but != Some(Facet::Segment) && !filter.segments.is_empty() {
            clause.segments(&filter.segments);
        }
        if let Some(ids) = &filter.ids {
            if ids.is_empty() {
                clause.and("1 = 0");
            } else {
                clause.any("o.id", ids);
            }
        }
        let text = fold(&filter.text);
        if !text.is_empty() {
            // The folded text has letters and digits only, so nothing in it means something to LIKE.
            let place = clause.place(format!("%{text}%").into());
            clause.and(&format!(
                "EXISTS (SELECT 1 FROM organisation_name n WHERE n.organisation = o.id AND n.fold LIKE {place})"
            ));
        }
        clause
    }

    fn and(&mut self, condition: &str) {
        self.text.push_str(" AND ");
        self.text.push_str(condition);
    }

    fn place(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn places(&mut self, values: &[String]) -> String {
        values.iter().map(|value| self.place(value.as_str().into())).collect::<Vec<_>>().join(", ")
    }

    fn any(&mut self, column: &str, values: &[String]) {
        if !values.is_empty() {
            let places = self.places(values);
            self.and(&format!("{column} IN ({places})"));
        }
    }

    /// A segment or anything below it: ids are paths.
    fn segments(&mut self, segments: &[String]) {
        let mut conditions = Vec::new();
        for segment in segments {
            let exact = self.place(segment.as_str().into());
            conditions.push(format!("g.segment = {exact}"));
            // An id has nothing that means something to LIKE; whatever else is asked for has nothing below it.
            if segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '/' || c == '-') {
                let below = self.place(format!("{segment}/%").into());
                conditions.push(format!("g.segment LIKE {below}"));
            }
        }
        let any = conditions.join(" OR ");
        self.and(&format!("EXISTS (SELECT 1 FROM organisation_segment g WHERE g.organisation = o.id AND ({any}))"));
    }
}

/// One page, ordered by folded name.
pub async fn list(conn: &Conn, filter: &Filter, after: Option<&Position>, limit: usize) -> Outcome<Page> {
    let whole = Where::new(filter, None);
    let count = format!("SELECT COUNT(*) AS n FROM organisation o WHERE {}", whole.text);
    let total = first(conn, &count, whole.values).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    let mut clause = Where::new(filter, None);
    if let Some(position) = after {
        let fold = clause.place(position.fold.as_str().into());
        let id = clause.place(position.id.as_str().into());
        clause.and(&format!("(o.fold > {fold} OR (o.fold = {fold} AND o.id > {id}))"));
    }
    let text = format!(
        "SELECT {COLUMNS}, o.fold FROM organisation o WHERE {} ORDER BY o.fold, o.id LIMIT {}",
        clause.text,
        limit.saturating_add(1)
    );
    let rows = all(conn, &text, clause.values).await?;
    let next = match (rows.len() > limit, rows.get(limit.saturating_sub(1))) {
        (true, Some(row)) => Some(Position { fold: get(row, "fold")?, id: get(row, "id")? }),
        _ => None,
    };
    let heads: Vec<Organisation> = rows.iter().take(limit).map(organisation).collect::<Outcome<_>>()?;
    Ok(Page { items: items(conn, heads).await?, total, next })
}

/// Head records with what a list shows of them, in the order given.
pub async fn items(conn: &Conn, heads: Vec<Organisation>) -> Outcome<Vec<Item>> {
    let ids: Vec<String> = heads.iter().map(|head| head.id.clone()).collect();
    let mut places = places_of(conn, &ids).await?;
    let item = |organisation: Organisation| {
        let (segments, statuses) = places.remove(&organisation.id).unwrap_or_default();
        Item { organisation, segments, statuses }
    };
    Ok(heads.into_iter().map(item).collect())
}

/// How many organisations each value of each facet would give.
pub async fn facets(conn: &Conn, filter: &Filter) -> Outcome<Facets> {
    Ok(Facets {
        kinds: facet(conn, filter, Facet::Kind).await?,
        cities: facet(conn, filter, Facet::City).await?,
        statuses: facet(conn, filter, Facet::Status).await?,
        segments: facet(conn, filter, Facet::Segment).await?,
    })
}

async fn facet(conn: &Conn, filter: &Filter, facet: Facet) -> Outcome<Vec<(String, i64)>> {
    let (from, column) = match facet {
        Facet::Kind => ("organisation o", "o.kind"),
        Facet::City => ("organisation o", "o.city"),
        Facet::Status => ("organisation_status t JOIN organisation o ON o.id = t.organisation", "t.status"),
        Facet::Segment => ("organisation_segment g JOIN organisation o ON o.id = g.organisation", "g.segment"),
    };
    let clause = Where::new(filter, Some(facet));
    let text = format!(
        "SELECT {column} AS value, COUNT(DISTINCT o.id) AS n FROM {from} WHERE {} AND {column} IS NOT NULL
         GROUP BY {column} ORDER BY n DESC, value LIMIT {FACET_VALUES_MAX}",
        clause.text
    );
    all(conn, &text, clause.values).await?.iter().map(|row| Ok((get(row, "value")?, get(row, "n")?))).collect()
}
