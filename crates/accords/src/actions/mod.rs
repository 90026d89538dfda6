//! What people may do: one public function each, one transaction each.

pub mod accord;
pub mod clock;
pub mod desk;
pub mod item;
pub mod meeting;
pub mod supervision;

use kernel::Adcode;
use platform::{Actor, App};
use registry::corridor;

/// Knows the member cities.
fn members(app: &App) -> impl Fn(Adcode) -> bool {
    let corridor = corridor::of(app);
    move |city| corridor.city(city).is_some()
}

/// The city through which an actor looks at something that several concern: his own, else the first.
fn looked_through(cities: impl Iterator<Item = Adcode> + Clone, actor: &Actor) -> Option<String> {
    let own = cities.clone().find(|city| actor.cities.contains(city));
    own.or_else(|| cities.clone().next()).map(|city| city.to_string())
}
