//! What people type: texts within their limits, days and amounts, each refused at its field.

use crate::{Date, Fen, FenError, Refusal};

/// Several lines: line ends unified, blanks at the ends dropped.
pub fn clean_text(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

/// Refuses a text that is too long or holds control characters (NUL and the like) that no reader can see.
///
/// # Errors
/// `text-too-long`, `text-control`.
pub fn text_fits(field: &'static str, text: &str, max: usize) -> Result<(), Refusal> {
    let chars = text.chars().count();
    if chars > max {
        let zh = format!("最多 {max} 个字，现在是 {chars} 个字。请缩短。");
        let en = format!("At most {max} characters; there are {chars}. Shorten it.");
        return Err(Refusal::invalid("text-too-long", zh, en).at(field));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(Refusal::invalid(
            "text-control",
            "内容里有看不见的控制字符。请删去后重新输入这一段。",
            "The text holds invisible control characters. Remove them and type that part again.",
        )
        .at(field));
    }
    Ok(())
}

/// A text, cleaned; it may be empty.
///
/// # Errors
/// As [`text_fits`].
pub fn line(text: &str, chars_max: usize, field: &'static str) -> Result<String, Refusal> {
    let text = clean_text(text);
    text_fits(field, &text, chars_max)?;
    Ok(text)
}

/// A text that may not be empty.
///
/// # Errors
/// `needed`, or as [`text_fits`].
pub fn needed(text: &str, chars_max: usize, field: &'static str) -> Result<String, Refusal> {
    let text = line(text, chars_max, field)?;
    if text.is_empty() {
        return Err(
            Refusal::invalid("needed", "这一项不能为空，请填写。", "This cannot be empty; fill it in.").at(field)
        );
    }
    Ok(text)
}

/// A day.
///
/// # Errors
/// `date-shape`.
pub fn day(text: &str, field: &'static str) -> Result<Date, Refusal> {
    Date::parse(text.trim()).map_err(|_| {
        Refusal::invalid("date-shape", "请填写日期，如 2026-03-01。", "Write a date such as 2026-03-01.").at(field)
    })
}

/// An amount in yuan; none where nothing was typed.
///
/// # Errors
/// `amount-shape`, `amount-large`.
pub fn yuan(text: &str, field: &'static str) -> Result<Option<Fen>, Refusal> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    Fen::parse_yuan(text).map(Some).map_err(|error| {
        let refusal = match error {
            FenError::Shape => Refusal::invalid(
                "amount-shape",
                "金额以元为单位，最多两位小数，如 1200000 或 1,200,000.50。",
                "An amount is in yuan with at most two decimals, such as 1200000 or 1,200,000.50.",
            ),
            FenError::TooLarge => Refusal::invalid(
                "amount-large",
                "金额过大，请检查单位是否为元。",
                "The amount is too large; check that it is in yuan.",
            ),
        };
        refusal.at(field)
    })
}

/// A city that is no member of the corridor.
pub fn city_unknown(field: &'static str) -> Refusal {
    Refusal::invalid(
        "city-not-member",
        "所选城市不是走廊成员，请从列表中选择。",
        "This city is no member of the corridor; choose one of the list.",
    )
    .at(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_cleaned_or_refused_at_its_field() {
        assert_eq!(line(" a\r\nb ", 9, "x").as_deref(), Ok("a\nb"));
        assert_eq!(yuan(" ", "x"), Ok(None));
        assert_eq!(yuan("1,200.5", "x").map(|fen| fen.map(Fen::get)), Ok(Some(120_050)));
        for (refusal, code) in [
            (line("abc", 2, "x").unwrap_err(), "text-too-long"),
            (line("a\0b", 9, "x").unwrap_err(), "text-control"),
            (needed(" \n", 9, "x").unwrap_err(), "needed"),
            (day("tomorrow", "x").unwrap_err(), "date-shape"),
            (yuan("1.234", "x").unwrap_err(), "amount-shape"),
            (yuan("99999999999999999999", "x").unwrap_err(), "amount-large"),
        ] {
            assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some("x")));
        }
    }
}
