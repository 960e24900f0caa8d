//! Dotenv files that git does not keep out of commits.
//!
//! Takes the kind of a file (from its name), its [`Contents`], and what git does with it, gives a
//! [`Verdict`] or none. How bad it is depends on what the file holds, not on its name: some frameworks
//! commit a `.env` of harmless defaults on purpose.
//!
//! | contents | untracked, tracked, no repository | ignored on this machine only |
//! |---|---|---|
//! | a token that a rule knows, or a key that decrypts other files | critical | low |
//! | a value under a key that is named for a secret | high | low |
//! | nothing secret, but encrypted values | none | none |
//! | nothing secret | info | info |
//!
//! Templates, and files that a rule of the repository ignores, are never reported.

pub mod contents;
mod ignore_line;
pub mod name;
pub mod state;

use std::collections::HashSet;

use bstr::{BStr, ByteSlice};

pub use contents::{Contents, Encryption, Entry, inspect};
pub use ignore_line::IgnoreLine;
pub use name::{Kind, kind};
pub use state::{GitState, LocalSource};

use crate::matcher::is_example_path;
use crate::rule::{Confidence, Severity};

/// What is to be said of one dotenv file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The state in plain words, what the file is, and the keys that hold secrets. Never a value.
    pub notes: Vec<String>,
    /// One line for a shell at the root of the work tree.
    pub fix: Option<String>,
}

/// How many keys the notes name.
const KEYS_NAMED: usize = 10;

/// How bad a reported file is, and how sure that is. `has_token_finding`: a token rule found something in
/// it that may be real.
pub fn severity(
    kind: Kind,
    contents: &Contents,
    has_token_finding: bool,
    state: &GitState,
) -> (Severity, Confidence) {
    let keys = kind == Kind::Keys && !contents.secret_keys.is_empty();
    let (severity, confidence) = if has_token_finding || contents.key_material || keys {
        (Severity::Critical, Confidence::High)
    } else if !contents.secret_keys.is_empty() {
        (Severity::High, Confidence::Medium)
    } else {
        (Severity::Info, Confidence::Medium)
    };
    // Nothing has leaked, and nothing will from this machine.
    let local = matches!(state, GitState::IgnoredOnlyLocally { .. });
    (if local { severity.min(Severity::Low) } else { severity }, confidence)
}

/// The verdict on the file at `rel_path`, a path below the work tree; `None` if nothing is wrong with it.
pub fn judge(
    kind: Kind,
    contents: &Contents,
    has_token_finding: bool,
    state: &GitState,
    rel_path: &BStr,
) -> Option<Verdict> {
    let secret = has_token_finding || contents.key_material || !contents.secret_keys.is_empty();
    let safe = !secret && (contents.encrypted.is_some() || kind == Kind::Vault);
    if kind == Kind::Template || *state == GitState::Ignored || safe {
        return None;
    }
    let (severity, mut confidence) = severity(kind, contents, has_token_finding, state);
    if !secret && is_example_path(rel_path) {
        confidence = Confidence::Low;
    }
    let notes = [Some(state_note(state)), contents_note(contents, has_token_finding), keys_note(contents)];
    let notes = notes.into_iter().flatten().collect();
    Some(Verdict { severity, confidence, notes, fix: state::fix(state, rel_path) })
}

/// The state in plain words.
fn state_note(state: &GitState) -> String {
    let local = |what: &str| format!("ignored on this machine only, by {what}: teammates are not protected");
    match state {
        GitState::NoRepository => "not in a git repository".to_owned(),
        GitState::Untracked => "not ignored by git: one `git add .` away from a commit".to_owned(),
        GitState::Tracked => "tracked by git and not ignored".to_owned(),
        GitState::TrackedButIgnored => "tracked by git although an ignore rule matches it".to_owned(),
        GitState::Ignored => "ignored by git".to_owned(),
        GitState::IgnoredOnlyLocally { source } => match source {
            LocalSource::InfoExclude => local("info/exclude"),
            LocalSource::UserExcludes => local("the user's own excludes file"),
            LocalSource::UntrackedGitignore(path) => {
                local(&format!("{}, which is not tracked itself", path.to_str_lossy().escape_debug()))
            }
        },
    }
}

/// What stands out about the file as a whole.
fn contents_note(contents: &Contents, has_token_finding: bool) -> Option<String> {
    let note = if contents.key_material {
        "holds a key that decrypts other dotenv files"
    } else if contents.encrypted.is_some() {
        "encrypted only in part"
    } else if has_token_finding {
        "holds a token, reported on its own"
    } else if contents.secret_keys.is_empty() {
        "no value in it looks secret"
    } else {
        return None;
    };
    Some(note.to_owned())
}

/// The names of the keys that hold secrets, each once, in order.
fn keys_note(contents: &Contents) -> Option<String> {
    let mut seen = HashSet::new();
    let keys = contents.secret_keys.iter().map(|(key, _)| key.as_str());
    let names: Vec<&str> = keys.filter(|key| seen.insert(*key)).collect();
    let named = names.get(..KEYS_NAMED).unwrap_or(&names).join(", ");
    let more = names.len().saturating_sub(KEYS_NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!names.is_empty()).then(|| format!("secret values under {named}{more}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [GitState; 4] =
        [GitState::NoRepository, GitState::Untracked, GitState::Tracked, GitState::TrackedButIgnored];

    fn local() -> GitState {
        GitState::IgnoredOnlyLocally { source: LocalSource::InfoExclude }
    }

    fn severity_of(text: &str, token: bool, state: &GitState) -> Option<Severity> {
        judge(Kind::Live, &inspect(text.as_bytes()), token, state, ".env".into()).map(|v| v.severity)
    }

    #[test]
    fn severity_follows_the_contents() {
        for state in &ALL {
            assert_eq!(severity_of("PORT=80\n", false, state), Some(Severity::Info));
            assert_eq!(severity_of("DB_PASSWORD=hunter2\n", false, state), Some(Severity::High));
            assert_eq!(severity_of("PORT=80\n", true, state), Some(Severity::Critical));
            assert_eq!(severity_of("A=encrypted:abc\n", false, state), None);
            assert_eq!(
                severity_of("A=encrypted:abc\nDB_PASSWORD=hunter2\n", false, state),
                Some(Severity::High)
            );
        }
    }

    #[test]
    fn ignored_files_are_mild_or_nothing() {
        assert_eq!(severity_of("DB_PASSWORD=hunter2\n", true, &GitState::Ignored), None);
        assert_eq!(severity_of("DB_PASSWORD=hunter2\n", true, &local()), Some(Severity::Low));
        assert_eq!(severity_of("PORT=80\n", false, &local()), Some(Severity::Info));
    }

    #[test]
    fn kinds_made_to_be_committed_are_nothing() {
        let judge = |kind, text: &str| {
            let contents = inspect(text.as_bytes());
            judge(kind, &contents, false, &GitState::Tracked, ".env.x".into()).map(|v| v.severity)
        };
        assert_eq!(judge(Kind::Template, "DB_PASSWORD=hunter2"), None);
        assert_eq!(judge(Kind::Vault, "DOTENV_VAULT_CI=\"c2VhbGVk\""), None);
        assert_eq!(
            judge(Kind::Keys, &["DOTENV_PRIVATE_KEY=", "k2Jq8m", "Zx4Lw"].concat()),
            Some(Severity::Critical)
        );
    }

    #[test]
    fn notes_name_the_state_and_the_keys_but_no_value() {
        let line = |i: u32| format!("S{i}_TOKEN=hunter{i}x\nS{i}_TOKEN=hunter{i}y\n");
        let text: String = (10..22).map(line).collect();
        let verdict = judge(Kind::Live, &inspect(text.as_bytes()), false, &GitState::Tracked, ".env".into());
        let verdict = verdict.unwrap();
        assert_eq!(verdict.notes.len(), 2);
        assert!(verdict.notes[0].contains("tracked"));
        assert!(verdict.notes[1].ends_with("S18_TOKEN, S19_TOKEN and 2 more"), "{}", verdict.notes[1]);
        assert!(!verdict.notes.concat().contains("hunter"));
        assert_eq!(verdict.fix.unwrap(), "echo .env >> .gitignore && git rm --cached .env");
    }
}
