//! `tokensieve why`: which rules looked at a text, and why each did or did not report.
//!
//! Goes through the stages of a scan in their order: sieve, rules, decoding, suppression. A line of a file is
//! explained as part of that file, since what stands around it counts.

use std::fmt::Write as _;
use std::ops::Range;

use bstr::{BStr, ByteSlice};
use tokensieve::blob::Origin;
use tokensieve::finding::Surface;
use tokensieve::matcher::{Hit, MIN_CLOSED, MIN_RUN, Matcher, closed_runs, sieved};
use tokensieve::outcome::Outcome;
use tokensieve::rule::{Confidence, Rule, Severity};
use tokensieve::scanner::{Depths, Scanner, Sighting};
use tokensieve::suppress::{Verdict, around};

use super::output;
use super::policy::Policy;

/// A text and the part of it that is to be explained.
pub(crate) struct Question {
    text: Vec<u8>,
    /// Path of the file; empty where there is none.
    path: String,
    part: Range<usize>,
}

impl Question {
    /// All of a text that stands in no file.
    pub(crate) fn text(text: Vec<u8>) -> Self {
        Self { part: 0..text.len(), text, path: String::new() }
    }

    /// The line that `FILE:LINE` names.
    ///
    /// # Errors
    /// A place that is not written so, a file that cannot be read, a line that it has not.
    pub(crate) fn at(place: &str) -> anyhow::Result<Self> {
        use anyhow::Context as _;
        let (file, line) = place.rsplit_once(':').context("a place is written FILE:LINE")?;
        let number: usize = line.parse().with_context(|| format!("{line:?} is no line number"))?;
        let text = std::fs::read(file).with_context(|| file.to_owned())?;
        let mut lines = text.lines_with_terminator();
        let wanted = number
            .checked_sub(1)
            .map(|before| (lines.by_ref().take(before).map(<[u8]>::len).sum(), lines.next()));
        let Some((start, Some(line))) = wanted else { anyhow::bail!("{file} has no line {number}") };
        let part = start..start + line.len();
        Ok(Self { part, path: file.to_owned(), text })
    }

    /// Whether any of this stands in the part.
    fn asks_for(&self, range: &Range<usize>) -> bool {
        range.start < self.part.end && self.part.start < range.end || *range == self.part
    }

    /// A place, counted from the start of the part where it begins there.
    fn place(&self, range: &Range<usize>) -> String {
        match range.start.checked_sub(self.part.start) {
            Some(start) => format!("bytes {start}..{}", range.end - self.part.start),
            None => format!(
                "line {}, {} bytes",
                self.text[..range.start].lines_with_terminator().count().max(1),
                range.len()
            ),
        }
    }
}

/// Explains what the rules make of a text, and what the policy makes of what they find.
///
/// # Errors
/// Output that cannot be written.
pub(crate) fn run(
    rules: Vec<&'static Rule>,
    policy: &Policy,
    depths: Depths,
    question: &Question,
) -> anyhow::Result<Outcome> {
    let scanner = Scanner::with_options(rules, depths).on(policy.today);
    let mut lines = sieve(question);
    let (by_rules, plain) = rules_on(question, scanner.matcher());
    lines.extend(by_rules);
    lines.extend(decoded_and_suppressed(question, &scanner, policy, &plain));
    if !lines.iter().any(|line| !line.starts_with("sieve") && !line.starts_with(' ')) {
        lines.push("nothing   no rule's pattern matches: its literal or name is missing, or length and characters differ".to_owned());
    }
    let mut out = String::new();
    for line in lines {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{line}");
    }
    output::print(out.as_bytes())
}

fn sieve(question: &Question) -> Vec<String> {
    let asked =
        |runs: Vec<Range<usize>>| runs.into_iter().filter(|run| question.asks_for(run)).collect::<Vec<_>>();
    let (long, closed) = (asked(sieved(&question.text).runs), asked(closed_runs(&question.text)));
    let mut lines = vec![format!("sieve     {} runs of {MIN_RUN} or more token characters", long.len())];
    let listed = |runs: &[Range<usize>]| -> Vec<String> {
        runs.iter().map(|run| format!("          {}, {} long", question.place(run), run.len())).collect()
    };
    lines.extend(listed(&long));
    if !closed.is_empty() {
        lines.push(format!(
            "sieve     {} of {MIN_CLOSED} to {} that end as values do",
            closed.len(),
            MIN_RUN - 1
        ));
        lines.extend(listed(&closed));
    }
    lines
}

/// What the rules say, and what they report.
fn rules_on(question: &Question, matcher: &Matcher) -> (Vec<String>, Vec<Hit>) {
    let mut scratch = matcher.scratch();
    scratch.keep_rejected = true;
    let path = BStr::new(&question.path);
    let mut hits = matcher.scan(&question.text, path, 0..question.text.len(), &mut scratch);
    hits.retain(|hit| question.asks_for(&hit.secret));
    let id = |rule: u16| matcher.rules()[usize::from(rule)].id;
    let mut lines = Vec::new();
    for (rule, range, reason) in scratch.rejected.iter().filter(|(_, range, _)| question.asks_for(range)) {
        lines.push(format!("rejected  {} at {}: {}", id(*rule), question.place(range), reason.words()));
    }
    for hit in &hits {
        let verdict = verdict(hit.severity, hit.confidence, &hit.notes);
        lines.push(format!("reported  {} at {}, {verdict}", id(hit.rule), question.place(&hit.secret)));
    }
    (lines, hits)
}

/// What a whole scan finds more, and what of all that need not be reported.
fn decoded_and_suppressed(
    question: &Question,
    scanner: &Scanner,
    policy: &Policy,
    plain: &[Hit],
) -> Vec<String> {
    let path = BStr::new(&question.path);
    let origin = Origin::tree(path, path, Surface::File);
    let found = scanner.scan(&mut scanner.worker(), &question.text, &origin);
    let mut lines = Vec::new();
    for sighting in found {
        let range = range(&sighting);
        if !question.asks_for(&range) {
            continue;
        }
        let place = question.place(&range);
        let is_plain = |hit: &Hit| {
            scanner.matcher().rules()[usize::from(hit.rule)].id == sighting.rule.id && hit.secret == range
        };
        if !plain.iter().any(is_plain) {
            let verdict = verdict(sighting.severity, sighting.confidence, &sighting.notes);
            lines.push(format!("decoded   {} at {place}, {verdict}", sighting.rule.id));
        }
        let (line, previous) = around(&question.text, range.clone());
        if let Verdict::Suppressed { by, reason } =
            policy.suppressor.judge_sighting(&sighting, line, previous, policy.today)
        {
            lines.push(format!("allowed   {} at {place}, by {}: {reason}", sighting.rule.id, by.as_str()));
        }
    }
    lines
}

fn range(sighting: &Sighting) -> Range<usize> {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let start = number(sighting.occurrence.offset);
    start..start.saturating_add(number(sighting.occurrence.len))
}

fn verdict(severity: Severity, confidence: Confidence, notes: &[impl AsRef<str>]) -> String {
    let mut verdict = format!("{} severity, {} confidence", severity.as_str(), confidence.as_str());
    for (i, note) in notes.iter().enumerate() {
        verdict.push_str(if i == 0 { ": " } else { "; " });
        verdict.push_str(note.as_ref());
    }
    if confidence == Confidence::Low {
        verdict.push_str(" (shown with --confidence low)");
    }
    verdict
}
