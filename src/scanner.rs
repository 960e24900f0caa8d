//! The scanner: from a blob to the secrets in it, with their places.
//!
//! Takes bytes and their origin; gives [`Sighting`]s. Reads the bytes as they are and, where they hold
//! NUL bytes, as UTF-16 too.

use std::ops::Range;

use bstr::{BStr, BString};

use crate::blob::Origin;
use crate::decode::{View, utf16};
use crate::finding::{Checksum, Exposure, Occurrence, Part, Secret, Suppression};
use crate::matcher::{Hit, Matcher, Scratch};
use crate::place::{self, Lines};
use crate::rule::{Confidence, Rule, Severity};

/// One secret at one place, before the places of the same secret are brought together.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// The rule that matched.
    pub rule: &'static Rule,
    /// The value; `None` for a finding about a file.
    pub secret: Option<Secret>,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// What the verifier said.
    pub checksum: Checksum,
    /// Remarks for the reader.
    pub notes: Vec<String>,
    /// A fix of one line.
    pub fix: Option<String>,
    /// Other halves of the credential.
    pub parts: Vec<Part>,
    /// Its life in the history.
    pub exposure: Option<Box<Exposure>>,
    /// Why it need not be reported there; nobody has judged what comes from a scanner.
    pub suppressed: Option<Suppression>,
    /// The place.
    pub occurrence: Occurrence,
}

/// A matcher with what is read around it. Shared by all threads.
#[derive(Debug)]
pub struct Scanner {
    matcher: Matcher,
}

/// What one thread needs.
#[derive(Debug)]
pub struct Worker {
    scratch: Scratch,
}

impl Scanner {
    /// A scanner with these rules.
    pub fn new(rules: Vec<&'static Rule>) -> Self {
        Self { matcher: Matcher::new(rules) }
    }

    /// What a thread needs to scan.
    pub fn worker(&self) -> Worker {
        Worker { scratch: self.matcher.scratch() }
    }

    /// The matcher itself.
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// The secrets in all of `bytes`.
    pub fn scan(&self, worker: &mut Worker, bytes: &[u8], origin: &Origin<'_>) -> Vec<Sighting> {
        self.scan_range(worker, bytes, 0..bytes.len(), origin)
    }

    /// The secrets in `bytes` that have to do with `bytes[range]`, the part that is new.
    pub fn scan_range(
        &self,
        worker: &mut Worker,
        bytes: &[u8],
        range: Range<usize>,
        origin: &Origin<'_>,
    ) -> Vec<Sighting> {
        let plain = View { text: Vec::new(), start: 0, stride: 1 };
        let hits = self.matcher.scan(bytes, origin.judged, range.clone(), &mut worker.scratch);
        let mut found = self.sightings(bytes, &plain, hits, origin);
        if memchr::memchr(0, bytes).is_some() {
            for view in utf16::views(bytes) {
                let hits =
                    self.matcher.scan(&view.text, origin.judged, view.range(&range), &mut worker.scratch);
                found.extend(self.sightings(&view.text, &view, hits, origin));
            }
        }
        found
    }

    fn sightings(&self, text: &[u8], view: &View, hits: Vec<Hit>, origin: &Origin<'_>) -> Vec<Sighting> {
        if hits.is_empty() {
            return Vec::new();
        }
        let spans: Vec<Range<usize>> = spans(&hits);
        let mut lines = Lines::new(text);
        let mut found = Vec::with_capacity(hits.len());
        for hit in hits {
            let which = spans.partition_point(|s| s.end <= hit.secret.start);
            let position = lines.position(hit.secret.start);
            let occurrence = Occurrence {
                age: origin.age,
                path: BString::from(origin.path),
                line: position.line,
                column: position.column,
                column_utf16: position.column_utf16,
                offset: view.original(hit.secret.start) as u64,
                len: (hit.secret.len() * view.stride) as u64,
                commit: origin.commit.map(str::to_owned),
                surface: origin.surface,
                excerpt: place::excerpt(text, &spans, which),
            };
            found.push(self.sighting(text, hit, occurrence));
        }
        found
    }

    fn sighting(&self, text: &[u8], hit: Hit, occurrence: Occurrence) -> Sighting {
        let rule = |i: u16| self.matcher.rules()[usize::from(i)];
        let part =
            |(i, range): (u16, Range<usize>)| Part { rule: rule(i).id, secret: Secret::new(&text[range]) };
        Sighting {
            rule: rule(hit.rule),
            secret: Some(Secret::new(&text[hit.secret])),
            severity: hit.severity,
            confidence: hit.confidence,
            checksum: hit.checksum,
            notes: hit.notes.into_iter().map(str::to_owned).collect(),
            fix: None,
            parts: hit.parts.into_iter().map(part).collect(),
            exposure: None,
            suppressed: None,
            occurrence,
        }
    }
}

/// Everything to mask in excerpts: secrets and their other halves, ascending, without overlaps.
fn spans(hits: &[Hit]) -> Vec<Range<usize>> {
    let parts = hits.iter().flat_map(|h| h.parts.iter().map(|(_, range)| range.clone()));
    let mut all: Vec<Range<usize>> = hits.iter().map(|h| h.secret.clone()).chain(parts).collect();
    all.sort_by_key(|r| (r.start, r.end));
    all.dedup_by(|next, kept| {
        let overlaps = next.start < kept.end;
        if overlaps {
            kept.end = kept.end.max(next.end);
        }
        overlaps
    });
    all
}

/// Texts shorter than this, in bytes, hold no secret that is not a whole file of its own.
pub const SHORTEST: usize = crate::matcher::MIN_RUN;

/// Secrets in a short text that is no file, such as a path or a name.
pub fn scan_name(scanner: &Scanner, worker: &mut Worker, text: &BStr, origin: &Origin<'_>) -> Vec<Sighting> {
    if text.len() < SHORTEST {
        return Vec::new();
    }
    let mut found = scanner.scan(worker, text, origin);
    for sighting in &mut found {
        (sighting.occurrence.line, sighting.occurrence.column) = (0, 0);
    }
    found
}
