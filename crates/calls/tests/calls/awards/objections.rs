//! Objections: the contract waits, the panel is independent, and an upheld one gives every fen back at once.

use crate::house::{House, Stage, TOWN_A, TOWN_B, code, house};
use calls::actions::contract::contract_write;
use calls::actions::objection::{
    objection_admit, objection_file, objection_list, objection_view, objection_withdraw, panel_candidates, panel_name,
    panel_vote,
};
use calls::rules::call::CallState;
use calls::rules::objection::{ObjectionDraft, ObjectionState, Verdict};
use platform::Role;
use registry::actions::expert::expert_register;
use registry::rules::expert::ExpertDraft;

fn draft(text: &str) -> ObjectionDraft {
    ObjectionDraft { text: text.into(), links: "https://example.org/proof".into(), ..ObjectionDraft::default() }
}

impl House {
    /// An expert of the pool with an account; its id.
    async fn expert(&self, account: &str, institution: &str) -> String {
        let draft = ExpertDraft {
            name: format!("专家 {account}"),
            institution: institution.into(),
            fields: "传感器".into(),
            availability: "open".into(),
            ..ExpertDraft::default()
        };
        let ctx = self.ctx(account, vec![Role::Expert], &[]);
        expert_register(self.app(), &ctx, draft).await.expect("the expert is listed").id
    }

    /// An award on notice with one objection that was admitted.
    async fn objected(&self) -> (Stage, String, String) {
        let stage = self.selecting(self.patch(), 2).await;
        let award = self.awarded(&stage, &["900000"]).await.remove(0);
        let filed = objection_file(self.app(), &self.person("critic"), &stage.call, draft("评分有误。")).await;
        let id = filed.expect("it is filed").id;
        assert!(self.desk(&self.judge()).await.contains(&"desk-objection-admit"));
        objection_admit(self.app(), &self.judge(), &id, "admit", "事实清楚。").await.expect("it is admitted");
        (stage, award, id)
    }

    /// Three experts judge.
    async fn votes(&self, id: &str, votes: [&str; 3]) {
        let mut experts = Vec::new();
        for n in 0..3 {
            experts.push(self.expert(&format!("e{n}"), "某大学").await);
        }
        panel_name(self.app(), &self.judge(), id, experts).await.expect("the panel is named");
        for (n, vote) in votes.iter().enumerate() {
            let ctx = self.ctx(&format!("e{n}"), vec![Role::Expert], &[]);
            assert!(self.desk(&ctx).await.contains(&"desk-objection-vote"));
            panel_vote(self.app(), &ctx, id, vote, "逐项核对后的意见。").await.expect("the vote is in");
        }
        self.test.settle().await;
    }
}

#[tokio::test]
async fn a_dismissed_objection_lets_the_notice_finish() {
    let house = house().await;
    let (stage, award, id) = house.objected().await;
    let call = &stage.call;
    house.days_pass(8).await;
    assert_eq!(house.state(call).await, CallState::Notice, "the contract waits");
    assert_eq!(code(contract_write(house.app(), &house.poser(), &award, house.contract()).await), "award-step");
    house.votes(&id, ["dismiss", "dismiss", "no_award"]).await;
    assert_eq!(house.state(call).await, CallState::Contracting);
    let listed = objection_list(house.app(), &house.visitor(), call).await.unwrap();
    assert_eq!((listed.items[0].verdict, listed.readable.len()), (Some(Verdict::Dismiss), 0));
    // Neither who objects nor who judges is in a public entry.
    let entries = house.journal("call_objection", &id).await;
    assert!(entries.len() >= 4 && entries.iter().all(|(_, public)| !public), "{entries:?}");
    house.adds_up(call).await;
    house.test.finish().await;
}

#[tokio::test]
async fn an_upheld_objection_gives_every_fen_back_and_the_owner_chooses_again() {
    let house = house().await;
    let (stage, _, id) = house.objected().await;
    let call = &stage.call;
    let second = objection_file(house.app(), &house.person("second"), call, draft("程序不当。")).await.unwrap().id;
    house.votes(&id, ["reselect", "dismiss", "rereview"]).await;
    assert_eq!(house.state(call).await, CallState::Selection, "the middle vote decides");
    let money = house.adds_up(call).await;
    assert_eq!((money.awards.len(), money.total.held), (0, 0));
    let listed = objection_list(house.app(), &house.visitor(), call).await.unwrap();
    let states: Vec<ObjectionState> = listed.items.iter().map(|one| one.state).collect();
    assert_eq!(states, [ObjectionState::Decided, ObjectionState::Overtaken]);
    assert!(objection_view(house.app(), &house.person("second"), call, &second).await.unwrap().inside);
    let again = house.awarded(&stage, &["", "800000"]).await;
    assert_eq!(again.len(), 1);
    house.adds_up(call).await;
    house.test.finish().await;
}

#[tokio::test]
async fn an_objection_may_end_the_call_or_have_it_reviewed_again() {
    for (vote, state) in [("no_award", CallState::NoAward), ("rereview", CallState::Review)] {
        let house = house().await;
        let (stage, _, id) = house.objected().await;
        house.votes(&id, [vote, vote, "dismiss"]).await;
        assert_eq!(house.state(&stage.call).await, state);
        assert_eq!(house.adds_up(&stage.call).await.total.held, 0);
        house.test.finish().await;
    }
}

#[tokio::test]
async fn who_may_object_admit_and_judge() {
    let house = house().await;
    let stage = house.selecting(house.patch(), 2).await;
    let call = &stage.call;
    assert_eq!(code(objection_file(house.app(), &house.person("critic"), call, draft("x")).await), "forbidden");
    house.awarded(&stage, &["900000"]).await;
    assert_eq!(code(objection_file(house.app(), &house.visitor(), call, draft("x")).await), "sign-in");
    assert_eq!(code(objection_file(house.app(), &house.poser(), call, draft("x")).await), "forbidden", "the owner");
    let strange = ObjectionDraft { organisation: house.team(2).id, ..draft("x") };
    assert_eq!(code(objection_file(house.app(), &house.bidder(1), call, strange).await), "objection-organisation");
    let own = ObjectionDraft { organisation: house.team(1).id, ..draft("评分有误。") };
    let id = objection_file(house.app(), &house.bidder(1), call, own).await.unwrap().id;
    assert_eq!(code(objection_file(house.app(), &house.bidder(1), call, draft("再来")).await), "objection-open-own");
    // Who filed it is for the office and those who filed; the parties read what it says, others nothing.
    assert!(objection_view(house.app(), &house.judge(), call, &id).await.unwrap().inside);
    assert!(!objection_view(house.app(), &house.poser(), call, &id).await.unwrap().inside);
    assert_eq!(code(objection_view(house.app(), &house.officer(TOWN_B), call, &id).await), "not-found");
    assert_eq!(code(objection_view(house.app(), &house.person("curious"), call, &id).await), "not-found");
    let partial = house.also(house.judge(), &house.team(1), &[]);
    for ctx in [house.officer(TOWN_A), partial, house.poser(), house.bidder(1)] {
        assert_eq!(
            code(objection_admit(house.app(), &ctx, &id, "admit", "x").await),
            "forbidden",
            "{}",
            ctx.actor.name
        );
    }
    objection_admit(house.app(), &house.judge(), &id, "admit", "事实清楚。").await.unwrap();
    // Whoever works for a party, or has filed it, is no candidate.
    let partial = house.expert("partial", &house.team(0).name).await;
    let owners = house.expert("owners", &house.owner.name).await;
    let mut able = Vec::new();
    for n in 0..3 {
        able.push(house.expert(&format!("e{n}"), "某大学").await);
    }
    let found = panel_candidates(house.app(), &house.judge(), &id).await.unwrap();
    let ids: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
    assert!(able.iter().all(|one| ids.contains(&one.as_str())));
    assert!(!ids.contains(&partial.as_str()) && !ids.contains(&owners.as_str()));
    // Neither is whoever has reviewed in this call.
    let reviewers = registry::lookup::experts_willing(&house.app().db().read(), false, 100).await.unwrap();
    let asked = reviewers.iter().filter(|one| one.account.as_deref().is_some_and(|own| own.starts_with("expert-")));
    let reviewed: Vec<String> = asked.map(|one| one.id.clone()).filter(|one| !ids.contains(&one.as_str())).collect();
    assert!(reviewed.len() >= 3, "each answer had three reviewers: {reviewed:?}");
    let reviewer = reviewed[0].clone();
    let with = |other: &str| vec![able[0].clone(), able[1].clone(), other.to_owned()];
    for other in [partial.as_str(), &owners, &reviewer, "nobody"] {
        assert_eq!(code(panel_name(house.app(), &house.judge(), &id, with(other)).await), "panel-expert");
    }
    assert_eq!(code(panel_name(house.app(), &house.judge(), &id, able[..2].to_vec()).await), "panel-size");
    panel_name(house.app(), &house.judge(), &id, able.clone()).await.unwrap();
    let voter = house.ctx("e0", vec![Role::Expert], &[]);
    assert_eq!(
        code(panel_vote(house.app(), &house.ctx("e9", vec![Role::Expert], &[]), &id, "dismiss", "x").await),
        "not-found"
    );
    panel_vote(house.app(), &voter, &id, "dismiss", "理由不足").await.unwrap();
    assert_eq!(code(panel_vote(house.app(), &voter, &id, "reselect", "x").await), "panel-voted");
    // Once its time is over, those who have not voted are replaced.
    assert_eq!(
        code(panel_name(house.app(), &house.judge(), &id, vec![able[1].clone(), able[2].clone()]).await),
        "objection-step"
    );
    house.days_pass(20).await;
    let fresh = [house.expert("e7", "某大学").await, house.expert("e8", "某大学").await];
    panel_name(house.app(), &house.judge(), &id, fresh.to_vec()).await.unwrap();
    panel_vote(house.app(), &house.ctx("e7", vec![Role::Expert], &[]), &id, "dismiss", "理由不足").await.unwrap();
    house.test.settle().await;
    assert_eq!(house.state(call).await, CallState::Contracting);
    house.test.finish().await;
}

#[tokio::test]
async fn an_objection_that_is_taken_back_or_not_admitted_holds_nothing_up() {
    let house = house().await;
    let stage = house.selecting(house.patch(), 2).await;
    let call = &stage.call;
    house.awarded(&stage, &["900000"]).await;
    let one = objection_file(house.app(), &house.person("one"), call, draft("评分有误。")).await.unwrap().id;
    let two = objection_file(house.app(), &house.person("two"), call, draft("程序不当。")).await.unwrap().id;
    house.days_pass(8).await;
    assert_eq!(house.state(call).await, CallState::Notice);
    assert_eq!(code(objection_file(house.app(), &house.person("late"), call, draft("x")).await), "notice-over");
    objection_admit(house.app(), &house.judge(), &one, "refuse", "没有依据。").await.unwrap();
    assert_eq!(house.state(call).await, CallState::Notice);
    assert_eq!(code(objection_withdraw(house.app(), &house.person("one"), &two).await), "not-found");
    objection_withdraw(house.app(), &house.person("two"), &two).await.unwrap();
    house.test.settle().await;
    assert_eq!(house.state(call).await, CallState::Contracting);
    house.test.finish().await;
}
