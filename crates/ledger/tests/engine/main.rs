//! The engine: rules by tables, the store against a model, many callers at once, a killed process, and hledger as a
//! judge that shares no code with the house.

mod books;
mod crowd;
mod judged;
mod killed;
mod model;
mod periods;
mod rules;
mod transfers;
