//! Opening repositories: in process, without trusting them.

mod index;

use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use git2::Repository;

use crate::source::history::{Location, OpenError};

pub use index::Index;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use index::agrees as index_agrees;

/// The repository whose working tree `path` lies in; `None` when it lies in none. Neither the environment
/// nor the owner counts: the user named a path, and it is only read.
pub fn discover(path: &Path) -> Option<Result<Repository, String>> {
    let location = match Location::discover(path) {
        Ok(location) => location,
        Err(OpenError::NotFound(_)) => return None,
        Err(error) => return Some(Err(error.to_string())),
    };
    let opened = location.repository().and_then(|repository| {
        if let Some(folder) = &location.work_dir {
            // In memory alone: nothing is written.
            repository.set_workdir(folder, false)?;
        }
        Ok(repository)
    });
    Some(opened.map_err(|e| e.message().to_owned()))
}

/// Folders of a git directory whose files git reads; of the second list also what is below them.
const FOLDERS: [&str; 4] = ["", "info", "objects/info", "objects/pack"];
const TREES: [&str; 2] = ["refs", "logs"];

/// The first file in a git directory that has no end: a FIFO, a device, or a link to one, which would be
/// waited for or read for ever. `git_dir` may be such a file itself.
pub fn endless_file(git_dir: &Path) -> Option<PathBuf> {
    if git_dir.metadata().is_ok_and(|meta| is_endless(meta.file_type())) {
        return Some(git_dir.to_owned());
    }
    let in_folders = FOLDERS.iter().find_map(|folder| endless_in(&git_dir.join(folder), false));
    in_folders.or_else(|| TREES.iter().find_map(|folder| endless_in(&git_dir.join(folder), true)))
}

fn endless_in(folder: &Path, and_below: bool) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    entries.into_iter().find_map(|entry| {
        let kind = entry.file_type().ok()?;
        if kind.is_dir() {
            return if and_below { endless_in(&entry.path(), true) } else { None };
        }
        let kind = if kind.is_symlink() { entry.path().metadata().ok()?.file_type() } else { kind };
        is_endless(kind).then(|| entry.path())
    })
}

/// A socket is none: it cannot be opened, and git's own file watcher leaves one.
#[cfg(unix)]
fn is_endless(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    kind.is_fifo() || kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
fn is_endless(_: FileType) -> bool {
    false
}

/// Whether the ignore rules of a folder must not be read: where `.gitignore` is no regular file, of which
/// git reads none either, or the folder's own repository has an endless file of rules. `is_root`: whether a
/// repository begins there.
pub fn has_odd_rules(folder: &Path, is_root: bool) -> bool {
    let is_odd = folder.join(".gitignore").symlink_metadata().is_ok_and(|meta| !meta.is_file());
    let exclude = || folder.join(".git/info/exclude").metadata();
    is_odd || is_root && exclude().is_ok_and(|meta| is_endless(meta.file_type()))
}

/// Whether a repository begins at a folder, or something stands there that says so.
pub fn is_root(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok()
}
