//! The matcher: from bytes to hits.
//!
//! Takes a text, the path it stands under and the range of it that is new; gives [`Hit`]s, the best one
//! where several rules match the same bytes.
//!
//! ```text
//! sieve (long runs) -> anchors in and left of them --+
//! literals of their own (PEM, URLs, passwords) ------+-> candidate -> pattern -> boundaries -> judge -> overlap
//! names left of long runs ---------------------------+
//! ```
//!
//! A rule's pattern is compiled at its first candidate, so a scan that meets none compiles none.
//! No input makes this quadratic: where a rule's search of a window finds nothing, the rule skips all
//! anchors that the window has ruled out, so no byte is searched more than a few times per rule.

mod anchors;
pub mod checksum;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod gate;
mod job;
mod judge;
mod jwk;
mod literals;
mod manifest;
mod meaning;
mod names;
mod near;
mod nonsecret;
mod overlap;
mod password;
mod pattern;
mod pem;
pub mod placeholder;
mod published;
mod random;
pub mod reference;
mod setting;
mod sieve;
mod site;
mod steps;
mod value;
mod vector;
mod written_over;

use std::ops::Range;

use crate::finding::Checksum;
use crate::rule::{Confidence, Rule, Scope, Severity};
use anchors::Anchors;
pub use anchors::MIN_ANCHOR;
use bstr::BStr;
use gate::Gate;
use job::Job;
pub use judge::Reject;
use literals::Literals;
pub(crate) use meaning::is_rule_name;
use pattern::Pattern;
pub use sieve::{MIN_CLOSED, MIN_RUN, is_run_byte};
use site::Site;
pub(crate) use site::is_example_path;
pub use vector::BLOCK as SIEVE_BLOCK;

/// How far a changed range is widened before it is scanned, in bytes: further than any `context` or
/// `with` of a rule that is built in reaches.
const WIDEN: usize = 1024;

/// Verifiers that look at the text around a match, and are therefore part of the judge.
pub const SPECIAL: [&str; 9] =
    ["pem", "der", "url-host", "password", "word", "random", "basic-auth", "jwk", "manifest"];

/// What the sieve saw in a text: whatever decodes it looks there first.
#[derive(Debug, Default)]
pub struct Sieved {
    /// The long runs of token characters, in order.
    pub runs: Vec<Range<usize>>,
    /// Where blocks of [`SIEVE_BLOCK`] bytes begin that are full of escapes or NUL bytes, in order.
    pub dense: Vec<usize>,
}

/// What the sieve sees in a text.
pub fn sieved(text: &[u8]) -> Sieved {
    let mut sieved = Sieved::default();
    sieve::runs(text, 0..text.len(), &mut sieved.dense, |run| {
        if run.len() >= MIN_RUN {
            sieved.runs.push(run);
        }
    });
    sieved
}

/// The shorter runs of token characters that what stands behind them makes values.
pub fn closed_runs(text: &[u8]) -> Vec<Range<usize>> {
    let mut closed = Vec::new();
    sieve::runs(text, 0..text.len(), &mut Vec::new(), |run| {
        if run.len() < MIN_RUN {
            closed.push(run);
        }
    });
    closed
}

/// Largest compiled pattern of a rule, in bytes.
pub const LARGEST_PATTERN: usize = pattern::SIZE_LIMIT;

/// Whether a pattern compiles within that limit.
pub fn compiles(pattern: &str) -> bool {
    pattern::compile(pattern).is_ok()
}

/// Whether all of these are globs.
pub fn globs_are_valid(globs: &[&str]) -> bool {
    globs.iter().all(|glob| gate::glob(glob).is_ok())
}

/// One match of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Index into [`Matcher::rules`].
    pub rule: u16,
    /// Where the secret stands.
    pub secret: Range<usize>,
    /// What the verifier said.
    pub checksum: Checksum,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Why it is not as sure or as bad as the rule says.
    pub notes: Vec<&'static str>,
    /// The other halves: rule and place.
    pub parts: Vec<(u16, Range<usize>)>,
}

/// A set of rules, ready to scan. Shared by all threads.
#[derive(Debug)]
pub struct Matcher {
    rules: Vec<&'static Rule>,
    patterns: Vec<Pattern>,
    in_runs: Anchors<'static>,
    in_text: Literals,
    in_names: Anchors<'static>,
    has_names: bool,
    whole_file: Vec<u16>,
    near: Vec<near::Near>,
    gate: Gate,
    now: u64,
}

/// What one worker needs from blob to blob. Make one per thread.
#[derive(Debug)]
pub struct Scratch {
    /// Per rule: matches that begin before this offset are ruled out or already found.
    done: Vec<usize>,
    /// Rules that look at this file because of its path.
    gate: gate::Opened,
    touched: Vec<u16>,
    /// Room for a name.
    name: Vec<u8>,
    hits: Vec<Hit>,
    /// What the sieve saw in the last text.
    pub sieved: Sieved,
    /// How many hits of one text are kept, and whether there were more.
    most_hits: usize,
    has_more_hits: bool,
    /// Candidates that were turned down, by reason.
    pub rejected: Vec<(u16, Range<usize>, Reject)>,
    /// Whether [`Self::rejected`] is filled.
    pub keep_rejected: bool,
}

impl Scratch {
    /// From now on keeps so many hits of a text, and all with `None`. Whether there were more since the last
    /// call.
    pub fn limit_hits(&mut self, most: Option<usize>) -> bool {
        self.most_hits = most.unwrap_or(usize::MAX);
        std::mem::take(&mut self.has_more_hits)
    }
}

impl Matcher {
    /// A matcher for these rules.
    pub fn new(rules: Vec<&'static Rule>) -> Self {
        let numbered = || (0u16..).zip(rules.iter().copied());
        let anchors = |scope: Scope| {
            numbered()
                .filter(move |(_, r)| r.scope == scope)
                .flat_map(|(i, r)| r.anchors.iter().map(move |a| (*a, r.ignore_case, i)))
        };
        let in_runs = |r: &&Rule| r.scope == Scope::Run;
        let names = || {
            let rules = numbered().filter(move |(_, r)| in_runs(r));
            rules.flat_map(|(i, r)| r.names.iter().map(move |n| (meaning::sought(n), false, i)))
        };
        let is_whole = |r: &Rule| {
            let has_words = !(r.anchors.is_empty() && r.names.is_empty());
            r.scope != Scope::Near && !has_words && !r.files.is_empty() && !r.pattern.is_empty()
        };
        Self {
            in_runs: Anchors::new(anchors(Scope::Run)),
            in_text: Literals::new(anchors(Scope::Text).map(|(literal, _, rule)| (literal, rule))),
            in_names: Anchors::new(names()),
            has_names: names().next().is_some(),
            whole_file: numbered().filter(|(_, r)| is_whole(r)).map(|(i, _)| i).collect(),
            near: near::list(&rules),
            gate: Gate::new(&rules),
            now: 0,
            patterns: rules.iter().map(|r| Pattern::new(r)).collect(),
            rules,
        }
    }

    /// The same at a moment, in seconds since 1970, at which tokens may have expired. Without one none has:
    /// the library has no clock, so that a scan can be repeated.
    #[must_use]
    pub fn at(self, now: u64) -> Self {
        Self { now, ..self }
    }

    /// The rules, in the order that [`Hit::rule`] counts in.
    pub fn rules(&self) -> &[&'static Rule] {
        &self.rules
    }

    /// A scratch for this matcher.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            done: vec![0; self.rules.len()],
            gate: gate::Opened::default(),
            touched: Vec::new(),
            name: Vec::new(),
            hits: Vec::new(),
            sieved: Sieved::default(),
            most_hits: usize::MAX,
            has_more_hits: false,
            rejected: Vec::new(),
            keep_rejected: false,
        }
    }

    /// All hits in `text` that have to do with `text[range]`: the range is widened to whole lines and
    /// runs first, so a hit may also lie close to it.
    pub fn scan(&self, text: &[u8], path: &BStr, range: Range<usize>, scratch: &mut Scratch) -> Vec<Hit> {
        let range = widen(text, range);
        self.gate.open(path, &mut scratch.gate);
        scratch.sieved.runs.clear();
        scratch.sieved.dense.clear();
        let mut job = Job { matcher: self, site: Site::new(text, path, self.now), scratch, list: None };
        job.whole_file();
        job.runs(range.clone());
        job.literals(range);
        job.partners();
        for rule in scratch.touched.drain(..) {
            scratch.done[usize::from(rule)] = 0;
        }
        overlap::resolve(&self.rules, std::mem::take(&mut scratch.hits))
    }
}

/// The range with [`WIDEN`] bytes around it, up to line ends where one is near.
fn widen(text: &[u8], range: Range<usize>) -> Range<usize> {
    if range.start == 0 && range.end == text.len() {
        return range;
    }
    let from = range.start.saturating_sub(WIDEN);
    let to = text.len().min(range.end + WIDEN);
    let line_start = memchr::memrchr(b'\n', &text[from.saturating_sub(WIDEN)..from]);
    let line_end = memchr::memchr(b'\n', &text[to..text.len().min(to + WIDEN)]);
    line_start.map_or(from, |i| from.saturating_sub(WIDEN) + i + 1)..line_end.map_or(to, |i| to + i + 1)
}
