//! Recovery codes: for whoever has lost the device with the authenticator app.

use sha2::{Digest, Sha256};

/// Codes made at once.
pub const COUNT: usize = 10;
/// Characters of a code; each is worth five bits.
const CHARS: usize = 16;
/// Without 0, 1, i and l, which look like others.
const LETTERS: &[u8; 32] = b"23456789bcdfghjkmnpqrstvwxyzaeuo";

/// A code from random bits, as it is shown: `abcd-efgh-jkmn-pqrs`.
pub fn code(bits: u128) -> String {
    let letter = |place: usize| char::from(LETTERS[((bits >> (place * 5)) & 31) as usize]);
    let letters: Vec<char> = (0..CHARS).map(letter).collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A code as typed, if it may be one: small letters, without hyphens.
pub fn typed(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let plain = plain.to_ascii_lowercase();
    (plain.len() == CHARS && plain.bytes().all(|byte| LETTERS.contains(&byte))).then_some(plain)
}

/// What is kept of a code. It has 80 random bits, so a plain hash is enough; the account keeps equal codes apart.
pub fn hash(account: &str, plain: &str) -> String {
    hex::encode(Sha256::digest(format!("recovery\u{1f}{account}\u{1f}{plain}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = code(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(code.len(), 19);
        let plain = typed(&code).unwrap();
        assert_eq!(typed(&format!(" {} ", code.to_uppercase().replace('-', " "))), Some(plain.clone()));
        assert_eq!(typed(&code[..18]), None);
        assert_eq!(typed("123456"), None, "that is a code of an app");
        assert_ne!(hash("a", &plain), hash("b", &plain));
    }

    #[test]
    fn every_bit_counts() {
        for bit in 0..CHARS * 5 {
            assert_ne!(code(0), code(1 << bit), "{bit}");
        }
    }
}
