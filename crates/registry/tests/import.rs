//! Imports through public actions: all or nothing, once only, nobody's own words overwritten.

use kernel::Adcode;
use platform::ctx::{Actor, Ctx, Role};
use platform::{Fault, Outcome};
use registry::actions::import::{Import, Report, State, import_by_id, import_create, import_list};
use registry::rules::import::{Format, Noun};
use testkit::TestApp;

const HEADER: &str = "key,name,uscc,city,kind,segments,capabilities,statuses\n";
/// A town of the test pack, and the other one.
const TOWN_A: &str = "990100";
const TOWN_B: &str = "990200";

async fn house() -> TestApp {
    let house = TestApp::start(vec![registry::capability()]).await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../pack/tests/packs/twotowns");
    let pack = pack::Pack::load_dir(&folder).expect("the test pack is right");
    registry::pack_load(house.app(), &house.system(), &pack).await.expect("the pack loads");
    house.open_index().await;
    house.settle().await;
    house
}

fn file(noun: Noun, text: &str) -> Import {
    Import {
        noun,
        format: Format::Csv,
        bytes: text.as_bytes().to_vec(),
        file: "a/b.csv".into(),
        dry_run: false,
        publish: false,
    }
}

fn rows(count: usize, town: &str, capability: &str) -> String {
    let row = |n: usize| format!("k-{n},示例茶厂{n}号,,{town},enterprise,tea/leaf,{capability}{n}。,high_tech\n");
    format!("{HEADER}{}", (0..count).map(row).collect::<String>())
}

async fn import(house: &TestApp, import: Import) -> Report {
    import_create(house.app(), &house.system(), import).await.expect("the import answers")
}

fn person(house: &TestApp, role: Role, city: Option<&str>) -> Ctx {
    let cities = city.map(|code| Adcode::parse(code).unwrap()).into_iter().collect();
    let actor = Actor { account: Some(format!("a-{}", role.code())), roles: vec![role], cities, ..Actor::default() };
    Ctx { actor, ..house.system() }
}

fn counts(report: &Report) -> (usize, usize, usize, usize) {
    assert_eq!(report.problems, [], "nothing is wrong");
    (report.created, report.updated, report.unchanged, report.kept)
}

/// Public organisations of a town, by the API.
async fn listed(house: &TestApp, town: &str) -> i64 {
    let path = format!("/api/v1/search?kind=organisation&city={town}");
    house.visitor().get(&path).await.good().value()["total"].as_i64().unwrap()
}

fn code<T>(outcome: Outcome<T>) -> &'static str {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal.code,
        Err(fault) => panic!("{fault:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}

#[tokio::test]
async fn an_import_is_found_and_the_same_file_again_changes_nothing() {
    let house = house().await;
    let before = listed(&house, TOWN_A).await;
    let first = import(&house, file(Noun::Organisations, &rows(1_200, TOWN_A, "炒茶"))).await;
    assert_eq!(counts(&first), (1_200, 0, 0, 0), "more than two chunks");
    house.settle().await;
    assert_eq!(listed(&house, TOWN_A).await, before + 1_200);
    let again = import(&house, file(Noun::Organisations, &rows(1_200, TOWN_A, "炒茶"))).await;
    assert_eq!((counts(&again), again.batch), ((0, 0, 1_200, 0), None));
    house.finish().await;
}

#[tokio::test]
async fn a_changed_row_changes_its_record() {
    let house = house().await;
    import(&house, file(Noun::Organisations, &rows(3, TOWN_A, "炒茶"))).await;
    house.settle().await;
    let (a, b) = (listed(&house, TOWN_A).await, listed(&house, TOWN_B).await);
    let moved = rows(3, TOWN_A, "炒茶").replacen(TOWN_A, TOWN_B, 1);
    let report = import(&house, file(Noun::Organisations, &moved)).await;
    assert_eq!(counts(&report), (0, 1, 2, 0));
    house.settle().await;
    assert_eq!((listed(&house, TOWN_A).await, listed(&house, TOWN_B).await), (a - 1, b + 1));
    let again = import(&house, file(Noun::Organisations, &moved)).await;
    assert_eq!(counts(&again), (0, 0, 3, 0));
    house.finish().await;
}

#[tokio::test]
async fn a_dry_run_counts_and_stores_nothing() {
    let house = house().await;
    let before = listed(&house, TOWN_A).await;
    let trial = Import { dry_run: true, ..file(Noun::Organisations, &rows(5, TOWN_A, "炒茶")) };
    let report = import(&house, trial).await;
    assert_eq!((counts(&report), report.dry_run, report.batch), ((5, 0, 0, 0), true, None));
    house.settle().await;
    assert_eq!(listed(&house, TOWN_A).await, before);
    assert_eq!(import_list(house.app(), &house.system(), None, 10).await.unwrap().1, 0);
    house.finish().await;
}

#[tokio::test]
async fn one_bad_row_and_nothing_is_stored() {
    let house = house().await;
    let before = listed(&house, TOWN_A).await;
    let text = format!("{}k-9,示例茶厂,,999999,enterprise,,,\n", rows(700, TOWN_A, "炒茶"));
    let report = import(&house, file(Noun::Organisations, &text)).await;
    let found: Vec<_> = report.problems.iter().map(|p| (p.line, p.code.as_str())).collect();
    assert_eq!(found, [(702, "key-duplicate"), (702, "city-unknown")]);
    assert_eq!(report.batch, None);
    house.settle().await;
    assert_eq!(listed(&house, TOWN_A).await, before);
    assert_eq!(import_list(house.app(), &house.system(), None, 10).await.unwrap().1, 0);
    house.finish().await;
}

#[tokio::test]
async fn a_record_that_came_another_way_is_left_alone_and_its_key_is_known_from_then_on() {
    let house = house().await;
    let (a, b) = (listed(&house, TOWN_A).await, listed(&house, TOWN_B).await);
    let text = format!("{HEADER}k-1,示例别名茶厂,91440300708461136T,{TOWN_B},enterprise,,,\n");
    let report = import(&house, file(Noun::Organisations, &text)).await;
    assert_eq!(counts(&report), (0, 0, 0, 1));
    assert_eq!(report.warnings.iter().filter(|w| w.code == "left-alone").map(|w| w.line).collect::<Vec<_>>(), [2]);
    house.settle().await;
    assert_eq!((listed(&house, TOWN_A).await, listed(&house, TOWN_B).await), (a, b), "the pack's record stands");
    let offers = "key,organisation_key,type,title,abstract\no-1,k-1,service,示例茶叶检测,提供茶叶农残与重金属检测，七个工作日内出具报告，可上门取样。\n";
    assert_eq!(counts(&import(&house, file(Noun::Offers, offers)).await), (1, 0, 0, 0));
    house.finish().await;
}

#[tokio::test]
async fn imported_offers_are_drafts_unless_the_operator_publishes_them() {
    let house = house().await;
    import(&house, file(Noun::Organisations, &rows(1, TOWN_A, "炒茶"))).await;
    let offers = |key: &str| {
        format!(
            "key,organisation_key,type,title,abstract,segments\n{key},k-0,service,示例茶叶检测,提供茶叶农残与重金属检测，七个工作日内出具报告，可上门取样。,tea/leaf\n"
        )
    };
    let public = async || {
        house.settle().await;
        house.visitor().get("/api/v1/search?kind=offer").await.good().value()["total"].as_i64().unwrap()
    };
    assert_eq!(counts(&import(&house, file(Noun::Offers, &offers("o-1"))).await).0, 1);
    assert_eq!(public().await, 0);
    let at_once = Import { publish: true, ..file(Noun::Offers, &offers("o-2")) };
    let administrator = person(&house, Role::Administrator, None);
    assert_eq!(code(import_create(house.app(), &administrator, at_once.clone()).await), "forbidden");
    assert_eq!(counts(&import(&house, at_once).await).0, 1);
    assert_eq!(public().await, 1);
    let unknown = import(&house, file(Noun::Offers, &offers("o-3").replace("k-0", "k-none"))).await;
    assert_eq!(
        unknown.problems.iter().map(|p| (p.line, p.code.as_str())).collect::<Vec<_>>(),
        [(2, "organisation-unknown")]
    );
    house.finish().await;
}

#[tokio::test]
async fn a_city_office_loads_organisations_of_its_own_city_only() {
    let house = house().await;
    let app = house.app();
    let officer = person(&house, Role::CityOfficer, Some(TOWN_A));
    let own = file(Noun::Organisations, &rows(2, TOWN_A, "炒茶"));
    let report = import_create(app, &officer, own).await.unwrap();
    assert_eq!(counts(&report), (2, 0, 0, 0));
    assert_eq!(
        code(import_create(app, &officer, file(Noun::Organisations, &rows(2, TOWN_B, "炒茶"))).await),
        "forbidden"
    );
    let other = person(&house, Role::CityOfficer, Some(TOWN_B));
    let taken = import_create(app, &other, file(Noun::Organisations, &rows(2, TOWN_B, "炒茶"))).await;
    assert_eq!(code(taken), "forbidden", "a key does not carry another city's record away");
    assert_eq!(code(import_create(app, &officer, file(Noun::Needs, "key\n")).await), "forbidden");
    let visitor = Ctx { actor: Actor::visitor(), ..house.system() };
    assert_eq!(code(import_create(app, &visitor, file(Noun::Organisations, "")).await), "sign-in");
    let (batches, total) = import_list(app, &officer, None, 10).await.unwrap();
    assert_eq!((total, batches[0].state, batches[0].file.as_str()), (1, State::Published, "b.csv"));
    let (_, kept) = import_by_id(app, &officer, &batches[0].id).await.unwrap();
    assert_eq!(kept.created, 2);
    house.finish().await;
}
