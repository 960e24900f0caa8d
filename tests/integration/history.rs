//! `tokensieve git`: what is read of a history, and what is said of a secret's life in it.

use std::fs;

use serde_json::Value;

use super::util::{Scratch, token};

/// The one finding of a run.
pub(super) fn only(findings: &[Value]) -> &Value {
    assert_eq!(findings.len(), 1, "{findings:#?}");
    &findings[0]
}

pub(super) fn head(scratch: &Scratch) -> String {
    scratch.git(&["rev-parse", "HEAD"]).trim().to_owned()
}

#[test]
fn a_secret_that_was_added_and_deleted() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\ntwo\n").commit("first");
    scratch.write("a.txt", format!("one\nkey = {}\ntwo\n", token(1))).commit("Add the key");
    let added = head(&scratch);
    scratch.write("a.txt", "one\ntwo\n").commit("Remove the key");
    let removed = head(&scratch);
    let (findings, summary, code) = scratch.json(&["git"]);
    let finding = only(&findings);
    assert_eq!(code, 1);
    assert_eq!(
        (&finding["path"], &finding["line"], &finding["column"]),
        (&"a.txt".into(), &2.into(), &7.into())
    );
    assert_eq!(finding["commit"], added);
    let life = &finding["exposure"];
    assert_eq!(life["introduced"]["id"], added);
    assert_eq!(life["introduced"]["subject"], "Add the key");
    assert_eq!(life["introduced"]["author"], "A U Thor");
    assert_eq!(life["introduced"]["date"], "2026-01-02T03:04:05Z");
    assert_eq!(life["removed"]["id"], removed);
    assert_eq!((&life["at_head"], &life["published"]), (&false.into(), &false.into()));
    assert_eq!(
        life["refs"],
        serde_json::json!(["reflog of HEAD", "reflog of refs/heads/main", "refs/heads/main"])
    );
    assert_eq!((&summary["commits"], &summary["complete"]), (&3.into(), &true.into()));
}

#[test]
fn a_secret_in_many_commits_is_one_finding() {
    let scratch = Scratch::repository();
    for i in 0..60 {
        scratch.write("a.txt", format!("{}\nkey = {}\nline {i}\n", "x\n".repeat(i % 5), token(1)));
        scratch.commit(&format!("commit {i}"));
    }
    let (findings, ..) = scratch.json(&["git"]);
    let finding = only(&findings);
    assert_eq!(finding["occurrence_count"], 1);
    assert_eq!(finding["exposure"]["versions"], 60);
    assert_eq!(finding["exposure"]["at_head"], true);
}

#[test]
fn a_renamed_file_keeps_its_first_commit_and_shows_both_paths() {
    let scratch = Scratch::repository();
    scratch.write("old.txt", format!("{}\n{}\n", "filler\n".repeat(30), token(1))).commit("first");
    let first = head(&scratch);
    scratch.git(&["mv", "old.txt", "new.txt"]);
    scratch.commit("rename");
    let (findings, ..) = scratch.json(&["git"]);
    let finding = only(&findings);
    assert_eq!(finding["path"], "old.txt");
    assert_eq!(finding["exposure"]["introduced"]["id"], first);
    assert_eq!(finding["exposure"]["at_head"], true);
    assert_eq!(finding["occurrences"][1]["path"], "new.txt");
}

#[test]
fn the_same_blob_under_two_paths() {
    let scratch = Scratch::repository();
    scratch.write("a/x", token(1)).write("b/y", token(1)).commit("first");
    let (findings, ..) = scratch.json(&["git"]);
    assert_eq!(only(&findings)["occurrence_count"], 2);
}

#[test]
fn only_in_a_merge() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    scratch.git(&["checkout", "-qb", "side"]);
    scratch.write("b.txt", "side\n").commit("side");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("c.txt", "main\n").commit("main");
    scratch.git(&["merge", "-q", "--no-commit", "side"]);
    scratch.write("b.txt", token(1)).commit("evil merge");
    let merge = head(&scratch);
    scratch.write("b.txt", "side\n").commit("clean up");
    let (findings, ..) = scratch.json(&["git"]);
    assert_eq!(only(&findings)["commit"], merge);
}

#[test]
fn only_in_a_conflict_resolution() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    scratch.git(&["checkout", "-qb", "side"]);
    scratch.write("a.txt", "side\n").commit("side");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("a.txt", "main\n").commit("main");
    let output =
        scratch.scrub(std::process::Command::new("git").current_dir(scratch.root()).args(["merge", "side"]));
    assert!(!output.status.success(), "a conflict was meant");
    scratch.write("a.txt", token(1)).commit("resolved");
    assert_eq!(only(&scratch.json(&["git"]).0)["commit"], head(&scratch));
}

#[test]
fn attributes_and_configuration_hide_nothing_and_run_nothing() {
    let scratch = Scratch::repository();
    let marker = scratch.home().join("marker");
    let command = format!("touch {}", marker.display());
    scratch.write(".gitattributes", "* binary -diff diff=x filter=x\n").commit("attributes");
    scratch.write("a.bin", [b"\0\0\xff".as_slice(), token(1).as_bytes()].concat()).commit("first");
    for key in ["core.fsmonitor", "diff.x.textconv", "filter.x.clean", "filter.x.process", "core.sshCommand"]
    {
        scratch.git(&["config", key, &command]);
    }
    scratch.git(&["config", "color.ui", "always"]);
    let _ = fs::remove_file(&marker);
    let before = scratch.git(&["count-objects", "-v"]);
    let _ = fs::remove_file(&marker);
    let (findings, ..) = scratch.json(&["git"]);
    assert_eq!(findings.len(), 1);
    assert!(!marker.exists());
    assert_eq!(scratch.git(&["-c", "core.fsmonitor=", "count-objects", "-v"]), before);
}

#[test]
fn an_orphan_branch() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    scratch.git(&["checkout", "-q", "--orphan", "other"]);
    scratch.write("a.txt", token(1)).commit("root of the orphan");
    scratch.git(&["checkout", "-q", "main"]);
    let (findings, ..) = scratch.json(&["git"]);
    let life = &only(&findings)["exposure"];
    assert_eq!(life["at_head"], false);
    assert!(life["refs"].as_array().unwrap().contains(&"refs/heads/other".into()));
}

#[test]
fn stashes_the_newest_and_older_ones() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    for i in 0..2 {
        scratch.write("a.txt", token(i));
        scratch.git(&["stash", "-q"]);
    }
    assert_eq!(scratch.json(&["git"]).0.len(), 2);
}

#[test]
fn only_in_the_reflog() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    scratch.write("a.txt", token(1)).commit("second");
    scratch.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let (findings, ..) = scratch.json(&["git"]);
    assert!(only(&findings)["exposure"]["refs"].to_string().contains("reflog of HEAD"));
}

#[test]
fn only_in_the_index() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    scratch.write("b.txt", token(1));
    scratch.git(&["add", "b.txt"]);
    let (findings, ..) = scratch.json(&["git"]);
    let finding = only(&findings);
    assert_eq!(finding["commit"], Value::Null);
    assert!(finding["notes"].to_string().contains("staged"), "{finding}");
}

#[test]
fn a_dangling_object_only_on_demand() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    scratch.write("b.txt", token(1));
    scratch.git(&["hash-object", "-w", "b.txt"]);
    assert_eq!(scratch.json(&["git"]).0.len(), 0);
    assert_eq!(scratch.json(&["git", "--unreachable"]).0.len(), 1);
}

#[test]
fn messages_names_and_configuration() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit(&format!("Use {} here", token(1)));
    scratch.git(&["tag", "-a", "v1", "-m", &format!("tag with {}", token(2))]);
    scratch.git(&["notes", "add", "-m", &format!("note with {}", token(3))]);
    scratch.git(&["branch", &format!("feature/{}", token(4))]);
    scratch.git(&[
        "-c",
        &format!("user.name={}", token(5)),
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "x",
        "--author",
        &format!("{} <a@b>", token(5)),
    ]);
    scratch.write(&token(6), "x").commit("a file");
    scratch.git(&[
        "remote",
        "add",
        "origin",
        &format!("https://x-access-token:{}@corp-net.io/r.git", token(7)),
    ]);
    std::os::unix::fs::symlink(token(8), scratch.path("link")).unwrap();
    scratch.commit("a link");
    let (findings, ..) = scratch.json(&["git"]);
    let mut surfaces: Vec<&str> = findings.iter().map(|f| f["surface"].as_str().unwrap()).collect();
    surfaces.sort_unstable();
    let expected = [
        "commit-message",
        "git-config",
        "identity",
        "note",
        "path-name",
        "ref-name",
        "symlink-target",
        "tag-message",
    ];
    assert_eq!(surfaces, expected);
    let all = serde_json::to_string(&findings).unwrap();
    for i in 1..9 {
        assert!(!all.contains(&token(i)[4..]), "{i} is shown");
    }
}

#[test]
fn a_tag_of_a_tag_a_blob_and_a_tree() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    scratch.git(&["tag", "-a", "inner", "-m", &format!("inner {}", token(1))]);
    scratch.git(&["tag", "-a", "outer", "inner", "-m", "outer"]);
    scratch.git(&["tag", "-d", "inner"]);
    scratch.write("blob.txt", token(2));
    let blob = scratch.git(&["hash-object", "-w", "blob.txt"]);
    scratch.git(&["tag", "blob", blob.trim()]);
    scratch.write("t/x", token(3));
    scratch.git(&["add", "t"]);
    let tree = scratch.git(&["write-tree"]);
    scratch.git(&["tag", "tree", tree.trim()]);
    scratch.git(&["rm", "-q", "--cached", "t/x"]);
    assert_eq!(scratch.json(&["git"]).0.len(), 3);
}
