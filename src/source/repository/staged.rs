//! What is about to be committed: `tokensieve git --staged`.
//!
//! Compares the index with the trees of HEAD and, in a merge, of the other parents. A finding counts when
//! one of its lines is in no parent's version of the file: an old secret in a touched file stays quiet.
//! Reads the whole repository from any folder of it, and `GIT_INDEX_FILE`, which git sets for hooks.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;

use bstr::{BString, ByteSlice, ByteVec};

use super::lines::NewLines;
use crate::blob::Origin;
use crate::coverage::{Coverage, Skip};
use crate::dotenv::{self, GitState, Kind as DotenvKind};
use crate::finding::{Checksum, Occurrence, Surface};
use crate::rule::{Confidence, DOTENV, Severity};
use crate::scanner::{self, Sighting, Worker};
use crate::source::history::{Kind, Location, ObjectId, ReadError, Reader, Store, list};
use crate::source::{Run, Source};

/// The index of a repository against what its next commit's parents have.
#[derive(Debug, Clone)]
pub struct Staged {
    /// A path in the repository.
    pub path: PathBuf,
    /// The index file, where it is not the repository's usual one.
    pub index: Option<PathBuf>,
    /// Largest blob that is read, in bytes.
    pub max_file_size: u64,
}

impl Source for Staged {
    fn scan(&self, run: &Run<'_>) {
        let mut coverage = Coverage::default();
        if let Err((what, why)) = self.scan_index(run, &mut coverage) {
            coverage.fail(what, why);
        }
        run.collector.cover(coverage);
    }
}

/// What failed, and why.
type Failure = (BString, String);

/// Blobs by path.
type Tree = HashMap<BString, ObjectId>;

impl Staged {
    fn scan_index(&self, run: &Run<'_>, coverage: &mut Coverage) -> Result<(), Failure> {
        let named = |p: &PathBuf| BString::from(Vec::from_path_lossy(p).into_owned());
        let location = Location::discover(&self.path).map_err(|e| (named(&self.path), e.to_string()))?;
        let file = self.index.clone().unwrap_or_else(|| location.git_dir.join("index"));
        if !file.exists() {
            return Ok(()); // nothing was ever staged
        }
        let index = git2::Index::open(&file).map_err(|e| (named(&file), e.message().to_owned()))?;
        let store = Store::for_a_few(&location.object_dirs);
        for problem in store.problems() {
            coverage.fail(problem.what.clone(), &problem.why);
        }
        let mut reader = store.reader();
        let parents = parents(&location, &mut reader)?;
        let staged = Entries::of(&index, &parents);
        let mut job = Job {
            staged: self,
            run,
            reader,
            parents,
            gone: staged.gone,
            gone_lines: None,
            worker: run.scanner.worker(),
            coverage,
        };
        staged.new.into_iter().for_each(|entry| job.entry(&entry));
        Ok(())
    }
}

/// The trees of the commits that the next commit will have as parents; none before the first.
fn parents(location: &Location, reader: &mut Reader<'_>) -> Result<Vec<Tree>, Failure> {
    let merged = std::fs::read(location.git_dir.join("MERGE_HEAD")).unwrap_or_default();
    let merged = merged.lines().filter_map(ObjectId::from_hex);
    let mut trees = Vec::new();
    for commit in super::resolve::head(location, reader).into_iter().chain(merged) {
        let failed = |e: ReadError| (BString::from(commit.to_string()), e.to_string());
        let root = match reader.read(commit, u64::MAX).map_err(failed)? {
            (Kind::Commit, bytes) => bytes.get(5..45).and_then(ObjectId::from_hex),
            _ => None,
        };
        let Some(root) = root else { return Err((commit.to_string().into(), "not a commit".to_owned())) };
        let files = list(reader, root).map_err(failed)?;
        trees.push(files.into_iter().map(|f| (f.path, f.id)).collect());
    }
    Ok(trees)
}

/// An entry of the index that no parent has like this.
struct Entry {
    path: BString,
    id: ObjectId,
    surface: Surface,
}

/// The index against the parents.
struct Entries {
    new: Vec<Entry>,
    /// Blobs of files that a parent has and the index has not: what a rename may have come from.
    gone: Vec<ObjectId>,
}

impl Entries {
    fn of(index: &git2::Index, parents: &[Tree]) -> Self {
        const INTENT_TO_ADD: u16 = 1 << 13;
        const STAGE: u16 = 0x3000;
        let mut new = Vec::new();
        let mut paths = HashSet::new();
        for entry in index.iter() {
            let surface = match entry.mode & 0o170_000 {
                0o120_000 => Surface::SymlinkTarget,
                0o160_000 | 0o040_000 => continue,
                _ => Surface::File,
            };
            let is_unmerged = entry.flags & STAGE != 0;
            let is_promise = entry.flags_extended & INTENT_TO_ADD != 0;
            let (path, id) = (BString::from(entry.path), ObjectId::from(entry.id));
            if !is_unmerged && !is_promise && !parents.iter().any(|p| p.get(&path) == Some(&id)) {
                new.push(Entry { path: path.clone(), id, surface });
            }
            paths.insert(path);
        }
        let gone = parents.iter().flatten().filter(|(path, _)| !paths.contains(*path)).map(|(_, id)| *id);
        Self { new, gone: gone.collect() }
    }
}

/// One run over the index.
struct Job<'a> {
    staged: &'a Staged,
    run: &'a Run<'a>,
    reader: Reader<'a>,
    parents: Vec<Tree>,
    gone: Vec<ObjectId>,
    gone_lines: Option<Rc<HashSet<Vec<u8>>>>,
    worker: Worker,
    coverage: &'a mut Coverage,
}

impl Job<'_> {
    fn entry(&mut self, entry: &Entry) {
        let bytes = match self.reader.read(entry.id, self.staged.max_file_size) {
            Ok((Kind::Blob, bytes)) => bytes,
            Ok(_) => {
                return self.coverage.fail(entry.path.clone(), "the index names an object that is no file");
            }
            Err(ReadError::TooLarge(_)) => return self.coverage.skip(Skip::TooLarge, entry.path.clone()),
            Err(error) => return self.coverage.fail(entry.path.clone(), error),
        };
        self.coverage.files += 1;
        self.coverage.bytes += bytes.len() as u64;
        let path = entry.path.as_bstr();
        let origin = Origin::tree(path, path, entry.surface);
        let found =
            self.run.scanner.scan_blob(&mut self.worker, &bytes, 0..bytes.len(), &origin, self.coverage);
        let is_new_path = !self.parents.iter().any(|p| p.contains_key(&entry.path));
        if is_new_path {
            let origin = Origin::tree(path, path, Surface::PathName);
            let in_name = scanner::scan_name(self.run.scanner, &mut self.worker, path, &origin);
            self.run.hand_over(path, in_name);
        }
        let dotenv = self.run.dotenv.then(|| dotenv::kind(path)).flatten();
        if found.is_empty() && dotenv.is_none() {
            return;
        }
        let old = self.old_lines(entry);
        let mut new = NewLines::new(&bytes, &old);
        let found: Vec<Sighting> = found.into_iter().filter(|s| new.touches(&s.occurrence)).collect();
        if let Some(kind) = dotenv {
            self.dotenv(kind, entry, &bytes, &found, &old, is_new_path);
        }
        self.run.hand_over(&bytes, found);
    }

    /// All lines that a parent has: of the file itself or, for one that is new, of those that went.
    fn old_lines(&mut self, entry: &Entry) -> Rc<HashSet<Vec<u8>>> {
        let own: Vec<ObjectId> = self.parents.iter().filter_map(|p| p.get(&entry.path).copied()).collect();
        if !own.is_empty() {
            return Rc::new(self.lines_of(own));
        }
        // The same for all files that are new: read once, however many they are.
        let gone = std::mem::take(&mut self.gone);
        if self.gone_lines.is_none() {
            self.gone_lines = Some(Rc::new(self.lines_of(gone)));
        }
        self.gone_lines.clone().unwrap_or_default()
    }

    fn lines_of(&mut self, sources: Vec<ObjectId>) -> HashSet<Vec<u8>> {
        let mut lines = HashSet::new();
        for id in sources {
            if let Ok((Kind::Blob, bytes)) = self.reader.read(id, self.staged.max_file_size) {
                lines.extend(bytes.lines().map(<[u8]>::to_vec));
            }
        }
        lines
    }

    fn dotenv(
        &mut self,
        kind: DotenvKind,
        entry: &Entry,
        bytes: &[u8],
        found: &[Sighting],
        old: &HashSet<Vec<u8>>,
        is_new_path: bool,
    ) {
        let contents = dotenv::inspect(bytes);
        let lines: BTreeMap<u64, &[u8]> = (1..).zip(bytes.lines()).collect();
        let is_new_line = |line: &u64| lines.get(line).is_some_and(|l| !old.contains(*l));
        let has_new_secret = contents.secret_keys.iter().any(|(_, line)| is_new_line(line));
        let is_real = |s: &Sighting| s.confidence >= Confidence::Medium && s.severity >= Severity::Medium;
        let has_token = found.iter().any(is_real);
        if !(is_new_path || has_new_secret || has_token) {
            return;
        }
        let verdict = dotenv::judge(kind, &contents, has_token, &GitState::Tracked, entry.path.as_bstr());
        let Some(verdict) = verdict else { return };
        let line = contents.secret_keys.first().map_or(1, |(_, line)| *line);
        let sighting = Sighting {
            rule: &DOTENV,
            secret: None,
            severity: verdict.severity,
            confidence: verdict.confidence,
            checksum: Checksum::None,
            notes: verdict.notes,
            fix: verdict.fix,
            parts: Vec::new(),
            covers: contents.lines(),
            exposure: None,
            suppressed: None,
            occurrence: Occurrence {
                age: 0,
                path: entry.path.clone(),
                line,
                column: 1,
                column_utf16: 1,
                offset: 0,
                len: bytes.len() as u64,
                commit: None,
                surface: Surface::File,
                excerpt: BString::default(),
            },
        };
        self.run.hand_over(b"", vec![sighting]);
    }
}
