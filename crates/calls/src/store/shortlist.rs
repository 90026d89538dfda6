//! Rows of rankings and interviews.

use crate::rules::shortlist::{Interview, Rank};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put};
use sea_orm::QueryResult;

/// Tables of rankings and interviews. The ranking of a review is written once: the key tells the second.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0024-shortlist",
    sql: "
CREATE TABLE call_rank (
  call TEXT NOT NULL REFERENCES call (id), attempt BIGINT NOT NULL, answer TEXT NOT NULL, number BIGINT NOT NULL,
  reviews BIGINT NOT NULL, raw BIGINT NOT NULL, raw_rank BIGINT NOT NULL, adjusted_micro BIGINT, error_micro BIGINT,
  adjusted_rank BIGINT, chance_bp BIGINT, place BIGINT, PRIMARY KEY (call, attempt, answer));
CREATE TABLE call_interview (
  call TEXT NOT NULL REFERENCES call (id), answer TEXT NOT NULL, at_ms BIGINT NOT NULL, place TEXT NOT NULL, notes TEXT NOT NULL,
  by_account TEXT NOT NULL, updated_ms BIGINT NOT NULL, PRIMARY KEY (call, answer));
",
}];

const RANK: [&str; 12] = [
    "call",
    "attempt",
    "answer",
    "number",
    "reviews",
    "raw",
    "raw_rank",
    "adjusted_micro",
    "error_micro",
    "adjusted_rank",
    "chance_bp",
    "place",
];
const INTERVIEW: [&str; 7] = ["call", "answer", "at_ms", "place", "notes", "by_account", "updated_ms"];
/// Answers of one call that are ranked.
const RANKS_MAX: usize = 5_000;

fn rank(row: &QueryResult) -> Outcome<Rank> {
    Ok(Rank {
        call: get(row, "call")?,
        attempt: get(row, "attempt")?,
        answer: get(row, "answer")?,
        number: get(row, "number")?,
        reviews: get(row, "reviews")?,
        raw: get(row, "raw")?,
        raw_rank: get(row, "raw_rank")?,
        adjusted_micro: get(row, "adjusted_micro")?,
        error_micro: get(row, "error_micro")?,
        adjusted_rank: get(row, "adjusted_rank")?,
        chance_bp: get(row, "chance_bp")?,
        place: get(row, "place")?,
    })
}

/// Stores ranks; those that were there are replaced.
pub async fn save(conn: &Conn, ranks: &[Rank]) -> Outcome<()> {
    let row = |r: &Rank| {
        vec![
            r.call.clone().into(),
            r.attempt.into(),
            r.answer.clone().into(),
            r.number.into(),
            r.reviews.into(),
            r.raw.into(),
            r.raw_rank.into(),
            r.adjusted_micro.into(),
            r.error_micro.into(),
            r.adjusted_rank.into(),
            r.chance_bp.into(),
            r.place.into(),
        ]
    };
    put(conn, "call_rank", &RANK, &["call", "attempt", "answer"], ranks.iter().map(row).collect()).await
}

/// The ranking of one review, best first.
pub async fn of_call(conn: &Conn, call: &str, attempt: i64) -> Outcome<Vec<Rank>> {
    let text = format!(
        "SELECT {} FROM call_rank WHERE call = $1 AND attempt = $2
         ORDER BY COALESCE(adjusted_rank, raw_rank), raw_rank, number LIMIT {RANKS_MAX}",
        RANK.join(", ")
    );
    all(conn, &text, vec![call.into(), attempt.into()]).await?.iter().map(rank).collect()
}

/// Stores an interview; one that was there is replaced.
pub async fn save_interview(conn: &Conn, i: &Interview) -> Outcome<()> {
    let row = vec![
        i.call.clone().into(),
        i.answer.clone().into(),
        i.at_ms.into(),
        i.place.clone().into(),
        i.notes.clone().into(),
        i.by.clone().into(),
        i.updated_ms.into(),
    ];
    put(conn, "call_interview", &INTERVIEW, &["call", "answer"], vec![row]).await
}

/// The interviews of a call, the first first.
pub async fn interviews(conn: &Conn, call: &str) -> Outcome<Vec<Interview>> {
    let text = format!(
        "SELECT {} FROM call_interview WHERE call = $1 ORDER BY at_ms, answer LIMIT {RANKS_MAX}",
        INTERVIEW.join(", ")
    );
    let rows = all(conn, &text, vec![call.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Interview {
                call: get(row, "call")?,
                answer: get(row, "answer")?,
                at_ms: get(row, "at_ms")?,
                place: get(row, "place")?,
                notes: get(row, "notes")?,
                by: get(row, "by_account")?,
                updated_ms: get(row, "updated_ms")?,
            })
        })
        .collect()
}
