//! What is found by what.

use search::{Document, Filters, RefusalCode, SearchError, SearchRequest};

use crate::support::{ask, chaogui, documents, filled, first, ids, index, only_city, search};

#[test]
fn one_firm_by_all_its_spellings() {
    let index = index();
    for text in [
        "大硅片",
        "大矽片",
        "大矽片製造",
        "超硅",
        "超矽",
        "上海超硅",
        "上海超硅半导体股份有限公司",
        "上海超矽半導體",
        "chaogui",
        "ChaoGui",
        "cg",
        "shcg",
        "shanghaichaogui",
        "Shanghai Chaogui",
        "shang hai chao gui",
        "Ｓｈａｎｇｈａｉ　Ｃｈａｏｇｕｉ",
        "450mm",
    ] {
        assert_eq!(first(&search(&index, text)), "o1", "{text}");
    }
}

#[test]
fn a_name_without_aliases_is_found_by_its_parts_in_pinyin() {
    let index = filled(&[Document { names: Vec::new(), ..chaogui() }]);
    for text in ["chaogui", "cg", "shcg", "shanghaichaogui", "Shanghai Chaogui", "chaogui bandaoti"] {
        assert_eq!(ids(&search(&index, text)), ["o1"], "{text}");
    }
}

#[test]
fn all_readings_of_a_name() {
    let index = index();
    for text in ["chongqing", "chongqingchangjiang", "cqcj", "changjiang"] {
        assert_eq!(first(&search(&index, text)), "o4", "{text}");
    }
    for text in ["shexian", "xixian"] {
        assert_eq!(first(&search(&index, text)), "o5", "{text}");
    }
}

/// The query parser of the engine makes a phrase of a Chinese run and finds nothing here.
#[test]
fn words_need_not_stand_side_by_side() {
    let index = index();
    for text in ["大硅片垄断", "谁打破了大硅片制造技术垄断", "垄断 大硅片"] {
        let response = search(&index, text);
        assert_eq!(first(&response), "o1", "{text}");
    }
}

#[test]
fn parts_of_compounds_are_found() {
    let index = index();
    for text in ["科创走廊联席", "联席会议", "G60科创走廊", "挂帅", "概念验证", "拨投"] {
        assert_eq!(first(&search(&index, text)), "f1", "{text}");
    }
}

#[test]
fn a_phrase_ranks_before_scattered_words() {
    let near = Document { body: "氮化镓功率器件".repeat(3), ..Document::new("near", "offer", "甲", "/") };
    let far = Document {
        body: "功率很大的设备，另有器件与材料，还做氮化硅与镓盐。".to_owned(),
        ..Document::new("far", "offer", "乙", "/")
    };
    let index = filled(&[far, near]);
    assert_eq!(ids(&search(&index, "功率器件")), ["near", "far"]);
}

#[test]
fn query_syntax_is_only_text() {
    let index = index();
    for text in [
        "芯片:大硅片",
        "(未闭合 \"大硅片",
        "大硅片 AND",
        "+大硅片 -",
        "大硅片~2^",
        "（大硅片）：“",
        "大硅片*",
        "\\大硅片",
    ] {
        assert!(ids(&search(&index, text)).contains(&"o1"), "{text}");
    }
    for text in ["\"", "(((", "::", "\0", "《》", "\u{200b}"] {
        let response = search(&index, text);
        assert!(response.hits.is_empty() && response.total == 0, "{text:?}");
    }
    assert_eq!(first(&search(&index, "大\0硅片 大硅片")), "o1");
}

#[test]
fn single_characters_are_found() {
    let index = index();
    assert_eq!(first(&search(&index, "茶")), "o5");
    assert!(ids(&search(&index, "硅")).contains(&"o1"));
    assert!(search(&index, "龘").hits.is_empty());
}

#[test]
fn synonyms_are_found_after_the_word_itself() {
    let index = index();
    assert_eq!(first(&search(&index, "姑苏")), "o3");
    let response = search(&index, "MEMS");
    assert_eq!(ids(&response), ["o2", "o3"]);
    assert!(response.hits[0].score > response.hits[1].score);
}

#[test]
fn numbers_with_units_have_one_spelling() {
    let index = index();
    for text in ["300mm", "300 毫米", "300毫米", "12英寸", "12寸", "３００ｍｍ", "12 inch"] {
        let response = search(&index, text);
        let mut found = ids(&response);
        found.sort_unstable();
        assert_eq!(found, ["n1", "o1"], "{text}");
    }
    assert_eq!(ids(&search(&index, "200mm")), ["o2"]);
    assert_eq!(ids(&search(&index, "450")), ["o1"]);
}

#[test]
fn filters_narrow_and_facets_count() {
    let index = index();
    let response = search(&index, "");
    assert_eq!((response.total, response.total_exact), (7, true));
    let count = |counts: &[search::FacetCount], value: &str| {
        counts.iter().find(|count| count.value == value).map_or(0, |count| count.count)
    };
    assert_eq!(count(&response.facets.kind, "organisation"), 4);
    assert_eq!(count(&response.facets.city, "310117"), 2);
    assert_eq!(count(&response.facets.status, "high_tech"), 2);
    assert_eq!(count(&response.facets.segment, "semiconductor"), 3);
    assert_eq!(count(&response.facets.segment, "semiconductor/wafer"), 2);
    assert_eq!(count(&response.facets.year, "2015"), 1);
    assert!(response.facets.exact);

    let narrowed = index
        .search(&SearchRequest {
            filters: Filters {
                segment: vec!["semiconductor".to_owned()],
                kind: vec!["organisation".to_owned(), "platform".to_owned()],
                ..Filters::default()
            },
            ..ask("")
        })
        .unwrap();
    let mut found = ids(&narrowed);
    found.sort_unstable();
    assert_eq!(found, ["o1", "o2"]);
    let years = Filters { year: vec![2021, 1900], ..Filters::default() };
    assert_eq!(ids(&index.search(&SearchRequest { filters: years, ..ask("") }).unwrap()), ["f1"]);
    let request = SearchRequest { filters: only_city("330400"), ..ask("半导体") };
    assert_eq!(ids(&index.search(&request).unwrap()), ["o2"]);
}

/// What a saved search asks of a document that changed.
#[test]
fn asking_about_one_document_says_whether_the_whole_search_finds_it() {
    let index = index();
    for words in ["", "大硅片", "半导体", "300mm", "硅片 缺陷 检测", "没有这样的东西"] {
        let all = search(&index, words);
        for id in ids(&search(&index, "")) {
            let filters = Filters { id: vec![id.to_owned()], ..Filters::default() };
            let alone = index.search(&SearchRequest { filters, ..ask(words) }).unwrap();
            let expected: &[&str] = if ids(&all).contains(&id) { &[id] } else { &[] };
            assert_eq!(ids(&alone), expected, "{words} about {id}");
        }
    }
}

/// Such paths made the engine's own facet collector panic.
#[test]
fn facet_paths_cannot_break_anything() {
    let index = index();
    for path in ["/", "//", "/上海", "上海/", "semiconductor/", "/semiconductor", "..", "%2F", "'; drop table"] {
        let filters = Filters { segment: vec![path.to_owned(), "/".to_owned()], ..Filters::default() };
        let response = index.search(&SearchRequest { filters, ..ask("大硅片") }).unwrap();
        assert!(response.hits.is_empty(), "{path}");
    }
    for bad in [String::new(), "a\0b".to_owned(), "长".repeat(201)] {
        let filters = Filters { segment: vec![bad.clone()], ..Filters::default() };
        let refused = index.search(&SearchRequest { filters, ..ask("大硅片") }).unwrap_err();
        assert!(
            matches!(&refused, SearchError::Refused(why) if why.code == RefusalCode::FilterInvalid && why.field == "filters.segment"),
            "{bad:?}: {refused}"
        );
    }
    let odd = Document { segments: vec!["/a//b/".to_owned()], ..Document::new("x", "offer", "甲乙", "/") };
    let index = filled(&[odd]);
    assert_eq!(search(&index, "甲乙").facets.segment.len(), 4);
}

#[test]
fn questions_beyond_the_limits_are_refused() {
    let index = index();
    let code = |request: SearchRequest| match index.search(&request) {
        Err(SearchError::Refused(refused)) => (refused.code.as_str(), refused.field),
        other => panic!("{other:?}"),
    };
    assert_eq!(code(ask(&"硅".repeat(350_000))), ("query_too_long", "text"));
    assert_eq!(code(ask(&"a".repeat(501))), ("query_too_long", "text"));
    assert!(index.search(&ask(&"硅".repeat(500))).is_ok());
    assert_eq!(code(SearchRequest { limit: 201, ..ask("硅") }), ("page_too_deep", "limit"));
    assert_eq!(code(SearchRequest { offset: usize::MAX, ..ask("硅") }), ("page_too_deep", "offset"));
    let many = Filters { city: vec!["310117".to_owned(); 101], ..Filters::default() };
    assert_eq!(code(SearchRequest { filters: many, ..ask("硅") }), ("too_many_values", "filters.city"));
}

#[test]
fn few_full_answers_bring_partial_ones_after_them() {
    let index = index();
    let response = search(&index, "抛光硅片 传感器");
    assert!(response.relaxed);
    let found = ids(&response);
    assert!(found.contains(&"o1") && found.contains(&"o2"), "{found:?}");
    let both =
        Document { body: "抛光硅片与传感器".to_owned(), ..Document::new("b", "offer", "两样都有", "/") };
    let index = filled(&[documents(), vec![both]].concat());
    assert_eq!(first(&search(&index, "抛光硅片 传感器")), "b");
}

#[test]
fn enough_full_answers_leave_partial_ones_out() {
    let mut all: Vec<Document> = (0..30)
        .map(|n| Document {
            body: "激光雷达与传感器模组".to_owned(),
            ..Document::new(format!("full{n}"), "offer", format!("甲{n}"), "/")
        })
        .collect();
    all.extend((0..30).map(|n| Document {
        body: "激光焊接".to_owned(),
        ..Document::new(format!("part{n}"), "offer", format!("乙{n}"), "/")
    }));
    let index = filled(&all);
    let response = search(&index, "激光 传感器");
    assert_eq!((response.total, response.relaxed, response.total_exact), (30, false, true));
    assert!(response.hits.iter().all(|hit| hit.id.starts_with("full")));
}

#[test]
fn pages_neither_repeat_nor_leave_out() {
    let all: Vec<Document> = (0..450)
        .map(|n| Document {
            body: format!("传感器{}", "模组".repeat(n % 7)),
            ..Document::new(format!("d{n:03}"), "offer", format!("甲{n}"), "/")
        })
        .collect();
    let index = filled(&all);
    let mut seen = std::collections::HashSet::new();
    for offset in (0..450).step_by(45) {
        let page = index.search(&SearchRequest { offset, limit: 45, ..ask("传感器") }).unwrap();
        assert_eq!((page.total, page.hits.len()), (450, 45));
        seen.extend(page.hits.into_iter().map(|hit| hit.id));
    }
    assert_eq!(seen.len(), 450);
}

/// More results than are counted one by one take the other way through the engine; both must agree.
#[test]
fn many_results_are_ranked_like_few() {
    let mut all: Vec<Document> = (0..12_000)
        .map(|n| Document {
            city: Some(if n % 3 == 0 { "310117" } else { "330400" }.to_owned()),
            body: format!("传感器模组第{n}号{}", "，常规产品".repeat(1 + n % 5)),
            ..Document::new(format!("d{n}"), "offer", "器件", "/")
        })
        .collect();
    all.push(Document { city: Some("330400".to_owned()), ..Document::new("best", "offer", "传感器", "/") });
    all.push(Document { rank: 0.25, ..Document::new("low", "offer", "传感器", "/") });
    let index = filled(&all);
    let counted = search(&index, "传感器");
    assert_eq!((counted.total, counted.total_exact), (12_002, true));
    assert_eq!(first(&counted), "best");
    let quick = index.search(&SearchRequest { facets: false, ..ask("传感器") }).unwrap();
    assert_eq!((quick.total, quick.total_exact), (10_000, false));
    assert_eq!(ids(&quick), ids(&counted));
    let there =
        index.search(&SearchRequest { filters: only_city("310117"), limit: 200, ..ask("传感器 模组") }).unwrap();
    assert_eq!(there.total, 4_000);
    assert!(there.hits.iter().all(|hit| hit.city.as_deref() == Some("310117")));
}

#[test]
fn rank_moves_equals() {
    let low = Document { rank: 0.5, ..Document::new("low", "offer", "光刻胶", "/") };
    let high = Document { rank: 2.0, ..Document::new("high", "offer", "光刻胶", "/") };
    let broken = Document { rank: f32::NAN, ..Document::new("middle", "offer", "光刻胶", "/") };
    let index = filled(&[low, broken, high]);
    assert_eq!(ids(&search(&index, "光刻胶")), ["high", "middle", "low"]);
    assert_eq!(ids(&search(&index, "")), ["high", "middle", "low"]);
}
