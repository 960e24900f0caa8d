//! Values that an allowance names, never in clear: by a hash, or by a regular expression.

use regex::bytes::{Regex, RegexBuilder};
use sha1::{Digest as _, Sha1};

use crate::finding::Fingerprint;
use crate::matcher::placeholder::known_hash;

/// Largest compiled pattern, in bytes; that of rules is as large.
const SIZE_LIMIT: usize = 1 << 20;

/// A value, or a set of them.
#[derive(Debug, Clone)]
pub(super) enum ValuePattern {
    /// `sha256:` and the first 16 hex digits of the hash of the whole value, as in rule files.
    Sha256(u64),
    /// `sha1:` and 40 hex digits: what detect-secrets writes.
    Sha1(String),
    /// `fingerprint:` and the 32 hex digits that reports show: a value under one rule.
    Fingerprint(String),
    /// `regex:` and a pattern that is looked for in the value.
    Regex(Regex),
}

impl ValuePattern {
    /// Reads a pattern. The error does not quote it: it could be a secret.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.split_once(':').unwrap_or(("", ""));
        let digits = |count: usize| match is_hex(rest) && rest.len() == count {
            true => Ok(rest.to_ascii_lowercase()),
            false => Err(format!("`{kind}:` is followed by {count} hex digits")),
        };
        match kind {
            "sha256" => digits(16)
                .and_then(|d| u64::from_str_radix(&d, 16).map_err(|e| e.to_string()))
                .map(Self::Sha256),
            "sha1" => digits(40).map(Self::Sha1),
            "fingerprint" => digits(32).map(Self::Fingerprint),
            "regex" => compile(rest).map(Self::Regex),
            _ => Err("a value begins with `sha256:`, `fingerprint:`, `sha1:` or `regex:`, and is never \
                      written in clear"
                .to_owned()),
        }
    }

    /// Whether `value`, found by `rule`, is meant.
    pub(super) fn matches(&self, rule: &str, value: &[u8]) -> bool {
        match self {
            Self::Sha256(hash) => known_hash(value) == *hash,
            Self::Sha1(hash) => hex(&Sha1::digest(value)) == *hash,
            Self::Fingerprint(hash) => Fingerprint::of(rule, value).as_str() == hash,
            Self::Regex(regex) => regex.is_match(value),
        }
    }
}

/// Compiles a pattern as those of rules are: over bytes, ASCII classes. One that matches the empty text
/// matches every text, and is refused.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).unicode(false).size_limit(SIZE_LIMIT).build();
    let regex = built.map_err(|e| {
        let text = e.to_string();
        let last = text.lines().last().unwrap_or("").trim();
        format!("bad pattern: {}", last.strip_prefix("error: ").unwrap_or(last))
    })?;
    if regex.is_match(b"") {
        return Err("the pattern matches everything".to_owned());
    }
    Ok(regex)
}

/// Bytes as lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Whether a text is of hex digits alone.
pub(super) fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_name_the_same_value() {
        let (rule, value) = ("some-rule", b"a value of some length");
        for text in [
            format!("sha256:{:016x}", known_hash(value)),
            format!("SHA1:{}", hex(&Sha1::digest(value))).to_lowercase(),
            format!("fingerprint:{}", Fingerprint::of(rule, value).as_str()),
            "regex:^a v.lue".to_owned(),
        ] {
            let pattern = ValuePattern::parse(&text).unwrap();
            assert!(pattern.matches(rule, value), "{text}");
            assert!(!pattern.matches(rule, b"another value"), "{text}");
        }
    }

    #[test]
    fn clear_values_and_bad_patterns_are_refused_and_not_quoted() {
        for text in [
            "hushhush",
            "sha256:12",
            "sha256:zzzzzzzzzzzzzzzz",
            "sha1:1",
            "regex:hush(",
            "regex:",
            "regex:.*",
        ] {
            let error = ValuePattern::parse(text).unwrap_err();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
