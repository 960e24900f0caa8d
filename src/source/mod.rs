//! Sources: where bytes come from.
//!
//! A source takes a scanner and a collector, reads all that belongs to it, and hands what it found, what
//! it read and what it could not read to the collector. Which source runs is decided at run time.

pub mod files;
pub mod history;
pub mod repository;
pub mod stdin;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::collect::Collector;
use crate::scanner::Scanner;

/// Something that can be scanned.
pub trait Source {
    /// Reads everything and hands it over. Errors end up in the collector's ledger: one bad file does
    /// not stop the rest.
    fn scan(&self, run: &Run<'_>);
}

/// What a source works with.
#[derive(Debug)]
pub struct Run<'a> {
    /// Finds secrets.
    pub scanner: &'a Scanner,
    /// Takes them.
    pub collector: &'a Collector,
    /// Whether to report dotenv files that git does not keep out of commits.
    pub dotenv: bool,
    /// Number of threads to use, at least 1.
    pub threads: usize,
    /// Shows how far the scan is.
    pub progress: &'a Progress,
}

/// Counters that workers add to and a progress display reads, and the wish to stop.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files or objects read so far.
    pub files: AtomicU64,
    /// Bytes read so far.
    pub bytes: AtomicU64,
    /// Commits read so far, in a history.
    pub commits: AtomicU64,
    /// Objects read so far, in a history.
    pub objects: AtomicU64,
    /// Objects in all, where known; else 0.
    pub total: AtomicU64,
    /// Not 0 when the user wants the scan to end now: the number of the signal that said so.
    pub stop: Arc<AtomicUsize>,
}

impl Progress {
    /// Counts one more file of so many bytes.
    pub fn add(&self, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Whether the scan should end now.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) != 0
    }
}
