//! PDF: values of the information dictionary, XMP packets and what cameras wrote into pictures are blanked where they lie, so that
//! no offset moves. Where they lie compressed or encrypted nothing can be blanked, and the file is refused.

mod lexer;

use std::collections::BTreeSet;

use crate::Problem;
use crate::bytes::{be16, find, find_last};
use lexer::{Lexer, Seen, Word, is_delimiter, is_white};

const EMPTY_XMP: &[u8] = b"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>";
/// The end record of a ZIP must lie within this many bytes of its end to be found by a reader.
const ZIP_TAIL: usize = 65_557;

pub(crate) fn strip(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let end = bytes.iter().rposition(|byte| !is_white(*byte)).map_or(0, |last| last + 1);
    if !bytes[..end].ends_with(b"%%EOF") || find(bytes, b"startxref", 0).is_none() {
        return Err(Problem::Broken);
    }
    if find(bytes, b"PK\x05\x06", bytes.len().saturating_sub(ZIP_TAIL)).is_some() {
        return Err(Problem::Mixed);
    }
    if names(bytes, b"/Encrypt").next().is_some() {
        return Err(Problem::Encrypted);
    }
    if names(bytes, b"/ByteRange").next().is_some() {
        return Err(Problem::Signed);
    }
    let mut out = bytes.to_vec();
    blank_information(bytes, &mut out)?;
    blank_metadata(bytes, &mut out)?;
    blank_packets(&mut out)?;
    blank_pictures(bytes, &mut out);
    Ok(out)
}

/// Where some bytes stand, each place.
fn places<'a>(bytes: &'a [u8], what: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    std::iter::successors(find(bytes, what, 0), move |at| find(bytes, what, at + 1))
}

/// Where a name ends, for each place at which it stands as a whole.
fn names<'a>(bytes: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let whole = |end: &usize| bytes.get(*end).is_none_or(|after| is_white(*after) || is_delimiter(*after));
    places(bytes, name).map(|at| at + name.len()).filter(whole)
}

/// The information dictionary: named by /Info in a trailer or in the dictionary of a cross-reference stream.
fn blank_information(bytes: &[u8], out: &mut [u8]) -> Result<(), Problem> {
    let mut blank = |seen: Seen| match seen {
        Seen::Text(from, to) => {
            out[from + 1..to - 1].fill(b' ');
            Ok(())
        }
        // A value elsewhere would have to be followed there; no program writes it so.
        Seen::Reference => Err(Problem::Hidden),
    };
    let mut objects = BTreeSet::new();
    for place in names(bytes, b"/Info") {
        let mut lexer = Lexer::new(bytes, place);
        let token = lexer.next()?;
        match lexer.reference(&token)? {
            Some(object) => {
                objects.insert(object);
            }
            None if token.word == Word::Open => {
                lexer.dictionary(&mut blank, 0)?;
            }
            None => {}
        }
    }
    for object in objects {
        let what = format!("{object} obj").into_bytes();
        let mut found = false;
        for at in places(bytes, &what).filter(|at| *at == 0 || is_white(bytes[at - 1])) {
            let mut lexer = Lexer::new(bytes, at + what.len());
            if lexer.next()?.word != Word::Open {
                return Err(Problem::Broken);
            }
            lexer.dictionary(&mut blank, 0)?;
            found = true;
        }
        // It lies in a compressed object stream.
        if !found {
            return Err(Problem::Hidden);
        }
    }
    Ok(())
}

/// Streams of /Type /Metadata: XMP.
fn blank_metadata(bytes: &[u8], out: &mut [u8]) -> Result<(), Problem> {
    for place in names(bytes, b"/Type") {
        let mut lexer = Lexer::new(bytes, place);
        let token = lexer.next()?;
        if token.word != Word::Name || lexer.text(&token) != b"/Metadata" {
            continue;
        }
        let start = find_last(bytes, b"obj", place).ok_or(Problem::Broken)?;
        let mut object = Lexer::new(bytes, start + 3);
        if object.next()?.word != Word::Open {
            return Err(Problem::Broken);
        }
        let keys = object.dictionary(&mut |_| Ok(()), 0)?;
        let keyword = object.next()?;
        if object.text(&keyword) != b"stream" {
            return Err(Problem::Broken);
        }
        if keys.contains(&b"/Filter".as_slice()) {
            return Err(Problem::Hidden);
        }
        let mut from = keyword.to;
        from += usize::from(bytes.get(from) == Some(&b'\r'));
        from += usize::from(bytes.get(from) == Some(&b'\n'));
        let mut to = find(bytes, b"endstream", from).ok_or(Problem::Broken)?;
        // The line end before `endstream` is not part of the stream, and readers look for it.
        to -= usize::from(to > from && bytes[to - 1] == b'\n');
        to -= usize::from(to > from && bytes[to - 1] == b'\r');
        out[from..to].fill(b' ');
        if to - from >= EMPTY_XMP.len() {
            out[from..from + EMPTY_XMP.len()].copy_from_slice(EMPTY_XMP);
        }
    }
    Ok(())
}

/// XMP packets that lie open anywhere else, such as in pictures.
fn blank_packets(out: &mut [u8]) -> Result<(), Problem> {
    let mut next = find(out, b"<?xpacket begin", 0);
    while let Some(from) = next {
        let last = find(out, b"<?xpacket end", from).ok_or(Problem::Broken)?;
        let to = find(out, b"?>", last).ok_or(Problem::Broken)?;
        out[from..to + 2].fill(b' ');
        next = find(out, b"<?xpacket begin", from);
    }
    Ok(())
}

/// JPEG pictures as they came from a camera: application segments of EXIF, XMP, Photoshop, and comments are filled with zeros.
fn blank_pictures(bytes: &[u8], out: &mut [u8]) {
    for at in places(bytes, crate::picture::JPEG) {
        let before = &bytes[..at];
        let Some(before) = before.strip_suffix(b"\r\n").or_else(|| before.strip_suffix(b"\n")) else { continue };
        if !before.ends_with(b"stream") {
            continue;
        }
        let mut segment = at + 2;
        while let Some([0xff, marker @ 0xc0..=0xff]) = bytes.get(segment..segment + 2)
            && *marker != 0xda
        {
            let Some(length) = be16(bytes, segment + 2).filter(|length| *length >= 2) else { break };
            let Some(content) = out.get_mut(segment + 4..segment + 2 + length) else { break };
            if matches!(marker, 0xe1 | 0xed | 0xfe) {
                content.fill(0);
            }
            segment += 2 + length;
        }
    }
}
