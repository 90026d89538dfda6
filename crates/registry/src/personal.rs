//! What registry keeps about people, and for how long.

use platform::privacy::{Gone, Kept, Until};

/// See [`platform::privacy`].
pub(crate) const PERSONAL: &[Kept] = &[
    Kept {
        table: "membership",
        columns: &["account_name", "duty"],
        purpose: "Showing who acts for an organisation",
        until: Until::Days {
            days: 730,
            after: "the account was disabled",
            due: "account IN (SELECT id FROM account WHERE disabled_ms < $1) AND (account_name <> '' OR duty <> '')",
            key: "id",
            gone: Gone::Values("account_name = '', duty = ''"),
        },
    },
    Kept {
        table: "claim",
        columns: &["account_name", "evidence", "remark"],
        purpose: "Deciding who speaks for an organisation",
        until: Until::Days {
            days: 1095,
            after: "the decision",
            due: "state <> 'open' AND COALESCE(decided_ms, created_ms) < $1 AND (account_name <> '' OR evidence <> '' OR remark <> '')",
            key: "id",
            gone: Gone::Values("account_name = '', evidence = '', remark = ''"),
        },
    },
    Kept {
        table: "contact_message",
        columns: &["name", "body"],
        purpose: "Talking about a need or an offer",
        until: Until::Days {
            days: 1095,
            after: "the last word",
            due: "request IN (SELECT id FROM contact_request WHERE state NOT IN ('open', 'question') AND updated_ms < $1) AND (name <> '' OR body <> '')",
            key: "request, ord",
            gone: Gone::Values("name = '', body = ''"),
        },
    },
    Kept {
        table: "expert",
        columns: &["name", "name_en", "title", "institution", "fields", "fields_en"],
        purpose: "Finding experts who agreed to be found",
        until: Until::Days {
            days: 365,
            after: "the expert withdrew",
            due: "state = 'withdrawn' AND updated_ms < $1 AND name <> ''",
            key: "id",
            gone: Gone::Values("name = '', name_en = '', title = '', institution = '', fields = '', fields_en = ''"),
        },
    },
    Kept {
        table: "workstation_expert",
        columns: &["left_remark"],
        purpose: "Saying why an expert left",
        until: Until::Days {
            days: 1095,
            after: "the expert left",
            due: "left_ms < $1 AND left_remark <> ''",
            key: "workstation, expert",
            gone: Gone::Values("left_remark = ''"),
        },
    },
    Kept {
        table: "listing_review",
        columns: &["reviewed_name", "note"],
        purpose: "Saying who reviewed",
        until: Until::Days {
            days: 1095,
            after: "the review",
            due: "reviewed_ms < $1 AND (reviewed_name <> '' OR note <> '')",
            key: "listing, version",
            gone: Gone::Values("reviewed_name = '', note = ''"),
        },
    },
    Kept {
        table: "match_feedback",
        columns: &["text", "note"],
        purpose: "Learning from what people say of matches",
        until: Until::Days { days: 365, after: "it was given", due: "at_ms < $1", key: "id", gone: Gone::Row },
    },
    Kept {
        table: "import_batch",
        columns: &["started_name"],
        purpose: "Saying who imported",
        until: Until::Days {
            days: 1095,
            after: "the import",
            due: "started_ms < $1 AND started_name <> ''",
            key: "id",
            gone: Gone::Values("started_name = ''"),
        },
    },
];
