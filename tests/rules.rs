//! One named test per rule: its samples are found, its counter-samples are not, by the engine with all
//! rules on; and tests over the table of rules itself.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use bstr::BStr;
use libtest_mimic::{Arguments, Failed, Trial};
use tokensieve::blob::Origin;
use tokensieve::finding::Surface;
use tokensieve::rule::{self, Confidence, Rule, SampleText, check, sample};
use tokensieve::scanner::{Scanner, Sighting};

/// How many times a sample is filled, with other random characters each time.
const FILLS: u64 = 4;

/// Providers of rules that know a form and no issuer: what they find is revoked wherever it was made.
const WITHOUT_ISSUER: [&str; 3] = ["Generic", "Frameworks", "Password hash"];

/// What stands in a rule that has no page to revoke on, with the reason behind it.
const NO_PAGE: &str = "# no revoke page: ";

fn main() {
    let rules = || rule::embedded().iter();
    let mut trials: Vec<Trial> =
        rules().map(|r| Trial::test(format!("rule::{}", r.id), move || samples_hold(r))).collect();
    trials.push(Trial::test("table::ids_are_unique", ids_are_unique));
    trials.push(Trial::test("table::named_rules_exist", named_rules_exist));
    trials.push(Trial::test("table::rules_are_documented", rules_are_documented));
    trials.push(Trial::test("table::rules_without_revoke_page_say_why", rules_without_revoke_page_say_why));
    trials.push(Trial::test("table::no_rule_shadows_anothers_samples", no_rule_shadows_anothers_samples));
    trials.push(Trial::test("table::a_shadow_is_seen", a_shadow_is_seen));
    trials.push(Trial::test("table::files_pass_the_check_that_users_run", files_pass_the_check));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// All rules at once, as a user runs them.
fn all_rules() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new(rule::embedded().iter().collect()))
}

fn none(problems: &[String]) -> Result<(), Failed> {
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

fn samples_hold(rule: &'static Rule) -> Result<(), Failed> {
    let mut problems = check::statics(rule);
    problems.extend(check::samples(rule, all_rules()));
    none(&problems)
}

/// Samples, one sentence of what to do, and either a page that tells of the key or a low confidence.
fn rules_are_documented() -> Result<(), Failed> {
    let mut problems = Vec::new();
    for rule in rule::embedded() {
        let mut demand = |holds: bool, what: &str| {
            if !holds {
                problems.push(format!("{}: {what}", rule.id));
            }
        };
        demand(rule.samples.len() >= 2, "needs two samples");
        demand(!rule.counter_samples.is_empty(), "needs a counter-sample");
        let advice = rule.remediation.unwrap_or_default();
        demand(advice.split_whitespace().count() >= 3, "needs a sentence of remediation");
        demand(!advice.contains(". "), "has more than one sentence of remediation");
        let pages = rule.references.iter().all(|page| page.starts_with("https://"));
        demand(pages, "a reference is the address of a page");
        let known = !rule.references.is_empty() || rule.confidence == Confidence::Low;
        demand(known, "has no references, so its confidence is low");
    }
    none(&problems)
}

/// Where a rule of an issuer has no `revoke`, a comment of its own says why.
fn rules_without_revoke_page_say_why() -> Result<(), Failed> {
    let mut reasons = HashSet::new();
    for text in rule_files()? {
        for block in text.split("[[rule]]").skip(1) {
            if block.lines().any(|l| l.strip_prefix(NO_PAGE).is_some_and(|why| !why.trim().is_empty())) {
                let id = block.lines().find_map(|l| l.strip_prefix("id = \"")?.strip_suffix('"'));
                reasons.insert(id.unwrap_or_default().to_owned());
            }
        }
    }
    // What is no secret by itself is not revoked.
    let issued = rule::embedded().iter().filter(|r| !WITHOUT_ISSUER.contains(&r.provider) && !r.part_only);
    let problems: Vec<_> = issued
        .filter(|r| r.revoke.is_some() == reasons.contains(r.id))
        .map(|r| format!("{}: has either a revoke page or a reason why there is none", r.id))
        .collect();
    none(&problems)
}

/// What a rule finds in its own samples when it is alone is reported as its own beside all others, or as that
/// of a rule that declares to override it, or as the other half of a credential.
fn no_rule_shadows_anothers_samples() -> Result<(), Failed> {
    let mut problems = Vec::new();
    // What is part of a finding only has none of its own.
    for rule in rule::embedded().iter().filter(|rule| !rule.part_only) {
        let alone = Scanner::new(vec![rule]);
        for (number, sample) in rule.samples.iter().enumerate() {
            let found = (0..FILLS).find_map(|seed| shadow(rule, sample, &alone, all_rules(), seed));
            problems.extend(found.map(|what| format!("{}, sample {}: {what}", rule.id, number + 1)));
        }
    }
    none(&problems)
}

/// The test above would see a shadow, and takes it for none once it is declared.
fn a_shadow_is_seen() -> Result<(), Failed> {
    let seen = |declared: &str| {
        let text = format!(
            "provider = 'Acme'
            [[rule]]
            id = 'acme-loose'
            description = 'wide'
            severity = 'low'
            confidence = 'low'
            anchors = ['acme_']
            pattern = 'acme_[a-z0-9]{{20,30}}'
            samples = ['acme_${{lowalnum:24}}', 'key: acme_${{lowalnum:24}}']
            [[rule]]
            id = 'acme-token'
            description = 'narrow'
            severity = 'high'
            anchors = ['acme_']
            pattern = 'acme_[a-z0-9]{{24}}'
            {declared}"
        );
        let rules = rule::load("acme.toml", &text).map_err(|errors| format!("{} errors", errors.len()))?;
        let (alone, all) = (Scanner::new(vec![&rules[0]]), Scanner::new(rules.iter().collect()));
        Ok::<_, Failed>(shadow(&rules[0], &rules[0].samples[0], &alone, &all, 0))
    };
    let undeclared = seen("")?.unwrap_or_default();
    if !undeclared.contains("acme-token is reported there") {
        return Err(format!("nothing seen, but: {undeclared}").into());
    }
    none(&seen("overrides = ['acme-loose']")?.into_iter().collect::<Vec<_>>())
}

/// What takes the place of the rule's own finding, if anything does.
fn shadow(rule: &Rule, sample: &SampleText, alone: &Scanner, all: &Scanner, seed: u64) -> Option<String> {
    let text = match sample::fill(sample.text, seed) {
        Ok(text) => text,
        Err(error) => return Some(error.to_string()),
    };
    let path = BStr::new(sample.path);
    let origin = Origin::tree(path, path, Surface::File);
    let scan = |scanner: &Scanner| scanner.scan(&mut scanner.worker(), text.as_bytes(), &origin);
    let (own, all) = (scan(alone), scan(all));
    if own.is_empty() {
        return Some("nothing is found by the rule alone".to_owned());
    }
    let is_half = |s: &Sighting| s.parts.iter().any(|part| part.rule == rule.id);
    own.iter().find_map(|one| {
        let mut there = all.iter().filter(|other| overlap(one, other)).peekable();
        if there.peek().is_none() && !all.iter().any(is_half) {
            return Some("nothing is reported there beside the other rules".to_owned());
        }
        let undeclared = |s: &&Sighting| s.rule.id != rule.id && !s.rule.overrides.contains(&rule.id);
        there.find(undeclared).map(|s| format!("{} is reported there and overrides nothing", s.rule.id))
    })
}

fn overlap(a: &Sighting, b: &Sighting) -> bool {
    let (a, b) = (&a.occurrence, &b.occurrence);
    a.offset < b.offset + b.len && b.offset < a.offset + a.len
}

fn ids_are_unique() -> Result<(), Failed> {
    let mut seen = HashSet::new();
    let twice: Vec<_> = rule::embedded().iter().filter(|r| !seen.insert(r.id)).map(|r| r.id).collect();
    if twice.is_empty() { Ok(()) } else { Err(twice.join(", ").into()) }
}

/// `overrides` and `with` name rules that exist.
fn named_rules_exist() -> Result<(), Failed> {
    let ids: HashSet<_> = rule::embedded().iter().map(|r| r.id).collect();
    for rule in rule::embedded() {
        for named in
            rule.overrides.iter().copied().chain(rule.with.iter().flat_map(|w| w.rules.iter().copied()))
        {
            if !ids.contains(named) {
                return Err(format!("{} names {named}, which does not exist", rule.id).into());
            }
        }
    }
    Ok(())
}

fn files_pass_the_check() -> Result<(), Failed> {
    for path in rule_paths()? {
        let problems = check::check(&path.display().to_string(), &fs::read_to_string(&path)?);
        if let Some(problem) = problems.first() {
            return Err(problem.to_string().into());
        }
    }
    Ok(())
}

fn rule_files() -> Result<Vec<String>, Failed> {
    rule_paths()?.iter().map(|path| Ok(fs::read_to_string(path)?)).collect()
}

fn rule_paths() -> Result<Vec<PathBuf>, Failed> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            paths.push(path);
        }
    }
    if paths.is_empty() { Err("no rule files".into()) } else { Ok(paths) }
}
