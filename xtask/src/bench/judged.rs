//! The judged questions and the records of the pack, as every engine gets them.

use pack::{Fact, Organisation, Pack};
use search::{Document, LexiconSource, Synonym};
use std::collections::BTreeMap;
use std::path::Path;

/// Kind of a question, the question, and what answers it with its grade.
pub struct Question {
    /// How people ask: name, pinyin, product …
    pub class: String,
    /// What is typed.
    pub text: String,
    /// Record id and grade 1–3.
    pub relevant: BTreeMap<String, u32>,
}

/// Reads `bench/judged/queries.tsv`.
///
/// # Errors
/// A sentence with the line that cannot be read.
pub fn questions(root: &Path) -> Result<Vec<Question>, String> {
    let path = root.join("bench/judged/queries.tsv");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let rows = text.lines().enumerate().skip(1);
    rows.map(|(index, line)| {
        question(line).ok_or_else(|| format!("{}:{}: not class, question, id=grade …", path.display(), index + 1))
    })
    .collect()
}

fn question(line: &str) -> Option<Question> {
    let mut columns = line.split('\t');
    let (class, text, judged) = (columns.next()?, columns.next()?, columns.next()?);
    let grade = |pair: &str| {
        let (id, grade) = pair.split_once('=')?;
        Some((id.to_owned(), grade.parse().ok().filter(|grade| (1..=3).contains(grade))?))
    };
    let relevant: Option<BTreeMap<String, u32>> = judged.split_whitespace().map(grade).collect();
    let relevant = relevant.filter(|all| !all.is_empty())?;
    Some(Question { class: class.to_owned(), text: text.to_owned(), relevant })
}

/// Reads the pack in a folder of `corridors/`.
///
/// # Errors
/// The problems of the pack, one a line.
pub fn pack(root: &Path, name: &str) -> Result<Pack, String> {
    let folder = root.join("corridors").join(name);
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?.flatten() {
        let bytes = std::fs::read(entry.path()).map_err(|e| format!("{}: {e}", entry.path().display()))?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), bytes);
    }
    Pack::parse(&files).map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// What the dictionary of our engine is made of: the pack's words.
pub fn lexicon(pack: &Pack) -> LexiconSource {
    let names = pack.organisations.iter().flat_map(|o| &o.names).filter(|n| n.lang.starts_with("zh"));
    LexiconSource {
        terms: pack.terms.iter().map(|t| t.zh.clone()).chain(pack.segments.iter().map(|s| s.name_zh.clone())).collect(),
        names: names.map(|name| name.name.clone()).collect(),
        synonyms: pack.synonyms.iter().map(|s| Synonym::new(&s.a, &s.b)).collect(),
        places: pack.jurisdictions.iter().flat_map(|j| [j.short_zh.clone(), j.name_zh.clone()]).collect(),
        readings: Vec::new(),
    }
}

/// Every organisation and fact of the pack as a document.
pub fn documents(pack: &Pack) -> Vec<Document> {
    let organisations = pack.organisations.iter().map(|o| of_organisation(pack, o));
    organisations.chain(pack.facts.iter().map(of_fact)).collect()
}

fn of_organisation(pack: &Pack, organisation: &Organisation) -> Document {
    let first = organisation.names.first().map(|n| n.name.clone()).unwrap_or_default();
    let mut document =
        Document::new(&organisation.id, "organisation", first, format!("/organisations/{}", organisation.id));
    document.names = organisation.names.iter().skip(1).map(|n| n.name.clone()).collect();
    document.name_en = organisation.names.iter().find(|n| n.lang == "en").map(|n| n.name.clone());
    document.city = organisation.city.map(|city| city.to_string());
    document.segments = organisation.segments.iter().map(|s| s.segment.clone()).collect();
    let said = organisation.statements.iter().flat_map(|s| [s.value_zh.clone(), s.value_en.clone()]);
    let segment = |id: &str| pack.segments.iter().find(|s| s.id == id).map(|s| format!("{} {}", s.name_zh, s.name_en));
    let trades = organisation.segments.iter().filter_map(|s| segment(&s.segment));
    document.body = said.chain(trades).collect::<Vec<_>>().join("\n");
    document
}

fn of_fact(fact: &Fact) -> Document {
    let title = format!("{} {}", fact.subject_zh, fact.indicator_zh);
    let mut document = Document::new(&fact.id, "fact", title, format!("/facts/{}", fact.id));
    document.name_en = Some(format!("{} {}", fact.subject_en, fact.indicator_en));
    document.body = format!("{} {} {}", fact.value, fact.unit_zh, fact.note_zh);
    document
}

/// The same words as one text on one line, for engines that know one field.
pub fn flat(document: &Document) -> String {
    let parts =
        std::iter::once(&document.title).chain(&document.names).chain(&document.name_en).chain([&document.body]);
    parts.cloned().collect::<Vec<_>>().join(" ").replace(['\n', '\t'], " ")
}

/// nDCG@10 of one answer: gain (2^grade − 1) / log2(rank + 1), divided by the best possible (Järvelin, Kekäläinen 2002).
pub fn ndcg(question: &Question, answer: &[String]) -> f64 {
    let gain = |grade: u32, rank: usize| f64::from((1_u32 << grade) - 1) / ((rank + 2) as f64).log2();
    let found = answer.iter().take(10).enumerate();
    let got: f64 = found.map(|(rank, id)| question.relevant.get(id).map_or(0.0, |grade| gain(*grade, rank))).sum();
    let mut best: Vec<u32> = question.relevant.values().copied().collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let ideal: f64 = best.into_iter().take(10).enumerate().map(|(rank, grade)| gain(grade, rank)).sum();
    if ideal > 0.0 { got / ideal } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_judged_record_is_in_the_pack() {
        let root = crate::root();
        let documents = documents(&pack(&root, "g60").unwrap());
        let questions = questions(&root).unwrap();
        assert!(questions.len() >= 100);
        for question in questions {
            for id in question.relevant.keys() {
                assert!(documents.iter().any(|d| d.id == *id), "{}: {id} is not in the pack", question.text);
            }
        }
    }

    #[test]
    fn the_best_order_scores_one_and_nothing_scores_zero() {
        let question = question("name\tx\ta=3 b=1").unwrap();
        let ids = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert!((ndcg(&question, &ids(&["a", "b"])) - 1.0).abs() < 1e-9);
        assert!(ndcg(&question, &ids(&["b", "a"])) < 0.8);
        assert!(ndcg(&question, &ids(&["c"])).abs() < 1e-9);
    }
}
