//! Checks rule files, built in or a user's: schema, patterns, anchors, and samples run by the real engine.
//!
//! Takes a file's name and text, gives what is wrong with it, each with file, line and column.

use std::collections::HashSet;

use bstr::BStr;

use super::load::{self, LoadError};
use super::sample::fill;
use super::{Rule, SampleText, Scope};
use crate::blob::Origin;
use crate::finding::Surface;
use crate::matcher::placeholder::MADE_UP;
use crate::matcher::{self, checksum};
use crate::scanner::{Scanner, Sighting};

/// How many times each sample is filled, with other random characters each time.
const FILLS: u64 = 4;

/// Everything that is wrong with a rule file; empty when it is right.
pub fn check(file: &str, text: &str) -> Vec<LoadError> {
    let rules = match load::load(file, text) {
        Ok(rules) => rules,
        Err(errors) => return errors,
    };
    let scanner = scanner_with(rules);
    let mut seen = HashSet::new();
    let mut problems = Vec::new();
    for rule in rules {
        let mut found = statics(rule);
        if !seen.insert(rule.id) {
            found.push("a rule of this id stands above".to_owned());
        }
        found.extend(samples(rule, &scanner));
        let at = load::line_column(text, load::place_of(text, rule.id));
        problems.extend(found.into_iter().map(|message| LoadError {
            file: file.to_owned(),
            at,
            message: format!("rule {}: {message}", rule.id),
        }));
    }
    problems
}

/// The built-in rules, in which those of the file replace any of the same id: rules must hold their own
/// beside all others.
fn scanner_with(rules: &'static [Rule]) -> Scanner {
    let replaced = |r: &&Rule| !rules.iter().any(|own| own.id == r.id);
    Scanner::new(super::embedded().iter().filter(replaced).chain(rules).collect())
}

/// What can be said of a rule file's rule without running it.
pub fn statics(rule: &Rule) -> Vec<String> {
    let is_id = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let mut problems = unmet(&[
        (
            rule.id.bytes().all(is_id) && !rule.id.is_empty(),
            "an id is of lower-case letters, digits and dashes",
        ),
        (!rule.description.ends_with('.'), "a description has no full stop"),
        (rule.samples.len() >= 2, "needs at least two samples"),
        (!rule.counter_samples.is_empty(), "needs a counter-sample"),
    ]);
    problems.extend(faults(rule));
    problems
}

fn unmet(demands: &[(bool, &str)]) -> Vec<String> {
    demands.iter().filter(|(holds, _)| !holds).map(|(_, message)| (*message).to_owned()).collect()
}

/// What keeps a rule, wherever it is written, from finding what it says.
pub fn faults(rule: &Rule) -> Vec<String> {
    let has_words = !(rule.anchors.is_empty() && rule.names.is_empty());
    let is_near = rule.scope == Scope::Near;
    let has_trigger = has_words || is_near || !rule.files.is_empty();
    let is_long = |texts: &[&str]| texts.iter().all(|text| text.len() >= matcher::MIN_ANCHOR);
    let is_verifier = |name| checksum::verifier(name).is_some() || matcher::SPECIAL.contains(&name);
    unmet(&[
        (matcher::compiles(rule.pattern), "the pattern is too large when compiled"),
        (rule.min_len > 0 || rule.pattern.is_empty(), "the pattern matches the empty text"),
        (has_trigger, "needs anchors, names or files to be found by"),
        (
            !is_near || rule.part_only && !has_words,
            "a rule of scope `near` is `part_only` and has neither anchors nor names",
        ),
        (is_long(rule.anchors), "an anchor has at least three bytes"),
        (
            !(rule.scope == Scope::Text && rule.ignore_case),
            "anchors of scope `text` match in their letter case only",
        ),
        (
            rule.names.iter().all(|name| matcher::is_rule_name(name)),
            "a name is three letters or more in lower case, without `_ - .` and spaces; a whole name between `=`",
        ),
        (rule.checksum.is_none_or(is_verifier), "there is no verifier of that name"),
        (matcher::globs_are_valid(rule.files), "a glob in `files` is wrong"),
    ])
}

/// What goes wrong when the rule's samples are scanned.
pub fn samples(rule: &Rule, scanner: &Scanner) -> Vec<String> {
    let mut problems = Vec::new();
    let mut run = |sample: &SampleText, wanted: bool, name: &str, number: usize| {
        for seed in 0..FILLS {
            let outcome = match fill(sample.text, seed) {
                Ok(text) => judge(rule, scanner, sample.path, &text, wanted),
                Err(error) => Some(error.to_string()),
            };
            if let Some(problem) = outcome {
                problems.push(format!("{name} {}: {problem}", number + 1));
                break;
            }
        }
    };
    for (number, sample) in rule.samples.iter().enumerate() {
        run(sample, true, "sample", number);
    }
    for (number, sample) in rule.counter_samples.iter().enumerate() {
        run(sample, false, "counter-sample", number);
    }
    problems
}

fn judge(rule: &Rule, scanner: &Scanner, path: &str, text: &str, wanted: bool) -> Option<String> {
    let path = BStr::new(path);
    let origin = Origin::tree(path, path, Surface::File);
    let found = scanner.scan(&mut scanner.worker(), text.as_bytes(), &origin);
    // Nobody is told of a counter-sample unless they ask for what looks made up.
    let is_told = |s: &&Sighting| wanted || !s.notes.iter().any(|note| note.starts_with(MADE_UP));
    let is_own = |s: &&Sighting| {
        if rule.part_only { s.parts.iter().any(|part| part.rule == rule.id) } else { s.rule.id == rule.id }
    };
    let own = found.iter().filter(is_own).filter(is_told).count();
    if wanted && own == 0 {
        return Some(match found.first() {
            Some(other) => format!("not found; {} matches there", other.rule.id),
            None => "not found".to_owned(),
        });
    }
    if wanted && own > 1 {
        return Some(format!("found {own} times"));
    }
    if !wanted && own > 0 {
        return Some("is found".to_owned());
    }
    if wanted {
        let anchored = rule.anchors.is_empty()
            || rule.anchors.iter().any(|a| contains(text.as_bytes(), a.as_bytes(), rule.ignore_case));
        return (!anchored).then(|| "holds none of the anchors".to_owned());
    }
    None
}

fn contains(text: &[u8], anchor: &[u8], ignore_case: bool) -> bool {
    text.windows(anchor.len()).any(|w| if ignore_case { w.eq_ignore_ascii_case(anchor) } else { w == anchor })
}
