//! `--remediation DIR`: writes what to do about findings into a folder of the user's choice.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokensieve::report::Report;
use tokensieve::report::remedy::{Remedy, replacements};
use tokensieve::source::history::Location;
use tokensieve::source::repository::Copies;

use super::args::RemediationArgs;

/// The name of the file with the steps.
const STEPS: &str = "steps.md";
/// The name of the file with the secrets.
pub(crate) const REPLACEMENTS: &str = "replacements.txt";

/// Where to write, and about what.
#[derive(Debug)]
pub(crate) struct Remediation {
    folder: PathBuf,
    path: PathBuf,
    history: bool,
}

impl Remediation {
    /// What the user wants: `path` is what is scanned, `history` whether its history is.
    pub(crate) fn wanted(args: RemediationArgs, path: PathBuf, history: bool) -> Option<Self> {
        Some(Self { folder: args.remediation?, path, history })
    }

    /// Writes the steps and the replacements.
    ///
    /// # Errors
    /// The folder or a file cannot be made, or is there already.
    pub(crate) fn write(&self, report: &Report<'_>) -> anyhow::Result<()> {
        if report.findings.is_empty() {
            super::tell(b"no findings: nothing to write about");
            return Ok(());
        }
        let folder = make(&self.folder).with_context(|| self.folder.display().to_string())?;
        let copies = Copies::of(&self.path).ok();
        let replaced = folder.join(REPLACEMENTS);
        let (copies, history) = (copies.as_ref(), self.history);
        let mut steps = Vec::new();
        Remedy { report, copies, history, replacements: &replaced }.write(&mut steps)?;
        write_new(&folder.join(STEPS), &steps)?;
        super::tell(format!("{}: what to do", folder.join(STEPS).display()).as_bytes());
        if let Some(secrets) = replacements(report.findings) {
            write_new(&replaced, &secrets)?;
            let warning = "holds secrets in clear, for your eyes alone: delete it when all is done";
            super::tell(format!("{}: {warning}", replaced.display()).as_bytes());
        }
        if Location::discover(&folder).is_ok_and(|inside| inside.work_dir.is_some()) {
            write_new(&folder.join(".gitignore"), b"*\n")?;
            let warning = "lies in a git repository: a .gitignore in it keeps it out of commits";
            super::tell(format!("{}: {warning}", folder.display()).as_bytes());
        }
        Ok(())
    }
}

/// Makes a folder that its owner alone can read; one that is there stays as it is.
fn make(folder: &Path) -> std::io::Result<PathBuf> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    folder.canonicalize()
}

/// Writes a new file that its owner alone can read.
fn write_new(path: &Path, text: &[u8]) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(|| path.display().to_string())?;
    file.write_all(text).and_then(|()| file.sync_data()).with_context(|| path.display().to_string())
}
