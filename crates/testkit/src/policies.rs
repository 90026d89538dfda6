//! Who may do what, as one table that is reviewed line by line.

use platform::Actor;
use platform::capability::Capability;
use platform::policy::{Policies, Resource, matrix};

/// The table of a capability's policies: each action for each of the cast on each resource.
///
/// Every action of the capability must have a row; only the house's own kinds may be missing, which the platform's tests show.
pub fn policy_table(
    capability: &Capability,
    cast: &[(&'static str, Actor)],
    resources: &[(&'static str, Resource)],
) -> String {
    let policies = Policies::load([(capability.name, capability.policy)].into_iter()).expect("the policies hold");
    let table = matrix(&policies, cast, resources);
    let own = Policies::load(std::iter::empty()).expect("the house's own policies hold");
    let shown = |action: &str| table.lines().any(|line| line.split_whitespace().next() == Some(action));
    let missing: Vec<&str> = policies.actions().filter(|action| !own.knows(action) && !shown(action)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "actions without a row");
    table
}
