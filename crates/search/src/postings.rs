//! The postings of one term in one segment, with their scores.

use tantivy::{
    DocId, DocSet, Score, Searcher,
    fieldnorm::FieldNormReader,
    postings::{Postings, SegmentPostings},
    query::Bm25Weight,
    schema::IndexRecordOption,
};

use crate::{collect::Ready, error::SearchError};

/// A walk over the documents that hold a term, in order. The engine's own scorer does the same behind two virtual
/// calls a document, which is most of the cost where nothing can be skipped.
pub(crate) struct Walk {
    postings: SegmentPostings,
    lengths: FieldNormReader,
    weight: Bm25Weight,
}

impl Walk {
    fn open(searcher: &Searcher, ready: &Ready, segment: u32) -> Result<Self, SearchError> {
        let reader = searcher.segment_reader(segment);
        let term = &ready.scored.term;
        let index = reader.inverted_index(term.field())?;
        let postings = index.read_postings(term, IndexRecordOption::WithFreqs)?.unwrap_or_else(SegmentPostings::empty);
        let lengths = reader.fieldnorms_readers().get_field(term.field())?;
        // Fields of exact values keep no lengths: every document counts as one word long, as the engine has it.
        let lengths = lengths.unwrap_or_else(|| FieldNormReader::constant(reader.max_doc(), 1));
        Ok(Self { postings, lengths, weight: ready.weight.boost_by(ready.scored.boost) })
    }

    pub fn doc(&self) -> DocId {
        self.postings.doc()
    }

    pub fn advance(&mut self) -> DocId {
        self.postings.advance()
    }

    /// The first document from `doc` on.
    pub fn seek(&mut self, doc: DocId) -> DocId {
        if self.postings.doc() < doc { self.postings.seek(doc) } else { self.postings.doc() }
    }

    /// What the term says about the current document.
    pub fn score(&self) -> Score {
        self.weight.score(self.lengths.fieldnorm_id(self.doc()), self.postings.term_freq())
    }
}

/// The postings of each term in a segment.
pub(crate) fn walks(searcher: &Searcher, terms: &[&Ready], segment: u32) -> Result<Vec<Walk>, SearchError> {
    terms.iter().map(|term| Walk::open(searcher, term, segment)).collect()
}
