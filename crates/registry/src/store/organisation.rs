//! Rows of organisations: head record, names, segments, statements, statuses.

mod document;
mod insert;
mod list;
mod loading;
mod read;
mod write;

pub use document::{document_changes, documents_after, documents_by_ids, documents_of_batch};
pub use insert::insert_dossiers;
pub use list::{Facets, Filter, Item, facets, list, position};
pub use loading::{held, insert_pack, replace_pack};
pub use read::{Rest, by_id, by_ids, by_key, by_uscc, by_usccs, dossier, rest, statement_by_id, status_by_id};
pub use write::{add_status, confirm_statement, save_edit, save_status, set_claimed, set_state, touch};

use crate::rules::organisation::{Kind, Organisation, State};
use kernel::Adcode;
use platform::db::{Migration, Outcome};
use rooms::store::rows::get;
use sea_orm::QueryResult;

/// Tables of organisations.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "registry-0101-organisation",
    sql: "
CREATE TABLE organisation (
  id TEXT PRIMARY KEY, pack_key TEXT UNIQUE, kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'listed', 'refused')),
  city TEXT, city_basis TEXT NOT NULL, area TEXT, uscc TEXT UNIQUE, website TEXT, founded TEXT,
  name TEXT NOT NULL, name_en TEXT, fold TEXT NOT NULL, source TEXT NOT NULL, source_kind TEXT NOT NULL, note TEXT NOT NULL,
  claimed_ms BIGINT, verified_ms BIGINT, verified_by TEXT, registered_by TEXT, edited_ms BIGINT,
  demo BOOLEAN NOT NULL, batch TEXT, created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL);
CREATE INDEX organisation_fold ON organisation (fold, id);
CREATE INDEX organisation_city ON organisation (city, fold, id);
CREATE INDEX organisation_kind ON organisation (kind, fold, id);
CREATE INDEX organisation_batch ON organisation (batch) WHERE batch IS NOT NULL;
CREATE TABLE organisation_name (
  organisation TEXT NOT NULL REFERENCES organisation (id), ord BIGINT NOT NULL, name TEXT NOT NULL, lang TEXT NOT NULL,
  kind TEXT NOT NULL, flagged BOOLEAN NOT NULL, note TEXT NOT NULL, source TEXT NOT NULL, fold TEXT NOT NULL,
  PRIMARY KEY (organisation, ord));
CREATE INDEX organisation_name_fold ON organisation_name (fold);
CREATE TABLE organisation_segment (
  organisation TEXT NOT NULL REFERENCES organisation (id), segment TEXT NOT NULL, ord BIGINT NOT NULL,
  basis TEXT NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (organisation, segment));
CREATE INDEX organisation_segment_segment ON organisation_segment (segment, organisation);
CREATE TABLE statement (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisation (id), ord BIGINT NOT NULL,
  field TEXT NOT NULL, value_zh TEXT NOT NULL, value_en TEXT NOT NULL, as_of TEXT NOT NULL, as_of_basis TEXT NOT NULL,
  source TEXT NOT NULL, verified_ms BIGINT, verified_by TEXT, edited_ms BIGINT);
CREATE INDEX statement_organisation ON statement (organisation, ord);
CREATE TABLE organisation_status (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisation (id), status TEXT NOT NULL, issuer TEXT NOT NULL,
  valid_from TEXT NOT NULL, valid_to TEXT NOT NULL, source TEXT NOT NULL,
  verified_ms BIGINT, verified_by TEXT, declared_by TEXT, edited_ms BIGINT, created_ms BIGINT NOT NULL);
CREATE INDEX organisation_status_organisation ON organisation_status (organisation);
CREATE INDEX organisation_status_status ON organisation_status (status, organisation);
",
}];

/// Columns of the head record, for [`organisation`]; the table is called `o`.
pub const COLUMNS: &str = "o.id, o.pack_key, o.kind, o.state, o.city, o.area, o.uscc, o.website, o.founded, o.name, o.name_en, \
    o.source, o.note, o.claimed_ms, o.verified_ms, o.registered_by, o.edited_ms, o.demo, o.batch, o.created_ms, o.updated_ms";

/// A row as a head record.
pub fn organisation(row: &QueryResult) -> Outcome<Organisation> {
    let kind: String = get(row, "kind")?;
    let state: String = get(row, "state")?;
    let city: Option<String> = get(row, "city")?;
    Ok(Organisation {
        id: get(row, "id")?,
        pack_key: get(row, "pack_key")?,
        // A word of a newer version reads as the broadest one; a state that is not known stays hidden.
        kind: Kind::parse(&kind).unwrap_or(Kind::Platform),
        state: State::parse(&state).unwrap_or(State::Refused),
        city: city.and_then(|code| Adcode::parse(&code).ok()),
        area: get(row, "area")?,
        uscc: get(row, "uscc")?,
        website: get(row, "website")?,
        founded: get(row, "founded")?,
        name: get(row, "name")?,
        name_en: get(row, "name_en")?,
        source: get(row, "source")?,
        note: get(row, "note")?,
        claimed_ms: get(row, "claimed_ms")?,
        verified_ms: get(row, "verified_ms")?,
        registered_by: get(row, "registered_by")?,
        edited_ms: get(row, "edited_ms")?,
        demo: get(row, "demo")?,
        batch: get(row, "batch")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

#[cfg(test)]
mod tests;
