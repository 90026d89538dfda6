//! The vectors that the browser's module is held against too, and tools of others as judges.

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use serde_json::Value;
use stripping::strip;

/// What the vectors hide in every place of a file that tells its author.
const SECRET: &str = "Shili Zuozhe";

fn vectors() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/stripping-1.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn cases(which: &str) -> Vec<(String, Vec<u8>, Value)> {
    let all = vectors();
    let list = all[which].as_array().unwrap().clone();
    let read = |case: Value| {
        (case["name"].as_str().unwrap().to_owned(), hex::decode(case["given"].as_str().unwrap()).unwrap(), case)
    };
    list.into_iter().map(read).collect()
}

#[test]
fn metadata_goes_and_content_stays_byte_for_byte() {
    for (name, given, case) in cases("stripped") {
        let out = strip(&given).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        assert_eq!(out.kind.media_type(), case["type"].as_str().unwrap(), "{name}");
        assert_eq!(hex::encode(&out.bytes), case["stripped"].as_str().unwrap(), "{name}");
        assert_eq!(strip(&out.bytes).as_ref(), Ok(&out), "{name}: stripped once more");
    }
}

#[test]
fn what_cannot_be_stripped_is_refused_with_its_code() {
    let mut codes: Vec<String> = Vec::new();
    for (name, given, case) in cases("refused") {
        let problem = strip(&given).expect_err(&name);
        assert_eq!(problem.code(), case["code"].as_str().unwrap(), "{name}");
        codes.push(problem.code().to_owned());
    }
    assert_eq!(strip(&vec![b'a'; stripping::BYTES_MAX + 1]), Err(stripping::Problem::TooLarge));
    assert!(strip(&vec![b'a'; stripping::BYTES_MAX]).is_ok());
    for problem in stripping::Problem::ALL.iter().filter(|problem| **problem != stripping::Problem::TooLarge) {
        assert!(codes.iter().any(|code| code == problem.code()), "no vector for {problem}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(
        start in prop::sample::select(vec![&b""[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n", b"PK\x03\x04"]),
        rest in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let _ = strip(&[start, &rest].concat());
    }

    #[test]
    fn a_changed_or_torn_file_is_answered(which in 0..17_usize, at in any::<prop::sample::Index>(), byte in any::<u8>(), torn in any::<bool>()) {
        let (_, mut given, _) = cases("stripped").swap_remove(which);
        let at = at.index(given.len());
        if torn { given.truncate(at) } else { given[at] = byte }
        if let Ok(out) = strip(&given) {
            prop_assert_eq!(strip(&out.bytes).map(|again| again.bytes), Ok(out.bytes));
        }
    }
}

/// Runs a tool of others over every stripped vector of some kinds; says loudly when it is not there.
fn judged(tool: &str, arguments: &[&str], kinds: &[&str], verdict: impl Fn(&str, &std::process::Output, bool)) {
    if Command::new(tool).arg("--version").output().is_err() && Command::new(tool).arg("-ver").output().is_err() {
        eprintln!("skipped: {tool} is not installed; it would have judged {kinds:?}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut judged = 0;
    for (name, given, _) in cases("stripped") {
        let out = strip(&given).unwrap();
        if !kinds.contains(&out.kind.extension()) {
            continue;
        }
        for (bytes, stripped) in [(&given, false), (&out.bytes, true)] {
            let file = folder.path().join(format!("judged.{}", out.kind.extension()));
            std::fs::write(&file, bytes).unwrap();
            let answer = Command::new(tool).args(arguments).arg(&file).output().unwrap();
            verdict(&name, &answer, stripped);
            judged += 1;
        }
    }
    assert!(judged > 0, "{tool} has judged nothing");
}

#[test]
fn exiftool_finds_nothing_that_tells_the_author() {
    let found = std::cell::Cell::new(0);
    let kinds = ["jpg", "png", "pdf", "docx", "xlsx", "pptx"];
    judged("exiftool", &["-a", "-G1", "-ee3"], &kinds, |name, answer, stripped| {
        let text = String::from_utf8_lossy(&answer.stdout);
        if !stripped {
            found.set(found.get() + usize::from(text.contains(SECRET)));
            return;
        }
        assert!(!text.contains(SECRET), "{name}: {text}");
        for group in ["[IPTC]", "[Photoshop]", "[XMP-", "[GPS]", "[ExifIFD]", "[IFD1]", "[PNG]           Author"] {
            assert!(
                !text.lines().any(|line| line.starts_with(group) && !line.contains("XMP Toolkit")),
                "{name}: {text}"
            );
        }
        for line in text.lines().filter(|line| line.starts_with("[IFD0]")) {
            assert!(line.contains("Orientation"), "{name}: {line}");
        }
    });
    assert!(found.get() == 0 || found.get() >= 5, "exiftool sees what the vectors hide: {}", found.get());
}

#[test]
fn qpdf_finds_no_fault_in_a_blanked_document() {
    judged("qpdf", &["--check"], &["pdf"], |name, answer, stripped| {
        let text = String::from_utf8_lossy(&answer.stderr);
        assert!(answer.status.success(), "{name}, stripped {stripped}: {text}");
    });
}

#[test]
fn python_reads_every_entry_of_a_package_and_no_time() {
    let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nfor i in z.infolist(): print(i.date_time, i.extra, i.comment)";
    judged("python3", &["-c", script], &["docx", "xlsx", "pptx"], |name, answer, stripped| {
        assert!(answer.status.success(), "{name}: {}", String::from_utf8_lossy(&answer.stderr));
        let text = String::from_utf8_lossy(&answer.stdout);
        assert!(!stripped || text.lines().all(|line| line == "(1980, 1, 1, 0, 0, 0) b'' b''"), "{name}: {text}");
    });
}
