//! Finding the best documents of a plan.
//!
//! Few matching documents are scored one by one. Otherwise the postings of the
//! terms are summed up in windows of documents, as in `MaxScore` (Turtle and
//! Flood, 1995): terms that together cannot bring a document onto the page are
//! not walked, only asked about documents that others have found. The
//! conditions are a gate at the end: only a document that would reach the page
//! is asked whether it matches at all. Terms too frequent to make a document a
//! result are never walked.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashMap, HashSet},
};

use tantivy::{
    DocAddress, DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED, Term,
    postings::TermInfo,
    query::{Bm25Weight, EnableScoring, Query, Scorer, Weight},
    schema::Field,
};

use crate::{
    error::SearchError,
    peaks::Peaks,
    plan::Scored,
    postings::{Walk, walks},
};

/// A scored term with its statistics in this state of the index.
pub(crate) struct Ready {
    pub scored: Scored,
    pub idf: f32,
    /// Documents that hold it.
    pub frequency: u64,
    /// Its score, with the boost.
    pub weight: Bm25Weight,
    /// Where its postings are in each segment.
    pub places: Vec<Option<TermInfo>>,
    /// The most it says about a document of each segment.
    pub most: Vec<Score>,
}

/// The inverse document frequency of BM25.
pub(crate) fn idf(documents: u64, frequency: u64) -> f32 {
    let (documents, frequency) = (documents as f32, frequency as f32);
    (1.0 + (documents - frequency + 0.5).max(0.0) / (frequency + 0.5)).ln()
}

/// Documents whose sums are held at a time; they stay in the processor's cache.
const WINDOW_DOCS: usize = 8_192;
/// Postings that fragments of words may cost together. In a small index all of them are used; in a large one only the
/// rare ones, which say something: names the dictionary does not know.
const FRAGMENT_POSTINGS_MAX: u64 = 100_000;

/// Looks the terms up, leaves out those no document has, and keeps the `limit` that can add most.
pub(crate) fn prepare(
    searcher: &Searcher,
    peaks: &Peaks,
    scored: Vec<Scored>,
    limit: usize,
) -> Result<Vec<Ready>, SearchError> {
    let documents = searcher.num_docs();
    let mut known = Vec::with_capacity(scored.len());
    for scored in scored {
        let places = places(searcher, &scored.term)?;
        let frequency = places.iter().flatten().map(|place| u64::from(place.doc_freq)).sum();
        if frequency > 0 {
            known.push(Known { idf: idf(documents, frequency), frequency, scored, places });
        }
    }
    known.sort_by(|a, b| (b.idf * b.scored.boost).total_cmp(&(a.idf * a.scored.boost)));
    keep_rare_fragments(&mut known);
    known.truncate(limit);
    let mut lengths = HashMap::new();
    known.into_iter().map(|known| known.ready(searcher, peaks, &mut lengths)).collect()
}

/// Where the postings of a term are in each segment.
fn places(searcher: &Searcher, term: &Term) -> Result<Vec<Option<TermInfo>>, SearchError> {
    let place = |reader: &SegmentReader| Ok(reader.inverted_index(term.field())?.get_term_info(term)?);
    searcher.segment_readers().iter().map(place).collect()
}

/// A term that some document has.
struct Known {
    idf: f32,
    frequency: u64,
    scored: Scored,
    places: Vec<Option<TermInfo>>,
}

impl Known {
    /// With its score; `lengths` keeps the mean lengths of fields.
    fn ready(
        self,
        searcher: &Searcher,
        peaks: &Peaks,
        lengths: &mut HashMap<Field, Score>,
    ) -> Result<Ready, SearchError> {
        let field = self.scored.term.field();
        let documents: u64 = searcher.segment_readers().iter().map(|reader| u64::from(reader.max_doc())).sum();
        let length = match lengths.get(&field) {
            Some(length) => *length,
            None => {
                let mut tokens = 0;
                for reader in searcher.segment_readers() {
                    tokens += reader.inverted_index(field)?.total_num_tokens();
                }
                let length = tokens as Score / documents as Score;
                lengths.insert(field, length);
                length
            }
        };
        let weight = Bm25Weight::for_one_term_without_explain(self.frequency, documents, length);
        let weight = weight.boost_by(self.scored.boost);
        let Known { idf, frequency, scored, places } = self;
        let most = searcher.segment_readers().iter().zip(&places).map(|(reader, place)| match place {
            Some(place) => peaks.most(reader, &scored.term, place, &weight),
            None => Ok(0.0),
        });
        let most = most.collect::<Result<_, _>>()?;
        Ok(Ready { idf, frequency, scored, weight, places, most })
    }
}

fn keep_rare_fragments(known: &mut Vec<Known>) {
    let mut fragments: Vec<u64> = known.iter().filter(|term| term.scored.fragment).map(|term| term.frequency).collect();
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
    if known.iter().any(|term| !term.scored.fragment) {
        known.retain(|term| !term.scored.fragment || term.frequency <= affordable);
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
    /// All that hold one of the first so many terms; the other terms are only asked about them.
    Any(usize),
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

/// The `k` best candidates.
pub(crate) fn best(
    searcher: &Searcher,
    terms: &[&Ready],
    gate: Gate<'_>,
    excluded: &HashSet<DocAddress>,
    k: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let mut top = Top::new(k);
    match gate {
        Gate::Documents(documents) => one_by_one(searcher, terms, documents, &mut top)?,
        Gate::Query(query) => {
            let query = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
            in_windows(searcher, (terms, &[]), Some(query.as_ref()), excluded, &mut top)?;
        }
        Gate::Any(deciding) => in_windows(searcher, terms.split_at(deciding), None, excluded, &mut top)?,
    }
    Ok(top.sorted())
}

/// Asks every term about every document, the most telling term first.
fn one_by_one(
    searcher: &Searcher,
    terms: &[&Ready],
    documents: &[DocAddress],
    top: &mut Top,
) -> Result<(), SearchError> {
    for documents in documents.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
        let mut walks = least_telling_first(searcher, terms, documents[0].segment_ord)?;
        let bounds = bounds(&walks);
        for address in documents {
            if let Some(score) = with_more(&mut walks, &bounds, address.doc_id, 0.0, top.threshold()) {
                top.offer(score, *address);
            }
        }
    }
    Ok(())
}

/// Sums the postings of the terms that decide up, a window of documents at a time, and asks the others.
fn in_windows(
    searcher: &Searcher,
    (deciding, asked): (&[&Ready], &[&Ready]),
    gate: Option<&dyn Weight>,
    excluded: &HashSet<DocAddress>,
    top: &mut Top,
) -> Result<(), SearchError> {
    let mut window = Window::new();
    for (segment, reader) in (0..).zip(searcher.segment_readers()) {
        let mut walks = least_telling_first(searcher, asked, segment)?;
        let asked = walks.len();
        walks.extend(least_telling_first(searcher, deciding, segment)?);
        let bounds = bounds(&walks);
        let mut gate = gate.map(|gate| gate.scorer(reader, 1.0)).transpose()?;
        let alive = reader.alive_bitset();
        let mut allowed = |address: &DocAddress| {
            alive.is_none_or(|alive| alive.is_alive(address.doc_id))
                && !excluded.contains(address)
                && gate.as_mut().is_none_or(|gate| passes(gate.as_mut(), address.doc_id))
        };
        loop {
            let count = passive(&bounds, top.threshold()).max(asked);
            let (passive, active) = walks.split_at_mut(count);
            let next = active.iter().map(Walk::doc).min().unwrap_or(TERMINATED);
            if next == TERMINATED {
                break;
            }
            window.fill(next, active);
            window.drain(|doc, sum| {
                let address = DocAddress::new(segment, doc);
                if let Some(score) = with_more(passive, &bounds, doc, sum, top.threshold())
                    && allowed(&address)
                {
                    top.offer(score, address);
                }
            });
        }
    }
    Ok(())
}

/// The walks of the terms in a segment, the least telling first.
fn least_telling_first(searcher: &Searcher, terms: &[&Ready], segment: u32) -> Result<Vec<Walk>, SearchError> {
    let mut walks = walks(searcher, terms.iter().copied(), segment)?;
    walks.retain(|walk| walk.doc() != TERMINATED);
    walks.sort_by(|a, b| a.most().total_cmp(&b.most()));
    Ok(walks)
}

/// The most that a walk and all before it may bring a document together.
fn bounds(walks: &[Walk]) -> Vec<Score> {
    let sums = walks.iter().scan(0.0, |together, walk| {
        *together += walk.most();
        Some(*together)
    });
    sums.collect()
}

/// How many of the first walks cannot bring a document over the threshold even together.
fn passive(bounds: &[Score], threshold: Score) -> usize {
    bounds.partition_point(|together| *together <= threshold)
}

/// The sum with what more walks add, the last first; `None` as soon as it cannot beat the threshold any more.
fn with_more(walks: &mut [Walk], bounds: &[Score], doc: DocId, sum: Score, threshold: Score) -> Option<Score> {
    let mut score = sum;
    for (walk, most) in walks.iter_mut().zip(bounds).rev() {
        if score + most <= threshold {
            return None;
        }
        if walk.seek(doc) == doc {
            score += walk.score();
        }
    }
    (score > threshold).then_some(score)
}

/// The sums of documents that lie near each other, and which of them have one.
struct Window {
    start: DocId,
    sums: Box<[Score; WINDOW_DOCS]>,
    found: [u64; WINDOW_DOCS / 64],
}

impl Window {
    fn new() -> Self {
        Self { start: 0, sums: Box::new([0.0; WINDOW_DOCS]), found: [0; WINDOW_DOCS / 64] }
    }

    /// Adds the scores of the documents from `start` on that fit.
    fn fill(&mut self, start: DocId, walks: &mut [Walk]) {
        self.start = start;
        let Self { sums, found, .. } = self;
        for walk in walks {
            walk.each_before(start.saturating_add(WINDOW_DOCS as DocId), |doc, score| {
                let at = (doc - start) as usize;
                sums[at] += score;
                found[at / 64] |= 1 << (at % 64);
            });
        }
    }

    /// Calls back with each document and its sum, in order, and forgets them.
    fn drain(&mut self, mut each: impl FnMut(DocId, Score)) {
        for (first, found) in (0..).step_by(64).zip(&mut self.found) {
            while *found != 0 {
                let at = first + found.trailing_zeros() as usize;
                *found &= *found - 1;
                each(self.start + at as DocId, std::mem::take(&mut self.sums[at]));
            }
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

/// Whether the gate holds a document; documents must come in order.
pub(crate) fn passes(gate: &mut dyn Scorer, doc: DocId) -> bool {
    let at = gate.doc();
    at == doc || at < doc && gate.seek(doc) == doc
}
