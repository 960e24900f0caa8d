//! Tokens that hide a JSON object: JSON web tokens, GitHub's installation tokens, base64 of `{"...`.
//!
//! Takes the token, looks into it, and gives invalid or none: what is signed in them can be checked only
//! with a key, and what is not signed anyone can write.

use serde_json::{Deserializer, Map, Value};

use super::text::{base64, base64_cut, shape};
use crate::finding::Checksum;

/// RFC 7519: header and payload are JSON objects, and the header names an algorithm.
pub(super) fn jwt(secret: &[u8]) -> Checksum {
    shape(is_jwt(secret))
}

/// GitHub's announcement of 2026: `ghs_`, the id of the app, an underscore, a JSON web token.
pub(super) fn github_jwt(secret: &[u8]) -> Checksum {
    let token = || {
        let rest = secret.strip_prefix(b"ghs_")?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest.get(digits..)?.strip_prefix(b"_").filter(|_| digits > 0)
    };
    shape(token().is_some_and(is_jwt))
}

/// The longest stretch of base64 that starts with `eyJ` opens a JSON object. Several providers put
/// claims there; the stretch may be cut, or run on into a signature.
pub(super) fn base64_json(secret: &[u8]) -> Checksum {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let stretches = secret.split(|byte| !is_base64(byte)).filter_map(from_brace);
    let longest = stretches.max_by_key(|stretch| stretch.len());
    shape(longest.and_then(base64_cut).is_some_and(|bytes| opens_object(&bytes)))
}

/// What is said of a token without a signature.
pub(super) const UNSIGNED: &str = "not signed";

/// Why a JSON web token opens nothing: it is not signed, it is made up, or it has expired by `now`, in seconds
/// since 1970.
pub(super) fn jwt_weakness(token: &[u8], now: u64) -> Option<&'static str> {
    let mut parts = token.split(|&byte| byte == b'.');
    let (header, payload) = (parts.next().and_then(object)?, parts.next().and_then(object)?);
    let says = |key: &str, words: &[&str]| {
        payload.get(key).and_then(Value::as_str).is_some_and(|v| words.iter().any(|w| v.contains(w)))
    };
    if header.get("alg").and_then(Value::as_str).is_some_and(|alg| alg.eq_ignore_ascii_case("none")) {
        return Some(UNSIGNED);
    }
    if says("iss", &["example", "localhost", "test"]) || says("sub", &["1234567890", "example"]) {
        return Some("made up by the look of its issuer or subject");
    }
    payload.get("exp").and_then(Value::as_f64).is_some_and(|exp| exp < now as f64).then_some("expired")
}

fn is_jwt(token: &[u8]) -> bool {
    let mut parts = token.split(|&byte| byte == b'.');
    let (Some(header), Some(payload)) = (parts.next().and_then(object), parts.next()) else { return false };
    // An encrypted token (RFC 7516) has something else in the second place: its key.
    let readable = header.contains_key("enc") || object(payload).is_some();
    header.get("alg").is_some_and(Value::is_string) && readable
}

fn object(encoded: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&base64(encoded)?).ok()
}

/// The stretch from the first `eyJ` on, which is how `{"` and a letter look in base64.
fn from_brace(stretch: &[u8]) -> Option<&[u8]> {
    let start = stretch.windows(3).position(|window| window == b"eyJ")?;
    stretch.get(start..)
}

/// Whether a JSON object stands at the start, or the start of one that was cut.
fn opens_object(bytes: &[u8]) -> bool {
    match Deserializer::from_slice(bytes).into_iter::<Value>().next() {
        Some(Ok(value)) => value.is_object(),
        Some(Err(error)) => error.is_eof(),
        None => false,
    }
}
