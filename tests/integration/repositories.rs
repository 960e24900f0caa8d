//! `tokensieve git`: repositories of every kind, and how a scan of one may end.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::history::{head, only};
use super::util::{Scratch, rules, token};

#[test]
fn bare_repositories_worktrees_and_sub_folders() {
    let scratch = Scratch::repository();
    scratch.write("a/b/c.txt", token(1)).commit("first");
    let clone = scratch.home().join("bare.git");
    scratch.git(&["clone", "-q", "--bare", ".", clone.to_str().unwrap()]);
    assert_eq!(scratch.json(&["git", clone.to_str().unwrap()]).0.len(), 1);
    let linked = scratch.home().join("linked");
    scratch.git(&["worktree", "add", "-q", linked.to_str().unwrap(), "-b", "other"]);
    for folder in [linked, scratch.path("a/b"), scratch.path(".git")] {
        let run = scratch.run_in(&folder, &["git", "-f", "jsonl"]);
        assert_eq!(run.stdout.lines().count(), 2, "{}: {}", folder.display(), run.stderr);
    }
}

#[test]
fn a_detached_head_of_a_linked_worktree_counts() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    let linked = scratch.home().join("linked");
    scratch.git(&["worktree", "add", "-q", "--detach", linked.to_str().unwrap()]);
    fs::write(linked.join("a.txt"), token(1)).unwrap();
    let linked = linked.to_str().unwrap();
    scratch.git(&["-C", linked, "commit", "-qam", "in the worktree"]);
    fs::remove_dir_all(scratch.path(".git/logs")).unwrap();
    let _ = fs::remove_dir_all(scratch.path(".git/worktrees/linked/logs"));
    assert_eq!(scratch.json(&["git"]).0.len(), 1);
}

#[test]
fn alternates() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    let clone = scratch.home().join("clone");
    scratch.git(&["clone", "-q", "--shared", ".", clone.to_str().unwrap()]);
    assert_eq!(scratch.json(&["git", clone.to_str().unwrap()]).0.len(), 1);
}

#[test]
fn replaced_commits_are_read_in_the_original() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    let first = head(&scratch);
    scratch.write("a.txt", "clean\n");
    scratch.git(&["add", "-A"]);
    let tree = scratch.git(&["write-tree"]);
    let other = scratch.git(&["commit-tree", tree.trim(), "-m", "replacement"]);
    scratch.git(&["replace", &first, other.trim()]);
    assert_eq!(scratch.json(&["git"]).0.len(), 1);
}

#[test]
fn a_shallow_clone_is_incomplete() {
    let scratch = Scratch::repository();
    for i in 0..3 {
        scratch.write("a.txt", format!("{i}")).commit("commit");
    }
    let clone = scratch.home().join("shallow");
    let url = format!("file://{}", scratch.root().display());
    scratch.git(&["clone", "-q", "--depth", "1", &url, clone.to_str().unwrap()]);
    let (_, summary, code) = scratch.json(&["git", clone.to_str().unwrap()]);
    assert_eq!((summary["complete"].as_bool(), code), (Some(false), 2));
    assert!(summary["failures"].to_string().contains("shallow"));
    // A range within what was fetched is complete.
    let (_, _, code) = scratch.json(&["git", clone.to_str().unwrap(), "--commits", "1"]);
    assert_eq!(code, 0);
}

#[test]
fn a_missing_blob_is_named_and_the_rest_is_read() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "to be lost\n").write("b.txt", token(1)).commit("first");
    let id = scratch.git(&["rev-parse", "HEAD:a.txt"]);
    let (folder, file) = id.trim().split_at(2);
    fs::remove_file(scratch.path(&format!(".git/objects/{folder}/{file}"))).unwrap();
    let (findings, summary, code) = scratch.json(&["git"]);
    assert_eq!((findings.len(), code), (1, 2));
    assert!(summary["failures"].to_string().contains(id.trim()), "{summary}");
}

#[test]
fn formats_that_cannot_be_read_are_named() {
    let scratch = Scratch::new();
    scratch.git(&["init", "-q", "--object-format=sha256"]);
    let run = scratch.run(&["git"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("sha256"), "{}", run.stderr);
    assert_eq!(Scratch::new().run(&["git"]).code, 2);
    let reftable = Scratch::new();
    reftable.git(&["init", "-q", "--ref-format=reftable"]);
    reftable.write("a.txt", token(1)).commit("first");
    let (findings, summary, code) = reftable.json(&["git"]);
    assert_eq!((findings.len(), code), (1, 2));
    assert!(summary["failures"].to_string().contains("reftable"));
}

#[test]
fn a_branch_narrows() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    scratch.git(&["checkout", "-q", "--orphan", "other"]);
    scratch.write("a.txt", token(2)).commit("second");
    let (findings, ..) = scratch.json(&["git", "--branch", "main"]);
    assert_eq!(only(&findings)["exposure"]["introduced"]["subject"], "first");
    assert_eq!(scratch.run(&["git", "--branch", "no-such-branch"]).code, 2);
}

#[test]
fn an_explicit_repository_wins_over_the_environment() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    let other = Scratch::repository();
    let mut command = std::process::Command::new(super::util::tool());
    let env_free = scratch.scrub(command.args(["git", "-f", "jsonl"]).arg(scratch.root()));
    assert_eq!(env_free.status.code(), Some(1));
    let hostile = other.root().join(".git");
    let mut command = std::process::Command::new("env");
    command.arg(format!("GIT_DIR={}", hostile.display()));
    for name in [
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
    ] {
        command.arg(format!("{name}=/nonexistent"));
    }
    let output =
        scratch.scrub(command.arg(super::util::tool()).args(["git", "-f", "jsonl"]).arg(scratch.root()));
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn submodules_on_demand() {
    let inner = Scratch::repository();
    inner.write("a.txt", token(1)).commit("inner");
    let scratch = Scratch::repository();
    let url = inner.root();
    scratch.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        url.to_str().unwrap(),
        "sub",
    ]);
    scratch.commit("outer");
    assert_eq!(scratch.json(&["git"]).0.len(), 0);
    assert_eq!(scratch.json(&["git", "--recurse-submodules"]).0.len(), 1);
}

#[test]
fn a_remote_tracking_ref_means_rotate() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    let bare = scratch.home().join("bare.git");
    scratch.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
    scratch.git(&["remote", "add", "origin", bare.to_str().unwrap()]);
    scratch.git(&["push", "-q", "-u", "origin", "main"]);
    assert_eq!(only(&scratch.json(&["git"]).0)["exposure"]["published"], true);
    assert!(scratch.run(&["git"]).stdout.contains("rotate"));
}

#[test]
fn a_permalink_where_the_forge_is_known() {
    let scratch = Scratch::repository();
    scratch.git(&["remote", "add", "origin", "git@github.com:corp/app.git"]);
    scratch.write("src/a b.txt", format!("x\n{}", token(1))).commit("first");
    let link = format!("https://github.com/corp/app/blob/{}/src/a%20b.txt#L2", head(&scratch));
    assert_eq!(only(&scratch.json(&["git"]).0)["exposure"]["permalink"], link);
}

#[test]
fn dotenv_files_of_the_past() {
    let scratch = Scratch::repository();
    scratch.write(".env", "DB_PASSWORD=hunter2horse\n").commit("oops");
    scratch.git(&["rm", "-q", ".env"]);
    scratch.commit("remove");
    let (findings, ..) = scratch.json(&["git"]);
    let finding = only(&findings);
    assert_eq!((&finding["rule"], &finding["severity"]), (&"dotenv-file".into(), &"high".into()));
    assert_eq!(finding["exposure"]["removed"]["subject"], "remove");
    assert!(finding["notes"].to_string().contains("DB_PASSWORD"));
    assert!(!finding.to_string().contains("hunter2horse"));
}

#[test]
fn an_empty_repository_is_clean() {
    let scratch = Scratch::repository();
    let (findings, summary, code) = scratch.json(&["git"]);
    assert_eq!((findings.len(), code), (0, 0), "{summary}");
}

#[test]
fn packs_and_loose_objects_give_the_same_with_any_number_of_threads() {
    let scratch = Scratch::repository();
    for i in 0..40u64 {
        scratch.write(
            &format!("d{}/f{}.txt", i % 3, i % 7),
            format!("{}\n{}\n", token(i / 2), "line\n".repeat(i as usize)),
        );
        scratch.commit(&format!("commit {i}"));
    }
    let report = |threads: &str| {
        let out = scratch.run(&["git", "-f", "json", "-j", threads]).stdout;
        let mut value: Value = serde_json::from_str(&out).unwrap();
        value["summary"]["elapsed_seconds"] = Value::Null;
        value
    };
    let loose = report("1");
    assert_eq!(loose, report("4"));
    scratch.git(&["gc", "-q"]);
    let mut packed = report("4");
    assert_eq!(rules(packed["findings"].as_array().unwrap()), rules(loose["findings"].as_array().unwrap()));
    packed["findings"].as_array_mut().unwrap().iter().zip(loose["findings"].as_array().unwrap()).for_each(
        |(a, b)| {
            assert_eq!(
                (&a["commit"], &a["path"], &a["exposure"]["versions"]),
                (&b["commit"], &b["path"], &b["exposure"]["versions"])
            );
        },
    );
}

#[test]
fn read_only_media() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    set_read_only(&scratch.path(".git"), true);
    let found = scratch.json(&["git"]).0.len();
    set_read_only(&scratch.path(".git"), false);
    assert_eq!(found, 1);
}

fn set_read_only(folder: &Path, read_only: bool) {
    let mode = if read_only { "a-w" } else { "u+w" };
    let status = std::process::Command::new("chmod").args(["-R", mode]).arg(folder).status().unwrap();
    assert!(status.success());
}

#[test]
fn a_signal_ends_the_scan_with_what_was_found_marked_incomplete() {
    use std::process::{Command, Stdio};
    let scratch = Scratch::repository();
    // The reader of a FIFO that never ends stands for a scan that takes long.
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let mut child = Command::new(super::util::tool())
            .current_dir(scratch.root())
            .args(["stdin", "-f", "jsonl"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300));
        let sent =
            Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        drop(child.stdin.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&summary["interrupted"], &summary["complete"]), (&true.into(), &false.into()));
    }
}

#[test]
fn another_users_repository_is_read_and_said_so() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    let given =
        std::process::Command::new("chown").args(["-R", "12345"]).arg(scratch.root()).status().unwrap();
    let run = scratch.run(&["git"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let in_tree = scratch.run(&["dir"]);
    assert_eq!(in_tree.code, 1, "{}", in_tree.stderr);
    if given.success() {
        assert!(run.stderr.contains("belongs to another user"), "{}", run.stderr);
    }
}

#[test]
fn a_history_that_is_read_in_parts() {
    use std::fmt::Write as _;
    let scratch = Scratch::repository();
    // More versions of the root, and of one file, than one worker reads in one go.
    let mut stream = String::new();
    for number in 1..=2600 {
        let secret = if matches!(number, 700 | 1500 | 2500) { token(number) } else { String::new() };
        let text = format!("line {number}\n{secret}\n");
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter A <a@b.io> {} +0000\ndata 1\nx\nM 100644 inline d/{}\ndata {}\n{text}\n\
             M 100644 inline often\ndata {}\n{text}\n",
            1_700_000_000 + number,
            number % 3,
            text.len(),
            text.len(),
        );
    }
    let file = scratch.home().join("stream");
    std::fs::write(&file, stream).unwrap();
    let mut command = Command::new("git");
    command.args(["fast-import", "--quiet"]).current_dir(scratch.root());
    let output = scratch.scrub(command.stdin(std::fs::File::open(&file).unwrap()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (findings, summary, _) = scratch.json(&["git", "--threads", "3"]);
    assert_eq!((findings.len(), &summary["commits"]), (3, &2600.into()));
    for finding in &findings {
        let paths: Vec<_> =
            finding["occurrences"].as_array().unwrap().iter().map(|o| o["path"].as_str().unwrap()).collect();
        assert!(paths.len() == 2 && paths[0].starts_with("d/") && paths[1] == "often", "{paths:?}");
        assert_eq!(finding["exposure"]["versions"], 2);
        assert_eq!(finding["exposure"]["at_head"], false);
    }
}
