//! Parts of pages: structs that print themselves as safe HTML (`{{ part }}` in any template of any crate).
//!
//! Each has its own small template in `templates/parts/`. What a person typed or a file said goes in as plain
//! text and is escaped there. The tiny ones are also askama macros in `parts.html`.

mod facts;
mod form;
mod lists;
mod sealed;
mod trust;

pub use facts::{
    Cell, Column, Crumb, Crumbs, Fact, Facts, Figure, Figures, Phase, Phases, Share, ShareBar, Source, Table,
};
pub use form::{Answer, Answers, Choice, ErrorSummary, Field, FieldKind, Form};
pub use lists::{Action, Chip, Empty, FacetGroup, FacetValue, Facets, Pager, SearchBox, SortOption};
pub use sealed::{SealContext, SealedForm};
pub use trust::{Marked, Proofs, Receipt, Tag, Tone, Why, WhyReason};

/// Percent-encodes a value for a query string (everything but RFC 3986's unreserved characters).
pub fn encode(value: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    text
}
