//! Scans what the walk of a history shows.
//!
//! Takes versions of files, texts and paths; keeps what was found with the object it was found in. Where
//! that object stands is asked afterwards, for findings only. Until that is known the collector holds each
//! sighting as the walk met it, so that a signal loses none.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bstr::{BStr, BString, ByteSlice};

use crate::blob::Origin;
use crate::coverage::{Coverage, Skip};
use crate::dotenv::{self, Kind};
use crate::finding::Surface;
use crate::scanner::{self, Sighting, Worker};
use crate::source::history::{ObjectId, Text, Version, Visitor};
use crate::source::{Near, Run};

/// How many sightings in files are kept until their places are looked up; what is found beyond them is
/// handed over at once, with the place it was met at and no more.
const MOST_RAWS: usize = 20_000;

/// Something found, and the object that holds it.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) sighting: Arc<Sighting>,
    /// The path of the blob; that of the sighting names the member where the blob is an archive.
    pub(super) path: BString,
    /// The secret as it stands in the blob, where it is encoded; empty elsewhere.
    pub(super) written: Vec<u8>,
    /// The text near it, which the verdict needs.
    pub(super) near: Near,
    /// The blob, for contents of files.
    pub(super) blob: Option<ObjectId>,
    /// Whether git takes the blob for binary.
    pub(super) is_binary: bool,
    /// The commit or tag, for what one says.
    pub(super) object: Option<ObjectId>,
    /// Number of a commit that has it, as the walk met it.
    pub(super) commit: u32,
}

/// The visitor.
pub(super) struct Scan<'r> {
    run: &'r Run<'r>,
    /// Name of a submodule, which its paths are shown below.
    inside: &'r BString,
    /// Sightings in files that are kept.
    kept: AtomicUsize,
}

/// What a worker of the walk carries.
pub(super) struct Local {
    worker: Worker,
    raws: Vec<Raw>,
    dotenvs: Vec<BString>,
    coverage: Coverage,
}

impl Local {
    /// Findings, paths of dotenv files, the ledger.
    pub(super) fn into_parts(self) -> (Vec<Raw>, Vec<BString>, Coverage) {
        (self.raws, self.dotenvs, self.coverage)
    }
}

impl<'r> Scan<'r> {
    pub(super) fn new(run: &'r Run<'r>, inside: &'r BString) -> Self {
        Self { run, inside, kept: AtomicUsize::new(0) }
    }

    /// Keeps a sighting; the collector holds it as it is to be shown should the scan end now.
    fn keep(&self, mut sighting: Sighting, near: &Near) -> Arc<Sighting> {
        let path = sighting.occurrence.path.clone();
        self.show_below(&mut sighting);
        self.run.judge(&mut sighting, near);
        let shown = Arc::new(sighting);
        self.run.collector.hold(Arc::clone(&shown));
        if self.inside.is_empty() {
            return shown;
        }
        let mut kept = Arc::unwrap_or_clone(shown);
        kept.occurrence.path = path;
        Arc::new(kept)
    }

    /// The path of a sighting as the repository that was asked for knows it.
    fn show_below(&self, sighting: &mut Sighting) {
        sighting.occurrence.path = below(self.inside, &sighting.occurrence.path);
    }

    /// Keeps what was found in a version, or hands it over where there is too much already.
    fn found(&self, raws: &mut Vec<Raw>, version: &Version<'_>, mut found: Vec<Sighting>) {
        if self.kept.fetch_add(found.len(), Ordering::Relaxed) >= MOST_RAWS {
            found.iter_mut().for_each(|sighting| self.show_below(sighting));
            return self.run.hand_over(version.bytes, found);
        }
        let is_binary = is_binary(version.bytes);
        raws.extend(found.into_iter().map(|sighting| {
            let near = Near::of(version.bytes, &sighting.occurrence);
            Raw {
                written: written(version.bytes, &sighting),
                path: version.path.to_owned(),
                sighting: self.keep(sighting, &near),
                near,
                blob: Some(version.id),
                is_binary,
                object: None,
                commit: version.commit,
            }
        }));
    }
}

/// A path in a submodule of this name; without a name the path itself.
pub(super) fn below(inside: &BString, path: &BString) -> BString {
    if inside.is_empty() {
        path.clone()
    } else {
        bstr::concat([inside.as_slice(), b"/", path.as_slice()]).into()
    }
}

impl Visitor for Scan<'_> {
    type Local = Local;

    fn local(&self) -> Local {
        Local {
            worker: self.run.scanner.worker(),
            raws: Vec::new(),
            dotenvs: Vec::new(),
            coverage: Coverage::default(),
        }
    }

    fn version(&self, local: &mut Local, version: Version<'_>) {
        local.coverage.objects += 1;
        local.coverage.files += 1;
        local.coverage.bytes += version.bytes.len() as u64;
        self.run.progress.add(version.bytes.len() as u64);
        let origin = Origin::tree(version.path, version.path, version.surface);
        let (worker, raws, coverage) = (&mut local.worker, &mut local.raws, &mut local.coverage);
        let scan = || {
            let (bytes, changed) = (version.bytes, version.changed.clone());
            self.run.scanner.scan_blob_each(worker, bytes, changed, &origin, coverage, |found| {
                self.found(raws, &version, found);
            });
        };
        match panic::catch_unwind(AssertUnwindSafe(scan)) {
            Ok(()) => {}
            Err(_) => {
                local.worker = self.run.scanner.worker();
                local
                    .coverage
                    .fail(version.path, format!("{}: internal error while it was scanned", version.id));
            }
        }
    }

    fn text(&self, local: &mut Local, text: Text<'_>) {
        if text.bytes.len() < scanner::SHORTEST {
            return;
        }
        if text.surface == Surface::CommitMessage {
            self.run.progress.commits.fetch_add(1, Ordering::Relaxed);
        }
        let origin = Origin::tree(text.name, BStr::new(""), text.surface);
        let found = self.run.scanner.scan(&mut local.worker, text.bytes, &origin);
        local.raws.extend(found.into_iter().map(|mut sighting| {
            let near = Near::of(text.bytes, &sighting.occurrence);
            if matches!(text.surface, Surface::RefName | Surface::Identity) {
                (sighting.occurrence.line, sighting.occurrence.column) = (0, 0);
            }
            Raw {
                sighting: self.keep(sighting, &near),
                near,
                path: text.name.to_owned(),
                written: Vec::new(),
                blob: None,
                is_binary: false,
                object: text.object,
                commit: super::super::history::NO_COMMIT,
            }
        }));
    }

    fn path(&self, local: &mut Local, path: &BStr, commit: u32) {
        let origin = Origin::tree(path, path, Surface::PathName);
        let found = scanner::scan_name(self.run.scanner, &mut local.worker, path, &origin);
        local.raws.extend(found.into_iter().map(|sighting| {
            let near = Near::of(path, &sighting.occurrence);
            Raw {
                sighting: self.keep(sighting, &near),
                near,
                path: path.to_owned(),
                written: Vec::new(),
                blob: None,
                is_binary: false,
                object: None,
                commit,
            }
        }));
        if self.run.dotenv && matches!(dotenv::kind(path), Some(Kind::Live | Kind::Keys)) {
            local.dotenvs.push(path.to_owned());
        }
    }

    fn skipped(&self, local: &mut Local, reason: Skip, what: BString) {
        local.coverage.skip(reason, what);
    }

    fn failed(&self, local: &mut Local, what: BString, why: String) {
        local.coverage.fail(what.as_bstr(), why);
    }

    fn object(&self) {
        self.run.progress.objects.fetch_add(1, Ordering::Relaxed);
    }

    fn stop(&self) -> bool {
        self.run.progress.stopped()
    }
}

/// Bytes at the beginning of a blob in which a NUL makes it binary to git-filter-repo, and to git about as
/// many.
const TELLING: usize = 8192;

/// Whether git takes a blob for binary.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(TELLING)].contains(&0)
}

/// The bytes that the secret stands in where they are not the secret itself.
fn written(bytes: &[u8], sighting: &Sighting) -> Vec<u8> {
    let at = sighting.occurrence.offset as usize;
    let as_it_stands = bytes.get(at..at.saturating_add(sighting.occurrence.len as usize)).unwrap_or_default();
    let is_plain = sighting.secret.as_ref().is_some_and(|s| s.expose() == as_it_stands);
    if is_plain { Vec::new() } else { as_it_stands.to_vec() }
}
