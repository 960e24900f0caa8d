//! A blob: bytes to scan, and where they come from.

use bstr::BStr;

use crate::finding::Surface;

/// Where bytes come from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Path as the user would type it, or below the root of the repository; empty where there is none.
    pub path: &'a BStr,
    /// Path below the scanned root, with `/`: what the rules go by. What lies above the root says nothing.
    pub judged: &'a BStr,
    /// What kind of text it is.
    pub surface: Surface,
    /// Full id of the commit, in a history scan.
    pub commit: Option<&'a str>,
    /// Position of that commit in history, oldest first.
    pub age: u64,
}

impl<'a> Origin<'a> {
    /// A text of a working tree.
    pub fn tree(path: &'a BStr, judged: &'a BStr, surface: Surface) -> Self {
        Self { path, judged, surface, commit: None, age: 0 }
    }
}
