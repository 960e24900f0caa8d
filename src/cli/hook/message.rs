//! A commit message as a source: the file that git names to its commit-msg hook.
//!
//! What git takes out of the message is left out here: comment lines, and all below the scissors line. Git
//! does so only after an editor was open (it tells hooks of none with `GIT_EDITOR=:`), and comments only where
//! `commit.cleanup` has not switched it off; else every byte counts. `git commit --cleanup=...` is not told
//! to hooks.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice, ByteVec};
use tokensieve::blob::Origin;
use tokensieve::coverage::{Coverage, Skip};
use tokensieve::finding::Surface;
use tokensieve::source::history::Location;
use tokensieve::source::{Run, Source};

/// The message of a commit that is about to be made.
pub(crate) struct CommitMessage {
    /// The file that holds it.
    pub(crate) file: PathBuf,
    /// Largest message that is read, in bytes.
    pub(crate) max_file_size: u64,
}

impl Source for CommitMessage {
    fn scan(&self, run: &Run<'_>) {
        let mut coverage = Coverage::default();
        let name = BString::from(Vec::from_path_lossy(&self.file).into_owned());
        match self.read() {
            Err(error) => coverage.fail(name, error),
            Ok(bytes) if bytes.len() as u64 > self.max_file_size => coverage.skip(Skip::TooLarge, name),
            Ok(bytes) => {
                coverage.files = 1;
                coverage.bytes = bytes.len() as u64;
                let text = Cleanup::from_settings().apply(&bytes);
                let origin = Origin::tree(name.as_bstr(), BStr::new(""), Surface::CommitMessage);
                run.hand_over(&text, run.scanner.scan(&mut run.scanner.worker(), &text, &origin));
            }
        }
        run.collector.cover(coverage);
    }
}

impl CommitMessage {
    /// The file, up to one byte more than is allowed.
    fn read(&self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(&self.file)?.take(self.max_file_size.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// What git takes out of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cleanup {
    /// Nothing.
    Nothing,
    /// What is below the scissors line, which begins with any comment character.
    Scissors,
    /// That, and lines that begin with this.
    Comments(String),
}

impl Cleanup {
    fn from_settings() -> Self {
        if std::env::var_os("GIT_EDITOR").is_some_and(|editor| editor == ":") {
            return Self::Nothing;
        }
        // `git -c` tells hooks of settings that no file has: they may be about this.
        if ["GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"].iter().any(|name| std::env::var_os(name).is_some()) {
            return Self::Scissors;
        }
        let config = Location::discover(Path::new(".")).ok().and_then(|l| l.repository().ok()?.config().ok());
        let get = |key: &str| config.as_ref().and_then(|c| c.get_string(key).ok());
        Self::of(get("commit.cleanup"), get("core.commentstring").or_else(|| get("core.commentchar")))
    }

    fn of(cleanup: Option<String>, comment: Option<String>) -> Self {
        let strips = cleanup.is_none_or(|mode| matches!(mode.as_str(), "default" | "strip"));
        match comment.as_deref() {
            // Git picked a character that the message does not begin a line with: which, is not known.
            Some("auto") => Self::Scissors,
            _ if !strips => Self::Scissors,
            Some(comment) if !comment.is_empty() => Self::Comments(comment.to_owned()),
            _ => Self::Comments("#".to_owned()),
        }
    }

    /// The message as git will store it, each line still where it was.
    fn apply(&self, message: &[u8]) -> Vec<u8> {
        let mut text = Vec::with_capacity(message.len());
        for line in message.lines_with_terminator() {
            if *self != Self::Nothing && is_scissors(line) {
                break;
            }
            match self {
                Self::Comments(comment) if line.starts_with(comment.as_bytes()) => text.push(b'\n'),
                _ => text.extend_from_slice(line),
            }
        }
        text
    }
}

/// Whether git cuts the message here.
fn is_scissors(line: &[u8]) -> bool {
    const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";
    let comment = line.trim_end().strip_suffix(SCISSORS);
    comment.is_some_and(|c| !c.is_empty() && !c.contains(&b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "Subject\n# comment\n; text\n\
         # ------------------------ >8 ------------------------\n# below\ndiff\n";

    fn cleaned(cleanup: Option<&str>, comment: Option<&str>) -> String {
        let cleanup = Cleanup::of(cleanup.map(str::to_owned), comment.map(str::to_owned));
        String::from_utf8(cleanup.apply(MESSAGE.as_bytes())).unwrap()
    }

    #[test]
    fn what_git_takes_out_is_not_read() {
        assert_eq!(cleaned(None, None), "Subject\n\n; text\n");
        assert_eq!(cleaned(Some("strip"), Some("#")), "Subject\n\n; text\n");
        assert_eq!(cleaned(None, Some(";")), "Subject\n# comment\n\n");
    }

    #[test]
    fn what_git_leaves_in_is_read() {
        let above = "Subject\n# comment\n; text\n";
        for cleanup in ["scissors", "whitespace", "verbatim"] {
            assert_eq!(cleaned(Some(cleanup), None), above);
        }
        assert_eq!(cleaned(None, Some("auto")), above);
        assert_eq!(Cleanup::Nothing.apply(MESSAGE.as_bytes()), MESSAGE.as_bytes());
    }
}
