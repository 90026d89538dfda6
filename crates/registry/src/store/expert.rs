//! Rows of experts.

mod browse;

pub use browse::{Facets, Filter, Position, counts, facets, list};

use crate::rules::expert::{Availability, Expert, ExpertState};
use kernel::Adcode;
use platform::Fault;
use platform::capability::DocumentChange;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, join, put, run, split};
use sea_orm::{QueryResult, Value};
use search::Document;

/// Tables of experts.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "registry-0104-expert",
        sql: "
CREATE TABLE expert (
  id TEXT PRIMARY KEY, account TEXT, office TEXT, name TEXT NOT NULL, name_en TEXT NOT NULL, consent_ms BIGINT,
  title TEXT NOT NULL, academician BOOLEAN NOT NULL, institution TEXT NOT NULL, city TEXT, fields TEXT NOT NULL,
  fields_en TEXT NOT NULL, segments TEXT NOT NULL, availability TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('listed', 'withdrawn')), demo BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX expert_account ON expert (account) WHERE account IS NOT NULL AND state = 'listed';
CREATE INDEX expert_list ON expert (state, institution, id);
CREATE TABLE expert_segment (
  expert TEXT NOT NULL REFERENCES expert (id), segment TEXT NOT NULL, PRIMARY KEY (expert, segment));
CREATE INDEX expert_segment_segment ON expert_segment (segment, expert);
",
    },
    Migration {
        name: "registry-0107-expert-committee",
        sql: "
ALTER TABLE expert ADD COLUMN committee_ms BIGINT;
CREATE INDEX expert_office ON expert (office) WHERE office IS NOT NULL;
",
    },
];

const COLUMNS: [&str; 19] = [
    "id",
    "account",
    "office",
    "name",
    "name_en",
    "consent_ms",
    "title",
    "academician",
    "institution",
    "city",
    "fields",
    "fields_en",
    "segments",
    "availability",
    "state",
    "committee_ms",
    "demo",
    "created_ms",
    "updated_ms",
];

fn expert(row: &QueryResult) -> Outcome<Expert> {
    let unknown = |column: &str| Fault::Internal(format!("expert: unknown {column}"));
    let city: Option<String> = get(row, "city")?;
    Ok(Expert {
        id: get(row, "id")?,
        account: get(row, "account")?,
        office: get(row, "office")?,
        name: get(row, "name")?,
        name_en: get(row, "name_en")?,
        consent_ms: get(row, "consent_ms")?,
        title: get(row, "title")?,
        academician: get(row, "academician")?,
        institution: get(row, "institution")?,
        city: city.and_then(|code| Adcode::parse(&code).ok()),
        fields: get(row, "fields")?,
        fields_en: get(row, "fields_en")?,
        segments: split(&get::<String>(row, "segments")?),
        availability: Availability::parse(&get::<String>(row, "availability")?)
            .ok_or_else(|| unknown("availability"))?,
        state: ExpertState::parse(&get::<String>(row, "state")?).ok_or_else(|| unknown("state"))?,
        committee_ms: get(row, "committee_ms")?,
        demo: get(row, "demo")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

/// Stores an expert; one that was there is replaced.
pub async fn save(conn: &Conn, expert: &Expert) -> Outcome<()> {
    let row = vec![
        expert.id.clone().into(),
        expert.account.clone().into(),
        expert.office.clone().into(),
        expert.name.clone().into(),
        expert.name_en.clone().into(),
        expert.consent_ms.into(),
        expert.title.clone().into(),
        expert.academician.into(),
        expert.institution.clone().into(),
        expert.city.map(|city| city.to_string()).into(),
        expert.fields.clone().into(),
        expert.fields_en.clone().into(),
        join(&expert.segments).into(),
        expert.availability.code().into(),
        expert.state.code().into(),
        expert.committee_ms.into(),
        expert.demo.into(),
        expert.created_ms.into(),
        expert.updated_ms.into(),
    ];
    put(conn, "expert", &COLUMNS, &["id"], vec![row]).await?;
    run(conn, "DELETE FROM expert_segment WHERE expert = $1", vec![expert.id.clone().into()]).await?;
    let places = expert.segments.iter().map(|segment| vec![expert.id.clone().into(), segment.clone().into()]).collect();
    put(conn, "expert_segment", &["expert", "segment"], &[], places).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Expert>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("e.{column}")).collect();
    let text = format!("SELECT {} FROM expert e {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(expert).collect()
}

/// One expert, also one that was taken out.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Expert>> {
    Ok(select(conn, "WHERE e.id = $1", vec![id.into()]).await?.pop())
}

/// Experts by id, in no order.
pub async fn by_ids(conn: &Conn, ids: &[String]) -> Outcome<Vec<Expert>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let tail = format!("WHERE e.id IN ({})", places.join(", "));
    select(conn, &tail, ids.iter().map(|id| id.as_str().into()).collect()).await
}

/// The record of an account.
pub async fn of_account(conn: &Conn, account: &str) -> Outcome<Option<Expert>> {
    Ok(select(conn, "WHERE e.account = $1 AND e.state = 'listed'", vec![account.into()]).await?.pop())
}

/// Experts who are listed and take work, in the order of their ids.
pub async fn willing(conn: &Conn, demo: bool, limit: usize) -> Outcome<Vec<Expert>> {
    let tail =
        format!("WHERE e.state = 'listed' AND e.availability <> 'closed' AND e.demo = $1 ORDER BY e.id LIMIT {limit}");
    select(conn, &tail, vec![demo.into()]).await
}

/// What a change of one expert means for the index: only those whose name may be shown are found.
pub async fn document_changes(conn: &Conn, id: &str) -> Outcome<Vec<DocumentChange>> {
    let found = by_id(conn, id).await?.and_then(|expert| document(&expert));
    Ok(vec![
        found.map_or_else(|| DocumentChange::Remove(id.to_owned()), |document| DocumentChange::Put(Box::new(document))),
    ])
}

/// Documents of experts after an id, in order of id, at most `limit`.
pub async fn documents_after(conn: &Conn, key: Option<&str>, limit: usize) -> Outcome<Vec<Document>> {
    let tail =
        format!("WHERE e.state = 'listed' AND e.consent_ms IS NOT NULL AND e.id > $1 ORDER BY e.id LIMIT {limit}");
    let experts = select(conn, &tail, vec![key.unwrap_or_default().into()]).await?;
    Ok(experts.iter().filter_map(document).collect())
}

fn document(expert: &Expert) -> Option<Document> {
    let name = expert.name_open().filter(|_| expert.state == ExpertState::Listed)?;
    let mut document = Document::new(&expert.id, "expert", name, format!("/experts/{}", expert.id));
    document.city = expert.city.map(|city| city.to_string());
    document.segments = expert.segments.clone();
    document.name_en = (!expert.name_en.is_empty()).then(|| expert.name_en.clone());
    document.names = document.name_en.iter().cloned().collect();
    document.demo = expert.demo;
    let lines = [&expert.title, &expert.institution, &expert.fields, &expert.fields_en];
    document.body = lines.into_iter().filter(|line| !line.is_empty()).cloned().collect::<Vec<_>>().join("\n");
    Some(document)
}
