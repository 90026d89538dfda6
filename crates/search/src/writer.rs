//! Filling an index.

use std::sync::Arc;

use tantivy::{IndexWriter, Term, indexer::LogMergePolicy};

use crate::{
    document::Document,
    error::SearchError,
    index::Shared,
    limits::{REBUILD_WRITER_BYTES, WRITER_BYTES},
    schema::to_index,
};

/// Segments of one size that are merged into one.
const MERGE_SEGMENTS: usize = 4;

/// The writer of an index. Nothing is visible, and nothing survives, before [`Writer::commit`].
pub struct Writer {
    inner: IndexWriter,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, threads: usize) -> Result<Self, SearchError> {
        let bytes = if threads > 1 { REBUILD_WRITER_BYTES } else { WRITER_BYTES };
        let inner: IndexWriter = shared.index.writer_with_num_threads(threads.clamp(1, 8), bytes)?;
        let mut policy = LogMergePolicy::default();
        policy.set_min_num_segments(MERGE_SEGMENTS);
        inner.set_merge_policy(Box::new(policy));
        Ok(Self { inner, shared })
    }

    /// Puts a document in, in place of an earlier one with the same id.
    ///
    /// # Errors
    /// [`SearchError::Refused`] for a document outside the limits (nothing is changed),
    /// [`SearchError::Engine`] if the writer has died, for example of a full disk.
    pub fn upsert(&mut self, document: &Document) -> Result<(), SearchError> {
        let entry = to_index(&self.shared.lexicon, &self.shared.fields, self.shared.rank, document)?;
        self.delete(&document.id);
        self.inner.add_document(entry)?;
        Ok(())
    }

    /// Puts a document in that is known to be new; saves the search for an earlier one when an empty index is filled.
    ///
    /// # Errors
    /// As [`Writer::upsert`].
    pub fn insert_new(&mut self, document: &Document) -> Result<(), SearchError> {
        let entry = to_index(&self.shared.lexicon, &self.shared.fields, self.shared.rank, document)?;
        self.inner.add_document(entry)?;
        Ok(())
    }

    /// Takes a document out; unknown ids are no error.
    pub fn delete(&mut self, id: &str) {
        self.inner.delete_term(Term::from_field_text(self.shared.fields.id, id));
    }

    /// Takes everything out. Questions see the old documents until the commit, so a rebuild is one step for them.
    ///
    /// # Errors
    /// [`SearchError::Engine`] if the writer has died.
    pub fn clear(&mut self) -> Result<(), SearchError> {
        self.inner.delete_all_documents()?;
        Ok(())
    }

    /// Makes everything since the last commit durable and visible, together with the number of the last journal
    /// entry it reflects ([`Index::applied`](crate::Index::applied) gives it back after a restart).
    ///
    /// # Errors
    /// [`SearchError::Engine`] if the disk refuses; the index stays at the last commit.
    pub fn commit(&mut self, applied: u64) -> Result<(), SearchError> {
        let mut prepared = self.inner.prepare_commit()?;
        prepared.set_payload(&applied.to_string());
        prepared.commit()?;
        self.shared.reader.reload()?;
        Ok(())
    }

    /// Forgets everything since the last commit.
    ///
    /// # Errors
    /// [`SearchError::Engine`] if the writer cannot be restarted.
    pub fn rollback(&mut self) -> Result<(), SearchError> {
        self.inner.rollback()?;
        Ok(())
    }

    /// Waits for merges in the background and ends. Worth it after a rebuild, before measuring.
    ///
    /// # Errors
    /// [`SearchError::Engine`] if a merge failed.
    pub fn finish(self) -> Result<(), SearchError> {
        self.inner.wait_merging_threads()?;
        self.shared.reader.reload()?;
        Ok(())
    }
}
