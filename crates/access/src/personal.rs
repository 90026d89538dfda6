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
];
