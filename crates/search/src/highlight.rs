//! Showing where a question was found.

use std::{collections::HashSet, ops::Range};

use serde::{Deserialize, Serialize};

use crate::{
    analysis::WordKind,
    fold::{Folded, is_cjk},
    lexicon::Lexicon,
    limits::SNIPPET_CHARS,
    plan::Unit,
    scan::{Run, runs},
};

/// A stretch of the original text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The text exactly as written.
    pub text: String,
    /// Whether it answers the question.
    pub hit: bool,
}

/// A text, or a snippet of one, with the places that answer the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlight {
    /// Which field: `title`, `name_en`, `name` or `body`.
    pub field: String,
    /// The text in order; cut texts begin or end with a piece `…`.
    pub pieces: Vec<Piece>,
}

impl Highlight {
    /// The text with `<mark>` around the hits and everything else escaped for HTML.
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            if piece.hit {
                out.push_str("<mark>");
            }
            escape_into(&mut out, &piece.text);
            if piece.hit {
                out.push_str("</mark>");
            }
        }
        out
    }

    /// The text without marks.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
}

/// Characters shown before the first hit of a snippet.
const LEAD_CHARS: usize = 12;

/// What a question looks for, in the form in which texts are marked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Needles {
    pairs: HashSet<(char, char)>,
    characters: HashSet<char>,
    words: HashSet<String>,
    letters: Vec<String>,
}

impl Needles {
    /// The needles of a question's units.
    pub fn new(lexicon: &Lexicon, units: &[Unit]) -> Self {
        let mut needles = Self::default();
        for unit in units.iter().filter(|unit| !unit.optional) {
            needles.add(&unit.text, unit.kind);
            for synonym in lexicon.synonyms(&unit.text) {
                let chinese = synonym.chars().all(is_cjk);
                needles.add(synonym, if chinese { WordKind::Cjk } else { WordKind::Letters });
            }
        }
        needles.add_borders(units);
        let letters = |unit: &&Unit| unit.kind == WordKind::Letters;
        let together: String = units.iter().filter(letters).map(|unit| unit.text.as_str()).collect();
        needles.letters.push(together);
        needles.letters.extend(units.iter().filter(letters).map(|unit| unit.text.clone()));
        needles.letters.retain(|letters| letters.len() > 1 && letters.bytes().all(|byte| byte.is_ascii_lowercase()));
        needles
    }

    /// A single character beside a word is looked for only there: 机 after 刻蚀, not everywhere.
    fn add_borders(&mut self, units: &[Unit]) {
        for pair in units.windows(2) {
            let [left, right] = pair else { continue };
            let side_by_side = left.start + left.len == right.start
                && [left, right].iter().all(|unit| unit.kind == WordKind::Cjk && !Lexicon::is_weak(&unit.text))
                && (left.len == 1) != (right.len == 1);
            if let (true, Some(last), Some(first)) = (side_by_side, left.text.chars().last(), right.text.chars().next())
            {
                self.pairs.insert((last, first));
            }
        }
    }

    fn add(&mut self, text: &str, kind: WordKind) {
        let chars: Vec<char> = text.chars().collect();
        match (kind, chars.as_slice()) {
            (WordKind::Cjk, [only]) => {
                self.characters.insert(*only);
            }
            (WordKind::Cjk, chars) => self.pairs.extend(chars.windows(2).map(|pair| (pair[0], pair[1]))),
            _ => {
                self.words.insert(text.to_owned());
            }
        }
    }

    /// Which folded characters answer the question.
    fn marks(&self, chars: &[char]) -> Vec<bool> {
        let mut marks = vec![false; chars.len()];
        for run in runs(chars) {
            match run {
                Run::Cjk { start, len } => self.mark_cjk(&chars[start..start + len], &mut marks[start..start + len]),
                Run::Word { start, len } => {
                    let word: String = chars[start..start + len].iter().collect();
                    if self.words.contains(&word) {
                        marks[start..start + len].fill(true);
                    }
                }
                Run::Measure { start, len, number, with_unit } => {
                    if self.words.contains(&number) || with_unit.is_some_and(|text| self.words.contains(&text)) {
                        marks[start..start + len].fill(true);
                    }
                }
            }
        }
        marks
    }

    fn mark_cjk(&self, chars: &[char], marks: &mut [bool]) {
        for at in 0..chars.len() {
            if self.characters.contains(&chars[at]) {
                marks[at] = true;
            }
            if chars.get(at + 1).is_some_and(|next| self.pairs.contains(&(chars[at], *next))) {
                marks[at..at + 2].fill(true);
            }
        }
    }

    /// Marks the first characters of a name that the question spells in pinyin or by initials.
    fn mark_pinyin(&self, lexicon: &Lexicon, chars: &[char], marks: &mut [bool]) {
        for letters in &self.letters {
            let found = (0..chars.len())
                .filter(|start| is_cjk(chars[*start]))
                .find_map(|start| Some((start, lexicon.romaniser().spells(&chars[start..], letters)?)));
            if let Some((start, len)) = found {
                marks[start..start + len].fill(true);
                return;
            }
        }
    }

    /// A name with its hits, whole; and whether there is any.
    pub fn name(&self, lexicon: &Lexicon, field: &str, text: &str) -> (Highlight, bool) {
        let folded = lexicon.folder().fold_aligned(text);
        let mut marks = self.marks(folded.chars());
        self.mark_pinyin(lexicon, folded.chars(), &mut marks);
        let any = marks.contains(&true);
        let pieces = pieces(text, &folded, &marks, 0..folded.chars().len(), true);
        (Highlight { field: field.to_owned(), pieces }, any)
    }

    /// The stretch of a text with the most hits, if there is any.
    pub fn snippet(&self, lexicon: &Lexicon, field: &str, text: &str) -> Option<Highlight> {
        let folded = lexicon.folder().fold_aligned(text);
        let marks = self.marks(folded.chars());
        let window = best_window(&marks, SNIPPET_CHARS)?;
        let mut shown = pieces(text, &folded, &marks, window.clone(), false);
        let dots = || Piece { text: "…".to_owned(), hit: false };
        if window.start > 0 {
            shown.insert(0, dots());
        }
        if window.end < marks.len() {
            shown.push(dots());
        }
        Some(Highlight { field: field.to_owned(), pieces: shown })
    }
}

/// The window with the most marked characters; it starts a little before its first hit.
fn best_window(marks: &[bool], width: usize) -> Option<Range<usize>> {
    let mut inside = 0;
    let mut best = (0, 0);
    for end in 0..marks.len() {
        inside += usize::from(marks[end]);
        if end >= width {
            inside -= usize::from(marks[end - width]);
        }
        if inside > best.0 {
            best = (inside, (end + 1).saturating_sub(width));
        }
    }
    if best.0 == 0 {
        return None;
    }
    let first = best.1 + marks[best.1..].iter().position(|mark| *mark)?;
    let start = first.saturating_sub(LEAD_CHARS).min(marks.len().saturating_sub(width));
    Some(start..(start + width).min(marks.len()))
}

/// The original text of a window of folded characters, cut where marked and unmarked characters meet.
fn pieces(original: &str, folded: &Folded, marks: &[bool], window: Range<usize>, whole: bool) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let bytes = folded.original(window.clone());
    let (mut at, end) = if whole { (0, original.len()) } else { (bytes.start, bytes.end) };
    let mut from = window.start;
    while from < window.end {
        let hit = marks[from];
        let len = marks[from..window.end].iter().take_while(|mark| **mark == hit).count();
        let to = from + len;
        // A hit ends with its last character; what lies between (dropped characters) goes to the text before a hit.
        let stop = if to == window.end && !hit {
            end
        } else if hit {
            folded.original(from..to).end
        } else {
            folded.original(to..to + 1).start
        };
        push(&mut pieces, original.get(at..stop).unwrap_or_default(), hit);
        at = at.max(stop);
        from = to;
    }
    push(&mut pieces, original.get(at..end).unwrap_or_default(), false);
    pieces
}

fn push(pieces: &mut Vec<Piece>, text: &str, hit: bool) {
    if text.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(last) if last.hit == hit => last.text.push_str(text),
        _ => pieces.push(Piece { text: text.to_owned(), hit }),
    }
}
