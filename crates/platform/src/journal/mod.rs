//! The journal: what happened, appended in the same transaction as the change.
//!
//! `entry_id` is given at append. Row ids do not follow commit order on
//! PostgreSQL, so readers never follow them: the sealer ([`seal`]) gives every
//! committed entry a gapless `leaf_index` and appends it to a Merkle tree;
//! search, live pages and all other followers read in leaf order.
//!
//! The tree is a transparency log ([`log`]): signed checkpoints, proofs for
//! everybody ([`prove`]), verification of the whole ([`verify`]) and a file
//! that outsiders check without us ([`export`]). What an entry commits to is
//! in the crate `proof` and in docs/journal-format.md.

mod actions;
pub(crate) mod api;
pub(crate) mod baseline;
pub mod erase;
pub mod export;
pub mod keys;
pub mod log;
pub(crate) mod pages;
pub mod prove;
mod seal;
mod store;
pub mod thin;
mod token;
pub mod verify;
pub mod wipe;
pub mod witness;

/// Texts of the log's pages, by language.
pub const TEXTS: &[(Locale, &str)] = &[
    (Locale::ZhCn, include_str!("../../locales/zh-CN/kinds.ftl")),
    (Locale::En, include_str!("../../locales/en/kinds.ftl")),
    (Locale::ZhCn, include_str!("../../locales/zh-CN/journal.ftl")),
    (Locale::En, include_str!("../../locales/en/journal.ftl")),
];

pub use actions::{JournalView, journal_consistency, journal_entry, journal_view};
pub use pages::entry_href;
pub use seal::{Batches, seal};
pub use store::entry::{after, by_id, last_leaf, newest_public, of_object};
pub(crate) use store::entry::{append, take_images};
pub use token::TokenPlace;

use crate::db::Migration;
use crate::privacy::{Gone, Kept, Until};
use kernel::Locale;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The number an entry gets at append.
pub type EntryId = i64;

/// Tables of the journal.
///
/// Entries that the second step finds unsealed have no salts and can be no leaves of a tree: it seals them as they were
/// sealed then, and the log opens behind them.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "journal-0001",
    sql: "
CREATE TABLE journal_entry (
  entry_id {id}, at_ms BIGINT NOT NULL, request_id TEXT NOT NULL, kind TEXT NOT NULL,
  actor TEXT NOT NULL, actor_name TEXT NOT NULL, object_kind TEXT NOT NULL, object_id TEXT NOT NULL,
  city TEXT, public BOOLEAN NOT NULL, demo BOOLEAN NOT NULL, data TEXT NOT NULL);
CREATE INDEX journal_entry_object ON journal_entry (object_kind, object_id);
CREATE TABLE journal_leaf (leaf_index BIGINT PRIMARY KEY, entry_id BIGINT NOT NULL UNIQUE REFERENCES journal_entry (entry_id));
",
}, Migration {
    name: "journal-0002-tree",
    sql: "
ALTER TABLE journal_entry ADD COLUMN salts {bytes};
ALTER TABLE journal_entry ADD COLUMN images {bytes};
CREATE TABLE journal_pending (entry_id BIGINT PRIMARY KEY, batched BOOLEAN NOT NULL);
INSERT INTO journal_leaf (leaf_index, entry_id)
 SELECT (SELECT COALESCE(MAX(leaf_index), -1) FROM journal_leaf) + ROW_NUMBER() OVER (ORDER BY e.entry_id), e.entry_id
 FROM journal_entry e LEFT JOIN journal_leaf l ON l.entry_id = e.entry_id WHERE l.entry_id IS NULL;
CREATE TABLE journal_tile (base BIGINT NOT NULL, level BIGINT NOT NULL, n BIGINT NOT NULL, hashes {bytes} NOT NULL,
  PRIMARY KEY (base, level, n));
CREATE TABLE journal_log (base BIGINT PRIMARY KEY, origin TEXT NOT NULL UNIQUE, opened_ms BIGINT NOT NULL, previous TEXT);
CREATE TABLE journal_key (vkey TEXT PRIMARY KEY, origin TEXT NOT NULL, since_ms BIGINT NOT NULL, until_ms BIGINT);
CREATE TABLE journal_checkpoint (origin TEXT NOT NULL, size BIGINT NOT NULL, root {bytes} NOT NULL, at_ms BIGINT NOT NULL,
  note TEXT, PRIMARY KEY (origin, size));
CREATE TABLE journal_cosignature (origin TEXT NOT NULL, size BIGINT NOT NULL, witness TEXT NOT NULL, line TEXT NOT NULL,
  at_ms BIGINT NOT NULL, PRIMARY KEY (origin, size, witness));
CREATE TABLE journal_erased (entry_id BIGINT NOT NULL, field TEXT NOT NULL, commitment {bytes} NOT NULL,
  erased_by BIGINT NOT NULL, PRIMARY KEY (entry_id, field));
",
}, Migration {
    name: "journal-0003-witnesses",
    sql: "
CREATE TABLE journal_witness (origin TEXT NOT NULL, witness TEXT NOT NULL, size BIGINT NOT NULL, state TEXT NOT NULL,
  failures BIGINT NOT NULL, agreed_ms BIGINT, asked_ms BIGINT NOT NULL, next_ms BIGINT NOT NULL,
  PRIMARY KEY (origin, witness));
",
}, Migration {
    name: "journal-0004-erasures",
    sql: "
CREATE TABLE journal_erasure (id TEXT PRIMARY KEY, entry_id BIGINT NOT NULL, field TEXT NOT NULL, reason TEXT NOT NULL,
  asked_by TEXT NOT NULL, asked_name TEXT NOT NULL, asked_ms BIGINT NOT NULL,
  decided_by TEXT, decided_ms BIGINT, granted BOOLEAN, remark TEXT);
CREATE INDEX journal_erasure_waiting ON journal_erasure (decided_ms, asked_ms);
",
}];

/// An entry about to be appended.
#[derive(Debug, Clone)]
pub struct Entry {
    kind: &'static str,
    object: (String, String),
    city: Option<String>,
    public: bool,
    demo: bool,
    batched: bool,
    data: Value,
}

impl Entry {
    /// What happened to what: `Entry::new("need.published", "need", id)`.
    pub fn new(kind: &'static str, object_kind: &str, object_id: &str) -> Entry {
        let object = (object_kind.to_owned(), object_id.to_owned());
        Entry { kind, object, city: None, public: false, demo: false, batched: false, data: Value::Null }
    }

    /// Everybody may read it. Without this only those who may see the object can.
    pub fn public(mut self) -> Entry {
        self.public = true;
        self
    }

    /// It is sealed in a batch with others, filled up with entries that say nothing, so that not even when and how often
    /// such things happen can be read from the tree: sign-ins, acts of reviewers. Such an entry is never public.
    pub fn batched(mut self) -> Entry {
        (self.batched, self.public) = (true, false);
        self
    }

    /// The city it belongs to, by its code.
    pub fn city(mut self, city: Option<impl ToString>) -> Entry {
        self.city = city.map(|c| c.to_string());
        self
    }

    /// Marks an entry of the demo; such entries never enter a published figure.
    pub fn demo(mut self, demo: bool) -> Entry {
        self.demo = demo;
        self
    }

    /// What else is worth keeping. No secrets and nothing protected in a public entry.
    pub fn data(mut self, data: Value) -> Entry {
        self.data = data;
        self
    }
}

/// An entry as it stands in the journal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Recorded {
    /// Its place in the order that all followers share; none while it waits for the sealer.
    pub leaf_index: Option<i64>,
    /// The number it got at append, shown on receipts.
    pub entry_id: EntryId,
    /// When.
    pub at_ms: i64,
    /// What happened.
    pub kind: String,
    /// The account that acted.
    pub actor: String,
    /// Its name at that time.
    pub actor_name: String,
    /// What it happened to.
    pub object_kind: String,
    /// Which one.
    pub object_id: String,
    /// The city it belongs to.
    pub city: Option<String>,
    /// Whether everybody may read it.
    pub public: bool,
    /// Whether it belongs to the demo.
    pub demo: bool,
    /// What else was kept.
    pub data: Value,
}

/// What the journal keeps about people, and for how long.
pub const PERSONAL_COLUMNS: &[Kept] = &[
    Kept {
        table: "journal_entry",
        columns: &["actor", "actor_name", "data"],
        purpose: "Saying who did what",
        until: Until::Asked(
            "for good: it is the record; an administrator or the person asks, another administrator decides",
        ),
    },
    Kept {
        table: "journal_erasure",
        columns: &["reason", "asked_name", "remark"],
        purpose: "Saying why something was erased",
        until: Until::Days {
            days: 1_095,
            after: "the decision",
            due: "decided_ms < $1 AND asked_name <> ''",
            key: "id",
            gone: Gone::Values("reason = '', asked_name = '', remark = ''"),
        },
    },
];

/// The kind of an entry that records an erasure.
pub(crate) const ERASED: &str = "journal.erased";

/// The fields of an entry that can be erased, in the order of their salts.
pub(crate) const PERSONAL: [&str; 3] = ["actor", "actor_name", "data"];
