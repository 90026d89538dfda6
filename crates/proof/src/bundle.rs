//! A whole log in one file: a line about the log, then one line per leaf, its bytes as they are hashed.
//!
//! Whoever has the file checks it without our database and without us: hash the lines, build the tree, compare the root
//! with the signed checkpoint, and the checkpoint's key with the one he has kept.

use crate::note::{self, Checkpoint, PublicKey, Signs};
use crate::tree::Tiles;
use crate::{Digest, ProofError, leaf, malformed, tree, wrong};
use std::io::BufRead;

/// The name and version of the format.
pub const FORMAT: &str = "yilang/bundle/v1";
/// Leaves hashed at once.
const CHUNK_LEAVES: usize = 4_096;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The log's keys, the newest last.
    pub keys: Vec<String>,
    /// The signed checkpoint of exactly the leaves that follow, with the cosignatures of witnesses.
    pub checkpoint: String,
    /// The keys of those witnesses.
    pub witnesses: Vec<String>,
    /// The log's keys for second signatures with SM2, the newest last.
    pub sm2_keys: Vec<String>,
    /// The leaf number in the database of the first leaf.
    pub base: i64,
}

impl Head {
    /// The line, without its line break.
    pub fn line(&self) -> String {
        let Head { keys, checkpoint, witnesses, sm2_keys, base } = self;
        let line = serde_json::json!({ "format": FORMAT, "keys": keys, "sm2_keys": sm2_keys, "checkpoint": checkpoint, "witnesses": witnesses, "base": base });
        line.to_string()
    }

    /// Reads the line.
    ///
    /// # Errors
    /// When it is not the first line of a bundle.
    pub fn parse(line: &str) -> Result<Head, ProofError> {
        let bad = || malformed("the first line is not that of a bundle");
        let value: serde_json::Value = serde_json::from_str(line).map_err(|_| bad())?;
        if value["format"] != FORMAT {
            return Err(bad());
        }
        let texts = |name: &str| -> Option<Vec<String>> {
            value[name].as_array()?.iter().map(|key| key.as_str().map(str::to_owned)).collect()
        };
        let later = |name: &str| if value[name].is_null() { Some(Vec::new()) } else { texts(name) };
        Ok(Head {
            keys: texts("keys").ok_or_else(bad)?,
            // Files from before there were witnesses or second signatures name none.
            witnesses: later("witnesses").ok_or_else(bad)?,
            sm2_keys: later("sm2_keys").ok_or_else(bad)?,
            checkpoint: value["checkpoint"].as_str().ok_or_else(bad)?.to_owned(),
            base: value["base"].as_i64().ok_or_else(bad)?,
        })
    }
}

/// What a checked bundle holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What the checkpoint says.
    pub checkpoint: Checkpoint,
    /// Which key signed it.
    pub key: String,
    /// The keys of the witnesses that have cosigned it, as far as their signatures hold.
    pub witnesses: Vec<String>,
    /// The SM2 keys of the log that have signed it too.
    pub sm2: Vec<String>,
    /// Leaves that can be read.
    pub public: u64,
    /// Leaves that are commitments.
    pub protected: u64,
}

/// What the reader of a bundle has from elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trust<'a> {
    /// The log's verifier key; without one the bundle's own is used, which shows that the file is whole but not whose.
    pub key: Option<&'a PublicKey>,
    /// Keys of witnesses, each of which must have cosigned; without any the bundle's own are used.
    pub witnesses: &'a [PublicKey],
    /// The log's SM2 key, which must have signed too; without one those of the bundle are used, if they have signed.
    pub sm2: Option<&'a PublicKey>,
    /// An older or equal checkpoint somebody has kept: the log must continue it.
    pub against: Option<&'a Checkpoint>,
}

/// Checks a bundle: every leaf, the tree, the signatures; against what the reader has from elsewhere.
///
/// # Errors
/// The first thing that does not hold, with the number of the leaf where one is at fault.
pub fn check(file: impl BufRead, trust: Trust<'_>) -> Result<Checked, ProofError> {
    let Trust { key, against, .. } = trust;
    let mut lines = file.lines().map(|line| line.map_err(|error| malformed(error.to_string())));
    let head = Head::parse(&lines.next().ok_or_else(|| malformed("the file is empty"))??)?;
    let checkpoint = Checkpoint::parse(&head.checkpoint)?;
    let keys = match key {
        Some(key) => vec![key.clone()],
        None => head.keys.iter().map(|key| PublicKey::parse(key)).collect::<Result<_, _>>()?,
    };
    let signed = keys.iter().find(|key| key.signs() == Signs::Log && key.check(&head.checkpoint).is_ok());
    let signed = signed.ok_or_else(|| wrong("the checkpoint is not signed by the log's key"))?;
    if signed.name() != checkpoint.origin {
        return Err(wrong(format!("the key of {} does not sign for {}", signed.name(), checkpoint.origin)));
    }
    let witnesses = cosigned(&head, trust.witnesses)?;
    let sm2 = signed_twice(&head, trust.sm2, &checkpoint)?;
    let mut reading = Reading::new(against, &checkpoint)?;
    for line in lines {
        reading.take(&line?)?;
    }
    reading.flush()?;
    reading.end(&checkpoint)?;
    Ok(Checked { checkpoint, key: signed.text(), witnesses, sm2, public: reading.public, protected: reading.protected })
}

/// The SM2 keys whose signature holds: the one that is asked for, or those of the file that have signed.
fn signed_twice(head: &Head, asked: Option<&PublicKey>, checkpoint: &Checkpoint) -> Result<Vec<String>, ProofError> {
    let keys = match asked {
        Some(key) => vec![key.clone()],
        None => head.sm2_keys.iter().map(|key| PublicKey::parse(key)).collect::<Result<_, _>>()?,
    };
    let mut signed = Vec::new();
    for key in keys {
        if key.signs() != Signs::LogSm2 || key.name() != note::sm2_name(&checkpoint.origin) {
            return Err(wrong(format!("{} is not an SM2 key of {}", key.name(), checkpoint.origin)));
        }
        if asked.is_some() {
            key.check(&head.checkpoint)?;
        }
        if key.checked_if_there(&head.checkpoint)? {
            signed.push(key.text());
        }
    }
    Ok(signed)
}

/// The witnesses whose cosignature holds: all that are asked for, or all that the file names.
fn cosigned(head: &Head, asked: &[PublicKey]) -> Result<Vec<String>, ProofError> {
    let named: Vec<PublicKey>;
    let keys = if asked.is_empty() {
        named = head.witnesses.iter().map(|key| PublicKey::parse(key)).collect::<Result<_, _>>()?;
        &named
    } else {
        asked
    };
    let check = |key: &PublicKey| match key.signs() {
        Signs::Witness => key.check(&head.checkpoint).map(|_| key.text()),
        Signs::Log | Signs::LogSm2 => Err(wrong(format!("{} is the key of a log, not of a witness", key.name()))),
    };
    keys.iter().map(check).collect()
}

struct Reading<'a> {
    tiles: Tiles,
    size: u64,
    waiting: Vec<Digest>,
    public: u64,
    protected: u64,
    against: Option<&'a Checkpoint>,
}

impl<'a> Reading<'a> {
    fn new(against: Option<&'a Checkpoint>, whole: &Checkpoint) -> Result<Reading<'a>, ProofError> {
        if let Some(kept) = against {
            if kept.origin != whole.origin {
                return Err(wrong(format!("the kept checkpoint is of {}, this log is {}", kept.origin, whole.origin)));
            }
            if kept.size > whole.size {
                return Err(wrong(format!("the log has {} leaves, the kept checkpoint {}", whole.size, kept.size)));
            }
        }
        Ok(Reading { tiles: Tiles::default(), size: 0, waiting: Vec::new(), public: 0, protected: 0, against })
    }

    fn take(&mut self, line: &str) -> Result<(), ProofError> {
        let number = self.size + self.waiting.len() as u64;
        let value: serde_json::Value =
            serde_json::from_str(line).map_err(|_| malformed(format!("leaf {number} is not JSON")))?;
        if value.get("protected").is_some() {
            self.protected += 1
        } else {
            self.public += 1
        }
        self.waiting.push(leaf::hash(line.as_bytes()));
        let until_kept = self.against.map_or(u64::MAX, |kept| kept.size);
        if self.waiting.len() == CHUNK_LEAVES || number + 1 == until_kept {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ProofError> {
        self.tiles.append(self.size, &self.waiting)?;
        self.size += self.waiting.len() as u64;
        self.waiting.clear();
        if let Some(kept) = self.against.filter(|kept| kept.size == self.size)
            && tree::root(self.size, &self.tiles)? != kept.root
        {
            return Err(wrong(format!("the first {} leaves are not those of the kept checkpoint", kept.size)));
        }
        self.tiles.take_changed();
        self.tiles.keep_edge(self.size);
        Ok(())
    }

    fn end(&self, whole: &Checkpoint) -> Result<(), ProofError> {
        if self.size != whole.size {
            return Err(wrong(format!("{} leaves in the file, {} in the checkpoint", self.size, whole.size)));
        }
        if tree::root(self.size, &self.tiles)? != whole.root {
            return Err(wrong("the leaves do not give the root of the checkpoint"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::{SecretKey, sm2_name};

    fn trusting(key: &PublicKey) -> Trust<'_> {
        Trust { key: Some(key), ..Trust::default() }
    }

    fn sm2(seed: u8) -> SecretKey {
        SecretKey::new(&sm2_name("log.example"), Signs::LogSm2, &[seed; 32]).unwrap()
    }

    fn bundle(count: u64) -> (String, SecretKey) {
        let leaves: Vec<String> = (0..count).map(|n| format!("{{\"entry\":{n}}}")).collect();
        let mut tiles = Tiles::default();
        let hashes: Vec<Digest> = leaves.iter().map(|line| leaf::hash(line.as_bytes())).collect();
        tiles.append(0, &hashes).unwrap();
        let key = SecretKey::new("log.example", Signs::Log, &[1; 32]).unwrap();
        let root = tree::root(count, &tiles).unwrap();
        let checkpoint = Checkpoint { origin: "log.example".into(), size: count, root };
        let witness = SecretKey::new("witness.example", Signs::Witness, &[4; 32]).unwrap();
        let lines = note::signature_lines(&witness.cosign(&checkpoint.text(), 7).unwrap()).unwrap();
        let second = sm2(6).sign(&checkpoint.text()).unwrap();
        let lines = [lines, note::signature_lines(&second).unwrap()].concat();
        let head = Head {
            keys: vec![key.public().text()],
            sm2_keys: vec![sm2(6).public().text()],
            checkpoint: note::with_lines(&key.sign(&checkpoint.text()).unwrap(), &lines),
            witnesses: vec![witness.public().text()],
            base: 0,
        };
        (std::iter::once(head.line()).chain(leaves).map(|line| line + "\n").collect(), key)
    }

    #[test]
    fn a_whole_bundle_holds() {
        let (file, key) = bundle(9_000);
        let checked = check(file.as_bytes(), trusting(&key.public())).unwrap();
        assert_eq!((checked.checkpoint.size, checked.public, checked.protected), (9_000, 9_000, 0));
        let (kept, _) = bundle(5_000);
        let kept = Checkpoint::parse(&Head::parse(kept.lines().next().unwrap()).unwrap().checkpoint).unwrap();
        assert!(check(file.as_bytes(), Trust { against: Some(&kept), ..Trust::default() }).is_ok());
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let (file, key) = bundle(300);
        let swapped = file.replace("{\"entry\":7}\n{\"entry\":8}", "{\"entry\":8}\n{\"entry\":7}");
        let cut = file.replace("{\"entry\":299}\n", "");
        let more = format!("{file}{{\"entry\":300}}\n");
        for (bad, why) in [
            (file.replace("{\"entry\":7}", "{\"entry\":70000}"), "root"),
            (swapped, "root"),
            (cut, "299 leaves in the file"),
            (more, "301 leaves in the file"),
            (file.replace("\\n300\\n", "\\n299\\n"), "not signed"),
            (file.replace("bundle/v1", "bundle/v9"), "first line"),
            (file.replace("{\"entry\":9}", "entry"), "leaf 9"),
            (String::new(), "empty"),
        ] {
            assert_ne!(bad, file);
            let error = check(bad.as_bytes(), trusting(&key.public())).unwrap_err().to_string();
            assert!(error.contains(why), "{error} ({why})");
        }
    }

    #[test]
    fn another_log_or_another_past_is_not_taken_for_this_one() {
        let (file, _) = bundle(300);
        let other = SecretKey::new("log.example", Signs::Log, &[2; 32]).unwrap();
        assert!(check(file.as_bytes(), trusting(&other.public())).is_err());
        let kept = |origin: &str, size| Checkpoint { origin: origin.into(), size, root: [1; 32] };
        for (kept, why) in [
            (kept("log.example", 200), "not those of the kept"),
            (kept("log.example", 301), "kept checkpoint 301"),
            (kept("other", 200), "other"),
        ] {
            let error =
                check(file.as_bytes(), Trust { against: Some(&kept), ..Trust::default() }).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_bundle_says_which_witnesses_have_cosigned_it() {
        let (file, _) = bundle(3);
        let witness = |seed| SecretKey::new("witness.example", Signs::Witness, &[seed; 32]).unwrap().public();
        let checked = check(file.as_bytes(), Trust::default()).unwrap();
        assert_eq!(checked.witnesses, [witness(4).text()]);
        let asked = [witness(4)];
        assert!(check(file.as_bytes(), Trust { witnesses: &asked, ..Trust::default() }).is_ok());
        // A witness that the reader asks for must have signed, whatever the file says.
        for missing in [witness(5), SecretKey::new("log.example", Signs::Log, &[1; 32]).unwrap().public()] {
            let asked = [witness(4), missing];
            assert!(check(file.as_bytes(), Trust { witnesses: &asked, ..Trust::default() }).is_err());
        }
        let lying = file.replace(&witness(4).text(), &witness(5).text());
        assert!(check(lying.as_bytes(), Trust::default()).is_err());
        // A file from before there were witnesses.
        let older = file.replace(&format!("\"witnesses\":[\"{}\"]", witness(4).text()), "\"v\":1");
        assert!(older != file && check(older.as_bytes(), Trust::default()).unwrap().witnesses.is_empty());
    }

    #[test]
    fn a_bundle_says_whether_it_is_signed_with_sm2_too() {
        let (file, key) = bundle(3);
        let own = sm2(6).public();
        assert_eq!(check(file.as_bytes(), Trust::default()).unwrap().sm2, [own.text()]);
        let asking = |asked: &PublicKey, file: &str| {
            check(file.as_bytes(), Trust { sm2: Some(asked), ..Trust::default() }).is_ok()
        };
        assert!(asking(&own, &file));
        // The key that the reader asks for must have signed, and must be an SM2 key of this log.
        let elsewhere = SecretKey::new(&sm2_name("other"), Signs::LogSm2, &[6; 32]).unwrap().public();
        assert!(![&sm2(7).public(), &key.public(), &elsewhere].into_iter().any(|asked| asking(asked, &file)));
        // A line that is not what the key signs is noticed without being asked for.
        let head = Head::parse(file.lines().next().unwrap()).unwrap();
        let wrong = sm2(6).sign("another\n").unwrap();
        let line = note::signature_lines(&wrong).unwrap().remove(0);
        let right = note::signature_lines(&head.checkpoint).unwrap().pop().unwrap();
        let lying = Head { checkpoint: head.checkpoint.replace(&right, &line), ..head.clone() };
        let lying = file.replace(&head.line(), &lying.line());
        assert!(lying != file && check(lying.as_bytes(), Trust::default()).is_err());
        // A file from before there were second signatures.
        let older = file.replace(&format!("\"sm2_keys\":[\"{}\"]", own.text()), "\"v\":1");
        assert!(older != file && check(older.as_bytes(), Trust::default()).unwrap().sm2.is_empty());
    }
}
