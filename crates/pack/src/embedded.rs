//! The G60 pack inside the binary, so that a server needs no files beside it.

use std::collections::BTreeMap;

use crate::model::{Pack, PackProblem};

macro_rules! g60 {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../corridors/g60/", $name)) as &[u8])),+]
    };
}

/// Every file of `corridors/g60`.
const G60: &[(&str, &[u8])] = g60![
    "areas.csv",
    "calendar.csv",
    "clusters.toml",
    "facts.csv",
    "jurisdictions.csv",
    "left_outs.csv",
    "lines.toml",
    "organisation_names.csv",
    "organisation_segments.csv",
    "organisations.csv",
    "pack.toml",
    "segment_edges.csv",
    "segments.csv",
    "sources.csv",
    "statements.csv",
    "statuses.csv",
    "synonyms.csv",
    "terms.csv",
];

/// The files of the G60 pack as they were when the program was built.
#[must_use]
pub fn embedded_g60_files() -> BTreeMap<String, Vec<u8>> {
    G60.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect()
}

impl Pack {
    /// The G60 pack that was built into the program.
    ///
    /// # Errors
    /// None in a released program: a test reads the same files. The signature stays honest for builds
    /// with a changed pack.
    pub fn embedded_g60() -> Result<Pack, Vec<PackProblem>> {
        Pack::parse(&embedded_g60_files())
    }
}
