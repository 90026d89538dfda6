//! Time-based one-time passwords (RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds, as every authenticator app has
//! them.

use hmac::{Hmac, KeyInit, Mac};
use kernel::Instant;
use sha1::Sha1;

/// Seconds of one step.
pub const STEP_S: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Bytes of a secret, as RFC 4226 recommends for SHA-1.
pub const SECRET_BYTES: usize = 20;
/// Steps by which a clock may be off, each way.
const SKEW: i64 = 1;

/// What a code is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is right; its step, which is used up now.
    Right(i64),
    /// It was right and has been used, or one after it.
    Used,
    /// It is wrong.
    Wrong,
}

/// Looks at a code. Each works once: only steps after the last one that was used count.
pub fn fit(secret: &[u8], code: &str, last_step: i64, now: Instant) -> Fit {
    let here = now.ms().div_euclid(1000 * STEP_S);
    let steps = (here - SKEW..=here + SKEW).filter(|step| code_at(secret, *step) == code);
    match steps.max() {
        Some(step) if step > last_step => Fit::Right(step),
        Some(_) => Fit::Used,
        None => Fit::Wrong,
    }
}

/// The code of a step.
pub fn code_at(secret: &[u8], step: i64) -> String {
    format!("{:0width$}", truncated(secret, step) % 10u32.pow(6), width = DIGITS)
}

/// The dynamic truncation of RFC 4226, 5.3.
fn truncated(secret: &[u8], step: i64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 0x0f);
    let word: [u8; 4] = digest[offset..offset + 4].try_into().expect("four of twenty bytes");
    u32::from_be_bytes(word) & 0x7fff_ffff
}

/// Base 32 without padding (RFC 4648), as secrets are typed into apps.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut word, mut bits) = (0u32, 0u32);
    for byte in bytes {
        word = (word << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[((word >> bits) & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[((word << (5 - bits)) & 31) as usize]));
    }
    text
}

/// The address that an app reads from the picture. Issuer and account are shown in its list.
pub fn uri(secret: &[u8], issuer: &str, account: &str) -> String {
    let quote = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (issuer, account) = (quote(issuer), quote(account));
    format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        base32(secret)
    )
}

/// A code as typed: blanks are nothing, full-width digits are digits.
pub fn typed(text: &str) -> String {
    let plain = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xFF10 + 0x30).unwrap_or(c),
        c => c.to_ascii_lowercase(),
    };
    text.chars().filter(|c| !c.is_whitespace()).take(64).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the vectors of RFC 6238, appendix B, and RFC 4226, appendix D.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_vectors_of_rfc_6238_hold() {
        // The RFC prints eight digits; ours are the last six of them.
        for (seconds, eight) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(truncated(SECRET, seconds / STEP_S) % 100_000_000, eight, "{seconds}");
            assert_eq!(code_at(SECRET, seconds / STEP_S), format!("{:06}", eight % 1_000_000), "{seconds}");
        }
    }

    #[test]
    fn the_vectors_of_rfc_4226_hold() {
        let codes =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (step, code) in codes.into_iter().enumerate() {
            assert_eq!(code_at(SECRET, step as i64), code);
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_a_code_works_once() {
        let at = |step: i64| Instant::from_ms(step * STEP_S * 1000 + 7);
        let code = code_at(SECRET, 1000);
        for (now, fits) in [(998, false), (999, true), (1000, true), (1001, true), (1002, false)] {
            assert_eq!(fit(SECRET, &code, 0, at(now)) == Fit::Right(1000), fits, "{now}");
        }
        assert_eq!(fit(SECRET, &code, 1000, at(1000)), Fit::Used);
        assert_eq!(fit(SECRET, &code, 1001, at(1000)), Fit::Used, "a later one was used");
        assert_eq!(fit(SECRET, &code_at(SECRET, 1001), 1000, at(1000)), Fit::Right(1001));
        assert_eq!(fit(SECRET, "", 0, at(1000)), Fit::Wrong);
    }

    #[test]
    fn base_32_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn the_address_names_issuer_and_account() {
        assert_eq!(
            uri(b"foobar", "一廊 A", "li.wei"),
            "otpauth://totp/%E4%B8%80%E5%BB%8A%20A:li.wei?secret=MZXW6YTBOI&issuer=%E4%B8%80%E5%BB%8A%20A&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(typed(" 12 3４５６ "), "123456");
    }
}
