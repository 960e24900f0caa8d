//! Which objects a task has taken already: one set of ids for all workers, in shards.
//!
//! An object is claimed where its id is first met, in a tree or as a tip, and whoever claims it reads it.
//! So every object is read once, lists of versions hold nothing twice, and a tree that was forged to hold
//! itself, or ten copies of a tree that holds ten copies, ends at its second sight.

use std::sync::{Mutex, PoisonError};

use super::id::{IdSet, ObjectId};

const SHARDS: usize = 64;

/// Ids that were claimed.
#[derive(Debug)]
pub(super) struct Claims(Vec<Mutex<IdSet>>);

impl Default for Claims {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }
}

impl Claims {
    /// Takes `id`. True for the first caller only.
    pub(super) fn take(&self, id: ObjectId) -> bool {
        self.shard(id).lock().unwrap_or_else(PoisonError::into_inner).insert(id)
    }

    /// Whether somebody has taken `id`.
    pub(super) fn has(&self, id: ObjectId) -> bool {
        self.shard(id).lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    fn shard(&self, id: ObjectId) -> &Mutex<IdSet> {
        &self.0[usize::from(id.as_bytes()[ObjectId::LEN - 1]) % SHARDS]
    }
}
