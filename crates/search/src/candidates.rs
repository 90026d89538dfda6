//! Candidates for matching: a text in plain language looks for its counterparts.

use std::collections::{BTreeMap, HashSet};

use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, Term, schema::IndexRecordOption};

use crate::{
    analysis::WordKind,
    collect::{Gate, Ready, best, idf, prepare, rarest},
    detail::{Detailed, detail},
    error::{QueryRefused, RefusalCode, SearchError},
    index::Index,
    limits::{EXCLUDE_IDS_MAX, MATCH_CHARS_MAX, PAGE_HITS_MAX, SEGMENTS_MAX},
    plan::{Node, Plan, Planner, Scored, Unit},
    request::{MatchHit, MatchRequest, MatchResponse, MatchedField, MatchedTerm, Relation, SegmentHit},
    schema::{FLAG_DEFAULT, check_value},
    searching::{any_value, check_text, check_values, too_many},
    state::State,
};

/// Different words of the text that are looked up; the rarest of them count.
const UNITS_LOOKED_UP: usize = 300;
/// Words that count.
const UNITS_MAX: usize = 16;
/// Terms that count, over all fields.
const TERMS_MAX: usize = 28;
/// Candidates looked at for each one wanted, because rank and common words may reorder them.
const WINDOW_FACTOR: usize = 4;
/// Postings walked to find candidates, the rarest terms first, and terms that are walked whatever they cost. In a large
/// index the most common words choose no candidates any more; they still move those the rarer ones have found.
const POSTINGS_MAX: u64 = 300_000;
const TERMS_MIN: usize = 6;
/// What a segment of weight 1 adds: about one rare word.
const SEGMENT_SCORE: f32 = 6.0;
/// How often a word must be said to count more, at most.
const REPEATED_MAX: f32 = 1.6;

impl Index {
    /// Finds candidates for a text: BM25 over its rarest words in names and texts, plus the segments asked for.
    ///
    /// # Errors
    /// [`SearchError::Refused`] for a request outside the limits; [`SearchError::Engine`] or [`SearchError::Io`] if
    /// the index cannot be read.
    pub fn candidates(&self, request: &MatchRequest) -> Result<MatchResponse, SearchError> {
        check(request)?;
        let shared = &self.shared;
        let state = self.state()?;
        let searcher = &state.searcher;
        let folded = shared.lexicon.folder().fold_aligned(&request.text);
        let planner = Planner { lexicon: &shared.lexicon, fields: &shared.fields, searcher };
        let words = self.telling_words(searcher, &planner, folded.chars())?;
        let mut plan = Plan { units: words.iter().map(|word| word.unit.clone()).collect(), ..Plan::default() };
        for (at, word) in words.iter().enumerate() {
            planner.score_word(&mut plan, &word.unit.text, word.unit.kind, word.factor, at..at + 1);
            planner.score_synonyms(&mut plan, &word.unit.text, word.factor, at);
        }
        let mut terms = prepare(searcher, &shared.peaks, plan.scored, TERMS_MAX)?;
        let segments = self.segment_terms(searcher, request)?;
        let first_segment = terms.len();
        terms.extend(segments.ready);
        let shown: Vec<String> = words.iter().map(|word| original(&request.text, &folded, &word.unit)).collect();
        let excluded = self.addresses(searcher, &request.exclude_ids)?;
        let ranked = self.rank(&state, &terms, request, &excluded)?;
        let mut hits = Vec::with_capacity(request.limit);
        for document in ranked.iter().take(request.limit) {
            hits.push(self.match_hit(searcher, &terms, first_segment, &segments.relations, &shown, document)?);
        }
        Ok(MatchResponse { hits, terms: shown })
    }

    /// The rarest words of a text that some document has, each once.
    fn telling_words(
        &self,
        searcher: &Searcher,
        planner: &Planner<'_>,
        chars: &[char],
    ) -> Result<Vec<Word>, SearchError> {
        let mut counted: BTreeMap<String, (Unit, f32)> = BTreeMap::new();
        for unit in planner.units(chars, usize::MAX) {
            let says_something = !unit.optional && (unit.len > 1 || unit.kind != WordKind::Cjk);
            if says_something && (counted.len() < UNITS_LOOKED_UP || counted.contains_key(&unit.text)) {
                counted.entry(unit.text.clone()).or_insert((unit, 0.0)).1 += 1.0;
            }
        }
        let documents = searcher.num_docs();
        let mut words = Vec::with_capacity(counted.len());
        for (text, (unit, times)) in counted {
            let frequency = searcher.doc_freq(&Term::from_field_text(planner.fields.words, &text))?;
            // A word no document has as a word may still be there in pieces; it counts like a rare one, at less weight.
            let rarity = if frequency == 0 { idf(documents, 0) * UNKNOWN_FACTOR } else { idf(documents, frequency) };
            let factor = (1.0 + times.ln() * 0.3).min(REPEATED_MAX);
            words.push(Word { unit, factor, rarity });
        }
        words.sort_by(|a, b| b.rarity.total_cmp(&a.rarity).then_with(|| a.unit.start.cmp(&b.unit.start)));
        words.truncate(UNITS_MAX);
        Ok(words)
    }

    fn segment_terms(&self, searcher: &Searcher, request: &MatchRequest) -> Result<Segments, SearchError> {
        let documents = searcher.num_docs();
        let mut scored = Vec::new();
        let mut relations = BTreeMap::new();
        for segment in &request.segments {
            let term = Term::from_field_text(self.shared.fields.segment, &segment.id);
            let weight = if segment.weight.is_finite() { segment.weight.clamp(0.0, 4.0) } else { 0.0 };
            if weight == 0.0 || relations.contains_key(&segment.id) {
                continue;
            }
            // Undo the weight BM25 gives by rarity: a segment counts the same however many are in it.
            let rarity = idf(documents, searcher.doc_freq(&term)?).max(0.05);
            let boost = weight * SEGMENT_SCORE / rarity;
            scored.push(Scored { term, boost, units: 0..0, field: MatchedField::Text, fragment: false });
            relations.insert(segment.id.clone(), segment.relation);
        }
        Ok(Segments { ready: prepare(searcher, &self.shared.peaks, scored, SEGMENTS_MAX)?, relations })
    }

    fn addresses(&self, searcher: &Searcher, ids: &[String]) -> Result<HashSet<DocAddress>, SearchError> {
        let mut addresses = HashSet::new();
        for (segment, reader) in (0..).zip(searcher.segment_readers()) {
            let inverted = reader.inverted_index(self.shared.fields.id)?;
            for id in ids {
                let term = Term::from_field_text(self.shared.fields.id, id);
                if let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? {
                    while postings.doc() != TERMINATED {
                        addresses.insert(DocAddress::new(segment, postings.doc()));
                        postings.advance();
                    }
                }
            }
        }
        Ok(addresses)
    }

    fn rank(
        &self,
        state: &State,
        terms: &[Ready],
        request: &MatchRequest,
        excluded: &HashSet<DocAddress>,
    ) -> Result<Vec<Detailed>, SearchError> {
        if terms.is_empty() || request.limit == 0 {
            return Ok(Vec::new());
        }
        let window = request.limit * WINDOW_FACTOR;
        let gate = self.gate(request).map(|gate| gate.query());
        let choosing = rarest(terms, POSTINGS_MAX, TERMS_MIN);
        let allowed = gate.as_deref().map_or(Gate::Any(choosing.len()), Gate::Query);
        let candidates = best(&state.searcher, &choosing, allowed, excluded, window)?;
        let mut detailed = detail(&state.searcher, terms, &candidates)?;
        for document in &mut detailed {
            let columns = &state.columns[document.address.segment_ord as usize];
            document.score *= columns.rank(document.address.doc_id);
        }
        detailed.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.address.cmp(&b.address)));
        Ok(detailed)
    }

    fn gate(&self, request: &MatchRequest) -> Option<Node> {
        let fields = &self.shared.fields;
        let default = (!request.include_all).then(|| vec![FLAG_DEFAULT.to_owned()]);
        let conditions: Vec<Node> = [
            any_value(fields.kind, &request.kinds),
            any_value(fields.city, &request.cities),
            default.and_then(|values| any_value(fields.flag, &values)),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!conditions.is_empty()).then_some(Node::All(conditions))
    }

    fn match_hit(
        &self,
        searcher: &Searcher,
        terms: &[Ready],
        first_segment: usize,
        relations: &BTreeMap<String, Relation>,
        shown: &[String],
        document: &Detailed,
    ) -> Result<MatchHit, SearchError> {
        let stored = self.stored(searcher, document.address)?;
        let mut found: BTreeMap<usize, (MatchedField, f32)> = BTreeMap::new();
        let mut segment_hits = Vec::new();
        let mut text_score = 0.0;
        for (term, score) in &document.parts {
            let scored = &terms[*term].scored;
            if *term >= first_segment {
                let id = scored.term.value().as_str().unwrap_or_default().to_owned();
                segment_hits.extend(relations.get(&id).map(|relation| SegmentHit { id, relation: *relation }));
                continue;
            }
            text_score += score;
            for unit in scored.units.clone() {
                let entry = found.entry(unit).or_insert((scored.field, 0.0));
                entry.1 += score;
                if scored.field == MatchedField::Name {
                    entry.0 = MatchedField::Name;
                }
            }
        }
        let mut matched: Vec<MatchedTerm> = found
            .into_iter()
            .map(|(unit, (field, weight))| MatchedTerm { text: shown[unit].clone(), field, weight })
            .collect();
        matched.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        Ok(MatchHit {
            id: stored.id,
            kind: stored.kind,
            title: stored.title,
            name_en: stored.name_en,
            city: stored.city,
            statuses: stored.statuses,
            segments: stored.segments,
            url: stored.url,
            demo: stored.demo,
            body: stored.body,
            score: document.score,
            text_score,
            terms: matched,
            segment_hits,
        })
    }
}

/// What a word without any document counts of a rare one when the words of a text compete.
const UNKNOWN_FACTOR: f32 = 0.5;

/// A word of the text.
struct Word {
    unit: Unit,
    factor: f32,
    rarity: f32,
}

struct Segments {
    ready: Vec<Ready>,
    relations: BTreeMap<String, Relation>,
}

/// The word as it was written.
fn original(text: &str, folded: &crate::fold::Folded, unit: &Unit) -> String {
    text.get(folded.original(unit.start..unit.start + unit.len)).unwrap_or(&unit.text).to_owned()
}

fn check(request: &MatchRequest) -> Result<(), QueryRefused> {
    check_text(&request.text, MATCH_CHARS_MAX)?;
    check_values(&request.kinds, "kinds")?;
    check_values(&request.cities, "cities")?;
    if request.limit > PAGE_HITS_MAX {
        return Err(QueryRefused { code: RefusalCode::PageTooDeep, field: "limit", limit: PAGE_HITS_MAX });
    }
    if request.segments.len() > SEGMENTS_MAX {
        return Err(too_many("segments", SEGMENTS_MAX));
    }
    if request.exclude_ids.len() > EXCLUDE_IDS_MAX {
        return Err(too_many("exclude_ids", EXCLUDE_IDS_MAX));
    }
    let ids = request.segments.iter().map(|segment| (&segment.id, "segments"));
    ids.chain(request.exclude_ids.iter().map(|id| (id, "exclude_ids")))
        .try_for_each(|(id, field)| check_value(id, RefusalCode::FilterInvalid, field))
}
