//! The home page: the one job, the corridor, what moves now.

use super::drawing::drawing;
use crate::actions::home::{Card, Figures, home_view};
use crate::corridor::{self, Corridor};
use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;
use kernel::Adcode;
use platform::capability::Route;
use platform::web::parts::{self, Empty, Figure, Tag};
use platform::web::{self, Problem, Shell, T, html};
use platform::{App, Caller};

/// Routes of this page.
pub fn routes() -> Vec<Route> {
    vec![Route { method: Method::GET, path: "/", action: "home_view", journal: None, handler: get(home) }]
}

#[derive(Template)]
#[template(path = "registry/home.html")]
struct Home {
    shell: Shell,
    headline: String,
    lede: String,
    text_chars_max: usize,
    drawing: Option<web::Corridor>,
    figures: parts::Figures,
    needs: Cards,
    offers: Cards,
    loaded: bool,
}

/// The newest needs or offers as a section of a page.
#[derive(Template)]
#[template(path = "registry/home_cards.html")]
pub(super) struct Cards {
    t: T,
    heading: String,
    href: String,
    all: String,
    cards: Vec<CardShown>,
    empty: Empty,
}

impl askama::filters::HtmlSafe for Cards {}

struct CardShown {
    href: String,
    title: String,
    city: String,
    organisation: String,
    published_ms: i64,
    segments: Vec<String>,
    demo: Option<Tag>,
}

async fn home(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let figures = home_view(&app, &caller.ctx).await?;
    let corridor = corridor::of(&app);
    let t = caller.visit.t;
    let lede = t.with("home-lede", "cities", city_count(t, corridor.cities().len()));
    let page = Home {
        shell: caller.visit.shell("").describe(description(t, &corridor)).live("need offer"),
        headline: t.with("home-headline", "cities", city_count(t, corridor.cities().len())),
        lede,
        text_chars_max: kernel::limits::MATCH_TEXT_CHARS_MAX,
        drawing: drawing(t, "corridor", &corridor, &figures, None),
        figures: parts::Figures { figures: strip(t, &corridor, &figures) },
        needs: needs(t, &corridor, &figures.newest_needs, "/needs".into(), figures.needs.shown().0),
        offers: offers(t, &corridor, &figures.newest_offers, "/offers".into(), figures.offers.shown().0),
        loaded: corridor.meta.is_some(),
    };
    Ok(html(&page))
}

fn description(t: T, corridor: &Corridor) -> String {
    corridor
        .meta
        .as_ref()
        .map_or_else(String::new, |meta| t.pick(&meta.description_zh, &meta.description_en).to_owned())
}

/// A small number as a word, the way headlines have it; others as digits.
fn city_count(t: T, count: usize) -> String {
    const ZH: [&str; 13] = ["各", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
    const EN: [&str; 13] =
        ["the", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let words = if t.zh() { ZH } else { EN };
    words.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

/// The live figures: every one leads to the list behind it.
fn strip(t: T, corridor: &Corridor, figures: &Figures) -> Vec<Figure> {
    let tally = |key: &str, href: &str, tally: crate::actions::home::Tally| {
        let (number, demo) = tally.shown();
        Figure {
            label: t.msg(format!("home-figure-{key}")).into_owned(),
            value: t.num(number),
            unit: t.msg(format!("home-figure-{key}-unit")).into_owned(),
            note: if demo { t.msg("home-figure-demo").into_owned() } else { String::new() },
            href: href.to_owned(),
        }
    };
    let elsewhere = figures.organisations_elsewhere;
    vec![
        Figure {
            label: t.msg("home-figure-organisations").into_owned(),
            value: t.num(figures.organisations),
            unit: t.msg("home-figure-organisations-unit").into_owned(),
            note: if elsewhere > 0 { t.n("home-figure-elsewhere", elsewhere) } else { String::new() },
            href: "/organisations".into(),
        },
        tally("needs", "/needs", figures.needs),
        tally("offers", "/offers", figures.offers),
        Figure {
            label: t.msg("home-figure-facts").into_owned(),
            value: t.num(i64::try_from(corridor.facts.len()).unwrap_or(i64::MAX)),
            unit: t.msg("home-figure-facts-unit").into_owned(),
            note: t.msg("home-figure-facts-note").into_owned(),
            href: "/facts".into(),
        },
    ]
}

/// The newest needs, with the way to all of them.
pub(super) fn needs(t: T, corridor: &Corridor, cards: &[Card], href: String, total: i64) -> Cards {
    let empty = Empty::new(t.msg("home-needs-none"), t.msg("home-needs-none-text"))
        .action("/needs/new", t.msg("home-needs-new"));
    section(t, corridor, cards, ("home-needs", href, total), empty)
}

/// The newest offers, with the way to all of them.
pub(super) fn offers(t: T, corridor: &Corridor, cards: &[Card], href: String, total: i64) -> Cards {
    let empty = Empty::new(t.msg("home-offers-none"), t.msg("home-offers-none-text"))
        .action("/offers/new", t.msg("home-offers-new"));
    section(t, corridor, cards, ("home-offers", href, total), empty)
}

fn section(t: T, corridor: &Corridor, cards: &[Card], (key, href, total): (&str, String, i64), empty: Empty) -> Cards {
    let all = if cards.is_empty() { String::new() } else { t.n("home-all", total) };
    Cards {
        t,
        heading: t.msg(key).into_owned(),
        href,
        all,
        cards: cards.iter().map(|c| shown(t, corridor, c)).collect(),
        empty,
    }
}

/// Segments named on a card; more would push the title away.
const CARD_SEGMENTS_MAX: usize = 2;

fn shown(t: T, corridor: &Corridor, card: &Card) -> CardShown {
    let city = card.city.as_deref().and_then(|code| Adcode::parse(code).ok());
    CardShown {
        href: format!("/{}/{}", if card.offer { "offers" } else { "needs" }, card.id),
        title: t.pick(&card.title, &card.title_en).to_owned(),
        city: city.map(|code| corridor.place_name(code, t.locale)).unwrap_or_default(),
        organisation: t.pick(&card.organisation, card.organisation_en.as_deref().unwrap_or_default()).to_owned(),
        published_ms: card.published_ms,
        segments: card.segments.iter().take(CARD_SEGMENTS_MAX).map(|id| corridor.segment_name(id, t.locale)).collect(),
        demo: card.demo.then(|| Tag::demo(t)),
    }
}
