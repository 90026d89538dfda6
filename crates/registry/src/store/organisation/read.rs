use super::{COLUMNS, organisation};
use crate::rules::organisation::{Dossier, Name, NameKind, Organisation, SegmentPlace, Statement};
use crate::rules::status::Status;
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, first, get};
use sea_orm::{QueryResult, Value};
use std::collections::HashMap;

/// Organisations asked for by id at once.
const IDS_MAX: usize = 1_000;
/// Rows of one kind that one organisation may have; more are not shown.
const PARTS_MAX: usize = 400;

async fn head(conn: &Conn, column: &str, value: &str) -> Outcome<Option<Organisation>> {
    let text = format!("SELECT {COLUMNS} FROM organisation o WHERE o.{column} = $1");
    first(conn, &text, vec![value.into()]).await?.as_ref().map(organisation).transpose()
}

/// The head record with this id. Drafts and unpublished imports too: the caller asks the policy.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Organisation>> {
    head(conn, "id", id).await
}

/// The head record with this pack key, such as `g60-e001`.
pub async fn by_key(conn: &Conn, pack_key: &str) -> Outcome<Option<Organisation>> {
    head(conn, "pack_key", pack_key).await
}

/// The head record with this unified social credit code.
pub async fn by_uscc(conn: &Conn, uscc: &str) -> Outcome<Option<Organisation>> {
    head(conn, "uscc", uscc).await
}

/// Head records by id, in no order; ids that are not there are left out.
pub async fn by_ids(conn: &Conn, ids: &[String]) -> Outcome<Vec<Organisation>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = &ids[..ids.len().min(IDS_MAX)];
    let text = format!("SELECT {COLUMNS} FROM organisation o WHERE o.id IN ({})", places(1, ids.len()));
    all(conn, &text, ids.iter().map(|id| id.as_str().into()).collect()).await?.iter().map(organisation).collect()
}

/// Head records by unified social credit code, in no order; codes that are not there are left out.
pub async fn by_usccs(conn: &Conn, codes: &[String]) -> Outcome<Vec<Organisation>> {
    let mut found = Vec::new();
    for codes in codes.chunks(IDS_MAX) {
        let text = format!("SELECT {COLUMNS} FROM organisation o WHERE o.uscc IN ({})", places(1, codes.len()));
        let rows = all(conn, &text, codes.iter().map(|code| code.as_str().into()).collect()).await?;
        found.extend(rows.iter().map(organisation).collect::<Outcome<Vec<_>>>()?);
    }
    Ok(found)
}

/// `$1, $2, $3`.
pub(super) fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// Everything that hangs on a head record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rest {
    /// All names, the one shown first at the front.
    pub names: Vec<Name>,
    /// Places in industry chains.
    pub segments: Vec<SegmentPlace>,
    /// Statements.
    pub statements: Vec<Statement>,
    /// Recognised statuses.
    pub statuses: Vec<Status>,
}

/// The rest of one organisation.
pub async fn rest(conn: &Conn, id: &str) -> Outcome<Rest> {
    Ok(Rest {
        names: names_of(conn, id).await?,
        segments: segments_of(conn, id).await?,
        statements: parts(conn, STATEMENTS, id, statement).await?,
        statuses: parts(conn, STATUSES, id, status).await?,
    })
}

/// An organisation with everything that hangs on it.
pub async fn dossier(conn: &Conn, id: &str) -> Outcome<Option<Dossier>> {
    let Some(organisation) = by_id(conn, id).await? else { return Ok(None) };
    let Rest { names, segments, statements, statuses } = rest(conn, id).await?;
    Ok(Some(Dossier { organisation, names, segments, statements, statuses }))
}

const NAMES: &str = "SELECT organisation, name, lang, kind, flagged, note, source FROM organisation_name";
const SEGMENTS: &str = "SELECT organisation, segment, basis, source FROM organisation_segment";
const STATEMENTS: &str = "SELECT organisation, id, field, value_zh, value_en, as_of, as_of_basis, source, verified_ms, edited_ms FROM statement";
const STATUSES: &str = "SELECT organisation, id, status, issuer, valid_from, valid_to, source, verified_ms, verified_by, declared_by, \
    edited_ms, created_ms AS ord FROM organisation_status";

async fn parts<T>(conn: &Conn, select: &str, id: &str, of: fn(&QueryResult) -> Outcome<T>) -> Outcome<Vec<T>> {
    let text = format!("{select} WHERE organisation = $1 ORDER BY ord LIMIT {PARTS_MAX}");
    all(conn, &text, vec![id.into()]).await?.iter().map(of).collect()
}

/// The names of one organisation, the one shown first at the front.
pub async fn names_of(conn: &Conn, id: &str) -> Outcome<Vec<Name>> {
    parts(conn, NAMES, id, name).await
}

/// The segments one organisation works in.
pub async fn segments_of(conn: &Conn, id: &str) -> Outcome<Vec<SegmentPlace>> {
    parts(conn, SEGMENTS, id, segment).await
}

/// One status with the organisation it belongs to.
pub async fn status_by_id(conn: &Conn, id: &str) -> Outcome<Option<(String, Status)>> {
    let row = first(conn, &format!("{STATUSES} WHERE id = $1"), vec![id.into()]).await?;
    row.map(|row| Ok((get(&row, "organisation")?, status(&row)?))).transpose()
}

/// One statement with the organisation it belongs to.
pub async fn statement_by_id(conn: &Conn, id: &str) -> Outcome<Option<(String, Statement)>> {
    let row = first(conn, &format!("{STATEMENTS} WHERE id = $1"), vec![id.into()]).await?;
    row.map(|row| Ok((get(&row, "organisation")?, statement(&row)?))).transpose()
}

/// Several organisations at once: those in a list of ids, or those in a span of ids.
pub(super) enum Several<'a> {
    /// These.
    Ids(&'a [String]),
    /// All from the first to the second, both included.
    Span(&'a str, &'a str),
}

impl Several<'_> {
    fn condition(&self) -> (String, Vec<Value>) {
        match self {
            Several::Ids(ids) => (
                format!("organisation IN ({})", places(1, ids.len())),
                ids.iter().map(|id| id.as_str().into()).collect(),
            ),
            Several::Span(first, last) => {
                ("organisation >= $1 AND organisation <= $2".to_owned(), vec![(*first).into(), (*last).into()])
            }
        }
    }
}

/// What hangs on an organisation, as far as it is searched for.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub names: Vec<String>,
    pub segments: Vec<String>,
    /// In Chinese and in English, either of them empty where nothing is said.
    pub statements: Vec<String>,
    pub statuses: Vec<String>,
}

/// The words of several organisations, by id.
pub(super) async fn words_of(conn: &Conn, several: Several<'_>) -> Outcome<HashMap<String, Words>> {
    let (condition, values) = several.condition();
    let mut found: HashMap<String, Words> = HashMap::new();
    let query = |what: &str| format!("SELECT organisation, {what} WHERE {condition} ORDER BY organisation, ord");
    for row in all(conn, &query("name FROM organisation_name"), values.clone()).await? {
        found.entry(get(&row, "organisation")?).or_default().names.push(get(&row, "name")?);
    }
    for row in all(conn, &query("segment FROM organisation_segment"), values.clone()).await? {
        found.entry(get(&row, "organisation")?).or_default().segments.push(get(&row, "segment")?);
    }
    for row in all(conn, &query("value_zh, value_en FROM statement"), values.clone()).await? {
        let words = found.entry(get(&row, "organisation")?).or_default();
        words.statements.extend([get(&row, "value_zh")?, get(&row, "value_en")?]);
    }
    for row in all(conn, &query("status, created_ms AS ord FROM organisation_status"), values).await? {
        found.entry(get(&row, "organisation")?).or_default().statuses.push(get(&row, "status")?);
    }
    Ok(found)
}

/// Segments and statuses of the organisations of one page of a list.
pub(super) async fn places_of(conn: &Conn, ids: &[String]) -> Outcome<HashMap<String, (Vec<String>, Vec<Status>)>> {
    let mut found: HashMap<String, (Vec<String>, Vec<Status>)> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let (condition, values) = Several::Ids(ids).condition();
    for row in all(conn, &format!("{SEGMENTS} WHERE {condition} ORDER BY organisation, ord"), values.clone()).await? {
        found.entry(get(&row, "organisation")?).or_default().0.push(get(&row, "segment")?);
    }
    for row in all(conn, &format!("{STATUSES} WHERE {condition} ORDER BY organisation, ord"), values).await? {
        found.entry(get(&row, "organisation")?).or_default().1.push(status(&row)?);
    }
    Ok(found)
}

fn name(row: &QueryResult) -> Outcome<Name> {
    let kind: String = get(row, "kind")?;
    Ok(Name {
        name: get(row, "name")?,
        lang: get(row, "lang")?,
        kind: NameKind::parse(&kind).unwrap_or(NameKind::Alias),
        flagged: get(row, "flagged")?,
        note: get(row, "note")?,
        source: get(row, "source")?,
    })
}

fn segment(row: &QueryResult) -> Outcome<SegmentPlace> {
    Ok(SegmentPlace { segment: get(row, "segment")?, basis: get(row, "basis")?, source: get(row, "source")? })
}

fn statement(row: &QueryResult) -> Outcome<Statement> {
    Ok(Statement {
        id: get(row, "id")?,
        field: get(row, "field")?,
        value_zh: get(row, "value_zh")?,
        value_en: get(row, "value_en")?,
        as_of: get(row, "as_of")?,
        as_of_basis: get(row, "as_of_basis")?,
        source: get(row, "source")?,
        verified_ms: get(row, "verified_ms")?,
        edited_ms: get(row, "edited_ms")?,
    })
}

fn status(row: &QueryResult) -> Outcome<Status> {
    Ok(Status {
        id: get(row, "id")?,
        status: get(row, "status")?,
        issuer: get(row, "issuer")?,
        valid_from: get(row, "valid_from")?,
        valid_to: get(row, "valid_to")?,
        source: get(row, "source")?,
        verified_ms: get(row, "verified_ms")?,
        verified_by: get(row, "verified_by")?,
        declared_by: get(row, "declared_by")?,
        edited_ms: get(row, "edited_ms")?,
    })
}
