#![allow(unused_must_use, reason = "an answer that a test has insisted on needs no further look")]
use crate::house::{House, TOWN_A, house};
use crate::web::{account, id_after};
use axum::body::Body;
use axum::http::Method;
use platform::Role;
use serde_json::json;
use testkit::Client;

/// Everybody of a story: an enterprise in town A with its manager, an expert in the list, the office, a visitor.
struct Scene {
    house: House,
    owner: String,
    expert_id: String,
    boss: Client,
    expert: Client,
    officer: Client,
    visitor: Client,
}

async fn scene(consent: bool) -> Scene {
    let house = house().await;
    let (boss_id, boss) = account(&house, "boss-a", None).await;
    let (_, mut expert) = account(&house, "expert-a", Some((Role::Expert, None))).await;
    let (_, officer) = account(&house, "officer-a", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    let owner = house.listed(&boss_id, "新茶公司", TOWN_A).await;
    let own = json!({ "name": "示例专家甲", "consent": consent, "institution": "示例茶叶研究所", "city": TOWN_A,
        "fields": "茶叶低温烘干", "availability": "open" });
    let expert_id = expert.json("/api/v1/experts", &own).await.is(201).value()["id"].as_str().unwrap().to_owned();
    let visitor = house.0.visitor();
    Scene { house, owner, expert_id, boss, expert, officer, visitor }
}

/// What a manager types.
fn typed<'a>(expert: &'a str, name: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("experts", expert), ("name", name), ("about", "低温烘干工艺的联合研究")]
}

impl Scene {
    /// A proposal by the API.
    async fn proposed(&mut self) -> String {
        let body = json!({ "name": "茶叶烘干工作站", "about": "低温烘干", "experts": [self.expert_id] });
        let path = format!("/api/v1/organisations/{}/workstations", self.owner);
        self.boss.json(&path, &body).await.is(201).value()["id"].as_str().unwrap().to_owned()
    }

    async fn recognised(&mut self) -> String {
        let id = self.proposed().await;
        let at = format!("/api/v1/workstations/{id}");
        self.expert.json(&format!("{at}/joinings"), &json!({ "expert": self.expert_id })).await.is(201);
        self.officer.json(&format!("{at}/decisions"), &json!({ "decision": "approve" })).await.is(201);
        id
    }
}

#[tokio::test]
async fn a_workstation_is_proposed_agreed_recognised_worked_in_and_ended_by_the_pages() {
    let mut s = scene(true).await;
    let form = format!("/organisations/{}/workstations/new", s.owner);
    s.boss.get("/my/organisation").await.good().shows("#workstations");
    s.boss.get(&format!("/organisations/{}", s.owner)).await.good().shows(&form);
    s.visitor.get(&format!("/organisations/{}", s.owner)).await.good().hides(&form);
    s.boss.get(&format!("/experts/{}", s.expert_id)).await.good().shows(&format!("{form}?expert={}", s.expert_id));
    s.boss.get(&format!("{form}?expert={}", s.expert_id)).await.good().shows("示例专家甲").shows("checked");
    s.boss.get(&format!("{form}?q=无此人")).await.good().shows("没有符合条件的专家");
    s.visitor.get(&form).await.is(401);
    s.expert.get(&form).await.is(403);
    let post = format!("/organisations/{}/workstations", s.owner);
    s.boss
        .form(&post, &[("name", "茶站"), ("about", "烘干")])
        .await
        .is(422)
        .shows("位进站专家")
        .shows("value=\"茶站\"");
    s.boss.form(&post, &typed(&s.expert_id, "")).await.is(422).shows("这一项不能为空").shows("checked");
    let receipt = s.boss.form(&post, &typed(&s.expert_id, "茶叶烘干工作站")).await.good().shows("工作站申请已提交");
    let id = id_after(&receipt.text(), "/workstations/");
    let page = format!("/workstations/{id}");
    s.visitor.get(&page).await.is(404);
    s.boss.get(&page).await.good().shows("待认定").shows("已邀请，待答复");
    s.officer.get("/desk").await.good().shows("认定院士（专家）工作站").shows(&page);
    s.officer.get("/workstations/waiting").await.good().shows("茶叶烘干工作站").shows("办理期限");
    s.boss.get("/workstations/waiting").await.is(403);
    let decide = format!("{page}/decisions");
    s.officer
        .form(&decide, &[("decision", "approve"), ("remark", "好")])
        .await
        .is(409)
        .shows("还没有专家同意")
        .shows("好</textarea>");
    s.expert.get("/desk").await.good().shows("答复进站邀请").shows(&page);
    s.expert.get(&format!("/experts/{}", s.expert_id)).await.good().shows(&format!("{page}/joinings"));
    s.boss.form(&format!("{page}/joinings"), &[("expert", &s.expert_id)]).await.is(403);
    assert_eq!(s.expert.form(&format!("{page}/joinings"), &[("expert", &s.expert_id)]).await.redirect(), page);
    s.expert.form(&format!("{page}/joinings"), &[("expert", &s.expert_id)]).await.is(409).shows("可能已经答复过");
    s.officer.form(&decide, &[]).await.is(422).shows("请选择“通过”或“不通过”");
    assert_eq!(s.officer.form(&decide, &[("decision", "approve")]).await.redirect(), page);
    s.officer.form(&decide, &[("decision", "approve")]).await.is(409).shows("已经办结");
    s.visitor.get(&page).await.good().shows("运行中").shows("示例专家甲").hides("/projects\"");
    let projects = format!("{page}/projects");
    let project = [("title", "低温烘干工艺"), ("amount_yuan", "８０万"), ("starts", "2025-01-01")];
    s.boss.form(&projects, &project).await.is(422).shows("value=\"低温烘干工艺\"").shows("<details open>");
    let project = [
        ("title", "低温烘干工艺"),
        ("amount_yuan", "800,000"),
        ("starts", "２０２５/０１/０１"),
        ("results", "专利 2 项"),
    ];
    assert_eq!(s.boss.form(&projects, &project).await.redirect(), page);
    s.visitor.get(&page).await.good().shows("80 万元").shows("2025-01-01 起").shows("专利 2 项");
    s.visitor.clone().english().get(&page).await.good().shows("Running").shows("Projects");
    let text = s.boss.get(&page).await.good().shows("修改项目").text();
    let edit = format!("{projects}/{}/edit", id_after(&text, &format!("{projects}/")));
    s.visitor.get(&page).await.hides("修改项目");
    s.visitor.get(&edit).await.is(401);
    s.expert.get(&edit).await.is(403);
    s.boss.get(&format!("{projects}/nothing/edit")).await.is(404);
    s.boss.get(&edit).await.good().shows("value=\"800000.00\"").shows("value=\"2025-01-01\"").shows("专利 2 项");
    let typed = [("title", ""), ("amount_yuan", "800000"), ("starts", "2025-01-01"), ("results", "专利 3 项")];
    s.boss.form(&edit, &typed).await.is(422).shows("这一项不能为空").shows("专利 3 项");
    let typed = [("title", "低温烘干工艺"), ("starts", "2025-01-01"), ("ends", "2026/02/28"), ("results", "专利 3 项")];
    s.expert.form(&edit, &typed).await.is(403);
    assert_eq!(s.boss.form(&edit, &typed).await.redirect(), page);
    s.visitor.get(&page).await.good().shows("2025-01-01 至 2026-02-28").shows("专利 3 项").hides("80 万元");
    s.visitor.get(&format!("/experts/{}", s.expert_id)).await.good().shows(&page);
    s.visitor.get("/workstations").await.good().shows("茶叶烘干工作站").shows("1 个合作项目");
    s.visitor.get(&format!("/organisations/{}", s.owner)).await.good().shows(&page);
    s.visitor.form(&format!("{page}/endings"), &[]).await.is(401);
    assert_eq!(s.boss.form(&format!("{page}/endings"), &[]).await.redirect(), page);
    s.boss.form(&format!("{page}/endings"), &[]).await.is(409).shows("尚未认定或已撤站");
    s.boss.form(&projects, &project).await.is(409).shows("尚未认定或已撤站");
    s.visitor.get(&page).await.good().shows("已撤站");
    assert_eq!(s.boss.get(&edit).await.redirect(), page, "nothing to change any more");
    s.boss.form(&edit, &typed).await.is(409).shows("尚未认定或已撤站");
    s.house.0.finish().await;
}

#[tokio::test]
async fn a_refused_proposal_says_why_and_is_proposed_again_from_what_was_typed() {
    let mut s = scene(true).await;
    let id = s.proposed().await;
    let page = format!("/workstations/{id}");
    let decide = format!("{page}/decisions");
    s.boss.form(&decide, &[("decision", "refuse")]).await.is(403);
    s.officer.form(&decide, &[("decision", "refuse")]).await.is(422).shows("不通过须选择一项理由");
    let unclear = [("decision", "refuse"), ("reason", "data-wrong")];
    s.officer.form(&decide, &unclear).await.is(422).shows("请在说明中写清哪一项有误");
    let clear = [("decision", "refuse"), ("reason", "data-wrong"), ("remark", "合作内容太笼统")];
    assert_eq!(s.officer.form(&decide, &clear).await.redirect(), page);
    s.boss.get("/desk").await.good().shows("工作站未认定，请查看理由");
    let again = format!("/organisations/{}/workstations/new?from={id}", s.owner);
    s.boss.get(&page).await.good().shows("合作内容太笼统").shows(&again);
    s.boss.get(&again).await.good().shows("value=\"茶叶烘干工作站\"").shows("checked");
    s.visitor.get(&page).await.is(404);
    let late = s.expert.form(&format!("{page}/joinings"), &[("expert", &s.expert_id)]).await.is(409);
    late.shows("无需再答复").hides("合作内容太笼统");
    s.house.0.finish().await;
}

#[tokio::test]
async fn an_expert_says_no_and_leaves_and_a_hidden_name_stays_hidden() {
    let mut s = scene(false).await;
    let id = s.proposed().await;
    let page = format!("/workstations/{id}");
    let leave = format!("{page}/leavings");
    s.boss.form(&leave, &[("expert", &s.expert_id)]).await.is(403);
    let question = format!("{page}/experts/{}/leaving", s.expert_id);
    s.visitor.get(&question).await.is(401);
    assert_eq!(s.boss.get(&question).await.redirect(), page, "nobody answers for an expert");
    s.expert.get(&page).await.good().shows(&question);
    s.expert.get(&question).await.good().shows("时间安排不开").hides("合作已经完成");
    s.expert.form(&leave, &[("expert", &s.expert_id)]).await.is(422).shows("请选择一项理由");
    let vague = [("expert", s.expert_id.as_str()), ("reason", "other")];
    s.expert.form(&leave, &vague).await.is(422).shows("在说明中写清原因").shows("value=\"other\" checked");
    let typed = [("expert", s.expert_id.as_str()), ("reason", "time"), ("remark", "明年可再联系")];
    assert_eq!(s.expert.form(&leave, &typed).await.redirect(), page);
    assert_eq!(s.expert.get(&question).await.redirect(), page, "answered already");
    s.expert.form(&leave, &typed).await.is(409).shows("可能已经退出");
    s.boss.get("/desk").await.good().shows("专家谢绝或退出工作站").shows(&page);
    s.expert.get("/desk").await.good().hides(&page);
    s.boss.get(&page).await.good().shows("已谢绝").shows("理由：时间安排不开。明年可再联系");
    let id = s.recognised().await;
    let at = format!("/api/v1/workstations/{id}");
    let seen = s.visitor.get(&at).await.good();
    assert!(seen.value()["experts"][0]["expert"].is_null() && !seen.text().contains(&s.expert_id));
    s.visitor.get(&format!("/workstations/{id}")).await.good().hides(&s.expert_id).shows("未公开姓名的专家");
    let (leavings, bare) = (format!("{at}/leavings"), json!({ "expert": s.expert_id }));
    s.expert.json(&leavings, &bare).await.is(422).refused("reason-needed");
    let other = json!({ "expert": s.expert_id, "reason": "other" });
    s.expert.json(&leavings, &other).await.is(422).refused("remark-needed");
    let done = json!({ "expert": s.expert_id, "reason": "finished", "remark": "目标已达成" });
    s.expert.json(&leavings, &done).await.is(201);
    s.expert.json(&leavings, &done).await.is(409).refused("workstation-left");
    let told = s.boss.get(&at).await.good().value();
    let seat = &told["experts"][0];
    assert_eq!((&seat["left_reason"], &seat["left_remark"]), (&json!("finished"), &json!("目标已达成")));
    assert_eq!(s.visitor.get(&at).await.value()["experts"], json!([]));
    s.visitor.get(&format!("/workstations/{id}")).await.good().shows("目前没有在站专家");
    s.house.0.finish().await;
}

#[tokio::test]
async fn the_api_does_what_the_pages_do_and_refuses_by_code() {
    let mut s = scene(true).await;
    let propose = format!("/api/v1/organisations/{}/workstations", s.owner);
    let body = json!({ "name": "茶叶烘干工作站", "about": "低温烘干", "experts": [s.expert_id] });
    s.visitor.json(&propose, &body).await.is(401).refused("sign-in");
    s.expert.json(&propose, &body).await.is(403).refused("forbidden");
    s.boss
        .json(&propose, &json!({ "name": "x", "about": "y", "experts": [] }))
        .await
        .is(422)
        .refused("workstation-experts");
    s.boss.json("/api/v1/organisations/nothing/workstations", &body).await.is(404).refused("not-found");
    let own = async |who: &mut Client| who.get(&propose).await.good().value()["total"].clone();
    let waiting = s.boss.json(&propose, &body).await.is(201).value()["id"].clone();
    assert_eq!((own(&mut s.boss).await, own(&mut s.visitor).await), (json!(1), json!(0)), "not everybody's yet");
    let refusal = json!({ "decision": "refuse", "reason": "duplicate", "remark": "已有同名工作站。" });
    let decide = format!("/api/v1/workstations/{}/decisions", waiting.as_str().unwrap());
    let headers = [("idempotency-key", "k-1")];
    let mut send = async |body: &serde_json::Value| {
        let body = Body::from(body.to_string());
        s.officer.send(Method::POST, &decide, Some("application/json"), body, &headers).await
    };
    let first = send(&refusal).await.is(201).value();
    assert_eq!(send(&refusal).await.is(201).value(), first, "a repeat of a decision gets the first answer");
    send(&json!({ "decision": "approve" })).await.is(422).refused("idempotency-body");
    s.officer.json(&decide, &refusal).await.is(409);
    let id = s.recognised().await;
    let at = format!("/api/v1/workstations/{id}");
    assert_eq!(own(&mut s.visitor).await, 1);
    s.visitor.get("/api/v1/organisations/nothing/workstations").await.is(404).refused("not-found");
    assert_eq!(s.officer.get("/api/v1/workstations/waiting").await.good().value()["total"], 0);
    s.boss.get("/api/v1/workstations/waiting").await.is(403).refused("forbidden");
    s.officer
        .json(&format!("{at}/decisions"), &json!({ "decision": "approve" }))
        .await
        .is(409)
        .refused("workstation-decided");
    s.boss.json(&format!("{at}/decisions"), &json!({ "decision": "approve" })).await.is(403).refused("forbidden");
    let answer = json!({ "expert": s.expert_id });
    s.expert.json(&format!("{at}/joinings"), &answer).await.is(409).refused("workstation-joined");
    s.boss.json(&format!("{at}/leavings"), &answer).await.is(403).refused("forbidden");
    s.expert.json(&format!("{at}/joinings"), &json!({ "expert": "nobody" })).await.is(404).refused("not-found");
    let project =
        json!({ "title": "低温烘干工艺", "amount_fen": 80_000_050, "starts": "2025-01-01", "ends": "2026-01-01" });
    s.expert.json(&format!("{at}/projects"), &project).await.is(403).refused("forbidden");
    s.boss
        .json(&format!("{at}/projects"), &json!({ "title": "x", "amount_fen": -1, "starts": "2025-01-01" }))
        .await
        .is(422)
        .refused("amount-range");
    s.boss
        .json(&format!("{at}/projects"), &json!({ "title": "x", "starts": "soon" }))
        .await
        .is(422)
        .refused("date-shape");
    s.boss.json(&format!("{at}/projects"), &project).await.is(201);
    let seen = s.visitor.get(&at).await.good().value();
    assert_eq!((&seen["amount_fen"], &seen["project_items"][0]["ends"]), (&json!(80_000_050), &json!("2026-01-01")));
    assert_eq!((&seen["state"], &seen["experts"][0]["expert"]["id"]), (&json!("listed"), &json!(s.expert_id)));
    let of = seen["project_items"][0]["id"].as_str().unwrap().to_owned();
    let versions = format!("{at}/projects/{of}/versions");
    let next = json!({ "title": "低温烘干工艺二期", "starts": "2025-01-01", "results": "专利 2 项" });
    s.visitor.json(&versions, &next).await.is(401).refused("sign-in");
    s.expert.json(&versions, &next).await.is(403).refused("forbidden");
    s.boss.json(&format!("{at}/projects/nothing/versions"), &next).await.is(404).refused("not-found");
    s.boss.json(&versions, &json!({ "title": "x" })).await.is(422).refused("date-shape");
    s.boss.json(&versions, &next).await.is(201);
    let seen = s.visitor.get(&at).await.good().value();
    assert_eq!((&seen["projects"], &seen["project_items"][0]["title"]), (&json!(1), &json!("低温烘干工艺二期")));
    assert!(seen["project_items"][0]["ends"].is_null() && seen["amount_fen"] == 0, "what is not sent is not kept");
    s.expert.json(&format!("{at}/endings"), &json!({})).await.is(403).refused("forbidden");
    s.boss.json(&format!("{at}/endings"), &json!({})).await.is(201);
    s.boss.json(&format!("{at}/endings"), &json!({})).await.is(409).refused("workstation-not-listed");
    s.boss.json(&versions, &next).await.is(409).refused("workstation-not-listed");
    let list = |query: &str| format!("/api/v1/workstations{query}");
    assert_eq!(s.visitor.get(&list("?state=ended&q=新茶")).await.good().value()["total"], 1);
    assert_eq!(s.visitor.get(&list("?state=listed")).await.good().value()["total"], 0);
    assert_eq!(s.visitor.get(&list(&format!("?city={TOWN_A}"))).await.good().value()["total"], 1);
    s.visitor.get(&list("?cursor=nothing")).await.is(422).refused("page-cursor");
    s.visitor.get("/workstations?format=csv").await.good().shows("茶叶烘干工作站");
    assert_eq!(s.visitor.get("/workstations?format=json").await.good().value()["total"], 1);
    s.visitor.get("/workstations?q=没有").await.good().hides("茶叶烘干工作站");
    s.visitor.get("/api/v1/workstations/nothing").await.is(404).refused("not-found");
}

#[tokio::test]
async fn the_same_form_sent_twice_proposes_once() {
    let mut s = scene(true).await;
    let mut typed = typed(&s.expert_id, "茶叶烘干工作站");
    typed.push(("idempotency_key", "0123456789abcdef0123456789abcdef"));
    let post = format!("/organisations/{}/workstations", s.owner);
    let first = s.boss.form(&post, &typed).await.good().text();
    let second = s.boss.form(&post, &typed).await.good().text();
    assert_eq!(id_after(&first, "/workstations/"), id_after(&second, "/workstations/"));
    assert_eq!(s.officer.get("/api/v1/workstations/waiting").await.good().value()["total"], 1);
}

#[test]
fn every_operation_of_the_document_has_a_name_of_its_own() {
    let document = platform::document::openapi(&[registry::capability()]);
    let document = serde_json::to_value(document).expect("the document is JSON");
    let mut names = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        if path.contains("/experts") || path.contains("/workstations") {
            names.extend(operations.as_object().expect("operations").values().map(|o| o["operationId"].to_string()));
        }
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!((names.len(), count), (19, 19));
}
