//! Files of other scanners as they are found in the wild, and what becomes of them.

use bstr::{BStr, BString};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::{Kind, Migration, Source, migrate};
use crate::blob::Origin;
use crate::collect::Collector;
use crate::config::{self, Config, Day, Subject};
use crate::finding::{Finding, Surface};
use crate::rule::{self, sample::fill};
use crate::scanner::Scanner;
use crate::suppress::{Suppressor, Verdict};

fn gitleaks(text: &str) -> Migration {
    let source = Source { kind: Kind::GitleaksConfig, file: ".gitleaks.toml", text };
    migrate(&[source], &[]).unwrap_or_else(|e| panic!("{}", e[0]))
}

fn config(migration: &Migration) -> Config {
    config::parse("t", &migration.toml).unwrap()
}

fn notes(migration: &Migration) -> Vec<String> {
    migration.left_out.iter().map(ToString::to_string).collect()
}

fn today() -> Day {
    "2026-11-20".parse().unwrap()
}

/// What the rules of a config find.
fn scan(config: &Config, path: &str, text: &str) -> Vec<Finding> {
    let scanner = Scanner::new(config.rule_set(rule::embedded()));
    let path = BStr::new(path);
    let collector = Collector::default();
    let origin = Origin::tree(path, path, Surface::File);
    collector.add(scanner.scan(&mut scanner.worker(), text.as_bytes(), &origin));
    collector.finish().0
}

const ALLOWLISTS: &str = r#"
title = "ours"
[extend]
useDefault = true
disabledRules = ["github-pat", "generic-api-key"]

[[rules]]
id = "gitlab-pat"
[[rules.allowlists]]
paths = ['''(^|/)docs/.*\.md$''']
regexes = ['''^glpat-0+$''']

[[allowlists]]
description = "both at once"
condition = "AND"
paths = ['''^tests/''']
regexTarget = "line"
regexes = ['''fake[-_]key''']

[[allowlists]]
targetRules = ["github-oauth", "sidekiq-secret"]
commits = ["0123456789ABCDEF0123456789abcdef01234567", "nonsense"]
stopwords = ["Some.Word"]
"#;

#[test]
fn allowlists_are_taken_over() {
    let migration = gitleaks(ALLOWLISTS);
    let config = config(&migration);
    assert!(config.inherit && config.is_disabled("github-pat-classic"));
    let allowed = |rule, path, value: &str, line: &str, commit| {
        let (path, value, line) = (BStr::new(path), Some(value.as_bytes()), line.as_bytes());
        config.allowances.iter().any(|a| a.covers(&Subject { rule, value, path, commit, line }))
    };
    assert!(allowed("gitlab-pat", "a/docs/x.md", "v", "", None));
    assert!(!allowed("jwt", "a/docs/x.md", "v", "", None), "that is for one rule");
    assert!(allowed("gitlab-pat", "a", "glpat-000", "", None), "one of both is enough");
    assert!(
        allowed("jwt", "a/.gitleaks.toml", "v", "", None)
            && !allowed("jwt", "gitleaks.toml/a", "v", "", None)
    );
    assert!(allowed("jwt", "tests/a", "v", "x = fake_key", None));
    assert!(!allowed("jwt", "tests/a", "v", "", None) && !allowed("jwt", "a", "v", "fake-key", None));
    let commit = Some("0123456789abcdef0123456789abcdef01234567");
    assert!(allowed("github-oauth-token", "a", "v", "", commit) && !allowed("jwt", "a", "v", "", commit));
    assert!(allowed("github-oauth-token", "a", "xsome.wordx", "", None));
    assert!(!allowed("github-oauth-token", "a", "xsome-wordx", "", None));
    let expected = [
        ".gitleaks.toml:1:1: of gitleaks' own allowlist",
        ".gitleaks.toml:5:32: no rule here does the work of generic-api-key",
        ".gitleaks.toml:21:32: no rule here does the work of sidekiq-secret",
        ".gitleaks.toml:22:56: an entry of an allowlist is left out: it is no id of a commit",
    ];
    let notes = notes(&migration);
    let as_expected = notes.iter().zip(expected).all(|(note, expected)| note.starts_with(expected));
    assert!(as_expected && notes.len() == expected.len(), "{notes:#?}");
}

#[test]
fn conditions_that_cannot_be_said_widen_nothing() {
    for list in [
        "condition = 'AND'\npaths = ['^a']\nregexes = ['''\\pL''']",
        "condition = '&&'\nstopwords = ['a']\nregexes = ['b']",
        "condition = 'and'\ncommits = ['x']\npaths = ['^a']",
        "paths = ['.*']",
        "regexTarget = 'match'\nregexes = ['^a$']",
    ] {
        let migration = gitleaks(&format!("[extend]\nuseDefault = true\n[allowlist]\n{list}"));
        assert_eq!(config(&migration).allowances.len(), 1, "that of configs alone: {list}");
        assert!(notes(&migration).iter().any(|n| n.contains("left out")), "{list}");
    }
}

const RULES: &str = r#"
[[rules]]
id = "Acme_Token"
description = "Acme token."
regex = '''(?i)\b(acme_[a-z0-9]{32})(?:['"\s]|$)'''
keywords = ["acme_"]
entropy = 3
tags = ["x"]
  [rules.allowlist]
  regexes = ["aaaa"]

[[rules]]
id = "acme-password"
regex = '''(?i)acme[\w.-]{0,20}\s{0,3}[=:]\s{0,3}["']?([^\s"']{8,64})'''
secretGroup = 1
keywords = ["acme", "password"]

[[rules]]
id = "for-files"
regex = '''[0-9a-f]{40}'''
path = '''\.acme$'''

[[rules]]
id = "not-for-us"
regex = '''[0-9a-f]{40}'''

[[rules]]
id = "key-files"
path = '''\.p12$'''

[[rules]]
id = "bad"
regex = '''acme(?=x)'''
unknown = 1
"#;

#[test]
fn rules_are_taken_over_and_find_what_they_found() {
    let migration = gitleaks(RULES);
    let config = config(&migration);
    let ids: Vec<&str> = config.rules.iter().map(|own| own.rule.id).collect();
    assert_eq!(ids, ["acme-token", "acme-password", "for-files"]);
    assert!(!config.inherit);
    let found = |path, template: &str| -> Vec<(String, BString)> {
        let findings = scan(&config, path, &fill(template, 7).unwrap());
        findings.iter().map(|f| (f.rule.id.to_owned(), f.secret.as_ref().unwrap().expose().into())).collect()
    };
    let token = found("a", "t = 'ACME_${alnum:32}' ");
    assert_eq!((token.len(), token[0].1.len()), (1, 37));
    let password = found("a", "ACME_PASSWORD: \"${alnum:12}\"");
    assert_eq!((password[0].0.as_str(), password[0].1.len()), ("acme-password", 12));
    assert_eq!(found("x/y.acme", "k ${hex:40}")[0].0, "for-files");
    assert!(found("x/y.txt", "k ${hex:40}").is_empty());
    let expected = [
        ".gitleaks.toml:14:9: rule acme-password: found by ACME, Acme, acme in these spellings only",
        ".gitleaks.toml:25:9: rule not-for-us: left out: no literal of three bytes",
        ".gitleaks.toml:29:8: rule key-files: left out: a path alone",
        ".gitleaks.toml:33:9: rule bad: left out: the pattern cannot be read here",
        ".gitleaks.toml:34:1: rule bad: the key `unknown`",
    ];
    let notes = notes(&migration);
    let as_expected = notes.iter().zip(expected).all(|(note, expected)| note.starts_with(expected));
    assert!(as_expected && notes.len() == expected.len(), "{notes:#?}");
}

#[test]
fn a_secret_is_never_empty() {
    let migration = gitleaks("[[rules]]\nid = 'a'\nregex = '''acme(.{0,20})?=[a-z]{20}'''\n");
    assert!(migration.toml.contains("pattern = \"acme(.{0,20})?=[a-z]{20}\""), "{}", migration.toml);
    assert!(notes(&migration)[0].contains("whole match"));
}

#[test]
fn a_config_without_rules_does_not_switch_all_off() {
    let migration = gitleaks("[allowlist]\npaths = ['^vendor/']");
    assert!(config(&migration).inherit);
    assert!(notes(&migration)[0].contains("gitleaks finds nothing"));
}

#[test]
fn no_toml_is_an_error_with_its_place() {
    let source = Source { kind: Kind::GitleaksConfig, file: "g", text: "a = 1\nb = " };
    assert!(migrate(&[source], &[]).unwrap_err()[0].to_string().starts_with("g:2:"));
    let source = Source { kind: Kind::DetectSecrets, file: "s", text: "{}" };
    assert!(migrate(&[source], &[]).unwrap_err()[0].to_string().starts_with("s:1:1: has no `results`"));
}

#[test]
fn ignore_files_become_fingerprints_and_survive_a_moved_line() {
    let text = fill("# a\nT=ghp_${alnum:30}${crc32:6}\nU=ghp_${alnum:30}${crc32:6}\n", 3).unwrap();
    let findings = scan(&Config::default(), "a.sh", &text);
    assert_eq!(findings.len(), 2);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let ignore =
        format!("a.sh:github-pat:2\nb.sh:aws-access-token:9\n{commit}:c[1].sh:github-pat:4\nnonsense\n");
    let source = Source { kind: Kind::GitleaksIgnore, file: ".gitleaksignore", text: &ignore };
    let migration = migrate(&[source], &findings).unwrap();
    let suppressor = Suppressor::new(&config(&migration));
    let moved = scan(&Config::default(), "renamed.sh", &format!("\n\n{text}"));
    let quiet =
        moved.iter().filter(|f| suppressor.judge(f, &f.occurrences[0], b"", b"", today()) != Verdict::Report);
    assert_eq!(quiet.map(|f| f.occurrences[0].line).collect::<Vec<_>>(), [4]);
    let expected = [
        ".gitleaksignore:2:1: names a line, not a secret, and no finding stands there: left out",
        ".gitleaksignore:3:1: taken over for all of the file in that commit",
        ".gitleaksignore:4:1: is no fingerprint: those are `commit:file:rule:line` or `file:rule:line`",
    ];
    assert_eq!(notes(&migration), expected);
    let config = config(&migration);
    let subject = Subject {
        rule: "github-pat-classic",
        value: None,
        path: BStr::new("c[1].sh"),
        commit: Some(commit),
        line: b"",
    };
    let covers = |subject: &Subject<'_>| config.allowances.iter().any(|a| a.covers(subject));
    assert!(covers(&subject) && !covers(&Subject { path: BStr::new("c1.sh"), ..subject }));
}

#[test]
fn baselines_of_detect_secrets_become_hashes_and_patterns() {
    let text = r#"{"version": "1.5.0", "filters_used": [
        {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"},
        {"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["^tests/", "(?=x)"]},
        {"path": "detect_secrets.filters.regex.should_exclude_line", "pattern": ["fake"]},
        {"path": "detect_secrets.filters.regex.should_exclude_secret", "pattern": ["^zz"]}],
        "results": {"a": [{"hashed_secret": "2346ad27d7568ba9896f1b7da6b5991251debdf2"}, {"hashed_secret": "x"}, {}]}}"#;
    let source = Source { kind: Kind::DetectSecrets, file: ".secrets.baseline", text };
    let migration = migrate(&[source], &[]).unwrap();
    let config = config(&migration);
    let covers = |path: &str, value: &str, line: &str| {
        let (path, value, line) = (BStr::new(path), Some(value.as_bytes()), line.as_bytes());
        config.allowances.iter().any(|a| a.covers(&Subject { rule: "r", value, path, commit: None, line }))
    };
    assert!(covers("x", "foobar-nope", "fake") && covers("tests/x", "", "") && covers("x", "zz", ""));
    assert!(!covers("x", "v", ""));
    // printf hunter | sha1sum
    let known = migration.toml.contains("sha1:2346ad27d7568ba9896f1b7da6b5991251debdf2");
    assert!(known && notes(&migration).len() == 3, "{:#?}", notes(&migration));
}

#[test]
fn files_are_known_by_their_names() {
    assert_eq!(Kind::of_name("a/.gitleaks.toml"), Some(Kind::GitleaksConfig));
    assert_eq!(Kind::of_name(".gitleaksignore"), Some(Kind::GitleaksIgnore));
    assert_eq!(Kind::of_name("C:\\x\\.secrets.baseline"), Some(Kind::DetectSecrets));
    assert_eq!(Kind::of_name("x.toml"), None);
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(150))]

    #[test]
    fn any_text_ends_without_a_panic(text in "\\PC{0,100}") {
        for kind in [Kind::GitleaksConfig, Kind::GitleaksIgnore, Kind::DetectSecrets] {
            let _ = migrate(&[Source { kind, file: "f", text: &text }], &[]);
        }
    }

    #[test]
    fn what_is_made_is_a_config(
        rules in proptest::collection::vec(("[aA_-]{0,3}", "\\PC{0,12}|acme[\\[\\](){}\\\\a-c*+?'Q<&-]{0,8}", "(\\\\\\.[a-c]\\$|\\PC{0,4})"), 0..3),
        lists in proptest::collection::vec(("AND|OR", "\\PC{0,6}|[a-c.*+\\\\'\"]{0,6}", "line|match|", "\\PC{0,3}"), 0..3),
    ) {
        let quote = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut text = String::new();
        for (id, regex, path) in &rules {
            text += &format!("[[rules]]\nid = {}\nregex = {}\npath = {}\n", quote(id), quote(regex), quote(path));
        }
        for (condition, regex, target, word) in &lists {
            let regex = quote(regex);
            text += &format!("[[allowlists]]\ndescription = {0}\ncondition = '{condition}'\nregexes = [{regex}]\npaths = [{regex}]\nregexTarget = '{target}'\nstopwords = [{0}]\n", quote(word));
        }
        let migration = gitleaks(&text);
        let config = config(&migration);
        prop_assert!(config.rules.len() <= rules.len());
        prop_assert_eq!(config.inherit, rules.is_empty());
    }
}
