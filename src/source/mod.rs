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

use bstr::BString;

use crate::collect::Collector;
use crate::config::Day;
use crate::finding::Occurrence;
use crate::scanner::{Scanner, Sighting};
use crate::suppress::{Suppressor, around};

/// Something that can be scanned.
pub trait Source: Sync {
    /// Reads everything and hands it over. Errors end up in the collector's ledger: one bad file does
    /// not stop the rest.
    fn scan(&self, run: &Run<'_>);
}

/// Two sources, one after the other.
#[derive(Debug)]
pub struct Both<A, B>(pub A, pub B);

impl<A: Source, B: Source> Source for Both<A, B> {
    fn scan(&self, run: &Run<'_>) {
        self.0.scan(run);
        self.1.scan(run);
    }
}

/// What a source works with.
#[derive(Debug)]
pub struct Run<'a> {
    /// Finds secrets.
    pub scanner: &'a Scanner,
    /// Takes them.
    pub collector: &'a Collector,
    /// Judges what need not be reported.
    pub suppressor: &'a Suppressor,
    /// What day it is: allowances run out.
    pub today: Day,
    /// Whether to report dotenv files that git does not keep out of commits.
    pub dotenv: bool,
    /// Number of threads to use, at least 1.
    pub threads: usize,
    /// Shows how far the scan is.
    pub progress: &'a Progress,
}

impl Run<'_> {
    /// Hands over what was found in `text`, each sighting with the verdict on it.
    pub fn hand_over(&self, text: &[u8], mut found: Vec<Sighting>) {
        for sighting in &mut found {
            self.judge(sighting, &Near::of(text, &sighting.occurrence));
        }
        self.collector.add(found);
    }

    /// Judges a sighting by the text near it.
    pub fn judge(&self, sighting: &mut Sighting, near: &Near) {
        let verdict = self.suppressor.judge_sighting(sighting, &near.line, &near.previous, self.today);
        sighting.suppressed = verdict.suppression();
    }
}

/// The text near a secret that a comment may stand in.
#[derive(Debug, Clone, Default)]
pub struct Near {
    /// The lines of the secret, cut to what is near.
    line: BString,
    /// The line before them.
    previous: BString,
}

impl Near {
    /// What is near a place in `text`. UTF-16 is read as if it were ASCII, which comments are.
    pub fn of(text: &[u8], at: &Occurrence) -> Self {
        let start = usize::try_from(at.offset).unwrap_or(usize::MAX);
        let len = usize::try_from(at.len).unwrap_or(usize::MAX);
        let (line, previous) = around(text, start..start.saturating_add(len));
        let narrow = |bytes: &[u8]| bytes.iter().copied().filter(|b| *b != 0).collect::<Vec<u8>>().into();
        Self { line: narrow(line), previous: narrow(previous) }
    }
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
