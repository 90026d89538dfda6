//! Finding the best documents of a plan.
//!
//! Few matching documents are scored one by one. Many are left to the engine's
//! block-max union over plain terms, with the conditions as a gate in the
//! callback: only a document that would reach the page is asked whether it
//! matches at all.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashSet},
    sync::Arc,
};

use tantivy::{
    DocAddress, DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED,
    query::{
        BooleanWeight, BoostQuery, ConstScorer, EnableScoring, Explanation, Occur, PhraseQuery, Query, Scorer,
        SumCombiner, TermQuery, Weight,
    },
    schema::IndexRecordOption,
};

use crate::{error::SearchError, plan::Scored};

/// A scored term with its statistics in this state of the index.
pub(crate) struct Ready {
    pub scored: Scored,
    pub idf: f32,
    weight: Arc<dyn Weight>,
}

/// A weight used in several places.
struct Shared(Arc<dyn Weight>);

impl Weight for Shared {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        self.0.scorer(reader, boost)
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.0.explain(reader, doc)
    }
}

/// The inverse document frequency of BM25.
pub(crate) fn idf(documents: u64, frequency: u64) -> f32 {
    let (documents, frequency) = (documents as f32, frequency as f32);
    (1.0 + (documents - frequency + 0.5).max(0.0) / (frequency + 0.5)).ln()
}

/// Looks the terms up, leaves out those no document has, and keeps the `limit` that can add most.
pub(crate) fn prepare(searcher: &Searcher, scored: Vec<Scored>, limit: usize) -> Result<Vec<Ready>, SearchError> {
    let documents = searcher.num_docs();
    let mut known = Vec::with_capacity(scored.len());
    for scored in scored {
        let frequency = searcher.doc_freq(&scored.term)?;
        if frequency > 0 {
            known.push((idf(documents, frequency), scored));
        }
    }
    known.sort_by(|a, b| (b.0 * b.1.boost).total_cmp(&(a.0 * a.1.boost)));
    known.truncate(limit);
    known
        .into_iter()
        .map(|(idf, scored)| {
            let query = BoostQuery::new(
                Box::new(TermQuery::new(scored.term.clone(), IndexRecordOption::WithFreqs)),
                scored.boost,
            );
            let weight = Arc::from(query.weight(EnableScoring::enabled_from_searcher(searcher))?);
            Ok(Ready { scored, idf, weight })
        })
        .collect()
}

/// The documents of a condition, as far as they were counted.
pub(crate) struct Matches {
    /// In order of their address; at most the limit asked for.
    pub documents: Vec<DocAddress>,
    /// These are all.
    pub complete: bool,
}

/// Collects the documents of a condition, at most `limit`.
pub(crate) fn collect(
    searcher: &Searcher,
    query: &dyn Query,
    limit: usize,
    excluded: &HashSet<DocAddress>,
) -> Result<Matches, SearchError> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut documents = Vec::new();
    for (segment, reader) in (0..).zip(searcher.segment_readers()) {
        let alive = reader.alive_bitset();
        let mut scorer = weight.scorer(reader, 1.0)?;
        let mut doc = scorer.doc();
        while doc != TERMINATED {
            let address = DocAddress::new(segment, doc);
            if alive.is_none_or(|alive| alive.is_alive(doc)) && !excluded.contains(&address) {
                if documents.len() == limit {
                    return Ok(Matches { documents, complete: false });
                }
                documents.push(address);
            }
            doc = scorer.advance();
        }
    }
    Ok(Matches { documents, complete: true })
}

/// A document with the sum of its terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Candidate {
    pub score: Score,
    pub address: DocAddress,
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    /// Better candidates are greater; among equals the earlier document.
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then_with(|| other.address.cmp(&self.address))
    }
}

/// The `k` best of given documents.
pub(crate) fn best_of(
    searcher: &Searcher,
    terms: &[Ready],
    documents: &[DocAddress],
    k: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let mut candidates = Vec::with_capacity(documents.len());
    for documents in documents.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
        let mut scorers = scorers(searcher, terms, documents[0].segment_ord)?;
        let mut sums = vec![0.0; documents.len()];
        // One term after the other: each list of postings is walked once, front to back.
        for scorer in &mut scorers {
            add_scores(scorer.as_mut(), documents, |at, score| sums[at] += score);
        }
        candidates.extend(documents.iter().zip(sums).map(|(address, score)| Candidate { score, address: *address }));
    }
    keep_best(&mut candidates, k);
    Ok(candidates)
}

/// Calls back with the score of each document the scorer holds; documents of one segment in order.
fn add_scores(scorer: &mut dyn Scorer, documents: &[DocAddress], mut found: impl FnMut(usize, Score)) {
    let mut current = scorer.doc();
    for (at, address) in documents.iter().enumerate() {
        if current < address.doc_id {
            current = scorer.seek(address.doc_id);
        }
        if current == TERMINATED {
            return;
        }
        if current == address.doc_id {
            found(at, scorer.score());
        }
    }
}

fn scorers(searcher: &Searcher, terms: &[Ready], segment: u32) -> Result<Vec<Box<dyn Scorer>>, SearchError> {
    let reader = searcher.segment_reader(segment);
    terms.iter().map(|term| Ok(term.weight.scorer(reader, 1.0)?)).collect()
}

fn keep_best(candidates: &mut Vec<Candidate>, k: usize) {
    if candidates.len() > k && k > 0 {
        candidates.select_nth_unstable_by(k - 1, |a, b| b.cmp(a));
    }
    candidates.truncate(k);
    candidates.sort_unstable_by(|a, b| b.cmp(a));
}

/// The `k` best of all documents that hold a term and pass the gate.
pub(crate) fn best_of_all(
    searcher: &Searcher,
    terms: &[Ready],
    gate: Option<&dyn Query>,
    excluded: &HashSet<DocAddress>,
    k: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let weights = terms
        .iter()
        .map(|term| (Occur::Should, Box::new(Shared(Arc::clone(&term.weight))) as Box<dyn Weight>))
        .collect();
    let union = BooleanWeight::with_minimum_number_should_match(weights, 1, true, Box::new(SumCombiner::default));
    let gate = gate.map(|gate| gate.weight(EnableScoring::disabled_from_searcher(searcher))).transpose()?;
    let mut heap: BinaryHeap<Reverse<Candidate>> = BinaryHeap::with_capacity(k + 1);
    for (segment, reader) in (0..).zip(searcher.segment_readers()) {
        let alive = reader.alive_bitset();
        let mut gate = gate.as_ref().map(|gate| gate.scorer(reader, 1.0)).transpose()?;
        let threshold = threshold(&heap, k);
        union.for_each_pruning(threshold, reader, &mut |doc, score| {
            let address = DocAddress::new(segment, doc);
            let passes = alive.is_none_or(|alive| alive.is_alive(doc))
                && gate.as_mut().is_none_or(|gate| passes(gate.as_mut(), doc))
                && !excluded.contains(&address);
            if passes {
                heap.push(Reverse(Candidate { score, address }));
                if heap.len() > k {
                    heap.pop();
                }
            }
            self::threshold(&heap, k)
        })?;
    }
    let mut candidates: Vec<Candidate> = heap.into_iter().map(|Reverse(candidate)| candidate).collect();
    candidates.sort_unstable_by(|a, b| b.cmp(a));
    Ok(candidates)
}

fn threshold(heap: &BinaryHeap<Reverse<Candidate>>, k: usize) -> Score {
    if heap.len() < k { Score::MIN } else { heap.peek().map_or(Score::MIN, |worst| worst.0.score) }
}

fn passes(gate: &mut dyn Scorer, doc: DocId) -> bool {
    let at = gate.doc();
    at == doc || at < doc && gate.seek(doc) == doc
}

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
        let mut scorers = scorers(searcher, terms, documents[0].segment_ord)?;
        for (term, scorer) in scorers.iter_mut().enumerate() {
            add_scores(scorer.as_mut(), documents, |at, score| {
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
