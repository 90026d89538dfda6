//! Sends new checkpoints to the witnesses and keeps what they sign.
//!
//! One node does it, beside its other work. Only the newest checkpoint is sent, with the proof from the tree that the
//! witness has signed last; what came in between it never sees and need not.

use super::store::{self, Row};
use super::{Named, REFUSES, Witnesses};
use crate::app::App;
use crate::ctx::Ctx;
use crate::db::{Conn, Outcome};
use crate::journal::log::{self, Log};
use crate::journal::{Entry, prove};
use crate::lease;
use crate::outward::{self, Answer, Failed, Post};
use futures_util::future::join_all;
use proof::Digest;
use proof::witness::{ADD_CHECKPOINT, SIZE_TYPE, Submission, cosignature, size};
use std::sync::Arc;

/// Which node sends.
const LEASE: &str = "witnessing";
/// After a signature a witness is left alone for so long.
const PAUSE_MS: i64 = 2_000;
/// The pause after a try that came to nothing; it doubles with each further one.
const RETRY_MS: i64 = 5_000;
const RETRY_MS_MAX: i64 = 10 * 60_000;

/// Begins to send what is due, if nothing is being sent.
pub(crate) fn begin(app: &App) {
    let witnesses = Witnesses::of(app);
    if witnesses.named().is_empty() {
        return;
    }
    if let Ok(turn) = Arc::clone(&witnesses.running).try_lock_owned() {
        let app = app.clone();
        tokio::spawn(async move {
            if let Err(fault) = round(&app, &witnesses).await {
                tracing::error!(cause = ?fault, "witness.send failed");
            }
            drop(turn);
        });
    }
}

/// Sends what is due and waits for it; what is being sent already is waited for too.
///
/// # Errors
/// Only when the database fails; what a witness says is kept.
pub async fn send_due(app: &App) -> Outcome<()> {
    let witnesses = Witnesses::of(app);
    let _turn = witnesses.running.lock().await;
    round(app, &witnesses).await
}

async fn round(app: &App, witnesses: &Witnesses) -> Outcome<()> {
    let conn = app.db().read();
    let Some(log) = log::newest(&conn).await? else { return Ok(()) };
    let Some(newest) = log::published(&conn, &log.origin).await? else { return Ok(()) };
    let now_ms = app.clock().now().ms();
    let mut due = Vec::new();
    for named in witnesses.named() {
        let key = named.key.text();
        let row = store::row(&conn, &log.origin, &key).await?.unwrap_or_default();
        if row.next_ms <= now_ms && !newest.witnesses.contains(&key) {
            due.push((named, row));
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    let node = app.db().node().to_owned();
    let ctx = Ctx::system(app.clock().now());
    let held =
        app.db().in_txn(&ctx, "witness_lease", node, |tx, node| Box::pin(lease::hold(tx, LEASE, node, false))).await?;
    if !held {
        return Ok(());
    }
    let asked = due.into_iter().map(|(named, row)| async {
        let said = ask(&conn, &log, named, row.size).await?;
        keep(app, &log, named, row, said).await
    });
    join_all(asked).await.into_iter().collect()
}

/// What a witness said, or did not say.
#[derive(Debug)]
enum Said {
    /// It has signed the tree of so many leaves with this line.
    Signed(u64, String),
    /// It did not answer, or not now.
    Late(String),
    /// It answered without a signature that holds.
    Wrong(String),
    /// It does not know this log or its key.
    Stranger(u16),
    /// The log does not continue what it has signed before.
    Refuses(String),
}

impl Said {
    fn state(&self) -> &'static str {
        match self {
            Said::Signed(..) => "agrees",
            Said::Late(_) => "late",
            Said::Wrong(_) => "wrong",
            Said::Stranger(_) => "stranger",
            Said::Refuses(_) => REFUSES,
        }
    }
}

impl Said {
    /// In the words of whoever said no; empty for a signature.
    fn why(&self) -> String {
        match self {
            Said::Signed(..) => String::new(),
            Said::Late(why) | Said::Wrong(why) | Said::Refuses(why) => why.clone(),
            Said::Stranger(status) => format!("status {status}"),
        }
    }
}

/// Sends the newest checkpoint; `stands` is the tree that the witness has signed last, as far as is known. If it stands
/// elsewhere it says where, and is asked once more from there.
async fn ask(conn: &Conn, log: &Log, named: &Named, stands: u64) -> Outcome<Said> {
    let mut old = stands;
    for _ in 0..2 {
        // Read again: another node may have signed a newer one.
        let Some(newest) = log::published(conn, &log.origin).await? else { return Ok(Said::Late("unsigned".into())) };
        let new = newest.checkpoint.size;
        if old > new {
            return Ok(Said::Refuses(format!("has signed {old} entries, the log has {new}")));
        }
        let Some(proof) = continues(conn, log, old, new).await? else { return Ok(Said::Late("tree".into())) };
        let submission = Submission { old, proof, note: newest.log_note };
        let post = Post {
            url: format!("{}{ADD_CHECKPOINT}", named.url),
            private: named.private,
            headers: vec![("content-type", "text/plain; charset=utf-8".to_owned())],
            body: submission.text(),
        };
        match outward::post(&post).await {
            Err(Failed::Later(why) | Failed::Never(why)) => return Ok(Said::Late(why)),
            Ok(answer) => match heard(named, &submission, new, &answer) {
                Heard::Elsewhere(size) => old = size,
                Heard::Said(said) => return Ok(said),
            },
        }
    }
    Ok(Said::Wrong("it stands elsewhere each time".into()))
}

async fn continues(conn: &Conn, log: &Log, old: u64, new: u64) -> Outcome<Option<Vec<Digest>>> {
    if old == 0 { Ok(Some(Vec::new())) } else { prove::hashes_between(conn, log, old, new).await }
}

enum Heard {
    /// It has signed a tree of another size last.
    Elsewhere(u64),
    Said(Said),
}

fn heard(named: &Named, submission: &Submission, new: u64, answer: &Answer) -> Heard {
    let body = String::from_utf8_lossy(&answer.body);
    Heard::Said(match answer.status.as_u16() {
        200 => match cosignature(&body, &submission.note, &named.key) {
            Ok((line, _)) => Said::Signed(new, line),
            Err(error) => Said::Wrong(error.to_string()),
        },
        409 => match size(body.trim_end()).filter(|_| answer.media_type.starts_with(SIZE_TYPE)) {
            Some(size) if size != submission.old => return Heard::Elsewhere(size),
            // It stands where the proof begins, and still says no: its tree of that size is another one.
            _ => Said::Refuses(format!("another tree of {} entries", submission.old)),
        },
        422 => Said::Refuses(format!("no continuation of {} entries", submission.old)),
        status @ (403 | 404) => Said::Stranger(status),
        status => Said::Late(format!("status {status}")),
    })
}

/// Writes down what a witness said. That it begins to refuse, or agrees again, is an entry of the log itself.
async fn keep(app: &App, log: &Log, named: &Named, before: Row, said: Said) -> Outcome<()> {
    let now_ms = app.clock().now().ms();
    let mut row = Row { state: said.state().to_owned(), asked_ms: now_ms, ..before.clone() };
    if let Said::Signed(size, _) = &said {
        row = Row { size: *size, failures: 0, agreed_ms: Some(now_ms), next_ms: now_ms + PAUSE_MS, ..row };
    } else {
        row.failures = before.failures.saturating_add(1);
        let doubled = RETRY_MS << before.failures.clamp(0, 10);
        row.next_ms = now_ms + doubled.min(RETRY_MS_MAX);
        tracing::warn!(
            witness = named.key.name(),
            state = said.state(),
            why = said.why(),
            "witness.send came to nothing"
        );
    }
    let turned = match (before.state == REFUSES, &said) {
        (false, Said::Refuses(_)) => Some(("journal.witness-refused", said.why())),
        (true, Said::Signed(..)) => Some(("journal.witness-agreed", said.why())),
        _ => None,
    };
    let input = (log.origin.clone(), named.key.text(), row, said, turned);
    app.in_txn(&Ctx::system(app.clock().now()), "witness_said", input, |tx, (origin, witness, row, said, turned)| {
        Box::pin(async move {
            store::set_row(tx, origin, witness, row).await?;
            if let Said::Signed(size, line) = said {
                store::keep(tx, origin, *size, witness, line).await?;
            }
            if let Some((kind, why)) = turned {
                let data = serde_json::json!({ "witness": witness, "said": why });
                tx.journal(Entry::new(kind, "log", origin).public().data(data)).await?;
            }
            Ok(())
        })
    })
    .await
}
