//! From bytes to text: UTF-8 with or without a byte order mark, and a remedy for everything else.

use crate::problem::{At, Problems};

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The text of a file, or `None` after recording why it is no text.
pub(crate) fn decode<'a>(file: &str, bytes: &'a [u8], problems: &mut Problems) -> Option<&'a str> {
    let body = bytes.strip_prefix(BOM).unwrap_or(bytes);
    match std::str::from_utf8(body) {
        Ok(text) => no_nul(file, text, problems),
        Err(error) => {
            refuse_encoding(file, body, error.valid_up_to(), problems);
            None
        }
    }
}

/// The place behind a prefix that is known to be UTF-8.
fn place_after(prefix: &[u8]) -> At {
    let text = String::from_utf8_lossy(prefix);
    At::offset(&text, text.len())
}

fn refuse_encoding(file: &str, body: &[u8], valid_up_to: usize, problems: &mut Problems) {
    let at = place_after(&body[..valid_up_to]);
    let utf16 = body.starts_with(&[0xFF, 0xFE]) || body.starts_with(&[0xFE, 0xFF]);
    let (decoded, _, broken) = encoding_rs::GB18030.decode(body);
    let chinese = decoded.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
    if utf16 {
        problems.add(
            file,
            at,
            "encoding-utf16",
            "文件是 UTF-16 编码。请在编辑器或表格软件中另存为“UTF-8”或“CSV UTF-8”后重试。",
            "The file is UTF-16. Save it as “UTF-8” or “CSV UTF-8” and try again.",
        );
    } else if !broken && chinese {
        // Some pairs of GB18030 bytes are valid UTF-8 by chance; the first byte beyond ASCII is where
        // the wrong text begins.
        let ascii = body.iter().take_while(|b| b.is_ascii()).count();
        problems.add(
            file,
            place_after(&body[..ascii]),
            "encoding-gb18030",
            "文件看来是 GB18030/GBK 编码。请另存为“CSV UTF-8”后重试，或执行 iconv -f GB18030 -t UTF-8。",
            "The file looks like GB18030/GBK. Save it as “CSV UTF-8”, or run iconv -f GB18030 -t UTF-8, and try again.",
        );
    } else {
        problems.add(
            file,
            at,
            "encoding-invalid",
            "此处字节不是有效的 UTF-8。请以 UTF-8 重新保存文件。",
            "The bytes here are not valid UTF-8. Save the file again as UTF-8.",
        );
    }
}

fn no_nul<'a>(file: &str, text: &'a str, problems: &mut Problems) -> Option<&'a str> {
    let Some(offset) = text.find('\0') else {
        return Some(text);
    };
    problems.add(
        file,
        At::offset(text, offset),
        "nul-byte",
        "文件含有 NUL 字节，可能不是文本文件或已损坏。请重新导出。",
        "The file contains a NUL byte; it is no text file or is damaged. Export it again.",
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(bytes: &[u8]) -> Option<(String, u32, u32)> {
        let mut problems = Problems::default();
        decode("a.csv", bytes, &mut problems);
        problems.finish().first().map(|p| (p.code.clone(), p.line, p.column))
    }

    #[test]
    fn a_byte_order_mark_is_forgiven() {
        let mut problems = Problems::default();
        assert_eq!(decode("a.csv", b"\xEF\xBB\xBFid", &mut problems), Some("id"));
        assert!(problems.is_empty());
    }

    #[test]
    fn each_wrong_encoding_has_its_own_code_and_place() {
        let (gb, _, _) = encoding_rs::GB18030.encode("id,名称\n1,松江\n");
        assert_eq!(code_of(&gb), Some(("encoding-gb18030".into(), 1, 4)));
        assert_eq!(code_of(b"\xFF\xFEi\0d\0"), Some(("encoding-utf16".into(), 1, 1)));
        assert_eq!(code_of(b"id\nab\xFFc"), Some(("encoding-invalid".into(), 2, 3)));
        assert_eq!(code_of(b"id\na\0c"), Some(("nul-byte".into(), 2, 2)));
    }
}
