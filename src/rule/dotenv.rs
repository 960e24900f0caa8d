//! The rule behind findings about dotenv files. It names them in reports; the room `dotenv` does the work.

use super::{Confidence, Rule, Scope, Severity};

/// An unignored dotenv file. Its findings have no secret of their own, and a severity by their contents.
pub static DOTENV: Rule = Rule {
    id: "dotenv-file",
    provider: "dotenv",
    description: "dotenv file that git does not keep out of commits",
    severity: Severity::High,
    confidence: Confidence::Medium,
    anchors: &[],
    ignore_case: false,
    scope: Scope::Run,
    names: &[],
    pattern: "",
    left: [0; 4],
    right: [0; 4],
    min_len: 0,
    max_len: 0,
    is_one_run: false,
    lead: None,
    head: &[],
    has_secret_group: false,
    checksum: None,
    context: None,
    with: None,
    part_only: false,
    files: &[".env", ".env.*", "*.env", ".envrc", ".flaskenv", ".dev.vars"],
    entropy: None,
    charset: &[],
    placeholders: &[],
    exclude: &[],
    overrides: &[],
    references: &["https://12factor.net/config", "https://git-scm.com/docs/gitignore"],
    revoke: None,
    remediation: Some(
        "Keep dotenv files out of git; change every secret that was committed in one, and commit a template without values instead.",
    ),
    samples: &[],
    counter_samples: &[],
};
