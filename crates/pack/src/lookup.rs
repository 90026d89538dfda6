//! Questions people ask a pack: where is this, what is it called, how far is it.

use kernel::{Adcode, DayKind, Text, WorkCalendar};

use crate::model::{Area, Drawing, Fact, Jurisdiction, Name, Organisation, Pack, Segment, Source};
use crate::read_facts::number_of;
use crate::words::NameKind;

impl Pack {
    /// Member jurisdictions in the corridor's own order.
    #[must_use]
    pub fn members(&self) -> Vec<&Jurisdiction> {
        let mut members: Vec<_> = self.jurisdictions.iter().filter(|j| j.member).collect();
        members.sort_by_key(|j| j.member_order);
        members
    }

    /// A jurisdiction by its code.
    #[must_use]
    pub fn jurisdiction(&self, adcode: Adcode) -> Option<&Jurisdiction> {
        self.jurisdictions.iter().find(|j| j.adcode == adcode)
    }

    /// An area that is no jurisdiction, by its id.
    #[must_use]
    pub fn area(&self, id: &str) -> Option<&Area> {
        self.areas.iter().find(|a| a.id == id)
    }

    /// The name of what a fact's `area` column holds: a division code or an area id.
    #[must_use]
    pub fn area_name(&self, area: &str) -> Option<Text> {
        if let Ok(code) = Adcode::parse(area) {
            let place = self.jurisdiction(code)?;
            return Some(Text::new(&place.short_zh, &place.short_en));
        }
        let area = self.area(area)?;
        Some(Text::new(&area.name_zh, &area.name_en))
    }

    /// A source by its id.
    #[must_use]
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|s| s.id == id)
    }

    /// A segment by its id.
    #[must_use]
    pub fn segment(&self, id: &str) -> Option<&Segment> {
        self.segments.iter().find(|s| s.id == id)
    }

    /// An organisation by its id.
    #[must_use]
    pub fn organisation(&self, id: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|o| o.id == id)
    }

    /// Whether `inner` is `outer` or lies below it: Songjiang lies within Shanghai, not the reverse.
    #[must_use]
    pub fn is_within(&self, inner: Adcode, outer: Adcode) -> bool {
        let mut place = Some(inner);
        // The tree has no cycles (checked when read), so the walk ends at the root.
        while let Some(code) = place {
            if code == outer {
                return true;
            }
            place = self.jurisdiction(code).and_then(|j| j.parent);
        }
        false
    }

    /// Organisations known to be in a jurisdiction or below it. One of which only the municipality is
    /// known counts for the municipality and never for a district of it.
    pub fn organisations_in(&self, adcode: Adcode) -> impl Iterator<Item = &Organisation> {
        self.organisations.iter().filter(move |o| o.city.is_some_and(|city| self.is_within(city, adcode)))
    }

    /// Whether an organisation belongs to the corridor: its city is a member, or it acts for the corridor.
    #[must_use]
    pub fn in_corridor(&self, organisation: &Organisation) -> bool {
        let member = |code| self.jurisdiction(code).is_some_and(|j| j.member);
        organisation.city.is_some_and(member) || organisation.area.as_deref() == Some(self.meta.area.as_str())
    }

    /// Values of one indicator of one area, in the order of their dates, the vaguer date first; to be
    /// shown side by side.
    #[must_use]
    pub fn values_of(&self, indicator_id: &str, area: &str) -> Vec<&Fact> {
        let wanted = |f: &&Fact| f.indicator_id == indicator_id && f.area == area;
        let mut values: Vec<_> = self.facts.iter().filter(wanted).collect();
        values.sort_by_key(|f| (crate::moment_end(&f.as_of), f.as_of.len(), f.id.clone()));
        values
    }

    /// The working-day calendar; years outside `calendar_years` are provisional.
    #[must_use]
    pub fn work_calendar(&self) -> WorkCalendar {
        let days = self.calendar.iter().map(|day| (day.date, day.kind));
        // A holiday that falls on a weekend changes nothing, and neither does naming it.
        let exceptions: Vec<(_, DayKind)> = days.collect();
        WorkCalendar::new(self.meta.calendar_years.iter().copied(), exceptions)
    }
}

impl Organisation {
    /// The name to show in a language: the official one, else the next best; `None` when there is none.
    /// A doubtful alias is never shown as the name.
    #[must_use]
    pub fn name_in(&self, lang: &str) -> Option<&Name> {
        let rank = |n: &&Name| match n.kind {
            NameKind::Official => 0,
            NameKind::Short => 1,
            NameKind::SourceForm => 2,
            NameKind::Trade => 3,
            NameKind::Translation => 4,
            NameKind::Romanised => 5,
            NameKind::Alias => 6,
            NameKind::Former => 7,
        };
        let names = self.names.iter().filter(|n| n.lang == lang);
        names.min_by_key(|n| (n.flagged, rank(n)))
    }

    /// The name in both languages; where one is missing, the other stands in.
    #[must_use]
    pub fn title(&self) -> Text {
        let name = |lang| self.name_in(lang).map(|n| n.name.as_str());
        let (zh, en) = (name("zh"), name("en"));
        Text::new(zh.or(en).unwrap_or_default(), en.or(zh).unwrap_or_default())
    }
}

impl Fact {
    /// The value as a number: plain, scientific or a fraction; `None` for dates and structures.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self.kind {
            crate::words::FactKind::Date => None,
            _ => number_of(&self.value),
        }
    }
}

impl Drawing {
    /// Stations to pass from one member to another along the lines, changing at the hub;
    /// `None` when one of them is on no line.
    #[must_use]
    pub fn stops_between(&self, from: Adcode, to: Adcode) -> Option<u32> {
        let place = |code: Adcode| {
            self.lines.iter().enumerate().find_map(|(line, l)| {
                let index = l.stations.iter().position(|s| s.adcode == code)?;
                Some((line, u32::try_from(index).ok()?))
            })
        };
        let ((line_a, a), (line_b, b)) = (place(from)?, place(to)?);
        // The hub is the first station of every line, so its index is 0 wherever it is found.
        Some(if line_a == line_b || a == 0 || b == 0 { a.abs_diff(b) } else { a + b })
    }
}
