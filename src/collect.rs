//! The collector: brings the places of one secret together into one finding.
//!
//! Takes sightings and ledgers from all workers, in any order; gives findings sorted by severity and
//! place, so that the output never depends on the number of threads.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::coverage::Coverage;
use crate::finding::{Finding, Fingerprint, Occurrence, Secret};
use crate::scanner::Sighting;

/// How many places of a secret are kept; all are counted.
pub const PLACES_KEPT: usize = 1000;

/// Shared by all workers.
#[derive(Debug, Default)]
pub struct Collector {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    findings: HashMap<(&'static str, Key), Finding>,
    coverage: Coverage,
}

/// What makes two sightings of a rule the same finding: the value or, without one, the path.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Secret(Secret),
    Path(bstr::BString),
}

impl Collector {
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

    /// Adds a worker's ledger.
    pub fn cover(&self, coverage: Coverage) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).coverage.merge(coverage);
    }

    /// All findings, the worst first, then by place; and the ledger.
    pub fn finish(self) -> (Vec<Finding>, Coverage) {
        let inner = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut findings: Vec<Finding> = inner.findings.into_values().collect();
        for finding in &mut findings {
            trim(&mut finding.occurrences);
        }
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
        match self.findings.get_mut(&(sighting.rule.id, key)) {
            Some(finding) => merge(finding, sighting),
            None => {
                let finding = first(sighting);
                let key = match &finding.secret {
                    Some(secret) => Key::Secret(secret.clone()),
                    None => Key::Path(finding.occurrences[0].path.clone()),
                };
                self.findings.insert((finding.rule.id, key), finding);
            }
        }
    }
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
    finding.parts.extend(s.parts);
    finding.parts.sort();
    finding.parts.dedup();
    finding.occurrences.push(s.occurrence);
    finding.occurrence_count += 1;
    if finding.occurrences.len() >= 2 * PLACES_KEPT {
        trim(&mut finding.occurrences);
    }
}

fn trim(occurrences: &mut Vec<Occurrence>) {
    occurrences.sort_unstable();
    occurrences.truncate(PLACES_KEPT);
}
