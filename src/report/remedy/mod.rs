//! Remedies: what to do about findings, step by step, as Markdown that also reads well on a terminal.
//!
//! Takes a [`Report`] whose findings have their whole life, and who else has what the repository holds;
//! gives the steps, in which every secret is masked, and the [`replacements`] for git-filter-repo, in which
//! none can be. Nothing here is carried out.

mod after;
mod replacements;
mod rewrite;
mod steps;

use std::io::{self, Write};
use std::path::Path;

use super::Report;
use super::clean::Cleaner;
use super::record::Record;
use crate::finding::Finding;
use crate::source::repository::Copies;

pub use replacements::replacements;

/// What to do about the findings of a report.
#[derive(Debug)]
pub struct Remedy<'a> {
    /// The findings, each with its whole life where it stands in a history.
    pub report: &'a Report<'a>,
    /// The repository and who else has it; `None` outside one.
    pub copies: Option<&'a Copies>,
    /// Whether the history was read as well: if not, nothing is known of it.
    pub history: bool,
    /// Where the replacements are or would be.
    pub replacements: &'a Path,
}

impl Remedy<'_> {
    /// Writes the steps.
    ///
    /// # Errors
    /// Whatever `out` fails with.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(self.report);
        let findings: Vec<(&Finding, Record)> =
            self.report.findings.iter().map(|f| (f, Record::new(f, cleaner))).collect();
        writeln!(out, "# What to do about {}\n", counted(findings.len(), "finding"))?;
        writeln!(
            out,
            "Keep the order: a secret that was revoked can be taken out at leisure, one that still works is \
             no\nsafer for having been taken out."
        )?;
        for (number, (finding, record)) in findings.iter().enumerate() {
            steps::write(number + 1, finding, record, out)?;
        }
        self.write_rewrite(&findings, out)?;
        self.write_copies(&findings, out)?;
        self.write_check(&findings, out)
    }

    /// Whether a commit, tag or other object of a history has one of them.
    fn is_in_history(findings: &[(&Finding, Record)]) -> bool {
        findings.iter().any(|(finding, _)| finding.exposure.is_some())
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

/// A text as code, whatever backticks it holds. It is visible already.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Commands as a block.
fn commands(lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n```sh\n{}\n```", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn code_holds_any_backticks() {
        assert_eq!(code("a b"), "`a b`");
        assert_eq!(code("a `b``"), "``` a `b`` ```");
    }
}
