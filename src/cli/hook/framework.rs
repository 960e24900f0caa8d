//! Under the pre-commit framework: what its environment says that `git --staged` is to read.
//!
//! The framework hands a hook no word on how it was started, and `pre-commit run --all-files` stages nothing:
//! a hook that looks at the index alone would pass there without reading a byte. What the environment does
//! tell is whether git itself waits for the answer, because git names its index to hooks.
//!
//! | started by | read |
//! | --- | --- |
//! | `git commit` (`GIT_INDEX_FILE` is set) | what is staged |
//! | a push, or `run --from-ref A --to-ref B` | what B has and A lacks |
//! | a push to a remote that has nothing yet | all that the branch leads to |
//! | `run`, `run --all-files`, `run --files` by hand or in CI | what is staged, and the working tree |
//!
//! In the last row the three cannot be told apart, so the widest of them is taken. Of a push of several
//! branches the framework tells hooks the first alone.

use std::path::PathBuf;

use tokensieve::source::files::Files;
use tokensieve::source::repository::Part;
use tokensieve::source::repository::staged::Staged;
use tokensieve::source::{Both, Source};

/// Why `git --pre-push` cannot work under the framework.
pub(crate) const NO_LINES: &str = "pre-commit keeps to itself what git says about a push: use the entry \
     `tokensieve git --staged` at its pre-push stage, or `tokensieve hook install pre-push`";

/// What the framework wants read.
#[derive(Debug)]
pub(crate) enum Wish {
    /// What is staged: git runs the hook, with or without the framework.
    Staged,
    /// Part of the history.
    History(Part),
    /// All files.
    Everything,
}

/// Reads the framework's wish from the environment.
pub(crate) fn wish(variable: &impl Fn(&str) -> Option<PathBuf>) -> Wish {
    if variable("PRE_COMMIT").is_none() || variable("GIT_INDEX_FILE").is_some() {
        return Wish::Staged;
    }
    let text = |name: &str| variable(name).map(|value| value.display().to_string());
    match (text("PRE_COMMIT_FROM_REF"), text("PRE_COMMIT_TO_REF"), text("PRE_COMMIT_LOCAL_BRANCH")) {
        (Some(from), Some(to), _) => Wish::History(Part::Range(format!("{from}..{to}"))),
        (_, _, Some(branch)) => Wish::History(Part::Branches(vec![branch])),
        _ => Wish::Everything,
    }
}

/// What is staged, and the working tree that the framework starts hooks in.
pub(crate) fn everything(staged: Staged) -> impl Source {
    let files =
        Files { paths: vec![PathBuf::from(".")], no_ignore: false, max_file_size: staged.max_file_size };
    Both(staged, files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish_of(set: &[(&str, &str)]) -> Wish {
        wish(&|name| set.iter().find(|(n, _)| *n == name).map(|(_, value)| PathBuf::from(value)))
    }

    #[test]
    fn git_reads_what_is_staged() {
        let index = ("GIT_INDEX_FILE", ".git/index");
        for set in [&[][..], &[index], &[index, ("PRE_COMMIT", "1")], &[("PRE_COMMIT_FROM_REF", "a")]] {
            assert!(matches!(wish_of(set), Wish::Staged), "{set:?}");
        }
    }

    #[test]
    fn without_git_nothing_passes_unread() {
        let ran = ("PRE_COMMIT", "1");
        assert!(matches!(wish_of(&[ran]), Wish::Everything));
        assert!(matches!(wish_of(&[ran, ("PRE_COMMIT_TO_REF", "b")]), Wish::Everything));
        let range = wish_of(&[ran, ("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_TO_REF", "b")]);
        assert!(matches!(range, Wish::History(Part::Range(range)) if range == "a..b"));
        let branch = wish_of(&[ran, ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/x")]);
        assert!(matches!(branch, Wish::History(Part::Branches(names)) if names == ["refs/heads/x"]));
    }
}
