//! What can go wrong.

use std::fmt;

/// Why a question or a document was not taken. The code is stable; the
/// sentence in the reader's language belongs to whoever shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalCode {
    /// The text is longer than its limit.
    QueryTooLong,
    /// The page lies deeper than may be paged, or is larger than a page.
    PageTooDeep,
    /// A filter value is empty, too long or holds a control character.
    FilterInvalid,
    /// A filter or list holds more values than its limit.
    TooManyValues,
    /// A document's identifier, kind, city, status or segment is empty, too long or holds a control character.
    DocumentInvalid,
}

impl RefusalCode {
    /// The stable code as text, such as `query_too_long`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueryTooLong => "query_too_long",
            Self::PageTooDeep => "page_too_deep",
            Self::FilterInvalid => "filter_invalid",
            Self::TooManyValues => "too_many_values",
            Self::DocumentInvalid => "document_invalid",
        }
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A question or a document outside the limits; nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {field} (limit {limit})")]
pub struct QueryRefused {
    /// Stable code.
    pub code: RefusalCode,
    /// The field of the request or document it belongs to, such as `text` or `filters.city`.
    pub field: &'static str,
    /// The limit that was passed, in the unit of its constant in [`limits`](crate::limits); 0 if the value is malformed.
    pub limit: usize,
}

/// Failures of the engine.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The request or document is outside the limits.
    #[error(transparent)]
    Refused(#[from] QueryRefused),
    /// The index on disk was written with another dictionary or schema; only a writer may replace it.
    #[error("the index was built with another dictionary or schema; rebuild it")]
    VersionMismatch,
    /// There is no index in that folder yet.
    #[error("there is no index in this folder yet")]
    Missing,
    /// Another process writes to this index.
    #[error("another process is writing to this index")]
    Busy,
    /// The built-in dictionaries could not be loaded.
    #[error("dictionary: {0}")]
    Dictionary(String),
    /// The disk refused.
    #[error("index folder: {0}")]
    Io(#[from] std::io::Error),
    /// The index refused; a damaged index is rebuilt from the database.
    #[error("index: {0}")]
    Engine(tantivy::TantivyError),
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::LockFailure(..) => Self::Busy,
            other => Self::Engine(other),
        }
    }
}
