//! What every capability stands on: the database, the journal, jobs, identity,
//! policy, search, live pages and the web shell.

pub mod app;
pub mod capability;
pub mod charts;
pub mod clock;
pub mod ctx;
pub mod db;
pub mod demo;
pub mod desk;
pub mod document;
pub mod embedder;
pub mod fault;
pub mod follower;
pub mod health;
pub mod housekeeping;
pub mod identity;
pub mod indexer;
pub mod jobs;
pub mod journal;
pub mod lifecycle;
pub mod live;
pub mod metrics;
pub mod observe;
pub mod outward;
pub mod policy;
pub mod privacy;
pub mod random;
pub mod recent;
pub mod request;
pub mod server;
pub mod settings;
pub mod web;

pub use db::{backup, lease};

pub use app::{App, Settings};
pub use ctx::{Actor, Ctx, Mandate, Membership, Presence, Role};
pub use fault::{Fault, Outcome};
pub use request::Caller;
