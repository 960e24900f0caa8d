//! `html`: one page that stands by itself, to hand to whoever has to act on it.
//!
//! Style and script are in the page; its content security policy names their hashes and allows nothing
//! else, neither from elsewhere nor from a file name that found a way through.

mod age;
mod article;
mod timeline;

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::clean::{Clean, Cleaner};
use super::ledger::Summary;
use super::record::{Record, SEVERITIES, severity_name};
use super::time::{date, now};
use super::{Report, Reporter};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the page.
#[derive(Debug)]
pub(super) struct Html;

impl Reporter for Html {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(report);
        let summary = Summary::new(report);
        let now = now();
        head(&summary, out)?;
        overview(&summary, out)?;
        age::table(report.findings, now, out)?;
        timeline::chart(report.findings, now, out)?;
        if report.listed().next().is_some() {
            filters(report, &summary, out)?;
        }
        writeln!(out, "<main>")?;
        for finding in report.listed() {
            article::write(&Record::new(finding, cleaner), age::name(finding, now), out)?;
        }
        writeln!(out, "<p id=\"none\" hidden>No finding fits these filters.</p>\n</main>")?;
        coverage(&summary, &date(now), out)?;
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
        html(summary.title())
    )
}

fn overview(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let (class, verdict) = if summary.complete { ("good", "Complete") } else { ("bad", "Incomplete") };
    let all = if summary.complete { "everything was read" } else { "not everything was read, see below" };
    writeln!(out, "<header>\n<h1>Secrets in <span>{}</span></h1>", html(summary.title()))?;
    writeln!(out, "<p><strong class=\"{class}\">{verdict}</strong>: {all}</p>\n<ul class=\"counts\">")?;
    for (_, name) in SEVERITIES {
        let count = summary.findings.get(name).copied().unwrap_or(0);
        writeln!(out, "<li class=\"{name}\"><b>{count}</b> {name}</li>")?;
    }
    writeln!(out, "</ul>\n</header>")
}

fn filters(report: &Report<'_>, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let severities = SEVERITIES.map(|(_, name)| name);
    let severities = severities.into_iter().filter(|name| {
        summary.findings.get(name).is_some_and(|n| *n > 0)
            || report.suppressed.iter().any(|f| severity_name(f.severity) == *name)
    });
    writeln!(out, "<form class=\"filters\">")?;
    select("Severity", "severity", severities, out)?;
    if report.listed().any(|finding| finding.exposure.is_some()) {
        select("Age", "age", age::NAMES.into_iter(), out)?;
    }
    let states: Vec<&str> =
        article::STATES.into_iter().filter(|s| report.listed().any(|f| article::state(f) == *s)).collect();
    if states.len() > 1 {
        select("State", "state", states.into_iter(), out)?;
    }
    writeln!(out, "<label>Rule <input id=\"rule\" type=\"search\"></label>")?;
    writeln!(out, "<label>Path <input id=\"path\" type=\"search\"></label>")?;
    writeln!(out, "<output id=\"shown\">{}</output>\n</form>", report.listed().count())
}

fn select(
    label: &str,
    id: &str,
    names: impl Iterator<Item = &'static str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "<label>{label} <select id=\"{id}\"><option value=\"\">all</option>")?;
    for name in names {
        write!(out, "<option>{name}</option>")?;
    }
    writeln!(out, "</select></label>")
}

fn coverage(summary: &Summary, date: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<footer>\n<h2>What was read</h2>\n<dl>")?;
    let hidden = summary.hidden;
    let numbers = [
        ("Files", summary.files),
        ("Bytes", summary.bytes),
        ("Commits", summary.commits),
        ("Objects", summary.objects),
        ("Not shown, of lower confidence", hidden.low_confidence),
        ("Suppressed", hidden.suppressed),
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
    let day = &date[..10];
    writeln!(out, "<p>tokensieve {}, {day}, {:.1} s", env!("CARGO_PKG_VERSION"), summary.elapsed_seconds)?;
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
