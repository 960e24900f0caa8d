//! Links, FIFOs and devices: where a file is expected, and in place of git's own files.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::guard::{run, scan};
use super::util::{Scratch, paths, token};

pub(crate) fn fifo(scratch: &Scratch, name: &str) {
    let _ = fs::remove_file(scratch.path(name));
    let made = Command::new("mkfifo").arg(scratch.path(name)).status().unwrap();
    assert!(made.success());
}

fn link(scratch: &Scratch, target: &str, name: &str) {
    let _ = fs::remove_file(scratch.path(name));
    symlink(target, scratch.path(name)).unwrap();
}

#[test]
fn links_lead_nowhere() {
    let (scratch, outside) = (Scratch::repository(), Scratch::new());
    outside.write("secret.txt", token(1)).write("folder/secret.txt", token(2));
    let to = |name: &str| outside.path(name).to_str().unwrap().to_owned();
    for (name, target) in [
        ("file", to("secret.txt")),
        ("folder", to("folder")),
        ("up", "../..".to_owned()),
        ("loop", "loop".to_owned()),
        ("circle", ".".to_owned()),
        ("zero", "/dev/zero".to_owned()),
        ("terminal", "/dev/tty".to_owned()),
        ("gone", "/no/such/file".to_owned()),
    ] {
        link(&scratch, &target, name);
    }
    scratch.write("a.txt", token(3));
    let told = scan(&scratch, &[]);
    assert_eq!(paths(&told.is_all_of(1).findings), ["a.txt"]);
    scan(&scratch, &["--no-ignore"]).is_all_of(1);
    scratch.commit("links");
    scan(&scratch, &["git"]).is_all_of(1);
}

#[test]
fn a_fifo_and_a_socket_are_not_opened() {
    let scratch = Scratch::repository();
    fifo(&scratch, "pipe");
    let _socket = UnixListener::bind(scratch.path("socket")).unwrap();
    scratch.write("a.txt", token(1));
    scan(&scratch, &[]).is_all_of(1);
    scan(&scratch, &["pipe", "a.txt"]).is_all_of(1);
    assert_eq!(run(&scratch, &["/dev/zero"], None).code, 0, "a device holds no content of its own");
}

#[test]
fn a_file_of_git_that_never_ends_is_not_waited_for() {
    for name in ["config", "HEAD", "X_HEAD", "packed-refs", "index", "refs/heads/x", "logs/HEAD", "shallow"] {
        for endless in [fifo as fn(&Scratch, &str), |s: &Scratch, name: &str| link(s, "/dev/zero", name)] {
            let scratch = Scratch::repository();
            scratch.write("a.txt", token(1)).commit("first");
            endless(&scratch, &format!(".git/{name}"));
            for args in [&["git"][..], &["dir"], &["git", "--staged"], &["git", "--range", "HEAD~0..HEAD"]] {
                run(&scratch, args, None);
            }
        }
    }
}

#[test]
fn an_object_store_that_never_ends_is_not_waited_for() {
    let pack = "pack/pack-0000000000000000000000000000000000000000";
    for name in ["info/alternates", &format!("{pack}.pack"), &format!("{pack}.idx"), "info/commit-graph"] {
        let scratch = Scratch::repository();
        scratch.write("a.txt", token(1)).commit("first");
        fs::create_dir_all(scratch.path(".git/objects/info")).unwrap();
        fs::write(scratch.path(&format!(".git/objects/{pack}.pack")), b"PACK").unwrap();
        fifo(&scratch, &format!(".git/objects/{name}"));
        for args in [&["git"][..], &["dir"], &["git", "--staged"], &["git", "--unreachable"]] {
            run(&scratch, args, None);
        }
    }
}

#[test]
fn a_gitignore_that_is_no_file_hides_nothing() {
    let outside = Scratch::new();
    outside.write("rules", "*\n");
    let rules = outside.path("rules").to_str().unwrap().to_owned();
    type Make<'a> = &'a dyn Fn(&Scratch, &str);
    let make: [Make<'_>; 4] = [
        &|s, name| link(s, &rules, name),
        &|s, name| link(s, "/dev/zero", name),
        &|s, name| fifo(s, name),
        &|s, name| fs::create_dir(s.path(name)).unwrap(),
    ];
    for make in make {
        for folder in ["", "folder/"] {
            let scratch = Scratch::repository();
            scratch.write("folder/a.txt", token(1)).write("b.txt", token(2));
            make(&scratch, &format!("{folder}.gitignore"));
            scan(&scratch, &[]).is_all_of(2);
            scan(&scratch, &["folder", "b.txt"]).is_all_of(2);
        }
    }
}

#[test]
fn an_exclude_file_of_the_repository_that_never_ends_is_not_waited_for() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1));
    for make in [fifo as fn(&Scratch, &str), |s: &Scratch, name: &str| link(s, "/dev/zero", name)] {
        make(&scratch, ".git/info/exclude");
        scan(&scratch, &[]).lacks(1, "info/exclude: no regular file");
    }
}

#[test]
fn a_git_file_that_leads_in_a_circle() {
    let scratch = Scratch::new();
    scratch.write("a.txt", token(1)).write(".git", "gitdir: .git\n").write("b/.git", "gitdir: ../b\n");
    run(&scratch, &["dir"], None);
    run(&scratch, &["git"], None);
    run(&scratch, &["git", "b"], None);
}
