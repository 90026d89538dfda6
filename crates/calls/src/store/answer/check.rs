//! Rows of the formal check: what officers found, and who asked for another look.

use crate::rules::answer::check::{Again, CheckReason, Look, Open};
use crate::store::bad;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, first, get, put};
use sea_orm::QueryResult;

/// The tables of looks. An answer is looked at once, and once more when asked: of two officers at once the key lets one
/// through. A sender asks once: the key.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0014-check",
    sql: "
CREATE TABLE call_check (
  answer TEXT NOT NULL REFERENCES call_answer (id), ord BIGINT NOT NULL, admitted BOOLEAN NOT NULL, code TEXT,
  words TEXT NOT NULL, by_account TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (answer, ord));
CREATE TABLE call_check_again (
  answer TEXT PRIMARY KEY REFERENCES call_answer (id), words TEXT NOT NULL, by_account TEXT NOT NULL, at_ms BIGINT NOT NULL);
",
}];

const COLUMNS: [&str; 7] = ["answer", "ord", "admitted", "code", "words", "by_account", "at_ms"];

fn look(row: &QueryResult) -> Outcome<Look> {
    let code: Option<String> = get(row, "code")?;
    Ok(Look {
        answer: get(row, "answer")?,
        ord: get(row, "ord")?,
        admitted: get(row, "admitted")?,
        code: code.map(|code| CheckReason::parse(&code).ok_or_else(|| bad("call_check", "code"))).transpose()?,
        words: get(row, "words")?,
        by: get(row, "by_account")?,
        at_ms: get(row, "at_ms")?,
    })
}

/// Keeps what an officer found.
pub async fn add(conn: &Conn, l: &Look) -> Outcome<()> {
    let row = vec![
        l.answer.clone().into(),
        l.ord.into(),
        l.admitted.into(),
        l.code.map(|code| code.code().to_owned()).into(),
        l.words.clone().into(),
        l.by.clone().into(),
        l.at_ms.into(),
    ];
    put(conn, "call_check", &COLUMNS, &[], vec![row]).await
}

/// What was found of an answer, the first look first.
pub async fn of_answer(conn: &Conn, answer: &str) -> Outcome<Vec<Look>> {
    let text = format!("SELECT {} FROM call_check WHERE answer = $1 ORDER BY ord LIMIT 2", COLUMNS.join(", "));
    all(conn, &text, vec![answer.into()]).await?.iter().map(look).collect()
}

/// Keeps that a sender has asked for another look.
pub async fn ask(conn: &Conn, a: &Again) -> Outcome<()> {
    let row = vec![a.answer.clone().into(), a.words.clone().into(), a.by.clone().into(), a.at_ms.into()];
    put(conn, "call_check_again", &["answer", "words", "by_account", "at_ms"], &[], vec![row]).await
}

/// What the sender of an answer has asked.
pub async fn asked(conn: &Conn, answer: &str) -> Outcome<Option<Again>> {
    let text = "SELECT answer, words, by_account, at_ms FROM call_check_again WHERE answer = $1";
    let row = first(conn, text, vec![answer.into()]).await?;
    row.map(|row| {
        Ok(Again {
            answer: get(&row, "answer")?,
            words: get(&row, "words")?,
            by: get(&row, "by_account")?,
            at_ms: get(&row, "at_ms")?,
        })
    })
    .transpose()
}

/// Refused answers of a call's present round, with what is still open about each. As many as a round has answers.
pub async fn refused(conn: &Conn, call: &str) -> Outcome<Vec<(String, Open)>> {
    let text =
        "SELECT a.id AS id, k.at_ms AS at_ms, CAST(CASE WHEN g.answer IS NULL THEN 0 ELSE 1 END AS BIGINT) AS asked,
         CAST(CASE WHEN s.answer IS NULL THEN 0 ELSE 1 END AS BIGINT) AS again
         FROM call_answer a JOIN call c ON c.id = a.call AND c.round = a.round
         JOIN call_check k ON k.answer = a.id AND k.ord = 1
         LEFT JOIN call_check_again g ON g.answer = a.id
         LEFT JOIN call_check s ON s.answer = a.id AND s.ord = 2
         WHERE a.call = $1 AND a.state = 'refused' ORDER BY a.number";
    let rows = all(conn, text, vec![call.into()]).await?;
    rows.iter()
        .map(|row| {
            let open = Open { refused_ms: get(row, "at_ms")?, asked: flag(row, "asked")?, again: flag(row, "again")? };
            Ok((get(row, "id")?, open))
        })
        .collect()
}

fn flag(row: &QueryResult, column: &str) -> Outcome<bool> {
    Ok(get::<i64>(row, column)? == 1)
}
