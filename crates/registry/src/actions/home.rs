//! The figures of the home page and of each city, kept in memory and renewed when the journal moves on.

use crate::corridor::{self, Corridor};
use crate::kept::Kept;
use crate::store;
use kernel::Adcode;
use platform::journal::Recorded;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use store::home::Card;

/// Needs and offers shown on the home page and on city pages, of each.
pub const NEWEST_MAX: usize = 5;

/// Public things of one city.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CityFigures {
    /// Organisations by kind, the most frequent first; those invented for the demonstration are left out.
    pub kinds: Vec<(String, i64)>,
    /// All organisations of `kinds`.
    pub organisations: i64,
    /// Organisations invented for the demonstration.
    pub organisations_demo: i64,
    /// Published needs.
    pub needs: Tally,
    /// Published offers.
    pub offers: Tally,
    /// Experts in the list.
    pub experts: Tally,
    /// Workstations of its enterprises, those that have ended among them.
    pub workstations: Tally,
    /// Proof-of-concept projects whose path leads through it.
    pub poc: Tally,
    /// Its newest needs.
    pub newest_needs: Vec<Card>,
    /// Its newest offers.
    pub newest_offers: Vec<Card>,
}

/// A number of things, real and invented; the two are never added up in a published figure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Real ones.
    pub real: i64,
    /// Ones of the demonstration.
    pub demo: i64,
}

impl Tally {
    fn add(&mut self, demo: bool, n: i64) {
        *if demo { &mut self.demo } else { &mut self.real } += n;
    }

    /// What a page shows: the real ones, or where there are none those of the demonstration, and whether it is those.
    pub fn shown(self) -> (i64, bool) {
        if self.real == 0 && self.demo > 0 { (self.demo, true) } else { (self.real, false) }
    }
}

/// Public things of the whole corridor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// By member city.
    pub cities: BTreeMap<Adcode, CityFigures>,
    /// Organisations whose place is a member city, without invented ones.
    pub organisations: i64,
    /// Organisations elsewhere, of unknown city, or acting for a whole area.
    pub organisations_elsewhere: i64,
    /// Published needs, wherever they come from.
    pub needs: Tally,
    /// Published offers, wherever they come from.
    pub offers: Tally,
    /// The newest needs.
    pub newest_needs: Vec<Card>,
    /// The newest offers.
    pub newest_offers: Vec<Card>,
}

/// The figures as they are now.
///
/// # Errors
/// A refusal where the policy closes the home page.
pub async fn home_view(app: &App, ctx: &Ctx) -> Outcome<Arc<Figures>> {
    app.policies().require(ctx, "home_view", &Resource::house())?;
    figures(app).await
}

/// The figures for other pages of the registry.
pub(crate) async fn figures(app: &App) -> Outcome<Arc<Figures>> {
    match Kept::<Figures>::current(app).await {
        Some(figures) => Ok(figures),
        None => Ok(Arc::new(load(app).await?)),
    }
}

/// Computes the figures and keeps them with the house. Called once at start.
pub(crate) async fn open(app: &App) -> Outcome<()> {
    Kept::<Figures>::open(app, concerns, |app| Box::pin(load(app))).await
}

/// Computes them afresh at once.
pub(crate) async fn renew(app: &App) -> Outcome<()> {
    Kept::<Figures>::renew(app).await
}

/// Entries after which a figure may differ.
fn concerns(entry: &Recorded) -> bool {
    let noun = entry.kind.split('.').next().unwrap_or_default();
    matches!(noun, "pack" | "organisation" | "need" | "offer" | "listing" | "import" | "expert" | "workstation" | "poc")
}

async fn load(app: &App) -> Outcome<Figures> {
    let conn = app.db().read();
    let corridor = corridor::of(app);
    let mut figures = Figures::default();
    for city in corridor.cities() {
        let code = city.adcode.to_string();
        let newest_needs = store::home::newest(&conn, "need", Some(&code), limit()).await?;
        let newest_offers = store::home::newest(&conn, "offer", Some(&code), limit()).await?;
        figures.cities.insert(city.adcode, CityFigures { newest_needs, newest_offers, ..CityFigures::default() });
    }
    figures.newest_needs = store::home::newest(&conn, "need", None, limit()).await?;
    figures.newest_offers = store::home::newest(&conn, "offer", None, limit()).await?;
    for count in store::home::organisation_counts(&conn).await? {
        figures.add_organisations(&corridor, &count);
    }
    for count in store::home::listing_counts(&conn).await? {
        figures.add_listings(&corridor, &count);
    }
    for count in store::home::people_counts(&conn).await? {
        figures.add_people(&count);
    }
    for city in figures.cities.values_mut() {
        city.kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
    Ok(figures)
}

fn limit() -> i64 {
    NEWEST_MAX as i64
}

impl Figures {
    /// The member city a count belongs to; a district's counts belong to the member above it.
    fn city(&mut self, corridor: &Corridor, code: Option<&str>) -> Option<&mut CityFigures> {
        let adcode = Adcode::parse(code?).ok()?;
        self.cities.get_mut(&corridor.member_above(adcode)?)
    }

    fn add_organisations(&mut self, corridor: &Corridor, count: &store::home::Count) {
        let Some(city) = self.city(corridor, count.city.as_deref()) else {
            self.organisations_elsewhere += if count.demo { 0 } else { count.n };
            return;
        };
        if count.demo {
            city.organisations_demo += count.n;
            return;
        }
        city.organisations += count.n;
        match city.kinds.iter_mut().find(|(kind, _)| *kind == count.sort) {
            Some((_, n)) => *n += count.n,
            None => city.kinds.push((count.sort.clone(), count.n)),
        }
        self.organisations += count.n;
    }

    /// Only what has the member's own code, as the lists behind these numbers take it.
    fn add_people(&mut self, count: &store::home::Count) {
        let adcode = count.city.as_deref().and_then(|code| Adcode::parse(code).ok());
        let Some(city) = adcode.and_then(|adcode| self.cities.get_mut(&adcode)) else { return };
        let tally = match count.sort.as_str() {
            "expert" => &mut city.experts,
            "workstation" => &mut city.workstations,
            _ => &mut city.poc,
        };
        tally.add(count.demo, count.n);
    }

    fn add_listings(&mut self, corridor: &Corridor, count: &store::home::Count) {
        let offer = count.sort == "offer";
        if offer { &mut self.offers } else { &mut self.needs }.add(count.demo, count.n);
        if let Some(city) = self.city(corridor, count.city.as_deref()) {
            if offer { &mut city.offers } else { &mut city.needs }.add(count.demo, count.n);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::home::Count;

    /// Shanghai is no member, its district Songjiang is; a street of Suzhou's district counts for Suzhou.
    fn corridor() -> Corridor {
        let place = |code: &str, parent: Option<&str>, member: bool| pack::Jurisdiction {
            adcode: Adcode::parse(code).unwrap(),
            parent: parent.map(|code| Adcode::parse(code).unwrap()),
            level: pack::words::Level::City,
            name_zh: code.into(),
            name_en: code.into(),
            short_zh: code.into(),
            short_en: code.into(),
            member,
            member_order: None,
            joined: None,
            joined_source: None,
            longitude: None,
            latitude: None,
            source: "own".into(),
        };
        Corridor::of_places(vec![
            place("310000", None, false),
            place("310117", Some("310000"), true),
            place("320500", None, true),
            place("320505", Some("320500"), false),
        ])
    }

    fn count(city: Option<&str>, sort: &str, demo: bool, n: i64) -> Count {
        Count { city: city.map(str::to_owned), sort: sort.into(), demo, n }
    }

    fn empty(corridor: &Corridor) -> Figures {
        let cities = corridor.cities().map(|city| (city.adcode, CityFigures::default()));
        Figures { cities: cities.collect(), ..Figures::default() }
    }

    #[test]
    fn shanghai_stays_out_of_songjiang_and_a_district_counts_for_its_city() {
        let corridor = corridor();
        let mut figures = empty(&corridor);
        for one in [
            count(Some("310000"), "enterprise", false, 231),
            count(Some("310117"), "enterprise", false, 4),
            count(Some("320505"), "enterprise", false, 2),
            count(Some("320500"), "enterprise", false, 3),
            count(None, "platform", false, 7),
        ] {
            figures.add_organisations(&corridor, &one);
        }
        assert_eq!((figures.organisations, figures.organisations_elsewhere), (9, 238));
        let of = |code: &str| figures.cities[&Adcode::parse(code).unwrap()].clone();
        assert_eq!((of("310117").organisations, of("320500").organisations), (4, 5));
        assert_eq!(of("320500").kinds, [("enterprise".to_owned(), 5)]);
    }

    #[test]
    fn people_and_projects_count_where_their_lists_find_them() {
        let corridor = corridor();
        let mut figures = empty(&corridor);
        for one in [
            count(Some("320500"), "expert", false, 2),
            count(Some("320500"), "expert", true, 1),
            count(Some("320505"), "expert", false, 4),
            count(Some("320500"), "workstation", true, 3),
            count(Some("310117"), "poc", false, 5),
            count(Some("310000"), "poc", false, 6),
            count(None, "poc", false, 7),
        ] {
            figures.add_people(&one);
        }
        let of = |code: &str| figures.cities[&Adcode::parse(code).unwrap()].clone();
        assert_eq!((of("320500").experts, of("320500").workstations.shown()), (Tally { real: 2, demo: 1 }, (3, true)));
        assert_eq!((of("310117").poc, of("310117").experts), (Tally { real: 5, demo: 0 }, Tally::default()));
    }

    #[test]
    fn invented_things_never_enter_a_figure() {
        let corridor = corridor();
        let mut figures = empty(&corridor);
        figures.add_organisations(&corridor, &count(Some("320500"), "enterprise", true, 5));
        figures.add_listings(&corridor, &count(Some("320500"), "need", true, 3));
        assert_eq!((figures.organisations, figures.needs.real), (0, 0));
        assert_eq!(figures.needs.shown(), (3, true));
        figures.add_listings(&corridor, &count(Some("320500"), "need", false, 1));
        figures.add_listings(&corridor, &count(None, "offer", false, 2));
        assert_eq!(figures.needs.shown(), (1, false), "once there is a real one, only real ones count");
        assert_eq!(figures.offers.shown(), (2, false));
    }
}
