//! What a user allows: inline comments and configs.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::util::{Run, Scratch, rules, token, tool};

const ZERO: &str = "0000000000000000000000000000000000000000";
const RULE: &str = "github-pat-classic";

/// An allowance of all classic GitHub tokens below `path`.
fn allowing(path: &str, expires: &str) -> String {
    format!("[[allow]]\nrules = [\"{RULE}\"]\npaths = [\"{path}\"]\nreason = \"made for tests\"\n{expires}\n")
}

pub(super) fn suppressed(summary: &Value) -> u64 {
    summary["hidden"]["suppressed"].as_u64().unwrap()
}

/// Findings, suppressed, exit code.
pub(super) fn counts(scratch: &Scratch, args: &[&str]) -> (usize, u64, i32) {
    let (findings, summary, code) = scratch.json(args);
    (findings.len(), suppressed(&summary), code)
}

/// Runs the tool with a text on its standard input.
fn feed(scratch: &Scratch, args: &[&str], text: &str) -> Run {
    let mut child = Command::new(tool())
        .current_dir(scratch.root())
        .env("HOME", scratch.home())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    Run::of(child.wait_with_output().unwrap())
}

#[test]
fn comments_count_wherever_the_text_comes_from() {
    let scratch = Scratch::repository();
    scratch.write("x.txt", "x\n").commit("first");
    let text = format!(
        "a = '{}' # tokensieve:allow a key of the tests\n# tokensieve:allow-next-line\nb = '{}'\n\
         c = '{}' # gitleaks:allow\n",
        token(1),
        token(2),
        token(3)
    );
    scratch.write("a.py", &text);
    scratch.git(&["add", "-A"]);
    for args in [&["dir", "."][..], &["git", "--staged"], &["git"]] {
        assert_eq!(counts(&scratch, args), (0, 3, 0), "{args:?}");
        let foreign = [args, &["--foreign-comments", "false"]].concat();
        assert_eq!(counts(&scratch, &foreign), (1, 2, 1), "{args:?}");
    }
    scratch.commit("second");
    for args in [&["git"][..], &["git", "--range", "HEAD~1..HEAD"]] {
        assert_eq!(counts(&scratch, args), (0, 3, 0), "{args:?}");
    }
    let run = feed(&scratch, &["stdin"], &text);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stderr.contains("3 suppressed"), "{}", run.stderr);
}

#[test]
fn one_place_without_a_comment_is_enough_to_report() {
    let scratch = Scratch::repository();
    scratch.write("a.py", format!("a = '{0}' # tokensieve:allow\nb = '{0}'\n", token(1)));
    assert_eq!(counts(&scratch, &["dir"]), (1, 0, 1));
    scratch.write("a.py", format!("a = '{}' # tokensieve:allow\n", token(1)));
    assert_eq!(counts(&scratch, &["dir"]), (0, 1, 0));
    scratch.commit("with a comment");
    assert_eq!(counts(&scratch, &["git"]), (0, 1, 0));
    scratch.write("a.py", format!("a = '{}'\n", token(1))).commit("without");
    assert_eq!(counts(&scratch, &["git"]), (1, 0, 1), "a comment that went hides nothing");
    assert_eq!(counts(&scratch, &["git", "--range", "HEAD~1..HEAD"]), (1, 0, 1));
    scratch.write("b.py", format!("a = '{}'\n", token(2))).commit("without");
    scratch.write("b.py", format!("a = '{}' # tokensieve:allow\n", token(2))).commit("with");
    assert_eq!(counts(&scratch, &["git", "--range", "HEAD~1..HEAD"]), (0, 1, 0));
    assert_eq!(counts(&scratch, &["git"]).0, 2, "one that came later does not hide older versions");
}

#[test]
fn more_places_than_are_kept_are_all_judged() {
    let scratch = Scratch::new();
    let mut text = format!("a = '{}' # tokensieve:allow\n", token(1)).repeat(2500);
    scratch.write("a.py", &text);
    assert_eq!(counts(&scratch, &["dir"]), (0, 1, 0));
    text.push_str(&format!("a = '{}'\n", token(1)));
    scratch.write("a.py", &text);
    assert_eq!(counts(&scratch, &["dir"]), (1, 0, 1));
}

#[test]
fn what_is_suppressed_is_listed_on_demand_and_masked() {
    let scratch = Scratch::new();
    scratch.write("a.py", format!("a = '{}' # tokensieve:allow like \u{1b}[31m {}\n", token(1), token(2)));
    scratch.write("b.py", format!("b = '{}'\n", token(2)));
    let (findings, summary, code) = scratch.json(&["dir", "--show-suppressed"]);
    assert_eq!((findings.len(), suppressed(&summary), code), (2, 1, 1));
    assert_eq!(summary["findings"]["total"], 1);
    let record = findings.iter().find(|f| f["path"] == "a.py" && !f["suppressed"].is_null()).unwrap();
    assert_eq!(record["suppressed"]["by"], "tokensieve:allow");
    assert!(record["suppressed"]["reason"].as_str().unwrap().starts_with("like "));
    let schema: Value = serde_json::from_str(
        &fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/report.schema.json")).unwrap(),
    )
    .unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(record), "{record}");
    let run = scratch.run(&["dir", "--show-suppressed"]);
    assert!(run.stdout.contains("suppressed by tokensieve:allow: like"), "{}", run.stdout);
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains(&token(2)[8..24]) && !text.contains("\u{1b}[31m"), "{text}");
    }
}

#[test]
fn a_config_at_the_root_counts_from_any_folder() {
    let scratch = Scratch::repository();
    scratch.write("src/tests/a.txt", token(1)).write("tests/b.txt", token(2));
    scratch.write("tokensieve.toml", allowing("/tests", ""));
    scratch.commit("first");
    assert_eq!(counts(&scratch, &["dir"]), (1, 1, 1));
    assert_eq!(counts(&scratch, &["git"]), (1, 1, 1));
    assert_eq!(counts(&scratch, &["dir", "tests"]), (0, 1, 0));
    let absolute = scratch.path("tests").canonicalize().unwrap();
    assert_eq!(counts(&scratch, &["dir", absolute.to_str().unwrap()]), (0, 1, 0));
    assert_eq!(counts(&scratch, &["dir", "tests/b.txt", "src"]), (1, 1, 1));
    let run = scratch.run_in(&scratch.path("src"), &["dir", "tests", "../tests"]);
    assert!(run.code == 1 && run.stderr.contains("1 suppressed"), "{}", run.stderr);
    let (_, summary, _) = scratch.json(&["dir"]);
    let hash = summary["config_hash"].as_str().unwrap().to_owned();
    assert_eq!(hash.len(), 16);
    assert!(scratch.run(&["config", "show"]).stdout.contains(&hash));
    let (findings, summary, _) = scratch.json(&["dir", "--no-config"]);
    assert_eq!((findings.len(), &summary["config_hash"]), (2, &"".into()));
}

#[test]
fn a_config_changes_rules() {
    let scratch = Scratch::new();
    scratch.write("a.txt", token(1)).write("b.txt", "the code is own_9f1c7a3be2d84c06b5e1\n");
    scratch.write(
        ".tokensieve.toml",
        format!(
            "[[rule]]\nid = \"own-code\"\ndescription = \"A code\"\nseverity = \"low\"\n\
             anchors = [\"own_\"]\npattern = \"own_[0-9a-f]{{20}}\"\n[[override]]\nrule = \"{RULE}\"\n\
             severity = \"info\"\n"
        ),
    );
    let (findings, ..) = scratch.json(&["dir"]);
    assert_eq!(rules(&findings), [RULE, "own-code"]);
    let severities: Vec<_> = findings.iter().map(|f| f["severity"].as_str().unwrap()).collect();
    assert_eq!(severities, ["low", "info"]);
    let upper = scratch.home().join("upper.toml");
    fs::write(&upper, format!("[rules]\ndisable = [\"{RULE}\"]\n")).unwrap();
    let (findings, ..) = scratch.json(&["dir", "--config", upper.to_str().unwrap()]);
    assert_eq!(rules(&findings), ["own-code"], "one config lies on top of the other");
    let mut command = Command::new("env");
    let variable = format!("TOKENSIEVE_CONFIG={}", upper.display());
    command.current_dir(scratch.root()).args([&variable, tool(), "dir", "-f", "jsonl"]);
    assert_eq!(Run::of(scratch.scrub(&mut command)).stdout.lines().count(), 2);
    command.arg("--no-config");
    let lines = Run::of(scratch.scrub(&mut command)).stdout;
    assert!(lines.lines().count() == 2 && lines.contains(RULE), "{lines}");
}

#[test]
fn a_wrong_config_ends_the_run_before_the_scan() {
    let scratch = Scratch::new();
    scratch.write("a.txt", token(1)).write("tokensieve.toml", "confidence = \"low\"\nunknown = 1\n");
    for args in [&["dir"][..], &["config", "check"], &["config", "check", "tokensieve.toml"]] {
        let run = scratch.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains("tokensieve.toml:2:1"), "{}", run.stderr);
    }
    scratch.write("tokensieve.toml", "\n[rules]\ndisable = [\"no-such-rule\"]\n");
    let run = scratch.run(&["config", "check"]);
    assert!(run.code == 2 && run.stderr.contains("tokensieve.toml:3:12"), "{}", run.stderr);
    scratch.write("tokensieve.toml", "confidence = \"low\"\n");
    assert_eq!(scratch.run(&["config", "check"]).code, 0);
}

#[test]
fn an_expired_allowance_fires_again() {
    let scratch = Scratch::new();
    scratch.write("a.txt", token(1)).write("tokensieve.toml", allowing("a.txt", "expires = 2999-01-01"));
    assert_eq!(counts(&scratch, &["dir"]), (0, 1, 0));
    scratch.write("tokensieve.toml", allowing("a.txt", "expires = 2020-01-01\nowner = \"a team\""));
    let run = scratch.run(&["dir"]);
    assert_eq!(run.code, 1);
    for part in ["tokensieve.toml:1:1", "ran out on 2020-01-01", "made for tests", "a team"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn a_staged_config_is_in_force_and_named() {
    let scratch = Scratch::repository();
    scratch.write("x", "x").commit("first");
    scratch.write("a.txt", token(1)).write("tokensieve.toml", allowing("a.txt", ""));
    scratch.git(&["add", "a.txt"]);
    let run = scratch.run(&["git", "--staged"]);
    assert!(run.code == 0 && !run.stderr.contains("part of this commit"), "{}", run.stderr);
    scratch.git(&["add", "-A"]);
    let run = scratch.run(&["git", "--staged"]);
    assert!(run.code == 0 && run.stderr.contains("tokensieve.toml itself is part of this"), "{}", run.stderr);
    scratch.commit("second");
    assert!(!scratch.run(&["git", "--staged"]).stderr.contains("part of this commit"));
}

/// A remote that has the first commit, and a branch with a token and files that would allow it.
fn pushed_with_its_own_policy() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("x", "x").commit("first");
    let bare = scratch.home().join("bare.git");
    scratch.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
    scratch.git(&["remote", "add", "origin", bare.to_str().unwrap()]);
    scratch.git(&["push", "-q", "origin", "main"]);
    scratch.git(&["checkout", "-qb", "topic"]);
    scratch.write("a.txt", token(1)).write("tokensieve.toml", allowing("a.txt", ""));
    scratch.write(".gitleaks.toml", "[allowlist]\npaths = ['''a\\.txt''']\n");
    scratch.write(".gitleaksignore", "a.txt:github-pat:1\n");
    scratch.commit("a token and its leave");
    scratch
}

fn push_line(scratch: &Scratch) -> String {
    let id = scratch.git(&["rev-parse", "topic"]);
    format!("refs/heads/topic {} refs/heads/topic {ZERO}\n", id.trim())
}

#[test]
fn a_change_cannot_allow_itself() {
    let scratch = pushed_with_its_own_policy();
    assert_eq!(scratch.run(&["dir"]).code, 0, "the config of the work tree is in force there");
    for args in [["--range", "main..topic"], ["--since", "main"], ["--commits", "1"]] {
        let run = scratch.run(&["git", args[0], args[1]]);
        assert_eq!(run.code, 1, "{args:?} {}", run.stderr);
    }
    let ignored = scratch.run(&["git", "--range", "main..topic", "--baseline", ".gitleaksignore"]);
    assert_eq!(ignored.code, 1);
    assert!(ignored.stderr.contains("came with the change"), "{}", ignored.stderr);
    let line = push_line(&scratch);
    let run = feed(&scratch, &["git", "--pre-push"], &line);
    assert_eq!(run.code, 1, "{}", run.stderr);
    // Where there is no other side there is nobody to trust either.
    scratch.git(&["remote", "remove", "origin"]);
    let run = feed(&scratch, &["git", "--pre-push"], &line);
    assert!(run.code == 1 && run.stderr.contains("config is not used"), "{}", run.stderr);
}

#[test]
fn a_range_is_judged_by_the_policy_of_its_base() {
    let scratch = pushed_with_its_own_policy();
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("tokensieve.toml", allowing("c.txt", "")).commit("policy");
    scratch.git(&["push", "-q", "origin", "main"]);
    scratch.git(&["checkout", "-qb", "other"]);
    scratch.write("tokensieve.toml", "wrong").write("c.txt", token(3)).commit("a token in a known place");
    assert_eq!(counts(&scratch, &["git", "--range", "main..other"]), (0, 1, 0));
    let line = push_line(&scratch).replace("topic", "other");
    let other = scratch.git(&["rev-parse", "other"]);
    let line = line.replace(scratch.git(&["rev-parse", "topic"]).trim(), other.trim());
    assert_eq!(feed(&scratch, &["git", "--pre-push"], &line).code, 0);
}

#[test]
fn a_server_judges_by_what_it_has() {
    let scratch = pushed_with_its_own_policy();
    let bare = scratch.home().join("bare.git");
    let hook = format!("#!/bin/sh\nexec {} git --pre-receive\n", tool());
    fs::write(bare.join("hooks/pre-receive"), hook).unwrap();
    assert!(Command::new("chmod").arg("+x").arg(bare.join("hooks/pre-receive")).status().unwrap().success());
    let push = |branch: &str| {
        let mut command = Command::new("git");
        command.current_dir(scratch.root()).args(["push", "-q", "origin", branch]);
        Run::of(scratch.scrub(&mut command)).code
    };
    assert_ne!(push("topic"), 0);
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("tokensieve.toml", allowing("c.txt", "")).commit("policy");
    assert_eq!(push("main"), 0);
    scratch.git(&["checkout", "-qb", "other"]);
    scratch.write("c.txt", token(3)).commit("a token in a known place");
    assert_eq!(push("other"), 0);
}
