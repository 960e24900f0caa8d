//! What a scan finds: one [`Finding`] per secret and rule, with every place it stands in.
//!
//! Takes nothing but values; gives the types that all later rooms pass on. [`Secret`] never shows its
//! value in `Debug` or `Display`: whoever wants the bytes must ask for them by name.

use std::fmt;

use bstr::BString;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::rule::{Confidence, Rule, Severity};

/// The bytes of a secret. `Debug` and `Display` are masked.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret(BString);

impl Secret {
    /// Wraps the bytes of a secret.
    pub fn new(bytes: impl Into<BString>) -> Self {
        Self(bytes.into())
    }

    /// The bytes themselves: for matching and masking, and for output only on the user's explicit wish.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// A form that tells a reader which secret it is and gives nothing away: the public prefix of the
    /// token (up to `keep` bytes, never more than a quarter of it) and its length in bytes.
    pub fn masked(&self, keep: usize) -> String {
        let keep = keep.min(self.0.len() / 4);
        let head: String =
            self.0[..keep].iter().map(|&b| if b.is_ascii_graphic() { b as char } else { '?' }).collect();
        format!("{head}******** ({} bytes)", self.0.len())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked(0))
    }
}

/// A stable name of a secret under a rule: 32 hex digits of a keyed SHA-256 of rule id and value.
/// Path, line and commit are left out, so that a moved line or a renamed file keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of `value` under the rule `rule`.
    pub fn of(rule: &str, value: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"tokensieve fingerprint 1\0");
        hash.update(rule.as_bytes());
        hash.update([0]);
        hash.update(value);
        Self(hash.finalize()[..16].iter().map(|b| format!("{b:02x}")).collect())
    }

    /// The 32 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an offline verifier says of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    /// The rule has no verifier, or it cannot tell.
    None,
    /// Made by another algorithm than the issuer's: edited or fake.
    Invalid,
    /// Made by the issuer's algorithm; says nothing about whether the token still works.
    Valid,
}

/// Which part of a tree or repository a finding stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// Bytes of a file.
    File,
    /// The path of a file itself.
    PathName,
    /// The target that a symbolic link names.
    SymlinkTarget,
    /// A commit message.
    CommitMessage,
    /// The name or e-mail address of an author or committer.
    Identity,
    /// The message of an annotated tag.
    TagMessage,
    /// A git note.
    Note,
    /// The name of a branch, tag or other ref.
    RefName,
    /// The repository's own configuration, such as the URL of a remote.
    GitConfig,
    /// Standard input.
    Stdin,
}

/// One place that a secret stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// Position of the commit in history, oldest first; 0 in a working tree. Sorts occurrences by age.
    pub age: u64,
    /// Path as the user would type it, or below the root of the repository in a history scan; empty for
    /// surfaces that have none.
    pub path: BString,
    /// 1-based line; 0 where the surface has no lines.
    pub line: u64,
    /// 1-based column in characters; 0 where the surface has no columns.
    pub column: u64,
    /// 1-based column in UTF-16 units, as SARIF wants it.
    pub column_utf16: u64,
    /// Byte offset of the secret in the file.
    pub offset: u64,
    /// Length of the secret in bytes as it stands there.
    pub len: u64,
    /// Full id of the first commit that has it there.
    pub commit: Option<String>,
    /// What kind of text it stands in.
    pub surface: Surface,
    /// The line around it, every secret of that file already masked; control characters still in.
    pub excerpt: BString,
}

/// Why a secret at a place need not be reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suppression {
    /// What suppresses it, such as `tokensieve:allow` or `baseline`.
    pub by: &'static str,
    /// The reason, in the words of whoever allowed it. May come from a scanned file.
    pub reason: String,
}

/// A second value that belongs to the same credential, such as the id of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Id of the rule that matched it.
    pub rule: &'static str,
    /// The value.
    pub secret: Secret,
}

/// A commit, as far as a report names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommitInfo {
    /// Full id.
    pub id: String,
    /// Name of the author.
    pub author: BString,
    /// Address of the author.
    pub email: BString,
    /// When it was written, in seconds since 1970.
    pub time: i64,
    /// First line of the message.
    pub subject: BString,
}

/// How long a secret stood in a history, and who could see it there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposure {
    /// The oldest commit that has it.
    pub introduced: CommitInfo,
    /// The last commit that took it out of the branch that is checked out; `None` where it is still in,
    /// or never was.
    pub removed: Option<CommitInfo>,
    /// Whether the commit that is checked out has it.
    pub at_head: bool,
    /// Whole days from the first commit to its removal, or to now.
    pub days: u64,
    /// How many different versions of files have it.
    pub versions: u64,
    /// The first refs from which a commit with it can be reached, in order of their names.
    pub refs: Vec<BString>,
    /// How many such refs there are.
    pub ref_count: u64,
    /// Whether one of them is remote-tracking: then others have it.
    pub published: bool,
    /// A page that shows the first place.
    pub permalink: Option<String>,
    /// The secret as it stands in files where it is encoded: each form once. Whoever takes it out must look
    /// for these as well.
    pub forms: Vec<Secret>,
    /// Files that hold it where no replacement of text reaches: binary ones, UTF-16, archives.
    pub opaque: Vec<BString>,
}

/// One secret under one rule.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that matched.
    pub rule: &'static Rule,
    /// How bad it is; the rule's severity unless a signal changed it.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What the offline verifier said.
    pub checksum: Checksum,
    /// The value; `None` for findings about a file, such as an unignored dotenv file.
    pub secret: Option<Secret>,
    /// Other halves of the same credential.
    pub parts: Vec<Part>,
    /// Short remarks for the reader: why the confidence is what it is, what state a file is in.
    pub notes: Vec<String>,
    /// A fix of one line, where there is one that fits this very finding.
    pub fix: Option<String>,
    /// Lines whose values it speaks of, where it is about a file.
    pub covers: Vec<u64>,
    /// Its life in the history; `None` outside one.
    pub exposure: Option<Box<Exposure>>,
    /// Why it need not be reported; only where every place of it is suppressed.
    pub suppressed: Option<Suppression>,
    /// Stable name.
    pub fingerprint: Fingerprint,
    /// Every place, oldest commit first, then by path, line and column. Never empty.
    pub occurrences: Vec<Occurrence>,
    /// How many places there are; more than `occurrences` holds when there are very many.
    pub occurrence_count: u64,
}
