//! Texts of very many secrets: what is found is handed over piece by piece.
//!
//! A million tokens in one file would take a gigabyte as a million [`Sighting`]s at once. So a text in which
//! the matcher meets more than [`MOST_HITS`] is scanned again in pieces of [`PIECE`] bytes, each with enough
//! text on either side to find what a scan of the whole would, and each piece's sightings are handed over
//! before the next piece is begun.

use std::ops::Range;

use bstr::ByteSlice as _;

use super::{Scanner, Sighting, Worker};
use crate::blob::Origin;
use crate::matcher::Sieved;
use crate::place::{Lines, Position};

/// With no more hits than this a text is scanned in one go.
const MOST_HITS: usize = 20_000;
/// Bytes of a piece.
const PIECE: usize = 256 << 10;
/// Bytes that are looked at on either side of a piece: more than any rule does.
const CONTEXT: usize = 64 << 10;

impl Scanner {
    /// Gives the secrets in `bytes[range]`, as [`scan_range`](Self::scan_range) does, to `each`: in one go,
    /// or piece by piece where they are very many.
    pub fn scan_each(
        &self,
        worker: &mut Worker,
        bytes: &[u8],
        range: Range<usize>,
        origin: &Origin<'_>,
        mut each: impl FnMut(Vec<Sighting>),
    ) {
        worker.scratch.limit_hits(Some(MOST_HITS));
        let found = self.scan_range(worker, bytes, range.clone(), origin);
        if worker.scratch.limit_hits(None) {
            drop(found);
            // The runs of the whole text: some sixteen bytes for each secret.
            worker.scratch.sieved = Sieved::default();
            return self.scan_pieces(worker, bytes, range, origin, each);
        }
        if !found.is_empty() {
            each(found);
        }
    }

    fn scan_pieces(
        &self,
        worker: &mut Worker,
        bytes: &[u8],
        range: Range<usize>,
        origin: &Origin<'_>,
        mut each: impl FnMut(Vec<Sighting>),
    ) {
        let mut lines = Lines::new(bytes);
        let mut from = range.start;
        while from < range.end {
            let to = cut(bytes, from).min(range.end);
            let window = cut_before(bytes, from.saturating_sub(CONTEXT))..bytes.len().min(to + CONTEXT);
            let start = lines.position(window.start);
            let new = from - window.start..to - window.start;
            let mut found = self.scan_range(worker, &bytes[window.clone()], new.clone(), origin);
            found.retain(|s| new.contains(&(s.occurrence.offset as usize)));
            found.iter_mut().for_each(|s| shift(s, window.start, start));
            each(found);
            from = to;
        }
    }
}

/// Where the piece that begins at `from` ends: behind a line where one ends near, else anywhere, at an even
/// offset for the sake of UTF-16.
fn cut(bytes: &[u8], from: usize) -> usize {
    let to = from + PIECE;
    if to >= bytes.len() { bytes.len() } else { cut_before(bytes, to) }
}

/// The same for a place at or, at most [`CONTEXT`] bytes, before `at`.
fn cut_before(bytes: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(CONTEXT);
    match bytes[floor..at].rfind_byte(b'\n') {
        // In UTF-16 a line end is two bytes.
        Some(newline) => floor + newline + 1 + usize::from(bytes.get(floor + newline + 1) == Some(&0)),
        None => at - at % 2,
    }
}

/// From a place in a window to one in the text.
fn shift(sighting: &mut Sighting, by: usize, start: Position) {
    let at = &mut sighting.occurrence;
    at.offset += by as u64;
    if at.line == 1 {
        at.column += start.column - 1;
        at.column_utf16 += start.column_utf16 - 1;
    }
    at.line += start.line - 1;
}

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use super::*;
    use crate::finding::Surface;
    use crate::rule;

    fn scanned(text: &[u8], in_pieces: bool) -> Vec<(String, u64, u64, u64, bstr::BString)> {
        let scanner = Scanner::new(rule::embedded().iter().collect());
        let origin = Origin::tree(BStr::new("x"), BStr::new("x"), Surface::File);
        let mut found = Vec::new();
        let worker = &mut scanner.worker();
        if in_pieces {
            scanner.scan_pieces(worker, text, 0..text.len(), &origin, |some| found.extend(some));
        } else {
            found = scanner.scan(worker, text, &origin);
        }
        let told = |s: Sighting| {
            let at = s.occurrence;
            (s.rule.id.to_owned(), at.line, at.column, at.offset, at.excerpt)
        };
        found.into_iter().map(told).collect()
    }

    #[test]
    fn pieces_give_what_the_whole_gives() {
        let token = |seed| rule::sample::fill("ghp_${alnum:30}${crc32:6}", seed).unwrap();
        for between in ["\n", " ", ", some words of a line\n", "\", \""] {
            let text: String =
                (0..9000).map(|i| token(i % 50) + &between.repeat(1 + i as usize % 3)).collect();
            let whole = scanned(text.as_bytes(), false);
            assert_eq!(whole.len(), 9000);
            assert_eq!(scanned(text.as_bytes(), true), whole, "{between:?}");
        }
    }

    #[test]
    fn very_many_hits_are_handed_over_in_pieces_and_none_is_lost() {
        let scanner = Scanner::new(rule::embedded().iter().collect());
        let origin = Origin::tree(BStr::new("x"), BStr::new("x"), Surface::File);
        let token = rule::sample::fill("ghp_${alnum:30}${crc32:6}", 1).unwrap() + "\n";
        for count in [MOST_HITS / 4, 3 * MOST_HITS] {
            let text = token.repeat(count);
            let mut sizes = Vec::new();
            let worker = &mut scanner.worker();
            scanner.scan_each(worker, text.as_bytes(), 0..text.len(), &origin, |f| sizes.push(f.len()));
            assert_eq!(sizes.iter().sum::<usize>(), count);
            assert_eq!(sizes.len() > 1, count > MOST_HITS, "{sizes:?}");
        }
    }
}
