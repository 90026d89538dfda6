//! Joint acts from draft to end, through the public actions.

use crate::house::{PROVINCE, TOWN_A, TOWN_B, code, house, patch, says};
use accords::actions::accord::{
    Filter, accord_circulate, accord_draft, accord_edit, accord_end, accord_list, accord_say, accord_take_back,
    accord_version, accord_view,
};
use accords::rules::accord::{AccordKind, AccordState, HeadDraft, PartiesDraft, Patch, TextDraft, ValidityDraft, Word};
use accords::{accord_in_force, accords_in_force};
use kernel::Adcode;
use platform::policy::Resource;
use platform::web::page::Page;

#[tokio::test]
async fn an_act_comes_into_force_with_the_last_consent_it_takes() {
    let house = house().await;
    let app = house.app();
    let id = house.circulated(patch("甲乙〔2026〕1号", "everybody")).await;
    let conn = app.db().read();
    let now = app.clock().now();
    assert_eq!(code(accord_in_force(&conn, &id, now).await), "accord-not-in-force");
    assert_eq!(code(accord_in_force(&conn, "nothing", now).await), "not-found");
    let waits = [("desk-accord-consent", "共建协议".to_owned())];
    assert_eq!(house.desk(&house.officer(TOWN_A)).await, waits);
    house.agree(&id, TOWN_A).await;
    assert_eq!(house.desk(&house.officer(TOWN_A)).await, [], "who has answered is asked no more");
    assert!(house.desk(&house.joint("recorder")).await.contains(&("desk-accord-record", "共建协议".to_owned())));
    accord_say(app, &house.officer(TOWN_B), &id, says(TOWN_B, "reserves")).await.unwrap();
    let joint = accord_say(app, &house.joint("drafter"), &id, says("joint", "agrees")).await.unwrap();
    assert!(!joint.in_force, "the outer party has not written");
    let by_hand = accord_say(app, &house.joint("drafter"), &id, says("x1", "agrees")).await;
    assert_eq!(code(by_hand), "forbidden", "whoever wrote the text does not record the letter");
    let said = accord_say(app, &house.joint("recorder"), &id, says("x1", "agrees")).await.unwrap();
    assert!(said.in_force);
    let view = accord_view(app, &house.visitor(), &id).await.unwrap();
    assert_eq!((view.state, view.said.len(), view.inside), (AccordState::InForce, 4, false));
    assert_eq!((view.said[1].word, view.said[1].text.as_str()), (Word::Reserves, "按年度预算拨付"));
    assert_eq!(view.said[3].letter, "某函〔2026〕3号");
    let holds = accord_in_force(&conn, &id, now).await.unwrap();
    let town = |code: &str| Adcode::parse(code).unwrap();
    assert_eq!(holds.cities, [town(TOWN_A), town(TOWN_B)]);
    assert_eq!(holds.share_of(town(TOWN_A)).map(kernel::Fen::get), Some(6_000));
    assert_eq!(holds.total.map(kernel::Fen::get), Some(10_000));
    assert_eq!(holds.valid_from, Some(now.date()), "it holds from the day of the last consent");
    let of = |kind, city| {
        let conn = conn.clone();
        async move { accords_in_force(&conn, kind, city, false, now).await.unwrap().len() }
    };
    assert_eq!(of(AccordKind::Agreement, Some(town(TOWN_B))).await, 1);
    assert_eq!(of(AccordKind::Agreement, Some(town(PROVINCE))).await, 0);
    assert_eq!(of(AccordKind::Standard, None).await, 0);
    assert!(accords_in_force(&conn, AccordKind::Agreement, None, true, now).await.unwrap().is_empty());
    let kinds = house.journal("accord", &id).await;
    let inside = ["accord.drafted", "accord.circulated", "accord.said", "accord.said", "accord.said", "accord.said"];
    let told: Vec<&str> = kinds.iter().filter(|(_, public)| !public).map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(told, inside);
    assert_eq!(kinds.last(), Some(&("accord.in_force".to_owned(), true)));
    house.0.settle().await;
    let _ = house.0.visitor().get("/search?q=共建协议").await.good().shows(&format!("/accords/{id}"));
    house.0.finish().await;
}

#[tokio::test]
async fn nobody_speaks_for_another_city_and_strangers_know_nothing() {
    let house = house().await;
    let app = house.app();
    let id = house.circulated(patch("甲乙〔2026〕1号", "members")).await;
    let person = house.acting("person", Vec::new(), &[]);
    for stranger in [house.visitor(), person.clone(), house.officer(PROVINCE)] {
        assert_eq!(code(accord_view(app, &stranger, &id).await), "not-found");
        assert_eq!(code(accord_say(app, &stranger, &id, says(TOWN_A, "agrees")).await), "not-found");
        assert_eq!(accord_list(app, &stranger, &Filter::default(), &Page::default()).await.unwrap().total, 0);
    }
    let (a, joint) = (house.officer(TOWN_A), house.joint("recorder"));
    assert_eq!(code(accord_say(app, &a, &id, says(TOWN_B, "agrees")).await), "forbidden", "another city");
    assert_eq!(code(accord_say(app, &a, &id, says("x1", "agrees")).await), "forbidden", "no outer party");
    assert_eq!(code(accord_say(app, &a, &id, says("joint", "agrees")).await), "forbidden", "not the office");
    assert_eq!(code(accord_say(app, &joint, &id, says(TOWN_A, "agrees")).await), "forbidden", "nor the office a city");
    assert_eq!(code(accord_say(app, &a, &id, says("990300", "agrees")).await), "not-found", "no party");
    assert_eq!(code(accord_draft(app, &a, patch("2", "members")).await), "forbidden");
    assert_eq!(code(accord_draft(app, &house.visitor(), patch("2", "members")).await), "sign-in");
    assert_eq!(code(accord_edit(app, &a, &id, Patch::default()).await), "forbidden");
    assert_eq!(code(accord_circulate(app, &a, &id, "2026-05-01").await), "forbidden");
    assert_eq!(code(accord_take_back(app, &a, &id).await), "forbidden");
    assert_eq!(code(accord_end(app, &a, &id, "理由").await), "forbidden");
    for (reader, parties) in [(&a, vec![TOWN_A]), (&joint, vec!["joint", "x1"])] {
        let view = accord_view(app, reader, &id).await.unwrap();
        assert_eq!(view.may_say, parties);
        assert!(view.inside);
    }
    house.0.finish().await;
}

#[tokio::test]
async fn lists_show_what_the_policy_allows_row_by_row() {
    let house = house().await;
    let app = house.app();
    let open = house.in_force("1").await;
    let asked = house.circulated(patch("2", "members")).await;
    let parties = PartiesDraft { cities: vec![TOWN_B.into()], joint: true, outer: Vec::new() };
    let only_b = Patch { parties: Some(parties), money: None, ..patch("3", "members") };
    let draft = house.drafted(only_b).await;
    let bare = house.drafted(Patch { head: patch("4", "members").head, ..Patch::default() }).await;
    for (who, seen) in [
        (house.visitor(), vec![&open]),
        (house.officer(TOWN_A), vec![&open, &asked]),
        (house.officer(TOWN_B), vec![&open, &asked, &draft]),
        (house.joint("j"), vec![&open, &asked, &draft, &bare]),
        (house.acting("admin", vec![platform::Role::Administrator], &[]), vec![&open]),
    ] {
        let listed = accord_list(app, &who, &Filter::default(), &Page::default()).await.unwrap();
        for id in [&open, &asked, &draft, &bare] {
            let alone = accord_view(app, &who, id).await.is_ok();
            assert_eq!(listed.items.iter().any(|accord| accord.id == *id), alone, "{:?} {id}", who.actor.account);
            assert_eq!(alone, seen.contains(&id), "{:?} {id}", who.actor.account);
        }
        assert_eq!(listed.total, seen.len() as i64);
    }
    let joint = house.joint("j");
    for (filter, total) in [
        (Filter { states: vec!["draft".into()], ..Filter::default() }, 2),
        (Filter { kinds: vec!["standard".into()], ..Filter::default() }, 0),
        (Filter { cities: vec![TOWN_A.into()], ..Filter::default() }, 2),
        (Filter { text: "共建 第一条".into(), ..Filter::default() }, 3),
        (Filter { text: "100%".into(), ..Filter::default() }, 0),
    ] {
        assert_eq!(accord_list(app, &joint, &filter, &Page::default()).await.unwrap().total, total, "{filter:?}");
    }
    let first = accord_list(app, &joint, &Filter::default(), &Page { limit: 3, cursor: None }).await.unwrap();
    let next = Page { limit: 3, cursor: first.next.clone() };
    let second = accord_list(app, &joint, &Filter::default(), &next).await.unwrap();
    assert_eq!((first.items.len(), second.items.len(), second.next), (3, 1, None));
    assert!(first.items.iter().all(|accord| accord.id != second.items[0].id));
    let strange = Page { limit: 3, cursor: Some("nothing".into()) };
    assert_eq!(code(accord_list(app, &joint, &Filter::default(), &strange).await), "page-cursor");
    let long = Filter { text: "茶".repeat(501), ..Filter::default() };
    assert_eq!(code(accord_list(app, &joint, &long, &Page::default()).await), "query-too-long");
    house.0.finish().await;
}

#[tokio::test]
async fn a_changed_text_asks_everybody_again() {
    let house = house().await;
    let app = house.app();
    let (drafter, a) = (house.joint("drafter"), house.officer(TOWN_A));
    let id = house.circulated(patch("1", "members")).await;
    house.agree(&id, TOWN_A).await;
    let text = Patch {
        text: Some(TextDraft { text: "第一条 另议。".into(), text_en: String::new() }),
        ..Patch::default()
    };
    assert_eq!(code(accord_edit(app, &drafter, &id, text.clone()).await), "accord-not-draft", "the text stands");
    accord_say(app, &a, &id, says(TOWN_A, "withdraws")).await.unwrap();
    assert_eq!(code(accord_say(app, &a, &id, says(TOWN_A, "withdraws")).await), "consent-none");
    house.agree(&id, TOWN_A).await;
    assert_eq!(code(accord_say(app, &a, &id, says(TOWN_A, "agrees")).await), "consent-same");
    accord_say(app, &house.officer(TOWN_B), &id, says(TOWN_B, "declines")).await.unwrap();
    accord_take_back(app, &drafter, &id).await.unwrap();
    assert_eq!(code(accord_say(app, &a, &id, says(TOWN_A, "declines")).await), "accord-not-circulated");
    accord_edit(app, &drafter, &id, text).await.unwrap();
    accord_circulate(app, &drafter, &id, &house.day(10)).await.unwrap();
    assert_eq!(code(accord_say(app, &a, &id, says(TOWN_A, "agrees")).await), "accord-version", "he read the first");
    let second = |party: &str| accords::rules::accord::SayCommand { version: 2, ..says(party, "agrees") };
    let waits = [("desk-accord-consent", "共建协议".to_owned())];
    assert_eq!(house.desk(&a).await, waits, "asked again");
    assert!(!accord_say(app, &house.officer(TOWN_B), &id, second(TOWN_B)).await.unwrap().in_force);
    assert!(accord_say(app, &a, &id, second(TOWN_A)).await.unwrap().in_force);
    let (view, old) = accord_version(app, &house.visitor(), &id, 1).await.unwrap();
    assert_eq!((old.text.as_str(), view.accord.text.as_str()), ("第一条 共建。", "第一条 另议。"));
    assert_eq!(code(accord_version(app, &house.visitor(), &id, 3).await), "not-found");
    assert_eq!(code(accord_take_back(app, &drafter, &id).await), "accord-settled");
    house.0.finish().await;
}

#[tokio::test]
async fn the_deadline_and_the_last_day_are_held_by_the_clock() {
    let house = house().await;
    let app = house.app();
    let late = house.circulated(patch("1", "members")).await;
    house.agree(&late, TOWN_A).await;
    let validity = ValidityDraft { valid_from: house.day(5), valid_until: house.day(20) };
    let short = house.circulated(Patch { validity: Some(validity), ..patch("2", "members") }).await;
    house.agree(&short, TOWN_A).await;
    house.agree(&short, TOWN_B).await;
    let holds = |app: &platform::App, id: &str| {
        let (conn, now, id) = (app.db().read(), app.clock().now(), id.to_owned());
        async move { accord_in_force(&conn, &id, now).await.is_ok() }
    };
    assert!(!holds(app, &short).await, "its first day has not come");
    house.0.days_pass(5).await;
    assert!(holds(app, &short).await);
    // The clock moves past the deadline before the round has run: the rule reads the clock itself.
    app.clock().advance_ms(6 * 86_400_000);
    let b = house.officer(TOWN_B);
    assert_eq!(code(accord_say(app, &b, &late, says(TOWN_B, "agrees")).await), "consent-late");
    assert_eq!(accord_view(app, &b, &late).await.unwrap().state, AccordState::Failed);
    house.0.settle().await;
    assert!(house.journal("accord", &late).await.contains(&("accord.failed".to_owned(), false)));
    assert!(house.desk(&house.joint("j")).await.contains(&("desk-accord-failed", "共建协议".to_owned())));
    assert_eq!(code(accord_view(app, &house.visitor(), &late).await), "not-found", "what failed is nobody's business");
    for _ in 0..11 {
        house.0.days_pass(1).await;
    }
    assert!(!holds(app, &short).await, "its last day is over");
    assert!(house.journal("accord", &short).await.contains(&("accord.expired".to_owned(), true)));
    assert_eq!(accord_view(app, &house.visitor(), &short).await.unwrap().state, AccordState::Expired);
    accord_take_back(app, &house.joint("drafter"), &late).await.unwrap();
    house.0.finish().await;
}

#[tokio::test]
async fn a_new_act_takes_the_place_of_an_old_one() {
    let house = house().await;
    let app = house.app();
    let old = house.in_force("1").await;
    let drafter = house.joint("drafter");
    let head = |number: &str, supersedes: &str| HeadDraft {
        supersedes: supersedes.into(),
        title: "新共建协议".into(),
        ..patch(number, "members").head.unwrap()
    };
    let with =
        |number: &str, supersedes: &str| Patch { head: Some(head(number, supersedes)), ..patch(number, "members") };
    assert_eq!(code(accord_draft(app, &drafter, with("1", "")).await), "accord-number-taken");
    assert_eq!(code(accord_draft(app, &drafter, with("2", "nothing")).await), "supersedes-not-in-force");
    let new = house.circulated(with("2", &old)).await;
    house.agree(&new, TOWN_A).await;
    assert_eq!(accord_view(app, &house.visitor(), &old).await.unwrap().state, AccordState::InForce, "not yet");
    house.agree(&new, TOWN_B).await;
    let view = accord_view(app, &house.visitor(), &old).await.unwrap();
    assert_eq!((view.state, view.after.map(|accord| accord.id)), (AccordState::Superseded, Some(new.clone())));
    assert_eq!(
        accord_view(app, &house.visitor(), &new).await.unwrap().before.map(|accord| accord.id),
        Some(old.clone())
    );
    assert_eq!(house.journal("accord", &old).await.last(), Some(&("accord.superseded".to_owned(), true)));
    assert_eq!(code(accord_draft(app, &drafter, with("3", &old)).await), "supersedes-not-in-force");
    assert_eq!(code(accord_end(app, &drafter, &new, " ").await), "needed");
    accord_end(app, &drafter, &new, "目标已经完成").await.unwrap();
    assert_eq!(code(accord_end(app, &drafter, &new, "再一次").await), "accord-not-in-force");
    let conn = app.db().read();
    assert_eq!(code(accord_in_force(&conn, &new, app.clock().now()).await), "accord-not-in-force");
    house.0.finish().await;
}

#[tokio::test]
async fn a_draft_that_is_not_whole_is_not_circulated() {
    let house = house().await;
    let app = house.app();
    let drafter = house.joint("drafter");
    let id = house.drafted(Patch { head: patch("", "members").head, ..Patch::default() }).await;
    assert_eq!(code(accord_circulate(app, &drafter, &id, &house.day(5)).await), "accord-incomplete");
    accord_edit(app, &drafter, &id, patch("1", "members")).await.unwrap();
    assert_eq!(code(accord_circulate(app, &drafter, &id, &house.day(0)).await), "deadline-past");
    assert_eq!(code(accord_circulate(app, &drafter, "nothing", &house.day(5)).await), "not-found");
    let empty = Patch::default();
    assert_eq!(code(accord_draft(app, &drafter, empty).await), "needed", "a draft begins with its head");
    assert!(!app.policies().allows(&drafter, "accord_lapse", &Resource::house()), "the clock's act is the house's");
    assert_eq!(house.desk(&drafter).await, [("desk-accord-draft", "共建协议".to_owned())]);
    house.0.finish().await;
}
