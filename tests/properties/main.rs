//! Properties of the library, and of the binary where its sources and reports meet.
//!
//! `PROPTEST_CASES` says how many cases are tried; those that start processes try fewer in proportion.
//!
//! | module | what holds |
//! | --- | --- |
//! | `text` | spans hold their secret; a token is found wherever it stands; parts give what the whole gives |
//! | `decoding` | what is found in encoded text maps back to the bytes it was made from |
//! | `sources` | a text is the same from everywhere, with one thread and with many |
//! | `output` | no piece of a secret anywhere; every format can be read by its own parser |

#![allow(missing_docs, clippy::unwrap_used, reason = "a failing test may panic")]
#![allow(clippy::disallowed_methods, reason = "tests start git and the tool itself")]
#![cfg(unix)]

mod decoding;
mod made;
mod output;
mod sources;
mod text;
#[path = "../integration/util.rs"]
#[allow(dead_code, reason = "the harness of another binary, of which this one needs a part")]
mod util;
