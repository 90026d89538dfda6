//! What the demo leaves behind.

use calls::actions::call::{Filter, call_list};
use calls::rules::call::CallState;
use pack::Pack;
use platform::demo::{Cast, Part};
use platform::desk::desk_view;
use platform::web::page::Page;
use testkit::TestApp;

fn capabilities() -> Vec<platform::capability::Capability> {
    vec![
        registry::capability(),
        ledger::capability(),
        accords::capability(),
        envelopes::capability(),
        calls::capability(),
    ]
}

#[tokio::test]
async fn the_demo_leaves_something_for_everybody_and_names_it_an_example() {
    let house = TestApp::start(capabilities()).await;
    let app = house.app();
    let pack = Pack::embedded_g60().expect("the built-in pack is valid");
    registry::pack_load(app, &house.system(), &pack).await.expect("the pack loads");
    house.open_index().await;
    let cast = Cast::create(app).await.expect("the accounts are made");
    for capability in capabilities() {
        if let Some(demo) = capability.demo {
            demo(app, &cast).await.expect("the scenario plays");
        }
    }
    house.settle().await;
    let firm = cast.ctx(Part::Enterprise).await.unwrap();
    let found = call_list(app, &firm, &Filter::default(), &Page::default()).await.unwrap();
    assert!(found.items.iter().all(|call| call.demo && call.title.starts_with("示例")));
    let states: Vec<CallState> = found.items.iter().map(|call| call.state_at(firm.now)).collect();
    for state in [CallState::Draft, CallState::Posed, CallState::Vetted, CallState::Open] {
        assert!(states.contains(&state), "{states:?}");
    }
    for (part, kinds) in [
        (Part::Enterprise, &["desk-call-draft", "desk-call-sent-back", "desk-pledge-give"][..]),
        (Part::OfficerSongjiang, &["desk-call-vet"]),
        (Part::OfficerJiaxing, &["desk-pledge-give"]),
        (Part::JointOffice, &["desk-call-release"]),
    ] {
        let ctx = cast.ctx(part).await.unwrap();
        let items = desk_view(app, &ctx).await.unwrap();
        for kind in kinds {
            assert!(items.iter().any(|item| item.kind == *kind), "{part:?} has {items:?}, not {kind}");
        }
    }
    let visitor = platform::Ctx { actor: platform::Actor::visitor(), ..firm.clone() };
    let public = call_list(app, &visitor, &Filter::default(), &Page::default()).await.unwrap();
    assert!(public.items.iter().all(|call| call.state.is_open()) && !public.items.is_empty());
    let elsewhere = TestApp::start(capabilities()).await;
    let cast = Cast::create(elsewhere.app()).await.unwrap();
    calls::demo::run(elsewhere.app(), &cast).await.expect("another corridor has other cities");
    elsewhere.finish().await;
    house.finish().await;
}
