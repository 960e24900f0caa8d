//! Places in a text: lines and columns, and the excerpt of a line that a report shows.
//!
//! Takes a text and byte offsets in ascending order; gives 1-based lines, columns in characters and in
//! UTF-16 units. Text before the last offset is passed over once, however many offsets there are.

use std::ops::Range;

use bstr::{BString, ByteSlice};

/// How many bytes of a line an excerpt shows on either side of the secret at most.
const AROUND: usize = 80;
/// What stands in an excerpt for a secret.
pub const MASK: &[u8] = b"********";
/// What stands for a part of the line that is not shown.
const CUT: &str = "\u{2026}";

/// Line and column of an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// 1-based line.
    pub line: u64,
    /// 1-based column in characters.
    pub column: u64,
    /// 1-based column in UTF-16 units.
    pub column_utf16: u64,
}

/// Counts lines and columns for ascending offsets.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a [u8],
    line: u64,
    line_start: usize,
    /// Offset, column and UTF-16 column of the last position on the current line.
    last: (usize, u64, u64),
}

impl<'a> Lines<'a> {
    /// Starts at the beginning of a text.
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, line: 1, line_start: 0, last: (0, 1, 1) }
    }

    /// The position of the byte at `offset`, which must not be before that of the last call.
    pub fn position(&mut self, offset: usize) -> Position {
        let from = self.last.0;
        let between = &self.text[from..offset];
        if let Some(newline) = memchr::memrchr(b'\n', between) {
            self.line += memchr::memchr_iter(b'\n', between).count() as u64;
            self.line_start = from + newline + 1;
            self.last = (self.line_start, 1, 1);
        }
        let (mut column, mut column_utf16) = (self.last.1, self.last.2);
        for c in self.text[self.last.0..offset].chars() {
            column += 1;
            column_utf16 += c.len_utf16() as u64;
        }
        self.last = (offset, column, column_utf16);
        Position { line: self.line, column, column_utf16 }
    }
}

/// The line around a secret with every secret in it masked.
///
/// `secrets` are all secrets of the text, ascending and without overlaps; `which` is the index of the one
/// to show. Of a long line only the surroundings are shown, cut at white space or quotes, so that no
/// other value is shown in part. A secret of several lines shows its first line.
pub fn excerpt(text: &[u8], secrets: &[Range<usize>], which: usize) -> BString {
    let secret = &secrets[which];
    let (from, cut_left) = excerpt_start(text, secret.start);
    let (to, cut_right) = excerpt_end(text, secret.end);
    let mut out = BString::default();
    if cut_left {
        out.extend_from_slice(CUT.as_bytes());
    }
    let mut at = from;
    let first = secrets.partition_point(|s| s.end <= from);
    for s in secrets[first..].iter().take_while(|s| s.start < to) {
        out.extend_from_slice(&text[at..s.start.max(at)]);
        out.extend_from_slice(MASK);
        at = s.end.min(to).max(at);
    }
    out.extend_from_slice(&text[at..to]);
    if cut_right {
        out.extend_from_slice(CUT.as_bytes());
    }
    out
}

fn excerpt_start(text: &[u8], secret: usize) -> (usize, bool) {
    let floor = secret.saturating_sub(AROUND);
    if let Some(i) = memchr::memrchr(b'\n', &text[floor..secret]) {
        return (floor + i + 1, false);
    }
    if floor == 0 {
        return (0, false);
    }
    let break_at = text[floor..secret].iter().position(|b| is_break(*b));
    (break_at.map_or(secret, |i| floor + i), true)
}

fn excerpt_end(text: &[u8], secret: usize) -> (usize, bool) {
    let ceiling = text.len().min(secret + AROUND);
    if let Some(i) = memchr::memchr(b'\n', &text[secret..ceiling]) {
        return (secret + i, false);
    }
    if ceiling == text.len() {
        return (ceiling, false);
    }
    let break_at = text[secret..ceiling].iter().rposition(|b| is_break(*b));
    (break_at.map_or(secret, |i| secret + i + 1), true)
}

fn is_break(b: u8) -> bool {
    b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b',' | b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let text = "a\nä𝄞x\r\nlast".as_bytes();
        let mut lines = Lines::new(text);
        let at = |n| text.find(n).unwrap();
        assert_eq!(lines.position(0), Position { line: 1, column: 1, column_utf16: 1 });
        assert_eq!(lines.position(at("x")), Position { line: 2, column: 3, column_utf16: 4 });
        assert_eq!(lines.position(at("last")), Position { line: 3, column: 1, column_utf16: 1 });
        assert_eq!(lines.position(text.len()), Position { line: 3, column: 5, column_utf16: 5 });
    }

    #[test]
    fn an_excerpt_masks_every_secret_of_the_line() {
        let text = b"first\nkey = AAAA; other = BBBB;\nlast";
        let secrets = [12..16, 26..30];
        assert_eq!(excerpt(text, &secrets, 0), "key = ********; other = ********;");
        assert_eq!(excerpt(text, &secrets, 1), "key = ********; other = ********;");
    }

    #[test]
    fn a_long_line_is_cut_between_values() {
        let filler = "value,".repeat(100);
        let text = format!("{filler}SECRET,{filler}");
        let secret = std::slice::from_ref(&(600..606));
        let shown = excerpt(text.as_bytes(), secret, 0).to_string();
        assert!(shown.starts_with("\u{2026},value,") && shown.ends_with("value,\u{2026}"), "{shown}");
        let solid = format!("{}SECRET{}", "x".repeat(500), "y".repeat(500));
        let secret = std::slice::from_ref(&(500..506));
        assert_eq!(excerpt(solid.as_bytes(), secret, 0), "\u{2026}********\u{2026}");
    }
}
