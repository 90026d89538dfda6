//! Pages as people meet them: forms, refusals that lose nothing, both languages.

use crate::house::{House, TOWN_A, house};
use axum::body::Body;
use axum::http::Method;
use platform::Role;
use testkit::{Answer, Client};

async fn officer(house: &House, login: &str) -> Client {
    house.client(login, Some((Role::CityOfficer, Some(TOWN_A)))).await
}

/// What stands between two texts, the first time.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} after {before}")).0
}

/// Sends a file as a browser does.
async fn upload(client: &mut Client, account: &str, file: &[u8]) -> Answer {
    let mut body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"account\"\r\n\r\n{account}\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"s.csv\"\r\nContent-Type: text/csv\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    client
        .send(Method::POST, "/statements/imports", Some("multipart/form-data; boundary=b"), Body::from(body), &[])
        .await
}

#[tokio::test]
async fn money_comes_in_and_goes_out_by_pages() {
    let house = house().await;
    let (mut maker, mut checker) = (officer(&house, "maker").await, officer(&house, "checker").await);
    let mut visitor = house.0.visitor();
    for path in ["/accounts", "/payments", "/statements", "/periods"] {
        let _ = visitor.get(path).await.is(401);
    }
    let _ = maker.get("/desk").await.good().shows("href=\"/accounts\"");
    let _ = maker.get("/accounts").await.good().shows("还没有您能看到的账户").shows("href=\"/accounts/new\"");
    let _ = maker.get("/accounts/new").await.good().shows("idempotency_key").shows("name=\"budget_subject\"");
    let wrong = [("owner", "city:990100"), ("name", "科技创新专项"), ("purpose", "budget"), ("budget_year", "26")];
    let _ = maker.form("/accounts", &wrong).await.is(422).shows("budget_year-error").shows("value=\"科技创新专项\"");
    let good = [
        ("owner", "city:990100"),
        ("name", "科技创新专项"),
        ("purpose", "budget"),
        ("budget_year", "２０２６"),
        ("budget_subject", "2060404"),
        ("year_end", "carries"),
    ];
    let at = maker.form("/accounts", &good).await.redirect();
    assert_eq!(at, "/accounts/city:990100:budget:2060404:2026");
    let account = at.trim_start_matches("/accounts/").to_owned();
    let _ = maker.form("/accounts", &good).await.is(409).shows("mark-error");
    let _ = maker.get(&at).await.good().shows("2026 年度").shows("0.00").shows("余额结转下年").shows("noindex");

    // Money in: a statement, a proposal, a second pair of eyes.
    let _ = maker.get(&format!("/statements/new?account={account}")).await.good().shows("selected");
    let _ = upload(&mut maker, &account, b"").await.is(422).shows("file-error");
    let text = house.statement((-10, -9), 0, &[(-9, "T1", 10_000_000, "拨款")]);
    let page = upload(&mut maker, &account, text.replace("T1", "").as_bytes()).await.is(422);
    let _ = page.shows("什么都没有写入").shows("请填写银行的交易流水号").shows("<td class=\"num\">3</td>");
    let _ = upload(&mut maker, &account, text.as_bytes()).await.good().shows("对账单已导入").shows("1 笔明细");
    let _ = upload(&mut maker, &account, text.as_bytes()).await.is(409).shows("已在 2026-03-16 导入过");
    let page = maker.get("/statements").await.good().shows("未对上的流水").shows("+100,000.00").shows(">9</td>");
    let line = format!("/statement-lines/{}", between(&page.text(), "/statement-lines/", "\""));
    let _ = maker.get(&line).await.good().shows("还没有对上").shows("申请入账").hides("复核入账");
    let _ = maker
        .form(&format!("{line}/entries"), &[("account", &account), ("purpose", "")])
        .await
        .is(422)
        .shows("purpose-error");
    let entry = [("account", account.as_str()), ("purpose", "年度拨款")];
    assert_eq!(maker.form(&format!("{line}/entries"), &entry).await.redirect(), line);
    let _ = maker.get(&line).await.good().shows("等待另一位").hides("复核入账");
    let page = checker.get(&line).await.good().shows("复核入账").shows("人员 maker申请记入“科技创新专项”：年度拨款");
    let id = between(&page.text(), "name=\"entry\" value=\"", "\"").to_owned();
    let decisions = format!("{line}/decisions");
    let _ = checker.form(&decisions, &[("entry", &id)]).await.is(422).shows("decision-error");
    let reject = [("entry", id.as_str()), ("decision", "reject")];
    let _ = checker.form(&decisions, &reject).await.is(422).shows("remark-error").shows("value=\"reject\" checked");
    let _ = maker.form(&decisions, &[("entry", &id), ("decision", "approve")]).await.is(403);
    assert_eq!(checker.form(&decisions, &[("entry", &id), ("decision", "approve")]).await.redirect(), line);
    let _ = checker.get(&line).await.good().shows("已入账：年度拨款").shows("取消对账");
    let _ = maker.get(&at).await.good().shows("100,000.00").shows("银行收支入账");

    // Money out: a draft, a check, a file, a statement.
    let _ = maker.get(&format!("/payments/new?account={account}")).await.good().shows("可用 100,000.00 元");
    let draft = [
        ("account", account.as_str()),
        ("payee_name", "某检测技术有限公司"),
        ("payee_bank", "某银行甲镇支行"),
        ("payee_account", "6222 0211 0012 3456"),
        ("amount_yuan", "６０００．５"),
        ("purpose", "检测费"),
    ];
    let spoiled: Vec<(&str, &str)> =
        draft.iter().map(|(k, v)| (*k, if *k == "payee_account" { "12" } else { *v })).collect();
    let page =
        maker.form("/payments", &spoiled).await.is(422).shows("payee_account-error").shows("value=\"６０００．５\"");
    let _ = page.shows("value=\"12\"");
    let payment = maker.form("/payments", &draft).await.redirect();
    let page = maker.get(&payment).await.good().shows("••••3456").hides("6222021100123456").shows("提交复核");
    let _ = page.shows("6,000.50 元");
    let _ = maker
        .get(&format!("{payment}/draft"))
        .await
        .good()
        .shows("value=\"6222021100123456\"")
        .shows("value=\"6000.50\"");
    let change: Vec<(&str, &str)> =
        draft.iter().map(|(k, v)| (*k, if *k == "purpose" { "检测服务费" } else { *v })).collect();
    assert_eq!(maker.form(&format!("{payment}/drafts"), &change).await.redirect(), payment);
    let _ = checker.get(&format!("{payment}/check")).await.redirect();
    assert_eq!(maker.form(&format!("{payment}/submissions"), &[]).await.redirect(), payment);
    let _ = maker.form(&format!("{payment}/submissions"), &[]).await.is(409).shows("role=\"alert\"");
    assert_eq!(maker.get(&format!("{payment}/check")).await.redirect(), payment, "its maker has no such form");
    let page = checker.get(&format!("{payment}/check")).await.good().shows("6222021100123456").shows("人员 maker");
    let _ = page.shows("idempotency_key");
    let decisions = format!("{payment}/decisions");
    let _ = checker.form(&decisions, &[("decision", "reject")]).await.is(422).shows("reason-error");
    let _ = maker.form(&decisions, &[("decision", "approve")]).await.is(403);
    let _ = checker
        .form(&decisions, &[("decision", "approve")])
        .await
        .good()
        .shows("资金已冻结")
        .shows("/payment-files/new");
    let _ = maker.get(&at).await.good().shows("冻结的款项").shows("93,999.50").shows("YL202603160001");
    let page = checker.get("/payment-files/new").await.good().shows("1 笔，6,000.50 元").shows("checked");
    let chosen = between(&page.text(), "name=\"payments_0\" value=\"", "\"").to_owned();
    let _ = checker.form("/payment-files", &[("account", &account)]).await.is(422).shows("payments_0-error");
    let page = checker.form("/payment-files", &[("account", &account), ("payments_0", &chosen)]).await.good();
    let file = format!("/payment-files/{}", between(&page.text(), "href=\"/payment-files/", "\""));
    let _ = checker.get(&file).await.good().shows("YLF20260316-001").shows("SHA-256");
    let first = checker.get(&format!("{file}/content?format=csv")).await.good();
    assert_eq!(first.bytes, checker.get(&format!("{file}/content?format=csv")).await.good().bytes);
    assert!(first.text().contains("6222021100123456"));
    let _ = checker.get(&format!("{file}/content?format=json")).await.good().shows("yilang-payments/1");
    let _ = checker.get("/payment-files/new").await.good().shows("没有可以送出的支付指令");
    let text = house.statement((-9, 0), 10_000_000, &[(0, "B1", -600_050, "YL202603160001"), (0, "B2", 7, "利息")]);
    let _ = upload(&mut checker, &account, text.as_bytes()).await.good().shows("自动对上 1 笔");
    let page = maker.get(&payment).await.good().shows("已结清").shows("按编号对上");
    let paid = format!("/statement-lines/{}", between(&page.text(), "/statement-lines/", "\""));
    let _ = maker.get(&paid).await.good().shows("对应支付指令 YL202603160001");
    let _ = maker.form(&format!("{paid}/unmatchings"), &[("undo_reason", "")]).await.is(422).shows("undo_reason-error");
    house.finish().await;
}

#[tokio::test]
async fn statements_of_accounts_and_lists_say_the_same_in_every_form() {
    let house = house().await;
    let account = house.funded(10_000_000).await;
    let (_, number) = house.sent(&account, "60").await;
    house.load(&account, (-9, 0), 10_000_000, &[(0, "B1", -6_000, &number)]).await;
    let mut client = officer(&house, "reader").await;
    let at = format!("/accounts/{account}");
    let _ = client.get(&format!("{at}?at=2026-03-15")).await.good().shows("2026-03-15 日终余额 100,000.00 元");
    let _ = client.get(&format!("{at}?at=someday")).await.is(422);
    let page = client.get(&format!("{at}/statement?from=2026-03-01&to=2026-03-16")).await.good();
    let _ = page.shows("期初余额").shows("99,940.00 元").shows("−60.00").shows(&number);
    let csv = client.get(&format!("{at}/statement?from=2026-03-01&to=2026-03-16&format=csv")).await.good();
    assert!(csv.text().contains(&format!("2026-03-16,付款,{number},-60.00,99940.00")), "{}", csv.text());
    let json = client.get(&format!("{at}/statement?format=json")).await.good().value();
    assert_eq!((json["opening_fen"].as_i64(), json["closing_fen"].as_i64()), (Some(0), Some(9_994_000)));
    let _ = client.get(&format!("{at}/statement?from=2026-03-20&to=2026-03-01")).await.is(422);
    let page =
        client.get(&format!("{at}/entries?reference={number}")).await.good().shows("−60.00").hides("+100,000.00");
    let _ = page.shows(&format!("reference={number}&#38;format=csv"));
    let csv = client.get(&format!("{at}/entries?reference={number}&format=csv")).await.good().text();
    assert_eq!(csv.lines().count(), 2, "{csv}");
    let _ = client.get(&format!("{at}/entries?reference=nothing")).await.good().shows("所选条件下没有收支");
    let _ = client.get(&format!("{at}/entries?from=x")).await.is(422);
    let csv = client.get("/accounts?format=csv").await.good().text();
    assert!(csv.contains("99940.00"), "{csv}");
    let _ = client.get("/accounts?purpose=fund").await.good().shows("没有");
    let csv = client.get("/payments?format=csv").await.good().text();
    assert!(csv.contains("••••3456") && !csv.contains("6222021100123456"), "{csv}");
    let _ = client.get("/payments?state=settled").await.good().shows("已结清");
    let csv = client.get("/statements?format=csv").await.good().text();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let page = client.get("/statements").await.good().text();
    let row = page.split("<tr>").find(|row| row.contains("至 2026-03-16")).expect("the second one is listed");
    let newest = format!("/statements/{}", between(row, "href=\"/statements/", "\""));
    let _ = client.get(&newest).await.good().shows("全部对上").shows("两边就一致").shows("按编号对上");
    for (path, words) in [
        ("/accounts", "Accounts"),
        (at.as_str(), "Latest entries"),
        ("/payments", "Payments"),
        ("/statements", "Reconciliation"),
        ("/periods", "Periods"),
        (newest.as_str(), "At the bank"),
    ] {
        let _ = client.get(&format!("{path}?lang=en")).await.good().shows(words).shows("lang=\"en\"");
    }
    let page = client.get(&format!("{at}/statement?lang=en")).await.good().shows("Opening balance");
    let _ = page.shows("CNY 99,940.00");
    house.finish().await;
}

#[tokio::test]
async fn periods_are_closed_by_pages_with_what_stands_in_the_way() {
    let house = house().await;
    let account = house.budget().await;
    house.load(&account, (-30, -20), 0, &[(-25, "S1", 50_000, "拨款")]).await;
    let mut joint = house.client("joint", Some((Role::JointOffice, None))).await;
    let mut reader = officer(&house, "reader").await;
    let _ = reader.get("/periods").await.good().shows("1 笔流水未对上").shows("由联席会议办公室结账");
    let _ = reader.form("/periods", &[("period", "2026-02")]).await.is(403);
    let page = joint.get("/periods").await.good().shows("结账 2026-02").shows("value=\"2026-02\"");
    let _ = page.shows("idempotency_key");
    let _ = joint.form("/periods", &[("period", "2026-2")]).await.is(422).shows("period-error");
    let _ = joint.form("/periods", &[("period", "2026-02")]).await.is(409).shows("还有 1 项未对账");
    house.enter(&account).await;
    assert_eq!(joint.form("/periods", &[("period", "2026-02")]).await.redirect(), "/periods");
    let _ = joint.get("/periods").await.good().shows("结账 2026-03").shows("这个月还没有结束").shows("人员 joint");
    let _ = joint.form("/periods", &[("period", "2026-02")]).await.is(409).shows("已经结账");
    let _ = joint.form("/year-ends", &[("year", "今年")]).await.is(422).shows("year-error");
    let _ = joint.form("/year-ends", &[("year", "2026")]).await.is(409).shows("尚未结束");
    let _ = joint.form("/year-ends", &[("year", "２０２５")]).await.good().shows("已处理 0 个账户");
    house.finish().await;
}
