//! The settings of the publishing house, and the packages it publishes.

use crate::fields::{Fields, checked_url};
use crate::json::{Json, Object};
use crate::merge;
use crate::refusals;
use kernel::{Instant, Refusal, Text};

/// The prefix that the documentation of OCDS uses in its examples: for demos, and until the house has one of its own from the Open
/// Contracting Partnership.
pub const EXAMPLE_OCID_PREFIX: &str = "ocds-213czf";

/// A prefix for demos, until the house has one of its own from 360Giving.
pub const EXAMPLE_GRANT_PREFIX: &str = "360G-example";

/// Where the extension that splits a budget by funders is described.
pub const BUDGET_BREAKDOWN: &str = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_budget_breakdown_extension/master/extension.json";

/// Put before the titles of a demo.
const DEMO: (&str, &str) = ("示例", "Example");

/// The settings of the publishing house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    /// The registered prefix of its processes: `ocds-` and six letters or digits.
    pub ocid_prefix: String,
    /// The registered prefix of its grants: `360G-` and a name.
    pub grant_prefix: String,
    /// Who publishes.
    pub publisher: Publisher,
    /// The licence of the data, as an address.
    pub license: String,
    /// The publication policy, as an address.
    pub policy: String,
    /// Whether budgets are split by an extension ([`BUDGET_BREAKDOWN`]). Without, what is published is the core of the standard, which
    /// everybody can check without a network, and the split is told in words.
    pub budget_breakdown: bool,
    /// Whether this is a demo: its titles then say so.
    pub demo: bool,
}

impl Default for House {
    fn default() -> House {
        House {
            ocid_prefix: EXAMPLE_OCID_PREFIX.to_owned(),
            grant_prefix: EXAMPLE_GRANT_PREFIX.to_owned(),
            publisher: Publisher::default(),
            license: String::new(),
            policy: String::new(),
            budget_breakdown: false,
            demo: false,
        }
    }
}

/// Who publishes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publisher {
    /// The name of the house.
    pub name: String,
    /// The register of its number.
    pub scheme: String,
    /// Its number there.
    pub uid: String,
    /// Its address.
    pub uri: String,
}

/// Where and when a package is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue<'a> {
    /// The stable address under which the package can be had.
    pub uri: &'a str,
    /// When it was published; of a package made on demand, when its content last changed.
    pub published: Instant,
}

/// How a record shows its releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing<'a> {
    /// Whole.
    Embedded,
    /// By the addresses of their packages, one for each release in the order in which they are given.
    Linked(&'a [String]),
}

/// How much a record tells of the past.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum History {
    /// Only the present state.
    #[default]
    None,
    /// All values that every field had, but not their variants in other languages: the schema of versioned releases 1.1.5 has
    /// forgotten that variants have versions, so that only this is valid by it.
    Valid,
    /// All values, as the merge routine says ([`versioned`](crate::versioned)).
    Whole,
}

/// All releases of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// The releases, in any order.
    pub releases: &'a [Json],
    /// How they are shown.
    pub listing: Listing<'a>,
    /// Whether the history is given beside the present state.
    pub history: History,
}

impl House {
    /// The ocid of a process: the house's prefix and the number of the call. Keep it with the process: it stays the same when the house
    /// gets another prefix.
    ///
    /// # Errors
    /// `disclosure-prefix`, `disclosure-ocid`.
    pub fn ocid(&self, number: &str) -> Result<String, Refusal> {
        if !is_prefix(&self.ocid_prefix) {
            return Err(refusals::prefix(&self.ocid_prefix));
        }
        let ocid = format!("{}-{number}", self.ocid_prefix);
        checked_ocid(&ocid)?;
        Ok(ocid)
    }

    /// A title; in a demo it says that it is one.
    pub(crate) fn titled(&self, title: &Text) -> Text {
        let marked = |text: &str, mark: &str, gap: &str| match text {
            "" => String::new(),
            text if text.contains(mark) => text.to_owned(),
            text => format!("{mark}{gap}{text}"),
        };
        if self.demo {
            Text::new(marked(&title.zh, DEMO.0, "："), marked(&title.en, DEMO.1, ": "))
        } else {
            title.clone()
        }
    }

    /// A release package: what has happened, one event or several.
    ///
    /// # Errors
    /// A [`Refusal`] where there is no release, or an address is none.
    pub fn release_package(&self, issue: Issue<'_>, releases: &[Json]) -> Result<Json, Refusal> {
        if releases.is_empty() {
            return Err(refusals::missing("releases"));
        }
        Ok(self.head(issue, releases)?.list("releases", releases.to_vec()).end())
    }

    /// A record package: processes with all their releases and what these come to. `packages` are the addresses of the release
    /// packages it was made from.
    ///
    /// # Errors
    /// A [`Refusal`] where there is no record, a record has no release, releases cannot be merged, or an address is none.
    pub fn record_package(
        &self,
        issue: Issue<'_>,
        packages: &[String],
        records: &[Record<'_>],
    ) -> Result<Json, Refusal> {
        if records.is_empty() {
            return Err(refusals::missing("records"));
        }
        for uri in packages {
            given_url("packages", uri)?;
        }
        let all: Vec<Json> = records.iter().flat_map(|record| record.releases.iter().cloned()).collect();
        let records: Vec<Json> = records.iter().map(|record| record.to_json()).collect::<Result<_, Refusal>>()?;
        Ok(self
            .head(issue, &all)?
            .list("packages", packages.iter().map(|uri| uri.as_str().into()).collect())
            .list("records", records)
            .end())
    }

    fn head(&self, issue: Issue<'_>, releases: &[Json]) -> Result<Fields, Refusal> {
        given_url("uri", issue.uri)?;
        if self.publisher.name.is_empty() {
            return Err(refusals::missing("publisher/name"));
        }
        let extended = releases.iter().any(|release| release.at("/planning/budget/budgetBreakdown").is_some());
        let extensions = extended.then(|| Json::from(BUDGET_BREAKDOWN)).into_iter().collect();
        let publisher = Fields::new()
            .text("name", &self.publisher.name)
            .text("scheme", &self.publisher.scheme)
            .text("uid", &self.publisher.uid)
            .url("uri", &self.publisher.uri)?;
        Fields::new()
            .text("uri", issue.uri)
            .text("version", "1.1")
            .list("extensions", extensions)
            .instant("publishedDate", Some(issue.published))
            .put("publisher", publisher.end())
            .url("license", &self.license)?
            .url("publicationPolicy", &self.policy)
    }
}

impl Record<'_> {
    fn to_json(self) -> Result<Json, Refusal> {
        let order = merge::ordered(self.releases)?;
        let releases: Vec<Json> = match self.listing {
            Listing::Embedded => order.iter().map(|(_, release)| Json::Object((*release).clone())).collect(),
            Listing::Linked(uris) if uris.len() != self.releases.len() => {
                return Err(refusals::missing("releases/url"));
            }
            Listing::Linked(uris) => {
                order.iter().map(|(index, release)| link(&uris[*index], release)).collect::<Result<_, Refusal>>()?
            }
        };
        let versioned = match self.history {
            History::None => None,
            History::Valid => Some(merge::without_variants(&merge::versioned(self.releases)?)),
            History::Whole => Some(merge::versioned(self.releases)?),
        };
        let ocid = order.first().and_then(|(_, release)| release.get("ocid").cloned());
        Ok(Fields::new()
            .maybe("ocid", ocid)
            .list("releases", releases)
            .put("compiledRelease", merge::compiled(self.releases)?)
            .maybe("versionedRelease", versioned)
            .end())
    }
}

/// A release by the address of its package (OCDS 1.1, "Linked releases").
fn link(uri: &str, release: &Object) -> Result<Json, Refusal> {
    given_url("releases/url", uri)?;
    let id = release.get("id").and_then(Json::as_text).unwrap_or_default();
    Ok(Fields::new()
        .url("url", &format!("{uri}#{id}"))?
        .maybe("date", release.get("date").cloned())
        .maybe("tag", release.get("tag").cloned())
        .end())
}

/// `ocds-` and six lower-case letters or digits, as the Open Contracting Partnership gives them out.
fn is_prefix(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.strip_prefix("ocds-").is_some_and(|rest| rest.len() == 6 && rest.bytes().all(plain))
}

/// Refuses what is no ocid: a prefix, a hyphen and a number in ASCII.
pub fn checked_ocid(ocid: &str) -> Result<(), Refusal> {
    let parts = ocid.split_at_checked("ocds-213czf".len());
    let number = parts.filter(|(prefix, _)| is_prefix(prefix)).and_then(|(_, rest)| rest.strip_prefix('-'));
    let plain = |b: u8| b.is_ascii_graphic() && b != b'#';
    let whole = number.is_some_and(|number| !number.is_empty() && number.bytes().all(plain));
    if whole { Ok(()) } else { Err(refusals::ocid(ocid)) }
}

/// An address that must be there.
fn given_url(place: &str, url: &str) -> Result<(), Refusal> {
    if url.is_empty() { Err(refusals::url(place, url)) } else { checked_url(place, url) }
}
