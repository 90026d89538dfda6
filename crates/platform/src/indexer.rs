//! The full-text index of this node: follows the journal, and can always be rebuilt from the database.

use crate::app::App;
use crate::capability::{Capability, DocumentChange, DocumentPage, DocumentPages, DocumentSource};
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
    writer: Mutex<Option<Writer>>,
    leaf: AtomicI64,
}

impl Indexer {
    /// An indexer that is not open yet; see [`Indexer::begin`].
    pub(crate) fn new(data: &Path, capabilities: &[Capability]) -> Indexer {
        let sources = capabilities.iter().filter_map(|c| c.documents).collect();
        Indexer {
            folder: data.join("index"),
            index: arc_swap::ArcSwapOption::empty(),
            sources,
            writer: Mutex::new(None),
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
                self.settle_on(index, None)
            }
            Mode::Write => self.open(app, lexicon).await,
        }
    }

    async fn open(&self, app: &App, lexicon: Arc<Lexicon>) -> Outcome<()> {
        let mut writer = self.writer.lock().await;
        // The old writer holds the lock on the folder.
        *writer = None;
        let opened = Index::open(&self.folder, lexicon).map_err(failed)?;
        if opened.rebuild_needed {
            self.fill(app, &opened.index).await?;
        }
        let next = opened.index.writer(1).map_err(failed)?;
        self.settle_on(opened.index, Some((&mut *writer, next)))
    }

    fn settle_on(&self, index: Index, writer: Option<(&mut Option<Writer>, Writer)>) -> Outcome<()> {
        let applied = index.applied().map_err(failed)?;
        self.leaf.store(applied.and_then(|n| i64::try_from(n).ok()).unwrap_or(0) - 1, Ordering::Release);
        self.index.store(Some(Arc::new(index)));
        if let Some((place, next)) = writer {
            *place = Some(next);
        }
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
        let mut writer = self.writer.lock().await;
        *writer = None;
        let lexicon = self.lexicon(&app.db().read()).await?;
        let index = Index::open(&self.folder, lexicon).map_err(failed)?.index;
        let count = self.fill(app, &index).await?;
        let next = index.writer(1).map_err(failed)?;
        self.settle_on(index, Some((&mut *writer, next)))?;
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

    /// Applies what the journal has told since; a process that only asks looks for the writer's news.
    pub(crate) async fn catch_up(&self, app: &App) -> Outcome<()> {
        let mut guard = self.writer.lock().await;
        let Some(mut writer) = guard.take() else {
            return self.index.load_full().map_or(Ok(()), |index| index.reload().map_err(failed));
        };
        loop {
            let conn = app.db().read();
            let entries = journal::after(&conn, self.leaf(), STEP_ENTRIES).await?;
            let Some(newest) = entries.last().and_then(|e| e.leaf_index) else { break };
            let reload_words = entries.iter().any(|e| e.kind == crate::capability::LEXICON_CHANGED);
            let changes = self.changes(&conn, &entries).await?;
            if !changes.is_empty() {
                writer = self.apply(app, writer, changes, newest).await?;
            }
            self.leaf.store(newest, Ordering::Release);
            if reload_words && self.words_changed(&conn).await? {
                drop(writer);
                drop(guard);
                let lexicon = self.lexicon(&app.db().read()).await?;
                return self.open(app, lexicon).await;
            }
        }
        *guard = Some(writer);
        Ok(())
    }

    /// Applies changes and commits them together. Large ones get a writer like that of a rebuild.
    async fn apply(&self, app: &App, mut writer: Writer, changes: Vec<DocumentChange>, newest: i64) -> Outcome<Writer> {
        let mut few = Vec::new();
        let mut many = Vec::new();
        for change in changes {
            let DocumentChange::Pages { page: pages, from } = change else {
                few.push(change);
                continue;
            };
            let first = pages(&app.db().read(), Some(&from)).await?;
            match first.next {
                Some(_) => many.push((pages, first)),
                None => few.extend(first.documents.into_iter().map(|document| DocumentChange::Put(Box::new(document)))),
            }
        }
        if many.is_empty() {
            return blocking(move || write(writer, &few, newest)).await;
        }
        // The old writer holds the lock; it has committed everything.
        drop(writer);
        let index = self.index()?;
        writer = index.writer(MANY_THREADS).map_err(failed)?;
        for (pages, first) in many {
            (writer, _) = pour(app, writer, pages, first, Writer::upsert).await?;
        }
        drop(blocking(move || write(writer, &few, newest)).await?);
        index.writer(1).map_err(failed)
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

fn write(mut writer: Writer, changes: &[DocumentChange], newest: i64) -> Result<Writer, SearchError> {
    for change in changes {
        match change {
            DocumentChange::Put(document) => keep_going(writer.upsert(document), &document.id)?,
            DocumentChange::Remove(id) => writer.delete(id),
            // Poured before.
            DocumentChange::Pages { .. } => {}
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
