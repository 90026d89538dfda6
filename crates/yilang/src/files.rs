//! Files that commands write and read.

use crate::Ended;
use kernel::Refusal;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A file that is being written under another name, so that under its own it is whole or not there at all.
pub struct NewFile<'a> {
    path: &'a Path,
    partial: PathBuf,
    /// Where it is written to.
    pub out: File,
}

impl<'a> NewFile<'a> {
    /// An existing file is never overwritten.
    pub fn create(path: &'a Path) -> Result<NewFile<'a>, Ended> {
        if path.exists() {
            return Err(not_created(path, &io::Error::from(io::ErrorKind::AlreadyExists)));
        }
        let partial = path.with_added_extension("partial");
        let created = File::options().write(true).create_new(true).open(&partial);
        Ok(NewFile { path, out: created.map_err(|error| not_created(&partial, &error))?, partial })
    }

    /// It is complete.
    pub fn keep(self) -> Result<(), Ended> {
        self.out.sync_all().map_err(|error| not_created(&self.partial, &error))?;
        std::fs::rename(&self.partial, self.path).map_err(|error| not_created(self.path, &error))
    }
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        // Gone already when it was kept; what was begun and refused must not stand in the way of the next try.
        let _ = std::fs::remove_file(&self.partial);
    }
}

fn not_created(file: &Path, error: &io::Error) -> Ended {
    Refusal::conflict(
        "file-not-created",
        format!("不能新建文件 {}：{error}。请换一个文件名或目录；已有的文件不会被覆盖。", file.display()),
        format!(
            "Cannot create {}: {error}. Choose another name or folder; an existing file is never overwritten.",
            file.display()
        ),
    )
    .into()
}

/// Refuses a file that cannot be read.
pub fn not_read(file: &Path, error: &io::Error) -> Ended {
    Refusal::conflict(
        "file-not-read",
        format!("不能读取文件 {}：{error}。请核对文件名与权限。", file.display()),
        format!("Cannot read {}: {error}. Check its name and rights.", file.display()),
    )
    .into()
}

/// A file that is there.
pub fn opened(file: &Path) -> Result<File, Ended> {
    File::open(file).map_err(|error| not_read(file, &error))
}
