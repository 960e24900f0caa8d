//! Finds leaked credentials in working trees, standard input and git repositories.
//!
//! # The map
//!
//! ```text
//! source -> blob -> matcher -> finding -> suppress -> report -> outcome
//! ```
//!
//! A room knows only what stands to its left:
//!
//! | room | what it does |
//! | --- | --- |
//! | [`rule`] | what a kind of secret looks like; data from `rules/*.toml` and a user's files |
//! | [`source`] | reads: working trees, histories, what is staged, standard input |
//! | [`blob`] | bytes and where they come from |
//! | [`decode`] | other forms of text: UTF-16, encodings, archives |
//! | [`matcher`] | sieve, anchors, patterns, boundaries, and the judge that decides on confidence |
//! | [`scanner`] | a blob's secrets with their places |
//! | [`dotenv`] | which files are dotenv files, what is in them, and what git makes of them |
//! | [`finding`] | one secret under one rule, with all its places |
//! | [`config`] | the policy of a user: `tokensieve.toml`, in layers |
//! | [`suppress`] | comments, allowances, baselines: what need not be reported, and why |
//! | [`migrate`] | makes a config of the files of other scanners |
//! | [`collect`] | brings the places of a secret together, in an order that no thread count changes |
//! | [`coverage`] | the ledger: what was read, skipped, and could not be read |
//! | [`mask`], [`report`] | masks known secrets everywhere, and writes reports |
//! | [`outcome`] | the exit code |
//!
//! # Example
//!
//! ```
//! use bstr::BStr;
//! use tokensieve::{blob::Origin, finding::Surface, rule, scanner::Scanner};
//!
//! let scanner = Scanner::new(rule::embedded().iter().collect());
//! let text = rule::sample::fill("GITHUB_TOKEN=ghp_${alnum:30}${crc32:6}", 1)?;
//! let path = BStr::new("deploy.sh");
//! let found = scanner.scan(&mut scanner.worker(), text.as_bytes(), &Origin::tree(path, path, Surface::File));
//! assert_eq!(found[0].rule.id, "github-pat-classic");
//! assert_eq!(found[0].occurrence.column, 14);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod blob;
pub mod collect;
pub mod config;
pub mod coverage;
pub mod decode;
pub mod dotenv;
pub mod finding;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod git;
pub mod mask;
pub mod matcher;
pub mod migrate;
pub mod outcome;
pub mod place;
pub mod report;
pub mod rule;
pub mod scanner;
mod shell;
pub mod source;
pub mod suppress;
