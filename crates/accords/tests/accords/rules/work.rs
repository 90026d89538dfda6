//! Tables of meetings, items and supervision.

use accords::rules::end_of;
use accords::rules::item::{self, ActionItem, CloseCommand, ItemDraft, ItemState, ReportDraft, close, report};
use accords::rules::meeting::{
    self, Attendance, Meeting, MeetingHead, MeetingPatch, MeetingState, RESOLUTIONS_MAX, Record, ResolutionDraft,
    publish, resolve, revise,
};
use accords::rules::supervision::{self, IssueCommand, Supervision, SupervisionState, Tally, tally};
use kernel::{Adcode, By, Date, DayKind, Instant, Refusal, WorkCalendar};
use proptest::prelude::*;

const A: &str = "990100";
const B: &str = "990200";

fn now() -> Instant {
    Date::parse("2026-03-16").unwrap().start().plus_ms(9 * 3_600_000)
}

fn by() -> By<'static> {
    By { account: "o", name: "办公室", demo: false, now: now() }
}

fn member(city: Adcode) -> bool {
    [A, B].contains(&city.to_string().as_str())
}

fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> (&'static str, String) {
    let refusal = result.unwrap_err();
    (refusal.code, refusal.field.map(|field| field.into_owned()).unwrap_or_default())
}

fn head() -> MeetingHead {
    MeetingHead {
        title: "第一次会议".into(),
        day: "2026-03-10".into(),
        place: "甲市".into(),
        chair: A.into(),
        ..MeetingHead::default()
    }
}

fn kept() -> Meeting {
    let begun = meeting::begin("m", &head(), &member, by()).unwrap();
    let patch = MeetingPatch {
        attendance: Some(Attendance { attendees: vec![A.into(), "joint".into()], ..Attendance::default() }),
        record: Some(Record { agenda: "一、协议".into(), minutes: "通过".into() }),
        ..MeetingPatch::default()
    };
    revise(&begun, &patch, &member, by()).unwrap()
}

#[test]
fn a_meeting_is_published_once_and_whole() {
    for (head, expected) in [
        (MeetingHead { title: String::new(), ..head() }, ("needed", "title")),
        (MeetingHead { day: "三月".into(), ..head() }, ("date-shape", "day")),
        (MeetingHead { place: String::new(), ..head() }, ("needed", "place")),
        (MeetingHead { chair: "310117".into(), ..head() }, ("city-not-member", "chair")),
    ] {
        assert_eq!(code(meeting::begin("m", &head, &member, by())), (expected.0, expected.1.to_owned()));
    }
    let nobody = MeetingPatch { attendance: Some(Attendance::default()), ..MeetingPatch::default() };
    assert_eq!(code(revise(&kept(), &nobody, &member, by())), ("attendees-none", "attendees".to_owned()));
    assert_eq!(code(publish(&Meeting { day: now().date().plus_days(1), ..kept() }, now())).0, "meeting-ahead");
    assert_eq!(code(publish(&Meeting { minutes: String::new(), ..kept() }, now())).0, "meeting-incomplete");
    assert_eq!(code(publish(&Meeting { attendees: vec![B.into()], ..kept() }, now())).0, "chair-absent");
    let draft = ResolutionDraft { title: "决议".into(), text: "同意".into(), ..ResolutionDraft::default() };
    assert_eq!(resolve("r", &kept(), 2, &draft, now()).unwrap().number, 3);
    assert_eq!(code(resolve("r", &kept(), RESOLUTIONS_MAX, &draft, now())).0, "resolutions-many");
    let open = publish(&kept(), now()).unwrap();
    assert_eq!(open.state, MeetingState::Published);
    assert_eq!(code(publish(&open, now())).0, "meeting-published");
    assert_eq!(code(revise(&open, &MeetingPatch::default(), &member, by())).0, "meeting-published");
    assert_eq!(code(resolve("r", &open, 0, &draft, now())).0, "meeting-published");
}

fn draft() -> ItemDraft {
    ItemDraft {
        meeting: "m".into(),
        title: "平台互通".into(),
        target: "四个平台接入".into(),
        lead: A.into(),
        partners: vec![B.into(), A.into()],
        deadline: "2026-04-01".into(),
        ..ItemDraft::default()
    }
}

fn begun() -> ActionItem {
    item::begin("i", &draft(), &member, by()).unwrap()
}

fn told(city: &str, percent: &str) -> ReportDraft {
    ReportDraft { city: city.into(), percent: percent.into(), text: "进展".into(), ..ReportDraft::default() }
}

#[test]
fn an_item_has_a_lead_a_target_and_a_deadline_ahead() {
    for (draft, expected) in [
        (ItemDraft { lead: String::new(), ..draft() }, ("item-lead", "lead")),
        (ItemDraft { lead: "310117".into(), ..draft() }, ("city-not-member", "lead")),
        (ItemDraft { partners: vec!["310117".into()], ..draft() }, ("city-not-member", "partners")),
        (ItemDraft { deadline: "2026-03-16".into(), ..draft() }, ("deadline-past", "deadline")),
        (ItemDraft { target: " ".into(), ..draft() }, ("needed", "target")),
        (ItemDraft { meeting: String::new(), ..draft() }, ("item-origin", "meeting")),
    ] {
        assert_eq!(code(item::begin("i", &draft, &member, by())), (expected.0, expected.1.to_owned()));
    }
    let item = begun();
    assert_eq!(item.partners.len(), 1, "whoever leads is no partner");
    assert!(!item.late_at(item.deadline) && item.late_at(item.deadline.plus_days(1)));
    assert!(!ActionItem { state: ItemState::Done, ..item.clone() }.late_at(item.deadline.plus_days(1)));
}

#[test]
fn progress_is_reported_in_order_by_a_city_of_the_item() {
    let item = begun();
    for (draft, expected) in [
        (told("310117", "10"), ("item-city", "city")),
        (told(A, "101"), ("percent-shape", "percent")),
        (told(A, "-1"), ("percent-shape", "percent")),
        (told(A, "4.5"), ("percent-shape", "percent")),
        (told(A, ""), ("percent-shape", "percent")),
        (ReportDraft { text: String::new(), ..told(A, "10") }, ("needed", "text")),
        (ReportDraft { day: "2026-03-17".into(), ..told(A, "10") }, ("report-ahead", "day")),
        (ReportDraft { day: "2026-03-01".into(), ..told(A, "10") }, ("report-order", "day")),
    ] {
        let last = Date::parse("2026-03-02").ok();
        assert_eq!(code(report("r", &item, last, &draft, by())), (expected.0, expected.1.to_owned()));
    }
    let (one, next) = report("r", &item, None, &told(B, "40%"), by()).unwrap();
    assert_eq!((one.percent, next.percent, one.day), (40, 40, now().date()));
    let word = |outcome: &str, remark: &str| CloseCommand { outcome: outcome.into(), remark: remark.into() };
    assert_eq!(code(close(&next, false, &word("done", ""), by())).0, "item-short");
    assert_eq!(code(close(&next, false, &word("dropped", ""), by())), ("reason-needed", "remark".to_owned()));
    assert_eq!(code(close(&next, false, &word("open", ""), by())), ("item-outcome", "outcome".to_owned()));
    assert_eq!(code(close(&next, true, &word("dropped", "不再需要"), by())).0, "item-supervised");
    let (_, reached) = report("r", &next, None, &told(A, "100"), by()).unwrap();
    let done = close(&reached, false, &word("done", ""), by()).unwrap();
    assert_eq!(code(close(&done, false, &word("done", ""), by())).0, "item-closed");
    assert_eq!(code(report("r", &done, None, &told(A, "100"), by())).0, "item-closed");
}

fn calendar() -> WorkCalendar {
    // Thursday 19 March rests, Saturday 21 March works.
    let day = |text: &str| Date::parse(text).unwrap();
    WorkCalendar::new([2026], [(day("2026-03-19"), DayKind::Holiday), (day("2026-03-21"), DayKind::Workday)])
}

fn ask(days: &str) -> IssueCommand {
    IssueCommand { text: "请说明进度".into(), workdays: days.into(), ..IssueCommand::default() }
}

fn issued(days: &str) -> Supervision {
    supervision::issue("s", &begun(), &[], &ask(days), &calendar(), by()).unwrap()
}

#[test]
fn the_term_is_counted_in_working_days() {
    for (days, last) in [("1", "2026-03-17"), ("3", "2026-03-20"), ("4", "2026-03-21"), ("", "2026-03-23")] {
        let round = issued(days);
        assert_eq!(round.due_ms, end_of(Date::parse(last).unwrap()).ms(), "{days}");
        assert!(!round.late_at(Instant::from_ms(round.due_ms)) && round.late_at(Instant::from_ms(round.due_ms + 1)));
    }
    for days in ["0", "61", "-1", "two"] {
        let refused = supervision::issue("s", &begun(), &[], &ask(days), &calendar(), by());
        assert_eq!(code(refused), ("workdays-shape", "workdays".to_owned()), "{days}");
    }
}

#[test]
fn a_round_is_issued_answered_and_closed_or_asked_again() {
    let item = begun();
    let issue = |item: &ActionItem, before: &[Supervision], command: IssueCommand| {
        supervision::issue("s", item, before, &command, &calendar(), by())
    };
    let done = ActionItem { state: ItemState::Done, ..item.clone() };
    assert_eq!(code(issue(&done, &[], ask("5"))).0, "item-closed", "nothing finished is supervised");
    let elsewhere = IssueCommand { city: "310117".into(), ..ask("5") };
    assert_eq!(code(issue(&item, &[], elsewhere)).0, "item-city");
    assert_eq!(code(issue(&item, &[], IssueCommand { text: String::new(), ..ask("5") })).0, "needed");
    let first = issued("3");
    assert_eq!((first.city.to_string().as_str(), first.round), (A, 1));
    let running = std::slice::from_ref(&first);
    assert_eq!(code(issue(&item, running, ask("5"))).0, "supervision-running");
    let other = IssueCommand { city: B.into(), ..ask("5") };
    assert!(issue(&item, running, other).is_ok(), "another city is another matter");
    let repeat = |old: &Supervision, now: Instant| {
        supervision::repeat("t", old, &item, std::slice::from_ref(old), &ask("2"), &calendar(), By { now, ..by() })
    };
    assert_eq!(code(supervision::close(&first, "", now())).0, "supervision-unanswered");
    assert_eq!(code(repeat(&first, now())).0, "supervision-unanswered");
    assert_eq!(code(supervision::answer(&first, " ", by())), ("needed", "answer".to_owned()));
    let answered = supervision::answer(&first, "已加快", by()).unwrap();
    assert_eq!(code(supervision::answer(&answered, "再答", by())).0, "supervision-answered");
    let closed = supervision::close(&answered, "同意", now()).unwrap();
    assert_eq!(closed.state, SupervisionState::Closed);
    assert_eq!(code(supervision::close(&closed, "", now())).0, "supervision-closed");
    assert_eq!(code(repeat(&closed, now())).0, "supervision-closed");
    for old in [answered, first] {
        let (over, next) = repeat(&old, now().plus_days(10)).unwrap();
        assert_eq!((over.state, next.round, next.state), (SupervisionState::Repeated, 2, SupervisionState::Issued));
    }
}

#[test]
fn counts_tell_each_city_its_own() {
    let late = now().plus_days(30);
    let running = issued("3");
    let answered = supervision::answer(&issued("3"), "已加快", by()).unwrap();
    let slow = supervision::answer(&issued("3"), "抱歉", By { now: late, ..by() }).unwrap();
    let cities = [A, B].map(|code| Adcode::parse(code).unwrap());
    let counts = tally(&cities, &[running, answered, slow], late);
    assert_eq!(counts[0], (cities[0], Tally { issued: 3, waiting: 1, late: 2 }));
    assert_eq!(counts[1], (cities[1], Tally::default()));
}

proptest! {
    /// A term in working days never ends on a day of rest, and never before that many days have passed.
    #[test]
    fn no_term_ends_on_a_day_of_rest(start in 0_i64..700, days in 1_u32..=60) {
        let by = By { now: now().plus_days(start), ..by() };
        let item = ActionItem { deadline: by.now.date().plus_days(1), ..begun() };
        let round = supervision::issue("s", &item, &[], &ask(&days.to_string()), &calendar(), by).unwrap();
        let last = Instant::from_ms(round.due_ms).date();
        prop_assert!(calendar().is_workday(last));
        prop_assert_eq!(calendar().between(by.now.date(), last), days);
    }
}
