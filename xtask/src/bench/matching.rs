//! Part of suite `search`: matches of a need over the generated records, and the questions of a person with facets.

use super::report::Row;
use super::search::{Speed, round};
use super::suites::Bench;
use crate::generate::{Vocabulary, listing, organisation};
use search::{Document, Index, MatchRequest, Relation, SearchRequest, SegmentWeight};
use std::time::Duration;

/// Record `index` as a document: nine organisations, then an offer, and so on.
pub fn document(words: &Vocabulary, seed: u64, index: u64) -> Document {
    if index % 10 == 9 {
        let row = listing(words, seed, 1000, false, index);
        let mut document = Document::new(&row.key, "offer", &row.title, format!("/offers/{}", row.key));
        document.name_en = Some(row.title_en);
        document.segments = vec![row.segments];
        document.body = format!("{} {}", row.r#abstract, row.abstract_en);
        return document;
    }
    let row = organisation(words, seed, index);
    let mut document = Document::new(&row.key, "organisation", &row.name, format!("/organisations/{}", row.key));
    document.names = row.aliases.split(';').map(str::to_owned).collect();
    document.name_en = Some(row.name_en);
    document.city = Some(row.city);
    document.segments = row.segments.split(';').map(str::to_owned).collect();
    document.statuses = row.statuses.split(';').filter(|s| !s.is_empty()).map(str::to_owned).collect();
    document.body = row.capabilities;
    document
}

/// Measures matches and searches with facets; there is no peer for these.
///
/// # Errors
/// A sentence when the engine refuses.
pub fn rows(bench: &Bench<'_>, pack: &pack::Pack, index: &Index, words: &Vocabulary) -> Result<Vec<Row>, String> {
    let needs: Vec<MatchRequest> = (0..200).map(|n| need(pack, words, n)).collect();
    let pages: Vec<SearchRequest> = words
        .trades
        .iter()
        .flat_map(|trade| trade.words.clone())
        .map(|text| SearchRequest { text, ..SearchRequest::default() })
        .collect();
    let (mut matches, mut facets) = (Speed::default(), Speed::default());
    for _ in 0..bench.rounds {
        let time = Duration::from_secs(bench.seconds);
        let told = |e: search::SearchError| format!("bench search, ours: {e}");
        matches.add(round(&needs, time, |_| Ok(()), |(), need| index.candidates(need).map(drop).map_err(told))?);
        facets.add(round(&pages, time, |_| Ok(()), |(), page| index.search(page).map(drop).map_err(told))?);
    }
    Ok(vec![
        Row::alone("matches of a need: p50, ms", matches.p50, ""),
        Row::alone("matches of a need: p99, ms", matches.p99, "≤ 60 ms"),
        Row::alone("20 hits with facets and highlights: p50, ms", facets.p50, "≤ 5 ms"),
        Row::alone("20 hits with facets and highlights: p99, ms", facets.p99, "≤ 40 ms"),
    ])
}

/// A need with its segment, and the segments that supply it or that it supplies.
fn need(pack: &pack::Pack, words: &Vocabulary, index: u64) -> MatchRequest {
    let row = listing(words, 99, 1000, true, index);
    let near = pack.edges.iter().filter_map(|edge| match () {
        () if edge.downstream == row.segments => Some((edge.upstream.clone(), Relation::Upstream)),
        () if edge.upstream == row.segments => Some((edge.downstream.clone(), Relation::Downstream)),
        () => None,
    });
    let same = std::iter::once((row.segments.clone(), Relation::Same));
    let weighted = same.chain(near).map(|(id, relation)| SegmentWeight {
        id,
        relation,
        weight: if relation == Relation::Same { 2.0 } else { 1.0 },
    });
    MatchRequest {
        text: format!("{}\n{}", row.title, row.r#abstract),
        segments: weighted.collect(),
        ..MatchRequest::default()
    }
}
