//! What becomes of a row, given what the house holds under its key and its code.

use super::Problem;
use super::cells::problem;
use kernel::Adcode;
use serde::Serialize;

/// A record that a row may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its id.
    pub object: String,
    /// Digest of the row last taken over, if an import brought it under this key.
    pub digest: Option<String>,
    /// Where it is.
    pub city: Option<Adcode>,
    /// Whether an import may change it: an import brought it, and nobody has claimed or edited it since.
    pub open: bool,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A new record.
    Create,
    /// An earlier import's record is changed.
    Update(String),
    /// The record says so already.
    Unchanged,
    /// The record is left alone; with an id where the key becomes another name for it.
    Kept(Option<String>),
}

/// Decides about one row by what its key and its code (organisations only) lead to.
///
/// # Errors
/// The key and the code lead to different records.
pub fn fate(
    line: usize,
    digest: &str,
    by_key: Option<&Holder>,
    by_code: Option<&Holder>,
) -> Result<Fate, Box<Problem>> {
    match (by_key, by_code) {
        (Some(key), Some(code)) if key.object != code.object => Err(Box::new(problem(
            (line, 1),
            "key-code-differ",
            "uscc",
            "这个 key 和这个统一社会信用代码属于两家不同的机构。请核对是哪一家，改正 key 或代码。",
            "The key and the unified social credit code belong to two different organisations. Find out which one it is and correct the key or the code.",
        ))),
        (Some(holder), _) if holder.digest.as_deref() == Some(digest) => Ok(Fate::Unchanged),
        (Some(holder), _) if holder.open => Ok(Fate::Update(holder.object.clone())),
        (Some(_), _) => Ok(Fate::Kept(None)),
        // The record came another way, or under another key; its own words stand, and the key now means it too.
        (None, Some(holder)) => Ok(Fate::Kept(Some(holder.object.clone()))),
        (None, None) => Ok(Fate::Create),
    }
}

/// Digest of what a row says, whatever line it stands on: FNV-1a with 128 bits. It only spares work, so nothing
/// depends on its being hard to forge.
pub fn digest(row: &impl Serialize) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    // A row always has a JSON form.
    let text = serde_json::to_vec(row).unwrap_or_default();
    let hash = text.iter().fold(OFFSET, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}
