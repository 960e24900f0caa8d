//! What the other side of a range has already.
//!
//! The walk cuts a version's unchanged beginning and end, so an old secret between two edits counts as
//! changed. Here it is compared by lines with the version that the excluded side has at the same path: what
//! stands there on the same lines is old and left out.

use std::collections::HashSet;

use bstr::{BStr, ByteSlice};

use super::Scanned;
use super::lines::is_new;
use super::places::{FilePlace, Places};
use crate::source::history::{Kind, ObjectId, Reader, entry_at};

/// Takes out of each secret's places those that the excluded side has, too.
pub(super) fn leave_out(scanned: &Scanned<'_>, places: &mut [Places]) {
    let mut reader = scanned.store.reader();
    for place in places {
        let before = place.files.len();
        place.files.retain(|file| !is_old(scanned, &mut reader, file));
        place.is_old = place.files.len() < before;
    }
}

/// Whether a parent outside the range has all lines of the finding in its version of the file.
fn is_old(scanned: &Scanned<'_>, reader: &mut Reader<'_>, file: &FilePlace) -> bool {
    let Some(commit) = scanned.history.commits.get(file.commit as usize) else { return false };
    let Some(bytes) = blob(scanned, reader, file.blob) else { return false };
    let outside = commit.parents.iter().filter(|p| scanned.history.position(**p).is_none());
    outside.into_iter().any(|parent| {
        let old = version_at(scanned, reader, *parent, file.occurrence.path.as_bstr());
        old.is_some_and(|old| {
            let lines: HashSet<Vec<u8>> = old.lines().map(<[u8]>::to_vec).collect();
            !is_new(&bytes, &file.occurrence, &lines)
        })
    })
}

fn version_at(
    scanned: &Scanned<'_>,
    reader: &mut Reader<'_>,
    commit: ObjectId,
    path: &BStr,
) -> Option<Vec<u8>> {
    let Ok((Kind::Commit, bytes)) = reader.read(commit, u64::MAX) else { return None };
    let root = ObjectId::from_hex(bytes.get(5..45)?)?;
    let id = entry_at(reader, root, path)?;
    blob(scanned, reader, id)
}

fn blob(scanned: &Scanned<'_>, reader: &mut Reader<'_>, id: ObjectId) -> Option<Vec<u8>> {
    match reader.read(id, scanned.plan.blob_limit) {
        Ok((Kind::Blob, bytes)) => Some(bytes.to_vec()),
        _ => None,
    }
}
