//! Imports through public actions and the page of uploads: all or nothing, once only, nobody's own words overwritten.

use axum::http::Method;
use kernel::Adcode;
use platform::ctx::{Actor, Ctx, Role};
use platform::demo::{Cast, DEMO_PASSWORD};
use platform::identity::idempotency::Once;
use platform::{Fault, Outcome};
use registry::actions::import::{Import, Report, State, import_by_id, import_create, import_list};
use registry::rules::import::{Format, Noun};
use testkit::{Answer, Client, TestApp};

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

/// Sends a file as a browser's form does (RFC 7578).
async fn upload(client: &mut Client, noun: &str, name: &str, text: &str, dry_run: bool) -> Answer {
    let line = "----a-line-between-parts";
    let word = |name: &str, value: &str| {
        format!("--{line}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body = word("noun", noun);
    if dry_run {
        body.push_str(&word("dry_run", "1"));
    }
    body.push_str(&format!("--{line}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n"));
    body.push_str(&format!("Content-Type: application/octet-stream\r\n\r\n{text}\r\n--{line}--\r\n"));
    let kind = format!("multipart/form-data; boundary={line}");
    client.send(Method::POST, "/admin/imports", Some(&kind), body.into(), &[]).await
}

#[tokio::test]
async fn a_clerk_checks_a_file_mends_it_and_uploads_it_in_the_browser() {
    let house = house().await;
    Cast::create(house.app()).await.unwrap();
    let mut admin = house.visitor();
    let fields = [("login", "admin"), ("password", DEMO_PASSWORD), ("next", "/admin/imports")];
    assert_eq!(admin.form("/sign-in", &fields).await.redirect(), "/admin/imports");
    let _ = admin.get("/admin/imports").await.good().shows("/admin/imports/new");
    let _ = admin.get("/admin/imports/new").await.good().shows("multipart/form-data").shows("只检查，不写入");

    let before = listed(&house, TOWN_A).await;
    let bad = rows(2, TOWN_A, "采茶").replace("k-1,示例茶厂1号,,", "k-1,示例茶厂1号,91310000MA1FL4LX3X,");
    let refused = upload(&mut admin, "organisations", "厂.csv", &bad, false).await.is(422);
    let _ = refused.shows("文件有问题，什么都没有写入").shows("uscc").shows("<form");
    assert_eq!(listed(&house, TOWN_A).await, before);

    let good = rows(2, TOWN_A, "采茶");
    let checked = upload(&mut admin, "organisations", "厂.csv", &good, true).await.is(200);
    let _ = checked.shows("检查完成，什么都没有写入");
    assert_eq!(listed(&house, TOWN_A).await, before, "a check stores nothing");
    let place = upload(&mut admin, "organisations", "厂.csv", &good, false).await.redirect();
    house.settle().await;
    let _ = admin.get(&place).await.good().shows("厂.csv");
    assert_eq!(listed(&house, TOWN_A).await, before + 2);
    let again = upload(&mut admin, "organisations", "厂.csv", &good, false).await.is(200);
    let _ = again.shows("没有需要写入的内容");
    house.finish().await;
}

#[tokio::test]
async fn an_upload_that_cannot_be_read_says_what_to_do() {
    let house = house().await;
    let before = listed(&house, TOWN_A).await;
    Cast::create(house.app()).await.unwrap();
    let mut admin = house.visitor();
    let _ = admin.form("/sign-in", &[("login", "admin"), ("password", DEMO_PASSWORD)]).await.redirect();
    let _ = upload(&mut admin, "organisations", "list.xlsx", "x", false)
        .await
        .is(422)
        .shows("请选择文件名以 .csv 或 .jsonl 结尾的文件。");
    let _ = upload(&mut admin, "", "list.csv", HEADER, false).await.is(422).shows("请选择文件里是机构、需求还是供给。");
    let torn = admin.send(Method::POST, "/admin/imports", Some("multipart/form-data; boundary=x"), "--x".into(), &[]);
    let _ = torn.await.is(400);
    let _ = admin.form("/admin/imports", &[("noun", "organisations")]).await.is(400);
    let mut visitor = house.visitor();
    let _ = visitor.get("/admin/imports/new").await.is(401);
    let _ = upload(&mut visitor, "organisations", "a.csv", &rows(1, TOWN_A, "采茶"), false).await.is(401);
    assert_eq!(listed(&house, TOWN_A).await, before, "nothing was stored");
    house.finish().await;
}

#[tokio::test]
async fn a_repeat_of_an_import_gets_its_first_report() {
    let house = house().await;
    let keyed = |rows: &str| {
        let once = Some(Once::new("key-1", &[rows.as_bytes()]).unwrap());
        Ctx { once, ..house.system() }
    };
    // A file that is refused stores nothing, so that the same key is good for the file put right.
    let (two, wrong) = (rows(2, TOWN_A, "揉捻"), rows(2, "999999", "揉捻"));
    let import = async |rows: &str| import_create(house.app(), &keyed(rows), file(Noun::Organisations, rows)).await;
    assert!(import(&wrong).await.unwrap().refused());
    let first = import(&two).await.unwrap();
    assert_eq!(counts(&first), (2, 0, 0, 0));
    assert_eq!(import(&two).await.unwrap(), first, "the report of the first, its batch among it");
    let other = import(&rows(3, TOWN_A, "揉捻")).await;
    assert!(matches!(&other, Err(Fault::Refused(refusal)) if refusal.code == "idempotency-body"), "{other:?}");
    let plain = import_create(house.app(), &house.system(), file(Noun::Organisations, &two)).await.unwrap();
    assert_eq!(counts(&plain), (0, 0, 2, 0), "without a key the file is compared anew");
    house.finish().await;
}
