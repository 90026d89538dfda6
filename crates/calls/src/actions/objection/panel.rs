//! Who can judge an objection: experts who have not reviewed in the call and have no tie to anybody it concerns.

use super::{concerned, found_for_naming};
use crate::rules::call::Call;
use crate::rules::conflict::{Around, Known, Party, Tie, conflicts};
use crate::rules::objection::{Objection, Standing};
use crate::store;
use kernel::Refusal;
use platform::db::Conn;
use platform::{App, Ctx, Outcome};
use registry::lookup;
use registry::rules::expert::{Expert, ExpertState};
use std::collections::BTreeSet;

/// Experts who are looked at for one panel.
const POOL_MAX: usize = 500;

/// An expert whom the office may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The expert.
    pub id: String,
    /// Its name, for the office.
    pub name: String,
    /// Where the expert works.
    pub institution: String,
}

/// Organisations that an account belongs to, as every capability that keeps memberships tells.
async fn organisations(app: &App, conn: &Conn, account: &str) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    for source in app.capabilities().iter().filter_map(|capability| capability.memberships) {
        found.extend(source(conn, account).await?.into_iter().map(|one| one.organisation));
    }
    Ok(found)
}

/// What is known of all experts together.
struct Ground {
    reviewed: BTreeSet<String>,
    answers: Vec<crate::rules::answer::Answer>,
    owner: Party,
    rivals: Vec<Party>,
    ties: Vec<Tie>,
}

async fn ground(conn: &Conn, call: &Call, objection: &Objection, experts: &[String]) -> Outcome<Ground> {
    // Every review that the call has had, the present one too.
    let reviewed = store::reviewer::before(conn, &call.id, i64::MAX).await?;
    let owner = lookup::organisation(conn, &call.owner).await?;
    let owner = owner.map_or_else(Party::default, |one| Party {
        name: one.name,
        uscc: one.uscc.unwrap_or_default(),
        organisation: Some(one.id),
    });
    Ok(Ground {
        reviewed: reviewed.into_iter().map(|(expert, _)| expert).collect(),
        answers: concerned(conn, call, objection).await?,
        owner,
        rivals: store::conflict::rivals(conn, &call.id).await?,
        ties: store::conflict::of_experts(conn, &call.id, experts).await?,
    })
}

async fn standing(
    app: &App,
    conn: &Conn,
    (call, objection): (&Call, &Objection),
    ground: &Ground,
    expert: &Expert,
    now_ms: i64,
) -> Outcome<Standing> {
    let Some(account) = &expert.account else { return Ok(Standing::default()) };
    let organisations = organisations(app, conn, account).await?;
    let ties: Vec<Tie> = ground.ties.iter().filter(|tie| tie.expert == expert.id).cloned().collect();
    let record = crate::actions::conflict::expert(expert.clone());
    let known = Known { expert: &record, organisations: &organisations, ties: &ties, before: &[] };
    let around = Around { call: &call.id, owner: &ground.owner, rivals: &ground.rivals, now_ms };
    let objects =
        *account == objection.by || objection.organisation.as_ref().is_some_and(|one| organisations.contains(one));
    let conflicted = ground.answers.iter().any(|answer| !conflicts(&known, answer, &around).is_empty());
    Ok(Standing {
        known: expert.state == ExpertState::Listed && expert.demo == call.demo,
        reviewed: ground.reviewed.contains(&expert.id),
        conflicted: conflicted || objects,
    })
}

/// What is known of experts whom the office would name, with their accounts, in the order asked for.
pub(super) async fn standings(
    app: &App,
    tx: &platform::db::Txn,
    call: &Call,
    objection: &Objection,
    ids: &[String],
) -> Outcome<Vec<(Standing, String)>> {
    let experts = lookup::experts(tx, ids).await?;
    let ground = ground(tx, call, objection, ids).await?;
    let mut known = Vec::with_capacity(ids.len());
    for id in ids {
        let expert = experts.iter().find(|expert| expert.id == *id);
        known.push(match expert {
            Some(expert) => {
                let found = standing(app, tx, (call, objection), &ground, expert, tx.ctx().now.ms()).await?;
                (found, expert.account.clone().unwrap_or_default())
            }
            None => (Standing::default(), String::new()),
        });
    }
    Ok(known)
}

/// Experts whom the office may name for an objection, by institution and name.
///
/// # Errors
/// Not found, forbidden for parties.
pub async fn panel_candidates(app: &App, ctx: &Ctx, id: &str) -> Outcome<Vec<Candidate>> {
    let conn = app.db().read();
    let (call, objection) = found_for_naming(app, ctx, &conn, id).await?;
    let experts = lookup::experts_willing(&conn, call.demo, POOL_MAX).await?;
    let ids: Vec<String> = experts.iter().map(|expert| expert.id.clone()).collect();
    let ground = ground(&conn, &call, &objection, &ids).await?;
    let mut free = Vec::new();
    for expert in &experts {
        let one = standing(app, &conn, (&call, &objection), &ground, expert, ctx.now.ms()).await?;
        if one.known && !one.reviewed && !one.conflicted {
            free.push(Candidate {
                id: expert.id.clone(),
                name: expert.name.clone(),
                institution: expert.institution.clone(),
            });
        }
    }
    free.sort_by(|one, two| (&one.institution, &one.name, &one.id).cmp(&(&two.institution, &two.name, &two.id)));
    if free.is_empty() {
        return Err(no_experts().into());
    }
    Ok(free)
}

fn no_experts() -> Refusal {
    Refusal::conflict(
        "panel-none",
        "专家库中没有可以担任的专家。请先补充专家，再组成专家组。",
        "Nobody in the pool can serve. Add experts first.",
    )
}
