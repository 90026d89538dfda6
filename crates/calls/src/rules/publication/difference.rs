//! What a release adds to those before it: the public state now, compared with what is published.

use disclosure::{Document, DocumentType, House, Json, Object, Release, ReleaseTag, Tender, TenderStatus, WHOLE_LISTS};
use kernel::{Refusal, Text};

use super::{Known, Next};

/// What tells of a release itself.
const OWN: [&str; 6] = ["ocid", "id", "date", "tag", "initiationType", "language"];

/// The release that leads from what is published to the state that `now` tells: the same release with what has changed
/// and nothing else. None where nothing has.
pub fn changed(known: Option<&Json>, now: &Json) -> Option<Json> {
    let now = now.as_object()?;
    let empty = Object::default();
    let before = known.and_then(Json::as_object).unwrap_or(&empty);
    let mut path = Vec::new();
    let what = objects(before, now, &mut path);
    if what.is_empty() {
        return None;
    }
    let tags: Vec<Json> = tags(known.is_some(), before, &what).into_iter().map(Json::from).collect();
    let mut release = Object::default();
    for (key, value) in now.iter() {
        match key {
            "tag" => release.set(key, Json::List(tags.clone())),
            // Everybody whom a release may speak of, with all roles: a reader needs no other release to know who it is.
            "parties" => release.set(key, value.clone()),
            key if OWN.contains(&key) => release.set(key, value.clone()),
            key => {
                if let Some(value) = what.get(key) {
                    release.set(key, value.clone());
                }
            }
        }
    }
    Some(Json::Object(release))
}

/// The fields of `now` that differ, and `null` for single values that are gone.
fn objects(before: &Object, now: &Object, path: &mut Vec<String>) -> Object {
    let mut changed = Object::default();
    for (key, value) in now.iter() {
        if path.is_empty() && OWN.contains(&key) {
            continue;
        }
        path.push(key.to_owned());
        if let Some(value) = field(before.get(key), value, path) {
            changed.set(key, value);
        }
        path.pop();
    }
    for (key, value) in before.iter().filter(|(key, _)| now.get(key).is_none()) {
        path.push(key.to_owned());
        if let Some(value) = gone(value, key, path) {
            changed.set(key, value);
        }
        path.pop();
    }
    changed
}

fn field(before: Option<&Json>, now: &Json, path: &mut Vec<String>) -> Option<Json> {
    match (before, now) {
        (Some(before), now) if before == now => None,
        (Some(Json::Object(before)), Json::Object(now)) => {
            let changed = objects(before, now, path);
            (!changed.is_empty()).then(|| Json::Object(readable(changed, now)))
        }
        (Some(Json::List(before)), Json::List(now)) if identified(now, path) => {
            let changed: Vec<Json> = now.iter().filter_map(|item| listed(before, item, path)).collect();
            (!changed.is_empty()).then_some(Json::List(changed))
        }
        _ => Some(now.clone()),
    }
}

/// Items that are merged by their identifiers (OCDS 1.1, "Identifier merge").
fn identified(items: &[Json], path: &[String]) -> bool {
    !WHOLE_LISTS.contains(&path.join("/").as_str())
        && items.iter().all(|item| item.as_object().is_some_and(|item| item.get("id").is_some()))
}

fn listed(before: &[Json], now: &Json, path: &mut Vec<String>) -> Option<Json> {
    let same = |one: &&Json| one.at("/id") == now.at("/id");
    field(before.iter().find(same), now, path)
}

/// What has changed of an object, so that it can be read alone: an amount and a reference to a party whole, anything else
/// with its identifier.
fn readable(changed: Object, now: &Object) -> Object {
    let is_whole = now.get("currency").is_some() || now.iter().all(|(key, _)| key == "id" || key == "name");
    let keeps = |key: &str| is_whole || key == "id" || key == "awardID";
    let mut readable: Object =
        now.iter().filter(|(key, _)| keeps(key)).map(|(key, value)| (key, value.clone())).collect();
    for (key, value) in changed.iter() {
        readable.set(key, value.clone());
    }
    readable
}

/// `null` for single values. Items of a list stay: the standard has no way to take one out. So does what refers to a party.
fn gone(before: &Json, key: &str, path: &mut Vec<String>) -> Option<Json> {
    match before {
        _ if path.len() == 1 || key == "id" => None,
        Json::Object(before) if before.get("id").is_some() => None,
        Json::Object(before) => {
            let nulls = objects(before, &Object::default(), path);
            (!nulls.is_empty()).then_some(Json::Object(nulls))
        }
        Json::List(items) if identified(items, path) => None,
        _ => Some(Json::Null),
    }
}

fn tags(is_known: bool, before: &Object, what: &Object) -> Vec<ReleaseTag> {
    let mut tags = Vec::new();
    let mut add = |tag: ReleaseTag| {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    };
    if !is_known {
        add(ReleaseTag::Planning);
        add(ReleaseTag::Tender);
    } else if let Some(tender) = what.get("tender") {
        add(if tender.at("/status").and_then(Json::as_text) == Some(TenderStatus::Cancelled.code()) {
            ReleaseTag::TenderCancellation
        } else if tender.at("/amendments").is_some() {
            ReleaseTag::TenderAmendment
        } else {
            ReleaseTag::TenderUpdate
        });
    } else if what.get("planning").is_some() {
        add(ReleaseTag::PlanningUpdate);
    }
    let known = |list: &str, item: &Json| {
        before.get(list).is_some_and(|list| list.items().iter().any(|one| one.at("/id") == item.at("/id")))
    };
    for award in what.get("awards").into_iter().flat_map(Json::items) {
        add(match award.at("/status").and_then(Json::as_text) {
            _ if !known("awards", award) => ReleaseTag::Award,
            Some("cancelled") => ReleaseTag::AwardCancellation,
            _ => ReleaseTag::AwardUpdate,
        });
    }
    for contract in what.get("contracts").into_iter().flat_map(Json::items) {
        if !known("contracts", contract) {
            add(ReleaseTag::Contract);
            continue;
        }
        if contract.at("/implementation").is_some() {
            add(ReleaseTag::Implementation);
        }
        match contract.at("/status").and_then(Json::as_text) {
            Some("terminated") => add(ReleaseTag::ContractTermination),
            _ if contract.at("/implementation").is_none() => add(ReleaseTag::ContractUpdate),
            _ => {}
        }
    }
    // Only who somebody is has changed.
    if tags.is_empty() { vec![ReleaseTag::TenderUpdate] } else { tags }
}

/// The release of a call that was public and is not any more: where it stands, and why. Nothing else of it is told, for it
/// may be a draft again. None where that is published already.
///
/// # Errors
/// What `disclosure` refuses.
pub fn closed(
    known: &Known,
    status: TenderStatus,
    reason: &str,
    next: Next<'_>,
    house: &House,
) -> Result<Option<Json>, Refusal> {
    let Some(compiled) = &known.compiled else { return Ok(None) };
    let text = |path: &str| compiled.at(path).and_then(Json::as_text).unwrap_or_default().to_owned();
    if text("/tender/status") == status.code() {
        return Ok(None);
    }
    let cancelled = status == TenderStatus::Cancelled;
    let why = Document {
        id: format!("ended-{}", next.id),
        kind: Some(DocumentType::CancellationDetails),
        title: if cancelled {
            Text::new("撤回说明", "Why it was withdrawn")
        } else {
            Text::new("终止说明", "Why it ended")
        },
        description: Text::new(reason, ""),
        published: Some(next.at),
        language: "zh".to_owned(),
        ..Document::default()
    };
    let tender = Tender {
        id: text("/tender/id"),
        status: Some(status),
        documents: if reason.is_empty() { Vec::new() } else { vec![why] },
        ..Tender::default()
    };
    let release = Release {
        ocid: text("/ocid"),
        id: next.id.to_owned(),
        date: next.at,
        tags: vec![if cancelled { ReleaseTag::TenderCancellation } else { ReleaseTag::TenderUpdate }],
        tender: Some(tender),
        ..Release::default()
    };
    release.to_json(house).map(Some)
}
