//! The search engine: folding, segmentation, an inverted index, ranking,
//! facets, highlights and candidates for matching.
//!
//! It knows no database, no web and no journal. The caller turns whatever may
//! be found into [`Document`]s, hands them to a [`Writer`] in batches together
//! with the number of the last journal entry they reflect, and asks an
//! [`Index`] with a [`SearchRequest`] (a person's words) or a [`MatchRequest`]
//! (a need looking for offers, or the other way round).
//!
//! How a text becomes terms, on both sides alike:
//!
//! 1. [`fold`](mod@fold): NFKC, lower case, traditional to simplified characters and
//!    regional characters (矽 → 硅), keeping for every folded character the
//!    place in the original it came from.
//! 2. [`measure`]: a number with its unit is one word (`300 毫米`, `300mm` and
//!    `12英寸` of a wafer are all `300mm`).
//! 3. [`Lexicon`]: Chinese runs are cut into words with the corridor's own terms
//!    as user dictionary, and into bigrams, which need no dictionary.
//! 4. [`romanise`]: names are also found by pinyin and by initials.
//!
//! A question is never parsed: whatever a person types becomes words, and
//! quotes, colons, brackets and control characters merely separate them.

mod analysis;
mod candidates;
mod collect;
mod detail;
mod document;
mod error;
mod facets;
pub mod fold;
pub mod highlight;
mod index;
mod lexicon;
pub mod limits;
pub mod measure;
mod peaks;
mod plan;
mod postings;
mod request;
pub mod romanise;
mod scan;
mod schema;
mod searching;
mod state;
mod writer;

pub use document::Document;
pub use error::{QueryRefused, RefusalCode, SearchError};
pub use highlight::{Highlight, Piece};
pub use index::{Index, Opened};
pub use lexicon::{Lexicon, LexiconSource, Synonym};
pub use request::{
    FacetCount, Facets, Filters, Hit, MatchHit, MatchRequest, MatchResponse, MatchedField, MatchedTerm, Relation,
    SearchRequest, SearchResponse, SegmentHit, SegmentWeight,
};
pub use writer::Writer;
