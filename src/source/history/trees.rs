//! Reading the versions of one directory in order, parsing only what each changed.
//!
//! A root tree of 600 entries differs from its predecessor in one or two. [`Cursor`] keeps the previous
//! version and where its entries begin; of the next version it parses the entries between the common
//! prefix and the common suffix. Ids are binary and hold any byte, so entry boundaries cannot be found
//! from the middle: they come from the table, which is carried along.

use std::sync::Arc;

use bstr::{BStr, ByteSlice};

use super::diff::{common_prefix, common_suffix};
use super::id::ObjectId;

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A sub-directory.
    Tree,
    /// A regular file, or something of a mode that git does not write.
    File,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// An entry of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// What it is.
    pub(super) mode: Mode,
    /// Its name.
    pub(super) name: &'a BStr,
    /// The object it names.
    pub(super) id: ObjectId,
}

/// A tree's bytes do not follow the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree is malformed")]
pub(super) struct Malformed;

/// The entries of a tree, in order, up to the first malformed one.
pub(super) fn entries(bytes: &[u8]) -> impl Iterator<Item = Result<Entry<'_>, Malformed>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        (at < bytes.len()).then(|| match entry(bytes, at) {
            Ok((entry, next)) => {
                at = next;
                Ok(entry)
            }
            Err(malformed) => {
                at = bytes.len();
                Err(malformed)
            }
        })
    })
}

/// The entry that begins at `at`, and where the next one does.
fn entry(bytes: &[u8], at: usize) -> Result<(Entry<'_>, usize), Malformed> {
    let rest = &bytes[at..];
    let nul = memchr::memchr(0, rest).ok_or(Malformed)?;
    let space = memchr::memchr(b' ', &rest[..nul]).ok_or(Malformed)?;
    let id = ObjectId::from_slice(&rest[nul + 1..]).ok_or(Malformed)?;
    let mode = mode(&rest[..space])?;
    Ok((Entry { mode, name: rest[space + 1..nul].as_bstr(), id }, at + nul + 1 + ObjectId::LEN))
}

fn mode(digits: &[u8]) -> Result<Mode, Malformed> {
    if digits.is_empty() || digits.len() > 8 {
        return Err(Malformed);
    }
    let mut bits = 0u32;
    for &digit in digits {
        bits = bits << 3 | char::from(digit).to_digit(8).ok_or(Malformed)?;
    }
    Ok(match bits & 0o170_000 {
        0o040_000 => Mode::Tree,
        0o120_000 => Mode::Link,
        0o160_000 => Mode::Submodule,
        _ => Mode::File,
    })
}

/// The previous version of a directory.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    bytes: Arc<Vec<u8>>,
    /// Where each entry of `bytes` begins.
    starts: Vec<usize>,
    parsed: Vec<usize>,
}

impl Cursor {
    /// Goes on to the next version and calls `each` for every entry that the previous version did not
    /// have, and perhaps for a few that it had. After an error the next version is parsed whole.
    pub(super) fn advance(
        &mut self,
        next: Arc<Vec<u8>>,
        mut each: impl FnMut(Entry<'_>),
    ) -> Result<(), Malformed> {
        let (first, last, mut at, end) = self.middle(&next);
        self.parsed.clear();
        let mut old = first;
        // When the loop steps over `end`, what looked like the old tail begins inside an entry: then there
        // is no common tail, and all is parsed.
        while at != end && at < next.len() {
            self.parsed.push(at);
            if let Some(len) = self.same(old, &next[at..]) {
                (at, old) = (at + len, old + 1);
                continue;
            }
            match entry(&next, at) {
                Ok((entry, after)) => {
                    each(entry);
                    old = self.step_over(old, &next[at..after], &next[after..]);
                    at = after;
                }
                Err(malformed) => {
                    self.forget();
                    return Err(malformed);
                }
            }
        }
        self.splice(first, if at == end { last } else { self.starts.len() }, next);
        Ok(())
    }

    /// The bytes of an entry of the old version; nothing behind the last.
    fn old_entry(&self, number: usize) -> &[u8] {
        let Some(&start) = self.starts.get(number) else { return &[] };
        &self.bytes[start..self.starts.get(number + 1).copied().unwrap_or(self.bytes.len())]
    }

    /// The length of the old entry when `next` begins with the same.
    fn same(&self, old: usize, next: &[u8]) -> Option<usize> {
        let entry = self.old_entry(old);
        (!entry.is_empty() && next.starts_with(entry)).then_some(entry.len())
    }

    /// Which old entry to compare next, after `entry` was not the same as the one numbered `old`. A wrong
    /// guess costs time only.
    fn step_over(&self, old: usize, entry: &[u8], after: &[u8]) -> usize {
        let name = |entry: &[u8]| entry.len().saturating_sub(ObjectId::LEN);
        let before = self.old_entry(old);
        let is_new = before[..name(before)] != entry[..name(entry)] && self.same(old, after).is_some();
        if is_new { old } else { old + 1 }
    }

    /// Which entries of the old version may differ, and where those of the next version begin and end.
    fn middle(&self, next: &[u8]) -> (usize, usize, usize, usize) {
        let old = self.bytes.as_slice();
        let prefix = common_prefix(old, next);
        let suffix = common_suffix(&old[prefix..], &next[prefix..]);
        let first = self.starts.partition_point(|&start| start <= prefix).saturating_sub(1);
        let begin = self.starts.get(first).copied().unwrap_or(0);
        let last = self.starts.partition_point(|&start| start < old.len() - suffix);
        let tail = old.len() - self.starts.get(last).copied().unwrap_or(old.len());
        (first, last.max(first), begin, next.len() - tail)
    }

    /// Puts the parsed entries in the place of the old ones between `first` and `last`.
    fn splice(&mut self, first: usize, last: usize, next: Arc<Vec<u8>>) {
        let shift = next.len().wrapping_sub(self.bytes.len());
        if shift != 0 {
            self.starts[last..].iter_mut().for_each(|start| *start = start.wrapping_add(shift));
        }
        if self.parsed.len() == last - first {
            self.starts[first..last].copy_from_slice(&self.parsed);
        } else {
            self.starts.splice(first..last, self.parsed.drain(..));
        }
        self.bytes = next;
    }

    fn forget(&mut self) {
        self.bytes = Arc::default();
        self.starts.clear();
    }
}
