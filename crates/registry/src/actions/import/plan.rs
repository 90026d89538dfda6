//! What becomes of each row, before anything is written.

use crate::actions::listing::place_of;
use crate::rules::import::{
    Fate, Holder, ListingRow, Noun, OrganisationRow, Owner, Problem, Problems, Rows, digest, fate,
};
use crate::rules::organisation::fold;
use crate::store;
use crate::store::import::{Change, Key, Table};
use platform::db::Conn;
use platform::{App, Outcome};
use std::collections::{BTreeSet, HashSet};

/// A record to be written.
pub(super) struct Create {
    /// Its key and fresh id.
    pub key: Key,
    /// What it says.
    pub what: What,
}

/// What a new record says.
pub(super) enum What {
    Organisation(OrganisationRow),
    Listing(ListingRow, Owner),
}

/// Everything an import will do.
#[derive(Default)]
pub(super) struct Plan {
    pub creates: Vec<Create>,
    pub changes: Vec<Change>,
    /// Keys that become another name of a record that is left alone.
    pub links: Vec<Key>,
    pub unchanged: usize,
    pub kept: usize,
    /// Warnings of the file, and what is left alone.
    pub remarks: Problems,
    /// Offices of the cities whose records it touches.
    pub offices: BTreeSet<String>,
}

impl Plan {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.creates.is_empty() && self.changes.is_empty() && self.links.is_empty()
    }
}

/// Compares the rows of a file with what the house holds.
pub(super) async fn plan(app: &App, noun: Noun, rows: Rows, warnings: Problems) -> Outcome<(Plan, Problems)> {
    let conn = app.db().read();
    let mut planner = Planner { noun, plan: Plan { remarks: warnings, ..Plan::default() }, ..Planner::default() };
    match rows {
        Rows::Organisations(rows) => organisations(app, &conn, rows, &mut planner).await?,
        Rows::Listings(rows) => listings(app, &conn, rows, &mut planner).await?,
    }
    planner.sort();
    planner.give_ids();
    Ok((planner.plan, planner.problems))
}

struct Planner {
    noun: Noun,
    plan: Plan,
    problems: Problems,
    /// Records that a row of this file changes.
    changed: HashSet<String>,
}

impl Default for Planner {
    fn default() -> Planner {
        Planner {
            noun: Noun::Organisations,
            plan: Plan::default(),
            problems: Problems::default(),
            changed: HashSet::new(),
        }
    }
}

/// One row on its way.
struct Row<'a> {
    line: usize,
    key: &'a str,
    digest: String,
    payload: String,
}

impl Planner {
    /// Decides about a row; true when it is a new record.
    fn decide(&mut self, row: Row<'_>, by_key: Option<&Holder>, by_code: Option<&Holder>) -> bool {
        let key = |object: String| Key { key: row.key.to_owned(), object, digest: row.digest.clone() };
        match fate(row.line, &row.digest, by_key, by_code) {
            Err(problem) => self.problems.add(*problem),
            Ok(Fate::Create) => return true,
            Ok(Fate::Unchanged) => self.plan.unchanged += 1,
            Ok(Fate::Update(object)) if self.changed.contains(&object) => self.problems.add(twice(row.line)),
            Ok(Fate::Update(object)) => {
                self.changed.insert(object.clone());
                self.plan.changes.push(Change { key: key(object), payload: row.payload });
            }
            Ok(Fate::Kept(link)) => {
                self.plan.kept += 1;
                self.plan.remarks.add(left_alone(row.line, row.key));
                self.plan.links.extend(link.map(key));
            }
        }
        false
    }

    /// Organisations by name: the indexes by name then grow at one place each, and a chunk writes few of their pages.
    fn sort(&mut self) {
        self.plan.creates.sort_by_cached_key(|create| match &create.what {
            What::Organisation(row) => fold(&row.name),
            What::Listing(..) => String::new(),
        });
    }

    /// Fresh ids in ascending order, so that new rows stand side by side in every table and index.
    fn give_ids(&mut self) {
        let mut ids: Vec<String> = self.plan.creates.iter().map(|_| platform::random::id()).collect();
        ids.sort_unstable();
        for (create, id) in self.plan.creates.iter_mut().zip(ids) {
            create.key.object = id;
        }
    }
}

fn twice(line: usize) -> Problem {
    Problem {
        line,
        column: 1,
        code: "record-twice".to_owned(),
        field: "key".to_owned(),
        zh: "前面已有一行写的是同一家机构（两个 key 指向同一条记录）。请只留一行。".to_owned(),
        en: "An earlier row is about the same organisation (two keys mean one record). Keep one row.".to_owned(),
    }
}

fn left_alone(line: usize, key: &str) -> Problem {
    Problem {
        line,
        column: 0,
        code: "left-alone".to_owned(),
        field: "key".to_owned(),
        zh: format!(
            "“{key}”已有记录，且已被认领、编辑或来自其他来源，保持原样。需要改动时，请由该机构或其城市主管部门办理。"
        ),
        en: format!(
            "“{key}” has a record that was claimed, edited or came another way; it stays as it is. Its own people or its city office may change it."
        ),
    }
}

async fn organisations(app: &App, conn: &Conn, rows: Vec<OrganisationRow>, planner: &mut Planner) -> Outcome<()> {
    let keys: Vec<String> = rows.iter().map(|row| row.key.clone()).collect();
    let codes: Vec<String> = rows.iter().filter_map(|row| row.uscc.clone()).collect();
    let by_keys = store::import::by_keys(conn, planner.noun, &keys).await?;
    let by_codes = store::import::by_codes(conn, &codes).await?;
    let mut cities = BTreeSet::new();
    for row in rows {
        let by_key = by_keys.get(&row.key);
        let by_code = row.uscc.as_ref().and_then(|code| by_codes.get(code));
        cities.insert(Some(row.city));
        cities.extend(by_key.map(|holder| holder.city));
        let asked = Row { line: row.line, key: &row.key, digest: digest(&row), payload: payload(&row, by_key) };
        let digest = asked.digest.clone();
        if planner.decide(asked, by_key, by_code) {
            let key = Key { key: row.key.clone(), object: String::new(), digest };
            planner.plan.creates.push(Create { key, what: What::Organisation(row) });
        }
    }
    planner.plan.offices = cities.into_iter().map(|city| place_of(app, city).1.to_string()).collect();
    Ok(())
}

/// The row as it is put aside; only rows of records that are there already need it.
fn payload(row: &impl serde::Serialize, by_key: Option<&Holder>) -> String {
    // A row always has a JSON form.
    by_key.map_or_else(String::new, |_| serde_json::to_string(row).unwrap_or_default())
}

async fn listings(app: &App, conn: &Conn, rows: Vec<ListingRow>, planner: &mut Planner) -> Outcome<()> {
    let keys: Vec<String> = rows.iter().map(|row| row.key.clone()).collect();
    let by_keys = store::import::by_keys(conn, planner.noun, &keys).await?;
    let owners = Owners::read(app, conn, &rows).await?;
    for row in rows {
        let owner = match owners.of(&row) {
            Ok(owner) => owner,
            Err(problem) => {
                planner.problems.add(*problem);
                continue;
            }
        };
        planner.plan.offices.insert(owner.office.to_string());
        let by_key = by_keys.get(&row.key);
        let asked = Row { line: row.line, key: &row.key, digest: digest(&row), payload: payload(&row, by_key) };
        let digest = asked.digest.clone();
        if planner.decide(asked, by_key, None) {
            let key = Key { key: row.key.clone(), object: String::new(), digest };
            planner.plan.creates.push(Create { key, what: What::Listing(row, owner) });
        }
    }
    Ok(())
}

/// The organisations that the rows of a file name.
struct Owners {
    by_key: Table<Owner>,
    by_code: Table<Owner>,
}

impl Owners {
    async fn read(app: &App, conn: &Conn, rows: &[ListingRow]) -> Outcome<Owners> {
        let keys: BTreeSet<&String> =
            rows.iter().map(|row| &row.organisation_key).filter(|key| !key.is_empty()).collect();
        let codes: BTreeSet<&String> = rows.iter().filter_map(|row| row.organisation_uscc.as_ref()).collect();
        let list = |set: BTreeSet<&String>| set.into_iter().cloned().collect::<Vec<String>>();
        let owner = |(asked, (id, city, demo)): (String, (String, Option<kernel::Adcode>, bool))| {
            let (city, office) = place_of(app, city);
            (asked, Owner { id, city, office, demo })
        };
        let by_key = store::import::owners_by_keys(conn, &list(keys)).await?;
        let by_code = store::import::owners_by_codes(conn, &list(codes)).await?;
        Ok(Owners {
            by_key: by_key.into_iter().map(owner).collect(),
            by_code: by_code.into_iter().map(owner).collect(),
        })
    }

    fn of(&self, row: &ListingRow) -> Result<Owner, Box<Problem>> {
        let by_code = row.organisation_uscc.as_ref().map(|code| self.by_code.get(code));
        let by_key = (!row.organisation_key.is_empty()).then(|| self.by_key.get(&row.organisation_key));
        match (by_key, by_code) {
            (Some(None), _) => Err(Box::new(no_owner(row.line, "organisation_key", &row.organisation_key))),
            (_, Some(None)) => Err(Box::new(no_owner(
                row.line,
                "organisation_uscc",
                row.organisation_uscc.as_deref().unwrap_or_default(),
            ))),
            (Some(Some(key)), Some(Some(code))) if key.id != code.id => Err(Box::new(Problem {
                line: row.line,
                column: 1,
                code: "organisation-differ".to_owned(),
                field: "organisation_uscc".to_owned(),
                zh: "organisation_key 和 organisation_uscc 指的是两家不同的机构。请改正其中一个。".to_owned(),
                en: "organisation_key and organisation_uscc mean two different organisations. Correct one of them."
                    .to_owned(),
            })),
            (Some(Some(owner)), _) | (None, Some(Some(owner))) => Ok(owner.clone()),
            (None, None) => Err(Box::new(no_owner(row.line, "organisation_key", ""))),
        }
    }
}

fn no_owner(line: usize, field: &str, said: &str) -> Problem {
    Problem {
        line,
        column: 1,
        code: "organisation-unknown".to_owned(),
        field: field.to_owned(),
        zh: format!("没有找到“{said}”这家机构。请先导入机构，或改用它的统一社会信用代码。"),
        en: format!(
            "There is no organisation “{said}”. Import the organisations first, or give its unified social credit code."
        ),
    }
}
