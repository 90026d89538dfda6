//! The postings of one term in one segment, with their scores.

use tantivy::{
    DocId, Score, Searcher,
    fieldnorm::FieldNormReader,
    postings::BlockSegmentPostings,
    query::Bm25Weight,
    schema::{Field, IndexRecordOption},
};

use crate::{collect::Ready, error::SearchError};

/// Postings that the engine packs together.
const BLOCK_DOCS: usize = 128;

/// A walk over the documents that hold a term, in order. The engine's own scorer does the same behind two virtual
/// calls a document, which is most of the cost where little can be skipped.
pub(crate) struct Walk {
    blocks: BlockSegmentPostings,
    /// Place in the block.
    at: usize,
    lengths: FieldNormReader,
    weight: Bm25Weight,
    most: Score,
}

impl Walk {
    fn open(searcher: &Searcher, ready: &Ready, segment: u32) -> Result<Self, SearchError> {
        let reader = searcher.segment_reader(segment);
        let field: Field = ready.scored.term.field();
        let blocks = match &ready.places[segment as usize] {
            Some(place) => {
                reader.inverted_index(field)?.read_block_postings_from_terminfo(place, IndexRecordOption::WithFreqs)?
            }
            None => BlockSegmentPostings::empty(),
        };
        // Fields of exact values keep no lengths: every document counts as one word long, as the engine has it, and
        // holds a value once.
        let (lengths, most) = match reader.fieldnorms_readers().get_field(field)? {
            Some(lengths) => (lengths, ready.most[segment as usize]),
            None => {
                let lengths = FieldNormReader::constant(reader.max_doc(), 1);
                let most = ready.weight.score(lengths.fieldnorm_id(0), 1);
                (lengths, most)
            }
        };
        Ok(Self { blocks, at: 0, lengths, weight: ready.weight.clone(), most })
    }

    pub fn doc(&self) -> DocId {
        self.blocks.doc(self.at)
    }

    /// The first document from `doc` on.
    pub fn seek(&mut self, doc: DocId) -> DocId {
        if self.doc() < doc {
            self.at = self.blocks.seek(doc);
        }
        self.doc()
    }

    /// What the term says about the current document.
    pub fn score(&self) -> Score {
        self.weight.score(self.lengths.fieldnorm_id(self.doc()), self.blocks.freq(self.at))
    }

    /// The most it may say about any document.
    pub const fn most(&self) -> Score {
        self.most
    }

    /// Calls back with the score of each document before `end`, and stops there.
    pub fn each_before(&mut self, end: DocId, mut found: impl FnMut(DocId, Score)) {
        loop {
            let docs = &self.blocks.docs()[self.at..];
            let inside = docs.partition_point(|doc| *doc < end);
            for (at, doc) in (self.at..).zip(&docs[..inside]) {
                found(*doc, self.weight.score(self.lengths.fieldnorm_id(*doc), self.blocks.freq(at)));
            }
            self.at += inside;
            // A block that is not full is the last one; behind its documents stands the end.
            if self.at < BLOCK_DOCS {
                return;
            }
            self.blocks.advance();
            self.at = 0;
        }
    }
}

/// The postings of each term in a segment.
pub(crate) fn walks<'a>(
    searcher: &Searcher,
    terms: impl IntoIterator<Item = &'a Ready>,
    segment: u32,
) -> Result<Vec<Walk>, SearchError> {
    terms.into_iter().map(|term| Walk::open(searcher, term, segment)).collect()
}
