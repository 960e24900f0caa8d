//! Ignore files and baselines of other scanners.
//!
//! Takes the text of `.gitleaksignore`, a gitleaks report in JSON, or detect-secrets' `.secrets.baseline`;
//! gives a [`Foreign`] that knows which secrets they name. The names of their rules are not ours, so a
//! rule never counts: a value does, where the file tells it or its hash, else file and line. A place hides
//! whatever stands there; only a baseline of our own is safe from that.

use std::collections::{HashMap, hash_map};

use bstr::{BStr, ByteSlice as _};
use serde::Deserialize;
use sha1::{Digest as _, Sha1};

use super::baseline::bare;
use crate::config::{ConfigError, Place, at_line, hex};
use crate::finding::Occurrence;

/// The shortest value that is looked for inside of longer ones.
const SHORTEST_PART: usize = 8;

/// What one file of another scanner names.
#[derive(Default)]
pub struct Foreign {
    /// Name of the file.
    file: String,
    entries: Vec<Entry>,
    by_value: HashMap<Vec<u8>, usize>,
    by_sha1: HashMap<String, usize>,
    by_place: HashMap<(String, u64), Vec<usize>>,
    /// Lines that could not be read.
    pub problems: Vec<ConfigError>,
}

/// One secret that it names.
struct Entry {
    /// 1-based line in the file; 0 where the format does not tell.
    line: usize,
    /// The commit it is limited to.
    commit: Option<String>,
    /// Text that the other scanner matched, where it is not masked.
    text: Vec<u8>,
    /// What it says, without a secret.
    name: String,
}

/// A secret at a place, as far as foreign files look at it.
pub(super) struct Sight<'a> {
    pub(super) value: Option<&'a [u8]>,
    pub(super) path: &'a BStr,
    pub(super) line: u64,
    pub(super) commit: Option<&'a str>,
}

impl Foreign {
    fn named(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// How many secrets it names.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries that name this secret.
    pub(super) fn find(&self, sight: &Sight<'_>) -> Vec<usize> {
        let mut found = sight.value.map_or_else(Vec::new, |value| self.by_value(value));
        found.extend(self.by_place(sight));
        found
    }

    fn by_value(&self, value: &[u8]) -> Vec<usize> {
        let hashed = || (!self.by_sha1.is_empty()).then(|| self.by_sha1.get(&hex(&Sha1::digest(value))))?;
        if let Some(known) = self.by_value.get(value).or_else(hashed) {
            return vec![*known];
        }
        let long_enough = value.len() >= SHORTEST_PART;
        let holds = |at: &usize| long_enough && self.entries[*at].text.contains_str(value);
        (0..self.entries.len()).filter(holds).collect()
    }

    fn by_place(&self, sight: &Sight<'_>) -> Vec<usize> {
        if self.by_place.is_empty() {
            return Vec::new();
        }
        let place = (sight.path.to_str_lossy().into_owned(), sight.line);
        let fits = |at: &usize| match &self.entries[*at].commit {
            Some(wanted) => sight.commit.is_some_and(|commit| commit.starts_with(wanted.as_str())),
            None => true,
        };
        let there = self.by_place.get(&place).map_or(&[][..], Vec::as_slice);
        there.iter().copied().filter(fits).collect()
    }

    /// Where an entry stands.
    pub(crate) fn place(&self, entry: usize) -> Place {
        at_line(&self.file, self.entries[entry].line.max(1))
    }

    /// The entries that name this place, by their position.
    pub(crate) fn at(&self, place: &Occurrence) -> Vec<usize> {
        let path = BStr::new(bare(&place.path));
        self.by_place(&Sight { value: None, path, line: place.line, commit: place.commit.as_deref() })
    }

    /// The commit that an entry is limited to.
    pub(crate) fn commit(&self, entry: usize) -> Option<&str> {
        self.entries[entry].commit.as_deref()
    }

    /// What an entry says, without a secret.
    pub(crate) fn name(&self, entry: usize) -> &str {
        &self.entries[entry].name
    }

    pub(super) fn reason(&self, entry: usize) -> String {
        let line = self.entries[entry].line;
        if line == 0 { format!("named in {}", self.file) } else { format!("named in {}:{line}", self.file) }
    }

    fn add_place(&mut self, path: &str, line: u64, entry: Entry) {
        let path = path.replace('\\', "/").trim_start_matches("./").to_owned();
        self.by_place.entry((path, line)).or_default().push(self.entries.len());
        self.entries.push(entry);
    }

    /// Adds a value; one that stands in several places is one entry.
    fn add_value(&mut self, value: &str, entry: Entry) {
        if let hash_map::Entry::Vacant(free) = self.by_value.entry(value.as_bytes().to_owned()) {
            free.insert(self.entries.len());
            self.entries.push(entry);
        }
    }

    fn add_sha1(&mut self, hash: &str, entry: Entry) {
        if let hash_map::Entry::Vacant(free) = self.by_sha1.entry(hash.to_ascii_lowercase()) {
            free.insert(self.entries.len());
            self.entries.push(entry);
        }
    }
}

/// Reads a `.gitleaksignore`: `commit:file:rule:line` or `file:rule:line` a line. Lines that are neither
/// are [`Foreign::problems`], since gitleaks only warns of them too.
pub fn gitleaksignore(file: &str, text: &str) -> Foreign {
    let mut read = Foreign::named(file);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match fingerprint(line) {
            Some((commit, path, at)) => {
                let name = line.to_owned();
                read.add_place(path, at, Entry { line: number, commit, text: Vec::new(), name });
            }
            None => read.problems.push(ConfigError::new(
                at_line(file, number),
                "is no fingerprint: those are `commit:file:rule:line` or `file:rule:line`",
            )),
        }
    }
    read
}

/// Commit, file and line of a fingerprint. A file name may hold colons.
fn fingerprint(line: &str) -> Option<(Option<String>, &str, u64)> {
    let (rest, number) = line.rsplit_once(':')?;
    let (place, _rule) = rest.rsplit_once(':')?;
    let number = number.parse().ok()?;
    let is_commit = |text: &str| text.len() >= 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let (commit, path) = match place.split_once(':') {
        Some((commit, path)) if is_commit(commit) => (Some(commit.to_ascii_lowercase()), path),
        _ => (None, place),
    };
    (!path.is_empty()).then_some((commit, path, number))
}

/// One finding of a gitleaks report, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Leak {
    #[serde(rename = "RuleID")]
    rule: String,
    secret: String,
    r#match: String,
    file: String,
    commit: String,
    start_line: u64,
}

/// Reads a gitleaks report in JSON. A secret that is written in full is known by its value wherever it
/// stands, a masked one by its file and line (and commit).
///
/// # Errors
/// The text is no such report.
pub fn gitleaks_report(file: &str, text: &str) -> Result<Foreign, ConfigError> {
    let leaks: Option<Vec<Leak>> =
        serde_json::from_str(text).map_err(|e| ConfigError::of_json(file, text, &e))?;
    let mut read = Foreign::named(file);
    for leak in leaks.unwrap_or_default() {
        let name = format!("{}:{}:{}", leak.file, leak.rule, leak.start_line);
        let mut entry = Entry { line: 0, commit: None, text: Vec::new(), name };
        if is_masked(&leak.secret) {
            entry.commit = (!leak.commit.is_empty()).then_some(leak.commit);
            read.add_place(&leak.file, leak.start_line, entry);
        } else {
            // Where its rule took more or less of the text than ours does.
            entry.text = format!("{}\n{}", leak.secret, leak.r#match).into_bytes();
            read.add_value(&leak.secret, entry);
        }
    }
    Ok(read)
}

/// Whether gitleaks wrote the secret with `--redact`.
fn is_masked(secret: &str) -> bool {
    secret.is_empty() || secret == "REDACTED" || secret.ends_with("...")
}

/// detect-secrets' baseline, as far as it matters here.
#[derive(Deserialize)]
struct Secrets {
    results: HashMap<String, Vec<Potential>>,
}

#[derive(Deserialize)]
struct Potential {
    hashed_secret: String,
    #[serde(default)]
    line_number: u64,
}

/// Reads a `.secrets.baseline` of detect-secrets, which holds the SHA-1 of each secret.
///
/// # Errors
/// The text is no such baseline.
pub fn detect_secrets(file: &str, text: &str) -> Result<Foreign, ConfigError> {
    let secrets: Secrets = serde_json::from_str(text).map_err(|e| ConfigError::of_json(file, text, &e))?;
    let mut read = Foreign::named(file);
    let mut results: Vec<_> = secrets.results.into_iter().collect();
    results.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, potentials) in results {
        for one in potentials {
            let name = format!("{path}:{}", one.line_number);
            read.add_sha1(&one.hashed_secret, Entry { line: 0, commit: None, text: Vec::new(), name });
        }
    }
    Ok(read)
}

#[cfg(test)]
#[path = "foreign_tests.rs"]
mod tests;
