//! The house with every capability, as the demo leaves it.

mod contract;
mod personal;
mod routes;
mod stage;
mod walk;
