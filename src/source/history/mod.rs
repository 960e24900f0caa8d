//! The history source: everything that a git repository holds, path by path.
//!
//! Takes a [`Location`] (found by [`Location::discover`]) and a [`Plan`] of what to read; [`walk`] shows it
//! all to a [`Visitor`]. Nothing is written, no process is started, no configuration of the user, no
//! environment and no owner is asked.
//!
//! The order is what makes it fast. Commits come first, each read once. Their root trees are read oldest
//! first, and the walk goes on *path by path*: all versions of a directory, then of each of its files, one
//! after the other. Git stores versions of a path as differences from each other, so what was just built is
//! what the next one is built from; and since the previous version is at hand, only the bytes that changed
//! need a scan ([`Version::changed`]). An object is read where it is first met and nowhere else, so the
//! commit and path it is shown with are *one* place it stands at; [`locate`] tells all of them, for the few
//! objects that matter.
//!
//! | file | job |
//! |---|---|
//! | `open` | find the repository's parts on disk, recognise what cannot be read |
//! | `roots` | refs, reflogs, heads, indexes: where to begin |
//! | `walk` | stages in order, workers, the visitor |
//! | `commits`, `range` | which commits, and what they say |
//! | `order` | their order |
//! | `dirs`, `trees` | recursion through directories, entries that changed |
//! | `files`, `diff` | versions of files, bytes that changed |
//! | `index`, `unreachable` | what no commit holds |
//! | `claims`, `id` | every object once |
//! | `store` | reading objects |
//! | `locate`, `list` | where an object stands, afterwards; what one tree holds |

mod claims;
mod commits;
mod diff;
mod dirs;
mod files;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod id;
mod index;
mod list;
mod locate;
mod open;
mod order;
mod range;
mod roots;
mod store;
mod trees;
mod unreachable;
mod walk;

#[cfg(test)]
mod tests;

pub use commits::{Commit, tag_target};
pub use id::{IdMap, IdSet, KeyHasher, NotAnId, ObjectId};
pub use list::{Listed, list};
pub use locate::{Sighting, Sightings, entry_at, locate};
pub use open::{Location, OpenError};
pub use roots::{DEFAULT_BLOB_LIMIT, Plan, Tip};
pub use store::{Kind, ReadError, Reader, Store};
pub use walk::{History, IN_INDEX, NO_COMMIT, Text, Version, Visitor, walk};
