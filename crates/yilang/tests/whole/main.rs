//! The house with every capability, as the demo leaves it.

mod contract;
mod routes;
mod stage;
mod walk;
