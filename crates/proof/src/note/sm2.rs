//! SM2 signatures over SM3, for those who must have them beside Ed25519.
//!
//! GB/T 32918.2-2016 (SM2, also ISO/IEC 14888-3) on the curve of GB/T 32918.5, over SM3 (GB/T 32905). The signer's
//! identity, which goes into the hash, is the default of GM/T 0009, [`DISTID`]. A signature is r and s, 32 bytes each, the
//! high byte first; a public key is an uncompressed point of 65 bytes. The number of a signature is derived from key and
//! message (RFC 6979 with SM3), so signing needs no chance.

use crate::{ProofError, malformed};
use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};

/// The identity that is signed with: that of GM/T 0009-2012, 10.
pub(super) const DISTID: &str = "1234567812345678";

/// The type of these signatures in C2SP signed-note, which knows none: 0xff and a label.
pub(super) const KIND: &[u8] = b"\xffyilang/sm2-sm3/v1";

/// Bytes of an uncompressed point.
const POINT_BYTES: usize = 65;

#[derive(Clone)]
pub(super) struct Secret(SigningKey);

impl Secret {
    /// # Errors
    /// When the number is 0 or not below the order of the curve.
    pub(super) fn new(bytes: &[u8; 32]) -> Result<Secret, ProofError> {
        SigningKey::from_slice(DISTID, bytes).map(Secret).map_err(|_| malformed("not the bytes of an SM2 key"))
    }

    pub(super) fn bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }

    pub(super) fn public(&self) -> Public {
        Public { point: self.0.verifying_key().to_sec1_bytes().into_vec(), key: self.0.verifying_key().clone() }
    }

    /// # Errors
    /// When the numbers fall on one of the values that the standard excludes.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ProofError> {
        let signature: Signature = self.0.try_sign(message).map_err(|_| malformed("no SM2 signature"))?;
        Ok(signature.to_bytes().to_vec())
    }
}

#[derive(Debug, Clone)]
pub(super) struct Public {
    point: Vec<u8>,
    key: VerifyingKey,
}

impl PartialEq for Public {
    fn eq(&self, other: &Public) -> bool {
        self.point == other.point
    }
}

impl Eq for Public {}

impl Public {
    /// None when the bytes are no uncompressed point of the curve.
    pub(super) fn new(point: &[u8]) -> Option<Public> {
        let key = VerifyingKey::from_sec1_bytes(DISTID, point).ok().filter(|_| point.len() == POINT_BYTES)?;
        Some(Public { point: point.to_vec(), key })
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.point.clone()
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify(message, &signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text.replace(' ', "")).unwrap().try_into().unwrap()
    }

    /// The example of GB/T 32918.5-2017, annex A.2, for the curve and the identity that are used here.
    #[test]
    fn the_example_of_the_standard_holds() {
        let secret = bytes("3945208F 7B2144B1 3F36E38A C6D39F95 88939369 2860B51A 42FB81EF 4DF7C5B8");
        let point: [u8; 65] = bytes(
            "04 09F9DF31 1E5421A1 50DD7D16 1E4BC5C6 72179FAD 1833FC07 6BB08FF3 56F35020 \
             CCEA490C E26775A5 2DC6EA71 8CC1AA60 0AED05FB F35E084A 6632F607 2DA9AD13",
        );
        let signature: [u8; 64] = bytes(
            "F5A03B06 48D2C463 0EEAC513 E1BB81A1 5944DA38 27D5B741 43AC7EAC EEE720B3 \
             B1B6AA29 DF212FD8 763182BC 0D421CA1 BB9038FD 1F7F42D4 840B69C4 85BBC1AA",
        );
        let secret = Secret::new(&secret).unwrap();
        assert_eq!(secret.public().bytes(), point);
        let public = Public::new(&point).unwrap();
        assert!(public.verify(b"message digest", &signature));
        assert!(!public.verify(b"message digest.", &signature));
        let own = secret.sign(b"message digest").unwrap();
        assert!(public.verify(b"message digest", &own));
        assert!(!public.verify(b"message digest", &[own.as_slice(), &[0]].concat()));
        // Another identity is another message.
        let other = VerifyingKey::from_sec1_bytes("ALICE123@YAHOO.COM", &point).unwrap();
        assert!(other.verify(b"message digest", &Signature::from_slice(&own).unwrap()).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(Secret::new(&[0; 32]).is_err() && Secret::new(&[255; 32]).is_err());
        let point = Secret::new(&[7; 32]).unwrap().public().bytes();
        let mut off = point.clone();
        off[64] ^= 1;
        assert!(Public::new(&point).is_some());
        assert!([&off[..], &point[..64], &[0], &[]].iter().all(|bad| Public::new(bad).is_none()));
        let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
        assert!(Public::new(&compressed).is_none(), "one key has one form");
    }
}
