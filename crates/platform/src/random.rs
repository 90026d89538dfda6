//! The only place where random numbers are drawn.

use kernel::Id;
use std::cell::RefCell;

/// Bytes asked of the operating system at once: a row written costs 16 of them, and each question a system call.
const POOL_BYTES: usize = 1_024;

thread_local! {
    /// Bytes from the operating system that nobody has had, and how many of them have been given out.
    static POOL: RefCell<([u8; POOL_BYTES], usize)> = const { RefCell::new(([0; POOL_BYTES], POOL_BYTES)) };
}

/// 128 bits from the operating system; each is given out once and not kept.
///
/// # Panics
/// When the operating system cannot give random numbers: nothing may go on then.
pub fn bits() -> u128 {
    POOL.with_borrow_mut(|(pool, given)| {
        if *given == POOL_BYTES {
            getrandom::fill(pool).expect("the operating system gives random numbers");
            *given = 0;
        }
        let mut bytes = [0u8; 16];
        bytes.swap_with_slice(&mut pool[*given..*given + 16]);
        *given += 16;
        u128::from_le_bytes(bytes)
    })
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
