//! Non-disclosure (保密协议): an organisation signs the agreement of a call before its members read the protected details.
//!
//! A signature is bound to the very texts it was given for: when the agreement or the details change, it holds no longer.

use super::By;
use super::call::{Call, CallState};
use kernel::Refusal;
use sha2::{Digest, Sha256};

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Opaque id.
    pub id: String,
    /// The call.
    pub call: String,
    /// The organisation that signed.
    pub organisation: String,
    /// SHA-256 of the agreement, hexadecimal.
    pub agreement_sha256: String,
    /// SHA-256 of the details that it opens, hexadecimal. Nobody is shown it.
    pub details_sha256: String,
    /// Version of the call at that time.
    pub version: i64,
    /// The account that signed.
    pub by: String,
    /// Its name at that time.
    pub by_name: String,
    /// When.
    pub at_ms: i64,
    /// From the demonstration.
    pub demo: bool,
}

/// Whether something of a call is protected.
pub fn is_protected(call: &Call) -> bool {
    !call.details.is_empty()
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// SHA-256 of the agreement of a call, hexadecimal.
pub fn agreement_sha256(call: &Call) -> String {
    sha256(&call.nda)
}

/// Whether a signature is for the texts of a call as they stand.
pub fn holds(call: &Call, signature: &Signature) -> bool {
    signature.call == call.id
        && signature.agreement_sha256 == sha256(&call.nda)
        && signature.details_sha256 == sha256(&call.details)
}

/// Signs for an organisation. `seen` is the hash of the agreement that whoever signs has read, `before` what his
/// organisation has signed already.
///
/// # Errors
/// `nda-none`, `nda-closed`, `nda-owner`, `nda-changed`, `nda-signed`.
pub fn sign(
    id: &str,
    call: &Call,
    organisation: &str,
    seen: &str,
    before: &[Signature],
    by: By<'_>,
) -> Result<Signature, Refusal> {
    if !is_protected(call) {
        return Err(Refusal::conflict(
            "nda-none",
            "该榜单没有保密内容，无需签署。",
            "Nothing of this call is protected; there is nothing to sign.",
        ));
    }
    if call.state_at(by.now) != CallState::Open {
        return Err(Refusal::conflict(
            "nda-closed",
            "榜单已不在揭榜期内，不能再签署保密协议。",
            "The call takes no answers now, so the agreement can no longer be signed.",
        ));
    }
    if organisation == call.owner {
        return Err(Refusal::conflict(
            "nda-owner",
            "出题方无需与自己签署保密协议。",
            "The challenge owner does not sign with himself.",
        ));
    }
    if seen.trim() != sha256(&call.nda) {
        return Err(Refusal::conflict(
            "nda-changed",
            "保密协议已变更，请重新阅读后签署。",
            "The agreement has changed. Read it again before you sign.",
        ));
    }
    if before.iter().any(|one| one.organisation == organisation && holds(call, one)) {
        return Err(Refusal::conflict(
            "nda-signed",
            "本单位已签署，可以直接查阅保密内容。",
            "Your organisation has signed; its members can open the details.",
        ));
    }
    Ok(Signature {
        id: id.to_owned(),
        call: call.id.clone(),
        organisation: organisation.to_owned(),
        agreement_sha256: sha256(&call.nda),
        details_sha256: sha256(&call.details),
        version: call.version,
        by: by.account.to_owned(),
        by_name: by.name.to_owned(),
        at_ms: by.now.ms(),
        demo: call.demo,
    })
}
