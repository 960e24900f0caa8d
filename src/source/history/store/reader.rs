//! Reads objects for one worker.
//!
//! An entry of a pack is followed from delta to base until something is in the cache or whole; then the
//! deltas are applied in turn, and each step is kept, because it is most often the next version that the
//! walk asks for.

use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use libdeflater::Decompressor;

use super::super::id::ObjectId;
use super::cache::{Cache, Shared};
use super::pack::{Base, EntryHead, entry_head};
use super::{Kind, ReadError, Store, delta, large, loose};

/// Bytes of delta bases that each worker keeps at most, and all workers together.
const CACHE_BYTES: usize = 48 << 20;
const ALL_CACHES: usize = 4 * CACHE_BYTES;
/// What is read of an entry before its size is known.
const FIRST_READ: usize = 1024;
/// No head of an entry is longer.
const LONGEST_HEAD: usize = 64;
/// No writer makes chains near this long.
const LONGEST_CHAIN: usize = 10_000;
/// No step of a delta chain may be larger, whatever the limit for the object asked for.
const LARGEST_STEP: u64 = 1 << 30;
/// No tree, commit or tag is larger in earnest: such a tree would have some millions of entries.
const LARGEST_RECORD: u64 = 256 << 20;
/// The most that inflating can make of one byte.
const BEST_RATIO: u64 = 1040;

/// A delta on the way from the object asked for to its base.
#[derive(Debug)]
struct Step {
    offset: u64,
    size: usize,
    data: Range<usize>,
}

/// Reads objects; each worker has its own.
pub struct Reader<'s> {
    store: &'s Store,
    odb: Option<git2::Odb<'static>>,
    inflate: Decompressor,
    cache: Cache,
    steps: Vec<Step>,
    /// Compressed bytes of the entries in `steps`.
    compressed: Vec<u8>,
    delta: Vec<u8>,
}

/// The share of this worker.
fn cache_bytes() -> usize {
    // Outside a pool there is one worker; asking how many there are would start the global pool.
    let workers = rayon::current_thread_index().map_or(1, |_| rayon::current_num_threads());
    CACHE_BYTES.min(ALL_CACHES / workers.max(1))
}

impl<'s> Reader<'s> {
    pub(super) fn new(store: &'s Store) -> Self {
        Self {
            store,
            odb: None,
            inflate: Decompressor::new(),
            cache: Cache::new(cache_bytes()),
            steps: Vec::new(),
            compressed: Vec::new(),
            delta: Vec::new(),
        }
    }

    /// Reads the object `id` unless it is larger than `limit`.
    pub fn read(&mut self, id: ObjectId, limit: u64) -> Result<Shared, ReadError> {
        if let Some((pack, offset)) = self.store.find(id) {
            match self.unpack(pack, offset, limit) {
                Ok(object) => return Ok(object),
                Err(Fault::TooLarge(size)) => return Err(ReadError::TooLarge(size)),
                Err(Fault::Damaged) => {}
            }
        }
        self.read_elsewhere(id, limit)
    }

    /// What the object `id` is, without reading all of it.
    pub fn kind(&mut self, id: ObjectId) -> Result<Kind, ReadError> {
        if let Some(kind) = self.store.find(id).and_then(|(pack, offset)| self.packed_kind(pack, offset)) {
            return Ok(kind);
        }
        if let Some(path) = self.store.loose(id) {
            return loose::kind(&path);
        }
        self.ask_libgit2(id, |odb, oid| Ok(kind_of(odb.read_header(oid).map_err(verdict)?.1)))
    }

    fn packed_kind(&mut self, pack: usize, mut at: u64) -> Option<Kind> {
        let pack = &self.store.packs[pack];
        for _ in 0..LONGEST_CHAIN {
            self.compressed.clear();
            pack.read(at, LONGEST_HEAD, &mut self.compressed).ok()?;
            let head = entry_head(&self.compressed)?;
            at = match head.base {
                Base::None => return kind_of_code(head.code),
                Base::Before(distance) => at.checked_sub(distance)?,
                Base::Id(id) => pack.find(id)?,
            };
        }
        None
    }

    fn unpack(&mut self, pack: usize, offset: u64, limit: u64) -> Result<Shared, Fault> {
        self.steps.clear();
        self.make_room();
        let mut at = offset;
        let mut object = loop {
            if let Some(found) = self.cache.get(pack, at) {
                break found;
            }
            let (head, data) = self.load(pack, at)?;
            let base = match head.base {
                Base::None => break self.inflate_whole(pack, at, head, data, limit)?,
                Base::Before(distance) => at.checked_sub(distance).filter(|&b| b < at),
                Base::Id(id) => self.store.packs[pack].find(id),
            };
            let size = usize::try_from(head.size).map_err(|_| Fault::Damaged)?;
            self.steps.push(Step { offset: at, size, data });
            if self.steps.len() > LONGEST_CHAIN {
                return Err(Fault::Damaged);
            }
            at = base.ok_or(Fault::Damaged)?;
        };
        if self.steps.is_empty() && object.1.len() as u64 > limit {
            return Err(Fault::TooLarge(object.1.len() as u64));
        }
        let mut foreseen = false;
        while let Some(step) = self.steps.pop() {
            if object.1.len() as u64 > large::LARGE && !foreseen {
                self.foresee(&step, object.0, limit)?;
                foreseen = true;
            }
            let limit = if self.steps.is_empty() { limit } else { LARGEST_STEP.max(limit) };
            object = self.apply(step, &object, limit, pack)?;
        }
        Ok(object)
    }

    /// Looks at what the deltas that are left say of their results, before anything so large is built only
    /// to be thrown away: thirty deltas of some bytes can make a terabyte of a kilobyte.
    fn foresee(&mut self, next: &Step, kind: Kind, limit: u64) -> Result<(), Fault> {
        let sizes = self.steps.iter().chain([next]).map(|s| (s.size, s.data.clone())).collect::<Vec<_>>();
        for (number, (size, data)) in sizes.into_iter().enumerate() {
            self.delta.resize(size.max(self.delta.len()), 0);
            inflate(&mut self.inflate, &self.compressed[data], &mut self.delta[..size])?;
            let (_, result, _) = delta::sizes(&self.delta[..size]).ok_or(Fault::Damaged)?;
            // The last to be applied comes first.
            let is_target = number == 0;
            let most = if is_target { limit } else { LARGEST_STEP.max(limit) };
            if result > limit_for(kind, most) {
                return Err(Fault::TooLarge(result));
            }
        }
        Ok(())
    }

    /// Empties the buffers, and gives back what a large entry left behind.
    fn make_room(&mut self) {
        self.compressed.clear();
        for buffer in [&mut self.compressed, &mut self.delta] {
            if buffer.capacity() as u64 > large::LARGE {
                *buffer = Vec::new();
            }
        }
    }

    /// Reads the entry at `offset`: its head, and where its compressed bytes are in `self.compressed`.
    fn load(&mut self, pack: usize, offset: u64) -> Result<(EntryHead, Range<usize>), Fault> {
        let pack = &self.store.packs[pack];
        let start = self.compressed.len();
        pack.read(offset, FIRST_READ, &mut self.compressed).map_err(|_| Fault::Damaged)?;
        let head = entry_head(&self.compressed[start..]).ok_or(Fault::Damaged)?;
        if head.size > pack.end().saturating_sub(offset).saturating_mul(BEST_RATIO) {
            return Err(Fault::Damaged);
        }
        let bound = head.data + most_compressed(head.size as usize);
        let have = self.compressed.len() - start;
        if head.base != Base::None && head.size > LARGEST_STEP {
            return Err(Fault::TooLarge(head.size));
        }
        let in_pieces = head.base == Base::None && head.size > large::LARGE;
        if bound > have && have == FIRST_READ && !in_pieces {
            pack.read(offset + have as u64, bound - have, &mut self.compressed)
                .map_err(|_| Fault::Damaged)?;
        }
        Ok((head, start + head.data..self.compressed.len()))
    }

    fn inflate_whole(
        &mut self,
        pack: usize,
        offset: u64,
        head: EntryHead,
        data: Range<usize>,
        limit: u64,
    ) -> Result<Shared, Fault> {
        let kind = kind_of_code(head.code).ok_or(Fault::Damaged)?;
        let limit = if self.steps.is_empty() { limit } else { LARGEST_STEP.max(limit) };
        if head.size > limit_for(kind, limit) {
            return Err(Fault::TooLarge(head.size));
        }
        let mut bytes = vec![0; head.size as usize];
        if head.size > large::LARGE {
            let stream = self.store.packs[pack].stream(offset + head.data as u64);
            large::inflate(stream, &mut bytes).map_err(|_| Fault::Damaged)?;
        } else {
            inflate(&mut self.inflate, &self.compressed[data], &mut bytes)?;
        }
        Ok(self.keep(pack, offset, (kind, Arc::new(bytes))))
    }

    fn apply(&mut self, step: Step, base: &Shared, limit: u64, pack: usize) -> Result<Shared, Fault> {
        if self.delta.len() < step.size {
            self.delta.resize(step.size, 0);
        }
        let delta = &mut self.delta[..step.size];
        inflate(&mut self.inflate, &self.compressed[step.data], delta)?;
        let (_, size, _) = delta::sizes(delta).ok_or(Fault::Damaged)?;
        if size > limit_for(base.0, limit) {
            return Err(Fault::TooLarge(size));
        }
        let bytes = delta::apply(&base.1, delta).ok_or(Fault::Damaged)?;
        Ok(self.keep(pack, step.offset, (base.0, Arc::new(bytes))))
    }

    fn keep(&mut self, pack: usize, offset: u64, object: Shared) -> Shared {
        self.cache.put(pack, offset, object.clone());
        object
    }

    /// Reads what is in no pack that is known, or in none undamaged.
    fn read_elsewhere(&mut self, id: ObjectId, limit: u64) -> Result<Shared, ReadError> {
        if id == ObjectId::EMPTY_BLOB {
            return Ok((Kind::Blob, Arc::default()));
        }
        if id == ObjectId::EMPTY_TREE {
            return Ok((Kind::Tree, Arc::default()));
        }
        if let Some(path) = self.store.loose(id) {
            match loose::read(&path, |kind| limit_for(kind, limit)) {
                // It may have been packed just now.
                Err(ReadError::Corrupt(_)) if !path.exists() => {}
                read => return read,
            }
        }
        self.ask_libgit2(id, |odb, oid| {
            let (size, kind) = odb.read_header(oid).map_err(verdict)?;
            if size as u64 > limit_for(kind_of(kind), limit) {
                return Err(ReadError::TooLarge(size as u64));
            }
            let object = odb.read(oid).map_err(verdict)?;
            Ok((kind_of(object.kind()), Arc::new(object.data().to_vec())))
        })
    }

    /// Asks libgit2, of whose binding a damaged entry makes a panic.
    fn ask_libgit2<T>(
        &mut self,
        id: ObjectId,
        ask: impl FnOnce(&git2::Odb<'static>, git2::Oid) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let damaged = || ReadError::Corrupt("the entry of the pack is damaged".to_owned());
        let mut packs = self.store.find_all(id).peekable();
        if packs.peek().is_some() && packs.all(|(pack, offset)| self.packed_kind(pack, offset).is_none()) {
            return Err(damaged());
        }
        let oid = git2::Oid::from_bytes(id.as_bytes()).map_err(verdict)?;
        let odb = self.odb()?;
        panic::catch_unwind(AssertUnwindSafe(|| ask(odb, oid))).unwrap_or_else(|_| Err(damaged()))
    }

    fn odb(&mut self) -> Result<&git2::Odb<'static>, ReadError> {
        match &mut self.odb {
            Some(odb) => Ok(odb),
            none => Ok(none.insert(self.store.odb().map_err(verdict)?)),
        }
    }
}

/// The limit for an object that turned out to be of this kind.
fn limit_for(kind: Kind, limit: u64) -> u64 {
    if kind == Kind::Blob { limit } else { limit.min(LARGEST_RECORD) }
}

fn kind_of(kind: git2::ObjectType) -> Kind {
    match kind {
        git2::ObjectType::Commit => Kind::Commit,
        git2::ObjectType::Tree => Kind::Tree,
        git2::ObjectType::Tag => Kind::Tag,
        _ => Kind::Blob,
    }
}

fn kind_of_code(code: u8) -> Option<Kind> {
    match code {
        1 => Some(Kind::Commit),
        2 => Some(Kind::Tree),
        3 => Some(Kind::Blob),
        4 => Some(Kind::Tag),
        _ => None,
    }
}

/// Why an entry of a pack was not unpacked here.
enum Fault {
    TooLarge(u64),
    Damaged,
}

/// The most bytes that a sane compressor makes of `size` bytes. Entries that are larger go to libgit2.
fn most_compressed(size: usize) -> usize {
    size.saturating_add(size / 8).saturating_add(64)
}

fn inflate(inflater: &mut Decompressor, compressed: &[u8], into: &mut [u8]) -> Result<(), Fault> {
    match inflater.zlib_decompress(compressed, into) {
        Ok(written) if written == into.len() => Ok(()),
        _ => Err(Fault::Damaged),
    }
}

fn verdict(error: git2::Error) -> ReadError {
    match error.code() {
        git2::ErrorCode::NotFound => ReadError::Missing,
        _ => ReadError::Corrupt(error.message().to_owned()),
    }
}
