//! Secrets that people and programs carry, and what is kept of them: only a hash.

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

/// Begins every access token, so that scanners find one that leaked.
pub const TOKEN_PREFIX: &str = "yl_";
/// The longest secret that is looked at; ours are shorter.
const SECRET_BYTES_MAX: usize = 128;

/// SHA-256 in hexadecimal. The secrets are 256 random bits, so a plain hash is enough.
pub(crate) fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// SHA-256 over parts in hexadecimal; the length of each is hashed before it, so that no two lists of parts are alike.
pub(super) fn hash_of(parts: &[&[u8]]) -> String {
    let mut all = Sha256::new();
    for part in parts {
        all.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        all.update(part);
    }
    hex::encode(all.finalize())
}

/// A key made of parts, of which none stays readable.
pub(super) fn key(parts: &[&str]) -> String {
    hash(&parts.join("\u{1f}"))
}

/// The session cookie's name: browsers accept `__Host-` only over HTTPS, for this very host and path `/`.
pub fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-session" } else { "session" }
}

/// The session secret a browser sent.
pub(super) fn cookie_of(headers: &HeaderMap, https: bool) -> Option<&str> {
    crate::web::visit::cookie(headers, cookie_name(https))
        .filter(|value| !value.is_empty() && value.len() <= SECRET_BYTES_MAX)
}

/// The access token a program sent as `Authorization: Bearer …`.
pub(crate) fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Sets the session cookie for so many seconds; 0 takes it away.
pub(super) fn set_cookie(secret: &str, age_s: i64, https: bool) -> HeaderValue {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{}={secret}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}", cookie_name(https));
    // Secrets are hexadecimal, so the text is always a valid header; an empty one would set nothing.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
        assert_eq!(set_cookie("ab", 60, false), "session=ab; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
        assert_eq!(set_cookie("ab", 60, true), "__Host-session=ab; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn bearer_tokens_are_read_whatever_the_case() {
        let mut headers = HeaderMap::new();
        assert_eq!(bearer_of(&headers), None);
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("bearer yl_1"));
        assert_eq!(bearer_of(&headers), Some("yl_1"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic yl_1"));
        assert_eq!(bearer_of(&headers), None);
    }

    #[test]
    fn parts_of_a_key_do_not_run_together() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }
}
