//! Showing where a question was found.

use serde::{Deserialize, Serialize};

/// A stretch of the original text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The text exactly as written.
    pub text: String,
    /// Whether it answers the question.
    pub hit: bool,
}

/// A text, or a snippet of one, with the places that answer the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlight {
    /// Which field: `title`, `name_en`, `name` or `body`.
    pub field: String,
    /// The text in order; cut texts begin or end with a piece `…`.
    pub pieces: Vec<Piece>,
}

impl Highlight {
    /// The text with `<mark>` around the hits and everything else escaped for HTML.
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            if piece.hit {
                out.push_str("<mark>");
            }
            escape_into(&mut out, &piece.text);
            if piece.hit {
                out.push_str("</mark>");
            }
        }
        out
    }

    /// The text without marks.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
}
