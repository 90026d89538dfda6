//! What accords keeps about people, and for how long.

use platform::privacy::{Gone, Kept, Until};

/// See [`platform::privacy`].
pub(crate) const PERSONAL: &[Kept] = &[
    Kept {
        table: "accord_consent",
        columns: &["by_name"],
        purpose: "Saying who consented for a party",
        until: Until::Days {
            days: 3650,
            after: "the act ended",
            due: "accord IN (SELECT id FROM accord WHERE state IN ('failed', 'expired', 'ended', 'superseded') AND updated_ms < $1) AND by_name <> ''",
            key: "id",
            gone: Gone::Values("by_name = ''"),
        },
    },
    Kept {
        table: "action_item_report",
        columns: &["by_name"],
        purpose: "Saying who reported",
        until: Until::Days {
            days: 3650,
            after: "the item was closed",
            due: "item IN (SELECT id FROM action_item WHERE closed_ms < $1) AND by_name <> ''",
            key: "id",
            gone: Gone::Values("by_name = ''"),
        },
    },
    Kept {
        table: "meeting",
        columns: &["guests"],
        purpose: "Minutes of the joint conference",
        until: Until::Days {
            days: 3650,
            after: "they were published",
            due: "published_ms < $1 AND guests <> ''",
            key: "id",
            gone: Gone::Values("guests = ''"),
        },
    },
];
