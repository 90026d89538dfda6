//! What notices keeps about people, and for how long.

use platform::privacy::{Gone, Kept, Until};

/// See [`platform::privacy`].
pub(crate) const PERSONAL: &[Kept] = &[
    Kept {
        table: "notice",
        columns: &["title", "title_en", "who", "hits"],
        purpose: "Telling somebody what concerns him",
        until: Until::Days {
            days: 396,
            after: "it was told",
            due: "at_ms < $1 AND mail_at_ms IS NULL",
            key: "id",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "delivery",
        columns: &["address", "error"],
        purpose: "Knowing what was sent where",
        until: Until::Days {
            days: 180,
            after: "it was made",
            due: "created_ms < $1 AND state IN ('sent', 'failed')",
            key: "id",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "saved_search_known",
        columns: &["document"],
        purpose: "Telling only what is new",
        until: Until::Days {
            days: 30,
            after: "the account was disabled",
            due: "search IN (SELECT id FROM saved_search WHERE account IN (SELECT id FROM account WHERE disabled_ms < $1))",
            key: "search, document",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "saved_search",
        columns: &["name", "question", "address"],
        purpose: "Searching again for somebody",
        until: Until::Days {
            days: 30,
            after: "the account was disabled",
            due: "account IN (SELECT id FROM account WHERE disabled_ms < $1)",
            key: "id",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "follow",
        columns: &["object_kind", "object_id", "title", "title_en", "href"],
        purpose: "Telling somebody what he follows",
        until: Until::Days {
            days: 30,
            after: "the account was disabled",
            due: "account IN (SELECT id FROM account WHERE disabled_ms < $1)",
            key: "id",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "mail_address",
        columns: &["address", "asked"],
        purpose: "Sending mails to whoever asked for them",
        until: Until::Days {
            days: 30,
            after: "the account was disabled",
            due: "account IN (SELECT id FROM account WHERE disabled_ms < $1)",
            key: "account",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "mail_address",
        columns: &["asked"],
        purpose: "Confirming a new address",
        until: Until::Days {
            days: 30,
            after: "it was asked for",
            due: "asked IS NOT NULL AND asked_ms < $1",
            key: "account",
            gone: Gone::Values("asked = NULL, asked_ms = NULL"),
        },
    },
    Kept {
        table: "notice_preference",
        columns: &["topic", "frequency"],
        purpose: "Sending as often as somebody wants",
        until: Until::Days {
            days: 30,
            after: "the account was disabled",
            due: "account IN (SELECT id FROM account WHERE disabled_ms < $1)",
            key: "account, topic",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "notice_quiet",
        columns: &["from_minute", "to_minute"],
        purpose: "Not disturbing",
        until: Until::Days {
            days: 30,
            after: "the account was disabled",
            due: "account IN (SELECT id FROM account WHERE disabled_ms < $1)",
            key: "account",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "webhook",
        columns: &["url", "secret"],
        purpose: "Calling programs of whoever asked for it",
        until: Until::Days {
            days: 30,
            after: "the account was disabled",
            due: "account IN (SELECT id FROM account WHERE disabled_ms < $1)",
            key: "id",
            gone: Gone::Row,
        },
    },
    Kept {
        table: "letter",
        columns: &["name", "link"],
        purpose: "Writing a mail with a one-time link",
        until: Until::Days { days: 7, after: "the link ended", due: "until_ms < $1", key: "delivery", gone: Gone::Row },
    },
];
