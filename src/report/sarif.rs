//! `sarif`: SARIF 2.1.0, for code scanning services and editors.
//!
//! One result per finding; its first place is the location, the others are related locations. Paths are
//! percent-encoded below `%SRCROOT%`; columns count UTF-16 units. What could not be read becomes a
//! notification, and an incomplete scan an unsuccessful execution.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::clean::{Clean, Cleaner};
use super::json::write_value;
use super::ledger::Summary;
use super::record::{Place, Record};
use super::text::{location, surface_words};
use super::{Report, Reporter};
use crate::finding::Surface;
use crate::rule::Severity;
use crate::suppress::Cause;

/// Name under which paths are relative.
const ROOT: &str = "%SRCROOT%";
/// How many places beside the first are listed.
const RELATED: usize = 100;

/// Writes SARIF.
#[derive(Debug)]
pub(super) struct Sarif;

impl Reporter for Sarif {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let log = json!({
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [run(report)],
        });
        write_value(out, &log)?;
        out.write_all(b"\n")
    }
}

fn run(report: &Report<'_>) -> Value {
    let cleaner = Cleaner::new(report);
    let summary = Summary::new(report);
    let mut rules = Rules::default();
    let records = report.listed().map(|finding| Record::new(finding, cleaner));
    let mut results: Vec<Value> = Vec::new();
    for record in records {
        let mut result = result(&record, rules.index(&record));
        // Where one result tells, all must.
        if !report.suppressed.is_empty() {
            result["suppressions"] = suppressions(&record);
        }
        results.push(result);
    }
    json!({
        "tool": {"driver": {
            "name": "tokensieve",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "version": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.descriptors,
        }},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {ROOT: root(&summary)},
        "invocations": [invocation(&summary)],
        "results": results,
        "properties": {"summary": summary},
    })
}

/// The root of all paths: as an absolute URI where the user named an absolute path.
fn root(summary: &Summary) -> Value {
    let mut root = json!({"description": {"text": "The root of what was scanned"}});
    let path = summary.root.percent();
    if path.starts_with('/') {
        root["uri"] = format!("file://{}/", path.trim_end_matches('/')).into();
    }
    root
}

fn invocation(summary: &Summary) -> Value {
    let notification = |text: String| json!({"level": "error", "message": {"text": escaped(&text)}});
    let notifications: Vec<Value> = summary.gaps().into_iter().map(notification).collect();
    json!({"executionSuccessful": summary.complete, "toolExecutionNotifications": notifications})
}

/// The rules of the results, in order of their first result.
#[derive(Default)]
struct Rules {
    index_of: BTreeMap<String, usize>,
    descriptors: Vec<Value>,
}

impl Rules {
    fn index(&mut self, record: &Record) -> usize {
        let next = self.descriptors.len();
        let index = *self.index_of.entry(record.rule.visible()).or_insert(next);
        if index == next {
            self.descriptors.push(descriptor(record));
        }
        index
    }
}

fn descriptor(record: &Record) -> Value {
    let description = record.description.visible();
    let mut descriptor = json!({
        "id": record.rule.visible(),
        "name": pascal_case(&record.rule.visible()),
        "shortDescription": {"text": description},
        "fullDescription": {"text": format!("{description}, issued by {}.", record.provider.visible())},
        "help": help(record),
        "defaultConfiguration": {"level": level(record.severity)},
        "properties": {
            "security-severity": score(record.severity),
            "precision": precision(record),
            "tags": ["security", "secret"],
        },
    });
    if let Some(page) = web_page(&record.revoke).or(web_page(&record.reference)) {
        descriptor["helpUri"] = page.into();
    }
    descriptor
}

fn help(record: &Record) -> Value {
    let remediation = record.remediation.as_ref().map(|text| text.visible());
    let remediation =
        remediation.unwrap_or_else(|| "Revoke the secret with its issuer, then remove it".to_owned());
    let advice = format!("{}.", remediation.trim_end_matches('.'));
    match web_page(&record.revoke) {
        Some(page) => json!({
            "text": format!("{advice} Revoke it at {page}"),
            "markdown": format!("{advice} [Revoke it here]({page})."),
        }),
        None => json!({"text": advice, "markdown": advice}),
    }
}

fn web_page(page: &Option<Clean>) -> Option<String> {
    page.as_ref().map(|page| page.visible()).filter(|page| page.starts_with("https://"))
}

/// `github-app-key` as `GithubAppKey`.
fn pascal_case(id: &str) -> String {
    let capital =
        |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    id.split(|c: char| !c.is_alphanumeric()).map::<String, _>(capital).collect()
}

fn result(record: &Record, rule: usize) -> Value {
    let mut result = json!({
        "ruleId": record.rule.visible(),
        "ruleIndex": rule,
        "level": level(record.severity),
        "message": {"text": escaped(&record.title())},
        "locations": [place(&record.place, record)],
        "partialFingerprints": {"secretHash/v1": record.fingerprint},
        "properties": {
            "severity": record.severity,
            "confidence": record.confidence,
            "checksum": record.checksum,
            "commit": record.place.commit,
            "notes": record.notes,
            "fix": record.fix,
            "occurrenceCount": record.occurrence_count,
        },
    });
    let others = record.occurrences.iter().skip(1).take(RELATED).enumerate();
    let others: Vec<Value> = others.map(|(i, other)| related(i + 1, other, record)).collect();
    if !others.is_empty() {
        result["relatedLocations"] = others.into();
    }
    result
}

/// Why a result is suppressed; empty for one that is not.
fn suppressions(record: &Record) -> Value {
    let Some(suppressed) = &record.suppressed else { return json!([]) };
    let kind = if is_comment(suppressed.by) { "inSource" } else { "external" };
    json!([{"kind": kind, "status": "accepted", "justification": suppressed.reason}])
}

/// Whether a cause stands beside the secret; the others are lists of their own.
fn is_comment(by: &str) -> bool {
    let causes = [Cause::Allowance, Cause::Baseline, Cause::ForeignIgnoreFile];
    !causes.iter().any(|cause| cause.as_str() == by)
}

fn related(id: usize, other: &Place, record: &Record) -> Value {
    let mut value = place(other, record);
    value["id"] = id.into();
    value["message"] = json!({"text": escaped(&format!("Also at {}", location(other)))});
    value
}

/// A place in a file; what stands in no file of the tree has a logical location too.
fn place(place: &Place, record: &Record) -> Value {
    let uri = match place.surface {
        Surface::Stdin => "stdin".to_owned(),
        _ if place.path.is_empty() => ".git".to_owned(),
        _ => place.path.percent(),
    };
    // A relative path must not be taken for one with a scheme or an authority.
    let uri = if uri.starts_with('/') { format!(".{uri}") } else { uri };
    let mut location = json!({"physicalLocation": {
        "artifactLocation": {"uri": uri, "uriBaseId": ROOT},
        "region": region(place, record),
    }});
    // The context must be more than the region, which is the whole line where no column is known.
    let has_columns = place.line > 0 && place.column_utf16 > 0;
    if has_columns && !place.excerpt.is_empty() {
        let line = place.line.max(1);
        location["physicalLocation"]["contextRegion"] =
            json!({"startLine": line, "endLine": line, "snippet": {"text": place.excerpt}});
    }
    if place.surface != Surface::File {
        let name = format!(
            "{} {}",
            surface_words(place.surface),
            place.commit.as_ref().map(|c| c.visible()).unwrap_or_default()
        );
        location["logicalLocations"] = json!([{"fullyQualifiedName": name.trim(), "kind": "resource"}]);
    }
    location
}

fn region(place: &Place, record: &Record) -> Value {
    let mut region = Map::new();
    region.insert("startLine".into(), place.line.max(1).into());
    if place.line > 0 && place.column_utf16 > 0 {
        region.insert("startColumn".into(), place.column_utf16.into());
        if let Some(end) = place.end {
            region.insert("endLine".into(), end.line.into());
            region.insert("endColumn".into(), end.column_utf16.into());
        }
    }
    if let Some(secret) = &record.secret {
        region.insert("snippet".into(), json!({"text": secret}));
    }
    region.into()
}

/// A message in which nothing is taken for a link or a placeholder.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '[' | ']' => out.extend(['\\', c]),
            '{' | '}' => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The number from which GitHub makes its own severities.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.0",
    }
}

fn precision(record: &Record) -> &'static str {
    match record.confidence {
        crate::rule::Confidence::High => "very-high",
        crate::rule::Confidence::Medium => "high",
        crate::rule::Confidence::Low => "low",
    }
}
