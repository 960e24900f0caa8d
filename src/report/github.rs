//! `github`: annotations, as the log of a GitHub Actions job understands them.

use std::io::{self, Write};

use super::clean::{Clean, Cleaner, is_invisible};
use super::ledger::Summary;
use super::record::Record;
use super::text::location;
use super::{Report, Reporter};
use crate::rule::Severity;

/// Writes annotations.
#[derive(Debug)]
pub(super) struct Github;

impl Reporter for Github {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(report);
        for finding in report.findings {
            annotation(&Record::new(finding, cleaner), out)?;
        }
        let summary = Summary::new(report);
        if summary.complete {
            return Ok(());
        }
        let gaps = [vec!["Not everything was read".to_owned()], summary.gaps()].concat().join("\n");
        writeln!(out, "::error title=tokensieve::{}", message(&gaps))
    }
}

fn annotation(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let place = &record.place;
    let mut properties = Vec::new();
    if !place.path.is_empty() {
        properties.push(format!("file={}", property(&place.path)));
        properties.push(format!("line={}", place.line.max(1)));
    }
    if place.line > 0 && place.column > 0 {
        properties.push(format!("col={}", place.column));
        properties.extend(place.end.map(|end| format!("endColumn={}", end.column)));
    }
    properties.push(format!("title={}", property(&record.rule)));
    let mut lines = vec![record.title()];
    let others = record.occurrences.iter().skip(1).take(5);
    lines.extend(others.map(|other| format!("Also at {}", location(other))));
    lines.extend(record.advice());
    writeln!(out, "::{} {}::{}", level(record.severity), properties.join(","), message(&lines.join("\n")))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

/// A text that is visible already, in the place of a message.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\n', "%0A")
}

/// A value of a property: line ends are kept, so that it names the right file.
fn property(value: &Clean) -> String {
    let mut out = String::new();
    for c in value.lossy().chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' => out.push_str("%3A"),
            ',' => out.push_str("%2C"),
            c if is_invisible(c) => out.push_str(&format!("\\u{{{:04X}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
