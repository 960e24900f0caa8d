//! `csv`: one row per finding, for spreadsheets. No cell is taken for a formula.

use std::io::{self, Write};

use super::clean::{Clean, Cleaner};
use super::record::{Record, severity_name};
use super::text::surface_words;
use super::{Report, Reporter};
use crate::finding::Checksum;
use crate::rule::Confidence;

/// The columns.
const HEADER: [&str; 18] = [
    "severity",
    "confidence",
    "rule",
    "provider",
    "description",
    "secret",
    "checksum",
    "path",
    "line",
    "column",
    "commit",
    "surface",
    "occurrences",
    "fingerprint",
    "notes",
    "fix",
    "remediation",
    "revoke",
];

/// Writes CSV.
#[derive(Debug)]
pub(super) struct Csv;

impl Reporter for Csv {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(report);
        let mut table = csv::Writer::from_writer(out);
        table.write_record(HEADER)?;
        for finding in report.findings {
            table.write_record(row(&Record::new(finding, cleaner)))?;
        }
        table.flush()
    }
}

fn row(record: &Record) -> [String; HEADER.len()] {
    let notes: Vec<String> = record.notes.iter().map(Clean::visible).collect();
    let optional = |text: &Option<Clean>| text.as_ref().map(Clean::visible).unwrap_or_default();
    let place = &record.place;
    let cells = [
        severity_name(record.severity).to_owned(),
        confidence_name(record.confidence).to_owned(),
        record.rule.visible(),
        record.provider.visible(),
        record.description.visible(),
        optional(&record.secret),
        checksum_name(record.checksum).to_owned(),
        place.path.visible(),
        place.line.to_string(),
        place.column.to_string(),
        optional(&place.commit),
        surface_words(place.surface).to_owned(),
        record.occurrence_count.to_string(),
        record.fingerprint.clone(),
        notes.join("; "),
        optional(&record.fix),
        optional(&record.remediation),
        optional(&record.revoke),
    ];
    cells.map(no_formula)
}

/// A cell that a spreadsheet takes for text.
fn no_formula(cell: String) -> String {
    let active = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];
    if cell.trim_start().starts_with(active) { format!("'{cell}") } else { cell }
}

fn confidence_name(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

fn checksum_name(checksum: Checksum) -> &'static str {
    match checksum {
        Checksum::None => "none",
        Checksum::Invalid => "invalid",
        Checksum::Valid => "valid",
    }
}
