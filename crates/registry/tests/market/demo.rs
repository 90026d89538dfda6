use pack::Pack;
use platform::demo::{Cast, DEMO_PASSWORD, Part};
use platform::desk::desk_view;
use platform::web::page::Page;
use registry::actions::contact::{Asked, ContactQuery, contact_list};
use registry::actions::expert::expert_list;
use registry::actions::listing::{Query, listing_list};
use registry::actions::poc::{Filter, poc_centre_list, poc_list, poc_view};
use registry::actions::workstation::{workstation_list, workstation_office_list, workstation_view};
use registry::rules::listing::{Side, State};
use registry::rules::poc::{ProjectState, Stage, StepState, path, stage_reached};
use testkit::TestApp;

async fn stage() -> (TestApp, Cast) {
    let house = TestApp::start(vec![registry::capability()]).await;
    let pack = Pack::embedded_g60().expect("the built-in pack is valid");
    registry::pack_load(house.app(), &house.system(), &pack).await.expect("the pack loads");
    house.open_index().await;
    let cast = Cast::create(house.app()).await.expect("the accounts are made");
    registry::demo::run(house.app(), &cast).await.expect("the scenario plays");
    house.settle().await;
    (house, cast)
}

#[tokio::test]
async fn the_demo_leaves_something_on_every_desk_and_touches_no_real_organisation() {
    let (house, cast) = stage().await;
    let app = house.app();
    for (part, kinds) in [
        (Part::Enterprise, &["desk-poc-declined", "desk-question", "desk-refused"][..]),
        (Part::Provider, &["desk-contact", "desk-poc-proposal"]),
        (Part::Expert, &["desk-contact", "desk-expiring", "desk-poc-centre", "desk-workstation-join"]),
        (Part::OfficerSongjiang, &["desk-review", "desk-workstation"]),
        (Part::OfficerJiaxing, &["desk-claim", "desk-review"]),
        (Part::JointOffice, &["desk-claim"]),
    ] {
        let ctx = cast.ctx(part).await.unwrap();
        let mut waiting: Vec<&str> = desk_view(app, &ctx).await.unwrap().iter().map(|item| item.kind).collect();
        waiting.sort_unstable();
        waiting.dedup();
        for kind in kinds {
            assert!(waiting.contains(kind), "{part:?} has {waiting:?}, not {kind}");
        }
        let items = desk_view(app, &ctx).await.unwrap();
        assert!(items.iter().all(|item| item.demo && item.title.contains("示例")), "{part:?}: {items:?}");
        let late = items.iter().filter(|item| item.due_ms.is_some_and(|due| due <= ctx.now.ms())).count();
        assert_eq!(late, 0, "nothing is late when the demo opens");
    }
    let mut officer = house.visitor();
    let fields = [("login", "songjiang"), ("password", DEMO_PASSWORD), ("next", "/")];
    assert_eq!(officer.form("/sign-in", &fields).await.redirect(), "/");
    let waiting = desk_view(app, &cast.ctx(Part::OfficerSongjiang).await.unwrap()).await.unwrap();
    let head = format!("aria-label=\"{} 项待办\">{0}</span>", waiting.len());
    let _ = officer.get("/").await.good().shows(&head);
    let told = officer.get("/api/v1/desk").await.good().value();
    assert_eq!(told["total"], waiting.len());
    assert_eq!(told["items"][0]["url"], waiting[0].href.as_str());
    let _ = house.visitor().get("/api/v1/desk").await.is(401).refused("sign-in");
    let told = officer.get("/api/v1/reviews").await.good().value();
    let first = &told["items"][0];
    assert_eq!((told["total"].as_i64(), first["side"].as_str()), (Some(1), Some("need")));
    let page = officer.get("/reviews").await.good();
    let _ = page.shows(first["review_url"].as_str().unwrap()).shows(first["waiting_due"].as_str().unwrap());
    assert!(!first["detail"].as_str().unwrap().is_empty(), "a reviewer reads all of it");
    let mut jiaxing = house.visitor();
    let fields = [("login", "jiaxing"), ("password", DEMO_PASSWORD), ("next", "/")];
    jiaxing.form("/sign-in", &fields).await.redirect();
    let told = jiaxing.get("/api/v1/reviews").await.good().value();
    let revised: Vec<&serde_json::Value> =
        told["items"].as_array().unwrap().iter().filter(|item| item["new_version"] == true).collect();
    assert_eq!((revised.len(), revised[0]["state"].as_str()), (1, Some("published")), "the old text stays meanwhile");
    let public = house.visitor().get(&format!("/api/v1{}", revised[0]["url"].as_str().unwrap())).await.good().value();
    assert_ne!(revised[0]["abstract"], public["abstract"], "what is reviewed is the submitted text");
    let _ = house.visitor().get("/api/v1/reviews").await.is(401).refused("sign-in");
    let _ = officer.get("/api/v1/reviews?cursor=nothing").await.is(422).refused("page-cursor");
    let mut member = house.visitor();
    let fields = [("login", "enterprise"), ("password", DEMO_PASSWORD), ("next", "/")];
    member.form("/sign-in", &fields).await.redirect();
    let _ = member.get("/api/v1/reviews").await.is(403).refused("forbidden");
    let city = house.visitor().get("/api/v1/cities/310117").await.good().value();
    for (key, list) in [("experts", "experts"), ("workstations", "workstations"), ("poc_projects", "poc-projects")] {
        let found = house.visitor().get(&format!("/api/v1/{list}?city=310117")).await.good().value();
        assert_eq!(
            (city[key]["demo"].as_i64(), city[key]["count"].as_i64()),
            (found["total"].as_i64(), Some(0)),
            "{key}"
        );
        assert!(found["total"].as_i64().is_some_and(|n| n > 0), "{key}: nothing to count");
    }
    let page = house.visitor().get("/cities/310117").await.good().shows("/experts?city=310117");
    let _ = page.shows("/workstations?city=310117").shows("/poc?city=310117");
    let enterprise = cast.ctx(Part::Enterprise).await.unwrap();
    let own = Query { own: true, ..Query::default() };
    let needs = listing_list(app, &enterprise, Side::Need, &own).await.unwrap().items;
    let mut states: Vec<State> = needs.iter().map(|card| card.listing.state).collect();
    states.sort_unstable();
    assert_eq!(states, [State::Draft, State::Draft, State::Submitted, State::Published, State::Expired]);
    for side in Side::ALL {
        let all = listing_list(app, &enterprise, side, &Query::default()).await.unwrap();
        assert!(
            all.total > 0
                && all.items.iter().all(|card| card.listing.demo && card.organisation.as_ref().is_some_and(|o| o.demo))
        );
    }
    let sent = ContactQuery { asked: Asked::Out, ..ContactQuery::default() };
    let (provider, _, _) = contact_list(app, &cast.ctx(Part::Provider).await.unwrap(), &sent).await.unwrap();
    assert!(provider.iter().any(|card| card.contact.consent), "one request was accepted and the protected part opened");
    let (enterprise, _, _) = contact_list(app, &enterprise, &sent).await.unwrap();
    assert!(enterprise.iter().any(|card| card.contact.reason.is_some()), "one was declined with its reason");
    house.finish().await;
}

#[tokio::test]
async fn the_demo_has_experts_and_a_workstation_in_every_stage() {
    let (house, cast) = stage().await;
    let app = house.app();
    let experts = expert_list(app, &cast.house(), &Default::default(), &Page::default()).await.unwrap();
    assert_eq!(experts.counts, (2, 1, 1), "one of two experts is an academician and sits on the committee");
    assert!(experts.items.iter().all(|e| e.demo && e.name.starts_with("示例")));
    let open = workstation_list(app, &cast.house(), &Default::default(), &Page::default()).await.unwrap();
    let mut states: Vec<(&str, bool)> =
        open.items.iter().map(|card| (card.workstation.state.code(), card.projects == 1)).collect();
    states.sort_unstable();
    assert_eq!(states, [("ended", true), ("listed", true)]);
    let running = open.items.iter().find(|card| card.workstation.state.code() == "listed").expect("one runs");
    let view = workstation_view(app, &cast.house(), &running.workstation.id).await.unwrap();
    assert!(view.projects[0].results.starts_with("示例"), "its project was changed when there were results");
    assert!(open.items.iter().all(|card| card.organisation.demo && card.workstation.name.starts_with("示例")));
    let office = cast.ctx(Part::OfficerSongjiang).await.unwrap();
    let waiting = workstation_office_list(app, &office).await.unwrap();
    assert_eq!(waiting.len(), 1);
    let view = workstation_view(app, &office, &waiting[0].workstation.id).await.unwrap();
    assert!(view.may_decide && view.experts.iter().all(|seat| seat.here()), "the office may say yes at once");
    house.finish().await;
}

#[tokio::test]
async fn the_demo_shows_a_result_on_its_way_through_the_cities() {
    let (house, cast) = stage().await;
    let (app, enterprise) = (house.app(), cast.ctx(Part::Enterprise).await.unwrap());
    let all = poc_list(app, &enterprise, &Filter::default(), &Page::default()).await.unwrap().items;
    assert_eq!(all.len(), 3);
    for card in &all {
        assert!(card.project.demo && card.project.title.starts_with("示例"));
        assert!(card.organisations.values().all(|o| o.demo && o.name.starts_with("示例")), "{:?}", card.organisations);
        let late =
            card.steps.iter().filter(|s| s.state == StepState::Done).any(|s| s.day > Some(enterprise.now.date()));
        assert!(!late, "nothing is done in the future");
    }
    let closed = all.iter().find(|card| card.project.state == ProjectState::Closed).expect("one is finished");
    let mut cities: Vec<_> = path(&closed.steps).iter().filter_map(|step| step.city).collect();
    cities.dedup();
    assert_eq!(cities.len(), 4, "it crossed several cities");
    assert_eq!(stage_reached(&closed.steps), Some(Stage::Capital));
    let planned = |card: &&registry::actions::poc::Card| card.steps.iter().any(|s| s.state == StepState::Planned);
    assert_eq!(all.iter().filter(planned).count(), 1, "one runs, with planned steps");
    let runs = all.iter().find(planned).expect("one runs");
    let seen = poc_view(app, &enterprise, &runs.project.id).await.unwrap();
    let declined = seen.card.steps.iter().find(|s| s.state == StepState::Declined).expect("its own proposal");
    assert!(declined.reason.is_some() && !declined.remark.is_empty(), "one was declined with its reason");
    assert!(seen.history.iter().any(|entry| entry.kind == "poc.step_edited"), "a plan was changed");
    let agreed = all.iter().filter(|card| card.project.centre_agreed().is_some()).count();
    let asked = all.iter().filter(|card| card.project.centre_asked().is_some()).count();
    assert_eq!((agreed, asked), (2, 1), "one waits for its centre");
    let centres = poc_centre_list(app, &enterprise, &Page::default()).await.unwrap();
    assert_eq!(centres.items.iter().filter(|centre| !centre.organisation.demo).count(), 4, "those the source names");
    let real = centres.items.iter().filter(|centre| !centre.organisation.demo);
    assert!(real.clone().all(|centre| centre.projects.is_empty() && !centre.honours.is_empty()));
    let answer = house.visitor().get(&format!("/poc/{}", closed.project.id)).await.good();
    let _ = answer.shows("class=\"leg\"").hides("leg planned").shows("④").shows("⑤");
    let _ = house.visitor().get("/poc/centres").await.good().shows("首批授牌").shows("示例合肥先进材料概念验证中心");
    house.finish().await;
}
