//! The only place where random numbers are drawn.

use kernel::Id;

/// 128 bits from the operating system.
///
/// # Panics
/// When the operating system cannot give random numbers: nothing may go on then.
pub fn bits() -> u128 {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
    u128::from_le_bytes(bytes)
}

/// A fresh opaque id.
pub fn id() -> String {
    Id::from_bits(bits())
}

/// 256 random bits in hexadecimal, for session cookies, tokens and one-time links.
pub fn secret() -> String {
    format!("{:032x}{:032x}", bits(), bits())
}

/// The salt of a commitment.
pub fn salt() -> proof::Salt {
    bits().to_le_bytes()
}
