//! The collector: brings the places of one secret together into one finding.
//!
//! Takes sightings and ledgers from all workers, in any order; gives findings sorted by severity and
//! place, so that the output never depends on the number of threads.
//!
//! Of secrets in files there may be so many that they would not fit into memory. Then so many are kept as
//! the collector was made for: those that are not suppressed, the surest and worst first, of those that are
//! alike the ones whose hash is smallest, which is as good as any choice and the same in every order. Of the
//! others no more is kept than what is needed to count each once.
//!
//! A source that must see everything before it can tell the whole of anything leaves with
//! [`hold`](Collector::hold) what it has so far, for a scan that is ended before its time.

mod dropped;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use self::dropped::{Dropped, Kind};
use crate::coverage::Coverage;
use crate::finding::{Finding, Fingerprint, Occurrence, Secret, Suppression, Surface};
use crate::rule::{Confidence, DOTENV, Severity};
use crate::scanner::Sighting;

/// How many places of a secret are kept; all are counted.
pub const PLACES_KEPT: usize = 1000;

/// How many findings about secrets in files are kept in full for a report; all are counted.
pub const KEPT: usize = 10_000;

/// What decides which findings are kept: the smallest are.
type Rank = (bool, Reverse<Confidence>, Reverse<Severity>, u64);

/// Shared by all workers.
#[derive(Debug)]
pub struct Collector {
    inner: Mutex<Inner>,
}

/// Keeps [`KEPT`] findings in full.
impl Default for Collector {
    fn default() -> Self {
        Self::new(KEPT)
    }
}

#[derive(Debug, Default)]
struct Inner {
    findings: HashMap<(&'static str, Key), Finding>,
    coverage: Coverage,
    /// How many findings about secrets in files are kept.
    kept: usize,
    /// How many of the findings may be dropped.
    many: usize,
    /// No finding of a higher rank is kept any more.
    last: Option<Rank>,
    /// Findings that were dropped.
    dropped: Dropped,
    /// What a source has yet to complete.
    held: Vec<Arc<Sighting>>,
}

/// What makes two sightings of a rule the same finding: the value or, without one, the path.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Secret(Secret),
    Path(bstr::BString),
}

impl Collector {
    /// A collector that keeps so many findings about secrets in files in full.
    pub fn new(kept: usize) -> Self {
        Self { inner: Mutex::new(Inner { kept, ..Inner::default() }) }
    }

    /// Adds what a worker found.
    pub fn add(&self, sightings: Vec<Sighting>) {
        if sightings.is_empty() {
            return;
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for sighting in sightings {
            inner.add(sighting);
        }
    }

    /// Takes note of a sighting that its source has yet to complete. It is told as it is where the scan ends
    /// before that.
    pub fn hold(&self, sighting: Arc<Sighting>) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).held.push(sighting);
    }

    /// Adds what became of all that is held, in its place.
    pub fn complete(&self, sightings: Vec<Sighting>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.held = Vec::new();
        sightings.into_iter().for_each(|sighting| inner.add(sighting));
    }

    /// Adds a worker's ledger.
    pub fn cover(&self, coverage: Coverage) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).coverage.merge(coverage);
    }

    /// All findings, the worst first, then by place; and the ledger. What a worker adds later is lost.
    pub fn finish(&self) -> (Vec<Finding>, Coverage) {
        let mut inner = std::mem::take(&mut *self.inner.lock().unwrap_or_else(PoisonError::into_inner));
        for sighting in std::mem::take(&mut inner.held) {
            inner.add(Arc::unwrap_or_clone(sighting));
        }
        inner.drop_highest();
        for kind in inner.dropped.kinds() {
            *inner.coverage.more_findings.entry(kind).or_default() += 1;
        }
        let mut findings: Vec<Finding> = inner.findings.into_values().collect();
        for finding in &mut findings {
            trim(&mut finding.occurrences);
        }
        absorb(&mut findings);
        findings.sort_by(|a, b| {
            let place = || a.occurrences.first().cmp(&b.occurrences.first());
            b.severity.cmp(&a.severity).then_with(place).then_with(|| a.rule.id.cmp(b.rule.id))
        });
        (findings, inner.coverage)
    }
}

impl Inner {
    fn add(&mut self, sighting: Sighting) {
        let key = match &sighting.secret {
            Some(secret) => Key::Secret(secret.clone()),
            None => Key::Path(sighting.occurrence.path.clone()),
        };
        let key = (sighting.rule.id, key);
        if let Some(finding) = self.findings.get_mut(&key) {
            return merge(finding, sighting);
        }
        let mut finding = first(sighting);
        let hash = hash(&finding);
        if let Some((severity, confidence, is_suppressed)) = self.dropped.take(hash) {
            finding.severity = finding.severity.max(severity);
            finding.confidence = finding.confidence.max(confidence);
            finding.suppressed = finding.suppressed.filter(|_| is_suppressed);
        }
        if is_one_of_many(&finding) {
            if self.last.is_some_and(|last| rank(&finding) > last) {
                self.dropped.insert(hash, kind(&finding));
                return;
            }
            self.many += 1;
        }
        self.findings.insert(key, finding);
        if self.many >= self.kept.saturating_mul(2) {
            self.drop_highest();
        }
    }

    /// Drops the findings that are too many.
    fn drop_highest(&mut self) {
        if self.many <= self.kept {
            return;
        }
        let mut ranks: Vec<Rank> = self.findings.values().filter(|f| is_one_of_many(f)).map(rank).collect();
        self.many = ranks.len().min(self.kept);
        if ranks.len() <= self.kept {
            return;
        }
        let last = *ranks.select_nth_unstable(self.kept - 1).1;
        self.last = Some(last);
        let dropped = &mut self.dropped;
        self.findings.retain(|_, finding| {
            let stays = !is_one_of_many(finding) || rank(finding) <= last;
            if !stays {
                dropped.insert(hash(finding), kind(finding));
            }
            stays
        });
    }
}

/// Whether a finding is about a secret in a file, of which there may be any number. Others are kept in any
/// case: what they stand in (paths, refs, messages) is shown with other findings, where it must be masked.
fn is_one_of_many(finding: &Finding) -> bool {
    let is_file = |o: &Occurrence| matches!(o.surface, Surface::File | Surface::Stdin);
    finding.secret.is_some() && finding.occurrences.iter().all(is_file)
}

fn rank(finding: &Finding) -> Rank {
    (finding.suppressed.is_some(), Reverse(finding.confidence), Reverse(finding.severity), hash(finding))
}

fn kind(finding: &Finding) -> Kind {
    (finding.severity, finding.confidence, finding.suppressed.is_some())
}

/// The first half of the fingerprint.
fn hash(finding: &Finding) -> u64 {
    u64::from_str_radix(&finding.fingerprint.as_str()[..16], 16).unwrap_or(0)
}

fn first(s: Sighting) -> Finding {
    let named = s.secret.as_ref().map_or(s.occurrence.path.as_slice(), Secret::expose);
    Finding {
        fingerprint: Fingerprint::of(s.rule.id, named),
        rule: s.rule,
        severity: s.severity,
        confidence: s.confidence,
        checksum: s.checksum,
        secret: s.secret,
        parts: s.parts,
        covers: s.covers,
        exposure: s.exposure,
        notes: s.notes,
        fix: s.fix,
        suppressed: s.suppressed,
        occurrences: vec![s.occurrence],
        occurrence_count: 1,
    }
}

/// A further place: the surest and worst of all places counts for the finding.
fn merge(finding: &mut Finding, s: Sighting) {
    // The remarks of the surest place; among equals the first by the alphabet, so that the order of
    // arrival does not show.
    let rank = (std::cmp::Reverse(finding.confidence), &finding.notes);
    if (std::cmp::Reverse(s.confidence), &s.notes) < rank {
        finding.notes = s.notes;
    }
    finding.confidence = finding.confidence.max(s.confidence);
    // The older life where two repositories hold the same secret.
    finding.exposure = match (finding.exposure.take(), s.exposure) {
        (Some(a), Some(b)) => Some(if b.introduced.time < a.introduced.time { b } else { a }),
        (a, b) => a.or(b),
    };
    // One place that is to be reported is enough; else the first cause by the alphabet.
    finding.suppressed = match (finding.suppressed.take(), s.suppressed) {
        (Some(a), Some(b)) => Some(a.min(b)),
        _ => None,
    };
    finding.severity = finding.severity.max(s.severity);
    finding.checksum = finding.checksum.max(s.checksum);
    finding.covers.extend(s.covers);
    finding.parts.extend(s.parts);
    finding.parts.sort();
    finding.parts.dedup();
    finding.occurrences.push(s.occurrence);
    finding.occurrence_count += 1;
    if finding.occurrences.len() >= 2 * PLACES_KEPT {
        trim(&mut finding.occurrences);
    }
}

/// A value that only its name tells of is reported once where it stands in a dotenv file: by the finding about
/// the file, which names its key. It stays known, so that it is masked wherever else it is shown.
fn absorb(findings: &mut [Finding]) {
    let place = |o: &Occurrence, line: u64| (o.path.clone(), line);
    let told: HashSet<(bstr::BString, u64)> = findings
        .iter()
        .filter(|f| f.rule.id == DOTENV.id && f.suppressed.is_none())
        .flat_map(|f| f.occurrences.iter().flat_map(|o| f.covers.iter().map(move |line| place(o, *line))))
        .collect();
    let is_told = |o: &Occurrence| told.contains(&place(o, o.line));
    let by_name = findings.iter_mut().filter(|f| f.rule.is_by_name() && f.suppressed.is_none());
    for finding in by_name {
        let is_whole = finding.occurrence_count == finding.occurrences.len() as u64;
        if is_whole && finding.occurrences.iter().all(is_told) {
            let reason = "the finding about its file names it".to_owned();
            finding.suppressed = Some(Suppression { by: DOTENV.id, reason });
        }
    }
}

fn trim(occurrences: &mut Vec<Occurrence>) {
    occurrences.sort_unstable();
    occurrences.truncate(PLACES_KEPT);
}

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use super::*;
    use crate::blob::Origin;
    use crate::rule;
    use crate::scanner::Scanner;

    fn sightings(count: u64) -> Vec<Sighting> {
        let scanner = Scanner::new(rule::embedded().iter().collect());
        let token = |seed| rule::sample::fill("ghp_${alnum:30}${crc32:6}", seed).unwrap() + "\n";
        let text: String = (0..count).map(token).collect();
        let path = BStr::new("x");
        scanner.scan(&mut scanner.worker(), text.as_bytes(), &Origin::tree(path, path, Surface::File))
    }

    fn told(kept: usize, sightings: impl Iterator<Item = Sighting>) -> (Vec<Fingerprint>, u64) {
        let collector = Collector::new(kept);
        sightings.for_each(|s| collector.add(vec![s]));
        let (findings, coverage) = collector.finish();
        (findings.into_iter().map(|f| f.fingerprint).collect(), coverage.more())
    }

    #[test]
    fn what_is_held_is_told_unless_it_was_completed() {
        let paths = |collector: &Collector| -> Vec<bstr::BString> {
            let (findings, _) = collector.finish();
            findings.into_iter().flat_map(|f| f.occurrences).map(|o| o.path).collect()
        };
        for is_completed in [false, true] {
            let collector = Collector::default();
            let mut whole = sightings(1);
            collector.hold(Arc::new(whole[0].clone()));
            whole[0].occurrence.path = "whole".into();
            if is_completed {
                collector.complete(whole);
            }
            assert_eq!(paths(&collector), [if is_completed { "whole" } else { "x" }]);
        }
    }

    #[test]
    fn too_many_are_counted_and_the_choice_does_not_depend_on_the_order() {
        let all = sightings(100);
        let (first, more) = told(10, all.iter().cloned());
        assert_eq!((first.len(), more), (10, 90));
        assert_eq!(told(10, all.iter().rev().cloned()), (first.clone(), 90));
        let twice = all.iter().chain(all.iter().rev()).cloned();
        assert_eq!(told(10, twice), (first, 90));
        assert_eq!(told(usize::MAX, all.iter().cloned()).1, 0);
    }

    #[test]
    fn the_surest_are_kept_and_so_is_what_stands_in_a_name() {
        let mut all = sightings(100);
        all[..95].iter_mut().for_each(|s| s.confidence = Confidence::Low);
        all[0].occurrence.surface = Surface::PathName;
        let collector = Collector::new(5);
        all.into_iter().for_each(|s| collector.add(vec![s]));
        let (findings, mut coverage) = collector.finish();
        assert_eq!(findings.len(), 6);
        assert_eq!(findings.iter().filter(|f| f.confidence == Confidence::Low).count(), 1);
        assert_eq!(coverage.take_hidden(Confidence::Medium), (94, 0));
        assert_eq!(coverage.more(), 0);
    }
}
