//! `tokensieve why`: which rules looked at a text, and why each did or did not report.

use std::fmt::Write as _;

use bstr::{BStr, ByteSlice};
use tokensieve::config::Day;
use tokensieve::matcher::{MIN_RUN, Matcher, sieved};
use tokensieve::outcome::Outcome;
use tokensieve::rule::Rule;

use super::output;

/// Explains what the rules make today of a text that stands in a file of this path.
///
/// # Errors
/// Output that cannot be written.
pub(crate) fn run(
    rules: Vec<&'static Rule>,
    today: Day,
    text: &[u8],
    path: &BStr,
) -> anyhow::Result<Outcome> {
    let matcher = Matcher::new(rules).at(today.start());
    output::print(explain(&matcher, text, path).as_bytes())
}

fn explain(matcher: &Matcher, text: &[u8], path: &BStr) -> String {
    let mut scratch = matcher.scratch();
    scratch.keep_rejected = true;
    let hits = matcher.scan(text, path, 0..text.len(), &mut scratch);
    let mut out = String::new();
    let mut line = |text: String| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{text}");
    };
    let id = |rule: u16| matcher.rules()[usize::from(rule)].id;
    let runs = sieved(text).runs;
    line(format!("sieve     {} runs of {MIN_RUN} or more token characters", runs.len()));
    for run in &runs {
        line(format!("          bytes {}..{}, {} long", run.start, run.end, run.len()));
    }
    for (rule, range, reason) in &scratch.rejected {
        line(format!("rejected  {} at bytes {}..{}: {}", id(*rule), range.start, range.end, reason.words()));
    }
    for hit in &hits {
        let notes = if hit.notes.is_empty() { String::new() } else { format!(": {}", hit.notes.join("; ")) };
        let place = format!("bytes {}..{}", hit.secret.start, hit.secret.end);
        let level = format!("{} severity, {} confidence", hit.severity.as_str(), hit.confidence.as_str());
        line(format!("reported  {} at {place}, {level}{notes}", id(hit.rule)));
    }
    if hits.is_empty() && scratch.rejected.is_empty() {
        line("nothing   no rule's pattern matches: its literal or name is missing, or length and characters differ".to_owned());
    }
    out
}

/// The text to explain: the line that `FILE:LINE` names, with what stands around it.
///
/// # Errors
/// A place that is not written so, a file that cannot be read, a line that it has not.
pub(crate) fn text_at(place: &str) -> anyhow::Result<(Vec<u8>, String)> {
    use anyhow::Context as _;
    let (file, line) = place.rsplit_once(':').context("a place is written FILE:LINE")?;
    let number: usize = line.parse().with_context(|| format!("{line:?} is no line number"))?;
    let text = std::fs::read(file).with_context(|| file.to_owned())?;
    let wanted = number.checked_sub(1).and_then(|i| text.lines_with_terminator().nth(i));
    let wanted = wanted.with_context(|| format!("{file} has no line {number}"))?;
    Ok((wanted.to_vec(), file.to_owned()))
}
