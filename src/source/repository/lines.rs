//! Lines that are new: whether a finding stands on a line that an older version does not have.

use std::collections::HashSet;
use std::ops::Range;

use bstr::{BStr, ByteSlice};

use crate::finding::Occurrence;

/// A text and the lines of its older versions.
pub(super) struct NewLines<'a> {
    bytes: &'a [u8],
    old: &'a HashSet<Vec<u8>>,
    /// The last lines that were asked for, and whether one of them is new: many findings may share a line
    /// as long as the file.
    last: Option<(Range<usize>, bool)>,
}

impl<'a> NewLines<'a> {
    pub(super) fn new(bytes: &'a [u8], old: &'a HashSet<Vec<u8>>) -> Self {
        Self { bytes, old, last: None }
    }

    /// Whether one of the lines that the finding touches is not among the old ones.
    pub(super) fn touches(&mut self, at: &Occurrence) -> bool {
        let bytes = self.bytes;
        let from = (at.offset as usize).min(bytes.len());
        let to = from.saturating_add(at.len as usize).min(bytes.len());
        if let Some((last, is_new)) = &self.last
            && last.contains(&from)
            && to <= last.end
        {
            return *is_new;
        }
        let start = memchr::memrchr(b'\n', &bytes[..from]).map_or(0, |i| i + 1);
        let end = memchr::memchr(b'\n', &bytes[to..]).map_or(bytes.len(), |i| to + i);
        let is_new = BStr::new(&bytes[start..end]).lines().any(|line| !self.old.contains(line));
        // What touches several lines says nothing of each of them.
        self.last = (memchr::memchr(b'\n', &bytes[from..to]).is_none()).then_some((start..end, is_new));
        is_new
    }
}
