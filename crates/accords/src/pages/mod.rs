//! Pages for people, in Chinese and English.

pub mod accord;
pub mod item;
pub mod meeting;
pub mod supervision;
mod words;

use platform::journal::Recorded;
use platform::web::T;
use platform::web::parts::Proofs;
use rooms::pages::Section;

/// Everything about joint acts stands below one entry of the menu.
const SECTION: Section = Section("/accords");

/// The newest entry that everybody may read, by its number alone.
fn proof(t: T, entries: &[Recorded]) -> Option<Proofs> {
    rooms::pages::proof(t, entries).map(|proof| Proofs { href: String::new(), ..proof })
}
