//! The judge of suppressions: holds a secret at a place against everything that may allow it, and counts.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use bstr::{BStr, BString};

use super::baseline::bare;
use super::foreign::Sight;
use super::inline::{Scene, allowed};
use super::{Baseline, Cause, Entry, Foreign, Verdict};
use crate::config::{Allowance, Config, ConfigError, Day, Subject};
use crate::finding::{Finding, Occurrence, Part, Secret};
use crate::rule::{self, Rule};
use crate::scanner::Sighting;

/// Everything that may suppress a finding, ready to judge. Shared by all threads.
pub struct Suppressor {
    allowances: Vec<(Allowance, AtomicU64)>,
    baseline: Option<Baseline>,
    /// Hashes of the entries of the baseline that matched.
    matched: Mutex<HashSet<String>>,
    foreign: Vec<(Foreign, Vec<AtomicU64>)>,
    foreign_comments: bool,
    own_rules: HashSet<&'static str>,
    /// What is taken off paths and what is put in its place, the longest first.
    roots: Vec<(BString, BString)>,
    counts: Mutex<BTreeMap<Cause, u64>>,
}

impl fmt::Debug for Suppressor {
    /// Says nothing of what it holds: that could be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Suppressor")
    }
}

/// What suppressed nothing.
#[derive(Debug, Default)]
pub struct Unused {
    /// A message for each allowance that is in force and fits nothing.
    pub allowances: Vec<ConfigError>,
    /// Entries of the baseline that match nothing.
    pub baseline: Vec<Entry>,
    /// A message for each entry of a foreign file that matches nothing.
    pub foreign: Vec<ConfigError>,
}

/// One secret at one place.
struct Case<'a> {
    rule: &'static Rule,
    secret: Option<&'a [u8]>,
    parts: &'a [Part],
    occurrence: &'a Occurrence,
    line: &'a [u8],
    previous: &'a [u8],
    today: Day,
}

impl Suppressor {
    /// A suppressor with the allowances of a config.
    pub fn new(config: &Config) -> Self {
        Self {
            allowances: config.allowances.iter().map(|a| (a.clone(), AtomicU64::new(0))).collect(),
            baseline: None,
            matched: Mutex::default(),
            foreign: Vec::new(),
            foreign_comments: true,
            own_rules: config.rules.iter().map(|own| own.rule.id).collect(),
            roots: Vec::new(),
            counts: Mutex::default(),
        }
    }

    /// With a baseline.
    #[must_use]
    pub fn with_baseline(self, baseline: Baseline) -> Self {
        Self { baseline: Some(baseline), ..self }
    }

    /// With an ignore file or baseline of another scanner.
    #[must_use]
    pub fn with_foreign(mut self, foreign: Foreign) -> Self {
        let uses = (0..foreign.len()).map(|_| AtomicU64::new(0)).collect();
        self.foreign.push((foreign, uses));
        self
    }

    /// With the comments of other scanners, or without them; with them unless this is said.
    #[must_use]
    pub fn with_foreign_comments(self, known: bool) -> Self {
        Self { foreign_comments: known, ..self }
    }

    /// Says how the paths of occurrences, which are as the user would type them, become paths below the
    /// root of the repository, which allowances speak of: `strip` is taken off, then `add` put before. Of
    /// several that fit the longest counts.
    #[must_use]
    pub fn with_root(mut self, strip: impl Into<BString>, add: impl Into<BString>) -> Self {
        self.roots.push((strip.into(), add.into()));
        self.roots.sort_by_key(|(strip, _)| std::cmp::Reverse(strip.len()));
        self
    }

    /// Whether a finding is to be reported at one of its places. `line` and `previous` are what
    /// [`around`](super::around) gives: the text of the line and of the one before it.
    pub fn judge(
        &self,
        finding: &Finding,
        occurrence: &Occurrence,
        line: &[u8],
        previous: &[u8],
        today: Day,
    ) -> Verdict {
        let secret = finding.secret.as_ref().map(Secret::expose);
        self.decide(&Case {
            rule: finding.rule,
            secret,
            parts: &finding.parts,
            occurrence,
            line,
            previous,
            today,
        })
    }

    /// The same for a sighting, which a worker has at hand together with the text.
    pub fn judge_sighting(&self, sighting: &Sighting, line: &[u8], previous: &[u8], today: Day) -> Verdict {
        let secret = sighting.secret.as_ref().map(Secret::expose);
        let (parts, occurrence) = (&sighting.parts, &sighting.occurrence);
        self.decide(&Case { rule: sighting.rule, secret, parts, occurrence, line, previous, today })
    }

    fn decide(&self, case: &Case<'_>) -> Verdict {
        let path = self.rooted(case.occurrence.path.as_ref());
        let path = BStr::new(&path);
        // All are asked, so that each one that fits counts as used.
        let fitting = [
            self.by_comment(case),
            self.by_allowance(case, path),
            self.by_baseline(case),
            self.by_foreign(case, path),
        ];
        let Some((by, reason)) = fitting.into_iter().flatten().next() else { return Verdict::Report };
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(by).or_default() += 1;
        Verdict::Suppressed { by, reason }
    }

    fn by_comment(&self, case: &Case<'_>) -> Option<(Cause, String)> {
        if case.occurrence.line == 0 {
            return None;
        }
        let parts = case.parts.iter().map(|part| part.secret.expose());
        let scene = Scene {
            line: case.line,
            previous: case.previous,
            secrets: case.secret.into_iter().chain(parts).collect(),
            rule: case.rule.id,
        };
        let found = allowed(&scene, self.foreign_comments, &|word| self.is_rule(word))?;
        Some((Cause::InlineComment { syntax: found.syntax }, found.reason))
    }

    fn by_allowance(&self, case: &Case<'_>, path: &BStr) -> Option<(Cause, String)> {
        let (rule, value, line) = (case.rule.id, case.secret, case.line);
        let subject = Subject { rule, value, path, commit: case.occurrence.commit.as_deref(), line };
        let mut first = None;
        for (allowance, uses) in &self.allowances {
            if allowance.is_in_force(case.today) && allowance.covers(&subject) {
                uses.fetch_add(1, Ordering::Relaxed);
                first.get_or_insert_with(|| (Cause::Allowance, allowance.reason.clone()));
            }
        }
        first
    }

    fn by_baseline(&self, case: &Case<'_>) -> Option<(Cause, String)> {
        let value = case.secret.unwrap_or_else(|| bare(&case.occurrence.path));
        let entry = self.baseline.as_ref()?.find(case.rule.id, value)?;
        self.matched.lock().unwrap_or_else(PoisonError::into_inner).insert(entry.hash.clone());
        Some((Cause::Baseline, "known from the baseline".to_owned()))
    }

    fn by_foreign(&self, case: &Case<'_>, path: &BStr) -> Option<(Cause, String)> {
        let (line, commit) = (case.occurrence.line, case.occurrence.commit.as_deref());
        let sight = Sight { value: case.secret, path, line, commit };
        let mut first = None;
        for (foreign, uses) in &self.foreign {
            for entry in foreign.find(&sight) {
                uses[entry].fetch_add(1, Ordering::Relaxed);
                first.get_or_insert_with(|| (Cause::ForeignIgnoreFile, foreign.reason(entry)));
            }
        }
        first
    }

    /// How many places each cause has suppressed.
    pub fn counts(&self) -> BTreeMap<Cause, u64> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What suppressed nothing so far; ask when all is judged. Allowances that ran out are not among
    /// them: [`Config::expired`] names those.
    pub fn unused(&self, today: Day) -> Unused {
        let idle = |uses: &AtomicU64| uses.load(Ordering::Relaxed) == 0;
        let allowances = self.allowances.iter().filter(|(a, uses)| idle(uses) && a.is_in_force(today));
        let matched = self.matched.lock().unwrap_or_else(PoisonError::into_inner);
        let baseline = self.baseline.iter().flat_map(Baseline::entries);
        let mut unused = Unused {
            allowances: allowances.map(|(a, _)| useless(a)).collect(),
            baseline: baseline.filter(|entry| !matched.contains(&entry.hash)).cloned().collect(),
            foreign: Vec::new(),
        };
        for (foreign, uses) in &self.foreign {
            for (entry, _) in uses.iter().enumerate().filter(|(_, uses)| idle(uses)) {
                let message = format!("matches nothing: {}", foreign.name(entry));
                unused.foreign.push(ConfigError::new(foreign.place(entry), message));
            }
        }
        unused
    }

    fn is_rule(&self, word: &[u8]) -> bool {
        let Ok(word) = std::str::from_utf8(word) else { return false };
        self.own_rules.contains(word)
            || word == rule::DOTENV.id
            || rule::embedded().iter().any(|rule| rule.id == word)
    }

    fn rooted(&self, path: &BStr) -> BString {
        let path = bare(path);
        let fits = |(strip, add): &(BString, BString)| {
            let rest = path.strip_prefix(strip.as_slice())?;
            let whole = strip.is_empty() || strip.ends_with(b"/") || rest.is_empty() || rest[0] == b'/';
            whole.then(|| below(add, rest.strip_prefix(b"/").unwrap_or(rest)))
        };
        self.roots.iter().find_map(fits).unwrap_or_else(|| BString::from(path))
    }
}

/// A path below a folder.
fn below(folder: &BString, path: &[u8]) -> BString {
    let folder = folder.strip_suffix(b"/").unwrap_or(folder);
    match (folder.is_empty(), path.is_empty()) {
        (true, _) => path.into(),
        (_, true) => folder.into(),
        _ => bstr::join("/", [folder, path]).into(),
    }
}

fn useless(allowance: &Allowance) -> ConfigError {
    let message = format!("this allowance fits nothing ({})", allowance.reason);
    ConfigError::new(allowance.place.clone(), message)
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
