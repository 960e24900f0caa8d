//! The files that git tracks below a folder, also those that an ignore rule matches.

use std::path::{Component, Path, PathBuf};

use bstr::{ByteSlice, ByteVec};
use git2::Repository;

use super::index;

/// Mode of an entry that is a commit of another repository.
const GITLINK: u32 = 0o160_000;

/// The tracked files of the repository that `root` lies in, as paths below `root`; none outside one.
///
/// # Errors
/// An index that cannot be read: files that are tracked and ignored would be missed.
pub(super) fn files(root: &Path) -> Result<Vec<PathBuf>, String> {
    match crate::git::discover(root) {
        Some(repository) => list(root, &repository?).map_err(|e| e.message().to_owned()),
        None => Ok(Vec::new()),
    }
}

/// The same of the repository that `folder` itself is.
///
/// # Errors
/// As for [`files`].
pub(super) fn nested(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let Some(repository) = crate::git::discover(folder) else { return Ok(Vec::new()) };
    let repository = repository?;
    let is_own = prefix(repository.workdir(), folder).is_some_and(|p| p.is_empty());
    if is_own { list(folder, &repository).map_err(|e| e.message().to_owned()) } else { Ok(Vec::new()) }
}

fn list(root: &Path, repository: &Repository) -> Result<Vec<PathBuf>, git2::Error> {
    let Some(prefix) = prefix(repository.workdir(), root) else { return Ok(Vec::new()) };
    let below = |(mode, path): (u32, Vec<u8>)| {
        let path = path.strip_prefix(prefix.as_slice()).filter(|_| mode != GITLINK)?;
        Some(root.join(path.to_path_lossy()))
    };
    let bytes = std::fs::read(repository.path().join("index"));
    if let Some(entries) = bytes.ok().and_then(|bytes| index::entries(&bytes)) {
        return Ok(entries.into_iter().filter_map(below).collect());
    }
    Ok(repository.index()?.iter().map(|e| (e.mode, e.path)).filter_map(below).collect())
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

/// Where a path leads that an index names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whereabouts {
    /// Below the root, through folders.
    Inside,
    /// Through a symbolic link: git counts the file as deleted.
    BehindLink,
    /// Anywhere: only a forged index has such names.
    Outside,
}

/// Where `path`, which an index names, leads from `root`.
pub(super) fn whereabouts(root: &Path, path: &Path) -> Whereabouts {
    let Ok(below) = path.strip_prefix(root) else { return Whereabouts::Outside };
    if !below.components().all(|part| matches!(part, Component::Normal(_))) {
        return Whereabouts::Outside;
    }
    let folders = below.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    if folders.into_iter().any(|folder| root.join(folder).is_symlink()) {
        return Whereabouts::BehindLink;
    }
    Whereabouts::Inside
}
