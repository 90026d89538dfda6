//! Every limit of the engine, with its unit.

/// Characters of a search question; more is refused.
pub const QUERY_CHARS_MAX: usize = 500;
/// Characters of a text that looks for matches; more is refused.
pub const MATCH_CHARS_MAX: usize = 20_000;
/// Words of a question that are looked at; later ones are ignored.
pub const QUERY_UNITS_MAX: usize = 24;
/// Results on one page.
pub const PAGE_HITS_MAX: usize = 200;
/// How deep a reader may page (offset + limit), results.
pub const WINDOW_HITS_MAX: usize = 10_000;
/// Counting results stops here; [`SearchResponse::total_exact`](crate::SearchResponse) then says `false`.
pub const TOTAL_COUNT_MAX: usize = 10_000;
/// Results whose facets are counted one by one; beyond that every n-th document is counted.
pub const FACET_DOCS_MAX: usize = 400_000;
/// Values of one facet in an answer.
pub const FACET_VALUES_MAX: usize = 50;
/// Values in one filter.
pub const FILTER_VALUES_MAX: usize = 100;
/// Characters of one filter value (kind, city, status, segment, identifier).
pub const VALUE_CHARS_MAX: usize = 200;
/// Documents a caller may exclude from a match.
pub const EXCLUDE_IDS_MAX: usize = 10_000;
/// Segments of one document or one match request.
pub const SEGMENTS_MAX: usize = 400;
/// Names of one document that are indexed; later ones are left out.
pub const NAMES_MAX: usize = 32;
/// Characters of one name that are indexed.
pub const NAME_CHARS_MAX: usize = 200;
/// Characters of a body that are indexed; the rest is left out.
pub const BODY_CHARS_MAX: usize = 20_000;
/// Characters of a body that are stored for snippets.
pub const BODY_STORED_CHARS_MAX: usize = 1_500;
/// Characters of a snippet.
pub const SNIPPET_CHARS: usize = 90;
/// Bytes of one indexed term; longer tokens are left out.
pub const TERM_BYTES_MAX: usize = 240;
/// Combinations of readings kept for a short Chinese name.
pub const READINGS_MAX: usize = 16;
/// Pinyin terms of one document.
pub const PINYIN_TERMS_MAX: usize = 120;
/// Memory of the writer of a running service, bytes.
pub const WRITER_BYTES: usize = 96 * 1024 * 1024;
/// Memory of the writer of a rebuild, bytes: larger parts at once mean fewer merges afterwards.
pub const REBUILD_WRITER_BYTES: usize = 384 * 1024 * 1024;
