//! What makes the journal a record that an outsider can check, without I/O.
//!
//! - [`leaf`]: the one way to write an entry as the bytes of a leaf. A public entry is readable; a protected one is a
//!   commitment that tells nothing, not even its kind.
//! - [`image`]: the after-images that an entry commits to: what every row it wrote looked like afterwards.
//! - [`tree`]: the Merkle tree of RFC 6962 in the tiles of C2SP tlog-tiles, with proofs of inclusion and consistency.
//! - [`note`]: checkpoints (C2SP tlog-checkpoint), promises of inclusion and the cosignatures of witnesses.
//! - [`witness`]: what a log and a witness say to each other (C2SP tlog-witness).
//! - [`bundle`]: a whole log in one file, checked without any database.
//!
//! The format is written down for others in docs/journal-format.md.

pub mod bundle;
pub mod image;
pub mod leaf;
pub mod note;
pub mod tree;
pub mod witness;

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// Bytes of a salt: 128 bits nobody can guess.
pub const SALT_BYTES: usize = 16;

/// A salt.
pub type Salt = [u8; SALT_BYTES];

/// Why something does not hold.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum ProofError {
    /// The text or the bytes are not of the format.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The tree does not hold what was asked for.
    #[error("outside of the tree: {0}")]
    Outside(String),
    /// A hash, a proof or a signature is wrong.
    #[error("{0}")]
    Wrong(String),
}

pub(crate) fn malformed(what: impl Into<String>) -> ProofError {
    ProofError::Malformed(what.into())
}

pub(crate) fn wrong(what: impl Into<String>) -> ProofError {
    ProofError::Wrong(what.into())
}

pub(crate) fn sha256(parts: &[&[u8]]) -> Digest {
    use sha2::Digest as _;
    let mut hasher = sha2::Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}
