use super::*;

fn draft() -> WorkstationDraft {
    WorkstationDraft {
        name: "示例硅片专家工作站".into(),
        about: "大硅片".into(),
        since: "2020".into(),
        experts: vec!["e1".into()],
        ..WorkstationDraft::default()
    }
}

fn place() -> Place<'static> {
    let due = Clock { due_ms: 900, provisional: false };
    Place { organisation: "o1", office: "310117", due, demo: true, account: "u1", now_ms: 5 }
}

fn word(decision: &str, reason: &str, remark: &str) -> DecisionCommand {
    DecisionCommand { decision: decision.into(), reason: reason.into(), remark: remark.into() }
}

#[test]
fn a_proposal_needs_experts_and_a_subject() {
    for (draft, code, field) in [
        (WorkstationDraft { experts: vec![], ..draft() }, "workstation-experts", "experts"),
        (WorkstationDraft { experts: vec!["e".into(); 31], ..draft() }, "workstation-experts", "experts"),
        (WorkstationDraft { name: "真名工作站".into(), ..draft() }, "demo-name", "name"),
        (WorkstationDraft { about: " ".into(), ..draft() }, "needed", "about"),
        (WorkstationDraft { since: "early".into(), ..draft() }, "period-shape", "since"),
    ] {
        let refusal = propose("w1", &draft, place()).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
    assert_eq!(propose("w1", &draft(), place()).unwrap().state, WorkstationState::Proposed);
}

#[test]
fn the_office_recognises_what_an_expert_has_agreed_to() {
    let proposed = propose("w1", &draft(), place()).unwrap();
    let yes = word("approve", "", "");
    assert_eq!(decide(&proposed, &yes, 0, "officer", false, 9).unwrap_err().code, "experts-missing");
    assert_eq!(decide(&proposed, &yes, 1, "officer", true, 9).unwrap_err().code, "four-eyes");
    assert_eq!(decide(&proposed, &yes, 1, "u1", false, 9).unwrap_err().code, "four-eyes");
    assert_eq!(decide(&proposed, &word("refuse", "", ""), 1, "officer", false, 9).unwrap_err().code, "reason-needed");
    assert_eq!(
        decide(&proposed, &word("refuse", "data-wrong", ""), 1, "officer", false, 9).unwrap_err().code,
        "remark-needed"
    );
    assert_eq!(decide(&proposed, &word("maybe", "", ""), 1, "officer", false, 9).unwrap_err().code, "decision-unknown");
    let listed = decide(&proposed, &yes, 1, "officer", false, 9).unwrap();
    assert_eq!(decide(&listed, &yes, 1, "officer", false, 9).unwrap_err().code, "workstation-decided");
    let ended = end(&listed, 10).unwrap();
    assert_eq!(ended.state, WorkstationState::Ended);
    assert_eq!(end(&ended, 11).unwrap_err().code, "workstation-not-listed");
}

#[test]
fn projects_belong_to_recognised_workstations_and_count_in_fen() {
    let proposed = propose("w1", &draft(), place()).unwrap();
    let typed = ProjectDraft {
        title: "外延均匀性".into(),
        amount_yuan: "1,200,000.50".into(),
        starts: "2025-01-01".into(),
        ..ProjectDraft::default()
    };
    assert_eq!(project("p1", &proposed, &typed, 9).unwrap_err().code, "workstation-not-listed");
    let listed = decide(&proposed, &word("approve", "", ""), 1, "officer", false, 9).unwrap();
    assert_eq!(project("p1", &listed, &typed, 9).unwrap().amount.map(Fen::get), Some(120_000_050));
    for (draft, code, field) in [
        (ProjectDraft { title: "".into(), ..typed.clone() }, "needed", "title"),
        (ProjectDraft { amount_yuan: "一百万".into(), ..typed.clone() }, "amount-shape", "amount_yuan"),
        (ProjectDraft { amount_yuan: "99999999999999999".into(), ..typed.clone() }, "amount-large", "amount_yuan"),
        (ProjectDraft { starts: "2025".into(), ..typed.clone() }, "date-shape", "starts"),
        (ProjectDraft { ends: "2024-12-31".into(), ..typed.clone() }, "project-period", "ends"),
    ] {
        let refusal = project("p1", &listed, &draft, 9).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
}

#[test]
fn a_project_that_is_changed_stays_the_same_one() {
    let proposed = propose("w1", &draft(), place()).unwrap();
    let listed = decide(&proposed, &word("approve", "", ""), 1, "officer", false, 9).unwrap();
    let typed =
        ProjectDraft { title: "外延均匀性".into(), starts: "2025-01-01".into(), ..ProjectDraft::default() };
    let old = project("p1", &listed, &typed, 9).unwrap();
    let later = ProjectDraft { ends: "2025-06-30".into(), results: "专利 1 项".into(), ..typed.clone() };
    let next = project_revised(&old, &listed, &later).unwrap();
    assert_eq!((next.id.as_str(), next.created_ms, next.results.as_str()), ("p1", 9, "专利 1 项"));
    let backwards = ProjectDraft { ends: "2024-12-31".into(), ..typed };
    assert_eq!(project_revised(&old, &listed, &backwards).unwrap_err().code, "project-period");
    let ended = end(&listed, 10).unwrap();
    assert_eq!(project_revised(&old, &ended, &later).unwrap_err().code, "workstation-not-listed");
}

#[test]
fn an_expert_says_why_not() {
    let no = |reason: &str, remark: &str| DeclineCommand { reason: reason.into(), remark: remark.into() };
    for (command, joined, code, field) in [
        (no("", ""), true, "reason-needed", "reason"),
        (no("because", ""), true, "reason-needed", "reason"),
        (no("finished", ""), false, "reason-needed", "reason"),
        (no("other", " "), false, "remark-needed", "remark"),
        (no("time", &"长".repeat(1_001)), false, "text-too-long", "remark"),
    ] {
        let refusal = part(&command, joined).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
    assert_eq!(part(&no("finished", ""), true).unwrap().reason, Some(Parting::Finished));
    let other = part(&no("other", "出国一年"), false).unwrap();
    assert_eq!((other.reason, other.remark.as_str()), (Some(Parting::Other), "出国一年"));
}
