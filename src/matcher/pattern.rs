//! A rule's regular expressions, compiled at first use.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use super::steps;
use crate::rule::Rule;

/// Largest compiled pattern, in bytes; a rule of a user that needs more is refused by the rule check.
pub(crate) const SIZE_LIMIT: usize = 1 << 20;

/// What a pattern matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    /// The whole match.
    pub whole: Range<usize>,
    /// The group `secret`, or the whole match.
    pub secret: Range<usize>,
}

#[derive(Debug)]
pub(super) struct Pattern {
    rule: &'static Rule,
    search: OnceLock<Option<Regex>>,
    value: OnceLock<Option<Regex>>,
    exclude: OnceLock<Vec<Regex>>,
}

/// Compiles a pattern as rules mean it: over bytes, ASCII classes.
pub(crate) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).size_limit(SIZE_LIMIT).build()
}

impl Pattern {
    pub(super) fn new(rule: &'static Rule) -> Self {
        Self { rule, search: OnceLock::new(), value: OnceLock::new(), exclude: OnceLock::new() }
    }

    /// Leftmost match in `text[from..to]`; the bytes before `from` count for `\b` and `^`.
    /// None where `from` lies behind `to`.
    pub(super) fn find(&self, text: &[u8], from: usize, to: usize) -> Option<Match> {
        let regex = self.search.get_or_init(|| compile(self.rule.pattern).ok()).as_ref()?;
        if from > to { None } else { self.run(regex, &text[..to], from) }
    }

    /// Match that begins at `at` exactly.
    pub(super) fn value(&self, text: &[u8], at: usize) -> Option<Match> {
        let anchored = || compile(&format!(r"\A(?:{})", self.rule.pattern)).ok();
        let regex = self.value.get_or_init(anchored).as_ref()?;
        let m = self.run(regex, &text[at..], 0)?;
        let shift = |r: Range<usize>| r.start + at..r.end + at;
        Some(Match { whole: shift(m.whole), secret: shift(m.secret) })
    }

    fn run(&self, regex: &Regex, text: &[u8], from: usize) -> Option<Match> {
        let found = self.match_in(regex, text, from);
        steps::count(found.as_ref().map_or(text.len(), |m| m.whole.end) - from);
        found
    }

    fn match_in(&self, regex: &Regex, text: &[u8], from: usize) -> Option<Match> {
        if !self.rule.has_secret_group {
            let m = regex.find_at(text, from)?;
            return Some(Match { whole: m.range(), secret: m.range() });
        }
        let captures = regex.captures_at(text, from)?;
        let whole = captures.get(0)?.range();
        let secret = captures.name("secret").map_or(whole.clone(), |g| g.range());
        Some(Match { whole, secret })
    }

    /// Whether one of the rule's `exclude` patterns matches the secret.
    pub(super) fn excludes(&self, secret: &[u8]) -> bool {
        let compiled = || self.rule.exclude.iter().filter_map(|p| compile(p).ok()).collect();
        self.exclude.get_or_init(compiled).iter().any(|r| r.is_match(secret))
    }
}
