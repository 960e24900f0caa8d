//! Owners: the block that a name stands in, for names that do not say whose secret it is.
//!
//! Takes the text and where a name begins; looks left for the key of the object, of the block of YAML, or of the
//! section that holds it, one level up. Cost is bounded: at most [`REACH`] bytes are looked at.
//!
//! | form | example |
//! | --- | --- |
//! | braces | `"acme": { "key": "value" }`, `provider "acme" {` over `key = "value"` |
//! | indentation | `acme:` over `  key: value` |
//! | section | `[acme]` over `key = value` |

use std::ops::Range;

use super::{is_name_byte, is_wrapping, skip_back};

/// How far left of a name its block may begin, in bytes.
const REACH: usize = 480;

/// What names the block that the name beginning at `name` stands in.
pub(in crate::matcher) fn owner_of(text: &[u8], name: usize) -> Option<Range<usize>> {
    let floor = name.saturating_sub(REACH);
    let left = &text[floor..name];
    crate::matcher::steps::count(left.len());
    let owner = match open_brace(left) {
        Some(brace) => before_brace(left, brace),
        // What the reach cuts off is no whole line.
        None => above(left, floor > 0),
    }?;
    Some(floor + owner.start..floor + owner.end)
}

/// The last brace that nothing closes.
fn open_brace(left: &[u8]) -> Option<usize> {
    let mut closed = 0usize;
    left.iter().rposition(|b| match b {
        b'}' => {
            closed += 1;
            false
        }
        b'{' if closed > 0 => {
            closed -= 1;
            false
        }
        b => *b == b'{',
    })
}

fn before_brace(left: &[u8], brace: usize) -> Option<Range<usize>> {
    let end = skip_back(left, brace, |b| is_wrapping(b) || matches!(b, b':' | b'=' | b'>'));
    let start = skip_back(left, end, is_name_byte);
    (start < end).then_some(start..end)
}

/// The key on the nearest line above that is indented less; for a name that is not indented, the section.
fn above(left: &[u8], is_cut: bool) -> Option<Range<usize>> {
    let line = left.iter().rposition(|b| *b == b'\n')? + 1;
    let depth = indentation(&left[line..]);
    if line + depth < left.len() && !left[line + depth..].iter().all(|b| matches!(b, b'"' | b'\'')) {
        return None;
    }
    let mut end = line - 1;
    loop {
        let start = left[..end].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        if start == 0 && is_cut {
            return None;
        }
        let found = left[start..end].trim_ascii_end();
        let inner = indentation(found);
        let is_text = inner < found.len() && found[inner] != b'#';
        if depth > 0 && is_text && inner < depth {
            return trimmed(left, start + inner, start + found.strip_suffix(b":")?.len());
        }
        if depth == 0 && found.first() == Some(&b'[') {
            return trimmed(left, start + 1, start + found.strip_suffix(b"]")?.len());
        }
        end = start.checked_sub(1)?;
    }
}

/// How deep a line is indented. A dash that begins an entry of a list counts as a blank.
fn indentation(line: &[u8]) -> usize {
    let blanks = |line: &[u8]| line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let depth = blanks(line);
    if line[depth..].starts_with(b"- ") { depth + 2 + blanks(&line[depth + 2..]) } else { depth }
}

/// The name within quotes, if it is nothing else.
fn trimmed(left: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let is_quote = |b: &u8| matches!(b, b'"' | b'\'' | b' ');
    let start = start + left.get(start..end)?.iter().take_while(|b| is_quote(b)).count();
    let end = skip_back(left, end, |b| is_quote(&b));
    (start < end && left[start..end].iter().all(|b| is_name_byte(*b))).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(text: &str) -> Option<&str> {
        owner_of(text.as_bytes(), text.find("NAME").unwrap()).map(|at| &text[at])
    }

    #[test]
    fn braces_indentation_and_sections_have_owners() {
        for text in [
            "{\"acme\": {\"NAME\": \"v\"}}",
            "{\n  \"acme\": {\n    \"a\": {\"b\": 1},\n    \"NAME\": \"v\"\n  }\n}",
            "acme = { NAME = \"v\" }",
            "provider \"acme\" {\n  x = \"y\"\n  NAME = \"v\"\n}",
            "new Client({ acme: { id: `${X}`, NAME: 'v' } })",
            "acme:\n  NAME: v",
            "x: 1\nacme:\n  deep:\n    y: 2\n  # note:\n\n  NAME: v",
            "a:\n  'acme':\n    - x: 1\n      NAME: v",
            "[acme]\nid = 3\n\nNAME = v",
            "[ \"acme\" ]\nNAME: v",
        ] {
            assert_eq!(owner(text), Some("acme"), "{text}");
        }
    }

    #[test]
    fn others_have_none() {
        for text in [
            "NAME: v",
            "acme: 1\nNAME: v",
            "acme:\nNAME: v",
            "acme: 1\n  NAME: v",
            "acme:\n  x NAME: v",
            "[{ \"NAME\": \"v\" }]",
            "say something:\n  NAME: v",
            "[a b]\nNAME = v",
            "acme: {x: 1}\nNAME: v",
        ] {
            assert_eq!(owner(text), None, "{text}");
        }
        let far = format!("acme:\n{}  NAME: v", "  x: 1\n".repeat(100));
        assert_eq!(owner(&far), None);
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text: Vec<u8>, at: usize) {
            let at = at.checked_rem(text.len()).unwrap_or(0);
            let _ = owner_of(&text, at);
        }

        #[test]
        fn nothing_panics_on_what_looks_like_blocks(text in "[ab:{}\\[\\]\" \n-]{0,60}") {
            let _ = owner_of(text.as_bytes(), text.len());
        }
    }
}
