//! What is put into the index.

use serde::{Deserialize, Serialize};

/// One findable thing: an organisation, an expert, a need, an offer, a fact …
///
/// Everything a result list shows is kept in the index, so that showing a hit
/// needs no database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The opaque identifier, unique over all kinds. A later document with the same identifier replaces the earlier one.
    pub id: String,
    /// What it is, such as `organisation`, `need` or `offer`.
    pub kind: String,
    /// Adcode of its city.
    pub city: Option<String>,
    /// Status codes (facet).
    pub statuses: Vec<String>,
    /// Industry-chain segment ids (facet). An id may be a path with `/`: its
    /// ancestors are then indexed too. Where ids are not paths the caller lists the ancestors here.
    pub segments: Vec<String>,
    /// Year (facet).
    pub year: Option<i64>,
    /// All names and aliases, Chinese or not, beside the title. They are found by word, pinyin and initials.
    pub names: Vec<String>,
    /// The English name or title.
    pub name_en: Option<String>,
    /// The heading of a hit. It counts as a name.
    pub title: String,
    /// Everything else a reader may search for, as plain text.
    pub body: String,
    /// Where the hit leads, a path on this site.
    pub url: String,
    /// A factor on the score, 1 = neutral, kept between 0.25 and 4.
    pub rank: f32,
    /// It belongs to a demo and says so.
    pub demo: bool,
    /// Whether it may be proposed as a match without being asked for by name.
    pub default_match: bool,
}

impl Document {
    /// A document with nothing but its identity, heading and address.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        kind: impl Into<String>,
        title: impl Into<String>,
        url: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            kind: kind.into(),
            city: None,
            statuses: Vec::new(),
            segments: Vec::new(),
            year: None,
            names: Vec::new(),
            name_en: None,
            title: title.into(),
            body: String::new(),
            url: url.into(),
            rank: 1.0,
            demo: false,
            default_match: true,
        }
    }
}
