//! Opening repositories: in process, without trusting them.

use std::path::Path;

use git2::{Repository, RepositoryOpenFlags};

/// The repository whose working tree `path` lies in; `None` when it lies in none. `GIT_*` variables of the
/// environment do not count: the user named a path.
pub fn discover(path: &Path) -> Option<Result<Repository, git2::Error>> {
    let none: [&Path; 0] = [];
    match Repository::open_ext(path, RepositoryOpenFlags::empty(), none) {
        Ok(repository) => Some(Ok(repository)),
        Err(error) if error.code() == git2::ErrorCode::NotFound => None,
        Err(error) => Some(Err(error)),
    }
}
