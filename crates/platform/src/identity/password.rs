//! Password hashing: argon2id, on threads of its own, only a few at once.

use crate::fault::{Fault, Outcome};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use kernel::{Refusal, RefusalKind};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Memory of one hash, in KiB: 19 MiB, as the OWASP password storage cheat sheet asks with two passes.
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
pub const PASSES: u32 = 2;
/// Lanes.
pub const LANES: u32 = 1;
/// Hashes computed at once on this node: bounds memory and leaves the cores to others.
const AT_ONCE: usize = 2;
/// Callers that may wait for their turn; more are sent away at once.
const WAITING_MAX: usize = 64;

static TURN: Semaphore = Semaphore::const_new(AT_ONCE);
static PLACES: Semaphore = Semaphore::const_new(AT_ONCE + WAITING_MAX);

/// The hash of a password nobody knows, for names that do not exist: their answer takes as long.
static DUMMY: LazyLock<String> = LazyLock::new(|| hash_now(&crate::random::secret()).unwrap_or_default());

fn hasher() -> Result<Argon2<'static>, String> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str) -> Result<String, String> {
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(|error| error.to_string())?;
    let hash = hasher()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

/// Hashes a new password. Never call it inside a transaction.
pub(super) async fn hash(password: &str) -> Outcome<String> {
    let password = password.to_owned();
    in_turn(move || hash_now(&password)).await?.map_err(Fault::Internal)
}

/// Whether a password fits a stored hash; without one it works as long and says no. Never call it inside a transaction.
pub(super) async fn verify(stored: Option<String>, password: &str) -> Outcome<bool> {
    let password = password.to_owned();
    in_turn(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| DUMMY.clone());
        let fits = hasher().is_ok_and(|argon| argon.verify_password(password.as_bytes(), stored.as_str()).is_ok());
        fits && known
    })
    .await
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    let _place = PLACES.try_acquire().map_err(|_| busy())?;
    let turn = TURN.acquire().await.map_err(|error| Fault::Internal(error.to_string()))?;
    let done = tokio::task::spawn_blocking(work).await;
    drop(turn);
    done.map_err(|error| Fault::Internal(error.to_string()))
}

fn busy() -> Refusal {
    Refusal::new(
        RefusalKind::Unavailable,
        "sign-in-busy",
        "此刻登录的人较多，请稍后再试。",
        "Many people are signing in at this moment. Try again shortly.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let stored = hash("十个字符的密码就够了").await.unwrap();
        assert!(verify(Some(stored.clone()), "十个字符的密码就够了").await.unwrap());
        assert!(!verify(Some(stored.clone()), "十个字符的密码就够了 ").await.unwrap());
        assert!(!verify(Some("not a hash".into()), "x").await.unwrap());
        let again = hash("十个字符的密码就够了").await.unwrap();
        assert_ne!(stored, again, "each has a salt of its own");
    }

    #[tokio::test]
    async fn a_name_that_does_not_exist_costs_the_same_work() {
        let stored = hash("whatever it is").await.unwrap();
        let work = |text: &str| text.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(work(&stored), work(&DUMMY));
        assert!(work(&stored).ends_with("argon2id$v=19$m=19456,t=2,p=1"), "{stored}");
        assert!(!verify(None, "whatever it is").await.unwrap());
    }
}
