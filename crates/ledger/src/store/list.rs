//! What lists of this capability share: what a policy allows, and the place of a row.

use kernel::Date;
use platform::Outcome;
use registry::browse::Where;

/// A condition that a policy became: its text with places, and the values for them.
pub type Allowed = (String, Vec<sea_orm::Value>);

/// In which columns of `ledger_account a` whatever belongs to an account has the attributes of its owner.
pub const OWNED: [(&str, &str); 3] = [
    ("owner", "a.owner_kind"),
    ("city", "CASE WHEN a.owner_kind = 'city' THEN a.owner_id END"),
    ("organisation", "CASE WHEN a.owner_kind = 'organisation' THEN a.owner_id END"),
];

/// Begins a condition with what a policy allows; its places are numbered from 1.
pub fn allowed((text, values): Allowed) -> Where {
    Where { text: format!("({text})"), values }
}

/// The place of a row in a list that has its newest change first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// When it last changed.
    pub at: i64,
    /// Its id.
    pub id: String,
}

/// Narrows a clause to what comes after a position.
pub fn after(clause: &mut Where, position: Option<&Position>, at: &str, id: &str) {
    if let Some(position) = position {
        let when = clause.place(position.at);
        let key = clause.place(position.id.as_str());
        clause.and(&format!("({at} < {when} OR ({at} = {when} AND {id} < {key}))"));
    }
}

/// A day of a row.
pub fn day_of(text: &str, table: &str) -> Outcome<Date> {
    Date::parse(text).map_err(|_| super::bad(table, "date"))
}
