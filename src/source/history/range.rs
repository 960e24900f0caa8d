//! Which commits a range holds, and what its excluded side has already.
//!
//! Both sides are walked from their tips at once, newest commit first, until nothing that is left to visit
//! can belong to the range. When clocks were wrong that may be too early; then commits of the excluded side
//! are read too, which costs time and loses nothing. What the excluded side has is taken from the trees of
//! its commits next to the range (and of its tips): by trees, not by differences, so that merges of any
//! shape work.

use std::collections::BinaryHeap;

use bstr::{BString, ByteSlice};

use super::commits::{self, Commit, Found};
use super::dirs::{KNOWN, Node};
use super::id::{IdMap, IdSet, ObjectId};
use super::roots::Plan;
use super::store::{Kind, ReadError};
use super::trees::{self, Mode};
use super::walk::{Visitor, Walk, Worker};

/// A commit that the search met.
struct Met {
    commit: Commit,
    excluded: bool,
    /// Whether its parents were met too.
    passed: bool,
}

/// The search from both sides.
#[derive(Default)]
struct Search {
    met: IdMap<Met>,
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How many in the queue are not excluded.
    open: usize,
    /// Commits that a member of the range names as parents but that history was cut off at.
    found: Found,
}

/// Finds the commits of the range, says what they say, and marks as taken all that the excluded side has.
/// Gives what was found and the root trees of the excluded side.
pub(super) fn collect<V: Visitor>(
    walk: &Walk<'_, V>,
    worker: &mut Worker<'_, V::Local>,
    plan: &Plan,
    shallow: &IdSet,
) -> (Found, Vec<Node>) {
    let mut search = Search::default();
    let excluded: Vec<_> =
        plan.excluded.iter().filter_map(|id| search.peel(walk, worker, *id, None)).collect();
    for id in &excluded {
        search.meet(walk, worker, *id, true, false);
    }
    for tip in &plan.tips {
        if let Some(id) = search.peel(walk, worker, tip.id, Some(&tip.name)) {
            search.meet(walk, worker, id, false, false);
        }
    }
    while search.open > 0
        && let Some((_, id)) = search.queue.pop()
    {
        search.pass(walk, worker, id, shallow);
    }
    search.finish(walk, worker, &excluded)
}

impl Search {
    /// Follows tags to a commit. Trees and blobs are taken as found when they belong to the range.
    fn peel<V: Visitor>(
        &mut self,
        walk: &Walk<'_, V>,
        worker: &mut Worker<'_, V::Local>,
        mut id: ObjectId,
        wanted: Option<&BString>,
    ) -> Option<ObjectId> {
        let mut seen = IdSet::default();
        loop {
            if !seen.insert(id) {
                walk.fail(worker, id.to_string().into(), &"the tag leads back to itself");
                return None;
            }
            let (kind, bytes) = match worker.reader.read(id, u64::MAX) {
                Ok(object) => object,
                Err(error) => {
                    walk.fail(worker, id.to_string().into(), &error);
                    return None;
                }
            };
            match (kind, wanted) {
                (Kind::Commit, _) => return Some(id),
                (Kind::Tag, Some(_)) => id = commits::read_tag(walk, worker, id, &bytes)?,
                (Kind::Tag, None) => id = commits::tag_target(&bytes)?,
                (Kind::Tree, Some(_)) => self.found.trees.push(id),
                (Kind::Blob, Some(name)) => self.found.blobs.push((id, name.clone())),
                (Kind::Tree, None) => take_below(walk, worker, id),
                (Kind::Blob, None) => {
                    walk.blobs.take(id);
                }
            }
            if kind != Kind::Tag {
                return None;
            }
        }
    }

    /// Notes that one side leads to `id`.
    fn meet<V: Visitor>(
        &mut self,
        walk: &Walk<'_, V>,
        worker: &mut Worker<'_, V::Local>,
        id: ObjectId,
        excluded: bool,
        may_be_cut: bool,
    ) {
        if self.met.contains_key(&id) {
            if excluded {
                self.exclude(id);
            }
            return;
        }
        let commit = match worker.reader.read(id, u64::MAX) {
            Ok((Kind::Commit, bytes)) => Commit::parse(id, &bytes),
            Ok(_) => None,
            Err(ReadError::Missing) if may_be_cut => return self.found.cut.push(id),
            Err(error) => return walk.fail(worker, id.to_string().into(), &error),
        };
        let Some(commit) = commit else {
            return walk.fail(worker, id.to_string().into(), &"the commit is malformed");
        };
        self.queue.push((commit.time, id));
        self.open += usize::from(!excluded);
        self.met.insert(id, Met { commit, excluded, passed: false });
    }

    /// Marks `id`, and all it is known to lead to, as excluded.
    fn exclude(&mut self, id: ObjectId) {
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            let Some(met) = self.met.get_mut(&id).filter(|met| !met.excluded) else { continue };
            met.excluded = true;
            if met.passed {
                left.extend(met.commit.parents.iter());
            } else {
                self.open -= 1;
            }
        }
    }

    /// Goes on to the parents of `id`.
    fn pass<V: Visitor>(
        &mut self,
        walk: &Walk<'_, V>,
        worker: &mut Worker<'_, V::Local>,
        id: ObjectId,
        shallow: &IdSet,
    ) {
        let Some(met) = self.met.get_mut(&id) else { return };
        met.passed = true;
        let (excluded, parents) = (met.excluded, met.commit.parents.clone());
        self.open -= usize::from(!excluded);
        for parent in parents {
            self.meet(walk, worker, parent, excluded, shallow.contains(&id));
        }
    }

    fn finish<V: Visitor>(
        mut self,
        walk: &Walk<'_, V>,
        worker: &mut Worker<'_, V::Local>,
        excluded: &[ObjectId],
    ) -> (Found, Vec<Node>) {
        let (out, members): (Vec<_>, Vec<_>) = self.met.into_values().partition(|met| met.excluded);
        let beside: IdSet =
            members.iter().flat_map(|m| m.commit.parents.iter()).chain(excluded).copied().collect();
        let beside = out.into_iter().map(|met| met.commit).filter(|commit| beside.contains(&commit.id));
        let mut known: Vec<(i64, ObjectId)> = beside.map(|commit| (commit.time, commit.tree)).collect();
        known.sort();
        for &(_, tree) in &known {
            take_below(walk, worker, tree);
        }
        for met in members {
            if walk.commits.take(met.commit.id)
                && let Ok((_, bytes)) = worker.reader.read(met.commit.id, u64::MAX)
            {
                self.found.commits.extend(commits::read_commit(walk, worker, met.commit.id, &bytes));
            }
        }
        (self.found, known.into_iter().map(|(_, id)| Node { id, commit: KNOWN }).collect())
    }
}

/// Marks everything below a tree of the excluded side as taken.
fn take_below<V: Visitor>(walk: &Walk<'_, V>, worker: &mut Worker<'_, V::Local>, tree: ObjectId) {
    let mut left = vec![tree];
    while let Some(id) = left.pop() {
        if !walk.trees.take(id) {
            continue;
        }
        let bytes = match worker.reader.read(id, u64::MAX) {
            Ok((Kind::Tree, bytes)) => bytes,
            Ok(_) => continue,
            Err(error) => {
                walk.unread(worker, id, b"".as_bstr(), &error);
                continue;
            }
        };
        for entry in trees::entries(&bytes).flatten() {
            match entry.mode {
                Mode::Tree => left.push(entry.id),
                Mode::File | Mode::Link => {
                    walk.blobs.take(entry.id);
                }
                Mode::Submodule => {}
            }
        }
    }
}
