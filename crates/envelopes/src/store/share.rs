//! Rows of shares: what each seat gave for the envelopes of a round, one after the other in the order of the list.

use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put};

/// Table of shares. A seat gives once: the key decides races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "envelopes-0005-share",
    sql: "
CREATE TABLE round_share (
  round TEXT NOT NULL REFERENCES sealed_round (id), seat BIGINT NOT NULL, shares {bytes} NOT NULL, sha256 TEXT NOT NULL,
  given_by TEXT NOT NULL, given_ms BIGINT NOT NULL, PRIMARY KEY (round, seat));
",
}];

/// What one seat gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The seat.
    pub seat: i64,
    /// Its shares, each of [`sealing::share::SHARE_BYTES`], in the order of the list.
    pub shares: Vec<u8>,
    /// SHA-256 of them, hexadecimal.
    pub sha256: String,
    /// The account that handed them in.
    pub given_by: String,
    /// When.
    pub given_ms: i64,
}

/// Keeps what a seat gave.
pub async fn add(conn: &Conn, round: &str, given: &Given) -> Outcome<()> {
    let row = vec![
        round.into(),
        given.seat.into(),
        given.shares.clone().into(),
        given.sha256.clone().into(),
        given.given_by.clone().into(),
        given.given_ms.into(),
    ];
    let columns = ["round", "seat", "shares", "sha256", "given_by", "given_ms"];
    put(conn, "round_share", &columns, &[], vec![row]).await
}

/// The seats that have given, in the order in which they gave, with when.
pub async fn seats(conn: &Conn, round: &str) -> Outcome<Vec<(i64, i64)>> {
    let text = "SELECT seat, given_ms FROM round_share WHERE round = $1 ORDER BY given_ms, seat";
    let rows = all(conn, text, vec![round.into()]).await?;
    rows.iter().map(|row| Ok((get(row, "seat")?, get(row, "given_ms")?))).collect()
}

/// Everything given for a round, by seat.
pub async fn given(conn: &Conn, round: &str) -> Outcome<Vec<Given>> {
    let text = "SELECT seat, shares, sha256, given_by, given_ms FROM round_share WHERE round = $1 ORDER BY seat";
    let rows = all(conn, text, vec![round.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Given {
                seat: get(row, "seat")?,
                shares: get(row, "shares")?,
                sha256: get(row, "sha256")?,
                given_by: get(row, "given_by")?,
                given_ms: get(row, "given_ms")?,
            })
        })
        .collect()
}
