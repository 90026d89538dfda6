//! Reads what everybody may know of a call, for its next release.

use crate::actions::award::funder_names;
use crate::rules::answer::{Answer, Member};
use crate::rules::award::{Award, Ending, end_id};
use crate::rules::call::{Call, CallState, Step};
use crate::rules::contract::Contract;
use crate::rules::objection::ObjectionState;
use crate::rules::pledge::{FunderKind, Pledge, PledgeState};
use crate::rules::publication::{Body, Facts, Funder, Moved, Part, Winner, ocid_number};
use crate::store;
use crate::store::milestone::Tranche;
use disclosure::{Identifier, Place, USCC_SCHEME};
use kernel::{Adcode, Instant, Text};
use ledger::Made;
use platform::db::Conn;
use platform::{App, Outcome};
use registry::rules::organisation::Organisation;
use registry::{corridor, lookup};
use std::collections::BTreeMap;

/// Where calls stand whose answers are not opened yet.
const SEALED: [CallState; 2] = [CallState::Open, CallState::Closed];

/// What everybody may know of a call.
pub async fn facts(app: &App, conn: &Conn, call: Call, (ocid, number): (String, String)) -> Outcome<Facts> {
    let pledges = store::pledge::of_call(conn, &call.id).await?;
    let awards = store::award::of_call(conn, &call.id).await?;
    let mut answers = if awards.is_empty() { Vec::new() } else { store::answer::heads(conn, &call.id, &[]).await? };
    answers.retain(|answer| awards.iter().any(|award| award.answer == answer.id));
    let bodies = Bodies::read(app, conn, &call, &pledges, &answers, &awards).await?;
    let names = funder_names(app, conn, &call, &pledges).await?;
    let given = pledges.iter().zip(&names).filter(|(pledge, _)| pledge.state == PledgeState::Given);
    let funders = given
        .map(|(pledge, name)| Funder { body: bodies.funder(&call, pledge, name), pledge: pledge.clone() })
        .collect();
    let answered = store::question::answered(conn, &call.id).await?;
    let times: Vec<Instant> = answered.iter().filter_map(|one| one.replied_ms).map(Instant::from_ms).collect();
    let mut amendments = store::amendment::of_call(conn, &call.id).await?;
    amendments.sort_by_key(|one| one.version);
    let mut objections = store::objection::of_call(conn, &call.id).await?;
    objections.retain(|one| one.state == ObjectionState::Decided);
    Ok(Facts {
        ocid,
        number,
        base: super::settings::base(app),
        owner: call.owner_open().and_then(|owner| bodies.organisation(owner)),
        office: office(),
        funders,
        amendments,
        answered: times.iter().min().copied().zip(times.iter().max().copied()),
        answers: counted(conn, &call).await?,
        objections,
        winners: winners(conn, &call, awards, &answers, &bodies).await?,
        call,
    })
}

/// How many answers were opened; nobody learns that before.
async fn counted(conn: &Conn, call: &Call) -> Outcome<Option<u32>> {
    if SEALED.contains(&call.state) {
        return Ok(None);
    }
    let count: i64 = store::answer::states(conn, &call.id).await?.into_iter().map(|(_, n)| n).sum();
    Ok(u32::try_from(count).ok())
}

/// The joint office.
fn office() -> Body {
    Body { id: "joint-office".to_owned(), name: Text::new("联席会议办公室", "Joint office"), ..Body::default() }
}

/// Organisations that this call names, with where they sit.
struct Bodies<'a> {
    app: &'a App,
    found: BTreeMap<String, Organisation>,
}

impl Bodies<'_> {
    async fn read<'a>(
        app: &'a App,
        conn: &Conn,
        call: &Call,
        pledges: &[Pledge],
        answers: &[Answer],
        awards: &[Award],
    ) -> Outcome<Bodies<'a>> {
        let mut ids: Vec<String> = call.owner_open().map(str::to_owned).into_iter().collect();
        ids.extend(pledges.iter().filter(|p| p.kind == FunderKind::Organisation).map(|p| p.code.clone()));
        ids.extend(awards.iter().map(|award| award.organisation.clone()));
        ids.extend(answers.iter().flat_map(Answer::organisations));
        ids.sort_unstable();
        ids.dedup();
        let found = lookup::organisations(conn, &ids).await?;
        Ok(Bodies { app, found: found.into_iter().map(|one| (one.id.clone(), one)).collect() })
    }

    fn organisation(&self, id: &str) -> Option<Body> {
        let found = self.found.get(id)?;
        let name = Text::new(&found.name, found.name_en.clone().unwrap_or_default());
        // Numbers of a demo are invented: they are nobody's in a public register.
        let uscc = found.uscc.as_deref().filter(|uscc| !found.demo && !uscc.is_empty());
        Some(Body {
            id: party_id(uscc, &found.id),
            identifier: identifier(uscc, &name),
            name,
            place: self.place(found.city),
        })
    }

    fn place(&self, city: Option<Adcode>) -> Option<Place> {
        let corridor = corridor::of(self.app);
        let place = corridor.place(city?)?;
        let above = place.parent.and_then(|parent| corridor.place(parent));
        let province = above.filter(|above| above.parent.is_some());
        Some(Place {
            locality: place.name_zh.clone(),
            region: province.map_or_else(String::new, |province| province.name_zh.clone()),
            country: Text::new("中国", "China"),
        })
    }

    /// A funder; none for an owner who is unnamed.
    fn funder(&self, call: &Call, pledge: &Pledge, (zh, en): &(String, String)) -> Option<Body> {
        let name = Text::new(zh, if en == zh { "" } else { en });
        let plain = |id: String, place: Option<Place>| Some(Body { id, name: name.clone(), identifier: None, place });
        match pledge.kind {
            FunderKind::Owner => call.owner_open().and_then(|owner| self.organisation(owner)),
            FunderKind::Organisation => self.organisation(&pledge.code),
            FunderKind::City => plain(format!("city-{}", pledge.code), self.place(pledge.city())),
            FunderKind::Joint => Some(office()),
            FunderKind::Outer => plain(format!("{}-outer-{}", ocid_number(&call.number), pledge.code), None),
        }
    }

    /// The team of an award as its answer named it; the lead alone where the answer is not there any more.
    fn team(&self, lead: &str, answer: Option<&Answer>) -> Vec<(Body, i64)> {
        let members = answer.map(|answer| answer.members.as_slice()).unwrap_or_default();
        let demo = answer.is_some_and(|answer| answer.demo);
        let member = |(at, one): (usize, &Member)| {
            let known = one.organisation.as_deref().or((at == 0).then_some(lead));
            let body = known.and_then(|id| self.organisation(id)).unwrap_or_else(|| {
                let uscc = Some(one.uscc.as_str()).filter(|uscc| !demo && !uscc.is_empty());
                let name = Text::new(&one.name, "");
                let own = format!("member-{}-{}", answer.map(|answer| answer.id.as_str()).unwrap_or_default(), at + 1);
                Body {
                    id: party_id(uscc, &own),
                    identifier: identifier(uscc, &name),
                    place: self.place(one.city),
                    name,
                }
            });
            (body, one.share_bp)
        };
        let team: Vec<(Body, i64)> = members.iter().enumerate().map(member).collect();
        if team.is_empty() { self.organisation(lead).map(|body| (body, 10_000)).into_iter().collect() } else { team }
    }
}

fn identifier(uscc: Option<&str>, name: &Text) -> Option<Identifier> {
    uscc.map(|uscc| Identifier { scheme: USCC_SCHEME.to_owned(), id: uscc.to_owned(), legal_name: name.clone() })
}

fn party_id(uscc: Option<&str>, id: &str) -> String {
    uscc.map_or_else(|| format!("org-{id}"), |uscc| format!("{USCC_SCHEME}-{uscc}"))
}

async fn winners(
    conn: &Conn,
    call: &Call,
    awards: Vec<Award>,
    answers: &[Answer],
    bodies: &Bodies<'_>,
) -> Outcome<Vec<Winner>> {
    if awards.is_empty() {
        return Ok(Vec::new());
    }
    let shares = store::award::shares(conn, &call.id).await?;
    let milestones = store::milestone::of_call(conn, &call.id).await?;
    let moved = moved(conn, &call.id).await?;
    let steps = store::trail::of_call(conn, &call.id).await?;
    // The owner gives one reason for all that it chooses at once.
    let reason = |award: &Award| {
        let chosen = steps.iter().find(|one| one.step == Step::Select && one.at_ms == award.decided_ms);
        chosen.map(|one| one.reason.clone()).unwrap_or_default()
    };
    let winner = |(award, contract): (Award, Option<Contract>)| Winner {
        team: bodies.team(&award.organisation, answers.iter().find(|answer| answer.id == award.answer)),
        parts: shares
            .iter()
            .filter(|share| share.award == award.id)
            .map(|share| Part { pledge: share.pledge.clone(), amount: share.amount })
            .collect(),
        contract,
        reason: reason(&award),
        milestones: milestones.iter().filter(|one| one.award == award.id).cloned().collect(),
        moved: moved.iter().filter(|(id, _)| *id == award.id).map(|(_, moved)| moved.clone()).collect(),
        award,
    };
    let mut found = Vec::with_capacity(awards.len());
    for award in awards {
        let contract = store::contract::of_award(conn, &award.id).await?;
        found.push(winner((award, contract)));
    }
    Ok(found)
}

/// What the ledger says was paid for tranches, and what came back of it.
async fn moved(conn: &Conn, call: &str) -> Outcome<Vec<(String, Moved)>> {
    let tranches = store::milestone::tranches_of_call(conn, call).await?;
    let ends =
        |one: &Tranche| [(Ending::Post, false), (Ending::Back, true)].map(|(end, back)| (end_id(&one.hold, end), back));
    let ids: Vec<String> = tranches.iter().flat_map(|one| ends(one).map(|(id, _)| id)).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let made: BTreeMap<String, Made> =
        ledger::transfers_by_id(conn, &ids).await?.into_iter().map(|one| (one.id.clone(), one)).collect();
    let mut moved = Vec::new();
    for tranche in &tranches {
        for (id, back) in ends(tranche) {
            let Some(made) = made.get(&id) else { continue };
            let one = Moved {
                milestone: tranche.milestone,
                source: tranche.source,
                pledge: tranche.pledge.clone(),
                amount: made.amount,
                back,
                at: made.event_at,
            };
            moved.push((tranche.award.clone(), one));
        }
    }
    Ok(moved)
}
