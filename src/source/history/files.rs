//! Reading the versions of files.
//!
//! Versions of a path are read in order, and what each has that the one before had not is worked out while
//! both are at hand. A version that could not be read, or was too large, breaks that chain: the next one
//! counts as changed from end to end.

use std::sync::Arc;

use bstr::{BString, ByteSlice};

use super::diff;
use super::dirs::{KNOWN, Node};
use super::store::Kind;
use super::walk::{Version, Visitor, Walk, Worker};
use crate::finding::Surface;

/// Larger versions, in bytes, are not kept for the next one, which then counts as changed from end to end.
const LARGEST_COMPARED: usize = 32 << 20;

/// Versions of one path to read, in order.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) path: BString,
    pub(super) surface: Surface,
    pub(super) nodes: Vec<Node>,
}

/// Reads all versions of all `jobs`.
pub(super) fn read<V: Visitor>(walk: &Walk<'_, V>, worker: &mut Worker<'_, V::Local>, jobs: Vec<Job>) {
    for job in jobs {
        let known = job.nodes.iter().take_while(|node| node.commit == KNOWN).count();
        let mut previous = match job.nodes[..known].last() {
            Some(node) if walk.excluded_is_scanned => worker.reader.read(node.id, walk.blob_limit).ok(),
            _ => None,
        }
        .map(|(_, bytes)| bytes);
        for node in &job.nodes[known..] {
            if walk.visitor.stop() {
                return;
            }
            previous = version(walk, worker, &job, *node, previous);
        }
    }
}

/// Reads one version and returns its bytes, for the next one.
fn version<V: Visitor>(
    walk: &Walk<'_, V>,
    worker: &mut Worker<'_, V::Local>,
    job: &Job,
    node: Node,
    previous: Option<Arc<Vec<u8>>>,
) -> Option<Arc<Vec<u8>>> {
    let path = job.path.as_bstr();
    walk.visitor.object();
    let bytes = match worker.reader.read(node.id, walk.blob_limit) {
        Ok((Kind::Blob, bytes)) => bytes,
        Ok(_) => {
            let what = format!("{path} ({})", node.id);
            walk.fail(worker, what.into(), &"named as a blob, but it is none");
            return None;
        }
        Err(error) => {
            walk.unread(worker, node.id, path, &error);
            return None;
        }
    };
    let changed = previous.map_or(0..bytes.len(), |old| diff::changed(&old, &bytes));
    let version =
        Version { path, id: node.id, bytes: &bytes, changed, commit: node.commit, surface: job.surface };
    walk.visitor.version(&mut worker.local, version);
    (bytes.len() <= LARGEST_COMPARED).then_some(bytes)
}
