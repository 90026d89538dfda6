//! A condition folded for one principal, and what is left of it in SQL.

use super::condition::{Comparison, Condition, Scalar, Texts};
use crate::ctx::{Actor, Mandate};
use sea_orm::Value;
use std::fmt::Write;

/// What is left when the principal is known. Columns are named by the resource's attributes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Residual {
    Const(bool),
    Flag(String),
    Has(String),
    Compare(String, Comparison, Scalar),
    OneOf(String, Vec<String>),
    Not(Box<Residual>),
    All(Vec<Residual>),
    Any(Vec<Residual>),
    /// Cannot be known here.
    Unknown,
}

/// The principal's attributes as `platform.cedar` declares them.
pub(super) fn principal_texts(actor: &Actor, name: &str) -> Vec<String> {
    match name {
        "roles" => actor.roles.iter().map(|role| role.code().to_owned()).collect(),
        "cities" => actor.cities.iter().map(ToString::to_string).collect(),
        "organisations" => actor.memberships.iter().map(|m| m.organisation.clone()).collect(),
        mandate => {
            let mandate = Mandate::parse(mandate);
            let held =
                actor.memberships.iter().filter(|m| mandate.is_some_and(|mandate| m.mandates.contains(&mandate)));
            held.map(|m| m.organisation.clone()).collect()
        }
    }
}

/// The principal's yes-or-no attributes.
pub(super) fn principal_flag(actor: &Actor, name: &str) -> bool {
    match name {
        "signed_in" => actor.account.is_some(),
        "demo" => actor.demo,
        // Lists and what is offered on pages: whoever may after a proof, may.
        "proved" => true,
        _ => false,
    }
}

fn principal_scalar(actor: &Actor, name: &str) -> Scalar {
    match name {
        "id" => Scalar::Text(actor.id().to_owned()),
        flag => Scalar::Bool(principal_flag(actor, flag)),
    }
}

/// Puts in what is known of the principal.
pub(super) fn fold(condition: &Condition, actor: &Actor) -> Residual {
    match condition {
        Condition::Const(value) => Residual::Const(*value),
        Condition::PrincipalFlag(name) => Residual::Const(principal_flag(actor, name)),
        Condition::ResourceFlag(name) => Residual::Flag(name.clone()),
        Condition::ResourceHas(name) => Residual::Has(name.clone()),
        Condition::Compare(left, comparison, right) => compare(left, *comparison, right, actor),
        Condition::Contains(set, item) => contains(texts(set, actor), item, actor),
        Condition::ContainsAny(left, right) => {
            let right = texts(right, actor);
            Residual::Const(texts(left, actor).iter().any(|item| right.contains(item)))
        }
        Condition::IsEmpty(set) => Residual::Const(texts(set, actor).is_empty()),
        Condition::Not(inner) => fold(inner, actor).negated(),
        Condition::All(parts) => Residual::all(parts.iter().map(|part| fold(part, actor))),
        Condition::Any(parts) => Residual::any(parts.iter().map(|part| fold(part, actor))),
        Condition::If(test, then, other) => {
            let test = fold(test, actor);
            let then = Residual::all([test.clone(), fold(then, actor)]);
            Residual::any([then, Residual::all([test.negated(), fold(other, actor)])])
        }
        Condition::Opaque(_) => Residual::Unknown,
    }
}

fn texts(set: &Texts, actor: &Actor) -> Vec<String> {
    match set {
        Texts::Literal(items) => items.clone(),
        Texts::Principal(name) => principal_texts(actor, name),
    }
}

fn known(scalar: &Scalar, actor: &Actor) -> Scalar {
    match scalar {
        Scalar::Principal(name) => principal_scalar(actor, name),
        other => other.clone(),
    }
}

fn compare(left: &Scalar, comparison: Comparison, right: &Scalar, actor: &Actor) -> Residual {
    match (known(left, actor), known(right, actor)) {
        (Scalar::Resource(column), value) => Residual::Compare(column, comparison, value),
        (value, Scalar::Resource(column)) => Residual::Compare(column, comparison.flipped(), value),
        (left, right) => Residual::Const(comparison.holds(left.cmp(&right))),
    }
}

fn contains(set: Vec<String>, item: &Scalar, actor: &Actor) -> Residual {
    match known(item, actor) {
        Scalar::Resource(_) if set.is_empty() => Residual::Const(false),
        Scalar::Resource(column) => Residual::OneOf(column, set),
        Scalar::Text(text) => Residual::Const(set.contains(&text)),
        _ => Residual::Const(false),
    }
}

impl Residual {
    fn negated(self) -> Residual {
        match self {
            Residual::Const(value) => Residual::Const(!value),
            Residual::Not(inner) => *inner,
            Residual::Unknown => Residual::Unknown,
            other => Residual::Not(Box::new(other)),
        }
    }

    /// All of them; Cedar's `&&` reads from the left, and so does SQL's with its unknowns.
    pub(super) fn all(parts: impl IntoIterator<Item = Residual>) -> Residual {
        let mut left = Vec::new();
        for part in parts {
            match part {
                Residual::Const(true) => {}
                Residual::Const(false) => return Residual::Const(false),
                other => left.push(other),
            }
        }
        Residual::joined(left, true)
    }

    /// Any of them.
    pub(super) fn any(parts: impl IntoIterator<Item = Residual>) -> Residual {
        let mut left = Vec::new();
        for part in parts {
            match part {
                Residual::Const(false) => {}
                Residual::Const(true) => return Residual::Const(true),
                other => left.push(other),
            }
        }
        Residual::joined(left, false)
    }

    fn joined(mut parts: Vec<Residual>, all: bool) -> Residual {
        match parts.len() {
            0 => Residual::Const(all),
            1 => parts.remove(0),
            _ if all => Residual::All(parts),
            _ => Residual::Any(parts),
        }
    }
}

/// Writes residuals as SQL with numbered placeholders.
pub(super) struct Writer<'a> {
    pub(super) columns: &'a [(&'a str, &'a str)],
    pub(super) start: usize,
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

impl Writer<'_> {
    /// Writes one residual, in parentheses where needed.
    ///
    /// # Errors
    /// The attribute that has no column, or `unknown`.
    pub(super) fn write(&mut self, residual: &Residual) -> Result<(), String> {
        match residual {
            Residual::Const(true) => self.text.push_str("1 = 1"),
            Residual::Const(false) => self.text.push_str("1 = 0"),
            Residual::Flag(name) => self.column(name)?,
            Residual::Has(name) => {
                self.column(name)?;
                self.text.push_str(" IS NOT NULL");
            }
            Residual::Compare(name, comparison, scalar) => self.compare(name, *comparison, scalar)?,
            Residual::OneOf(name, items) => {
                self.column(name)?;
                self.text.push_str(" IN (");
                for (index, item) in items.iter().enumerate() {
                    self.text.push_str(if index == 0 { "" } else { ", " });
                    self.value(item.clone().into());
                }
                self.text.push(')');
            }
            Residual::Not(inner) => {
                self.text.push_str("NOT (");
                self.write(inner)?;
                self.text.push(')');
            }
            Residual::All(parts) => self.join(parts, " AND ")?,
            Residual::Any(parts) => self.join(parts, " OR ")?,
            Residual::Unknown => return Err("unknown".to_owned()),
        }
        Ok(())
    }

    fn join(&mut self, parts: &[Residual], word: &str) -> Result<(), String> {
        self.text.push('(');
        for (index, part) in parts.iter().enumerate() {
            self.text.push_str(if index == 0 { "" } else { word });
            self.write(part)?;
        }
        self.text.push(')');
        Ok(())
    }

    fn compare(&mut self, name: &str, comparison: Comparison, scalar: &Scalar) -> Result<(), String> {
        if let Scalar::Bool(value) = scalar {
            // Flags are compared without a literal, which the two databases would spell differently.
            let as_is = *value == (comparison == Comparison::Equal);
            self.text.push_str(if as_is { "(" } else { "(NOT " });
            self.column(name)?;
            self.text.push(')');
            return Ok(());
        }
        self.column(name)?;
        let _ = write!(self.text, " {} ", comparison.sql());
        match scalar {
            Scalar::Text(text) => self.value(text.clone().into()),
            Scalar::Long(number) => self.value((*number).into()),
            Scalar::Resource(other) => self.column(other)?,
            Scalar::Bool(_) | Scalar::Principal(_) => return Err(name.to_owned()),
        }
        Ok(())
    }

    fn column(&mut self, name: &str) -> Result<(), String> {
        let found = self.columns.iter().find(|(attribute, _)| *attribute == name);
        self.text.push_str(found.ok_or_else(|| name.to_owned())?.1);
        Ok(())
    }

    fn value(&mut self, value: Value) {
        self.values.push(value);
        // Writing to a String cannot fail.
        let _ = write!(self.text, "${}", self.start + self.values.len() - 1);
    }
}
