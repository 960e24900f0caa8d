//! What the library has to say besides its results goes to standard error, a line each.

use std::io::Write as _;

use log::{LevelFilter, Log, Metadata, Record};

struct Stderr;

impl Log for Stderr {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("tokensieve") && metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let level = record.level().as_str().to_lowercase();
            let text: String =
                record.args().to_string().chars().map(|c| if c.is_control() { '?' } else { c }).collect();
            // Nothing is left to tell the user with when standard error is closed.
            let _ = writeln!(std::io::stderr(), "tokensieve: {level}: {text}");
        }
    }

    fn flush(&self) {}
}

/// Shows warnings, more with `verbose`, errors alone with `quiet`.
pub(crate) fn start(quiet: bool, verbose: bool) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::Error,
        (_, true) => LevelFilter::Info,
        _ => LevelFilter::Warn,
    };
    if log::set_boxed_logger(Box::new(Stderr)).is_ok() {
        log::set_max_level(level);
    }
}
