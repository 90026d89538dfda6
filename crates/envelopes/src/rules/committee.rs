//! Opening committees (开启委员会): who holds the seats, and how far their key ceremony has come.
//!
//! registering → dealing → accepting → ready → retired; void from any step before ready, by a dealer who was proven to
//! have lied or because the joint office gave the ceremony up. The number of a seat is its place in the ceremony and
//! never changes.

use super::named_as_example;
use kernel::input::{city_unknown, line, needed};
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Adcode, By, Instant, Refusal};

/// Fewest seats: with two, one trustee's loss or refusal would stop every opening.
pub const SEATS_MIN: usize = 3;
/// Most seats: every city of a large corridor with the joint office and a notary.
pub const SEATS_MAX: usize = 15;

/// How far a committee has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommitteeState {
    /// Seats send the registration of their keys.
    Registering,
    /// Seats deal shares to each other.
    Dealing,
    /// Seats check what was dealt to them and accept or complain.
    Accepting,
    /// It has a key; rounds can be sealed to it.
    Ready,
    /// The ceremony failed.
    Void,
    /// It serves no new rounds any more.
    Retired,
}

impl CommitteeState {
    /// All states, in the order of their course.
    pub const ALL: [CommitteeState; 6] = [
        CommitteeState::Registering,
        CommitteeState::Dealing,
        CommitteeState::Accepting,
        CommitteeState::Ready,
        CommitteeState::Void,
        CommitteeState::Retired,
    ];

    /// The code in database, API and texts.
    pub fn code(self) -> &'static str {
        match self {
            CommitteeState::Registering => "registering",
            CommitteeState::Dealing => "dealing",
            CommitteeState::Accepting => "accepting",
            CommitteeState::Ready => "ready",
            CommitteeState::Void => "void",
            CommitteeState::Retired => "retired",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<CommitteeState> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether its ceremony still goes on.
    pub fn in_ceremony(self) -> bool {
        matches!(self, CommitteeState::Registering | CommitteeState::Dealing | CommitteeState::Accepting)
    }
}

/// Who answers for a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatKind {
    /// A member city.
    City,
    /// The joint office.
    Joint,
    /// A notary; the joint office sends its files.
    Notary,
}

impl SeatKind {
    /// The code in database, API and texts.
    pub fn code(self) -> &'static str {
        match self {
            SeatKind::City => "city",
            SeatKind::Joint => "joint",
            SeatKind::Notary => "notary",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<SeatKind> {
        [SeatKind::City, SeatKind::Joint, SeatKind::Notary].into_iter().find(|kind| kind.code() == code)
    }
}

/// What a seat hands in, step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatStep {
    /// Its public keys with proofs that it holds the secret ones.
    Registration,
    /// Its part of the committee's key, dealt to all seats.
    Deal,
    /// Its acceptance of everybody's deal, or a complaint about one.
    Answer,
}

impl SeatStep {
    /// The code in texts and addresses.
    pub fn code(self) -> &'static str {
        match self {
            SeatStep::Registration => "registration",
            SeatStep::Deal => "deal",
            SeatStep::Answer => "answer",
        }
    }

    /// The step a state of the committee waits for.
    pub fn of(state: CommitteeState) -> Option<SeatStep> {
        match state {
            CommitteeState::Registering => Some(SeatStep::Registration),
            CommitteeState::Dealing => Some(SeatStep::Deal),
            CommitteeState::Accepting => Some(SeatStep::Answer),
            _ => None,
        }
    }
}

/// One seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Its place in the ceremony, from 1.
    pub number: i64,
    /// Who answers for it.
    pub kind: SeatKind,
    /// Its city.
    pub city: Option<Adcode>,
    /// Its Chinese name.
    pub name: String,
    /// Its English name.
    pub name_en: String,
    /// Its registration, as it was sent.
    pub registration: Option<String>,
    /// Its deal, as it was sent.
    pub deal: Option<String>,
    /// Its acceptance or proven complaint, as it was sent.
    pub answer: Option<String>,
}

impl Seat {
    /// What it has handed in for a step.
    pub fn handed_in(&self, step: SeatStep) -> Option<&str> {
        match step {
            SeatStep::Registration => self.registration.as_deref(),
            SeatStep::Deal => self.deal.as_deref(),
            SeatStep::Answer => self.answer.as_deref(),
        }
    }
}

/// A committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee {
    /// Opaque id; the id of its ceremony.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// Origin of the journal that its rounds stand in.
    pub origin: String,
    /// How many seats open together.
    pub threshold: i64,
    /// How far it has come.
    pub state: CommitteeState,
    /// Its seats, in order.
    pub seats: Vec<Seat>,
    /// The plan, once every seat has registered.
    pub plan: Option<String>,
    /// The key that rounds are sealed to, hexadecimal, once it is ready.
    pub key: Option<String>,
    /// Hash of what all seats have accepted, plan and deals, hexadecimal, once it is ready.
    pub transcript_hash: Option<String>,
    /// The seat that was proven to have lied, where that voided it.
    pub liar: Option<i64>,
    /// Why the joint office gave it up or retired it; may be empty.
    pub reason: String,
    /// The officer who drafted it.
    pub drafted_by: String,
    /// From the demo.
    pub demo: bool,
    /// When it was drafted.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
    /// When it became ready.
    pub ready_ms: Option<i64>,
    /// When it was voided or retired.
    pub ended_ms: Option<i64>,
}

impl Committee {
    /// One of its seats.
    ///
    /// # Errors
    /// Not found.
    pub fn seat(&self, number: i64) -> Result<&Seat, Refusal> {
        self.seats.iter().find(|seat| seat.number == number).ok_or_else(Refusal::not_found)
    }

    /// The step every seat is asked for now, if any.
    pub fn step(&self) -> Option<SeatStep> {
        SeatStep::of(self.state)
    }

    /// Whether a seat still owes what is asked for now.
    pub fn waits_for(&self, seat: &Seat) -> bool {
        self.step().is_some_and(|step| seat.handed_in(step).is_none())
    }
}

/// What the joint office writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitteeDraft {
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// Codes of the cities that hold a seat.
    pub cities: Vec<String>,
    /// Whether the joint office holds one.
    pub joint: bool,
    /// Name of the notary that holds one; empty for none.
    pub notary: String,
    /// How many seats open together.
    pub threshold: String,
}

/// Drafts a committee; its seats are asked for their registrations.
///
/// `city_name` gives both names of a member city.
///
/// # Errors
/// `needed`, `demo-name`, `city-not-member`, `seat-twice`, `seats-few`, `seats-many`, `threshold-shape`, or a text rule.
pub fn draft(
    id: &str,
    origin: &str,
    draft: &CommitteeDraft,
    city_name: &impl Fn(Adcode) -> Option<(String, String)>,
    by: By<'_>,
) -> Result<Committee, Refusal> {
    let name = needed(&draft.name, TITLE_CHARS_MAX, "name")?;
    let name_en = line(&draft.name_en, TITLE_CHARS_MAX, "name_en")?;
    named_as_example(by.demo, &name, "name")?;
    let seats = seats(draft, city_name)?;
    let threshold = threshold(&draft.threshold, seats.len())?;
    Ok(Committee {
        id: id.to_owned(),
        name,
        name_en,
        origin: origin.to_owned(),
        threshold,
        state: CommitteeState::Registering,
        seats,
        plan: None,
        key: None,
        transcript_hash: None,
        liar: None,
        reason: String::new(),
        drafted_by: by.account.to_owned(),
        demo: by.demo,
        created_ms: by.now.ms(),
        updated_ms: by.now.ms(),
        ready_ms: None,
        ended_ms: None,
    })
}

fn seats(
    draft: &CommitteeDraft,
    city_name: &impl Fn(Adcode) -> Option<(String, String)>,
) -> Result<Vec<Seat>, Refusal> {
    let mut seats: Vec<Seat> = Vec::new();
    let mut sit = |kind, city, name, name_en| {
        let number = i64::try_from(seats.len() + 1).unwrap_or(i64::MAX);
        seats.push(Seat { number, kind, city, name, name_en, registration: None, deal: None, answer: None });
    };
    let mut seen: Vec<Adcode> = Vec::new();
    for code in &draft.cities {
        let city = Adcode::parse(code).ok().and_then(|city| city_name(city).map(|names| (city, names)));
        let (city, (name, name_en)) = city.ok_or_else(|| city_unknown("cities"))?;
        if seen.contains(&city) {
            return Err(Refusal::invalid(
                "seat-twice",
                "同一城市只能占一个席位，请去掉重复的城市。",
                "A city holds one seat only; remove the repetition.",
            )
            .at("cities"));
        }
        seen.push(city);
        sit(SeatKind::City, Some(city), name, name_en);
    }
    if draft.joint {
        sit(SeatKind::Joint, None, "联席会议办公室".to_owned(), "Joint office".to_owned());
    }
    let notary = line(&draft.notary, TITLE_CHARS_MAX, "notary")?;
    if !notary.is_empty() {
        sit(SeatKind::Notary, None, notary.clone(), notary);
    }
    if seats.len() < SEATS_MIN {
        return Err(Refusal::invalid(
            "seats-few",
            format!("至少需要 {SEATS_MIN} 个席位。请增加城市，或由联席会议办公室、公证机构补足。"),
            format!("At least {SEATS_MIN} seats are needed. Add cities, or let the joint office or a notary fill one."),
        )
        .at("cities"));
    }
    if seats.len() > SEATS_MAX {
        return Err(Refusal::invalid(
            "seats-many",
            format!("最多 {SEATS_MAX} 个席位，请减少。"),
            format!("At most {SEATS_MAX} seats; choose fewer."),
        )
        .at("cities"));
    }
    Ok(seats)
}

/// More than half, so that two groups of seats that can each open always share one; not more than there are.
fn threshold(text: &str, seats: usize) -> Result<i64, Refusal> {
    let least = seats / 2 + 1;
    let refuse = || {
        Refusal::invalid(
            "threshold-shape",
            format!("共 {seats} 个席位，开启所需席位数须为 {least} 至 {seats} 的整数。"),
            format!("With {seats} seats, {least} to {seats} of them open together; write such a number."),
        )
        .at("threshold")
    };
    let number: usize = text.trim().parse().map_err(|_| refuse())?;
    if !(least..=seats).contains(&number) {
        return Err(refuse());
    }
    i64::try_from(number).map_err(|_| refuse())
}

/// The step a seat may hand in now.
///
/// # Errors
/// `committee-step` when the committee waits for something else, `seat-done` when the seat has given it; a
/// registration may be given again while others are missing, because nothing rests on it yet.
pub fn awaited(committee: &Committee, number: i64, step: SeatStep) -> Result<(), Refusal> {
    let seat = committee.seat(number)?;
    if committee.step() != Some(step) {
        return Err(wrong_step(committee.state));
    }
    if step != SeatStep::Registration && seat.handed_in(step).is_some() {
        return Err(Refusal::conflict(
            "seat-done",
            "该席位这一步已经提交，不能更换。请等待其他席位。",
            "This seat has handed in this step, which cannot be replaced. Wait for the other seats.",
        ));
    }
    Ok(())
}

fn wrong_step(state: CommitteeState) -> Refusal {
    let (zh, en) = match state {
        CommitteeState::Registering => (
            "委员会正在登记密钥，请先提交登记文件",
            "The committee is registering keys: hand in the registration first",
        ),
        CommitteeState::Dealing => ("委员会正在分发份额，请提交分发文件", "The committee is dealing: hand in the deal"),
        CommitteeState::Accepting => {
            ("委员会正在核对，请提交确认或投诉文件", "The committee is checking: hand in the acceptance or complaint")
        }
        CommitteeState::Ready => ("委员会已就绪，密钥仪式已经结束", "The committee is ready; its ceremony is over"),
        CommitteeState::Void => ("委员会已作废，请另设新的委员会", "The committee is void; a new one has to be set up"),
        CommitteeState::Retired => {
            ("委员会已停用，请另设新的委员会", "The committee is retired; a new one has to be set up")
        }
    };
    Refusal::conflict("committee-step", format!("{zh}。"), format!("{en}."))
}

/// What a step that was handed in makes of the committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Follows {
    /// Other seats are still missing.
    Waits,
    /// All have registered: the ceremony has a plan.
    Planned(String),
    /// All have dealt.
    Dealt,
    /// All have accepted: the key and the hash of the transcript.
    Ready {
        /// The committee's key, hexadecimal.
        key: String,
        /// Hash of plan and deals, hexadecimal.
        transcript: String,
    },
    /// A complaint proved that a dealer lied.
    Liar(i64),
}

/// Takes in a checked document of a seat. `follows` is what the engine made of it; the state moves with it.
///
/// # Errors
/// As [`awaited`].
pub fn hand_in(
    old: &Committee,
    number: i64,
    step: SeatStep,
    document: &str,
    follows: &Follows,
    now: Instant,
) -> Result<Committee, Refusal> {
    awaited(old, number, step)?;
    let mut next = Committee { updated_ms: now.ms(), ..old.clone() };
    for seat in next.seats.iter_mut().filter(|seat| seat.number == number) {
        let place = match step {
            SeatStep::Registration => &mut seat.registration,
            SeatStep::Deal => &mut seat.deal,
            SeatStep::Answer => &mut seat.answer,
        };
        *place = Some(document.to_owned());
    }
    match follows {
        Follows::Waits => {}
        Follows::Planned(plan) => {
            next.plan = Some(plan.clone());
            next.state = CommitteeState::Dealing;
        }
        Follows::Dealt => next.state = CommitteeState::Accepting,
        Follows::Ready { key, transcript } => {
            next.key = Some(key.clone());
            next.transcript_hash = Some(transcript.clone());
            next.state = CommitteeState::Ready;
            next.ready_ms = Some(now.ms());
        }
        Follows::Liar(seat) => {
            next.liar = Some(*seat);
            next.state = CommitteeState::Void;
            next.ended_ms = Some(now.ms());
        }
    }
    Ok(next)
}

/// Gives up a ceremony that does not come to its end: a trustee is gone, or a key was lost.
///
/// # Errors
/// `committee-settled` when the ceremony is over, `needed` without a reason.
pub fn give_up(old: &Committee, reason: &str, now: Instant) -> Result<Committee, Refusal> {
    if !old.state.in_ceremony() {
        return Err(Refusal::conflict(
            "committee-settled",
            "密钥仪式已经结束，不能中止。已就绪的委员会可以停用。",
            "The ceremony is over and cannot be given up. A committee that is ready can be retired.",
        ));
    }
    ended(old, CommitteeState::Void, reason, now)
}

/// Retires a committee: no further round is sealed to it.
///
/// # Errors
/// `committee-not-ready`, `needed` without a reason.
pub fn retire(old: &Committee, reason: &str, now: Instant) -> Result<Committee, Refusal> {
    ready(old)?;
    ended(old, CommitteeState::Retired, reason, now)
}

fn ended(old: &Committee, state: CommitteeState, reason: &str, now: Instant) -> Result<Committee, Refusal> {
    let reason = needed(reason, ABSTRACT_CHARS_MAX, "reason")?;
    Ok(Committee { state, reason, ended_ms: Some(now.ms()), updated_ms: now.ms(), ..old.clone() })
}

/// Only a committee that is ready serves a round.
///
/// # Errors
/// `committee-not-ready`.
pub fn ready(committee: &Committee) -> Result<&str, Refusal> {
    match (&committee.key, committee.state) {
        (Some(key), CommitteeState::Ready) => Ok(key),
        _ => Err(Refusal::conflict(
            "committee-not-ready",
            "该开启委员会尚未就绪或已停用，请选择已就绪的委员会。",
            "This opening committee is not ready, or is retired. Choose one that is ready.",
        )
        .at("committee")),
    }
}
