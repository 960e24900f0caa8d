//! Copies: who else has what a repository holds.
//!
//! Takes a path in a repository; gives its remotes, its other working trees and the repositories that it
//! borrows objects from, as its own settings name them. Nobody is asked over the network.

use std::path::{Path, PathBuf};

use bstr::BString;

use super::forge;
use crate::source::history::Location;

/// Who else has what a repository holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copies {
    /// The root of its working tree, or the git directory of a bare repository.
    pub root: PathBuf,
    /// Whether it has no working tree.
    pub is_bare: bool,
    /// Its remotes, by name.
    pub remotes: Vec<Remote>,
    /// Its other working trees.
    pub work_trees: Vec<PathBuf>,
    /// Folders of objects that belong to other repositories.
    pub borrowed: Vec<PathBuf>,
}

/// A remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its name.
    pub name: BString,
    /// Its address, without the credentials that may stand in it.
    pub url: String,
    /// The page that lists its forks, where the forge is known.
    pub forks: Option<String>,
}

impl Copies {
    /// Those of the repository that `path` is in.
    ///
    /// # Errors
    /// There is none, or its settings cannot be read.
    pub fn of(path: &Path) -> Result<Self, String> {
        let location = Location::discover(path).map_err(|e| e.to_string())?;
        let repository = location.repository().map_err(|e| e.message().to_owned())?;
        let root = location.work_dir.clone().unwrap_or_else(|| location.git_dir.clone());
        let own = location.common_dir.join("objects");
        Ok(Self {
            remotes: remotes(&repository).map_err(|e| e.message().to_owned())?,
            work_trees: work_trees(&repository, &location, &root),
            borrowed: location.object_dirs.iter().filter(|dir| **dir != own).cloned().collect(),
            is_bare: location.work_dir.is_none(),
            root,
        })
    }
}

fn remotes(repository: &git2::Repository) -> Result<Vec<Remote>, git2::Error> {
    let names = repository.remotes()?;
    let remotes = names.iter().flatten().flatten().map(|name| {
        let url = repository.find_remote(name).ok().and_then(|r| r.url().ok().map(str::to_owned));
        let url = url.unwrap_or_default();
        Remote { name: name.into(), forks: forge::forks(&url), url: without_credentials(&url) }
    });
    Ok(remotes.collect())
}

fn work_trees(repository: &git2::Repository, location: &Location, root: &Path) -> Vec<PathBuf> {
    let names = repository.worktrees().ok();
    let linked = names.iter().flat_map(|names| names.iter().flatten().flatten());
    let linked = linked.filter_map(|name| Some(repository.find_worktree(name).ok()?.path().to_owned()));
    let is_linked = location.git_dir != location.common_dir;
    let main = location.common_dir.parent().filter(|_| is_linked && location.common_dir.ends_with(".git"));
    main.map(Path::to_owned).into_iter().chain(linked).filter(|tree| tree != root).collect()
}

/// An address without the part before `@`; SSH needs the user there, which is no secret without a password.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let Some((user, host)) = authority.rsplit_once('@') else { return url.to_owned() };
    let keeps_user = scheme.ends_with("ssh") && !user.contains(':');
    if keeps_user { url.to_owned() } else { format!("{scheme}://{host}{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_without_credentials() {
        for (url, shown) in [
            ("https://user:pw@host.io/o/r.git", "https://host.io/o/r.git"),
            ("https://user@host.io/o/r@2", "https://host.io/o/r@2"),
            ("ssh://git@host.io/o/r", "ssh://git@host.io/o/r"),
            ("ssh://git:pw@host.io/o/r", "ssh://host.io/o/r"),
            ("git@host.io:o/r", "git@host.io:o/r"),
            ("/srv/git/r", "/srv/git/r"),
        ] {
            assert_eq!(without_credentials(url), shown);
        }
    }

    #[test]
    fn remotes_and_other_work_trees_are_named() {
        let folder = tempfile::TempDir::new().unwrap();
        let root = folder.path().canonicalize().unwrap().join("a");
        let repository = git2::Repository::init(&root).unwrap();
        repository.remote("origin", "https://u:p@github.com/o/r").unwrap();
        let who = git2::Signature::now("a", "a@corp-net.io").unwrap();
        let tree = repository.find_tree(repository.index().unwrap().write_tree().unwrap()).unwrap();
        repository.commit(Some("HEAD"), &who, &who, "x", &tree, &[]).unwrap();
        let other = root.with_file_name("b");
        repository.worktree("b", &other, None).unwrap();
        let copies = Copies::of(&root).unwrap();
        assert_eq!(copies.remotes[0].url, "https://github.com/o/r");
        assert_eq!(copies.remotes[0].forks.as_deref(), Some("https://github.com/o/r/forks"));
        assert_eq!((copies.root, copies.is_bare), (root.clone(), false));
        assert_eq!(copies.work_trees, std::slice::from_ref(&other));
        assert_eq!(Copies::of(&other).unwrap().work_trees, [root]);
        assert!(Copies::of(folder.path()).is_err());
    }
}
