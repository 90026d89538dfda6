use crate::house::{House, TOWN_A, TOWN_B, approve, code, desk, house, journal, refuse};
use platform::web::page::Page;
use registry::actions::expert::{expert_register, expert_view};
use registry::actions::workstation::{
    workstation_decide, workstation_end, workstation_join, workstation_list, workstation_project_add,
    workstation_propose, workstation_view,
};
use registry::rules::expert::ExpertDraft;
use registry::rules::workstation::{ProjectDraft, WorkstationDraft, WorkstationState};

async fn expert(house: &House, account: &str) -> String {
    let draft = ExpertDraft {
        name: "某院士".into(),
        consent: true,
        institution: "示例大学".into(),
        city: TOWN_A.into(),
        fields: "茶".into(),
        availability: "open".into(),
        ..ExpertDraft::default()
    };
    expert_register(house.app(), &house.expert(account).await, draft, None).await.expect("an expert").id
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

#[tokio::test]
async fn a_workstation_grows_from_proposal_to_projects() {
    let house = house().await;
    let owner = house.listed("boss", "新茶公司", TOWN_A).await;
    let (app, boss) = (house.app(), house.person("boss").await);
    let who = expert(&house, "e").await;
    let id = workstation_propose(app, &boss, &owner, draft(&[&who, &who]), None).await.unwrap().id;
    assert_eq!(code(workstation_view(app, &house.visitor(), &id).await), "not-found");
    let officer = house.officer("o", TOWN_A).await;
    assert_eq!(desk(&house, &officer).await, [("desk-workstation", "茶叶烘干专家工作站".to_owned())]);
    assert_eq!(code(workstation_decide(app, &officer, &id, approve()).await), "experts-missing");
    let expert = house.expert("e").await;
    assert_eq!(desk(&house, &expert).await, [("desk-workstation-join", "茶叶烘干专家工作站".to_owned())]);
    assert_eq!(workstation_view(app, &expert, &id).await.unwrap().may_join, std::slice::from_ref(&who));
    assert_eq!(code(workstation_join(app, &boss, &id, &who).await), "forbidden", "nobody agrees for an expert");
    workstation_join(app, &expert, &id, &who).await.unwrap();
    assert_eq!(code(workstation_join(app, &expert, &id, &who).await), "workstation-joined");
    assert_eq!(code(workstation_project_add(app, &boss, &id, project(), None).await), "workstation-not-listed");
    workstation_decide(app, &officer, &id, approve()).await.unwrap();
    workstation_project_add(app, &boss, &id, project(), None).await.unwrap();
    let view = workstation_view(app, &house.visitor(), &id).await.unwrap();
    assert_eq!((view.card.projects, view.card.amount_fen, view.experts.len()), (1, 80_000_000, 1));
    assert!(!view.may_add && !view.may_end && view.experts[0].1.is_some());
    assert_eq!(expert_view(app, &house.visitor(), &who).await.unwrap().workstations.len(), 1);
    workstation_end(app, &boss, &id).await.unwrap();
    assert_eq!(
        workstation_view(app, &house.visitor(), &id).await.unwrap().card.workstation.state,
        WorkstationState::Ended
    );
    assert_eq!(code(workstation_end(app, &boss, &id).await), "workstation-not-listed");
    let public: Vec<(String, bool)> = journal(&house, "workstation", &id).await;
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
    assert_eq!(code(workstation_propose(app, &house.visitor(), &owner, draft(&[&who]), None).await), "sign-in");
    assert_eq!(
        code(workstation_propose(app, &house.person("x").await, &owner, draft(&[&who]), None).await),
        "forbidden"
    );
    assert_eq!(code(workstation_propose(app, &boss, &owner, draft(&[]), None).await), "workstation-experts");
    assert_eq!(code(workstation_propose(app, &boss, &owner, draft(&["nobody"]), None).await), "workstation-experts");
    let id = workstation_propose(app, &boss, &owner, draft(&[&who]), None).await.unwrap().id;
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
