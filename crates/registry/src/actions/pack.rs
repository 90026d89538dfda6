//! Loading packs and deciding their proposals.
