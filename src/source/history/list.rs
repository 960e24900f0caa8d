//! All files below one tree, in the order of the index.

use bstr::{BString, ByteSlice};

use super::id::{IdSet, ObjectId};
use super::store::{Kind, ReadError, Reader};
use super::trees::{self, Mode};

/// A file or symbolic link of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Path below the tree.
    pub path: BString,
    /// Its blob.
    pub id: ObjectId,
}

/// Deepest directory, as in the walk.
const DEEPEST: usize = 4096;
/// Directories that are listed before anybody asks how many of them are copies.
const UNSUSPICIOUS: usize = 100_000;
/// Copies of a directory, on average, from which on the tree is one that was made to explode.
const MOST_COPIES: usize = 100;

/// The files and links below the tree `root`, sorted by path.
///
/// # Errors
/// The first tree that cannot be read; a tree that is malformed, nested too deep, or made of so many copies
/// of itself that listing it would not end.
pub fn list(reader: &mut Reader<'_>, root: ObjectId) -> Result<Vec<Listed>, ReadError> {
    let mut files = Vec::new();
    let mut different = IdSet::default();
    let mut listed = 0;
    let mut left = vec![(BString::default(), root, 0)];
    while let Some((path, id, depth)) = left.pop() {
        if id == ObjectId::EMPTY_TREE {
            continue;
        }
        let (Kind::Tree, bytes) = reader.read(id, u64::MAX)? else {
            return Err(ReadError::Corrupt(format!("{id} is not a tree")));
        };
        different.insert(id);
        listed += 1;
        if listed > UNSUSPICIOUS.max(MOST_COPIES * different.len()) {
            return Err(ReadError::Corrupt("directories hold each other too often to be listed".to_owned()));
        }
        if depth > DEEPEST {
            return Err(ReadError::Corrupt("directories nest too deep".to_owned()));
        }
        for entry in trees::entries(&bytes) {
            let entry = entry.map_err(|e| ReadError::Corrupt(format!("{id}: {e}")))?;
            let full = BString::from(bstr::concat([path.as_slice(), entry.name.as_bytes()]));
            match entry.mode {
                Mode::Tree => left.push((bstr::concat([full.as_slice(), b"/"]).into(), entry.id, depth + 1)),
                Mode::File | Mode::Link => files.push(Listed { path: full, id: entry.id }),
                Mode::Submodule => {}
            }
        }
    }
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
