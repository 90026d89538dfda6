//! Search as JSON.

use crate::actions::matching::search;
use crate::corridor::{self, Corridor};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::Method;
use axum::routing::get;
use kernel::{Adcode, Locale, Refusal};
use platform::capability::Route;
use platform::web::Problem;
use platform::web::page::{PageQuery, cursor_refused};
use platform::{App, Caller};
use search::{Filters, Hit, SearchRequest, SearchResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a search asks, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SearchQuery {
    /// The words.
    pub q: String,
    /// Kinds, separated by commas.
    pub kind: String,
    /// Division codes, separated by commas.
    pub city: String,
    /// Status codes, separated by commas.
    pub status: String,
    /// Segment ids, separated by commas.
    pub segment: String,
    /// Years, separated by commas.
    pub year: String,
}

impl SearchQuery {
    /// The request to the index; `cursor` is the number of results before this page.
    ///
    /// # Errors
    /// A year that is no number, or a cursor that is not ours.
    pub fn request(&self, page: &PageQuery) -> Result<SearchRequest, Refusal> {
        let page = page.page()?;
        let offset = match &page.cursor {
            Some(cursor) => cursor.parse().map_err(|_| cursor_refused())?,
            None => 0,
        };
        let years: Result<Vec<i64>, _> = split(&self.year).into_iter().map(|year| year.parse::<i64>()).collect();
        let year = years.map_err(|_| {
            Refusal::invalid("filter-invalid", "年份须为四位数字。", "A year is a number of four digits.").at("year")
        })?;
        let filters = Filters {
            kind: split(&self.kind),
            city: split(&self.city),
            status: split(&self.status),
            segment: split(&self.segment),
            year,
            id: Vec::new(),
        };
        Ok(SearchRequest { text: self.q.clone(), filters, limit: page.limit, offset, facets: true })
    }
}

fn split(values: &str) -> Vec<String> {
    values.split(',').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect()
}

/// A place by code and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CityName {
    /// Division code.
    pub adcode: String,
    /// Name in the reader's language.
    pub name: String,
}

impl CityName {
    /// A place of a result; none where the result has none.
    pub fn of(corridor: &Corridor, city: Option<&str>, locale: Locale) -> Option<CityName> {
        let adcode = city?.to_owned();
        let name = Adcode::parse(&adcode).map_or_else(|_| adcode.clone(), |code| corridor.place_name(code, locale));
        Some(CityName { adcode, name })
    }
}

/// One result.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SearchItem {
    /// `organisation`, `need` or `offer`.
    pub kind: String,
    /// Opaque id.
    pub id: String,
    /// Name or title as written.
    pub name: String,
    /// English name or title.
    pub name_en: Option<String>,
    /// Where it is.
    pub city: Option<CityName>,
    /// Path on this site.
    pub url: String,
    /// Higher is better, within one answer.
    pub score: f32,
    /// Invented for the demonstration.
    pub demo: bool,
    /// Status codes.
    pub statuses: Vec<String>,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Where the words were found, as safe HTML with `<mark>`.
    pub highlights: Vec<String>,
}

/// How many results have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetItem {
    /// The value.
    pub value: String,
    /// Results.
    pub count: usize,
}

/// Counts by field over all results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetItems {
    /// By kind.
    pub kind: Vec<FacetItem>,
    /// By division code.
    pub city: Vec<FacetItem>,
    /// By status.
    pub status: Vec<FacetItem>,
    /// By segment.
    pub segment: Vec<FacetItem>,
    /// By year.
    pub year: Vec<FacetItem>,
}

/// A page of results.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SearchPage {
    /// Best first.
    pub items: Vec<SearchItem>,
    /// Number of results.
    pub total: usize,
    /// False: there are at least `total`.
    pub total_exact: bool,
    /// Too few hold every word, so results that hold some of them are here too.
    pub relaxed: bool,
    /// The next page.
    pub next: Option<String>,
    /// Counts for narrowing.
    pub facets: FacetItems,
}

/// Routes of search.
pub fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/api/v1/search",
        action: "search_view",
        journal: None,
        handler: get(search_json),
    }]
}

/// API document of search.
#[derive(utoipa::OpenApi)]
#[openapi(paths(search_json), components(schemas(SearchPage, SearchItem, FacetItems, FacetItem, CityName)))]
pub struct Document;

/// The cursor of the next page, if there is one.
pub fn next_cursor(request_offset: usize, response: &SearchResponse) -> Option<String> {
    let seen = request_offset + response.hits.len();
    (seen < response.total && !response.hits.is_empty()).then(|| seen.to_string())
}

/// Searches organisations, needs and offers.
#[utoipa::path(get, path = "/api/v1/search", tag = "search",
    params(("q" = Option<String>, Query, description = "Words, Chinese or English, pinyin or initials; everything if left out"), ("kind" = Option<String>, Query), ("city" = Option<String>, Query),
        ("status" = Option<String>, Query), ("segment" = Option<String>, Query), ("year" = Option<String>, Query),
        PageQuery),
    responses((status = 200, body = SearchPage), (status = 422, description = "A limit was passed (problem+json)")))]
pub async fn search_json(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<SearchPage>, Problem> {
    let request = query.request(&page)?;
    let offset = request.offset;
    let response = search(&app, &caller.ctx, request).await?;
    Ok(Json(shown(&corridor::of(&app), offset, response, caller.ctx.locale)))
}

/// The answer of the index as the API and the command line show it.
pub fn shown(corridor: &Corridor, offset: usize, response: SearchResponse, locale: Locale) -> SearchPage {
    let next = next_cursor(offset, &response);
    let items = response.hits.iter().map(|hit| item(corridor, hit, locale)).collect();
    let counts = |values: Vec<search::FacetCount>| {
        values.into_iter().map(|f| FacetItem { value: f.value, count: f.count }).collect::<Vec<FacetItem>>()
    };
    let facets = FacetItems {
        kind: counts(response.facets.kind),
        city: counts(response.facets.city),
        status: counts(response.facets.status),
        segment: counts(response.facets.segment),
        year: counts(response.facets.year),
    };
    SearchPage {
        items,
        total: response.total,
        total_exact: response.total_exact,
        relaxed: response.relaxed,
        next,
        facets,
    }
}

fn item(corridor: &Corridor, hit: &Hit, locale: Locale) -> SearchItem {
    SearchItem {
        kind: hit.kind.clone(),
        id: hit.id.clone(),
        name: hit.title.clone(),
        name_en: hit.name_en.clone(),
        city: CityName::of(corridor, hit.city.as_deref(), locale),
        url: hit.url.clone(),
        score: hit.score,
        demo: hit.demo,
        statuses: hit.statuses.clone(),
        segments: hit.segments.clone(),
        highlights: hit.highlights.iter().map(search::Highlight::to_html).collect(),
    }
}
