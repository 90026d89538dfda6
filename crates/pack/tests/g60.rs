//! What the G60 pack must be, judged on the files that go into the program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kernel::{Adcode, Date};
use pack::{Fact, Organisation, Pack, near_duplicates};

fn g60() -> Pack {
    Pack::embedded_g60().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corridors/g60")
}

fn code(text: &str) -> Adcode {
    Adcode::parse(text).unwrap()
}

fn by_name<'p>(pack: &'p Pack, name: &str) -> &'p Organisation {
    let has = |o: &&Organisation| o.names.iter().any(|n| n.name == name);
    let found: Vec<_> = pack.organisations.iter().filter(has).collect();
    assert_eq!(found.len(), 1, "{name}: {found:#?}");
    found[0]
}

#[test]
fn the_program_carries_exactly_the_folder() {
    let from_folder = Pack::load_dir(&folder()).unwrap_or_else(|p| panic!("{p:#?}"));
    let embedded = g60();
    assert_eq!(from_folder, embedded);
    assert_eq!(embedded.digest.len(), 64);
}

#[test]
fn nine_members_in_order_with_their_place_in_the_tree() {
    let pack = g60();
    let names: Vec<_> = pack.members().iter().map(|j| j.short_zh.as_str()).collect();
    assert_eq!(names, ["松江", "嘉兴", "杭州", "金华", "苏州", "湖州", "宣城", "芜湖", "合肥"]);
    assert!(pack.is_within(code("310117"), code("310000")));
    assert!(!pack.is_within(code("310000"), code("310117")));
    let wuhu = pack.jurisdiction(code("340200")).unwrap();
    assert_eq!((wuhu.joined, wuhu.joined_source.as_deref()), (Some(2018), Some("article:001")));
    assert_eq!(pack.jurisdiction(code("330700")).unwrap().joined, None);
}

#[test]
fn all_facts_are_there_and_each_can_be_read_in_full() {
    let pack = g60();
    let ids: BTreeSet<String> = pack.facts.iter().map(|f| f.id.clone()).collect();
    let expected: BTreeSet<String> = (1..=189).map(|n| format!("F{n:03}")).collect();
    assert_eq!(ids, expected);
    for fact in &pack.facts {
        assert!(pack.area_name(&fact.area).is_some(), "{}", fact.id);
        assert!(pack.source(&fact.source).is_some(), "{}", fact.id);
        assert!(!fact.as_of_note_en.is_empty(), "{}", fact.id);
    }
}

fn shown(values: &[&Fact]) -> Vec<(String, String)> {
    values.iter().map(|f| (f.as_of.clone(), f.value.clone())).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn several_values_of_one_indicator_stand_side_by_side() {
    let pack = g60();
    let share = pack.values_of("high_tech_share_of_nation", "g60");
    assert_eq!(shown(&share), pairs(&[("2018", "1/12"), ("2024-01", "1/8"), ("2024", "1/7")]));
    let intensity = pack.values_of("rd_intensity", "310117");
    assert_eq!(
        shown(&intensity),
        pairs(&[("2015-12-31", "3.58"), ("2020-12-31", "4.59"), ("2022-06-16", "4.59"), ("2024", "6.79")])
    );
    let firms = pack.values_of("high_tech_enterprises", "310117");
    assert_eq!(shown(&firms), pairs(&[("2021", "1755"), ("2021-12-31", "2306"), ("2022-06-16", "2300")]));
}

#[test]
fn figures_of_different_things_never_share_an_indicator() {
    let pack = g60();
    let fact = |id: &str| pack.facts.iter().find(|f| f.id == id).unwrap();
    // 300 and 200 (亿元) are different projects, 1/7 and 2.59 % different bases.
    for (a, b) in [("F028", "F153"), ("F047", "F115"), ("F044", "F011"), ("F102", "F165")] {
        assert_ne!(fact(a).indicator_id, fact(b).indicator_id, "{a} {b}");
    }
    let areas: BTreeSet<&str> =
        pack.facts.iter().filter(|f| f.indicator_id == "delta_index_growth").map(|f| f.area.as_str()).collect();
    assert_eq!(areas, BTreeSet::from(["delta"]));
    // One indicator has one wording and one unit, or it would not be one indicator; only a share may be
    // printed as a fraction in one source and in per cent in another.
    let mut wording = BTreeMap::new();
    for f in &pack.facts {
        let unit = if f.value.contains('/') { "%" } else { f.unit_zh.as_str() };
        let said = (f.indicator_zh.as_str(), unit, f.kind);
        let first = *wording.entry(&f.indicator_id).or_insert(said);
        assert_eq!(first, said, "{}", f.id);
    }
}

#[test]
fn every_seed_row_is_accounted_for_once() {
    let pack = g60();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let kept = pack.organisations.iter().flat_map(|o| &o.seed_ids);
    let left = pack.left_outs.iter().flat_map(|l| &l.seed_ids);
    for id in kept.chain(left) {
        *seen.entry(id.clone()).or_default() += 1;
    }
    assert!(seen.values().all(|n| *n == 1), "{seen:?}");
    for number in 1..=119 {
        assert!(seen.contains_key(&format!("E{number:03}")), "E{number:03} is missing");
    }
    let listed = seen.keys().filter(|id| id.starts_with("L:")).count();
    assert_eq!((seen.len() - listed, listed), (119, 609));
}

#[test]
fn one_organisation_with_two_rows_is_one() {
    let pack = g60();
    let chaogui = by_name(&pack, "上海超硅");
    assert_eq!(chaogui.seed_ids, ["E001", "E002"]);
    assert_eq!(
        (chaogui.title().zh.as_str(), chaogui.title().en.as_str()),
        ("上海超硅半导体股份有限公司", "Shanghai Chaogui")
    );
    assert!(chaogui.segments.iter().any(|s| s.segment == "ic/wafer"));
    assert_eq!(by_name(&pack, "昌强工业").id, by_name(&pack, "上海昌强").id);
    let quectel = by_name(&pack, "移远通信");
    assert_eq!(quectel.title().en, "Quectel Wireless Solutions Co., Ltd.");
    // Two share classes of one company.
    let haixin = by_name(&pack, "Shanghai Haixin Group Co., Ltd.");
    assert_eq!(haixin.seed_ids, ["L:600851.SS", "L:900917.SS"]);
}

#[test]
fn a_doubtful_alias_is_findable_but_never_the_name() {
    let pack = g60();
    let satellite = by_name(&pack, "垣信卫星");
    assert_eq!(satellite.title().zh, "恒信卫星");
    let alias = satellite.names.iter().find(|n| n.name == "垣信卫星");
    assert!(alias.is_some_and(|n| n.flagged && !n.note.is_empty()));
}

#[test]
fn listed_companies_of_shanghai_stay_out_of_songjiang() {
    let pack = g60();
    let songjiang = code("310117");
    for organisation in pack.organisations_in(songjiang) {
        assert_ne!(organisation.city_basis, "dataset", "{}", organisation.id);
    }
    let saic = by_name(&pack, "SAIC Motor Corporation Limited");
    assert_eq!(saic.city, Some(code("310000")));
    assert!(!pack.in_corridor(saic));
    assert!(pack.organisations_in(code("310000")).count() > 250);
    assert!(pack.source(&saic.source).is_some_and(|s| s.partial));
    let of_the_set = |o: &&Organisation| o.source == "dataset:financedatabase";
    for organisation in pack.organisations.iter().filter(of_the_set) {
        assert!(
            organisation.names.iter().all(|n| n.lang == "en"),
            "no source gives a Chinese name: {}",
            organisation.id
        );
    }
}

#[test]
fn nothing_in_the_pack_counts_as_confirmed() {
    let pack = g60();
    assert!(pack.organisations.iter().all(|o| !o.verified));
    for organisation in &pack.organisations {
        for statement in &organisation.statements {
            assert!(!statement.verified && !statement.as_of.is_empty());
        }
    }
}

#[test]
fn names_facts_and_statements_are_simplified_chinese() {
    let fold = ferrous_opencc::OpenCC::from_config(ferrous_opencc::config::BuiltinConfig::T2s)
        .expect("the built-in table loads");
    let pack = g60();
    let mut texts: Vec<&str> = Vec::new();
    for f in &pack.facts {
        texts.extend([&*f.subject_zh, &*f.indicator_zh, &*f.unit_zh, &*f.note_zh, &*f.as_of_note_zh]);
    }
    for o in &pack.organisations {
        texts.extend(o.names.iter().filter(|n| n.lang == "zh").map(|n| &*n.name));
        texts.extend(o.statements.iter().map(|s| &*s.value_zh));
    }
    texts.extend(pack.terms.iter().map(|t| &*t.zh));
    for text in texts {
        assert_eq!(fold.convert(text), text);
    }
}

/// Goal: no natural person gets in by way of a title. The articles name people by office.
#[test]
fn no_text_carries_the_title_of_a_person() {
    let titles = [
        "书记",
        "董事长",
        "总经理",
        "副市长",
        "校长",
        "局长",
        "处长",
        "副院长",
        "常务副",
        "记者",
        "高管",
        "总监",
        "等院士",
    ];
    for (name, bytes) in pack::embedded_g60_files() {
        let text = String::from_utf8(bytes).unwrap();
        for title in titles {
            assert!(!text.contains(title), "{name} contains {title}");
        }
    }
}

/// Pairs a person has looked at: different organisations that share the start of a name or a web host.
/// The list may only shrink, or grow by a decision.
const DIFFERENT: &[(&str, &str)] = &[
    ("g60-600848-ss", "g60-e110"),
    ("g60-e001", "g60-e003"),
    ("g60-e022", "g60-e023"),
    ("g60-e023", "g60-e049"),
    ("g60-e023", "g60-e050"),
    ("g60-e037", "g60-e038"),
    ("g60-e058", "g60-e059"),
    ("g60-e062", "g60-e063"),
    ("g60-e066", "g60-e095"),
    ("g60-e083", "g60-e084"),
    ("g60-e109", "g60-e110"),
    ("g60-e109", "g60-e111"),
    ("g60-e110", "g60-e111"),
];

#[test]
fn remaining_near_duplicates_are_known_ones() {
    let pack = g60();
    let found: Vec<(String, String, String)> =
        near_duplicates(&pack.organisations).into_iter().map(|pair| (pair.first, pair.second, pair.shared)).collect();
    let ids: BTreeSet<(&str, &str)> = found.iter().map(|(a, b, _)| (&**a, &**b)).collect();
    let allowed: BTreeSet<(&str, &str)> = DIFFERENT.iter().copied().collect();
    assert_eq!(ids, allowed, "{found:#?}");
    let warned = pack.warnings.iter().filter(|w| w.code == "near-duplicate");
    assert_eq!(warned.count(), DIFFERENT.len());
    let others: Vec<_> = pack.warnings.iter().filter(|w| w.code != "near-duplicate").collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn the_calendar_knows_holidays_make_up_days_and_its_own_end() {
    let calendar = g60().work_calendar();
    let day = |text| Date::parse(text).unwrap();
    assert!(!calendar.is_workday(day("2026-10-01")));
    assert!(calendar.is_workday(day("2026-10-10")), "a Saturday worked");
    assert!(calendar.is_workday(day("2026-10-12")));
    assert!(calendar.knows(day("2026-12-31")));
    assert!(!calendar.knows(day("2027-01-04")));
}

#[test]
fn the_drawing_measures_the_corridor_in_stops() {
    let drawing = g60().drawing;
    let stops = |a, b| drawing.stops_between(code(a), code(b));
    assert_eq!(stops("310117", "320500"), Some(1));
    assert_eq!(stops("320500", "340100"), Some(4));
    assert_eq!(stops("330700", "340100"), Some(8), "by way of Songjiang");
    assert_eq!(stops("340100", "330700"), Some(8));
    assert_eq!(stops("310117", "310117"), Some(0));
    assert_eq!(stops("310000", "310117"), None);
}

#[test]
fn the_wafer_chain_leads_where_it_should() {
    let pack = g60();
    let leads = |from: &str, to: &str| pack.edges.iter().any(|e| e.upstream == from && e.downstream == to);
    assert!(leads("ic/crystal-growth", "ic/wafer") && leads("ic/wafer", "ic/fab"));
    assert!(leads("ic/photoresist", "ic/fab") && leads("ic/fab", "ic/packaging"));
    let wafer = pack.segment("ic/wafer").unwrap();
    assert!(wafer.aliases.iter().any(|a| a == "抛光硅片"));
}
