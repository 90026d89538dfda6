//! Answering a person's question.

use std::collections::HashSet;

use tantivy::{
    DocAddress, DocSet, Searcher, Term,
    query::{EnableScoring, Query, Scorer},
};

use crate::{
    collect::{Candidate, Gate, Matches, Ready, best, collect, prepare},
    detail::{Detailed, add_phrase, detail},
    error::{QueryRefused, RefusalCode, SearchError},
    facets,
    highlight::Needles,
    index::Index,
    limits::{FILTER_VALUES_MAX, PAGE_HITS_MAX, QUERY_CHARS_MAX, TOTAL_COUNT_MAX, WINDOW_HITS_MAX},
    peaks::Peaks,
    plan::{Node, Plan, Planner},
    request::{Facets, Filters, Hit, SearchRequest, SearchResponse},
    schema::{Fields, Stored, check_value},
    state::State,
};

/// With fewer documents than this that hold every word, documents with some of the words, or with parts of a long one,
/// are results too.
const STRICT_ENOUGH: usize = 10;
/// Terms that are scored.
const TERMS_MAX: usize = 24;
/// Candidates are ranked finely in windows of this size, so that a page does not depend on the page size.
const WINDOW: usize = 100;
/// A term decides about results if it says at least the best term's weight divided by this.
const TELLING_SHARE: f32 = 3.0;

impl Index {
    /// Answers a question.
    ///
    /// # Errors
    /// [`SearchError::Refused`] for a question outside the limits; [`SearchError::Engine`] or [`SearchError::Io`] if
    /// the index cannot be read.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        check(request)?;
        let shared = &self.shared;
        let state = self.state()?;
        let searcher = &state.searcher;
        let chars: Vec<char> = shared.lexicon.folder().fold(&request.text).chars().collect();
        let plan = Planner { lexicon: &shared.lexicon, fields: &shared.fields, searcher }.plan(&chars);
        let filters = filter_nodes(&shared.fields, &request.filters);
        let question = Question { state: &state, peaks: &shared.peaks, plan: &plan, filters, request };
        let found = if request.text.trim().is_empty() {
            question.browse()?
        } else if plan.units.is_empty() {
            Found::default()
        } else {
            question.ask()?
        };
        let needles = Needles::new(&shared.lexicon, &plan.units);
        let hits = found
            .page
            .iter()
            .map(|ranked| self.hit(searcher, &plan, &needles, ranked))
            .collect::<Result<_, SearchError>>()?;
        Ok(SearchResponse {
            hits,
            total: found.total,
            total_exact: found.total_exact,
            relaxed: found.relaxed,
            facets: found.facets,
        })
    }

    fn hit(&self, searcher: &Searcher, plan: &Plan, needles: &Needles, ranked: &Ranked) -> Result<Hit, SearchError> {
        let lexicon = &self.shared.lexicon;
        let stored = self.stored(searcher, ranked.address)?;
        let (title, _) = needles.name(lexicon, "title", &stored.title);
        let mut highlights = vec![title];
        if !plan.units.is_empty() {
            highlights.extend(
                stored
                    .name_en
                    .iter()
                    .map(|name| needles.name(lexicon, "name_en", name))
                    .filter(|(_, any)| *any)
                    .map(|(shown, _)| shown),
            );
            highlights.extend(
                stored
                    .names
                    .iter()
                    .map(|name| needles.name(lexicon, "name", name))
                    .find(|(_, any)| *any)
                    .map(|(shown, _)| shown),
            );
            highlights.extend(needles.snippet(lexicon, "body", &stored.body));
        }
        let matched_terms = ranked.units.iter().map(|unit| plan.units[*unit].text.clone()).collect();
        Ok(Hit {
            id: stored.id,
            kind: stored.kind,
            title: stored.title,
            name_en: stored.name_en,
            city: stored.city,
            statuses: stored.statuses,
            segments: stored.segments,
            year: stored.year,
            url: stored.url,
            demo: stored.demo,
            score: ranked.score,
            highlights,
            matched_terms,
        })
    }

    /// What was kept of a document.
    pub(crate) fn stored(&self, searcher: &Searcher, address: DocAddress) -> Result<Stored, SearchError> {
        use tantivy::schema::Value as _;
        let document: tantivy::TantivyDocument = searcher.doc(address)?;
        let payload =
            document.get_first(self.shared.fields.payload).and_then(|value| value.as_bytes().map(<[u8]>::to_vec));
        serde_json::from_slice(&payload.unwrap_or_default()).map_err(|error| SearchError::Io(error.into()))
    }
}

fn check(request: &SearchRequest) -> Result<(), QueryRefused> {
    check_text(&request.text, QUERY_CHARS_MAX)?;
    if request.limit > PAGE_HITS_MAX {
        return Err(QueryRefused { code: RefusalCode::PageTooDeep, field: "limit", limit: PAGE_HITS_MAX });
    }
    if request.offset.saturating_add(request.limit) > WINDOW_HITS_MAX {
        return Err(QueryRefused { code: RefusalCode::PageTooDeep, field: "offset", limit: WINDOW_HITS_MAX });
    }
    let filters = &request.filters;
    for (values, field) in [
        (&filters.kind, "filters.kind"),
        (&filters.city, "filters.city"),
        (&filters.status, "filters.status"),
        (&filters.segment, "filters.segment"),
        (&filters.id, "filters.id"),
    ] {
        check_values(values, field)?;
    }
    if filters.year.len() > FILTER_VALUES_MAX {
        return Err(too_many("filters.year", FILTER_VALUES_MAX));
    }
    Ok(())
}

/// A text may have `limit` characters.
pub(crate) fn check_text(text: &str, limit: usize) -> Result<(), QueryRefused> {
    if text.len() > limit && text.chars().nth(limit).is_some() {
        return Err(QueryRefused { code: RefusalCode::QueryTooLong, field: "text", limit });
    }
    Ok(())
}

pub(crate) fn check_values(values: &[String], field: &'static str) -> Result<(), QueryRefused> {
    if values.len() > FILTER_VALUES_MAX {
        return Err(too_many(field, FILTER_VALUES_MAX));
    }
    values.iter().try_for_each(|value| check_value(value, RefusalCode::FilterInvalid, field))
}

pub(crate) const fn too_many(field: &'static str, limit: usize) -> QueryRefused {
    QueryRefused { code: RefusalCode::TooManyValues, field, limit }
}

/// One condition per field that is narrowed.
fn filter_nodes(fields: &Fields, filters: &Filters) -> Vec<Node> {
    let mut nodes: Vec<Node> = [
        (fields.kind, &filters.kind),
        (fields.city, &filters.city),
        (fields.status, &filters.status),
        (fields.segment, &filters.segment),
        (fields.id, &filters.id),
    ]
    .into_iter()
    .filter_map(|(field, values)| any_value(field, values))
    .collect();
    if !filters.year.is_empty() {
        nodes.push(Node::Any(
            filters.year.iter().map(|year| Node::Term(Term::from_field_i64(fields.year, *year))).collect(),
        ));
    }
    nodes
}

/// Documents with any of the values; `None` without values.
pub(crate) fn any_value(field: tantivy::schema::Field, values: &[String]) -> Option<Node> {
    let terms: Vec<Node> = values.iter().map(|value| Node::Term(Term::from_field_text(field, value))).collect();
    (!terms.is_empty()).then_some(Node::Any(terms))
}

/// Documents with any of the terms.
fn any_term(terms: &[Ready]) -> Node {
    Node::Any(terms.iter().map(|term| Node::Term(term.scored.term.clone())).collect())
}

/// A document with its final score.
struct Ranked {
    address: DocAddress,
    score: f32,
    units: Vec<usize>,
}

/// The page and the counts.
#[derive(Default)]
struct Found {
    page: Vec<Ranked>,
    total: usize,
    total_exact: bool,
    relaxed: bool,
    facets: Facets,
}

struct Question<'a> {
    state: &'a State,
    peaks: &'a Peaks,
    plan: &'a Plan,
    filters: Vec<Node>,
    request: &'a SearchRequest,
}

impl Question<'_> {
    fn window(&self) -> usize {
        (self.request.offset + self.request.limit).div_ceil(WINDOW).max(1) * WINDOW
    }

    fn with_filters(&self, condition: Option<Node>) -> Node {
        Node::All(condition.into_iter().chain(self.filters.iter().cloned()).collect())
    }

    /// Everything that passes the filters, best rank first.
    fn browse(&self) -> Result<Found, SearchError> {
        let condition = self.with_filters(None);
        let wanted = self.request.offset + self.request.limit;
        let mut best: Vec<Candidate> = Vec::new();
        let mut total = 0;
        let weight = condition.query().weight(EnableScoring::disabled_from_searcher(&self.state.searcher))?;
        let readers = self.state.searcher.segment_readers().iter();
        for (segment, (reader, columns)) in (0..).zip(readers.zip(&self.state.columns)) {
            let alive = reader.alive_bitset();
            let mut scorer: Box<dyn Scorer> = weight.scorer(reader, 1.0)?;
            let mut doc = scorer.doc();
            while doc != tantivy::TERMINATED {
                if alive.is_none_or(|alive| alive.is_alive(doc)) {
                    total += 1;
                    best.push(Candidate { score: columns.rank(doc), address: DocAddress::new(segment, doc) });
                    if best.len() >= (2 * wanted).max(1024) {
                        best.sort_unstable_by(|a, b| b.cmp(a));
                        best.truncate(wanted);
                    }
                }
                doc = scorer.advance();
            }
        }
        best.sort_unstable_by(|a, b| b.cmp(a));
        let page = best.into_iter().skip(self.request.offset).take(self.request.limit);
        let page = page.map(|it| Ranked { address: it.address, score: it.score, units: Vec::new() }).collect();
        let facets = if self.request.facets {
            self.state.counted(&condition, || facets::of_query(self.state, condition.query().as_ref()))?.facets.clone()
        } else {
            Facets::default()
        };
        Ok(Found { page, total, total_exact: true, relaxed: false, facets })
    }

    fn ask(&self) -> Result<Found, SearchError> {
        let searcher = &self.state.searcher;
        let terms = prepare(searcher, self.peaks, self.plan.scored.clone(), TERMS_MAX)?;
        if terms.is_empty() {
            return Ok(Found { total_exact: true, ..Found::default() });
        }
        if let Some(strict) = &self.plan.strict {
            // Whether to relax depends on the words alone, so that a filter never brings documents in.
            let wanted = if self.plan.has_parts() { STRICT_ENOUGH } else { 1 };
            let enough = collect(searcher, strict.query().as_ref(), wanted, &HashSet::new())?;
            if enough.documents.len() >= wanted {
                return self.answer(&terms, terms.len(), Some(strict));
            }
        }
        let (terms, telling) = telling_first(terms);
        self.answer(&terms, telling, None)
    }

    /// Ranks the documents of a condition, or of the first `telling` terms if there is none.
    fn answer(&self, terms: &[Ready], telling: usize, strict: Option<&Node>) -> Result<Found, SearchError> {
        let nothing = HashSet::new();
        let searcher = &self.state.searcher;
        let relaxed = strict.is_none();
        let gate = (strict.is_some() || !self.filters.is_empty()).then(|| self.with_filters(strict.cloned()).query());
        let condition = self.with_filters(Some(strict.map_or_else(|| any_term(&terms[..telling]), Node::clone)));
        let matches = collect(searcher, condition.query().as_ref(), TOTAL_COUNT_MAX, &nothing)?;
        let allowed = match (&gate, matches.complete) {
            (None, _) => Gate::Any(telling),
            (Some(_), true) => Gate::Documents(&matches.documents),
            (Some(gate), false) => Gate::Query(gate.as_ref()),
        };
        let counting: Vec<&Ready> = if matches.complete { terms } else { &terms[..telling] }.iter().collect();
        let candidates = best(searcher, &counting, allowed, &nothing, self.window())?;
        let ranked = self.refine(terms, &candidates)?;
        let page = ranked.into_iter().skip(self.request.offset).take(self.request.limit).collect();
        let (facets, total, total_exact) = self.count(&condition, &matches)?;
        Ok(Found { page, total, total_exact, relaxed, facets })
    }

    fn count(&self, condition: &Node, matches: &Matches) -> Result<(Facets, usize, bool), SearchError> {
        let counted = matches.documents.len();
        if !self.request.facets {
            return Ok((Facets::default(), counted, matches.complete));
        }
        if matches.complete {
            return Ok((facets::of_documents(self.state, &matches.documents), counted, true));
        }
        let counted = self.state.counted(condition, || facets::of_query(self.state, condition.query().as_ref()))?;
        Ok((counted.facets.clone(), counted.total, true))
    }

    /// The final order of the candidates: terms, phrases, how much of the question they hold, rank.
    fn refine(&self, terms: &[Ready], candidates: &[Candidate]) -> Result<Vec<Ranked>, SearchError> {
        let mut detailed = detail(&self.state.searcher, terms, candidates)?;
        self.add_phrases(&mut detailed)?;
        let weights = unit_weights(self.plan, terms);
        let all: f32 = weights.iter().sum();
        let mut ranked = Vec::with_capacity(detailed.len());
        for documents in detailed.chunk_by(|a, b| a.address.segment_ord == b.address.segment_ord) {
            let columns = &self.state.columns[documents[0].address.segment_ord as usize];
            for document in documents {
                let units = units_held(terms, document, weights.len());
                let held: f32 = units.iter().map(|unit| weights[*unit]).sum();
                let coverage = if all > 0.0 { held / all } else { 1.0 };
                // A rare word of a sentence said often is worth less than most of its words said once.
                let score = document.score * coverage * columns.rank(document.address.doc_id);
                ranked.push(Ranked { address: document.address, score, units });
            }
        }
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.address.cmp(&b.address)));
        Ok(ranked)
    }

    fn add_phrases(&self, detailed: &mut [Detailed]) -> Result<(), SearchError> {
        for phrase in &self.plan.phrases {
            let query = tantivy::query::PhraseQuery::new_with_offset(phrase.clone());
            for documents in detailed.chunk_by_mut(|a, b| a.address.segment_ord == b.address.segment_ord) {
                add_phrase(&self.state.searcher, &query, documents)?;
            }
        }
        Ok(())
    }
}

/// How much each unit says: the weight of its rarest term.
fn unit_weights(plan: &Plan, terms: &[Ready]) -> Vec<f32> {
    let mut weights = vec![0.0f32; plan.units.len()];
    for term in terms {
        let units = term.scored.units.clone();
        if units.len() == 1 {
            weights[units.start] = weights[units.start].max(term.idf);
        }
    }
    weights
}

/// The units a document holds at least a part of.
fn units_held(terms: &[Ready], document: &Detailed, units: usize) -> Vec<usize> {
    let mut held = vec![false; units];
    for (term, _) in &document.parts {
        held[terms[*term].scored.units.clone()].fill(true);
    }
    (0..units).filter(|unit| held[*unit]).collect()
}

/// Puts the terms that make a document a result by themselves first, and says how many they are.
///
/// Terms that say less than a third of what the best one says do not: they would bring in half the corridor.
fn telling_first(terms: Vec<Ready>) -> (Vec<Ready>, usize) {
    let decides = |term: &Ready| !term.scored.units.is_empty();
    let best = terms.iter().filter(|term| decides(term)).map(|term| term.idf).fold(0.0, f32::max);
    let (mut telling, rest): (Vec<_>, Vec<_>) =
        terms.into_iter().partition(|term| decides(term) && term.idf * TELLING_SHARE >= best);
    let count = telling.len();
    telling.extend(rest);
    (telling, count)
}
