//! Pinyin and initials of names, with every reading of characters that have several.

use std::{collections::BTreeMap, ops::Range};

use pinyin::ToPinyinMulti;

use crate::{
    fold::is_cjk,
    limits::{PINYIN_TERMS_MAX, READINGS_MAX},
};

/// Words of a name from which a shorter form may start, and how many words it may have.
const STARTS_MAX: usize = 3;
const WORDS_MAX: usize = 3;
/// Readings kept for a part of a name.
const PART_READINGS_MAX: usize = 2;
/// Characters of a name of which every reading is kept; a longer one has a short form that people type.
const ALL_READINGS_CHARS_MAX: usize = 6;
/// Letters of one romanised form; longer ones nobody types.
const FORM_BYTES_MAX: usize = 120;

/// Words read otherwise than their characters usually are.
const READINGS: &[(&str, &str)] = &[
    ("重庆", "chong qing"),
    ("长三角", "chang san jiao"),
    ("长江", "chang jiang"),
    ("长沙", "chang sha"),
    ("长春", "chang chun"),
    ("长兴", "chang xing"),
    ("长宁", "chang ning"),
    ("长城", "chang cheng"),
    ("长鑫", "chang xin"),
    ("歙县", "she xian"),
    ("歙县", "xi xian"),
    ("六安", "lu an"),
    ("六安", "liu an"),
    ("蚌埠", "beng bu"),
    ("台州", "tai zhou"),
    ("丽水", "li shui"),
    ("乐清", "yue qing"),
    ("厦门", "xia men"),
    ("大厦", "da sha"),
    ("亳州", "bo zhou"),
    ("枞阳", "zong yang"),
    ("黟县", "yi xian"),
    ("莘庄", "xin zhuang"),
    ("银行", "yin hang"),
    ("行业", "hang ye"),
    ("石油", "shi you"),
    ("单晶", "dan jing"),
    ("复旦", "fu dan"),
    ("传感", "chuan gan"),
    ("重工", "zhong gong"),
    ("朝阳", "chao yang"),
    ("长电", "chang dian"),
];

/// Endings of company names that nobody types, longest first.
pub(crate) const COMPANY_SUFFIXES: &[&str] = &[
    "集团股份有限公司",
    "股份有限公司",
    "有限责任公司",
    "集团有限公司",
    "控股有限公司",
    "科技有限公司",
    "(集团)有限公司",
    "有限公司",
    "股份公司",
    "总公司",
    "集团公司",
    "分公司",
    "公司",
    "集团",
];

/// The romanised forms of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Romanised {
    /// Forms of the whole name and of the name without the company ending.
    pub whole: Vec<String>,
    /// Forms of contiguous words in it.
    pub parts: Vec<String>,
}

/// Turns names into pinyin.
#[derive(Debug, Clone)]
pub struct Romaniser {
    overrides: BTreeMap<String, Vec<Vec<String>>>,
    /// The characters such words begin with, sorted: most characters need no further look.
    firsts: Vec<char>,
}

impl Romaniser {
    /// A maker with the built-in irregular readings and more: a folded word and its syllables separated by spaces.
    pub fn new(readings: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut overrides: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        let built_in = READINGS.iter().map(|(word, reading)| ((*word).to_owned(), (*reading).to_owned()));
        for (word, reading) in built_in.chain(readings) {
            let syllables: Vec<String> = reading.split_whitespace().map(str::to_ascii_lowercase).collect();
            if syllables.len() == word.chars().count() {
                overrides.entry(word).or_default().push(syllables);
            }
        }
        let mut firsts: Vec<char> = overrides.keys().filter_map(|word| word.chars().next()).collect();
        firsts.dedup();
        Self { overrides, firsts }
    }

    pub(crate) fn overrides(&self) -> impl Iterator<Item = (&String, String)> {
        self.overrides.iter().map(|(word, readings)| {
            (word, readings.iter().map(|syllables| syllables.join(" ")).collect::<Vec<_>>().join("|"))
        })
    }

    /// All readings of a folded text as lists of syllables, usual ones first, at most `limit`.
    ///
    /// Letters and digits count as syllables of their own; other characters are skipped.
    #[must_use]
    pub fn readings(&self, text: &str, limit: usize) -> Vec<Vec<String>> {
        let places = self.spelt(text).places;
        let syllables = |pick: &Vec<usize>| {
            let chosen = places.iter().zip(pick).flat_map(|(place, option)| place.syllables(*option));
            chosen.map(str::to_owned).collect()
        };
        combinations(&places, limit).iter().map(syllables).collect()
    }

    /// The text as a sequence of places, each with its possible syllables (several for a word with its own readings).
    fn spelt(&self, text: &str) -> Spelt<'_> {
        let chars: Vec<char> = text.chars().collect();
        let mut spelt =
            Spelt { places: Vec::with_capacity(chars.len()), spans: Vec::with_capacity(chars.len()), chars };
        let mut at = 0;
        while at < spelt.chars.len() {
            let (len, place) = match self.override_at(&spelt.chars[at..]) {
                Some((len, readings)) => (len, Place::Word(readings)),
                None => (1, Place::Character(syllables(spelt.chars[at]))),
            };
            if place.options() > 0 {
                spelt.places.push(place);
                spelt.spans.push((at, at + len));
            }
            at += len;
        }
        spelt
    }

    fn override_at(&self, chars: &[char]) -> Option<(usize, &[Vec<String>])> {
        self.firsts.binary_search(chars.first()?).ok()?;
        (2..=chars.len().min(4)).rev().find_map(|len| {
            let word: String = chars[..len].iter().collect();
            self.overrides.get(&word).map(|readings| (len, readings.as_slice()))
        })
    }

    /// The romanised forms of a name given as words; `core` of them remain without the company ending.
    #[must_use]
    pub fn name(&self, words: &[&str], core: usize) -> Romanised {
        let mut romanised = Romanised::default();
        let core = core.min(words.len());
        let spelt = self.spelt(&words.concat());
        // Where each word begins, in characters, and where the last one ends.
        let mut bounds = vec![0];
        bounds.extend(words.iter().scan(0, |end, word| {
            *end += word.chars().count();
            Some(*end)
        }));
        self.whole_forms(&mut romanised.whole, &spelt, 0..bounds[words.len()]);
        if core < words.len() && core > 0 {
            self.whole_forms(&mut romanised.whole, &spelt, 0..bounds[core]);
        }
        for start in 0..core {
            // From any word to the end …
            self.forms(&mut romanised.parts, &spelt, bounds[start]..bounds[core], 1);
            // … and the short forms people use, which begin near the front: 超硅, 超硅半导体, 上海超硅.
            for len in 1..=WORDS_MAX.min(core - start) {
                if start < STARTS_MAX {
                    self.forms(&mut romanised.parts, &spelt, bounds[start]..bounds[start + len], PART_READINGS_MAX);
                }
            }
        }
        romanised.parts.retain(|form| !romanised.whole.contains(form));
        romanised.parts.truncate(PINYIN_TERMS_MAX);
        romanised
    }

    fn whole_forms(&self, forms: &mut Vec<String>, spelt: &Spelt<'_>, range: Range<usize>) {
        let long = range.len() > ALL_READINGS_CHARS_MAX;
        self.forms(forms, spelt, range, if long { 1 } else { READINGS_MAX });
    }

    fn forms(&self, forms: &mut Vec<String>, spelt: &Spelt<'_>, range: Range<usize>, limit: usize) {
        match spelt.between(&range) {
            Some(places) => add_forms(forms, places, limit),
            // A word with its own reading reaches over the edge, such as 行|业: these characters are read by themselves.
            None => {
                let text: String = spelt.chars[range].iter().collect();
                add_forms(forms, &self.spelt(&text).places, limit);
            }
        }
    }

    /// Whether letters spell the beginning of Chinese characters in full or by initials; the number of characters they take.
    #[must_use]
    pub fn spells(&self, chars: &[char], letters: &str) -> Option<usize> {
        let letters = letters.as_bytes();
        self.spells_full(chars, letters, 0).or_else(|| self.spells_initials(chars, letters))
    }

    fn spells_full(&self, chars: &[char], letters: &[u8], taken: usize) -> Option<usize> {
        if letters.is_empty() {
            return (taken > 0).then_some(taken);
        }
        let c = *chars.get(taken).filter(|c| is_cjk(**c))?;
        let by_word = self.override_at(&chars[taken..]).and_then(|(len, readings)| {
            readings.iter().find_map(|syllables| {
                let rest = letters.strip_prefix(syllables.concat().as_bytes())?;
                self.spells_full(chars, rest, taken + len)
            })
        });
        by_word.or_else(|| {
            syllables(c).iter().find_map(|syllable| {
                let rest = letters.strip_prefix(syllable.as_bytes())?;
                self.spells_full(chars, rest, taken + 1)
            })
        })
    }

    fn spells_initials(&self, chars: &[char], letters: &[u8]) -> Option<usize> {
        if letters.len() < 2 || chars.len() < letters.len() {
            return None;
        }
        let by_override = |at: usize, letter: u8| {
            (0..=at.min(3)).any(|back| {
                self.override_at(&chars[at - back..]).is_some_and(|(len, readings)| {
                    len > back && readings.iter().any(|syllables| syllables[back].as_bytes().first() == Some(&letter))
                })
            })
        };
        let all = letters.iter().enumerate().all(|(at, letter)| {
            is_cjk(chars[at])
                && (syllables(chars[at]).iter().any(|syllable| syllable.as_bytes().first() == Some(letter))
                    || by_override(at, *letter))
        });
        all.then_some(letters.len())
    }
}

/// The full form and the initials of each reading, without repeats.
fn add_forms(forms: &mut Vec<String>, places: &[Place<'_>], limit: usize) {
    for pick in combinations(places, limit) {
        let (mut full, mut initials) = (String::new(), String::new());
        for syllable in places.iter().zip(&pick).flat_map(|(place, option)| place.syllables(*option)) {
            full.push_str(syllable);
            initials.extend(syllable.chars().next());
        }
        for form in [full, initials] {
            if (2..=FORM_BYTES_MAX).contains(&form.len()) && !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
}

/// A text and how it is read.
struct Spelt<'a> {
    chars: Vec<char>,
    places: Vec<Place<'a>>,
    /// The characters of each place, in order and without overlap.
    spans: Vec<(usize, usize)>,
}

impl<'a> Spelt<'a> {
    /// The places of a stretch of the text; none when one of them reaches over its edge.
    fn between(&self, range: &Range<usize>) -> Option<&[Place<'a>]> {
        let first = self.spans.partition_point(|(_, end)| *end <= range.start);
        let last = self.spans.partition_point(|(start, _)| *start < range.end).max(first);
        let inside = |&(start, end): &(usize, usize)| range.start <= start && end <= range.end;
        self.spans[first..last].iter().all(inside).then(|| &self.places[first..last])
    }
}

/// A place of a text and what it may be read as.
enum Place<'a> {
    Character(Vec<&'static str>),
    Word(&'a [Vec<String>]),
}

impl Place<'_> {
    fn options(&self) -> usize {
        match self {
            Self::Character(syllables) => syllables.len(),
            Self::Word(readings) => readings.len(),
        }
    }

    fn syllables(&self, option: usize) -> impl Iterator<Item = &str> {
        let (single, word) = match self {
            Self::Character(syllables) => (syllables.get(option).copied(), [].as_slice()),
            Self::Word(readings) => (None, readings.get(option).map_or([].as_slice(), Vec::as_slice)),
        };
        single.into_iter().chain(word.iter().map(String::as_str))
    }
}

/// Every letter and digit as a text of its own.
const LETTERS: &str = "0123456789abcdefghijklmnopqrstuvwxyz";

/// The syllables one character may stand for, without tones, the usual one first.
fn syllables(c: char) -> Vec<&'static str> {
    if c.is_ascii_alphanumeric() {
        return LETTERS.find(c.to_ascii_lowercase()).map(|at| &LETTERS[at..=at]).into_iter().collect();
    }
    let mut found: Vec<&'static str> = Vec::new();
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let plain = match reading.plain() {
            "lü" => "lv",
            "lüe" => "lve",
            "nü" => "nv",
            "nüe" => "nve",
            plain => plain,
        };
        if plain.is_ascii() && !plain.is_empty() && !found.contains(&plain) {
            found.push(plain);
        }
    }
    found
}

/// The combinations of choices with the fewest departures from the first choice, at most `limit`: for each place the
/// number of the option.
fn combinations(places: &[Place<'_>], limit: usize) -> Vec<Vec<usize>> {
    if places.is_empty() {
        return Vec::new();
    }
    let mut picks: Vec<Vec<usize>> = vec![vec![0; places.len()]];
    let mut next = 0;
    // Breadth first from the usual reading: every step departs at one later place.
    while next < picks.len() && picks.len() < limit {
        let base = picks[next].clone();
        let from = base.iter().rposition(|pick| *pick != 0).map_or(0, |last| last + 1);
        for place in from..places.len() {
            for option in 1..places[place].options() {
                if picks.len() < limit {
                    let mut pick = base.clone();
                    pick[place] = option;
                    picks.push(pick);
                }
            }
        }
        next += 1;
    }
    picks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn romaniser() -> Romaniser {
        Romaniser::new([])
    }

    fn full(text: &str) -> Vec<String> {
        romaniser().readings(text, READINGS_MAX).iter().map(|syllables| syllables.concat()).collect()
    }

    #[test]
    fn irregular_words_are_read_as_people_read_them() {
        assert_eq!(full("重庆"), ["chongqing"]);
        assert_eq!(full("长三角"), ["changsanjiao"]);
        assert_eq!(full("歙县"), ["shexian", "xixian"]);
        assert_eq!(full("g60科创")[0], "g60kechuang");
        let own = Romaniser::new([("莘县".to_owned(), "shen xian".to_owned())]);
        assert_eq!(own.readings("莘县", 4), [["shen", "xian"]]);
    }

    #[test]
    fn all_readings_come_but_never_too_many() {
        assert!(full("重行").len() >= 4);
        assert!(full(&"行重长乐朝".repeat(10)).len() <= READINGS_MAX);
        assert_eq!(full("上海超硅")[0], "shanghaichaogui");
        assert!(full("：！").is_empty());
    }

    #[test]
    fn names_give_whole_and_partial_forms() {
        let forms = romaniser().name(&["上海", "超硅", "半导体", "股份有限公司"], 3);
        for whole in ["shanghaichaoguibandaoti", "shcgbdt", "shanghaichaoguibandaotigufenyouxiangongsi"] {
            assert!(forms.whole.iter().any(|form| form == whole), "{whole}");
        }
        for part in ["chaogui", "cg", "shcg", "shanghaichaogui", "chaoguibandaoti", "bandaoti"] {
            assert!(forms.parts.iter().any(|form| form == part), "{part}");
        }
        assert!(forms.parts.len() <= PINYIN_TERMS_MAX);
    }

    #[test]
    fn a_part_of_a_name_is_read_as_it_would_be_alone() {
        let romaniser = romaniser();
        // 行业 and 长三角 have readings of their own and reach over the edges of these words.
        for words in [["同行", "业务", "长三"], ["长三", "角重", "庆"], ["上海", "超硅", "g60!"], ["", "：", "银行"]]
        {
            let spelt = romaniser.spelt(&words.concat());
            for start in 0..=spelt.chars.len() {
                for end in start..=spelt.chars.len() {
                    let text: String = spelt.chars[start..end].iter().collect();
                    let (mut cut, mut alone) = (Vec::new(), Vec::new());
                    romaniser.forms(&mut cut, &spelt, start..end, 4);
                    add_forms(&mut alone, &romaniser.spelt(&text).places, 4);
                    assert_eq!(cut, alone, "{text}");
                }
            }
        }
    }

    #[test]
    fn spelling_takes_as_many_characters_as_it_spells() {
        let chars: Vec<char> = "重庆长安".chars().collect();
        assert_eq!(romaniser().spells(&chars, "chongqing"), Some(2));
        assert_eq!(romaniser().spells(&chars, "cqca"), Some(4));
        assert_eq!(romaniser().spells(&chars, "chong"), Some(1));
        assert_eq!(romaniser().spells(&chars, "shanghai"), None);
        assert_eq!(romaniser().spells(&chars, ""), None);
    }
}
