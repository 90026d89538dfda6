use serde::{Deserialize, Serialize};
use std::fmt;

/// A six-digit administrative division code of GB/T 2260, such as 310117 for Songjiang.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Adcode(u32);

/// Why a text is not an [`Adcode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdcodeError {
    /// Not exactly six ASCII digits, or the first digit is zero.
    #[error("an administrative division code has six digits, such as 310117")]
    Shape,
}

impl Adcode {
    /// The whole nation.
    pub const NATION: Adcode = Adcode(100_000);

    /// Reads six ASCII digits. Whether such a place exists is for the pack's jurisdiction tree to say.
    pub fn parse(text: &str) -> Result<Self, AdcodeError> {
        let digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse::<u32>() {
            Ok(code) if digits && code >= 100_000 => Ok(Adcode(code)),
            _ => Err(AdcodeError::Shape),
        }
    }

    /// The code as a number between 100000 and 999999.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Adcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl fmt::Debug for Adcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Adcode({self})")
    }
}

impl TryFrom<String> for Adcode {
    type Error = AdcodeError;
    fn try_from(text: String) -> Result<Self, AdcodeError> {
        Adcode::parse(&text)
    }
}

impl From<Adcode> for String {
    fn from(code: Adcode) -> String {
        code.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_and_nothing_else() {
        assert_eq!(Adcode::parse("310117").map(Adcode::number), Ok(310_117));
        for wrong in ["", "31011", "3101170", "31011x", "+31011", "010117", "３１０１１７"] {
            assert_eq!(Adcode::parse(wrong), Err(AdcodeError::Shape), "{wrong}");
        }
    }
}
