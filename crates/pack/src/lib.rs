//! A corridor pack: the files that make the platform the platform of one particular group of cities.
//!
//! The crate is pure: [`Pack::parse`] takes the files as bytes and gives either a checked [`Pack`] or every
//! problem found, with file, line and column. Only [`Pack::load_dir`] touches a disk, and
//! [`Pack::embedded_g60`] reads the G60 pack built into the program. The format is described in
//! `docs/pack-format.md`.

mod decode;
mod embedded;
mod limits;
mod lookup;
pub mod model;
mod moment;
mod near;
mod parse;
mod problem;
mod read_chains;
mod read_facts;
mod read_organisations;
mod read_places;
mod read_toml;
mod row;
mod table;
pub mod words;

pub use embedded::embedded_g60_files;
pub use limits::{CELL_CHARS_MAX, FILE_BYTES_MAX, FILES_MAX, PACK_BYTES_MAX, PROBLEMS_MAX, ROWS_MAX};
pub use model::{
    Area, CalendarDay, Cluster, Drawing, Fact, Jurisdiction, LeftOut, Line, Meta, Name, Organisation,
    OrganisationSegment, OrganisationStatus, Pack, PackProblem, Segment, SegmentEdge, Source, Statement, Station,
    Synonym, Term,
};
pub use moment::moment_end;
pub use near::{NearDuplicate, near_duplicates};
pub use parse::{FILES, digest};

/// Newest version of the file format this program reads.
pub const FORMAT_SUPPORTED: u32 = 1;
