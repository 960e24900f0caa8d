//! Reads what `--baseline` names: our own baselines, and ignore files of other scanners.

use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use bstr::ByteVec as _;
use tokensieve::suppress::{Baseline, Foreign, detect_secrets, gitleaks_report, gitleaksignore};

use super::find::Found;

/// A file of known secrets.
pub(super) enum Known {
    /// Our own.
    Ours(Baseline),
    /// Another scanner's.
    Foreign(Box<Foreign>),
}

/// Reads a file and tells by its text what it is.
///
/// # Errors
/// It cannot be read, or is wrong.
pub(super) fn read(file: &Path, found: &mut Found) -> anyhow::Result<Option<Known>> {
    let name = file.display().to_string();
    let text = match before_change(file, found) {
        Some(Ok(None)) => return Ok(None),
        Some(text) => text.map_err(|why| anyhow!("baseline {name}: {why}"))?,
        None => None,
    };
    let text = match text {
        Some(text) => text,
        None => crate::cli::text::read(file).with_context(|| format!("baseline {name}"))?,
    };
    recognise(&name, &text).map(Some)
}

/// The text that a file of the repository had before the change under scan: what the change adds to it
/// does not count. Outer `None`: it is no file of the repository. Inner: the change brought it.
fn before_change(file: &Path, found: &mut Found) -> Option<Result<Option<String>, String>> {
    let (base, root) = (found.base.as_ref()?, found.work_tree.as_ref()?);
    let inside = file.canonicalize().ok()?;
    let path = Vec::from_path_lossy(inside.strip_prefix(root.canonicalize().ok()?).ok()?).into_owned();
    let text = base.file(path.as_slice().into());
    let is_tracked = || {
        let index = git2::Repository::open(root).and_then(|r| r.index());
        index.is_ok_and(|index| index.get_path(Path::new(&*String::from_utf8_lossy(&path)), 0).is_some())
    };
    if text == Ok(None) {
        if !is_tracked() {
            return None;
        }
        let why = "came with the change under scan and is not used";
        found.messages.push(format!("baseline {}: {why}", file.display()));
    }
    Some(text)
}

fn recognise(name: &str, text: &str) -> anyhow::Result<Known> {
    let body = text.trim_start_matches('\u{feff}').trim_start();
    let is_json = body.starts_with(['{', '[']) || body.starts_with("null");
    let foreign = match () {
        () if body.starts_with('{') && body.contains("\"tokensieve_baseline\"") => {
            return Ok(Known::Ours(Baseline::parse(name, text)?));
        }
        () if body.starts_with('{') && body.contains("\"results\"") => detect_secrets(name, text)?,
        () if body.starts_with('{') => bail!("{name}: is no baseline that is known"),
        () if is_json => gitleaks_report(name, text)?,
        () => gitleaksignore(name, text),
    };
    Ok(Known::Foreign(Box::new(foreign)))
}
