//! Segments and sources as JSON.

use super::city::TallyItem;
use crate::actions::corridor::{about_view, segment_list, source_list};
use crate::actions::home::home_view;
use crate::corridor::Corridor;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::Method;
use axum::routing::get;
use platform::capability::Route;
use platform::web::Problem;
use platform::web::page::PageQuery;
use platform::{App, Caller};
use rooms::api::paged::{Listed, cut};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An industry chain, or a segment of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentItem {
    /// Path from the chain.
    #[schema(example = "ic/wafer")]
    pub id: String,
    /// Segment above; null for a chain.
    pub parent: Option<String>,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Other words for it, either language.
    pub aliases: Vec<String>,
    /// Segments that deliver to it.
    pub upstream: Vec<String>,
    /// Segments that receive from it.
    pub downstream: Vec<String>,
    /// Id of the source.
    pub source: String,
}

/// A source of figures, organisations or statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceItem {
    /// Its id.
    #[schema(example = "article:000")]
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub title_en: String,
    /// `article`, `dataset` or `own`.
    pub kind: String,
    /// Year, month or day; may be empty.
    pub date: String,
    /// How the date is known: `printed`, `text`, `inferred` or `dataset`.
    pub date_basis: Option<String>,
    /// Whether it covers its subject only in part.
    pub partial: bool,
    /// Licence; empty for bare facts.
    pub licence: String,
    /// Remark, Chinese.
    pub note: String,
    /// Remark, English.
    pub note_en: String,
    /// Facts that rest on it.
    pub facts: i64,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let route = |path, action, handler| Route { method: Method::GET, path, action, journal: None, handler };
    vec![
        route("/api/v1/corridor", "home_view", get(corridor)),
        route("/api/v1/segments", "segment_view", get(segments)),
        route("/api/v1/sources", "source_view", get(sources)),
    ]
}

/// API document of this noun.
#[derive(utoipa::OpenApi)]
#[openapi(paths(corridor, segments, sources), components(schemas(CorridorItem, PackItem, SegmentItem, SourceItem)))]
pub struct Document;

/// The corridor and what is public in it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CorridorItem {
    /// The pack that says what the corridor is; null while none is loaded.
    pub pack: Option<PackItem>,
    /// Member cities.
    pub cities: i64,
    /// Organisations in member cities, invented ones left out.
    pub organisations: i64,
    /// Organisations elsewhere, of unknown city, or acting for a whole area.
    pub organisations_elsewhere: i64,
    /// Published needs.
    pub needs: TallyItem,
    /// Published offers.
    pub offers: TallyItem,
}

/// A pack of data: who publishes what, in which version, from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackItem {
    /// Its short identifier.
    #[schema(example = "g60")]
    pub id: String,
    /// Chinese name of the corridor.
    pub name: String,
    /// English name of the corridor.
    pub name_en: String,
    /// Chinese description.
    pub description: String,
    /// English description.
    pub description_en: String,
    /// Licence and provenance of the content.
    pub licence: String,
    /// Version of the content.
    pub version: String,
    /// Digest over its files, hexadecimal.
    pub digest: String,
    /// When it was loaded, epoch milliseconds UTC.
    pub loaded_ms: i64,
    /// Whether every organisation in it is invented.
    pub fictional: bool,
}

fn pack_item(corridor: &Corridor) -> Option<PackItem> {
    let meta = corridor.meta.as_ref()?;
    Some(PackItem {
        id: meta.id.clone(),
        name: meta.name_zh.clone(),
        name_en: meta.name_en.clone(),
        description: meta.description_zh.clone(),
        description_en: meta.description_en.clone(),
        licence: meta.licence.clone(),
        version: meta.version.clone(),
        digest: corridor.digest.clone(),
        loaded_ms: corridor.loaded_ms,
        fictional: meta.fictional,
    })
}

/// The corridor: what it is, where its data come from, and the figures of the home page
#[utoipa::path(get, path = "/api/v1/corridor", tag = "corridor", responses((status = 200, body = CorridorItem)))]
pub(crate) async fn corridor(State(app): State<App>, caller: Caller) -> Result<Json<CorridorItem>, Problem> {
    let corridor = about_view(&app, &caller.ctx).await?;
    let figures = home_view(&app, &caller.ctx).await?;
    Ok(Json(CorridorItem {
        pack: pack_item(&corridor),
        cities: i64::try_from(figures.cities.len()).unwrap_or(i64::MAX),
        organisations: figures.organisations,
        organisations_elsewhere: figures.organisations_elsewhere,
        needs: figures.needs.into(),
        offers: figures.offers.into(),
    }))
}

fn segment_item(corridor: &Corridor, segment: &pack::Segment) -> SegmentItem {
    SegmentItem {
        id: segment.id.clone(),
        parent: segment.parent.clone(),
        name: segment.name_zh.clone(),
        name_en: segment.name_en.clone(),
        aliases: segment.aliases.clone(),
        upstream: corridor.upstream(&segment.id).map(str::to_owned).collect(),
        downstream: corridor.downstream(&segment.id).map(str::to_owned).collect(),
        source: segment.source.clone(),
    }
}

/// A source as the API shows it.
pub(crate) fn source_item(corridor: &Corridor, source: &pack::Source) -> SourceItem {
    let facts = corridor.facts.iter().filter(|fact| fact.source == source.id).count();
    SourceItem {
        id: source.id.clone(),
        title: source.title_zh.clone(),
        title_en: source.title_en.clone(),
        kind: source.kind.clone(),
        date: source.date.clone(),
        date_basis: source.date_basis.map(|basis| basis.code().to_owned()),
        partial: source.partial,
        licence: source.licence.clone(),
        note: source.note_zh.clone(),
        note_en: source.note_en.clone(),
        facts: i64::try_from(facts).unwrap_or(i64::MAX),
    }
}

/// Chains and their segments
///
/// In the pack's order.
#[utoipa::path(
    get,
    path = "/api/v1/segments",
    tag = "corridor",
    params(PageQuery),
    responses((status = 200, body = Listed<SegmentItem>), (status = 422, description = "A limit or cursor that cannot be read"))
)]
pub(crate) async fn segments(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listed<SegmentItem>>, Problem> {
    let corridor = segment_list(&app, &caller.ctx).await?;
    let items = corridor.segments.iter().map(|segment| segment_item(&corridor, segment)).collect();
    Ok(Json(cut(items, &page, |segment: &SegmentItem| &segment.id)?))
}

/// Sources of everything the pack says
#[utoipa::path(
    get,
    path = "/api/v1/sources",
    tag = "corridor",
    params(PageQuery),
    responses((status = 200, body = Listed<SourceItem>), (status = 422, description = "A limit or cursor that cannot be read"))
)]
pub(crate) async fn sources(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listed<SourceItem>>, Problem> {
    let corridor = source_list(&app, &caller.ctx).await?;
    let items = corridor.sources.iter().map(|source| source_item(&corridor, source)).collect();
    Ok(Json(cut(items, &page, |source: &SourceItem| &source.id)?))
}
