use crate::house::{PROVINCE, TOWN_A, TOWN_B, code, desk, house};
use platform::identity::idempotency::Once;
use platform::web::page::Page;
use registry::actions::listing::{
    Create, Query, listing_create, listing_edit, listing_list, listing_recall, listing_renew, listing_submit,
    listing_view, listing_withdraw,
};
use registry::actions::review::{Decide, listing_review, review_list};
use registry::rules::listing::{Patch, Side, State};
use registry::rules::review::{Reason, Verdict};

fn titled(title: &str) -> Patch {
    Patch { title: Some(title.into()), ..Patch::default() }
}

async fn public_titles(house: &crate::house::House, query: Query) -> Vec<String> {
    let found = listing_list(house.app(), &house.visitor(), Side::Need, &query).await.unwrap();
    found.items.into_iter().map(|card| card.listing.content.title).collect()
}

#[tokio::test]
async fn a_need_goes_from_draft_through_review_to_everybody() {
    let house = house().await;
    let app = house.app();
    house.listed("ann", "甲传感器有限公司", TOWN_A).await;
    let ann = house.person("ann").await;
    let id = house.draft(&ann, Side::Need, "寻找抛光硅片").await;
    assert_eq!(code(listing_view(app, &house.visitor(), Side::Need, &id).await), "not-found");
    assert_eq!(code(listing_view(app, &ann, Side::Offer, &id).await), "not-found", "a need is no offer");
    let office = house.officer("olga", TOWN_A).await;
    assert_eq!(
        code(listing_view(app, &office, Side::Need, &id).await),
        "not-found",
        "a draft is nobody else's business"
    );
    listing_submit(app, &ann, Side::Need, &id).await.unwrap();
    let waiting = review_list(app, &office).await.unwrap();
    let clock = waiting[0].listing.waiting.clone().unwrap();
    // Submitted on Monday 16 March 2026: three working days end on Thursday.
    assert_eq!(
        (clock.due.date.to_string().as_str(), clock.due.provisional),
        ("2026-03-19", true),
        "2026 is no published year there"
    );
    assert_eq!(desk(&house, &office).await, [("desk-review", "寻找抛光硅片".to_owned())]);
    house.decide(&office, Side::Need, &id, Verdict::Publish).await.unwrap();
    let seen = listing_view(app, &house.visitor(), Side::Need, &id).await.unwrap();
    assert_eq!(
        (seen.listing.state, seen.listing.content.detail.as_str(), seen.protected),
        (State::Published, "", true)
    );
    assert!(seen.can.contact && !seen.can.edit && seen.decisions.is_empty() && seen.versions.is_empty());
    assert_eq!(public_titles(&house, Query::default()).await, ["寻找抛光硅片"]);
    let own = listing_view(app, &house.person("ann").await, Side::Need, &id).await.unwrap();
    assert_eq!(
        (own.listing.content.detail.as_str(), own.decisions.len(), own.versions.len()),
        ("机密：供货价格与工艺窗口", 1, 1)
    );
    let kinds = [("need.drafted", false), ("need.submitted", false), ("need.published", true)];
    assert_eq!(house.journal("need", &id).await, kinds.map(|(kind, public)| (kind.to_owned(), public)));
    house.0.finish().await;
}

#[tokio::test]
async fn a_refusal_brings_the_draft_back_with_the_reviewers_words() {
    let house = house().await;
    let app = house.app();
    house.listed("ann", "甲传感器有限公司", TOWN_A).await;
    let (ann, office) = (house.person("ann").await, house.officer("olga", TOWN_A).await);
    let id = house.submitted(&ann, Side::Need, "寻找先进材料").await;
    assert_eq!(code(house.decide(&office, Side::Need, &id, Verdict::Refuse(vec![])).await), "review-reasons");
    let reasons = vec![Reason::Unclear, Reason::MissingEvidence];
    house.decide(&office, Side::Need, &id, Verdict::Refuse(reasons.clone())).await.unwrap();
    let view = listing_view(app, &ann, Side::Need, &id).await.unwrap();
    assert_eq!(
        (view.listing.state, &view.decisions[0].reasons, view.decisions[0].note.as_str()),
        (State::Draft, &reasons, "请看理由")
    );
    assert_eq!(desk(&house, &ann).await, [("desk-refused", "寻找先进材料".to_owned())]);
    assert_eq!(code(house.decide(&office, Side::Need, &id, Verdict::Publish).await), "review-nothing-waits");
    listing_edit(app, &ann, Side::Need, &id, titled("寻找 99.999% 氮化铝粉体")).await.unwrap();
    listing_submit(app, &ann, Side::Need, &id).await.unwrap();
    assert_eq!(desk(&house, &ann).await, []);
    house.decide(&office, Side::Need, &id, Verdict::Publish).await.unwrap();
    let view = listing_view(app, &ann, Side::Need, &id).await.unwrap();
    let kept: Vec<_> = view.versions.iter().map(|v| (v.version, v.content.title.as_str())).collect();
    assert_eq!(kept, [(2, "寻找 99.999% 氮化铝粉体"), (1, "寻找先进材料")]);
    house.0.finish().await;
}

#[tokio::test]
async fn only_the_right_office_reviews_and_nobody_his_own() {
    let house = house().await;
    let app = house.app();
    house.listed("ann", "甲传感器有限公司", TOWN_A).await;
    let ann = house.person("ann").await;
    let id = house.submitted(&ann, Side::Offer, "提供抛光服务").await;
    let verdict = || Verdict::Publish;
    assert_eq!(code(house.decide(&house.officer("b", TOWN_B).await, Side::Offer, &id, verdict()).await), "not-found");
    assert_eq!(code(house.decide(&house.joint("j").await, Side::Offer, &id, verdict()).await), "not-found");
    assert_eq!(code(house.decide(&ann, Side::Offer, &id, verdict()).await), "forbidden");
    assert_eq!(code(house.decide(&house.visitor(), Side::Offer, &id, verdict()).await), "sign-in");
    // An officer who is a member of the organisation has one pair of eyes too few.
    let both = house.officer("ann", TOWN_A).await;
    assert_eq!(code(house.decide(&both, Side::Offer, &id, verdict()).await), "forbidden");
    assert!(review_list(app, &both).await.unwrap().is_empty(), "nor does it wait on his desk");
    assert_eq!(code(review_list(app, &ann).await), "forbidden");
    house.decide(&house.officer("olga", TOWN_A).await, Side::Offer, &id, verdict()).await.unwrap();
    house.0.finish().await;
}

#[tokio::test]
async fn an_organisation_outside_the_member_cities_is_reviewed_by_the_joint_office() {
    let house = house().await;
    house.listed("pat", "省外检测中心", PROVINCE).await;
    let id = house.submitted(&house.person("pat").await, Side::Offer, "提供检测服务").await;
    assert_eq!(
        code(house.decide(&house.officer("olga", TOWN_A).await, Side::Offer, &id, Verdict::Publish).await),
        "not-found"
    );
    house.decide(&house.joint("j").await, Side::Offer, &id, Verdict::Publish).await.unwrap();
    house.0.finish().await;
}

#[tokio::test]
async fn a_changed_listing_stays_public_as_it_was_until_the_new_version_is_approved() {
    let house = house().await;
    let app = house.app();
    house.listed("ann", "甲传感器有限公司", TOWN_A).await;
    let ann = house.person("ann").await;
    let id = house.published(&ann, Side::Need, "寻找抛光硅片").await;
    listing_edit(app, &ann, Side::Need, &id, titled("寻找抛光硅片（新）")).await.unwrap();
    listing_submit(app, &ann, Side::Need, &id).await.unwrap();
    assert_eq!(code(listing_edit(app, &ann, Side::Need, &id, titled("再改")).await), "listing-in-review");
    assert_eq!(public_titles(&house, Query::default()).await, ["寻找抛光硅片"]);
    let seen = listing_view(app, &house.visitor(), Side::Need, &id).await.unwrap().listing;
    assert_eq!((seen.content.title.as_str(), seen.revision, seen.waiting), ("寻找抛光硅片", None, None));
    // The reviewer has read version 2; meanwhile it is taken back, changed and sent again.
    let office = house.officer("olga", TOWN_A).await;
    let command =
        Decide { side: Side::Need, id: id.clone(), version: 2, verdict: Verdict::Publish, note: String::new() };
    listing_recall(app, &ann, Side::Need, &id).await.unwrap();
    listing_edit(app, &ann, Side::Need, &id, titled("寻找抛光硅片（广告）")).await.unwrap();
    listing_submit(app, &ann, Side::Need, &id).await.unwrap();
    assert_eq!(code(listing_review(app, &office, command).await), "review-other-version");
    house.decide(&office, Side::Need, &id, Verdict::Refuse(vec![Reason::Advertising])).await.unwrap();
    assert_eq!(public_titles(&house, Query::default()).await, ["寻找抛光硅片"]);
    listing_edit(app, &ann, Side::Need, &id, titled("寻找抛光硅片（新）")).await.unwrap();
    listing_submit(app, &ann, Side::Need, &id).await.unwrap();
    house.decide(&office, Side::Need, &id, Verdict::Publish).await.unwrap();
    assert_eq!(public_titles(&house, Query::default()).await, ["寻找抛光硅片（新）"]);
    house.0.finish().await;
}

#[tokio::test]
async fn the_clock_ends_a_publication_and_a_renewal_brings_it_back() {
    let house = house().await;
    let app = house.app();
    house.listed("ann", "甲传感器有限公司", TOWN_A).await;
    let ann = house.person("ann").await;
    let id = house.published(&ann, Side::Need, "寻找抛光硅片").await;
    house.0.days_pass(170).await;
    let ann = house.person("ann").await;
    assert_eq!(desk(&house, &ann).await, [("desk-expiring", "寻找抛光硅片".to_owned())]);
    house.0.days_pass(11).await;
    assert_eq!(public_titles(&house, Query::default()).await, Vec::<String>::new());
    let gone = listing_view(app, &house.visitor(), Side::Need, &id).await.unwrap().listing;
    assert_eq!(gone.state, State::Expired, "its address still answers");
    let ann = house.person("ann").await;
    listing_renew(app, &ann, Side::Need, &id, None).await.unwrap();
    assert_eq!(public_titles(&house, Query::default()).await, ["寻找抛光硅片"]);
    house.0.days_pass(182).await;
    assert_eq!(
        public_titles(&house, Query::default()).await,
        Vec::<String>::new(),
        "the clock goes on after a renewal"
    );
    let kinds: Vec<_> = house.journal("need", &id).await.into_iter().map(|(kind, _)| kind).skip(2).collect();
    assert_eq!(kinds, ["need.published", "need.expired", "need.renewed", "need.expired"]);
    house.0.finish().await;
}

#[tokio::test]
async fn withdrawing_closes_the_page_for_strangers() {
    let house = house().await;
    let app = house.app();
    house.listed("ann", "甲传感器有限公司", TOWN_A).await;
    let ann = house.person("ann").await;
    let id = house.published(&ann, Side::Need, "寻找抛光硅片").await;
    assert_eq!(code(listing_withdraw(app, &house.person("eve").await, Side::Need, &id).await), "forbidden");
    assert_eq!(code(listing_withdraw(app, &house.visitor(), Side::Need, &id).await), "sign-in");
    listing_withdraw(app, &ann, Side::Need, &id).await.unwrap();
    assert_eq!(code(listing_view(app, &house.visitor(), Side::Need, &id).await), "not-found");
    assert_eq!(listing_view(app, &ann, Side::Need, &id).await.unwrap().listing.state, State::Withdrawn);
    house.0.settle().await;
    let index = app.indexer().index().unwrap();
    let request = search::SearchRequest { text: "抛光硅片".into(), ..search::SearchRequest::default() };
    assert!(index.search(&request).unwrap().hits.iter().all(|hit| hit.id != id), "nor does search find it");
    house.0.finish().await;
}

#[tokio::test]
async fn a_draft_needs_a_mandate_and_known_segments() {
    let house = house().await;
    let app = house.app();
    let a = house.listed("ann", "甲传感器有限公司", TOWN_A).await;
    let create = |organisation: Option<&str>, patch| Create {
        side: Side::Need,
        organisation: organisation.map(str::to_owned),
        patch,
    };
    assert_eq!(code(listing_create(app, &house.visitor(), create(None, titled("寻找硅片"))).await), "sign-in");
    assert_eq!(
        code(listing_create(app, &house.person("eve").await, create(None, titled("寻找硅片"))).await),
        "no-organisation"
    );
    assert_eq!(
        code(listing_create(app, &house.person("eve").await, create(Some(&a), titled("寻找硅片"))).await),
        "not-found"
    );
    let ann = house.person("ann").await;
    let unknown = Patch { segments: Some(vec!["no/such".into()]), ..titled("寻找硅片") };
    assert_eq!(code(listing_create(app, &ann, create(None, unknown)).await), "listing-segment-unknown");
    let mut reader = ann.clone();
    reader.actor.memberships[0].mandates.clear();
    assert_eq!(code(listing_create(app, &reader, create(None, titled("寻找硅片"))).await), "forbidden");
    house.listed("ann", "乙传感器有限公司", TOWN_A).await;
    let ann = house.person("ann").await;
    assert_eq!(code(listing_create(app, &ann, create(None, titled("寻找硅片"))).await), "organisation");
    assert!(listing_create(app, &ann, create(Some(&a), titled("寻找硅片"))).await.is_ok());
    house.0.finish().await;
}

#[tokio::test]
async fn a_repeat_of_a_request_gets_the_first_answer() {
    let house = house().await;
    let app = house.app();
    house.listed("ann", "甲传感器有限公司", TOWN_A).await;
    let ann = house.person("ann").await;
    let create = async |title: &str| {
        let once = Some(Once::new("key-1", &[title.as_bytes()]).unwrap());
        let ann = platform::Ctx { once, ..ann.clone() };
        listing_create(app, &ann, Create { side: Side::Need, organisation: None, patch: titled(title) }).await
    };
    let first = create("寻找硅片").await.unwrap();
    assert_eq!(create("寻找硅片").await.unwrap(), first);
    assert_eq!(code(create("寻找别的").await), "idempotency-body");
    let own = Query { own: true, ..Query::default() };
    assert_eq!(listing_list(app, &ann, Side::Need, &own).await.unwrap().total, 1);
    house.0.finish().await;
}

#[tokio::test]
async fn lists_follow_filters_words_and_cursors() {
    let house = house().await;
    let app = house.app();
    house.listed("ann", "甲传感器有限公司", TOWN_A).await;
    let ann = house.person("ann").await;
    for n in 1..=5 {
        house.published(&ann, Side::Need, &format!("寻找抛光硅片第{n}批")).await;
        house.0.app().clock().advance_ms(1_000);
    }
    house.draft(&ann, Side::Need, "还没写完的草稿").await;
    house.0.settle().await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let query = Query { page: Page { limit: 2, cursor: cursor.clone() }, ..Query::default() };
        let found = listing_list(app, &house.visitor(), Side::Need, &query).await.unwrap();
        assert_eq!(found.total, 5);
        seen.extend(found.items.into_iter().map(|card| card.listing.content.title));
        cursor = found.next;
        if cursor.is_none() {
            break;
        }
    }
    let newest_first: Vec<String> = (1..=5).rev().map(|n| format!("寻找抛光硅片第{n}批")).collect();
    assert_eq!(seen, newest_first);
    let total =
        |query: Query| async move { listing_list(app, &house_visitor(), Side::Need, &query).await.unwrap().total };
    let filtered = |city: &str| Query { cities: vec![city.into()], ..Query::default() };
    assert_eq!(total(filtered(TOWN_A)).await, 5);
    assert_eq!(total(filtered(TOWN_B)).await, 0);
    assert_eq!(total(Query { segments: vec![house.segment()], ..Query::default() }).await, 5);
    let above = house.segment().split('/').next().unwrap_or_default().to_owned();
    assert_eq!(total(Query { segments: vec![above], ..Query::default() }).await, 5, "what lies below a chain counts");
    assert!(total(Query { text: "抛光硅片 第3批".into(), ..Query::default() }).await > 0);
    assert_eq!(total(Query { text: "完全无关的词语".into(), ..Query::default() }).await, 0);
    let bad = Query { page: Page { limit: 2, cursor: Some("'; DROP TABLE listing".into()) }, ..Query::default() };
    assert_eq!(code(listing_list(app, &house.visitor(), Side::Need, &bad).await), "page-cursor");
    let own = Query { own: true, states: vec!["draft".into()], facets: true, ..Query::default() };
    let found = listing_list(app, &ann, Side::Need, &own).await.unwrap();
    assert_eq!((found.total, found.facets.states.len()), (1, 2), "one draft; drafts and published ones to choose from");
    let facets = listing_list(app, &house.visitor(), Side::Need, &Query { facets: true, ..Query::default() })
        .await
        .unwrap()
        .facets;
    assert_eq!(facets.cities, [(TOWN_A.to_owned(), 5)]);
    house.0.finish().await;
}

/// A visitor outside a house's borrow.
fn house_visitor() -> platform::Ctx {
    platform::Ctx { actor: platform::Actor::visitor(), ..platform::Ctx::system(testkit::beginning()) }
}
