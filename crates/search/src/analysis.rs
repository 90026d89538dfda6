//! From a folded text to terms, for the index and for questions alike.

use std::sync::Arc;

use jieba_rs::TokenizeMode;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::{
    fold::is_cjk,
    lexicon::Lexicon,
    limits::TERM_BYTES_MAX,
    scan::{Run, runs},
};

/// A term of a text, at a place counted in folded characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub text: String,
    pub start: usize,
    pub len: usize,
    pub kind: WordKind,
}

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordKind {
    /// A word of a script without spaces.
    Cjk,
    /// Letters and digits.
    Letters,
    /// A number with its unit.
    Measure,
    /// A bare number.
    Number,
}

/// How finely Chinese is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Words side by side: for questions, phrases and names.
    Words,
    /// Words and the words inside them, numbers beside their measures: for the index.
    Everything,
}

/// The words of a folded text in order of their place.
pub(crate) fn words(lexicon: &Lexicon, chars: &[char], cut: Cut) -> Vec<Word> {
    let mut words = Vec::with_capacity(chars.len());
    for run in runs(chars) {
        match run {
            Run::Cjk { start, len } => cut_cjk(lexicon, &chars[start..start + len], start, cut, &mut words),
            Run::Word { start, len } => {
                let text: String = chars[start..start + len].iter().collect();
                words.push(Word { text, start, len, kind: WordKind::Letters });
            }
            Run::Measure { start, len, number, with_unit } => {
                let measured = with_unit.is_some();
                if let Some(text) = with_unit {
                    words.push(Word { text, start, len, kind: WordKind::Measure });
                }
                if !measured || cut == Cut::Everything {
                    words.push(Word { text: number, start, len, kind: WordKind::Number });
                }
            }
        }
    }
    words
}

fn cut_cjk(lexicon: &Lexicon, chars: &[char], offset: usize, cut: Cut, words: &mut Vec<Word>) {
    let text: String = chars.iter().collect();
    let mode = match cut {
        Cut::Words => TokenizeMode::Default,
        Cut::Everything => TokenizeMode::Search,
    };
    let first = words.len();
    words.extend(lexicon.jieba().tokenize(&text, mode, true).into_iter().map(|token| Word {
        text: token.word.to_owned(),
        start: offset + token.start,
        len: token.end - token.start,
        kind: WordKind::Cjk,
    }));
    words[first..].sort_by_key(|word| word.start);
}

/// Pairs of neighbouring characters within Chinese runs, with their place.
pub(crate) fn bigrams(chars: &[char]) -> Vec<(usize, String)> {
    chars
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair.iter().all(|c| is_cjk(*c)))
        .map(|(at, pair)| (at, pair.iter().collect()))
        .collect()
}

/// The four ways a text field is cut. All expect folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Words,
    Bigrams,
    Characters,
    Names,
}

/// The engine's tokenizer for one kind of field.
#[derive(Clone)]
pub(crate) struct FieldTokenizer {
    pub lexicon: Arc<Lexicon>,
    pub field: Field,
}

impl Tokenizer for FieldTokenizer {
    type TokenStream<'a> = Terms<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms<'a> {
        let (characters, pairs, words) = match self.field {
            Field::Words => ("", "", words_for_index(&self.lexicon, text, |_| true)),
            Field::Bigrams => ("", text, Vec::new()),
            Field::Characters => (text, "", Vec::new()),
            // Names are short: characters, bigrams and every longer word, in one field.
            Field::Names => {
                (text, text, words_for_index(&self.lexicon, text, |word| word.kind != WordKind::Cjk || word.len > 2))
            }
        };
        let token = Token { position_length: 1, ..Token::default() };
        Terms { characters: Grams::characters(characters), pairs: Grams::pairs(pairs), words: words.into_iter(), token }
    }
}

fn words_for_index(lexicon: &Lexicon, text: &str, wanted: impl Fn(&Word) -> bool) -> Vec<(usize, String)> {
    let chars: Vec<char> = text.chars().collect();
    let words = words(lexicon, &chars, Cut::Everything).into_iter().filter(|word| wanted(word));
    words.map(|word| (word.start, word.text)).collect()
}

/// The Chinese characters of a text or its pairs of them, with their places, without a copy of the text.
struct Grams<'a> {
    text: &'a str,
    chars: std::iter::Enumerate<std::str::CharIndices<'a>>,
    pairs: bool,
    /// First byte of the Chinese character just before.
    before: Option<usize>,
}

impl<'a> Grams<'a> {
    fn characters(text: &'a str) -> Self {
        Self { text, chars: text.char_indices().enumerate(), pairs: false, before: None }
    }

    fn pairs(text: &'a str) -> Self {
        Self { pairs: true, ..Self::characters(text) }
    }
}

impl<'a> Iterator for Grams<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        for (place, (start, c)) in self.chars.by_ref() {
            if !is_cjk(c) {
                self.before = None;
                continue;
            }
            let end = start + c.len_utf8();
            match self.before.replace(start) {
                _ if !self.pairs => return Some((place, &self.text[start..end])),
                Some(first) => return Some((place - 1, &self.text[first..end])),
                None => {}
            }
        }
        None
    }
}

/// Terms on their way into the index. The position is the place in characters,
/// so that words inside words keep their distance and a phrase may be cut either way.
pub(crate) struct Terms<'a> {
    characters: Grams<'a>,
    pairs: Grams<'a>,
    words: std::vec::IntoIter<(usize, String)>,
    /// Its buffer is used again for every character and pair.
    token: Token,
}

impl TokenStream for Terms<'_> {
    fn advance(&mut self) -> bool {
        if let Some((place, gram)) = self.characters.next().or_else(|| self.pairs.next()) {
            self.token.text.clear();
            self.token.text.push_str(gram);
            self.token.position = place;
            return true;
        }
        for (place, text) in self.words.by_ref() {
            if text.len() <= TERM_BYTES_MAX {
                self.token.text = text;
                self.token.position = place;
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
