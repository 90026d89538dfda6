//! The fields of the index and how a document fills them.

use serde::{Deserialize, Serialize};
use tantivy::{
    TantivyDocument,
    schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, SchemaBuilder, TextFieldIndexing, TextOptions},
    tokenizer::TextAnalyzer,
};

use std::{ops::Range, sync::Arc};

use crate::{
    analysis::{self, Cut, FieldTokenizer, Word, words},
    document::Document,
    error::{QueryRefused, RefusalCode, SearchError},
    lexicon::Lexicon,
    limits::{
        BODY_CHARS_MAX, BODY_STORED_CHARS_MAX, NAME_CHARS_MAX, NAMES_MAX, PINYIN_TERMS_MAX, SEGMENTS_MAX,
        TERM_BYTES_MAX, VALUE_CHARS_MAX,
    },
    romanise::COMPANY_SUFFIXES,
};

/// Changes whenever an index written before would answer otherwise.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// The flag of documents that may be proposed without being asked for.
pub(crate) const FLAG_DEFAULT: &str = "default";

/// The fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub id: Field,
    pub kind: Field,
    pub city: Field,
    pub status: Field,
    pub segment: Field,
    pub year: Field,
    pub flag: Field,
    pub words: Field,
    pub grams: Field,
    pub characters: Field,
    pub names: Field,
    pub exact: Field,
    pub pinyin: Field,
    pub pinyin_whole: Field,
    pub payload: Field,
}

/// Names of the columns read by facets and ranking.
pub(crate) mod columns {
    pub const KIND: &str = "kind";
    pub const CITY: &str = "city";
    pub const STATUS: &str = "status";
    pub const SEGMENT: &str = "segment";
    pub const YEAR: &str = "year";
    pub const RANK: &str = "rank";
}

/// What is kept of a document to show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub id: String,
    pub kind: String,
    pub title: String,
    pub names: Vec<String>,
    pub name_en: Option<String>,
    pub city: Option<String>,
    pub statuses: Vec<String>,
    pub segments: Vec<String>,
    pub year: Option<i64>,
    pub url: String,
    pub demo: bool,
    pub body: String,
}

/// Exact values, with frequencies so that the block-max union may use them.
fn values() -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::WithFreqs),
    )
}

fn text(tokenizer: &str, option: IndexRecordOption) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default().set_tokenizer(tokenizer).set_fieldnorms(true).set_index_option(option),
    )
}

/// The schema with its fields.
pub(crate) fn schema() -> (Schema, Fields, Field) {
    let mut builder: SchemaBuilder = Schema::builder();
    let facet = || values().set_fast("raw");
    let rank = builder.add_f64_field(columns::RANK, FAST);
    let fields = Fields {
        id: builder.add_text_field("id", values()),
        kind: builder.add_text_field(columns::KIND, facet()),
        city: builder.add_text_field(columns::CITY, facet()),
        status: builder.add_text_field(columns::STATUS, facet()),
        segment: builder.add_text_field(columns::SEGMENT, facet()),
        year: builder.add_i64_field(columns::YEAR, FAST | INDEXED),
        flag: builder.add_text_field("flag", values()),
        words: builder.add_text_field("words", text("words", IndexRecordOption::WithFreqsAndPositions)),
        grams: builder.add_text_field("grams", text("grams", IndexRecordOption::WithFreqs)),
        characters: builder.add_text_field("characters", text("characters", IndexRecordOption::WithFreqs)),
        names: builder.add_text_field("names", text("names", IndexRecordOption::WithFreqs)),
        exact: builder.add_text_field("exact", values()),
        pinyin: builder.add_text_field("pinyin", values()),
        pinyin_whole: builder.add_text_field("pinyin_whole", values()),
        payload: builder.add_bytes_field("payload", STORED),
    };
    (builder.build(), fields, rank)
}

/// Makes the tokenizers known to an index.
pub(crate) fn register_tokenizers(index: &tantivy::Index, lexicon: &Arc<Lexicon>) {
    for (name, field) in [
        ("words", analysis::Field::Words),
        ("grams", analysis::Field::Bigrams),
        ("characters", analysis::Field::Characters),
        ("names", analysis::Field::Names),
    ] {
        let tokenizer = FieldTokenizer { lexicon: Arc::clone(lexicon), field };
        index.tokenizers().register(name, TextAnalyzer::builder(tokenizer).build());
    }
}

/// Checks one value of a document or a filter.
pub(crate) fn check_value(value: &str, code: RefusalCode, field: &'static str) -> Result<(), QueryRefused> {
    if value.is_empty() || value.chars().any(char::is_control) {
        return Err(QueryRefused { code, field, limit: 0 });
    }
    if value.chars().take(VALUE_CHARS_MAX + 1).count() > VALUE_CHARS_MAX {
        return Err(QueryRefused { code, field, limit: VALUE_CHARS_MAX });
    }
    Ok(())
}

fn check(document: &Document) -> Result<(), QueryRefused> {
    let code = RefusalCode::DocumentInvalid;
    check_value(&document.id, code, "id")?;
    check_value(&document.kind, code, "kind")?;
    document.city.iter().try_for_each(|city| check_value(city, code, "city"))?;
    document.statuses.iter().try_for_each(|status| check_value(status, code, "statuses"))?;
    document.segments.iter().try_for_each(|segment| check_value(segment, code, "segments"))?;
    for (len, field) in [(document.statuses.len(), "statuses"), (document.segments.len(), "segments")] {
        if len > SEGMENTS_MAX {
            return Err(QueryRefused { code: RefusalCode::TooManyValues, field, limit: SEGMENTS_MAX });
        }
    }
    Ok(())
}

/// An id and, where it is a path, its ancestors.
pub(crate) fn with_ancestors(segment: &str) -> impl Iterator<Item = &str> {
    let ancestors = segment.match_indices('/').map(|(at, _)| &segment[..at]).filter(|path| !path.is_empty());
    ancestors.chain(std::iter::once(segment))
}

/// The first characters of a text.
pub(crate) fn cut(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(at, _)| &text[..at])
}

/// A document as the index keeps it.
pub(crate) fn to_index(
    lexicon: &Lexicon,
    fields: &Fields,
    rank: Field,
    document: &Document,
) -> Result<TantivyDocument, SearchError> {
    check(document)?;
    let mut entry = TantivyDocument::default();
    entry.add_text(fields.id, &document.id);
    entry.add_text(fields.kind, &document.kind);
    if let Some(city) = &document.city {
        entry.add_text(fields.city, city);
    }
    document.statuses.iter().for_each(|status| entry.add_text(fields.status, status));
    let mut segments: Vec<&str> = document.segments.iter().flat_map(|segment| with_ancestors(segment)).collect();
    segments.sort_unstable();
    segments.dedup();
    segments.iter().for_each(|segment| entry.add_text(fields.segment, segment));
    if let Some(year) = document.year {
        entry.add_i64(fields.year, year);
    }
    if document.default_match {
        entry.add_text(fields.flag, FLAG_DEFAULT);
    }
    entry.add_f64(rank, f64::from(clamp_rank(document.rank)));
    add_texts(lexicon, fields, document, &mut entry);
    let stored = Stored {
        id: document.id.clone(),
        kind: document.kind.clone(),
        title: document.title.clone(),
        names: document.names.iter().filter(|name| **name != document.title).take(NAMES_MAX).cloned().collect(),
        name_en: document.name_en.clone(),
        city: document.city.clone(),
        statuses: document.statuses.clone(),
        segments: document.segments.clone(),
        year: document.year,
        url: document.url.clone(),
        demo: document.demo,
        body: cut(&document.body, BODY_STORED_CHARS_MAX).to_owned(),
    };
    let payload = serde_json::to_vec(&stored).map_err(std::io::Error::other)?;
    entry.add_bytes(fields.payload, &payload);
    Ok(entry)
}

fn clamp_rank(rank: f32) -> f32 {
    if rank.is_finite() { rank.clamp(0.25, 4.0) } else { 1.0 }
}

fn add_texts(lexicon: &Lexicon, fields: &Fields, document: &Document, entry: &mut TantivyDocument) {
    let mut names: Vec<String> = std::iter::once(&document.title)
        .chain(&document.names)
        .chain(&document.name_en)
        .take(NAMES_MAX)
        .map(|name| lexicon.folder().fold(cut(name, NAME_CHARS_MAX)))
        .filter(|name| !name.trim().is_empty())
        .collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let mut forms = NameForms::default();
    for name in &names {
        entry.add_text(fields.names, name);
        forms.add(lexicon, name);
    }
    forms.exact.iter().for_each(|form| entry.add_text(fields.exact, form));
    forms.whole.iter().for_each(|form| entry.add_text(fields.pinyin_whole, form));
    forms.whole.union(&forms.parts).take(PINYIN_TERMS_MAX).for_each(|form| entry.add_text(fields.pinyin, form));
    let body = lexicon.folder().fold(cut(&document.body, BODY_CHARS_MAX));
    for text in names.iter().chain(std::iter::once(&body)) {
        entry.add_text(fields.words, text);
        entry.add_text(fields.grams, text);
        entry.add_text(fields.characters, text);
    }
}

/// Every exact and romanised form of the names of one document.
#[derive(Default)]
struct NameForms {
    exact: std::collections::BTreeSet<String>,
    whole: std::collections::BTreeSet<String>,
    parts: std::collections::BTreeSet<String>,
}

impl NameForms {
    fn add(&mut self, lexicon: &Lexicon, name: &str) {
        let core = without_ending(name);
        for form in [name, core, without_place(lexicon, core)] {
            let form = exact_form(form);
            if form.chars().nth(1).is_some() && form.len() <= TERM_BYTES_MAX {
                self.exact.insert(form);
            }
        }
        if name.chars().any(crate::fold::is_cjk) {
            self.add_pinyin(lexicon, name, core);
        } else {
            self.add_letters(name);
        }
    }

    fn add_pinyin(&mut self, lexicon: &Lexicon, name: &str, core: &str) {
        let chars: Vec<char> = core.chars().collect();
        let mut parts: Vec<String> =
            name_parts(lexicon, &chars).into_iter().map(|range| chars[range].iter().collect()).collect();
        let core_words = parts.len();
        if core.len() < name.len() {
            parts.push(name[core.len()..].to_owned());
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let romanised = lexicon.romaniser().name(&parts, core_words);
        self.whole.extend(romanised.whole);
        self.parts.extend(romanised.parts);
    }

    /// A name in letters is also found when written as one word.
    fn add_letters(&mut self, name: &str) {
        let form = exact_form(name);
        if form.is_ascii() && (2..=60).contains(&form.len()) {
            self.whole.insert(form);
        }
    }
}

/// The words of a name; a long one (上海超硅, if the dictionary has it) is taken apart where it consists of shorter words.
fn name_parts(lexicon: &Lexicon, chars: &[char]) -> Vec<Range<usize>> {
    let all = words(lexicon, chars, Cut::Everything);
    let mut parts = Vec::new();
    for word in side_by_side(&all) {
        let (mut start, end) = (word.start, word.start + word.len);
        while word.len > 3
            && let Some(first) =
                all.iter().filter(|part| part.start == start && part.start + part.len < end).max_by_key(|part| part.len)
            && (2..=end - start - 2).contains(&first.len)
        {
            parts.push(start..start + first.len);
            start += first.len;
        }
        parts.push(start..end);
    }
    parts
}

/// The words that stand side by side, without those inside them: the longest of those that begin where one has ended.
fn side_by_side(all: &[Word]) -> impl Iterator<Item = &Word> {
    let mut end = 0;
    all.chunk_by(|a, b| a.start == b.start).filter_map(move |same| {
        let longest = same.iter().filter(|word| word.start >= end).max_by_key(|word| word.len)?;
        end = longest.start + longest.len;
        Some(longest)
    })
}

/// The letters and digits of a folded name, without spaces and punctuation.
pub(crate) fn exact_form(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn without_ending(name: &str) -> &str {
    COMPANY_SUFFIXES
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .filter(|core| core.chars().nth(1).is_some())
        .unwrap_or(name)
}

fn without_place<'a>(lexicon: &Lexicon, name: &'a str) -> &'a str {
    let without = lexicon.places().iter().find_map(|place| name.strip_prefix(place.as_str()));
    without
        .map(|rest| rest.trim_start_matches(['省', '市', '区', '县']))
        .filter(|rest| rest.chars().nth(1).is_some())
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_side_by_side_are_those_of_the_coarse_cut() {
        let lexicon = Lexicon::plain().expect("the built-in dictionary");
        for name in [
            "上海超硅半导体股份有限公司",
            "杭州城西科创大走廊12英寸硅片g60实验室",
            "中国科学院合肥物质科学研究院",
            "",
            "3d打印",
        ] {
            let chars: Vec<char> = name.chars().collect();
            let all = words(&lexicon, &chars, Cut::Everything);
            let places = |word: &Word| (word.start, word.len);
            let coarse: Vec<_> = words(&lexicon, &chars, Cut::Words).iter().map(places).collect();
            assert_eq!(side_by_side(&all).map(places).collect::<Vec<_>>(), coarse, "{name}");
        }
    }
}
