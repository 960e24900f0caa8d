//! Every fuzz target: the name of the binary says which.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tokensieve::fuzzing::{Target, target};

static TARGET: LazyLock<&Target> =
    LazyLock::new(|| target(env!("CARGO_BIN_NAME")).expect("each binary has a target of its name"));

fuzz_target!(|data: &[u8]| (TARGET.run)(data));
