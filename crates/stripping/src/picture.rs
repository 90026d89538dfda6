//! JPEG and PNG: what a decoder needs stays, all else goes.

use crate::Problem;
use crate::bytes::{be16, be32, crc32, le16, le32};

pub(crate) const JPEG: &[u8] = &[0xff, 0xd8, 0xff];
pub(crate) const PNG: &[u8] = &[0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const COM: u8 = 0xfe;

/// A JPEG picture, segment by segment. Whatever follows its end is left out.
pub(crate) fn jpeg(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let byte = |at: usize| bytes.get(at).copied().ok_or(Problem::Broken);
    let mut out = bytes.get(..2).ok_or(Problem::Broken)?.to_vec();
    let mut at = 2;
    let mut scanned = false;
    loop {
        if byte(at)? != 0xff {
            return Err(Problem::Broken);
        }
        while byte(at + 1)? == 0xff {
            at += 1;
        }
        let marker = byte(at + 1)?;
        match marker {
            EOI => break,
            0 | 1 | 0xd0..=SOI => return Err(Problem::Broken),
            _ => {}
        }
        let length = be16(bytes, at + 2).filter(|length| *length >= 2).ok_or(Problem::Broken)?;
        let content = bytes.get(at + 4..at + 2 + length).ok_or(Problem::Broken)?;
        if let Some(kept) = segment(marker, content) {
            out.extend([0xff, marker]);
            // What is kept is never longer than what was there, whose length has 16 bits.
            out.extend(u16::try_from(kept.len() + 2).map_err(|_| Problem::Broken)?.to_be_bytes());
            out.extend(kept);
        }
        at += 2 + length;
        if marker == SOS {
            let scan = scan(bytes.get(at..).unwrap_or_default()).ok_or(Problem::Broken)?;
            out.extend(scan);
            at += scan.len();
            scanned = true;
        }
    }
    if !scanned {
        return Err(Problem::Broken);
    }
    out.extend([0xff, EOI]);
    Ok(out)
}

/// A scan: up to the next marker that is neither a stuffed byte nor a restart.
fn scan(bytes: &[u8]) -> Option<&[u8]> {
    let ends = |at: usize| bytes[at] == 0xff && !matches!(bytes.get(at + 1), Some(0 | 0xd0..0xd8));
    let end = (0..bytes.len()).find(|at| ends(*at))?;
    bytes.get(..end)
}

/// What stays of a segment.
fn segment(marker: u8, content: &[u8]) -> Option<Vec<u8>> {
    match marker {
        COM => None,
        // Density only: the thumbnail of JFIF goes.
        0xe0 if content.starts_with(b"JFIF\0") && content.len() >= 14 => Some([&content[..12], &[0, 0]].concat()),
        0xe1 => turned(content.strip_prefix(b"Exif\0\0")?),
        0xe2 if content.starts_with(b"ICC_PROFILE\0") => Some(content.to_vec()),
        0xee if content.starts_with(b"Adobe") && content.len() >= 12 => Some(content[..12].to_vec()),
        0xe0..=0xef => None,
        _ => Some(content.to_vec()),
    }
}

/// A picture that its camera has stored lying on its side must not be shown so: of EXIF, the orientation alone stays.
fn turned(tiff: &[u8]) -> Option<Vec<u8>> {
    let little = tiff.starts_with(b"II*\0");
    if !little && !tiff.starts_with(b"MM\0*") {
        return None;
    }
    let short = |at: usize| if little { le16(tiff, at) } else { be16(tiff, at) };
    let directory = if little { le32(tiff, 4) } else { be32(tiff, 4) }?;
    for index in 0..short(directory)? {
        let at = directory + 2 + 12 * index;
        tiff.get(at..at.checked_add(12)?)?;
        if short(at)? != 0x0112 {
            continue;
        }
        let orientation =
            short(at + 8).filter(|orientation| (2..=8).contains(orientation) && short(at + 2) == Some(3))?;
        let head = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
        return Some([head.as_slice(), &[u8::try_from(orientation).ok()?, 0, 0, 0, 0, 0, 0]].concat());
    }
    None
}

/// What a decoder needs to show the picture; all else goes, known or not.
const CHUNKS: [&[u8; 4]; 20] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI",
    b"sBIT", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
];

/// A PNG picture, chunk by chunk. Whatever follows its end is left out.
pub(crate) fn png(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut out = PNG.to_vec();
    let mut at = PNG.len();
    let mut data = false;
    loop {
        let first = at == PNG.len();
        let length = be32(bytes, at).filter(|length| *length <= 0x7fff_ffff).ok_or(Problem::Broken)?;
        let chunk = bytes.get(at..at + 12 + length).ok_or(Problem::Broken)?;
        let name = &chunk[4..8];
        let sum = be32(chunk, 8 + length).ok_or(Problem::Broken)?;
        if usize::try_from(crc32(&chunk[4..8 + length])) != Ok(sum) || (name == b"IHDR") != first {
            return Err(Problem::Broken);
        }
        if CHUNKS.iter().any(|known| known.as_slice() == name) {
            out.extend(chunk);
        } else if name[0] & 0x20 == 0 {
            // A critical chunk that nobody knows.
            return Err(Problem::Broken);
        }
        data |= name == b"IDAT";
        at += chunk.len();
        if name == b"IEND" {
            break;
        }
    }
    if data { Ok(out) } else { Err(Problem::Broken) }
}
