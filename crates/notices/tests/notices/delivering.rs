use crate::house::{House, code, house, links, path, text};
use kernel::Locale;
use notices::actions::delivery::{delivery_list, delivery_list_all, delivery_replay};
use notices::actions::follow::follow_create;
use notices::actions::preference::{Change, settings_change};
use notices::rules::message::Topic;
use notices::rules::timing::{Frequency, Quiet};
use platform::ctx::Role;
use platform::desk::desk_view;
use platform::web::page::Page;

/// Somebody with mail who follows an organisation of somebody else.
async fn follower(house: &House, locale: Locale) -> (String, String, String) {
    let (ann, olga) = (house.plain("ann").await, house.officer("olga").await);
    let fay = house.account("fay", None, locale).await;
    let firm = house.organisation(&ann, &olga, "甲传感器有限公司").await;
    house.with_mail("fay", &fay, "fay@example.com").await;
    follow_create(house.app(), &house.ctx(&fay).await, "organisation", &firm).await.unwrap();
    (ann, olga, fay)
}

async fn choose(house: &House, account: &str, frequency: Frequency, quiet: Option<Quiet>) {
    let change = Change { frequencies: vec![(Topic::Follow, frequency)], quiet: Some(quiet) };
    settings_change(house.app(), &house.ctx(account).await, change).await.unwrap();
}

#[tokio::test]
async fn a_day_of_news_leaves_as_one_mail_at_eight() {
    let house = house().await;
    let (ann, olga, fay) = follower(&house, Locale::ZhCn).await;
    // Monday, nine o'clock: subscriptions are collected daily while nothing else is chosen.
    house.published(&ann, &olga, "寻找抛光硅片").await;
    house.published(&ann, &olga, "寻找封装服务").await;
    house.hours_pass(22).await;
    assert_eq!(house.mails_to("fay@example.com").len(), 0, "seven in the morning is too early");
    house.hours_pass(1).await;
    let mails = house.mails_to("fay@example.com");
    assert_eq!(mails.len(), 1);
    let mail = text(&mails[0]);
    assert!(
        mail.contains("寻找抛光硅片") && mail.contains("寻找封装服务") && mail.contains("您有 2 条新消息"),
        "{mail}"
    );
    house.hours_pass(48).await;
    assert_eq!(house.mails_to("fay@example.com").len(), 1, "no news, no mail");
    assert_eq!(house.inbox(&fay).await.len(), 2);
    house.0.finish().await;
}

#[tokio::test]
async fn a_week_of_news_leaves_on_monday() {
    let house = house().await;
    let (ann, olga, fay) = follower(&house, Locale::ZhCn).await;
    choose(&house, &fay, Frequency::Weekly, None).await;
    house.published(&ann, &olga, "寻找抛光硅片").await;
    house.hours_pass(6 * 24 + 22).await;
    assert_eq!(house.mails_to("fay@example.com").len(), 0);
    house.hours_pass(1).await;
    assert_eq!(house.mails_to("fay@example.com").len(), 1);
    house.0.finish().await;
}

#[tokio::test]
async fn quiet_hours_keep_a_mail_until_they_end() {
    let house = house().await;
    let (ann, olga, fay) = follower(&house, Locale::ZhCn).await;
    choose(&house, &fay, Frequency::AtOnce, Quiet::parse("08:30", "11:00").unwrap()).await;
    house.published(&ann, &olga, "寻找抛光硅片").await;
    house.hours_pass(1).await;
    assert_eq!(house.mails_to("fay@example.com").len(), 0, "ten o'clock is quiet");
    assert_eq!(house.inbox(&fay).await.len(), 1, "the inbox has it at once");
    house.hours_pass(1).await;
    assert_eq!(house.mails_to("fay@example.com").len(), 1);
    house.0.finish().await;
}

#[tokio::test]
async fn one_click_ends_mails_of_a_kind_and_the_inbox_goes_on() {
    let house = house().await;
    let (ann, olga, fay) = follower(&house, Locale::En).await;
    choose(&house, &fay, Frequency::AtOnce, None).await;
    house.published(&ann, &olga, "寻找抛光硅片").await;
    notices::send_due(house.app()).await.unwrap();
    let mail = house.mails_to("fay@example.com").pop().unwrap();
    assert!(text(&mail).contains("“寻找抛光硅片” was published"), "the account reads English");
    assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    let head = mail.split("\r\n\r\n").next().unwrap().replace("\r\n ", "");
    let link =
        head.split("List-Unsubscribe: <").nth(1).and_then(|rest| rest.split('>').next()).expect("a link").to_owned();
    assert!(links(&mail).contains(&link), "a reader finds it in the text too");
    let mut anybody = house.0.visitor();
    anybody.get(&path(&link)).await.good().shows("关注");
    house.published(&ann, &olga, "寻找封装服务").await;
    notices::send_due(house.app()).await.unwrap();
    assert_eq!(house.mails_to("fay@example.com").len(), 2, "opening the link ends nothing: programs open links too");
    // What a mail service does for its reader: one POST, nobody signed in (RFC 8058).
    anybody.form(&path(&link), &[("List-Unsubscribe", "One-Click")]).await.good();
    house.published(&ann, &olga, "寻找检测服务").await;
    house.hours_pass(48).await;
    assert_eq!(house.mails_to("fay@example.com").len(), 2);
    assert_eq!(house.inbox(&fay).await.len(), 3);
    let forged = link.replace(".follow.", ".review.");
    assert_ne!(forged, link);
    anybody.form(&path(&forged), &[]).await.is(404);
    house
        .0
        .visitor()
        .json(&format!("/api/v1/mail/unsubscriptions/{}", link.rsplit('/').next().unwrap()), &serde_json::json!({}))
        .await
        .good();
    house.0.finish().await;
}

#[tokio::test]
async fn whoever_ends_mails_gets_none_that_were_waiting() {
    let house = house().await;
    let (ann, olga, fay) = follower(&house, Locale::ZhCn).await;
    house.published(&ann, &olga, "寻找抛光硅片").await;
    choose(&house, &fay, Frequency::Never, None).await;
    house.hours_pass(48).await;
    assert_eq!(house.mails_to("fay@example.com").len(), 0);
    house.0.finish().await;
}

#[tokio::test]
async fn an_address_gets_nothing_before_its_owner_has_confirmed_it() {
    let house = house().await;
    let (ann, olga) = (house.plain("ann").await, house.officer("olga").await);
    house.organisation(&ann, &olga, "甲传感器有限公司").await;
    let mut browser = house.browser("ann").await;
    assert_eq!(browser.form("/inbox/address", &[("email", "Ann@Example.com")]).await.redirect(), "/inbox/settings");
    browser.get("/inbox/settings").await.good().shows("已向 ann@example.com 发出确认邮件");
    house.published(&ann, &olga, "寻找抛光硅片").await;
    house.hours_pass(1).await;
    let mails = house.mails_to("ann@example.com");
    assert_eq!(mails.len(), 1, "only the question");
    let link = links(&mails[0]).into_iter().find(|link| link.contains("/mail/addresses/")).unwrap();
    let mut anybody = house.0.visitor();
    anybody.get(&path(&link)).await.good().shows("ann@example.com");
    assert_eq!(
        code(notices::actions::address::address_confirm(house.app(), &house.0.system(), "x.y").await),
        "mail-link-over"
    );
    anybody.form(&path(&link), &[]).await.good().shows("已确认");
    anybody.form(&path(&link), &[]).await.is(409);
    house.published(&ann, &olga, "寻找封装服务").await;
    notices::send_due(house.app()).await.unwrap();
    assert_eq!(house.mails_to("ann@example.com").len(), 2);
    browser.form("/inbox/address/removals", &[]).await.redirect();
    house.published(&ann, &olga, "寻找检测服务").await;
    notices::send_due(house.app()).await.unwrap();
    assert_eq!(house.mails_to("ann@example.com").len(), 2);
    // A link that waited too long confirms nothing.
    browser.form("/inbox/address", &[("email", "ann@example.org")]).await.redirect();
    notices::send_due(house.app()).await.unwrap();
    let late = links(&house.mails_to("ann@example.org")[0])
        .into_iter()
        .find(|link| link.contains("/mail/addresses/"))
        .unwrap();
    house.hours_pass(73).await;
    house.0.visitor().form(&path(&late), &[]).await.is(409);
    house.0.finish().await;
}

#[tokio::test]
async fn a_failed_mail_says_why_and_is_tried_again() {
    let house = house().await;
    let (ann, olga, fay) = follower(&house, Locale::ZhCn).await;
    choose(&house, &fay, Frequency::AtOnce, None).await;
    let admin = house.account("root", Some((Role::Administrator, None)), Locale::ZhCn).await;
    // The folder cannot be made while a file has its name.
    house.forget_mails();
    let spool = house.app().settings().data.join("spool");
    std::fs::write(&spool, "in the way").unwrap();
    house.published(&ann, &olga, "寻找抛光硅片").await;
    notices::send_due(house.app()).await.unwrap();
    let (fay_ctx, page) = (house.ctx(&fay).await, Page::default());
    let log = delivery_list(house.app(), &fay_ctx, "ready", &page).await.unwrap();
    let tried = &log.items[0];
    assert_eq!((log.total, tried.attempts, tried.address.as_str()), (1, 1, "fay@example.com"));
    assert!(tried.error.as_deref().unwrap().starts_with("spool "));
    assert_eq!(tried.next_try_ms - house.app().clock().now().ms(), 60_000);
    house.browser("fay").await.get("/deliveries").await.good().shows("无法写入邮件目录").shows("再试");
    let mut office = house.browser("root").await;
    office.get("/admin/deliveries?state=ready").await.good().shows("fay@example.com").hides("寻找抛光硅片");
    assert_eq!(delivery_list_all(house.app(), &house.ctx(&admin).await, "", &page).await.unwrap().total, 2);
    assert_eq!(code(delivery_list_all(house.app(), &fay_ctx, "", &page).await), "forbidden");
    assert_eq!(code(delivery_replay(house.app(), &fay_ctx, &tried.id).await), "delivery-waits");
    assert_eq!(code(delivery_replay(house.app(), &house.ctx(&ann).await, &tried.id).await), "not-found");
    std::fs::remove_file(&spool).unwrap();
    house.hours_pass(1).await;
    assert_eq!(house.mails_to("fay@example.com").len(), 1);
    let sent = delivery_list(house.app(), &fay_ctx, "sent", &page).await.unwrap();
    let mail = sent.items.iter().find(|one| one.id == tried.id).expect("it was sent");
    assert_eq!((mail.attempts, mail.error.as_deref()), (2, None));
    delivery_replay(house.app(), &fay_ctx, &tried.id).await.unwrap();
    house.forget_mails();
    notices::send_due(house.app()).await.unwrap();
    assert_eq!(house.mails_to("fay@example.com").len(), 1, "sent once more under the same number");
    house.0.finish().await;
}

#[tokio::test]
async fn a_mail_that_failed_for_good_stands_on_the_administrators_desk() {
    let house = house().await;
    let (ann, olga, fay) = follower(&house, Locale::ZhCn).await;
    choose(&house, &fay, Frequency::AtOnce, None).await;
    let admin = house.account("root", Some((Role::Administrator, None)), Locale::ZhCn).await;
    house.forget_mails();
    let spool = house.app().settings().data.join("spool");
    std::fs::write(&spool, "in the way").unwrap();
    house.published(&ann, &olga, "寻找抛光硅片").await;
    for _ in 0..12 {
        notices::send_due(house.app()).await.unwrap();
        house.hours_pass(25).await;
    }
    let desk = async |account: &str| desk_view(house.app(), &house.ctx(account).await).await.unwrap();
    let failed: Vec<_> = desk(&admin).await.into_iter().filter(|item| item.kind == "desk-mail-failed").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (failed[0].title.as_str(), failed[0].href.as_str()),
        ("1 封邮件最终发送失败：请查看原因并重发", "/admin/deliveries?state=failed")
    );
    assert!(desk(&fay).await.iter().all(|item| item.kind != "desk-mail-failed"), "only administrators");
    let mut office = house.browser("root").await;
    office.get("/desk").await.good().shows("未能送达的邮件");
    office.get(&failed[0].href).await.good().shows("fay@example.com");
    let told = house.inbox(&admin).await;
    assert!(!told.contains(&"delivery.failed".to_owned()), "no message of it could fail in turn: {told:?}");
    // Sending it again takes it off the desk; so does time.
    std::fs::remove_file(&spool).unwrap();
    let log = delivery_list(house.app(), &house.ctx(&fay).await, "failed", &Page::default()).await.unwrap();
    delivery_replay(house.app(), &house.ctx(&admin).await, &log.items[0].id).await.unwrap();
    notices::send_due(house.app()).await.unwrap();
    assert!(desk(&admin).await.iter().all(|item| item.kind != "desk-mail-failed"));
    house.0.finish().await;
}

#[tokio::test]
async fn what_is_old_is_forgotten() {
    let house = house().await;
    let (ann, olga, fay) = follower(&house, Locale::ZhCn).await;
    choose(&house, &fay, Frequency::AtOnce, None).await;
    house.published(&ann, &olga, "寻找抛光硅片").await;
    notices::send_due(house.app()).await.unwrap();
    let page = Page::default();
    let ctx = house.ctx(&fay).await;
    assert_eq!(delivery_list(house.app(), &ctx, "", &page).await.unwrap().total, 2);
    for _ in 0..3 {
        // Something happens now and then, so that the nightly round is ordered.
        house.hours_pass(70 * 24).await;
        house.published(&ann, &olga, "又一项需求").await;
        house.hours_pass(48).await;
    }
    let left = delivery_list(house.app(), &ctx, "", &page).await.unwrap();
    assert!(left.items.iter().all(|one| one.created_ms > house.app().clock().now().plus_days(-181).ms()), "{left:?}");
    house.0.finish().await;
}
