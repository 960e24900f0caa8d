//! Standard input as a source: one text without a name.

use std::io::Read;
use std::sync::Mutex;

use bstr::BStr;

use super::{Run, Source};
use crate::blob::Origin;
use crate::coverage::{Coverage, Skip};
use crate::finding::Surface;

/// Reads a stream to its end and scans it.
#[derive(Debug)]
pub struct Stream<R> {
    reader: Mutex<R>,
    limit: u64,
}

impl<R: Read> Stream<R> {
    /// A source that reads `reader`; more than `limit` bytes are too much.
    pub fn new(reader: R, limit: u64) -> Self {
        Self { reader: Mutex::new(reader), limit }
    }
}

const NAME: &str = "standard input";

impl<R: Read + Send> Source for Stream<R> {
    fn scan(&self, run: &Run<'_>) {
        let mut coverage = Coverage::default();
        let mut bytes = Vec::new();
        let mut reader = self.reader.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match reader.by_ref().take(self.limit.saturating_add(1)).read_to_end(&mut bytes) {
            Ok(_) if bytes.len() as u64 > self.limit => coverage.skip(Skip::TooLarge, NAME),
            Ok(_) => {}
            Err(error) => coverage.fail(NAME, error),
        }
        bytes.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        coverage.files = 1;
        coverage.bytes = bytes.len() as u64;
        let origin = Origin::tree(BStr::new(""), BStr::new(""), Surface::Stdin);
        let worker = &mut run.scanner.worker();
        let all = 0..bytes.len();
        run.scanner.scan_blob_each(worker, &bytes, all, &origin, &mut coverage, |found| {
            run.hand_over(&bytes, found)
        });
        run.collector.cover(coverage);
    }
}
