//! Other forms that text takes: what is read besides the bytes as they are.
//!
//! Takes bytes, gives views: text with a map from its offsets to those of the bytes.

pub mod utf16;

use std::ops::Range;

/// A text made from bytes, each of whose bytes stands for a unit of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The text; what has no counterpart in ASCII stands as 0xFF.
    pub text: Vec<u8>,
    /// Offset in the original of the first byte's unit.
    pub start: usize,
    /// Bytes of the original per byte of the text.
    pub stride: usize,
}

impl View {
    /// The part of the text that a range of the original falls into.
    pub fn range(&self, original: &Range<usize>) -> Range<usize> {
        let at = |i: usize| (i.saturating_sub(self.start) / self.stride).min(self.text.len());
        at(original.start)..at(original.end + self.stride - 1)
    }

    /// Offset in the original of the unit that offset `at` of the text stands for.
    pub fn original(&self, at: usize) -> usize {
        self.start + at * self.stride
    }
}
