//! Rows of members.

use crate::rules::membership::{MEMBERS_MAX, Member, MemberState};
use kernel::Adcode;
use platform::db::{Conn, Migration, Outcome};
use platform::{Fault, Mandate, Membership};
use rooms::store::rows::{all, first, get, join, put, run, split};
use sea_orm::{QueryResult, Value};

/// Tables of members.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "registry-0103-membership",
    sql: "
CREATE TABLE membership (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisation (id), account TEXT NOT NULL, account_name TEXT NOT NULL,
  duty TEXT NOT NULL, mandates TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('invited', 'active')),
  invited_by TEXT NOT NULL, created_ms BIGINT NOT NULL, active_ms BIGINT);
CREATE UNIQUE INDEX membership_once ON membership (organisation, account);
CREATE INDEX membership_account ON membership (account);
",
}];

const COLUMNS: [&str; 10] = [
    "id",
    "organisation",
    "account",
    "account_name",
    "duty",
    "mandates",
    "state",
    "invited_by",
    "created_ms",
    "active_ms",
];
/// Organisations one account belongs to.
const ORGANISATIONS_MAX: usize = 100;

fn member(row: &QueryResult) -> Outcome<Member> {
    let state: String = get(row, "state")?;
    Ok(Member {
        id: get(row, "id")?,
        organisation: get(row, "organisation")?,
        account: get(row, "account")?,
        account_name: get(row, "account_name")?,
        duty: get(row, "duty")?,
        mandates: split(&get::<String>(row, "mandates")?),
        state: MemberState::parse(&state).ok_or_else(|| Fault::Internal("membership: unknown state".into()))?,
        invited_by: get(row, "invited_by")?,
        created_ms: get(row, "created_ms")?,
        active_ms: get(row, "active_ms")?,
    })
}

/// Stores a member; one that was there is replaced.
pub async fn save(conn: &Conn, member: &Member) -> Outcome<()> {
    let row = vec![
        member.id.clone().into(),
        member.organisation.clone().into(),
        member.account.clone().into(),
        member.account_name.clone().into(),
        member.duty.clone().into(),
        join(&member.mandates).into(),
        member.state.code().into(),
        member.invited_by.clone().into(),
        member.created_ms.into(),
        member.active_ms.into(),
    ];
    put(conn, "membership", &COLUMNS, &["id"], vec![row]).await
}

/// Takes a member out; the journal keeps that it was one.
pub async fn remove(conn: &Conn, id: &str) -> Outcome<()> {
    run(conn, "DELETE FROM membership WHERE id = $1", vec![id.into()]).await?;
    Ok(())
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Member>> {
    let text = format!("SELECT {} FROM membership {tail}", COLUMNS.join(", "));
    all(conn, &text, values).await?.iter().map(member).collect()
}

/// One member.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Member>> {
    Ok(select(conn, "WHERE id = $1", vec![id.into()]).await?.pop())
}

/// The membership of an account in an organisation, asked for or active.
pub async fn of(conn: &Conn, organisation: &str, account: &str) -> Outcome<Option<Member>> {
    Ok(select(conn, "WHERE organisation = $1 AND account = $2", vec![organisation.into(), account.into()]).await?.pop())
}

/// All members of an organisation, and those who have been asked; the oldest first.
pub async fn of_organisation(conn: &Conn, organisation: &str) -> Outcome<Vec<Member>> {
    let tail = format!("WHERE organisation = $1 ORDER BY created_ms, id LIMIT {}", MEMBERS_MAX + 1);
    select(conn, &tail, vec![organisation.into()]).await
}

/// Invitations that wait for an account.
pub async fn invitations(conn: &Conn, account: &str) -> Outcome<Vec<Member>> {
    let tail = format!("WHERE account = $1 AND state = 'invited' ORDER BY created_ms, id LIMIT {ORGANISATIONS_MAX}");
    select(conn, &tail, vec![account.into()]).await
}

/// Which organisations an account belongs to, for identity. An invitation does not count yet.
pub async fn of_account(conn: &Conn, account: &str) -> Outcome<Vec<Membership>> {
    let text = format!(
        "SELECT m.organisation, m.mandates, o.name, o.city FROM membership m JOIN organisation o ON o.id = m.organisation
         WHERE m.account = $1 AND m.state = 'active' ORDER BY m.active_ms, m.id LIMIT {ORGANISATIONS_MAX}"
    );
    let rows = all(conn, &text, vec![account.into()]).await?;
    rows.iter()
        .map(|row| {
            let city: Option<String> = get(row, "city")?;
            let mandates = split(&get::<String>(row, "mandates")?);
            Ok(Membership {
                organisation: get(row, "organisation")?,
                name: get(row, "name")?,
                city: city.and_then(|code| Adcode::parse(&code).ok()),
                mandates: mandates.iter().filter_map(|code| Mandate::parse(code)).collect(),
            })
        })
        .collect()
}

/// An account as an invitation needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitee {
    /// Its id.
    pub id: String,
    /// The name shown to others.
    pub name: String,
    /// Belongs to the demonstration.
    pub demo: bool,
}

/// The account with this login, if it may sign in. Reads identity's table, which has no such question of its own.
pub async fn account_by_login(conn: &Conn, login: &str) -> Outcome<Option<Invitee>> {
    let text = "SELECT id, name, demo FROM account WHERE login = $1 AND disabled_ms IS NULL";
    let row = first(conn, text, vec![login.trim().to_lowercase().into()]).await?;
    row.map(|row| Ok(Invitee { id: get(&row, "id")?, name: get(&row, "name")?, demo: get(&row, "demo")? })).transpose()
}
