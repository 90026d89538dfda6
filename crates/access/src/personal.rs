//! What the ways to sign in keep about people, and for how long.

use platform::privacy::{Gone, Kept, Until};

/// See [`platform::privacy`].
pub const PERSONAL: &[Kept] = &[
    Kept {
        table: "second_factor",
        columns: &["secret"],
        purpose: "Checking the codes of somebody's authenticator app",
        until: Until::Asked("as long as it is used; its owner removes it, or an administrator when asked"),
    },
    Kept {
        table: "sign_in_step",
        columns: &["login"],
        purpose: "Finishing a sign-in that waits for a code",
        until: Until::Days {
            days: 1,
            after: "the attempt ended",
            due: "expires_ms < $1",
            key: "token_hash",
            gone: Gone::Row,
        },
    },
    Kept::with_account(
        "passkey",
        &["name", "credential", "public_key", "used_from", "used_with"],
        "Checking somebody's passkeys and telling them apart",
        "id",
    ),
    Kept::with_account("passkey_owner", &["handle"], "Finding somebody's passkeys in his devices", "account"),
    Kept::with_account(
        "outer_identity",
        &["issuer", "subject"],
        "Signing in by another house that vouches for somebody",
        "id",
    ),
    Kept {
        table: "sign_in_trip",
        columns: &["next"],
        purpose: "Finishing a sign-in that is under way at another house",
        until: Until::Days {
            days: 1,
            after: "the attempt ended",
            due: "expires_ms < $1",
            key: "state_hash",
            gone: Gone::Row,
        },
    },
];
