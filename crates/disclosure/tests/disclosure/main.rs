//! A whole call as it is published, the merge routine, and what is refused.

mod call;
mod generated;
mod golden;
mod merging;
mod parties;
mod refused;
