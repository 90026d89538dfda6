//! Counting results by field.

use std::collections::HashMap;

use tantivy::{
    DocAddress, DocId, DocSet, Searcher, SegmentReader, TERMINATED,
    columnar::{Column, StrColumn},
    query::{EnableScoring, Query},
};

use crate::{
    error::SearchError,
    limits::{FACET_DOCS_MAX, FACET_VALUES_MAX},
    request::{FacetCount, Facets},
    schema::columns,
};

const TEXT_COLUMNS: [&str; 4] = [columns::KIND, columns::CITY, columns::STATUS, columns::SEGMENT];

/// Counts over several segments.
#[derive(Default)]
pub(crate) struct Counter {
    texts: [HashMap<String, usize>; 4],
    years: HashMap<i64, usize>,
}

/// The columns of one segment and counts by ordinal; texts are looked up once per value, not per document.
struct SegmentCounter {
    texts: [Option<(StrColumn, Vec<usize>)>; 4],
    year: Option<Column<i64>>,
    years: HashMap<i64, usize>,
}

impl SegmentCounter {
    fn open(reader: &SegmentReader) -> Result<Self, SearchError> {
        let columns = reader.fast_fields();
        let mut texts = [const { None }; 4];
        for (place, name) in texts.iter_mut().zip(TEXT_COLUMNS) {
            *place = columns.str(name)?.map(|column| {
                let terms = column.dictionary().num_terms();
                (column, vec![0; terms])
            });
        }
        Ok(Self { texts, year: columns.i64(columns::YEAR).ok(), years: HashMap::new() })
    }

    fn add(&mut self, doc: DocId) {
        for (column, counts) in self.texts.iter_mut().flatten() {
            for ordinal in column.ords().values_for_doc(doc) {
                // An ordinal of the column is an index into its dictionary, far below usize::MAX.
                if let Some(count) = counts.get_mut(usize::try_from(ordinal).unwrap_or(usize::MAX)) {
                    *count += 1;
                }
            }
        }
        if let Some(year) = self.year.as_ref().and_then(|year| year.first(doc)) {
            *self.years.entry(year).or_default() += 1;
        }
    }

    fn finish(self, counter: &mut Counter) -> Result<(), SearchError> {
        let mut text = String::new();
        for (place, counted) in counter.texts.iter_mut().zip(self.texts) {
            let Some((column, counts)) = counted else { continue };
            for (ordinal, count) in (0u64..).zip(counts).filter(|(_, count)| *count > 0) {
                text.clear();
                if column.ord_to_str(ordinal, &mut text)? {
                    *place.entry(text.clone()).or_default() += count;
                }
            }
        }
        for (year, count) in self.years {
            *counter.years.entry(year).or_default() += count;
        }
        Ok(())
    }
}

/// Facets of given documents, in order of their address.
pub(crate) fn of_documents(searcher: &Searcher, documents: &[DocAddress]) -> Result<Facets, SearchError> {
    let mut counter = Counter::default();
    for documents in documents.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
        let mut segment = SegmentCounter::open(searcher.segment_reader(documents[0].segment_ord))?;
        documents.iter().for_each(|address| segment.add(address.doc_id));
        segment.finish(&mut counter)?;
    }
    Ok(counter.facets(1, true))
}

/// Facets and number of all documents of a condition; beyond [`FACET_DOCS_MAX`] every n-th is looked at.
pub(crate) fn of_query(searcher: &Searcher, query: &dyn Query) -> Result<(Facets, usize), SearchError> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut scorers = Vec::new();
    let mut estimate = 0usize;
    for reader in searcher.segment_readers() {
        let scorer = weight.scorer(reader, 1.0)?;
        estimate += scorer.size_hint() as usize;
        scorers.push((reader, scorer));
    }
    let step = estimate.div_ceil(FACET_DOCS_MAX).max(1);
    let mut counter = Counter::default();
    let mut total = 0;
    for (reader, mut scorer) in scorers {
        let alive = reader.alive_bitset();
        let mut segment = SegmentCounter::open(reader)?;
        let mut doc = scorer.doc();
        while doc != TERMINATED {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                if total % step == 0 {
                    segment.add(doc);
                }
                total += 1;
            }
            doc = scorer.advance();
        }
        segment.finish(&mut counter)?;
    }
    Ok((counter.facets(step, step == 1), total))
}

impl Counter {
    fn facets(self, step: usize, exact: bool) -> Facets {
        let [kind, city, status, segment] = self.texts.map(|counts| sorted(counts, step));
        let years = self.years.into_iter().map(|(year, count)| (year.to_string(), count)).collect();
        Facets { kind, city, status, segment, year: sorted(years, step), exact }
    }
}

fn sorted(counts: HashMap<String, usize>, step: usize) -> Vec<FacetCount> {
    let mut counts: Vec<FacetCount> =
        counts.into_iter().map(|(value, count)| FacetCount { value, count: count * step }).collect();
    counts.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    counts.truncate(FACET_VALUES_MAX);
    counts
}
