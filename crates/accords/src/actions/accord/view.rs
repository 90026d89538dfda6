//! Joint acts as lists, pages and other capabilities read them.

use super::{accord_resource, load, party_resource};
use crate::rules::accord::{Accord, AccordKind, AccordState, Consent, Patch, not_in_force};
use crate::rules::item::ActionItem;
use crate::rules::meeting::Resolution;
use crate::store;
use crate::store::accord::{Facets, Filter, Version};
use crate::store::item::OriginColumn;
use kernel::{Adcode, Date, Fen, Instant, Refusal};
use platform::db::Conn;
use platform::journal::Recorded;
use platform::policy::Resource;
use platform::web::page::Page;
use platform::{App, Ctx, Outcome};
use rooms::actions::{check, cut, from, history, seen};

/// Acts one form can choose from.
const CHOICES_MAX: usize = 200;

/// A page of acts.
#[derive(Debug, Clone)]
pub struct Accords {
    /// Its items, the newest change first.
    pub items: Vec<Accord>,
    /// Acts in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// What the filters would give.
    pub facets: Facets,
}

/// A page of the acts that the actor may read.
///
/// # Errors
/// `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn accord_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Accords> {
    app.policies().require(ctx, "accord_list", &Resource::house())?;
    check(&filter.text, &[&filter.kinds, &filter.states, &filter.cities])?;
    let conn = app.db().read();
    let allowed = seen(app, ctx, "accord_view", "Accord", &store::accord::ATTRIBUTES)?;
    let cursor = page.cursor.as_deref();
    let place = store::accord::position(&conn, cursor.unwrap_or_default()).await?;
    let start = from(cursor, place)?;
    let facets = store::accord::facets(&conn, &allowed, filter).await?;
    let (found, total) = store::accord::list(&conn, allowed, filter, start.as_ref(), page.limit + 1).await?;
    let (items, next) = cut(found, page, |accord| &accord.id);
    Ok(Accords { items, total, next, facets })
}

/// An act with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The act.
    pub accord: Accord,
    /// Where it stands by the clock.
    pub state: AccordState,
    /// Everything said of it, in order; of earlier versions too.
    pub said: Vec<Consent>,
    /// The resolutions of published meetings that adopt it.
    pub resolutions: Vec<Resolution>,
    /// The action items that carry it out.
    pub items: Vec<ActionItem>,
    /// The act in whose place it stands, if the reader may know it.
    pub before: Option<Accord>,
    /// The act that stands in its place.
    pub after: Option<Accord>,
    /// Its entries in the journal, the newest first.
    pub history: Vec<Recorded>,
    /// The reader belongs to the joint office or to a party.
    pub inside: bool,
    /// Codes of the parties for which the reader may speak.
    pub may_say: Vec<String>,
    /// The reader may change the draft and circulate it.
    pub may_edit: bool,
    /// The reader may take it back into drafting.
    pub may_take_back: bool,
    /// The reader may end it.
    pub may_end: bool,
    /// The reader may enter action items.
    pub may_begin_item: bool,
}

/// One act.
///
/// # Errors
/// Not found.
pub async fn accord_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let accord = load(&conn, id).await?;
    let resource = accord_resource(&accord, &ctx.actor);
    app.policies().require(ctx, "accord_view", &resource)?;
    let may = |action: &str| app.policies().allows(ctx, action, &resource);
    let state = accord.state_at(ctx.now);
    let speaks = |party: &&crate::rules::accord::Party| {
        app.policies().allows(ctx, "accord_say", &party_resource(&accord, party))
    };
    let may_say: Vec<String> = match state {
        AccordState::Circulated => accord.parties.iter().filter(speaks).map(|party| party.code.clone()).collect(),
        _ => Vec::new(),
    };
    let items = seen(app, ctx, "item_view", "ActionItem", &store::item::ATTRIBUTES)?;
    let readable = |other: &Accord| app.policies().allows(ctx, "accord_view", &accord_resource(other, &ctx.actor));
    let before = match &accord.supersedes {
        Some(old) => store::accord::by_id(&conn, old).await?.filter(readable),
        None => None,
    };
    // Whoever could read it as a draft is no outsider.
    let draft = accord_resource(&Accord { state: AccordState::Draft, ..accord.clone() }, &ctx.actor);
    let inside = app.policies().allows(ctx, "accord_view", &draft);
    let takes_back = matches!(state, AccordState::Circulated | AccordState::Failed) && may("accord_take_back");
    Ok(View {
        state,
        said: store::accord::said(&conn, id).await?,
        resolutions: store::meeting::adopting(&conn, id).await?,
        items: store::item::of_origin(&conn, items, OriginColumn::Accord, id).await?,
        before,
        after: store::accord::successor(&conn, id).await?.filter(readable),
        history: history(&conn, "accord", id, inside).await?,
        inside,
        may_edit: state == AccordState::Draft && may("accord_edit"),
        may_take_back: takes_back,
        may_end: state == AccordState::InForce && may("accord_end"),
        may_begin_item: state != AccordState::Draft && app.policies().allows(ctx, "item_begin", &Resource::house()),
        may_say,
        accord,
    })
}

/// One circulated version of an act, with what was said of it.
///
/// # Errors
/// Not found.
pub async fn accord_version(app: &App, ctx: &Ctx, id: &str, version: i64) -> Outcome<(View, Version)> {
    let view = accord_view(app, ctx, id).await?;
    let found = store::accord::version(&app.db().read(), id, version).await?;
    Ok((view, found.ok_or_else(Refusal::not_found)?))
}

/// The draft that a form fills in, for somebody who may change it.
///
/// # Errors
/// Not found, forbidden, `accord-not-draft`.
pub async fn accord_form(app: &App, ctx: &Ctx, id: &str) -> Outcome<Accord> {
    let conn = app.db().read();
    let accord = load(&conn, id).await?;
    app.policies().require(ctx, "accord_edit", &accord_resource(&accord, &ctx.actor))?;
    let corridor = registry::corridor::of(app);
    // The same "no" that saving would give.
    let by = kernel::By { account: ctx.actor.id(), name: "", demo: accord.demo, now: ctx.now };
    crate::rules::accord::revise(&accord, &Patch::default(), &|city| corridor.city(city).is_some(), by)?;
    Ok(accord)
}

/// The acts in force that a draft can take the place of, or a resolution adopt, by title.
///
/// # Errors
/// Not the joint office.
pub async fn accord_choices(app: &App, ctx: &Ctx) -> Outcome<Vec<Accord>> {
    app.policies().require(ctx, "accord_draft", &Resource::house())?;
    let found = store::accord::in_force(&app.db().read(), ctx.actor.demo, CHOICES_MAX).await?;
    Ok(found.into_iter().filter(|accord| accord.state_at(ctx.now) == AccordState::InForce).collect())
}

/// A joint act that holds: what calls, standards, recognition and clearing stand on.
///
/// It is read inside the transaction of whoever stands on it, so that an act that ends meanwhile is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// Its id; keep it as the reference.
    pub id: String,
    /// What it is.
    pub kind: AccordKind,
    /// Its number.
    pub number: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// The version of the text that was consented to.
    pub version: i64,
    /// The member cities that are parties, in order.
    pub cities: Vec<Adcode>,
    /// The money in all.
    pub total: Option<Fen>,
    /// Each party's code (a city's code, `joint`, `x1` …) and share, where it has one.
    pub shares: Vec<(String, Fen)>,
    /// First day it holds.
    pub valid_from: Option<Date>,
    /// Last day it holds; none for no end.
    pub valid_until: Option<Date>,
    /// From the demonstration: nothing real stands on it.
    pub demo: bool,
}

impl InForce {
    /// The share of a member city.
    pub fn share_of(&self, city: Adcode) -> Option<Fen> {
        let code = city.to_string();
        self.shares.iter().find(|(party, _)| *party == code).map(|(_, share)| *share)
    }
}

impl From<Accord> for InForce {
    fn from(accord: Accord) -> InForce {
        InForce {
            cities: accord.parties.iter().filter_map(|party| party.city).collect(),
            shares: accord.parties.iter().filter_map(|p| Some((p.code.clone(), p.share?))).collect(),
            id: accord.id,
            kind: accord.kind,
            number: accord.number,
            title: accord.title,
            title_en: accord.title_en,
            version: accord.version,
            total: accord.total,
            valid_from: accord.valid_from,
            valid_until: accord.valid_until,
            demo: accord.demo,
        }
    }
}

/// The joint act with this id, if it holds at `now`.
///
/// It holds when it is in force, its first day reached and its last day not past. For other capabilities; pass the
/// transaction as `conn` where something is written on the strength of it.
///
/// # Errors
/// Not found; `accord-not-in-force` for one that does not hold yet or any more.
pub async fn accord_in_force(conn: &Conn, id: &str, now: Instant) -> Outcome<InForce> {
    let accord = load(conn, id).await?;
    if !accord.holds_at(now) {
        return Err(not_in_force().into());
    }
    Ok(accord.into())
}

/// The joint acts of a kind that hold at `now` and to which a city is a party, by title; `city` left out, all of them.
/// Acts of the demo and real ones never stand side by side.
///
/// # Errors
/// When the database fails.
pub async fn accords_in_force(
    conn: &Conn,
    kind: AccordKind,
    city: Option<Adcode>,
    demo: bool,
    now: Instant,
) -> Outcome<Vec<InForce>> {
    let found = store::accord::in_force(conn, demo, CHOICES_MAX).await?;
    let party = |accord: &Accord| city.is_none() || accord.parties.iter().any(|party| party.city == city);
    let fits = |accord: &Accord| accord.kind == kind && accord.holds_at(now) && party(accord);
    Ok(found.into_iter().filter(fits).map(InForce::from).collect())
}
