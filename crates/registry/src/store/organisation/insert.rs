use crate::rules::organisation::{Dossier, Organisation, fold};
use crate::rules::status::Status;
use platform::db::{Conn, Outcome};
use rooms::store::rows::put;
use sea_orm::Value;

const HEAD_COLUMNS: [&str; 24] = [
    "id",
    "pack_key",
    "kind",
    "state",
    "city",
    "city_basis",
    "area",
    "uscc",
    "website",
    "founded",
    "name",
    "name_en",
    "fold",
    "source",
    "source_kind",
    "note",
    "claimed_ms",
    "verified_ms",
    "registered_by",
    "edited_ms",
    "demo",
    "batch",
    "created_ms",
    "updated_ms",
];
const NAME_COLUMNS: [&str; 9] = ["organisation", "ord", "name", "lang", "kind", "flagged", "note", "source", "fold"];
const SEGMENT_COLUMNS: [&str; 5] = ["organisation", "segment", "ord", "basis", "source"];
const STATEMENT_COLUMNS: [&str; 11] = [
    "id",
    "organisation",
    "ord",
    "field",
    "value_zh",
    "value_en",
    "as_of",
    "as_of_basis",
    "source",
    "verified_ms",
    "edited_ms",
];
const STATUS_COLUMNS: [&str; 12] = [
    "id",
    "organisation",
    "status",
    "issuer",
    "valid_from",
    "valid_to",
    "source",
    "verified_ms",
    "verified_by",
    "declared_by",
    "edited_ms",
    "created_ms",
];

/// What only a pack says of an organisation, beside its dossier.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// How the city is known.
    pub city_basis: String,
    /// Type as the source material called it.
    pub source_kind: String,
}

/// Stores organisations with everything that hangs on them, in as few statements as possible.
///
/// # Errors
/// A unique fault when an id, a pack key or a USCC is taken.
pub async fn insert_dossiers(conn: &Conn, dossiers: &[Dossier]) -> Outcome<()> {
    let plain: Vec<(&Dossier, Evidence)> = dossiers.iter().map(|dossier| (dossier, Evidence::default())).collect();
    insert_with(conn, &plain).await
}

pub(super) async fn insert_with(conn: &Conn, dossiers: &[(&Dossier, Evidence)]) -> Outcome<()> {
    let heads = dossiers.iter().map(|(dossier, evidence)| head(&dossier.organisation, evidence)).collect();
    put(conn, "organisation", &HEAD_COLUMNS, &[], heads).await?;
    let each = || dossiers.iter().map(|(dossier, _)| *dossier);
    put(conn, "organisation_name", &NAME_COLUMNS, &[], each().flat_map(names).collect()).await?;
    put(conn, "organisation_segment", &SEGMENT_COLUMNS, &[], each().flat_map(segments).collect()).await?;
    put(conn, "statement", &STATEMENT_COLUMNS, &[], each().flat_map(statements).collect()).await?;
    put(conn, "organisation_status", &STATUS_COLUMNS, &[], each().flat_map(statuses).collect()).await
}

/// Stores the parts of one organisation whose head record is already there.
pub(super) async fn insert_parts(conn: &Conn, dossier: &Dossier) -> Outcome<()> {
    put(conn, "organisation_name", &NAME_COLUMNS, &[], names(dossier)).await?;
    put(conn, "organisation_segment", &SEGMENT_COLUMNS, &[], segments(dossier)).await?;
    put(conn, "statement", &STATEMENT_COLUMNS, &[], statements(dossier)).await?;
    put(conn, "organisation_status", &STATUS_COLUMNS, &[], statuses(dossier)).await
}

fn head(o: &Organisation, evidence: &Evidence) -> Vec<Value> {
    vec![
        o.id.clone().into(),
        o.pack_key.clone().into(),
        o.kind.code().into(),
        o.state.code().into(),
        o.city.map(|city| city.to_string()).into(),
        evidence.city_basis.clone().into(),
        o.area.clone().into(),
        o.uscc.clone().into(),
        o.website.clone().into(),
        o.founded.clone().into(),
        o.name.clone().into(),
        o.name_en.clone().into(),
        fold(&o.name).into(),
        o.source.clone().into(),
        evidence.source_kind.clone().into(),
        o.note.clone().into(),
        o.claimed_ms.into(),
        o.verified_ms.into(),
        o.registered_by.clone().into(),
        o.edited_ms.into(),
        o.demo.into(),
        o.batch.clone().into(),
        o.created_ms.into(),
        o.updated_ms.into(),
    ]
}

/// A row's place among its siblings.
fn ord(index: usize) -> Value {
    i64::try_from(index).unwrap_or(i64::MAX).into()
}

fn names(dossier: &Dossier) -> Vec<Vec<Value>> {
    let row = |(index, name): (usize, &crate::rules::organisation::Name)| {
        vec![
            dossier.organisation.id.clone().into(),
            ord(index),
            name.name.clone().into(),
            name.lang.clone().into(),
            name.kind.code().into(),
            name.flagged.into(),
            name.note.clone().into(),
            name.source.clone().into(),
            fold(&name.name).into(),
        ]
    };
    dossier.names.iter().enumerate().map(row).collect()
}

fn segments(dossier: &Dossier) -> Vec<Vec<Value>> {
    let row = |(index, place): (usize, &crate::rules::organisation::SegmentPlace)| {
        vec![
            dossier.organisation.id.clone().into(),
            place.segment.clone().into(),
            ord(index),
            place.basis.clone().into(),
            place.source.clone().into(),
        ]
    };
    dossier.segments.iter().enumerate().map(row).collect()
}

fn statements(dossier: &Dossier) -> Vec<Vec<Value>> {
    let row = |(index, statement): (usize, &crate::rules::organisation::Statement)| {
        vec![
            statement.id.clone().into(),
            dossier.organisation.id.clone().into(),
            ord(index),
            statement.field.clone().into(),
            statement.value_zh.clone().into(),
            statement.value_en.clone().into(),
            statement.as_of.clone().into(),
            statement.as_of_basis.clone().into(),
            statement.source.clone().into(),
            statement.verified_ms.into(),
            statement.edited_ms.into(),
        ]
    };
    dossier.statements.iter().enumerate().map(row).collect()
}

fn statuses(dossier: &Dossier) -> Vec<Vec<Value>> {
    let created = dossier.organisation.updated_ms;
    dossier.statuses.iter().map(|status| status_row(&dossier.organisation.id, status, created)).collect()
}

fn status_row(organisation: &str, status: &Status, created_ms: i64) -> Vec<Value> {
    vec![
        status.id.clone().into(),
        organisation.into(),
        status.status.clone().into(),
        status.issuer.clone().into(),
        status.valid_from.clone().into(),
        status.valid_to.clone().into(),
        status.source.clone().into(),
        status.verified_ms.into(),
        status.verified_by.clone().into(),
        status.declared_by.clone().into(),
        status.edited_ms.into(),
        created_ms.into(),
    ]
}

/// Stores one more status of an organisation.
pub(crate) async fn insert_status(conn: &Conn, organisation: &str, status: &Status, now_ms: i64) -> Outcome<()> {
    put(conn, "organisation_status", &STATUS_COLUMNS, &[], vec![status_row(organisation, status, now_ms)]).await
}
