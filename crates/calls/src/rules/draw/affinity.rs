//! How well an expert and an answer fit, in whole millionths.

use crate::rules::answer::Answer;
use crate::rules::call::Call;
use crate::rules::conflict::fold;
use crate::rules::reviewer::Expert;
use std::collections::BTreeSet;

/// What segments and words each count at most, in millionths.
const HALF: i64 = 500_000;
/// Shorter terms say nothing.
const TERM_CHARS_MIN: usize = 2;

/// Whether two segments are the same or one lies within the other.
fn near(one: &str, other: &str) -> bool {
    let within = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
    one == other || within(one, other) || within(other, one)
}

/// Whether an expert works in one of the call's segments.
pub fn specialist(expert: &Expert, call: &Call) -> bool {
    call.segments.iter().any(|own| expert.segments.iter().any(|other| near(own, other)))
}

/// What a pair is worth, in millionths.
///
/// Half a million times the share of the call's segments that the expert works in or near, rounded down, and half a million
/// times the share of the expert's terms that stand in the answer's title or summary, rounded down.
///
/// Terms are the parts of the expert's fields, Chinese and English, between commas, semicolons, slashes, line ends, `、`,
/// `，` and `；`, folded (lower case, half width, without blanks and punctuation), each once, of two characters or more.
/// They are looked for in the folded title and summary.
pub fn affinity(expert: &Expert, call: &Call, answer: &Answer) -> i64 {
    let hit = |own: &&String| expert.segments.iter().any(|other| near(own, other));
    let segments = share(call.segments.iter().filter(hit).count(), call.segments.len());
    let text = format!("{}\n{}", fold(&answer.title), fold(&answer.summary));
    let terms = terms(expert);
    let words = share(terms.iter().filter(|term| text.contains(term.as_str())).count(), terms.len());
    segments + words
}

fn share(part: usize, whole: usize) -> i64 {
    // Both are small counts.
    let (part, whole) = (i64::try_from(part).unwrap_or(0), i64::try_from(whole).unwrap_or(0));
    if whole == 0 { 0 } else { HALF * part / whole }
}

fn terms(expert: &Expert) -> BTreeSet<String> {
    let fields = format!("{}\n{}", expert.fields, expert.fields_en);
    let parts = fields.split([',', ';', '/', '\n', '、', '，', '；']).map(fold);
    parts.filter(|term| term.chars().count() >= TERM_CHARS_MIN).collect()
}
