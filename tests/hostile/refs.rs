//! Refs: very many, broken, missing, naming each other.

use std::fmt::Write as _;
use std::fs;

use super::forge;
use super::guard::scan;
use super::util::{Scratch, token};

fn repository() -> (Scratch, String) {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    let head = scratch.git(&["rev-parse", "HEAD"]).trim().to_owned();
    (scratch, head)
}

#[test]
fn five_thousand_refs() {
    refs(5000);
}

#[test]
#[ignore = "slow: writes fifty thousand files"]
fn fifty_thousand_refs() {
    refs(50_000);
}

/// Half of them packed, half of them files.
fn refs(count: u64) {
    let (scratch, head) = repository();
    let mut packed = String::from("# pack-refs with: peeled fully-peeled sorted\n");
    for i in 0..count / 2 {
        writeln!(packed, "{head} refs/heads/packed/{i:05}").unwrap();
        scratch.write(&format!(".git/refs/pull/{i}/head"), format!("{head}\n"));
    }
    scratch.write(".git/packed-refs", packed);
    let told = scan(&scratch, &["git"]);
    told.is_all_of(1);
    assert!(told.findings[0]["exposure"]["ref_count"].as_u64().unwrap() >= count);
}

#[test]
fn a_ref_to_an_object_that_is_not_there() {
    let (scratch, _) = repository();
    forge::branch(&scratch, "gone", &forge::id(1));
    let told = scan(&scratch, &["git"]);
    told.lacks(1, "refs/heads/gone): the object is not in the store");
}

#[test]
fn refs_that_name_each_other() {
    let (scratch, _) = repository();
    forge::branch(&scratch, "self", "ref: refs/heads/self");
    forge::branch(&scratch, "a", "ref: refs/heads/b");
    forge::branch(&scratch, "b", "ref: refs/heads/a");
    scan(&scratch, &["git"]).is_all_of(1);
    for args in [["git", "--branch", "self"], ["git", "--range", "a..b"], ["git", "--since", "self"]] {
        let told = scan(&scratch, &args);
        assert_eq!((told.findings.len(), told.code), (0, 2), "{args:?}");
    }
}

#[test]
fn a_head_in_a_circle() {
    let (scratch, _) = repository();
    scratch.write(".git/HEAD", "ref: HEAD\n");
    scan(&scratch, &["git"]).is_all_of(1);
    for args in [&["dir"][..], &["git", "--staged"], &["git", "--commits", "1"]] {
        super::guard::run(&scratch, args, None);
    }
}

#[test]
fn refs_that_are_no_refs() {
    let texts: [&[u8]; 7] = [
        b"",
        b"\n",
        b"garbage",
        b"ref:",
        b"ref: \x1b[31m\xff\n",
        b"0123456789012345678901234567890123456789012345678901234567890123\n",
        &[b'f'; 100_000],
    ];
    for (number, text) in texts.iter().enumerate() {
        let (scratch, _) = repository();
        scratch.write(&format!(".git/refs/heads/broken{number}"), text);
        let told = scan(&scratch, &["git"]);
        assert_eq!(told.findings.len(), 1);
        // An empty line and a ref to an unborn branch name nothing; all else must be told.
        assert_eq!(
            told.code,
            if matches!(number, 1 | 3 | 4) { 1 } else { 2 },
            "{number}: {:?}",
            told.failures()
        );
    }
}

#[test]
fn hostile_names_of_refs() {
    let (scratch, head) = repository();
    for name in ["-rf", "--upload-pack=x", "a\u{202e}b", "b\x1b[31m", &format!("t/{}", token(2))] {
        scratch.write(&format!(".git/refs/heads/{name}"), format!("{head}\n"));
    }
    scan(&scratch, &["git"]).is_all_of(2);
    let told = scan(&scratch, &["git", "--branch=--upload-pack=x"]);
    told.is_all_of(1);
}

#[test]
fn reflogs_and_packed_refs_that_are_broken() {
    let (scratch, _) = repository();
    scratch.write(".git/logs/refs/heads/main", "garbage\n\0\0\n").write(".git/packed-refs", "x\n\n^\n# y\n");
    let told = scan(&scratch, &["git"]);
    told.lacks(1, "broken line");
}

#[test]
fn links_among_refs_do_not_lead_in_circles() {
    let (scratch, _) = repository();
    std::os::unix::fs::symlink("..", scratch.path(".git/refs/heads/up")).unwrap();
    std::os::unix::fs::symlink("/", scratch.path(".git/refs/heads/root")).unwrap();
    fs::create_dir_all(scratch.path(".git/worktrees")).unwrap();
    std::os::unix::fs::symlink("../..", scratch.path(".git/worktrees/up")).unwrap();
    fs::create_dir_all(scratch.path(".git/modules")).unwrap();
    std::os::unix::fs::symlink("..", scratch.path(".git/modules/up")).unwrap();
    let told = scan(&scratch, &["git", "--recurse-submodules"]);
    assert_eq!(told.findings.len(), 1);
}

#[test]
fn alternates_in_a_circle() {
    let (scratch, _) = repository();
    let own = scratch.path(".git/objects").display().to_string();
    scratch.write(
        ".git/objects/info/alternates",
        format!("{own}\n../objects\n/no/such/folder\n\0\n/dev/zero\n"),
    );
    assert_eq!(scan(&scratch, &["git"]).findings.len(), 1);
}
