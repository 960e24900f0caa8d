//! Findings about dotenv files of a working tree: what they hold, and what git makes of them.
//!
//! Workers note candidates while their bytes are at hand; the git state is looked up after the walk, for
//! there are few of them and a repository must not be shared between threads.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice, ByteVec};
use git2::Repository;

use crate::coverage::Coverage;
use crate::dotenv::{self, Contents, GitState, Kind, Verdict};
use crate::finding::{Checksum, Occurrence, Surface};
use crate::git::Index;
use crate::rule::{Confidence, DOTENV, Severity};
use crate::scanner::Sighting;
use crate::source::Run;

use super::tracked::Tracked;

/// A dotenv file that was read.
#[derive(Debug)]
pub(super) struct Candidate {
    pub path: PathBuf,
    shown: BString,
    kind: Kind,
    contents: Contents,
    /// Whether a token rule found something real in it.
    has_token: bool,
    len: u64,
}

impl Candidate {
    /// A candidate, if the name is one of a dotenv file.
    pub(super) fn of(path: &Path, shown: &BStr, judged: &BStr, bytes: &[u8]) -> Option<Self> {
        let kind = dotenv::kind(judged)?;
        Some(Self {
            path: path.to_owned(),
            shown: shown.to_owned(),
            kind,
            contents: dotenv::inspect(bytes),
            has_token: false,
            len: bytes.len() as u64,
        })
    }

    /// Takes notice of what was found in it.
    pub(super) fn note(&mut self, found: &[Sighting]) {
        let is_real = |s: &Sighting| {
            // A value that only its name tells of is one of the keys that the file is judged by anyway.
            s.confidence >= Confidence::Medium && s.severity >= Severity::Medium && !s.rule.is_by_name()
        };
        self.has_token |= found.iter().any(is_real);
    }

    fn sighting(&self, verdict: Verdict) -> Sighting {
        let line = self.contents.secret_keys.first().map_or(1, |(_, line)| *line);
        Sighting {
            rule: &DOTENV,
            secret: None,
            severity: verdict.severity,
            confidence: verdict.confidence,
            checksum: Checksum::None,
            notes: verdict.notes,
            fix: verdict.fix,
            parts: Vec::new(),
            covers: self.contents.lines(),
            exposure: None,
            suppressed: None,
            occurrence: Occurrence {
                age: 0,
                path: self.shown.clone(),
                line,
                column: 1,
                column_utf16: 1,
                offset: 0,
                len: self.len,
                commit: None,
                surface: Surface::File,
                excerpt: BString::default(),
            },
        }
    }
}

/// Looks up each candidate's state and hands the findings over. `tracked`: indexes that were read already.
pub(super) fn report(mut candidates: Vec<Candidate>, tracked: &[Tracked], run: &Run<'_>) {
    candidates.sort_by(|a, b| a.shown.cmp(&b.shown));
    let mut repository: Option<Opened<'_>> = None;
    for candidate in candidates {
        match verdict(&candidate, tracked, &mut repository) {
            Ok(verdict) => run.hand_over(b"", verdict.map(|v| candidate.sighting(v)).into_iter().collect()),
            Err(why) => {
                let mut coverage = Coverage::default();
                coverage.fail(candidate.shown, why);
                run.collector.cover(coverage);
            }
        }
    }
}

/// A repository that a candidate lies in, kept for the next one.
struct Opened<'t> {
    repository: Repository,
    index: Cow<'t, Index>,
    workdir: PathBuf,
}

fn verdict<'t>(
    candidate: &Candidate,
    tracked: &'t [Tracked],
    opened: &mut Option<Opened<'t>>,
) -> Result<Option<Verdict>, String> {
    let path = candidate.path.canonicalize().map_err(|e| e.to_string())?;
    if !opened.as_ref().is_some_and(|o| path.starts_with(&o.workdir)) {
        *opened = open(&path, tracked).transpose().map_err(|e| format!("git state unknown: {e}"))?;
    }
    let (state, below) = match opened {
        Some(o) => {
            let below = path.strip_prefix(&o.workdir).unwrap_or(&path);
            let below = BString::from(Vec::from_path_lossy(below).into_owned());
            let state = dotenv::state::state(&o.repository, &o.index, below.as_bstr());
            (state.map_err(|e| format!("git state unknown: {}", e.message()))?, below)
        }
        None => (GitState::NoRepository, candidate.shown.clone()),
    };
    Ok(dotenv::judge(candidate.kind, &candidate.contents, candidate.has_token, &state, below.as_bstr()))
}

fn open<'t>(path: &Path, tracked: &'t [Tracked]) -> Option<Result<Opened<'t>, String>> {
    let repository = match crate::git::discover(path.parent()?)? {
        Ok(repository) => repository,
        Err(error) => return Some(Err(error)),
    };
    let workdir = repository.workdir()?.canonicalize().ok()?;
    let index = match tracked.iter().find(|tracked| tracked.git_dir == repository.path()) {
        Some(tracked) => Ok(Cow::Borrowed(&tracked.index)),
        None => Index::of(&repository).map(Cow::Owned).map_err(|e| e.message().to_owned()),
    };
    Some(index.map(|index| Opened { repository, index, workdir }))
}
