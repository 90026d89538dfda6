//! Feeds: what everybody may read, newest first, as Atom readers want it (RFC 4287).

use futures_util::future::BoxFuture;
use kernel::Locale;
use platform::journal::{self, Recorded};
use platform::policy::Resource;
use platform::web::page::Page;
use platform::{Actor, App, Ctx, Outcome};
use registry::actions::listing::{Query as ListingQuery, listing_list};
use registry::actions::organisation::{Query as OrganisationQuery, organisation_list};
use registry::actions::poc::{Filter as PocFilter, poc_list};
use registry::actions::workstation::{Filter as WorkstationFilter, workstation_list};
use registry::api::search::SearchQuery;
use registry::rules::listing::Side;
use serde::Deserialize;
use std::collections::HashMap;

/// Entries of a feed at most.
pub const ENTRIES_MAX: usize = 50;
/// Public journal entries that a feed of organisations looks back on.
const LOOK_BACK: i64 = 2_000;

/// What a list is narrowed to, as the address of its page says it; several values are separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    /// Words.
    pub q: String,
    /// City codes.
    pub city: String,
    /// Segment ids.
    pub segment: String,
    /// Kinds of offers.
    #[serde(rename = "type")]
    pub offer: String,
    /// Kinds of organisations or of results.
    pub kind: String,
    /// Status codes.
    pub status: String,
    /// States.
    pub state: String,
    /// Stage of a project.
    pub stage: String,
    /// Centre of a project.
    pub centre: String,
    /// Years.
    pub year: String,
}

/// One entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// Its title.
    pub title: String,
    /// Path of its page, which is its identity too.
    pub href: String,
    /// When it last changed in a way that matters.
    pub updated_ms: i64,
    /// What it says, in short; may be empty.
    pub summary: String,
}

/// What a feed is asked for: the house, a reader who has not signed in, the list's filters.
pub struct Asked<'a> {
    /// The house.
    pub app: &'a App,
    /// A visitor in the reader's language, whoever asks: a feed is the same for everybody.
    pub ctx: Ctx,
    /// The list's filters.
    pub narrowed: &'a Narrowed,
}

/// Gives the entries of one feed.
pub type Source = for<'a> fn(&'a Asked<'a>) -> BoxFuture<'a, Outcome<Vec<FeedEntry>>>;

/// The entries of a feed, newest first, at most [`ENTRIES_MAX`].
///
/// # Errors
/// What the list itself refuses.
pub async fn feed_view(app: &App, ctx: &Ctx, narrowed: &Narrowed, source: Source) -> Outcome<Vec<FeedEntry>> {
    app.policies().require(ctx, "feed_view", &Resource::house())?;
    let ctx = Ctx { actor: Actor::visitor(), once: None, ..ctx.clone() };
    let mut entries = source(&Asked { app, ctx, narrowed }).await?;
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.updated_ms));
    entries.truncate(ENTRIES_MAX);
    Ok(entries)
}

fn values(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect()
}

fn page() -> Page {
    Page { limit: ENTRIES_MAX, cursor: None }
}

impl Asked<'_> {
    fn word(&self, zh: &str, en: &str) -> String {
        if self.ctx.locale == Locale::En && !en.is_empty() { en.to_owned() } else { zh.to_owned() }
    }

    async fn listings(&self, side: Side) -> Outcome<Vec<FeedEntry>> {
        let query = ListingQuery {
            text: self.narrowed.q.clone(),
            cities: values(&self.narrowed.city),
            kinds: values(&self.narrowed.offer),
            segments: values(&self.narrowed.segment),
            page: page(),
            ..ListingQuery::default()
        };
        let found = listing_list(self.app, &self.ctx, side, &query).await?;
        let entry = |listing: registry::rules::listing::Listing| FeedEntry {
            title: self.word(&listing.content.title, &listing.content.title_en),
            href: format!("{}/{}", side.path(), listing.id),
            updated_ms: listing.published.unwrap_or(listing.updated).ms(),
            summary: self.word(&listing.content.summary, &listing.content.summary_en),
        };
        Ok(found.items.into_iter().map(|card| entry(card.listing)).collect())
    }
}

/// Needs.
pub fn needs<'a>(asked: &'a Asked<'a>) -> BoxFuture<'a, Outcome<Vec<FeedEntry>>> {
    Box::pin(asked.listings(Side::Need))
}

/// Offers.
pub fn offers<'a>(asked: &'a Asked<'a>) -> BoxFuture<'a, Outcome<Vec<FeedEntry>>> {
    Box::pin(asked.listings(Side::Offer))
}

/// Organisations with which something happened lately: the list itself is ordered by name.
pub fn organisations<'a>(asked: &'a Asked<'a>) -> BoxFuture<'a, Outcome<Vec<FeedEntry>>> {
    Box::pin(async move {
        let recent = journal::newest_public(&asked.app.db().read(), LOOK_BACK).await?;
        let mut changed: HashMap<String, i64> = HashMap::new();
        for entry in recent.into_iter().filter(|entry| entry.object_kind == "organisation") {
            // The newest comes first.
            changed.entry(entry.object_id).or_insert(entry.at_ms);
        }
        let mut query = OrganisationQuery { page: Page { limit: 100, cursor: None }, ..OrganisationQuery::default() };
        query.filter.text = asked.narrowed.q.clone();
        query.filter.cities = values(&asked.narrowed.city);
        query.filter.kinds = values(&asked.narrowed.kind);
        query.filter.statuses = values(&asked.narrowed.status);
        query.filter.segments = values(&asked.narrowed.segment);
        let mut ids: Vec<(&String, &i64)> = changed.iter().collect();
        ids.sort_by_key(|(_, at)| std::cmp::Reverse(**at));
        query.filter.ids = Some(ids.into_iter().take(100).map(|(id, _)| id.clone()).collect());
        let found = organisation_list(asked.app, &asked.ctx, &query).await?;
        let entry = |item: registry::actions::organisation::Item| {
            let organisation = item.organisation;
            let updated_ms = *changed.get(&organisation.id)?;
            let title = asked.word(&organisation.name, organisation.name_en.as_deref().unwrap_or_default());
            let href = format!("/organisations/{}", organisation.id);
            Some(FeedEntry { title, href, updated_ms, summary: String::new() })
        };
        Ok(found.items.into_iter().filter_map(entry).collect())
    })
}

/// Expert workstations.
pub fn workstations<'a>(asked: &'a Asked<'a>) -> BoxFuture<'a, Outcome<Vec<FeedEntry>>> {
    Box::pin(async move {
        let narrowed = asked.narrowed;
        let filter = WorkstationFilter {
            text: narrowed.q.clone(),
            cities: values(&narrowed.city),
            states: values(&narrowed.state),
        };
        let found = workstation_list(asked.app, &asked.ctx, &filter, &page()).await?;
        let entry = |card: registry::actions::workstation::Card| FeedEntry {
            title: asked.word(&card.workstation.name, &card.workstation.name_en),
            href: format!("/workstations/{}", card.workstation.id),
            updated_ms: card.workstation.updated_ms,
            summary: asked.word(&card.workstation.about, &card.workstation.about_en),
        };
        Ok(found.items.into_iter().map(entry).collect())
    })
}

/// Proof-of-concept projects.
pub fn poc<'a>(asked: &'a Asked<'a>) -> BoxFuture<'a, Outcome<Vec<FeedEntry>>> {
    Box::pin(async move {
        let narrowed = asked.narrowed;
        let filter = PocFilter {
            city: narrowed.city.clone(),
            stage: narrowed.stage.clone(),
            segment: narrowed.segment.clone(),
            centre: narrowed.centre.clone(),
        };
        let found = poc_list(asked.app, &asked.ctx, &filter, &page()).await?;
        let entry = |card: registry::actions::poc::Card| FeedEntry {
            title: asked.word(&card.project.title, &card.project.title_en),
            href: format!("/poc/{}", card.project.id),
            updated_ms: card.project.updated_ms,
            summary: asked.word(&card.project.about, &card.project.about_en),
        };
        Ok(found.items.into_iter().map(entry).collect())
    })
}

/// The best results of a search, those that changed last first: a saved search for whoever has no account.
pub fn search<'a>(asked: &'a Asked<'a>) -> BoxFuture<'a, Outcome<Vec<FeedEntry>>> {
    Box::pin(async move {
        let narrowed = asked.narrowed;
        let query = SearchQuery {
            q: narrowed.q.clone(),
            kind: narrowed.kind.clone(),
            city: narrowed.city.clone(),
            status: narrowed.status.clone(),
            segment: narrowed.segment.clone(),
            year: narrowed.year.clone(),
        };
        let question = super::saved::question_of(&query)?;
        let request = question.request(Vec::new(), 0, ENTRIES_MAX);
        let found = registry::actions::matching::search(asked.app, &asked.ctx, request).await?;
        let conn = asked.app.db().read();
        // What a pack brought has no entry of its own; it has been here since the house was opened.
        let opened = journal::after(&conn, -1, 1).await?.first().map_or(0, |entry| entry.at_ms);
        let mut entries = Vec::new();
        for hit in found.hits {
            let history = journal::of_object(&conn, &object_kind(&hit.kind), &hit.id, 50).await?;
            let public = |entry: &&Recorded| entry.public;
            let updated_ms = history.iter().find(public).map_or(opened, |entry| entry.at_ms);
            let title = asked.word(&hit.title, hit.name_en.as_deref().unwrap_or_default());
            entries.push(FeedEntry { title, href: hit.url, updated_ms, summary: String::new() });
        }
        Ok(entries)
    })
}

/// What the journal calls a kind of result.
fn object_kind(kind: &str) -> String {
    if kind == "poc" { "poc_project".to_owned() } else { kind.to_owned() }
}
