//! `html`: one page that stands by itself, to hand to whoever has to act on it.
//!
//! Style and script are in the page; its content security policy names their hashes and allows nothing
//! else, neither from elsewhere nor from a file name that found a way through.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::clean::{Clean, Cleaner};
use super::ledger::Summary;
use super::record::{Record, SEVERITIES, severity_name};
use super::text::location;
use super::{Report, Reporter};
use crate::rule::Confidence;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the page.
#[derive(Debug)]
pub(super) struct Html;

impl Reporter for Html {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(report);
        let summary = Summary::new(report);
        head(&summary, out)?;
        overview(&summary, out)?;
        if !report.findings.is_empty() {
            filters(&summary, out)?;
        }
        writeln!(out, "<main>")?;
        for finding in report.findings {
            article(&Record::new(finding, cleaner), out)?;
        }
        writeln!(out, "<p id=\"none\" hidden>No finding fits these filters.</p>\n</main>")?;
        coverage(&summary, out)?;
        writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
    }
}

fn head(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {style}; \
         script-src {script}; base-uri 'none'; form-action 'none'\">"
    )?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(
        out,
        "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">"
    )?;
    writeln!(
        out,
        "<title>Secrets in {}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
        html(&summary.root)
    )
}

fn overview(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let (class, verdict) = if summary.complete { ("good", "Complete") } else { ("bad", "Incomplete") };
    let all = if summary.complete { "everything was read" } else { "not everything was read, see below" };
    writeln!(out, "<header>\n<h1>Secrets in <span>{}</span></h1>", html(&summary.root))?;
    writeln!(out, "<p><strong class=\"{class}\">{verdict}</strong>: {all}</p>\n<ul class=\"counts\">")?;
    for (_, name) in SEVERITIES {
        let count = summary.findings.get(name).copied().unwrap_or(0);
        writeln!(out, "<li class=\"{name}\"><b>{count}</b> {name}</li>")?;
    }
    writeln!(out, "</ul>\n</header>")
}

fn filters(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<form class=\"filters\">\n<label>Severity <select id=\"severity\"><option value=\"\">all</option>"
    )?;
    for (_, name) in SEVERITIES.iter().filter(|(_, name)| summary.findings.get(name).is_some_and(|n| *n > 0))
    {
        writeln!(out, "<option>{name}</option>")?;
    }
    writeln!(out, "</select></label>\n<label>Rule <input id=\"rule\" type=\"search\"></label>")?;
    writeln!(out, "<label>Path <input id=\"path\" type=\"search\"></label>")?;
    writeln!(out, "<output id=\"shown\">{}</output>\n</form>", summary.total())
}

fn article(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let severity = severity_name(record.severity);
    let paths: Vec<String> = record.occurrences.iter().map(|place| escape(&location(place))).collect();
    let rule = html(&record.rule);
    writeln!(
        out,
        "<article class=\"{severity}\" data-severity=\"{severity}\" data-rule=\"{rule} {}\">",
        html(&record.description)
    )?;
    writeln!(
        out,
        "<h2><b>{severity}</b> {} <small>{rule}{}</small></h2>",
        html(&record.description),
        doubt(record)
    )?;
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
    record.notes.iter().try_for_each(|note| item("Note", html(note)))?;
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

fn coverage(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<footer>\n<h2>What was read</h2>\n<dl>")?;
    let hidden = summary.hidden;
    let numbers = [
        ("Files", summary.files),
        ("Bytes", summary.bytes),
        ("Commits", summary.commits),
        ("Objects", summary.objects),
        ("Not shown, of lower confidence", hidden.low_confidence),
        ("Not shown, suppressed", hidden.suppressed),
        ("Not shown, of rules switched off", hidden.excluded_by_rule),
    ];
    for (name, number) in numbers.iter().filter(|(_, number)| *number > 0) {
        writeln!(out, "<dt>{name}</dt><dd>{number}</dd>")?;
    }
    writeln!(out, "</dl>")?;
    let gaps = summary.gaps();
    if !gaps.is_empty() {
        writeln!(out, "<h3 class=\"bad\">What was not read</h3>\n<ul>")?;
        gaps.iter().try_for_each(|gap| writeln!(out, "<li>{}</li>", escape(gap)))?;
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "<p>tokensieve {}, {:.1} s", env!("CARGO_PKG_VERSION"), summary.elapsed_seconds)?;
    if !summary.config_hash.is_empty() {
        writeln!(out, ", configuration {}", escape(&summary.config_hash))?;
    }
    writeln!(out, "</p>\n</footer>")
}

/// A text, visible and escaped.
fn html(text: &Clean) -> String {
    escape(&text.visible())
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
