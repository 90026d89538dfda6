//! Every limit that more than one crate must agree on, with its unit.

/// Items on one page of a list when nothing is asked for.
pub const PAGE_ITEMS_DEFAULT: usize = 20;
/// Items on one page of a list at most.
pub const PAGE_ITEMS_MAX: usize = 100;
/// Characters of a search text.
pub const QUERY_CHARS_MAX: usize = 500;
/// Characters of the text a match is asked for.
pub const MATCH_TEXT_CHARS_MAX: usize = 2_000;
/// Characters of a title or a name.
pub const TITLE_CHARS_MAX: usize = 120;
/// Characters of an abstract.
pub const ABSTRACT_CHARS_MAX: usize = 2_000;
/// Characters of a protected detail.
pub const DETAIL_CHARS_MAX: usize = 20_000;
/// Bytes of an ordinary form or JSON body.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Bytes of a file that an import accepts.
pub const IMPORT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of a sealed envelope with what a form puts around it: the largest size class and a head.
pub const ENVELOPE_BYTES_MAX: usize = (64 * 1024 + 64) * 1024;
/// Bytes of the shares of one trustee for the largest round, in hexadecimal digits.
pub const SHARES_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Bytes of a query string.
pub const QUERY_STRING_BYTES_MAX: usize = 8 * 1024;
/// Levels of nesting in a JSON body.
pub const JSON_DEPTH_MAX: usize = 32;
