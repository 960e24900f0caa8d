//! Hostile, broken and enormous input, with the real binary.
//!
//! Every run goes through [`guard`]: it ends within its time, does not panic, writes nothing, prints no
//! control character, and its exit code says what its ledger says. The modules add what each input should
//! give: everything that can be found in it, and `complete` only where all of it was read.
//!
//! | module | what is hostile |
//! | --- | --- |
//! | `paths` | names of files, in a folder and in forged trees |
//! | `links` | symbolic links, FIFOs and devices, also in place of git's own files |
//! | `trees` | wide, deep, circular, exploding and malformed trees |
//! | `sizes` | long lines, large files, very many secrets, objects that inflate without end |
//! | `commits` | broken headers, dates and encodings of commits and tags |
//! | `resources` | open files |
//! | `refs` | many refs, broken refs, refs that name each other |
//! | `damage` | packs, objects and indexes that were cut short or changed |
//! | `ends` | signals, full disks, readers that go away |
//! | `archives` | bombs, names of members, what nests too deep |
//! | `commands` | settings, attributes and hooks that would run commands; policy files that are links |
//! | `changing` | a repository that others change meanwhile |

#![allow(missing_docs, clippy::unwrap_used, reason = "a failing test may panic")]
#![allow(clippy::disallowed_methods, reason = "tests start git and the tool itself")]
#![cfg(unix)]

mod archives;
mod changing;
mod commands;
mod commits;
mod damage;
mod ends;
mod forge;
mod guard;
mod links;
mod paths;
mod refs;
mod resources;
mod sizes;
mod trees;
#[path = "../integration/util.rs"]
#[allow(dead_code, reason = "the harness of the other binary, of which this one needs a part")]
mod util;
