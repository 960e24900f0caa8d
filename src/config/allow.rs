//! Allowances: what may stand, why, and until when.
//!
//! All the keys of an allowance must fit; of the entries of one key, any.

use bstr::BStr;
use regex::bytes::Regex;

use super::path::PathPattern;
use super::value::ValuePattern;
use super::{Day, Place};

/// One `[[allow]]`.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it applies.
    pub expires: Option<Day>,
    /// Where it is written.
    pub place: Place,
    /// Ids of the rules it is for; empty for all.
    pub rules: Vec<super::Named>,
    pub(super) paths: Vec<PathPattern>,
    pub(super) values: Vec<ValuePattern>,
    pub(super) lines: Vec<Regex>,
    pub(super) commits: Vec<String>,
    /// What is written, key by key.
    pub(super) written: Written,
}

/// The keys of an allowance and their entries, as written.
pub(super) type Written = Vec<(&'static str, Vec<String>)>;

/// A secret at a place, as far as an allowance looks at it.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Id of the rule that found it.
    pub rule: &'a str,
    /// The secret; `None` for a finding about a file.
    pub value: Option<&'a [u8]>,
    /// Path below the root of the repository, with `/`.
    pub path: &'a BStr,
    /// The first commit that has it there.
    pub commit: Option<&'a str>,
    /// The text of its line.
    pub line: &'a [u8],
}

impl Allowance {
    /// Whether it still applies.
    pub fn is_in_force(&self, today: Day) -> bool {
        self.expires.is_none_or(|last| today <= last)
    }

    /// Whether it is about this secret at this place, in force or not.
    pub fn covers(&self, subject: &Subject<'_>) -> bool {
        any(&self.rules, |named| named.id == subject.rule)
            && any(&self.commits, |id| subject.commit.is_some_and(|c| c.starts_with(id.as_str())))
            && any(&self.paths, |pattern| pattern.matches(subject.path))
            && any(&self.values, |v| subject.value.is_some_and(|value| v.matches(subject.rule, value)))
            && any(&self.lines, |regex| regex.is_match(subject.line))
    }

    /// The warning to give once it has run out.
    pub(super) fn expired(&self) -> Option<String> {
        let owner = self.owner.as_ref().map(|owner| format!(", owner: {owner}")).unwrap_or_default();
        let last = self.expires?;
        Some(super::plain(&format!("this allowance ran out on {last} ({}{owner})", self.reason)))
    }
}

/// Whether one of them fits, or there is none to fit.
fn any<T>(wanted: &[T], fits: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(fits)
}
