//! The gate: which of the rules that look at certain files only look at a file of a given path.
//!
//! The globs of all rules are one set, so that a path is matched once, however many rules there are.

use std::sync::OnceLock;

use bstr::{BStr, ByteSlice};
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::rule::Rule;

/// The globs of all rules.
#[derive(Debug)]
pub(super) struct Gate {
    /// Rule and glob.
    globs: Vec<(u16, &'static str)>,
    set: OnceLock<GlobSet>,
}

/// A glob without `/` is for the file's name, else for the end of its path; letter case does not count.
pub(super) fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(&format!("**/{pattern}")).case_insensitive(true).literal_separator(true).build()
}

impl Gate {
    pub(super) fn new(rules: &[&'static Rule]) -> Self {
        let globs = (0u16..).zip(rules).flat_map(|(i, r)| r.files.iter().map(move |glob| (i, *glob)));
        Self { globs: globs.collect(), set: OnceLock::new() }
    }

    /// The rules that look at this file, in ascending order, besides those that look at every file.
    pub(super) fn open(&self, path: &BStr, rules: &mut Vec<u16>) {
        rules.clear();
        if self.globs.is_empty() || path.is_empty() {
            return;
        }
        let set = self.set.get_or_init(|| self.build().unwrap_or_else(|_| GlobSet::empty()));
        let hits = set.matches(path.to_ascii_lowercase().to_path_lossy());
        rules.extend(hits.into_iter().map(|i| self.globs[i].0));
        rules.sort_unstable();
        rules.dedup();
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
