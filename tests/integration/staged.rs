//! `tokensieve git --staged`: what is about to be committed.

use std::process::Command;

use super::util::{Scratch, paths, token, tool};

#[test]
fn the_first_commit() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).write("not-added.txt", token(2));
    scratch.git(&["add", "a.txt"]);
    let (findings, summary, code) = scratch.json(&["git", "--staged"]);
    assert_eq!((paths(&findings), code), (vec!["a.txt".to_owned()], 1));
    assert_eq!(summary["command"], "staged");
}

#[test]
fn an_old_secret_in_a_touched_file_stays_quiet() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", format!("one\n{}\nthree\n", token(1))).commit("first");
    scratch.write("a.txt", format!("zero\none\n{}\nthree\nfour\n", token(1)));
    scratch.git(&["add", "-A"]);
    assert_eq!(scratch.json(&["git", "--staged"]).2, 0);
    scratch.write("a.txt", format!("one\n{}\nthree {}\n", token(1), token(2)));
    scratch.git(&["add", "-A"]);
    let (findings, ..) = scratch.json(&["git", "--staged"]);
    assert_eq!((findings.len(), &findings[0]["line"]), (1, &3.into()));
}

#[test]
fn what_is_staged_counts_not_what_is_in_the_tree() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    scratch.write("a.txt", token(1));
    scratch.git(&["add", "a.txt"]);
    scratch.write("a.txt", "one\n");
    assert_eq!(scratch.json(&["git", "--staged"]).0.len(), 1);
    scratch.git(&["add", "a.txt"]);
    scratch.write("a.txt", token(1));
    assert_eq!(scratch.json(&["git", "--staged"]).0.len(), 0);
}

#[test]
fn a_rename_with_an_edit() {
    let scratch = Scratch::repository();
    scratch.write("old.txt", format!("{}\n{}\n", token(1), "filler\n".repeat(20))).commit("first");
    scratch.git(&["mv", "old.txt", "new.txt"]);
    scratch.write("new.txt", format!("{}\n{}\nedit\n", token(1), "filler\n".repeat(20)));
    scratch.git(&["add", "-A"]);
    assert_eq!(scratch.json(&["git", "--staged"]).2, 0);
    scratch.write("new.txt", format!("{}\n{}\n{}\n", token(1), "filler\n".repeat(20), token(2)));
    scratch.git(&["add", "-A"]);
    assert_eq!(scratch.json(&["git", "--staged"]).0.len(), 1);
}

#[test]
fn changes_of_mode_and_type() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).write("b.txt", "x").commit("first");
    scratch.git(&["update-index", "--chmod=+x", "a.txt"]);
    assert_eq!(scratch.json(&["git", "--staged"]).2, 0);
    std::fs::remove_file(scratch.path("b.txt")).unwrap();
    std::os::unix::fs::symlink(token(2), scratch.path("b.txt")).unwrap();
    scratch.git(&["add", "b.txt"]);
    let (findings, ..) = scratch.json(&["git", "--staged"]);
    assert_eq!(findings[0]["surface"], "symlink-target");
}

#[test]
fn a_merge_counts_against_all_parents() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    scratch.git(&["checkout", "-qb", "side"]);
    scratch.write("b.txt", token(1)).commit("side");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("c.txt", "x").commit("main");
    scratch.git(&["merge", "-q", "--no-commit", "side"]);
    assert_eq!(scratch.json(&["git", "--staged"]).2, 0);
    scratch.write("a.txt", token(2));
    scratch.git(&["add", "-A"]);
    assert_eq!(scratch.json(&["git", "--staged"]).0.len(), 1);
}

#[test]
fn intent_to_add_is_no_content() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1));
    scratch.git(&["add", "-N", "a.txt"]);
    let (findings, summary, code) = scratch.json(&["git", "--staged"]);
    assert_eq!((findings.len(), code), (0, 0), "{summary}");
}

#[test]
fn another_index_file_and_sub_folders() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "x").write("sub/b.txt", "x").commit("first");
    scratch.write("a.txt", token(1));
    let other = scratch.home().join("index");
    let index = format!("GIT_INDEX_FILE={}", other.display());
    std::fs::copy(scratch.path(".git/index"), &other).unwrap();
    let mut add = Command::new("env");
    scratch.scrub(add.current_dir(scratch.root()).args([&index, "git", "add", "a.txt"]));
    let mut run = Command::new("env");
    let output = scratch.scrub(run.current_dir(scratch.root()).args([&index, tool(), "git", "--staged"]));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(scratch.run(&["git", "--staged"]).code, 0);
    scratch.git(&["add", "a.txt"]);
    let run = scratch.run_in(&scratch.path("sub"), &["git", "--staged"]);
    assert!(run.code == 1 && run.stdout.contains("a.txt"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_linked_worktree_has_its_own_index() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "x").commit("first");
    let linked = scratch.home().join("linked");
    scratch.git(&["worktree", "add", "-q", linked.to_str().unwrap(), "-b", "other"]);
    std::fs::write(linked.join("a.txt"), token(1)).unwrap();
    scratch.git(&["-C", linked.to_str().unwrap(), "add", "-A"]);
    assert_eq!(scratch.run(&["git", "--staged"]).code, 0);
    assert_eq!(scratch.run_in(&linked, &["git", "--staged"]).code, 1);
}

#[test]
fn dotenv_files_about_to_be_committed() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "x").commit("first");
    scratch.write(".env", "DB_PASSWORD=hunter2horse\n");
    scratch.git(&["add", "-f", ".env"]);
    let (findings, ..) = scratch.json(&["git", "--staged"]);
    assert_eq!(findings[0]["rule"], "dotenv-file");
    scratch.commit("committed all the same");
    scratch.write(".env", "DB_PASSWORD=hunter2horse\nPORT=80\n");
    scratch.git(&["add", "-f", ".env"]);
    assert_eq!(scratch.json(&["git", "--staged"]).2, 0);
}

#[test]
fn not_one_byte_is_written() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    scratch.write("a.txt", token(1));
    scratch.git(&["add", "-A"]);
    let before = scratch.git(&["count-objects", "-v"]);
    let index = std::fs::read(scratch.path(".git/index")).unwrap();
    assert_eq!(scratch.json(&["git", "--staged"]).0.len(), 1);
    assert_eq!(scratch.git(&["count-objects", "-v"]), before);
    assert_eq!(std::fs::read(scratch.path(".git/index")).unwrap(), index);
}

#[test]
fn a_corrupt_index_is_an_error() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1));
    scratch.git(&["add", "-A"]);
    let mut index = std::fs::read(scratch.path(".git/index")).unwrap();
    let middle = index.len() / 2;
    index[middle] ^= 0xff;
    std::fs::write(scratch.path(".git/index"), index).unwrap();
    assert_eq!(scratch.run(&["git", "--staged"]).code, 2);
    std::fs::write(scratch.path(".git/index"), b"DIRC").unwrap();
    assert_eq!(scratch.run(&["git", "--staged"]).code, 2);
}

#[test]
fn what_the_index_names_and_cannot_be_read_is_told() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).write("large.txt", "x ".repeat(1000)).git(&["add", "-A"]);
    let tree = scratch.git(&["write-tree"]);
    for (id, wanted) in [(tree.trim(), "no file"), (&"7".repeat(40), "not in the store")] {
        scratch.git(&["update-index", "--add", "--info-only", "--cacheinfo", &format!("100644,{id},b.txt")]);
        let run = scratch.run(&["git", "--staged", "--max-file-size", "1K"]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stdout.contains("a.txt"), "{}", run.stdout);
        let told = run.stdout + &run.stderr;
        assert!(told.contains("b.txt") && told.contains(wanted), "{told}");
        assert!(told.contains("large.txt"), "{told}");
    }
}
