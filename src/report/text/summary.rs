//! The end of a report for people: what was read, what was found, what is missing.

use std::io::{self, Write};

use super::Paint;
use crate::report::ledger::{Skipped, Summary};
use crate::report::record::SEVERITIES;
use crate::report::{Hidden, Options, Report};

/// How many names of each kind are listed.
const NAMES_SHOWN: usize = 5;

/// Writes the summary for people; with `quiet`, only what keeps the scan from being complete.
///
/// # Errors
/// Whatever `out` fails with.
pub fn summary(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::new(report);
    let paint = Paint(options.color);
    if !options.quiet {
        writeln!(out, "{}", what_was_read(&summary))?;
        writeln!(out, "{}", findings_words(&summary, paint))?;
        if summary.not_listed > 0 {
            writeln!(out, "Too many to list: {} of them are counted only", grouped(summary.not_listed))?;
        }
        hidden_words(summary.hidden, !report.suppressed.is_empty())
            .map_or(Ok(()), |words| writeln!(out, "{words}"))?;
    }
    let shown = if options.verbose { usize::MAX } else { NAMES_SHOWN };
    for skipped in summary.skipped.iter().filter(|s| s.gap || !options.quiet) {
        writeln!(out, "{}", skipped_words(skipped, shown))?;
    }
    failures(&summary, shown, out)?;
    verdict(&summary, options, paint, out)
}

fn what_was_read(summary: &Summary) -> String {
    let mut read = vec![format!("{} {}", grouped(summary.files), plural(summary.files, "file"))];
    if summary.commits > 0 {
        read.push(format!("{} {}", grouped(summary.commits), plural(summary.commits, "commit")));
    }
    if summary.objects > 0 {
        read.push(format!("{} {}", grouped(summary.objects), plural(summary.objects, "object")));
    }
    format!("Read {}, {} in {}", read.join(", "), size(summary.bytes), duration(summary.elapsed_seconds))
}

fn findings_words(summary: &Summary, paint: Paint) -> String {
    let count = |name| summary.findings.get(name).copied().unwrap_or(0);
    let total = count("total");
    if total == 0 {
        return "No findings".to_owned();
    }
    let by_severity = SEVERITIES.iter().filter(|(_, name)| count(name) > 0);
    let by_severity: Vec<String> = by_severity
        .map(|(s, name)| paint.severity(*s, &format!("{} {name}", grouped(count(name)))))
        .collect();
    format!("{} {}: {}", grouped(total), plural(total, "finding"), by_severity.join(", "))
}

fn hidden_words(hidden: Hidden, suppressed_is_listed: bool) -> Option<String> {
    let suppressed =
        if suppressed_is_listed { "suppressed (listed)" } else { "suppressed (list with --show-suppressed)" };
    let kinds = [
        (hidden.low_confidence, "of lower confidence (show with --confidence low)"),
        (hidden.suppressed, suppressed),
        (hidden.excluded_by_rule, "of rules that are switched off"),
    ];
    let words: Vec<String> =
        kinds.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", grouped(*n))).collect();
    (!words.is_empty()).then(|| format!("Not among them: {}", words.join(", ")))
}

fn skipped_words(skipped: &Skipped, shown: usize) -> String {
    let names: Vec<String> = skipped.names.iter().take(shown).map(|name| name.visible()).collect();
    let more = skipped.count.saturating_sub(names.len() as u64);
    let more = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
    format!("Skipped {}, {}: {}{more}", grouped(skipped.count), skipped.description, names.join(", "))
}

fn failures(summary: &Summary, shown: usize, out: &mut dyn Write) -> io::Result<()> {
    if summary.failure_count == 0 {
        return Ok(());
    }
    writeln!(out, "Could not read {}:", grouped(summary.failure_count))?;
    for failure in summary.failures.iter().take(shown) {
        writeln!(out, "  {}: {}", failure.what.visible(), failure.why.visible())?;
    }
    match summary.failure_count.saturating_sub(summary.failures.len().min(shown) as u64) {
        0 => Ok(()),
        more => writeln!(out, "  and {} more", grouped(more)),
    }
}

fn verdict(summary: &Summary, options: &Options, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    if summary.complete {
        return if options.quiet {
            Ok(())
        } else {
            writeln!(out, "{}: everything was read", paint.good("Complete"))
        };
    }
    let why = if summary.interrupted { "the scan was interrupted" } else { "not everything was read" };
    writeln!(out, "{}: {why}", paint.bad("INCOMPLETE"))
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// A number with commas.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of bytes in the unit that suits it.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} {}", plural(bytes, "byte"));
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{:.0} ms", s * 1000.0),
        s if s < 60.0 => format!("{s:.1} s"),
        s => format!("{:.0} min {:02.0} s", (s / 60.0).floor(), s % 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [1, 999, 1000, 999_950, 5_600_000_000].map(size),
            ["1 byte", "999 bytes", "1.0 kB", "1.0 MB", "5.6 GB"]
        );
        assert_eq!([0.0042, 1.84, 75.0].map(duration), ["4 ms", "1.8 s", "1 min 15 s"]);
    }
}
