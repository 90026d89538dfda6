//! The full-text index of this node: follows the journal, and can always be rebuilt from the database.

use crate::app::App;
use crate::capability::{Capability, DocumentChange, DocumentPage, DocumentPages, DocumentSource, Pages};
use crate::db::{Conn, Outcome};
use crate::fault::Fault;
use crate::journal::{self, Recorded};
use kernel::{Refusal, RefusalKind};
use search::{Document, Index, Lexicon, LexiconSource, SearchError, Writer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::Mutex;

/// Journal entries read in one step.
const STEP_ENTRIES: u64 = 1_000;
/// Threads that cut texts while the index is rebuilt, or takes in more than one page.
const MANY_THREADS: usize = 2;
/// Pages put in ahead of their entry in one round; whoever waits for the node's other work waits for no more.
const AHEAD_PAGES: usize = 4;

/// Whether this process keeps the index up to date or only asks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Follows the journal; one process per data folder.
    Write,
    /// Asks what another process keeps up to date.
    Read,
}

/// The index and where it stands in the journal.
pub struct Indexer {
    folder: PathBuf,
    index: arc_swap::ArcSwapOption<Index>,
    sources: Vec<DocumentSource>,
    /// None while this process only asks.
    keeping: Mutex<Option<Keeping>>,
    leaf: AtomicI64,
}

/// What the process that keeps the index up to date holds.
#[derive(Default)]
struct Keeping {
    /// Lost by a failure, until the next round takes a fresh one.
    writer: Option<Writer>,
    /// What the writer has taken in ahead of its entry and not committed.
    ahead: Option<Ahead>,
    /// First key of a change that waits for its entry: another one overtook it, or a page of it failed.
    waits: Option<String>,
}

/// How far a coming change has been taken in.
struct Ahead {
    /// The first key, by which its entry is known.
    begin: String,
    /// The key to go on from.
    next: String,
}

/// One document to put in or take out.
enum Change {
    Put(Box<Document>),
    Remove(String),
}

impl Keeping {
    /// What was taken in ahead, if these changes are its entry's. Anything else would be committed together with it,
    /// so it is forgotten then.
    fn awaited(&mut self, changes: &[DocumentChange]) -> Option<Ahead> {
        let ahead = self.ahead.take()?;
        if matches!(changes, [DocumentChange::Pages(pages)] if pages.from == ahead.begin) {
            return Some(ahead);
        }
        self.forget();
        self.waits = Some(ahead.begin);
        None
    }

    /// The writer, with `threads` if it is a fresh one.
    fn take(&mut self, index: &Index, threads: usize) -> Outcome<Writer> {
        self.writer.take().map_or_else(|| index.writer(threads).map_err(failed), Ok)
    }

    /// A fresh writer with `threads`. The one before is dropped first, for it holds the lock; what it has not
    /// committed is forgotten.
    fn renew(&mut self, index: &Index, threads: usize) -> Outcome<Writer> {
        self.forget();
        self.take(index, threads)
    }

    fn forget(&mut self) {
        self.writer = None;
        self.ahead = None;
    }
}

impl Indexer {
    /// An indexer that is not open yet; see [`Indexer::begin`].
    pub(crate) fn new(data: &Path, capabilities: &[Capability]) -> Indexer {
        let sources = capabilities.iter().filter_map(|c| c.documents).collect();
        Indexer {
            folder: data.join("index"),
            index: arc_swap::ArcSwapOption::empty(),
            sources,
            keeping: Mutex::new(None),
            leaf: AtomicI64::new(-1),
        }
    }

    /// Opens the index, once the pack is loaded. In [`Mode::Write`] it is rebuilt if the
    /// dictionary or schema has changed, or if it was lost.
    ///
    /// # Errors
    /// A refusal if another process writes to it, or the folder may not be written.
    pub async fn begin(&self, app: &App, mode: Mode) -> Outcome<()> {
        let lexicon = self.lexicon(&app.db().read()).await?;
        match mode {
            Mode::Read => {
                let index = Index::open_read_only(&self.folder, lexicon).map_err(failed)?;
                self.settle_on(index)
            }
            Mode::Write => self.open(app, lexicon, self.keeping.lock().await.get_or_insert_default()).await,
        }
    }

    async fn open(&self, app: &App, lexicon: Arc<Lexicon>, keeping: &mut Keeping) -> Outcome<()> {
        keeping.forget();
        let opened = Index::open(&self.folder, lexicon).map_err(failed)?;
        if opened.rebuild_needed {
            self.fill(app, &opened.index).await?;
        }
        keeping.writer = Some(opened.index.writer(1).map_err(failed)?);
        self.settle_on(opened.index)
    }

    fn settle_on(&self, index: Index) -> Outcome<()> {
        let applied = index.applied().map_err(failed)?;
        self.leaf.store(applied.and_then(|n| i64::try_from(n).ok()).unwrap_or(0) - 1, Ordering::Release);
        self.index.store(Some(Arc::new(index)));
        Ok(())
    }

    /// The index as it stands.
    ///
    /// # Errors
    /// A refusal while it is being prepared.
    pub fn index(&self) -> Result<Arc<Index>, Refusal> {
        self.index.load_full().ok_or_else(|| {
            Refusal::new(
                RefusalKind::Unavailable,
                "index-preparing",
                "搜索正在准备，请稍候片刻再试。",
                "Search is being prepared; try again in a moment.",
            )
        })
    }

    /// Whether [`Indexer::begin`] has been called.
    pub fn is_open(&self) -> bool {
        self.index.load().is_some()
    }

    /// The last journal leaf that the index reflects, −1 before the first.
    pub fn leaf(&self) -> i64 {
        self.leaf.load(Ordering::Acquire)
    }

    /// Rebuilds everything from the database with the dictionary as it is now.
    pub async fn rebuild(&self, app: &App) -> Outcome<usize> {
        let mut guard = self.keeping.lock().await;
        let keeping = guard.get_or_insert_default();
        keeping.forget();
        let lexicon = self.lexicon(&app.db().read()).await?;
        let index = Index::open(&self.folder, lexicon).map_err(failed)?.index;
        let count = self.fill(app, &index).await?;
        keeping.writer = Some(index.writer(1).map_err(failed)?);
        self.settle_on(index)?;
        Ok(count)
    }

    async fn lexicon(&self, conn: &Conn) -> Outcome<Arc<Lexicon>> {
        let mut all = LexiconSource::default();
        for source in &self.sources {
            let own = (source.lexicon)(conn).await?;
            all.terms.extend(own.terms);
            all.names.extend(own.names);
            all.synonyms.extend(own.synonyms);
            all.places.extend(own.places);
            all.readings.extend(own.readings);
        }
        blocking(move || Lexicon::new(&all)).await.map(Arc::new)
    }

    /// Fills an index from the database; what is journalled meanwhile is applied again afterwards.
    async fn fill(&self, app: &App, index: &Index) -> Outcome<usize> {
        let leaf = journal::last_leaf(&app.db().read()).await?;
        let mut writer = index.writer(MANY_THREADS).map_err(failed)?;
        writer.clear().map_err(failed)?;
        let mut count = 0;
        for source in &self.sources {
            let first = (source.page)(&app.db().read(), None).await?;
            let poured;
            (writer, poured) = pour(app, writer, source.page, first, Writer::insert_new).await?;
            count += poured;
        }
        let applied = u64::try_from(leaf + 1).unwrap_or(0);
        blocking(move || writer.commit(applied)).await?;
        tracing::info!(count, leaf, "index.rebuilt");
        Ok(count)
    }

    /// Applies what the journal has told since, then takes in some of what is coming. True when more of that is
    /// there already. A process that only asks looks for the writer's news.
    pub(crate) async fn catch_up(&self, app: &App) -> Outcome<bool> {
        let mut guard = self.keeping.lock().await;
        let Some(keeping) = guard.as_mut() else {
            self.index.load_full().map_or(Ok(()), |index| index.reload().map_err(failed))?;
            return Ok(false);
        };
        loop {
            let conn = app.db().read();
            let entries = journal::after(&conn, self.leaf(), STEP_ENTRIES).await?;
            let Some(newest) = entries.last().and_then(|e| e.leaf_index) else { break };
            let reload_words = entries.iter().any(|e| e.kind == crate::capability::LEXICON_CHANGED);
            let changes = self.changes(&conn, &entries).await?;
            if !changes.is_empty() {
                self.apply(app, keeping, changes, newest).await?;
            }
            if reload_words && self.words_changed(&conn).await? {
                let lexicon = self.lexicon(&conn).await?;
                self.open(app, lexicon, keeping).await?;
                continue;
            }
            self.leaf.store(newest, Ordering::Release);
        }
        self.look_ahead(app, keeping).await
    }

    /// Applies changes and commits them together. Large ones get a writer like that of a rebuild.
    async fn apply(&self, app: &App, keeping: &mut Keeping, changes: Vec<DocumentChange>, newest: i64) -> Outcome<()> {
        let index = self.index()?;
        let ahead = keeping.awaited(&changes);
        let mut few = Vec::new();
        let mut many = Vec::new();
        for change in changes {
            match change {
                DocumentChange::Put(document) => few.push(Change::Put(document)),
                DocumentChange::Remove(id) => few.push(Change::Remove(id)),
                DocumentChange::Pages(Pages { page: pages, from }) => {
                    let from = ahead.as_ref().map_or(from, |ahead| ahead.next.clone());
                    let first = pages(&app.db().read(), Some(&from)).await?;
                    match first.next {
                        Some(_) => many.push((pages, first)),
                        None => few.extend(first.documents.into_iter().map(|document| Change::Put(Box::new(document)))),
                    }
                }
            }
        }
        let large = ahead.is_some() || !many.is_empty();
        let mut writer = match ahead {
            None if large => keeping.renew(&index, MANY_THREADS)?,
            _ => keeping.take(&index, 1)?,
        };
        for (pages, first) in many {
            (writer, _) = pour(app, writer, pages, first, Writer::upsert).await?;
        }
        keeping.writer = Some(blocking(move || write(writer, &few, newest)).await?);
        if large {
            keeping.writer = Some(keeping.renew(&index, 1)?);
        }
        Ok(())
    }

    /// Takes in full pages of what is being written, so that little is left to do when its entry comes.
    async fn look_ahead(&self, app: &App, keeping: &mut Keeping) -> Outcome<bool> {
        let conn = app.db().read();
        let coming = self.coming(&conn).await?;
        if keeping.ahead.as_ref().is_some_and(|ahead| coming.as_ref().is_none_or(|pages| pages.from != ahead.begin)) {
            keeping.forget();
        }
        let Some(coming) = coming.filter(|pages| keeping.waits.as_ref() != Some(&pages.from)) else { return Ok(false) };
        let taken = self.take_ahead(app, keeping, &coming).await;
        taken.or_else(|fault| {
            // Nothing is lost: its entry brings it. The node's other work, such as removing it, must go on.
            tracing::warn!(cause = ?fault, from = coming.from, "index.ahead failed");
            keeping.forget();
            keeping.waits = Some(coming.from);
            Ok(false)
        })
    }

    async fn take_ahead(&self, app: &App, keeping: &mut Keeping, coming: &Pages) -> Outcome<bool> {
        let Pages { page: pages, from: begin } = coming;
        for _ in 0..AHEAD_PAGES {
            let from = keeping.ahead.as_ref().map_or(begin, |ahead| &ahead.next);
            let DocumentPage { documents, next } = pages(&app.db().read(), Some(from)).await?;
            let Some(next) = next else { return Ok(false) };
            let index = self.index()?;
            let writer = match keeping.ahead.take() {
                Some(_) => keeping.take(&index, MANY_THREADS)?,
                None => keeping.renew(&index, MANY_THREADS)?,
            };
            let page = DocumentPage { documents, next: None };
            // Nobody has seen them, so there is no earlier one to take out.
            keeping.writer = Some(pour(app, writer, *pages, page, Writer::insert_new).await?.0);
            keeping.ahead = Some(Ahead { begin: begin.clone(), next });
        }
        Ok(true)
    }

    async fn coming(&self, conn: &Conn) -> Outcome<Option<Pages>> {
        for source in &self.sources {
            if let Some(pages) = (source.coming)(conn).await? {
                return Ok(Some(pages));
            }
        }
        Ok(None)
    }

    async fn words_changed(&self, conn: &Conn) -> Outcome<bool> {
        let now = self.lexicon(conn).await?;
        Ok(self.index.load_full().is_none_or(|index| index.lexicon().digest() != now.digest()))
    }

    async fn changes(&self, conn: &Conn, entries: &[Recorded]) -> Outcome<Vec<DocumentChange>> {
        let mut changes = Vec::new();
        for entry in entries {
            for source in &self.sources {
                changes.extend((source.changed)(conn, entry).await?);
            }
        }
        Ok(changes)
    }
}

/// Puts pages in, the first of which has been read. While the texts of one are cut, the next is read.
async fn pour(
    app: &App,
    mut writer: Writer,
    pages: DocumentPages,
    first: DocumentPage,
    put: fn(&mut Writer, &Document) -> Result<(), SearchError>,
) -> Outcome<(Writer, usize)> {
    let mut count = 0;
    let mut page = Some(first);
    while let Some(DocumentPage { documents, next }) = page {
        count += documents.len();
        let cutting = blocking(move || {
            for document in &documents {
                keep_going(put(&mut writer, document), &document.id)?;
            }
            Ok(writer)
        });
        let reading = async {
            match next {
                Some(key) => pages(&app.db().read(), Some(&key)).await.map(Some),
                None => Ok(None),
            }
        };
        (writer, page) = tokio::try_join!(cutting, reading)?;
    }
    Ok((writer, count))
}

fn write(mut writer: Writer, changes: &[Change], newest: i64) -> Result<Writer, SearchError> {
    for change in changes {
        match change {
            Change::Put(document) => keep_going(writer.upsert(document), &document.id)?,
            Change::Remove(id) => writer.delete(id),
        }
    }
    writer.commit(u64::try_from(newest + 1).unwrap_or(0))?;
    Ok(writer)
}

/// A document outside the limits is left out and named in the log; it must not stop the others.
fn keep_going(result: Result<(), SearchError>, id: &str) -> Result<(), SearchError> {
    match result {
        Err(SearchError::Refused(refused)) => {
            tracing::warn!(id, %refused, "index.document left out");
            Ok(())
        }
        other => other,
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, SearchError> + Send + 'static) -> Outcome<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|e| Fault::Internal(e.to_string()))?;
    done.map_err(failed)
}

fn failed(error: SearchError) -> Fault {
    let (code, zh, en) = match &error {
        SearchError::Busy => (
            "index-busy",
            "另一个进程正在写入这个数据目录的索引。请先停止它，或换一个 --data 目录。",
            "Another process writes to the index of this data folder. Stop it first, or choose another --data folder.",
        ),
        SearchError::Missing | SearchError::VersionMismatch => (
            "index-missing",
            "这个数据目录还没有可用的索引。请先启动服务，或运行 yilang index rebuild。",
            "This data folder has no usable index yet. Start the server first, or run: yilang index rebuild.",
        ),
        SearchError::Io(_) => (
            "index-storage",
            "索引目录不可写或磁盘已满。请检查权限与空间后重试；索引可随时由数据库重建。",
            "The index folder may not be written or the disk is full. Check permissions and space, then try again; the index can always be rebuilt from the database.",
        ),
        _ => return Fault::Internal(error.to_string()),
    };
    tracing::error!(%error, "index failed");
    Refusal::new(RefusalKind::Unavailable, code, zh, en).into()
}
