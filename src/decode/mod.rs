//! Other forms of text: what is read besides the bytes as they are.
//!
//! Takes bytes; gives texts with a map from their offsets to those of the bytes.
//!
//! ```text
//! bytes -> runs ---+-> stretches -> layer (decoded pieces, one map) -> matcher
//!       -> leads --+                 |  ^
//!                                    +--+ until no stretch is left or the depth is reached
//! ```
//!
//! | module | what it knows |
//! | --- | --- |
//! | [`utf16`] | UTF-16, whole files and strings in binaries |
//! | `base64`, `hex` | digits, wrapped over lines or not |
//! | `escape` | percent, backslash, entities, quoted-printable, lines that a backslash continues |
//! | `literals` | string literals that are put together |
//! | `leads` | where text is escaped character by character; other stretches stand beside a run of the sieve |
//! | `stretch` | which bytes are to be decoded, and as what |
//! | `layer` | decoded text, and the map |
//! | `descent` | decodes and scans, layer by layer, within a budget |
//! | `news` | what of that is not known already |
//! | [`archive`] | archives and compressed files |
//!
//! What bounds the cost: stretches of a layer do not overlap (but for a kilobyte where a very long one is
//! cut), so every byte is decoded once per layer; and a budget in `descent` bounds all layers together.

pub mod archive;
mod base64;
pub(crate) mod descent;
mod escape;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod hex;
mod layer;
mod leads;
mod literals;
pub(crate) mod news;
mod stretch;
pub mod utf16;
mod wrapped;

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

/// How a stretch of text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// Base64, either alphabet.
    Base64,
    /// Hexadecimal digits.
    Hex,
    /// `%41`.
    Percent,
    /// `\x41`, `\u0041`, `\101`.
    Backslash,
    /// `&#65;`.
    Entity,
    /// `=41`, `=` at the end of a line.
    QuotedPrintable,
    /// A backslash at the end of a line.
    Continued,
    /// String literals with an operator between them.
    Concatenated,
    /// String literals with nothing but white space between them.
    Adjacent,
}

impl Form {
    /// Its name, as in "decoded from ...".
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Hex => "hexadecimal",
            Self::Percent => "percent-encoding",
            Self::Backslash => "backslash escapes",
            Self::Entity => "HTML entities",
            Self::QuotedPrintable => "quoted-printable",
            Self::Continued => "continued lines",
            Self::Concatenated | Self::Adjacent => "joined strings",
        }
    }

    /// Whether it is a run of digits, and not text with some parts escaped.
    fn is_digits(self) -> bool {
        matches!(self, Self::Base64 | Self::Hex)
    }
}

/// Whether a byte is one of text: printable ASCII, white space, or part of a longer character.
fn is_text(b: u8) -> bool {
    matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..)
}

/// Value of a hexadecimal digit.
fn hex_digit(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
