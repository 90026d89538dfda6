//! What this house can do: the list of capabilities, for the binary and for tests of the whole.

use platform::capability::Capability;

/// Everything this house can do.
pub fn capabilities() -> Vec<Capability> {
    vec![registry::capability()]
}
