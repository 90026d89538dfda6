//! Letters: mails that hold one link and belong to no message, such as an invitation.

use super::delivery::{self, Channel, Delivery};
use kernel::Locale;
use platform::db::{Conn, Migration, Outcome, Txn};
use rooms::store::rows::{first, get, run};
use sea_orm::ConnectionTrait;

/// What a letter says, until it has been sent.
pub const MIGRATION: Migration = Migration {
    name: "notices-0007-letter",
    sql: "
CREATE TABLE letter (delivery TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, locale TEXT NOT NULL, link TEXT NOT NULL,
  until_ms BIGINT NOT NULL);
",
};

/// What a letter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// Somebody is invited to make an account.
    Invitation,
    /// Somebody wants a new password.
    Reset,
}

impl LetterKind {
    /// The code in rows and texts.
    pub fn code(self) -> &'static str {
        match self {
            LetterKind::Invitation => "invitation",
            LetterKind::Reset => "reset",
        }
    }

    fn parse(code: &str) -> LetterKind {
        if code == "reset" { LetterKind::Reset } else { LetterKind::Invitation }
    }
}

/// A letter. Its link is kept only until the mail has left or was given up: it may be a secret.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What it is for.
    pub kind: LetterKind,
    /// The account whose log shows that it was sent.
    pub account: String,
    /// Where it goes.
    pub address: String,
    /// Whom it greets.
    pub name: String,
    /// Its language.
    pub locale: Locale,
    /// The whole address it leads to.
    pub link: String,
    /// Until when that is good; it is not sent later.
    pub until_ms: i64,
    /// From the demo.
    pub demo: bool,
}

/// Puts a letter on its way, in the transaction of what it is about.
///
/// # Errors
/// Only when the database fails.
pub async fn letter_post(tx: &Txn, letter: &Letter) -> Outcome<()> {
    let now_ms = tx.ctx().now.ms();
    let row = Delivery {
        id: platform::random::id(),
        channel: Channel::Mail,
        account: letter.account.clone(),
        organisation: None,
        address: letter.address.clone(),
        webhook: None,
        notice: None,
        told: None,
        state: "ready".to_owned(),
        attempts: 0,
        next_try_ms: now_ms,
        error: None,
        sent_ms: None,
        created_ms: now_ms,
        demo: letter.demo,
    };
    delivery::insert(tx, &row).await?;
    let text = "INSERT INTO letter (delivery, kind, name, locale, link, until_ms) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = vec![
        row.id.into(),
        letter.kind.code().into(),
        letter.name.as_str().into(),
        letter.locale.tag().into(),
        letter.link.as_str().into(),
        letter.until_ms.into(),
    ];
    run(tx, text, values).await.map(|_| ())
}

/// The letter of a delivery, if it is one and its link is good.
pub async fn of_delivery(conn: &Conn, delivery: &Delivery, now_ms: i64) -> Outcome<Option<Letter>> {
    let text = "SELECT kind, name, locale, link, until_ms FROM letter WHERE delivery = $1 AND until_ms > $2";
    let Some(row) = first(conn, text, vec![delivery.id.as_str().into(), now_ms.into()]).await? else { return Ok(None) };
    let (kind, locale): (String, String) = (get(&row, "kind")?, get(&row, "locale")?);
    Ok(Some(Letter {
        kind: LetterKind::parse(&kind),
        account: delivery.account.clone(),
        address: delivery.address.clone(),
        name: get(&row, "name")?,
        locale: Locale::from_tag(&locale).unwrap_or_default(),
        link: get(&row, "link")?,
        until_ms: get(&row, "until_ms")?,
        demo: delivery.demo,
    }))
}

/// Forgets what a letter said once it has left or was given up.
pub async fn forget(conn: &impl ConnectionTrait, delivery: &str) -> Outcome<()> {
    run(conn, "DELETE FROM letter WHERE delivery = $1", vec![delivery.into()]).await.map(|_| ())
}
