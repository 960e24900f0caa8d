//! Long runs of base64 digits, in which or beside which every other stretch stands.
//!
//! Takes bytes, gives runs of at least [`MIN_RUN`] bytes of `[A-Za-z0-9+/_-]`.

use std::ops::Range;

use wide::i8x16;

use super::base64::is_digit;
use crate::matcher::MIN_RUN;

const BLOCK: usize = 64;

/// Bit `i` says whether byte `i` of the block belongs to a run.
#[inline]
fn mask(block: &[u8; BLOCK]) -> u64 {
    let (lanes, _) = block.as_chunks::<16>();
    lanes.iter().rev().fold(0, |bits, lane| bits << 16 | u64::from(lane_mask(lane)))
}

#[inline]
fn lane_mask(lane: &[u8; 16]) -> u16 {
    let v = i8x16::new(lane.map(|b| b as i8));
    // Signed compares: after the shift, the wanted range lies at the very bottom of i8.
    let below = |v: i8x16, from: u8, count: u8| {
        let shifted = v + i8x16::splat((0x80u8.wrapping_sub(from)) as i8);
        i8x16::splat((0x80u8.wrapping_add(count)) as i8).simd_gt(shifted)
    };
    let is = |b: u8| v.simd_eq(i8x16::splat(b as i8));
    let letter = below(v | i8x16::splat(0x20), b'a', 26);
    (letter | below(v, b'/', 11) | is(b'+') | is(b'-') | is(b'_')).to_bitmask() as u16
}

/// Adds the runs that touch `text[range]`, whole and in order.
pub(super) fn find(text: &[u8], range: Range<usize>, runs: &mut Vec<Range<usize>>) {
    let mut at = text[..range.start].iter().rposition(|b| !is_digit(*b)).map_or(0, |i| i + 1);
    let end = text[range.end..].iter().position(|b| !is_digit(*b)).map_or(text.len(), |i| range.end + i);
    let (blocks, tail) = text[at..end].as_chunks::<BLOCK>();
    let mut last = [0; BLOCK];
    last[..tail.len()].copy_from_slice(tail);
    // Where the run begins that reached the end of the last block.
    let mut open = at;
    for block in blocks.iter().chain([&last]) {
        let mask = mask(block);
        let across = mask.trailing_ones() as usize;
        if across < BLOCK {
            add(open..at + across, runs);
            let rest = mask & !low_bits(across);
            open = at + BLOCK - rest.leading_ones() as usize;
            inside(rest & low_bits(open - at), at, runs);
        }
        at += BLOCK;
    }
}

#[inline]
fn add(run: Range<usize>, runs: &mut Vec<Range<usize>>) {
    if run.len() >= MIN_RUN {
        runs.push(run);
    }
}

/// Adds the long runs that stand in a block with a byte to spare on either side.
#[inline]
fn inside(mask: u64, at: usize, runs: &mut Vec<Range<usize>>) {
    let mut long = starts_of_long_runs(mask);
    while long != 0 {
        let from = long.trailing_zeros() as usize;
        let len = (mask >> from).trailing_ones() as usize;
        runs.push(at + from..at + from + len);
        long &= !low_bits(from + len);
    }
}

#[inline]
fn low_bits(n: usize) -> u64 {
    if n >= BLOCK { u64::MAX } else { (1 << n) - 1 }
}

/// Bits at which [`MIN_RUN`] or more ones begin.
#[inline]
fn starts_of_long_runs(mask: u64) -> u64 {
    let two = mask & mask >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    let sixteen = eight & eight >> 8;
    sixteen & sixteen >> (MIN_RUN - 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scalar(text: &[u8]) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut at = 0;
        for run in text.split(|b| !is_digit(*b)) {
            runs.extend((run.len() >= MIN_RUN).then_some(at..at + run.len()));
            at += run.len() + 1;
        }
        runs
    }

    #[test]
    fn every_byte_is_classed_as_by_the_scalar_twin() {
        for b in 0..=255u8 {
            assert_eq!(mask(&[b; BLOCK]), if is_digit(b) { u64::MAX } else { 0 }, "byte {b:#04x}");
        }
    }

    proptest! {
        #[test]
        fn equals_the_scalar_twin(pieces in prop::collection::vec((0usize..160, any::<u8>()), 0..12)) {
            let mut text = Vec::new();
            for (len, separator) in pieces {
                text.extend((0..len).map(|i| b"aZ09_-/+"[i % 8]));
                text.push(separator);
            }
            let mut runs = Vec::new();
            find(&text, 0..text.len(), &mut runs);
            prop_assert_eq!(runs, scalar(&text));
        }
    }
}
