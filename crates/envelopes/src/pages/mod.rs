//! Pages for people, in Chinese and English.

pub mod committee;
pub mod envelope;
pub mod round;
mod upload;
mod words;

use rooms::pages::Section;

/// Everything about sealed rounds stands below one entry of the menu.
const SECTION: Section = Section("/rounds");
