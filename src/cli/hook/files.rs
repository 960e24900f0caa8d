//! Writing hooks and taking them away, so that at no moment a hook is missing or half written.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::script::{self, KEPT};

/// What writing a hook came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It was there already, just like this.
    Already,
    /// The framework pre-commit runs it: it found the tool's hook and put its own before it.
    BehindFramework,
    /// It is there now.
    New,
    /// It is there now, and what was there before is kept here.
    Kept(PathBuf),
}

/// What taking a hook away came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Removed {
    /// There was none.
    NotThere,
    /// Another program's hook is there; it stays.
    NotOurs,
    /// It is gone.
    Gone,
    /// What was there before is back.
    Restored,
}

/// Writes a hook. A hook of somebody else that is there is kept; with `force` in place of one kept before.
///
/// # Errors
/// Whatever the file system says; a kept hook that would be lost.
pub(super) fn install(folder: &Path, name: &str, text: &[u8], force: bool) -> anyhow::Result<Written> {
    let path = folder.join(name);
    fs::create_dir_all(folder).with_context(|| format!("{} cannot hold hooks", folder.display()))?;
    let there = read(&path)?;
    if there.as_deref() == Some(text) {
        return Ok(Written::Already);
    }
    let is_foreign = there.is_some_and(|text| !script::is_ours(&text));
    if is_foreign && read(&legacy(&path))?.is_some_and(|text| script::scans(&text)) {
        return Ok(Written::BehindFramework);
    }
    let kept = kept(&path);
    if is_foreign {
        keep(&path, &kept, force)?;
    }
    write(&path, text).with_context(|| path.display().to_string())?;
    Ok(if is_foreign { Written::Kept(kept) } else { Written::New })
}

/// Takes the tool's hook away, and puts back what it kept.
///
/// # Errors
/// Whatever the file system says.
pub(super) fn uninstall(folder: &Path, name: &str) -> anyhow::Result<Removed> {
    let path = folder.join(name);
    let (legacy, kept) = (legacy(&path), kept(&path));
    let is_ours = |text: &Option<Vec<u8>>| text.as_deref().is_some_and(script::is_ours);
    let there = read(&path)?;
    if is_ours(&there) {
        return remove(&path, &kept).with_context(|| path.display().to_string());
    }
    if is_ours(&read(&legacy)?) {
        if there == read(&kept)? {
            // The framework's hook came before and after: it must not run itself.
            fs::remove_file(&kept).with_context(|| kept.display().to_string())?;
        }
        return remove(&legacy, &kept).with_context(|| legacy.display().to_string());
    }
    Ok(if there.is_some() { Removed::NotOurs } else { Removed::NotThere })
}

fn remove(path: &Path, kept: &Path) -> io::Result<Removed> {
    if kept.symlink_metadata().is_ok() {
        fs::rename(kept, path)?;
        return Ok(Removed::Restored);
    }
    fs::remove_file(path)?;
    Ok(Removed::Gone)
}

/// The text of a hook; nothing where there is none. A link to nowhere is one without text.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Ok(path.symlink_metadata().is_ok().then(Vec::new))
        }
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Where the framework pre-commit keeps a hook that it found, which it runs first.
fn legacy(path: &Path) -> PathBuf {
    path.with_added_extension("legacy")
}

/// Where a hook that the tool found is kept.
fn kept(path: &Path) -> PathBuf {
    path.with_added_extension(KEPT)
}

/// Gives a hook a second name, by which it stays when the first is written over.
fn keep(path: &Path, kept: &Path, force: bool) -> anyhow::Result<()> {
    if kept.symlink_metadata().is_ok() {
        if !force {
            bail!("{} holds an older hook: move it away, or let --force replace it", kept.display());
        }
        fs::remove_file(kept).with_context(|| kept.display().to_string())?;
    }
    let again = match fs::read_link(path) {
        Ok(target) => link(&target, kept),
        Err(_) => fs::hard_link(path, kept).or_else(|_| fs::copy(path, kept).map(|_| ())),
    };
    again.with_context(|| kept.display().to_string())
}

#[cfg(unix)]
fn link(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(not(unix))]
fn link(target: &Path, at: &Path) -> io::Result<()> {
    fs::copy(target, at).map(|_| ())
}

/// Writes a hook whole or not at all.
fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text)?;
    executable().map_or(Ok(()), |mode| file.as_file().set_permissions(mode))?;
    file.as_file().sync_data()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Read and run by all, written by the owner; nothing where files have no such mode.
fn executable() -> Option<Permissions> {
    #[cfg(unix)]
    return Some(std::os::unix::fs::PermissionsExt::from_mode(0o755));
    #[cfg(not(unix))]
    None
}
