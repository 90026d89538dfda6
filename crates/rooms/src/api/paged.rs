//! Pages of lists that lie in memory.

use kernel::Refusal;
use platform::web::page::{PageQuery, cursor_refused};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A list: items of this page, items in all, where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Listed<T> {
    /// Items of this page.
    pub items: Vec<T>,
    /// Items in the whole list.
    pub total: i64,
    /// Cursor of the next page; null on the last.
    pub next: Option<String>,
}

/// Cuts a page out of a list; the cursor is the key of the last item of the page before.
///
/// # Errors
/// `page-limit` or `page-cursor` for what cannot be read, or a cursor that is no key of this list.
pub fn cut<T>(all: Vec<T>, query: &PageQuery, key: impl Fn(&T) -> &str) -> Result<Listed<T>, Refusal> {
    let page = query.page()?;
    let start = match &page.cursor {
        None => 0,
        Some(cursor) => all.iter().position(|item| key(item) == cursor).ok_or_else(cursor_refused)? + 1,
    };
    let total = all.len();
    let items: Vec<T> = all.into_iter().skip(start).take(page.limit).collect();
    let more = start + items.len() < total;
    let next = items.last().filter(|_| more).map(|item| key(item).to_owned());
    Ok(Listed { items, total: i64::try_from(total).unwrap_or(i64::MAX), next })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(limit: &str, cursor: Option<&str>) -> PageQuery {
        PageQuery { limit: Some(limit.into()), cursor: cursor.map(str::to_owned) }
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        let all: Vec<String> = (0..7).map(|n| format!("k{n}")).collect();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = cut(all.clone(), &query("3", cursor.as_deref()), String::as_str).unwrap();
            assert_eq!(page.total, 7);
            seen.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_strange_cursor_is_refused() {
        let refusal = cut(vec!["a".to_owned()], &query("3", Some("b")), String::as_str).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), ("page-cursor", Some("cursor")));
    }
}
