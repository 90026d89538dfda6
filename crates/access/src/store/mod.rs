//! Rows of ways to sign in. SQL stops here.

pub mod factor;
pub mod identity;
pub mod passkey;
pub mod step;

use platform::Outcome;
use platform::db::Conn;
use rooms::store::rows::run;

/// Whether an account has a second factor: an authenticator app, or a passkey.
pub async fn has_second_factor(conn: &Conn, account: &str) -> Outcome<bool> {
    Ok(factor::is_on(conn, account).await? || passkey::any(conn, account).await?)
}

/// Forgets the recovery codes of an account that has nothing left to recover.
pub async fn forget_codes(conn: &Conn, account: &str) -> Outcome<()> {
    if has_second_factor(conn, account).await? {
        return Ok(());
    }
    run(conn, "DELETE FROM recovery_code WHERE account = $1", vec![account.into()]).await.map(|_| ())
}
