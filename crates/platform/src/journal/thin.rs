//! Thinning of old checkpoints: a busy log signs one every second, and nobody needs each of them for ever.
//!
//! What somebody has kept is not lost with its row: `verify --against` computes the tree of any size again from the
//! leaves. Receipts prove against the newest checkpoints, bundles carry their own, and a log that follows another holds
//! the last checkpoint of that one in its first leaf.

use super::log;
use super::store::checkpoint;
use crate::ctx::Ctx;
use crate::db::{Db, Outcome};
use kernel::Instant;

/// Checkpoints read and removed at once.
const PAGE: i64 = 2_048;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// What is kept.
#[derive(Debug, Clone, Copy)]
pub struct Keep {
    /// So many of the newest ones.
    pub newest: usize,
    /// What a witness has signed, for so many days.
    pub cosigned_days: i64,
    /// One of every hour for so many days, then one of every day for ever; of those with a witness's signature likewise.
    pub hourly_days: i64,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep { newest: 1_000, cosigned_days: 30, hourly_days: 90 }
    }
}

/// A checkpoint as the rule sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) size: i64,
    pub(super) at_ms: i64,
    pub(super) signed: bool,
    pub(super) cosigned: bool,
    /// A witness stands at it: the next proof begins there.
    pub(super) stood_on: bool,
}

/// The rule, asked for one checkpoint after the other, the newest first.
struct Rule {
    keep: Keep,
    now_ms: i64,
    seen: usize,
    /// The stretches of time of the last one that was kept for them: of all, of the cosigned.
    kept: [Option<(bool, i64)>; 2],
}

impl Rule {
    fn new(keep: Keep, now: Instant) -> Rule {
        Rule { keep, now_ms: now.ms(), seen: 0, kept: [None; 2] }
    }

    fn keeps(&mut self, row: &Row) -> bool {
        self.seen += 1;
        let age_ms = self.now_ms - row.at_ms;
        let hourly = age_ms < self.keep.hourly_days * DAY_MS;
        let stretch = (hourly, row.at_ms.div_euclid(if hourly { HOUR_MS } else { DAY_MS }));
        let mut last = false;
        for (place, counts) in [(0, row.signed), (1, row.cosigned)] {
            if counts && self.kept[place] != Some(stretch) {
                self.kept[place] = Some(stretch);
                last = true;
            }
        }
        let fresh = row.cosigned && age_ms < self.keep.cosigned_days * DAY_MS;
        last || fresh || row.stood_on || self.seen <= self.keep.newest
    }
}

/// Removes the checkpoints that need not be kept, of every log, with what witnesses have signed of them; returns how many.
///
/// # Errors
/// Database faults.
pub async fn thin(db: &Db, now: Instant, keep: Keep) -> Outcome<u64> {
    let mut removed = 0;
    for log in log::all(&db.read()).await? {
        let mut rule = Rule::new(keep, now);
        let mut below = i64::MAX;
        loop {
            let rows = checkpoint::before(&db.read(), &log.origin, below, PAGE).await?;
            let Some(last) = rows.last() else { break };
            below = last.size;
            let surplus: Vec<i64> = rows.iter().filter(|row| !rule.keeps(row)).map(|row| row.size).collect();
            removed += surplus.len() as u64;
            remove(db, now, &log.origin, surplus).await?;
        }
    }
    Ok(removed)
}

async fn remove(db: &Db, now: Instant, origin: &str, sizes: Vec<i64>) -> Outcome<()> {
    if sizes.is_empty() {
        return Ok(());
    }
    db.in_txn(&Ctx::system(now), "journal_thin", (origin.to_owned(), sizes), |tx, (origin, sizes)| {
        Box::pin(async move {
            for size in sizes {
                checkpoint::remove(tx, origin, *size).await?;
            }
            Ok(())
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Keep = Keep { newest: 2, cosigned_days: 1, hourly_days: 10 };

    /// Which of some checkpoints stay: hours before now, and whether a witness has signed, the newest first.
    fn kept(rows: &[(f64, bool)]) -> Vec<f64> {
        let now = Instant::from_ms(1_000 * DAY_MS);
        let mut rule = Rule::new(KEEP, now);
        let row = |(ago, cosigned): (f64, bool)| {
            let at_ms = now.ms() - (ago * HOUR_MS as f64) as i64;
            Row { size: 1, at_ms, signed: true, cosigned, stood_on: false }
        };
        rows.iter().filter(|each| rule.keeps(&row(**each))).map(|(ago, _)| *ago).collect()
    }

    #[test]
    fn the_newest_one_of_every_hour_and_what_is_cosigned_stay() {
        let plain = [0.1, 0.2, 0.3, 0.4, 1.1, 1.2, 1.9, 30.5].map(|ago| (ago, false));
        assert_eq!(kept(&plain), [0.1, 0.2, 1.1, 30.5]);
        // Fresh ones with a signature all stay; later one of every hour, beside the last of that hour.
        let cosigned = [
            (0.1, false),
            (0.2, false),
            (1.1, false),
            (1.2, true),
            (1.3, true),
            (30.1, false),
            (30.2, true),
            (30.3, true),
        ];
        assert_eq!(kept(&cosigned), [0.1, 0.2, 1.1, 1.2, 1.3, 30.1, 30.2]);
        // After the days of hours, one of every day.
        let old =
            [(0.1, false), (0.2, false), (481.0, false), (482.0, false), (482.5, true), (483.0, true), (505.0, false)];
        assert_eq!(kept(&old), [0.1, 0.2, 481.0, 482.5, 505.0]);
    }

    #[test]
    fn what_a_witness_stands_on_stays_and_what_was_never_signed_goes() {
        let now = Instant::from_ms(1_000 * DAY_MS);
        let mut rule = Rule::new(Keep { newest: 1, ..KEEP }, now);
        let row = Row { size: 1, at_ms: now.ms() - 1, signed: true, cosigned: false, stood_on: false };
        assert!(rule.keeps(&row) && !rule.keeps(&row));
        assert!(rule.keeps(&Row { stood_on: true, ..row }));
        assert!(!rule.keeps(&Row { signed: false, at_ms: now.ms() - 5 * HOUR_MS, ..row }));
        assert!(rule.keeps(&Row { at_ms: now.ms() - 5 * HOUR_MS, ..row }));
    }
}
