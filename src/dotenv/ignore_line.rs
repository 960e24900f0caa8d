//! The line of a `.gitignore` that keeps a dotenv file out of commits, and how to add it.
//!
//! The only place in the program that writes into a scanned repository, and only when the user said so.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bstr::{BString, ByteVec as _};

use super::state::{pattern, state};
use super::{GitState, LocalSource};
use crate::git::Index;

/// A line to add.
pub struct IgnoreLine {
    /// The `.gitignore` at the root of the working tree.
    pub file: PathBuf,
    /// The line, without its end.
    pub line: BString,
    repository: git2::Repository,
    below: BString,
}

impl fmt::Debug for IgnoreLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IgnoreLine")
            .field("file", &self.file)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl IgnoreLine {
    /// The line for the file at this path; `None` where a rule of the repository ignores it already.
    ///
    /// # Errors
    /// The file is in no repository, or that one cannot be read.
    pub fn of(path: &Path) -> Result<Option<Self>, String> {
        let path = path.canonicalize().map_err(|e| e.to_string())?;
        let folder = path.parent().unwrap_or(&path);
        let repository = crate::git::discover(folder).ok_or("is in no git repository")??;
        let root = repository.workdir().ok_or("the repository has no working tree")?;
        let root = root.canonicalize().map_err(|e| e.to_string())?;
        let below = path.strip_prefix(&root).map_err(|_| "lies outside the working tree")?;
        let below = BString::from(Vec::from_path_lossy(below).into_owned());
        let line = pattern(below.as_ref()).into();
        let line = Self { file: root.join(".gitignore"), line, repository, below };
        Ok((!line.is_ignored()?).then_some(line))
    }

    /// Adds the line; what the file holds stays as it is.
    ///
    /// # Errors
    /// The file is none that git would read, it cannot be written, or another rule brings the dotenv file
    /// back all the same.
    pub fn add(&self) -> io::Result<()> {
        match self.file.symlink_metadata() {
            Ok(meta) if !meta.is_file() => {
                return Err(io::Error::other("is no regular file: git does not read it"));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let old = if self.file.exists() { fs::read(&self.file)? } else { Vec::new() };
        let end: &[u8] = if old.is_empty() || old.ends_with(b"\n") { b"" } else { b"\n" };
        let mut file = OpenOptions::new().append(true).create(true).open(&self.file)?;
        file.write_all(&[end, &self.line, b"\n"].concat())?;
        file.sync_data()?;
        match self.is_ignored() {
            Ok(true) => Ok(()),
            Ok(false) => {
                Err(io::Error::other("has the line now, but another rule takes the file out of it again"))
            }
            Err(why) => Err(io::Error::other(why)),
        }
    }

    /// Whether git tracks the file, so that ignoring it changes nothing until it is taken out of the index.
    pub fn is_tracked(&self) -> Result<bool, String> {
        Ok(matches!(self.state()?, GitState::Tracked | GitState::TrackedButIgnored))
    }

    /// A `.gitignore` that is not tracked yet will be: it counts.
    fn is_ignored(&self) -> Result<bool, String> {
        Ok(match self.state()? {
            GitState::Ignored | GitState::TrackedButIgnored => true,
            GitState::IgnoredOnlyLocally { source } => matches!(source, LocalSource::UntrackedGitignore(_)),
            _ => false,
        })
    }

    fn state(&self) -> Result<GitState, String> {
        let index = Index::of(&self.repository).map_err(|e| e.message().to_owned())?;
        state(&self.repository, &index, self.below.as_ref()).map_err(|e| e.message().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(gitignore: Option<&str>) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::TempDir::new().unwrap();
        let repository = git2::Repository::init(folder.path()).unwrap();
        repository.config().unwrap().set_str("core.excludesFile", "/dev/null").unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        let file = folder.path().join("a/.env");
        fs::write(&file, "X=1\n").unwrap();
        if let Some(text) = gitignore {
            fs::write(folder.path().join(".gitignore"), text).unwrap();
        }
        (folder, file)
    }

    #[test]
    fn the_line_is_added_once_behind_what_is_there() {
        let (folder, file) = repository(Some("target"));
        let line = IgnoreLine::of(&file).unwrap().unwrap();
        assert_eq!((line.line.as_slice(), line.is_tracked()), (&b"a/.env"[..], Ok(false)));
        line.add().unwrap();
        assert_eq!(fs::read_to_string(folder.path().join(".gitignore")).unwrap(), "target\na/.env\n");
        assert!(IgnoreLine::of(&file).unwrap().is_none());
    }

    #[test]
    fn what_does_not_help_is_an_error() {
        let (folder, file) = repository(None);
        fs::write(folder.path().join("a/.gitignore"), "!.env\n").unwrap();
        let line = IgnoreLine::of(&file).unwrap().unwrap();
        assert!(line.add().unwrap_err().to_string().contains("another rule"));
        let outside = tempfile::TempDir::new().unwrap();
        fs::write(outside.path().join(".env"), "").unwrap();
        assert!(IgnoreLine::of(&outside.path().join(".env")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_written_through() {
        let (folder, file) = repository(None);
        let target = folder.path().join("target");
        fs::write(&target, "").unwrap();
        std::os::unix::fs::symlink(&target, folder.path().join(".gitignore")).unwrap();
        assert!(IgnoreLine::of(&file).unwrap().unwrap().add().is_err());
        assert_eq!(fs::read(target).unwrap(), b"");
    }
}
