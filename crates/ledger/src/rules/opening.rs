//! Accounts that people open: their owner's budget, fund, fees or ordinary money. Deposits, vouchers, tranches and what
//! else belongs to a deal are opened by the capability that makes the deal.

use super::account::{self, Account, CURRENCY, NAME_CHARS_MAX, Owner, OwnerKind, Purpose, YearEnd};
use kernel::input::{line, needed};
use kernel::{Adcode, By, Fen, Refusal};

/// What people may open accounts for.
pub const PURPOSES: [Purpose; 4] = [Purpose::Budget, Purpose::Fund, Purpose::Current, Purpose::Fee];
/// Characters of the short mark that tells accounts of one owner and purpose apart.
pub const MARK_CHARS_MAX: usize = 12;

/// An account as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenDraft {
    /// Whose: `city:310117`, `organisation:…` or `joint-office`.
    pub owner: String,
    /// What people call it.
    pub name: String,
    /// Code of the purpose.
    pub purpose: String,
    /// A short mark that tells it apart from others of its owner and purpose; may be empty.
    pub mark: String,
    /// Budget year; may be empty.
    pub budget_year: String,
    /// Code of the budget subject; may be empty.
    pub budget_subject: String,
    /// Code of the rule for the end of the budget year; empty for none.
    pub year_end: String,
    /// The account that gets what is left; may be empty.
    pub returns_to: String,
}

/// Whose an account is to be, as a form names it.
///
/// # Errors
/// `account-owner`.
pub fn owner(text: &str) -> Result<Owner, Refusal> {
    let found = match text.trim().split_once(':') {
        Some(("city", code)) => Adcode::parse(code).ok().map(Owner::city),
        Some(("organisation", id)) if !id.is_empty() => Some(Owner::organisation(id)),
        None if text.trim() == OwnerKind::JointOffice.code() => Some(Owner::joint_office()),
        _ => None,
    };
    found.ok_or_else(owner_unknown)
}

/// Nobody of this kind, or none that a form may name.
pub fn owner_unknown() -> Refusal {
    Refusal::invalid("account-owner", "请从列表中选择账户的所有者。", "Choose the owner of the account.").at("owner")
}

/// The same the other way round.
pub fn owner_code(owner: &Owner) -> String {
    match owner.kind {
        OwnerKind::JointOffice => owner.kind.code().to_owned(),
        _ => format!("{}:{}", owner.kind.code(), owner.id),
    }
}

/// The account that a form asks for. Its id follows from what it is, so that nobody opens the same one twice.
///
/// # Errors
/// `account-purpose`, `account-mark`, `budget-year`, `year-end`, or what [`account::open`] refuses.
pub fn account(draft: &OpenDraft, owner: Owner, city: Option<Adcode>, by: By<'_>) -> Result<Account, Refusal> {
    let name = needed(&draft.name, NAME_CHARS_MAX, "name")?;
    let purpose = Purpose::parse(draft.purpose.trim()).filter(|purpose| PURPOSES.contains(purpose));
    let purpose = purpose.ok_or_else(|| {
        Refusal::invalid("account-purpose", "请选择账户用途。", "Choose what the account is for.").at("purpose")
    })?;
    let mark = line(&draft.mark, MARK_CHARS_MAX, "mark")?;
    if !mark.is_empty() && !account::is_id(&mark, MARK_CHARS_MAX) || mark.contains(':') {
        return Err(Refusal::invalid(
            "account-mark",
            "区分码只用小写字母、数字和连字符，如 talent。",
            "The mark has small letters, digits and hyphens only, such as talent.",
        )
        .at("mark"));
    }
    let year = match draft.budget_year.trim() {
        "" => None,
        text => Some(text.parse::<i32>().ok().filter(|year| (2000..=2199).contains(year)).ok_or_else(year_shape)?),
    };
    let subject = Some(draft.budget_subject.trim().to_owned()).filter(|subject| !subject.is_empty());
    let year_end = match draft.year_end.trim() {
        "" => YearEnd::Keeps,
        code => YearEnd::parse(code).ok_or_else(|| {
            Refusal::invalid("year-end", "请选择年末处理方式。", "Choose what happens at the end of the year.")
                .at("year_end")
        })?,
    };
    let returns_to = Some(draft.returns_to.trim().to_owned()).filter(|to| !to.is_empty());
    let account = Account {
        id: id(&owner, purpose, subject.as_deref(), &mark, year, by.demo),
        name,
        owner,
        purpose,
        reference: mark,
        currency: CURRENCY.to_owned(),
        city,
        budget_year: year,
        budget_subject: subject,
        floor: Some(Fen::ZERO),
        year_end,
        returns_to,
        demo: by.demo,
        opened_ms: by.now.ms(),
        opened_by: by.account.to_owned(),
        closed_ms: None,
    };
    account::open(&account)?;
    Ok(account)
}

/// What it is, in parts; the year last, since an account that carries over has it there.
fn id(owner: &Owner, purpose: Purpose, subject: Option<&str>, mark: &str, year: Option<i32>, demo: bool) -> String {
    let whose = match owner.kind {
        OwnerKind::Organisation => format!("org:{}", owner.id),
        OwnerKind::City => format!("city:{}", owner.id),
        OwnerKind::JointOffice | OwnerKind::Outside => "joint".to_owned(),
    };
    let year = year.map(|year| year.to_string());
    let parts = [
        demo.then(|| "demo".to_owned()),
        Some(whose),
        Some(purpose.code().to_owned()),
        subject.map(str::to_owned),
        Some(mark.to_owned()).filter(|mark| !mark.is_empty()),
        year,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(":")
}

fn year_shape() -> Refusal {
    Refusal::invalid(
        "budget-year",
        "预算年度应为四位年份，如 2026。",
        "A budget year is a year of four digits, such as 2026.",
    )
    .at("budget_year")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::payment::tests::by;

    fn draft() -> OpenDraft {
        OpenDraft {
            owner: "city:310117".into(),
            name: "科技专项".into(),
            purpose: "budget".into(),
            budget_year: "2026".into(),
            budget_subject: "2060404".into(),
            year_end: "carries".into(),
            ..OpenDraft::default()
        }
    }

    fn opened(draft: &OpenDraft) -> Result<Account, Refusal> {
        let owner = owner(&draft.owner)?;
        account(draft, owner, None, by("officer"))
    }

    #[test]
    fn an_account_is_named_after_what_it_is() {
        assert_eq!(opened(&draft()).unwrap().id, "city:310117:budget:2060404:2026");
        let own = OpenDraft {
            owner: "organisation:0abc".into(),
            name: "基本户".into(),
            purpose: "current".into(),
            mark: "main".into(),
            ..OpenDraft::default()
        };
        let account = opened(&own).unwrap();
        assert_eq!((account.id.as_str(), account.floor), ("org:0abc:current:main", Some(Fen::ZERO)));
        assert_eq!(owner_code(&account.owner), own.owner);
        let demo = By { demo: true, ..by("officer") };
        let joint = OpenDraft { owner: "joint-office".into(), name: "示例：联合资金".into(), ..draft() };
        let account = super::account(&joint, owner(&joint.owner).unwrap(), None, demo).unwrap();
        assert_eq!(account.id, "demo:joint:budget:2060404:2026");
        assert_eq!(owner_code(&account.owner), "joint-office");
    }

    #[test]
    fn what_is_typed_wrongly_about_an_account_is_refused_at_its_field() {
        type Spoil = fn(&mut OpenDraft);
        let wrong: [(Spoil, &str, &str); 10] = [
            (|d| d.owner = "city:1".into(), "account-owner", "owner"),
            (|d| d.owner = "outside".into(), "account-owner", "owner"),
            (|d| d.name = String::new(), "needed", "name"),
            (|d| d.purpose = "deposit".into(), "account-purpose", "purpose"),
            (|d| d.mark = "人才".into(), "account-mark", "mark"),
            (|d| d.mark = "a:b".into(), "account-mark", "mark"),
            (|d| d.budget_year = "26".into(), "budget-year", "budget_year"),
            (|d| d.budget_subject = "20604".repeat(2), "budget-subject", "budget_subject"),
            (|d| d.year_end = "burns".into(), "year-end", "year_end"),
            (|d| d.year_end = "returns".into(), "year-end-rule", "year_end"),
        ];
        for (spoil, code, field) in wrong {
            let mut draft = draft();
            spoil(&mut draft);
            let refusal = opened(&draft).unwrap_err();
            assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
        }
    }
}
