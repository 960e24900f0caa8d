//! The baseline: secrets that were there when the scanner came, so that only new ones are reported.
//!
//! ```json
//! {
//! "tokensieve_baseline": 1,
//! "salt": "32 hex digits",
//! "entries": [
//! {"hash":"16 hex digits","rule":"jwt","path":"src/a.rs"},
//! {"hash":"16 hex digits","rule":"npmrc-auth","path":".npmrc"}
//! ]
//! }
//! ```
//!
//! One entry is one secret under one rule. It is known by its hash alone: a renamed file or a moved line
//! changes nothing, and another secret in the same place is another hash. The path tells a reader where to
//! look; [`Baseline::update`] refreshes it. Entries are sorted by hash, so that those of two branches
//! rarely meet in a merge, and nothing in the file changes unless a secret comes or goes.

use std::collections::BTreeMap;

use bstr::ByteSlice as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::Salt;
use crate::config::{ConfigError, plain};
use crate::finding::{Finding, Secret};

/// Known secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    salt: Salt,
    /// By hash.
    entries: BTreeMap<String, Entry>,
}

/// A known secret under a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// 16 hex digits: HMAC-SHA256 of rule and value.
    #[serde(deserialize_with = "sixteen_digits")]
    pub hash: String,
    /// Id of the rule.
    pub rule: String,
    /// A path that the secret was last seen in.
    pub path: String,
}

/// What an update did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// The new baseline.
    pub baseline: Baseline,
    /// Entries that are new.
    pub added: usize,
    /// Entries whose path is another than before.
    pub moved: usize,
    /// Entries that matched nothing: kept by an update, gone after a prune.
    pub unmatched: Vec<Entry>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "tokensieve_baseline", deserialize_with = "version_one")]
    _version: (),
    #[serde(deserialize_with = "salt")]
    salt: Salt,
    entries: Vec<Entry>,
}

impl Baseline {
    /// A baseline of these findings.
    pub fn create<'f>(salt: Salt, findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        Self { salt, entries: BTreeMap::new() }.update(findings).baseline
    }

    /// Adds findings that are new, and refreshes the paths of known ones. What matched nothing stays: a
    /// scan of one folder must not forget the others.
    #[must_use]
    pub fn update<'f>(&self, findings: impl IntoIterator<Item = &'f Finding>) -> Updated {
        self.merge(findings, true)
    }

    /// Takes out the entries that match none of these findings. Give it all that a complete scan found,
    /// suppressed or not.
    #[must_use]
    pub fn prune<'f>(&self, findings: impl IntoIterator<Item = &'f Finding>) -> Updated {
        let mut done = self.merge(findings, false);
        for entry in &done.unmatched {
            done.baseline.entries.remove(&entry.hash);
        }
        done
    }

    fn merge<'f>(&self, findings: impl IntoIterator<Item = &'f Finding>, add: bool) -> Updated {
        let mut unmatched = self.entries.clone();
        let mut done = Updated { baseline: self.clone(), added: 0, moved: 0, unmatched: Vec::new() };
        for finding in findings {
            let hash = self.salt.name_of(finding.rule.id, value_of(finding));
            match done.baseline.entries.get_mut(&hash) {
                Some(known) if unmatched.remove(&hash).is_some() => {
                    done.moved += usize::from(refresh(known, finding));
                }
                None if add => {
                    let entry = Entry {
                        hash: hash.clone(),
                        rule: finding.rule.id.to_owned(),
                        path: path_of(finding),
                    };
                    done.added += 1;
                    done.baseline.entries.insert(hash, entry);
                }
                _ => {}
            }
        }
        done.unmatched = unmatched.into_values().collect();
        done
    }

    /// Reads a baseline whose text is `text` and whose name is `file`. Entries may come in any order and
    /// twice, as a merge may leave them.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let document: Document =
            serde_json::from_str(text).map_err(|e| ConfigError::of_json(file, text, &e))?;
        let mut entries = BTreeMap::<String, Entry>::new();
        for entry in document.entries {
            // Of two the smaller, so that the order in the file does not count.
            match entries.get_mut(&entry.hash) {
                Some(known) => *known = known.clone().min(entry),
                None => {
                    entries.insert(entry.hash.clone(), entry);
                }
            }
        }
        Ok(Self { salt: document.salt, entries })
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let entry = |entry| serde_json::to_string(entry).unwrap_or_default();
        let entries: Vec<String> = self.entries.values().map(entry).collect();
        let entries = if entries.is_empty() { String::new() } else { format!("\n{}", entries.join(",\n")) };
        format!(
            "{{\n\"tokensieve_baseline\": 1,\n\"salt\": \"{}\",\n\"entries\": [{entries}\n]\n}}\n",
            self.salt
        )
    }

    /// The entries, in order of their hashes.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The entry for what `rule` found: `value` is the secret or, in a finding about a file, its path.
    pub fn find(&self, rule: &str, value: &[u8]) -> Option<&Entry> {
        self.entries.get(&self.salt.name_of(rule, value))
    }

    /// Whether it knows a finding.
    pub fn knows(&self, finding: &Finding) -> bool {
        self.find(finding.rule.id, value_of(finding)).is_some()
    }
}

/// What makes a finding the one it is: the secret or, in a finding about a file, the path.
fn value_of(finding: &Finding) -> &[u8] {
    let path = || finding.occurrences.first().map_or(&b""[..], |o| bare(&o.path));
    finding.secret.as_ref().map_or_else(path, Secret::expose)
}

/// A path without the `./` that it may be typed with.
pub(super) fn bare(path: &[u8]) -> &[u8] {
    path.strip_prefix(b"./").unwrap_or(path)
}

/// The first path in the alphabet, whatever the order of the occurrences.
fn path_of(finding: &Finding) -> String {
    let paths = finding.occurrences.iter().map(|o| written(&o.path));
    paths.min().unwrap_or_default()
}

fn written(path: &[u8]) -> String {
    plain(&bare(path).to_str_lossy())
}

/// Gives an entry another path where the secret left the old one.
fn refresh(entry: &mut Entry, finding: &Finding) -> bool {
    let still_there = finding.occurrences.iter().any(|o| written(&o.path) == entry.path);
    if !still_there {
        entry.path = path_of(finding);
    }
    !still_there
}

fn sixteen_digits<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let right = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    right.then_some(text).ok_or_else(|| serde::de::Error::custom("a hash is 16 lower-case hex digits"))
}

fn version_one<'de, D: Deserializer<'de>>(from: D) -> Result<(), D::Error> {
    match u64::deserialize(from)? {
        1 => Ok(()),
        _ => Err(serde::de::Error::custom("a baseline of another version")),
    }
}

fn salt<'de, D: Deserializer<'de>>(from: D) -> Result<Salt, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
#[path = "baseline_tests.rs"]
pub(super) mod tests;
