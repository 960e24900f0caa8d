//! Names: what a value is called, for values that mean something only under a name.
//!
//! Takes the text and where a value begins; looks left from there for an assignment in one of the usual
//! forms and gives the name. Cost is bounded: at most [`REACH`] bytes are looked at.
//!
//! | form | example |
//! | --- | --- |
//! | assignment | `name = "value"`, `name := value`, `name: value`, `"name" => "value"` |
//! | element | `<name>value</name>` |
//! | flag, header | `--name value`, `name: Bearer value` |
//! | argument | `set("name", "value")` |
//! | query | `?name=value` |

use std::ops::Range;

/// How far left of the value its name may begin, in bytes.
const REACH: usize = 96;

/// The name that the value beginning at `at` is assigned to, as a range of `text`; `None` where there
/// is no assignment. The range holds the bytes as written: letters, digits, `_`, `-`, `.`.
pub(super) fn name_of(text: &[u8], at: usize) -> Option<Range<usize>> {
    let floor = at.saturating_sub(REACH);
    let left = &text[floor..at];
    let mut end = skip_back(left, left.len(), is_wrapping);
    end = skip_scheme(left, end);
    let (operator, strong) = operator(left, end)?;
    end = skip_back(left, operator, is_wrapping);
    let start = skip_back(left, end, is_name_byte);
    // A bare space joins a flag and its value only: `--token VALUE`.
    let named = end > start && (strong || left[start..].starts_with(b"--"));
    named.then_some(floor + start..floor + end)
}

/// Start of the operator that ends at `end`, and whether it is more than white space.
fn operator(left: &[u8], end: usize) -> Option<(usize, bool)> {
    let op = skip_back(left, end, |b| matches!(b, b'=' | b':' | b'>' | b','));
    if op < end {
        return (end - op <= 3).then_some((op, true));
    }
    // A call: `name("value")`. Without the quote it could be any call.
    let is_call = left[end..].windows(2).any(|w| w[0] == b'(' && matches!(w[1], b'"' | b'\'' | b'`'));
    Some((end, is_call))
}

/// Steps back over an authentication scheme: `Authorization: Bearer VALUE`.
fn skip_scheme(left: &[u8], end: usize) -> usize {
    for scheme in [&b"bearer"[..], b"basic", b"token"] {
        if let Some(start) = end.checked_sub(scheme.len())
            && end < left.len()
            && left[start..end].eq_ignore_ascii_case(scheme)
            && left[..start].last().is_some_and(|&b| matches!(b, b' ' | b'"' | b'\'' | b':' | b'`'))
        {
            return skip_back(left, start, is_wrapping);
        }
    }
    end
}

fn skip_back(left: &[u8], end: usize, skip: impl Fn(u8) -> bool) -> usize {
    left[..end].iter().rposition(|&b| !skip(b)).map_or(0, |i| i + 1)
}

/// What may stand between name, operator and value.
fn is_wrapping(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'(' | b')' | b'[' | b']' | b'\\')
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

/// The name in the form that rules write names in: lower case, without `_ - .` and spaces.
pub(super) fn normalise(name: &[u8]) -> Vec<u8> {
    name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// Whether what follows a word in a normalised name says that the value is not the secret itself but
/// something about it: `api_token_hash`, `client_secret_id`.
pub(super) fn is_about_the_value(rest: &[u8]) -> bool {
    const ABOUT: [&[u8]; 14] = [
        b"id",
        b"ids",
        b"sha",
        b"sha1",
        b"sha256",
        b"digest",
        b"hash",
        b"checksum",
        b"fingerprint",
        b"version",
        b"url",
        b"uri",
        b"path",
        b"file",
    ];
    ABOUT.contains(&rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<&str> {
        name_of(text.as_bytes(), text.find("VALUE")?).map(|r| &text[r])
    }

    #[test]
    fn the_usual_forms() {
        for text in [
            r#"api_key = "VALUE""#,
            r#""api_key": "VALUE""#,
            "api_key=VALUE",
            "export api_key=VALUE",
            "api_key: VALUE",
            "api_key := `VALUE`",
            r#"'api_key' => 'VALUE'"#,
            "<api_key>VALUE</api_key>",
            r#"set("api_key", "VALUE")"#,
            r#"client.api_key("VALUE")"#,
            "https://example.org/?a=b&api_key=VALUE",
            r#"config["api_key"] = "VALUE""#,
            r#"{\"api_key\":\"VALUE\"}"#,
            "api_key: Bearer VALUE",
            r#""api_key": "Basic VALUE""#,
        ] {
            assert!(name(text).is_some_and(|n| n.ends_with("api_key")), "{text}");
        }
        assert_eq!(name("tool --api_key VALUE"), Some("--api_key"));
    }

    #[test]
    fn no_assignment_no_name() {
        for text in ["VALUE", "the word VALUE", "f(VALUE)", "a\nVALUE", "x == = == VALUE", "= VALUE"] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_is_compared_without_its_separators() {
        assert_eq!(normalise(b"X-Api_Key.v2"), b"xapikeyv2");
    }
}
