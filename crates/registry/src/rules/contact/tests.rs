use super::*;
use proptest::prelude::*;

const NOON: Instant = Instant::from_ms(1_795_233_600_000);

fn due(days: i64) -> Due {
    Due { date: NOON.date().plus_days(days), provisional: false }
}

fn question() -> Ask {
    Ask {
        id: "c1".into(),
        to: "owner".into(),
        listing: Some(("l1".into(), true)),
        from: "asker".into(),
        from_account: "a1".into(),
        city: None,
        office: None,
        asks_detail: true,
        message: "想了解贵方工艺的量产情况，盼复。".into(),
        demo: false,
    }
}

fn open() -> Contact {
    ask(question(), Load::default(), due(10), NOON).unwrap()
}

const ACTIONS: [&str; 9] =
    ["accept", "consent", "decline", "question", "reply", "owner-says", "withdraw", "revoke", "expire"];

fn act(action: &str, contact: &Contact, now: Instant) -> Result<Contact, Refusal> {
    match action {
        "accept" => answer(contact, Voice::Owner, &Answer::Accept { consent: false }, "", now),
        "consent" => answer(contact, Voice::Owner, &Answer::Accept { consent: true }, "可以", now),
        "decline" => answer(contact, Voice::Owner, &Answer::Decline(Reason::TooEarly), "", now),
        "question" => answer(contact, Voice::Owner, &Answer::Question, "用量多少？", now),
        "reply" => say(contact, Voice::Asker, "每月五万片。", due(20), now),
        "owner-says" => say(contact, Voice::Owner, "补充一句。", due(20), now),
        "withdraw" => withdraw(contact, now),
        "revoke" => revoke(contact, now),
        _ => expire(contact, contact.expires),
    }
}

/// Goal: the whole life at one glance. Method: every state × every action, as a table of outcomes.
#[test]
fn the_life_of_a_request() {
    let reach = |action: &str| act(action, &open(), NOON).unwrap();
    let states = [
        open(),
        reach("question"),
        reach("accept"),
        reach("consent"),
        reach("decline"),
        reach("withdraw"),
        reach("expire"),
    ];
    let name = |c: &Contact| format!("{}{}", c.state.code(), if c.consent { "+open" } else { "" });
    let mut table = String::new();
    for contact in &states {
        for action in ACTIONS {
            let outcome =
                act(action, contact, NOON).map_or_else(|refusal| format!("✗ {}", refusal.code), |next| name(&next));
            table.push_str(&format!("{:<16}{action:<12}{outcome}\n", name(contact)));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_reply_starts_the_clock_anew() {
    let asked_back = act("question", &open(), NOON).unwrap();
    let later = NOON.plus_days(8);
    let replied = say(&asked_back, Voice::Asker, "每月五万片。", due(18), later).unwrap();
    assert_eq!((replied.state, replied.due, replied.messages), (State::Open, due(18), 3));
    assert!(replied.expires > open().expires);
}

#[test]
fn only_the_owner_opens_the_protected_part_and_only_when_asked() {
    let accept = Answer::Accept { consent: true };
    assert_eq!(answer(&open(), Voice::Office, &accept, "", NOON).unwrap_err().code, "contact-consent-owner");
    let unasked = Contact { asks_detail: false, ..open() };
    assert!(!answer(&unasked, Voice::Owner, &accept, "", NOON).unwrap().consent);
    let bare = ask(Ask { listing: Some(("l1".into(), false)), ..question() }, Load::default(), due(10), NOON).unwrap();
    assert!(!bare.asks_detail, "a listing without a protected part has nothing to open");
}

#[test]
fn limits_hold() {
    let refused = |question: Ask, load: Load| ask(question, load, due(10), NOON).unwrap_err().code;
    let load = Load { waiting: OPEN_PER_ORGANISATION_MAX, same: false };
    assert_eq!(refused(question(), load), "contact-open-max");
    assert!(ask(question(), Load { waiting: OPEN_PER_ORGANISATION_MAX - 1, same: false }, due(10), NOON).is_ok());
    assert_eq!(refused(question(), Load { waiting: 1, same: true }), "contact-same-waits");
    assert_eq!(refused(Ask { to: "asker".into(), ..question() }, Load::default()), "contact-own");
    assert_eq!(refused(Ask { message: "你好".into(), ..question() }, Load::default()), "contact-message");
    assert_eq!(refused(Ask { message: "字".repeat(2_001), ..question() }, Load::default()), "text-too-long");
    let full = Contact { messages: MESSAGES_MAX, ..open() };
    assert_eq!(say(&full, Voice::Asker, "还有一事", due(1), NOON).unwrap_err().code, "contact-messages-max");
}

#[test]
fn every_code_reads_back() {
    assert!(State::ALL.iter().all(|s| State::parse(s.code()) == Some(*s)));
    assert!(Reason::ALL.iter().all(|r| Reason::parse(r.code()) == Some(*r)));
    assert!(["asker", "owner", "office"].iter().all(|v| Voice::parse(v).is_some_and(|voice| voice.code() == *v)));
}

proptest! {
    /// Goal: no sequence reaches an illegal state. Method: random actions; after each, what is closed stays
    /// closed, a reason stands beside every no, and the protected part is open only where it was asked for and granted.
    #[test]
    fn no_sequence_reaches_an_illegal_state(asks in any::<bool>(), steps in prop::collection::vec((0usize..9, 0i64..40), 1..40)) {
        let mut contact = Contact { asks_detail: asks, ..open() };
        let mut now = NOON;
        for (action, days) in steps {
            now = now.plus_days(days);
            let outcome = if ACTIONS[action] == "expire" { expire(&contact, now) } else { act(ACTIONS[action], &contact, now) };
            let Ok(next) = outcome else { continue };
            let closed = matches!(contact.state, State::Declined | State::Withdrawn | State::Expired);
            prop_assert!(!closed, "{:?} was closed", contact.state);
            prop_assert_eq!(next.reason.is_some(), next.state == State::Declined);
            prop_assert!(!next.consent || (next.state == State::Accepted && asks));
            prop_assert!(next.messages >= contact.messages);
            contact = next;
        }
    }
}
