//! `tokensieve config`: checks configs, and shows what is in force and from where.

use std::fmt::Write as _;
use std::path::Path;

use tokensieve::config::{Allowance, Config, ConfigError, Override, OwnRule, plain};
use tokensieve::outcome::Outcome;
use tokensieve::rule;
use tokensieve::scanner::Scanner;

use super::args::ConfigCommand;
use super::{Policy, all_of, layered, own, read_config, today};
use crate::cli::args::Common;
use crate::cli::output;
use crate::cli::plan::here;

/// Carries a `config` command out.
///
/// # Errors
/// A config that cannot be read or is wrong.
pub(crate) fn run(command: &ConfigCommand, common: &Common) -> anyhow::Result<Outcome> {
    match command {
        ConfigCommand::Check { file: Some(file) } => check(file, common),
        ConfigCommand::Check { file: None } => {
            let policy = here(common)?;
            run_samples(&policy.config)?;
            warn(&policy.messages);
            output::print(format!("{}: right, {}\n", sources(&policy), hash(&policy)).as_bytes())
        }
        ConfigCommand::Show => {
            let policy = here(common)?;
            output::print(show(&policy).as_bytes())
        }
    }
}

fn check(file: &Path, common: &Common) -> anyhow::Result<Outcome> {
    let layer = read_config(file)?;
    let config = layered(std::slice::from_ref(&layer), own::layer(&common.rules)?)?;
    run_samples(&config)?;
    warn(&config.expired(today()).iter().map(ToString::to_string).collect::<Vec<_>>());
    output::print(format!("{}: right, hash {}\n", layer.0, config.hash()).as_bytes())
}

/// Scans the samples of the config's own rules, if they have any, with all rules that are in force.
///
/// # Errors
/// Each sample that is not found, and each counter-sample that is, with the place of its rule.
fn run_samples(config: &Config) -> anyhow::Result<()> {
    let scanner = Scanner::new(config.rule_set(rule::embedded()));
    let of_rule = |own: &OwnRule| {
        let problems = rule::check::samples(own.rule, &scanner).into_iter();
        let error = |why| ConfigError::new(own.place.clone(), format!("rule {}: {why}", own.rule.id));
        problems.map(error).collect::<Vec<_>>()
    };
    match config.rules.iter().flat_map(of_rule).collect::<Vec<_>>() {
        errors if errors.is_empty() => Ok(()),
        errors => Err(all_of(errors)),
    }
}

fn warn(messages: &[String]) {
    messages.iter().for_each(|message| crate::cli::tell(message.as_bytes()));
}

fn sources(policy: &Policy) -> String {
    if policy.sources.is_empty() { "no config".to_owned() } else { policy.sources.join(", ") }
}

fn hash(policy: &Policy) -> String {
    if policy.sources.is_empty() { "no hash".to_owned() } else { format!("hash {}", policy.hash()) }
}

/// What is in force, for people.
fn show(policy: &Policy) -> String {
    let config = &policy.config;
    let mut out = format!("from      {}\nhash      {}\n", sources(policy), policy.hash());
    let built_in = if config.inherit { rule::embedded().len() } else { 0 };
    let in_force = config.rule_set(rule::embedded()).len();
    let own = config.rules.len();
    let _ = writeln!(out, "rules     {in_force} in force: {built_in} built in, {own} of the config's own");
    if let Some(confidence) = config.confidence {
        let _ = writeln!(out, "findings  of confidence {} and above", confidence.as_str());
    }
    describe(&mut out, config);
    for allowance in &config.allowances {
        let state = if allowance.is_in_force(policy.today) { "" } else { ", RAN OUT" };
        let _ = writeln!(out, "allow     {}{state}", described(allowance));
    }
    out
}

fn describe(out: &mut String, config: &Config) {
    for named in &config.disabled {
        let _ = writeln!(out, "off       {} ({})", named.id, named.place);
    }
    for own in &config.rules {
        let _ = writeln!(out, "own rule  {}: {}", own.rule.id, plain(own.rule.description));
    }
    for over in &config.overrides {
        let _ = writeln!(out, "override  {}", overridden(over));
    }
}

fn overridden(over: &Override) -> String {
    let severity = over.severity.map(|s| format!(" severity {}", s.as_str()));
    let confidence = over.confidence.map(|c| format!(" confidence {}", c.as_str()));
    let changes: String = severity.into_iter().chain(confidence).collect();
    format!("{}:{changes} ({})", over.rule.id, over.rule.place)
}

fn described(allowance: &Allowance) -> String {
    let owner = allowance.owner.as_ref().map(|owner| format!(", owner {owner}")).unwrap_or_default();
    let until = allowance.expires.map(|day| format!(", until {day}")).unwrap_or_default();
    plain(&format!("{}{owner}{until} ({})", allowance.reason, allowance.place))
}
