//! Opening the house at the place the command line names.

use crate::{Ended, Place};
use kernel::{Refusal, RefusalKind};
use pack::Pack;
use platform::clock::Clock;
use platform::ctx::Ctx;
use platform::db::{Db, DbUrl};
use platform::embedder::Embedder;
use platform::indexer::Mode;
use platform::journal::witness::Witnesses;
use platform::metrics::Readers;
use platform::{App, Settings};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;
use yilang::capabilities;

/// How to open.
pub struct Opening {
    /// Whether the demo runs here.
    pub demo: bool,
    /// Where people reach this node.
    pub public_url: String,
    /// Follow the journal or only ask.
    pub mode: Mode,
    /// The clock that stamps requests.
    pub clock: Clock,
    /// Who may read the node's figures.
    pub metrics: Readers,
}

impl Opening {
    /// For commands beside a running server.
    pub fn command(mode: Mode) -> Opening {
        Opening { demo: false, public_url: String::new(), mode, clock: Clock::system(), metrics: Readers::Nobody }
    }
}

/// Opens the database, brings it up to date, loads the pack, opens the index.
pub async fn open(place: &Place, opening: Opening) -> Result<App, Ended> {
    let app = start(place, &opening).await?;
    if let Some(command) = &place.embedder {
        app.extend(Arc::new(Embedder::new(command)?));
    }
    let ctx = Ctx::system(app.clock().now());
    registry::pack_load(&app, &ctx, &the_pack(place)?).await?;
    app.indexer().begin(&app, opening.mode).await?;
    Ok(app)
}

/// Opens the database alone.
pub async fn open_db(place: &Place) -> Result<Db, Ended> {
    std::fs::create_dir_all(&place.data).map_err(|e| no_folder(&place.data, &e))?;
    let url = match &place.database {
        Some(text) => DbUrl::parse(text).map_err(|why| Ended::Refused(format!("--database: {why}")))?,
        None => DbUrl::Sqlite(place.data.join("yilang.db")),
    };
    Ok(Db::open(&url).await?)
}

/// Opens the database and brings it up to date, without pack and index.
pub async fn start(place: &Place, opening: &Opening) -> Result<App, Ended> {
    let db = open_db(place).await?;
    let settings = Settings {
        data: place.data.clone(),
        keys: place.keys.clone().unwrap_or_else(|| place.data.join("keys")),
        signing: place.signing.clone(),
        demo: opening.demo,
        public_url: opening.public_url.clone(),
        metrics: opening.metrics.clone(),
    };
    let witnesses = Witnesses::parse(place.witnesses.as_deref().unwrap_or_default(), place.witness_quorum)?;
    let app = App::start(settings, db, opening.clock.clone(), capabilities()).await?;
    app.extend(Arc::new(witnesses));
    Ok(app)
}

/// The pack the command line names, or the built-in one.
pub fn the_pack(place: &Place) -> Result<Pack, Ended> {
    let parsed = match &place.pack {
        Some(folder) => Pack::load_dir(folder),
        None => Pack::embedded_g60(),
    };
    parsed.map_err(|problems| Ended::Refused(crate::pack::report(&problems)))
}

/// Held while one process serves a data folder; freed by the system when the process ends.
pub struct Lock(#[expect(dead_code, reason = "held for its lock")] File);

/// Takes the data folder for one serving process.
pub fn lock(data: &Path) -> Result<Lock, Ended> {
    std::fs::create_dir_all(data).map_err(|e| no_folder(data, &e))?;
    let path = data.join("serve.lock");
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(|e| no_folder(data, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Refusal::new(
            RefusalKind::Conflict,
            "folder-in-use",
            format!(
                "另一个 yilang serve 正在使用数据目录 {}。请先停止它，或用 --data 指定另一个目录。",
                data.display()
            ),
            format!(
                "Another yilang serve is using the data folder {}. Stop it first, or name another folder with --data.",
                data.display()
            ),
        )
        .into()),
        Err(TryLockError::Error(error)) => Err(no_folder(data, &error)),
    }
}

fn no_folder(data: &Path, error: &std::io::Error) -> Ended {
    Refusal::new(
        RefusalKind::Unavailable,
        "folder-unusable",
        format!("不能使用数据目录 {}：{error}。请检查路径、权限与剩余空间，或用 --data 指定另一个目录。", data.display()),
        format!("The data folder {} cannot be used: {error}. Check its path, permissions and free space, or name another folder with --data.", data.display()),
    )
    .into()
}
