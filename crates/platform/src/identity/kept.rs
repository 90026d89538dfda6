//! What identity keeps about people, and for how long.

use crate::privacy::{Gone, Kept, Until};

/// See [`crate::privacy`].
pub const PERSONAL: &[Kept] = &[
    Kept {
        table: "account",
        columns: &["login", "email", "name", "password_hash"],
        purpose: "Signing in; saying who acted",
        until: Until::Days {
            days: 730,
            after: "the account was disabled",
            due: "disabled_ms < $1 AND login <> 'gone-' || id",
            key: "id",
            gone: Gone::Values("login = 'gone-' || id, email = NULL, name = '', password_hash = ''"),
        },
    },
    Kept {
        table: "invite",
        columns: &["name", "email"],
        purpose: "Greeting whoever opens the link",
        until: Until::Days { days: 30, after: "the link ended", due: "expires_ms < $1", key: "id", gone: Gone::Row },
    },
    Kept {
        table: "session",
        columns: &["ip", "user_agent"],
        purpose: "Telling people where they are signed in",
        until: Until::Days {
            days: 1,
            after: "the session ended",
            due: "expires_ms < $1",
            key: "token_hash",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "sign_in_tally",
        columns: &["key"],
        purpose: "Slowing down guesses by account and address",
        until: Until::Days {
            days: 1,
            after: "the last attempt",
            due: "since_ms < $1 AND until_ms < $1",
            key: "key",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "account_place",
        columns: &["place"],
        purpose: "Keeping strangers from locking somebody out",
        until: Until::Days {
            days: 400,
            after: "the last sign-in from there",
            due: "seen_ms < $1",
            key: "account, place",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "api_token",
        columns: &["name"],
        purpose: "Telling one's own tokens apart",
        until: Until::Days { days: 365, after: "the token ended", due: "expires_ms < $1", key: "id", gone: Gone::Row },
    },
    Kept {
        table: "idempotency",
        columns: &["response"],
        purpose: "Answering a repeat like the first request",
        until: Until::Days {
            days: 7,
            after: "the request",
            due: "created_ms < $1",
            key: "actor, route, key",
            gone: Gone::Row,
        },
    },
];
