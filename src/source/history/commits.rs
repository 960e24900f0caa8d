//! Which commits there are.
//!
//! Commits are read from the tips towards the roots, each once, and what they say (message, names) is given
//! to the visitor on the way. Parents are taken from the commit itself: neither `.git/shallow` nor grafts
//! nor replacements hide what is in the store. First parents are followed in one task, every other parent
//! in a task of its own, so that a history with merges keeps all cores busy.

use std::sync::{Arc, Mutex, PoisonError};

use bstr::{BStr, BString, ByteSlice};
use rayon::Scope;

use super::id::{IdSet, ObjectId};
use super::store::{Kind, ReadError, Reader};
use super::walk::{Text, Visitor, Walk, Worker};
use crate::finding::Surface;

/// A commit of the walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// Its root tree.
    pub tree: ObjectId,
    /// When it was committed, in seconds since 1970, as it says itself.
    pub time: i64,
    /// Its parents, whether they are in the store or not.
    pub parents: Box<[ObjectId]>,
}

/// What the tips led to.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) commits: Vec<Commit>,
    /// Trees that a ref or tag names.
    pub(super) trees: Vec<ObjectId>,
    /// Blobs that a ref or tag names, with its name.
    pub(super) blobs: Vec<(ObjectId, BString)>,
    /// Parents that are absent because history was cut there.
    pub(super) cut: Vec<ObjectId>,
}

impl Found {
    fn append(&mut self, mut other: Self) {
        self.commits.append(&mut other.commits);
        self.trees.append(&mut other.trees);
        self.blobs.append(&mut other.blobs);
        self.cut.append(&mut other.cut);
    }
}

/// Reads everything that `tips` (ids with what names them) lead to and that was not met before.
pub(super) fn collect<V: Visitor>(
    walk: &Walk<'_, V>,
    tips: Vec<(ObjectId, BString)>,
    shallow: &IdSet,
) -> Found {
    let found = Mutex::new(Found::default());
    // Whoever takes an id tells whether it is missing; what may be missing is asked last.
    let (loose, firm): (Vec<_>, Vec<_>) = tips.into_iter().partition(|(_, name)| may_be_gone(name.as_bstr()));
    for tips in [firm, loose] {
        rayon::scope(|scope| {
            for (id, name) in tips {
                let name = Arc::new(name);
                let (found, start) = (&found, Start { id, name: Some(name), may_be_cut: false });
                scope.spawn(move |scope| follow(walk, scope, start, shallow, found));
            }
        });
    }
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Where to go on.
struct Start {
    id: ObjectId,
    /// The tip's name, until a commit is met.
    name: Option<Arc<BString>>,
    /// Whether it is the parent of a commit at which history was cut.
    may_be_cut: bool,
}

fn follow<'s, V: Visitor>(
    walk: &'s Walk<'_, V>,
    scope: &Scope<'s>,
    start: Start,
    shallow: &'s IdSet,
    found: &'s Mutex<Found>,
) {
    let mut mine = Found::default();
    walk.with_worker(|worker| {
        let mut next = Some(start);
        while let Some(at) = next.take() {
            if walk.visitor.stop() || !walk.commits.take(at.id) {
                break;
            }
            next = step(walk, worker, at, shallow, &mut mine, |start| {
                scope.spawn(move |scope| follow(walk, scope, start, shallow, found));
            });
        }
    });
    found.lock().unwrap_or_else(PoisonError::into_inner).append(mine);
}

/// `FETCH_HEAD`, `ORIG_HEAD` and their like keep no object alive: git may have removed what they name.
fn may_be_gone(name: &BStr) -> bool {
    name != "HEAD" && !name.is_empty() && !name.contains(&b'/')
}

/// Reads one object and says where to go on.
fn step<V: Visitor>(
    walk: &Walk<'_, V>,
    worker: &mut Worker<'_, V::Local>,
    at: Start,
    shallow: &IdSet,
    found: &mut Found,
    mut branch: impl FnMut(Start),
) -> Option<Start> {
    walk.visitor.object();
    let (kind, bytes) = match worker.reader.read(at.id, u64::MAX) {
        Ok(object) => object,
        Err(ReadError::Missing) if at.may_be_cut => {
            found.cut.push(at.id);
            return None;
        }
        Err(ReadError::Missing) if at.name.as_ref().is_some_and(|name| may_be_gone(name.as_bstr())) => {
            return None;
        }
        Err(error) => {
            let named = at.name.as_ref().map(|n| format!(" ({n})")).unwrap_or_default();
            walk.fail(worker, format!("{}{named}", at.id).into(), &error);
            return None;
        }
    };
    match kind {
        Kind::Commit => {
            let commit = read_commit(walk, worker, at.id, &bytes)?;
            let may_be_cut = shallow.contains(&at.id);
            let mut parents = commit.parents.iter().map(|&id| Start { id, name: None, may_be_cut });
            let first = parents.next();
            parents.for_each(&mut branch);
            found.commits.push(commit);
            first
        }
        Kind::Tag => {
            let target = read_tag(walk, worker, at.id, &bytes)?;
            Some(Start { id: target, name: at.name, may_be_cut: false })
        }
        Kind::Tree => {
            found.trees.push(at.id);
            None
        }
        Kind::Blob => {
            found.blobs.push((at.id, at.name.map(|n| n.as_ref().clone()).unwrap_or_default()));
            None
        }
    }
}

impl Commit {
    /// Reads the commit `id`.
    ///
    /// # Errors
    /// An object that cannot be read, or is no commit.
    pub fn read(reader: &mut Reader<'_>, id: ObjectId) -> Result<Self, ReadError> {
        let (kind, bytes) = reader.read(id, u64::MAX)?;
        let commit = (kind == Kind::Commit).then(|| Self::parse(id, &bytes)).flatten();
        commit.ok_or_else(|| ReadError::Corrupt("no commit".to_owned()))
    }

    /// Reads where a commit stands from its bytes; nothing when it names no tree.
    pub(super) fn parse(id: ObjectId, bytes: &[u8]) -> Option<Self> {
        let (parsed, _) = Parsed::read(split(bytes).0);
        let time = time(parsed.committer);
        Some(Self { id, tree: parsed.tree?, time, parents: parsed.parents.into() })
    }
}

/// Gives what a commit says to the visitor and returns where it stands.
pub(super) fn read_commit<V: Visitor>(
    walk: &Walk<'_, V>,
    worker: &mut Worker<'_, V::Local>,
    id: ObjectId,
    bytes: &[u8],
) -> Option<Commit> {
    let (headers, message) = split(bytes);
    let (parsed, other) = Parsed::read(headers);
    let (author, committer) = (identity(parsed.author), identity(parsed.committer));
    let committer = if committer == author { b"" } else { committer };
    let texts = [
        (Surface::Identity, author),
        (Surface::Identity, committer),
        (Surface::CommitMessage, other),
        (Surface::CommitMessage, message),
    ];
    for (surface, bytes) in texts.into_iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let text = Text { surface, name: BStr::new(""), object: Some(id), bytes };
        walk.visitor.text(&mut worker.local, text);
    }
    let commit = Commit::parse(id, bytes);
    if commit.is_none() {
        walk.fail(worker, id.to_string().into(), &"the commit is malformed: it names no tree");
    }
    commit
}

#[derive(Default)]
struct Parsed<'a> {
    tree: Option<ObjectId>,
    parents: Vec<ObjectId>,
    author: &'a [u8],
    committer: &'a [u8],
}

impl<'a> Parsed<'a> {
    /// Reads the headers that each commit has; the rest is returned as it stands: `gpgsig`, `mergetag`,
    /// `encoding` and whatever else somebody wrote there.
    fn read(headers: &'a [u8]) -> (Self, &'a [u8]) {
        let mut parsed = Self::default();
        let mut rest = headers;
        for line in headers.lines_with_terminator() {
            if !parsed.take(line.strip_suffix(b"\n").unwrap_or(line)) {
                break;
            }
            rest = &rest[line.len()..];
        }
        (parsed, rest)
    }

    /// Takes a header line; false when it is another one.
    fn take(&mut self, line: &'a [u8]) -> bool {
        if let Some(hex) = line.strip_prefix(b"tree ") {
            self.tree = ObjectId::from_hex(hex);
        } else if let Some(hex) = line.strip_prefix(b"parent ") {
            self.parents.extend(ObjectId::from_hex(hex));
        } else if let Some(author) = line.strip_prefix(b"author ") {
            self.author = author;
        } else if let Some(committer) = line.strip_prefix(b"committer ") {
            self.committer = committer;
        } else {
            return false;
        }
        true
    }
}

/// Reads a tag: its message and its tagger go to the visitor, what it points at is returned.
pub(super) fn read_tag<V: Visitor>(
    walk: &Walk<'_, V>,
    worker: &mut Worker<'_, V::Local>,
    id: ObjectId,
    bytes: &[u8],
) -> Option<ObjectId> {
    let (headers, message) = split(bytes);
    let text = |surface, bytes| Text { surface, name: BStr::new(""), object: Some(id), bytes };
    let tagger = headers.lines().find_map(|line| line.strip_prefix(b"tagger ")).map_or(&b""[..], identity);
    walk.visitor.text(&mut worker.local, text(Surface::Identity, tagger));
    let name = headers.lines().find_map(|line| line.strip_prefix(b"tag ")).unwrap_or_default();
    walk.visitor.text(&mut worker.local, text(Surface::RefName, name));
    walk.visitor.text(&mut worker.local, text(Surface::TagMessage, message));
    let target = tag_target(bytes);
    if target.is_none() {
        walk.fail(worker, id.to_string().into(), &"the tag is malformed: it names no object");
    }
    target
}

/// What a tag points at.
pub fn tag_target(bytes: &[u8]) -> Option<ObjectId> {
    split(bytes).0.lines().find_map(|line| ObjectId::from_hex(line.strip_prefix(b"object ")?))
}

/// Headers and message.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.find(b"\n\n") {
        Some(at) => (&bytes[..=at], &bytes[at + 2..]),
        None => (bytes, b""),
    }
}

/// The name and address, without the time.
fn identity(line: &[u8]) -> &[u8] {
    line.rfind_byte(b'>').map_or(line, |at| &line[..=at])
}

fn time(committer: &[u8]) -> i64 {
    let after = committer.rfind_byte(b'>').map_or(&b""[..], |at| &committer[at + 1..]);
    let digits = after.trim().split_str(" ").next().unwrap_or_default();
    digits.to_str().ok().and_then(|d| d.parse().ok()).unwrap_or(0)
}
