use crate::house::{House, TOWN_A, TOWN_B, code, desk, draft, house};
use platform::web::page::Page;
use registry::actions::poc::{
    Create, poc_answer, poc_centre_answer, poc_centre_ask, poc_close, poc_create, poc_list, poc_own, poc_publish,
    poc_step_add, poc_step_complete, poc_step_edit, poc_view,
};
use registry::rules::decision::DeclineCommand;
use registry::rules::organisation::Draft;
use registry::rules::poc::{Answer, Completion, ProjectDraft, Reason, Stage, Step, StepDraft, StepState, path};

fn project(title: &str) -> Create {
    let draft = ProjectDraft {
        title: title.into(),
        about: "低温烘干薄膜".into(),
        segments: vec!["tea/dryer".into()],
        ..ProjectDraft::default()
    };
    Create { organisation: None, draft }
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

fn yes() -> Answer {
    Answer { decision: "accept".into(), ..Answer::default() }
}

fn no(reason: &str, remark: &str) -> Answer {
    Answer { decision: "decline".into(), why: DeclineCommand { reason: reason.into(), remark: remark.into() } }
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
    poc_step_add(app, &lab_person, &id, None, done("lab", TOWN_A, "2025-05-01")).await.unwrap();
    poc_publish(app, &lab_person, &id).await.unwrap();
    poc_step_add(app, &fab_person, &id, None, offer()).await.unwrap();
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
    assert_eq!(code(poc_answer(app, &fab_person, &id, &proposal.id, yes()).await), "forbidden");
    assert_eq!(code(poc_answer(app, &lab_person, &id, &proposal.id, Answer::default()).await), "decision-unknown");
    poc_answer(app, &lab_person, &id, &proposal.id, yes()).await.unwrap();
    assert_eq!(code(poc_answer(app, &lab_person, &id, &proposal.id, yes()).await), "poc-answered");
    let early = on("2026-03-17", "报告");
    assert_eq!(code(poc_step_complete(app, &lab_person, &id, &proposal.id, early).await), "poc-day");
    poc_step_complete(app, &lab_person, &id, &proposal.id, on("2026-03-16", "中试报告")).await.unwrap();
    let view = poc_view(app, &house.visitor(), &id).await.unwrap();
    let way: Vec<(Stage, String)> =
        path(&view.card.steps).iter().map(|s| (s.stage, s.city.unwrap().to_string())).collect();
    assert_eq!(way, [(Stage::Lab, TOWN_A.to_owned()), (Stage::Pilot, TOWN_B.to_owned())]);
    assert!(view.card.organisations.contains_key(&fab));
    poc_close(app, &lab_person, &id).await.unwrap();
    assert_eq!(code(poc_step_add(app, &lab_person, &id, None, offer()).await), "poc-state");
    let entries = house.journal("poc_project", &id).await;
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
        code(poc_step_add(app, &fab_person, &id, None, offer()).await),
        "not-found",
        "a draft is not theirs to see"
    );
    poc_step_add(app, &lab_person, &id, None, done("lab", TOWN_A, "2025-05-01")).await.unwrap();
    poc_publish(app, &lab_person, &id).await.unwrap();
    assert_eq!(code(poc_publish(app, &lab_person, &id).await), "poc-state");
    assert_eq!(code(poc_close(app, &fab_person, &id).await), "forbidden");
    assert_eq!(code(poc_step_add(app, &house.visitor(), &id, None, offer()).await), "sign-in");
    assert_eq!(
        code(poc_step_add(app, &fab_person, &id, None, done("pilot", TOWN_B, "2026-01-01")).await),
        "poc-own-done"
    );
    let elsewhere = StepDraft { organisation: "nobody".into(), ..offer() };
    assert_eq!(code(poc_step_add(app, &fab_person, &id, None, elsewhere).await), "poc-organisation");
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
    poc_step_add(app, &lab_person, &id, None, done("lab", TOWN_A, "2025-05-01")).await.unwrap();
    poc_publish(app, &lab_person, &id).await.unwrap();
    filter.city = TOWN_A.into();
    filter.stage = "lab".into();
    assert_eq!(poc_list(app, &house.visitor(), &filter, &Page::default()).await.unwrap().total, 1);
    filter.stage = "capital".into();
    assert_eq!(poc_list(app, &house.visitor(), &filter, &Page::default()).await.unwrap().total, 0);
    let page = Page { limit: 5, cursor: Some("nothing".into()) };
    assert_eq!(code(poc_list(app, &house.visitor(), &filter, &page).await), "page-cursor");
}

/// A centre in the first town; returns its id.
async fn centre(house: &House, account: &str) -> String {
    let name = format!("甲地概念验证中心 {account}");
    house.opened(account, Draft { kind: "poc_centre".into(), ..draft(&name, TOWN_A) }).await
}

#[tokio::test]
async fn a_centre_is_no_fact_before_it_agrees() {
    let house = house().await;
    let (_, fab) = two(&house).await;
    let (keeper, other) = (centre(&house, "keeper").await, centre(&house, "other").await);
    let app = house.app();
    let (lab_person, keeper_person) = (house.person("lab").await, house.person("keeper").await);
    let mut begun = project("烘干薄膜");
    begun.draft.centre = keeper.clone();
    let id = poc_create(app, &lab_person, begun).await.unwrap().id;
    let waits = ("desk-poc-centre", "烘干薄膜".to_owned());
    assert!(desk(&house, &keeper_person).await.contains(&waits));
    assert!(poc_view(app, &keeper_person, &id).await.unwrap().may_answer_centre, "it reads what it is asked about");
    let step = done("lab", TOWN_A, "2025-05-01");
    let early = poc_step_add(app, &keeper_person, &id, None, step.clone()).await;
    assert_eq!(code(early), "poc-state", "it does not keep the dossier yet");
    poc_step_add(app, &lab_person, &id, None, step).await.unwrap();
    poc_publish(app, &lab_person, &id).await.unwrap();
    let of = |centre: &str| registry::actions::poc::Filter { centre: centre.to_owned(), ..Default::default() };
    let anybody = house.visitor();
    let count = |filter| {
        let anybody = anybody.clone();
        async move { poc_list(app, &anybody, &filter, &Page::default()).await.unwrap().total }
    };
    assert_eq!(count(of(&keeper)).await, 0, "no fact in the list");
    for (who, expected) in [
        (house.visitor(), "sign-in"),
        (house.person("lab").await, "forbidden"),
        (house.person("other").await, "forbidden"),
    ] {
        assert_eq!(code(poc_centre_answer(app, &who, &id, yes()).await), expected);
    }
    assert_eq!(code(poc_centre_answer(app, &keeper_person, &id, no("", "")).await), "reason-needed");
    assert_eq!(code(poc_centre_answer(app, &keeper_person, &id, no("other", "")).await), "remark-needed");
    assert_eq!(code(poc_centre_answer(app, &keeper_person, &id, Answer::default()).await), "decision-unknown");
    poc_centre_answer(app, &keeper_person, &id, no("capacity", "明年再议")).await.unwrap();
    assert_eq!(code(poc_centre_answer(app, &keeper_person, &id, yes()).await), "poc-centre-answered");
    let told = poc_view(app, &lab_person, &id).await.unwrap().centre_declined.expect("the owner is told");
    assert_eq!((told.reason, told.remark.as_str()), (Some(Reason::Capacity), "明年再议"));
    assert!(poc_view(app, &house.visitor(), &id).await.unwrap().centre_declined.is_none(), "between the two");
    let news = ("desk-poc-centre-declined", "烘干薄膜".to_owned());
    assert!(desk(&house, &lab_person).await.contains(&news));
    for (who, named, expected) in [
        (&keeper_person, other.as_str(), "forbidden"),
        (&lab_person, fab.as_str(), "poc-centre"),
        (&lab_person, "nowhere", "poc-organisation"),
    ] {
        assert_eq!(code(poc_centre_ask(app, who, &id, named).await), expected);
    }
    poc_centre_ask(app, &lab_person, &id, &other).await.unwrap();
    assert_eq!(code(poc_centre_ask(app, &lab_person, &id, &other).await), "poc-centre-asked");
    poc_centre_answer(app, &house.person("other").await, &id, yes()).await.unwrap();
    assert_eq!(code(poc_centre_ask(app, &lab_person, &id, &keeper).await), "poc-centre-agreed");
    assert_eq!((count(of(&keeper)).await, count(of(&other)).await), (0, 1));
    let plan = StepDraft { stage: "proof".into(), note: "一致性评价".into(), ..StepDraft::default() };
    poc_step_add(app, &house.person("other").await, &id, None, plan).await.unwrap();
    let entries = house.journal("poc_project", &id).await;
    for (kind, public) in [("poc.centre_declined", false), ("poc.centre_asked", false), ("poc.centre_agreed", true)] {
        assert!(entries.contains(&(kind.to_owned(), public)), "{kind}: {entries:?}");
    }
    poc_close(app, &lab_person, &id).await.unwrap();
    assert_eq!(code(poc_centre_ask(app, &lab_person, &id, &keeper).await), "poc-state");
    house.0.finish().await;
}

#[tokio::test]
async fn a_declined_proposal_says_why_and_whoever_made_it_is_told() {
    let house = house().await;
    two(&house).await;
    let app = house.app();
    let (lab_person, fab_person) = (house.person("lab").await, house.person("fab").await);
    let id = poc_create(app, &lab_person, project("烘干薄膜")).await.unwrap().id;
    poc_step_add(app, &lab_person, &id, None, done("lab", TOWN_A, "2025-05-01")).await.unwrap();
    poc_publish(app, &lab_person, &id).await.unwrap();
    poc_step_add(app, &fab_person, &id, None, offer()).await.unwrap();
    let seen = poc_view(app, &fab_person, &id).await.unwrap();
    let step = seen.card.steps.iter().find(|s| s.state == StepState::Proposed).unwrap().id.clone();
    assert_eq!(code(poc_answer(app, &lab_person, &id, &step, no("because", "")).await), "reason-needed");
    assert_eq!(code(poc_answer(app, &lab_person, &id, &step, no("other", "")).await), "remark-needed");
    poc_answer(app, &lab_person, &id, &step, no("taken", "已与他方签约")).await.unwrap();
    let seen = poc_view(app, &fab_person, &id).await.unwrap();
    let declined = seen.card.steps.iter().find(|s| s.id == step).unwrap();
    assert_eq!((declined.reason, declined.remark.as_str()), (Some(Reason::Taken), "已与他方签约"));
    let news = ("desk-poc-declined", "烘干薄膜".to_owned());
    assert!(desk(&house, &fab_person).await.contains(&news));
    house.0.days_pass(15).await;
    assert!(!desk(&house, &house.person("fab").await).await.contains(&news), "news grow old");
    house.0.finish().await;
}

#[tokio::test]
async fn a_step_is_changed_by_its_author_until_somebody_relies_on_it() {
    let house = house().await;
    two(&house).await;
    let app = house.app();
    let (lab_person, fab_person) = (house.person("lab").await, house.person("fab").await);
    let id = poc_create(app, &lab_person, project("烘干薄膜")).await.unwrap().id;
    poc_step_add(app, &lab_person, &id, None, done("lab", TOWN_A, "2025-05-01")).await.unwrap();
    let steps = |who: &platform::Ctx| {
        let (who, id) = (who.clone(), id.clone());
        async move { poc_view(app, &who, &id).await.unwrap().card.steps }
    };
    let first = steps(&lab_person).await.remove(0).id;
    let corrected = StepDraft { note: "第一批样品".into(), ..done("lab", TOWN_A, "2025-05-02") };
    assert_eq!(code(poc_step_edit(app, &fab_person, &id, &first, corrected.clone()).await), "not-found");
    poc_step_edit(app, &lab_person, &id, &first, corrected.clone()).await.unwrap();
    poc_publish(app, &lab_person, &id).await.unwrap();
    assert_eq!(code(poc_step_edit(app, &lab_person, &id, &first, corrected).await), "poc-step-settled", "it is public");
    poc_step_add(app, &fab_person, &id, None, offer()).await.unwrap();
    let proposal = steps(&fab_person).await.into_iter().find(|s| s.state == StepState::Proposed).unwrap().id;
    let better = StepDraft { note: "我们有两条中试线".into(), ..offer() };
    assert_eq!(code(poc_step_edit(app, &house.visitor(), &id, &proposal, better.clone()).await), "not-found");
    assert_eq!(code(poc_step_edit(app, &lab_person, &id, &proposal, better.clone()).await), "forbidden");
    assert_eq!(code(poc_step_edit(app, &fab_person, &id, "nothing", better.clone()).await), "not-found");
    let elsewhere = StepDraft { organisation: "甲地实验室".into(), ..better.clone() };
    assert_eq!(code(poc_step_edit(app, &fab_person, &id, &proposal, elsewhere).await), "poc-propose-own");
    poc_step_edit(app, &fab_person, &id, &proposal, better.clone()).await.unwrap();
    poc_answer(app, &lab_person, &id, &proposal, yes()).await.unwrap();
    let agreed = steps(&house.visitor()).await.into_iter().find(|s| s.id == proposal).unwrap();
    assert_eq!(agreed.note, "我们有两条中试线", "what was agreed to is what was last proposed");
    assert_eq!(code(poc_step_edit(app, &fab_person, &id, &proposal, offer()).await), "poc-step-settled", "agreed");
    let plan = StepDraft { stage: "production".into(), note: "小批量".into(), ..StepDraft::default() };
    poc_step_add(app, &lab_person, &id, None, plan.clone()).await.unwrap();
    let planned = steps(&lab_person).await.into_iter().find(|s| s.note == "小批量").unwrap().id;
    assert_eq!(code(poc_step_edit(app, &house.visitor(), &id, &planned, plan.clone()).await), "sign-in");
    assert_eq!(code(poc_step_edit(app, &fab_person, &id, &planned, plan.clone()).await), "forbidden");
    let later = StepDraft { day: "2027-01-01".into(), ..plan };
    poc_step_edit(app, &lab_person, &id, &planned, later.clone()).await.unwrap();
    let entries = house.journal("poc_project", &id).await;
    let edits: Vec<bool> =
        entries.iter().filter(|(kind, _)| kind == "poc.step_edited").map(|(_, open)| *open).collect();
    assert_eq!(edits, [false, false, true], "a draft and a proposal are not public, a plan is");
    poc_close(app, &lab_person, &id).await.unwrap();
    assert_eq!(code(poc_step_edit(app, &lab_person, &id, &planned, later).await), "poc-state");
    house.0.finish().await;
}

#[tokio::test]
async fn an_organisation_that_others_have_named_is_marked_as_such() {
    let house = house().await;
    let (_, fab) = two(&house).await;
    let app = house.app();
    let (lab_person, fab_person) = (house.person("lab").await, house.person("fab").await);
    let id = poc_create(app, &lab_person, project("烘干薄膜")).await.unwrap().id;
    poc_step_add(app, &lab_person, &id, None, done("lab", TOWN_A, "2025-05-01")).await.unwrap();
    poc_publish(app, &lab_person, &id).await.unwrap();
    let steps = async || poc_view(app, &house.visitor(), &id).await.unwrap().card.steps;
    let marked = async || {
        let mut all: Vec<(bool, bool)> = steps().await.iter().map(naming).collect();
        all.sort_unstable();
        all
    };
    poc_step_add(app, &fab_person, &id, None, offer()).await.unwrap();
    let proposal = poc_view(app, &lab_person, &id).await.unwrap().card.steps;
    let proposal = proposal.iter().find(|step| step.entered_by == fab).unwrap().id.clone();
    poc_answer(app, &lab_person, &id, &proposal, yes()).await.unwrap();
    assert_eq!(marked().await, [(false, false), (true, false)], "the pilot line has proposed its own step");
    let page = format!("/poc/{id}");
    let _ = house.0.visitor().get(&page).await.good().hides("该机构未确认");
    let plan = StepDraft { stage: "production".into(), organisation: fab, note: "小批量".into(), ..offer() };
    poc_step_add(app, &lab_person, &id, None, plan).await.unwrap();
    assert_eq!(marked().await, [(false, false), (true, false), (true, true)], "the laboratory has named it");
    let _ = house.0.visitor().get(&page).await.good().shows("该机构未确认");
    let _ = house.0.visitor().english().get(&page).await.good().shows("not confirmed by the organisation");
    let steps = house.0.visitor().get(&format!("/api/v1/poc-projects/{id}")).await.good().value()["steps"].clone();
    assert_eq!(steps.as_array().unwrap().iter().filter(|step| step["unconfirmed"] == true).count(), 1);
    house.0.finish().await;
}

/// Whether a step names an organisation, and whether that is marked as unconfirmed.
fn naming(step: &Step) -> (bool, bool) {
    (step.organisation.is_some(), step.unconfirmed())
}
