//! Finding a repository's parts on disk, without libgit2 and without the environment.
//!
//! Takes any path in or at a repository, gives a [`Location`]: its directories, where its objects are, and
//! what is special about it. No `GIT_*` variable is looked at, so a hostile one has no effect; no owner is
//! checked, because nothing found here is ever executed or written. Formats that cannot be read are
//! recognised from the text of the configuration, before anything could take them for empty.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use bstr::{BString, ByteSlice};

/// Why a repository cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none at the path or above it.
    #[error("{0} is not in a git repository")]
    NotFound(PathBuf),
    /// Its objects have ids that are not SHA-1.
    #[error("the repository uses object format {0}, which is not supported")]
    ObjectFormat(String),
    /// Reading failed.
    #[error("{path}: {source}")]
    Io {
        /// What was to be read.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

/// Where a repository's parts are.
#[derive(Debug, Clone)]
pub struct Location {
    /// The git directory of this work tree: `HEAD` and `index` are in it.
    pub git_dir: PathBuf,
    /// What all work trees share: refs, objects, configuration.
    pub common_dir: PathBuf,
    /// The root of the work tree; nothing for a bare repository.
    pub work_dir: Option<PathBuf>,
    /// Object directories: its own, then alternates. More may be added, such as a quarantine.
    pub object_dirs: Vec<PathBuf>,
    /// How refs are stored when not as files, such as `reftable`: then their names are unknown.
    pub foreign_refs: Option<String>,
    /// Whether it is a partial clone, in which objects may be absent by design.
    pub partial: bool,
    /// Whether history was cut: commits whose parents were not fetched.
    pub shallow: bool,
    /// Whether it belongs to another user (where that can be told).
    pub foreign_owner: bool,
}

/// No chain of alternates is longer in earnest.
const MOST_OBJECT_DIRS: usize = 64;

impl Location {
    /// Finds the repository that `path` is in: a work tree or a directory in it, a git directory, a bare
    /// repository, or a `.git` file.
    pub fn discover(path: &Path) -> Result<Self, OpenError> {
        let start =
            fs::canonicalize(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
        let found = start.ancestors().find_map(|dir| {
            let dot_git = dir.join(".git");
            if let Some(git_dir) = git_dir_at(&dot_git) {
                return Some((git_dir, Some(dir.to_owned())));
            }
            Some((git_dir_at(dir)?, None))
        });
        let (git_dir, work_dir) = found.ok_or_else(|| OpenError::NotFound(path.to_owned()))?;
        Self::at(git_dir, work_dir)
    }

    fn at(git_dir: PathBuf, work_dir: Option<PathBuf>) -> Result<Self, OpenError> {
        refuse_endless(&git_dir)?;
        let common_dir = common_dir(&git_dir);
        refuse_endless(&common_dir)?;
        work_trees(&common_dir).iter().try_for_each(|dir| refuse_endless(dir))?;
        let config = Config::read(&common_dir)?;
        if let Some(format) =
            config.get("extensions.objectformat").filter(|f| !f.eq_ignore_ascii_case("sha1"))
        {
            return Err(OpenError::ObjectFormat(format.to_owned()));
        }
        let refs = config.get("extensions.refstorage").filter(|f| !f.eq_ignore_ascii_case("files"));
        Ok(Self {
            object_dirs: object_dirs(common_dir.join("objects")),
            foreign_refs: refs.map(str::to_owned),
            partial: config.is_partial(),
            shallow: common_dir.join("shallow").metadata().is_ok_and(|m| m.len() > 0),
            foreign_owner: is_foreign(&git_dir),
            git_dir,
            common_dir,
            work_dir,
        })
    }

    /// The git directories of all work trees, the main one (or the bare repository) first.
    pub fn all_git_dirs(&self) -> Vec<PathBuf> {
        let mut dirs = vec![self.common_dir.clone()];
        dirs.extend(work_trees(&self.common_dir));
        if !dirs.contains(&self.git_dir) {
            dirs.push(self.git_dir.clone());
        }
        dirs[1..].sort();
        dirs
    }

    /// The git directories of submodules that were cloned into this repository, and of theirs.
    pub fn submodules(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut left = vec![self.common_dir.join("modules")];
        while let Some(dir) = left.pop() {
            let Ok(entries) = fs::read_dir(&dir) else { continue };
            for path in entries.flatten().map(|e| e.path()).filter(|p| p.is_dir() && !p.is_symlink()) {
                // A name with slashes makes directories in between.
                match git_dir_at(&path) {
                    Some(git_dir) => {
                        left.push(git_dir.join("modules"));
                        found.push(git_dir);
                    }
                    None => left.push(path),
                }
            }
        }
        found.sort();
        found
    }

    /// A libgit2 repository at the same place, for what this room does not do. It is opened as if bare,
    /// which is the way that looks neither at the environment nor at who owns it.
    pub fn repository(&self) -> Result<git2::Repository, git2::Error> {
        git2::Repository::open_bare(&self.git_dir)
    }
}

/// The git directory that `path` is or, being a `.git` file, names.
fn git_dir_at(path: &Path) -> Option<PathBuf> {
    if path.is_file() && path.file_name().is_some_and(|n| n == ".git") {
        let text = fs::read(path).ok()?;
        let target = path.parent()?.join(bytes_path(text.strip_prefix(b"gitdir:")?.trim())?);
        // As in git, a file names a directory and no other file, which could name this one.
        return if target.is_dir() { git_dir_at(&target) } else { None };
    }
    let shared = path.join("objects").is_dir() && path.join("refs").is_dir();
    // A symbolic `HEAD` may point at a branch that does not exist yet, so the link itself must do.
    let is_git_dir =
        path.join("HEAD").symlink_metadata().is_ok() && (shared || path.join("commondir").is_file());
    is_git_dir.then(|| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
}

/// The git directories of further work trees.
fn work_trees(common_dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(common_dir.join("worktrees")).into_iter().flatten().flatten();
    entries.map(|e| e.path()).filter(|p| p.join("HEAD").exists()).collect()
}

/// A FIFO or device in place of one of git's files would be waited for or read for ever.
fn refuse_endless(git_dir: &Path) -> Result<(), OpenError> {
    match crate::git::endless_file(git_dir) {
        None => Ok(()),
        Some(path) => Err(OpenError::Io { path, source: io::Error::other("no regular file") }),
    }
}

fn common_dir(git_dir: &Path) -> PathBuf {
    let named = fs::read(git_dir.join("commondir")).ok().and_then(|text| bytes_path(text.trim()));
    let dir = named.map_or_else(|| git_dir.to_owned(), |name| git_dir.join(name));
    fs::canonicalize(&dir).unwrap_or(dir)
}

/// `first` and its alternates, and theirs, each once. A directory that does not exist is left out: what is
/// missing then shows as missing objects.
fn object_dirs(first: PathBuf) -> Vec<PathBuf> {
    let mut dirs = vec![first];
    let mut at = 0;
    while at < dirs.len() && dirs.len() < MOST_OBJECT_DIRS {
        let list = dirs[at].join("info/alternates");
        let text = if list.is_file() { fs::read(list).unwrap_or_default() } else { Vec::new() };
        for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with(b"#")) {
            let Some(Ok(dir)) = bytes_path(line).map(|p| fs::canonicalize(dirs[at].join(p))) else {
                continue;
            };
            if !dirs.contains(&dir) {
                dirs.push(dir);
            }
        }
        at += 1;
    }
    dirs
}

#[cfg(unix)]
fn is_foreign(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (path.metadata(), Path::new("/proc/self").metadata()) {
        (Ok(theirs), Ok(ours)) => theirs.uid() != ours.uid(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_foreign(_: &Path) -> bool {
    false
}

/// The settings of a repository that say how it is stored. Includes are not followed: git does not take
/// these settings from them either.
struct Config(Vec<(String, String)>);

impl Config {
    fn read(common_dir: &Path) -> Result<Self, OpenError> {
        let path = common_dir.join("config");
        match fs::read(&path) {
            Ok(text) => Ok(Self(settings(&text))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Self(Vec::new())),
            Err(source) => Err(OpenError::Io { path, source }),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    fn is_partial(&self) -> bool {
        let promises = |name: &str, value: &str| {
            name == "extensions.partialclone"
                || (name.starts_with("remote.") && name.ends_with(".promisor") && value != "false")
        };
        self.0.iter().any(|(name, value)| promises(name, value))
    }
}

/// `section.key` and value of each line, names in lower case.
fn settings(text: &[u8]) -> Vec<(String, String)> {
    let mut section = String::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim().to_str_lossy();
        let mut rest: &str = &line;
        if let Some((head, after)) = line.strip_prefix('[').and_then(|l| l.split_once(']')) {
            section = head.replace([' ', '\t'], ".").replace('"', "").to_lowercase();
            rest = after.trim();
        }
        let (key, value) = rest.split_once('=').unwrap_or((rest, "true"));
        if !key.is_empty() && !key.starts_with(['#', ';']) {
            let value = value.split(['#', ';']).next().unwrap_or("").trim().trim_matches('"');
            found.push((format!("{section}.{}", key.trim().to_lowercase()), value.to_owned()));
        }
    }
    found
}

/// A path as bytes, for reports.
pub(super) fn path_bytes(path: &Path) -> BString {
    BString::from(
        <[u8]>::from_path(path).map_or_else(|| path.to_string_lossy().into_owned().into(), <[u8]>::to_vec),
    )
}

/// A path from bytes that stand in a file of git's.
pub(super) fn bytes_path(bytes: &[u8]) -> Option<PathBuf> {
    bytes.to_path().ok().map(Path::to_owned)
}

/// `path` below `root` with `/` between its parts.
pub(super) fn slashed(root: &Path, path: &Path) -> BString {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts = below.components().filter_map(|c| match c {
        Component::Normal(part) => Some(path_bytes(Path::new(part))),
        _ => None,
    });
    BString::from(bstr::join("/", parts))
}
