//! A repository that others change while it is scanned.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::guard::scan_moving;
use super::util::{Scratch, token};

/// How long each pair of changes and scans goes on.
const TIME: Duration = Duration::from_millis(2500);

/// Runs a script again and again while the scans are made; each of them must find the old token.
fn beside(script: &str, args: &[&str]) {
    let scratch = Scratch::repository();
    for i in 0..20 {
        scratch.write(&format!("d{i}/f.txt"), format!("line {i}\n")).commit("before");
    }
    scratch.write("old.txt", token(1)).commit("old");
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                let shell = &mut Command::new("sh");
                scratch.scrub(shell.args(["-c", script]).current_dir(scratch.root()));
            }
        });
        let started = Instant::now();
        let mut runs = Vec::new();
        while started.elapsed() < TIME || runs.len() < 3 {
            runs.push(scan_moving(&scratch, args));
        }
        ended.store(true, Ordering::Relaxed);
        for told in runs {
            // The old token is found, or what kept the scan from it is told.
            assert!(told.code == 2 || !told.findings.is_empty(), "{}", told.summary);
            assert!(told.code != 0, "{}", told.summary);
        }
    });
}

#[test]
fn commits() {
    beside("date +%N > now.txt; git add -A; git commit -qm now", &["git"]);
}

#[test]
fn collections_of_garbage() {
    beside(
        "date +%N > now.txt; git add -A; git commit -qm now; git gc -q --prune=now; git repack -qadF",
        &["git", "--unreachable"],
    );
}

#[test]
fn fetches_from_another_repository() {
    beside(
        "git init -q --bare ../home/other 2>&1; git push -qf ../home/other HEAD:refs/heads/x; \
         git fetch -q ../home/other x:refs/remotes/o/x; git update-ref -d refs/remotes/o/x",
        &["git"],
    );
}

#[test]
fn branches_that_come_and_go() {
    beside(
        "git branch side 2>&1; git pack-refs --all; git branch -D side; git tag -f x; git tag -d x",
        &["git"],
    );
}

#[test]
fn files_that_come_and_go() {
    beside(
        "mkdir -p a/b/c; for i in 1 2 3 4 5; do date > a/b/c/$i; done; truncate -s 50M big; truncate -s 0 big; rm -rf a",
        &["dir"],
    );
}

#[test]
fn an_index_that_changes() {
    beside("date +%N > now.txt; git add -A; git rm -q --cached -f now.txt", &["dir"]);
}
