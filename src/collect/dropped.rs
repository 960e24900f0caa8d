//! What is kept of findings that are dropped, of which there may be millions.
//!
//! Takes the hash of each and its kind; knows it again, and counts each once. One takes eight bytes: a sorted
//! list, and beside it a small set of the latest, which is merged into the list once it is an eighth of it. A
//! set alone would take twice as much, and three times while it grows.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use crate::rule::{Confidence, Severity};

/// How bad and how sure a finding is, and whether it is suppressed.
pub(super) type Kind = (Severity, Confidence, bool);

/// The least number of entries that is merged.
const SMALLEST_MERGE: usize = 4096;

/// One that was dropped: seven bytes of its hash, by which it is known, and its kind in the eighth.
#[derive(Debug, Clone, Copy)]
struct Entry(u64);

/// In place of a kind: the entry does not count any more.
const GONE: u64 = 0xff;

impl Entry {
    fn new(hash: u64, (severity, confidence, is_suppressed): Kind) -> Self {
        let kind = (severity as u64) << 4 | (confidence as u64) << 1 | u64::from(is_suppressed);
        Self(hash << 8 | kind)
    }

    /// Nothing where the entry is gone.
    fn kind(self) -> Option<Kind> {
        if self.0 & 0xff == GONE {
            return None;
        }
        let confidences = [Confidence::Low, Confidence::Medium, Confidence::High];
        let (severity, confidence) = (self.0 >> 4 & 7, self.0 >> 1 & 3);
        let severity = Severity::ALL.into_iter().find(|s| *s as u64 == severity);
        let confidence = confidences.into_iter().find(|c| *c as u64 == confidence);
        Some((
            severity.unwrap_or(Severity::Critical),
            confidence.unwrap_or(Confidence::High),
            self.0 & 1 == 1,
        ))
    }

    fn name(self) -> u64 {
        self.0 >> 8
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Entry {}

impl Hash for Entry {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

/// All that were dropped.
#[derive(Debug, Default)]
pub(super) struct Dropped {
    sorted: Vec<Entry>,
    /// None of these is in `sorted`.
    latest: HashSet<Entry>,
}

impl Dropped {
    /// Adds one that is not known.
    pub(super) fn insert(&mut self, hash: u64, kind: Kind) {
        let entry = Entry::new(hash, kind);
        match self.sorted.binary_search_by_key(&entry.name(), |e| e.name()) {
            Ok(at) => self.sorted[at] = entry,
            Err(_) => drop(self.latest.insert(entry)),
        }
        if self.latest.len() > SMALLEST_MERGE.max(self.sorted.len() / 8) {
            self.merge();
        }
    }

    /// Takes one out.
    pub(super) fn take(&mut self, hash: u64) -> Option<Kind> {
        let entry = Entry(hash << 8);
        match self.sorted.binary_search_by_key(&entry.name(), |e| e.name()) {
            Ok(at) => {
                let kind = self.sorted[at].kind();
                self.sorted[at].0 |= GONE;
                kind
            }
            Err(_) => self.latest.take(&entry)?.kind(),
        }
    }

    /// The kinds of all that are left.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        self.sorted.iter().chain(&self.latest).filter_map(|entry| entry.kind())
    }

    fn merge(&mut self) {
        self.sorted.reserve_exact(self.latest.len());
        self.sorted.extend(self.latest.drain());
        self.sorted.sort_unstable_by_key(|entry| entry.name());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_kind_comes_back() {
        for severity in Severity::ALL {
            for confidence in [Confidence::Low, Confidence::Medium, Confidence::High] {
                for is_suppressed in [false, true] {
                    let kind = (severity, confidence, is_suppressed);
                    let mut dropped = Dropped::default();
                    dropped.insert(u64::MAX, kind);
                    assert_eq!(dropped.take(u64::MAX), Some(kind));
                    assert_eq!((dropped.take(u64::MAX), dropped.kinds().count()), (None, 0));
                }
            }
        }
    }

    #[test]
    fn it_does_what_a_map_does_however_many_there_are() {
        let (mut dropped, mut map) = (Dropped::default(), HashMap::new());
        let mut state = 7u64;
        for step in 0..100_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Some hashes come up again and again; the first byte is not kept.
            let hash = (state >> 33) % 40_000;
            let taken = dropped.take(hash);
            assert_eq!(taken, map.remove(&hash), "step {step}");
            if state >> 20 & 3 != 0 {
                let kind = (Severity::ALL[(state >> 40) as usize % 5], Confidence::Low, false);
                dropped.insert(hash, kind);
                map.insert(hash, kind);
            }
        }
        assert!(map.len() > 2 * SMALLEST_MERGE);
        assert_eq!(dropped.kinds().count(), map.len());
    }
}
