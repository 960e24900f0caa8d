//! What need not be reported: comments beside a secret, allowances, a baseline, ignore files of others.
//!
//! Takes a [`Config`](crate::config::Config), perhaps a [`Baseline`] and [`Foreign`] files, and one secret
//! at one place; gives a [`Verdict`]. Nothing is dropped here: the caller counts what is suppressed, and
//! [`Suppressor::unused`] names what suppressed nothing.
//!
//! ```text
//! comment beside it -> allowance -> baseline -> ignore file of another scanner -> report
//! ```
//!
//! The first that fits is the cause; all that fit count as used.

mod baseline;
mod comment;
mod foreign;
mod inline;
mod judge;
mod salt;

pub use baseline::{Baseline, Entry, Updated};
pub use foreign::{Foreign, detect_secrets, gitleaks_report, gitleaksignore};
pub use inline::around;
pub use judge::{Suppressor, Unused};
pub use salt::Salt;

use crate::finding::Suppression;

/// Whether a secret at a place is to be reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Report,
    /// It is not, and counts as suppressed.
    Suppressed {
        /// By what.
        by: Cause,
        /// Why, in the words of whoever allowed it; from a scanned file, so neither masked nor trusted.
        reason: String,
    },
}

/// What suppresses a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A comment beside it.
    InlineComment {
        /// The word in the comment, such as `tokensieve:allow`.
        syntax: &'static str,
    },
    /// An `[[allow]]` of the config.
    Allowance,
    /// The baseline.
    Baseline,
    /// An ignore file or baseline of another scanner.
    ForeignIgnoreFile,
}

impl Cause {
    /// A name for counts and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InlineComment { syntax } => syntax,
            Self::Allowance => "allowance",
            Self::Baseline => "baseline",
            Self::ForeignIgnoreFile => "foreign-ignore-file",
        }
    }
}

impl Verdict {
    /// The verdict on a finding from those on all its occurrences: suppressed only if each one is, with
    /// the cause of the first. No occurrence at all is no reason to be silent.
    pub fn of_all(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let mut first = Self::Report;
        for verdict in verdicts {
            match (&verdict, &first) {
                (Self::Report, _) => return Self::Report,
                (_, Self::Report) => first = verdict,
                _ => {}
            }
        }
        first
    }

    /// Why it is not to be reported, as findings carry it.
    pub fn suppression(self) -> Option<Suppression> {
        match self {
            Self::Report => None,
            Self::Suppressed { by, reason } => Some(Suppression { by: by.as_str(), reason }),
        }
    }

    /// Whether it is suppressed.
    pub fn is_suppressed(&self) -> bool {
        *self != Self::Report
    }
}
