//! Public keys of devices (COSE, RFC 9053 and RFC 8812) and their signatures.

use ciborium::Value;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

/// Bytes of a key that are read: one of 8192 bits has about a thousand.
const KEY_BYTES_MAX: usize = 2048;

/// Algorithms by their numbers (IANA COSE Algorithms), the preferred one first.
pub(super) const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// A key of a kind that is known here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A point on P-256, uncompressed.
    Es256(Vec<u8>),
    /// A point on edwards25519.
    EdDsa(Vec<u8>),
    /// Modulus and exponent.
    Rs256(Vec<u8>, Vec<u8>),
}

fn integer(map: &[(Value, Value)], label: i64) -> Option<i64> {
    let (_, value) = map.iter().find(|(key, _)| key.as_integer() == Some(label.into()))?;
    value.as_integer().and_then(|value| value.try_into().ok())
}

fn bytes(map: &[(Value, Value)], label: i64) -> Option<&[u8]> {
    let (_, value) = map.iter().find(|(key, _)| key.as_integer() == Some(label.into()))?;
    value.as_bytes().map(Vec::as_slice)
}

impl Key {
    /// Reads a key; none for one of another kind, or that is not well formed.
    pub(super) fn read(cose: &[u8]) -> Option<Key> {
        if cose.len() > KEY_BYTES_MAX {
            return None;
        }
        let Ok(Value::Map(map)) = ciborium::from_reader(cose) else { return None };
        let (kind, algorithm, curve) = (integer(&map, 1)?, integer(&map, 3)?, integer(&map, -1));
        let of = |label, length| bytes(&map, label).filter(|bytes| bytes.len() == length);
        match (kind, algorithm, curve) {
            (2, ES256, Some(1)) => Some(Key::Es256([&[4], of(-2, 32)?, of(-3, 32)?].concat())),
            (1, EDDSA, Some(6)) => Some(Key::EdDsa(of(-2, 32)?.to_vec())),
            (3, RS256, None) => Some(Key::Rs256(bytes(&map, -1)?.to_vec(), bytes(&map, -2)?.to_vec())),
            _ => None,
        }
    }

    /// Whether its holder has signed this.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Key::Es256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature),
            Key::EdDsa(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
            Key::Rs256(n, e) => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        };
        verified.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cose(pairs: Vec<(i64, Value)>) -> Vec<u8> {
        let map = pairs.into_iter().map(|(label, value)| (Value::Integer(label.into()), value)).collect();
        let mut out = Vec::new();
        ciborium::into_writer(&Value::Map(map), &mut out).unwrap();
        out
    }

    fn number(value: i64) -> Value {
        Value::Integer(value.into())
    }

    #[test]
    fn only_keys_of_known_kinds_and_right_lengths_are_read() {
        let ec = |kind, algorithm, curve, x: usize, y: usize| {
            cose(vec![
                (1, number(kind)),
                (3, number(algorithm)),
                (-1, number(curve)),
                (-2, Value::Bytes(vec![7; x])),
                (-3, Value::Bytes(vec![8; y])),
            ])
        };
        assert!(matches!(Key::read(&ec(2, ES256, 1, 32, 32)), Some(Key::Es256(point)) if point.len() == 65));
        for bad in [
            ec(2, -35, 2, 48, 48),
            ec(2, ES256, 2, 32, 32),
            ec(2, ES256, 1, 31, 32),
            ec(2, ES256, 1, 32, 0),
            ec(1, ES256, 1, 32, 32),
            cose(vec![
                (1, number(2)),
                (3, number(ES256)),
                (-1, number(1)),
                (-2, Value::Bytes(vec![7; 32])),
                (-3, Value::Bool(true)),
            ]),
            vec![0xff],
            vec![],
            vec![0x9b; 40],
        ] {
            assert_eq!(Key::read(&bad), None);
        }
        let edwards = cose(vec![(1, number(1)), (3, number(EDDSA)), (-1, number(6)), (-2, Value::Bytes(vec![7; 32]))]);
        assert_eq!(Key::read(&edwards), Some(Key::EdDsa(vec![7; 32])));
        assert!(!Key::EdDsa(vec![7; 32]).verifies(b"x", &[0; 64]));
        assert!(!Key::Es256(vec![4; 65]).verifies(b"x", b""));
        assert!(!Key::Rs256(vec![], vec![]).verifies(b"x", &[0; 256]));
    }
}
