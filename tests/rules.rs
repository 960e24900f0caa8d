//! One named test per rule: its samples are found, its counter-samples are not, by the engine with all
//! rules on; and tests over the table of rules itself.

use std::collections::HashSet;
use std::fs;
use std::sync::OnceLock;

use libtest_mimic::{Arguments, Failed, Trial};
use tokensieve::rule::{self, check};
use tokensieve::scanner::Scanner;

fn main() {
    let rules = || rule::embedded().iter();
    let mut trials: Vec<Trial> =
        rules().map(|r| Trial::test(format!("rule::{}", r.id), move || samples_hold(r))).collect();
    trials.push(Trial::test("table::ids_are_unique", ids_are_unique));
    trials.push(Trial::test("table::named_rules_exist", named_rules_exist));
    trials.push(Trial::test("table::files_pass_the_check_that_users_run", files_pass_the_check));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn samples_hold(rule: &'static rule::Rule) -> Result<(), Failed> {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    let scanner = SCANNER.get_or_init(|| Scanner::new(rule::embedded().iter().collect()));
    let mut problems = check::statics(rule);
    problems.extend(check::samples(rule, scanner));
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
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
        for named in rule.overrides.iter().copied().chain(rule.with.as_ref().map(|w| w.rule)) {
            if !ids.contains(named) {
                return Err(format!("{} names {named}, which does not exist", rule.id).into());
            }
        }
    }
    Ok(())
}

fn files_pass_the_check() -> Result<(), Failed> {
    let mut count = 0;
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = fs::read_to_string(&path)?;
            let problems = check::check(&path.display().to_string(), &text);
            if let Some(problem) = problems.first() {
                return Err(problem.to_string().into());
            }
            count += 1;
        }
    }
    if count > 0 { Ok(()) } else { Err("no rule files".into()) }
}
