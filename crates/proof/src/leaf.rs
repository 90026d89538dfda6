//! An entry as the bytes of its leaf.
//!
//! The content of an entry is one line of JSON in the canonical form of RFC 8785: keys in order, no spaces, integers
//! only, `data` as a text that holds JSON again. Personal fields stand in it as commitments, so that a value can be
//! erased without breaking the tree. A public leaf is the content; a protected leaf is
//! `{"protected":"<SHA-256 of salt and content>","v":1}`, always of the same length.

use crate::{Digest, Salt, sha256};

/// Version of the format, in every leaf.
const VERSION: u32 = 1;
/// What commitments begin with, so that no other hash of the house is ever one of them.
const FIELD_TAG: &[u8] = b"yilang/field/v1\0";
const LEAF_TAG: &[u8] = b"yilang/leaf/v1\0";

/// A field that can be erased: its value with its own salt or, once erased, the commitment alone.
#[derive(Debug, Clone, Copy)]
pub enum Personal<'a> {
    /// The value and its salt.
    Kept(&'a str, &'a Salt),
    /// What is left of an erased value.
    Erased(&'a Digest),
}

impl Personal<'_> {
    /// SHA-256 of tag, salt, name, a zero byte and the value.
    pub fn commitment(&self, name: &str) -> Digest {
        match self {
            Personal::Kept(value, salt) => {
                sha256(&[FIELD_TAG, salt.as_slice(), name.as_bytes(), &[0], value.as_bytes()])
            }
            Personal::Erased(commitment) => **commitment,
        }
    }
}

/// Everything a leaf is made of.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The number given at append.
    pub entry: i64,
    /// When, epoch milliseconds.
    pub at_ms: i64,
    /// The request it belongs to.
    pub request: &'a str,
    /// What happened.
    pub kind: &'a str,
    /// To what kind of object.
    pub object_kind: &'a str,
    /// To which one.
    pub object_id: &'a str,
    /// The city it belongs to.
    pub city: Option<&'a str>,
    /// Whether it belongs to a demo.
    pub demo: bool,
    /// Whether the leaf can be read by everybody.
    pub public: bool,
    /// The account that acted.
    pub actor: Personal<'a>,
    /// Its name at that time.
    pub actor_name: Personal<'a>,
    /// What else was kept, JSON as text. Readable in a public leaf, a commitment in a protected one.
    pub data: Personal<'a>,
    /// Digest of the after-images, if rows were written; see [`crate::image::digest`].
    pub images: Option<&'a Digest>,
    /// The salt of a protected leaf.
    pub salt: &'a Salt,
}

impl Record<'_> {
    /// The bytes that are hashed into the tree: one line of text without a line break.
    pub fn bytes(&self) -> String {
        let content = self.content();
        if self.public {
            return content;
        }
        let commitment = sha256(&[LEAF_TAG, self.salt.as_slice(), content.as_bytes()]);
        protected(&commitment)
    }

    /// The leaf's hash in the tree: SHA-256 of a zero byte and the bytes (RFC 6962, 2.1).
    pub fn hash(&self) -> Digest {
        hash(self.bytes().as_bytes())
    }

    fn content(&self) -> String {
        let mut out = String::with_capacity(512);
        out.push_str("{\"actor\":\"");
        out.push_str(&hex::encode(self.actor.commitment("actor")));
        out.push_str("\",\"actor_name\":\"");
        out.push_str(&hex::encode(self.actor_name.commitment("actor_name")));
        out.push_str("\",\"at_ms\":");
        out.push_str(&self.at_ms.to_string());
        out.push_str(",\"city\":");
        out.push_str(&self.city.map_or_else(|| "null".to_owned(), quoted));
        out.push_str(",\"data\":");
        match &self.data {
            Personal::Kept(data, _) if self.public => out.push_str(&quoted(data)),
            data => out.push_str(&quoted(&hex::encode(data.commitment("data")))),
        }
        out.push_str(if self.demo { ",\"demo\":true,\"entry\":" } else { ",\"demo\":false,\"entry\":" });
        out.push_str(&self.entry.to_string());
        out.push_str(",\"images\":");
        out.push_str(&self.images.map_or_else(|| "null".to_owned(), |digest| quoted(&hex::encode(digest))));
        out.push_str(",\"kind\":");
        out.push_str(&quoted(self.kind));
        out.push_str(",\"object\":[");
        out.push_str(&quoted(self.object_kind));
        out.push(',');
        out.push_str(&quoted(self.object_id));
        out.push_str("],\"request\":");
        out.push_str(&quoted(self.request));
        out.push_str(",\"v\":");
        out.push_str(&VERSION.to_string());
        out.push('}');
        out
    }
}

/// The hash of any leaf's bytes in the tree (RFC 6962, 2.1).
pub fn hash(bytes: &[u8]) -> Digest {
    tlog_tiles::record_hash(bytes).0
}

/// The bytes of a protected leaf.
fn protected(commitment: &Digest) -> String {
    format!("{{\"protected\":\"{}\",\"v\":{VERSION}}}", hex::encode(commitment))
}

/// A JSON string as RFC 8785 writes it; `serde_json` escapes exactly what that asks for.
fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: Salt = [7; 16];

    fn record(public: bool) -> Record<'static> {
        Record {
            entry: 12,
            at_ms: 1_700_000_000_000,
            request: "r1",
            kind: "need.published",
            object_kind: "need",
            object_id: "n1",
            city: Some("310117"),
            demo: false,
            public,
            actor: Personal::Kept("a1", &SALT),
            actor_name: Personal::Kept("示例 \"甲\"", &SALT),
            data: Personal::Kept("{\"title\":\"抛光\\n硅片\"}", &SALT),
            images: Some(&[1; 32]),
            salt: &SALT,
        }
    }

    #[test]
    fn a_public_leaf_is_canonical_json_and_names_nobody() {
        let bytes = record(true).bytes();
        let value: serde_json::Value = serde_json::from_str(&bytes).unwrap();
        // serde_json keeps its maps sorted, so writing it again is the canonical form.
        assert_eq!(value.to_string(), bytes);
        assert_eq!(value["object"], serde_json::json!(["need", "n1"]));
        assert_eq!(value["data"], "{\"title\":\"抛光\\n硅片\"}");
        assert!(!bytes.contains('甲') && !bytes.contains("\"a1\""));
    }

    #[test]
    fn a_protected_leaf_tells_nothing_and_is_always_as_long() {
        let bytes = record(false).bytes();
        let longer =
            Record { data: Personal::Kept("{\"much\":\"much more\"}", &SALT), kind: "x", ..record(false) }.bytes();
        assert_eq!(bytes.len(), longer.len());
        assert_ne!(bytes, longer);
        assert!(!bytes.contains("need"));
        // Without its salt the same content is another leaf: nobody can guess a content and compare.
        assert_ne!(bytes, Record { salt: &[8; 16], ..record(false) }.bytes());
    }

    #[test]
    fn an_erased_value_leaves_the_leaf_as_it_was() {
        let kept = record(false);
        let left = kept.data.commitment("data");
        assert_eq!(kept.bytes(), Record { data: Personal::Erased(&left), ..kept }.bytes());
        let name = kept.actor_name.commitment("actor_name");
        let public = record(true);
        assert_eq!(public.bytes(), Record { actor_name: Personal::Erased(&name), ..public }.bytes());
    }

    #[test]
    fn every_part_of_an_entry_is_part_of_its_leaf() {
        let base = record(true);
        let others = [
            Record { entry: 13, ..base },
            Record { at_ms: 1, ..base },
            Record { request: "r2", ..base },
            Record { kind: "need.closed", ..base },
            Record { object_kind: "offer", ..base },
            Record { object_id: "n2", ..base },
            Record { city: None, ..base },
            Record { demo: true, ..base },
            Record { public: false, ..base },
            Record { actor: Personal::Kept("a2", &SALT), ..base },
            Record { actor_name: Personal::Kept("乙", &SALT), ..base },
            Record { data: Personal::Kept("{}", &SALT), ..base },
            Record { images: None, ..base },
        ];
        for other in others {
            assert_ne!(base.hash(), other.hash(), "{other:?}");
        }
    }
}
