//! Folders whose ignore rules must not be read: git reads none from a `.gitignore` that is a link, and
//! one that is a FIFO or leads to a device would never end.
//!
//! The walk passes such a folder over and notes it; it is then read by a walk that obeys no rules at all.
//! That may be more than git would add, never less.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::DirEntry;

use crate::git;

/// The folders that a walk passed over.
#[derive(Debug, Clone, Default)]
pub(super) struct Odd(Arc<Mutex<Vec<PathBuf>>>);

impl Odd {
    /// Whether the walk is to pass this entry over; notes it if so.
    pub(super) fn takes(&self, entry: &DirEntry) -> bool {
        let is_odd = entry.file_type().is_some_and(|kind| kind.is_dir()) && git::has_odd_rules(entry.path());
        if is_odd {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry.path().to_owned());
        }
        is_odd
    }

    /// The folders that were passed over.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether the rules of a folder, or of one above it, must not be read.
pub(super) fn at_or_above(folder: &Path) -> bool {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folder.ancestors().any(git::has_odd_rules)
}
