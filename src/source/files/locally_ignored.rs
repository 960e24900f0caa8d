//! Dotenv files that are ignored by rules that other clones do not have: `info/exclude`, and the user's
//! own excludes file.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bstr::{BStr, ByteVec};
use ignore::gitignore::gitconfig_excludes_path;
use ignore::{WalkBuilder, WalkState};

use crate::dotenv;

/// Whether there are any such rules for the repository that `root` lies in; usually there are none.
pub(super) fn has_rules(root: &Path) -> bool {
    let exclude = match crate::git::discover(root) {
        Some(Ok(repository)) => Some(repository.commondir().join("info/exclude")),
        _ => return false,
    };
    exclude.into_iter().chain(gitconfig_excludes_path()).any(|file| holds_rules(&file))
}

fn holds_rules(file: &Path) -> bool {
    let is_rule = |line: &[u8]| !line.trim_ascii().is_empty() && !line.starts_with(b"#");
    file.is_file() && std::fs::read(file).is_ok_and(|text| text.split(|b| *b == b'\n').any(is_rule))
}

/// The dotenv files of a walk, sorted. The walk must not obey the rules in question. What it cannot read
/// the walk that reads the files has reported.
pub(super) fn dotenv_files(walk: &WalkBuilder) -> Vec<PathBuf> {
    let found = Mutex::new(Vec::new());
    walk.build_parallel().run(|| {
        Box::new(|entry| {
            if let Ok(entry) = entry
                && entry.file_type().is_some_and(|kind| kind.is_file())
                && is_dotenv(entry.path())
            {
                found.lock().unwrap_or_else(PoisonError::into_inner).push(entry.into_path());
            }
            WalkState::Continue
        })
    });
    let mut files = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.sort();
    files
}

fn is_dotenv(path: &Path) -> bool {
    let name = path.file_name().map(|n| Vec::from_path_lossy(Path::new(n)).into_owned());
    name.is_some_and(|n| dotenv::kind(BStr::new(&n)).is_some())
}
