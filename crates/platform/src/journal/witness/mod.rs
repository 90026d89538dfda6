//! Witnesses of the log: others, each with a key of its own, who sign a checkpoint once they have seen that the log only
//! grew (C2SP tlog-witness).
//!
//! The operator names them. Each new checkpoint is sent to them beside the node's other work (`feed`); what they sign is
//! kept with the checkpoint (`store`). A witness that is away holds up nothing; one that refuses is told on the pages.

mod feed;
mod store;

pub(crate) use feed::begin;
pub use feed::send_due;
pub(crate) use store::{all as cosignatures, of_checkpoint};

use super::log;
use crate::app::App;
use crate::db::{Conn, Outcome};
use kernel::{Instant, Refusal};
use proof::note::{PublicKey, Signs};
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// Witnesses that can be named at most.
pub const WITNESSES_MAX: usize = 16;
/// A cosigned checkpoint is shown instead of the newest one if it is at most so much older. Otherwise the witnesses are
/// late, and what they have not signed is shown without them.
pub const COSIGNED_LATE_MS: i64 = 60_000;
/// What stands behind an address in a private network.
const PRIVATE: &str = "private";
/// The state of a witness that says that the log does not continue what it has signed.
const REFUSES: &str = "refuses";

/// A witness as the operator names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its verifier key.
    pub key: PublicKey,
    /// The address before `/add-checkpoint`.
    pub url: String,
    /// Whether it may lie in a private network, and do without TLS.
    pub private: bool,
}

/// The witnesses of this node's log.
#[derive(Debug, Default)]
pub struct Witnesses {
    named: Vec<Named>,
    quorum: usize,
    running: Arc<Mutex<()>>,
}

impl Witnesses {
    /// Reads what the operator has written: witnesses with a semicolon or a line break between them, each a verifier
    /// key, an address and, for one in a private network, the word `private`. A checkpoint that `quorum` of them have
    /// signed counts as cosigned.
    ///
    /// # Errors
    /// `witnesses` for what cannot be read; `witness-quorum` for one that is no number from 1 to that of the witnesses.
    pub fn parse(text: &str, quorum: usize) -> Result<Witnesses, Refusal> {
        let lines = text.split([';', '\n']).map(str::trim).filter(|line| !line.is_empty());
        let named: Vec<Named> = lines.map(named).collect::<Result<_, _>>()?;
        let mut keys: Vec<String> = named.iter().map(|witness| witness.key.text()).collect();
        keys.sort();
        keys.dedup();
        if keys.len() < named.len() || named.len() > WITNESSES_MAX {
            return Err(refused("each key once", "同一公钥只写一次，至多 16 个"));
        }
        if !named.is_empty() && !(1..=named.len()).contains(&quorum) {
            return Err(Refusal::invalid(
                "witness-quorum",
                format!("见证数量须为 1 至 {}，即已列出的见证方数。", named.len()),
                format!("The quorum is a number from 1 to {}, the number of witnesses that are named.", named.len()),
            ));
        }
        Ok(Witnesses { named, quorum, running: Arc::default() })
    }

    /// The witnesses of this node; none while nobody has named any.
    pub fn of(app: &App) -> Arc<Witnesses> {
        app.extension::<Witnesses>().unwrap_or_default()
    }

    /// How many must have signed for a checkpoint to count as cosigned; 0 when none are named.
    pub fn quorum(&self) -> usize {
        if self.named.is_empty() { 0 } else { self.quorum }
    }

    /// Who they are.
    pub fn named(&self) -> &[Named] {
        &self.named
    }
}

fn named(line: &str) -> Result<Named, Refusal> {
    let mut words = line.split_whitespace();
    let (key, url, last) = (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next());
    let key = PublicKey::parse(key).ok().filter(|key| key.signs() == Signs::Witness);
    let key = key.ok_or_else(|| refused("no verifier key of a witness", "不是见证方的验证公钥"))?;
    let private = last == Some(PRIVATE);
    if words.next().is_some() || (last.is_some() && !private) {
        return Err(refused("after the address only the word private", "网址之后只能写 private"));
    }
    let parsed = url::Url::parse(url).ok().filter(|url| url.has_host() && url.query().is_none());
    let good = parsed.is_some_and(|url| match url.scheme() {
        "https" => true,
        // The word says that the operator knows where it leads.
        "http" => private,
        _ => false,
    });
    if !good {
        return Err(refused(
            "an address begins with https://, or with http:// if private follows",
            "网址以 https:// 开头，内网地址可用 http:// 并加 private",
        ));
    }
    Ok(Named { key, url: url.trim_end_matches('/').to_owned(), private })
}

fn refused(en: &str, zh: &str) -> Refusal {
    Refusal::invalid(
        "witnesses",
        format!("见证方写作“公钥 网址”，多个之间用分号隔开：{zh}。"),
        format!("A witness is a verifier key and an address, with semicolons between them: {en}."),
    )
}

/// How a witness stands to the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WitnessStanding {
    /// Its verifier key (C2SP signed-note).
    pub key: String,
    /// Its name.
    pub name: String,
    /// `agrees`; `waiting` before its first answer; `late` when it does not answer; `wrong` when it answers without a
    /// signature that holds; `stranger` when it does not know this log or its key; `refuses` when it says that the log
    /// does not continue what it has signed before.
    pub state: String,
    /// Leaves of the newest tree that it has signed, as far as this house knows.
    pub size: u64,
    /// When it last signed.
    pub agreed_ms: Option<i64>,
    /// When it was last asked.
    pub asked_ms: Option<i64>,
}

impl WitnessStanding {
    /// The key of the state's text. A state is one of the words above, written by this program alone.
    pub(crate) fn text_key(&self) -> &'static str {
        match self.state.as_str() {
            "agrees" => "journal-witness-agrees",
            "late" => "journal-witness-late",
            "wrong" => "journal-witness-wrong",
            "stranger" => "journal-witness-stranger",
            REFUSES => "journal-witness-refuses",
            _ => "journal-witness-waiting",
        }
    }
}

/// How the log is witnessed.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Witnessing {
    /// How many must have signed for a checkpoint to count as cosigned; 0 when no witnesses are named.
    pub quorum: usize,
    /// The newest checkpoint that so many have signed.
    pub cosigned: Option<Cosigned>,
    /// The witnesses.
    pub witnesses: Vec<WitnessStanding>,
}

impl Witnessing {
    /// Whether a witness says that the log does not continue what it has signed.
    pub fn refused(&self) -> bool {
        self.witnesses.iter().any(|witness| witness.state == REFUSES)
    }
}

/// A cosigned checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cosigned {
    /// Leaves.
    pub size: u64,
    /// When its tree was fixed.
    pub at_ms: i64,
    /// Witnesses that have signed it.
    pub count: usize,
}

/// How the log is witnessed now.
///
/// # Errors
/// Database faults.
pub async fn witnessing(app: &App, conn: &Conn) -> Outcome<Witnessing> {
    let witnesses = Witnesses::of(app);
    let Some(log) = log::newest(conn).await? else { return Ok(Witnessing::default()) };
    let mut standings = Vec::with_capacity(witnesses.named().len());
    for named in witnesses.named() {
        let row = store::row(conn, &log.origin, &named.key.text()).await?;
        standings.push(WitnessStanding {
            key: named.key.text(),
            name: named.key.name().to_owned(),
            state: row.as_ref().map_or("waiting", |row| row.state.as_str()).to_owned(),
            size: row.as_ref().filter(|row| row.agreed_ms.is_some()).map_or(0, |row| row.size),
            agreed_ms: row.as_ref().and_then(|row| row.agreed_ms),
            asked_ms: row.map(|row| row.asked_ms),
        });
    }
    let quorum = witnesses.quorum();
    let cosigned = if quorum == 0 { None } else { store::newest_cosigned(conn, &log.origin, quorum, None).await? };
    Ok(Witnessing { quorum, cosigned, witnesses: standings })
}

/// How old the newest checkpoints are, for the node's figures.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ages {
    /// Seconds since the newest signed checkpoint.
    pub(crate) checkpoint_s: i64,
    /// Seconds since the newest cosigned one, or since the log was opened while there is none; 0 without witnesses.
    pub(crate) cosigned_s: i64,
    /// Witnesses that refuse.
    pub(crate) refusing: usize,
}

/// How old the newest checkpoints are.
///
/// # Errors
/// Database faults.
pub(crate) async fn ages(app: &App, conn: &Conn, now: Instant) -> Outcome<Ages> {
    let Some(log) = log::newest(conn).await? else { return Ok(Ages::default()) };
    let since = |ms: i64| (now.ms() - ms).max(0) / 1_000;
    let published = log::published(conn, &log.origin).await?;
    let witnessing = witnessing(app, conn).await?;
    let cosigned_ms = witnessing.cosigned.map_or(log.opened_ms, |cosigned| cosigned.at_ms);
    Ok(Ages {
        checkpoint_s: since(published.map_or(log.opened_ms, |published| published.at_ms)),
        cosigned_s: if witnessing.quorum == 0 { 0 } else { since(cosigned_ms) },
        refusing: witnessing.witnesses.iter().filter(|witness| witness.state == REFUSES).count(),
    })
}

/// The size of the checkpoint to show: the newest one that enough witnesses have signed, unless they are late.
pub(super) async fn shown_size(conn: &Conn, origin: &str, newest_ms: i64, quorum: usize) -> Outcome<Option<u64>> {
    if quorum == 0 {
        return Ok(None);
    }
    let since = Some(newest_ms - COSIGNED_LATE_MS);
    Ok(store::newest_cosigned(conn, origin, quorum, since).await?.map(|cosigned| cosigned.size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proof::note::SecretKey;

    fn key(name: &str, signs: Signs) -> String {
        SecretKey::new(name, signs, &[7; 32]).unwrap().public().text()
    }

    #[test]
    fn witnesses_are_read_as_the_operator_writes_them() {
        let (one, two) = (key("one.example", Signs::Witness), key("two.example", Signs::Witness));
        let text = format!(" {one} https://one.example/w/ ;\n{two} http://10.0.0.7:8070 private\n");
        let read = Witnesses::parse(&text, 2).unwrap();
        assert_eq!(read.quorum(), 2);
        let [first, second] = read.named() else { panic!("{read:?}") };
        assert_eq!((first.url.as_str(), first.private), ("https://one.example/w", false));
        assert_eq!((second.key.name(), second.private), ("two.example", true));
        assert_eq!(Witnesses::parse("", 1).unwrap().quorum(), 0);
        for (text, quorum, code) in [
            (text.as_str(), 0, "witness-quorum"),
            (&text, 3, "witness-quorum"),
            ("x https://one.example", 1, "witnesses"),
            (&one, 1, "witnesses"),
            (&format!("{one} http://one.example"), 1, "witnesses"),
            (&format!("{one} https://one.example public"), 1, "witnesses"),
            (&format!("{one} https://one.example private x"), 1, "witnesses"),
            (&format!("{one} ftp://one.example private"), 1, "witnesses"),
            (&format!("{one} https://one.example?x=1"), 1, "witnesses"),
            (&format!("{one} https://one.example;{one} https://two.example"), 1, "witnesses"),
            (&format!("{} https://one.example", key("one.example", Signs::Log)), 1, "witnesses"),
        ] {
            assert_eq!(Witnesses::parse(text, quorum).unwrap_err().code, code, "{text}");
        }
    }
}
