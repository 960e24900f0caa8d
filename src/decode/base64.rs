//! Base64: both alphabets, with padding or without, on one line or wrapped over many.
//!
//! A run of the alphabet is most often a name or a path. What tells them apart is what they decode to:
//! two thirds of all bytes are no text, so a look at the first few groups is enough.

use std::ops::Range;

use super::layer::Layer;
use super::{archive, is_text, wrapped};

/// Fewest digits that are worth a look: 18 bytes.
pub(super) const SHORTEST: usize = 24;
/// How many bytes decide.
const PROBE: usize = 24;
const NONE: u8 = 0xff;

/// Value of each digit of either alphabet.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut i = 0;
    while i < 64 {
        values[digits[i] as usize] = i as u8;
        i += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// Whether a byte is a digit of base64.
pub(super) fn is_digit(b: u8) -> bool {
    VALUES[usize::from(b)] != NONE
}

/// The stretch that begins with this run of digits, if it decodes to something worth scanning.
pub(super) fn stretch(text: &[u8], run: Range<usize>) -> Option<Range<usize>> {
    if run.len() < SHORTEST || !promises(&text[run.clone()]) {
        return None;
    }
    let end = wrapped::end(text, run.clone(), is_digit);
    let padding = text[end..].iter().take(2).take_while(|b| **b == b'=').count();
    Some(run.start..end + padding)
}

/// Whether the first bytes are text, in UTF-8 or UTF-16, or something that may be unpacked.
fn promises(digits: &[u8]) -> bool {
    if !may_promise(digits) {
        return false;
    }
    let (groups, _) = digits[..digits.len().min(PROBE / 3 * 4)].as_chunks::<4>();
    let head: Vec<u8> = groups.iter().flat_map(|g| group(*g)).collect();
    let is_utf8_text = head.iter().all(|b| is_text(*b)) && is_utf8(&head);
    is_utf8_text || archive::sniff(&head).is_some() || super::utf16::sniff(&head).is_some()
}

/// The same by the first group alone: most runs end here.
#[inline]
pub(super) fn may_promise(digits: &[u8]) -> bool {
    // Bytes that no character begins with.
    if matches!(digits.first(), Some(b'g'..=b'v')) {
        return false;
    }
    let Some(first) = digits.first_chunk::<4>() else { return false };
    let leads = |b: u8| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0xc2..=0xf4);
    match group(*first) {
        [a, b, _] if a >= 0x80 && b & 0xc0 == 0x80 => leads(a),
        [0x1f, 0x8b, 8] | [0xfd, b'7', b'z'] | [0x28, 0xb5, 0x2f] | [b'P', b'K', 3 | 5] => true,
        [0xff, 0xfe, _] | [0xfe, 0xff, _] => true,
        [0, b, 0] | [b, 0, _] => leads(b),
        [a, b, c] => leads(a) && leads(b) && (leads(c) || b >= 0x80 && c & 0xc0 == 0x80),
    }
}

fn group(digits: [u8; 4]) -> [u8; 3] {
    let [a, b, c, d] = digits.map(|d| VALUES[usize::from(d)]);
    [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d & 63]
}

/// Whether it is UTF-8 up to a character that is cut off.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|e| e.error_len().is_none(), |_| true)
}

/// Decodes a stretch.
pub(super) fn decode(text: &[u8], range: Range<usize>, layer: &mut Layer) {
    let (mut bits, mut held) = (0u32, 0);
    let mut last = None;
    wrapped::digits(text, range, is_digit, |unit, at| {
        if last.is_none_or(|l| l + 1 != at) {
            layer.mark_unit(unit, at, 1);
        }
        last = Some(at);
        bits = bits << 6 | u32::from(VALUES[usize::from(text[at])]);
        held += 6;
        if held >= 8 {
            held -= 8;
            layer.text.push((bits >> held) as u8);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Form;
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    fn decoded(text: &str) -> Option<String> {
        let bytes = text.as_bytes();
        let end = bytes.iter().position(|b| !is_digit(*b)).unwrap_or(bytes.len());
        let range = stretch(bytes, 0..end)?;
        let mut layer = Layer::default();
        layer.begin(Form::Base64, range.clone());
        decode(bytes, range, &mut layer);
        Some(String::from_utf8_lossy(layer.piece()).into_owned())
    }

    fn wrap(text: &str, width: usize, between: &str) -> String {
        let lines: Vec<&str> =
            text.as_bytes().chunks(width).map(|c| std::str::from_utf8(c).unwrap()).collect();
        lines.join(between)
    }

    #[test]
    fn names_paths_and_digests_are_no_text() {
        for text in [
            "getUserNameFromDatabaseConnection",
            "usr/share/doc/packages/libexample/README",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "SOME_VERY_LONG_CONSTANT_NAME_OF_SORTS",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn wrapped_in_every_usual_way() {
        let text =
            "Some text that is long enough to be wrapped over several lines of sixty digits. ".repeat(4);
        for (width, between) in [(76, "\r\n"), (64, "\n"), (60, "\n    "), (76, "\\n"), (64, "\\r\\n")] {
            let lines = wrap(&STANDARD.encode(&text), width, between);
            assert_eq!(decoded(&lines).as_deref(), Some(&*text), "{between:?}");
            let followed = format!("{lines}\nanother: value");
            assert_eq!(decoded(&followed).as_deref(), Some(&*text), "{between:?}");
        }
    }

    #[test]
    fn values_on_lines_of_their_own_are_no_block() {
        let (one, two) = ("first value of a list", "second value of the list");
        let lines = format!("{}\n{}", URL_SAFE_NO_PAD.encode(one), URL_SAFE_NO_PAD.encode(two));
        assert_eq!(decoded(&lines).as_deref(), Some(one));
    }

    proptest! {
        #[test]
        fn both_alphabets_with_padding_and_without(text in "[ -~]{18,200}") {
            let standard = STANDARD.encode(&text);
            prop_assert_eq!(decoded(&standard), Some(text.clone()));
            prop_assert_eq!(decoded(standard.trim_end_matches('=')), Some(text.clone()));
            prop_assert_eq!(decoded(&URL_SAFE_NO_PAD.encode(&text)), Some(text));
        }

        #[test]
        fn a_byte_maps_to_the_digits_that_hold_it(text in "[ -~]{200,300}", at in 0..200_usize, width in 56..80_usize) {
            let lines = format!("x: {}", wrap(&STANDARD.encode(&text), width, "\n  "));
            let range = 3..lines.len();
            let mut layer = Layer::default();
            layer.begin(Form::Base64, range.clone());
            decode(lines.as_bytes(), range, &mut layer);
            layer.end();
            let digit = |d: usize| 3 + d + d / width * 3;
            let place = layer.place(&(at..at + 1)).unwrap();
            prop_assert_eq!(place.source, digit(at * 8 / 6)..digit((at * 8 + 7) / 6) + 1);
        }
    }
}
