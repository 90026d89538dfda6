//! From files to a checked pack.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::limits::{FILE_BYTES_MAX, FILES_MAX, PACK_BYTES_MAX};
use crate::model::{Pack, PackProblem};
use crate::problem::{At, Problems};
use crate::row::Reader;
use crate::{read_chains, read_facts, read_organisations, read_places, read_toml};

/// Every file a pack may consist of, besides remarks in `*.md`.
pub const FILES: &[&str] = &[
    "areas.csv",
    "calendar.csv",
    "clusters.toml",
    "facts.csv",
    "jurisdictions.csv",
    "left_outs.csv",
    "lines.toml",
    "organisation_names.csv",
    "organisation_segments.csv",
    "organisations.csv",
    "pack.toml",
    "segment_edges.csv",
    "segments.csv",
    "sources.csv",
    "statements.csv",
    "statuses.csv",
    "synonyms.csv",
    "terms.csv",
];

impl Pack {
    /// Reads a pack from its files, named relative to the pack.
    ///
    /// # Errors
    /// All problems found, at most [`crate::PROBLEMS_MAX`], each with file, line and column.
    pub fn parse(files: &BTreeMap<String, Vec<u8>>) -> Result<Pack, Vec<PackProblem>> {
        let mut reader = Reader::new(files);
        if !check_files(files, &mut reader.problems) || !read_toml::format_is_readable(&mut reader) {
            return Err(reader.problems.finish());
        }
        let meta = read_toml::meta(&mut reader);
        let sources = read_places::sources(&mut reader);
        let jurisdictions = read_places::jurisdictions(&mut reader);
        let areas = read_places::areas(&mut reader);
        if let Some(meta) = &meta {
            read_places::check_corridor(&mut reader, meta, &jurisdictions, &areas);
        }
        let members: Vec<_> = jurisdictions.iter().filter(|j| j.value.member).map(|j| j.value.adcode).collect();
        let segments = read_chains::segments(&mut reader);
        let edges = read_chains::edges(&mut reader);
        let drawing = read_toml::drawing(&mut reader, &members);
        let clusters = read_toml::clusters(&mut reader);
        let organisations = read_organisations::organisations(&mut reader, &segments);
        let facts = read_facts::facts(&mut reader);
        let terms = read_facts::terms(&mut reader);
        let synonyms = read_facts::synonyms(&mut reader);
        let years = meta.as_ref().map(|m| m.calendar_years.clone());
        let calendar = read_facts::calendar(&mut reader, &years.unwrap_or_default());
        let left_outs = read_facts::left_outs(&mut reader);
        let Reader { problems, warnings, .. } = reader;
        match (meta, drawing) {
            (Some(meta), Some(drawing)) if problems.is_empty() => Ok(Pack {
                meta,
                sources,
                jurisdictions: jurisdictions.into_iter().map(|j| j.value).collect(),
                areas: areas.into_iter().map(|a| a.value).collect(),
                drawing,
                clusters,
                segments,
                edges,
                organisations,
                facts,
                terms,
                synonyms,
                calendar,
                left_outs,
                warnings: warnings.finish(),
                digest: digest(files),
            }),
            _ => Err(problems.finish()),
        }
    }

    /// Reads a pack from a folder; files that start with a dot and `*.md` are passed over.
    ///
    /// # Errors
    /// As [`Pack::parse`], and for files that cannot be read, are links, or are too large.
    pub fn load_dir(dir: &Path) -> Result<Pack, Vec<PackProblem>> {
        Pack::parse(&read_dir(dir)?)
    }
}

/// SHA-256 over all files in name order, each as length, name, length, content; hexadecimal.
/// Remarks (`*.md`) do not count.
#[must_use]
pub fn digest(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files.iter().filter(|(name, _)| !name.ends_with(".md")) {
        for part in [name.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Names, number and sizes; `false` when reading on would be unsafe.
fn check_files(files: &BTreeMap<String, Vec<u8>>, problems: &mut Problems) -> bool {
    let total: usize = files.values().map(Vec::len).sum();
    if files.len() > FILES_MAX || total > PACK_BYTES_MAX {
        problems.add(
            "",
            At::default(),
            "pack-too-large",
            format!("包最多 {FILES_MAX} 个文件、共 {PACK_BYTES_MAX} 字节。"),
            format!("A pack has at most {FILES_MAX} files and {PACK_BYTES_MAX} bytes."),
        );
    }
    for (name, bytes) in files {
        check_name(name, problems);
        if bytes.len() > FILE_BYTES_MAX {
            too_large(name, problems);
        }
    }
    problems.is_empty()
}

fn too_large(name: &str, problems: &mut Problems) {
    problems.add(
        name,
        At::default(),
        "file-too-large",
        format!("文件超过 {FILE_BYTES_MAX} 字节。大批机构请用导入功能。"),
        format!("The file exceeds {FILE_BYTES_MAX} bytes. Use the import for large numbers of organisations."),
    );
}

fn check_name(name: &str, problems: &mut Problems) {
    let unsafe_part = |part: &str| part.is_empty() || part == "." || part == "..";
    let unsafe_name =
        name.contains(['\\', ':', '\0']) || name.chars().any(char::is_control) || name.split('/').any(unsafe_part);
    let remark = name.ends_with(".md") && !name.contains('/');
    if unsafe_name {
        problems.add(
            name,
            At::default(),
            "path-unsafe",
            "文件名必须是包内的相对路径，不能含 .. 、反斜杠、冒号或控制字符。",
            "File names must be relative paths inside the pack, without “..”, backslashes, colons or control characters.",
        );
    } else if !remark && !FILES.contains(&name) {
        let all = FILES.join(", ");
        problems.add(
            name,
            At::default(),
            "file-unknown",
            format!("未知的文件。可用的文件：{all}，以及 *.md 说明。"),
            format!("Unknown file. A pack consists of: {all}, and remarks in *.md."),
        );
    }
}

fn read_dir(dir: &Path) -> Result<BTreeMap<String, Vec<u8>>, Vec<PackProblem>> {
    let mut problems = Problems::default();
    let mut files = BTreeMap::new();
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            unreadable("", &error, &mut problems);
            return Err(problems.finish());
        }
    };
    for entry in entries {
        let read = entry.and_then(|entry| read_entry(&entry, &mut problems));
        match read {
            Ok(Some((name, bytes))) => {
                files.insert(name, bytes);
            }
            Ok(None) => {}
            Err(error) => unreadable("", &error, &mut problems),
        }
        if files.len() > FILES_MAX {
            break;
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(problems.finish()) }
}

/// One file of the folder; `None` for what is passed over or refused.
fn read_entry(entry: &fs::DirEntry, problems: &mut Problems) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let name = entry.file_name().to_string_lossy().into_owned();
    // Neither hidden files nor remarks are part of the pack, and so not of its digest.
    if name.starts_with('.') || name.ends_with(".md") {
        return Ok(None);
    }
    let metadata = entry.path().symlink_metadata()?;
    if !metadata.is_file() {
        problems.add(
            &name,
            At::default(),
            "path-unsafe",
            "包里只能有普通文件，不能有链接或子文件夹。",
            "A pack holds plain files only, no links and no folders.",
        );
        return Ok(None);
    }
    if metadata.len() > FILE_BYTES_MAX as u64 {
        too_large(&name, problems);
        return Ok(None);
    }
    Ok(Some((name, fs::read(entry.path())?)))
}

fn unreadable(name: &str, error: &std::io::Error, problems: &mut Problems) {
    problems.add(name, At::default(), "unreadable", format!("无法读取：{error}"), format!("Cannot be read: {error}"));
}
