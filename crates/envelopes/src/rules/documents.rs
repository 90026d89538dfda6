//! Files that leave the house: what a trustee needs to give shares, what he gives, and a whole round for whoever
//! checks it. Each is one JSON object that names its format; unknown fields are refused.

use kernel::Refusal;
use sealing::envelope::Lid;
use sealing::share::SHARE_BYTES;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The format of an opening file.
pub const OPENING: &str = "yilang/opening/v1";
/// The format of a file of shares.
pub const SHARES: &str = "yilang/shares/v1";
/// The format of a whole round.
pub const ROUND: &str = "yilang/round/v1";
/// The journal kind of a closing.
pub const CLOSED: &str = "round.closed";
/// The object kind of a round in the journal.
pub const OBJECT: &str = "round";
/// Bytes of a file that is read: 5,000 lids are below 15 MiB in hexadecimal digits.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What a trustee needs to give shares for a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// [`OPENING`].
    pub format: String,
    /// Origin of the journal.
    pub origin: String,
    /// The round.
    pub round: String,
    /// Its Chinese title, for the trustee to read.
    pub title: String,
    /// SHA-256 of its rules, hexadecimal.
    pub rules_sha256: String,
    /// First moment that was too late for an envelope.
    pub closes_ms: i64,
    /// First moment that is too late for a share.
    pub opens_by_ms: i64,
    /// The committee.
    pub committee: String,
    /// Its key, hexadecimal.
    pub key: String,
    /// How the committee made its key: its transcript with every acceptance.
    pub transcript: Value,
    /// Root of the list, hexadecimal.
    pub root: String,
    /// The lids of the envelopes that count, in the order of the list, hexadecimal.
    pub lids: Vec<String>,
    /// Where the closing stands in the journal.
    pub closing: Closing,
}

/// The entry of a closing, with the proof that it is in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// Number of the entry.
    pub entry: i64,
    /// Its leaf, as it is hashed.
    pub leaf: String,
    /// Its place in the log.
    pub index: u64,
    /// Hashes from the leaf's side up to the root, hexadecimal.
    pub hashes: Vec<String>,
    /// The signed checkpoint of the tree, as a note.
    pub checkpoint: String,
}

/// What the entry of a closing says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingData {
    /// The committee.
    pub committee: String,
    /// First moment that was too late for an envelope.
    pub closes_ms: i64,
    /// Envelopes on the list.
    pub count: i64,
    /// Root of the list, hexadecimal.
    pub root: String,
}

/// The shares of one seat for a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// [`SHARES`].
    pub format: String,
    /// The round.
    pub round: String,
    /// The committee.
    pub committee: String,
    /// The seat, from 1.
    pub seat: i64,
    /// Root of the list, hexadecimal.
    pub root: String,
    /// The shares in the order of the list, hexadecimal.
    pub shares: Vec<String>,
}

/// What became of one envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeLine {
    /// The envelope's hash, hexadecimal.
    pub envelope: String,
    /// SHA-256 of its content, hexadecimal; none where it cannot be opened.
    pub content_sha256: Option<String>,
    /// Why it cannot be opened; none where it was.
    pub reason: Option<String>,
}

/// A whole round, for whoever checks it. Without the sealed contents: shares and contents together are the plaintext,
/// and who may read that is another question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundFile {
    /// [`ROUND`].
    pub format: String,
    /// What trustees were given.
    pub opening: Opening,
    /// The rules.
    pub rules: String,
    /// What each seat gave.
    pub shares: Vec<Shares>,
    /// What became of each envelope, in the order of the list; empty before the opening.
    pub outcomes: Vec<OutcomeLine>,
}

/// Reads one of these files.
///
/// # Errors
/// `document-shape` with where it is wrong, `document-format` for another format, `trustee-secret-refused`.
pub fn read<T: for<'a> Deserialize<'a>>(bytes: &[u8], format: &'static str) -> Result<T, Refusal> {
    if super::ceremony::is_secret(bytes) {
        return Err(super::ceremony::secret_refused());
    }
    if bytes.len() > FILE_BYTES_MAX {
        return Err(shape("too long"));
    }
    let said: Value = serde_json::from_slice(bytes).map_err(|error| shape(&error.to_string()))?;
    if said["format"] != format {
        return Err(Refusal::invalid(
            "document-format",
            format!("这不是所需的文件：格式应为 {format}。请重新下载或重新生成。"),
            format!("This is another file: its format has to be {format}. Fetch or make the right one."),
        )
        .at("file"));
    }
    serde_json::from_value(said).map_err(|error| shape(&error.to_string()))
}

fn shape(why: &str) -> Refusal {
    Refusal::invalid(
        "document-shape",
        format!("文件内容无法读取（{why}）。请使用本系统或 yilang 命令生成的原文件。"),
        format!("The file cannot be read ({why}). Use the file as this site or a yilang command made it."),
    )
    .at("file")
}

/// 32 bytes of hexadecimal digits.
///
/// # Errors
/// `document-shape`.
pub fn digest(text: &str) -> Result<[u8; 32], Refusal> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| shape("not 64 hexadecimal digits"))?;
    Ok(bytes)
}

/// The lids of an opening file.
///
/// # Errors
/// `document-shape`, or what is wrong with a lid.
pub fn lids(opening: &Opening) -> Result<Vec<Lid>, Refusal> {
    let lid = |text: &String| {
        let bytes = hex::decode(text).map_err(|_| shape("a lid is not hexadecimal"))?;
        Lid::parse(&bytes).map_err(|error| super::ceremony::refusal(&error))
    };
    opening.lids.iter().map(lid).collect()
}

/// The shares in a file, one after the other, each of [`SHARE_BYTES`].
///
/// # Errors
/// `document-shape`.
pub fn share_bytes(file: &Shares) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::with_capacity(file.shares.len() * SHARE_BYTES);
    for text in &file.shares {
        let share = hex::decode(text).ok().filter(|share| share.len() == SHARE_BYTES);
        bytes.extend(share.ok_or_else(|| shape("a share is not 196 hexadecimal digits"))?);
    }
    Ok(bytes)
}
