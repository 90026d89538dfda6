//! Every refusal, shown on the small example pack with one thing broken.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pack::{FILE_BYTES_MAX, PROBLEMS_MAX, Pack, PackProblem};
use proptest::prelude::*;

type Files = BTreeMap<String, Vec<u8>>;

fn twotowns() -> Files {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/twotowns");
    let entries = fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries.map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap())).collect()
}

/// The example pack with `from` replaced by `to` in one file.
fn broken(file: &str, from: &str, to: &str) -> Files {
    let mut files = twotowns();
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    files.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
    files
}

fn problems(files: &Files) -> Vec<PackProblem> {
    Pack::parse(files).expect_err("the pack is broken")
}

/// Asserts that exactly one problem is found: this code at this place, said in both languages.
fn refused(files: &Files, code: &str, file: &str, line: u32, column: u32) {
    let found = problems(files);
    let places: Vec<_> = found.iter().map(|p| (p.code.as_str(), p.file.as_str(), p.line, p.column)).collect();
    assert_eq!(places, [(code, file, line, column)], "{found:#?}");
    assert!(!found[0].zh.is_empty() && !found[0].en.is_empty());
}

/// As [`refused`], the place being where `needle` starts in the broken file.
fn refused_at(files: &Files, code: &str, file: &str, needle: &str) {
    let text = String::from_utf8(files[file].clone()).unwrap();
    let before = &text[..text.find(needle).unwrap_or_else(|| panic!("no {needle}"))];
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() as u32 + 1;
    refused(files, code, file, line, column);
}

/// One break each: file, what stands there, what is put instead, the code, and where it is seen.
fn all_refused(cases: &[(&str, &str, &str, &str, &str)]) {
    for (file, from, to, code, needle) in cases {
        refused_at(&broken(file, from, to), code, file, needle);
    }
}

#[test]
fn the_example_pack_is_good() {
    let pack = Pack::parse(&twotowns()).unwrap_or_else(|p| panic!("{p:#?}"));
    assert!(pack.meta.fictional);
    assert_eq!(pack.members().len(), 2);
    assert_eq!(pack.organisations.len(), 3);
    assert_eq!(pack.organisations[0].statuses[0].status, "high_tech");
    assert!(pack.in_corridor(&pack.organisations[2]), "acts for the corridor");
    assert_eq!(pack.facts[1].number(), Some(1.0 / 7.0));
    assert!(pack.warnings.is_empty(), "{:#?}", pack.warnings);
}

#[test]
fn columns_must_be_the_known_ones() {
    refused(&broken("terms.csv", "zh,en,kind", "zh,en,kind,weight"), "column-unknown", "terms.csv", 1, 12);
    refused(&broken("synonyms.csv", "a,b,", "a,"), "column-missing", "synonyms.csv", 1, 0);
    let files = broken("synonyms.csv", "a,b,", "a,a,b,");
    refused(&files, "column-repeated", "synonyms.csv", 1, 3);
    let files = broken("synonyms.csv", "茗,茶,alias", "茗,茶,alias,x");
    refused(&files, "row-width", "synonyms.csv", 2, 0);
}

#[test]
fn references_must_lead_somewhere() {
    let o = "organisations.csv";
    all_refused(&[
        (o, "990200,name", "990300,name", "adcode-unknown", "990300"),
        (o, "990200,name", "99020,name", "adcode-shape", "99020,"),
        ("terms.csv", "product,example", "product,nowhere", "source-unknown", "nowhere"),
        ("facts.csv", "990100,example", "elsewhere,example", "area-unknown", "elsewhere"),
        ("organisation_segments.csv", "tea/dryer", "tea/cup", "segment-unknown", "tea/cup"),
        ("statements.csv", "tt-1,", "tt-9,", "organisation-unknown", "tt-9"),
        ("clusters.toml", "tea/drink", "tea/cake", "segment-unknown", "\"tea/cake"),
        ("lines.toml", "{ adcode = \"990200", "{ adcode = \"990000", "station-not-member", "\"990000"),
    ]);
}

#[test]
fn ids_occur_once() {
    let f = "organisations.csv";
    let files = broken(f, "tt-3,office", "tt-1,office");
    let found = problems(&files);
    assert_eq!((found[0].code.as_str(), found[0].line), ("duplicate", 4), "{found:#?}");
    refused(&broken("facts.csv", "X2,", "X1,"), "duplicate", "facts.csv", 3, 1);
}

#[test]
fn cycles_are_shown() {
    let files = broken("jurisdictions.csv", "990000,,province", "990000,990100,province");
    let found = problems(&files);
    assert!(found.iter().all(|p| p.code == "jurisdiction-cycle") && found.len() == 3, "{found:#?}");
    let files = broken("segment_edges.csv", "tea/dryer,tea/drink", "tea/dryer,tea/leaf");
    refused(&files, "edge-cycle", "segment_edges.csv", 3, 0);
    assert!(problems(&files)[0].en.contains("tea/leaf → tea/dryer → tea/leaf"));
    let files = broken("segments.csv", "tea/leaf,tea,", "tea/leaf,tea/drink,");
    refused(&files, "segment-parent", "segments.csv", 3, 10);
}

#[test]
fn credit_codes_are_checked() {
    let f = "organisations.csv";
    let code = "91440300708461136T";
    all_refused(&[
        (f, code, "914403007084611360", "uscc-check", "914403"),
        (f, code, "9144030070846113", "uscc-check", "914403"),
        (f, code, "9144030070846113OT", "uscc-check", "914403"),
    ]);
    assert!(problems(&broken(f, code, "914403007084611360"))[0].zh.contains('T'));
    let files = broken(f, "990200,name,,,", &format!("990200,name,,{code},"));
    let found = problems(&files);
    assert_eq!((&*found[0].code, found[0].line), ("uscc-duplicate", 3));
    // A wrong organisation-code digit at the 17th position only warns.
    let bent = kernel::Uscc::complete("91440300708461137").unwrap();
    let pack = Pack::parse(&broken(f, code, bent.as_str())).unwrap();
    let codes: Vec<_> = pack.warnings.iter().map(|w| (&*w.code, w.line)).collect();
    assert_eq!(codes, [("uscc-organisation-digit", 2)]);
}

#[test]
fn words_dates_and_values_are_checked() {
    let (f, s, o) = ("facts.csv", "statements.csv", "organisations.csv");
    let (c, n) = ("calendar.csv", "organisation_names.csv");
    all_refused(&[
        (f, "more-than", "roughly", "word-unknown", "roughly"),
        (f, ",2029,", ",2029-13,", "date", "2029-13"),
        (f, ",12,", ",dozen,", "fact-value", "dozen"),
        (f, "2028/2029", "2029/2028", "date", "2029/2028"),
        (f, "Tea gardens", "", "cell-empty", ",gardens,"),
        (s, "2030-01", "Jan 2030", "date", "Jan 2030"),
        (s, "product", "slogan", "word-unknown", "slogan"),
        (o, "https://", "javascript:", "website", "javascript"),
        (o, "example,true,", "example,yes,", "word-unknown", "yes"),
        (o, "990100,text", "990100,", "city-basis", ",,9144"),
        (c, "2030-10-05", "2031-10-05", "calendar-year", "2031"),
        (c, "2030-10-05", "2030-10-32", "date", "2030-10-32"),
        (n, "简称待核", "", "flag-without-note", ",example\ntt-3"),
    ]);
}

#[test]
fn members_are_numbered_and_are_the_corridor() {
    let f = "jurisdictions.csv";
    refused(&broken(f, "true,2,", "true,3,"), "member-order", f, 0, 0);
    let files = broken("areas.csv", "990100;990200", "990100");
    refused(&files, "corridor-members", "areas.csv", 2, 0);
    let files = broken("pack.toml", "area = \"twotowns\"", "area = \"one\"");
    refused(&files, "corridor-members", "areas.csv", 0, 0);
}

#[test]
fn encodings_are_told_apart() {
    let mut files = twotowns();
    let text = String::from_utf8(files["terms.csv"].clone()).unwrap();
    files.insert("terms.csv".into(), encoding_rs::GB18030.encode(&text).0.into_owned());
    refused(&files, "encoding-gb18030", "terms.csv", 2, 1);
    let remedy = &problems(&files)[0];
    assert!(remedy.zh.contains("UTF-8") && remedy.en.contains("UTF-8"));
    files.insert("terms.csv".into(), b"zh,en\n\xFF\xFE".to_vec());
    refused(&files, "encoding-invalid", "terms.csv", 2, 1);
    refused(&broken("terms.csv", "example tea", "example\0tea"), "nul-byte", "terms.csv", 2, 12);
    let marked = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
    files.insert("terms.csv".into(), marked);
    assert!(Pack::parse(&files).is_ok(), "a byte order mark is accepted");
}

#[test]
fn a_broken_quote_is_named_where_it_opens() {
    let f = "organisation_names.csv";
    let files = broken(f, "tt-2,示例", "tt-2,\"示例");
    refused_first(&files, "quote-open", f, 4, 6);
    let files = broken(f, "Example Tea", "Example \"Tea");
    refused_first(&files, "quote-inside", f, 3, 14);
}

/// As [`refused`], for breaks that make other rows refer to nothing.
fn refused_first(files: &Files, code: &str, file: &str, line: u32, column: u32) {
    let found = problems(files);
    let p = &found[0];
    assert_eq!((p.code.as_str(), p.file.as_str(), p.line, p.column), (code, file, line, column), "{found:#?}");
}

#[test]
fn a_newer_pack_is_told_apart_from_a_broken_one() {
    let files = broken("pack.toml", "format = 1", "format = 2\nnovelty = true");
    refused(&files, "pack-newer", "pack.toml", 2, 10);
    let files = broken("pack.toml", "format = 1", "format = 1\nnovelty = true");
    refused_first(&files, "toml", "pack.toml", 3, 1);
    let files = broken("pack.toml", "format = 1", "format = 0");
    refused_first(&files, "format", "pack.toml", 2, 10);
}

#[test]
fn file_names_must_stay_inside_the_pack() {
    for name in ["../pack.toml", "/etc/passwd", "a/../b.csv", "a\\b.csv", "C:x.csv", ""] {
        let mut files = twotowns();
        files.insert(name.to_owned(), Vec::new());
        refused(&files, "path-unsafe", name, 0, 0);
    }
    let mut files = twotowns();
    files.insert("fact.csv".into(), Vec::new());
    refused(&files, "file-unknown", "fact.csv", 0, 0);
    let mut files = twotowns();
    files.remove("lines.toml");
    refused(&files, "file-missing", "lines.toml", 0, 0);
    let mut files = twotowns();
    let before = pack::digest(&files);
    files.insert("README.md".into(), b"remarks".to_vec());
    let read = Pack::parse(&files).expect("remarks are allowed");
    assert_eq!(read.digest, before, "remarks do not change the digest");
}

#[test]
fn sizes_are_limited() {
    let mut files = twotowns();
    files.insert("terms.csv".into(), vec![b'a'; FILE_BYTES_MAX + 1]);
    refused(&files, "file-too-large", "terms.csv", 0, 0);
    let mut files = twotowns();
    let rows = "x,y,alias,nowhere\n".repeat(PROBLEMS_MAX * 2);
    files.insert("synonyms.csv".into(), format!("a,b,kind,source\n{rows}").into());
    let found = problems(&files);
    assert_eq!(found.len(), PROBLEMS_MAX);
    assert_eq!(found[PROBLEMS_MAX - 1].code, "more-problems");
}

#[test]
fn all_problems_come_at_once() {
    let mut files = broken("facts.csv", "990100,example", "elsewhere,example");
    let terms = "zh,en,kind,source\n茶,tea,thing,example\n水,water,product,nowhere\n";
    files.insert("terms.csv".into(), terms.into());
    let codes: Vec<String> = problems(&files).into_iter().map(|p| p.code).collect();
    assert_eq!(codes, ["area-unknown", "word-unknown", "source-unknown"]);
}

#[test]
fn a_near_duplicate_is_a_warning_not_a_refusal() {
    let f = "organisation_names.csv";
    let files = broken(f, "示例乙烘干研究所", "示例甲茶业股份有限公司");
    let pack = Pack::parse(&files).unwrap_or_else(|p| panic!("{p:#?}"));
    let warnings: Vec<_> = pack.warnings.iter().map(|w| (&*w.code, w.line)).collect();
    assert_eq!(warnings, [("near-duplicate", 3)]);
}

#[cfg(unix)]
#[test]
fn a_folder_is_read_without_following_links() {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in twotowns() {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    fs::write(dir.path().join(".hidden"), "x").unwrap();
    fs::write(dir.path().join("README.md"), "x").unwrap();
    let read = Pack::load_dir(dir.path()).unwrap_or_else(|p| panic!("{p:#?}"));
    assert_eq!(read.digest, pack::digest(&twotowns()));
    fs::remove_file(dir.path().join("terms.csv")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", dir.path().join("terms.csv")).unwrap();
    let found = Pack::load_dir(dir.path()).expect_err("links are refused");
    assert_eq!((&*found[0].code, &*found[0].file), ("path-unsafe", "terms.csv"));
    let missing = Pack::load_dir(&dir.path().join("nowhere")).expect_err("no folder");
    assert_eq!(missing[0].code, "unreadable");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Goal: no bytes make the reader panic. Method: overwrite a stretch of any file with any bytes.
    #[test]
    fn any_bytes_are_answered(pick in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), noise in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut files = twotowns();
        let name = files.keys().nth(pick.index(files.len())).unwrap().clone();
        let bytes = files.get_mut(&name).unwrap();
        let start = place.index(bytes.len());
        let end = (start + noise.len()).min(bytes.len());
        bytes.splice(start..end, noise);
        if let Err(found) = Pack::parse(&files) {
            prop_assert!(!found.is_empty() && found.len() <= PROBLEMS_MAX);
        }
    }
}
