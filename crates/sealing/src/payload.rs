//! What is sealed: named texts and files. Their lengths would tell something, so they are padded to a size class.

use crate::error::shape;
use crate::wire::{Hex, Reader};
use crate::{Part, Random, SealingError, group};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whole padded lengths, in bytes.
pub const SIZE_CLASSES: [usize; 9] =
    [1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20];

/// Largest number of fields.
pub const FIELDS_MAX: usize = 256;
/// Largest number of files.
pub const FILES_MAX: usize = 64;
/// Longest text of a field, in bytes.
pub const FIELD_BYTES_MAX: usize = 64 << 10;
/// Longest name of a field, in bytes.
pub const FIELD_NAME_BYTES_MAX: usize = 64;
/// Longest name of a file, in bytes.
pub const FILE_NAME_BYTES_MAX: usize = 255;
/// Longest media type, in bytes.
pub const TYPE_BYTES_MAX: usize = 127;
/// Longest manifest, in bytes.
pub const MANIFEST_BYTES_MAX: usize = 1 << 20;

/// Bytes of the number that makes equal bids different.
pub const NONCE_BYTES: usize = 16;

/// A file in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, without any folder.
    pub name: String,
    /// Its media type, as the sender says.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What is sealed in one envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Texts by name.
    pub fields: BTreeMap<String, String>,
    /// Files in the sender's order.
    pub files: Vec<File>,
    /// Random, so that equal bids have different contents.
    pub nonce: [u8; NONCE_BYTES],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u32,
    fields: BTreeMap<String, String>,
    files: Vec<Entry>,
    nonce: Hex<NONCE_BYTES>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(rename = "type")]
    media_type: String,
    bytes: u64,
    sha256: Hex<32>,
}

impl Bundle {
    /// Fields and files with a fresh nonce.
    pub fn new(fields: BTreeMap<String, String>, files: Vec<File>, random: &mut Random<'_>) -> Bundle {
        let mut nonce = [0; NONCE_BYTES];
        random(&mut nonce);
        Bundle { fields, files, nonce }
    }

    /// The content: the length of the manifest, the manifest, the bytes of the files.
    ///
    /// # Errors
    /// When something is over its limit or a name is not one.
    pub fn content(&self) -> Result<Vec<u8>, SealingError> {
        self.check_limits()?;
        let entry = |file: &File| Entry {
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            bytes: file.bytes.len() as u64,
            sha256: Hex(group::sha256(&file.bytes)),
        };
        let manifest = Manifest {
            version: 1,
            fields: self.fields.clone(),
            files: self.files.iter().map(entry).collect(),
            nonce: Hex(self.nonce),
        };
        let manifest = serde_json::to_vec(&manifest).map_err(|e| shape(Part::Payload, e.to_string()))?;
        if manifest.len() > MANIFEST_BYTES_MAX {
            return Err(limit("the manifest", MANIFEST_BYTES_MAX));
        }
        let files: usize = self.files.iter().map(|file| file.bytes.len()).sum();
        let mut content = Vec::with_capacity(4 + manifest.len() + files);
        content.extend_from_slice(&(manifest.len() as u32).to_be_bytes());
        content.extend_from_slice(&manifest);
        self.files.iter().for_each(|file| content.extend_from_slice(&file.bytes));
        Ok(content)
    }

    fn check_limits(&self) -> Result<(), SealingError> {
        if self.fields.len() > FIELDS_MAX {
            return Err(limit("the number of fields", FIELDS_MAX));
        }
        if self.files.len() > FILES_MAX {
            return Err(limit("the number of files", FILES_MAX));
        }
        if self.fields.values().any(|text| text.len() > FIELD_BYTES_MAX) {
            return Err(limit("a field", FIELD_BYTES_MAX));
        }
        if let Some(name) = self.fields.keys().find(|name| !is_field_name(name)) {
            return Err(shape(Part::Payload, format!("{name:?} is no name of a field")));
        }
        for file in &self.files {
            if !is_file_name(&file.name) {
                return Err(shape(Part::Payload, format!("{:?} is no name of a file", file.name)));
            }
            if !is_media_type(&file.media_type) {
                return Err(shape(Part::Payload, format!("{:?} is no media type", file.media_type)));
            }
        }
        Ok(())
    }

    /// Reads what [`Bundle::content`] wrote. A manifest written in another way is refused: two readers of the same bytes
    /// could take different fields from it.
    ///
    /// # Errors
    /// For anything else, for a file that does not have the digest the manifest says, and beyond the limits.
    pub fn parse(content: &[u8]) -> Result<Bundle, SealingError> {
        let bad = |why: &str| shape(Part::Payload, why);
        let mut reader = Reader::new(Part::Payload, content);
        let length = reader.u32()? as usize;
        if length > MANIFEST_BYTES_MAX {
            return Err(limit("the manifest", MANIFEST_BYTES_MAX));
        }
        let written = reader.take(length)?;
        let manifest: Manifest = serde_json::from_slice(written).map_err(|e| bad(&e.to_string()))?;
        if manifest.version != 1 {
            return Err(SealingError::Version { part: Part::Payload, found: manifest.version });
        }
        if manifest.files.len() > FILES_MAX {
            return Err(limit("the number of files", FILES_MAX));
        }
        let mut files = Vec::with_capacity(manifest.files.len());
        for entry in &manifest.files {
            let count = usize::try_from(entry.bytes).map_err(|_| bad("a file is longer than the content"))?;
            let bytes = reader.take(count)?.to_vec();
            if group::sha256(&bytes) != entry.sha256.0 {
                return Err(bad("a file does not have the digest that the manifest says"));
            }
            files.push(File { name: entry.name.clone(), media_type: entry.media_type.clone(), bytes });
        }
        reader.end()?;
        if serde_json::to_vec(&manifest).ok().as_deref() != Some(written) {
            return Err(bad("the manifest is not written in the one way"));
        }
        let bundle = Bundle { fields: manifest.fields, files, nonce: manifest.nonce.0 };
        bundle.check_limits()?;
        Ok(bundle)
    }
}

fn limit(what: &'static str, max: usize) -> SealingError {
    SealingError::Limit { what, max: max as u64 }
}

/// `[a-z][a-z0-9_.-]{0,63}`: such a name is never taken for an index by a browser, which would move it to the front.
fn is_field_name(name: &str) -> bool {
    let rest = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.-".contains(&b);
    name.len() <= FIELD_NAME_BYTES_MAX && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(rest)
}

fn is_file_name(name: &str) -> bool {
    let bad = |c: char| c < ' ' || c == '\u{7f}' || c == '/' || c == '\\';
    (1..=FILE_NAME_BYTES_MAX).contains(&name.len()) && name != "." && name != ".." && !name.contains(bad)
}

fn is_media_type(name: &str) -> bool {
    (1..=TYPE_BYTES_MAX).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

/// Pads a content to the smallest size class that holds it, with its length before it.
///
/// # Errors
/// [`SealingError::Limit`] when the largest class is too small.
pub fn pad(content: &[u8]) -> Result<Vec<u8>, SealingError> {
    let needed = content.len() + 4;
    let largest = SIZE_CLASSES[SIZE_CLASSES.len() - 1];
    let class =
        SIZE_CLASSES.into_iter().find(|class| *class >= needed).ok_or(limit("the whole content", largest - 4))?;
    // Room for the tag of the cipher, so that sealing moves no plaintext about in memory.
    let mut padded = Vec::with_capacity(class + crate::envelope::TAG_BYTES);
    padded.extend_from_slice(&(content.len() as u32).to_be_bytes());
    padded.extend_from_slice(content);
    padded.resize(class, 0);
    Ok(padded)
}

/// Gives the content of what [`pad`] made.
///
/// # Errors
/// When the length is no size class, not the smallest that holds the content, or the padding is not all zeros.
pub fn unpad(padded: &[u8]) -> Result<&[u8], SealingError> {
    let bad = |why: &str| shape(Part::Payload, why);
    let mut reader = Reader::new(Part::Payload, padded);
    let length = reader.u32()? as usize;
    let content = reader.take(length)?;
    let class = SIZE_CLASSES.into_iter().find(|class| *class >= length + 4);
    if class != Some(padded.len()) {
        return Err(bad("it is not padded to the smallest size class that holds it"));
    }
    if reader.take(reader.left())?.iter().any(|byte| *byte != 0) {
        return Err(bad("the padding is not all zeros"));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bundle() -> Bundle {
        let fields = BTreeMap::from([("amount_fen".to_owned(), "1".to_owned())]);
        let file = File { name: "甲.txt".into(), media_type: "text/plain".into(), bytes: b"x".to_vec() };
        Bundle { fields, files: vec![file], nonce: [1; 16] }
    }

    fn code(bundle: &Bundle) -> &'static str {
        bundle.content().unwrap_err().code()
    }

    proptest! {
        #[test]
        fn what_is_padded_is_found_again(content in prop::collection::vec(any::<u8>(), 0..9_000)) {
            let padded = pad(&content).unwrap();
            prop_assert!(SIZE_CLASSES.contains(&padded.len()));
            prop_assert_eq!(unpad(&padded).unwrap(), &content);
        }

        #[test]
        fn whatever_is_read_is_written_again_the_same(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(unpad(&bytes).is_err());
            if let Ok(bundle) = Bundle::parse(&bytes) {
                prop_assert_eq!(bundle.content().unwrap(), bytes);
            }
        }

        #[test]
        fn every_text_comes_back(text in any::<String>(), other in "\\PC{0,40}") {
            let mut one = bundle();
            one.fields = BTreeMap::from([("a".to_owned(), text), ("b".to_owned(), other)]);
            prop_assert_eq!(Bundle::parse(&one.content().unwrap()).unwrap(), one);
        }
    }

    #[test]
    fn the_size_class_is_the_smallest_that_holds_length_and_content() {
        for (bytes, class) in [(0, 1_024), (1_020, 1_024), (1_021, 4_096), (4_092, 4_096), (4_093, 16_384)] {
            assert_eq!(pad(&vec![1; bytes]).unwrap().len(), class, "{bytes}");
        }
    }

    #[test]
    fn names_are_names() {
        for name in ["", "A", "1", "a b", "a/b", "甲", &"a".repeat(65)] {
            let fields = BTreeMap::from([(name.to_owned(), String::new())]);
            assert_eq!(code(&Bundle { fields, ..bundle() }), "payload-shape", "{name:?}");
        }
        for name in ["", ".", "..", "a/b", "a\\b", "a\nb", "a\u{7f}", &"a".repeat(256)] {
            let mut one = bundle();
            one.files[0].name = name.into();
            assert_eq!(code(&one), "payload-shape", "{name:?}");
        }
        for media_type in ["", "text/\u{1}", "文本", &"a".repeat(128)] {
            let mut one = bundle();
            one.files[0].media_type = media_type.into();
            assert_eq!(code(&one), "payload-shape", "{media_type:?}");
        }
    }

    #[test]
    fn everything_has_a_limit() {
        let many = (0..=FIELDS_MAX).map(|number| (format!("f{number}"), String::new())).collect();
        assert_eq!(code(&Bundle { fields: many, ..bundle() }), "payload-limit");
        let files = vec![bundle().files[0].clone(); FILES_MAX + 1];
        assert_eq!(code(&Bundle { files, ..bundle() }), "payload-limit");
        let long = BTreeMap::from([("a".to_owned(), "x".repeat(FIELD_BYTES_MAX + 1))]);
        assert_eq!(code(&Bundle { fields: long, ..bundle() }), "payload-limit");
        let escaped = (0..9).map(|number| (format!("f{number}"), "\u{1}".repeat(FIELD_BYTES_MAX))).collect();
        assert_eq!(code(&Bundle { fields: escaped, ..bundle() }), "payload-limit", "the manifest is too long");
        assert_eq!(pad(&vec![0; SIZE_CLASSES[8] - 3]).unwrap_err().code(), "payload-limit");
    }
}
