//! The pack in a running house: loading, loading a newer one, and the pages and API over it.

mod api;

use kernel::Adcode;
use pack::Pack;
use platform::ctx::{Actor, Role};
use platform::journal::{self, Entry};
use platform::{Ctx, Fault};
use registry::actions::fact::fact_former_list;
use registry::actions::pack::{pack_proposal_decide, pack_proposal_list};
use registry::rules::fact::reading;
use registry::rules::pack::{Decision, ProposalState};
use registry::{PackLoad, corridor, pack_load};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use testkit::{Answer, TestApp};

async fn empty() -> TestApp {
    TestApp::start(vec![registry::capability()]).await
}

async fn house(pack: &Pack) -> TestApp {
    let house = empty().await;
    pack_load(house.app(), &house.system(), pack).await.expect("the pack loads");
    house.open_index().await;
    house.settle().await;
    house
}

fn g60() -> Pack {
    Pack::embedded_g60().expect("the built-in pack is valid")
}

fn two_towns() -> Pack {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../pack/tests/packs/twotowns");
    Pack::load_dir(std::path::Path::new(folder)).expect("the example pack is valid")
}

fn administrator(house: &TestApp) -> Ctx {
    let actor = Actor {
        account: Some("admin-1".into()),
        name: "管理员".into(),
        roles: vec![Role::Administrator],
        ..Actor::default()
    };
    Ctx { actor, ..house.system() }
}

/// Runs statements as the house, with a journal entry so that followers look again.
async fn write(house: &TestApp, kind: &'static str, statements: &[&str]) {
    let statements: Vec<String> = statements.iter().map(|text| (*text).to_owned()).collect();
    house
        .app()
        .in_txn(&house.system(), "test_write", (statements, kind), |tx, (statements, kind)| {
            Box::pin(async move {
                for text in statements {
                    tx.execute_raw(Statement::from_string(tx.get_database_backend(), text)).await?;
                }
                tx.journal(Entry::new(kind, "organisation", "test")).await?;
                Ok(())
            })
        })
        .await
        .expect("the statements run");
    house.settle().await;
}

async fn field(house: &TestApp, pack_key: &str, column: &str) -> Option<String> {
    let text = format!("SELECT {column} FROM organisation WHERE pack_key = '{pack_key}'");
    let conn = house.app().db().read();
    let row =
        conn.query_one_raw(Statement::from_string(conn.get_database_backend(), text)).await.expect("the query runs");
    row.expect("the organisation is there").try_get("", column).expect("the column is text")
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> &'static str {
    outcome.expect_err("a refusal").refusal().expect("no failure of the house").code
}

#[tokio::test]
async fn the_first_load_brings_everything_and_the_second_nothing() {
    let pack = g60();
    let house = house(&pack).await;
    let corridor = corridor::of(house.app());
    let cities: Vec<&str> = corridor.cities().map(|city| city.short_zh.as_str()).collect();
    assert_eq!(cities, ["松江", "嘉兴", "杭州", "金华", "苏州", "湖州", "宣城", "芜湖", "合肥"]);
    assert_eq!(corridor.facts, {
        let mut facts = pack.facts.clone();
        facts.sort_by(|a, b| a.id.cmp(&b.id));
        facts
    });
    assert_eq!(corridor.segments, pack.segments);
    assert_eq!(corridor.sources, pack.sources);
    assert_eq!(corridor.clusters, pack.clusters);
    assert_eq!(corridor.terms, pack.terms);
    assert_eq!(corridor.synonyms, pack.synonyms);
    assert_eq!(corridor.left_outs, pack.left_outs);
    assert_eq!(corridor.drawing.as_ref(), Some(&pack.drawing));
    assert_eq!(corridor.jurisdictions.len(), pack.jurisdictions.len());
    let songjiang = Adcode::parse("310117").unwrap();
    assert_eq!(corridor.place(songjiang), pack.jurisdictions.iter().find(|j| j.adcode == songjiang));
    let again = pack_load(house.app(), &house.system(), &pack).await.unwrap();
    assert_eq!(again, PackLoad::Same);
    let entries = journal::of_object(&house.app().db().read(), "pack", "g60", 10).await.unwrap();
    assert_eq!(entries.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["pack.loaded"]);
    assert_eq!(entries[0].data["added"], pack.organisations.len());
    house.finish().await;
}

#[tokio::test]
async fn a_house_belongs_to_one_corridor() {
    let house = house(&two_towns()).await;
    assert_eq!(refusal(pack_load(house.app(), &house.system(), &g60()).await), "pack-other");
    let visitor = Ctx { actor: Actor::visitor(), ..house.system() };
    assert_eq!(refusal(pack_load(house.app(), &visitor, &two_towns()).await), "sign-in");
    assert_eq!(corridor::of(house.app()).cities().len(), two_towns().members().len());
    house.finish().await;
}

/// A later version of a pack: one organisation nobody touched, one that was claimed, one fact, one fact dropped.
fn newer(pack: &Pack, free: &str, claimed: &str) -> Pack {
    let mut pack = pack.clone();
    pack.meta.version = "next".into();
    pack.digest = "f".repeat(64);
    for organisation in pack.organisations.iter_mut().filter(|o| o.id == free || o.id == claimed) {
        organisation.website = Some("https://new.example.org".into());
        organisation.founded = Some("1999".into());
    }
    pack.facts[0].value = "777".into();
    pack.facts.remove(1);
    pack
}

#[tokio::test]
async fn a_newer_pack_proposes_where_people_have_been_and_replaces_elsewhere() {
    let pack = g60();
    let house = house(&pack).await;
    let (free, claimed) = (pack.organisations[0].id.clone(), pack.organisations[1].id.clone());
    let before = field(&house, &claimed, "website").await;
    write(
        &house,
        "organisation.claimed",
        &[&format!("UPDATE organisation SET claimed_ms = 5 WHERE pack_key = '{claimed}'")],
    )
    .await;

    let next = newer(&pack, &free, &claimed);
    let PackLoad::Done(loaded) = pack_load(house.app(), &house.system(), &next).await.unwrap() else {
        panic!("a pack with another digest is loaded")
    };
    assert_eq!((loaded.summary.added, loaded.summary.replaced, loaded.summary.proposed), (0, 1, 2));
    assert_eq!(field(&house, &free, "website").await.as_deref(), Some("https://new.example.org"));
    assert_eq!(field(&house, &claimed, "website").await, before);

    let corridor = corridor::of(house.app());
    let value = |id: &str| corridor.facts.iter().find(|f| f.id == id).map(|f| f.value.clone());
    assert_eq!(value(&pack.facts[0].id).as_deref(), Some("777"));
    assert_eq!(value(&pack.facts[1].id).as_ref(), Some(&pack.facts[1].value), "what a source said is not forgotten");
    let ids: Vec<String> = pack.facts.iter().map(|fact| fact.id.clone()).collect();
    let former = fact_former_list(house.app(), &house.system(), &ids).await.unwrap();
    let said: Vec<(&str, &pack::Fact)> = former.iter().map(|f| (f.version.as_str(), &f.fact)).collect();
    assert_eq!(said, [(pack.meta.version.as_str(), &pack.facts[0])]);

    let admin = administrator(&house);
    let open = |state| pack_proposal_list(house.app(), &admin, state, None, 10);
    let (proposals, total) = open(ProposalState::Open).await.unwrap();
    assert_eq!(total, 2);
    let of = |name: &str| proposals.iter().find(|view| view.proposal.field == name).unwrap().proposal.id.clone();
    let (website, founded) = (of("website"), of("founded"));
    let visitor = Ctx { actor: Actor::visitor(), ..house.system() };
    let stranger = Ctx { actor: Actor { account: Some("a".into()), ..Actor::visitor() }, ..house.system() };
    assert_eq!(
        refusal(pack_proposal_decide(house.app(), &visitor, website.clone(), Decision::Accept).await),
        "sign-in"
    );
    assert_eq!(
        refusal(pack_proposal_decide(house.app(), &stranger, website.clone(), Decision::Accept).await),
        "not-found"
    );
    pack_proposal_decide(house.app(), &admin, website.clone(), Decision::Accept).await.unwrap();
    pack_proposal_decide(house.app(), &admin, founded.clone(), Decision::Decline).await.unwrap();
    assert_eq!(field(&house, &claimed, "website").await.as_deref(), Some("https://new.example.org"));
    assert_eq!(field(&house, &claimed, "founded").await, pack.organisations[1].founded);
    assert_eq!(refusal(pack_proposal_decide(house.app(), &admin, founded, Decision::Accept).await), "proposal-decided");
    assert_eq!(refusal(pack_proposal_decide(house.app(), &admin, "none".into(), Decision::Accept).await), "not-found");
    assert_eq!(open(ProposalState::Open).await.unwrap().1, 0);

    assert_eq!(pack_load(house.app(), &house.system(), &pack).await.unwrap(), PackLoad::Older);
    assert_eq!(corridor::of(house.app()).meta.as_ref().unwrap().version, "next");
    house.finish().await;
}

#[tokio::test]
async fn a_declined_proposal_stays_declined_until_the_pack_says_something_else() {
    let pack = two_towns();
    let house = house(&pack).await;
    let key = pack.organisations[0].id.clone();
    write(&house, "organisation.edited", &[&format!("UPDATE organisation SET edited_ms = 5 WHERE pack_key = '{key}'")])
        .await;
    let admin = administrator(&house);
    let said = |version: &str, website: &str| {
        let mut next = pack.clone();
        next.meta.version = version.into();
        next.digest = format!("{version:0>64}");
        next.organisations[0].website = Some(website.into());
        next
    };
    let waiting = async || pack_proposal_list(house.app(), &admin, ProposalState::Open, None, 10).await.unwrap().0;
    pack_load(house.app(), &house.system(), &said("2", "https://two.example.org")).await.unwrap();
    let first = waiting().await;
    assert_eq!(first.len(), 1);
    pack_proposal_decide(house.app(), &admin, first[0].proposal.id.clone(), Decision::Decline).await.unwrap();
    let mut same = said("3", "https://two.example.org");
    same.organisations[0].note.push_str("只改了备注");
    pack_load(house.app(), &house.system(), &same).await.unwrap();
    assert_eq!(waiting().await, []);
    pack_load(house.app(), &house.system(), &said("4", "https://four.example.org")).await.unwrap();
    pack_load(house.app(), &house.system(), &said("5", "https://five.example.org")).await.unwrap();
    let last = waiting().await;
    assert_eq!(last.len(), 1, "an open proposal gives way to a later pack's");
    assert_eq!(last[0].proposal.proposed, ["https://five.example.org"]);
    house.finish().await;
}

#[tokio::test]
async fn a_code_that_another_record_has_is_not_stored_twice() {
    let pack = two_towns();
    let house = house(&pack).await;
    let code = "91310000MA1FL5E95Q";
    write(
        &house,
        "organisation.edited",
        &[&format!("UPDATE organisation SET uscc = '{code}' WHERE pack_key = '{}'", pack.organisations[0].id)],
    )
    .await;
    let mut next = pack.clone();
    next.meta.version = "2".into();
    next.digest = "2".repeat(64);
    let mut twin = pack.organisations[1].clone();
    twin.id = "twin".into();
    twin.uscc = Some(code.into());
    next.organisations.push(twin);
    pack_load(house.app(), &house.system(), &next).await.unwrap();
    assert_eq!(field(&house, "twin", "uscc").await, None);
    let (open, _) =
        pack_proposal_list(house.app(), &administrator(&house), ProposalState::Open, None, 10).await.unwrap();
    assert_eq!(open.iter().map(|view| view.proposal.field.as_str()).collect::<Vec<_>>(), ["uscc"]);
    house.finish().await;
}

/// What a reader sees of a page: its text without tags.
fn seen(answer: &Answer) -> String {
    let mut text = String::new();
    let mut inside = true;
    for character in answer.text().chars() {
        match character {
            '<' => inside = false,
            '>' => {
                inside = true;
                text.push(' ');
            }
            c if inside => text.push(c),
            _ => {}
        }
    }
    text
}

/// What every page of this file must keep: one heading, a language, captions and scopes, no text key left over.
fn well_formed(answer: &Answer, lang: &str) {
    let html = answer.text();
    assert_eq!(html.matches("<h1").count(), 1);
    assert!(html.contains(&format!("<html lang=\"{lang}\"")));
    assert_eq!(html.matches("<table").count(), html.matches("<caption").count());
    assert!(!html.contains("<th>"), "a heading cell without scope");
    let nouns = ["home", "city", "fact", "source", "about", "pack"];
    let text = seen(answer);
    let left = text.split_whitespace().find(|word| {
        let parts: Vec<&str> = word.split('-').collect();
        parts.len() > 1 && nouns.contains(&parts[0]) && parts.iter().all(|p| p.chars().all(|c| c.is_ascii_lowercase()))
    });
    assert_eq!(left, None, "a text key instead of a text");
}

#[tokio::test]
async fn every_page_reads_well_in_both_languages() {
    let house = house(&g60()).await;
    assert_eq!(house.app().texts().differences(), Vec::<String>::new());
    for path in ["/", "/cities", "/cities/310117", "/cities/341800", "/facts", "/facts?area=g60", "/sources", "/about"]
    {
        well_formed(&house.visitor().get(path).await.good(), "zh-CN");
        well_formed(&house.visitor().english().get(path).await.good(), "en");
    }
    house.finish().await;
}

#[tokio::test]
async fn pages_without_a_pack_say_how_to_start() {
    let house = empty().await;
    corridor::open(house.app()).await.unwrap();
    for path in ["/", "/cities", "/facts", "/sources", "/about"] {
        let answer = house.visitor().get(path).await.good();
        well_formed(&answer, "zh-CN");
        let _ = answer.shows("尚未装入走廊数据包");
    }
    let _ = house.visitor().get("/cities/310117").await.is(404);
    assert_eq!(house.visitor().get("/api/v1/cities").await.good().value()["total"], 0);
    house.finish().await;
}

#[tokio::test]
async fn conflicting_figures_stand_side_by_side_each_with_its_date() {
    let house = house(&g60()).await;
    let page = house.visitor().get("/facts?area=g60&indicator=high_tech_share_of_nation").await.good();
    let text = seen(&page);
    for value in ["1/12", "1/7", "1/8"] {
        assert!(text.contains(value), "{value}: {text}");
    }
    let text: String = text.split_whitespace().collect();
    assert!(text.contains("截至2024-01"), "{text}");
    let _ = page.shows("chart");

    let songjiang = seen(&house.visitor().get("/cities/310117").await.good());
    for value in ["3.58%", "4.59%", "6.79%", "1,755 家", "2,306 家", "超过 2,300 家"] {
        assert!(songjiang.contains(value), "{value}");
    }
    let english = seen(&house.visitor().english().get("/cities/310117").await.good());
    for value in ["more than 2,300", "up to 1.1×10¹⁶ FLOP/s"] {
        assert!(english.contains(value), "{value}");
    }
    house.finish().await;
}

#[tokio::test]
async fn files_hold_exactly_what_the_page_shows() {
    let house = house(&g60()).await;
    let pack = g60();
    let delta = pack.facts.iter().filter(|fact| fact.area == "delta").count();
    let json = house.visitor().get("/facts?area=delta&format=json").await.good().value();
    assert_eq!(json["total"], delta);
    assert_eq!(json["items"].as_array().unwrap().len(), delta);
    let csv = house.visitor().get("/facts?area=delta&format=csv").await.good();
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8; header=present");
    let rows = csv::Reader::from_reader(csv.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap()).into_records().count();
    assert_eq!(rows, delta);
    for path in ["/cities?format=csv", "/sources?format=csv", "/cities/310117?format=csv"] {
        let csv = house.visitor().get(path).await.good();
        let mut reader = csv::Reader::from_reader(&csv.bytes[3..]);
        assert!(reader.records().all(|row| row.is_ok()), "{path}");
    }
    assert_eq!(house.visitor().get("/cities?format=json").await.good().value()["total"], 9);
    house.finish().await;
}

#[tokio::test]
async fn the_interface_gives_lists_with_a_total_and_a_next() {
    let house = house(&g60()).await;
    let mut visitor = house.visitor();
    let cities = visitor.get("/api/v1/cities").await.good().value();
    assert_eq!((cities["total"].as_i64(), cities["next"].is_null()), (Some(9), true));
    let wuhu = cities["items"].as_array().unwrap().iter().find(|city| city["adcode"] == "340200").unwrap();
    assert_eq!((wuhu["name"].as_str(), wuhu["joined"].as_i64()), (Some("芜湖"), Some(2018)));
    assert_eq!(wuhu["joined_source"], "article:001");
    let songjiang = visitor.get("/api/v1/cities/310117").await.good().value();
    assert_eq!(songjiang["province"]["adcode"], "310000");
    let named = g60().clusters.iter().filter(|cluster| cluster.area == "310117").count();
    assert_eq!(songjiang["clusters"].as_array().map(Vec::len), Some(named));
    for outside in ["310000", "999999", "abc", "3101170"] {
        let _ = visitor.get(&format!("/api/v1/cities/{outside}")).await.is(404).refused("not-found");
        let _ = visitor.get(&format!("/cities/{outside}")).await.is(404);
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/cities/310117/facts?limit=40".to_owned();
    loop {
        let page = visitor.get(&path).await.good().value();
        seen.extend(page["items"].as_array().unwrap().iter().map(|fact| fact["id"].as_str().unwrap().to_owned()));
        assert!(page["items"].as_array().unwrap().iter().all(|fact| fact["area"]["id"] == "310117"));
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/cities/310117/facts?limit=40&cursor={next}"),
            None => break,
        }
    }
    let mut expected: Vec<String> = g60().facts.iter().filter(|f| f.area == "310117").map(|f| f.id.clone()).collect();
    expected.sort();
    assert_eq!(seen, expected);
    let fact = visitor.get("/api/v1/facts?indicator=high_tech_share_of_nation&limit=1").await.good().value();
    assert_eq!(fact["total"], 3);
    assert_eq!((fact["items"][0]["value"].as_str(), fact["items"][0]["number"].is_f64()), (Some("1/7"), true));
    for (path, code) in [("/api/v1/facts?limit=0", "page-limit"), ("/api/v1/sources?cursor=none", "page-cursor")] {
        let _ = visitor.get(path).await.is(422).refused(code);
    }
    let segments = visitor.get("/api/v1/segments?limit=100").await.good().value();
    assert_eq!(segments["total"], g60().segments.len());
    assert_eq!(visitor.get("/api/v1/sources").await.good().value()["total"], g60().sources.len());
    house.finish().await;
}

#[tokio::test]
async fn figures_follow_the_journal() {
    let house = house(&g60()).await;
    let organisations = async |adcode: &str| {
        let city = house.visitor().get(&format!("/api/v1/cities/{adcode}")).await.good().value();
        city["organisations"].as_i64().unwrap()
    };
    let in_pack = g60().organisations.iter().filter(|o| o.city == Adcode::parse("310117").ok()).count();
    assert_eq!(organisations("310117").await, i64::try_from(in_pack).unwrap(), "Shanghai’s own stay out");
    let (songjiang, jinhua) = (organisations("310117").await, organisations("330700").await);
    let moved =
        "UPDATE organisation SET city = '330700' WHERE id = (SELECT MIN(id) FROM organisation WHERE city = '310117')";
    write(&house, "organisation.edited", &[moved]).await;
    assert_eq!((organisations("310117").await, organisations("330700").await), (songjiang - 1, jinhua + 1));
    house.finish().await;
}

#[tokio::test]
async fn administration_of_the_pack_is_for_administrators() {
    let house = house(&g60()).await;
    let mut visitor = house.visitor();
    let _ = visitor.get("/admin/pack?format=json").await.is(401);
    let _ = visitor.form("/admin/pack/proposals/x/decisions", &[("decision", "accept")]).await.is(401);
    let _ = visitor.get("/api/v1/pack/loads").await.is(401);
    let _ = visitor.get("/api/v1/pack/proposals").await.is(401);
    let _ = visitor.json("/api/v1/pack/proposals/x/decisions", &json!({ "decision": "accept" })).await.is(401);
    house.finish().await;
}

#[tokio::test]
async fn a_replaced_value_stays_on_the_page_of_its_fact_and_of_its_city() {
    let pack = g60();
    let house = house(&pack).await;
    let at = pack.facts.iter().position(|fact| fact.area == "310117").expect("Songjiang has facts");
    let (old, mut next) = (pack.facts[at].clone(), pack.clone());
    next.meta.version = "next".into();
    next.digest = "f".repeat(64);
    next.facts[at].value = "777".into();
    next.facts[at].as_of = "2031".into();
    let (page, api) = (format!("/facts/{}", old.id), format!("/api/v1/facts/{}", old.id));
    let mut visitor = house.visitor();
    let _ = visitor.get(&page).await.good().shows("没有被替换过的数值");
    assert_eq!(visitor.get(&api).await.good().value()["former"], json!([]));
    let _ = visitor.get("/facts").await.good().shows(&format!("href=\"{page}\""));
    let _ = visitor.get("/cities/310117").await.good().hides("被替换过的数值");
    pack_load(house.app(), &house.system(), &next).await.unwrap();
    house.settle().await;
    let shown = reading(&old, kernel::Locale::ZhCn);
    let _ = visitor.get(&page).await.good().shows("777").shows(&shown).shows(&pack.meta.version).shows("2031");
    let _ = visitor.get("/cities/310117").await.good().shows("被替换过的数值").shows(&shown);
    let _ = visitor.clone().english().get(&page).await.good().shows("Former values");
    let told = visitor.get(&api).await.good().value();
    assert_eq!((&told["value"], &told["as_of"]), (&json!("777"), &json!("2031")));
    let former = &told["former"][0];
    assert_eq!(told["former"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (former["value"].as_str(), former["as_of"].as_str()),
        (Some(old.value.as_str()), Some(old.as_of.as_str()))
    );
    assert_eq!(former["source"]["id"].as_str(), Some(old.source.as_str()));
    assert_eq!(former["pack_version"].as_str(), Some(pack.meta.version.as_str()));
    assert!(former["replaced_ms"].as_i64().is_some_and(|ms| ms > 0));
    for path in ["/facts/none", "/api/v1/facts/none"] {
        let _ = visitor.get(path).await.is(404);
    }
    house.finish().await;
}
