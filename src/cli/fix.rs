//! `tokensieve fix`: what to do about one finding.
//!
//! Reads the files and, in a repository, the whole history again: a finding's id says nothing of where the
//! secret stands.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{anyhow, bail};
use bstr::ByteSlice as _;
use tokensieve::dotenv::{self, IgnoreLine};
use tokensieve::finding::Finding;
use tokensieve::mask::Masker;
use tokensieve::outcome::Outcome;
use tokensieve::report::remedy::Remedy;
use tokensieve::report::{Hidden, Report};
use tokensieve::source::files::Files;
use tokensieve::source::history::Location;
use tokensieve::source::repository::Copies;
use tokensieve::source::{Both, Source};

use super::args::{Common, FixArgs};
use super::output;
use super::plan::{self, ScanPlan};
use super::policy::{Home, Policy};
use super::remediation::{REPLACEMENTS, Remediation};
use super::run::{self, Found};

/// Digits of an id that must be given.
const FEWEST_DIGITS: usize = 6;

/// What to do about which finding.
pub(crate) struct FixPlan {
    id: String,
    path: PathBuf,
    /// Whether there is a history to read.
    history: bool,
    scan: ScanPlan,
    apply: bool,
}

/// The plan of `fix`.
///
/// # Errors
/// What is no id, a config or rule file that is wrong.
pub(crate) fn plan(common: Common, args: FixArgs) -> anyhow::Result<FixPlan> {
    let id = args.finding.to_ascii_lowercase();
    if id.len() < FEWEST_DIGITS || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        bail!(
            "{:?} is no id of a finding: reports give it, 32 digits of which the first {FEWEST_DIGITS} will do",
            args.finding
        );
    }
    let (path, limit) = (args.path, common.max_file_size);
    let location = Location::discover(&path).ok();
    let files = Files { paths: vec![path.clone()], no_ignore: false, max_file_size: limit };
    let mut repository = plan::repository(path.clone(), limit);
    repository.refs_named = usize::MAX;
    let (policy, source): (_, Box<dyn Source>) = match &location {
        None => (Policy::read(&common, &Home::Paths(&files.paths))?, Box::new(files)),
        Some(location) => {
            let policy = Policy::read(&common, &Home::Repository(&repository))?;
            let is_bare = location.work_dir.is_none();
            (policy, if is_bare { Box::new(repository) } else { Box::new(Both(files, repository)) })
        }
    };
    let history = location.is_some();
    let mut scan = plan::scan_plan(common, "fix", path.display().to_string(), source, policy)?;
    scan.remediation = Remediation::wanted(args.remediation, path.clone(), history);
    Ok(FixPlan { id, path, history, scan, apply: args.apply })
}

/// Prints what to do, and writes and applies what was asked for.
///
/// # Errors
/// There is no such finding, or several; output that cannot be written.
pub(crate) fn run(plan: &'static FixPlan) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let Found { findings, coverage, signal } = run::read(&plan.scan, usize::MAX)?;
    if signal != 0 {
        return Ok(Outcome::Interrupted(signal));
    }
    let masker = Masker::of(&findings);
    for failure in &coverage.failures {
        super::tell(&masker.mask(format!("{}: {}", failure.what, failure.why).as_bytes()));
    }
    let wanted = wanted(findings, &plan.id)?;
    let report = Report {
        findings: &wanted,
        suppressed: &[],
        coverage: &coverage,
        hidden: Hidden::default(),
        root: &plan.scan.root,
        folder: None,
        elapsed: started.elapsed(),
        command: plan.scan.command,
        show_secrets: plan.scan.show_secrets,
        masker: &masker,
        config_hash: &plan.scan.policy.hash(),
    };
    match &plan.scan.remediation {
        Some(remediation) => remediation.write(&report)?,
        None => show(plan, &report)?,
    }
    if plan.apply {
        apply(&wanted, &masker)?;
    }
    Ok(Outcome::of(0, coverage.is_complete(), plan.scan.leniency))
}

/// The finding that an id means. Two kinds of the same id would be two findings.
fn wanted(findings: Vec<Finding>, id: &str) -> anyhow::Result<Vec<Finding>> {
    let wanted: Vec<Finding> =
        findings.into_iter().filter(|f| f.fingerprint.as_str().starts_with(id)).collect();
    match wanted.len() {
        0 => {
            Err(anyhow!("nothing that is found here has the id {id}: it is gone, or it was found elsewhere"))
        }
        1 => Ok(wanted),
        count => Err(anyhow!("{count} findings have an id that begins with {id}: give more digits")),
    }
}

fn show(plan: &FixPlan, report: &Report<'_>) -> anyhow::Result<()> {
    let copies = Copies::of(&plan.path).ok();
    let mut steps = Vec::new();
    Remedy { report, copies: copies.as_ref(), history: plan.history, replacements: Path::new(REPLACEMENTS) }
        .write(&mut steps)?;
    output::print(&steps)?;
    super::tell(format!("{REPLACEMENTS} is written where --remediation DIR says").as_bytes());
    Ok(())
}

/// Adds the line for each dotenv file of the working tree that has it.
fn apply(wanted: &[Finding], masker: &Masker) -> anyhow::Result<()> {
    use tokensieve::dotenv::Kind;
    let places = wanted.iter().flat_map(|f| &f.occurrences).filter(|o| o.commit.is_none());
    let is_dotenv =
        |path: &bstr::BString| matches!(dotenv::kind(path.as_ref()), Some(Kind::Live | Kind::Keys));
    let paths: std::collections::BTreeSet<_> =
        places.map(|o| &o.path).filter(|path| is_dotenv(path)).collect();
    if paths.is_empty() {
        bail!("nothing to apply: no dotenv file of the working tree has it");
    }
    for path in paths {
        let shown = masker.mask_name(path).to_str_lossy().into_owned();
        let file = path.to_path()?;
        let Some(line) = IgnoreLine::of(file).map_err(|why| anyhow!("{shown}: {why}"))? else {
            super::tell(format!("{shown}: a rule of the repository ignores it already").as_bytes());
            continue;
        };
        let ignore = line.file.display().to_string();
        super::tell(&[b"to ", ignore.as_bytes(), b": ", masker.mask_name(&line.line).as_ref()].concat());
        line.add().map_err(|why| anyhow!("{ignore}: {why}"))?;
        super::tell(b"added");
        if line.is_tracked().map_err(|why| anyhow!("{shown}: {why}"))? {
            super::tell(format!("git tracks {shown}: take it out with `git rm --cached`").as_bytes());
        }
    }
    Ok(())
}
