use serde::Serialize;
use std::fmt;

/// A unified social credit code (统一社会信用代码), 18 characters, GB 32100-2015.
///
/// Positions: 1 registering authority, 2 kind of organisation, 3–8 division of
/// registration, 9–17 organisation code of GB 11714 (its own check at 17),
/// 18 check character over the first seventeen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Uscc(String);

/// Why a text is refused as a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    /// Not 18 characters after trimming and folding full-width forms.
    #[error("a unified social credit code has 18 characters, this one has {0}")]
    Length(usize),
    /// A character outside the alphabet of the standard (no I, O, S, V, Z).
    #[error("character {character:?} at position {position} is not in the alphabet of the code")]
    Character {
        /// 1-based position.
        position: usize,
        /// The character found there.
        character: char,
    },
    /// The 18th position does not follow from the first seventeen.
    #[error("the check character should be {expected}, not {found}")]
    Check {
        /// What GB 32100 computes.
        expected: char,
        /// What was given.
        found: char,
    },
}

/// What is odd about a code that is accepted all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsccWarning {
    /// Position 17 is not the GB 11714 check of positions 9–16. Codes issued to
    /// organisations without an older organisation code are known to differ here.
    OrganisationCheck {
        /// What GB 11714 computes.
        expected: char,
    },
}

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

impl Uscc {
    /// Reads a code; blanks, lower case and full-width forms are forgiven.
    ///
    /// A wrong 18th position is an error; a wrong organisation-code check at
    /// position 17 is only a warning.
    pub fn parse(text: &str) -> Result<(Uscc, Vec<UsccWarning>), UsccError> {
        let code: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).map(half_width_upper).collect();
        if code.len() != 18 {
            return Err(UsccError::Length(code.len()));
        }
        let mut values = [0u32; 18];
        for (index, &character) in code.iter().enumerate() {
            let found = ALPHABET.iter().position(|&a| char::from(a) == character);
            values[index] = found.ok_or(UsccError::Character { position: index + 1, character })? as u32;
        }
        let expected = check_character(&values[..17]);
        if code[17] != expected {
            return Err(UsccError::Check { expected, found: code[17] });
        }
        let mut warnings = Vec::new();
        let expected = organisation_check(&code[8..16]);
        if code[16] != expected {
            warnings.push(UsccWarning::OrganisationCheck { expected });
        }
        Ok((Uscc(code.into_iter().collect()), warnings))
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Completes the first 17 characters of a code, for generators of synthetic data.
    pub fn complete(first_17: &str) -> Option<Uscc> {
        let mut values = [0u32; 17];
        if first_17.chars().count() != 17 {
            return None;
        }
        for (index, character) in first_17.chars().enumerate() {
            values[index] = ALPHABET.iter().position(|&a| char::from(a) == character)? as u32;
        }
        Some(Uscc(format!("{first_17}{}", check_character(&values))))
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn half_width_upper(character: char) -> char {
    let code = character as u32;
    let half = if (0xFF01..=0xFF5E).contains(&code) { char::from_u32(code - 0xFEE0) } else { None };
    half.unwrap_or(character).to_ascii_uppercase()
}

/// GB 32100: weights are powers of three modulo 31.
fn check_character(values: &[u32]) -> char {
    let mut weight = 1;
    let mut sum = 0;
    for value in values {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    char::from(ALPHABET[((31 - sum % 31) % 31) as usize])
}

/// GB 11714: weights 3 7 9 10 5 8 4 2 modulo 11, letters count from A = 10, ten is X.
fn organisation_check(code: &[char]) -> char {
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = code.iter().zip(weights).map(|(c, w)| c.to_digit(36).unwrap_or(0) * w).sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // The first two belong to listed companies; the others are made up, their last
    // character computed by another implementation (python-stdnum, `stdnum.cn.uscc`).
    const JUDGED: [&str; 8] = [
        "91440300708461136T",
        "9144030071526726XG",
        "915260183BJ1XG6123",
        "91661318D1TJ3Y7LL3",
        "9190996071HU49D4HX",
        "91194821JJL6B3HN2W",
        "91909378DQAEJXEB9R",
        "91323194GFWAPE9K2F",
    ];

    #[test]
    fn another_implementation_agrees() {
        for code in JUDGED {
            assert_eq!(Uscc::parse(code).map(|(code, _)| code.to_string()), Ok(code.to_owned()));
        }
    }

    #[test]
    fn wrong_last_position_is_refused_with_the_right_one() {
        let right = Uscc::complete("91310117MA1J00000").map(|c| c.to_string()).unwrap_or_default();
        let expected = right.chars().last().unwrap();
        let wrong = if expected == '0' { '1' } else { '0' };
        let text = format!("{}{wrong}", &right[..17]);
        assert_eq!(Uscc::parse(&text), Err(UsccError::Check { expected, found: wrong }));
    }

    #[test]
    fn wrong_organisation_digit_only_warns() {
        let good = Uscc::parse("91440300708461136T").unwrap();
        assert!(good.1.is_empty(), "708461136 carries its own GB 11714 check");
        let bent = Uscc::complete("91440300708461137").unwrap();
        let (_, warnings) = Uscc::parse(bent.as_str()).unwrap();
        assert_eq!(warnings, [UsccWarning::OrganisationCheck { expected: '6' }]);
    }

    #[test]
    fn full_width_blanks_and_case_are_forgiven() {
        let (code, _) = Uscc::parse(" ９１４４０３００ 708461136t ").unwrap();
        assert_eq!(code.as_str(), "91440300708461136T");
    }

    #[test]
    fn forbidden_letters_are_named_with_their_place() {
        let error = Uscc::parse("9144030070846113OT");
        assert_eq!(error, Err(UsccError::Character { position: 17, character: 'O' }));
    }

    proptest! {
        /// Goal: the check finds every single wrong character. Method: change one place of a valid code.
        #[test]
        fn one_wrong_character_never_passes(body in "[0-9A-HJ-NPQRTUWXY]{17}", place in 0usize..17, step in 1usize..31) {
            let code = Uscc::complete(&body).unwrap();
            let mut bytes = code.as_str().as_bytes().to_vec();
            let at = ALPHABET.iter().position(|a| *a == bytes[place]).unwrap();
            bytes[place] = ALPHABET[(at + step) % 31];
            prop_assert!(Uscc::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
        }
    }
}
