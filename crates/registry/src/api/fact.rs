//! Facts as JSON: every value with qualifier, unit, date, basis, area and source.

use crate::actions::fact::{fact_list, fact_view};
use crate::corridor::Corridor;
use crate::rules::fact::Filter;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::Method;
use axum::routing::get;
use kernel::Locale;
use platform::capability::Route;
use platform::web::Problem;
use platform::web::page::PageQuery;
use platform::{App, Caller};
use rooms::api::paged::{Listed, cut};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A figure with everything needed to read it rightly. Values of one `indicator_id` and area are alternatives of
/// different dates or sources; they must not be added up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FactItem {
    /// Identifier in the pack.
    #[schema(example = "F045")]
    pub id: String,
    /// `count`, `amount`, `ratio`, `rank`, `date`, `duration` or `spec`.
    pub kind: String,
    /// What the figure is about, Chinese.
    pub subject: String,
    /// What the figure is about, English.
    pub subject_en: String,
    /// Which indicator.
    pub indicator_id: String,
    /// What is measured, Chinese.
    pub indicator: String,
    /// What is measured, English.
    pub indicator_en: String,
    /// The value as text: `36000`, `1/7`, `1+7+N`, `1.1e16`, `2018-09`.
    #[schema(example = "1/7")]
    pub value: String,
    /// The value as a number where it is one; for drawing only.
    pub number: Option<f64>,
    /// Empty, `more-than`, `nearly`, `about`, `up-to`, `at-least`, `reaches`, `equals`, `range` or `order-of-magnitude`.
    pub qualifier: String,
    /// Unit, Chinese; may be empty.
    pub unit: String,
    /// Unit, English; may be empty.
    pub unit_en: String,
    /// Year, month, day, or a span `2016/2020`.
    pub as_of: String,
    /// How the date is known: `printed`, `text`, `inferred` or `dataset`.
    pub as_of_basis: String,
    /// How the date is known, in Chinese words.
    pub as_of_note: String,
    /// How the date is known, in English words.
    pub as_of_note_en: String,
    /// What the figure is an area of.
    pub area: AreaItem,
    /// Where it was said.
    pub source: SourceRef,
    /// Remark, Chinese; may be empty.
    pub note: String,
    /// Remark, English; may be empty.
    pub note_en: String,
}

/// A figure with what it said before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FactDetail {
    /// What lists show.
    #[serde(flatten)]
    pub item: FactItem,
    /// Former values, what was replaced last first.
    pub former: Vec<FormerFact>,
}

/// What a figure said before a newer pack replaced it, with its own date and source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FormerFact {
    /// The figure as it was.
    #[serde(flatten)]
    pub item: FactItem,
    /// Version of the pack that said it.
    pub pack_version: String,
    /// When it was replaced.
    pub replaced_ms: i64,
}

/// The area a figure is about: a place by its division code, or a named area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AreaItem {
    /// Division code or the area's id.
    #[schema(example = "310117")]
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
}

/// A source in short; the list of sources has the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceRef {
    /// Its id.
    #[schema(example = "article:000")]
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub title_en: String,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FactQuery {
    /// Division code or area id.
    #[serde(default)]
    pub area: String,
    /// Indicator id.
    #[serde(default)]
    pub indicator: String,
    /// Source id.
    #[serde(default)]
    pub source: String,
}

impl From<FactQuery> for Filter {
    fn from(query: FactQuery) -> Filter {
        Filter { area: query.area, indicator: query.indicator, source: query.source }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let route = |path, handler| Route { method: Method::GET, path, action: "fact_view", journal: None, handler };
    vec![route("/api/v1/facts", get(facts)), route("/api/v1/facts/{id}", get(fact))]
}

/// API document of this noun.
#[derive(utoipa::OpenApi)]
#[openapi(paths(facts, fact), components(schemas(FactItem, FactDetail, FormerFact, AreaItem, SourceRef)))]
pub struct Document;

/// A source in short.
pub(super) fn source_ref(corridor: &Corridor, id: &str) -> SourceRef {
    SourceRef {
        id: id.to_owned(),
        title: corridor.source_title(id, Locale::ZhCn),
        title_en: corridor.source_title(id, Locale::En),
    }
}

/// A fact as the API shows it.
pub(crate) fn item(corridor: &Corridor, fact: &pack::Fact) -> FactItem {
    FactItem {
        id: fact.id.clone(),
        kind: fact.kind.code().to_owned(),
        subject: fact.subject_zh.clone(),
        subject_en: fact.subject_en.clone(),
        indicator_id: fact.indicator_id.clone(),
        indicator: fact.indicator_zh.clone(),
        indicator_en: fact.indicator_en.clone(),
        value: fact.value.clone(),
        number: fact.number(),
        qualifier: fact.qualifier.code().to_owned(),
        unit: fact.unit_zh.clone(),
        unit_en: fact.unit_en.clone(),
        as_of: fact.as_of.clone(),
        as_of_basis: fact.as_of_basis.code().to_owned(),
        as_of_note: fact.as_of_note_zh.clone(),
        as_of_note_en: fact.as_of_note_en.clone(),
        area: AreaItem {
            id: fact.area.clone(),
            name: corridor.area_name(&fact.area, Locale::ZhCn),
            name_en: corridor.area_name(&fact.area, Locale::En),
        },
        source: source_ref(corridor, &fact.source),
        note: fact.note_zh.clone(),
        note_en: fact.note_en.clone(),
    }
}

/// Facts of all areas
///
/// In the order of their ids; narrowed by area, indicator and source.
#[utoipa::path(
    get,
    path = "/api/v1/facts",
    tag = "corridor",
    params(FactQuery, PageQuery),
    responses((status = 200, body = Listed<FactItem>), (status = 422, description = "A limit or cursor that cannot be read"))
)]
pub(crate) async fn facts(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<FactQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listed<FactItem>>, Problem> {
    let list = fact_list(&app, &caller.ctx, &filter.into()).await?;
    let items: Vec<FactItem> = list.facts.iter().map(|fact| item(&list.corridor, fact)).collect();
    Ok(Json(cut(items, &page, |fact| &fact.id)?))
}

/// One fact with its former values
///
/// A newer pack replaces a value; what it said before stays, with its own date and source.
#[utoipa::path(
    get,
    path = "/api/v1/facts/{id}",
    tag = "corridor",
    params(("id" = String, Path, description = "Identifier in the pack")),
    responses((status = 200, body = FactDetail), (status = 404, description = "No fact has this id"))
)]
pub(crate) async fn fact(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<FactDetail>, Problem> {
    let view = fact_view(&app, &caller.ctx, &id).await?;
    let former = view.former.iter().map(|former| FormerFact {
        item: item(&view.corridor, &former.fact),
        pack_version: former.version.clone(),
        replaced_ms: former.replaced_ms,
    });
    Ok(Json(FactDetail { item: item(&view.corridor, &view.fact), former: former.collect() }))
}
