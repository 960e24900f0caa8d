//! Open files, threads, temporary files: what a run needs does not grow with what it reads.

use std::process::Command;

use super::forge;
use super::util::{Scratch, token, tool};

/// Runs the tool under this limit; gives the exit code, findings, and standard error.
fn limited(scratch: &Scratch, limit: &str, args: &[&str]) -> (Option<i32>, usize, String) {
    let script = format!("ulimit {limit}; exec \"$0\" \"$@\" --format jsonl");
    let mut command = Command::new("sh");
    command.args(["-c", &script, tool()]).args(args).current_dir(scratch.root());
    let output = scratch.scrub(&mut command);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let findings = text.lines().filter(|line| line.contains("\"type\":\"finding\"")).count();
    (output.status.code(), findings, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn packs_are_not_all_open_at_once() {
    let scratch = Scratch::repository();
    let names: Vec<String> = (1..=300).map(|number| format!("f{number:03}")).collect();
    let ids: Vec<String> = (1..=300).map(forge::id).collect();
    for number in 1..=300 {
        let text = format!("some text, and then {}\n", token(u64::from(number)));
        forge::pack(&scratch, number, text.as_bytes());
    }
    let entries: Vec<_> =
        names.iter().zip(&ids).map(|(name, id)| ("100644", name.as_str(), id.as_str())).collect();
    forge::commit_tree(&scratch, &forge::tree(&entries));
    let (code, findings, stderr) = limited(&scratch, "-n 128", &["git", "--threads", "4"]);
    assert_eq!((code, findings), (Some(1), 300), "{stderr}");
}

#[test]
fn deep_and_wide_folders_do_not_stay_open() {
    let scratch = Scratch::new();
    for number in 0..40 {
        let path = format!("{number}/{}f", "d/".repeat(100));
        scratch.write(&path, token(number));
    }
    let (code, findings, stderr) = limited(&scratch, "-n 64", &["dir", "--threads", "8"]);
    assert_eq!((code, findings), (Some(1), 40), "{stderr}");
}

#[test]
fn too_few_open_files_are_told() {
    let scratch = Scratch::new();
    scratch.write("a/b/c", token(1));
    let (code, findings, stderr) = limited(&scratch, "-n 4", &["dir", "--threads", "8"]);
    assert!(code == Some(2) || findings == 1, "{code:?}: {stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn nothing_is_written_to_any_file() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).write("b.txt.gz", super::archives::gzip(token(2).as_bytes()));
    scratch.commit("both");
    scratch.write("c.txt", token(3)).git(&["add", "c.txt"]);
    for (args, wanted) in [(&["dir"][..], 3), (&["git"], 3), (&["git", "--staged"], 1)] {
        // The system kills whoever writes a byte to a regular file; what is found goes into a pipe, and counts
        // of covered lines go nowhere.
        let limit = "-f 0; export LLVM_PROFILE_FILE=/dev/null";
        let (code, findings, stderr) = limited(&scratch, limit, args);
        assert_eq!((code, findings), (Some(1), wanted), "{args:?}: {stderr}");
    }
}
