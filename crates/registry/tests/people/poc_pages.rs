//! Proof-of-concept projects as people meet them: pages, forms, refusals that lose nothing.

use crate::house::{House, TOWN_A, TOWN_B, draft, house};
use registry::rules::organisation::Draft;
use testkit::Client;

/// A lab in the first town, a firm in the second, a centre, and their browsers.
pub struct Play {
    pub house: House,
    pub lab: Client,
    pub fab: Client,
    pub keeper: Client,
    pub lab_id: String,
    pub fab_id: String,
    pub centre_id: String,
}

pub async fn play() -> Play {
    let house = house().await;
    let (lab, fab, keeper) = (house.account("lab").await, house.account("fab").await, house.account("keeper").await);
    let lab_id = house.listed(&lab, "甲地实验室", TOWN_A).await;
    let fab_id = house.listed(&fab, "乙地中试公司", TOWN_B).await;
    let centre = Draft { kind: "poc_centre".into(), ..draft("甲地概念验证中心", TOWN_A) };
    let centre_id = house.opened(&keeper, centre).await;
    let (lab, fab) = (house.signed_in("lab").await, house.signed_in("fab").await);
    let keeper = house.signed_in("keeper").await;
    Play { house, lab, fab, keeper, lab_id, fab_id, centre_id }
}

const DONE: [(&str, &str); 6] = [
    ("done", "1"),
    ("stage", "lab"),
    ("city", TOWN_A),
    ("day", "2025/05/01"),
    ("note", "得到第一批样品"),
    ("evidence", "检测报告 1 号"),
];

impl Play {
    /// A draft of the lab; returns its address.
    pub async fn begun(&mut self) -> String {
        let centre = self.centre_id.clone();
        let fields = [
            ("title", "低温烘干薄膜"),
            ("title_en", "Drying film"),
            ("about", "一种薄膜"),
            ("centre", centre.as_str()),
        ];
        self.lab.form("/poc", &fields).await.redirect()
    }

    /// A published project of the lab with its first step, looked after by the centre; returns its address.
    pub async fn open(&mut self) -> String {
        let at = self.begun().await;
        self.keeper.form(&format!("{at}/centre/answers"), &[("decision", "accept")]).await.redirect();
        self.lab.form(&format!("{at}/steps"), &DONE).await.redirect();
        self.lab.form(&format!("{at}/publications"), &[]).await.redirect();
        at
    }

    async fn proposed(&mut self, at: &str) -> String {
        let offer = [("stage", "pilot"), ("note", "我们有中试线"), ("day", "2026-05-01")];
        self.fab.form(&format!("{at}/steps"), &offer).await.good().shows("建议已提交");
        let page = self.lab.get(at).await.good().text();
        between(&page, &format!("action=\"{at}/steps/"), "/answers").to_owned()
    }
}

/// What stands between two texts, the first time.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} after {before}")).0
}

#[tokio::test]
async fn a_project_goes_its_way_by_pages() {
    let mut play = play().await;
    play.lab.get("/poc/new").await.good().shows("甲地概念验证中心").hides("name=\"organisation\"");
    let at = play.begun().await;
    let _ = play.house.0.visitor().get(&at).await.is(404);
    play.lab.get(&at).await.good().shows("这是草稿").shows("还没有步骤").shows("noindex");
    play.lab.form(&format!("{at}/steps"), &DONE).await.redirect();
    let page = play.lab.get(&at).await.good().shows("检测报告 1 号").shows("2025-05-01").shows("①");
    let _ = page.shows("第1步：示例甲，实验室，已完成");
    play.lab.form(&format!("{at}/publications"), &[]).await.redirect();
    play.house.0.settle().await;
    let mut visitor = play.house.0.visitor();
    let page = visitor.get(&at).await.good().shows("甲地实验室").shows("提出下一步").hides("增加一步");
    let _ = page.shows("甲地概念验证中心（已邀请，待其同意）").hides("/centre/answers");
    visitor.get("/poc").await.good().shows("低温烘干薄膜").hides("甲地概念验证中心");
    let _ = play.keeper.get("/desk").await.good().shows("答复是否照看概念验证项目").shows(&at);
    play.keeper.get(&at).await.good().shows("同意照看").shows(&format!("{at}/centre/decline"));
    play.keeper.form(&format!("{at}/centre/answers"), &[("decision", "accept")]).await.redirect();
    visitor.get(&at).await.good().shows("甲地概念验证中心").hides("待其同意");
    visitor.get("/poc").await.good().shows("甲地概念验证中心");
    visitor.get("/search?q=薄膜").await.good().shows(&at);

    let step = play.proposed(&at).await;
    let _ = visitor.get(&at).await.good().hides("我们有中试线");
    let _ = play.fab.get(&at).await.good().shows("我们有中试线").hides("/answers");
    let _ = play.lab.get("/desk").await.good().shows("答复概念验证项目的建议").shows(&at);
    play.lab.form(&format!("{at}/steps/{step}/answers"), &[("decision", "accept")]).await.redirect();
    let _ = visitor.get(&at).await.good().shows("我们有中试线").shows("class=\"leg planned\"").shows("计划中");
    let complete = format!("{at}/steps/{step}");
    let _ = play.lab.get(&complete).await.good().shows("我们有中试线");
    let done = [("day", "２０２６-０３-１６"), ("evidence", "中试报告 2 号")];
    assert_eq!(play.lab.form(&format!("{complete}/completions"), &done).await.redirect(), at);
    assert_eq!(play.lab.get(&complete).await.redirect(), at, "nothing to complete any more");
    let page =
        visitor.get(&at).await.good().shows("class=\"leg\"").hides("class=\"leg planned\"").shows("中试报告 2 号");
    let _ = page.shows("已到中试");
    play.lab.form(&format!("{at}/closures"), &[]).await.redirect();
    let _ = visitor.get(&at).await.good().shows("项目已结束").hides("提出下一步");
    let english = play.house.0.visitor().english().get(&at).await.good().shows("Drying film");
    let _ = english.shows("Reached: Pilot line").shows("Step 2: Town B, Pilot line, Done");
    play.house.0.finish().await;
}

#[tokio::test]
async fn a_refused_form_comes_back_as_it_was_typed() {
    let mut play = play().await;
    let typed = [("title", "薄膜"), ("about", ""), ("segments", "tea/dryer"), ("idempotency_key", "k1")];
    let page = play.lab.form("/poc", &typed).await.is(422).shows("value=\"薄膜\"").shows("about-error");
    let _ = page.shows("value=\"tea/dryer\" checked");
    let fields = [("title", "薄膜"), ("about", "一种薄膜"), ("centre", play.fab_id.as_str())];
    let _ = play.lab.form("/poc", &fields).await.is(422).shows("不是概念验证中心");
    let at = play.begun().await;
    let steps = format!("{at}/steps");
    let _ = play.lab.form(&format!("{at}/publications"), &[]).await.is(409).shows("role=\"alert\"").shows("请先写入");
    for (field, value, says) in [
        ("done", "", "请选择这一步是已经完成"),
        ("stage", "dream", "请选择这一步到达的阶段"),
        ("city", "", "须写明在哪座城市"),
        ("day", "2030-01-01", "日期不能晚于今天"),
        ("day", "昨天", "请填写日期"),
        ("evidence", "", "请写明依据"),
        ("organisation", "没有这家", "没有这家机构"),
        ("note", "", "不能为空"),
    ] {
        let mut fields: Vec<(&str, &str)> = DONE.into_iter().filter(|(name, _)| *name != field).collect();
        fields.push((field, value));
        let page = play.lab.form(&steps, &fields).await.is(422).shows(says).shows(&format!("{field}-error"));
        if field != "evidence" {
            let _ = page.shows("检测报告 1 号");
        }
    }
    let mut with: Vec<(&str, &str)> = DONE.into_iter().filter(|(name, _)| *name != "city").collect();
    with.push(("organisation", "乙地中试公司"));
    play.lab.form(&steps, &with).await.redirect();
    let page = play.lab.get(&at).await.good().text();
    assert!(page.contains(&format!("/organisations/{}", play.fab_id)) && page.contains("示例乙"), "named by its name");
    play.house.0.finish().await;
}

#[tokio::test]
async fn who_may_not_is_told_what_to_do() {
    let mut play = play().await;
    let at = play.open().await;
    let mut visitor = play.house.0.visitor();
    for path in ["/poc/new", "/poc?own=1", &format!("{at}/steps/new")] {
        let _ = visitor.get(path).await.is(401);
    }
    for path in ["/poc".to_owned(), format!("{at}/steps"), format!("{at}/closures"), format!("{at}/publications")] {
        let _ = visitor.form(&path, &[]).await.is(401);
    }
    play.house.account("nobody").await;
    let mut nobody = play.house.signed_in("nobody").await;
    for path in ["/poc/new".to_owned(), format!("{at}/steps/new")] {
        let _ = nobody.get(&path).await.good().shows("请先认领或登记本单位");
    }
    let fields = [("stage", "pilot"), ("note", "我们来做")];
    let _ = nobody.form(&format!("{at}/steps"), &fields).await.is(403).shows("我们来做").shows("请先认领或登记本单位");
    let step = play.proposed(&at).await;
    let _ = play.fab.form(&format!("{at}/steps/{step}/answers"), &[("decision", "accept")]).await.is(403);
    let _ = play.fab.form(&format!("{at}/closures"), &[]).await.is(403);
    let _ = play.fab.get(&format!("{at}/steps/{step}")).await.is(403);
    let _ = play.lab.form(&format!("{at}/closures"), &[]).await.is(409).shows("还有其他单位的建议没有答复");
    let answers = format!("{at}/steps/{step}/answers");
    let _ = play.lab.form(&answers, &[("decision", "perhaps")]).await.is(422).shows("请选择");
    let question = format!("{at}/steps/{step}/decline");
    let _ = visitor.get(&question).await.is(401);
    let _ = play.fab.get(&question).await.is(403);
    let _ = play.lab.get(&at).await.good().shows(&question);
    let _ = play.lab.get(&question).await.good().shows("我们有中试线").shows("已有其他单位承担");
    let _ =
        play.lab.form(&answers, &[("decision", "decline")]).await.is(422).shows("请选择一项理由").shows("reason-error");
    let vague = [("decision", "decline"), ("reason", "other")];
    let _ = play.lab.form(&answers, &vague).await.is(422).shows("remark-error").shows("value=\"other\" checked");
    let clear = [("decision", "decline"), ("reason", "taken"), ("remark", "已与他方签约")];
    play.lab.form(&answers, &clear).await.redirect();
    assert_eq!(play.lab.get(&question).await.redirect(), at, "nothing to answer any more");
    let _ = play.fab.get("/desk").await.good().shows("建议未被采纳").shows(&at);
    let _ = play.lab.form(&answers, &[("decision", "accept")]).await.is(409).shows("已经答复过");
    let _ = play.fab.get(&at).await.good().shows("未采纳").shows("理由：已有其他单位承担。已与他方签约");
    let _ = visitor.get(&at).await.good().hides("未采纳");
    let _ = play.lab.form(&format!("{at}/steps/{step}/completions"), &[("day", "2026-03-16")]).await.is(409);
    for _ in 0..5 {
        play.proposed(&at).await;
    }
    let page = play.fab.form(&format!("{at}/steps"), &fields).await.is(429).shows("请等候");
    let _ = page.shows("我们来做");
    play.house.0.finish().await;
}

#[tokio::test]
async fn lists_and_organisations_lead_to_each_other() {
    let mut play = play().await;
    let at = play.open().await;
    let mut visitor = play.house.0.visitor();
    let _ = visitor.get("/").await.good().shows("href=\"/poc\"");
    for (query, found) in [
        (format!("city={TOWN_A}"), true),
        (format!("city={TOWN_B}"), false),
        ("stage=lab".to_owned(), true),
        ("stage=capital".to_owned(), false),
        (format!("centre={}", play.centre_id), true),
        ("centre=nobody".to_owned(), false),
        ("segment=tea".to_owned(), false),
        ("segment=a'b%25".to_owned(), false),
    ] {
        let page = visitor.get(&format!("/poc?{query}")).await.good().text();
        assert_eq!(page.contains("低温烘干薄膜"), found, "{query}");
    }
    let centres = visitor.get("/poc/centres").await.good().shows("甲地概念验证中心").shows("低温烘干薄膜");
    let _ = centres.shows(&format!("/organisations/{}", play.centre_id));
    for id in [&play.lab_id, &play.centre_id] {
        let _ = visitor.get(&format!("/organisations/{id}")).await.good().shows(&at);
    }
    let _ = visitor.get(&format!("/organisations/{}", play.fab_id)).await.good().hides(&at);
    let _ = play.lab.get("/my/organisation").await.good().shows("/poc/new?organisation=").shows("/poc?own=1");
    let _ = play.lab.get("/poc?own=1").await.good().shows("低温烘干薄膜");
    let _ = play.fab.get("/poc?own=1").await.good().hides("低温烘干薄膜").shows("还没有项目");
    let csv = visitor.get("/poc?format=csv").await.good();
    assert_eq!(csv.text().lines().count(), 2);
    assert_eq!(visitor.get("/poc?format=json").await.good().value()["total"], 1);
    let _ = visitor.get("/poc?cursor=nothing").await.is(422);
    play.house.0.finish().await;
}

#[tokio::test]
async fn pages_turn_without_repeating_what_has_changed_meanwhile() {
    let mut play = play().await;
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(play.open().await);
        play.house.app().clock().advance_ms(1_000);
    }
    let mut visitor = play.house.0.visitor();
    let first = visitor.get("/poc?limit=2").await.good().shows(&all[2]).shows(&all[1]).hides(&all[0]).text();
    let next = between(&first, "/poc?limit=2&#38;cursor=", "\"").to_owned();
    // The second one changes: it moves to the front of the list, not into the next page.
    play.lab.form(&format!("{}/steps", all[1]), &DONE).await.redirect();
    let _ = visitor.get(&format!("/poc?limit=2&cursor={next}")).await.good().shows(&all[0]).hides(&all[1]);
    play.house.0.finish().await;
}

#[tokio::test]
async fn a_centre_that_says_no_is_answered_with_another() {
    let mut play = play().await;
    let at = play.begun().await;
    let (answers, question) = (format!("{at}/centre/answers"), format!("{at}/centre/decline"));
    let mut visitor = play.house.0.visitor();
    let _ = visitor.get(&question).await.is(404);
    let _ = visitor.form(&answers, &[("decision", "accept")]).await.is(401);
    let _ = play.lab.get(&question).await.is(403);
    let _ = play.keeper.get(&question).await.good().shows("不同意照看这个项目").shows("目前没有人手或设备");
    let _ = play.keeper.form(&answers, &[("decision", "decline")]).await.is(422).shows("reason-error");
    let typed = [("decision", "decline"), ("reason", "capacity"), ("remark", "明年再议")];
    let gone = play.keeper.form(&answers, &typed).await.redirect();
    assert_eq!(gone, "/desk", "a draft that it does not look after is not its to read");
    let _ = play.keeper.get(&at).await.is(404);
    let _ = play.lab.get("/desk").await.good().shows("概念验证中心未同意").shows(&at);
    let page = play.lab.get(&at).await.good().shows("甲地概念验证中心未同意照看本项目");
    let _ = page.shows("目前没有人手或设备。明年再议").shows(&format!("{at}/centres"));
    let asks = format!("{at}/centres");
    let _ = play.lab.form(&asks, &[("centre", &play.fab_id)]).await.is(422).shows("不是概念验证中心");
    play.lab.form(&asks, &[("centre", &play.centre_id)]).await.redirect();
    let _ = play.lab.get(&at).await.good().shows("待其同意").hides("未同意照看");
    play.keeper.form(&answers, &[("decision", "accept")]).await.redirect();
    let _ = play.lab.get(&at).await.good().hides("待其同意").hides(&asks);
    assert_eq!(play.keeper.get(&question).await.redirect(), at, "nothing to answer any more");
    play.house.0.finish().await;
}

#[tokio::test]
async fn a_step_is_changed_by_its_page() {
    let mut play = play().await;
    let at = play.open().await;
    let plan = [("done", "0"), ("stage", "production"), ("organisation", "乙地中试公司"), ("note", "小批量")];
    play.lab.form(&format!("{at}/steps"), &plan).await.redirect();
    let told = play.lab.get(&format!("/api/v1/poc-projects/{}", at.trim_start_matches("/poc/"))).await.good().value();
    let step = told["steps"][1]["id"].as_str().expect("a plan after what is done").to_owned();
    let edit = format!("{at}/steps/{step}/edit");
    let _ = play.lab.get(&at).await.good().shows("修改这一步").shows(&edit);
    let mut visitor = play.house.0.visitor();
    let _ = visitor.get(&edit).await.is(401);
    let _ = visitor.get(&at).await.good().hides("修改这一步");
    assert_eq!(play.fab.get(&edit).await.redirect(), at, "only its author changes a step");
    let form = play.lab.get(&edit).await.good().shows("value=\"乙地中试公司\"").shows("小批量");
    let _ = form.hides("name=\"done\"").hides("idempotency_key");
    let typed = [("stage", "production"), ("organisation", "乙地中试公司"), ("day", "明年"), ("note", "批量一千件")];
    let _ = play.lab.form(&edit, &typed).await.is(422).shows("请填写日期").shows("批量一千件");
    let typed =
        [("stage", "production"), ("organisation", "乙地中试公司"), ("day", "2027/01/01"), ("note", "批量一千件")];
    let _ = play.fab.form(&edit, &typed).await.is(403);
    assert_eq!(play.lab.form(&edit, &typed).await.redirect(), at);
    let _ = visitor.get(&at).await.good().shows("2027-01-01").shows("批量一千件").shows("修改一个步骤").hides("小批量");
    let done = [("day", "2026-03-16"), ("evidence", "合同登记号 3")];
    play.lab.form(&format!("{at}/steps/{step}/completions"), &done).await.redirect();
    assert_eq!(play.lab.get(&edit).await.redirect(), at, "what is done is not changed any more");
    let _ = play.lab.form(&edit, &typed).await.is(409).shows("不能再改");
    play.house.0.finish().await;
}
