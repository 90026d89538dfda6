//! After-images: what a row looked like after an entry had written it.
//!
//! A row is written down canonically (columns by name, NULL left out) and hashed with a salt of its own. The images of
//! an entry are packed one after the other; the entry's leaf commits to tables, keys and hashes, not to the salts, so
//! that the salt of an erased row can be wiped and its hash tells nothing any more.

use crate::{Digest, ProofError, SALT_BYTES, Salt, malformed, sha256};
use sha2::Digest as _;

/// Stands in the place of a hash when the row is gone.
pub const GONE: Digest = [0; 32];

/// A value of a row. Columns are integers, booleans (as 0 and 1), texts and bytes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// A number or a boolean.
    Integer(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// Appends one column to a canonical row; columns must come in the order of their names, NULLs left out.
pub fn column(row: &mut Vec<u8>, name: &str, value: Value<'_>) {
    row.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    row.extend_from_slice(name.as_bytes());
    self::value(row, value);
}

/// Appends one value of a key; the columns of a key come in the key's own order.
pub fn value(row: &mut Vec<u8>, value: Value<'_>) {
    let sized = |row: &mut Vec<u8>, tag: u8, bytes: &[u8]| {
        row.push(tag);
        row.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        row.extend_from_slice(bytes);
    };
    match value {
        Value::Integer(number) => {
            row.push(b'i');
            row.extend_from_slice(&number.to_be_bytes());
        }
        Value::Text(text) => sized(row, b't', text.as_bytes()),
        Value::Bytes(bytes) => sized(row, b'b', bytes),
    }
}

/// SHA-256 of the salt and the canonical row.
pub fn hash(salt: &Salt, row: &[u8]) -> Digest {
    sha256(&[salt, row])
}

/// One row after an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's key, its values written with [`value`].
    pub key: &'a [u8],
    /// The salt of the hash; zeros once it was wiped.
    pub salt: Salt,
    /// The row's hash, or [`GONE`].
    pub hash: Digest,
}

/// Appends an image to a packed list.
pub fn pack(packed: &mut Vec<u8>, image: &Image<'_>) {
    packed.push(u8::try_from(image.table.len()).unwrap_or(u8::MAX));
    packed.extend_from_slice(image.table.as_bytes());
    packed.extend_from_slice(&u16::try_from(image.key.len()).unwrap_or(u16::MAX).to_be_bytes());
    packed.extend_from_slice(image.key);
    packed.extend_from_slice(&image.hash);
    packed.extend_from_slice(&image.salt);
}

/// The images of a packed list, one after the other.
pub fn unpack(packed: &[u8]) -> impl Iterator<Item = Result<Image<'_>, ProofError>> {
    let mut rest = packed;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let next = take_image(&mut rest);
        if next.is_none() {
            rest = &[];
        }
        Some(next.ok_or_else(|| malformed("after-images")))
    })
}

fn take_image<'a>(rest: &mut &'a [u8]) -> Option<Image<'a>> {
    let table_bytes = usize::from(take(rest, 1)?[0]);
    let table = std::str::from_utf8(take(rest, table_bytes)?).ok()?;
    let key_bytes = usize::from(u16::from_be_bytes(take(rest, 2)?.try_into().ok()?));
    let key = take(rest, key_bytes)?;
    let hash = take(rest, 32)?.try_into().ok()?;
    let salt = take(rest, SALT_BYTES)?.try_into().ok()?;
    Some(Image { table, key, salt, hash })
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    Some(head)
}

/// What an entry's leaf commits to: SHA-256 of all images without their salts.
///
/// # Errors
/// When the list is not a packed list of images.
pub fn digest(packed: &[u8]) -> Result<Digest, ProofError> {
    let mut hasher = sha2::Sha256::new();
    let mut start = 0;
    for image in unpack(packed) {
        let image = image?;
        let end = start + 1 + image.table.len() + 2 + image.key.len() + 32;
        hasher.update(&packed[start..end]);
        start = end + SALT_BYTES;
    }
    Ok(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_row_is_written_one_way_only() {
        let mut row = Vec::new();
        column(&mut row, "id", Value::Text("n1"));
        column(&mut row, "size", Value::Integer(-1));
        assert_eq!(row, b"\x02idt\0\0\0\x02n1\x04sizei\xff\xff\xff\xff\xff\xff\xff\xff");
        let mut bytes = Vec::new();
        column(&mut bytes, "id", Value::Bytes(b"n1"));
        assert_ne!(bytes, row[..bytes.len()]);
    }

    #[test]
    fn the_digest_ignores_salts_and_nothing_else() {
        let image = Image { table: "need", key: b"k", salt: [1; 16], hash: [2; 32] };
        let of = |image: Image<'_>| {
            let mut packed = Vec::new();
            pack(&mut packed, &image);
            digest(&packed).unwrap()
        };
        assert_eq!(of(image), of(Image { salt: [0; 16], ..image }));
        for other in
            [Image { table: "nee", key: b"dk", ..image }, Image { key: b"l", ..image }, Image { hash: GONE, ..image }]
        {
            assert_ne!(of(image), of(other));
        }
    }

    #[test]
    fn what_is_not_a_list_of_images_is_refused() {
        for packed in [&b"\x05need"[..], b"\x01a\0\x01", &[3; 70]] {
            assert!(digest(packed).is_err(), "{packed:?}");
            assert!(unpack(packed).any(|image| image.is_err()));
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out(list in proptest::collection::vec(("[a-z_]{1,20}", proptest::collection::vec(any::<u8>(), 0..40), any::<[u8; 16]>(), any::<[u8; 32]>()), 0..20)) {
            let mut packed = Vec::new();
            let images: Vec<Image<'_>> = list.iter().map(|(table, key, salt, hash)| Image { table, key, salt: *salt, hash: *hash }).collect();
            images.iter().for_each(|image| pack(&mut packed, image));
            let out: Vec<Image<'_>> = unpack(&packed).collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(out, images);
            prop_assert!(digest(&packed).is_ok());
        }
    }
}
