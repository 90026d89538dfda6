//! Whatever is typed or stored, nothing panics and foldings hold.

use std::sync::LazyLock;

use proptest::prelude::*;
use search::{Document, Filters, Index, Lexicon, MatchRequest, SearchError, SearchRequest, highlight::Highlight};

use crate::support::{filled, index, lexicon};

static INDEX: LazyLock<Index> = LazyLock::new(index);
static LEXICON: LazyLock<std::sync::Arc<Lexicon>> = LazyLock::new(lexicon);

/// Texts that look like questions gone wrong, beside entirely random ones.
fn text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "大硅片",
        "大矽片",
        "後臺乾燥",
        "乾坤",
        "300 毫米",
        "1,000",
        "0.5",
        "12\"",
        "㎜",
        "ﬀ",
        "İ",
        "ẞ",
        "é",
        "e\u{301}",
        "\u{fb01}",
        "\u{1f600}",
        "\u{0}",
        "\u{202e}",
        "가",
        "ｶﾞ",
        "「」",
        "：",
        "\"",
        "(",
        "cg",
        "Shanghai ",
        "的",
        "硅",
        "重庆",
        "龘",
        "𠮷",
        " ",
        "\n",
        "\u{feff}",
        "½",
        "①",
        "℃",
        "\u{300}",
        "ᄀ",
        "ᅡ",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(odd, 0..12).prop_map(|parts| parts.concat()),
        prop::collection::vec(any::<char>(), 0..40).prop_map(|chars| chars.into_iter().collect()),
    ]
}

fn check(shown: &Highlight, original: &str) {
    let text = shown.to_text();
    let inner = text.trim_start_matches('…').trim_end_matches('…');
    assert!(original.contains(inner), "{original:?} shown as {text:?}");
    assert!(!shown.to_html().replace("<mark>", "").replace("</mark>", "").contains('<'));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn folding_twice_changes_nothing(text in text()) {
        let folder = LEXICON.folder();
        let once = folder.fold(&text);
        prop_assert_eq!(&folder.fold(&once), &once);
        let folded = folder.fold_aligned(&text);
        prop_assert_eq!(folded.text(), once);
        for at in 0..folded.chars().len() {
            prop_assert!(text.get(folded.original(at..at + 1)).is_some_and(|part| !part.is_empty()));
        }
    }

    #[test]
    fn any_question_gets_an_answer_or_a_refusal(text in text(), city in text(), offset in 0usize..30) {
        let filters = Filters { city: vec![city], ..Filters::default() };
        for filters in [Filters::default(), filters] {
            let request = SearchRequest { text: text.clone(), filters, offset, ..SearchRequest::default() };
            match INDEX.search(&request) {
                Ok(response) => prop_assert!(response.total <= INDEX.len()),
                Err(SearchError::Refused(_)) => {}
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
        let matching = INDEX.candidates(&MatchRequest { text, ..MatchRequest::default() });
        prop_assert!(matching.is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_document_is_stored_and_shown_as_written(title in text(), body in text(), name in text()) {
        let document = Document {
            names: vec![name],
            body: body.clone(),
            ..Document::new("x", "offer", title.clone(), "/x")
        };
        let index = filled(&[document]);
        let everything = index.search(&SearchRequest::default()).unwrap();
        prop_assert_eq!(&everything.hits[0].title, &title);
        for question in [&title, &body] {
            let Ok(response) = index.search(&SearchRequest { text: question.clone(), ..SearchRequest::default() }) else {
                continue;
            };
            for hit in &response.hits {
                for shown in &hit.highlights {
                    match shown.field.as_str() {
                        "title" => prop_assert_eq!(shown.to_text(), title.clone()),
                        "body" => check(shown, &body),
                        _ => {}
                    }
                }
            }
        }
    }
}
