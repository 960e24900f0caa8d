//! Hostile names: what a terminal, a path or an option parser could take for something else.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use tokensieve::report::Format;

use super::forge;
use super::guard::{run, scan};
use super::util::{Scratch, paths, token};

/// Names that a file may have in a folder.
const NAMES: [&[u8]; 16] = [
    b"new\nline",
    b"tab\there",
    b"return\rhere",
    b"escape\x1b[31m\x1b]0;title\x07",
    b"c1\xc2\x9b31m",
    b"bell\x07",
    "bidi\u{202e}txt.exe".as_bytes(),
    "isolate\u{2066}x\u{2069}".as_bytes(),
    b"bad\xff\xfeutf8\xf0\x9f",
    b"dots...",
    b"space ",
    b"-rf",
    b"--config=x",
    b"$(touch marker)`touch marker`",
    b"a;b|c&d>e<f\"g'h",
    b"=cmd|' -C calc'!A0<script>alert(1)<script>",
];

#[test]
fn names_in_a_folder() {
    let scratch = Scratch::repository();
    for (name, seed) in NAMES.iter().zip(0..) {
        fs::write(scratch.root().join(OsStr::from_bytes(name)), token(seed)).unwrap();
    }
    scan(&scratch, &[]).is_all_of(NAMES.len());
    scan(&scratch, &["--threads", "1"]).is_all_of(NAMES.len());
    scratch.git(&["add", "-A"]);
    scan(&scratch, &["git", "--staged"]).is_all_of(NAMES.len());
    assert!(!scratch.path("marker").exists());
}

#[test]
fn no_format_prints_a_control_character_of_a_name() {
    let scratch = Scratch::repository();
    for (name, seed) in NAMES.iter().zip(0..) {
        fs::write(scratch.root().join(OsStr::from_bytes(name)), token(seed)).unwrap();
    }
    for format in Format::all() {
        let ended = run(&scratch, &["--format", &format.to_string()], None);
        assert_eq!(ended.code, 1, "{format}");
        for seed in 0..NAMES.len() as u64 {
            let text = String::from_utf8_lossy(&ended.stdout);
            assert!(!text.contains(&token(seed)[8..20]), "{format} shows a secret");
        }
    }
}

#[test]
fn names_in_a_forged_tree() {
    let scratch = Scratch::repository();
    let long = vec![b'n'; 4000];
    let worse: [&[u8]; 9] =
        [b"..", b".", b".git", b"../../up", b"/etc/passwd", b"a/b", b"", b"\xff/\xfe", &long];
    let names: Vec<&[u8]> = NAMES.iter().copied().chain(worse).collect();
    let blobs: Vec<String> = (0..names.len() as u64)
        .map(|seed| forge::literal(&scratch, "blob", token(seed).as_bytes()))
        .collect();
    let entries: Vec<_> = names.iter().zip(&blobs).map(|(n, id)| ("100644", *n, id.as_str())).collect();
    forge::commit_tree(&scratch, &forge::tree(&entries));
    let told = scan(&scratch, &["git"]);
    told.is_all_of(names.len());
    for format in Format::all() {
        assert_eq!(run(&scratch, &["git", "--format", &format.to_string()], None).code, 1, "{format}");
    }
    // The index cannot hold such names; what is committed is nothing new.
    scan(&scratch, &["git", "--staged"]);
}

#[test]
fn folders_that_lead_up_in_a_forged_tree() {
    let scratch = Scratch::repository();
    let blob = forge::literal(&scratch, "blob", token(1).as_bytes());
    let mut below = forge::literal(&scratch, "tree", &forge::tree(&[("100644", "x", &blob)]));
    for _ in 0..20 {
        below = forge::literal(&scratch, "tree", &forge::tree(&[("40000", "..", &below)]));
    }
    forge::commit_tree(&scratch, &forge::tree(&[("40000", "..", &below)]));
    let told = scan(&scratch, &["git"]);
    told.is_all_of(1);
    assert_eq!(paths(&told.findings), [format!("{}x", "../".repeat(21))]);
}

#[test]
fn a_path_of_four_thousand_bytes() {
    let scratch = Scratch::repository();
    let path = format!("{}/f", vec!["d".repeat(199); 20].join("/"));
    scratch.write(&path, token(1));
    assert_eq!(path.len(), 4001);
    scan(&scratch, &[]).is_all_of(1);
    scratch.commit("long");
    scan(&scratch, &["git"]).is_all_of(1);
}

#[test]
fn a_folder_that_is_too_deep_to_be_named_is_no_clean_end() {
    let scratch = Scratch::new();
    scratch.write("a.txt", token(1));
    let script = r#"n=$(printf '%0200d' 0); for i in $(seq 30); do mkdir $n && cd $n; done; echo x > f"#;
    let made = scratch.scrub(Command::new("sh").arg("-c").arg(script).current_dir(scratch.root()));
    assert!(made.status.success());
    scan(&scratch, &[]).lacks(1, "0000: ");
}

#[test]
fn names_like_options_are_paths_behind_two_dashes() {
    let scratch = Scratch::new();
    scratch.write("--config=x", token(1)).write("-rf", token(2));
    for args in [["dir", "--", "--config=x", "-rf"], ["dir", "--quiet", "./--config=x", "./-rf"]] {
        assert_eq!(run(&scratch, &args, None).code, 1, "{args:?}");
    }
    scan(&scratch, &["./--config=x", "./-rf"]).is_all_of(2);
}
