//! What an award has to do with the ledger: the account of a winner, holds, payments, and money that goes back.

use crate::actions::load;
use crate::rules::accounts;
use crate::rules::award::{Award, AwardState, Ending, end_id, ended};
use crate::rules::call::Call;
use crate::rules::milestone::{Milestone, MilestoneState, paid};
use crate::rules::pledge::{FunderKind, Pledge, PledgeState};
use crate::store;
use crate::store::milestone::Tranche;
use kernel::{Adcode, Fen, Refusal};
use ledger::{Account, Ask, Made, Owner, Purpose, TransferKind, YearEnd};
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Outcome};
use registry::{corridor, lookup};
use rooms::actions::Done;
use serde_json::Value;
use std::collections::BTreeSet;

/// The object kind of an award in the journal.
pub(crate) const AWARD: &str = "call_award";
const HELD: &str = "call.held";
const PAID: &str = "call.paid";
const RETURNED: &str = "call.returned";
const CLAWED: &str = "call.clawed-back";

/// An award with its call, its pledges and everybody who is party to it.
pub(crate) struct Around {
    /// The call.
    pub(crate) call: Call,
    /// The award.
    pub(crate) award: Award,
    /// Its pledges.
    pub(crate) pledges: Vec<Pledge>,
    /// As policies see it.
    pub(crate) resource: Resource,
}

/// Organisations that are party to a call: its owner, those that give money, and the teams of these awards.
pub(crate) async fn parties(conn: &Conn, call: &Call, pledges: &[Pledge], awards: &[&Award]) -> Outcome<Vec<String>> {
    let mut parties: BTreeSet<String> = BTreeSet::from([call.owner.clone()]);
    let given = pledges.iter().filter(|pledge| pledge.kind == FunderKind::Organisation);
    parties.extend(given.map(|pledge| pledge.code.clone()));
    let answers = store::answer::heads(conn, &call.id, &[]).await?;
    for award in awards {
        parties.insert(award.organisation.clone());
        let team = answers.iter().filter(|answer| answer.id == award.answer).flat_map(|answer| &answer.members);
        parties.extend(team.filter_map(|member| member.organisation.clone()));
    }
    Ok(parties.into_iter().collect())
}

/// Organisations of the team that an award goes to, its lead first.
async fn team(conn: &Conn, call: &Call, award: &Award) -> Outcome<Vec<String>> {
    let answer = store::answer::heads(conn, &call.id, &[]).await?.into_iter().find(|one| one.id == award.answer);
    let members = answer.into_iter().flat_map(|one| one.members).filter_map(|member| member.organisation);
    Ok([award.organisation.clone()].into_iter().chain(members).collect())
}

/// Accounts that have posed the call or pledged money to it: they approve nothing of it.
pub(crate) fn hands(call: &Call, pledges: &[Pledge]) -> Vec<String> {
    let given = pledges.iter().filter(|pledge| pledge.state == PledgeState::Given).map(|pledge| pledge.by.clone());
    let hands: BTreeSet<String> = given.chain([call.posed_by.clone()]).filter(|one| !one.is_empty()).collect();
    hands.into_iter().collect()
}

/// An award as policies see it.
fn award_resource(call: &Call, award: &Award, team: Vec<String>, parties: Vec<String>, hands: Vec<String>) -> Resource {
    Resource::new("Award", &award.id)
        .with("owner", call.owner.as_str())
        .with("lead", award.organisation.as_str())
        .with("team", team)
        .with("office", call.office.as_str())
        .with("parties", parties)
        .with("hands", hands)
}

/// An award, whoever asks.
pub(crate) async fn surrounded(conn: &Conn, award: Award) -> Outcome<Around> {
    let call = load(conn, &award.call).await?;
    let pledges = store::pledge::of_call(conn, &call.id).await?;
    let team = team(conn, &call, &award).await?;
    let parties = parties(conn, &call, &pledges, &[&award]).await?;
    let resource = award_resource(&call, &award, team, parties, hands(&call, &pledges));
    Ok(Around { call, award, pledges, resource })
}

/// An award for somebody who may do this with it.
pub(crate) async fn around(app: &App, tx: &Txn, action: &str, award: &str) -> Outcome<Around> {
    let award = store::award::by_id(tx, award).await?.ok_or_else(Refusal::not_found)?;
    let around = surrounded(tx, award).await?;
    app.policies().require(tx.ctx(), action, &around.resource)?;
    Ok(around)
}

/// What people call the funders of a call, in the order of its pledges: Chinese and English. An owner who stays unnamed
/// has no name here.
pub(crate) async fn funder_names(
    app: &App,
    conn: &Conn,
    call: &Call,
    pledges: &[Pledge],
) -> Outcome<Vec<(String, String)>> {
    let codes: Vec<String> = pledges.iter().map(|pledge| pledge.code.clone()).collect();
    let found = lookup::names(conn, &codes).await?;
    let corridor = corridor::of(app);
    let both = |zh: &str, en: &str| (zh.to_owned(), if en.is_empty() { zh.to_owned() } else { en.to_owned() });
    let name = |pledge: &Pledge| match pledge.kind {
        FunderKind::Owner if call.owner_open().is_none() => both("出题方", "the challenge owner"),
        FunderKind::Owner | FunderKind::Organisation => {
            found.get(&pledge.code).map_or_else(|| both(&pledge.code, ""), |(zh, en)| both(zh, en))
        }
        FunderKind::City => {
            let place = pledge.city().and_then(|city| corridor.place(city));
            place.map_or_else(|| both(&pledge.code, ""), |place| both(&place.short_zh, &place.short_en))
        }
        FunderKind::Joint => both("联席会议办公室", "the joint office"),
        FunderKind::Outer => both(&pledge.name, &pledge.name_en),
    };
    Ok(pledges.iter().map(name).collect())
}

/// An entry about an award that only those inside read: what is proposed or judged and not decided yet.
pub(crate) async fn inside(tx: &Txn, kind: &'static str, award: &Award, data: Value) -> Outcome<Done> {
    let entry = tx.journal(Entry::new(kind, AWARD, &award.id).demo(award.demo).data(data)).await?;
    Ok(Done::new(tx, &award.id, entry))
}

/// The account that a winner's tranches go to: opened when it is first needed.
pub(super) async fn receiving(tx: &Txn, organisation: &str, city: Option<Adcode>, demo: bool) -> Outcome<String> {
    let (mark, name) = if demo { ("demo:", "示例：揭榜项目拨款") } else { ("", "揭榜项目拨款") };
    let id = format!("{mark}org:{organisation}:receivable:calls");
    if ledger::account_by_id(tx, &id).await?.is_some() {
        return Ok(id);
    }
    let account = Account {
        id,
        name: name.to_owned(),
        owner: Owner::organisation(organisation),
        purpose: Purpose::Receivable,
        reference: "calls".to_owned(),
        currency: "CNY".to_owned(),
        city,
        budget_year: None,
        budget_subject: None,
        floor: Some(Fen::ZERO),
        year_end: YearEnd::Keeps,
        returns_to: None,
        demo,
        opened_ms: tx.ctx().now.ms(),
        opened_by: tx.ctx().actor.id().to_owned(),
        closed_ms: None,
    };
    ledger::account_open_in(tx, &account).await?;
    Ok(account.id)
}

/// Holds every tranche on the account of its source.
pub(super) async fn hold(tx: &Txn, awards: &[Award], pledges: &[Pledge], tranches: &[Tranche]) -> Outcome<()> {
    let mut asks = Vec::with_capacity(tranches.len());
    for tranche in tranches {
        let from = pledges.iter().find(|pledge| pledge.id == tranche.pledge).ok_or_else(Refusal::not_found)?;
        let to = awards.iter().find(|award| award.id == tranche.award).ok_or_else(Refusal::not_found)?;
        let ask = Ask::pending(&tranche.hold, HELD, &from.account, &to.account, tranche.amount, None);
        asks.push(ask.about(&to.call));
    }
    ledger::transfer(tx, &asks).await.map(|_| ())
}

/// Pays an amount for a milestone: each source its part to the fen, and what is left goes back to it.
pub(crate) async fn pay(tx: &Txn, award: &Award, milestone: i64, amount: Fen) -> Outcome<()> {
    let tranches = store::milestone::tranches(tx, &award.id).await?;
    let own: Vec<&Tranche> = tranches.iter().filter(|tranche| tranche.milestone == milestone).collect();
    let held: Vec<Fen> = own.iter().map(|tranche| tranche.amount).collect();
    let parts = paid(amount, &held)?;
    let ask = |(tranche, part): (&&Tranche, Fen)| {
        let ask = if part == Fen::ZERO {
            Ask::void(end_id(&tranche.hold, Ending::Void), RETURNED, &tranche.hold)
        } else {
            Ask::post(end_id(&tranche.hold, Ending::Post), PAID, &tranche.hold, Some(part))
        };
        ask.about(&award.call)
    };
    let asks: Vec<Ask> = own.iter().zip(parts).map(ask).collect();
    ledger::transfer(tx, &asks).await.map(|_| ())
}

/// Ends awards: the money of every milestone that is not over goes back to its sources, and nothing more is due.
pub(crate) async fn release(tx: &Txn, awards: &[&Award], state: AwardState, reason: &str) -> Outcome<()> {
    let now = tx.ctx().now.ms();
    let (mut asks, mut ending, mut over) = (Vec::new(), Vec::new(), Vec::new());
    for award in awards {
        let milestones = store::milestone::of_award(tx, &award.id).await?;
        let open: Vec<Milestone> = milestones.into_iter().filter(|one| !one.state.is_over()).collect();
        for tranche in store::milestone::tranches(tx, &award.id).await? {
            if open.iter().any(|one| one.ord == tranche.milestone) {
                let ask = Ask::void(end_id(&tranche.hold, Ending::Void), RETURNED, &tranche.hold);
                asks.push(ask.about(&award.call));
            }
        }
        over.extend(open.into_iter().map(|one| Milestone { state: MilestoneState::Ended, updated_ms: now, ..one }));
        ending.push(ended(award, state, reason, now));
    }
    ledger::transfer(tx, &asks).await?;
    store::milestone::save(tx, &over).await?;
    store::award::save(tx, &ending).await
}

/// What was paid of an award and has not come back: the transfer and its amount.
async fn payments(conn: &Conn, award: &Award) -> Outcome<Vec<(String, Fen)>> {
    let tranches = store::milestone::tranches(conn, &award.id).await?;
    let ids: Vec<String> = tranches.iter().map(|tranche| end_id(&tranche.hold, Ending::Post)).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut made: Vec<Made> = ledger::transfers_by_id(conn, &ids).await?;
    made.retain(|one| one.kind == TransferKind::Post);
    made.sort_by_key(|one| ids.iter().position(|id| *id == one.id));
    Ok(made.into_iter().map(|one| (one.id, one.amount)).collect())
}

/// How much of an award was paid.
pub(crate) async fn paid_sum(conn: &Conn, award: &Award) -> Outcome<Fen> {
    let sum: i64 = payments(conn, award).await?.iter().map(|(_, amount)| amount.get()).sum();
    Ok(Fen::new(sum).unwrap_or(Fen::MAX))
}

/// Takes an amount back from the winner's account to the sources, each in proportion to what it paid. False when the
/// account has not so much: nothing is written then.
pub(crate) async fn take_back(tx: &Txn, award: &Award, amount: Fen) -> Outcome<bool> {
    let found = ledger::account_by_id(tx, &award.account).await?;
    let (account, standing) = found.ok_or_else(Refusal::not_found)?;
    if standing.available(account.floor).is_some_and(|free| free < amount.get()) {
        return Ok(false);
    }
    let payments = payments(tx, award).await?;
    let amounts: Vec<Fen> = payments.iter().map(|(_, amount)| *amount).collect();
    let parts = accounts::back(amount, &amounts)?;
    let asks: Vec<Ask> = payments
        .iter()
        .zip(parts)
        .filter(|(_, part)| *part > Fen::ZERO)
        .map(|((id, _), part)| {
            // The post's id ends in `:p`, so that its hold is what stands before.
            let hold = id.strip_suffix(":p").unwrap_or(id);
            Ask::reversal(end_id(hold, Ending::Back), CLAWED, id, Some(part)).about(&award.call)
        })
        .collect();
    ledger::transfer(tx, &asks).await?;
    Ok(true)
}

/// What the ledger says of every tranche of the awards of a call that stand.
pub(crate) async fn standing_sources(
    conn: &Conn,
    call: &str,
    awards: &[Award],
) -> Outcome<Vec<(Tranche, accounts::Flow)>> {
    let mut tranches = store::milestone::tranches_of_call(conn, call).await?;
    let stands = |id: &str| awards.iter().any(|award| award.id == id && award.state.stands());
    tranches.retain(|tranche| stands(&tranche.award));
    let ends = [Ending::Post, Ending::Void, Ending::Back];
    let ids: Vec<String> = tranches
        .iter()
        .flat_map(|one| ends.map(|ending| end_id(&one.hold, ending)).into_iter().chain([one.hold.clone()]))
        .collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let made: std::collections::HashMap<String, i64> =
        ledger::transfers_by_id(conn, &ids).await?.into_iter().map(|one| (one.id, one.amount.get())).collect();
    let flow = |tranche: &Tranche| {
        let of = |ending| made.get(&end_id(&tranche.hold, ending)).copied();
        let awarded = made.get(&tranche.hold).copied().unwrap_or_default();
        let (post, void) = (of(Ending::Post), of(Ending::Void));
        let paid = post.unwrap_or_default();
        let returned = if post.is_some() || void.is_some() { awarded - paid } else { 0 };
        accounts::Flow {
            awarded,
            held: awarded - paid - returned,
            paid,
            returned,
            clawed: of(Ending::Back).unwrap_or_default(),
        }
    };
    Ok(tranches
        .into_iter()
        .map(|tranche| {
            let flow = flow(&tranche);
            (tranche, flow)
        })
        .collect())
}
