//! What other capabilities ask of the registry, also inside their own transactions. Who may see the answers is theirs to
//! decide.

use crate::corridor;
use crate::rules::expert::Expert;
use crate::rules::organisation::Organisation;
use crate::store;
use kernel::Adcode;
use platform::db::Conn;
use platform::{App, Outcome};
use std::collections::BTreeMap;

/// The code of the joint office where an office is named.
pub const JOINT: &str = "joint";

/// An organisation by its id, in any state.
///
/// # Errors
/// When the database fails.
pub async fn organisation(conn: &Conn, id: &str) -> Outcome<Option<Organisation>> {
    store::organisation::by_id(conn, id).await
}

/// An organisation by its unified social credit code.
///
/// # Errors
/// When the database fails.
pub async fn organisation_by_uscc(conn: &Conn, uscc: &str) -> Outcome<Option<Organisation>> {
    store::organisation::by_uscc(conn, uscc).await
}

/// Organisations by id, in no order, in any state.
///
/// # Errors
/// When the database fails.
pub async fn organisations(conn: &Conn, ids: &[String]) -> Outcome<Vec<Organisation>> {
    let mut found = Vec::new();
    // As many at once as the store takes.
    for ids in ids.chunks(1_000) {
        found.extend(store::organisation::by_ids(conn, ids).await?);
    }
    Ok(found)
}

/// Organisations by unified social credit code, in no order, in any state.
///
/// # Errors
/// When the database fails.
pub async fn organisations_by_uscc(conn: &Conn, codes: &[String]) -> Outcome<Vec<Organisation>> {
    store::organisation::by_usccs(conn, codes).await
}

/// Names of organisations by id: Chinese, and English where there is one.
///
/// # Errors
/// When the database fails.
pub async fn names(conn: &Conn, ids: &[String]) -> Outcome<BTreeMap<String, (String, String)>> {
    let found = store::organisation::by_ids(conn, ids).await?;
    Ok(found.into_iter().map(|one| (one.id, (one.name, one.name_en.unwrap_or_default()))).collect())
}

/// The office that answers for a place: the code of the member city it lies in, or [`JOINT`].
pub fn office(app: &App, city: Option<Adcode>) -> String {
    let member = city.and_then(|city| corridor::of(app).member_above(city));
    member.map_or_else(|| JOINT.to_owned(), |city| city.to_string())
}

/// The expert who an account is.
///
/// # Errors
/// When the database fails.
pub async fn expert_of(conn: &Conn, account: &str) -> Outcome<Option<Expert>> {
    store::expert::of_account(conn, account).await
}

/// Experts by id, in no order, also those that were taken out.
///
/// # Errors
/// When the database fails.
pub async fn experts(conn: &Conn, ids: &[String]) -> Outcome<Vec<Expert>> {
    store::expert::by_ids(conn, ids).await
}

/// Experts of one world who are listed and take work, in the order of their ids.
///
/// # Errors
/// When the database fails.
pub async fn experts_willing(conn: &Conn, demo: bool, limit: usize) -> Outcome<Vec<Expert>> {
    store::expert::willing(conn, demo, limit).await
}

/// Organisations that an account belongs to, by id.
///
/// # Errors
/// When the database fails.
pub async fn organisations_of(conn: &Conn, account: &str) -> Outcome<Vec<String>> {
    let found = store::membership::of_account(conn, account).await?;
    Ok(found.into_iter().map(|membership| membership.organisation).collect())
}
