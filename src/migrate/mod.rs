//! Takes over the policy of another scanner: gitleaks' config and ignore file, detect-secrets' baseline.
//!
//! Takes the texts of such files and the findings of a scan; gives the text of a `tokensieve.toml` that
//! [`config::parse`] accepts, and a list of everything that it does not say or says in other words. What
//! cannot be taken over exactly is taken over more narrowly, or left out and listed: never more widely
//! without a word.
//!
//! An ignore file names places. With findings at hand, the secrets in those places are allowed by their
//! fingerprints, which no moved line changes; without, only entries with a commit can be taken over.

mod allowlist;
mod gitleaks;
mod ignore;
mod literals;
mod names;
mod pattern;
mod rule;
mod section;
mod write;

use crate::config::{self, ConfigError, Places};
use crate::finding::Finding;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `.gitleaks.toml`
    GitleaksConfig,
    /// `.gitleaksignore`
    GitleaksIgnore,
    /// `.secrets.baseline`
    DetectSecrets,
}

/// A file of another scanner.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What kind it is.
    pub kind: Kind,
    /// Its name, for messages.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Migration {
    /// The text of a `tokensieve.toml`.
    pub toml: String,
    /// What it does not say, or says in other words, in order of file and line.
    pub left_out: Vec<ConfigError>,
}

impl Kind {
    /// The kind of a file of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit(['/', '\\']).next()? {
            ".gitleaks.toml" | "gitleaks.toml" => Some(Self::GitleaksConfig),
            ".gitleaksignore" => Some(Self::GitleaksIgnore),
            ".secrets.baseline" => Some(Self::DetectSecrets),
            _ => None,
        }
    }
}

/// A config in the making.
#[derive(Default)]
struct Draft {
    /// Whether the built-in rules are out of force.
    alone: bool,
    disable: Vec<String>,
    rules: Vec<rule::Rule>,
    allow: Vec<Allow>,
    left_out: Vec<ConfigError>,
}

/// An allowance in the making.
#[derive(Default, Clone)]
struct Allow {
    rules: Vec<String>,
    paths: Vec<String>,
    values: Vec<String>,
    lines: Vec<String>,
    commits: Vec<String>,
    reason: String,
}

/// A file at hand.
struct Reader<'a> {
    source: Source<'a>,
    places: Places<'a>,
}

impl Reader<'_> {
    /// Notes that something at `offset` is left out, or taken over in other words.
    fn note(&self, draft: &mut Draft, offset: usize, message: impl AsRef<str>) {
        draft.left_out.push(ConfigError::new(self.places.at(offset), message));
    }
}

/// Makes a config of the files of other scanners. `findings` are those of a scan in which nothing was
/// suppressed; none are needed where there is no ignore file.
///
/// # Errors
/// A file that is not what its kind says, each with the place of the error.
pub fn migrate(sources: &[Source<'_>], findings: &[Finding]) -> Result<Migration, Vec<ConfigError>> {
    let mut draft = Draft::default();
    let mut errors = Vec::new();
    for source in sources {
        let reader = Reader { source: *source, places: Places::new(source.file, source.text) };
        let read = match source.kind {
            Kind::GitleaksConfig => gitleaks::read(&reader, &mut draft),
            Kind::GitleaksIgnore => {
                ignore::gitleaks(&reader, findings, &mut draft);
                Ok(())
            }
            Kind::DetectSecrets => ignore::detect_secrets(&reader, &mut draft),
        };
        errors.extend(read.err());
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    draft.left_out.sort_by(|a, b| a.place.cmp(&b.place));
    draft.left_out.dedup();
    let toml = write::config(&draft);
    // Each part was checked by itself; were the whole wrong all the same, that must not pass in silence.
    config::parse("tokensieve.toml", &toml)?;
    Ok(Migration { toml, left_out: draft.left_out })
}

#[cfg(test)]
mod tests;
