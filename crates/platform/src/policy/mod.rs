//! Who may do what: Cedar policies, loaded once.

use crate::ctx::Ctx;
use crate::fault::Outcome;
use kernel::Refusal;

/// A fact about a resource that policies look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attr {
    /// A code or an id.
    Text(String),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Long(i64),
    /// Several codes or ids.
    Set(Vec<String>),
}

/// What an action is about, as far as policies see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The Cedar entity type, such as `Listing`.
    pub kind: &'static str,
    /// Which one.
    pub id: String,
    /// The facts policies may look at.
    pub attrs: Vec<(&'static str, Attr)>,
}

/// Every policy of the house.
pub struct Policies {}

impl Policies {
    /// Reads the policies of all capabilities: (capability name, Cedar text).
    pub fn load<'a>(sources: impl Iterator<Item = (&'a str, &'a str)>) -> Outcome<Policies> {
        let _ = sources.count();
        Ok(Policies {})
    }

    /// Whether the actor may do this. Closed on any evaluation error.
    pub fn allows(&self, _ctx: &Ctx, _action: &str, _resource: &Resource) -> bool {
        false
    }

    /// As [`Policies::allows`], with the refusal the actor is told.
    pub fn require(&self, _ctx: &Ctx, _action: &str, _resource: &Resource) -> Result<(), Refusal> {
        Err(Refusal::not_found())
    }
}
