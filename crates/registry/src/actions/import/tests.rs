use super::plan::plan;
use super::stage::{Job, begin, write};
use super::*;
use crate::rules::import::Rows;
use kernel::Date;
use testkit::TestApp;

async fn house() -> TestApp {
    let house = TestApp::start(vec![crate::capability()]).await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../pack/tests/packs/twotowns");
    crate::pack_load(house.app(), &house.system(), &pack::Pack::load_dir(&folder).unwrap()).await.unwrap();
    house.open_index().await;
    house.settle().await;
    house
}

fn text() -> String {
    text_of(0..600)
}

fn text_of(rows: std::ops::Range<usize>) -> String {
    let row = |n: usize| format!("k-{n},示例茶厂{n}号,990100,enterprise\n");
    format!("key,name,city,kind\n{}", rows.map(row).collect::<String>())
}

fn rows() -> Rows {
    let known = Known { city: &|_| true, segment: &|_| true };
    let today = Date::parse("2026-03-16").unwrap();
    let reading =
        Reading { noun: Noun::Organisations, format: Format::Csv, known: &known, today, publish: false, demo: false };
    read(text().as_bytes(), &reading).rows
}

/// Writes every row of a batch and then stops, as a process does that dies before the flip.
async fn interrupted(house: &TestApp) -> Batch {
    let (plan, problems) = plan(house.app(), Noun::Organisations, rows(), Problems::default()).await.unwrap();
    assert!(problems.is_empty());
    let job = Job { noun: Noun::Organisations, publish: false, file: "a.csv".into() };
    let batch = begin(house.app(), &house.system(), &job).await.unwrap();
    write(house.app(), &house.system(), &batch, plan).await.unwrap();
    batch
}

async fn found(house: &TestApp) -> i64 {
    house.visitor().get("/api/v1/search?q=示例茶厂&kind=organisation").await.good().value()["total"].as_i64().unwrap()
}

async fn import(house: &TestApp) -> Outcome<Report> {
    import_of(house, text()).await
}

async fn import_of(house: &TestApp, text: String) -> Outcome<Report> {
    let bytes = text.into_bytes();
    let import = Import {
        noun: Noun::Organisations,
        format: Format::Csv,
        bytes,
        file: "a.csv".into(),
        dry_run: false,
        publish: false,
    };
    import_create(house.app(), &house.system(), import).await
}

#[tokio::test]
async fn nobody_sees_a_batch_before_the_flip() {
    let house = house().await;
    let before = found(&house).await;
    let batch = interrupted(&house).await;
    house.settle().await;
    assert_eq!(found(&house).await, before);
    let keys =
        store::import::by_keys(&house.app().db().read(), Noun::Organisations, &["k-1".to_owned()]).await.unwrap();
    assert!(keys.is_empty(), "its keys do not count either");
    assert_eq!(store::import::by_id(&house.app().db().read(), &batch.id).await.unwrap().unwrap().state, State::Staging);
}

#[tokio::test]
async fn an_interrupted_import_is_cleaned_up_and_can_be_repeated() {
    let house = house().await;
    let batch = interrupted(&house).await;
    let refused = import(&house).await.unwrap_err();
    assert_eq!(refused.refusal().map(|refusal| refusal.code), Some("import-running"));
    house.app().clock().advance_ms(clean::IDLE_MS + 2_000);
    house.settle().await;
    let gone = store::import::by_id(&house.app().db().read(), &batch.id).await.unwrap().unwrap();
    assert_eq!(gone.state, State::Dropped);
    let report = import(&house).await.unwrap();
    assert_eq!((report.created, report.problems_total), (600, 0), "no key of the dropped batch is in the way");
    house.finish().await;
}

#[tokio::test]
async fn a_process_that_wakes_up_after_its_batch_was_dropped_writes_nothing_more() {
    let house = house().await;
    let (plan, _) = plan(house.app(), Noun::Organisations, rows(), Problems::default()).await.unwrap();
    let job = Job { noun: Noun::Organisations, publish: false, file: "a.csv".into() };
    let batch = begin(house.app(), &house.system(), &job).await.unwrap();
    clean::drop_now(house.app(), &house.system(), &batch.id).await.unwrap();
    let fault = write(house.app(), &house.system(), &batch, plan).await.unwrap_err();
    assert_eq!(fault.refusal().map(|refusal| refusal.code), Some("import-dropped"));
    let keys =
        store::import::by_keys(&house.app().db().read(), Noun::Organisations, &["k-1".to_owned()]).await.unwrap();
    assert!(keys.is_empty());
    house.finish().await;
}

#[tokio::test]
async fn everything_is_found_after_a_large_import_and_after_a_small_one_behind_it() {
    let house = house().await;
    let before = found(&house).await;
    assert_eq!(import(&house).await.unwrap().created, 600);
    house.settle().await;
    assert_eq!(found(&house).await, before + 600);
    assert_eq!(import_of(&house, text_of(600..603)).await.unwrap().created, 3);
    house.settle().await;
    assert_eq!(found(&house).await, before + 603);
    assert_eq!(import_of(&house, text_of(0..603)).await.unwrap().unchanged, 603);
    house.settle().await;
    assert_eq!(found(&house).await, before + 603);
    house.finish().await;
}
