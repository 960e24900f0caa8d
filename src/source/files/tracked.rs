//! The files that git tracks below a root, in its repository and in those nested in it, and which of
//! them the walk has met.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use bstr::{BString, ByteSlice, ByteVec};
use git2::Repository;

use crate::collect::Collector;
use crate::coverage::Coverage;

/// Mode of an entry that is a commit of another repository.
const GITLINK: u32 = 0o160_000;

/// All repositories of one walk, the outer ones first.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    repositories: RwLock<Vec<Files>>,
}

/// The tracked files below one folder.
#[derive(Debug)]
struct Files {
    /// The folder, as the walk names it.
    root: PathBuf,
    /// By path below the folder; whether the walk met it.
    files: HashMap<Vec<u8>, AtomicBool>,
}

impl Tracked {
    /// Learns the tracked files of the repository that `root` lies in, if it lies in one. An index that
    /// cannot be read is a failure in the ledger: files that are tracked and ignored would be missed.
    pub(super) fn add_root(&self, root: &Path, collector: &Collector) {
        if let Some(repository) = crate::git::discover(root) {
            self.add(root, repository, collector);
        }
    }

    /// Learns the tracked files of the repository in `folder`, if that holds one of its own.
    pub(super) fn add_nested(&self, folder: &Path, collector: &Collector) {
        if folder.join(".git").symlink_metadata().is_ok() {
            match Repository::open(folder) {
                Err(error) if error.code() == git2::ErrorCode::NotFound => {}
                repository => self.add(folder, repository, collector),
            }
        }
    }

    fn add(&self, root: &Path, repository: Result<Repository, git2::Error>, collector: &Collector) {
        match repository.and_then(|r| files(root, &r)) {
            Ok(files) => self.repositories.write().unwrap_or_else(PoisonError::into_inner).push(files),
            Err(error) => {
                let mut coverage = Coverage::default();
                let what = <Vec<u8>>::from_path_lossy(root).into_owned();
                coverage.fail(BString::from(what), format!("git index: {}", error.message()));
                collector.cover(coverage);
            }
        }
    }

    /// Notes that the walk met this file; false when it did so before.
    pub(super) fn visit(&self, path: &Path) -> bool {
        let repositories = self.repositories.read().unwrap_or_else(PoisonError::into_inner);
        let inner = repositories.iter().rev().find_map(|r| Some((r, path.strip_prefix(&r.root).ok()?)));
        let seen = inner.and_then(|(r, below)| r.files.get(<[u8]>::from_path(below)?));
        seen.is_none_or(|seen| !seen.swap(true, Ordering::Relaxed))
    }

    /// The files that the walk did not meet.
    pub(super) fn unvisited(&self) -> Vec<PathBuf> {
        let repositories = self.repositories.read().unwrap_or_else(PoisonError::into_inner);
        let mut left = Vec::new();
        for repository in repositories.iter() {
            let unseen = repository.files.iter().filter(|(_, seen)| !seen.load(Ordering::Relaxed));
            left.extend(unseen.map(|(path, _)| repository.root.join(path.to_path_lossy())));
        }
        left.sort();
        left
    }
}

fn files(root: &Path, repository: &Repository) -> Result<Files, git2::Error> {
    let mut files = HashMap::new();
    if let Some(prefix) = prefix(repository.workdir(), root) {
        for entry in repository.index()?.iter().filter(|e| e.mode != GITLINK) {
            if let Some(below) = entry.path.strip_prefix(prefix.as_slice()) {
                files.insert(below.to_vec(), AtomicBool::new(false));
            }
        }
    }
    Ok(Files { root: root.to_owned(), files })
}

/// Path of `root` below the working tree, with a `/` behind it unless it is empty.
fn prefix(workdir: Option<&Path>, root: &Path) -> Option<Vec<u8>> {
    let workdir = workdir?.canonicalize().ok()?;
    let root = root.canonicalize().ok()?;
    let mut prefix = Vec::from_path_lossy(root.strip_prefix(workdir).ok()?).into_owned();
    if !prefix.is_empty() {
        prefix.push(b'/');
    }
    Some(prefix)
}
