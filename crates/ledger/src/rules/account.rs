//! Accounts: whose money it is, what it is for, and how far it may go down.

use kernel::{Adcode, Date, Fen, Refusal, codes, named_as_example};

/// Characters of an account's id.
pub const ACCOUNT_ID_CHARS_MAX: usize = 56;
/// Characters of an account's name.
pub const NAME_CHARS_MAX: usize = 60;
/// Characters of what an account refers to.
pub const REFERENCE_CHARS_MAX: usize = 64;
/// The only currency so far: renminbi, in fen.
pub const CURRENCY: &str = "CNY";

codes! {
    /// Who an account belongs to.
    OwnerKind {
        /// A member city; its id is the division code.
        City = "city",
        /// An organisation of the registry; its id is the organisation's.
        Organisation = "organisation",
        /// The corridor's own office; it has no id.
        JointOffice = "joint-office",
        /// The world outside the ledger: a treasury or a bank. Money that comes in comes from here, money that goes out
        /// goes here; such an account has no floor.
        Outside = "outside",
    }
}

codes! {
    /// What the money on an account is for.
    Purpose {
        /// A budget as it was appropriated (预算).
        Budget = "budget",
        /// A share of a joint fund.
        Fund = "fund",
        /// What a call may spend; the reference names the call.
        Call = "call",
        /// Tranches of a project, released by acceptance; the reference names the project.
        Tranche = "tranche",
        /// Deposits held for an auction or an order; the reference names it.
        Deposit = "deposit",
        /// A budget of innovation vouchers.
        VoucherBudget = "voucher-budget",
        /// Vouchers of one enterprise.
        Voucher = "voucher",
        /// What an organisation has earned and may have paid out.
        Receivable = "receivable",
        /// What cities owe each other until a clearing round.
        Clearing = "clearing",
        /// Fees for services.
        Fee = "fee",
        /// Money that came in and belongs to nobody yet.
        Suspense = "suspense",
        /// The treasury or bank behind everything.
        Treasury = "treasury",
        /// An organisation's ordinary account.
        Current = "current",
    }
}

codes! {
    /// What becomes of an account with a budget year when the year ends.
    YearEnd {
        /// Nothing: its money is not tied to the year.
        Keeps = "keeps",
        /// What is left returns to a given account, and the account is closed.
        Returns = "returns",
        /// What is left goes to the account of the next year, which is opened, and the account is closed.
        Carries = "carries",
    }
}

/// Who an account belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Which kind.
    pub kind: OwnerKind,
    /// Which one; empty for the joint office.
    pub id: String,
}

impl Owner {
    /// A member city.
    pub fn city(city: Adcode) -> Owner {
        Owner { kind: OwnerKind::City, id: city.to_string() }
    }

    /// An organisation of the registry.
    pub fn organisation(id: impl Into<String>) -> Owner {
        Owner { kind: OwnerKind::Organisation, id: id.into() }
    }

    /// The joint office.
    pub fn joint_office() -> Owner {
        Owner { kind: OwnerKind::JointOffice, id: String::new() }
    }

    /// The world outside the ledger, by the treasury or bank.
    pub fn outside(id: impl Into<String>) -> Owner {
        Owner { kind: OwnerKind::Outside, id: id.into() }
    }
}

/// An account. Nothing of it changes once it is open, but that it may be closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Made by whoever opens it, such as `city:310117:budget:2026`: parts of `a`–`z`, digits and `-`, joined by `:`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whose it is.
    pub owner: Owner,
    /// What the money is for.
    pub purpose: Purpose,
    /// What it refers to, such as the id of a call; may be empty.
    pub reference: String,
    /// Always [`CURRENCY`].
    pub currency: String,
    /// The city that looks after it; for lists and policies.
    pub city: Option<Adcode>,
    /// The budget year.
    pub budget_year: Option<i32>,
    /// The code of the budget subject (预算科目), such as `2060404`.
    pub budget_subject: Option<String>,
    /// How far down the balance may go, held money counted; none: without bound, for accounts of the outside only.
    pub floor: Option<Fen>,
    /// What becomes of it at the end of its budget year.
    pub year_end: YearEnd,
    /// The account that gets what is left, with [`YearEnd::Returns`].
    pub returns_to: Option<String>,
    /// Of the demo's world.
    pub demo: bool,
    /// When it was opened.
    pub opened_ms: i64,
    /// By which account of a person.
    pub opened_by: String,
    /// When it was closed.
    pub closed_ms: Option<i64>,
}

/// What stands on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Fen on it; also below zero, for the outside.
    pub balance: Fen,
    /// Fen of it that are held by pending transfers.
    pub held: Fen,
    /// Entries it has had: the version of the last one.
    pub version: i64,
}

impl Standing {
    /// What may still leave an account with this floor; none: any amount.
    pub fn available(&self, floor: Option<Fen>) -> Option<i64> {
        floor.map(|floor| self.balance.get() - self.held.get() - floor.get())
    }
}

/// Whether a text is an id: parts of small letters, digits and hyphens that begin with a letter or digit, joined by
/// colons. Every such id is an account's name to hledger and beancount as it is.
pub fn is_id(text: &str, chars_max: usize) -> bool {
    let part = |part: &str| {
        let first = part.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        first && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= chars_max && text.split(':').all(part)
}

/// Checks an account that is about to be opened.
///
/// # Errors
/// `account-id-shape`, `account-name`, `account-reference`, `account-currency`, `account-owner`, `account-floor`,
/// `budget-year`, `budget-subject`, `year-end-rule`.
pub fn open(account: &Account) -> Result<(), Refusal> {
    if !is_id(&account.id, ACCOUNT_ID_CHARS_MAX) {
        return Err(id_shape());
    }
    let name = kernel::input::needed(&account.name, NAME_CHARS_MAX, "name")?;
    named_as_example(
        account.demo,
        &name,
        "name",
        ["演示中的账户，名称必须以“示例”开头。", "In the demo the name of an account must begin with 示例."],
    )?;
    kernel::input::text_fits("reference", &account.reference, REFERENCE_CHARS_MAX)?;
    if account.currency != CURRENCY {
        return Err(Refusal::invalid(
            "account-currency",
            "账户只能以人民币记账。请把币种填为 CNY。",
            "Accounts are kept in renminbi only. Give CNY as the currency.",
        )
        .at("currency"));
    }
    owner(&account.owner)?;
    floor(account)?;
    budget(account)
}

fn id_shape() -> Refusal {
    Refusal::invalid(
        "account-id-shape",
        format!("账户编号由小写字母、数字和连字符组成，各段以冒号相连，最长 {ACCOUNT_ID_CHARS_MAX} 个字符，如 city:310117:budget:2026。"),
        format!("An account's id has small letters, digits and hyphens in parts joined by colons, {ACCOUNT_ID_CHARS_MAX} characters at most, such as city:310117:budget:2026."),
    )
    .at("id")
}

fn owner(owner: &Owner) -> Result<(), Refusal> {
    let fits = match owner.kind {
        OwnerKind::City => Adcode::parse(&owner.id).is_ok(),
        OwnerKind::JointOffice => owner.id.is_empty(),
        OwnerKind::Organisation | OwnerKind::Outside => !owner.id.is_empty() && owner.id.len() <= REFERENCE_CHARS_MAX,
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::invalid(
        "account-owner",
        "账户必须有所有者：城市填行政区划代码，机构填机构编号，联席会议办公室不填。",
        "An account has an owner: a city by its division code, an organisation by its id, the joint office by none.",
    )
    .at("owner"))
}

fn floor(account: &Account) -> Result<(), Refusal> {
    let outside = account.owner.kind == OwnerKind::Outside;
    if outside == account.floor.is_none() && account.floor.is_none_or(|floor| floor <= Fen::ZERO) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "account-floor",
        "账户须有余额下限（零或负数）；只有外部账户没有下限。",
        "An account has a lowest balance, zero or below; only accounts of the outside have none.",
    )
    .at("floor"))
}

fn budget(account: &Account) -> Result<(), Refusal> {
    if account.budget_year.is_some_and(|year| Date::new(year, 1, 1).is_err()) {
        return Err(Refusal::invalid(
            "budget-year",
            "预算年度应为四位年份，如 2026。",
            "A budget year is a year of four digits, such as 2026.",
        )
        .at("budget_year"));
    }
    // Codes of 《政府收支分类科目》 have three (类), five (款) or seven (项) digits.
    let subject = |code: &String| matches!(code.len(), 3 | 5 | 7) && code.bytes().all(|b| b.is_ascii_digit());
    if !account.budget_subject.iter().all(subject) {
        return Err(Refusal::invalid(
            "budget-subject",
            "预算科目编码为 3、5 或 7 位数字（类、款、项），如 2060404。",
            "The code of a budget subject has 3, 5 or 7 digits, such as 2060404.",
        )
        .at("budget_subject"));
    }
    let returns = account.returns_to.as_deref();
    let fits = match account.year_end {
        YearEnd::Keeps => returns.is_none(),
        YearEnd::Returns => account.budget_year.is_some() && returns.is_some_and(|to| to != account.id),
        YearEnd::Carries => {
            let year = account.budget_year.map(|year| format!(":{year}"));
            returns.is_none() && year.is_some_and(|year| account.id.ends_with(&year))
        }
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::invalid(
        "year-end-rule",
        "年末处理不完整：收回须有预算年度和收回账户；结转须有预算年度，且账户编号以该年度结尾。",
        "The year-end rule is not complete: returning takes a budget year and the account it returns to; carrying over takes a budget year, with which the id must end.",
    )
    .at("year_end"))
}

/// The account of the next year, for one that carries over.
pub fn next_year(account: &Account, now_ms: i64, by: &str) -> Option<Account> {
    let year = account.budget_year.filter(|_| account.year_end == YearEnd::Carries)?;
    let (stem, next) = (account.id.strip_suffix(&format!(":{year}"))?, year + 1);
    Some(Account {
        id: format!("{stem}:{next}"),
        budget_year: Some(next),
        opened_ms: now_ms,
        opened_by: by.to_owned(),
        closed_ms: None,
        ..account.clone()
    })
}

/// Whether two accounts with one id are the same account, whoever opened them and when.
pub fn same(a: &Account, b: &Account) -> bool {
    let bare =
        |account: &Account| Account { opened_ms: 0, opened_by: String::new(), closed_ms: None, ..account.clone() };
    bare(a) == bare(b)
}

/// An account may be closed when nothing stands on it and nothing is held.
///
/// # Errors
/// `account-closed`, `account-not-empty`.
pub fn close(account: &Account, standing: Standing) -> Result<(), Refusal> {
    if account.closed_ms.is_some() {
        return Err(closed(&account.id));
    }
    if standing.balance != Fen::ZERO || standing.held != Fen::ZERO {
        return Err(Refusal::conflict(
            "account-not-empty",
            format!(
                "账户 {} 还有余额 {} 元、冻结 {} 元，请先转出或解冻后再销户。",
                account.id, standing.balance, standing.held
            ),
            format!(
                "There are {} yuan on account {}, {} of them held; move or release them before it is closed.",
                standing.balance, account.id, standing.held
            ),
        ));
    }
    Ok(())
}

/// Nothing goes to or from an account that is closed.
pub(crate) fn closed(id: &str) -> Refusal {
    Refusal::conflict(
        "account-closed",
        format!("账户 {id} 已销户，不能再记账。请改用在用的账户。"),
        format!("Account {id} is closed and takes no more entries. Use one that is open."),
    )
}

/// There is no such account.
pub(crate) fn unknown(id: &str) -> Refusal {
    Refusal::invalid(
        "account-unknown",
        format!("没有账户 {id}。请先开户，或检查账户编号。"),
        format!("There is no account {id}. Open it first, or check the id."),
    )
    .at("account")
}
