//! Taking over one field of a pack into a record that people have claimed or edited.

use super::statement_kind;
use crate::rules::organisation::{
    Dossier, Kind, Name, NameKind, SOURCE_OWN, SegmentPlace, Statement, name_english, name_shown,
};
use crate::rules::status::Status;
use kernel::Instant;

/// The record with one field as the pack has it. Whatever people added themselves stays beside it.
pub fn accept(
    held: &Dossier,
    field: &str,
    from: &pack::Organisation,
    now: Instant,
    ids: &mut dyn FnMut() -> String,
) -> Dossier {
    let mut next = held.clone();
    let o = &mut next.organisation;
    o.updated_ms = now.ms();
    match field {
        "kind" => o.kind = Kind::parse(from.kind.code()).unwrap_or(o.kind),
        "city" => o.city = from.city,
        "area" => o.area.clone_from(&from.area),
        "uscc" => o.uscc.clone_from(&from.uscc),
        "website" => o.website.clone_from(&from.website),
        "founded" => o.founded.clone_from(&from.founded),
        "names" => accept_names(&mut next, from),
        "segments" => accept_segments(&mut next, from),
        "statuses" => accept_statuses(&mut next, from, now, ids),
        _ => {
            if let Some(kind) = statement_kind(field) {
                accept_statements(&mut next, kind, from, now, ids);
            }
        }
    }
    next
}

/// What the organisation calls itself stays in front; its own spelling of a pack's name wins over the pack's.
fn accept_names(next: &mut Dossier, from: &pack::Organisation) {
    let mut names: Vec<Name> = next.names.iter().filter(|name| name.source == SOURCE_OWN).cloned().collect();
    for name in &from.names {
        if names.iter().all(|own| own.name != name.name) {
            names.push(Name {
                name: name.name.clone(),
                lang: name.lang.clone(),
                kind: NameKind::parse(name.kind.code()).unwrap_or(NameKind::Alias),
                flagged: name.flagged,
                note: name.note.clone(),
                source: name.source.clone(),
            });
        }
    }
    next.organisation.name = name_shown(&names).to_owned();
    next.organisation.name_en = name_english(&names).map(str::to_owned);
    next.names = names;
}

fn accept_segments(next: &mut Dossier, from: &pack::Organisation) {
    next.segments.retain(|place| place.source == SOURCE_OWN);
    for place in &from.segments {
        if next.segments.iter().all(|own| own.segment != place.segment) {
            next.segments.push(SegmentPlace {
                segment: place.segment.clone(),
                basis: place.basis.clone(),
                source: place.source.clone(),
            });
        }
    }
}

fn accept_statuses(next: &mut Dossier, from: &pack::Organisation, now: Instant, ids: &mut dyn FnMut() -> String) {
    next.statuses.retain(|status| status.source == SOURCE_OWN || status.declared_by.is_some());
    let added = from.statuses.iter().map(|s| Status {
        id: ids(),
        status: s.status.clone(),
        issuer: s.issuer.clone(),
        valid_from: s.valid_from.clone(),
        valid_to: s.valid_to.clone(),
        source: s.source.clone(),
        verified_ms: s.verified.then_some(now.ms()),
        verified_by: None,
        declared_by: None,
        edited_ms: None,
    });
    next.statuses.extend(added);
}

fn accept_statements(
    next: &mut Dossier,
    kind: &str,
    from: &pack::Organisation,
    now: Instant,
    ids: &mut dyn FnMut() -> String,
) {
    next.statements.retain(|statement| statement.field != kind || statement.source == SOURCE_OWN);
    let added = from.statements.iter().filter(|s| s.field == kind).map(|s| Statement {
        id: ids(),
        field: s.field.clone(),
        value_zh: s.value_zh.clone(),
        value_en: s.value_en.clone(),
        as_of: s.as_of.clone(),
        as_of_basis: s.as_of_basis.code().to_owned(),
        source: s.source.clone(),
        verified_ms: s.verified.then_some(now.ms()),
        edited_ms: None,
    });
    next.statements.extend(added);
}
