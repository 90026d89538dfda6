use super::super::review::{Reason, Review, Verdict, review};
use super::*;
use proptest::prelude::*;

const NOON: Instant = Instant::from_ms(1_795_233_600_000);

fn due() -> Due {
    Due { date: NOON.date().plus_days(3), provisional: false }
}

fn content() -> Content {
    Content {
        kind: Some(Kind::Achievement),
        maturity: Some(6),
        title: "300mm 抛光硅片的缺陷检测".into(),
        summary: "需要每月五万片三百毫米抛光硅片，缺陷密度低于每平方厘米零点零五。".into(),
        segments: vec!["ic/wafer".into()],
        ..Content::default()
    }
}

fn draft(side: Side) -> Listing {
    let content = if side == Side::Need { Content { kind: None, maturity: None, ..content() } } else { content() };
    let city = Adcode::parse("310117").ok();
    let new = Begin {
        id: "l1".into(),
        side,
        organisation: "o1".into(),
        city,
        office: Office::of(city, true),
        content,
        by: "writer".into(),
        demo: false,
    };
    begin(new, 0, NOON).unwrap()
}

fn changed() -> Content {
    Content { title: "300mm 抛光硅片的缺陷检测（改）".into(), ..content() }
}

/// Every situation a listing can be in, by name.
fn situations() -> Vec<(&'static str, Listing)> {
    let draft = draft(Side::Offer);
    let submitted = submit(&draft, "writer", due(), NOON).unwrap();
    let published = review(&submitted, &decision(&submitted, Verdict::Publish), NOON).unwrap();
    let revised = edit(&published, changed(), NOON).unwrap();
    let resubmitted = submit(&revised, "writer", due(), NOON).unwrap();
    let end = published.expires.unwrap();
    let expired = expire(&published, end).unwrap();
    let expired_revised = edit(&expired, changed(), NOON).unwrap();
    let expired_resubmitted = submit(&expired_revised, "writer", due(), NOON).unwrap();
    let withdrawn = withdraw(&published, NOON).unwrap();
    vec![
        ("draft", draft),
        ("submitted", submitted),
        ("published", published),
        ("published+revision", revised),
        ("published+review", resubmitted),
        ("expired", expired),
        ("expired+revision", expired_revised),
        ("expired+review", expired_resubmitted),
        ("withdrawn", withdrawn),
    ]
}

fn decision(listing: &Listing, verdict: Verdict) -> Review {
    let version = listing.waiting.as_ref().map_or(listing.version, |w| w.version);
    Review { version, verdict, note: String::new(), by: "officer".into(), member: false }
}

fn situation(listing: &Listing) -> String {
    let mut name = listing.state.code().to_owned();
    if listing.state != State::Submitted {
        match (&listing.revision, &listing.waiting) {
            (_, Some(_)) => name.push_str("+review"),
            (Some(_), None) => name.push_str("+revision"),
            (None, None) => {}
        }
    }
    name
}

const ACTIONS: [&str; 8] = ["edit", "submit", "recall", "publish", "refuse", "withdraw", "renew", "expire"];

fn act(action: &str, listing: &Listing, now: Instant) -> Result<Listing, Refusal> {
    match action {
        "edit" => edit(listing, changed(), now),
        "submit" => submit(listing, "writer", due(), now),
        "recall" => recall(listing, now),
        "publish" => review(listing, &decision(listing, Verdict::Publish), now),
        "refuse" => review(listing, &decision(listing, Verdict::Refuse(vec![Reason::Unclear])), now),
        "withdraw" => withdraw(listing, now),
        "renew" => renew(listing, None, now),
        _ => expire(listing, listing.expires.unwrap_or(now)),
    }
}

/// Goal: the whole life at one glance. Method: every situation × every action, as a table of outcomes.
#[test]
fn the_life_of_a_listing() {
    let mut table = String::new();
    for (name, listing) in situations() {
        assert_eq!(name, situation(&listing));
        for action in ACTIONS {
            let outcome = match act(action, &listing, NOON) {
                Ok(next) => situation(&next),
                Err(refusal) => format!("✗ {}", refusal.code),
            };
            table.push_str(&format!("{name:<20}{action:<10}{outcome}\n"));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_changed_listing_keeps_its_published_text_until_the_office_agrees() {
    let by_name: std::collections::HashMap<_, _> = situations().into_iter().collect();
    let waiting = &by_name["published+review"];
    assert_eq!(waiting.content, content());
    let refused = act("refuse", waiting, NOON).unwrap();
    assert_eq!((refused.content.clone(), refused.revision.clone()), (content(), Some(changed())));
    assert_eq!(refused.refused, Some(NOON));
    let agreed = act("publish", waiting, NOON).unwrap();
    assert_eq!((agreed.content, agreed.revision), (changed(), None));
}

#[test]
fn four_eyes() {
    let (_, submitted) = situations().swap_remove(1);
    for (by, member) in [("writer", false), ("officer", true)] {
        for verdict in [Verdict::Publish, Verdict::Refuse(vec![Reason::Unclear])] {
            let own = Review { by: by.into(), member, ..decision(&submitted, verdict) };
            assert_eq!(review(&submitted, &own, NOON).unwrap_err().code, "four-eyes");
        }
    }
}

#[test]
fn nobody_approves_a_text_he_has_not_seen() {
    let (_, submitted) = situations().swap_remove(1);
    let seen = decision(&submitted, Verdict::Publish);
    let again = edit(&recall(&submitted, NOON).unwrap(), changed(), NOON).unwrap();
    let again = submit(&again, "writer", due(), NOON).unwrap();
    assert_eq!(review(&again, &seen, NOON).unwrap_err().code, "review-other-version");
}

#[test]
fn a_refusal_needs_its_reasons() {
    let (_, submitted) = situations().swap_remove(1);
    for reasons in [vec![], vec![Reason::Unclear, Reason::Unclear], Reason::ALL[..6].to_vec()] {
        let refusal = review(&submitted, &decision(&submitted, Verdict::Refuse(reasons)), NOON).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), ("review-reasons", Some("reasons")));
    }
    assert!(Reason::ALL.iter().all(|reason| Reason::parse(reason.code()) == Some(*reason)));
}

#[test]
fn an_incomplete_draft_says_what_is_missing() {
    let empty = Listing { content: Content::default(), ..draft(Side::Offer) };
    let fields: Vec<_> = empty
        .content
        .missing(Side::Offer, NOON.date())
        .into_iter()
        .filter_map(|r| r.field.map(|f| f.into_owned()))
        .collect();
    assert_eq!(fields, ["type", "title", "abstract", "segments"]);
    assert_eq!(submit(&empty, "writer", due(), NOON).unwrap_err().code, "listing-type");
    let need = Content { kind: None, maturity: None, ..content() };
    assert!(need.missing(Side::Need, NOON.date()).is_empty());
    let vague = Content { maturity: None, ..content() };
    assert_eq!(vague.missing(Side::Offer, NOON.date())[0].code, "listing-maturity");
}

#[test]
fn limits_are_named_at_their_fields() {
    let over = |patch: Patch| {
        content().apply(patch, Side::Offer).map_err(|list| list[0].field.clone().unwrap_or_default().into_owned())
    };
    let long = |chars: usize| Some("字".repeat(chars));
    for (patch, field) in [
        (Patch { title: long(121), ..Patch::default() }, "title"),
        (Patch { title_en: long(121), ..Patch::default() }, "title_en"),
        (Patch { summary: long(2_001), ..Patch::default() }, "abstract"),
        (Patch { detail: long(20_001), ..Patch::default() }, "detail"),
        (Patch { summary: Some("a\0b".into()), ..Patch::default() }, "abstract"),
        (Patch { maturity: Some(Some(0)), ..Patch::default() }, "maturity"),
        (Patch { maturity: Some(Some(10)), ..Patch::default() }, "maturity"),
        (Patch { segments: Some((0..9).map(|n| format!("s{n}")).collect()), ..Patch::default() }, "segments"),
        (Patch { price_from_fen: Some(Some(-1)), ..Patch::default() }, "price_from"),
        (Patch { price_to_fen: Some(Some(i64::MAX)), ..Patch::default() }, "price_to"),
        (Patch { price_from_fen: Some(Some(2)), price_to_fen: Some(Some(1)), ..Patch::default() }, "price_from"),
        (Patch { keywords: Some((0..21).map(|n| n.to_string()).collect()), ..Patch::default() }, "keywords"),
        (Patch { keywords: Some(vec!["字".repeat(41)]), ..Patch::default() }, "keywords"),
    ] {
        assert_eq!(over(patch), Err(field.to_owned()));
    }
    let just = Patch { title: long(120), summary: long(2_000), detail: long(20_000), ..Patch::default() };
    assert!(content().apply(just, Side::Offer).is_ok());
}

#[test]
fn only_a_result_has_a_maturity() {
    let service = content().apply(Patch { kind: Some(Some(Kind::Service)), ..Patch::default() }, Side::Offer).unwrap();
    assert_eq!(service.maturity, None);
    let need = Content::default().apply(Patch { maturity: Some(Some(3)), ..Patch::default() }, Side::Need);
    assert_eq!(need.unwrap_err()[0].field.as_deref(), Some("maturity"));
}

#[test]
fn typed_words_are_cleaned_not_refused() {
    let patch = Patch {
        title: Some("  两行\r\n标题 ".into()),
        summary: Some("甲\r\n乙\r丙 ".into()),
        keywords: Some(keywords_split("硅片，抛光、 CMP ;硅片;;")),
        segments: Some(vec!["ic".into(), "ic".into(), " ".into()]),
        ..Patch::default()
    };
    let next = content().apply(patch, Side::Offer).unwrap();
    assert_eq!((next.title.as_str(), next.summary.as_str()), ("两行 标题", "甲\n乙\n丙"));
    assert_eq!(next.keywords, ["硅片", "抛光", "CMP"]);
    assert_eq!(next.segments, ["ic"]);
}

#[test]
fn a_publication_ends_with_its_last_day_in_shanghai() {
    let last = NOON.date().plus_days(10);
    let ends = |until| Content { until, ..content() }.expires(NOON).map(Instant::to_minute);
    assert_eq!(ends(Some(last)).unwrap(), format!("{} 00:00", last.plus_days(1)));
    assert_eq!(ends(Some(NOON.date())).unwrap(), format!("{} 00:00", NOON.date().plus_days(1)), "today still counts");
    assert_eq!(ends(None).unwrap(), format!("{} 00:00", NOON.date().plus_days(181)));
    assert_eq!(ends(Some(NOON.date().plus_days(4_000))).unwrap(), format!("{} 00:00", NOON.date().plus_days(366)));
    assert_eq!(ends(Some(NOON.date().plus_days(-1))).unwrap_err().field.as_deref(), Some("until"));
}

#[test]
fn a_listing_that_ended_long_ago_is_looked_at_again() {
    let (_, expired) = situations().swap_remove(5);
    let end = expired.expires.unwrap();
    assert!(renew(&expired, None, end.plus_days(RENEWAL_DAYS_AFTER_EXPIRY_MAX)).is_ok());
    let late = renew(&expired, None, end.plus_days(RENEWAL_DAYS_AFTER_EXPIRY_MAX).plus_ms(1));
    assert_eq!(late.unwrap_err().code, "listing-expired-long");
}

#[test]
fn drafts_are_limited() {
    let new = Begin {
        id: "l2".into(),
        side: Side::Need,
        organisation: "o1".into(),
        city: None,
        office: Office::Joint,
        content: Content::default(),
        by: "writer".into(),
        demo: false,
    };
    assert!(begin(new.clone(), DRAFTS_PER_ORGANISATION_MAX - 1, NOON).is_ok());
    assert_eq!(begin(new, DRAFTS_PER_ORGANISATION_MAX, NOON).unwrap_err().code, "listing-drafts-max");
}

fn holds(listing: &Listing) -> Result<(), String> {
    let rules = [
        (
            "a version in review is the last one submitted",
            listing.waiting.as_ref().is_none_or(|w| w.version == listing.version),
        ),
        ("submitted means in review", listing.state != State::Submitted || listing.waiting.is_some()),
        (
            "drafts and withdrawn ones do not wait",
            !matches!(listing.state, State::Draft | State::Withdrawn) || listing.waiting.is_none(),
        ),
        ("only a published text has a revision", listing.revision.is_none() || listing.is_public()),
        ("a public text was reviewed", !listing.is_public() || listing.version > 0),
        ("a public text has an end after its beginning", !listing.is_public() || listing.expires > listing.published),
        (
            "a public text is complete",
            !listing.is_public() || listing.content.missing(listing.side, Date::new(1900, 1, 1).unwrap()).is_empty(),
        ),
        ("what waits has no open refusal", listing.waiting.is_none() || listing.refused.is_none()),
    ];
    match rules.iter().find(|(_, held)| !held) {
        Some((rule, _)) => Err(format!("{rule}: {listing:?}")),
        None => Ok(()),
    }
}

proptest! {
    /// Goal: no sequence of actions reaches an illegal state. Method: random actions with time passing between
    /// them; after each the invariants hold, and a refused action has changed nothing that anybody can see.
    #[test]
    fn no_sequence_reaches_an_illegal_state(side in 0usize..2, steps in prop::collection::vec((0usize..8, 0i64..90), 1..60)) {
        let mut listing = draft(Side::ALL[side]);
        let mut now = NOON;
        for (action, days) in steps {
            now = now.plus_days(days);
            let at = if ACTIONS[action] == "expire" { expire(&listing, now) } else { act(ACTIONS[action], &listing, now) };
            if let Ok(next) = at {
                prop_assert!(next.version >= listing.version);
                prop_assert!(next.updated >= listing.updated);
                prop_assert_eq!((&next.id, next.side, &next.organisation), (&listing.id, listing.side, &listing.organisation));
                listing = next;
            }
            prop_assert_eq!(holds(&listing), Ok(()));
        }
    }

    /// Goal: cleaning is stable. Method: applying the cleaned content again changes nothing.
    #[test]
    fn cleaning_twice_is_cleaning_once(title in "\\PC{0,40}", summary in "[\\PC\r\n ]{0,80}", words in prop::collection::vec("\\PC{0,12}", 0..8)) {
        let patch = |c: &Content| Patch { title: Some(c.title.clone()), summary: Some(c.summary.clone()), keywords: Some(c.keywords.clone()), ..Patch::default() };
        let raw = Content { title, summary, keywords: words, ..Content::default() };
        if let Ok(once) = Content::default().apply(patch(&raw), Side::Need) {
            prop_assert_eq!(Content::default().apply(patch(&once), Side::Need), Ok(once));
        }
    }
}
