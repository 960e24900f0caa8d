//! Rules: what a kind of secret looks like, how bad a leak of it is, and what to do about one.
//!
//! Takes the table that `build.rs` made of `rules/*.toml`, and the rule files of a user; gives
//! `&'static` [`Rule`]s. Rules are data: nothing here looks at a scanned byte.

pub mod check;
mod dotenv;
mod load;
pub mod sample;
mod schema;
mod shape;

pub use dotenv::DOTENV;
pub use load::{LoadError, load, place_of};
pub use schema::{CharKind, Confidence, Scope, Severity};
pub use shape::ByteSet;

/// One kind of secret. `rules/README.md` explains the fields.
#[derive(Debug)]
pub struct Rule {
    /// Unique name.
    pub id: &'static str,
    /// Who issues it.
    pub provider: &'static str,
    /// What it is, in a few words.
    pub description: &'static str,
    /// How bad a leak is.
    pub severity: Severity,
    /// How sure a match is before other signals count.
    pub confidence: Confidence,
    /// Literals, one of which stands in every match.
    pub anchors: &'static [&'static str],
    /// Whether anchors match in any letter case.
    pub ignore_case: bool,
    /// Where anchors are looked for.
    pub scope: Scope,
    /// Words in the name that the value is assigned to.
    pub names: &'static [&'static str],
    /// Regular expression over bytes.
    pub pattern: &'static str,
    /// Bytes that must not stand before the secret.
    pub left: ByteSet,
    /// Bytes that must not stand behind the secret.
    pub right: ByteSet,
    /// Shortest match in bytes.
    pub min_len: u32,
    /// Longest match in bytes.
    pub max_len: u32,
    /// Whether a match cannot reach beyond its run.
    pub is_one_run: bool,
    /// How many bytes of a match may stand before its first anchor, where known.
    pub lead: Option<u32>,
    /// Which bytes may stand at the first places of a match, each set with the number of places in a row.
    pub head: &'static [(ByteSet, u8)],
    /// Whether the pattern has a group `secret`.
    pub has_secret_group: bool,
    /// Name of the offline verifier.
    pub checksum: Option<&'static str>,
    /// Words that must stand near.
    pub context: Option<Context>,
    /// The other half of the credential.
    pub with: Option<Partner>,
    /// Whether a match is no finding by itself, only a part of one: an identifier that goes with a secret.
    pub part_only: bool,
    /// Globs of the files that the rule looks at; empty for all.
    pub files: &'static [&'static str],
    /// Least Shannon entropy in bits per byte.
    pub entropy: Option<f32>,
    /// Kinds of character the secret must hold.
    pub charset: &'static [CharKind],
    /// Words and hashes of values that are no secret.
    pub placeholders: &'static [&'static str],
    /// Regular expressions of values that are no secret.
    pub exclude: &'static [&'static str],
    /// Rules that lose against this one.
    pub overrides: &'static [&'static str],
    /// Where the shape is documented.
    pub references: &'static [&'static str],
    /// Page to revoke it on.
    pub revoke: Option<&'static str>,
    /// What to do now.
    pub remediation: Option<&'static str>,
    /// Texts with holes that hold one finding of this rule.
    pub samples: &'static [SampleText],
    /// Texts with holes that hold none.
    pub counter_samples: &'static [SampleText],
}

impl Rule {
    /// Whether the rule knows the form or the name of a value, but no issuer.
    pub fn is_generic(&self) -> bool {
        self.provider == "Generic"
    }

    /// Whether a match may begin where `text` does, as far as its first bytes tell.
    pub fn may_begin(&self, text: &[u8]) -> bool {
        let mut rest = text;
        self.head.iter().all(|(set, count)| {
            rest.split_at_checked(usize::from(*count)).is_some_and(|(here, behind)| {
                rest = behind;
                here.iter().all(|b| contains(set, *b))
            })
        })
    }

    /// Whether the rule knows its values by nothing but the name that they are given.
    pub fn is_by_name(&self) -> bool {
        matches!(self.checksum, Some("password" | "word" | "random" | "manifest"))
    }
}

/// Words that must stand near a match.
#[derive(Debug)]
pub struct Context {
    /// Any of these, in any letter case.
    pub words: &'static [&'static str],
    /// Distance from either end of the match, in bytes.
    pub within: u32,
    /// Whether a match without them is dropped.
    pub required: bool,
}

/// The other half of a credential.
#[derive(Debug)]
pub struct Partner {
    /// Ids of the rules that find it.
    pub rules: &'static [&'static str],
    /// Distance in bytes.
    pub within: u32,
}

/// A text with holes and the path of the file that it stands in (empty for none in particular).
#[derive(Debug, Clone, Copy)]
pub struct SampleText {
    /// Path with `/`, or empty.
    pub path: &'static str,
    /// Text with holes, see [`sample::fill`].
    pub text: &'static str,
}

static EMBEDDED: &[Rule] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rules that are built in.
pub fn embedded() -> &'static [Rule] {
    EMBEDDED
}

/// Whether `byte` is in `set`.
pub fn contains(set: &ByteSet, byte: u8) -> bool {
    set[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
}
