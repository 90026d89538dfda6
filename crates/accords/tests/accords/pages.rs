//! Pages as people meet them: forms, refusals that lose nothing, both languages.

use crate::house::{House, TOWN_A, TOWN_B, house, patch};
use platform::Role;
use testkit::{Answer, Client};

/// What stands between two texts, the first time.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} after {before}")).0
}

async fn office(house: &House, login: &str) -> Client {
    house.client(login, Some((Role::JointOffice, None))).await
}

async fn officer(house: &House, login: &str, city: &str) -> Client {
    house.client(login, Some((Role::CityOfficer, Some(city)))).await
}

const HEAD: [(&str, &str); 5] = [
    ("kind", "agreement"),
    ("title", "共建协议"),
    ("title_en", "Agreement"),
    ("number", "甲乙〔2026〕1号"),
    ("assent", "members"),
];

#[tokio::test]
async fn an_act_is_drafted_a_page_at_a_time_and_agreed_by_pages() {
    let house = house().await;
    let (mut drafter, mut a) = (office(&house, "drafter").await, officer(&house, "town-a", TOWN_A).await);
    let mut b = officer(&house, "town-b", TOWN_B).await;
    let mut visitor = house.0.visitor();
    let _ = drafter.get("/accords").await.good().shows("href=\"/accords/new\"").shows("href=\"/supervisions\"");
    let _ = visitor.get("/accords").await.good().hides("/accords/new").hides("/supervisions").shows("还没有共同决定");
    let _ = drafter.get("/accords/new").await.good().shows("name=\"assent\"").shows("idempotency_key");
    let wrong = [("kind", "agreement"), ("title", ""), ("number", "甲乙〔2026〕1号"), ("assent", "members")];
    let page = drafter.form("/accords", &wrong).await.is(422).shows("title-error");
    let _ = page.shows("value=\"甲乙〔2026〕1号\"").shows("value=\"members\" checked");
    let text = drafter.form("/accords", &HEAD).await.redirect();
    let at = text.trim_end_matches("/steps/text").to_owned();
    let _ = drafter.get(&text).await.good().shows("name=\"text\"");
    let _ = drafter.form(&text, &[("text", " ")]).await.is(422).shows("text-error");
    let parties = drafter.form(&text, &[("text", "第一条\n共建"), ("text_en", "Article 1")]).await.redirect();
    assert_eq!(parties, format!("{at}/steps/parties"));
    let _ = drafter.get(&parties).await.good().shows("示例甲").shows("走廊以外的签署方 3");
    let typed = [("cities", TOWN_A), ("outer_name_1", "某省")];
    let page = drafter.form(&parties, &typed).await.is(422).shows("outer_level_1-error").shows("value=\"某省\"");
    let _ = page.shows(&format!("value=\"{TOWN_A}\" checked"));
    let typed = [
        ("cities", TOWN_A),
        ("cities", TOWN_B),
        ("joint", "1"),
        ("outer_name_1", "某省"),
        ("outer_name_en_1", "A Province"),
        ("outer_level_1", "province"),
    ];
    let money = drafter.form(&parties, &typed).await.redirect();
    let (share_a, share_b) = (format!("share_{TOWN_A}"), format!("share_{TOWN_B}"));
    let typed = [("total_yuan", "１００"), (share_a.as_str(), "60"), (share_b.as_str(), "30")];
    let page = drafter.form(&money, &typed).await.is(422).shows("total_yuan-error").shows("不一致");
    let _ = page.shows("value=\"１００\"").shows("value=\"30\"");
    let typed = [("total_yuan", "１００"), (share_a.as_str(), "60"), (share_b.as_str(), "many")];
    let _ = drafter.form(&money, &typed).await.is(422).shows(&format!("{share_b}-error"));
    let typed = [("total_yuan", "１００"), (share_a.as_str(), "60"), (share_b.as_str(), "40")];
    let validity = drafter.form(&money, &typed).await.redirect();
    assert_eq!(validity, format!("{at}/steps/validity"));
    let typed = [("valid_from", "2026-04-01"), ("valid_until", "2026-03-01")];
    let _ = drafter.form(&validity, &typed).await.is(422).shows("valid_until-error").shows("value=\"2026-03-01\"");
    let check = drafter.form(&validity, &[("valid_until", "2028-12-31")]).await.redirect();
    let page = drafter.get(&check).await.good().shows("2028-12-31").shows("示例甲 60 元").shows("第 1 版");
    let _ = page.shows(&format!("{at}/steps/money"));
    for (step, holds) in [("head", "value=\"共建协议\""), ("money", "value=\"60.00\""), ("parties", "value=\"某省\"")]
    {
        let _ = drafter.get(&format!("{at}/steps/{step}")).await.good().shows(holds);
    }
    let _ = drafter.get(&format!("{at}/steps/other")).await.is(404);
    let circulations = format!("{at}/circulations");
    let page = drafter.form(&circulations, &[("deadline", "2026-03-16")]).await.is(422).shows("deadline-error");
    let _ = page.shows("value=\"2026-03-16\"");
    let _ = drafter.form(&circulations, &[("deadline", "2026-03-31")]).await.good().shows("已送各方征求同意");
    let _ = visitor.get(&at).await.is(404);

    let _ = a.get("/desk").await.good().shows("请为本市表态").shows(&at);
    let page = a.get(&at).await.good().shows("第一条").shows("为示例甲表态").hides("为示例乙表态").hides("登记某省");
    let _ = page.shows("noindex").shows("已同意 0 方");
    let said = format!("{at}/consents/{TOWN_A}");
    let _ = a.get(&said).await.good().shows("name=\"version\" value=\"1\"").hides("name=\"letter\"");
    let _ = a.form(&said, &[("version", "1")]).await.is(422).shows("word-error");
    let typed = [("version", "1"), ("word", "reserves"), ("text", "")];
    let _ = a.form(&said, &typed).await.is(422).shows("text-error").shows("value=\"reserves\" checked");
    let typed = [("version", "7"), ("word", "agrees"), ("text", "")];
    let _ = a.form(&said, &typed).await.is(409).shows("文本已更新为第 1 版").shows("name=\"version\" value=\"1\"");
    let typed = [("version", "1"), ("word", "reserves"), ("text", "按年度预算拨付")];
    let _ = a.form(&said, &typed).await.good().shows("意见已登记");
    let _ = b.form(&said, &typed).await.is(403);
    let typed = [("version", "1"), ("word", "agrees")];
    let _ = b.form(&format!("{at}/consents/{TOWN_B}"), &typed).await.good().shows("文件已经生效并公开");
    assert_eq!(b.get(&format!("{at}/consents/{TOWN_B}")).await.redirect(), at, "nothing can be said any more");
    let _ = b.form(&format!("{at}/consents/{TOWN_B}"), &typed).await.is(409).shows("不在征求同意阶段");

    let page = visitor.get(&at).await.good().shows("同意，有保留").shows("按年度预算拨付").shows("100 元");
    let _ = page.hides("人员 town-a").hides("noindex").shows("存证第");
    let _ = a.get(&at).await.good().shows("人员 town-a");
    let english = house.0.visitor().english().get(&at).await.good().shows("Consents with a reservation");
    let _ = english.shows("Agreement").shows("Article 1").shows("In force").shows("A Province (not needed)");
    let _ = visitor.get(&format!("{at}/versions/1")).await.good().shows("第一条");
    for version in ["2", "none"] {
        let _ = visitor.get(&format!("{at}/versions/{version}")).await.is(404);
    }
    let _ = drafter.form(&format!("{at}/endings"), &[("reason", "")]).await.is(422).shows("reason-error");
    let _ = drafter.get(&format!("{at}/ending")).await.good().shows("终止理由");
    let _ = drafter.form(&format!("{at}/endings"), &[("reason", "目标已完成")]).await.good().shows("已终止");
    let _ = visitor.get(&at).await.good().shows("已终止。理由：目标已完成");
    assert_eq!(drafter.get(&format!("{at}/ending")).await.redirect(), at);
    house.0.finish().await;
}

#[tokio::test]
async fn outer_letters_are_recorded_and_texts_taken_back_by_pages() {
    let house = house().await;
    let id = house.circulated(patch("1", "everybody")).await;
    let at = format!("/accords/{id}");
    let mut joint = office(&house, "recorder").await;
    let _ = joint.get(&at).await.good().shows("登记某省的来函").shows("为联席会议办公室表态");
    let letter = format!("{at}/consents/x1");
    let typed = [("version", "1"), ("word", "agrees"), ("letter", "")];
    let _ = joint.form(&letter, &typed).await.is(422).shows("letter-error");
    let typed = [("version", "1"), ("word", "agrees"), ("letter", "某函〔2026〕3号")];
    let _ = joint.form(&letter, &typed).await.good();
    let _ = joint.get(&at).await.good().shows("来函 某函〔2026〕3号").shows(&format!("{at}/recalls"));
    let check = joint.form(&format!("{at}/recalls"), &[]).await.redirect();
    let _ = joint.get(&check).await.good().shows("第 2 版");
    let _ = joint.form(&format!("{at}/recalls"), &[]).await.is(409).shows("role=\"alert\"");
    let text = [("text", "第一条 另议")];
    assert_eq!(joint.form(&format!("{at}/steps/text"), &text).await.redirect(), format!("{at}/steps/check"));
    let _ = joint.form(&format!("{at}/circulations"), &[("deadline", "2026-03-31")]).await.good();
    assert_eq!(joint.form(&format!("{at}/steps/text"), &text).await.redirect(), at, "the text stands");
    assert_eq!(joint.form(&format!("{at}/circulations"), &[("deadline", "2026-03-31")]).await.redirect(), at);
    let _ = joint.get(&format!("{at}/steps/text")).await.is(409);
    house.0.finish().await;
}

#[tokio::test]
async fn who_may_not_is_told_so() {
    let house = house().await;
    let id = house.circulated(patch("1", "members")).await;
    let meeting = house.meeting().await;
    let item = house.item(&meeting).await;
    let mut visitor = house.0.visitor();
    for path in ["/accords/new", "/meetings/new", "/action-items/new", "/supervisions"] {
        let _ = visitor.get(path).await.is(401);
    }
    for path in ["/accords", "/meetings", "/action-items"] {
        let _ = visitor.form(path, &[("title", "x")]).await.is(401);
    }
    let mut person = house.client("person", None).await;
    for path in ["/accords/new", "/meetings/new", "/supervisions"] {
        let _ = person.get(path).await.is(403);
    }
    for path in [
        format!("/accords/{id}"),
        format!("/accords/{id}/steps/text"),
        format!("/accords/{id}/consents/{TOWN_A}"),
        format!("/meetings/{meeting}"),
        format!("/meetings/{meeting}/steps/head"),
        format!("/action-items/{item}"),
        format!("/action-items/{item}/closing"),
    ] {
        let _ = person.get(&path).await.is(404);
    }
    for path in [format!("/accords/{id}/circulations"), format!("/meetings/{meeting}/publications")] {
        let _ = person.form(&path, &[]).await.is(404);
    }
    let mut a = officer(&house, "town-a", TOWN_A).await;
    let _ = a.get(&format!("/accords/{id}/steps/text")).await.is(403);
    assert_eq!(a.get(&format!("/accords/{id}/ending")).await.redirect(), format!("/accords/{id}"));
    assert_eq!(a.get(&format!("/action-items/{item}/closing")).await.redirect(), format!("/action-items/{item}"));
    let _ = a.form(&format!("/action-items/{item}/closures"), &[("outcome", "dropped")]).await.is(403);
    house.0.finish().await;
}

/// Keeps a meeting by pages; returns its address.
async fn kept(keeper: &mut Client) -> String {
    let _ = keeper.get("/meetings/new").await.good().shows("name=\"chair\"");
    let wrong = [("title", "第一次会议"), ("day", "昨天"), ("place", "甲市"), ("chair", TOWN_A)];
    let _ = keeper.form("/meetings", &wrong).await.is(422).shows("day-error").shows("value=\"第一次会议\"");
    let head =
        [("title", "第一次会议"), ("title_en", "First"), ("day", "2026-03-10"), ("place", "甲市"), ("chair", TOWN_A)];
    let attendance = keeper.form("/meetings", &head).await.redirect();
    let at = attendance.trim_end_matches("/steps/attendance").to_owned();
    let _ = keeper.form(&attendance, &[("guests", "某院")]).await.is(422).shows("attendees-error").shows("某院");
    let present = [("attendees", TOWN_A), ("attendees", "joint"), ("guests", "某院")];
    let record = keeper.form(&attendance, &present).await.redirect();
    let _ = keeper.form(&record, &[("agenda", "")]).await.is(422).shows("agenda-error");
    assert_eq!(keeper.form(&record, &[("agenda", "一、平台互通")]).await.redirect(), at);
    at
}

#[tokio::test]
async fn a_meeting_its_resolutions_and_items_by_pages() {
    let house = house().await;
    let accord = house.in_force("1").await;
    let mut keeper = office(&house, "keeper").await;
    let at = kept(&mut keeper).await;
    let mut visitor = house.0.visitor();
    let _ = visitor.get(&at).await.is(404);
    let _ = keeper.form(&format!("{at}/publications"), &[]).await.is(409).shows("role=\"alert\"").shows("请补齐");
    let minutes = [("agenda", "一、平台互通"), ("minutes", "会议通过一项决议")];
    keeper.form(&format!("{at}/steps/record"), &minutes).await.redirect();
    let _ = keeper.get(&format!("{at}/steps/record")).await.good().shows("会议通过一项决议");
    let _ = keeper.get(&format!("{at}/resolutions/new")).await.good().shows("共建协议");
    let wrong = [("title", "通过协议"), ("text", "")];
    let _ = keeper.form(&format!("{at}/resolutions"), &wrong).await.is(422).shows("text-error").shows("通过协议");
    let resolution = [("title", "通过协议"), ("title_en", "Adopted"), ("text", "同意"), ("accord", accord.as_str())];
    assert_eq!(keeper.form(&format!("{at}/resolutions"), &resolution).await.redirect(), at);
    let id = at.trim_start_matches("/meetings/");
    let new = format!("/action-items/new?meeting={id}");
    let page = keeper.get(&new).await.good().shows("name=\"lead\"").text();
    let resolved = between(&page, "name=\"resolution\"", "</select>");
    let resolved =
        resolved.split("<option value=\"").nth(2).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let task = |lead: &'static str, deadline: &'static str| {
        vec![
            ("meeting", id.to_owned()),
            ("resolution", resolved.clone()),
            ("title", "平台互通".to_owned()),
            ("title_en", "Connect".to_owned()),
            ("target", "两个平台接入".to_owned()),
            ("lead", lead.to_owned()),
            ("partners", TOWN_B.to_owned()),
            ("deadline", deadline.to_owned()),
        ]
    };
    async fn send(keeper: &mut Client, fields: &[(&str, String)]) -> Answer {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        keeper.form("/action-items", &fields).await
    }
    let page = send(&mut keeper, &task("", "2026-05-01")).await.is(422).shows("lead-error").shows("两个平台接入");
    let _ = page.shows(&format!("value=\"{TOWN_B}\" checked"));
    let _ = send(&mut keeper, &task(TOWN_A, "2026-03-01")).await.is(422).shows("deadline-error");
    let item = send(&mut keeper, &task(TOWN_A, "2026-05-01")).await.redirect();
    let _ = keeper.get("/action-items/new").await.is(404);
    let _ = visitor.get(&item).await.is(404);
    let _ = keeper.form(&format!("{at}/publications"), &[]).await.good().shows("会议记录已公布");
    let page = visitor.get(&at).await.good().shows("通过协议").shows("平台互通").shows(&format!("/accords/{accord}"));
    let _ = page.shows("某院").hides("/steps/");
    let _ = visitor.get(&format!("/accords/{accord}")).await.good().shows(&format!("{at}#resolution-1"));
    let _ = house.0.visitor().english().get(&at).await.good().shows("Adopted").shows("Connect").shows("Joint office");
    let _ = keeper.get(&format!("{at}/steps/record")).await.is(409);
    assert_eq!(keeper.form(&format!("{at}/steps/record"), &minutes).await.redirect(), at, "the record stands");
    let _ = visitor.get("/meetings?format=csv").await.good().shows("第一次会议");
    assert_eq!(visitor.get("/meetings?format=json").await.good().value()["total"], 1);
    for (query, found) in
        [(format!("chair={TOWN_A}"), true), (format!("chair={TOWN_B}"), false), ("q=平台".into(), true)]
    {
        let page = visitor.get(&format!("/meetings?{query}")).await.good().text();
        assert_eq!(page.contains("第一次会议"), found, "{query}");
    }
    let _ = visitor.get(&item).await.good().shows("通过协议").shows("还没有填报进展").hides("督办");
    house.0.finish().await;
}

#[tokio::test]
async fn progress_and_supervision_by_pages() {
    let house = house().await;
    let mut keeper = office(&house, "keeper").await;
    let meeting = house.meeting().await;
    let id = house.item(&meeting).await;
    let _ = keeper.form(&format!("/meetings/{meeting}/publications"), &[]).await.good();
    let at = format!("/action-items/{id}");
    let (mut a, mut b) = (officer(&house, "town-a", TOWN_A).await, officer(&house, "town-b", TOWN_B).await);
    let reports = format!("{at}/reports");
    let _ = a.get(&format!("{reports}/new")).await.good().shows(&format!("name=\"city\" value=\"{TOWN_A}\""));
    let wrong = [("city", TOWN_A), ("percent", "120"), ("text", "完成接口")];
    let _ = a.form(&reports, &wrong).await.is(422).shows("percent-error").shows("完成接口");
    let told = |percent: &'static str| [("city", TOWN_A), ("percent", percent), ("text", "完成接口"), ("day", "")];
    let _ = a.form(&reports, &told("３０％")).await.good().shows("进展已登记");
    let mut visitor = house.0.visitor();
    let _ = visitor.get(&at).await.good().shows("30%").shows("完成接口").hides("class=\"plot\"").hides("人员 town-a");
    let _ = a.form(&reports, &told("60")).await.good();
    let _ = visitor.get(&at).await.good().shows("class=\"plot\"").shows("60%");

    let issue = format!("{at}/supervisions");
    let _ = keeper.get(&format!("{issue}/new")).await.good().shows("示例乙");
    let wrong = [("city", TOWN_A), ("text", "请说明进度"), ("workdays", "90")];
    let _ = keeper.form(&issue, &wrong).await.is(422).shows("workdays-error").shows("请说明进度");
    let asks = [("city", TOWN_A), ("text", "请说明进度"), ("workdays", "5")];
    let page = keeper.form(&issue, &asks).await.good().shows("督办已发出").text();
    let round = format!("/supervisions/{}", between(&page, "href=\"/supervisions/", "\""));
    let _ = keeper.form(&issue, &asks).await.is(409).shows("还在办理中").shows("请说明进度");
    let _ = b.get(&round).await.is(404);
    let _ = a.get("/desk").await.good().shows("答复督办").shows(&round);
    let _ = a.get(&round).await.good().shows("请说明进度").shows(&format!("{round}/answers"));
    let _ = a.form(&format!("{round}/answers"), &[("answer", "")]).await.is(422).shows("answer-error");
    let _ = a.form(&format!("{round}/answers"), &[("answer", "本月完成")]).await.good().shows("答复已提交");
    let _ = a.form(&format!("{round}/answers"), &[("answer", "再答")]).await.is(409).shows("role=\"alert\"");
    let page = keeper.get(&round).await.good().shows("本月完成").shows(&format!("{round}/closures"));
    let _ = page.shows(&format!("{round}/repeats"));
    let _ = keeper.form(&format!("{round}/repeats"), &[("text", "")]).await.is(422).shows("text-error");
    let next = keeper.form(&format!("{round}/repeats"), &[("text", "请补充"), ("workdays", "")]).await.redirect();
    let _ = a.form(&format!("{next}/answers"), &[("answer", "补充如下")]).await.good();
    assert_eq!(keeper.form(&format!("{next}/closures"), &[("remark", "同意")]).await.redirect(), next);
    let _ = keeper.form(&format!("{next}/closures"), &[("remark", "")]).await.is(409).shows("已经办结");
    let _ = a.get(&next).await.good().shows("办结意见").shows("同意");
    let _ = keeper.get("/supervisions").await.good().shows("示例甲 · 第 1 次").shows("<th scope=\"row\">示例乙</th>");
    let _ = b.get("/supervisions").await.good().hides("第 1 次").hides("示例甲");
    let _ = visitor.get(&at).await.good().hides("请说明进度");

    let closures = format!("{at}/closures");
    let _ = keeper.get(&format!("{at}/closing")).await.good().shows("name=\"outcome\"");
    let _ = keeper.form(&closures, &[("outcome", "done")]).await.is(409).shows("60%").shows("outcome-error");
    let _ = a.form(&reports, &told("100")).await.good();
    assert_eq!(keeper.form(&closures, &[("outcome", "done"), ("remark", "验收通过")]).await.redirect(), at);
    let _ = visitor.get(&at).await.good().shows("事项已办结。验收通过");
    let english = house.0.visitor().english().get(&at).await.good().shows("Progress over time");
    let _ = english.shows("Connect the platforms").shows("This item is done.");
    assert_eq!(a.get(&format!("{reports}/new")).await.redirect(), at, "nothing to report any more");
    for (query, found) in
        [("state=done", true), ("state=late,open", false), (&format!("city={TOWN_B}"), true), ("q=无", false)]
    {
        let page = visitor.get(&format!("/action-items?{query}")).await.good().text();
        assert_eq!(page.contains("平台互通"), found, "{query}");
    }
    let _ = visitor.get("/action-items?format=csv").await.good().shows("平台互通");
    let _ = visitor.get("/accords?format=csv").await.good();
    house.0.finish().await;
}

#[tokio::test]
async fn whoever_speaks_for_money_is_asked_for_a_fresh_proof_not_shown_the_form_again() {
    let house = house().await;
    let mut a = officer(&house, "town-a", TOWN_A).await;
    let id = house.circulated(patch("甲乙〔2026〕9号", "members")).await;
    house.app().clock().advance_ms(11 * 60_000);
    let typed = [("version", "1"), ("word", "agrees")];
    let page = a.form(&format!("/accords/{id}/consents/{TOWN_A}"), &typed).await.is(403);
    let _ = page.shows("须在 10 分钟内确认过身份").hides("name=\"word\"");
    house.0.finish().await;
}
