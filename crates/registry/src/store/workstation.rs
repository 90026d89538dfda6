//! Rows of expert workstations, their experts and their projects.

mod browse;

pub use browse::{
    Facets, Filter, Position, asked, asked_of_offices, facets, list, of_expert, of_organisation, parted, refused,
    waiting,
};

use crate::rules::decision::Word;
use crate::rules::workstation::{PROJECTS_MAX, Parting, Project, Reason, Workstation, WorkstationState};
use kernel::{Date, Fen};
use platform::Fault;
use platform::capability::DocumentChange;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::Where;
use rooms::store::rows::{all, first, get, put, run};
use sea_orm::{QueryResult, Value};
use search::Document;
use std::collections::HashMap;

/// Tables of workstations.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "registry-0105-workstation",
        sql: "
CREATE TABLE workstation (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisation (id), office TEXT NOT NULL,
  name TEXT NOT NULL, name_en TEXT NOT NULL, about TEXT NOT NULL, about_en TEXT NOT NULL, since TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'listed', 'refused', 'ended')), reason TEXT, remark TEXT NOT NULL,
  proposed_by TEXT NOT NULL, decided_by TEXT, decided_ms BIGINT, due_ms BIGINT NOT NULL, demo BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL);
CREATE INDEX workstation_list ON workstation (state, updated_ms, id);
CREATE INDEX workstation_organisation ON workstation (organisation);
CREATE INDEX workstation_waiting ON workstation (office, due_ms) WHERE state = 'proposed';
CREATE TABLE workstation_expert (
  workstation TEXT NOT NULL REFERENCES workstation (id), expert TEXT NOT NULL REFERENCES expert (id), ord BIGINT NOT NULL,
  joined_ms BIGINT, PRIMARY KEY (workstation, expert));
CREATE INDEX workstation_expert_expert ON workstation_expert (expert);
CREATE TABLE workstation_project (
  id TEXT PRIMARY KEY, workstation TEXT NOT NULL REFERENCES workstation (id), title TEXT NOT NULL, title_en TEXT NOT NULL,
  amount_fen BIGINT, starts TEXT NOT NULL, ends TEXT, results TEXT NOT NULL, results_en TEXT NOT NULL, created_ms BIGINT NOT NULL);
CREATE INDEX workstation_project_workstation ON workstation_project (workstation, starts);
",
    },
    Migration {
        name: "registry-0108-workstation-answers",
        sql: "
ALTER TABLE workstation ADD COLUMN due_provisional BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE workstation_expert ADD COLUMN left_ms BIGINT;
",
    },
    Migration {
        name: "registry-0109-workstation-parting",
        sql: "
ALTER TABLE workstation_expert ADD COLUMN left_reason TEXT;
ALTER TABLE workstation_expert ADD COLUMN left_remark TEXT NOT NULL DEFAULT '';
",
    },
];

const COLUMNS: [&str; 19] = [
    "id",
    "organisation",
    "office",
    "name",
    "name_en",
    "about",
    "about_en",
    "since",
    "state",
    "reason",
    "remark",
    "proposed_by",
    "decided_by",
    "decided_ms",
    "due_ms",
    "due_provisional",
    "demo",
    "created_ms",
    "updated_ms",
];
/// Workstations one person or office is shown at once.
const WORKSTATIONS_MAX: usize = 200;
/// Those that everybody may see.
const OPEN: &str = "w.state IN ('listed', 'ended')";

fn workstation(row: &QueryResult) -> Outcome<Workstation> {
    let state = WorkstationState::parse(&get::<String>(row, "state")?);
    let reason: Option<String> = get(row, "reason")?;
    Ok(Workstation {
        id: get(row, "id")?,
        organisation: get(row, "organisation")?,
        office: get(row, "office")?,
        name: get(row, "name")?,
        name_en: get(row, "name_en")?,
        about: get(row, "about")?,
        about_en: get(row, "about_en")?,
        since: get(row, "since")?,
        state: state.ok_or_else(|| Fault::Internal("workstation: unknown state".into()))?,
        reason: reason.as_deref().and_then(Reason::parse),
        remark: get(row, "remark")?,
        proposed_by: get(row, "proposed_by")?,
        decided_by: get(row, "decided_by")?,
        decided_ms: get(row, "decided_ms")?,
        due_ms: get(row, "due_ms")?,
        due_provisional: get(row, "due_provisional")?,
        demo: get(row, "demo")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

/// Stores a workstation; one that was there is replaced.
pub async fn save(conn: &Conn, w: &Workstation) -> Outcome<()> {
    let row = vec![
        w.id.clone().into(),
        w.organisation.clone().into(),
        w.office.clone().into(),
        w.name.clone().into(),
        w.name_en.clone().into(),
        w.about.clone().into(),
        w.about_en.clone().into(),
        w.since.clone().into(),
        w.state.code().into(),
        w.reason.map(Reason::code).into(),
        w.remark.clone().into(),
        w.proposed_by.clone().into(),
        w.decided_by.clone().into(),
        w.decided_ms.into(),
        w.due_ms.into(),
        w.due_provisional.into(),
        w.demo.into(),
        w.created_ms.into(),
        w.updated_ms.into(),
    ];
    put(conn, "workstation", &COLUMNS, &["id"], vec![row]).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Workstation>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("w.{column}")).collect();
    let text = format!("SELECT {} FROM workstation w {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(workstation).collect()
}

/// One workstation, in any state.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Workstation>> {
    Ok(select(conn, "WHERE w.id = $1", vec![id.into()]).await?.pop())
}

/// An expert's part in a workstation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The workstation.
    pub workstation: String,
    /// The expert.
    pub expert: String,
    /// When the expert agreed.
    pub joined_ms: Option<i64>,
    /// When the expert said no, or left.
    pub left_ms: Option<i64>,
    /// Why; none for one who left before reasons were asked for.
    pub left_reason: Option<Parting>,
    /// What the expert adds.
    pub left_remark: String,
}

fn part(row: &QueryResult) -> Outcome<Part> {
    let reason: Option<String> = get(row, "left_reason")?;
    Ok(Part {
        workstation: get(row, "workstation")?,
        expert: get(row, "expert")?,
        joined_ms: get(row, "joined_ms")?,
        left_ms: get(row, "left_ms")?,
        left_reason: reason.as_deref().and_then(Parting::parse),
        left_remark: get(row, "left_remark")?,
    })
}

/// Asks experts to take part.
pub async fn ask(conn: &Conn, workstation: &str, experts: &[String]) -> Outcome<()> {
    let row = |(index, expert): (usize, &String)| {
        vec![workstation.into(), expert.clone().into(), i64::try_from(index).unwrap_or(i64::MAX).into()]
    };
    let rows = experts.iter().enumerate().map(row).collect();
    put(conn, "workstation_expert", &["workstation", "expert", "ord"], &[], rows).await
}

/// An expert agrees; returns false if there was nothing to agree to.
pub async fn join(conn: &Conn, workstation: &str, expert: &str, now_ms: i64) -> Outcome<bool> {
    let text = "UPDATE workstation_expert SET joined_ms = $1
        WHERE workstation = $2 AND expert = $3 AND joined_ms IS NULL AND left_ms IS NULL";
    Ok(run(conn, text, vec![now_ms.into(), workstation.into(), expert.into()]).await? > 0)
}

/// An expert says no or leaves; returns false if there was nothing to leave.
pub async fn leave(conn: &Conn, workstation: &str, expert: &str, why: &Word<Parting>, now_ms: i64) -> Outcome<bool> {
    let text = "UPDATE workstation_expert SET left_ms = $1, left_reason = $2, left_remark = $3
        WHERE workstation = $4 AND expert = $5 AND left_ms IS NULL";
    let (reason, remark) = (why.reason.map(Parting::code), why.remark.as_str());
    let values = vec![now_ms.into(), reason.into(), remark.into(), workstation.into(), expert.into()];
    Ok(run(conn, text, values).await? > 0)
}

/// The experts of a workstation, in the order given.
pub async fn parts(conn: &Conn, workstation: &str) -> Outcome<Vec<Part>> {
    let text = "SELECT workstation, expert, joined_ms, left_ms, left_reason, left_remark FROM workstation_expert
        WHERE workstation = $1 ORDER BY ord LIMIT 100";
    all(conn, text, vec![workstation.into()]).await?.iter().map(part).collect()
}

const PROJECT_COLUMNS: [&str; 10] =
    ["id", "workstation", "title", "title_en", "amount_fen", "starts", "ends", "results", "results_en", "created_ms"];

/// Stores a project; one that was there is replaced.
pub async fn save_project(conn: &Conn, project: &Project) -> Outcome<()> {
    let row = vec![
        project.id.clone().into(),
        project.workstation.clone().into(),
        project.title.clone().into(),
        project.title_en.clone().into(),
        project.amount.map(Fen::get).into(),
        project.starts.to_string().into(),
        project.ends.map(|day| day.to_string()).into(),
        project.results.clone().into(),
        project.results_en.clone().into(),
        project.created_ms.into(),
    ];
    put(conn, "workstation_project", &PROJECT_COLUMNS, &["id"], vec![row]).await
}

/// One project of a workstation.
pub async fn project_by_id(conn: &Conn, workstation: &str, id: &str) -> Outcome<Option<Project>> {
    let columns = PROJECT_COLUMNS.join(", ");
    let text = format!("SELECT {columns} FROM workstation_project WHERE workstation = $1 AND id = $2");
    first(conn, &text, vec![workstation.into(), id.into()]).await?.as_ref().map(project).transpose()
}

/// The projects of a workstation, the latest first.
pub async fn projects(conn: &Conn, workstation: &str) -> Outcome<Vec<Project>> {
    let text = format!(
        "SELECT {} FROM workstation_project WHERE workstation = $1 ORDER BY starts DESC, id LIMIT {PROJECTS_MAX}",
        PROJECT_COLUMNS.join(", ")
    );
    all(conn, &text, vec![workstation.into()]).await?.iter().map(project).collect()
}

fn project(row: &QueryResult) -> Outcome<Project> {
    let bad = |column: &str| Fault::Internal(format!("workstation_project: bad {column}"));
    let ends: Option<String> = get(row, "ends")?;
    let amount: Option<i64> = get(row, "amount_fen")?;
    Ok(Project {
        id: get(row, "id")?,
        workstation: get(row, "workstation")?,
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        amount: amount.map(Fen::new).transpose().map_err(|_| bad("amount_fen"))?,
        starts: Date::parse(&get::<String>(row, "starts")?).map_err(|_| bad("starts"))?,
        ends: ends.map(|day| Date::parse(&day)).transpose().map_err(|_| bad("ends"))?,
        results: get(row, "results")?,
        results_en: get(row, "results_en")?,
        created_ms: get(row, "created_ms")?,
    })
}

/// How many projects workstations have, and what they come to in fen, by id; those without any are not in it.
pub async fn project_sums_of(conn: &Conn, workstations: &[String]) -> Outcome<HashMap<String, (i64, i64)>> {
    if workstations.is_empty() {
        return Ok(HashMap::new());
    }
    let mut clause = Where::new("1 = 1");
    clause.any("workstation", workstations);
    let text = format!(
        "SELECT workstation, COUNT(*) AS n, CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) AS fen
         FROM workstation_project WHERE {} GROUP BY workstation",
        clause.text
    );
    let rows = all(conn, &text, clause.values).await?;
    rows.iter().map(|row| Ok((get(row, "workstation")?, (get(row, "n")?, get(row, "fen")?)))).collect()
}

/// How many projects a workstation has, and what they come to in fen.
pub async fn project_sums(conn: &Conn, workstation: &str) -> Outcome<(i64, i64)> {
    let text = "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) AS fen FROM workstation_project WHERE workstation = $1";
    match first(conn, text, vec![workstation.into()]).await? {
        Some(row) => Ok((get(&row, "n")?, get(&row, "fen")?)),
        None => Ok((0, 0)),
    }
}

/// What a change of one workstation means for the index.
pub async fn document_changes(conn: &Conn, id: &str) -> Outcome<Vec<DocumentChange>> {
    let found = documents(conn, &format!("WHERE w.id = $1 AND {OPEN}"), id).await?.pop();
    Ok(vec![
        found.map_or_else(|| DocumentChange::Remove(id.to_owned()), |document| DocumentChange::Put(Box::new(document))),
    ])
}

/// Documents of open workstations after an id, in order of id, at most `limit`.
pub async fn documents_after(conn: &Conn, key: Option<&str>, limit: usize) -> Outcome<Vec<Document>> {
    documents(conn, &format!("WHERE w.id > $1 AND {OPEN} ORDER BY w.id LIMIT {limit}"), key.unwrap_or_default()).await
}

async fn documents(conn: &Conn, tail: &str, key: &str) -> Outcome<Vec<Document>> {
    let text = format!(
        "SELECT w.id, w.name, w.name_en, w.about, w.about_en, w.since, w.demo, o.name AS owner, o.city AS city
         FROM workstation w JOIN organisation o ON o.id = w.organisation {tail}"
    );
    let rows = all(conn, &text, vec![key.into()]).await?;
    rows.iter()
        .map(|row| {
            let (id, name): (String, String) = (get(row, "id")?, get(row, "name")?);
            let mut document = Document::new(&id, "workstation", name, format!("/workstations/{id}"));
            document.city = get(row, "city")?;
            let english: String = get(row, "name_en")?;
            document.name_en = (!english.is_empty()).then_some(english);
            document.year = get::<String>(row, "since")?.get(..4).and_then(|year| year.parse().ok());
            document.demo = get(row, "demo")?;
            let lines: [String; 3] = [get(row, "owner")?, get(row, "about")?, get(row, "about_en")?];
            document.body = lines.join("\n");
            Ok(document)
        })
        .collect()
}
