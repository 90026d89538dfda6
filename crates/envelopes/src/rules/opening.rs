//! What a trustee checks before he gives a share, and what anybody checks of a round afterwards.

use super::ceremony::refusal;
use super::documents::{CLOSED, Closing, ClosingData, OBJECT, Opening, RoundFile, Shares, digest, lids, share_bytes};
use kernel::{Instant, Refusal};
use proof::note::{Checkpoint, PublicKey, Signs};
use sealing::ceremony::{Committee, Transcript};
use sealing::context::Context;
use sealing::envelope::Lid;
use sealing::share::{SHARE_BYTES, Share};
use sha2::{Digest as _, Sha256};

/// How a round is bound into the contexts of its envelopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding<'a> {
    /// Origin of the journal.
    pub origin: &'a str,
    /// The round.
    pub round: &'a str,
    /// The committee.
    pub committee: &'a str,
    /// Its key, hexadecimal.
    pub key: &'a str,
    /// SHA-256 of the rules, hexadecimal.
    pub rules_sha256: &'a str,
    /// First moment that is too late.
    pub closes_ms: i64,
}

impl Binding<'_> {
    /// The context of one sender's envelopes.
    ///
    /// # Errors
    /// `document-shape` when key or digest are no hexadecimal digits, or what the engine says of the key.
    pub fn context(&self, sender: &str) -> Result<Context, Refusal> {
        let key = sealing::Point::parse(sealing::Part::Context, &digest(self.key)?);
        Ok(Context {
            origin: self.origin.to_owned(),
            round: self.round.to_owned(),
            committee: self.committee.to_owned(),
            key: key.map_err(|error| refusal(&error))?,
            rules: digest(self.rules_sha256)?,
            closes_ms: self.closes_ms.unsigned_abs(),
            sender: sender.to_owned(),
        })
    }

    /// Checks a lid's proof, and that it is for this round, whoever sent it.
    ///
    /// # Errors
    /// `envelope-context` with what differs, `envelope-proof`.
    pub fn check(&self, lid: &Lid) -> Result<(), Refusal> {
        let wanted = self.context(&lid.context().sender)?;
        lid.check_for(&wanted).map_err(|error| refusal(&error))
    }
}

fn binding(opening: &Opening) -> Binding<'_> {
    Binding {
        origin: &opening.origin,
        round: &opening.round,
        committee: &opening.committee,
        key: &opening.key,
        rules_sha256: &opening.rules_sha256,
        closes_ms: opening.closes_ms,
    }
}

/// The committee of an opening file: its transcript is read and checked, and it is the one that the file is about.
///
/// # Errors
/// `opening-committee`, or what the engine says of the transcript.
pub fn committee(opening: &Opening) -> Result<Committee, Refusal> {
    let text = opening.transcript.to_string();
    let transcript = Transcript::parse(text.as_bytes()).map_err(|error| refusal(&error))?;
    let committee = transcript.committee().map_err(|error| refusal(&error))?;
    let same = committee.origin() == opening.origin
        && committee.ceremony() == opening.committee
        && hex::encode(committee.key().bytes()) == opening.key;
    if same {
        return Ok(committee);
    }
    Err(wrong(
        "opening-committee",
        "开启文件中的密钥仪式记录属于另一个委员会。请重新下载本轮的开启文件",
        "The transcript in the opening file is of another committee. Fetch the opening file of this round again",
    ))
}

/// Checks everything about an opening file that a trustee relies on, before he gives a share.
///
/// That the round is over by his own clock, that the journal, signed by the key he trusts, holds the closing with this
/// root, and that every envelope is on the list and proves to be for the round. That the committee is the one he has accepted, his own secret checks when it gives shares.
///
/// # Errors
/// `opening-early`, `opening-journal`, `opening-root`, and what is wrong with a lid.
pub fn check_opening(opening: &Opening, keys: &[PublicKey], own_clock: Instant) -> Result<Vec<Lid>, Refusal> {
    if own_clock.ms() < opening.closes_ms {
        return Err(wrong(
            "opening-early",
            "按本机时钟，本轮尚未截止，不能交份额。请核对本机时钟，或在截止后再试",
            "By this machine's clock the round has not closed; no share is given. Check the clock, or come back later",
        ));
    }
    check_closing(opening, keys)?;
    let lids = lids(opening)?;
    check_root(opening, &lids)?;
    let binding = binding(opening);
    lids.iter().try_for_each(|lid| binding.check(lid))?;
    Ok(lids)
}

fn wrong(code: &'static str, zh: &str, en: &str) -> Refusal {
    Refusal::conflict(code, format!("{zh}。"), format!("{en}."))
}

fn check_root(opening: &Opening, lids: &[Lid]) -> Result<(), Refusal> {
    let hashes: Vec<[u8; 32]> = lids.iter().map(Lid::hash).collect();
    if sealing::list::root(&hashes) == digest(&opening.root)? {
        return Ok(());
    }
    Err(wrong(
        "opening-root",
        "开启文件中的信封与清单的根不符，不能交份额。请重新下载；若仍不符，请告知公证席位",
        "The envelopes in the opening file do not have the root of the list; no share is given. Fetch it again; if it stays so, tell the notary's seat",
    ))
}

/// The journal holds the closing with this very root.
fn check_closing(opening: &Opening, keys: &[PublicKey]) -> Result<(), Refusal> {
    let bad = |why: String| {
        Refusal::conflict(
            "opening-journal",
            format!("无法证明本轮的截止已写入日志（{why}），不能交份额。请稍后重新下载开启文件，并核对日志公钥。"),
            format!(
                "That the journal holds the closing is not proven ({why}); no share is given. Fetch the opening file again and check the log's key."
            ),
        )
    };
    let Closing { leaf, index, hashes, checkpoint: note, .. } = &opening.closing;
    let signed = |key: &&PublicKey| key.signs() == Signs::Log && key.check(note).is_ok();
    let key = keys.iter().find(signed).ok_or_else(|| bad("checkpoint".to_owned()))?;
    let checkpoint = Checkpoint::parse(note).map_err(|error| bad(error.to_string()))?;
    if checkpoint.origin != opening.origin || key.name() != checkpoint.origin {
        return Err(bad("origin".to_owned()));
    }
    let hashes = hashes.iter().map(|hash| digest(hash)).collect::<Result<Vec<_>, _>>()?;
    let hash = proof::leaf::hash(leaf.as_bytes());
    proof::tree::check_inclusion(&hashes, checkpoint.size, &checkpoint.root, *index, &hash)
        .map_err(|error| bad(error.to_string()))?;
    let said: serde_json::Value = serde_json::from_str(leaf).map_err(|error| bad(error.to_string()))?;
    if said["kind"] != CLOSED || said["object"][0] != OBJECT || said["object"][1] != *opening.round {
        return Err(bad("entry".to_owned()));
    }
    let data: ClosingData =
        serde_json::from_str(said["data"].as_str().unwrap_or_default()).map_err(|error| bad(error.to_string()))?;
    let wanted = ClosingData {
        committee: opening.committee.clone(),
        closes_ms: opening.closes_ms,
        count: i64::try_from(opening.lids.len()).unwrap_or(i64::MAX),
        root: opening.root.clone(),
    };
    if data == wanted { Ok(()) } else { Err(bad("list".to_owned())) }
}

/// Checks the shares of one seat: one for every envelope of the list, each with a proof that holds. Takes about a
/// quarter of a millisecond a share.
///
/// # Errors
/// `share-foreign`, `share-count`, `share-seat`, `share-proof` with the number of the envelope.
pub fn check_shares(committee: &Committee, lids: &[Lid], shares: &[u8], seat: i64) -> Result<Vec<Share>, Refusal> {
    if shares.len() != lids.len() * SHARE_BYTES {
        return Err(Refusal::invalid(
            "share-count",
            format!(
                "应交 {} 个份额，文件中有 {} 个。请用最新的开启文件重新生成。",
                lids.len(),
                shares.len() / SHARE_BYTES
            ),
            format!(
                "{} shares are due and the file has {}. Make it again with the newest opening file.",
                lids.len(),
                shares.len() / SHARE_BYTES
            ),
        )
        .at("file"));
    }
    let mut checked = Vec::with_capacity(lids.len());
    for (number, (lid, bytes)) in (1..).zip(lids.iter().zip(shares.chunks_exact(SHARE_BYTES))) {
        let share = Share::parse(bytes).map_err(|error| of_envelope(&refusal(&error), number))?;
        if i64::from(share.seat()) != seat {
            return Err(Refusal::invalid(
                "share-seat",
                format!(
                    "第 {number} 个份额属于第 {} 席，不是所选的第 {seat} 席。请选择正确的席位或文件。",
                    share.seat()
                ),
                format!(
                    "Share {number} is of seat {}, not of seat {seat}. Choose the right seat or file.",
                    share.seat()
                ),
            )
            .at("file"));
        }
        share.check(committee, lid).map_err(|error| of_envelope(&refusal(&error), number))?;
        checked.push(share);
    }
    Ok(checked)
}

fn of_envelope(refusal: &Refusal, number: usize) -> Refusal {
    Refusal {
        zh: format!("第 {number} 个信封：{}", refusal.zh).into(),
        en: format!("Envelope {number}: {}", refusal.en).into(),
        field: Some("file".into()),
        ..refusal.clone()
    }
}

/// Whether a file of shares is for a round and a list.
///
/// # Errors
/// `share-foreign`, `share-seat`, `document-shape`.
pub fn shares_for(file: &Shares, round: &str, committee: &str, root: &str, seat: i64) -> Result<Vec<u8>, Refusal> {
    if file.round != round || file.committee != committee || file.root != root {
        return Err(Refusal::invalid(
            "share-foreign",
            "份额文件属于另一轮次或另一份清单。请下载本轮的开启文件重新生成。",
            "The file of shares is for another round or list. Make it with the opening file of this round.",
        )
        .at("file"));
    }
    if file.seat != seat {
        return Err(Refusal::invalid(
            "share-seat",
            format!("份额文件属于第 {} 席，不是第 {seat} 席。请选择正确的席位或文件。", file.seat),
            format!("The file is of seat {}, not of seat {seat}. Choose the right seat or file.", file.seat),
        )
        .at("file"));
    }
    share_bytes(file)
}

/// What a check of a whole round found to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundChecked {
    /// Envelopes on the list.
    pub envelopes: usize,
    /// Seats whose shares all hold.
    pub seats: Vec<i64>,
    /// Seats that open together.
    pub threshold: usize,
    /// Outcomes that are told.
    pub outcomes: usize,
}

/// Checks a whole round: the committee's transcript, the rules, the closing in the journal, every envelope's proof and
/// every share.
///
/// `keys` are the log's keys; without any, the journal is left out and the caller says so.
///
/// # Errors
/// The first thing that does not hold.
pub fn check_round(file: &RoundFile, keys: &[PublicKey]) -> Result<RoundChecked, Refusal> {
    let opening = &file.opening;
    let committee = &committee(opening)?;
    if hex::encode(Sha256::digest(file.rules.as_bytes())) != opening.rules_sha256 {
        return Err(wrong("rules-digest", "规则文本与其摘要不符", "The rules do not have the digest that is named"));
    }
    if !keys.is_empty() {
        check_closing(opening, keys)?;
    }
    let lids = lids(opening)?;
    check_root(opening, &lids)?;
    let binding = binding(opening);
    for (number, lid) in (1..).zip(&lids) {
        binding.check(lid).map_err(|refusal| of_envelope(&refusal, number))?;
    }
    let mut seats = Vec::new();
    for shares in &file.shares {
        let bytes = shares_for(shares, &opening.round, &opening.committee, &opening.root, shares.seat)?;
        check_shares(committee, &lids, &bytes, shares.seat)?;
        if seats.contains(&shares.seat) {
            return Err(wrong("share-twice", "同一席位交了两次份额", "A seat gave twice"));
        }
        seats.push(shares.seat);
    }
    check_outcomes(file, &lids, seats.len() >= committee.threshold())?;
    Ok(RoundChecked { envelopes: lids.len(), seats, threshold: committee.threshold(), outcomes: file.outcomes.len() })
}

fn check_outcomes(file: &RoundFile, lids: &[Lid], enough: bool) -> Result<(), Refusal> {
    if file.outcomes.is_empty() {
        return Ok(());
    }
    let told: Vec<&str> = file.outcomes.iter().map(|line| line.envelope.as_str()).collect();
    let listed: Vec<String> = lids.iter().map(|lid| hex::encode(lid.hash())).collect();
    let one_fate = file.outcomes.iter().all(|line| line.content_sha256.is_some() != line.reason.is_some());
    if enough && one_fate && told == listed {
        return Ok(());
    }
    Err(wrong(
        "outcomes-list",
        "公布的开启结果与信封清单不一致，或份额不足",
        "The outcomes that are told are not those of the list, or there are too few shares for them",
    ))
}
