//! Properties of the verifiers: what was completed is valid, what was edited is not, nothing panics.

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_assert_ne, proptest};
use proptest::{collection, sample};

use super::tests::{b64url, judge, known};
use super::{all, aws_account};
use crate::finding::Checksum::{Invalid, Valid};

/// A format for the property tests: verifier, fixed beginning, alphabet and length of the body, and what
/// stands between body and checksum.
type Format = (&'static str, &'static str, &'static str, usize, &'static str);

const BECH32: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const FORMATS: [Format; 15] = [
    ("github-crc32", "ghp_", ALNUM, 30, ""),
    ("github-crc32", "ghr_", ALNUM, 70, ""),
    ("github-crc32", "vcp_", ALNUM, 50, ""),
    ("github-sha256", concat!("github_pat_11", "AAEOMPY0Zz9Yy8Xx7Ww6_"), ALNUM, 43, ""),
    ("grafana-crc32", "glsa_", ALNUM, 32, "_"),
    ("cloudflare-crc32", "cfat_", ALNUM, 40, ""),
    ("atlassian-crc32", "ATCTT3xFfGN0", ALNUM, 170, "="),
    ("canva-crc32", "cnvca", ALNUM, 43, ""),
    ("zuplo-crc32", "zpka_", ALNUM, 32, "_"),
    ("confluent-crc32", "cflt", BASE64, 54, ""),
    ("apify-crc32", "apify_api_", ALNUM, 30, ""),
    ("azure-marvin32", "", BASE64, 76, "+ASt"),
    ("azure-marvin32", "", BASE64, 33, "AzCa"),
    ("azure-marvin32", "", BASE64, 42, "AzSe"),
    ("bech32", "age-secret-key-1", BECH32, 52, ""),
];

/// What verifiers look for.
const PIECES: [&str; 12] =
    [".", "=", "_", "1", "AzCa", "eyJh", ".01.0w0000000", "\u{e9}", "%3D", ":", "a", "CJ"];

/// Bytes that get past the first look of some verifier more often than plain noise does.
fn near_tokens() -> impl Strategy<Value = Vec<u8>> {
    let heads: Vec<_> =
        FORMATS.iter().map(|format| format.1).chain(["ghs_1_eyJ", "pypi-AgE", "glpat-", "AKIA"]).collect();
    let rest = collection::vec(sample::select(&PIECES[..]), 0..12);
    (sample::select(heads), rest, collection::vec(any::<u8>(), 0..40))
        .prop_map(|(head, rest, noise)| [head.as_bytes(), rest.concat().as_bytes(), &noise].concat())
}

proptest! {
    #[test]
    fn completed_tokens_are_valid_and_edited_ones_are_not(
        picks in collection::vec(any::<sample::Index>(), 170), at in any::<sample::Index>(), new in any::<sample::Index>(),
    ) {
        for (name, head, alphabet, len, end) in FORMATS {
            let letters: Vec<char> = alphabet.chars().collect();
            let mut body: Vec<char> = picks.iter().take(len).map(|pick| *pick.get(&letters)).collect();
            let start = [head, &String::from_iter(&body), end].concat();
            let tail = known(name).complete.and_then(|complete| complete(&start)).expect(name);
            prop_assert_eq!(judge(name, &[&start, &tail]), Valid, "{} {} {}", name, start, tail);
            let others: Vec<char> = letters.into_iter().filter(|&c| c != body[at.index(len)]).collect();
            body[at.index(len)] = *new.get(&others);
            prop_assert_ne!(judge(name, &[head, &String::from_iter(&body), end, &tail]), Valid, "{}", name);
        }
    }

    #[test]
    fn gitlab_tokens_too(random in any::<[u8; 16]>(), at in 0..32_usize, runner in any::<bool>()) {
        let payload = b64url([&random[..], b"c:1\no:zz", &[16]].concat());
        let start = [if runner { "glrt-t1_" } else { "glpat-" }, &payload, ".01."].concat();
        let tail = known("gitlab-crc32").complete.and_then(|complete| complete(&start)).expect("tail");
        prop_assert_eq!(judge("gitlab-crc32", &[&start, &tail]), Valid);
        let mut edited = [start, tail].concat();
        let at = 8 + at.min(payload.len() - 3);
        edited.replace_range(at..=at, if &edited[at..=at] == "x" { "y" } else { "x" });
        prop_assert_eq!(judge("gitlab-crc32", &[&edited]), Invalid);
    }

    #[test]
    fn no_bytes_make_a_verifier_panic(noise in collection::vec(any::<u8>(), 0..200), near in near_tokens(), text in ".{0,60}") {
        for one in all() {
            for bytes in [&noise, &near, text.as_bytes()] {
                (one.verify)(bytes);
                if let (Some(complete), Ok(text)) = (one.complete, std::str::from_utf8(bytes)) {
                    let tail = complete(text);
                    prop_assert!(tail.is_none_or(|tail| tail.is_ascii()));
                }
            }
            aws_account(&near);
        }
    }
}
