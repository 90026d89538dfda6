//! The member cities: all of them, and a page for each.

use super::drawing::drawing;
use super::figures::{CSV_COLUMNS, basis_word, chart, csv_row, former_table, source_href, table};
use super::home::{Cards, needs, offers};
use crate::actions::city::{CityView, city_list, city_view};
use crate::actions::fact::fact_former_list;
use crate::actions::home::{CityFigures, Figures, Tally, home_view};
use crate::api;
use crate::corridor::Corridor;
use crate::rules::fact::{as_of_text, groups};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use platform::capability::Route;
use platform::charts::{Bar, Bars, Caption, Ranges};
use platform::web::kinds::DetailFrame;
use platform::web::page::{Csv, Form, wants};
use platform::web::parts::{self, Cell, Column, Crumbs, Fact, Facts, Figure, Source, Table, Tag, Tone};
use platform::web::{self, Problem, Shell, T, html};
use platform::{App, Caller};

/// Routes of these pages.
pub fn routes() -> Vec<Route> {
    let route = |path, handler| Route { method: Method::GET, path, action: "city_view", journal: None, handler };
    vec![route("/cities", get(cities)), route("/cities/{adcode}", get(city))]
}

#[derive(Template)]
#[template(path = "registry/cities.html")]
struct Cities {
    shell: Shell,
    heading: String,
    lede: String,
    drawing: Option<web::Corridor>,
    table: Table,
    empty: bool,
}

async fn cities(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    let (corridor, figures) = city_list(&app, &caller.ctx).await?;
    let t = caller.visit.t;
    match wants(&caller.visit.query, "/cities", &headers) {
        Form::Json => return Ok(cities_json(&corridor, &figures)),
        Form::Csv => return Ok(cities_csv(&corridor, &figures)),
        Form::Html => {}
    }
    let page = Cities {
        shell: caller.visit.shell(t.msg("city-title")),
        heading: t.msg("city-title").into_owned(),
        lede: t.msg("city-lede").into_owned(),
        drawing: drawing(t, "corridor", &corridor, &figures, None),
        table: cities_table(t, &corridor, &figures),
        empty: corridor.cities().len() == 0,
    };
    Ok(html(&page))
}

fn cities_table(t: T, corridor: &Corridor, figures: &Figures) -> Table {
    let columns = vec![
        Column::words(t.msg("city-column-name")),
        Column::words(t.msg("city-column-province")),
        Column::numbers(t.msg("city-joined"), ""),
        Column::numbers(t.msg("city-organisations"), ""),
        Column::numbers(t.msg("city-needs"), ""),
        Column::numbers(t.msg("city-offers"), ""),
    ];
    let empty = CityFigures::default();
    let mut table = Table::new(t, t.msg("city-table"), columns);
    table.csv_href = "/cities?format=csv".into();
    corridor.cities().fold(table, |table, city| {
        let of = figures.cities.get(&city.adcode).unwrap_or(&empty);
        let province = city.parent.and_then(|parent| corridor.place(parent));
        let joined = match (city.joined, &city.joined_source) {
            (Some(year), Some(source)) => Cell::Link { href: source_href(source), text: year.to_string() },
            (Some(year), None) => Cell::Text(year.to_string()),
            (None, _) => Cell::Missing,
        };
        let list =
            |noun: &str, number: i64| Cell::Link { href: format!("/{noun}?city={}", city.adcode), text: t.num(number) };
        table.row(vec![
            Cell::Link {
                href: format!("/cities/{}", city.adcode),
                text: t.pick(&city.short_zh, &city.short_en).to_owned(),
            },
            province.map_or(Cell::Missing, |place| Cell::Text(t.pick(&place.name_zh, &place.name_en).to_owned())),
            joined,
            list("organisations", of.organisations),
            list("needs", of.needs.shown().0),
            list("offers", of.offers.shown().0),
        ])
    })
}

fn items(corridor: &Corridor, figures: &Figures) -> Vec<api::city::CityItem> {
    let empty = CityFigures::default();
    let item = |city| api::city::item(corridor, city, figures.cities.get(&city.adcode).unwrap_or(&empty));
    corridor.cities().map(item).collect()
}

fn cities_json(corridor: &Corridor, figures: &Figures) -> Response {
    let items = items(corridor, figures);
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    web::page::List { items, total, next: None }.into_response()
}

fn cities_csv(corridor: &Corridor, figures: &Figures) -> Response {
    let heading = [
        "adcode",
        "name",
        "name_en",
        "province",
        "joined",
        "joined_source",
        "organisations",
        "needs",
        "offers",
        "needs_demo",
        "offers_demo",
        "experts",
        "workstations",
        "poc_projects",
        "experts_demo",
        "workstations_demo",
        "poc_projects_demo",
    ];
    let mut csv = Csv::new("cities", heading);
    for city in items(corridor, figures) {
        csv.row([
            city.adcode,
            city.name,
            city.name_en,
            city.province.map(|place| place.name).unwrap_or_default(),
            city.joined.map(|year| year.to_string()).unwrap_or_default(),
            city.joined_source.unwrap_or_default(),
            city.organisations.to_string(),
            city.needs.count.to_string(),
            city.offers.count.to_string(),
            city.needs.demo.to_string(),
            city.offers.demo.to_string(),
            city.experts.count.to_string(),
            city.workstations.count.to_string(),
            city.poc_projects.count.to_string(),
            city.experts.demo.to_string(),
            city.workstations.demo.to_string(),
            city.poc_projects.demo.to_string(),
        ]);
    }
    csv.into_response()
}

/// Charts and rows of figures that are open at once: Songjiang alone has more than a hundred figures, and what a city
/// needs and offers stands below them.
const CHARTS_OPEN_MAX: usize = 4;
const FACTS_OPEN_MAX: usize = 20;

#[derive(Template)]
#[template(path = "registry/city.html")]
struct City {
    shell: Shell,
    detail: DetailFrame,
    figures: parts::Figures,
    organisations: Option<Bars>,
    charts: Vec<Ranges>,
    /// Charts that are folded away at first.
    more_charts: Vec<Ranges>,
    facts: Option<Table>,
    former: Option<Table>,
    api_href: String,
    json_href: String,
    clusters: Vec<ClusterShown>,
    needs: Cards,
    offers: Cards,
    drawing: Option<web::Corridor>,
}

struct ClusterShown {
    name: String,
    kind: String,
    note: String,
    segments: Vec<(String, String)>,
    source: Source,
}

async fn city(
    State(app): State<App>,
    caller: Caller,
    Path(adcode): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = city_view(&app, &caller.ctx, &adcode).await?;
    let t = caller.visit.t;
    match wants(&caller.visit.query, "/cities", &headers) {
        Form::Json => return Ok(facts_json(&view)),
        Form::Csv => return Ok(facts_csv(t, &view)),
        Form::Html => {}
    }
    let ids: Vec<String> = view.facts().map(|fact| fact.id.clone()).collect();
    let former = fact_former_list(&app, &caller.ctx, &ids).await?;
    let whole = home_view(&app, &caller.ctx).await?;
    let name = t.pick(&view.city.short_zh, &view.city.short_en).to_owned();
    let groups = groups(view.facts());
    let caption = t.with("city-facts-caption", "city", &name);
    let former_caption = t.with("city-former-caption", "city", &name);
    let mut facts = table(t, &view.corridor, caption, &groups);
    facts.csv_href = format!("/cities/{adcode}?format=csv");
    let mut charts: Vec<Ranges> = groups.iter().filter_map(|group| chart(t, &view.corridor, group)).collect();
    let more_charts = charts.split_off(charts.len().min(CHARTS_OPEN_MAX));
    let page = City {
        shell: caller.visit.shell(name.clone()).here("/cities"),
        detail: frame(t, &view, name),
        figures: parts::Figures { figures: strip(t, &view) },
        organisations: bars(t, &view),
        charts,
        more_charts,
        facts: (!facts.rows.is_empty()).then_some(facts),
        former: former_table(t, &view.corridor, former_caption, &former),
        api_href: format!("/api/v1/cities/{adcode}/facts"),
        json_href: format!("/cities/{adcode}?format=json"),
        clusters: view.clusters().map(|cluster| cluster_shown(t, &view.corridor, cluster)).collect(),
        needs: needs(
            t,
            &view.corridor,
            &view.figures.newest_needs,
            list_href("needs", &adcode),
            view.figures.needs.shown().0,
        ),
        offers: offers(
            t,
            &view.corridor,
            &view.figures.newest_offers,
            list_href("offers", &adcode),
            view.figures.offers.shown().0,
        ),
        drawing: drawing(t, "corridor", &view.corridor, &whole, Some(view.city.adcode)),
    };
    Ok(html(&page))
}

fn list_href(noun: &str, adcode: &str) -> String {
    format!("/{noun}?city={adcode}")
}

fn frame(t: T, view: &CityView, name: String) -> DetailFrame {
    let other = if t.zh() { &view.city.name_en } else { &view.city.name_zh };
    DetailFrame {
        crumbs: Crumbs::new(t, name.clone()).over("/cities", t.msg("city-title")),
        heading: name,
        other_name: other.clone(),
        tags: vec![Tag::new(Tone::Pine, t.msg("city-member"))],
        lede: String::new(),
        phases: None,
        facts: vec![side(t, view)],
        actions: Vec::new(),
        source: None,
        proof: None,
    }
}

fn side(t: T, view: &CityView) -> Facts {
    let city = &view.city;
    let mut facts = vec![Fact::new(t.msg("city-full-name"), t.pick(&city.name_zh, &city.name_en))];
    if let Some(province) = view.province() {
        facts.push(Fact::new(t.msg("city-column-province"), t.pick(&province.name_zh, &province.name_en)));
    }
    facts.push(Fact::new(t.msg("city-adcode"), city.adcode.to_string()));
    facts.push(match (city.joined, &city.joined_source) {
        (Some(year), source) => {
            let fact = Fact::new(t.msg("city-joined"), year.to_string());
            match source {
                Some(id) => fact.source(plain_source(t, &view.corridor, id)),
                None => fact,
            }
        }
        (None, _) => Fact::new(t.msg("city-joined"), t.msg("city-joined-unknown")),
    });
    if let (Some(longitude), Some(latitude)) = (city.longitude, city.latitude) {
        let place =
            t.args("city-place-value", &[("longitude", longitude.to_string()), ("latitude", latitude.to_string())]);
        facts.push(Fact::new(t.msg("city-place"), place).source(plain_source(t, &view.corridor, &city.source)));
    }
    Facts { title: String::new(), facts }
}

/// A source with its own date, for what is no figure.
fn plain_source(t: T, corridor: &Corridor, id: &str) -> Source {
    let source = corridor.source(id);
    Source {
        t,
        area: String::new(),
        as_of: source.map(|s| as_of_text(&s.date)).unwrap_or_default(),
        basis: source.and_then(|s| s.date_basis).map(|basis| basis_word(t, basis)).unwrap_or_default(),
        title: corridor.source_title(id, t.locale),
        href: source_href(id),
        unverified: false,
    }
}

fn strip(t: T, view: &CityView) -> Vec<Figure> {
    let figure = |key: &str, noun: &str, number: i64, note: String| Figure {
        label: t.msg(key).into_owned(),
        value: t.num(number),
        unit: String::new(),
        note,
        href: list_href(noun, &view.city.adcode.to_string()),
    };
    let tally = |key: &str, noun: &str, tally: Tally| {
        let (number, demo) = tally.shown();
        figure(key, noun, number, if demo { t.msg("home-figure-demo").into_owned() } else { String::new() })
    };
    vec![
        figure("city-organisations", "organisations", view.figures.organisations, String::new()),
        tally("city-needs", "needs", view.figures.needs),
        tally("city-offers", "offers", view.figures.offers),
        tally("city-experts", "experts", view.figures.experts),
        tally("city-workstations", "workstations", view.figures.workstations),
        tally("city-poc", "poc", view.figures.poc),
    ]
}

fn bars(t: T, view: &CityView) -> Option<Bars> {
    if view.figures.kinds.is_empty() {
        return None;
    }
    let adcode = view.city.adcode;
    let bar = |(kind, count): &(String, i64)| {
        // Counts of one city are far below 2^53.
        let mut bar = Bar::new(kind_word(t, kind), *count as f64, t.num(*count));
        bar.href = format!("/organisations?city={adcode}&kind={kind}");
        bar
    };
    let caption = Caption::new(t, t.msg("city-organisations-kinds"), "");
    Some(Bars { caption, bars: view.figures.kinds.iter().map(bar).collect() })
}

/// The word for a kind of organisation.
fn kind_word(t: T, kind: &str) -> String {
    t.msg(format!("city-kind-{kind}")).into_owned()
}

fn cluster_shown(t: T, corridor: &Corridor, cluster: &pack::Cluster) -> ClusterShown {
    let segment =
        |id: &String| (format!("/organisations?segment={}", parts::encode(id)), corridor.segment_name(id, t.locale));
    ClusterShown {
        name: t.pick(&cluster.name_zh, &cluster.name_en).to_owned(),
        kind: t.msg(format!("city-cluster-{}", cluster.kind.code())).into_owned(),
        note: t.pick(&cluster.note_zh, &cluster.note_en).to_owned(),
        segments: cluster.segments.iter().map(segment).collect(),
        source: Source {
            t,
            area: String::new(),
            as_of: as_of_text(&cluster.as_of),
            basis: basis_word(t, cluster.as_of_basis),
            title: corridor.source_title(&cluster.source, t.locale),
            href: source_href(&cluster.source),
            unverified: false,
        },
    }
}

fn facts_json(view: &CityView) -> Response {
    let items: Vec<_> = view.facts().map(|fact| api::fact::item(&view.corridor, fact)).collect();
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    web::page::List { items, total, next: None }.into_response()
}

fn facts_csv(t: T, view: &CityView) -> Response {
    let mut csv = Csv::new(&format!("facts-{}", view.city.adcode), CSV_COLUMNS);
    view.facts().for_each(|fact| csv.row(csv_row(t, &view.corridor, fact)));
    csv.into_response()
}
