//! The object store: packs read in this room, everything else through libgit2.
//!
//! Takes the object directories of a repository, gives [`Reader`]s, one per worker. libgit2 reads an object
//! of a pack under three locks that all threads share, into memory that it clears first, with the slowest
//! inflate around, and drops all its delta bases at once when 16 MB are full. In the order of this room's
//! walk that is half of the time. So packs with a version 2 index are read here: positioned reads without
//! a lock, one inflate call per entry, and a cache of delta bases that each worker has for itself.
//!
//! Loose objects are read here, too. Whatever is not found or not understood (old indexes, what was packed
//! since, a damaged entry) is asked of libgit2, whose verdict is the one reported.

mod cache;
pub(super) mod delta;
mod large;
mod loose;
pub(super) mod pack;
mod reader;

use std::fs;
use std::path::{Path, PathBuf};

use self::pack::Pack;
pub use self::reader::Reader;
use super::id::ObjectId;
use super::open::path_bytes;
use crate::coverage::Failure;

/// Packs that stay open. A repository may have thousands, a process only so many open files: 256 on some
/// systems.
const MOST_OPEN: usize = 64;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// The content of a file or symbolic link.
    Blob,
    /// An annotated tag.
    Tag,
}

/// Why an object was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing has that id.
    #[error("the object is not in the store")]
    Missing,
    /// It is larger than the limit given.
    #[error("larger than the size limit ({0} bytes)")]
    TooLarge(u64),
    /// It is there but damaged.
    #[error("{0}")]
    Corrupt(String),
}

/// The object directories of one repository. Shared by all workers.
#[derive(Debug)]
pub struct Store {
    dirs: Vec<PathBuf>,
    packs: Vec<Pack>,
    problems: Vec<Failure>,
}

impl Store {
    /// Opens every pack in `dirs`. A pack that cannot be read is a [problem](Self::problems), not an error.
    pub fn open(dirs: &[PathBuf]) -> Self {
        let mut store = Self::for_a_few(dirs);
        for dir in dirs {
            store.open_packs(&dir.join("pack"));
        }
        store
    }

    /// The same for a few objects: all is left to libgit2, which maps the indexes of packs where
    /// [`open`](Self::open) reads them whole.
    pub fn for_a_few(dirs: &[PathBuf]) -> Self {
        // The ids of objects are not recomputed (each entry has a checksum), and nothing is read twice.
        git2::opts::strict_hash_verification(false);
        git2::opts::enable_caching(false);
        Self { dirs: dirs.to_vec(), packs: Vec::new(), problems: Vec::new() }
    }

    fn open_packs(&mut self, dir: &Path) {
        let Ok(entries) = fs::read_dir(dir) else { return };
        let mut packs: Vec<PathBuf> =
            entries.flatten().map(|e| e.path()).filter(|p| has_pack_suffix(p)).collect();
        packs.sort();
        for path in packs {
            match Pack::open(&path, self.packs.len() < MOST_OPEN) {
                Ok(Some(pack)) => self.packs.push(pack),
                Ok(None) => {}
                Err(error) => self.problems.push(Failure { what: path_bytes(&path), why: error.to_string() }),
            }
        }
    }

    /// What is wrong with the packs themselves, such as one without an index.
    pub fn problems(&self) -> &[Failure] {
        &self.problems
    }

    /// How many objects the packs hold.
    pub fn packed(&self) -> u64 {
        self.packs.iter().map(Pack::len).sum()
    }

    /// A reader for one worker.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Where a pack holds `id`: its number and the offset in it.
    fn find(&self, id: ObjectId) -> Option<(usize, u64)> {
        self.find_all(id).next()
    }

    fn find_all(&self, id: ObjectId) -> impl Iterator<Item = (usize, u64)> {
        self.packs.iter().enumerate().filter_map(move |(number, pack)| Some((number, pack.find(id)?)))
    }

    /// The file that holds `id` if it is a loose object.
    fn loose(&self, id: ObjectId) -> Option<PathBuf> {
        let hex = id.to_string();
        let mut files = self.dirs.iter().map(|dir| dir.join(&hex[..2]).join(&hex[2..]));
        files.find(|file| file.symlink_metadata().is_ok())
    }

    /// A libgit2 object database over the same directories. It looks at no environment, no configuration
    /// and no owner.
    fn odb(&self) -> Result<git2::Odb<'static>, git2::Error> {
        let odb = git2::Odb::new()?;
        for dir in &self.dirs {
            let name =
                dir.to_str().ok_or_else(|| git2::Error::from_str("the path of the store is not UTF-8"))?;
            odb.add_disk_alternate(name)?;
        }
        Ok(odb)
    }

    /// The ids of all objects, in no particular order, some perhaps twice.
    pub fn all_ids(&self) -> Result<Vec<ObjectId>, ReadError> {
        let corrupt = |e: git2::Error| ReadError::Corrupt(e.message().to_owned());
        let mut ids = Vec::new();
        let odb = self.odb().map_err(corrupt)?;
        odb.foreach(|oid| {
            ids.push(ObjectId::from(*oid));
            true
        })
        .map_err(corrupt)?;
        Ok(ids)
    }
}

fn has_pack_suffix(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "pack")
}
