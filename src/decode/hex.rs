//! Hexadecimal digits that spell text.

use std::ops::Range;

use super::layer::Layer;
use super::{hex_digit, wrapped};

/// Fewest digits that are worth a look: 12 bytes.
pub(super) const SHORTEST: usize = 24;
/// How many bytes decide. A digest passes once in thousands of millions.
const PROBE: usize = 24;

fn is_digit(b: u8) -> bool {
    b.is_ascii_hexdigit()
}

/// The stretch that begins with this run of base64 digits, if all of them are hexadecimal and spell text.
pub(super) fn stretch(text: &[u8], run: Range<usize>) -> Option<Range<usize>> {
    let digits = &text[run.clone()];
    let mark = if digits.starts_with(b"0x") || digits.starts_with(b"0X") { 2 } else { 0 };
    let run = run.start + mark..run.end;
    let digits = &text[run.clone()];
    if digits.len() < SHORTEST || !digits.len().is_multiple_of(2) || !spells_text(digits) {
        return None;
    }
    digits.iter().all(|b| is_digit(*b)).then(|| run.start..wrapped::end(text, run, is_digit))
}

/// The same by the first digits alone: most runs end here.
pub(super) fn may_promise(digits: &[u8]) -> bool {
    match digits {
        [b'0', b'x' | b'X', rest @ ..] => rest.iter().take(4).all(|b| is_digit(*b)),
        _ => digits.iter().take(4).all(|b| is_digit(*b)),
    }
}

/// Whether the first bytes are printable. Text in other scripts is not looked for: digests would pass.
fn spells_text(digits: &[u8]) -> bool {
    let (pairs, _) = digits[..digits.len().min(2 * PROBE)].as_chunks::<2>();
    pairs.iter().all(|p| byte(p).is_some_and(|b| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~')))
}

fn byte(pair: &[u8; 2]) -> Option<u8> {
    Some(hex_digit(pair[0])? << 4 | hex_digit(pair[1])?)
}

/// Decodes a stretch.
pub(super) fn decode(text: &[u8], range: Range<usize>, layer: &mut Layer) {
    let mut high = None;
    let mut last = None;
    wrapped::digits(text, range, is_digit, |unit, at| {
        if last.is_none_or(|l| l + 1 != at) {
            layer.mark_unit(unit, at, 1);
        }
        last = Some(at);
        let digit = hex_digit(text[at]).unwrap_or(0);
        match high.take() {
            Some(high) => layer.text.push(high << 4 | digit),
            None => high = Some(digit),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Form;
    use std::fmt::Write as _;

    fn hex(text: &str) -> String {
        text.bytes().fold(String::new(), |mut out, b| {
            write!(out, "{b:02x}").unwrap();
            out
        })
    }

    fn decoded(text: &str) -> Option<(Range<usize>, String)> {
        let range = stretch(text.as_bytes(), 0..text.find([' ', '\n', '"']).unwrap_or(text.len()))?;
        let mut layer = Layer::default();
        layer.begin(Form::Hex, range.clone());
        decode(text.as_bytes(), range.clone(), &mut layer);
        Some((range, String::from_utf8_lossy(layer.piece()).into_owned()))
    }

    #[test]
    fn text_in_either_case_with_a_mark_and_over_lines() {
        let text = "a text of thirty bytes, or so";
        assert_eq!(decoded(&hex(text)), Some((0..58, text.to_owned())));
        assert_eq!(decoded(&format!("0x{}", hex(text).to_uppercase())), Some((2..60, text.to_owned())));
        let lines = format!("{}\n{}\n", hex(text) + &hex("!"), hex("and the rest"));
        assert_eq!(decoded(&lines).unwrap().1, format!("{text}!and the rest"));
    }

    #[test]
    fn digests_numbers_and_odd_counts_are_no_text() {
        for text in ["da39a3ee5e6b4b0d3255bfef95601890afd80709", "00000000000000000000000000000000"] {
            assert_eq!(decoded(text), None);
        }
        assert_eq!(decoded(&hex("some thirteen")[1..]), None);
    }
}
