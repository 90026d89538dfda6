//! What the demo leaves behind.

use envelopes::actions::committee::{Filter as CommitteeFilter, committee_list};
use envelopes::actions::round::{Filter, round_list, round_view};
use envelopes::rules::committee::CommitteeState;
use envelopes::rules::round::{Phase, RoundState};
use pack::Pack;
use platform::demo::{Cast, DEMO_PASSWORD, Part};
use platform::desk::desk_view;
use platform::web::page::Page;
use testkit::TestApp;

#[tokio::test]
async fn the_demo_leaves_a_round_in_every_state_that_people_look_for() {
    let house = TestApp::start(vec![registry::capability(), envelopes::capability()]).await;
    let app = house.app();
    let pack = Pack::embedded_g60().expect("the built-in pack is valid");
    registry::pack_load(app, &house.system(), &pack).await.expect("the pack loads");
    house.open_index().await;
    let cast = Cast::create(app).await.expect("the accounts are made");
    registry::capability().demo.expect("there is one")(app, &cast).await.expect("the firms are there");
    envelopes::demo::run(app, &cast).await.expect("the scenario plays");
    house.settle().await;
    let office = cast.ctx(Part::JointOffice).await.unwrap();
    let committees = committee_list(app, &office, &CommitteeFilter::default(), &Page::default()).await.unwrap();
    let mut states: Vec<CommitteeState> = committees.items.iter().map(|committee| committee.state).collect();
    states.sort_unstable();
    assert_eq!(states, [CommitteeState::Registering, CommitteeState::Ready]);
    assert!(committees.items.iter().all(|committee| committee.demo && committee.name.starts_with("示例")));
    let rounds = round_list(app, &office, &Filter::default(), &Page::default()).await.unwrap();
    assert_eq!(rounds.total, 2);
    let mut phases = Vec::new();
    for round in &rounds.items {
        assert!(round.demo && round.title.starts_with("示例"));
        let view = round_view(app, &office, &round.id).await.unwrap();
        assert!(view.list.iter().all(|line| line.readable && line.fate.as_ref().unwrap().reason.is_none()));
        phases.push((view.phase, view.count));
    }
    phases.sort_unstable_by_key(|(_, count)| *count);
    assert_eq!(phases, [(Phase::Open, 1), (Phase::Opened, 2)]);
    for (part, kind) in [
        (Part::Provider, "desk-round-send"),
        (Part::OfficerSongjiang, "desk-seat-registration"),
        (Part::JointOffice, "desk-seat-registration"),
    ] {
        let items = desk_view(app, &cast.ctx(part).await.unwrap()).await.unwrap();
        assert!(items.iter().any(|item| item.kind == kind && item.demo), "{part:?} has {items:?}");
    }
    let open = rounds.items.iter().find(|round| round.state == RoundState::Open).expect("one takes envelopes");
    own_envelope(&house, &cast, &open.id).await;
    let elsewhere = TestApp::start(vec![registry::capability(), envelopes::capability()]).await;
    let cast = Cast::create(elsewhere.app()).await.unwrap();
    envelopes::demo::run(elsewhere.app(), &cast).await.expect("another corridor has other cities");
    elsewhere.finish().await;
    house.finish().await;
}

/// The enterprise finds its envelope on the round's page, with its receipt; nobody else learns who has sent.
async fn own_envelope(house: &TestApp, cast: &Cast, round: &str) {
    let enterprise = cast.ctx(Part::Enterprise).await.unwrap();
    let own = round_view(house.app(), &enterprise, round).await.unwrap().own.remove(0).envelope;
    let entries = platform::journal::of_object(&house.app().db().read(), "envelope", &own.id, 2).await.unwrap();
    assert_eq!(
        entries.iter().map(|entry| (&*entry.kind, entry.public)).collect::<Vec<_>>(),
        [("envelope.sent", false)]
    );
    let path = format!("/rounds/{round}");
    for (login, sent) in [("enterprise", true), ("provider", false)] {
        let mut client = house.visitor();
        client.form("/sign-in", &[("login", login), ("password", DEMO_PASSWORD)]).await.redirect();
        let page = client.get(&path).await.good().shows("已收到 1 个信封");
        let _ = if sent { page.shows("本单位提交的信封").shows(&own.hash) } else { page.hides(&own.hash) };
        let envelope = client.get(&format!("{path}/envelopes/{}", own.id)).await;
        let _ = if sent { envelope.good().shows(&own.hash).shows("信封尚未开启") } else { envelope.is(404) };
    }
}
