//! Accounts and the roles they hold.

use super::{all, one, run};
use crate::ctx::Role;
use crate::db::{Conn, Migration, Outcome};
use kernel::{Adcode, Locale};
use sea_orm::QueryResult;

pub(super) const MIGRATION: Migration = Migration {
    name: "identity-0001-account",
    sql: "
CREATE TABLE account (
  id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, email TEXT UNIQUE, name TEXT NOT NULL, password_hash TEXT NOT NULL,
  locale TEXT NOT NULL, demo BOOLEAN NOT NULL, created_ms BIGINT NOT NULL, disabled_ms BIGINT);
CREATE TABLE account_role (
  account TEXT NOT NULL REFERENCES account (id), role TEXT NOT NULL, city TEXT NOT NULL,
  granted_by TEXT NOT NULL, granted_ms BIGINT NOT NULL, PRIMARY KEY (account, role, city));
",
};

/// An account as it stands in its row, without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Opaque id.
    pub id: String,
    /// The name to sign in with, lower case.
    pub login: String,
    /// Lower case; also good to sign in with.
    pub email: Option<String>,
    /// The name shown to others.
    pub name: String,
    /// The language it prefers.
    pub locale: Locale,
    /// Belongs to the demo.
    pub demo: bool,
    /// Since when.
    pub created_ms: i64,
    /// Since when it may not sign in; none while it may.
    pub disabled_ms: Option<i64>,
}

/// A role an account holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Grant {
    /// Which role.
    pub role: Role,
    /// For a city officer: of which city.
    pub city: Option<Adcode>,
}

impl Grant {
    /// Whether it lets decide for others: what a house may ask a second factor for.
    pub fn is_office(&self) -> bool {
        matches!(self.role, Role::Administrator | Role::JointOffice | Role::CityOfficer)
    }
}

const COLUMNS: &str = "id, login, email, name, locale, demo, created_ms, disabled_ms";

fn account(row: &QueryResult) -> Outcome<Account> {
    let locale: String = row.try_get("", "locale")?;
    Ok(Account {
        id: row.try_get("", "id")?,
        login: row.try_get("", "login")?,
        email: row.try_get("", "email")?,
        name: row.try_get("", "name")?,
        locale: Locale::from_tag(&locale).unwrap_or_default(),
        demo: row.try_get("", "demo")?,
        created_ms: row.try_get("", "created_ms")?,
        disabled_ms: row.try_get("", "disabled_ms")?,
    })
}

pub(in crate::identity) async fn insert(conn: &Conn, account: &Account, password_hash: &str) -> Outcome<()> {
    let text = "INSERT INTO account (id, login, email, name, password_hash, locale, demo, created_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = vec![
        account.id.clone().into(),
        account.login.clone().into(),
        account.email.clone().into(),
        account.name.clone().into(),
        password_hash.into(),
        account.locale.tag().into(),
        account.demo.into(),
        account.created_ms.into(),
    ];
    run(conn, text, values).await.map(|_| ())
}

pub(in crate::identity) async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Account>> {
    let text = format!("SELECT {COLUMNS} FROM account WHERE id = $1");
    one(conn, &text, vec![id.into()]).await?.as_ref().map(account).transpose()
}

/// By login or e-mail, both lower case, with the password hash.
pub(in crate::identity) async fn to_sign_in(conn: &Conn, name: &str) -> Outcome<Option<(Account, String)>> {
    let column = if name.contains('@') { "email" } else { "login" };
    let text = format!("SELECT {COLUMNS}, password_hash FROM account WHERE {column} = $1");
    let row = one(conn, &text, vec![name.into()]).await?;
    row.map(|row| Ok((account(&row)?, row.try_get("", "password_hash")?))).transpose()
}

pub(in crate::identity) async fn password_hash(conn: &Conn, id: &str) -> Outcome<Option<String>> {
    let row = one(conn, "SELECT password_hash FROM account WHERE id = $1", vec![id.into()]).await?;
    Ok(row.map(|row| row.try_get("", "password_hash")).transpose()?)
}

/// Whether a login or an e-mail address is taken: (login, e-mail).
pub(in crate::identity) async fn taken(conn: &Conn, login: &str, email: Option<&str>) -> Outcome<(bool, bool)> {
    let login = one(conn, "SELECT 1 AS n FROM account WHERE login = $1", vec![login.into()]).await?.is_some();
    let email = match email {
        Some(email) => one(conn, "SELECT 1 AS n FROM account WHERE email = $1", vec![email.into()]).await?.is_some(),
        None => false,
    };
    Ok((login, email))
}

pub(in crate::identity) async fn any(conn: &Conn) -> Outcome<bool> {
    Ok(one(conn, "SELECT 1 AS n FROM account LIMIT 1", vec![]).await?.is_some())
}

pub(in crate::identity) async fn set_password(conn: &Conn, id: &str, hash: &str) -> Outcome<()> {
    run(conn, "UPDATE account SET password_hash = $1 WHERE id = $2", vec![hash.into(), id.into()]).await.map(|_| ())
}

pub(in crate::identity) async fn set_locale(conn: &Conn, id: &str, locale: Locale) -> Outcome<()> {
    run(conn, "UPDATE account SET locale = $1 WHERE id = $2", vec![locale.tag().into(), id.into()]).await.map(|_| ())
}

pub(in crate::identity) async fn set_disabled(conn: &Conn, id: &str, since_ms: Option<i64>) -> Outcome<()> {
    run(conn, "UPDATE account SET disabled_ms = $1 WHERE id = $2", vec![since_ms.into(), id.into()]).await.map(|_| ())
}

fn grant(row: &QueryResult) -> Outcome<Option<Grant>> {
    let (role, city): (String, String) = (row.try_get("", "role")?, row.try_get("", "city")?);
    Ok(Role::parse(&role).map(|role| Grant { role, city: Adcode::parse(&city).ok() }))
}

pub(in crate::identity) async fn grants(conn: &Conn, id: &str) -> Outcome<Vec<Grant>> {
    let text = "SELECT role, city FROM account_role WHERE account = $1 ORDER BY role, city";
    let rows = all(conn, text, vec![id.into()]).await?;
    rows.iter().filter_map(|row| grant(row).transpose()).collect()
}

fn city_text(grant: &Grant) -> String {
    grant.city.map(|city| city.to_string()).unwrap_or_default()
}

/// Adds a role; false when it was held already.
pub(in crate::identity) async fn grant_insert(
    conn: &Conn,
    id: &str,
    grant: &Grant,
    by: &str,
    at_ms: i64,
) -> Outcome<bool> {
    let text = "INSERT INTO account_role (account, role, city, granted_by, granted_ms) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    let values = vec![id.into(), grant.role.code().into(), city_text(grant).into(), by.into(), at_ms.into()];
    Ok(run(conn, text, values).await? > 0)
}

/// Takes a role away; false when it was not held.
pub(in crate::identity) async fn grant_delete(conn: &Conn, id: &str, grant: &Grant) -> Outcome<bool> {
    let text = "DELETE FROM account_role WHERE account = $1 AND role = $2 AND city = $3";
    let values = vec![id.into(), grant.role.code().into(), city_text(grant).into()];
    Ok(run(conn, text, values).await? > 0)
}

/// The accounts that hold a role (in a city, if one is named) and may sign in, at most `limit`.
pub(in crate::identity) async fn with_role(conn: &Conn, role: Role, city: &str, limit: i64) -> Outcome<Vec<String>> {
    let text = "SELECT DISTINCT r.account AS account FROM account_role r JOIN account a ON a.id = r.account
        WHERE r.role = $1 AND r.city = $2 AND a.disabled_ms IS NULL ORDER BY r.account LIMIT $3";
    let rows = all(conn, text, vec![role.code().into(), city.into(), limit.into()]).await?;
    rows.iter().map(|row| Ok(row.try_get("", "account")?)).collect()
}

/// Accounts with a role of an office, whatever its city, that may sign in.
pub(in crate::identity) async fn with_office(conn: &Conn, limit: i64) -> Outcome<Vec<String>> {
    let text = "SELECT DISTINCT a.id AS id FROM account a JOIN account_role r ON r.account = a.id
        WHERE r.role IN ('administrator', 'joint-office', 'city-officer') AND a.disabled_ms IS NULL ORDER BY a.id LIMIT $1";
    all(conn, text, vec![limit.into()]).await?.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// Whether somebody else, who may sign in, is an administrator too.
pub(in crate::identity) async fn other_administrator(conn: &Conn, id: &str) -> Outcome<bool> {
    let text = "SELECT 1 AS n FROM account_role r JOIN account a ON a.id = r.account
        WHERE r.role = 'administrator' AND a.disabled_ms IS NULL AND a.id <> $1 LIMIT 1";
    Ok(one(conn, text, vec![id.into()]).await?.is_some())
}

/// A page of accounts in order of login, after a login; `q` is part of login, name or e-mail, lower case.
pub(in crate::identity) async fn list(conn: &Conn, q: &str, after: &str, limit: i64) -> Outcome<Vec<Account>> {
    let text = format!("SELECT {COLUMNS} FROM account WHERE login > $1 AND {FOUND} ORDER BY login LIMIT $3");
    all(conn, &text, vec![after.into(), like(q).into(), limit.into()]).await?.iter().map(account).collect()
}

pub(in crate::identity) async fn count(conn: &Conn, q: &str) -> Outcome<i64> {
    // The first placeholder is there so that both queries share one condition.
    let text = format!("SELECT COUNT(*) AS n FROM account WHERE login > $1 AND {FOUND}");
    let row = one(conn, &text, vec!["".into(), like(q).into()]).await?;
    Ok(row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0))
}

const FOUND: &str = "(login || ' ' || lower(name) || ' ' || coalesce(email, '')) LIKE $2 ESCAPE '\\'";

fn like(q: &str) -> String {
    let mut pattern = String::from("%");
    for c in q.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
