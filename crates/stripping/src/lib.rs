//! Takes out of a file what tells who made it, when and where: pictures, office documents, PDF, plain text. Without I/O.
//!
//! The sender's side strips before sealing (the browser by `stripping.js`, `yilang seal` by this crate); the server strips
//! again what it shows after opening, while the hash that was submitted stays the commitment. Both sides make the same bytes
//! from the same input, held together by `vectors/stripping-1.json`; that is why formats are taken apart here and not by
//! libraries, which write in ways of their own.
//!
//! What a file is, its content says, never its name. Everything that is not one of [`Kind`] is refused.
//!
//! | kind | goes | stays |
//! | --- | --- | --- |
//! | JPEG | application segments, comments, whatever follows the end, the thumbnail of JFIF | JFIF density, ICC profile, Adobe's colour transform, of EXIF the orientation |
//! | PNG | every chunk that a decoder does not need for showing the picture | pixels, colours, density, animation |
//! | docx, xlsx, pptx | core, application and custom properties, labels, lists of people, times and extras of the ZIP, the folder a workbook lay in; metadata of pictures and documents within | text, styles, custom XML, embedded OLE objects |
//! | PDF | values of the information dictionary, XMP packets, what cameras wrote into JPEG pictures: blanked where they lie | pages, file identifiers, annotations |
//! | text | nothing | UTF-8 text |
//!
//! Comments and kept revisions of office documents are refused, not cut out: the sender decides what the text says.
//! What somebody writes into the text itself, no program takes out.
//!
//! Sources: ITU-T T.81 and JFIF 1.02, EXIF 2.32 (orientation), ICC.1 annex B.4, W3C PNG third edition, ECMA-376 part 2 (packages),
//! PKWARE APPNOTE 6.3.10 (ZIP), ISO 32000-2 §7 and §14.3 (PDF).

mod bytes;
mod office;
mod pdf;
mod picture;
mod problem;

pub use problem::Problem;

/// Largest file that is taken, and largest content of an entry within one, in bytes.
pub const BYTES_MAX: usize = 64 * 1024 * 1024;

/// What a file is by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A PDF document.
    Pdf,
    /// A text document of Office Open XML.
    Docx,
    /// A workbook of Office Open XML.
    Xlsx,
    /// A presentation of Office Open XML.
    Pptx,
    /// Plain text in UTF-8.
    Text,
}

impl Kind {
    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Kind::Jpeg => "image/jpeg",
            Kind::Png => "image/png",
            Kind::Pdf => "application/pdf",
            Kind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Kind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Kind::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Kind::Text => "text/plain",
        }
    }

    /// The usual end of its name.
    pub fn extension(self) -> &'static str {
        match self {
            Kind::Jpeg => "jpg",
            Kind::Png => "png",
            Kind::Pdf => "pdf",
            Kind::Docx => "docx",
            Kind::Xlsx => "xlsx",
            Kind::Pptx => "pptx",
            Kind::Text => "txt",
        }
    }
}

/// A file without its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stripped {
    /// What it is.
    pub kind: Kind,
    /// What it says.
    pub bytes: Vec<u8>,
}

/// Strips a file. What has been stripped already comes out as it went in.
///
/// # Errors
/// A [`Problem`] for what is not accepted, is damaged, or hides its metadata.
pub fn strip(bytes: &[u8]) -> Result<Stripped, Problem> {
    if bytes.len() > BYTES_MAX {
        return Err(Problem::TooLarge);
    }
    let done = |kind, bytes| Stripped { kind, bytes };
    if bytes.starts_with(picture::JPEG) {
        picture::jpeg(bytes).map(|out| done(Kind::Jpeg, out))
    } else if bytes.starts_with(picture::PNG) {
        picture::png(bytes).map(|out| done(Kind::Png, out))
    } else if bytes.starts_with(b"%PDF-") {
        pdf::strip(bytes).map(|out| done(Kind::Pdf, out))
    } else if bytes.starts_with(b"PK\x03\x04") {
        office::strip(bytes, 0).map(|(kind, out)| done(kind, out))
    } else if is_text(bytes) {
        Ok(done(Kind::Text, bytes.to_vec()))
    } else {
        Err(Problem::Kind)
    }
}

/// UTF-8 without control characters other than tab and line ends.
fn is_text(bytes: &[u8]) -> bool {
    let odd = |byte: &u8| (*byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || *byte == 0x7f;
    !bytes.is_empty() && !bytes.iter().any(odd) && std::str::from_utf8(bytes).is_ok()
}
