//! The auditor: goes through every transfer once, in the order in which they were written, and works out again what
//! every account must look like.
//!
//! What the house keeps beside the transfers is then held to that.

use super::period::Month;
use super::transfer::{Made, Side, TransferKind};
use kernel::Fen;
use std::collections::{HashMap, HashSet};

/// Problems named at most; where one row is bad, thousands may be.
const PROBLEMS_MAX: usize = 100;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Accounts.
    pub accounts: u64,
    /// Transfers of all kinds.
    pub transfers: u64,
    /// Entries: two for each transfer that moved money.
    pub entries: u64,
    /// Pending transfers that hold money now.
    pub pendings: u64,
    /// Balances at the ends of closed periods.
    pub closed_balances: u64,
    /// What does not hold, the first row first. Empty: everything holds.
    pub problems: Vec<String>,
    /// There are more problems than are named.
    pub more: bool,
}

struct Line {
    id: String,
    demo: bool,
    floor: Option<i64>,
    balance: i64,
    held: i64,
    version: i64,
}

/// A pending transfer that has not ended: its accounts, its amount and its time.
struct Open {
    from: usize,
    to: usize,
    amount: i64,
    expires_ms: Option<i64>,
}

/// A reversal, to be held to what it reverses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversed {
    /// Its id.
    pub id: String,
    /// What it reverses.
    pub target: String,
    /// Where its money comes from.
    pub from: String,
    /// Where it goes.
    pub to: String,
    /// How much.
    pub amount: Fen,
}

/// Closed periods of one world: their months in order, and where each ends.
type Periods = Vec<(Month, i64)>;

/// See the module.
#[derive(Default)]
pub struct Auditor {
    lines: Vec<Line>,
    index: HashMap<String, usize>,
    open: HashMap<String, Open>,
    reversals: Vec<Reversed>,
    /// Closed periods of the real world and of the demo.
    periods: [Periods; 2],
    /// What each account moved in each closed period.
    moved: HashMap<(usize, Month), i64>,
    /// Closed balances that were held to that.
    seen: HashSet<(usize, Month)>,
    report: Report,
}

impl Auditor {
    /// An account, before any transfer.
    pub fn account(&mut self, id: &str, demo: bool, floor: Option<Fen>) {
        self.index.insert(id.to_owned(), self.lines.len());
        let floor = floor.map(Fen::get);
        self.lines.push(Line { id: id.to_owned(), demo, floor, balance: 0, held: 0, version: 0 });
        self.report.accounts += 1;
    }

    /// A closed period, before any transfer; months of a world in order.
    pub fn period(&mut self, demo: bool, month: Month) {
        self.periods[usize::from(demo)].push((month, month.end().ms()));
    }

    /// Notes what does not hold.
    pub fn problem(&mut self, what: String) {
        if self.report.problems.len() < PROBLEMS_MAX {
            self.report.problems.push(what)
        } else {
            self.report.more = true
        }
    }

    /// The next transfer. What does not hold is noted, and the row's own figures are gone on from, so that one bad row is
    /// one problem.
    pub fn transfer(&mut self, made: &Made) {
        self.report.transfers += 1;
        let places = (self.index.get(&made.from.account).copied(), self.index.get(&made.to.account).copied());
        let (Some(from), Some(to)) = places else {
            return self.problem(format!("transfer {}: one of its accounts is not there", made.id));
        };
        if from == to || self.lines[from].demo != self.lines[to].demo {
            self.problem(format!("transfer {}: its accounts are the same, or of two worlds", made.id));
        }
        let moves = made.kind.moves();
        if made.amount <= Fen::ZERO || made.from.entry.is_some() != moves || made.to.entry.is_some() != moves {
            self.problem(format!(
                "transfer {}: a {} with amount {} and these entries cannot be",
                made.id,
                made.kind.code(),
                made.amount
            ));
        }
        self.target(made, from, to);
        if moves {
            self.entry(made, &made.from, from, -made.amount.get());
            self.entry(made, &made.to, to, made.amount.get());
        }
        if !made.kind.resolves()
            && self.lines[from].floor.is_some_and(|floor| self.lines[from].balance - self.lines[from].held < floor)
        {
            self.problem(format!(
                "transfer {}: it takes account {} below its lowest balance",
                made.id, made.from.account
            ));
        }
    }

    /// What a transfer does to the one that it is about, and to what is held.
    fn target(&mut self, made: &Made, from: usize, to: usize) {
        let amount = made.amount.get();
        match (made.kind, &made.target) {
            (TransferKind::Plain, None) => {}
            (TransferKind::Pending, None) => {
                self.lines[from].held += amount;
                let expires_ms = made.expires_at.map(|end| end.ms());
                self.open.insert(made.id.clone(), Open { from, to, amount, expires_ms });
            }
            (TransferKind::Reversal, Some(target)) => self.reversals.push(Reversed {
                id: made.id.clone(),
                target: target.clone(),
                from: made.from.account.clone(),
                to: made.to.account.clone(),
                amount: made.amount,
            }),
            (kind, Some(target)) if kind.resolves() => match self.open.remove(target) {
                None => {
                    self.problem(format!("transfer {}: {target} is no pending transfer, or has ended before", made.id))
                }
                Some(open) => self.resolved(made, &open, from, to),
            },
            _ => self.problem(format!("transfer {}: a {} with this target cannot be", made.id, made.kind.code())),
        }
    }

    fn resolved(&mut self, made: &Made, open: &Open, from: usize, to: usize) {
        self.lines[open.from].held -= open.amount;
        let (amount, late) = (made.amount.get(), open.expires_ms.is_some_and(|end| made.created_at.ms() >= end));
        let fits = match made.kind {
            TransferKind::Post => amount <= open.amount && !late,
            TransferKind::Expire => amount == open.amount && late,
            _ => amount == open.amount,
        };
        if !fits || (open.from, open.to) != (from, to) {
            self.problem(format!("transfer {}: it does not fit the pending transfer that it ends", made.id));
        }
    }

    fn entry(&mut self, made: &Made, side: &Side, place: usize, amount: i64) {
        let Some(entry) = side.entry else { return };
        self.report.entries += 1;
        let line = &mut self.lines[place];
        let (version, balance) = (line.version + 1, line.balance);
        (line.version, line.balance) = (entry.version, entry.before.get() + amount);
        if let Some((month, _)) = period_of(&self.periods[usize::from(line.demo)], made.event_at.ms()) {
            *self.moved.entry((place, month)).or_default() += amount;
        }
        if entry.version != version {
            self.problem(format!(
                "transfer {}: version {} of account {} where {version} comes next",
                made.id, entry.version, side.account
            ));
        }
        if entry.before.get() != balance {
            self.problem(format!(
                "transfer {}: account {} stood at {balance} fen before version {}, not at {}",
                made.id,
                side.account,
                entry.version,
                entry.before.get()
            ));
        }
    }

    /// Holds the transfers gone through to how many there are.
    pub fn counted(&mut self, transfers: u64) {
        if self.report.transfers != transfers {
            self.problem(format!("{} transfers were read of {transfers}", self.report.transfers));
        }
    }

    /// Reversals that were found, to be held to what they reverse.
    pub fn reversals(&self) -> &[Reversed] {
        &self.reversals
    }

    /// Holds reversals to the transfers that they reverse.
    pub fn reversed(&mut self, originals: &HashMap<String, Made>) {
        let mut seen = HashSet::new();
        for reversal in std::mem::take(&mut self.reversals) {
            let fits = originals.get(&reversal.target).is_some_and(|made| {
                matches!(made.kind, TransferKind::Plain | TransferKind::Post)
                    && (&made.to.account, &made.from.account) == (&reversal.from, &reversal.to)
                    && reversal.amount <= made.amount
            });
            if !fits || !seen.insert(reversal.target.clone()) {
                self.problem(format!(
                    "transfer {}: it does not reverse {}, or not as the only one",
                    reversal.id, reversal.target
                ));
            }
        }
    }

    /// Holds the kept balance of an account to what its transfers come to.
    pub fn balance(&mut self, account: &str, balance: i64, held: i64, version: i64) {
        let Some(line) = self.index.get(account).map(|place| &self.lines[*place]) else {
            return self.problem(format!("balance of {account}: there is no such account"));
        };
        if (line.balance, line.held, line.version) != (balance, held, version) {
            let (b, h, v) = (line.balance, line.held, line.version);
            self.problem(format!(
                "balance of {account}: {balance} fen, {held} held, version {version}; its transfers come to {b}, {h} and {v}"
            ));
        }
    }

    /// Holds a kept pending transfer to the one that was made.
    pub fn pending(&mut self, id: &str, account: &str, amount: i64) {
        self.report.pendings += 1;
        let fits = self
            .open
            .remove(id)
            .is_some_and(|open| (self.lines[open.from].id.as_str(), open.amount) == (account, amount));
        if !fits {
            self.problem(format!("pending {id}: it has ended, or was made otherwise"));
        }
    }

    /// Holds the closed balance of an account to what it moved until then.
    pub fn closed_balance(&mut self, account: &str, month: Month, balance: i64) {
        self.report.closed_balances += 1;
        let Some(place) = self.index.get(account).copied() else {
            return self.problem(format!("closed balance of {account}: there is no such account"));
        };
        self.seen.insert((place, month));
        let demo = usize::from(self.lines[place].demo);
        let until = self.periods[demo].iter().filter(|(each, _)| *each <= month);
        let sum: i64 = until.filter_map(|(each, _)| self.moved.get(&(place, *each))).sum();
        if !self.moved.contains_key(&(place, month)) || sum != balance {
            self.problem(format!(
                "closed balance of {account} for {month}: {balance} fen; its transfers come to {sum}"
            ));
        }
    }

    /// The end: what is left over, and the sum of each world.
    pub fn finish(mut self) -> Report {
        let mut left: Vec<&String> = self.open.keys().collect();
        left.sort_unstable();
        let left: Vec<String> =
            left.into_iter().map(|id| format!("pending {id}: it holds money and is not kept")).collect();
        left.into_iter().for_each(|what| self.problem(what));
        let mut unseen: Vec<_> = self.moved.keys().filter(|key| !self.seen.contains(key)).copied().collect();
        unseen.sort_unstable();
        for (place, month) in unseen {
            self.problem(format!("closed balance of {} for {month}: it is not kept", self.lines[place].id));
        }
        for (demo, world) in [(false, "real"), (true, "demo")] {
            let sum: i64 = self.lines.iter().filter(|line| line.demo == demo).map(|line| line.balance).sum();
            if sum != 0 {
                self.problem(format!("the balances of the {world} world come to {sum} fen, not to zero"));
            }
        }
        self.report
    }
}

/// The closed period of a world in which something happened. The first one holds everything before it too.
fn period_of(periods: &Periods, event_ms: i64) -> Option<(Month, i64)> {
    periods.get(periods.partition_point(|(_, end)| *end <= event_ms)).copied()
}
