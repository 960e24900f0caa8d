//! Opening repositories: in process, without trusting them.

use std::path::Path;

use git2::Repository;

use crate::source::history::{Location, OpenError};

/// The repository whose working tree `path` lies in; `None` when it lies in none. Neither the environment
/// nor the owner counts: the user named a path, and it is only read.
pub fn discover(path: &Path) -> Option<Result<Repository, String>> {
    let location = match Location::discover(path) {
        Ok(location) => location,
        Err(OpenError::NotFound(_)) => return None,
        Err(error) => return Some(Err(error.to_string())),
    };
    let opened = location.repository().and_then(|repository| {
        if let Some(folder) = &location.work_dir {
            // In memory alone: nothing is written.
            repository.set_workdir(folder, false)?;
        }
        Ok(repository)
    });
    Some(opened.map_err(|e| e.message().to_owned()))
}
