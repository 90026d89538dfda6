//! Texts in two languages: Fluent files of the platform and of every capability, merged into one catalogue.
//!
//! A message without variables is formatted once, when the catalogue is built; templates then get a `&'static str`.
//! Chinese is the reference: every key of `zh-CN` must exist in `en` with the same variables, see [`Texts::differences`].

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use kernel::Locale;

use super::format;

/// One Fluent file: the crate it belongs to (for messages), its language, its text (`include_str!`).
pub type Source = (&'static str, Locale, &'static str);

const OWN: [Source; 4] = [
    ("platform", Locale::ZhCn, include_str!("../../locales/zh-CN.ftl")),
    ("platform", Locale::En, include_str!("../../locales/en.ftl")),
    ("platform", Locale::ZhCn, include_str!("../../locales/zh-CN/seal.ftl")),
    ("platform", Locale::En, include_str!("../../locales/en/seal.ftl")),
];

/// Why a set of Fluent files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// The file is not valid Fluent.
    #[error("{owner} ({locale:?}): {detail}")]
    Syntax {
        /// Crate that owns the file.
        owner: &'static str,
        /// Language of the file.
        locale: Locale,
        /// What the parser said.
        detail: String,
    },
    /// Two files define the same key.
    #[error("{owner} ({locale:?}): key `{key}` is already defined")]
    Duplicate {
        /// Crate that owns the second definition.
        owner: &'static str,
        /// Language of the file.
        locale: Locale,
        /// The key.
        key: String,
    },
}

struct Catalogue {
    plain: HashMap<String, String>,
    bundle: FluentBundle<FluentResource>,
    variables: BTreeMap<String, BTreeSet<String>>,
}

impl Catalogue {
    fn new(locale: Locale, sources: &[Source]) -> Result<Self, TextsError> {
        let mut bundle = FluentBundle::new_concurrent(vec![language(locale)]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(group_numbers));
        let mut variables = BTreeMap::new();
        for (owner, _, text) in sources.iter().filter(|source| source.1 == locale) {
            let resource = FluentResource::try_new((*text).to_owned()).map_err(|(_, errors)| TextsError::Syntax {
                owner,
                locale,
                detail: errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            })?;
            bundle.add_resource(resource).map_err(|errors| TextsError::Duplicate {
                owner,
                locale,
                key: errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            })?;
            variables.extend(keys_with_variables(text));
        }
        let mut catalogue = Self { plain: HashMap::new(), bundle, variables };
        let plain: Vec<String> =
            catalogue.variables.iter().filter(|(_, used)| used.is_empty()).map(|(key, _)| key.clone()).collect();
        for key in plain {
            if let Some(text) = catalogue.format(&key, None) {
                catalogue.plain.insert(key, text);
            }
        }
        Ok(catalogue)
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "a text could not be formatted completely");
        }
        Some(text)
    }
}

fn language(locale: Locale) -> unic_langid::LanguageIdentifier {
    locale.tag().parse().unwrap_or_default()
}

fn group_numbers<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        // Fluent carries numbers as f64; whole ones below 2^53 are exact, others keep Fluent's own form.
        FluentValue::Number(number) if number.value.fract() == 0.0 && number.value.abs() < 9.0e15 => {
            Some(format::grouped(number.value as i64))
        }
        _ => None,
    }
}

/// Reads keys and the variables each uses from Fluent text: a message starts at a letter in the first column.
fn keys_with_variables(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        match line.chars().next() {
            Some(first) if first.is_ascii_alphabetic() => {
                current = line.split_once('=').map(|(key, _)| key.trim().to_owned());
                if let Some(key) = &current {
                    found.entry(key.clone()).or_default();
                }
            }
            Some(first) if !first.is_whitespace() && first != '}' => current = None,
            _ => {}
        }
        let Some(used) = current.as_ref().and_then(|key| found.get_mut(key)) else { continue };
        for part in line.split('$').skip(1) {
            let name: String =
                part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-').collect();
            used.insert(name);
        }
    }
    found
}

/// Missing keys that are remembered; each is a defect, a few are enough to find it.
const MISSING_MAX: usize = 100;

/// All texts of the running program.
pub struct Texts {
    zh: Catalogue,
    en: Catalogue,
    missing: Mutex<BTreeSet<String>>,
}

impl Texts {
    /// Builds the catalogue from the platform's own files and the capabilities'.
    ///
    /// # Errors
    /// A file that is not Fluent, or a key defined twice.
    pub fn new(sources: Vec<Source>) -> Result<Self, TextsError> {
        let all: Vec<Source> = OWN.into_iter().chain(sources).collect();
        Ok(Self {
            zh: Catalogue::new(Locale::ZhCn, &all)?,
            en: Catalogue::new(Locale::En, &all)?,
            missing: Mutex::default(),
        })
    }

    /// Like [`Texts::new`], kept for the life of the process, as [`T`] needs it.
    ///
    /// # Errors
    /// As [`Texts::new`].
    pub fn leaked(sources: Vec<Source>) -> Result<&'static Self, TextsError> {
        Ok(Box::leak(Box::new(Self::new(sources)?)))
    }

    fn catalogue(&self, locale: Locale) -> &Catalogue {
        match locale {
            Locale::ZhCn => &self.zh,
            Locale::En => &self.en,
        }
    }

    /// Every key with the variables it uses, for tests.
    pub fn keys(&self, locale: Locale) -> &BTreeMap<String, BTreeSet<String>> {
        &self.catalogue(locale).variables
    }

    /// True if the key exists in both languages.
    pub fn has(&self, key: &str) -> bool {
        self.zh.variables.contains_key(key) && self.en.variables.contains_key(key)
    }

    /// Keys that pages asked for and that nobody has: empty in a healthy house. Tests hold it to that.
    pub fn missing(&self) -> Vec<String> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn miss(&self, key: &str) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missing.len() < MISSING_MAX {
            missing.insert(key.to_owned());
        }
    }

    /// What differs between the two languages: missing keys and unequal variables. Empty when all is well.
    pub fn differences(&self) -> Vec<String> {
        let keys: BTreeSet<&String> = self.zh.variables.keys().chain(self.en.variables.keys()).collect();
        keys.into_iter()
            .filter_map(|key| match (self.zh.variables.get(key), self.en.variables.get(key)) {
                (Some(zh), Some(en)) if zh == en => None,
                (Some(zh), Some(en)) => Some(format!("{key}: zh-CN uses {zh:?}, en uses {en:?}")),
                (Some(_), None) => Some(format!("{key}: missing in en")),
                _ => Some(format!("{key}: missing in zh-CN")),
            })
            .collect()
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("keys", &self.zh.variables.len()).finish_non_exhaustive()
    }
}

/// A value for a text's variable: a word or a whole number (numbers get thousands separators).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// Shown as it is.
    Word(String),
    /// Shown grouped; chooses the plural form.
    Number(i64),
}

/// What can stand for a text's variable, by value or by reference (templates pass references).
pub trait IntoArg {
    /// The variable.
    fn arg(&self) -> Arg;
}

impl<A: IntoArg + ?Sized> IntoArg for &A {
    fn arg(&self) -> Arg {
        (**self).arg()
    }
}

impl IntoArg for Arg {
    fn arg(&self) -> Arg {
        self.clone()
    }
}

/// A whole number, by value or by reference (templates pass references).
pub trait Whole {
    /// The number; beyond `i64` the nearest end.
    fn whole(&self) -> i64;
}

impl<W: Whole + ?Sized> Whole for &W {
    fn whole(&self) -> i64 {
        (**self).whole()
    }
}

macro_rules! numbers {
    ($($kind:ty),*) => { $(
        impl IntoArg for $kind { fn arg(&self) -> Arg { Arg::Number(self.whole()) } }
        impl Whole for $kind { fn whole(&self) -> i64 { i64::try_from(*self).unwrap_or(i64::MAX) } }
    )* };
}
numbers!(i64, u64, i32, u32, u16, u8, usize);

macro_rules! words {
    ($($kind:ty),*) => { $( impl IntoArg for $kind { fn arg(&self) -> Arg { Arg::Word(self.to_string()) } } )* };
}
words!(str, String, Cow<'_, str>);

impl Whole for kernel::Instant {
    fn whole(&self) -> i64 {
        self.ms()
    }
}

impl Whole for kernel::Fen {
    fn whole(&self) -> i64 {
        self.get()
    }
}

/// The reader's language and the texts: what a template calls `t`.
#[derive(Debug, Clone, Copy)]
pub struct T {
    /// The reader's language.
    pub locale: Locale,
    /// All texts.
    pub texts: &'static Texts,
}

impl T {
    /// A text without variables.
    pub fn msg(&self, key: impl AsRef<str>) -> Cow<'static, str> {
        let key = key.as_ref();
        match self.texts.catalogue(self.locale).plain.get(key) {
            Some(text) => Cow::Borrowed(text.as_str()),
            None => Cow::Owned(self.formatted(key, &FluentArgs::new())),
        }
    }

    /// What a kind of journal entry is called, such as 发布需求 for `need.published`; the code where nobody has named it.
    pub fn entry_kind(&self, kind: &str) -> Cow<'static, str> {
        let key = format!("entry-{}", kind.replace(['.', '_'], "-"));
        if self.texts.has(&key) { self.msg(key) } else { Cow::Owned(kind.to_owned()) }
    }

    /// A text that counts: its variable is `$n`.
    pub fn n(&self, key: impl AsRef<str>, n: impl IntoArg) -> String {
        self.args(key, &[("n", n.arg())])
    }

    /// A text with one variable.
    pub fn with(&self, key: impl AsRef<str>, name: impl AsRef<str>, value: impl IntoArg) -> String {
        self.args(key, &[(name.as_ref(), value.arg())])
    }

    /// A text with two variables.
    pub fn with2(
        &self,
        key: impl AsRef<str>,
        first: impl AsRef<str>,
        first_value: impl IntoArg,
        second: impl AsRef<str>,
        second_value: impl IntoArg,
    ) -> String {
        self.args(key, &[(first.as_ref(), first_value.arg()), (second.as_ref(), second_value.arg())])
    }

    /// A text with several variables.
    pub fn args<A: IntoArg>(&self, key: impl AsRef<str>, values: &[(&str, A)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            match value.arg() {
                Arg::Word(word) => args.set((*name).to_owned(), FluentValue::from(word)),
                Arg::Number(number) => args.set((*name).to_owned(), FluentValue::from(number)),
            }
        }
        self.formatted(key.as_ref(), &args)
    }

    fn formatted(&self, key: &str, args: &FluentArgs<'_>) -> String {
        if let Some(text) = self.texts.catalogue(self.locale).format(key, Some(args)) {
            return text;
        }
        tracing::error!(key, locale = ?self.locale, "missing text");
        self.texts.miss(key);
        if cfg!(debug_assertions) {
            return key.to_owned();
        }
        // A reader is served better by the other language than by a key.
        self.texts.zh.format(key, Some(args)).unwrap_or_else(|| key.to_owned())
    }

    /// Chinese or English, whichever the reader has chosen; an empty English text falls back to Chinese.
    pub fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.locale {
            Locale::En if !en.is_empty() => en,
            _ if zh.is_empty() => en,
            _ => zh,
        }
    }

    /// The reader's side of something said in both languages.
    pub fn text<'a>(&self, text: &'a kernel::Text) -> &'a str {
        text.get(self.locale)
    }

    /// True for Chinese.
    pub fn zh(&self) -> bool {
        self.locale == Locale::ZhCn
    }

    /// The tag for `lang` attributes.
    pub fn lang(&self) -> &'static str {
        self.locale.tag()
    }

    /// A whole number with thousands separators.
    pub fn num(&self, number: impl Whole) -> String {
        format::grouped(number.whole())
    }

    /// Money, exact: `19,840,000 元`, `CNY 19,840,000`; two decimals only when there are fen.
    pub fn fen(&self, fen: impl Whole) -> String {
        format::fen(fen.whole(), self.zh())
    }

    /// Money, short but still exact: `1,984 万元`, `CNY 19.84 million`; falls back to the full form when it would round.
    pub fn fen_short(&self, fen: impl Whole) -> String {
        format::fen_short(fen.whole(), self.zh())
    }

    /// `YYYY-MM-DD` in Asia/Shanghai, from epoch milliseconds UTC.
    pub fn date(&self, ms: impl Whole) -> String {
        format::date(ms.whole())
    }

    /// `YYYY-MM-DD HH:MM` in Asia/Shanghai, from epoch milliseconds UTC.
    pub fn datetime(&self, ms: impl Whole) -> String {
        format::datetime(ms.whole())
    }

    /// The machine-readable instant for `<time datetime>`, with its offset.
    pub fn instant(&self, ms: impl Whole) -> String {
        format::rfc3339(ms.whole())
    }
}
