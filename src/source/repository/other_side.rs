//! What the other side of a range has already.
//!
//! The walk cuts a version's unchanged beginning and end, so an old secret between two edits counts as
//! changed. Here it is compared by lines with the version that the excluded side has at the same path: what
//! stands there on the same lines is old and left out.

use std::collections::{BTreeMap, HashSet};

use bstr::{BStr, BString, ByteSlice};

use super::Scanned;
use super::lines::NewLines;
use super::places::Places;
use crate::finding::Occurrence;
use crate::source::history::{Commit, Kind, ObjectId, Reader, entry_at};

/// Takes out of each secret's places those that the excluded side has, too.
pub(super) fn leave_out(scanned: &Scanned<'_>, places: &mut [Places]) {
    let mut by_file: BTreeMap<(u32, ObjectId, BString), Vec<(usize, usize)>> = BTreeMap::new();
    for (place, p) in places.iter().enumerate() {
        for (file, f) in p.files.iter().enumerate() {
            by_file.entry((f.commit, f.blob, f.occurrence.path.clone())).or_default().push((place, file));
        }
    }
    let mut old: HashSet<(usize, usize)> = HashSet::new();
    let mut reader = scanned.store.reader();
    for ((commit, blob, path), mut members) in by_file {
        members.sort_by_key(|(place, file)| places[*place].files[*file].occurrence.offset);
        let occurrences = members.iter().map(|(place, file)| &places[*place].files[*file].occurrence);
        let verdicts = are_old(scanned, &mut reader, commit, blob, path.as_bstr(), occurrences);
        old.extend(members.iter().zip(verdicts).filter(|(_, is_old)| *is_old).map(|(m, _)| *m));
    }
    for (place, p) in places.iter_mut().enumerate() {
        let mut number = 0..;
        let before = p.files.len();
        p.files.retain(|_| number.next().is_none_or(|file| !old.contains(&(place, file))));
        p.is_old = p.files.len() < before;
    }
}

/// For each of the occurrences in one blob whether a parent outside the range has all lines of it in its
/// version of the file.
fn are_old<'o>(
    scanned: &Scanned<'_>,
    reader: &mut Reader<'_>,
    commit: u32,
    blob: ObjectId,
    path: &BStr,
    occurrences: impl Iterator<Item = &'o Occurrence> + Clone,
) -> Vec<bool> {
    let mut verdicts = vec![false; occurrences.clone().count()];
    let Some(commit) = scanned.history.commits.get(commit as usize) else { return verdicts };
    let Some(bytes) = read(scanned, reader, blob) else { return verdicts };
    for parent in commit.parents.iter().filter(|p| scanned.history.position(**p).is_none()) {
        let Some(old) = version_at(scanned, reader, *parent, path) else { continue };
        let lines: HashSet<Vec<u8>> = old.lines().map(<[u8]>::to_vec).collect();
        let mut new = NewLines::new(&bytes, &lines);
        for (verdict, occurrence) in verdicts.iter_mut().zip(occurrences.clone()) {
            *verdict |= !new.touches(occurrence);
        }
    }
    verdicts
}

fn version_at(
    scanned: &Scanned<'_>,
    reader: &mut Reader<'_>,
    commit: ObjectId,
    path: &BStr,
) -> Option<Vec<u8>> {
    let root = Commit::read(reader, commit).ok()?.tree;
    let id = entry_at(reader, root, path)?;
    read(scanned, reader, id)
}

fn read(scanned: &Scanned<'_>, reader: &mut Reader<'_>, id: ObjectId) -> Option<Vec<u8>> {
    match reader.read(id, scanned.plan.blob_limit) {
        Ok((Kind::Blob, bytes)) => Some(bytes.to_vec()),
        _ => None,
    }
}
