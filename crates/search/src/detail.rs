//! Taking the scores of the best candidates apart, and what stands side by side in them.

use tantivy::{
    DocAddress, DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED,
    query::{
        BooleanWeight, ConstScorer, EnableScoring, Explanation, Occur, PhraseQuery, Query, Scorer, SumCombiner, Weight,
    },
};

use crate::{
    collect::{Candidate, Ready, add_scores, passes},
    error::SearchError,
    postings::walks,
};

/// What each term added to a candidate.
#[derive(Debug, Clone)]
pub(crate) struct Detailed {
    pub address: DocAddress,
    /// The sum of the terms.
    pub score: Score,
    /// Number of the term and what it added.
    pub parts: Vec<(usize, Score)>,
}

/// Takes the scores of candidates apart, term by term.
pub(crate) fn detail(
    searcher: &Searcher,
    terms: &[Ready],
    candidates: &[Candidate],
) -> Result<Vec<Detailed>, SearchError> {
    let mut addresses: Vec<DocAddress> = candidates.iter().map(|candidate| candidate.address).collect();
    addresses.sort_unstable();
    let mut detailed: Vec<Detailed> =
        addresses.iter().map(|address| Detailed { address: *address, score: 0.0, parts: Vec::new() }).collect();
    let mut first = 0;
    for documents in addresses.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
        for (term, walk) in walks(searcher, terms, documents[0].segment_ord)?.iter_mut().enumerate() {
            add_scores(walk, documents, |at, score| {
                detailed[first + at].score += score;
                detailed[first + at].parts.push((term, score));
            });
        }
        first += documents.len();
    }
    Ok(detailed)
}

/// Documents of one segment, in order.
struct Listed(Vec<DocId>);

struct ListedDocs {
    docs: Vec<DocId>,
    at: usize,
}

impl DocSet for ListedDocs {
    fn advance(&mut self) -> DocId {
        self.at = (self.at + 1).min(self.docs.len());
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.docs.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.docs.len()).unwrap_or(u32::MAX)
    }
}

impl Weight for Listed {
    fn scorer(&self, _reader: &SegmentReader, _boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(ConstScorer::new(ListedDocs { docs: self.0.clone(), at: 0 }, 0.0)))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("listed", 0.0))
    }
}

/// Adds the score of a phrase to documents of one segment, in order.
///
/// The phrase is intersected with the list, because that checks it in listed documents only; to look for its next
/// match anywhere may walk over all postings of frequent words.
pub(crate) fn add_phrase(
    searcher: &Searcher,
    phrase: &PhraseQuery,
    documents: &mut [Detailed],
) -> Result<(), SearchError> {
    let Some(first) = documents.first() else { return Ok(()) };
    let reader = searcher.segment_reader(first.address.segment_ord);
    let listed = Listed(documents.iter().map(|document| document.address.doc_id).collect());
    let weights: Vec<(Occur, Box<dyn Weight>)> = vec![
        (Occur::Must, Box::new(listed)),
        (Occur::Must, phrase.weight(EnableScoring::enabled_from_searcher(searcher))?),
    ];
    let both = BooleanWeight::with_minimum_number_should_match(weights, 0, true, Box::new(SumCombiner::default));
    let mut scorer = both.scorer(reader, 1.0)?;
    for document in documents {
        if passes(scorer.as_mut(), document.address.doc_id) {
            document.score += scorer.score();
        }
    }
    Ok(())
}
