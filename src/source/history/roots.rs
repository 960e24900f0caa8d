//! What to read: refs, reflogs, heads of all work trees, indexes.
//!
//! Takes a [`Location`], gives a [`Plan`]: ids to begin at, each with the name that led there. The files
//! are read as text, so that a broken ref is one entry in the ledger and not the end of the reading.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice};

use super::id::ObjectId;
use super::open::{Location, path_bytes, slashed};
use crate::coverage::Failure;

/// An object to begin at, and the ref, reflog or file that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// The object: a commit most often, but a tag, tree or blob will do.
    pub id: ObjectId,
    /// What names it.
    pub name: BString,
}

/// What a walk is to read.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Where to begin.
    pub tips: Vec<Tip>,
    /// Commits whose history and whose trees' objects are left out.
    pub excluded: Vec<ObjectId>,
    /// Take what the excluded side has at the same path as scanned, so that only what a new version adds
    /// to it counts as changed.
    pub excluded_is_scanned: bool,
    /// Index files whose staged blobs are read, last of all.
    pub indexes: Vec<PathBuf>,
    /// Ref names to hand to the visitor.
    pub ref_names: Vec<BString>,
    /// Configuration files to hand to the visitor.
    pub configs: Vec<PathBuf>,
    /// Read every object in the store that nothing else led to.
    pub unreachable: bool,
    /// Largest blob that is read, in bytes.
    pub blob_limit: u64,
    /// What could not be read while planning.
    pub problems: Vec<Failure>,
}

/// Largest blob that is read when nothing else is said.
pub const DEFAULT_BLOB_LIMIT: u64 = 256 << 20;

impl Plan {
    /// Everything that the repository at `location` refers to.
    pub fn everything(location: &Location) -> Self {
        let mut plan = Self { blob_limit: DEFAULT_BLOB_LIMIT, ..Self::default() };
        let mut refs = Refs::default();
        for (number, dir) in location.all_git_dirs().iter().enumerate() {
            refs.read_git_dir(dir, number == 0);
            plan.indexes.push(dir.join("index"));
            plan.configs.extend([dir.join("config"), dir.join("config.worktree")]);
        }
        if let Some(format) = &location.foreign_refs {
            // The objects can be read all the same, whatever refers to them.
            plan.unreachable = true;
            let why = format!("refs are stored as {format}, which is not supported: their names are unknown");
            refs.problems.push(Failure { what: path_bytes(&location.common_dir), why });
        }
        plan.indexes.retain(|path| path.exists());
        plan.configs.retain(|path| path.exists());
        plan.ref_names = refs.names();
        plan.tips = refs.tips;
        plan.problems = refs.problems;
        plan
    }

    /// What the refs called `names` lead to; `Err` with the first name that is no ref.
    pub fn branches(location: &Location, names: &[BString]) -> Result<Self, BString> {
        let mut refs = Refs::default();
        for (number, dir) in location.all_git_dirs().iter().enumerate() {
            refs.read_git_dir(dir, number == 0);
        }
        let mut tips = Vec::new();
        for name in names {
            tips.push(refs.find(name.as_bstr()).ok_or_else(|| name.clone())?.clone());
        }
        let ref_names = tips.iter().map(|t| t.name.clone()).collect();
        Ok(Self { tips, ref_names, blob_limit: DEFAULT_BLOB_LIMIT, ..Self::default() })
    }

    /// What the commits `tips` lead to and the commits `excluded` do not.
    pub fn range(tips: Vec<Tip>, excluded: Vec<ObjectId>) -> Self {
        Self { tips, excluded, blob_limit: DEFAULT_BLOB_LIMIT, ..Self::default() }
    }
}

/// How often a ref may name a ref that names a ref, as in git.
const LONGEST_SYMBOLIC: usize = 5;

/// Refs, heads and reflogs as they were found.
#[derive(Debug, Default)]
struct Refs {
    tips: Vec<Tip>,
    /// Refs that name another ref.
    symbolic: HashMap<BString, BString>,
    problems: Vec<Failure>,
}

impl Refs {
    /// Reads one git directory. The shared one also has packed refs.
    fn read_git_dir(&mut self, dir: &Path, shared: bool) {
        self.read_heads(dir);
        self.each_file(&dir.join("refs"), &mut |refs, path| refs.read_ref(dir, path));
        if shared {
            self.read_packed(&dir.join("packed-refs"));
        }
        self.each_file(&dir.join("logs"), &mut |refs, path| refs.read_log(dir, path));
    }

    /// `HEAD`, `FETCH_HEAD`, `MERGE_HEAD`, `ORIG_HEAD`, `AUTO_MERGE` and their like.
    fn read_heads(&mut self, dir: &Path) {
        let Ok(entries) = fs::read_dir(dir) else { return };
        for path in entries.flatten().map(|e| e.path()) {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
            if name.ends_with("HEAD") || name == "AUTO_MERGE" || name == "MERGE_AUTOSTASH" {
                self.read_ref(dir, &path);
            }
        }
    }

    /// A file with an id at the beginning of each line, or `ref: ` and the name of one.
    fn read_ref(&mut self, dir: &Path, path: &Path) {
        let name = slashed(dir, path);
        let Some(text) = self.text(path) else { return };
        for line in text.lines().filter(|l| !l.is_empty()) {
            if let Some(target) = line.strip_prefix(b"ref:") {
                self.symbolic.insert(name.clone(), target.trim().into());
                continue;
            }
            match line.get(..40).and_then(ObjectId::from_hex) {
                Some(id) => self.add(id, name.as_bstr()),
                None => self.problem(name.clone(), "a broken ref: neither an id nor a ref"),
            }
        }
        // A fetch empties its list before it fills it, and leaves it so where it brings nothing.
        if text.is_empty() && name != "FETCH_HEAD" {
            self.problem(name, "a broken ref: the file is empty");
        }
    }

    /// Each line names a ref; the line after a tag gives what the tag points at, which the tag tells too.
    /// A loose ref of the same name hides the line, whose object may be gone for good reason.
    fn read_packed(&mut self, path: &Path) {
        let Some(text) = self.text(path) else { return };
        let loose: HashSet<BString> = self.tips.iter().map(|tip| tip.name.clone()).collect();
        for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with(b"#") && !l.starts_with(b"^")) {
            match (line.get(..40).and_then(ObjectId::from_hex), line.get(41..)) {
                (Some(_), Some(name)) if loose.contains(name.as_bstr()) => {}
                (Some(id), Some(name)) => self.add(id, name.as_bstr()),
                _ => self.problem(path_bytes(path), "a broken line among the packed refs"),
            }
        }
    }

    /// Each line begins with the id before and the id after.
    fn read_log(&mut self, dir: &Path, path: &Path) {
        let Some(text) = self.text(path) else { return };
        let name = slashed(dir, path);
        for line in text.lines().filter(|l| !l.is_empty()) {
            let ids = [line.get(..40), line.get(41..81)].map(|hex| hex.and_then(ObjectId::from_hex));
            if ids.contains(&None) {
                self.problem(name.clone(), "a broken line in the reflog");
            }
            ids.into_iter().flatten().for_each(|id| self.add(id, name.as_bstr()));
        }
    }

    fn text(&mut self, path: &Path) -> Option<Vec<u8>> {
        match fs::read(path) {
            Ok(text) => Some(text),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => {
                self.problem(path_bytes(path), &e.to_string());
                None
            }
        }
    }

    fn each_file(&mut self, dir: &Path, each: &mut impl FnMut(&mut Self, &Path)) {
        let Ok(entries) = fs::read_dir(dir) else { return };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        paths.sort();
        for path in paths {
            // A link to a directory could lead anywhere, also back here.
            if path.is_dir() && !path.is_symlink() {
                self.each_file(&path, each);
            } else if path.is_file() && path.extension().is_none_or(|e| e != "lock") {
                each(self, &path);
            }
        }
    }

    fn add(&mut self, id: ObjectId, name: &BStr) {
        if !id.is_zero() {
            self.tips.push(Tip { id, name: name.to_owned() });
        }
    }

    fn problem(&mut self, what: BString, why: &str) {
        self.problems.push(Failure { what, why: why.to_owned() });
    }

    /// The names of refs, each once; those of reflogs are the same with `logs/` before them, and the log of
    /// a branch that is gone still tells its name.
    fn names(&self) -> Vec<BString> {
        let all: BTreeSet<&BString> = self.tips.iter().map(|tip| &tip.name).collect();
        let tells = |name: &&&BString| match name.strip_prefix(b"logs/") {
            Some(of) => !all.contains(&BString::from(of)),
            None => true,
        };
        all.iter().filter(tells).map(|&name| name.clone()).collect()
    }

    /// The ref that git would take `name` for.
    fn find(&self, name: &BStr) -> Option<&Tip> {
        ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"].iter().find_map(|prefix| {
            let mut full = BString::from(bstr::concat([prefix.as_bytes(), name]));
            for _ in 0..LONGEST_SYMBOLIC {
                let Some(target) = self.symbolic.get(&full) else { break };
                full.clone_from(target);
            }
            self.tips.iter().find(|tip| tip.name == full)
        })
    }
}
