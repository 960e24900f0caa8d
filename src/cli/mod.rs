//! The command line: `args` (what was typed) -> `plan` (what to do) -> `run` (doing it).

mod actions;
pub(crate) mod args;
mod baseline;
mod fix;
mod hook;
mod limits;
mod log;
mod migrate;
mod output;
pub(crate) mod plan;
mod policy;
mod progress;
mod remediation;
mod rules;
pub(crate) mod run;
mod text;
mod why;

use std::io::Write as _;

/// Tells the user something, on standard error. What comes from a scanned file was masked before.
pub(crate) fn tell(message: &[u8]) {
    let text = String::from_utf8_lossy(message);
    for line in text.lines() {
        // Nothing is left to tell the user with when standard error is closed.
        let _ = writeln!(std::io::stderr(), "tokensieve: {}", tokensieve::config::plain(line));
    }
}

/// Tells the user what went wrong, on standard error.
pub(crate) fn complain(error: &anyhow::Error) {
    // Nothing is left to tell the user with when standard error is closed.
    let _ = writeln!(std::io::stderr(), "tokensieve: {error:#}");
}
