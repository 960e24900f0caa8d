//! `markdown`: for comments on a change and for job summaries.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::clean::{Clean, Cleaner};
use super::ledger::Summary;
use super::record::{Record, SEVERITIES, severity_name};
use super::text::location;
use super::{Report, Reporter};

/// Writes Markdown.
#[derive(Debug)]
pub(super) struct Markdown;

impl Reporter for Markdown {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(report);
        let summary = Summary::new(report);
        writeln!(out, "## tokensieve: {}\n", headline(&summary))?;
        if !report.findings.is_empty() {
            writeln!(out, "| Severity | What | Where | Secret |\n| --- | --- | --- | --- |")?;
        }
        let mut advice = BTreeMap::new();
        for finding in report.findings {
            let record = Record::new(finding, cleaner);
            row(&record, out)?;
            advice.entry(finding.rule.id).or_insert_with(|| what_to_do(&record));
        }
        let advice: Vec<String> = advice.into_values().flatten().collect();
        if !advice.is_empty() {
            writeln!(out, "\n### What to do\n\n{}", advice.join("\n"))?;
        }
        coverage(&summary, out)
    }
}

fn headline(summary: &Summary) -> String {
    let counts = SEVERITIES.iter().map(|(_, name)| (*name, summary.findings.get(name).copied().unwrap_or(0)));
    let counts: Vec<String> = counts.filter(|(_, n)| *n > 0).map(|(name, n)| format!("{n} {name}")).collect();
    let incomplete = if summary.complete { "" } else { " (INCOMPLETE)" };
    match summary.total() {
        0 => format!("no findings{incomplete}"),
        1 => format!("1 finding, {}{incomplete}", counts.join(", ")),
        n => format!("{n} findings: {}{incomplete}", counts.join(", ")),
    }
}

fn row(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let more = match record.occurrence_count.saturating_sub(1) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let mut what =
        format!("{} ({})", escaped(&record.description.visible()), escaped(&record.rule.visible()));
    for remark in record.notes.iter().chain(&record.fix) {
        what.push_str(&format!("<br>{}", escaped(&remark.visible())));
    }
    let place = code(&location(&record.place));
    let secret = record.secret.as_ref().map(|s| code(&s.visible())).unwrap_or_default();
    writeln!(out, "| {} | {what} | {place}{more} | {secret} |", severity_name(record.severity))
}

fn what_to_do(record: &Record) -> Option<String> {
    let words: Vec<String> = [&record.remediation, &record.revoke]
        .into_iter()
        .flatten()
        .map(Clean::visible)
        .map(|text| {
            if text.starts_with("https://") { text.replace(['<', '>', ' ', '|'], "") } else { escaped(&text) }
        })
        .collect();
    (!words.is_empty()).then(|| format!("- {}: {}", escaped(&record.rule.visible()), words.join(": ")))
}

fn coverage(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    if summary.complete {
        return writeln!(out, "\nEverything was read: {} files, {} bytes.", summary.files, summary.bytes);
    }
    writeln!(out, "\n### INCOMPLETE: not everything was read\n")?;
    summary.gaps().iter().try_for_each(|gap| writeln!(out, "- {}", escaped(gap)))
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// A visible text as it is: no markup, no table, no link, no mention.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '~' | '$' => {
                out.extend(['\\', c]);
            }
            c => out.push(c),
        }
    }
    out.replace("://", "\\://").replace("www.", "www\\.")
}
