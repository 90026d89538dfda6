//! Questions about an open call: asked without a name, public with their answers.

use crate::house::{House, TOWN_A, TOWN_B, code, house};
use calls::actions::question::{AskCommand, Questions, question_answer, question_ask, question_dismiss, question_list};
use calls::rules::call::{HeadDraft, Patch};
use calls::rules::question::{QuestionState, WAITING_MAX};
use platform::Ctx;
use platform::ctx::Mandate;
use platform::web::page::Page;

fn asks(house: &House, team: usize, text: &str) -> AskCommand {
    AskCommand { organisation: house.team(team).id, text: text.into() }
}

async fn list(house: &House, ctx: &Ctx, call: &str) -> Questions {
    question_list(house.app(), ctx, call, &Page::default()).await.expect("the list is read")
}

#[tokio::test]
async fn a_question_is_public_with_its_answer_and_without_whoever_asked() {
    let house = house().await;
    let app = house.app();
    let call = house.open_call().await.call;
    let asker = house.member(&house.team(0), &[Mandate::Bid]);
    assert_eq!(list(&house, &asker, &call).await.askers.len(), 1);
    let signer = house.member(&house.team(0), &[Mandate::Sign]);
    assert_eq!(code(question_ask(app, &signer, &call, asks(&house, 0, "x")).await), "forbidden");
    assert_eq!(code(question_ask(app, &house.visitor(), &call, asks(&house, 0, "x")).await), "sign-in");
    assert_eq!(
        code(
            question_ask(
                app,
                &house.poser(),
                &call,
                AskCommand { organisation: house.owner.id.clone(), text: "x".into() }
            )
            .await
        ),
        "question-owner"
    );
    let id = question_ask(app, &asker, &call, asks(&house, 0, "漂移在何种介质下测？")).await.expect("he asks").id;
    // Before the answer: the asker, the owner and the office know of it, and the office alone who asked.
    assert_eq!(list(&house, &house.visitor(), &call).await.total, 0);
    assert_eq!(list(&house, &house.bidder(1), &call).await.total, 0);
    assert!(list(&house, &asker, &call).await.items[0].own);
    let owner = list(&house, &house.poser(), &call).await;
    assert!(owner.items[0].may_answer && !owner.items[0].may_dismiss && owner.items[0].asker.is_none());
    assert_eq!(owner.items[0].question.organisation, "");
    let office = list(&house, &house.officer(TOWN_A), &call).await;
    assert_eq!(office.items[0].asker.as_ref().map(|(zh, _)| zh.as_str()), Some(house.team(0).name.as_str()));
    assert_eq!(list(&house, &house.officer(TOWN_B), &call).await.total, 0);
    assert!(house.desk(&house.poser()).await.contains(&"desk-question-answer"));
    assert!(house.desk(&house.officer(TOWN_A)).await.contains(&"desk-question-answer"));
    assert_eq!(code(question_answer(app, &house.bidder(1), &call, &id, "x").await), "not-found");
    assert_eq!(code(question_answer(app, &asker, &call, &id, "x").await), "forbidden");
    question_answer(app, &house.poser(), &call, &id, "干空气。").await.expect("the owner answers");
    let public = list(&house, &house.visitor(), &call).await;
    assert_eq!(
        (public.items[0].question.reply.as_str(), public.items[0].question.organisation.as_str()),
        ("干空气。", "")
    );
    assert_eq!(code(question_answer(app, &house.officer(TOWN_A), &call, &id, "y").await), "question-over");
    let entries = platform::journal::of_object(&app.db().read(), "call_question", &id, 10).await.unwrap();
    assert!(entries.iter().all(|entry| !entry.data.to_string().contains(&house.team(0).id)), "{entries:?}");
    assert_eq!(
        house.journal("call_question", &id).await,
        [("question.asked".into(), false), ("question.answered".into(), true)]
    );
    house.test.finish().await;
}

#[tokio::test]
async fn an_unnamed_owner_stays_unnamed_when_he_answers() {
    let house = house().await;
    let patch = house.patch();
    let head = HeadDraft { unnamed: true, ..patch.head.clone().unwrap() };
    let call = house.open_call_as(Patch { head: Some(head), ..patch }).await.call;
    let id = question_ask(house.app(), &house.bidder(0), &call, asks(&house, 0, "批量多大？")).await.unwrap().id;
    question_answer(house.app(), &house.poser(), &call, &id, "每年十万只。").await.unwrap();
    let mut visitor = house.test.visitor();
    let (name, owner) = (house.owner.name.clone(), house.owner.id.clone());
    for path in
        [format!("/calls/{call}/questions"), format!("/api/v1/calls/{call}/questions"), format!("/calls/{call}")]
    {
        let _ =
            visitor.get(&path).await.good().shows("每年十万只").hides(&name).hides(&owner).hides(&house.team(0).name);
    }
    house.test.finish().await;
}

#[tokio::test]
async fn limits_and_dismissals() {
    let house = house().await;
    let app = house.app();
    let call = house.open_call().await.call;
    let mut ids = Vec::new();
    for n in 0..WAITING_MAX {
        let text = format!("问题{n}");
        ids.push(question_ask(app, &house.bidder(0), &call, asks(&house, 0, &text)).await.unwrap().id);
    }
    assert_eq!(code(question_ask(app, &house.bidder(0), &call, asks(&house, 0, "再问")).await), "question-waiting");
    question_ask(app, &house.bidder(1), &call, asks(&house, 1, "另一单位")).await.expect("each has its own limit");
    assert_eq!(code(question_dismiss(app, &house.poser(), &call, &ids[0], "辱骂").await), "not-found");
    assert_eq!(code(question_dismiss(app, &house.officer(TOWN_A), &call, &ids[0], " ").await), "needed");
    question_dismiss(app, &house.officer(TOWN_A), &call, &ids[0], "与榜单无关。").await.expect("the office");
    let own = list(&house, &house.bidder(0), &call).await;
    let dismissed = own.items.iter().find(|item| item.question.id == ids[0]).expect("its asker sees it");
    assert_eq!(
        (dismissed.question.state, dismissed.question.reply.as_str()),
        (QuestionState::Dismissed, "与榜单无关。")
    );
    assert_eq!(list(&house, &house.visitor(), &call).await.total, 0);
    question_ask(app, &house.bidder(0), &call, asks(&house, 0, "又可以问了")).await.expect("one is done");
    house.close(&call).await;
    assert_eq!(code(question_ask(app, &house.bidder(1), &call, asks(&house, 1, "晚了")).await), "question-closed");
    let page = Page { limit: 2, cursor: None };
    let first = question_list(app, &house.officer(TOWN_A), &call, &page).await.unwrap();
    let next = Page { limit: 2, cursor: first.next.clone() };
    let second = question_list(app, &house.officer(TOWN_A), &call, &next).await.unwrap();
    assert!(first.items[1].question.number > second.items[0].question.number);
    let odd = Page { limit: 2, cursor: Some("x".into()) };
    assert_eq!(code(question_list(app, &house.joint(), &call, &odd).await), "page-cursor");
    house.test.finish().await;
}
