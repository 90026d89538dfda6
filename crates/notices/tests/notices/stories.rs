use crate::house::{code, house, links, path, text};
use kernel::Locale;
use notices::actions::follow::{follow_create, follow_list, follow_remove};
use notices::actions::preference::{Change, settings_change};
use notices::actions::saved::saved_search_create;
use notices::rules::message::Topic;
use notices::rules::timing::{Frequency, Quiet};
use platform::ctx::Role;
use platform::identity::actions::password_change;
use registry::actions::contact::{Reply, Send, To, contact_answer, contact_create};
use registry::actions::listing::listing_withdraw;
use registry::api::search::SearchQuery;
use registry::rules::contact::Answer;
use registry::rules::listing::Side;
use registry::rules::review::{Reason, Verdict};

fn wafers() -> SearchQuery {
    SearchQuery { q: "抛光硅片".into(), kind: "need".into(), ..SearchQuery::default() }
}

#[tokio::test]
async fn a_saved_search_finds_something_new_and_tells_by_mail_and_in_the_browser() {
    let house = house().await;
    let (ann, olga, sam) = (house.plain("ann").await, house.officer("olga").await, house.plain("sam").await);
    house.organisation(&ann, &olga, "甲传感器有限公司").await;
    house.published(&ann, &olga, "早已寻找抛光硅片").await;
    house.with_mail("sam", &sam, "sam@example.com").await;
    let mut browser = house.browser("sam").await;
    let link = "/saved-searches/new?q=%E6%8A%9B%E5%85%89%E7%A1%85%E7%89%87&#38;kind=need";
    browser.get("/search?q=%E6%8A%9B%E5%85%89%E7%A1%85%E7%89%87&kind=need").await.good().shows(link);
    browser.get(&link.replace("&#38;", "&")).await.good().shows("保存搜索");
    let form = [("name", "硅片需求"), ("q", "抛光硅片"), ("kind", "need")];
    assert_eq!(browser.form("/saved-searches", &form).await.redirect(), "/saved-searches");
    let change = Change { frequencies: vec![(Topic::Search, Frequency::AtOnce)], quiet: None };
    settings_change(house.app(), &house.ctx(&sam).await, change).await.unwrap();

    house.published(&ann, &olga, "寻找三百毫米抛光硅片").await;
    house.published(&ann, &olga, "寻找高温压力传感器").await;
    notices::send_due(house.app()).await.unwrap();

    // What was there before it was saved is never told; everything else that the search page finds is, and nothing more.
    let page = browser.get("/api/v1/search?q=%E6%8A%9B%E5%85%89%E7%A1%85%E7%89%87&kind=need").await.good().value();
    let titles = page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned());
    let mut expected: Vec<String> = titles.filter(|title| title != "早已寻找抛光硅片").collect();
    expected.sort();
    let told = house.notices(&sam).await;
    let mut hits: Vec<String> = told.iter().flat_map(|one| one.hits.iter().map(|hit| hit.title.clone())).collect();
    hits.sort();
    assert_eq!(hits, expected);
    assert!(hits.contains(&"寻找三百毫米抛光硅片".to_owned()));
    let mails = house.mails_to("sam@example.com");
    assert_eq!(mails.len(), told.len());
    let first =
        mails.iter().find(|mail| text(mail).contains("寻找三百毫米抛光硅片")).expect("the mail names the result");
    assert!(text(first).contains("保存的搜索“硅片需求”有 1 条新结果"));
    assert!(links(first).iter().any(|link| link.contains("/needs/")), "the result is one click away");
    browser
        .get("/inbox?tab=subscriptions")
        .await
        .good()
        .shows("保存的搜索“硅片需求”有 1 条新结果")
        .shows("寻找三百毫米抛光硅片");
    browser.get("/saved-searches").await.good().shows("最近一次发现新结果");

    // A change of what is known is nothing new, and neither is its way out and back.
    let before = told.len();
    house.hours_pass(24).await;
    assert_eq!(house.notices(&sam).await.len(), before);
    house.0.finish().await;
}

#[tokio::test]
async fn a_message_names_what_happened_to_what_by_whom_and_what_is_expected_until_when() {
    let house = house().await;
    let (ann, olga) = (house.plain("ann").await, house.officer("olga").await);
    let eve = house.account("eve", Some((Role::CityOfficer, Some("990200"))), Locale::ZhCn).await;
    house.organisation(&ann, &olga, "甲传感器有限公司").await;
    let id = house.submitted(&ann, "寻找抛光硅片").await;
    house.0.settle().await;

    let office = house.notices(&olga).await;
    let asked = office.iter().find(|one| one.kind == "need.submitted").expect("the office is told");
    assert_eq!(
        (asked.title.as_str(), asked.who.as_str(), asked.expects.as_deref(), asked.topic, asked.href.as_str()),
        ("寻找抛光硅片", "人员 ann", Some("review"), Topic::Office, format!("/reviews/needs/{id}").as_str())
    );
    // Submitted on Monday 16 March 2026: three working days end on Thursday.
    house
        .browser("olga")
        .await
        .get("/inbox")
        .await
        .good()
        .shows("“寻找抛光硅片”已送审")
        .shows("请审核，2026-03-19 前")
        .shows("办理：人员 ann");
    assert!(!house.inbox(&eve).await.contains(&"need.submitted".to_owned()), "another city's office is not told");
    assert!(!house.inbox(&ann).await.contains(&"need.submitted".to_owned()), "nobody is told what he did himself");

    house.decide(&olga, &id, Verdict::Refuse(vec![Reason::Unclear])).await;
    house.0.settle().await;
    let back = house.notices(&ann).await;
    let refused = back.iter().find(|one| one.kind == "need.refused").expect("the owner is told");
    assert_eq!((refused.expects.as_deref(), refused.who.as_str()), (Some("revise"), "人员 olga"));
    let mut english = house.browser("ann").await.english();
    english
        .get("/inbox?lang=en")
        .await
        .good()
        .shows("“寻找抛光硅片” was sent back, with reasons")
        .shows("Please revise it and submit it again");
    house.0.finish().await;
}

#[tokio::test]
async fn parties_of_a_contact_hear_of_each_other() {
    let house = house().await;
    let (ann, bob, olga) = (house.plain("ann").await, house.plain("bob").await, house.officer("olga").await);
    house.organisation(&ann, &olga, "甲传感器有限公司").await;
    let own = house.organisation(&bob, &olga, "乙研究所").await;
    let id = house.published(&ann, &olga, "寻找抛光硅片").await;
    let send = Send {
        to: To::Listing(id),
        from: Some(own),
        asks_detail: true,
        message: "我们可以供货，愿意详谈合作。".into(),
    };
    let contact = contact_create(house.app(), &house.ctx(&bob).await, send).await.unwrap().id;
    house.0.settle().await;
    let asked = house.notices(&ann).await;
    let asked = asked.iter().find(|one| one.kind == "contact.sent").expect("the owner is told");
    assert_eq!((asked.who.as_str(), asked.expects.as_deref()), ("乙研究所", Some("answer")));
    assert!(asked.due_ms.is_some());
    let answer = Answer::Accept { consent: true };
    contact_answer(house.app(), &house.ctx(&ann).await, Reply { id: contact, answer, text: String::new() })
        .await
        .unwrap();
    house.0.settle().await;
    let answered = house.notices(&bob).await;
    let answered = answered.iter().find(|one| one.kind == "contact.answered").expect("the asker is told");
    assert_eq!(answered.who, "甲传感器有限公司");
    assert!(!house.inbox(&olga).await.iter().any(|kind| kind.starts_with("contact.")), "the office is no party to it");
    house.0.finish().await;
}

#[tokio::test]
async fn followers_hear_what_everybody_may_read_and_nothing_else() {
    let house = house().await;
    let (ann, olga, fay) = (house.plain("ann").await, house.officer("olga").await, house.plain("fay").await);
    let firm = house.organisation(&ann, &olga, "甲传感器有限公司").await;
    let mut browser = house.browser("fay").await;
    browser.get(&format!("/organisations/{firm}")).await.good().shows(&format!("/follows/new/organisations/{firm}"));
    browser.get(&format!("/follows/new/organisations/{firm}")).await.good().shows("甲传感器有限公司");
    assert_eq!(browser.form("/follows", &[("kind", "organisation"), ("id", &firm)]).await.redirect(), "/follows");
    browser.get("/follows").await.good().shows("甲传感器有限公司");
    let fay_ctx = house.ctx(&fay).await;

    let id = house.submitted(&ann, "秘密筹备中的需求").await;
    house.0.settle().await;
    assert_eq!(house.inbox(&fay).await, Vec::<String>::new(), "a draft in review is nobody else's business");
    assert_eq!(code(follow_create(house.app(), &fay_ctx, "need", &id).await), "not-found", "nor can it be followed");
    house.decide(&olga, &id, Verdict::Publish).await;
    house.0.settle().await;
    let told = house.notices(&fay).await;
    assert_eq!(
        told.iter().map(|one| (one.kind.as_str(), one.who.as_str())).collect::<Vec<_>>(),
        [("need.published", "甲传感器有限公司")]
    );
    // Withdrawn before anybody was told: whoever could not open it any more hears nothing of it.
    let gone = house.submitted(&ann, "很快撤回的需求").await;
    house.decide(&olga, &gone, Verdict::Publish).await;
    listing_withdraw(house.app(), &house.ctx(&ann).await, Side::Need, &gone).await.unwrap();
    house.0.settle().await;
    assert_eq!(house.inbox(&fay).await, ["need.published"]);
    let follow = follow_list(house.app(), &fay_ctx).await.unwrap()[0].id.clone();
    assert_eq!(code(follow_remove(house.app(), &house.ctx(&ann).await, &follow).await), "not-found");
    follow_remove(house.app(), &fay_ctx, &follow).await.unwrap();
    house.published(&ann, &olga, "又一项需求").await;
    assert_eq!(house.inbox(&fay).await, ["need.published"]);
    house.0.finish().await;
}

#[tokio::test]
async fn what_touches_an_account_is_told_at_once_even_by_night_and_cannot_be_ended() {
    let house = house().await;
    let sam = house.plain("sam").await;
    house.with_mail("sam", &sam, "sam@example.com").await;
    let ctx = house.ctx(&sam).await;
    let frequencies = Topic::ALL.map(|topic| (topic, Frequency::Never)).to_vec();
    let quiet = Some(Quiet::parse("08:00", "20:00").unwrap());
    settings_change(house.app(), &ctx, Change { frequencies, quiet }).await.unwrap();
    password_change(house.app(), &ctx, crate::house::PASSWORD, "another long password", "").await.unwrap();
    house.0.settle().await;
    notices::send_due(house.app()).await.unwrap();
    let mails = house.mails_to("sam@example.com");
    assert_eq!(mails.len(), 1);
    assert!(text(&mails[0]).contains("您的密码已更改") && text(&mails[0]).contains("如非本人操作，请立即联系管理员"));
    assert!(!mails[0].contains("List-Unsubscribe"), "urgent mails cannot be ended");
    assert!(house.notices(&sam).await[0].high);
    house.0.finish().await;
}

#[tokio::test]
async fn a_node_that_was_held_up_tells_nobody_twice() {
    let house = house().await;
    let (ann, olga) = (house.plain("ann").await, house.officer("olga").await);
    house.organisation(&ann, &olga, "甲传感器有限公司").await;
    house.published(&ann, &olga, "寻找抛光硅片").await;
    let before = (house.inbox(&ann).await, house.inbox(&olga).await);
    assert!(before.0.contains(&"need.published".to_owned()));
    // As a second node does that read the position long ago: it prepares everything again and writes nothing.
    for leaf in [-1, 0, 3] {
        notices::tell_from(house.app(), leaf).await.unwrap();
    }
    assert_eq!((house.inbox(&ann).await, house.inbox(&olga).await), before);
    house.0.finish().await;
}

#[tokio::test]
async fn messages_are_read_one_by_one_or_all_at_once() {
    let house = house().await;
    let (ann, olga) = (house.plain("ann").await, house.officer("olga").await);
    house.organisation(&ann, &olga, "甲传感器有限公司").await;
    let id = house.published(&ann, &olga, "寻找抛光硅片").await;
    let mut browser = house.browser("ann").await;
    browser.get("/desk").await.good().shows("aria-label=\"2 条未读消息\"");
    let told = house.notices(&ann).await;
    let one = told.iter().find(|one| one.kind == "need.published").unwrap();
    assert_eq!(browser.form(&format!("/inbox/{}/readings", one.id), &[]).await.redirect(), format!("/needs/{id}"));
    browser.get("/desk").await.good().shows("aria-label=\"1 条未读消息\"");
    let mut stranger = house.browser("olga").await;
    stranger.form(&format!("/inbox/{}/readings", one.id), &[]).await.is(404);
    let unread = browser.get("/api/v1/notices?unread=1").await.good().value();
    assert_eq!((unread["total"].as_i64(), unread["items"][0]["kind"].as_str()), (Some(1), Some("claim.approved")));
    assert_eq!(browser.form("/inbox/readings", &[("tab", "process")]).await.redirect(), "/inbox?tab=process");
    browser.get("/desk").await.good().hides("条未读消息");
    house.0.finish().await;
}

#[tokio::test]
async fn a_saved_search_of_somebody_else_is_not_there() {
    let house = house().await;
    let (ann, sam) = (house.plain("ann").await, house.plain("sam").await);
    let saved = saved_search_create(house.app(), &house.ctx(&ann).await, "硅片", &wafers()).await.unwrap();
    let mut browser = house.browser("sam").await;
    browser.get("/saved-searches").await.good().hides("硅片");
    browser.form(&format!("/saved-searches/{}/removals", saved.id), &[]).await.is(404);
    let mut own = house.browser("ann").await;
    own.form(&format!("/saved-searches/{}/removals", saved.id), &[]).await.redirect();
    assert_eq!(own.get("/api/v1/saved-searches").await.good().value()["total"], 0);
    assert_eq!(house.inbox(&sam).await, Vec::<String>::new());
    assert_eq!(path("http://127.0.0.1:8060/x"), "/x");
    house.0.finish().await;
}
