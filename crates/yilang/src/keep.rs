//! Commands that keep an installation: `migrate`, `openapi`, `index rebuild`.

use crate::house::{Opening, lock, open};
use crate::{Ended, Place};
use clap::Subcommand;
use platform::indexer::Mode;

#[derive(Subcommand)]
pub enum IndexCommand {
    /// Build the index anew from the database. Stop the server of this data folder first.
    Rebuild,
}

pub async fn migrate(place: &Place) -> Result<(), Ended> {
    let _lock = lock(&place.data)?;
    let app = open(place, Opening::command(Mode::Write)).await?;
    platform::follower::settle(&app).await?;
    println!("schema, pack and index are up to date");
    Ok(())
}

pub async fn index(place: &Place, command: IndexCommand) -> Result<(), Ended> {
    let IndexCommand::Rebuild = command;
    let _lock = lock(&place.data)?;
    let app = open(place, Opening::command(Mode::Write)).await?;
    let count = app.indexer().rebuild(&app).await?;
    println!("indexed {count} documents");
    Ok(())
}

/// The document does not depend on any data, so nothing is opened.
pub async fn openapi() -> Result<(), Ended> {
    let document = platform::document::openapi(&yilang::capabilities());
    println!("{}", document.to_pretty_json().map_err(|e| Ended::Refused(e.to_string()))?);
    Ok(())
}
