//! Segments and sources as JSON.

use super::paged::{Listed, cut};
use crate::actions::corridor::{segment_list, source_list};
use crate::corridor::Corridor;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::Method;
use axum::routing::get;
use platform::capability::Route;
use platform::web::Problem;
use platform::web::page::PageQuery;
use platform::{App, Caller};
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
        route("/api/v1/segments", "segment_view", get(segments)),
        route("/api/v1/sources", "source_view", get(sources)),
    ]
}

/// API document of this noun.
#[derive(utoipa::OpenApi)]
#[openapi(paths(segments, sources), components(schemas(SegmentItem, SourceItem)))]
pub struct Document;

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
