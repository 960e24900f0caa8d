//! Verdicts on what stands in a history: whether each sighting of a secret is suppressed.
//!
//! A comment counts where it stands beside the secret. One that came later does not hide the versions
//! before it, and one that went does not hide those behind it.

use std::sync::Arc;

use bstr::BString;

use super::Scanned;
use super::exposure::Group;
use super::places::{FilePlace, Places};
use super::scan::{Raw, below};
use crate::scanner::Sighting;
use crate::source::history::{Kind, ObjectId, Reader};
use crate::source::{Near, Run};

/// Judges the sightings of one repository.
pub(super) struct Judge<'a> {
    run: &'a Run<'a>,
    /// Name of a submodule, which its paths are shown below.
    inside: &'a BString,
    reader: Reader<'a>,
    blob_limit: u64,
    /// The blob that was read last.
    last: Option<(ObjectId, Arc<Vec<u8>>)>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(run: &'a Run<'a>, scanned: &Scanned<'a>, inside: &'a BString) -> Self {
        let (reader, blob_limit) = (scanned.store.reader(), scanned.plan.blob_limit);
        Self { run, inside, reader, blob_limit, last: None }
    }

    /// Judges a sighting, whose path is below the root of its own repository.
    pub(super) fn judge(&self, sighting: &mut Sighting, near: &Near) {
        if self.inside.is_empty() {
            return self.run.judge(sighting, near);
        }
        let own = sighting.occurrence.path.clone();
        sighting.occurrence.path = below(self.inside, &own);
        self.run.judge(sighting, near);
        sighting.occurrence.path = own;
    }

    /// Judges a sighting at a path, by the first version that has it there.
    pub(super) fn place(&mut self, sighting: &mut Sighting, place: &FilePlace, group: &Group) {
        let seen = group.raws.iter().find(|raw| raw.blob == Some(place.blob));
        let near = match seen {
            Some(raw) => raw.near.clone(),
            None => self.near(place),
        };
        self.judge(sighting, &near);
    }

    /// The text near a secret in a blob that the scan did not see it in: it had seen that part before.
    fn near(&mut self, place: &FilePlace) -> Near {
        if self.last.as_ref().is_none_or(|(id, _)| *id != place.blob) {
            self.last = match self.reader.read(place.blob, self.blob_limit) {
                Ok((Kind::Blob, bytes)) => Some((place.blob, bytes)),
                _ => None,
            };
        }
        self.last.as_ref().map_or_else(Near::default, |(_, bytes)| Near::of(bytes, &place.occurrence))
    }

    /// Whether the secret stands without leave in another version of a file, or a second time in one.
    pub(super) fn is_bare_elsewhere(&self, told: &[Sighting], group: &Group, places: &Places) -> bool {
        let in_files = group.raws.iter().filter(|raw| raw.blob.is_some());
        // In a range some of the versions are not part of it, and which is not known here.
        !places.is_old && in_files.into_iter().any(|raw| !self.is_allowed(raw, told, places))
    }

    /// Whether a version is allowed, under the path, line and commit that its file is known by.
    fn is_allowed(&self, raw: &Raw, told: &[Sighting], places: &Places) -> bool {
        let path = &raw.sighting.occurrence.path;
        let first = told.iter().find(|s| s.occurrence.path == *path).unwrap_or(&*raw.sighting);
        let is_first = places.files.iter().any(|f| f.occurrence.path == *path && Some(f.blob) == raw.blob);
        let mut sighting = first.clone();
        if is_first {
            sighting.occurrence.line = raw.sighting.occurrence.line;
        }
        self.judge(&mut sighting, &raw.near);
        sighting.suppressed.is_some()
    }
}
