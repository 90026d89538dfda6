//! The book: accounts and transfers in memory, on which any number of groups of transfers are decided one after the
//! other. What it has decided is written down by the store in one go.

use super::account::Standing;
use super::account::{closed as account_closed, unknown};
use super::period;
use super::transfer::{Ask, Entered, Made, Side, TransferKind, What, check};
use kernel::{Date, Fen, Instant, Refusal};
use std::collections::{BTreeSet, HashMap};

/// What the book knows of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How far down it may go.
    pub floor: Option<Fen>,
    /// Of the demo's world.
    pub demo: bool,
    /// No more entries.
    pub closed: bool,
    /// The first day of its world that lies in no closed period.
    pub first_open: Option<Date>,
    /// What stands on it.
    pub standing: Standing,
}

/// Everything that the transfers asked for are about.
#[derive(Debug, Default)]
pub struct Book {
    now: Instant,
    lines: HashMap<String, Line>,
    made: HashMap<String, Made>,
    /// By which transfer another one was ended or moved back.
    ended: HashMap<String, (String, TransferKind)>,
    fresh: Vec<Made>,
}

/// What was true before a group, to be put back when the group is refused.
struct Undo {
    standings: Vec<(String, Standing)>,
    fresh: usize,
}

impl Book {
    /// A book at some time.
    pub fn new(now: Instant) -> Book {
        Book { now, ..Book::default() }
    }

    /// An account.
    pub fn line(&mut self, account: String, line: Line) {
        self.lines.insert(account, line);
    }

    /// A transfer that was made before.
    pub fn made(&mut self, made: Made) {
        if let Some(target) = &made.target {
            self.ended.insert(target.clone(), (made.id.clone(), made.kind));
        }
        self.made.insert(made.id.clone(), made);
    }

    /// What it has decided, in order: to be written down.
    pub fn fresh(&self) -> &[Made] {
        &self.fresh
    }

    /// Accounts on which something has changed, in the order of their ids.
    pub fn changed(&self) -> Vec<(&str, Standing)> {
        let paid = self.fresh.iter().map(|made| made.from.account.as_str());
        let got = self.fresh.iter().filter(|made| made.kind.moves()).map(|made| made.to.account.as_str());
        let ids: BTreeSet<&str> = paid.chain(got).collect();
        ids.into_iter().filter_map(|id| Some((id, self.standing(id)?))).collect()
    }

    /// What stands on an account.
    pub fn standing(&self, account: &str) -> Option<Standing> {
        self.lines.get(account).map(|line| line.standing)
    }

    /// Decides a group: all of it happens, or nothing.
    ///
    /// # Errors
    /// The refusal of the first transfer that may not happen.
    pub fn group(&mut self, asks: &[Ask]) -> Result<Vec<Made>, Refusal> {
        let mut undo = Undo { standings: Vec::new(), fresh: self.fresh.len() };
        let decided: Result<Vec<Made>, Refusal> = asks.iter().map(|ask| self.one(ask, &mut undo)).collect();
        if decided.is_err() {
            self.put_back(undo);
        }
        decided
    }

    fn put_back(&mut self, undo: Undo) {
        for made in self.fresh.drain(undo.fresh..) {
            if let Some(target) = &made.target {
                self.ended.remove(target);
            }
            self.made.remove(&made.id);
        }
        // The oldest last: an account may have changed several times.
        for (account, standing) in undo.standings.into_iter().rev() {
            if let Some(line) = self.lines.get_mut(&account) {
                line.standing = standing;
            }
        }
    }

    fn one(&mut self, ask: &Ask, undo: &mut Undo) -> Result<Made, Refusal> {
        if let Some(made) = self.made.get(&ask.id) {
            return if ask.is(made) { Ok(made.clone()) } else { Err(reused(&ask.id)) };
        }
        check(ask, self.now)?;
        let made = match &ask.what {
            What::Plain { from, to, amount } => self.moved(ask, from, to, *amount, Fen::ZERO, undo)?,
            What::Pending { from, to, amount, expires_at } => {
                let made = self.held(ask, from, to, *amount, undo)?;
                Made { expires_at: *expires_at, ..made }
            }
            What::Post { pending, amount } => {
                let held = self.open_pending(pending)?;
                if held.expires_at.is_some_and(|end| self.now >= end) {
                    return Err(expired(pending));
                }
                let amount = amount.unwrap_or(held.amount);
                if amount > held.amount {
                    return Err(post_amount(held.amount));
                }
                self.moved(ask, &held.from.account, &held.to.account, amount, held.amount, undo)?
            }
            What::Void { pending } => {
                let held = self.open_pending(pending)?;
                self.given_back(ask, &held, undo)?
            }
            What::Expire { pending } => {
                let held = self.open_pending(pending)?;
                if held.expires_at.is_none_or(|end| self.now < end) {
                    return Err(not_due(pending));
                }
                self.given_back(ask, &held, undo)?
            }
            What::Reversal { of, amount } => {
                let before = self.reversible(of)?;
                let amount = amount.unwrap_or(before.amount);
                if amount > before.amount {
                    return Err(reversal_amount(before.amount));
                }
                self.moved(ask, &before.to.account, &before.from.account, amount, Fen::ZERO, undo)?
            }
        };
        self.keep(made.clone());
        Ok(made)
    }

    fn keep(&mut self, made: Made) {
        self.fresh.push(made.clone());
        self.made(made);
    }

    /// Both accounts of a transfer, which must be open, of one world, and its day in an open period.
    fn lines(&self, ask: &Ask, from: &str, to: &str) -> Result<(&Line, &Line), Refusal> {
        let line = |id: &str| match self.lines.get(id) {
            None => Err(unknown(id)),
            Some(line) if line.closed => Err(account_closed(id)),
            Some(line) => Ok(line),
        };
        let (from, to) = (line(from)?, line(to)?);
        if from.demo != to.demo {
            return Err(worlds());
        }
        let day = ask.event_at.unwrap_or(self.now).date();
        match from.first_open.filter(|first| day < *first) {
            Some(first) => Err(period::closed(first)),
            None => Ok((from, to)),
        }
    }

    /// Moves money; `released` of it, or more, was held on the account before.
    fn moved(
        &mut self,
        ask: &Ask,
        from: &str,
        to: &str,
        amount: Fen,
        released: Fen,
        undo: &mut Undo,
    ) -> Result<Made, Refusal> {
        let (payer, payee) = self.lines(ask, from, to)?;
        let (one, other) = (payer.standing, payee.standing);
        let held = one.held.minus(released).map_err(|_| too_large(from))?;
        let short = Standing { held, ..one }.available(payer.floor).is_some_and(|available| available < amount.get());
        if short {
            return Err(balance_short(from, payer));
        }
        let balance = one.balance.minus(amount).map_err(|_| too_large(from))?;
        let gained = other.balance.plus(amount).map_err(|_| too_large(to))?;
        self.set(from, Standing { balance, held, version: one.version + 1 }, undo);
        self.set(to, Standing { balance: gained, version: other.version + 1, ..other }, undo);
        let entry = |standing: Standing| Some(Entered { version: standing.version + 1, before: standing.balance });
        Ok(self.written(ask, (from, entry(one)), (to, entry(other)), amount))
    }

    /// Holds money.
    fn held(&mut self, ask: &Ask, from: &str, to: &str, amount: Fen, undo: &mut Undo) -> Result<Made, Refusal> {
        let (payer, _) = self.lines(ask, from, to)?;
        let standing = payer.standing;
        if standing.available(payer.floor).is_some_and(|available| available < amount.get()) {
            return Err(balance_short(from, payer));
        }
        let held = standing.held.plus(amount).map_err(|_| too_large(from))?;
        self.set(from, Standing { held, ..standing }, undo);
        Ok(self.written(ask, (from, None), (to, None), amount))
    }

    /// Gives back what is held. No money moves, so it may happen in whatever period.
    fn given_back(&mut self, ask: &Ask, pending: &Made, undo: &mut Undo) -> Result<Made, Refusal> {
        let from = &pending.from.account;
        let standing = self.lines.get(from).ok_or_else(|| unknown(from))?.standing;
        let held = standing.held.minus(pending.amount).map_err(|_| too_large(from))?;
        self.set(from, Standing { held, ..standing }, undo);
        Ok(self.written(ask, (from, None), (&pending.to.account, None), pending.amount))
    }

    fn set(&mut self, account: &str, standing: Standing, undo: &mut Undo) {
        if let Some(line) = self.lines.get_mut(account) {
            undo.standings.push((account.to_owned(), line.standing));
            line.standing = standing;
        }
    }

    fn written(&self, ask: &Ask, from: (&str, Option<Entered>), to: (&str, Option<Entered>), amount: Fen) -> Made {
        let side = |(account, entry): (&str, Option<Entered>)| Side { account: account.to_owned(), entry };
        Made {
            id: ask.id.clone(),
            kind: ask.kind(),
            target: ask.target().map(str::to_owned),
            from: side(from),
            to: side(to),
            amount,
            code: ask.code.clone(),
            reference: ask.reference.clone(),
            event_at: ask.event_at.unwrap_or(self.now),
            created_at: self.now,
            expires_at: None,
        }
    }

    fn open_pending(&self, id: &str) -> Result<Made, Refusal> {
        let pending = self.made.get(id).ok_or_else(|| target_unknown(id))?;
        if pending.kind != TransferKind::Pending {
            return Err(not_pending(id));
        }
        match self.ended.get(id) {
            Some((_, kind)) => Err(resolved(id, *kind)),
            None => Ok(pending.clone()),
        }
    }

    fn reversible(&self, id: &str) -> Result<Made, Refusal> {
        let before = self.made.get(id).ok_or_else(|| target_unknown(id))?;
        if !matches!(before.kind, TransferKind::Plain | TransferKind::Post) {
            return Err(not_reversible(id));
        }
        match self.ended.get(id) {
            Some((by, _)) => Err(reversed(id, by)),
            None => Ok(before.clone()),
        }
    }
}

fn reused(id: &str) -> Refusal {
    Refusal::conflict(
        "transfer-id-reused",
        format!("转账编号 {id} 已用于另一笔内容不同的转账，本次未作更改。请为新的转账使用新的编号。"),
        format!("The id {id} belongs to another transfer with other contents; nothing was changed. Give a new transfer a new id."),
    )
    .at("id")
}

pub(crate) fn worlds() -> Refusal {
    Refusal::invalid(
        "worlds-mixed",
        "演示账户与真实账户之间不能转账。请在同一类账户之间办理。",
        "Money of the demo and real money never meet. Use two accounts of the same world.",
    )
    .at("to")
}

fn balance_short(id: &str, line: &Line) -> Refusal {
    let available = Fen::new(line.standing.available(line.floor).unwrap_or(0).max(0)).unwrap_or(Fen::MAX);
    Refusal::conflict(
        "balance-short",
        format!("账户 {id} 可用余额为 {available} 元（已扣除冻结），不足以办理。请减少金额，或先补足余额。"),
        format!("Account {id} has {available} yuan to spend, what is held not counted. Ask for less, or put money on it first."),
    )
    .at("amount")
}

fn too_large(id: &str) -> Refusal {
    Refusal::invalid(
        "balance-large",
        format!("账户 {id} 的余额将超出可记录的范围，请核对金额。"),
        format!("The balance of account {id} would leave the range that can be written down; check the amount."),
    )
    .at("amount")
}

fn target_unknown(id: &str) -> Refusal {
    Refusal::invalid(
        "transfer-unknown",
        format!("没有编号为 {id} 的转账，请检查编号。"),
        format!("There is no transfer {id}; check the id."),
    )
    .at("target")
}

fn not_pending(id: &str) -> Refusal {
    Refusal::invalid(
        "pending-kind",
        format!("转账 {id} 不是冻结，不能入账或解冻。更正已入账的转账请用冲销。"),
        format!("The transfer {id} holds nothing that could be posted or released. What has moved is corrected by a reversal."),
    )
    .at("target")
}

fn resolved(id: &str, kind: TransferKind) -> Refusal {
    let (zh, en) = match kind {
        TransferKind::Post => ("入账", "posted"),
        TransferKind::Expire => ("到期解冻", "released, as its time was over"),
        _ => ("解冻", "released"),
    };
    Refusal::conflict(
        "pending-resolved",
        format!("冻结 {id} 已{zh}，不能再次办理。请刷新后查看。"),
        format!("The pending transfer {id} has been {en}; that happens once. Refresh to see it."),
    )
    .at("target")
}

fn expired(id: &str) -> Refusal {
    Refusal::conflict(
        "pending-expired",
        format!("冻结 {id} 已过期，不能入账。如仍需付款，请重新冻结。"),
        format!("The time of the pending transfer {id} is over and it cannot be posted. Hold the money again if it is still to be paid."),
    )
    .at("target")
}

fn not_due(id: &str) -> Refusal {
    Refusal::conflict(
        "pending-not-due",
        format!("冻结 {id} 尚未到期。提前解冻请用解冻。"),
        format!("The time of the pending transfer {id} is not over. To release it early, void it."),
    )
    .at("target")
}

fn post_amount(held: Fen) -> Refusal {
    Refusal::invalid(
        "post-amount",
        format!("入账金额不能超过冻结的 {held} 元，请减少金额。"),
        format!("No more than the {held} yuan that are held can be posted; ask for less."),
    )
    .at("amount")
}

fn not_reversible(id: &str) -> Refusal {
    Refusal::invalid(
        "reversal-kind",
        format!("转账 {id} 没有移动过资金，或本身就是冲销，不能冲销。请另做一笔转账更正。"),
        format!("The transfer {id} has moved nothing or is a reversal itself. Correct it by a new transfer."),
    )
    .at("target")
}

fn reversed(id: &str, by: &str) -> Refusal {
    Refusal::conflict(
        "reversal-done",
        format!("转账 {id} 已由 {by} 冲销，不能再次冲销。"),
        format!("The transfer {id} has been reversed by {by}; that happens once."),
    )
    .at("target")
}

fn reversal_amount(amount: Fen) -> Refusal {
    Refusal::invalid(
        "reversal-amount",
        format!("冲销金额不能超过原金额 {amount} 元，请减少金额。"),
        format!("No more than the {amount} yuan that were moved can be moved back; ask for less."),
    )
    .at("amount")
}
