use crate::house::{House, code, house};
use crate::receiver::{Behaviour, Manner, Receiver};
use notices::Outlets;
use notices::actions::Delivery;
use notices::actions::delivery::{delivery_list, delivery_replay};
use notices::actions::webhook::{New, webhook_create, webhook_remove};
use notices::rules::message::Topic;
use platform::web::page::Page;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// HMAC-SHA256 as RFC 2104 writes it down, by other means than the program's.
fn hmac(secret: &str, text: &str) -> String {
    let mut key = [0u8; 64];
    match secret.len() {
        0..=64 => key[..secret.len()].copy_from_slice(secret.as_bytes()),
        _ => key[..32].copy_from_slice(&Sha256::digest(secret.as_bytes())),
    }
    let pad = |with: u8| key.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text.as_bytes()).finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Stage {
    house: House,
    ann: String,
    olga: String,
    receiver: Receiver,
    secret: String,
}

fn allow(house: &House, private: bool) {
    house.app().extend(Arc::new(Outlets::new(None, None, private).expect("the defaults hold")));
}

/// Ann has a firm and a webhook of her own that hears of her reviews.
async fn stage(manner: Manner) -> Stage {
    let house = house().await;
    allow(&house, true);
    let (ann, olga) = (house.plain("ann").await, house.officer("olga").await);
    house.organisation(&ann, &olga, "甲传感器有限公司").await;
    let receiver = Receiver::start(manner).await;
    let new = New { url: receiver.url.clone(), organisation: None, topics: vec![Topic::Review] };
    let (_, secret) = webhook_create(house.app(), &house.ctx(&ann).await, new).await.expect("it is made");
    Stage { house, ann, olga, receiver, secret }
}

impl Stage {
    async fn something_happens(&self) {
        self.house.published(&self.ann, &self.olga, "寻找抛光硅片").await;
        notices::send_due(self.house.app()).await.expect("sent");
    }

    async fn log(&self) -> Vec<Delivery> {
        let ctx = self.house.ctx(&self.ann).await;
        delivery_list(self.house.app(), &ctx, "", &Page::default()).await.expect("read").items
    }

    /// What Ann is told of webhooks that were given up on.
    async fn given_up(&self) -> Vec<notices::actions::Notice> {
        let all = self.house.notices(&self.ann).await;
        all.into_iter().filter(|notice| notice.kind == "delivery.failed").collect()
    }

    async fn outcome(&self) -> (String, i64, String) {
        let log = self.log().await;
        assert_eq!(log.len(), 1, "{log:?}");
        (log[0].state.clone(), log[0].attempts, log[0].error.clone().unwrap_or_default())
    }
}

#[tokio::test]
async fn a_good_receiver_gets_a_signed_message_once() {
    let stage = stage(|_| Behaviour::Status(204)).await;
    stage.something_happens().await;
    let calls = stage.receiver.calls();
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    assert!(call.head.starts_with("POST /hook?from=yilang HTTP/1.1"), "{}", call.head);
    let signature = call.header("yilang-signature");
    let (time, signed) = signature.split_once(',').unwrap();
    let (time, signed) = (time.strip_prefix("t=").unwrap(), signed.strip_prefix("v1=").unwrap());
    assert_eq!(signed, hmac(&stage.secret, &format!("{time}.{}", call.body)));
    assert_eq!(time.parse::<i64>().unwrap(), stage.house.app().clock().now().ms() / 1_000);
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(body["kind"], "listing.published");
    assert_eq!(body["text"], json!({ "zh": "“寻找抛光硅片”已发布", "en": "“寻找抛光硅片” was published" }));
    assert!(body["url"].as_str().unwrap().starts_with("http://127.0.0.1:8060/needs/"));
    assert!(!call.body.contains("机密"), "nothing protected leaves");
    assert_eq!(stage.outcome().await, ("sent".into(), 1, String::new()));
    stage.house.0.finish().await;
}

#[tokio::test]
async fn a_receiver_that_fails_first_gets_it_later() {
    let stage = stage(|number| Behaviour::Status(if number == 1 { 500 } else { 200 })).await;
    stage.something_happens().await;
    assert_eq!(stage.outcome().await, ("ready".into(), 1, "status 500".into()));
    notices::send_due(stage.house.app()).await.unwrap();
    assert_eq!(stage.receiver.calls().len(), 1, "not before its time");
    stage.house.app().clock().advance_ms(60_000);
    notices::send_due(stage.house.app()).await.unwrap();
    let calls = stage.receiver.calls();
    assert_eq!((calls.len(), calls[0].body == calls[1].body), (2, true));
    assert_eq!(calls[0].header("yilang-delivery"), calls[1].header("yilang-delivery"), "the same number each time");
    assert_ne!(calls[0].header("yilang-signature"), calls[1].header("yilang-signature"), "signed anew at its own time");
    assert_eq!(stage.outcome().await, ("sent".into(), 2, String::new()));
    stage.house.0.finish().await;
}

#[tokio::test]
async fn a_receiver_that_never_works_is_given_up_and_can_be_tried_again_by_hand() {
    let stage = stage(|number| Behaviour::Status(if number <= 10 { 503 } else { 200 })).await;
    stage.something_happens().await;
    for _ in 0..12 {
        stage.house.hours_pass(25).await;
    }
    assert_eq!(stage.outcome().await, ("failed".into(), 10, "status 503".into()));
    let told = stage.given_up().await;
    assert_eq!(told.len(), 1, "its owner is told");
    let told = &told[0];
    assert_eq!(
        (told.title.as_str(), told.high, told.expects.as_deref()),
        (stage.receiver.url.as_str(), true, Some("repair"))
    );
    assert_eq!(stage.receiver.calls().len(), 10, "the webhook that does not work is not told of it");
    let id = stage.log().await[0].id.clone();
    let mut browser = stage.house.browser("ann").await;
    browser.get("/deliveries?state=failed").await.good().shows("对方答复状态码 503");
    assert_eq!(browser.form(&format!("/deliveries/{id}/replays"), &[]).await.redirect(), "/deliveries");
    notices::send_due(stage.house.app()).await.unwrap();
    assert_eq!(stage.outcome().await, ("sent".into(), 1, String::new()));
    delivery_replay(stage.house.app(), &stage.house.ctx(&stage.ann).await, &id).await.unwrap();
    notices::send_due(stage.house.app()).await.unwrap();
    assert_eq!(stage.receiver.calls().len(), 12, "what arrived can be sent again too");
    stage.house.0.finish().await;
}

#[tokio::test]
async fn whoever_keeps_a_webhook_is_told_once_a_day_that_it_is_given_up_on() {
    let stage = stage(|_| Behaviour::Status(503)).await;
    let (house, ann) = (&stage.house, house_ctx(&stage).await);
    let firm = ann.actor.memberships[0].organisation.clone();
    let url = format!("{}&of=firm", stage.receiver.url);
    webhook_create(house.app(), &ann, New { url: url.clone(), organisation: Some(firm), topics: Vec::new() })
        .await
        .unwrap();
    for title in ["寻找抛光硅片", "寻找封装服务", "寻找检测服务"] {
        house.published(&stage.ann, &stage.olga, title).await;
    }
    for _ in 0..12 {
        notices::send_due(house.app()).await.unwrap();
        house.hours_pass(25).await;
    }
    let mut told: Vec<String> = stage.given_up().await.into_iter().map(|notice| notice.title).collect();
    told.sort();
    assert_eq!(told, [stage.receiver.url.clone(), url], "six calls failed, two webhooks");
    assert!(house.inbox(&stage.olga).await.iter().all(|kind| kind != "delivery.failed"), "nobody else is told");
    // Of a webhook that is gone nobody is told.
    let hooks = notices::actions::webhook::webhook_list(house.app(), &ann).await.unwrap();
    house.published(&stage.ann, &stage.olga, "寻找焊接服务").await;
    for hook in hooks {
        webhook_remove(house.app(), &ann, &hook.id).await.unwrap();
    }
    notices::send_due(house.app()).await.unwrap();
    house.hours_pass(48).await;
    assert_eq!(stage.given_up().await.len(), 2);
    stage.house.0.finish().await;
}

#[tokio::test]
async fn a_receiver_that_hangs_stops_nobody_elses_work() {
    let stage = stage(|_| Behaviour::Hang).await;
    // The node goes on at once; only the call waits for its limit.
    stage.house.published(&stage.ann, &stage.olga, "寻找抛光硅片").await;
    stage.house.published(&stage.ann, &stage.olga, "寻找封装服务").await;
    assert!(stage.log().await.iter().all(|one| one.error.is_none()), "nothing has waited for the receiver");
    notices::send_due(stage.house.app()).await.unwrap();
    let log = stage.log().await;
    assert_eq!(log.len(), 2);
    assert!(log.iter().all(|one| one.state == "ready" && one.error.as_deref() == Some("timeout 10")), "{log:?}");
    stage.house.0.finish().await;
}

#[tokio::test]
async fn an_endless_answer_is_read_to_its_limit_and_no_further() {
    let stage = stage(|_| Behaviour::Endless).await;
    stage.something_happens().await;
    assert_eq!(stage.outcome().await, ("sent".into(), 1, String::new()));
    crate::house::until("the connection is closed", || async {
        let before = *stage.receiver.sent.lock().unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        before == *stage.receiver.sent.lock().unwrap()
    })
    .await;
    let sent = *stage.receiver.sent.lock().unwrap();
    assert!(
        sent < 64 * 1024 * 1024,
        "{sent} bytes of ten thousand million were let in by the buffers of both machines"
    );
    stage.house.0.finish().await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stage = stage(|_| Behaviour::Redirect("http://169.254.169.254/latest/meta-data")).await;
    stage.something_happens().await;
    assert_eq!(stage.outcome().await, ("ready".into(), 1, "redirect 302".into()));
    assert_eq!(stage.receiver.calls().len(), 1);
    stage.house.0.finish().await;
}

#[tokio::test]
async fn what_is_no_http_is_a_failed_try() {
    let stage = stage(|_| Behaviour::Noise).await;
    stage.something_happens().await;
    let (state, attempts, error) = stage.outcome().await;
    assert_eq!((state.as_str(), attempts, error.starts_with("http ")), ("ready", 1, true), "{error}");
    stage.house.0.finish().await;
}

#[tokio::test]
async fn a_private_address_is_refused_when_it_is_named_and_again_when_it_is_called() {
    let stage = stage(|_| Behaviour::Status(200)).await;
    // Allowed when the webhook was made; no longer when the call is due, as after a name began to lead inside.
    allow(&stage.house, false);
    stage.something_happens().await;
    let (state, _, error) = stage.outcome().await;
    assert_eq!((state.as_str(), error.as_str()), ("failed", "address"), "without TLS nothing leaves");
    assert!(stage.receiver.calls().is_empty());
    let new = New { url: stage.receiver.url.replace("http:", "https:"), ..New::default() };
    let ctx = stage.house.ctx(&stage.ann).await;
    assert_eq!(code(webhook_create(stage.house.app(), &ctx, new.clone()).await), "webhook-private");
    // Made while it was allowed, with TLS: the address itself is what is refused.
    allow(&stage.house, true);
    webhook_create(stage.house.app(), &ctx, New { topics: vec![Topic::Review], ..new }).await.unwrap();
    allow(&stage.house, false);
    stage.house.published(&stage.ann, &stage.olga, "寻找封装服务").await;
    notices::send_due(stage.house.app()).await.unwrap();
    let errors: Vec<String> = stage.log().await.into_iter().filter_map(|one| one.error).collect();
    assert!(errors.contains(&"private 127.0.0.1".to_owned()), "{errors:?}");
    assert!(stage.receiver.calls().is_empty());
    stage.house.0.finish().await;
}

#[tokio::test]
async fn an_organisation_hears_once_whatever_the_number_of_its_members() {
    let stage = stage(|_| Behaviour::Status(200)).await;
    let (house, ann) = (&stage.house, house_ctx(&stage).await);
    let firm = ann.actor.memberships[0].organisation.clone();
    let bob = house.plain("bob").await;
    let command = registry::rules::membership::MemberCommand { duty: "经办".into(), mandates: vec![] };
    registry::actions::membership::member_invite(house.app(), &ann, &firm, "bob", command).await.unwrap();
    let invitation = registry::actions::membership::invitation_list(house.app(), &house.ctx(&bob).await).await.unwrap();
    registry::actions::membership::member_accept(house.app(), &house.ctx(&bob).await, &invitation[0].0.id)
        .await
        .unwrap();
    let receiver = Receiver::start(|_| Behaviour::Status(200)).await;
    let new = New { url: receiver.url.clone(), organisation: Some(firm), topics: vec![Topic::Review] };
    assert_eq!(code(webhook_create(house.app(), &house.ctx(&bob).await, new.clone()).await), "forbidden");
    let (hook, _) = webhook_create(house.app(), &ann, new).await.unwrap();
    stage.something_happens().await;
    assert!(house.inbox(&bob).await.contains(&"need.published".to_owned()));
    assert_eq!(receiver.calls().len(), 1);
    assert_eq!(code(webhook_remove(house.app(), &house.ctx(&bob).await, &hook.id).await), "forbidden");
    assert_eq!(code(webhook_remove(house.app(), &house.ctx(&stage.olga).await, &hook.id).await), "not-found");
    webhook_remove(house.app(), &ann, &hook.id).await.unwrap();
    stage.something_happens().await;
    assert_eq!(receiver.calls().len(), 1);
    stage.house.0.finish().await;
}

async fn house_ctx(stage: &Stage) -> platform::Ctx {
    stage.house.ctx(&stage.ann).await
}

#[tokio::test]
async fn a_webhook_is_made_in_the_browser_and_its_secret_shown_once() {
    let house = house().await;
    house.plain("ann").await;
    let mut browser = house.browser("ann").await;
    let made = browser.form("/webhooks", &[("url", "https://hooks.example.com/in"), ("topics", "review")]).await.good();
    assert!(made.text().contains("whsec_"));
    browser.get("/webhooks").await.good().shows("https://hooks.example.com/in").hides("whsec_");
    let listed = browser.get("/api/v1/webhooks").await.good().value();
    assert_eq!((listed["total"].as_i64(), listed["items"][0]["topics"].clone()), (Some(1), json!(["review"])));
    assert!(!listed.to_string().contains("whsec_"));
    let again = browser.form("/webhooks", &[("url", "http://hooks.example.com/in")]).await.is(422);
    again.shows("请填写以 https:// 开头").shows("http://hooks.example.com/in");
    browser.json("/api/v1/webhooks", &json!({ "url": "https://10.0.0.1/" })).await.is(422).refused("webhook-private");
    browser
        .json("/api/v1/webhooks", &json!({ "url": "https://a.example/", "topics": ["x"] }))
        .await
        .is(422)
        .refused("topic-unknown");
    for number in 1..10 {
        browser.json("/api/v1/webhooks", &json!({ "url": format!("https://a.example/{number}") })).await.is(201);
    }
    browser.json("/api/v1/webhooks", &json!({ "url": "https://a.example/10" })).await.is(409).refused("webhooks-many");
    house.0.finish().await;
}
