//! The gate: which of the rules that look at certain files only look at a file of a given path.
//!
//! The globs of all rules are one set, so that a path is matched once, however many rules there are.

use std::sync::OnceLock;

use bstr::{BStr, BString, ByteSlice};
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::rule::Rule;

/// The globs of all rules.
#[derive(Debug)]
pub(super) struct Gate {
    /// Rule and glob.
    globs: Vec<(u16, &'static str)>,
    set: OnceLock<GlobSet>,
}

/// The path that a gate was last opened for, with the rules that look at it: the texts of one file come one
/// after the other.
#[derive(Debug, Default)]
pub(super) struct Opened {
    path: BString,
    globs: Vec<usize>,
    rules: Vec<u16>,
}

impl Opened {
    /// The rules, in ascending order.
    pub(super) fn rules(&self) -> &[u16] {
        &self.rules
    }
}

/// A glob without `/` is for the file's name, else for the end of its path; letter case does not count. Paths
/// are lowered for it: a set of globs looks whole names and extensions up only where they have a letter case.
pub(super) fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    let pattern = format!("**/{}", pattern.to_ascii_lowercase());
    GlobBuilder::new(&pattern).literal_separator(true).build()
}

impl Gate {
    pub(super) fn new(rules: &[&'static Rule]) -> Self {
        let globs = (0u16..).zip(rules).flat_map(|(i, r)| r.files.iter().map(move |glob| (i, *glob)));
        Self { globs: globs.collect(), set: OnceLock::new() }
    }

    /// Looks up the rules that look at this file, besides those that look at every file.
    pub(super) fn open(&self, path: &BStr, opened: &mut Opened) {
        if self.globs.is_empty() || opened.path == path {
            return;
        }
        opened.path.clear();
        opened.path.extend_from_slice(path);
        opened.rules.clear();
        if path.is_empty() {
            return;
        }
        let set = self.set.get_or_init(|| self.build().unwrap_or_else(|_| GlobSet::empty()));
        set.matches_into(path.to_ascii_lowercase().to_path_lossy(), &mut opened.globs);
        opened.rules.extend(opened.globs.iter().map(|i| self.globs[*i].0));
        opened.rules.sort_unstable();
        opened.rules.dedup();
    }

    /// A glob that is wrong matches nothing; the check of rules refuses it.
    fn build(&self) -> Result<GlobSet, globset::Error> {
        let mut set = GlobSetBuilder::new();
        for (_, pattern) in &self.globs {
            set.add(glob(pattern).or_else(|_| Glob::new("/"))?);
        }
        set.build()
    }
}
