use crate::house::{House, TOWN_A, TOWN_B, code, desk, house, journal};
use platform::web::page::Page;
use registry::actions::poc::{
    Create, poc_answer, poc_close, poc_create, poc_list, poc_own, poc_publish, poc_step_add, poc_step_complete,
    poc_view,
};
use registry::rules::poc::{Completion, ProjectDraft, Stage, StepDraft, StepState, path};

fn project(title: &str) -> Create {
    let draft = ProjectDraft {
        title: title.into(),
        about: "低温烘干薄膜".into(),
        segments: vec!["tea/dryer".into()],
        ..ProjectDraft::default()
    };
    Create { organisation: None, draft, once: None }
}

fn done(stage: &str, city: &str, day: &str) -> StepDraft {
    StepDraft {
        stage: stage.into(),
        city: city.into(),
        day: day.into(),
        note: "样品".into(),
        evidence: "检测报告 1 号".into(),
        done: true,
        ..StepDraft::default()
    }
}

fn on(day: &str, evidence: &str) -> Completion {
    Completion { day: day.into(), evidence: evidence.into(), city: String::new() }
}

fn offer() -> StepDraft {
    StepDraft { stage: "pilot".into(), note: "我们有中试线".into(), ..StepDraft::default() }
}

/// A lab in the first town and a firm with a pilot line in the second.
async fn two(house: &House) -> (String, String) {
    (house.listed("lab", "甲地实验室", TOWN_A).await, house.listed("fab", "乙地中试公司", TOWN_B).await)
}

#[tokio::test]
async fn a_result_travels_from_the_lab_of_one_city_to_the_pilot_line_of_another() {
    let house = house().await;
    let (_, fab) = two(&house).await;
    let app = house.app();
    let (lab_person, fab_person) = (house.person("lab").await, house.person("fab").await);
    let id = poc_create(app, &lab_person, project("烘干薄膜")).await.unwrap().id;
    assert_eq!(code(poc_view(app, &house.visitor(), &id).await), "not-found");
    assert_eq!(code(poc_publish(app, &lab_person, &id).await), "poc-first-step");
    poc_step_add(app, &lab_person, &id, None, done("lab", TOWN_A, "2025-05-01"), None).await.unwrap();
    poc_publish(app, &lab_person, &id).await.unwrap();
    poc_step_add(app, &fab_person, &id, None, offer(), None).await.unwrap();
    assert_eq!(
        desk(&house, &lab_person).await,
        [("desk-claim-approved", "甲地实验室".to_owned()), ("desk-poc-proposal", "烘干薄膜".to_owned())]
    );
    assert_eq!(
        poc_view(app, &house.visitor(), &id).await.unwrap().card.steps.len(),
        1,
        "a proposal is between the two"
    );
    let seen = poc_view(app, &fab_person, &id).await.unwrap();
    let proposal = seen.card.steps.iter().find(|s| s.state == StepState::Proposed).unwrap().clone();
    assert_eq!(
        (proposal.city.map(|c| c.to_string()).as_deref(), proposal.organisation.as_ref()),
        (Some(TOWN_B), Some(&fab))
    );
    assert_eq!(code(poc_answer(app, &fab_person, &id, &proposal.id, "accept").await), "forbidden");
    assert_eq!(code(poc_answer(app, &lab_person, &id, &proposal.id, "perhaps").await), "decision-unknown");
    poc_answer(app, &lab_person, &id, &proposal.id, "accept").await.unwrap();
    assert_eq!(code(poc_answer(app, &lab_person, &id, &proposal.id, "accept").await), "poc-answered");
    let early = on("2026-03-17", "报告");
    assert_eq!(code(poc_step_complete(app, &lab_person, &id, &proposal.id, early).await), "poc-day");
    poc_step_complete(app, &lab_person, &id, &proposal.id, on("2026-03-16", "中试报告")).await.unwrap();
    let view = poc_view(app, &house.visitor(), &id).await.unwrap();
    let way: Vec<(Stage, String)> =
        path(&view.card.steps).iter().map(|s| (s.stage, s.city.unwrap().to_string())).collect();
    assert_eq!(way, [(Stage::Lab, TOWN_A.to_owned()), (Stage::Pilot, TOWN_B.to_owned())]);
    assert!(view.card.organisations.contains_key(&fab));
    poc_close(app, &lab_person, &id).await.unwrap();
    assert_eq!(code(poc_step_add(app, &lab_person, &id, None, offer(), None).await), "poc-state");
    let entries = journal(&house, "poc_project", &id).await;
    assert!(
        entries.contains(&("poc.step_proposed".to_owned(), false))
            && entries.contains(&("poc.step_done".to_owned(), true))
    );
    house.0.finish().await;
}

#[tokio::test]
async fn who_may_not_is_told_so() {
    let house = house().await;
    two(&house).await;
    let app = house.app();
    let (lab_person, fab_person) = (house.person("lab").await, house.person("fab").await);
    assert_eq!(code(poc_create(app, &house.visitor(), project("甲")).await), "sign-in");
    assert_eq!(code(poc_create(app, &house.person("x").await, project("甲")).await), "no-organisation");
    let mut centre = project("甲");
    centre.draft.centre = "nowhere".into();
    assert_eq!(code(poc_create(app, &lab_person, centre).await), "poc-organisation");
    let id = poc_create(app, &lab_person, project("烘干薄膜")).await.unwrap().id;
    assert_eq!(
        code(poc_step_add(app, &fab_person, &id, None, offer(), None).await),
        "not-found",
        "a draft is not theirs to see"
    );
    poc_step_add(app, &lab_person, &id, None, done("lab", TOWN_A, "2025-05-01"), None).await.unwrap();
    poc_publish(app, &lab_person, &id).await.unwrap();
    assert_eq!(code(poc_publish(app, &lab_person, &id).await), "poc-state");
    assert_eq!(code(poc_close(app, &fab_person, &id).await), "forbidden");
    assert_eq!(code(poc_step_add(app, &house.visitor(), &id, None, offer(), None).await), "sign-in");
    assert_eq!(
        code(poc_step_add(app, &fab_person, &id, None, done("pilot", TOWN_B, "2026-01-01"), None).await),
        "poc-own-done"
    );
    let elsewhere = StepDraft { organisation: "nobody".into(), ..offer() };
    assert_eq!(code(poc_step_add(app, &fab_person, &id, None, elsewhere, None).await), "poc-organisation");
    assert_eq!(code(poc_step_complete(app, &fab_person, &id, "s", on("2026-01-01", "x")).await), "forbidden");
    assert_eq!(code(poc_step_complete(app, &lab_person, &id, "s", on("2026-01-01", "x")).await), "not-found");
}

#[tokio::test]
async fn the_list_shows_what_is_open_and_where_it_has_been() {
    let house = house().await;
    two(&house).await;
    let app = house.app();
    let lab_person = house.person("lab").await;
    let id = poc_create(app, &lab_person, project("烘干薄膜")).await.unwrap().id;
    let mut filter = registry::actions::poc::Filter::default();
    assert_eq!(poc_list(app, &house.visitor(), &filter, &Page::default()).await.unwrap().total, 0);
    assert_eq!(poc_own(app, &lab_person).await.unwrap().len(), 1);
    poc_step_add(app, &lab_person, &id, None, done("lab", TOWN_A, "2025-05-01"), None).await.unwrap();
    poc_publish(app, &lab_person, &id).await.unwrap();
    filter.city = TOWN_A.into();
    filter.stage = "lab".into();
    assert_eq!(poc_list(app, &house.visitor(), &filter, &Page::default()).await.unwrap().total, 1);
    filter.stage = "capital".into();
    assert_eq!(poc_list(app, &house.visitor(), &filter, &Page::default()).await.unwrap().total, 0);
    let page = Page { limit: 5, cursor: Some("nothing".into()) };
    assert_eq!(code(poc_list(app, &house.visitor(), &filter, &page).await), "page-cursor");
}
