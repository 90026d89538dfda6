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
    Kept::with_account("saved_search", &["name", "question", "address"], "Searching again for somebody", "id"),
    Kept::with_account(
        "follow",
        &["object_kind", "object_id", "title", "title_en", "href"],
        "Telling somebody what he follows",
        "id",
    ),
    Kept::with_account("mail_address", &["address", "asked"], "Sending mails to whoever asked for them", "account"),
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
    Kept::with_account(
        "notice_preference",
        &["topic", "frequency"],
        "Sending as often as somebody wants",
        "account, topic",
    ),
    Kept::with_account("notice_quiet", &["from_minute", "to_minute"], "Not disturbing", "account"),
    Kept::with_account("webhook", &["url", "secret"], "Calling programs of whoever asked for it", "id"),
    Kept {
        table: "letter",
        columns: &["name", "link"],
        purpose: "Writing a mail with a one-time link",
        until: Until::Days { days: 7, after: "the link ended", due: "until_ms < $1", key: "delivery", gone: Gone::Row },
    },
];
