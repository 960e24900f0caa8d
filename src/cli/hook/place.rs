//! Where hooks go: git's own folder, the one that core.hooksPath names, husky's, or the user's for all
//! repositories. Repositories that lefthook looks after get advice instead.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use tokensieve::source::history::Location;

use super::settings::{self, Scope};

/// How hooks in a folder are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// By git.
    Git,
    /// By husky, which is what git runs.
    Husky,
    /// By git, for all repositories, whose own hooks must then be run from here.
    AllRepositories,
}

/// A folder of hooks.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) layout: Layout,
    /// Whether it belongs to the files of a project, which are made for other machines, too.
    pub(super) is_shared: bool,
    /// What the user must know about it.
    pub(super) note: Option<String>,
}

/// Finds the place for the repository at the current folder. With `plainly`, nothing but git's settings counts.
///
/// # Errors
/// No repository, or settings that cannot be read.
pub(super) fn of_repository(plainly: bool) -> anyhow::Result<Place> {
    let location = Location::discover(Path::new("."))?;
    let root = root(&location);
    let set = settings::hooks_path(&location)?.map(|(path, scope)| (resolved(&root.join(path)), scope));
    if !plainly && let Some(place) = husky(root, set.as_ref().map(|(path, _)| path.as_path())) {
        return Ok(place);
    }
    Ok(match set {
        Some((path, Scope::User)) if is_users_folder(&path) => {
            let note = "the hooks for all your repositories, which scan as well, run this one";
            Place { note: Some(note.to_owned()), ..gits_own(&location) }
        }
        Some((path, scope)) => Place {
            is_shared: path.starts_with(root) && !path.starts_with(&location.common_dir),
            note: (scope == Scope::User).then(|| FOR_ALL.to_owned()),
            layout: Layout::Git,
            folder: path,
        },
        None => gits_own(&location),
    })
}

const FOR_ALL: &str =
    "core.hooksPath of your own settings names this folder: it holds for all your repositories";

/// What relative paths in git's settings start from.
fn root(location: &Location) -> &Path {
    location.work_dir.as_deref().unwrap_or(&location.git_dir)
}

fn gits_own(location: &Location) -> Place {
    Place { folder: location.common_dir.join("hooks"), layout: Layout::Git, is_shared: false, note: None }
}

/// The folder for the hooks of all repositories of this user, and whether git is told of it already.
///
/// # Errors
/// No home folder, or settings that cannot be read.
pub(super) fn of_user() -> anyhow::Result<(Place, bool)> {
    let own = users_folder().context("there is no home folder to keep hooks in")?;
    let place = |folder, layout, note| Place { folder, layout, is_shared: false, note };
    Ok(match settings::users_hooks_path()? {
        Some(path) if !is_users_folder(&path) => {
            let note = "core.hooksPath is set to this folder already, and stays so".to_owned();
            (place(path, Layout::Git, Some(note)), true)
        }
        set => (place(own, Layout::AllRepositories, None), set.is_some()),
    })
}

fn users_folder() -> Option<PathBuf> {
    Some(settings::config_home()?.join("tokensieve").join("hooks"))
}

fn is_users_folder(path: &Path) -> bool {
    users_folder().is_some_and(|own| resolved(&own) == resolved(path))
}

/// Husky's folder: version 9 has git run `.husky/_`, which runs the files of `.husky`; before, git ran those.
fn husky(root: &Path, set: Option<&Path>) -> Option<Place> {
    let folder = root.join(".husky");
    if !folder.is_dir() || set.is_some_and(|path| !path.starts_with(resolved(&folder))) {
        return None;
    }
    let note = "git runs it once husky is set up here, as `npm install` does";
    let note = set.is_none().then(|| note.to_owned());
    Some(Place { folder, layout: Layout::Husky, is_shared: true, note })
}

/// The settings of lefthook, by any of the names it knows, where it looks after the hooks of the repository
/// at the current folder.
pub(super) fn lefthook_file() -> Option<PathBuf> {
    let location = Location::discover(Path::new(".")).ok()?;
    let root = root(&location);
    let stems = ["lefthook", ".lefthook", ".config/lefthook"];
    let endings = ["yml", "yaml", "toml", "json", "jsonc"];
    let names = stems.iter().flat_map(|stem| endings.iter().map(move |ending| format!("{stem}.{ending}")));
    names.map(|name| root.join(name)).find(|path| path.is_file())
}

/// An absolute path without links as far as it exists, without `.` and `..` behind that.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(path) = fs::canonicalize(path) {
        return path;
    }
    match (path.parent(), path.components().next_back()) {
        (Some(parent), Some(Component::Normal(name))) => resolved(parent).join(name),
        (Some(parent), Some(Component::CurDir)) => resolved(parent),
        _ => path.to_owned(),
    }
}
