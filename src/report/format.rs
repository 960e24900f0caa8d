//! The formats by name.

use std::fmt;
use std::str::FromStr;

use super::{
    Options, Reporter, csv, github, gitlab, gitleaks, html, json, jsonl, junit, markdown, sarif, text,
};

/// A format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// For people, on a terminal.
    Text,
    /// One JSON document.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// SARIF 2.1.0, for code scanning services and editors.
    Sarif,
    /// JUnit XML, for CI servers.
    Junit,
    /// Annotations in the log of a GitHub Actions job.
    Github,
    /// GitLab code quality report.
    GitlabCodequality,
    /// GitLab secret detection report, schema 15.
    GitlabSecrets,
    /// Comma-separated values, for spreadsheets.
    Csv,
    /// JSON in the shape of gitleaks, for what reads that.
    Gitleaks,
    /// Markdown, for comments and job summaries.
    Markdown,
    /// One self-contained page.
    Html,
}

/// Every format with its name.
const NAMES: [(Format, &str); 12] = [
    (Format::Text, "text"),
    (Format::Json, "json"),
    (Format::Jsonl, "jsonl"),
    (Format::Sarif, "sarif"),
    (Format::Junit, "junit"),
    (Format::Github, "github"),
    (Format::GitlabCodequality, "gitlab-codequality"),
    (Format::GitlabSecrets, "gitlab-secrets"),
    (Format::Csv, "csv"),
    (Format::Gitleaks, "gitleaks"),
    (Format::Markdown, "markdown"),
    (Format::Html, "html"),
];

impl Format {
    /// All formats, in the order in which a help text lists them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(format, _)| *format)
    }

    /// The name, as `--format` takes it.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// There is no format of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format, use one of: {}", all_names())]
pub struct UnknownFormat;

fn all_names() -> String {
    NAMES.map(|(_, name)| name).join(", ")
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        NAMES.iter().find(|(_, n)| *n == name).map(|(format, _)| *format).ok_or(UnknownFormat)
    }
}

/// The reporter of a format.
pub fn reporter(format: Format, options: &Options) -> Box<dyn Reporter> {
    match format {
        Format::Text => Box::new(text::Text(*options)),
        Format::Json => Box::new(json::Json),
        Format::Jsonl => Box::new(jsonl::Jsonl),
        Format::Sarif => Box::new(sarif::Sarif),
        Format::Junit => Box::new(junit::Junit),
        Format::Github => Box::new(github::Github),
        Format::GitlabCodequality => Box::new(gitlab::CodeQuality),
        Format::GitlabSecrets => Box::new(gitlab::SecretDetection),
        Format::Csv => Box::new(csv::Csv),
        Format::Gitleaks => Box::new(gitleaks::Gitleaks),
        Format::Markdown => Box::new(markdown::Markdown),
        Format::Html => Box::new(html::Html),
    }
}
