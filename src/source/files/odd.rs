//! Folders whose ignore rules must not be read: git reads none from a `.gitignore` that is a link, and
//! one that is a FIFO or leads to a device would never end.
//!
//! The walk passes such a folder over and notes it; it is then read by a walk that obeys no rules at all.
//! That may be more than git would add, never less. On the same occasion the walk notes the repositories
//! that it comes by, whose indexes are read later.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::DirEntry;

use crate::git;

/// What a walk noted of the folders below its root.
#[derive(Debug, Clone, Default)]
pub(super) struct Noted(Arc<Mutex<Folders>>);

#[derive(Debug, Default)]
struct Folders {
    odd: Vec<PathBuf>,
    repositories: Vec<PathBuf>,
}

impl Noted {
    /// Whether the walk is to pass this entry over; notes it if so, and if it is a repository of its own.
    pub(super) fn passes_over(&self, entry: &DirEntry) -> bool {
        if !entry.file_type().is_some_and(|kind| kind.is_dir()) {
            return false;
        }
        let folder = entry.path();
        let is_root = git::is_root(folder);
        let is_odd = git::has_odd_rules(folder, is_root);
        if is_odd {
            self.folders().odd.push(folder.to_owned());
        }
        if is_root {
            self.folders().repositories.push(folder.to_owned());
        }
        is_odd
    }

    /// The folders that were passed over.
    pub(super) fn odd(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.folders().odd)
    }

    /// The folders that are repositories of their own.
    pub(super) fn repositories(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.folders().repositories)
    }

    fn folders(&self) -> MutexGuard<'_, Folders> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the rules of a folder, or of one above it, must not be read.
pub(super) fn at_or_above(folder: &Path) -> bool {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folder.ancestors().any(|above| git::has_odd_rules(above, true))
}
