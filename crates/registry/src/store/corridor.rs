//! The pack's own tables: places, areas, sources, clusters, segments, words, calendar, drawing.
//!
//! Nobody edits these rows here; a newer pack replaces them. Places, areas, sources and segments are never
//! deleted, because organisations, needs and facts may refer to them.

use kernel::{Adcode, Date, DayKind};
use pack::words::{AreaKind, ClusterKind, DateBasis, EdgeKind, Level, SynonymKind, TermKind};
use platform::db::{Conn, Migration, Txn};
use platform::{Fault, Outcome};
use rooms::store::rows::{all, first, get, join, put, run, split};
use sea_orm::{QueryResult, Value};

/// Tables of this noun.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "registry-0001-corridor",
    sql: "
CREATE TABLE jurisdiction (
  adcode TEXT PRIMARY KEY, parent TEXT, level TEXT NOT NULL, name_zh TEXT NOT NULL, name_en TEXT NOT NULL,
  short_zh TEXT NOT NULL, short_en TEXT NOT NULL, member BOOLEAN NOT NULL, member_order BIGINT, joined BIGINT,
  joined_source TEXT, longitude TEXT, latitude TEXT, source TEXT NOT NULL);
CREATE TABLE area (
  id TEXT PRIMARY KEY, name_zh TEXT NOT NULL, name_en TEXT NOT NULL, kind TEXT NOT NULL, members TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE source (
  id TEXT PRIMARY KEY, title_zh TEXT NOT NULL, title_en TEXT NOT NULL, kind TEXT NOT NULL, date TEXT NOT NULL, date_basis TEXT,
  partial BOOLEAN NOT NULL, licence TEXT NOT NULL, note_zh TEXT NOT NULL, note_en TEXT NOT NULL, place BIGINT NOT NULL);
CREATE TABLE cluster (
  id TEXT PRIMARY KEY, area TEXT NOT NULL, name_zh TEXT NOT NULL, name_en TEXT NOT NULL, kind TEXT NOT NULL, segments TEXT NOT NULL,
  as_of TEXT NOT NULL, as_of_basis TEXT NOT NULL, source TEXT NOT NULL, note_zh TEXT NOT NULL, note_en TEXT NOT NULL, place BIGINT NOT NULL);
CREATE TABLE segment (
  id TEXT PRIMARY KEY, parent TEXT, name_zh TEXT NOT NULL, name_en TEXT NOT NULL, aliases TEXT NOT NULL, source TEXT NOT NULL,
  place BIGINT NOT NULL);
CREATE TABLE segment_edge (
  upstream TEXT NOT NULL, downstream TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (upstream, downstream));
CREATE TABLE drawing (id BIGINT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE term (place BIGINT PRIMARY KEY, zh TEXT NOT NULL, en TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE synonym (place BIGINT PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE calendar_day (
  date TEXT PRIMARY KEY, kind TEXT NOT NULL, name_zh TEXT NOT NULL, name_en TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE left_out (
  place BIGINT PRIMARY KEY, seed_ids TEXT NOT NULL, name TEXT NOT NULL, reason_zh TEXT NOT NULL, reason_en TEXT NOT NULL, source TEXT NOT NULL);
",
}];

/// The number of a row in its file's order.
fn place(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// Writes everything of a pack but its organisations and facts, in the caller's transaction.
pub async fn save(tx: &Txn, pack: &pack::Pack) -> Outcome<()> {
    for table in ["cluster", "segment_edge", "drawing", "term", "synonym", "calendar_day", "left_out"] {
        run(tx, &format!("DELETE FROM {table}"), Vec::new()).await?;
    }
    save_places(tx, pack).await?;
    save_sources(tx, pack).await?;
    save_chains(tx, pack).await?;
    save_words(tx, pack).await?;
    let body = serde_json::to_string(&pack.drawing).map_err(|e| Fault::Internal(format!("drawing: {e}")))?;
    put(tx, "drawing", &["id", "body"], &["id"], vec![vec![1i64.into(), body.into()]]).await
}

async fn save_places(tx: &Txn, pack: &pack::Pack) -> Outcome<()> {
    // A place that a newer pack no longer marks is no member any more.
    run(tx, "UPDATE jurisdiction SET member = FALSE, member_order = NULL", Vec::new()).await?;
    let rows = pack.jurisdictions.iter().map(|j| {
        vec![
            j.adcode.to_string().into(),
            j.parent.map(|p| p.to_string()).into(),
            j.level.code().into(),
            j.name_zh.clone().into(),
            j.name_en.clone().into(),
            j.short_zh.clone().into(),
            j.short_en.clone().into(),
            j.member.into(),
            j.member_order.map(i64::from).into(),
            j.joined.map(i64::from).into(),
            j.joined_source.clone().into(),
            j.longitude.map(|n| n.to_string()).into(),
            j.latitude.map(|n| n.to_string()).into(),
            j.source.clone().into(),
        ]
    });
    let columns = [
        "adcode",
        "parent",
        "level",
        "name_zh",
        "name_en",
        "short_zh",
        "short_en",
        "member",
        "member_order",
        "joined",
        "joined_source",
        "longitude",
        "latitude",
        "source",
    ];
    put(tx, "jurisdiction", &columns, &["adcode"], rows.collect()).await?;
    let areas = pack.areas.iter().map(|a| {
        let members: Vec<String> = a.members.iter().map(ToString::to_string).collect();
        vec![
            a.id.clone().into(),
            a.name_zh.clone().into(),
            a.name_en.clone().into(),
            a.kind.code().into(),
            join(&members).into(),
            a.source.clone().into(),
        ]
    });
    put(tx, "area", &["id", "name_zh", "name_en", "kind", "members", "source"], &["id"], areas.collect()).await
}

async fn save_sources(tx: &Txn, pack: &pack::Pack) -> Outcome<()> {
    let rows = pack.sources.iter().enumerate().map(|(index, s)| {
        vec![
            s.id.clone().into(),
            s.title_zh.clone().into(),
            s.title_en.clone().into(),
            s.kind.clone().into(),
            s.date.clone().into(),
            s.date_basis.map(|b| b.code().to_owned()).into(),
            s.partial.into(),
            s.licence.clone().into(),
            s.note_zh.clone().into(),
            s.note_en.clone().into(),
            place(index).into(),
        ]
    });
    let columns = [
        "id",
        "title_zh",
        "title_en",
        "kind",
        "date",
        "date_basis",
        "partial",
        "licence",
        "note_zh",
        "note_en",
        "place",
    ];
    put(tx, "source", &columns, &["id"], rows.collect()).await?;
    let left_outs = pack.left_outs.iter().enumerate().map(|(index, l)| {
        vec![
            place(index).into(),
            join(&l.seed_ids).into(),
            l.name.clone().into(),
            l.reason_zh.clone().into(),
            l.reason_en.clone().into(),
            l.source.clone().into(),
        ]
    });
    put(tx, "left_out", &["place", "seed_ids", "name", "reason_zh", "reason_en", "source"], &[], left_outs.collect())
        .await
}

async fn save_chains(tx: &Txn, pack: &pack::Pack) -> Outcome<()> {
    let clusters = pack.clusters.iter().enumerate().map(|(index, c)| {
        vec![
            c.id.clone().into(),
            c.area.clone().into(),
            c.name_zh.clone().into(),
            c.name_en.clone().into(),
            c.kind.code().into(),
            join(&c.segments).into(),
            c.as_of.clone().into(),
            c.as_of_basis.code().into(),
            c.source.clone().into(),
            c.note_zh.clone().into(),
            c.note_en.clone().into(),
            place(index).into(),
        ]
    });
    let columns = [
        "id",
        "area",
        "name_zh",
        "name_en",
        "kind",
        "segments",
        "as_of",
        "as_of_basis",
        "source",
        "note_zh",
        "note_en",
        "place",
    ];
    put(tx, "cluster", &columns, &["id"], clusters.collect()).await?;
    let segments = pack.segments.iter().enumerate().map(|(index, s)| {
        vec![
            s.id.clone().into(),
            s.parent.clone().into(),
            s.name_zh.clone().into(),
            s.name_en.clone().into(),
            join(&s.aliases).into(),
            s.source.clone().into(),
            place(index).into(),
        ]
    });
    put(
        tx,
        "segment",
        &["id", "parent", "name_zh", "name_en", "aliases", "source", "place"],
        &["id"],
        segments.collect(),
    )
    .await?;
    let edges = pack.edges.iter().map(|e| {
        vec![e.upstream.clone().into(), e.downstream.clone().into(), e.kind.code().into(), e.source.clone().into()]
    });
    put(tx, "segment_edge", &["upstream", "downstream", "kind", "source"], &[], edges.collect()).await
}

async fn save_words(tx: &Txn, pack: &pack::Pack) -> Outcome<()> {
    let terms = pack.terms.iter().enumerate().map(|(index, t)| {
        vec![
            place(index).into(),
            t.zh.clone().into(),
            t.en.clone().into(),
            t.kind.code().into(),
            t.source.clone().into(),
        ]
    });
    put(tx, "term", &["place", "zh", "en", "kind", "source"], &[], terms.collect()).await?;
    let synonyms = pack.synonyms.iter().enumerate().map(|(index, s)| {
        vec![place(index).into(), s.a.clone().into(), s.b.clone().into(), s.kind.code().into(), s.source.clone().into()]
    });
    put(tx, "synonym", &["place", "a", "b", "kind", "source"], &[], synonyms.collect()).await?;
    let days = pack.calendar.iter().map(|d| {
        let kind = if d.kind == DayKind::Holiday { "holiday" } else { "workday" };
        vec![
            d.date.to_string().into(),
            kind.into(),
            d.name_zh.clone().into(),
            d.name_en.clone().into(),
            d.source.clone().into(),
        ]
    });
    put(tx, "calendar_day", &["date", "kind", "name_zh", "name_en", "source"], &[], days.collect()).await
}

/// Everything [`save`] wrote, in the files' order.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    /// Places, by code.
    pub jurisdictions: Vec<pack::Jurisdiction>,
    /// Areas that are no places.
    pub areas: Vec<pack::Area>,
    /// Sources.
    pub sources: Vec<pack::Source>,
    /// Clusters and chains named for an area.
    pub clusters: Vec<pack::Cluster>,
    /// Chains and segments.
    pub segments: Vec<pack::Segment>,
    /// Edges between segments.
    pub edges: Vec<pack::SegmentEdge>,
    /// The picture; none before a pack is loaded.
    pub drawing: Option<pack::Drawing>,
    /// Dictionary words.
    pub terms: Vec<pack::Term>,
    /// Pairs of words.
    pub synonyms: Vec<pack::Synonym>,
    /// Days that differ from the plain week.
    pub calendar: Vec<pack::CalendarDay>,
    /// What the pack left out.
    pub left_outs: Vec<pack::LeftOut>,
}

/// Reads everything back. The tables hold what one pack says, a few hundred rows.
pub async fn load(conn: &Conn) -> Outcome<Saved> {
    let body = first(conn, "SELECT body FROM drawing WHERE id = 1", Vec::new()).await?;
    let drawing = match body {
        Some(row) => Some(parse_drawing(&get::<String>(&row, "body")?)?),
        None => None,
    };
    Ok(Saved {
        jurisdictions: read(conn, "SELECT * FROM jurisdiction ORDER BY adcode", jurisdiction).await?,
        areas: read(conn, "SELECT * FROM area ORDER BY id", area).await?,
        sources: read(conn, "SELECT * FROM source ORDER BY place, id", source).await?,
        clusters: read(conn, "SELECT * FROM cluster ORDER BY place", cluster).await?,
        segments: read(conn, "SELECT * FROM segment ORDER BY place, id", segment).await?,
        edges: read(conn, "SELECT * FROM segment_edge ORDER BY upstream, downstream", edge).await?,
        drawing,
        terms: read(conn, "SELECT * FROM term ORDER BY place", term).await?,
        synonyms: read(conn, "SELECT * FROM synonym ORDER BY place", synonym).await?,
        calendar: read(conn, "SELECT * FROM calendar_day ORDER BY date", calendar_day).await?,
        left_outs: read(conn, "SELECT * FROM left_out ORDER BY place", left_out).await?,
    })
}

async fn read<T>(conn: &Conn, text: &str, of: fn(&QueryResult) -> Outcome<T>) -> Outcome<Vec<T>> {
    all(conn, text, Vec::<Value>::new()).await?.iter().map(of).collect()
}

fn parse_drawing(body: &str) -> Outcome<pack::Drawing> {
    serde_json::from_str(body).map_err(|e| Fault::Internal(format!("drawing: {e}")))
}

/// A word the program itself wrote; another one means a row from elsewhere.
fn word<T>(found: Option<T>, column: &str) -> Outcome<T> {
    found.ok_or_else(|| Fault::Internal(format!("unknown word in column {column}")))
}

fn adcode(text: &str) -> Outcome<Adcode> {
    Adcode::parse(text).map_err(|e| Fault::Internal(format!("{text}: {e}")))
}

fn degrees(row: &QueryResult, column: &str) -> Outcome<Option<f64>> {
    Ok(get::<Option<String>>(row, column)?.and_then(|text| text.parse().ok()))
}

fn small(row: &QueryResult, column: &str) -> Outcome<Option<i32>> {
    Ok(get::<Option<i64>>(row, column)?.and_then(|n| i32::try_from(n).ok()))
}

fn jurisdiction(row: &QueryResult) -> Outcome<pack::Jurisdiction> {
    Ok(pack::Jurisdiction {
        adcode: adcode(&get::<String>(row, "adcode")?)?,
        parent: get::<Option<String>>(row, "parent")?.map(|p| adcode(&p)).transpose()?,
        level: word(Level::from_code(&get::<String>(row, "level")?), "level")?,
        name_zh: get(row, "name_zh")?,
        name_en: get(row, "name_en")?,
        short_zh: get(row, "short_zh")?,
        short_en: get(row, "short_en")?,
        member: get(row, "member")?,
        member_order: small(row, "member_order")?.and_then(|n| u32::try_from(n).ok()),
        joined: small(row, "joined")?,
        joined_source: get(row, "joined_source")?,
        longitude: degrees(row, "longitude")?,
        latitude: degrees(row, "latitude")?,
        source: get(row, "source")?,
    })
}

fn area(row: &QueryResult) -> Outcome<pack::Area> {
    Ok(pack::Area {
        id: get(row, "id")?,
        name_zh: get(row, "name_zh")?,
        name_en: get(row, "name_en")?,
        kind: word(AreaKind::from_code(&get::<String>(row, "kind")?), "kind")?,
        members: split(&get::<String>(row, "members")?).iter().map(|m| adcode(m)).collect::<Outcome<_>>()?,
        source: get(row, "source")?,
    })
}

fn source(row: &QueryResult) -> Outcome<pack::Source> {
    Ok(pack::Source {
        id: get(row, "id")?,
        title_zh: get(row, "title_zh")?,
        title_en: get(row, "title_en")?,
        kind: get(row, "kind")?,
        date: get(row, "date")?,
        date_basis: get::<Option<String>>(row, "date_basis")?.and_then(|code| DateBasis::from_code(&code)),
        partial: get(row, "partial")?,
        licence: get(row, "licence")?,
        note_zh: get(row, "note_zh")?,
        note_en: get(row, "note_en")?,
    })
}

fn cluster(row: &QueryResult) -> Outcome<pack::Cluster> {
    Ok(pack::Cluster {
        id: get(row, "id")?,
        area: get(row, "area")?,
        name_zh: get(row, "name_zh")?,
        name_en: get(row, "name_en")?,
        kind: word(ClusterKind::from_code(&get::<String>(row, "kind")?), "kind")?,
        segments: split(&get::<String>(row, "segments")?),
        as_of: get(row, "as_of")?,
        as_of_basis: word(DateBasis::from_code(&get::<String>(row, "as_of_basis")?), "as_of_basis")?,
        source: get(row, "source")?,
        note_zh: get(row, "note_zh")?,
        note_en: get(row, "note_en")?,
    })
}

fn segment(row: &QueryResult) -> Outcome<pack::Segment> {
    Ok(pack::Segment {
        id: get(row, "id")?,
        parent: get(row, "parent")?,
        name_zh: get(row, "name_zh")?,
        name_en: get(row, "name_en")?,
        aliases: split(&get::<String>(row, "aliases")?),
        source: get(row, "source")?,
    })
}

fn edge(row: &QueryResult) -> Outcome<pack::SegmentEdge> {
    Ok(pack::SegmentEdge {
        upstream: get(row, "upstream")?,
        downstream: get(row, "downstream")?,
        kind: word(EdgeKind::from_code(&get::<String>(row, "kind")?), "kind")?,
        source: get(row, "source")?,
    })
}

fn term(row: &QueryResult) -> Outcome<pack::Term> {
    Ok(pack::Term {
        zh: get(row, "zh")?,
        en: get(row, "en")?,
        kind: word(TermKind::from_code(&get::<String>(row, "kind")?), "kind")?,
        source: get(row, "source")?,
    })
}

fn synonym(row: &QueryResult) -> Outcome<pack::Synonym> {
    Ok(pack::Synonym {
        a: get(row, "a")?,
        b: get(row, "b")?,
        kind: word(SynonymKind::from_code(&get::<String>(row, "kind")?), "kind")?,
        source: get(row, "source")?,
    })
}

fn calendar_day(row: &QueryResult) -> Outcome<pack::CalendarDay> {
    let date: String = get(row, "date")?;
    let kind: String = get(row, "kind")?;
    Ok(pack::CalendarDay {
        date: Date::parse(&date).map_err(|e| Fault::Internal(format!("{date}: {e}")))?,
        kind: if kind == "holiday" { DayKind::Holiday } else { DayKind::Workday },
        name_zh: get(row, "name_zh")?,
        name_en: get(row, "name_en")?,
        source: get(row, "source")?,
    })
}

fn left_out(row: &QueryResult) -> Outcome<pack::LeftOut> {
    Ok(pack::LeftOut {
        seed_ids: split(&get::<String>(row, "seed_ids")?),
        name: get(row, "name")?,
        reason_zh: get(row, "reason_zh")?,
        reason_en: get(row, "reason_en")?,
        source: get(row, "source")?,
    })
}
