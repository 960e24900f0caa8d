//! The sieve: finds the long runs of token characters, in which every token-shaped secret stands.
//!
//! Takes bytes, gives the runs of at least [`MIN_RUN`] bytes of `[A-Za-z0-9_+/.~-]` in order. A 64-byte
//! block becomes a mask of 64 bits with a handful of vector compares; runs are then found in the masks.
//! For the sake of one compare less the class also holds `^` and DEL, which harms nothing.
//!
//! Why this class: without `+ / .` the base64 keys and dotted tokens would fall into shorter runs, and
//! some would be missed; with them 5 to 9.5 % of the bytes of ordinary code are in runs of 20 or more.

use std::ops::Range;

use wide::i8x16;

/// Length in bytes of the shortest run that is given.
pub const MIN_RUN: usize = 20;

/// Bytes that one mask covers.
const BLOCK: usize = 64;

/// Whether a byte belongs to a run. The scalar twin of the block mask.
pub const fn is_run_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'/' | b'_' | b'~' | b'^' | 0x7f)
}

/// Bit `i` says whether byte `i` of the block belongs to a run.
fn mask(block: &[u8; BLOCK]) -> u64 {
    let mut bits = 0;
    let (lanes, _) = block.as_chunks::<16>();
    for (i, lane) in lanes.iter().enumerate() {
        bits |= u64::from(lane_mask(lane)) << (16 * i);
    }
    bits
}

#[inline]
fn lane_mask(lane: &[u8; 16]) -> u16 {
    let v = i8x16::new(lane.map(|b| b as i8));
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

/// Calls `f` with each maximal run of at least [`MIN_RUN`] bytes in `text[range]`, in order. A run that
/// begins before or ends behind the range is given whole, so the result does not depend on the cut.
pub(super) fn runs(text: &[u8], range: Range<usize>, mut f: impl FnMut(Range<usize>)) {
    let start = start_of_run(text, range.start);
    let end = end_of_run(text, range.end);
    let mut state = Runs { open: None, f: &mut f };
    let (blocks, tail) = text[start..end].as_chunks::<BLOCK>();
    let mut at = start;
    for block in blocks {
        state.block(at, mask(block));
        at += BLOCK;
    }
    let mut last = [0u8; BLOCK];
    last[..tail.len()].copy_from_slice(tail);
    state.block(at, mask(&last));
    state.close(at + BLOCK);
}

/// Where the run that holds the byte before `at` begins; `at` itself where there is none.
fn start_of_run(text: &[u8], at: usize) -> usize {
    text[..at].iter().rposition(|&b| !is_run_byte(b)).map_or(0, |i| i + 1)
}

/// Where the run that holds the byte at `at` ends.
fn end_of_run(text: &[u8], at: usize) -> usize {
    text[at..].iter().position(|&b| !is_run_byte(b)).map_or(text.len(), |i| at + i)
}

/// Runs across blocks: `open` is where a run began that reached the end of the last block.
struct Runs<'f, F> {
    open: Option<usize>,
    f: &'f mut F,
}

impl<F: FnMut(Range<usize>)> Runs<'_, F> {
    #[inline]
    fn block(&mut self, at: usize, mask: u64) {
        if let Some(from) = self.open {
            if mask == u64::MAX {
                return;
            }
            let len = mask.trailing_ones() as usize;
            self.open = None;
            self.give(from, at + len);
            self.inside(at, mask & !low_bits(len));
        } else {
            self.inside(at, mask);
        }
    }

    /// Runs that begin in this block; the last one may stay open.
    #[inline]
    fn inside(&mut self, at: usize, mask: u64) {
        let mut long = starts_of_long_runs(mask);
        let tail = mask.leading_ones() as usize;
        if tail > 0 && tail < MIN_RUN {
            self.open = Some(at + BLOCK - tail);
        }
        while long != 0 {
            let from = long.trailing_zeros() as usize;
            let len = (mask >> from).trailing_ones() as usize;
            if from + len == BLOCK {
                self.open = Some(at + from);
                return;
            }
            (self.f)(at + from..at + from + len);
            long &= !low_bits(from + len);
        }
    }

    fn give(&mut self, from: usize, to: usize) {
        if to - from >= MIN_RUN {
            (self.f)(from..to);
        }
    }

    fn close(&mut self, end: usize) {
        if let Some(from) = self.open.take() {
            self.give(from, end);
        }
    }
}

/// Bits at which [`MIN_RUN`] or more ones begin, within the one mask.
#[inline]
fn starts_of_long_runs(mask: u64) -> u64 {
    let two = mask & mask >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    let sixteen = eight & eight >> 8;
    sixteen & sixteen >> (MIN_RUN - 16)
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
        runs(text, range, |r| found.push(r));
        found
    }

    #[test]
    fn every_byte_is_classed_as_by_the_scalar_twin() {
        for b in 0..=255u8 {
            let expected = if is_run_byte(b) { u64::MAX } else { 0 };
            assert_eq!(mask(&[b; BLOCK]), expected, "byte {b:#04x}");
        }
    }

    #[test]
    fn runs_of_every_length_at_every_place() {
        for len in 0..200 {
            for before in 0..70 {
                let mut text = vec![b' '; before];
                text.extend(vec![b'a'; len]);
                text.push(b'"');
                let expected: Vec<_> = (len >= MIN_RUN).then_some(before..before + len).into_iter().collect();
                assert_eq!(runs_vector(&text, 0..text.len()), expected, "{len} after {before}");
                text.pop();
                assert_eq!(runs_vector(&text, 0..text.len()), expected, "{len} after {before} at the end");
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
