//! The scanner: from a blob to the secrets in it, with their places.
//!
//! Takes bytes and their origin; gives [`Sighting`]s. Reads the bytes as they are, where they hold NUL
//! bytes as UTF-16 too, what they hold in encoded form, and the members of archives.

mod pieces;

use std::ops::Range;

use bstr::{BStr, BString, ByteSlice};

use crate::blob::Origin;
use crate::config::Day;
use crate::coverage::{Coverage, Skip};
use crate::decode::archive::{self, Limits, Problem};
use crate::decode::descent::{self, Decoded};
use crate::decode::news::{news, union};
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
    /// Lines whose values it speaks of, where it is about a file.
    pub covers: Vec<u64>,
    /// Why it need not be reported there; nobody has judged what comes from a scanner.
    pub suppressed: Option<Suppression>,
    /// The place.
    pub occurrence: Occurrence,
}

/// How deep a scanner looks into what it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depths {
    /// How many encodings may lie over each other; 0 reads text as it is.
    pub decode: u8,
    /// How far archives are unpacked; a depth of 0 opens none.
    pub archive: Limits,
}

impl Default for Depths {
    fn default() -> Self {
        Self { decode: 3, archive: Limits::default() }
    }
}

/// A matcher with what is read around it. Shared by all threads.
#[derive(Debug)]
pub struct Scanner {
    matcher: Matcher,
    depths: Depths,
}

/// What one thread needs.
#[derive(Debug)]
pub struct Worker {
    scratch: Scratch,
    cut_short: bool,
}

impl Worker {
    /// Whether since the last call something was left undecoded because it would have become too large.
    pub fn take_cut_short(&mut self) -> bool {
        std::mem::take(&mut self.cut_short)
    }
}

impl Scanner {
    /// A scanner with these rules.
    pub fn new(rules: Vec<&'static Rule>) -> Self {
        Self::with_options(rules, Depths::default())
    }

    /// A scanner with these rules that looks so deep.
    pub fn with_options(rules: Vec<&'static Rule>, depths: Depths) -> Self {
        Self { matcher: Matcher::new(rules), depths }
    }

    /// The same on a day on which tokens may have expired; without one none has.
    #[must_use]
    pub fn on(self, today: Day) -> Self {
        Self { matcher: self.matcher.at(today.start()), ..self }
    }

    /// What a thread needs to scan.
    pub fn worker(&self) -> Worker {
        Worker { scratch: self.matcher.scratch(), cut_short: false }
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
        let (mut found, has_nul) = self.scan_view(worker, bytes, range.clone(), &plain, origin);
        let views = if has_nul { utf16::views(bytes) } else { Vec::new() };
        for view in views {
            found.extend(self.scan_view(worker, &view.text, view.range(&range), &view, origin).0);
        }
        found
    }

    /// The secrets in a blob, archive or not, of which `changed` is new. What was not read is noted in the
    /// ledger.
    pub fn scan_blob(
        &self,
        worker: &mut Worker,
        bytes: &[u8],
        changed: Range<usize>,
        origin: &Origin<'_>,
        coverage: &mut Coverage,
    ) -> Vec<Sighting> {
        let mut all = Vec::new();
        self.scan_blob_each(worker, bytes, changed, origin, coverage, |found| all.extend(found));
        all
    }

    /// The same, given to `each` piece by piece where there are very many.
    pub fn scan_blob_each(
        &self,
        worker: &mut Worker,
        bytes: &[u8],
        changed: Range<usize>,
        origin: &Origin<'_>,
        coverage: &mut Coverage,
        mut each: impl FnMut(Vec<Sighting>),
    ) {
        if self.is_archive(bytes) {
            let problems = self.scan_members(worker, bytes, origin, &mut each);
            problems.into_iter().for_each(|(path, problem)| coverage.skip(reason(problem), path));
        } else {
            self.scan_each(worker, bytes, changed, origin, &mut each);
        }
        if worker.take_cut_short() {
            coverage.skip(Skip::Undecoded, origin.path);
        }
    }

    /// Whether these bytes are an archive that is to be opened.
    fn is_archive(&self, bytes: &[u8]) -> bool {
        self.depths.archive.depth > 0 && archive::sniff(bytes).is_some()
    }

    /// The secrets in the members of an archive or compressed file to `each`, and for each thing that was not
    /// read its path and the reason. An archive that cannot be opened is scanned as the bytes that it is.
    fn scan_members(
        &self,
        worker: &mut Worker,
        bytes: &[u8],
        origin: &Origin<'_>,
        each: &mut impl FnMut(Vec<Sighting>),
    ) -> Vec<(BString, Problem)> {
        let (mut problems, mut opened) = (Vec::new(), false);
        let result = archive::unpack(bytes, &self.depths.archive, &mut |entry| {
            let path = archive::join(origin.path, entry.path);
            match entry.content {
                Ok(content) => {
                    opened = true;
                    let judged = judged_member(origin.judged, entry.path);
                    let member = Origin { path: path.as_ref(), judged: judged.as_ref(), ..*origin };
                    self.scan_each(worker, content, 0..content.len(), &member, &mut *each);
                }
                Err(problem) => problems.push((path, problem)),
            }
        });
        problems.extend(result.err().map(|problem| (BString::from(origin.path), problem)));
        if !opened {
            self.scan_each(worker, bytes, 0..bytes.len(), origin, each);
        }
        problems
    }

    /// The secrets in a text as it is and in what it holds in encoded form, and whether it may be UTF-16.
    /// `view` is the way from its offsets to those of the file.
    fn scan_view(
        &self,
        worker: &mut Worker,
        text: &[u8],
        range: Range<usize>,
        view: &View,
        origin: &Origin<'_>,
    ) -> (Vec<Sighting>, bool) {
        let scratch = &mut worker.scratch;
        let hits = self.matcher.scan(text, origin.judged, range, scratch);
        let decoded = descent::scan(&self.matcher, scratch, text, origin.judged, self.depths);
        worker.cut_short |= decoded.cut_short;
        let news = news(&hits, decoded.found);
        let hits = self.not_decoded(hits, &news);
        (self.sightings(text, view, hits, news, origin), decoded.has_nul)
    }

    /// The hits without those that know no more than the name of what turned out to be encoded.
    fn not_decoded(&self, mut hits: Vec<Hit>, decoded: &[Decoded]) -> Vec<Hit> {
        let is_by_name = |h: &Hit| self.matcher.rules()[usize::from(h.rule)].is_by_name();
        let is_within = |h: &Hit, d: &Decoded| d.span.start < h.secret.end && h.secret.start < d.span.end;
        hits.retain(|h| !(is_by_name(h) && decoded.iter().any(|d| is_within(h, d))));
        hits
    }

    fn sightings(
        &self,
        text: &[u8],
        view: &View,
        hits: Vec<Hit>,
        decoded: Vec<Decoded>,
        origin: &Origin<'_>,
    ) -> Vec<Sighting> {
        if hits.is_empty() && decoded.is_empty() {
            return Vec::new();
        }
        let spans = spans(&hits, &decoded);
        let mut lines = Lines::new(text);
        let mut places = Places { text, view, spans: &spans, lines: &mut lines, origin };
        let mut found = Vec::with_capacity(hits.len() + decoded.len());
        let mut decoded = decoded.into_iter().peekable();
        for hit in hits {
            while let Some(before) = decoded.next_if(|d| d.span.start <= hit.secret.start) {
                found.push(self.decoded_sighting(before, &mut places));
            }
            let occurrence = places.occurrence(&hit.secret);
            found.push(self.sighting(text, hit, occurrence));
        }
        found.extend(decoded.map(|d| self.decoded_sighting(d, &mut places)));
        found
    }

    fn decoded_sighting(&self, decoded: Decoded, places: &mut Places<'_, '_>) -> Sighting {
        let occurrence = places.occurrence(&decoded.span);
        let note = decoded.note();
        let part = |(i, value): (u16, Vec<u8>)| Part {
            rule: self.matcher.rules()[usize::from(i)].id,
            secret: Secret::new(value),
        };
        let parts = decoded.parts.into_iter().map(part).collect();
        let hit = Hit { secret: 0..decoded.secret.len(), parts: Vec::new(), ..decoded.hit };
        let mut sighting = self.sighting(&decoded.secret, hit, occurrence);
        sighting.parts = parts;
        sighting.notes.insert(0, note);
        sighting
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
            covers: Vec::new(),
            exposure: None,
            suppressed: None,
            occurrence,
        }
    }
}

fn reason(problem: Problem) -> Skip {
    match problem {
        Problem::Limit(_) => Skip::ArchiveLimit,
        Problem::Unsupported(_) => Skip::ArchiveUnsupported,
        Problem::Encrypted => Skip::ArchiveEncrypted,
        Problem::Corrupt(_) => Skip::ArchiveDamaged,
    }
}

/// Turns ranges of a text, in ascending order, into occurrences.
struct Places<'a, 'o> {
    text: &'a [u8],
    view: &'a View,
    spans: &'a [Range<usize>],
    lines: &'a mut Lines<'a>,
    origin: &'a Origin<'o>,
}

impl Places<'_, '_> {
    fn occurrence(&mut self, range: &Range<usize>) -> Occurrence {
        let which = self.spans.partition_point(|s| s.end <= range.start);
        let position = self.lines.position(range.start);
        Occurrence {
            age: self.origin.age,
            path: BString::from(self.origin.path),
            line: position.line,
            column: position.column,
            column_utf16: position.column_utf16,
            offset: self.view.original(range.start) as u64,
            len: (range.len() * self.view.stride) as u64,
            commit: self.origin.commit.map(str::to_owned),
            surface: self.origin.surface,
            excerpt: place::excerpt(self.text, self.spans, which),
        }
    }
}

/// Everything to mask in excerpts: secrets and their other halves, ascending, without overlaps.
fn spans(hits: &[Hit], decoded: &[Decoded]) -> Vec<Range<usize>> {
    let parts = hits.iter().flat_map(|h| h.parts.iter().map(|(_, range)| range.clone()));
    let decoded = decoded.iter().map(|d| d.span.clone());
    union(hits.iter().map(|h| h.secret.clone()).chain(parts).chain(decoded).collect())
}

/// The path that rules judge a member by: as if the archive were a folder.
fn judged_member(archive: &BStr, member: &BStr) -> BString {
    if member.is_empty() {
        return archive.to_owned();
    }
    let member = member.replace("!", "/");
    [&**archive, b"/", &member].concat().into()
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
