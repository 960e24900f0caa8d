//! Tests of the verifiers. No whole token stands here: every one is put together from pieces.

use super::{Verifier, all, aws_account, verifier};
use crate::finding::Checksum::{self, Invalid, None as Silent, Valid};

const BODY: &str = concat!("aB7cD8eF9gH0jK1", "mN2pQ3rS4tU5vW6");

pub(super) fn known(name: &str) -> &'static Verifier {
    verifier(name).expect(name)
}

pub(super) fn judge(name: &str, parts: &[&str]) -> Checksum {
    (known(name).verify)(parts.concat().as_bytes())
}

/// The first `len` characters of the body, repeated.
fn body(len: usize) -> String {
    BODY.chars().cycle().take(len).collect()
}

pub(super) fn b64url(text: impl AsRef<[u8]>) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

#[test]
fn names_are_unique_and_found() {
    for one in all() {
        assert_eq!(all().iter().filter(|other| other.name == one.name).count(), 1, "{}", one.name);
        assert!(std::ptr::eq(known(one.name), one));
    }
    assert!(verifier("pem").is_none());
}

#[test]
fn published_vectors() {
    let (b32, b40, b43, b54) = (&*body(32), &*body(40), &*body(43), &*body(54));
    let fine = ["github_pat_11", "AAEOMPY", "0Zz9Yy8Xx7Ww6_", b43];
    let vectors: &[(&str, &[&str], &str)] = &[
        ("github-crc32", &["ghp", "_", BODY], "2M5jQM"),
        ("github-crc32", &["npm", "_", BODY], "2M5jQM"),
        ("github-crc32", &["ghu", "_", "abcdefgh12345678903", "ZZZZZZZZZZZ"], "0p5S0Y"),
        ("github-crc32", &["ghr", "_", &body(70)], "2Xb9rB"),
        ("github-sha256", &fine, "3FIUM6ID"),
        ("gitlab-crc32", &["glpat-", &"q6urq6ur".repeat(3)[..20], "q286MQp1OnoH", ".01.0w"], "0g5076w"),
        ("gitlab-crc32", &["glpat-", "YzoxCm86ejAxMjM0", "NTY3ODlBQkNERUYQ", ".0w"], "0d5ntpv"),
        (
            "gitlab-crc32",
            &["glrtr-", "W5m1cHR6skC98Bx7XkuYjmM6", "MQpnOjgKbzpyegp0OjIQ", ".01.18"],
            "1uebm4k",
        ),
        ("grafana-crc32", &["glsa", "_", b32, "_"], "9e46b0e0"),
        ("cloudflare-crc32", &["cfut", "_", b40], "85e45cf1"),
        ("atlassian-crc32", &["ATATT", "3xFfGF0", BODY, "="], "C8C3573B"),
        ("atlassian-crc32", &["AT", "BB", &body(24)], "4D94FEA9"),
        ("canva-crc32", &["cn", "vca", b43], "4fb038bd"),
        ("zuplo-crc32", &["zpka", "_", b32, "_"], "be0bf558"),
        ("confluent-crc32", &["cf", "lt", b54], "RORGmw"),
        ("apify-crc32", &["apify", "_api_", BODY], "0S0scn"),
        ("bech32", &["abcdef1", "qpzry9x8gf2tvdw0s3jn54khce6mua7l"], "mqqqxw"),
        ("bech32", &["A1"], "2UEL5L"),
    ];
    for (name, head, sum) in vectors {
        let head = head.concat();
        let tail = known(name).complete.and_then(|complete| complete(&head));
        assert!(tail.as_ref().is_some_and(|tail| tail.starts_with(sum)), "{name} {head} {tail:?}");
        assert_eq!(judge(name, &[&head, &tail.unwrap_or_default()]), Valid, "{name} {head}");
    }
    assert_eq!(judge("github-sha256", &[&fine.concat(), "3FIUM6ID", "Tail1234"]), Valid);
    assert_eq!(judge("atlassian-crc32", &["ATATT", "3xFfGF0", BODY, "%3D", "C8C3573B"]), Valid);
}

#[test]
fn azure_vectors() {
    let storage =
        ["E6AiB5tvuW57FFrOlf0B3QS6qVDPa+Kr4Sm5Pv", "w+Bdj8e3/Bq47ymMZbyFdYu1i5/7KvCcIVKYNo", "+ASt"];
    let cosmos = ["D89KcKVtUvFNC4HqDoEM8MV2uTV34ptO17gx3o", "2PmBRUKA8yIoqt62CG9NVnWThdm/bn1TJnE80e", "ACDb"];
    let redis = ["ZOphs6G1iwS8Aj8kv+iH", "Jf4O1gBPmJ8eN", "AzCa"];
    let search = ["UYpseSAHYEy/UUOdtNHQgb", "tALBs+XZTu+zdsiMpur4", "AzSe"];
    for (head, tail) in [
        (storage, "r0cO9Q=="),
        (cosmos, "r2/f1A=="),
        (redis, "AN2Wl4="),
        (search, "BLbn+r"),
        (storage, "r0cO9Q"),
    ] {
        assert_eq!(judge("azure-marvin32", &[&head.concat(), tail]), Valid, "{head:?}");
        assert_eq!(judge("azure-marvin32", &["A", &head.concat()[1..], tail]), Invalid, "{head:?}");
    }
    assert_eq!(judge("azure-marvin32", &[&body(33), "AIoT", "AAAAAA", "="]), Silent, "no seed is known");
    assert_eq!(judge("azure-marvin32", &[&body(33), "Nope", "AAAAAA", "="]), Invalid);
    assert_eq!(judge("azure-cask", &[&body(52), "JQQJ9", "9BC", &body(16), "AZDO", "aB7c"]), Silent);
    assert_eq!(judge("azure-cask", &[&body(52), "JQQJ9", "9BM", &body(16), "AZDO", "aB7c"]), Invalid);
}

#[test]
fn gitlab_tells_odd_from_wrong() {
    assert_eq!(judge("gitlab-crc32", &["glpat", "-", &body(20)]), Silent, "classic");
    let payload = b64url([&[0xAB_u8; 16][..], b"o:1\nu:z", &[16]].concat());
    assert_eq!(judge("gitlab-crc32", &["glpat-", &payload, ".01.0w", "0000000"]), Invalid);
    let odd = ["glpat-", &body(32), ".01.0w"].concat();
    assert_eq!(known("gitlab-crc32").complete.and_then(|complete| complete(&odd)), None);
    assert_eq!(
        judge(
            "gitlab-crc32",
            &[&odd, &super::text::digits(super::text::crc32(&odd), super::text::BASE36, 7)]
        ),
        Silent
    );
}

#[test]
fn other_letter_order_is_invalid() {
    assert_eq!(judge("github-crc32", &["ghp", "_", BODY, "2m5JqM"]), Invalid);
    assert_eq!(judge("github-crc32", &["ghs", "_", BODY, "2m5JqM"]), Silent);
    assert_eq!(judge("bech32", &["A1", "2uel5l"]), Invalid);
}

#[test]
fn aws_ids() {
    let published = ["ASIA", "Y34FZKBOKMUTVV7A"].concat();
    assert_eq!(aws_account(published.as_bytes()), Some(609_629_065_308));
    assert_eq!(judge("aws-key-id", &[&published]), Silent);
    assert_eq!(judge("aws-key-id", &["AKIA", "I44QH8DHB", "EXAMPLE"]), Invalid, "8 is no base32");
    let old = ["AKIA", "IOSFODNN7", "EXAMPLE"];
    assert_eq!((judge("aws-key-id", &old), aws_account(old.concat().as_bytes())), (Silent, None));
    assert_eq!(judge("aws-key-id", &["AKIA", "7777777777777777"]), Invalid, "thirteen digits");
}

#[test]
fn json_in_tokens() {
    let (header, claims) = (b64url(r#"{"alg":"ES256","typ":"JWT"}"#), b64url(r#"{"iss":"x","exp":1}"#));
    let (bare, list) = (b64url(r#"{"typ":"JWT"}"#), b64url("[1]"));
    let jwe = b64url(r#"{"alg":"dir","enc":"A128GCM"}"#);
    assert_eq!(judge("jwt", &[&header, ".", &claims, ".", "c2ln"]), Silent);
    assert_eq!(judge("jwt", &[&jwe, ".", ".", "aXY", ".", "Y3Q", ".", "dGFn"]), Silent);
    assert_eq!(judge("jwt", &[&bare, ".", &claims, ".", "c2ln"]), Invalid);
    assert_eq!(judge("jwt", &[&header, ".", &list, ".", "c2ln"]), Invalid);
    assert_eq!(judge("jwt", &[&header]), Invalid);
    assert_eq!(judge("github-jwt", &["ghs", "_15368_", &header, ".", &claims, ".", "c2ln"]), Silent);
    assert_eq!(judge("github-jwt", &["ghs", "__", &header, ".", &claims, ".", "c2ln"]), Invalid);
    for tail in ["", "_c2lnbmF0dXJl", ".c2ln", "=_x"] {
        assert_eq!(judge("base64-json", &["sntrys_", &claims, tail]), Silent, "{tail}");
    }
    assert_eq!(judge("base64-json", &["glc_", &claims[..13]]), Silent, "cut");
    assert_eq!(judge("base64-json", &["glc_", "eyJ", &body(40)]), Invalid);
    assert_eq!(judge("base64-json", &["glc_", &body(40)]), Invalid);
}

#[test]
fn readable_parts() {
    for (text, verdict) in
        [("user:pass word", Silent), (":pass", Invalid), ("user:", Invalid), ("a\0:b", Invalid)]
    {
        assert_eq!(judge("base64-colon", &[&b64url(text)]), verdict, "{text}");
    }
    assert_eq!(judge("base64-colon", &[&b64url([0xff, b':', 0xff])]), Invalid);
    for (id, verdict) in
        [("123456789012345678", Silent), ("1234567890123456", Invalid), ("12345678901234567x", Invalid)]
    {
        assert_eq!(judge("discord-id", &[&b64url(id), ".", "aB7cD8", ".", BODY]), verdict, "{id}");
    }
}

#[test]
fn macaroons() {
    let complete = known("pypi-macaroon").complete.expect("pypi");
    for (head, len) in [("AgEIcHlwaS5vcmc", 81), ("AgEIcHlwaS5vcmc", 80), ("AgENdGVzdC5weXBpLm9yZw", 83)] {
        let head = ["pypi-", head, &body(len)].concat();
        let tail = complete(&head).expect(&head);
        assert_eq!(judge("pypi-macaroon", &[&head, &tail]), Valid, "{head}");
        assert_eq!(judge("pypi-macaroon", &[&head, &tail[..tail.len() - 4]]), Invalid, "{head}");
        assert_eq!(judge("pypi-macaroon", &[&head, "A", &tail]), Invalid, "{head}");
    }
    let start = b"\x02\x01\x08pypi.org\x02\x240c1d2e3f-4a5b-6c7d-8e9f-a0b1c2d3e4f5\0";
    let whole = [start.as_slice(), b"\x02\x05a = b\0", b"\0\x06\x20", &[7; 32]].concat();
    assert_eq!(judge("pypi-macaroon", &["pypi-", &b64url(&whole)]), Valid);
    assert_eq!(judge("pypi-macaroon", &["pypi-", &b64url(&whole[..whole.len() - 1])]), Invalid);
    assert_eq!(judge("pypi-macaroon", &["pypi-", &b64url(start)]), Invalid);
}
