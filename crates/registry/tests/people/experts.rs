use crate::house::{House, TOWN_A, TOWN_B, code, house, journal};
use platform::Ctx;
use platform::web::page::Page;
use registry::actions::expert::{expert_edit, expert_list, expert_own, expert_register, expert_view, expert_withdraw};
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
    let id = expert_register(app, &expert, draft(TOWN_A, false), None).await.unwrap().id;
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
    assert!(journal(&house, "expert", &id).await.iter().all(|(_, public)| !public));
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
    assert_eq!(code(expert_register(app, &officer, draft(TOWN_B, true), None).await), "expert-other-city");
    let id = expert_register(app, &officer, draft(TOWN_A, true), None).await.unwrap().id;
    assert!(expert_view(app, &house.officer("q", TOWN_A).await, &id).await.unwrap().may_edit);
    for other in [house.officer("p", TOWN_B).await, house.person("x").await, house.joint("j").await] {
        assert_eq!(code(expert_edit(app, &other, &id, draft(TOWN_A, true)).await), "forbidden");
        assert_eq!(code(expert_withdraw(app, &other, &id).await), "forbidden");
    }
    expert_register(app, &house.joint("j").await, draft("", true), None).await.unwrap();
    expert_withdraw(app, &officer, &id).await.unwrap();
    assert_eq!(code(expert_view(app, &house.visitor(), &id).await), "not-found");
    assert_eq!(code(expert_edit(app, &officer, &id, draft(TOWN_A, true)).await), "expert-withdrawn");
}

#[tokio::test]
async fn registering_needs_the_role_and_happens_once() {
    let house = house().await;
    let app = house.app();
    let register = async |ctx: &Ctx| expert_register(app, ctx, draft(TOWN_A, true), None).await;
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
        expert_register(app, &officer, one, None).await.unwrap();
    }
    let mut filter = registry::actions::expert::Filter::default();
    let page = expert_list(app, &officer, &filter, &Page { limit: 3, cursor: None }).await.unwrap();
    assert_eq!((page.items.len(), page.total, page.counts), (3, 5, (5, 1)));
    let rest = expert_list(app, &officer, &filter, &Page { limit: 3, cursor: page.next }).await.unwrap();
    assert_eq!((rest.items.len(), rest.next.is_none()), (2, true));
    filter.segment = "tea".into();
    assert_eq!(expert_list(app, &officer, &filter, &Page::default()).await.unwrap().total, 5);
    filter.city = TOWN_B.into();
    assert_eq!(expert_list(app, &officer, &filter, &Page::default()).await.unwrap().total, 0);
}
