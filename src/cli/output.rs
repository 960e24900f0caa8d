//! Where reports go: standard output, files, and the summary on standard error.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokensieve::outcome::Outcome;
use tokensieve::report::{self, Format, Options, Report};

use super::args::ColorArg;

/// How the reports of a run are written.
pub(crate) struct Streams {
    pub(crate) color: ColorArg,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
}

impl Streams {
    /// Writes the report to standard output, to each file, and the summary to standard error.
    ///
    /// # Errors
    /// Any of them that could not be written in full; the others are written all the same.
    pub(crate) fn write(
        &self,
        report: &Report<'_>,
        format: Format,
        files: &[(Format, PathBuf)],
    ) -> anyhow::Result<()> {
        let mut result = Ok(());
        for (format, path) in files {
            let text = render(report, *format, &self.options(false))?;
            let written = write_file(path, &text).with_context(|| format!("report file {}", path.display()));
            result = result.and(written);
        }
        let text = render(report, format, &self.options(self.is_coloured(&io::stdout())))?;
        result = result.and(print(&text).map(|_| ()));
        // Of a quiet run it tells nothing but what was not read, which the exit code says without a reason.
        let mut summary = Vec::new();
        report::summary(report, &self.options(self.is_coloured(&io::stderr())), &mut summary)?;
        // Nothing is left to tell the user with when standard error is closed.
        let _ = io::stderr().write_all(&summary);
        result
    }

    fn options(&self, color: bool) -> Options {
        Options { color, quiet: self.quiet, verbose: self.verbose, ..Options::default() }
    }

    fn is_coloured(&self, stream: &impl io::IsTerminal) -> bool {
        let wanted = || std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        match self.color {
            ColorArg::Always => true,
            ColorArg::Never => false,
            ColorArg::Auto => stream.is_terminal() && wanted(),
        }
    }
}

fn render(report: &Report<'_>, format: Format, options: &Options) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    report::reporter(format, options).write(report, &mut text).context("report")?;
    Ok(text)
}

/// Prints to standard output. A reader that went away ends the output quietly.
///
/// # Errors
/// Any other failure, such as a full disk.
pub(crate) fn print(text: &[u8]) -> anyhow::Result<Outcome> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("standard output"),
        _ => Ok(Outcome::Clean),
    }
}

/// Writes a report whole or not at all: beside the file first, then in its place. What exists and is no
/// regular file, such as a pipe or a device, is written to as it is.
pub(crate) fn write_file(path: &Path, text: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|m| !m.is_file()) {
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.write_all(text)?;
        return file.flush();
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text)?;
    file.as_file().sync_data()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Whether standard error is a terminal that a display may redraw on.
pub(crate) fn has_screen() -> bool {
    io::stderr().is_terminal()
}
