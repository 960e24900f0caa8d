//! How old the findings are: a table of severities and ages.

use std::io::{self, Write};

use crate::finding::Finding;
use crate::report::record::SEVERITIES;

/// The ages, by the day on which a secret came into the history; what is in files alone has none.
pub(super) const NAMES: [&str; 5] = ["a week", "a month", "a year", "more than a year", "not committed"];
/// Days up to which the first ages reach.
const DAYS: [i64; 3] = [7, 31, 365];

/// The age of a finding.
pub(super) fn name(finding: &Finding, now: i64) -> &'static str {
    NAMES[number(finding, now)]
}

fn number(finding: &Finding, now: i64) -> usize {
    let Some(life) = &finding.exposure else { return NAMES.len() - 1 };
    let days = now.saturating_sub(life.introduced.time) / 86_400;
    DAYS.iter().position(|limit| days <= *limit).unwrap_or(DAYS.len())
}

/// Writes the table, where there is anything of an age.
pub(super) fn table(findings: &[Finding], now: i64, out: &mut dyn Write) -> io::Result<()> {
    if findings.iter().all(|finding| finding.exposure.is_none()) {
        return Ok(());
    }
    writeln!(
        out,
        "<section>\n<h2>By severity and age</h2>\n<table>\n<thead><tr><th scope=\"col\">Came in within</th>"
    )?;
    NAMES.iter().try_for_each(|name| writeln!(out, "<th scope=\"col\">{name}</th>"))?;
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for (severity, name) in SEVERITIES {
        let of_it: Vec<&Finding> = findings.iter().filter(|f| f.severity == severity).collect();
        if of_it.is_empty() {
            continue;
        }
        write!(out, "<tr class=\"{name}\"><th scope=\"row\">{name}</th>")?;
        for age in 0..NAMES.len() {
            match of_it.iter().filter(|f| number(f, now) == age).count() {
                0 => write!(out, "<td></td>")?,
                count => write!(out, "<td><b>{count}</b></td>")?,
            }
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</section>")
}
