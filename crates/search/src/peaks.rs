//! The most that a frequent term says about any document of a segment, found once and kept.
//!
//! The bound that follows from the formula alone, 2.2 times the rarity, is met by a document of one word repeated for
//! ever. No document is like that, and a walk that knows what there is can leave out more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tantivy::{
    Score, SegmentReader, Term, index::SegmentId, postings::TermInfo, query::Bm25Weight, schema::IndexRecordOption,
};

use crate::error::SearchError;

/// Postings from which it pays to look at all of them once.
const POSTINGS_MIN: u32 = 1_024;
/// Terms that are kept; with more all are forgotten.
const KEPT_MAX: usize = 16_384;
/// Occurrences told apart; more count as the most there are.
const TIMES_MAX: usize = 16;
/// Above the rounding of a few additions.
const SLACK: Score = 1.000_01;

/// How often a term stands in a document, and the shortest document in which it stands so often, as the engine keeps
/// lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Peak {
    times: u32,
    length: u8,
}

/// What was found, by segment and term. A segment never changes but for documents taken out, which lowers nothing that
/// is kept here below the truth.
#[derive(Default)]
pub(crate) struct Peaks(Mutex<Kept>);

type Kept = HashMap<(SegmentId, Term), Arc<[Peak]>>;

impl Peaks {
    /// The most a term says about any document of a segment.
    pub fn most(
        &self,
        reader: &SegmentReader,
        term: &Term,
        place: &TermInfo,
        weight: &Bm25Weight,
    ) -> Result<Score, SearchError> {
        if place.doc_freq < POSTINGS_MIN {
            return Ok(weight.max_score());
        }
        let key = (reader.segment_id(), term.clone());
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let peaks = match known {
            Some(peaks) => peaks,
            None => {
                let Some(found) = find(reader, term, place)? else { return Ok(weight.max_score()) };
                let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() >= KEPT_MAX {
                    kept.clear();
                }
                kept.entry(key).or_insert(found).clone()
            }
        };
        let scores = peaks.iter().map(|peak| weight.score(peak.length, peak.times));
        Ok((scores.fold(0.0, Score::max) * SLACK).min(weight.max_score()))
    }
}

/// Looks at all postings; none in a field without lengths.
fn find(reader: &SegmentReader, term: &Term, place: &TermInfo) -> Result<Option<Arc<[Peak]>>, SearchError> {
    let field = term.field();
    let Some(lengths) = reader.fieldnorms_readers().get_field(field)? else { return Ok(None) };
    let index = reader.inverted_index(field)?;
    let mut blocks = index.read_block_postings_from_terminfo(place, IndexRecordOption::WithFreqs)?;
    let mut shortest = [u8::MAX; TIMES_MAX + 1];
    let mut most_times = 0;
    while blocks.block_len() > 0 {
        for (doc, times) in blocks.docs().iter().zip(blocks.freqs()) {
            let place = &mut shortest[(*times as usize).min(TIMES_MAX)];
            *place = lengths.fieldnorm_id(*doc).min(*place);
            most_times = most_times.max(*times);
        }
        blocks.advance();
    }
    // A document that has the term more often and is no longer outdoes all with fewer.
    let mut peaks = Vec::new();
    let mut best = u8::MAX;
    for (times, length) in (0..=most_times.min(TIMES_MAX as u32)).rev().map(|times| (times, shortest[times as usize])) {
        if length < best || peaks.is_empty() {
            peaks.push(Peak { times: if times as usize == TIMES_MAX { most_times } else { times }, length });
            best = length;
        }
    }
    Ok(Some(peaks.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tantivy::{
        Index, doc,
        schema::{Schema, TextFieldIndexing, TextOptions},
    };

    #[test]
    fn no_document_says_more_than_the_peak_and_one_says_as_much() {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
        let field = schema.add_text_field("words", TextOptions::default().set_indexing_options(indexing));
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 50_000_000).unwrap();
        for n in 0..3_000_usize {
            let text = format!("{}{}", "硅 ".repeat(1 + n % 23 * (n % 2)), "x ".repeat(n * 7 % 61));
            writer.add_document(doc!(field => text)).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let (reader, term) = (searcher.segment_reader(0), Term::from_field_text(field, "硅"));
        let place = reader.inverted_index(field).unwrap().get_term_info(&term).unwrap().unwrap();
        let peaks = Peaks::default();
        // The mean length moves with every commit; what is kept holds for all of them.
        for mean in [3.0, 30.0, 300.0] {
            let weight = Bm25Weight::for_one_term_without_explain(3_000, 9_000, mean);
            let most = peaks.most(reader, &term, &place, &weight).unwrap();
            let lengths = reader.fieldnorms_readers().get_field(field).unwrap().unwrap();
            let inverted = reader.inverted_index(field).unwrap();
            let mut blocks = inverted.read_block_postings_from_terminfo(&place, IndexRecordOption::WithFreqs).unwrap();
            let mut highest = 0.0_f32;
            while blocks.block_len() > 0 {
                let all = blocks.docs().iter().zip(blocks.freqs());
                let scores = all.map(|(doc, times)| weight.score(lengths.fieldnorm_id(*doc), *times));
                highest = scores.fold(highest, f32::max);
                blocks.advance();
            }
            assert!(highest <= most && most <= weight.max_score(), "{highest} {most}");
            assert!(most <= highest * 1.1, "documents with more than {TIMES_MAX} count alike: {highest} {most}");
        }
        assert_eq!(peaks.0.lock().unwrap().len(), 1);
    }
}
