//! The paths that git's index names, without the rest of it.
//!
//! Takes the index of a repository, of version 2, 3 or 4, gives the mode and path of each entry. libgit2 makes
//! objects and two tables of all entries, which took a twentieth of a scan; for whatever is not understood
//! here (split and sparse indexes, other hashes, damage) it is asked all the same, and its verdict counts.
//!
//! Source: <https://git-scm.com/docs/index-format>.

use std::fs;

use bstr::BStr;
use git2::Repository;
use sha1::{Digest as _, Sha1};

/// Bytes of a SHA-1.
const HASH: usize = 20;
/// Where the mode stands in an entry, and its flags; the path follows these.
const MODE: usize = 24;
const FLAGS: usize = 60;
/// The flag for two more bytes of flags.
const EXTENDED: u8 = 0x40;
/// Entries of versions 2 and 3 are filled up to a multiple of so many bytes.
const PADDING: usize = 8;

/// What a repository tracks.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// The paths, one behind the other.
    paths: Vec<u8>,
    /// The mode of each entry, and where its path ends.
    entries: Vec<(u32, usize)>,
    ignores_case: bool,
}

impl Index {
    /// The index of a repository.
    ///
    /// # Errors
    /// It can be read neither here nor by libgit2.
    pub fn of(repository: &Repository) -> Result<Self, git2::Error> {
        let bytes = fs::read(repository.path().join("index"));
        let mut index = match bytes.ok().and_then(|bytes| Self::parse(&bytes)) {
            Some(index) => index,
            None => repository.index()?.iter().fold(Self::default(), |mut index, entry| {
                index.push(entry.mode, &entry.path);
                index
            }),
        };
        let config = repository.config();
        index.ignores_case = config.is_ok_and(|config| config.get_bool("core.ignorecase").unwrap_or(false));
        Ok(index)
    }

    /// Mode and path of each entry, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &BStr)> {
        let mut start = 0;
        self.entries.iter().map(move |&(mode, end)| {
            let path = &self.paths[start..end];
            start = end;
            (mode, BStr::new(path))
        })
    }

    /// Whether it has the path, merged or in any stage of a conflict; without regard to case where
    /// `core.ignoreCase` says so.
    pub fn has(&self, path: &BStr) -> bool {
        self.iter().any(|(_, own)| own == path || self.ignores_case && own.eq_ignore_ascii_case(path))
    }

    fn push(&mut self, mode: u32, path: &[u8]) {
        self.paths.extend_from_slice(path);
        self.entries.push((mode, self.paths.len()));
    }

    /// Reads an index file; `None` for what is not understood, or not whole.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (body, hash) = bytes.split_last_chunk::<HASH>()?;
        if Sha1::digest(body).as_slice() != hash {
            return None;
        }
        let rest = body.strip_prefix(b"DIRC")?;
        let (version, rest) = number(rest)?;
        let (count, mut rest) = number(rest)?;
        if !(2..=4).contains(&version) {
            return None;
        }
        let mut index = Self::default();
        let mut path = Vec::new();
        for _ in 0..count {
            let mode = u32::from_be_bytes(*rest.get(MODE..)?.first_chunk()?);
            let is_extended = rest.get(FLAGS)? & EXTENDED != 0;
            let start = FLAGS + if is_extended && version > 2 { 4 } else { 2 };
            let end = if version == 4 {
                let (kept, name) = shared(rest.get(start..)?, path.len())?;
                path.truncate(kept);
                let len = memchr::memchr(0, name)?;
                path.extend_from_slice(&name[..len]);
                index.push(mode, &path);
                rest.len() - name.len() + len + 1
            } else {
                let len = memchr::memchr(0, rest.get(start..)?)?;
                index.push(mode, &rest[start..start + len]);
                (start + len + PADDING) / PADDING * PADDING
            };
            rest = rest.get(end..)?;
        }
        extensions(rest).then_some(index)
    }
}

/// A number of four bytes, and what follows.
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}

/// How much of the path before an entry of version 4 shares, and the rest of the entry. The number says how
/// much is cut off, in groups of seven bits; each that follows another counts from one.
fn shared(mut bytes: &[u8], len: usize) -> Option<(usize, &[u8])> {
    let mut cut = 0usize;
    loop {
        let (byte, rest) = bytes.split_first()?;
        bytes = rest;
        cut = cut.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some((len.checked_sub(cut)?, bytes));
        }
        cut = cut.checked_add(1)?;
    }
}

/// Whether nothing but extensions follows that do not change what is tracked: their names begin with a
/// capital.
fn extensions(mut rest: &[u8]) -> bool {
    while let Some((name, behind)) = rest.split_first_chunk::<4>() {
        let Some((len, behind)) = number(behind) else { return false };
        let Some(behind) = behind.get(len as usize..).filter(|_| name[0].is_ascii_uppercase()) else {
            return false;
        };
        rest = behind;
    }
    rest.is_empty()
}

/// What is understood must be what libgit2 reads.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn agrees(bytes: &[u8], index: &git2::Index) {
    let Some(own) = Index::parse(bytes) else { return };
    let theirs = index.iter().map(|e| (e.mode, e.path));
    assert!(theirs.eq(own.iter().map(|(mode, path)| (mode, path.to_vec()))));
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::path::Path;
    use std::process::Command;

    #[expect(clippy::disallowed_methods, reason = "git writes the indexes that this reads")]
    fn git(folder: &Path, arguments: &[&str]) {
        let status = Command::new("git").arg("-C").arg(folder).args(arguments).status();
        assert!(status.is_ok_and(|status| status.success()), "{arguments:?}");
    }

    /// A repository with paths of many lengths, and its index of each version.
    fn indexes() -> Vec<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        git(path, &["init", "-q"]);
        for i in 0..60 {
            let below = path.join("d".repeat(i % 7 + 1)).join("e".repeat(i % 11 + 1));
            fs::create_dir_all(&below).unwrap();
            fs::write(below.join("f".repeat(i * 4 + 1)), "x").unwrap();
        }
        git(path, &["add", "."]);
        // An entry that needs the flags of version 3.
        fs::write(path.join("later"), "x").unwrap();
        git(path, &["add", "-N", "later"]);
        let version = |version: &str| {
            git(path, &["update-index", "--index-version", version]);
            let bytes = fs::read(path.join(".git/index")).unwrap();
            agrees(&bytes, &git2::Repository::open(path).unwrap().index().unwrap());
            bytes
        };
        ["2", "4"].map(version).to_vec()
    }

    #[test]
    fn entries_are_those_that_libgit2_reads() {
        for index in indexes() {
            let index = Index::parse(&index).unwrap();
            assert_eq!(index.iter().count(), 61);
            assert!(index.iter().is_sorted_by_key(|(_, path)| path));
            assert!(index.iter().all(|(mode, _)| mode == 0o100_644));
            assert!(index.has("later".into()) && !index.has("Later".into()));
        }
    }

    #[test]
    fn what_is_cut_or_changed_is_not_understood() {
        for index in indexes() {
            for len in (0..index.len()).step_by(37) {
                assert!(Index::parse(&index[..len]).is_none(), "{len}");
                let mut changed = index.clone();
                changed[len] ^= 1;
                assert!(Index::parse(&changed).is_none(), "{len}");
            }
        }
    }

    #[test]
    fn a_split_or_sparse_index_is_left_to_libgit2() {
        for name in [b"link", b"sdir"] {
            let mut index = b"DIRC\0\0\0\x02\0\0\0\0".to_vec();
            index.extend(Sha1::digest(&index));
            assert!(Index::parse(&index).is_some());
            index.truncate(index.len() - HASH);
            index.extend_from_slice(name);
            index.extend([0; 4]);
            index.extend(Sha1::digest(&index));
            assert!(Index::parse(&index).is_none());
        }
    }
}
