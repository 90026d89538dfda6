//! Organisations. People have no place here.

use crate::PartyRole;
use crate::fields::{Fields, checked_id};
use crate::json::Json;
use crate::refusals;
use kernel::{Refusal, Text};

/// The list of China's business register at org-id.guide; a unified social credit code (GB 32100-2015) is an identifier of it.
pub const USCC_SCHEME: &str = "CN-SAIC";

/// An organisation of the process. The standard's `contactPoint` is left out: it would hold a person's name, mail and telephone.
///
/// Merging replaces the whole list of roles: give all roles the party has had so far, in every release that lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Stays the same in all releases, such as `CN-SAIC-91310117MA1J2XYZ4A`.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// All that it is in the process.
    pub roles: Vec<PartyRole>,
    /// Its number in a public register.
    pub identifier: Option<Identifier>,
    /// Where it sits.
    pub place: Option<Place>,
}

/// A number in a public register of organisations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identifier {
    /// The register: a code of org-id.guide such as [`USCC_SCHEME`].
    pub scheme: String,
    /// The number.
    pub id: String,
    /// The name in the register.
    pub legal_name: Text,
}

/// A place, no closer than the city.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The city or district.
    pub locality: String,
    /// The province.
    pub region: String,
    /// The country.
    pub country: Text,
}

impl Party {
    pub(crate) fn to_json(&self) -> Result<Json, Refusal> {
        checked_id("parties", &self.id)?;
        if self.name == Text::default() {
            return Err(refusals::missing("parties/name"));
        }
        let identifier = self.identifier.as_ref().map(|identifier| {
            Fields::new()
                .text("scheme", &identifier.scheme)
                .text("id", &identifier.id)
                .both("legalName", &identifier.legal_name)
                .end()
        });
        let address = self.place.as_ref().map(|place| {
            Fields::new()
                .text("locality", &place.locality)
                .text("region", &place.region)
                .both("countryName", &place.country)
                .end()
        });
        Ok(Fields::new()
            .both("name", &self.name)
            .text("id", &self.id)
            .maybe("identifier", identifier)
            .maybe("address", address)
            .list("roles", self.roles.iter().map(|role| Json::from(*role)).collect())
            .end())
    }
}
