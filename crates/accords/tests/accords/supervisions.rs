//! Supervision, through the public actions.

use crate::house::{House, TOWN_A, TOWN_B, code, house};
use accords::actions::item::{item_close, item_view};
use accords::actions::meeting::meeting_publish;
use accords::actions::supervision::{
    supervision_answer, supervision_close, supervision_issue, supervision_list, supervision_repeat, supervision_view,
};
use accords::rules::item::CloseCommand;
use accords::rules::supervision::{IssueCommand, SupervisionState};

fn ask(city: &str, days: &str) -> IssueCommand {
    IssueCommand { city: city.into(), text: "请说明进度".into(), workdays: days.into() }
}

async fn item(house: &House) -> String {
    let meeting = house.meeting().await;
    meeting_publish(house.app(), &house.joint("keeper"), &meeting).await.expect("it is published");
    house.item(&meeting).await
}

#[tokio::test]
async fn a_city_answers_and_the_office_closes() {
    let house = house().await;
    let (app, office, a, b) = (house.app(), house.joint("keeper"), house.officer(TOWN_A), house.officer(TOWN_B));
    let item = item(&house).await;
    assert_eq!(code(supervision_issue(app, &house.visitor(), &item, ask("", "5")).await), "sign-in");
    assert_eq!(code(supervision_issue(app, &a, &item, ask("", "5")).await), "forbidden");
    assert_eq!(code(supervision_issue(app, &office, &item, ask("990000", "5")).await), "item-city");
    assert_eq!(code(supervision_issue(app, &office, &item, ask("", "100")).await), "workdays-shape");
    let id = supervision_issue(app, &office, &item, ask("", "5")).await.unwrap().id;
    assert_eq!(code(supervision_issue(app, &office, &item, ask("", "5")).await), "supervision-running");
    assert_eq!(house.desk(&a).await, [("desk-supervision-answer", "平台互通".to_owned())]);
    for (stranger, told) in [(&house.visitor(), "sign-in"), (&b, "not-found")] {
        assert_eq!(code(supervision_view(app, stranger, &id).await), told, "between the office and the city");
        assert_eq!(item_view(app, stranger, &item).await.unwrap().supervisions.len(), 0);
    }
    assert_eq!(code(supervision_answer(app, &b, &id, "代答").await), "not-found");
    assert_eq!(code(supervision_answer(app, &office, &id, "代答").await), "forbidden");
    assert_eq!(code(supervision_answer(app, &a, &id, " ").await), "needed");
    assert_eq!(code(supervision_close(app, &a, &id, "").await), "forbidden");
    assert_eq!(code(supervision_close(app, &office, &id, "").await), "supervision-unanswered");
    assert_eq!(code(supervision_repeat(app, &office, &id, ask("", "5")).await), "supervision-unanswered");
    let drop = CloseCommand { outcome: "dropped".into(), remark: "合并".into() };
    assert_eq!(code(item_close(app, &office, &item, drop.clone()).await), "item-supervised");
    supervision_answer(app, &a, &id, "本月完成接入").await.unwrap();
    assert_eq!(code(supervision_answer(app, &a, &id, "再答").await), "supervision-answered");
    assert_eq!(house.desk(&office).await, [("desk-supervision-close", "平台互通".to_owned())]);
    supervision_close(app, &office, &id, "同意").await.unwrap();
    assert_eq!(code(supervision_close(app, &office, &id, "").await), "supervision-closed");
    let view = supervision_view(app, &a, &id).await.unwrap();
    assert_eq!((view.card.round.state, view.card.round.remark.as_str()), (SupervisionState::Closed, "同意"));
    let kinds = house.journal("supervision", &id).await;
    assert_eq!(
        kinds,
        ["supervision.issued", "supervision.answered", "supervision.closed"].map(|kind| (kind.to_owned(), false))
    );
    item_close(app, &office, &item, drop).await.unwrap();
    assert_eq!(code(supervision_issue(app, &office, &item, ask("", "5")).await), "item-closed");
    house.0.finish().await;
}

#[tokio::test]
async fn who_does_not_answer_is_asked_again_and_counted_late() {
    let house = house().await;
    let (app, office) = (house.app(), house.joint("keeper"));
    let item = item(&house).await;
    // A Monday; three working days end on Thursday.
    let id = supervision_issue(app, &office, &item, ask(TOWN_B, "3")).await.unwrap().id;
    house.0.days_pass(3).await;
    let office = house.joint("keeper");
    assert_eq!(code(supervision_repeat(app, &office, &id, ask("", "2")).await), "supervision-unanswered", "Thursday");
    house.0.days_pass(1).await;
    let (office, b) = (house.joint("keeper"), house.officer(TOWN_B));
    assert_eq!(house.desk(&office).await, [("desk-supervision-late", "平台互通".to_owned())]);
    let next = supervision_repeat(app, &office, &id, ask("", "2")).await.unwrap().id;
    let view = supervision_view(app, &b, &next).await.unwrap();
    assert_eq!((view.card.round.round, view.may_answer, view.may_repeat), (2, true, false));
    assert_eq!(supervision_view(app, &b, &id).await.unwrap().card.round.state, SupervisionState::Repeated);
    supervision_answer(app, &b, &next, "已整改").await.unwrap();
    let all = supervision_list(app, &office).await.unwrap();
    assert_eq!(all.cards.len(), 2);
    let counts: Vec<_> = all.tallies.iter().map(|(_, tally)| (tally.issued, tally.waiting, tally.late)).collect();
    assert_eq!(counts, [(0, 0, 0), (2, 0, 1)]);
    let own = supervision_list(app, &house.officer(TOWN_A)).await.unwrap();
    assert_eq!((own.cards.len(), own.tallies.len()), (0, 1), "a city sees its own");
    assert_eq!(code(supervision_list(app, &house.visitor()).await), "sign-in");
    assert_eq!(code(supervision_list(app, &house.acting("person", Vec::new(), &[])).await), "forbidden");
    house.0.finish().await;
}
