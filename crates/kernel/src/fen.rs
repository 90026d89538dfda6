use serde::{Deserialize, Serialize};
use std::fmt;

/// Money: a whole number of fen (分), 1/100 yuan. Never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(i64);

/// Why an amount is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FenError {
    /// Beyond 2^53 fen, which JSON readers could not hold exactly.
    #[error("the amount is too large")]
    TooLarge,
    /// Not a decimal number of yuan with at most two places.
    #[error("an amount is a number of yuan with at most two decimal places")]
    Shape,
}

impl Fen {
    /// The largest amount, 2^53 − 1 fen: still exact in every JSON reader.
    pub const MAX: Fen = Fen((1 << 53) - 1);
    /// Nothing.
    pub const ZERO: Fen = Fen(0);

    /// An amount in fen; refuses what a JSON reader could not hold.
    pub fn new(fen: i64) -> Result<Fen, FenError> {
        if fen.unsigned_abs() <= Self::MAX.0.unsigned_abs() { Ok(Fen(fen)) } else { Err(FenError::TooLarge) }
    }

    /// Reads yuan as people write them: `1,234.5`, `1234.50`.
    pub fn parse_yuan(text: &str) -> Result<Fen, FenError> {
        let plain: String = text.trim().chars().filter(|c| *c != ',' && *c != '，').collect();
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
            return Err(FenError::Shape);
        }
        let fen = format!("{whole}{fraction:0<2}").parse::<i64>().map_err(|_| FenError::TooLarge)?;
        Fen::new(fen)
    }

    /// The number of fen.
    pub fn get(self) -> i64 {
        self.0
    }

    /// Sum, refused when it leaves the range.
    pub fn plus(self, other: Fen) -> Result<Fen, FenError> {
        Fen::new(self.0.checked_add(other.0).ok_or(FenError::TooLarge)?)
    }

    /// Difference, refused when it leaves the range.
    pub fn minus(self, other: Fen) -> Result<Fen, FenError> {
        Fen::new(self.0.checked_sub(other.0).ok_or(FenError::TooLarge)?)
    }
}

/// Yuan with two places, such as `12.05`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_and_written_exactly() {
        assert_eq!(Fen::parse_yuan("1,234.5").map(Fen::get), Ok(123_450));
        assert_eq!(Fen::parse_yuan("0.01").unwrap().to_string(), "0.01");
        assert_eq!(Fen::new(-5).unwrap().to_string(), "-0.05");
        for wrong in ["", "1.234", "1e3", "-1", ".5", "一"] {
            assert_eq!(Fen::parse_yuan(wrong), Err(FenError::Shape), "{wrong}");
        }
    }

    #[test]
    fn sums_never_wrap() {
        assert_eq!(Fen::MAX.plus(Fen::new(1).unwrap()), Err(FenError::TooLarge));
        assert_eq!(Fen::parse_yuan("99999999999999999999"), Err(FenError::TooLarge));
    }
}
