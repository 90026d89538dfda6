//! Puts objects together, leaving out what is not there, and finds parties.

use crate::json::{Json, Object};
use crate::party::Party;
use crate::{PartyRole, refusals, time};
use kernel::{Fen, Instant, Locale, Refusal, Text};

/// What the key of an English variant ends with.
pub const VARIANT: &str = "_en";

/// An object in the making. What is empty gets no key: in a release that would say nothing, or too much.
#[derive(Default)]
pub struct Fields(Object);

impl Fields {
    pub fn new() -> Fields {
        Fields::default()
    }

    pub fn put(mut self, key: &str, value: Json) -> Fields {
        self.0.set(key, value);
        self
    }

    pub fn maybe(self, key: &str, value: Option<impl Into<Json>>) -> Fields {
        match value {
            Some(value) => self.put(key, value.into()),
            None => self,
        }
    }

    pub fn text(self, key: &str, text: &str) -> Fields {
        if text.is_empty() { self } else { self.put(key, text.into()) }
    }

    /// A text with its English variant `…_en`, for the fields that have variants in the standard.
    pub fn both(self, key: &str, text: &Text) -> Fields {
        let fields = self.text(key, text.get(Locale::ZhCn));
        if text.zh.is_empty() { fields } else { fields.text(&format!("{key}{VARIANT}"), &text.en) }
    }

    pub fn instant(self, key: &str, at: Option<Instant>) -> Fields {
        self.maybe(key, at.map(|at| Json::Text(time::written(at))))
    }

    /// An amount with its currency: this house counts in yuan.
    pub fn money(self, key: &str, amount: Option<Fen>) -> Fields {
        self.maybe(key, amount.map(money))
    }

    pub fn list(self, key: &str, items: Vec<Json>) -> Fields {
        if items.is_empty() { self } else { self.put(key, Json::List(items)) }
    }

    pub fn object(self, key: &str, object: Json) -> Fields {
        if object.as_object().is_some_and(Object::is_empty) { self } else { self.put(key, object) }
    }

    /// An address that readers can follow.
    pub fn url(self, key: &str, url: &str) -> Result<Fields, Refusal> {
        checked_url(key, url)?;
        Ok(self.text(key, url))
    }

    pub fn end(self) -> Json {
        Json::Object(self.0)
    }

    pub fn into_object(self) -> Object {
        self.0
    }
}

fn money(amount: Fen) -> Json {
    Fields::new().put("amount", Json::Number(amount.into())).put("currency", "CNY".into()).end()
}

/// An empty address is none; any other must be one of `http` or `https` in ASCII (RFC 3986).
pub fn checked_url(place: &str, url: &str) -> Result<(), Refusal> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let odd = |c: char| !c.is_ascii_graphic() || "\"<>\\^`{|}".contains(c);
    let whole = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/') && !host.contains(odd));
    if url.is_empty() || whole { Ok(()) } else { Err(refusals::url(place, url)) }
}

/// Refuses an identifier that is empty or holds what may not stand in one; `#` would cut an address of a release in two.
pub fn checked_id(place: &str, id: &str) -> Result<(), Refusal> {
    let odd = id.is_empty() || id.chars().any(|c| c == '#' || c.is_whitespace() || c.is_control());
    if odd { Err(refusals::id(place, id)) } else { Ok(()) }
}

/// The items of a list as JSON, each with an identifier of its own.
pub fn listed<T>(
    place: &str,
    items: &[T],
    id: impl Fn(&T) -> &str,
    write: impl Fn(&T) -> Result<Json, Refusal>,
) -> Result<Vec<Json>, Refusal> {
    for (index, item) in items.iter().enumerate() {
        checked_id(place, id(item))?;
        if items[..index].iter().any(|before| id(before) == id(item)) {
            return Err(refusals::id(place, id(item)));
        }
    }
    items.iter().map(write).collect()
}

/// The parties of a release, to which everything else refers.
pub struct Parties<'a>(pub &'a [Party]);

impl Parties<'_> {
    /// A party that must have a role.
    pub fn find(&self, place: &str, id: &str, role: PartyRole) -> Result<&Party, Refusal> {
        let party = self.0.iter().find(|party| party.id == id).ok_or_else(|| refusals::party(place, id))?;
        if party.roles.contains(&role) { Ok(party) } else { Err(refusals::role(place, id, role.code())) }
    }

    /// A reference: the party's identifier and name.
    pub fn refer(&self, place: &str, id: &str, role: PartyRole) -> Result<Json, Refusal> {
        let party = self.find(place, id, role)?;
        Ok(Fields::new().text("name", party.name.get(Locale::ZhCn)).text("id", &party.id).end())
    }

    pub fn refer_maybe(&self, place: &str, id: Option<&String>, role: PartyRole) -> Result<Option<Json>, Refusal> {
        id.map(|id| self.refer(place, id, role)).transpose()
    }

    pub fn refer_all(&self, place: &str, ids: &[String], role: PartyRole) -> Result<Vec<Json>, Refusal> {
        listed(place, ids, |id| id, |id| self.refer(place, id, role))
    }
}
