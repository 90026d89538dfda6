//! What the releases of a process come to: the merge routine of OCDS 1.1 ("Merging", normative).
//!
//! Where the standard leaves a case open, this follows its reference implementation: objects and arrays of objects in which nothing
//! is said leave no trace, and in what is new, fields that are `null` are left out. Where that implementation does otherwise than
//! the standard says, the words hold: `null` takes a whole object away, and two items of one identifier within a release are merged
//! one after the other. No valid release holds either.

use crate::fields::{Fields, VARIANT};
use crate::json::{Json, Object};
use crate::{refusals, time};
use kernel::Refusal;

/// Fields of a release that tell of itself (`omitWhenMerged` in the schema of release 1.1.5).
const OMITTED: &[&str] = &["id", "date", "tag"];

/// Arrays that are replaced as a whole: in the schema of release 1.1.5 they have `wholeListMerge`, items that are no objects, or
/// items without identifiers. The extension for budgets has none.
pub const WHOLE_LISTS: &[&str] = &[
    "awards/amendment/changes",
    "awards/amendments/changes",
    "awards/items/additionalClassifications",
    "awards/suppliers/additionalIdentifiers",
    "buyer/additionalIdentifiers",
    "contracts/amendment/changes",
    "contracts/amendments/changes",
    "contracts/implementation/transactions/payee/additionalIdentifiers",
    "contracts/implementation/transactions/payer/additionalIdentifiers",
    "contracts/items/additionalClassifications",
    "contracts/relatedProcesses/relationship",
    "parties/additionalIdentifiers",
    "parties/roles",
    "relatedProcesses/relationship",
    "tender/additionalProcurementCategories",
    "tender/amendment/changes",
    "tender/amendments/changes",
    "tender/items/additionalClassifications",
    "tender/procuringEntity/additionalIdentifiers",
    "tender/submissionMethod",
    "tender/tenderers/additionalIdentifiers",
];

/// The present state: of every field the latest value. It is itself a release, tagged `compiled`.
///
/// # Errors
/// `disclosure-releases` where they are not of one process or say not when they were made, `disclosure-shape` where a field holds an
/// object in one and a value in another.
pub fn compiled(releases: &[Json]) -> Result<Json, Refusal> {
    let order = ordered(releases)?;
    let mut output = Object::default();
    for (_, release) in order {
        let text = |key: &str| release.get(key).and_then(Json::as_text).unwrap_or_default();
        output.set("ocid", text("ocid").into());
        output.set("id", Json::Text(format!("{}-{}", text("ocid"), text("date"))));
        output.set("date", text("date").into());
        output.set("tag", Json::List(vec!["compiled".into()]));
        Merging { stamp: None, path: Vec::new() }.object(&mut output, release, false)?;
    }
    Ok(Json::Object(output))
}

/// The history: of every field all values it had, each with the release it came in.
///
/// # Errors
/// As of [`compiled`].
pub fn versioned(releases: &[Json]) -> Result<Json, Refusal> {
    let order = ordered(releases)?;
    let mut output = Object::default();
    for (_, release) in order {
        let of = |key: &str| release.get(key).cloned().unwrap_or(Json::Null);
        output.set("ocid", of("ocid"));
        let stamp = Stamp { id: of("id"), date: of("date"), tag: of("tag") };
        Merging { stamp: Some(stamp), path: Vec::new() }.object(&mut output, release, false)?;
    }
    Ok(Json::Object(output))
}

/// The releases in the order of their dates, those of one date as they are given; each with the place it was given at.
pub fn ordered(releases: &[Json]) -> Result<Vec<(usize, &Object)>, Refusal> {
    let mut order = Vec::with_capacity(releases.len());
    for (index, release) in releases.iter().enumerate() {
        let release = release.as_object().ok_or_else(|| refusals::releases("有一项不是发布", "one is no release"))?;
        let date = release.get("date").and_then(Json::as_text).and_then(time::micros);
        let whole = release.get("id").is_some_and(|id| id.as_text().is_some())
            && release.get("tag").is_some_and(|tag| !tag.items().is_empty());
        let date = date
            .filter(|_| whole)
            .ok_or_else(|| refusals::releases("有一项缺少标识、日期或标签", "one lacks its id, its date or its tag"))?;
        order.push((date, index, release));
    }
    let ocid = |release: &Object| release.get("ocid").and_then(Json::as_text).map(ToOwned::to_owned);
    let first = order.first().and_then(|(_, _, release)| ocid(release));
    if first.is_none() || order.iter().any(|(_, _, release)| ocid(release) != first) {
        return Err(refusals::releases("没有发布，或不属于同一过程", "there is none, or they are not of one process"));
    }
    order.sort_by_key(|(date, index, _)| (*date, *index));
    Ok(order.into_iter().map(|(_, index, release)| (index, release)).collect())
}

/// From which release a value comes.
struct Stamp {
    id: Json,
    date: Json,
    tag: Json,
}

impl Stamp {
    fn on(&self, value: &Json) -> Json {
        Fields::new()
            .put("releaseID", self.id.clone())
            .put("releaseDate", self.date.clone())
            .put("releaseTag", self.tag.clone())
            .put("value", value.clone())
            .end()
    }
}

/// One release on its way into the output; with a stamp, into the versioned form.
struct Merging<'a> {
    stamp: Option<Stamp>,
    path: Vec<&'a str>,
}

impl<'a> Merging<'a> {
    /// "Object values". The identifier of an item is set when the item is made. Whether anything was said.
    fn object(&mut self, output: &mut Object, input: &'a Object, is_item: bool) -> Result<bool, Refusal> {
        let mut said = false;
        for (key, value) in input.iter() {
            let own = self.path.is_empty() && (OMITTED.contains(&key) || key == "ocid");
            if own || (is_item && key == "id") {
                continue;
            }
            self.path.push(key);
            said |= self.field(output, key, value)?;
            self.path.pop();
        }
        Ok(said)
    }

    fn field(&mut self, output: &mut Object, key: &str, value: &'a Json) -> Result<bool, Refusal> {
        match value {
            Json::Object(input) if input.is_empty() => Ok(false),
            Json::Object(input) => match output.get_mut(key) {
                Some(Json::Object(output)) => self.object(output, input, false),
                Some(_) => Err(self.odd()),
                None => {
                    let mut new = Object::default();
                    let said = self.object(&mut new, input, false)?;
                    if said {
                        output.set(key, Json::Object(new));
                    }
                    Ok(said)
                }
            },
            Json::List(input) if !self.is_literal(input) => self.items(output, key, input),
            literal => self.literal(output, key, literal).map(|()| true),
        }
    }

    /// "Array values": anything but objects within, or a whole list merge.
    fn is_literal(&self, input: &[Json]) -> bool {
        input.iter().any(|item| item.as_object().is_none()) || WHOLE_LISTS.contains(&self.path.join("/").as_str())
    }

    /// "Literal values".
    fn literal(&self, output: &mut Object, key: &str, value: &Json) -> Result<(), Refusal> {
        let Some(stamp) = &self.stamp else {
            match (value, output.get(key)) {
                (Json::Null, _) => output.remove(key),
                (_, Some(Json::Object(_))) => return Err(self.odd()),
                _ => output.set(key, value.clone()),
            }
            return Ok(());
        };
        match output.get_or_set(key, || Json::List(Vec::new())) {
            Json::List(versions) => match versions.last() {
                Some(last) if !is_stamped(last) => return Err(self.odd()),
                Some(last) if last.at("/value") == Some(value) => {}
                _ => versions.push(stamp.on(value)),
            },
            // The versioned form has no place for the end of a whole object.
            Json::Object(_) if *value == Json::Null => {}
            _ => return Err(self.odd()),
        }
        Ok(())
    }

    /// "Identifier merge". Items without an identifier are always new ones.
    fn items(&mut self, output: &mut Object, key: &str, input: &'a [Json]) -> Result<bool, Refusal> {
        let mut said = false;
        for item in input.iter().filter_map(Json::as_object) {
            let id = item.get("id").filter(|id| **id != Json::Null);
            let known = match output.get_mut(key) {
                Some(Json::List(known)) => known.as_mut_slice(),
                Some(_) => return Err(self.odd()),
                None => &mut [],
            };
            if known.iter().any(|one| one.as_object().is_none() || (self.stamp.is_some() && is_stamped(one))) {
                return Err(self.odd());
            }
            let same = |one: &&mut Object| id.is_some() && one.get("id") == id;
            if let Some(one) = known.iter_mut().filter_map(Json::as_object_mut).find(same) {
                said |= self.object(one, item, true)?;
                continue;
            }
            let mut new: Object = id.map(|id| ("id", id.clone())).into_iter().collect();
            if self.object(&mut new, item, true)? || id.is_some() {
                said = true;
                output.get_or_set(key, || Json::List(Vec::new())).push(Json::Object(new));
            }
        }
        Ok(said)
    }

    fn odd(&self) -> Refusal {
        refusals::shape(&self.path.join("/"))
    }
}

/// Whether this is a value of the versioned form.
fn is_stamped(value: &Json) -> bool {
    let keys = ["releaseID", "releaseDate", "releaseTag", "value"];
    value.as_object().is_some_and(|value| value.len() == 4 && keys.iter().all(|key| value.get(key).is_some()))
}

/// A release without its texts in English, the one other language of this house.
pub fn without_variants(value: &Json) -> Json {
    match value {
        Json::List(items) => Json::List(items.iter().map(without_variants).collect()),
        Json::Object(object) => {
            let kept = object.iter().filter(|(key, _)| !key.ends_with(VARIANT));
            Json::Object(kept.map(|(key, value)| (key, without_variants(value))).collect())
        }
        other => other.clone(),
    }
}
