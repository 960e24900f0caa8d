//! PEM private keys: finds the end of a block and says whether it really holds a key.
//!
//! Takes the text and where the `-----BEGIN ... PRIVATE KEY-----` line stands; gives the block's range and
//! what its body is. Bodies come with real line ends, with `\n` written out, indented, quoted and
//! joined with `+`, or behind comment marks; all of that is stepped over. Sources: RFC 7468 (textual
//! encodings), RFC 1421 (`Proc-Type: 4,ENCRYPTED`), the `openssh-key-v1` format, RFC 9580 (armour).

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::published;

/// Longest block that is looked at, in bytes: an RSA key of 16,384 bits takes 13 KB.
const LONGEST: usize = 32 * 1024;

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// A key that anyone can use.
    Plain,
    /// A test key that everybody has.
    Published,
    /// A key behind a passphrase.
    Encrypted,
    /// Base64 of the right length that holds no key structure, or a body that was cut off.
    Doubtful,
    /// No body at all, or a placeholder: a header in documentation or code.
    Empty,
}

/// A block: from the first dash of its header to the last of its footer, or as far as it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Range in the text.
    pub range: Range<usize>,
    /// What it holds.
    pub body: Body,
}

/// Examines the block whose header is `text[header]`.
pub(super) fn examine(text: &[u8], header: Range<usize>) -> Block {
    let limit = text.len().min(header.start + LONGEST);
    let rest = &text[header.end..limit];
    let body_len = memchr::memmem::find(rest, b"-----").unwrap_or(rest.len());
    let footer = footer_len(&rest[body_len..]);
    let body = &rest[..body_len];
    super::steps::count(2 * body_len);
    let (kind, taken) = judge(&text[header.clone()], body);
    let end = match footer {
        Some(n) => header.end + body_len + n,
        None => header.end + taken,
    };
    let kind = if footer.is_none() && kind == Body::Plain { Body::Doubtful } else { kind };
    Block { range: header.start..end, body: kind }
}

/// Examines a key in base64 whose first line is `text[start]`: its own first bytes say how long it is.
pub(super) fn without_armour(text: &[u8], start: Range<usize>) -> Block {
    if structure(&text[start.clone()]) == Body::Plain {
        return Block { range: start, body: Body::Plain };
    }
    let rest = &text[start.start..text.len().min(start.start + LONGEST)];
    let (base64, taken) = strip(rest);
    super::steps::count(base64.len());
    match structure(&base64) {
        Body::Plain => Block { range: start.start..start.start + taken, body: Body::Plain },
        body => Block { range: start, body },
    }
}

/// Where to look for the header of a key whose body may hold the byte at `at`: the first of the lines
/// before it that could all belong to a body. In ordinary text that is `at` itself.
pub(super) fn body_start(text: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(LONGEST);
    let mut start = at;
    while start > floor {
        let line = memchr::memrchr(b'\n', &text[floor..start - 1]).map_or(floor, |i| floor + i + 1);
        let is_header = contains(&text[line..start], b"-----BEGIN");
        let is_body = text[line..start].iter().all(|b| is_base64(*b) || is_wrapping(*b));
        if is_header || !is_body {
            return if is_header { line } else { start };
        }
        start = line;
    }
    start
}

/// Length of the footer line at the start of `rest`.
fn footer_len(rest: &[u8]) -> Option<usize> {
    let inside = rest.strip_prefix(b"-----END ")?;
    let len = memchr::memmem::find(&inside[..inside.len().min(64)], b"-----")?;
    Some(b"-----END ".len() + len + b"-----".len())
}

/// Kind of the body, and how many of its bytes belong to it.
fn judge(header: &[u8], body: &[u8]) -> (Body, usize) {
    let encrypted_header = contains(header, b"ENCRYPTED")
        || contains(&body[..body.len().min(200)], b"4,ENCRYPTED")
        || contains(&body[..body.len().min(400)], b"DEK-Info");
    let (base64, taken) = strip(body);
    if base64.len() < 64 || one_byte_rules(&base64) {
        return (Body::Empty, taken);
    }
    let kind = if encrypted_header {
        Body::Encrypted
    } else if contains(header, b"PGP") {
        Body::Plain
    } else {
        structure(&base64)
    };
    let is_published = kind == Body::Plain && published::is_published(&base64);
    (if is_published { Body::Published } else { kind }, taken)
}

/// What the decoded body begins with: a DER SEQUENCE of about that length, or an OpenSSH key.
fn structure(base64: &[u8]) -> Body {
    let whole = base64.len() / 4 * 4;
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let Ok(der) = GeneralPurpose::new(&STANDARD, config).decode(&base64[..whole]) else {
        return Body::Doubtful;
    };
    if der.starts_with(b"openssh-key-v1\0") {
        // The cipher name follows: a length of four bytes, then `none` for a key without passphrase.
        return if der[15..].starts_with(b"\0\0\0\x04none") { Body::Plain } else { Body::Encrypted };
    }
    match der.as_slice() {
        [0x30, len, ..] if *len < 0x80 && usize::from(*len) + 2 <= der.len() => Body::Plain,
        [0x30, 0x81, len, ..] if usize::from(*len) <= der.len() => Body::Plain,
        [0x30, 0x82, a, b, ..] if usize::from(*a) * 256 + usize::from(*b) <= der.len() => Body::Plain,
        _ => Body::Doubtful,
    }
}

/// The base64 of a body without its line ends, indentation, quotes and headers, and the offset behind
/// the last byte that was taken. Stops at the first line that is neither.
fn strip(body: &[u8]) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(body.len());
    let mut taken = 0;
    let mut at = 0;
    while at < body.len() {
        let end = line_end(body, at);
        let from = at + body[at..end].iter().take_while(|b| is_wrapping(**b)).count();
        let word = body[from..end].iter().take_while(|b| is_base64(**b)).count();
        let rest = &body[from + word..end];
        if rest.iter().all(|b| is_wrapping(*b) || *b == b'+') {
            // A lone plus joins two strings of a program.
            if word > 0 && body[from..from + word] != *b"+" {
                out.extend_from_slice(&body[from..from + word]);
                taken = from + word;
            }
        } else if !contains(rest, b": ") {
            // Neither base64 nor a header (`DEK-Info: ...`, `Version: ...`).
            break;
        }
        at = end + line_break(&body[end..]);
    }
    (out, taken)
}

/// What may stand around the base64 of a line: indentation, quotes, comment marks.
fn is_wrapping(b: u8) -> bool {
    b.is_ascii_whitespace()
        || matches!(b, b'"' | b'\'' | b'`' | b',' | b';' | b'#' | b'*' | b'>' | b'|' | b'\\')
}

/// Where the line from `at` ends: at a real line end or at one that is written out.
fn line_end(body: &[u8], at: usize) -> usize {
    let is_end = |i: usize| line_break(&body[i..]) > 0;
    (at..body.len()).find(|&i| is_end(i)).unwrap_or(body.len())
}

/// Length of the line end at the start of `rest`, real or written out.
fn line_break(rest: &[u8]) -> usize {
    match rest {
        [b'\n', ..] => 1,
        [b'\\', b'n' | b'r', ..] => 2,
        _ => 0,
    }
}

fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(text, needle).is_some()
}

/// `AAAAAAAA...`, `xxxx...`: more than half of the body is one byte.
fn one_byte_rules(base64: &[u8]) -> bool {
    let mut counts = [0usize; 256];
    for &b in base64 {
        counts[usize::from(b)] += 1;
    }
    counts.iter().max().is_some_and(|&most| most * 2 > base64.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::sample::fill;

    const HEADER: &str = "-----BEGIN RSA PRIVATE KEY-----";
    const FOOTER: &str = "-----END RSA PRIVATE KEY-----";

    fn body_of(text: &str) -> Body {
        examine(text.as_bytes(), 0..HEADER.len()).body
    }

    fn der() -> String {
        fill("${der:300}", 1).unwrap()
    }

    fn wrapped(before: &str, after: &str) -> String {
        let der = der();
        let lines: Vec<&str> = der.as_bytes().chunks(64).map(|c| std::str::from_utf8(c).unwrap()).collect();
        lines.iter().map(|l| format!("{before}{l}{after}")).collect()
    }

    #[test]
    fn a_body_is_read_through_what_source_code_puts_around_it() {
        for (before, after) in [
            ("", "\n"),
            ("", "\r\n"),
            ("    ", "\n"),
            ("# ", "\n"),
            ("", "\\n"),
            ("\"", "\\n\" +\n"),
            ("  '", "',\n"),
            (" * ", "\n"),
        ] {
            let text = format!("{HEADER}{after}{}{FOOTER}\n", wrapped(before, after));
            let block = examine(text.as_bytes(), 0..HEADER.len());
            assert_eq!(block.body, Body::Plain, "{before:?} {after:?}");
            assert!(text[block.range].ends_with(FOOTER));
        }
    }

    #[test]
    fn a_key_without_armour_is_as_long_as_it_says() {
        let der = der();
        let examine = |text: &str, len: usize| without_armour(text.as_bytes(), 0..len);
        assert_eq!(examine(&der, der.len()).body, Body::Plain);
        let lines = wrapped("", "\n");
        let block = examine(&lines, 64);
        assert_eq!((block.body, block.range), (Body::Plain, 0..lines.len() - 1));
        assert_eq!(examine(&der[..128], 128).body, Body::Doubtful);
    }

    #[test]
    fn encrypted_keys_are_told_apart() {
        let text = format!(
            "{HEADER}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{}{FOOTER}",
            wrapped("", "\n")
        );
        assert_eq!(body_of(&text), Body::Encrypted);
    }

    #[test]
    fn headers_without_a_key_are_empty() {
        for text in ["", "\n", "\n...\n", "\n<your key here>\n", "\n${KEY}\n"] {
            assert_eq!(body_of(&format!("{HEADER}{text}{FOOTER}")), Body::Empty, "{text:?}");
        }
        assert_eq!(body_of(&format!("{HEADER}\n{}\n{FOOTER}", "A".repeat(640))), Body::Empty);
        assert_eq!(body_of(&format!("{HEADER}\", line)) {{ return; }}")), Body::Empty);
    }

    #[test]
    fn a_body_that_is_no_key_is_doubtful() {
        let noise = fill("${b64:256}", 3).unwrap();
        assert_eq!(body_of(&format!("{HEADER}\nAAAA{noise}\n{FOOTER}")), Body::Doubtful);
        let cut = format!("{HEADER}\n{}", wrapped("", "\n"));
        assert_eq!(body_of(&cut[..cut.len() / 2]), Body::Doubtful);
    }
}
