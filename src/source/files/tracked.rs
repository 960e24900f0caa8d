//! The files that git tracks below a folder, also those that an ignore rule matches.

use std::path::{Component, Path, PathBuf};

use bstr::{BStr, ByteSlice, ByteVec};
use git2::Repository;

use crate::git::Index;

/// Mode of an entry that is a commit of another repository.
const GITLINK: u32 = 0o160_000;

/// The index of a repository, seen from a folder of its working tree.
#[derive(Debug)]
pub(super) struct Tracked {
    /// The git directory.
    pub git_dir: PathBuf,
    /// All that the repository tracks.
    pub index: Index,
    folder: PathBuf,
    /// Path of the folder below the working tree, with a `/` behind it unless it is empty.
    prefix: Vec<u8>,
}

impl Tracked {
    /// The tracked files below the folder that are not `met`, which is asked with their paths' bytes.
    pub(super) fn not(&self, met: impl Fn(&[u8]) -> bool) -> Vec<PathBuf> {
        let mut path = Vec::from_path_lossy(&self.folder.join("")).into_owned();
        let start = path.len();
        let is_left = |below: &&BStr| {
            path.truncate(start);
            path.extend_from_slice(below);
            !met(&path)
        };
        self.below().filter(is_left).map(|below| self.folder.join(below.to_path_lossy())).collect()
    }

    /// The tracked files below the folder, by their paths below it.
    fn below(&self) -> impl Iterator<Item = &BStr> {
        let files = self.index.iter().filter(|(mode, _)| *mode != GITLINK);
        files.filter_map(|(_, path)| Some(path.strip_prefix(self.prefix.as_slice())?.as_bstr()))
    }
}

/// What is tracked in the repository that `root` lies in; `None` outside one.
///
/// # Errors
/// An index that cannot be read: files that are tracked and ignored would be missed.
pub(super) fn files(root: &Path) -> Result<Option<Tracked>, String> {
    match crate::git::discover(root) {
        Some(repository) => seen_from(root, &repository?),
        None => Ok(None),
    }
}

/// The same of the repository that `folder` itself is.
///
/// # Errors
/// As for [`files`].
pub(super) fn nested(folder: &Path) -> Result<Option<Tracked>, String> {
    let Some(repository) = crate::git::discover(folder) else { return Ok(None) };
    let repository = repository?;
    let is_own = prefix(repository.workdir(), folder).is_some_and(|p| p.is_empty());
    if is_own { seen_from(folder, &repository) } else { Ok(None) }
}

fn seen_from(folder: &Path, repository: &Repository) -> Result<Option<Tracked>, String> {
    let Some(prefix) = prefix(repository.workdir(), folder) else { return Ok(None) };
    let index = Index::of(repository).map_err(|e| e.message().to_owned())?;
    let (git_dir, folder) = (repository.path().to_owned(), folder.to_owned());
    Ok(Some(Tracked { git_dir, index, folder, prefix }))
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
