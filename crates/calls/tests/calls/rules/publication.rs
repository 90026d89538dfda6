//! Publication: what differs is what is published, tags follow from it, and nothing protected is ever told.
//!
//! The story of a sensor firm that stays unnamed until it awards two teams is kept as files that independent judges read
//! (`tests-calls/run.py`). They are written by `YILANG_GOLDEN=write cargo test`, and every run checks that the same bytes
//! come out.

mod facts;

use calls::rules::award::AwardState;
use calls::rules::call::{Call, CallState, Step};
use calls::rules::objection::{ObjectionState, Verdict};
use calls::rules::publication::{
    Facts, Known, Next, changed, closed, grants, ocid_number, release, snapshot, status_gone,
};
use disclosure::{History, Issue, Json, Listing, Record, TenderStatus, compiled};
use facts::{
    BASE, OWNER_NAME, PROTECTED, amended, at, awarded, call, day, fen, house, objection, opened, paid, signed,
};
use kernel::{Instant, Locale};
use proptest::prelude::*;
use std::path::Path;

/// A process as it is published, release by release.
#[derive(Default)]
struct Process(Vec<Json>);

impl Process {
    fn known(&self) -> Known {
        let Some(_) = self.0.last() else { return Known::default() };
        let last = i64::try_from(self.0.len()).expect("few");
        Known { compiled: Some(compiled(&self.0).expect("they merge")), last: last.to_string(), date_ms: day(last) }
    }

    /// Publishes what has changed; the tags of the new release.
    fn publish(&mut self, facts: &Facts) -> Vec<String> {
        let (known, id) = (self.known(), (self.0.len() + 1).to_string());
        let next = Next { id: &id, at: known.after(day(i64::try_from(self.0.len()).expect("few") + 1)) };
        let made = release(facts, &known, next, &house()).expect("it can be published");
        let Some(made) = made else { return Vec::new() };
        let tags = tags(&made);
        self.0.push(made);
        // What is published comes to what is true, and asking again gives nothing.
        let now = self.known().compiled.expect("a release");
        assert_eq!(changed(Some(&now), &snapshot(facts, &known, next, &house()).expect("a snapshot")), None);
        tags
    }
}

fn tags(release: &Json) -> Vec<String> {
    let text = |tag: &Json| tag.as_text().expect("a text").to_owned();
    release.at("/tag").expect("tags").items().iter().map(text).collect()
}

fn story() -> Process {
    let mut process = Process::default();
    let open = opened();
    assert_eq!(process.publish(&open), ["planning", "tender"]);
    assert_eq!(process.publish(&open), Vec::<String>::new(), "nothing has changed");
    let asked = Facts { answered: Some((Instant::from_ms(day(3)), Instant::from_ms(day(3)))), ..open };
    assert_eq!(process.publish(&asked), ["tenderUpdate"]);
    let open = amended(asked);
    assert_eq!(process.publish(&open), ["tenderAmendment"]);
    let closed = at(&open, CallState::Closed);
    assert_eq!(process.publish(&closed), ["tenderUpdate"]);
    let checking = Facts { answers: Some(6), ..at(&closed, CallState::Checking) };
    assert_eq!(process.publish(&checking), ["tenderUpdate"]);
    for state in [CallState::Review, CallState::Interview, CallState::Selection] {
        assert_eq!(process.publish(&at(&checking, state)), Vec::<String>::new(), "{state:?} is nobody's business");
    }
    let award = awarded(&checking);
    assert_eq!(process.publish(&award), ["planningUpdate", "award"], "now the owner's part of the money has a name");
    let judged = Facts { objections: vec![objection(ObjectionState::Decided, Some(Verdict::Dismiss))], ..award };
    assert_eq!(process.publish(&judged), ["tenderUpdate"]);
    let confirmed = at(&judged, CallState::Contracting);
    assert_eq!(process.publish(&confirmed), ["awardUpdate"]);
    let signed = signed(confirmed);
    assert_eq!(process.publish(&signed), ["contract"]);
    let paid = paid(signed);
    assert_eq!(process.publish(&paid), ["implementation"]);
    let mut done = at(&paid, CallState::Finished);
    done.winners.iter_mut().for_each(|winner| winner.award.state = AwardState::Done);
    assert_eq!(process.publish(&done), ["contractTermination"]);
    process
}

#[test]
fn every_event_has_its_release_and_says_what_happened() {
    let releases = story().0;
    let at = |release: usize, path: &str| releases[release].at(path).map(Json::to_line).unwrap_or_default();
    assert_eq!(at(2, "/tender/amendments/0/amendsReleaseID"), "\"2\"");
    assert_eq!(at(2, "/tender/amendments/0/releaseID"), "\"3\"");
    assert_eq!(at(2, "/tender/eligibilityCriteria"), "null", "what is gone is taken away");
    assert_eq!(at(2, "/tender/amendments/0/description"), "\"变更：截止时间、保密内容。\"");
    assert_eq!(at(0, "/tender/numberOfTenderers"), "", "nobody learns how many have answered before the opening");
    assert_eq!(at(4, "/tender/numberOfTenderers"), "6");
    assert_eq!(at(5, "/awards/1/status"), "\"pending\"");
    assert_eq!(at(7, "/awards"), r#"[{"id":"A-1","status":"active"},{"id":"A-2","status":"active"}]"#);
    assert_eq!(at(5, "/awards/1/value/amount"), "300000.01");
    let ids: Vec<_> = releases.iter().map(|one| one.at("/id").and_then(Json::as_text).unwrap().to_owned()).collect();
    assert_eq!(ids, (1..=releases.len()).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn an_unnamed_owner_is_nobody_until_the_award() {
    let releases = story().0;
    for release in &releases[..5] {
        let text = release.to_line();
        assert!(!text.contains(OWNER_NAME) && !text.contains("91330400MA29000012"), "{text}");
        assert!(!text.contains("\"id\":\"owner\""), "{text}");
    }
    let first = &releases[0];
    assert_eq!(first.at("/buyer/id"), Some(&"city-990100".into()));
    assert_eq!(first.at("/tender/procuringEntity/id"), Some(&"joint-office".into()));
    assert!(first.to_line().contains("出题方（立项前不公开名称）不超过 400000.00 元"));
    assert_eq!(first.at("/planning/budget/amount/amount").map(Json::to_line).as_deref(), Some("1000000.01"));
    let award = &releases[5];
    assert_eq!(award.at("/buyer/name"), Some(&OWNER_NAME.into()));
}

#[test]
fn what_is_protected_is_in_no_release() {
    let text = Json::List(story().0).to_line();
    for words in PROTECTED {
        assert!(!text.contains(words), "{words} is published");
    }
    let rows = grants(&finished(), Instant::from_ms(day(200))).unwrap();
    let rows: Vec<String> = rows.iter().map(|row| row.to_json(&house(), Locale::ZhCn).unwrap().to_line()).collect();
    for words in PROTECTED {
        assert!(!rows.concat().contains(words), "{words} is in a grant");
    }
}

#[test]
fn an_objection_is_told_once_it_is_decided_and_never_in_its_words() {
    let facts = awarded(&opened());
    for state in [ObjectionState::Filed, ObjectionState::Admitted, ObjectionState::Judged] {
        let facts = Facts { objections: vec![objection(state, None)], ..facts.clone() };
        let next = Next { id: "1", at: Instant::from_ms(day(45)) };
        let now = snapshot(&facts, &Known::default(), next, &house()).unwrap();
        assert!(!now.to_line().contains("objection-1"));
    }
}

#[test]
fn an_upheld_objection_cancels_the_award() {
    let mut process = Process::default();
    let award = awarded(&Facts { answers: Some(2), ..opened() });
    process.publish(&award);
    let mut undone = at(&award, CallState::Selection);
    undone.winners.iter_mut().for_each(|winner| winner.award.state = AwardState::Void);
    assert_eq!(process.publish(&undone), ["awardCancellation"]);
    assert!(grants(&undone, Instant::from_ms(day(50))).unwrap().is_empty(), "no grant comes of it");
    let none = Facts {
        call: Call { reason: "没有合格方案。".into(), ..at(&undone, CallState::NoAward).call },
        ..undone
    };
    assert_eq!(process.publish(&none), ["tenderUpdate"]);
    let now = process.known().compiled.unwrap();
    assert_eq!(now.at("/tender/status"), Some(&"unsuccessful".into()));
}

#[test]
fn an_award_on_notice_is_no_grant_and_money_that_comes_back_is_told() {
    assert!(grants(&awarded(&opened()), Instant::from_ms(0)).unwrap().is_empty());
    let mut facts = finished();
    let mut back = facts.winners[0].moved[0].clone();
    (back.back, back.amount) = (true, fen(4_000_000));
    facts.winners[0].moved.push(back);
    let rows = grants(&facts, Instant::from_ms(day(260))).unwrap();
    assert_eq!(
        rows.iter().map(|row| row.amount.get()).collect::<Vec<_>>(),
        [24_000_000, 36_000_000, 12_000_000, 18_000_001]
    );
    assert_eq!(rows[0].paid.iter().map(|paid| paid.amount.get()).sum::<i64>(), 20_000_000);
    let mut process = Process::default();
    process.publish(&finished());
    assert_eq!(process.publish(&facts), ["implementation"]);
    let release = process.0.last().unwrap();
    assert_eq!(
        release.at("/contracts/0/implementation/transactions/0/payer/name"),
        Some(&"甲市标定技术有限公司".into())
    );
    assert_eq!(release.at("/contracts/0/implementation/transactions/0/payee/name"), Some(&OWNER_NAME.into()));
}

fn finished() -> Facts {
    paid(signed(at(&awarded(&Facts { answers: Some(6), ..amended(opened()) }), CallState::Contracting)))
}

#[test]
fn a_call_that_is_taken_away_says_so_and_nothing_else() {
    let mut process = Process::default();
    let next = Next { id: "2", at: Instant::from_ms(day(2)) };
    let gone = |known: &Known, step| closed(known, status_gone(Some(step)), "需求变化。", next, &house()).unwrap();
    assert_eq!(gone(&process.known(), Step::Withdraw), None, "nobody knew of it");
    process.publish(&opened());
    let released = gone(&process.known(), Step::Withdraw).unwrap();
    assert_eq!(tags(&released), ["tenderCancellation"]);
    assert_eq!(released.at("/tender/status"), Some(&TenderStatus::Cancelled.code().into()));
    assert_eq!(released.at("/tender/documents/0/description"), Some(&"需求变化。".into()));
    assert_eq!(released.at("/planning"), None, "it may be a draft again");
    process.0.push(released);
    assert_eq!(gone(&process.known(), Step::Withdraw), None, "it is told once");
    let missed = gone(&process.known(), Step::Miss).unwrap();
    assert_eq!(
        (tags(&missed), missed.at("/tender/status")),
        (vec!["tenderUpdate".into()], Some(&"unsuccessful".into()))
    );
    let again = Facts { call: Call { version: 3, ..call() }, ..opened() };
    assert_eq!(process.publish(&again), ["tenderUpdate"], "released again: the same process");
    assert_eq!(process.known().compiled.unwrap().at("/tender/status"), Some(&"active".into()));
}

#[test]
fn numbers_become_identifiers() {
    assert_eq!(ocid_number("JB-2026-0001"), "JB-2026-0001");
    assert_eq!(ocid_number("示例-JB-2026-0001"), "demo-JB-2026-0001");
    assert!(house().ocid(&ocid_number("示例-JB-2026-0001")).is_ok());
    assert_eq!(ocid_number("甲#1 乙"), "1");
}

#[test]
fn dates_of_releases_never_go_back() {
    let known = Known { compiled: None, last: "1".into(), date_ms: 500 };
    assert_eq!(known.after(400).ms(), 501);
    assert_eq!(known.after(900).ms(), 900);
    assert_eq!(Known::default().after(400).ms(), 400);
}

/// Holds a file against what is made now.
fn same(name: &str, made: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let path = folder.join(name);
    if std::env::var("YILANG_GOLDEN").is_ok_and(|how| how == "write") {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{name} differs; write it anew with YILANG_GOLDEN=write and look at the difference");
}

#[test]
fn the_story_as_files_for_judges() {
    let releases = story().0;
    let uri = format!("{BASE}/api/v1/ocds/releases/c1");
    let issue = Issue { uri: &uri, published: Instant::from_ms(day(12)) };
    same("release-package.json", &house().release_package(issue, &releases).unwrap().to_pretty());
    let addresses: Vec<String> = (1..=releases.len()).map(|n| format!("{uri}/{n}")).collect();
    let record = Record { releases: &releases, listing: Listing::Embedded, history: History::Valid };
    let uri = format!("{BASE}/api/v1/ocds/records/c1");
    let issue = Issue { uri: &uri, ..issue };
    same("record-package.json", &house().record_package(issue, &addresses, &[record]).unwrap().to_pretty());
    let rows = grants(&finished(), Instant::from_ms(day(200))).unwrap();
    let uri = format!("{BASE}/api/v1/grants.json");
    let issue = Issue { uri: &uri, ..issue };
    for (name, locale) in [("grants.json", Locale::ZhCn), ("grants-en.json", Locale::En)] {
        let lines: Vec<Json> = rows.iter().map(|row| row.to_json(&house(), locale).unwrap()).collect();
        same(name, &house().grants_package_of(issue, lines, locale).unwrap().to_pretty());
    }
}

/// Small trees in which objects, lists by identifier and single values come and go.
fn tree() -> impl Strategy<Value = Json> {
    let text = prop_oneof!["[a-c]", "[x-z]{2}"].prop_map(Json::Text);
    let object = |pairs: Vec<(&'static str, Json)>| Json::Object(pairs.into_iter().collect());
    let item = (0..3_u8, text.clone())
        .prop_map(move |(id, value)| object(vec![("id", Json::Text(format!("i{id}"))), ("title", value)]));
    let items = proptest::collection::vec(item, 0..4).prop_map(|mut items| {
        items.sort_by_key(|one| one.at("/id").map(Json::to_line));
        items.dedup_by_key(|one| one.at("/id").map(Json::to_line));
        items
    });
    (text.clone(), proptest::option::of(text.clone()), proptest::option::of(text), items).prop_map(
        move |(title, description, start, items)| {
            let mut tender = vec![("id", "1".into()), ("title", title)];
            tender.extend(description.map(|description| ("description", description)));
            tender.extend(
                start.map(|start| ("tenderPeriod", Json::Object([("startDate", start)].into_iter().collect()))),
            );
            if !items.is_empty() {
                tender.push(("documents", Json::List(items)));
            }
            let tag = Json::List(vec!["tender".into()]);
            object(vec![
                ("ocid", "ocds-213czf-1".into()),
                ("id", "1".into()),
                ("date", "2026-03-16T00:00:00+08:00".into()),
                ("tag", tag),
                ("tender", object(tender)),
            ])
        },
    )
}

proptest! {
    /// Goal: whatever the states in between, what is published comes to the last one, but for items that a list has lost.
    /// Method: a few random states, each published as what differs.
    #[test]
    fn differences_merge_to_the_state(states in proptest::collection::vec(tree(), 1..6)) {
        let mut releases: Vec<Json> = Vec::new();
        for state in &states {
            let known = if releases.is_empty() { None } else { Some(compiled(&releases).unwrap()) };
            releases.extend(changed(known.as_ref(), state));
            let now = compiled(&releases).unwrap();
            for path in ["/tender/title", "/tender/description", "/tender/tenderPeriod/startDate"] {
                prop_assert_eq!(now.at(path), state.at(path), "{}", path);
            }
            let listed = now.at("/tender/documents").map(Json::items).unwrap_or_default();
            for item in state.at("/tender/documents").map(Json::items).unwrap_or_default() {
                prop_assert!(listed.contains(item));
            }
            prop_assert_eq!(changed(Some(&now), state), None);
        }
    }
}
