//! From a question to what must be found and what counts.
//!
//! The question is cut into units (words). A document *matches strictly* if it
//! holds every unit that says something; a unit is held if all its bigrams, a
//! synonym or, for letters, a romanised name is. It is *ranked* by the sum over
//! single terms in several fields, all of them plain term queries, because only
//! then can the engine skip blocks that cannot reach the page.

use std::ops::Range;

use tantivy::{
    Searcher, Term,
    query::{AllQuery, BooleanQuery, Occur, Query, TermQuery},
    schema::IndexRecordOption,
};

use crate::{
    analysis::{Cut, Word, WordKind, bigrams, words},
    lexicon::Lexicon,
    limits::{QUERY_UNITS_MAX, TERM_BYTES_MAX},
    request::MatchedField,
    schema::{Fields, exact_form},
};

/// What counts how much. Found by hand on names and short texts of the corridor; the order matters more than the figures.
mod boost {
    pub const WORD: f32 = 1.0;
    /// Names are words of the text too, and short, which already lifts them: a title that mentions a product should
    /// not outrank the firm that makes it. Whole names have [`EXACT`].
    pub const WORD_IN_NAME: f32 = 0.8;
    /// Divided by the root of their number: a long word says more than a short one, but not as much as its bigrams together.
    pub const BIGRAM: f32 = 0.8;
    pub const BIGRAM_IN_NAME: f32 = 0.7;
    pub const CROSSING: f32 = 0.2;
    pub const CROSSING_IN_NAME: f32 = 0.3;
    pub const CHARACTER: f32 = 0.6;
    pub const CHARACTER_IN_NAME: f32 = 1.0;
    pub const SYNONYM: f32 = 0.7;
    pub const PINYIN: f32 = 1.2;
    pub const PINYIN_WHOLE: f32 = 2.5;
    pub const EXACT: f32 = 5.0;
}

/// A condition on documents.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    Term(Term),
    /// All of them; without any, every document.
    All(Vec<Node>),
    Any(Vec<Node>),
}

impl Node {
    /// As a query without scores.
    pub fn query(&self) -> Box<dyn Query> {
        let (occur, nodes) = match self {
            Self::Term(term) => return Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic)),
            Self::All(nodes) => (Occur::Must, nodes),
            Self::Any(nodes) => (Occur::Should, nodes),
        };
        match (nodes.as_slice(), occur) {
            ([], Occur::Must) => return Box::new(AllQuery),
            ([only], _) => return only.query(),
            _ => {}
        }
        Box::new(BooleanQuery::new(nodes.iter().map(|node| (occur, node.query())).collect()))
    }
}

/// A term that counts.
#[derive(Debug, Clone)]
pub(crate) struct Scored {
    pub term: Term,
    pub boost: f32,
    /// The units a document holds if it holds this term; empty if it only adds to the score.
    pub units: Range<usize>,
    pub field: MatchedField,
    /// A part of a word that counts on its own; left out where so many documents have it that it costs more than it says.
    pub fragment: bool,
}

/// One word of the question.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub text: String,
    pub start: usize,
    pub len: usize,
    pub kind: WordKind,
    /// It says too little to decide about a result.
    pub optional: bool,
}

/// A Chinese word with more characters than this is made of words that say something by themselves.
const COMPOUND_CHARS: usize = 3;

/// A question, understood.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub units: Vec<Unit>,
    pub strict: Option<Node>,
    pub scored: Vec<Scored>,
    /// Words that stand side by side in the question: place and term in the field of words.
    pub phrases: Vec<Vec<(usize, Term)>>,
}

impl Plan {
    /// Whether a document may hold a part of the question: several words, or one that is made of several.
    pub fn has_parts(&self) -> bool {
        let compound = |unit: &Unit| unit.kind == WordKind::Cjk && unit.len > COMPOUND_CHARS;
        self.units.len() > 1 || self.units.iter().any(compound)
    }

    /// Adds a term once, with the greatest of its weights.
    fn push(&mut self, new: Scored) {
        match self.scored.iter_mut().find(|known| known.term == new.term) {
            Some(known) => {
                known.boost = known.boost.max(new.boost);
                known.fragment &= new.fragment;
            }
            None => self.scored.push(new),
        }
    }
}

impl Scored {
    fn new(field: tantivy::schema::Field, text: &str, boost: f32, units: Range<usize>, place: MatchedField) -> Self {
        Self { term: Term::from_field_text(field, text), boost, units, field: place, fragment: false }
    }

    const fn fragment(mut self, fragment: bool) -> Self {
        self.fragment = fragment;
        self
    }
}

/// Makes plans.
pub(crate) struct Planner<'a> {
    pub lexicon: &'a Lexicon,
    pub fields: &'a Fields,
    /// The state of the index that is asked.
    pub searcher: &'a Searcher,
}

/// A word with this many documents is cut the same way nearly everywhere: it is looked up as a word only.
const COMMON_WORD: u64 = 1_000;

impl Planner<'_> {
    /// The plan for a folded question.
    pub fn plan(&self, chars: &[char]) -> Plan {
        let units = self.units(chars, QUERY_UNITS_MAX);
        let mut plan = Plan { strict: self.strict(&units), units, ..Plan::default() };
        for at in 0..plan.units.len() {
            self.score_unit(&mut plan, at);
        }
        self.score_crossings(&mut plan, chars);
        self.score_letter_runs(&mut plan);
        let exact = exact_form(&chars.iter().collect::<String>());
        if exact.chars().nth(1).is_some() && exact.len() <= TERM_BYTES_MAX {
            let units = 0..plan.units.len();
            plan.push(Scored::new(self.fields.exact, &exact, boost::EXACT, units, MatchedField::Name));
        }
        self.phrases(&mut plan);
        plan
    }

    /// The words of a folded text; single characters side by side become one word.
    pub fn units(&self, chars: &[char], limit: usize) -> Vec<Unit> {
        let mut units: Vec<Unit> = join_single_characters(words(self.lexicon, chars, Cut::Words))
            .into_iter()
            .filter(|word| word.text.len() <= TERM_BYTES_MAX)
            .take(limit)
            .map(|word| Unit {
                optional: word.kind == WordKind::Cjk && word.len == 1 || Lexicon::is_weak(&word.text),
                text: word.text,
                start: word.start,
                len: word.len,
                kind: word.kind,
            })
            .collect();
        if units.iter().all(|unit| unit.optional) {
            units.iter_mut().for_each(|unit| unit.optional = Lexicon::is_weak(&unit.text));
        }
        if units.iter().all(|unit| unit.optional) {
            units.iter_mut().for_each(|unit| unit.optional = false);
        }
        units
    }

    fn strict(&self, units: &[Unit]) -> Option<Node> {
        let mut all = Vec::new();
        let mut at = 0;
        while at < units.len() {
            let run = letter_run(units, at);
            let required: Vec<Node> =
                units[at..at + run].iter().filter(|unit| !unit.optional).map(|unit| self.holds(unit)).collect();
            if !required.is_empty() {
                let apart = Node::All(required);
                let together: String = units[at..at + run].iter().map(|unit| unit.text.as_str()).collect();
                all.push(if run > 1 && together.len() <= TERM_BYTES_MAX {
                    Node::Any(vec![apart, self.term(self.fields.pinyin, &together)])
                } else {
                    apart
                });
            }
            at += run;
        }
        (!all.is_empty()).then_some(Node::All(all))
    }

    /// When a document holds a unit.
    fn holds(&self, unit: &Unit) -> Node {
        let mut ways = vec![self.holds_text(&unit.text, unit.kind)];
        for synonym in self.lexicon.synonyms(&unit.text) {
            let chars: Vec<char> = synonym.chars().collect();
            let parts = words(self.lexicon, &chars, Cut::Words);
            ways.push(Node::All(parts.iter().map(|word| self.holds_text(&word.text, word.kind)).collect()));
        }
        match ways.len() {
            1 => ways.remove(0),
            _ => Node::Any(ways),
        }
    }

    fn holds_text(&self, text: &str, kind: WordKind) -> Node {
        match kind {
            WordKind::Cjk => {
                let chars: Vec<char> = text.chars().collect();
                let pairs = bigrams(&chars);
                if pairs.is_empty() {
                    return self.term(self.fields.characters, text);
                }
                if self.is_common(text) {
                    return self.term(self.fields.words, text);
                }
                Node::All(pairs.iter().map(|(_, pair)| self.term(self.fields.grams, pair)).collect())
            }
            WordKind::Letters => {
                Node::Any(vec![self.term(self.fields.words, text), self.term(self.fields.pinyin, text)])
            }
            WordKind::Measure | WordKind::Number => self.term(self.fields.words, text),
        }
    }

    /// A word so frequent that its bigrams would cost much and say nothing new. An index that cannot be read is asked
    /// again, and then refuses, when the terms are looked up.
    fn is_common(&self, word: &str) -> bool {
        let term = Term::from_field_text(self.fields.words, word);
        self.searcher.doc_freq(&term).is_ok_and(|documents| documents >= COMMON_WORD)
    }

    fn term(&self, field: tantivy::schema::Field, text: &str) -> Node {
        Node::Term(Term::from_field_text(field, text))
    }

    fn score_unit(&self, plan: &mut Plan, at: usize) {
        let unit = plan.units[at].clone();
        if unit.optional {
            return;
        }
        self.score_word(plan, &unit.text, unit.kind, 1.0, at..at + 1);
        self.score_synonyms(plan, &unit.text, 1.0, at);
    }

    /// The synonyms of a word. The dictionary has them, so they are looked up as words and not by their bigrams,
    /// which would together outweigh the word itself.
    pub fn score_synonyms(&self, plan: &mut Plan, word: &str, factor: f32, unit: usize) {
        for synonym in self.lexicon.synonyms(word) {
            let chars: Vec<char> = synonym.chars().collect();
            for part in words(self.lexicon, &chars, Cut::Words) {
                let (boost, units) = (boost::SYNONYM * factor, unit..unit + 1);
                plan.push(Scored::new(self.fields.words, &part.text, boost, units.clone(), MatchedField::Text));
                plan.push(Scored::new(self.fields.names, &part.text, boost, units, MatchedField::Name));
            }
        }
    }

    /// The terms of one word in every field. `factor` scales them all.
    pub fn score_word(&self, plan: &mut Plan, text: &str, kind: WordKind, factor: f32, units: Range<usize>) {
        use MatchedField::{Name, Text};
        let fields = self.fields;
        let mut add = |field, text: &str, boost: f32, kind| {
            plan.push(Scored::new(field, text, boost * factor, units.clone(), kind));
        };
        match kind {
            WordKind::Cjk if text.chars().nth(1).is_none() => {
                add(fields.characters, text, boost::CHARACTER, Text);
                add(fields.names, text, boost::CHARACTER_IN_NAME, Name);
            }
            WordKind::Cjk => {
                let chars: Vec<char> = text.chars().collect();
                add(fields.words, text, boost::WORD, Text);
                if chars.len() > 2 {
                    add(fields.names, text, boost::WORD_IN_NAME, Name);
                }
                let common = self.is_common(text);
                // Names are cut into bigrams and longer words: a word of two characters is found there as a bigram.
                let pairs = if common && chars.len() > 2 { Vec::new() } else { bigrams(&chars) };
                let share = 1.0 / (pairs.len().max(1) as f32).sqrt();
                for (_, pair) in &pairs {
                    let weight = boost::BIGRAM_IN_NAME * share * factor;
                    let name = Scored::new(fields.names, pair, weight, units.clone(), Name);
                    plan.push(name.fragment(chars.len() > 2));
                }
                if !common {
                    for (_, pair) in &pairs {
                        let weight = boost::BIGRAM * share * factor;
                        plan.push(Scored::new(fields.grams, pair, weight, units.clone(), Text).fragment(true));
                    }
                }
            }
            WordKind::Letters => {
                add(fields.words, text, boost::WORD, Text);
                add(fields.names, text, boost::WORD_IN_NAME, Name);
                add(fields.pinyin, text, boost::PINYIN, Name);
                add(fields.pinyin_whole, text, boost::PINYIN_WHOLE, Name);
            }
            WordKind::Measure | WordKind::Number => {
                add(fields.words, text, boost::WORD, Text);
                add(fields.names, text, boost::WORD_IN_NAME, Name);
            }
        }
    }

    /// Bigrams across the border of two words: a document that has the words side by side gains.
    fn score_crossings(&self, plan: &mut Plan, chars: &[char]) {
        for at in 1..plan.units.len() {
            let (left, right) = (&plan.units[at - 1], &plan.units[at]);
            let weak = Lexicon::is_weak(&left.text) || Lexicon::is_weak(&right.text);
            if weak || left.start + left.len != right.start || right.kind != WordKind::Cjk || left.kind != WordKind::Cjk
            {
                continue;
            }
            let pair: String = chars[right.start - 1..=right.start].iter().collect();
            let text = Scored::new(self.fields.grams, &pair, boost::CROSSING, 0..0, MatchedField::Text);
            plan.push(text.fragment(true));
            let name = Scored::new(self.fields.names, &pair, boost::CROSSING_IN_NAME, 0..0, MatchedField::Name);
            plan.push(name.fragment(true));
        }
    }

    /// Words in letters side by side may be one romanised name written apart.
    fn score_letter_runs(&self, plan: &mut Plan) {
        let mut at = 0;
        while at < plan.units.len() {
            let run = letter_run(&plan.units, at);
            let together: String = plan.units[at..at + run].iter().map(|unit| unit.text.as_str()).collect();
            if run > 1 && together.len() <= TERM_BYTES_MAX {
                let units = at..at + run;
                let (part, whole) = (self.fields.pinyin, self.fields.pinyin_whole);
                plan.push(Scored::new(part, &together, boost::PINYIN, units.clone(), MatchedField::Name));
                plan.push(Scored::new(whole, &together, boost::PINYIN_WHOLE, units, MatchedField::Name));
            }
            at += run;
        }
    }

    fn phrases(&self, plan: &mut Plan) {
        let mut phrase: Vec<(usize, Term)> = Vec::new();
        let mut end = 0;
        for unit in &plan.units {
            let continues = unit.kind == WordKind::Cjk && unit.start == end;
            if !continues && phrase.len() > 1 {
                plan.phrases.push(std::mem::take(&mut phrase));
            } else if !continues {
                phrase.clear();
            }
            if unit.kind == WordKind::Cjk {
                phrase.push((unit.start, Term::from_field_text(self.fields.words, &unit.text)));
            }
            end = unit.start + unit.len;
        }
        if phrase.len() > 1 {
            plan.phrases.push(phrase);
        }
    }
}

/// How many units from here on are words in letters; at least 1.
fn letter_run(units: &[Unit], at: usize) -> usize {
    units[at..].iter().take_while(|unit| unit.kind == WordKind::Letters).count().max(1)
}

/// Single characters side by side are a word the dictionary does not know, unless one says nothing.
fn join_single_characters(words: Vec<Word>) -> Vec<Word> {
    let single = |word: &Word| word.kind == WordKind::Cjk && word.len == 1 && !Lexicon::is_weak(&word.text);
    let mut joined: Vec<Word> = Vec::with_capacity(words.len());
    let mut open = false;
    for word in words {
        let is_single = single(&word);
        match joined.last_mut() {
            Some(last) if open && is_single && last.start + last.len == word.start => {
                last.text.push_str(&word.text);
                last.len += 1;
            }
            _ => joined.push(word),
        }
        open = is_single;
    }
    joined
}
