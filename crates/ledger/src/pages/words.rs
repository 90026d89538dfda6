//! Names of accounts, owners and states, and amounts as people read them.

use crate::rules::account::{Account, OwnerKind, Standing};
use crate::rules::payment::{Payment, PaymentState};
use crate::rules::reconcile::{EntryState, LineEntry};
use crate::store::line::Line;
use kernel::{Adcode, Fen};
use platform::web::T;
use platform::web::format::grouped;
use platform::web::parts::{Cell, Choice, Tag, Tone};
use registry::corridor::Corridor;
use std::collections::BTreeMap;

/// An amount in yuan with two places, for columns whose head names the unit.
pub(super) fn amount(fen: Fen) -> String {
    let sign = if fen < Fen::ZERO { "−" } else { "" };
    let whole = fen.get().unsigned_abs();
    let yuan = i64::try_from(whole / 100).unwrap_or(i64::MAX);
    format!("{sign}{}.{:02}", grouped(yuan), whole % 100)
}

/// The same with a sign before what is added.
pub(super) fn signed(fen: Fen) -> String {
    if fen > Fen::ZERO { format!("+{}", amount(fen)) } else { amount(fen) }
}

/// An amount with its unit.
pub(super) fn money(t: T, fen: Fen) -> String {
    t.with("ledger-yuan", "amount", amount(fen))
}

/// Who an account belongs to, as people say it; `names` are those of organisations.
pub(super) fn owner(t: T, corridor: &Corridor, names: &BTreeMap<String, String>, account: &Account) -> String {
    let owner = &account.owner;
    match owner.kind {
        OwnerKind::City => {
            Adcode::parse(&owner.id).map_or_else(|_| owner.id.clone(), |city| corridor.place_name(city, t.locale))
        }
        OwnerKind::Organisation => names.get(&owner.id).unwrap_or(&owner.id).clone(),
        kind => t.msg(format!("ledger-owner-{}", kind.code())).into_owned(),
    }
}

/// What an account is for.
pub(super) fn purpose(t: T, account: &Account) -> String {
    t.msg(format!("ledger-purpose-{}", account.purpose.code())).into_owned()
}

/// Year and subject of a budget; empty where it has none.
pub(super) fn budget(t: T, account: &Account) -> String {
    let year = account.budget_year.map(|year| t.with("ledger-budget-year", "year", year.to_string()));
    let subject = account.budget_subject.as_ref().map(|code| t.with("ledger-budget-subject", "code", code.as_str()));
    year.into_iter().chain(subject).collect::<Vec<_>>().join(" · ")
}

/// Labels of an account.
pub(super) fn account_tags(t: T, account: &Account) -> Vec<Tag> {
    let mut tags = vec![Tag::new(Tone::Plain, purpose(t, account))];
    if account.closed_ms.is_some() {
        tags.push(Tag::new(Tone::Cinnabar, t.msg("ledger-state-closed")));
    }
    if account.demo {
        tags.push(Tag::demo(t));
    }
    tags
}

/// What may still leave an account; empty where nothing bounds it.
pub(super) fn available(t: T, account: &Account, standing: Standing) -> String {
    let free = standing.available(account.floor).and_then(|free| Fen::new(free).ok());
    free.map_or(String::new(), |free| money(t, free))
}

/// Accounts to choose from, each with what may leave it.
pub(super) fn account_choices(t: T, accounts: &[(Account, Standing)]) -> Vec<Choice> {
    let choice = |(account, standing): &(Account, Standing)| {
        let free = available(t, account, *standing);
        Choice::new(&account.id, t.with2("ledger-choice", "name", account.name.as_str(), "free", free))
    };
    accounts.iter().map(choice).collect()
}

/// Where an instruction stands.
pub(super) fn payment_tag(t: T, state: PaymentState) -> Tag {
    let tone = match state {
        PaymentState::Submitted => Tone::Gold,
        PaymentState::Approved | PaymentState::Exported => Tone::Indigo,
        PaymentState::Settled => Tone::Pine,
        PaymentState::Rejected | PaymentState::Returned => Tone::Cinnabar,
        PaymentState::Drafted | PaymentState::Withdrawn => Tone::Plain,
    };
    Tag::new(tone, t.msg(format!("payment-state-{}", state.code())))
}

/// Payments to choose from.
pub(super) fn payment_choices(t: T, payments: &[Payment]) -> Vec<Choice> {
    let choice = |payment: &Payment| {
        let text = format!("{} · {} · {}", payment.number, payment.payee.name, money(t, payment.amount));
        Choice::new(&payment.id, text).hint(payment.purpose.clone())
    };
    payments.iter().map(choice).collect()
}

/// What a line was found to be, as a label.
pub(super) fn line_tag(t: T, line: &Line) -> Tag {
    match (&line.matched, &line.proposed) {
        (Some(found), _) if found.returned => Tag::new(Tone::Pine, t.msg("line-state-returned")),
        (Some(found), _) => Tag::new(Tone::Pine, t.msg(format!("line-rule-{}", found.rule.code()))),
        (None, Some(_)) => Tag::new(Tone::Gold, t.msg("line-state-proposed")),
        (None, None) => Tag::new(Tone::Cinnabar, t.msg("line-state-open")),
    }
}

/// Where a proposal stands.
pub(super) fn entry_tag(t: T, entry: &LineEntry) -> Tag {
    let tone = match entry.state {
        EntryState::Proposed => Tone::Gold,
        EntryState::Approved => Tone::Pine,
        EntryState::Rejected => Tone::Cinnabar,
        EntryState::Undone => Tone::Plain,
    };
    Tag::new(tone, t.msg(format!("line-entry-state-{}", entry.state.code())))
}

/// Who the other side of a line is; a dash where the bank did not say.
pub(super) fn counterparty(line: &Line) -> Cell {
    if line.open.counterparty.is_empty() { Cell::Missing } else { Cell::Text(line.open.counterparty.clone()) }
}

/// Why an entry was made, in words, as far as this capability knows the code.
pub(super) fn why(t: T, code: &str) -> String {
    let key = format!("ledger-code-{}", code.replace(['.', '_'], "-"));
    if t.texts.has(&key) { t.msg(key).into_owned() } else { code.to_owned() }
}
