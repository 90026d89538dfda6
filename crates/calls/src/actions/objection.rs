//! Objections (异议): filed while an award is on notice, admitted by the office, judged by a panel of experts who have had
//! nothing to do with the call. The house carries out what the panel decides.

mod panel;

pub use panel::{Candidate, panel_candidates};

use super::award::{self, answers, over, settled, undo};
use super::{by, call_resource, load, load_for, note};
use crate::rules::call::{Call, CallState};
use crate::rules::objection::{
    self as rules, OBJECTIONS_MAX, Objection, ObjectionDraft, ObjectionState, PANEL_MAX, Panelist, Verdict,
};
use crate::store;
use kernel::Refusal;
use platform::db::{Conn, DbFault, Txn, classify};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use registry::corridor;
use rooms::actions::Done;
use serde_json::{Value, json};

/// The object kind of an objection in the journal.
pub(crate) const OBJECT: &str = "call_objection";

/// An objection as policies see it. `parties` has the call's owner, its funders and the teams of its awards, `hands` the
/// accounts that posed or pledged, `panel` the accounts of the experts who judge it.
pub(super) fn objection_resource(
    call: &Call,
    objection: &Objection,
    around: (Vec<String>, Vec<String>),
    panel: &[Panelist],
) -> Resource {
    let (mut parties, hands) = around;
    // Whoever belongs to the organisation that objects judges nothing of it either.
    parties.extend(objection.organisation.clone());
    Resource::new("Objection", &objection.id)
        .with("office", call.office.as_str())
        .with("parties", parties)
        .with("hands", hands)
        .with("filer", objection.by.as_str())
        .with_some("organisation", objection.organisation.clone())
        .with("panel", panel.iter().map(|seat| seat.account.clone()).collect::<Vec<_>>())
}

/// Parties and hands of a call with the awards that stand.
async fn around(conn: &Conn, call: &Call) -> Outcome<(Vec<String>, Vec<String>)> {
    let pledges = store::pledge::of_call(conn, &call.id).await?;
    let awards = store::award::of_call(conn, &call.id).await?;
    let standing: Vec<_> = awards.iter().filter(|award| award.state.stands()).collect();
    Ok((award::parties(conn, call, &pledges, &standing).await?, award::hands(call, &pledges)))
}

/// An objection with its call, for somebody who may do this with it.
async fn found(app: &App, tx: &Txn, action: &str, id: &str) -> Outcome<(Call, Objection, Vec<Panelist>)> {
    let objection = store::objection::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
    let call = load(tx, &objection.call).await?;
    let panel = store::objection::panel(tx, id).await?;
    let resource = objection_resource(&call, &objection, around(tx, &call).await?, &panel);
    app.policies().require(tx.ctx(), action, &resource)?;
    Ok((call, objection, panel))
}

/// An entry about an objection: for those inside. Who objects and who judges is in no public entry.
async fn inside(tx: &Txn, kind: &'static str, call: &Call, objection: &str, data: Value) -> Outcome<Done> {
    let entry = Entry::new(kind, OBJECT, objection).demo(call.demo).data(data);
    let entry = tx.journal(entry).await?;
    Ok(Done::new(tx, objection, entry))
}

/// Files an objection while the award is on notice.
///
/// # Errors
/// Not found, forbidden for the owner's own people, `notice-over`, `objection-organisation`, `objection-open-own`,
/// `objections-many`, or a field that breaks a rule.
pub async fn objection_file(app: &App, ctx: &Ctx, call: &str, draft: ObjectionDraft) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), draft, platform::random::id());
    app.in_txn(ctx, "objection_file", input, |tx, (app, call, draft, id)| {
        Box::pin(async move {
            let call = load_for(app, tx, "call_object", call).await?;
            if call.state != CallState::Notice || over(&call, tx.ctx().now) {
                return Err(notice_over().into());
            }
            let organisation = draft.organisation.trim();
            if !organisation.is_empty() && tx.ctx().actor.member_of(organisation).is_none() {
                return Err(not_yours().into());
            }
            let count = store::objection::count(tx, &call.id).await?;
            if usize::try_from(count).unwrap_or(usize::MAX) >= OBJECTIONS_MAX {
                return Err(many().into());
            }
            let calendar = &corridor::of(app).calendar;
            let objection = rules::file(id, &call.id, count + 1, draft, calendar, by(tx))?;
            let objection = Objection { demo: call.demo, ..objection };
            store::objection::save(tx, &[objection]).await.map_err(own_open)?;
            inside(tx, "call.objection_filed", &call, id, json!({ "number": count + 1 })).await
        })
    })
    .await
}

fn notice_over() -> Refusal {
    Refusal::conflict(
        "notice-over",
        "公示期已过或立项不在公示中，不能再提出异议。",
        "The award is not on notice any more; objections cannot be filed now.",
    )
}

fn not_yours() -> Refusal {
    Refusal::invalid(
        "objection-organisation",
        "请选择您所在的单位，或以个人名义提出。",
        "Choose an organisation that you belong to, or object in your own name.",
    )
    .at("organisation")
}

fn many() -> Refusal {
    Refusal::conflict(
        "objections-many",
        format!("本榜单的异议已达 {OBJECTIONS_MAX} 件，请直接联系主管部门。"),
        format!("There are {OBJECTIONS_MAX} objections already; turn to the office."),
    )
}

/// Somebody who has an open objection in this call: the unique index tells.
fn own_open(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => Refusal::conflict(
            "objection-open-own",
            "您对本榜单已有一件异议在处理中。请在其中补充，或撤回后重新提出。",
            "You have an open objection in this call. Wait for it, or take it back and file anew.",
        )
        .into(),
        _ => fault,
    }
}

/// The office says whether it is admitted, with the reason that everybody reads.
///
/// # Errors
/// Not found, forbidden for parties, `objection-step`, `objection-admission`, `needed`.
pub async fn objection_admit(app: &App, ctx: &Ctx, id: &str, word: &str, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), word.to_owned(), reason.to_owned());
    app.in_txn(ctx, "objection_admit", input, |tx, (app, id, word, reason)| {
        Box::pin(async move {
            let (call, old, _) = found(app, tx, "objection_admit", id).await?;
            let next = rules::admit(&old, word, reason, &corridor::of(app).calendar, by(tx))?;
            store::objection::save(tx, std::slice::from_ref(&next)).await?;
            let data = json!({ "objection": next.ord, "state": next.state.code(), "reason": next.admission });
            let done = note(tx, "call.objection_admitted", &call, data).await?;
            settled(app, tx, call).await?;
            Ok(done)
        })
    })
    .await
}

/// Whoever filed it takes it back.
///
/// # Errors
/// Not found, `objection-step`.
pub async fn objection_withdraw(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "objection_withdraw", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let (call, old, _) = found(app, tx, "objection_withdraw", id).await?;
            let next = rules::withdraw(&old, &corridor::of(app).calendar, by(tx))?;
            store::objection::save(tx, std::slice::from_ref(&next)).await?;
            let done = inside(tx, "call.objection_withdrawn", &call, id, json!({ "number": next.ord })).await?;
            super::clock::order_notice_now(tx, &call.id).await?;
            Ok(done)
        })
    })
    .await
}

/// The office names the panel, or fills it up once its time is over.
///
/// # Errors
/// Not found, forbidden for parties, `objection-step`, `panel-size`, `panel-expert`.
pub async fn panel_name(app: &App, ctx: &Ctx, id: &str, experts: Vec<String>) -> Outcome<Done> {
    app.in_txn(ctx, "panel_name", (app.clone(), id.to_owned(), experts), |tx, (app, id, experts)| {
        Box::pin(async move {
            let (call, old, before) = found(app, tx, "panel_name", id).await?;
            let voted: Vec<&Panelist> = before.iter().filter(|seat| seat.vote.is_some()).collect();
            let mut wanted: Vec<String> = experts.iter().map(|one| one.trim().to_owned()).collect();
            wanted.retain(|one| !one.is_empty() && !voted.iter().any(|seat| seat.expert == *one));
            wanted.sort_unstable();
            wanted.dedup();
            wanted.truncate(PANEL_MAX + 1);
            let known = panel::standings(app, tx, &call, &old, &wanted).await?;
            let standings: Vec<rules::Standing> = known.iter().map(|(standing, _)| *standing).collect();
            let next = rules::panel(&old, voted.len(), &standings, &corridor::of(app).calendar, by(tx))?;
            let seat = |(expert, (_, account)): (&String, &(rules::Standing, String))| Panelist {
                objection: id.clone(),
                expert: expert.clone(),
                account: account.clone(),
                named_by: tx.ctx().actor.id().to_owned(),
                vote: None,
                reason: String::new(),
                voted_ms: None,
            };
            let seats: Vec<Panelist> = wanted.iter().zip(&known).map(seat).collect();
            store::objection::clear_unvoted(tx, id).await?;
            store::objection::save_panel(tx, &seats).await?;
            store::objection::save(tx, std::slice::from_ref(&next)).await?;
            let count = voted.len() + seats.len();
            inside(tx, "call.panel_named", &call, id, json!({ "number": next.ord, "seats": count })).await
        })
    })
    .await
}

/// A member of the panel votes, once.
///
/// # Errors
/// Not found, `objection-step`, `panel-voted`, `panel-vote`, `needed`.
pub async fn panel_vote(app: &App, ctx: &Ctx, id: &str, word: &str, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), word.to_owned(), reason.to_owned());
    app.in_txn(ctx, "panel_vote", input, |tx, (app, id, word, reason)| {
        Box::pin(async move {
            let (call, objection, panel) = found(app, tx, "panel_vote", id).await?;
            let account = tx.ctx().actor.id();
            let seat = panel.iter().find(|seat| seat.account == account).ok_or_else(Refusal::forbidden)?;
            let next = rules::vote(&objection, seat, word, reason, by(tx))?;
            store::objection::save_panel(tx, &[next]).await?;
            super::clock::order_objection(tx, id).await?;
            // Sealed with others: not even when somebody has voted can be read from the log.
            let entry = Entry::new("call.panel_voted", OBJECT, id).demo(call.demo).batched();
            let entry = tx.journal(entry).await?;
            Ok(Done::new(tx, id, entry))
        })
    })
    .await
}

/// The house carries out what a panel has decided: the notice goes on, or the award is undone with all its holds, in one
/// transaction. True when there was something to carry out.
///
/// # Errors
/// Database faults.
pub async fn objection_settle(app: &App, ctx: &Ctx, id: &str) -> Outcome<bool> {
    app.in_txn(ctx, "objection_settle", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = store::objection::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            let panel = store::objection::panel(tx, id).await?;
            let verdict = rules::outcome(&panel).filter(|_| old.state == ObjectionState::Judged);
            let Some(verdict) = verdict else { return Ok(false) };
            let call = load(tx, &old.call).await?;
            let calendar = &corridor::of(app).calendar;
            let next = rules::decided(&old, verdict, calendar, by(tx));
            store::objection::save(tx, std::slice::from_ref(&next)).await?;
            let data = json!({ "objection": next.ord, "verdict": verdict.code() });
            note(tx, "call.objection_decided", &call, data).await?;
            if verdict == Verdict::Dismiss {
                settled(app, tx, call).await?;
                return Ok(true);
            }
            let others = store::objection::of_call(tx, &call.id).await?;
            let moot = others.iter().filter(|one| one.id != next.id && one.state.is_open());
            let moot: Vec<Objection> = moot.map(|one| rules::overtaken(one, calendar, by(tx))).collect();
            store::objection::save(tx, &moot).await?;
            undo(app, tx, &call, verdict, &upheld(next.ord, verdict)).await?;
            Ok(true)
        })
    })
    .await
}

/// The reason that the call's trail gives, in both languages: the panel's own words stay inside.
fn upheld(number: i64, verdict: Verdict) -> String {
    let (zh, en) = match verdict {
        Verdict::Reselect => ("重新遴选", "the owner chooses again"),
        Verdict::Rereview => ("重新评审", "experts review again"),
        Verdict::NoAward => ("不予立项", "no award"),
        Verdict::Dismiss => ("不成立", "dismissed"),
    };
    format!("第 {number} 号异议成立，{zh}。Objection {number} is upheld: {en}.")
}

/// An objection with what its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The call.
    pub call: Call,
    /// The objection.
    pub objection: Objection,
    /// The reader may know who filed it: the office and those who filed.
    pub inside: bool,
    /// Seats of the panel, and how many have voted.
    pub seats: (usize, usize),
    /// The votes with their reasons, without names, once it is decided; for those inside and the parties.
    pub votes: Vec<(Verdict, String)>,
    /// The reader may say whether it is admitted.
    pub may_admit: bool,
    /// The reader may name the panel.
    pub may_name: bool,
    /// The reader has a vote to give.
    pub may_vote: bool,
    /// The reader may take it back.
    pub may_withdraw: bool,
}

/// One objection, for the office, the parties, those who filed it and its panel.
///
/// # Errors
/// Not found.
pub async fn objection_view(app: &App, ctx: &Ctx, call: &str, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let objection =
        store::objection::by_id(&conn, id).await?.filter(|one| one.call == call).ok_or_else(Refusal::not_found)?;
    let call = load(&conn, call).await?;
    let panel = store::objection::panel(&conn, id).await?;
    let resource = objection_resource(&call, &objection, around(&conn, &call).await?, &panel);
    app.policies().require(ctx, "objection_view", &resource)?;
    let may = |action: &str| app.policies().allows(ctx, action, &resource);
    let state = objection.state;
    let late = objection.due_ms.is_some_and(|due| ctx.now.ms() > due);
    let open_seat = panel.iter().any(|seat| seat.account == ctx.actor.id() && seat.vote.is_none());
    let votes = panel.iter().filter_map(|seat| Some((seat.vote?, seat.reason.clone())));
    Ok(View {
        inside: may("objection_inside"),
        seats: (panel.len(), panel.iter().filter(|seat| seat.vote.is_some()).count()),
        votes: if state == ObjectionState::Decided { votes.collect() } else { Vec::new() },
        may_admit: state == ObjectionState::Filed && may("objection_admit"),
        may_name: (state == ObjectionState::Admitted || (state == ObjectionState::Judged && late)) && may("panel_name"),
        may_vote: state == ObjectionState::Judged && open_seat && may("panel_vote"),
        may_withdraw: state.is_open() && may("objection_withdraw"),
        call,
        objection,
    })
}

/// What everybody may know of the objections of a call, and whether the reader may file one.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The objections; their texts and who filed them are for those inside, see [`objection_view`].
    pub items: Vec<Objection>,
    /// Those whose page the reader may open, by id.
    pub readable: Vec<String>,
    /// The reader may file one now.
    pub may_file: bool,
}

/// The objections of a call.
///
/// # Errors
/// Not found.
pub async fn objection_list(app: &App, ctx: &Ctx, call: &str) -> Outcome<Listed> {
    let conn = app.db().read();
    let call = load(&conn, call).await?;
    let resource = call_resource(&call, ctx.now);
    app.policies().require(ctx, "call_view", &resource)?;
    let items = store::objection::of_call(&conn, &call.id).await?;
    let around = around(&conn, &call).await?;
    let mut readable = Vec::new();
    for one in &items {
        let panel = store::objection::panel(&conn, &one.id).await?;
        let resource = objection_resource(&call, one, around.clone(), &panel);
        if app.policies().allows(ctx, "objection_view", &resource) {
            readable.push(one.id.clone());
        }
    }
    let may_file = call.state == CallState::Notice
        && !over(&call, ctx.now)
        && app.policies().allows(ctx, "call_object", &resource);
    Ok(Listed { items, readable, may_file })
}

/// Answers that the award or the objection is about: whoever has a tie to one of them judges nothing.
async fn concerned(conn: &Conn, call: &Call, objection: &Objection) -> Outcome<Vec<crate::rules::answer::Answer>> {
    use crate::rules::answer::AnswerState;
    let mut found = answers(conn, &call.id).await?;
    found.retain(|answer| {
        answer.state == AnswerState::Awarded || Some(&answer.organisation) == objection.organisation.as_ref()
    });
    Ok(found)
}

/// Whether somebody may do this with an objection.
pub(super) async fn objection_seen(
    app: &App,
    ctx: &Ctx,
    conn: &Conn,
    call: &Call,
    objection: &Objection,
    action: &str,
) -> Outcome<bool> {
    let panel = store::objection::panel(conn, &objection.id).await?;
    let resource = objection_resource(call, objection, around(conn, call).await?, &panel);
    Ok(app.policies().allows(ctx, action, &resource))
}

/// An objection for whoever would name its panel.
async fn found_for_naming(app: &App, ctx: &Ctx, conn: &Conn, id: &str) -> Outcome<(Call, Objection)> {
    let objection = store::objection::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let call = load(conn, &objection.call).await?;
    let panel = store::objection::panel(conn, id).await?;
    let resource = objection_resource(&call, &objection, around(conn, &call).await?, &panel);
    app.policies().require(ctx, "panel_name", &resource)?;
    Ok((call, objection))
}
