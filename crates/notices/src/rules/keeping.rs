//! What people may keep here: follows, saved searches, webhooks, and how many.

use kernel::Refusal;

/// Things one account follows at most.
pub const FOLLOWS_MAX: i64 = 500;
/// Saved searches of one account at most.
pub const SAVED_MAX: i64 = 50;
/// Characters of a saved search's name.
pub const NAME_CHARS_MAX: usize = 60;
/// Results a search may have when it is saved: all of them are known then, so that only new ones are told.
pub const KNOWN_MAX: usize = 1_000;
/// Webhooks of one account or organisation at most.
pub const WEBHOOKS_MAX: i64 = 10;
/// Bytes of a webhook's address.
pub const URL_BYTES_MAX: usize = 500;

/// The name of a saved search.
///
/// # Errors
/// `saved-search-name` when it is empty or too long.
pub fn saved_name(typed: &str) -> Result<String, Refusal> {
    let name = typed.trim();
    let plain = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && !name.contains(char::is_control);
    if plain {
        return Ok(name.to_owned());
    }
    Err(Refusal::invalid(
        "saved-search-name",
        format!("请给这项搜索起一个 1 至 {NAME_CHARS_MAX} 字的名称。"),
        format!("Give the search a name of 1 to {NAME_CHARS_MAX} characters."),
    )
    .at("name"))
}

/// Whether a search with so many results may be saved.
///
/// # Errors
/// `saved-search-broad`.
pub fn saved_narrow(total: usize) -> Result<(), Refusal> {
    if total <= KNOWN_MAX {
        return Ok(());
    }
    Err(Refusal::invalid(
        "saved-search-broad",
        format!("这项搜索现有 {total} 条结果，超过可保存的 {KNOWN_MAX} 条。请增加关键词或筛选条件后再保存。"),
        format!("This search has {total} results; at most {KNOWN_MAX} can be saved. Add words or filters first."),
    ))
}

/// Refuses one more of something.
///
/// # Errors
/// The code given, when there are as many as allowed.
pub fn room(code: &'static str, count: i64, most: i64) -> Result<(), Refusal> {
    if count < most {
        return Ok(());
    }
    Err(Refusal::conflict(
        code,
        format!("最多保留 {most} 项。请先移除不再需要的，再添加新的。"),
        format!("There may be at most {most}. Remove one that is no longer needed first."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert_eq!(saved_name(" 硅片 "), Ok("硅片".to_owned()));
        for bad in ["", "  ", "a\nb", &"长".repeat(NAME_CHARS_MAX + 1)] {
            assert_eq!(saved_name(bad).unwrap_err().code, "saved-search-name", "{bad:?}");
        }
    }

    #[test]
    fn what_is_too_broad_or_too_many_is_refused() {
        assert!(saved_narrow(KNOWN_MAX).is_ok());
        assert_eq!(saved_narrow(KNOWN_MAX + 1).unwrap_err().code, "saved-search-broad");
        assert!(room("x", 9, 10).is_ok());
        assert_eq!(room("x", 10, 10).unwrap_err().code, "x");
    }
}
