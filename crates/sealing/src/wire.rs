//! Bytes in JSON as hexadecimal, and bytes in files one after another.

use crate::error::shape;
use crate::{Part, SealingError};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Bytes that JSON writes as lower-case hexadecimal digits; nothing else is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hex<const N: usize>(pub [u8; N]);

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hex<N>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; N];
        let read = hex::decode_to_slice(&text, &mut bytes);
        if read.is_err() || text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(de::Error::custom(format!("not {} lower-case hexadecimal digits", 2 * N)));
        }
        Ok(Hex(bytes))
    }
}

/// What a JSON file of a ceremony says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A seat's registration.
    Registration,
    /// The plan.
    Plan,
    /// A deal.
    Deal,
    /// An acceptance.
    Acceptance,
    /// A complaint.
    Complaint,
    /// The transcript.
    Transcript,
    /// A trustee's secret.
    Trustee,
}

impl Kind {
    fn part(self) -> Part {
        match self {
            Kind::Registration => Part::Registration,
            Kind::Plan => Part::Plan,
            Kind::Deal => Part::Deal,
            Kind::Acceptance => Part::Acceptance,
            Kind::Complaint => Part::Complaint,
            Kind::Transcript => Part::Transcript,
            Kind::Trustee => Part::Trustee,
        }
    }
}

/// Reads a JSON file of a ceremony: of this kind, of version 1, without fields that are not known.
pub(crate) fn from_json<T: de::DeserializeOwned>(kind: Kind, bytes: &[u8], max: usize) -> Result<T, SealingError> {
    #[derive(Deserialize)]
    struct Head {
        version: u32,
        kind: Kind,
    }
    let part = kind.part();
    if bytes.len() > max {
        return Err(shape(part, format!("longer than {max} bytes")));
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|e| shape(part, e.to_string()))?;
    if head.kind == Kind::Trustee && kind != Kind::Trustee {
        return Err(SealingError::Secret);
    }
    if head.kind != kind {
        return Err(shape(part, format!("it is a {}", head.kind.part().name())));
    }
    if head.version != 1 {
        return Err(SealingError::Version { part, found: head.version });
    }
    serde_json::from_slice(bytes).map_err(|e| shape(part, e.to_string()))
}

/// Writes one, for people too.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("texts and numbers are always JSON");
    bytes.push(b'\n');
    bytes
}

/// Takes bytes from the front of others.
pub(crate) struct Reader<'a> {
    part: Part,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(part: Part, bytes: &'a [u8]) -> Reader<'a> {
        Reader { part, rest: bytes }
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8], SealingError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| shape(self.part, "it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], SealingError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub fn u8(&mut self) -> Result<u8, SealingError> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    pub fn u16(&mut self) -> Result<u16, SealingError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub fn u32(&mut self) -> Result<u32, SealingError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// Bytes that are still there.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// # Errors
    /// When something is left.
    pub fn end(self) -> Result<(), SealingError> {
        if self.rest.is_empty() { Ok(()) } else { Err(shape(self.part, "something follows after its end")) }
    }
}
