//! Tools of actions: what was done and by whom, which page of a list is meant, and what the journal holds of a thing.

pub mod clock;

use crate::store::{Allowed, Position};
use kernel::{By, Refusal, limits};
use platform::db::{Conn, Txn};
use platform::journal::{Recorded, of_object};
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Outcome};
use serde::{Deserialize, Serialize};

/// Entries of one history.
const HISTORY_ENTRIES: i64 = 200;
/// Values of one filter.
const VALUES_MAX: usize = 20;

/// What a person gets after something was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What it was done to.
    pub id: String,
    /// Number of the journal entry; the receipt's number.
    pub entry: i64,
    /// When.
    pub at_ms: i64,
    /// What is odd about the input although it was accepted, in both languages.
    pub warnings: Vec<(String, String)>,
}

impl Done {
    /// A receipt without warnings.
    pub fn new(tx: &Txn, id: &str, entry: i64) -> Done {
        Done { id: id.to_owned(), entry, at_ms: tx.ctx().now.ms(), warnings: Vec::new() }
    }
}

/// Who acts in a transaction.
pub fn by(tx: &Txn) -> By<'_> {
    let ctx = tx.ctx();
    By { account: ctx.actor.id(), name: &ctx.actor.name, demo: ctx.actor.demo, now: ctx.now }
}

/// The rows an actor may do this to, as a condition.
///
/// # Errors
/// The policy cannot be asked.
pub fn seen(app: &App, ctx: &Ctx, action: &str, kind: &'static str, attributes: &[(&str, &str)]) -> Outcome<Allowed> {
    app.policies().filter(ctx, action, kind, attributes, 1)
}

/// Filters that nobody types by hand are refused rather than searched for.
///
/// # Errors
/// `filter-values`, `query-too-long`.
pub fn check(text: &str, lists: &[&Vec<String>]) -> Result<(), Refusal> {
    let bad = |value: &String| value.chars().count() > limits::TITLE_CHARS_MAX || value.chars().any(char::is_control);
    if lists.iter().any(|list| list.len() > VALUES_MAX || list.iter().any(bad)) {
        return Err(Refusal::invalid(
            "filter-values",
            "筛选条件太多或无效。请清除条件后重新选择。",
            "Too many or invalid filters. Clear them and choose again.",
        ));
    }
    if text.chars().count() > limits::QUERY_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(Refusal::invalid(
            "query-too-long",
            format!("搜索词最多 {} 个字，不能有控制字符。请缩短后重试。", limits::QUERY_CHARS_MAX),
            format!("A search has at most {} plain characters. Shorten it.", limits::QUERY_CHARS_MAX),
        )
        .at("q"));
    }
    Ok(())
}

/// A page cut out of one more row than it shows, with the cursor of the next.
pub fn cut<T>(mut found: Vec<T>, page: &Page, id: impl Fn(&T) -> &str) -> (Vec<T>, Option<String>) {
    let more = found.len() > page.limit;
    found.truncate(page.limit);
    let next = found.last().filter(|_| more).map(|last| id(last).to_owned());
    (found, next)
}

/// A cursor that is the id of a row; `found` is the row's place.
///
/// # Errors
/// `page-cursor` for a cursor that is no row.
pub fn from(cursor: Option<&str>, found: Option<Position>) -> Result<Option<Position>, Refusal> {
    match cursor {
        None => Ok(None),
        Some(_) => found.map(Some).ok_or_else(cursor_refused),
    }
}

/// What the journal holds of one thing, the newest first; for outsiders only what everybody may read.
///
/// # Errors
/// The database failed.
pub async fn history(conn: &Conn, kind: &str, id: &str, inside: bool) -> Outcome<Vec<Recorded>> {
    let mut entries = of_object(conn, kind, id, HISTORY_ENTRIES).await?;
    entries.retain(|entry| inside || entry.public);
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_out_of_one_more_row_than_it_shows() {
        let page = Page { limit: 2, cursor: None };
        let rows = |n: usize| (0..n).map(|n| format!("k{n}")).collect::<Vec<String>>();
        assert_eq!(cut(rows(2), &page, String::as_str), (rows(2), None));
        assert_eq!(cut(rows(3), &page, String::as_str), (rows(2), Some("k1".to_owned())));
    }

    #[test]
    fn a_cursor_that_is_no_row_is_refused() {
        let place = Position { at: 1, id: "a".to_owned() };
        assert_eq!(from(None, None), Ok(None));
        assert_eq!(from(Some("a"), Some(place.clone())), Ok(Some(place)));
        assert_eq!(from(Some("b"), None).unwrap_err().code, "page-cursor");
    }

    #[test]
    fn filters_that_nobody_types_are_refused() {
        let many = vec!["x".to_owned(); VALUES_MAX + 1];
        assert_eq!(check("硅片", &[&vec!["open".to_owned()]]), Ok(()));
        assert_eq!(check("", &[&many]).unwrap_err().code, "filter-values");
        assert_eq!(check("a\u{7}", &[]).unwrap_err().code, "query-too-long");
    }
}
