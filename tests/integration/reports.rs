//! Formats, schema, masking, exit codes, streams.

use std::process::Command;

use serde_json::Value;

use super::util::{Run, Scratch, token, tool};

fn schema() -> jsonschema::Validator {
    let text = include_str!("../../docs/schema/report.schema.json");
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
}

fn tree_with_findings() -> Scratch {
    let scratch = Scratch::repository();
    scratch
        .write("a.txt", format!("one = \"{}\"\ntwo = {}\n", token(1), token(2)))
        .write(".env", "API_TOKEN=k3jhk2j3h4\n");
    scratch
}

#[test]
fn json_and_json_lines_fit_the_schema() {
    let scratch = tree_with_findings();
    let schema = schema();
    let document: Value = serde_json::from_str(&scratch.run(&["-f", "json"]).stdout).unwrap();
    schema.validate(&document).unwrap();
    let (findings, summary, _) = scratch.json(&[]);
    assert_eq!(findings.len(), 3);
    for line in findings.iter().chain([&summary]) {
        schema.validate(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    }
}

#[test]
fn a_finding_has_the_promised_fields() {
    let scratch = tree_with_findings();
    let (findings, ..) = scratch.json(&["a.txt"]);
    let mut fields: Vec<&str> = vec![
        "type",
        "rule",
        "severity",
        "confidence",
        "secret",
        "path",
        "line",
        "column",
        "commit",
        "surface",
        "fingerprint",
    ];
    fields.retain(|name| findings[0].get(name).is_none());
    assert_eq!(fields, [""; 0]);
    assert_eq!(findings[0]["line"], 1);
    assert_eq!(findings[0]["column"], 8);
    assert_eq!(findings[0]["commit"], Value::Null);
}

#[test]
fn secrets_are_masked_unless_asked_for() {
    let scratch = tree_with_findings();
    for format in ["text", "json", "jsonl"] {
        let run = scratch.run(&["-f", format, "-v"]);
        for secret in [token(1), token(2)] {
            let body = &secret[4..];
            for piece in body.as_bytes().windows(8) {
                let piece = std::str::from_utf8(piece).unwrap();
                assert!(!run.stdout.contains(piece) && !run.stderr.contains(piece), "{format} shows {piece}");
            }
        }
        let shown = scratch.run(&["-f", format, "--show-secrets"]).stdout;
        assert!(shown.contains(&token(1)), "{format}: {shown}");
    }
}

#[test]
fn findings_go_to_standard_output_the_summary_to_standard_error() {
    let scratch = tree_with_findings();
    let run = scratch.run(&[]);
    assert!(run.stdout.contains("github-pat-classic") && run.stdout.contains("a.txt:1:8"), "{}", run.stdout);
    assert!(run.stdout.contains("https://github.com/settings/tokens"), "{}", run.stdout);
    assert!(run.stderr.to_lowercase().contains("complete"), "{}", run.stderr);
    assert!(!run.stderr.contains('\x1b') && !run.stdout.contains('\x1b'));
    let quiet = scratch.run(&["-q"]);
    assert_eq!(quiet.stderr, "");
    let quiet = scratch.run(&["-q", "a.txt", "no-such-file"]);
    assert!(quiet.code == 2 && quiet.stderr.contains("no-such-file"), "the reason stays: {}", quiet.stderr);
}

#[test]
fn colour_is_the_users_choice() {
    let scratch = tree_with_findings();
    assert!(scratch.run(&["--color", "always"]).stdout.contains('\x1b'));
    assert!(!scratch.run(&["--color", "never"]).stdout.contains('\x1b'));
}

#[test]
fn the_format_never_changes_the_exit_code() {
    let scratch = tree_with_findings();
    for format in ["text", "json", "jsonl"] {
        assert_eq!(scratch.run(&["-f", format]).code, 1);
        assert_eq!(scratch.run(&["-f", format, "--exit-zero"]).code, 0);
        assert_eq!(scratch.run(&["-f", format, "no-such-path"]).code, 2);
    }
    assert_eq!(scratch.run(&["--format", "nonsense"]).code, 2);
    assert_eq!(scratch.run(&["--no-such-option"]).code, 2);
    assert_eq!(scratch.run(&["--rule", "no-such-rule"]).code, 2);
    assert_eq!(scratch.run(&["--help"]).code, 0);
    assert_eq!(scratch.run(&["--version"]).code, 0);
}

#[test]
fn report_files_are_written_beside_standard_output() {
    let scratch = tree_with_findings();
    let out = scratch.home().join("report.json");
    let run = scratch.run(&["-o", &format!("json={}", out.display())]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("a.txt:1:8"));
    let written: Value = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
    assert_eq!(written["findings"].as_array().unwrap().len(), 3);
}

#[test]
fn confidence_and_rules_choose_what_is_shown() {
    let scratch = Scratch::new();
    let mut edited = token(1).into_bytes();
    edited[10] = if edited[10] == b'a' { b'b' } else { b'a' };
    scratch.write("edited", edited).write("right", token(2));
    let (findings, summary, _) = scratch.json(&[]);
    assert_eq!(findings.len(), 1);
    assert_eq!(summary["hidden"]["low_confidence"], 1);
    let (findings, ..) = scratch.json(&["--confidence", "low"]);
    assert_eq!(findings.len(), 2);
    assert!(findings.iter().any(|f| f["checksum"] == "invalid" && f["confidence"] == "low"));
    assert_eq!(scratch.json(&["--exclude-rule", "github-pat-classic"]).0.len(), 0);
    assert_eq!(scratch.json(&["--rule", "npm-access-token"]).0.len(), 0);
}

/// Who audits sees what has an issuer's shape and looks made up, with the reason; masks stay out.
#[test]
fn made_up_tokens_are_low_and_masks_are_none() {
    let scratch = Scratch::new();
    let sequence = ["glpat", "-", "abcdefghij", "0123456789"].concat();
    scratch.write("made-up", &sequence).write("mask", format!("glpat-{}", "x".repeat(20)));
    scratch.write("asks", ["glpat", "-your", &token(1)[4..20]].concat());
    let (findings, summary, _) = scratch.json(&[]);
    assert!(findings.is_empty(), "{findings:#?}");
    assert_eq!(summary["hidden"]["low_confidence"], 1);
    let (findings, ..) = scratch.json(&["--confidence", "low"]);
    assert_eq!((findings.len(), &findings[0]["rule"]), (1, &Value::from("gitlab-pat")));
    assert!(findings[0].to_string().contains("looks made up: a stretch of alphabet"), "{findings:#?}");
    assert!(scratch.run(&["why", &sequence]).stdout.contains("low confidence: looks made up"));
}

#[test]
fn completions_and_manual_are_printed() {
    let scratch = Scratch::new();
    assert!(scratch.run(&["completions", "bash"]).stdout.contains("tokensieve"));
    let page = scratch.run(&["man"]).stdout;
    assert!(page.contains(".TH"));
    assert_eq!(scratch.run(&["man", "."]).code, 0);
    let named: Vec<String> = page
        .lines()
        .filter_map(|line| Some(line.strip_suffix("(1)")?.replace('\\', "")))
        .filter(|name| !name.ends_with("-help"))
        .collect();
    assert!(named.len() > 10);
    for name in named {
        let page = std::fs::read_to_string(scratch.path(&format!("{name}.1")))
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(page.contains(".TH"), "{name}");
    }
    assert_eq!(scratch.run(&["man", "no-such-folder"]).code, 2);
}

#[test]
fn inside_github_actions_annotations_and_a_summary_come_by_themselves() {
    let scratch = tree_with_findings();
    let summary = scratch.home().join("summary.md");
    std::fs::write(&summary, "before\n").unwrap();
    let run = |more: &[&str]| {
        let mut command = Command::new("env");
        command.current_dir(scratch.root()).arg("GITHUB_ACTIONS=true");
        command.arg(format!("GITHUB_STEP_SUMMARY={}", summary.display())).arg(tool()).args(more);
        Run::of(scratch.scrub(&mut command))
    };
    let plain = run(&["dir", "-f", "text"]);
    assert!(plain.code == 1 && !plain.stdout.contains("::error"), "{}", plain.stdout);
    assert_eq!(std::fs::read_to_string(&summary).unwrap(), "before\n", "a format was asked for");
    let chosen = run(&["dir"]);
    assert!(chosen.code == 1 && chosen.stdout.contains("::error file=a.txt,line=1"), "{}", chosen.stdout);
    let text = std::fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("before\n## tokensieve: 3 findings"), "{text}");
    assert!(!text.contains(&token(1)[4..12]));
}

#[test]
fn gitleaks_json_names_who_brought_it_in() {
    let scratch = Scratch::repository();
    scratch.git(&["remote", "add", "origin", "https://github.com/o/r"]);
    scratch.write("a.txt", token(1)).commit(&format!("add {}", token(1)));
    scratch.write("b.txt", token(1)).commit("again");
    let report: Value = serde_json::from_str(&scratch.run(&["git", "-f", "gitleaks"]).stdout).unwrap();
    let [message, first, again] = &report.as_array().unwrap()[..] else { panic!("{report:#}") };
    for leak in [message, first] {
        assert_eq!((&leak["Author"], &leak["Date"]), (&"A U Thor".into(), &"2026-01-02T03:04:05Z".into()));
        assert_eq!(leak["Message"], "add ********");
        assert!(leak["Link"].as_str().unwrap().starts_with("https://github.com/o/r/"));
    }
    assert_eq!((&again["File"], &again["Author"]), (&"b.txt".into(), &"".into()));
}

#[test]
fn what_is_suppressed_is_listed_with_its_reason() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", format!("{} # tokensieve:allow made for a test\n", token(1))).commit("first");
    scratch.write("b.txt", token(2)).commit("second");
    let report = |format: &str, more: &str| scratch.run(&["git", "-f", format, more]).stdout;
    let sarif: Value = serde_json::from_str(&report("sarif", "--show-suppressed")).unwrap();
    let suppressions = |i: usize| &sarif["runs"][0]["results"][i]["suppressions"];
    assert_eq!(*suppressions(0), serde_json::json!([]));
    assert_eq!(suppressions(1)[0]["kind"], "inSource");
    assert_eq!(suppressions(1)[0]["justification"], "made for a test");
    let sarif: Value = serde_json::from_str(&report("sarif", "--verbose")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    assert_eq!(sarif["runs"][0]["results"][0]["suppressions"], Value::Null);
    let page = report("html", "--show-suppressed");
    assert!(page.contains("by tokensieve:allow: made for a test"), "{page}");
    assert!(page.contains("class=\"timeline\""));
    assert!(!report("html", "--verbose").contains("made for a test"));
}

#[test]
fn the_page_names_the_folder_that_a_dot_stands_for() {
    let scratch = Scratch::new();
    scratch.write("a.txt", "nothing");
    let title = |args: &[&str]| {
        let page = scratch.run(&[args, &["-f", "html"]].concat()).stdout;
        page.lines().find(|line| line.starts_with("<title>")).unwrap_or_default().to_owned()
    };
    assert_eq!(title(&["dir"]), "<title>Secrets in tree</title>");
    assert_eq!(title(&["dir", "a.txt"]), "<title>Secrets in a.txt</title>");
    assert_eq!(scratch.json(&["dir"]).1["root"], ".");
}
