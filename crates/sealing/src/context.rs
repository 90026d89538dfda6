//! What an envelope is for.
//!
//! Its bytes are bound into the envelope's proof and key, so that an envelope cannot be moved to another round, another
//! committee, other rules, another deadline or another sender.

use crate::error::shape;
use crate::{Digest, Part, Point, SealingError};

/// Largest size of a context in bytes.
pub const CONTEXT_BYTES_MAX: usize = 1_024;

/// Largest size of a name in it, in bytes.
pub const NAME_BYTES_MAX: usize = 200;

/// Latest time: what a JavaScript number holds exactly, in milliseconds since 1970.
pub const CLOSES_MS_MAX: u64 = (1 << 53) - 1;

const TITLE: &str = "yilang-sealing/1 context";

/// What an envelope is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The name of the house's journal.
    pub origin: String,
    /// The round.
    pub round: String,
    /// The ceremony in which the committee made its key.
    pub committee: String,
    /// The committee's key.
    pub key: Point,
    /// SHA-256 of the text of the round's rules.
    pub rules: Digest,
    /// When the round closes, in milliseconds since 1970.
    pub closes_ms: u64,
    /// The sender's pseudonym in this round.
    pub sender: String,
}

impl Context {
    /// The one way to write it.
    ///
    /// # Errors
    /// When a name is empty, too long, begins or ends with a blank, or holds a control character; when the time is beyond
    /// [`CLOSES_MS_MAX`].
    pub fn bytes(&self) -> Result<Vec<u8>, SealingError> {
        for (name, value) in self.names() {
            check_name(Part::Context, name, value)?;
        }
        if self.closes_ms > CLOSES_MS_MAX {
            return Err(shape(Part::Context, "closes is too late"));
        }
        let text = format!(
            "{TITLE}\norigin {}\nround {}\ncommittee {}\nkey {}\nrules {}\ncloses {}\nsender {}\n",
            self.origin,
            self.round,
            self.committee,
            hex::encode(self.key.bytes()),
            hex::encode(self.rules),
            self.closes_ms,
            self.sender
        );
        debug_assert!(text.len() <= CONTEXT_BYTES_MAX, "the limits of its names keep it short");
        Ok(text.into_bytes())
    }

    fn names(&self) -> [(&'static str, &str); 4] {
        [("origin", &self.origin), ("round", &self.round), ("committee", &self.committee), ("sender", &self.sender)]
    }

    /// Reads exactly what [`Context::bytes`] writes.
    ///
    /// # Errors
    /// For anything else.
    pub fn parse(bytes: &[u8]) -> Result<Context, SealingError> {
        let bad = |why: &str| shape(Part::Context, why);
        let text = std::str::from_utf8(bytes).map_err(|_| bad("not UTF-8"))?;
        let mut lines = text.strip_suffix('\n').ok_or_else(|| bad("the last line has no end"))?.split('\n');
        if lines.next() != Some(TITLE) {
            return Err(bad("not a context of format 1"));
        }
        let mut next = |name: &str| {
            let line = lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.ok_or_else(|| bad(&format!("the line {name} is missing")))
        };
        let (origin, round, committee) = (next("origin")?, next("round")?, next("committee")?);
        let (key, rules, closes, sender) = (next("key")?, next("rules")?, next("closes")?, next("sender")?);
        let digest = |text: &str| {
            let mut digest = [0; 32];
            hex::decode_to_slice(text, &mut digest).map_err(|_| bad("not 64 hexadecimal digits")).map(|()| digest)
        };
        let context = Context {
            origin: origin.to_owned(),
            round: round.to_owned(),
            committee: committee.to_owned(),
            key: Point::parse(Part::Context, &digest(key)?)?,
            rules: digest(rules)?,
            closes_ms: closes.parse().map_err(|_| bad("closes is not a time in milliseconds"))?,
            sender: sender.to_owned(),
        };
        // Whatever was written in another way (a capital digit, a leading zero, a line more) differs here.
        if context.bytes()? == bytes { Ok(context) } else { Err(bad("not written in the one way")) }
    }

    /// The first field in which another context differs, by its name.
    pub fn differs(&self, other: &Context) -> Option<&'static str> {
        let fields = [
            ("house", self.origin == other.origin),
            ("round", self.round == other.round),
            ("committee", self.committee == other.committee),
            ("key", self.key == other.key),
            ("text of the rules", self.rules == other.rules),
            ("deadline", self.closes_ms == other.closes_ms),
            ("sender", self.sender == other.sender),
        ];
        fields.into_iter().find(|(_, same)| !same).map(|(name, _)| name)
    }
}

/// A name that takes one line and looks like what it is.
pub(crate) fn check_name(part: Part, what: &str, value: &str) -> Result<(), SealingError> {
    let why = if value.is_empty() || value.len() > NAME_BYTES_MAX {
        format!("{what} has 1 to {NAME_BYTES_MAX} bytes")
    } else if value.starts_with(' ') || value.ends_with(' ') {
        format!("{what} begins or ends with a blank")
    } else if value.chars().any(|c| c < ' ' || c == '\u{7f}') {
        format!("{what} holds a control character")
    } else {
        return Ok(());
    };
    Err(shape(part, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::times_first;
    use curve25519_dalek::Scalar;

    fn example() -> Context {
        Context {
            origin: "示例.example/log".into(),
            round: "r1".into(),
            committee: "c1".into(),
            key: Point::of(times_first(&Scalar::from(7u64))).unwrap(),
            rules: [3; 32],
            closes_ms: 1_800_000_000_000,
            sender: "示例甲".into(),
        }
    }

    #[test]
    fn a_context_is_read_as_it_was_written() {
        let bytes = example().bytes().unwrap();
        assert_eq!(Context::parse(&bytes).unwrap(), example());
    }

    #[test]
    fn a_context_that_is_written_otherwise_is_refused() {
        let text = String::from_utf8(example().bytes().unwrap()).unwrap();
        let key = hex::encode(example().key.bytes());
        let others = [
            text.trim_end().to_owned(),
            format!("{text}\n"),
            format!("{text}more x\n"),
            text.replace("closes 1", "closes 01"),
            text.replace("closes 1", "closes +1"),
            text.replace("closes 1800000000000", "closes 9007199254740992"),
            text.replace(&key, &key.to_uppercase()),
            text.replace(&key, &"00".repeat(32)),
            text.replace(&key, &"ff".repeat(32)),
            text.replace("round r1", "round "),
            text.replace("round r1", "round r1 "),
            text.replace("round r1", "round r\u{1}"),
            text.replace("round r1\n", ""),
            text.replace("round r1", &format!("round {}", "x".repeat(201))),
            text.replace("sealing/1", "sealing/2"),
            text.replace('\n', "\r\n"),
        ];
        for other in others {
            assert_ne!(other, text);
            assert!(Context::parse(other.as_bytes()).is_err(), "{other:?}");
        }
        assert!(Context::parse(&[0xff, b'\n']).is_err());
    }

    #[test]
    fn a_context_with_all_names_at_their_longest_fits() {
        let long = Context {
            origin: "o".repeat(200),
            round: "r".repeat(200),
            committee: "c".repeat(200),
            sender: "s".repeat(200),
            ..example()
        };
        let bytes = Context { closes_ms: CLOSES_MS_MAX, ..long }.bytes().unwrap();
        assert!(bytes.len() <= CONTEXT_BYTES_MAX, "{}", bytes.len());
    }

    #[test]
    fn contexts_say_in_what_they_differ() {
        assert_eq!(example().differs(&example()), None);
        assert_eq!(example().differs(&Context { sender: "示例乙".into(), ..example() }), Some("sender"));
        assert_eq!(example().differs(&Context { closes_ms: 1, ..example() }), Some("deadline"));
    }
}
