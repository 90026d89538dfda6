//! The corridor in memory: what the loaded pack says of places, chains, sources and figures.
//!
//! A snapshot is immutable; [`of`] gives the newest one, the same on every node once the journal is followed.
//! Before any pack is loaded it is empty: no cities, no facts, no drawing.

use crate::actions::home;
use crate::kept::Kept;
use crate::store;
use kernel::{Adcode, Locale, WorkCalendar};
use platform::db::Conn;
use platform::{App, Outcome};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Everything of a pack but its organisations, with the indexes that reading needs.
#[derive(Debug, Clone, Default)]
pub struct Corridor {
    /// Who the pack is; none before one is loaded.
    pub meta: Option<pack::Meta>,
    /// Digest of the loaded pack, 64 hexadecimal digits; empty before one is loaded.
    pub digest: String,
    /// When it was loaded, epoch milliseconds UTC.
    pub loaded_ms: i64,
    /// Nation, provinces, cities and districts.
    pub jurisdictions: Vec<pack::Jurisdiction>,
    /// Areas that are no places.
    pub areas: Vec<pack::Area>,
    /// Sources in the pack's order.
    pub sources: Vec<pack::Source>,
    /// Clusters in the pack's order.
    pub clusters: Vec<pack::Cluster>,
    /// Chains and segments in the pack's order, a forest.
    pub segments: Vec<pack::Segment>,
    /// Edges upstream → downstream.
    pub edges: Vec<pack::SegmentEdge>,
    /// Figures, all values.
    pub facts: Vec<pack::Fact>,
    /// The picture.
    pub drawing: Option<pack::Drawing>,
    /// Dictionary words.
    pub terms: Vec<pack::Term>,
    /// Pairs of words a search treats as one.
    pub synonyms: Vec<pack::Synonym>,
    /// What the source material named and the pack left out.
    pub left_outs: Vec<pack::LeftOut>,
    /// Working days.
    pub calendar: WorkCalendar,
    members: Vec<usize>,
    by_adcode: HashMap<Adcode, usize>,
    by_segment: HashMap<String, usize>,
    by_source: HashMap<String, usize>,
    by_area: HashMap<String, usize>,
}

/// Reads the pack's data and keeps it with the house. Called once at start, before anything is served.
///
/// # Errors
/// When the database cannot be read.
pub async fn open(app: &App) -> Outcome<()> {
    Kept::<Corridor>::open(
        app,
        |entry| entry.kind == "pack.loaded",
        |app| {
            Box::pin(async move {
                let corridor = load(&app.db().read()).await?;
                let name = |place: &pack::Jurisdiction| {
                    (place.adcode.to_string(), kernel::Text::new(&place.short_zh, &place.short_en))
                };
                app.site().places_set(corridor.jurisdictions.iter().map(name).collect());
                if let Some(meta) = &corridor.meta {
                    app.site().tagline_set(kernel::Text::new(&meta.name_zh, &meta.name_en));
                }
                Ok(corridor)
            })
        },
    )
    .await?;
    home::open(app).await
}

/// Makes the snapshot and the figures ready: reads them at the first call, again after a load.
pub(crate) async fn ready(app: &App, changed: bool) -> Outcome<()> {
    if app.extension::<Kept<Corridor>>().is_none() {
        return open(app).await;
    }
    if changed {
        Kept::<Corridor>::renew(app).await?;
        home::renew(app).await?;
    }
    Ok(())
}

/// The corridor as it is now; empty before [`open`] or while no pack is loaded.
pub fn of(app: &App) -> Arc<Corridor> {
    static EMPTY: LazyLock<Arc<Corridor>> = LazyLock::new(Arc::default);
    Kept::<Corridor>::of(app).unwrap_or_else(|| Arc::clone(&EMPTY))
}

/// The corridor as a connection sees it, for actions that need it inside their transaction.
pub async fn load(conn: &Conn) -> Outcome<Corridor> {
    let saved = store::corridor::load(conn).await?;
    let mut corridor = Corridor {
        jurisdictions: saved.jurisdictions,
        areas: saved.areas,
        sources: saved.sources,
        clusters: saved.clusters,
        segments: saved.segments,
        edges: saved.edges,
        facts: store::fact::load(conn).await?,
        drawing: saved.drawing,
        terms: saved.terms,
        synonyms: saved.synonyms,
        left_outs: saved.left_outs,
        ..Corridor::default()
    };
    let mut years = Vec::new();
    if let Some(newest) = store::pack::newest(conn).await? {
        years.clone_from(&newest.meta.calendar_years);
        corridor.meta = Some(newest.meta);
        corridor.digest = newest.digest;
        corridor.loaded_ms = newest.loaded_ms;
    }
    corridor.calendar = WorkCalendar::new(years, saved.calendar.iter().map(|day| (day.date, day.kind)));
    Ok(corridor.indexed())
}

impl Corridor {
    /// The snapshot of a pack that is not in a database: for tools and tests.
    pub fn of_pack(pack: &pack::Pack) -> Corridor {
        let days = pack.calendar.iter().map(|day| (day.date, day.kind));
        Corridor {
            meta: Some(pack.meta.clone()),
            digest: pack.digest.clone(),
            jurisdictions: pack.jurisdictions.clone(),
            areas: pack.areas.clone(),
            sources: pack.sources.clone(),
            clusters: pack.clusters.clone(),
            segments: pack.segments.clone(),
            edges: pack.edges.clone(),
            facts: pack.facts.clone(),
            drawing: Some(pack.drawing.clone()),
            terms: pack.terms.clone(),
            synonyms: pack.synonyms.clone(),
            left_outs: pack.left_outs.clone(),
            calendar: WorkCalendar::new(pack.meta.calendar_years.iter().copied(), days),
            ..Corridor::default()
        }
        .indexed()
    }

    /// Places and nothing else, for tests of what only needs the tree.
    #[cfg(test)]
    pub(crate) fn of_places(jurisdictions: Vec<pack::Jurisdiction>) -> Corridor {
        Corridor { jurisdictions, ..Corridor::default() }.indexed()
    }

    fn indexed(mut self) -> Corridor {
        self.by_adcode = self.jurisdictions.iter().enumerate().map(|(at, j)| (j.adcode, at)).collect();
        self.by_segment = self.segments.iter().enumerate().map(|(at, s)| (s.id.clone(), at)).collect();
        self.by_source = self.sources.iter().enumerate().map(|(at, s)| (s.id.clone(), at)).collect();
        self.by_area = self.areas.iter().enumerate().map(|(at, a)| (a.id.clone(), at)).collect();
        let mut members: Vec<usize> =
            (0..self.jurisdictions.len()).filter(|at| self.jurisdictions[*at].member).collect();
        members.sort_by_key(|at| {
            (self.jurisdictions[*at].member_order.unwrap_or(u32::MAX), self.jurisdictions[*at].adcode)
        });
        self.members = members;
        self
    }

    /// The member cities in the corridor's own order.
    pub fn cities(&self) -> impl ExactSizeIterator<Item = &pack::Jurisdiction> {
        self.members.iter().map(|at| &self.jurisdictions[*at])
    }

    /// A member city by its code.
    pub fn city(&self, adcode: Adcode) -> Option<&pack::Jurisdiction> {
        self.place(adcode).filter(|place| place.member)
    }

    /// Any known place by its code, member or not.
    pub fn place(&self, adcode: Adcode) -> Option<&pack::Jurisdiction> {
        self.by_adcode.get(&adcode).map(|at| &self.jurisdictions[*at])
    }

    /// A place as people say it, or its code where the pack does not know it.
    pub fn place_name(&self, adcode: Adcode, locale: Locale) -> String {
        match self.place(adcode) {
            Some(place) => pick(locale, &place.short_zh, &place.short_en).to_owned(),
            None => adcode.to_string(),
        }
    }

    /// The member city a place lies in: itself, or the nearest member above it in the tree.
    pub fn member_above(&self, adcode: Adcode) -> Option<Adcode> {
        let mut at = self.place(adcode)?;
        // The tree has four levels; the pack's check refuses circles.
        for _ in 0..8 {
            if at.member {
                return Some(at.adcode);
            }
            at = self.place(at.parent?)?;
        }
        None
    }

    /// The name of what a figure is about: a place's code or an area's id.
    pub fn area_name(&self, area: &str, locale: Locale) -> String {
        if let Some(found) = self.by_area.get(area).map(|at| &self.areas[*at]) {
            return pick(locale, &found.name_zh, &found.name_en).to_owned();
        }
        Adcode::parse(area).map_or_else(|_| area.to_owned(), |adcode| self.place_name(adcode, locale))
    }

    /// The id of the area that is the corridor itself.
    pub fn own_area(&self) -> Option<&str> {
        self.meta.as_ref().map(|meta| meta.area.as_str())
    }

    /// A source by its id.
    pub fn source(&self, id: &str) -> Option<&pack::Source> {
        self.by_source.get(id).map(|at| &self.sources[*at])
    }

    /// A source's title, or its id where the pack does not know it.
    pub fn source_title(&self, id: &str, locale: Locale) -> String {
        self.source(id).map_or_else(|| id.to_owned(), |s| pick(locale, &s.title_zh, &s.title_en).to_owned())
    }

    /// A chain or segment by its id.
    pub fn segment(&self, id: &str) -> Option<&pack::Segment> {
        self.by_segment.get(id).map(|at| &self.segments[*at])
    }

    /// A segment's name, or its id where the pack does not know it.
    pub fn segment_name(&self, id: &str, locale: Locale) -> String {
        self.segment(id).map_or_else(|| id.to_owned(), |s| pick(locale, &s.name_zh, &s.name_en).to_owned())
    }

    /// From the chain down to the segment itself; empty where the pack does not know it.
    pub fn segment_path(&self, id: &str) -> Vec<&pack::Segment> {
        let mut path = Vec::new();
        let mut at = self.segment(id);
        while let Some(segment) = at {
            // A damaged tree ends here instead of turning for ever.
            if path.len() > self.segments.len() {
                break;
            }
            path.push(segment);
            at = segment.parent.as_deref().and_then(|parent| self.segment(parent));
        }
        path.reverse();
        path
    }

    /// Whether a segment is another one or lies below it.
    pub fn segment_within(&self, id: &str, above: &str) -> bool {
        self.segment_path(id).iter().any(|segment| segment.id == above)
    }

    /// The segments directly below one, or the chains for `None`.
    pub fn segments_below<'a>(&'a self, parent: Option<&'a str>) -> impl Iterator<Item = &'a pack::Segment> {
        self.segments.iter().filter(move |segment| segment.parent.as_deref() == parent)
    }

    /// Segments that deliver to this one.
    pub fn upstream<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a str> {
        self.edges.iter().filter(move |edge| edge.downstream == id).map(|edge| edge.upstream.as_str())
    }

    /// Segments that receive from this one.
    pub fn downstream<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a str> {
        self.edges.iter().filter(move |edge| edge.upstream == id).map(|edge| edge.downstream.as_str())
    }

    /// Stops between two member cities along the lines of the drawing: 0 for the same city, none where no line leads.
    pub fn stops(&self, from: Adcode, to: Adcode) -> Option<u32> {
        if from == to {
            return Some(0);
        }
        self.drawing.as_ref()?.stops_between(from, to)
    }
}

/// The side of a pair in the reader's language; the other where it is empty.
pub(crate) fn pick<'a>(locale: Locale, zh: &'a str, en: &'a str) -> &'a str {
    match locale {
        Locale::En if !en.is_empty() => en,
        Locale::ZhCn if zh.is_empty() => en,
        _ => zh,
    }
}
