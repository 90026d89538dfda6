//! Member cities as JSON.

use super::fact::{FactItem, SourceRef, source_ref};
use crate::actions::city::{city_list, city_view};
use crate::actions::home::{CityFigures, Tally};
use crate::corridor::Corridor;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::Method;
use axum::routing::get;
use kernel::Adcode;
use platform::capability::Route;
use platform::web::Problem;
use platform::web::page::PageQuery;
use platform::{App, Caller};
use rooms::api::paged::{Listed, cut};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A member city of the corridor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CityItem {
    /// Division code of GB/T 2260.
    #[schema(example = "310117")]
    pub adcode: String,
    /// Chinese name as people say it.
    #[schema(example = "松江")]
    pub name: String,
    /// English name as people say it.
    #[schema(example = "Songjiang")]
    pub name_en: String,
    /// Statutory Chinese name.
    pub full_name: String,
    /// `city` or `district`.
    pub level: String,
    /// The division above it.
    pub province: Option<PlaceRef>,
    /// Place in the corridor's own order, 1 first.
    pub order: Option<u32>,
    /// Year of joining, where a source says so.
    pub joined: Option<i32>,
    /// Id of that source.
    pub joined_source: Option<String>,
    /// Degrees east; schematic, datum not stated.
    pub longitude: Option<f64>,
    /// Degrees north; schematic, datum not stated.
    pub latitude: Option<f64>,
    /// Organisations in the city, invented ones left out.
    pub organisations: i64,
    /// The same by kind, the most frequent first.
    pub organisations_by_kind: Vec<KindCount>,
    /// Published needs.
    pub needs: TallyItem,
    /// Published offers.
    pub offers: TallyItem,
    /// Experts in the list.
    pub experts: TallyItem,
    /// Expert workstations of its enterprises, those that have ended among them.
    pub workstations: TallyItem,
    /// Proof-of-concept projects whose path leads through it.
    pub poc_projects: TallyItem,
    /// The city's page.
    pub url: String,
}

/// A member city with what sources say of its industries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CityDetail {
    /// What lists show.
    #[serde(flatten)]
    pub item: CityItem,
    /// Clusters and chains that a source names for the city.
    pub clusters: Vec<ClusterItem>,
}

/// A cluster or chain that a source names for a city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterItem {
    /// What it is, as a code of the pack.
    pub kind: String,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Remark, Chinese; may be empty.
    pub note: String,
    /// Remark, English; may be empty.
    pub note_en: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// As of when.
    pub as_of: String,
    /// Where it was said.
    pub source: SourceRef,
}

fn cluster(corridor: &Corridor, cluster: &pack::Cluster) -> ClusterItem {
    ClusterItem {
        kind: cluster.kind.code().to_owned(),
        name: cluster.name_zh.clone(),
        name_en: cluster.name_en.clone(),
        note: cluster.note_zh.clone(),
        note_en: cluster.note_en.clone(),
        segments: cluster.segments.clone(),
        as_of: cluster.as_of.clone(),
        source: source_ref(corridor, &cluster.source),
    }
}

/// A division by code and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlaceRef {
    /// Division code.
    pub adcode: String,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
}

impl PlaceRef {
    /// A division by its short names; its code stands for them where the corridor does not know it.
    pub fn of(corridor: &Corridor, adcode: Adcode) -> PlaceRef {
        let place = corridor.place(adcode);
        PlaceRef {
            adcode: adcode.to_string(),
            name: place.map_or_else(|| adcode.to_string(), |place| place.short_zh.clone()),
            name_en: place.map_or_else(|| adcode.to_string(), |place| place.short_en.clone()),
        }
    }
}

/// How many organisations are of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KindCount {
    /// The kind.
    pub kind: String,
    /// How many.
    pub count: i64,
}

/// A number of things; what was invented for the demonstration is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TallyItem {
    /// Real ones.
    pub count: i64,
    /// Ones of the demonstration.
    pub demo: i64,
}

impl From<Tally> for TallyItem {
    fn from(tally: Tally) -> TallyItem {
        TallyItem { count: tally.real, demo: tally.demo }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let route = |path, handler| Route { method: Method::GET, path, action: "city_view", journal: None, handler };
    vec![
        route("/api/v1/cities", get(cities)),
        route("/api/v1/cities/{adcode}", get(city)),
        route("/api/v1/cities/{adcode}/facts", get(city_facts)),
    ]
}

/// API document of this noun.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(cities, city, city_facts),
    components(schemas(CityItem, CityDetail, ClusterItem, PlaceRef, KindCount, TallyItem))
)]
pub struct Document;

/// A city as the API shows it.
pub(crate) fn item(corridor: &Corridor, city: &pack::Jurisdiction, figures: &CityFigures) -> CityItem {
    let province = city.parent.and_then(|parent| corridor.place(parent));
    let kind_count = |(kind, count): &(String, i64)| KindCount { kind: kind.clone(), count: *count };
    CityItem {
        adcode: city.adcode.to_string(),
        name: city.short_zh.clone(),
        name_en: city.short_en.clone(),
        full_name: city.name_zh.clone(),
        level: city.level.code().to_owned(),
        province: province.map(|place| PlaceRef {
            adcode: place.adcode.to_string(),
            name: place.name_zh.clone(),
            name_en: place.name_en.clone(),
        }),
        order: city.member_order,
        joined: city.joined,
        joined_source: city.joined_source.clone(),
        longitude: city.longitude,
        latitude: city.latitude,
        organisations: figures.organisations,
        organisations_by_kind: figures.kinds.iter().map(kind_count).collect(),
        needs: figures.needs.into(),
        offers: figures.offers.into(),
        experts: figures.experts.into(),
        workstations: figures.workstations.into(),
        poc_projects: figures.poc.into(),
        url: format!("/cities/{}", city.adcode),
    }
}

/// Member cities
///
/// In the corridor's own order.
#[utoipa::path(
    get,
    path = "/api/v1/cities",
    tag = "corridor",
    params(PageQuery),
    responses((status = 200, body = Listed<CityItem>), (status = 422, description = "A limit or cursor that cannot be read"))
)]
pub(crate) async fn cities(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listed<CityItem>>, Problem> {
    let (corridor, figures) = city_list(&app, &caller.ctx).await?;
    let empty = CityFigures::default();
    let of = |city: &pack::Jurisdiction| item(&corridor, city, figures.cities.get(&city.adcode).unwrap_or(&empty));
    Ok(Json(cut(corridor.cities().map(of).collect(), &page, |city| &city.adcode)?))
}

/// One member city
#[utoipa::path(
    get,
    path = "/api/v1/cities/{adcode}",
    tag = "corridor",
    params(("adcode" = String, Path, description = "Division code of a member city")),
    responses((status = 200, body = CityDetail), (status = 404, description = "No member city has this code"))
)]
pub(crate) async fn city(
    State(app): State<App>,
    caller: Caller,
    Path(adcode): Path<String>,
) -> Result<Json<CityDetail>, Problem> {
    let view = city_view(&app, &caller.ctx, &adcode).await?;
    let clusters = view.clusters().map(|one| cluster(&view.corridor, one)).collect();
    Ok(Json(CityDetail { item: item(&view.corridor, &view.city, &view.figures), clusters }))
}

/// Facts about one member city
///
/// In the order of their ids. Figures of larger areas are not among them.
#[utoipa::path(
    get,
    path = "/api/v1/cities/{adcode}/facts",
    tag = "corridor",
    params(("adcode" = String, Path, description = "Division code of a member city"),
        PageQuery),
    responses((status = 200, body = Listed<FactItem>), (status = 404, description = "No member city has this code"),
        (status = 422, description = "A limit or cursor that cannot be read"))
)]
pub(crate) async fn city_facts(
    State(app): State<App>,
    caller: Caller,
    Path(adcode): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listed<FactItem>>, Problem> {
    let view = city_view(&app, &caller.ctx, &adcode).await?;
    let items: Vec<FactItem> = view.facts().map(|fact| super::fact::item(&view.corridor, fact)).collect();
    Ok(Json(cut(items, &page, |fact| &fact.id)?))
}
