use super::*;
use crate::rules::organisation::{Name, NameKind};
use crate::store::testing::{TestDb, seed};
use kernel::Instant;
use pack::words::{DateBasis, NameKind as PackName, OrganisationKind};
use rooms::store::rows::{all, run};

fn pack_organisation(id: &str, name: &str, city: Option<&str>) -> pack::Organisation {
    let named = |name: &str, lang: &str, kind, flagged| pack::Name {
        name: name.into(),
        lang: lang.into(),
        kind,
        flagged,
        note: if flagged { "疑为他名".into() } else { String::new() },
        source: "article:001".into(),
    };
    pack::Organisation {
        id: id.into(),
        kind: OrganisationKind::Enterprise,
        source_kind: "enterprise".into(),
        city: city.map(|code| Adcode::parse(code).unwrap()),
        city_basis: "text".into(),
        area: None,
        uscc: None,
        website: None,
        founded: Some("2008".into()),
        source: "article:001".into(),
        verified: false,
        seed_ids: vec!["E001".into()],
        note: String::new(),
        names: vec![
            named(name, "zh", PackName::Official, false),
            named(&format!("{name} Co"), "en", PackName::Romanised, false),
            named(&format!("误{name}"), "zh", PackName::SourceForm, true),
        ],
        segments: vec![pack::OrganisationSegment {
            segment: "ic/wafer".into(),
            basis: "text".into(),
            source: "article:001".into(),
        }],
        statements: vec![pack::Statement {
            field: "product".into(),
            value_zh: "抛光硅片".into(),
            value_en: "polished wafers".into(),
            as_of: "2022-06-16".into(),
            as_of_basis: DateBasis::Printed,
            source: "article:000".into(),
            verified: false,
        }],
        statuses: vec![pack::OrganisationStatus {
            status: "high_tech".into(),
            issuer: "某厅".into(),
            valid_from: "2023".into(),
            valid_to: "2025".into(),
            source: "article:001".into(),
            verified: false,
        }],
    }
}

async fn insert(db: &TestDb, organisations: Vec<pack::Organisation>) -> Outcome<()> {
    db.write(organisations, |tx, list| Box::pin(async move { insert_pack(tx, list, tx.ctx().now).await })).await
}

#[tokio::test]
async fn a_pack_of_many_loads_and_reads_back() {
    let db = seed().await;
    let many: Vec<_> =
        (0..750).map(|n| pack_organisation(&format!("p-{n:04}"), &format!("示例{n:04}号"), Some("310117"))).collect();
    insert(&db, many).await.unwrap();
    let conn = db.read();
    let found = by_key(&conn, "p-0007").await.unwrap().unwrap();
    assert_eq!(
        (found.name.as_str(), found.name_en.as_deref(), found.claimed_ms),
        ("示例0007号", Some("示例0007号 Co"), None)
    );
    let dossier = dossier(&conn, &found.id).await.unwrap().unwrap();
    assert_eq!(dossier.names.len(), 3);
    assert_eq!(
        dossier.names[2],
        Name {
            name: "误示例0007号".into(),
            lang: "zh".into(),
            kind: NameKind::SourceForm,
            flagged: true,
            note: "疑为他名".into(),
            source: "article:001".into(),
        }
    );
    assert_eq!(dossier.statements[0].as_of, "2022-06-16");
    assert_eq!(dossier.statuses[0].valid_to, "2025");
    assert_eq!(by_ids(&conn, &[found.id.clone(), "no".into()]).await.unwrap().len(), 1);
    let cities = facets(&conn, &Filter::default()).await.unwrap().cities;
    assert_eq!(cities, [("310117".to_owned(), 750)]);
}

#[tokio::test]
async fn the_same_key_or_code_is_never_taken_twice() {
    let db = seed().await;
    let with_code =
        |id: &str| pack::Organisation { uscc: Some("91440300708461136T".into()), ..pack_organisation(id, "甲", None) };
    insert(&db, vec![with_code("p-1")]).await.unwrap();
    for again in [pack_organisation("p-1", "乙", None), with_code("p-2")] {
        let fault = insert(&db, vec![again]).await.unwrap_err();
        assert!(
            matches!(&fault, platform::Fault::Db(e) if matches!(platform::db::classify(e), platform::db::DbFault::Unique(_))),
            "{fault:?}"
        );
    }
    assert!(by_uscc(&db.read(), "91440300708461136T").await.unwrap().is_some());
    assert_eq!(held(&db.read()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repeat() {
    let db = seed().await;
    let mut many: Vec<_> =
        (0..45).map(|n| pack_organisation(&format!("p-{n}"), &format!("机构{:02}", n % 20), Some("330400"))).collect();
    many.push(pack_organisation("p-x", "别处", Some("310000")));
    insert(&db, many).await.unwrap();
    let filter = Filter { cities: vec!["330400".into()], ..Filter::default() };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = list(&db.read(), &filter, after.as_ref(), 7).await.unwrap();
        assert_eq!(page.total, 45);
        seen.extend(page.items.into_iter().map(|item| (fold_of(&item.organisation.name), item.organisation.id)));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.len(), 45);
    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "ordered, no repeat");
}

fn fold_of(name: &str) -> String {
    crate::rules::organisation::fold(name)
}

#[tokio::test]
async fn filters_narrow_and_facets_count_what_another_value_would_give() {
    let db = seed().await;
    let bank = pack::Organisation {
        kind: OrganisationKind::Bank,
        segments: vec![],
        statuses: vec![],
        ..pack_organisation("p-b", "银行甲", Some("310117"))
    };
    let photonics = pack::Organisation {
        segments: vec![pack::OrganisationSegment { segment: "ic".into(), basis: "text".into(), source: "s".into() }],
        ..pack_organisation("p-c", "光电乙", Some("330400"))
    };
    insert(&db, vec![pack_organisation("p-a", "硅片丙", Some("310117")), bank, photonics]).await.unwrap();
    let conn = db.read();
    let names = async |filter: Filter| {
        let page = list(&conn, &filter, None, 20).await.unwrap();
        assert_eq!(page.total as usize, page.items.len());
        page.items.into_iter().map(|item| item.organisation.name).collect::<Vec<_>>()
    };
    let words = |word: &str| vec![word.to_owned()];
    assert_eq!(names(Filter { segments: words("ic"), ..Filter::default() }).await, ["光电乙", "硅片丙"]);
    assert_eq!(names(Filter { segments: words("ic/wafer"), ..Filter::default() }).await, ["硅片丙"]);
    assert_eq!(names(Filter { segments: words("%"), ..Filter::default() }).await, Vec::<String>::new());
    assert_eq!(
        names(Filter { statuses: words("high_tech"), cities: words("310117"), ..Filter::default() }).await,
        ["硅片丙"]
    );
    assert_eq!(names(Filter { text: "误硅 片丙".into(), ..Filter::default() }).await, ["硅片丙"], "any name counts");
    assert_eq!(names(Filter { text: "%_".into(), ..Filter::default() }).await.len(), 3, "nothing left after folding");
    let facets =
        facets(&conn, &Filter { cities: words("310117"), kinds: words("bank"), ..Filter::default() }).await.unwrap();
    assert_eq!(facets.kinds, [("bank".to_owned(), 1), ("enterprise".to_owned(), 1)]);
    assert_eq!(facets.cities, [("310117".to_owned(), 1)]);
    assert_eq!(facets.segments, []);
}

#[tokio::test]
async fn drafts_and_unpublished_imports_are_not_listed_and_not_indexed() {
    let db = seed().await;
    insert(
        &db,
        vec![
            pack_organisation("p-a", "甲", None),
            pack_organisation("p-b", "乙", None),
            pack_organisation("p-c", "丙", None),
        ],
    )
    .await
    .unwrap();
    db.write((), |tx, ()| {
        Box::pin(async move {
            run(tx, "UPDATE organisation SET state = 'draft' WHERE pack_key = 'p-a'", vec![]).await?;
            run(tx, "UPDATE organisation SET batch = 'b1' WHERE pack_key = 'p-b'", vec![]).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
    let listed = async || list(&db.read(), &Filter::default(), None, 20).await.unwrap().total;
    assert_eq!(listed().await, 1);
    assert_eq!(documents_after(&db.read(), None, 20).await.unwrap().len(), 1);
    let draft = by_key(&db.read(), "p-a").await.unwrap().unwrap();
    assert!(matches!(
        &document_changes(&db.read(), &draft.id).await.unwrap()[..],
        [platform::capability::DocumentChange::Remove(_)]
    ));
    let ahead = documents_of_batch(&db.read(), "b1", "", 20).await.unwrap();
    assert_eq!(ahead.len(), 1, "whoever names the batch gets it, so that it can be cut before it is published");
    db.publish_batch("b1").await;
    assert_eq!(listed().await, 2);
    assert_eq!(documents_after(&db.read(), None, 20).await.unwrap().len(), 2);
    let of_batch = documents_of_batch(&db.read(), "b1", "", 20).await.unwrap();
    let id = &by_key(&db.read(), "p-b").await.unwrap().unwrap().id;
    assert_eq!(of_batch, ahead);
    assert_eq!(of_batch, [super::document::document(&db.read(), id).await.unwrap().unwrap()]);
    assert!(documents_of_batch(&db.read(), "b1", id, 20).await.unwrap().is_empty(), "nothing after the last");
}

#[tokio::test]
async fn documents_say_everything_a_search_needs_and_stay_out_of_matching_outside_the_corridor() {
    let db = seed().await;
    insert(
        &db,
        vec![
            pack_organisation("p-a", "甲", Some("310117")),
            pack_organisation("p-b", "乙", Some("310000")),
            pack_organisation("p-c", "丙", None),
        ],
    )
    .await
    .unwrap();
    let conn = db.read();
    let id = by_key(&conn, "p-a").await.unwrap().unwrap().id;
    let found = super::document::document(&conn, &id).await.unwrap().unwrap();
    assert_eq!(
        (found.kind.as_str(), found.title.as_str(), found.url),
        ("organisation", "甲", format!("/organisations/{id}"))
    );
    assert_eq!(
        (found.city.as_deref(), found.year, found.name_en.as_deref()),
        (Some("310117"), Some(2008), Some("甲 Co"))
    );
    assert_eq!(found.names, ["甲 Co", "误甲"]);
    assert_eq!((found.segments, found.statuses), (vec!["ic/wafer".to_owned()], vec!["high_tech".to_owned()]));
    assert!(found.body.contains("抛光硅片") && found.body.contains("polished wafers"));
    let (mut proposed, mut after) = (std::collections::BTreeMap::new(), None);
    loop {
        let page = documents_after(&conn, after.as_deref(), 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        proposed.extend(page.into_iter().map(|d| (d.title, d.default_match)));
    }
    let expected = [("丙", true), ("乙", false), ("甲", true)].map(|(name, on)| (name.to_owned(), on));
    assert_eq!(proposed, std::collections::BTreeMap::from(expected));
}

#[tokio::test]
async fn a_newer_pack_replaces_what_nobody_touched() {
    let db = seed().await;
    insert(&db, vec![pack_organisation("p-a", "甲", Some("310117")), pack_organisation("p-b", "乙", None)])
        .await
        .unwrap();
    let id = by_key(&db.read(), "p-a").await.unwrap().unwrap().id;
    let newer = pack::Organisation {
        statuses: vec![],
        website: Some("https://a.example".into()),
        ..pack_organisation("p-a", "甲新", Some("330400"))
    };
    db.write((id.clone(), newer), |tx, (id, newer)| {
        Box::pin(async move { replace_pack(tx, id, newer, Instant::from_ms(77)).await })
    })
    .await
    .unwrap();
    let now = dossier(&db.read(), &id).await.unwrap().unwrap();
    assert_eq!(
        (now.organisation.name.as_str(), now.organisation.website.as_deref()),
        ("甲新", Some("https://a.example"))
    );
    assert_eq!((now.names.len(), now.statuses.len(), now.organisation.updated_ms), (3, 0, 77));
    db.write((), |tx, ()| {
        Box::pin(async move {
            run(tx, "UPDATE statement SET edited_ms = 5 WHERE organisation IN (SELECT id FROM organisation WHERE pack_key = 'p-b')", vec![]).await?;
            set_claimed(tx, &by_key(tx, "p-a").await?.unwrap().id, 6).await
        })
    })
    .await
    .unwrap();
    let held = held(&db.read()).await.unwrap();
    assert_eq!((held["p-a"].claimed, held["p-a"].edited), (true, false));
    assert_eq!((held["p-b"].claimed, held["p-b"].edited), (false, true));
    assert!(!held["p-a"].untouched() && !held["p-b"].untouched());
    assert_eq!(all(&db.read(), "SELECT id FROM statement LIMIT 9", vec![]).await.unwrap().len(), 2);
}
