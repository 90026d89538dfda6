//! What was published, as it is read: release and record packages, grants, the feed. The same for everybody.

use super::{LICENSE_DEFAULT, Publishing, bodies, broken, settings};
use crate::actions::call::{Filter, call_list};
use crate::store;
use crate::store::publication::{Process, Published};
use disclosure::{History, House, Issue, Json, Listing, Record};
use kernel::{Instant, Locale, Refusal};
use platform::policy::Resource;
use platform::web::page::Page;
use platform::{Actor, App, Ctx, Outcome};

/// Processes in one record package at most.
pub const RECORDS_MAX: usize = 50;
/// Grants in one package at most.
pub const GRANTS_MAX: usize = 500;
/// Entries of the feed at most.
const FEED_MAX: usize = 50;

/// A published document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// JSON.
    pub text: String,
    /// Where the next page begins, of a list.
    pub next: Option<String>,
}

impl Body {
    fn of(json: &Json) -> Body {
        Body { text: json.to_pretty(), next: None }
    }
}

fn may(app: &App, ctx: &Ctx) -> Outcome<()> {
    Ok(app.policies().require(ctx, "disclosure_view", &Resource::house())?)
}

/// The address of a release.
fn release_address(base: &str, call: &str, ord: i64) -> String {
    format!("{base}/api/v1/ocds/releases/{call}/{ord}")
}

/// The call that an id or an ocid names, with its releases.
async fn found(app: &App, ctx: &Ctx, key: &str) -> Outcome<(String, Vec<Published>)> {
    may(app, ctx)?;
    let conn = app.db().read();
    let call = store::publication::named(&conn, key).await?.ok_or_else(Refusal::not_found)?;
    let releases = store::publication::of_call(&conn, &call).await?;
    Ok((call, releases))
}

fn last(releases: &[Published]) -> Instant {
    Instant::from_ms(releases.last().map_or(0, |last| last.at_ms))
}

/// All releases of a call as one package.
///
/// # Errors
/// Not found.
pub async fn releases(app: &App, ctx: &Ctx, key: &str) -> Outcome<Body> {
    let (call, releases) = found(app, ctx, key).await?;
    let uri = format!("{}/api/v1/ocds/releases/{call}", settings::base(app));
    let issue = Issue { uri: &uri, published: last(&releases) };
    Ok(Body::of(&settings::house(app).release_package(issue, &bodies(&releases)?)?))
}

/// One release in a package of its own. It never changes.
///
/// # Errors
/// Not found.
pub async fn release(app: &App, ctx: &Ctx, key: &str, ord: i64) -> Outcome<Body> {
    may(app, ctx)?;
    let conn = app.db().read();
    let call = store::publication::named(&conn, key).await?.ok_or_else(Refusal::not_found)?;
    let one = store::publication::one(&conn, &call, ord).await?.ok_or_else(Refusal::not_found)?;
    let uri = release_address(&settings::base(app), &call, ord);
    let issue = Issue { uri: &uri, published: Instant::from_ms(one.at_ms) };
    Ok(Body::of(&settings::house(app).release_package(issue, &bodies(std::slice::from_ref(&one))?)?))
}

fn addresses(base: &str, releases: &[Published]) -> Vec<String> {
    releases.iter().map(|one| release_address(base, &one.call, one.ord)).collect()
}

/// The record of a call: its releases, what they come to, and its history.
///
/// # Errors
/// Not found.
pub async fn record(app: &App, ctx: &Ctx, key: &str) -> Outcome<Body> {
    let (call, releases) = found(app, ctx, key).await?;
    let base = settings::base(app);
    let uri = format!("{base}/api/v1/ocds/records/{call}");
    let issue = Issue { uri: &uri, published: last(&releases) };
    let all = bodies(&releases)?;
    let record = Record { releases: &all, listing: Listing::Embedded, history: History::Valid };
    Ok(Body::of(&settings::house(app).record_package(issue, &addresses(&base, &releases), &[record])?))
}

/// Records of all calls in the order of their ocids: what their releases come to, and where these are.
///
/// # Errors
/// `publication-none` while nothing is published, or after the last.
pub async fn records(app: &App, ctx: &Ctx, page: &Page) -> Outcome<Body> {
    may(app, ctx)?;
    let conn = app.db().read();
    let limit = page.limit.min(RECORDS_MAX);
    let after = page.cursor.as_deref().unwrap_or_default();
    let mut processes = store::publication::processes(&conn, after, limit + 1).await?;
    let more = processes.len() > limit;
    processes.truncate(limit);
    let base = settings::base(app);
    let mut held = Vec::new();
    for process in &processes {
        let releases = store::publication::of_call(&conn, &process.call).await?;
        held.push((bodies(&releases)?, addresses(&base, &releases)));
    }
    let records: Vec<Record<'_>> = held
        .iter()
        .map(|(all, uris)| Record { releases: all, listing: Listing::Linked(uris), history: History::None })
        .collect();
    let packages: Vec<String> = held.iter().flat_map(|(_, uris)| uris.clone()).collect();
    let uri = list_address(&base, "/api/v1/ocds/records", page, RECORDS_MAX);
    let published = processes.iter().map(|one| one.at_ms).max().ok_or_else(none_yet)?;
    let issue = Issue { uri: &uri, published: Instant::from_ms(published) };
    let package = settings::house(app).record_package(issue, &packages, &records)?;
    let next = processes.last().filter(|_| more).map(|last| last.ocid.clone());
    Ok(Body { next, ..Body::of(&package) })
}

/// The address of a page of a list: what is asked for, and nothing that goes without saying.
fn list_address(base: &str, path: &str, page: &Page, most: usize) -> String {
    let mut query = Vec::new();
    if page.limit != most {
        query.push(format!("limit={}", page.limit));
    }
    if let Some(cursor) = page.cursor.as_deref() {
        query.push(format!("cursor={cursor}"));
    }
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{base}{path}{mark}{}", query.join("&"))
}

fn none_yet() -> Refusal {
    Refusal::new(
        kernel::RefusalKind::NotFound,
        "publication-none",
        "这里还没有公开的数据。有榜单发榜（拨款数据：立项生效）之后再来读取。",
        "Nothing is published here yet. Ask again once a call is released (grants: once an award is in force).",
    )
}

/// Grants of all awards in force in one language: one row for each funder of each award.
///
/// # Errors
/// `publication-none` while there is none, or after the last.
pub async fn grants(app: &App, ctx: &Ctx, page: &Page) -> Outcome<Body> {
    may(app, ctx)?;
    let conn = app.db().read();
    let limit = page.limit.min(GRANTS_MAX);
    let mut rows = store::publication::grants(&conn, page.cursor.as_deref().unwrap_or_default(), limit + 1).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let english = ctx.locale == Locale::En;
    let body = |row: &store::publication::GrantRow| {
        Json::parse(if english { &row.body_en } else { &row.body }).map_err(|_| broken("a grant"))
    };
    let grants = rows.iter().map(body).collect::<Outcome<Vec<Json>>>()?;
    let published = rows.iter().map(|row| row.at_ms).max().ok_or_else(none_yet)?;
    let uri = list_address(&settings::base(app), "/api/v1/grants.json", page, GRANTS_MAX);
    let issue = Issue { uri: &uri, published: Instant::from_ms(published) };
    let house: House = settings::house(app);
    let package = house.grants_package_of(issue, grants, ctx.locale)?;
    let next = rows.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Body { next, ..Body::of(&package) })
}

/// What the page that explains publication says of this house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Address of the house.
    pub base: String,
    /// Who publishes.
    pub publisher: String,
    /// The prefix of processes.
    pub ocid_prefix: String,
    /// The prefix of grants.
    pub grant_prefix: String,
    /// The prefixes are those of examples: nothing here is registered.
    pub example: bool,
    /// The licence, as an address.
    pub license: String,
    /// It is Creative Commons Attribution 4.0.
    pub cc_by: bool,
    /// Processes that are published.
    pub processes: i64,
    /// Grants that are published.
    pub grants: i64,
}

/// How this house publishes, and how much.
///
/// # Errors
/// Database faults.
pub async fn standing(app: &App, ctx: &Ctx) -> Outcome<Standing> {
    may(app, ctx)?;
    let conn = app.db().read();
    let publishing = Publishing::of(app);
    Ok(Standing {
        base: settings::base(app),
        publisher: settings::house(app).publisher.name,
        ocid_prefix: publishing.ocid_prefix.clone(),
        grant_prefix: publishing.grant_prefix.clone(),
        example: publishing.is_example(),
        cc_by: publishing.license == LICENSE_DEFAULT,
        license: publishing.license.clone(),
        processes: store::publication::count(&conn).await?,
        grants: store::publication::grants_count(&conn).await?,
    })
}

/// How far one call is published; none before its release.
///
/// # Errors
/// Database faults.
pub async fn of_call(app: &App, ctx: &Ctx, call: &str) -> Outcome<Option<Process>> {
    may(app, ctx)?;
    Ok(store::publication::of_calls(&app.db().read(), &[call.to_owned()]).await?.pop())
}

/// One entry of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The title of the call.
    pub title: String,
    /// The path of its page.
    pub href: String,
    /// When something of it was published last.
    pub updated_ms: i64,
    /// What it asks for.
    pub summary: String,
}

/// Calls for feed readers, whoever asks: what everybody may read, what was published last before the others.
///
/// # Errors
/// What the list refuses.
pub async fn feed(app: &App, ctx: &Ctx, filter: &Filter) -> Outcome<Vec<Line>> {
    may(app, ctx)?;
    let visitor = Ctx { actor: Actor::visitor(), once: None, ..ctx.clone() };
    let found = call_list(app, &visitor, filter, &Page { limit: FEED_MAX, cursor: None }).await?.items;
    let ids: Vec<String> = found.iter().map(|call| call.id.clone()).collect();
    let published = store::publication::of_calls(&app.db().read(), &ids).await?;
    let word = |zh: &str, en: &str| if ctx.locale == Locale::En && !en.is_empty() { en } else { zh }.to_owned();
    // Until its first release is written, a call is not in the feed: what else changes it is nobody's business outside.
    let line = |call: &crate::rules::call::Call| {
        let process = published.iter().find(|one| one.call == call.id)?;
        Some(Line {
            title: word(&call.title, &call.title_en),
            href: format!("/calls/{}", call.id),
            updated_ms: process.at_ms,
            summary: word(&call.summary, &call.summary_en),
        })
    };
    let mut lines: Vec<Line> = found.iter().filter_map(line).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.updated_ms));
    Ok(lines)
}
