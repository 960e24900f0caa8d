//! `tokensieve hook`: installed hooks under a real git, and what git names to them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::util::{Run, Scratch, token, tool};

/// Runs git, which may fail.
fn git(scratch: &Scratch, args: &[&str]) -> Run {
    git_with(scratch, &[], args)
}

fn git_with(scratch: &Scratch, variables: &[&str], args: &[&str]) -> Run {
    let mut command = Command::new("env");
    command.current_dir(scratch.root()).args(variables).arg("git").args(args);
    Run::of(scratch.scrub(&mut command))
}

fn install(scratch: &Scratch, args: &[&str]) -> String {
    let run = scratch.run(&[&["hook", "install"], args].concat());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    run.stdout
}

fn uninstall(scratch: &Scratch, args: &[&str]) -> String {
    let run = scratch.run(&[&["hook", "uninstall"], args].concat());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    run.stdout
}

/// A repository with one commit and these hooks.
fn hooked(hooks: &[&str]) -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "one\n").commit("first");
    install(&scratch, hooks);
    scratch
}

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn hooks_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|n| !n.ends_with(".sample")).collect();
    names.sort();
    names
}

fn user_hooks(scratch: &Scratch) -> PathBuf {
    scratch.home().join(".config/tokensieve/hooks")
}

fn path_without_the_tool() -> String {
    let path = std::env::var_os("PATH").unwrap();
    let folders = std::env::split_paths(&path).filter(|folder| !folder.join("tokensieve").exists());
    format!("PATH={}", std::env::join_paths(folders).unwrap().display())
}

fn path_with_the_tool(scratch: &Scratch) -> String {
    let folder = scratch.home().join("bin");
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(tool(), folder.join("tokensieve")).unwrap();
    format!("PATH={}:{}", folder.display(), std::env::var("PATH").unwrap())
}

fn assert_refused(run: &Run) {
    assert!(
        run.code != 0 && (run.stdout.clone() + &run.stderr).contains("github-pat-classic"),
        "{}",
        run.stderr
    );
}

fn assert_taken(run: &Run) {
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn commit_commit_all_and_amend() {
    let scratch = hooked(&[]);
    scratch.write("b.txt", token(1)).git(&["add", "b.txt"]);
    assert_refused(&git(&scratch, &["commit", "-m", "staged"]));
    scratch.git(&["rm", "-q", "--cached", "b.txt"]);
    scratch.write("a.txt", format!("one\n{}\n", token(2)));
    assert_refused(&git(&scratch, &["commit", "-am", "all"]));
    assert_refused(&git(&scratch, &["commit", "-m", "one path", "a.txt"]));
    assert_refused(&git(&scratch, &["commit", "-a", "--amend", "--no-edit"]));
    scratch.write("a.txt", "two\n");
    assert_taken(&git(&scratch, &["commit", "-am", "clean"]));
    scratch.write("a.txt", "three\n");
    assert_taken(&git(&scratch, &["commit", "-a", "--amend", "--no-edit"]));
    fs::create_dir(scratch.path("sub")).unwrap();
    scratch.write("sub/c.txt", token(3)).git(&["add", "sub"]);
    assert_refused(&git(&scratch, &["-C", "sub", "commit", "-m", "from a folder"]));
    assert_taken(&git(&scratch, &["commit", "--no-verify", "-m", "on purpose"]));
}

#[test]
fn push() {
    let scratch = hooked(&["pre-push"]);
    let bare = scratch.home().join("bare.git");
    let bare = bare.to_str().unwrap();
    scratch.git(&["init", "-q", "--bare", bare]);
    scratch.git(&["remote", "add", "origin", bare]);
    assert_taken(&git(&scratch, &["push", "origin", "main"]));
    assert_taken(&git(&scratch, &["push", "origin", "main"]));
    scratch.write("b.txt", token(1)).commit("secret");
    scratch.git(&["rm", "-q", "b.txt"]);
    scratch.commit("removed");
    assert_refused(&git(&scratch, &["push", "origin", "main"]));
    assert_refused(&git(&scratch, &["push", bare, "main:other"]));
    assert_refused(&git(&scratch, &["push", "origin", "main~2:refs/heads/clean", "main"]));
    scratch.git(&["reset", "-q", "--hard", "HEAD~2"]);
    scratch.write("c.txt", "clean\n").commit("clean");
    assert_taken(&git(&scratch, &["push", "origin", "main", "main:other"]));
    assert_taken(&git(&scratch, &["push", "origin", "--delete", "other"]));
}

#[test]
fn messages() {
    let scratch = hooked(&["commit-msg"]);
    let message = |text: &str| git(&scratch, &["commit", "--allow-empty", "-m", text]);
    assert_refused(&message(&format!("Use {}", token(1))));
    assert_refused(&message(&format!("Use\n\n# {} is no comment without an editor", token(1))));
    assert_taken(&message("Use nothing"));
    let edit = |text: &str, args: &[&str]| {
        let editor = scratch.home().join("editor");
        script(&editor, &format!("printf '{text}' > \"$1\""));
        let editor = format!("GIT_EDITOR={}", editor.display());
        git_with(&scratch, &[&editor], &[args, &["commit", "--allow-empty"]].concat())
    };
    let comment = format!("Subject\n# {}\n", token(2));
    assert_taken(&edit(&comment, &[]));
    assert_refused(&edit(&comment, &["-c", "commit.cleanup=whitespace"]));
    assert_refused(&edit(&comment, &["-c", "core.commentChar=;"]));
    scratch.git(&["config", "core.commentChar", ";"]);
    assert_refused(&edit(&comment, &[]));
    let scissors = "------------------------ >8 ------------------------";
    assert_taken(&edit(&format!("Subject\n; {scissors}\n{}\n", token(3)), &[]));
    assert_refused(&edit(&format!("{}\n; {scissors}\n", token(3)), &[]));
}

#[test]
fn a_missing_message_is_an_error() {
    assert_eq!(Scratch::repository().run(&["hook", "message", "nowhere"]).code, 2);
}

#[test]
fn the_hook_that_was_there_runs_first_and_comes_back() {
    let scratch = hooked(&[]);
    uninstall(&scratch, &[]);
    let folder = scratch.path(".git/hooks");
    let own = "cat > seen; echo \"$@\" >> seen; exit ${FAIL:-0}";
    script(&folder.join("pre-push"), own);
    let said = install(&scratch, &["pre-push"]);
    assert!(said.contains("pre-push.before-tokensieve"), "{said}");
    let installed = fs::read(folder.join("pre-push")).unwrap();
    assert!(install(&scratch, &["pre-push"]).contains("already"));
    assert_eq!(fs::read(folder.join("pre-push")).unwrap(), installed);

    let bare = scratch.home().join("bare.git");
    scratch.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
    let push = ["push", bare.to_str().unwrap(), "main"];
    assert_ne!(git_with(&scratch, &["FAIL=3"], &push).code, 0);
    assert_taken(&git(&scratch, &push));
    let seen = fs::read_to_string(scratch.path("seen")).unwrap();
    assert!(seen.starts_with("refs/heads/main ") && seen.lines().count() == 2, "{seen}");
    assert_taken(&git(&scratch, &push));
    assert_eq!(fs::read_to_string(scratch.path("seen")).unwrap().lines().count(), 1, "nothing is no line");
    scratch.write("b.txt", token(1)).commit("secret");
    assert_refused(&git(&scratch, &push));

    uninstall(&scratch, &[]);
    assert_eq!(hooks_in(&folder), ["pre-push"]);
    assert_eq!(fs::read_to_string(folder.join("pre-push")).unwrap(), format!("#!/bin/sh\n{own}\n"));
    assert!(uninstall(&scratch, &["pre-push"]).contains("stays"));
}

#[test]
fn a_kept_hook_is_not_lost() {
    let scratch = hooked(&[]);
    let folder = scratch.path(".git/hooks");
    script(&folder.join("pre-commit.before-tokensieve"), "true");
    script(&folder.join("pre-commit"), "false");
    let run = scratch.run(&["hook", "install"]);
    assert!(run.code == 2 && run.stderr.contains("--force"), "{}", run.stderr);
    install(&scratch, &["--force"]);
    let kept = fs::read_to_string(folder.join("pre-commit.before-tokensieve")).unwrap();
    assert_eq!(kept, "#!/bin/sh\nfalse\n");
    let mode = fs::metadata(folder.join("pre-commit")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[test]
fn a_link_is_kept_as_a_link() {
    let scratch = hooked(&[]);
    uninstall(&scratch, &[]);
    let own = scratch.home().join("own");
    script(&own, "false");
    let hook = scratch.path(".git/hooks/pre-commit");
    std::os::unix::fs::symlink(&own, &hook).unwrap();
    install(&scratch, &[]);
    assert_ne!(git(&scratch, &["commit", "--allow-empty", "-m", "x"]).code, 0);
    assert_eq!(fs::read_to_string(&own).unwrap(), "#!/bin/sh\nfalse\n");
    uninstall(&scratch, &["pre-commit"]);
    assert_eq!(fs::read_link(&hook).unwrap(), own);
}

#[test]
fn hooks_that_run_each_other_end() {
    let scratch = hooked(&[]);
    script(&scratch.path(".git/hooks/pre-commit.before-tokensieve"), "exec .git/hooks/pre-commit");
    assert_taken(&git(&scratch, &["commit", "--allow-empty", "-m", "x"]));
    scratch.write("b.txt", token(1)).git(&["add", "b.txt"]);
    assert_refused(&git(&scratch, &["commit", "-m", "secret"]));
}

#[test]
fn behind_the_framework_pre_commit() {
    let scratch = hooked(&[]);
    let folder = scratch.path(".git/hooks");
    let framework = "exec \"$0.legacy\" \"$@\"";
    // It was there first, the tool came before it, and it installed itself again.
    fs::rename(folder.join("pre-commit"), folder.join("pre-commit.legacy")).unwrap();
    script(&folder.join("pre-commit"), framework);
    script(&folder.join("pre-commit.before-tokensieve"), framework);
    assert!(install(&scratch, &[]).contains("pre-commit's"));
    assert_taken(&git(&scratch, &["commit", "--allow-empty", "-m", "x"]));
    scratch.write("b.txt", token(1)).git(&["add", "b.txt"]);
    assert_refused(&git(&scratch, &["commit", "-m", "secret"]));
    uninstall(&scratch, &[]);
    assert_eq!(hooks_in(&folder), ["pre-commit"]);
}

#[test]
fn linked_worktrees_share_the_hook() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "x").commit("first");
    let linked = scratch.home().join("linked");
    scratch.git(&["worktree", "add", "-q", linked.to_str().unwrap(), "-b", "other"]);
    assert_eq!(scratch.run_in(&linked, &["hook", "install"]).code, 0);
    assert_eq!(hooks_in(&scratch.path(".git/hooks")), ["pre-commit"]);
    fs::write(linked.join("b.txt"), token(1)).unwrap();
    scratch.git(&["-C", linked.to_str().unwrap(), "add", "b.txt"]);
    assert_refused(&git(&scratch, &["-C", linked.to_str().unwrap(), "commit", "-m", "x"]));
    assert_taken(&git(&scratch, &["commit", "--allow-empty", "-m", "x"]));
}

#[test]
fn hooks_path_of_the_repository() {
    let scratch = Scratch::repository();
    scratch.write("sub/a.txt", "x").commit("first");
    scratch.git(&["config", "core.hooksPath", ".githooks"]);
    assert_eq!(scratch.run_in(&scratch.path("sub"), &["hook", "install"]).code, 0);
    assert_eq!(hooks_in(&scratch.path(".githooks")), ["pre-commit"]);
    let text = fs::read_to_string(scratch.path(".githooks/pre-commit")).unwrap();
    assert!(!text.contains(tool()), "no path of this machine in a file of the project");
    scratch.git(&["config", "core.hooksPath", "/dev/null"]);
    assert_eq!(scratch.run(&["hook", "install"]).code, 2);
}

#[test]
fn without_the_tool_nothing_passes() {
    let scratch = hooked(&[]);
    let hook = scratch.path(".git/hooks/pre-commit");
    let text = fs::read_to_string(&hook).unwrap().replace(tool(), "/nowhere/tokensieve");
    fs::write(&hook, text).unwrap();
    let commit = ["commit", "--allow-empty", "-m", "x"];
    let run = git_with(&scratch, &[&path_without_the_tool()], &commit);
    assert!(run.code != 0 && run.stderr.contains("nothing was checked"), "{}", run.stderr);
    assert_taken(&git_with(&scratch, &[&path_with_the_tool(&scratch)], &commit));
}

#[test]
fn husky_runs_the_hook() {
    let scratch = Scratch::repository();
    // As version 9 sets it up.
    script(&scratch.path(".husky/_/pre-commit"), "sh -e .husky/pre-commit \"$@\"");
    scratch.git(&["config", "core.hooksPath", ".husky/_"]);
    scratch.write(".husky/pre-commit", "echo own hook >&2\n").write("a.txt", token(1));
    install(&scratch, &[]);
    scratch.git(&["add", "a.txt"]);
    let commit = ["commit", "-m", "x"];
    let run = git_with(&scratch, &[&path_without_the_tool()], &commit);
    assert!(run.code != 0 && run.stderr.contains("nothing was checked"), "{}", run.stderr);
    let run = git_with(&scratch, &[&path_with_the_tool(&scratch)], &commit);
    assert!(run.stderr.contains("own hook"), "{}", run.stderr);
    assert_refused(&run);
    uninstall(&scratch, &[]);
    assert_eq!(hooks_in(&scratch.path(".husky")), ["_", "pre-commit"]);
    assert_eq!(fs::read_to_string(scratch.path(".husky/pre-commit")).unwrap(), "echo own hook >&2\n");
}

#[test]
fn lefthook_is_left_alone() {
    let scratch = Scratch::repository();
    scratch.write("lefthook.yml", "pre-commit:\n");
    let run = scratch.run(&["hook", "install", "pre-commit", "pre-push"]);
    assert_eq!(run.code, 2, "nothing is installed yet");
    assert!(run.stdout.contains("run: tokensieve git --staged\n"), "{}", run.stdout);
    assert_eq!(hooks_in(&scratch.path(".git/hooks")), Vec::<String>::new());
    scratch.write("lefthook.yml", run.stdout);
    install(&scratch, &["pre-commit", "pre-push"]);
    install(&scratch, &["--force"]);
    assert_eq!(hooks_in(&scratch.path(".git/hooks")), ["pre-commit"]);
    uninstall(&scratch, &[]);
    assert_eq!(hooks_in(&scratch.path(".git/hooks")), Vec::<String>::new());
}

#[test]
fn for_all_repositories() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "x").commit("first");
    for name in ["pre-commit", "post-commit"] {
        script(&scratch.path(&format!(".git/hooks/{name}")), &format!("echo own {name} >&2"));
    }
    assert!(install(&scratch, &["--global"]).contains("core.hooksPath"));
    let set = scratch.git(&["config", "--global", "core.hooksPath"]);
    assert_eq!(Path::new(set.trim()), user_hooks(&scratch));
    let commit = ["commit", "--allow-empty", "-m", "x"];
    let run = git(&scratch, &commit);
    assert!(run.code == 0 && run.stderr.contains("own pre-commit"), "{}", run.stderr);
    assert!(run.stderr.contains("own post-commit"), "git still runs what the folder hides: {}", run.stderr);
    scratch.write("b.txt", token(1)).git(&["add", "b.txt"]);
    assert_refused(&git(&scratch, &commit));
    install(&scratch, &["pre-push"]);
    assert_eq!(hooks_in(&scratch.path(".git/hooks")), ["post-commit", "pre-commit", "pre-push"]);

    uninstall(&scratch, &["--global"]);
    assert!(!user_hooks(&scratch).exists());
    assert_eq!(git(&scratch, &["config", "--global", "core.hooksPath"]).code, 1);
}

#[test]
fn settings_of_the_user_are_not_overridden() {
    let scratch = Scratch::repository();
    let other = scratch.home().join("hooks");
    scratch.git(&["config", "--global", "core.hooksPath", "~/hooks"]);
    script(&other.join("pre-commit"), "echo own >&2");
    install(&scratch, &["--global"]);
    assert_eq!(scratch.git(&["config", "--global", "core.hooksPath"]), "~/hooks\n");
    assert_eq!(hooks_in(&other), ["pre-commit", "pre-commit.before-tokensieve"]);
    assert!(!user_hooks(&scratch).exists());
    uninstall(&scratch, &["--global"]);
    assert_eq!(hooks_in(&other), ["pre-commit"]);
    assert_eq!(scratch.git(&["config", "--global", "core.hooksPath"]), "~/hooks\n");
}

#[test]
fn the_framework_never_passes_unread() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("old");
    scratch.git(&["rm", "-q", "a.txt"]);
    scratch.write("b.txt", token(2)).commit("secret");
    let staged = |variables: &[&str], args: &[&str]| {
        let mut command = Command::new("env");
        command.current_dir(scratch.root()).args(variables).arg(tool()).args(args);
        Run::of(scratch.scrub(&mut command)).code
    };
    let args = ["git", "--staged"];
    assert_eq!(staged(&[], &args), 0);
    assert_eq!(staged(&["PRE_COMMIT=1", "GIT_INDEX_FILE=.git/index"], &args), 0, "run by git");
    assert_eq!(staged(&["PRE_COMMIT=1"], &args), 1, "--all-files");
    assert_eq!(staged(&["PRE_COMMIT=1"], &["git", "--pre-push"]), 2, "the framework keeps the lines");
    let range = ["PRE_COMMIT=1", "PRE_COMMIT_FROM_REF=HEAD~1", "PRE_COMMIT_TO_REF=HEAD"];
    assert_eq!(staged(&range, &args), 1, "a range");
    scratch.git(&["rm", "-q", "b.txt"]);
    scratch.commit("removed");
    assert_eq!(staged(&["PRE_COMMIT=1"], &args), 0, "--all-files");
    assert_eq!(staged(&range, &args), 0, "a range");
    assert_eq!(
        staged(&["PRE_COMMIT=1", "PRE_COMMIT_LOCAL_BRANCH=refs/heads/main"], &args),
        1,
        "a first push"
    );
}
