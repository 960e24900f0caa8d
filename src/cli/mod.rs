//! The command line: `args` (what was typed) -> `plan` (what to do) -> `run` (doing it).

pub(crate) mod args;
mod hook;
mod log;
mod output;
pub(crate) mod plan;
mod progress;
mod rules;
pub(crate) mod run;
mod why;

use std::io::Write as _;

/// Tells the user what went wrong, on standard error.
pub(crate) fn complain(error: &anyhow::Error) {
    // Nothing is left to tell the user with when standard error is closed.
    let _ = writeln!(std::io::stderr(), "tokensieve: {error:#}");
}
