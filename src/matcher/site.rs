//! Where a match stands: what the host behind a password, the path of the file and the code around it say of
//! who could use it.
//!
//! Takes a text with its path, gives yes or no.

use std::cell::OnceCell;

use bstr::{BStr, ByteSlice};

/// What begins the tests of a Rust file, behind the code that they are for.
const UNIT_TESTS: &[u8] = b"#[cfg(test)]";

/// A text that is scanned, and the path it stands under.
#[derive(Debug)]
pub(super) struct Site<'a> {
    pub(super) text: &'a [u8],
    pub(super) path: &'a BStr,
    /// When it is scanned, in seconds since 1970.
    pub(super) now: u64,
    /// Where unit tests begin. Looked for once at most, however many matches ask.
    unit_tests: OnceCell<usize>,
}

impl<'a> Site<'a> {
    pub(super) fn new(text: &'a [u8], path: &'a BStr, now: u64) -> Self {
        Self { text, path, now, unit_tests: OnceCell::new() }
    }

    /// Whether what stands at `at` belongs to the tests that follow the code of a Rust file.
    pub(super) fn is_unit_test(&self, at: usize) -> bool {
        self.path.ends_with(b".rs") && at > *self.unit_tests.get_or_init(|| self.find_unit_tests())
    }

    fn find_unit_tests(&self) -> usize {
        super::steps::count(self.text.len());
        self.text.find(UNIT_TESTS).unwrap_or(self.text.len())
    }
}

/// Whether the host behind an `@` is one that no stranger can reach, or stands for any host.
pub(super) fn is_local_host(rest: &[u8]) -> bool {
    let host = rest.strip_prefix(b"@").unwrap_or(rest);
    let is_host_byte = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let host = &host[..host.iter().take(256).take_while(|b| is_host_byte(b)).count()];
    let host = host.to_ascii_lowercase();
    let last = host.rsplit(|b| *b == b'.').next().unwrap_or(b"");
    let names: [&[u8]; 6] = [b"localhost", b"local", b"test", b"example", b"invalid", b"internal"];
    let starts: [&[u8]; 6] = [b"127.", b"10.", b"192.168.", b"0.0.0.0", b"example.", b"host."];
    !host.contains(&b'.')
        || names.contains(&last)
        || starts.iter().any(|s| host.starts_with(s))
        || host.contains_str(".example.")
}

/// Whether the host behind an `@` is one that takes error reports: what stands before it only lets one send
/// them (<https://docs.sentry.io/concepts/key-terms/dsn-explainer/>).
pub(super) fn is_sentry_host(rest: &[u8]) -> bool {
    let host = rest.strip_prefix(b"@").unwrap_or(rest);
    let end = host.iter().take(256).take_while(|b| b.is_ascii_alphanumeric() || b"-.".contains(b)).count();
    host[..end].ends_with(b".sentry.io") || host[..end].starts_with(b"sentry.")
}

/// Whether a path speaks of tests, fixtures or examples.
pub(crate) fn is_example_path(path: &BStr) -> bool {
    const WORDS: [&[u8]; 18] = [
        b"test",
        b"tests",
        b"testing",
        b"testdata",
        b"fixture",
        b"fixtures",
        b"example",
        b"examples",
        b"sample",
        b"samples",
        b"mock",
        b"mocks",
        b"spec",
        b"__snapshots__",
        b"testcase",
        b"testcases",
        b"testutil",
        b"e2e",
    ];
    let lower = path.to_ascii_lowercase();
    let mut words = lower.split(|b| matches!(b, b'/' | b'.' | b'-')).flat_map(|part| {
        // `foo_test.go` counts, `__snapshots__` is one word.
        std::iter::once(part)
            .chain(part.rsplit(|b| *b == b'_').take(1))
            .chain(part.split(|b| *b == b'_').take(1))
    });
    words.any(|w| WORDS.contains(&w))
}

/// Whether a path is one of documentation.
pub(super) fn is_prose(path: &BStr) -> bool {
    let lower = path.to_ascii_lowercase();
    let is_manual =
        lower.split(|b| *b == b'/').any(|part| matches!(part, b"docs" | b"doc" | b"documentation"));
    is_manual || [&b".md"[..], b".mdx", b".rst", b".adoc", b".txt"].iter().any(|end| lower.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_code_of_a_rust_file_is_tests() {
        let text = b"fn a() {}\n#[cfg(test)]\nmod tests {}\n";
        let is_test = |path: &str, at| Site::new(text, path.into(), 0).is_unit_test(at);
        assert!(is_test("src/a.rs", 30) && !is_test("src/a.rs", 3) && !is_test("src/a.py", 30));
        assert!(!Site::new(b"fn a() {}", "a.rs".into(), 0).is_unit_test(5));
    }
}
