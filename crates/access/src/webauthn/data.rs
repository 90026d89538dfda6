//! What the device says (6.1): for which site, whether somebody was there and was recognised, and a new key.

use ciborium::Value;

/// Hash, flags and count.
const HEAD_BYTES: usize = 37;
/// Longest id of a credential (6.5.1).
const CREDENTIAL_BYTES_MAX: usize = 1023;

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENDED: u8 = 1 << 7;

/// Authenticator data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Data<'a> {
    /// SHA-256 of the relying party's id.
    pub(super) rp_id_hash: [u8; 32],
    /// How often the credential has signed.
    pub(super) sign_count: u32,
    /// Id and key (COSE) of a new credential.
    pub(super) attested: Option<(&'a [u8], &'a [u8])>,
    flags: u8,
}

/// Cuts one item of CBOR off the front.
fn item<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let all = *rest;
    ciborium::from_reader::<Value, _>(&mut *rest).ok()?;
    all.get(..all.len() - rest.len())
}

impl<'a> Data<'a> {
    /// Reads it; none unless every byte has its place.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Data<'a>> {
        let (head, mut rest) = bytes.split_at_checked(HEAD_BYTES)?;
        let flags = head[32];
        if flags & BACKED_UP != 0 && flags & BACKUP_ELIGIBLE == 0 {
            return None;
        }
        let attested = if flags & ATTESTED == 0 { None } else { Some(attested(&mut rest)?) };
        if flags & EXTENDED != 0 {
            item(&mut rest)?;
        }
        rest.is_empty().then_some(Data {
            rp_id_hash: head[..32].try_into().ok()?,
            sign_count: u32::from_be_bytes(head[33..].try_into().ok()?),
            attested,
            flags,
        })
    }

    /// Whether somebody touched the device.
    pub(super) fn present(&self) -> bool {
        self.flags & PRESENT != 0
    }

    /// Whether the device has recognised its holder.
    pub(super) fn verified(&self) -> bool {
        self.flags & VERIFIED != 0
    }

    /// Whether the credential is kept in more than one device.
    pub(super) fn backed_up(&self) -> bool {
        self.flags & BACKED_UP != 0
    }
}

/// Kind of device (16 bytes, not looked at), length and id, key.
fn attested<'a>(rest: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (head, after) = rest.split_at_checked(18)?;
    let length = usize::from(u16::from_be_bytes([head[16], head[17]]));
    if length == 0 || length > CREDENTIAL_BYTES_MAX {
        return None;
    }
    let (credential, after) = after.split_at_checked(length)?;
    *rest = after;
    Some((credential, item(rest)?))
}

/// The authenticator data in an attestation object (6.5.4).
pub(super) fn of_attestation(object: &[u8]) -> Option<Vec<u8>> {
    let mut rest = object;
    let Ok(Value::Map(map)) = ciborium::from_reader(&mut rest) else { return None };
    if !rest.is_empty() {
        return None;
    }
    let (_, data) = map.into_iter().find(|(key, _)| key.as_text() == Some("authData"))?;
    data.into_bytes().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(flags: u8) -> Vec<u8> {
        [vec![1; 32], vec![flags], vec![0, 0, 1, 2]].concat()
    }

    #[test]
    fn every_byte_has_its_place() {
        let data = head(PRESENT | VERIFIED);
        let read = Data::read(&data).unwrap();
        assert!(read.present() && read.verified() && !read.backed_up() && read.attested.is_none());
        assert_eq!(read.sign_count, 258);
        assert_eq!(Data::read(&data[..36]), None);
        assert_eq!(Data::read(&[data, vec![0]].concat()), None, "something follows");
        assert_eq!(Data::read(&head(BACKED_UP)), None, "kept twice what cannot be");
        let key = [0xa1, 0x01, 0x02];
        let new = [head(ATTESTED), vec![0; 16], vec![0, 2], vec![9, 9], key.to_vec()].concat();
        assert_eq!(Data::read(&new).unwrap().attested, Some((&[9, 9][..], &key[..])));
        assert_eq!(Data::read(&new[..new.len() - 1]), None, "the key is cut off");
        assert_eq!(Data::read(&[head(ATTESTED), vec![0; 16], vec![0, 0], key.to_vec()].concat()), None, "no id");
        assert_eq!(Data::read(&[head(ATTESTED), vec![0; 16], vec![4, 0], vec![0; 2000]].concat()), None, "a long id");
        let extended =
            [head(ATTESTED | EXTENDED), vec![0; 16], vec![0, 2], vec![9, 9], key.to_vec(), vec![0xa0]].concat();
        assert_eq!(Data::read(&extended).unwrap().attested, Some((&[9, 9][..], &key[..])));
        assert_eq!(Data::read(&extended[..extended.len() - 1]), None, "extensions are announced and missing");
    }

    #[test]
    fn bytes_that_announce_more_than_there_is_are_no_data() {
        for object in
            [&[][..], &[0xbf], &[0xa1, 0x68], &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], &[0x9f; 5000]]
        {
            assert_eq!(of_attestation(object), None);
        }
    }
}
