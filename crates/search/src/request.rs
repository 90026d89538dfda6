//! Questions and answers.

use serde::{Deserialize, Serialize};

use crate::highlight::Highlight;

/// What the reader narrowed the results to: any of the values of a field, all of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// Kinds of documents.
    pub kind: Vec<String>,
    /// Adcodes.
    pub city: Vec<String>,
    /// Status codes.
    pub status: Vec<String>,
    /// Segment ids; an ancestor's id finds its descendants.
    pub segment: Vec<String>,
    /// Years.
    pub year: Vec<i64>,
    /// Identifiers: whether these documents are among the results.
    pub id: Vec<String>,
}

/// A person's question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchRequest {
    /// What was typed, at most [`QUERY_CHARS_MAX`](crate::limits::QUERY_CHARS_MAX) characters. Empty = everything, best rank first.
    pub text: String,
    /// Filters.
    pub filters: Filters,
    /// Results wanted, at most [`PAGE_HITS_MAX`](crate::limits::PAGE_HITS_MAX).
    pub limit: usize,
    /// Results to leave out at the beginning.
    pub offset: usize,
    /// Whether to count facets; it costs a pass over all results.
    pub facets: bool,
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self { text: String::new(), filters: Filters::default(), limit: 20, offset: 0, facets: true }
    }
}

/// The answer to a [`SearchRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchResponse {
    /// The page of hits, best first.
    pub hits: Vec<Hit>,
    /// Number of results.
    pub total: usize,
    /// `false`: there are at least `total` results; counting stopped.
    pub total_exact: bool,
    /// `true`: too few documents hold every word, so that documents holding some of them are results too.
    pub relaxed: bool,
    /// Counts by field over all results (after filters); empty if not asked for.
    pub facets: Facets,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Identifier of the document.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its heading as written.
    pub title: String,
    /// Its English name.
    pub name_en: Option<String>,
    /// Adcode of its city.
    pub city: Option<String>,
    /// Status codes.
    pub statuses: Vec<String>,
    /// Segment ids as given by the document (without derived ancestors).
    pub segments: Vec<String>,
    /// Year.
    pub year: Option<i64>,
    /// Where it leads.
    pub url: String,
    /// It belongs to a demo.
    pub demo: bool,
    /// Higher is better; comparable within one answer only.
    pub score: f32,
    /// Where the question was found: the title always, then a snippet of the body, the English name or an alias if they hold a word of the question.
    pub highlights: Vec<Highlight>,
    /// The words of the question this document holds, as folded for searching.
    pub matched_terms: Vec<String>,
}

/// How many results have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// Results with it.
    pub count: usize,
}

/// Counts by field, most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    /// By kind.
    pub kind: Vec<FacetCount>,
    /// By adcode.
    pub city: Vec<FacetCount>,
    /// By status.
    pub status: Vec<FacetCount>,
    /// By segment, ancestors included.
    pub segment: Vec<FacetCount>,
    /// By year.
    pub year: Vec<FacetCount>,
    /// `false`: counted on a sample and scaled up.
    pub exact: bool,
}

/// How a segment of the document stands to the segment asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same segment.
    Same,
    /// A segment that supplies it.
    Upstream,
    /// A segment it supplies.
    Downstream,
}

/// A segment to prefer in a match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentWeight {
    /// Segment id.
    pub id: String,
    /// How it stands to the segment asked about.
    pub relation: Relation,
    /// How much a document in it gains, 1 = as much as one rare word of the text; kept between 0 and 4.
    pub weight: f32,
}

/// A text that looks for its counterparts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MatchRequest {
    /// The text in plain language, at most [`MATCH_CHARS_MAX`](crate::limits::MATCH_CHARS_MAX) characters.
    pub text: String,
    /// Segments to prefer, already expanded by whoever knows the chains.
    pub segments: Vec<SegmentWeight>,
    /// Kinds wanted; empty = any.
    pub kinds: Vec<String>,
    /// Cities wanted; empty = any.
    pub cities: Vec<String>,
    /// Identifiers never to return.
    pub exclude_ids: Vec<String>,
    /// Also documents that are not proposed by default.
    pub include_all: bool,
    /// Candidates wanted, at most [`PAGE_HITS_MAX`](crate::limits::PAGE_HITS_MAX).
    pub limit: usize,
}

impl Default for MatchRequest {
    fn default() -> Self {
        Self {
            text: String::new(),
            segments: Vec::new(),
            kinds: Vec::new(),
            cities: Vec::new(),
            exclude_ids: Vec::new(),
            include_all: false,
            limit: 50,
        }
    }
}

/// The answer to a [`MatchRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchResponse {
    /// Candidates, best first.
    pub hits: Vec<MatchHit>,
    /// The words of the text that were searched, rarest first.
    pub terms: Vec<String>,
}

/// Where a word of the text was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedField {
    /// In a name or the title.
    Name,
    /// In the text.
    Text,
}

/// A word of the text that a candidate holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchedTerm {
    /// The word as it stands in the asking text.
    pub text: String,
    /// Where the candidate has it.
    pub field: MatchedField,
    /// What it added to the score.
    pub weight: f32,
}

/// A segment that a candidate shares with the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentHit {
    /// Segment id.
    pub id: String,
    /// How it stands to the segment asked about.
    pub relation: Relation,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchHit {
    /// Identifier of the document.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its heading as written.
    pub title: String,
    /// Its English name.
    pub name_en: Option<String>,
    /// Adcode of its city.
    pub city: Option<String>,
    /// Status codes.
    pub statuses: Vec<String>,
    /// Segment ids as given by the document.
    pub segments: Vec<String>,
    /// Where it leads.
    pub url: String,
    /// It belongs to a demo.
    pub demo: bool,
    /// Its text, as far as it is stored.
    pub body: String,
    /// Text and segments together, times the document's rank; comparable within one answer only.
    pub score: f32,
    /// The part of the score that comes from words.
    pub text_score: f32,
    /// The words it shares with the text, weightiest first.
    pub terms: Vec<MatchedTerm>,
    /// The segments it shares with the request.
    pub segment_hits: Vec<SegmentHit>,
}
