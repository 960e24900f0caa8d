//! Where a policy comes from: the folder, repository or commit whose config is in force.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use bstr::{BStr, BString, ByteVec as _};
use tokensieve::config;
use tokensieve::source::history::{Kind, Location, ObjectId, Store, entry_at};
use tokensieve::source::repository::{Base, Repository};

/// What is scanned, as far as its policy goes.
pub(crate) enum Home<'a> {
    /// Files and folders; the current folder where there are none.
    Paths(&'a [PathBuf]),
    /// A repository, all of it or much.
    Repository(&'a Repository),
    /// What is about to be committed in the repository at this path, with this index.
    Staged(&'a Path, Option<&'a Path>),
    /// A change to a repository, which must not speak for itself.
    Change(&'a Repository),
}

/// The config of a home, and how paths lie in it.
#[derive(Default)]
pub(super) struct Found {
    /// Name and text of the config.
    pub(super) config: Option<(String, String)>,
    /// What is to be taken off paths, and what put before them.
    pub(super) roots: Vec<(BString, BString)>,
    /// The root of the work tree.
    pub(super) work_tree: Option<PathBuf>,
    /// The commit that speaks for a change.
    pub(super) base: Option<Base>,
    /// What the user must know.
    pub(super) messages: Vec<String>,
}

impl Home<'_> {
    /// Looks for the config; with `wanted` false only for what else is to be known.
    pub(super) fn find(&self, wanted: bool) -> anyhow::Result<Found> {
        match self {
            Self::Paths(paths) => of_paths(paths, wanted),
            Self::Repository(repository) => of_repository(repository, wanted),
            Self::Staged(path, index) => of_staged(path, *index, wanted),
            Self::Change(repository) => of_change(repository, wanted),
        }
    }
}

fn of_paths(paths: &[PathBuf], wanted: bool) -> anyhow::Result<Found> {
    let here = PathBuf::from(".");
    let first = paths.first().unwrap_or(&here);
    let Ok(first) = first.canonicalize() else { return Ok(Found::default()) };
    let folder = if first.is_dir() { first.as_path() } else { first.parent().unwrap_or(&first) };
    let root = folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder);
    let config = if wanted { read(root)? } else { None };
    let below = |path: &PathBuf| {
        let inside = path.canonicalize().ok()?;
        Some((shown(path), bytes(inside.strip_prefix(root).ok()?)))
    };
    let roots = paths.iter().filter_map(below).collect();
    Ok(Found { config, roots, work_tree: Some(root.to_owned()), ..Found::default() })
}

/// A path as reports show it, and what lies below it.
fn shown(path: &Path) -> BString {
    let path = bytes(path);
    let shown = path.strip_prefix(b"./").unwrap_or(&path);
    if shown == b"." { BString::default() } else { BString::from(shown) }
}

fn bytes(path: &Path) -> BString {
    Vec::from_path_lossy(path).into_owned().into()
}

fn of_repository(repository: &Repository, wanted: bool) -> anyhow::Result<Found> {
    // Where there is no repository the scan says so.
    let Ok(location) = Location::discover(&repository.path) else { return Ok(Found::default()) };
    let work_tree = work_tree(&location);
    let config = match &work_tree {
        _ if !wanted => None,
        Some(root) => read(root)?,
        None => match Base::head(repository) {
            Ok(Some(base)) => at(&base)?,
            _ => None,
        },
    };
    Ok(Found { config, work_tree, ..Found::default() })
}

fn of_staged(path: &Path, index: Option<&Path>, wanted: bool) -> anyhow::Result<Found> {
    let Ok(location) = Location::discover(path) else { return Ok(Found::default()) };
    let Some(root) = work_tree(&location) else { return Ok(Found::default()) };
    let config = if wanted { read(&root)? } else { None };
    let mut messages = Vec::new();
    if let Some((name, _)) = &config
        && config::NAMES.into_iter().any(|name| is_staged(&location, index, name).unwrap_or(false))
    {
        messages.push(format!("{name} itself is part of this commit, and is in force as it stands"));
    }
    Ok(Found { config, messages, work_tree: Some(root), ..Found::default() })
}

/// Whether the index has another version of a file at the root than HEAD. `None` where that cannot be read,
/// which the scan reports.
fn is_staged(location: &Location, index: Option<&Path>, name: &str) -> Option<bool> {
    let usual = location.git_dir.join("index");
    let index = git2::Index::open(index.unwrap_or(&usual)).ok()?;
    let staged = index.get_path(Path::new(name), 0).map(|entry| ObjectId::from(entry.id));
    let repository = location.repository().ok()?;
    let head = repository.head().ok().and_then(|head| head.peel_to_tree().ok());
    let committed = head.and_then(|tree| {
        let store = Store::open(&location.object_dirs);
        let root = ObjectId::from(tree.id());
        let mut reader = store.reader();
        let id = entry_at(&mut reader, root, BStr::new(name))?;
        matches!(reader.kind(id), Ok(Kind::Blob)).then_some(id)
    });
    Some(staged != committed)
}

fn of_change(repository: &Repository, wanted: bool) -> anyhow::Result<Found> {
    let Ok(location) = Location::discover(&repository.path) else { return Ok(Found::default()) };
    let mut found = Found { work_tree: work_tree(&location), ..Found::default() };
    match Base::of(repository) {
        Ok(Some(base)) => {
            found.config = if wanted { at(&base)? } else { None };
            found.base = Some(base);
        }
        Ok(None) if wanted && found.work_tree.as_ref().is_some_and(|root| has_config(root)) => {
            let why =
                "no commit is known that is not part of the change: the repository's config is not used";
            found.messages.push(why.to_owned());
        }
        // What is wrong with a revision the scan says.
        Ok(None) | Err(_) => {}
    }
    Ok(found)
}

fn has_config(root: &Path) -> bool {
    config::NAMES.iter().any(|name| root.join(name).symlink_metadata().is_ok())
}

/// The work tree of a repository, also where its git directory was named, as git does for hooks.
fn work_tree(location: &Location) -> Option<PathBuf> {
    let linked = || {
        let text = std::fs::read_to_string(location.git_dir.join("gitdir")).ok()?;
        Some(Path::new(text.trim()).parent()?.to_owned())
    };
    let beside = || {
        let is_usual = location.git_dir.file_name().is_some_and(|name| name == ".git");
        is_usual.then(|| location.git_dir.parent().map(Path::to_owned))?
    };
    location.work_dir.clone().or_else(linked).or_else(beside)
}

/// The config at the root of a folder.
fn read(root: &Path) -> anyhow::Result<Option<(String, String)>> {
    let found = config::find(root).context("config")?;
    Ok(found.map(|(path, text)| (named(&path), text)))
}

/// A path as the user knows it: below the current folder, where it is.
fn named(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let below = here.ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    below.as_deref().unwrap_or(path).display().to_string()
}

/// The config in the tree of a commit.
fn at(base: &Base) -> anyhow::Result<Option<(String, String)>> {
    let mut found = None;
    for name in config::NAMES {
        let shown = format!("{}:{name}", &base.commit[..12.min(base.commit.len())]);
        let text = base.file(BStr::new(name)).map_err(|why| anyhow!("config {shown}: {why}"))?;
        match text {
            Some(_) if found.is_some() => bail!("config {shown}: there is a {} beside it", config::NAMES[0]),
            Some(text) => found = Some((shown, text)),
            None => {}
        }
    }
    Ok(found)
}
