//! From selection on by pages: each form comes back with what was typed, and does what it says.

use crate::house::{Firm, House, PASSWORD, TOWN_A, house};
use crate::pages::poser;
use calls::actions::contract::contract_sign;
use calls::rules::call::CallState;
use platform::Role;
use testkit::Client;

async fn signed_in(house: &House, login: &str) -> Client {
    let mut client = house.test.visitor();
    client.form("/sign-in", &[("login", login), ("password", PASSWORD)]).await.redirect();
    client
}

fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    page.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap_or_else(|| panic!("no {from} in {page}"))
}

#[tokio::test]
async fn an_award_is_chosen_objected_to_signed_accepted_and_stopped_by_pages() {
    let mut house = house().await;
    let (_, id) = poser(&house).await;
    house.owner = Firm { id, name: "甲市压力仪表有限公司".into(), uscc: String::new(), city: TOWN_A };
    let stage = house.selecting(house.patch(), 2).await;
    let (call, path) = (&stage.call, format!("/calls/{}", stage.call));
    let answers = house.answers(call).await;

    let mut owner = signed_in(&house, "poser").await;
    let _ = owner.get(&path).await.good().shows(&format!("{path}/selection"));
    let _ = owner.get(&format!("{path}/selection")).await.good().shows("第一步").hides("第二步");
    let fields =
        |amount: &'static str| vec![("answer_1", answers[0].as_str()), ("amount_1", amount), ("reason", "指标最高。")];
    let back = owner.form(&format!("{path}/selections"), &fields("900000.01")).await.is(422);
    let _ = back.shows("amount_1-error").shows("900000.01").shows("指标最高。");
    owner.form(&format!("{path}/selections"), &fields("８９９９９９．９９")).await.redirect();
    let page = owner.get(&format!("{path}/selection")).await.good().shows("第二步").shows("899999.99").text();
    let version = between(&page, "name=\"version\" value=\"", "\"").to_owned();
    let _ = owner.form(&format!("{path}/awards"), &[("version", "9")]).await.is(409).shows("遴选意见已变更");
    let _ = owner.form(&format!("{path}/awards"), &[("version", &version)]).await.good().shows("立项已确认");
    let page = house.test.visitor().get(&path).await.good().shows("立项与资金").shows("立项公示").text();
    let award = between(&page, "/awards/", "\"").to_owned();
    let at = format!("{path}/awards/{award}");

    let mut critic = house.client("critic", None).await;
    let mut office = house.client("judge", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    let _ = house.test.visitor().get(&format!("{path}/objections/new")).await.is(401);
    let _ = critic.get(&format!("{path}/objections/new")).await.good().shows("以谁的名义");
    let objections = format!("{path}/objections");
    let back = critic.form(&objections, &[("text", "评分有误。"), ("links", "x")]).await.is(422);
    let _ = back.shows("links-error").shows("评分有误。");
    let _ = critic.form(&objections, &[("text", "评分有误。")]).await.good().shows("异议已收到");
    let page = office.get(&objections).await.good().shows("待受理").text();
    let one = between(&page, &format!("{objections}/"), "\"").to_owned();
    let one = format!("{objections}/{one}");
    let _ = house.test.visitor().get(&objections).await.good().shows("个人提出").hides(&one);
    let _ = house.test.visitor().get(&one).await.is(404);
    let _ = office.get(&one).await.good().shows("人员 critic").shows("决定是否受理");
    let _ = office.form(&format!("{one}/admissions"), &[("word", "admit"), ("reason", "")]).await.is(422);
    let _ = office.form(&format!("{one}/admissions"), &[("word", "admit"), ("reason", "事实清楚。")]).await.good();
    let _ = office.get(&one).await.good().shows("组成专家组");
    let _ = office.form(&format!("{one}/panels"), &[("experts", "nobody")]).await.is(422).shows("单数");
    let _ = critic.form(&format!("{one}/withdrawals"), &[]).await.good().shows("异议已撤回");

    house.days_pass(8).await;
    assert_eq!(house.state(call).await, CallState::Contracting);
    let (mut owner, mut office) = (signed_in(&house, "poser").await, signed_in(&house, "judge").await);
    let contract = format!("{at}/contract");
    let _ = owner.get(&contract).await.good().shows("合同还没有拟定");
    let draft = |share: &'static str| {
        vec![("number", "HT-1"), ("summary", "研制样片。"), ("party_1", "出题方"), ("share_1", share)]
    };
    let _ =
        owner.form(&format!("{at}/contracts"), &draft("50")).await.is(422).shows("share_1-error").shows("研制样片。");
    owner.form(&format!("{at}/contracts"), &draft("100")).await.redirect();
    let page = owner.get(&contract).await.good().shows("代表出题方签署").text();
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    let _ = owner.form(&format!("{at}/signatures/owner"), &[("hash", "0")]).await.is(409).shows("新版本");
    let _ = owner.form(&format!("{at}/signatures/owner"), &[("hash", &hash)]).await.good().shows("已签署");
    contract_sign(house.app(), &house.bidder(0), &award, "lead", &hash).await.expect("the lead signs");
    assert_eq!(house.state(call).await, CallState::Running);

    house.reported(&award, 0, 1).await;
    let milestone = format!("{at}/milestones/1");
    let _ = office.get(&milestone).await.good().shows("作出验收结论").shows("https://example.org/report");
    let opinion = |amount: &'static str| [("judgement", "part"), ("amount_yuan", amount), ("reason", "部分达到。")];
    let _ = office.form(&format!("{milestone}/opinions"), &opinion("")).await.is(422).shows("amount_yuan-error");
    let _ = office.form(&format!("{milestone}/opinions"), &opinion("100000")).await.good().shows("验收结论已提交");
    let _ = owner.get(&milestone).await.good().shows("确认验收结论");
    let _ = owner.form(&format!("{milestone}/confirmations"), &[]).await.good().shows("验收结论已确认");
    let _ = house.test.visitor().get(&milestone).await.good().shows("部分通过").shows("其余退回");

    let reason = [("kind", "loss"), ("reason", "不再需要。")];
    let _ = office.form(&format!("{at}/stops"), &[("reason", "不再需要。")]).await.is(422).shows("kind-error");
    let _ = office.form(&format!("{at}/stops"), &reason).await.good().shows("提议已提交");
    let _ = house.test.visitor().get(&at).await.good().hides("不再需要。");
    let page = owner.get(&at).await.good().shows("确认终止").text();
    let decisions = between(&page, "/stops/", "\"").to_owned();
    let _ = owner.form(&format!("{at}/stops/{decisions}"), &[("word", "confirm")]).await.good().shows("已办理");
    let _ = house.test.visitor().get(&at).await.good().shows("已止损终止：不再需要。");
    let back = [("amount_yuan", "50000"), ("reason", "退回一半。")];
    let _ = office.form(&format!("{at}/claw-backs"), &back).await.good().shows("提议已提交");
    let page = owner.get(&at).await.good().shows("确认追回").text();
    let decisions = between(&page, "/claw-backs/", "\"").to_owned();
    let _ = owner.form(&format!("{at}/claw-backs/{decisions}"), &[("word", "confirm")]).await.good().shows("已办理");
    let _ = house.test.visitor().get(&format!("{path}/money")).await.good().shows("50000.00");
    house.adds_up(call).await;
    house.test.finish().await;
}
