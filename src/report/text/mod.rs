//! `text`: for people. Findings go to one stream, [`summary`] to another.

mod paint;
mod summary;

use std::collections::BTreeSet;
use std::io::{self, Write};

pub use summary::summary;

use super::clean::Cleaner;
use super::record::{Life, Place, Record, severity_name};
use super::{Options, Report, Reporter};
use crate::finding::{Checksum, Surface};
use crate::rule::Confidence;
use paint::Paint;

/// Digits of an id that are shown: enough for `tokensieve fix`.
const DIGITS: usize = 12;
/// How many places beside the first are listed.
const PLACES_SHOWN: usize = 5;
/// Width of the labels, with the indentation.
const LABEL: usize = 10;

/// Writes findings for people.
#[derive(Debug)]
pub(super) struct Text(pub(super) Options);

impl Reporter for Text {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(report);
        let mut explained = BTreeSet::new();
        let mut page = Page { options: &self.0, paint: Paint(self.0.color), out };
        for finding in report.listed() {
            let record = Record::new(finding, cleaner);
            if self.0.quiet {
                page.line(&record)?;
            } else {
                page.finding(&record, explained.insert(finding.rule.id))?;
            }
        }
        Ok(())
    }
}

struct Page<'a> {
    options: &'a Options,
    paint: Paint,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    /// A finding on one line.
    fn line(&mut self, record: &Record) -> io::Result<()> {
        let severity = self.paint.severity(record.severity, severity_name(record.severity));
        let secret = record.secret.as_ref().map(|s| format!(" {}", s.visible())).unwrap_or_default();
        let mark = if record.suppressed.is_some() { " (suppressed)" } else { "" };
        let rule = record.rule.visible();
        writeln!(self.out, "{}: {severity}: {rule}{secret}{mark}", location(&record.place))
    }

    /// A finding in full; how to get rid of it is explained once per rule.
    fn finding(&mut self, record: &Record, explain: bool) -> io::Result<()> {
        self.heading(record)?;
        self.labelled("at", &self.paint.bold(&location(&record.place)))?;
        if !record.place.excerpt.is_empty() {
            self.labelled("line", &record.place.excerpt.trimmed().visible())?;
        }
        if let Some(secret) = &record.secret {
            self.labelled("secret", &format!("{}{}", secret.visible(), checksum_words(record.checksum)))?;
        }
        for part in &record.parts {
            self.labelled("with", &format!("{} {}", part.rule.visible(), part.secret.visible()))?;
        }
        self.other_places(record)?;
        self.advice(record, explain)?;
        let digits = if self.options.verbose { usize::MAX } else { DIGITS };
        self.labelled("id", &record.fingerprint.chars().take(digits).collect::<String>())?;
        writeln!(self.out)
    }

    fn heading(&mut self, record: &Record) -> io::Result<()> {
        let severity = severity_name(record.severity).to_uppercase();
        let severity = self.paint.severity(record.severity, &severity);
        let description = self.paint.bold(&record.description.visible());
        let rule = self.paint.faint(&format!("[{}]", record.rule.visible()));
        let doubt = match record.confidence {
            Confidence::High => "",
            Confidence::Medium => ", medium confidence",
            Confidence::Low => ", low confidence",
        };
        writeln!(self.out, "{severity}{doubt}  {description}  {rule}")
    }

    fn other_places(&mut self, record: &Record) -> io::Result<()> {
        let shown = if self.options.verbose { record.occurrences.len() } else { PLACES_SHOWN };
        let others: Vec<_> = record.occurrences.iter().skip(1).take(shown).map(location).collect();
        for (i, place) in others.iter().enumerate() {
            self.labelled(if i == 0 { "also" } else { "" }, place)?;
        }
        match record.occurrence_count.saturating_sub(1 + others.len() as u64) {
            0 => Ok(()),
            more => self.labelled("", &format!("and {more} more")),
        }
    }

    fn advice(&mut self, record: &Record, explain: bool) -> io::Result<()> {
        if let Some(suppressed) = &record.suppressed {
            let reason = suppressed.reason.visible();
            self.wrapped("note", &format!("suppressed by {}: {reason}", suppressed.by))?;
        }
        for note in &record.notes {
            self.wrapped("note", &note.visible())?;
        }
        for (i, sentence) in record.exposure.iter().flat_map(Life::sentences).enumerate() {
            self.wrapped(if i == 0 { "life" } else { "" }, &sentence)?;
        }
        if let Some(link) = record.exposure.as_ref().and_then(|life| life.permalink.as_ref()) {
            self.labelled("page", &self.paint.link(&link.visible(), self.options.hyperlinks))?;
        }
        if let Some(fix) = &record.fix {
            self.labelled("fix", &fix.visible())?;
        }
        if !explain {
            return Ok(());
        }
        if let Some(remediation) = &record.remediation {
            self.wrapped("do", &remediation.visible())?;
        }
        match &record.revoke {
            Some(page) => self.labelled("revoke", &self.paint.link(&page.visible(), self.options.hyperlinks)),
            None => Ok(()),
        }
    }

    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        let label = self.paint.faint(&format!("{:<width$}", format!("  {label}"), width = LABEL));
        writeln!(self.out, "{label}{text}")
    }

    /// A text of several words, broken at the width of the page.
    fn wrapped(&mut self, label: &str, text: &str) -> io::Result<()> {
        let width = self.options.width.max(LABEL + 40) - LABEL;
        for (i, line) in wrap(text, width).iter().enumerate() {
            self.labelled(if i == 0 { label } else { "" }, line)?;
        }
        Ok(())
    }
}

/// Breaks a text at spaces into lines of at most `width` characters, where its words allow it.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn checksum_words(checksum: Checksum) -> &'static str {
    match checksum {
        Checksum::None => "",
        Checksum::Valid => ", checksum valid",
        Checksum::Invalid => ", checksum invalid",
    }
}

/// `path:line:column`, with the commit and what kind of text it is where that is no file.
pub(super) fn location(place: &Place) -> String {
    let surface = surface_words(place.surface);
    let commit = place.commit.as_ref().map(|c| c.visible().chars().take(12).collect::<String>());
    let position =
        if place.line > 0 { format!(":{}:{}", place.line, place.column.max(1)) } else { String::new() };
    match (place.path.is_empty(), commit) {
        (true, None) => format!("{surface}{position}"),
        (true, Some(commit)) => format!("{surface} of {commit}{position}"),
        (false, commit) => {
            let commit = commit.map(|c| format!(" in {c}")).unwrap_or_default();
            let surface =
                if place.surface == Surface::File { String::new() } else { format!(" ({surface})") };
            format!("{}{position}{commit}{surface}", place.path.visible())
        }
    }
}

/// The words for a surface.
pub(super) fn surface_words(surface: Surface) -> &'static str {
    match surface {
        Surface::File => "file",
        Surface::PathName => "file name",
        Surface::SymlinkTarget => "symlink target",
        Surface::CommitMessage => "commit message",
        Surface::Identity => "author or committer",
        Surface::TagMessage => "tag message",
        Surface::Note => "git note",
        Surface::RefName => "ref name",
        Surface::GitConfig => "git config",
        Surface::Stdin => "standard input",
    }
}
