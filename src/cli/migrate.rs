//! `tokensieve migrate`: prints a config made from the files of other scanners.

use std::path::Path;

use anyhow::{Context as _, bail};
use bstr::{BString, ByteVec as _};
use tokensieve::finding::Finding;
use tokensieve::migrate::{Kind, Source, migrate};
use tokensieve::outcome::Outcome;
use tokensieve::source::Source as Scanned;
use tokensieve::source::files::Files;
use tokensieve::source::history::Location;

use super::args::Common;
use super::policy::{Policy, all_of};
use super::{output, plan, run};

/// The files that are looked for.
const NAMES: [&str; 3] = [".gitleaks.toml", ".gitleaksignore", ".secrets.baseline"];

/// Prints the config, and what it does not say on standard error.
///
/// # Errors
/// There is nothing to take over, or a file that cannot be read or is wrong.
pub(crate) fn run(folder: &Path, common: &Common) -> anyhow::Result<Outcome> {
    let mut texts = Vec::new();
    for name in NAMES {
        match super::text::read(&folder.join(name)) {
            Ok(text) => texts.push((name, text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).context(name),
        }
    }
    if texts.is_empty() {
        bail!("{}: there is no {}", folder.display(), NAMES.join(", no "));
    }
    let kinds = |(name, text)| Some(Source { kind: Kind::of_name(name)?, file: name, text });
    let sources: Vec<Source<'_>> =
        texts.iter().map(|(name, text)| (*name, text.as_str())).filter_map(kinds).collect();
    let needs_findings = sources.iter().any(|source| source.kind == Kind::GitleaksIgnore);
    let findings = if needs_findings { findings(folder, common)? } else { Vec::new() };
    let done = migrate(&sources, &findings).map_err(all_of)?;
    done.left_out.iter().for_each(|left| super::tell(left.to_string().as_bytes()));
    output::print(done.toml.as_bytes())
}

/// All that stands in the folder and in its history: an ignore file names places, a config secrets.
fn findings(folder: &Path, common: &Common) -> anyhow::Result<Vec<Finding>> {
    let limit = common.max_file_size;
    let files = Files { paths: vec![folder.to_owned()], no_ignore: false, max_file_size: limit };
    let mut all = scanned(Box::new(files), "dir", folder, common)?;
    let prefix = BString::from(Vec::from_path_lossy(folder).into_owned());
    let prefix = prefix.strip_prefix(b"./").unwrap_or(&prefix);
    let prefix = bstr::concat([prefix.strip_suffix(b"/").unwrap_or(prefix), b"/"]);
    for place in all.iter_mut().flat_map(|finding| &mut finding.occurrences) {
        if let Some(below) = place.path.strip_prefix(prefix.as_slice()) {
            place.path = below.into();
        }
    }
    if Location::discover(folder).is_ok() {
        let history = plan::repository(folder.to_owned(), limit);
        all.extend(scanned(Box::new(history), "git", folder, common)?);
    }
    Ok(all)
}

/// What a scan finds by the built-in rules, nothing suppressed.
fn scanned(
    source: Box<dyn Scanned>,
    command: &'static str,
    folder: &Path,
    common: &Common,
) -> anyhow::Result<Vec<Finding>> {
    let root = folder.display().to_string();
    let plan = plan::scan_plan(common.clone(), command, root, source, Policy::none())?;
    let found = run::read(Box::leak(Box::new(plan)), usize::MAX)?;
    if !found.coverage.is_complete() {
        super::tell(b"not everything was read: entries may name what was not found");
    }
    Ok(found.findings)
}
