//! One organisation, as much of it as the reader may see.

use super::{load, resource};
use crate::rules::claim::ClaimState;
use crate::rules::listing::{Listing, Office};
use crate::rules::organisation::Dossier;
use crate::rules::workstation::Workstation;
use crate::store;
use kernel::Refusal;
use platform::journal::{self, Recorded};
use platform::policy::Resource;
use platform::recent::{Moment, Recent};
use platform::{App, Ctx, Outcome};
use std::sync::Arc;

/// Organisations whose public view is remembered.
const VIEWS_MAX: usize = 2_000;
/// Entries of an organisation's history that are shown.
const HISTORY_MAX: i64 = 40;

/// What the reader may do here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Can {
    /// Change the record.
    pub edit: bool,
    /// Say that one speaks for it.
    pub claim: bool,
    /// See the members.
    pub members: bool,
    /// Confirm statements and statuses for the city office.
    pub confirm: bool,
    /// Declare a status.
    pub declare: bool,
    /// Propose an expert workstation.
    pub propose: bool,
}

/// An organisation with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The record.
    pub dossier: Dossier,
    /// The office responsible for it.
    pub office: Office,
    /// Its needs and offers that everybody may see; for members all of them.
    pub listings: Vec<Listing>,
    /// Its expert workstations that everybody may see; for members and the office all of them.
    pub workstations: Vec<Workstation>,
    /// Open proof-of-concept projects that it takes part in.
    pub projects: Vec<crate::actions::poc::Card>,
    /// What the reader may do.
    pub can: Can,
    /// The reader has a claim for it that waits: its id.
    pub claim_open: Option<String>,
    /// What happened, newest first; for members and the office.
    pub history: Vec<Recorded>,
}

/// An organisation, for whoever may see it.
///
/// # Errors
/// Not found, also when the reader may not know of it.
pub async fn organisation_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let views = views(app);
    let now = Moment::of(app, ctx.now);
    if ctx.actor.account.is_none()
        && let Some(view) = views.get(id, now)
    {
        return Ok(View::clone(&view));
    }
    let view = read(app, ctx, id).await?;
    if ctx.actor.account.is_none() {
        views.put(id, now, Arc::new(view.clone()));
    }
    Ok(view)
}

/// What visitors were shown of organisations: most readers are visitors, and most pages are looked at again before
/// anything happens.
fn views(app: &App) -> Arc<Recent<Arc<View>>> {
    app.extension().unwrap_or_else(|| {
        let new = Arc::new(Recent::new(VIEWS_MAX));
        app.extend(Arc::clone(&new));
        new
    })
}

async fn read(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let head = load(&conn, id).await?;
    let target = resource(app, &head);
    app.policies().require(ctx, "organisation_view", &target)?;
    let store::organisation::Rest { names, segments, statements, statuses } =
        store::organisation::rest(&conn, id).await?;
    let mut view = View {
        office: super::office_of(app, &head),
        listings: Vec::new(),
        workstations: Vec::new(),
        projects: crate::actions::poc::of_party(app, id).await?,
        can: Can::default(),
        claim_open: None,
        history: Vec::new(),
        dossier: Dossier { organisation: head, names, segments, statements, statuses },
    };
    let member = ctx.actor.member_of(id).is_some();
    let listings = store::listing::of_organisation(&conn, id, member).await?;
    let visible =
        |listing: &Listing| app.policies().allows(ctx, "listing_view", &crate::actions::listing::resource(listing));
    view.listings = if member { listings.into_iter().filter(visible).collect() } else { listings };
    let inside = app.policies().allows(ctx, "organisation_work_view", &target);
    view.workstations = store::workstation::of_organisation(&conn, id, inside).await?;
    if ctx.actor.account.is_some() {
        signed_in(app, ctx, &target, &mut view).await?;
    }
    Ok(view)
}

/// What only somebody who has signed in can see or do; a visitor's page asks none of it.
async fn signed_in(app: &App, ctx: &Ctx, target: &Resource, view: &mut View) -> Outcome<()> {
    let conn = app.db().read();
    let may = |action: &str| app.policies().allows(ctx, action, target);
    let organisation = &view.dossier.organisation;
    let claims = store::claim::of_account(&conn, ctx.actor.id()).await?;
    let open =
        claims.into_iter().find(|f| f.claim.state == ClaimState::Open && f.claim.organisation == organisation.id);
    view.claim_open = open.map(|filed| filed.claim.id);
    view.can = Can {
        edit: may("organisation_edit"),
        claim: organisation.claimed_ms.is_none() && view.claim_open.is_none() && may("organisation_claim"),
        members: may("member_list"),
        confirm: may("statement_confirm"),
        declare: may("status_declare"),
        propose: may("workstation_propose"),
    };
    if may("organisation_work_view") {
        view.history = journal::of_object(&conn, "organisation", &organisation.id, HISTORY_MAX).await?;
    }
    Ok(())
}

/// The id of the organisation with a pack's key, for addresses that name it so.
///
/// # Errors
/// Not found.
pub async fn organisation_by_key(app: &App, key: &str) -> Outcome<String> {
    let found = store::organisation::by_key(&app.db().read(), key).await?;
    Ok(found.map(|organisation| organisation.id).ok_or_else(Refusal::not_found)?)
}
