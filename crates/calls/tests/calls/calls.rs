//! A call from its draft to its release, by those who pose it, vet it and stand beside it.

use crate::house::{House, TOWN_A, TOWN_B, code, house};
use calls::actions::call::{
    Filter, call_draft, call_edit, call_list, call_pose, call_rerelease, call_send_back, call_vet, call_view,
    call_withdraw,
};
use calls::rules::call::{CallState, HeadDraft, Patch, Step};
use platform::ctx::Mandate;
use platform::web::page::Page;
use platform::{Ctx, Fault};

async fn listed(house: &House, ctx: &Ctx, filter: &Filter) -> Vec<String> {
    let found = call_list(house.app(), ctx, filter, &Page::default()).await.expect("a list");
    assert_eq!(i64::try_from(found.items.len()).unwrap(), found.total);
    found.items.into_iter().map(|call| call.id).collect()
}

async fn sees(house: &House, ctx: &Ctx, id: &str) -> bool {
    match call_view(house.app(), ctx, id).await {
        Ok(_) => true,
        Err(Fault::Refused(refusal)) => {
            assert!(matches!(refusal.kind.status(), 401 | 404), "{refusal:?}");
            false
        }
        Err(fault) => panic!("{fault:?}"),
    }
}

#[tokio::test]
async fn it_is_posed_sent_back_posed_again_and_vetted() {
    let house = house().await;
    let (app, poser, office) = (house.app(), house.poser(), house.officer(TOWN_A));
    let head = Patch { head: house.patch().head, ..Patch::default() };
    let id = call_draft(app, &poser, head).await.unwrap().id;
    assert_eq!(house.desk(&poser).await, ["desk-call-draft"]);
    assert_eq!(code(call_pose(app, &poser, &id).await), "call-incomplete");
    call_edit(app, &poser, &id, Patch { head: None, ..house.patch() }).await.unwrap();
    call_pose(app, &poser, &id).await.unwrap();
    assert_eq!(code(call_pose(app, &poser, &id).await), "call-step", "twice is once");
    assert_eq!(code(call_edit(app, &poser, &id, Patch::default()).await), "call-not-draft");
    assert!(house.desk(&poser).await.is_empty());
    assert_eq!(house.desk(&office).await, ["desk-call-vet"]);
    assert_eq!(code(call_send_back(app, &office, &id, " ").await), "needed");
    call_send_back(app, &office, &id, "指标不可考核").await.unwrap();
    assert_eq!(house.desk(&poser).await, ["desk-call-sent-back"]);
    let view = call_view(app, &poser, &id).await.unwrap();
    assert_eq!((view.state, view.call.reason.as_str()), (CallState::Draft, "指标不可考核"));
    assert!(view.may.edit && view.may.pose && view.may.withdraw && !view.may.vet);
    call_pose(app, &poser, &id).await.unwrap();
    call_vet(app, &office, &id, "指标可考核").await.unwrap();
    assert_eq!(code(call_vet(app, &office, &id, "再来").await), "call-step");
    let view = call_view(app, &office, &id).await.unwrap();
    assert_eq!(view.call.number, "JB-2026-0001");
    assert!(view.call.due_ms.is_some(), "the joint office has a clock");
    let steps: Vec<Step> = view.steps.iter().map(|taken| taken.step).collect();
    assert_eq!(steps, [Step::Pose, Step::SendBack, Step::Pose, Step::Vet]);
    let kinds: Vec<(String, bool)> = house.journal("call", &id).await;
    let told = ["call.drafted", "call.revised", "call.posed", "call.sent_back", "call.posed", "call.vetted"];
    assert_eq!(kinds, told.map(|kind| (kind.to_owned(), false)));
    assert_eq!(house.desk(&house.joint()).await, ["desk-call-release"]);
    let second = house.vetted().await;
    assert_eq!(house.call(&second).await.number, "JB-2026-0002");
    house.test.finish().await;
}

#[tokio::test]
async fn who_may_pose_and_who_may_vet() {
    let house = house().await;
    let app = house.app();
    let owner = house.owner.clone();
    for ctx in [house.visitor(), house.person("someone"), house.member(&owner, &[Mandate::Bid]), house.bidder(0)] {
        let refused = code(call_draft(app, &ctx, house.patch()).await);
        assert!(["call-owner", "sign-in"].contains(&refused), "{refused}");
    }
    let id = call_draft(app, &house.poser(), house.patch()).await.unwrap().id;
    for ctx in [house.visitor(), house.officer(TOWN_A), house.joint(), house.bidder(0)] {
        assert!(!sees(&house, &ctx, &id).await, "a draft is its owner's: {ctx:?}");
        let refused = code(call_edit(app, &ctx, &id, Patch::default()).await);
        assert!(["not-found", "sign-in"].contains(&refused), "{refused}");
    }
    assert!(sees(&house, &house.member(&owner, &[]), &id).await, "members read what their organisation drafts");
    assert_eq!(code(call_pose(app, &house.member(&owner, &[Mandate::Pay]), &id).await), "forbidden");
    call_pose(app, &house.poser(), &id).await.unwrap();
    let insider = house.also(house.colleague(TOWN_A), &owner, &[]);
    assert_eq!(code(call_vet(app, &insider, &id, "好").await), "forbidden", "four eyes");
    assert_eq!(code(call_send_back(app, &insider, &id, "好").await), "forbidden");
    assert_eq!(code(call_vet(app, &house.officer(TOWN_B), &id, "好").await), "not-found", "another city's office");
    assert_eq!(code(call_vet(app, &house.joint(), &id, "好").await), "not-found", "not yet the joint office's");
    call_vet(app, &house.officer(TOWN_A), &id, "好").await.unwrap();
    assert!(sees(&house, &house.officer(TOWN_B), &id).await, "cities read what they are asked to release together");
    assert!(!sees(&house, &house.bidder(1), &id).await);
    house.test.finish().await;
}

#[tokio::test]
async fn an_unnamed_owner_is_named_nowhere_outside() {
    let house = house().await;
    let app = house.app();
    let mut patch = house.patch();
    patch.head = patch.head.map(|head| HeadDraft { unnamed: true, ..head });
    let stage = house.open_call_as(patch).await;
    for ctx in [house.visitor(), house.bidder(1), house.officer(TOWN_B)] {
        let view = call_view(app, &ctx, &stage.call).await.unwrap();
        assert_eq!(view.owner, None, "{ctx:?}");
        assert!(!view.names.contains_key(&house.owner.id));
        assert!(view.pledges.iter().any(|pledge| pledge.kind.code() == "owner"), "its money is there without a name");
        let found = call_list(app, &ctx, &Filter::default(), &Page::default()).await.unwrap();
        assert!(!found.names_for(&found.items[0]).contains_key(&house.owner.id));
    }
    for ctx in [house.poser(), house.officer(TOWN_A), house.joint()] {
        let view = call_view(app, &ctx, &stage.call).await.unwrap();
        assert_eq!(view.owner.map(|(zh, _)| zh), Some(house.owner.name.clone()));
    }
    let public = platform::journal::of_object(&app.db().read(), "call", &stage.call, 100).await.unwrap();
    let told: Vec<String> = public.iter().filter(|entry| entry.public).map(|entry| entry.data.to_string()).collect();
    assert!(!told.is_empty() && told.iter().all(|data| !data.contains(&house.owner.id)), "{told:?}");
    house.test.finish().await;
}

#[tokio::test]
async fn what_was_withdrawn_begins_again_under_its_number() {
    let house = house().await;
    let (app, poser) = (house.app(), house.poser());
    let id = house.vetted().await;
    assert_eq!(code(call_withdraw(app, &house.officer(TOWN_B), &id, "不要").await), "forbidden");
    assert_eq!(code(call_withdraw(app, &poser, &id, "").await), "needed");
    call_withdraw(app, &poser, &id, "需求变化").await.unwrap();
    assert_eq!(house.state(&id).await, CallState::Withdrawn);
    assert_eq!(code(call_withdraw(app, &poser, &id, "再撤").await), "call-step");
    assert!(!sees(&house, &house.visitor(), &id).await);
    call_rerelease(app, &poser, &id).await.unwrap();
    assert_eq!(code(call_rerelease(app, &poser, &id).await), "call-step");
    call_pose(app, &poser, &id).await.unwrap();
    call_vet(app, &house.officer(TOWN_A), &id, "好").await.unwrap();
    assert_eq!(house.call(&id).await.number, "JB-2026-0001", "a number is given once");
    house.test.finish().await;
}

#[tokio::test]
async fn lists_hold_what_the_reader_may_see() {
    let house = house().await;
    let draft = call_draft(house.app(), &house.poser(), house.patch()).await.unwrap().id;
    let stage = house.open_call().await;
    let all = Filter::default();
    assert_eq!(listed(&house, &house.visitor(), &all).await, std::slice::from_ref(&stage.call));
    assert_eq!(listed(&house, &house.joint(), &all).await, std::slice::from_ref(&stage.call));
    let (mut own, mut both) = (listed(&house, &house.poser(), &all).await, vec![stage.call.clone(), draft]);
    own.sort();
    both.sort();
    assert_eq!(own, both);
    let narrowed = |text: &str, state: &str, city: &str| Filter {
        text: text.into(),
        states: if state.is_empty() { Vec::new() } else { vec![state.into()] },
        cities: if city.is_empty() { Vec::new() } else { vec![city.into()] },
    };
    for (filter, there) in [
        (narrowed("长期漂移", "", ""), true),
        (narrowed("JB-2026", "", ""), true),
        (narrowed("失效样本", "", ""), false),
        (narrowed("", "open", TOWN_B), true),
        (narrowed("", "review", ""), false),
        (narrowed("", "", "990300"), false),
    ] {
        let found = listed(&house, &house.visitor(), &filter).await;
        assert_eq!(found.contains(&stage.call), there, "{filter:?}");
    }
    let found = call_list(house.app(), &house.visitor(), &all, &Page::default()).await.unwrap();
    assert_eq!(found.facets.states, [("open".to_owned(), 1)]);
    let mut cities = found.facets.cities.clone();
    cities.sort();
    assert_eq!(cities, [(TOWN_A.to_owned(), 1), (TOWN_B.to_owned(), 1)]);
    assert_eq!(found.given.len(), 3);
    let strange = Page { limit: 5, cursor: Some("nothing".into()) };
    assert_eq!(code(call_list(house.app(), &house.visitor(), &all, &strange).await), "page-cursor");
    house.test.finish().await;
}

#[tokio::test]
async fn of_two_officers_at_once_one_decides() {
    let house = house().await;
    let (app, id) = (house.app(), house.posed().await);
    let (first, second) = (house.officer(TOWN_A), house.colleague(TOWN_A));
    let (vets, returns) =
        tokio::join!(call_vet(app, &first, &id, "指标可考核"), call_send_back(app, &second, &id, "指标不可考核"));
    match (vets, returns) {
        (Ok(_), later) => assert_eq!(code(later), "call-step"),
        // Sent back first, it is the owner's draft again: the later one stands too late, or does not see it any more.
        (later, Ok(_)) => assert!(["call-step", "not-found"].contains(&code(later))),
        neither => panic!("one of them decides: {neither:?}"),
    }
    let steps = call_view(app, &house.poser(), &id).await.unwrap().steps;
    assert_eq!(steps.len(), 2, "posed, and one decision");
    house.test.finish().await;
}
