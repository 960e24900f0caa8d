//! Lines that are new: whether a finding stands on a line that an older version does not have.

use std::collections::HashSet;

use bstr::{BStr, ByteSlice};

use crate::finding::Occurrence;

/// Whether one of the lines that the finding touches is not among the old ones.
pub(super) fn is_new(bytes: &[u8], at: &Occurrence, old: &HashSet<Vec<u8>>) -> bool {
    let from = (at.offset as usize).min(bytes.len());
    let to = from.saturating_add(at.len as usize).min(bytes.len());
    let start = memchr::memrchr(b'\n', &bytes[..from]).map_or(0, |i| i + 1);
    let end = memchr::memchr(b'\n', &bytes[to..]).map_or(bytes.len(), |i| to + i);
    BStr::new(&bytes[start..end]).lines().any(|line| !old.contains(line))
}
