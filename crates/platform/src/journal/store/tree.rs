//! Leaves, and the tree above them in tiles.

use super::{run, statement};
use crate::db::{Conn, Outcome, Txn};
use proof::tree::{TileAt, Tiles};
use sea_orm::{ConnectionTrait, Value};

/// Gives entries their leaves, which then wait no longer: leaf and entry.
pub(in crate::journal) async fn leaves_insert(tx: &Txn, rows: &[[i64; 2]]) -> Outcome<()> {
    in_blocks(rows, |block| {
        let places = places(block.len(), 2);
        let text = format!("INSERT INTO journal_leaf (leaf_index, entry_id) VALUES {places}");
        run_text(tx, text, block.iter().flatten().map(|number| (*number).into()).collect())
    })
    .await?;
    in_blocks(rows, |block| {
        let places = places(block.len(), 1).replace(['(', ')'], "");
        let text = format!("DELETE FROM journal_pending WHERE entry_id IN ({places})");
        run_text(tx, text, block.iter().map(|[_, entry]| (*entry).into()).collect())
    })
    .await
}

async fn run_text(tx: &Txn, text: String, values: Vec<Value>) -> Outcome<()> {
    run(tx, &text, values).await
}

/// Keeps a tile.
pub(in crate::journal) async fn tile_put(tx: &Txn, base: i64, at: TileAt, hashes: &[u8]) -> Outcome<()> {
    let text = "INSERT INTO journal_tile (base, level, n, hashes) VALUES ($1, $2, $3, $4)
        ON CONFLICT (base, level, n) DO UPDATE SET hashes = excluded.hashes";
    let n = i64::try_from(at.n).unwrap_or(i64::MAX);
    run(tx, text, vec![base.into(), i64::from(at.level).into(), n.into(), hashes.to_vec().into()]).await
}

/// Loads tiles of one log.
pub(in crate::journal) async fn load(
    conn: &Conn,
    base: i64,
    wanted: impl IntoIterator<Item = TileAt>,
) -> Outcome<Tiles> {
    let mut tiles = Tiles::default();
    for at in wanted {
        let text = "SELECT hashes FROM journal_tile WHERE base = $1 AND level = $2 AND n = $3";
        let values = vec![base.into(), i64::from(at.level).into(), i64::try_from(at.n).unwrap_or(i64::MAX).into()];
        if let Some(row) = conn.query_one_raw(statement(conn, text, values)).await? {
            tiles.put(at, row.try_get("", "hashes")?);
        }
    }
    Ok(tiles)
}

/// Runs a statement for rows in blocks of few sizes, so that few texts are prepared again and again.
async fn in_blocks<'a, R, F>(rows: &'a [R], run: impl Fn(&'a [R]) -> F) -> Outcome<()>
where
    F: Future<Output = Outcome<()>>,
{
    let mut rest = rows;
    while !rest.is_empty() {
        let size = [256, 16, 1].into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
        let (block, after) = rest.split_at(size);
        run(block).await?;
        rest = after;
    }
    Ok(())
}

fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
