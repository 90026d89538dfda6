//! What people do with organisations: look, register, edit.

mod list;
mod view;

pub use crate::store::organisation::{Facets, Filter, Item};
pub use list::{Listed, Query, organisation_list};
pub use view::{Can, View, organisation_by_key, organisation_view};

use super::listing::place_of;
use crate::corridor::{self, Corridor};
use crate::rules::claim::{self as claims, CLAIM_WORKDAYS, Claimant};
use crate::rules::listing::Office;
use crate::rules::organisation::{self as rules, By, Dossier, Draft, Known, Organisation, State};
use crate::store;
use kernel::{Refusal, Text, UsccWarning};
use platform::db::{Conn, DbFault, Txn, classify};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use rooms::actions::Done;
use serde_json::json;

/// An organisation as policies see it.
pub fn resource(app: &App, organisation: &Organisation) -> Resource {
    let resource = Resource::new("Organisation", &organisation.id)
        .with("organisation", organisation.id.as_str())
        .with("state", organisation.state.code())
        .with("office", office_of(app, organisation).to_string())
        .with("published", organisation.batch.is_none());
    match &organisation.registered_by {
        Some(account) => resource.with("author", account.as_str()),
        None => resource,
    }
}

/// The office responsible for an organisation.
pub fn office_of(app: &App, organisation: &Organisation) -> Office {
    place_of(app, organisation.city).1
}

/// The organisation with this id as everybody may see it in an import's state too.
///
/// # Errors
/// Not found.
pub(crate) async fn load(conn: &Conn, id: &str) -> Outcome<Organisation> {
    let mut found = store::organisation::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?;
    if let Some(batch) = &found.batch
        && store::visibility::is_published(conn, batch).await?
    {
        // From here on it is like any other row.
        found.batch = None;
    }
    Ok(found)
}

/// An entry about an organisation, public once it is listed.
pub(crate) fn entry(kind: &'static str, organisation: &Organisation) -> Entry {
    let entry = Entry::new(kind, "organisation", &organisation.id).city(organisation.city).demo(organisation.demo);
    if organisation.state == State::Listed { entry.public() } else { entry }
}

/// What the corridor knows, for the rules' checks.
pub(crate) fn with_known<T>(corridor: &Corridor, work: impl FnOnce(&Known<'_>) -> T) -> T {
    let city = |code| corridor.place(code).is_some();
    let segment = |id: &str| corridor.segment(id).is_some();
    work(&Known { city: &city, segment: &segment })
}

/// Registers an organisation of one's own: a draft, and the request to the city office to open it.
#[derive(Debug, Clone)]
pub struct Register {
    /// The record.
    pub draft: Draft,
    /// Why the account may speak for it.
    pub evidence: String,
}

/// Registers an organisation. The office has [`CLAIM_WORKDAYS`] working days.
///
/// # Errors
/// `uscc-taken` when there is one with the same code, or the first field that breaks a rule.
pub async fn organisation_register(app: &App, ctx: &Ctx, command: Register) -> Outcome<Done> {
    app.policies().require(ctx, "organisation_register", &Resource::house())?;
    let fresh: Vec<String> = (0..64).map(|_| platform::random::id()).collect();
    let input = (app.clone(), command, fresh);
    app.in_txn(ctx, "organisation_register", input, |tx, (app, command, fresh)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "organisation_register", &Resource::house())?;
            let mut ids = fresh.iter().cloned();
            // The form allows fewer names, statements and ids than were drawn.
            let mut next = || ids.next().unwrap_or_default();
            let claim_id = next();
            let actor = &tx.ctx().actor;
            let mut by = By { account: actor.id(), demo: actor.demo, now_ms: tx.ctx().now.ms(), ids: &mut next };
            let corridor = corridor::of(app);
            let (dossier, warnings) = with_known(&corridor, |known| rules::register(&command.draft, known, &mut by))?;
            insert(tx, &dossier).await?;
            let claim = file(app, tx, &dossier.organisation, &claim_id, &command.evidence).await?;
            let data = json!({ "name": dossier.organisation.name, "claim": claim });
            let entry = tx.journal(entry("organisation.registered", &dossier.organisation).data(data)).await?;
            Ok(Done { warnings: spoken(&warnings), ..Done::new(tx, &dossier.organisation.id, entry) })
        })
    })
    .await
}

fn spoken(warnings: &[UsccWarning]) -> Vec<(String, String)> {
    let pair = |text: Text| (text.zh, text.en);
    warnings.iter().map(|warning| pair(rules::uscc_warning(*warning))).collect()
}

async fn insert(tx: &Txn, dossier: &Dossier) -> Outcome<()> {
    if let Some(uscc) = &dossier.organisation.uscc
        && let Some(had) = store::organisation::by_uscc(tx, uscc).await?
    {
        return Err(uscc_taken(&had).into());
    }
    store::organisation::insert_dossiers(tx, std::slice::from_ref(dossier)).await.map_err(taken)
}

/// The unique key decides the race between two registrations of one code.
fn taken(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => code_taken("").into(),
        _ => fault,
    }
}

/// Says who has the code only if everybody may know it.
fn uscc_taken(had: &Organisation) -> Refusal {
    code_taken(if had.state == State::Listed && had.batch.is_none() { &had.name } else { "" })
}

fn code_taken(name: &str) -> Refusal {
    let (zh, en) = if name.is_empty() {
        ("另一家机构".to_owned(), "another organisation".to_owned())
    } else {
        (format!("“{name}”"), format!("“{name}”"))
    };
    Refusal::conflict(
        "uscc-taken",
        format!("这个统一社会信用代码已属于{zh}。如果就是贵单位，请搜索后认领；否则请核对代码。"),
        format!("This unified social credit code belongs to {en}. If that is yours, search for it and claim it; otherwise check the code."),
    )
    .at("uscc")
}

/// Files the claim for an organisation; returns its id.
pub(crate) async fn file(
    app: &App,
    tx: &Txn,
    organisation: &Organisation,
    id: &str,
    evidence: &str,
) -> Outcome<String> {
    let actor = &tx.ctx().actor;
    let member = store::membership::of(tx, &organisation.id, actor.id()).await?;
    let (open, here) = store::claim::open_counts(tx, actor.id(), &organisation.id).await?;
    let claimant = Claimant {
        account: actor.id(),
        name: &actor.name,
        demo: actor.demo,
        member: member.is_some_and(|m| m.state == crate::rules::membership::MemberState::Active),
        open,
        open_here: here > 0,
    };
    let clock = claims::clock(&corridor::of(app).calendar, tx.ctx().now, CLAIM_WORKDAYS);
    let claim = claims::make(id, organisation, evidence, claimant, tx.ctx().now.ms(), clock)?;
    store::claim::insert(tx, &claim, office_of(app, organisation)).await?;
    let data = json!({ "organisation": organisation.id, "kind": claim.kind.code(), "due_ms": claim.due_ms });
    tx.journal(Entry::new("claim.filed", "claim", &claim.id).city(organisation.city).demo(claim.demo).data(data))
        .await?;
    Ok(claim.id)
}

/// Changes the record. What is new is the organisation's own word; a newer pack will only propose from now on.
///
/// # Errors
/// No mandate, `uscc-taken`, or the first field that breaks a rule.
pub async fn organisation_edit(app: &App, ctx: &Ctx, id: &str, draft: Draft) -> Outcome<Done> {
    let fresh: Vec<String> = (0..64).map(|_| platform::random::id()).collect();
    let input = (app.clone(), id.to_owned(), draft, fresh);
    app.in_txn(ctx, "organisation_edit", input, |tx, (app, id, draft, fresh)| {
        Box::pin(async move {
            let head = load(tx, id).await?;
            app.policies().require(tx.ctx(), "organisation_edit", &resource(app, &head))?;
            let old = store::organisation::dossier(tx, id).await?.ok_or_else(Refusal::not_found)?;
            let mut ids = fresh.iter().cloned();
            let mut next = || ids.next().unwrap_or_default();
            let actor = &tx.ctx().actor;
            let mut by = By { account: actor.id(), demo: actor.demo, now_ms: tx.ctx().now.ms(), ids: &mut next };
            let corridor = corridor::of(app);
            let (new, warnings) = with_known(&corridor, |known| rules::edit(&old, draft, known, &mut by))?;
            if new.organisation.uscc != old.organisation.uscc
                && let Some(uscc) = &new.organisation.uscc
                && let Some(had) = store::organisation::by_uscc(tx, uscc).await?
            {
                return Err(uscc_taken(&had).into());
            }
            store::organisation::save_edit(tx, &new).await.map_err(taken)?;
            let data = json!({ "name": new.organisation.name, "changed": changed(&old, &new) });
            let entry = tx.journal(entry("organisation.edited", &new.organisation).data(data)).await?;
            Ok(Done { warnings: spoken(&warnings), ..Done::new(tx, id, entry) })
        })
    })
    .await
}

/// The fields that differ, for the journal.
fn changed(old: &Dossier, new: &Dossier) -> Vec<&'static str> {
    let (a, b) = (&old.organisation, &new.organisation);
    let fields = [
        ("kind", a.kind != b.kind),
        ("city", a.city != b.city),
        ("uscc", a.uscc != b.uscc),
        ("website", a.website != b.website),
        ("founded", a.founded != b.founded),
        ("names", old.names != new.names),
        ("segments", old.segments != new.segments),
        ("statements", old.statements != new.statements),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}
