//! Finding the best documents of a plan.
//!
//! Few matching documents are scored one by one. Many documents with few terms
//! are left to the engine's block-max union over plain terms; with many terms
//! their postings are summed up one term after the other. The conditions are a
//! gate at the end: only a document that would reach the page is asked whether
//! it matches at all.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashSet},
    sync::Arc,
};

use tantivy::{
    DocAddress, DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED,
    query::{
        BooleanWeight, BoostWeight, ConstScorer, EnableScoring, Explanation, Occur, PhraseQuery, Query, Scorer,
        SumCombiner, TermQuery, Weight,
    },
    schema::IndexRecordOption,
};

use crate::{error::SearchError, plan::Scored};

/// A scored term with its statistics in this state of the index.
pub(crate) struct Ready {
    pub scored: Scored,
    pub idf: f32,
    /// Documents that hold it.
    pub frequency: u64,
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

/// What a seek costs, in postings walked one after the other.
const SEEK_COST: u64 = 8;
/// With more terms than this nothing can be skipped any more.
const PRUNED_TERMS_MAX: usize = 3;
/// Postings that fragments of words may cost together. In a small index all of them are used; in a large one only the
/// rare ones, which say something: names the dictionary does not know.
const FRAGMENT_POSTINGS_MAX: u64 = 100_000;

/// Looks the terms up, leaves out those no document has, and keeps the `limit` that can add most.
pub(crate) fn prepare(searcher: &Searcher, scored: Vec<Scored>, limit: usize) -> Result<Vec<Ready>, SearchError> {
    let documents = searcher.num_docs();
    let mut known = Vec::with_capacity(scored.len());
    for scored in scored {
        let frequency = searcher.doc_freq(&scored.term)?;
        if frequency > 0 {
            known.push((idf(documents, frequency), frequency, scored));
        }
    }
    known.sort_by(|a, b| (b.0 * b.2.boost).total_cmp(&(a.0 * a.2.boost)));
    keep_rare_fragments(&mut known);
    known.truncate(limit);
    known
        .into_iter()
        .map(|(idf, frequency, scored)| {
            let query = TermQuery::new(scored.term.clone(), IndexRecordOption::WithFreqs);
            let weight = Arc::from(query.weight(EnableScoring::enabled_from_searcher(searcher))?);
            Ok(Ready { scored, idf, frequency, weight })
        })
        .collect()
}

fn keep_rare_fragments(known: &mut Vec<(f32, u64, Scored)>) {
    let mut fragments: Vec<u64> =
        known.iter().filter(|(_, _, scored)| scored.fragment).map(|(_, frequency, _)| *frequency).collect();
    fragments.sort_unstable();
    let mut left = FRAGMENT_POSTINGS_MAX;
    let affordable = fragments
        .iter()
        .take_while(|frequency| {
            let fits = **frequency <= left;
            left = left.saturating_sub(**frequency);
            fits
        })
        .last()
        .copied()
        .unwrap_or(0);
    // A question made of fragments only keeps them all: nothing else would find anything.
    if known.iter().any(|(_, _, scored)| !scored.fragment) {
        known.retain(|(_, frequency, scored)| !scored.fragment || *frequency <= affordable);
    }
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

/// Which documents may be candidates.
#[derive(Clone, Copy)]
pub(crate) enum Gate<'a> {
    /// All that hold a term.
    Open,
    /// Those of a condition.
    Query(&'a dyn Query),
    /// These, in order of their address, whether they hold a term or not.
    Documents(&'a [DocAddress]),
}

/// The `k` best candidates: whichever way is cheapest for these terms and this gate.
pub(crate) fn best(
    searcher: &Searcher,
    terms: &[Ready],
    gate: Gate<'_>,
    excluded: &HashSet<DocAddress>,
    k: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let postings: u64 = terms.iter().map(|term| term.frequency).sum();
    match gate {
        Gate::Documents(documents) if (documents.len() * terms.len()) as u64 * SEEK_COST <= postings => {
            one_by_one(searcher, terms, documents, k)
        }
        Gate::Documents(_) => term_by_term(searcher, terms, gate, excluded, k),
        _ if terms.len() <= PRUNED_TERMS_MAX => pruned(searcher, terms, gate, excluded, k),
        _ => term_by_term(searcher, terms, gate, excluded, k),
    }
}

/// Seeks into the postings of each term for each document.
fn one_by_one(
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

/// Walks all postings of each term into one sum per document. With more than a few terms this beats any skipping:
/// the sums of many small scores leave nothing to skip.
fn term_by_term(
    searcher: &Searcher,
    terms: &[Ready],
    gate: Gate<'_>,
    excluded: &HashSet<DocAddress>,
    k: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let mut top = Top::new(k);
    let query = match gate {
        Gate::Query(query) => Some(query.weight(EnableScoring::disabled_from_searcher(searcher))?),
        _ => None,
    };
    for (segment, reader) in (0..).zip(searcher.segment_readers()) {
        let mut sums = vec![0.0f32; reader.max_doc() as usize];
        for term in terms {
            let boost = term.scored.boost;
            term.weight.for_each(reader, &mut |doc, score| sums[doc as usize] += score * boost)?;
        }
        if let Gate::Documents(documents) = gate {
            let first = documents.partition_point(|address| address.segment_ord < segment);
            for address in documents[first..].iter().take_while(|address| address.segment_ord == segment) {
                top.offer(sums[address.doc_id as usize], *address);
            }
            continue;
        }
        let alive = reader.alive_bitset();
        let mut query = query.as_ref().map(|query| query.scorer(reader, 1.0)).transpose()?;
        for (doc, score) in (0..).zip(sums) {
            let address = DocAddress::new(segment, doc);
            if score > 0.0
                && score > top.threshold()
                && alive.is_none_or(|alive| alive.is_alive(doc))
                && query.as_mut().is_none_or(|query| passes(query.as_mut(), doc))
                && !excluded.contains(&address)
            {
                top.offer(score, address);
            }
        }
    }
    Ok(top.sorted())
}

/// The best so far.
struct Top {
    heap: BinaryHeap<Reverse<Candidate>>,
    k: usize,
}

impl Top {
    fn new(k: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(k + 1), k }
    }

    /// The score a candidate has to beat.
    fn threshold(&self) -> Score {
        if self.heap.len() < self.k { Score::MIN } else { self.heap.peek().map_or(Score::MIN, |worst| worst.0.score) }
    }

    fn offer(&mut self, score: Score, address: DocAddress) {
        if score > self.threshold() {
            self.heap.push(Reverse(Candidate { score, address }));
            if self.heap.len() > self.k {
                self.heap.pop();
            }
        }
    }

    fn sorted(self) -> Vec<Candidate> {
        let mut candidates: Vec<Candidate> = self.heap.into_iter().map(|Reverse(candidate)| candidate).collect();
        candidates.sort_unstable_by(|a, b| b.cmp(a));
        candidates
    }
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
    terms.iter().map(|term| Ok(term.weight.scorer(reader, term.scored.boost)?)).collect()
}

fn keep_best(candidates: &mut Vec<Candidate>, k: usize) {
    if candidates.len() > k && k > 0 {
        candidates.select_nth_unstable_by(k - 1, |a, b| b.cmp(a));
    }
    candidates.truncate(k);
    candidates.sort_unstable_by(|a, b| b.cmp(a));
}

/// Lets the engine skip blocks of postings that cannot reach the threshold.
fn pruned(
    searcher: &Searcher,
    terms: &[Ready],
    gate: Gate<'_>,
    excluded: &HashSet<DocAddress>,
    k: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let weights = terms
        .iter()
        .map(|term| {
            let weight = BoostWeight::new(Box::new(Shared(Arc::clone(&term.weight))), term.scored.boost);
            (Occur::Should, Box::new(weight) as Box<dyn Weight>)
        })
        .collect();
    let union = BooleanWeight::with_minimum_number_should_match(weights, 1, true, Box::new(SumCombiner::default));
    let gate = match gate {
        Gate::Query(query) => Some(query.weight(EnableScoring::disabled_from_searcher(searcher))?),
        _ => None,
    };
    let mut top = Top::new(k);
    for (segment, reader) in (0..).zip(searcher.segment_readers()) {
        let alive = reader.alive_bitset();
        let mut gate = gate.as_ref().map(|gate| gate.scorer(reader, 1.0)).transpose()?;
        union.for_each_pruning(top.threshold(), reader, &mut |doc, score| {
            let address = DocAddress::new(segment, doc);
            if alive.is_none_or(|alive| alive.is_alive(doc))
                && gate.as_mut().is_none_or(|gate| passes(gate.as_mut(), doc))
                && !excluded.contains(&address)
            {
                top.offer(score, address);
            }
            top.threshold()
        })?;
    }
    Ok(top.sorted())
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
