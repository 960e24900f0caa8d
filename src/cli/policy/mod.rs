//! The policy of a run: configs in layers, baselines, and what is to be said about them.
//!
//! Takes what was typed and what is scanned ([`Home`]); gives a [`Policy`]. From the lowest layer up: the
//! built-in rules, the config of the repository, that of `--config` or else of `TOKENSIEVE_CONFIG`, the rules
//! of `--rules`.

pub(crate) mod args;
pub(crate) mod command;
mod find;
mod known;
mod own;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use tokensieve::config::{self, Config, ConfigError, Day};
use tokensieve::finding::Finding;
use tokensieve::rule;
use tokensieve::suppress::{Suppressor, Unused};

pub(crate) use self::args::PolicyArgs;
use self::find::Found;
pub(crate) use self::find::Home;
use self::known::Known;
use super::args::Common;

/// Names a config in the environment.
const VARIABLE: &str = "TOKENSIEVE_CONFIG";
/// How many entries that match nothing are named.
const NAMED: usize = 5;

/// What is in force.
pub(crate) struct Policy {
    /// All layers as one.
    pub(crate) config: Config,
    /// The files that it comes from, the lowest first.
    pub(crate) sources: Vec<String>,
    /// Judges what need not be reported.
    pub(crate) suppressor: Suppressor,
    /// What day it is.
    pub(crate) today: Day,
    /// Whether to list what is suppressed.
    pub(crate) show_suppressed: bool,
    /// What the user must know. From files of the repository, so to be masked.
    pub(crate) messages: Vec<String>,
}

impl Policy {
    /// Reads the policy.
    ///
    /// # Errors
    /// A config or baseline that cannot be read or is wrong.
    pub(crate) fn read(common: &Common, home: &Home<'_>) -> anyhow::Result<Self> {
        let args = &common.policy;
        let today = today();
        let mut found = home.find(!args.no_config)?;
        let layers: Vec<_> = found.config.take().into_iter().chain(named(args)?).collect();
        let config = layered(&layers, own::layer(&common.rules)?)?;
        let mut suppressor = Suppressor::new(&config).with_foreign_comments(args.foreign_comments);
        suppressor = with_baselines(suppressor, &args.baseline, &mut found)?;
        for (strip, add) in found.roots {
            suppressor = suppressor.with_root(strip, add);
        }
        let rule_files = common.rules.iter().map(|file| file.display().to_string());
        let expired = config.expired(today).into_iter().map(|error| error.to_string());
        Ok(Self {
            messages: found.messages.into_iter().chain(expired).collect(),
            sources: layers.into_iter().map(|(name, _)| name).chain(rule_files).collect(),
            show_suppressed: args.show_suppressed,
            config,
            suppressor,
            today,
        })
    }

    /// No policy but the built-in one: nothing is allowed.
    pub(crate) fn none() -> Self {
        let config = Config::default();
        Self {
            suppressor: Suppressor::new(&config),
            config,
            sources: Vec::new(),
            today: today(),
            show_suppressed: false,
            messages: Vec::new(),
        }
    }

    /// Gives findings about dotenv files, which no rule's own severity decides, what the config says of them.
    pub(crate) fn adjust(&self, findings: &mut [Finding]) {
        let Some(over) = self.config.override_of(rule::DOTENV.id) else { return };
        for finding in findings.iter_mut().filter(|f| f.rule.id == rule::DOTENV.id) {
            finding.severity = over.severity.unwrap_or(finding.severity);
            finding.confidence = over.confidence.unwrap_or(finding.confidence);
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }

    /// The name of the config in force; empty where there is none.
    pub(crate) fn hash(&self) -> String {
        if self.sources.is_empty() { String::new() } else { self.config.hash() }
    }

    /// Messages about baselines, and with `verbose` about allowances, that matched nothing.
    pub(crate) fn unused(&self, verbose: bool) -> Vec<String> {
        let Unused { allowances, baseline, foreign } = self.suppressor.unused(self.today);
        let baseline = baseline.iter().map(|e| format!("{} in {}", e.rule, e.path)).collect::<Vec<_>>();
        let foreign = foreign.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut messages = Vec::new();
        messages.extend(counted(&baseline, "baseline entries match nothing", verbose));
        messages.extend(counted(&foreign, "entries of other scanners' files match nothing", verbose));
        if verbose {
            messages.extend(allowances.iter().map(ToString::to_string));
        }
        messages
    }
}

fn counted(entries: &[String], what: &str, verbose: bool) -> Option<String> {
    let named = if verbose { entries.len() } else { NAMED };
    let more = entries.len().saturating_sub(named);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let names = entries.iter().take(named).map(String::as_str).collect::<Vec<_>>().join(", ");
    (!entries.is_empty()).then(|| format!("{} {what}: {names}{more}", entries.len()))
}

fn today() -> Day {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Day::from_unix(now.map_or(0, |since| since.as_secs()))
}

/// The config that the user or the environment names.
fn named(args: &PolicyArgs) -> anyhow::Result<Option<(String, String)>> {
    let variable = || std::env::var_os(VARIABLE).filter(|v| !v.is_empty() && !args.no_config);
    let file = args.config.clone().or_else(|| variable().map(PathBuf::from));
    file.map(|file| read_config(&file)).transpose()
}

fn read_config(file: &Path) -> anyhow::Result<(String, String)> {
    let name = file.display().to_string();
    let text = crate::cli::text::read(file).with_context(|| format!("config {name}"))?;
    Ok((name, text))
}

/// All layers as one config, with these rules on top.
fn layered(layers: &[(String, String)], own: Config) -> anyhow::Result<Config> {
    let mut config = Config::default();
    for (name, text) in layers {
        config = config.layer(config::parse(name, text).map_err(all_of)?);
    }
    let config = config.layer(own);
    match config.unknown_rules(rule::embedded()) {
        errors if errors.is_empty() => Ok(config),
        errors => Err(all_of(errors)),
    }
}

/// Errors, one a line.
pub(crate) fn all_of(errors: Vec<ConfigError>) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("{}", lines.join("\n"))
}

fn with_baselines(
    mut suppressor: Suppressor,
    files: &[PathBuf],
    found: &mut Found,
) -> anyhow::Result<Suppressor> {
    let mut ours = None;
    for file in files {
        match known::read(file, found)? {
            Some(Known::Ours(_)) if ours.is_some() => bail!("two baselines; merge them into one"),
            Some(Known::Ours(baseline)) => ours = Some(baseline),
            Some(Known::Foreign(foreign)) => {
                found.messages.extend(foreign.problems.iter().map(ToString::to_string));
                suppressor = suppressor.with_foreign(*foreign);
            }
            None => {}
        }
    }
    Ok(match ours {
        Some(baseline) => suppressor.with_baseline(baseline),
        None => suppressor,
    })
}
