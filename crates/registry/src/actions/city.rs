//! Reading the member cities.

use super::home::{CityFigures, Figures};
use crate::corridor::{self, Corridor};
use kernel::{Adcode, Refusal};
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use std::sync::Arc;

/// A member city with everything its page shows.
#[derive(Debug, Clone)]
pub struct CityView {
    /// The pack's data.
    pub corridor: Arc<Corridor>,
    /// The city itself.
    pub city: pack::Jurisdiction,
    /// Its organisations, needs and offers.
    pub figures: CityFigures,
}

impl CityView {
    /// Facts about the city, in the order of their ids.
    pub fn facts(&self) -> impl Iterator<Item = &pack::Fact> {
        let code = self.city.adcode.to_string();
        self.corridor.facts.iter().filter(move |fact| fact.area == code)
    }

    /// Clusters and chains that a source names for the city.
    pub fn clusters(&self) -> impl Iterator<Item = &pack::Cluster> {
        let code = self.city.adcode.to_string();
        self.corridor.clusters.iter().filter(move |cluster| cluster.area == code)
    }

    /// The province the city lies in.
    pub fn province(&self) -> Option<&pack::Jurisdiction> {
        self.corridor.place(self.city.parent?)
    }
}

/// All member cities in the corridor's order, with their figures.
///
/// # Errors
/// A refusal where the policy closes the list.
pub async fn city_list(app: &App, ctx: &Ctx) -> Outcome<(Arc<Corridor>, Arc<Figures>)> {
    app.policies().require(ctx, "city_view", &Resource::house())?;
    Ok((corridor::of(app), super::home::figures(app).await?))
}

/// One member city.
///
/// # Errors
/// 404 for a code that is no member's, or no code at all.
pub async fn city_view(app: &App, ctx: &Ctx, adcode: &str) -> Outcome<CityView> {
    app.policies().require(ctx, "city_view", &Resource::house())?;
    let corridor = corridor::of(app);
    let adcode = Adcode::parse(adcode).map_err(|_| Refusal::not_found())?;
    let city = corridor.city(adcode).cloned().ok_or_else(Refusal::not_found)?;
    let figures = super::home::figures(app).await?.cities.get(&adcode).cloned().unwrap_or_default();
    Ok(CityView { corridor, city, figures })
}
