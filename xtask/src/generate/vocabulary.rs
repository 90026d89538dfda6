use serde::Deserialize;
use std::path::Path;

/// A place that organisations are in.
#[derive(Debug, Clone)]
pub struct Place {
    /// Six-digit division code.
    pub adcode: String,
    /// As people say it, in Chinese.
    pub zh: String,
    /// As people say it, in English.
    pub en: String,
}

/// A chain segment with the words that belong to it.
#[derive(Debug, Clone)]
pub struct Trade {
    /// Segment id.
    pub id: String,
    /// Chinese name, fit for the name of a firm.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Chinese words of the segment, its name first.
    pub words: Vec<String>,
}

/// Places and trades of a pack.
pub struct Vocabulary {
    /// Member cities.
    pub places: Vec<Place>,
    /// Segments that are not whole chains.
    pub trades: Vec<Trade>,
}

#[derive(Deserialize)]
struct JurisdictionRow {
    adcode: String,
    short_zh: String,
    short_en: String,
    member: bool,
}

#[derive(Deserialize)]
struct SegmentRow {
    id: String,
    parent: String,
    name_zh: String,
    name_en: String,
    aliases: String,
}

impl Vocabulary {
    /// Reads the cities and segments of the pack in `folder`.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn read(folder: &Path) -> Result<Vocabulary, String> {
        let places = rows::<JurisdictionRow>(&folder.join("jurisdictions.csv"))?;
        let places = places.into_iter().filter(|row| row.member);
        let places: Vec<Place> = places.map(|r| Place { adcode: r.adcode, zh: r.short_zh, en: r.short_en }).collect();
        let trades = rows::<SegmentRow>(&folder.join("segments.csv"))?;
        let trades: Vec<Trade> = trades.into_iter().filter(|row| !row.parent.is_empty()).map(trade).collect();
        if places.is_empty() || trades.is_empty() {
            return Err(format!("{}: no member cities or no segments", folder.display()));
        }
        Ok(Vocabulary { places, trades })
    }
}

fn trade(row: SegmentRow) -> Trade {
    let aliases = row.aliases.split(';').filter(|word| !word.is_ascii()).map(str::to_owned);
    let words = std::iter::once(row.name_zh.clone()).chain(aliases).collect();
    Trade { id: row.id, zh: row.name_zh, en: row.name_en, words }
}

fn rows<R: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<R>, String> {
    let mut reader = csv::Reader::from_path(path).map_err(|e| format!("{}: {e}", path.display()))?;
    reader.deserialize().collect::<Result<_, _>>().map_err(|e| format!("{}: {e}", path.display()))
}
