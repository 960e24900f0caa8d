//! The base of a change: the tree that its policy is read from.
//!
//! Takes a range or a push; gives the commit that both sides have in common or, where there is none, one
//! that the other side has. Nothing in that tree came with the change, so the change cannot allow itself.

use bstr::BStr;

use super::{Repository, resolve, revision};
use crate::source::history::{Kind, Location, ObjectId, Store, entry_at};

/// Largest file that is read from it, in bytes.
const LARGEST: u64 = 1 << 20;

/// The tree of a commit.
#[derive(Debug)]
pub struct Base {
    /// Full id of the commit.
    pub commit: String,
    store: Store,
    tree: ObjectId,
}

impl Base {
    /// The base of a range or a push; `None` where the other side is not known to have anything.
    ///
    /// # Errors
    /// What a scan of the same repository would report: there is none, or no such revision.
    pub fn of(repository: &Repository) -> Result<Option<Self>, String> {
        let location = located(repository)?;
        let plan = resolve::plan(&location, &repository.part)?;
        let tips: Vec<ObjectId> = plan.tips.iter().map(|tip| tip.id).collect();
        let Some(commit) = common(&location, &tips, &plan.excluded) else { return Ok(None) };
        Self::at(&location, commit).map(Some)
    }

    /// The commit that HEAD names; `None` before the first.
    ///
    /// # Errors
    /// There is no repository, or that commit cannot be read.
    pub fn head(repository: &Repository) -> Result<Option<Self>, String> {
        let location = located(repository)?;
        let store = Store::open(&location.object_dirs);
        resolve::head(&location, &mut store.reader()).map(|commit| Self::at(&location, commit)).transpose()
    }

    fn at(location: &Location, commit: ObjectId) -> Result<Self, String> {
        let store = Store::open(&location.object_dirs);
        let read = store.reader().read(commit, u64::MAX).map_err(|e| format!("{commit}: {e}"))?;
        let tree = match read {
            (Kind::Commit, bytes) => bytes.get(5..45).and_then(ObjectId::from_hex),
            _ => None,
        };
        let tree = tree.ok_or_else(|| format!("{commit}: not a commit"))?;
        Ok(Self { commit: commit.to_string(), store, tree })
    }

    /// The text of the file at this path; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read, is too large, no file, or no UTF-8.
    pub fn file(&self, path: &BStr) -> Result<Option<String>, String> {
        let mut reader = self.store.reader();
        let Some(id) = entry_at(&mut reader, self.tree, path) else { return Ok(None) };
        match reader.read(id, LARGEST).map_err(|e| e.to_string())? {
            (Kind::Blob, bytes) => match String::from_utf8(bytes.to_vec()) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err("is no UTF-8 text".to_owned()),
            },
            _ => Err("is no regular file".to_owned()),
        }
    }
}

fn located(repository: &Repository) -> Result<Location, String> {
    let mut location = Location::discover(&repository.path).map_err(|e| e.to_string())?;
    location.object_dirs.extend(repository.object_dirs.iter().cloned());
    Ok(location)
}

/// The best common ancestor of the first tip that has one with what is excluded; else one of the latter.
fn common(location: &Location, tips: &[ObjectId], excluded: &[ObjectId]) -> Option<ObjectId> {
    let store = Store::open(&location.object_dirs);
    let reader = &mut store.reader();
    let commits: Vec<ObjectId> = excluded.iter().filter_map(|id| resolve::peel(reader, *id).ok()).collect();
    let tips: Vec<ObjectId> = tips.iter().filter_map(|id| resolve::peel(reader, *id).ok()).collect();
    let base = tips.iter().find_map(|tip| revision::merge_bases(reader, *tip, &commits).first().copied());
    base.or(commits.first().copied())
}
