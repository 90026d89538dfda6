//! The words of a corridor: dictionary, synonyms, places, readings.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
};

use jieba_rs::Jieba;
use sha2::{Digest, Sha256};

use crate::{error::SearchError, fold::Folder, fold::is_cjk, romanise::Romaniser, schema::SCHEMA_VERSION};

/// How often the dictionary pretends to have seen a word of ours; enough to win over its parts.
const WORD_FREQUENCY: usize = 100_000;
/// Longer entries stay out of the dictionary: they would swallow their parts.
const WORD_CHARS_MAX: usize = 8;

/// Two ways to say one thing; a question for one also finds the other, a little lower.
///
/// If both are single characters the first is folded to the second everywhere, inside words too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synonym {
    /// One word.
    pub from: String,
    /// The other.
    pub to: String,
}

impl Synonym {
    /// A pair.
    #[must_use]
    pub fn new(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { from: from.into(), to: to.into() }
    }
}

/// What a [`Lexicon`] is made of. Take it from the pack, not from live data: a change means that the index is rebuilt.
#[derive(Debug, Clone, Default)]
pub struct LexiconSource {
    /// Terms of the trade: chain segments, policies, statuses.
    pub terms: Vec<String>,
    /// Names and short names of organisations and platforms.
    pub names: Vec<String>,
    /// Pairs of synonyms and aliases.
    pub synonyms: Vec<Synonym>,
    /// Names of places that stand before organisation names.
    pub places: Vec<String>,
    /// Words whose reading differs from their characters' usual one, with syllables separated by spaces.
    pub readings: Vec<(String, String)>,
}

/// Words the same thing has on the two sides of the strait.
const REGIONAL_WORDS: &[(&str, &str)] = &[
    ("晶片", "芯片"),
    ("积体电路", "集成电路"),
    ("雷射", "激光"),
    ("奈米", "纳米"),
    ("软体", "软件"),
    ("硬体", "硬件"),
    ("网路", "网络"),
    ("感测器", "传感器"),
    ("伺服器", "服务器"),
    ("记忆体", "存储器"),
    ("人工智慧", "人工智能"),
    ("资讯", "信息"),
    ("讯号", "信号"),
    ("电晶体", "晶体管"),
    ("二极体", "二极管"),
    ("光罩", "光掩模"),
    ("程式", "程序"),
    ("资料库", "数据库"),
    ("云端运算", "云计算"),
    ("品质", "质量"),
    ("专案", "项目"),
];

/// Characters the same element has on the two sides of the strait.
const REGIONAL_CHARS: &[(char, char)] = &[('矽', '硅')];

/// Words that say little: they never decide whether a document is a result.
const WEAK_WORDS: &[&str] = &[
    "的",
    "了",
    "和",
    "与",
    "及",
    "或",
    "是",
    "在",
    "有",
    "等",
    "为",
    "对",
    "将",
    "把",
    "被",
    "从",
    "到",
    "谁",
    "什么",
    "怎么",
    "怎样",
    "如何",
    "哪些",
    "哪里",
    "哪个",
    "哪家",
    "需要",
    "寻找",
    "求购",
    "提供",
    "我们",
    "以及",
    "能够",
    "可以",
    "进行",
    "希望",
    "一种",
    "一个",
    "相关",
    "公司",
    "有限公司",
    "股份",
    "股份有限公司",
    "有限责任公司",
    "有限",
    "集团",
    "the",
    "of",
    "and",
    "for",
    "in",
    "a",
    "an",
    "to",
    "with",
    "or",
    "by",
    "on",
    "is",
    "are",
    "who",
    "what",
    "which",
    "co",
    "ltd",
    "inc",
    "corp",
    "company",
    "limited",
    "corporation",
];

/// Dictionary, synonyms and readings, ready for use; shared by index and questions.
pub struct Lexicon {
    folder: Folder,
    jieba: Jieba,
    synonyms: HashMap<String, Vec<String>>,
    places: Vec<String>,
    romaniser: Romaniser,
    digest: String,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexicon").field("digest", &self.digest).finish_non_exhaustive()
    }
}

impl Lexicon {
    /// Builds the lexicon.
    ///
    /// # Errors
    /// [`SearchError::Dictionary`] if the built-in tables cannot be loaded.
    pub fn new(source: &LexiconSource) -> Result<Self, SearchError> {
        let regional: Vec<(char, char)> =
            REGIONAL_CHARS.iter().copied().chain(source.synonyms.iter().filter_map(single_characters)).collect();
        let folder = Folder::new(&regional)?;
        let synonyms = synonym_map(&folder, source);
        let mut words: BTreeSet<String> =
            source.terms.iter().chain(&source.names).chain(&source.places).map(|word| folder.fold(word)).collect();
        words.extend(synonyms.keys().cloned());
        words.retain(|word| is_dictionary_word(word));
        let mut places: Vec<String> = source.places.iter().map(|place| folder.fold(place)).collect();
        places.sort_by_key(|place| std::cmp::Reverse(place.chars().count()));
        places.dedup();
        let romaniser =
            Romaniser::new(source.readings.iter().map(|(word, reading)| (folder.fold(word), reading.clone())));
        let digest = digest(&words, &synonyms, &places, &regional, &romaniser);
        let mut jieba = Jieba::new();
        for word in &words {
            jieba.add_word(word, Some(WORD_FREQUENCY), None);
        }
        Ok(Self { folder, jieba, synonyms, places, romaniser, digest })
    }

    /// A lexicon without words of its own.
    ///
    /// # Errors
    /// [`SearchError::Dictionary`] if the built-in tables cannot be loaded.
    pub fn plain() -> Result<Self, SearchError> {
        Self::new(&LexiconSource::default())
    }

    /// SHA-256 over schema version, dictionary, synonyms and readings, in hexadecimal. An index written under another digest must be rebuilt.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The folder for texts and questions.
    #[must_use]
    pub const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The pinyin maker.
    #[must_use]
    pub const fn romaniser(&self) -> &Romaniser {
        &self.romaniser
    }

    /// Other words for a folded word.
    #[must_use]
    pub fn synonyms(&self, word: &str) -> &[String] {
        self.synonyms.get(word).map_or(&[], Vec::as_slice)
    }

    /// Folded names of places, longest first.
    #[must_use]
    pub fn places(&self) -> &[String] {
        &self.places
    }

    pub(crate) const fn jieba(&self) -> &Jieba {
        &self.jieba
    }

    /// Whether a folded word says too little to decide about a result.
    pub(crate) fn is_weak(word: &str) -> bool {
        WEAK_WORDS.contains(&word)
    }
}

fn single_characters(pair: &Synonym) -> Option<(char, char)> {
    let (mut from, mut to) = (pair.from.chars(), pair.to.chars());
    match (from.next(), from.next(), to.next(), to.next()) {
        (Some(from), None, Some(to), None) if is_cjk(from) && is_cjk(to) && from != to => Some((from, to)),
        _ => None,
    }
}

fn synonym_map(folder: &Folder, source: &LexiconSource) -> HashMap<String, Vec<String>> {
    let mut map: HashMap<String, Vec<String>> = HashMap::new();
    let built_in = REGIONAL_WORDS.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
    let given = source.synonyms.iter().map(|pair| (pair.from.clone(), pair.to.clone()));
    for (from, to) in built_in.chain(given) {
        let (from, to) = (folder.fold(from.trim()), folder.fold(to.trim()));
        if from == to || from.is_empty() || to.is_empty() {
            continue;
        }
        for (word, other) in [(&from, &to), (&to, &from)] {
            let others = map.entry(word.clone()).or_default();
            if !others.contains(other) {
                others.push(other.clone());
            }
        }
    }
    for others in map.values_mut() {
        others.sort();
    }
    map
}

fn is_dictionary_word(word: &str) -> bool {
    let len = word.chars().count();
    (2..=WORD_CHARS_MAX).contains(&len) && word.chars().all(is_cjk)
}

fn digest(
    words: &BTreeSet<String>,
    synonyms: &HashMap<String, Vec<String>>,
    places: &[String],
    regional: &[(char, char)],
    romaniser: &Romaniser,
) -> String {
    let mut hash = Sha256::new();
    let mut line = |kind: &str, text: &str| {
        hash.update(kind.as_bytes());
        hash.update([0]);
        hash.update(text.as_bytes());
        hash.update([b'\n']);
    };
    line("schema", &SCHEMA_VERSION.to_string());
    words.iter().for_each(|word| line("word", word));
    let sorted: std::collections::BTreeMap<_, _> = synonyms.iter().collect();
    sorted.iter().for_each(|(word, others)| line("synonym", &format!("{word}={}", others.join("|"))));
    places.iter().for_each(|place| line("place", place));
    regional.iter().for_each(|(from, to)| line("character", &format!("{from}{to}")));
    romaniser.overrides().for_each(|(word, reading)| line("reading", &format!("{word}={reading}")));
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
