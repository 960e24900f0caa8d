//! Inside GitHub Actions: annotations and a job summary, unless the user asks for a format.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokensieve::report::{Format, Options, Report, reporter};

/// Bytes of all job summaries of a step, of which GitHub shows nothing where they are more than 1 MiB.
const MOST: usize = 1 << 20;

/// The format where none is asked for, and the file for a job summary.
pub(crate) fn format() -> (Format, Option<PathBuf>) {
    if std::env::var_os("GITHUB_ACTIONS").is_none_or(|value| value != "true") {
        return (Format::Text, None);
    }
    let file = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty());
    (Format::Github, file.map(PathBuf::from))
}

/// Appends the report to the summary of the job, as far as there is room.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn summarise(report: &Report<'_>, file: &Path) -> anyhow::Result<()> {
    let what = || format!("job summary {}", file.display());
    let mut text = Vec::new();
    reporter(Format::Markdown, &Options::default()).write(report, &mut text)?;
    let mut out = OpenOptions::new().append(true).create(true).open(file).with_context(what)?;
    let there = out.metadata().map_or(0, |meta| usize::try_from(meta.len()).unwrap_or(usize::MAX));
    out.write_all(&cut(text, MOST.saturating_sub(there))).with_context(what)
}

/// The first lines of a text, as many as have room.
fn cut(mut text: Vec<u8>, room: usize) -> Vec<u8> {
    const MORE: &[u8] = b"\nThere is more, for which a job summary has no room: see the log of the job.\n";
    if text.len() <= room {
        return text;
    }
    text.truncate(room.saturating_sub(MORE.len()));
    text.truncate(text.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1));
    if room >= MORE.len() {
        text.extend_from_slice(MORE);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_summary_ends_with_a_line_and_has_room() {
        let text = b"0123456789\n".repeat(100);
        assert_eq!(cut(text.clone(), 1100), text);
        let less = cut(text.clone(), 300);
        assert!(less.len() <= 300 && less.starts_with(b"0123456789\n") && less.ends_with(b"job.\n"));
        assert_eq!(cut(text, 5), b"");
    }
}
