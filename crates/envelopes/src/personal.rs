//! What envelopes keeps about people, and for how long.

use platform::privacy::{Gone, Kept, Until};

/// See [`platform::privacy`].
pub(crate) const PERSONAL: &[Kept] = &[
    Kept {
        table: "envelope_outcome",
        columns: &["manifest"],
        purpose: "Reading what senders sealed",
        until: Until::Days {
            days: 3650,
            after: "the round was opened",
            due: "at_ms < $1 AND manifest IS NOT NULL",
            key: "envelope",
            gone: Gone::Values("manifest = NULL"),
        },
    },
    Kept {
        table: "envelope_part",
        columns: &["bytes"],
        purpose: "Reading documents that senders sealed",
        until: Until::Days {
            days: 3650,
            after: "the round ended",
            due: "hash IN (SELECT e.hash FROM envelope e JOIN sealed_round r ON r.id = e.round WHERE r.ended_ms < $1)",
            key: "hash",
            gone: Gone::Row,
        },
    },
];
