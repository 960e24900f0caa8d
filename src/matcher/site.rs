//! Where a match stands: what the host behind a password, the path of the file and the code around it say of
//! who could use it.
//!
//! Takes a text with its path, gives yes or no.

use std::cell::OnceCell;
use std::ops::Range;

use bstr::{BStr, ByteSlice};

use super::setting;

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

    /// Whether what is written without quotes behind this name is a literal: in settings, in prose, which shows
    /// commands and settings, and behind the name of a variable of the environment in a program that sets it.
    pub(super) fn takes_unquoted(&self, name: &Range<usize>) -> bool {
        let (before, written) = (self.text[..name.start].last(), &self.text[name.clone()]);
        let is_variable = written.contains(&b'_')
            && !written.iter().any(u8::is_ascii_lowercase)
            && self.text.get(name.end) == Some(&b'=')
            && before.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\''));
        is_prose(self.path)
            || setting::is_config(self.path)
            || is_variable && !is_example_path(self.path) && !self.is_unit_test(name.start)
    }

    fn find_unit_tests(&self) -> usize {
        super::steps::count(self.text.len());
        self.text.find(UNIT_TESTS).unwrap_or(self.text.len())
    }
}

/// The host behind an `@`, in lower case.
fn host(rest: &[u8]) -> Vec<u8> {
    let host = rest.strip_prefix(b"@").unwrap_or(rest);
    let is_host_byte = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    host.iter().take(256).take_while(is_host_byte).map(u8::to_ascii_lowercase).collect()
}

/// Whether the host behind an `@` is one that no stranger can reach.
pub(super) fn is_local_host(rest: &[u8]) -> bool {
    let host = host(rest);
    let last = host.rsplit(|b| *b == b'.').next().unwrap_or(b"");
    let names: [&[u8]; 3] = [b"localhost", b"local", b"internal"];
    let starts: [&[u8]; 5] = [b"127.", b"10.", b"192.168.", b"0.0.0.0", b"host."];
    !host.contains(&b'.') || names.contains(&last) || starts.iter().any(|s| host.starts_with(s))
}

/// Whether the host behind an `@` stands for any host (RFC 2606).
pub(super) fn is_example_host(rest: &[u8]) -> bool {
    let host = host(rest);
    let mut parts = host.split(|b| *b == b'.').rev();
    parts.next().is_some_and(|last| matches!(last, b"test" | b"invalid"))
        || host.split(|b| *b == b'.').any(|part| part == b"example")
}

/// Whether the host behind an `@` is one that takes error reports: what stands before it only lets one send
/// them (<https://docs.sentry.io/concepts/key-terms/dsn-explainer/>).
pub(super) fn is_sentry_host(rest: &[u8]) -> bool {
    let host = host(rest);
    host.ends_with(b".sentry.io") || host.starts_with(b"sentry.")
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
    // Where git and Perl keep their tests.
    words.any(|w| WORDS.contains(&w))
        || path.split(|b| matches!(b, b'/' | b'.')).any(is_named_test)
        || lower.split(|b| *b == b'/').any(|part| part == b"t" || part.ends_with(b".t"))
}

/// Whether a folder or file is one of tests by its name in humps: `dockerTest`, `UserTests.cs`.
fn is_named_test(part: &[u8]) -> bool {
    let before = part.strip_suffix(b"Test").or_else(|| part.strip_suffix(b"Tests"));
    before.and_then(|before| before.last()).is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
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
    fn tests_and_examples_are_known_by_their_folders_and_names() {
        for path in ["t/t0300-x.sh", "lib/a.t", "a/test/b.c", "a/b_test.go", "examples/x.py", "e2e/login.ts"]
        {
            assert!(is_example_path(path.into()), "{path}");
        }
        for path in ["src/t.rs", "lib/at/x.c", "contest/a.py"] {
            assert!(!is_example_path(path.into()), "{path}");
        }
    }

    #[test]
    fn hosts_are_local_examples_or_neither() {
        for host in ["@localhost:80", "@db/x", "@127.0.0.1", "@a.internal", "@10.1.2.3", "@host.docker"] {
            assert!(is_local_host(host.as_bytes()) && !is_example_host(host.as_bytes()), "{host}");
        }
        for host in ["@example.com", "@db.example.org/x", "@a.test", "@x.invalid:80"] {
            assert!(is_example_host(host.as_bytes()), "{host}");
        }
        for host in ["@db.corp-net.io", "@test.corp-net.io", "@examples.io"] {
            assert!(!is_local_host(host.as_bytes()) && !is_example_host(host.as_bytes()), "{host}");
        }
        assert!(is_sentry_host(b"@o1.ingest.sentry.io/2") && !is_sentry_host(b"@corp-net.io/sentry."));
    }

    #[test]
    fn values_without_quotes_are_literals_in_settings_prose_and_variables() {
        let is = |text: &str, path: &str| {
            let start = text.find("DB").unwrap();
            Site::new(text.as_bytes(), path.into(), 0).takes_unquoted(&(start..start + 5))
        };
        assert!(is("DB_PW=x", "a.py") && is("x \"DB_PW=x\"", "a.c") && is("DB_PW: x", "a.yml"));
        assert!(is("DB_PW: x", "a.md") && !is("DB_PW = x", "a.py") && !is("self.DB_PW=x", "a.py"));
        assert!(!is("x \"DB_PW=x\"", "test/a.c") && !is("#[cfg(test)]\nx \"DB_PW=x\"", "a.rs"));
    }

    #[test]
    fn what_follows_the_code_of_a_rust_file_is_tests() {
        let text = b"fn a() {}\n#[cfg(test)]\nmod tests {}\n";
        let is_test = |path: &str, at| Site::new(text, path.into(), 0).is_unit_test(at);
        assert!(is_test("src/a.rs", 30) && !is_test("src/a.rs", 3) && !is_test("src/a.py", 30));
        assert!(!Site::new(b"fn a() {}", "a.rs".into(), 0).is_unit_test(5));
    }
}
