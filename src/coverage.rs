//! The ledger of a scan: what was read, what was skipped and why, what could not be read.
//!
//! A scan is *complete* when nothing that belongs to it was skipped against the user's expectation and
//! nothing failed. Workers keep a ledger each; [`Coverage::merge`] adds them up.

use std::collections::BTreeMap;

use bstr::BString;
use serde::Serialize;

use crate::rule::{Confidence, Severity};

/// Why something was not scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skip {
    /// Larger than the size limit. Makes a scan incomplete.
    TooLarge,
    /// A FIFO, socket or device, which holds no content of its own.
    SpecialFile,
    /// An archive, or a part of one, beyond the limits on depth, size and number. Makes a scan incomplete.
    ArchiveLimit,
    /// A part of an archive that is packed in a way that is not known. Makes a scan incomplete.
    ArchiveUnsupported,
    /// A part of an archive that only its password opens.
    ArchiveEncrypted,
    /// An archive that is damaged; its bytes were scanned as they are.
    ArchiveDamaged,
    /// Encoded text that would have become too large; the text itself was scanned.
    Undecoded,
}

impl Skip {
    /// Whether content that belongs to the scan went unread.
    pub fn is_gap(self) -> bool {
        matches!(self, Self::TooLarge | Self::ArchiveLimit | Self::ArchiveUnsupported)
    }

    /// The words for a person.
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooLarge => "larger than the size limit",
            Self::SpecialFile => "not a regular file (FIFO, socket or device)",
            Self::ArchiveLimit => "archive beyond the limits on depth, size and number",
            Self::ArchiveUnsupported => "packed in a way that is not known",
            Self::ArchiveEncrypted => "encrypted archive",
            Self::ArchiveDamaged => "damaged archive, scanned as the bytes that it is",
            Self::Undecoded => "encoded text left undecoded, being too large; scanned as it is",
        }
    }
}

/// One thing that could not be read: what it is, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// The path, object id or ref concerned.
    pub what: BString,
    /// The error, without the name.
    pub why: String,
}

/// How many names of skipped things are kept to show; all of them are counted.
const NAMES_KEPT: usize = 20;
/// How many failures are kept in full; all of them are counted.
const FAILURES_KEPT: usize = 1000;

/// What a scan read and what it did not.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Files (or blobs) read to their end.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Commits read, in a history scan.
    pub commits: u64,
    /// Git objects read, in a history scan.
    pub objects: u64,
    /// How many were skipped, by reason, and the first names in order.
    pub skipped: BTreeMap<Skip, (u64, Vec<BString>)>,
    /// The first failures in order.
    pub failures: Vec<Failure>,
    /// How many failures there were.
    pub failure_count: u64,
    /// Whether the scan was cut short by the user.
    pub interrupted: bool,
    /// Findings that are counted here and nowhere else, because there were too many to keep them all: by
    /// severity, confidence, and whether they are suppressed.
    pub more_findings: BTreeMap<(Severity, Confidence, bool), u64>,
}

impl Coverage {
    /// Notes that `what` was not scanned.
    pub fn skip(&mut self, reason: Skip, what: impl Into<BString>) {
        let (count, names) = self.skipped.entry(reason).or_default();
        *count += 1;
        names.push(what.into());
        keep_first(names, 2 * NAMES_KEPT, NAMES_KEPT);
    }

    /// Notes that `what` could not be read.
    pub fn fail(&mut self, what: impl Into<BString>, why: impl ToString) {
        self.failure_count += 1;
        self.failures.push(Failure { what: what.into(), why: why.to_string() });
        keep_first(&mut self.failures, 2 * FAILURES_KEPT, FAILURES_KEPT);
    }

    /// Takes those that are not to be shown out of the findings that are counted here; gives how many are
    /// of less confidence than asked for, and how many of the others are suppressed.
    pub fn take_hidden(&mut self, confidence: Confidence) -> (u64, u64) {
        let (mut low, mut suppressed) = (0, 0);
        self.more_findings.retain(|(_, sure, is_suppressed), count| {
            low += if *sure < confidence { *count } else { 0 };
            suppressed += if *sure >= confidence && *is_suppressed { *count } else { 0 };
            *sure >= confidence && !*is_suppressed
        });
        (low, suppressed)
    }

    /// How many findings are counted here and nowhere else.
    pub fn more(&self) -> u64 {
        self.more_findings.values().sum()
    }

    /// Whether all that belongs to the scan was read.
    pub fn is_complete(&self) -> bool {
        self.failure_count == 0 && !self.interrupted && !self.skipped.keys().any(|s| s.is_gap())
    }

    /// Adds another ledger to this one. The names kept are the first in order, whatever the order of merging.
    pub fn merge(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.commits += other.commits;
        self.objects += other.objects;
        self.interrupted |= other.interrupted;
        self.failure_count += other.failure_count;
        for (kind, count) in other.more_findings {
            *self.more_findings.entry(kind).or_default() += count;
        }
        for (reason, (count, names)) in other.skipped {
            let entry = self.skipped.entry(reason).or_default();
            entry.0 += count;
            entry.1.extend(names);
            keep_first(&mut entry.1, 0, NAMES_KEPT);
        }
        self.failures.extend(other.failures);
        keep_first(&mut self.failures, 0, FAILURES_KEPT);
    }
}

/// Where a list has so many entries, keeps the first `kept` in order: what is kept must not depend on which
/// worker met what first.
fn keep_first<T: Ord>(list: &mut Vec<T>, from: usize, kept: usize) {
    if list.len() >= from {
        list.sort_unstable();
        list.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_names_are_kept_whoever_met_them() {
        let name = |i: usize| format!("{:05}", i * 7919 % 10_007);
        let of = |workers: usize| {
            let mut ledgers = vec![Coverage::default(); workers];
            for i in 0..5000 {
                ledgers[i % workers].skip(Skip::TooLarge, name(i));
                ledgers[i % workers].fail(name(i), "why");
            }
            let mut all = Coverage::default();
            ledgers.into_iter().for_each(|ledger| all.merge(ledger));
            all
        };
        let (one, many) = (of(1), of(3));
        assert_eq!(one.skipped, many.skipped);
        assert_eq!(one.failures, many.failures);
        assert_eq!((one.skipped[&Skip::TooLarge].0, one.failure_count), (5000, 5000));
        let mut names: Vec<String> = (0..5000).map(name).collect();
        names.sort();
        assert!(one.skipped[&Skip::TooLarge].1.iter().eq(&names[..NAMES_KEPT]));
        assert!(one.failures.iter().map(|f| &f.what).eq(&names[..FAILURES_KEPT]));
    }
}
