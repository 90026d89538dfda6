//! Hits are shown in the text as it was written.

use search::{Document, Highlight, Hit};

use crate::support::{filled, index, search};

fn shown<'a>(hit: &'a Hit, field: &str) -> &'a Highlight {
    hit.highlights.iter().find(|highlight| highlight.field == field).unwrap_or_else(|| panic!("{field}: {hit:?}"))
}

fn one(document: Document, text: &str) -> Hit {
    let mut hits = search(&filled(&[document]), text).hits;
    assert_eq!(hits.len(), 1, "{text}");
    hits.remove(0)
}

#[test]
fn the_original_is_marked_not_its_folded_form() {
    let document = Document {
        body: "該公司生產㎜級大矽片，後臺乾燥。".to_owned(),
        ..Document::new("a", "offer", "上海超矽半導體", "/")
    };
    let hit = one(document.clone(), "大硅片 超硅");
    assert_eq!(shown(&hit, "title").to_html(), "上海<mark>超矽</mark>半導體");
    assert_eq!(shown(&hit, "body").to_html(), "該公司生產㎜級<mark>大矽片</mark>，後臺乾燥。");
    assert_eq!(shown(&hit, "body").to_text(), document.body);
}

#[test]
fn measures_are_marked_in_any_spelling() {
    let document = Document {
        body: "供应 300 毫米 抛光片与 ３００ｍｍ 外延片".to_owned(),
        ..Document::new("a", "offer", "硅片", "/")
    };
    let hit = one(document, "12英寸");
    assert_eq!(shown(&hit, "body").to_html(), "供应 <mark>300 毫米</mark> 抛光片与 <mark>３００ｍｍ</mark> 外延片");
}

#[test]
fn pinyin_marks_the_characters_it_spells() {
    let index = index();
    for (text, html) in [
        ("chaogui", "上海<mark>超硅</mark>半导体股份有限公司"),
        ("shcg", "<mark>上海超硅</mark>半导体股份有限公司"),
        ("Shanghai Chaogui", "<mark>上海超硅</mark>半导体股份有限公司"),
    ] {
        assert_eq!(shown(&search(&index, text).hits[0], "title").to_html(), html, "{text}");
    }
    let hit = &search(&index, "chongqing").hits[0];
    assert_eq!(shown(hit, "title").to_html(), "<mark>重庆</mark>长江传感技术研究院");
}

#[test]
fn markup_in_texts_is_escaped() {
    let index = index();
    let response = search(&index, "加急");
    let html = shown(&response.hits[0], "body").to_html();
    assert!(html.contains("&lt;b&gt;<mark>加急</mark>&lt;/b&gt; &amp; "), "{html}");
}

#[test]
fn snippets_are_cut_by_characters_around_the_hits() {
    let body = format!("{}这里说的是等离子体刻蚀机。{}", "前言".repeat(200), "后记".repeat(200));
    let hit = one(Document { body, ..Document::new("a", "offer", "设备", "/") }, "刻蚀机");
    let snippet = shown(&hit, "body");
    assert!(snippet.to_html().contains("等离子体<mark>刻蚀机</mark>。"), "{}", snippet.to_html());
    let text = snippet.to_text();
    assert!(text.starts_with('…') && text.ends_with('…'));
    assert_eq!(text.chars().count(), search::limits::SNIPPET_CHARS + 2);
}

#[test]
fn the_matching_alias_and_english_name_are_shown() {
    let index = index();
    let response = search(&index, "Nano Station");
    assert_eq!(shown(&response.hits[0], "name_en").to_html(), "Suzhou <mark>Nano</mark> Vacuum <mark>Station</mark>");
    let response = search(&index, "超硅");
    assert_eq!(shown(&response.hits[0], "name").to_html(), "上海<mark>超硅</mark>");
    assert_eq!(response.hits[0].matched_terms, ["超硅"]);
}
