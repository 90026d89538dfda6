//! The same stories by pages, as people read and fill them in.

use crate::house::{House, PASSWORD, TOWN_A, TOWN_B, house};
use kernel::{Adcode, Locale, Uscc};
use platform::Role;
use platform::identity::actions::{NewAccount, account_create};
use registry::actions::claim::{claim_decide, claim_own};
use registry::actions::organisation::{Register, organisation_register};
use registry::rules::claim::DecisionCommand;
use registry::rules::organisation::Draft;
use testkit::Client;

/// Somebody with an organisation of his own in the first town, signed in; and the organisation's id.
pub async fn poser(house: &House) -> (Client, String) {
    let new = NewAccount {
        login: "poser".into(),
        email: String::new(),
        name: "出题经办人".into(),
        password: PASSWORD.into(),
        roles: Vec::new(),
        locale: Locale::ZhCn,
        demo: false,
    };
    let account = account_create(house.app(), &house.test.system(), new).await.expect("the account is made");
    let ctx = house.person(&account);
    let draft = Draft {
        name: "甲市压力仪表有限公司".into(),
        kind: "enterprise".into(),
        city: TOWN_A.into(),
        uscc: Uscc::complete("91330400MA2900009").expect("seventeen characters").to_string(),
        ..Draft::default()
    };
    let register = Register { draft, evidence: "营业执照由本人保管，可在窗口核对。".into() };
    let id = organisation_register(house.app(), &ctx, register).await.expect("it is registered").id;
    let own = claim_own(house.app(), &ctx).await.expect("his claims are read");
    let claim = own.into_iter().find(|card| card.organisation.id == id).expect("his claim is there").filed.claim.id;
    let yes = DecisionCommand { decision: "approve".into(), reason: String::new(), remark: String::new() };
    claim_decide(house.app(), &house.officer(TOWN_A), &claim, yes).await.expect("it is confirmed");
    let mut client = house.test.visitor();
    client.form("/sign-in", &[("login", "poser"), ("password", PASSWORD)]).await.redirect();
    (client, id)
}

pub async fn officer(house: &House, login: &str, city: &str) -> Client {
    assert!(Adcode::parse(city).is_ok());
    house.client(login, Some((Role::CityOfficer, Some(city)))).await
}

pub async fn joint(house: &House) -> Client {
    house.client("joint-office", Some((Role::JointOffice, None))).await
}

fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    page.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap_or_else(|| panic!("no {from} in {page}"))
}

const PROBLEM: [(&str, &str); 6] = [
    ("summary", "全温区温漂不超过万分之二。\r\n现有方案超差三倍。"),
    ("summary_en", "Drift of at most 0.02 %."),
    ("details", "版图与失效样本。\r\n标定数据。"),
    ("nda", "保密五年。"),
    ("ip", "双方共有。"),
    ("segments-tea", "tea/dryer"),
];

const REVIEW: [(&str, &str); 13] = [
    ("name_1", "技术路线"),
    ("weight_1", "６０"),
    ("name_3", "团队基础"),
    ("weight_3", "40"),
    ("choosing", "draw"),
    ("pair_cap", "50"),
    ("per_answer", "3"),
    ("load_max", "8"),
    ("apart", "20"),
    ("blind", "1"),
    ("shortlist_max", "3"),
    ("notice_workdays", "5"),
    ("name_en_1", "Approach"),
];

/// Drafts and poses a call by pages; returns its address.
async fn posed(poser: &mut Client, owner: &str) -> String {
    let _ = poser.get("/calls").await.good().shows("/calls/new").shows("还没有发布的榜单");
    let _ = poser.get("/calls/new").await.good().shows("name=\"title\"").shows(&format!("value=\"{owner}\" selected"));
    let wrong = [("owner", owner), ("title", "")];
    let _ = poser.form("/calls", &wrong).await.is(422).shows("title-error");
    let head = [("owner", owner), ("title", "温漂补偿"), ("title_en", "Drift"), ("unnamed", "1")];
    let problem = poser.form("/calls", &head).await.redirect();
    let at = problem.trim_end_matches("/steps/problem").to_owned();
    let _ = poser.get(&format!("{at}/steps/check")).await.good().shows("还缺：难题说明、立项方式和金额、评审办法");
    let _ = poser.form(&format!("{at}/poses"), &[]).await.is(409).shows("还缺");
    let _ = poser.get(&problem).await.good().shows("name=\"segments-tea\"");
    let _ =
        poser.form(&problem, &[("summary", "只有摘要"), ("ip", "")]).await.is(422).shows("ip-error").shows("只有摘要");
    let money = poser.form(&problem, &PROBLEM).await.redirect();
    assert_eq!(money, format!("{at}/steps/money"));
    let wrong = [("budget_yuan", "很多"), ("mode", "several"), ("winners_max", "2")];
    let _ = poser.form(&money, &wrong).await.is(422).shows("budget_yuan-error").shows("很多");
    let review = poser.form(&money, &[("budget_yuan", "1,000,000"), ("mode", "several"), ("winners_max", "2")]).await;
    let review = review.redirect();
    assert_eq!(review, format!("{at}/steps/review"));
    let _ = poser.get(&review).await.good().shows("name=\"weight_8\"").hides("name=\"weight_9\"");
    let mut wrong = REVIEW.to_vec();
    wrong[3].1 = "30";
    let _ = poser.form(&review, &wrong).await.is(422).shows("weight_1-error").shows("现为 90%").shows("团队基础");
    let check = poser.form(&review, &REVIEW).await.redirect();
    assert_eq!(check, format!("{at}/steps/check"));
    let page = poser.get(&check).await.good().shows("技术路线 60%").shows("1,000,000 元").shows("烘干");
    let _ = page.shows("提交后由所在城市的主管部门论证");
    let again = [("title", "压力传感器温漂补偿"), ("unnamed", "1")];
    assert_eq!(poser.form(&format!("{at}/steps/head"), &again).await.redirect(), check, "edit returns to check");
    let _ = poser.get("/desk").await.good().shows("完成起草并出题").shows(&check);
    let _ = poser.form(&format!("{at}/poses"), &[]).await.good().shows("已出题");
    assert_eq!(poser.form(&format!("{at}/poses"), &[]).await.redirect(), at, "posed already");
    assert_eq!(poser.form(&format!("{at}/steps/head"), &again).await.redirect(), at, "the text stands");
    let _ = poser.get(&format!("{at}/steps/check")).await.is(409);
    at
}

/// Vets it, after it was sent back once.
async fn vetted(office: &mut Client, poser: &mut Client, at: &str) {
    let _ = office.get("/desk").await.good().shows("论证出题").shows(&format!("{at}/vetting"));
    let page = office.get(&format!("{at}/vetting")).await.good().shows("甲市压力仪表有限公司");
    let _ = page.shows(&format!("{at}/vettings")).shows(&format!("{at}/returns"));
    let _ = office.form(&format!("{at}/vettings"), &[("opinion", "")]).await.is(422).shows("opinion-error");
    let _ = office.form(&format!("{at}/returns"), &[("reason", "")]).await.is(422).shows("reason-error");
    let _ = office.form(&format!("{at}/returns"), &[("reason", "请写清指标")]).await.good().shows("已退回");
    assert_eq!(office.get(&format!("{at}/vetting")).await.is(404).status.as_u16(), 404, "a draft again");
    let _ = poser.get(at).await.good().shows("理由：请写清指标");
    let _ = poser.get(&format!("{at}/steps/check")).await.good().shows("请写清指标");
    let _ = poser.form(&format!("{at}/poses"), &[]).await.good();
    let _ = office.form(&format!("{at}/vettings"), &[("opinion", "真实可考核")]).await.good().shows("论证已通过");
    assert_eq!(office.get(&format!("{at}/vetting")).await.redirect(), at, "nothing to vet any more");
    assert_eq!(office.form(&format!("{at}/vettings"), &[("opinion", "再来")]).await.redirect(), at);
}

/// The address of the first pledge that somebody's desk shows.
async fn asked(client: &mut Client, at: &str) -> String {
    let desk = client.get("/desk").await.good().shows("请答复是否出资").text();
    let id = between(&desk, &format!("href=\"{at}/pledges/"), "\"").to_owned();
    format!("{at}/pledges/{id}")
}

#[tokio::test]
async fn a_call_is_posed_vetted_pledged_and_released_by_pages() {
    let house = house().await;
    let (mut firm, owner) = poser(&house).await;
    let at = posed(&mut firm, &owner).await;
    let mut office = officer(&house, "town-a", TOWN_A).await;
    vetted(&mut office, &mut firm, &at).await;
    let (mut joint, mut b) = (joint(&house).await, officer(&house, "town-b", TOWN_B).await);
    let release = format!("{at}/release");
    let _ = joint.get("/desk").await.good().shows("邀请出资并送各方").shows(&release);
    let _ = joint.get(&release).await.good().shows("下一步：邀请出题方").hides(&format!("{at}/circulations"));
    let funders = format!("{at}/funders");
    let _ = joint.form(&funders, &[("funder", "")]).await.is(422).shows("funder-error");
    let _ = joint.form(&funders, &[("funder", "organisation"), ("uscc", "X")]).await.is(422).shows("uscc-error");
    for funder in ["owner", &format!("city:{TOWN_A}"), &format!("city:{TOWN_B}"), "joint"] {
        assert_eq!(joint.form(&funders, &[("funder", funder)]).await.redirect(), release);
    }
    let _ = joint.form(&funders, &[("funder", "joint")]).await.is(409).shows("已邀请过该出资方");
    let page = joint.get(&release).await.good().shows("正在等待出资方答复").text();
    let own = between(&page, "/pledges/", "\"").to_owned();
    assert_eq!(joint.form(&format!("{funders}/{own}/recalls"), &[]).await.redirect(), release);
    for (client, holder, yuan) in [
        (&mut firm, format!("organisation:{owner}"), "400000"),
        (&mut office, format!("city:{TOWN_A}"), "300000"),
        (&mut b, format!("city:{TOWN_B}"), "300000"),
    ] {
        let pledge = asked(client, &at).await;
        let _ = client.get(&pledge).await.good().shows("没有可选的账户").shows("/accounts/new");
        let open = [("owner", holder.as_str()), ("name", "榜单资金"), ("purpose", "fund")];
        let _ = client.form("/accounts", &open).await;
        let page = client.get(&pledge).await.good().shows("榜单资金").text();
        let account = between(&page, "name=\"account\"", "</select>");
        let account = between(account, "value=\"\"", "selected");
        let account = between(account, "value=\"", "\"").to_owned();
        let wrong = [("cap_yuan", "0"), ("condition", "none"), ("account", account.as_str())];
        let _ = client.form(&pledge, &wrong).await.is(422).shows("cap_yuan-error");
        let typed = [("cap_yuan", yuan), ("condition", "none"), ("account", account.as_str()), ("note", "")];
        let page = client.form(&pledge, &typed).await.good().shows("核对出资承诺").shows("name=\"confirmed\"");
        let _ = page.shows(&format!("name=\"cap_yuan\" value=\"{yuan}\""));
        let change = [("change", "1"), ("cap_yuan", yuan), ("condition", "none"), ("account", account.as_str())];
        let _ = client.form(&pledge, &change).await.good().shows(&format!("value=\"{yuan}\"")).hides("confirmed");
        let sure = [("confirmed", "1"), ("cap_yuan", yuan), ("condition", "none"), ("account", account.as_str())];
        let _ = client.form(&pledge, &sure).await.good().shows("出资承诺已登记");
        let _ = client.get(&pledge).await.good().shows("修改承诺").shows(&format!("value=\"{yuan}.00\""));
    }
    let page = joint.get(&release).await.good().shows("可以送各方征求同意").shows(&format!("{at}/circulations"));
    let _ = page.shows("承诺不超过 400,000 元，无条件");
    let _ = joint.form(&format!("{at}/circulations"), &[("deadline", "昨天")]).await.is(422).shows("deadline-error");
    let deadline = house.day(10);
    let sent = [("deadline", deadline.as_str())];
    let _ = joint.form(&format!("{at}/circulations"), &sent).await.good().shows("已送各方征求同意");
    assert_eq!(joint.get(&format!("{at}/opening")).await.redirect(), at, "not all have consented");
    let id = at.trim_start_matches("/calls/").to_owned();
    house.consent(&id).await;
    let _ = joint.get(&release).await.good().shows("可以发榜").shows(&format!("{at}/opening"));
    let committee = house.committee().await;
    let opening = format!("{at}/opening");
    let _ = joint.get(&opening).await.good().shows("三席开启委员会");
    let (closes, opens_by) = (format!("{}T17:00", house.day(30)), format!("{}T17:00", house.day(33)));
    let wrong = [("committee", committee.id.as_str()), ("closes", "下周"), ("opens_by", opens_by.as_str())];
    let _ = joint.form(&format!("{at}/openings"), &wrong).await.is(422).shows("closes-error").shows("下周");
    let opens = [("committee", committee.id.as_str()), ("closes", closes.as_str()), ("opens_by", opens_by.as_str())];
    let _ = joint.form(&format!("{at}/openings"), &opens).await.good().shows("已发榜");
    read_by_everybody(&house, &at, &closes).await;
    withdrawn(&mut firm, &at).await;
    house.test.finish().await;
}

async fn read_by_everybody(house: &House, at: &str, closes: &str) {
    let mut visitor = house.test.visitor();
    let page = visitor.get(at).await.good().shows("压力传感器温漂补偿").shows("JB-2026-0001").shows("揭榜中");
    let page = page.shows(&closes.replace('T', " ")).shows("出题方暂不公开").shows("足以覆盖榜单金额").shows("60%");
    let _ = page.hides("甲市压力仪表有限公司").hides("版图与失效样本").hides("/steps/").hides("真实可考核");
    let english = house.test.visitor().english().get(at).await.good().shows("Open for answers").shows("Approach");
    let _ = english.shows("Drift of at most 0.02 %.").shows("Not named until the award");
    let _ =
        visitor.get("/calls").await.good().shows("压力传感器温漂补偿").shows("榜单金额 100 万元").hides("/calls/new");
    let csv = visitor.get("/calls?format=csv").await.good().shows("JB-2026-0001");
    let _ = csv.hides("甲市压力仪表有限公司");
    let told = visitor.get("/calls?format=json").await.good().value();
    assert_eq!((&told["total"], &told["items"][0]["owner"]), (&serde_json::json!(1), &serde_json::Value::Null));
    for (query, found) in
        [("state=open", true), ("state=review", false), (&format!("city={TOWN_B}"), true), ("q=版图", false)]
    {
        let page = visitor.get(&format!("/calls?{query}")).await.good().text();
        assert_eq!(page.contains("压力传感器温漂补偿"), found, "{query}");
    }
    house.test.settle().await;
    let _ = visitor.get("/calls?q=JB-2026-0001").await.good().shows(at);
    for words in ["温漂补偿", "Drift"] {
        let _ = visitor.get(&format!("/search?q={}", testkit::encode(words))).await.good().shows(at);
    }
    let _ = visitor.get("/search?q=%E5%A4%B1%E6%95%88%E6%A0%B7%E6%9C%AC").await.good().hides(at);
}

async fn withdrawn(firm: &mut Client, at: &str) {
    let _ = firm.get(at).await.good().shows(&format!("{at}/withdrawals")).shows("版图与失效样本");
    let _ = firm.form(&format!("{at}/withdrawals"), &[("reason", "")]).await.is(422).shows("reason-error");
    let _ = firm.form(&format!("{at}/withdrawals"), &[("reason", "型号取消")]).await.good().shows("榜单已撤回");
    let _ = firm.get(at).await.good().shows("理由：型号取消").shows(&format!("{at}/rereleases"));
    assert_eq!(firm.form(&format!("{at}/rereleases"), &[]).await.redirect(), format!("{at}/steps/check"));
    let _ = firm.form(&format!("{at}/rereleases"), &[]).await.is(409).shows("role=\"alert\"");
}

#[tokio::test]
async fn who_may_not_is_told_so() {
    let house = house().await;
    let id = house.vetted().await;
    let at = format!("/calls/{id}");
    let mut visitor = house.test.visitor();
    let _ = visitor.get("/calls/new").await.is(401);
    let _ = visitor.form("/calls", &[("title", "x")]).await.is(401);
    let _ = visitor.get(&at).await.is(404);
    let mut person = house.client("person", None).await;
    let _ = person.get("/calls/new").await.is(403);
    for path in ["", "/vetting", "/release", "/opening", "/steps/head", "/pledges/x"] {
        let _ = person.get(&format!("{at}{path}")).await.is(404);
    }
    for path in ["poses", "vettings", "returns", "withdrawals", "rereleases", "funders", "circulations", "openings"] {
        let _ = person.form(&format!("{at}/{path}"), &[]).await.is(404);
    }
    let mut b = officer(&house, "town-b", TOWN_B).await;
    let _ = b.get(&at).await.good().hides("/withdrawals");
    for path in ["/vetting", "/release", "/opening"] {
        assert_eq!(b.get(&format!("{at}{path}")).await.redirect(), at);
    }
    let _ = b.get(&format!("{at}/steps/head")).await.is(403);
    house.test.finish().await;
}
