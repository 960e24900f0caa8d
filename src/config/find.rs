//! Finds the config of a repository. A config that is a symbolic link is refused: it could point out of
//! the tree, at a file that is no part of what was reviewed.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// The names that a config may have, at the root of a repository.
pub const NAMES: [&str; 2] = ["tokensieve.toml", ".tokensieve.toml"];

/// Largest config that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// The config at the root `root`: its path and its text. `None` if there is none.
///
/// # Errors
/// Two configs, a symbolic link or anything else that is no regular file, a file that cannot be read, is
/// no UTF-8 or larger than a mebibyte.
pub fn find(root: &Path) -> io::Result<Option<(PathBuf, String)>> {
    let mut found: Option<(PathBuf, String)> = None;
    for name in NAMES {
        let path = root.join(name);
        match std::fs::symlink_metadata(&path) {
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            Err(e) => return Err(refused(&path, e.kind(), &e.to_string())),
            Ok(_) if found.is_some() => {
                let why = format!("there is a {} beside it; keep one of them", NAMES[0]);
                return Err(refused(&path, ErrorKind::InvalidInput, &why));
            }
            Ok(about) if about.is_symlink() => {
                let why = "is a symbolic link, which is not followed";
                return Err(refused(&path, ErrorKind::InvalidInput, why));
            }
            Ok(_) => {
                let text = read(&path).map_err(|e| refused(&path, e.kind(), &e.to_string()))?;
                found = Some((path, text));
            }
        }
    }
    Ok(found)
}

fn refused(path: &Path, kind: ErrorKind, why: &str) -> io::Error {
    io::Error::new(kind, format!("{}: {why}", path.display()))
}

fn read(path: &Path) -> io::Result<String> {
    let invalid = |why: &str| io::Error::new(ErrorKind::InvalidData, why);
    let file = open(path)?;
    if !file.metadata()?.is_file() {
        return Err(invalid("is no regular file"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(invalid("is larger than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| invalid("is no UTF-8 text"))
}

/// Opens without following a link that was put there since we looked, and without waiting on a FIFO.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn finds_either_name_but_not_both() {
        let dir = tempfile::tempdir().unwrap();
        assert!(find(dir.path()).unwrap().is_none());
        fs::write(dir.path().join(".tokensieve.toml"), "# hi").unwrap();
        let (path, text) = find(dir.path()).unwrap().unwrap();
        assert!(path.ends_with(".tokensieve.toml") && text == "# hi");
        fs::write(dir.path().join("tokensieve.toml"), "").unwrap();
        assert!(find(dir.path()).unwrap_err().to_string().contains("keep one"));
    }

    #[test]
    fn odd_files_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokensieve.toml");
        fs::create_dir(&path).unwrap();
        assert!(find(dir.path()).is_err());
        fs::remove_dir(&path).unwrap();
        fs::write(&path, [0xff]).unwrap();
        assert!(find(dir.path()).unwrap_err().to_string().contains("UTF-8"));
        fs::write(&path, vec![b'#'; LARGEST as usize + 1]).unwrap();
        assert!(find(dir.path()).unwrap_err().to_string().contains("1 MiB"));
        assert!(find(&path).unwrap().is_none(), "a root that is a file has no config");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_refused_wherever_they_lead() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("tokensieve.toml");
        fs::write(dir.path().join("other.toml"), "").unwrap();
        for target in ["other.toml", "/etc/passwd", "missing"] {
            std::os::unix::fs::symlink(target, &link).unwrap();
            let error = find(dir.path()).unwrap_err().to_string();
            assert!(error.contains("symbolic link"), "{error}");
            fs::remove_file(&link).unwrap();
        }
    }
}
