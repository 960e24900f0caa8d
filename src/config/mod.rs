//! The policy of a user: what `tokensieve.toml` says about rules and about what is allowed to stand.
//!
//! Takes the text of a config and the name of its file; gives a [`Config`], or every mistake in it with
//! file, line and column. Configs are layered: each adds to the one below, unless it says
//! `inherit = false`. Nothing here reads a clock, an environment or a terminal.
//!
//! ```
//! use tokensieve::{config, rule};
//!
//! let text = r#"
//! confidence = "medium"
//!
//! [rules]
//! disable = ["jwt"]
//!
//! [[allow]]
//! paths = ["tests/fixtures"]
//! rules = ["private-key"]
//! reason = "keys made for the tests"
//! expires = 2027-01-31
//! "#;
//! let config = config::parse("tokensieve.toml", text).expect("it is right");
//! assert!(config.rule_set(rule::embedded()).iter().all(|rule| rule.id != "jwt"));
//! ```

mod allow;
mod convert;
mod day;
mod error;
mod find;
mod hash;
mod layer;
mod own;
mod path;
mod schema;
mod value;

pub use allow::{Allowance, Subject};
pub use day::Day;
pub use error::{ConfigError, Place, plain};
pub(crate) use error::{Places, at_line, without_values};
pub use find::{NAMES, find};
pub(crate) use path::PathPattern;
pub(crate) use value::{compile, hex};

use crate::rule::{Confidence, Rule, Severity};

/// What is in force, from one file or several layers of them.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whether the layers below, the built-in rules among them, stay in force.
    pub inherit: bool,
    /// Findings less sure than this are counted, not listed.
    pub confidence: Option<Confidence>,
    /// Rules that are switched off.
    pub disabled: Vec<Named>,
    /// Rules of the user's own; one replaces a built-in rule of the same name.
    pub rules: Vec<OwnRule>,
    /// Severities and confidences other than the rules' own.
    pub overrides: Vec<Override>,
    /// What may stand, in the order of the files.
    pub allowances: Vec<Allowance>,
}

/// The name of a rule, and where it is written.
#[derive(Debug, Clone)]
pub struct Named {
    /// Id of the rule.
    pub id: String,
    /// Where it is named.
    pub place: Place,
}

/// A rule that a config brings.
#[derive(Debug, Clone)]
pub struct OwnRule {
    /// The rule.
    pub rule: &'static Rule,
    /// Where it is written.
    pub place: Place,
    /// What is written, in one form however it is laid out; part of the name of the policy.
    pub written: String,
}

/// Another severity or confidence for a rule.
#[derive(Debug, Clone)]
pub struct Override {
    /// The rule.
    pub rule: Named,
    /// The severity in place of the rule's own.
    pub severity: Option<Severity>,
    /// The confidence in place of the rule's own, before other signals count.
    pub confidence: Option<Confidence>,
}

impl Default for Config {
    /// Nothing but the built-in rules.
    fn default() -> Self {
        Self {
            inherit: true,
            confidence: None,
            disabled: Vec::new(),
            rules: Vec::new(),
            overrides: Vec::new(),
            allowances: Vec::new(),
        }
    }
}

/// Reads a config whose text is `text` and whose name is `file`.
///
/// Own rules live as long as the process, as those of `--rules` do.
///
/// # Errors
/// Everything that is wrong, each with its place. Text that is no TOML, or has a key that is unknown or
/// of the wrong type, gives the first such error alone.
pub fn parse(file: &str, text: &str) -> Result<Config, Vec<ConfigError>> {
    let raw = toml::from_str(text).map_err(|e| vec![ConfigError::of_toml(file, text, &e)])?;
    convert::config(file, text, raw)
}

#[cfg(test)]
mod tests;
