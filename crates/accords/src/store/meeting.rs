//! Rows of meetings and their resolutions.

use super::change;
use crate::rules::meeting::{Meeting, MeetingState, RESOLUTIONS_MAX, Resolution};
use platform::capability::DocumentChange;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::counted;
use rooms::store::rows::{all, first, get, join, put, split};
use rooms::store::{Allowed, Position, adcode, after, allowed, bad, date};
use sea_orm::{QueryResult, Value};
use search::Document;

/// Tables of meetings. A resolution's number follows from those read before it in the same serialisable transaction.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "accords-0002-meeting",
    sql: "
CREATE TABLE meeting (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, title_en TEXT NOT NULL, day TEXT NOT NULL, place TEXT NOT NULL, chair TEXT NOT NULL,
  attendees TEXT NOT NULL, guests TEXT NOT NULL, agenda TEXT NOT NULL, minutes TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'published')), published_ms BIGINT, demo BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL);
CREATE INDEX meeting_list ON meeting (day, id);
CREATE TABLE meeting_resolution (
  id TEXT PRIMARY KEY, meeting TEXT NOT NULL REFERENCES meeting (id), number BIGINT NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL,
  text TEXT NOT NULL, text_en TEXT NOT NULL, accord TEXT REFERENCES accord (id), created_ms BIGINT NOT NULL);
CREATE INDEX meeting_resolution_meeting ON meeting_resolution (meeting, number);
CREATE INDEX meeting_resolution_accord ON meeting_resolution (accord) WHERE accord IS NOT NULL;
",
}];

const COLUMNS: [&str; 15] = [
    "id",
    "title",
    "title_en",
    "day",
    "place",
    "chair",
    "attendees",
    "guests",
    "agenda",
    "minutes",
    "state",
    "published_ms",
    "demo",
    "created_ms",
    "updated_ms",
];
/// In which columns the attributes of a meeting stand.
pub const ATTRIBUTES: [(&str, &str); 1] = [("state", "m.state")];
/// Meetings and resolutions that name one act, read at once.
const ADOPTING_MAX: usize = 50;

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words in title, agenda, minutes and place.
    pub text: String,
    /// Cities in the chair.
    pub chairs: Vec<String>,
    /// States.
    pub states: Vec<String>,
}

/// How many meetings each value of each filter would give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By city in the chair.
    pub chairs: Vec<(String, i64)>,
    /// By state.
    pub states: Vec<(String, i64)>,
}

fn meeting(row: &QueryResult) -> Outcome<Meeting> {
    Ok(Meeting {
        id: get(row, "id")?,
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        day: date(&get::<String>(row, "day")?, "meeting")?,
        place: get(row, "place")?,
        chair: adcode(&get::<String>(row, "chair")?, "meeting")?,
        attendees: split(&get::<String>(row, "attendees")?),
        guests: get(row, "guests")?,
        agenda: get(row, "agenda")?,
        minutes: get(row, "minutes")?,
        state: MeetingState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("meeting", "state"))?,
        published_ms: get(row, "published_ms")?,
        demo: get(row, "demo")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

/// Stores a meeting; one that was there is replaced.
pub async fn save(conn: &Conn, m: &Meeting) -> Outcome<()> {
    let row = vec![
        m.id.clone().into(),
        m.title.clone().into(),
        m.title_en.clone().into(),
        m.day.to_string().into(),
        m.place.clone().into(),
        m.chair.to_string().into(),
        join(&m.attendees).into(),
        m.guests.clone().into(),
        m.agenda.clone().into(),
        m.minutes.clone().into(),
        m.state.code().into(),
        m.published_ms.into(),
        m.demo.into(),
        m.created_ms.into(),
        m.updated_ms.into(),
    ];
    put(conn, "meeting", &COLUMNS, &["id"], vec![row]).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Meeting>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("m.{column}")).collect();
    let text = format!("SELECT {} FROM meeting m {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(meeting).collect()
}

/// One meeting, in any state.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Meeting>> {
    Ok(select(conn, "WHERE m.id = $1", vec![id.into()]).await?.pop())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Facet {
    Chair,
    State,
}

fn narrowed(by_policy: Allowed, filter: &Filter, but: Option<Facet>) -> rooms::store::browse::Where {
    let mut clause = allowed(by_policy);
    clause.words(&filter.text, &["m.title", "m.title_en", "m.agenda", "m.minutes", "m.place"]);
    if but != Some(Facet::Chair) {
        clause.any("m.chair", &filter.chairs);
    }
    if but != Some(Facet::State) {
        clause.any("m.state", &filter.states);
    }
    clause
}

/// Days as a number, so that a cursor holds one.
const DAY: &str = "CAST(REPLACE(m.day, '-', '') AS BIGINT)";

/// One page of the meetings that a policy allows, the latest first, and how many there are in all.
pub async fn list(
    conn: &Conn,
    by_policy: Allowed,
    filter: &Filter,
    from: Option<&Position>,
    limit: usize,
) -> Outcome<(Vec<Meeting>, i64)> {
    let mut clause = narrowed(by_policy, filter, None);
    let text = format!("SELECT COUNT(*) AS n FROM meeting m WHERE {}", clause.text);
    let total = first(conn, &text, clause.values.clone()).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    after(&mut clause, from, DAY, "m.id");
    let tail = format!("WHERE {} ORDER BY m.day DESC, m.id DESC LIMIT {limit}", clause.text);
    Ok((select(conn, &tail, clause.values).await?, total))
}

/// The place of one meeting in the list.
pub async fn position(conn: &Conn, id: &str) -> Outcome<Option<Position>> {
    let row = first(conn, &format!("SELECT {DAY} AS at FROM meeting m WHERE m.id = $1"), vec![id.into()]).await?;
    row.map(|row| Ok(Position { at: get(&row, "at")?, id: id.to_owned() })).transpose()
}

/// What the filters would give.
pub async fn facets(conn: &Conn, by_policy: &Allowed, filter: &Filter) -> Outcome<Facets> {
    let clause = |but| narrowed(by_policy.clone(), filter, Some(but));
    Ok(Facets {
        chairs: counted(conn, "m.chair", "meeting m", clause(Facet::Chair)).await?,
        states: counted(conn, "m.state", "meeting m", clause(Facet::State)).await?,
    })
}

/// Stores a resolution.
pub async fn resolve(conn: &Conn, r: &Resolution) -> Outcome<()> {
    let columns = ["id", "meeting", "number", "title", "title_en", "text", "text_en", "accord", "created_ms"];
    let row = vec![
        r.id.clone().into(),
        r.meeting.clone().into(),
        r.number.into(),
        r.title.clone().into(),
        r.title_en.clone().into(),
        r.text.clone().into(),
        r.text_en.clone().into(),
        r.accord.clone().into(),
        r.created_ms.into(),
    ];
    put(conn, "meeting_resolution", &columns, &[], vec![row]).await
}

async fn resolutions_by(conn: &Conn, condition: &str, value: &str, limit: usize) -> Outcome<Vec<Resolution>> {
    let text = format!(
        "SELECT r.id, r.meeting, r.number, r.title, r.title_en, r.text, r.text_en, r.accord, r.created_ms
         FROM meeting_resolution r JOIN meeting m ON m.id = r.meeting
         WHERE {condition} ORDER BY m.day DESC, r.number LIMIT {limit}"
    );
    let rows = all(conn, &text, vec![value.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Resolution {
                id: get(row, "id")?,
                meeting: get(row, "meeting")?,
                number: get(row, "number")?,
                title: get(row, "title")?,
                title_en: get(row, "title_en")?,
                text: get(row, "text")?,
                text_en: get(row, "text_en")?,
                accord: get(row, "accord")?,
                created_ms: get(row, "created_ms")?,
            })
        })
        .collect()
}

/// The resolutions of a meeting, in order.
pub async fn resolutions(conn: &Conn, meeting: &str) -> Outcome<Vec<Resolution>> {
    resolutions_by(conn, "r.meeting = $1", meeting, RESOLUTIONS_MAX).await
}

/// The resolutions of published meetings that adopt an act, the latest first.
pub async fn adopting(conn: &Conn, accord: &str) -> Outcome<Vec<Resolution>> {
    resolutions_by(conn, "r.accord = $1 AND m.state = 'published'", accord, ADOPTING_MAX).await
}

/// What a change of one meeting means for the index.
pub async fn document_change(conn: &Conn, id: &str) -> Outcome<DocumentChange> {
    Ok(change(id, documents(conn, "m.id = $1", id, 1).await?.pop()))
}

/// Documents of published meetings after an id, in order of id, at most `limit`.
pub async fn documents_after(conn: &Conn, key: &str, limit: usize) -> Outcome<Vec<Document>> {
    documents(conn, "m.id > $1", key, limit).await
}

async fn documents(conn: &Conn, condition: &str, key: &str, limit: usize) -> Outcome<Vec<Document>> {
    let tail = format!("WHERE {condition} AND m.state = 'published' ORDER BY m.id LIMIT {limit}");
    let mut documents = Vec::new();
    for meeting in select(conn, &tail, vec![key.into()]).await? {
        let mut document = Document::new(&meeting.id, "meeting", &meeting.title, format!("/meetings/{}", meeting.id));
        document.name_en = (!meeting.title_en.is_empty()).then(|| meeting.title_en.clone());
        document.city = Some(meeting.chair.to_string());
        document.year = Some(i64::from(meeting.day.year()));
        document.demo = meeting.demo;
        let mut lines = vec![meeting.place, meeting.agenda, meeting.minutes];
        lines.extend(resolutions(conn, &meeting.id).await?.into_iter().map(|r| format!("{}\n{}", r.title, r.text)));
        document.body = lines.join("\n");
        documents.push(document);
    }
    Ok(documents)
}
