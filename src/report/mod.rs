//! Reports: what a scan found and read, in the form that a person or a program wants.
//!
//! Takes a [`Report`]; gives bytes. One file per format, all of them made from the records of the
//! findings (`record.rs`, `ledger.rs`), in which every text is masked already: only `clean.rs` sees
//! unmasked text, apart from the entropy in `gitleaks.rs`.

mod clean;
mod csv;
mod format;
mod github;
mod gitlab;
mod gitleaks;
mod html;
mod json;
mod jsonl;
mod junit;
mod ledger;
mod markdown;
mod record;
pub mod remedy;
mod sarif;
mod text;
mod time;

#[cfg(test)]
mod tests;

use std::io;
use std::time::Duration;

use crate::coverage::Coverage;
use crate::finding::Finding;
use crate::mask::Masker;

pub use format::{Format, UnknownFormat, reporter};
pub use text::summary;

/// Version of the shape of `json` and `jsonl` records.
pub const SCHEMA: u32 = 1;

/// All that a report tells of.
#[derive(Debug)]
pub struct Report<'a> {
    /// The findings to show, sorted.
    pub findings: &'a [Finding],
    /// Findings that are suppressed, where the user wants to see them.
    pub suppressed: &'a [Finding],
    /// What was read and what was not.
    pub coverage: &'a Coverage,
    /// How many findings are not shown.
    pub hidden: Hidden,
    /// What was scanned, as the user named it.
    pub root: &'a str,
    /// The name of the folder that `root` stands for, where `root` has none, as in `.` and `..`.
    pub folder: Option<&'a str>,
    /// How long the scan took.
    pub elapsed: Duration,
    /// The command: `dir`, `git`, `staged`, ...
    pub command: &'a str,
    /// Whether the user asked for secrets in clear.
    pub show_secrets: bool,
    /// Knows all secrets, those of findings that are not shown too.
    pub masker: &'a Masker,
    /// Hash of the configuration in force; empty for none.
    pub config_hash: &'a str,
}

impl<'a> Report<'a> {
    /// The findings, then those that are suppressed, for formats that can tell them apart.
    fn listed(&self) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.findings.iter().chain(self.suppressed)
    }
}

/// Findings that are counted but not shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Hidden {
    /// Below the confidence asked for.
    pub low_confidence: u64,
    /// Allowed by a comment, the configuration or a baseline.
    pub suppressed: u64,
    /// Of rules that the user switched off.
    pub excluded_by_rule: u64,
}

/// How a report is to look where a person reads it.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Colours and bold type.
    pub color: bool,
    /// One line per finding, a summary only of what is wrong.
    pub quiet: bool,
    /// Every place, fingerprints, all names.
    pub verbose: bool,
    /// Columns of the terminal, at which explanations wrap.
    pub width: usize,
    /// Terminal hyperlinks to revoke pages.
    pub hyperlinks: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, quiet: false, verbose: false, width: 100, hyperlinks: false }
    }
}

/// Writes reports of one format.
pub trait Reporter {
    /// Writes the whole report; the text format leaves its [`summary`] out.
    ///
    /// # Errors
    /// Whatever `out` fails with.
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()>;
}
