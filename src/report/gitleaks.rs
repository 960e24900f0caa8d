//! `gitleaks`: JSON in the shape that gitleaks writes, one element per place, for what reads that.
//! `Secret` and `Match` are masked; author, date, the first line of the message and a link stand with the
//! places of the commit that brought the secret in.

use std::io::{self, Write};

use serde::Serialize;

use super::clean::{Clean, Cleaner};
use super::json::write_array;
use super::record::{Place, Record, severity_name};
use super::{Report, Reporter};
use crate::finding::Secret;

/// Writes the array.
#[derive(Debug)]
pub(super) struct Gitleaks;

/// The keys in the order of gitleaks.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Leak {
    #[serde(rename = "RuleID")]
    rule_id: Clean,
    description: Clean,
    start_line: u64,
    end_line: u64,
    start_column: u64,
    end_column: u64,
    r#match: Clean,
    secret: Clean,
    file: Clean,
    symlink_file: &'static str,
    commit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<Clean>,
    entropy: f32,
    author: Clean,
    email: Clean,
    date: String,
    message: Clean,
    tags: Vec<&'static str>,
    fingerprint: String,
}

impl Reporter for Gitleaks {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(report);
        let leaks = report.findings.iter().flat_map(|finding| {
            let record = Record::new(finding, cleaner);
            let entropy = finding.secret.as_ref().map_or(0.0, entropy);
            record.occurrences.iter().map(|place| leak(&record, place, entropy)).collect::<Vec<_>>()
        });
        write_array(out, leaks)?;
        out.write_all(b"\n")
    }
}

fn leak(record: &Record, place: &Place, entropy: f32) -> Leak {
    let secret = record.secret.clone().unwrap_or_default();
    let commit = place.commit.as_ref().map(|c| c.lossy().into_owned()).unwrap_or_default();
    // What is known of a commit is known of the first: it stands with the places that the first has.
    let by = record.exposure.as_ref().filter(|life| place.commit.as_ref() == Some(&life.introduced.id));
    Leak {
        rule_id: record.rule.clone(),
        description: record.description.clone(),
        start_line: place.line,
        end_line: place.end.map_or(place.line, |end| end.line),
        start_column: place.column,
        end_column: place.end.map_or(place.column, |end| end.column - 1),
        r#match: secret.clone(),
        secret,
        file: place.path.clone(),
        symlink_file: "",
        entropy,
        link: by.and_then(|life| life.permalink.clone()),
        author: by.map(|life| life.introduced.author.clone()).unwrap_or_default(),
        email: by.map(|life| life.introduced.email.clone()).unwrap_or_default(),
        date: by.map(|life| life.introduced.date.clone()).unwrap_or_default(),
        message: by.map(|life| life.introduced.subject.clone()).unwrap_or_default(),
        tags: vec![severity_name(record.severity)],
        fingerprint: fingerprint(&commit, record, place),
        commit,
    }
}

/// `commit:file:rule:line`, or without the commit in a tree.
fn fingerprint(commit: &str, record: &Record, place: &Place) -> String {
    let commit = if commit.is_empty() { String::new() } else { format!("{commit}:") };
    format!("{commit}{}:{}:{}", place.path.lossy(), record.rule.lossy(), place.line)
}

/// Shannon entropy in bits per byte.
fn entropy(secret: &Secret) -> f32 {
    let bytes = secret.expose();
    let mut counts = [0_u32; 256];
    bytes.iter().for_each(|b| counts[usize::from(*b)] += 1);
    let share = |count: u32| count as f32 / bytes.len() as f32;
    counts.iter().filter(|c| **c > 0).map(|c| -share(*c) * share(*c).log2()).sum()
}
