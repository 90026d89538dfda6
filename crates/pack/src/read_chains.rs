//! Industry chains: segments as a forest, edges as a graph without cycles.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Segment, SegmentEdge};
use crate::problem::At;
use crate::row::{FileSpec, Placed, Reader, Row};
use crate::words::EdgeKind;

const SEGMENTS: FileSpec = FileSpec {
    name: "segments.csv",
    columns: &["id", "parent", "name_zh", "name_en", "aliases", "source"],
    required: true,
    key: &["id"],
};

const EDGES: FileSpec = FileSpec {
    name: "segment_edges.csv",
    columns: &["upstream", "downstream", "kind", "source"],
    required: false,
    key: &["upstream", "downstream"],
};

pub(crate) fn segments(reader: &mut Reader<'_>) -> Vec<Segment> {
    let rows = reader.rows(&SEGMENTS, |row| {
        let id = row.id("id");
        Some(Segment {
            parent: parent(row, &id),
            id,
            name_zh: row.needed("name_zh"),
            name_en: row.needed("name_en"),
            aliases: row.list("aliases"),
            source: row.source(),
        })
    });
    rows.into_iter().map(|row| row.value).collect()
}

/// The parent must be what the id itself says, so the tree cannot have cycles.
fn parent(row: &mut Row<'_>, id: &str) -> Option<String> {
    let expected = id.rsplit_once('/').map(|(above, _)| above.to_owned());
    let given = row.optional("parent");
    if given != expected {
        let wanted = expected.unwrap_or_default();
        row.refuse(
            "parent",
            "segment-parent",
            format!("环节“{id}”的上级应为“{wanted}”，即标识中最后一个 / 之前的部分。"),
            format!("The parent of “{id}” must be “{wanted}”, the part before the last /."),
        );
        return None;
    }
    given.as_ref()?;
    Some(row.segment("parent"))
}

pub(crate) fn edges(reader: &mut Reader<'_>) -> Vec<SegmentEdge> {
    let rows = reader.rows(&EDGES, |row| {
        Some(SegmentEdge {
            upstream: row.segment("upstream"),
            downstream: row.segment("downstream"),
            kind: row.word("kind", EdgeKind::CODES, EdgeKind::from_code)?,
            source: row.source(),
        })
    });
    if let Some((line, shown)) = cycle(&rows) {
        reader.problems.add(
            EDGES.name,
            At { line, column: 0 },
            "edge-cycle",
            format!("上下游关系形成回路：{shown}。请删去其中一条。"),
            format!("The edges form a cycle: {shown}. Remove one of them."),
        );
    }
    rows.into_iter().map(|row| row.value).collect()
}

/// A cycle as the line of one of its edges and its segments in order; edges without sources or sinks
/// are peeled off until only cycles and what joins them are left.
fn cycle(rows: &[Placed<SegmentEdge>]) -> Option<(u32, String)> {
    let mut left: Vec<&Placed<SegmentEdge>> = rows.iter().collect();
    loop {
        let fed: BTreeSet<&str> = left.iter().map(|e| e.value.downstream.as_str()).collect();
        let feeds: BTreeSet<&str> = left.iter().map(|e| e.value.upstream.as_str()).collect();
        let before = left.len();
        left.retain(|e| fed.contains(e.value.upstream.as_str()) && feeds.contains(e.value.downstream.as_str()));
        if left.len() == before {
            break;
        }
    }
    let first = left.first()?;
    let next: BTreeMap<&str, &str> =
        left.iter().map(|e| (e.value.upstream.as_str(), e.value.downstream.as_str())).collect();
    let mut path = vec![first.value.upstream.as_str()];
    let mut here = first.value.upstream.as_str();
    // Every segment left feeds another one, so walking on must come back to a place seen before.
    while let Some(&there) = next.get(here) {
        if let Some(start) = path.iter().position(|p| *p == there) {
            let mut shown = path[start..].to_vec();
            shown.push(there);
            let line = left
                .iter()
                .find(|e| e.value.upstream == here && e.value.downstream == there)
                .map_or(first.line, |e| e.line);
            return Some((line, shown.join(" → ")));
        }
        path.push(there);
        here = there;
    }
    Some((first.line, path.join(" → ")))
}
