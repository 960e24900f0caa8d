//! Where blobs with findings stand: every path, and the first commit that has it there.
//!
//! Takes the few ids that matter, once the scan is over. The trees are walked again in the same order, but
//! no blob is read, and ids are told apart per directory instead of over all, so that copies and renamed
//! directories show. The list of root trees is cut in as many pieces as keep all cores busy; each piece is
//! walked on its own and the earliest sighting wins, so the answer does not depend on the pieces.

use std::collections::{BTreeMap, HashMap};

use bstr::{BStr, BString, ByteSlice};
use rayon::prelude::*;

use super::dirs::Node;
use super::id::{IdMap, IdSet, ObjectId};
use super::store::{Kind, Reader, Store};
use super::trees::{Cursor, Mode};
use super::walk::{History, NO_COMMIT};

/// A blob at a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    /// The blob.
    pub id: ObjectId,
    /// The path.
    pub path: BString,
    /// Number of the first commit that has it there, in order of age.
    pub commit: u32,
}

/// What [`locate`] found.
#[derive(Debug, Default)]
pub struct Sightings {
    /// Sorted by blob, then by path.
    pub found: Vec<Sighting>,
    /// Whether there may be more: the trees nest so that following every path would not end.
    pub truncated: bool,
}

/// Root trees that make a piece at least.
const SMALLEST_PIECE: usize = 2048;
/// Pieces for each thread.
const PIECES: usize = 4;
/// Trees that are read for one piece at most. No honest history comes near.
const MOST_TREES: usize = 1 << 24;
/// Paths at which one tree is looked into. Ten trees, each ten times in the next, stand at more paths than
/// could ever be followed; no honest copies are that many.
const MOST_COPIES: u32 = 1000;
/// Deepest directory, as in the walk.
const DEEPEST: usize = 4096;

type Seen = BTreeMap<(ObjectId, BString), u32>;

/// Finds every path of each blob in `ids`, and the first commit that has it there.
pub fn locate(store: &Store, history: &History, ids: &IdSet) -> Sightings {
    if ids.is_empty() {
        return Sightings::default();
    }
    let roots = roots(history);
    let piece = roots.len().div_ceil(PIECES * rayon::current_num_threads()).max(SMALLEST_PIECE);
    let look = |nodes: &[Node]| Piece::new(store, ids).look(nodes.to_vec());
    let (seen, truncated) = roots.par_chunks(piece).map(look).reduce(Default::default, merge);
    let sighting = |((id, path), commit)| Sighting { id, path, commit };
    Sightings { found: seen.into_iter().map(sighting).collect(), truncated }
}

fn merge((mut a, cut_a): (Seen, bool), (b, cut_b): (Seen, bool)) -> (Seen, bool) {
    for (key, commit) in b {
        a.entry(key).and_modify(|first| *first = commit.min(*first)).or_insert(commit);
    }
    (a, cut_a || cut_b)
}

fn roots(history: &History) -> Vec<Node> {
    let mut seen = IdSet::default();
    let commits = history.commits.iter().zip(0..).map(|(c, commit)| Node { id: c.tree, commit });
    let loose = history.loose_trees.iter().map(|&id| Node { id, commit: NO_COMMIT });
    commits.chain(loose).filter(|node| seen.insert(node.id)).collect()
}

/// The ids of a sub-directory in order, and which there are.
type Children = (Vec<Node>, IdSet);

/// The walk below some of the root trees.
struct Piece<'s> {
    reader: Reader<'s>,
    ids: &'s IdSet,
    seen: Seen,
    trees: usize,
    copies: IdMap<u32>,
    truncated: bool,
    left: Vec<(BString, usize, Vec<Node>)>,
}

impl<'s> Piece<'s> {
    fn new(store: &'s Store, ids: &'s IdSet) -> Self {
        let copies = IdMap::default();
        let (seen, left) = (Seen::new(), Vec::new());
        Self { reader: store.reader(), ids, seen, trees: 0, copies, truncated: false, left }
    }

    fn look(mut self, roots: Vec<Node>) -> (Seen, bool) {
        self.left.push((BString::default(), 0, roots));
        while let Some((path, depth, nodes)) = self.left.pop() {
            self.trees += nodes.len();
            if self.trees > MOST_TREES {
                return (self.seen, true);
            }
            if depth > DEEPEST {
                self.truncated = true;
                continue;
            }
            for (name, children) in self.list(path.as_bstr(), &nodes) {
                self.left.push((
                    BString::from(bstr::concat([&path, &name, &b"/"[..]])),
                    depth + 1,
                    children.0,
                ));
            }
        }
        (self.seen, self.truncated)
    }

    /// Whether a tree stands at one path too many to be looked into again.
    fn is_copied_too_often(&mut self, id: ObjectId) -> bool {
        let copies = self.copies.entry(id).or_default();
        *copies += 1;
        self.truncated |= *copies > MOST_COPIES;
        *copies > MOST_COPIES
    }

    /// Reads the versions of a directory: notes sightings, gives its sub-directories.
    fn list(&mut self, path: &BStr, nodes: &[Node]) -> HashMap<BString, Children> {
        let mut below: HashMap<BString, Children> = HashMap::new();
        let mut cursor = Cursor::default();
        for node in nodes {
            if self.is_copied_too_often(node.id) {
                continue;
            }
            // What cannot be read was reported when it was walked.
            let Ok((Kind::Tree, tree)) = self.reader.read(node.id, u64::MAX) else { continue };
            let _ = cursor.advance(tree, |entry| match entry.mode {
                Mode::Tree => {
                    let (list, known) = match below.get_mut(entry.name) {
                        Some(children) => children,
                        None => below.entry(entry.name.to_owned()).or_default(),
                    };
                    if known.insert(entry.id) {
                        list.push(Node { id: entry.id, commit: node.commit });
                    }
                }
                Mode::File | Mode::Link if self.ids.contains(&entry.id) => {
                    let full = BString::from(bstr::concat([path.as_bytes(), entry.name.as_bytes()]));
                    self.seen.entry((entry.id, full)).or_insert(node.commit);
                }
                _ => {}
            });
        }
        below
    }
}

/// The blob or tree at `path` below the tree `root`; nothing when there is none.
pub fn entry_at(reader: &mut Reader<'_>, root: ObjectId, path: &BStr) -> Option<ObjectId> {
    path.split_str("/").try_fold(root, |tree, name| {
        let Ok((Kind::Tree, bytes)) = reader.read(tree, u64::MAX) else { return None };
        super::trees::entries(&bytes).flatten().find(|entry| entry.name == name).map(|entry| entry.id)
    })
}
