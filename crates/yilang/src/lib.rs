//! What this house can do, and how it is set up: for the binary and for tests of the whole.

pub mod config;

use platform::capability::Capability;

/// Everything this house can do.
pub fn capabilities() -> Vec<Capability> {
    vec![
        registry::capability(),
        ledger::capability(),
        notices::capability(),
        access::capability(),
        accords::capability(),
        envelopes::capability(),
        calls::capability(),
    ]
}
