//! A text looks for its counterparts.

use search::{Document, MatchRequest, MatchResponse, MatchedField, RefusalCode, Relation, SearchError, SegmentWeight};

use crate::support::{documents, filled, index};

const NEED: &str = "我们需要采购300毫米抛光硅片，要求用于28纳米逻辑芯片，年用量约2万片，希望找到长三角的大硅片厂家。";

fn need() -> MatchRequest {
    MatchRequest {
        text: NEED.to_owned(),
        kinds: vec!["organisation".to_owned(), "offer".to_owned()],
        ..MatchRequest::default()
    }
}

fn ids(response: &MatchResponse) -> Vec<&str> {
    response.hits.iter().map(|hit| hit.id.as_str()).collect()
}

fn segment(id: &str, relation: Relation, weight: f32) -> SegmentWeight {
    SegmentWeight { id: id.to_owned(), relation, weight }
}

#[test]
fn a_need_finds_the_right_firm_and_says_why() {
    let response = index().candidates(&need()).unwrap();
    let best = &response.hits[0];
    assert_eq!(best.id, "o1");
    let terms: Vec<&str> = best.terms.iter().map(|term| term.text.as_str()).collect();
    for word in ["300毫米", "抛光硅片", "大硅片"] {
        assert!(terms.contains(&word), "{word} in {terms:?}");
    }
    assert!(best.terms.iter().all(|term| term.weight > 0.0));
    assert!(best.terms.windows(2).all(|pair| pair[0].weight >= pair[1].weight));
    assert!(response.hits.iter().all(|hit| hit.kind == "organisation"));
}

#[test]
fn a_traditional_text_finds_the_same() {
    let request = MatchRequest { text: "採購300mm拋光矽片".to_owned(), ..need() };
    let response = index().candidates(&request).unwrap();
    assert_eq!(response.hits[0].id, "o1");
    assert!(response.hits[0].terms.iter().any(|term| term.text == "拋光矽片"), "{:?}", response.hits[0].terms);
}

#[test]
fn a_word_in_the_name_is_said_to_be_there() {
    let request = MatchRequest { text: "纳米真空互联".to_owned(), ..MatchRequest::default() };
    let response = index().candidates(&request).unwrap();
    assert_eq!(response.hits[0].id, "o3");
    assert!(response.hits[0].terms.iter().any(|term| term.field == MatchedField::Name));
}

#[test]
fn segments_bring_in_and_lift() {
    let request = MatchRequest {
        text: "找供应商".to_owned(),
        segments: vec![
            segment("semiconductor/wafer", Relation::Same, 1.0),
            segment("semiconductor/device", Relation::Downstream, 0.3),
        ],
        kinds: vec!["organisation".to_owned()],
        ..MatchRequest::default()
    };
    let response = index().candidates(&request).unwrap();
    assert_eq!(ids(&response), ["o1", "o2"]);
    assert_eq!(response.hits[0].segment_hits[0].relation, Relation::Same);
    assert_eq!(response.hits[1].segment_hits[0].id, "semiconductor/device");
    assert!(response.hits[0].score > response.hits[1].score);
    assert!(response.hits[0].text_score.abs() < f32::EPSILON);
}

#[test]
fn what_is_not_proposed_by_default_stays_away() {
    let mut all = documents();
    all[0].default_match = false;
    let index = filled(&all);
    assert!(!ids(&index.candidates(&need()).unwrap()).contains(&"o1"));
    let asked = MatchRequest { include_all: true, ..need() };
    assert_eq!(index.candidates(&asked).unwrap().hits[0].id, "o1");
    let excluded = MatchRequest { include_all: true, exclude_ids: vec!["o1".to_owned(), "?".to_owned()], ..need() };
    assert!(!ids(&index.candidates(&excluded).unwrap()).contains(&"o1"));
    let elsewhere = MatchRequest { include_all: true, cities: vec!["330400".to_owned()], ..need() };
    assert!(index.candidates(&elsewhere).unwrap().hits.iter().all(|hit| hit.city.as_deref() == Some("330400")));
}

/// More candidates than are scored one by one take the other way through the engine.
#[test]
fn many_candidates_keep_the_conditions() {
    let mut all = documents();
    all.extend((0..11_000).map(|n| Document {
        city: Some("330400".to_owned()),
        segments: vec!["semiconductor/wafer".to_owned()],
        body: format!("抛光硅片加工第{n}线"),
        default_match: n % 2 == 0,
        ..Document::new(format!("d{n}"), "offer", "加工服务", "/")
    }));
    let index = filled(&all);
    let request = MatchRequest {
        segments: vec![segment("semiconductor/wafer", Relation::Same, 1.0)],
        include_all: true,
        exclude_ids: vec!["d0".to_owned(), "d2".to_owned()],
        ..need()
    };
    let response = index.candidates(&request).unwrap();
    assert_eq!(response.hits[0].id, "o1");
    assert_eq!(response.hits.len(), 50);
    let proposed = index.candidates(&MatchRequest { include_all: false, limit: 200, ..request }).unwrap();
    assert_eq!(proposed.hits.len(), 200);
    assert!(proposed.hits.iter().all(|hit| {
        hit.id == "o1" || hit.id.starts_with('d') && hit.id[1..].parse::<u32>().is_ok_and(|n| n % 2 == 0 && n > 2)
    }));
}

#[test]
fn texts_beyond_the_limits_are_refused_and_empty_ones_find_nothing() {
    let index = index();
    let refused = index.candidates(&MatchRequest { text: "硅".repeat(20_001), ..need() }).unwrap_err();
    assert!(matches!(refused, SearchError::Refused(why) if why.code == RefusalCode::QueryTooLong));
    let refused =
        index.candidates(&MatchRequest { segments: vec![segment("", Relation::Same, 1.0)], ..need() }).unwrap_err();
    assert!(matches!(refused, SearchError::Refused(why) if why.field == "segments"));
    for text in ["", "，。\0", "的"] {
        let response = index.candidates(&MatchRequest { text: text.to_owned(), ..need() }).unwrap();
        assert!(response.hits.is_empty(), "{text:?} {:?}", ids(&response));
    }
    let odd = segment("semiconductor/wafer", Relation::Same, f32::NAN);
    let request = MatchRequest { text: String::new(), segments: vec![odd], ..need() };
    assert!(index.candidates(&request).unwrap().hits.is_empty());
}

#[test]
fn a_long_text_is_searched_by_its_telling_words() {
    let filler = "本项目旨在进一步提升企业技术水平，推动产业高质量发展。".repeat(300);
    let request = MatchRequest { text: format!("{filler}{NEED}"), ..need() };
    let response = index().candidates(&request).unwrap();
    assert_eq!(response.hits[0].id, "o1");
    assert!(response.terms.len() <= 16);
}
