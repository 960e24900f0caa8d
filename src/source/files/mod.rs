//! Working trees as a source.
//!
//! What is read: tracked files, also those that an ignore rule matches, and untracked files that git
//! would not ignore; hidden files too. `.git` is not walked. Symbolic links are not followed, their
//! target is scanned as text; what is no regular file is never opened.
//!
//! The walk is `ignore`'s parallel one. Files that are tracked although an ignore rule matches them are
//! what the index names and the walk did not meet; they are read afterwards.

mod dotenv;
mod locally_ignored;
mod odd;
mod read;
mod seen;
mod tracked;

use std::collections::HashSet;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use bstr::{BStr, BString, ByteSlice, ByteVec};
use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};
use rayon::prelude::*;

use super::{Run, Source};
use crate::blob::Origin;
use crate::coverage::{Coverage, Skip};
use crate::finding::Surface;
use crate::scanner::{Worker, scan_name};
use odd::Noted;
use read::Reader;
use seen::Seen;
use tracked::{Tracked, Whereabouts};

/// What to read.
#[derive(Debug, Clone)]
pub struct Files {
    /// Files and folders, as the user typed them.
    pub paths: Vec<PathBuf>,
    /// Whether to read what git ignores, too.
    pub no_ignore: bool,
    /// Largest file that is read, in bytes.
    pub max_file_size: u64,
}

impl Source for Files {
    fn scan(&self, run: &Run<'_>) {
        for path in &self.paths {
            // A path that the user names is followed when it is a link; none met below it is.
            match path.metadata() {
                Ok(meta) if meta.is_dir() => self.scan_tree(run, path),
                Ok(_) => self.scan_named_file(run, path),
                Err(error) => {
                    let mut coverage = Coverage::default();
                    coverage.fail(display_path(path), error);
                    run.collector.cover(coverage);
                }
            }
        }
    }
}

impl Files {
    fn scan_named_file(&self, run: &Run<'_>, path: &Path) {
        let root = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let job = Job::new(self, run, root);
        let mut local = Local::new(&job);
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let name = path.file_name().map(|n| Vec::from_path_lossy(Path::new(n)).into_owned());
        let (shown, name) = (Vec::from_path_lossy(path), name.unwrap_or_default());
        local.file(&target, as_typed(&shown), name.as_bstr());
        drop(local);
        job.finish(&[]);
    }

    fn scan_tree(&self, run: &Run<'_>, root: &Path) {
        let job = Job::new(self, run, root);
        let mut tracked = Vec::new();
        if self.no_ignore {
            self.walk(&job);
        } else {
            // The index is read while the walk goes on.
            let (own, nested) = thread::scope(|scope| {
                let own = scope.spawn(|| tracked::files(root));
                let nested = self.walk(&job);
                (own.join(), nested)
            });
            let own = own.unwrap_or_else(|_| Err("internal error while it was read".to_owned()));
            tracked.extend(job.index(root, own));
            tracked.extend(nested.iter().filter_map(|folder| job.index(folder, tracked::nested(folder))));
            job.read_unvisited(&tracked, run.threads);
        }
        if run.dotenv && !self.no_ignore && locally_ignored::has_rules(root) {
            let walk = self.walker(run, root, false, Rules::Obeyed(Noted::default()));
            job.read_locally_ignored(locally_ignored::dotenv_files(&walk));
        }
        job.finish(&tracked);
    }

    /// Reads what lies below the root of a job. Gives the repositories there.
    fn walk(&self, job: &Job<'_>) -> Vec<PathBuf> {
        let noted = Noted::default();
        let rules = if self.no_ignore { Rules::None } else { Rules::Obeyed(noted.clone()) };
        let visitors = &mut Visitors { job };
        self.walker(job.run, job.root, true, rules).build_parallel().visit(visitors);
        for folder in noted.odd() {
            self.walker(job.run, &folder, true, Rules::None).build_parallel().visit(visitors);
        }
        noted.repositories()
    }

    /// The walk below a root. `local`: whether ignore rules count that other clones do not have.
    fn walker(&self, run: &Run<'_>, root: &Path, local: bool, rules: Rules) -> WalkBuilder {
        let rules = if odd::at_or_above(root) { Rules::None } else { rules };
        let obey = matches!(rules, Rules::Obeyed(_));
        let local = local && obey;
        let mut walk = WalkBuilder::new(root);
        walk.standard_filters(false)
            .git_ignore(obey)
            .git_exclude(local)
            .git_global(local)
            .parents(obey)
            .require_git(false) // outside a repository, `.gitignore` files still count
            .hidden(false)
            .follow_links(false)
            .threads(run.threads)
            .filter_entry(move |entry| entry.file_name() != ".git" && !rules.pass_over(entry));
        walk
    }
}

/// Which ignore rules a walk obeys.
enum Rules {
    /// None: everything is read.
    None,
    /// Those of git; folders where they are odd are passed over and noted.
    Obeyed(Noted),
}

impl Rules {
    fn pass_over(&self, entry: &DirEntry) -> bool {
        matches!(self, Self::Obeyed(noted) if noted.passes_over(entry))
    }
}

/// A path as the user would type it, without a leading `./`.
fn as_typed(path: &[u8]) -> &BStr {
    path.strip_prefix(b"./").filter(|rest| !rest.is_empty()).unwrap_or(path).as_bstr()
}

/// The same of a path that is not at hand as bytes.
fn display_path(path: &Path) -> BString {
    as_typed(&Vec::from_path_lossy(path)).to_owned()
}

/// The scan of one root.
struct Job<'a> {
    files: &'a Files,
    run: &'a Run<'a>,
    root: &'a Path,
    /// How the paths of what lies below the root begin.
    prefix: Vec<u8>,
    seen: Seen,
    dotenvs: Mutex<Vec<dotenv::Candidate>>,
}

impl<'a> Job<'a> {
    fn new(files: &'a Files, run: &'a Run<'a>, root: &'a Path) -> Self {
        let prefix = Vec::from_path_lossy(&root.join("")).into_owned();
        Self { files, run, root, prefix, seen: Seen::default(), dotenvs: Mutex::default() }
    }

    /// The part of a path that lies below the root.
    fn below<'p>(&self, path: &'p [u8]) -> &'p BStr {
        path.strip_prefix(self.prefix.as_slice()).unwrap_or(path).as_bstr()
    }

    /// The index that was read for a folder; one that could not be is reported.
    fn index(&self, folder: &Path, tracked: Result<Option<Tracked>, String>) -> Option<Tracked> {
        tracked.unwrap_or_else(|why| {
            let mut coverage = Coverage::default();
            coverage.fail(display_path(folder), format!("git index: {why}"));
            self.run.collector.cover(coverage);
            None
        })
    }

    /// Tracked files that the walk did not meet: an ignore rule matches them.
    fn read_unvisited(&self, tracked: &[Tracked], threads: usize) {
        let unvisited = |tracked: &Tracked| tracked.not(|path| self.seen.contains(path));
        let left: Vec<PathBuf> = tracked.iter().flat_map(unvisited).collect();
        let read = |path: &PathBuf| {
            if self.run.progress.stopped() {
                return;
            }
            let mut local = Local::new(self);
            match tracked::whereabouts(self.root, path) {
                Whereabouts::Inside => {}
                Whereabouts::BehindLink => return,
                Whereabouts::Outside => {
                    return local
                        .coverage
                        .fail(display_path(path), "the index names a path outside the tree");
                }
            }
            match path.symlink_metadata() {
                Ok(meta) => local.entry(path, meta.file_type()),
                // Deleted from the working tree, still in the index: nothing here to read.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => local.coverage.fail(display_path(path), error),
            }
        };
        match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) if left.len() > 1 => pool.install(|| left.par_iter().for_each(read)),
            _ => left.iter().for_each(read),
        }
    }

    /// Dotenv files that only this machine ignores: they are no part of the scan, but nothing keeps a
    /// teammate's copy out of a commit.
    fn read_locally_ignored(&self, paths: Vec<PathBuf>) {
        let noted = || self.dotenvs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known: HashSet<PathBuf> = noted().iter().map(|c| c.path.clone()).collect();
        let mut local = Local::new(self);
        for path in paths.into_iter().filter(|p| !known.contains(p)) {
            if let Some(candidate) = local.dotenv_only(&path) {
                noted().push(candidate);
            }
        }
    }

    /// Findings about dotenv files, which need all of the repository.
    fn finish(self, tracked: &[Tracked]) {
        let candidates = self.dotenvs.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.run.dotenv && !candidates.is_empty() {
            dotenv::report(candidates, tracked, self.run);
        }
    }
}

struct Visitors<'j, 'a> {
    job: &'j Job<'a>,
}

impl<'j, 'a: 'j> ParallelVisitorBuilder<'j> for Visitors<'j, 'a> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 'j> {
        Box::new(Local::new(self.job))
    }
}

/// What one thread works with; hands its ledger over when it ends.
struct Local<'j, 'a> {
    job: &'j Job<'a>,
    worker: Worker,
    reader: Reader,
    coverage: Coverage,
    /// Hashes of the files it met.
    seen: Vec<u64>,
}

impl ParallelVisitor for Local<'_, '_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        if self.job.run.progress.stopped() {
            self.coverage.interrupted = true;
            return WalkState::Quit;
        }
        match entry {
            Ok(entry) => {
                if let Some(kind) = entry.file_type() {
                    self.entry(entry.path(), kind);
                }
            }
            Err(error) => self.walk_error(&error),
        }
        WalkState::Continue
    }
}

impl Drop for Local<'_, '_> {
    fn drop(&mut self) {
        self.job.seen.add(&self.seen);
        self.job.run.collector.cover(std::mem::take(&mut self.coverage));
    }
}

impl<'j, 'a> Local<'j, 'a> {
    fn new(job: &'j Job<'a>) -> Self {
        let worker = job.run.scanner.worker();
        Self { job, worker, reader: Reader::default(), coverage: Coverage::default(), seen: Vec::new() }
    }

    /// One entry of a directory.
    fn entry(&mut self, path: &Path, kind: std::fs::FileType) {
        if kind.is_dir() {
            return;
        }
        let bytes = Vec::from_path_lossy(path);
        self.seen.push(self.job.seen.hash(&bytes));
        let (shown, judged) = (as_typed(&bytes), self.job.below(&bytes));
        self.name(shown, judged, Surface::PathName, judged);
        if kind.is_file() {
            self.file(path, shown, judged);
        } else if kind.is_symlink() {
            self.link(path, shown, judged);
        } else {
            self.coverage.skip(Skip::SpecialFile, shown);
        }
    }

    fn file(&mut self, path: &Path, shown: &BStr, judged: &BStr) {
        let job = self.job;
        let read = match self.reader.read(path, job.files.max_file_size) {
            Ok(read) => read,
            Err(read::Problem::TooLarge) => return self.coverage.skip(Skip::TooLarge, shown),
            Err(read::Problem::Special) => return self.coverage.skip(Skip::SpecialFile, shown),
            Err(read::Problem::Io(error)) => return self.coverage.fail(shown, error),
        };
        if read.changed {
            self.coverage.fail(shown, "changed while it was read; scanned as far as it was seen");
        }
        let bytes = read.bytes();
        self.coverage.files += 1;
        self.coverage.bytes += bytes.len() as u64;
        job.run.progress.add(bytes.len() as u64);
        let origin = Origin::tree(shown, judged, Surface::File);
        let (worker, coverage) = (&mut self.worker, &mut self.coverage);
        let scan = || {
            let mut candidate = dotenv::Candidate::of(path, shown, judged, bytes);
            job.run.scanner.scan_blob_each(worker, bytes, 0..bytes.len(), &origin, coverage, |found| {
                candidate.iter_mut().for_each(|c| c.note(&found));
                job.run.hand_over(bytes, found);
            });
            candidate
        };
        let Ok(candidate) = panic::catch_unwind(AssertUnwindSafe(scan)) else {
            self.worker = job.run.scanner.worker();
            return self.coverage.fail(shown, "internal error while it was scanned");
        };
        if let Some(candidate) = candidate {
            job.dotenvs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(candidate);
        }
    }

    /// A dotenv file whose secrets are not reported one by one.
    fn dotenv_only(&mut self, path: &Path) -> Option<dotenv::Candidate> {
        let bytes = Vec::from_path_lossy(path);
        let (shown, judged) = (as_typed(&bytes), self.job.below(&bytes));
        match self.reader.read(path, self.job.files.max_file_size) {
            Ok(read) => {
                let origin = Origin::tree(shown, judged, Surface::File);
                let mut candidate = dotenv::Candidate::of(path, shown, judged, read.bytes())?;
                let all = 0..read.bytes().len();
                let scanner = self.job.run.scanner;
                scanner
                    .scan_each(&mut self.worker, read.bytes(), all, &origin, |found| candidate.note(&found));
                Some(candidate)
            }
            Err(read::Problem::Io(error)) => {
                self.coverage.fail(shown, error);
                None
            }
            Err(read::Problem::TooLarge | read::Problem::Special) => None,
        }
    }

    /// A symbolic link: what it says is text, where it leads is not looked at.
    fn link(&mut self, path: &Path, shown: &BStr, judged: &BStr) {
        match std::fs::read_link(path) {
            Ok(target) => {
                let target = Vec::from_path_lossy(target.as_path());
                self.name(shown, judged, Surface::SymlinkTarget, target.as_bstr());
            }
            Err(error) => self.coverage.fail(shown, error),
        }
    }

    fn name(&mut self, shown: &BStr, judged: &BStr, surface: Surface, text: &BStr) {
        let origin = Origin::tree(shown, judged, surface);
        let found = scan_name(self.job.run.scanner, &mut self.worker, text, &origin);
        self.job.run.hand_over(text, found);
    }

    fn walk_error(&mut self, error: &ignore::Error) {
        let (path, why) = split_error(error);
        let what = path.map_or_else(|| BString::from("directory walk"), display_path);
        self.coverage.fail(what, why);
    }
}

/// The path that an error of the walk is about, and the error without it.
fn split_error(error: &ignore::Error) -> (Option<&Path>, String) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), split_error(err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => split_error(err),
        other => (None, other.to_string()),
    }
}
