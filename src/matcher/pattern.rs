//! A rule's regular expressions, compiled at first use.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::RegexBuilder;
use regex_automata::meta::{self, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

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
    exclude: OnceLock<Vec<regex::bytes::Regex>>,
}

/// Compiles a pattern as rules mean it: over bytes, ASCII classes.
pub(crate) fn compile(pattern: &str) -> Result<regex::bytes::Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).size_limit(SIZE_LIMIT).build()
}

/// The same for a rule's own pattern, of which a scan meets some forty, each a few times: so what makes many
/// searches cheaper and the first one dearer is left out.
fn compile_own(rule: &Rule) -> Option<Regex> {
    let captures = if rule.has_secret_group { WhichCaptures::All } else { WhichCaptures::Implicit };
    let config = meta::Config::new()
        .utf8_empty(false)
        .nfa_size_limit(Some(SIZE_LIMIT))
        .which_captures(captures)
        .onepass(false);
    let syntax = syntax::Config::new().unicode(false).utf8(false);
    Regex::builder().configure(config).syntax(syntax).build(rule.pattern).ok()
}

impl Pattern {
    pub(super) fn new(rule: &'static Rule) -> Self {
        Self { rule, search: OnceLock::new(), exclude: OnceLock::new() }
    }

    /// Leftmost match in `text[from..to]`; the bytes before `from` count for `\b` and `^`.
    /// None where `from` lies behind `to`.
    pub(super) fn find(&self, text: &[u8], from: usize, to: usize) -> Option<Match> {
        if from > to { None } else { self.run(Input::new(&text[..to]).range(from..to)) }
    }

    /// Match that begins at `at` exactly, where a value begins: nothing before it counts.
    pub(super) fn value(&self, text: &[u8], at: usize) -> Option<Match> {
        let m = self.run(Input::new(&text[at..]).anchored(Anchored::Yes))?;
        let shift = |r: Range<usize>| r.start + at..r.end + at;
        Some(Match { whole: shift(m.whole), secret: shift(m.secret) })
    }

    fn run(&self, input: Input<'_>) -> Option<Match> {
        let regex = self.search.get_or_init(|| compile_own(self.rule)).as_ref()?;
        let (from, to) = (input.start(), input.end());
        let found = self.match_in(regex, &input);
        steps::count(found.as_ref().map_or(to, |m| m.whole.end) - from);
        found
    }

    fn match_in(&self, regex: &Regex, input: &Input<'_>) -> Option<Match> {
        if !self.rule.has_secret_group {
            let m = regex.search(input)?;
            return Some(Match { whole: m.range(), secret: m.range() });
        }
        let mut captures = regex.create_captures();
        regex.search_captures(input, &mut captures);
        let whole = captures.get_match()?.range();
        let secret = captures.get_group_by_name("secret").map_or(whole.clone(), |g| g.range());
        Some(Match { whole, secret })
    }

    /// Whether one of the rule's `exclude` patterns matches the secret.
    pub(super) fn excludes(&self, secret: &[u8]) -> bool {
        let compiled = || self.rule.exclude.iter().filter_map(|p| compile(p).ok()).collect();
        self.exclude.get_or_init(compiled).iter().any(|r| r.is_match(secret))
    }
}
