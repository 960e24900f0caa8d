//! Timelines: which object stood at a path at each commit.
//!
//! Takes the root trees of all commits in order and the few paths that matter; gives for each path the
//! runs of commits between which nothing changed. Trees are searched for the names alone, not parsed, and
//! each distinct tree once per piece of history; pieces are read side by side.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bstr::{BStr, BString, ByteSlice};
use rayon::prelude::*;

use crate::source::history::{History, Kind, ObjectId, Reader, Store};

/// What stood at one path: from which commit on which object, in order of commits.
#[derive(Debug, Clone, Default)]
pub(super) struct Timeline {
    runs: Vec<(u32, Option<ObjectId>)>,
}

impl Timeline {
    /// Runs of commits: the first commit, the one behind the last, and what stood there.
    pub(super) fn runs(&self, commits: u32) -> impl Iterator<Item = (u32, u32, ObjectId)> {
        let ends = self.runs.iter().skip(1).map(|(from, _)| *from).chain([commits]);
        self.runs.iter().zip(ends).filter_map(|(&(from, id), to)| Some((from, to, id?)))
    }

    /// The different objects, in order of appearance.
    pub(super) fn objects(&self) -> Vec<ObjectId> {
        let mut seen = BTreeSet::new();
        self.runs.iter().filter_map(|(_, id)| *id).filter(|id| seen.insert(*id)).collect()
    }

    fn push(&mut self, commit: u32, id: Option<ObjectId>) {
        if self.runs.last().map_or(id.is_some(), |(_, last)| *last != id) {
            self.runs.push((commit, id));
        }
    }
}

/// Pieces of history that are read side by side, for each thread.
const PIECES: usize = 4;

/// The timelines of these paths.
pub(super) fn timelines(
    store: &Store,
    history: &History,
    paths: &BTreeSet<BString>,
) -> HashMap<BString, Timeline> {
    if paths.is_empty() || history.commits.is_empty() {
        return HashMap::new();
    }
    let tree = Names::of(paths);
    let size = history.commits.len().div_ceil(PIECES * rayon::current_num_threads()).max(512);
    let pieces: Vec<HashMap<BString, Timeline>> = history
        .commits
        .par_chunks(size)
        .enumerate()
        .map(|(number, commits)| {
            let first = (number * size) as u32;
            let roots = commits.iter().zip(first..).map(|(c, commit)| (commit, Some(c.tree))).collect();
            let mut piece = Piece { reader: store.reader(), found: HashMap::new() };
            piece.descend(&tree, BStr::new(""), roots);
            piece.found
        })
        .collect();
    join(pieces, size)
}

/// The timelines of all pieces in a row. A path that a piece does not have at all ends there.
fn join(pieces: Vec<HashMap<BString, Timeline>>, size: usize) -> HashMap<BString, Timeline> {
    let mut joined: HashMap<BString, Timeline> = HashMap::new();
    for (number, mut piece) in pieces.into_iter().enumerate() {
        let first = (number * size) as u32;
        for (path, timeline) in &mut joined {
            match piece.remove(path) {
                Some(next) => {
                    if next.runs.first().is_some_and(|(from, _)| *from > first) {
                        timeline.push(first, None);
                    }
                    next.runs.into_iter().for_each(|(commit, id)| timeline.push(commit, id));
                }
                None => timeline.push(first, None),
            }
        }
        joined.extend(piece);
    }
    joined
}

/// Paths as a tree of names.
#[derive(Debug, Default)]
struct Names {
    below: BTreeMap<BString, Names>,
    wanted: bool,
}

impl Names {
    fn of(paths: &BTreeSet<BString>) -> Self {
        let mut root = Self::default();
        for path in paths {
            let mut at = &mut root;
            for name in path.split_str("/") {
                at = at.below.entry(name.into()).or_default();
            }
            at.wanted = true;
        }
        root
    }
}

/// The part of the history that one task reads.
struct Piece<'s> {
    reader: Reader<'s>,
    found: HashMap<BString, Timeline>,
}

impl Piece<'_> {
    /// `trees` is what stood at `path` from which commit on; goes on with every name below it.
    fn descend(&mut self, names: &Names, path: &BStr, trees: Vec<(u32, Option<ObjectId>)>) {
        let wanted: Vec<(&BString, Vec<u8>)> = names.below.keys().map(|name| (name, needle(name))).collect();
        let mut timelines: Vec<Timeline> = vec![Timeline::default(); wanted.len()];
        let mut known: HashMap<ObjectId, Vec<Option<ObjectId>>> = HashMap::new();
        let mut last = None;
        for (commit, tree) in trees {
            if last == Some(tree) {
                continue;
            }
            last = Some(tree);
            let Some(tree) = tree else {
                timelines.iter_mut().for_each(|t| t.push(commit, None));
                continue;
            };
            let ids = known.entry(tree).or_insert_with(|| look_up(&mut self.reader, tree, &wanted));
            timelines.iter_mut().zip(ids).for_each(|(t, id)| t.push(commit, *id));
        }
        for ((name, _), timeline) in wanted.into_iter().zip(timelines) {
            let full = if path.is_empty() {
                name.clone()
            } else {
                BString::from(bstr::join("/", [path.as_bytes(), name]))
            };
            let below = &names.below[name];
            if !below.below.is_empty() {
                self.descend(below, full.as_bstr(), timeline.runs.clone());
            }
            if below.wanted && !timeline.runs.is_empty() {
                self.found.insert(full, timeline);
            }
        }
    }
}

/// An entry as it stands in a tree, behind its mode.
fn needle(name: &BString) -> Vec<u8> {
    [b" ", name.as_slice(), b"\0"].concat()
}

/// What stands at each of the names in a tree; nothing where the tree cannot be read, which the walk said.
fn look_up(reader: &mut Reader<'_>, tree: ObjectId, wanted: &[(&BString, Vec<u8>)]) -> Vec<Option<ObjectId>> {
    match reader.read(tree, u64::MAX) {
        Ok((Kind::Tree, bytes)) => wanted.iter().map(|(_, needle)| entry(&bytes, needle)).collect(),
        _ => vec![None; wanted.len()],
    }
}

/// The id behind a name. Ids are binary and could hold the same bytes, but not with a mode before them.
fn entry(tree: &[u8], needle: &[u8]) -> Option<ObjectId> {
    const MODES: [&[u8]; 7] = [b"100644", b"100755", b"40000", b"120000", b"100664", b"040000", b"160000"];
    let is_entry = |at: &usize| MODES.iter().any(|mode| tree[..*at].ends_with(mode));
    let at = memchr::memmem::find_iter(tree, needle).find(is_entry)?;
    ObjectId::from_slice(&tree[at + needle.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_by_its_name_alone() {
        let id = |b: u8| [b; 20];
        let tree = [&b"100644 ab\0"[..], &id(1), b"100644 b\0", &id(2), b"40000 c\0", &id(3)].concat();
        let find = |name: &str| entry(&tree, &needle(&BString::from(name))).map(|id| id.as_bytes()[0]);
        assert_eq!(
            [find("ab"), find("b"), find("c"), find("a"), find("d")],
            [Some(1), Some(2), Some(3), None, None]
        );
    }

    #[test]
    fn pieces_join_to_runs() {
        let id = |b: u8| ObjectId::from_slice(&[b; 20]);
        let piece = |runs: &[(u32, Option<ObjectId>)]| {
            let mut timeline = Timeline::default();
            runs.iter().for_each(|(commit, id)| timeline.push(*commit, *id));
            HashMap::from([(BString::from("p"), timeline)])
        };
        let joined = join(vec![piece(&[(1, id(1))]), HashMap::new(), piece(&[(21, id(2)), (25, None)])], 10);
        let runs: Vec<_> =
            joined[&BString::from("p")].runs(30).map(|(a, b, id)| (a, b, id.as_bytes()[0])).collect();
        assert_eq!(runs, [(1, 10, 1), (21, 25, 2)]);
    }
}
