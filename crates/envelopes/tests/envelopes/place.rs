//! A place that outlives its houses: a database and a folder with keys, for two nodes, and for one that was killed.

use crate::house::{House, capabilities};
use kernel::Instant;
use platform::db::DbUrl;
use std::path::{Path, PathBuf};
use testkit::TestApp;

pub struct Place {
    folder: PathBuf,
    database: DbUrl,
}

impl Place {
    /// A place with nothing in it.
    pub fn fresh(folder: &Path) -> Place {
        Place { folder: folder.to_owned(), database: testkit::fresh_database(folder) }
    }

    /// The place that another process has named.
    pub fn named(folder: &Path, address: &str) -> Place {
        Place { folder: folder.to_owned(), database: DbUrl::parse(address).expect("an address") }
    }

    /// The address of its database, as another process reads it.
    pub fn address(&self) -> String {
        match &self.database {
            DbUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DbUrl::Postgres { url, schema } => {
                format!("{url}{}schema={schema}", if url.contains('?') { '&' } else { '?' })
            }
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether more than one node can stand on it.
    pub fn is_shared(&self) -> bool {
        matches!(self.database, DbUrl::Postgres { .. })
    }

    /// A house on it, at a moment.
    pub async fn open(&self, now: Instant) -> House {
        let test = TestApp::start_in(&self.folder, &self.database, now, capabilities()).await;
        registry::pack_load(test.app(), &test.system(), &testkit::example_pack()).await.expect("the pack loads");
        House(test)
    }
}
