//! JSON web keys: finds the private member of the object that names a key type (RFC 7517, RFC 7518).
//!
//! Takes the text and where its `kty` stands; gives the place of `d`, or of `k` in a symmetric key. Source code
//! writes such objects without quotes around the names, strings with them escaped; both are read.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::pattern::compile;

/// How far from the type its object may begin or end, in bytes: an RSA key of 4,096 bits takes 3.5 KB.
const REACH: usize = 4 * 1024;

/// The private member of the key whose type stands at `kty`.
pub(super) fn private_member(text: &[u8], kty: Range<usize>) -> Option<Range<usize>> {
    static MEMBER: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = r#"[{,\s"'\\](d|k)\\?["']?\s{0,3}(?::|=>|=)\s{0,3}\\?["']([A-Za-z0-9_-]{22,})"#;
    let member = MEMBER.get_or_init(|| compile(pattern).ok()).as_ref()?;
    let object = object(text, &kty, REACH)?;
    let symmetric = text[kty].windows(3).any(|w| w == b"oct");
    let wanted: &[u8] = if symmetric { b"k" } else { b"d" };
    member.captures_iter(&text[object.clone()]).find_map(|found| {
        let value = found.get(2).filter(|_| &found[1] == wanted)?;
        Some(object.start + value.start()..object.start + value.end())
    })
}

/// The innermost braces around a place, which begin and end at most `reach` bytes away.
pub(super) fn object(text: &[u8], at: &Range<usize>, reach: usize) -> Option<Range<usize>> {
    let floor = at.start.saturating_sub(reach);
    let mut depth = 0usize;
    let open = text[floor..at.start].iter().rposition(|b| match b {
        b'{' if depth == 0 => true,
        b'{' => {
            depth -= 1;
            false
        }
        b'}' => {
            depth += 1;
            false
        }
        _ => false,
    })?;
    let limit = text.len().min(at.end + reach);
    let mut depth = 0usize;
    let close = text[at.end..limit].iter().position(|b| match b {
        b'}' if depth == 0 => true,
        b'}' => {
            depth -= 1;
            false
        }
        b'{' => {
            depth += 1;
            false
        }
        _ => false,
    })?;
    Some(floor + open..at.end + close)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::sample::fill;

    fn member(text: &str) -> Option<String> {
        let text = fill(text, 1).unwrap();
        let at = text.find("kty").unwrap();
        private_member(text.as_bytes(), at..at + text[at..].find([',', '}']).unwrap_or(11))
            .map(|r| text[r].to_owned())
    }

    #[test]
    fn private_members_are_found_on_both_sides() {
        let d = fill("${b64url:43}", 1).unwrap();
        assert_eq!(member("{\"d\":\"${b64url:43}\",\"kty\":\"EC\"}"), Some(d.clone()));
        assert_eq!(member("{ kty: 'oct',  k: '${b64url:43}' }"), Some(d));
    }

    #[test]
    fn public_keys_have_none() {
        assert_eq!(member("{\"kty\":\"EC\",\"x\":\"${b64url:43}\"}, {\"d\":\"${b64url:43}\"}"), None);
        assert_eq!(member("\"kty\":\"EC\", \"d\":\"${b64url:43}\""), None);
        assert_eq!(member("{\"kty\":\"RSA\",\"k\":\"${b64url:43}\"}"), None);
    }
}
