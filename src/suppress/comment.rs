//! Whether a place in a line is inside a comment, in any of the usual languages, as far as one line tells.
//!
//! Takes the text left and right of a word; knows no language. A `//` behind a colon is a URL, a `#` that
//! follows a letter an anchor, and what stands between double quotes is a string.

use bstr::ByteSlice as _;

/// What begins a comment, and what ends it before the line does.
const OPENERS: [(&[u8], Option<&[u8]>); 12] = [
    (b"<!--", Some(b"-->")),
    (b"/*", Some(b"*/")),
    (b"(*", Some(b"*)")),
    (b"{#", Some(b"#}")),
    (b"{{!", Some(b"}}")),
    (b"{{/*", Some(b"}}")),
    (b"<#", Some(b"#>")),
    (b"//", None),
    (b"--", None),
    (b"#", None),
    (b";", None),
    (b"%", None),
];

/// What a line inside a longer comment may begin with.
const CONTINUED: [&[u8]; 2] = [b"* ", b"rem "];

/// What may stand between the end of a comment and the end of the line.
const CLOSERS: [&[u8]; 8] = [b"*/", b"-->", b"*)", b"#}", b"}}", b"#>", b"\"\"\"", b"'''"];

/// Whether a word that has `before` left of it on its line stands in a comment. Bytes of secrets are `\0`
/// in `before`.
pub(super) fn is_in_comment(before: &[u8]) -> bool {
    let start = before.trim_ascii_start();
    if CONTINUED.iter().any(|c| start.len() >= c.len() && start[..c.len()].eq_ignore_ascii_case(c)) {
        return true;
    }
    OPENERS.iter().any(|(opener, closer)| {
        before.find_iter(opener).any(|at| {
            let inside = &before[at + opener.len()..];
            begins_comment(&before[..at], opener) && closer.is_none_or(|c| !inside.contains_str(c))
        })
    })
}

/// Whether an opener that has `before` left of it begins a comment.
fn begins_comment(before: &[u8], opener: &[u8]) -> bool {
    let in_string = before.iter().filter(|b| **b == b'"').count() % 2 == 1;
    let apart = before.last().is_none_or(|b| match opener {
        b";" | b"%" | b"--" => b.is_ascii_whitespace(),
        b"//" => *b != b':',
        b"#" => b.is_ascii_whitespace() || b";,)}]\"'`".contains(b),
        _ => true,
    });
    apart && !in_string
}

/// The text behind a word, up to where its comment ends; and whether its line ends there too.
pub(super) fn up_to_end(after: &[u8]) -> (&[u8], bool) {
    let end = CLOSERS.iter().filter_map(|closer| after.find(closer)).min().unwrap_or(after.len());
    let (inside, mut rest) = after.split_at(end);
    while let Some(shorter) = CLOSERS.iter().find_map(|closer| rest.strip_prefix(*closer)) {
        rest = shorter.trim_ascii_start();
    }
    (inside.trim_ascii(), rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_of_many_languages_are_seen() {
        for before in [
            "# ",
            "#",
            "x = 1 # ",
            "x = 1; // ",
            "f(); /* a ",
            "-- ",
            "x -- note: ",
            "<p> <!-- ",
            "; ",
            " * ",
            "REM ",
            "% ",
            "{# ",
            "{{!-- ",
            "(* ",
            "\"a\": \"b\", // ",
            "x = \"# \" # ",
            "don't // ",
            "<# ",
            "/* a */ // ",
        ] {
            assert!(is_in_comment(before.as_bytes()), "{before}");
        }
        for before in [
            "",
            "x = ",
            "x = \"",
            "x = \"# ",
            "https://host/",
            "page#",
            "f(a); g(",
            "/* a */ f(",
            "a--",
            "100%",
            "f(\"<!-- ",
        ] {
            assert!(!is_in_comment(before.as_bytes()), "{before}");
        }
    }

    #[test]
    fn comments_end() {
        assert_eq!(up_to_end(b" why */ -->\r\n"), (&b"why"[..], true));
        assert_eq!(up_to_end(b" -->"), (&b""[..], true));
        assert_eq!(up_to_end(b" a */ b"), (&b"a"[..], false));
        assert_eq!(up_to_end(b" a b\r"), (&b"a b"[..], true));
    }
}
