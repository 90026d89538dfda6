//! Finding the best documents of a plan.
//!
//! Few matching documents are scored one by one. Many documents with few terms
//! are left to the engine's block-max union over plain terms; with many terms
//! their postings are summed up in windows of documents. The conditions are a
//! gate at the end: only a document that would reach the page is asked whether
//! it matches at all.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashSet},
};

use tantivy::{
    DocAddress, DocId, DocSet, Score, Searcher, TERMINATED,
    query::{
        Bm25Weight, BooleanWeight, BoostWeight, EnableScoring, Occur, Query, Scorer, SumCombiner, TermQuery, Weight,
    },
    schema::IndexRecordOption,
};

use crate::{
    error::SearchError,
    plan::Scored,
    postings::{Walk, walks},
};

/// A scored term with its statistics in this state of the index.
pub(crate) struct Ready {
    pub scored: Scored,
    pub idf: f32,
    /// Documents that hold it.
    pub frequency: u64,
    /// Its score, before the boost.
    pub weight: Bm25Weight,
}

/// The inverse document frequency of BM25.
pub(crate) fn idf(documents: u64, frequency: u64) -> f32 {
    let (documents, frequency) = (documents as f32, frequency as f32);
    (1.0 + (documents - frequency + 0.5).max(0.0) / (frequency + 0.5)).ln()
}

/// What a seek costs, in postings walked one after the other.
const SEEK_COST: u64 = 8;
/// With more terms than this, keeping them in order costs more than the skipping saves.
const PRUNED_TERMS_MAX: usize = 10;
/// Documents whose sums are held at a time; they stay in the processor's cache.
const WINDOW_DOCS: usize = 8_192;
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
            let weight = Bm25Weight::for_terms(searcher, std::slice::from_ref(&scored.term))?;
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

/// The rarest terms, as many as have `postings` together, and at least `least`.
pub(crate) fn rarest(terms: &[Ready], postings: u64, least: usize) -> Vec<&Ready> {
    let mut rarest: Vec<&Ready> = terms.iter().collect();
    rarest.sort_by_key(|term| term.frequency);
    let mut left = postings;
    let affordable = rarest.iter().take_while(|term| {
        let fits = term.frequency <= left;
        left = left.saturating_sub(term.frequency);
        fits
    });
    let kept = affordable.count().max(least);
    rarest.truncate(kept);
    rarest
}

/// The `k` best candidates: whichever way is cheapest for these terms and this gate.
pub(crate) fn best(
    searcher: &Searcher,
    terms: &[&Ready],
    gate: Gate<'_>,
    excluded: &HashSet<DocAddress>,
    k: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let postings: u64 = terms.iter().map(|term| term.frequency).sum();
    match gate {
        Gate::Documents(documents) if (documents.len() * terms.len()) as u64 * SEEK_COST <= postings => {
            one_by_one(searcher, terms, documents, k)
        }
        Gate::Query(_) | Gate::Open if terms.len() <= PRUNED_TERMS_MAX => pruned(searcher, terms, gate, excluded, k),
        _ => in_windows(searcher, terms, gate, excluded, k),
    }
}

/// Seeks into the postings of each term for each document.
fn one_by_one(
    searcher: &Searcher,
    terms: &[&Ready],
    documents: &[DocAddress],
    k: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let mut candidates = Vec::with_capacity(documents.len());
    for documents in documents.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
        let mut sums = vec![0.0; documents.len()];
        // One term after the other: each list of postings is walked once, front to back.
        for walk in &mut walks(searcher, terms, documents[0].segment_ord)? {
            add_scores(walk, documents, |at, score| sums[at] += score);
        }
        candidates.extend(documents.iter().zip(sums).map(|(address, score)| Candidate { score, address: *address }));
    }
    keep_best(&mut candidates, k);
    Ok(candidates)
}

/// Walks all postings of the terms into one sum per document, a window of documents at a time. With more than a few
/// terms this beats any skipping: the sums of many small scores leave little to skip.
pub(crate) fn in_windows(
    searcher: &Searcher,
    terms: &[&Ready],
    gate: Gate<'_>,
    excluded: &HashSet<DocAddress>,
    k: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let mut top = Top::new(k);
    let query = match gate {
        Gate::Query(query) => Some(query.weight(EnableScoring::disabled_from_searcher(searcher))?),
        _ => None,
    };
    let mut sums = vec![0.0f32; WINDOW_DOCS];
    for (segment, reader) in (0..).zip(searcher.segment_readers()) {
        let mut walks = walks(searcher, terms, segment)?;
        let mut query = query.as_ref().map(|query| query.scorer(reader, 1.0)).transpose()?;
        let alive = reader.alive_bitset();
        for start in (0..reader.max_doc()).step_by(WINDOW_DOCS) {
            add_window(&mut walks, start, &mut sums);
            if let Gate::Documents(documents) = gate {
                let first = documents.partition_point(|address| *address < DocAddress::new(segment, start));
                let inside = |address: &&DocAddress| {
                    address.segment_ord == segment && ((address.doc_id - start) as usize) < WINDOW_DOCS
                };
                for address in documents[first..].iter().take_while(inside) {
                    top.offer(sums[(address.doc_id - start) as usize], *address);
                }
            } else {
                let allowed = |doc: DocId| {
                    alive.is_none_or(|alive| alive.is_alive(doc))
                        && query.as_mut().is_none_or(|query| passes(query.as_mut(), doc))
                        && !excluded.contains(&DocAddress::new(segment, doc))
                };
                offer_window(&mut top, &sums, DocAddress::new(segment, start), allowed);
            }
            sums.fill(0.0);
        }
    }
    Ok(top.sorted())
}

/// Sums that are compared with the threshold together.
const SUMS_COMPARED: usize = 16;

/// Offers the sums of a window that beat the threshold; most do not, and are passed over many at a time.
fn offer_window(top: &mut Top, sums: &[f32], start: DocAddress, mut allowed: impl FnMut(DocId) -> bool) {
    let mut threshold = top.threshold().max(0.0);
    for (first, sums) in (start.doc_id..).step_by(SUMS_COMPARED).zip(sums.chunks(SUMS_COMPARED)) {
        if sums.iter().fold(0.0, |max: f32, sum| max.max(*sum)) <= threshold {
            continue;
        }
        for (doc, sum) in (first..).zip(sums) {
            if *sum > threshold && allowed(doc) {
                top.offer(*sum, DocAddress::new(start.segment_ord, doc));
                threshold = top.threshold().max(0.0);
            }
        }
    }
}

/// Adds the scores of the documents from `start` on that fit into the window.
fn add_window(walks: &mut [Walk], start: DocId, sums: &mut [f32]) {
    for walk in walks {
        let mut doc = walk.doc();
        while let Some(sum) = doc.checked_sub(start).and_then(|at| sums.get_mut(at as usize)) {
            *sum += walk.score();
            doc = walk.advance();
        }
    }
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

/// Calls back with the score of each document that holds the term; documents of one segment in order.
pub(crate) fn add_scores(walk: &mut Walk, documents: &[DocAddress], mut found: impl FnMut(usize, Score)) {
    for (at, address) in documents.iter().enumerate() {
        let doc = walk.seek(address.doc_id);
        if doc == TERMINATED {
            return;
        }
        if doc == address.doc_id {
            found(at, walk.score());
        }
    }
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
    terms: &[&Ready],
    gate: Gate<'_>,
    excluded: &HashSet<DocAddress>,
    k: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let weights = terms
        .iter()
        .map(|term| {
            let query = TermQuery::new(term.scored.term.clone(), IndexRecordOption::WithFreqs);
            let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
            Ok((Occur::Should, Box::new(BoostWeight::new(weight, term.scored.boost)) as Box<dyn Weight>))
        })
        .collect::<Result<_, SearchError>>()?;
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

/// Whether the gate holds a document; documents must come in order.
pub(crate) fn passes(gate: &mut dyn Scorer, doc: DocId) -> bool {
    let at = gate.doc();
    at == doc || at < doc && gate.seek(doc) == doc
}
