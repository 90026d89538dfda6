//! Rows of proof-of-concept projects and their steps.

mod centre;
mod list;
mod waiting;

pub use centre::{Honour, centre_ids, honours, is_centre, listed_by_name};
pub use list::{Facets, Filter, Position, facets, list, of_party};
pub use waiting::{asked, declined, proposals, refused};

use crate::rules::poc::{
    CentreState, NamedCentre, PROPOSALS_MAX, Project, ProjectState, Reason, STEPS_MAX, Stage, Step, StepState,
};
use kernel::{Adcode, Date};
use platform::Fault;
use platform::capability::DocumentChange;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, first, get, join, put, split};
use sea_orm::{QueryResult, Value};
use search::Document;

/// Tables of proof-of-concept projects.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "registry-0106-poc",
        sql: "
CREATE TABLE poc_project (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisation (id), centre TEXT REFERENCES organisation (id),
  title TEXT NOT NULL, title_en TEXT NOT NULL, about TEXT NOT NULL, about_en TEXT NOT NULL, segments TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'closed')), demo BOOLEAN NOT NULL,
  created_by TEXT NOT NULL, created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL);
CREATE INDEX poc_project_list ON poc_project (state, updated_ms, id);
CREATE INDEX poc_project_organisation ON poc_project (organisation);
CREATE INDEX poc_project_centre ON poc_project (centre) WHERE centre IS NOT NULL;
CREATE TABLE poc_step (
  id TEXT PRIMARY KEY, project TEXT NOT NULL REFERENCES poc_project (id), stage TEXT NOT NULL, city TEXT,
  organisation TEXT REFERENCES organisation (id), day TEXT, note TEXT NOT NULL, note_en TEXT NOT NULL, evidence TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('done', 'planned', 'proposed', 'declined')), entered_by TEXT NOT NULL, created_ms BIGINT NOT NULL);
CREATE INDEX poc_step_project ON poc_step (project, created_ms);
CREATE INDEX poc_step_proposed ON poc_step (project) WHERE state = 'proposed';
",
    },
    // Centres that were named before they had to agree are asked now. When an older proposal was answered is not known
    // any more: the moment it was entered stands for it.
    Migration {
        name: "registry-0110-poc-answers",
        sql: "
ALTER TABLE poc_project ADD COLUMN centre_state TEXT;
ALTER TABLE poc_project ADD COLUMN centre_reason TEXT;
ALTER TABLE poc_project ADD COLUMN centre_remark TEXT NOT NULL DEFAULT '';
ALTER TABLE poc_project ADD COLUMN centre_by TEXT;
ALTER TABLE poc_project ADD COLUMN centre_ms BIGINT;
UPDATE poc_project SET centre_state = CASE WHEN centre = organisation THEN 'agreed' ELSE 'asked' END,
  centre_ms = created_ms WHERE centre IS NOT NULL;
ALTER TABLE poc_step ADD COLUMN reason TEXT;
ALTER TABLE poc_step ADD COLUMN remark TEXT NOT NULL DEFAULT '';
ALTER TABLE poc_step ADD COLUMN answered_ms BIGINT;
UPDATE poc_step SET answered_ms = created_ms WHERE state <> 'proposed' AND NOT EXISTS (SELECT 1 FROM poc_project p
  WHERE p.id = poc_step.project AND (p.organisation = poc_step.entered_by OR p.centre = poc_step.entered_by));
",
    },
];

const COLUMNS: [&str; 18] = [
    "id",
    "organisation",
    "centre",
    "centre_state",
    "centre_reason",
    "centre_remark",
    "centre_by",
    "centre_ms",
    "title",
    "title_en",
    "about",
    "about_en",
    "segments",
    "state",
    "demo",
    "created_by",
    "created_ms",
    "updated_ms",
];
const STEP_COLUMNS: [&str; 15] = [
    "id",
    "project",
    "stage",
    "city",
    "organisation",
    "day",
    "note",
    "note_en",
    "evidence",
    "state",
    "reason",
    "remark",
    "answered_ms",
    "entered_by",
    "created_ms",
];
/// Projects of one organisation.
const PROJECTS_MAX: usize = 200;

fn project(row: &QueryResult) -> Outcome<Project> {
    let state = ProjectState::parse(&get::<String>(row, "state")?);
    Ok(Project {
        id: get(row, "id")?,
        organisation: get(row, "organisation")?,
        centre: named_centre(row)?,
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        about: get(row, "about")?,
        about_en: get(row, "about_en")?,
        segments: split(&get::<String>(row, "segments")?),
        state: state.ok_or_else(|| Fault::Internal("poc_project: unknown state".into()))?,
        demo: get(row, "demo")?,
        created_by: get(row, "created_by")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

fn named_centre(row: &QueryResult) -> Outcome<Option<NamedCentre>> {
    let (centre, state): (Option<String>, Option<String>) = (get(row, "centre")?, get(row, "centre_state")?);
    let (Some(organisation), Some(state)) = (centre, state) else { return Ok(None) };
    let (reason, since_ms): (Option<String>, Option<i64>) = (get(row, "centre_reason")?, get(row, "centre_ms")?);
    let bad = |column: &str| Fault::Internal(format!("poc_project: bad {column}"));
    Ok(Some(NamedCentre {
        organisation,
        state: CentreState::parse(&state).ok_or_else(|| bad("centre_state"))?,
        reason: reason.as_deref().and_then(Reason::parse),
        remark: get(row, "centre_remark")?,
        answered_by: get(row, "centre_by")?,
        since_ms: since_ms.ok_or_else(|| bad("centre_ms"))?,
    }))
}

/// Stores a project; one that was there is replaced.
pub async fn save(conn: &Conn, p: &Project) -> Outcome<()> {
    let centre = p.centre.as_ref();
    let row = vec![
        p.id.clone().into(),
        p.organisation.clone().into(),
        centre.map(|centre| centre.organisation.clone()).into(),
        centre.map(|centre| centre.state.code()).into(),
        centre.and_then(|centre| centre.reason).map(Reason::code).into(),
        centre.map_or("", |centre| &centre.remark).into(),
        centre.and_then(|centre| centre.answered_by.clone()).into(),
        centre.map(|centre| centre.since_ms).into(),
        p.title.clone().into(),
        p.title_en.clone().into(),
        p.about.clone().into(),
        p.about_en.clone().into(),
        join(&p.segments).into(),
        p.state.code().into(),
        p.demo.into(),
        p.created_by.clone().into(),
        p.created_ms.into(),
        p.updated_ms.into(),
    ];
    put(conn, "poc_project", &COLUMNS, &["id"], vec![row]).await
}

/// True for projects that everybody may see; the table is called `p`.
const OPEN: &str = "p.state IN ('published', 'closed')";
/// True where the centre that is named has agreed: before that it is no fact.
const LOOKED_AFTER: &str = "p.centre_state = 'agreed'";

/// `$1, $2, $3`.
fn places(count: usize) -> String {
    (1..=count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

fn values_of(ids: &[String]) -> Vec<Value> {
    ids.iter().map(|id| id.as_str().into()).collect()
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Project>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("p.{column}")).collect();
    let text = format!("SELECT {} FROM poc_project p {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(project).collect()
}

/// One project, in any state.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Project>> {
    Ok(select(conn, "WHERE p.id = $1", vec![id.into()]).await?.pop())
}

/// Projects of one organisation, and those whose centre it is or is asked to be, in any state, the newest first.
pub async fn of_organisation(conn: &Conn, organisation: &str) -> Outcome<Vec<Project>> {
    let tail = format!(
        "WHERE p.organisation = $1 OR (p.centre = $1 AND p.centre_state IN ('asked', 'agreed'))
         ORDER BY p.updated_ms DESC, p.id LIMIT {PROJECTS_MAX}"
    );
    select(conn, &tail, vec![organisation.into()]).await
}

fn step(row: &QueryResult) -> Outcome<Step> {
    let bad = |column: &str| Fault::Internal(format!("poc_step: bad {column}"));
    let city: Option<String> = get(row, "city")?;
    let day: Option<String> = get(row, "day")?;
    let reason: Option<String> = get(row, "reason")?;
    Ok(Step {
        id: get(row, "id")?,
        project: get(row, "project")?,
        stage: Stage::parse(&get::<String>(row, "stage")?).ok_or_else(|| bad("stage"))?,
        city: city.and_then(|code| Adcode::parse(&code).ok()),
        organisation: get(row, "organisation")?,
        day: day.map(|day| Date::parse(&day)).transpose().map_err(|_| bad("day"))?,
        note: get(row, "note")?,
        note_en: get(row, "note_en")?,
        evidence: get(row, "evidence")?,
        state: StepState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("state"))?,
        reason: reason.as_deref().and_then(Reason::parse),
        remark: get(row, "remark")?,
        answered_ms: get(row, "answered_ms")?,
        entered_by: get(row, "entered_by")?,
        created_ms: get(row, "created_ms")?,
    })
}

/// Stores a step; one that was there is replaced.
pub async fn save_step(conn: &Conn, s: &Step) -> Outcome<()> {
    let row = vec![
        s.id.clone().into(),
        s.project.clone().into(),
        s.stage.code().into(),
        s.city.map(|city| city.to_string()).into(),
        s.organisation.clone().into(),
        s.day.map(|day| day.to_string()).into(),
        s.note.clone().into(),
        s.note_en.clone().into(),
        s.evidence.clone().into(),
        s.state.code().into(),
        s.reason.map(Reason::code).into(),
        s.remark.clone().into(),
        s.answered_ms.into(),
        s.entered_by.clone().into(),
        s.created_ms.into(),
    ];
    put(conn, "poc_step", &STEP_COLUMNS, &["id"], vec![row]).await
}

/// All steps of some projects, the oldest entry first.
pub async fn steps_of(conn: &Conn, projects: &[String]) -> Outcome<Vec<Step>> {
    if projects.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "SELECT {} FROM poc_step WHERE project IN ({}) ORDER BY created_ms, id LIMIT {}",
        STEP_COLUMNS.join(", "),
        places(projects.len()),
        projects.len() * (STEPS_MAX + 2 * PROPOSALS_MAX)
    );
    all(conn, &text, values_of(projects)).await?.iter().map(step).collect()
}

/// All steps of one project, the oldest entry first.
pub async fn steps(conn: &Conn, project: &str) -> Outcome<Vec<Step>> {
    steps_of(conn, &[project.to_owned()]).await
}

/// One step.
pub async fn step_by_id(conn: &Conn, id: &str) -> Outcome<Option<Step>> {
    let text = format!("SELECT {} FROM poc_step WHERE id = $1", STEP_COLUMNS.join(", "));
    first(conn, &text, vec![id.into()]).await?.as_ref().map(step).transpose()
}

async fn by_ids(conn: &Conn, ids: &[String]) -> Outcome<Vec<Project>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    select(conn, &format!("WHERE p.id IN ({})", places(ids.len())), values_of(ids)).await
}

/// What a change of one project means for the index.
pub async fn document_changes(conn: &Conn, id: &str) -> Outcome<Vec<DocumentChange>> {
    let found = documents(conn, &format!("WHERE p.id = $1 AND {OPEN}"), id).await?.pop();
    Ok(vec![
        found.map_or_else(|| DocumentChange::Remove(id.to_owned()), |document| DocumentChange::Put(Box::new(document))),
    ])
}

/// Documents of open projects after an id, in order of id, at most `limit`.
pub async fn documents_after(conn: &Conn, key: Option<&str>, limit: usize) -> Outcome<Vec<Document>> {
    documents(conn, &format!("WHERE p.id > $1 AND {OPEN} ORDER BY p.id LIMIT {limit}"), key.unwrap_or_default()).await
}

async fn documents(conn: &Conn, tail: &str, key: &str) -> Outcome<Vec<Document>> {
    let text = format!(
        "SELECT p.id, p.title, p.title_en, p.about, p.about_en, p.segments, p.demo, p.created_ms, o.name AS owner, o.city AS city
         FROM poc_project p JOIN organisation o ON o.id = p.organisation {tail}"
    );
    let rows = all(conn, &text, vec![key.into()]).await?;
    rows.iter()
        .map(|row| {
            let (id, title): (String, String) = (get(row, "id")?, get(row, "title")?);
            let mut document = Document::new(&id, "poc_project", title, format!("/poc/{id}"));
            document.city = get(row, "city")?;
            let english: String = get(row, "title_en")?;
            document.name_en = (!english.is_empty()).then_some(english);
            document.segments = split(&get::<String>(row, "segments")?);
            document.year = Some(i64::from(kernel::Instant::from_ms(get(row, "created_ms")?).date().year()));
            document.demo = get(row, "demo")?;
            let lines: [String; 3] = [get(row, "owner")?, get(row, "about")?, get(row, "about_en")?];
            document.body = lines.join("\n");
            Ok(document)
        })
        .collect()
}
