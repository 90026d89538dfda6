//! Counting results by field.

use std::collections::HashMap;

use tantivy::{
    DocAddress, DocId,
    query::{EnableScoring, Query},
};

use crate::{
    error::SearchError,
    limits::{FACET_DOCS_MAX, FACET_VALUES_MAX},
    request::{FacetCount, Facets},
    state::{Columns, State},
};

/// Documents whose columns are read at a time.
const BLOCK: usize = 512;
/// Years that are counted in a list, from this one on; others are looked up one by one.
const FIRST_YEAR: i64 = 1_000;
const YEARS: usize = 2_000;

/// The counts of a condition.
pub(crate) struct Counted {
    pub facets: Facets,
    /// Documents that fulfil it.
    pub total: usize,
}

/// Counts over all segments, by the place of the value in the state.
struct Counter<'a> {
    state: &'a State,
    texts: [Vec<usize>; 4],
    years: Vec<usize>,
    other_years: HashMap<i64, usize>,
    buffers: Buffers,
}

/// Used again for every block.
#[derive(Default)]
struct Buffers {
    documents: Vec<DocId>,
    rows: Vec<u32>,
    ordinals: Vec<u64>,
    years: Vec<i64>,
}

impl<'a> Counter<'a> {
    fn new(state: &'a State) -> Self {
        let texts = [0, 1, 2, 3].map(|at| vec![0; state.values[at].len()]);
        Self { state, texts, years: vec![0; YEARS], other_years: HashMap::new(), buffers: Buffers::default() }
    }

    /// Counts documents of one segment, in order.
    fn add(&mut self, columns: &Columns, documents: &[DocId]) {
        let buffers = &mut self.buffers;
        for (column, counts) in columns.texts.iter().zip(&mut self.texts) {
            let Some(column) = column else { continue };
            buffers.read_rows(&column.ordinals.index, documents);
            buffers.ordinals.resize(buffers.rows.len(), 0);
            column.ordinals.values.get_vals(&buffers.rows, &mut buffers.ordinals);
            for ordinal in &buffers.ordinals {
                // An ordinal of the column is an index into its dictionary, far below usize::MAX.
                if let Some(place) = column.places.get(usize::try_from(*ordinal).unwrap_or(usize::MAX)) {
                    counts[*place] += 1;
                }
            }
        }
        let Some(column) = &columns.year else { return };
        buffers.read_rows(&column.index, documents);
        buffers.years.resize(buffers.rows.len(), 0);
        column.values.get_vals(&buffers.rows, &mut buffers.years);
        for year in &buffers.years {
            match usize::try_from(year.wrapping_sub(FIRST_YEAR)).ok().and_then(|place| self.years.get_mut(place)) {
                Some(count) => *count += 1,
                None => *self.other_years.entry(*year).or_default() += 1,
            }
        }
    }

    fn facets(self, step: usize) -> Facets {
        let [kind, city, status, segment] = [0, 1, 2, 3].map(|at| {
            let counts = self.texts[at].iter().zip(&self.state.values[at]);
            sorted(counts.map(|(count, value)| (value.as_str(), *count)), step)
        });
        let years = (FIRST_YEAR..).zip(self.years).chain(self.other_years);
        let years: Vec<(String, usize)> =
            years.filter(|(_, count)| *count > 0).map(|(year, count)| (year.to_string(), count)).collect();
        let year = sorted(years.iter().map(|(year, count)| (year.as_str(), *count)), step);
        Facets { kind, city, status, segment, year, exact: step == 1 }
    }
}

impl Buffers {
    fn read_rows(&mut self, index: &tantivy::columnar::ColumnIndex, documents: &[DocId]) {
        self.documents.clear();
        self.rows.clear();
        index.docids_to_rowids(documents, &mut self.documents, &mut self.rows);
    }
}

/// Facets of given documents, in order of their address.
pub(crate) fn of_documents(state: &State, documents: &[DocAddress]) -> Facets {
    let mut counter = Counter::new(state);
    let mut block = Vec::with_capacity(BLOCK);
    for documents in documents.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
        let columns = &state.columns[documents[0].segment_ord as usize];
        for documents in documents.chunks(BLOCK) {
            block.clear();
            block.extend(documents.iter().map(|address| address.doc_id));
            counter.add(columns, &block);
        }
    }
    counter.facets(1)
}

/// Facets and number of all documents of a condition; beyond [`FACET_DOCS_MAX`] every n-th is looked at.
pub(crate) fn of_query(state: &State, query: &dyn Query) -> Result<Counted, SearchError> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(&state.searcher))?;
    let readers = state.searcher.segment_readers();
    let mut estimate = 0;
    for reader in readers {
        estimate += weight.scorer(reader, 1.0)?.size_hint() as usize;
    }
    let step = estimate.div_ceil(FACET_DOCS_MAX).max(1);
    let mut counter = Counter::new(state);
    let mut total = 0;
    let mut block = Vec::with_capacity(2 * BLOCK);
    for (reader, columns) in readers.iter().zip(&state.columns) {
        let alive = reader.alive_bitset();
        weight.for_each_no_score(reader, &mut |documents| {
            for doc in documents.iter().filter(|doc| alive.is_none_or(|alive| alive.is_alive(**doc))) {
                if total % step == 0 {
                    block.push(*doc);
                }
                total += 1;
            }
            if block.len() >= BLOCK {
                counter.add(columns, &block);
                block.clear();
            }
        })?;
        counter.add(columns, &block);
        block.clear();
    }
    Ok(Counted { facets: counter.facets(step), total })
}

/// The most frequent values; equal ones in order of the value.
fn sorted<'a>(counts: impl Iterator<Item = (&'a str, usize)>, step: usize) -> Vec<FacetCount> {
    let mut counts: Vec<(&str, usize)> = counts.filter(|(_, count)| *count > 0).collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    counts.truncate(FACET_VALUES_MAX);
    counts.into_iter().map(|(value, count)| FacetCount { value: value.to_owned(), count: count * step }).collect()
}
