//! A repository whose configuration, attributes and hooks would run commands: none is run, nothing is
//! written, and what stands in the files is found.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use super::guard::{run, scan};
use super::util::{Scratch, token};

/// Every setting of git that names a program, `PROGRAM` in its place.
const SETTINGS: &str = "
[core]
	fsmonitor = PROGRAM
	hooksPath = HOOKS
	sshCommand = PROGRAM
	pager = PROGRAM
	editor = PROGRAM
	askPass = PROGRAM
	gitProxy = PROGRAM
	alternateRefsCommand = PROGRAM
	attributesFile = ATTRIBUTES
	worktree = ../
[diff]
	external = PROGRAM
[diff \"x\"]
	textconv = PROGRAM
	command = PROGRAM
[filter \"x\"]
	clean = PROGRAM
	smudge = PROGRAM
	process = PROGRAM
	required = true
[merge \"x\"]
	driver = PROGRAM
[alias]
	status = !PROGRAM
	log = !PROGRAM
	rev-parse = !PROGRAM
[credential]
	helper = !PROGRAM
[gpg]
	program = PROGRAM
[gpg \"ssh\"]
	program = PROGRAM
[log]
	showSignature = true
[uploadpack]
	packObjectsHook = PROGRAM
[remote \"origin\"]
	url = ext::PROGRAM
	promisor = true
	partialCloneFilter = blob:none
	uploadpack = PROGRAM
	vcs = PROGRAM
[url \"ext::PROGRAM\"]
	insteadOf = https://
[submodule \"s\"]
	update = !PROGRAM
[trailer \"t\"]
	command = PROGRAM
[include]
	path = INCLUDED
[includeIf \"gitdir:/\"]
	path = INCLUDED
";

const HOOKS: [&str; 8] = [
    "pre-commit",
    "post-checkout",
    "post-index-change",
    "reference-transaction",
    "pre-push",
    "fsmonitor-watchman",
    "pre-auto-gc",
    "post-rewrite",
];

/// A program that leaves a mark beside the tree.
fn program(scratch: &Scratch) -> String {
    let path = scratch.home().join("program");
    fs::write(&path, format!("#!/bin/sh\ntouch '{}'\ncat\n", scratch.home().join("mark").display())).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn hostile() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "nothing").commit("first");
    scratch.write("a.txt", token(1)).write("b/c.txt", token(2)).commit("second");
    let program = program(&scratch);
    scratch.write("d.txt", token(3)).write(".gitattributes", "* filter=x diff=x merge=x\n");
    scratch.git(&["add", "d.txt"]);
    let (hooks, home) = (scratch.path(".git/hooks"), scratch.home());
    fs::create_dir_all(&hooks).unwrap();
    for hook in HOOKS {
        fs::copy(&program, hooks.join(hook)).unwrap();
    }
    fs::write(home.join("attributes"), "* filter=x diff=x\n").unwrap();
    let settings = |include: &str| {
        let text = SETTINGS.replace("PROGRAM", &program).replace("HOOKS", hooks.to_str().unwrap());
        text.replace("ATTRIBUTES", home.join("attributes").to_str().unwrap()).replace("INCLUDED", include)
    };
    let included = home.join("included");
    fs::write(&included, settings("none")).unwrap();
    let config = fs::read_to_string(scratch.path(".git/config")).unwrap();
    scratch.write(".git/config", config + &settings(included.to_str().unwrap()));
    // The index must look stale, so that whoever compares files with it would have to filter them.
    scratch.write("a.txt", token(1) + "\n");
    scratch
}

#[test]
fn nothing_is_run() {
    let scratch = hostile();
    for (args, findings) in [
        (&["dir"][..], 3),
        (&["dir", "--no-ignore"], 3),
        (&["git"], 3),
        (&["git", "--unreachable"], 3),
        (&["git", "--staged"], 1),
        (&["git", "--commits", "1"], 2),
        (&["git", "--range", "HEAD~1..HEAD"], 2),
        (&["git", "--since", "HEAD~1"], 2),
    ] {
        let told = scan(&scratch, args);
        assert_eq!(told.findings.len(), findings, "{args:?}: {:#?}", told.failures());
        assert!(!scratch.home().join("mark").exists(), "{args:?} ran a program");
    }
    let push = scratch.home().join("push");
    let head = fs::read_to_string(scratch.path(".git/refs/heads/main")).unwrap();
    let line = format!("refs/heads/main {} refs/heads/main {}\n", head.trim(), "0".repeat(40));
    fs::write(&push, line).unwrap();
    for args in [&["git", "--pre-push"][..], &["git", "--pre-receive"]] {
        let told = run(&scratch, &[args, &["--format", "jsonl"]].concat(), Some(&push));
        assert!(told.code == 1 || args[1] == "--pre-receive", "{args:?}");
        assert!(!scratch.home().join("mark").exists(), "{args:?} ran a program");
    }
    for args in [&["config", "show"][..], &["config", "check"], &["migrate"], &["why", "--at", "a.txt:1"]] {
        run(&scratch, args, None);
        assert!(!scratch.home().join("mark").exists(), "{args:?} ran a program");
    }
}

#[test]
fn the_program_would_leave_its_mark() {
    let scratch = hostile();
    // What it answers is no answer to git, which therefore fails.
    scratch.scrub(Command::new("git").args(["status", "--porcelain"]).current_dir(scratch.root()));
    assert!(scratch.home().join("mark").exists(), "else the other test shows nothing");
}

#[test]
fn a_policy_file_that_is_no_regular_file_is_told_and_hides_nothing() {
    for name in ["tokensieve.toml", ".gitignore", ".gitleaksignore", ".secrets.baseline"] {
        for target in ["/dev/zero", "/no/such/file", ".", "loop", "/etc/passwd"] {
            let scratch = Scratch::repository();
            scratch.write("a.txt", token(1));
            symlink(if target == "loop" { name } else { target }, scratch.path(name)).unwrap();
            for args in [&["dir"][..], &["git", "--staged"], &["git"]] {
                let ended = run(&scratch, &[args, &["--format", "jsonl"]].concat(), None);
                let text = String::from_utf8_lossy(&ended.stdout);
                let found = text.contains("\"type\":\"finding\"");
                assert!(found || args != ["dir"] || ended.code == 2, "{name} -> {target}: {args:?} hides it");
            }
        }
    }
}

#[test]
fn a_baseline_that_is_no_regular_file_is_an_error() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1));
    for target in ["/dev/zero", "/no/such/file", ".", "loop"] {
        let _ = fs::remove_file(scratch.path("loop"));
        symlink(target, scratch.path("loop")).unwrap();
        let ended = run(&scratch, &["--baseline", "loop"], None);
        assert_eq!(ended.code, 2, "{target}");
        assert!(String::from_utf8_lossy(&ended.stderr).contains("loop"), "{target}");
    }
}
