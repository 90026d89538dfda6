//! Who may answer whom, and why: segments a text speaks of, their neighbours on the chain, and the order of answers.

use kernel::{Adcode, Refusal};
use search::{MatchHit, Relation, SegmentWeight};
use std::collections::BTreeMap;

/// Segments that a text is taken to speak of, at most.
const SEGMENTS_INFERRED_MAX: usize = 4;
/// Characters a segment's name must have to count when it stands in a text.
const NAME_CHARS_MIN: usize = 2;
/// What the segment itself adds, in rare words.
const WEIGHT_SAME: f32 = 1.4;
/// What a neighbour on the chain adds.
const WEIGHT_NEIGHBOUR: f32 = 0.5;
/// What one recognised status adds to the score, as a share of it.
const STATUS_SHARE: f32 = 0.04;
/// Statuses that count.
const STATUSES_COUNTED: usize = 3;
/// What one stop on the corridor takes from the score, as a share of it.
const STOP_SHARE: f32 = 0.008;
/// What the answer nearest in meaning gains over the farthest, as a share of the score. Only with an embedding model.
const MEANING_SHARE: f32 = 1.0;
/// Words named in a reason.
const WORDS_NAMED: usize = 6;

/// A segment with the words that name it, folded as texts are.
#[derive(Debug, Clone)]
pub struct SegmentWords {
    /// Segment id.
    pub id: String,
    /// Names and aliases.
    pub words: Vec<String>,
}

/// The segments whose names stand in a folded text, the longest names first; a name inside a longer found one does not count.
pub fn segments_in(folded: &str, segments: &[SegmentWords]) -> Vec<String> {
    let mut found: Vec<(usize, usize, &str)> = Vec::new();
    for segment in segments {
        for word in segment.words.iter().filter(|word| word.chars().count() >= NAME_CHARS_MIN) {
            found.extend(folded.match_indices(word.as_str()).map(|(at, _)| (at, at + word.len(), segment.id.as_str())));
        }
    }
    found.sort_by_key(|(from, to, _)| (std::cmp::Reverse(to - from), *from));
    let mut kept: Vec<(usize, usize, &str)> = Vec::new();
    for candidate in found {
        let inside = kept.iter().any(|k| k.0 <= candidate.0 && candidate.1 <= k.1 && k.2 != candidate.2);
        if !inside && kept.iter().all(|k| k.2 != candidate.2) {
            kept.push(candidate);
        }
    }
    kept.into_iter().take(SEGMENTS_INFERRED_MAX).map(|(_, _, id)| id.to_owned()).collect()
}

/// The segments asked about and their neighbours on the chain, each once with its strongest relation.
pub fn segment_weights(
    asked: &[String],
    upstream: impl Fn(&str) -> Vec<String>,
    downstream: impl Fn(&str) -> Vec<String>,
) -> Vec<SegmentWeight> {
    let mut weights: BTreeMap<String, (Relation, f32)> = BTreeMap::new();
    for id in asked {
        weights.insert(id.clone(), (Relation::Same, WEIGHT_SAME));
    }
    for id in asked {
        for neighbour in upstream(id) {
            weights.entry(neighbour).or_insert((Relation::Upstream, WEIGHT_NEIGHBOUR));
        }
        for neighbour in downstream(id) {
            weights.entry(neighbour).or_insert((Relation::Downstream, WEIGHT_NEIGHBOUR));
        }
    }
    weights.into_iter().map(|(id, (relation, weight))| SegmentWeight { id, relation, weight }).collect()
}

/// One reason why an answer stands where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Words of the question that the answer holds.
    Words(Vec<String>),
    /// A segment, and how it stands to the one asked about.
    Segment(String, Relation),
    /// A recognised status.
    Status(String),
    /// How near its meaning is to the question, in percent; only with an embedding model.
    Meaning(u8),
    /// Stops on the corridor between the two cities; 0 for the same city.
    Stops(u32),
}

/// How near an answer is in meaning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearness {
    /// Cosine of the two vectors, −1 to 1.
    pub cosine: f32,
    /// Among the answers compared: 0 for the farthest, 1 for the nearest.
    pub place: f32,
}

/// How near each answer's vector is to the question's. Models differ in how far apart their cosines lie, so an answer
/// is placed among those compared.
pub fn nearness(question: &[f32], answers: &[&[f32]]) -> Vec<Nearness> {
    let cosines: Vec<f32> = answers.iter().map(|answer| cosine(question, answer)).collect();
    let low = cosines.iter().copied().fold(f32::INFINITY, f32::min);
    let high = cosines.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let place = |cosine: f32| if high > low { (cosine - low) / (high - low) } else { 0.0 };
    cosines.into_iter().map(|cosine| Nearness { cosine, place: place(cosine) }).collect()
}

/// 0 for vectors of other lengths or without a direction.
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if a.len() == b.len() && lengths > 0.0 { (dot(a, b) / lengths) as f32 } else { 0.0 }
}

/// The score of an answer after statuses and distance, which may reorder neighbours but never outweigh a word, and
/// after its meaning, if a model has told it.
pub fn weigh(hit: &MatchHit, stops: Option<u32>, nearness: Option<Nearness>) -> f32 {
    let statuses = hit.statuses.len().min(STATUSES_COUNTED) as f32;
    let distance = stops.map_or(0.0, |stops| stops.min(10) as f32);
    let meaning = nearness.map_or(0.0, |nearness| nearness.place);
    hit.score * (1.0 + STATUS_SHARE * statuses) * (1.0 - STOP_SHARE * distance) * (1.0 + MEANING_SHARE * meaning)
}

/// Why this answer: words first, then meaning, the chain, statuses and distance.
pub fn reasons(hit: &MatchHit, stops: Option<u32>, nearness: Option<Nearness>) -> Vec<Reason> {
    let mut words: Vec<String> = Vec::new();
    for term in &hit.terms {
        if words.len() < WORDS_NAMED && !words.contains(&term.text) {
            words.push(term.text.clone());
        }
    }
    let mut reasons = Vec::new();
    if !words.is_empty() {
        reasons.push(Reason::Words(words));
    }
    let percent = nearness.map_or(0.0, |nearness| (nearness.cosine * 100.0).round());
    if percent > 0.0 {
        reasons.push(Reason::Meaning(percent.min(100.0) as u8));
    }
    let mut segments: Vec<_> = hit.segment_hits.iter().collect();
    segments.sort_by_key(|segment| segment.relation != Relation::Same);
    reasons.extend(segments.into_iter().take(2).map(|s| Reason::Segment(s.id.clone(), s.relation)));
    reasons.extend(hit.statuses.iter().take(STATUSES_COUNTED).map(|status| Reason::Status(status.clone())));
    reasons.extend(stops.map(Reason::Stops));
    reasons
}

/// Words that say why somebody marks an answer; stored for later tuning.
pub const FEEDBACK_CODES: [&str; 8] =
    ["fits", "wrong-field", "wrong-product", "too-early", "too-small", "too-far", "unclear", "already-known"];

/// What somebody says about one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// The need or offer that asked, if it was one.
    pub asker: Option<String>,
    /// The words that asked.
    pub text: String,
    /// Kind of the answer, such as `organisation`.
    pub kind: String,
    /// Its id.
    pub answer: String,
    /// One of [`FEEDBACK_CODES`].
    pub code: String,
    /// In the person's own words, possibly empty.
    pub note: String,
}

/// Characters of a remark.
pub const NOTE_CHARS_MAX: usize = 500;

/// Checks a remark before it is stored.
pub fn feedback_check(feedback: &Feedback) -> Result<(), Refusal> {
    if !FEEDBACK_CODES.contains(&feedback.code.as_str()) {
        return Err(Refusal::invalid(
            "feedback-code",
            "请从列出的理由中选择一项。",
            "Choose one of the reasons listed.",
        )
        .at("code"));
    }
    if feedback.note.chars().count() > NOTE_CHARS_MAX {
        return Err(Refusal::invalid(
            "feedback-note",
            format!("补充说明不超过 {NOTE_CHARS_MAX} 字。"),
            format!("A remark has at most {NOTE_CHARS_MAX} characters."),
        )
        .at("note"));
    }
    Ok(())
}

/// Checks a text that looks for answers.
pub fn text_check(text: &str) -> Result<(), Refusal> {
    let chars = text.trim().chars().count();
    if chars == 0 {
        return Err(Refusal::invalid(
            "match-text",
            "请先写下您要解决的问题。",
            "First write down what you need solved.",
        )
        .at("text"));
    }
    let max = kernel::limits::MATCH_TEXT_CHARS_MAX;
    if chars > max {
        return Err(Refusal::invalid(
            "match-text-long",
            format!("需求描述不超过 {max} 字，现为 {chars} 字。请删减后再试。"),
            format!("A need has at most {max} characters, this one has {chars}. Shorten it and try again."),
        )
        .at("text"));
    }
    Ok(())
}

/// Whether two places are worth a distance: both known.
pub fn pair(from: Option<Adcode>, to: Option<&str>) -> Option<(Adcode, Adcode)> {
    Some((from?, Adcode::parse(to?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(id: &str, words: &[&str]) -> SegmentWords {
        SegmentWords { id: id.into(), words: words.iter().map(|w| (*w).to_owned()).collect() }
    }

    fn hit(score: f32, statuses: usize) -> MatchHit {
        MatchHit {
            id: "o".into(),
            kind: "organisation".into(),
            title: String::new(),
            name_en: None,
            city: None,
            statuses: vec!["high_tech".into(); statuses],
            segments: Vec::new(),
            url: String::new(),
            demo: false,
            body: String::new(),
            score,
            text_score: score,
            terms: Vec::new(),
            segment_hits: Vec::new(),
        }
    }

    #[test]
    fn the_longest_name_wins_and_its_parts_do_not_count() {
        let segments = [words("ic", &["集成电路"]), words("ic/wafer", &["大硅片", "抛光硅片"]), words("si", &["硅片"])];
        assert_eq!(segments_in("需要300mm抛光硅片", &segments), ["ic/wafer"]);
        assert_eq!(segments_in("集成电路用硅片", &segments), ["ic", "si"]);
        assert!(segments_in("办公家具", &segments).is_empty());
    }

    #[test]
    fn neighbours_weigh_less_and_never_replace_the_segment_itself() {
        let asked = ["wafer".to_owned(), "fab".to_owned()];
        let up = |id: &str| if id == "fab" { vec!["wafer".to_owned(), "resist".to_owned()] } else { vec![] };
        let down = |id: &str| if id == "wafer" { vec!["fab".to_owned()] } else { vec!["pack".to_owned()] };
        let weights = segment_weights(&asked, up, down);
        let relation = |id: &str| weights.iter().find(|w| w.id == id).map(|w| w.relation);
        assert_eq!(relation("wafer"), Some(Relation::Same));
        assert_eq!(relation("fab"), Some(Relation::Same));
        assert_eq!(relation("resist"), Some(Relation::Upstream));
        assert_eq!(relation("pack"), Some(Relation::Downstream));
    }

    #[test]
    fn empty_and_endless_texts_are_refused() {
        assert_eq!(text_check("  ").unwrap_err().code, "match-text");
        assert_eq!(text_check(&"硅".repeat(2_001)).unwrap_err().code, "match-text-long");
        assert!(text_check("硅").is_ok());
    }

    #[test]
    fn feedback_needs_a_listed_reason() {
        let mut feedback = Feedback {
            asker: None,
            text: "硅片".into(),
            kind: "organisation".into(),
            answer: "o".into(),
            code: "because".into(),
            note: String::new(),
        };
        assert_eq!(feedback_check(&feedback).unwrap_err().code, "feedback-code");
        feedback.code = "too-far".into();
        assert!(feedback_check(&feedback).is_ok());
        feedback.note = "远".repeat(501);
        assert_eq!(feedback_check(&feedback).unwrap_err().code, "feedback-note");
    }

    #[test]
    fn the_nearest_in_meaning_doubles_whatever_the_models_scale() {
        for scale in [1.0, 0.01] {
            let near = nearness(&[1.0, 0.0], &[&[1.0, 0.0], &[1.0, scale], &[1.0, scale * 2.0]]);
            assert_eq!((near[0].place, near[2].place), (1.0, 0.0));
            assert_eq!(weigh(&hit(3.0, 0), None, Some(near[0])), 6.0);
            assert_eq!(weigh(&hit(3.0, 0), None, Some(near[2])), 3.0);
        }
        let diagonal = nearness(&[1.0, 0.0], &[&[2.0, 2.0]])[0];
        assert!((diagonal.cosine - std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-6);
        assert_eq!(reasons(&hit(1.0, 0), None, Some(diagonal)), [Reason::Meaning(71)]);
        assert_eq!(diagonal.place, 0.0, "one alone is nearest to nothing");
        let empty: [&[f32]; 2] = [&[0.0, 0.0], &[1.0]];
        assert!(nearness(&[1.0, 0.0], &empty).iter().all(|n| n.cosine == 0.0 && n.place == 0.0));
    }

    proptest! {
        /// Goal: distance and statuses only reorder near neighbours. Method: compare with a hit twice as good.
        #[test]
        fn the_words_decide(score in 0.1f32..100.0, near in 0u32..12, far in 0u32..12, few in 0usize..6, many in 0usize..6) {
            let (good, better) = (hit(score, many), hit(score * 2.0, few));
            prop_assert!(weigh(&better, Some(far), None) > weigh(&good, Some(near), None));
        }
    }
}
