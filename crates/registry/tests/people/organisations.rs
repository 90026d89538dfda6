use crate::house::{EVIDENCE, PROVINCE, TOWN_A, TOWN_B, approve, code, desk, draft, house, refuse};
use kernel::limits::PAGE_ITEMS_MAX;
use platform::identity::idempotency::Once;
use platform::web::page::Page;
use registry::actions::claim::{claim_decide, claim_file};
use registry::actions::organisation::{
    Filter, Query, Register, organisation_by_key, organisation_edit, organisation_list, organisation_register,
    organisation_view,
};
use registry::rules::organisation::{Draft, State};

fn words(word: &str) -> Vec<String> {
    vec![word.to_owned()]
}

#[tokio::test]
async fn a_registration_is_hidden_until_the_office_has_confirmed_it() {
    let house = house().await;
    let (app, boss) = (house.app(), house.person("boss").await);
    let (id, claim) = house.register(&boss, draft("新茶公司", TOWN_A)).await;
    assert_eq!(code(organisation_view(app, &house.visitor(), &id).await), "not-found");
    assert_eq!(code(organisation_view(app, &house.person("other").await, &id).await), "not-found");
    assert_eq!(
        code(organisation_view(app, &house.officer("o", TOWN_B).await, &id).await),
        "not-found",
        "another city's office"
    );
    let view = organisation_view(app, &boss, &id).await.unwrap();
    assert!(view.can.edit && view.claim_open.is_some() && !view.can.confirm);
    assert!(organisation_view(app, &house.officer("o", TOWN_A).await, &id).await.unwrap().can.confirm);
    let officer = house.officer("o", TOWN_A).await;
    assert_eq!(desk(&house, &officer).await, [("desk-claim", "新茶公司".to_owned())]);
    claim_decide(app, &officer, &claim, approve()).await.unwrap();
    let view = organisation_view(app, &house.visitor(), &id).await.unwrap();
    let o = &view.dossier.organisation;
    assert!(o.state == State::Listed && o.claimed_ms.is_some() && o.verified_ms.is_some());
    assert_eq!(desk(&house, &boss).await, [("desk-claim-approved", "新茶公司".to_owned())]);
    let boss = house.person("boss").await;
    assert_eq!(boss.actor.memberships.len(), 1);
    assert_eq!(boss.actor.memberships[0].mandates.len(), 5);
    let entries = house.journal("organisation", &id).await;
    assert_eq!(entries, [("organisation.registered".to_owned(), false), ("organisation.verified".to_owned(), true)]);
    house.0.finish().await;
}

#[tokio::test]
async fn a_refused_registration_is_corrected_and_sent_again() {
    let house = house().await;
    let (app, boss, officer) = (house.app(), house.person("boss").await, house.officer("o", TOWN_A).await);
    let (id, claim) = house.register(&boss, draft("新茶公司", TOWN_A)).await;
    claim_decide(app, &officer, &claim, refuse("data-wrong", "请填写统一社会信用代码")).await.unwrap();
    assert_eq!(desk(&house, &boss).await, [("desk-claim-refused", "新茶公司".to_owned())]);
    let better = Draft { uscc: "913300001430377413".into(), ..draft("新茶有限公司", TOWN_A) };
    organisation_edit(app, &boss, &id, better).await.unwrap();
    let again = claim_file(app, &boss, &id, EVIDENCE).await.unwrap();
    assert_eq!(organisation_view(app, &boss, &id).await.unwrap().dossier.organisation.state, State::Draft);
    claim_decide(app, &officer, &again.id, approve()).await.unwrap();
    assert_eq!(organisation_view(app, &house.visitor(), &id).await.unwrap().dossier.organisation.name, "新茶有限公司");
}

#[tokio::test]
async fn only_people_who_signed_in_register_and_one_code_belongs_to_one() {
    let house = house().await;
    let (app, boss) = (house.app(), house.person("boss").await);
    let command = |draft: Draft| Register { draft, evidence: EVIDENCE.into() };
    assert_eq!(code(organisation_register(app, &house.visitor(), command(draft("甲", TOWN_A))).await), "sign-in");
    let taken = Draft { uscc: "91440300708461136T".into(), ..draft("甲", TOWN_A) };
    let refusal = organisation_register(app, &boss, command(taken)).await.unwrap_err();
    assert!(
        refusal
            .refusal()
            .is_some_and(|r| r.code == "uscc-taken" && r.field.as_deref() == Some("uscc") && r.zh.contains("示例"))
    );
    let wrong = Draft { uscc: "91440300708461136A".into(), ..draft("甲", TOWN_A) };
    assert_eq!(code(organisation_register(app, &boss, command(wrong)).await), "uscc-check");
    let short = Register { draft: draft("甲", TOWN_A), evidence: "我".into() };
    assert_eq!(code(organisation_register(app, &boss, short).await), "claim-evidence");
    let odd = Draft { uscc: kernel::Uscc::complete("91440300708461137").unwrap().to_string(), ..draft("甲", TOWN_A) };
    assert_eq!(
        organisation_register(app, &boss, command(odd)).await.unwrap().warnings.len(),
        1,
        "position 17 only warns"
    );
}

#[tokio::test]
async fn the_same_form_sent_twice_registers_once() {
    let house = house().await;
    let once = Some(Once::new("key-1", &[b"the form"]).unwrap());
    let boss = platform::Ctx { once, ..house.person("boss").await };
    let command = || Register { draft: draft("新茶公司", TOWN_A), evidence: EVIDENCE.into() };
    let first = organisation_register(house.app(), &boss, command()).await.unwrap();
    assert_eq!(organisation_register(house.app(), &boss, command()).await.unwrap(), first);
    assert_eq!(desk(&house, &house.officer("o", TOWN_A).await).await.len(), 1);
}

#[tokio::test]
async fn a_place_without_an_office_belongs_to_the_joint_office() {
    let house = house().await;
    let (app, boss) = (house.app(), house.person("boss").await);
    for (n, city) in ["", PROVINCE].into_iter().enumerate() {
        let (id, claim) = house.register(&boss, draft(&format!("外地公司{n}"), city)).await;
        assert_eq!(code(claim_decide(app, &house.officer("o", TOWN_A).await, &claim, approve()).await), "not-found");
        claim_decide(app, &house.joint("j").await, &claim, approve()).await.unwrap();
        assert!(organisation_view(app, &house.visitor(), &id).await.is_ok());
    }
}

#[tokio::test]
async fn only_managers_edit_and_what_they_say_is_marked() {
    let house = house().await;
    let id = house.listed("boss", "新茶公司", TOWN_A).await;
    let app = house.app();
    let change =
        || Draft {
            capabilities: vec!["年产 100 吨".into()], segments: words("tea/leaf"), ..draft("新茶集团", TOWN_A)
        };
    assert_eq!(code(organisation_edit(app, &house.visitor(), &id, change()).await), "sign-in");
    assert_eq!(code(organisation_edit(app, &house.person("other").await, &id, change()).await), "forbidden");
    assert_eq!(code(organisation_edit(app, &house.officer("o", TOWN_A).await, &id, change()).await), "forbidden");
    let boss = house.person("boss").await;
    organisation_edit(app, &boss, &id, change()).await.unwrap();
    let view = organisation_view(app, &boss, &id).await.unwrap();
    assert_eq!(view.dossier.organisation.name, "新茶集团");
    assert!(view.dossier.organisation.edited_ms.is_some() && view.dossier.statements[0].edited_ms.is_some());
    assert!(
        view.history.iter().any(|e| e.kind == "organisation.edited" && e.data["changed"].to_string().contains("names"))
    );
    assert_eq!(code(organisation_edit(app, &boss, "nowhere", change()).await), "not-found");
    let taken = Draft { uscc: "91440300708461136T".into(), ..change() };
    assert_eq!(code(organisation_edit(app, &boss, &id, taken).await), "uscc-taken");
}

#[tokio::test]
async fn the_list_is_narrowed_paged_and_ranked() {
    let house = house().await;
    house.listed("boss", "绿叶茶业", TOWN_B).await;
    house.0.settle().await;
    let (app, visitor) = (house.app(), house.visitor());
    let list = async |filter: Filter| {
        organisation_list(app, &visitor, &Query { filter, facets: true, ..Query::default() }).await.unwrap()
    };
    let all = list(Filter::default()).await;
    assert_eq!((all.total, all.items.len(), all.ranked), (4, 4, false));
    assert!(all.facets.cities.contains(&(TOWN_B.to_owned(), 2)), "{:?}", all.facets);
    assert_eq!(list(Filter { cities: words(TOWN_B), kinds: words("enterprise"), ..Filter::default() }).await.total, 1);
    let found = list(Filter { text: "绿叶".into(), ..Filter::default() }).await;
    assert!(found.ranked && found.items[0].organisation.name == "绿叶茶业", "{found:?}");
    let nothing = list(Filter { text: "绿叶".into(), cities: words(TOWN_A), ..Filter::default() }).await;
    assert_eq!((nothing.total, nothing.items.len()), (0, 0));
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let page = Page { limit: 3, cursor };
        let found = organisation_list(app, &visitor, &Query { page, ..Query::default() }).await.unwrap();
        seen.extend(found.items.into_iter().map(|item| item.organisation.id));
        cursor = found.next;
        if cursor.is_none() {
            break;
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 4);
    for (filter, cursor, expected) in [
        (Filter { text: "长".repeat(501), ..Filter::default() }, None, "query-too-long"),
        (Filter { cities: vec![TOWN_A.into(); 21], ..Filter::default() }, None, "filter-values"),
        (Filter { segments: words("a\0b"), ..Filter::default() }, None, "filter-values"),
        (Filter::default(), Some("nonsense"), "page-cursor"),
        (Filter { text: "茶".into(), ..Filter::default() }, Some("r99999999"), "page-cursor"),
        (Filter { text: "茶".into(), ..Filter::default() }, Some("x"), "page-cursor"),
    ] {
        let page = Page { limit: PAGE_ITEMS_MAX, cursor: cursor.map(str::to_owned) };
        assert_eq!(code(organisation_list(app, &visitor, &Query { filter, page, facets: false }).await), expected);
    }
}

#[tokio::test]
async fn every_listed_row_may_be_viewed_and_every_other_may_not() {
    let house = house().await;
    let (app, visitor) = (house.app(), house.visitor());
    house.register(&house.person("boss").await, draft("未公开公司", TOWN_A)).await;
    let listed = organisation_list(app, &visitor, &Query::default()).await.unwrap();
    for item in &listed.items {
        assert!(organisation_view(app, &visitor, &item.organisation.id).await.is_ok());
    }
    assert!(listed.items.iter().all(|item| item.organisation.name != "未公开公司"));
    let key = organisation_by_key(app, "tt-1").await.unwrap();
    assert!(listed.items.iter().any(|item| item.organisation.id == key));
    assert_eq!(code(organisation_by_key(app, "tt-9").await), "not-found");
}
