//! Rows: tables, queries, rows in and domain values out. SeaORM stops here.

pub mod accord;
pub mod item;
pub mod meeting;
pub mod supervision;

use kernel::{Adcode, Date};
use platform::Fault;
use platform::capability::DocumentChange;
use platform::db::Outcome;
use registry::browse::Where;
use search::Document;

/// A condition that a policy became: its text with places, and the values for them.
pub type Allowed = (String, Vec<sea_orm::Value>);

/// Begins a condition with what a policy allows; its places are numbered from 1.
fn allowed((text, values): Allowed) -> Where {
    Where { text: format!("({text})"), values }
}

/// The place of a row in a list that has its newest change first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// When it last changed, or its day as a number.
    pub at: i64,
    /// Its id.
    pub id: String,
}

/// Narrows a clause to what comes after a position.
fn after(clause: &mut Where, position: Option<&Position>, at: &str, id: &str) {
    if let Some(position) = position {
        let when = clause.place(position.at);
        let key = clause.place(position.id.as_str());
        clause.and(&format!("({at} < {when} OR ({at} = {when} AND {id} < {key}))"));
    }
}

fn bad(table: &str, column: &str) -> Fault {
    Fault::Internal(format!("{table}: bad {column}"))
}

fn date(text: &str, table: &str) -> Outcome<Date> {
    Date::parse(text).map_err(|_| bad(table, "date"))
}

fn adcode(text: &str, table: &str) -> Outcome<Adcode> {
    Adcode::parse(text).map_err(|_| bad(table, "city"))
}

/// What stands of one document now.
fn change(id: &str, found: Option<Document>) -> DocumentChange {
    found.map_or_else(|| DocumentChange::Remove(id.to_owned()), |document| DocumentChange::Put(Box::new(document)))
}
