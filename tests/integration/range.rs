//! `--range`, `--since`, `--commits`, `--pre-push`, `--pre-receive`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::util::{Run, Scratch, token, tool};

const ZERO: &str = "0000000000000000000000000000000000000000";

fn id(scratch: &Scratch, revision: &str) -> String {
    scratch.git(&["rev-parse", revision]).trim().to_owned()
}

/// `main` with one token, `topic` with another on top of it, then more on `main`.
fn forked() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("old");
    scratch.git(&["checkout", "-qb", "topic"]);
    scratch.write("b.txt", token(2)).commit("topic");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("c.txt", token(3)).commit("new on main");
    scratch
}

fn subjects(scratch: &Scratch, args: &[&str]) -> Vec<String> {
    let (findings, ..) = scratch.json(args);
    let subject = |f: &Value| f["exposure"]["introduced"]["subject"].as_str().unwrap_or("").to_owned();
    let mut subjects: Vec<String> = findings.iter().map(subject).collect();
    subjects.sort();
    subjects
}

#[test]
fn what_one_side_adds() {
    let scratch = forked();
    assert_eq!(subjects(&scratch, &["git", "--range", "main..topic"]), ["topic"]);
    assert_eq!(subjects(&scratch, &["git", "--range", "topic..main"]), ["new on main"]);
    assert_eq!(subjects(&scratch, &["git", "--range", "topic..."]), ["new on main", "topic"]);
    assert_eq!(subjects(&scratch, &["git", "--since", "main~1"]), ["new on main"]);
    assert_eq!(subjects(&scratch, &["git", "--commits", "1"]), ["new on main"]);
    assert_eq!(subjects(&scratch, &["git", "--commits", "2"]), ["new on main", "old"]);
}

#[test]
fn old_lines_of_a_touched_file_stay_quiet() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", format!("{}\nend\n", token(1))).commit("old");
    scratch.write("a.txt", format!("{}\nmore\n{}\nend\n", token(1), "x\n".repeat(3000))).commit("touch");
    assert_eq!(scratch.json(&["git", "--range", "HEAD~1..HEAD"]).0.len(), 0);
    let around = |i: u64| format!("top {i}\n{}\n{}\nbottom {i}\n", "x\n".repeat(40), token(2));
    scratch.write("b.txt", around(1)).commit("old");
    scratch.write("c.txt", "x").commit("elsewhere");
    scratch.write("b.txt", around(2)).commit("above and below");
    assert_eq!(scratch.json(&["git", "--range", "HEAD~1..HEAD"]).0.len(), 0);
    assert_eq!(scratch.json(&["git", "--range", "HEAD~2..HEAD"]).0.len(), 0);
    scratch.write("b.txt", around(3).replace("bottom", &token(3))).commit("a new one below the old one");
    let (findings, ..) = scratch.json(&["git", "--range", "HEAD~3..HEAD"]);
    assert_eq!((findings.len(), &findings[0]["line"]), (1, &44.into()));
}

#[test]
fn merges_octopus_and_evil() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "x").commit("base");
    for i in 0..3u64 {
        scratch.git(&["checkout", "-qb", &format!("t{i}"), "main"]);
        scratch.write(&format!("t{i}.txt"), token(i)).commit(&format!("t{i}"));
    }
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("main.txt", "x").commit("on main");
    scratch.git(&["merge", "-q", "--no-commit", "t0", "t1", "t2"]);
    scratch.write("evil.txt", token(9)).commit("octopus");
    assert_eq!(subjects(&scratch, &["git", "--range", "t0..main"]), ["octopus", "t1", "t2"]);
    assert_eq!(subjects(&scratch, &["git", "--range", "main~1..main"]), ["octopus", "t0", "t1", "t2"]);
}

#[test]
fn an_unknown_revision_is_an_error() {
    let scratch = forked();
    for args in [["--range", "main..nonsense"], ["--range", "main"], ["--since", "nonsense"]] {
        let run = scratch.run(&["git", args[0], args[1]]);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.stderr.contains(args[1].rsplit('.').next().unwrap()), "{}", run.stderr);
    }
}

fn hook(scratch: &Scratch, args: &[&str], lines: &str) -> Run {
    let mut child = Command::new(tool())
        .current_dir(scratch.root())
        .env("HOME", scratch.home())
        .arg("git")
        .args(args)
        .args(["-f", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    Run::of(child.wait_with_output().unwrap())
}

#[test]
fn every_shape_of_push() {
    let scratch = forked();
    let bare = scratch.home().join("bare.git");
    scratch.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
    scratch.git(&["remote", "add", "origin", bare.to_str().unwrap()]);
    scratch.git(&["push", "-q", "origin", "main~1:refs/heads/main"]);
    let (old, main, topic) = (id(&scratch, "main~1"), id(&scratch, "main"), id(&scratch, "topic"));
    let found = |lines: &str| {
        let run = hook(&scratch, &["--pre-push"], lines);
        assert_ne!(run.code, -1, "{}", run.stderr);
        (run.stdout.lines().count() - 1, run.code)
    };
    assert_eq!(found(""), (0, 0));
    assert_eq!(found(&format!("refs/heads/main {main} refs/heads/main {old}\n")), (1, 1), "an update");
    assert_eq!(found(&format!("refs/heads/topic {topic} refs/heads/topic {ZERO}\n")), (1, 1), "a new branch");
    assert_eq!(found(&format!("(delete) {ZERO} refs/heads/main {old}\n")), (0, 0), "a deletion");
    let unknown = "1234567890123456789012345678901234567890";
    assert_eq!(
        found(&format!("refs/heads/main {main} refs/heads/main {unknown}\n")),
        (1, 1),
        "a forced push"
    );
    let both = format!(
        "refs/heads/main {main} refs/heads/main {old}\nrefs/heads/topic {topic} refs/heads/topic {ZERO}\n"
    );
    assert_eq!(found(&both), (2, 1), "several refs");
    scratch.git(&["tag", "-a", "v1", "-m", &format!("tag {}", token(5)), "topic"]);
    let tag = id(&scratch, "v1");
    assert_eq!(
        found(&format!("refs/tags/v1 {tag} refs/tags/v1 {ZERO}\n")),
        (2, 1),
        "a tag and what it leads to"
    );
    assert_eq!(hook(&scratch, &["--pre-push"], "nonsense\n").code, 2);
}

#[test]
fn what_another_remote_has_does_not_count() {
    let scratch = forked();
    for name in ["private", "public"] {
        let bare = scratch.home().join(name);
        scratch.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
        scratch.git(&["remote", "add", name, bare.to_str().unwrap()]);
    }
    scratch.git(&["push", "-q", "private", "main"]);
    let line = format!("refs/heads/main {} refs/heads/main {ZERO}\n", id(&scratch, "main"));
    assert_eq!(hook(&scratch, &["--pre-push", "--remote", "public"], &line).code, 1);
    assert_eq!(hook(&scratch, &["--pre-push", "--remote", "private"], &line).code, 0);
    assert_eq!(hook(&scratch, &["--pre-push"], &line).code, 1);
}

#[test]
fn a_server_reads_what_is_in_quarantine() {
    let scratch = forked();
    let bare = scratch.home().join("bare.git");
    scratch.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
    scratch.git(&["push", "-q", bare.to_str().unwrap(), "main~1:refs/heads/main"]);
    let hook = format!("#!/bin/sh\nexec {} git --pre-receive\n", tool());
    std::fs::write(bare.join("hooks/pre-receive"), hook).unwrap();
    let status = Command::new("chmod").arg("+x").arg(bare.join("hooks/pre-receive")).status().unwrap();
    assert!(status.success());
    let push = |refspec: &str| {
        let mut command = Command::new("git");
        command.current_dir(scratch.root()).args(["push", bare.to_str().unwrap(), refspec]);
        Run::of(scratch.scrub(&mut command))
    };
    let refused = push("main:refs/heads/main");
    assert_ne!(refused.code, 0);
    assert!(refused.stderr.contains("github-pat-classic"), "{}", refused.stderr);
    scratch.git(&["checkout", "-qb", "clean", "main~1"]);
    scratch.write("clean.txt", "nothing here\n").commit("clean");
    let taken = push("clean:refs/heads/clean");
    assert_eq!(taken.code, 0, "{}", taken.stderr);
}
