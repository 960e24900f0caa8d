//! The sieve: finds the long runs of token characters, in which every token-shaped secret stands.
//!
//! Takes bytes, gives the runs of at least [`MIN_RUN`] bytes of `[A-Za-z0-9_+/.~-]` in order, and those of at
//! least [`MIN_CLOSED`] bytes that end as values do: with a quote, an `&` or the line. A 64-byte block becomes
//! masks of 64 bits with a handful of vector operations; runs are then found in the masks. For the sake of
//! fewer operations the class also holds `^` and DEL, which harms nothing. The same look at a block tells
//! whether it is full of what escaped text and UTF-16 are full of.
//!
//! Why this class: without `+ / .` the base64 keys and dotted tokens would fall into shorter runs, and
//! some would be missed; with them 5 to 9.5 % of the bytes of ordinary code are in runs of 20 or more.

use std::ops::Range;

use wide::i8x16;

use super::vector::{Avx2, Avx512, BLOCK, Classes, Nibbles};

/// Length in bytes of the shortest run that is given, whatever follows it.
pub const MIN_RUN: usize = 20;

/// Length in bytes of the shortest run that is given where a quote, an `&`, or the end of a line or of the text
/// follows it. Shorter ones are too many, and a name is all that would speak for them.
pub const MIN_CLOSED: usize = 12;

/// Blocks whose masks are made at once: 2 KiB of text.
const BATCH: usize = 32;

/// Whether a byte belongs to a run. The scalar twin of the block mask.
pub const fn is_run_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'/' | b'_' | b'~' | b'^' | 0x7f)
}

/// Whether a byte closes short runs: `"`, `'`, `&`, the end of a line, the backslash of an escaped quote, and a few
/// that stand next to these in the table.
pub(super) const fn is_closer(b: u8) -> bool {
    matches!(b, b'"' | b'\'' | b'&' | b'\n' | b'\r' | b'\\' | b'*' | 2 | 6 | 7)
}

/// A block that holds so many marks may be of escaped text or of UTF-16. Of 21 escapes (`%41`, `\x41`,
/// `\u0041`, `&#65;`) and of 16 units of UTF-16 that follow each other, one block at least holds so many.
const DENSE: u32 = 8;

/// The bytes of runs are the sets 0 to 3, marks 4 to 6, and what closes short runs 5 and 7: a `-` is among these,
/// which ends no run.
const SETS: Nibbles = {
    let mut sets = Nibbles::EMPTY;
    sets.add(0xe800, 1 << 2, 0); // + - . /
    sets.add(0x03ff, 1 << 3, 1); // 0-9
    sets.add(0xfffe, 1 << 4 | 1 << 6, 2); // A-O a-o
    sets.add(0xc7ff, 1 << 5 | 1 << 7, 3); // P-Z ^ _ p-z ~ DEL
    sets.add(0x0060, 1 << 2, 4); // % &
    sets.add(0x1000, 1 << 5, 5); // \
    sets.add(0x0001, 1 << 0, 6); // NUL
    sets.add(0x24c4, 1 << 0 | 1 << 2, 7); // " ' & \n \r
    sets
};

/// How the masks of blocks are made.
#[derive(Debug, Clone, Copy)]
enum Machine {
    Avx512(Avx512),
    Avx2(Avx2),
    Any,
}

impl Machine {
    fn detect() -> Self {
        let lesser = || Avx2::detect().map_or(Self::Any, Self::Avx2);
        Avx512::detect().map_or_else(lesser, Self::Avx512)
    }

    /// The mask of each block's run bytes, and how many marks it holds.
    fn classes(self, blocks: &[[u8; BLOCK]], classes: &mut [Classes]) {
        match self {
            Self::Avx512(avx512) => avx512.classes(blocks, &SETS, classes),
            Self::Avx2(avx2) => avx2.classes(blocks, &SETS, classes),
            Self::Any => blocks.iter().zip(classes).for_each(|(block, classes)| *classes = portable(block)),
        }
    }
}

/// The same for one block, with what every machine has.
fn portable(block: &[u8; BLOCK]) -> Classes {
    let mut classes = Classes::default();
    let (lanes, _) = block.as_chunks::<16>();
    for (i, lane) in lanes.iter().enumerate() {
        let v = i8x16::new(lane.map(|b| b as i8));
        classes.mask |= u64::from(run_bytes(v)) << (16 * i);
        classes.others += marks(v).count_ones();
        classes.closers |= u64::from(closers(v)) << (16 * i);
    }
    classes
}

fn marks(v: i8x16) -> u32 {
    let is = |b: u8| v.simd_eq(i8x16::splat(b as i8));
    (is(b'%') | is(b'\\') | is(b'&') | is(0)).to_bitmask()
}

/// The bytes of [`is_closer`], and the `-` that the table of the kernels holds with them.
#[inline]
fn closers(v: i8x16) -> u16 {
    let is = |b: u8| v.simd_eq(i8x16::splat(b as i8));
    let all = b"'&\n\r\\*-\x02\x06\x07".iter().fold(is(b'"'), |all, b| all | is(*b));
    all.to_bitmask() as u16
}

#[inline]
fn run_bytes(v: i8x16) -> u16 {
    let folded = v | i8x16::splat(0x20);
    // Signed compares: after the shift, the wanted range lies at the very bottom of i8.
    let below = |v: i8x16, from: u8, count: u8| {
        let shifted = v + i8x16::splat((0x80u8.wrapping_sub(from)) as i8);
        i8x16::splat((0x80u8.wrapping_add(count)) as i8).simd_gt(shifted)
    };
    let letter = below(folded, b'a', 26);
    let low_symbol_or_digit = below(v, b'+', b'9' - b'+' + 1) & !v.simd_eq(i8x16::splat(b',' as i8));
    // `^ ~` fold to `~`, `_ DEL` fold to DEL; bytes from 0x80 on are negative.
    let high_symbol = folded.simd_gt(i8x16::splat(b'}' as i8));
    (letter | low_symbol_or_digit | high_symbol).to_bitmask() as u16
}

/// Calls `f` with each maximal run of at least [`MIN_RUN`] bytes in `text[range]`, and of at least
/// [`MIN_CLOSED`] where it is closed, in order. A run that begins before or ends behind the range is given
/// whole, so the result does not depend on the cut. Blocks that are full of marks go to `dense`, by where they
/// begin.
pub(super) fn runs(
    text: &[u8],
    range: Range<usize>,
    dense: &mut Vec<usize>,
    mut f: impl FnMut(Range<usize>),
) {
    let start = start_of_run(text, range.start);
    let end = end_of_run(text, range.end);
    let mut runs = Runs { at: start, ..Runs::default() };
    let mut block = |of: Classes| {
        if of.others >= DENSE {
            dense.push(runs.at);
        }
        runs.block(of, &mut f);
    };
    let (blocks, tail) = text[start..end].as_chunks::<BLOCK>();
    let (machine, mut batch) = (Machine::detect(), [Classes::default(); BATCH]);
    for blocks in blocks.chunks(BATCH) {
        machine.classes(blocks, &mut batch);
        batch[..blocks.len()].iter().for_each(|of| block(*of));
    }
    // A run that ends with the text, or with a range of it, may be a closed one.
    let padding = text.get(end).map_or(b'\n', |b| if is_closer(*b) { *b } else { b' ' });
    let mut last = [padding; BLOCK];
    last[..tail.len()].copy_from_slice(tail);
    machine.classes(&[last], &mut batch);
    block(batch[0]);
}

/// Where the run that holds the byte before `at` begins; `at` itself where there is none.
fn start_of_run(text: &[u8], at: usize) -> usize {
    text[..at].iter().rposition(|&b| !is_run_byte(b)).map_or(0, |i| i + 1)
}

/// Where the run that holds the byte at `at` ends.
fn end_of_run(text: &[u8], at: usize) -> usize {
    text[at..].iter().position(|&b| !is_run_byte(b)).map_or(text.len(), |i| at + i)
}

/// Runs across blocks.
#[derive(Debug, Default)]
struct Runs {
    /// Where the block begins that comes next.
    at: usize,
    /// Where a long run began that reached the end of the last block.
    open: Option<usize>,
    /// The mask of the last block.
    last: u64,
}

impl Runs {
    #[inline(always)]
    fn block(&mut self, of: Classes, f: &mut impl FnMut(Range<usize>)) {
        let both = u128::from(of.mask) << BLOCK | u128::from(self.last);
        let (long, closed) = ends(both, of.closers);
        if long | closed != 0 || self.open.is_some() {
            self.ended(both, long, closed, f);
        }
        self.last = of.mask;
        self.at += BLOCK;
    }

    /// The runs that end in this block; the last long one may stay open.
    #[inline(never)]
    fn ended(&mut self, both: u128, mut long: u64, mut closed: u64, f: &mut impl FnMut(Range<usize>)) {
        let mask = (both >> BLOCK) as u64;
        if let Some(from) = self.open.take() {
            let len = mask.trailing_ones() as usize;
            if len == BLOCK {
                self.open = Some(from);
                return;
            }
            f(from..self.at + len);
            long &= !low_bits(len);
        }
        while long != 0 {
            let end_of_first = long.trailing_zeros() as usize;
            self.closed(both, closed & low_bits(end_of_first), f);
            closed &= !low_bits(end_of_first);
            let from = self.at + end_of_first + 1 - MIN_RUN;
            let end = end_of_first + (mask >> end_of_first).trailing_ones() as usize;
            if end == BLOCK {
                self.open = Some(from);
                return;
            }
            f(from..self.at + end);
            long &= !low_bits(end);
        }
        self.closed(both, closed, f);
    }

    /// The short runs that these bytes of the block close.
    fn closed(&self, both: u128, mut closers: u64, f: &mut impl FnMut(Range<usize>)) {
        while closers != 0 {
            let at = closers.trailing_zeros() as usize;
            let len = (both << (BLOCK - at)).leading_ones() as usize;
            f(self.at + at - len..self.at + at);
            closers &= closers - 1;
        }
    }
}

/// Bit `i` of the first says whether [`MIN_RUN`] bytes of a run end with byte `i` of the block in the upper half
/// of `both`; of the second, whether byte `i` closes a run of at least [`MIN_CLOSED`] and fewer bytes. It takes
/// no branch: whether a run reaches a block's end is what no processor can foresee.
#[inline]
fn ends(both: u128, closers: u64) -> (u64, u64) {
    // Twice the length each time, and the last steps to `MIN_CLOSED` and `MIN_RUN`.
    let two = both & both << 1;
    let four = two & two << 2;
    let eight = four & four << 4;
    let closed = eight & eight << (MIN_CLOSED - 8);
    let long = closed & closed << (MIN_RUN - MIN_CLOSED);
    let short = (closed & !long) << 1;
    ((long >> BLOCK) as u64, (short >> BLOCK) as u64 & closers & !((both >> BLOCK) as u64))
}

#[inline]
fn low_bits(n: usize) -> u64 {
    if n >= 64 { u64::MAX } else { (1 << n) - 1 }
}

#[cfg(test)]
mod tests {
    use super::super::fuzz::runs_scalar;
    use super::*;
    use proptest::prelude::*;

    fn runs_vector(text: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        runs(text, range, &mut Vec::new(), |r| found.push(r));
        found
    }

    #[test]
    fn every_byte_is_classed_as_by_the_scalar_twin() {
        for b in 0..=255u8 {
            let mask = if is_run_byte(b) { u64::MAX } else { 0 };
            let others = if b"%&\\\0".contains(&b) { 64 } else { 0 };
            let closers = if is_closer(b) || b == b'-' { u64::MAX } else { 0 };
            let (block, expected) = ([b; BLOCK], Classes { mask, others, closers });
            assert_eq!(portable(&block), expected, "byte {b:#04x}");
            assert_eq!(Classes::of(&block, &SETS), expected, "byte {b:#04x}");
            let mut vector = [Classes::default()];
            Machine::detect().classes(&[block], &mut vector);
            assert_eq!(vector, [expected], "byte {b:#04x}");
        }
    }

    #[test]
    fn runs_of_every_length_at_every_place() {
        for len in 0..200 {
            for before in 0..70 {
                let mut text = vec![b' '; before];
                text.extend(vec![b'a'; len]);
                for (behind, least) in [(&b""[..], MIN_CLOSED), (b"\"", MIN_CLOSED), (b" ", MIN_RUN)] {
                    text.truncate(before + len);
                    text.extend(behind);
                    let expected: Vec<_> =
                        (len >= least).then_some(before..before + len).into_iter().collect();
                    assert_eq!(runs_vector(&text, 0..text.len()), expected, "{len} after {before}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn equals_the_scalar_twin(pieces in prop::collection::vec((0usize..90, any::<u8>()), 0..12)) {
            let mut text = Vec::new();
            for (len, separator) in pieces {
                text.extend((0..len).map(|i| b"aZ09_-./+~"[i % 10]));
                text.push(separator);
            }
            prop_assert_eq!(runs_vector(&text, 0..text.len()), runs_scalar(&text, 0..text.len()));
        }

        #[test]
        fn a_cut_does_not_change_the_runs_it_touches(
            text in "[a-z ]{0,40}([A-Za-z0-9_]{0,50}[ ,\"]){0,8}", a in 0usize..400, b in 0usize..400
        ) {
            let text = text.as_bytes();
            let (a, b) = (a.min(b).min(text.len()), a.max(b).min(text.len()));
            prop_assert_eq!(runs_vector(text, a..b), runs_scalar(text, a..b));
        }
    }
}
