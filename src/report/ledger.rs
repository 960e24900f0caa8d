//! The ledger: what was read, what was not, and the numbers of findings, each text [`Clean`].

use std::collections::BTreeMap;

use serde::Serialize;

use super::clean::{Clean, Cleaner};
use super::record::SEVERITIES;
use super::{Hidden, Report};

/// The ledger of a scan and the numbers of its findings.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    #[serde(rename = "type")]
    kind: &'static str,
    pub(super) command: String,
    pub(super) root: Clean,
    #[serde(skip)]
    folder: Option<Clean>,
    pub(super) config_hash: String,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) commits: u64,
    pub(super) objects: u64,
    /// How many findings there are, by severity and in all.
    pub(super) findings: BTreeMap<&'static str, u64>,
    /// How many of them are counted only, because there are too many to list them all.
    pub(super) not_listed: u64,
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
    /// What was scanned, for a reader who does not know where the scan ran.
    pub(super) fn title(&self) -> &Clean {
        self.folder.as_ref().unwrap_or(&self.root)
    }

    /// The summary of a report.
    pub(super) fn new(report: &Report<'_>) -> Self {
        let cleaner = Cleaner::new(report);
        let coverage = report.coverage;
        Self {
            kind: "summary",
            command: report.command.to_owned(),
            root: cleaner.name(report.root),
            folder: report.folder.map(|name| cleaner.name(name)),
            config_hash: report.config_hash.to_owned(),
            files: coverage.files,
            bytes: coverage.bytes,
            commits: coverage.commits,
            objects: coverage.objects,
            findings: count_by_severity(report),
            not_listed: coverage.more(),
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

fn count_by_severity(report: &Report<'_>) -> BTreeMap<&'static str, u64> {
    let (listed, more) = (report.findings, &report.coverage.more_findings);
    let count = |severity| {
        let not_listed: u64 = more.iter().filter(|((s, ..), _)| *s == severity).map(|(_, n)| n).sum();
        listed.iter().filter(|f| f.severity == severity).count() as u64 + not_listed
    };
    let total = ("total", listed.len() as u64 + report.coverage.more());
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

impl Summary {
    /// How many findings there are.
    pub(super) fn total(&self) -> u64 {
        self.findings.get("total").copied().unwrap_or(0)
    }

    /// What keeps the scan from being complete, one sentence each.
    pub(super) fn gaps(&self) -> Vec<String> {
        let skipped = self.skipped.iter().filter(|s| s.gap).map(|s| {
            let names: Vec<String> = s.names.iter().map(Clean::visible).collect();
            format!("{} skipped, {}: {}", s.count, s.description, names.join(", "))
        });
        let failures = self.failures.iter().map(|f| format!("{}: {}", f.what.visible(), f.why.visible()));
        let more = self.failure_count.saturating_sub(self.failures.len() as u64);
        let more = (more > 0).then(|| format!("{more} more could not be read"));
        let interrupted = self.interrupted.then(|| "The scan was interrupted".to_owned());
        interrupted.into_iter().chain(skipped).chain(failures).chain(more).collect()
    }
}
