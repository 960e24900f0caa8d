//! The real binary on real folders and repositories.
//!
//! | module | what it holds to account |
//! | --- | --- |
//! | `confidence` | what is shown by default, and how bad it is, of values that no issuer's form tells of |
//! | `decode` | tokens in encoded form |
//! | `dir` | which files of a working tree are read, and how bad input ends |
//! | `engine` | where in a file a token may stand |
//! | `dotenv` | the states of dotenv files |
//! | `history` | `git`: what is read of a history, and the life of a secret |
//! | `repositories` | `git`: repositories of every kind, and how a scan of one may end |
//! | `staged` | `git --staged` |
//! | `range` | `git --range`, `--since`, `--commits`, `--pre-push`, `--pre-receive` |
//! | `policy` | comments and configs |
//! | `baselines` | baselines, files of other scanners |
//! | `fix` | what to do about a finding |
//! | `hooks` | `hook`, and installed hooks under a real git |
//! | `reports` | formats, schema, masking, exit codes, streams |
//! | `ordinary` | what ordinary code says under the name of a secret that is none |
//! | `rules` | the `rules` command |
//! | `own` | the tool on its own repository |

#![allow(missing_docs, clippy::unwrap_used, reason = "a failing test may panic")]
#![allow(clippy::disallowed_methods, reason = "tests start git and the tool itself")]

mod baselines;
mod confidence;
mod decode;
mod dir;
mod dotenv;
mod engine;
mod fix;
mod history;
mod hooks;
mod ordinary;
mod own;
mod policy;
mod range;
mod reports;
mod repositories;
mod rules;
mod staged;
mod util;
