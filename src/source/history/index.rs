//! What is staged: the blobs that an index names and no history led to.

use std::path::PathBuf;

use bstr::{BString, ByteSlice};

use super::dirs::{self, Node};
use super::files::{self, Job};
use super::id::ObjectId;
use super::open::path_bytes;
use super::walk::{IN_INDEX, Visitor, Walk, Worker};
use crate::finding::Surface;

/// Reads every staged blob of each index file that was not met before: all stages of a conflict too.
pub(super) fn read<V: Visitor>(walk: &Walk<'_, V>, indexes: &[PathBuf]) {
    for path in indexes {
        match git2::Index::open(path) {
            Ok(index) => walk.with_worker(|worker| read_entries(walk, worker, &index)),
            Err(error) => walk.with_worker(|worker| walk.fail(worker, path_bytes(path), &error.message())),
        }
    }
}

fn read_entries<V: Visitor>(walk: &Walk<'_, V>, worker: &mut Worker<'_, V::Local>, index: &git2::Index) {
    let mut folded = Vec::new();
    for entry in index.iter() {
        let (path, id) = (BString::from(entry.path), ObjectId::from(entry.id));
        let surface = match entry.mode & 0o170_000 {
            0o120_000 => Surface::SymlinkTarget,
            0o160_000 => continue,
            0o040_000 => {
                // A sparse index holds directories outside the checkout as trees.
                folded.push((path, Node { id, commit: IN_INDEX }));
                continue;
            }
            _ => Surface::File,
        };
        if walk.blobs.take(id) {
            walk.visitor.path(&mut worker.local, path.as_bstr(), IN_INDEX);
            let nodes = vec![Node { id, commit: IN_INDEX }];
            files::read(walk, worker, vec![Job { path, surface, nodes }]);
        }
    }
    folded.retain(|(_, node)| walk.trees.take(node.id));
    rayon::scope(|scope| {
        for (path, node) in folded {
            dirs::read_below(walk, scope, path.as_bstr(), vec![node]);
        }
    });
}
