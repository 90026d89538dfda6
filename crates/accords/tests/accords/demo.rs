//! What the demo leaves behind.

use accords::actions::accord::{Filter, accord_list};
use accords::actions::item::{Filter as ItemFilter, item_list, item_view};
use accords::actions::meeting::{Filter as MeetingFilter, meeting_list};
use accords::actions::supervision::supervision_list;
use accords::rules::accord::AccordState;
use pack::Pack;
use platform::demo::{Cast, Part};
use platform::desk::desk_view;
use platform::web::page::Page;
use testkit::TestApp;

#[tokio::test]
async fn the_demo_leaves_something_in_every_state_and_names_it_an_example() {
    let house = TestApp::start(vec![registry::capability(), accords::capability()]).await;
    let app = house.app();
    let pack = Pack::embedded_g60().expect("the built-in pack is valid");
    registry::pack_load(app, &house.system(), &pack).await.expect("the pack loads");
    house.open_index().await;
    let cast = Cast::create(app).await.expect("the accounts are made");
    accords::demo::run(app, &cast).await.expect("the scenario plays");
    house.settle().await;
    let office = cast.ctx(Part::JointOffice).await.unwrap();
    let acts = accord_list(app, &office, &Filter::default(), &Page::default()).await.unwrap();
    let mut states: Vec<AccordState> = acts.items.iter().map(|accord| accord.state_at(office.now)).collect();
    states.sort_unstable();
    assert_eq!(states, [AccordState::Draft, AccordState::Circulated, AccordState::InForce]);
    assert!(acts.items.iter().all(|accord| accord.demo && accord.title.starts_with("示例")));
    let visitor = platform::Ctx { actor: platform::Actor::visitor(), ..office.clone() };
    let meetings = meeting_list(app, &visitor, &MeetingFilter::default(), &Page::default()).await.unwrap();
    assert_eq!(meetings.total, 1);
    let items = item_list(app, &visitor, &ItemFilter::default(), &Page::default()).await.unwrap();
    assert_eq!(items.total, 3);
    assert!(items.items.iter().all(|item| item.demo && item.title.starts_with("示例")));
    let mut percents = Vec::new();
    for item in &items.items {
        percents.push(item_view(app, &visitor, &item.id).await.unwrap().item.percent);
    }
    percents.sort_unstable();
    assert_eq!(percents, [0, 35, 100]);
    assert_eq!(supervision_list(app, &office).await.unwrap().cards.len(), 2);
    for (part, kinds) in [
        (Part::OfficerJiaxing, &["desk-accord-consent", "desk-supervision-answer"][..]),
        (
            Part::JointOffice,
            &["desk-accord-draft", "desk-accord-record", "desk-item-reached", "desk-supervision-close"],
        ),
    ] {
        let ctx = cast.ctx(part).await.unwrap();
        let items = desk_view(app, &ctx).await.unwrap();
        for kind in kinds {
            assert!(items.iter().any(|item| item.kind == *kind), "{part:?} has {items:?}, not {kind}");
        }
        assert!(items.iter().all(|item| item.demo && item.due_ms.is_none_or(|due| due > ctx.now.ms())), "{items:?}");
    }
    let elsewhere = TestApp::start(vec![registry::capability(), accords::capability()]).await;
    let cast = Cast::create(elsewhere.app()).await.unwrap();
    accords::demo::run(elsewhere.app(), &cast).await.expect("another corridor has other cities");
    elsewhere.finish().await;
    house.finish().await;
}
