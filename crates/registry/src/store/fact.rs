//! Facts: every value the packs ever gave, and what a newer pack replaced.

use kernel::Qualifier;
use pack::words::{DateBasis, FactKind};
use platform::db::{Conn, Migration, Txn};
use platform::{Fault, Outcome};
use rooms::store::browse::Where;
use rooms::store::rows::{all, get, put};
use sea_orm::{QueryResult, Value};

/// Tables of this noun.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "registry-0001-fact",
    sql: "
CREATE TABLE fact (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject_zh TEXT NOT NULL, subject_en TEXT NOT NULL, indicator_zh TEXT NOT NULL,
  indicator_en TEXT NOT NULL, indicator_id TEXT NOT NULL, value TEXT NOT NULL, qualifier TEXT NOT NULL, unit_zh TEXT NOT NULL,
  unit_en TEXT NOT NULL, as_of TEXT NOT NULL, as_of_basis TEXT NOT NULL, as_of_note_zh TEXT NOT NULL, as_of_note_en TEXT NOT NULL,
  area TEXT NOT NULL, source TEXT NOT NULL, note_zh TEXT NOT NULL, note_en TEXT NOT NULL);
CREATE INDEX fact_area ON fact (area, indicator_id);
CREATE TABLE fact_former (
  fact TEXT NOT NULL, version TEXT NOT NULL, body TEXT NOT NULL, replaced_ms BIGINT NOT NULL, PRIMARY KEY (fact, version));
",
}];

const COLUMNS: [&str; 19] = [
    "id",
    "kind",
    "subject_zh",
    "subject_en",
    "indicator_zh",
    "indicator_en",
    "indicator_id",
    "value",
    "qualifier",
    "unit_zh",
    "unit_en",
    "as_of",
    "as_of_basis",
    "as_of_note_zh",
    "as_of_note_en",
    "area",
    "source",
    "note_zh",
    "note_en",
];

/// Adds facts, or replaces those whose id is there; others stay.
pub async fn save(tx: &Txn, facts: &[pack::Fact]) -> Outcome<()> {
    let rows = facts.iter().map(|f| {
        let texts = [
            &f.id,
            f.kind.code(),
            &f.subject_zh,
            &f.subject_en,
            &f.indicator_zh,
            &f.indicator_en,
            &f.indicator_id,
            &f.value,
            f.qualifier.code(),
            &f.unit_zh,
            &f.unit_en,
            &f.as_of,
            f.as_of_basis.code(),
            &f.as_of_note_zh,
            &f.as_of_note_en,
            &f.area,
            &f.source,
            &f.note_zh,
            &f.note_en,
        ];
        texts.into_iter().map(Value::from).collect()
    });
    put(tx, "fact", &COLUMNS, &["id"], rows.collect()).await
}

/// Keeps what a fact said before a newer pack replaced it.
pub async fn keep_former(tx: &Txn, version: &str, facts: &[&pack::Fact]) -> Outcome<()> {
    let mut rows = Vec::with_capacity(facts.len());
    for fact in facts {
        let body = serde_json::to_string(fact).map_err(|e| Fault::Internal(format!("fact {}: {e}", fact.id)))?;
        rows.push(vec![fact.id.clone().into(), version.into(), body.into(), tx.ctx().now.ms().into()]);
    }
    put(tx, "fact_former", &["fact", "version", "body", "replaced_ms"], &["fact", "version"], rows).await
}

/// All facts by id: what packs said, some hundreds.
pub async fn load(conn: &Conn) -> Outcome<Vec<pack::Fact>> {
    all(conn, "SELECT * FROM fact ORDER BY id", Vec::new()).await?.iter().map(fact).collect()
}

/// What a fact said before a newer pack replaced it.
#[derive(Debug, Clone, PartialEq)]
pub struct Former {
    /// Version of the pack that said it.
    pub version: String,
    /// The fact as it was.
    pub fact: pack::Fact,
    /// When it was replaced.
    pub replaced_ms: i64,
}

/// Former values shown at once; of one fact there are as many as packs that changed it.
const FORMER_MAX: usize = 500;

/// What some facts said before, what was replaced last first.
pub async fn former(conn: &Conn, facts: &[String]) -> Outcome<Vec<Former>> {
    if facts.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("1 = 1");
    clause.any("fact", facts);
    let text = format!(
        "SELECT version, body, replaced_ms FROM fact_former WHERE {} ORDER BY replaced_ms DESC, fact, version LIMIT {FORMER_MAX}",
        clause.text
    );
    let read = |row: &QueryResult| {
        let body: String = get(row, "body")?;
        let fact = serde_json::from_str(&body).map_err(|e| Fault::Internal(format!("former fact: {e}")))?;
        Ok(Former { version: get(row, "version")?, fact, replaced_ms: get(row, "replaced_ms")? })
    };
    all(conn, &text, clause.values).await?.iter().map(read).collect()
}

fn fact(row: &QueryResult) -> Outcome<pack::Fact> {
    let id: String = get(row, "id")?;
    let damaged = |column: &str| Fault::Internal(format!("fact {id}: unknown word in column {column}"));
    Ok(pack::Fact {
        kind: FactKind::from_code(&get::<String>(row, "kind")?).ok_or_else(|| damaged("kind"))?,
        qualifier: Qualifier::parse(&get::<String>(row, "qualifier")?).ok_or_else(|| damaged("qualifier"))?,
        as_of_basis: DateBasis::from_code(&get::<String>(row, "as_of_basis")?).ok_or_else(|| damaged("as_of_basis"))?,
        subject_zh: get(row, "subject_zh")?,
        subject_en: get(row, "subject_en")?,
        indicator_zh: get(row, "indicator_zh")?,
        indicator_en: get(row, "indicator_en")?,
        indicator_id: get(row, "indicator_id")?,
        value: get(row, "value")?,
        unit_zh: get(row, "unit_zh")?,
        unit_en: get(row, "unit_en")?,
        as_of: get(row, "as_of")?,
        as_of_note_zh: get(row, "as_of_note_zh")?,
        as_of_note_en: get(row, "as_of_note_en")?,
        area: get(row, "area")?,
        source: get(row, "source")?,
        note_zh: get(row, "note_zh")?,
        note_en: get(row, "note_en")?,
        id,
    })
}
