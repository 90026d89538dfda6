//! What payments, statements and the pages of accounts share: whose they are, and who acts.

use crate::actions::account::account_open_in;
use crate::rules::account::{Account, CURRENCY, Owner, OwnerKind, Purpose, Standing, YearEnd};
use crate::rules::period::Month;
use crate::store;
use kernel::{Date, Instant, Refusal};
use platform::db::{Conn, Txn};
use platform::policy::Resource;
use platform::{App, Outcome};

/// Something that belongs to an account, as policies see it: they ask whose the account is.
pub(super) fn owned(kind: &'static str, id: &str, account: &Account) -> Resource {
    let owner = &account.owner;
    let resource = Resource::new(kind, id).with("owner", owner.kind.code());
    match owner.kind {
        OwnerKind::City => resource.with("city", owner.id.as_str()),
        OwnerKind::Organisation => resource.with("organisation", owner.id.as_str()),
        OwnerKind::JointOffice | OwnerKind::Outside => resource,
    }
}

/// An account as policies see it.
pub fn account_resource(account: &Account) -> Resource {
    owned("LedgerAccount", &account.id, account)
}

/// An account that is there.
pub(super) async fn load_account(conn: &Conn, id: &str) -> Outcome<(Account, Standing)> {
    Ok(store::account::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// An account that a form names, for whoever may do this with it. One he may not know is not there.
pub(super) async fn chosen(
    app: &App,
    tx: &Txn,
    action: &str,
    id: &str,
    field: &'static str,
) -> Outcome<(Account, Standing)> {
    let unknown = || {
        Refusal::invalid(
            "account-unknown",
            "没有这个账户，请从列表中选择。",
            "There is no such account; choose one of the list.",
        )
        .at(field)
    };
    let (account, standing) = store::account::by_id(tx, id).await?.ok_or_else(unknown)?;
    if !app.policies().allows(tx.ctx(), action, &account_resource(&account)) {
        return Err(unknown().into());
    }
    if account.demo != tx.ctx().actor.demo {
        return Err(Refusal::invalid(
            "worlds-mixed",
            "演示账户与真实账户不能混用，请另选账户。",
            "Accounts of the demo and real ones do not meet; choose another account.",
        )
        .at(field)
        .into());
    }
    Ok((account, standing))
}

/// The account of the outside behind everything its owner has in one world: opened when it is first needed.
pub(super) async fn outside(tx: &Txn, account: &Account) -> Outcome<String> {
    let owner = &account.owner;
    let behind = match owner.kind {
        OwnerKind::JointOffice | OwnerKind::Outside => owner.kind.code().to_owned(),
        OwnerKind::City | OwnerKind::Organisation => format!("{}:{}", owner.kind.code(), owner.id),
    };
    let (id, name) = match account.demo {
        true => (format!("outside:demo:{behind}"), "示例：外部资金"),
        false => (format!("outside:{behind}"), "外部资金"),
    };
    let treasury = Account {
        id,
        name: name.to_owned(),
        owner: Owner::outside(behind),
        purpose: Purpose::Treasury,
        reference: String::new(),
        currency: CURRENCY.to_owned(),
        city: account.city,
        budget_year: None,
        budget_subject: None,
        floor: None,
        year_end: YearEnd::Keeps,
        returns_to: None,
        demo: account.demo,
        opened_ms: tx.ctx().now.ms(),
        opened_by: tx.ctx().actor.id().to_owned(),
        closed_ms: None,
    };
    account_open_in(tx, &treasury).await?;
    Ok(treasury.id)
}

/// When something that a bank booked on a day happened, for the book: on that day, or on the first day of the first open
/// month where that day's is closed.
pub(super) async fn happened(tx: &Txn, day: Date, demo: bool) -> Outcome<Instant> {
    let last = store::period::last(tx, demo).await?;
    let open = last.map(|last: Month| last.next().first());
    Ok(open.map_or(day, |open| open.max(day)).start())
}

/// SHA-256, hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(bytes))
}
