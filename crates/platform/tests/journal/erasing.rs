//! Erasure of personal values: one asks, another decides, and the log holds.

use crate::by_hand::by_hand;
use crate::{act, house, problems, put};
use platform::ctx::{Actor, Ctx, Presence, Role};
use platform::demo::{Cast, DEMO_PASSWORD};
use platform::journal::erase::{self, Decision};
use platform::journal::{self, Entry, log, prove, verify};
use platform::privacy::{Gone, Kept, Until};
use platform::{App, Fault};
use proof::Salt;
use proof::image;
use proof::note::Checkpoint;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use testkit::{Client, TestApp};

fn person(house: &TestApp, account: &str, administrator: bool) -> Ctx {
    let roles = if administrator { vec![Role::Administrator] } else { Vec::new() };
    let ctx = house.system();
    let presence = Some(Presence { session: String::new(), proved_ms: ctx.now.ms() });
    let name = format!("示例{account}");
    let actor = Actor { account: Some(account.into()), name, roles, presence, ..Actor::default() };
    Ctx { actor, ..ctx }
}

/// An entry that somebody has made.
async fn made_by(app: &App, ctx: &Ctx) -> i64 {
    app.in_txn(ctx, "named", (), |tx, ()| {
        Box::pin(async move {
            tx.journal(Entry::new("stone.seen", "stone", "a").data(json!({ "remark": "示例手机号" }))).await
        })
    })
    .await
    .unwrap()
}

async fn ask(app: &App, ctx: &Ctx, entry: i64, field: &str, reason: &str) -> Result<String, Fault> {
    Ok(erase::journal_erase_ask(app, ctx, entry, field.to_owned(), reason.to_owned()).await?.id)
}

async fn decide(app: &App, ctx: &Ctx, request: &str, decision: Decision, remark: &str) -> Result<i64, Fault> {
    erase::journal_erase_decide(app, ctx, request.to_owned(), decision, remark.to_owned()).await
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> String {
    outcome.unwrap_err().to_refusal().code.to_string()
}

#[tokio::test]
async fn an_erased_name_leaves_a_log_that_holds() {
    let house = house().await;
    let app = house.app();
    let (one, two) = (person(&house, "a1", true), person(&house, "a2", true));
    let entry = made_by(app, &person(&house, "p1", false)).await;
    let public = act(app, &[], Some(put("a"))).await.unwrap();
    assert_eq!(code(ask(app, &one, entry, "actor_name", "请求 1").await), "journal-unsealed");
    house.settle().await;
    let before = prove::standing(&app.db().read(), entry, None, 0).await.unwrap().unwrap();
    assert_eq!(code(ask(app, &one, entry, "kind", "请求 1").await), "journal-field");
    assert_eq!(code(ask(app, &one, public, "data", "请求 1").await), "journal-field");
    assert_eq!(code(ask(app, &one, entry, "actor_name", "  ").await), "journal-reason");
    assert_eq!(code(ask(app, &one, 9_999, "actor_name", "请求 1").await), "not-found");
    let mut last = String::new();
    for field in ["actor_name", "data", "actor"] {
        last = ask(app, &one, entry, field, "请求 1").await.unwrap();
        let stored = journal::by_id(&app.db().read(), entry).await.unwrap().unwrap();
        assert!(!stored.actor.is_empty(), "nothing goes before the decision");
        let by = decide(app, &two, &last, Decision::Grant, "").await.unwrap();
        let entry = journal::by_id(&app.db().read(), by).await.unwrap().unwrap();
        assert_eq!((entry.kind.as_str(), entry.actor.as_str()), ("journal.erased", "a2"));
        assert_eq!(entry.data["request"], json!(last));
    }
    assert_eq!(code(ask(app, &one, entry, "data", "请求 1").await), "journal-erased");
    assert_eq!(code(decide(app, &two, &last, Decision::Grant, "").await), "journal-decided");
    house.settle().await;
    let after = prove::standing(&app.db().read(), entry, None, 0).await.unwrap().unwrap();
    assert_eq!((after.leaf, after.index), (before.leaf, before.index));
    let stored = journal::by_id(&app.db().read(), entry).await.unwrap().unwrap();
    assert_eq!((stored.actor_name.as_str(), stored.actor.as_str(), stored.data.is_null()), ("", "", true));
    assert_eq!(problems(app).await, Vec::<String>::new());
    // Gone without an entry that says so is tampering.
    by_hand(app, vec!["DELETE FROM journal_erased WHERE field = 'data'".into()]).await;
    assert!(problems(app).await[0].contains("does not hold"));
}

#[tokio::test]
async fn nobody_erases_alone() {
    let house = house().await;
    let app = house.app();
    let (one, two) = (person(&house, "a1", true), person(&house, "a2", true));
    let (actor, other) = (person(&house, "p1", false), person(&house, "p2", false));
    let entry = made_by(app, &actor).await;
    let of_one = made_by(app, &one).await;
    house.settle().await;
    // The person himself asks; somebody else, a stranger, a token do not.
    let own = ask(app, &actor, entry, "actor_name", "本人请求").await.unwrap();
    assert_eq!(code(ask(app, &other, entry, "actor", "x").await), "forbidden");
    let mut token = actor.clone();
    token.actor.scopes = Some(vec!["admin".into()]);
    assert_eq!(code(ask(app, &token, entry, "actor", "x").await), "token-scope");
    assert_eq!(code(ask(app, &one, entry, "actor_name", "又一次").await), "journal-asked");
    // Whoever is no administrator does not decide, nor does the person, nor whoever asked.
    assert_eq!(code(decide(app, &actor, &own, Decision::Grant, "").await), "forbidden");
    let asked = ask(app, &one, entry, "data", "请求 2").await.unwrap();
    assert_eq!(code(decide(app, &one, &asked, Decision::Grant, "").await), "four-eyes");
    assert_eq!(code(decide(app, &one, &asked, Decision::Refuse, "不").await), "four-eyes");
    let of_one = ask(app, &two, of_one, "actor", "请求 3").await.unwrap();
    assert_eq!(code(decide(app, &one, &of_one, Decision::Grant, "").await), "four-eyes", "it is about himself");
    assert_eq!(code(decide(app, &two, "none", Decision::Grant, "").await), "not-found");
    // A refusal says why, and the value stays.
    assert_eq!(code(decide(app, &two, &asked, Decision::Refuse, " ").await), "journal-reason");
    let refused = decide(app, &two, &asked, Decision::Refuse, "仍须留存").await.unwrap();
    let refused = journal::by_id(&app.db().read(), refused).await.unwrap().unwrap();
    assert_eq!((refused.kind.as_str(), refused.public), ("journal.erasure-refused", false));
    assert!(!journal::by_id(&app.db().read(), entry).await.unwrap().unwrap().data.is_null());
    assert_eq!(code(decide(app, &two, &asked, Decision::Grant, "").await), "journal-decided");
    // It may be asked for again.
    ask(app, &one, entry, "data", "请求 4").await.unwrap();
    assert_eq!(erase::journal_erase_list(app, &two).await.unwrap().len(), 3);
    assert_eq!(code(erase::journal_erase_list(app, &other).await), "forbidden");
    house.settle().await;
    assert_eq!(problems(app).await, Vec::<String>::new());
}

/// What the stones of these tests keep: a weight goes a year after it was seen, a pebble with its bag.
pub const PERSONAL: &[Kept] = &[
    Kept {
        table: "stone",
        columns: &["weight"],
        purpose: "weighing",
        until: Until::Days {
            days: 365,
            after: "it was seen",
            due: "seen_ms < $1 AND weight IS NOT NULL",
            key: "id",
            gone: Gone::Values("weight = NULL"),
        },
    },
    Kept {
        table: "pebble",
        columns: &["n"],
        purpose: "counting",
        until: Until::Days {
            days: 10,
            after: "the beginning",
            due: "bag IN (SELECT id FROM stone WHERE seen_ms < $1)",
            key: "bag, n",
            gone: Gone::Row,
        },
    },
];

/// Salts of the images of a table's rows in the journal, the oldest first; none for one that was wiped.
async fn salts(app: &App, table: &str) -> Vec<Option<Salt>> {
    let conn = app.db().read();
    let text = "SELECT images FROM journal_entry WHERE images IS NOT NULL ORDER BY entry_id";
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), text)).await.unwrap();
    let mut salts = Vec::new();
    for row in rows {
        let images: Vec<u8> = row.try_get("", "images").unwrap();
        for found in image::unpack(&images).map(Result::unwrap).filter(|found| found.table == table) {
            salts.push(Some(found.salt).filter(|salt| *salt != [0; 16]));
        }
    }
    salts
}

#[tokio::test]
async fn what_is_too_old_goes_at_night_with_the_salts_of_its_images() {
    let house = house().await;
    let app = house.app();
    let seen = app.clock().now().ms();
    by_hand(app, vec![format!("INSERT INTO setting (name, value) VALUES ('test.seen', '{seen}')")]).await;
    act(
        app,
        &[
            "INSERT INTO stone (id, weight, marked) VALUES ('a', 71, TRUE), ('b', 72, TRUE)",
            "INSERT INTO pebble (bag, n) VALUES ('a', 1), ('b', 1)",
        ],
        Some(put("a")),
    )
    .await
    .unwrap();
    act(app, &["UPDATE stone SET weight = 73 WHERE id = 'a'"], Some(put("a"))).await.unwrap();
    act(app, &["UPDATE stone SET seen_ms = (SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'test.seen') WHERE id = 'a'"], None)
        .await
        .unwrap();
    house.settle().await;
    assert!(salts(app, "stone").await.iter().all(Option::is_some));
    let leaves = |note: &str| Checkpoint::parse(note).unwrap();
    let before = log::newest_published(&app.db().read()).await.unwrap().unwrap().note;
    // Not yet; the salt of the weight that was replaced goes the first night.
    house.days_pass(5).await;
    let kept = salts(app, "stone").await;
    assert_eq!((kept.len(), kept.iter().filter(|salt| salt.is_none()).count()), (3, 1));
    assert_eq!(salts(app, "pebble").await.len(), 2);
    // The pebbles' bag is old, the stone's weight is not.
    house.days_pass(10).await;
    let pebbles = salts(app, "pebble").await;
    assert_eq!((pebbles.len(), pebbles.iter().filter(|salt| salt.is_none()).count()), (3, 1));
    assert_eq!(verify::verify(app.db(), None).await.unwrap().rows, 3);
    house.days_pass(360).await;
    let conn = app.db().read();
    let text = "SELECT COUNT(*) AS n FROM stone WHERE weight IS NULL AND id = 'a'";
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), text)).await.unwrap().unwrap();
    assert_eq!(row.try_get::<i64>("", "n").unwrap(), 1, "the weight of what was seen");
    // Of every row only the newest image can be compared with anything.
    let left = salts(app, "stone").await;
    assert_eq!(left.iter().filter(|salt| salt.is_some()).count(), 2, "{left:?}");
    // It is journalled, with counts and without values.
    let entries = journal::after(&app.db().read(), -1, 1_000).await.unwrap();
    let told: Vec<_> = entries.iter().filter(|entry| entry.kind == "privacy.forgotten").collect();
    let said: Vec<_> = told.iter().map(|entry| (entry.object_id.as_str(), entry.data.to_string())).collect();
    assert_eq!(said, [("pebble", "{\"rows\":1}".to_owned()), ("stone", "{\"rows\":1}".to_owned())]);
    // And everything holds, also against what was kept before.
    assert_eq!(verify::verify(app.db(), Some(&leaves(&before))).await.unwrap().problems, Vec::<String>::new());
    // What is changed by hand is still noticed.
    by_hand(app, vec!["UPDATE stone SET weight = 71 WHERE id = 'b'".into()]).await;
    assert!(problems(app).await[0].contains("stone b: the row is not what entry"));
}

#[tokio::test]
async fn accounts_and_what_hangs_on_them_go_when_their_time_is_over() {
    let house = house().await;
    let app = house.app();
    Cast::create(app).await.unwrap();
    let mut admin = signed_in(&house, "admin").await;
    admin.form("/admin/invites", &[("name", "示例受邀人")]).await;
    let disabled = format!("UPDATE account SET disabled_ms = {} WHERE login = 'enterprise'", app.clock().now().ms());
    act_by_house(app, disabled).await;
    house.settle().await;
    let count = async |text: &str| -> i64 {
        let conn = app.db().read();
        let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), text)).await.unwrap().unwrap();
        row.try_get("", "n").unwrap()
    };
    let (invites, sessions) = ("SELECT COUNT(*) AS n FROM invite", "SELECT COUNT(*) AS n FROM session");
    let named = "SELECT COUNT(*) AS n FROM account WHERE name = '示例企业经办人'";
    let places = "SELECT COUNT(*) AS n FROM account_place";
    assert_eq!((count(invites).await, count(sessions).await, count(named).await), (1, 1, 1));
    assert!(count(places).await > 0);
    // A fresh link and a session of today stay, an old one goes; so does what identity knows of guesses.
    house.days_pass(40).await;
    assert_eq!((count(invites).await, count(sessions).await, count(named).await), (0, 0, 1));
    house.days_pass(370).await;
    assert_eq!((count(places).await, count(named).await), (0, 1));
    house.days_pass(400).await;
    assert_eq!(count(named).await, 0);
    let emptied = "SELECT COUNT(*) AS n FROM account WHERE login = 'gone-' || id AND email IS NULL AND name = '' AND password_hash = ''";
    assert_eq!(count(emptied).await, 1, "only the account that was disabled");
    let kept = "SELECT COUNT(*) AS n FROM account WHERE name <> ''";
    assert!(count(kept).await > 3);
    house.settle().await;
    assert_eq!(problems(app).await, Vec::<String>::new());
    // Nobody signs in with what is left of it.
    let mut stranger = house.visitor();
    let answer = stranger.form("/sign-in", &[("login", "enterprise"), ("password", DEMO_PASSWORD)]).await;
    assert!(!answer.status.is_redirection());
    house.finish().await;
}

async fn act_by_house(app: &App, text: String) {
    app.in_txn(&Ctx::system(app.clock().now()), "stones_act", text, |tx, text| {
        Box::pin(async move {
            tx.execute_raw(Statement::from_string(tx.get_database_backend(), text.clone())).await?;
            tx.journal(put("account")).await
        })
    })
    .await
    .unwrap();
}

async fn signed_in(house: &TestApp, login: &str) -> Client {
    let mut client = house.visitor();
    client.form("/sign-in", &[("login", login), ("password", DEMO_PASSWORD)]).await.redirect();
    client
}

#[tokio::test]
async fn asking_and_deciding_on_pages_and_by_the_api() {
    let house = house().await;
    let app = house.app();
    Cast::create(app).await.unwrap();
    let grant = "INSERT INTO account_role (account, role, city, granted_by, granted_ms)
        SELECT id, 'administrator', '', 'test', 1 FROM account WHERE login = 'joint-office'";
    by_hand(app, vec![grant.into()]).await;
    let (mut person, mut admin) = (signed_in(&house, "enterprise").await, signed_in(&house, "admin").await);
    let mut second = signed_in(&house, "joint-office").await;
    person.json("/api/v1/me/languages", &json!({ "lang": "zh-CN" })).await.good();
    house.settle().await;
    let me = person.get("/api/v1/me").await.value()["id"].as_str().unwrap().to_owned();
    let entries = journal::after(&app.db().read(), -1, 500).await.unwrap();
    let entry = entries.iter().rev().find(|entry| entry.actor == me && !entry.kind.starts_with("session")).unwrap();
    let (path, api) = (
        format!("/journal/entries/{}", entry.entry_id),
        format!("/api/v1/journal/entries/{}/erasures", entry.entry_id),
    );
    house.visitor().get(&path).await.hides("/erasures");
    person.get(&path).await.shows("申请删除个人信息");
    let post = format!("{path}/erasures");
    assert_eq!(person.form(&post, &[("field", "actor_name"), ("reason", "")]).await.status, 422);
    assert_eq!(person.form(&post, &[("field", "actor_name"), ("reason", "本人请求")]).await.redirect(), path);
    person.get(&path).await.shows("正等待另一位管理员决定");
    assert_eq!(person.get("/admin/erasures").await.status, 403);
    let asked = admin.json(&api, &json!({ "field": "actor", "reason": "请求" })).await.is(201).value();
    assert!(asked["entry"].as_i64().unwrap() > entry.entry_id);
    assert_eq!(house.visitor().json(&api, &json!({ "field": "data", "reason": "x" })).await.status, 401);

    admin.get("/admin").await.shows("/admin/erasures");
    admin.get("/admin/erasures").await.shows("本人请求").shows("办理人姓名");
    second.get("/admin/erasures?lang=en").await.shows("Neither whoever asked");
    let mut second = signed_in(&house, "joint-office").await;
    let listed = second.get("/api/v1/journal/erasures").await.good().value();
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let own = items.iter().find(|item| item["field"] == "actor_name").unwrap()["id"].as_str().unwrap();
    let other = asked["id"].as_str().unwrap();
    // Whoever asked does not decide, on the page or by the API.
    let decisions = format!("/admin/erasures/{other}/decisions");
    admin.form(&decisions, &[("decision", "grant")]).await.is(403).shows("须由另一位管理员决定");
    let api = format!("/api/v1/journal/erasures/{other}/decisions");
    admin.json(&api, &json!({ "decision": "grant" })).await.is(403).refused("four-eyes");
    second.json(&api, &json!({ "decision": "maybe" })).await.is(422).refused("decision-unknown");
    second.form(&decisions, &[("decision", "refuse"), ("remark", "")]).await.is(422).shows("请写明依据");
    second.json(&api, &json!({ "decision": "refuse", "remark": "仍须留存" })).await.is(201);
    let by = admin.form(&format!("/admin/erasures/{own}/decisions"), &[("decision", "grant")]).await.redirect();
    assert!(by.starts_with("/journal/entries/"));
    assert_eq!(journal::by_id(&app.db().read(), entry.entry_id).await.unwrap().unwrap().actor_name, "");
    admin.get("/admin/erasures").await.shows("没有等待决定的申请");
    house.settle().await;
    house.visitor().get(&path).await.shows("已证明");
    house.finish().await;
}
