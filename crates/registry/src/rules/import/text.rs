//! From bytes to text: UTF-8 with or without a byte order mark, and nothing else.

use super::Problem;
use super::cells::problem;
use kernel::limits::IMPORT_BYTES_MAX;

/// Bytes looked at to tell what another encoding is.
const PROBE_BYTES: usize = 64 * 1024;

/// The text of a file.
///
/// # Errors
/// Too large, in another encoding, or with a NUL byte: the place, and what to do.
pub fn decode(bytes: &[u8]) -> Result<&str, Box<Problem>> {
    if bytes.len() > IMPORT_BYTES_MAX {
        return Err(Box::new(too_large(bytes.len() as u64)));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) || alternating_nul(bytes) {
        return Err(Box::new(utf16()));
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => match bytes.iter().position(|byte| *byte == 0) {
            Some(at) => Err(Box::new(nul(place(bytes, at)))),
            None => Ok(text),
        },
        Err(error) => {
            let at = place(bytes, error.valid_up_to());
            Err(Box::new(if is_gb18030(bytes) { gb18030(at) } else { not_utf8(at) }))
        }
    }
}

/// Line and column of a byte; the column counts characters as far as the line can be read.
fn place(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = &bytes[..at];
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
}

/// Every second byte is NUL in ASCII text written as UTF-16.
fn alternating_nul(bytes: &[u8]) -> bool {
    let probe = &bytes[..bytes.len().min(PROBE_BYTES)];
    let nul = |odd: usize| probe.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nul(0), nul(1));
    let half = probe.len() / 2;
    half >= 4 && even.min(odd) * 8 <= even.max(odd) && even.max(odd) * 4 >= half
}

/// Whether the bytes hold as GB18030 (which contains GBK and GB 2312): one, two or four bytes a character.
fn is_gb18030(bytes: &[u8]) -> bool {
    let probe = &bytes[..bytes.len().min(PROBE_BYTES)];
    let (mut at, mut wide) = (0, 0);
    while at < probe.len() {
        let rest = &probe[at..];
        at += match rest {
            [0..=0x7F, ..] => 1,
            [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, ..] => 2,
            [0x81..=0xFE, b'0'..=b'9', 0x81..=0xFE, b'0'..=b'9', ..] => 4,
            // The probe may end inside a character.
            _ if rest.len() < 4 && at + rest.len() == probe.len() && probe.len() < bytes.len() => return wide > 0,
            _ => return false,
        };
        wide += usize::from(rest[0] > 0x7F);
    }
    wide > 0
}

/// The refusal of a file that is too large, told by its size in bytes.
pub fn too_large(bytes: u64) -> Problem {
    let (limit, mib) = (IMPORT_BYTES_MAX / (1024 * 1024), bytes.div_ceil(1024 * 1024));
    problem(
        (0, 0),
        "file-too-large",
        "",
        format!(
            "文件有 {mib} MiB，上限是 {limit} MiB。请拆成几个文件依次导入；同一个 key 始终是同一条记录，可以放心分批。"
        ),
        format!(
            "The file has {mib} MiB; the limit is {limit} MiB. Split it and import the parts one after another; the same key always means the same record."
        ),
    )
}

fn utf16() -> Problem {
    problem(
        (1, 1),
        "encoding-utf16",
        "",
        "文件是 UTF-16 编码，只收 UTF-8。请在电子表格中另存为“CSV UTF-8（逗号分隔）”，或运行 iconv -f UTF-16 -t UTF-8 原文件 > 新文件。",
        "The file is UTF-16; only UTF-8 is read. Save it as “CSV UTF-8” in the spreadsheet, or run: iconv -f UTF-16 -t UTF-8 OLD > NEW.",
    )
}

fn gb18030(at: (usize, usize)) -> Problem {
    problem(
        at,
        "encoding-gb18030",
        "",
        "文件像是 GB18030（GBK）编码，只收 UTF-8。请在电子表格中另存为“CSV UTF-8（逗号分隔）”，或运行 iconv -f GB18030 -t UTF-8 原文件 > 新文件。",
        "The file looks like GB18030 (GBK); only UTF-8 is read. Save it as “CSV UTF-8” in the spreadsheet, or run: iconv -f GB18030 -t UTF-8 OLD > NEW.",
    )
}

fn not_utf8(at: (usize, usize)) -> Problem {
    problem(
        at,
        "encoding-unknown",
        "",
        "从这里起不是 UTF-8 文本，文件可能损坏或用了别的编码。请用原来的程序重新导出为 UTF-8。",
        "From here on it is not UTF-8; the file may be damaged or in another encoding. Export it again as UTF-8.",
    )
}

fn nul(at: (usize, usize)) -> Problem {
    problem(
        at,
        "nul-byte",
        "",
        "这里有 NUL 字节，文件可能损坏或不是文本。请重新导出；确属多余的，可运行 tr -d '\\000' < 原文件 > 新文件。",
        "There is a NUL byte here; the file may be damaged or no text. Export it again, or remove it: tr -d '\\000' < OLD > NEW.",
    )
}
