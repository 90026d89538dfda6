//! A corridor pack: the files that make the platform the platform of one particular group of cities.
//!
//! The crate is pure: [`Pack::parse`] takes the files as bytes and gives either a checked [`Pack`] or every
//! problem found, with file, line and column. The format is described in `docs/pack-format.md`.

pub mod model;
pub mod words;

pub use model::{
    Area, CalendarDay, Cluster, Drawing, Fact, Jurisdiction, LeftOut, Line, Meta, Name,
    Organisation, OrganisationSegment, OrganisationStatus, Pack, PackProblem, Segment, SegmentEdge,
    Source, Statement, Station, Synonym, Term,
};

/// Newest version of the file format this program reads.
pub const FORMAT_SUPPORTED: u32 = 1;
