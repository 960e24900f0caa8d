//! Every object in the store that nothing led to.
//!
//! Commits and tags are taken as further tips, so that what they hold is read with its paths; then trees
//! that no commit holds, then blobs, whose path nobody knows.

use bstr::BString;

use super::commits::{self, Found};
use super::id::{IdSet, ObjectId};
use super::store::{Kind, Store};
use super::walk::{Visitor, Walk};

/// Finds what is left in the store and passes it on to `read`, kind by kind.
pub(super) fn read<V: Visitor>(walk: &Walk<'_, V>, store: &Store, mut read: impl FnMut(Found)) {
    let mut left: Vec<ObjectId> = match store.all_ids() {
        Ok(ids) => ids.into_iter().filter(|id| !is_taken(walk, *id)).collect(),
        Err(error) => return walk.with_worker(|worker| walk.fail(worker, "objects".into(), &error)),
    };
    left.sort();
    left.dedup();
    let kinds = kinds(walk, &left);
    let of_kind = |kind| left.iter().zip(&kinds).filter(move |(_, k)| **k == Some(kind)).map(|(id, _)| *id);
    let tips = of_kind(Kind::Commit).chain(of_kind(Kind::Tag)).map(|id| (id, BString::default())).collect();
    read(commits::collect(walk, tips, &IdSet::default()));
    let trees = of_kind(Kind::Tree).filter(|id| !walk.trees.has(*id)).collect();
    read(Found { trees, ..Found::default() });
    let blobs = of_kind(Kind::Blob).filter(|id| !walk.blobs.has(*id)).map(|id| (id, id.to_string().into()));
    let blobs = blobs.collect();
    read(Found { blobs, ..Found::default() });
}

fn is_taken<V: Visitor>(walk: &Walk<'_, V>, id: ObjectId) -> bool {
    walk.commits.has(id) || walk.trees.has(id) || walk.blobs.has(id)
}

/// What each object is; nothing for one that cannot be read.
fn kinds<V: Visitor>(walk: &Walk<'_, V>, ids: &[ObjectId]) -> Vec<Option<Kind>> {
    walk.with_worker(|worker| {
        let kind = |id: &ObjectId| match worker.reader.kind(*id) {
            Ok(kind) => Some(kind),
            Err(error) => {
                walk.fail(worker, id.to_string().into(), &error);
                None
            }
        };
        ids.iter().map(kind).collect()
    })
}
