//! A layer: the decoded stretches of a text one behind the other, with a map back to it.
//!
//! Pieces stand apart by a separator that no stretch, name or value reaches across. The map knows, for
//! marks in the text, which place of the source the next *unit* stands at; a unit is a byte of the text,
//! or a digit where the source is base64 or hexadecimal.

use std::ops::Range;

use super::Form;

/// Between two pieces.
const SEPARATOR: &[u8] = b"\n\0\n";

/// Decoded text.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) text: Vec<u8>,
    pieces: Vec<Piece>,
    marks: Vec<Mark>,
}

/// One stretch, decoded, or the name in front of it.
#[derive(Debug)]
struct Piece {
    start: usize,
    end: usize,
    /// `None` for a name, which is the source's own text.
    form: Option<Form>,
    /// Where it stands in the source.
    source: Range<usize>,
    first_mark: usize,
    /// Bytes per byte of the text: 2 where the decoded bytes are UTF-16.
    stride: usize,
    /// Whether only rules that chance cannot meet count in it.
    strict: bool,
}

/// From this unit on, until the next mark, each unit is `width` bytes of the source.
#[derive(Debug)]
struct Mark {
    unit: usize,
    source: usize,
    width: usize,
}

/// Where a range of a layer comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) source: Range<usize>,
    pub(super) form: Form,
    pub(super) strict: bool,
}

impl Layer {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
        self.marks.clear();
    }

    /// Begins a piece that is made from `source`.
    pub(super) fn begin(&mut self, form: Form, source: Range<usize>) {
        self.add_piece(Some(form), source);
    }

    /// Puts a name and `=` in front of the piece to come.
    pub(super) fn name(&mut self, name: &[u8], at: usize) {
        self.add_piece(None, at..at + name.len());
        self.mark(at, 1);
        self.text.extend_from_slice(name);
        self.text.push(b'=');
    }

    fn add_piece(&mut self, form: Option<Form>, source: Range<usize>) {
        let start = self.text.len();
        self.pieces.push(Piece {
            start,
            end: start,
            form,
            source,
            first_mark: self.marks.len(),
            stride: 1,
            strict: form == Some(Form::Adjacent),
        });
    }

    /// The next byte of the text is a unit of `width` bytes that stands at `source`, and so on.
    pub(super) fn mark(&mut self, source: usize, width: usize) {
        let unit = self.pieces.last().map_or(0, |p| self.text.len() - p.start);
        self.mark_unit(unit, source, width);
    }

    /// The same for a unit that is no byte of the text.
    pub(super) fn mark_unit(&mut self, unit: usize, source: usize, width: usize) {
        if let Some(last) = self.marks.last()
            && self.pieces.last().is_some_and(|p| p.first_mark < self.marks.len())
            && last.width == width
            && last.source + (unit - last.unit) * width == source
        {
            return;
        }
        self.marks.push(Mark { unit, source, width });
    }

    /// Ends the piece. Text that is mostly not printable is left to strict rules.
    pub(super) fn end(&mut self) {
        if let Some(piece) = self.pieces.last_mut() {
            let text = &self.text[piece.start..];
            let odd = text.iter().filter(|b| !super::is_text(**b) || **b >= 0x80).count();
            piece.end = self.text.len();
            piece.strict |= odd * 10 > text.len() && std::str::from_utf8(text).is_err();
        }
        self.text.extend_from_slice(SEPARATOR);
    }

    /// The bytes of the piece that is being made.
    pub(super) fn piece(&self) -> &[u8] {
        self.pieces.last().map_or(&[], |p| &self.text[p.start..])
    }

    /// Puts another text in place of the piece's, each of whose bytes is made from `stride` of its bytes;
    /// 0 for one whose places are not known more closely than the whole stretch.
    pub(super) fn replace(&mut self, text: &[u8], stride: usize) {
        if let Some(piece) = self.pieces.last_mut() {
            piece.stride = stride;
            self.text.truncate(piece.start);
            self.text.extend_from_slice(text);
        }
    }

    /// Where a range of the text comes from; `None` where its end is not decoded text.
    pub(super) fn place(&self, range: &Range<usize>) -> Option<Place> {
        let last = self.piece_at(range.end.checked_sub(1)?)?;
        let first = self.piece_at(range.start)?;
        let form = last.form?;
        let start = self.source(first, range.start - first.start).start;
        let to_its_end = form.is_digits() && range.end == last.end;
        let end =
            if to_its_end { last.source.end } else { self.source(last, range.end - 1 - last.start).end };
        Some(Place { source: start..end.max(start), form, strict: last.strict })
    }

    fn piece_at(&self, at: usize) -> Option<&Piece> {
        self.pieces[..self.pieces.partition_point(|p| p.start <= at)].last()
    }

    /// The bytes of the source that the byte `i` of a piece is made from, and all between.
    fn source(&self, piece: &Piece, i: usize) -> Range<usize> {
        if piece.stride == 0 {
            return piece.source.clone();
        }
        let (first, last) = (i * piece.stride, i * piece.stride + piece.stride - 1);
        let (first, last) = match piece.form {
            Some(Form::Base64) => (first * 8 / 6, (last * 8 + 7) / 6),
            Some(Form::Hex) => (first * 2, last * 2 + 1),
            _ => (first, last),
        };
        let start = self.unit(piece, first).start;
        let end = self.unit(piece, last).end;
        start.min(piece.source.end)..end.min(piece.source.end)
    }

    fn unit(&self, piece: &Piece, unit: usize) -> Range<usize> {
        let marks = &self.marks[piece.first_mark..];
        // Marks of later pieces count from 0 again, so the search must not see them.
        let next = self.pieces.partition_point(|p| p.start <= piece.start);
        let own = self.pieces.get(next).map_or(marks.len(), |p| p.first_mark - piece.first_mark);
        let marks = &marks[..own];
        match marks[..marks.partition_point(|m| m.unit <= unit)].last() {
            Some(m) => {
                let at = m.source + (unit - m.unit) * m.width;
                at..at + m.width
            }
            None => piece.source.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_decoded_text_but_a_value_may_begin_in_it() {
        let mut layer = Layer::default();
        layer.name(b"key", 4);
        layer.begin(Form::Percent, 10..16);
        layer.mark(10, 3);
        layer.text.extend(b"ab");
        layer.end();
        assert_eq!(layer.text, b"key=ab\n\0\n");
        assert_eq!(layer.place(&(0..3)), None);
        let place = |range| layer.place(&range).map(|p| p.source);
        assert_eq!(place(4..6), Some(10..16));
        assert_eq!(place(5..6), Some(13..16));
        assert_eq!(place(0..5), Some(4..13));
    }

    #[test]
    fn marks_of_one_pace_are_one() {
        let mut layer = Layer::default();
        layer.begin(Form::Percent, 0..9);
        for at in [0, 3, 6] {
            layer.mark(at, 3);
            layer.text.push(b'a');
        }
        layer.end();
        assert_eq!(layer.marks.len(), 1);
    }
}
