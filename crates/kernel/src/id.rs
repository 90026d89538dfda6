use std::fmt::Write;

/// An opaque, unguessable name of a thing: 26 characters that carry 128 random bits.
///
/// Randomness is an argument, so that the rules stay pure and tests repeat.
pub struct Id;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Id {
    /// Spells 128 random bits in Crockford's base 32, lower case.
    pub fn from_bits(bits: u128) -> String {
        let mut text = String::with_capacity(26);
        for place in (0..26).rev() {
            let index = (bits >> (place * 5)) & 31;
            // Writing to a String cannot fail.
            let _ = text.write_char(char::from(ALPHABET[index as usize]));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_bits_give_different_ids_of_equal_length() {
        let ids: std::collections::BTreeSet<String> =
            [0, 1, u128::MAX, 1 << 127].into_iter().map(Id::from_bits).collect();
        assert_eq!(ids.len(), 4);
        assert!(ids.iter().all(|id| id.len() == 26));
    }
}
