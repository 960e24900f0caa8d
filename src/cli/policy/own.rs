//! The rule files of `--rules`, as a layer of the config: so the config may name their rules.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use tokensieve::config::{Config, OwnRule, Place};
use tokensieve::rule;

/// The rules of these files; a later one replaces one of the same id.
///
/// # Errors
/// A file that cannot be read or is wrong.
pub(super) fn layer(files: &[PathBuf]) -> anyhow::Result<Config> {
    let mut config = Config::default();
    for file in files {
        config = config.layer(Config { rules: read(file)?, ..Config::default() });
    }
    Ok(config)
}

fn read(file: &Path) -> anyhow::Result<Vec<OwnRule>> {
    let name = file.display().to_string();
    let text = crate::cli::text::read(file).with_context(|| format!("rule file {name}"))?;
    let problems = rule::check::check(&name, &text);
    if !problems.is_empty() {
        bail!("{}", lines(&problems));
    }
    let rules = rule::load(&name, &text).map_err(|errors| anyhow::anyhow!("{}", lines(&errors)))?;
    let own = |rule: &'static rule::Rule| {
        let place = Place::of(&name, &text, rule::place_of(&text, rule.id));
        OwnRule { rule, place, written: format!("{}\n{text}", rule.id) }
    };
    Ok(rules.iter().map(own).collect())
}

fn lines(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
