//! A review by pages and by the API: the office, an expert on a phone, and everybody at the draws.

use crate::house::{House, TOWN_A, house};
use crate::reviews::{drawn, pooled, tasks};
use calls::actions::reviewer::{reviewer_invite, reviewer_say};
use platform::Ctx;
use platform::ctx::Role;
use platform::identity::account_named;
use registry::actions::expert::expert_register;
use registry::rules::expert::ExpertDraft;
use testkit::Client;

/// An expert who signs in, and the context he acts in.
async fn signed_in(house: &House, login: &str) -> (Client, Ctx, String) {
    let client = house.client(login, Some((Role::Expert, None))).await;
    let account = account_named(&house.app().db().read(), login).await.unwrap().expect("the account is there");
    let ctx = house.ctx(&account.id, vec![Role::Expert], &[]);
    let draft = ExpertDraft {
        name: "专家甲".into(),
        institution: "手机研究所".into(),
        city: TOWN_A.into(),
        fields: "压力传感器".into(),
        availability: "open".into(),
        ..ExpertDraft::default()
    };
    let id = expert_register(house.app(), &ctx, draft).await.expect("the expert is entered").id;
    (client, ctx, id)
}

fn whole(text: &str) {
    assert!(!text.contains("review-form-") || text.contains("/review/"), "a text key is shown");
    for key in ["review-field-", "review-pool-", "review-rank-", "draw-field-", "draw-seat-", "review-tie-"] {
        assert!(!text.contains(&format!(">{key}")), "a text key is shown: {key}");
    }
}

#[tokio::test]
async fn a_review_runs_by_pages_and_by_the_api() {
    let house = house().await;
    let stage = house.checked(2).await;
    let call = stage.call.as_str();
    let mut office = house.client("office-of-town", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    office.get(&format!("/calls/{call}/review")).await.shows("评审尚未开始");
    whole(&office.get(&format!("/calls/{call}/review/begin")).await.good().text());
    let refused = office.form(&format!("/calls/{call}/sittings"), &[("due", "昨天")]).await;
    refused.is(422).shows("昨天");
    pooled(&house, call, 5, ("", "")).await;
    let (mut expert, ctx, id) = signed_in(&house, "expert-by-phone").await;
    for form in ["invite", "rivals", "conflicts", "waivers", "shortlist"] {
        whole(&office.get(&format!("/calls/{call}/review/{form}")).await.good().text());
    }
    office.get(&format!("/calls/{call}/review/nothing")).await.is(404);
    reviewer_invite(house.app(), &house.officer(TOWN_A), call, vec![id]).await.unwrap();
    expert.get("/reviewing").await.good().shows("待答复");
    expert.get(&format!("/reviewing/calls/{call}")).await.good().shows("是否参加评审");
    expert.form(&format!("/reviewing/calls/{call}/words"), &[("state", "willing"), ("load", "九十九")]).await.is(422);
    let said = expert.form(&format!("/reviewing/calls/{call}/words"), &[("state", "willing"), ("load", "２")]).await;
    assert_eq!(said.redirect(), format!("/reviewing/calls/{call}"));
    reviewer_say(house.app(), &ctx, call, true, "2").await.expect("he may say it again");
    whole(&expert.get("/reviewing/ties").await.good().text());
    let tie = [("kind", "family"), ("name", "某家族企业"), ("uscc", ""), ("left", ""), ("reason", "")];
    assert_eq!(expert.form("/reviewing/ties", &tie).await.redirect(), "/reviewing/ties");
    expert.get("/reviewing/ties").await.shows("某家族企业");
    whole(&office.get(&format!("/calls/{call}/draws/new")).await.good().text());
    drawn(&house, call).await;
    let mut visitor = house.test.visitor();
    let public = visitor.get(&format!("/calls/{call}/draws")).await.good().text();
    whole(&public);
    assert!(public.contains("种子"), "everybody checks the seed");
    visitor.get(&format!("/calls/{call}/review")).await.is(401);
    office.get(&format!("/calls/{call}")).await.good().shows("/review");
    let value = office.get(&format!("/api/v1/calls/{call}/review")).await.good().value();
    assert_eq!(value["pool"].as_array().unwrap().len(), 6);
    whole(&office.get(&format!("/calls/{call}/review")).await.good().text());
    let mine = tasks(&house, call).await.into_iter().find(|task| task.account == ctx.actor.id());
    let Some(task) = mine else {
        // The lot passed him by: another expert's answer is not his to read.
        let other = &tasks(&house, call).await[0];
        expert.get(&format!("/reviewing/answers/{}", other.id)).await.is(404);
        house.test.finish().await;
        return;
    };
    let page = expert.get(&format!("/reviewing/answers/{}", task.id)).await.good().text();
    whole(&page);
    assert!(page.contains("watermark") && !page.contains(&house.team(0).name), "watermarked and blind");
    let json = expert.get(&format!("/api/v1/reviewing/answers/{}", task.id)).await.good().value();
    let criteria = json["criteria"].as_array().unwrap().len();
    let mut fields: Vec<(String, String)> = (1..=criteria).map(|n| (format!("points_c{n}"), "80".to_owned())).collect();
    fields.push(("comment".into(), String::new()));
    let pairs = |fields: &[(String, String)]| fields.to_vec();
    let sent = pairs(&fields);
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    expert.form(&format!("/reviewing/answers/{}/scores", task.id), &sent).await.is(422);
    fields.pop();
    fields.push(("comment".into(), "可行".into()));
    let sent: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    expert.form(&format!("/reviewing/answers/{}/scores", task.id), &sent).await.redirect();
    house.test.finish().await;
}
