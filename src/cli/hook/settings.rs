//! `core.hooksPath`: what git's settings say, and the one place where the tool sets it.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use git2::{Config, ConfigLevel, ErrorCode};
use tokensieve::source::history::Location;

const KEY: &str = "core.hooksPath";

/// Whose setting it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The repository's.
    Repository,
    /// The user's or the machine's: it holds for many repositories.
    User,
}

/// The folder that git is told to take this repository's hooks from. May be relative.
///
/// # Errors
/// Settings that cannot be read.
pub(super) fn hooks_path(location: &Location) -> anyhow::Result<Option<(PathBuf, Scope)>> {
    let config = location.repository().and_then(|r| r.config()).context("git settings")?;
    for level in [ConfigLevel::Worktree, ConfigLevel::Local] {
        if let Ok(config) = config.open_level(level)
            && let Some(path) = get(&config)?
        {
            return Ok(Some((path, Scope::Repository)));
        }
    }
    Ok(users_hooks_path()?.map(|path| (path, Scope::User)))
}

/// The folder that git is told to take all hooks of this user from.
///
/// # Errors
/// Settings that cannot be read.
pub(super) fn users_hooks_path() -> anyhow::Result<Option<PathBuf>> {
    let config = match env::var_os("GIT_CONFIG_GLOBAL") {
        Some(file) if !Path::new(&file).exists() => return Ok(None),
        Some(file) => Config::open(Path::new(&file)),
        None => Config::open_default(),
    };
    get(&config.context("git settings of the user")?)
}

fn get(config: &Config) -> anyhow::Result<Option<PathBuf>> {
    match config.get_path(KEY) {
        Ok(path) => Ok(Some(path)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error).context(KEY),
    }
}

/// Has git take all hooks of this user from `folder`. Gives the file that says so.
///
/// # Errors
/// Settings that cannot be written.
pub(super) fn set_users_hooks_path(folder: &Path) -> anyhow::Result<PathBuf> {
    let file = users_file().context("there is no home folder to keep git's settings in")?;
    let folder = folder.to_str().context("git's settings cannot hold the path of the hooks")?;
    let mut config = Config::open(&file).with_context(|| file.display().to_string())?;
    config.set_str(KEY, folder).with_context(|| file.display().to_string())?;
    Ok(file)
}

/// Has git look for hooks in each repository again, where `folder` is what it was told.
///
/// # Errors
/// Settings that cannot be written.
pub(super) fn unset_users_hooks_path(folder: &Path) -> anyhow::Result<()> {
    let Some(file) = users_file().filter(|file| file.exists()) else { return Ok(()) };
    let mut config = Config::open(&file).with_context(|| file.display().to_string())?;
    if get(&config)?.is_some_and(|path| path == folder) {
        config.remove(KEY).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// The file that `git config --global` writes to.
fn users_file() -> Option<PathBuf> {
    if let Some(file) = env::var_os("GIT_CONFIG_GLOBAL") {
        return Some(PathBuf::from(file));
    }
    let usual = env::home_dir()?.join(".gitconfig");
    let other = config_home()?.join("git/config");
    Some(if !usual.exists() && other.exists() { other } else { usual })
}

/// Where programs keep their settings.
pub(super) fn config_home() -> Option<PathBuf> {
    let set = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| Some(env::home_dir()?.join(".config")))
}
