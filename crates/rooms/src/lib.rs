//! The tools with which every capability furnishes its rooms.
//!
//! A capability is one crate with the same rooms as every other (docs/adding-a-capability.md). What those rooms do alike, whatever
//! their nouns are, is here once: [`store`] puts WHERE clauses together, writes many rows in few statements and finds the place
//! of a row in a list; [`actions`] say what was done, who did it and which page of a list is meant; [`pages`] are forms, receipts,
//! lists and histories; [`api`] are their JSON twins; [`routes`] are rows of the route table, [`texts!`] the files of texts.
//!
//! Nothing here knows a noun of any capability: what begins with one (a text key, an address, a table) is an argument. Decisions
//! need no tools but the kernel's, so there is no room for rules. It uses kernel and platform.

pub mod actions;
pub mod api;
pub mod pages;
pub mod routes;
pub mod store;

/// The texts of a capability's pages from its folder `locales`, noun by noun, in both languages.
#[macro_export]
macro_rules! texts {
    ($($noun:literal),+ $(,)?) => {
        &[$(
            ($crate::Locale::ZhCn, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/zh-CN/", $noun, ".ftl"))),
            ($crate::Locale::En, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en/", $noun, ".ftl"))),
        )+]
    };
}

#[doc(hidden)]
pub use kernel::Locale;
