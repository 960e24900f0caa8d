//! `tokensieve fix` and `--remediation`: the steps, the replacements, the line for `.gitignore`.

use std::fs;
use std::process::Command;

use super::util::{Run, Scratch, token};

/// A repository whose history holds a token in a file, a message, a tag, a stash, base64 and UTF-16.
fn leaked() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "hello\n").commit("first");
    scratch.write("a.txt", format!("token = \"{}\"\n", token(1))).commit(&format!("add {} to a", token(1)));
    scratch.git(&["tag", "-a", "v1", "-m", "tagged"]);
    scratch.write("b.txt", format!("data: {}\n", base64(&format!("token={}", token(1))))).commit("encoded");
    let wide: Vec<u8> =
        format!("\u{feff}key {}\n", token(1)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    scratch.write("wide.txt", wide).commit("wide");
    scratch.write("a.txt", "clean\n").commit("clean");
    scratch.write("c.txt", token(1));
    scratch.git(&["add", "c.txt"]);
    scratch.git(&["stash", "-q"]);
    scratch
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn id(scratch: &Scratch, command: &str) -> String {
    let (findings, ..) = scratch.json(&[command]);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings[0]["fingerprint"].as_str().unwrap().to_owned()
}

/// The commands that a plan shows under a heading.
fn commands(steps: &str, heading: &str) -> String {
    let section = steps.split("\n## ").find(|s| s.starts_with(heading)).unwrap_or_else(|| panic!("{steps}"));
    section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap()).collect()
}

#[test]
fn the_steps_name_everything_that_leads_to_it_and_no_secret() {
    let scratch = leaked();
    scratch.git(&["branch", "old", "HEAD~2"]);
    let id = id(&scratch, "git");
    let before = scratch.git(&["for-each-ref"]);
    let run = scratch.run(&["fix", &id[..8]]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for part in [
        "https://github.com/settings/tokens",
        "- branches: `main`, `old`",
        "- tags: `v1`",
        "- stashes: `refs/stash`",
        "commit message of",
        "--path wide.txt",
        "--replace-text replacements.txt",
        "no remote has it",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    let text = run.stdout + &run.stderr;
    assert!(
        token(1).as_bytes()[4..].windows(8).all(|piece| !text.contains(std::str::from_utf8(piece).unwrap()))
    );
    assert_eq!(scratch.git(&["for-each-ref"]), before);
    assert_eq!(scratch.run(&["fix", "0123456789"]).code, 2, "no such finding");
    assert_eq!(scratch.run(&["fix", "12345"]).code, 2, "too short");
    assert_eq!(scratch.run(&["fix", "not an id"]).code, 2);
}

#[test]
fn the_replacements_are_for_their_owner_alone() {
    let scratch = leaked();
    let folder = scratch.home().join("plan");
    let run = scratch.run(&["git", "--remediation", folder.to_str().unwrap()]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("replacements.txt: holds secrets in clear"), "{}", run.stderr);
    let replaced = fs::read_to_string(folder.join("replacements.txt")).unwrap();
    assert!(replaced.contains(&format!("literal:{}==>***REMOVED***\n", token(1))));
    let encoded = base64(&format!("token={}", token(1)));
    let mut literals =
        replaced.lines().filter_map(|l| l.strip_prefix("literal:")?.strip_suffix("==>***REMOVED***"));
    assert!(literals.any(|form| encoded.contains(form)) && replaced.contains("regex:"), "base64 and UTF-16");
    let steps = fs::read_to_string(folder.join("steps.md")).unwrap();
    assert!(
        !steps.contains(&token(1)[4..12])
            && steps.contains(folder.join("replacements.txt").to_str().unwrap())
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder.join("replacements.txt")), mode(folder.clone())), (0o600, 0o700));
    }
    let again = scratch.run(&["git", "--remediation", folder.to_str().unwrap()]);
    assert_eq!(again.code, 2, "nothing is overwritten");
    assert!(scratch.git(&["status", "--porcelain"]).is_empty());
}

#[test]
fn a_folder_in_the_repository_is_kept_out_of_commits() {
    let scratch = leaked();
    let run = scratch.run(&["git", "--remediation", "plan"]);
    assert!(run.stderr.contains("lies in a git repository"), "{}", run.stderr);
    assert!(scratch.path("plan/replacements.txt").exists());
    assert!(scratch.git(&["status", "--porcelain"]).is_empty());
}

#[test]
fn a_remote_that_has_it_is_named_and_rewritten_from_a_fresh_clone() {
    let scratch = leaked();
    let bare = scratch.home().join("bare.git");
    scratch.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
    scratch.git(&["remote", "add", "origin", bare.to_str().unwrap()]);
    let id = id(&scratch, "git");
    let steps = || scratch.run(&["fix", &id]).stdout;
    assert!(steps().contains("had none of it"), "{}", steps());
    scratch.git(&["push", "-q", "origin", "main"]);
    let commands = commands(&steps(), "Rewrite");
    assert!(commands.starts_with("git clone ") && commands.contains("--mirror origin"), "{commands}");
    assert!(steps().contains("remote `origin`"), "{}", steps());
}

#[test]
fn a_word_is_not_replaced_everywhere() {
    let scratch = Scratch::repository();
    let word = "trombone";
    scratch.write("a.txt", format!("db = postgres://app:{word}@db.corp-net.io/x\n")).commit("first");
    scratch.write("b.txt", format!("a {word} sounds\n")).commit("second");
    let plan = scratch.home().join("plan");
    let run = scratch.run(&["git", "--confidence", "low", "--remediation", plan.to_str().unwrap()]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(!scratch.home().join("plan/replacements.txt").exists());
    let steps = fs::read_to_string(scratch.home().join("plan/steps.md")).unwrap();
    assert!(
        steps.contains("by hand, in the history as well") && !steps.contains("--replace-text replac"),
        "{steps}"
    );
}

#[test]
fn what_stands_in_files_alone_needs_no_rewrite() {
    let scratch = Scratch::repository();
    scratch.write("x", "x").commit("first");
    scratch.write("a.txt", token(1));
    let run = scratch.run(&["fix", &id(&scratch, "dir")]);
    assert!(
        run.stdout.contains("nothing to rewrite") && run.stdout.contains("`a.txt:1:1`"),
        "{}",
        run.stdout
    );
    let outside = Scratch::new();
    outside.write("a.txt", token(1));
    let run = outside.run(&["fix", &id(&outside, "dir")]);
    assert!(run.code == 0 && run.stdout.contains("Check"), "{}", run.stdout);
}

#[test]
fn the_line_for_a_dotenv_file_is_shown_and_added() {
    let scratch = Scratch::repository();
    scratch.write(".gitignore", "target").write("x", "x").commit("first");
    scratch.write(".env", "API_TOKEN=k3jhk2j3h4\n");
    let id = id(&scratch, "dir");
    let run = scratch.run(&["fix", &id]);
    assert!(run.stdout.contains("`echo .env >> .gitignore`"), "{}", run.stdout);
    assert_eq!(fs::read_to_string(scratch.path(".gitignore")).unwrap(), "target", "nothing without --apply");
    let run = scratch.run(&["fix", &id, "--apply"]);
    assert!(run.code == 0 && run.stderr.contains(".gitignore: .env"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(scratch.path(".gitignore")).unwrap(), "target\n.env\n");
    assert_eq!(scratch.run(&["dir"]).code, 0);
    scratch.write("a.txt", token(1));
    let (findings, ..) = scratch.json(&["dir"]);
    let run = scratch.run(&["fix", findings[0]["fingerprint"].as_str().unwrap(), "--apply"]);
    assert!(run.code == 2 && run.stderr.contains("nothing to apply"), "{}", run.stderr);
}

/// The commands of the plan do what it says, with the real git-filter-repo.
#[test]
#[ignore = "needs git-filter-repo in PATH"]
fn the_commands_work() {
    for remotes in [0, 1] {
        let scratch = leaked();
        if remotes > 0 {
            scratch.git(&["remote", "add", "origin", scratch.home().join("none.git").to_str().unwrap()]);
        }
        let folder = scratch.home().join("plan");
        scratch.run(&["git", "--remediation", folder.to_str().unwrap()]);
        let steps = fs::read_to_string(folder.join("steps.md")).unwrap();
        let script = format!("set -e\n{}", commands(&steps, "Rewrite"));
        let run =
            Run::of(scratch.scrub(Command::new("sh").current_dir(scratch.home()).args(["-c", &script])));
        assert_eq!(run.code, 0, "{script}{}", run.stderr);
        let (findings, _, code) = scratch.json(&["git", "--unreachable"]);
        assert_eq!((findings.len(), code), (0, 0), "{script}{findings:#?}");
        let log = scratch.git(&["log", "--format=%s", "--", "b.txt", "a.txt"]);
        assert_eq!(log.lines().count(), 4, "{log}");
    }
}
