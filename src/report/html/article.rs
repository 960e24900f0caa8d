//! The card of one finding.

use std::io::{self, Write};

use super::{escape, html};
use crate::finding::Finding;
use crate::report::clean::Clean;
use crate::report::record::{Record, severity_name};
use crate::report::text::location;
use crate::rule::Confidence;

/// What a filter tells apart.
pub(super) const STATES: [&str; 4] = ["in the files", "still in", "taken out", "suppressed"];

/// The state of a finding.
pub(super) fn state(finding: &Finding) -> &'static str {
    state_of(finding.suppressed.is_some(), finding.exposure.as_ref().map(|life| life.at_head))
}

fn state_of(is_suppressed: bool, at_head: Option<bool>) -> &'static str {
    match (is_suppressed, at_head) {
        (true, _) => STATES[3],
        (_, None) => STATES[0],
        (_, Some(true)) => STATES[1],
        (_, Some(false)) => STATES[2],
    }
}

/// Writes the card of a finding of this age.
pub(super) fn write(record: &Record, age: &str, out: &mut dyn Write) -> io::Result<()> {
    let severity = severity_name(record.severity);
    let paths: Vec<String> = record.occurrences.iter().map(|place| escape(&location(place))).collect();
    let (rule, description) = (html(&record.rule), html(&record.description));
    let state = state_of(record.suppressed.is_some(), record.exposure.as_ref().map(|life| life.at_head));
    writeln!(
        out,
        "<article class=\"{severity}\" data-severity=\"{severity}\" data-age=\"{age}\" data-state=\"{state}\" \
         data-rule=\"{rule} {description}\">"
    )?;
    writeln!(out, "<h2><b>{severity}</b> {description} <small>{rule}{}</small></h2>", doubt(record))?;
    writeln!(out, "<p class=\"place\">{}</p>", paths.first().map_or("", |path| path))?;
    if !record.place.excerpt.is_empty() {
        writeln!(out, "<pre>{}</pre>", html(&record.place.excerpt.trimmed()))?;
    }
    writeln!(out, "<dl>")?;
    details(record, out)?;
    writeln!(out, "</dl>")?;
    if paths.len() > 1 {
        other_places(record, &paths, out)?;
    }
    writeln!(out, "</article>")
}

fn doubt(record: &Record) -> &'static str {
    match record.confidence {
        Confidence::High => "",
        Confidence::Medium => ", medium confidence",
        Confidence::Low => ", low confidence",
    }
}

fn details(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let mut item = |name: &str, value: String| writeln!(out, "<dt>{name}</dt><dd>{value}</dd>");
    record.secret.iter().try_for_each(|secret| item("Secret", format!("<code>{}</code>", html(secret))))?;
    for part in &record.parts {
        item("With", format!("{} <code>{}</code>", html(&part.rule), html(&part.secret)))?;
    }
    if let Some(suppressed) = &record.suppressed {
        item("Suppressed", format!("by {}: {}", suppressed.by, html(&suppressed.reason)))?;
    }
    record.notes.iter().try_for_each(|note| item("Note", html(note)))?;
    if let Some(life) = &record.exposure {
        let sentences: Vec<String> = life.sentences().iter().map(|sentence| escape(sentence)).collect();
        item("Life", sentences.join("<br>"))?;
        life.permalink.iter().try_for_each(|page| item("Page", link(page)))?;
    }
    record.fix.iter().try_for_each(|fix| item("Fix", format!("<code>{}</code>", html(fix))))?;
    record.remediation.iter().try_for_each(|text| item("To do", html(text)))?;
    record.revoke.iter().try_for_each(|page| item("Revoke", link(page)))?;
    item("Fingerprint", format!("<code>{}</code>", record.fingerprint))
}

/// A link, if it leads to a web page.
fn link(page: &Clean) -> String {
    let page = html(page);
    if page.starts_with("https://") {
        format!("<a href=\"{page}\" rel=\"noopener noreferrer\">{page}</a>")
    } else {
        page
    }
}

fn other_places(record: &Record, paths: &[String], out: &mut dyn Write) -> io::Result<()> {
    let total = record.occurrence_count.max(paths.len() as u64);
    writeln!(out, "<details><summary>{} more places</summary>\n<ul>", total - 1)?;
    paths[1..].iter().try_for_each(|path| writeln!(out, "<li class=\"place\">{path}</li>"))?;
    let unlisted = total - paths.len() as u64;
    if unlisted > 0 {
        writeln!(out, "<li>and {unlisted} that are not listed</li>")?;
    }
    writeln!(out, "</ul></details>")
}
