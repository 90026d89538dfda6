//! What ledger keeps about people, and for how long.
//!
//! Vouchers and books are kept for thirty years, statements of banks for ten: 《会计档案管理办法》 (财政部、国家档案局令第 79
//! 号), appendix 1. Names of those who handled them go with them.

use platform::privacy::{Gone, Kept, Until};

/// Thirty years.
const VOUCHER_DAYS: i64 = 10_958;
/// Ten years.
const STATEMENT_DAYS: i64 = 3_653;

/// See [`platform::privacy`].
pub(crate) const PERSONAL: &[Kept] = &[
    Kept {
        table: "payment",
        columns: &["payee_name", "payee_bank", "payee_account"],
        purpose: "Paying the right account, and showing later that it was the right one",
        until: Until::Days {
            days: VOUCHER_DAYS,
            after: "the instruction ended",
            due: "state IN ('rejected', 'withdrawn', 'settled', 'returned') AND updated_ms < $1 AND payee_account <> ''",
            key: "id",
            gone: Gone::Values("payee_name = '', payee_bank = '', payee_account = ''"),
        },
    },
    Kept {
        table: "payment_step",
        columns: &["by_name"],
        purpose: "Saying who made, checked and sent a payment",
        until: Until::Days {
            days: VOUCHER_DAYS,
            after: "the step",
            due: "at_ms < $1 AND by_name <> ''",
            key: "payment, ord",
            gone: Gone::Values("by_name = ''"),
        },
    },
    Kept {
        table: "payment_file",
        columns: &["csv", "json", "by_name"],
        purpose: "Giving the bank's file again, the same to the byte",
        until: Until::Days {
            days: VOUCHER_DAYS,
            after: "the file was made",
            due: "at_ms < $1 AND by_name <> ''",
            key: "id",
            gone: Gone::Values("csv = '', json = '', by_name = ''"),
        },
    },
    Kept {
        table: "bank_statement",
        columns: &["by_name"],
        purpose: "Saying who loaded a statement",
        until: Until::Days {
            days: STATEMENT_DAYS,
            after: "it was loaded",
            due: "at_ms < $1 AND by_name <> ''",
            key: "id",
            gone: Gone::Values("by_name = ''"),
        },
    },
    Kept {
        table: "bank_line",
        columns: &["counterparty", "counterparty_account", "reference", "summary"],
        purpose: "Finding what a movement at the bank was",
        until: Until::Days {
            days: STATEMENT_DAYS,
            after: "its statement was loaded",
            due: "statement IN (SELECT id FROM bank_statement WHERE at_ms < $1) AND (counterparty <> '' OR counterparty_account <> '' OR reference <> '' OR summary <> '')",
            key: "id",
            gone: Gone::Values("counterparty = '', counterparty_account = '', reference = '', summary = ''"),
        },
    },
    Kept {
        table: "line_match",
        columns: &["by_name", "undone_name"],
        purpose: "Saying who found what a movement was",
        until: Until::Days {
            days: STATEMENT_DAYS,
            after: "it was said",
            due: "at_ms < $1 AND (by_name <> '' OR undone_name <> '')",
            key: "id",
            gone: Gone::Values("by_name = '', undone_name = ''"),
        },
    },
    Kept {
        table: "line_entry",
        columns: &["maker_name", "checker_name"],
        purpose: "Saying who proposed and who checked an entry",
        until: Until::Days {
            days: VOUCHER_DAYS,
            after: "the proposal",
            due: "created_ms < $1 AND (maker_name <> '' OR checker_name <> '')",
            key: "id",
            gone: Gone::Values("maker_name = '', checker_name = ''"),
        },
    },
    Kept {
        table: "ledger_period",
        columns: &["by_name"],
        purpose: "Saying who closed a month",
        until: Until::Days {
            days: VOUCHER_DAYS,
            after: "it was closed",
            due: "at_ms < $1 AND by_name <> ''",
            key: "demo, month",
            gone: Gone::Values("by_name = ''"),
        },
    },
];
