use crate::house::{House, TOWN_A, TOWN_B, code, desk, house};
use platform::Ctx;
use registry::actions::contact::{
    Asked, ContactQuery, Reply, Send, To, contact_answer, contact_create, contact_list, contact_open, contact_revoke,
    contact_say, contact_target, contact_view, contact_withdraw,
};
use registry::actions::listing::listing_withdraw;
use registry::actions::organisation::organisation_by_key;
use registry::rules::contact::{Answer, OPEN_PER_ORGANISATION_MAX, Reason, State, Voice};
use registry::rules::listing::Side;

const MESSAGE: &str = "我司可以供货，想了解用量与交期，盼复。";

fn send(to: To, asks_detail: bool) -> Send {
    Send { to, from: None, asks_detail, message: MESSAGE.into() }
}

fn about(id: &str) -> To {
    To::Listing(id.to_owned())
}

async fn answer(house: &House, ctx: &Ctx, id: &str, answer: Answer, text: &str) -> Result<(), platform::Fault> {
    let reply = Reply { id: id.into(), answer, text: text.into() };
    contact_answer(house.app(), ctx, reply).await.map(|_| ())
}

/// Ann in town A has published a need; Bob in town B can ask.
async fn market() -> (House, String) {
    let house = house().await;
    house.listed("ann", "甲传感器有限公司", TOWN_A).await;
    house.listed("bob", "乙硅片有限公司", TOWN_B).await;
    let need = house.published(&house.person("ann").await, Side::Need, "寻找抛光硅片").await;
    (house, need)
}

#[tokio::test]
async fn consent_opens_the_protected_part_and_every_opening_is_recorded() {
    let (house, need) = market().await;
    let app = house.app();
    let (ann, bob) = (house.person("ann").await, house.person("bob").await);
    let id = contact_create(app, &bob, send(about(&need), true)).await.unwrap().id;
    assert_eq!(code(contact_open(app, &bob, &id).await), "forbidden", "asking is not enough");
    assert_eq!(desk(&house, &ann).await, [("desk-contact", "乙硅片有限公司 · 寻找抛光硅片".to_owned())]);
    answer(&house, &ann, &id, Answer::Accept { consent: true }, "可以").await.unwrap();
    let (detail, _) = contact_open(app, &bob, &id).await.unwrap();
    assert_eq!(detail, "机密：供货价格与工艺窗口");
    assert_eq!(code(contact_open(app, &ann, &id).await), "forbidden", "the owner has his own page");
    assert_eq!(code(contact_open(app, &house.person("eve").await, &id).await), "not-found");
    contact_open(app, &bob, &id).await.unwrap();
    let seen = contact_view(app, &ann, &id).await.unwrap();
    assert_eq!((seen.openings.len(), seen.openings[0].1.as_str()), (2, "人员 bob"));
    assert!(contact_view(app, &bob, &id).await.unwrap().openings.is_empty(), "the list of openings is the owner's");
    contact_revoke(app, &ann, &id).await.unwrap();
    assert_eq!(code(contact_open(app, &bob, &id).await), "forbidden");
    let kinds: Vec<_> = house.journal("contact", &id).await;
    assert!(kinds.iter().all(|(_, public)| !public), "what two organisations say to each other is not public");
    let kinds: Vec<&str> = kinds.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["contact.sent", "contact.answered", "contact.opened", "contact.opened", "contact.revoked"]);
    house.0.finish().await;
}

#[tokio::test]
async fn a_no_carries_its_reason_back_to_the_asker() {
    let (house, need) = market().await;
    let app = house.app();
    let (ann, bob) = (house.person("ann").await, house.person("bob").await);
    let id = contact_create(app, &bob, send(about(&need), false)).await.unwrap().id;
    assert_eq!(
        code(answer(&house, &bob, &id, Answer::Accept { consent: false }, "").await),
        "forbidden",
        "nobody answers himself"
    );
    answer(&house, &ann, &id, Answer::Decline(Reason::NoCapacity), "").await.unwrap();
    let seen = contact_view(app, &bob, &id).await.unwrap().card.contact;
    assert_eq!((seen.state, seen.reason), (State::Declined, Some(Reason::NoCapacity)));
    assert_eq!(code(answer(&house, &ann, &id, Answer::Question, "还有一问").await), "contact-not-waiting");
    assert_eq!(code(contact_say(app, &bob, &id, "为什么？").await), "contact-not-waiting");
    assert!(
        contact_create(app, &bob, send(about(&need), false)).await.is_ok(),
        "a closed request does not bar a new one"
    );
    house.0.finish().await;
}

#[tokio::test]
async fn questions_and_replies_move_between_the_desks() {
    let (house, need) = market().await;
    let app = house.app();
    let (ann, bob) = (house.person("ann").await, house.person("bob").await);
    let id = contact_create(app, &bob, send(about(&need), false)).await.unwrap().id;
    assert_eq!(code(answer(&house, &ann, &id, Answer::Question, " ").await), "contact-message");
    answer(&house, &ann, &id, Answer::Question, "月供多少？").await.unwrap();
    assert_eq!(desk(&house, &ann).await, []);
    assert_eq!(desk(&house, &bob).await.first().map(|(kind, _)| *kind), Some("desk-question"));
    contact_say(app, &bob, &id, "五万片。").await.unwrap();
    assert_eq!(desk(&house, &ann).await.first().map(|(kind, _)| *kind), Some("desk-contact"));
    answer(&house, &ann, &id, Answer::Accept { consent: false }, "").await.unwrap();
    contact_say(app, &ann, &id, "请来面谈。").await.unwrap();
    let said: Vec<_> =
        contact_view(app, &bob, &id).await.unwrap().messages.into_iter().map(|m| (m.voice, m.body)).collect();
    let expected = [
        (Voice::Asker, MESSAGE),
        (Voice::Owner, "月供多少？"),
        (Voice::Asker, "五万片。"),
        (Voice::Owner, "请来面谈。"),
    ];
    assert_eq!(said, expected.map(|(voice, text)| (voice, text.to_owned())));
    assert_eq!(code(contact_withdraw(app, &bob, &id).await), "contact-not-waiting");
    house.0.finish().await;
}

#[tokio::test]
async fn an_unclaimed_organisation_is_answered_for_by_its_city_office() {
    let (house, _) = market().await;
    let app = house.app();
    let unclaimed = organisation_by_key(app, "tt-1").await.unwrap();
    let bob = house.person("bob").await;
    let id = contact_create(app, &bob, send(To::Organisation(unclaimed.clone()), true)).await.unwrap().id;
    let seen = contact_view(app, &bob, &id).await.unwrap().card.contact;
    // Sent on Monday 16 March 2026: the office has five working days, until Monday the 23rd.
    assert_eq!(
        (seen.due.date.to_string().as_str(), seen.asks_detail),
        ("2026-03-23", false),
        "there is nothing protected to ask for"
    );
    let office = house.officer("olga", TOWN_A).await;
    assert_eq!(desk(&house, &office).await.first().map(|(kind, _)| *kind), Some("desk-contact"));
    assert_eq!(
        code(answer(&house, &house.officer("b", TOWN_B).await, &id, Answer::Question, "何事？").await),
        "not-found"
    );
    answer(&house, &office, &id, Answer::Accept { consent: false }, "已转告该单位。").await.unwrap();
    assert_eq!(contact_view(app, &bob, &id).await.unwrap().messages[1].voice, Voice::Office);
    house.0.finish().await;
}

#[tokio::test]
async fn only_members_ask_and_only_for_what_is_published() {
    let (house, need) = market().await;
    let app = house.app();
    let ann = house.person("ann").await;
    assert_eq!(code(contact_create(app, &house.visitor(), send(about(&need), false)).await), "sign-in");
    assert_eq!(
        code(contact_create(app, &house.person("eve").await, send(about(&need), false)).await),
        "no-organisation"
    );
    assert_eq!(code(contact_create(app, &ann, send(about(&need), false)).await), "contact-own");
    assert_eq!(code(contact_create(app, &house.person("bob").await, send(about("none"), false)).await), "not-found");
    let draft = house.draft(&ann, Side::Need, "还没写完").await;
    assert_eq!(code(contact_create(app, &house.person("bob").await, send(about(&draft), false)).await), "not-found");
    let mut bob = house.person("bob").await;
    bob.actor.demo = true;
    assert_eq!(code(contact_create(app, &bob, send(about(&need), false)).await), "contact-demo");
    assert_eq!(
        code(contact_target(app, &bob, &about(&need)).await),
        "contact-demo",
        "the form says so before anything is written"
    );
    listing_withdraw(app, &ann, Side::Need, &need).await.unwrap();
    assert_eq!(code(contact_create(app, &house.person("bob").await, send(about(&need), false)).await), "not-found");
    house.0.finish().await;
}

#[tokio::test]
async fn requests_are_limited_and_end_by_themselves() {
    let (house, need) = market().await;
    let app = house.app();
    let (ann, bob) = (house.person("ann").await, house.person("bob").await);
    let first = contact_create(app, &bob, send(about(&need), false)).await.unwrap().id;
    assert_eq!(code(contact_create(app, &bob, send(about(&need), false)).await), "contact-same-waits");
    for n in 1..OPEN_PER_ORGANISATION_MAX {
        let more = house.published(&ann, Side::Offer, &format!("提供抛光服务之{n}")).await;
        contact_create(app, &bob, send(about(&more), false)).await.unwrap();
    }
    let more = house.published(&ann, Side::Offer, "提供最后一项服务").await;
    assert_eq!(code(contact_create(app, &bob, send(about(&more), false)).await), "contact-open-max");
    contact_withdraw(app, &bob, &first).await.unwrap();
    assert!(contact_create(app, &bob, send(about(&more), false)).await.is_ok());
    let query = ContactQuery { asked: Asked::Out, states: vec!["open".into()], ..ContactQuery::default() };
    assert_eq!(contact_list(app, &bob, &query).await.unwrap().1, OPEN_PER_ORGANISATION_MAX);
    house.0.days_pass(61).await;
    let bob = house.person("bob").await;
    assert_eq!(contact_list(app, &bob, &query).await.unwrap().1, 0);
    let ended = ContactQuery { asked: Asked::Out, states: vec!["expired".into()], ..ContactQuery::default() };
    assert_eq!(contact_list(app, &bob, &ended).await.unwrap().1, OPEN_PER_ORGANISATION_MAX);
    let received = ContactQuery { asked: Asked::In, ..ContactQuery::default() };
    assert_eq!(contact_list(app, &bob, &received).await.unwrap().1, 0, "what one has sent is not received");
    house.0.finish().await;
}
