//! The file for `git filter-repo --replace-text`: one line per secret and form.
//!
//! git-filter-repo reads it line by line, knows no comments and splits a line at its last `==>`. So a
//! secret stands in it as it is behind `literal:` where it fits on one line, else behind `regex:` with every
//! byte that is no letter or digit as an escape of Python's `re`.

use std::collections::BTreeSet;

use crate::finding::{Finding, Secret};
use crate::mask::reads_like_words;

/// What takes the place of a secret.
const REPLACEMENT: &str = "==>***REMOVED***\n";
/// Shorter secrets would be replaced in the middle of other words.
const SHORTEST: usize = 8;

/// The lines for these findings, the longest secrets first, so that none is cut by another one that stands in
/// it; `None` where there is nothing to replace. It holds the secrets in clear.
pub fn replacements<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Option<Vec<u8>> {
    let mut forms: BTreeSet<&[u8]> = BTreeSet::new();
    for finding in findings {
        let encoded = finding.exposure.iter().flat_map(|life| &life.forms);
        forms.extend(finding.secret.iter().chain(encoded).map(Secret::expose));
    }
    let mut forms: Vec<&[u8]> = forms.into_iter().filter(|form| is_own(form)).collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    (!forms.is_empty()).then(|| forms.into_iter().flat_map(line).collect())
}

/// Whether replacing a text everywhere changes nothing but the secret: `postgres` as a password stands in half
/// of the files.
pub(super) fn is_own(text: &[u8]) -> bool {
    text.len() >= SHORTEST && !reads_like_words(text)
}

fn line(secret: &[u8]) -> Vec<u8> {
    let is_one_line = !secret.iter().any(|b| matches!(b, b'\n' | b'\r' | 0));
    let pattern = if is_one_line {
        [b"literal:", secret].concat()
    } else {
        format!("regex:{}", escaped(secret)).into()
    };
    [pattern, REPLACEMENT.into()].concat()
}

fn escaped(secret: &[u8]) -> String {
    let escape =
        |b: &u8| if b.is_ascii_alphanumeric() { char::from(*b).into() } else { format!("\\x{b:02x}") };
    secret.iter().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_not_replaced_everywhere() {
        for text in ["postgres", "hunter2", "my_database"] {
            assert!(!is_own(text.as_bytes()), "{text}");
        }
        assert!(is_own(b"Zx9k4Lq2mW"));
    }

    #[test]
    fn every_secret_is_one_line() {
        assert_eq!(line(b"regex:a==>b"), b"literal:regex:a==>b==>***REMOVED***\n");
        assert_eq!(line(b"-a\r\nb\0"), b"regex:\\x2da\\x0d\\x0ab\\x00==>***REMOVED***\n");
    }
}
