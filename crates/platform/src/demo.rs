//! The demo's accounts and its clock.

/// Who takes part in the demo.
pub struct Cast {}
