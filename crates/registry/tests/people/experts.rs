use crate::house::{House, TOWN_A, TOWN_B, code, house};
use platform::Ctx;
use platform::web::page::Page;
use registry::actions::expert::{
    expert_edit, expert_keep, expert_list, expert_own, expert_register, expert_seat, expert_unseat, expert_view,
    expert_withdraw,
};
use registry::rules::expert::ExpertDraft;

fn draft(city: &str, consent: bool) -> ExpertDraft {
    ExpertDraft {
        name: "某研究员".into(),
        consent,
        institution: "示例研究所".into(),
        city: city.into(),
        fields: "茶叶烘干".into(),
        segments: vec!["tea/dryer".into()],
        availability: "open".into(),
        ..ExpertDraft::default()
    }
}

async fn found(house: &House, text: &str) -> usize {
    house.0.settle().await;
    let request = search::SearchRequest { text: text.into(), limit: 10, ..Default::default() };
    let hits = house.app().indexer().index().unwrap().search(&request).unwrap().hits;
    hits.into_iter().filter(|hit| hit.kind == "expert").count()
}

#[tokio::test]
async fn a_name_is_seen_and_found_only_with_consent() {
    let house = house().await;
    let (app, expert) = (house.app(), house.expert("e").await);
    let id = expert_register(app, &expert, draft(TOWN_A, false)).await.unwrap().id;
    let seen = expert_view(app, &house.visitor(), &id).await.unwrap();
    assert!(!seen.named && seen.expert.name.is_empty() && seen.expert.account.is_none());
    assert_eq!(expert_view(app, &expert, &id).await.unwrap().expert.name, "某研究员");
    let listed = expert_list(app, &house.visitor(), &Default::default(), &Page::default()).await.unwrap();
    assert!(listed.total == 1 && listed.items[0].name.is_empty());
    assert_eq!(found(&house, "某研究员").await, 0);
    expert_edit(app, &expert, &id, draft(TOWN_A, true)).await.unwrap();
    assert!(expert_view(app, &house.visitor(), &id).await.unwrap().named);
    assert_eq!(found(&house, "某研究员").await, 1);
    expert_edit(app, &expert, &id, draft(TOWN_A, false)).await.unwrap();
    assert_eq!(found(&house, "某研究员").await, 0, "taking the consent back takes the name out of the index");
    assert!(house.journal("expert", &id).await.iter().all(|(_, public)| !public));
    let text: Vec<String> = platform::journal::of_object(&app.db().read(), "expert", &id, 9)
        .await
        .unwrap()
        .iter()
        .map(|e| e.data.to_string())
        .collect();
    assert!(text.iter().all(|data| !data.contains("某研究员")));
    house.0.finish().await;
}

#[tokio::test]
async fn an_office_enters_experts_of_its_own_city() {
    let house = house().await;
    let app = house.app();
    let officer = house.officer("o", TOWN_A).await;
    assert_eq!(code(expert_keep(app, &officer, draft(TOWN_B, true)).await), "expert-other-city");
    let id = expert_keep(app, &officer, draft(TOWN_A, true)).await.unwrap().id;
    assert!(expert_view(app, &house.officer("q", TOWN_A).await, &id).await.unwrap().may_edit);
    for other in [house.officer("p", TOWN_B).await, house.person("x").await, house.joint("j").await] {
        assert_eq!(code(expert_edit(app, &other, &id, draft(TOWN_A, true)).await), "forbidden");
        assert_eq!(code(expert_withdraw(app, &other, &id).await), "forbidden");
    }
    assert_eq!(
        code(expert_edit(app, &officer, &id, draft(TOWN_B, true)).await),
        "expert-other-city",
        "nor does an edit take the record out of the city"
    );
    assert_eq!(code(expert_register(app, &officer, draft(TOWN_A, true)).await), "forbidden");
    assert_eq!(code(expert_keep(app, &house.expert("e").await, draft(TOWN_A, true)).await), "forbidden");
    let mut both = house.expert("b").await;
    both.actor.roles.push(platform::Role::JointOffice);
    expert_register(app, &both, draft(TOWN_A, true)).await.unwrap();
    let kept = expert_keep(app, &both, draft(TOWN_A, true)).await.unwrap().id;
    assert_eq!(expert_view(app, &both, &kept).await.unwrap().expert.account, None, "an officer may be an expert too");
    expert_keep(app, &house.joint("j").await, draft("", true)).await.unwrap();
    expert_withdraw(app, &officer, &id).await.unwrap();
    assert_eq!(code(expert_view(app, &house.visitor(), &id).await), "not-found");
    assert_eq!(code(expert_edit(app, &officer, &id, draft(TOWN_A, true)).await), "expert-withdrawn");
}

#[tokio::test]
async fn registering_needs_the_role_and_happens_once() {
    let house = house().await;
    let app = house.app();
    let register = async |ctx: &Ctx| expert_register(app, ctx, draft(TOWN_A, true)).await;
    assert_eq!(code(register(&house.visitor()).await), "sign-in");
    assert_eq!(code(register(&house.person("x").await).await), "forbidden");
    let expert = house.expert("e").await;
    assert!(expert_own(app, &expert).await.unwrap().is_none());
    let id = register(&expert).await.unwrap().id;
    assert_eq!(expert_own(app, &expert).await.unwrap().unwrap().id, id);
    assert_eq!(code(register(&expert).await), "expert-already");
    expert_withdraw(app, &expert, &id).await.unwrap();
    assert!(register(&expert).await.is_ok(), "one may come back");
    let page = Page { limit: 5, cursor: Some("nothing".into()) };
    assert_eq!(code(expert_list(app, &expert, &Default::default(), &page).await), "page-cursor");
}

#[tokio::test]
async fn the_list_is_narrowed_and_paged() {
    let house = house().await;
    let app = house.app();
    let officer = house.officer("o", TOWN_A).await;
    for n in 0..5 {
        let one = ExpertDraft { institution: format!("所{n}"), academician: n == 0, ..draft(TOWN_A, true) };
        expert_keep(app, &officer, one).await.unwrap();
    }
    let mut filter = registry::actions::expert::Filter::default();
    let page = expert_list(app, &officer, &filter, &Page { limit: 3, cursor: None }).await.unwrap();
    assert_eq!((page.items.len(), page.total, page.counts), (3, 5, (5, 1, 0)));
    let rest = expert_list(app, &officer, &filter, &Page { limit: 3, cursor: page.next }).await.unwrap();
    assert_eq!((rest.items.len(), rest.next.is_none()), (2, true));
    filter.segments = vec!["tea".into()];
    assert_eq!(expert_list(app, &officer, &filter, &Page::default()).await.unwrap().total, 5);
    filter.cities = vec![TOWN_B.into()];
    assert_eq!(expert_list(app, &officer, &filter, &Page::default()).await.unwrap().total, 0);
    filter = registry::actions::expert::Filter { text: "所3 茶叶".into(), ..Default::default() };
    let found = expert_list(app, &officer, &filter, &Page::default()).await.unwrap();
    assert_eq!((found.total, found.items[0].institution.as_str()), (1, "所3"));
    filter.text = "%".into();
    assert_eq!(expert_list(app, &officer, &filter, &Page::default()).await.unwrap().total, 0, "no pattern");
    filter = registry::actions::expert::Filter { bodies: vec!["academy".into()], ..Default::default() };
    let found = expert_list(app, &officer, &filter, &Page::default()).await.unwrap();
    assert_eq!((found.total, found.facets.cities), (1, vec![(TOWN_A.to_owned(), 1)]));
    filter.cities = (0..40).map(|n| n.to_string()).collect();
    assert_eq!(code(expert_list(app, &officer, &filter, &Page::default()).await), "filter-values");
    filter = registry::actions::expert::Filter { text: "长".repeat(2_000), ..Default::default() };
    assert_eq!(code(expert_list(app, &officer, &filter, &Page::default()).await), "query-too-long");
}

#[tokio::test]
async fn a_hidden_name_is_not_found_by_words_either() {
    let house = house().await;
    let (app, expert) = (house.app(), house.expert("e").await);
    let id = expert_register(app, &expert, draft(TOWN_A, false)).await.unwrap().id;
    let by_name = registry::actions::expert::Filter { text: "某研究员".into(), ..Default::default() };
    let total = async || expert_list(app, &house.visitor(), &by_name, &Page::default()).await.unwrap().total;
    assert_eq!(total().await, 0);
    expert_edit(app, &expert, &id, draft(TOWN_A, true)).await.unwrap();
    assert_eq!(total().await, 1);
}

#[tokio::test]
async fn the_joint_office_fills_the_advisory_committee_and_nobody_seats_himself() {
    let house = house().await;
    let app = house.app();
    let joint = house.joint("j").await;
    let id = expert_keep(app, &joint, draft(TOWN_A, true)).await.unwrap().id;
    for other in [house.officer("o", TOWN_A).await, house.person("x").await, house.expert("e").await] {
        assert_eq!(code(expert_seat(app, &other, &id).await), "forbidden");
    }
    expert_seat(app, &joint, &id).await.unwrap();
    assert_eq!(code(expert_seat(app, &joint, &id).await), "expert-seated");
    let committee = registry::actions::expert::Filter { bodies: vec!["committee".into()], ..Default::default() };
    let found = expert_list(app, &house.visitor(), &committee, &Page::default()).await.unwrap();
    assert_eq!((found.total, found.counts.2), (1, 1));
    expert_unseat(app, &joint, &id).await.unwrap();
    assert_eq!(code(expert_unseat(app, &joint, &id).await), "expert-not-seated");
    let mut both = house.joint("b").await;
    both.actor.roles.push(platform::Role::Expert);
    let own = expert_register(app, &both, draft(TOWN_A, true)).await.unwrap().id;
    assert_eq!(code(expert_seat(app, &both, &own).await), "forbidden", "four eyes");
    let kinds: Vec<String> = house.journal("expert", &id).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["expert.registered", "expert.seated", "expert.unseated"]);
}
