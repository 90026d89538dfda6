//! Files that independent judges read (`tests-disclosure/run.py`). They are written by
//! `YILANG_GOLDEN=write cargo test -p disclosure`, and every run checks that the same bytes come out.

use crate::call::{self, NUMBER, award, shares};
use crate::parties::{ADDRESS, funders, house, issue, json, text, winners, yuan};
use crate::{generated, merging};
use disclosure::*;
use kernel::{Date, Locale};
use std::path::Path;

/// Holds a file against what is made now.
fn same(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var("YILANG_GOLDEN").is_ok_and(|how| how == "write") {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{name} differs; write it anew with YILANG_GOLDEN=write and look at the difference");
}

fn releases() -> Vec<Json> {
    call::story().iter().map(json).collect()
}

fn addresses() -> Vec<String> {
    (1..=12).map(|number| format!("{ADDRESS}/releases/{NUMBER}/{number}")).collect()
}

#[test]
fn every_event_has_its_release() {
    let package = house().release_package(issue(&addresses()[0]), &releases()).unwrap();
    assert_eq!(package.at("/extensions"), None, "the core of the standard needs none");
    same("release-package.json", &package.to_pretty());
}

#[test]
fn the_record_holds_all_releases_what_they_come_to_and_their_history() {
    let releases = releases();
    let record = Record { releases: &releases, listing: Listing::Embedded, history: History::Valid };
    let uri = format!("{ADDRESS}/records/{NUMBER}");
    let package = house().record_package(issue(&uri), &addresses(), &[record]).unwrap();
    let now = |path: &str| package.at(&format!("/records/0/compiledRelease{path}")).cloned();
    assert_eq!(now("/tag/0"), Some("compiled".into()));
    assert_eq!(now("/tender/value/amount"), Some(Json::Number(10_000_000.into())));
    assert_eq!(now("/tender/awardPeriod/endDate"), None, "taken away by the amendment");
    assert_eq!(now("/contracts/1/implementation/milestones/0/status"), Some("partiallyMet".into()));
    let whole = Record { history: History::Whole, ..record };
    let whole = house().record_package(issue(&uri), &addresses(), &[whole]).unwrap();
    assert_eq!(package.at("/records/0/versionedRelease/tender/title_en"), None);
    assert_eq!(whole.at("/records/0/versionedRelease"), Some(&versioned(&releases).unwrap()));
    let values = package.at("/records/0/versionedRelease/tender/value/amount").unwrap();
    let amounts: Vec<_> = values.items().iter().map(|value| value.at("/value").unwrap().to_line()).collect();
    assert_eq!(amounts, ["9600000", "10000000"]);
    same("record-package.json", &package.to_pretty());

    // The order in which releases are given makes no difference, and neither does having been stored as text.
    let mut turned: Vec<Json> = releases.iter().map(|release| Json::parse(&release.to_line()).unwrap()).collect();
    turned.reverse();
    let record = Record { releases: &turned, listing: Listing::Embedded, history: History::Valid };
    let again = house().record_package(issue(&uri), &addresses(), &[record]).unwrap();
    assert_eq!(again.to_pretty(), package.to_pretty());
}

#[test]
fn a_record_may_name_its_releases_by_address() {
    let (releases, addresses) = (releases(), addresses());
    let record = Record { releases: &releases, listing: Listing::Linked(&addresses), history: History::None };
    let package = house().record_package(issue(&format!("{ADDRESS}/records/{NUMBER}")), &addresses, &[record]).unwrap();
    let url = package.at("/records/0/releases/3/url").and_then(Json::as_text);
    assert_eq!(url, Some("https://example.org/ocds/releases/G60-2026-0001/4#4"));
    same("record-package-linked.json", &package.to_pretty());
}

#[test]
fn a_package_names_the_extension_only_when_it_uses_it() {
    let house = House { budget_breakdown: true, ..house() };
    let planning = call::planning().to_json(&house).unwrap();
    let package = house.release_package(issue(&addresses()[0]), std::slice::from_ref(&planning)).unwrap();
    assert_eq!(package.at("/extensions/0"), Some(&BUDGET_BREAKDOWN.into()));
    let other = house.release_package(issue(&addresses()[0]), &[call::awarded().to_json(&house).unwrap()]).unwrap();
    assert_eq!(other.at("/extensions"), None);
    same("release-package-extended.json", &package.to_pretty());
}

/// The rows of both awards, with what was paid on the first.
pub fn grants() -> Vec<Grant> {
    let parties = [funders(), winners()].concat();
    let first = shares(["3120000", "1200000", "720000.3", "479999.7", "480000"]);
    let second = shares(["2080000", "800000", "480000.2", "319999.8", "320000"]);
    let mut grants =
        Grant::per_funder(&award("A-1", "6000000", &["institute", "university"]), &first, &parties).unwrap();
    grants.extend(Grant::per_funder(&award("A-2", "4000000", &["systems"]), &second, &parties).unwrap());
    for grant in &mut grants {
        grant.from_open_call = Some(true);
        grant.related = vec![house().ocid(NUMBER).unwrap()];
        grant.url = format!("https://example.org/calls/{NUMBER}");
        grant.planned = Some((Date::parse("2026-07-20").unwrap(), Date::parse("2027-07-20").unwrap()));
        grant.programme =
            Some(Programme { code: "G60".into(), title: text("揭榜挂帅", "Open calls"), url: String::new() });
    }
    let date = Date::parse("2026-08-01").unwrap();
    grants[2].paid = vec![Payment { id: "T-1-city-b".into(), date, amount: yuan("360000.15") }];
    grants
}

#[test]
fn each_funder_of_each_award_has_a_row() {
    let grants = grants();
    assert_eq!(grants.len(), 10);
    for (locale, name) in [(Locale::ZhCn, "grants.json"), (Locale::En, "grants-en.json")] {
        let package = house().grants_package(issue(&format!("{ADDRESS}/grants")), &grants, locale).unwrap();
        same(name, &package.to_pretty());
    }
}

#[test]
fn codes_and_merge_rules_are_kept_for_the_judge() {
    let mut lists = Object::default();
    macro_rules! keep {
        ($($list:literal: $codes:ty),*) => {
            $(lists.set($list, Json::List(<$codes>::ALL.iter().map(|code| Json::from(*code)).collect()));)*
        };
    }
    keep!("releaseTag": ReleaseTag, "partyRole": PartyRole, "tenderStatus": TenderStatus, "method": Method);
    keep!("procurementCategory": Category, "awardCriteria": AwardCriteria, "submissionMethod": SubmissionMethod);
    keep!("awardStatus": AwardStatus, "contractStatus": ContractStatus, "milestoneType": MilestoneType);
    keep!("milestoneStatus": MilestoneStatus, "documentType": DocumentType, "relatedProcess": Relationship);
    let mut kept = Object::default();
    kept.set("codelists", Json::Object(lists));
    kept.set("wholeLists", Json::List(WHOLE_LISTS.iter().map(|path| (*path).into()).collect()));
    same("codes.json", &Json::Object(kept).to_pretty());
}

/// One case a line: releases, and what this crate makes of them.
#[test]
fn generated_releases_are_merged_for_the_judge() {
    let lines: Vec<String> =
        generated::sets(20).iter().map(|set| format!("{}\n", merging::case(set).to_line())).collect();
    same("generated.jsonl", &lines.concat());
}
