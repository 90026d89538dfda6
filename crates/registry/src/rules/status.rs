//! Recognised statuses: high-tech enterprise, little giant … with issuer and validity.

use kernel::{Date, Refusal};

/// A recognised status of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Opaque id.
    pub id: String,
    /// Code such as `high_tech`.
    pub status: String,
    /// Who recognised it.
    pub issuer: String,
    /// First day, month or year of validity; may be empty.
    pub valid_from: String,
    /// Last day, month or year of validity; empty when open or unknown.
    pub valid_to: String,
    /// Where it comes from.
    pub source: String,
    /// When the city office confirmed or issued it; none is shown as 未核验.
    pub verified_ms: Option<i64>,
    /// The account of the office that did.
    pub verified_by: Option<String>,
    /// The account that declared it; none for a pack's.
    pub declared_by: Option<String>,
    /// When a person last changed it; a newer pack then only proposes.
    pub edited_ms: Option<i64>,
}

/// Where a status stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Valid,
    /// Its first day has not come.
    Future,
    /// Its last day is past.
    Expired,
}

impl Status {
    /// Where it stands on a day. A year or month counts to its end.
    pub fn standing(&self, today: Date) -> Standing {
        let first = period(&self.valid_from).map(|(first, _)| first);
        let last = period(&self.valid_to).map(|(_, last)| last);
        if last.is_some_and(|last| last < today) {
            Standing::Expired
        } else if first.is_some_and(|first| first > today) {
            Standing::Future
        } else {
            Standing::Valid
        }
    }
}

/// First and last day of a year, a month or a day as text; `None` for anything else.
pub fn period(text: &str) -> Option<(Date, Date)> {
    match text.len() {
        4 => {
            let first = Date::parse(&format!("{text}-01-01")).ok()?;
            Some((first, Date::new(first.year(), 12, 31).ok()?))
        }
        7 => {
            let first = Date::parse(&format!("{text}-01")).ok()?;
            let next = first.plus_days(31);
            Some((first, next.plus_days(-i64::from(next.day()))))
        }
        _ => Date::parse(text).ok().map(|day| (day, day)),
    }
}

/// A status as declared or issued.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct StatusCommand {
    /// Code such as `high_tech`.
    pub status: String,
    /// Who recognised it.
    pub issuer: String,
    /// First day, month or year; may be empty.
    pub valid_from: String,
    /// Last day, month or year; may be empty.
    pub valid_to: String,
}

/// Characters of an issuer's name.
pub const ISSUER_CHARS_MAX: usize = 120;

/// Checks a status; `known` are the codes the corridor uses.
pub fn declare(
    id: &str,
    command: &StatusCommand,
    account: &str,
    now_ms: i64,
    known: &[&str],
) -> Result<Status, Refusal> {
    if !known.contains(&command.status.as_str()) {
        return Err(Refusal::invalid("status-unknown", "请从列表中选择一项资质。", "Choose a status from the list.")
            .at("status"));
    }
    let issuer = command.issuer.trim();
    if issuer.is_empty() || issuer.chars().count() > ISSUER_CHARS_MAX {
        return Err(Refusal::invalid(
            "status-issuer",
            "请写明认定机关，不超过 120 个字。",
            "Name the issuing authority, in 120 characters at most.",
        )
        .at("issuer"));
    }
    let first = period_of(&command.valid_from, "valid_from")?;
    let last = period_of(&command.valid_to, "valid_to")?;
    if let (Some((first, _)), Some((_, last))) = (first, last)
        && last < first
    {
        return Err(Refusal::invalid(
            "status-period",
            "有效期止不能早于有效期起，请检查两个日期。",
            "The last day of validity is before the first; check both dates.",
        )
        .at("valid_to"));
    }
    Ok(Status {
        id: id.to_owned(),
        status: command.status.clone(),
        issuer: issuer.to_owned(),
        valid_from: command.valid_from.trim().to_owned(),
        valid_to: command.valid_to.trim().to_owned(),
        source: super::organisation::SOURCE_OWN.to_owned(),
        verified_ms: None,
        verified_by: None,
        declared_by: Some(account.to_owned()),
        edited_ms: Some(now_ms),
    })
}

/// Reads an optional year, month or day.
fn period_of(text: &str, field: &'static str) -> Result<Option<(Date, Date)>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    period(text).map(Some).ok_or_else(|| {
        Refusal::invalid(
            "period-shape",
            "请写年份、年月或日期，如 2026、2026-03、2026-03-01。",
            "Write a year, a month or a day: 2026, 2026-03, 2026-03-01.",
        )
        .at(field)
    })
}

/// The city office confirms a status somebody declared, or its own.
pub fn confirm(status: &Status, account: &str, now_ms: i64) -> Result<Status, Refusal> {
    if status.verified_ms.is_some() {
        return Err(Refusal::conflict(
            "status-confirmed",
            "这项资质已经核验过，无需重复办理。",
            "This status is confirmed already; there is nothing left to do.",
        ));
    }
    if status.declared_by.as_deref() == Some(account) {
        return Err(Refusal::new(
            kernel::RefusalKind::Forbidden,
            "four-eyes",
            "不能核验自己申报的内容，请由本市另一位工作人员办理。",
            "Nobody confirms what he declared; another officer of the city must do it.",
        ));
    }
    Ok(Status {
        verified_ms: Some(now_ms),
        verified_by: Some(account.to_owned()),
        edited_ms: Some(now_ms),
        ..status.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(from: &str, to: &str) -> StatusCommand {
        StatusCommand {
            status: "high_tech".into(),
            issuer: "示例科技局".into(),
            valid_from: from.into(),
            valid_to: to.into(),
        }
    }

    fn declared(from: &str, to: &str) -> Status {
        declare("s1", &command(from, to), "u1", 1, &["high_tech"]).unwrap()
    }

    #[test]
    fn a_period_counts_to_its_end() {
        let day = |text: &str| Date::parse(text).unwrap();
        assert_eq!(period("2024-02"), Some((day("2024-02-01"), day("2024-02-29"))));
        assert_eq!(period("2024-12"), Some((day("2024-12-01"), day("2024-12-31"))));
        assert_eq!(period("2024"), Some((day("2024-01-01"), day("2024-12-31"))));
        assert_eq!(period("24"), None);
        for (from, to, today, standing) in [
            ("2023", "2026", "2026-12-31", Standing::Valid),
            ("2023", "2026", "2027-01-01", Standing::Expired),
            ("2023-05-10", "2026-05-09", "2026-05-10", Standing::Expired),
            ("2027", "", "2026-05-10", Standing::Future),
            ("", "", "2026-05-10", Standing::Valid),
        ] {
            assert_eq!(declared(from, to).standing(day(today)), standing, "{from} {to} {today}");
        }
    }

    #[test]
    fn wrong_declarations_name_their_field() {
        for (change, code, field) in [
            (StatusCommand { status: "king".into(), ..command("", "") }, "status-unknown", "status"),
            (StatusCommand { issuer: "  ".into(), ..command("", "") }, "status-issuer", "issuer"),
            (StatusCommand { issuer: "局".repeat(121), ..command("", "") }, "status-issuer", "issuer"),
            (command("last year", ""), "period-shape", "valid_from"),
            (command("2026", "2025"), "status-period", "valid_to"),
        ] {
            let refusal = declare("s1", &change, "u1", 1, &["high_tech"]).unwrap_err();
            assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
        }
    }

    #[test]
    fn nobody_confirms_his_own_word() {
        let status = declared("2026", "");
        assert_eq!(confirm(&status, "u1", 5).unwrap_err().code, "four-eyes");
        let confirmed = confirm(&status, "officer", 5).unwrap();
        assert_eq!(confirmed.verified_ms, Some(5));
        assert_eq!(confirm(&confirmed, "other", 6).unwrap_err().code, "status-confirmed");
    }
}
