use crate::house::{House, TOWN_A, TOWN_B, approve, code, desk, house, refuse};
use platform::web::page::Page;
use registry::actions::expert::{expert_edit, expert_keep, expert_register, expert_view, expert_withdraw};
use registry::actions::workstation::{
    workstation_choices, workstation_decide, workstation_end, workstation_join, workstation_leave, workstation_list,
    workstation_office_list, workstation_project_add, workstation_project_edit, workstation_propose, workstation_view,
};
use registry::rules::decision::DeclineCommand;
use registry::rules::expert::ExpertDraft;
use registry::rules::workstation::{Parting, ProjectDraft, WorkstationDraft, WorkstationState};

fn person(consent: bool) -> ExpertDraft {
    ExpertDraft {
        name: "某院士".into(),
        consent,
        institution: "示例大学".into(),
        city: TOWN_A.into(),
        fields: "茶".into(),
        availability: "open".into(),
        ..ExpertDraft::default()
    }
}

async fn expert(house: &House, account: &str) -> String {
    expert_register(house.app(), &house.expert(account).await, person(true)).await.expect("an expert").id
}

fn draft(experts: &[&str]) -> WorkstationDraft {
    WorkstationDraft {
        name: "茶叶烘干专家工作站".into(),
        about: "低温烘干".into(),
        experts: experts.iter().map(|id| (*id).to_owned()).collect(),
        ..WorkstationDraft::default()
    }
}

fn project() -> ProjectDraft {
    ProjectDraft {
        title: "低温烘干工艺".into(),
        amount_yuan: "800,000".into(),
        starts: "2025-01-01".into(),
        results: "专利 2 项".into(),
        ..ProjectDraft::default()
    }
}

fn no(reason: &str, remark: &str) -> DeclineCommand {
    DeclineCommand { reason: reason.into(), remark: remark.into() }
}

#[tokio::test]
async fn a_workstation_grows_from_proposal_to_projects() {
    let house = house().await;
    let owner = house.listed("boss", "新茶公司", TOWN_A).await;
    let (app, boss) = (house.app(), house.person("boss").await);
    let who = expert(&house, "e").await;
    let id = workstation_propose(app, &boss, &owner, draft(&[&who, &who])).await.unwrap().id;
    assert_eq!(code(workstation_view(app, &house.visitor(), &id).await), "not-found");
    let officer = house.officer("o", TOWN_A).await;
    assert_eq!(desk(&house, &officer).await, [("desk-workstation", "茶叶烘干专家工作站".to_owned())]);
    assert_eq!(code(workstation_decide(app, &officer, &id, approve()).await), "experts-missing");
    let expert = house.expert("e").await;
    assert_eq!(desk(&house, &expert).await, [("desk-workstation-join", "茶叶烘干专家工作站".to_owned())]);
    let seats = workstation_view(app, &expert, &id).await.unwrap().experts;
    assert!(seats.len() == 1 && seats[0].may_answer && seats[0].expert.id == who);
    assert_eq!(code(workstation_join(app, &boss, &id, &who).await), "forbidden", "nobody agrees for an expert");
    workstation_join(app, &expert, &id, &who).await.unwrap();
    assert_eq!(code(workstation_join(app, &expert, &id, &who).await), "workstation-joined");
    assert_eq!(code(workstation_project_add(app, &boss, &id, project()).await), "workstation-not-listed");
    workstation_decide(app, &officer, &id, approve()).await.unwrap();
    workstation_project_add(app, &boss, &id, project()).await.unwrap();
    let view = workstation_view(app, &house.visitor(), &id).await.unwrap();
    assert_eq!((view.card.projects, view.card.amount_fen, view.experts.len()), (1, 80_000_000, 1));
    assert!(!view.may_add && !view.may_end && view.experts[0].here());
    assert_eq!(expert_view(app, &house.visitor(), &who).await.unwrap().workstations.len(), 1);
    workstation_end(app, &boss, &id).await.unwrap();
    assert_eq!(
        workstation_view(app, &house.visitor(), &id).await.unwrap().card.workstation.state,
        WorkstationState::Ended
    );
    assert_eq!(code(workstation_end(app, &boss, &id).await), "workstation-not-listed");
    let public: Vec<(String, bool)> = house.journal("workstation", &id).await;
    let open: Vec<&str> = public.iter().filter(|(_, public)| *public).map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(open, ["workstation.recognised", "workstation.project_added", "workstation.ended"]);
    house.0.finish().await;
}

#[tokio::test]
async fn who_may_not_is_told_so() {
    let house = house().await;
    let owner = house.listed("boss", "新茶公司", TOWN_A).await;
    let (app, boss) = (house.app(), house.person("boss").await);
    let who = expert(&house, "e").await;
    assert_eq!(code(workstation_propose(app, &house.visitor(), &owner, draft(&[&who])).await), "sign-in");
    assert_eq!(code(workstation_propose(app, &house.person("x").await, &owner, draft(&[&who])).await), "forbidden");
    assert_eq!(code(workstation_propose(app, &boss, &owner, draft(&[])).await), "workstation-experts");
    assert_eq!(code(workstation_propose(app, &boss, &owner, draft(&["nobody"])).await), "workstation-experts");
    let id = workstation_propose(app, &boss, &owner, draft(&[&who])).await.unwrap().id;
    assert_eq!(code(workstation_decide(app, &house.officer("p", TOWN_B).await, &id, approve()).await), "not-found");
    assert_eq!(code(workstation_decide(app, &boss, &id, approve()).await), "forbidden");
    let mut own = house.person("boss").await;
    own.actor.roles = vec![platform::Role::CityOfficer];
    own.actor.cities = vec![kernel::Adcode::parse(TOWN_A).unwrap()];
    assert_eq!(code(workstation_decide(app, &own, &id, approve()).await), "forbidden", "four eyes");
    let officer = house.officer("o", TOWN_A).await;
    assert_eq!(code(workstation_decide(app, &officer, &id, refuse("because", "")).await), "reason-needed");
    workstation_decide(app, &officer, &id, refuse("duplicate", "")).await.unwrap();
    assert_eq!(code(workstation_decide(app, &officer, &id, approve()).await), "workstation-decided");
    assert_eq!(code(workstation_view(app, &house.visitor(), &id).await), "not-found");
    assert_eq!(code(workstation_end(app, &house.officer("o", TOWN_A).await, &id).await), "forbidden");
    assert_eq!(workstation_list(app, &house.visitor(), &Default::default(), &Page::default()).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_proposal_is_read_by_whom_it_asks_and_by_no_other_expert() {
    let house = house().await;
    let owner = house.listed("boss", "新茶公司", TOWN_A).await;
    let (app, boss, keeper) = (house.app(), house.person("boss").await, house.officer("k", TOWN_B).await);
    let who = expert(&house, "e").await;
    let kept = expert_keep(app, &keeper, ExpertDraft { city: TOWN_B.into(), ..person(true) }).await.unwrap().id;
    let id = workstation_propose(app, &boss, &owner, draft(&[&who, &kept])).await.unwrap().id;
    assert_eq!(code(workstation_view(app, &house.expert("other").await, &id).await), "not-found");
    let waiting = [("desk-workstation-join", "茶叶烘干专家工作站".to_owned())];
    assert_eq!(desk(&house, &keeper).await, waiting, "the office answers for whom it keeps");
    assert!(workstation_view(app, &keeper, &id).await.is_ok());
    workstation_join(app, &keeper, &id, &kept).await.unwrap();
    let e = house.expert("e").await;
    assert_eq!(code(workstation_leave(app, &e, &id, &who, no("", "")).await), "reason-needed");
    assert_eq!(code(workstation_leave(app, &e, &id, &who, no("finished", "")).await), "reason-needed", "nothing began");
    assert_eq!(code(workstation_leave(app, &e, &id, &who, no("other", "")).await), "remark-needed");
    workstation_leave(app, &e, &id, &who, no("other", "出国一年")).await.unwrap();
    let told = workstation_view(app, &boss, &id).await.unwrap().experts;
    let seat = told.iter().find(|seat| seat.expert.id == who).unwrap();
    assert_eq!((seat.left_reason, seat.left_remark.as_str()), (Some(Parting::Other), "出国一年"));
    let news = desk(&house, &boss).await;
    assert!(news.contains(&("desk-workstation-left", "茶叶烘干专家工作站".to_owned())), "{news:?}");
    assert_eq!(desk(&house, &house.expert("e").await).await, [], "a no clears the desk");
    assert_eq!(code(workstation_join(app, &house.expert("e").await, &id, &who).await), "workstation-joined");
    assert_eq!(code(workstation_leave(app, &e, &id, &who, no("", "")).await), "workstation-left");
    let officer = house.officer("o", TOWN_A).await;
    assert_eq!(workstation_office_list(app, &officer).await.unwrap().len(), 1);
    assert_eq!(code(workstation_office_list(app, &boss).await), "forbidden");
    assert_eq!(workstation_view(app, &officer, &id).await.unwrap().experts.len(), 2, "the office sees every answer");
    workstation_decide(app, &officer, &id, approve()).await.unwrap();
    let open = workstation_view(app, &house.visitor(), &id).await.unwrap().experts;
    assert!(open.len() == 1 && open[0].expert.id == kept, "others see who takes part");
    expert_withdraw(app, &keeper, &kept).await.unwrap();
    assert!(!workstation_view(app, &house.visitor(), &id).await.unwrap().experts[0].known);
    house.0.finish().await;
}

#[tokio::test]
async fn who_does_not_want_to_be_named_is_counted_and_never_shown() {
    let house = house().await;
    let owner = house.listed("boss", "新茶公司", TOWN_A).await;
    let (app, boss, expert) = (house.app(), house.person("boss").await, house.expert("e").await);
    let who = expert_register(app, &expert, person(false)).await.unwrap().id;
    let id = workstation_propose(app, &boss, &owner, draft(&[&who])).await.unwrap().id;
    workstation_join(app, &expert, &id, &who).await.unwrap();
    workstation_decide(app, &house.officer("o", TOWN_A).await, &id, approve()).await.unwrap();
    let seen = workstation_view(app, &house.visitor(), &id).await.unwrap().experts;
    assert!(!seen[0].known && seen[0].expert.id.is_empty() && seen[0].expert.institution.is_empty());
    assert!(expert_view(app, &house.visitor(), &who).await.unwrap().workstations.is_empty());
    assert_eq!(expert_view(app, &expert, &who).await.unwrap().workstations.len(), 1, "the expert sees his own");
    assert!(workstation_view(app, &boss, &id).await.unwrap().experts[0].known, "the enterprise knows whom it asked");
    expert_edit(app, &expert, &who, person(true)).await.unwrap();
    assert!(workstation_view(app, &house.visitor(), &id).await.unwrap().experts[0].known);
    // One who joins a running workstation is named in no public entry.
    let kinds = house.journal("workstation", &id).await;
    assert!(kinds.contains(&("workstation.joined".to_owned(), false)));
}

#[tokio::test]
async fn an_expert_who_was_taken_out_no_longer_counts_and_a_refusal_reaches_the_enterprise() {
    let house = house().await;
    let owner = house.listed("boss", "新茶公司", TOWN_A).await;
    let (app, boss, expert_person) = (house.app(), house.person("boss").await, house.expert("e").await);
    let who = expert(&house, "e").await;
    let id = workstation_propose(app, &boss, &owner, draft(&[&who])).await.unwrap().id;
    workstation_join(app, &expert_person, &id, &who).await.unwrap();
    expert_withdraw(app, &expert_person, &who).await.unwrap();
    let officer = house.officer("o", TOWN_A).await;
    assert_eq!(code(workstation_decide(app, &officer, &id, approve()).await), "experts-missing");
    workstation_decide(app, &officer, &id, refuse("experts-missing", "")).await.unwrap();
    let news = desk(&house, &boss).await;
    assert!(news.contains(&("desk-workstation-refused", "茶叶烘干专家工作站".to_owned())), "{news:?}");
    assert!(workstation_view(app, &boss, &id).await.unwrap().may_repeat);
    assert_eq!(code(workstation_join(app, &expert_person, &id, &who).await), "workstation-over");
    house.0.days_pass(15).await;
    assert!(
        !desk(&house, &house.person("boss").await).await.iter().any(|(kind, _)| *kind == "desk-workstation-refused")
    );
    let choices = workstation_choices(app, &boss, &owner, "", std::slice::from_ref(&who)).await.unwrap();
    assert!(choices.experts.is_empty() && choices.total == 0, "nobody can be asked who is not in the list");
    assert_eq!(code(workstation_choices(app, &expert_person, &owner, "", &[]).await), "forbidden");
}

#[tokio::test]
async fn a_project_is_changed_by_whoever_may_add_one() {
    let house = house().await;
    let owner = house.listed("boss", "新茶公司", TOWN_A).await;
    let (app, boss, expert_person) = (house.app(), house.person("boss").await, house.expert("e").await);
    let who = expert(&house, "e").await;
    let id = workstation_propose(app, &boss, &owner, draft(&[&who])).await.unwrap().id;
    workstation_join(app, &expert_person, &id, &who).await.unwrap();
    let officer = house.officer("o", TOWN_A).await;
    workstation_decide(app, &officer, &id, approve()).await.unwrap();
    workstation_project_add(app, &boss, &id, project()).await.unwrap();
    let old = workstation_view(app, &boss, &id).await.unwrap().projects.remove(0);
    let next = ProjectDraft { ends: "2026-01-31".into(), results: "专利 3 项".into(), ..project() };
    let edit = |who: &platform::Ctx, id: &str, project: &str, draft: ProjectDraft| {
        let (who, id, project) = (who.clone(), id.to_owned(), project.to_owned());
        async move { workstation_project_edit(app, &who, &id, &project, draft).await }
    };
    assert_eq!(code(edit(&house.visitor(), &id, &old.id, next.clone()).await), "sign-in");
    for other in [&expert_person, &officer] {
        assert_eq!(code(edit(other, &id, &old.id, next.clone()).await), "forbidden");
    }
    assert_eq!(code(edit(&boss, "nothing", &old.id, next.clone()).await), "not-found");
    assert_eq!(code(edit(&boss, &id, "nothing", next.clone()).await), "not-found");
    let backwards = ProjectDraft { ends: "2024-12-31".into(), ..project() };
    assert_eq!(code(edit(&boss, &id, &old.id, backwards).await), "project-period");
    edit(&boss, &id, &old.id, next.clone()).await.unwrap();
    let view = workstation_view(app, &house.visitor(), &id).await.unwrap();
    assert!(!view.may_edit && view.card.projects == 1, "changed, not added");
    let new = &view.projects[0];
    assert_eq!((&new.id, new.created_ms, new.results.as_str()), (&old.id, old.created_ms, "专利 3 项"));
    assert!(house.journal("workstation", &id).await.contains(&("workstation.project_edited".to_owned(), true)));
    workstation_end(app, &boss, &id).await.unwrap();
    assert_eq!(code(edit(&boss, &id, &old.id, next).await), "workstation-not-listed");
    house.0.finish().await;
}
