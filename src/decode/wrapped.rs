//! Digits that are wrapped over lines, as MIME, PEM, YAML blocks and `xxd -p` do.
//!
//! Takes the first run of digits, gives all that belongs to it. Between two lines may stand a line end
//! with white space around it, or one written as `\n`, as inside of a JSON string.

use std::ops::Range;

use super::escape::line_end;

/// Shortest line that goes on in the next one. Values of a list, one a line, are mostly shorter.
const SHORTEST_LINE: usize = 56;

/// The end of the digits that begin with the run `first`: that of the last line that continues it.
pub(super) fn end(text: &[u8], first: Range<usize>, is_digit: fn(u8) -> bool) -> usize {
    let (mut end, mut width) = (first.end, first.len());
    while let Some(line) = next_line(text, end, is_digit) {
        let continues = width >= SHORTEST_LINE && line.len() <= width;
        // The first line is shorter where something else stands before it, and the others are indented.
        let opens = end == first.end && line.len() >= SHORTEST_LINE && is_indented(text, line.start);
        if !(continues || opens) {
            break;
        }
        end = line.end;
        if line.len() < width {
            break;
        }
        width = line.len();
    }
    end
}

fn is_indented(text: &[u8], at: usize) -> bool {
    at > 0 && matches!(text[at - 1], b' ' | b'\t')
}

/// The digits of the line behind the line end at `at`, where they are all that stands on it.
fn next_line(text: &[u8], at: usize, is_digit: fn(u8) -> bool) -> Option<Range<usize>> {
    let line = skip_line_end(text, at);
    let indent = text[line..].iter().take(64).take_while(|b| matches!(b, b' ' | b'\t')).count();
    let start = line + indent;
    let len = text[start..].iter().position(|b| !is_digit(*b)).unwrap_or(text.len() - start);
    (line > at && len > 0 && ends_line(text, start + len)).then(|| start..start + len)
}

/// Behind the line end at `at`, in either way of writing it.
pub(super) fn skip_line_end(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    if rest.starts_with(b"\\r\\n") {
        at + 4
    } else if rest.starts_with(b"\\n") {
        at + 2
    } else {
        at + line_end(rest)
    }
}

/// Whether the digits of a line are all that stands on it.
fn ends_line(text: &[u8], at: usize) -> bool {
    let padding = text[at..].iter().take(2).take_while(|b| **b == b'=').count();
    let rest = &text[at + padding..];
    matches!(rest.first(), None | Some(b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'<' | b'\\'))
}

/// Calls `f(unit, offset)` for each digit of a stretch.
pub(super) fn digits(
    text: &[u8],
    range: Range<usize>,
    is_digit: fn(u8) -> bool,
    mut f: impl FnMut(usize, usize),
) {
    let (mut at, mut unit) = (range.start, 0);
    while at < range.end {
        if is_digit(text[at]) {
            f(unit, at);
            unit += 1;
            at += 1;
        } else {
            at = skip_line_end(text, at).max(at + 1);
        }
    }
}
