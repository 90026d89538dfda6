//! Who may do what: Cedar policies, loaded and validated once.
//!
//! # Writing a policy file
//! A capability's text holds policies in Cedar, and in lines that start with `//@ ` the Cedar schema of the
//! resources and actions it brings:
//!
//! ```text
//! //@ entity Listing { state: String, organisation: String, city?: String };
//! //@ @listable action need_view appliesTo { principal: Account, resource: Listing };
//! //@ action need_submit appliesTo { principal: Account, resource: Listing };
//! permit (principal, action == Action::"need_view", resource is Listing) when { resource.state == "published" };
//! permit (principal, action == Action::"need_submit", resource is Listing)
//! when { principal.publish.contains(resource.organisation) };
//! ```
//!
//! The principal is always an `Account` (see `platform.cedar` for its attributes); a visitor has the id `visitor`,
//! no roles and `signed_in` false. `House` is the resource of what concerns no single thing, see [`Resource::house`].
//! An attribute that may be missing is declared with `?` and guarded by `resource has`. Action groups are not used.
//!
//! * `@listable` lets [`Policies::filter`] turn the action's policies into SQL. They must then stay within a small
//!   subset: comparisons, `&&`, `||`, `!`, `if`, `has`, and `contains` on sets of the principal or written out. A
//!   listable action outside the subset refuses to start, instead of hiding or showing rows by mistake.
//! * `@scope("…")` names the token scope the action needs. Without it reading (`_view`, `_list`, `@listable`) needs
//!   `read` and everything else `write`; `never` keeps tokens out.
//!
//! * A policy may ask for a fresh proof of who sits there: `forbid … when { !principal.proved }`. Whoever is kept from
//!   an action by nothing else is refused with [`STEP_UP`] and proves it; lists and buttons ([`Policies::allows`])
//!   count him as proved. An access token cannot prove anything.
//!
//! # Closed
//! A decision is no when anything goes wrong: an undeclared action, an attribute that a policy looks at and the
//! resource lacks, an evaluation error in any policy that applies, also when another one permits.

mod condition;
mod decide;
mod explain;
mod load;
mod matrix;
mod residual;
#[cfg(test)]
mod tests;

pub use decide::Policies;
pub use explain::{Clause, Explanation, Refused};
pub use matrix::matrix;

/// The text of the house's own policies; [`Policies::load`] always includes it.
pub(crate) const OWN: &str = include_str!("platform.cedar");

/// Token scopes, in the order forms show them. `admin` is for administrators' own scripts.
pub const SCOPES: [&str; 4] = ["read", "write", "import", "admin"];

/// The scope of actions that no token may do.
pub const SCOPE_NEVER: &str = "never";

/// The code of a refusal that a fresh proof of who sits there would lift.
pub const STEP_UP: &str = "step-up";

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

impl From<&str> for Attr {
    fn from(text: &str) -> Attr {
        Attr::Text(text.to_owned())
    }
}

impl From<String> for Attr {
    fn from(text: String) -> Attr {
        Attr::Text(text)
    }
}

impl From<bool> for Attr {
    fn from(flag: bool) -> Attr {
        Attr::Bool(flag)
    }
}

impl From<i64> for Attr {
    fn from(number: i64) -> Attr {
        Attr::Long(number)
    }
}

impl From<Vec<String>> for Attr {
    fn from(items: Vec<String>) -> Attr {
        Attr::Set(items)
    }
}

/// What an action is about, as far as policies see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The Cedar entity type, such as `Listing`.
    pub kind: &'static str,
    /// Which one.
    pub id: String,
    /// The declared attributes; an optional one that is missing is left out.
    pub attrs: Vec<(&'static str, Attr)>,
}

impl Resource {
    /// A resource without attributes so far.
    pub fn new(kind: &'static str, id: impl Into<String>) -> Resource {
        Resource { kind, id: id.into(), attrs: Vec::new() }
    }

    /// The installation itself: for actions that concern no single thing, such as creating one.
    pub fn house() -> Resource {
        Resource::new("House", "house")
    }

    /// Adds an attribute.
    pub fn with(mut self, name: &'static str, value: impl Into<Attr>) -> Resource {
        self.attrs.push((name, value.into()));
        self
    }

    /// Adds an attribute that may be missing.
    pub fn with_some(mut self, name: &'static str, value: Option<impl Into<Attr>>) -> Resource {
        self.attrs.extend(value.map(|value| (name, value.into())));
        self
    }
}
