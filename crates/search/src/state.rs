//! One state of the index: what every question needs of it, opened once and kept until the next commit.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tantivy::{
    Searcher, SegmentReader,
    columnar::{Column, StrColumn},
};

use crate::{error::SearchError, facets::Counted, plan::Node, schema::columns};

/// The text columns that are counted.
pub(crate) const TEXT_COLUMNS: [&str; 4] = [columns::KIND, columns::CITY, columns::STATUS, columns::SEGMENT];
/// Conditions whose counts are kept; with more all are forgotten.
const COUNTED_MAX: usize = 256;

/// A state of the index.
pub(crate) struct State {
    pub searcher: Searcher,
    /// The columns of each segment, in the order of the searcher.
    pub columns: Vec<Columns>,
    /// Every value of the text columns over all segments.
    pub values: [Vec<String>; 4],
    counted: Mutex<HashMap<Node, Arc<Counted>>>,
}

/// The columns of one segment.
pub(crate) struct Columns {
    pub texts: [Option<TextColumn>; 4],
    pub year: Option<Column<i64>>,
    ranks: Column<f64>,
}

/// A column of texts: its ordinals, and for each of them the place of the text in [`State::values`].
pub(crate) struct TextColumn {
    pub ordinals: Column<u64>,
    pub places: Vec<usize>,
}

impl Columns {
    /// The rank of a document.
    pub fn rank(&self, doc: u32) -> f32 {
        self.ranks.first(doc).map_or(1.0, |rank| rank as f32)
    }
}

impl State {
    pub fn open(searcher: Searcher) -> Result<Self, SearchError> {
        let mut names: [Names; 4] = Default::default();
        let columns = searcher
            .segment_readers()
            .iter()
            .map(|reader| open_columns(reader, &mut names))
            .collect::<Result<_, _>>()?;
        let values = names.map(|names| names.values);
        Ok(Self { searcher, columns, values, counted: Mutex::default() })
    }

    /// The counts of a condition: kept ones, or new ones that are kept.
    pub fn counted(
        &self,
        condition: &Node,
        count: impl FnOnce() -> Result<Counted, SearchError>,
    ) -> Result<Arc<Counted>, SearchError> {
        let kept = || self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counted) = kept().get(condition) {
            return Ok(Arc::clone(counted));
        }
        let counted = Arc::new(count()?);
        let mut kept = kept();
        if kept.len() >= COUNTED_MAX {
            kept.clear();
        }
        kept.insert(condition.clone(), Arc::clone(&counted));
        Ok(counted)
    }
}

/// Texts with a number each.
#[derive(Default)]
struct Names {
    values: Vec<String>,
    places: HashMap<String, usize>,
}

impl Names {
    fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.values.len();
        self.values.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }
}

fn open_columns(reader: &SegmentReader, names: &mut [Names; 4]) -> Result<Columns, SearchError> {
    let fast = reader.fast_fields();
    let mut texts = [const { None }; 4];
    for ((column, name), names) in texts.iter_mut().zip(TEXT_COLUMNS).zip(names) {
        *column = fast.str(name)?.map(|column| text_column(&column, names)).transpose()?;
    }
    Ok(Columns { texts, year: fast.i64(columns::YEAR).ok(), ranks: fast.f64(columns::RANK)? })
}

fn text_column(column: &StrColumn, names: &mut Names) -> Result<TextColumn, SearchError> {
    let mut places = Vec::with_capacity(column.num_terms());
    let mut terms = column.dictionary().stream()?;
    while terms.advance() {
        places.push(names.place(&String::from_utf8_lossy(terms.key())));
    }
    Ok(TextColumn { ordinals: column.ords().clone(), places })
}
