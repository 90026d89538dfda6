//! As much of ZIP as a package of Office Open XML needs: one part, no Zip64, stored or deflated.

use std::borrow::Cow;

use flate2::{Decompress, FlushDecompress, Status};

use crate::bytes::{crc32, le16, le32};
use crate::{BYTES_MAX, Problem};

const ENTRIES_MAX: usize = 4_096;
const NAME_BYTES_MAX: usize = 255;
/// What all entries may come to when they are unpacked.
const UNPACKED_BYTES_MAX: usize = 512 * 1024 * 1024;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const UTF8_FLAG: u16 = 0x0800;
/// Encrypted in one of three ways.
const ENCRYPTED_FLAGS: u16 = 0x2041;
/// 1 January 1980, the earliest day that a ZIP can name.
const DAY_ZERO: u16 = 0x0021;

/// An entry as the directory has it.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    flags: u16,
    method: u16,
    crc: u32,
    unpacked: usize,
    head: usize,
    from: usize,
    to: usize,
}

impl Entry {
    /// The name in small letters, one character for each byte: packages tell names apart without regard to case.
    pub(super) fn lower(&self) -> String {
        self.name.iter().map(|byte| char::from(*byte).to_lowercase().next().unwrap_or_default()).collect()
    }
}

/// The entries in the directory's order, each held against its own head.
pub(super) fn directory(bytes: &[u8]) -> Result<Vec<Entry>, Problem> {
    let end = end_record(bytes)?;
    let broken = || Problem::Broken;
    let count = le16(bytes, end + 10).ok_or_else(broken)?;
    let size = le32(bytes, end + 12).ok_or_else(broken)?;
    let start = le32(bytes, end + 16).ok_or_else(broken)?;
    if count > ENTRIES_MAX {
        return Err(Problem::Bomb);
    }
    if le32(bytes, end + 4) != Some(0) || le16(bytes, end + 8) != Some(count) || start.checked_add(size) != Some(end) {
        return Err(Problem::Broken);
    }
    let mut entries = Vec::with_capacity(count);
    let mut at = start;
    for _ in 0..count {
        if at + CENTRAL_BYTES > end || !bytes[at..].starts_with(CENTRAL) {
            return Err(Problem::Broken);
        }
        let length = |field: usize| le16(bytes, at + field).ok_or(Problem::Broken);
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        entries.push(entry(bytes, at, name, start)?);
        at += CENTRAL_BYTES + name + extra + comment;
    }
    if at != end {
        return Err(Problem::Broken);
    }
    apart(&entries)?;
    Ok(entries)
}

/// Every byte belongs to one entry at most, the first begins the file, and all together unpack to a bearable size.
fn apart(entries: &[Entry]) -> Result<(), Problem> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by_key(|entry| entry.head);
    let mut free = 0;
    for entry in sorted {
        if free == 0 && entry.head != 0 {
            return Err(Problem::Mixed);
        }
        if entry.head < free {
            return Err(Problem::Bomb);
        }
        free = entry.to;
    }
    let unpacked: usize = entries.iter().map(|entry| entry.unpacked).fold(0, usize::saturating_add);
    if unpacked > UNPACKED_BYTES_MAX { Err(Problem::Bomb) } else { Ok(()) }
}

fn end_record(bytes: &[u8]) -> Result<usize, Problem> {
    let last = bytes.len().checked_sub(END_BYTES).ok_or(Problem::Broken)?;
    let first = last.saturating_sub(0xffff);
    let ends = |at: usize| le16(bytes, at + 20).is_some_and(|comment| at + END_BYTES + comment == bytes.len());
    (first..=last).rev().find(|at| bytes[*at..].starts_with(END) && ends(*at)).ok_or(Problem::Broken)
}

fn entry(bytes: &[u8], at: usize, name_length: usize, limit: usize) -> Result<Entry, Problem> {
    let short =
        |field: usize| le16(bytes, at + field).and_then(|value| u16::try_from(value).ok()).ok_or(Problem::Broken);
    let long = |field: usize| le32(bytes, at + field).ok_or(Problem::Broken);
    let (flags, method) = (short(8)?, short(10)?);
    let (size, unpacked, head) = (long(20)?, long(24)?, long(42)?);
    let crc = u32::try_from(long(16)?).map_err(|_| Problem::Broken)?;
    if flags & ENCRYPTED_FLAGS != 0 {
        return Err(Problem::Encrypted);
    }
    let name = bytes.get(at + CENTRAL_BYTES..at + CENTRAL_BYTES + name_length).ok_or(Problem::Broken)?;
    let known = matches!(method, STORED | DEFLATED) && (method == DEFLATED || size == unpacked);
    if !fits_name(name) || !known || head + LOCAL_BYTES > limit || !bytes[head..].starts_with(LOCAL) {
        return Err(Problem::Broken);
    }
    let local = |field: usize| le16(bytes, head + field).ok_or(Problem::Broken);
    let from = head + LOCAL_BYTES + local(26)? + local(28)?;
    let same = local(26)? == name_length && bytes[head + LOCAL_BYTES..].starts_with(name);
    if !same || from + size > limit {
        return Err(Problem::Broken);
    }
    Ok(Entry { name: name.to_vec(), flags, method, crc, unpacked, head, from, to: from + size })
}

/// A path within the package.
fn fits_name(name: &[u8]) -> bool {
    let odd = |byte: &u8| *byte < b' ' || *byte == 0x7f || *byte == b'\\';
    (1..=NAME_BYTES_MAX).contains(&name.len())
        && !name.iter().any(odd)
        && !name.starts_with(b"/")
        && !name.split(|byte| *byte == b'/').any(|part| part == b"." || part == b"..")
}

/// The content of an entry, unpacked to no more than what the directory promises.
pub(super) fn unpacked<'a>(bytes: &'a [u8], entry: &Entry) -> Result<Cow<'a, [u8]>, Problem> {
    let raw = bytes.get(entry.from..entry.to).ok_or(Problem::Broken)?;
    if entry.unpacked > BYTES_MAX {
        return Err(Problem::Bomb);
    }
    let plain = if entry.method == STORED { Cow::Borrowed(raw) } else { Cow::Owned(inflated(raw, entry.unpacked)?) };
    if crc32(&plain) == entry.crc { Ok(plain) } else { Err(Problem::Broken) }
}

fn inflated(raw: &[u8], length: usize) -> Result<Vec<u8>, Problem> {
    let mut inflate = Decompress::new(false);
    // One byte more than promised, to notice what unpacks to more.
    let mut out = vec![0; length + 1];
    loop {
        let (read, written) = (counted(inflate.total_in())?, counted(inflate.total_out())?);
        let status = inflate.decompress(&raw[read..], &mut out[written..], FlushDecompress::Finish);
        let written_now = counted(inflate.total_out())?;
        if written_now > length {
            return Err(Problem::Broken);
        }
        match status {
            Ok(Status::StreamEnd) => break,
            Ok(_) if counted(inflate.total_in())? > read || written_now > written => {}
            _ => return Err(Problem::Broken),
        }
    }
    if counted(inflate.total_out())? != length || counted(inflate.total_in())? != raw.len() {
        return Err(Problem::Broken);
    }
    out.truncate(length);
    Ok(out)
}

fn counted(total: u64) -> Result<usize, Problem> {
    usize::try_from(total).map_err(|_| Problem::Broken)
}

/// An entry as it is written.
pub(super) struct Written<'a> {
    name: &'a [u8],
    flags: u16,
    method: u16,
    crc: u32,
    unpacked: usize,
    data: Cow<'a, [u8]>,
}

impl<'a> Written<'a> {
    /// As it lies in the file.
    pub(super) fn copied(entry: &'a Entry, bytes: &'a [u8]) -> Written<'a> {
        let data = Cow::Borrowed(bytes.get(entry.from..entry.to).unwrap_or_default());
        Written {
            name: &entry.name,
            flags: entry.flags,
            method: entry.method,
            crc: entry.crc,
            unpacked: entry.unpacked,
            data,
        }
    }

    /// With another content.
    pub(super) fn stored(entry: &'a Entry, content: Vec<u8>) -> Written<'a> {
        let (crc, unpacked) = (crc32(&content), content.len());
        Written { name: &entry.name, flags: entry.flags, method: STORED, crc, unpacked, data: Cow::Owned(content) }
    }

    /// What local and central heads share: version, flags, method, no time, checks and sizes, length of the name, no extras.
    fn fields(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for short in [20, self.flags & UTF8_FLAG, self.method, 0, DAY_ZERO] {
            out.extend(short.to_le_bytes());
        }
        out.extend(self.crc.to_le_bytes());
        out.extend(long(self.data.len()));
        out.extend(long(self.unpacked));
        out.extend(short(self.name.len()));
        out.extend([0, 0]);
        out
    }
}

/// Sizes and places stay far below 32 bits: what is read is limited to [`BYTES_MAX`].
fn long(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes()
}

fn short(value: usize) -> [u8; 2] {
    u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes()
}

/// The whole file.
pub(super) fn packed(entries: &[Written<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut central = Vec::new();
    for entry in entries {
        let (at, fields) = (out.len(), entry.fields());
        central.extend([CENTRAL, &short(20), &fields, &[0; 10], &long(at), entry.name].concat());
        out.extend([LOCAL, &fields, entry.name, &entry.data].concat());
    }
    let start = out.len();
    out.extend(&central);
    out.extend([END, &[0; 4], &short(entries.len()), &short(entries.len())].concat());
    out.extend([long(central.len()), long(start)].concat());
    out.extend([0, 0]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_of_the_package_are_none() {
        for name in ["", "/a", "../a", "a/../b", "a/.", "a\\b", "a\nb"] {
            assert!(!fits_name(name.as_bytes()), "{name:?}");
        }
        assert!(!fits_name(&[b'a'; 256]) && fits_name(&[b'a'; 255]) && fits_name("word/媒体/a..b.xml".as_bytes()));
    }
}
