//! The keys of a config as they are written. `docs/schema/config.schema.json` says the same to editors.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::rule::{Confidence, Severity};

/// A list of texts with their places.
pub(super) type Texts = Spanned<Vec<Spanned<String>>>;

/// A whole config.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConfig {
    #[serde(default = "yes")]
    pub(super) inherit: bool,
    pub(super) confidence: Option<Confidence>,
    #[serde(default)]
    pub(super) rules: RawRules,
    /// Read in full by the room `rule`, from the text itself.
    #[serde(default)]
    pub(super) rule: Vec<Spanned<toml::Table>>,
    #[serde(default, rename = "override")]
    pub(super) overrides: Vec<RawOverride>,
    #[serde(default)]
    pub(super) allow: Vec<Spanned<RawAllow>>,
}

/// Which rules are off.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRules {
    #[serde(default)]
    pub(super) disable: Vec<Spanned<String>>,
}

/// Another severity or confidence.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOverride {
    pub(super) rule: Spanned<String>,
    pub(super) severity: Option<Severity>,
    pub(super) confidence: Option<Confidence>,
}

/// What may stand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAllow {
    pub(super) rules: Option<Texts>,
    pub(super) paths: Option<Texts>,
    pub(super) values: Option<Texts>,
    pub(super) lines: Option<Texts>,
    pub(super) commits: Option<Texts>,
    pub(super) reason: Spanned<String>,
    pub(super) owner: Option<String>,
    pub(super) expires: Option<Spanned<Datetime>>,
}

fn yes() -> bool {
    true
}
