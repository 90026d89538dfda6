//! What is not published, and what people are told.

use crate::call;
use crate::golden::grants;
use crate::parties::{ADDRESS, house, issue, json, party};
use disclosure::*;
use kernel::{Fen, Locale, Refusal};

fn no(change: impl FnOnce(&mut Release)) -> Refusal {
    let mut release = call::awarded();
    change(&mut release);
    release.to_json(&house()).expect_err("it should have been refused")
}

fn without(path: &str) -> Refusal {
    no(|release| release.removed = vec![path.into()])
}

#[test]
fn refusals_say_what_to_do() {
    let mut told = Vec::new();
    let mut tell = |what: &str, refusal: Refusal| {
        let field = refusal.field.as_deref().unwrap_or("-");
        told.push(format!("{what}\n  {} at {field}\n  {}\n  {}", refusal.code, refusal.zh, refusal.en));
    };
    tell("an ocid without a prefix", no(|release| release.ocid = "G60-2026-0001".into()));
    tell("an ocid without a number", no(|release| release.ocid = "ocds-213czf-".into()));
    let elsewhere = House { ocid_prefix: "ocds-12".into(), ..house() };
    tell("a prefix that is none", elsewhere.ocid("1").unwrap_err());
    tell("an identifier that cuts addresses", no(|release| release.id = "1#2".into()));
    tell("no tag", no(|release| release.tags.clear()));
    tell("two awards of one identifier", no(|release| release.awards[1].id = "A-1".into()));
    tell("a party that is not listed", no(|release| release.awards[0].suppliers = vec!["nobody".into()]));
    tell("a party without the role", no(|release| release.parties[0].roles.clear()));
    tell("a party without a name", no(|release| release.parties[0].name = kernel::Text::default()));
    tell(
        "an address in Chinese",
        no(|release| {
            release.awards[0].documents =
                vec![Document { id: "d".into(), url: "https://example.org/示例".into(), ..Document::default() }]
        }),
    );
    let mut planning = call::planning();
    if let Some(budget) = planning.planning.as_mut().and_then(|planning| planning.budget.as_mut()) {
        budget.amount = Some(Fen::ZERO);
    }
    tell("shares that come to something else", planning.to_json(&house()).unwrap_err());
    tell("a package without releases", house().release_package(issue(ADDRESS), &[]).unwrap_err());
    tell("a package without an address", house().release_package(issue(""), &[json(&call::awarded())]).unwrap_err());
    tell("releases of two processes", compiled(&[json(&call::awarded()), other()]).unwrap_err());
    tell("a release without a date", compiled(&[Json::parse(r#"{"ocid":"1"}"#).unwrap()]).unwrap_err());
    tell("an award without a value", Grant::per_funder(&Award::default(), &call::shares(["1"; 5]), &[]).unwrap_err());
    tell("taking away a whole object", without("/tender/value"));
    insta::assert_snapshot!(told.join("\n"));
}

fn other() -> Json {
    json(&Release { ocid: house().ocid("2").unwrap(), ..call::awarded() })
}

#[test]
fn only_single_values_are_taken_away() {
    for wrong in
        ["", "/", "tender/title", "/tender", "/tender/id", "/tender/value", "/tender/documents", "/date", "/awards/A-9"]
    {
        assert_eq!(without(wrong).code, "disclosure-removal", "{wrong}");
    }
    assert_eq!(without("/planning/budget/amount").code, "disclosure-removal", "of a budget it is an object");
    assert_eq!(without("/tender/status").code, "disclosure-removal", "given in the same release");
    let release = Release { removed: vec!["/awards/A-9/documents/a~1b/title".into()], ..call::awarded() };
    let written = json(&release);
    assert_eq!(written.at("/awards/2/documents/0/id"), Some(&"a/b".into()));
    assert_eq!(written.at("/awards/2/documents/0/title"), Some(&Json::Null));
}

#[test]
fn a_demo_says_so_in_its_titles() {
    let written = json(&call::awarded());
    assert_eq!(written.at("/awards/0/title"), Some(&"示例：宽温区压力传感芯片".into()));
    assert_eq!(written.at("/awards/0/title_en"), Some(&"Example: Pressure sensing chip".into()));
    let real = call::awarded().to_json(&House { demo: false, ..house() }).unwrap();
    assert_eq!(real.at("/awards/0/title"), Some(&"宽温区压力传感芯片".into()));
}

/// What the standard has for people is not among the keys of anything this crate writes.
#[test]
fn nothing_is_said_of_people() {
    let releases: Vec<Json> = call::story().iter().map(json).collect();
    let grants = house().grants_package(issue(ADDRESS), &grants(), Locale::ZhCn).unwrap();
    let all = format!("{}{}", Json::List(releases).to_line(), grants.to_line());
    for key in ["contactPoint", "contactName", "telephone", "faxNumber", "email", "recipientIndividual", "author"] {
        assert!(!all.contains(&format!("\"{key}\"")), "{key}");
    }
}

#[test]
fn one_funder_with_two_shares_is_one_row() {
    let award = call::award("A-1", "5", &["institute"]);
    let mut shares = call::shares(["1"; 5]);
    shares[1].funder = "sensors".into();
    let parties: Vec<Party> = ["sensors", "institute", "city-b", "city-c", "province"]
        .map(|id| party(id, &[PartyRole::Funder, PartyRole::Supplier]))
        .to_vec();
    let grants = Grant::per_funder(&award, &shares, &parties).unwrap();
    let rows: Vec<_> = grants.iter().map(|grant| (grant.id.as_str(), grant.amount.to_string())).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0], ("A-1-sensors", "2.00".into()));
    let none = house().grants_package(issue(ADDRESS), &[], Locale::En).unwrap_err();
    assert_eq!(none.code, "disclosure-missing");
    let wrong = House { grant_prefix: "360G-".into(), ..house() };
    assert_eq!(wrong.grants_package(issue(ADDRESS), &grants, Locale::En).unwrap_err().code, "disclosure-prefix");
}
