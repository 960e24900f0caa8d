//! Which files of a working tree are read, and how bad input ends.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::util::{Scratch, paths, rules, token, tool};

#[test]
fn a_clean_tree_ends_with_zero() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "nothing here\n");
    let (findings, summary, code) = scratch.json(&[]);
    assert_eq!((findings.len(), code), (0, 0));
    assert_eq!(summary["complete"], true);
    assert_eq!(summary["files"], 1);
}

#[test]
fn tracked_and_untracked_files_are_read_ignored_ones_are_not() {
    let scratch = Scratch::repository();
    scratch.write(".gitignore", "*.log\n/build/\n");
    for (i, name) in
        ["tracked.txt", "forced.log", ".hidden/x", "untracked.txt", "other.log", "build/x"].iter().enumerate()
    {
        scratch.write(name, token(i as u64));
    }
    scratch.git(&["add", "-f", "tracked.txt", "forced.log", ".gitignore"]);
    let (findings, _, code) = scratch.json(&["dir"]);
    assert_eq!(paths(&findings), [".hidden/x", "forced.log", "tracked.txt", "untracked.txt"]);
    assert_eq!(code, 1);
    let (findings, ..) = scratch.json(&["dir", "--no-ignore"]);
    assert_eq!(findings.len(), 6);
}

#[test]
fn a_tracked_file_that_was_deleted_is_no_failure() {
    let scratch = Scratch::repository();
    scratch.write("gone.txt", "x").commit("first");
    fs::remove_file(scratch.path("gone.txt")).unwrap();
    assert_eq!(scratch.run(&[]).code, 0);
}

#[test]
fn ignore_files_of_other_tools_hide_nothing() {
    let scratch = Scratch::repository();
    scratch.write(".ignore", "*\n").write(".rgignore", "*\n").write("a.txt", token(1));
    assert_eq!(scratch.json(&[]).0.len(), 1);
}

#[test]
fn outside_a_repository_gitignore_files_count() {
    let scratch = Scratch::new();
    scratch.write(".gitignore", "ignored.txt\n").write("ignored.txt", token(1)).write("read.txt", token(2));
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(paths(&findings), ["read.txt"]);
}

#[test]
fn the_git_folder_is_not_walked() {
    let scratch = Scratch::repository();
    scratch.write(".git/notes.txt", token(1)).write("a", "x");
    assert_eq!(scratch.json(&["--no-ignore"]).0.len(), 0);
}

#[test]
fn a_nested_repository_counts_with_its_own_index() {
    let scratch = Scratch::repository();
    let inner = |args: &[&str]| {
        let mut all = vec!["-C", "inner"];
        all.extend(args);
        scratch.git(&all)
    };
    scratch
        .write("inner/.gitignore", "*.log\n")
        .write("inner/forced.log", token(1))
        .write("inner/other.log", token(2));
    inner(&["init", "-q"]);
    inner(&["add", "-f", "forced.log"]);
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(paths(&findings), ["inner/forced.log"]);
}

#[test]
fn several_paths_files_and_folders() {
    let scratch = Scratch::new();
    scratch
        .write("a/x.txt", token(1))
        .write("b/y.txt", token(2))
        .write("c.txt", token(3))
        .write("d.txt", token(4));
    let (findings, ..) = scratch.json(&["a", "b/", "./c.txt"]);
    assert_eq!(paths(&findings), ["a/x.txt", "b/y.txt", "c.txt"]);
}

#[test]
fn a_file_named_by_the_user_is_read_even_if_ignored() {
    let scratch = Scratch::repository();
    scratch.write(".gitignore", "*.log\n").write("x.log", token(1));
    assert_eq!(scratch.json(&["x.log"]).0.len(), 1);
}

#[test]
fn the_same_secret_in_many_files_is_one_finding() {
    let scratch = Scratch::new();
    for name in ["a", "b", "c/d"] {
        scratch.write(name, format!("x = {}", token(1)));
    }
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(findings.len(), 1);
    assert_eq!(paths(&findings), ["a", "b", "c/d"]);
    assert_eq!(findings[0]["occurrence_count"], 3);
}

#[test]
fn links_are_not_followed_but_their_target_is_text() {
    let scratch = Scratch::new();
    let outside = Scratch::new();
    outside.write("secret.txt", token(1));
    symlink(outside.path("secret.txt"), scratch.path("link")).unwrap();
    symlink(".", scratch.path("loop")).unwrap();
    symlink("/dev/zero", scratch.path("zero")).unwrap();
    symlink(token(2), scratch.path("names-a-token")).unwrap();
    let (findings, summary, code) = scratch.json(&[]);
    assert_eq!(paths(&findings), ["names-a-token"]);
    assert_eq!(findings[0]["surface"], "symlink-target");
    assert_eq!((summary["complete"].as_bool(), code), (Some(true), 1));
}

#[test]
fn a_fifo_is_never_opened() {
    let scratch = Scratch::new();
    scratch.write("a.txt", token(1));
    let made = Command::new("mkfifo").arg(scratch.path("pipe")).status().unwrap();
    assert!(made.success());
    let (findings, summary, code) = scratch.json(&[]);
    assert_eq!((findings.len(), code), (1, 1));
    assert_eq!(summary["skipped"][0]["count"], 1);
    assert_eq!(scratch.run(&["pipe"]).code, 0);
}

#[test]
fn a_token_in_a_file_name_is_found() {
    let scratch = Scratch::new();
    scratch.write(&token(1), "x");
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(findings[0]["surface"], "path-name");
    assert!(!findings[0].to_string().contains(&token(1)), "the path is masked");
}

#[test]
fn what_cannot_be_read_is_named_and_ends_with_two() {
    let scratch = Scratch::new();
    scratch.write("a.txt", token(1));
    let (findings, summary, code) = scratch.json(&["a.txt", "no-such-file"]);
    assert_eq!((findings.len(), code), (1, 2));
    assert_eq!(summary["complete"], false);
    assert_eq!(summary["failures"][0]["what"], "no-such-file");
    assert_eq!(scratch.run(&["a.txt", "no-such-file", "--allow-incomplete"]).code, 1);
    let text = scratch.run(&["a.txt", "no-such-file"]);
    assert!(text.stderr.contains("no-such-file"), "{}", text.stderr);
}

#[test]
fn a_file_without_permission_is_a_failure_and_the_rest_is_read() {
    let scratch = Scratch::new();
    scratch.write("secret.txt", "x").write("folder/x", "x").write("a.txt", token(1));
    fs::set_permissions(scratch.path("secret.txt"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(scratch.path("folder"), fs::Permissions::from_mode(0o000)).unwrap();
    let may_read_all = fs::read(scratch.path("secret.txt")).is_ok(); // root reads anything
    let (findings, summary, code) = scratch.json(&[]);
    fs::set_permissions(scratch.path("folder"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(findings.len(), 1);
    if !may_read_all {
        assert_eq!(code, 2);
        assert_eq!(summary["failures"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_file_over_the_limit_is_counted_and_ends_with_two() {
    let scratch = Scratch::new();
    scratch.write("large.txt", "x".repeat(2000)).write("small.txt", token(1));
    let (findings, summary, code) = scratch.json(&["--max-file-size", "1K"]);
    assert_eq!((findings.len(), code), (1, 2));
    assert_eq!(summary["skipped"][0]["names"][0], "large.txt");
}

#[test]
fn hostile_names_are_escaped() {
    let scratch = Scratch::new();
    let names: [&[u8]; 6] = [
        b"new\nline",
        b"esc\x1b[31mape",
        "bidi\u{202e}txt".as_bytes(),
        b"bad\xff\xfeutf8",
        b"-rf",
        b"--config=x",
    ];
    for (i, name) in names.iter().enumerate() {
        fs::write(scratch.root().join(std::ffi::OsStr::from_bytes(name)), token(i as u64)).unwrap();
    }
    let run = scratch.run(&[]);
    assert_eq!(run.code, 1);
    assert!(!run.stdout.contains('\x1b') && !run.stdout.contains('\u{202e}'), "{}", run.stdout);
    assert!(run.stdout.contains("-rf") && run.stdout.contains("--config=x"));
    assert_eq!(scratch.json(&[]).0.len(), names.len());
}

#[test]
fn output_does_not_depend_on_the_number_of_threads() {
    let scratch = Scratch::new();
    for i in 0..60 {
        scratch.write(&format!("d{}/f{i}.txt", i % 7), format!("{}\n{}\n", token(i % 9), token(i)));
    }
    let without_time = |threads| {
        let out = scratch.run(&["-f", "json", "-j", threads]).stdout;
        let mut value: serde_json::Value = serde_json::from_str(&out).unwrap();
        value["summary"]["elapsed_seconds"] = serde_json::Value::Null;
        value
    };
    assert_eq!(without_time("1"), without_time("8"));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let scratch = Scratch::new();
    for i in 0..400 {
        scratch.write(&format!("f{i}"), token(i));
    }
    let mut child = Command::new(tool())
        .current_dir(scratch.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!stderr.contains("panicked") && !stderr.contains("error"), "{stderr}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_full_disk_is_an_error() {
    let scratch = Scratch::new();
    scratch.write("a", token(1));
    let run = scratch.run(&["-o", "json=/dev/full"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("/dev/full"), "{}", run.stderr);
}

#[test]
fn nothing_is_written_into_the_repository_and_none_of_its_programs_run() {
    let scratch = Scratch::repository();
    let marker = scratch.home().join("marker");
    let command = format!("touch {}", marker.display());
    for key in ["core.fsmonitor", "diff.x.textconv", "filter.x.clean", "core.sshCommand", "alias.status"] {
        scratch.git(&["config", key, &command]);
    }
    scratch.write(".gitattributes", "* diff=x filter=x\n").write("a.txt", token(1));
    let _ = fs::remove_file(&marker);
    let before = snapshot(&scratch);
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(rules(&findings), ["github-pat-classic"]);
    assert_eq!(snapshot(&scratch), before);
    assert!(!marker.exists());
}

fn snapshot(scratch: &Scratch) -> Vec<(String, u64, std::time::SystemTime)> {
    std::thread::sleep(Duration::from_millis(10));
    let mut all = Vec::new();
    let mut open = vec![scratch.root()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            if meta.is_dir() {
                open.push(entry.path());
            }
            all.push((entry.path().display().to_string(), meta.len(), meta.modified().unwrap()));
        }
    }
    all.sort();
    all
}
