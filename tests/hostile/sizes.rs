//! Enormous input: what it costs is bounded by what it is.
//!
//! Memory is held to one and a half times the largest single input and 64 MiB, as the process itself had
//! it at its peak. The largest are ignored, for a second stage with
//! an optimised build.

use std::fs;

use super::forge;
use super::guard::{Told, run, scan};
use super::util::{Scratch, token};

const MB: usize = 1 << 20;

/// The peak of a run over inputs of at most this size.
fn ceiling(largest: usize) -> u64 {
    (largest + largest / 2 + 64 * MB) as u64
}

/// Token characters without an end.
fn characters(len: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[(state >> 58) as usize]
    };
    (0..len).map(|_| next()).collect()
}

/// A file of so many different tokens, one on a line. They are made faster than samples are.
fn tokens(count: usize) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let bodies = characters(30 * count).into_iter().map(|b| if b.is_ascii_alphanumeric() { b } else { b'x' });
    let bodies: Vec<u8> = bodies.collect();
    let prefix = token(1)[..4].to_owned();
    let mut text = String::with_capacity(41 * count);
    for body in bodies.chunks(30) {
        let mut sum = crc32fast::hash(body) as usize;
        let mut digits = [b'0'; 6];
        for digit in digits.iter_mut().rev() {
            (*digit, sum) = (DIGITS[sum % 62], sum / 62);
        }
        text.push_str(&prefix);
        text.extend(body.iter().chain(&digits).map(|b| char::from(*b)));
        text.push('\n');
    }
    text
}

#[test]
fn a_file_of_64_mb_of_token_characters() {
    let scratch = Scratch::repository();
    let mut bytes = characters(64 * MB);
    bytes.extend_from_slice(format!(" {}", token(1)).as_bytes());
    scratch.write("large", &bytes);
    let told = scan(&scratch, &["dir"]);
    told.is_all_of(1);
    assert!(told.peak < ceiling(bytes.len()), "{} MB", told.peak as usize / MB);
    let ended = run(&scratch, &["stdin"], Some(&scratch.path("large")));
    assert_eq!(ended.code, 1);
    assert!(ended.peak < ceiling(bytes.len()), "{} MB", ended.peak as usize / MB);
}

#[test]
fn a_blob_of_64_mb_of_token_characters() {
    let scratch = Scratch::repository();
    let mut bytes = characters(64 * MB);
    bytes.extend_from_slice(format!(" {}", token(1)).as_bytes());
    scratch.write("large", &bytes);
    scratch.git(&["-c", "core.compression=0", "add", "large"]);
    fs::remove_file(scratch.path("large")).unwrap();
    scratch.git(&["commit", "-q", "-m", "large"]);
    let told = scan(&scratch, &["git"]);
    told.is_all_of(1);
    assert!(told.peak < ceiling(bytes.len()), "loose: {} MB", told.peak as usize / MB);
    scratch.git(&["-c", "core.compression=0", "repack", "-qad"]);
    let told = scan(&scratch, &["git"]);
    told.is_all_of(1);
    assert!(told.peak < ceiling(bytes.len()), "packed: {} MB", told.peak as usize / MB);
}

/// All was read, and the token at the end is among what was found: a billion characters drawn by lot hold a
/// short shape or two of others by chance.
#[track_caller]
fn holds_the_token(told: &Told) {
    assert_eq!((told.failures(), told.is_complete()), (Vec::new(), true));
    assert!(told.findings.iter().any(|f| f["rule"] == "github-pat-classic"), "{}", told.summary);
    assert!(told.findings.len() < 20, "{}", told.summary);
}

#[test]
#[ignore = "slow: needs an optimised build"]
fn a_blob_of_1_gb_of_token_characters() {
    let scratch = Scratch::repository();
    let mut bytes = characters(1024 * MB);
    bytes.extend_from_slice(format!(" {}", token(1)).as_bytes());
    scratch.write("large", &bytes);
    let args = ["--max-file-size", "2G"];
    let told = scan(&scratch, &[&["dir"][..], &args].concat());
    holds_the_token(&told);
    assert!(told.peak < ceiling(bytes.len()), "file: {} MB", told.peak as usize / MB);
    scratch.git(&["-c", "core.compression=0", "-c", "core.bigFileThreshold=4g", "add", "large"]);
    fs::remove_file(scratch.path("large")).unwrap();
    scratch.git(&["commit", "-q", "-m", "large"]);
    let told = scan(&scratch, &[&["git"][..], &args].concat());
    holds_the_token(&told);
    assert!(told.peak < ceiling(bytes.len()), "blob: {} MB", told.peak as usize / MB);
}

#[test]
#[ignore = "slow: needs an optimised build"]
fn a_million_tokens() {
    let scratch = Scratch::repository();
    let text = tokens(1_000_000);
    scratch.write("tokens", &text).commit("tokens");
    for args in [&["dir"][..], &["git"]] {
        let told = scan(&scratch, args);
        assert_eq!(told.summary["findings"]["total"], 1_000_000, "{args:?}");
        assert!(told.is_complete(), "{args:?}");
        assert!(told.peak < ceiling(text.len()), "{args:?}: {} MB", told.peak as usize / MB);
    }
}

#[test]
fn several_large_files_with_many_threads_are_not_held_at_once() {
    let scratch = Scratch::repository();
    let large = "some words, ".repeat(24 * MB / 12);
    for number in 0..6 {
        scratch.write(&format!("{number}"), format!("{number} {large}"));
    }
    let told = scan(&scratch, &["dir", "--threads", "6"]);
    told.is_all_of(0);
    assert!(told.peak < ceiling(large.len()), "{} MB", told.peak as usize / MB);
}

#[test]
fn a_line_of_100_mb() {
    let scratch = Scratch::new();
    let mut line = "some words, ".repeat(100 * MB / 12);
    line.push_str(&token(1));
    scratch.write("line", &line);
    let told = scan(&scratch, &[]);
    told.is_all_of(1);
    assert_eq!(
        (&told.findings[0]["line"], &told.findings[0]["column"]),
        (&1.into(), &(line.len() - 39).into())
    );
    assert!(told.peak < ceiling(line.len()), "{} MB", told.peak as usize / MB);
}

#[test]
fn a_file_over_the_limit_is_not_read_and_not_forgotten() {
    let scratch = Scratch::repository();
    scratch.write("large", token(1).repeat(1000)).write("small", token(2)).commit("both");
    for args in [&["dir"][..], &["git"], &["git", "--unreachable"]] {
        let args = [args, &["--max-file-size", "1K"]].concat();
        let told = scan(&scratch, &args);
        assert_eq!((told.findings.len(), told.code), (1, 2));
        assert_eq!(told.summary["skipped"][0]["names"][0], "large");
    }
}

#[test]
fn two_hundred_thousand_tokens() {
    let scratch = Scratch::new();
    let text = tokens(200_000);
    scratch.write("tokens", &text);
    let told = scan(&scratch, &[]);
    assert_eq!(told.summary["findings"]["total"], 200_000);
    assert_eq!(told.summary["not_listed"].as_u64().unwrap() + told.findings.len() as u64, 200_000);
    assert_eq!(told.code, 1);
    assert!(told.is_complete());
    assert!(told.peak < ceiling(text.len()), "{} MB", told.peak as usize / MB);
}

#[test]
fn very_many_tokens_in_two_versions_of_a_file() {
    let scratch = Scratch::repository();
    let text = tokens(20_000);
    scratch.write("tokens", &text).commit("one");
    scratch.write("tokens", format!("one more line\n{text}")).commit("two");
    let told = scan(&scratch, &["git"]);
    assert_eq!(told.summary["findings"]["total"], 20_000);
}

#[test]
fn very_many_tokens_in_a_submodule_stand_below_it() {
    let inner = Scratch::repository();
    inner.write("tokens", tokens(40_000)).commit("inner");
    let (scratch, url) = (Scratch::repository(), inner.root());
    let add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q", url.to_str().unwrap(), "sub"];
    scratch.git(&add);
    scratch.commit("outer");
    let told = scan(&scratch, &["git", "--recurse-submodules"]);
    assert_eq!(told.summary["findings"]["total"], 40_000);
    let is_below = |finding: &serde_json::Value| finding["path"].as_str().unwrap().ends_with("/sub/tokens");
    assert!(told.findings.len() > 1000 && told.findings.iter().all(is_below), "{}", told.findings[0]);
}

#[test]
fn one_token_very_many_times() {
    let scratch = Scratch::repository();
    scratch.write("tokens", (token(1) + "\n").repeat(50_000)).commit("one");
    let told = scan(&scratch, &[]);
    told.is_all_of(1);
    assert_eq!(told.findings[0]["occurrence_count"], 50_000);
    scan(&scratch, &["git"]).is_all_of(1);
}

#[test]
fn an_object_that_inflates_without_end() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    let zeros = vec![0; 300 * MB];
    for (number, kind) in [(1, "blob"), (2, "tree"), (3, "commit"), (4, "tag")] {
        forge::loose(&scratch, &forge::id(number), kind, &zeros);
    }
    let entries = [("100644", "blob", forge::id(1)), ("40000", "tree", forge::id(2))];
    let entries: Vec<_> = entries.iter().map(|(mode, name, id)| (*mode, *name, id.as_str())).collect();
    let tree = forge::literal(&scratch, "tree", &forge::tree(&entries));
    let commit = forge::commit(&tree, &[&forge::id(3)]);
    let commit = forge::literal(&scratch, "commit", commit.as_bytes());
    forge::branch(&scratch, "bomb", &commit);
    forge::branch(&scratch, "tag", &forge::id(4));
    let told = scan(&scratch, &["git"]);
    told.lacks(1, "larger than");
    assert!(told.peak < 200 * MB as u64, "{} MB", told.peak as usize / MB);
}

/// A delta that makes of a base of `len` bytes one of twice the length.
fn doubling(len: u64) -> Vec<u8> {
    let mut delta = Vec::new();
    for mut size in [len, 2 * len] {
        while size > 127 {
            delta.push((size & 127) as u8 | 128);
            size >>= 7;
        }
        delta.push(size as u8);
    }
    let piece = len.min(0xff_ffff);
    for _ in 0..2 {
        let mut at = 0;
        while at < len {
            let size = piece.min(len - at);
            delta.push(0xff);
            delta.extend_from_slice(&(at as u32).to_le_bytes());
            delta.extend_from_slice(&(size as u32).to_le_bytes()[..3]);
            at += size;
        }
    }
    delta
}

/// The head of an entry of a pack.
fn entry_head(kind: u8, mut size: usize) -> Vec<u8> {
    let mut bytes = vec![kind << 4 | (size & 15) as u8];
    size >>= 4;
    while size > 0 {
        *bytes.last_mut().unwrap() |= 128;
        bytes.push((size & 127) as u8);
        size >>= 7;
    }
    bytes
}

#[test]
fn a_delta_bomb() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    // A blob of 1 KB and thirty deltas, each of which doubles it: a terabyte in the end.
    let base = forge::zlib(&[b'x'; 1024]);
    let mut pack = [&entry_head(3, 1024)[..], &base].concat();
    let mut last = pack.len();
    for step in 0..30_u32 {
        let delta = doubling(1024 << step.min(21));
        let mut entry = entry_head(6, delta.len());
        let (mut distance, mut bytes) = (last, vec![(last & 127) as u8]);
        while distance > 127 {
            distance = (distance >> 7) - 1;
            bytes.insert(0, (distance & 127) as u8 | 128);
        }
        entry.extend_from_slice(&bytes);
        entry.extend(forge::zlib(&delta));
        last = entry.len();
        pack.extend(entry);
    }
    super::damage::write_pack(&scratch, 31, &pack);
    let told = scan(&scratch, &["git", "--unreachable", "--max-file-size", "16M"]);
    assert_eq!((told.findings.len(), told.code), (1, 2));
    assert!(told.peak < 128 * MB as u64, "{} MB", told.peak as usize / MB);
}
