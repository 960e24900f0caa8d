//! `gitlab-codequality` and `gitlab-secrets`: the two report artifacts of a GitLab CI job that can show
//! leaked secrets. Both have an element for each place.

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::clean::Cleaner;
use super::json::{write_array, write_value};
use super::ledger::Summary;
use super::record::{Place, Record};
use super::text::surface_words;
use super::time::date;
use super::{Report, Reporter};
use crate::finding::Fingerprint;
use crate::rule::Severity;

/// Version of GitLab's schema that the secret detection report follows.
const SCHEMA: &str = "15.0.7";
/// What stands for the commit of a finding in a working tree, as GitLab's own analyzer writes it.
const NO_COMMIT: &str = "0000000";

/// Writes a code quality report.
#[derive(Debug)]
pub(super) struct CodeQuality;

impl Reporter for CodeQuality {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        write_array(out, for_each_place(report, issue))?;
        out.write_all(b"\n")
    }
}

/// Writes a secret detection report.
#[derive(Debug)]
pub(super) struct SecretDetection;

impl Reporter for SecretDetection {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\"version\": \"{SCHEMA}\", \"scan\": ")?;
        write_value(out, &scan(report))?;
        out.write_all(b", \"vulnerabilities\": ")?;
        write_array(out, for_each_place(report, vulnerability))?;
        out.write_all(b"}\n")
    }
}

fn for_each_place<'r>(
    report: &'r Report<'_>,
    make: fn(&Record, &Fingerprint, &Place) -> Value,
) -> impl Iterator<Item = Value> + 'r {
    let cleaner = Cleaner::new(report);
    report.findings.iter().flat_map(move |finding| {
        let record = Record::new(finding, cleaner);
        record.places().map(|(name, place)| make(&record, &name, place)).collect::<Vec<_>>()
    })
}

fn issue(record: &Record, name: &Fingerprint, place: &Place) -> Value {
    let severity = match record.severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    };
    json!({
        "description": record.title(),
        "check_name": record.rule,
        "fingerprint": name,
        "severity": severity,
        "location": {"path": file(place), "lines": {"begin": place.line.max(1)}},
    })
}

fn vulnerability(record: &Record, name: &Fingerprint, place: &Place) -> Value {
    let line = place.line.max(1);
    let rule = record.rule.visible();
    let identifier =
        json!({"type": "tokensieve_rule_id", "name": format!("tokensieve rule {rule}"), "value": rule});
    let links = record.revoke.iter().map(|page| page.visible()).filter(|page| page.starts_with("https://"));
    let links: Vec<Value> = links.map(|url| json!({"name": "Revoke it here", "url": url})).collect();
    let commit = place.commit.as_ref().map(|c| c.visible()).filter(|c| !c.is_empty());
    json!({
        "id": uuid(name),
        "category": "secret_detection",
        "name": shortened(&record.description.visible(), 255),
        "description": shortened(&record.title(), 1 << 20),
        "severity": severity(record.severity),
        "solution": shortened(&record.advice().join(". "), 7000),
        "identifiers": [identifier],
        "links": links,
        "scanner": {"id": "tokensieve", "name": "tokensieve"},
        "raw_source_code_extract": record.secret.clone().unwrap_or_default(),
        "location": {
            "file": file(place),
            "start_line": line,
            "end_line": place.end.map_or(line, |end| end.line.max(1)),
            "commit": {"sha": commit.as_deref().unwrap_or(NO_COMMIT)},
        },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

/// The path, or what stands for it where the text is in no file.
fn file(place: &Place) -> String {
    if place.path.is_empty() {
        surface_words(place.surface).to_owned()
    } else {
        place.path.lossy().into_owned()
    }
}

fn shortened(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// The name in the shape of a UUID of version 8, which is made of a hash of one's own.
fn uuid(name: &Fingerprint) -> String {
    let hex = name.as_str();
    format!("{}-{}-8{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

fn scan(report: &Report<'_>) -> Value {
    let summary = Summary::new(report);
    let end = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let program = json!({
        "id": "tokensieve",
        "name": "tokensieve",
        "url": env!("CARGO_PKG_REPOSITORY"),
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": {"name": "tokensieve"},
    });
    let messages = summary.gaps().into_iter().map(|gap| json!({"level": "warn", "value": gap}));
    json!({
        "type": "secret_detection",
        "status": if summary.complete { "success" } else { "failure" },
        "start_time": timestamp(end.saturating_sub(report.elapsed)),
        "end_time": timestamp(end),
        "analyzer": program,
        "scanner": program,
        "messages": messages.collect::<Vec<_>>(),
    })
}

/// `yyyy-mm-ddThh:mm:ss` of a time since 1970, in UTC.
fn timestamp(since_1970: Duration) -> String {
    let seconds = i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX);
    date(seconds).trim_end_matches('Z').to_owned()
}
