//! Tests of the history source on repositories that git itself builds in a temporary directory.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::disallowed_methods, reason = "only git builds repositories that show how git builds them")]

mod forms;
mod pieces;
mod ranges;
mod reach;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use bstr::{BStr, BString};

use super::{History, Location, ObjectId, Plan, Store, Text, Version, Visitor, walk};
use crate::coverage::Skip;
use crate::finding::Surface;

/// A repository in a temporary directory that goes away with it.
struct Repo {
    _temp: tempfile::TempDir,
    dir: PathBuf,
    clock: Mutex<u32>,
}

impl Repo {
    fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let repo = Self { dir: temp.path().join("repo"), _temp: temp, clock: Mutex::new(0) };
        std::fs::create_dir(&repo.dir).unwrap();
        repo.git(&["init", "-q", "-b", "main"]);
        repo
    }

    fn outside(&self, name: &str) -> PathBuf {
        self._temp.path().join(name)
    }

    fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.dir, args)
    }

    /// Runs git with nothing of the machine's own settings.
    fn git_in(&self, dir: &Path, args: &[&str]) -> String {
        let mut clock = self.clock.lock().unwrap();
        *clock += 1;
        let time = format!("{} +0000", 1_700_000_000 + *clock * 60);
        let output = Command::new("git")
            .args(["-c", "protocol.file.allow=always", "-c", "gc.auto=0"])
            .args(args)
            .current_dir(dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .envs([("HOME", self._temp.path()), ("XDG_CONFIG_HOME", self._temp.path())])
            .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_DATE", &time), ("GIT_COMMITTER_DATE", &time)])
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.org")])
            .envs([("GIT_COMMITTER_NAME", "C"), ("GIT_COMMITTER_EMAIL", "c@example.org")])
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn commit(&self, path: &str, text: &str) -> String {
        self.write(path, text);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", &format!("change {path}")]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Stores a blob that nothing refers to.
    fn blob(&self, text: &str) -> String {
        let file = self.outside("blob");
        std::fs::write(&file, text).unwrap();
        self.git(&["hash-object", "-w", file.to_str().unwrap()])
    }

    fn everything(&self) -> Seen {
        see(&self.dir, |_| {})
    }
}

/// A version as the walk showed it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct SeenVersion {
    path: BString,
    id: ObjectId,
    bytes: Vec<u8>,
    changed: (usize, usize),
    commit: u32,
    surface: Surface,
}

/// Everything that a walk showed.
#[derive(Debug, Default)]
struct Seen {
    versions: Vec<SeenVersion>,
    texts: BTreeSet<(Surface, BString)>,
    paths: BTreeSet<BString>,
    skipped: Vec<BString>,
    failed: BTreeMap<BString, String>,
    history: History,
}

impl Seen {
    fn has(&self, text: &str) -> bool {
        self.versions.iter().any(|v| v.bytes == text.as_bytes())
    }

    fn ids(&self) -> BTreeSet<ObjectId> {
        self.versions.iter().map(|v| v.id).collect()
    }

    fn says(&self, surface: Surface, part: &str) -> bool {
        use bstr::ByteSlice;
        self.texts.iter().any(|(s, text)| *s == surface && text.contains_str(part))
    }

    fn of(&self, text: &str) -> &SeenVersion {
        self.versions.iter().find(|v| v.bytes == text.as_bytes()).unwrap()
    }
}

struct Watcher;

impl Visitor for Watcher {
    type Local = Seen;

    fn local(&self) -> Seen {
        Seen::default()
    }

    fn version(&self, seen: &mut Seen, v: Version<'_>) {
        seen.versions.push(SeenVersion {
            path: v.path.to_owned(),
            id: v.id,
            bytes: v.bytes.to_vec(),
            changed: (v.changed.start, v.changed.end),
            commit: v.commit,
            surface: v.surface,
        });
    }

    fn text(&self, seen: &mut Seen, text: Text<'_>) {
        seen.texts.insert((text.surface, text.bytes.into()));
    }

    fn path(&self, seen: &mut Seen, path: &BStr, _: u32) {
        seen.paths.insert(path.to_owned());
    }

    fn skipped(&self, seen: &mut Seen, _: Skip, what: BString) {
        seen.skipped.push(what);
    }

    fn failed(&self, seen: &mut Seen, what: BString, why: String) {
        seen.failed.insert(what, why);
    }
}

/// Walks the repository at `dir` by a plan for everything that `change` has changed.
fn see(dir: &Path, change: impl FnOnce(&mut Plan)) -> Seen {
    let location = Location::discover(dir).unwrap();
    let mut plan = Plan::everything(&location);
    change(&mut plan);
    see_plan(&location, &plan, 2)
}

fn see_plan(location: &Location, plan: &Plan, threads: usize) -> Seen {
    let store = Store::open(&location.object_dirs);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let (history, locals) = pool.install(|| walk(location, &store, plan, &Watcher));
    let mut all = Seen { history, ..Seen::default() };
    for mut seen in locals {
        all.versions.append(&mut seen.versions);
        all.texts.append(&mut seen.texts);
        all.paths.append(&mut seen.paths);
        all.skipped.append(&mut seen.skipped);
        all.failed.append(&mut seen.failed);
    }
    all
}

/// The blobs that git itself lists for `args`.
fn blobs_of(repo: &Repo, args: &[&str]) -> BTreeSet<ObjectId> {
    let listed = repo.git(&[&["rev-list", "--objects", "--no-object-names"], args].concat());
    let is_blob = |id: &&str| repo.git(&["cat-file", "-t", id]) == "blob";
    listed.lines().filter(is_blob).map(|id| id.parse().unwrap()).collect()
}
