//! Choosing reviewers: by lot from a seed that nobody could grind, or by exact assignment.
//!
//! # The seed
//! 1. The office begins a draw and fixes its quotas; with that it commits to a secret value, and so do the seats of the
//!    call's opening committee, each by [`commitment`]. At least the office and as many seats as the committee needs take
//!    part.
//! 2. The office fixes the draw: who may review what, and the commitments, by their hashes, stand in one public entry of
//!    the journal ([`Input`] with its SHA-256). Nobody has seen a pair before that, and nobody can change one afterwards.
//! 3. Everybody who has committed opens the value within [`OPEN_WORKDAYS`] working days. If one does not, the draw is void,
//!    publicly and with the seat named, and a new one begins.
//! 4. The seed is [`seed`] of the hash of the input and all values. Whoever changes one value changes all of it, and as long
//!    as one of the values was secret and random, nobody could choose it.
//!
//! Who opens last knows the draw before the others, and can only let it fail in everybody's sight.
//!
//! # Bytes
//! - A value is 32 bytes, written as 64 small hexadecimal digits.
//! - A commitment is SHA-256 over the UTF-8 text `yilang.calls.draw.commitment.v1` ⏎ call ⏎ number of the draw ⏎ seat ⏎ value
//!   ⏎, where ⏎ is one line feed and seat 0 is the office.
//! - The seed is SHA-256 over `yilang.calls.draw.seed.v1` ⏎ call ⏎ number of the draw ⏎ SHA-256 of the input ⏎, and then
//!   `seat:value` ⏎ for every seat that has committed, in the order of their numbers.
//! - The draw follows from the input and the 32 bytes of the seed by the crate `assignment`, whose documentation has the rest.
//!
//! # Affinity
//! With [`Choosing::Optimal`], [`Choosing::Fair`] and [`Choosing::Capped`] a pair is worth between 0 and 1, in millionths:
//! see [`affinity`]. A draw by lot looks at no affinity.

mod affinity;
mod file;

pub use affinity::{affinity, specialist};
pub use file::{DrawFile, Entrant, FILE_FORMAT, Input, PartOpen, matrix, places, replay};

use super::By;
use super::call::Choosing;
use assignment::{Infeasible, Lots, Problem, Quota, SCORE_UNIT, Terms};
use kernel::{Refusal, codes};
use sha2::{Digest as _, Sha256};

/// Working days in which values are to be opened.
pub const OPEN_WORKDAYS: u32 = 3;
/// The seat number of the office.
pub const OFFICE_SEAT: i64 = 0;
/// Hexadecimal digits of a value, a commitment and a seed.
const HEX_CHARS: usize = 64;
/// Millionths to the units of the crate `assignment`.
const MICRO: i64 = SCORE_UNIT / 1_000_000;

codes! {
    /// Where a draw stands.
    DrawState {
        /// Seats commit.
        Committing = "committing",
        /// Everything is fixed; values are opened.
        Opening = "opening",
        /// All values are open; the house computes.
        Opened = "opened",
        /// Reviewers are assigned.
        Drawn = "drawn",
        /// Given up, or a value was not opened in time.
        Void = "void",
    }
}

/// What holds for the reviewers of each answer, stated when the draw begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Quotas {
    /// Reviewers of one institution at most; 0 for any number.
    pub institution_max: u32,
    /// Reviewers from another city than the lead of the team at least.
    pub away_min: u32,
    /// Reviewers who work in one of the call's segments at least: the stratum that is drawn from first.
    pub specialists_min: u32,
}

impl Default for Quotas {
    fn default() -> Quotas {
        Quotas { institution_max: 1, away_min: 0, specialists_min: 0 }
    }
}

/// A draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// Opaque id.
    pub id: String,
    /// The call.
    pub call: String,
    /// Which review of the call.
    pub attempt: i64,
    /// Its number among all draws of the call, from 1.
    pub number: i64,
    /// How reviewers are chosen.
    pub choosing: Choosing,
    /// What holds for each answer.
    pub quotas: Quotas,
    /// Where it stands.
    pub state: DrawState,
    /// The opening committee whose seats take part; none where no seed is needed.
    pub committee: Option<String>,
    /// Seats that must take part at least, without the office.
    pub seats_min: i64,
    /// The input's text, once it is fixed; only insiders read it.
    pub input: Option<String>,
    /// SHA-256 of that text.
    pub input_sha256: Option<String>,
    /// The seed, once all values are open.
    pub seed: Option<String>,
    /// For each answer in the input the experts by their places there, as JSON.
    pub result: Option<String>,
    /// Until when values are to be opened.
    pub due_ms: Option<i64>,
    /// Why it is void; may be empty.
    pub reason: String,
    /// Who began it.
    pub by: String,
    /// From the demonstration.
    pub demo: bool,
    /// When it was begun.
    pub created_ms: i64,
    /// When it was drawn or became void.
    pub ended_ms: Option<i64>,
}

/// A seat's part in a draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The draw.
    pub draw: String,
    /// The seat's number; [`OFFICE_SEAT`] for the office.
    pub seat: i64,
    /// The commitment.
    pub commitment: String,
    /// The value, once it is open.
    pub value: Option<String>,
    /// Whose account committed.
    pub by: String,
    /// When.
    pub committed_ms: i64,
    /// When the value was opened.
    pub opened_ms: Option<i64>,
}

/// Whether this way of choosing needs a seed.
pub fn needs_seed(choosing: Choosing) -> bool {
    matches!(choosing, Choosing::Draw | Choosing::Capped)
}

/// Hexadecimal digits of 32 bytes.
///
/// # Errors
/// `draw-hex`.
pub fn hex32(text: &str, field: &'static str) -> Result<String, Refusal> {
    let text = text.trim();
    let fits = text.len() == HEX_CHARS && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if fits { Ok(text.to_owned()) } else { Err(not_hex(field)) }
}

fn not_hex(field: &'static str) -> Refusal {
    Refusal::invalid(
        "draw-hex",
        "应为64位小写十六进制字符，请完整复制。",
        "This is 64 hexadecimal digits in small letters; copy all of it.",
    )
    .at(field)
}

/// The commitment to a value.
pub fn commitment(call: &str, number: i64, seat: i64, value: &str) -> String {
    let text = format!("yilang.calls.draw.commitment.v1\n{call}\n{number}\n{seat}\n{value}\n");
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The seed of a draw, from the hash of its input and all values by seat.
pub fn seed(call: &str, number: i64, input_sha256: &str, values: &[(i64, &str)]) -> [u8; 32] {
    let mut values = values.to_vec();
    values.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(format!("yilang.calls.draw.seed.v1\n{call}\n{number}\n{input_sha256}\n").as_bytes());
    for (seat, value) in values {
        hash.update(format!("{seat}:{value}\n").as_bytes());
    }
    hash.finalize().into()
}

/// A seat commits.
///
/// # Errors
/// `draw-step` once the draw is fixed, `draw-hex`, `draw-committed` the second time.
pub fn commit(draw: &Draw, parts: &[Part], seat: i64, text: &str, by: By<'_>) -> Result<Part, Refusal> {
    in_state(draw, DrawState::Committing)?;
    let commitment = hex32(text, "commitment")?;
    if parts.iter().any(|part| part.seat == seat || part.commitment == commitment) {
        return Err(committed());
    }
    Ok(Part {
        draw: draw.id.clone(),
        seat,
        commitment,
        value: None,
        by: by.account.to_owned(),
        committed_ms: by.now.ms(),
        opened_ms: None,
    })
}

/// The refusal of whoever commits second for a seat.
pub fn committed() -> Refusal {
    Refusal::conflict(
        "draw-committed",
        "该席位已作出承诺，不能更改。",
        "This seat has committed; that cannot be changed.",
    )
}

/// Whether enough seats have committed for the draw to be fixed.
///
/// # Errors
/// `draw-seats-few`.
pub fn enough(draw: &Draw, parts: &[Part]) -> Result<(), Refusal> {
    let seats = parts.iter().filter(|part| part.seat != OFFICE_SEAT).count();
    let office = parts.iter().any(|part| part.seat == OFFICE_SEAT);
    if office && i64::try_from(seats).unwrap_or(i64::MAX) >= draw.seats_min {
        return Ok(());
    }
    let min = draw.seats_min;
    Err(Refusal::conflict(
        "draw-seats-few",
        format!("随机抽取须有组织部门和至少 {min} 个席位作出承诺，请等待或催办。"),
        format!(
            "A draw takes the commitments of the office and of at least {min} seats. Wait for them, or remind them."
        ),
    ))
}

/// A seat opens its value; it must be the one that was committed to.
///
/// # Errors
/// `draw-step`, `draw-late`, `draw-hex`, `draw-value` for another value, `draw-open` the second time.
pub fn open(draw: &Draw, part: &Part, value: &str, by: By<'_>) -> Result<Part, Refusal> {
    in_state(draw, DrawState::Opening)?;
    if draw.due_ms.is_some_and(|due| by.now.ms() > due) {
        return Err(Refusal::conflict(
            "draw-late",
            "公开期限已过，本次抽取作废，请等待重新开始。",
            "The time to open is over; this draw is void. A new one will begin.",
        ));
    }
    if part.value.is_some() {
        return Err(Refusal::conflict("draw-open", "该席位的数值已公开。", "This seat's value is open already."));
    }
    let value = hex32(value, "value")?;
    if commitment(&draw.call, draw.number, part.seat, &value) != part.commitment {
        return Err(Refusal::invalid(
            "draw-value",
            "该数值与先前的承诺不符，请核对是否为承诺时保存的数值。",
            "This value is not the one that was committed to. Look for the value you kept then.",
        )
        .at("value"));
    }
    Ok(Part { value: Some(value), opened_ms: Some(by.now.ms()), ..part.clone() })
}

/// Seats that have committed and not opened.
pub fn withheld(parts: &[Part]) -> Vec<i64> {
    parts.iter().filter(|part| part.value.is_none()).map(|part| part.seat).collect()
}

/// The draw must stand where this can happen.
///
/// # Errors
/// `draw-step`.
pub fn in_state(draw: &Draw, state: DrawState) -> Result<(), Refusal> {
    if draw.state == state {
        return Ok(());
    }
    Err(Refusal::conflict(
        "draw-step",
        "抽取已进入下一步，请刷新页面查看。",
        "The draw has gone on. Load the page again to see where it stands.",
    ))
}

/// Becomes void.
pub fn void(draw: &Draw, reason: String, by: By<'_>) -> Draw {
    Draw { state: DrawState::Void, reason, ended_ms: Some(by.now.ms()), ..draw.clone() }
}

/// The terms of an input, for the crate `assignment`.
///
/// # Errors
/// `draw-input` for an input that is none, and the refusals of [`Terms::check`].
pub fn terms(input: &Input) -> Result<Terms, Refusal> {
    let (answers, experts) = (input.answers.len(), input.experts.len());
    let allowed: Vec<bool> = input.eligible.iter().flat_map(|row| row.bytes()).map(|cell| cell == b'1').collect();
    let loads: Vec<u32> = input.experts.iter().map(|expert| expert.load_max).collect();
    let mut terms = Terms {
        proposals: answers,
        reviewers: experts,
        per_proposal: input.needs.clone(),
        load_min: vec![0; experts],
        load_max: loads,
        allowed,
        quotas: Vec::new(),
    };
    let Quotas { institution_max, away_min, specialists_min } = input.quotas;
    if institution_max > 0 {
        let group = input.experts.iter().map(|expert| expert.institution).collect();
        terms.quotas.push(Quota::PerGroup { group, max: institution_max });
    }
    if away_min > 0 {
        let reviewer = input.experts.iter().map(|expert| expert.place).collect();
        terms.quotas.push(Quota::Elsewhere { proposal: input.places.clone(), reviewer, min: away_min });
    }
    if specialists_min > 0 {
        let member = input.experts.iter().map(|expert| expert.specialist).collect();
        let most = input.needs.iter().copied().max().unwrap_or(0);
        terms.quotas.push(Quota::Among { member, min: specialists_min, max: most.max(specialists_min) });
    }
    terms.check()?;
    Ok(terms)
}

/// Whether the input can be met at all.
///
/// # Errors
/// The minimal reason, with answers by their numbers; refusals of [`terms`].
pub fn possible(input: &Input) -> Result<(), Refusal> {
    let terms = terms(input)?;
    let cells = terms.allowed.len();
    let reason = assignment::solve(&Problem::new(terms, vec![0; cells])?).err();
    reason.map_or(Ok(()), |reason| Err(numbered(input, reason)))
}

/// The reason with the answers' own numbers.
fn numbered(input: &Input, mut reason: Infeasible) -> Refusal {
    if let Infeasible::Places { proposals, .. } = &mut reason {
        for place in proposals {
            *place = input.answers.get(*place).and_then(|number| usize::try_from(*number).ok()).unwrap_or(*place);
        }
    }
    reason.refusal()
}

/// The reviewers of each answer, by their places in the input.
///
/// # Errors
/// The minimal reason where it cannot be met; `draw-seed` where a seed is needed and there is none.
pub fn run(input: &Input, seed: Option<&[u8; 32]>) -> Result<Vec<Vec<usize>>, Refusal> {
    let choosing = Choosing::parse(&input.choosing).ok_or_else(file::unreadable)?;
    possible(input)?;
    let terms = terms(input)?;
    let seeded = || seed.map(<[u8; 32]>::as_slice).ok_or_else(no_seed);
    let problem =
        || Problem::new(terms.clone(), input.affinity_micro.iter().flatten().map(|micro| micro * MICRO).collect());
    match choosing {
        Choosing::Draw => assignment::draw(&terms, seeded()?),
        Choosing::Optimal => Ok(assignment::solve(&problem()?).map_err(|reason| numbered(input, reason))?.reviewers),
        Choosing::Fair => {
            let fair = assignment::solve_max_min(&problem()?).map_err(|reason| numbered(input, reason))?;
            Ok(fair.assignment.reviewers)
        }
        Choosing::Capped => {
            let cap = i64::from(input.pair_cap_bp) * (SCORE_UNIT / 10_000);
            Ok(assignment::solve_randomised(&problem()?, cap, seeded()?)?.drawn.reviewers)
        }
    }
}

fn no_seed() -> Refusal {
    Refusal::conflict("draw-seed", "随机种子尚未产生。", "There is no seed yet.")
}

/// Who comes next for an answer.
///
/// Of those who may, still have room, and are not too many of one institution with who is there
/// already, the one with the smallest lot of the same seed ([`Lots::of`] with the places in the input). `room` has for each
/// expert of the input how many answers he still takes.
pub fn next(
    input: &Input,
    seed: &[u8; 32],
    answer: i64,
    room: &[u32],
    present: &[usize],
    gone: &[usize],
) -> Option<usize> {
    let row = input.answers.iter().position(|number| *number == answer)?;
    let eligible = input.eligible.get(row)?.as_bytes();
    let lots = Lots::new(seed);
    let institution = |place: &usize| input.experts.get(*place).map(|expert| expert.institution);
    let fits = |place: &usize| {
        let most = usize::try_from(input.quotas.institution_max).unwrap_or(usize::MAX);
        let same = present.iter().filter(|other| institution(other) == institution(place)).count();
        most == 0 || same < most
    };
    let lot = |place: &usize| {
        let pair = (u32::try_from(row).unwrap_or(u32::MAX), u32::try_from(*place).unwrap_or(u32::MAX));
        (lots.of(pair.0, pair.1), *place)
    };
    let may = |place: &usize| {
        eligible.get(*place) == Some(&b'1')
            && room.get(*place).is_some_and(|room| *room > 0)
            && !present.contains(place)
            && !gone.contains(place)
    };
    (0..input.experts.len()).filter(|place| may(place) && fits(place)).min_by_key(lot)
}
