//! Which files a walk has met, as a set of hashes that takes eight bytes a file.
//!
//! The hash is keyed at random, so nobody can make up a file that passes for one that was met.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use bstr::ByteSlice as _;

/// Shared by all threads of a walk; each collects its own part and hands it over at its end.
#[derive(Debug, Default)]
pub(super) struct Seen {
    hashes: Mutex<HashSet<u64, foldhash::fast::RandomState>>,
    keys: RandomState,
}

impl Seen {
    /// The hash that stands for a path, as the walk and the index write it alike: with either separator on
    /// Windows.
    pub(super) fn hash(&self, path: &[u8]) -> u64 {
        if cfg!(windows) { self.keys.hash_one(path.replace(b"\\", b"/")) } else { self.keys.hash_one(path) }
    }

    /// Adds what one thread met.
    pub(super) fn add(&self, hashes: &[u64]) {
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner).extend(hashes);
    }

    /// Whether a thread that has ended met this path.
    pub(super) fn contains(&self, path: &[u8]) -> bool {
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner).contains(&self.hash(path))
    }
}
