//! Writing, crashing, reopening.

use std::sync::Arc;

use search::{Document, Index, Lexicon, RefusalCode, SearchError};

use crate::support::{chaogui, documents, ids, index, lexicon, search, source};

fn fill(index: &Index, applied: u64) {
    let mut writer = index.writer(2).unwrap();
    for document in documents() {
        writer.upsert(&document).unwrap();
    }
    writer.commit(applied).unwrap();
    writer.finish().unwrap();
}

#[test]
fn later_documents_replace_earlier_ones() {
    let index = index();
    let mut writer = index.writer(1).unwrap();
    writer.upsert(&Document { body: "改做光刻胶".to_owned(), ..chaogui() }).unwrap();
    writer.delete("o2");
    writer.delete("nobody");
    writer.upsert(&Document::new("o9", "offer", "甲", "/")).unwrap();
    writer.delete("o9");
    assert_eq!(ids(&search(&index, "450mm")), ["o1"], "nothing is visible before the commit");
    writer.commit(7).unwrap();
    assert!(search(&index, "450mm").hits.is_empty());
    assert_eq!(ids(&search(&index, "光刻胶")), ["o1"]);
    assert!(search(&index, "氮化镓").hits.is_empty());
    assert_eq!((index.len(), index.applied().unwrap()), (6, Some(7)));
    assert_eq!(search(&index, "").total, 6);
}

#[test]
fn a_rollback_forgets() {
    let index = index();
    let mut writer = index.writer(1).unwrap();
    writer.clear().unwrap();
    writer.rollback().unwrap();
    writer.commit(2).unwrap();
    assert_eq!(index.len(), 7);
}

#[test]
fn a_rebuild_is_one_step_for_readers() {
    let index = index();
    let mut writer = index.writer(1).unwrap();
    writer.clear().unwrap();
    writer.insert_new(&Document::new("new", "offer", "全新内容", "/")).unwrap();
    assert_eq!(ids(&search(&index, "450mm")), ["o1"]);
    writer.commit(3).unwrap();
    assert_eq!(ids(&search(&index, "全新")), ["new"]);
    assert_eq!(index.len(), 1);
}

#[test]
fn documents_outside_the_limits_are_refused_and_change_nothing() {
    let index = index();
    let mut writer = index.writer(1).unwrap();
    for document in [
        Document { id: String::new(), ..chaogui() },
        Document { id: "o\u{0}1".to_owned(), ..chaogui() },
        Document { kind: "长".repeat(201), ..chaogui() },
        Document { segments: vec![String::new()], ..chaogui() },
        Document { statuses: vec!["x".to_owned(); 401], ..chaogui() },
    ] {
        let refused = writer.upsert(&document).unwrap_err();
        assert!(
            matches!(&refused, SearchError::Refused(why)
                if matches!(why.code, RefusalCode::DocumentInvalid | RefusalCode::TooManyValues)),
            "{refused}"
        );
    }
    writer.commit(2).unwrap();
    assert_eq!(ids(&search(&index, "450mm")), ["o1"]);
}

#[test]
fn very_long_texts_are_cut_not_refused() {
    let index = Index::in_memory(lexicon()).unwrap();
    let mut writer = index.writer(1).unwrap();
    let long = Document {
        body: format!("光刻胶{}", "字".repeat(300_000)),
        names: (0..500).map(|n| format!("别名{n}{}", "长".repeat(400))).collect(),
        name_en: Some("x".repeat(100_000)),
        ..Document::new("long", "offer", "题".repeat(100_000), "/")
    };
    writer.upsert(&long).unwrap();
    writer.commit(1).unwrap();
    assert_eq!(ids(&search(&index, "光刻胶")), ["long"]);
}

#[test]
fn what_is_committed_survives_and_the_rest_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let opened = Index::open(dir.path(), lexicon()).unwrap();
    assert!(opened.rebuild_needed && opened.index.applied().unwrap().is_none());
    fill(&opened.index, 41);
    let mut writer = opened.index.writer(1).unwrap();
    writer.delete("o1");
    writer.upsert(&Document::new("late", "offer", "没有提交", "/")).unwrap();
    // As after a crash: the writer is gone without a commit.
    drop(writer);
    drop(opened);

    let again = Index::open(dir.path(), lexicon()).unwrap();
    assert!(!again.rebuild_needed);
    assert_eq!(again.index.applied().unwrap(), Some(41));
    assert_eq!(ids(&search(&again.index, "450mm")), ["o1"]);
    assert!(search(&again.index, "没有提交").hits.is_empty());
    again.index.writer(1).unwrap().commit(42).unwrap();
}

#[test]
fn an_index_that_was_never_filled_asks_for_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let opened = Index::open(dir.path(), lexicon()).unwrap();
    opened.index.writer(1).unwrap().upsert(&chaogui()).unwrap();
    drop(opened);
    assert!(Index::open(dir.path(), lexicon()).unwrap().rebuild_needed);
}

#[test]
fn another_dictionary_asks_for_a_rebuild() {
    let dir = tempfile::tempdir().unwrap();
    fill(&Index::open(dir.path(), lexicon()).unwrap().index, 5);
    let mut changed = source();
    changed.terms.push("抛光液".to_owned());
    let changed = Arc::new(Lexicon::new(&changed).unwrap());
    assert_ne!(changed.digest(), lexicon().digest());
    assert!(matches!(Index::open_read_only(dir.path(), Arc::clone(&changed)), Err(SearchError::VersionMismatch)));
    std::fs::write(dir.path().join("mine.txt"), "stays").unwrap();
    let opened = Index::open(dir.path(), Arc::clone(&changed)).unwrap();
    assert!(opened.rebuild_needed && opened.index.is_empty());
    fill(&opened.index, 6);
    assert_eq!(ids(&search(&opened.index, "450mm")), ["o1"]);
    assert!(dir.path().join("mine.txt").exists(), "only the index's own files are removed");
    drop(opened);
    assert!(!Index::open(dir.path(), changed).unwrap().rebuild_needed);
}

#[test]
fn a_damaged_index_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    fill(&Index::open(dir.path(), lexicon()).unwrap().index, 5);
    std::fs::write(dir.path().join("meta.json"), "{ broken").unwrap();
    let opened = Index::open(dir.path(), lexicon()).unwrap();
    assert!(opened.rebuild_needed && opened.index.is_empty());
}

#[test]
fn a_second_reader_follows_and_a_second_writer_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Index::open_read_only(dir.path(), lexicon()), Err(SearchError::Missing)));
    let opened = Index::open(dir.path(), lexicon()).unwrap();
    fill(&opened.index, 1);
    let mut writer = opened.index.writer(1).unwrap();
    let reader = Index::open_read_only(dir.path(), lexicon()).unwrap();
    assert_eq!(ids(&search(&reader, "450mm")), ["o1"]);
    assert!(matches!(reader.writer(1), Err(SearchError::Busy)));
    writer.delete("o1");
    writer.commit(2).unwrap();
    assert_eq!(ids(&search(&reader, "450mm")), ["o1"], "a reader keeps what it has until it asks");
    reader.reload().unwrap();
    assert!(search(&reader, "450mm").hits.is_empty());
    assert_eq!(reader.applied().unwrap(), Some(2));
}

#[test]
fn the_digest_names_everything_that_changes_answers() {
    let base = source();
    let digest = |source: &search::LexiconSource| Lexicon::new(source).unwrap().digest().to_owned();
    let same = digest(&base);
    assert_eq!(same, digest(&base));
    let mut reordered = base.clone();
    reordered.terms.reverse();
    assert_eq!(same, digest(&reordered), "the order of terms means nothing");
    let changes: [fn(&mut search::LexiconSource); 4] = [
        |source| source.names.push("长光华芯".to_owned()),
        |source| source.synonyms.push(search::Synonym::new("申城", "上海")),
        |source| source.places.push("芜湖".to_owned()),
        |source| source.readings.push(("莘县".to_owned(), "shen xian".to_owned())),
    ];
    for change in changes {
        let mut changed = base.clone();
        change(&mut changed);
        assert_ne!(same, digest(&changed));
    }
}
