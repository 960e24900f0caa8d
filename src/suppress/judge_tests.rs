use proptest::prelude::{prop_assert_eq, proptest};

use super::super::baseline::tests::{finding, occurrence, salt};
use super::super::{Baseline, Cause, Suppressor, Verdict, gitleaksignore};
use crate::config::{self, Day};
use crate::finding::Finding;
use crate::matcher::placeholder::known_hash;
use crate::rule::embedded;

const VALUE: &str = "some value of length";

fn today() -> Day {
    "2026-11-20".parse().unwrap()
}

fn suppressor(config: &str) -> Suppressor {
    Suppressor::new(&config::parse("t.toml", config).unwrap())
}

fn at(path: &str) -> Finding {
    finding(&embedded()[0], Some(VALUE), &[(path, 7)])
}

fn verdict(suppressor: &Suppressor, finding: &Finding, line: &str) -> Verdict {
    suppressor.judge(finding, &finding.occurrences[0], line.as_bytes(), b"", today())
}

fn cause(verdict: &Verdict) -> Option<Cause> {
    match verdict {
        Verdict::Report => None,
        Verdict::Suppressed { by, .. } => Some(*by),
    }
}

#[test]
fn each_cause_suppresses_and_is_counted() {
    let line = format!("k = {VALUE}");
    let plain = suppressor("");
    assert_eq!(verdict(&plain, &at("a"), &line), Verdict::Report);
    let comment = verdict(&plain, &at("a"), &format!("{line} # gitleaks:allow"));
    assert_eq!(cause(&comment).map(Cause::as_str), Some("gitleaks:allow"));
    let deaf = suppressor("").with_foreign_comments(false);
    assert_eq!(verdict(&deaf, &at("a"), &format!("{line} # gitleaks:allow")), Verdict::Report);

    let hash = known_hash(VALUE.as_bytes());
    let allowing = suppressor(&format!("[[allow]]\nvalues = ['sha256:{hash:016x}']\nreason = 'a test'"));
    let expected = Verdict::Suppressed { by: Cause::Allowance, reason: "a test".into() };
    assert_eq!(verdict(&allowing, &at("a"), &line), expected);

    let known = suppressor("").with_baseline(Baseline::create(salt(), &[at("a")]));
    assert_eq!(cause(&verdict(&known, &at("b"), &line)), Some(Cause::Baseline));
    let ignoring = suppressor("").with_foreign(gitleaksignore("i", "x/a:r:7"));
    assert_eq!(verdict(&ignoring, &at("a"), &line), Verdict::Report);
    let ignoring = suppressor("")
        .with_foreign(gitleaksignore("i", "x/a:r:7"))
        .with_root("/repo/x", "x/")
        .with_root("", "x");
    for path in ["a", "./a", "/repo/x/a"] {
        let found = verdict(&ignoring, &at(path), &line);
        assert_eq!(
            found,
            Verdict::Suppressed { by: Cause::ForeignIgnoreFile, reason: "named in i:1".into() }
        );
    }
    assert_eq!(ignoring.counts().into_iter().collect::<Vec<_>>(), [(Cause::ForeignIgnoreFile, 3)]);
    assert!(ignoring.unused(today()).foreign.is_empty());
}

#[test]
fn an_expired_allowance_suppresses_nothing() {
    let config = |day| format!("[[allow]]\npaths = ['a']\nreason = 'r'\nexpires = {day}");
    let gone = suppressor(&config("2026-11-19"));
    assert_eq!(verdict(&gone, &at("a"), ""), Verdict::Report);
    assert!(gone.unused(today()).allowances.is_empty(), "the config warns of it, that is enough");
    assert!(verdict(&suppressor(&config("2026-11-20")), &at("a"), "").is_suppressed());
}

#[test]
fn what_suppressed_nothing_is_named_and_what_could_have_is_not() {
    let config = "[[allow]]\npaths = ['a']\nreason = 'one'\n[[allow]]\npaths = ['b']\nreason = 'two'";
    let other = finding(&embedded()[1], Some("gone"), &[("x", 1)]);
    let suppressor = suppressor(config)
        .with_baseline(Baseline::create(salt(), &[at("a"), other]))
        .with_foreign(gitleaksignore("i", "a:r:7\na:r:8"));
    let by = cause(&verdict(&suppressor, &at("a"), &format!("{VALUE} # tokensieve:allow")));
    assert_eq!(by, Some(Cause::InlineComment { syntax: "tokensieve:allow" }));
    let unused = suppressor.unused(today());
    let messages =
        |errors: &[config::ConfigError]| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(messages(&unused.allowances), ["t.toml:4:1: this allowance fits nothing (two)"]);
    assert_eq!(unused.baseline.iter().map(|e| e.path.as_str()).collect::<Vec<_>>(), ["x"]);
    assert_eq!(messages(&unused.foreign), ["i:2:1: matches nothing: a:r:8"]);
}

#[test]
fn a_finding_is_suppressed_only_with_all_its_places() {
    let suppressor = suppressor("[[allow]]\npaths = ['tests']\nreason = 'r'");
    let judge = |places: &[(&str, u64)]| {
        let finding = finding(&embedded()[0], Some(VALUE), places);
        let all = finding.occurrences.iter().map(|o| suppressor.judge(&finding, o, b"", b"", today()));
        Verdict::of_all(all.collect::<Vec<_>>())
    };
    assert!(judge(&[("tests/a", 1), ("tests/b", 2)]).is_suppressed());
    assert!(!judge(&[("tests/a", 1), ("src/b", 2)]).is_suppressed());
    assert!(!judge(&[]).is_suppressed());
}

#[test]
fn names_have_no_lines_for_comments() {
    let mut finding = at("a");
    finding.occurrences[0] = occurrence("a", 0);
    let line = format!("{VALUE} # gitleaks:allow");
    assert_eq!(verdict(&suppressor(""), &finding, &line), Verdict::Report);
}

#[test]
fn a_thousand_findings_stay_known_through_renames_and_another_secret_is_not() {
    let at = |n: usize, path: &str, line| {
        finding(&embedded()[n % 50], Some(&format!("value number {n}")), &[(path, line)])
    };
    let before: Vec<Finding> = (0..1000).map(|n| at(n, &format!("old/{n}"), 3)).collect();
    let suppressor = suppressor("").with_baseline(Baseline::create(salt(), &before));
    for n in 0..1000 {
        let moved = at(n, &format!("new/{}", 999 - n), 4);
        assert_eq!(cause(&verdict(&suppressor, &moved, "")), Some(Cause::Baseline));
        let replaced = at(n + 1000, &format!("old/{n}"), 3);
        assert_eq!(verdict(&suppressor, &replaced, ""), Verdict::Report);
    }
    assert!(suppressor.unused(today()).baseline.is_empty());
}

proptest! {
    #[test]
    fn the_order_of_allowances_changes_no_verdict(paths in proptest::collection::vec("[ab]{1,2}", 1..5), at_path in "[ab]{1,2}/[ab]") {
        let config = |paths: &[String]| -> String {
            paths.iter().map(|p| format!("[[allow]]\npaths = ['{p}']\nreason = 'r'\n")).collect()
        };
        let turned: Vec<String> = paths.iter().rev().cloned().collect();
        let found = at(&at_path);
        prop_assert_eq!(
            verdict(&suppressor(&config(&paths)), &found, ""),
            verdict(&suppressor(&config(&turned)), &found, "")
        );
    }
}
