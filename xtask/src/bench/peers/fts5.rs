//! Peer: SQLite FTS5 with the trigram tokeniser.

use rusqlite::{Connection, OpenFlags};
use std::collections::HashSet;
use std::path::Path;

/// A full-text table in a file.
pub struct Fts5(Connection);

impl Fts5 {
    /// Creates the table and fills it.
    pub fn fill(path: &Path, records: impl Iterator<Item = (String, String)>) -> rusqlite::Result<()> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "off")?;
        connection.pragma_update(None, "synchronous", "off")?;
        connection.execute_batch("CREATE VIRTUAL TABLE t USING fts5(id UNINDEXED, body, tokenize='trigram'); BEGIN")?;
        {
            let mut insert = connection.prepare("INSERT INTO t (id, body) VALUES (?1, ?2)")?;
            for (id, body) in records {
                insert.execute([id, body])?;
            }
        }
        connection.execute_batch("COMMIT; INSERT INTO t(t) VALUES('optimize');")
    }

    /// Opens it for questions.
    pub fn open(path: &Path) -> rusqlite::Result<Fts5> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.pragma_update(None, "mmap_size", 1_i64 << 32)?;
        Ok(Fts5(connection))
    }

    /// The ids of the best ten.
    pub fn top(&self, question: &str) -> rusqlite::Result<Vec<String>> {
        let Some(query) = trigrams(question) else { return Ok(Vec::new()) };
        let mut select = self.0.prepare_cached("SELECT id FROM t WHERE t MATCH ?1 ORDER BY rank LIMIT 10")?;
        select.query_map([query], |row| row.get(0))?.collect()
    }
}

/// Every run of three characters, in quotation marks, any of them; none for questions too short for a trigram.
fn trigrams(question: &str) -> Option<String> {
    let mut seen = HashSet::new();
    let words = question
        .split(|c: char| c.is_whitespace() || c == '"' || c == '，' || c == '？')
        .map(|word| word.chars().collect::<Vec<_>>());
    let parts: Vec<String> = words
        .flat_map(|word| word.windows(3).map(|three| three.iter().collect::<String>()).collect::<Vec<_>>())
        .filter(|three| seen.insert(three.clone()))
        .map(|three| format!("\"{three}\""))
        .collect();
    if parts.is_empty() { None } else { Some(parts.join(" OR ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_become_trigrams() {
        assert_eq!(trigrams("大硅片垄断").as_deref(), Some("\"大硅片\" OR \"硅片垄\" OR \"片垄断\""));
        assert_eq!(trigrams("大硅"), None);
    }
}
