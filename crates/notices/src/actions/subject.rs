//! What a journal entry is about, as one reader may see it: always through the action that shows it to him.

use super::seen;
use crate::store;
use kernel::{Date, Refusal};
use platform::ctx::Role;
use platform::journal::Recorded;
use platform::{App, Ctx, Outcome};
use registry::actions::claim::claim_view;
use registry::actions::contact::contact_view;
use registry::actions::expert::expert_view;
use registry::actions::listing::listing_view;
use registry::actions::organisation::organisation_view;
use registry::actions::poc::poc_view;
use registry::actions::workstation::workstation_view;
use registry::rules::listing::{Office, Side};
use registry::rules::organisation::Organisation;

/// A thing that people can be told about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Its title or name.
    pub title: String,
    /// Its English one; may be empty.
    pub title_en: String,
    /// Where to see it.
    pub href: String,
    /// The organisation it belongs to, by id.
    pub owner: Option<String>,
    /// The name of that organisation; may be empty.
    pub owner_name: String,
    /// The office that reviews, decides or answers.
    pub office: Option<Office>,
    /// Until when something is due.
    pub due_ms: Option<i64>,
    /// The organisation that is asked.
    pub asked: Option<String>,
    /// Its name.
    pub asked_name: String,
    /// The organisation that asks.
    pub asker: Option<String>,
    /// Its name.
    pub asker_name: String,
    /// The account it is for.
    pub named: Option<String>,
    /// The centre it names.
    pub centre: Option<String>,
    /// Who proposed the step that the entry is about.
    pub proposer: Option<String>,
    /// Accounts of the experts who take part or are asked.
    pub experts: Vec<String>,
    /// From the demo.
    pub demo: bool,
}

/// What an entry is about, if the reader may see it.
pub(super) async fn of_entry(app: &App, ctx: &Ctx, entry: &Recorded) -> Outcome<Option<Subject>> {
    let id = entry.object_id.as_str();
    let data = |name: &str| entry.data[name].as_str().map(str::to_owned);
    match entry.object_kind.as_str() {
        "contact" => seen(contact(app, ctx, id).await),
        "claim" => seen(claim(app, ctx, id).await),
        "membership" => seen(membership(app, ctx, entry).await),
        "poc_project" => {
            let found = seen(poc(app, ctx, id, entry.data["step"].as_str()).await)?;
            // The centre that said no is named by the entry alone.
            Ok(found.map(|subject| Subject { centre: subject.centre.or_else(|| data("centre")), ..subject }))
        }
        "account" | "token" => Ok(Some(Subject { href: "/account".into(), ..Subject::default() })),
        "invite" => Ok(invite(entry, data("account"))),
        "delivery" => seen(delivery(app, ctx, id).await),
        "job" => {
            let title = data("name").unwrap_or_default();
            Ok(Some(Subject { title, href: "/admin/jobs".into(), ..Subject::default() }))
        }
        kind => of_object(app, ctx, kind, id).await,
    }
}

/// A thing that can be followed, if the reader may see it.
pub(super) async fn of_object(app: &App, ctx: &Ctx, kind: &str, id: &str) -> Outcome<Option<Subject>> {
    match kind {
        "need" => seen(listing(app, ctx, Side::Need, id).await),
        "offer" => seen(listing(app, ctx, Side::Offer, id).await),
        "organisation" => seen(organisation(app, ctx, id).await),
        "workstation" => seen(workstation(app, ctx, id).await),
        "poc_project" => seen(poc(app, ctx, id, None).await),
        "expert" => seen(expert(app, ctx, id).await),
        _ => Ok(None),
    }
}

/// The end of a day in Shanghai.
fn end_of(day: Date) -> i64 {
    day.plus_days(1).start().ms() - 1
}

fn owned(organisation: &Organisation) -> Subject {
    Subject {
        owner: Some(organisation.id.clone()),
        owner_name: organisation.name.clone(),
        demo: organisation.demo,
        ..Subject::default()
    }
}

async fn listing(app: &App, ctx: &Ctx, side: Side, id: &str) -> Outcome<Subject> {
    let view = listing_view(app, ctx, side, id).await?;
    // A stranger is told of what is published, not of the change that is being worked on.
    let content = if view.can.work { view.listing.working() } else { &view.listing.content };
    Ok(Subject {
        title: content.title.clone(),
        title_en: content.title_en.clone(),
        href: format!("{}/{id}", side.path()),
        owner: Some(view.listing.organisation.clone()),
        owner_name: view.organisation.map(|organisation| organisation.name).unwrap_or_default(),
        office: Some(view.listing.office),
        due_ms: view.listing.waiting.as_ref().map(|waiting| end_of(waiting.due.date)),
        demo: view.listing.demo,
        ..Subject::default()
    })
}

async fn contact(app: &App, ctx: &Ctx, id: &str) -> Outcome<Subject> {
    let card = contact_view(app, ctx, id).await?.card;
    let about = card.about.map(|listing| listing.content);
    let title = about.as_ref().map_or_else(|| format!("{} → {}", card.from, card.to), |content| content.title.clone());
    Ok(Subject {
        title,
        title_en: about.map(|content| content.title_en).unwrap_or_default(),
        href: format!("/contacts/{id}"),
        owner: Some(card.contact.to.clone()),
        office: card.contact.office,
        due_ms: Some(end_of(card.contact.due.date)),
        asked: Some(card.contact.to),
        asked_name: card.to,
        asker: Some(card.contact.from),
        asker_name: card.from,
        demo: card.contact.demo,
        ..Subject::default()
    })
}

async fn claim(app: &App, ctx: &Ctx, id: &str) -> Outcome<Subject> {
    let card = claim_view(app, ctx, id).await?.card;
    Ok(Subject {
        title: card.organisation.name.clone(),
        title_en: card.organisation.name_en.clone().unwrap_or_default(),
        href: format!("/claims/{id}"),
        office: Some(card.filed.office),
        due_ms: Some(card.filed.claim.due_ms),
        named: Some(card.filed.claim.account),
        ..owned(&card.organisation)
    })
}

async fn organisation(app: &App, ctx: &Ctx, id: &str) -> Outcome<Subject> {
    let view = organisation_view(app, ctx, id).await?;
    let organisation = view.dossier.organisation;
    Ok(Subject {
        title: organisation.name.clone(),
        title_en: organisation.name_en.clone().unwrap_or_default(),
        href: format!("/organisations/{id}"),
        office: Some(view.office),
        ..owned(&organisation)
    })
}

/// Who works where is for the organisation's members and for the account itself.
async fn membership(app: &App, ctx: &Ctx, entry: &Recorded) -> Outcome<Subject> {
    let organisation = entry.data["organisation"].as_str().unwrap_or_default();
    let named = entry.data["member"]["account"].as_str().unwrap_or_default();
    let party = ctx.actor.account.as_deref() == Some(named) || ctx.actor.member_of(organisation).is_some();
    if !party && !ctx.actor.has(Role::System) {
        return Err(Refusal::not_found().into());
    }
    let house = Ctx::system(ctx.now);
    let view = organisation_view(app, &house, organisation).await?.dossier.organisation;
    let member = ctx.actor.member_of(organisation).is_some();
    let href = if member { format!("/organisations/{organisation}/members") } else { "/my/organisation".to_owned() };
    Ok(Subject {
        title: view.name.clone(),
        title_en: view.name_en.clone().unwrap_or_default(),
        href,
        named: Some(named.to_owned()),
        ..owned(&view)
    })
}

async fn workstation(app: &App, ctx: &Ctx, id: &str) -> Outcome<Subject> {
    let view = workstation_view(app, ctx, id).await?;
    let (workstation, organisation) = (view.card.workstation, view.card.organisation);
    Ok(Subject {
        title: workstation.name,
        title_en: workstation.name_en,
        href: format!("/workstations/{id}"),
        office: Some(Office::parse(&workstation.office)),
        due_ms: workstation.decided_ms.is_none().then_some(workstation.due_ms),
        experts: view.experts.into_iter().filter_map(|seat| seat.expert.account).collect(),
        ..owned(&organisation)
    })
}

async fn poc(app: &App, ctx: &Ctx, id: &str, step: Option<&str>) -> Outcome<Subject> {
    let card = poc_view(app, ctx, id).await?.card;
    let project = card.project;
    let proposer = step.and_then(|step| card.steps.iter().find(|one| one.id == step));
    Ok(Subject {
        href: format!("/poc/{id}"),
        owner_name: card.organisations.get(&project.organisation).map(|one| one.name.clone()).unwrap_or_default(),
        owner: Some(project.organisation),
        centre: project.centre.map(|centre| centre.organisation),
        proposer: proposer.map(|step| step.entered_by.clone()),
        title: project.title,
        title_en: project.title_en,
        demo: project.demo,
        ..Subject::default()
    })
}

async fn expert(app: &App, ctx: &Ctx, id: &str) -> Outcome<Subject> {
    let view = expert_view(app, ctx, id).await?;
    let expert = view.expert;
    let title = if view.named { expert.name } else { expert.title };
    Ok(Subject {
        title: format!("{} · {title}", expert.institution),
        href: format!("/experts/{id}"),
        demo: expert.demo,
        ..Subject::default()
    })
}

/// A call to a webhook that was given up on: for whoever keeps the webhook.
async fn delivery(app: &App, ctx: &Ctx, id: &str) -> Outcome<Subject> {
    let failed = store::delivery::by_id(&app.db().read(), id).await?.ok_or_else(Refusal::not_found)?;
    if !ctx.actor.has(Role::System) {
        app.policies().require(ctx, "delivery_view", &super::delivery::resource(&failed))?;
    }
    Ok(Subject {
        title: failed.address,
        href: "/deliveries?state=failed".to_owned(),
        named: failed.organisation.is_none().then_some(failed.account),
        owner: failed.organisation,
        demo: failed.demo,
        ..Subject::default()
    })
}

/// A link for a new password concerns the account it is for; one for somebody new concerns whoever let him in.
fn invite(entry: &Recorded, account: Option<String>) -> Option<Subject> {
    match entry.kind.as_str() {
        "invite.accepted" => {
            let title = entry.actor_name.clone();
            Some(Subject { title, href: "/admin/accounts".into(), ..Subject::default() })
        }
        _ => account.map(|named| Subject { href: "/account".into(), named: Some(named), ..Subject::default() }),
    }
}
