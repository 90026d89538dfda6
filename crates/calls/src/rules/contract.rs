//! Contracts of awards: what is agreed, who owns what comes of it, and the signatures of both sides under the same words.

use super::award::Award;
use super::milestone::Milestone;
use super::{By, REASON_CHARS_MAX, WHOLE_BP};
use kernel::input::{line, needed};
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Fen, Refusal, codes};
use serde::{Deserialize, Serialize};

/// Characters of a contract's number.
pub const NUMBER_CHARS_MAX: usize = 40;
/// Parties that intellectual property is split among.
pub const RIGHTS_MAX: usize = 8;
/// Characters of the number under which a contract is registered.
pub const REGISTRATION_CHARS: std::ops::RangeInclusive<usize> = 8..=32;

codes! {
    /// Who signs.
    Side {
        /// The challenge owner.
        Owner = "owner",
        /// The organisation that leads the team.
        Lead = "lead",
    }
}

/// What one party gets of the intellectual property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Right {
    /// The party, in words.
    pub party: String,
    /// Its share in basis points; all come to 10,000 or to nothing, where words say it.
    pub share_bp: i64,
    /// In words, such as who may licence it; may be empty.
    pub note: String,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The award; it has one contract.
    pub award: String,
    /// The call.
    pub call: String,
    /// Its number (合同编号).
    pub number: String,
    /// What is agreed, in short.
    pub summary: String,
    /// The split of intellectual property.
    pub rights: Vec<Right>,
    /// The number under which the technology contract is registered (技术合同登记编号); empty before.
    pub registration: String,
    /// Raised by every change.
    pub version: i64,
    /// SHA-256 of [`words`], hexadecimal: what both sides sign.
    pub hash: String,
    /// The account that wrote this version.
    pub by: String,
    /// When it was first written.
    pub created_ms: i64,
    /// When its words last changed.
    pub updated_ms: i64,
    /// Since when both sides have signed.
    pub signed_ms: Option<i64>,
}

/// A signature under one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The award.
    pub award: String,
    /// For which side.
    pub side: Side,
    /// What was signed: the hash of the version.
    pub hash: String,
    /// The account that signed.
    pub by: String,
    /// Its name at that time.
    pub by_name: String,
    /// When.
    pub at_ms: i64,
}

/// One right, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RightDraft {
    /// The party; empty for none.
    pub party: String,
    /// Its share in percent, up to two decimals; may be empty where words say it.
    pub share: String,
    /// In words; may be empty.
    pub note: String,
}

/// A contract, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContractDraft {
    /// Its number.
    pub number: String,
    /// What is agreed.
    pub summary: String,
    /// The split of intellectual property.
    pub rights: Vec<RightDraft>,
    /// The number under which it is registered; may be empty.
    pub registration: String,
}

/// Writes a contract, or changes it while not both sides have signed. The hash is the caller's to set, of [`words`].
///
/// # Errors
/// `contract-signed`, `ip-split`, `registration-shape`, or the first field that breaks a rule.
pub fn write(old: Option<&Contract>, award: &Award, draft: &ContractDraft, by: By<'_>) -> Result<Contract, Refusal> {
    if old.is_some_and(|old| old.signed_ms.is_some()) {
        return Err(Refusal::conflict(
            "contract-signed",
            "双方已签署，合同内容不能再改。",
            "Both sides have signed; the contract's words stand.",
        ));
    }
    Ok(Contract {
        award: award.id.clone(),
        call: award.call.clone(),
        number: needed(&draft.number, NUMBER_CHARS_MAX, "number")?,
        summary: needed(&draft.summary, ABSTRACT_CHARS_MAX, "summary")?,
        rights: rights(&draft.rights)?,
        registration: registration(&draft.registration)?,
        version: old.map_or(1, |old| old.version + 1),
        hash: String::new(),
        by: by.account.to_owned(),
        created_ms: old.map_or(by.now.ms(), |old| old.created_ms),
        updated_ms: by.now.ms(),
        signed_ms: None,
    })
}

fn rights(drafts: &[RightDraft]) -> Result<Vec<Right>, Refusal> {
    let typed = drafts.iter().enumerate().filter(|(_, one)| !one.party.trim().is_empty());
    let rights = typed.map(|(at, one)| right(at + 1, one)).collect::<Result<Vec<_>, Refusal>>()?;
    let sum: i64 = rights.iter().map(|right| right.share_bp).sum();
    let told = sum == WHOLE_BP || (sum == 0 && rights.iter().all(|right| !right.note.is_empty()));
    if !rights.is_empty() && rights.len() <= RIGHTS_MAX && told {
        return Ok(rights);
    }
    Err(Refusal::invalid(
        "ip-split",
        format!("请填写 1 至 {RIGHTS_MAX} 方的知识产权归属：比例合计 100%，或都不填比例而逐一说明。"),
        format!("Say how the rights are split among 1 to {RIGHTS_MAX} parties: shares that come to 100 %, or none and words for each."),
    )
    .at("share_1"))
}

fn right(at: usize, draft: &RightDraft) -> Result<Right, Refusal> {
    let field = |name: &str| format!("{name}_{at}");
    let share_bp = match draft.share.trim().trim_end_matches('%') {
        "" => 0,
        // The same shape as an amount: at most two digits after the point.
        share => {
            Fen::parse_yuan(share).map(Fen::get).ok().filter(|bp| (0..=WHOLE_BP).contains(bp)).ok_or_else(|| {
                Refusal::invalid(
                    "share-shape",
                    "比例请填写 0 至 100 之间的数，最多两位小数。",
                    "A share is a number from 0 to 100 with at most two decimals.",
                )
                .at(field("share"))
            })?
        }
    };
    Ok(Right {
        party: line(&draft.party, TITLE_CHARS_MAX, "party").map_err(|no| no.at(field("party")))?,
        share_bp,
        note: line(&draft.note, REASON_CHARS_MAX, "note").map_err(|no| no.at(field("note")))?,
    })
}

/// The number under which a technology contract is registered, as typed; may be empty.
///
/// Registries of different places and years write it differently, so only its shape is checked: 8 to 32 letters, digits
/// and hyphens. Whether it is registered is for whoever asks the registry.
///
/// # Errors
/// `registration-shape`.
pub fn registration(text: &str) -> Result<String, Refusal> {
    let text = text.trim().to_ascii_uppercase();
    let fits = REGISTRATION_CHARS.contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && text.bytes().any(|b| b.is_ascii_digit());
    if text.is_empty() || fits {
        return Ok(text);
    }
    Err(Refusal::invalid(
        "registration-shape",
        "技术合同登记编号为 8 至 32 位字母、数字或连字符，请对照登记证明填写。",
        "The number of registration has 8 to 32 letters, digits and hyphens; copy it from the certificate.",
    )
    .at("registration"))
}

/// The words that both sides sign, in one order for ever: whoever has them can compute the hash.
pub fn words(contract: &Contract, award: &Award, milestones: &[Milestone]) -> String {
    let mut text = format!(
        "yilang contract 1\naward {}\nlead {}\namount_fen {}\nnumber {}\nversion {}\nsummary {}\n",
        award.id,
        award.organisation,
        award.amount.get(),
        contract.number,
        contract.version,
        contract.summary.replace('\n', "\\n")
    );
    for right in &contract.rights {
        text.push_str(&format!("right {} {} {}\n", right.share_bp, right.party, right.note));
    }
    for one in milestones {
        let indicators = one.indicators.replace('\n', "\\n");
        text.push_str(&format!(
            "milestone {} {} {} {}: {indicators}\n",
            one.ord,
            one.months,
            one.amount.get(),
            one.title
        ));
    }
    text
}

/// Signs for a side.
///
/// # Errors
/// `contract-changed` when another version was read, `contract-signed`, `contract-same-hand` when one person would sign
/// for both sides.
pub fn sign(
    contract: &Contract,
    given: &[Signature],
    side: Side,
    hash: &str,
    by: By<'_>,
) -> Result<Signature, Refusal> {
    if hash.trim() != contract.hash {
        return Err(Refusal::conflict(
            "contract-changed",
            "合同已有新版本。请重新阅读后再签署。",
            "There is a newer version of the contract. Read it before you sign.",
        ));
    }
    if contract.signed_ms.is_some() || given.iter().any(|one| one.side == side) {
        return Err(Refusal::conflict("contract-signed", "本方已签署。", "This side has signed already."));
    }
    if given.iter().any(|one| one.by == by.account) {
        return Err(Refusal::conflict(
            "contract-same-hand",
            "双方须由不同的人签署。请由本单位其他有签署授权的成员办理。",
            "Two people sign for the two sides. Ask another member who may sign.",
        ));
    }
    Ok(Signature {
        award: contract.award.clone(),
        side,
        hash: contract.hash.clone(),
        by: by.account.to_owned(),
        by_name: by.name.to_owned(),
        at_ms: by.now.ms(),
    })
}
