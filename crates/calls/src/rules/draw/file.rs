//! The file of a draw: what went in, what was committed and opened, what came out; and its replay.
//!
//! Everybody gets the commitments, values, seed and the hash of the input. Those inside get the input too: answers by their
//! numbers, experts by aliases that mean nothing elsewhere, who may review what, and with a salt, so that nobody can find out
//! from the hash who may not.

use super::{Quotas, commitment, hex32, run, seed};
use crate::rules::call::Choosing;
use kernel::Refusal;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// What a full file says it is.
pub const FILE_FORMAT: &str = "yilang.calls.draw.v1";

/// An expert in the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entrant {
    /// The alias.
    pub alias: String,
    /// Answers at most.
    pub load_max: u32,
    /// The institution, as a number; the same for everybody there.
    pub institution: u32,
    /// The city, as a number.
    pub place: u32,
    /// Works in one of the call's segments.
    pub specialist: bool,
}

/// What goes into a draw. It is fixed before any value is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The call.
    pub call: String,
    /// The draw's number.
    pub number: i64,
    /// Random, so that the hash of the input tells nothing.
    pub salt: String,
    /// Code of a [`Choosing`].
    pub choosing: String,
    /// The cap of a pair's probability in basis points; only with [`Choosing::Capped`].
    pub pair_cap_bp: u32,
    /// What holds for each answer.
    pub quotas: Quotas,
    /// The answers by their numbers, the smallest first.
    pub answers: Vec<i64>,
    /// How many reviewers each of them still needs.
    pub needs: Vec<u32>,
    /// The city of each answer's lead, as a number.
    pub places: Vec<u32>,
    /// The experts in the order of their aliases.
    pub experts: Vec<Entrant>,
    /// For each answer one digit an expert: 1 where the pair may be.
    pub eligible: Vec<String>,
    /// For each answer what each pair is worth, in millionths; empty with [`Choosing::Draw`].
    pub affinity_micro: Vec<Vec<i64>>,
}

/// A commitment with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartOpen {
    /// The seat's number; 0 for the office.
    pub seat: i64,
    /// The commitment.
    pub commitment: String,
    /// The value.
    pub value: String,
}

/// A whole draw, for a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawFile {
    /// [`FILE_FORMAT`].
    pub format: String,
    /// The input as the very text that was hashed.
    pub input: String,
    /// Its SHA-256.
    pub input_sha256: String,
    /// All commitments with their values, in the order of seats.
    pub parts: Vec<PartOpen>,
    /// The seed; empty where none is needed.
    pub seed: String,
    /// For each answer of the input the experts by their places there.
    pub result: Vec<Vec<usize>>,
}

impl Input {
    /// The text that is hashed and kept.
    pub fn text(&self) -> String {
        // Numbers and texts always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the text.
    ///
    /// # Errors
    /// `draw-input`.
    pub fn read(text: &str) -> Result<Input, Refusal> {
        serde_json::from_str(text).map_err(|_| unreadable())
    }

    /// SHA-256 of a text, hexadecimal.
    pub fn sha256(text: &str) -> String {
        hex::encode(Sha256::digest(text.as_bytes()))
    }
}

pub(super) fn unreadable() -> Refusal {
    Refusal::invalid(
        "draw-input",
        "抽取文件无法读取，请重新下载完整文件。",
        "The file of the draw cannot be read; fetch all of it again.",
    )
}

fn differs(what_zh: &str, what_en: &str) -> Refusal {
    Refusal::invalid(
        "draw-differs",
        format!("重放结果不符：{what_zh}。请不要采用这份文件，并通知联席会议办公室。"),
        format!("The replay differs: {what_en}. Do not rely on this file, and tell the joint office."),
    )
}

/// Numbers for texts, the same for the same, in the order in which they first come; an empty text is like no other.
pub fn places<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<u32> {
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut count = 0;
    let mut numbers = Vec::new();
    for text in texts {
        let number = known.get(text).copied().unwrap_or_else(|| {
            count += 1;
            count
        });
        if !text.is_empty() {
            known.insert(text, number);
        }
        numbers.push(number);
    }
    numbers
}

/// The rows of a matrix of yes and no.
pub fn matrix(answers: usize, experts: usize, may: impl Fn(usize, usize) -> bool) -> Vec<String> {
    let row = |answer| (0..experts).map(|expert| if may(answer, expert) { '1' } else { '0' }).collect();
    (0..answers).map(row).collect()
}

/// Replays a whole draw from its file: commitments, hash, seed and result must all be what they say.
///
/// # Errors
/// `draw-input` for a file that is none, `draw-differs` with what differs, and what the terms themselves refuse.
pub fn replay(text: &str) -> Result<Input, Refusal> {
    let file: DrawFile = serde_json::from_str(text).map_err(|_| unreadable())?;
    if file.format != FILE_FORMAT {
        return Err(unreadable());
    }
    if Input::sha256(&file.input) != file.input_sha256 {
        return Err(differs("输入的摘要", "the hash of the input"));
    }
    let input = Input::read(&file.input)?;
    for part in &file.parts {
        if commitment(&input.call, input.number, part.seat, &part.value) != part.commitment {
            return Err(differs("承诺与数值", "a commitment and its value"));
        }
    }
    let seeded = match Choosing::parse(&input.choosing).ok_or_else(unreadable)? {
        choosing if super::needs_seed(choosing) => {
            let values: Vec<(i64, &str)> = file.parts.iter().map(|part| (part.seat, part.value.as_str())).collect();
            let seed = seed(&input.call, input.number, &file.input_sha256, &values);
            if hex::encode(seed) != hex32(&file.seed, "seed")? {
                return Err(differs("随机种子", "the seed"));
            }
            Some(seed)
        }
        _ => None,
    };
    if run(&input, seeded.as_ref())? != file.result {
        return Err(differs("抽取结果", "who was drawn"));
    }
    Ok(input)
}
