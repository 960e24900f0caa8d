//! Objects that later deltas may be made against, up to a budget of bytes.
//!
//! Two generations instead of a linked list: what is used goes into the young one; when that is full it
//! becomes the old one and the former old one is dropped. That keeps what was used lately at the cost of
//! one map look-up.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::super::id::KeyHasher;
use super::Kind;

/// An object's kind and bytes, cheap to hand on.
pub(super) type Shared = (Kind, Arc<Vec<u8>>);
type Generation = HashMap<u64, Shared, BuildHasherDefault<KeyHasher>>;

/// The cache of one worker.
#[derive(Debug)]
pub(super) struct Cache {
    young: Generation,
    old: Generation,
    young_bytes: usize,
    /// How many bytes one generation may hold.
    budget: usize,
}

impl Cache {
    /// A cache that holds up to `bytes`.
    pub(super) fn new(bytes: usize) -> Self {
        Self { young: Generation::default(), old: Generation::default(), young_bytes: 0, budget: bytes / 2 }
    }

    /// What was kept under `pack` and `offset`.
    pub(super) fn get(&mut self, pack: usize, offset: u64) -> Option<Shared> {
        let key = key(pack, offset);
        if let Some(found) = self.young.get(&key) {
            return Some(found.clone());
        }
        let found = self.old.remove(&key)?;
        self.insert(key, found.clone());
        Some(found)
    }

    /// Keeps an object, unless it would drive out most others.
    pub(super) fn put(&mut self, pack: usize, offset: u64, object: Shared) {
        if object.1.len() > self.budget / 2 {
            return;
        }
        self.insert(key(pack, offset), object);
    }

    fn insert(&mut self, key: u64, object: Shared) {
        self.young_bytes += object.1.len();
        self.young.insert(key, object);
        if self.young_bytes > self.budget {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

fn key(pack: usize, offset: u64) -> u64 {
    (pack as u64) << 48 ^ offset
}
