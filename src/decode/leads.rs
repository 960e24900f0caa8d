//! Where text is escaped character by character: `%67%68`, `\x67\x68`, `&#103;&#104;`.
//!
//! Such text has a lead byte every three to six bytes, so the sieve sees it as blocks that are full of them.
//! Text with single escapes is found by the runs of token characters beside them instead.

use std::ops::Range;

use super::{Form, escape};
use crate::matcher::SIEVE_BLOCK;

/// As many NUL bytes as UTF-16 has in a block.
const MANY: usize = 8;

/// Whether a block at `at` has as many NUL bytes as UTF-16.
pub(super) fn has_nul(text: &[u8], at: usize) -> bool {
    let block = &text[at..text.len().min(at + SIEVE_BLOCK)];
    block.iter().filter(|b| **b == 0).count() >= MANY
}

/// Where in `text[block]` an escape begins that stands for a printable character and is followed by another.
pub(super) fn find(text: &[u8], mut block: Range<usize>) -> Option<(Form, usize)> {
    let is_lead = |at: usize| matches!(text[at], b'%' | b'\\' | b'&');
    block.find_map(|at| if is_lead(at) { Some((double(text, at)?, at)) } else { None })
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
    use crate::matcher::sieved;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(Form, usize)> {
        let dense = sieved(text.as_bytes()).dense;
        let block = |at: usize| at..text.len().min(at + SIEVE_BLOCK);
        dense.into_iter().filter_map(|at| find(text.as_bytes(), block(at))).collect()
    }

    #[test]
    fn wide_strings_have_many_nul_bytes_wherever_they_stand() {
        for before in 0..130 {
            let text = [vec![b' '; before], b"a\0".repeat(16), vec![b' '; 99]].concat();
            let dense = sieved(&text).dense;
            assert!(dense.into_iter().any(|at| has_nul(&text, at)), "{before}");
        }
        assert!(!has_nul(b"a\0b", 0));
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
