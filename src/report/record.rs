//! Records: findings and the ledger as every format shows them, each text [`Clean`].

use std::collections::BTreeMap;

use serde::Serialize;

use super::clean::{Clean, Cleaner};
use super::{Hidden, Report};
use crate::finding::{Checksum, Finding, Occurrence, Secret, Surface};
use crate::rule::{Confidence, Rule, Severity};

/// How many occurrences of a finding are listed.
const OCCURRENCES_SHOWN: usize = 1000;
/// How much of a token's public prefix is shown: less than the eight characters by which one could
/// look for it.
const PREFIX_SHOWN: usize = 7;

/// One finding.
#[derive(Debug, Serialize)]
pub(super) struct Record {
    #[serde(rename = "type")]
    kind: &'static str,
    pub(super) rule: Clean,
    pub(super) provider: Clean,
    pub(super) description: Clean,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) checksum: Checksum,
    /// The masked secret; `None` for a finding about a file.
    pub(super) secret: Option<Clean>,
    /// The first occurrence.
    #[serde(flatten)]
    pub(super) place: Place,
    pub(super) fingerprint: String,
    pub(super) notes: Vec<Clean>,
    pub(super) fix: Option<Clean>,
    pub(super) parts: Vec<PartRecord>,
    pub(super) remediation: Option<Clean>,
    pub(super) revoke: Option<Clean>,
    pub(super) occurrences: Vec<Place>,
    pub(super) occurrence_count: u64,
}

/// Another half of the credential.
#[derive(Debug, Serialize)]
pub(super) struct PartRecord {
    pub(super) rule: Clean,
    pub(super) secret: Clean,
}

/// Where a secret stands.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Place {
    pub(super) path: Clean,
    /// Only where the path is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_bytes: Option<String>,
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) column_utf16: u64,
    pub(super) end: Option<End>,
    pub(super) commit: Option<Clean>,
    pub(super) surface: Surface,
    pub(super) excerpt: Clean,
}

/// The place right behind a secret, where it is known.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct End {
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) column_utf16: u64,
}

impl Record {
    /// The record of a finding.
    pub(super) fn new(finding: &Finding, cleaner: Cleaner<'_>) -> Self {
        let rule = finding.rule;
        let value = finding.secret.as_ref();
        let occurrences: Vec<Place> = finding
            .occurrences
            .iter()
            .take(OCCURRENCES_SHOWN)
            .map(|o| Place::new(o, value, cleaner))
            .collect();
        Self {
            kind: "finding",
            rule: cleaner.name(rule.id),
            provider: cleaner.name(rule.provider),
            description: cleaner.name(rule.description),
            severity: finding.severity,
            confidence: finding.confidence,
            checksum: finding.checksum,
            secret: value.map(|s| cleaner.secret(s.expose(), || s.masked(public_prefix(rule, s)))),
            place: occurrences.first().cloned().unwrap_or_else(Place::nowhere),
            fingerprint: finding.fingerprint.as_str().to_owned(),
            notes: finding.notes.iter().map(|note| cleaner.text(note)).collect(),
            fix: finding.fix.as_ref().map(|fix| cleaner.name(fix)),
            parts: finding
                .parts
                .iter()
                .map(|part| PartRecord::new(part.rule, &part.secret, cleaner))
                .collect(),
            remediation: rule.remediation.map(|r| cleaner.name(r)),
            revoke: rule.revoke.map(|r| cleaner.name(r)),
            occurrences,
            occurrence_count: finding.occurrence_count,
        }
    }
}

/// Length of the part of the secret that every secret of its kind begins with.
fn public_prefix(rule: &Rule, secret: &Secret) -> usize {
    let mut anchors = rule.anchors.iter().filter(|a| secret.expose().starts_with(a.as_bytes()));
    anchors.next().map_or(0, |a| a.len().min(PREFIX_SHOWN))
}

impl PartRecord {
    fn new(rule: &str, secret: &Secret, cleaner: Cleaner<'_>) -> Self {
        Self { rule: cleaner.name(rule), secret: cleaner.secret(secret.expose(), || secret.masked(0)) }
    }
}

impl Place {
    fn new(at: &Occurrence, value: Option<&Secret>, cleaner: Cleaner<'_>) -> Self {
        let path = cleaner.name(&at.path);
        Self {
            path_bytes: path.percent_if_not_utf8(),
            path,
            line: at.line,
            column: at.column,
            column_utf16: at.column_utf16,
            end: value.and_then(|secret| End::new(at, secret.expose())),
            commit: at.commit.as_ref().map(|commit| cleaner.name(commit)),
            surface: at.surface,
            excerpt: cleaner.text(&at.excerpt),
        }
    }

    fn nowhere() -> Self {
        Self {
            path: Clean::default(),
            path_bytes: None,
            line: 0,
            column: 0,
            column_utf16: 0,
            end: None,
            commit: None,
            surface: Surface::File,
            excerpt: Clean::default(),
        }
    }
}

impl End {
    /// Known where the secret stands in the text as it is, on one line.
    fn new(at: &Occurrence, secret: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(secret).ok()?;
        let plain = secret.len() as u64 == at.len && !text.contains(['\n', '\r']) && at.column > 0;
        plain.then(|| Self {
            line: at.line,
            column: at.column + text.chars().count() as u64,
            column_utf16: at.column_utf16 + text.encode_utf16().count() as u64,
        })
    }
}

/// The ledger of a scan and the numbers of its findings.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    #[serde(rename = "type")]
    kind: &'static str,
    pub(super) command: String,
    pub(super) root: Clean,
    pub(super) config_hash: String,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) commits: u64,
    pub(super) objects: u64,
    /// How many findings there are, by severity and in all.
    pub(super) findings: BTreeMap<&'static str, u64>,
    pub(super) hidden: Hidden,
    pub(super) skipped: Vec<Skipped>,
    pub(super) failures: Vec<Failed>,
    pub(super) failure_count: u64,
    pub(super) interrupted: bool,
    pub(super) complete: bool,
    pub(super) elapsed_seconds: f64,
}

/// Things that were not scanned, for one reason.
#[derive(Debug, Serialize)]
pub(super) struct Skipped {
    pub(super) reason: crate::coverage::Skip,
    pub(super) description: &'static str,
    /// Whether this makes the scan incomplete.
    pub(super) gap: bool,
    pub(super) count: u64,
    /// The first names.
    pub(super) names: Vec<Clean>,
}

/// Something that could not be read.
#[derive(Debug, Serialize)]
pub(super) struct Failed {
    pub(super) what: Clean,
    pub(super) why: Clean,
}

impl Summary {
    /// The summary of a report.
    pub(super) fn new(report: &Report<'_>) -> Self {
        let cleaner = Cleaner::new(report);
        let coverage = report.coverage;
        Self {
            kind: "summary",
            command: report.command.to_owned(),
            root: cleaner.name(report.root),
            config_hash: report.config_hash.to_owned(),
            files: coverage.files,
            bytes: coverage.bytes,
            commits: coverage.commits,
            objects: coverage.objects,
            findings: count_by_severity(report.findings),
            hidden: report.hidden,
            skipped: skipped(report, cleaner),
            failures: failures(report, cleaner),
            failure_count: coverage.failure_count,
            interrupted: coverage.interrupted,
            complete: coverage.is_complete(),
            elapsed_seconds: (report.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        }
    }
}

/// Severities, worst first, with their names.
pub(super) const SEVERITIES: [(Severity, &str); 5] = [
    (Severity::Critical, "critical"),
    (Severity::High, "high"),
    (Severity::Medium, "medium"),
    (Severity::Low, "low"),
    (Severity::Info, "info"),
];

/// The name of a severity.
pub(super) fn severity_name(severity: Severity) -> &'static str {
    SEVERITIES.iter().find(|(s, _)| *s == severity).map_or("", |(_, name)| name)
}

fn count_by_severity(findings: &[Finding]) -> BTreeMap<&'static str, u64> {
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count() as u64;
    let total = ("total", findings.len() as u64);
    SEVERITIES.iter().map(|(severity, name)| (*name, count(*severity))).chain([total]).collect()
}

fn skipped(report: &Report<'_>, cleaner: Cleaner<'_>) -> Vec<Skipped> {
    let skipped = report.coverage.skipped.iter().map(|(reason, (count, names))| Skipped {
        reason: *reason,
        description: reason.reason(),
        gap: reason.is_gap(),
        count: *count,
        names: names.iter().map(|name| cleaner.name(name)).collect(),
    });
    skipped.collect()
}

fn failures(report: &Report<'_>, cleaner: Cleaner<'_>) -> Vec<Failed> {
    let failures = report.coverage.failures.iter();
    failures.map(|f| Failed { what: cleaner.name(&f.what), why: cleaner.text(&f.why) }).collect()
}
