//! What the house asks of those who hold an office, and who has a second factor.

use super::own;
use crate::rules::refusals;
use crate::store::has_second_factor;
use futures_util::future::BoxFuture;
use platform::db::Conn;
use platform::identity::{Account, account_row, office_holders};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome, settings};
use serde_json::json;

/// The setting: whether offices must have a second factor.
const SETTING: &str = "access.second_factor";
const REQUIRED: &str = "required";
/// Office holders that are listed.
const HOLDERS_MAX: i64 = 500;

/// Whether those who hold an office must have a second factor.
pub(crate) async fn required(conn: &Conn) -> Outcome<bool> {
    Ok(settings::get(conn, SETTING).await?.is_some_and(|word| word == REQUIRED))
}

/// Whether the offices of an account rest: one is required, and it has none.
pub fn roles_rest<'a>(conn: &'a Conn, account: &'a str) -> BoxFuture<'a, Outcome<bool>> {
    Box::pin(async move { Ok(required(conn).await? && !has_second_factor(conn, account).await?) })
}

/// Somebody who holds an office.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The account.
    pub account: Account,
    /// Whether it has a second factor.
    pub factor: bool,
}

/// What administrators see of ways to sign in.
#[derive(Debug, Clone)]
pub struct AccessView {
    /// Whether offices must have a second factor.
    pub required: bool,
    /// Whoever holds an office, those without a second factor first.
    pub holders: Vec<Holder>,
}

/// How the house's offices sign in.
///
/// # Errors
/// As the policy says.
pub async fn access_list(app: &App, ctx: &Ctx) -> Outcome<AccessView> {
    app.policies().require(ctx, "access_list", &Resource::house())?;
    let conn = app.db().read();
    let mut holders = Vec::new();
    for id in office_holders(&conn, HOLDERS_MAX).await? {
        let Some(account) = account_row(&conn, &id).await? else { continue };
        holders.push(Holder { factor: has_second_factor(&conn, &id).await?, account });
    }
    holders.sort_by(|a, b| (a.factor, &a.account.login).cmp(&(b.factor, &b.account.login)));
    Ok(AccessView { required: required(&conn).await?, holders })
}

/// Says whether those who hold an office must have a second factor. Offices without one rest from then on.
///
/// # Errors
/// As the policy says; `step-up`; `own-factor-first` for whoever would lose his own office by it.
pub async fn access_change(app: &App, ctx: &Ctx, must: bool) -> Outcome<()> {
    let account = own(ctx)?;
    app.in_txn(ctx, "access_change", (app.clone(), account, must), |tx, (app, account, must)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "access_change", &Resource::house())?;
            if *must && !has_second_factor(tx, account).await? {
                return Err(refusals::own_factor_first().into());
            }
            let word = if *must { REQUIRED } else { "offered" };
            settings::set(tx, SETTING, word).await?;
            let data = json!({ "second_factor": word });
            tx.journal(Entry::new("access.changed", "house", "house").data(data)).await.map(|_| ())
        })
    })
    .await
}
