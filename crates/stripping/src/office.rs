//! Office Open XML: the package is written anew entry by entry. What says who and when is replaced by what says nothing; pictures
//! and documents within are stripped themselves; all else is copied as it lies, compressed or not.

mod zip;

use crate::bytes::find;
use crate::{Kind, Problem, picture};
use zip::{Entry, Written};

/// A document within a document within a document is the last.
const DEPTH_MAX: usize = 2;

const CONTENT_TYPES: &str = "[content_types].xml";
const MAINS: [(&str, Kind); 3] =
    [("word/document.xml", Kind::Docx), ("xl/workbook.xml", Kind::Xlsx), ("ppt/presentation.xml", Kind::Pptx)];

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const CORE: &str =
    "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\"/>";
const REPLACED: [(&str, &str); 8] = [
    ("docprops/core.xml", CORE),
    (
        "docprops/app.xml",
        "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\"/>",
    ),
    (
        "docprops/custom.xml",
        "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\"/>",
    ),
    (
        "docmetadata/labelinfo.xml",
        "<clbl:labelList xmlns:clbl=\"http://schemas.microsoft.com/office/2020/mipLabelMetadata\"/>",
    ),
    ("word/people.xml", "<w15:people xmlns:w15=\"http://schemas.microsoft.com/office/word/2012/wordml\"/>"),
    (
        "xl/persons/person.xml",
        "<personList xmlns=\"http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments\"/>",
    ),
    (
        "ppt/commentauthors.xml",
        "<p:cmAuthorLst xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\"/>",
    ),
    ("ppt/authors.xml", "<p188:authorLst xmlns:p188=\"http://schemas.microsoft.com/office/powerpoint/2018/8/main\"/>"),
];

/// Strips a package that lies so many documents deep.
pub(crate) fn strip(bytes: &[u8], depth: usize) -> Result<(Kind, Vec<u8>), Problem> {
    if depth > DEPTH_MAX {
        return Err(Problem::Nested);
    }
    let entries = zip::directory(bytes)?;
    let mut names: Vec<String> = entries.iter().map(Entry::lower).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    if names.len() != all {
        return Err(Problem::Broken);
    }
    let has = |name: &str| names.binary_search_by(|known| known.as_str().cmp(name)).is_ok();
    let mut kinds = MAINS.into_iter().filter(|(main, _)| has(main)).map(|(_, kind)| kind);
    let (Some(kind), None, true) = (kinds.next(), kinds.next(), has(CONTENT_TYPES)) else { return Err(Problem::Kind) };
    if names.iter().any(|name| is_macro(name)) {
        return Err(Problem::Macro);
    }
    if names.iter().any(|name| is_remark(name)) {
        return Err(Problem::Remarks);
    }
    let mut written = Vec::with_capacity(entries.len());
    for entry in entries.iter().filter(|entry| !entry.name.ends_with(b"/")) {
        written.push(match replacement(bytes, entry, depth)? {
            Some(content) => Written::stored(entry, content),
            None => Written::copied(entry, bytes),
        });
    }
    Ok((kind, zip::packed(&written)))
}

fn is_macro(name: &str) -> bool {
    name.ends_with("vbaproject.bin") || name.ends_with("vbadata.xml") || name.starts_with("xl/macrosheets/")
}

/// Comments and kept revisions name who wrote them, in many places at once.
fn is_remark(name: &str) -> bool {
    let word = name.strip_prefix("word/comments").and_then(|rest| rest.strip_suffix(".xml"));
    word.is_some_and(|rest| !rest.contains('/'))
        || ["xl/comments", "xl/threadedcomments/", "xl/revisions/", "ppt/comments/"]
            .iter()
            .any(|start| name.starts_with(start))
}

/// A name directly within a folder of one of the three applications.
fn within<'a>(name: &'a str, folder: &str) -> Option<&'a str> {
    let rest = ["word/", "xl/", "ppt/"].iter().find_map(|start| name.strip_prefix(start))?;
    rest.strip_prefix(folder).filter(|file| !file.contains('/'))
}

fn is_picture(name: &str) -> bool {
    const ENDS: [&str; 3] = [".jpg", ".jpeg", ".png"];
    within(name, "media/").is_some_and(|file| ENDS.iter().any(|end| file.ends_with(end)))
        || name.strip_prefix("docprops/thumbnail").is_some_and(|end| ENDS.contains(&end))
}

fn is_document(name: &str) -> bool {
    within(name, "embeddings/").is_some_and(|file| [".docx", ".xlsx", ".pptx"].iter().any(|end| file.ends_with(end)))
}

fn is_text(name: &str) -> bool {
    name.strip_prefix("word/").is_some_and(|file| !file.contains('/') && file.ends_with(".xml"))
}

/// What stands in the place of an entry; `None` where it is copied.
fn replacement(bytes: &[u8], entry: &Entry, depth: usize) -> Result<Option<Vec<u8>>, Problem> {
    let name = entry.lower();
    let fixed = REPLACED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    if let Some(text) = fixed.or_else(|| name.ends_with(".psmdcp").then_some(CORE)) {
        return Ok(Some([XML, text].concat().into_bytes()));
    }
    let plain = || zip::unpacked(bytes, entry);
    if is_picture(&name) {
        let plain = plain()?;
        return if plain.starts_with(picture::JPEG) {
            picture::jpeg(&plain).map(Some)
        } else if plain.starts_with(picture::PNG) {
            picture::png(&plain).map(Some)
        } else {
            Ok(None)
        };
    }
    if is_document(&name) {
        return strip(&plain()?, depth + 1).map(|(_, out)| Some(out));
    }
    if name == "xl/workbook.xml" {
        return Ok(without_path(&plain()?));
    }
    if is_text(&name) && find(&plain()?, b"w:author=\"", 0).is_some() {
        return Err(Problem::Remarks);
    }
    Ok(None)
}

/// Excel writes down in which folder of which computer a workbook lay.
fn without_path(xml: &[u8]) -> Option<Vec<u8>> {
    let element = find(xml, b"absPath ", 0)?;
    let from = find(xml, b"url=\"", element)? + 5;
    let to = find(xml, b"\"", from)?;
    Some([&xml[..from], &xml[to..]].concat())
}
