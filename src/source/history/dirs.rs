//! Path-major recursion through directories.
//!
//! Takes the versions of a root tree in the order of their commits. A directory's versions are read in
//! order; for each name in it the ids that nobody has met yet are listed in order; then each sub-directory
//! becomes a task with its list, and the files become tasks of some dozens of versions. Consecutive reads
//! share delta bases that way, and no list holds more than one directory's worth of the history.
//!
//! A long list (the root's, most of all) is split into parts that are read by several workers; the last one
//! done joins them. What is spawned last runs first, so files come before the next directory and pending
//! lists stay short.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use rayon::Scope;

use super::files::{self, Job};
use super::id::ObjectId;
use super::store::Kind;
use super::trees::{Cursor, Entry, Malformed, Mode};
use super::walk::{Visitor, Walk, Worker};
use crate::finding::Surface;

/// In place of a commit's number: on the excluded side of a range.
pub(super) const KNOWN: u32 = u32::MAX - 2;
/// Versions of a directory that one worker reads in one go.
const PART: usize = 1024;
/// Versions of files that make a task.
const BATCH: usize = 64;
/// Versions of one file that one worker reads in one go.
const FILE_PART: usize = 512;
/// No deeper directory is read. The path of a file there would be longer than any system allows.
const DEEPEST: u32 = 4096;

/// An id in a list of versions, and the number of a commit that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) id: ObjectId,
    pub(super) commit: u32,
}

/// Reads everything below `roots`, and `jobs`.
pub(super) fn read<V: Visitor>(walk: &Walk<'_, V>, mut roots: Vec<Node>, surface: Surface, jobs: Vec<Job>) {
    roots.retain(|root| root.commit == KNOWN || walk.trees.take(root.id));
    let root = Place { path: BString::default(), depth: 0, surface };
    rayon::scope(|scope| {
        root.spawn(walk, scope, roots);
        spawn_files(walk, scope, jobs);
    });
}

/// Reads `roots` as versions of the directory `path`.
pub(super) fn read_below<'s, V: Visitor>(
    walk: &'s Walk<'_, V>,
    scope: &Scope<'s>,
    path: &BStr,
    roots: Vec<Node>,
) {
    Place { path: path.to_owned(), depth: 0, surface: Surface::File }.spawn(walk, scope, roots);
}

/// A directory: its path with a slash at the end, or nothing for the root.
#[derive(Debug, Clone)]
struct Place {
    path: BString,
    depth: u32,
    surface: Surface,
}

/// What the versions of a directory have under one name.
#[derive(Debug)]
struct Slot {
    name: BString,
    first: u32,
    trees: Vec<Node>,
    files: Vec<Node>,
    links: Vec<Node>,
}

/// What the versions of a directory have.
#[derive(Debug, Default)]
struct Listing {
    slots: Vec<Slot>,
    by_name: HashMap<BString, usize>,
}

impl Listing {
    fn slot(&mut self, name: &BStr, first: u32) -> &mut Slot {
        let number = match self.by_name.get(name) {
            Some(&number) => number,
            None => {
                self.by_name.insert(name.to_owned(), self.slots.len());
                let (trees, files, links) = (Vec::new(), Vec::new(), Vec::new());
                self.slots.push(Slot { name: name.to_owned(), first, trees, files, links });
                self.slots.len() - 1
            }
        };
        &mut self.slots[number]
    }

    /// Notes an entry of a version, and its id unless it was met before.
    fn note<V: Visitor>(&mut self, walk: &Walk<'_, V>, entry: Entry<'_>, commit: u32) {
        let slot = self.slot(entry.name, commit);
        let known = commit == KNOWN;
        let node = Node { id: entry.id, commit };
        match entry.mode {
            Mode::Tree if known || walk.trees.take(entry.id) => slot.trees.push(node),
            Mode::File if known || walk.blobs.take(entry.id) => slot.files.push(node),
            Mode::Link if known || walk.blobs.take(entry.id) => slot.links.push(node),
            _ => {}
        }
    }

    /// Puts a later part of the same directory behind this one.
    fn join(&mut self, later: Self) {
        for from in later.slots {
            let slot = self.slot(from.name.as_bstr(), from.first);
            slot.trees.extend(from.trees);
            slot.files.extend(from.files);
            slot.links.extend(from.links);
        }
    }
}

/// The parts of a directory whose list was split.
struct Parts {
    place: Place,
    listings: Mutex<Vec<Option<Listing>>>,
    left: AtomicUsize,
}

impl Place {
    fn spawn<'s, V: Visitor>(self, walk: &'s Walk<'_, V>, scope: &Scope<'s>, mut nodes: Vec<Node>) {
        if nodes.len() < 2 * PART {
            return scope.spawn(move |scope| {
                walk.with_worker(|worker| {
                    let listing = self.list(walk, worker, nodes);
                    self.descend(walk, scope, worker, listing);
                });
            });
        }
        let count = nodes.len().div_ceil(PART);
        let listings = Mutex::new((0..count).map(|_| None).collect());
        let parts = Arc::new(Parts { place: self, listings, left: AtomicUsize::new(count) });
        for number in (0..count).rev() {
            let (parts, nodes) = (parts.clone(), nodes.split_off(number * PART));
            scope.spawn(move |scope| {
                walk.with_worker(|worker| parts.read(walk, scope, worker, number, nodes))
            });
        }
    }

    /// Reads the versions of the directory in order.
    fn list<V: Visitor>(
        &self,
        walk: &Walk<'_, V>,
        worker: &mut Worker<'_, V::Local>,
        nodes: Vec<Node>,
    ) -> Listing {
        let mut listing = Listing::default();
        let mut cursor = Cursor::default();
        for node in nodes {
            if walk.visitor.stop() {
                break;
            }
            walk.visitor.object();
            let tree = match worker.reader.read(node.id, u64::MAX) {
                Ok((Kind::Tree, bytes)) => bytes,
                Ok(_) => {
                    self.fail(walk, worker, node.id, &"named as a tree, but it is none");
                    continue;
                }
                Err(error) => {
                    self.fail(walk, worker, node.id, &error);
                    continue;
                }
            };
            let result = cursor.advance(tree, |entry| listing.note(walk, entry, node.commit));
            if let Err(error @ Malformed) = result {
                self.fail(walk, worker, node.id, &error);
            }
        }
        listing
    }

    fn fail<V: Visitor>(
        &self,
        walk: &Walk<'_, V>,
        worker: &mut Worker<'_, V::Local>,
        id: ObjectId,
        why: &dyn ToString,
    ) {
        walk.fail(worker, format!("{} (tree {id})", self.path).into(), why);
    }

    /// Goes on with what is in the directory.
    fn descend<'s, V: Visitor>(
        &self,
        walk: &'s Walk<'_, V>,
        scope: &Scope<'s>,
        worker: &mut Worker<'_, V::Local>,
        listing: Listing,
    ) {
        let mut jobs = Vec::new();
        for slot in listing.slots {
            let path = BString::from(bstr::concat([&self.path, &slot.name]));
            if slot.first != KNOWN {
                walk.visitor.path(&mut worker.local, path.as_bstr(), slot.first);
            }
            if has_news(&slot.trees) {
                self.descend_into(walk, scope, worker, path.as_bstr(), slot.trees);
            }
            let link = if self.surface == Surface::File { Surface::SymlinkTarget } else { self.surface };
            for (surface, nodes) in [(self.surface, slot.files), (link, slot.links)] {
                if has_news(&nodes) {
                    jobs.push(Job { path: path.clone(), surface, nodes });
                }
            }
        }
        spawn_files(walk, scope, jobs);
    }

    fn descend_into<'s, V: Visitor>(
        &self,
        walk: &'s Walk<'_, V>,
        scope: &Scope<'s>,
        worker: &mut Worker<'_, V::Local>,
        path: &BStr,
        trees: Vec<Node>,
    ) {
        if self.depth == DEEPEST {
            return walk.fail(worker, path.to_owned(), &"the directory is too deep to be read");
        }
        let path = BString::from(bstr::concat([path.as_bytes(), b"/"]));
        Self { path, depth: self.depth + 1, surface: self.surface }.spawn(walk, scope, trees);
    }
}

impl Parts {
    fn read<'s, V: Visitor>(
        &self,
        walk: &'s Walk<'_, V>,
        scope: &Scope<'s>,
        worker: &mut Worker<'_, V::Local>,
        number: usize,
        nodes: Vec<Node>,
    ) {
        let listing = self.place.list(walk, worker, nodes);
        self.listings.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(listing);
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            let listings = std::mem::take(&mut *self.listings.lock().unwrap_or_else(PoisonError::into_inner));
            let mut all = Listing::default();
            listings.into_iter().flatten().for_each(|listing| all.join(listing));
            self.place.descend(walk, scope, worker, all);
        }
    }
}

/// Whether anything in the list is not on the excluded side.
fn has_news(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| node.commit != KNOWN)
}

/// Makes tasks of files: several files with few versions, or a part of one with many.
fn spawn_files<'s, V: Visitor>(walk: &'s Walk<'_, V>, scope: &Scope<'s>, jobs: Vec<Job>) {
    let mut batch = Vec::new();
    let mut versions = 0;
    let spawn =
        |batch: Vec<Job>| scope.spawn(move |_| walk.with_worker(|worker| files::read(walk, worker, batch)));
    for mut job in jobs {
        while job.nodes.len() > FILE_PART + BATCH {
            let nodes = job.nodes.split_off(job.nodes.len() - FILE_PART);
            spawn(vec![Job { path: job.path.clone(), surface: job.surface, nodes }]);
        }
        versions += job.nodes.len();
        batch.push(job);
        if versions >= BATCH {
            spawn(std::mem::take(&mut batch));
            versions = 0;
        }
    }
    if !batch.is_empty() {
        spawn(batch);
    }
}
