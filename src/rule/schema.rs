//! The schema of a rule file, `rules/*.toml` and `--rules FILE` alike.
//!
//! Takes TOML text, gives [`RuleFile`]; whatever is unknown or of the wrong type is an error of `toml`
//! with its place in the text. `build.rs` includes this very file, so that the rules that are built in
//! and the ones a user brings are read by the same lines. It therefore names nothing else of the crate.

use serde::{Deserialize, Serialize};

/// One rule file: the rules of one provider.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    /// Who issues the tokens, as a person would write the name.
    pub provider: String,
    /// The rules, in order of preference where two are equally specific.
    #[serde(default, rename = "rule")]
    pub rules: Vec<RawRule>,
}

/// One rule as written. `rules/README.md` explains each key with an example.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    /// Unique name, lower case with dashes.
    pub id: String,
    /// What the secret is, in a few words.
    pub description: String,
    /// How bad a leak of it is.
    pub severity: Severity,
    /// How sure a match is before checksum, context and the other signals are looked at.
    #[serde(default = "high")]
    pub confidence: Confidence,
    /// Literals of at least three bytes, one of which stands in every match.
    #[serde(default)]
    pub anchors: Vec<String>,
    /// Whether anchors match in any letter case.
    #[serde(default)]
    pub ignore_case: bool,
    /// Where anchors are looked for.
    #[serde(default)]
    pub scope: Scope,
    /// Words, one of which stands in the name that the value is assigned to.
    /// Compared in lower case with `_`, `-`, `.` and spaces left out.
    #[serde(default)]
    pub names: Vec<String>,
    /// The regular expression. The group `secret` is the secret, else the whole match is.
    pub pattern: String,
    /// Character class (the inside of `[...]`) of bytes that must not stand before the secret.
    #[serde(default = "left")]
    pub left: String,
    /// Character class of bytes that must not stand behind the secret.
    #[serde(default = "right")]
    pub right: String,
    /// Longest match, in bytes; needed where the pattern itself has no upper bound.
    pub max_len: Option<u32>,
    /// Name of an offline verifier, see `src/matcher/checksum/`.
    pub checksum: Option<String>,
    /// Words that must stand near a match.
    pub context: Option<RawContext>,
    /// Another rule whose match near this one is the other half of the same credential.
    pub with: Option<RawPartner>,
    /// Whether a match is no finding by itself, only the other half of a rule that names this one in `with`.
    #[serde(default)]
    pub part_only: bool,
    /// Globs; the rule looks only at files whose path matches one of them. With neither anchors nor
    /// names, the pattern is run over the whole of such a file.
    #[serde(default)]
    pub files: Vec<String>,
    /// Least Shannon entropy of the secret, in bits per byte.
    pub entropy: Option<f32>,
    /// Kinds of character of which the secret must hold at least one each.
    #[serde(default)]
    pub charset: Vec<CharKind>,
    /// Values that are no secret: a word (any case, anywhere in the secret), or `sha256:` and the first
    /// 16 hex digits of the hash of the whole value, so that no token need be written down.
    #[serde(default)]
    pub placeholders: Vec<String>,
    /// Regular expressions; a secret that one of them matches is no finding.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Rules that lose where they match the same bytes as this one.
    #[serde(default)]
    pub overrides: Vec<String>,
    /// Where the shape is documented.
    #[serde(default)]
    pub references: Vec<String>,
    /// The page on which such a secret is revoked.
    pub revoke: Option<String>,
    /// What to do now, in one sentence.
    pub remediation: Option<String>,
    /// Texts with holes in which the rule must report exactly one finding.
    #[serde(default)]
    pub samples: Vec<Sample>,
    /// Texts with holes in which the rule must report nothing.
    #[serde(default)]
    pub counter_samples: Vec<Sample>,
}

/// Words that must stand near a match.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawContext {
    /// Any of these, in any letter case.
    pub words: Vec<String>,
    /// How far from either end of the match, in bytes.
    pub within: u32,
    /// Whether a match without them is dropped, or only reported with low confidence.
    #[serde(default)]
    pub required: bool,
}

/// The other half of a credential.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPartner {
    /// Id of the other rule, or a list of them; the nearest match becomes part of this rule's finding.
    #[serde(deserialize_with = "one_or_more")]
    pub rule: Vec<String>,
    /// How far apart the two may stand, in bytes.
    pub within: u32,
}

/// A text with holes, alone or with the name of the file that it stands in.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Sample {
    /// A text in a file of no particular name.
    Text(String),
    /// A text in a file of that name.
    File(FileSample),
}

/// A sample that needs a file name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSample {
    /// Path of the file, with `/`.
    pub path: String,
    /// What the file holds.
    pub text: String,
}

/// How bad a leak is, mild to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No harm; worth knowing.
    Info,
    /// Little harm, or only together with something else.
    Low,
    /// Harm within narrow limits.
    Medium,
    /// Gives access to data or money of one service.
    High,
    /// Gives wide access.
    Critical,
}

/// How sure it is that a finding is a real secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Could well be something else; counted, shown on demand.
    Low,
    /// More likely a secret than not.
    Medium,
    /// Nothing but a secret looks like this.
    High,
}

impl Severity {
    /// All of them, mild to bad.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Confidence {
    /// The word, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Where a rule's anchors are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// In and just left of long runs of token characters; costs nothing more per rule.
    #[default]
    Run,
    /// In the whole text, with a search of its own for each literal; for shapes without a long run.
    Text,
    /// Nowhere: the pattern is looked for in reach of the matches of rules that name this one in `with`.
    Near,
}

/// A kind of character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CharKind {
    /// `0-9`
    Digit,
    /// `A-Z`
    Upper,
    /// `a-z`
    Lower,
    /// Any other byte.
    Symbol,
}

/// A text, or a list of texts.
fn one_or_more<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        One(String),
        More(Vec<String>),
    }
    match Given::deserialize(input)? {
        Given::One(text) => Ok(vec![text]),
        Given::More(list) if list.is_empty() => Err(serde::de::Error::custom("needs at least one id")),
        Given::More(list) => Ok(list),
    }
}

fn high() -> Confidence {
    Confidence::High
}

fn left() -> String {
    "A-Za-z0-9_".to_owned()
}

fn right() -> String {
    "A-Za-z0-9_-".to_owned()
}
