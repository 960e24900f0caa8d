//! The walk itself: its visitor, its workers, and its stages in order.
//!
//! Commits first, because their order is what everything else goes by; then the trees below them; then what
//! stands outside history: notes, blobs that a tag names, the index, and at the wish of the user every
//! object that nothing led to.

use std::fs;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use bstr::{BStr, BString, ByteSlice};

use super::claims::Claims;
use super::commits::{self, Commit, Found};
use super::dirs::{self, Node};
use super::files::Job;
use super::id::{IdMap, IdSet, ObjectId};
use super::open::{Location, path_bytes};
use super::range;
use super::roots::Plan;
use super::store::{ReadError, Reader, Store};
use super::{index, order, unreachable};
use crate::coverage::Skip;
use crate::finding::Surface;

/// In place of a commit's number: the index, or one of several.
pub const IN_INDEX: u32 = u32::MAX - 1;
/// In place of a commit's number: no commit, as for a blob that a tag names.
pub const NO_COMMIT: u32 = u32::MAX;

/// One version of one file, symbolic link or note.
#[derive(Debug)]
pub struct Version<'a> {
    /// Where it was met; the name of the ref for a blob that no tree holds.
    pub path: &'a BStr,
    /// The blob's id.
    pub id: ObjectId,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What the version read before it at this path does not have; everything when there is none. Each
    /// byte outside has been inside `changed` of an earlier version that has it at the same distance from
    /// the beginning or the end. Not widened to lines.
    pub changed: Range<usize>,
    /// Number of a commit that has it at this path, mostly the first. See [`locate`](super::locate) for a
    /// certain answer.
    pub commit: u32,
    /// [`Surface::File`], [`Surface::SymlinkTarget`] or [`Surface::Note`].
    pub surface: Surface,
}

/// A text that is not the content of a file.
#[derive(Debug)]
pub struct Text<'a> {
    /// What it is.
    pub surface: Surface,
    /// The ref or configuration file; empty for what an object says.
    pub name: &'a BStr,
    /// The commit or tag that says it. [`History::position`] tells a commit's number once all are known.
    pub object: Option<ObjectId>,
    /// The text.
    pub bytes: &'a [u8],
}

/// Is shown everything that the walk meets, by several threads at once and in no particular order. Versions
/// of a path mostly come oldest first; a long list of them is shared out, and each part begins anew.
pub trait Visitor: Sync {
    /// What a worker carries from call to call. No two calls use one at the same time.
    type Local: Send;

    /// Makes what a new worker carries.
    fn local(&self) -> Self::Local;
    /// A version of a file.
    fn version(&self, local: &mut Self::Local, version: Version<'_>);
    /// A message, an identity, the name of a ref, a configuration file.
    fn text(&self, local: &mut Self::Local, text: Text<'_>);
    /// The path of a file or directory and the number of a commit that has it.
    fn path(&self, local: &mut Self::Local, path: &BStr, commit: u32);
    /// A blob that was not read on purpose.
    fn skipped(&self, local: &mut Self::Local, reason: Skip, what: BString);
    /// Something that could not be read.
    fn failed(&self, local: &mut Self::Local, what: BString, why: String);
    /// Called once for each commit, tree and blob of the walk, for a display of progress.
    fn object(&self) {}
    /// Whether to end early.
    fn stop(&self) -> bool {
        false
    }
}

/// What a worker has to itself.
pub(super) struct Worker<'s, L> {
    pub(super) reader: Reader<'s>,
    pub(super) local: L,
}

/// What all tasks share.
pub(super) struct Walk<'s, V: Visitor> {
    pub(super) visitor: &'s V,
    store: &'s Store,
    idle: Mutex<Vec<Worker<'s, V::Local>>>,
    pub(super) commits: Claims,
    pub(super) trees: Claims,
    pub(super) blobs: Claims,
    pub(super) blob_limit: u64,
    pub(super) excluded_is_scanned: bool,
}

impl<'s, V: Visitor> Walk<'s, V> {
    fn new(store: &'s Store, plan: &Plan, visitor: &'s V) -> Self {
        Self {
            visitor,
            store,
            idle: Mutex::default(),
            commits: Claims::default(),
            trees: Claims::default(),
            blobs: Claims::default(),
            blob_limit: plan.blob_limit,
            excluded_is_scanned: plan.excluded_is_scanned,
        }
    }

    /// Runs `task` with a worker that nobody else uses meanwhile.
    pub(super) fn with_worker<T>(&self, task: impl FnOnce(&mut Worker<'s, V::Local>) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker =
            idle.unwrap_or_else(|| Worker { reader: self.store.reader(), local: self.visitor.local() });
        let result = task(&mut worker);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        result
    }

    pub(super) fn fail(&self, worker: &mut Worker<'_, V::Local>, what: BString, why: &dyn ToString) {
        self.visitor.failed(&mut worker.local, what, why.to_string());
    }

    /// Reports why an object was not read: as skipped when it is too large, else as failed.
    pub(super) fn unread(
        &self,
        worker: &mut Worker<'_, V::Local>,
        id: ObjectId,
        path: &BStr,
        error: &ReadError,
    ) {
        match error {
            ReadError::TooLarge(_) => {
                self.visitor.skipped(&mut worker.local, Skip::TooLarge, path.to_owned())
            }
            other => self.fail(worker, format!("{path} ({id})").into(), other),
        }
    }
}

/// What a walk went through.
#[derive(Debug, Default)]
pub struct History {
    /// Commits, oldest first: of the refs, then of notes, then unreachable ones. Numbers count from here.
    pub commits: Vec<Commit>,
    /// Parents that are not in the store because history was cut (a shallow clone).
    pub cut: Vec<ObjectId>,
    numbers: IdMap<u32>,
    /// Trees that stand at the root, in the order of the walk; for [`locate`](super::locate).
    pub(super) loose_trees: Vec<ObjectId>,
}

impl History {
    /// The number of the commit `id`.
    pub fn position(&self, id: ObjectId) -> Option<u32> {
        self.numbers.get(&id).copied()
    }

    fn add(&mut self, commits: Vec<Commit>) -> Vec<Node> {
        let first = self.commits.len() as u32;
        let nodes = commits.iter().zip(first..).map(|(c, commit)| Node { id: c.tree, commit }).collect();
        self.numbers.extend(commits.iter().zip(first..).map(|(c, number)| (c.id, number)));
        self.commits.extend(commits);
        nodes
    }
}

/// Reads what `plan` says and shows it to `visitor`. Gives the commits and what the workers carried.
pub fn walk<V: Visitor>(
    location: &Location,
    store: &Store,
    plan: &Plan,
    visitor: &V,
) -> (History, Vec<V::Local>) {
    let walk = Walk::new(store, plan, visitor);
    let mut history = History::default();
    walk.with_worker(|worker| say_beforehand(&walk, worker, plan));
    let shallow = shallow(location);
    if plan.excluded.is_empty() {
        let (notes, tips): (Vec<_>, Vec<_>) = plan
            .tips
            .iter()
            .map(|tip| (tip.id, tip.name.clone()))
            .partition(|(_, name)| is_note(name.as_bstr()));
        let found = commits::collect(&walk, tips, &shallow);
        read(&walk, &mut history, found, Surface::File, Vec::new());
        let found = commits::collect(&walk, notes, &shallow);
        read(&walk, &mut history, found, Surface::Note, Vec::new());
    } else {
        let (found, known) = walk.with_worker(|worker| range::collect(&walk, worker, plan, &shallow));
        read(&walk, &mut history, found, Surface::File, known);
    }
    index::read(&walk, &plan.indexes);
    if plan.unreachable {
        unreachable::read(&walk, store, |found| read(&walk, &mut history, found, Surface::File, Vec::new()));
    }
    let idle = walk.idle.into_inner().unwrap_or_else(PoisonError::into_inner);
    (history, idle.into_iter().map(|worker| worker.local).collect())
}

/// Reads the trees and blobs below what was found.
fn read<V: Visitor>(
    walk: &Walk<'_, V>,
    history: &mut History,
    found: Found,
    surface: Surface,
    known: Vec<Node>,
) {
    history.cut.extend(found.cut);
    history.cut.sort();
    let mut loose = found.trees;
    loose.sort();
    let mut roots = known;
    roots.extend(history.add(order::by_age(found.commits)));
    roots.extend(loose.iter().map(|&id| Node { id, commit: NO_COMMIT }));
    history.loose_trees.extend(loose);
    let mut blobs = found.blobs;
    blobs.sort();
    let jobs = blobs.into_iter().filter(|(id, _)| walk.blobs.take(*id));
    let jobs =
        jobs.map(|(id, path)| Job { path, surface, nodes: vec![Node { id, commit: NO_COMMIT }] }).collect();
    dirs::read(walk, roots, surface, jobs);
}

/// What needs no object: failures of the planning and of the store, ref names, configuration.
fn say_beforehand<V: Visitor>(walk: &Walk<'_, V>, worker: &mut Worker<'_, V::Local>, plan: &Plan) {
    for problem in plan.problems.iter().chain(walk.store.problems()) {
        walk.fail(worker, problem.what.clone(), &problem.why);
    }
    for name in &plan.ref_names {
        let text = Text { surface: Surface::RefName, name: name.as_bstr(), object: None, bytes: name };
        walk.visitor.text(&mut worker.local, text);
    }
    for path in &plan.configs {
        match fs::read(path) {
            Ok(bytes) => {
                let name = path_bytes(path);
                let text =
                    Text { surface: Surface::GitConfig, name: name.as_bstr(), object: None, bytes: &bytes };
                walk.visitor.text(&mut worker.local, text);
            }
            Err(error) => walk.fail(worker, path_bytes(path), &error),
        }
    }
}

/// The commits at which history was cut.
fn shallow(location: &Location) -> IdSet {
    let text = fs::read(location.common_dir.join("shallow")).unwrap_or_default();
    text.lines().filter_map(ObjectId::from_hex).collect()
}

fn is_note(name: &BStr) -> bool {
    name.strip_prefix(b"logs/").unwrap_or(name).starts_with(b"refs/notes/")
}
