use super::*;
use kernel::limits::IMPORT_BYTES_MAX;
use kernel::{Adcode, Uscc};
use proptest::prelude::*;

const ORGANISATIONS: &str = "key,name,name_en,aliases,uscc,city,kind,segments,website,capabilities,statuses\n";
const GOOD: &str = "ex-1,示例硅材料有限公司,Example Silicon,示例硅材;松江硅材,,310117,enterprise,ic/wafer,https://silicon.example,提供抛光硅片。,high_tech\n";

fn reading_as(bytes: &[u8], noun: Noun, format: Format, publish: bool) -> Parsed {
    let known = Known {
        city: &|code: Adcode| ["310117", "330400"].contains(&code.to_string().as_str()),
        segment: &|id: &str| ["ic/wafer", "ic/sensor"].contains(&id),
    };
    let today = Date::parse("2026-03-16").unwrap();
    read(bytes, &Reading { noun, format, known: &known, today, publish, demo: false })
}

fn csv(text: &str) -> Parsed {
    reading_as(text.as_bytes(), Noun::Organisations, Format::Csv, false)
}

fn jsonl(text: &str) -> Parsed {
    reading_as(text.as_bytes(), Noun::Organisations, Format::JsonLines, false)
}

fn organisations(parsed: Parsed) -> Vec<OrganisationRow> {
    assert_eq!(parsed.problems.listed, [], "nothing is wrong with it");
    match parsed.rows {
        Rows::Organisations(rows) => rows,
        Rows::Listings(_) => panic!("organisations were read"),
    }
}

/// Insists on exactly these problems, as (line, column, code).
#[track_caller]
fn refused(parsed: &Parsed, expected: &[(usize, usize, &str)]) {
    let found: Vec<_> = parsed.problems.listed.iter().map(|p| (p.line, p.column, p.code.as_str())).collect();
    assert_eq!(found, expected, "{:#?}", parsed.problems.listed);
    assert!(parsed.problems.listed.iter().all(|p| !p.zh.is_empty() && !p.en.is_empty()), "each says what to do");
}

#[test]
fn a_row_is_read_from_csv_and_from_json_alike() {
    let from_csv = organisations(csv(&format!("{ORGANISATIONS}{GOOD}")));
    let line = r#"{"key":"ex-1","name":"示例硅材料有限公司","name_en":"Example Silicon","aliases":["示例硅材","松江硅材"],"city":"310117","kind":"enterprise","segments":"ic/wafer","website":"https://silicon.example","capabilities":"提供抛光硅片。","statuses":["high_tech"],"uscc":null}"#;
    let from_json = organisations(jsonl(line));
    assert_eq!(from_csv[0].aliases, ["示例硅材", "松江硅材"]);
    assert_eq!((from_csv[0].line, from_json[0].line), (2, 1));
    assert_eq!(
        digest(&from_csv[0]),
        digest(&from_json[0]),
        "the same words are the same row, whatever line and format"
    );
    assert_ne!(digest(&from_csv[0]), digest(&OrganisationRow { name: "别的".into(), ..from_csv[0].clone() }));
}

#[test]
fn the_examples_of_the_documentation_are_right() {
    for (noun, csv, jsonl) in [
        (
            Noun::Organisations,
            include_bytes!("../../../../../docs/examples/organisations.csv").as_slice(),
            include_bytes!("../../../../../docs/examples/organisations.jsonl").as_slice(),
        ),
        (
            Noun::Needs,
            include_bytes!("../../../../../docs/examples/needs.csv"),
            include_bytes!("../../../../../docs/examples/needs.jsonl"),
        ),
        (
            Noun::Offers,
            include_bytes!("../../../../../docs/examples/offers.csv"),
            include_bytes!("../../../../../docs/examples/offers.jsonl"),
        ),
    ] {
        let known = Known { city: &|_| true, segment: &|_| true };
        let today = Date::parse("2026-03-16").unwrap();
        let parsed =
            |bytes, format| read(bytes, &Reading { noun, format, known: &known, today, publish: true, demo: true });
        let (a, b) = (parsed(csv, Format::Csv), parsed(jsonl, Format::JsonLines));
        assert_eq!((&a.problems.listed, &b.problems.listed), (&vec![], &vec![]), "{noun:?}");
        assert_eq!((a.count, a.rows.len()), (b.count, b.rows.len()));
        let digests = |rows: &Rows| match rows {
            Rows::Organisations(rows) => rows.iter().map(digest).collect::<Vec<_>>(),
            Rows::Listings(rows) => rows.iter().map(digest).collect(),
        };
        assert_eq!(digests(&a.rows), digests(&b.rows), "both formats say the same of {noun:?}");
    }
}

#[test]
fn a_byte_order_mark_is_accepted() {
    let text = format!("\u{feff}{ORGANISATIONS}{GOOD}");
    assert_eq!(organisations(csv(&text))[0].key, "ex-1");
    assert_eq!(
        organisations(jsonl("\u{feff}{\"key\":\"a\",\"name\":\"示例厂\",\"city\":\"310117\",\"kind\":\"bank\"}"))[0]
            .key,
        "a"
    );
}

#[test]
fn windows_and_old_mac_line_ends_are_accepted() {
    for end in ["\r\n", "\r"] {
        let text = format!("{ORGANISATIONS}{GOOD}{}", GOOD.replace("ex-1", "ex-2")).replace('\n', end);
        let rows = organisations(csv(&text));
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3]);
    }
}

#[test]
fn gb18030_is_refused_with_the_way_to_convert_it() {
    let (bytes, _, _) = encoding_rs::GB18030.encode("key,name,city,kind\nex-1,示例硅材料有限公司,310117,enterprise\n");
    let parsed = reading_as(&bytes, Noun::Organisations, Format::Csv, false);
    // The bytes of 示 happen to be a character of UTF-8 as well; those of 例 are none.
    refused(&parsed, &[(2, 7, "encoding-gb18030")]);
    assert!(parsed.problems.listed[0].en.contains("iconv -f GB18030 -t UTF-8"));
}

#[test]
fn utf_16_is_refused_with_the_way_to_convert_it() {
    let units: Vec<u16> = format!("\u{feff}{ORGANISATIONS}{GOOD}").encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for bytes in [&little[..], &big[..], &little[2..], &big[2..]] {
        let parsed = reading_as(bytes, Noun::Organisations, Format::Csv, false);
        refused(&parsed, &[(1, 1, "encoding-utf16")]);
        assert!(parsed.problems.listed[0].zh.contains("iconv"));
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_at_their_place() {
    let mut bytes = format!("{ORGANISATIONS}ex-1,好").into_bytes();
    bytes.extend([0xFF, b'\n']);
    refused(&reading_as(&bytes, Noun::Organisations, Format::Csv, false), &[(2, 7, "encoding-unknown")]);
}

#[test]
fn nul_bytes_are_refused_at_their_place() {
    refused(&csv(&format!("{ORGANISATIONS}ex-1,示例\0有限公司,,,,310117,enterprise,,,,\n")), &[(2, 8, "nul-byte")]);
    refused(&jsonl("\n{\"key\":\"\0\"}"), &[(2, 9, "nul-byte")]);
}

#[test]
fn a_file_of_100_mb_is_refused_with_its_size() {
    let bytes = vec![b'a'; 100 * 1024 * 1024];
    let parsed = reading_as(&bytes, Noun::Organisations, Format::Csv, false);
    refused(&parsed, &[(0, 0, "file-too-large")]);
    assert!(parsed.problems.listed[0].en.contains("100 MiB") && parsed.problems.listed[0].en.contains("64 MiB"));
    assert!(bytes.len() > IMPORT_BYTES_MAX);
}

#[test]
fn a_broken_quote_is_refused_with_line_and_column() {
    let row = |name: &str| format!("{ORGANISATIONS}{GOOD}ex-2,{name},,,,310117,enterprise,,,,\n");
    refused(&csv(&row("\"示例厂")), &[(3, 6, "csv-quote")]);
    refused(&csv(&row("示例\"甲\"厂")), &[(3, 8, "csv-quote")]);
    refused(&csv(&row("\"示例\"厂")), &[(3, 9, "csv-quote")]);
    let text = format!("{}{}", row("\"示例\"厂"), GOOD.replace("ex-1", "ex-3").replace("310117", "310118"));
    refused(&csv(&text), &[(3, 9, "csv-quote"), (4, 43, "city-unknown")]);
}

#[test]
fn quoted_cells_may_hold_commas_quotes_and_line_ends() {
    let text = format!(
        "{ORGANISATIONS}ex-1,示例厂,,,,310117,enterprise,,,\"甲,\"\"乙\"\"\n丙\",\nex-2,示例二厂,,,,310118,enterprise,,,,\n"
    );
    refused(&csv(&text), &[(4, 14, "city-unknown")]);
    let rows = organisations(csv(&text.replace("310118", "330400")));
    assert_eq!(rows[0].capabilities, "甲,\"乙\"\n丙");
}

#[test]
fn unknown_missing_and_doubled_columns_are_refused_by_name() {
    let parsed = csv("key,name,Kind,city,key\nex-1,示例厂,enterprise,310117,ex-1\n");
    refused(&parsed, &[(1, 10, "column-unknown"), (1, 20, "column-twice"), (1, 1, "column-missing")]);
    assert!(parsed.problems.listed[0].en.contains("“Kind”") && parsed.problems.listed[2].field == "kind");
    refused(
        &csv("key;name;city;kind\n"),
        &[
            (1, 1, "csv-separator"),
            (1, 1, "column-missing"),
            (1, 1, "column-missing"),
            (1, 1, "column-missing"),
            (1, 1, "column-missing"),
        ],
    );
    refused(
        &jsonl(r#"{"key":"a","name":"示例厂","city":"310117","kind":"bank","colour":"red"}"#),
        &[(1, 55, "field-unknown")],
    );
    refused(&jsonl(r#"{"key":"a","key":"b","name":"示例厂","city":"310117","kind":"bank"}"#), &[(1, 2, "field-twice")]);
}

#[test]
fn a_row_with_too_few_or_too_many_cells_is_refused() {
    refused(
        &csv("key,name,city,kind\nex-1,示例厂,310117\nex-2,示例,厂,310117,bank\n"),
        &[(2, 10, "csv-width"), (3, 18, "csv-width")],
    );
}

#[test]
fn a_file_without_rows_is_refused() {
    for text in ["", "\n\n", ORGANISATIONS] {
        assert_eq!(csv(text).problems.listed[0].code, "file-empty", "{text:?}");
    }
    refused(&jsonl("\n \n"), &[(0, 0, "file-empty")]);
}

#[test]
fn a_wrong_check_character_is_refused_and_the_right_one_named() {
    let right = Uscc::complete("91310117MA1J00000").unwrap().to_string();
    let expected = right.chars().last().unwrap();
    let wrong = format!("{}{}", &right[..17], if expected == '0' { '1' } else { '0' });
    let parsed = csv(&format!("{ORGANISATIONS}ex-1,示例厂,,,{wrong},310117,enterprise,,,,\n"));
    refused(&parsed, &[(2, 12, "uscc-check")]);
    assert!(parsed.problems.listed[0].zh.contains(&right), "{}", parsed.problems.listed[0].zh);
    refused(&csv(&format!("{ORGANISATIONS}ex-1,示例厂,,,12345,310117,enterprise,,,,\n")), &[(2, 12, "uscc-length")]);
}

#[test]
fn a_wrong_17th_position_only_warns() {
    let code = (0..10).map(|digit| Uscc::complete(&format!("91310117MA1J0000{digit}")).unwrap().to_string());
    let odd = code.into_iter().find(|code| !Uscc::parse(code).unwrap().1.is_empty()).unwrap();
    let parsed = csv(&format!("{ORGANISATIONS}ex-1,示例厂,,,{odd},310117,enterprise,,,,\n"));
    let warned: Vec<_> = parsed.warnings.listed.iter().map(|w| (w.line, w.code.as_str())).collect();
    assert_eq!(warned, [(2, "uscc-organisation-check")]);
    assert_eq!(organisations(parsed)[0].uscc.as_deref(), Some(odd.as_str()));
}

#[test]
fn unknown_words_are_refused_at_their_cell() {
    for (row, expected) in [
        ("ex-1,示例厂,,,,999999,enterprise,,,,", (2, 13, "city-unknown")),
        ("ex-1,示例厂,,,,松江,enterprise,,,,", (2, 13, "city-unknown")),
        ("ex-1,示例厂,,,,310117,company,,,,", (2, 20, "kind-unknown")),
        ("ex-1,示例厂,,,,310117,bank,ic/none,,,", (2, 25, "segment-unknown")),
        ("ex-1,示例厂,,,,310117,bank,,,,king", (2, 28, "status-unknown")),
        ("ex-1,示例厂,,,,310117,bank,,example.cn,,", (2, 26, "website-shape")),
        ("ex 1,示例厂,,,,310117,bank,,,,", (2, 1, "key-shape")),
        (",示例厂,,,,310117,bank,,,,", (2, 1, "key-shape")),
        ("ex-1,厂,,,,310117,bank,,,,", (2, 6, "name-short")),
        ("ex-1,示例\u{1}厂,,,,310117,bank,,,,", (2, 6, "text-control")),
    ] {
        refused(&csv(&format!("{ORGANISATIONS}{row}\n")), &[expected]);
    }
}

#[test]
fn texts_that_are_too_long_are_refused() {
    let long = |chars: usize| "长".repeat(chars);
    for (row, expected) in [
        (format!("ex-1,{},,,,310117,bank,,,,", long(121)), (2, 6, "text-too-long")),
        (format!("ex-1,示例厂,,,,310117,bank,,,{},", long(2_001)), (2, 27, "text-too-long")),
        (format!("{},示例厂,,,,310117,bank,,,,", "k".repeat(65)), (2, 1, "key-shape")),
        (
            format!(
                "ex-1,示例厂,,{},,310117,bank,,,,",
                (0..39).map(|n| format!("名{n}")).collect::<Vec<_>>().join(";")
            ),
            (2, 11, "too-many-names"),
        ),
    ] {
        refused(&csv(&format!("{ORGANISATIONS}{row}\n")), &[expected]);
    }
}

#[test]
fn a_key_or_code_that_stands_twice_is_refused_with_the_first_line() {
    let parsed = csv(&format!("{ORGANISATIONS}{GOOD}{GOOD}"));
    refused(&parsed, &[(3, 1, "key-duplicate")]);
    assert!(parsed.problems.listed[0].en.contains("line 2"));
    let code = Uscc::complete("91310117MA1J00000").unwrap();
    let row = |key| format!("{key},示例厂,,,{code},310117,enterprise,,,,\n");
    refused(&csv(&format!("{ORGANISATIONS}{}{}", row("a"), row("b"))), &[(3, 9, "uscc-duplicate")]);
}

#[test]
fn json_nested_10000_deep_is_refused() {
    let text = format!("{{\"key\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    refused(&jsonl(&text), &[(1, 39, "json-depth")]);
    let braces = "{\"a\":".repeat(10_000);
    assert_eq!(jsonl(&braces).problems.listed[0].code, "json-depth");
    let text = r#"{"key":"a","name":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[","city":"310117","kind":"bank"}"#;
    assert_eq!(organisations(jsonl(text)).len(), 1, "brackets in a text are no depth");
}

#[test]
fn a_line_that_is_no_object_is_refused() {
    for text in ["[]", "\"key\"", "12", "null", "[{\"key\":\"a\"}]"] {
        refused(&jsonl(text), &[(1, 1, "json-object")]);
    }
    refused(&jsonl("{\"名\":1,}"), &[(1, 8, "json-syntax")]);
    refused(&jsonl("{\"key\":\"a\"} x"), &[(1, 13, "json-syntax")]);
    refused(&jsonl("{\"key\":{},\"name\":\"示例厂\",\"city\":\"310117\",\"kind\":\"bank\"}"), &[(1, 2, "field-type")]);
}

#[test]
fn a_thousand_problems_are_listed_and_the_rest_counted() {
    let parsed = csv(&format!("{ORGANISATIONS}{}", "x y,,,,,,,,,,\n".repeat(400)));
    assert_eq!((parsed.problems.listed.len(), parsed.problems.total, parsed.count), (PROBLEMS_MAX, 1_600, 400));
}

#[test]
fn more_rows_than_the_limit_are_refused() {
    let rows: String = (0..=ROWS_MAX).map(|n| format!("k{n},示例厂,310117,bank\n")).collect();
    refused(&csv(&format!("key,name,city,kind\n{rows}")), &[(ROWS_MAX + 2, 0, "rows-max")]);
}

#[test]
fn needs_and_offers_are_checked_like_drafts_and_when_published_like_submissions() {
    let text = "key,organisation_key,type,title,abstract,segments,maturity,valid_until\n\
        o-1,ex-1,achievement,低应力压力传感器样机,低应力薄膜压力传感器样机已完成实验室验证，求共同中试的企业。,,,\n";
    let parsed = |publish| reading_as(text.as_bytes(), Noun::Offers, Format::Csv, publish);
    refused(&parsed(false), &[]);
    refused(&parsed(true), &[(2, 65, "listing-maturity"), (2, 64, "listing-segments")]);
    for (from, to, noun, expected) in [
        ("achievement", "gift", Noun::Offers, "type-unknown"),
        ("achievement", "", Noun::Offers, "listing-type"),
        (",,,\n", ",ic/wafer,12,\n", Noun::Offers, "listing-maturity"),
        (",,,\n", ",ic/wafer,4,\n", Noun::Needs, "listing-maturity"),
        (",,,\n", ",,,2026-02-30\n", Noun::Offers, "date-shape"),
        (",,,\n", ",,,2026-03-15\n", Noun::Offers, "listing-until"),
        (",,,\n", ",ic/none,,\n", Noun::Offers, "segment-unknown"),
        ("ex-1", "", Noun::Offers, "organisation-missing"),
        ("低应力压力传感器样机,", "样机,", Noun::Offers, "listing-title"),
        ("求共同中试的企业。", &"长".repeat(2_000), Noun::Offers, "text-too-long"),
    ] {
        let parsed = reading_as(text.replacen(from, to, 1).as_bytes(), noun, Format::Csv, false);
        let codes: Vec<_> = parsed.problems.listed.iter().map(|p| (p.line, p.code.as_str())).collect();
        assert_eq!(codes, [(2, expected)], "{from} → {to}");
    }
}

#[test]
fn a_later_row_fills_in_and_never_clears() {
    let arrival = Arrival { batch: "b1", by: "system", publish: false, demo: false, now: Instant::from_ms(1_000) };
    let first = organisations(csv(&format!("{ORGANISATIONS}{GOOD}"))).remove(0);
    let mut n = 0;
    let mut ids = || {
        n += 1;
        format!("p{n}")
    };
    let made = create_organisation(&first, "o1", &arrival, &mut ids);
    assert_eq!((made.organisation.batch.as_deref(), made.organisation.source.as_str()), (Some("b1"), SOURCE_IMPORT));
    assert_eq!(made.organisation.claimed_ms.or(made.organisation.verified_ms), None, "unclaimed and not confirmed");
    assert!(
        made.statements.iter().all(|s| s.verified_ms.is_none() && s.source == SOURCE_IMPORT && !s.as_of.is_empty())
    );
    let thin =
        organisations(csv(&format!("{ORGANISATIONS}ex-1,示例新名有限公司,,,,330400,enterprise,,,,\n"))).remove(0);
    let next = change_organisation(&made, &thin, Instant::from_ms(2_000), &mut ids);
    let names: Vec<&str> = next.names.iter().map(|name| name.name.as_str()).collect();
    assert_eq!(names, ["示例新名有限公司", "Example Silicon", "示例硅材", "松江硅材"]);
    assert_eq!(next.organisation.city.unwrap().to_string(), "330400");
    assert_eq!((&next.statements, &next.segments, &next.statuses), (&made.statements, &made.segments, &made.statuses));
    assert_eq!(next.organisation.website.as_deref(), Some("https://silicon.example"));
    let other = OrganisationRow { capabilities: "只做检测。".into(), statuses: vec!["gazelle".into()], ..first };
    let last = change_organisation(&next, &other, Instant::from_ms(3_000), &mut ids);
    assert_eq!((last.statements.len(), last.statements[0].value_zh.as_str()), (1, "只做检测。"));
    assert_eq!(last.statuses.iter().map(|s| s.status.as_str()).collect::<Vec<_>>(), ["gazelle"]);
}

#[test]
fn what_becomes_of_a_row() {
    let holder = |object: &str, digest: Option<&str>, open| Holder {
        object: object.into(),
        digest: digest.map(str::to_owned),
        city: None,
        open,
    };
    let mine = |open| holder("o1", Some("d1"), open);
    assert_eq!(fate(2, "d1", None, None), Ok(Fate::Create));
    assert_eq!(fate(2, "d1", Some(&mine(false)), None), Ok(Fate::Unchanged));
    assert_eq!(fate(2, "d2", Some(&mine(true)), None), Ok(Fate::Update("o1".into())));
    assert_eq!(fate(2, "d2", Some(&mine(false)), None), Ok(Fate::Kept(None)));
    assert_eq!(fate(2, "d2", None, Some(&holder("o2", None, true))), Ok(Fate::Kept(Some("o2".into()))));
    let problem = fate(2, "d2", Some(&mine(true)), Some(&holder("o2", None, true))).unwrap_err();
    assert_eq!((problem.line, problem.code.as_str()), (2, "key-code-differ"));
}

#[test]
fn the_format_is_told_by_the_name() {
    for (name, format) in [
        ("a.csv", Some(Format::Csv)),
        ("A.CSV", Some(Format::Csv)),
        ("a.b.jsonl", Some(Format::JsonLines)),
        ("a.ndjson", Some(Format::JsonLines)),
        ("a.xlsx", None),
        ("csv", None),
    ] {
        assert_eq!(Format::of_name(name), format, "{name}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..600), pick in 0..6_usize) {
        let noun = Noun::ALL[pick % 3];
        let format = if pick < 3 { Format::Csv } else { Format::JsonLines };
        let parsed = reading_as(&bytes, noun, format, false);
        prop_assert!(!parsed.problems.is_empty() || !parsed.rows.is_empty());
    }

    #[test]
    fn any_text_after_a_good_header_is_answered(text in "[a-z0-9,\"\n\r;{}\\[\\]: 硅\u{0}]{0,200}", pick in 0..3_usize) {
        let noun = Noun::ALL[pick];
        let whole = format!("{}\n{text}", noun.columns().join(","));
        let parsed = reading_as(whole.as_bytes(), noun, Format::Csv, true);
        prop_assert!(!parsed.problems.is_empty() || !parsed.rows.is_empty());
        let lines = whole.lines().count().max(1) + whole.matches('\r').count();
        prop_assert!(parsed.problems.listed.iter().all(|p| p.line <= lines + 1));
        let parsed = reading_as(text.as_bytes(), noun, Format::JsonLines, true);
        prop_assert!(!parsed.problems.is_empty() || !parsed.rows.is_empty());
    }
}
