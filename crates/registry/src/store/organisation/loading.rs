//! Organisations of a pack: bulk loading, what is held already, and replacing what nobody has touched.

use super::insert::{Evidence, insert_parts, insert_with};
use crate::rules::organisation::{
    Dossier, Kind, Name, NameKind, Organisation, SegmentPlace, State, Statement, name_english, name_shown,
};
use crate::rules::status::Status;
use kernel::Instant;
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, get, run};
use std::collections::BTreeMap;

/// An organisation of a pack as the database holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its opaque id.
    pub id: String,
    /// Its own people have taken it over.
    pub claimed: bool,
    /// A person has edited the record or one of its statements or statuses.
    pub edited: bool,
}

impl Held {
    /// Whether a newer pack may replace it without asking.
    pub fn untouched(&self) -> bool {
        !self.claimed && !self.edited
    }
}

/// Loads organisations of a pack that are not there yet; each gets a fresh opaque id.
///
/// # Errors
/// A unique fault when a pack key or a USCC is taken.
pub async fn insert_pack(conn: &Conn, organisations: &[pack::Organisation], now: Instant) -> Outcome<()> {
    let dossiers: Vec<(Dossier, Evidence)> =
        organisations.iter().map(|o| from_pack(o, platform::random::id(), now)).collect();
    let lent: Vec<(&Dossier, Evidence)> =
        dossiers.iter().map(|(dossier, evidence)| (dossier, evidence.clone())).collect();
    insert_with(conn, &lent).await
}

/// Everything held from packs, by pack key.
pub async fn held(conn: &Conn) -> Outcome<BTreeMap<String, Held>> {
    let text = "SELECT o.pack_key, o.id, CAST(CASE WHEN o.claimed_ms IS NULL THEN 0 ELSE 1 END AS BIGINT) AS claimed,
        CAST(CASE WHEN o.edited_ms IS NOT NULL
          OR EXISTS (SELECT 1 FROM statement s WHERE s.organisation = o.id AND s.edited_ms IS NOT NULL)
          OR EXISTS (SELECT 1 FROM organisation_status t WHERE t.organisation = o.id AND t.edited_ms IS NOT NULL)
          THEN 1 ELSE 0 END AS BIGINT) AS edited
        FROM organisation o WHERE o.pack_key IS NOT NULL";
    let rows = all(conn, text, vec![]).await?;
    rows.iter()
        .map(|row| {
            let claimed = get::<i64>(row, "claimed")? != 0;
            let edited = get::<i64>(row, "edited")? != 0;
            Ok((get(row, "pack_key")?, Held { id: get(row, "id")?, claimed, edited }))
        })
        .collect()
}

/// Replaces what the database holds of one organisation by what a newer pack says.
/// The caller has seen [`Held::untouched`] in the same transaction.
pub async fn replace_pack(conn: &Conn, id: &str, organisation: &pack::Organisation, now: Instant) -> Outcome<()> {
    for table in ["organisation_name", "organisation_segment", "statement", "organisation_status"] {
        run(conn, &format!("DELETE FROM {table} WHERE organisation = $1"), vec![id.into()]).await?;
    }
    let (dossier, evidence) = from_pack(organisation, id.to_owned(), now);
    let o = &dossier.organisation;
    let text = "UPDATE organisation SET kind = $1, city = $2, city_basis = $3, area = $4, uscc = $5, website = $6, founded = $7,
        name = $8, name_en = $9, fold = $10, source = $11, source_kind = $12, note = $13, verified_ms = $14, updated_ms = $15 WHERE id = $16";
    let values = vec![
        o.kind.code().into(),
        o.city.map(|city| city.to_string()).into(),
        evidence.city_basis.into(),
        o.area.clone().into(),
        o.uscc.clone().into(),
        o.website.clone().into(),
        o.founded.clone().into(),
        o.name.clone().into(),
        o.name_en.clone().into(),
        crate::rules::organisation::fold(&o.name).into(),
        o.source.clone().into(),
        evidence.source_kind.into(),
        o.note.clone().into(),
        o.verified_ms.into(),
        now.ms().into(),
        id.into(),
    ];
    run(conn, text, values).await?;
    insert_parts(conn, &dossier).await
}

fn from_pack(o: &pack::Organisation, id: String, now: Instant) -> (Dossier, Evidence) {
    let names: Vec<Name> = o.names.iter().map(name).collect();
    let organisation = Organisation {
        id,
        pack_key: Some(o.id.clone()),
        kind: Kind::parse(o.kind.code()).unwrap_or(Kind::Platform),
        state: State::Listed,
        city: o.city,
        area: o.area.clone(),
        uscc: o.uscc.clone(),
        website: o.website.clone(),
        founded: o.founded.clone(),
        name: name_shown(&names).to_owned(),
        name_en: name_english(&names).map(str::to_owned),
        source: o.source.clone(),
        note: o.note.clone(),
        claimed_ms: None,
        verified_ms: o.verified.then_some(now.ms()),
        registered_by: None,
        edited_ms: None,
        demo: false,
        batch: None,
        created_ms: now.ms(),
        updated_ms: now.ms(),
    };
    let segments = o.segments.iter().map(|s| SegmentPlace {
        segment: s.segment.clone(),
        basis: s.basis.clone(),
        source: s.source.clone(),
    });
    let dossier = Dossier {
        organisation,
        names,
        segments: segments.collect(),
        statements: o.statements.iter().map(|s| statement(s, now)).collect(),
        statuses: o.statuses.iter().map(|s| status(s, now)).collect(),
    };
    (dossier, Evidence { city_basis: o.city_basis.clone(), source_kind: o.source_kind.clone() })
}

fn name(name: &pack::Name) -> Name {
    Name {
        name: name.name.clone(),
        lang: name.lang.clone(),
        kind: NameKind::parse(name.kind.code()).unwrap_or(NameKind::Alias),
        flagged: name.flagged,
        note: name.note.clone(),
        source: name.source.clone(),
    }
}

fn statement(s: &pack::Statement, now: Instant) -> Statement {
    Statement {
        id: platform::random::id(),
        field: s.field.clone(),
        value_zh: s.value_zh.clone(),
        value_en: s.value_en.clone(),
        as_of: s.as_of.clone(),
        as_of_basis: s.as_of_basis.code().to_owned(),
        source: s.source.clone(),
        verified_ms: s.verified.then_some(now.ms()),
        edited_ms: None,
    }
}

fn status(s: &pack::OrganisationStatus, now: Instant) -> Status {
    Status {
        id: platform::random::id(),
        status: s.status.clone(),
        issuer: s.issuer.clone(),
        valid_from: s.valid_from.clone(),
        valid_to: s.valid_to.clone(),
        source: s.source.clone(),
        verified_ms: s.verified.then_some(now.ms()),
        verified_by: None,
        declared_by: None,
        edited_ms: None,
    }
}
