//! Rows of action items, the cities they concern, and their reports.

use super::change;
use crate::rules::item::{ActionItem, ItemState, Origin, REPORTS_MAX, Report};
use kernel::{Adcode, Date};
use platform::capability::DocumentChange;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::{Where, counted};
use rooms::store::rows::{all, first, get, put};
use rooms::store::{Allowed, Position, adcode, after, bad, date};
use sea_orm::{QueryResult, Value};
use search::Document;
use std::collections::HashMap;

/// Tables of action items. A report's place follows from those read before it in the same serialisable transaction.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "accords-0003-item",
    sql: "
CREATE TABLE action_item (
  id TEXT PRIMARY KEY, meeting TEXT REFERENCES meeting (id), resolution TEXT REFERENCES meeting_resolution (id), accord TEXT REFERENCES accord (id),
  title TEXT NOT NULL, title_en TEXT NOT NULL, target TEXT NOT NULL, target_en TEXT NOT NULL, deadline TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dropped')), percent BIGINT NOT NULL, remark TEXT NOT NULL, closed_ms BIGINT,
  demo BOOLEAN NOT NULL, created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL);
CREATE INDEX action_item_list ON action_item (state, updated_ms, id);
CREATE INDEX action_item_meeting ON action_item (meeting) WHERE meeting IS NOT NULL;
CREATE INDEX action_item_accord ON action_item (accord) WHERE accord IS NOT NULL;
CREATE TABLE action_item_city (
  item TEXT NOT NULL REFERENCES action_item (id), ord BIGINT NOT NULL, city TEXT NOT NULL, PRIMARY KEY (item, ord));
CREATE INDEX action_item_city_city ON action_item_city (city);
CREATE TABLE action_item_report (
  id TEXT PRIMARY KEY, item TEXT NOT NULL REFERENCES action_item (id), ord BIGINT NOT NULL, city TEXT NOT NULL, day TEXT NOT NULL,
  percent BIGINT NOT NULL, text TEXT NOT NULL, by_account TEXT NOT NULL, by_name TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE INDEX action_item_report_item ON action_item_report (item, ord);
",
}];

const COLUMNS: [&str; 16] = [
    "id",
    "meeting",
    "resolution",
    "accord",
    "title",
    "title_en",
    "target",
    "target_en",
    "deadline",
    "state",
    "percent",
    "remark",
    "closed_ms",
    "demo",
    "created_ms",
    "updated_ms",
];
/// Items one desk or one page is shown at once.
const ITEMS_MAX: usize = 200;
/// Whether everybody may read where an item comes from.
const SOURCE: &str = "CASE WHEN EXISTS (SELECT 1 FROM meeting m WHERE m.id = x.meeting AND m.state = 'published')
  OR EXISTS (SELECT 1 FROM accord o WHERE o.id = x.accord AND o.state IN ('in_force', 'expired', 'ended', 'superseded'))
  THEN 'public' ELSE 'inside' END";
/// In which columns of [`seen`] the attributes of an item stand.
pub const ATTRIBUTES: [(&str, &str); 2] = [("source", SOURCE), ("city", "c.city")];

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words in title and target.
    pub text: String,
    /// `open`, `late`, `done`, `dropped`.
    pub states: Vec<String>,
    /// Cities that lead or take part.
    pub cities: Vec<String>,
    /// Ids of meetings.
    pub meetings: Vec<String>,
}

/// How many items each value of each filter would give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By state.
    pub states: Vec<(String, i64)>,
    /// By city that leads or takes part.
    pub cities: Vec<(String, i64)>,
}

/// An item whose cities are still to be read.
fn item(row: &QueryResult) -> Outcome<ActionItem> {
    Ok(ActionItem {
        id: get(row, "id")?,
        origin: Origin {
            meeting: get(row, "meeting")?,
            resolution: get(row, "resolution")?,
            accord: get(row, "accord")?,
        },
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        target: get(row, "target")?,
        target_en: get(row, "target_en")?,
        lead: Adcode::NATION,
        partners: Vec::new(),
        deadline: date(&get::<String>(row, "deadline")?, "action_item")?,
        state: ItemState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("action_item", "state"))?,
        percent: get(row, "percent")?,
        remark: get(row, "remark")?,
        closed_ms: get(row, "closed_ms")?,
        demo: get(row, "demo")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

/// Stores an item; one that was there is replaced. Its cities are kept once, when it is entered.
pub async fn save(conn: &Conn, i: &ActionItem) -> Outcome<()> {
    let row = vec![
        i.id.clone().into(),
        i.origin.meeting.clone().into(),
        i.origin.resolution.clone().into(),
        i.origin.accord.clone().into(),
        i.title.clone().into(),
        i.title_en.clone().into(),
        i.target.clone().into(),
        i.target_en.clone().into(),
        i.deadline.to_string().into(),
        i.state.code().into(),
        i.percent.into(),
        i.remark.clone().into(),
        i.closed_ms.into(),
        i.demo.into(),
        i.created_ms.into(),
        i.updated_ms.into(),
    ];
    put(conn, "action_item", &COLUMNS, &["id"], vec![row]).await?;
    let city = |(ord, city): (usize, &Adcode)| {
        vec![i.id.clone().into(), i64::try_from(ord).unwrap_or(i64::MAX).into(), city.to_string().into()]
    };
    let rows = std::iter::once(&i.lead).chain(&i.partners).enumerate().map(city).collect();
    put(conn, "action_item_city", &["item", "ord", "city"], &["item", "ord"], rows).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<ActionItem>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("i.{column}")).collect();
    let text = format!("SELECT {} FROM action_item i {tail}", columns.join(", "));
    let mut found: Vec<ActionItem> =
        all(conn, &text, values).await?.iter().map(item).collect::<Outcome<Vec<ActionItem>>>()?;
    let ids: Vec<String> = found.iter().map(|item| item.id.clone()).collect();
    let mut cities = cities_of(conn, &ids).await?;
    for item in &mut found {
        let mut own = cities.remove(&item.id).unwrap_or_default().into_iter();
        item.lead = own.next().ok_or_else(|| bad("action_item_city", "lead"))?;
        item.partners = own.collect();
    }
    Ok(found)
}

/// The cities of items: the one that leads, then those that take part.
async fn cities_of(conn: &Conn, items: &[String]) -> Outcome<HashMap<String, Vec<Adcode>>> {
    let mut by_item: HashMap<String, Vec<Adcode>> = HashMap::new();
    if items.is_empty() {
        return Ok(by_item);
    }
    let mut clause = Where::new("1 = 1");
    clause.any("item", items);
    let text = format!("SELECT item, city FROM action_item_city WHERE {} ORDER BY item, ord", clause.text);
    for row in &all(conn, &text, clause.values).await? {
        let city = adcode(&get::<String>(row, "city")?, "action_item_city")?;
        by_item.entry(get(row, "item")?).or_default().push(city);
    }
    Ok(by_item)
}

/// One item, in any state.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<ActionItem>> {
    Ok(select(conn, "WHERE i.id = $1", vec![id.into()]).await?.pop())
}

/// Several items by id, in no order.
pub async fn by_ids(conn: &Conn, ids: &[String]) -> Outcome<Vec<ActionItem>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("1 = 1");
    clause.any("i.id", ids);
    select(conn, &format!("WHERE {}", clause.text), clause.values).await
}

/// Whether everybody may read where an item comes from: its meeting or its act.
pub async fn is_public(conn: &Conn, id: &str) -> Outcome<bool> {
    let text = format!("SELECT {SOURCE} AS source FROM action_item x WHERE x.id = $1");
    let row = first(conn, &text, vec![id.into()]).await?;
    Ok(row.map(|row| get::<String>(&row, "source")).transpose()?.is_some_and(|source| source == "public"))
}

/// The items that a policy allows, as a condition about `action_item i`. The policy looks at an item through each of
/// its cities: one that fits is enough.
fn seen((text, values): Allowed) -> Where {
    let text =
        format!("i.id IN (SELECT x.id FROM action_item x JOIN action_item_city c ON c.item = x.id WHERE {text})");
    Where { text, values }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Facet {
    State,
    City,
}

/// The state as lists name it: `late` is read from the clock.
fn state_column(today: Date) -> String {
    // A day is digits and hyphens only, so it may stand in the text.
    format!("CASE WHEN i.state = 'open' AND i.deadline < '{today}' THEN 'late' ELSE i.state END")
}

fn narrowed(by_policy: Allowed, filter: &Filter, today: Date, but: Option<Facet>) -> Where {
    let mut clause = seen(by_policy);
    clause.words(&filter.text, &["i.title", "i.title_en", "i.target", "i.target_en"]);
    clause.any("i.meeting", &filter.meetings);
    if but != Some(Facet::State) {
        clause.any(&state_column(today), &filter.states);
    }
    if but != Some(Facet::City) && !filter.cities.is_empty() {
        let places: Vec<String> = filter.cities.iter().map(|city| clause.place(city.as_str())).collect();
        clause.and(&format!(
            "EXISTS (SELECT 1 FROM action_item_city f WHERE f.item = i.id AND f.city IN ({}))",
            places.join(", ")
        ));
    }
    clause
}

/// One page of the items that a policy allows, the newest change first, and how many there are in all.
pub async fn list(
    conn: &Conn,
    by_policy: Allowed,
    filter: &Filter,
    today: Date,
    from: Option<&Position>,
    limit: usize,
) -> Outcome<(Vec<ActionItem>, i64)> {
    let mut clause = narrowed(by_policy, filter, today, None);
    let text = format!("SELECT COUNT(*) AS n FROM action_item i WHERE {}", clause.text);
    let total = first(conn, &text, clause.values.clone()).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    after(&mut clause, from, "i.updated_ms", "i.id");
    let tail = format!("WHERE {} ORDER BY i.updated_ms DESC, i.id DESC LIMIT {limit}", clause.text);
    Ok((select(conn, &tail, clause.values).await?, total))
}

/// The place of one item in the list.
pub async fn position(conn: &Conn, id: &str) -> Outcome<Option<Position>> {
    let row = first(conn, "SELECT updated_ms FROM action_item WHERE id = $1", vec![id.into()]).await?;
    row.map(|row| Ok(Position { at: get(&row, "updated_ms")?, id: id.to_owned() })).transpose()
}

/// What the filters would give.
pub async fn facets(conn: &Conn, by_policy: &Allowed, filter: &Filter, today: Date) -> Outcome<Facets> {
    let clause = |but| narrowed(by_policy.clone(), filter, today, Some(but));
    let by_city = "action_item i JOIN action_item_city k ON k.item = i.id";
    Ok(Facets {
        states: counted(conn, &state_column(today), "action_item i", clause(Facet::State)).await?,
        cities: counted(conn, "k.city", by_city, clause(Facet::City)).await?,
    })
}

/// The items of a meeting or an act that a policy allows, by deadline.
pub async fn of_origin(conn: &Conn, by_policy: Allowed, column: OriginColumn, id: &str) -> Outcome<Vec<ActionItem>> {
    let mut clause = seen(by_policy);
    let place = clause.place(id);
    clause.and(&format!("i.{} = {place}", column.name()));
    let tail = format!("WHERE {} ORDER BY i.deadline, i.id LIMIT {ITEMS_MAX}", clause.text);
    select(conn, &tail, clause.values).await
}

/// Where an item comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginColumn {
    /// A meeting.
    Meeting,
    /// A joint act.
    Accord,
}

impl OriginColumn {
    fn name(self) -> &'static str {
        match self {
            OriginColumn::Meeting => "meeting",
            OriginColumn::Accord => "accord",
        }
    }
}

/// Items under way after their last day, led by one of these cities; by all of them where none is named.
pub async fn overdue(conn: &Conn, cities: Option<&[Adcode]>, today: Date) -> Outcome<Vec<ActionItem>> {
    let mut clause = Where::new("i.state = 'open'");
    let day = clause.place(today.to_string());
    clause.and(&format!("i.deadline < {day}"));
    if let Some(cities) = cities {
        let codes: Vec<String> = cities.iter().map(ToString::to_string).collect();
        let places: Vec<String> = codes.iter().map(|city| clause.place(city.as_str())).collect();
        let own = if places.is_empty() { "NULL".to_owned() } else { places.join(", ") };
        clause.and(&format!(
            "EXISTS (SELECT 1 FROM action_item_city c WHERE c.item = i.id AND c.ord = 0 AND c.city IN ({own}))"
        ));
    }
    let tail = format!("WHERE {} ORDER BY i.deadline, i.id LIMIT {ITEMS_MAX}", clause.text);
    select(conn, &tail, clause.values).await
}

/// Items that have come to 100 percent and wait for the joint office.
pub async fn reached(conn: &Conn) -> Outcome<Vec<ActionItem>> {
    let tail = format!("WHERE i.state = 'open' AND i.percent = 100 ORDER BY i.updated_ms, i.id LIMIT {ITEMS_MAX}");
    select(conn, &tail, Vec::new()).await
}

/// Keeps a report at its place.
pub async fn report(conn: &Conn, r: &Report, ord: usize) -> Outcome<()> {
    let columns = ["id", "item", "ord", "city", "day", "percent", "text", "by_account", "by_name", "at_ms"];
    let row = vec![
        r.id.clone().into(),
        r.item.clone().into(),
        i64::try_from(ord).unwrap_or(i64::MAX).into(),
        r.city.to_string().into(),
        r.day.to_string().into(),
        r.percent.into(),
        r.text.clone().into(),
        r.by.clone().into(),
        r.by_name.clone().into(),
        r.at_ms.into(),
    ];
    put(conn, "action_item_report", &columns, &[], vec![row]).await
}

/// The reports of an item, in order.
pub async fn reports(conn: &Conn, item: &str) -> Outcome<Vec<Report>> {
    let text = format!(
        "SELECT id, item, city, day, percent, text, by_account, by_name, at_ms FROM action_item_report
         WHERE item = $1 ORDER BY ord LIMIT {REPORTS_MAX}"
    );
    let rows = all(conn, &text, vec![item.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Report {
                id: get(row, "id")?,
                item: get(row, "item")?,
                city: adcode(&get::<String>(row, "city")?, "action_item_report")?,
                day: date(&get::<String>(row, "day")?, "action_item_report")?,
                percent: get(row, "percent")?,
                text: get(row, "text")?,
                by: get(row, "by_account")?,
                by_name: get(row, "by_name")?,
                at_ms: get(row, "at_ms")?,
            })
        })
        .collect()
}

/// What a change of one item means for the index.
pub async fn document_change(conn: &Conn, id: &str) -> Outcome<DocumentChange> {
    Ok(change(id, documents(conn, "x.id = $1", id, 1).await?.pop()))
}

/// What a change of where they come from means for items.
pub async fn document_changes(conn: &Conn, column: OriginColumn, id: &str) -> Outcome<Vec<DocumentChange>> {
    let condition = format!("x.{} = $1", column.name());
    let found = documents(conn, &condition, id, ITEMS_MAX).await?;
    Ok(found.into_iter().map(|document| DocumentChange::Put(Box::new(document))).collect())
}

/// Documents of items that everybody may read, after an id, in order of id, at most `limit`.
pub async fn documents_after(conn: &Conn, key: &str, limit: usize) -> Outcome<Vec<Document>> {
    documents(conn, "x.id > $1", key, limit).await
}

async fn documents(conn: &Conn, condition: &str, key: &str, limit: usize) -> Outcome<Vec<Document>> {
    let tail = format!(
        "WHERE i.id IN (SELECT x.id FROM action_item x WHERE {condition} AND {SOURCE} = 'public') ORDER BY i.id LIMIT {limit}"
    );
    Ok(select(conn, &tail, vec![key.into()]).await?.iter().map(document).collect())
}

fn document(item: &ActionItem) -> Document {
    let mut document = Document::new(&item.id, "action_item", &item.title, format!("/action-items/{}", item.id));
    document.name_en = (!item.title_en.is_empty()).then(|| item.title_en.clone());
    document.city = Some(item.lead.to_string());
    document.year = Some(i64::from(item.deadline.year()));
    document.demo = item.demo;
    document.body = [item.target.as_str(), item.target_en.as_str()].join("\n");
    document
}
