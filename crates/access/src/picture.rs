//! A QR code as a picture in a page.

use platform::{Fault, Outcome};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// Modules of white around the code (ISO/IEC 18004).
const QUIET: usize = 4;

/// A QR code: one path on a white square, whatever the theme, because cameras want it so.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// Width and height in modules.
    pub size: usize,
    /// The dark modules.
    pub path: String,
}

impl Picture {
    /// The code of a text; an empty picture of an empty one.
    ///
    /// # Errors
    /// A text too long for any code.
    pub fn of(text: &str) -> Outcome<Picture> {
        if text.is_empty() {
            return Ok(Picture::default());
        }
        let code = QrCode::with_error_correction_level(text, EcLevel::M);
        let code = code.map_err(|error| Fault::Internal(format!("qr code: {error}")))?;
        let width = code.width();
        let mut path = String::new();
        for (place, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h1v1h-1z", place % width + QUIET, place / width + QUIET);
            }
        }
        Ok(Picture { size: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_three_corners_and_a_white_border() {
        let picture = Picture::of("otpauth://totp/Yilang:li.wei?secret=MZXW6YTBOI").unwrap();
        // The finder patterns begin where the border ends; the fourth corner has none.
        let last = picture.size - QUIET - 1;
        for corner in [(QUIET, QUIET), (last, QUIET), (QUIET, last)] {
            assert!(picture.path.contains(&format!("M{} {}h", corner.0, corner.1)), "{corner:?}");
        }
        assert!(!picture.path.contains("M3 ") && !picture.path.contains(&format!("M{} ", picture.size - QUIET)));
        assert_eq!(Picture::of("").unwrap().size, 0);
    }
}
