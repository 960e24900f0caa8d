//! A repository's history as a source: `tokensieve git`.
//!
//! Takes a path and what to read; gives one sighting per secret and place, with its life span. The order
//! of work:
//!
//! 1. `history` walks every object once and shows it to `scan`, which keeps what it finds.
//! 2. `timeline` tells, for the few paths that matter, which blob stood there at each commit.
//! 3. `exposure` makes of that who brought a secret in, who took it out, and which refs lead to it.
//!
//! Nothing of that costs anything for a repository without findings.

mod base;
mod commit;
mod copies;
mod dotenv;
mod exposure;
mod forge;
mod lines;
mod needles;
mod other_side;
mod places;
mod resolve;
mod revision;
mod scan;
pub mod staged;
mod timeline;
mod verdict;

use std::path::PathBuf;

use bstr::{BString, ByteSlice, ByteVec};

use self::scan::{Raw, Scan, below};
use self::verdict::Judge;
use super::history::{History, Location, Plan, Store, walk};
use super::{Near, Run, Source};
use crate::coverage::Coverage;

pub use self::base::Base;
pub use self::copies::{Copies, Remote};
pub use self::resolve::{OtherSide, Push, parse_pushes};

/// Which part of a history to read.
#[derive(Debug, Clone)]
pub enum Part {
    /// Everything that a ref, a reflog or an index leads to.
    Everything {
        /// And every other object in the store.
        unreachable: bool,
    },
    /// What these refs lead to.
    Branches(Vec<String>),
    /// `A..B`, `A...B`, or one revision for what it has and HEAD's other side lacks.
    Range(String),
    /// What HEAD has and this revision lacks.
    Since(String),
    /// The last commits of HEAD.
    Commits(u32),
    /// What a push brings: the lines that git hands to a hook.
    Pushes(Vec<Push>, OtherSide),
}

/// The history of a repository.
#[derive(Debug, Clone)]
pub struct Repository {
    /// A path in the repository, or its git directory.
    pub path: PathBuf,
    /// What to read.
    pub part: Part,
    /// Whether the repositories of submodules are read, too.
    pub recurse_submodules: bool,
    /// Largest blob that is read, in bytes.
    pub max_file_size: u64,
    /// Now, in seconds since 1970: until when a secret that is still there was exposed.
    pub now: i64,
    /// Object folders besides the repository's own, such as a quarantine.
    pub object_dirs: Vec<PathBuf>,
    /// How many refs that lead to a secret are named; all are counted.
    pub refs_named: usize,
}

/// How many refs are named where nobody wants them all.
pub const REFS_NAMED: usize = 20;

impl Source for Repository {
    fn scan(&self, run: &Run<'_>) {
        let mut coverage = Coverage::default();
        match Location::discover(&self.path) {
            Ok(mut location) => {
                location.object_dirs.extend(self.object_dirs.iter().cloned());
                self.scan_with_submodules(run, location, &mut coverage);
            }
            Err(error) => coverage.fail(Vec::from_path_lossy(&self.path).into_owned(), error),
        }
        run.collector.cover(coverage);
    }
}

impl Repository {
    fn scan_with_submodules(&self, run: &Run<'_>, location: Location, coverage: &mut Coverage) {
        let pool = match rayon::ThreadPoolBuilder::new().num_threads(run.threads).build() {
            Ok(pool) => pool,
            Err(error) => return coverage.fail("threads", error),
        };
        let submodules = if self.recurse_submodules { location.submodules() } else { Vec::new() };
        pool.install(|| {
            self.scan_one(run, &location, &BString::default(), coverage);
            for git_dir in submodules {
                let name = BString::from(Vec::from_path_lossy(&git_dir).into_owned());
                match Location::discover(&git_dir) {
                    Ok(inner) => self.scan_one(run, &inner, &name, coverage),
                    Err(error) => coverage.fail(name, error),
                }
            }
        });
    }

    /// Reads one repository. `inside` names a submodule's; paths are shown below it.
    fn scan_one(&self, run: &Run<'_>, location: &Location, inside: &BString, coverage: &mut Coverage) {
        note_oddities(location);
        let store = Store::open(&location.object_dirs);
        let plan = match self.plan(location) {
            Ok(plan) => plan,
            Err(error) => return coverage.fail(BString::from("revision"), error),
        };
        run.progress.total.fetch_add(store.packed(), std::sync::atomic::Ordering::Relaxed);
        let scan = Scan::new(run, inside);
        let (history, locals) = walk(location, &store, &plan, &scan);
        let mut raws = Vec::new();
        let mut dotenvs = Vec::new();
        for local in locals {
            let (raw, paths, ledger) = local.into_parts();
            raws.extend(raw);
            dotenvs.extend(paths);
            coverage.merge(ledger);
        }
        coverage.commits += history.commits.len() as u64;
        note_cuts(&history, matches!(self.part, Part::Everything { .. } | Part::Branches(_)), coverage);
        let repository = Scanned {
            location,
            store: &store,
            plan: &plan,
            history: &history,
            now: self.now,
            refs_named: self.refs_named,
        };
        report(run, &repository, raws, dotenvs, inside);
    }

    fn plan(&self, location: &Location) -> Result<Plan, String> {
        let mut plan = match &self.part {
            Part::Everything { unreachable } => {
                let mut plan = Plan::everything(location);
                plan.unreachable |= unreachable;
                plan
            }
            Part::Branches(names) => {
                let names: Vec<BString> = names.iter().map(|n| BString::from(n.as_str())).collect();
                Plan::branches(location, &names).map_err(|name| format!("there is no ref {name}"))?
            }
            part => resolve::plan(location, part)?,
        };
        plan.blob_limit = self.max_file_size;
        Ok(plan)
    }
}

/// A repository after its walk.
struct Scanned<'a> {
    location: &'a Location,
    store: &'a Store,
    plan: &'a Plan,
    history: &'a History,
    now: i64,
    refs_named: usize,
}

impl Scanned<'_> {
    /// The number of the commit that HEAD of this work tree names.
    fn head(&self) -> Option<u32> {
        self.history.position(resolve::head(self.location, &mut self.store.reader())?)
    }
}

/// What the ledger or the user must know about a repository before anything is read.
fn note_oddities(location: &Location) {
    let name = || BString::from(Vec::from_path_lossy(&location.git_dir).into_owned());
    if location.foreign_owner {
        log::warn!(
            "{}: the repository belongs to another user; it is read all the same",
            name().to_str_lossy()
        );
    }
    if location.partial {
        log::warn!("{}: a partial clone: objects may be absent", name().to_str_lossy());
    }
}

/// A history that was cut is not all of it, which matters where all of it was asked for.
fn note_cuts(history: &History, all_was_asked_for: bool, coverage: &mut Coverage) {
    if all_was_asked_for && !history.cut.is_empty() {
        let why = "a shallow clone: older history was not fetched (git fetch --unshallow)";
        coverage.fail(BString::from(format!("{} cut commits", history.cut.len())), why);
    }
}

/// Hands everything found to the collector, with its places and its life.
fn report(run: &Run<'_>, scanned: &Scanned<'_>, raws: Vec<Raw>, dotenvs: Vec<BString>, inside: &BString) {
    if run.progress.stopped() {
        // Whoever cannot wait gets what the collector holds, without its life.
        return;
    }
    let mut judge = Judge::new(run, scanned, inside);
    let mut sightings = exposure::attribute(scanned, raws, &mut judge);
    if run.dotenv {
        let mut files = dotenv::sightings(scanned, dotenvs, &sightings);
        files.iter_mut().for_each(|sighting| judge.judge(sighting, &Near::default()));
        sightings.extend(files);
    }
    for sighting in &mut sightings {
        sighting.occurrence.path = below(inside, &sighting.occurrence.path);
    }
    run.collector.complete(sightings);
}
