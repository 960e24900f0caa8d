//! `tokensieve baseline`: writes down what is known, so that only what is new is reported.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use tokensieve::finding::Finding;
use tokensieve::mask::Masker;
use tokensieve::outcome::Outcome;
use tokensieve::suppress::{Baseline, Salt, Updated};

use super::output::write_file;
use super::plan::ScanPlan;
use super::policy::args::BaselineCommand;
use super::run::{self, Found};

/// Carries a `baseline` command out.
///
/// # Errors
/// A baseline that cannot be read or written, one that exists already where a new one is asked for, a scan
/// that did not read everything.
pub(crate) fn run(command: &BaselineCommand, plan: &'static ScanPlan) -> anyhow::Result<Outcome> {
    let file = &command.args().file;
    let known = match command {
        BaselineCommand::Create(_) if file.exists() => {
            bail!("{} exists: `tokensieve baseline update` adds to it", file.display())
        }
        BaselineCommand::Create(_) => Baseline::create(Salt::random()?, []),
        _ => read(file)?,
    };
    let Found { findings, coverage, signal } = run::read(plan, usize::MAX)?;
    if signal != 0 {
        return Ok(Outcome::Interrupted(signal));
    }
    if !coverage.is_complete() && !plan.leniency.allow_incomplete {
        let failures = coverage.failures.iter().map(|f| format!("{}: {}", f.what, f.why));
        let why: Vec<String> = failures.collect();
        bail!("not everything was read, so nothing was written; {}", why.join("; "));
    }
    let is_shown = |f: &&Finding| f.confidence >= plan.confidence && f.suppressed.is_none();
    let done = match command {
        BaselineCommand::Prune(_) => known.prune(&findings),
        _ => known.update(findings.iter().filter(is_shown)),
    };
    write_file(file, done.baseline.to_json().as_bytes())
        .with_context(|| format!("baseline {}", file.display()))?;
    tell(command, &done, &Masker::of(&findings));
    Ok(Outcome::Clean)
}

fn read(file: &Path) -> anyhow::Result<Baseline> {
    let name = file.display().to_string();
    let text = crate::cli::text::read(file).with_context(|| format!("baseline {name}"))?;
    Ok(Baseline::parse(&name, &text)?)
}

fn tell(command: &BaselineCommand, done: &Updated, masker: &Masker) {
    let name = command.args().file.display();
    let (added, moved, gone) = (done.added, done.moved, done.unmatched.len());
    let entries = done.baseline.entries().count();
    let changes = match command {
        BaselineCommand::Create(_) => String::new(),
        BaselineCommand::Update(_) => format!(", {added} new, {moved} moved, {gone} match nothing"),
        BaselineCommand::Prune(_) => format!(", {moved} moved, {gone} taken out"),
    };
    super::tell(format!("{name}: {entries} entries{changes}").as_bytes());
    let mut places = BTreeMap::<_, usize>::new();
    for entry in &done.unmatched {
        *places.entry((&entry.rule, &entry.path)).or_default() += 1;
    }
    for ((rule, path), count) in places {
        super::tell(&masker.mask(format!("  {count} of {rule} in {path}").as_bytes()));
    }
}
