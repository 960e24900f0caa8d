//! Where text is escaped character by character: `%67%68`, `\x67\x68`, `&#103;&#104;`.
//!
//! Such text has a lead byte every three to six bytes. Escaped tokens are long, so it is enough to look at
//! 16 bytes of each [`STRIDE`]: 21 escapes of any form fill one such window. Text with single escapes is
//! found by the runs of token characters beside them instead.

use std::ops::Range;

use wide::i8x16;

use super::{Form, escape};

/// Bytes of which the first [`WINDOW`] are looked at.
const STRIDE: usize = 48;
const WINDOW: usize = 16;

/// What a window holds: bit `i` of the first says whether byte `i` may begin an escape, the second whether
/// any byte is NUL. `None` for neither, as in nine of ten windows.
#[inline]
fn marks(window: &[u8; WINDOW]) -> Option<(u32, bool)> {
    let v = i8x16::new(window.map(|b| b as i8));
    let is = |b: u8| v.simd_eq(i8x16::splat(b as i8));
    let nul = is(0);
    let all = (is(b'%') | is(b'\\') | is(b'&') | nul).to_bitmask();
    (all != 0).then(|| (all & !nul.to_bitmask(), nul.any()))
}

/// Calls `f` with places in `text[range]` at which an escape that stands for a printable character is
/// followed by another one: one or more for every stretch of 21. Gives whether it met NUL bytes; it does
/// where every other byte of 34 is one.
pub(super) fn find(text: &[u8], range: Range<usize>, mut f: impl FnMut(Form, usize)) -> bool {
    let (strides, tail) = text[range.clone()].as_chunks::<STRIDE>();
    let (mut at, mut has_nul) = (range.start, false);
    let mut look = |window: &[u8; WINDOW], at: usize| {
        let Some((mask, nul)) = marks(window) else { return };
        has_nul |= nul;
        if mask & (mask >> 3 | mask >> 4 | mask >> 5 | mask >> 6) != 0
            && let Some((form, lead)) = first(text, at, mask)
        {
            f(form, lead);
        }
    };
    for stride in strides {
        if let Some(window) = stride.first_chunk() {
            look(window, at);
        }
        at += STRIDE;
    }
    let mut last = [b' '; WINDOW];
    let len = tail.len().min(WINDOW);
    last[..len].copy_from_slice(&tail[..len]);
    look(&last, at);
    has_nul
}

#[cold]
fn first(text: &[u8], at: usize, mut mask: u32) -> Option<(Form, usize)> {
    while mask != 0 {
        let lead = at + mask.trailing_zeros() as usize;
        if let Some(form) = double(text, lead) {
            return Some((form, lead));
        }
        mask &= mask - 1;
    }
    None
}

/// The form of two escapes that stand at `at` one behind the other.
fn double(text: &[u8], at: usize) -> Option<Form> {
    let form = match text[at] {
        b'%' => Form::Percent,
        b'\\' => Form::Backslash,
        _ => Form::Entity,
    };
    let len = printable(form, text, at)?;
    printable(form, text, at + len).map(|_| form)
}

/// Length of the escape at `at`, if it stands for a printable character by its number.
pub(super) fn printable(form: Form, text: &[u8], at: usize) -> Option<usize> {
    if form == Form::Backslash && !matches!(text.get(at + 1), Some(b'x' | b'u' | b'U' | b'0'..=b'3')) {
        return None;
    }
    let escape = escape::parse(form, text, at)?;
    escape.byte.filter(u8::is_ascii_graphic).map(|_| escape.len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(Form, usize)> {
        let mut found = Vec::new();
        find(text.as_bytes(), 0..text.len(), |form, at| found.push((form, at)));
        found
    }

    #[test]
    fn ordinary_code_has_none() {
        for text in [
            r#"printf("%s: %d%%\n\t%08x\n", a && b & c, "\n\n\n\n");"#,
            r"\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587",
            r"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "%E4%B8%AD%E6%96%87%E4%B8%AD%E6%96%87%E4%B8%AD%E6%96%87%E4%B8%AD%E6%96%87",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_token_in_any_form_at_any_place(
            token in "[!-~]{21,40}", before in "[a-z ]{0,100}", after in "[a-z ]{0,100}", form in 0..5
        ) {
            let escaped: String = token.bytes().map(|b| match form {
                0 => format!("%{b:02X}"),
                1 => format!("\\x{b:02x}"),
                2 => format!("\\u{b:04x}"),
                3 => format!("&#{b};"),
                _ => format!("\\{b:03o}"),
            }).collect();
            let text = format!("{before}{escaped}{after}");
            prop_assert!(!found(&text).is_empty());
        }
    }
}
