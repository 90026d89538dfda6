//! Folding: one form for everything that should be found by the same question.
//!
//! NFKC (full-width forms, `㎜`, ligatures), lower case, traditional to
//! simplified characters, regional characters such as 矽 → 硅. Control
//! characters become spaces, invisible ones vanish. Every folded character
//! remembers the bytes of the original it came from, so that a hit can be shown
//! in the text as it was written. Folding a folded text changes nothing.

use std::{ops::Range, sync::OnceLock};

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

use crate::error::SearchError;

/// The characters that single-character conversion is tabulated for: CJK unified ideographs and extension A.
const TABLE: Range<u32> = 0x3400..0xA000;
/// Passes until nothing changes any more; two are the rule, the cap guards against circles in the conversion tables.
const PASSES_MAX: usize = 6;

/// A folded text and where each of its characters came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    chars: Vec<char>,
    origin: Vec<(u32, u32)>,
}

impl Folded {
    /// The folded characters.
    #[must_use]
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    /// The folded text.
    #[must_use]
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// The bytes of the original text that a range of folded characters came from.
    #[must_use]
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        let inside = self.origin.get(range).unwrap_or_default();
        match (inside.first(), inside.last()) {
            (Some(first), Some(last)) => first.0 as usize..last.1 as usize,
            _ => 0..0,
        }
    }
}

/// Traditional to simplified conversion: phrases by `OpenCC`, and what it does to each single character.
struct Simplifier {
    phrases: OpenCC,
    single: Vec<char>,
}

impl Simplifier {
    fn load() -> Result<Self, String> {
        let phrases = OpenCC::from_config(BuiltinConfig::T2s).map_err(|error| error.to_string())?;
        let listed: Vec<char> = TABLE.filter_map(char::from_u32).collect();
        let mut lines = String::with_capacity(listed.len() * 4);
        for c in &listed {
            lines.push(*c);
            lines.push('\n');
        }
        let single: Vec<char> = phrases.convert(&lines).lines().filter_map(|line| line.chars().next()).collect();
        if single.len() != listed.len() {
            return Err("the table of simplified characters is incomplete".to_owned());
        }
        Ok(Self { phrases, single })
    }

    fn shared() -> Result<&'static Self, SearchError> {
        static SHARED: OnceLock<Result<Simplifier, String>> = OnceLock::new();
        SHARED.get_or_init(Self::load).as_ref().map_err(|error| SearchError::Dictionary(error.clone()))
    }

    fn single(&self, c: char) -> char {
        let code = u32::from(c);
        if TABLE.contains(&code) {
            return self.single.get((code - TABLE.start) as usize).copied().unwrap_or(c);
        }
        c
    }

    /// Simplifies in place; phrase rules hold where they keep the number of characters, which keeps places aligned.
    fn apply(&self, chars: &mut [char]) -> bool {
        if chars.iter().all(|c| self.single(*c) == *c) {
            return false;
        }
        let converted: Vec<char> = self.phrases.convert(&chars.iter().collect::<String>()).chars().collect();
        let aligned = converted.len() == chars.len();
        let mut changed = false;
        for (at, place) in chars.iter_mut().enumerate() {
            let becomes = if aligned { converted[at] } else { self.single(*place) };
            changed |= becomes != *place;
            *place = becomes;
        }
        changed
    }
}

/// Folds texts; made once, with the regional characters of a lexicon.
#[derive(Clone)]
pub struct Folder {
    simplifier: &'static Simplifier,
    regional: Vec<(char, char)>,
}

impl std::fmt::Debug for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Folder").field("regional", &self.regional).finish_non_exhaustive()
    }
}

impl Folder {
    /// A folder that also replaces single characters (`from`, `to`), after simplification.
    ///
    /// # Errors
    /// [`SearchError::Dictionary`] if the built-in conversion tables cannot be loaded.
    pub fn new(regional: &[(char, char)]) -> Result<Self, SearchError> {
        Ok(Self { simplifier: Simplifier::shared()?, regional: regional.to_vec() })
    }

    /// The folded text.
    #[must_use]
    pub fn fold(&self, text: &str) -> String {
        self.fold_aligned(text).text()
    }

    /// The folded text with the place of each character in the original.
    #[must_use]
    pub fn fold_aligned(&self, text: &str) -> Folded {
        let mut folded = normalise(text);
        for _ in 0..PASSES_MAX {
            let mut changed = self.simplifier.apply(&mut folded.chars);
            changed |= self.apply_regional(&mut folded.chars);
            changed |= renormalise(&mut folded);
            if !changed {
                break;
            }
        }
        folded
    }

    fn apply_regional(&self, chars: &mut [char]) -> bool {
        let mut changed = false;
        for place in chars.iter_mut().filter(|c| !c.is_ascii()) {
            if let Some((_, to)) = self.regional.iter().find(|(from, _)| from == place) {
                changed |= to != place;
                *place = *to;
            }
        }
        changed
    }
}

/// Characters that compatibility normalisation and lower-casing leave alone and that never combine.
const fn is_plain(c: char) -> bool {
    matches!(c, ' '..='@' | '['..='~' | '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}')
}

const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Whether a character joins the one before it in composition (accents, Hangul vowels and finals, voiced kana marks).
fn joins(c: char) -> bool {
    !is_plain(c)
        && (canonical_combining_class(c) != 0 || matches!(c, '\u{1161}'..='\u{11FF}' | '\u{FF9E}' | '\u{FF9F}'))
}

fn normalise(text: &str) -> Folded {
    let mut folded = Folded { chars: Vec::with_capacity(text.len() / 2), origin: Vec::with_capacity(text.len() / 2) };
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        let alone = chars.peek().is_none_or(|(_, next)| !joins(*next));
        if alone && (is_plain(c) || c.is_ascii_alphabetic()) {
            folded.push(c.to_ascii_lowercase(), start, end);
            continue;
        }
        while let Some((at, next)) = chars.next_if(|(_, next)| joins(*next)) {
            end = at + next.len_utf8();
        }
        for c in text[start..end].nfkc().flat_map(char::to_lowercase) {
            folded.push(c, start, end);
        }
    }
    folded
}

impl Folded {
    fn push(&mut self, c: char, start: usize, end: usize) {
        if is_invisible(c) {
            return;
        }
        let c = if c.is_control() || c.is_whitespace() { ' ' } else { c };
        // A text beyond 4 GiB never gets here: requests and documents are cut long before.
        self.chars.push(c);
        self.origin.push((u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX)));
    }
}

/// Lower-casing or conversion may leave something that normalises further; folds that, keeping the origin.
fn renormalise(folded: &mut Folded) -> bool {
    if folded.chars.iter().all(|c| is_plain(*c) || c.is_ascii_lowercase()) {
        return false;
    }
    let text = folded.text();
    let again = normalise(&text);
    if again.chars == folded.chars {
        return false;
    }
    let mut byte_to_char = vec![0usize; text.len() + 1];
    for (index, (byte, c)) in text.char_indices().enumerate() {
        byte_to_char[byte..=byte + c.len_utf8()].fill(index);
        byte_to_char[byte + c.len_utf8()] = index + 1;
    }
    let origin = again
        .origin
        .iter()
        .map(|(start, end)| {
            let from = byte_to_char[*start as usize];
            let to = byte_to_char[*end as usize].max(from + 1) - 1;
            (folded.origin[from].0, folded.origin[to].1)
        })
        .collect();
    folded.chars = again.chars;
    folded.origin = origin;
    true
}

/// Whether a folded character belongs to a script that writes without spaces.
#[must_use]
pub const fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{3007}'
        | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> String {
        Folder::new(&[('矽', '硅')]).expect("tables").fold(text)
    }

    #[test]
    fn forms_of_one_text_fold_alike() {
        assert_eq!(fold("大矽片"), "大硅片");
        assert_eq!(fold("積體電路"), "积体电路");
        assert_eq!(fold("Ｇ６０　科创走廊（上海）：“中试”"), "g60 科创走廊(上海):“中试”");
        assert_eq!(fold("㎜ ﬁne ℃"), "mm fine °c");
        assert_eq!(fold("e\u{301}"), fold("É"));
        assert_eq!(fold("a\u{200b}b\u{feff}"), "ab");
        assert_eq!(fold("a\0b\nc"), "a b c");
    }

    #[test]
    fn phrases_decide_what_characters_cannot() {
        assert_eq!(fold("後臺乾燥"), "后台干燥");
        assert_eq!(fold("乾坤"), "乾坤");
    }

    #[test]
    fn folded_characters_know_where_they_came_from() {
        let folder = Folder::new(&[]).expect("tables");
        let original = "生產㎜級e\u{301}片";
        let folded = folder.fold_aligned(original);
        assert_eq!(folded.text(), "生产mm级é片");
        assert_eq!(&original[folded.original(1..2)], "產");
        assert_eq!(&original[folded.original(2..4)], "㎜");
        assert_eq!(&original[folded.original(3..5)], "㎜級");
        assert_eq!(&original[folded.original(5..6)], "e\u{301}");
        assert_eq!(folded.original(9..12), 0..0);
    }
}
