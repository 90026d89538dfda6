//! Meetings, their resolutions, and the items that follow, through the public actions.

use crate::house::{TOWN_A, TOWN_B, code, house, patch};
use accords::actions::item::{Filter as ItemFilter, item_begin, item_close, item_list, item_report, item_view};
use accords::actions::meeting::{
    Filter, meeting_edit, meeting_keep, meeting_list, meeting_publish, meeting_resolve, meeting_view,
};
use accords::rules::item::{CloseCommand, ItemDraft, ItemState, ReportDraft};
use accords::rules::meeting::{MeetingPatch, ResolutionDraft};
use platform::web::page::Page;

fn resolution(accord: &str) -> ResolutionDraft {
    ResolutionDraft {
        title: "通过共建协议".into(),
        text: "会议同意共建协议。".into(),
        accord: accord.into(),
        ..ResolutionDraft::default()
    }
}

fn told(city: &str, percent: &str) -> ReportDraft {
    ReportDraft { city: city.into(), percent: percent.into(), text: "已经接入".into(), ..ReportDraft::default() }
}

fn word(outcome: &str, remark: &str) -> CloseCommand {
    CloseCommand { outcome: outcome.into(), remark: remark.into() }
}

#[tokio::test]
async fn a_meeting_is_everybodys_once_it_is_published() {
    let house = house().await;
    let (app, office, visitor) = (house.app(), house.joint("keeper"), house.visitor());
    let id = house.meeting().await;
    let asked = house.circulated(patch("1", "members")).await;
    let draft = house.drafted(patch("2", "members")).await;
    for stranger in [&visitor, &house.officer(TOWN_A)] {
        assert_eq!(code(meeting_view(app, stranger, &id).await), "not-found");
    }
    assert_eq!(code(meeting_resolve(app, &office, &id, resolution("nothing")).await), "resolution-accord");
    assert_eq!(code(meeting_resolve(app, &office, &id, resolution(&draft)).await), "resolution-accord", "a draft");
    meeting_resolve(app, &office, &id, resolution(&asked)).await.unwrap();
    meeting_resolve(app, &office, &id, resolution("")).await.unwrap();
    let item = house.item(&id).await;
    assert_eq!(code(item_view(app, &visitor, &item).await), "not-found", "its meeting is not published");
    assert!(item_view(app, &house.officer(TOWN_B), &item).await.is_ok(), "a partner reads it before");
    assert_eq!(item_list(app, &visitor, &ItemFilter::default(), &Page::default()).await.unwrap().total, 0);
    meeting_publish(app, &office, &id).await.unwrap();
    let view = meeting_view(app, &visitor, &id).await.unwrap();
    assert_eq!(view.resolutions.iter().map(|(one, _)| one.number).collect::<Vec<_>>(), [1, 2]);
    assert!(view.resolutions[0].1.is_none(), "what it adopts is not public yet");
    assert_eq!((view.items.len(), view.may_edit, view.may_begin_item), (1, false, false));
    let known = meeting_view(app, &house.officer(TOWN_A), &id).await.unwrap();
    assert_eq!(known.resolutions[0].1.as_ref().map(|accord| accord.id.as_str()), Some(asked.as_str()));
    assert!(item_view(app, &visitor, &item).await.unwrap().meeting.is_some());
    assert_eq!(item_list(app, &visitor, &ItemFilter::default(), &Page::default()).await.unwrap().total, 1);
    let kinds = house.journal("meeting", &id).await;
    assert_eq!(kinds.last(), Some(&("meeting.published".to_owned(), true)));
    assert!(kinds[..kinds.len() - 1].iter().all(|(_, public)| !public));
    house.0.settle().await;
    let _ = house.0.visitor().get("/search?q=平台互通").await.good().shows(&format!("/action-items/{item}"));
    let _ = house.0.visitor().get("/search?q=第一次联席会议").await.good().shows(&format!("/meetings/{id}"));
    house.0.finish().await;
}

#[tokio::test]
async fn only_the_joint_office_keeps_meetings_and_enters_items() {
    let house = house().await;
    let (app, office, a) = (house.app(), house.joint("keeper"), house.officer(TOWN_A));
    let id = house.meeting().await;
    assert_eq!(code(meeting_keep(app, &house.visitor(), MeetingPatch::default()).await), "sign-in");
    assert_eq!(code(meeting_keep(app, &a, MeetingPatch::default()).await), "forbidden");
    assert_eq!(code(meeting_edit(app, &a, &id, MeetingPatch::default()).await), "not-found");
    assert_eq!(code(meeting_publish(app, &a, &id).await), "not-found");
    assert_eq!(code(item_begin(app, &a, house.task(&id)).await), "forbidden");
    assert_eq!(code(item_begin(app, &office, house.task("nothing")).await), "item-origin");
    let elsewhere = ItemDraft { resolution: "nothing".into(), ..house.task(&id) };
    assert_eq!(code(item_begin(app, &office, elsewhere).await), "item-origin");
    let unknown = ItemDraft { accord: "nothing".into(), ..house.task(&id) };
    assert_eq!(code(item_begin(app, &office, unknown).await), "item-origin");
    let headless = ItemDraft { lead: String::new(), ..house.task(&id) };
    assert_eq!(code(item_begin(app, &office, headless).await), "item-lead");
    let past = ItemDraft { deadline: house.day(0), ..house.task(&id) };
    assert_eq!(code(item_begin(app, &office, past).await), "deadline-past");
    meeting_publish(app, &office, &id).await.unwrap();
    assert_eq!(code(meeting_edit(app, &a, &id, MeetingPatch::default()).await), "forbidden");
    assert_eq!(code(meeting_edit(app, &office, &id, MeetingPatch::default()).await), "meeting-published");
    assert_eq!(code(meeting_resolve(app, &office, &id, resolution("")).await), "meeting-published");
    for (filter, total) in [
        (Filter { chairs: vec![TOWN_A.into()], ..Filter::default() }, 1),
        (Filter { chairs: vec![TOWN_B.into()], ..Filter::default() }, 0),
        (Filter { text: "平台".into(), ..Filter::default() }, 1),
    ] {
        assert_eq!(meeting_list(app, &a, &filter, &Page::default()).await.unwrap().total, total);
    }
    let strange = Page { limit: 3, cursor: Some("nothing".into()) };
    assert_eq!(code(meeting_list(app, &a, &Filter::default(), &strange).await), "page-cursor");
    house.0.finish().await;
}

#[tokio::test]
async fn cities_report_and_the_office_closes() {
    let house = house().await;
    let (app, office, a, b) = (house.app(), house.joint("keeper"), house.officer(TOWN_A), house.officer(TOWN_B));
    let meeting = house.meeting().await;
    meeting_publish(app, &office, &meeting).await.unwrap();
    let id = house.item(&meeting).await;
    assert_eq!(code(item_report(app, &house.visitor(), &id, told(TOWN_A, "10")).await), "sign-in");
    assert_eq!(code(item_report(app, &office, &id, told(TOWN_A, "10")).await), "forbidden", "the office does not");
    assert_eq!(code(item_report(app, &b, &id, told(TOWN_A, "10")).await), "forbidden", "nor one city for another");
    assert_eq!(code(item_report(app, &b, &id, told("990000", "10")).await), "item-city");
    assert_eq!(code(item_report(app, &b, &id, told(TOWN_B, "500")).await), "percent-shape");
    item_report(app, &b, &id, told(TOWN_B, "40")).await.unwrap();
    let earlier = ReportDraft { day: house.day(-3), ..told(TOWN_A, "50") };
    assert_eq!(code(item_report(app, &a, &id, earlier).await), "report-order");
    assert_eq!(
        code(item_close(app, &a, &id, word("done", "")).await),
        "forbidden",
        "who works on it does not close it"
    );
    assert_eq!(code(item_close(app, &office, &id, word("done", "")).await), "item-short");
    item_report(app, &a, &id, told(TOWN_A, "100")).await.unwrap();
    assert_eq!(house.desk(&office).await, [("desk-item-reached", "平台互通".to_owned())]);
    item_close(app, &office, &id, word("done", "验收通过")).await.unwrap();
    let view = item_view(app, &house.visitor(), &id).await.unwrap();
    assert_eq!((view.item.state, view.item.percent, view.reports.len()), (ItemState::Done, 100, 2));
    assert_eq!(code(item_report(app, &a, &id, told(TOWN_A, "100")).await), "item-closed");
    let kinds: Vec<String> = house.journal("action_item", &id).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["item.begun", "item.reported", "item.reported", "item.done"]);
    house.0.finish().await;
}

#[tokio::test]
async fn what_is_late_is_read_from_the_clock() {
    let house = house().await;
    let (app, office, a) = (house.app(), house.joint("keeper"), house.officer(TOWN_A));
    let meeting = house.meeting().await;
    meeting_publish(app, &office, &meeting).await.unwrap();
    let id = house.item(&meeting).await;
    let count = |state: &'static str| {
        let (app, visitor) = (app.clone(), house.visitor());
        async move {
            let filter = ItemFilter { states: vec![state.into()], ..ItemFilter::default() };
            item_list(&app, &visitor, &filter, &Page::default()).await.unwrap().total
        }
    };
    assert_eq!((count("open").await, count("late").await), (1, 0));
    house.0.days_pass(21).await;
    let visitor = house.visitor();
    let late = ItemFilter { states: vec!["late".into()], ..ItemFilter::default() };
    assert_eq!(item_list(app, &visitor, &late, &Page::default()).await.unwrap().total, 1);
    let a_later = platform::Ctx { now: app.clock().now(), ..a };
    assert_eq!(house.desk(&a_later).await, [("desk-item-overdue", "平台互通".to_owned())]);
    assert_eq!(house.desk(&house.officer(TOWN_B)).await, [], "whoever leads is reminded");
    assert_eq!(house.desk(&house.joint("keeper")).await, [("desk-item-watch", "平台互通".to_owned())]);
    assert_eq!(code(item_close(app, &house.joint("keeper"), &id, word("dropped", "")).await), "reason-needed");
    item_close(app, &house.joint("keeper"), &id, word("dropped", "项目合并")).await.unwrap();
    assert_eq!(item_view(app, &visitor, &id).await.unwrap().item.remark, "项目合并");
    house.0.finish().await;
}

#[tokio::test]
async fn items_of_an_act_open_with_it() {
    let house = house().await;
    let (app, office) = (house.app(), house.joint("keeper"));
    let accord = house.circulated(patch("1", "members")).await;
    let draft = ItemDraft { meeting: String::new(), accord: accord.clone(), ..house.task("") };
    let id = item_begin(app, &office, draft).await.unwrap().id;
    assert_eq!(code(item_view(app, &house.visitor(), &id).await), "not-found");
    house.agree(&accord, TOWN_A).await;
    house.agree(&accord, TOWN_B).await;
    let view = item_view(app, &house.visitor(), &id).await.unwrap();
    assert!(view.public && view.accord.is_some());
    house.0.settle().await;
    let _ = house.0.visitor().get("/search?q=平台互通").await.good().shows(&format!("/action-items/{id}"));
    house.0.finish().await;
}
