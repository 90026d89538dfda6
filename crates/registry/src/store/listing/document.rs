//! Published needs and offers as search documents.

use super::super::visibility::published;
use super::{columns, listing};
use crate::rules::listing::Listing;
use platform::capability::DocumentChange;
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, get};
use search::Document;

/// A listing was looked at by an office, so it ranks a little above what only a source says.
const RANK_REVIEWED: f32 = 1.1;

/// The document of one listing; none while it is not published.
pub async fn document(conn: &Conn, id: &str) -> Outcome<Option<Document>> {
    let text = format!("{} AND l.id = $1", select());
    all(conn, &text, vec![id.into()]).await?.first().map(build_row).transpose()
}

/// What a change of one listing means for the index.
pub async fn document_changes(conn: &Conn, id: &str) -> Outcome<Vec<DocumentChange>> {
    Ok(vec![match document(conn, id).await? {
        Some(document) => DocumentChange::Put(Box::new(document)),
        None => DocumentChange::Remove(id.to_owned()),
    }])
}

/// Documents of published listings after an id, in order of id, at most `limit`.
pub async fn documents_after(conn: &Conn, key: Option<&str>, limit: usize) -> Outcome<Vec<Document>> {
    let text = format!("{} AND l.id > $1 ORDER BY l.id LIMIT {limit}", select());
    all(conn, &text, vec![key.unwrap_or_default().into()]).await?.iter().map(build_row).collect()
}

/// The same for the listings of one batch, whether the batch is published or not.
pub async fn documents_of_batch(conn: &Conn, batch: &str, key: &str, limit: usize) -> Outcome<Vec<Document>> {
    let text = format!("{} AND l.batch = $1 AND l.id > $2 ORDER BY l.id LIMIT {limit}", of_state_published());
    all(conn, &text, vec![batch.into(), key.into()]).await?.iter().map(build_row).collect()
}

/// Documents of those published listings that are named, in no order.
pub async fn documents_by_ids(conn: &Conn, ids: &[String]) -> Outcome<Vec<Document>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let text = format!("{} AND l.id IN ({})", select(), places.join(", "));
    all(conn, &text, ids.iter().map(|id| id.as_str().into()).collect()).await?.iter().map(build_row).collect()
}

fn of_state_published() -> String {
    format!(
        "SELECT {}, o.name AS owner, o.name_en AS owner_en FROM listing l JOIN organisation o ON o.id = l.organisation
         WHERE l.state = 'published'",
        columns(),
    )
}

/// The same, of what everybody may see.
fn select() -> String {
    format!("{} AND {}", of_state_published(), published("l."))
}

fn build_row(row: &sea_orm::QueryResult) -> Outcome<Document> {
    let (owner, owner_en): (String, Option<String>) = (get(row, "owner")?, get(row, "owner_en")?);
    Ok(build(&listing(row)?, &owner, owner_en.as_deref().unwrap_or_default()))
}

/// Only what everybody may read goes in: the protected part never leaves the database this way.
fn build(listing: &Listing, owner: &str, owner_en: &str) -> Document {
    let content = &listing.content;
    let url = format!("{}/{}", listing.side.path(), listing.id);
    let mut document = Document::new(&listing.id, listing.side.code(), &content.title, url);
    document.city = listing.city.map(|city| city.to_string());
    document.segments.clone_from(&content.segments);
    document.year = listing.published.map(|at| i64::from(at.date().year()));
    document.name_en = Some(content.title_en.clone()).filter(|title| !title.is_empty());
    document.rank = RANK_REVIEWED;
    document.demo = listing.demo;
    let keywords = content.keywords.join("，");
    let lines = [&content.summary, &content.summary_en, &keywords, owner, owner_en];
    document.body = lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::listing::{Begin, Content, Office, Side, begin};
    use kernel::Instant;

    #[test]
    fn the_protected_part_is_never_found() {
        let content = Content {
            title: "示例标题".into(),
            summary: "公开摘要".into(),
            detail: "秘密配方".into(),
            keywords: vec!["硅片".into()],
            ..Content::default()
        };
        let new = Begin {
            id: "l1".into(),
            side: Side::Offer,
            organisation: "o1".into(),
            city: None,
            office: Office::Joint,
            content,
            by: "a".into(),
            demo: true,
        };
        let listing = begin(new, 0, Instant::from_ms(0)).unwrap();
        let document = build(&listing, "示例单位", "");
        assert_eq!((document.kind.as_str(), document.url.as_str(), document.demo), ("offer", "/offers/l1", true));
        assert_eq!(document.body, "公开摘要\n硅片\n示例单位");
        assert!(!serde_json::to_string(&document).unwrap().contains("秘密"));
    }
}
