//! The bodies of the fuzz targets: what must hold of the library on any bytes.
//!
//! `fuzz/` drives each [`Target`] with libFuzzer; the tests of this room drive the same bodies with their
//! seeds and random changes of them, so that every build of the tests builds and runs them on stable Rust.
//! A body panics where something does not hold. Bodies that look inside a room stand in that room
//! (`matcher`, `decode`, `source::history`), all others here.

mod policy;
mod report;
mod seeds;
mod text;

#[cfg(test)]
mod tests;

use crate::source::history::fuzz as history;
use crate::{decode, matcher};

/// One fuzz target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, that of the binary in `fuzz/`.
    pub name: &'static str,
    /// Runs it on one input.
    pub run: fn(&[u8]),
    /// Inputs to begin with. They hold filled samples, so they are made at run time and never stored.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: [Target; 16] = [
    Target { name: "sieve", run: matcher::fuzz::sieve, seeds: seeds::texts },
    Target { name: "engine", run: text::engine, seeds: seeds::texts },
    Target { name: "decoders", run: decode::fuzz::decoders, seeds: seeds::encoded },
    Target { name: "archives", run: decode::fuzz::archives, seeds: seeds::archives },
    Target { name: "dotenv", run: text::dotenv, seeds: seeds::dotenv },
    Target { name: "trees", run: history::trees, seeds: seeds::trees },
    Target { name: "commits", run: history::commits, seeds: seeds::commits },
    Target { name: "deltas", run: history::deltas, seeds: seeds::deltas },
    Target { name: "packs", run: history::packs, seeds: seeds::packs },
    Target { name: "loose", run: history::loose, seeds: seeds::loose },
    Target { name: "repository", run: history::repository, seeds: seeds::repository },
    Target { name: "rule_files", run: policy::rule_files, seeds: seeds::rule_files },
    Target { name: "configs", run: policy::configs, seeds: seeds::configs },
    Target { name: "foreign", run: policy::foreign, seeds: seeds::foreign },
    Target { name: "pushes", run: policy::pushes, seeds: seeds::pushes },
    Target { name: "reports", run: report::reports, seeds: seeds::reports },
];

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
