//! How people want to hear: frequencies, quiet hours, the address of their mail.

use crate::rules::message::Topic;
use crate::rules::timing::{Frequency, Quiet};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, first, get, run};
use sea_orm::{ConnectionTrait, QueryResult};
use std::collections::HashMap;

/// Tables of preferences and addresses.
pub const MIGRATION: Migration = Migration {
    name: "notices-0004-preference",
    sql: "
CREATE TABLE notice_preference (
  account TEXT NOT NULL, topic TEXT NOT NULL, frequency TEXT NOT NULL, PRIMARY KEY (account, topic));
CREATE TABLE notice_quiet (account TEXT PRIMARY KEY, from_minute BIGINT NOT NULL, to_minute BIGINT NOT NULL);
CREATE TABLE mail_address (
  account TEXT PRIMARY KEY, address TEXT, verified_ms BIGINT, asked TEXT, asked_ms BIGINT);
",
};

/// What somebody has chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// By topic; what is missing holds by default.
    pub frequencies: HashMap<Topic, Frequency>,
    /// Hours without mails.
    pub quiet: Option<Quiet>,
}

impl Preferences {
    /// How often somebody wants mails of a topic.
    pub fn frequency(&self, topic: Topic) -> Frequency {
        self.frequencies.get(&topic).copied().unwrap_or_else(|| Frequency::default_of(topic))
    }
}

/// What somebody has chosen.
pub async fn of_account(conn: &Conn, account: &str) -> Outcome<Preferences> {
    let mut frequencies = HashMap::new();
    let text = "SELECT topic, frequency FROM notice_preference WHERE account = $1";
    for row in all(conn, text, vec![account.into()]).await? {
        let (topic, frequency): (String, String) = (get(&row, "topic")?, get(&row, "frequency")?);
        if let (Some(topic), Ok(frequency)) = (Topic::parse(&topic), Frequency::parse(&frequency)) {
            frequencies.insert(topic, frequency);
        }
    }
    let row = first(conn, "SELECT from_minute, to_minute FROM notice_quiet WHERE account = $1", vec![account.into()]);
    let quiet =
        row.await?.map(|row| Outcome::Ok(Quiet { from: get(&row, "from_minute")?, to: get(&row, "to_minute")? }));
    Ok(Preferences { frequencies, quiet: quiet.transpose()? })
}

/// Keeps how often somebody wants mails of a topic.
pub async fn set(conn: &impl ConnectionTrait, account: &str, topic: Topic, frequency: Frequency) -> Outcome<()> {
    let text = "INSERT INTO notice_preference (account, topic, frequency) VALUES ($1, $2, $3)
        ON CONFLICT (account, topic) DO UPDATE SET frequency = excluded.frequency";
    run(conn, text, vec![account.into(), topic.code().into(), frequency.code().into()]).await.map(|_| ())
}

/// Keeps somebody's quiet hours, or that there are none.
pub async fn set_quiet(conn: &impl ConnectionTrait, account: &str, quiet: Option<Quiet>) -> Outcome<()> {
    let Some(quiet) = quiet else {
        return run(conn, "DELETE FROM notice_quiet WHERE account = $1", vec![account.into()]).await.map(|_| ());
    };
    let text = "INSERT INTO notice_quiet (account, from_minute, to_minute) VALUES ($1, $2, $3)
        ON CONFLICT (account) DO UPDATE SET from_minute = excluded.from_minute, to_minute = excluded.to_minute";
    run(conn, text, vec![account.into(), quiet.from.into(), quiet.to.into()]).await.map(|_| ())
}

/// Where somebody's mail goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailAddress {
    /// The address that was confirmed.
    pub address: Option<String>,
    /// When.
    pub verified_ms: Option<i64>,
    /// An address that waits for its confirmation.
    pub asked: Option<String>,
    /// Since when.
    pub asked_ms: Option<i64>,
}

fn address_row(row: &QueryResult) -> Outcome<MailAddress> {
    Ok(MailAddress {
        address: get(row, "address")?,
        verified_ms: get(row, "verified_ms")?,
        asked: get(row, "asked")?,
        asked_ms: get(row, "asked_ms")?,
    })
}

/// Where somebody's mail goes.
pub async fn address(conn: &Conn, account: &str) -> Outcome<MailAddress> {
    let text = "SELECT address, verified_ms, asked, asked_ms FROM mail_address WHERE account = $1";
    first(conn, text, vec![account.into()]).await?.as_ref().map_or_else(|| Ok(MailAddress::default()), address_row)
}

/// Keeps where somebody's mail goes; nothing at all takes the row away.
pub async fn set_address(conn: &impl ConnectionTrait, account: &str, next: &MailAddress) -> Outcome<()> {
    if next.address.is_none() && next.asked.is_none() {
        return run(conn, "DELETE FROM mail_address WHERE account = $1", vec![account.into()]).await.map(|_| ());
    }
    let text = "INSERT INTO mail_address (account, address, verified_ms, asked, asked_ms) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account) DO UPDATE SET address = excluded.address, verified_ms = excluded.verified_ms,
          asked = excluded.asked, asked_ms = excluded.asked_ms";
    let values = vec![
        account.into(),
        next.address.clone().into(),
        next.verified_ms.into(),
        next.asked.clone().into(),
        next.asked_ms.into(),
    ];
    run(conn, text, values).await.map(|_| ())
}

/// The address that an account has confirmed for its mails, if any.
///
/// # Errors
/// Only when the database fails.
pub async fn confirmed_address(conn: &Conn, account: &str) -> Outcome<Option<String>> {
    Ok(address(conn, account).await?.address)
}
