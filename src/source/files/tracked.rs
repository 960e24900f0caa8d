//! The files that git tracks below a root, and which of them the walk has met.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use bstr::{BString, ByteSlice, ByteVec};

use crate::collect::Collector;
use crate::coverage::Coverage;

/// Tracked files by their path below the root.
#[derive(Debug)]
pub(super) struct Tracked {
    files: HashMap<Vec<u8>, AtomicBool>,
}

/// Mode of an entry that is a commit of another repository.
const GITLINK: u32 = 0o160_000;

impl Tracked {
    /// The tracked files of the repository that `root` lies in; `None` outside a repository. An index that
    /// cannot be read is a failure in the ledger: files that are tracked and ignored would be missed.
    pub(super) fn of(root: &Path, collector: &Collector) -> Option<Self> {
        let repository = crate::git::discover(root)?;
        let index = repository.and_then(|r| {
            let prefix = prefix(r.workdir(), root);
            r.index().map(|index| (index, prefix))
        });
        match index {
            Ok((index, prefix)) => Some(Self { files: below(&index, prefix?.as_slice()) }),
            Err(error) => {
                let mut coverage = Coverage::default();
                coverage.fail(BString::from("git index"), error.message());
                collector.cover(coverage);
                None
            }
        }
    }

    /// Notes that the walk met this file; false when it did so before.
    pub(super) fn visit(&self, below: &Path) -> bool {
        let key = <[u8]>::from_path(below);
        let seen = key.and_then(|k| self.files.get(k));
        seen.is_none_or(|seen| !seen.swap(true, Ordering::Relaxed))
    }

    /// The files that the walk did not meet.
    pub(super) fn unvisited(&self) -> impl Iterator<Item = PathBuf> {
        let left = self.files.iter().filter(|(_, seen)| !seen.load(Ordering::Relaxed));
        left.map(|(path, _)| path.to_path_lossy().into_owned())
    }
}

/// Path of `root` below the working tree, with a `/` behind it unless it is empty.
fn prefix(workdir: Option<&Path>, root: &Path) -> Option<Vec<u8>> {
    let workdir = workdir?.canonicalize().ok()?;
    let root = root.canonicalize().ok()?;
    let below = root.strip_prefix(workdir).ok()?;
    let mut prefix = Vec::from_path_lossy(below).into_owned();
    if !prefix.is_empty() {
        prefix.push(b'/');
    }
    Some(prefix)
}

fn below(index: &git2::Index, prefix: &[u8]) -> HashMap<Vec<u8>, AtomicBool> {
    let files = index.iter().filter(|e| e.mode != GITLINK);
    files.filter_map(|e| Some((e.path.strip_prefix(prefix)?.to_vec(), AtomicBool::new(false)))).collect()
}
