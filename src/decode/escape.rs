//! Escapes: text in which single characters are written in another way.
//!
//! Takes a form, a text and an offset; tells what the escape there stands for. One form at a time: text
//! that is escaped twice is two layers.

use std::ops::Range;

use super::layer::Layer;
use super::{Form, hex_digit};

/// What an escape stands for, and its length in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Escape {
    /// `None` where it stands for nothing. What is not ASCII and no byte stands as 0xFF.
    pub(super) byte: Option<u8>,
    pub(super) len: usize,
}

fn escape(byte: u8, len: usize) -> Option<Escape> {
    Some(Escape { byte: Some(byte), len })
}

/// The first byte of every escape of a form.
pub(super) fn lead(form: Form) -> u8 {
    match form {
        Form::Percent => b'%',
        Form::Entity => b'&',
        Form::QuotedPrintable => b'=',
        _ => b'\\',
    }
}

/// The escape at `at`, where one stands there.
pub(super) fn parse(form: Form, text: &[u8], at: usize) -> Option<Escape> {
    let text = &text[at..];
    if text.first() != Some(&lead(form)) {
        return None;
    }
    match form {
        Form::Percent => escape(hex_byte(text.get(1..3)?)?, 3),
        Form::Backslash => backslash(text),
        Form::Entity => entity(text),
        Form::QuotedPrintable => match line_end(&text[1..]) {
            0 => escape(hex_byte(text.get(1..3)?)?, 3),
            n => Some(Escape { byte: None, len: 1 + n }),
        },
        Form::Continued => match line_end(&text[1..]) {
            0 => None,
            n => Some(Escape { byte: None, len: 1 + n + indent(&text[1 + n..]) }),
        },
        _ => None,
    }
}

/// Length of the line end that a text begins with.
pub(super) fn line_end(text: &[u8]) -> usize {
    match text {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => 0,
    }
}

fn indent(text: &[u8]) -> usize {
    text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

fn hex_byte(two: &[u8]) -> Option<u8> {
    Some(hex_digit(two[0])? << 4 | hex_digit(two[1])?)
}

/// The character of a code point.
fn narrow(code: u32) -> u8 {
    u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(0xff)
}

fn hex_number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum: u32, b| Some(sum.checked_mul(16)? | u32::from(hex_digit(*b)?)))
}

fn backslash(text: &[u8]) -> Option<Escape> {
    match text.get(1)? {
        b'x' => escape(hex_byte(text.get(2..4)?)?, 4),
        b'u' if text.get(2) == Some(&b'{') => {
            let len = text.iter().take(10).position(|b| *b == b'}')?;
            escape(narrow(hex_number(text.get(3..len)?)?), len + 1)
        }
        b'u' => escape(narrow(hex_number(text.get(2..6)?)?), 6),
        b'U' => escape(narrow(hex_number(text.get(2..10)?)?), 10),
        b'0'..=b'3' => {
            let digits = text.get(1..4)?;
            let value = |b: &u8| (b'0'..=b'7').contains(b).then(|| u32::from(b - b'0'));
            let code = digits.iter().try_fold(0, |sum, b| Some(sum * 8 + value(b)?))?;
            escape(u8::try_from(code).ok()?, 4)
        }
        b'n' => escape(b'\n', 2),
        b'r' => escape(b'\r', 2),
        b't' => escape(b'\t', 2),
        b @ (b'/' | b'"' | b'\'' | b'\\') => escape(*b, 2),
        _ => None,
    }
}

/// Entities with a name that stand for ASCII characters.
const NAMED: [(&[u8], u8); 16] = [
    (b"amp", b'&'),
    (b"lt", b'<'),
    (b"gt", b'>'),
    (b"quot", b'"'),
    (b"apos", b'\''),
    (b"sol", b'/'),
    (b"plus", b'+'),
    (b"equals", b'='),
    (b"colon", b':'),
    (b"lowbar", b'_'),
    (b"hyphen", b'-'),
    (b"period", b'.'),
    (b"commat", b'@'),
    (b"num", b'#'),
    (b"nbsp", b' '),
    (b"dollar", b'$'),
];

fn entity(text: &[u8]) -> Option<Escape> {
    let end = text.iter().take(11).position(|b| *b == b';')?;
    let byte = match &text[1..end] {
        [b'#', b'x' | b'X', digits @ ..] if !digits.is_empty() => narrow(hex_number(digits)?),
        [b'#', digits @ ..] if !digits.is_empty() => {
            let value = |b: &u8| b.is_ascii_digit().then(|| u32::from(b - b'0'));
            narrow(digits.iter().try_fold(0u32, |sum, b| sum.checked_mul(10)?.checked_add(value(b)?))?)
        }
        name => NAMED.iter().find(|(n, _)| *n == name)?.1,
    };
    escape(byte, end + 1)
}

/// Decodes a stretch.
pub(super) fn decode(form: Form, text: &[u8], range: Range<usize>, layer: &mut Layer) {
    let mut at = range.start;
    while at < range.end {
        if let Some(escape) = parse(form, &text[..range.end], at) {
            if let Some(byte) = escape.byte {
                layer.mark(at, escape.len);
                layer.text.push(byte);
            }
            at += escape.len;
            continue;
        }
        let rest = &text[at + 1..range.end];
        let next = memchr::memchr(lead(form), rest).map_or(range.end, |i| at + 1 + i);
        layer.mark(at, 1);
        layer.text.extend_from_slice(&text[at..next]);
        at = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(form: Form, text: &str) -> String {
        let mut layer = Layer::default();
        layer.begin(form, 0..text.len());
        decode(form, text.as_bytes(), 0..text.len(), &mut layer);
        String::from_utf8_lossy(layer.piece()).into_owned()
    }

    #[test]
    fn every_form() {
        assert_eq!(decoded(Form::Percent, "a%3D%62c%2g%"), "a=bc%2g%");
        assert_eq!(decoded(Form::Backslash, r"\x61\u0062\u{63}\U00000064\145\/\n\q\"), "abcde/\n\\q\\");
        assert_eq!(decoded(Form::Entity, "&#97;&#x62;&amp;&lowbar;&zzz;&#;&"), "ab&_&zzz;&#;&");
        assert_eq!(decoded(Form::QuotedPrintable, "a=3Db=\nc=\r\nd=zz="), "a=bcd=zz=");
        assert_eq!(decoded(Form::Continued, "a\\\n   b\\\r\nc\\d"), "abc\\d");
    }

    #[test]
    fn what_is_not_ascii_is_one_byte() {
        let mut layer = Layer::default();
        let text = r"\u4e2d\u0041".as_bytes();
        layer.begin(Form::Backslash, 0..text.len());
        decode(Form::Backslash, text, 0..text.len(), &mut layer);
        layer.end();
        assert!(layer.text.starts_with(b"\xffA"));
        assert_eq!(layer.place(&(1..2)).map(|p| p.source), Some(6..12));
    }

    #[test]
    fn an_escape_that_is_cut_off_is_text() {
        for (form, text) in [
            (Form::Percent, "%4"),
            (Form::Backslash, r"\u00"),
            (Form::Backslash, r"\u{6"),
            (Form::Backslash, r"\x"),
            (Form::Backslash, r"\04"),
            (Form::Entity, "&#6"),
            (Form::QuotedPrintable, "=4"),
        ] {
            assert_eq!(decoded(form, text), text);
        }
    }
}
