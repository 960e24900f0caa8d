//! Patterns of paths, written as in `.gitignore`.
//!
//! `name` is a file or folder of that name anywhere, `a/b` one that lies there below the root; a folder
//! stands for all in it. `regex:...` is a regular expression that is looked for in the path.

use bstr::{BStr, ByteSlice as _};
use globset::{GlobBuilder, GlobMatcher};
use regex::bytes::Regex;

use super::value;

/// A pattern of paths.
#[derive(Debug, Clone)]
pub(crate) enum PathPattern {
    /// The path itself, and all below it.
    Glob(GlobMatcher, GlobMatcher),
    /// Somewhere in the path.
    Regex(Regex),
}

impl PathPattern {
    /// Reads a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text.strip_prefix("regex:") {
            Some(pattern) => value::compile(pattern).map(Self::Regex),
            None => Self::glob(text),
        }
    }

    fn glob(text: &str) -> Result<Self, String> {
        if text.starts_with('!') {
            return Err("a path cannot be excepted with `!`".to_owned());
        }
        let body = text.trim_end_matches('/');
        let rooted = body.trim_start_matches("./");
        let body = match rooted.strip_prefix('/') {
            Some(below) => below.to_owned(),
            None if rooted.contains('/') => rooted.to_owned(),
            None => format!("**/{rooted}"),
        };
        if body.trim_matches(['*', '/', '.']).is_empty() {
            return Err("matches every path: leave it out, or name the paths".to_owned());
        }
        Ok(Self::Glob(matcher(&body)?, matcher(&format!("{body}/**"))?))
    }

    /// Whether it matches a path below the root, with `/`.
    pub(crate) fn matches(&self, path: &BStr) -> bool {
        match self {
            Self::Glob(own, below) => {
                let path = path.to_path_lossy();
                own.is_match(&path) || below.is_match(&path)
            }
            Self::Regex(regex) => regex.is_match(path),
        }
    }
}

fn matcher(glob: &str) -> Result<GlobMatcher, String> {
    let built = GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build();
    built.map(|g| g.compile_matcher()).map_err(|e| format!("no path pattern: {}", e.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        PathPattern::parse(pattern).unwrap().matches(BStr::new(path))
    }

    #[test]
    fn patterns_read_as_in_gitignore() {
        for (pattern, path) in [
            ("*.lock", "Cargo.lock"),
            ("*.lock", "a/b/x.lock"),
            ("tests", "a/tests/x/y.rs"),
            ("tests/", "tests/x"),
            ("/tests", "tests/x"),
            ("./a/b", "a/b"),
            ("a/*/c", "a/b/c/d"),
            ("a/**/z", "a/b/c/z"),
            ("**/gen/*.py", "x/gen/a.py"),
            ("{a,b}/x", "b/x"),
            ("regex:(?i)readme\\.(md|txt)$", "docs/README.md"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("/tests", "a/tests/x"),
            ("a/b", "x/a/b"),
            ("a/*", "b/a"),
            ("*.lock", "x.lock.txt"),
            ("tests", "mytests/x"),
            ("a/*.py", "a/b/c.py"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn what_would_match_everything_is_refused() {
        for pattern in ["*", "**", "/", "", ".", "**/*", "regex:.*", "regex:", "!a", "a{", "regex:("] {
            assert!(PathPattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
