use super::*;
use crate::rules::decision::DeclineCommand;
use kernel::Instant;
use proptest::prelude::*;

fn known() -> Known<'static> {
    Known { city: &|code| code.number() == 310_117 || code.number() == 330_400, segment: &|id| id == "ic" }
}

fn by(organisation: &'static str) -> By<'static> {
    By { account: "u1", organisation, demo: true, now_ms: Date::parse("2026-05-10").unwrap().start().ms() }
}

fn project() -> Project {
    let draft = ProjectDraft {
        title: "示例薄膜".into(),
        about: "压电薄膜".into(),
        centre: "centre".into(),
        ..ProjectDraft::default()
    };
    create("p1", "lab", &draft, &by("lab"), &known()).unwrap()
}

fn published() -> Project {
    Project { state: ProjectState::Published, ..project() }
}

fn yes() -> Answer {
    Answer { decision: "accept".into(), ..Answer::default() }
}

fn no(reason: &str, remark: &str) -> Answer {
    Answer { decision: "decline".into(), why: DeclineCommand { reason: reason.into(), remark: remark.into() } }
}

fn done() -> StepDraft {
    StepDraft {
        stage: "lab".into(),
        city: "310117".into(),
        day: "2026-05-10".into(),
        note: "样品测试".into(),
        evidence: "示例检测报告 1 号".into(),
        done: true,
        ..StepDraft::default()
    }
}

fn planned() -> StepDraft {
    StepDraft { stage: "pilot".into(), note: "中试".into(), ..StepDraft::default() }
}

fn add(project: &Project, steps: &[Step], draft: &StepDraft, organisation: &'static str) -> Result<Step, Refusal> {
    step("s1", project, steps, draft, &by(organisation), &known())
}

#[test]
fn a_project_says_what_it_is() {
    for (draft, code, field) in [
        (ProjectDraft::default(), "needed", "title"),
        (ProjectDraft { title: "薄膜".into(), ..ProjectDraft::default() }, "demo-name", "title"),
        (ProjectDraft { title: "示例薄膜".into(), ..ProjectDraft::default() }, "needed", "about"),
        (
            ProjectDraft {
                title: "示例".into(),
                about: "一".into(),
                segments: vec!["x".into()],
                ..ProjectDraft::default()
            },
            "segment-unknown",
            "segments",
        ),
    ] {
        let refusal = create("p1", "lab", &draft, &by("lab"), &known()).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
}

#[test]
fn what_is_done_is_proven() {
    for (draft, code, field) in [
        (StepDraft { stage: "dream".into(), ..done() }, "poc-stage", "stage"),
        (StepDraft { city: "".into(), ..done() }, "poc-city", "city"),
        (StepDraft { city: "1".into(), ..done() }, "city-unknown", "city"),
        (StepDraft { day: "".into(), ..done() }, "date-shape", "day"),
        (StepDraft { day: "2026-05-11".into(), ..done() }, "poc-day", "day"),
        (StepDraft { evidence: " ".into(), ..done() }, "poc-evidence", "evidence"),
        (StepDraft { note: "".into(), ..done() }, "needed", "note"),
    ] {
        let refusal = add(&project(), &[], &draft, "lab").unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
    assert_eq!(add(&project(), &[], &done(), "lab").unwrap().state, StepState::Done);
    assert_eq!(add(&project(), &[], &done(), "centre").unwrap_err().code, "poc-state", "it has not agreed yet");
    let agreed = centre_answer(&project(), &yes(), "u2", 9).unwrap();
    assert_eq!(add(&agreed, &[], &done(), "centre").unwrap().state, StepState::Done, "the centre is one of its own");
}

#[test]
fn others_propose_and_the_owner_answers() {
    assert_eq!(add(&project(), &[], &planned(), "fab").unwrap_err().code, "poc-state", "a draft is not theirs to see");
    assert_eq!(add(&published(), &[], &done(), "fab").unwrap_err().code, "poc-own-done");
    let proposal = add(&published(), &[], &planned(), "fab").unwrap();
    assert_eq!(proposal.state, StepState::Proposed);
    assert_eq!(add(&published(), &vec![proposal.clone(); 5], &planned(), "fab").unwrap_err().code, "proposals-many");
    assert!(add(&published(), &vec![proposal.clone(); 5], &planned(), "lab").is_ok());
    assert_eq!(finish(&published(), &proposal, "报告", "").unwrap_err().code, "poc-not-planned");
    assert_eq!(answer(&project(), &proposal, &yes(), 9).unwrap_err().code, "poc-state");
    for (typed, code, field) in [
        (Answer::default(), "decision-unknown", "decision"),
        (no("", ""), "reason-needed", "reason"),
        (no("because", ""), "reason-needed", "reason"),
        (no("other", ""), "remark-needed", "remark"),
    ] {
        let refusal = answer(&published(), &proposal, &typed, 9).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
        let refusal = centre_answer(&published(), &typed, "u2", 9).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
    let declined = answer(&published(), &proposal, &no("taken", "已与他方签约"), 9).unwrap();
    assert_eq!(
        (declined.state, declined.reason, declined.answered_ms),
        (StepState::Declined, Some(Reason::Taken), Some(9))
    );
    assert_eq!(declined.remark, "已与他方签约");
    assert_eq!(answer(&published(), &declined, &yes(), 9).unwrap_err().code, "poc-answered");
}

fn finish(project: &Project, step: &Step, evidence: &str, city: &str) -> Result<Step, Refusal> {
    let typed = Completion { day: "2026-05-10".into(), evidence: evidence.into(), city: city.into() };
    complete(project, step, &typed, by("lab").now_ms, &known())
}

#[test]
fn a_plan_without_a_city_gets_one_when_it_is_done() {
    let proposal = add(&published(), &[], &planned(), "fab").unwrap();
    let agreed = answer(&published(), &proposal, &yes(), 9).unwrap();
    assert_eq!(agreed.city, None);
    assert_eq!(finish(&published(), &agreed, "报告", "").unwrap_err().code, "poc-city");
    assert_eq!(finish(&published(), &agreed, "报告", "1").unwrap_err().code, "city-unknown");
    assert_eq!(finish(&published(), &agreed, "", "330400").unwrap_err().code, "poc-evidence");
    let closed = Project { state: ProjectState::Closed, ..published() };
    assert_eq!(finish(&closed, &agreed, "报告", "330400").unwrap_err().code, "poc-state");
    let done = finish(&published(), &agreed, "报告", "330400").unwrap();
    assert_eq!((done.state, done.city), (StepState::Done, Some(Adcode::parse("330400").unwrap())));
}

#[test]
fn proposals_from_outside_never_fill_the_path() {
    let proposal = add(&published(), &[], &planned(), "fab").unwrap();
    let declined = Step { state: StepState::Declined, ..proposal.clone() };
    let many = vec![declined; PROPOSALS_MAX];
    assert_eq!(add(&published(), &many, &planned(), "fab").unwrap_err().code, "proposals-full");
    assert!(add(&published(), &many, &planned(), "lab").is_ok());
    let path = vec![Step { state: StepState::Planned, ..proposal }; STEPS_MAX];
    assert_eq!(add(&published(), &path, &planned(), "lab").unwrap_err().code, "steps-many");
    assert!(add(&published(), &path, &planned(), "fab").is_ok(), "its own people decide what to do with it");
}

#[test]
fn a_project_opens_with_a_first_step_and_closes_once() {
    assert_eq!(publish(&project(), &[], 9).unwrap_err().code, "poc-first-step");
    let first = add(&project(), &[], &done(), "lab").unwrap();
    let open = publish(&project(), &[first], 9).unwrap();
    assert_eq!(publish(&open, &[], 9).unwrap_err().code, "poc-state");
    assert_eq!(close(&project(), &[], 9).unwrap_err().code, "poc-state");
    let proposal = add(&open, &[], &planned(), "fab").unwrap();
    assert_eq!(close(&open, &[proposal], 10).unwrap_err().code, "poc-proposals-open");
    let closed = close(&open, &[], 10).unwrap();
    assert_eq!(close(&closed, &[], 11).unwrap_err().code, "poc-state");
    assert_eq!(add(&closed, &[], &done(), "lab").unwrap_err().code, "poc-state");
}

#[test]
fn a_centre_is_asked_and_answers_once() {
    let asked = project();
    assert_eq!((asked.centre_asked(), asked.centre_agreed()), (Some("centre"), None));
    assert!(asked.kept_by("lab") && !asked.kept_by("centre"));
    let closed = Project { state: ProjectState::Closed, ..published() };
    assert_eq!(centre_answer(&closed, &yes(), "u2", 9).unwrap_err().code, "poc-state");
    let none = Project { centre: None, ..project() };
    assert_eq!(centre_answer(&none, &yes(), "u2", 9).unwrap_err().code, "poc-centre-answered");
    let agreed = centre_answer(&asked, &yes(), "u2", 9).unwrap();
    assert!(agreed.kept_by("centre") && agreed.updated_ms == 9);
    assert_eq!(centre_answer(&agreed, &yes(), "u2", 9).unwrap_err().code, "poc-centre-answered");
    assert_eq!(centre_ask(&agreed, "other", 9).unwrap_err().code, "poc-centre-agreed");
    let declined = centre_answer(&asked, &no("capacity", ""), "u2", 9).unwrap();
    let centre = declined.centre.clone().unwrap();
    assert_eq!(
        (centre.state, centre.reason, centre.answered_by.as_deref()),
        (CentreState::Declined, Some(Reason::Capacity), Some("u2"))
    );
    assert_eq!(
        (declined.centre_asked(), declined.centre_agreed(), declined.updated_ms),
        (None, None, asked.updated_ms)
    );
    assert_eq!(centre_ask(&asked, "centre", 9).unwrap_err().code, "poc-centre-asked");
    assert_eq!(centre_ask(&closed, "other", 9).unwrap_err().code, "poc-state");
    assert_eq!(centre_ask(&declined, "other", 9).unwrap().centre_asked(), Some("other"));
    assert_eq!(centre_ask(&asked, "other", 9).unwrap().centre_asked(), Some("other"), "one that is silent is replaced");
    assert_eq!(centre_ask(&none, "lab", 9).unwrap().centre_agreed(), Some("lab"), "nobody asks himself");
}

#[test]
fn a_step_is_changed_until_somebody_else_relies_on_it() {
    let revised =
        |project: &Project, old: &Step, draft: &StepDraft| revise(project, old, draft, &by("other"), &known());
    let plan = add(&published(), &[], &planned(), "lab").unwrap();
    let later = StepDraft { day: "2027-01-01".into(), note: "改在明年".into(), done: true, ..planned() };
    let next = revised(&published(), &plan, &later).unwrap();
    assert_eq!((next.id.as_str(), next.entered_by.as_str(), next.note.as_str()), ("s1", "lab", "改在明年"));
    assert_eq!((next.state, next.created_ms), (StepState::Planned, plan.created_ms), "only a completion completes");
    assert_eq!(revised(&published(), &plan, &StepDraft { note: "".into(), ..planned() }).unwrap_err().code, "needed");
    let proposal = add(&published(), &[], &planned(), "fab").unwrap();
    assert_eq!(revised(&published(), &proposal, &later).unwrap().state, StepState::Proposed);
    let closed = Project { state: ProjectState::Closed, ..published() };
    assert_eq!(revised(&closed, &plan, &later).unwrap_err().code, "poc-state");
    for settled in [
        answer(&published(), &proposal, &yes(), 9).unwrap(),
        answer(&published(), &proposal, &no("fit", ""), 9).unwrap(),
        add(&published(), &[], &done(), "lab").unwrap(),
    ] {
        assert_eq!(revised(&published(), &settled, &later).unwrap_err().code, "poc-step-settled");
    }
    let first = add(&project(), &[], &done(), "lab").unwrap();
    let unproven = StepDraft { evidence: "".into(), ..done() };
    assert_eq!(revised(&project(), &first, &unproven).unwrap_err().code, "poc-evidence", "what is done stays proven");
    let other = StepDraft { note: "第二批样品".into(), done: false, ..done() };
    assert_eq!(revised(&project(), &first, &other).unwrap().state, StepState::Done, "nobody has seen a draft");
}

proptest! {
    /// Goal: the drawn path never goes back in time and never shows a proposal. Method: steps in any order.
    #[test]
    fn the_path_follows_the_days(days in proptest::collection::vec((0i64..3_000, 0u8..4), 0..20)) {
        let steps: Vec<Step> = days.iter().enumerate().map(|(n, (day, state))| Step {
            id: n.to_string(),
            project: "p1".into(),
            stage: Stage::ALL[n % 5],
            city: None,
            organisation: None,
            day: (n % 3 != 0).then(|| Instant::from_ms(0).plus_days(*day).date()),
            note: "一".into(),
            note_en: String::new(),
            evidence: String::new(),
            state: StepState::ALL[usize::from(*state)],
            reason: None,
            remark: String::new(),
            answered_ms: None,
            entered_by: "lab".into(),
            created_ms: 0,
        }).collect();
        let path = path(&steps);
        let count = steps.iter().filter(|s| matches!(s.state, StepState::Done | StepState::Planned)).count();
        prop_assert_eq!(path.len(), count);
        for pair in path.windows(2) {
            let planned = |s: &Step| s.state == StepState::Planned;
            prop_assert!(!planned(pair[0]) || planned(pair[1]), "what is planned comes last");
            if let (Some(a), Some(b), true) = (pair[0].day, pair[1].day, planned(pair[0]) == planned(pair[1])) {
                prop_assert!(a <= b);
            }
        }
        let reached = steps.iter().filter(|s| s.state == StepState::Done).map(|s| s.stage).max();
        prop_assert_eq!(stage_reached(&steps), reached);
    }
}
