use super::*;
use std::collections::HashSet;

fn words() -> Vocabulary {
    Vocabulary::read(&crate::root().join("corridors/g60")).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_record() {
    let words = words();
    assert_eq!(organisation(&words, 7, 12_345), organisation(&words, 7, 12_345));
    assert_ne!(organisation(&words, 7, 12_345).uscc, organisation(&words, 8, 12_345).uscc);
    assert_eq!(listing(&words, 7, 10, true, 3), listing(&words, 7, 10, true, 3));
}

#[test]
fn every_record_says_that_it_is_synthetic() {
    let words = words();
    for index in 0..500 {
        let organisation = organisation(&words, 1, index);
        assert!(organisation.name.starts_with("合成") && organisation.name_en.starts_with("Synthetic "));
        let offer = listing(&words, 1, 10, false, index);
        assert!(offer.title.starts_with("合成") && offer.title_en.starts_with("Synthetic "));
    }
}

#[test]
fn codes_hold_and_are_distinct() {
    let words = words();
    let codes: HashSet<String> = (0..2000).map(|index| organisation(&words, 1, index).uscc).collect();
    assert_eq!(codes.len(), 2000);
    assert!(codes.iter().all(|code| kernel::Uscc::parse(code).is_ok()));
}

#[test]
fn listings_belong_to_organisations_that_are_generated() {
    let words = words();
    let keys: HashSet<String> = (0..20).map(|index| organisation(&words, 1, index).key).collect();
    assert!((0..200).all(|index| keys.contains(&listing(&words, 1, 20, true, index).organisation_key)));
}

#[test]
fn both_formats_carry_every_column() {
    let words = words();
    let rows = || (0..3).map(|index| organisation(&words, 1, index));
    let (mut text, mut lines) = (Vec::new(), Vec::new());
    write(&mut text, false, rows()).unwrap();
    write(&mut lines, true, rows()).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    for (row, line) in reader.records().zip(String::from_utf8(lines).unwrap().lines()) {
        let (row, line): (_, serde_json::Value) = (row.unwrap(), serde_json::from_str(line).unwrap());
        for (column, value) in columns.iter().zip(&row) {
            assert_eq!(line[column], value, "{column}");
        }
    }
    assert_eq!(
        columns,
        [
            "key",
            "name",
            "name_en",
            "aliases",
            "uscc",
            "city",
            "kind",
            "segments",
            "website",
            "capabilities",
            "statuses"
        ]
    );
}
