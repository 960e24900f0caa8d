//! The matcher: from bytes to hits.
//!
//! Takes a text, the path it stands under and the range of it that is new; gives [`Hit`]s, the best one
//! where several rules match the same bytes.
//!
//! ```text
//! sieve (long runs) -> anchors in and left of them --+
//! literals of their own (PEM, URLs) -----------------+-> candidate -> pattern -> boundaries -> judge -> overlap
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
mod judge;
mod names;
mod overlap;
mod pattern;
mod pem;
pub mod placeholder;
pub mod reference;
mod sieve;
mod steps;

use std::ops::Range;

use bstr::BStr;
use memchr::memmem::Finder;

use crate::finding::Checksum;
use crate::rule::{Confidence, Rule, Scope, Severity};
use anchors::Anchors;
pub use anchors::MIN_ANCHOR;
use gate::Gate;
pub use judge::Reject;
use pattern::Pattern;
pub use sieve::{MIN_RUN, is_run_byte};

/// How far left of a run anchors are looked for, in bytes, where one of [`is_joint`] precedes the run.
const LEFT_REACH: usize = 48;

/// How far a changed range is widened before it is scanned, in bytes: further than any `context` or
/// `with` of a rule that is built in reaches.
const WIDEN: usize = 1024;

/// Verifiers that look at the text around a match, and are therefore part of the judge.
pub const SPECIAL: [&str; 2] = ["pem", "url-host"];

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
    in_runs: Anchors,
    in_text: Vec<TextAnchor>,
    in_names: Anchors,
    has_names: bool,
    whole_file: Vec<u16>,
    gate: Gate,
}

/// A literal with a search of its own, and the rules that it stands for.
#[derive(Debug)]
struct TextAnchor {
    finder: Finder<'static>,
    rules: Vec<u16>,
}

/// What one worker needs from blob to blob. Make one per thread.
#[derive(Debug)]
pub struct Scratch {
    /// Per rule: matches that begin before this offset are ruled out or already found.
    done: Vec<usize>,
    /// Rules that look at this file because of its path.
    gate: gate::Opened,
    touched: Vec<u16>,
    hits: Vec<Hit>,
    /// The long runs of the last text: whatever decodes it looks at these first.
    pub runs: Vec<Range<usize>>,
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
        let names = || numbered().flat_map(|(i, r)| r.names.iter().map(move |n| (*n, false, i)));
        let is_whole = |r: &Rule| {
            r.anchors.is_empty() && r.names.is_empty() && !r.files.is_empty() && !r.pattern.is_empty()
        };
        Self {
            in_runs: Anchors::new(anchors(Scope::Run)),
            in_text: text_anchors(anchors(Scope::Text)),
            in_names: Anchors::new(names()),
            has_names: names().next().is_some(),
            whole_file: numbered().filter(|(_, r)| is_whole(r)).map(|(i, _)| i).collect(),
            gate: Gate::new(&rules),
            patterns: rules.iter().map(|r| Pattern::new(r)).collect(),
            rules,
        }
    }

    /// The rules, in the order that [`Hit::rule`] counts in.
    pub fn rules(&self) -> &[&'static Rule] {
        &self.rules
    }

    /// The long runs of token characters in a text.
    pub fn runs(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        sieve::runs(text, 0..text.len(), |run| runs.push(run));
        runs
    }

    /// A scratch for this matcher.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            done: vec![0; self.rules.len()],
            gate: gate::Opened::default(),
            touched: Vec::new(),
            hits: Vec::new(),
            runs: Vec::new(),
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
        scratch.runs.clear();
        let mut job = Job { matcher: self, text, path, scratch };
        job.whole_file();
        job.runs(range.clone());
        job.literals(range);
        for rule in scratch.touched.drain(..) {
            scratch.done[usize::from(rule)] = 0;
        }
        overlap::resolve(&self.rules, std::mem::take(&mut scratch.hits))
    }
}

fn text_anchors<'a>(anchors: impl Iterator<Item = (&'a str, bool, u16)>) -> Vec<TextAnchor> {
    let mut by_literal: Vec<(&str, Vec<u16>)> = Vec::new();
    for (literal, _, rule) in anchors {
        match by_literal.iter_mut().find(|(l, _)| *l == literal) {
            Some((_, rules)) => rules.push(rule),
            None => by_literal.push((literal, vec![rule])),
        }
    }
    let build = |(literal, rules): (&str, Vec<u16>)| TextAnchor {
        finder: Finder::new(literal.as_bytes()).into_owned(),
        rules,
    };
    by_literal.into_iter().map(build).collect()
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

/// Whether a byte joins what stands left of it to the run behind it, as in `AccountKey=...` or `123:AA...`.
fn is_joint(b: u8) -> bool {
    matches!(b, b':' | b'=' | b'$' | b'!' | b'%' | b'&' | b'?' | b'@' | b'|')
}

/// One call of [`Matcher::scan`].
struct Job<'a> {
    matcher: &'a Matcher,
    text: &'a [u8],
    path: &'a BStr,
    scratch: &'a mut Scratch,
}

impl Job<'_> {
    /// Long runs: anchors in them, and names before them.
    fn runs(&mut self, range: Range<usize>) {
        let (matcher, text) = (self.matcher, self.text);
        let mut seen = 0;
        sieve::runs(text, range, |run| {
            let joined = run.start > 0 && is_joint(text[run.start - 1]);
            let from = if joined { run.start.saturating_sub(LEFT_REACH).max(seen) } else { run.start };
            seen = run.end;
            self.scratch.runs.push(run.clone());
            matcher.in_runs.find(text, from, run.end, |rule, at| {
                if !self.is_too_short(rule, run.end - at.start) {
                    self.candidate(rule, at.start);
                }
            });
            if matcher.has_names {
                self.named_value(run);
            }
        });
    }

    /// Whether a match of the rule that begins where so many bytes of the run are left cannot be: most
    /// anchors in ordinary text are parts of short names, and need no pattern to be turned down.
    fn is_too_short(&self, rule: u16, left: usize) -> bool {
        let def = self.matcher.rules[usize::from(rule)];
        def.is_one_run && def.lead == Some(0) && left < def.min_len as usize
    }

    /// Rules that know the value by the name it is assigned to.
    fn named_value(&mut self, run: Range<usize>) {
        let Some(name) = names::name_of(self.text, run.start) else { return };
        let name = names::normalise(&self.text[name]);
        let matcher = self.matcher;
        matcher.in_names.find(&name, 0, name.len(), |rule, word| {
            let def = matcher.rules[usize::from(rule)];
            let is_too_short = def.is_one_run && run.len() < def.min_len as usize;
            if !is_too_short && !names::is_about_the_value(&name[word.end..]) && self.looks_at_path(rule) {
                self.value_at(rule, run.start);
            }
        });
    }

    /// The value that begins at `at` against a named rule's pattern, which must match all of it.
    fn value_at(&mut self, rule: u16, at: usize) {
        if self.scratch.done[usize::from(rule)] > at {
            return;
        }
        let def = self.matcher.rules[usize::from(rule)];
        let end = self.text.len().min(at + def.max_len as usize + 1);
        let found = self.matcher.patterns[usize::from(rule)].value(&self.text[..end], at);
        if let Some(m) = found.filter(|m| !self.is_cut_off(def, m)) {
            self.set_done(rule, m.whole.end);
            self.consider(rule, m);
        }
    }

    /// Literals that are searched for in the whole text.
    fn literals(&mut self, range: Range<usize>) {
        let (matcher, text) = (self.matcher, self.text);
        for anchor in &matcher.in_text {
            let is_key = anchor.rules.iter().any(|r| matcher.rules[usize::from(*r)].checksum == Some("pem"));
            let from = if is_key { pem::body_start(text, range.start) } else { range.start };
            for at in anchor.finder.find_iter(&text[from..range.end]) {
                let at = from + at;
                if anchor.finder.needle() == b"://" && !has_userinfo(text, at + 3) {
                    continue;
                }
                for &rule in &anchor.rules {
                    self.candidate(rule, at);
                }
            }
        }
    }

    /// Rules for whole files of certain names.
    fn whole_file(&mut self) {
        let matcher = self.matcher;
        if self.scratch.gate.rules().is_empty() {
            return;
        }
        for &rule in &matcher.whole_file {
            if self.looks_at_path(rule) {
                let mut at = 0;
                while let Some(m) = matcher.patterns[usize::from(rule)].find(self.text, at, self.text.len()) {
                    at = m.whole.end.max(m.whole.start + 1);
                    self.consider(rule, m);
                }
            }
        }
    }

    /// An anchor of `rule` at `at`: searches the window around it for the pattern.
    fn candidate(&mut self, rule: u16, at: usize) {
        let done = self.scratch.done[usize::from(rule)];
        let def = self.matcher.rules[usize::from(rule)];
        let longest = def.max_len as usize;
        if at < done || self.scratch.has_more_hits || !self.looks_at_path(rule) {
            return;
        }
        let mut from = at.saturating_sub(def.lead.map_or(longest, |n| n as usize)).max(done);
        let window_end = self.text.len().min(at + 2 * longest);
        while let Some(m) = self.matcher.patterns[usize::from(rule)].find(self.text, from, window_end) {
            if !self.bounded(def, &m) {
                from = self.next_start(def, &m, window_end);
                continue;
            }
            if m.whole.start > at {
                // The match of a later anchor, which has its own turn and its own window.
                return self.set_done(rule, m.whole.start);
            }
            self.set_done(rule, m.whole.end);
            return self.consider(rule, m);
        }
        let ruled_out = if window_end == self.text.len() { window_end } else { window_end - longest };
        self.set_done(rule, ruled_out.max(at + 1));
    }

    /// Whether no forbidden byte stands beside the secret. A token whose checksum is right needs no left
    /// boundary: chance makes none.
    fn bounded(&self, rule: &Rule, m: &pattern::Match) -> bool {
        let before = m.secret.start.checked_sub(1).and_then(|i| self.text.get(i));
        let is_inside = before.is_some_and(|b| crate::rule::contains(&rule.left, *b));
        !self.is_cut_off(rule, m)
            && (!is_inside || judge::verify(rule, &self.text[m.secret.clone()]) == Checksum::Valid)
    }

    /// Whether the byte behind the secret is one that would belong to it.
    fn is_cut_off(&self, rule: &Rule, m: &pattern::Match) -> bool {
        self.text.get(m.secret.end).is_some_and(|b| crate::rule::contains(&rule.right, *b))
    }

    /// Where the next match may begin after one that a boundary forbids. A secret that begins inside a
    /// stretch of forbidden left neighbours is forbidden too, so the rest of that stretch is passed over:
    /// otherwise a long one would be searched once from each of its bytes. What lies behind the window is left
    /// to the next one: a stretch may be as long as the text.
    fn next_start(&self, rule: &Rule, m: &pattern::Match, window_end: usize) -> usize {
        let next = m.whole.start + 1;
        let may_lack_boundary = rule.checksum.is_some() && rule.max_len <= 1024;
        if rule.has_secret_group || may_lack_boundary {
            return next;
        }
        let stretch = self.text[m.whole.start..window_end].iter();
        let stretch = stretch.take_while(|b| crate::rule::contains(&rule.left, **b)).count();
        steps::count(stretch);
        next.max(m.whole.start + stretch)
    }

    fn consider(&mut self, rule: u16, m: pattern::Match) {
        if m.secret.is_empty() {
            // A pattern of a user's may match nothing: that is no secret.
            return;
        }
        let def = self.matcher.rules[usize::from(rule)];
        let pattern = &self.matcher.patterns[usize::from(rule)];
        match judge::judge(def, pattern, self.text, self.path, &m) {
            Ok(_) if self.scratch.hits.len() >= self.scratch.most_hits => self.scratch.has_more_hits = true,
            Ok(verdict) => self.scratch.hits.push(verdict.hit(rule)),
            Err(reason) if self.scratch.keep_rejected => {
                self.scratch.rejected.push((rule, m.secret, reason));
            }
            Err(_) => {}
        }
    }

    fn looks_at_path(&self, rule: u16) -> bool {
        let def = self.matcher.rules[usize::from(rule)];
        def.files.is_empty() || self.scratch.gate.rules().binary_search(&rule).is_ok()
    }

    fn set_done(&mut self, rule: u16, until: usize) {
        self.scratch.done[usize::from(rule)] = until;
        self.scratch.touched.push(rule);
    }
}

/// Whether an `@` ends the authority that begins at `at`: a cheap test before the pattern of a URL with
/// user and password is tried.
fn has_userinfo(text: &[u8], at: usize) -> bool {
    let rest = &text[at..text.len().min(at + 1100)];
    steps::count(rest.len());
    let ends =
        |b: &u8| matches!(b, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'@') || *b <= b' ';
    rest.iter().find(|b| ends(b)) == Some(&b'@')
}
