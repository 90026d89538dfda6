//! Opening an index, in a folder or in memory.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use tantivy::{
    IndexReader, ReloadPolicy,
    directory::{Directory, INDEX_WRITER_LOCK, MmapDirectory, RamDirectory},
    schema::Field,
};

use crate::{
    error::SearchError,
    lexicon::Lexicon,
    peaks::Peaks,
    schema::{Fields, register_tokenizers, schema},
    state::State,
    writer::Writer,
};

/// The file that says which dictionary and schema an index was written with.
const VERSION_FILE: &str = "VERSION";

/// Bytes of a block of stored documents before compression.
const STORED_BLOCK_BYTES: usize = 4096;

/// An index with its reader; cheap to clone, shared between threads.
#[derive(Clone)]
pub struct Index {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub index: tantivy::Index,
    pub reader: IndexReader,
    pub fields: Fields,
    pub rank: Field,
    pub lexicon: Arc<Lexicon>,
    pub peaks: Peaks,
    state: Mutex<Option<Arc<State>>>,
}

/// An index opened for writing, and whether it must be filled from the database first.
#[derive(Debug)]
pub struct Opened {
    /// The index.
    pub index: Index,
    /// It is new, was written with another dictionary or schema, was damaged, or was never filled to the end.
    pub rebuild_needed: bool,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("documents", &self.len()).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in a folder for the process that writes to it, creating the folder if it is missing.
    ///
    /// An index written with another dictionary or schema, or one that cannot be read, is emptied. Everything in it
    /// can be rebuilt from the database.
    ///
    /// # Errors
    /// [`SearchError::Busy`] if it would have to be emptied while another process writes to it;
    /// [`SearchError::Io`] or [`SearchError::Engine`] if the folder cannot be used.
    pub fn open(dir: &Path, lexicon: Arc<Lexicon>) -> Result<Opened, SearchError> {
        fs::create_dir_all(dir)?;
        if version(dir).as_deref() == Some(lexicon.digest())
            && let Ok(index) = tantivy::Index::open_in_dir(dir)
            && let Ok(index) = Self::with(index, Arc::clone(&lexicon))
        {
            let rebuild_needed = index.applied()?.is_none();
            return Ok(Opened { index, rebuild_needed });
        }
        let directory = MmapDirectory::open(dir).map_err(tantivy::TantivyError::from)?;
        let lock = directory.acquire_lock(&INDEX_WRITER_LOCK).map_err(|_| SearchError::Busy)?;
        empty(dir)?;
        let (schema, ..) = schema();
        let directory = MmapDirectory::open(dir).map_err(tantivy::TantivyError::from)?;
        let index = tantivy::Index::create(directory, schema, settings())?;
        drop(lock);
        // Written last: a crash before this line leaves a folder that is emptied again.
        fs::write(dir.join(VERSION_FILE), lexicon.digest())?;
        Ok(Opened { index: Self::with(index, lexicon)?, rebuild_needed: true })
    }

    /// Opens the index in a folder beside the process that writes to it, for questions only.
    ///
    /// # Errors
    /// [`SearchError::Missing`] without an index, [`SearchError::VersionMismatch`] if it was written with another
    /// dictionary or schema.
    pub fn open_read_only(dir: &Path, lexicon: Arc<Lexicon>) -> Result<Self, SearchError> {
        match version(dir) {
            None => Err(SearchError::Missing),
            Some(version) if version != lexicon.digest() => Err(SearchError::VersionMismatch),
            Some(_) => Self::with(tantivy::Index::open_in_dir(dir)?, lexicon),
        }
    }

    /// An empty index that lives in memory.
    ///
    /// # Errors
    /// [`SearchError::Engine`] if the engine refuses.
    pub fn in_memory(lexicon: Arc<Lexicon>) -> Result<Self, SearchError> {
        let (schema, ..) = schema();
        let index = tantivy::Index::create(RamDirectory::create(), schema, settings())?;
        Self::with(index, lexicon)
    }

    fn with(index: tantivy::Index, lexicon: Arc<Lexicon>) -> Result<Self, SearchError> {
        let (expected, fields, rank) = schema();
        if index.schema() != expected {
            return Err(SearchError::VersionMismatch);
        }
        register_tokenizers(&index, &lexicon);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            shared: Arc::new(Shared {
                index,
                reader,
                fields,
                rank,
                lexicon,
                peaks: Peaks::default(),
                state: Mutex::default(),
            }),
        })
    }

    /// The one writer of this index.
    ///
    /// `threads` cut texts at the same time: 1 for a running service (fewer segments), 2 or more for a rebuild.
    ///
    /// # Errors
    /// [`SearchError::Busy`] while another writer exists, in this process or another.
    pub fn writer(&self, threads: usize) -> Result<Writer, SearchError> {
        Writer::new(Arc::clone(&self.shared), threads)
    }

    /// Shows what has been committed since, by this process or another. A [`Writer`] does it after each commit.
    ///
    /// # Errors
    /// [`SearchError::Engine`] if the new state cannot be read; the old one stays in use.
    pub fn reload(&self) -> Result<(), SearchError> {
        Ok(self.shared.reader.reload()?)
    }

    /// The number of the last journal entry the committed index reflects; `None` before the first commit.
    ///
    /// # Errors
    /// [`SearchError::Engine`] if the index cannot be read.
    pub fn applied(&self) -> Result<Option<u64>, SearchError> {
        Ok(self.shared.index.load_metas()?.payload.and_then(|payload| payload.parse().ok()))
    }

    /// Documents visible to questions.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.shared.reader.searcher().num_docs()).unwrap_or(usize::MAX)
    }

    /// Whether no document is visible.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The state that questions meet now.
    pub(crate) fn state(&self) -> Result<Arc<State>, SearchError> {
        let searcher = self.shared.reader.searcher();
        let generation = searcher.generation().generation_id();
        let mut kept = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = kept.as_ref().filter(|state| state.searcher.generation().generation_id() == generation) {
            return Ok(Arc::clone(state));
        }
        let state = Arc::new(State::open(searcher)?);
        *kept = Some(Arc::clone(&state));
        Ok(state)
    }

    /// The lexicon it was opened with.
    #[must_use]
    pub fn lexicon(&self) -> &Arc<Lexicon> {
        &self.shared.lexicon
    }
}

/// Small blocks of stored documents: a page shows twenty from twenty places, and each opens a whole block.
fn settings() -> tantivy::IndexSettings {
    tantivy::IndexSettings { docstore_blocksize: STORED_BLOCK_BYTES, ..tantivy::IndexSettings::default() }
}

fn version(dir: &Path) -> Option<String> {
    let text = fs::read_to_string(dir.join(VERSION_FILE)).ok()?;
    dir.join("meta.json").is_file().then(|| text.trim().to_owned())
}

/// Removes the files of an index and nothing else; the version file first.
fn empty(dir: &Path) -> Result<(), SearchError> {
    match fs::remove_file(dir.join(VERSION_FILE)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_file() && is_ours(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn is_ours(name: &str) -> bool {
    let segment_file = name
        .split_once('.')
        .is_some_and(|(stem, _)| stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()));
    segment_file || matches!(name, "meta.json" | ".managed.json")
}
